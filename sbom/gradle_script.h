// SPDX-License-Identifier: Apache-2.0
/* The words of a Gradle script, Groovy or Kotlin: enough to find what is written literally, without ever
 * evaluating anything. */
#ifndef SBOM_GRADLE_SCRIPT_H
#define SBOM_GRADLE_SCRIPT_H

#include "libattest/base/base.h"

/* Besides these, a token's kind is its character: "{", "(", ",", "=", ... */
enum { GRADLE_WORD = 256, GRADLE_STRING, GRADLE_LINE_END };

struct sbom_gradle_token {
	int kind;
	struct att_str text; /* of a word (dots included) or string (as written, escapes kept) */
	struct att_span span;
	bool interpolated; /* a string with "$" that Gradle would replace */
};

/* All tokens without comments, in `arena`. A string that does not end stops at the end of its line, as
 * slashy strings and other things that are not understood may hold quotes. Errors: ATT_ERR_MALFORMED for
 * bytes that are not UTF-8, ATT_ERR_LIMIT above ATT_MAX_VALUES tokens, ATT_ERR_MEMORY. */
int sbom_gradle_tokens(const struct att_source *source, struct att_arena *arena,
		       struct sbom_gradle_token **tokens, size_t *count, struct att_err *err) ATT_MUST_USE;

#endif
