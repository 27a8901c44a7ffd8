// SPDX-License-Identifier: Apache-2.0
#include "release/packaging.h"
#include "tests/unit/document.h"

#define A "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define B "486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7"

static struct att_digest digest_of(const char *hex)
{
	struct att_digest digest = {.kind = strlen(hex) == 64 ? ATT_SHA256 : ATT_MD5};
	for (size_t i = 0; i < strlen(hex) / 2; i++)
		digest.bytes[i] = (uint8_t)(att_ascii_hex(hex[2 * i]) * 16 + att_ascii_hex(hex[2 * i + 1]));
	return digest;
}

/* A manifest that has been read, and what it lives on. */
struct loaded {
	struct att_arena arena;
	struct att_source source;
	struct release_manifest manifest;
	struct release_packaging_file file;
};

static void load_for(struct loaded *l, const char *path, const char *text, const struct att_value *targets)
{
	struct att_err err = {0};
	*l = (struct loaded){.file = {&l->source, &l->manifest, NULL}};
	assert_int_equal(att_source_init(&l->source, &l->arena, att_str_of(path), att_str_of(text), &err),
			 ATT_OK);
	if (release_manifest_parse_for(&l->source, targets, &l->manifest, &l->file.format, &err) != ATT_OK)
		fail_msg("%s: %s", path, err.message);
}

static void load(struct loaded *l, const char *path, const char *text)
{
	load_for(l, path, text, NULL);
}

static void unload(struct loaded *l)
{
	release_manifest_clear(&l->manifest);
	att_arena_clear(&l->arena);
}

/* "CODE LINE:COLUMN EXPECTED FOUND" of every finding, one a line. */
static void assert_findings(const struct release_packaging *packaging, const char *expected)
{
	struct att_findings findings;
	struct att_buf out;
	att_findings_init(&findings);
	att_buf_init(&out, ATT_MAX_DOCUMENT);
	release_packaging_check(packaging, &findings);
	for (size_t i = 0; i < findings.count; i++) {
		const struct att_finding *f = &findings.items[i];
		att_buf_printf(&out, "%s %u:%u %.*s %.*s\n", f->code, f->place.line, f->place.column,
			       ATT_STR_ARG(f->expected), ATT_STR_ARG(f->found));
		assert_int_equal(f->severity, ATT_ERROR);
		assert_true(f->message.len > 0 && f->help.len > 0);
		assert_text(f->channel, "the channel");
	}
	att_buf_add_byte(&out, '\0');
	assert_string_equal(out.data, expected);
	att_buf_clear(&out);
	att_findings_clear(&findings);
}

static void check(const char *path, const char *text, const struct release_target *built, size_t count,
		  const char *expected)
{
	struct loaded l;
	load(&l, path, text);
	assert_findings(&(struct release_packaging){.channel = ATT_STR("the channel"),
						    .version = ATT_STR("1.2.0-rc.1"),
						    .built = built,
						    .built_count = count,
						    .files = &l.file,
						    .file_count = 1},
			expected);
	unload(&l);
}

#define URL "https://a.example/v1/"
#define SCOOP(version, arch, file, hash)                                                                       \
	"{\"version\":\"" version "\",\"architecture\":{\"" arch "\":\n{\"url\":\"" URL file                   \
	"\",\n\"hash\":\"" hash "\"}}}"

static void test_one(void **state)
{
	struct att_digest digests[] = {digest_of(A), digest_of("d41d8cd98f00b204e9800998ecf8427e")};
	struct release_target built = {.name = ATT_STR("a+b.zip"),
				       .url = ATT_STR(URL "a%2Bb.zip"),
				       .platform = ATT_STR("windows-x86_64"),
				       .digests = digests,
				       .digest_count = 2};
	(void)state;
	check("t.json", SCOOP("1.2.0-rc.1", "64bit", "a%2Bb.zip", A), &built, 1, "");
	check("t.json", SCOOP("1.2.0", "64bit", "a%2Bb.zip", A), &built, 1,
	      "wrong-version 1:13 1.2.0-rc.1 1.2.0\n");
	check("t.json", SCOOP("1.2.0-rc.1", "64bit", "a%2Bb.zip", B), &built, 1,
	      "wrong-digest 3:9 " A " " B "\n");
	check("t.json", SCOOP("1.2.0-rc.1", "64bit", "x/a%2Bb.zip", A), &built, 1,
	      "wrong-url 2:9 " URL "a%2Bb.zip " URL "x/a%2Bb.zip\n");
	check("t.json", SCOOP("1.2.0-rc.1", "arm64", "a%2Bb.zip", A), &built, 1,
	      "wrong-platform 2:9 windows-x86_64 windows-aarch64\n");
	check("t.json", SCOOP("1.2.0-rc.1", "64bit", "old.zip", A), &built, 1,
	      "unbuilt-url 2:9  " URL "old.zip\nunpointed-artifact 0:0 a+b.zip \n");
	check("t.json", SCOOP("1.2.0-rc.1", "64bit", "a%2Bb.zip", "HASH"), &built, 1, "unknown-value 3:9  \n");
	check("t.json", SCOOP("1.2.0-rc.1", "64bit", "a%2Bb.zip", "md5:D41d8cd98f00b204e9800998ecf8427e"),
	      &built, 1, "weak-digest 3:13  md5\n");
	check("t.json",
	      SCOOP("1.2.0-rc.1", "64bit", "a%2Bb.zip", "sha1:a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"),
	      &built, 1, "weak-digest 3:14  sha1\nunknown-value 2:8  \n");
	built.platform = (struct att_str){NULL, 0};
	built.url = (struct att_str){NULL, 0};
	check("t.json", SCOOP("1.2.0-rc.1", "arm64", "x/a%2bb.zip?y#z", A), &built, 1, "");
}

static void test_several(void **state)
{
	struct att_digest a = digest_of(A), b = digest_of(B);
	const struct release_target built[] = {
		{ATT_STR("x.tar.gz"), {NULL, 0}, ATT_STR("linux-x86_64"), &a, 1},
		{ATT_STR("y.tar.gz"), {NULL, 0}, ATT_STR("linux-aarch64"), &b, 1},
	};
	(void)state;
	check("PKGBUILD",
	      "pkgver=1.2.0_rc.1\narch=(x86_64 aarch64)\nsource=(local)\nsha256sums=(" A
	      ")\nsource_x86_64=(" URL "x.tar.gz)\nsha256sums_x86_64=(" A ")\nsource_aarch64=(n::" URL
	      "y.tar.gz)\nsha256sums_aarch64=(" B ")\n",
	      built, 2, "");
	check("PKGBUILD",
	      "pkgver=1.2.0rc1\narch=(x86_64)\nsource=(" URL "x.tar.gz " URL "x.tar.gz.sig)\nsha256sums=(" B
	      " SKIP)\n",
	      built, 2,
	      "wrong-version 1:8 1.2.0-rc.1 1.2.0rc1\nwrong-digest 4:13 " A " " B "\nskipped-digest 4:78  " URL
	      "x.tar.gz.sig\nunbuilt-url 3:39  " URL "x.tar.gz.sig\nunpointed-artifact 0:0 y.tar.gz \n");
	check("PKGBUILD", "pkgver=1.2.0rc.1\n", built, 2,
	      "unpointed-artifact 0:0 x.tar.gz \nunpointed-artifact 0:0 y.tar.gz \n");
	check("PKGBUILD", "pkgver=1.2.0rc.1\neval x\n", built, 0, "unknown-value 0:0  \n");
}

static void test_winget(void **state)
{
	struct att_digest a = digest_of(A);
	const struct release_target built = {ATT_STR("x.zip"), {NULL, 0}, ATT_STR("windows-x86_64"), &a, 1};
	struct loaded l[2];
	(void)state;
	load(&l[0], "a.yaml", "PackageIdentifier: a\nPackageVersion: 1.1\nManifestType: version\n");
	load(&l[1], "a.installer.yaml",
	     "PackageIdentifier: a\nPackageVersion: 1.2\nInstallers:\n- Architecture: x64\n  InstallerUrl: " URL
	     "x.zip\n  InstallerSha256: " A "\n");
	const struct release_packaging_file files[] = {l[0].file, l[1].file};
	struct release_packaging packaging = {ATT_STR("the channel"), ATT_STR("1.2"), &built, 1, files, 2};
	assert_findings(&packaging, "wrong-version 0:0 1.2 1.1\n");
	packaging.file_count = 1;
	assert_findings(&packaging, "wrong-version 0:0 1.2 1.1\nunpointed-artifact 0:0 x.zip \n");
	packaging.file_count = 0;
	assert_findings(&packaging, "unpointed-artifact 0:0 x.zip \n");
	unload(&l[0]);
	unload(&l[1]);
}

static void test_alternatives(void **state)
{
	static const char text[] = "[package]\nname = \"t\"\nversion = \"1.2.0-rc.1\"\n"
				   "repository = \"https://github.com/e/t\"\n";
	static const char at[] =
		"https://github.com/e/t/releases/download/v1.2.0-rc.1/t-x86_64-apple-darwin.tar.xz";
	struct att_digest a = digest_of(A);
	struct release_target built = {ATT_STR("t-x86_64-apple-darwin.tar.xz"), ATT_STR(at),
				       ATT_STR("macos-x86_64"), &a, 1};
	(void)state;
	check("Cargo.toml", text, &built, 1, "");
	built.url = ATT_STR("https://elsewhere.example/t-x86_64-apple-darwin.tar.xz");
	check("Cargo.toml", text, &built, 1, "unpointed-artifact 0:0 t-x86_64-apple-darwin.tar.xz \n");
	built.url = (struct att_str){NULL, 0};
	check("Cargo.toml", text, &built, 1, "unknown-value 4:14  \n");
	built.url = ATT_STR(at);
	built.platform = ATT_STR("linux-x86_64");
	check("Cargo.toml", text, &built, 1, "wrong-platform 4:14 linux-x86_64 macos-x86_64\n");
	check("Cargo.toml", "[package]\nname = \"t\"\nversion = \"1.2.0-rc.1\"\n", &built, 1,
	      "unknown-value 0:0  \nunpointed-artifact 0:0 t-x86_64-apple-darwin.tar.xz \n");
}

/* The targets that a channel of cargo-binstall names, and no others. */
static void test_targets(void **state)
{
	static const char *const cases[][3] = {
		{"x86_64-unknown-linux-gnu", NULL, ""},
		{"x86_64-unknown-linux-gnu", "aarch64-apple-darwin",
		 "wrong-platform 5:12 linux-x86_64 macos-aarch64\n"},
		{"aarch64-unknown-linux-gnu", "aarch64-unknown-linux-musl",
		 "wrong-platform 5:12 linux-x86_64 linux-aarch64\n"},
		{"riscv64gc-unknown-linux-gnu", "x86_64-unknown-linux-gnu",
		 "unbuilt-url 0:0 riscv64gc-unknown-linux-gnu \n"},
		{NULL, NULL, "unpointed-artifact 0:0 t.tgz \n"},
	};
	static const char text[] =
		"[package]\nname = \"t\"\nversion = \"1.2.0-rc.1\"\n[package.metadata.binstall]\n"
		"pkg-url = \"https://e.example/t.tgz\"\n"
		"[package.metadata.binstall.overrides.riscv64gc-unknown-linux-gnu]\n"
		"pkg-url = \"https://e.example/riscv.tgz\"\n";
	struct att_digest a = digest_of(A);
	const struct release_target built = {ATT_STR("t.tgz"), ATT_STR("https://e.example/t.tgz"),
					     ATT_STR("linux-x86_64"), &a, 1};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_value names[2] = {{.kind = ATT_STRING}, {.kind = ATT_STRING}};
		struct att_value targets = {.kind = ATT_ARRAY, .items = names};
		while (targets.count < 2 && cases[i][targets.count]) {
			names[targets.count].string = att_str_of(cases[i][targets.count]);
			targets.count++;
		}
		struct loaded l;
		load_for(&l, "Cargo.toml", text, &targets);
		assert_findings(&(struct release_packaging){.channel = ATT_STR("the channel"),
							    .version = ATT_STR("1.2.0-rc.1"),
							    .built = &built,
							    .built_count = 1,
							    .files = &l.file,
							    .file_count = 1},
				cases[i][2]);
		unload(&l);
	}
}

static void test_versions(void **state)
{
	static const struct {
		const char *format, *version, *found;
		bool is;
	} rows[] = {
		{"scoop", "1.0-rc.1", "1.0-rc.1", true},
		{"scoop", "1.0-rc.1", "1.0_rc.1", false},
		{"aur-srcinfo", "1.0-rc.1", "1.0_rc.1", true},
		{"aur-srcinfo", "1.0-rc.1", "1.0rc.1", true},
		{"aur-pkgbuild", "1.0-rc.1", "1.0.rc.1", true},
		{"aur-pkgbuild", "1.0-rc.1", "1.0rc1", false},
		{"aur-pkgbuild", "1.0", "1.00", false},
		{"aur-pkgbuild", "1.0", "1", false},
		{"aur-pkgbuild", "1.0", "1_0", false},
		{"aur-pkgbuild", "1.0-", "1.0", true},
		{"aur-pkgbuild", "", "", true},
		{"aur-pkgbuild", "1-1", "1__1", false},
		{"homebrew-cask", "1.2.0", "1.2.0,45", true},
		{"homebrew-cask", "1.2.0", "1.2.0", true},
		{"homebrew-cask", "1.2.0", "1.2.1,45", false},
		{"homebrew-cask", "1.2.0", ",1.2.0", false},
		{"homebrew-formula", "1.2.0", "1.2.0,45", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct release_manifest_format format = {rows[i].format, NULL, NULL};
		if (release_packaging_is_version(&format, att_str_of(rows[i].version),
						 att_str_of(rows[i].found)) != rows[i].is)
			fail_msg("row %zu", i);
	}
}

static void test_digest_kinds(void **state)
{
	struct loaded l;
	(void)state;
	load(&l, "t.json",
	     "{\"version\":\"1\",\"url\":[\"a\",\"b\",\"c\"],\"hash\":[\"" A "\","
	     "\"md5:d41d8cd98f00b204e9800998ecf8427e\",\"HASH\"]}");
	assert_int_equal(release_packaging_digests(&l.manifest), 1u << ATT_SHA256 | 1u << ATT_MD5);
	unload(&l);
}

/* People get the bottle, not what "url" gives. */
static void test_bottles(void **state)
{
#define FORMULA(bottle)                                                                                        \
	"class P < Formula\n  url \"" URL "p.tgz\"\n  version \"1.2.0-rc.1\"\n  sha256 \"" A                   \
	"\"\n  bottle do\n    root_url \"https://b.example/v2\"\n    sha256 arm64_sequoia: \"" bottle          \
	"\"\n  end\nend\n"
	(void)state;
	const struct att_digest digests[] = {digest_of(A), digest_of(B)};
	const struct release_target built[] = {
		{.name = ATT_STR("p.tgz"), .digests = &digests[0], .digest_count = 1},
		{.name = ATT_STR("p.bottle.tgz"), .digests = &digests[1], .digest_count = 1},
	};
	check("p.rb", FORMULA(B), built, 1,
	      "unbuilt-url 7:28  https://b.example/v2/p-1.2.0-rc.1.arm64_sequoia.bottle.tar.gz\n");
	check("p.rb", FORMULA(B), built, 2, "");
#undef FORMULA
}

/* What holds on some versions of macOS only is what people there get, not a part. */
static void test_ranges(void **state)
{
#define FORMULA(old, digest)                                                                                   \
	"class P < Formula\n  version \"1.2.0-rc.1\"\n"                                                        \
	"  on_monterey :or_older do\n    url \"" old "\"\n    sha256 \"" digest "\"\n  end\n"                  \
	"  on_ventura :or_newer do\n    url \"" URL "p.tgz\"\n    sha256 \"" A "\"\n  end\n"                   \
	"  on_linux do\n    url \"" URL "p.tgz\"\n    sha256 \"" A "\"\n  end\n"                               \
	"  resource \"r\" do\n    url \"https://r.example/r-1.tgz\"\n    sha256 \"" B "\"\n  end\nend\n"
	(void)state;
	const struct att_digest digests[] = {digest_of(A)};
	const struct release_target built[] = {
		{.name = ATT_STR("p.tgz"), .digests = &digests[0], .digest_count = 1},
	};
	check("p.rb", FORMULA(URL "p.tgz", A), built, 1, "");
	check("p.rb", FORMULA("https://e.example/q.tgz", B), built, 1,
	      "unbuilt-url 4:10  https://e.example/q.tgz\n");
#undef FORMULA
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),          cmocka_unit_test(test_several),
		cmocka_unit_test(test_winget),       cmocka_unit_test(test_alternatives),
		cmocka_unit_test(test_targets),      cmocka_unit_test(test_versions),
		cmocka_unit_test(test_digest_kinds), cmocka_unit_test(test_bottles),
		cmocka_unit_test(test_ranges),
	};
	return cmocka_run_group_tests_name("packaging", tests, NULL, NULL);
}
