// SPDX-License-Identifier: Apache-2.0
/* How the database holds advisories: numbers of 7 bits a byte, texts with their length before them (the bytes
 * are in docs/FORMATS.md). Reading believes nothing: every length, number and text is checked. */
#ifndef POLICY_DATABASE_CODEC_H
#define POLICY_DATABASE_CODEC_H

#include "libattest/base/buf.h"
#include "policy/advisory.h"

/* Appends all of an advisory but what it affects. */
void policy_encode_advisory(const struct policy_advisory *advisory, struct att_buf *out);

/* Appends one affected package; its ecosystem and the name that it is looked up by stand elsewhere. */
void policy_encode_affected(const struct policy_affected *affected, struct att_str key, struct att_buf *out);

void policy_encode_strings(const struct policy_strings *strings, struct att_buf *out);

/* Text points into `bytes`. Errors: ATT_ERR_MALFORMED for bytes that are not the encoding of something,
 * ATT_ERR_MEMORY. */
int policy_decode_advisory(struct att_str bytes, struct att_arena *arena, struct policy_advisory *out,
			   struct att_err *err) ATT_MUST_USE;

/* The packages, one or more, that stand behind each other in `bytes`. */
int policy_decode_affected(struct att_str bytes, struct att_str ecosystem, struct att_str key,
			   struct att_arena *arena, struct policy_affected **out, size_t *count,
			   struct att_err *err) ATT_MUST_USE;

int policy_decode_strings(struct att_str bytes, struct att_arena *arena, struct policy_strings *out,
			  struct att_err *err) ATT_MUST_USE;

#endif
