// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "release/github.h"
#include "tests/unit/pages.h"

extern const struct release_looker release_channel_github;

#define TOML TOML_OF("")
#define TOML_OF(project)                                                                                       \
	"[project]\nname = \"demo\"\nrepository = \"https://github.com/o/r.git\"\n" project                    \
	"[[artifact]]\nname = \"demo_{version}_linux\"\n[[artifact]]\nname = \"demo_{version}_mac\"\n"         \
	"[[channel]]\nkind = \"github\"\nartifacts = [\"demo_*\"]\napi = \"@/api\"\n"

#define LINUX "linux bytes\n"
#define MAC   "mac bytes\n"
#define API   "/api/repos/o/r"
#define FILES "/o/r/releases/download/v1.2.0"
#define TOKEN "gh-secret-0123456789"

/* --- what the server has --------------------------------------------------------------------------------- */

static const char *hex(const char *bytes)
{
	static char text[2][ATT_DIGEST_TEXT + 1];
	static unsigned turn;
	struct att_digest digest;
	char *out = text[turn++ % 2];
	assert_int_equal(att_digest_bytes(ATT_SHA256, att_str_of(bytes), &digest, NULL), ATT_OK);
	att_digest_hex(&digest, out);
	return out;
}

/* One file in the list; `more` are further members. */
static const char *asset(const char *name, const char *bytes, const char *more)
{
	static char text[8][1024];
	static unsigned turn;
	char *out = text[turn++ % 8];
	snprintf(out, sizeof text[0],
		 "{\"name\":\"%s\",\"size\":%zu,\"browser_download_url\":\"@" FILES "/%s\","
		 "\"url\":\"@" API "/releases/assets/%s\",%s}",
		 name, strlen(bytes), name, name, *more ? more : "\"state\":\"uploaded\",\"digest\":null");
	return out;
}

static void serve_release(const char *head, const char *assets)
{
	char text[8192];
	snprintf(text, sizeof text, "{\"tag_name\":\"v1.2.0\",\"id\":7,%s,\"assets\":[%s]}", head, assets);
	pages_put(API "/releases/tags/v1.2.0", text);
}

static const char *two_assets(void)
{
	static char text[4096];
	char more[256];
	snprintf(more, sizeof more, "\"state\":\"uploaded\",\"digest\":\"sha256:%s\"", hex(LINUX));
	snprintf(text, sizeof text, "%s,%s", asset("demo_1.2.0_linux", LINUX, more),
		 asset("demo_1.2.0_mac", MAC, ""));
	return text;
}

#define FINAL "\"draft\":false,\"prerelease\":false"

static void serve_all(void)
{
	pages_clear();
	pages_put(API, "{\"private\":false,\"permissions\":{\"push\":true}}");
	pages_put(API "/git/ref/tags/v1.2.0",
		  "{\"ref\":\"refs/tags/v1.2.0\",\"object\":{\"type\":\"tag\",\"sha\":\"77aa\"}}");
	pages_put(API "/git/tags/77aa",
		  "{\"tag\":\"v1.2.0\",\"object\":{\"type\":\"commit\",\"sha\":\"" PAGES_COMMIT "\"}}");
	serve_release(FINAL, two_assets());
	pages_put(API "/releases/latest", "{\"tag_name\":\"v1.2.0\"}");
	pages_put(API "/releases",
		  "[{\"tag_name\":\"v1.2.0\"},{\"tag_name\":\"v1.1.0\"},"
		  "{\"tag_name\":\"v2.0.0\",\"draft\":true},"
		  "{\"tag_name\":\"v3.0.0-rc.1\",\"prerelease\":true},{\"tag_name\":\"other-9\"}]");
	pages_put(FILES "/demo_1.2.0_linux", LINUX);
	pages_put(FILES "/demo_1.2.0_mac", MAC);
}

static void open_with(struct pages_case *c, const char *toml, const char *tag)
{
	serve_all();
	pages_open(c, toml, tag);
	pages_built(c, "demo_1.2.0_linux", LINUX);
	pages_built(c, "demo_1.2.0_mac", MAC);
}

static void open_case(struct pages_case *c)
{
	open_with(c, TOML, "v1.2.0");
}

static void run(struct pages_case *c)
{
	pages_run(c, &release_channel_github);
}

/* --- good ------------------------------------------------------------------------------------------------ */

static void test_match(void **state)
{
	struct pages_case c;
	(void)state;
	open_case(&c);
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_expect_count(&c, 5);
	for (unsigned i = 0; i < c.verdicts.count; i++)
		assert_int_equal(c.verdicts.items[i].retry_after, 0);
	c.look.is_before = true;
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_close(&c);
}

static void test_nothing_there(void **state)
{
	struct pages_case c;
	(void)state;
	open_case(&c);
	pages_remove(API "/git/ref/tags/v1.2.0");
	pages_remove(API "/releases/tags/v1.2.0");
	pages_put(API "/releases/latest", "{\"tag_name\":\"v1.1.0\"}");
	for (int i = 0; i < 2; i++) {
		c.look.is_before = i == 0;
		run(&c);
		pages_expect_count(&c, 5);
		pages_expect(&c, "tag v1.2.0", RELEASE_ABSENT);
		pages_expect(&c, "release v1.2.0", RELEASE_ABSENT);
		pages_expect(&c, "demo_1.2.0_linux", RELEASE_ABSENT);
		pages_expect(&c, "demo_1.2.0_mac", RELEASE_ABSENT);
		pages_expect(&c, "latest", i == 0 ? RELEASE_ABSENT : RELEASE_STALE);
	}
	pages_remove(API "/releases/latest");
	run(&c);
	pages_expect(&c, "latest", RELEASE_ABSENT);
	pages_close(&c);
}

/* --- the tag --------------------------------------------------------------------------------------------- */

static void test_tag(void **state)
{
	struct pages_case c;
	(void)state;
	open_case(&c);
	pages_put(API "/git/tags/77aa", "{\"tag\":\"v1.2.0\",\"object\":{\"type\":\"commit\",\"sha\":"
					"\"ff23456789abcdef0123456789abcdef01234567\"}}");
	run(&c);
	pages_expect_only(&c, "tag v1.2.0", RELEASE_CONFLICT);
	assert_true(pages_says(&c, "tag v1.2.0", "another commit"));
	pages_put(API "/git/tags/77aa",
		  "{\"tag\":\"v1.1.0\",\"object\":{\"type\":\"commit\",\"sha\":\"" PAGES_COMMIT "\"}}");
	run(&c);
	pages_expect_only(&c, "tag v1.2.0", RELEASE_CONFLICT);
	assert_true(pages_says(&c, "tag v1.2.0", "another name"));
	pages_put(API "/git/tags/77aa",
		  "{\"tag\":\"v1.2.0\",\"object\":{\"type\":\"tree\",\"sha\":\"" PAGES_COMMIT "\"}}");
	run(&c);
	pages_expect_only(&c, "tag v1.2.0", RELEASE_CONFLICT);
	pages_put(API "/git/tags/77aa", "{\"tag\":\"v1.2.0\",\"object\":{\"type\":\"tag\",\"sha\":\"77aa\"}}");
	run(&c);
	pages_expect_only(&c, "tag v1.2.0", RELEASE_UNKNOWN);
	pages_remove(API "/git/tags/77aa");
	run(&c);
	pages_expect_only(&c, "tag v1.2.0", RELEASE_ABSENT);
	pages_put(API "/git/ref/tags/v1.2.0",
		  "{\"ref\":\"refs/tags/v1.2.0-rc.1\",\"object\":{\"type\":\"commit\","
		  "\"sha\":\"" PAGES_COMMIT "\"}}");
	run(&c);
	pages_expect_only(&c, "tag v1.2.0", RELEASE_CONFLICT);
	pages_put(API "/git/ref/tags/v1.2.0", "[]");
	run(&c);
	pages_expect_only(&c, "tag v1.2.0", RELEASE_UNKNOWN);
	pages_put(API "/git/ref/tags/v1.2.0",
		  "{\"ref\":\"refs/tags/v1.2.0\",\"object\":{\"type\":\"commit\",\"sha\":\"" PAGES_COMMIT
		  "\"}}");
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	c.config.project.is_annotated = true;
	run(&c);
	pages_expect_only(&c, "tag v1.2.0", RELEASE_CONFLICT);
	pages_close(&c);
}

/* --- the release ----------------------------------------------------------------------------------------- */

static void test_release(void **state)
{
	struct pages_case c;
	static const struct {
		const char *head;
		enum release_verdict verdict;
		const char *says;
	} rows[] = {
		{"\"draft\":true,\"prerelease\":false", RELEASE_CONFLICT, "draft"},
		{"\"draft\":false,\"prerelease\":true", RELEASE_CONFLICT, "a pre-release"},
		{"\"draft\":false", RELEASE_UNKNOWN, "prerelease"},
		{"\"draft\":\"no\",\"prerelease\":false", RELEASE_UNKNOWN, "draft"},
		{FINAL ",\"tag_name\":\"v1.2.0\"", RELEASE_UNKNOWN, "tag_name"},
	};
	(void)state;
	open_case(&c);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		serve_release(rows[i].head, two_assets());
		run(&c);
		pages_expect(&c, "release v1.2.0", rows[i].verdict);
		assert_true(pages_says(&c, "release v1.2.0", rows[i].says));
		if (rows[i].verdict == RELEASE_UNKNOWN)
			pages_expect(&c, "demo_1.2.0_linux", RELEASE_UNKNOWN);
	}
	pages_put(API "/releases/tags/v1.2.0", "{\"tag_name\":\"v1.1.0\"," FINAL ",\"assets\":[]}");
	run(&c);
	pages_expect(&c, "release v1.2.0", RELEASE_CONFLICT);
	pages_close(&c);
}

static void test_drafts(void **state)
{
	struct pages_case c;
	(void)state;
	open_case(&c);
	pages_remove(API "/releases/tags/v1.2.0");
	pages_serve(API "/releases", "200 OK", "Link: </api/repos/o/r/more?page=2>; rel=\"next\"\r\n",
		    "[{\"tag_name\":\"v1.2.0\",\"draft\":false},{\"tag_name\":\"v1.1.0\",\"draft\":true}]");
	pages_put(API "/more", "[{\"tag_name\":\"v1.2.0\",\"draft\":true}]");
	run(&c);
	pages_expect(&c, "release v1.2.0", RELEASE_ABSENT);
	assert_true(pages_says(&c, "release v1.2.0", "only a token shows"));
	c.look.token = ATT_STR(TOKEN);
	run(&c);
	pages_expect(&c, "release v1.2.0", RELEASE_CONFLICT);
	assert_true(pages_says(&c, "release v1.2.0", "draft"));
	c.look.is_before = true;
	run(&c);
	pages_expect(&c, "release v1.2.0", RELEASE_ABSENT);
	assert_true(pages_says(&c, "release v1.2.0", "draft"));
	pages_expect(&c, "login", RELEASE_MATCH);
	/* The rest of the list lies where the token does not go. */
	pages_serve(API "/releases", "200 OK", "Link: <~/more>; rel=next\r\n", "[]");
	run(&c);
	pages_expect(&c, "release v1.2.0", RELEASE_UNKNOWN);
	pages_serve(API "/releases", "200 OK", "Link: <@" API "/releases?page=3>; rel=next\r\n", "[]");
	run(&c);
	pages_expect(&c, "release v1.2.0", RELEASE_UNKNOWN);
	assert_true(pages_says(&c, "release v1.2.0", "longer than is read"));
	pages_close(&c);
}

static void test_immutable(void **state)
{
	struct pages_case c;
	(void)state;
	open_with(&c, TOML "immutable = true\n", "v1.2.0");
	run(&c);
	pages_expect_only(&c, "release v1.2.0", RELEASE_UNKNOWN);
	serve_release(FINAL ",\"immutable\":false", two_assets());
	run(&c);
	pages_expect_only(&c, "release v1.2.0", RELEASE_CONFLICT);
	serve_release(FINAL ",\"immutable\":true", two_assets());
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_close(&c);
}

static void test_latest(void **state)
{
	struct pages_case c;
	(void)state;
	open_case(&c);
	pages_put(API "/releases", "[{\"tag_name\":\"v1.2.0\"},{\"tag_name\":\"v2.0.0\"}]");
	run(&c);
	pages_expect_only(&c, "latest", RELEASE_CONFLICT);
	pages_put(API "/releases/latest", "{\"tag_name\":\"v2.0.0\"}");
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	c.look.is_before = true;
	run(&c);
	pages_expect_only(&c, "latest", RELEASE_ABSENT);
	assert_true(pages_says(&c, "latest", "has to stay it"));
	c.look.is_before = false;
	pages_put(API "/releases/latest", "{\"tag_name\":\"v1.1.0\"}");
	run(&c);
	pages_expect_only(&c, "latest", RELEASE_STALE);
	pages_put(API "/releases/latest", "{\"tag_name\":\"cli-7\"}");
	run(&c);
	pages_expect_only(&c, "latest", RELEASE_UNKNOWN);
	assert_true(pages_says(&c, "latest", "latest = false"));
	pages_put(API "/releases/latest", "{}");
	run(&c);
	pages_expect_only(&c, "latest", RELEASE_UNKNOWN);
	pages_close(&c);
	/* Where others' releases are the latest, ours may not be it. */
	open_with(&c, TOML "latest = false\n", "v1.2.0");
	run(&c);
	pages_expect_only(&c, "latest", RELEASE_CONFLICT);
	pages_put(API "/releases/latest", "{\"tag_name\":\"cli-7\"}");
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_expect(&c, "latest", RELEASE_MATCH);
	pages_remove(API "/releases/latest");
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_put(API "/releases/latest", "{}");
	run(&c);
	pages_expect_only(&c, "latest", RELEASE_UNKNOWN);
	pages_close(&c);
	/* A pre-release is never the latest. */
	open_with(&c, TOML, "v1.2.0-rc.1");
	run(&c);
	for (size_t i = 0; i < c.verdicts.count; i++)
		assert_false(att_str_is(c.verdicts.items[i].item, "latest"));
	pages_close(&c);
}

/* --- the files ------------------------------------------------------------------------------------------- */

static void serve_assets(const char *first, const char *second, const char *third)
{
	char text[4096];
	snprintf(text, sizeof text, "%s%s%s%s%s", first, *second ? "," : "", second, *third ? "," : "", third);
	serve_release(FINAL, text);
}

/* Only digests are known, as of past releases: what accompanies the files is not looked at. */
static void forget_paths(struct pages_case *c)
{
	for (size_t i = 0; i < c->look.built_count; i++)
		c->built[i].path = ATT_STR("");
}

static void test_assets(void **state)
{
	struct pages_case c;
	char more[256];
	(void)state;
	open_case(&c);
	forget_paths(&c);
	serve_assets(asset("demo_1.2.0_linux", LINUX, ""), "", "");
	run(&c);
	pages_expect_only(&c, "demo_1.2.0_mac", RELEASE_ABSENT);
	serve_assets(two_assets(), asset("demo_1.2.0_windows", "x", ""), "");
	run(&c);
	pages_expect_only(&c, "demo_1.2.0_windows", RELEASE_CONFLICT);
	serve_assets(two_assets(), asset("demo_1.2.0_linux.cdx.json", "x", ""),
		     asset("demo_1.2.0_linux.cdx.json.minisig", "x", ""));
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	serve_assets(two_assets(), asset("demo_1.2.0_linux.minisig.minisig", "x", ""), "");
	run(&c);
	pages_expect_only(&c, "demo_1.2.0_linux.minisig.minisig", RELEASE_CONFLICT);
	serve_assets(two_assets(), asset("demo_1.2.0_linux.exe", "x", ""), "");
	run(&c);
	pages_expect_only(&c, "demo_1.2.0_linux.exe", RELEASE_CONFLICT);
	serve_assets(asset("demo_1.2.0_linux", LINUX, "\"state\":\"starter\""),
		     asset("demo_1.2.0_mac", MAC, ""), "");
	run(&c);
	pages_expect_only(&c, "demo_1.2.0_linux", RELEASE_ABSENT);
	serve_assets(asset("demo_1.2.0_linux", LINUX "x", ""), asset("demo_1.2.0_mac", MAC, ""), "");
	run(&c);
	pages_expect_only(&c, "demo_1.2.0_linux", RELEASE_CONFLICT);
	snprintf(more, sizeof more, "\"state\":\"uploaded\",\"digest\":\"sha256:%s\"", hex(MAC));
	serve_assets(asset("demo_1.2.0_linux", LINUX, more), asset("demo_1.2.0_mac", MAC, ""), "");
	run(&c);
	pages_expect_only(&c, "demo_1.2.0_linux", RELEASE_CONFLICT);
	serve_assets(asset("demo_1.2.0_linux", LINUX, "\"state\":\"uploaded\",\"digest\":\"crc:1\""),
		     asset("demo_1.2.0_mac", MAC, ""), "");
	run(&c);
	pages_expect_only(&c, "demo_1.2.0_linux", RELEASE_UNKNOWN);
	serve_assets(asset("demo_1.2.0_linux", LINUX, "\"state\":7"), asset("demo_1.2.0_mac", MAC, ""), "");
	run(&c);
	pages_expect(&c, "assets", RELEASE_UNKNOWN);
	pages_expect(&c, "demo_1.2.0_mac", RELEASE_UNKNOWN);
	serve_release(FINAL, "{}");
	run(&c);
	pages_expect(&c, "demo_1.2.0_linux", RELEASE_UNKNOWN);
	/* Twice the same name, of which only the first is downloaded. */
	serve_assets(two_assets(), asset("demo_1.2.0_mac", MAC, ""), "");
	run(&c);
	for (size_t i = 0, conflicts = 0; i < c.verdicts.count; i++) {
		conflicts += c.verdicts.items[i].verdict == RELEASE_CONFLICT;
		assert_true(i + 1 < c.verdicts.count || conflicts == 1);
	}
	pages_close(&c);
}

/* What accompanies a file has to be what lies beside it here. */
static void test_companions(void **state)
{
	char folder[] = "/tmp/github-XXXXXX";
	struct pages_case c;
	(void)state;
	assert_non_null(mkdtemp(folder));
	open_case(&c);
	c.look.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	c.built[0].path = c.built[0].name;
	c.built[1].path = c.built[1].name;
	serve_assets(two_assets(), asset("demo_1.2.0_linux.minisig", "signed", ""), "");
	pages_put(FILES "/demo_1.2.0_linux.minisig", "signed");
	run(&c);
	pages_expect_only(&c, "demo_1.2.0_linux.minisig", RELEASE_UNKNOWN);
	int fd = openat(c.look.folder, "demo_1.2.0_linux.minisig", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "signed", 6), 6);
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_expect(&c, "demo_1.2.0_linux.minisig", RELEASE_MATCH);
	pages_put(FILES "/demo_1.2.0_linux.minisig", "sigNed");
	run(&c);
	pages_expect_only(&c, "demo_1.2.0_linux.minisig", RELEASE_CONFLICT);
	pages_remove(FILES "/demo_1.2.0_linux.minisig");
	run(&c);
	pages_expect_only(&c, "demo_1.2.0_linux.minisig", RELEASE_ABSENT);
	close(fd);
	unlinkat(c.look.folder, "demo_1.2.0_linux.minisig", 0);
	close(c.look.folder);
	rmdir(folder);
	pages_close(&c);
}

/* The list of checksums with these two digests and what follows them, served as the API says of it. */
static void serve_sums(const char *linux_hex, const char *mac_hex, const char *rest, const char *third)
{
	char text[1024], more[256];
	snprintf(text, sizeof text, "%s  demo_1.2.0_linux\n%s  demo_1.2.0_mac\n%s", linux_hex, mac_hex, rest);
	pages_put(FILES "/SHA256SUMS", text);
	snprintf(more, sizeof more, "\"state\":\"uploaded\",\"digest\":\"sha256:%s\"", hex(text));
	serve_assets(two_assets(), asset("SHA256SUMS", text, more), third);
}

static void open_sums(struct pages_case *c)
{
	open_with(c, TOML_OF("checksums = \"dist/SHA256SUMS\"\n"), "v1.2.0");
}

static void test_manifest(void **state)
{
	struct pages_case c;
	char linux_hex[80], mac_hex[80], rest[256];
	(void)state;
	snprintf(linux_hex, sizeof linux_hex, "%s", hex(LINUX));
	snprintf(mac_hex, sizeof mac_hex, "%s", hex(MAC));
	open_sums(&c);
	run(&c);
	pages_expect_only(&c, "SHA256SUMS", RELEASE_ABSENT);
	/* Of a past release nobody knows. */
	forget_paths(&c);
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	serve_sums(linux_hex, mac_hex, "", asset("SHA256SUMS.minisig", "x", ""));
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_expect(&c, "SHA256SUMS", RELEASE_MATCH);
	serve_sums(linux_hex, linux_hex, "", "");
	run(&c);
	pages_expect_only(&c, "SHA256SUMS", RELEASE_CONFLICT);
	snprintf(rest, sizeof rest, "%s  other\n", linux_hex);
	serve_sums(linux_hex, mac_hex, rest, "");
	run(&c);
	pages_expect_only(&c, "SHA256SUMS", RELEASE_CONFLICT);
	/* What accompanies a file has to be served with it. */
	snprintf(rest, sizeof rest, "%s  demo_1.2.0_mac.cdx.json\n", linux_hex);
	serve_sums(linux_hex, mac_hex, rest, "");
	run(&c);
	pages_expect_only(&c, "SHA256SUMS", RELEASE_CONFLICT);
	assert_true(pages_says(&c, "SHA256SUMS", "does not have"));
	serve_sums(linux_hex, mac_hex, rest, asset("demo_1.2.0_mac.cdx.json", "x", ""));
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	/* Other bytes than the server says. */
	pages_put(FILES "/SHA256SUMS", "# longer\n");
	run(&c);
	pages_expect_only(&c, "SHA256SUMS", RELEASE_CONFLICT);
	snprintf(rest, sizeof rest, "%s  demo_1.2.0_linux\n%s  demo_1.2.0_mac\n#\n", linux_hex, mac_hex);
	pages_put(FILES "/SHA256SUMS", rest);
	run(&c);
	pages_expect_only(&c, "SHA256SUMS", RELEASE_CONFLICT);
	snprintf(rest, sizeof rest, "%s  demo_1.2.0_linux\n", linux_hex);
	pages_put(FILES "/SHA256SUMS", rest);
	serve_assets(two_assets(), asset("SHA256SUMS", rest, ""), "");
	run(&c);
	pages_expect_only(&c, "SHA256SUMS", RELEASE_CONFLICT);
	/* What does not lie here is held against itself, and this is no manifest. */
	pages_put(FILES "/SHA256SUMS", "<html>");
	serve_assets(two_assets(), asset("SHA256SUMS", "<html>", ""), "");
	run(&c);
	pages_expect_only(&c, "SHA256SUMS", RELEASE_UNKNOWN);
	pages_remove(FILES "/SHA256SUMS");
	run(&c);
	pages_expect_only(&c, "SHA256SUMS", RELEASE_ABSENT);
	pages_close(&c);
	open_with(&c, TOML_OF("checksums = \"dist/{last}.sums\"\n"), "v1.2.0");
	c.look.variables.last = ATT_STR("");
	run(&c);
	pages_expect_only(&c, "checksums", RELEASE_UNKNOWN);
	pages_close(&c);
}

/* --- what lies here -------------------------------------------------------------------------------------- */

static char here[] = "/tmp/github-XXXXXX";

static void put_here(const struct pages_case *c, const char *name, const char *bytes)
{
	int fd = openat(c->look.folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
	close(fd);
}

static void open_here(struct pages_case *c)
{
	snprintf(here, sizeof here, "/tmp/github-XXXXXX");
	assert_non_null(mkdtemp(here));
	c->look.folder = open(here, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mkdirat(c->look.folder, "dist", 0700);
}

static void close_here(struct pages_case *c, const char *const *names)
{
	for (; *names; names++)
		unlinkat(c->look.folder, *names, 0);
	unlinkat(c->look.folder, "dist", AT_REMOVEDIR);
	close(c->look.folder);
	assert_int_equal(rmdir(here), 0);
	pages_close(c);
}

/* The manifest that is served is the one that was made, and true of what accompanies the files. */
static void test_manifest_here(void **state)
{
	static const char *const names[] = {"dist/SHA256SUMS", "demo_1.2.0_mac.cdx.json", NULL};
	struct pages_case c;
	char linux_hex[80], mac_hex[80], rest[256], text[512];
	(void)state;
	snprintf(linux_hex, sizeof linux_hex, "%s", hex(LINUX));
	snprintf(mac_hex, sizeof mac_hex, "%s", hex(MAC));
	snprintf(rest, sizeof rest, "%s  demo_1.2.0_mac.cdx.json\n", hex("sbom"));
	snprintf(text, sizeof text, "%s  demo_1.2.0_linux\n%s  demo_1.2.0_mac\n%s", linux_hex, mac_hex, rest);
	open_sums(&c);
	open_here(&c);
	put_here(&c, names[0], text);
	put_here(&c, names[1], "sbom");
	pages_put(FILES "/demo_1.2.0_mac.cdx.json", "sbom");
	serve_sums(linux_hex, mac_hex, rest, asset("demo_1.2.0_mac.cdx.json", "sbom", ""));
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	put_here(&c, names[0], "# mine\n");
	run(&c);
	pages_expect_only(&c, "SHA256SUMS", RELEASE_CONFLICT);
	assert_true(pages_says(&c, "SHA256SUMS", "lies here"));
	snprintf(rest, sizeof rest, "%s  demo_1.2.0_mac.cdx.json\n", linux_hex);
	snprintf(text, sizeof text, "%s  demo_1.2.0_linux\n%s  demo_1.2.0_mac\n%s", linux_hex, mac_hex, rest);
	put_here(&c, names[0], text);
	serve_sums(linux_hex, mac_hex, rest, asset("demo_1.2.0_mac.cdx.json", "sbom", ""));
	run(&c);
	pages_expect_only(&c, "SHA256SUMS", RELEASE_CONFLICT);
	assert_true(pages_says(&c, "SHA256SUMS", "another digest"));
	close_here(&c, names);
}

/* What an artifact requires is published with it. */
static void test_required(void **state)
{
	static const char *const names[] = {"demo_1.2.0_linux.sigstore.json", "demo_1.2.0_linux.intoto.jsonl",
					    "demo_1.2.0_linux.cdx.json", NULL};
	struct pages_case c;
	(void)state;
	open_case(&c);
	open_here(&c);
	struct release_artifact mac = c.config.artifacts[1];
	c.built[1].artifact = &mac;
	c.config.artifacts[0].requires[RELEASE_SBOM] = true;
	run(&c);
	pages_expect_only(&c, "sbom demo_1.2.0_linux", RELEASE_ABSENT);
	c.config.artifacts[0].requires[RELEASE_SIGNATURE] = true;
	c.config.artifacts[0].requires[RELEASE_PROVENANCE] = true;
	run(&c);
	pages_expect(&c, "sbom demo_1.2.0_linux", RELEASE_ABSENT);
	pages_expect(&c, "signature demo_1.2.0_linux", RELEASE_ABSENT);
	pages_expect(&c, "provenance demo_1.2.0_linux", RELEASE_ABSENT);
	for (size_t i = 0; i < 3; i++) {
		char path[128];
		snprintf(path, sizeof path, FILES "/%s", names[i]);
		put_here(&c, names[i], "told");
		pages_put(path, "told");
	}
	char list[4096];
	snprintf(list, sizeof list, "%s,%s", two_assets(), asset(names[2], "told", ""));
	serve_assets(list, asset(names[0], "told", ""), asset(names[1], "told", ""));
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	/* One that lies here and is not served may be the one that was believed. */
	serve_assets(list, asset(names[0], "told", ""), "");
	run(&c);
	pages_expect_only(&c, "provenance demo_1.2.0_linux", RELEASE_ABSENT);
	unlinkat(c.look.folder, names[1], 0);
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	serve_assets(two_assets(), asset(names[0], "told", ""), "");
	run(&c);
	pages_expect_only(&c, "sbom demo_1.2.0_linux", RELEASE_ABSENT);
	/* What a past release required is not known. */
	forget_paths(&c);
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	close_here(&c, names);
}

/* GitHub does not take every character in a name. */
static void test_renamed(void **state)
{
	static const struct {
		const char *name, *renamed;
	} rows[] = {{"a_1.2.0~rc1 (x).deb", "a_1.2.0.rc1.x.deb"},
		    {".hidden..tar", "hidden.tar"},
		    {"a+b@c-d_e", "a+b@c-d_e"},
		    {"end.", "end"},
		    {"\xc3\xa4.zip", "\xc3\xa4.zip"},
		    {"..", ""},
		    {"", ""}};
	struct pages_case c;
	(void)state;
	open_case(&c);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct att_str out = release_github_rename(&c.arena, att_str_of(rows[i].name));
		assert_true(att_str_is(out, rows[i].renamed));
	}
	forget_paths(&c);
	c.built[0].name = ATT_STR("demo 1.2.0~linux");
	serve_assets(asset("demo.1.2.0.linux", LINUX, ""), asset("demo_1.2.0_mac", MAC, ""),
		     asset("demo.1.2.0.linux.minisig", "x", ""));
	pages_put(FILES "/demo.1.2.0.linux", LINUX);
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_expect(&c, "demo 1.2.0~linux", RELEASE_MATCH);
	pages_put(FILES "/demo.1.2.0.linux", MAC);
	run(&c);
	pages_expect_only(&c, "demo 1.2.0~linux", RELEASE_CONFLICT);
	/* Two that would have one name. */
	pages_put(FILES "/demo.1.2.0.linux", LINUX);
	pages_built(&c, "demo 1.2.0 linux", LINUX);
	c.built[2].path = ATT_STR("");
	run(&c);
	pages_expect_only(&c, "demo 1.2.0 linux", RELEASE_CONFLICT);
	pages_close(&c);
	/* Who checks by the list does not find the file. */
	open_sums(&c);
	forget_paths(&c);
	c.built[0].name = ATT_STR("demo 1.2.0_linux");
	char text[512];
	snprintf(text, sizeof text, "%s  demo 1.2.0_linux\n%s  demo_1.2.0_mac\n", hex(LINUX), hex(MAC));
	pages_put(FILES "/SHA256SUMS", text);
	pages_put(FILES "/demo.1.2.0_linux", LINUX);
	serve_assets(asset("demo.1.2.0_linux", LINUX, ""), asset("demo_1.2.0_mac", MAC, ""),
		     asset("SHA256SUMS", text, ""));
	run(&c);
	pages_expect_only(&c, "SHA256SUMS", RELEASE_CONFLICT);
	assert_true(pages_says(&c, "SHA256SUMS", "another name"));
	pages_close(&c);
}

/* The same bytes of another release are not those of this one. */
static void test_elsewhere(void **state)
{
	struct pages_case c;
	char text[1024];
	(void)state;
	open_case(&c);
	pages_put("/o/r/releases/download/v1.1.0/demo_1.2.0_mac", MAC);
	snprintf(text, sizeof text,
		 "%s,{\"name\":\"demo_1.2.0_mac\",\"size\":%zu,\"browser_download_url\":"
		 "\"@/o/r/releases/download/v1.1.0/demo_1.2.0_mac\",\"url\":\"@/x\",\"state\":\"uploaded\"}",
		 asset("demo_1.2.0_linux", LINUX, ""), strlen(MAC));
	serve_release(FINAL, text);
	run(&c);
	pages_expect_only(&c, "demo_1.2.0_mac", RELEASE_CONFLICT);
	assert_true(pages_says(&c, "demo_1.2.0_mac", "v1.1.0"));
	pages_close(&c);
}

/* --- what can go wrong on the way ------------------------------------------------------------------------ */

static void say_short(struct server_request *r)
{
	server_say(r->fd, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nlinux");
}

static void say_longer(struct server_request *r)
{
	server_say(r->fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" LINUX);
}

static void say_huge(struct server_request *r)
{
	server_say(r->fd, "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n" LINUX);
}

static void say_without_end(struct server_request *r)
{
	server_say(r->fd, "HTTP/1.1 200 OK\r\n\r\n");
	while (server_send(r->fd, LINUX, sizeof LINUX - 1))
		;
}

static void test_transport(void **state)
{
	static const char path[] = FILES "/demo_1.2.0_linux";
	static const struct {
		const char *status, *headers, *body;
		void (*say)(struct server_request *request);
		enum release_verdict verdict;
	} rows[] = {
		{"200 OK", "", "linux bytez\n", NULL, RELEASE_CONFLICT},
		{"200 OK", "", "linux byte\n", NULL, RELEASE_CONFLICT},
		{"200 OK", "", "", NULL, RELEASE_CONFLICT},
		{"404 Not Found", "", "", NULL, RELEASE_ABSENT},
		{"500 Oops", "", LINUX, NULL, RELEASE_UNKNOWN},
		{"429 Slow", "Retry-After: 9\r\n", LINUX, NULL, RELEASE_UNKNOWN},
		{"302 Found", "Location: @" FILES "/demo_1.2.0_linux\r\n", "", NULL, RELEASE_UNKNOWN},
		{"302 Found", "Location: @" FILES "/demo_1.2.0_mac\r\n", "", NULL, RELEASE_CONFLICT},
		{"302 Found", "Location: http://example.org/x\r\n", "", NULL, RELEASE_UNKNOWN},
		{"", "", "", say_short, RELEASE_UNKNOWN},
		{"", "", "", say_longer, RELEASE_CONFLICT},
		{"", "", "", say_huge, RELEASE_CONFLICT},
		{"", "", "", say_without_end, RELEASE_CONFLICT},
	};
	struct pages_case c;
	(void)state;
	open_case(&c);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].say)
			pages_say(path, rows[i].say);
		else
			pages_serve(path, rows[i].status, rows[i].headers, rows[i].body);
		run(&c);
		pages_expect_only(&c, "demo_1.2.0_linux", rows[i].verdict);
		if (strncmp(rows[i].status, "429", 3) == 0)
			assert_int_equal(pages_find(&c, "demo_1.2.0_linux")->retry_after, 9);
	}
	pages_close(&c);
}

static void test_api_failures(void **state)
{
	static const char *const paths[][2] = {{API "/git/ref/tags/v1.2.0", "tag v1.2.0"},
					       {API "/git/tags/77aa", "tag v1.2.0"},
					       {API "/releases/tags/v1.2.0", "release v1.2.0"},
					       {API "/releases/latest", "latest"},
					       {API "/releases", "latest"}};
	struct pages_case c;
	(void)state;
	open_case(&c);
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		serve_all();
		pages_serve(paths[i][0], "403 Forbidden",
			    "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1790000060\r\n", "{}");
		run(&c);
		pages_expect(&c, paths[i][1], RELEASE_UNKNOWN);
		assert_int_equal(pages_find(&c, paths[i][1])->retry_after, 60);
		pages_serve(paths[i][0], "429 Slow", "Retry-After: 7\r\n",
			    "{\"message\":\"API rate limit exceeded for 192.0.2.1.\"}");
		run(&c);
		pages_expect(&c, paths[i][1], RELEASE_UNKNOWN);
		assert_true(pages_says(&c, paths[i][1], "rate limit exceeded"));
		assert_int_equal(pages_find(&c, paths[i][1])->retry_after, 7);
		pages_put(paths[i][0], "{\"tag_name\":");
		run(&c);
		pages_expect(&c, paths[i][1], RELEASE_UNKNOWN);
		pages_put(paths[i][0], "7");
		run(&c);
		pages_expect(&c, paths[i][1], RELEASE_UNKNOWN);
		pages_say(paths[i][0], say_huge);
		run(&c);
		pages_expect(&c, paths[i][1], RELEASE_UNKNOWN);
	}
	pages_close(&c);
}

/* --- the token ------------------------------------------------------------------------------------------- */

static void say_with_token(struct server_request *r)
{
	bool has = strstr(r->text, "\r\nAuthorization: Bearer " TOKEN "\r\n") != NULL;
	bool accepts = strstr(r->text, "\r\nAccept: application/octet-stream\r\n") != NULL;
	server_say(r->fd, has && accepts ? "HTTP/1.1 302 x\r\nLocation: /store\r\nContent-Length: 0\r\n\r\n"
					 : "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n");
}

static void say_if_no_token(struct server_request *r)
{
	bool has = strstr(r->text, "uthorization") != NULL;
	char text[256];
	snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n" LINUX,
		 has ? "400 x" : "200 OK", sizeof LINUX - 1);
	server_say(r->fd, text);
}

static void test_token(void **state)
{
	struct pages_case c;
	(void)state;
	open_case(&c);
	c.look.token = ATT_STR(TOKEN);
	c.look.is_before = true;
	pages_say(FILES "/demo_1.2.0_linux", say_if_no_token);
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_expect(&c, "login", RELEASE_MATCH);
	pages_put(API, "{\"permissions\":{\"push\":false}}");
	run(&c);
	pages_expect_only(&c, "login", RELEASE_CONFLICT);
	pages_put(API, "{}");
	run(&c);
	pages_expect_only(&c, "login", RELEASE_UNKNOWN);
	pages_serve(API, "401 Unauthorized", "", "{\"message\":\"Bad credentials\"}");
	run(&c);
	pages_expect_only(&c, "login", RELEASE_CONFLICT);
	pages_serve(API, "502 x", "", "{}");
	run(&c);
	pages_expect_only(&c, "login", RELEASE_UNKNOWN);
	for (size_t i = 0; i < c.verdicts.count; i++)
		assert_int_equal(att_str_find(c.verdicts.items[i].reason, ATT_STR(TOKEN)), ATT_STR_NONE);
	pages_close(&c);
}

static void test_private(void **state)
{
	struct pages_case c;
	(void)state;
	open_case(&c);
	c.look.token = ATT_STR(TOKEN);
	pages_put(API, "{\"private\":true,\"permissions\":{\"push\":true}}");
	pages_remove(FILES "/demo_1.2.0_linux");
	pages_say(API "/releases/assets/demo_1.2.0_linux", say_with_token);
	pages_put("/store", LINUX);
	pages_put(API "/releases/assets/demo_1.2.0_mac", MAC);
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	/* An address elsewhere does not get the token. */
	char text[1024];
	snprintf(text, sizeof text,
		 "{\"name\":\"demo_1.2.0_linux\",\"size\":12,\"state\":\"uploaded\","
		 "\"browser_download_url\":\"@/x\",\"url\":\"~/store\"},%s",
		 asset("demo_1.2.0_mac", MAC, ""));
	serve_release(FINAL, text);
	run(&c);
	pages_expect_only(&c, "demo_1.2.0_linux", RELEASE_UNKNOWN);
	assert_int_equal(atomic_load(&pages_web.other.requests), 0);
	pages_close(&c);
}

static void test_settings(void **state)
{
	struct pages_case c;
	(void)state;
	open_with(&c, TOML "download = \"@/mirror/\"\n", "v1.2.0");
	run(&c);
	pages_expect(&c, "demo_1.2.0_linux", RELEASE_ABSENT);
	pages_put("/mirror" FILES "/demo_1.2.0_linux", LINUX);
	pages_put("/mirror" FILES "/demo_1.2.0_mac", MAC);
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_close(&c);
	open_with(&c, TOML "repository = \"other/name\"\n", "v1.2.0");
	run(&c);
	pages_expect(&c, "tag v1.2.0", RELEASE_ABSENT);
	assert_int_equal(pages_web.routes[0].asked, 0);
	pages_close(&c);
	static const char *const bad[] = {"o", "o/", "/r", "o/r/x", "o/..", "o/r?x", "../r"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char toml[1024];
		snprintf(toml, sizeof toml, TOML "repository = \"%s\"\n", bad[i]);
		open_with(&c, toml, "v1.2.0");
		run(&c);
		pages_expect_count(&c, 1);
		pages_expect(&c, "release", RELEASE_UNKNOWN);
		pages_close(&c);
	}
	open_case(&c);
	c.look.variables.tag = ATT_STR("");
	run(&c);
	pages_expect_count(&c, 1);
	pages_expect(&c, "release", RELEASE_UNKNOWN);
	pages_close(&c);
}

static int start(void **state)
{
	(void)state;
	pages_start();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	pages_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),         cmocka_unit_test(test_nothing_there),
		cmocka_unit_test(test_tag),           cmocka_unit_test(test_release),
		cmocka_unit_test(test_drafts),        cmocka_unit_test(test_immutable),
		cmocka_unit_test(test_latest),        cmocka_unit_test(test_assets),
		cmocka_unit_test(test_companions),    cmocka_unit_test(test_manifest),
		cmocka_unit_test(test_manifest_here), cmocka_unit_test(test_required),
		cmocka_unit_test(test_renamed),       cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_transport),     cmocka_unit_test(test_api_failures),
		cmocka_unit_test(test_token),         cmocka_unit_test(test_private),
		cmocka_unit_test(test_settings),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
