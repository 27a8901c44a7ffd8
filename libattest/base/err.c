// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "libattest/base/banned.h"

/* Messages quote untrusted input: what a terminal would obey must not pass. */
static void replace_controls(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c; c++)
		if (*c < 0x20 || *c == 0x7f)
			*c = '?';
}

static void format_into(char *out, size_t size, const char *format, va_list args)
{
	if (vsnprintf(out, size, format, args) < 0)
		out[0] = '\0';
	replace_controls(out);
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
		start(err, code);
		va_start(args, format);
		format_into(err->message, sizeof err->message, format, args);
		va_end(args);
		size_t used = strlen(err->message);
		const char *reason = strerrordesc_np(number);
		snprintf(err->message + used, sizeof err->message - used, ": %s",
			 reason ? reason : "unknown error");
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
