// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "libattest/base/file.h"
#include "release/packed.h"
#include "release/versions.h"

/* --- vectors: some lines, then a file ----------------------------------------------------------------------
 */

typedef void each_vector(const char *name, struct att_str text, bool is_good);

static void for_vectors(const char *folder, bool is_good, each_vector *check)
{
	DIR *dir = opendir(folder);
	size_t count = 0;
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		struct att_buf text;
		if (entry->d_name[0] == '.')
			continue;
		att_buf_init(&text, 1 << 20);
		assert_int_equal(att_file_read(dirfd(dir), entry->d_name, &text, NULL), 0);
		check(entry->d_name, att_buf_str(&text), is_good);
		att_buf_clear(&text);
		count++;
	}
	closedir(dir);
	assert_true(count > 3);
}

static struct att_str take_line(struct att_str *rest)
{
	size_t end = att_str_find_byte(*rest, '\n');
	struct att_str line = att_str_first(*rest, end);
	*rest = att_str_from(*rest, end + 1);
	return line;
}

/* --- a tree that is made up --------------------------------------------------------------------------------
 */

struct project {
	struct att_arena arena;
	struct att_source source;
	struct release_config config;
	struct release_tree tree;
	struct release_versions versions;
	struct release_edits edits;
	struct att_findings findings;
	struct att_err err;
	int root;
};

static void begin(struct project *p, const char *text)
{
	*p = (struct project){.root = open("/var/empty", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	if (p->root < 0)
		p->root = open("/proc/self/fdinfo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(p->root >= 0);
	assert_int_equal(att_source_init(&p->source, &p->arena, ATT_STR("attest.toml"), att_str_of(text), NULL),
			 0);
	if (release_config_parse(&p->source, &p->config, &p->err) != ATT_OK)
		fail_msg("%u: %s", p->err.place.line, p->err.message);
	release_tree_init(&p->tree, p->root);
	att_findings_init(&p->findings);
}

static void file(struct project *p, const char *path, const char *text)
{
	assert_int_equal(release_tree_put(&p->tree, att_str_of(path), att_str_of(text), NULL), 0);
}

static int check(struct project *p, const char *tag, const char *group)
{
	const struct release_versions_options options = {.tag = att_str_of(tag), .group = att_str_of(group)};
	return release_versions_check(&p->config, &p->tree, &options, &p->versions, &p->findings, &p->err);
}

static int set(struct project *p, const char *group, const char *version)
{
	return release_versions_set(&p->config, &p->tree, att_str_of(group), att_str_of(version), &p->edits,
				    &p->findings, &p->err);
}

static void end(struct project *p)
{
	release_versions_clear(&p->versions);
	release_config_clear(&p->config);
	release_tree_clear(&p->tree);
	att_findings_clear(&p->findings);
	att_arena_clear(&p->arena);
	close(p->root);
}

static void assert_finding(const struct project *p, size_t i, const char *code, const char *file_name,
			   uint32_t line, const char *message)
{
	assert_true(i < p->findings.count);
	const struct att_finding *f = &p->findings.items[i];
	if (strcmp(f->code, code) != 0 || !att_str_is(f->file, file_name) || f->place.line != line ||
	    att_str_find(f->message, att_str_of(message)) == ATT_STR_NONE)
		fail_msg("expected %s at %s:%u, \"%s\"; found %s at %.*s:%u, \"%.*s\"", code, file_name, line,
			 message, f->code, ATT_STR_ARG(f->file), f->place.line, ATT_STR_ARG(f->message));
}

#define PROJECT "[project]\nname = \"x\"\n"
#define TWO     PROJECT "[[version]]\nfile = \"Cargo.toml\"\n[[version]]\nfile = \"pyproject.toml\"\n"

/* --- tests -------------------------------------------------------------------------------------------------
 */

static void test_nobody_looked(void **state)
{
	struct project p;
	(void)state;
	begin(&p, PROJECT);
	assert_int_equal(check(&p, NULL, NULL), 0);
	assert_int_equal(p.versions.outcome, ATT_NOT_CHECKED);
	assert_int_equal(set(&p, "main", "1.0.0"), ATT_ERR_USAGE);
	end(&p);
}

static void test_who_decides(void **state)
{
	struct project p;
	(void)state;
	begin(&p, TWO);
	file(&p, "Cargo.toml", "[package]\nversion = \"1.2.0-rc.1\"\n");
	file(&p, "pyproject.toml", "[project]\nversion = \"1.2.0.rc-1\"\n");
	assert_int_equal(check(&p, NULL, NULL), 0);
	assert_int_equal(p.versions.outcome, ATT_HOLDS);
	assert_true(att_str_is(p.versions.groups[0].version, "1.2.0-rc.1"));
	assert_string_equal(p.versions.rows[0].note, "decides");
	assert_null(p.versions.rows[1].note);
	end(&p);

	begin(&p, "[project]\nversion-from = \"pyproject.toml\"\n[[version]]\nfile = \"Cargo.toml\"\n"
		  "[[version]]\nfile = \"pyproject.toml\"\n");
	file(&p, "Cargo.toml", "[package]\nversion = \"1.1.0\"\n");
	file(&p, "pyproject.toml", "[project]\nversion = \"1.2.0rc1\"\n");
	assert_int_equal(check(&p, NULL, NULL), 0);
	assert_int_equal(p.versions.outcome, ATT_REFUTED);
	assert_finding(&p, 0, "version-drift", "Cargo.toml", 2,
		       "expected the version 1.2.0-rc.1 for package.version");
	assert_true(att_str_is(p.findings.items[0].expected, "1.2.0-rc.1"));
	assert_true(att_str_is(p.findings.items[0].found, "1.1.0"));
	end(&p);

	/* One that cannot be read decides nothing, and the others are not judged by another. */
	begin(&p, TWO "[[version]]\nfile = \"VERSION\"\n");
	file(&p, "Cargo.toml", "[package\n");
	file(&p, "pyproject.toml", "[project]\nversion = \"1.2.0\"\n");
	file(&p, "VERSION", "1.3.0");
	assert_int_equal(check(&p, NULL, NULL), 0);
	assert_int_equal(p.versions.outcome, ATT_CANNOT_TELL);
	assert_int_equal(p.findings.count, 1);
	assert_int_equal(p.versions.rows[2].outcome, ATT_CANNOT_TELL);
	end(&p);
}

static void test_tag(void **state)
{
	static const struct {
		const char *tag;
		enum att_outcome outcome;
	} rows[] = {{"x-1.2.0rc1", ATT_HOLDS},    {"x-1.2.0-rc.1", ATT_HOLDS}, {"x-1.2.0", ATT_REFUTED},
		    {"x-1.2.0rc1 ", ATT_REFUTED}, {"v1.2.0rc1", ATT_REFUTED},  {"x-", ATT_REFUTED},
		    {"x-1.2.0-rc1", ATT_REFUTED}, {"x-01.2.0rc1", ATT_REFUTED}};
	struct project p;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin(&p, "[project]\ntag = \"x-{version}\"\n[[version]]\nfile = \"pyproject.toml\"\n");
		file(&p, "pyproject.toml", "[project]\nversion = \"1.2.0rc1\"\n");
		assert_int_equal(check(&p, rows[i].tag, NULL), 0);
		if (p.versions.outcome != rows[i].outcome)
			fail_msg("%s: %d", rows[i].tag, p.versions.outcome);
		if (rows[i].outcome == ATT_REFUTED) {
			assert_finding(&p, 0, "wrong-tag", "pyproject.toml", 2, "expected the tag x-1.2.0rc1");
			assert_true(att_str_is(p.findings.items[0].found, rows[i].tag));
		}
		end(&p);
	}
	/* In SemVer there is one spelling. */
	begin(&p, PROJECT "[[version]]\nfile = \"Cargo.toml\"\n");
	file(&p, "Cargo.toml", "[package]\nversion = \"1.2.0-rc.1\"\n");
	assert_int_equal(check(&p, "v1.2.0rc1", NULL), 0);
	assert_int_equal(p.versions.outcome, ATT_REFUTED);
	end(&p);
	/* Whose tag is it? */
	begin(&p,
	      PROJECT "[[version]]\nfile = \"a\"\ngroup = \"a\"\n[[version]]\nfile = \"b\"\ngroup = \"b\"\n");
	assert_int_equal(check(&p, "v1.2.0", NULL), ATT_ERR_USAGE);
	assert_non_null(strstr(p.err.help, "--group"));
	end(&p);
}

static void test_undecided(void **state)
{
	const char *text = PROJECT "[[version]]\nfile = \"go.mod\"\n";
	struct project p;
	(void)state;
	begin(&p, text);
	file(&p, "go.mod", "module example.org/a/v2\n");
	assert_int_equal(check(&p, NULL, NULL), 0);
	assert_int_equal(p.versions.outcome, ATT_HOLDS);
	assert_int_equal(p.findings.count, 0);
	end(&p);
	begin(&p, PROJECT "[[version]]\nfile = \"go.mod\"\npacked = \"a.tgz\"\n");
	file(&p, "go.mod", "module example.org/a/v2\n");
	assert_int_equal(check(&p, NULL, NULL), 0);
	assert_int_equal(p.versions.outcome, ATT_CANNOT_TELL);
	assert_finding(&p, 0, "undecided-version", "attest.toml", 3, "the group main");
	assert_true(p.findings.items[0].cannot_tell);
	end(&p);
	begin(&p, text);
	file(&p, "go.mod", "module example.org/a/v2\n");
	assert_int_equal(check(&p, "v2.0.1", NULL), 0);
	assert_int_equal(p.versions.outcome, ATT_HOLDS);
	end(&p);
	/* "+incompatible" is for those who have no go.mod. */
	begin(&p, text);
	file(&p, "go.mod", "module example.org/a\n");
	assert_int_equal(check(&p, "v2.0.1+incompatible", NULL), 0);
	assert_int_equal(p.versions.outcome, ATT_REFUTED);
	assert_finding(&p, 0, "version-drift", "go.mod", 1, "Go takes no build metadata");
	end(&p);
}

static void test_set(void **state)
{
	struct project p;
	(void)state;
	begin(&p, TWO "[[version]]\nfile = \"Cargo.toml\"\nfield = \"package.version\"\n");
	file(&p, "Cargo.toml", "[package]\nversion = \"1.2.0\"\n[dependencies]\nx = \"1.2.0\"\n");
	file(&p, "pyproject.toml", "[project]\nversion = '1.2.0' # x\n");
	assert_int_equal(set(&p, "main", "1.3.0rc2"), 0);
	assert_int_equal(p.edits.count, 2);
	assert_true(att_str_is(p.edits.items[0].after,
			       "[package]\nversion = \"1.3.0-rc.2\"\n[dependencies]\nx = \"1.2.0\"\n"));
	assert_true(att_str_is(p.edits.items[1].after, "[project]\nversion = '1.3.0rc2' # x\n"));
	assert_int_equal(set(&p, "main", "1.2.0"), 0);
	assert_int_equal(p.edits.count, 0);
	assert_int_equal(set(&p, "main", "1.3.0-x"), ATT_ERR_REFUSED);
	assert_int_equal(p.edits.count, 0);
	assert_finding(&p, 0, "invalid-version", "pyproject.toml", 2, "PEP 440 has no spelling");
	assert_int_equal(set(&p, "other", "1.3.0"), ATT_ERR_USAGE);
	end(&p);
}

static void check_place(const char *name, struct att_str text, bool is_good)
{
	struct release_place place = {.group = ATT_STR("main")};
	struct project p;
	begin(&p, PROJECT);
	place.file = take_line(&text);
	place.field = take_line(&text);
	struct att_str version = take_line(&text);
	take_line(&text);
	assert_int_equal(release_tree_put(&p.tree, place.file, text, NULL), 0);
	struct release_config config = p.config;
	config.places = &place;
	config.place_count = 1;
	int status =
		release_versions_set(&config, &p.tree, place.group, version, &p.edits, &p.findings, &p.err);
	if ((status == ATT_OK) != is_good)
		fail_msg("%s: %d %s", name, status, p.err.message);
	if (status != ATT_OK && p.findings.errors == 0)
		fail_msg("%s: nothing is said", name);
	end(&p);
}

static void test_places(void **state)
{
	(void)state;
	for_vectors("testdata/place/good", true, check_place);
	for_vectors("testdata/place/bad", false, check_place);
}

/* What is said of bad zips; of the others, anything. */
static const char *complaint_of(const char *name)
{
	static const struct {
		const char *name, *complaint;
	} rows[] = {
		{"zip-names", "METADATB in its list, and another before its bytes"},
		{"zip-lengths", "METADATAA in its list, and another before its bytes"},
		{"zip-unicode-local", "another name beside its own"},
		{"zip-unicode-list", "another name beside its own"},
		{"zip-second-name", "x/__init__.py in its list, and another before its bytes"},
		{"zip-nul", "a name in it has a NUL"},
		{"zip-more", "its list has more than it says"},
		{"zip-fewer", "its list ends too early"},
		{"zip-before", "something stands before it"},
		{"zip-behind", "it points behind its end"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(name, rows[i].name) == 0)
			return rows[i].complaint;
	return "";
}

/* The archive itself, where no entry is named. */
static void check_packed(const char *name, struct att_str text, bool is_good)
{
	struct att_str path = take_line(&text), made_from = take_line(&text), entry = take_line(&text);
	struct release_packed packed;
	struct att_err err = {0};
	char file_name[] = "/tmp/attest-packed-XXXXXX";
	if (entry.len > 0)
		return; /* the fuzz target packs it */
	int fd = mkstemp(file_name);
	assert_true(fd >= 0);
	assert_int_equal(unlink(file_name), 0);
	assert_int_equal(att_file_write_fd(fd, "packed", text, NULL), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	int status = release_packed_read(fd, path, made_from, &packed, &err);
	if (status != (is_good ? ATT_OK : ATT_ERR_MALFORMED) || !strstr(err.message, complaint_of(name)))
		fail_msg("%s: %s", name, err.message);
	if (is_good) {
		assert_true(att_str_is(packed.version, "1.2.0"));
		assert_true(att_str_is(packed.name, "x"));
		assert_true(att_str_is(release_packed_name_version(&packed, path), "1.2.0"));
	}
	release_packed_clear(&packed);
	close(fd);
}

static void test_packed(void **state)
{
	(void)state;
	for_vectors("testdata/packed/good", true, check_packed);
	for_vectors("testdata/packed/bad", false, check_packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_looked), cmocka_unit_test(test_who_decides),
		cmocka_unit_test(test_tag),           cmocka_unit_test(test_undecided),
		cmocka_unit_test(test_set),           cmocka_unit_test(test_places),
		cmocka_unit_test(test_packed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
