// SPDX-License-Identifier: Apache-2.0
/* attest-inspect: signatures that are no JSON. */
#include "cmd/inspect.h"
#include "libattest/format/base64.h"
#include "libattest/sign/signature.h"
#include "libattest/sign/ssh.h"

#include "libattest/base/banned.h"

static const char *scheme_name(enum att_scheme scheme)
{
	static const char *const names[] = {
		[ATT_SCHEME_NONE] = "",
		[ATT_SCHEME_ED25519] = "Ed25519",
		[ATT_SCHEME_ED25519PH] = "Ed25519ph",
		[ATT_SCHEME_ECDSA] = "ECDSA",
		[ATT_SCHEME_RSA_PKCS1] = "RSA PKCS#1 v1.5",
		[ATT_SCHEME_RSA_PSS] = "RSA PSS",
	};
	return names[scheme];
}

/* minisign prints its number as one of 64 bits that is stored with its lowest byte first, in capitals. */
static void add_number(struct inspect_document *d, struct att_str number)
{
	static const char digits[] = "0123456789ABCDEF";
	char text[2 * ATT_KEY_NUMBER];
	if (number.len != ATT_KEY_NUMBER)
		return;
	for (size_t i = 0; i < ATT_KEY_NUMBER; i++) {
		unsigned byte = (unsigned char)number.data[ATT_KEY_NUMBER - 1 - i];
		text[2 * i] = digits[byte >> 4];
		text[2 * i + 1] = digits[byte & 15];
	}
	inspect_text(&d->arena, d->root, "key_number",
		     att_arena_copy(&d->arena, (struct att_str){text, sizeof text}));
}

/* The key inside of an SSH signature, as "ssh-keygen -l" names it. */
static void add_ssh_key(struct inspect_document *d, struct att_str blob)
{
	struct att_str rest = blob, type;
	struct att_digest digest;
	struct att_buf text;
	if (blob.len == 0 || !att_ssh_take(&rest, &type) ||
	    att_digest_bytes(ATT_SHA256, blob, &digest, NULL) != ATT_OK)
		return;
	inspect_text(&d->arena, d->root, "key_type", type);
	att_buf_init(&text, 256);
	att_buf_add(&text, ATT_STR("SHA256:"));
	att_base64_encode(att_digest_str(&digest), &text);
	while (text.len > 0 && text.data[text.len - 1] == '=')
		text.len--;
	inspect_text(&d->arena, d->root, "key_fingerprint", att_arena_copy(&d->arena, att_buf_str(&text)));
	att_buf_clear(&text);
}

static void show(struct inspect_document *d, const struct att_signature *signature)
{
	bool ssh = signature->key_blob.len > 0;
	inspect_text(&d->arena, d->root, "scheme", att_str_of(scheme_name(signature->scheme)));
	inspect_text(&d->arena, d->root, "digest_algorithm",
		     att_str_of(signature->digest_kind ? att_digest_name(signature->digest_kind) : NULL));
	add_number(d, signature->key_hint);
	if (ssh)
		add_ssh_key(d, signature->key_blob);
	inspect_text(&d->arena, d->root, "namespace", signature->name_space);
	if (att_str_is(att_str_of(signature->format->name), "minisign"))
		inspect_flag(&d->arena, d->root, "prehashed", !signature->legacy);
	/* minisign calls it trusted, which it is when the signature holds. */
	inspect_text(&d->arena, d->root, "comment", signature->trusted_comment);
	inspect_number(&d->arena, d->root, "signature_size", signature->bytes.len);
}

void inspect_signature(struct inspect_document *d)
{
	struct att_err err = {0};
	size_t count = 0;
	struct att_signature *signatures =
		att_arena_alloc(&d->arena, ATT_MAX_SIGNATURES_IN_FILE, sizeof *signatures);
	int status = signatures ? att_signature_parse(&d->source, &d->arena, signatures, &count, &err)
				: att_err_memory(&err);
	if (status == ATT_OK)
		d->root = att_arena_alloc(&d->arena, 1, sizeof *d->root);
	if (status != ATT_OK || !d->root) {
		inspect_fail(d, &d->source, &err);
		return;
	}
	d->root->kind = INSPECT_GROUP;
	inspect_text(&d->arena, d->root, "file", att_str_of(d->path));
	inspect_text(&d->arena, d->root, "kind", att_str_of(signatures[0].format->name));
	/* A bare one that can be read in two ways has no scheme of its own. */
	if (count > 1)
		signatures[0].scheme = ATT_SCHEME_NONE;
	show(d, &signatures[0]);
}
