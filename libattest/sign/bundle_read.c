// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/bundle.h"

#include "libattest/format/base64.h"

#include "libattest/base/banned.h"

/* ---- the schema: protos/sigstore_{bundle,common,rekor}.proto and DSSE's envelope.proto ---- */

enum type {
	STRING,
	BYTES,   /* base64 of either alphabet */
	INTEGER, /* 64 bits, never negative here; a string or a number */
	MESSAGE,
};

struct message;

struct field {
	const char *name;
	enum type type;
	unsigned most; /* above 0: a list of at most so many */
	unsigned oneof;
	const struct message *message;
};

struct message {
	const char *name;
	const struct field *fields; /* ends in one without a name */
};

/* sigstore-go takes as many of both; no tree of a log is deeper than 64. */
enum { MAX_ENTRIES = 32, MAX_CERTIFICATES = 16, MAX_HASHES = 64 };

static const struct field log_id_fields[] = {{.name = "keyId", .type = BYTES}, {0}};
static const struct message log_id = {"a log id", log_id_fields};

static const struct field kind_version_fields[] = {{.name = "kind"}, {.name = "version"}, {0}};
static const struct message kind_version = {"a kind and version", kind_version_fields};

static const struct field promise_fields[] = {{.name = "signedEntryTimestamp", .type = BYTES}, {0}};
static const struct message promise = {"an inclusion promise", promise_fields};

static const struct field checkpoint_fields[] = {{.name = "envelope"}, {0}};
static const struct message checkpoint = {"a checkpoint", checkpoint_fields};

static const struct field proof_fields[] = {
	{.name = "logIndex", .type = INTEGER},
	{.name = "rootHash", .type = BYTES},
	{.name = "treeSize", .type = INTEGER},
	{.name = "hashes", .type = BYTES, .most = MAX_HASHES},
	{.name = "checkpoint", .type = MESSAGE, .message = &checkpoint},
	{0},
};
static const struct message proof = {"an inclusion proof", proof_fields};

static const struct field entry_fields[] = {
	{.name = "logIndex", .type = INTEGER},
	{.name = "logId", .type = MESSAGE, .message = &log_id},
	{.name = "kindVersion", .type = MESSAGE, .message = &kind_version},
	{.name = "integratedTime", .type = INTEGER},
	{.name = "inclusionPromise", .type = MESSAGE, .message = &promise},
	{.name = "inclusionProof", .type = MESSAGE, .message = &proof},
	{.name = "canonicalizedBody", .type = BYTES},
	{0},
};
static const struct message entry = {"a log entry", entry_fields};

static const struct field timestamp_fields[] = {{.name = "signedTimestamp", .type = BYTES}, {0}};
static const struct message timestamp = {"a timestamp", timestamp_fields};

static const struct field timestamps_fields[] = {
	{.name = "rfc3161Timestamps", .type = MESSAGE, .most = MAX_ENTRIES, .message = &timestamp},
	{0},
};
static const struct message timestamps = {"timestamp data", timestamps_fields};

static const struct field public_key_fields[] = {{.name = "hint"}, {0}};
static const struct message public_key = {"a public key identifier", public_key_fields};

static const struct field certificate_fields[] = {{.name = "rawBytes", .type = BYTES}, {0}};
static const struct message certificate = {"a certificate", certificate_fields};

static const struct field chain_fields[] = {
	{.name = "certificates", .type = MESSAGE, .most = MAX_CERTIFICATES, .message = &certificate},
	{0},
};
static const struct message chain = {"a certificate chain", chain_fields};

static const struct field material_fields[] = {
	{.name = "publicKey", .type = MESSAGE, .oneof = 1, .message = &public_key},
	{.name = "x509CertificateChain", .type = MESSAGE, .oneof = 1, .message = &chain},
	{.name = "certificate", .type = MESSAGE, .oneof = 1, .message = &certificate},
	{.name = "tlogEntries", .type = MESSAGE, .most = MAX_ENTRIES, .message = &entry},
	{.name = "timestampVerificationData", .type = MESSAGE, .message = &timestamps},
	{0},
};
static const struct message material = {"verification material", material_fields};

static const struct field digest_fields[] = {{.name = "algorithm"}, {.name = "digest", .type = BYTES}, {0}};
static const struct message digest = {"a message digest", digest_fields};

static const struct field message_signature_fields[] = {
	{.name = "messageDigest", .type = MESSAGE, .message = &digest},
	{.name = "signature", .type = BYTES},
	{0},
};
static const struct message message_signature = {"a message signature", message_signature_fields};

static const struct field signature_fields[] = {{.name = "sig", .type = BYTES}, {.name = "keyid"}, {0}};
static const struct message signature = {"a signature", signature_fields};

static const struct field envelope_fields[] = {
	{.name = "payload", .type = BYTES},
	{.name = "payloadType"},
	{.name = "signatures", .type = MESSAGE, .most = 1, .message = &signature},
	{0},
};
static const struct message envelope = {"a DSSE envelope", envelope_fields};

static const struct field bundle_fields[] = {
	{.name = "mediaType"},
	{.name = "verificationMaterial", .type = MESSAGE, .message = &material},
	{.name = "messageSignature", .type = MESSAGE, .oneof = 1, .message = &message_signature},
	{.name = "dsseEnvelope", .type = MESSAGE, .oneof = 1, .message = &envelope},
	{0},
};
static const struct message bundle = {"a bundle", bundle_fields};

/* ---- checking against it ---- */

struct check {
	const struct att_source *source;
	struct att_err *err;
};

static int fail_kind(const struct check *c, const char *name, const char *wanted, const struct att_value *value)
{
	return att_source_err(c->source, c->err, ATT_ERR_MALFORMED, value->span,
			      "expected %s for \"%s\", found %s", wanted, name, att_value_kind_name(value));
}

static int check_bytes(const struct check *c, const char *name, const struct att_value *value)
{
	struct att_err why = {0};
	struct att_buf bytes;
	if (value->kind != ATT_STRING)
		return fail_kind(c, name, "base64", value);
	att_buf_init(&bytes, value->string.len);
	int result = att_base64_decode(value->string, ATT_BASE64_EITHER, name, &bytes, &why);
	att_buf_clear(&bytes);
	return result == ATT_OK ? ATT_OK
				: att_source_err(c->source, c->err, result, value->span, "%s", why.message);
}

static int check_integer(const struct check *c, const char *name, const struct att_value *value)
{
	uint64_t number;
	bool good = value->kind == ATT_INTEGER
			    ? !value->integer.negative && value->integer.magnitude <= INT64_MAX
			    : value->kind == ATT_STRING && att_str_to_uint(value->string, INT64_MAX, &number);
	return good ? ATT_OK : fail_kind(c, name, "an integer from 0 to 2^63-1", value);
}

static int check_message(const struct check *c, const struct message *message, const char *name,
			 const struct att_value *value);

static int check_one(const struct check *c, const struct field *field, const struct att_value *value)
{
	switch (field->type) {
	case STRING:
		return value->kind == ATT_STRING ? ATT_OK : fail_kind(c, field->name, "a string", value);
	case BYTES:
		return check_bytes(c, field->name, value);
	case INTEGER:
		return check_integer(c, field->name, value);
	case MESSAGE:
		break;
	}
	return check_message(c, field->message, field->name, value);
}

static int check_field(const struct check *c, const struct field *field, const struct att_value *value)
{
	int result = ATT_OK;
	if (field->most == 0)
		return check_one(c, field, value);
	if (value->kind != ATT_ARRAY)
		return fail_kind(c, field->name, "a list", value);
	if (value->count > field->most)
		return att_source_err(c->source, c->err, ATT_ERR_LIMIT, value->span,
				      "expected at most %u of \"%s\", found %u", field->most, field->name,
				      value->count);
	for (uint32_t i = 0; i < value->count && result == ATT_OK; i++)
		result = check_one(c, field, &value->items[i]);
	return result;
}

static const struct field *find_field(const struct message *message, struct att_str name)
{
	for (const struct field *field = message->fields; field->name; field++)
		if (att_str_is(name, field->name))
			return field;
	return NULL;
}

/* Recursion goes as deep as the schema, which has no cycle. */
static int check_message(const struct check *c, const struct message *message, const char *name,
			 const struct att_value *value)
{
	const char *chosen = NULL;
	int result = ATT_OK;
	if (value->kind != ATT_OBJECT)
		return fail_kind(c, name, "an object", value);
	for (uint32_t i = 0; i < value->count && result == ATT_OK; i++) {
		const struct att_member *member = &value->members[i];
		const struct field *field = find_field(message, member->key);
		if (!field)
			return att_source_err(c->source, c->err, ATT_ERR_MALFORMED, member->key_span,
					      "expected a member of %s, found \"%.*s\"", message->name,
					      ATT_STR_ARG(member->key));
		if (member->value.kind == ATT_NULL)
			continue;
		if (field->oneof && chosen)
			return att_source_err(c->source, c->err, ATT_ERR_MALFORMED, member->key_span,
					      "expected one of \"%s\" and \"%s\", found both", chosen,
					      field->name);
		if (field->oneof)
			chosen = field->name;
		result = check_field(c, field, &member->value);
	}
	return result;
}

static const char *const media_types[] = {
	"application/vnd.dev.sigstore.bundle.v0.3+json", "application/vnd.dev.sigstore.bundle+json;version=0.3",
	"application/vnd.dev.sigstore.bundle.v0.2+json", "application/vnd.dev.sigstore.bundle+json;version=0.2",
	"application/vnd.dev.sigstore.bundle.v0.1+json", "application/vnd.dev.sigstore.bundle+json;version=0.1",
};

int att_bundle_check(const struct att_source *source, const struct att_value *document, struct att_err *err)
{
	const struct check c = {source, err};
	const struct att_value *type;
	int result = att_value_want(source, document, "mediaType", ATT_STRING, true, &type, err);
	if (result != ATT_OK)
		return result;
	for (size_t i = 0; i < sizeof media_types / sizeof media_types[0]; i++)
		if (att_str_is(type->string, media_types[i]))
			return check_message(&c, &bundle, bundle.name, document);
	att_source_err(source, err, ATT_ERR_UNSUPPORTED, type->span,
		       "expected a bundle of version 0.1 to 0.3, found media type \"%.*s\"",
		       ATT_STR_ARG(type->string));
	return ATT_ERR_UNSUPPORTED;
}

const struct att_value *att_bundle_field(const struct att_value *message, const char *name)
{
	const struct att_value *value = att_value_get(message, name);
	return value && value->kind != ATT_NULL ? value : NULL;
}

int att_bundle_want(const struct att_source *source, const struct att_value *message, const char *name,
		    const struct att_value **out, struct att_err *err)
{
	*out = att_bundle_field(message, name);
	if (*out)
		return ATT_OK;
	return att_source_err(source, err, ATT_ERR_MALFORMED,
			      ((struct att_span){message->span.begin, message->span.begin + 1}),
			      "expected \"%s\" here, found none", name);
}
