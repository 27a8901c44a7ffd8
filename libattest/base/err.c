// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

/* Messages quote untrusted input: what a terminal would obey, or what is no text, must not pass. `cut`
 * says that the end may stand in the middle of a character. */
static void clean(char *text, bool cut)
{
	struct att_str rest = att_str_of(text);
	char *to = text;
	while (rest.len > 0) {
		uint32_t c;
		size_t len = att_utf8_decode(rest, &c);
		if (len == 0 && cut && rest.len < 4 && (unsigned char)rest.data[0] >= 0xc2)
			break;
		if (len == 0 || att_utf8_is_hostile(c)) {
			*to++ = '?';
		} else {
			memmove(to, rest.data, len);
			to += len;
		}
		rest = att_str_from(rest, len ? len : 1);
	}
	*to = '\0';
}

static void format_into(char *out, size_t size, const char *format, va_list args)
{
	int len = vsnprintf(out, size, format, args);
	if (len < 0)
		out[0] = '\0';
	clean(out, len >= 0 && (size_t)len >= size);
}

static void start(struct att_err *err, int code)
{
	memset(err, 0, sizeof *err);
	err->code = code;
}

int att_err_set(struct att_err *err, int code, const char *format, ...)
{
	if (err) {
		va_list args;
		start(err, code);
		va_start(args, format);
		format_into(err->message, sizeof err->message, format, args);
		va_end(args);
	}
	return code;
}

int att_err_set_at(struct att_err *err, int code, struct att_place place, const char *format, ...)
{
	if (err) {
		va_list args;
		start(err, code);
		err->place = place;
		va_start(args, format);
		format_into(err->message, sizeof err->message, format, args);
		va_end(args);
	}
	return code;
}

int att_err_set_errno(struct att_err *err, int number, const char *format, ...)
{
	int code = number == ENOMEM ? ATT_ERR_MEMORY : number == ENOENT ? ATT_ERR_NOT_FOUND : ATT_ERR_IO;
	if (err) {
		va_list args;
		const char *reason = strerrordesc_np(number);
		if (!reason)
			reason = "unknown error";
		start(err, code);
		va_start(args, format);
		/* Room for the reason, however long the path in front of it. */
		format_into(err->message, sizeof err->message - strlen(reason) - 2, format, args);
		va_end(args);
		size_t used = strlen(err->message);
		snprintf(err->message + used, sizeof err->message - used, ": %s", reason);
	}
	return code;
}

void att_err_help(struct att_err *err, const char *format, ...)
{
	if (!err)
		return;
	va_list args;
	va_start(args, format);
	format_into(err->help, sizeof err->help, format, args);
	va_end(args);
}

int att_err_memory(struct att_err *err)
{
	return att_err_set(err, ATT_ERR_MEMORY, "out of memory");
}
