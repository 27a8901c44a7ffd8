// SPDX-License-Identifier: Apache-2.0
/* Between the two halves of the parser: statements and blocks, and expressions. */
#ifndef RELEASE_RUBY_PARSE_H
#define RELEASE_RUBY_PARSE_H

#include "release/ruby_internal.h"

/* Calls of the parser within each other, and the height of the tree that whoever walks it may meet. A bracket
 * takes about five, and a formula nests ten of them. */
#define RUBY_MAX_CALLS  1000
#define RUBY_MAX_HEIGHT 500

struct ruby_parser {
	struct release_ruby *ruby;
	struct att_arena *arena;
	struct att_err *err;
	int rc; /* not 0: give up. A NULL node without it: this is not understood, take it as opaque */
	uint32_t at;
	unsigned calls;
	unsigned no_do; /* a "do" here belongs to the call whose arguments these are */
};

/* ruby_parse.c */
struct release_ruby_node *release_ruby_statements(struct ruby_parser *p);
struct release_ruby_node *release_ruby_statement(struct ruby_parser *p);
struct release_ruby_node *release_ruby_block(struct ruby_parser *p); /* at "do" or "{" */
struct release_ruby_node *release_ruby_if(struct ruby_parser *p);    /* at "if", "unless", "elsif" */
struct release_ruby_node *release_ruby_def(struct ruby_parser *p);
struct release_ruby_node *release_ruby_opaque(struct ruby_parser *p, uint32_t from, uint32_t to);
struct release_ruby_node *release_ruby_make(struct ruby_parser *p, enum release_ruby_kind kind);
struct release_ruby_node *release_ruby_done(struct ruby_parser *p, struct release_ruby_node *n);
void release_ruby_adopt(struct release_ruby_node *parent, const struct release_ruby_node *child);
bool release_ruby_enter(struct ruby_parser *p);

/* ruby_expr.c */
struct release_ruby_node *release_ruby_expression(struct ruby_parser *p); /* without "and", "or", "not" */
struct release_ruby_node *release_ruby_condition(struct ruby_parser *p);  /* with them */
struct release_ruby_node *release_ruby_quoted(struct ruby_parser *p);     /* from its opening quote on */

static inline const struct release_ruby_token *ruby_now(const struct ruby_parser *p)
{
	return &p->ruby->tokens[p->at];
}

static inline struct att_str ruby_text(const struct ruby_parser *p, uint32_t token)
{
	return release_ruby_token_text(p->ruby, token);
}

static inline bool ruby_is_op(const struct ruby_parser *p, const char *op)
{
	return ruby_now(p)->kind == RUBY_T_OP && att_str_is(ruby_text(p, p->at), op);
}

static inline bool ruby_is_keyword(const struct ruby_parser *p, enum ruby_keyword keyword)
{
	return ruby_now(p)->kind == RUBY_T_KEYWORD && ruby_now(p)->keyword == keyword;
}

#endif
