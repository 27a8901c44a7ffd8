// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "libattest/sign/formats.h"
#include "tests/unit/document.h"

static const struct att_signature_format *const format = &att_signature_format_sshsig;
static const char *const codes[] = {"OK", "MEMORY",    "MALFORMED", "UNSUPPORTED", "LIMIT",
				    "IO", "NOT_FOUND", "USAGE",     "REFUSED"};

struct reading {
	struct att_arena arena;
	struct att_source source;
	char *text; /* an exact copy */
	struct att_signature signatures[ATT_MAX_SIGNATURES_IN_FILE];
	size_t count;
	struct att_err err;
	int result;
};

static struct att_buf read_vector(const char *folder, struct att_str name)
{
	char part[200], path[4096];
	snprintf(part, sizeof part, "%s/%.*s", folder, ATT_STR_ARG(name));
	vector_path(path, sizeof path, part);
	return vector_read(path);
}

static void read_text(struct reading *r, struct att_str text)
{
	memset(r, 0, sizeof *r);
	r->text = malloc(text.len ? text.len : 1);
	assert_non_null(r->text);
	if (text.len > 0)
		memcpy(r->text, text.data, text.len);
	assert_int_equal(att_source_init(&r->source, &r->arena, ATT_STR("it.sig"),
					 (struct att_str){r->text, text.len}, &r->err),
			 ATT_OK);
	r->result = format->parse(&r->source, &r->arena, r->signatures, &r->count, &r->err);
	assert_int_equal(r->count, r->result == ATT_OK);
}

static void read_file(struct reading *r, struct att_str name)
{
	struct att_buf file = read_vector("sshsig", name);
	assert_true(format->recognise(att_buf_str(&file)));
	read_text(r, att_buf_str(&file));
	att_buf_clear(&file);
}

static void clear(struct reading *r)
{
	att_arena_clear(&r->arena);
	free(r->text);
}

static struct att_key *read_key(struct att_str name)
{
	struct att_buf file = read_vector("key/good", name);
	struct att_key *key;
	assert_int_equal(att_key_parse(att_buf_str(&file), name, NULL, &key, NULL), ATT_OK);
	att_buf_clear(&file);
	return key;
}

static enum att_outcome verify(struct reading *r, const struct att_key *key, struct att_str message)
{
	struct att_digest_job job;
	assert_int_equal(format->plan(&r->signatures[0], key, &r->arena, &job, &r->err), ATT_OK);
	assert_int_equal(job.prefix.len, 0);
	assert_int_equal(att_digest_bytes(job.kind, message, &job.digest, NULL), ATT_OK);
	return format->verify(&r->signatures[0], key, &job.digest, &r->err);
}

static void check_verdict(const struct att_str *f)
{
	static const char *const words[] = {"?", "holds", "refuted", "cannot-tell"};
	struct reading r;
	read_file(&r, f[0]);
	struct att_key *key = read_key(f[1]);
	assert_int_equal(r.result, ATT_OK);
	enum att_outcome outcome = verify(&r, key, ATT_STR("attest\n"));
	if (!att_str_is(f[2], words[outcome]))
		print_error("%.*s: %s %s\n", ATT_STR_ARG(f[0]), words[outcome], r.err.message);
	assert_text(f[2], words[outcome]);
	assert_int_equal(format->fits(&r.signatures[0], key), outcome != ATT_CANNOT_TELL);
	assert_int_equal(r.err.code != ATT_OK, outcome != ATT_HOLDS);
	if (outcome == ATT_HOLDS)
		assert_int_equal(verify(&r, key, ATT_STR("other\n")), ATT_REFUTED);
	att_key_free(key);
	clear(&r);
}

static void check_line(const struct att_str *f)
{
	struct reading r;
	char found[600];
	if (att_str_ends(f[1], ATT_STR(".der"))) {
		check_verdict(f);
		return;
	}
	read_file(&r, f[0]);
	snprintf(found, sizeof found, "%u:%u %s", r.err.place.line, r.err.place.column, r.err.message);
	if (!att_str_is(f[2], found) || !att_str_is(f[1], codes[-r.result]))
		print_error("%.*s: %s %s\n", ATT_STR_ARG(f[0]), codes[-r.result], found);
	assert_text(f[1], codes[-r.result]);
	assert_text(f[2], found);
	assert_int_equal(format->parse(&r.source, &r.arena, r.signatures, &r.count, NULL), r.result);
	clear(&r);
}

static void test_files(void **state)
{
	struct att_buf text = read_vector("sshsig", ATT_STR("expect.txt"));
	struct att_str rest = att_buf_str(&text), line;
	size_t lines = 0;
	(void)state;
	for (; rest.len > 0 && att_str_split(&rest, '\n', &line); lines++) {
		struct att_str fields[3] = {{NULL, 0}};
		for (int i = 0; i < 3; i++)
			assert_true(att_str_split(&line, '\t', &fields[i]));
		check_line(fields);
	}
	assert_true(lines > 50);
	att_buf_clear(&text);
}

static void test_read(void **state)
{
	struct reading r;
	(void)state;
	read_file(&r, ATT_STR("good/rsa-sha2-256-sha512"));
	assert_int_equal(r.result, ATT_OK);
	assert_ptr_equal(r.signatures[0].format, format);
	assert_text(r.signatures[0].name_space, "file");
	assert_int_equal(r.signatures[0].digest_kind, ATT_SHA512);
	assert_int_equal(r.signatures[0].inner_kind, ATT_SHA256);
	assert_int_equal(r.signatures[0].scheme, ATT_SCHEME_RSA_PKCS1);
	assert_int_equal(r.signatures[0].bytes.len, 256);
	clear(&r);
	read_file(&r, ATT_STR("good/namespace"));
	assert_text(r.signatures[0].name_space, "git@example.org");
	clear(&r);
	assert_false(format->recognise(ATT_STR("-----BEGIN SSH PUBLIC KEY-----")));
	assert_false(format->recognise(ATT_STR("")));
	read_text(&r, ATT_STR(""));
	assert_int_equal(r.result, ATT_ERR_MALFORMED);
	clear(&r);
}

/* The digest has to be of the kind that the file names. */
static void test_digest(void **state)
{
	struct reading r;
	struct att_digest digest;
	struct att_key *key = read_key(ATT_STR("ed25519.der"));
	(void)state;
	read_file(&r, ATT_STR("good/ssh-ed25519-sha512"));
	assert_int_equal(att_digest_bytes(ATT_SHA256, ATT_STR("attest\n"), &digest, NULL), ATT_OK);
	assert_int_equal(format->verify(&r.signatures[0], key, &digest, &r.err), ATT_CANNOT_TELL);
	assert_string_equal(r.err.message, "expected a digest by sha512, found sha256");
	clear(&r);
	att_key_free(key);
}

static void test_too_long(void **state)
{
	struct reading r;
	char *text = malloc(ATT_MAX_SSH_SIGNATURE + 1);
	(void)state;
	assert_non_null(text);
	memset(text, ' ', ATT_MAX_SSH_SIGNATURE + 1);
	read_text(&r, (struct att_str){text, ATT_MAX_SSH_SIGNATURE + 1});
	assert_int_equal(r.result, ATT_ERR_LIMIT);
	clear(&r);
	free(text);
}

/* What is written is read, in a file of lines that are as long as OpenSSH's. */
static void test_sign(void **state)
{
	static const enum att_key_kind kinds[] = {ATT_KEY_ED25519, ATT_KEY_P256, ATT_KEY_P384, ATT_KEY_RSA};
	char path[] = "/tmp/test_sshsig-XXXXXX";
	struct att_err err = {0};
	int fd = mkstemp(path);
	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, "attest\n", 7), 7);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct att_secret *secret;
		struct att_buf text;
		struct reading r;
		att_buf_init(&text, 10000);
		assert_int_equal(att_secret_new(kinds[i], 2048, ATT_STR("it"), &secret, &err), ATT_OK);
		struct att_sign_request request = {
			.secret = secret, .file = {.fd = fd, .name = "it"}, .name_space = ATT_STR("file")};
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_int_equal(format->sign(&request, &text, &err), ATT_OK);
		read_text(&r, att_buf_str(&text));
		assert_int_equal(r.result, ATT_OK);
		assert_text(r.signatures[0].name_space, "file");
		assert_int_equal(verify(&r, att_secret_public(secret), ATT_STR("attest\n")), ATT_HOLDS);
		assert_int_equal(verify(&r, att_secret_public(secret), ATT_STR("attest")), ATT_REFUTED);
		assert_int_equal(att_source_line_text(&r.source, 2).len, 70);
		clear(&r);
		size_t len = text.len;
		request.name_space.len = 0;
		assert_int_equal(format->sign(&request, &text, &err), ATT_ERR_USAGE);
		request.name_space = ATT_STR("file");
		request.scheme = ATT_SCHEME_RSA_PSS;
		assert_int_equal(format->sign(&request, &text, &err), ATT_ERR_UNSUPPORTED);
		assert_int_equal(text.len, len);
		att_buf_clear(&text);
		att_secret_free(secret);
	}
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),    cmocka_unit_test(test_read), cmocka_unit_test(test_digest),
		cmocka_unit_test(test_too_long), cmocka_unit_test(test_sign),
	};
	return cmocka_run_group_tests_name("sshsig", tests, NULL, NULL);
}
