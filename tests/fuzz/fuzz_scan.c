// SPDX-License-Identifier: Apache-2.0
/* The state of a scan. What is accepted comes out the same when it is written and read again; and whatever
 * names it holds, an issue's title stays one line, and its body begins with the whole marker. */
#include <stdlib.h>
#include <string.h>

#include "policy/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static int read_text(struct att_str text, struct att_arena *arena, struct policy_scan_state *state,
		     struct att_err *err)
{
	struct att_source source;
	require(att_source_init(&source, arena, ATT_STR("scan.json"), text, NULL) == ATT_OK);
	return policy_scan_state_parse(&source, state, err);
}

static void write(const struct policy_scan_state *state, struct att_buf *out)
{
	const struct policy_scan nothing = {.count = 0};
	require(policy_scan_state_write(&nothing, state, NULL, 0, out, NULL) == ATT_OK);
}

static void show(const struct policy_scan_told *told)
{
	struct policy_scan_place place = {.project = told->project,
					  .component = told->package,
					  .package = told->package,
					  .file = told->project,
					  .fix = told->project};
	const struct policy_scan_matter matter = {.id = told->advisory,
						  .marker = told->advisory,
						  .title = told->project,
						  .url = told->project,
						  .kind = "vulnerability",
						  .places = &place,
						  .count = 1};
	struct att_buf out;
	att_buf_init(&out, 1 << 26);
	policy_scan_title(&matter, &out);
	require(att_buf_ok(&out) && out.len <= POLICY_SCAN_TITLE && !memchr(out.data, '\n', out.len));
	att_buf_clear(&out);
	policy_scan_body(&matter, &out);
	struct att_str body = att_buf_str(&out);
	require(att_buf_ok(&out) && att_str_starts(body, ATT_STR("<!-- attest policy scan: ")));
	size_t line = att_str_find_byte(body, '\n');
	require(line != ATT_STR_NONE && att_str_ends(att_str_first(body, line), ATT_STR(" -->")));
	att_buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct policy_scan_state first = {0}, second = {0};
	struct att_buf once, twice;
	struct att_err err = {0};
	att_buf_init(&once, 1 << 26);
	att_buf_init(&twice, 1 << 26);
	if (read_text((struct att_str){(const char *)data, size}, &arena, &first, &err) == ATT_OK) {
		write(&first, &once);
		require(read_text(att_buf_str(&once), &arena, &second, NULL) == ATT_OK);
		write(&second, &twice);
		require(att_str_equal(att_buf_str(&once), att_buf_str(&twice)));
		for (size_t i = 0; i < first.count; i++)
			show(&first.told[i]);
	} else {
		require(err.message[0] && err.place.line > 0);
	}
	policy_scan_state_clear(&second);
	policy_scan_state_clear(&first);
	att_buf_clear(&once);
	att_buf_clear(&twice);
	att_arena_clear(&arena);
	return 0;
}
