// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sbom/catalog.h"
#include "sbom/tree.h"

static char folder[] = "/tmp/attest-tree-XXXXXX";
static struct sbom_tree tree;
static struct sbom_walk walk;
static struct att_findings findings;

static int start(void **state)
{
	(void)state;
	memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
	if (!mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	tree = (struct sbom_tree){.root = open(".", O_RDONLY | O_DIRECTORY)};
	att_findings_init(&findings);
	return tree.root < 0;
}

static int stop(void **state)
{
	char command[100];
	(void)state;
	sbom_walk_clear(&walk);
	att_findings_clear(&findings);
	close(tree.root);
	snprintf(command, sizeof command, "exec rm -rf %s", folder);
	/* A fixed command on a folder that this test made. */
	return chdir("/") != 0 || system(command) != 0; // NOLINT(cert-env33-c)
}

static void make_folder(const char *path)
{
	assert_int_equal(mkdir(path, 0755), 0);
}

static void make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	assert_true(fd >= 0 && write(fd, "text", 4) == 4);
	close(fd);
}

/* Walks, and compares the paths of matches and of what was not read, separated by spaces. */
static void expect_walk(const char *matches, const char *unread)
{
	char found[500] = "", left[500] = "";
	struct att_err err;
	sbom_walk_clear(&walk);
	assert_int_equal(sbom_tree_walk(&tree, &walk, &findings, &err), ATT_OK);
	for (size_t i = 0; i < walk.match_count; i++)
		snprintf(found + strlen(found), sizeof found - strlen(found), "%s%.*s", i ? " " : "",
			 ATT_STR_ARG(walk.matches[i].path));
	for (size_t i = 0; i < walk.unread_count; i++)
		snprintf(left + strlen(left), sizeof left - strlen(left), "%s%.*s", i ? " " : "",
			 ATT_STR_ARG(walk.unread[i]));
	assert_string_equal(found, matches);
	assert_string_equal(left, unread);
	assert_int_equal(findings.errors, walk.unread_count);
}

static void test_order_and_what_is_not_entered(void **state)
{
	(void)state;
	make_folder("b");
	make_folder("a");
	make_folder("a-b");
	make_folder(".git");
	make_folder("a/node_modules");
	make_file("b/Cargo.lock");
	make_file("a/Cargo.lock");
	make_file("a/Cargo.toml");
	make_file("a-b/Cargo.lock");
	make_file("Cargo.lock");
	make_file("Cargo.lock.orig");
	make_file(".git/Cargo.lock");
	make_file("a/node_modules/Cargo.lock");
	expect_walk("Cargo.lock a-b/Cargo.lock a/Cargo.lock b/Cargo.lock", "");
	assert_int_equal(walk.files, 6);
	assert_int_equal(walk.folders, 4);
	assert_int_equal(walk.manifest_count, 1);
	struct att_str excludes[] = {ATT_STR("a*"), ATT_STR("/Cargo.lock")};
	tree.excludes = excludes;
	tree.exclude_count = 2;
	expect_walk("b/Cargo.lock", "");
}

static void test_links(void **state)
{
	(void)state;
	make_folder("real");
	make_folder("real/node_modules");
	make_file("real/Cargo.lock");
	make_file("real/node_modules/Cargo.lock");
	make_folder("x");
	assert_int_equal(symlink("real", "way"), 0);
	assert_int_equal(symlink("../real/Cargo.lock", "x/Cargo.lock"), 0);
	expect_walk("real/Cargo.lock", "");
	static const char *const refused[] = {
		"../way/Cargo.lock",        "../real/node_modules/Cargo.lock", "/etc/passwd",
		"../../outside/Cargo.lock", "../nowhere/Cargo.lock",           "Cargo.lock",
	};
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		assert_int_equal(unlink("x/Cargo.lock"), 0);
		assert_int_equal(symlink(refused[i], "x/Cargo.lock"), 0);
		att_findings_clear(&findings);
		expect_walk("real/Cargo.lock", "x/Cargo.lock");
		assert_string_equal(findings.items[0].code, "refused-input");
	}
	/* Another cataloger's file is no stand-in. */
	make_file("real/package-lock.json");
	assert_int_equal(unlink("x/Cargo.lock"), 0);
	assert_int_equal(symlink("../real/package-lock.json", "x/Cargo.lock"), 0);
	att_findings_clear(&findings);
	expect_walk("real/Cargo.lock real/package-lock.json", "x/Cargo.lock");
}

static void test_depth(void **state)
{
	(void)state;
	for (int i = 0; i < ATT_MAX_WALK_DEPTH; i++) {
		make_folder("d");
		assert_int_equal(chdir("d"), 0);
	}
	make_file("Cargo.lock");
	sbom_walk_clear(&walk);
	assert_int_equal(sbom_tree_walk(&tree, &walk, &findings, NULL), ATT_OK);
	assert_int_equal(walk.match_count, 1);
	assert_int_equal(walk.unread_count, 0);
	make_folder("d");
	sbom_walk_clear(&walk);
	assert_int_equal(sbom_tree_walk(&tree, &walk, &findings, NULL), ATT_OK);
	assert_int_equal(walk.match_count, 1);
	assert_int_equal(walk.unread_count, 1);
	assert_string_equal(findings.items[0].code, "over-limit");
}

static void test_join(void **state)
{
	static const struct {
		const char *folder, *relative, *joined; /* NULL: refused */
	} cases[] = {
		{"", "a", "a"},
		{"a/b", "../c", "a/c"},
		{"a", "..", ""},
		{"a", "../..", NULL},
		{"", "..", NULL},
		{"a", "/b", NULL},
		{"a", "./b//c/.", "a/b/c"},
		{"", "", ""},
		{"a", "", "a"},
		{"a/b", "../../c/d", "c/d"},
		{"a", "b/../../../c", NULL},
		{"a", "..b", "a/..b"},
	};
	struct att_arena arena = {0};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_str joined =
			sbom_path_join(&arena, att_str_of(cases[i].folder), att_str_of(cases[i].relative));
		if (!cases[i].joined) {
			assert_null(joined.data);
			continue;
		}
		assert_non_null(joined.data);
		assert_string_equal(joined.data, cases[i].joined);
		assert_int_equal(joined.len, strlen(cases[i].joined));
	}
	att_arena_clear(&arena);
}

static int read_path(const char *path)
{
	struct att_buf out;
	struct att_err err = {0};
	att_buf_init(&out, 100);
	int status = sbom_tree_read(&tree, att_str_of(path), &out, &err);
	assert_int_equal(status == ATT_OK, att_str_is(att_buf_str(&out), "text"));
	assert_int_equal(status, err.code);
	att_buf_clear(&out);
	return status;
}

static void test_read(void **state)
{
	(void)state;
	make_folder("a");
	make_folder("a/b");
	make_file("a/b/file");
	make_file("outside");
	assert_int_equal(symlink("b", "a/link"), 0);
	assert_int_equal(symlink("file", "a/b/last"), 0);
	assert_int_equal(mkfifo("a/fifo", 0644), 0);
	assert_int_equal(read_path("a/b/file"), ATT_OK);
	assert_int_equal(read_path("a/link/file"), ATT_ERR_NOT_FOUND);
	assert_int_equal(read_path("a/b/last"), ATT_ERR_REFUSED);
	assert_int_equal(read_path("a/b"), ATT_ERR_REFUSED);
	assert_int_equal(read_path("a/fifo"), ATT_ERR_REFUSED);
	assert_int_equal(read_path("a/../outside"), ATT_ERR_NOT_FOUND);
	assert_int_equal(read_path(".."), ATT_ERR_NOT_FOUND);
	assert_int_equal(read_path(""), ATT_ERR_NOT_FOUND);
	assert_int_equal(read_path("/etc/passwd"), ATT_ERR_NOT_FOUND);
	assert_int_equal(read_path("a/b/none"), ATT_ERR_NOT_FOUND);
	assert_int_equal(read_path("outside/x"), ATT_ERR_NOT_FOUND);
	struct att_buf out;
	att_buf_init(&out, 100);
	assert_int_equal(sbom_tree_read(&tree, (struct att_str){NULL, 0}, &out, NULL), ATT_ERR_NOT_FOUND);
	att_buf_clear(&out);
}

static void test_manifests(void **state)
{
	static const char *const folders[] = {"a", "a/x", "a/y", "a-z", "b"};
	struct sbom_catalog catalog;
	struct sbom_input input = {.tree = &tree, .walk = &walk};
	struct att_str *paths;
	size_t count;
	(void)state;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		char path[50];
		make_folder(folders[i]);
		snprintf(path, sizeof path, "%s/Cargo.toml", folders[i]);
		make_file(path);
	}
	make_file("a/package.json");
	assert_int_equal(sbom_tree_walk(&tree, &walk, &findings, NULL), ATT_OK);
	assert_int_equal(sbom_catalog_init(&catalog, ATT_STR("a/Cargo.lock"), NULL), ATT_OK);
	assert_int_equal(sbom_input_manifests(&input, &catalog, "Cargo.toml", &paths, &count, NULL), ATT_OK);
	assert_int_equal(count, 3);
	assert_true(att_str_is(paths[0], "Cargo.toml"));
	assert_true(att_str_is(paths[1], "x/Cargo.toml"));
	assert_true(att_str_is(paths[2], "y/Cargo.toml"));
	/* A sibling that cannot be read is told, one that is not there is not. */
	struct att_source source;
	assert_int_equal(sbom_input_sibling(&input, &catalog, ATT_STR("../b/Cargo.toml"), &source, NULL),
			 ATT_OK);
	assert_int_equal(sbom_input_sibling(&input, &catalog, ATT_STR("none"), &source, NULL),
			 ATT_ERR_NOT_FOUND);
	assert_int_equal(catalog.findings.count, 0);
	assert_int_equal(sbom_input_sibling(&input, &catalog, ATT_STR("x"), &source, NULL), ATT_ERR_REFUSED);
	assert_int_equal(catalog.findings.count, 1);
	tree.single_file = true;
	assert_int_equal(sbom_input_sibling(&input, &catalog, ATT_STR("Cargo.toml"), &source, NULL),
			 ATT_ERR_NOT_FOUND);
	sbom_catalog_clear(&catalog);
}

/* Notes about manifests keep a bit per cataloger. */
static void test_number_of_catalogers(void **state)
{
	size_t count = 0;
	(void)state;
	while (sbom_catalogers[count])
		count++;
	assert_in_range(count, 1, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order_and_what_is_not_entered, start, stop),
		cmocka_unit_test_setup_teardown(test_links, start, stop),
		cmocka_unit_test_setup_teardown(test_depth, start, stop),
		cmocka_unit_test(test_join),
		cmocka_unit_test_setup_teardown(test_read, start, stop),
		cmocka_unit_test_setup_teardown(test_manifests, start, stop),
		cmocka_unit_test(test_number_of_catalogers),
	};
	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
