// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/format/base64.h"
#include "libattest/format/pem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define check(condition) ((condition) ? (void)0 : abort())

/* What is decoded is encoded as it was: there is one encoding for everything. */
static void check_base64(struct att_str text)
{
	struct att_err err = {0};
	struct att_buf bytes, again;
	att_buf_init(&bytes, 1 << 20);
	att_buf_init(&again, 1 << 20);
	int result = att_base64_decode(text, ATT_BASE64, "it", &bytes, &err);
	check(result == ATT_OK ? att_buf_ok(&bytes) : err.code == result && err.message[0] && bytes.len == 0);
	if (result == ATT_OK) {
		att_base64_encode(att_buf_str(&bytes), &again);
		check(att_str_equal(att_buf_str(&again), text));
	}
	bool strict = result == ATT_OK;
	att_buf_clear(&bytes);
	result = att_base64_decode(text, ATT_BASE64_EITHER, "it", &bytes, &err);
	check(!strict || result == ATT_OK);
	att_buf_clear(&bytes);
	att_buf_clear(&again);
}

static void check_block(const struct att_pem *pem)
{
	struct att_err err = {0};
	struct att_buf bytes, text, again;
	struct att_pem other;
	att_buf_init(&bytes, 1 << 20);
	att_buf_init(&text, 1 << 20);
	att_buf_init(&again, 1 << 20);
	check(pem->label.len > 0 && pem->body.len > 0);
	if (att_pem_decode(pem, &bytes, &err) == ATT_OK) {
		att_pem_encode(pem->label, att_buf_str(&bytes), &text);
		struct att_str rest = att_buf_str(&text);
		check(att_pem_next(&rest, false, &other, &err) == 1 && rest.len == 0);
		check(att_str_equal(other.label, pem->label) && other.headers.len == 0);
		check(att_pem_decode(&other, &again, &err) == ATT_OK);
		check(att_str_equal(att_buf_str(&bytes), att_buf_str(&again)));
	} else {
		check(err.code == ATT_ERR_MALFORMED && err.message[0]);
	}
	att_buf_clear(&bytes);
	att_buf_clear(&text);
	att_buf_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str text = {(const char *)data, size};
	check_base64(text);
	for (int explained = 0; explained < 2; explained++) {
		struct att_str rest = text;
		struct att_pem pem;
		struct att_err err = {0};
		int result;
		while ((result = att_pem_next(&rest, explained, &pem, &err)) == 1)
			check_block(&pem);
		check(result == 0 ? rest.len == 0 : result == err.code && err.place.line > 0);
	}
	return 0;
}
