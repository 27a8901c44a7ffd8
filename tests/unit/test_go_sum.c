// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "libattest/base/base.h"
#include "libattest/base/file.h"
#include "release/go_sum.h"

#define MODULE  ATT_STR("example.org/Plasmite/core")
#define VERSION ATT_STR("v1.2.0")

struct sums {
	int status;
	struct release_go_sums sums;
	struct att_err err;
};

/* The folder stands in the name of a tree, behind "@", with "+" for "/". */
static void hash_file(const char *folder, const char *name, struct sums *out)
{
	char path[256], below[64] = "";
	const char *at = strchr(name, '@');
	memset(out, 0, sizeof *out);
	snprintf(path, sizeof path, "testdata/gosum/%s/%s", folder, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	if (at)
		snprintf(below, sizeof below, "%.*s", (int)(strlen(at + 1) - strlen(".tar")), at + 1);
	for (char *c = below; *c; c++)
		*c = *c == '+' ? '/' : *c;
	out->status = strstr(name, ".zip") ? release_go_hash_zip(fd, MODULE, VERSION, out->sums.zip, &out->err)
					   : release_go_hash_tar(fd, MODULE, VERSION, att_str_of(below),
								 &out->sums, &out->err);
	close(fd);
}

static void check_good(const char *name)
{
	char path[300], expected[2 * RELEASE_GO_H1 + 8];
	struct sums found;
	struct att_buf text;
	att_buf_init(&text, 4096);
	snprintf(path, sizeof path, "testdata/gosum/good/%s.sums", name);
	assert_int_equal(att_file_read(AT_FDCWD, path, &text, NULL), ATT_OK);
	hash_file("good", name, &found);
	if (found.status != ATT_OK)
		fail_msg("%s: %s", name, found.err.message);
	snprintf(expected, sizeof expected, "%s%s%s", found.sums.zip, found.sums.mod[0] ? " " : "",
		 found.sums.mod);
	if (!att_str_is(att_buf_str(&text), expected))
		fail_msg("%s: expected %.*s, found %s", name, ATT_STR_ARG(att_buf_str(&text)), expected);
	att_buf_clear(&text);
}

static void test_good(void **state)
{
	(void)state;
	size_t count = 0;
	DIR *dir = opendir("testdata/gosum/good");
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		if (entry->d_name[0] != '.' && !strstr(entry->d_name, ".sums")) {
			check_good(entry->d_name);
			count++;
		}
	closedir(dir);
	assert_true(count >= 18);
}

static void test_bad(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int code;
		const char *message;
	} cases[] = {
		{"empty.zip", ATT_ERR_MALFORMED, "too short"},
		{"text.zip", ATT_ERR_UNSUPPORTED, "something else"},
		{"none.zip", ATT_ERR_MALFORMED, "no files"},
		{"version.zip", ATT_ERR_MALFORMED, "does not begin with the module"},
		{"module.zip", ATT_ERR_MALFORMED, "does not begin with the module"},
		{"bare.zip", ATT_ERR_MALFORMED, "does not begin with the module"},
		{"twice.zip", ATT_ERR_MALFORMED, "found \"a.go\" twice"},
		{"folder.zip", ATT_ERR_MALFORMED, "an entry for a folder"},
		{"dots.zip", ATT_ERR_MALFORMED, "a clean path"},
		{"slashes.zip", ATT_ERR_MALFORMED, "a clean path"},
		{"line.zip", ATT_ERR_MALFORMED, "a clean path"},
		{"nested.zip", ATT_ERR_MALFORMED, "a go.mod that is not at its root"},
		{"case.zip", ATT_ERR_MALFORMED, "a go.mod that is not at its root"},
		{"link.zip", ATT_ERR_MALFORMED, "something that is no file"},
		{"bzip2.zip", ATT_ERR_UNSUPPORTED, "another way to compress"},
		{"cut.zip", ATT_ERR_UNSUPPORTED, "at its end"},
		{"comment.zip", ATT_ERR_UNSUPPORTED, "a comment"},
		{"count.zip", ATT_ERR_MALFORMED, "more than its end says"},
		{"more.zip", ATT_ERR_MALFORMED, "cut short"},
		{"before.zip", ATT_ERR_MALFORMED, "not where its end says"},
		{"disks.zip", ATT_ERR_MALFORMED, "not where its end says"},
		{"many.zip", ATT_ERR_LIMIT, "at most 65534 files"},
		{"long-list.zip", ATT_ERR_LIMIT, "at most 65534 files"},
		{"names.zip", ATT_ERR_MALFORMED, "its list and its entries differ"},
		{"method.zip", ATT_ERR_MALFORMED, "its list and its entries differ"},
		{"checksum.zip", ATT_ERR_MALFORMED, "its list and its entries differ"},
		{"same-place.zip", ATT_ERR_MALFORMED, "two files are in one place"},
		{"size.zip", ATT_ERR_MALFORMED, ""},
		{"data.zip", ATT_ERR_MALFORMED, "cannot be unpacked"},
		{"encrypted.zip", ATT_ERR_UNSUPPORTED, "an encrypted entry"},
		{"zip64.zip", ATT_ERR_UNSUPPORTED, "zip64"},
		{"empty.tar", ATT_ERR_MALFORMED, "files of a module, found none"},
		{"cut.tar", ATT_ERR_MALFORMED, "a tar archive of git"},
		{"twice.tar", ATT_ERR_MALFORMED, "found \"a.go\" twice"},
		{"dots.tar", ATT_ERR_MALFORMED, "a clean path"},
		{"text.tar", ATT_ERR_MALFORMED, "a tar archive of git"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sums found;
		hash_file("bad", cases[i].name, &found);
		if (found.status != cases[i].code || !strstr(found.err.message, cases[i].message))
			fail_msg("%s: %d %s", cases[i].name, found.status, found.err.message);
	}
}

/* Where a folder is given that the tree has not, nothing is left. */
static void test_other_folder(void **state)
{
	(void)state;
	struct release_go_sums sums;
	struct att_err err = {0};
	int fd = open("testdata/gosum/good/plain.tar", O_RDONLY | O_CLOEXEC);
	assert_int_equal(release_go_hash_tar(fd, MODULE, VERSION, ATT_STR("elsewhere"), &sums, &err), ATT_OK);
	/* Only the LICENSE of the root, as Go does. */
	close(fd);
	fd = open("testdata/gosum/good/no-mod.tar", O_RDONLY | O_CLOEXEC);
	assert_int_equal(release_go_hash_tar(fd, MODULE, VERSION, ATT_STR("elsewhere/"), &sums, &err),
			 ATT_ERR_MALFORMED);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_other_folder),
	};
	return cmocka_run_group_tests_name("go_sum", tests, NULL, NULL);
}
