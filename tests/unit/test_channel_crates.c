// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "release/crates_index.h"
#include "tests/unit/look.h"

#define FILE_NAME "plasmite-1.2.0.crate"
#define INDEX     "/pl/as/plasmite"
#define DL        "/dl/plasmite/1.2.0/download"
#define EMPTY     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define TOML      "[package]\nname = \"plasmite\"\nversion = \"1.2.0\"\n"
#define OTHER     "{\"name\":\"plasmite\",\"vers\":\"1.1.0\",\"cksum\":\"" EMPTY "\",\"yanked\":true}\n"

static struct server_route routes[] = {
	{.path = INDEX}, {.path = "/config.json"}, {.path = DL}, {.path = "/api/v1/me"}, {.path = NULL},
};

static const struct look_file good[] = {
	{"plasmite-1.2.0/.cargo_vcs_info.json",
	 "{\"git\":{\"sha1\":\"" LOOK_COMMIT "\"},\"path_in_vcs\":\"\"}"},
	{"plasmite-1.2.0/Cargo.toml", TOML},
	{"plasmite-1.2.0/src/lib.rs", "//\n"},
	{NULL, NULL},
};

struct crates {
	struct look l;
	struct att_buf crate;
};

/* Line of the index for the crate, with more members behind; NULL: none. */
static void serve_index(struct crates *c, const char *version, const char *more)
{
	struct att_digest digest;
	char hex[ATT_DIGEST_TEXT + 1];
	assert_int_equal(att_digest_bytes(ATT_SHA256, att_buf_str(&c->crate), &digest, NULL), 0);
	att_digest_hex(&digest, hex);
	look_answer(&c->l, routes, INDEX,
		    att_arena_printf(&c->l.arena,
				     OTHER "{\"name\":\"plasmite\",\"vers\":\"%s\",\"cksum\":\"%s\"%s%s}\n",
				     version, hex, strstr(more, "\"deps\"") ? "" : ",\"deps\":[]", more));
}

static void serve_crate(struct crates *c, const struct look_file *files)
{
	att_buf_clear(&c->crate);
	look_pack(files, &c->crate);
	look_answer(&c->l, routes, DL, att_buf_str(&c->crate));
	c->l.look.built_count = 0;
	look_built(&c->l, FILE_NAME, att_buf_str(&c->crate));
	serve_index(c, "1.2.0", ",\"yanked\":false");
}

/* A registry that serves what was built. */
static void open_crates(struct crates *c, const char *more)
{
	char settings[512];
	snprintf(settings, sizeof settings,
		 "kind = \"crates\"\nartifacts = [\"*\"]\nregistry = \"sparse+http://127.0.0.1:%%u/\"\n%s",
		 more);
	for (size_t i = 0; routes[i].path; i++)
		routes[i] = (struct server_route){.path = routes[i].path};
	look_open(&c->l, routes, settings);
	look_name(&c->l, "version", "1.2.0");
	att_buf_init(&c->crate, 1 << 20);
	serve_crate(c, good);
	look_answer(&c->l, routes, "/config.json",
		    att_arena_printf(&c->l.arena, "{\"dl\":\"http://127.0.0.1:%u/dl\"}", c->l.server.port));
}

/* A crate with more in its Cargo.toml ("%u" is the server's port), and a line with dependencies and more. */
static void serve_manifest(struct crates *c, const char *deps, const char *more, const char *toml)
{
	const char *port = strstr(toml, "%u");
	struct att_str text = att_arena_printf(&c->l.arena, TOML "%.*s%u%s", port ? (int)(port - toml) : 0,
					       toml, c->l.server.port, port ? port + 2 : "");
	if (!port)
		text = att_arena_printf(&c->l.arena, TOML "%s", toml);
	const struct look_file files[] = {good[0], {"plasmite-1.2.0/Cargo.toml", text.data}, {NULL, NULL}};
	serve_crate(c, files);
	serve_index(c, "1.2.0", att_arena_printf(&c->l.arena, ",\"deps\":[%s]%s", deps, more).data);
}

static void close_crates(struct crates *c)
{
	att_buf_clear(&c->crate);
	look_close(&c->l);
}

static void test_match(void **state)
{
	struct crates c;
	(void)state;
	open_crates(&c, "");
	look_run(&c.l);
	assert_true(look_all_match(&c.l));
	assert_int_equal(c.l.verdicts.count, 5);
	look_expect(&c.l, "manifest", RELEASE_MATCH, "");
	look_expect(&c.l, "index 1.2.0", RELEASE_MATCH, "");
	look_expect(&c.l, FILE_NAME, RELEASE_MATCH, "");
	look_expect(&c.l, "commit", RELEASE_MATCH, "");
	look_expect(&c.l, "Cargo.toml", RELEASE_MATCH, "");
	/* Before a release that says that all is done. */
	c.l.look.is_before = true;
	look_run(&c.l);
	assert_true(look_all_match(&c.l));
	close_crates(&c);
}

static void test_addresses(void **state)
{
	static const char *const templates[] = {
		"/dl/{crate}/{version}/download",
		"/dl/{crate}/1.2.0/{prefix}/{lowerprefix}/{sha256-checksum}",
	};
	struct att_arena arena = {0};
	struct att_digest digest = {.kind = ATT_SHA256};
	struct att_str url, config;
	struct att_err err;
	(void)state;
	config = att_arena_printf(&arena, "{\"dl\":\"http://h%s\"}", templates[0]);
	assert_int_equal(release_crates_address(config, ATT_STR("Serde"), ATT_STR("1.0.0+a"), &digest, &arena,
						&url, &err),
			 0);
	assert_true(att_str_is(url, "http://h/dl/Serde/1.0.0+a/download"));
	config = att_arena_printf(&arena, "{\"dl\":\"http://h%s\"}", templates[1]);
	assert_int_equal(
		release_crates_address(config, ATT_STR("Serde"), ATT_STR("1"), &digest, &arena, &url, &err), 0);
	assert_true(att_str_is(url, "http://h/dl/Serde/1.2.0/Se/rd/se/rd/00000000000000000000000000000000000000"
				    "00000000000000000000000000"));
	assert_true(att_str_is(release_crates_prefix(ATT_STR("a"), &arena), "1"));
	assert_true(att_str_is(release_crates_prefix(ATT_STR("ab"), &arena), "2"));
	assert_true(att_str_is(release_crates_prefix(ATT_STR("abc"), &arena), "3/a"));
	assert_true(att_str_is(release_crates_prefix(ATT_STR("abcd"), &arena), "ab/cd"));
	assert_int_equal(release_crates_address(ATT_STR("{\"dl\":1}"), ATT_STR("a"), ATT_STR("1"), &digest,
						&arena, &url, &err),
			 ATT_ERR_MALFORMED);
	assert_int_equal(
		release_crates_address(ATT_STR("[]"), ATT_STR("a"), ATT_STR("1"), &digest, &arena, &url, &err),
		ATT_ERR_MALFORMED);
	att_arena_clear(&arena);
}

static void test_index(void **state)
{
	struct crates c;
	(void)state;
	open_crates(&c, "");
	serve_index(&c, "1.2.0", ",\"yanked\":true");
	look_finds(&c.l, "index 1.2.0", RELEASE_CONFLICT, "yanked");
	serve_index(&c, "1.2.0", ",\"yanked\":false,\"v\":3");
	look_finds(&c.l, "index 1.2.0", RELEASE_UNKNOWN, "which Cargo reads");
	serve_index(&c, "1.2.0+other", "");
	look_finds(&c.l, "index 1.2.0", RELEASE_CONFLICT, "build metadata");
	look_answer(&c.l, routes, INDEX, ATT_STR(OTHER));
	look_finds(&c.l, "index 1.2.0", RELEASE_ABSENT, "not yet");
	/* Before a release, too: whoever says nothing did not say that the number is free. */
	look_answer(&c.l, routes, INDEX, ATT_STR("\n"));
	look_finds(&c.l, "index 1.2.0", RELEASE_UNKNOWN, "nothing at all");
	look_answer(
		&c.l, routes, INDEX,
		ATT_STR("{\"name\":\"plasmite\",\"vers\":\"1.2.0\",\"cksum\":\"" EMPTY "\",\"yanked\":false}"));
	look_finds(&c.l, "index 1.2.0", RELEASE_CONFLICT, "another checksum");
	look_expect(&c.l, FILE_NAME, RELEASE_MATCH, "");
	look_answer(&c.l, routes, INDEX,
		    ATT_STR("{\"name\":\"plasmite\",\"vers\":\"1.2.0\",\"cksum\":\"" EMPTY "\"}\n"
			    "{\"name\":\"plasmite\",\"vers\":\"1.2.0+1\",\"cksum\":\"" EMPTY "\"}\n"));
	look_finds(&c.l, "index 1.2.0", RELEASE_CONFLICT, "more than once");
	look_answer(&c.l, routes, INDEX,
		    ATT_STR("{\"name\":\"plasm1te\",\"vers\":\"1.2.0\",\"cksum\":\"" EMPTY "\"}\n"));
	look_finds(&c.l, "index 1.2.0", RELEASE_CONFLICT, "another crate");
	look_answer(&c.l, routes, INDEX, ATT_STR(OTHER "{\"name\":\"plasmite\""));
	look_finds(&c.l, "index 1.2.0", RELEASE_UNKNOWN, "line 2 of the index");
	look_answer(&c.l, routes, INDEX, ATT_STR("{\"name\":\"plasmite\",\"vers\":\"1.2.0\"}"));
	look_finds(&c.l, "index 1.2.0", RELEASE_UNKNOWN, "\"cksum\"");
	look_answer(&c.l, routes, INDEX,
		    ATT_STR("{\"name\":\"plasmite\",\"vers\":\"1.2.0\",\"cksum\":\"e3b0\"}"));
	look_finds(&c.l, "index 1.2.0", RELEASE_UNKNOWN, "the checksum");
	look_answer(&c.l, routes, INDEX,
		    ATT_STR("{\"name\":\"plasmite\",\"vers\":\"1.2.0\",\"cksum\":\"" EMPTY
			    "\",\"yanked\":\"no\"}"));
	look_finds(&c.l, "index 1.2.0", RELEASE_UNKNOWN, "\"yanked\"");
	close_crates(&c);
}

static void read_vector(const char *path, struct att_buf *out)
{
	char whole[256];
	char byte;
	att_buf_init(out, 1 << 20);
	snprintf(whole, sizeof whole, "testdata/crates_index/%s", path);
	FILE *file = fopen(whole, "rb");
	assert_non_null(file);
	while (fread(&byte, 1, 1, file) == 1)
		att_buf_add_byte(out, byte);
	fclose(file);
}

static void test_vectors(void **state)
{
	static const struct {
		const char *path, *words;
		size_t matches;
	} cases[] = {
		{"good/two", NULL, 1},
		{"good/yanked", NULL, 1},
		{"good/newest_members", NULL, 1},
		{"bad/cut", "line 1 of the index", 0},
		{"bad/yanked_text", "\"yanked\"", 0},
		{"bad/short_checksum", "the checksum", 0},
		{"bad/no_hex", "the checksum", 0},
		{"bad/no_checksum", "\"cksum\"", 0},
		{"bad/html", "line 2 of the index", 0},
		{"bad/name_twice", "name", 0},
		{"bad/no_object", "found a list", 0},
		{"bad/no_name", "\"name\"", 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_arena arena = {0};
		struct release_crate crate;
		struct att_err err = {0};
		struct att_buf text;
		read_vector(cases[i].path, &text);
		int status = release_crates_find(att_buf_str(&text), ATT_STR("plasmite"), ATT_STR("1.2.0"),
						 &arena, &crate, &err);
		assert_int_equal(status, cases[i].words ? ATT_ERR_MALFORMED : ATT_OK);
		assert_int_equal(cases[i].words ? 0 : crate.matches, cases[i].matches);
		if (cases[i].words && !strstr(err.message, cases[i].words))
			fail_msg("%s: %s", cases[i].path, err.message);
		att_buf_clear(&text);
		att_arena_clear(&arena);
	}
}

static void test_bytes(void **state)
{
	struct crates c;
	struct att_buf other;
	(void)state;
	open_crates(&c, "");
	att_buf_init(&other, 1 << 16);
	att_buf_add(&other, att_buf_str(&c.crate));
	other.data[other.len - 5] ^= 1; /* in gzip's own checksum: the files are the same */
	look_answer(&c.l, routes, DL, att_buf_str(&other));
	look_finds(&c.l, FILE_NAME, RELEASE_CONFLICT, "other bytes");
	look_expect(&c.l, "index 1.2.0", RELEASE_MATCH, "");
	att_buf_add_byte(&other, 'x');
	look_answer(&c.l, routes, DL, att_buf_str(&other));
	look_finds(&c.l, FILE_NAME, RELEASE_CONFLICT, "longer");
	look_answer(&c.l, routes, DL, att_str_first(att_buf_str(&c.crate), 30));
	look_finds(&c.l, FILE_NAME, RELEASE_CONFLICT, "other bytes");
	/* Nobody built it: never a match. */
	look_answer(&c.l, routes, DL, att_buf_str(&c.crate));
	c.l.look.built_count = 0;
	look_finds(&c.l, FILE_NAME, RELEASE_UNKNOWN, "no built artifact");
	look_expect(&c.l, "index 1.2.0", RELEASE_UNKNOWN, "no built artifact");
	look_answer(&c.l, routes, DL, ATT_STR("x"));
	look_finds(&c.l, "checksum", RELEASE_CONFLICT, "its index says");
	/* A second artifact has no place in such a registry. */
	look_answer(&c.l, routes, DL, att_buf_str(&c.crate));
	look_built(&c.l, FILE_NAME, att_buf_str(&c.crate));
	look_built(&c.l, "plasmite-linux.tar.gz", ATT_STR("x"));
	look_finds(&c.l, "plasmite-linux.tar.gz", RELEASE_UNKNOWN, "one file for each version");
	look_expect(&c.l, FILE_NAME, RELEASE_MATCH, "");
	att_buf_clear(&other);
	close_crates(&c);
}

static void test_transport(void **state)
{
	static const struct {
		const char *path, *answer;
		enum release_verdict verdict;
		const char *item, *words;
	} cases[] = {
		{INDEX, "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n", RELEASE_ABSENT, "index 1.2.0",
		 "not there"},
		{INDEX, "HTTP/1.1 410 x\r\nContent-Length: 0\r\n\r\n", RELEASE_ABSENT, "index 1.2.0",
		 "not there"},
		{INDEX, "HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n", RELEASE_UNKNOWN, "index 1.2.0",
		 "answer"},
		{INDEX, "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n", RELEASE_UNKNOWN, "index 1.2.0",
		 "answer"},
		{INDEX, "HTTP/1.1 429 x\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", RELEASE_UNKNOWN,
		 "index 1.2.0", "answer"},
		{INDEX, "HTTP/1.1 200 x\r\nContent-Length: 90\r\n\r\n{}", RELEASE_UNKNOWN, "index 1.2.0", ""},
		{INDEX, "HTTP/1.1 302 x\r\nLocation: " INDEX "\r\nContent-Length: 0\r\n\r\n", RELEASE_UNKNOWN,
		 "index 1.2.0", "redirect"},
		{INDEX, "HTTP/1.1 304 x\r\n\r\n", RELEASE_UNKNOWN, "index 1.2.0", ""},
		{"/config.json", NULL, RELEASE_ABSENT, "config.json", "not there"},
		{"/config.json", "HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\n{}", RELEASE_UNKNOWN,
		 "config.json", "dl"},
		{"/config.json", "HTTP/1.1 200 x\r\nContent-Length: 27\r\n\r\n{\"dl\":\"http://example.org\"}",
		 RELEASE_UNKNOWN, FILE_NAME, ""},
		{DL, NULL, RELEASE_ABSENT, FILE_NAME, "not there"},
		{DL, "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n", RELEASE_UNKNOWN, FILE_NAME, "answer"},
		{DL, "HTTP/1.1 200 x\r\nContent-Length: 90\r\n\r\nx", RELEASE_UNKNOWN, FILE_NAME, ""},
		{DL, "HTTP/1.1 200 x\r\nContent-Length: 10000000000\r\n\r\nx", RELEASE_CONFLICT, FILE_NAME,
		 "longer"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct crates c;
		open_crates(&c, "");
		look_route(routes, cases[i].path, cases[i].answer);
		look_finds(&c.l, cases[i].item, cases[i].verdict, cases[i].words);
		if (cases[i].answer && strstr(cases[i].answer, "Retry-After"))
			assert_int_equal(look_item(&c.l, "index 1.2.0")->retry_after, 7);
		/* Before a release, what is missing beside a version that is there is no good sign. */
		c.l.look.is_before = true;
		look_run(&c.l);
		look_expect(&c.l, cases[i].item,
			    cases[i].verdict == RELEASE_ABSENT && strcmp(cases[i].item, "index 1.2.0") != 0
				    ? RELEASE_UNKNOWN
				    : cases[i].verdict,
			    cases[i].words);
		close_crates(&c);
	}
}

static void test_inside(void **state)
{
	static const char vcs[] = "plasmite-1.2.0/.cargo_vcs_info.json", toml[] = "plasmite-1.2.0/Cargo.toml";
	static const char ours[] = "{\"git\":{\"sha1\":\"" LOOK_COMMIT "\"}}";
	static const struct {
		const char *vcs_path, *vcs, *toml_path, *toml, *item;
		enum release_verdict verdict;
		const char *words;
	} cases[] = {
		{vcs, "{\"git\":{\"sha1\":\"1123456789abcdef0123456789abcdef01234567\"}}", toml, TOML, "commit",
		 RELEASE_CONFLICT, "another commit"},
		{vcs, "{\"git\":{\"sha1\":\"" LOOK_COMMIT "\",\"dirty\":true}}", toml, TOML, "commit",
		 RELEASE_CONFLICT, "changes"},
		{vcs, "{\"git\":{}}", toml, TOML, "commit", RELEASE_UNKNOWN, "not said"},
		{vcs, "{", toml, TOML, "commit", RELEASE_UNKNOWN, ""},
		{"plasmite-1.2.0/x", ours, toml, TOML, "commit", RELEASE_UNKNOWN, "vcs_info"},
		{vcs, ours, "other/Cargo.toml", TOML, "Cargo.toml", RELEASE_CONFLICT, "folder"},
		{vcs, ours, toml, "[package]\nname = \"plasmite\"\nversion = \"1.1.0\"\n", "Cargo.toml",
		 RELEASE_CONFLICT, "another one"},
		{vcs, ours, toml, "[package]\nname = \"p\"\nversion = \"1.2.0\"\n", "Cargo.toml",
		 RELEASE_CONFLICT, "another one"},
		{vcs, ours, toml, "[package", "Cargo.toml", RELEASE_UNKNOWN, ""},
		{vcs, ours, "plasmite-1.2.0/x", "", "Cargo.toml", RELEASE_UNKNOWN, "FOLDER/Cargo.toml"},
		{vcs, ours, "plasmite-1.2.0/../Cargo.toml", "", "Cargo.toml", RELEASE_UNKNOWN, "leads out"},
		{vcs, ours, "plasmite-1.2.0//.cargo_vcs_info.json", ours, "Cargo.toml", RELEASE_UNKNOWN,
		 "found two"},
	};
	struct crates c;
	(void)state;
	open_crates(&c, "");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct look_file files[] = {
			{cases[i].vcs_path, cases[i].vcs}, {cases[i].toml_path, cases[i].toml}, {NULL, NULL}};
		serve_crate(&c, files);
		look_finds(&c.l, cases[i].item, cases[i].verdict, cases[i].words);
		look_expect(&c.l, FILE_NAME, RELEASE_MATCH, "");
	}
	serve_crate(&c, good);
	c.l.look.variables.commit = ATT_STR("");
	look_finds(&c.l, "commit", RELEASE_UNKNOWN, "");
	close_crates(&c);
}

/* ---- what the index says beside Cargo.toml ---- */

#define DEP(name, req, more)                                                                                   \
	"{\"name\":\"" name "\",\"req\":\"" req "\",\"features\":[],\"optional\":false,"                       \
	"\"default_features\":true,\"kind\":\"normal\"" more "}"
#define GITHUB ",\"registry\":\"https://github.com/rust-lang/crates.io-index\""

/* Of each the index and Cargo.toml say the same in other words. */
static void test_manifest_same(void **state)
{
	static const struct {
		const char *deps, *more, *toml;
	} cases[] = {
		{DEP("a", "^1.2", GITHUB), "", "[dependencies]\na = \"1.2\"\n"},
		{DEP("a", "^1.2", GITHUB) "," DEP("b", "*", GITHUB), ",\"features\":{}",
		 "[dependencies.b]\nversion = \"*\"\n[dependencies.a]\nversion = \" ^1.2 \"\n"},
		{DEP("a", ">=1.0, <2", GITHUB), "", "[dependencies]\na = \">= 1.0,<2\"\n"},
		{DEP("a", "1.*", GITHUB), "", "[dependencies]\na = \"1.x\"\n"},
		{DEP("a", "=1", GITHUB), "", "[dependencies]\na = \"=1.*\"\n"},
		{DEP("a", "~1.0.1-rc.1", GITHUB), "", "[dependencies]\na = \"~1.0.1-rc.1+b\"\n"},
		{DEP("a", "*", ",\"package\":\"real\"" GITHUB), "",
		 "[dependencies.a]\nversion = \"*\"\npackage = \"real\"\n"},
		{DEP("a", "^1",
		     ",\"package\":null,\"target\":\"cfg(any(target_os = \\\"linux\\\", unix))\"" GITHUB),
		 "", "[target.'cfg(any(target_os=\"linux\", unix ,))'.dependencies]\na = \"1\"\n"},
		{"{\"name\":\"a\",\"req\":\"^1\",\"features\":[\"y\",\"x\"],\"optional\":true,"
		 "\"default_features\":false,\"kind\":\"build\"" GITHUB "}",
		 "",
		 "[build-dependencies.a]\nversion = \"1\"\nfeatures = [\"x\", \"y\"]\noptional = true\n"
		 "default-features = false\n"},
		{"{\"name\":\"a\",\"req\":\"^1\",\"features\":[\"\"],\"optional\":false,"
		 "\"default_features\":true" GITHUB "}",
		 "", "[dependencies]\na = \"1\"\n"},
		/* What developers need is nobody's else, and what is implied need not be said. */
		{"{\"name\":\"t\",\"req\":\"^3\",\"optional\":false,\"default_features\":true,\"kind\":"
		 "\"dev\"}",
		 ",\"features\":{\"a\":[\"dep:a\"],\"d\":[]},\"features2\":{\"d\":[\"a?/"
		 "x\"]},\"yanked\":null,\"v\":2",
		 "[dev-dependencies]\nu = \"1\"\n[features]\nd = [\"a?/x\"]\n"},
		{"", ",\"features2\":null,\"links\":\"z\",\"rust_version\":\"1.70\"",
		 "links = \"z\"\nrust-version = \"1.70\"\n"},
		{"", ",\"rust_version\":null", "rust-version = \"1.70\"\n"},
		/* The registry's own. */
		{DEP("a", "^1", ""), "",
		 "[dependencies.a]\nversion = \"1\"\nregistry-index = \"sparse+http://127.0.0.1:%u/\"\n"},
	};
	struct crates c;
	(void)state;
	open_crates(&c, "");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		serve_manifest(&c, cases[i].deps, cases[i].more, cases[i].toml);
		look_run(&c.l);
		look_expect(&c.l, "manifest", RELEASE_MATCH, "");
		assert_true(look_all_match(&c.l));
	}
	/* A mirror of crates.io says nothing of what is from there. */
	serve_manifest(&c, DEP("a", "^1", ""), "", "[dependencies]\na = \"1\"\n");
	look_finds(&c.l, "manifest", RELEASE_CONFLICT, "by which Cargo chooses");
	look_answer(&c.l, routes, "/config.json",
		    att_arena_printf(&c.l.arena,
				     "{\"dl\":\"http://127.0.0.1:%u/dl\",\"api\":\"https://crates.io/\"}",
				     c.l.server.port));
	look_run(&c.l);
	assert_true(look_all_match(&c.l));
	close_crates(&c);
}

static void test_manifest_other(void **state)
{
	static const struct {
		const char *deps, *more, *toml, *expected, *found;
	} cases[] = {
		{DEP("evil", "*", GITHUB), "", "", "no such line", "dependency evil * from crates.io"},
		{"", "", "[dependencies]\na = \"1\"\n", "dependency a ^1 from crates.io", "no such line"},
		{DEP("a", "^1", GITHUB), "", "[dependencies]\na = \"=1.0.1\"\n",
		 "dependency a =1.0.1 from crates.io", "dependency a ^1 from crates.io"},
		{DEP("a", "^1", ",\"package\":\"evil\"" GITHUB), "", "[dependencies]\na = \"1\"\n",
		 "dependency a ^1 from crates.io", "dependency a = evil ^1 from crates.io"},
		{DEP("a", "^1", ",\"registry\":\"https://evil.example/\""), "", "[dependencies]\na = \"1\"\n",
		 "dependency a ^1 from crates.io", "dependency a ^1 from https://evil.example"},
		{DEP("a", "^1", GITHUB), "", "[dependencies.a]\nversion = \"1\"\noptional = true\n",
		 "dependency a ^1 optional from crates.io", "dependency a ^1 from crates.io"},
		{DEP("a", "^1", GITHUB), "", "[dependencies.a]\nversion = \"1\"\ndefault-features = false\n",
		 "dependency a ^1 without default features from crates.io", "dependency a ^1 from crates.io"},
		{DEP("a", "^1", GITHUB), "", "[dependencies.a]\nversion = \"1\"\nfeatures = [\"y\", \"x\"]\n",
		 "dependency a ^1 with x,y from crates.io", "dependency a ^1 from crates.io"},
		{DEP("a", "^1", GITHUB), "", "[target.'cfg(unix)'.dependencies]\na = \"1\"\n",
		 "dependency a ^1 from crates.io for cfg(unix)", "dependency a ^1 from crates.io"},
		{DEP("a", "^1", GITHUB), "", "[build-dependencies]\na = \"1\"\n",
		 "build-dependency a ^1 from crates.io", "dependency a ^1 from crates.io"},
		{"", ",\"features\":{\"d\":[\"x\"]}", "[features]\nd = []\n", "no such line", "feature d = x"},
		{"", ",\"features2\":{\"e\":[]}", "", "no such line", "feature e"},
		{"", "", "[features]\nd = []\n", "feature d", "no such line"},
		{"", ",\"links\":\"evil\"", "", "no such line", "links evil"},
		{"", "", "links = \"z\"\n", "links z", "no such line"},
		{"", ",\"rust_version\":\"1.99\"", "rust-version = \"1.70\"\n", "rust-version 1.70",
		 "rust-version 1.99"},
	};
	static const struct {
		const char *deps, *more, *words;
	} bad[] = {
		{"1", "", "\"name\""},
		{DEP("a", "^1", ",\"target\":1"), "", "\"target\""},
		{"{\"name\":\"a\",\"req\":\"^1\",\"default_features\":true}", "", "\"optional\""},
		{DEP("a ^1", "^1", ""), "", "without spaces"},
		{DEP("a", "^1", ",\"package\":\"b c\""), "", "without spaces"},
		{"", ",\"features\":{\"d\":[\"x,y\"]}", "without spaces"},
		{"", ",\"features\":{\"d\":1}", "a list of features"},
		{"", ",\"features\":[]", "\"features\""},
		{"", ",\"links\":1", "\"links\""},
	};
	struct crates c;
	(void)state;
	open_crates(&c, "");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		serve_manifest(&c, cases[i].deps, cases[i].more, cases[i].toml);
		look_finds(&c.l, "manifest", RELEASE_CONFLICT, "by which Cargo chooses");
		look_expect(&c.l, FILE_NAME, RELEASE_MATCH, "");
		const struct release_item_verdict *item = look_item(&c.l, "manifest");
		assert_true(att_str_is(item->expected, cases[i].expected));
		assert_true(att_str_is(item->found, cases[i].found));
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		serve_manifest(&c, bad[i].deps, bad[i].more, "");
		look_finds(&c.l, "manifest", RELEASE_UNKNOWN, bad[i].words);
	}
	serve_index(&c, "1.2.0", ",\"deps\":null");
	look_finds(&c.l, "manifest", RELEASE_UNKNOWN, "\"deps\"");
	close_crates(&c);
}

/* Of a past release there are only digests here: what is served is looked into, and the index held against it.
 */
static void test_past(void **state)
{
	struct crates c;
	struct release_scratch scratch = {open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600),
					  PTHREAD_MUTEX_INITIALIZER};
	(void)state;
	open_crates(&c, "");
	c.l.built[0].path = ATT_STR("");
	c.l.look.is_past = true;
	look_finds(&c.l, "Cargo.toml", RELEASE_UNKNOWN, "a place for a copy");
	c.l.look.scratch = &scratch;
	for (size_t i = 0; i < 2; i++) {
		look_run(&c.l);
		assert_true(look_all_match(&c.l));
		assert_int_equal(c.l.verdicts.count, 5);
	}
	serve_index(&c, "1.2.0", ",\"deps\":[" DEP("evil", "*", "") "]");
	look_finds(&c.l, "manifest", RELEASE_CONFLICT, "by which Cargo chooses");
	look_expect(&c.l, FILE_NAME, RELEASE_MATCH, "");
	close(scratch.fd);
	close_crates(&c);
}

static void test_before(void **state)
{
	struct crates c;
	(void)state;
	open_crates(&c, "token = \"CARGO_TOKEN\"\napi = \"http://127.0.0.1:%u/\"\n");
	c.l.look.is_before = true;
	look_answer(&c.l, routes, INDEX, ATT_STR(OTHER));
	look_finds(&c.l, "login", RELEASE_UNKNOWN, "CARGO_TOKEN");
	look_expect(&c.l, "index 1.2.0", RELEASE_ABSENT, "");
	c.l.look.token = ATT_STR("s3cret");
	look_answer(&c.l, routes, "/api/v1/me", ATT_STR("{\"user\":{\"email\":\"a@example.org\"}}"));
	look_run(&c.l);
	look_expect(&c.l, "login", RELEASE_MATCH, "");
	/* The token goes there alone. */
	look_expect(&c.l, "index 1.2.0", RELEASE_ABSENT, "");
	assert_false(server_was_told(&c.l.server, "s3cret"));
	look_route(routes, "/api/v1/me", "HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n");
	look_finds(&c.l, "login", RELEASE_UNKNOWN, "does not take the token");
	look_route(routes, "/api/v1/me", NULL);
	look_finds(&c.l, "login", RELEASE_UNKNOWN, "does not say");
	look_route(routes, "/api/v1/me", "HTTP/1.1 302 x\r\nLocation: " INDEX "\r\nContent-Length: 0\r\n\r\n");
	look_finds(&c.l, "login", RELEASE_UNKNOWN, "does not say");
	for (size_t i = 0; i < c.l.verdicts.count; i++)
		assert_true(att_str_find(c.l.verdicts.items[i].reason, ATT_STR("s3cret")) == ATT_STR_NONE);
	close_crates(&c);
	/* Where it may be sent to is not taken from a registry of one's own. */
	open_crates(&c, "token = \"CARGO_TOKEN\"\n");
	c.l.look.is_before = true;
	c.l.look.token = ATT_STR("s3cret");
	look_finds(&c.l, "login", RELEASE_UNKNOWN, "\"api\"");
	c.l.look.is_before = false;
	look_run(&c.l);
	assert_true(look_all_match(&c.l));
	close_crates(&c);
}

static void test_names(void **state)
{
	struct crates c;
	(void)state;
	open_crates(&c, "package = \"../x\"\n");
	look_finds(&c.l, "version", RELEASE_UNKNOWN, "no such crate");
	close_crates(&c);
	open_crates(&c, "");
	c.l.names.items[0].text = ATT_STR("1.2/0");
	look_finds(&c.l, "version", RELEASE_UNKNOWN, "no such crate");
	c.l.names.count = 0;
	look_finds(&c.l, "version", RELEASE_UNKNOWN, "no such crate");
	close_crates(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),         cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_index),         cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_transport),     cmocka_unit_test(test_inside),
		cmocka_unit_test(test_manifest_same), cmocka_unit_test(test_manifest_other),
		cmocka_unit_test(test_before),        cmocka_unit_test(test_past),
		cmocka_unit_test(test_names),         cmocka_unit_test(test_vectors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
