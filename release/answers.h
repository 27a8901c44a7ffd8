// SPDX-License-Identifier: Apache-2.0
/* What other repositories answered to git while a release was looked at, so that the same can be told again
 * without them: the file align.json in a folder of recorded exchanges. docs/FORMATS.md has the format. */
#ifndef RELEASE_ANSWERS_H
#define RELEASE_ANSWERS_H

#include "libattest/base/arena.h"
#include "libattest/base/buf.h"
#include "libattest/base/source.h"

enum { RELEASE_ANSWER_WORDS = 4 };

/* An answer has a commit and bytes, or an error, which may come with a commit. */
struct release_answer {
	const char *question; /* "refs" or "remote-file" */
	struct att_str words[RELEASE_ANSWER_WORDS];
	size_t word_count;
	struct att_str commit, bytes;
	int code; /* of the error; ATT_OK: none */
	struct att_str message, help;
	uint32_t times; /* that it came, one after another */
	uint32_t used;  /* how often it was given again */
};

struct release_answers {
	struct att_arena arena; /* owns all text */
	struct release_answer *items;
	size_t count, capacity;
	uint32_t *rounds; /* how often each release was looked at */
	size_t round_count, round_capacity;
	int64_t time; /* when all this was */
};

/* Reads the text; *out is the caller's for release_answers_clear in any case. Errors, with the place:
 * ATT_ERR_MALFORMED; ATT_ERR_UNSUPPORTED for another version; ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int release_answers_parse(const struct att_source *source, struct release_answers *out,
			  struct att_err *err) ATT_MUST_USE;
void release_answers_write(const struct release_answers *answers, struct att_buf *out);
void release_answers_clear(struct release_answers *answers);

/* Adds a copy of what was answered, without users and passwords in URLs. `used` and `times` are not looked at.
 * Errors: ATT_ERR_MEMORY, ATT_ERR_LIMIT. */
int release_answers_add(struct release_answers *answers, const struct release_answer *answer,
			struct att_err *err) ATT_MUST_USE;
int release_answers_add_round(struct release_answers *answers, uint32_t looks,
			      struct att_err *err) ATT_MUST_USE;

/* The next answer to the question, in the order that they came in. NULL: none is left. */
const struct release_answer *release_answers_take(struct release_answers *answers, const char *question,
						  const struct att_str *words, size_t count);

#endif
