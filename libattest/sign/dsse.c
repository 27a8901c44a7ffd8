// SPDX-License-Identifier: Apache-2.0
/* DSSE envelopes (https://github.com/secure-systems-lab/dsse, 1.0.2): a payload in JSON, and signatures of its
 * pre-authentication encoding. */
#include "libattest/sign/dsse.h"

#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/format/base64.h"
#include "libattest/sign/formats.h"

#include "libattest/base/banned.h"

static bool recognise(struct att_str bytes)
{
	return att_str_starts(att_str_trim(bytes), ATT_STR("{")) &&
	       att_str_find(bytes, ATT_STR("\"payloadType\"")) != ATT_STR_NONE;
}

/* How many bytes a base64 text stands for. */
static size_t decoded_size(struct att_str text)
{
	size_t digits = text.len;
	for (int i = 0; i < 2 && digits > 0 && text.data[digits - 1] == '='; i++)
		digits--;
	return digits / 4 * 3 + digits % 4 * 3 / 4;
}

/* The header of PAE(type, body): all but the body. */
static void add_header(struct att_buf *out, struct att_str type, size_t size)
{
	att_buf_printf(out, "DSSEv1 %zu ", type.len);
	att_buf_add(out, type);
	att_buf_printf(out, " %zu ", size);
}

static size_t max_message(struct att_str type)
{
	return type.len + ATT_MAX_PAYLOAD + 64;
}

/* An error of a decoder, at the value that was decoded. */
static int refuse_at(const struct att_source *source, const struct att_value *value, int code,
		     const struct att_err *why, struct att_err *err)
{
	return att_source_err(source, err, code, value->span, "%s", why->message);
}

/* Decodes the payload behind its header, so that what is signed stands in one piece. */
static int read_payload(const struct att_source *source, const struct att_value *payload,
			struct att_arena *arena, struct att_signature *out, struct att_err *err)
{
	size_t size = decoded_size(payload->string);
	struct att_err why = {0};
	struct att_buf message;
	if (size > ATT_MAX_PAYLOAD)
		return att_source_err(source, err, ATT_ERR_LIMIT, payload->span,
				      "expected a payload of at most %zu bytes, found %zu", ATT_MAX_PAYLOAD,
				      size);
	att_buf_init(&message, max_message(out->payload_type));
	add_header(&message, out->payload_type, size);
	size_t header = message.len;
	int result = att_base64_decode(payload->string, ATT_BASE64_EITHER, "the payload", &message, &why);
	if (result != ATT_OK) {
		refuse_at(source, payload, result, &why, err);
		goto out;
	}
	out->message = att_arena_copy(arena, att_buf_str(&message));
	if (!att_buf_ok(&message) || !out->message.data) {
		result = att_err_memory(err);
		goto out;
	}
	out->payload = (struct att_str){out->message.data + header, out->message.len - header};
	result = att_digest_bytes(ATT_SHA256, out->payload, &out->claimed, err);
out:
	att_buf_clear(&message);
	return result;
}

static int read_signature(const struct att_source *source, const struct att_value *item,
			  struct att_arena *arena, struct att_signature *out, struct att_err *err)
{
	const struct att_value *sig, *keyid = att_value_get(item, "keyid");
	struct att_err why = {0};
	struct att_buf bytes;
	int result = att_value_want(source, item, "sig", ATT_STRING, true, &sig, err);
	if (result == ATT_OK && keyid && keyid->kind != ATT_NULL)
		result = att_value_want(source, item, "keyid", ATT_STRING, false, &keyid, err);
	if (result != ATT_OK)
		return result;
	if (sig->string.len == 0)
		return att_source_err(source, err, ATT_ERR_MALFORMED, sig->span,
				      "expected a signature, found an empty string");
	att_buf_init(&bytes, sig->string.len);
	result = att_base64_decode(sig->string, ATT_BASE64_EITHER, "the signature", &bytes, &why);
	if (result != ATT_OK) {
		refuse_at(source, sig, result, &why, err);
	} else {
		out->key_hint = att_value_text(keyid);
		out->bytes = att_arena_copy(arena, att_buf_str(&bytes));
		result = out->bytes.data ? ATT_OK : att_err_memory(err);
	}
	att_buf_clear(&bytes);
	return result;
}

int att_dsse_read(const struct att_source *source, const struct att_value *envelope, struct att_arena *arena,
		  struct att_signature *out, size_t room, size_t *count, struct att_err *err)
{
	const struct att_value *payload, *type, *signatures;
	struct att_signature shared = {.format = &att_signature_format_dsse};
	*count = 0;
	int result = att_value_want(source, envelope, "payload", ATT_STRING, true, &payload, err);
	if (result == ATT_OK)
		result = att_value_want(source, envelope, "payloadType", ATT_STRING, true, &type, err);
	if (result == ATT_OK)
		result = att_value_want(source, envelope, "signatures", ATT_ARRAY, true, &signatures, err);
	if (result != ATT_OK)
		return result;
	if (type->string.len == 0)
		return att_source_err(source, err, ATT_ERR_MALFORMED, type->span,
				      "expected the payload's type, found an empty string");
	if (signatures->count == 0)
		return att_source_err(source, err, ATT_ERR_MALFORMED, signatures->span,
				      "expected at least one signature, found none");
	if (signatures->count > room)
		return att_source_err(source, err, ATT_ERR_LIMIT, signatures->span,
				      "expected at most %d signatures in a file, found more",
				      ATT_MAX_SIGNATURES_IN_FILE);
	shared.payload_type = type->string;
	result = read_payload(source, payload, arena, &shared, err);
	for (uint32_t i = 0; i < signatures->count && result == ATT_OK; i++) {
		out[i] = shared;
		result = read_signature(source, &signatures->items[i], arena, &out[i], err);
	}
	if (result == ATT_OK)
		*count = signatures->count;
	return result;
}

static int parse(const struct att_source *source, struct att_arena *arena, struct att_signature *out,
		 size_t *count, struct att_err *err)
{
	struct att_value document;
	size_t more = 0;
	int result = att_json_parse(source, arena, &document, err);
	if (result == ATT_OK)
		result = att_dsse_read(source, &document, arena, out + *count,
				       ATT_MAX_SIGNATURES_IN_FILE - *count, &more, err);
	*count += more;
	return result;
}

/* ---- verifying ---- */

struct way {
	enum att_scheme scheme;
	enum att_digest_kind kind;
};

/* The usual way first. cosign 3 hashes for P-384 with SHA-256 when it verifies and prehashes for Ed25519 when
 * it signs; the in-toto libraries sign with PSS. */
static const struct way ways[][2] = {
	[ATT_KEY_NONE] = {{ATT_SCHEME_NONE, ATT_DIGEST_NONE}},
	[ATT_KEY_ED25519] = {{ATT_SCHEME_ED25519, ATT_DIGEST_NONE}, {ATT_SCHEME_ED25519PH, ATT_SHA512}},
	[ATT_KEY_P256] = {{ATT_SCHEME_ECDSA, ATT_SHA256}},
	[ATT_KEY_P384] = {{ATT_SCHEME_ECDSA, ATT_SHA384}, {ATT_SCHEME_ECDSA, ATT_SHA256}},
	[ATT_KEY_RSA] = {{ATT_SCHEME_RSA_PKCS1, ATT_SHA256}, {ATT_SCHEME_RSA_PSS, ATT_SHA256}},
};

enum att_outcome att_dsse_verify(const struct att_signature *signature, const struct att_key *key,
				 struct att_err *err)
{
	const struct way *both = ways[att_key_kind(key)];
	enum att_outcome outcome = att_key_verify_message(key, both[0].scheme, both[0].kind, signature->message,
							  signature->bytes, err);
	if (outcome == ATT_REFUTED && both[1].scheme != ATT_SCHEME_NONE &&
	    att_key_verify_message(key, both[1].scheme, both[1].kind, signature->message, signature->bytes,
				   NULL) == ATT_HOLDS)
		outcome = ATT_HOLDS;
	return outcome;
}

static int plan(const struct att_signature *signature, const struct att_key *key, struct att_arena *arena,
		struct att_digest_job *job, struct att_err *err)
{
	(void)signature, (void)key, (void)arena, (void)err;
	job->kind = ATT_DIGEST_NONE;
	return ATT_OK;
}

static enum att_outcome verify(const struct att_signature *signature, const struct att_key *key,
			       const struct att_digest *digest, struct att_err *err)
{
	(void)digest;
	return att_dsse_verify(signature, key, err);
}

/* ---- signing ---- */

#define IN_TOTO ATT_STR("application/vnd.in-toto+json")

static bool is_statement(struct att_str payload)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_value document;
	bool result = att_source_init(&source, &arena, ATT_STR("payload"), payload, NULL) == ATT_OK &&
		      att_json_parse(&source, &arena, &document, NULL) == ATT_OK &&
		      att_str_starts(att_value_text(att_value_get(&document, "_type")),
				     ATT_STR("https://in-toto.io/Statement/"));
	att_arena_clear(&arena);
	return result;
}

static int choose_type(const struct att_sign_request *request, struct att_str payload, struct att_str *out,
		       struct att_err *err)
{
	*out = request->payload_type;
	if (out->len > 0)
		return ATT_OK;
	if (!is_statement(payload)) {
		att_err_set(err, ATT_ERR_USAGE, "expected the payload's type, since %s is no in-toto statement",
			    request->file.name);
		att_err_help(err, "name it, for example --payload-type application/spdx+json");
		return ATT_ERR_USAGE;
	}
	*out = IN_TOTO;
	return ATT_OK;
}

void att_dsse_write_bytes(struct att_json_writer *w, const char *key, struct att_str bytes)
{
	struct att_buf text;
	att_buf_init(&text, bytes.len / 3 * 4 + 8);
	att_base64_encode(bytes, &text);
	att_json_member(w, key, att_buf_str(&text));
	if (!att_buf_ok(&text))
		w->out->failed = w->out->starved = true;
	att_buf_clear(&text);
}

static void write_envelope(struct att_json_writer *w, struct att_str payload, struct att_str type,
			   struct att_str keyid, struct att_str signature)
{
	att_json_object(w);
	att_dsse_write_bytes(w, "payload", payload);
	att_json_member(w, "payloadType", type);
	att_json_key(w, "signatures");
	att_json_array(w);
	att_json_object(w);
	att_json_member_if(w, "keyid", keyid);
	att_dsse_write_bytes(w, "sig", signature);
	att_json_object_end(w);
	att_json_array_end(w);
	att_json_object_end(w);
}

int att_dsse_sign(const struct att_sign_request *request, enum att_digest_kind kind, struct att_str keyid,
		  struct att_json_writer *w, struct att_err *err)
{
	const struct att_signed_file *file = &request->file;
	struct att_buf payload, message, signature;
	struct att_str type;
	att_buf_init(&payload, ATT_MAX_PAYLOAD);
	att_buf_init(&message, 0);
	att_buf_init(&signature, 4096);
	(void)lseek(file->fd, 0, SEEK_SET);
	int result = att_file_read_fd(file->fd, file->name, &payload, err);
	if (result == ATT_OK)
		result = choose_type(request, att_buf_str(&payload), &type, err);
	if (result != ATT_OK)
		goto out;
	att_buf_init(&message, max_message(type));
	add_header(&message, type, payload.len);
	att_buf_add(&message, att_buf_str(&payload));
	result = att_buf_ok(&message)
			 ? att_secret_sign_message(request->secret,
						   request->scheme
							   ? request->scheme
							   : att_key_scheme(att_secret_public(request->secret)),
						   kind, att_buf_str(&message), &signature, err)
			 : att_err_memory(err);
	if (result != ATT_OK)
		goto out;
	att_progress_add(file->progress, payload.len);
	write_envelope(w, att_buf_str(&payload), type, keyid, att_buf_str(&signature));
out:
	att_buf_clear(&payload);
	att_buf_clear(&message);
	att_buf_clear(&signature);
	return result;
}

static int sign(const struct att_sign_request *request, struct att_buf *out, struct att_err *err)
{
	const struct att_key *key = att_secret_public(request->secret);
	char keyid[ATT_DIGEST_TEXT + 1];
	struct att_json_writer w;
	att_digest_hex(att_key_fingerprint(key), keyid);
	att_json_begin(&w, out, true);
	int result = att_dsse_sign(request, att_key_digest(key), att_str_of(keyid), &w, err);
	att_buf_add_byte(out, '\n');
	return result != ATT_OK || att_buf_ok(out) ? result : att_err_memory(err);
}

const struct att_signature_format att_signature_format_dsse = {
	.name = "dsse",
	.suffix = ".intoto.jsonl",
	.recognise = recognise,
	.parse = parse,
	.plan = plan,
	.verify = verify,
	.sign = sign,
};
