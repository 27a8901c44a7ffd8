// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/limits.h"
#include "libattest/format/base64.h"
#include "libattest/format/pem.h"
#include "libattest/sign/key_internal.h"

#include "libattest/base/banned.h"

int att_key_check_comment(struct att_str comment, struct att_err *err)
{
	if (comment.len > ATT_MAX_KEY_COMMENT)
		return att_err_set(err, ATT_ERR_LIMIT, "expected a comment of at most %zu bytes, found %zu",
				   ATT_MAX_KEY_COMMENT, comment.len);
	for (size_t i = 0; i < comment.len; i++) {
		if ((uint8_t)comment.data[i] < ' ' || comment.data[i] == 0x7f)
			return att_err_set(err, ATT_ERR_USAGE,
					   "expected a comment without control characters, found one");
	}
	return ATT_OK;
}

void att_key_write_pem(const struct att_key *key, struct att_buf *out)
{
	att_pem_encode(ATT_STR("PUBLIC KEY"), att_key_spki(key), out);
}

/* What minisign and signify have in common: "Ed", the key number, the point. */
static int write_numbered(const struct att_key *key, struct att_buf *out)
{
	uint8_t bytes[2 + ATT_KEY_NUMBER + ATT_ED25519_KEY] = "Ed";
	memcpy(bytes + 2, key->numbered ? key->number : key->fingerprint.bytes, ATT_KEY_NUMBER);
	memcpy(bytes + 2 + ATT_KEY_NUMBER, key->point.data, ATT_ED25519_KEY);
	att_base64_encode((struct att_str){(const char *)bytes, sizeof bytes}, out);
	att_buf_add_byte(out, '\n');
	return ATT_OK;
}

static int check_ed25519(const struct att_key *key, const char *format, struct att_err *err)
{
	char kind[32];
	if (key->kind == ATT_KEY_ED25519)
		return ATT_OK;
	att_key_describe(key, kind);
	return att_err_set(err, ATT_ERR_UNSUPPORTED,
			   "expected an Ed25519 key, which is all that %s knows, found %s", format, kind);
}

int att_key_write_minisign(const struct att_key *key, struct att_buf *out, struct att_err *err)
{
	int result = check_ed25519(key, "minisign", err);
	if (result != ATT_OK)
		return result;
	const uint8_t *number = key->numbered ? key->number : key->fingerprint.bytes;
	uint64_t id = 0;
	for (size_t i = ATT_KEY_NUMBER; i-- > 0;)
		id = id << 8 | number[i];
	att_buf_printf(out, "untrusted comment: minisign public key %016llX\n", (unsigned long long)id);
	return write_numbered(key, out);
}

int att_key_write_signify(const struct att_key *key, struct att_str comment, struct att_buf *out,
			  struct att_err *err)
{
	int result = check_ed25519(key, "signify", err);
	if (result == ATT_OK)
		result = att_key_check_comment(comment, err);
	if (result != ATT_OK)
		return result;
	att_buf_add(out, ATT_STR("untrusted comment: "));
	att_buf_add(out, comment.len > 0 ? comment : ATT_STR("signify public key"));
	att_buf_add_byte(out, '\n');
	return write_numbered(key, out);
}
