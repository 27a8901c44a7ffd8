// SPDX-License-Identifier: Apache-2.0
/* Recorded exchanges, and the headers of answers. An exchange that is read comes out the same when it is
 * written and read again, without the value of a secret header; headers that are read hold nothing that is no
 * header. */
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/net/fetch_internal.h"
#include "libattest/net/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static int read_text(struct att_str text, struct att_arena *arena, struct att_exchange *x, struct att_err *err)
{
	struct att_source source;
	require(att_source_init(&source, arena, ATT_STR("x.json"), text, NULL) == ATT_OK);
	return att_exchange_parse(&source, arena, x, err);
}

static void round_trip(const struct att_exchange *x)
{
	struct att_arena arena = {0};
	struct att_buf once, twice;
	struct att_exchange again;
	struct att_err err;
	att_buf_init(&once, 64 << 20);
	att_buf_init(&twice, 64 << 20);
	att_exchange_write(x, &once);
	require(att_buf_ok(&once) && read_text(att_buf_str(&once), &arena, &again, &err) == ATT_OK);
	require(again.header_count == x->header_count && again.answer.status == x->answer.status);
	require(again.error.code == x->error.code && again.body == x->body &&
		again.answer.date == x->answer.date);
	require(att_str_equal(again.url, x->url) && att_str_equal(again.answer.etag, x->answer.etag));
	att_exchange_write(&again, &twice);
	require(att_str_equal(att_buf_str(&once), att_buf_str(&twice)));
	att_buf_clear(&once);
	att_buf_clear(&twice);
	att_arena_clear(&arena);
}

static void read_headers(struct att_str text)
{
	struct att_arena arena = {0};
	struct att_fetch_fields fields;
	struct att_err err = {.code = ATT_OK};
	struct att_str rest = text, line;
	bool is_good = true;
	while (is_good && rest.data && att_str_split(&rest, '\n', &line))
		is_good = line.len == 0 || att_fetch_line_is_good(line);
	if (!is_good)
		return;
	int status = att_fetch_read_fields(text, 1790000000, &arena, &fields, &err);
	require(status == ATT_OK || err.code == status);
	if (status == ATT_OK) {
		const struct att_str texts[] = {fields.etag, fields.link, fields.www_authenticate,
						fields.location};
		require(fields.status >= 100 && fields.status <= 599 && fields.date >= 0);
		require(fields.retry_after <= ATT_FETCH_LONGEST_RETRY &&
			!(fields.is_chunked && fields.has_length));
		for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
			for (size_t k = 0; k < texts[i].len; k++)
				require((unsigned char)texts[i].data[k] < 0x80 && texts[i].data[k] != '\n' &&
					texts[i].data[k] != '\0');
	}
	att_arena_clear(&arena);
}

/* What was cleared of secrets has none that a second look would find. */
static void redact(struct att_str text)
{
	struct att_buf once, twice;
	att_buf_init(&once, text.len);
	att_buf_init(&twice, text.len);
	att_net_redact(text, false, &once);
	att_net_redact(att_buf_str(&once), false, &twice);
	require(att_buf_ok(&once) && att_buf_ok(&twice));
	require(att_str_equal(att_buf_str(&once), att_buf_str(&twice)));
	att_buf_clear(&once);
	att_buf_clear(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_str text = {(const char *)data, size};
	struct att_exchange x;
	struct att_err err = {.code = ATT_OK};
	int status = read_text(text, &arena, &x, &err);
	require(status == ATT_OK || (err.code == status && err.message[0]));
	if (status == ATT_OK)
		round_trip(&x);
	redact(text);
	att_arena_clear(&arena);
	read_headers(text);
	return 0;
}
