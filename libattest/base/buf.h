// SPDX-License-Identifier: Apache-2.0
/* A growing byte buffer that is born with a ceiling. */
#ifndef ATT_BASE_BUF_H
#define ATT_BASE_BUF_H

#include "libattest/base/str.h"

struct att_buf {
	char *data; /* owned; NULL while empty */
	size_t len, capacity;
	size_t max;   /* never grows past this */
	bool failed;  /* an append did not fit or memory was out; sticks until clear */
	bool starved; /* memory was out; sticks likewise */
};

/* An empty buffer that holds at most `max` bytes. */
void att_buf_init(struct att_buf *buf, size_t max);

/* Frees the bytes; the buffer is empty and usable again with the same ceiling. */
void att_buf_clear(struct att_buf *buf);

/* The same for bytes that nobody may find in freed memory. Growing leaves copies behind that this does not
 * reach: reserve all the room before the first secret byte. */
void att_buf_wipe(struct att_buf *buf);

static inline bool att_buf_ok(const struct att_buf *buf)
{
	return !buf->failed;
}

/* A view of the bytes, valid until the next append. */
static inline struct att_str att_buf_str(const struct att_buf *buf)
{
	return (struct att_str){buf->data, buf->len};
}

/* Makes room for `more` bytes and returns where they go; the caller adds to len what it wrote. NULL (and
 * failed) when that passes the ceiling or memory is out. */
char *att_buf_grow(struct att_buf *buf, size_t more);

static inline char *att_buf_reserve(struct att_buf *buf, size_t more)
{
	if (buf->failed || !buf->data || more > buf->capacity - buf->len || more > buf->max - buf->len)
		return att_buf_grow(buf, more);
	return buf->data + buf->len;
}

/* Appends never fail one by one: they set `failed`, and the bytes are then incomplete. Check
 * att_buf_ok once, before the bytes are used. */
static inline void att_buf_add(struct att_buf *buf, struct att_str bytes)
{
	char *to = bytes.len ? att_buf_reserve(buf, bytes.len) : NULL;
	if (to) {
		memcpy(to, bytes.data, bytes.len);
		buf->len += bytes.len;
	}
}

static inline void att_buf_add_byte(struct att_buf *buf, char byte)
{
	char *to = att_buf_reserve(buf, 1);
	if (to) {
		*to = byte;
		buf->len++;
	}
}

void att_buf_printf(struct att_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
