// SPDX-License-Identifier: Apache-2.0
/* Statements. What is not understood is passed by its brackets and "end"s, which the lexer paired, and stays in
 * the tree as an opaque statement. No token is looked at more than a few times. */
#include "release/ruby_parse.h"

#include "libattest/base/banned.h"

bool release_ruby_enter(struct ruby_parser *p)
{
	if (p->calls++ < RUBY_MAX_CALLS)
		return true;
	p->rc = att_source_err(p->ruby->source, p->err, ATT_ERR_LIMIT,
			       ((struct att_span){ruby_now(p)->begin, ruby_now(p)->end}),
			       "this nests too deeply");
	return false;
}

struct release_ruby_node *release_ruby_make(struct ruby_parser *p, enum release_ruby_kind kind)
{
	struct release_ruby_node *n = att_arena_alloc(p->arena, 1, sizeof *n);
	if (!n) {
		p->rc = att_err_memory(p->err);
		return NULL;
	}
	n->kind = kind;
	n->token = p->at;
	return n;
}

void release_ruby_adopt(struct release_ruby_node *parent, const struct release_ruby_node *child)
{
	if (child && child->height >= parent->height)
		parent->height = (uint16_t)(child->height + 1);
}

/* Ends a node before the token where the parser stands. */
struct release_ruby_node *release_ruby_done(struct ruby_parser *p, struct release_ruby_node *n)
{
	const struct release_ruby_token *tokens = p->ruby->tokens;
	if (!n || p->rc != ATT_OK)
		return NULL;
	n->token_end = p->at;
	release_ruby_adopt(n, n->left);
	release_ruby_adopt(n, n->right);
	n->span.begin = tokens[n->token].begin;
	n->span.end = n->token_end > n->token ? tokens[n->token_end - 1].end : tokens[n->token].begin;
	if (n->span.end < n->span.begin) /* a heredoc's text stands behind what follows it */
		n->span.end = tokens[n->token].end;
	if (n->height <= RUBY_MAX_HEIGHT)
		return n;
	p->rc = att_source_err(p->ruby->source, p->err, ATT_ERR_LIMIT, n->span, "this nests too deeply");
	return NULL;
}

struct release_ruby_node *release_ruby_opaque(struct ruby_parser *p, uint32_t from, uint32_t to)
{
	p->at = to;
	struct release_ruby_node *n = release_ruby_make(p, RUBY_OPAQUE);
	if (n)
		n->token = from;
	return release_ruby_done(p, n);
}

static bool ends_body(const struct ruby_parser *p)
{
	const struct release_ruby_token *token = ruby_now(p);
	if (token->kind == RUBY_T_END || token->kind == RUBY_T_INSERTED)
		return true;
	if (token->kind == RUBY_T_OP && token->match && token->match < p->at)
		return true; /* a closing bracket */
	if (token->kind != RUBY_T_KEYWORD)
		return false;
	switch ((int)token->keyword) {
	case RUBY_K_END:
	case RUBY_K_ELSE:
	case RUBY_K_ELSIF:
	case RUBY_K_WHEN:
	case RUBY_K_ENSURE:
		return true;
	default:
		return false;
	}
}

static bool ends_statement(const struct ruby_parser *p)
{
	return ruby_now(p)->kind == RUBY_T_NEWLINE || ends_body(p);
}

static struct release_ruby_node *skip_statement(struct ruby_parser *p, uint32_t from)
{
	p->at = from;
	do {
		const struct release_ruby_token *token = ruby_now(p);
		p->at = token->match > p->at ? token->match + 1 : p->at + 1;
	} while (!ends_statement(p));
	return release_ruby_opaque(p, from, p->at);
}

struct release_ruby_node *release_ruby_statements(struct ruby_parser *p)
{
	struct release_ruby_node *body = release_ruby_make(p, RUBY_BODY), **end = body ? &body->first : NULL;
	struct release_ruby_node *one;
	if (!body || !release_ruby_enter(p))
		return NULL;
	for (;;) {
		while (ruby_now(p)->kind == RUBY_T_NEWLINE)
			p->at++;
		if (ends_body(p) || ruby_is_keyword(p, RUBY_K_RESCUE) || ruby_is_keyword(p, RUBY_K_IN))
			break;
		one = release_ruby_statement(p);
		if (!one)
			return NULL;
		release_ruby_adopt(body, one);
		*end = one;
		end = &one->next;
	}
	p->calls--;
	return release_ruby_done(p, body);
}

/* The body up to token `close`; all of it is opaque when it holds more than statements, as "rescue". */
static struct release_ruby_node *body_until(struct ruby_parser *p, uint32_t close)
{
	uint32_t from = p->at;
	struct release_ruby_node *body = release_ruby_statements(p);
	if (!body || p->at == close)
		return body;
	struct release_ruby_node *all = release_ruby_make(p, RUBY_BODY);
	if (!all)
		return NULL;
	all->token = from;
	all->first = release_ruby_opaque(p, from, close);
	if (all->first)
		release_ruby_adopt(all, all->first);
	return release_ruby_done(p, all);
}

struct release_ruby_node *release_ruby_block(struct ruby_parser *p)
{
	uint32_t close = ruby_now(p)->match;
	unsigned no_do = p->no_do;
	p->no_do = 0;
	p->at++;
	if (ruby_is_op(p, "||")) {
		p->at++;
	} else if (ruby_is_op(p, "|")) {
		p->at++;
		while (p->at < close && !ruby_is_op(p, "|"))
			p->at = ruby_now(p)->match > p->at ? ruby_now(p)->match + 1 : p->at + 1;
		p->at += p->at < close;
	}
	struct release_ruby_node *body = body_until(p, close);
	p->no_do = no_do;
	p->at = close + 1;
	return body;
}

/* At "if", "unless" or "elsif"; `end` is the "end" of it all. */
static struct release_ruby_node *branches(struct ruby_parser *p, uint32_t end)
{
	struct release_ruby_node *n = release_ruby_make(p, RUBY_IF), *body;
	bool is_unless = ruby_is_keyword(p, RUBY_K_UNLESS);
	if (!n || !release_ruby_enter(p))
		return NULL;
	p->at++;
	n->left = release_ruby_condition(p);
	if (n->left && is_unless) {
		struct release_ruby_node *negated = release_ruby_make(p, RUBY_NOT);
		if (!negated)
			return NULL;
		negated->token = n->left->token;
		negated->left = n->left;
		n->left = release_ruby_done(p, negated);
	}
	if (!n->left)
		return NULL;
	while (ruby_now(p)->kind == RUBY_T_NEWLINE || ruby_is_keyword(p, RUBY_K_THEN))
		p->at++;
	body = n->first = release_ruby_statements(p);
	if (!body)
		return NULL;
	release_ruby_adopt(n, body);
	if (ruby_is_keyword(p, RUBY_K_ELSIF)) {
		n->right = branches(p, end);
		if (!n->right)
			return NULL;
	} else if (ruby_is_keyword(p, RUBY_K_ELSE)) {
		p->at++;
		n->right = release_ruby_statements(p);
	}
	p->calls--;
	return p->at == end ? release_ruby_done(p, n) : NULL;
}

struct release_ruby_node *release_ruby_if(struct ruby_parser *p)
{
	uint32_t end = ruby_now(p)->match;
	unsigned no_do = p->no_do;
	if (!end)
		return NULL;
	p->no_do = 0;
	struct release_ruby_node *n = branches(p, end);
	p->no_do = no_do;
	if (n)
		p->at = end + 1;
	return n ? release_ruby_done(p, n) : NULL;
}

static struct release_ruby_node *class_body(struct ruby_parser *p)
{
	uint32_t start = p->at, end = ruby_now(p)->match, name = p->at + 1;
	struct release_ruby_node *n = release_ruby_make(p, RUBY_CLASS);
	p->at++;
	if (!n || ruby_now(p)->kind != RUBY_T_CONST)
		return NULL;
	while (ruby_now(p)->kind == RUBY_T_CONST || ruby_is_op(p, "::"))
		p->at++;
	n->text = (struct att_str){ruby_text(p, name).data,
				   p->ruby->tokens[p->at - 1].end - p->ruby->tokens[name].begin};
	if (ruby_is_op(p, "<")) {
		p->at++;
		n->left = release_ruby_expression(p);
		if (!n->left)
			return NULL;
	}
	if (ruby_now(p)->kind != RUBY_T_NEWLINE)
		return NULL;
	n->right = body_until(p, end);
	p->at = end + 1;
	n->token = start;
	return n->right ? release_ruby_done(p, n) : NULL;
}

struct release_ruby_node *release_ruby_def(struct ruby_parser *p)
{
	struct release_ruby_node *n = release_ruby_make(p, RUBY_DEF);
	uint32_t start = p->at, end = ruby_now(p)->match, name = p->at + 1;
	if (!n)
		return NULL;
	p->at = name;
	while (p->ruby->tokens[p->at + 1].kind == RUBY_T_OP && att_str_is(ruby_text(p, p->at + 1), ".") &&
	       p->ruby->tokens[p->at + 2].kind != RUBY_T_END)
		p->at += 2;
	n->text = (struct att_str){ruby_text(p, name).data,
				   p->ruby->tokens[p->at].end - p->ruby->tokens[name].begin};
	p->at = end + 1;
	if (!end) {
		struct release_ruby_node *rest = skip_statement(p, start);
		if (!rest)
			return NULL;
	}
	return release_ruby_done(p, n);
}

static bool is_assignment(const struct ruby_parser *p)
{
	const struct release_ruby_token *token = ruby_now(p), *next = token + 1;
	if ((token->kind != RUBY_T_NAME && token->kind != RUBY_T_CONST) || next->kind != RUBY_T_OP)
		return false;
	struct att_str op = ruby_text(p, p->at + 1);
	return op.data[op.len - 1] == '=' && !att_str_is(op, "==") && !att_str_is(op, "===") &&
	       !att_str_is(op, "!=") && !att_str_is(op, "<=") && !att_str_is(op, ">=");
}

static struct release_ruby_node *assignment(struct ruby_parser *p)
{
	struct release_ruby_node *n = release_ruby_make(p, RUBY_ASSIGN);
	if (!n || !release_ruby_enter(p))
		return NULL;
	n->text = ruby_text(p, p->at);
	n->op = ruby_text(p, p->at + 1);
	p->at += 2;
	n->right = is_assignment(p) ? assignment(p) : release_ruby_expression(p);
	p->calls--;
	return n->right ? release_ruby_done(p, n) : NULL;
}

static struct release_ruby_node *plain_statement(struct ruby_parser *p)
{
	if (ruby_is_keyword(p, RUBY_K_CLASS))
		return class_body(p);
	if (ruby_is_keyword(p, RUBY_K_DEF))
		return release_ruby_def(p);
	return is_assignment(p) ? assignment(p) : release_ruby_condition(p);
}

/* "X if Y" and "X unless Y". */
static struct release_ruby_node *modified(struct ruby_parser *p, struct release_ruby_node *statement)
{
	while (ruby_is_keyword(p, RUBY_K_IF) || ruby_is_keyword(p, RUBY_K_UNLESS)) {
		bool is_unless = ruby_is_keyword(p, RUBY_K_UNLESS);
		p->at++;
		struct release_ruby_node *condition = release_ruby_condition(p), *n, *body;
		if (condition && is_unless) {
			struct release_ruby_node *negated = release_ruby_make(p, RUBY_NOT);
			if (!negated)
				return NULL;
			negated->token = condition->token;
			negated->left = condition;
			condition = release_ruby_done(p, negated);
		}
		n = condition ? release_ruby_make(p, RUBY_IF) : NULL;
		body = n ? release_ruby_make(p, RUBY_BODY) : NULL;
		if (!body)
			return NULL;
		body->token = n->token = statement->token;
		body->first = statement;
		release_ruby_adopt(body, statement);
		n->left = condition;
		n->first = release_ruby_done(p, body);
		if (n->first)
			release_ruby_adopt(n, body);
		statement = release_ruby_done(p, n);
		if (!statement)
			return NULL;
	}
	return statement;
}

struct release_ruby_node *release_ruby_statement(struct ruby_parser *p)
{
	uint32_t start = p->at;
	unsigned calls = p->calls, no_do = p->no_do;
	struct release_ruby_node *n = plain_statement(p);
	if (n)
		n = modified(p, n);
	if (p->rc != ATT_OK)
		return NULL;
	if (n && ends_statement(p))
		return n;
	p->calls = calls;
	p->no_do = no_do;
	return skip_statement(p, start);
}

int release_ruby_parse(const struct att_source *source, struct att_arena *arena, struct release_ruby *out,
		       struct att_err *err)
{
	memset(out, 0, sizeof *out);
	out->source = source;
	if (source->text.len > RELEASE_RUBY_MAX_TEXT)
		return att_err_set(err, ATT_ERR_LIMIT, "a Ruby file of more than %zu MiB",
				   RELEASE_RUBY_MAX_TEXT >> 20);
	int rc = release_ruby_lex(out, arena, err);
	if (rc != ATT_OK)
		return rc;
	struct ruby_parser p = {.ruby = out, .arena = arena, .err = err, .at = 1};
	out->body = body_until(&p, (uint32_t)out->count - 1);
	return p.rc;
}
