// SPDX-License-Identifier: Apache-2.0
/* Between the files of the Ruby parser. */
#ifndef RELEASE_RUBY_INTERNAL_H
#define RELEASE_RUBY_INTERNAL_H

#include "libattest/base/map.h"
#include "release/ruby.h"

enum ruby_keyword {
	RUBY_K_NONE,
	RUBY_K_ALIAS,
	RUBY_K_AND,
	RUBY_K_BEGIN,
	RUBY_K_BREAK,
	RUBY_K_CASE,
	RUBY_K_CLASS,
	RUBY_K_DEF,
	RUBY_K_DEFINED,
	RUBY_K_DO,
	RUBY_K_ELSE,
	RUBY_K_ELSIF,
	RUBY_K_END,
	RUBY_K_ENSURE,
	RUBY_K_FALSE,
	RUBY_K_FOR,
	RUBY_K_IF,
	RUBY_K_IN,
	RUBY_K_MODULE,
	RUBY_K_NEXT,
	RUBY_K_NIL,
	RUBY_K_NOT,
	RUBY_K_OR,
	RUBY_K_REDO,
	RUBY_K_RESCUE,
	RUBY_K_RETRY,
	RUBY_K_RETURN,
	RUBY_K_SELF,
	RUBY_K_SUPER,
	RUBY_K_THEN,
	RUBY_K_TRUE,
	RUBY_K_UNDEF,
	RUBY_K_UNLESS,
	RUBY_K_UNTIL,
	RUBY_K_WHEN,
	RUBY_K_WHILE,
	RUBY_K_YIELD,
	RUBY_K_FILE, /* __FILE__, __LINE__, __ENCODING__, __method__ is none */
	RUBY_K_HOOK, /* BEGIN, END */
};

/* What Ruby's own lexer keeps in its state: what may stand next. */
enum ruby_state {
	RUBY_BEG,   /* a value */
	RUBY_MID,   /* a value, or a modifier: after "return" */
	RUBY_ARG,   /* an operator, or the first argument of a call without parentheses */
	RUBY_AFTER, /* an operator */
	RUBY_FNAME, /* a method's name, after "def" */
	RUBY_DOT,   /* a method's name, after "." */
};

/* What a name is here: a use, or a parameter that becomes a variable. */
enum ruby_names { RUBY_NAMES_USED, RUBY_NAMES_DEFINED, RUBY_NAMES_OF_LAMBDA };

enum ruby_nest_kind { RUBY_IN_BRACKET, RUBY_IN_KEYWORD, RUBY_IN_INSERT, RUBY_IN_QUOTE, RUBY_IN_HEREDOC };

struct ruby_nest {
	enum ruby_nest_kind kind;
	uint32_t token;
	bool awaits_do;   /* a loop whose "do" is not a block's */
	bool inserts;     /* #{...} counts */
	bool may_label;   /* "...": would be a label */
	char open, close; /* of a quote; open is 0 when it is like close */
	unsigned level;
	struct att_str id; /* of a heredoc */
	bool is_indented;
	size_t resume; /* where the code after a heredoc's "<<ID" goes on */
};

struct ruby_lexer {
	struct release_ruby *ruby;
	struct att_arena *arena;
	struct att_err *err;
	struct att_str text;
	size_t at;
	size_t heredoc; /* where the next heredoc's text begins; 0: at the next line */
	enum ruby_state state;
	bool is_spaced, no_label;
	enum ruby_names names;
	int def_phase;      /* 1: after its name, 2: in its parentheses, 3: after them */
	uint32_t def_paren; /* the "(" of phase 2 */
	uint32_t def_token;
	struct ruby_nest nest[ATT_MAX_DEPTH + 1];
	size_t depth;
	struct att_map locals; /* names that may be local variables */
};

/* Fills ruby->tokens. */
int release_ruby_lex(struct release_ruby *ruby, struct att_arena *arena, struct att_err *err) ATT_MUST_USE;

/* ruby_quote.c: everything between quotes. */
int release_ruby_lex_quoted(struct ruby_lexer *lexer) ATT_MUST_USE;
int release_ruby_begin_quote(struct ruby_lexer *lexer, size_t from, size_t to, char quote,
			     char close) ATT_MUST_USE;
/* Is there the beginning of a heredoc? Then it is begun. */
int release_ruby_begin_heredoc(struct ruby_lexer *lexer, bool *is) ATT_MUST_USE;
int release_ruby_begin_percent(struct ruby_lexer *lexer, bool *is) ATT_MUST_USE;

/* ruby_lex.c */
int release_ruby_push(struct ruby_lexer *lexer, enum release_ruby_token_kind kind, size_t from,
		      size_t to) ATT_MUST_USE;
int release_ruby_nest(struct ruby_lexer *lexer, enum ruby_nest_kind kind) ATT_MUST_USE;
int release_ruby_note_local(struct ruby_lexer *lexer, struct att_str name) ATT_MUST_USE;
int release_ruby_refuse(struct ruby_lexer *lexer, int code, size_t from, size_t to,
			const char *what) ATT_MUST_USE;
bool release_ruby_is_name(char c);
void release_ruby_pair(struct ruby_lexer *lexer, uint32_t a, uint32_t b);
bool release_ruby_op_is(const struct ruby_lexer *lexer, const struct release_ruby_token *token, const char *op);
bool release_ruby_is_method_name(const struct ruby_lexer *lexer, size_t token);

/* ruby_word.c */
int release_ruby_lex_name(struct ruby_lexer *lexer) ATT_MUST_USE;
int release_ruby_lex_method_name(struct ruby_lexer *lexer, size_t to) ATT_MUST_USE;
int release_ruby_lex_variable(struct ruby_lexer *lexer) ATT_MUST_USE;
int release_ruby_lex_number(struct ruby_lexer *lexer) ATT_MUST_USE;
int release_ruby_lex_symbol(struct ruby_lexer *lexer) ATT_MUST_USE;
bool release_ruby_is_local(const struct ruby_lexer *lexer); /* may the last token be a variable? */
size_t release_ruby_operator_len(struct att_str rest);

#endif
