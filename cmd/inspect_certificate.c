// SPDX-License-Identifier: Apache-2.0
/* attest-inspect: what a certificate says about whom it is for. */
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "cmd/inspect.h"
#include "libattest/base/time.h"
#include "libattest/format/base64.h"
#include "libattest/format/der.h"
#include "libattest/sign/digest.h"

#include "libattest/base/banned.h"

/* Fulcio's extensions (sigstore/fulcio, docs/oid-info.md): a UTF8String in DER from 8 on, bare text before. */
static const struct {
	const char *oid, *name;
	bool bare;
} claims[] = {
	{"1.3.6.1.4.1.57264.1.1", "issuer_before_v2", true},
	{"1.3.6.1.4.1.57264.1.8", "identity_issuer", false},
	{"1.3.6.1.4.1.57264.1.9", "build_signer", false},
	{"1.3.6.1.4.1.57264.1.11", "runner_environment", false},
	{"1.3.6.1.4.1.57264.1.12", "source", false},
	{"1.3.6.1.4.1.57264.1.13", "source_digest", false},
	{"1.3.6.1.4.1.57264.1.14", "source_ref", false},
	{"1.3.6.1.4.1.57264.1.20", "trigger", false},
	{"1.3.6.1.4.1.57264.1.21", "invocation", false},
};

/* Nothing of OpenSSL's says by itself whether it was the certificate or memory. */
static void look_at_errors(struct inspect_document *d)
{
	for (unsigned long error; (error = ERR_get_error());)
		d->arena.failed |= ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
}

static void add_text(struct inspect_document *d, struct inspect_node *parent, const char *name,
		     const ASN1_STRING *string)
{
	const struct att_str text = {(const char *)ASN1_STRING_get0_data(string),
				     (size_t)ASN1_STRING_length(string)};
	inspect_text(&d->arena, parent, name, att_arena_copy(&d->arena, text));
}

static void add_names(struct inspect_document *d, struct inspect_node *parent, const X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	struct inspect_node *list =
		names ? inspect_list(&d->arena, parent, "identities", (size_t)sk_GENERAL_NAME_num(names))
		      : NULL;
	for (int i = 0; list && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		if (name->type == GEN_URI || name->type == GEN_EMAIL || name->type == GEN_DNS)
			add_text(d, list, NULL, name->d.ia5);
		else
			inspect_text(&d->arena, list, NULL, ATT_STR("a name of another kind"));
	}
	GENERAL_NAMES_free(names);
}

static void add_claims(struct inspect_document *d, struct inspect_node *parent, const X509 *certificate)
{
	for (int i = 0; i < X509_get_ext_count(certificate); i++) {
		X509_EXTENSION *extension = X509_get_ext(certificate, i);
		const ASN1_OCTET_STRING *data = X509_EXTENSION_get_data(extension);
		struct att_str rest = {(const char *)ASN1_STRING_get0_data(data),
				       (size_t)ASN1_STRING_length(data)};
		struct att_str text;
		char oid[64];
		if (OBJ_obj2txt(oid, sizeof oid, X509_EXTENSION_get_object(extension), 1) <= 0)
			continue;
		for (size_t j = 0; j < sizeof claims / sizeof claims[0]; j++) {
			if (strcmp(oid, claims[j].oid) != 0)
				continue;
			if (claims[j].bare)
				text = rest;
			else if (!att_der_take(&rest, ATT_DER_UTF8_STRING, &text) || rest.len > 0)
				continue;
			inspect_text(&d->arena, parent, claims[j].name, att_arena_copy(&d->arena, text));
		}
	}
}

static void add_time(struct inspect_document *d, struct inspect_node *parent, const char *name,
		     const ASN1_TIME *time)
{
	struct tm tm;
	if (!time || ASN1_TIME_to_tm(time, &tm) != 1)
		return;
	inspect_text(&d->arena, parent, name,
		     att_arena_printf(&d->arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
				      tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec));
}

static void add_issuer(struct inspect_document *d, struct inspect_node *parent, const X509 *certificate)
{
	char *line = X509_NAME_oneline(X509_get_issuer_name(certificate), NULL, 0);
	inspect_text(&d->arena, parent, "issuer", att_arena_copy(&d->arena, att_str_of(line)));
	OPENSSL_free(line);
}

void inspect_certificate(struct inspect_document *d, struct inspect_node *parent, struct att_str der)
{
	const unsigned char *at = (const unsigned char *)der.data;
	struct att_digest digest;
	if (att_digest_bytes(ATT_SHA256, der, &digest, NULL) == ATT_OK)
		inspect_encoded(&d->arena, parent, "sha256", att_digest_str(&digest), att_hex_encode);
	ERR_clear_error();
	X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
	if (!certificate) {
		inspect_text(&d->arena, parent, "unreadable", ATT_STR("no X.509 certificate in DER"));
		look_at_errors(d);
		return;
	}
	add_names(d, parent, certificate);
	add_claims(d, parent, certificate);
	add_issuer(d, parent, certificate);
	add_time(d, parent, "not_before", X509_get0_notBefore(certificate));
	add_time(d, parent, "not_after", X509_get0_notAfter(certificate));
	X509_free(certificate);
	look_at_errors(d);
}
