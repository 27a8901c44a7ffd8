// SPDX-License-Identifier: Apache-2.0
/* Asking an npm registry: what the channel and its parts share. */
#include <stdarg.h>
#include <stdio.h>

#include "release/npm_internal.h"

#include "libattest/base/banned.h"

void release_npm_add(const struct npm *n, struct att_str item, enum release_verdict verdict,
		     struct att_str expected, struct att_str found, const char *reason)
{
	release_look_add(n->look, item, verdict, expected, found, att_str_of(reason));
}

struct att_str release_npm_url(const struct npm *n, const char *format, ...)
{
	char text[1024];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	struct att_str out = {NULL, 0};
	if (length > 0 && (size_t)length < sizeof text)
		out = ATT_ARENA_JOIN(n->arena, n->registry, (struct att_str){text, (size_t)length});
	n->look->verdicts->failed |= !out.data;
	return out.data ? out : ATT_STR("");
}

bool release_npm_fetch_time(const struct npm *n, struct att_str item, struct release_npm_time *out)
{
	struct att_arena scratch = {0};
	struct att_source source;
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	*out = (struct release_npm_time){.is_known = false};
	struct att_str url = release_npm_url(n, "/%.*s", ATT_STR_ARG(n->escaped));
	int status =
		release_look_fetch(n->look, url, "application/json", false, ATT_MAX_DOCUMENT, &answer, &err);
	bool is_there = status == ATT_OK && answer.status == 200;
	bool is_missing = status == ATT_OK && (answer.status == 404 || answer.status == 410);
	if (is_there)
		status =
			att_source_init(&source, &scratch, ATT_STR("package"), att_buf_str(&answer.body), &err);
	if (is_there && status == ATT_OK)
		status = release_npm_read_time(&source, n->version, &scratch, out, &err);
	if (status != ATT_OK)
		release_look_fail(n->look, item, &err);
	else if (!is_there && !is_missing)
		release_look_status(n->look, item, &answer);
	att_fetch_answer_clear(&answer);
	att_arena_clear(&scratch);
	return status == ATT_OK && (is_there || is_missing);
}
