// SPDX-License-Identifier: Apache-2.0
/* What the files of minisign and signify have in common: lines of comment and lines of base64. */
#ifndef ATT_SIGN_COMMENT_FILE_H
#define ATT_SIGN_COMMENT_FILE_H

#include "libattest/sign/signature.h"

enum { ATT_COMMENT_SIGNATURE = 2 + ATT_KEY_NUMBER + ATT_ED25519_SIGNATURE };

/* The algorithm's two letters, the key's number, the signature. */
struct att_comment_signature {
	char algorithm[2];
	uint8_t number[ATT_KEY_NUMBER];
	uint8_t signature[ATT_ED25519_SIGNATURE];
};

struct att_comment_file {
	const struct att_source *source;
	struct att_str rest;
};

/* Takes the next line, which `what` names in messages and which begins with `prefix`; *line is what follows
 * that. LF or CR LF ends a line; the last one may do without when `open_end`. Errors: ATT_ERR_MALFORMED when
 * there is no line, another beginning, or no end; ATT_ERR_LIMIT for more than `max` characters in all. */
int att_comment_file_line(struct att_comment_file *file, const char *what, struct att_str prefix, size_t max,
			  bool open_end, struct att_str *line, struct att_err *err) ATT_MUST_USE;

/* Decodes a line of base64 into exactly `size` bytes, which are kept in `arena`. */
int att_comment_file_bytes(const struct att_comment_file *file, struct att_str line, const char *what,
			   size_t size, struct att_arena *arena, struct att_str *out,
			   struct att_err *err) ATT_MUST_USE;

/* Nothing may follow. `help` may be NULL. */
int att_comment_file_end(const struct att_comment_file *file, const char *help,
			 struct att_err *err) ATT_MUST_USE;

/* The place of a part of the file's text. */
struct att_span att_comment_file_span(const struct att_comment_file *file, struct att_str part);

/* Appends a line of base64: the algorithm's letters, the key's number, the signature. */
void att_comment_file_write(const char *algorithm, const struct att_key *key, struct att_str signature,
			    struct att_buf *out);

/* May the key have made it? It has to be an Ed25519 key, with the same number if it has any. */
bool att_comment_file_fits(const struct att_signature *signature, const struct att_key *key);

/* Refuses a comment that cannot stand on a line: line ends, other controls but tabs, what is no UTF-8, what a
 * terminal might obey. `what` names it. Errors: ATT_ERR_USAGE; ATT_ERR_LIMIT beyond `max` bytes. */
int att_comment_check(struct att_str comment, const char *what, size_t max, struct att_err *err) ATT_MUST_USE;

/* The part of a path behind its last slash. */
struct att_str att_comment_base_name(const char *path);

#endif
