// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/base.h"
#include "libattest/base/file.h"
#include "libattest/net/fetch.h"
#include "release/pypi_metadata.h"

#define AA "aa11111111111111111111111111111111111111111111111111111111111111"
#define BB "bb11111111111111111111111111111111111111111111111111111111111111"
#define CC "2222222222222222222222222222222222222222222222222222222222222222"

struct doc {
	struct att_arena arena;
	struct att_source source;
	struct att_buf text;
	struct release_pypi_index index;
	struct att_err err;
	int status;
};

static void read_doc(struct doc *doc, const char *folder, const char *name)
{
	char path[256];
	memset(doc, 0, sizeof *doc);
	snprintf(path, sizeof path, "testdata/pypi/%s/%s", folder, name);
	att_buf_init(&doc->text, 1 << 20);
	if (att_file_read(AT_FDCWD, path, &doc->text, &doc->err) != ATT_OK)
		fail_msg("%s: %s", path, doc->err.message);
	assert_int_equal(att_source_init(&doc->source, &doc->arena, att_str_of(name), att_buf_str(&doc->text),
					 &doc->err),
			 ATT_OK);
	doc->index.project = ATT_STR("plasmite-core");
	doc->index.version = ATT_STR("1.2.0");
	doc->index.url = ATT_STR("https://index.example/simple/plasmite-core/");
	int (*read)(const struct att_source *, struct release_pypi_index *, struct att_err *) =
		strstr(name, ".html")             ? release_pypi_read_html
		: strncmp(name, "simple", 6) == 0 ? release_pypi_read_simple
						  : release_pypi_read_release;
	doc->status = read(&doc->source, &doc->index, &doc->err);
}

static void done(struct doc *doc)
{
	release_pypi_index_clear(&doc->index);
	att_arena_clear(&doc->arena);
	att_buf_clear(&doc->text);
}

static void assert_text(struct att_str text, const char *expected)
{
	if (!att_str_is(text, expected))
		fail_msg("expected \"%s\", found \"%.*s\"", expected, ATT_STR_ARG(text));
}

static void test_html(void **state)
{
	(void)state;
	struct doc doc;
	read_doc(&doc, "good", "page.html");
	if (doc.status != ATT_OK)
		fail_msg("%u:%u %s", doc.err.place.line, doc.err.place.column, doc.err.message);
	assert_int_equal(doc.index.count, 2);
	const struct release_pypi_file *wheel = &doc.index.files[0], *sdist = &doc.index.files[1];
	assert_text(wheel->name, "plasmite_core-1.2.0-py3-none-any.whl");
	assert_text(wheel->url, "https://index.example/files/plasmite_core-1.2.0-py3-none-any.whl?a=1&b=2");
	assert_text(wheel->sha256, AA);
	assert_false(wheel->is_yanked || wheel->has_size || wheel->is_twice);
	assert_text(wheel->python, ">=3.9");
	assert_text(wheel->metadata_sha256, CC);
	assert_true(wheel->has_metadata && sdist->has_metadata);
	assert_text(wheel->provenance, "https://index.example/p?a=1&b");
	assert_int_equal(sdist->metadata_sha256.len + sdist->python.len + sdist->provenance.len, 0);
	assert_text(sdist->name, "plasmite_core-1.2.0.tar.gz");
	assert_text(sdist->url, "https://files.example/plasmite%5Fcore-1.2.0.tar.gz");
	assert_text(sdist->sha256, BB);
	assert_true(sdist->is_yanked);
	assert_ptr_equal(release_pypi_find(&doc.index, sdist->name), sdist);
	done(&doc);
	read_doc(&doc, "good", "empty.html");
	if (doc.status != ATT_OK)
		fail_msg("%u:%u %s", doc.err.place.line, doc.err.place.column, doc.err.message);
	assert_int_equal(doc.index.count, 0);
	done(&doc);
}

static void test_json(void **state)
{
	(void)state;
	struct doc doc;
	read_doc(&doc, "good", "simple.json");
	if (doc.status != ATT_OK)
		fail_msg("%u:%u %s", doc.err.place.line, doc.err.place.column, doc.err.message);
	assert_int_equal(doc.index.count, 2);
	assert_text(doc.index.files[0].url, "https://index.example/files/plasmite_core-1.2.0-py3-none-any.whl");
	assert_text(doc.index.files[0].sha256, AA);
	assert_true(doc.index.files[0].has_size && doc.index.files[0].size == 5);
	assert_false(doc.index.files[0].is_yanked);
	assert_true(doc.index.files[1].is_yanked && !doc.index.files[1].has_size);
	assert_int_equal(doc.index.files[1].sha256.len, 0);
	assert_text(doc.index.files[0].python, ">=3.9");
	assert_text(doc.index.files[0].metadata_sha256, CC);
	assert_text(doc.index.files[0].provenance, "https://index.example/simple/p");
	assert_true(doc.index.files[0].has_metadata && doc.index.files[1].has_metadata);
	assert_int_equal(doc.index.files[1].metadata_sha256.len + doc.index.files[1].python.len, 0);
	done(&doc);
	read_doc(&doc, "good", "release.json");
	if (doc.status != ATT_OK)
		fail_msg("%u:%u %s", doc.err.place.line, doc.err.place.column, doc.err.message);
	assert_int_equal(doc.index.count, 2);
	assert_text(doc.index.said_version, "1.2");
	assert_text(doc.index.files[0].type, "bdist_wheel");
	assert_text(doc.index.files[1].name, "anything");
	assert_true(doc.index.files[1].is_yanked);
	done(&doc);
	read_doc(&doc, "good", "release.empty.json");
	if (doc.status != ATT_OK)
		fail_msg("%u:%u %s", doc.err.place.line, doc.err.place.column, doc.err.message);
	assert_int_equal(doc.index.count, 0);
	done(&doc);
}

static void test_refusals(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int code;
		unsigned line, column;
		const char *message;
	} cases[] = {
		{"tag.html", ATT_ERR_MALFORMED, 3, 2, "the end of a tag"},
		{"quote.html", ATT_ERR_MALFORMED, 3, 9, "the end of a quoted attribute"},
		{"twice.html", ATT_ERR_MALFORMED, 3, 13, "each attribute once"},
		{"value.html", ATT_ERR_MALFORMED, 3, 9, "the value of an attribute"},
		{"space.html", ATT_ERR_MALFORMED, 3, 9, "space after a quoted attribute"},
		{"comment.html", ATT_ERR_MALFORMED, 3, 1, "a comment that ends at its first"},
		{"comment-open.html", ATT_ERR_MALFORMED, 3, 1, "a comment that ends at its first"},
		{"comment-end.html", ATT_ERR_MALFORMED, 3, 1, "a comment that ends at its first"},
		{"cdata.html", ATT_ERR_MALFORMED, 3, 1, "a plain list of links"},
		{"instruction.html", ATT_ERR_MALFORMED, 1, 1, "a plain list of links"},
		{"entity.html", ATT_ERR_MALFORMED, 3, 2, "HTML's five plain entities"},
		{"entity-number.html", ATT_ERR_MALFORMED, 3, 2, "HTML's five plain entities"},
		{"entity-zero.html", ATT_ERR_MALFORMED, 3, 2, "HTML's five plain entities"},
		{"digest.html", ATT_ERR_MALFORMED, 3, 2, "64 hexadecimal digits, found \"12\""},
		{"link.html", ATT_ERR_MALFORMED, 3, 2, "expected a link"},
		{"base.html", ATT_ERR_UNSUPPORTED, 3, 2, "found <base>"},
		{"script.html", ATT_ERR_UNSUPPORTED, 3, 2, "found <script>"},
		{"login.html", ATT_ERR_UNSUPPORTED, 4, 2, "found <form>"},
		{"no-links.html", ATT_ERR_MALFORMED, 1, 1, "one without any"},
		{"metadata-two.html", ATT_ERR_MALFORMED, 1, 2, "two that differ"},
		{"title.html", ATT_ERR_MALFORMED, 1, 2, "a title without tags"},
		{"version.html", ATT_ERR_UNSUPPORTED, 1, 2, "found \"2.0\""},
		{"text.html", ATT_ERR_MALFORMED, 1, 1, "found no HTML"},
		{"latin.html", ATT_ERR_MALFORMED, 1, 7, "HTML in UTF-8"},
		{"nul.html", ATT_ERR_MALFORMED, 1, 7, "HTML in UTF-8"},
		{"attributes.html", ATT_ERR_MALFORMED, 1, 250, "at most 64 attributes"},
		{"end.html", ATT_ERR_MALFORMED, 2, 1, "the end of a tag"},
		{"doctype.html", ATT_ERR_MALFORMED, 1, 1, "the end of a tag"},
		{"slash.html", ATT_ERR_MALFORMED, 3, 2, "the name that is said"},
		{"end-slash.html", ATT_ERR_MALFORMED, 3, 2, "the name that is said"},
		{"double.html", ATT_ERR_MALFORMED, 3, 2, "the name that is said"},
		{"egg.html", ATT_ERR_UNSUPPORTED, 3, 2, "\"egg=\""},
		{"egg-query.html", ATT_ERR_UNSUPPORTED, 3, 2, "\"egg=\""},
		{"tab.html", ATT_ERR_UNSUPPORTED, 3, 2, "control characters"},
		{"simple.hidden.json", ATT_ERR_MALFORMED, 2, 1,
		 "found \"notes.txt\" and \"plasmite_core-1.2.0"},
		{"simple.other.json", ATT_ERR_MALFORMED, 2, 1, "and \"notes.txt\""},
		{"simple.egg.json", ATT_ERR_UNSUPPORTED, 2, 1, "\"egg=\""},
		{"simple.version.json", ATT_ERR_UNSUPPORTED, 1, 26, "version 1 of the simple API"},
		{"simple.name.json", ATT_ERR_MALFORMED, 1, 42, "expected the project plasmite-core"},
		{"simple.no-meta.json", ATT_ERR_MALFORMED, 1, 1, "\"meta\""},
		{"simple.no-files.json", ATT_ERR_MALFORMED, 1, 1, "\"files\""},
		{"simple.entry.json", ATT_ERR_MALFORMED, 2, 1, "found a string"},
		{"simple.hashes.json", ATT_ERR_MALFORMED, 2, 1, "\"hashes\""},
		{"simple.digest.json", ATT_ERR_MALFORMED, 2, 1, "64 hexadecimal digits"},
		{"simple.size.json", ATT_ERR_MALFORMED, 2, 103, "a number of bytes"},
		{"simple.yanked.json", ATT_ERR_MALFORMED, 2, 105, "true, false or a reason"},
		{"simple.metadata-text.json", ATT_ERR_MALFORMED, 2, 114, "true, false or digests"},
		{"simple.metadata-short.json", ATT_ERR_MALFORMED, 2, 3, "64 hexadecimal digits"},
		{"simple.metadata-two.json", ATT_ERR_MALFORMED, 2, 216, "two that differ"},
		{"simple.python.json", ATT_ERR_MALFORMED, 2, 116, "\"requires-python\""},
		{"simple.provenance.json", ATT_ERR_MALFORMED, 2, 111, "\"provenance\""},
		{"simple.cut.json", ATT_ERR_MALFORMED, 1, 69, ""},
		{"release.type.json", ATT_ERR_MALFORMED, 2, 1, "\"packagetype\""},
		{"release.name.json", ATT_ERR_MALFORMED, 1, 19, "found other"},
		{"release.version.json", ATT_ERR_MALFORMED, 1, 10, "\"version\""},
		{"release.urls.json", ATT_ERR_MALFORMED, 1, 1, "\"urls\""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct doc doc;
		read_doc(&doc, "bad", cases[i].name);
		if (doc.status != cases[i].code || !strstr(doc.err.message, cases[i].message) ||
		    doc.err.place.line != cases[i].line || doc.err.place.column != cases[i].column)
			fail_msg("%s: %d %u:%u %s", cases[i].name, doc.status, doc.err.place.line,
				 doc.err.place.column, doc.err.message);
		done(&doc);
	}
}

static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *file;
		enum release_pypi_kind kind;
		const char *version;
		bool is_of;
	} cases[] = {
		{"plasmite_core-1.2.0-py3-none-any.whl", RELEASE_PYPI_WHEEL, "1.2.0", true},
		{"plasmite_core-1.2-1x-py3-none-any.whl", RELEASE_PYPI_WHEEL, "1.2", true},
		{"Plasmite.Core-1.2.0-cp39-abi3-linux_x86_64.whl", RELEASE_PYPI_WHEEL, "1.2.0", true},
		{"plasmite_core-1.2.0.tar.gz", RELEASE_PYPI_SDIST, "1.2.0", true},
		{"plasmite-core-1.2.0.zip", RELEASE_PYPI_SDIST, "1.2.0", true},
		{"plasmite-core-v1.2.tgz", RELEASE_PYPI_SDIST, "v1.2", true},
		{"plasmite-core-1.2.0rc1.tar.gz", RELEASE_PYPI_SDIST, "1.2.0rc1", false},
		{"plasmite-core-1.2.0-extra.tar.gz", RELEASE_PYPI_SDIST, "1.2.0-extra", false},
		{"plasmite-core-1.2.0-x-py3-none-any.whl", RELEASE_PYPI_OTHER, "", true},
		{"plasmite_core-1.2.0-py3-none.whl", RELEASE_PYPI_OTHER, "", true},
		{"plasmite_core-1.2.0-x-py3-none-any.whl", RELEASE_PYPI_OTHER, "", true},
		{"plasmite_core-1.2.0-1-2-py3-none-any.whl", RELEASE_PYPI_OTHER, "", true},
		{"plasmite_core-1.2.0-py3.9.egg", RELEASE_PYPI_OTHER, "", true},
		{"plasmite-core-1.2.0.win-amd64-py2.7.exe", RELEASE_PYPI_OTHER, "", true},
		{"plasmite-core-1.2.0.1.win32.exe", RELEASE_PYPI_OTHER, "", false},
		{"plasmite-core-1.2.01.exe", RELEASE_PYPI_OTHER, "", false},
		{"plasmite-core-1.2.0", RELEASE_PYPI_OTHER, "", true},
		{"plasmite-core-1.2.0+local.exe", RELEASE_PYPI_OTHER, "", true},
		{"plasmite_core-1.2.0+local-py3-none-any.whl", RELEASE_PYPI_WHEEL, "1.2.0+local", true},
		{"plasmite-core-1.2+local.tar.gz", RELEASE_PYPI_SDIST, "1.2+local", true},
		{"plasmite_core-1.2.0_1-py3-none-any.whl", RELEASE_PYPI_WHEEL, "1.2.0_1", false},
		{"plasmite-core-1.2.tbz", RELEASE_PYPI_SDIST, "1.2", true},
		{"plasmite-core-1.2.tar.lzma", RELEASE_PYPI_SDIST, "1.2", true},
		{"plasmite-1.2.0.tar.gz", RELEASE_PYPI_OTHER, "", false},
		{"plasmite-cores-1.2.0.tar.gz", RELEASE_PYPI_OTHER, "", false},
		{"plasmite-core.tar.gz", RELEASE_PYPI_OTHER, "", false},
		{"plasmite-core-.tar.gz", RELEASE_PYPI_OTHER, "", false},
		{"plasmite-core-", RELEASE_PYPI_OTHER, "", false},
		{"", RELEASE_PYPI_OTHER, "", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_str version, file = att_str_of(cases[i].file), project = ATT_STR("plasmite-core");
		if (release_pypi_file_kind(file, project, &version) != cases[i].kind ||
		    !att_str_is(version, cases[i].version) ||
		    release_pypi_is_of(file, project, ATT_STR("1.2.0")) != cases[i].is_of)
			fail_msg("%s: \"%.*s\"", cases[i].file, ATT_STR_ARG(version));
	}
}

/* What pip takes for a post-release, and what a local part is of. */
static void test_spellings(void **state)
{
	(void)state;
	struct att_str project = ATT_STR("p"), post = ATT_STR("1.2.0.post1"), local = ATT_STR("1.2.0+a");
	assert_true(release_pypi_is_of(ATT_STR("p-1.2.0_1-py3-none-any.whl"), project, post));
	assert_false(release_pypi_is_of(ATT_STR("p-1.2.0_2-py3-none-any.whl"), project, post));
	assert_true(release_pypi_is_of(ATT_STR("p-1.2+A.tar.gz"), project, local));
	assert_false(release_pypi_is_of(ATT_STR("p-1.2.0+b.tar.gz"), project, local));
	assert_false(release_pypi_is_version(ATT_STR("1.2.0+a"), ATT_STR("1.2.0")));
	assert_true(release_pypi_is_version(ATT_STR("v1.2"), ATT_STR("1.2.0")));
}

static void test_normalised(void **state)
{
	(void)state;
	struct att_arena arena = {0};
	assert_text(release_pypi_normalise(&arena, ATT_STR("A._-b-C")), "a-b-c");
	assert_text(release_pypi_normalise(&arena, ATT_STR("")), "");
	att_arena_clear(&arena);
}

static void test_links(void **state)
{
	(void)state;
	static const struct {
		const char *link, *url;
	} cases[] = {
		{"f.whl", "https://a.example/simple/p/f.whl"},
		{"../../f.whl#x", "https://a.example/f.whl"},
		{"/f.whl?b", "https://a.example/f.whl?b"},
		{"//b.example/f.whl", "https://b.example/f.whl"},
		{"http://b.example/f", "http://b.example/f"},
		{"#sha256=1", "https://a.example/simple/p/?q"},
		{"../../../../f.whl", "https://a.example/f.whl"},
		{"a b", NULL},
		{"a\tb", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_arena arena = {0};
		struct att_str url = {NULL, 0};
		struct att_err err = {0};
		int status = att_fetch_resolve(ATT_STR("https://a.example/simple/p/?q#f"),
					       att_str_of(cases[i].link), &arena, &url, &err);
		assert_int_equal(status, cases[i].url ? ATT_OK : ATT_ERR_MALFORMED);
		if (cases[i].url)
			assert_text(url, cases[i].url);
		att_arena_clear(&arena);
	}
	struct att_arena arena = {0};
	struct att_str url;
	assert_int_equal(att_fetch_resolve(ATT_STR("https://a.example/"), ((struct att_str){"a\0b", 3}), &arena,
					   &url, NULL),
			 ATT_ERR_MALFORMED);
	assert_int_equal(att_fetch_resolve(ATT_STR("x"), ATT_STR("y z"), &arena, &url, NULL),
			 ATT_ERR_MALFORMED);
	att_arena_clear(&arena);
}

/* More files of one version than any release has end the reading. */
static void test_many(void **state)
{
	(void)state;
	struct att_arena arena = {0};
	struct att_source source;
	struct att_buf text;
	struct att_err err = {0};
	struct release_pypi_index index = {
		.project = ATT_STR("p"), .version = ATT_STR("1"), .url = ATT_STR("https://a.example/")};
	att_buf_init(&text, 1 << 20);
	for (unsigned i = 0; i <= RELEASE_PYPI_MAX_FILES; i++)
		att_buf_printf(&text, "<a href=\"p-1-%u-py3-none-any.whl\">", i);
	assert_int_equal(att_source_init(&source, &arena, ATT_STR("x"), att_buf_str(&text), &err), ATT_OK);
	assert_int_equal(release_pypi_read_html(&source, &index, &err), ATT_ERR_LIMIT);
	assert_int_equal(index.count, RELEASE_PYPI_MAX_FILES);
	release_pypi_index_clear(&index);
	att_arena_clear(&arena);
	att_buf_clear(&text);
}

static void test_python(void **state)
{
	static const struct {
		const char *metadata, *python;
	} cases[] = {
		{"Name: p\nRequires-Python: >=3.9\n\nRequires-Python: >=2\n", ">=3.9"},
		{"Name: p\nrequires-python:>=3.9,\n <4\n  ,!=3.10.*\r\nX: y\n z\n", ">=3.9, <4  ,!=3.10.*"},
		{"Name: p\n", ""},
		{"Name: p\nRequires-Python\nX-Requires-Python: 3\n", ""},
		{"Requires-Python: 3\nRequires-Python: 3\n", NULL},
	};
	struct att_arena arena = {0};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_source source;
		struct att_str python;
		struct att_err err = {0};
		assert_int_equal(att_source_init(&source, &arena, ATT_STR("METADATA"),
						 att_str_of(cases[i].metadata), &err),
				 ATT_OK);
		assert_int_equal(release_pypi_read_python(&source, &arena, &python, &err),
				 cases[i].python ? ATT_OK : ATT_ERR_MALFORMED);
		if (cases[i].python)
			assert_text(python, cases[i].python);
	}
	assert_true(release_pypi_is_python(ATT_STR(">=3.9,<4"), ATT_STR("<4, >= 3.9,"), &arena));
	assert_true(release_pypi_is_python(ATT_STR(""), ATT_STR(" "), &arena));
	assert_false(release_pypi_is_python(ATT_STR(">=3.9"), ATT_STR(">=3.9,<4"), &arena));
	assert_false(release_pypi_is_python(ATT_STR(">=3.9"), ATT_STR(""), &arena));
	att_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html),       cmocka_unit_test(test_python),
		cmocka_unit_test(test_json),       cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_names),      cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_normalised), cmocka_unit_test(test_links),
		cmocka_unit_test(test_many),
	};
	return cmocka_run_group_tests_name("pypi_index", tests, NULL, NULL);
}
