// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "libattest/format/base64.h"
#include "release/npm_registry.h"
#include "tests/unit/look.h"

#define FILE_NAME   "acme-plasmite-1.2.0.tgz"
#define VERSION     "/@acme%2fplasmite/1.2.0"
#define PACKAGE     "/@acme%2fplasmite"
#define TAGS        "/-/package/@acme%2fplasmite/dist-tags"
#define KEYS        "/-/npm/v1/keys"
#define TARBALL     "/files/plasmite.tgz"
#define ATTESTATION "/-/npm/v1/attestations/x"
#define NOTHING     "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n"

static struct server_route routes[] = {
	{.path = VERSION}, {.path = PACKAGE},     {.path = TAGS},        {.path = KEYS},
	{.path = TARBALL}, {.path = ATTESTATION}, {.path = "/-/whoami"}, {.path = NULL},
};

static const struct look_file good[] = {
	{"package/package.json", "{\"name\":\"@acme/plasmite\",\"version\":\"1.2.0\"}"},
	{"package/index.js", "module.exports = 1\n"},
	{NULL, NULL},
};

struct npm_test {
	struct look l;
	struct att_buf tarball;
	EVP_PKEY *key;
	/* Of the document; what is NULL is left out. */
	const char *name, *version, *more;
	struct att_str integrity, shasum, signature, attestations;
	struct att_str document;
	char host[32];
};

static struct att_str encode(struct npm_test *t, struct att_str bytes)
{
	struct att_buf out;
	att_buf_init(&out, 1 << 16);
	att_base64_encode(bytes, &out);
	struct att_str copy = att_arena_copy(&t->l.arena, att_buf_str(&out));
	att_buf_clear(&out);
	return copy;
}

static struct att_str digest_text(struct npm_test *t, enum att_digest_kind kind, bool hex)
{
	struct att_digest digest;
	char text[ATT_DIGEST_TEXT + 1];
	assert_int_equal(att_digest_bytes(kind, att_buf_str(&t->tarball), &digest, NULL), 0);
	att_digest_hex(&digest, text);
	return hex ? att_arena_printf(&t->l.arena, "%s", text)
		   : att_arena_printf(&t->l.arena, "%s-%.*s", att_digest_name(kind),
				      ATT_STR_ARG(encode(t, att_digest_str(&digest))));
}

/* The package's document: it has the version as the version's own has it. */
static void serve_listed(struct npm_test *t, const char *tags, const char *more)
{
	look_answer(&t->l, routes, PACKAGE,
		    att_arena_printf(&t->l.arena, "{\"dist-tags\":{%s},\"versions\":{\"1.2.0\":%.*s}%s}", tags,
				     ATT_STR_ARG(t->document), more));
}

/* The document with what is in *t. */
static void serve_version(struct npm_test *t)
{
	struct att_buf out;
	att_buf_init(&out, 1 << 16);
	att_buf_printf(&out, "{\"name\":\"%s\",\"version\":\"%s\",\"dist\":{", t->name, t->version);
	if (t->integrity.data)
		att_buf_printf(&out, "\"integrity\":\"%.*s\",", ATT_STR_ARG(t->integrity));
	if (t->shasum.data)
		att_buf_printf(&out, "\"shasum\":\"%.*s\",", ATT_STR_ARG(t->shasum));
	if (t->signature.data)
		att_buf_printf(&out, "\"signatures\":[{\"keyid\":\"SHA256:a\",\"sig\":\"%.*s\"}],",
			       ATT_STR_ARG(t->signature));
	if (t->attestations.data)
		att_buf_printf(&out, "\"attestations\":{\"url\":\"%.*s\"},", ATT_STR_ARG(t->attestations));
	att_buf_printf(&out, "\"tarball\":\"http://%s:%u" TARBALL "\"}%s}", t->host, t->l.server.port, t->more);
	look_answer(&t->l, routes, VERSION, att_buf_str(&out));
	t->document = att_arena_copy(&t->l.arena, att_buf_str(&out));
	att_buf_clear(&out);
	serve_listed(t, "\"latest\":\"1.2.0\"", "");
}

/* A signature in base64 of "NAME@VERSION:INTEGRITY". */
static struct att_str sign(struct npm_test *t)
{
	unsigned char bytes[128];
	size_t size = sizeof bytes;
	struct att_str message =
		att_arena_printf(&t->l.arena, "@acme/plasmite@1.2.0:%.*s", ATT_STR_ARG(t->integrity));
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, t->key), 1);
	assert_int_equal(
		EVP_DigestSign(context, bytes, &size, (const unsigned char *)message.data, message.len), 1);
	EVP_MD_CTX_free(context);
	return encode(t, (struct att_str){(const char *)bytes, size});
}

/* `expires` as JSON. */
static struct att_str key_text(struct npm_test *t, const char *id, const char *expires)
{
	unsigned char *der = NULL;
	int size = i2d_PUBKEY(t->key, &der);
	assert_true(size > 0);
	struct att_str text = encode(t, (struct att_str){(const char *)der, (size_t)size});
	OPENSSL_free(der);
	return att_arena_printf(
		&t->l.arena,
		"{\"keys\":[{\"expires\":%s,\"keyid\":\"%s\",\"keytype\":\"ecdsa-sha2-nistp256\","
		"\"scheme\":\"ecdsa-sha2-nistp256\",\"key\":\"%.*s\"}]}",
		expires, id, ATT_STR_ARG(text));
}

static void serve_package(struct npm_test *t, const struct look_file *files)
{
	att_buf_clear(&t->tarball);
	look_pack(files, &t->tarball);
	look_answer(&t->l, routes, TARBALL, att_buf_str(&t->tarball));
	t->l.look.built_count = 0;
	look_built(&t->l, FILE_NAME, att_buf_str(&t->tarball));
	t->integrity = digest_text(t, ATT_SHA512, false);
	t->shasum = digest_text(t, ATT_SHA1, true);
	serve_version(t);
}

static void open_npm(struct npm_test *t, const char *more)
{
	char settings[512];
	snprintf(settings, sizeof settings,
		 "kind = \"npm\"\npackage = \"@acme/plasmite\"\nartifacts = [\"*\"]\n"
		 "registry = \"http://127.0.0.1:%%u/\"\n%s",
		 more);
	for (size_t i = 0; routes[i].path; i++)
		routes[i] = (struct server_route){.path = routes[i].path};
	memset(t, 0, sizeof *t);
	look_open(&t->l, routes, settings);
	look_name(&t->l, "version", "1.2.0");
	look_name(&t->l, "dist-tag", "latest");
	att_buf_init(&t->tarball, 1 << 20);
	t->key = EVP_EC_gen("P-256");
	t->name = "@acme/plasmite";
	t->version = "1.2.0";
	t->more = "";
	snprintf(t->host, sizeof t->host, "127.0.0.1");
	serve_package(t, good);
	look_answer(&t->l, routes, TAGS, ATT_STR("{\"latest\":\"1.2.0\",\"beta\":\"2.0.0-1\"}"));
}

static void close_npm(struct npm_test *t)
{
	EVP_PKEY_free(t->key);
	att_buf_clear(&t->tarball);
	look_close(&t->l);
}

static void test_match(void **state)
{
	struct npm_test t;
	(void)state;
	open_npm(&t, "");
	look_run(&t.l);
	look_expect(&t.l, "1.2.0", RELEASE_MATCH, "");
	look_expect(&t.l, FILE_NAME, RELEASE_MATCH, "");
	look_expect(&t.l, "package.json", RELEASE_MATCH, "");
	look_expect(&t.l, "dist-tag latest", RELEASE_MATCH, "");
	assert_true(look_all_match(&t.l));
	look_expect(&t.l, "index 1.2.0", RELEASE_MATCH, "");
	look_expect(&t.l, "manifest", RELEASE_MATCH, "");
	look_expect(&t.l, "manifest of the index", RELEASE_MATCH, "");
	assert_int_equal(t.l.verdicts.count, 7);
	/* Several digests, another host, a reason not to use it, the commit. */
	struct att_str sha384 = digest_text(&t, ATT_SHA384, false), sha1 = digest_text(&t, ATT_SHA1, false);
	t.integrity = ATT_ARENA_JOIN(&t.l.arena, sha384, ATT_STR(" "), t.integrity, ATT_STR("?opt  "), sha1);
	snprintf(t.host, sizeof t.host, "localhost");
	t.more = ",\"gitHead\":\"" LOOK_COMMIT "\",\"deprecated\":\"too old\"";
	serve_version(&t);
	look_run(&t.l);
	look_expect(&t.l, FILE_NAME, RELEASE_MATCH, "served by localhost:");
	look_expect(&t.l, "1.2.0", RELEASE_MATCH, "deprecated: too old");
	look_expect(&t.l, "gitHead", RELEASE_MATCH, "");
	assert_true(look_all_match(&t.l));
	t.l.look.is_before = true;
	look_run(&t.l);
	assert_true(look_all_match(&t.l));
	close_npm(&t);
}

static void test_document(void **state)
{
	struct npm_test t;
	struct att_str good_integrity;
	(void)state;
	open_npm(&t, "");
	good_integrity = t.integrity;
	t.integrity = ATT_STR(
		"sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+"
		"SfaPg==");
	serve_version(&t);
	look_finds(&t.l, "1.2.0", RELEASE_CONFLICT, "another digest");
	look_expect(&t.l, FILE_NAME, RELEASE_MATCH, "");
	/* One that agrees does not make up for one that does not. */
	t.integrity = ATT_ARENA_JOIN(&t.l.arena, good_integrity, ATT_STR(" "), t.integrity);
	serve_version(&t);
	look_finds(&t.l, "1.2.0", RELEASE_CONFLICT, "another digest");
	t.integrity = good_integrity;
	t.shasum = ATT_STR("da39a3ee5e6b4b0d3255bfef95601890afd80709");
	serve_version(&t);
	look_finds(&t.l, "1.2.0", RELEASE_CONFLICT, "another digest");
	t.shasum = ATT_STR("da39");
	serve_version(&t);
	look_finds(&t.l, "1.2.0", RELEASE_UNKNOWN, "the shasum");
	t.shasum = digest_text(&t, ATT_SHA1, true);
	t.integrity = ATT_STR("sha512-AAAA");
	serve_version(&t);
	look_finds(&t.l, "1.2.0", RELEASE_UNKNOWN, "the integrity");
	t.integrity = ATT_STR("sha3-AAAA");
	serve_version(&t);
	look_finds(&t.l, "1.2.0", RELEASE_UNKNOWN, "sha3");
	t.integrity = ATT_STR("md5");
	serve_version(&t);
	look_finds(&t.l, "1.2.0", RELEASE_UNKNOWN, "");
	t.integrity = (struct att_str){NULL, 0};
	serve_version(&t);
	look_finds(&t.l, "1.2.0", RELEASE_UNKNOWN, "no integrity");
	t.integrity = good_integrity;
	t.version = "1.2.1";
	serve_version(&t);
	look_finds(&t.l, "1.2.0", RELEASE_CONFLICT, "another version");
	t.version = "1.2.0";
	t.name = "plasmite";
	serve_version(&t);
	look_finds(&t.l, "1.2.0", RELEASE_CONFLICT, "another version");
	t.name = "@acme/plasmite";
	t.more = ",\"gitHead\":\"1123456789abcdef0123456789abcdef01234567\"";
	serve_version(&t);
	look_finds(&t.l, "gitHead", RELEASE_CONFLICT, "another commit");
	look_answer(&t.l, routes, VERSION, ATT_STR("{\"name\":\"@acme/plasmite\",\"version\":\"1.2.0\"}"));
	look_finds(&t.l, "1.2.0", RELEASE_UNKNOWN, "\"dist\"");
	look_answer(&t.l, routes, VERSION, ATT_STR("<html>"));
	look_finds(&t.l, "1.2.0", RELEASE_UNKNOWN, "");
	look_answer(&t.l, routes, VERSION, ATT_STR("[]"));
	look_finds(&t.l, "1.2.0", RELEASE_UNKNOWN, "an object");
	look_answer(&t.l, routes, VERSION,
		    ATT_STR("{\"name\":\"@acme/plasmite\",\"version\":\"1.2.0\",\"dist\":{}}"));
	look_finds(&t.l, FILE_NAME, RELEASE_UNKNOWN, "where it is");
	look_expect(&t.l, "1.2.0", RELEASE_UNKNOWN, "no integrity");
	close_npm(&t);
}

static void test_bytes(void **state)
{
	static const struct look_file other_name[] = {
		{"package/package.json", "{\"name\":\"plasmite\",\"version\":\"1.2.0\"}"}, {NULL, NULL}};
	static const struct look_file other_version[] = {
		{"package/package.json", "{\"name\":\"@acme/plasmite\",\"version\":\"0.0.0\"}"}, {NULL, NULL}};
	static const struct look_file no_manifest[] = {{"package/index.js", "1"}, {NULL, NULL}};
	struct npm_test t;
	struct att_buf other;
	(void)state;
	open_npm(&t, "");
	att_buf_init(&other, 1 << 16);
	att_buf_add(&other, att_buf_str(&t.tarball));
	other.data[other.len - 5] ^= 1;
	look_answer(&t.l, routes, TARBALL, att_buf_str(&other));
	look_finds(&t.l, FILE_NAME, RELEASE_CONFLICT, "other bytes");
	look_expect(&t.l, "1.2.0", RELEASE_CONFLICT, "another digest"); /* its SHA-1 is of what was built */
	t.shasum = (struct att_str){NULL, 0};
	serve_version(&t);
	look_finds(&t.l, "1.2.0", RELEASE_UNKNOWN, "was not what was built");
	att_buf_add_byte(&other, 'x');
	look_answer(&t.l, routes, TARBALL, att_buf_str(&other));
	look_finds(&t.l, FILE_NAME, RELEASE_CONFLICT, "longer");
	look_answer(&t.l, routes, TARBALL, att_buf_str(&t.tarball));
	t.l.look.built_count = 0;
	look_finds(&t.l, FILE_NAME, RELEASE_UNKNOWN, "no built artifact");
	look_expect(&t.l, "1.2.0", RELEASE_UNKNOWN, "no built artifact");
	look_answer(&t.l, routes, TARBALL, ATT_STR("x"));
	look_finds(&t.l, "1.2.0", RELEASE_CONFLICT, "other bytes than it says");
	serve_package(&t, other_name);
	look_finds(&t.l, "package.json", RELEASE_CONFLICT, "another one");
	serve_package(&t, other_version);
	look_finds(&t.l, "package.json", RELEASE_CONFLICT, "another one");
	serve_package(&t, no_manifest);
	look_finds(&t.l, "package.json", RELEASE_UNKNOWN, "package.json");
	serve_package(&t, good);
	look_built(&t.l, "plasmite.zip", ATT_STR("x"));
	look_finds(&t.l, "plasmite.zip", RELEASE_UNKNOWN, "one file for each version");
	look_expect(&t.l, FILE_NAME, RELEASE_MATCH, "");
	att_buf_clear(&other);
	close_npm(&t);
}

static void test_tags(void **state)
{
	struct npm_test t;
	(void)state;
	open_npm(&t, "");
	look_answer(&t.l, routes, TAGS, ATT_STR("{\"latest\":\"1.1.9\"}"));
	look_finds(&t.l, "dist-tag latest", RELEASE_STALE, "older");
	look_answer(&t.l, routes, TAGS, ATT_STR("{\"latest\":\"1.2.0-rc.1\"}"));
	look_finds(&t.l, "dist-tag latest", RELEASE_STALE, "older");
	look_answer(&t.l, routes, TAGS, ATT_STR("{\"latest\":\"1.10.0\"}"));
	look_finds(&t.l, "dist-tag latest", RELEASE_CONFLICT, "not older");
	t.l.look.is_before = true;
	look_finds(&t.l, "dist-tag latest", RELEASE_CONFLICT, "move backwards");
	t.l.look.is_before = false;
	look_answer(&t.l, routes, TAGS, ATT_STR("{\"latest\":\"a\\nb\"}"));
	look_finds(&t.l, "dist-tag latest", RELEASE_CONFLICT, "not older");
	look_answer(&t.l, routes, TAGS, ATT_STR("{\"next\":\"1.2.0\"}"));
	look_finds(&t.l, "dist-tag latest", RELEASE_ABSENT, "no such tag");
	look_answer(&t.l, routes, TAGS, ATT_STR("{\"latest\":12}"));
	look_finds(&t.l, "dist-tag latest", RELEASE_UNKNOWN, "a version for a tag");
	look_route(routes, TAGS, "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n");
	look_finds(&t.l, "dist-tag latest", RELEASE_UNKNOWN, "no answer");
	/* Where tags are not served, the package has them. */
	look_route(routes, TAGS, NOTHING);
	look_route(routes, PACKAGE, NOTHING);
	look_finds(&t.l, "dist-tag latest", RELEASE_ABSENT, "not there");
	serve_listed(&t, "\"latest\":\"1.2.0\"", "");
	look_run(&t.l);
	assert_true(look_all_match(&t.l));
	assert_true(server_was_told(&t.l.server, "application/vnd.npm.install-v1+json"));
	look_answer(&t.l, routes, PACKAGE, ATT_STR("{\"dist-tags\":{\"latest\":\"1.1.0\"}}"));
	look_finds(&t.l, "dist-tag latest", RELEASE_STALE, "older");
	look_answer(&t.l, routes, PACKAGE, ATT_STR("{}"));
	look_finds(&t.l, "dist-tag latest", RELEASE_UNKNOWN, "dist-tags");
	close_npm(&t);
}

static const char *short_answer, *whole_answer; /* of the package's document */

static void say_listed(struct server_request *request)
{
	server_say(request->fd,
		   strstr(request->text, "Accept: application/json\r\n") ? whole_answer : short_answer);
}

/* Who asks in another way gets another document. */
static void test_whole(void **state)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s";
	static const char evil[] = "{\"dist-tags\":{\"latest\":\"6.6.6\"},\"versions\":{}}";
	struct npm_test t;
	(void)state;
	open_npm(&t, "");
	short_answer = att_arena_copy(&t.l.arena, att_str_of(routes[1].answer)).data;
	char whole[8192];
	snprintf(whole, sizeof whole,
		 "{\"dist-tags\":{\"latest\":\"1.2.0\"},\"versions\":{\"1.2.0\":%.*s},\"x\":1}",
		 ATT_STR_ARG(t.document));
	whole_answer = att_arena_printf(&t.l.arena, head, strlen(whole), whole).data;
	assert_string_equal(routes[1].path, PACKAGE);
	routes[1].say = say_listed;
	look_run(&t.l);
	look_expect(&t.l, "whole index 1.2.0", RELEASE_MATCH, "");
	look_expect(&t.l, "manifest of the whole index", RELEASE_MATCH, "");
	assert_true(look_all_match(&t.l));
	whole_answer = att_arena_printf(&t.l.arena, head, strlen(evil), evil).data;
	look_finds(&t.l, "whole index 1.2.0", RELEASE_STALE, "does not have the version");
	look_expect(&t.l, "index 1.2.0", RELEASE_MATCH, "");
	t.more = ",\"dependencies\":{\"evil\":\"*\"}";
	const struct att_str right = t.document;
	serve_version(&t);
	whole_answer = att_arena_copy(&t.l.arena, att_str_of(routes[1].answer)).data;
	look_answer(&t.l, routes, VERSION, right);
	routes[1].say = say_listed;
	look_finds(&t.l, "manifest of the whole index", RELEASE_CONFLICT, "by which npm installs");
	look_expect(&t.l, "manifest of the index", RELEASE_MATCH, "");
	whole_answer = "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n";
	look_finds(&t.l, "whole index 1.2.0", RELEASE_UNKNOWN, "no answer");
	close_npm(&t);
}

/* A package with more in its package.json, of which the registry says something. */
static void serve_manifest(struct npm_test *t, const char *packed, const char *said, const char *file)
{
	struct att_str text =
		att_arena_printf(&t->l.arena, "{\"name\":\"@acme/plasmite\",\"version\":\"1.2.0\"%s}", packed);
	const struct look_file files[] = {
		{"package/package.json", text.data}, {file ? file : "package/x", "x"}, {NULL, NULL}};
	t->more = said;
	serve_package(t, files);
}

/* What npm makes of a package.json when it publishes is no difference. */
static void test_manifest_same(void **state)
{
	static const struct {
		const char *packed, *said, *file;
	} cases[] = {
		{",\"dependencies\":{\"a\":\" ^1 \",\"b\":\"1\"},\"optionalDependencies\":{\"b\":\"2\"}",
		 ",\"dependencies\":{\"a\":\"^1\",\"b\":\"2\"},\"optionalDependencies\":{\"b\":\"2\"}", NULL},
		{",\"dependencies\":{\"a\":\"acme/a#v1\",\"b\":\"acme/b\",\"c\":\"github:acme/c\"}",
		 ",\"dependencies\":{\"a\":\"github:acme/a#v1\",\"b\":\"git+ssh://git@github.com/acme/b.git\","
		 "\"c\":\"git+https://github.com/acme/c.git\"}",
		 NULL},
		{",\"dependencies\":{}", "", NULL},
		{",\"dependencies\":{\"a\":\"1\"},\"bundledDependencies\":true,\"bin\":\"./cli.js\"",
		 ",\"dependencies\":{\"a\":\"1\"},\"bundleDependencies\":[\"a\"],\"bin\":{\"plasmite\":\"cli."
		 "js\"}",
		 NULL},
		{",\"bin\":{\"@acme/a\":\"/x\",\"b\":\"\",\"c\":\".\\\\d\\\\..\\\\e\"}",
		 ",\"bin\":{\"a\":\"x\",\"c\":\"e\"}", NULL},
		{",\"bin\":[\"./b/a.js\"]", ",\"bin\":{\"a.js\":\"b/a.js\"}", NULL},
		{",\"bundledDependencies\":[\"z\"]", ",\"dependencies\":{\"z\":\"*\"}", NULL},
		{",\"directories\":{\"bin\":\"./bin/\"}", ",\"bin\":{\"a\":\"bin/a\"}", NULL},
		{",\"os\":[\"linux\"],\"cpu\":\"x64\",\"engines\":{\"node\":\">=18 \"},\"libc\":[\"musl\"]",
		 ",\"os\":[\"linux\"],\"cpu\":[\"x64\"],\"engines\":{\"node\":\">=18\"}", NULL},
		{",\"peerDependencies\":{\"p\":\"1\"},\"peerDependenciesMeta\":{\"p\":{\"optional\":true}}",
		 ",\"peerDependencies\":{\"p\":\"1\"},\"peerDependenciesMeta\":{\"p\":{\"optional\":true}}",
		 NULL},
		{",\"scripts\":{\"test\":\"x\",\"install\":\"./node_modules/.bin/y z\"}",
		 ",\"scripts\":{\"install\":\"y z\"},\"hasInstallScript\":true", NULL},
		{"", ",\"scripts\":{\"install\":\"node-gyp rebuild\"},\"hasInstallScript\":true",
		 "package/binding.gyp"},
		{",\"gypfile\":false", ",\"scripts\":{},\"hasInstallScript\":false", "package/binding.gyp"},
		{"", ",\"_hasShrinkwrap\":true", "package/npm-shrinkwrap.json"},
		{"", ",\"_hasShrinkwrap\":false", NULL},
		{",\"devDependencies\":{\"x\":\"1\"}", ",\"devDependencies\":{\"y\":\"1\"}", NULL},
	};
	struct npm_test t;
	(void)state;
	open_npm(&t, "");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		serve_manifest(&t, cases[i].packed, cases[i].said, cases[i].file);
		look_run(&t.l);
		look_expect(&t.l, "manifest", RELEASE_MATCH, "");
		assert_true(look_all_match(&t.l));
	}
	close_npm(&t);
}

static void test_manifest_other(void **state)
{
	static const struct {
		const char *packed, *said, *expected, *found, *file;
	} cases[] = {
		{"", ",\"dependencies\":{\"evil\":\"*\"}", "no such line", "dependencies evil *", NULL},
		{",\"dependencies\":{\"a\":\"1\"}", "", "dependencies a 1", "no such line", NULL},
		{",\"dependencies\":{\"a\":\"1\"}", ",\"dependencies\":{\"a\":\"npm:evil@1\"}",
		 "dependencies a 1", "dependencies a npm:evil@1", NULL},
		{",\"dependencies\":{\"a\":\"acme/a\"}", ",\"dependencies\":{\"a\":\"github:evil/a\"}",
		 "dependencies a github:acme/a", "dependencies a github:evil/a", NULL},
		{"", ",\"optionalDependencies\":{\"evil\":\"*\"}", "no such line",
		 "optionalDependencies evil *", NULL},
		{"", ",\"peerDependencies\":{\"evil\":\"*\"}", "no such line", "peerDependencies evil *", NULL},
		{"", ",\"dependencies\":[\"npm:evil@1\"]", "no such line", "dependencies as a list", NULL},
		{"", ",\"optionalDependencies\":\"evil\"", "no such line", "optionalDependencies as a string",
		 NULL},
		{"", ",\"dependencies\":{\"evil\":[\"1\"]}", "no such line", "dependencies evil as a list",
		 NULL},
		{"", ",\"dependencies\":{\"a b\":\"c\"}", "no such line", "dependencies 3:a b c", NULL},
		{",\"peerDependencies\":{\"p\":\"1\"},\"peerDependenciesMeta\":{\"p\":{\"optional\":true}}",
		 ",\"peerDependencies\":{\"p\":\"1\"},\"peerDependenciesMeta\":{}",
		 "peerDependenciesMeta p optional", "no such line", NULL},
		{"", ",\"bundleDependencies\":[\"a\"]", "no such line", "bundleDependencies a", NULL},
		{",\"bin\":\"cli.js\"", ",\"bin\":{\"plasmite\":\"evil.js\"}", "bin plasmite cli.js",
		 "bin plasmite evil.js", NULL},
		{"", ",\"bin\":{\"ls\":\"evil.js\"}", "no such line", "bin ls evil.js", NULL},
		{",\"directories\":{\"bin\":\"bin\"}", ",\"bin\":{\"a\":\"bin/../evil\"}", "no such line",
		 "bin a evil", NULL},
		{",\"os\":[\"linux\"]", ",\"os\":[\"win32\"]", "os linux", "os win32", NULL},
		{"", ",\"engines\":{\"node\":\"0\"}", "no such line", "engines node 0", NULL},
		{"", ",\"scripts\":{\"postinstall\":\"evil\"}", "no such line", "script postinstall evil",
		 NULL},
		{"", ",\"hasInstallScript\":true", "no such line", "mark hasInstallScript", NULL},
		{",\"scripts\":{\"preinstall\":\"x\"}", ",\"hasInstallScript\":false", "mark hasInstallScript",
		 "no such line", NULL},
		{"", ",\"scripts\":{}", "script install node-gyp rebuild", "no such line",
		 "package/binding.gyp"},
		{"", ",\"_hasShrinkwrap\":false", "mark _hasShrinkwrap", "no such line",
		 "package/npm-shrinkwrap.json"},
	};
	struct npm_test t;
	(void)state;
	open_npm(&t, "");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		serve_manifest(&t, cases[i].packed, cases[i].said, cases[i].file);
		look_finds(&t.l, "manifest", RELEASE_CONFLICT, "says something else of the version");
		look_expect(&t.l, "manifest of the index", RELEASE_CONFLICT, "by which npm installs");
		look_expect(&t.l, FILE_NAME, RELEASE_MATCH, "");
		const struct release_item_verdict *item = look_item(&t.l, "manifest");
		assert_true(att_str_is(item->expected, cases[i].expected));
		assert_true(att_str_is(item->found, cases[i].found));
	}
	/* Each of the two documents by itself. */
	serve_manifest(&t, "", ",\"dependencies\":{\"evil\":\"*\"}", NULL);
	const struct att_str evil = t.document;
	serve_manifest(&t, "", "", NULL);
	look_answer(&t.l, routes, VERSION, evil);
	look_finds(&t.l, "manifest", RELEASE_CONFLICT, "");
	look_expect(&t.l, "manifest of the index", RELEASE_MATCH, "");
	serve_manifest(&t, "", "", NULL);
	const struct att_str right = t.document;
	t.document = evil;
	serve_listed(&t, "\"latest\":\"1.2.0\"", "");
	look_answer(&t.l, routes, VERSION, right);
	look_finds(&t.l, "manifest of the index", RELEASE_CONFLICT, "");
	look_expect(&t.l, "manifest", RELEASE_MATCH, "");
	look_expect(&t.l, "index 1.2.0", RELEASE_MATCH, "");
	close_npm(&t);
}

/* npm reads the package's document, whatever that of the version says. */
static void test_listed(void **state)
{
	struct npm_test t;
	struct att_str good_integrity, good_shasum;
	(void)state;
	open_npm(&t, "");
	look_answer(&t.l, routes, PACKAGE,
		    ATT_STR("{\"dist-tags\":{\"latest\":\"1.1.0\"},\"versions\":{\"1.1.0\":{}}}"));
	look_finds(&t.l, "index 1.2.0", RELEASE_STALE, "does not have the version");
	t.l.look.is_before = true;
	look_finds(&t.l, "index 1.2.0", RELEASE_UNKNOWN, "does not have the version");
	t.l.look.is_before = false;
	serve_listed(&t, "\"latest\":\"1.1.0\"", "");
	look_finds(&t.l, "index 1.2.0", RELEASE_STALE, "older");
	serve_listed(&t, "\"latest\":\"6.6.6\"", "");
	look_finds(&t.l, "index 1.2.0", RELEASE_CONFLICT, "not older");
	serve_listed(&t, "", "");
	look_finds(&t.l, "index 1.2.0", RELEASE_ABSENT, "no such tag");
	/* The version's own is right each time. */
	good_integrity = t.integrity;
	good_shasum = t.shasum;
	const struct att_str right = t.document;
	t.integrity = (struct att_str){NULL, 0};
	serve_version(&t);
	look_answer(&t.l, routes, VERSION, right);
	look_finds(&t.l, "index 1.2.0", RELEASE_CONFLICT, "something else");
	look_expect(&t.l, "1.2.0", RELEASE_MATCH, "");
	t.integrity = good_integrity;
	t.shasum = ATT_STR("da39a3ee5e6b4b0d3255bfef95601890afd80709");
	serve_version(&t);
	look_answer(&t.l, routes, VERSION, right);
	look_finds(&t.l, "index 1.2.0", RELEASE_CONFLICT, "something else");
	t.shasum = good_shasum;
	/* It leads elsewhere: what is there counts. */
	snprintf(t.host, sizeof t.host, "localhost");
	serve_version(&t);
	look_answer(&t.l, routes, VERSION, right);
	look_run(&t.l);
	look_expect(&t.l, FILE_NAME " of the package's document", RELEASE_MATCH, "");
	assert_true(look_all_match(&t.l));
	look_answer(&t.l, routes, PACKAGE, ATT_STR("{\"versions\":{}}"));
	look_finds(&t.l, "index 1.2.0", RELEASE_UNKNOWN, "dist-tags");
	look_route(routes, PACKAGE, NOTHING);
	look_finds(&t.l, "index 1.2.0", RELEASE_ABSENT, "not there");
	close_npm(&t);
}

static void test_signatures(void **state)
{
	struct npm_test t;
	(void)state;
	open_npm(&t, "");
	look_answer(&t.l, routes, KEYS, key_text(&t, "SHA256:a", "null"));
	look_finds(&t.l, "signature", RELEASE_CONFLICT, "did not sign");
	t.signature = sign(&t);
	serve_version(&t);
	look_run(&t.l);
	look_expect(&t.l, "signature", RELEASE_MATCH, "");
	assert_true(look_all_match(&t.l));
	/* Keys that cannot say whether it holds. */
	look_answer(&t.l, routes, KEYS, key_text(&t, "SHA256:b", "null"));
	look_finds(&t.l, "signature", RELEASE_UNKNOWN, "does not list");
	look_answer(&t.l, routes, KEYS, ATT_STR("{\"keys\":[]}"));
	look_finds(&t.l, "signature", RELEASE_UNKNOWN, "no keys");
	look_answer(&t.l, routes, KEYS, ATT_STR("{\"keys\":[{\"keyid\":\"SHA256:a\",\"keytype\":\"rsa\"}]}"));
	look_finds(&t.l, "signature", RELEASE_UNKNOWN, "not known");
	look_answer(&t.l, routes, KEYS, ATT_STR("{}"));
	look_finds(&t.l, "signature", RELEASE_UNKNOWN, "\"keys\"");
	look_answer(&t.l, routes, KEYS,
		    ATT_STR("{\"keys\":[{\"keyid\":\"a\",\"keytype\":\"rsa\"},{\"keyid\":\"a\",\"keytype\":"
			    "\"rsa\"}]}"));
	look_finds(&t.l, "signature", RELEASE_UNKNOWN, "two of one");
	look_route(routes, KEYS, "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n");
	look_finds(&t.l, "signature", RELEASE_UNKNOWN, "no answer");
	look_route(routes, KEYS, NOTHING);
	look_finds(&t.l, "signature", RELEASE_UNKNOWN, "no keys");
	/* Expired: what counts is when it was published. */
	look_answer(&t.l, routes, KEYS, key_text(&t, "SHA256:a", "\"2030-01-01T00:00:00.000Z\""));
	look_run(&t.l);
	assert_true(look_all_match(&t.l));
	look_answer(&t.l, routes, KEYS, key_text(&t, "SHA256:a", "\"2025-01-29T00:00:00.000Z\""));
	look_finds(&t.l, "signature", RELEASE_UNKNOWN, "when it was published");
	serve_listed(&t, "\"latest\":\"1.2.0\"", ",\"time\":{\"1.2.0\":\"2025-01-28T23:59:59.999Z\"}");
	look_run(&t.l);
	assert_true(look_all_match(&t.l));
	serve_listed(&t, "\"latest\":\"1.2.0\"", ",\"time\":{\"1.2.0\":\"2025-01-29T00:00:00.000Z\"}");
	look_finds(&t.l, "signature", RELEASE_CONFLICT, "had expired");
	look_answer(&t.l, routes, KEYS, key_text(&t, "SHA256:a", "\"soon\""));
	look_finds(&t.l, "signature", RELEASE_UNKNOWN, "expires");
	look_answer(&t.l, routes, KEYS, key_text(&t, "SHA256:a", "null"));
	/* Of something else; of another key; none at all. */
	struct att_str integrity = t.integrity;
	t.integrity = ATT_STR("sha512-x");
	t.signature = sign(&t);
	t.integrity = integrity;
	serve_version(&t);
	look_finds(&t.l, "signature", RELEASE_CONFLICT, "not of this version");
	t.signature = sign(&t);
	serve_version(&t);
	EVP_PKEY_free(t.key);
	t.key = EVP_EC_gen("P-256");
	look_answer(&t.l, routes, KEYS, key_text(&t, "SHA256:a", "null"));
	look_finds(&t.l, "signature", RELEASE_CONFLICT, "not of this version");
	t.signature = ATT_STR("bm90IGEgc2lnbmF0dXJl");
	serve_version(&t);
	look_finds(&t.l, "signature", RELEASE_CONFLICT, "not of this version");
	t.signature = ATT_STR("*");
	serve_version(&t);
	look_finds(&t.l, "1.2.0", RELEASE_UNKNOWN, "the signature");
	close_npm(&t);
}

/* Keys that the project pins; the registry's count for nothing. */
static void test_pinned_keys(void **state)
{
	struct npm_test t;
	(void)state;
	open_npm(&t, "keys = \"keys.json\"\n");
	t.signature = sign(&t);
	serve_version(&t);
	look_answer(&t.l, routes, KEYS, key_text(&t, "SHA256:a", "null"));
	look_finds(&t.l, "signature", RELEASE_UNKNOWN, "keys.json");
	struct att_str text = key_text(&t, "SHA256:a", "null");
	int fd = openat(t.l.look.folder, "keys.json", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(write(fd, text.data, text.len) == (ssize_t)text.len);
	close(fd);
	look_route(routes, KEYS, NOTHING);
	look_run(&t.l);
	assert_true(look_all_match(&t.l));
	t.signature = (struct att_str){NULL, 0};
	serve_version(&t);
	look_finds(&t.l, "signature", RELEASE_CONFLICT, "did not sign");
	/* Keys that are pinned, and none is there. */
	fd = openat(t.l.look.folder, "keys.json", O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_true(write(fd, "{\"keys\":[]}", 11) == 11);
	close(fd);
	look_finds(&t.l, "signature", RELEASE_UNKNOWN, "there are no keys");
	unlinkat(t.l.look.folder, "keys.json", 0);
	close_npm(&t);
}

static const char *subject_name = "pkg:npm/%40acme/plasmite@1.2.0";

static void serve_provenance(struct npm_test *t, const char *type, struct att_str sha512, const char *predicate)
{
	struct att_str statement = att_arena_printf(
		&t->l.arena,
		"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"%s\",\"digest\":{"
		"\"sha512\":\"%.*s\"}}],\"predicateType\":\"%s\",\"predicate\":%s}",
		subject_name, ATT_STR_ARG(sha512), type, predicate);
	look_answer(
		&t->l, routes, ATTESTATION,
		att_arena_printf(&t->l.arena,
				 "{\"attestations\":[{\"predicateType\":\"%s\",\"bundle\":{\"dsseEnvelope\":{"
				 "\"payload\":\"%.*s\",\"payloadType\":\"application/vnd.in-toto+json\","
				 "\"signatures\":[{\"keyid\":\"\",\"sig\":\"AAAA\"}]}}}]}",
				 type, ATT_STR_ARG(encode(t, statement))));
}

static void test_provenance(void **state)
{
	static const char v1[] = "https://slsa.dev/provenance/v1", v02[] = "https://slsa.dev/provenance/v0.2";
	static const char ours[] = "{\"buildDefinition\":{\"resolvedDependencies\":[{\"uri\":\"git+https://"
				   "example.org/p\",\"digest\":{\"gitCommit\":\"" LOOK_COMMIT "\"}}]}}";
	struct npm_test t;
	(void)state;
	open_npm(&t, "provenance = true\n");
	struct att_str sha512 = digest_text(&t, ATT_SHA512, true);
	static const char item[] = "provenance " FILE_NAME;
	look_finds(&t.l, item, RELEASE_ABSENT, "no attestation");
	t.l.look.is_before = true;
	look_finds(&t.l, item, RELEASE_UNKNOWN, "no attestation");
	t.l.look.is_before = false;
	t.attestations = att_arena_printf(&t.l.arena, "http://127.0.0.1:%u" ATTESTATION, t.l.server.port);
	serve_version(&t);
	look_finds(&t.l, item, RELEASE_ABSENT, "not there");
	/* Never a match as long as nobody knows who signed it. */
	serve_provenance(&t, v1, sha512, ours);
	look_finds(&t.l, item, RELEASE_UNKNOWN, "who signed it");
	serve_provenance(&t, v02, sha512, "{\"materials\":[{\"digest\":{\"sha1\":\"" LOOK_COMMIT "\"}}]}");
	look_finds(&t.l, item, RELEASE_UNKNOWN, "who signed it");
	serve_provenance(
		&t, v02, sha512,
		"{\"materials\":[{\"digest\":{\"sha1\":\"1123456789abcdef0123456789abcdef01234567\"}}]}");
	look_finds(&t.l, item, RELEASE_CONFLICT, "does not name the commit");
	serve_provenance(&t, v1, sha512, "{}");
	look_finds(&t.l, item, RELEASE_CONFLICT, "does not name the commit");
	sha512 = ATT_ARENA_JOIN(&t.l.arena, att_str_from(sha512, 2), ATT_STR("00"));
	serve_provenance(&t, v1, sha512, ours);
	look_finds(&t.l, item, RELEASE_CONFLICT, "another package");
	serve_provenance(&t, "https://github.com/npm/attestation/tree/main/specs/publish/v0.1", sha512, "{}");
	look_finds(&t.l, item, RELEASE_ABSENT, "nothing about how");
	look_answer(&t.l, routes, ATTESTATION, ATT_STR("{\"attestations\":[{}]}"));
	look_finds(&t.l, item, RELEASE_UNKNOWN, "bundle");
	close_npm(&t);
}

/* What is served is compared, whatever is demanded; and nothing is called verified. */
static void test_listed_provenance(void **state)
{
	static const char v1[] = "https://slsa.dev/provenance/v1", item[] = "provenance " FILE_NAME;
	static const char ours[] = "{\"buildDefinition\":{\"resolvedDependencies\":[{\"digest\":{\"gitCommit\":"
				   "\"" LOOK_COMMIT "\"}}]}}";
	static const char *const settings[] = {"", "provenance = true\nattestations = \"listed\"\n",
					       "attestations = \"verified\"\n", "attestations = \"yes\"\n"};
	(void)state;
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		struct npm_test t;
		open_npm(&t, settings[i]);
		struct att_str sha512 = digest_text(&t, ATT_SHA512, true);
		look_run(&t.l);
		assert_int_equal(look_all_match(&t.l), i != 1);
		t.attestations =
			att_arena_printf(&t.l.arena, "http://127.0.0.1:%u" ATTESTATION, t.l.server.port);
		serve_version(&t);
		look_finds(&t.l, item, RELEASE_ABSENT, "not there");
		serve_provenance(&t, v1, sha512, ours);
		look_run(&t.l);
		look_expect(&t.l, item, RELEASE_UNKNOWN,
			    i < 2    ? "not relied on"
			    : i == 2 ? "attestations = \"listed\""
				     : "not known");
		assert_int_equal(look_item(&t.l, item)->is_waived, i < 2);
		serve_provenance(&t, v1, sha512, "{}");
		look_finds(&t.l, item, RELEASE_CONFLICT, "does not name the commit");
		subject_name = "pkg:npm/%40acme/plasmite@1.1.0";
		serve_provenance(&t, v1, sha512, ours);
		subject_name = "pkg:npm/%40acme/plasmite@1.2.0";
		look_finds(&t.l, item, RELEASE_CONFLICT, "another package");
		look_answer(&t.l, routes, ATTESTATION, ATT_STR("{\"attestations\":[{}]}"));
		look_finds(&t.l, item, RELEASE_UNKNOWN, "bundle");
		/* npm's own says nothing about how it was built. */
		serve_provenance(&t, "https://github.com/npm/attestation/tree/main/specs/publish/v0.1", sha512,
				 "{}");
		look_run(&t.l);
		assert_int_equal(look_all_match(&t.l), i != 1);
		close_npm(&t);
	}
}

static void test_before(void **state)
{
	struct npm_test t;
	(void)state;
	open_npm(&t, "token = \"NPM_TOKEN\"\n");
	t.l.look.is_before = true;
	look_route(routes, VERSION, NOTHING);
	look_answer(&t.l, routes, TAGS, ATT_STR("{\"latest\":\"1.1.0\"}"));
	look_answer(&t.l, routes, PACKAGE,
		    ATT_STR("{\"time\":{\"1.1.0\":\"2025-01-28T23:59:59.999Z\"},"
			    "\"versions\":{\"1.1.0\":{}}}"));
	look_finds(&t.l, "1.2.0", RELEASE_ABSENT, "");
	look_expect(&t.l, "dist-tag latest", RELEASE_STALE, "older");
	look_expect(&t.l, "login", RELEASE_UNKNOWN, "NPM_TOKEN");
	t.l.look.token = ATT_STR("s3cret");
	look_answer(&t.l, routes, "/-/whoami", ATT_STR("{\"username\":\"a\"}"));
	look_run(&t.l);
	look_expect(&t.l, "login", RELEASE_MATCH, "");
	look_answer(&t.l, routes, "/-/whoami", ATT_STR("{}"));
	look_finds(&t.l, "login", RELEASE_UNKNOWN, "does not take the token");
	look_route(routes, "/-/whoami", "HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n");
	look_finds(&t.l, "login", RELEASE_UNKNOWN, "does not take the token");
	/* A number that is used up. */
	look_answer(&t.l, routes, PACKAGE,
		    ATT_STR("{\"time\":{\"1.2.0\":\"2025-01-28T23:59:59.999Z\"},"
			    "\"versions\":{\"1.1.0\":{}}}"));
	look_finds(&t.l, "1.2.0", RELEASE_CONFLICT, "taken back");
	look_answer(&t.l, routes, PACKAGE,
		    ATT_STR("{\"time\":{\"unpublished\":{\"versions\":[\"1.1.0\",\"1.2.0\"]}}}"));
	look_finds(&t.l, "1.2.0", RELEASE_CONFLICT, "taken back");
	look_answer(&t.l, routes, PACKAGE, ATT_STR("{\"versions\":{\"1.2.0\":{}}}"));
	look_finds(&t.l, "1.2.0", RELEASE_UNKNOWN, "does not serve it");
	look_route(routes, PACKAGE, "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n");
	look_finds(&t.l, "1.2.0", RELEASE_UNKNOWN, "no answer");
	look_route(routes, PACKAGE, NOTHING);
	look_finds(&t.l, "1.2.0", RELEASE_ABSENT, "");
	/* Taken, by other bytes. */
	serve_package(&t, good);
	look_answer(&t.l, routes, TARBALL, ATT_STR("x"));
	look_finds(&t.l, FILE_NAME, RELEASE_CONFLICT, "other bytes");
	close_npm(&t);
}

/* --- private packages ------------------------------------------------------------------------------------ */

static atomic_uint leaks; /* of the token to another origin */

/* To those who are known only; what lies at another origin anybody may have. */
static void say_private(struct server_request *r)
{
	const struct server_route *route = routes;
	bool is_known = strstr(r->text, "\r\nAuthorization: Bearer s3cret\r\n") != NULL;
	bool is_other = strstr(r->text, "\r\nHost: 127.0.0.1:") == NULL;
	while (route->path && strcmp(route->path, r->path) != 0)
		route++;
	if (is_other && strstr(r->text, "s3cret"))
		atomic_fetch_add(&leaks, 1);
	if ((is_known || is_other) && route->path && route->answer)
		server_send(r->fd, route->answer, route->length);
	else
		server_say(r->fd, NOTHING);
}

static void close_to_others(void)
{
	for (size_t i = 0; routes[i].path; i++)
		routes[i].say = say_private;
}

static void test_restricted(void **state)
{
	struct npm_test t;
	(void)state;
	open_npm(&t, "access = \"restricted\"\ntoken = \"NPM_TOKEN\"\n");
	look_answer(&t.l, routes, "/-/whoami", ATT_STR("{\"username\":\"a\"}"));
	close_to_others();
	/* Nobody is asked without the token: all would be free. */
	for (int before = 0; before < 2; before++) {
		t.l.look.is_before = before;
		look_finds(&t.l, "login", RELEASE_UNKNOWN, "set NPM_TOKEN");
		assert_int_equal(t.l.verdicts.count, 1);
		assert_int_equal(atomic_load(&t.l.server.requests), 0);
	}
	t.l.look.token = ATT_STR("s3cret");
	look_run(&t.l);
	look_expect(&t.l, "login", RELEASE_MATCH, "");
	look_expect(&t.l, "1.2.0", RELEASE_MATCH, "");
	t.l.look.is_before = false;
	look_run(&t.l);
	look_expect(&t.l, "1.2.0", RELEASE_MATCH, "");
	assert_true(look_all_match(&t.l));
	assert_int_equal(t.l.verdicts.count, 7);
	assert_int_equal(atomic_load(&leaks), 0);
	/* Another origin serves the tarball and the attestations. */
	snprintf(t.host, sizeof t.host, "localhost");
	t.attestations = att_arena_printf(&t.l.arena, "http://localhost:%u" ATTESTATION, t.l.server.port);
	serve_version(&t);
	look_answer(&t.l, routes, ATTESTATION, ATT_STR("{\"attestations\":[]}"));
	close_to_others();
	look_run(&t.l);
	look_expect(&t.l, FILE_NAME, RELEASE_MATCH, "served by localhost:");
	look_expect(&t.l, "package.json", RELEASE_MATCH, "");
	assert_int_equal(atomic_load(&leaks), 0);
	close_npm(&t);
}

static void test_access(void **state)
{
	static const char *const settings[] = {"access = \"restricted\"\n", "access = \"private\"\n",
					       "access = \"public\"\n"};
	struct npm_test t;
	(void)state;
	open_npm(&t, settings[0]);
	look_finds(&t.l, "login", RELEASE_UNKNOWN, "name the variable");
	close_npm(&t);
	open_npm(&t, settings[1]);
	t.l.look.token = ATT_STR("s3cret");
	look_finds(&t.l, "access", RELEASE_UNKNOWN, "is not known");
	assert_int_equal(t.l.verdicts.count, 1);
	close_npm(&t);
	/* What anybody may have is asked for as by anybody. */
	open_npm(&t, settings[2]);
	close_to_others();
	t.l.look.token = ATT_STR("s3cret");
	look_finds(&t.l, "1.2.0", RELEASE_ABSENT, "");
	close_npm(&t);
}

static void test_transport(void **state)
{
	static const struct {
		const char *path, *answer, *item;
		enum release_verdict verdict;
		const char *words;
	} cases[] = {
		{VERSION, NOTHING, "1.2.0", RELEASE_ABSENT, "not there"},
		{VERSION, "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n", "1.2.0", RELEASE_UNKNOWN, "answer"},
		{VERSION, "HTTP/1.1 429 x\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", "1.2.0",
		 RELEASE_UNKNOWN, "answer"},
		{VERSION, "HTTP/1.1 200 x\r\nContent-Length: 90\r\n\r\n{}", "1.2.0", RELEASE_UNKNOWN, ""},
		{VERSION, "HTTP/1.1 302 x\r\nLocation: " VERSION "\r\nContent-Length: 0\r\n\r\n", "1.2.0",
		 RELEASE_UNKNOWN, "redirect"},
		{TARBALL, NOTHING, FILE_NAME, RELEASE_ABSENT, "not there"},
		{TARBALL, "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n", FILE_NAME, RELEASE_UNKNOWN, "answer"},
		{TARBALL, "HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\nx", FILE_NAME, RELEASE_UNKNOWN, ""},
		{TARBALL, "HTTP/1.1 200 x\r\nContent-Length: 10000000000\r\n\r\nx", FILE_NAME, RELEASE_CONFLICT,
		 "longer"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct npm_test t;
		open_npm(&t, "");
		look_route(routes, cases[i].path, cases[i].answer);
		look_finds(&t.l, cases[i].item, cases[i].verdict, cases[i].words);
		if (strstr(cases[i].answer, "Retry-After"))
			assert_int_equal(look_item(&t.l, "1.2.0")->retry_after, 7);
		t.l.look.is_before = true;
		if (strcmp(cases[i].path, VERSION) == 0)
			look_route(routes, PACKAGE, NOTHING);
		look_run(&t.l);
		look_expect(&t.l, cases[i].item,
			    strcmp(cases[i].path, TARBALL) == 0 && cases[i].verdict == RELEASE_ABSENT
				    ? RELEASE_UNKNOWN
				    : cases[i].verdict,
			    cases[i].words);
		close_npm(&t);
	}
}

static void read_vector(const char *path, struct att_buf *out)
{
	char whole[256];
	char byte;
	att_buf_init(out, 1 << 20);
	snprintf(whole, sizeof whole, "testdata/npm_registry/%s", path);
	FILE *file = fopen(whole, "rb");
	assert_non_null(file);
	while (fread(&byte, 1, 1, file) == 1)
		att_buf_add_byte(out, byte);
	fclose(file);
}

static void test_vectors(void **state)
{
	static const struct {
		const char *path;
		int code;
		unsigned column;
		const char *words;
	} cases[] = {
		{"good/version", ATT_OK, 0, ""},
		{"bad/short_integrity", ATT_ERR_MALFORMED, 0, "the integrity"},
		{"bad/unknown_digest", ATT_ERR_UNSUPPORTED, 0, "sha3-512"},
		{"bad/integrity_list", ATT_ERR_MALFORMED, 58, "\"integrity\""},
		{"bad/short_shasum", ATT_ERR_MALFORMED, 0, "the shasum"},
		{"bad/no_sig", ATT_ERR_MALFORMED, 60, "\"sig\""},
		{"bad/no_base64", ATT_ERR_MALFORMED, 0, "the signature"},
		{"bad/signatures_object", ATT_ERR_MALFORMED, 59, "\"signatures\""},
		{"bad/dist_text", ATT_ERR_MALFORMED, 45, "\"dist\""},
		{"bad/no_dist", ATT_ERR_MALFORMED, 1, "\"dist\""},
		{"bad/name_twice", ATT_ERR_MALFORMED, 20, "name"},
		{"bad/html", ATT_ERR_MALFORMED, 1, ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_arena arena = {0};
		struct att_source source;
		struct release_npm_version version;
		struct att_err err = {0};
		struct att_buf text;
		read_vector(cases[i].path, &text);
		assert_int_equal(att_source_init(&source, &arena, ATT_STR("npm"), att_buf_str(&text), &err), 0);
		int status = release_npm_read_version(&source, &arena, &version, &err);
		if (status != cases[i].code || !strstr(err.message, cases[i].words) ||
		    err.place.column != cases[i].column)
			fail_msg("%s: %d, column %u, %s", cases[i].path, status, err.place.column, err.message);
		att_buf_clear(&text);
		att_arena_clear(&arena);
	}
}

static void test_names(void **state)
{
	static const char *const good_names[] = {"a", "@a/b", "a.b-c_d", "A"};
	static const char *const bad_names[] = {"",       "@a", "@/b", "@a/",   "a/b",
						"@a/b/c", ".a", "a b", "@a/..", "a%2fb"};
	struct npm_test t;
	(void)state;
	for (size_t i = 0; i < sizeof good_names / sizeof good_names[0]; i++)
		assert_true(release_npm_is_name(att_str_of(good_names[i])));
	for (size_t i = 0; i < sizeof bad_names / sizeof bad_names[0]; i++)
		assert_false(release_npm_is_name(att_str_of(bad_names[i])));
	open_npm(&t, "");
	t.l.names.items[0].text = ATT_STR("../1");
	look_finds(&t.l, "version", RELEASE_UNKNOWN, "no such package");
	t.l.names.count = 0;
	look_finds(&t.l, "version", RELEASE_UNKNOWN, "no such package");
	close_npm(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),          cmocka_unit_test(test_document),
		cmocka_unit_test(test_bytes),          cmocka_unit_test(test_tags),
		cmocka_unit_test(test_signatures),     cmocka_unit_test(test_pinned_keys),
		cmocka_unit_test(test_provenance),     cmocka_unit_test(test_listed_provenance),
		cmocka_unit_test(test_before),         cmocka_unit_test(test_transport),
		cmocka_unit_test(test_names),          cmocka_unit_test(test_manifest_same),
		cmocka_unit_test(test_manifest_other), cmocka_unit_test(test_listed),
		cmocka_unit_test(test_restricted),     cmocka_unit_test(test_access),
		cmocka_unit_test(test_whole),          cmocka_unit_test(test_vectors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
