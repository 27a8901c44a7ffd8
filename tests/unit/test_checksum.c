// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/sign/checksum.h"

#define ABC   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct manifest {
	struct att_arena arena;
	struct att_source source;
	struct att_buf text;
	struct att_checksums list;
	struct att_err err;
	int status;
};

static const struct att_checksum_options strict;

static void parse(struct manifest *m, const char *path, struct att_str text,
		  const struct att_checksum_options *options)
{
	memset(m, 0, sizeof *m);
	assert_int_equal(att_source_init(&m->source, &m->arena, att_str_of(path), text, NULL), ATT_OK);
	m->status = att_checksum_parse(&m->source, options, &m->arena, &m->list, &m->err);
	assert_int_equal(m->status, m->err.code);
}

static void load(struct manifest *m, const char *folder, const char *name)
{
	char path[300];
	struct att_buf text;
	snprintf(path, sizeof path, "testdata/checksum/%s/%s", folder, name);
	att_buf_init(&text, 1 << 20);
	assert_int_equal(att_file_read(AT_FDCWD, path, &text, NULL), ATT_OK);
	parse(m, name, att_buf_str(&text), &strict);
	m->text = text;
}

static void clear(struct manifest *m)
{
	att_arena_clear(&m->arena);
	att_buf_clear(&m->text);
}

/* Every good vector, as a line "KIND NAME" per entry; control characters as escapes. */
static void test_good(void **state)
{
	static const struct {
		const char *file, *lines;
	} cases[] = {
		{"SHA256SUMS", "sha256 a.tar.gz|sha256 sub/empty.bin|"},
		{"sha384sum.txt", "sha384 a.tar.gz|"},
		{"SHA512SUMS", "sha512 a.tar.gz|"},
		{"B2SUMS", "blake2b a.tar.gz|"},
		{"checksums.blake2b", "blake2b a.tar.gz|"},
		{"tagged", "sha256 a.tar.gz|sha384 a.tar.gz|sha512 a.tar.gz|blake2b a.tar.gz|"},
		{"tagged-escaped", "sha256 a\nb\\c|sha256 a) = b|"},
		{"escaped", "sha256 a\nb\rc\\d|sha256 a\\nb|"},
		{"crlf", "sha256 a.tar.gz|sha256 b|"},
		{"no-end", "sha256 a.tar.gz|sha256 b|"},
		{"upper", "sha256 a.tar.gz|"},
		{"dot-slash", "sha256 a.tar.gz|sha256 -|"},
		{"two-kinds", "sha256 a.tar.gz|sha512 a.tar.gz|"},
		{"spaces", "sha256  two leading, one trailing |sha256 *|"},
		{"utf8", "sha256 caf\xc3\xa9|sha256 raw\xff|"},
		{"a.tar.gz.sha256", "sha256 a.tar.gz|"},
		{"b.tar.gz.sha512", "sha512 b.tar.gz|"},
		{"c.tar.gz.b2sum", "blake2b c.tar.gz|"},
		{"d.tar.gz.sha256", "sha256 d.tar.gz|"},
	};
	size_t files = 0;
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct manifest m;
		struct att_buf got;
		load(&m, "good", cases[i].file);
		if (m.status != ATT_OK)
			fail_msg("%s: %s", cases[i].file, m.err.message);
		att_buf_init(&got, 1000);
		for (size_t k = 0; k < m.list.count; k++) {
			const struct att_checksum *entry = &m.list.items[k];
			char hex[ATT_DIGEST_TEXT + 1];
			att_buf_printf(&got, "%s %.*s|", att_digest_name(entry->digest.kind),
				       ATT_STR_ARG(entry->name));
			att_digest_hex(&entry->digest, hex);
			/* abc or nothing */
			hex[8] = '\0';
			if (!strstr("ba7816bf cb00753f ddaf35a1 ba80a53f e3b0c442", hex))
				fail_msg("%s: %s", cases[i].file, hex);
		}
		att_buf_add_byte(&got, '\0');
		assert_string_equal(got.data, cases[i].lines);
		att_buf_clear(&got);
		clear(&m);
	}
	DIR *dir = opendir("testdata/checksum/good");
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		files += entry->d_name[0] != '.';
	closedir(dir);
	assert_int_equal(files, sizeof cases / sizeof cases[0]);
}

/* Every bad vector, with the place and the words of its error. */
static void test_bad(void **state)
{
	static const struct {
		const char *file;
		int code;
		unsigned line, column;
		const char *message;
	} cases[] = {
		{"empty", ATT_ERR_MALFORMED, 1, 1, "found no line with one"},
		{"comments-only", ATT_ERR_MALFORMED, 1, 1, "found no line with one"},
		{"empty-line", ATT_ERR_MALFORMED, 2, 1, "found an empty line"},
		{"one-space", ATT_ERR_MALFORMED, 1, 65, "expected two spaces"},
		{"tab", ATT_ERR_MALFORMED, 1, 65, "expected two spaces"},
		{"leading-space", ATT_ERR_MALFORMED, 1, 1, "expected a digest"},
		{"no-name", ATT_ERR_MALFORMED, 1, 67, "found none"},
		{"bare", ATT_ERR_MALFORMED, 1, 65, "two spaces and a name, found the end of the line"},
		{"short", ATT_ERR_MALFORMED, 1, 1, "64, 96 or 128 hexadecimal digits, found 63"},
		{"long", ATT_ERR_MALFORMED, 1, 1, "64, 96 or 128 hexadecimal digits, found 65"},
		{"no-hex", ATT_ERR_MALFORMED, 1, 1, "expected a digest"},
		{"absolute", ATT_ERR_MALFORMED, 1, 67, "found an absolute path"},
		{"parent", ATT_ERR_MALFORMED, 1, 69, "found \"..\", which leads out"},
		{"parent-first", ATT_ERR_MALFORMED, 1, 67, "found \"..\", which leads out"},
		{"dot-part", ATT_ERR_MALFORMED, 1, 69, "found \".\" as a part"},
		{"empty-part", ATT_ERR_MALFORMED, 1, 69, "found an empty part"},
		{"folder", ATT_ERR_MALFORMED, 1, 69, "found an empty part"},
		{"only-dot", ATT_ERR_MALFORMED, 1, 69, "found an empty part"},
		{"dash", ATT_ERR_MALFORMED, 1, 67, "which names no file"},
		{"duplicate", ATT_ERR_MALFORMED, 3, 67, "found one that line 1 has as well"},
		{"duplicate-tagged", ATT_ERR_MALFORMED, 2, 67, "found one that line 1 has as well"},
		{"control", ATT_ERR_MALFORMED, 1, 68, "found a control character"},
		{"lone-cr", ATT_ERR_MALFORMED, 1, 68, "found a control character"},
		{"mixed-ends", ATT_ERR_MALFORMED, 2, 68, "expected lines that end alike"},
		{"mixed-ends-late", ATT_ERR_MALFORMED, 2, 68, "expected lines that end alike"},
		{"nul", ATT_ERR_MALFORMED, 1, 68, "found a NUL byte"},
		{"byte-order-mark", ATT_ERR_MALFORMED, 1, 1, "found a byte order mark"},
		{"bad-escape", ATT_ERR_MALFORMED, 1, 69, "found another escape"},
		{"escape-cut", ATT_ERR_MALFORMED, 1, 69, "found another escape"},
		{"escaped-parent", ATT_ERR_MALFORMED, 1, 68, "found \"..\", which leads out"},
		{"md5", ATT_ERR_REFUSED, 1, 1, "found MD5, which can be forged"},
		{"sha1", ATT_ERR_REFUSED, 1, 12, "found SHA-1, which can be forged"},
		{"sha224", ATT_ERR_UNSUPPORTED, 1, 1, "found SHA224"},
		{"blake2b-256", ATT_ERR_UNSUPPORTED, 1, 1, "found BLAKE2b-256"},
		{"tag-spaces", ATT_ERR_MALFORMED, 1, 1, "expected a digest"},
		{"tag-short", ATT_ERR_MALFORMED, 1, 14, "expected 64 hexadecimal digits, found fewer"},
		{"tag-hex", ATT_ERR_MALFORMED, 1, 14, "expected 64 hexadecimal digits, found another"},
		{"tag-open", ATT_ERR_MALFORMED, 1, 9, "behind the name"},
		{"openssl", ATT_ERR_MALFORMED, 1, 1, "expected a digest"},
		{"reversed", ATT_ERR_MALFORMED, 1, 1, "hexadecimal digits, found 1"},
		{"pgp", ATT_ERR_MALFORMED, 1, 1, "found a text signed with PGP"},
		{"e.tar.gz.sha512", ATT_ERR_MALFORMED, 1, 1, "expected 128 hexadecimal digits, found 64"},
		{"f.tar.gz.sha256", ATT_ERR_MALFORMED, 2, 1, "found another line"},
		{"g.tar.gz.sha256", ATT_ERR_MALFORMED, 2, 65, "two spaces and a name"},
	};
	size_t files = 0;
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct manifest m;
		load(&m, "bad", cases[i].file);
		if (m.status != cases[i].code || m.err.place.line != cases[i].line ||
		    m.err.place.column != cases[i].column || !strstr(m.err.message, cases[i].message))
			fail_msg("%s: %d %u:%u %s", cases[i].file, m.status, m.err.place.line,
				 m.err.place.column, m.err.message);
		assert_null(m.list.items);
		assert_int_equal(m.list.count, 0);
		clear(&m);
	}
	DIR *dir = opendir("testdata/checksum/bad");
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		files += entry->d_name[0] != '.';
	closedir(dir);
	assert_int_equal(files, sizeof cases / sizeof cases[0]);
}

static void test_problems(void **state)
{
	struct manifest m;
	(void)state;
	load(&m, "bad", "duplicate");
	assert_string_equal(m.list.problem, "duplicate-entry");
	clear(&m);
	load(&m, "bad", "md5");
	assert_string_equal(m.list.problem, "weak-digest");
	clear(&m);
	load(&m, "bad", "tab");
	assert_null(m.list.problem);
	clear(&m);
}

static void test_insecure(void **state)
{
	const struct att_checksum_options md5 = {.insecure_md5 = true}, sha1 = {.insecure_sha1 = true};
	const struct att_str md5_line = ATT_STR("900150983cd24fb0d6963f7d28e17f72  a\n");
	const struct att_str sha1_line = ATT_STR("SHA1 (a) = a9993e364706816aba3e25717850c26c9cd0d89d\n");
	struct manifest m;
	(void)state;
	parse(&m, "m", md5_line, &md5);
	assert_int_equal(m.status, ATT_OK);
	assert_int_equal(m.list.items[0].digest.kind, ATT_MD5);
	clear(&m);
	parse(&m, "m", md5_line, &sha1);
	assert_int_equal(m.status, ATT_ERR_REFUSED);
	clear(&m);
	parse(&m, "m", sha1_line, &sha1);
	assert_int_equal(m.status, ATT_OK);
	clear(&m);
	parse(&m, "m", sha1_line, &md5);
	assert_int_equal(m.status, ATT_ERR_REFUSED);
	clear(&m);
}

/* 64 bytes are BLAKE2b only where the last word of the name says so. */
static void test_ambiguous(void **state)
{
	static const struct {
		const char *path;
		enum att_digest_kind kind;
	} cases[] = {
		{"B2SUMS", ATT_BLAKE2B},
		{"d/b2sum.txt", ATT_BLAKE2B},
		{"x.blake2b", ATT_BLAKE2B},
		{"x-blake2b512.txt", ATT_BLAKE2B},
		{"CHECKSUMS", ATT_SHA512},
		{"sha512sum.txt", ATT_SHA512},
		{"b2-tool.sha512", ATT_SHA512},
		{"sha512-b2sums", ATT_BLAKE2B},
		{"b2/SUMS", ATT_SHA512},
		{"club2", ATT_SHA512},
		{"", ATT_SHA512},
		{"sums", ATT_SHA512},
	};
	char line[140];
	(void)state;
	memset(line, '0', 128);
	memcpy(line + 128, "  a", 4);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct manifest m;
		parse(&m, cases[i].path, att_str_of(line), &strict);
		assert_int_equal(m.status, ATT_OK);
		if (m.list.items[0].digest.kind != cases[i].kind)
			fail_msg("%s", cases[i].path);
		clear(&m);
	}
}

static void test_find(void **state)
{
	struct manifest m;
	size_t count, at;
	(void)state;
	parse(&m, "m",
	      ATT_STR(ABC "  b\n" EMPTY "  a\nSHA512 (b) = "
			  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f\n"),
	      &strict);
	assert_int_equal(m.status, ATT_OK);
	at = att_checksum_find(&m.list, ATT_STR("b"), &count);
	assert_int_equal(count, 2);
	assert_int_equal(m.list.by_name[at], 0);
	assert_int_equal(m.list.by_name[at + 1], 2);
	at = att_checksum_find(&m.list, ATT_STR("a"), &count);
	assert_int_equal(count, 1);
	assert_int_equal(m.list.by_name[at], 1);
	(void)att_checksum_find(&m.list, ATT_STR(""), &count);
	assert_int_equal(count, 0);
	(void)att_checksum_find(&m.list, ATT_STR("c"), &count);
	assert_int_equal(count, 0);
	clear(&m);
}

static void assert_written(struct att_str name, bool tag, const char *line)
{
	struct att_digest digest;
	struct att_buf out;
	struct manifest m;
	assert_int_equal(att_digest_bytes(ATT_SHA256, ATT_STR("abc"), &digest, NULL), ATT_OK);
	att_buf_init(&out, 10000);
	assert_int_equal(att_checksum_write(&digest, name, tag, &out, NULL), ATT_OK);
	att_buf_add_byte(&out, '\0');
	assert_string_equal(out.data, line);
	if (!att_str_is(name, "-")) {
		parse(&m, "m", att_str_of(out.data), &strict);
		assert_int_equal(m.status, ATT_OK);
		assert_true(att_str_equal(m.list.items[0].name, name));
		assert_true(att_digest_equal(&m.list.items[0].digest, &digest));
		clear(&m);
	}
	att_buf_clear(&out);
}

static void test_write(void **state)
{
	static const char *const refused[] = {"",   "/a", "../a", "a/..",   "a//b",
					      "a/", ".",  "a\tb", "a\033b", "\x7f"};
	struct att_digest digest;
	struct att_buf out;
	struct att_err err;
	(void)state;
	assert_written(ATT_STR("a b"), false, ABC "  a b\n");
	assert_written(ATT_STR("a b"), true, "SHA256 (a b) = " ABC "\n");
	assert_written(ATT_STR("a\nb\rc\\d"), false, "\\" ABC "  a\\nb\\rc\\\\d\n");
	assert_written(ATT_STR("a\nb\rc\\d"), true, "\\SHA256 (a\\nb\\rc\\\\d) = " ABC "\n");
	assert_written(ATT_STR(") = "), true, "SHA256 () = ) = " ABC "\n");
	assert_written(ATT_STR("*"), false, ABC "  *\n");
	assert_written(ATT_STR("-"), false, ABC "  -\n");
	assert_int_equal(att_digest_bytes(ATT_SHA256, ATT_STR("abc"), &digest, NULL), ATT_OK);
	att_buf_init(&out, 10000);
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		assert_int_equal(att_checksum_write(&digest, att_str_of(refused[i]), false, &out, &err),
				 ATT_ERR_REFUSED);
		assert_int_equal(out.len, 0);
	}
	assert_int_equal(att_checksum_write(&digest, ATT_STR("a\0b"), false, &out, NULL), ATT_ERR_REFUSED);
}

/* 200,000 lines in a fraction of a second, whatever their order; the duplicate is found all the same. */
static void test_many(void **state)
{
	struct att_buf text;
	struct manifest m;
	(void)state;
	att_buf_init(&text, 64 << 20);
	for (int i = 200000; i > 0; i--)
		att_buf_printf(&text, "%s  same/prefix/%d\n", ABC, i);
	parse(&m, "m", att_buf_str(&text), &strict);
	assert_int_equal(m.status, ATT_OK);
	assert_int_equal(m.list.count, 200000);
	clear(&m);
	att_buf_printf(&text, "%s  same/prefix/77777\n", EMPTY);
	parse(&m, "m", att_buf_str(&text), &strict);
	assert_int_equal(m.status, ATT_ERR_MALFORMED);
	assert_int_equal(m.err.place.line, 200001);
	assert_non_null(strstr(m.err.message, "line 122224 "));
	clear(&m);
	att_buf_clear(&text);
}

static void test_ceiling(void **state)
{
	struct att_buf text;
	struct manifest m;
	(void)state;
	att_buf_init(&text, 128 << 20);
	for (size_t i = 0; i <= ATT_MAX_STEPS; i++)
		att_buf_printf(&text, "%s  %zu\n", ABC, i);
	parse(&m, "m", att_buf_str(&text), &strict);
	assert_int_equal(m.status, ATT_ERR_LIMIT);
	assert_int_equal(m.err.place.line, ATT_MAX_STEPS + 1);
	clear(&m);
	att_buf_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),      cmocka_unit_test(test_bad),
		cmocka_unit_test(test_problems),  cmocka_unit_test(test_insecure),
		cmocka_unit_test(test_ambiguous), cmocka_unit_test(test_find),
		cmocka_unit_test(test_write),     cmocka_unit_test(test_many),
		cmocka_unit_test(test_ceiling),
	};
	return cmocka_run_group_tests_name("checksum", tests, NULL, NULL);
}
