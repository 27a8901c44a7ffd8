// SPDX-License-Identifier: Apache-2.0
/* attest-inspect: bundles, envelopes, and signatures that are no JSON. */
#include "cmd/inspect.h"
#include "libattest/base/time.h"
#include "libattest/format/base64.h"
#include "libattest/sign/bundle.h"
#include "libattest/sign/dsse.h"
#include "libattest/statement/provenance.h"

#include "libattest/base/banned.h"

int inspect_fail(struct inspect_document *d, const struct att_source *source, const struct att_err *err)
{
	struct att_err placed = *err;
	/* A line of a file stands where it stands in the file. */
	if (source == &d->source && d->line > 0 && placed.place.line > 0) {
		placed.place.line += d->line - 1;
		placed.place.end_line += d->line - 1;
	} else if (source == &d->source && d->line > 0) {
		placed.place = (struct att_place){d->line, 1, d->line, 2};
	}
	att_findings_add_err(&d->run->findings, source->path, source == &d->source ? d->whole : source,
			     &placed);
	return err->code;
}

void inspect_warn(struct inspect_document *d, const struct att_source *source, const char *lead,
		  const struct att_err *err)
{
	struct att_findings *findings = &d->run->findings;
	struct att_err told;
	size_t count = findings->count;
	att_err_set_at(&told, err->code, err->place, "%s: %s", lead, err->message);
	att_err_help(&told, "%s", err->help);
	inspect_fail(d, source, &told);
	findings->errors--;
	findings->warnings++;
	if (findings->count > count)
		findings->items[count].severity = ATT_WARNING;
}

static void begin(struct inspect_document *d, const char *kind)
{
	d->root = att_arena_alloc(&d->arena, 1, sizeof *d->root);
	if (!d->root)
		return;
	d->root->kind = INSPECT_GROUP;
	inspect_text(&d->arena, d->root, "file", att_str_of(d->path));
	if (d->line > 0)
		inspect_number(&d->arena, d->root, "line", d->line);
	inspect_text(&d->arena, d->root, "kind", att_str_of(kind));
}

static struct inspect_node *add(struct inspect_document *d, struct inspect_node *parent, enum inspect_kind kind,
				const char *name)
{
	return inspect_add(&d->arena, parent, kind, name);
}

static void text(struct inspect_document *d, struct inspect_node *parent, const char *name,
		 struct att_str value)
{
	inspect_text(&d->arena, parent, name, value);
}

static void digest(struct inspect_document *d, struct inspect_node *parent, const char *name,
		   const struct att_digest *value)
{
	char hex[ATT_DIGEST_TEXT + 1];
	if (value->kind == ATT_DIGEST_NONE)
		return;
	att_digest_hex(value, hex);
	text(d, parent, name,
	     ATT_ARENA_JOIN(&d->arena, att_str_of(att_digest_name(value->kind)), ATT_STR(":"),
			    att_str_of(hex)));
}

static int payload(struct inspect_document *d, const struct att_signature *signature)
{
	d->has_payload = true;
	d->payload = signature->payload;
	text(d, d->root, "payload_type", signature->payload_type);
	inspect_number(&d->arena, d->root, "payload_size", signature->payload.len);
	digest(d, d->root, "payload_digest", &signature->claimed);
	return inspect_payload(d, d->root, signature->payload,
			       att_str_is(signature->payload_type, ATT_STATEMENT_MEDIA_TYPE));
}

/* ---- envelopes ---- */

static int show_envelope(struct inspect_document *d, const struct att_value *envelope, struct att_err *err)
{
	size_t count = 0;
	struct att_signature *signatures =
		att_arena_alloc(&d->arena, ATT_MAX_SIGNATURES_IN_FILE, sizeof *signatures);
	if (!signatures)
		return att_err_memory(err);
	begin(d, "dsse");
	int status = att_dsse_read(&d->source, envelope, &d->arena, signatures, ATT_MAX_SIGNATURES_IN_FILE,
				   &count, err);
	if (status != ATT_OK)
		return status;
	struct inspect_node *list = inspect_list(&d->arena, d->root, "signatures", count);
	for (size_t i = 0; i < count; i++) {
		struct inspect_node *item = add(d, list, INSPECT_GROUP, NULL);
		text(d, item, "keyid", signatures[i].key_hint);
		inspect_number(&d->arena, item, "size", signatures[i].bytes.len);
	}
	(void)payload(d, &signatures[0]); /* reported */
	return ATT_OK;
}

/* ---- bundles ---- */

static int decode(struct inspect_document *d, const struct att_value *value, struct att_str *out,
		  struct att_err *err)
{
	struct att_buf bytes;
	struct att_str encoded = att_value_text(value);
	att_buf_init(&bytes, encoded.len);
	int status = att_base64_decode(encoded, ATT_BASE64_EITHER, "the bytes", &bytes, err);
	*out = att_arena_copy(&d->arena, att_buf_str(&bytes));
	att_buf_clear(&bytes);
	return status == ATT_OK && !out->data ? att_err_memory(err) : status;
}

static int show_signer(struct inspect_document *d, const struct att_value *material, struct att_err *err)
{
	const struct att_value *key = att_bundle_field(material, "publicKey");
	const struct att_value *one = att_bundle_field(material, "certificate");
	const struct att_value *chain =
		att_bundle_field(att_bundle_field(material, "x509CertificateChain"), "certificates");
	int status = ATT_OK;
	if (key)
		text(d, d->root, "key_hint", att_value_text(att_bundle_field(key, "hint")));
	struct inspect_node *list =
		one || chain ? inspect_list(&d->arena, d->root, "certificates", one ? 1 : chain->count) : NULL;
	for (uint32_t i = 0; status == ATT_OK && i < (one ? 1 : chain ? chain->count : 0); i++) {
		struct att_str der;
		status = decode(d, att_bundle_field(one ? one : &chain->items[i], "rawBytes"), &der, err);
		if (status == ATT_OK)
			inspect_certificate(d, add(d, list, INSPECT_GROUP, NULL), der);
	}
	return status;
}

/* An integer of proto's JSON, which may stand in a string. */
static bool take_integer(const struct att_value *value, uint64_t *out)
{
	if (value && value->kind == ATT_INTEGER)
		*out = value->integer.magnitude;
	return value && (value->kind == ATT_INTEGER || att_str_to_uint(att_value_text(value), INT64_MAX, out));
}

static void show_time(struct inspect_document *d, struct inspect_node *parent, const char *name,
		      uint64_t seconds)
{
	const uint64_t end_of_9999 = UINT64_C(253402300799);
	char written[ATT_TIME_TEXT + 1];
	if (seconds == 0 || seconds > end_of_9999)
		return;
	att_time_format((int64_t)seconds, written);
	text(d, parent, name, att_arena_copy(&d->arena, att_str_of(written)));
}

static void show_entries(struct inspect_document *d, const struct att_value *material)
{
	const struct att_value *entries = att_bundle_field(material, "tlogEntries");
	const struct att_value *stamps =
		att_bundle_field(att_bundle_field(material, "timestampVerificationData"), "rfc3161Timestamps");
	inspect_number(&d->arena, d->root, "timestamps", stamps ? stamps->count : 0);
	struct inspect_node *list =
		inspect_list(&d->arena, d->root, "log_entries", entries ? entries->count : 0);
	for (uint32_t i = 0; entries && i < entries->count; i++) {
		const struct att_value *entry = &entries->items[i],
				       *kind = att_bundle_field(entry, "kindVersion");
		struct inspect_node *item = add(d, list, INSPECT_GROUP, NULL);
		uint64_t number;
		if (take_integer(att_bundle_field(entry, "logIndex"), &number))
			inspect_number(&d->arena, item, "index", number);
		text(d, item, "entry_kind", att_value_text(att_bundle_field(kind, "kind")));
		text(d, item, "entry_version", att_value_text(att_bundle_field(kind, "version")));
		if (take_integer(att_bundle_field(entry, "integratedTime"), &number))
			show_time(d, item, "integrated_time", number);
		inspect_flag(&d->arena, item, "inclusion_proof", att_bundle_field(entry, "inclusionProof"));
		inspect_flag(&d->arena, item, "inclusion_promise", att_bundle_field(entry, "inclusionPromise"));
	}
}

static int show_message(struct inspect_document *d, const struct att_value *message, struct att_err *err)
{
	const struct att_value *claimed = att_bundle_field(message, "messageDigest");
	struct att_str bytes = {NULL, 0};
	text(d, d->root, "digest_algorithm", att_value_text(att_bundle_field(claimed, "algorithm")));
	int status = decode(d, att_bundle_field(claimed, "digest"), &bytes, err);
	if (status == ATT_OK && bytes.len > 0)
		inspect_encoded(&d->arena, d->root, "digest", bytes, att_hex_encode);
	if (status == ATT_OK)
		status = decode(d, att_bundle_field(message, "signature"), &bytes, err);
	inspect_number(&d->arena, d->root, "signature_size", bytes.len);
	return status;
}

static int show_bundle(struct inspect_document *d, const struct att_value *document, struct att_err *err)
{
	const struct att_value *material, *message;
	struct att_signature signature;
	size_t count = 0;
	begin(d, "bundle");
	int status = att_bundle_check(&d->source, document, err);
	if (status == ATT_OK)
		status = att_bundle_want(&d->source, document, "verificationMaterial", &material, err);
	if (status != ATT_OK)
		return status;
	const struct att_value *envelope = att_bundle_field(document, "dsseEnvelope");
	text(d, d->root, "media_type", att_value_text(att_value_get(document, "mediaType")));
	status = show_signer(d, material, err);
	show_entries(d, material);
	if (status == ATT_OK && envelope) {
		status = att_dsse_read(&d->source, envelope, &d->arena, &signature, 1, &count, err);
		if (status == ATT_OK) {
			text(d, d->root, "keyid", signature.key_hint);
			inspect_number(&d->arena, d->root, "signature_size", signature.bytes.len);
			(void)payload(d, &signature); /* reported */
		}
	} else if (status == ATT_OK) {
		status = att_bundle_want(&d->source, document, "messageSignature", &message, err);
		if (status == ATT_OK)
			status = show_message(d, message, err);
	}
	return status;
}

/* ---- anything ---- */

static bool is_bundle(const struct att_value *document)
{
	return att_value_get(document, "verificationMaterial") ||
	       att_str_starts(att_value_text(att_value_get(document, "mediaType")),
			      ATT_STR("application/vnd.dev.sigstore.bundle"));
}

static int refuse_json(struct inspect_document *d, const struct att_value *document, struct att_err *err)
{
	bool old = att_value_get(document, "base64Signature") != NULL;
	att_source_err(
		&d->source, err, ATT_ERR_UNSUPPORTED,
		((struct att_span){document->span.begin, document->span.begin + 1}),
		old ? "expected a Sigstore bundle, found the file that cosign wrote before there were any"
		    : "expected a bundle, an envelope, a statement or an SBOM, found other JSON");
	if (!old)
		att_err_help(err, "jq shows any JSON");
	return ATT_ERR_UNSUPPORTED;
}

static int read_json(struct inspect_document *d, struct att_err *err)
{
	struct att_value *document = att_arena_alloc(&d->arena, 1, sizeof *document);
	if (!document)
		return att_err_memory(err);
	int status = att_json_parse(&d->source, &d->arena, document, err);
	if (status != ATT_OK)
		return status;
	if (is_bundle(document))
		return show_bundle(d, document, err);
	if (att_value_get(document, "payloadType") || att_value_get(document, "payload"))
		return show_envelope(d, document, err);
	if (att_value_get(document, "_type") || att_value_get(document, "bomFormat") ||
	    att_value_get(document, "spdxVersion") || att_value_get(document, "@graph")) {
		int known = ATT_OK;
		begin(d, att_value_get(document, "_type") ? "statement" : "sbom");
		d->has_payload = true;
		d->payload = d->source.text;
		if (inspect_known(d, d->root, &d->source, document, &known))
			return ATT_OK; /* what was wrong is reported */
		d->root = NULL;
		d->has_payload = false;
	}
	return refuse_json(d, document, err);
}

void inspect_read(struct inspect_document *d)
{
	struct att_err err = {0};
	size_t errors = d->run->findings.errors;
	struct att_str start = att_str_trim(d->source.text);
	if (att_str_starts(start, ATT_STR("{"))) {
		if (read_json(d, &err) != ATT_OK)
			inspect_fail(d, &d->source, &err);
	} else {
		inspect_signature(d);
	}
	if (d->arena.failed) {
		att_err_memory(&err);
		inspect_fail(d, &d->source, &err);
	}
	d->run->failed += d->run->findings.errors > errors;
}
