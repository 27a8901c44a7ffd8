// SPDX-License-Identifier: Apache-2.0
/* What the formats write: compared with what their own tools write (testdata/make.sh), and read again. */
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/sign/secret.h"
#include "tests/unit/signature.h"

static struct test_keys t;
static struct att_secret *secrets[4];

static int set_up(void **state)
{
	static const char *const files[] = {"signing/signify.sec", "signing/p256.pem", "signing/p384.pem",
					    "signing/rsa.pem"};
	(void)state;
	test_keys_load(&t);
	for (size_t i = 0; i < 4; i++) {
		struct att_err err = {0};
		char path[4096];
		bool exposed;
		vector_path(path, sizeof path, files[i]);
		if (att_secret_load(path, NULL, NULL, &exposed, &secrets[i], &err) != ATT_OK)
			fail_msg("%s: %s", path, err.message);
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++)
		att_secret_free(secrets[i]);
	test_keys_free(&t);
	return 0;
}

/* A file with the artifact, read from its middle on: formats go back to the start. */
static int open_artifact(struct att_str content)
{
	FILE *file = tmpfile();
	assert_non_null(file);
	int fd = dup(fileno(file));
	assert_int_equal(fclose(file), 0);
	assert_int_equal(att_file_write_fd(fd, "artifact", content, NULL), ATT_OK);
	return fd;
}

struct signing {
	const char *format;
	size_t key;
	struct att_str comment, payload_type;
	int64_t time;
	enum att_scheme scheme;
	const char *name;
};

static int sign(const struct signing *s, struct att_str content, struct att_buf *out, struct att_err *err)
{
	const struct att_signature_format *format = att_signature_format_find(att_str_of(s->format));
	assert_non_null(format);
	const struct att_sign_request request = {
		.secret = secrets[s->key],
		.file = {.fd = open_artifact(content), .name = s->name ? s->name : "folder/artifact"},
		.comment = s->comment,
		.payload_type = s->payload_type,
		.scheme = s->scheme,
		.time = s->time,
	};
	att_buf_init(out, 1 << 20);
	int result = format->sign(&request, out, err);
	close(request.file.fd);
	return result;
}

static void sign_or_fail(const struct signing *s, struct att_buf *out)
{
	struct att_err err = {0};
	if (sign(s, att_buf_str(&t.artifact), out, &err) != ATT_OK)
		fail_msg("%s with key %zu: %s", s->format, s->key, err.message);
}

/* From line `from` on, both say the same. */
static void assert_like_vector(const struct signing *s, const char *vector, int from)
{
	char path[4096];
	struct att_buf made;
	sign_or_fail(s, &made);
	vector_path(path, sizeof path, vector);
	struct att_buf expected = vector_read(path);
	struct att_str a = att_buf_str(&made), b = att_buf_str(&expected), line;
	for (int i = 1; i < from; i++)
		assert_true(att_str_split(&a, '\n', &line) && att_str_split(&b, '\n', &line));
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, b.len);
	att_buf_clear(&made);
	att_buf_clear(&expected);
}

static void test_as_their_tools_do(void **state)
{
	(void)state;
	assert_like_vector(&(struct signing){.format = "minisign", .time = 1700000000},
			   "minisign/good/prehashed", 2);
	assert_like_vector(&(struct signing){.format = "minisign", .comment = ATT_STR("geprüft: ✓")},
			   "minisign/good/utf8", 2);
	assert_like_vector(&(struct signing){.format = "signify"}, "signify/good/plain", 1);
	assert_like_vector(&(struct signing){.format = "bundle"}, "bundle/good/ed25519", 1);
	assert_like_vector(&(struct signing){.format = "bundle", .payload_type = ATT_STR("text/plain")},
			   "bundle/good/dsse-ed25519-pure", 1);
	assert_like_vector(&(struct signing){.format = "bundle", .key = TEST_RSA}, "bundle/good/rsa-sha256", 1);
}

/* Every format with every key that it takes: what was signed holds, for its key and its artifact alone. */
static void test_round_trips(void **state)
{
	static const struct signing cases[] = {
		{.format = "minisign"},
		{.format = "minisign", .time = -1},
		{.format = "signify"},
		{.format = "signify", .comment = {"of a test", 9}},
		{.format = "bundle"},
		{.format = "bundle", .key = TEST_P256},
		{.format = "bundle", .key = TEST_P384},
		{.format = "bundle", .key = TEST_RSA},
		{.format = "bundle", .payload_type = {"text/plain", 10}},
		{.format = "bundle", .key = TEST_P256, .payload_type = {"text/plain", 10}},
		{.format = "bundle", .key = TEST_P384, .payload_type = {"text/plain", 10}},
		{.format = "bundle", .key = TEST_RSA, .payload_type = {"text/plain", 10}},
		{.format = "dsse", .payload_type = {"text/plain", 10}},
		{.format = "dsse", .key = TEST_P256, .payload_type = {"text/plain", 10}},
		{.format = "dsse", .key = TEST_P384, .payload_type = {"text/plain", 10}},
		{.format = "dsse", .key = TEST_RSA, .payload_type = {"text/plain", 10}},
		{.format = "dsse",
		 .key = TEST_RSA,
		 .payload_type = {"text/plain", 10},
		 .scheme = ATT_SCHEME_RSA_PSS},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_buf made;
		sign_or_fail(&cases[i], &made);
		assert_int_equal(made.data[made.len - 1], '\n');
		for (size_t key = 0; key < TEST_KEYS; key++)
			assert_int_equal(file_holds(att_buf_str(&made), t.keys[key], att_buf_str(&t.artifact)),
					 key == cases[i].key);
		assert_false(file_holds(att_buf_str(&made), t.keys[cases[i].key], ATT_STR("hello, attest!\n")));
		att_buf_clear(&made);
	}
}

static void test_comments(void **state)
{
	static const struct {
		struct signing signing;
		const char *contains; /* NULL: refused */
	} cases[] = {
		{{.format = "minisign", .time = -1}, "\ntrusted comment: file:artifact\thashed\n"},
		{{.format = "minisign", .time = 5, .name = "x\ny"}, "timestamp:5\tfile:x\\u{a}y\thashed\n"},
		{{.format = "minisign", .comment = {"a\tb", 3}}, "\ntrusted comment: a\tb\n"},
		{{.format = "minisign", .comment = {"a\nb", 3}}, NULL},
		{{.format = "minisign", .comment = {"a\0b", 3}}, NULL},
		{{.format = "minisign", .comment = {"\xe9", 1}}, NULL},
		{{.format = "minisign", .comment = {"\xe2\x80\xae", 3}}, NULL},
		{{.format = "signify"}, "untrusted comment: verify with signify.pub\n"},
		{{.format = "signify", .comment = {"x", 1}}, "untrusted comment: x\n"},
		{{.format = "signify", .comment = {"x\ny", 3}}, NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_buf made;
		struct att_err err = {0};
		int result = sign(&cases[i].signing, att_buf_str(&t.artifact), &made, &err);
		if (cases[i].contains) {
			assert_int_equal(result, ATT_OK);
			assert_true(att_str_find(att_buf_str(&made), att_str_of(cases[i].contains)) !=
				    ATT_STR_NONE);
		} else {
			assert_int_equal(result, ATT_ERR_USAGE);
			assert_int_equal(made.len, 0);
		}
		att_buf_clear(&made);
	}
}

/* As long as minisign and signify read them, and one more. */
static void test_long_comments(void **state)
{
	static const struct {
		const char *format;
		size_t max;
	} cases[] = {{"minisign", 8173}, {"signify", 1023}};
	char text[9000];
	(void)state;
	memset(text, 'x', sizeof text);
	for (size_t i = 0; i < 2; i++) {
		struct att_buf made;
		struct att_err err = {0};
		struct signing s = {.format = cases[i].format, .comment = {text, cases[i].max}};
		sign_or_fail(&s, &made);
		assert_true(file_holds(att_buf_str(&made), t.keys[TEST_ED25519], att_buf_str(&t.artifact)));
		att_buf_clear(&made);
		s.comment.len++;
		assert_int_equal(sign(&s, att_buf_str(&t.artifact), &made, &err), ATT_ERR_LIMIT);
		assert_int_equal(made.len, 0);
		att_buf_clear(&made);
	}
}

static void test_refused(void **state)
{
	static const struct {
		struct signing signing;
		int code;
		const char *message;
	} cases[] = {
		{{.format = "minisign", .key = TEST_P256},
		 ATT_ERR_UNSUPPORTED,
		 "expected an Ed25519 key for a minisign signature, found another kind"},
		{{.format = "signify", .key = TEST_RSA},
		 ATT_ERR_UNSUPPORTED,
		 "expected an Ed25519 key for a signify signature, found another kind"},
		{{.format = "bundle", .key = TEST_RSA, .scheme = ATT_SCHEME_RSA_PSS},
		 ATT_ERR_UNSUPPORTED,
		 "expected the key's usual scheme for a bundle, which cannot name another"},
		{{.format = "dsse"},
		 ATT_ERR_USAGE,
		 "expected the payload's type, since folder/artifact is no in-toto statement"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_buf made;
		struct att_err err = {0};
		assert_int_equal(sign(&cases[i].signing, att_buf_str(&t.artifact), &made, &err), cases[i].code);
		assert_string_equal(err.message, cases[i].message);
		att_buf_clear(&made);
	}
}

static void test_statements(void **state)
{
	static const struct {
		struct att_str text;
		bool statement;
	} cases[] = {
		{{"{\"_type\":\"https://in-toto.io/Statement/v1\"}", 43}, true},
		{{"{\"_type\":\"https://in-toto.io/Statement/v0.1\"}\n", 46}, true},
		{{"{\"_type\":\"https://in-toto.io/Link/v1\"}", 38}, false},
		{{"{\"type\":\"https://in-toto.io/Statement/v1\"}", 42}, false},
		{{"[\"https://in-toto.io/Statement/v1\"]", 35}, false},
		{{"", 0}, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct att_buf made;
		struct att_err err = {0};
		struct parsed p;
		int result = sign(&(struct signing){.format = "dsse"}, cases[i].text, &made, &err);
		assert_int_equal(result, cases[i].statement ? ATT_OK : ATT_ERR_USAGE);
		if (cases[i].statement) {
			parsed_init(&p, att_buf_str(&made));
			assert_text(p.signatures[0].payload_type, "application/vnd.in-toto+json");
			assert_int_equal(p.signatures[0].key_hint.len, 64);
			parsed_clear(&p);
			assert_true(file_holds(att_buf_str(&made), t.keys[TEST_ED25519], cases[i].text));
		}
		att_buf_clear(&made);
	}
}

/* A payload may have as many bytes as limits.h says, and not one more. */
static void test_large_payload(void **state)
{
	(void)state;
	const struct att_signature_format *dsse = att_signature_format_find(ATT_STR("dsse"));
	struct att_sign_request request = {.secret = secrets[TEST_P256],
					   .file = {.fd = open_artifact(ATT_STR("")), .name = "large"},
					   .payload_type = ATT_STR("x/y")};
	struct att_buf made;
	att_buf_init(&made, 2 * ATT_MAX_PAYLOAD);
	assert_int_equal(ftruncate(request.file.fd, (off_t)ATT_MAX_PAYLOAD + 1), 0);
	assert_int_equal(dsse->sign(&request, &made, NULL), ATT_ERR_LIMIT);
	att_buf_clear(&made);
	assert_int_equal(ftruncate(request.file.fd, (off_t)ATT_MAX_PAYLOAD), 0);
	assert_int_equal(dsse->sign(&request, &made, NULL), ATT_OK);
	struct parsed p;
	parsed_init(&p, att_buf_str(&made));
	assert_int_equal(p.result, ATT_OK);
	assert_int_equal(p.signatures[0].payload.len, ATT_MAX_PAYLOAD);
	struct att_digest none = {0};
	assert_int_equal(att_signature_verify(&p.signatures[0], t.keys[TEST_P256], &none, NULL), ATT_HOLDS);
	parsed_clear(&p);
	/* One byte more in the file: four characters of base64 in front. */
	struct att_buf longer;
	att_buf_init(&longer, 2 * ATT_MAX_PAYLOAD);
	att_buf_add(&longer, ATT_STR("{\"payload\":\"AAAA"));
	att_buf_add(&longer, att_str_from(att_buf_str(&made), strlen("{\"payload\":\"")));
	parsed_init(&p, att_buf_str(&longer));
	assert_int_equal(p.result, ATT_ERR_LIMIT);
	parsed_clear(&p);
	att_buf_clear(&longer);
	att_buf_clear(&made);
	close(request.file.fd);
}

/* One pass is enough for everything but pure Ed25519, so a pipe can be signed. */
static void test_pipe(void **state)
{
	static const struct {
		const char *format;
		size_t key;
		int code;
	} cases[] = {{"minisign", TEST_ED25519, ATT_OK},
		     {"bundle", TEST_P256, ATT_OK},
		     {"bundle", TEST_ED25519, ATT_ERR_UNSUPPORTED},
		     {"signify", TEST_ED25519, ATT_ERR_UNSUPPORTED},
		     {"dsse", TEST_P256, ATT_ERR_REFUSED}};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int ends[2];
		struct att_buf made;
		assert_int_equal(pipe(ends), 0);
		assert_int_equal(att_file_write_fd(ends[1], "pipe", att_buf_str(&t.artifact), NULL), ATT_OK);
		close(ends[1]);
		att_buf_init(&made, 1 << 16);
		struct att_sign_request request = {.secret = secrets[cases[i].key],
						   .file = {.fd = ends[0], .name = "-"},
						   .payload_type = {NULL, 0}};
		const struct att_signature_format *format =
			att_signature_format_find(att_str_of(cases[i].format));
		assert_int_equal(format->sign(&request, &made, NULL), cases[i].code);
		if (cases[i].code == ATT_OK)
			assert_true(
				file_holds(att_buf_str(&made), t.keys[cases[i].key], att_buf_str(&t.artifact)));
		att_buf_clear(&made);
		close(ends[0]);
	}
}

/* An output that is full is an error and never a file that ends early. */
static void test_full_output(void **state)
{
	static const char *const formats[] = {"minisign", "signify", "bundle", "dsse"};
	(void)state;
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		struct att_buf whole;
		struct signing s = {.format = formats[i], .payload_type = ATT_STR("text/plain")};
		sign_or_fail(&s, &whole);
		const struct att_signature_format *format = att_signature_format_find(att_str_of(formats[i]));
		for (size_t max = 0; max < whole.len; max += 13) {
			struct att_buf out;
			struct att_sign_request request = {
				.secret = secrets[0],
				.file = {.fd = open_artifact(att_buf_str(&t.artifact)), .name = "artifact"},
				.payload_type = s.payload_type,
			};
			att_buf_init(&out, max);
			assert_true(format->sign(&request, &out, NULL) != ATT_OK);
			att_buf_clear(&out);
			close(request.file.fd);
		}
		att_buf_clear(&whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_their_tools_do), cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_comments),          cmocka_unit_test(test_long_comments),
		cmocka_unit_test(test_refused),           cmocka_unit_test(test_statements),
		cmocka_unit_test(test_large_payload),     cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_full_output),
	};
	return cmocka_run_group_tests_name("signing", tests, set_up, tear_down);
}
