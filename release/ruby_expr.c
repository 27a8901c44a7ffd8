// SPDX-License-Identifier: Apache-2.0
/* Expressions: operators by their binding, calls with and without parentheses. */
#include "release/ruby_parse.h"

#include "libattest/base/banned.h"

static struct release_ruby_node *leaf(struct ruby_parser *p, enum release_ruby_kind kind)
{
	struct release_ruby_node *n = release_ruby_make(p, kind);
	if (!n)
		return NULL;
	n->text = ruby_text(p, p->at);
	if (kind == RUBY_SYMBOL) {
		n->text = att_str_from(n->text, 1);
		n->is_plain = true;
		n->inner = (struct att_span){ruby_now(p)->begin + 1, ruby_now(p)->end};
	}
	p->at++;
	return release_ruby_done(p, n);
}

/* ---- arguments ---- */

/* Can the token begin an argument of a call without parentheses? */
static bool begins_argument(const struct ruby_parser *p)
{
	static const char *const unary[] = {"-", "*", "&", "**", "::", "+", NULL};
	const struct release_ruby_token *token = ruby_now(p);
	switch ((enum release_ruby_token_kind)token->kind) {
	case RUBY_T_NAME:
	case RUBY_T_CONST:
	case RUBY_T_VAR:
	case RUBY_T_SYMBOL:
	case RUBY_T_NUMBER:
	case RUBY_T_CHAR:
	case RUBY_T_QUOTE:
		return true;
	case RUBY_T_LABEL:
		return token->end > token->begin + 1;
	case RUBY_T_KEYWORD:
		return token->keyword == RUBY_K_NIL || token->keyword == RUBY_K_TRUE ||
		       token->keyword == RUBY_K_FALSE || token->keyword == RUBY_K_SELF ||
		       token->keyword == RUBY_K_FILE || token->keyword == RUBY_K_DEF ||
		       token->keyword == RUBY_K_CASE;
	case RUBY_T_OP:
		if (!token->is_spaced)
			return false;
		if (ruby_is_op(p, "(") || ruby_is_op(p, "[") || ruby_is_op(p, "!") || ruby_is_op(p, "->"))
			return true;
		for (const char *const *op = unary; *op; op++) {
			if (ruby_is_op(p, *op))
				return !token[1].is_spaced;
		}
		return false;
	case RUBY_T_END:
	case RUBY_T_NEWLINE:
	case RUBY_T_PIECE:
	case RUBY_T_INSERT:
	case RUBY_T_INSERTED:
	case RUBY_T_UNQUOTE:
		break;
	}
	return false;
}

static void skip_newlines(struct ruby_parser *p)
{
	while (ruby_now(p)->kind == RUBY_T_NEWLINE &&
	       p->ruby->tokens[p->at].end > p->ruby->tokens[p->at].begin && ruby_text(p, p->at).data[0] != ';')
		p->at++;
}

static struct release_ruby_node *pair(struct ruby_parser *p, struct release_ruby_node *key)
{
	struct release_ruby_node *n = release_ruby_make(p, RUBY_PAIR);
	if (!n)
		return NULL;
	n->token = key->token;
	n->left = key;
	n->right = release_ruby_expression(p);
	return n->right ? release_ruby_done(p, n) : NULL;
}

static struct release_ruby_node *labelled(struct ruby_parser *p)
{
	struct release_ruby_node *key = leaf(p, RUBY_SYMBOL);
	if (!key)
		return NULL;
	key->text = (struct att_str){ruby_text(p, p->at - 1).data, ruby_text(p, p->at - 1).len - 1};
	key->inner = (struct att_span){key->span.begin, key->span.end - 1};
	skip_newlines(p);
	return pair(p, key);
}

static struct release_ruby_node *argument(struct ruby_parser *p)
{
	struct release_ruby_node *n;
	if (ruby_now(p)->kind == RUBY_T_LABEL)
		return labelled(p);
	if (ruby_is_op(p, "*") || ruby_is_op(p, "**") || ruby_is_op(p, "&")) {
		n = release_ruby_make(p, RUBY_SPLAT);
		if (!n)
			return NULL;
		p->at++;
		n->left = release_ruby_expression(p);
		return n->left ? release_ruby_done(p, n) : NULL;
	}
	n = release_ruby_expression(p);
	if (n && ruby_is_op(p, "=>")) {
		p->at++;
		return pair(p, n);
	}
	if (n && n->kind == RUBY_STRING && ruby_now(p)->kind == RUBY_T_LABEL &&
	    ruby_now(p)->end == ruby_now(p)->begin + 1) {
		p->at++;
		n->kind = RUBY_SYMBOL;
		return pair(p, n);
	}
	return n;
}

/* Arguments up to token `close`, or, when it is 0, as long as commas join them. */
static bool arguments(struct ruby_parser *p, struct release_ruby_node *call, uint32_t close)
{
	struct release_ruby_node **end = &call->first, *one;
	for (;;) {
		if (close) {
			skip_newlines(p);
			if (p->at == close)
				break;
		}
		one = argument(p);
		if (!one)
			return false;
		release_ruby_adopt(call, one);
		*end = one;
		end = &one->next;
		if (close)
			skip_newlines(p);
		if (!ruby_is_op(p, ","))
			break;
		p->at++;
	}
	if (close && p->at != close)
		return false;
	p->at += close != 0;
	return true;
}

static bool bracketed(struct ruby_parser *p, struct release_ruby_node *n)
{
	uint32_t close = ruby_now(p)->match;
	unsigned no_do = p->no_do;
	p->no_do = 0, p->at++;
	bool ok = arguments(p, n, close);
	p->no_do = no_do;
	return ok;
}

/* What may follow a method's name: its arguments and its block. */
static struct release_ruby_node *call_rest(struct ruby_parser *p, struct release_ruby_node *n)
{
	if (!n)
		return NULL;
	if (ruby_is_op(p, "(") && !ruby_now(p)->is_spaced) {
		if (!bracketed(p, n))
			return NULL;
	} else if (begins_argument(p)) {
		p->no_do++;
		bool ok = arguments(p, n, 0);
		p->no_do--;
		if (!ok)
			return NULL;
	}
	if (ruby_is_op(p, "{") || (ruby_is_keyword(p, RUBY_K_DO) && !p->no_do)) {
		n->right = release_ruby_block(p);
		if (!n->right)
			return NULL;
	}
	return release_ruby_done(p, n);
}

/* ---- what stands between operators ---- */

static struct release_ruby_node *parenthesis(struct ruby_parser *p)
{
	uint32_t close = ruby_now(p)->match;
	unsigned no_do = p->no_do;
	p->no_do = 0;
	p->at++;
	skip_newlines(p);
	struct release_ruby_node *n = p->at < close ? release_ruby_condition(p) : NULL;
	skip_newlines(p);
	p->no_do = no_do;
	if (p->rc != ATT_OK || !n || p->at != close)
		return NULL;
	p->at++;
	return n;
}

static struct release_ruby_node *keyword_value(struct ruby_parser *p)
{
	uint32_t at = p->at, match = ruby_now(p)->match;
	switch ((int)ruby_now(p)->keyword) {
	case RUBY_K_NIL:
		return leaf(p, RUBY_NIL);
	case RUBY_K_TRUE:
		return leaf(p, RUBY_TRUE);
	case RUBY_K_FALSE:
		return leaf(p, RUBY_FALSE);
	case RUBY_K_SELF:
		return leaf(p, RUBY_SELF);
	case RUBY_K_DEF:
		return release_ruby_def(p);
	case RUBY_K_IF:
	case RUBY_K_UNLESS:
		return release_ruby_if(p);
	case RUBY_K_CASE:
	case RUBY_K_BEGIN:
	case RUBY_K_WHILE:
	case RUBY_K_UNTIL:
		return match > at ? release_ruby_opaque(p, at, match + 1) : NULL;
	default:
		return NULL;
	}
}

/* "->(x) { ... }" */
static struct release_ruby_node *lambda(struct ruby_parser *p)
{
	uint32_t start = p->at++;
	while (!ruby_is_op(p, "{") && !ruby_is_keyword(p, RUBY_K_DO)) {
		if (ruby_now(p)->kind == RUBY_T_NEWLINE || ruby_now(p)->kind == RUBY_T_END)
			return NULL;
		p->at = ruby_now(p)->match > p->at ? ruby_now(p)->match + 1 : p->at + 1;
	}
	return ruby_now(p)->match > p->at ? release_ruby_opaque(p, start, ruby_now(p)->match + 1) : NULL;
}

static struct release_ruby_node *list(struct ruby_parser *p, struct release_ruby_node *n)
{
	return n && bracketed(p, n) ? release_ruby_done(p, n) : NULL;
}

static struct release_ruby_node *named(struct ruby_parser *p)
{
	const struct release_ruby_token *next = ruby_now(p) + 1;
	bool has_parenthesis = next->kind == RUBY_T_OP && !next->is_spaced && next->match &&
			       att_str_is(ruby_text(p, p->at + 1), "(");
	if (ruby_now(p)->kind == RUBY_T_CONST && !has_parenthesis)
		return leaf(p, RUBY_CONST);
	struct release_ruby_node *n = release_ruby_make(p, RUBY_CALL);
	if (!n)
		return NULL;
	n->text = ruby_text(p, p->at++);
	return call_rest(p, n);
}

static struct release_ruby_node *primary(struct ruby_parser *p)
{
	switch ((enum release_ruby_token_kind)ruby_now(p)->kind) {
	case RUBY_T_NAME:
	case RUBY_T_CONST:
		return named(p);
	case RUBY_T_VAR:
		return leaf(p, RUBY_VAR);
	case RUBY_T_SYMBOL:
		return leaf(p, RUBY_SYMBOL);
	case RUBY_T_NUMBER:
		return leaf(p, RUBY_NUMBER);
	case RUBY_T_CHAR:
		return release_ruby_opaque(p, p->at, p->at + 1);
	case RUBY_T_QUOTE:
		return release_ruby_quoted(p);
	case RUBY_T_KEYWORD:
		return keyword_value(p);
	case RUBY_T_OP:
		if (ruby_is_op(p, "("))
			return parenthesis(p);
		if (ruby_is_op(p, "["))
			return list(p, release_ruby_make(p, RUBY_ARRAY));
		if (ruby_is_op(p, "{"))
			return list(p, release_ruby_make(p, RUBY_HASH));
		if (ruby_is_op(p, "->"))
			return lambda(p);
		if (ruby_is_op(p, "::") && ruby_now(p)[1].kind == RUBY_T_CONST) {
			/* Not what an inner scope calls so: the name keeps its "::". */
			struct att_str name = ruby_text(p, p->at);
			name.len = p->ruby->tokens[p->at + 1].end - ruby_now(p)->begin;
			struct release_ruby_node *n = release_ruby_opaque(p, p->at, p->at + 2);
			if (n)
				n->kind = RUBY_CONST, n->text = name;
			return n;
		}
		return NULL;
	case RUBY_T_END:
	case RUBY_T_NEWLINE:
	case RUBY_T_LABEL:
	case RUBY_T_PIECE:
	case RUBY_T_INSERT:
	case RUBY_T_INSERTED:
	case RUBY_T_UNQUOTE:
		break;
	}
	return NULL;
}

/* "left.name", "left::Name", "left[...]": one step of it, or NULL at the end of the chain (*more false). */
static struct release_ruby_node *step(struct ruby_parser *p, struct release_ruby_node *left, bool *more)
{
	bool is_scope = ruby_is_op(p, "::"), is_dot = ruby_is_op(p, ".") || ruby_is_op(p, "&.");
	struct release_ruby_node *n;
	uint8_t next = ruby_now(p)->kind == RUBY_T_END ? RUBY_T_END : ruby_now(p)[1].kind;
	*more = true;
	if (is_scope && next == RUBY_T_CONST && left->kind == RUBY_CONST) {
		p->at += 2;
		left->text.len =
			(size_t)(ruby_text(p, p->at - 1).data + ruby_text(p, p->at - 1).len - left->text.data);
		return release_ruby_done(p, left);
	}
	if ((is_dot || is_scope) && (next == RUBY_T_NAME || next == RUBY_T_CONST)) {
		n = release_ruby_make(p, RUBY_CALL);
		if (!n)
			return NULL;
		n->token = left->token;
		n->left = left;
		n->op = ruby_text(p, p->at);
		n->text = ruby_text(p, p->at + 1);
		p->at += 2;
		return call_rest(p, n);
	}
	if (ruby_is_op(p, "[") && !ruby_now(p)->is_spaced) {
		n = release_ruby_make(p, RUBY_CALL);
		if (!n)
			return NULL;
		n->token = left->token;
		n->left = left;
		n->text = ATT_STR("[]");
		return bracketed(p, n) ? release_ruby_done(p, n) : NULL;
	}
	*more = false;
	return is_dot || is_scope ? NULL : left;
}

static struct release_ruby_node *postfix(struct ruby_parser *p)
{
	struct release_ruby_node *n = primary(p);
	for (bool more = true; n && more;)
		n = step(p, n, &more);
	return n;
}

static struct release_ruby_node *unary(struct ruby_parser *p)
{
	bool is_not = ruby_is_op(p, "!");
	struct release_ruby_node *n;
	if (!is_not && !ruby_is_op(p, "-") && !ruby_is_op(p, "+") && !ruby_is_op(p, "~"))
		return postfix(p);
	if (!release_ruby_enter(p))
		return NULL;
	n = release_ruby_make(p, is_not ? RUBY_NOT : RUBY_BINARY);
	if (!n)
		return NULL;
	n->op = ruby_text(p, p->at++);
	n->left = unary(p);
	p->calls--;
	return n->left ? release_ruby_done(p, n) : NULL;
}

static int binding(const struct ruby_parser *p)
{
	static const struct {
		const char *op;
		int binding;
	} bindings[] = {
		{"..", 4}, {"...", 4}, {"||", 5}, {"&&", 6},  {"<=>", 8}, {"==", 8}, {"===", 8},
		{"!=", 8}, {"=~", 8},  {"!~", 8}, {"<", 9},   {"<=", 9},  {">", 9},  {">=", 9},
		{"|", 10}, {"^", 10},  {"&", 11}, {"<<", 12}, {">>", 12}, {"+", 13}, {"-", 13},
		{"*", 14}, {"/", 14},  {"%", 14}, {"**", 16},
	};
	if (ruby_now(p)->kind != RUBY_T_OP)
		return 0;
	for (size_t i = 0; i < sizeof bindings / sizeof *bindings; i++) {
		if (ruby_is_op(p, bindings[i].op))
			return bindings[i].binding;
	}
	return 0;
}

static struct release_ruby_node *join(struct ruby_parser *p, struct release_ruby_node *left, struct att_str op,
				      struct release_ruby_node *right)
{
	struct release_ruby_node *n = right ? release_ruby_make(p, RUBY_BINARY) : NULL;
	if (!n)
		return NULL;
	n->token = left->token;
	n->op = op;
	n->left = left;
	n->right = right;
	return release_ruby_done(p, n);
}

static struct release_ruby_node *binary(struct ruby_parser *p, int least)
{
	if (!release_ruby_enter(p))
		return NULL;
	struct release_ruby_node *left = unary(p);
	for (int strength; left && (strength = binding(p)) >= least && strength > 0;) {
		struct att_str op = ruby_text(p, p->at++);
		left = join(p, left, op, binary(p, strength == 16 ? strength : strength + 1));
	}
	p->calls--;
	return left;
}

struct release_ruby_node *release_ruby_expression(struct ruby_parser *p)
{
	if (!release_ruby_enter(p))
		return NULL;
	struct release_ruby_node *left = binary(p, 1), *n;
	if (left && ruby_is_op(p, "?")) {
		n = release_ruby_make(p, RUBY_CHOICE);
		if (!n)
			return NULL;
		p->at++;
		n->token = left->token;
		n->left = left;
		n->first = release_ruby_expression(p);
		skip_newlines(p);
		if (!n->first || !ruby_is_op(p, ":"))
			return NULL;
		p->at++;
		n->right = release_ruby_expression(p);
		release_ruby_adopt(n, n->first);
		left = n->right ? release_ruby_done(p, n) : NULL;
	}
	p->calls--;
	return left;
}

static struct release_ruby_node *negation(struct ruby_parser *p)
{
	if (!ruby_is_keyword(p, RUBY_K_NOT))
		return release_ruby_expression(p);
	struct release_ruby_node *n = release_ruby_make(p, RUBY_NOT);
	if (!n || !release_ruby_enter(p))
		return NULL;
	p->at++;
	n->left = negation(p);
	p->calls--;
	return n->left ? release_ruby_done(p, n) : NULL;
}

struct release_ruby_node *release_ruby_condition(struct ruby_parser *p)
{
	struct release_ruby_node *left = negation(p);
	while (left && (ruby_is_keyword(p, RUBY_K_AND) || ruby_is_keyword(p, RUBY_K_OR))) {
		struct att_str op = ruby_is_keyword(p, RUBY_K_AND) ? ATT_STR("&&") : ATT_STR("||");
		p->at++;
		left = join(p, left, op, negation(p));
	}
	return left;
}
