// SPDX-License-Identifier: Apache-2.0
/* Private to the PKGBUILD format: the commands of a bash script outside of its functions, without executing
 * any. */
#ifndef RELEASE_BASH_H
#define RELEASE_BASH_H

#include "libattest/base/base.h"

/* A word as it is written, quotes and expansions included. */
struct release_bash_word {
	struct att_span span;
	bool is_array; /* NAME=(...) or NAME+=(...): the words between the parentheses */
	struct release_bash_word *items;
	size_t count, capacity;
};

struct release_bash_command {
	struct release_bash_word *words; /* without redirections */
	size_t count;
	bool conditional; /* whether it is run, or in this shell, depends on something */
};

/* Told what stands outside of functions, in the order of the script. What is given is valid during the call. */
struct release_bash_visitor {
	void *context;
	int (*command)(void *context, const struct release_bash_command *command);
	int (*function)(void *context, struct att_str name);
	/* Something that may change any variable: a loop, arithmetic, a here-document, ... */
	int (*opaque)(void *context, struct att_span span);
};

/* Errors, with the place: ATT_ERR_MALFORMED for what bash would not parse; ATT_ERR_UNSUPPORTED for the few
 * things of which it is not certain how bash does; ATT_ERR_LIMIT for nesting beyond ATT_MAX_DEPTH or more than
 * ATT_MAX_VALUES words; ATT_ERR_MEMORY; what a visitor returns. */
int release_bash_read(const struct att_source *source, struct att_arena *arena,
		      const struct release_bash_visitor *visitor, struct att_err *err) ATT_MUST_USE;

/* The text of a span. */
struct att_str release_bash_text(const struct att_source *source, struct att_span span);

/* Bytes of the name that the text begins with, or 0. */
size_t release_bash_name(struct att_str text);

/* Could expanding the word, alone, change a variable? */
bool release_bash_may_assign(struct att_str word);

/* ---- the reader's own ---- */

enum { RELEASE_BASH_HEREDOCS = 16 };

struct release_bash_frame {
	char kind; /* '{' '(' '$' 'i' 'w' 'c' */
	bool is_function, in_pattern;
};

struct release_bash {
	const struct att_source *source;
	struct att_str text;
	size_t at;
	struct att_arena *arena;
	const struct release_bash_visitor *visitor;
	struct att_err *err;
	struct release_bash_frame frames[ATT_MAX_DEPTH];
	size_t depth;
	unsigned nesting; /* of quotes and expansions */
	unsigned quiet;   /* in how many functions and substitutions: nothing there is told */
	size_t words;
	struct {
		struct att_str delimiter;
		bool strip_tabs;
	} heredocs[RELEASE_BASH_HEREDOCS];
	size_t heredoc_count;
};

/* Reads the word at p->at, and what is nested in it. */
int release_bash_read_word(struct release_bash *p, struct release_bash_word *word);

/* Passes "((...))", standing behind the first two. */
int release_bash_skip_arithmetic(struct release_bash *p);

/* Passes blanks, line continuations, and a comment. */
void release_bash_skip_blanks(struct release_bash *p);

/* Reads commands up to the ")" that belongs to the "(" behind which p stands. */
int release_bash_read_substitution(struct release_bash *p);

int release_bash_fail(struct release_bash *p, int code, size_t at, const char *what);

/* What spans lines may not stand between a here-document's name and its text. */
int release_bash_fail_heredoc(struct release_bash *p);

static inline char release_bash_peek(const struct release_bash *p, size_t ahead)
{
	return ahead < p->text.len - p->at ? p->text.data[p->at + ahead] : '\0';
}

#endif
