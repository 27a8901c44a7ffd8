// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/banned.h"

void att_buf_init(struct att_buf *buf, size_t max)
{
	memset(buf, 0, sizeof *buf);
	buf->max = max;
}

void att_buf_clear(struct att_buf *buf)
{
	free(buf->data);
	att_buf_init(buf, buf->max);
}

void att_buf_wipe(struct att_buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->capacity);
	att_buf_clear(buf);
}

/* Makes room for `more` bytes and `spare` that will not be counted, so may lie past the ceiling. */
static char *reserve(struct att_buf *buf, size_t more, size_t spare)
{
	size_t need;
	if (buf->failed || more > buf->max - buf->len ||
	    __builtin_add_overflow(buf->len + more, spare, &need)) {
		buf->failed = true;
		return NULL;
	}
	if (need > buf->capacity || !buf->data) {
		size_t capacity = buf->capacity ? buf->capacity : 256;
		while (capacity < need)
			capacity = capacity <= buf->max / 2 ? capacity * 2 : need > buf->max ? need : buf->max;
		char *grown = realloc(buf->data, capacity);
		if (!grown) {
			buf->failed = buf->starved = true;
			return NULL;
		}
		buf->data = grown;
		buf->capacity = capacity;
	}
	return buf->data + buf->len;
}

char *att_buf_grow(struct att_buf *buf, size_t more)
{
	return reserve(buf, more, 0);
}

void att_buf_printf(struct att_buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *to = len >= 0 ? reserve(buf, (size_t)len, 1) : NULL;
	if (!to) {
		buf->failed = true;
		return;
	}
	va_start(args, format);
	vsnprintf(to, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}
