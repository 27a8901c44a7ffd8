// SPDX-License-Identifier: Apache-2.0
/* Errors: why something could not be done. A verdict ("signature wrong", "license denied") is not an error
 * and never travels in here. Functions that can fail return 0 or a negative ATT_ERR_* and describe it in a
 * caller-owned struct att_err. */
#ifndef ATT_BASE_ERR_H
#define ATT_BASE_ERR_H

#include <stddef.h>
#include <stdint.h>

#define ATT_MUST_USE                        __attribute__((warn_unused_result))
#define ATT_PRINTF(format_index, first_arg) __attribute__((format(printf, format_index, first_arg)))

enum att_err_code {
	ATT_OK = 0,
	ATT_ERR_MEMORY = -1,      /* out of memory */
	ATT_ERR_MALFORMED = -2,   /* input breaks its format */
	ATT_ERR_UNSUPPORTED = -3, /* input is well-formed, but a version or feature that we do not know */
	ATT_ERR_LIMIT = -4,       /* a ceiling of limits.h was reached */
	ATT_ERR_IO = -5,          /* the operating system refused; message carries its reason */
	ATT_ERR_NOT_FOUND = -6,   /* no such file or entry */
	ATT_ERR_USAGE = -7,       /* the caller's request makes no sense */
	ATT_ERR_REFUSED = -8,     /* could be done, but must not (symlink out of the root, overwriting, ...) */
};

/* A stretch of a source text. Lines and columns count from 1, columns in characters (code points);
 * line 0 means "no place". end_column is the column after the last character. */
struct att_place {
	uint32_t line, column, end_line, end_column;
};

struct att_err {
	int code; /* enum att_err_code */
	struct att_place place;
	char message[512]; /* what was expected and what was found; one line, no final stop */
	char help[256];    /* what to do next; may be empty */
};

/* Fills *err (may be NULL) and returns `code`, so that a function can end with `return att_err_set(...)`.
 * The message is cut at its capacity between characters; what is no UTF-8 in it, and characters that
 * att_utf8_is_hostile names, become "?". */
int att_err_set(struct att_err *err, int code, const char *format, ...) ATT_PRINTF(3, 4);

/* The same, for a stretch of input. */
int att_err_set_at(struct att_err *err, int code, struct att_place place, const char *format, ...)
	ATT_PRINTF(4, 5);

/* The same, ending in ": " and the text of errno value `number`. ENOMEM gives ATT_ERR_MEMORY, ENOENT
 * ATT_ERR_NOT_FOUND, everything else ATT_ERR_IO. */
int att_err_set_errno(struct att_err *err, int number, const char *format, ...) ATT_PRINTF(3, 4);

/* Adds what to do next to an error that is set. */
void att_err_help(struct att_err *err, const char *format, ...) ATT_PRINTF(2, 3);

/* Out of memory. */
int att_err_memory(struct att_err *err);

#endif
