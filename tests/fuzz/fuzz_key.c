// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/sign/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define check(condition) ((condition) ? (void)0 : abort())

typedef int (*parse_fn)(struct att_str bytes, struct att_str name, const struct att_key_options *options,
			struct att_key **out, struct att_err *err);

/* What is written of a key is the same key, and is written the same way again. */
static void check_again(const struct att_key *key, struct att_buf *text)
{
	struct att_key *again;
	struct att_err err = {0};
	check(att_buf_ok(text));
	check(att_key_parse(att_buf_str(text), ATT_STR(""), NULL, &again, &err) == ATT_OK);
	check(att_key_equal(key, again));
	att_key_free(again);
	att_buf_clear(text);
}

static void check_key(const struct att_key *key)
{
	struct att_buf text;
	struct att_err err = {0};
	struct att_key *again;
	char kind[32];
	att_buf_init(&text, 1 << 20);
	att_key_describe(key, kind);
	check(strlen(kind) <= 16);
	att_key_write_pem(key, &text);
	check_again(key, &text);
	check(att_key_write_ssh(key, ATT_STR("fuzz"), &text, &err) == ATT_OK);
	check_again(key, &text);
	att_key_write_ssh_blob(key, &text);
	check(att_key_of_ssh(att_buf_str(&text), ATT_STR(""), NULL, &again, &err) == ATT_OK);
	check(att_key_equal(key, again));
	att_key_free(again);
	att_buf_clear(&text);
	if (att_key_kind(key) == ATT_KEY_ED25519) {
		check(att_key_write_minisign(key, &text, &err) == ATT_OK);
		check_again(key, &text);
		check(att_key_write_signify(key, ATT_STR("fuzz"), &text, &err) == ATT_OK);
		check_again(key, &text);
	}
}

static void check_parser(parse_fn parse, struct att_str bytes, struct att_str signature)
{
	struct att_key *key;
	struct att_err err = {0};
	int result = parse(bytes, ATT_STR("fuzz"), NULL, &key, &err);
	check((result == ATT_OK) == (key != NULL) && result == err.code);
	if (!key) {
		check(err.message[0]);
		return;
	}
	check_key(key);
	for (int scheme = ATT_SCHEME_NONE; scheme <= ATT_SCHEME_RSA_PSS; scheme++) {
		enum att_outcome outcome = att_key_verify_message(key, (enum att_scheme)scheme, ATT_SHA256,
								  ATT_STR("fuzz"), signature, &err);
		check(outcome == ATT_REFUTED || outcome == ATT_CANNOT_TELL);
	}
	att_key_free(key);
}

/* No bytes are a signature of these keys over that message. */
static void check_signature(struct att_str signature)
{
	static const char p256[] = "-----BEGIN PUBLIC KEY-----\n"
				   "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKw0cd0rTxkvgDLF2Au6mI2Xga6R6\n"
				   "cHWQpCKcf2oFtrOTMSkqJCYq63Lk7uTFFepRj6wMaASeScK2qyDs2e9ITA==\n"
				   "-----END PUBLIC KEY-----\n";
	static const char ed25519[] = "RWTMI9mIm04T/FLcput3l92DdLkASDkIZh7pLTB0WMGVtcrvbtHC4R9E";
	check_parser(att_key_parse, ATT_STR(p256), signature);
	check_parser(att_key_parse, ATT_STR(ed25519), signature);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str bytes = {(const char *)data, size};
	check_parser(att_key_parse, bytes, bytes);
	check_parser(att_key_of_spki, bytes, bytes);
	check_parser(att_key_of_ssh, bytes, bytes);
	check_signature(bytes);
	return 0;
}
