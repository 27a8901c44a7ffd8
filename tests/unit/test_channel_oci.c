// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/format/base64.h"
#include "libattest/net/registry.h"
#include "tests/unit/pages.h"

extern const struct release_looker release_channel_oci;

#define TOML                                                                                                   \
	"[project]\nname = \"demo\"\n[[channel]]\nkind = \"oci\"\nrepository = \"^/acme/demo\"\n"              \
	"tags = [\"{version}\", \"git-{short}\", \"{major}.{minor}\", \"latest\"]\n"

#define DIGEST "digest = \"image.digest\"\n"
#define V2     "/v2/acme/demo"
#define INDEX  "application/vnd.oci.image.index.v1+json"
#define IMAGE  "application/vnd.oci.image.manifest.v1+json"
#define CONFIG "application/vnd.oci.image.config.v1+json"
#define LAYER  "application/vnd.oci.image.layer.v1.tar+gzip"
#define EMPTY  "application/vnd.oci.empty.v1+json"
#define SECRET "registry-secret-0123456789"

/* --- pushing --------------------------------------------------------------------------------------------- */

struct pushed {
	char digest[7 + ATT_DIGEST_TEXT + 1]; /* "sha256:HEX" */
	size_t size;
};

static struct pushed pushed_of(const char *bytes)
{
	struct pushed out = {.size = strlen(bytes)};
	struct att_digest digest;
	char hex[ATT_DIGEST_TEXT + 1];
	assert_int_equal(att_digest_bytes(ATT_SHA256, att_str_of(bytes), &digest, NULL), ATT_OK);
	att_digest_hex(&digest, hex);
	snprintf(out.digest, sizeof out.digest, "sha256:%.64s", hex);
	return out;
}

static const char *path_of(const char *folder, const char *name)
{
	static char paths[4][512];
	static unsigned turn;
	char *out = paths[turn++ % 4];
	snprintf(out, sizeof paths[0], V2 "/%s/%s", folder, name);
	return out;
}

static struct pushed push_blob(const char *bytes)
{
	struct pushed out = pushed_of(bytes);
	pages_put(path_of("blobs", out.digest), bytes);
	return out;
}

static void push_tag(const char *tag, const char *type, const char *bytes)
{
	char headers[512];
	struct pushed out = pushed_of(bytes);
	snprintf(headers, sizeof headers, "Content-Type: %s\r\nDocker-Content-Digest: %s\r\n", type,
		 out.digest);
	pages_serve(path_of("manifests", tag), "200 OK", headers, bytes);
}

static struct pushed push_manifest(const char *type, const char *bytes)
{
	struct pushed out = pushed_of(bytes);
	push_tag(out.digest, type, bytes);
	return out;
}

static const char *descriptor(const char *type, struct pushed to, const char *more)
{
	static char texts[8][768];
	static unsigned turn;
	char *out = texts[turn++ % 8];
	snprintf(out, sizeof texts[0], "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu%s}", type,
		 to.digest, to.size, more);
	return out;
}

#define LABELS(revision, version)                                                                              \
	"{\"org.opencontainers.image.revision\":\"" revision                                                   \
	"\",\"org.opencontainers.image.version\":\"" version "\"}"

static struct {
	char layer[2][64], config[2][512], image[2][2048], index[4096];
	struct pushed layers[2], configs[2], images[2], whole;
} image;

static const char *const machines[] = {"amd64", "arm64"};

/* One image for each of the two machines; `labels` are those of both. */
static void push_images(const char *labels, const char *annotations)
{
	for (int i = 0; i < 2; i++) {
		snprintf(image.layer[i], sizeof image.layer[i], "layer of %s", machines[i]);
		snprintf(image.config[i], sizeof image.config[i],
			 "{\"os\":\"linux\",\"architecture\":\"%s\",\"config\":{\"Labels\":%s}}", machines[i],
			 labels);
		image.layers[i] = push_blob(image.layer[i]);
		image.configs[i] = push_blob(image.config[i]);
		snprintf(image.image[i], sizeof image.image[i],
			 "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE "\",\"config\":%s,\"layers\":[%s]%s}",
			 descriptor(CONFIG, image.configs[i], ""), descriptor(LAYER, image.layers[i], ""),
			 annotations);
		image.images[i] = push_manifest(IMAGE, image.image[i]);
	}
}

static void tag_all(const char *type, const char *bytes)
{
	push_tag("1.2.0", type, bytes);
	push_tag("git-0123456", type, bytes);
	push_tag("1.2", type, bytes);
	push_tag("latest", type, bytes);
}

/* `members` are the descriptors in the index. */
static void push_index(const char *members, const char *annotations)
{
	snprintf(image.index, sizeof image.index,
		 "{\"schemaVersion\":2,\"mediaType\":\"" INDEX "\",\"manifests\":[%s]%s}", members,
		 annotations);
	image.whole = push_manifest(INDEX, image.index);
	tag_all(INDEX, image.index);
}

#define ON(machine) ",\"platform\":{\"os\":\"linux\",\"architecture\":\"" machine "\"}"

static const char *both(void)
{
	static char text[2048];
	snprintf(text, sizeof text, "%s,%s", descriptor(IMAGE, image.images[0], ON("amd64")),
		 descriptor(IMAGE, image.images[1], ON("arm64")));
	return text;
}

static void push_all(void)
{
	pages_clear();
	push_images(LABELS(PAGES_COMMIT, "1.2.0"), "");
	push_index(both(), "");
	pages_put(V2 "/tags/list",
		  "{\"name\":\"acme/demo\",\"tags\":[\"1.2.0\",\"1.2\",\"latest\",\"1.1.0\"]}");
}

static void open_with(struct pages_case *c, const char *more)
{
	char toml[2048];
	snprintf(toml, sizeof toml, "%s%s", TOML, more);
	push_all();
	pages_open(c, toml, "v1.2.0");
	c->look.digest_text = att_str_of(image.whole.digest);
}

static void run(struct pages_case *c)
{
	pages_run(c, &release_channel_oci);
}

/* --- good ------------------------------------------------------------------------------------------------ */

static void test_match(void **state)
{
	struct pages_case c;
	(void)state;
	open_with(&c, DIGEST "platforms = [\"linux/amd64\", \"linux/arm64\"]\n");
	for (int i = 0; i < 2; i++) {
		c.look.is_before = i == 1;
		run(&c);
		pages_expect_only(&c, NULL, RELEASE_MATCH);
		pages_expect_count(&c, 9);
		pages_expect(&c, "tag latest", RELEASE_MATCH);
		pages_expect(&c, "linux/arm64", RELEASE_MATCH);
		pages_expect(&c, "platforms", RELEASE_MATCH);
	}
	pages_close(&c);
}

static void test_single(void **state)
{
	struct pages_case c;
	(void)state;
	open_with(&c, DIGEST);
	tag_all(IMAGE, image.image[0]);
	c.look.digest_text = att_str_of(image.images[0].digest);
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_expect_count(&c, 7);
	pages_expect(&c, "linux/amd64", RELEASE_MATCH);
	pages_close(&c);
}

static void test_authority(void **state)
{
	struct pages_case c;
	char text[512];
	(void)state;
	open_with(&c, "");
	run(&c);
	pages_expect_only(&c, "digest", RELEASE_UNKNOWN);
	assert_true(pages_says(&c, "digest", "nothing says which digest"));
	struct release_artifact artifact = {.name = ATT_STR("image.json")};
	pages_built(&c, "image.json", image.index);
	c.built[0].artifact = &artifact;
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	/* What has to accompany it refers to the image. */
	artifact.requires[RELEASE_SBOM] = true;
	run(&c);
	pages_expect_only(&c, "referrer sbom", RELEASE_ABSENT);
	artifact.requires[RELEASE_SIGNATURE] = artifact.requires[RELEASE_PROVENANCE] = true;
	run(&c);
	pages_expect(&c, "referrer signature", RELEASE_ABSENT);
	pages_expect(&c, "referrer attestation", RELEASE_ABSENT);
	pages_close(&c);
	open_with(&c, DIGEST);
	snprintf(text, sizeof text, "{\"containerimage.digest\":\"%s\"}", image.whole.digest);
	c.look.digest_text = att_str_of(text);
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	snprintf(text, sizeof text, "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"%s\"}]}\n",
		 image.whole.digest);
	c.look.digest_text = att_str_of(text);
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	static const char *const bad[] = {"", "sha256:00", "{}", "md5:d41d8cd98f00b204e9800998ecf8427e",
					  "{\"manifests\":[]}"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		c.look.digest_text = att_str_of(bad[i]);
		run(&c);
		pages_expect_only(&c, "digest", RELEASE_UNKNOWN);
	}
	pages_close(&c);
}

/* --- tags ------------------------------------------------------------------------------------------------ */

static void test_tags(void **state)
{
	struct pages_case c;
	(void)state;
	open_with(&c, DIGEST);
	push_tag("latest", IMAGE, image.image[0]);
	run(&c);
	pages_expect_only(&c, "tag latest", RELEASE_STALE);
	push_all();
	push_tag("git-0123456", IMAGE, image.image[0]);
	run(&c);
	pages_expect_only(&c, "tag git-0123456", RELEASE_CONFLICT);
	push_all();
	pages_remove(V2 "/manifests/1.2");
	run(&c);
	pages_expect_only(&c, "tag 1.2", RELEASE_ABSENT);
	push_all();
	pages_serve(V2 "/manifests/1.2.0", "200 OK",
		    "Content-Type: " INDEX "\r\nDocker-Content-Digest: "
		    "sha256:0000000000000000000000000000000000000000000000000000000000000000\r\n",
		    image.index);
	run(&c);
	pages_expect_only(&c, "tag 1.2.0", RELEASE_CONFLICT);
	assert_true(pages_says(&c, "tag 1.2.0", "other bytes than it says"));
	pages_serve(V2 "/manifests/1.2.0", "200 OK", "Docker-Content-Digest: sha256:zz\r\n", image.index);
	run(&c);
	pages_expect_only(&c, "tag 1.2.0", RELEASE_UNKNOWN);
	pages_serve(V2 "/manifests/1.2.0", "429 Slow", "Retry-After: 7\r\n", "");
	run(&c);
	pages_expect_only(&c, "tag 1.2.0", RELEASE_UNKNOWN);
	assert_int_equal(pages_find(&c, "tag 1.2.0")->retry_after, 7);
	pages_close(&c);
	/* Without an authority they still have to agree. */
	open_with(&c, "");
	push_tag("git-0123456", IMAGE, image.image[0]);
	run(&c);
	pages_expect(&c, "tag 1.2.0", RELEASE_MATCH);
	pages_expect(&c, "tag git-0123456", RELEASE_CONFLICT);
	pages_expect(&c, "digest", RELEASE_UNKNOWN);
	pages_close(&c);
}

static void remove_tags(void)
{
	pages_remove(V2 "/manifests/1.2.0");
	pages_remove(V2 "/manifests/git-0123456");
	pages_remove(V2 "/manifests/1.2");
	pages_remove(V2 "/manifests/latest");
}

/* An older, or newer, image has the tags that move. */
static void tag_other(const char *labels)
{
	char older[2048];
	push_images(labels, "");
	snprintf(older, sizeof older, "%s", image.image[0]);
	push_tag("latest", IMAGE, older);
	push_tag("1.2", IMAGE, older);
	push_tag("1.3.0", IMAGE, image.image[1]);
}

static void test_before(void **state)
{
	struct pages_case c;
	(void)state;
	open_with(&c, DIGEST);
	c.look.is_before = true;
	remove_tags();
	run(&c);
	pages_expect_count(&c, 4);
	pages_expect(&c, "tag 1.2.0", RELEASE_ABSENT);
	pages_expect(&c, "tag latest", RELEASE_ABSENT);
	tag_other(LABELS("", "1.1.0"));
	run(&c);
	pages_expect(&c, "tag 1.2.0", RELEASE_ABSENT);
	pages_expect(&c, "tag 1.2", RELEASE_STALE);
	pages_expect(&c, "tag latest", RELEASE_STALE);
	tag_other(LABELS("", "1.3.0"));
	run(&c);
	pages_expect(&c, "tag latest", RELEASE_CONFLICT);
	assert_true(pages_says(&c, "tag latest", "move backwards"));
	/* By the tags of newer versions. */
	tag_other("{}");
	run(&c);
	pages_expect(&c, "tag latest", RELEASE_STALE);
	pages_serve(V2 "/tags/list", "200 OK", "Link: <" V2 "/tags/list2?last=a>; rel=\"next\"\r\n",
		    "{\"tags\":[\"latest\"]}");
	pages_put(V2 "/tags/list2", "{\"tags\":[\"1.3.0\",\"v9\",\"1.3.0-rc.1\"]}");
	run(&c);
	pages_expect(&c, "tag latest", RELEASE_STALE);
	/* As many as there are beside a branch that is kept alive, and one more than that. */
	char many[8192];
	for (unsigned count = 256; count <= 257; count++) {
		size_t len = (size_t)snprintf(many, sizeof many, "{\"tags\":[\"9.9.9\"");
		for (unsigned i = 1; i < count; i++)
			len += (size_t)snprintf(many + len, sizeof many - len, ",\"9.9.%u\"", 9 + i);
		snprintf(many + len, sizeof many - len, "]}");
		pages_put(V2 "/tags/list2", many);
		run(&c);
		pages_expect(&c, "tag latest", count == 256 ? RELEASE_STALE : RELEASE_UNKNOWN);
	}
	pages_put(V2 "/tags/list2", "{\"tags\":[\"1.3.0\"]}");
	push_tag("1.3.0", IMAGE, image.image[0]);
	run(&c);
	pages_expect(&c, "tag latest", RELEASE_CONFLICT);
	pages_serve(V2 "/tags/list2", "500 x", "", "{}");
	run(&c);
	pages_expect(&c, "tag latest", RELEASE_UNKNOWN);
	pages_serve(V2 "/tags/list", "200 OK", "Link: <~" V2 "/tags/list2>; rel=\"next\"\r\n", "{\"tags\":[]}");
	run(&c);
	pages_expect(&c, "tag latest", RELEASE_UNKNOWN);
	pages_put(V2 "/tags/list", "{\"tags\":null}");
	run(&c);
	pages_expect(&c, "tag latest", RELEASE_UNKNOWN);
	push_all();
	push_tag("1.2.0", IMAGE, image.image[0]);
	run(&c);
	pages_expect_only(&c, "tag 1.2.0", RELEASE_CONFLICT);
	pages_close(&c);
	open_with(&c, "");
	c.look.is_before = true;
	run(&c);
	pages_expect(&c, "tag 1.2.0", RELEASE_UNKNOWN);
	assert_true(pages_says(&c, "tag 1.2.0", "taken"));
	pages_close(&c);
}

/* --- what the digest names ------------------------------------------------------------------------------- */

static void say_short(struct server_request *r)
{
	server_say(r->fd, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nlayer");
}

static void say_longer(struct server_request *r)
{
	server_say(r->fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlayer of amd64");
}

static void say_huge(struct server_request *r)
{
	server_say(r->fd, "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\nlayer of amd64");
}

static void say_without_end(struct server_request *r)
{
	server_say(r->fd, "HTTP/1.1 200 OK\r\n\r\n");
	while (server_send(r->fd, "layer", 5))
		;
}

static void test_transport(void **state)
{
	static const struct {
		const char *status, *headers, *body;
		void (*say)(struct server_request *request);
		enum release_verdict verdict;
	} rows[] = {
		{"200 OK", "", "layer of amd65", NULL, RELEASE_CONFLICT},
		{"200 OK", "", "layer of amd6", NULL, RELEASE_CONFLICT},
		{"200 OK", "", "", NULL, RELEASE_CONFLICT},
		{"404 Not Found", "", "", NULL, RELEASE_ABSENT},
		{"500 Oops", "", "layer of amd64", NULL, RELEASE_UNKNOWN},
		{"307 x", "Location: ~/store\r\n", "", NULL, RELEASE_MATCH},
		{"307 x", "Location: ~/other\r\n", "", NULL, RELEASE_CONFLICT},
		{"307 x", "Location: ~/loop\r\n", "", NULL, RELEASE_UNKNOWN},
		{"307 x", "Location: http://example.org/\r\n", "", NULL, RELEASE_UNKNOWN},
		{"", "", "", say_short, RELEASE_UNKNOWN},
		{"", "", "", say_longer, RELEASE_CONFLICT},
		{"", "", "", say_huge, RELEASE_CONFLICT},
		{"", "", "", say_without_end, RELEASE_CONFLICT},
	};
	struct pages_case c;
	(void)state;
	open_with(&c, DIGEST);
	pages_put("/store", "layer of amd64");
	pages_put("/other", "layer of arm64");
	pages_serve("/loop", "302 x", "Location: /loop\r\n", "");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *path = path_of("blobs", image.layers[0].digest);
		if (rows[i].say)
			pages_say(path, rows[i].say);
		else
			pages_serve(path, rows[i].status, rows[i].headers, rows[i].body);
		run(&c);
		pages_expect_only(&c, "linux/amd64", rows[i].verdict);
	}
	pages_close(&c);
}

/* The right answer but for one byte. */
static void damage(const char *path, const char *type, const char *bytes)
{
	char headers[256], text[4096];
	snprintf(text, sizeof text, "%s", bytes);
	text[strlen(text) - 1] = ' ';
	snprintf(headers, sizeof headers, "Content-Type: %s\r\n", type);
	pages_serve(path, "200 OK", headers, text);
}

static void test_parts(void **state)
{
	struct pages_case c;
	(void)state;
	open_with(&c, DIGEST);
	damage(path_of("blobs", image.configs[1].digest), CONFIG, image.config[1]);
	run(&c);
	pages_expect(&c, "linux/arm64", RELEASE_CONFLICT);
	pages_expect(&c, "linux/amd64", RELEASE_MATCH);
	pages_expect(&c, "revision", RELEASE_UNKNOWN);
	push_all();
	damage(path_of("manifests", image.images[0].digest), IMAGE, image.image[0]);
	run(&c);
	pages_expect(&c, "linux/amd64", RELEASE_CONFLICT);
	pages_expect(&c, "linux/arm64", RELEASE_MATCH);
	push_all();
	damage(path_of("manifests", image.whole.digest), INDEX, image.index);
	run(&c);
	pages_expect_only(&c, "digest", RELEASE_CONFLICT);
	push_all();
	pages_remove(path_of("manifests", image.images[0].digest));
	run(&c);
	pages_expect(&c, "linux/amd64", RELEASE_ABSENT);
	pages_remove(path_of("manifests", image.whole.digest));
	run(&c);
	pages_expect_only(&c, "digest", RELEASE_ABSENT);
	/* What it is called by the server is not what it says it is. */
	push_all();
	push_tag(image.whole.digest, IMAGE, image.index);
	run(&c);
	pages_expect_only(&c, "digest", RELEASE_UNKNOWN);
	pages_close(&c);
}

/* The index that was built is one with these members. */
static void expect_index(const char *members, const char *annotations, const char *item,
			 enum release_verdict verdict)
{
	struct pages_case c;
	char kept[2048];
	snprintf(kept, sizeof kept, "%s", members);
	pages_open(&c, TOML DIGEST "platforms = [\"linux/amd64\", \"linux/arm64\"]\n", "v1.2.0");
	push_index(kept, annotations);
	c.look.digest_text = att_str_of(image.whole.digest);
	run(&c);
	if (verdict == RELEASE_MATCH)
		pages_expect_only(&c, NULL, verdict);
	pages_expect(&c, item, verdict);
	pages_close(&c);
}

static void test_indexes(void **state)
{
	char text[2048];
	(void)state;
	push_all();
	expect_index(descriptor(IMAGE, image.images[0], ON("amd64")), "", "platforms", RELEASE_ABSENT);
	snprintf(text, sizeof text, "%s,%s", both(), descriptor(IMAGE, image.images[0], ON("riscv64")));
	expect_index(text, "", "platforms", RELEASE_CONFLICT);
	expect_index(text, "", "linux/riscv64", RELEASE_CONFLICT);
	expect_index("", "", "index", RELEASE_ABSENT);
	expect_index("", "", "platforms", RELEASE_ABSENT);
	expect_index(descriptor(INDEX, image.whole, ON("amd64")), "", "linux/amd64", RELEASE_UNKNOWN);
	push_all();
	struct pushed other = image.images[0];
	other.size++;
	expect_index(descriptor(IMAGE, other, ON("amd64")), "", "linux/amd64", RELEASE_CONFLICT);
	expect_index("{\"mediaType\":\"x\",\"size\":1,\"digest\":\"md5:00\"}", "", "digest", RELEASE_UNKNOWN);
	/* What a build tool attests stands in the index, for no platform. */
	struct pushed empty = push_blob("{}"), statement = push_blob("statement");
	snprintf(text, sizeof text,
		 "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE "\",\"config\":%s,\"layers\":[%s]}",
		 descriptor(CONFIG, empty, ""), descriptor("application/vnd.in-toto+json", statement, ""));
	struct pushed attestation = push_manifest(IMAGE, text);
	snprintf(text, sizeof text, "%s,%s", both(),
		 descriptor(IMAGE, attestation,
			    ",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}"));
	char item[64];
	snprintf(item, sizeof item, "manifest %.19s", attestation.digest);
	expect_index(text, "", item, RELEASE_UNKNOWN);
	empty = push_blob("{\"os\":\"unknown\",\"architecture\":\"unknown\",\"config\":{}}");
	snprintf(text, sizeof text,
		 "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE "\",\"config\":%s,\"layers\":[%s]}",
		 descriptor(CONFIG, empty, ""), descriptor("application/vnd.in-toto+json", statement, ""));
	attestation = push_manifest(IMAGE, text);
	snprintf(text, sizeof text, "%s,%s", both(),
		 descriptor(IMAGE, attestation,
			    ",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}"));
	snprintf(item, sizeof item, "manifest %.19s", attestation.digest);
	expect_index(text, "", item, RELEASE_MATCH);
	pages_remove(path_of("blobs", statement.digest));
	expect_index(text, "", item, RELEASE_ABSENT);
	/* Neither does what is no image and has no platform say a commit. */
	struct pushed chart = push_blob("chart");
	snprintf(text, sizeof text,
		 "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE "\",\"config\":%s,\"layers\":[%s]}",
		 descriptor(EMPTY, push_blob("{}"), ""), descriptor("application/x", chart, ""));
	attestation = push_manifest(IMAGE, text);
	snprintf(text, sizeof text, "%s,%s", both(), descriptor(IMAGE, attestation, ""));
	snprintf(item, sizeof item, "manifest %.19s", attestation.digest);
	expect_index(text, "", item, RELEASE_MATCH);
	pages_put(path_of("blobs", chart.digest), "chars");
	expect_index(text, "", item, RELEASE_CONFLICT);
}

#define ANNOTATED(revision) ",\"annotations\":{\"org.opencontainers.image.revision\":\"" revision "\"}"
#define OTHER_COMMIT        "ff23456789abcdef0123456789abcdef01234567"

static void test_revision(void **state)
{
	(void)state;
	push_all();
	push_images("{}", "");
	expect_index(both(), "", "revision", RELEASE_ABSENT);
	expect_index(both(), ANNOTATED(PAGES_COMMIT), "revision", RELEASE_MATCH);
	expect_index(both(), ANNOTATED(OTHER_COMMIT), "revision", RELEASE_CONFLICT);
	push_images("{}", ANNOTATED(PAGES_COMMIT));
	expect_index(both(), "", "revision", RELEASE_MATCH);
	push_images(LABELS(PAGES_COMMIT, ""), ANNOTATED(OTHER_COMMIT));
	expect_index(both(), "", "revision", RELEASE_CONFLICT);
	push_images(LABELS("0123456", ""), "");
	expect_index(both(), "", "revision", RELEASE_CONFLICT);
	push_images("7", "");
	expect_index(both(), "", "revision", RELEASE_ABSENT);
}

/* --- who refers to it ------------------------------------------------------------------------------------ */

#define SIGNATURE "application/vnd.dev.sigstore.bundle.v0.3+json"

/* Pushes what refers to `subject`, and gives its descriptor. */
static const char *push_referrer(const char *type, struct pushed subject, const char *bytes)
{
	char text[2048], more[256];
	struct pushed empty = push_blob("{}"), blob = push_blob(bytes);
	snprintf(text, sizeof text,
		 "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE "\",\"artifactType\":\"%s\",\"config\":%s,"
		 "\"layers\":[%s],\"subject\":%s}",
		 type, descriptor(EMPTY, empty, ""), descriptor(type, blob, ""),
		 descriptor(INDEX, subject, ""));
	snprintf(more, sizeof more, ",\"artifactType\":\"%s\"", type);
	return descriptor(IMAGE, push_manifest(IMAGE, text), more);
}

#define SIGN  "https://sigstore.dev/cosign/sign/v1"
#define SLSA  "https://slsa.dev/provenance/v1"
#define CYCLO "https://cyclonedx.org/bom"

/* A statement about the image. */
static const char *statement_of(struct pushed subject, const char *predicate)
{
	static char text[512];
	snprintf(text, sizeof text,
		 "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"x\",\"digest\":"
		 "{\"sha256\":\"%s\"}}],\"predicateType\":\"%s\",\"predicate\":{}}",
		 subject.digest + 7, predicate);
	return text;
}

/* An envelope around it. */
static const char *envelope_of(struct pushed subject, const char *predicate)
{
	static char texts[4][1024];
	static unsigned turn;
	char *out = texts[turn++ % 4];
	struct att_buf payload;
	att_buf_init(&payload, 1024);
	att_base64_encode(att_str_of(statement_of(subject, predicate)), &payload);
	snprintf(out, sizeof texts[0],
		 "{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"%.*s\","
		 "\"signatures\":[{\"sig\":\"AAAA\"}]}",
		 ATT_STR_ARG(att_buf_str(&payload)));
	att_buf_clear(&payload);
	return out;
}

static const char *bundle_of(struct pushed subject, const char *predicate)
{
	static char texts[4][1200];
	static unsigned turn;
	char *out = texts[turn++ % 4];
	snprintf(out, sizeof texts[0],
		 "{\"mediaType\":\"" SIGNATURE "\",\"verificationMaterial\":{\"certificate\":{}},"
		 "\"dsseEnvelope\":%s}",
		 envelope_of(subject, predicate));
	return out;
}

/* A bundle that signs the manifest's bytes. */
static const char *message_of(struct pushed subject, const char *algorithm)
{
	static char text[512];
	uint8_t bytes[32];
	struct att_buf digest;
	assert_int_equal(att_hex_decode_exact(att_str_of(subject.digest + 7), "x", bytes, 32, NULL), ATT_OK);
	att_buf_init(&digest, 64);
	att_base64_encode((struct att_str){(char *)bytes, 32}, &digest);
	snprintf(text, sizeof text,
		 "{\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"%s\",\"digest\":\"%.*s\"},"
		 "\"signature\":\"AAAA\"}}",
		 algorithm, ATT_STR_ARG(att_buf_str(&digest)));
	att_buf_clear(&digest);
	return text;
}

static void list_referrers(const char *path, const char *descriptors)
{
	char text[4096];
	snprintf(text, sizeof text, "{\"schemaVersion\":2,\"mediaType\":\"" INDEX "\",\"manifests\":[%s]}",
		 descriptors);
	pages_serve(path, "200 OK", "Content-Type: " INDEX "\r\n", text);
}

static const char *fallback_tag(const char *suffix)
{
	static char text[256];
	snprintf(text, sizeof text, "sha256-%s%s", image.whole.digest + 7, suffix);
	return text;
}

static void test_referrers(void **state)
{
	struct pages_case c;
	(void)state;
	open_with(&c, DIGEST "referrers = [\"signature\", \"application/x\"]\n");
	run(&c);
	pages_expect(&c, "referrer signature", RELEASE_ABSENT);
	pages_expect(&c, "referrer application/x", RELEASE_ABSENT);
	char all[2048];
	const char *bundle = bundle_of(image.whole, SIGN);
	int used = snprintf(all, sizeof all, "%s,", push_referrer(SIGNATURE, image.whole, bundle));
	snprintf(all + used, sizeof all - (size_t)used, "%s", push_referrer("application/x", image.whole, "x"));
	for (int i = 0; i < 2; i++) {
		pages_remove(path_of("manifests", fallback_tag("")));
		pages_remove(path_of("referrers", image.whole.digest));
		list_referrers(i == 0 ? path_of("referrers", image.whole.digest)
				      : path_of("manifests", fallback_tag("")),
			       all);
		run(&c);
		pages_expect_only(&c, NULL, RELEASE_MATCH);
		pages_put(path_of("blobs", pushed_of(bundle).digest), "bundlf");
		run(&c);
		pages_expect_only(&c, "referrer signature", RELEASE_CONFLICT);
		push_blob(bundle);
	}
	/* In two parts. */
	char headers[512], last[1024];
	snprintf(last, sizeof last, "%s", push_referrer("application/x", image.whole, "x"));
	snprintf(headers, sizeof headers, "Content-Type: " INDEX "\r\nLink: <%s>; rel=\"next\"\r\n",
		 V2 "/referrers/more?n=2");
	pages_serve(path_of("referrers", image.whole.digest), "200 OK", headers,
		    "{\"schemaVersion\":2,\"mediaType\":\"" INDEX "\",\"manifests\":[]}");
	list_referrers(V2 "/referrers/more", last);
	run(&c);
	pages_expect_only(&c, "referrer signature", RELEASE_ABSENT);
	pages_close(&c);
}

static void test_wrong_referrers(void **state)
{
	struct pages_case c;
	char text[1024];
	(void)state;
	open_with(&c, DIGEST "referrers = [\"signature\"]\n");
	list_referrers(path_of("referrers", image.whole.digest),
		       push_referrer(SIGNATURE, image.images[0], "b"));
	run(&c);
	pages_expect_only(&c, "referrer signature", RELEASE_CONFLICT);
	assert_true(pages_says(&c, "referrer signature", "something else"));
	snprintf(text, sizeof text, "%s", push_referrer("application/x", image.whole, "x"));
	char *type = strstr(text, "\"artifactType\":\"application/x\"");
	assert_non_null(type);
	snprintf(type, sizeof text - (size_t)(type - text), "\"artifactType\":\"" SIGNATURE "\"}");
	list_referrers(path_of("referrers", image.whole.digest), text);
	run(&c);
	pages_expect_only(&c, "referrer signature", RELEASE_CONFLICT);
	assert_true(pages_says(&c, "referrer signature", "another type"));
	/* What could not be told is not known to be absent; what is not supported is under a tag, or absent. */
	static const struct {
		const char *status, *headers, *body;
		enum release_verdict verdict;
	} rows[] = {
		{"303 See Other", "Location: @/html\r\n", "", RELEASE_ABSENT},
		{"200 OK", "Content-Type: text/html\r\n", "<html>", RELEASE_UNKNOWN},
		{"200 OK", "Content-Type: " INDEX "\r\n", "{}", RELEASE_UNKNOWN},
		{"500 Oops", "", "", RELEASE_UNKNOWN},
		{"429 Slow", "Retry-After: 3\r\n", "", RELEASE_UNKNOWN},
		{"405 No", "", "", RELEASE_ABSENT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		pages_serve(path_of("referrers", image.whole.digest), rows[i].status, rows[i].headers,
			    rows[i].body);
		run(&c);
		pages_expect_only(&c, "referrer signature", rows[i].verdict);
	}
	pages_close(&c);
}

static const char *own_referrers(void)
{
	return path_of("referrers", image.whole.digest);
}

/* What a bundle is, and what it is about, stands inside of it, and not on it. */
static void test_bundles(void **state)
{
	static const struct {
		const char *predicate;
		bool is_signature, is_attestation, is_sbom;
	} rows[] = {
		{SIGN, true, false, false},
		{SLSA, false, true, false},
		{CYCLO, false, true, true},
		{"https://spdx.dev/Document/v2.3", false, true, true},
	};
	struct pages_case c;
	(void)state;
	open_with(&c, DIGEST "referrers = [\"signature\", \"attestation\", \"sbom\"]\n");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		list_referrers(own_referrers(), push_referrer(SIGNATURE, image.whole,
							      bundle_of(image.whole, rows[i].predicate)));
		run(&c);
		pages_expect(&c, "referrer signature", rows[i].is_signature ? RELEASE_MATCH : RELEASE_ABSENT);
		pages_expect(&c, "referrer attestation",
			     rows[i].is_attestation ? RELEASE_MATCH : RELEASE_ABSENT);
		pages_expect(&c, "referrer sbom", rows[i].is_sbom ? RELEASE_MATCH : RELEASE_ABSENT);
	}
	list_referrers(own_referrers(),
		       push_referrer(SIGNATURE, image.whole, bundle_of(image.images[0], SIGN)));
	run(&c);
	pages_expect(&c, "referrer signature", RELEASE_CONFLICT);
	assert_true(pages_says(&c, "referrer signature", "about something else"));
	list_referrers(own_referrers(),
		       push_referrer(SIGNATURE, image.whole, message_of(image.whole, "SHA2_256")));
	run(&c);
	pages_expect(&c, "referrer signature", RELEASE_MATCH);
	pages_expect(&c, "referrer attestation", RELEASE_ABSENT);
	list_referrers(own_referrers(),
		       push_referrer(SIGNATURE, image.whole, message_of(image.images[0], "SHA2_256")));
	run(&c);
	pages_expect(&c, "referrer signature", RELEASE_CONFLICT);
	const char *const others[] = {message_of(image.whole, "SHA2_384"),
				      "{}",
				      "bundle",
				      "[]",
				      "{\"dsseEnvelope\":{\"payloadType\":\"text/plain\",\"payload\":\"AAAA\","
				      "\"signatures\":[{\"sig\":\"AAAA\"}]}}",
				      "{\"dsseEnvelope\":{\"payloadType\":\"application/vnd.in-toto+json\","
				      "\"payload\":\"AAAA\",\"signatures\":[{\"sig\":\"AAAA\"}]}}"};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		list_referrers(own_referrers(), push_referrer(SIGNATURE, image.whole, others[i]));
		run(&c);
		pages_expect(&c, "referrer signature", RELEASE_UNKNOWN);
	}
	pages_close(&c);
}

/* Statements that nobody signed, as builders attach them, and such in envelopes. */
static void test_statements(void **state)
{
	static const char type[] = "application/vnd.in-toto+json";
	struct pages_case c;
	(void)state;
	open_with(&c, DIGEST "referrers = [\"attestation\"]\n");
	const struct {
		const char *bytes;
		enum release_verdict verdict;
	} rows[] = {
		{envelope_of(image.whole, SLSA), RELEASE_MATCH},
		{envelope_of(image.images[0], SLSA), RELEASE_CONFLICT},
		{"anything", RELEASE_UNKNOWN},
		{"{}", RELEASE_UNKNOWN},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		list_referrers(own_referrers(), push_referrer(type, image.whole, rows[i].bytes));
		run(&c);
		pages_expect(&c, "referrer attestation", rows[i].verdict);
	}
	list_referrers(own_referrers(), push_referrer(type, image.whole, statement_of(image.whole, SLSA)));
	run(&c);
	pages_expect(&c, "referrer attestation", RELEASE_MATCH);
	list_referrers(own_referrers(), push_referrer(type, image.whole, statement_of(image.images[0], SLSA)));
	run(&c);
	pages_expect(&c, "referrer attestation", RELEASE_CONFLICT);
	pages_close(&c);
}

/* Clients that name no type, or that of their empty configuration. */
static void test_untyped(void **state)
{
	struct pages_case c;
	char text[2048];
	(void)state;
	open_with(&c, DIGEST "referrers = [\"signature\"]\n");
	const char *const bytes[] = {bundle_of(image.whole, SIGN), "other"};
	for (int i = 0; i < 4; i++) {
		bool is_bundle = i < 2;
		struct pushed blob = push_blob(bytes[!is_bundle]);
		snprintf(text, sizeof text,
			 "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE
			 "\",\"config\":%s,\"layers\":[%s],\"subject\":%s}",
			 descriptor(EMPTY, push_blob("{}"), ""),
			 descriptor(is_bundle ? SIGNATURE : "application/x", blob, ""),
			 descriptor(INDEX, image.whole, ""));
		struct pushed manifest = push_manifest(IMAGE, text);
		list_referrers(own_referrers(),
			       descriptor(IMAGE, manifest, i % 2 ? ",\"artifactType\":\"" EMPTY "\"" : ""));
		run(&c);
		pages_expect_only(&c, "referrer signature", is_bundle ? RELEASE_MATCH : RELEASE_ABSENT);
	}
	/* GitHub's registry answers with a page for people, and has the list under a tag. */
	pages_serve(own_referrers(), "303 See Other", "Location: @/html\r\n", "");
	list_referrers(path_of("manifests", fallback_tag("")), push_referrer(SIGNATURE, image.whole, bytes[0]));
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_close(&c);
}

static void push_attached(const char *suffix, const char *type, const char *bytes)
{
	char text[1024];
	snprintf(text, sizeof text,
		 "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE "\",\"config\":%s,\"layers\":[%s]}",
		 descriptor(CONFIG, push_blob("{\"os\":\"\",\"architecture\":\"\"}"), ""),
		 descriptor(type, push_blob(bytes), ""));
	push_tag(fallback_tag(suffix), IMAGE, text);
}

/* Any image can have the tag of an attestation. */
static void test_attached(void **state)
{
	static const char dsse[] = "application/vnd.dsse.envelope.v1+json";
	struct pages_case c;
	(void)state;
	open_with(&c, DIGEST "referrers = [\"attestation\", \"sbom\"]\n");
	push_attached(".att", LAYER, "layer");
	run(&c);
	pages_expect(&c, "referrer attestation", RELEASE_UNKNOWN);
	push_attached(".att", dsse, envelope_of(image.images[0], SLSA));
	run(&c);
	pages_expect(&c, "referrer attestation", RELEASE_CONFLICT);
	push_attached(".att", dsse, envelope_of(image.whole, SLSA));
	run(&c);
	pages_expect_only(&c, "referrer sbom", RELEASE_ABSENT);
	push_attached(".sbom", LAYER, "layer");
	run(&c);
	pages_expect_only(&c, "referrer sbom", RELEASE_UNKNOWN);
	push_attached(".sbom", "text/spdx+json", "{}");
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_remove(path_of("manifests", fallback_tag(".sbom")));
	push_attached(".att", dsse, envelope_of(image.whole, CYCLO));
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_close(&c);
}

static void push_cosign(const char *digest)
{
	char text[1024];
	struct pushed config = push_blob("{\"os\":\"\",\"architecture\":\"\"}");
	snprintf(text, sizeof text,
		 "{\"critical\":{\"identity\":{\"docker-reference\":\"x\"},\"image\":{\"docker-manifest-"
		 "digest\":\"%s\"},"
		 "\"type\":\"cosign container image signature\"},\"optional\":null}",
		 digest);
	struct pushed payload = push_blob(text);
	snprintf(text, sizeof text,
		 "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE "\",\"config\":%s,\"layers\":[%s]}",
		 descriptor(CONFIG, config, ""),
		 descriptor("application/vnd.dev.cosign.simplesigning.v1+json", payload, ""));
	push_tag(fallback_tag(".sig"), IMAGE, text);
}

static void test_cosign_tags(void **state)
{
	struct pages_case c;
	(void)state;
	open_with(&c, DIGEST "referrers = [\"signature\", \"attestation\"]\n");
	push_cosign(image.whole.digest);
	run(&c);
	pages_expect_only(&c, "referrer attestation", RELEASE_ABSENT);
	pages_expect(&c, "referrer signature", RELEASE_MATCH);
	push_cosign(image.images[0].digest);
	run(&c);
	pages_expect(&c, "referrer signature", RELEASE_CONFLICT);
	/* Any image under the tag; and one that holds nothing. */
	char text[2048];
	struct pushed config = push_blob("{\"os\":\"\",\"architecture\":\"\"}"), layer = push_blob("layer");
	for (int i = 0; i < 2; i++) {
		snprintf(text, sizeof text,
			 "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE "\",\"config\":%s,\"layers\":[%s]}",
			 descriptor(CONFIG, config, ""), i == 0 ? descriptor(LAYER, layer, "") : "");
		push_tag(fallback_tag(".sig"), IMAGE, text);
		run(&c);
		pages_expect(&c, "referrer signature", RELEASE_UNKNOWN);
	}
	snprintf(text, sizeof text,
		 "{\"schemaVersion\":2,\"mediaType\":\"" IMAGE "\",\"artifactType\":\"" SIGNATURE
		 "\",\"config\":%s,\"layers\":[],\"subject\":%s}",
		 descriptor(EMPTY, push_blob("{}"), ""), descriptor(INDEX, image.whole, ""));
	char path[256];
	snprintf(path, sizeof path, V2 "/referrers/%s", image.whole.digest);
	push_cosign(image.whole.digest);
	list_referrers(path,
		       descriptor(IMAGE, push_manifest(IMAGE, text), ",\"artifactType\":\"" SIGNATURE "\""));
	run(&c);
	pages_expect(&c, "referrer signature", RELEASE_UNKNOWN);
	pages_close(&c);
}

/* --- who may ask ----------------------------------------------------------------------------------------- */

/* The registry lets nobody in without the token that the service gives. */
static char registry_answers[1][8192];

static void say_guarded(struct server_request *r)
{
	char text[1024];
	snprintf(text, sizeof text,
		 "HTTP/1.1 401 x\r\nWWW-Authenticate: Bearer "
		 "realm=\"http://127.0.0.1:%u/token?x=1\",service=\"here\","
		 "scope=\"repository:acme/demo:pull,push,delete\"\r\nContent-Length: 0\r\n\r\n",
		 pages_web.server.port);
	server_say(r->fd, strstr(r->text, "\r\nAuthorization: Bearer leave\r\n") ? registry_answers[0] : text);
}

static void say_token(struct server_request *r)
{
	/* attest:registry-secret-0123456789 */
	static const char basic[] = "\r\nAuthorization: Basic YXR0ZXN0OnJlZ2lzdHJ5LXNlY3JldC0wMTIzNDU2Nzg5\r\n";
	bool asks = strstr(r->path, "?x=1&service=here&scope=repository%3Aacme%2Fdemo%3Apull") != NULL;
	server_say(r->fd, asks && strstr(r->text, basic)
				  ? "HTTP/1.1 200 x\r\nContent-Length: 17\r\n\r\n{\"token\":\"leave\"}"
				  : "HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n");
}

static void say_basic(struct server_request *r)
{
	static const char basic[] = "\r\nAuthorization: Basic bWU6cmVnaXN0cnktc2VjcmV0LTAxMjM0NTY3ODk=\r\n";
	server_say(
		r->fd,
		strstr(r->text, basic)
			? registry_answers[0]
			: "HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
}

/* Whoever asks here was sent by the registry, and wants to be told its password. */
static void say_thief(struct server_request *r)
{
	char text[512];
	snprintf(text, sizeof text,
		 "HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=\"x\", Bearer "
		 "realm=\"http://127.0.0.1:%u/thief\"\r\n"
		 "Content-Length: 0\r\n\r\n",
		 pages_web.other.port);
	server_say(r->fd, text);
}

static unsigned asked(const char *path)
{
	return pages_web.routes[pages_place(path)].asked;
}

static void guard(void (*say)(struct server_request *request))
{
	snprintf(registry_answers[0], sizeof registry_answers[0],
		 "HTTP/1.1 200 OK\r\nContent-Type: " INDEX "\r\nContent-Length: %zu\r\n\r\n%s",
		 strlen(image.index), image.index);
	pages_say(V2 "/manifests/1.2.0", say);
	pages_say("/v2/", say);
}

static void test_login(void **state)
{
	struct pages_case c;
	(void)state;
	open_with(&c, DIGEST);
	guard(say_guarded);
	pages_say("/token", say_token);
	run(&c);
	pages_expect_only(&c, "tag 1.2.0", RELEASE_UNKNOWN);
	assert_true(pages_says(&c, "tag 1.2.0", "let us in"));
	c.look.token = ATT_STR(SECRET);
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	assert_false(server_was_told(&pages_web.server, SECRET));
	c.look.is_before = true;
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_expect(&c, "login", RELEASE_MATCH);
	c.look.token = ATT_STR("wrong");
	run(&c);
	pages_expect(&c, "login", RELEASE_CONFLICT);
	pages_expect(&c, "tag 1.2.0", RELEASE_UNKNOWN);
	c.look.token = ATT_STR(SECRET);
	pages_serve("/token", "200 OK", "", "{\"token\":\"a b\"}");
	run(&c);
	pages_expect(&c, "login", RELEASE_UNKNOWN);
	pages_serve("/token", "200 OK", "", "{\"token\":");
	run(&c);
	pages_expect(&c, "tag 1.2.0", RELEASE_UNKNOWN);
	pages_serve("/token", "503 x", "", "");
	run(&c);
	pages_expect(&c, "login", RELEASE_UNKNOWN);
	pages_close(&c);
	open_with(&c, DIGEST "user = \"me\"\n");
	guard(say_basic);
	c.look.token = ATT_STR(SECRET);
	c.look.is_before = true;
	run(&c);
	pages_expect_only(&c, NULL, RELEASE_MATCH);
	pages_expect(&c, "login", RELEASE_MATCH);
	pages_close(&c);
}

static void test_thief(void **state)
{
	struct pages_case c;
	(void)state;
	open_with(&c, DIGEST);
	c.look.token = ATT_STR(SECRET);
	pages_serve(path_of("blobs", image.layers[0].digest), "307 x", "Location: ~/steal\r\n", "");
	pages_say("/steal", say_thief);
	pages_serve("/thief", "200 OK", "", "{\"token\":\"x\"}");
	run(&c);
	pages_expect_only(&c, "linux/amd64", RELEASE_UNKNOWN);
	assert_int_equal(asked("/steal"), 1);
	assert_int_equal(asked("/thief"), 0);
	/* Nor is it told to who is asked by plain HTTP elsewhere. */
	pages_serve(V2 "/manifests/1.2.0", "401 x",
		    "WWW-Authenticate: Bearer realm=\"http://registry.example/token\"\r\n", "");
	run(&c);
	pages_expect(&c, "tag 1.2.0", RELEASE_UNKNOWN);
	pages_serve(V2 "/manifests/1.2.0", "401 x", "WWW-Authenticate: Bearer realm=\"x\"; y\r\n", "");
	run(&c);
	pages_expect(&c, "tag 1.2.0", RELEASE_UNKNOWN);
	pages_serve(V2 "/manifests/1.2.0", "401 x", "", "");
	run(&c);
	pages_expect(&c, "tag 1.2.0", RELEASE_UNKNOWN);
	pages_close(&c);
}

static void test_addresses(void **state)
{
	static const struct {
		const char *reference, *base, *repository;
	} rows[] = {
		{"ghcr.io/acme/demo", "https://ghcr.io", "acme/demo"},
		{"docker.io/acme/demo", "https://registry-1.docker.io", "acme/demo"},
		{"docker.io/alpine", "https://registry-1.docker.io", "library/alpine"},
		{"index.docker.io/alpine", "https://registry-1.docker.io", "library/alpine"},
		{"registry.example:5000/demo", "https://registry.example:5000", "demo"},
		{"localhost:5000/a/b", "http://localhost:5000", "a/b"},
		{"127.0.0.1.evil.example/a", "https://127.0.0.1.evil.example", "a"},
	};
	struct att_arena arena = {NULL};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct att_registry registry = {.arena = &arena};
		assert_int_equal(att_registry_name(&registry, att_str_of(rows[i].reference), NULL), ATT_OK);
		if (!att_str_is(registry.base, rows[i].base) ||
		    !att_str_is(registry.repository, rows[i].repository))
			fail_msg("%s: %.*s %.*s", rows[i].reference, ATT_STR_ARG(registry.base),
				 ATT_STR_ARG(registry.repository));
	}
	att_arena_clear(&arena);
}

static void test_names(void **state)
{
	static const char *const bad[] = {"acme/demo",         "ghcr.io",      "ghcr.io/",
					  "ghcr.io/Acme/demo", "ghcr.io/a//b", "ghcr.io/../x",
					  "user@ghcr.io/a",    "ghcr.io/a?x",  "https://a.b/c",
					  "ghcr.io/a:1.2.0",   "ghcr.io/a/-b"};
	struct pages_case c;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char toml[512];
		snprintf(toml, sizeof toml,
			 "[project]\nname = \"demo\"\n[[channel]]\nkind = \"oci\"\nrepository = \"%s\"\n",
			 bad[i]);
		pages_open(&c, toml, "v1.2.0");
		run(&c);
		pages_expect_count(&c, 1);
		pages_expect(&c, "repository", RELEASE_UNKNOWN);
		pages_close(&c);
	}
	push_all();
	pages_open(&c,
		   "[project]\nname = \"demo\"\n[[channel]]\nkind = \"oci\"\nrepository = "
		   "\"^/acme/demo\"\ntags = []\n",
		   "v1.2.0");
	run(&c);
	pages_expect_count(&c, 1);
	pages_expect(&c, "tags", RELEASE_UNKNOWN);
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
		cmocka_unit_test(test_match),           cmocka_unit_test(test_single),
		cmocka_unit_test(test_authority),       cmocka_unit_test(test_tags),
		cmocka_unit_test(test_before),          cmocka_unit_test(test_transport),
		cmocka_unit_test(test_parts),           cmocka_unit_test(test_indexes),
		cmocka_unit_test(test_revision),        cmocka_unit_test(test_referrers),
		cmocka_unit_test(test_wrong_referrers), cmocka_unit_test(test_bundles),
		cmocka_unit_test(test_statements),      cmocka_unit_test(test_untyped),
		cmocka_unit_test(test_attached),        cmocka_unit_test(test_cosign_tags),
		cmocka_unit_test(test_login),           cmocka_unit_test(test_thief),
		cmocka_unit_test(test_addresses),       cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
