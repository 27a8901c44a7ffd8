// SPDX-License-Identifier: Apache-2.0
/* Keys as OpenSSH writes them: one line of type, base64 of a blob, comment. The blob is RFC 4253 section 6.6
 * for RSA, RFC 5656 section 3.1 for ECDSA, RFC 8709 section 4 for Ed25519. */
#include "libattest/base/limits.h"
#include "libattest/format/base64.h"
#include "libattest/sign/key_internal.h"
#include "libattest/sign/ssh.h"

#include "libattest/base/banned.h"

#define ED25519 ATT_STR("ssh-ed25519")
#define ECDSA   ATT_STR("ecdsa-sha2-")
#define RSA     ATT_STR("ssh-rsa")

static int malformed(struct att_err *err, const char *expected)
{
	return att_err_set(err, ATT_ERR_MALFORMED, "expected %s in the OpenSSH key, found other bytes",
			   expected);
}

static int read_ecdsa(struct att_str blob, struct att_str type, struct att_str name, struct att_key **out,
		      struct att_err *err)
{
	struct att_str curve, point, named = att_str_from(type, ECDSA.len);
	if (!att_ssh_take(&blob, &curve) || !att_str_equal(curve, named))
		return malformed(err, "the curve that its type names");
	if (!att_ssh_take(&blob, &point) || blob.len != 0)
		return malformed(err, "one point, and nothing behind it,");
	return att_key_of_point(att_str_is(curve, "nistp256") ? ATT_KEY_P256 : ATT_KEY_P384, point, name, out,
				err);
}

static int unsupported(struct att_str type, struct att_err *err)
{
	struct att_str short_type = att_str_first(type, 80);
	if (att_str_ends(type, ATT_STR("-cert-v01@openssh.com")))
		return att_err_set(
			err, ATT_ERR_UNSUPPORTED,
			"expected an OpenSSH key, found a certificate (%.*s), which is not supported",
			ATT_STR_ARG(short_type));
	if (att_str_starts(type, ATT_STR("sk-")))
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected an OpenSSH key, found one of a security key (%.*s), which is not "
				   "supported",
				   ATT_STR_ARG(short_type));
	return att_err_set(
		err, ATT_ERR_UNSUPPORTED,
		"expected ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384 or ssh-rsa, found %.*s",
		ATT_STR_ARG(short_type));
}

int att_key_of_ssh(struct att_str blob, struct att_str name, const struct att_key_options *options,
		   struct att_key **out, struct att_err *err)
{
	struct att_str type, a, b;
	*out = NULL;
	if (!att_ssh_take(&blob, &type) || type.len == 0)
		return malformed(err, "a type");
	if (att_str_equal(type, ED25519)) {
		if (!att_ssh_take(&blob, &a) || a.len != ATT_ED25519_KEY || blob.len != 0)
			return malformed(err, "a point of 32 bytes, and nothing behind it,");
		return att_key_of_ed25519((const uint8_t *)a.data, NULL, name, out, err);
	}
	if (att_str_is(type, "ecdsa-sha2-nistp256") || att_str_is(type, "ecdsa-sha2-nistp384"))
		return read_ecdsa(blob, type, name, out, err);
	if (att_str_equal(type, RSA)) {
		if (!att_ssh_take_unsigned(&blob, &a) || !att_ssh_take_unsigned(&blob, &b) || blob.len != 0)
			return malformed(err, "an exponent and a modulus, and nothing behind them,");
		return att_key_of_rsa(b, a, name, options, out, err);
	}
	return unsupported(type, err);
}

bool att_key_ssh_recognise(struct att_str text)
{
	return att_str_starts(text, ATT_STR("ssh-")) || att_str_starts(text, ECDSA) ||
	       att_str_starts(text, ATT_STR("sk-ssh-")) || att_str_starts(text, ATT_STR("sk-ecdsa-"));
}

int att_key_parse_ssh(struct att_str text, struct att_str name, const struct att_key_options *options,
		      struct att_key **out, struct att_err *err)
{
	static const struct att_place second = {2, 1, 2, 1};
	struct att_str rest = text, line, type, base64, inner, blob;
	struct att_buf bytes;
	*out = NULL;
	att_str_split(&rest, '\n', &line);
	if (rest.len > 0)
		return att_err_set_at(err, ATT_ERR_MALFORMED, second,
				      "expected one OpenSSH key on one line, found another line");
	if (att_str_ends(line, ATT_STR("\r")))
		line.len--;
	att_buf_init(&bytes, ATT_MAX_KEY_FILE);
	if (!att_str_split(&line, ' ', &type) || !att_str_split(&line, ' ', &base64) || base64.len == 0)
		return malformed(err, "a type, one space, and base64");
	int result = att_base64_decode(base64, ATT_BASE64, "the OpenSSH key", &bytes, err);
	if (result != ATT_OK)
		goto out;
	blob = att_buf_str(&bytes);
	if (!att_ssh_take(&blob, &inner) || !att_str_equal(inner, type)) {
		result = malformed(err, "the type that stands before its base64");
		goto out;
	}
	result = att_key_of_ssh(att_buf_str(&bytes), name, options, out, err);
out:
	att_buf_clear(&bytes);
	return result;
}

struct att_str att_key_ssh_type(const struct att_key *key)
{
	if (key->kind == ATT_KEY_ED25519)
		return ED25519;
	if (key->kind == ATT_KEY_RSA)
		return RSA;
	return key->kind == ATT_KEY_P256 ? ATT_STR("ecdsa-sha2-nistp256") : ATT_STR("ecdsa-sha2-nistp384");
}

void att_key_write_ssh_blob(const struct att_key *key, struct att_buf *out)
{
	struct att_str type = att_key_ssh_type(key);
	att_ssh_write(type, out);
	if (key->kind == ATT_KEY_RSA) {
		att_ssh_write_unsigned(key->exponent, out);
		att_ssh_write_unsigned(key->modulus, out);
		return;
	}
	if (key->kind != ATT_KEY_ED25519)
		att_ssh_write(att_str_from(type, ECDSA.len), out);
	att_ssh_write(key->point, out);
}

int att_key_write_ssh(const struct att_key *key, struct att_str comment, struct att_buf *out,
		      struct att_err *err)
{
	struct att_buf blob;
	int result = att_key_check_comment(comment, err);
	if (result != ATT_OK)
		return result;
	att_buf_init(&blob, ATT_MAX_KEY_FILE);
	att_key_write_ssh_blob(key, &blob);
	if (!att_buf_ok(&blob)) {
		att_buf_clear(&blob);
		return att_err_memory(err);
	}
	att_buf_add(out, att_key_ssh_type(key));
	att_buf_add_byte(out, ' ');
	att_base64_encode(att_buf_str(&blob), out);
	if (comment.len > 0)
		att_buf_add_byte(out, ' ');
	att_buf_add(out, comment);
	att_buf_add_byte(out, '\n');
	att_buf_clear(&blob);
	return ATT_OK;
}
