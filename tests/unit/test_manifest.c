// SPDX-License-Identifier: Apache-2.0
#include "release/bash_expand.h"
#include "release/binstall.h"
#include "release/manifest.h"
#include "tests/unit/document.h"

extern const struct release_manifest_format release_manifest_binstall;
extern const struct release_manifest_format release_manifest_pkgbuild;
extern const struct release_manifest_format release_manifest_scoop;
extern const struct release_manifest_format release_manifest_srcinfo;
extern const struct release_manifest_format release_manifest_winget;

static const struct release_manifest_format *format; /* that is looked at */
static const char *folder;                           /* of its vectors */

/* ---- good vectors: all their items, as testdata/FORMAT/good.expected has them ---- */

enum { SHOWN = 40 }; /* of a manifest with more the first three and the last are compared */

static void add_item(struct att_buf *out, const char *name, const struct att_source *source,
		     const struct release_item *item)
{
	att_buf_printf(out, "%s\t%u\t%.*s|%.*s|%.*s|%.*s|%s:%.*s|%s%s|%.*s\n", name,
		       att_source_place(source, item->span).line, ATT_STR_ARG(item->platform),
		       ATT_STR_ARG(item->name), ATT_STR_ARG(item->version), ATT_STR_ARG(item->url),
		       item->algorithm ? att_digest_name(item->algorithm) : "", ATT_STR_ARG(item->digest),
		       item->is_skipped ? "skipped" : "", item->is_alternative ? "alternative" : "",
		       ATT_STR_ARG(item->unknown));
}

static void add_vector(struct att_buf *out, const char *name, struct att_str text)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct release_manifest manifest = {.items = NULL};
	struct att_err err = {0};
	assert_int_equal(att_source_init(&source, &arena, ATT_STR("a/test"), text, &err), ATT_OK);
	if (format->parse(&source, &manifest, &err) != ATT_OK)
		fail_msg("%s/%s: %u:%u %s", folder, name, err.place.line, err.place.column, err.message);
	att_buf_printf(out, "%s\t%.*s %.*s: %zu\n", name, ATT_STR_ARG(manifest.name),
		       ATT_STR_ARG(manifest.version), manifest.count);
	for (size_t i = 0; i < manifest.count; i++)
		if (manifest.count <= SHOWN || i < 3 || i + 1 == manifest.count)
			add_item(out, name, &source, &manifest.items[i]);
	release_manifest_clear(&manifest);
	att_arena_clear(&arena);
}

static void dump_good(struct att_buf *out)
{
	char path[4096], list[200];
	struct dirent **names;
	snprintf(list, sizeof list, "%s/good", folder);
	vector_path(path, sizeof path, list);
	int count = scandir(path, &names, NULL, alphasort);
	assert_true(count > 2);
	for (int i = 0; i < count; i++) {
		char file[8192];
		if (names[i]->d_name[0] != '.') {
			snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
			struct att_buf text = vector_read(file);
			add_vector(out, names[i]->d_name, att_buf_str(&text));
			att_buf_clear(&text);
		}
		free(names[i]);
	}
	free(names);
}

static void check_good(void)
{
	struct att_buf out;
	char path[4096], list[200];
	att_buf_init(&out, ATT_MAX_DOCUMENT);
	dump_good(&out);
	snprintf(list, sizeof list, "%s/good.expected", folder);
	vector_path(path, sizeof path, list);
	struct att_buf expected = vector_read(path);
	struct att_str left = att_buf_str(&expected), right = att_buf_str(&out), a, b;
	for (;;) {
		bool more = att_str_split(&left, '\n', &a), there = att_str_split(&right, '\n', &b);
		assert_true(more == there);
		if (!more)
			break;
		if (!att_str_equal(a, b))
			fail_msg("%s: expected\n%.*s\nfound\n%.*s", list, ATT_STR_ARG(a), ATT_STR_ARG(b));
	}
	att_buf_clear(&expected);
	att_buf_clear(&out);
}

/* ---- bad vectors ---- */

static int parse(const struct att_source *source, struct att_arena *arena, struct att_value *out,
		 struct att_err *err)
{
	struct release_manifest manifest = {.items = NULL};
	(void)arena;
	out->kind = ATT_NULL;
	int status = format->parse(source, &manifest, err);
	release_manifest_clear(&manifest);
	return status;
}

static void check_bad(const char *name, struct att_str text)
{
	char list[200];
	snprintf(list, sizeof list, "%s/bad.expected", folder);
	assert_refused_as_listed(parse, list, name, text);
}

static void check_format(const struct release_manifest_format *which, const char *name, size_t bad)
{
	char path[200];
	format = which;
	folder = name;
	check_good();
	snprintf(path, sizeof path, "%s/bad", folder);
	assert_true(vectors_walk(path, check_bad) >= bad);
}

static void test_scoop(void **state)
{
	(void)state;
	check_format(&release_manifest_scoop, "scoop", 7);
}

static void test_srcinfo(void **state)
{
	(void)state;
	check_format(&release_manifest_srcinfo, "srcinfo", 8);
}

static void test_pkgbuild(void **state)
{
	(void)state;
	check_format(&release_manifest_pkgbuild, "pkgbuild", 19);
}

static void test_winget(void **state)
{
	(void)state;
	check_format(&release_manifest_winget, "winget", 6);
}

static void test_binstall(void **state)
{
	(void)state;
	check_format(&release_manifest_binstall, "binstall", 8);
}

/* ---- recognition ---- */

static void test_recognition(void **state)
{
	static const struct {
		const char *path, *text, *format;
	} rows[] = {
		{"a/.SRCINFO", "", "aur-srcinfo"},
		{"x", "# c\n\n pkgbase = a\n", "aur-srcinfo"},
		{"x", "pkgbases = a\n", NULL},
		{"a/PKGBUILD", "", "aur-pkgbuild"},
		{"PKGBUILD.tool", "", "aur-pkgbuild"},
		{"tool.PKGBUILD", "", "aur-pkgbuild"},
		{"x", "pkgname=a\npkgver=1\n", "aur-pkgbuild"},
		{"x.sh", "pkgname=a\npkgver=1\n", NULL},
		{"a/Cargo.toml", "[package]\n", "cargo-binstall"},
		{"a/Cargo.toml", "[workspace]\n", NULL},
		{"a/other.toml", "[package.metadata.binstall]\n", "cargo-binstall"},
		{"a/other.toml", "[package]\n", NULL},
		{"a.yaml", "PackageIdentifier: a\nPackageVersion: 1\n", "winget"},
		{"a.yml", "\xef\xbb\xbfPackageIdentifier: a\nPackageVersion: 1\n", "winget"},
		{"a.yaml", "- PackageIdentifier: a\n  PackageVersion: 1\n", NULL},
		{"a.json", "{\"version\":\"1\",\"hash\":\"\"}", "scoop"},
		{"a.json", "{\"version\":\"1\",\"url\":\"\"}", NULL},
		{"a.json", "{\"hash\":\"\"}", NULL},
		{"a/package.json", "{\"version\":\"1\",\"hash\":\"\"}", NULL},
		{"a.txt", "{\"version\":\"1\",\"hash\":\"\"}", NULL},
		{"", "", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct release_manifest_format *found =
			release_manifest_find_format(att_str_of(rows[i].path), att_str_of(rows[i].text));
		const char *name = found ? found->name : NULL;
		if (name != rows[i].format && (!name || !rows[i].format || strcmp(name, rows[i].format) != 0))
			fail_msg("row %zu: %s", i, name ? name : "none");
	}
}

/* ---- parts of items ---- */

static void assert_digest(enum att_digest_kind kind, const char *text, const char *digest, const char *unknown)
{
	struct release_manifest manifest = {.items = NULL};
	struct release_item *item = release_manifest_add(&manifest);
	assert_non_null(item);
	release_item_set_digest(&manifest, item, kind, att_str_of(text), (struct att_span){1, 2});
	assert_text(item->digest, digest);
	assert_text(item->unknown, unknown);
	assert_int_equal(item->algorithm, digest[0] ? kind : ATT_DIGEST_NONE);
	assert_int_equal(item->digest_span.end, 2);
	release_manifest_clear(&manifest);
}

static void test_digests(void **state)
{
	(void)state;
	assert_digest(ATT_MD5, "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e", "");
	assert_digest(ATT_MD5, "d41d8cd98f00b204e9800998ecf8427", "", "the md5 has 31 digits, not 32");
	assert_digest(ATT_MD5, "d41d8cd98f00b204e9800998ecf8427e0", "", "the md5 has 33 digits, not 32");
	assert_digest(ATT_SHA1, "", "", "the sha1 is empty");
	assert_digest(ATT_SHA256, "PLACEHOLDER_X", "", "the sha256 is a placeholder: \"PLACEHOLDER_X\"");
	assert_digest(ATT_MD5, "00000000000000000000000000000000", "",
		      "the md5 is a placeholder: only the digit 0");
	assert_digest(ATT_MD5, "d41d8cd98f00b204e9800998ecf8427g", "",
		      "the md5 is a placeholder: \"d41d8cd98f00b204e9800998ecf8427g\"");
}

static void test_platforms(void **state)
{
	static const char *const rows[][3] = {
		{"linux", "amd64", "linux-x86_64"},
		{"windows", "64bit", "windows-x86_64"},
		{"macos", "arm64", "macos-aarch64"},
		{"windows", "32BIT", "windows-x86"},
		{"linux", "i686", "linux-x86"},
		{"linux", "armv7h", "linux-armv7h"},
		{"windows", "arm", "windows-arm"},
		{"linux", "", "linux"},
		{"", "x64", "x86_64"},
		{"", "", ""},
	};
	struct att_arena arena = {0};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_text(release_platform(&arena, att_str_of(rows[i][0]), att_str_of(rows[i][1])),
			    rows[i][2]);
	assert_text(release_file_name(ATT_STR("a/b.c")), "b.c");
	assert_text(release_file_name(ATT_STR("b")), "b");
	assert_text(release_file_name(ATT_STR("a/")), "");
	att_arena_clear(&arena);
}

static void test_conditions(void **state)
{
	static const struct {
		const char *text, *triple;
		bool holds, well_formed;
	} rows[] = {
		{"cfg(unix)", "x86_64-unknown-linux-gnu", true, true},
		{"cfg(unix)", "x86_64-pc-windows-msvc", false, true},
		{"cfg( windows )", "x86_64-pc-windows-msvc", true, true},
		{"cfg(target_os = \"macos\")", "aarch64-apple-darwin", true, true},
		{"cfg(target_os = \"darwin\")", "aarch64-apple-darwin", false, true},
		{"cfg(target_arch = \"universal\")", "universal2-apple-darwin", true, true},
		{"cfg(target_vendor = \"pc\")", "x86_64-pc-windows-gnu", true, true},
		{"cfg(target_family = \"unix\")", "x86_64-unknown-freebsd", true, true},
		{"cfg(target_pointer_width = \"64\")", "x86_64-unknown-linux-gnu", false, true},
		{"cfg(all())", "x86_64-unknown-linux-gnu", true, true},
		{"cfg(any())", "x86_64-unknown-linux-gnu", false, true},
		{"cfg(all(unix, not(target_env = \"musl\")))", "x86_64-unknown-linux-gnu", true, true},
		{"cfg(all(unix, not(target_env = \"gnu\"),))", "x86_64-unknown-linux-gnu", false, true},
		{"cfg(not())", "x86_64-unknown-linux-gnu", false, false},
		{"cfg(unix", "x86_64-unknown-linux-gnu", false, false},
		{"cfg(unix) x", "x86_64-unknown-linux-gnu", false, false},
		{"cfg(none(unix))", "x86_64-unknown-linux-gnu", false, false},
		{"cfg(target_os = linux)", "x86_64-unknown-linux-gnu", false, false},
		{"cfg(target_os = \"linux)", "x86_64-unknown-linux-gnu", false, false},
		{"cfg()", "x86_64-unknown-linux-gnu", false, false},
		{"unix", "x86_64-unknown-linux-gnu", false, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct release_binstall_target target;
		bool well_formed;
		release_binstall_take_apart(att_str_of(rows[i].triple), &target);
		bool holds = release_binstall_cfg(att_str_of(rows[i].text), &target, &well_formed);
		if (holds != rows[i].holds || well_formed != rows[i].well_formed)
			fail_msg("row %zu: %d %d", i, holds, well_formed);
	}
}

/* ---- scripts that want more than they are given ---- */

/* The reason of the first item, of a script of `head`, `repeated` many times, and `tail`. */
static void assert_doubt(const char *head, const char *repeated, size_t times, const char *tail,
			 const char *expected)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct release_manifest manifest;
	struct att_err err = {0};
	struct att_buf text;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	att_buf_add(&text, ATT_STR("pkgver=1\n"));
	att_buf_add(&text, att_str_of(head));
	for (size_t i = 0; i < times; i++)
		att_buf_add(&text, att_str_of(repeated));
	att_buf_add(&text, att_str_of(tail));
	assert_int_equal(att_source_init(&source, &arena, ATT_STR("PKGBUILD"), att_buf_str(&text), &err),
			 ATT_OK);
	assert_int_equal(release_manifest_parse(&source, &manifest, NULL, &err), ATT_OK);
	assert_true(manifest.count > 0);
	assert_text(manifest.items[0].unknown, expected);
	release_manifest_clear(&manifest);
	att_arena_clear(&arena);
	att_buf_clear(&text);
}

static void test_scripts_that_grow(void **state)
{
	(void)state;
	assert_doubt("a=0123456789\n", "a=$a$a\n", 40, "source=($a)\n",
		     "it comes to more text than is followed; no array of digests belongs to it");
	assert_doubt("a=0123456789\n", "a+=$a\n", 40, "source=($a)\n",
		     "it comes to more text than is followed; no array of digests belongs to it");
	assert_doubt("a=(x)\n", "a+=(\"${a[@]}\")\n", 40, "source=(\"${a[@]}\")\n",
		     "it comes to more text than is followed");
	assert_doubt("source=({", "a,", 100, "})\n",
		     "it comes to more words than are followed; no array of digests belongs to it");
	assert_doubt(
		"a=", "ab", 20000, "\nb=${a//*a*b*a*c/x}\nsource=(\"$b\")\n",
		"an expansion that is not understood: ${a//*a*b*a*c/x}; no array of digests belongs to it");
}

static void test_scripts_that_hide(void **state)
{
	static const char *const rows[][2] = {
		{"eval x\nsource=(a)\n", "line 2 may change any value: eval"},
		{"f() { source=(b); }\nsource=(a)\nf\n", "line 4 may change any value: f"},
		{"source=(a)\nfor source in b; do :; done\n", "line 3 may change any value: for"},
		{"source=(a)\n: ${x:=${source:=b}}\n", "line 3 may change any value: :"},
		{"source=(a)\ncat <<E >f\nE\n", "line 3 may change any value: <<"},
		{"if true; then source=(a); fi\n", "line 2 is not followed: source=(a)"},
		{"source=(a)\nsource[0]=b\n", "line 3 may change any value: source[0]=b"},
		{"pkgver() { git describe; }\nsource=(a)\n", "the function pkgver() computes the version"},
		{"source=($(a))\n", "the output of a command: $(a)"},
		{"source=(\"$a\")\n", "a variable that the file does not set: a"},
		{"source=(a*)\n", "a pattern of files: *"},
		{"source=(~/a)\n", "the home of whoever runs it: ~/a"},
		{"a='b c'\nsource=($a)\n", "an unquoted value with blanks or a pattern: b c"},
		{"source=(\"\")\n", "the url is empty"},
		{"HOME+=/x\nsource=(\"$HOME\")\n", "line 2 is not followed: HOME+=/x"},
		{"a=1\nexport a=2 b=$a\nsource=(\"$b\")\n", "line 3 may change any value: export"},
		{"a=1\nab=2\nsource=(\"$a\\\nb\")\n", "an expansion that is not understood: $a\\\nb\""},
		{"a=1\nsource=(\"$\\\na\")\n", "an expansion that is not understood: $\\\na\""},
		{"eval \"$(base64 -d <<<c291cmNl)\"\n", "line 2 may change any value: eval"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char expected[300];
		bool bare = strstr(rows[i][0], "source=") == NULL;
		snprintf(expected, sizeof expected, "%s%s", rows[i][1],
			 bare || strstr(rows[i][0], "then") ? "" : "; no array of digests belongs to it");
		assert_doubt(rows[i][0], "", 0, "", expected);
	}
}

static void test_nothing_known(void **state)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct release_manifest manifest;
	struct att_err err = {0};
	const struct release_manifest_format *found = &release_manifest_scoop;
	(void)state;
	assert_int_equal(att_source_init(&source, &arena, ATT_STR("x"), ATT_STR("x"), &err), ATT_OK);
	assert_int_equal(release_manifest_parse(&source, &manifest, &found, &err), ATT_ERR_UNSUPPORTED);
	assert_null(found);
	assert_null(manifest.items);
	assert_true(strstr(err.help, "PKGBUILD") != NULL);
	assert_int_equal(release_manifest_parse(&source, &manifest, NULL, NULL), ATT_ERR_UNSUPPORTED);
	att_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scoop),
		cmocka_unit_test(test_srcinfo),
		cmocka_unit_test(test_pkgbuild),
		cmocka_unit_test(test_winget),
		cmocka_unit_test(test_binstall),
		cmocka_unit_test(test_recognition),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_platforms),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_scripts_that_grow),
		cmocka_unit_test(test_scripts_that_hide),
		cmocka_unit_test(test_nothing_known),
	};
	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
