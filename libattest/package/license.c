// SPDX-License-Identifier: Apache-2.0
#include "libattest/package/license.h"

#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/buf.h"
#include "libattest/base/limits.h"
#include "libattest/package/license_internal.h"

#include "libattest/base/banned.h"

enum token_kind { TOKEN_END, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_WORD, TOKEN_OTHER };

struct token {
	enum token_kind kind;
	enum att_license_keyword keyword; /* of a word */
	struct att_str text;
	size_t at;
};

/* "a OP b OP ..." at one level of parentheses: its operator is written when the right operand is known. */
struct chain {
	bool open;
	size_t head; /* nodes up to the end of the first operand */
};

struct level {
	struct chain ands, ors; /* AND binds tighter, so one of each can be open */
	size_t at;              /* of the parenthesis */
};

struct parser {
	struct att_str text;
	struct token token;
	struct att_arena *arena;
	struct att_err *err;
	struct att_license_node *nodes; /* room for one per word */
	size_t count;
	struct level levels[ATT_MAX_LICENSE_DEPTH + 1];
	size_t depth;
	/* The operand that ends at `count`: its operator, and the end of its own first operand. */
	enum att_license_op op;
	size_t head;
};

/* What an id, a reference and "+" are made of. */
static bool is_word_byte(char c)
{
	return att_ascii_is_alnum(c) || c == '-' || c == '.' || c == '+' || c == ':';
}

static size_t word_end(struct att_str text, size_t at)
{
	while (at < text.len && is_word_byte(text.data[at]))
		at++;
	return at;
}

static struct token token_at(struct att_str text, size_t at)
{
	while (at < text.len && (text.data[at] == ' ' || text.data[at] == '\t'))
		at++;
	struct token token = {TOKEN_END, ATT_LICENSE_NO_KEYWORD, {text.data + at, 0}, at};
	if (at == text.len)
		return token;
	size_t end = word_end(text, at);
	token.text.len = end > at ? end - at : 1;
	if (end > at) {
		token.kind = TOKEN_WORD;
		token.keyword = att_license_keyword(token.text);
	} else {
		token.kind = text.data[at] == '('   ? TOKEN_OPEN
			     : text.data[at] == ')' ? TOKEN_CLOSE
						    : TOKEN_OTHER;
	}
	return token;
}

static void advance(struct parser *p)
{
	p->token = token_at(p->text, p->token.at + p->token.text.len);
}

/* All text before the first error is ASCII, so bytes are columns. */
static struct att_place place_of(size_t at, size_t len)
{
	uint32_t column = (uint32_t)at + 1;
	return (struct att_place){1, column, 1, column + (uint32_t)len};
}

/* Quotes what was found; long words are cut, and what is not text is named by its value. */
static const char *found(struct att_str text, char out[64])
{
	if (text.len == 0)
		snprintf(out, 64, "the end");
	else if (text.data[0] == '\n' || text.data[0] == '\r')
		snprintf(out, 64, "a line break");
	else if ((unsigned char)text.data[0] < 0x20 || (unsigned char)text.data[0] > 0x7e)
		snprintf(out, 64, "the byte 0x%02X", (unsigned char)text.data[0]);
	else
		snprintf(out, 64, "\"%.*s\"%s", ATT_STR_ARG(att_str_first(text, 48)),
			 text.len > 48 ? "..." : "");
	return out;
}

static int unexpected(struct parser *p, const char *expected)
{
	char text[64];
	const struct token *t = &p->token;
	int code = att_err_set_at(p->err, ATT_ERR_MALFORMED, place_of(t->at, t->text.len),
				  "expected %s, found %s", expected, found(t->text, text));
	if (t->keyword == ATT_LICENSE_KEYWORD_MIXED)
		att_err_help(p->err, "operators are written in upper case: AND, OR, WITH");
	else if (t->keyword == ATT_LICENSE_KEYWORD_WITH)
		att_err_help(p->err, "WITH follows a single license, and one exception follows WITH");
	else if (t->kind == TOKEN_WORD && t->text.data[0] == '+')
		att_err_help(p->err, "\"+\" follows the license id without a space");
	else if (t->kind == TOKEN_OTHER && memchr("/|,;&", t->text.data[0], 5))
		att_err_help(p->err, "licenses are joined by OR (choose one) or AND (all apply)");
	else if (t->kind == TOKEN_OTHER && t->text.data[0] == '_')
		att_err_help(p->err, "ids hold letters, digits, \"-\" and \".\" only");
	return code;
}

static int broken_word(struct parser *p, size_t at, const char *expected)
{
	char text[64];
	struct att_str rest = att_str_from(p->token.text, at);
	return att_err_set_at(p->err, ATT_ERR_MALFORMED, place_of(p->token.at + at, rest.len),
			      "expected %s, found %s", expected, found(rest, text));
}

/* Names like "Apache 2" are several words: the place and the message cover them all. */
static int unknown_words(struct parser *p, size_t end)
{
	char joined[64], hint[192], text[64];
	struct att_str words = {p->text.data + p->token.at, end - p->token.at};
	int code = att_err_set_at(p->err, ATT_ERR_MALFORMED, place_of(p->token.at, words.len),
				  "expected a license id, found the words %s", found(words, text));
	size_t len = words.len < sizeof joined ? words.len : 0;
	for (size_t i = 0; i < len; i++)
		joined[i] = words.data[i] == ' ' || words.data[i] == '\t' ? '-' : words.data[i];
	if (att_license_hint(att_license_ids, att_license_id_count, (struct att_str){joined, len}, hint,
			     sizeof hint))
		att_err_help(p->err, "%s", hint);
	else
		att_err_help(p->err,
			     "license ids hold no spaces; they are listed at https://spdx.org/licenses");
	return code;
}

static int unknown_id(struct parser *p, struct att_str id)
{
	char hint[192], text[64];
	if (!p->err)
		return ATT_ERR_UNSUPPORTED;
	size_t end = p->token.at + p->token.text.len;
	for (struct token next = token_at(p->text, end);
	     next.kind == TOKEN_WORD && next.keyword == ATT_LICENSE_NO_KEYWORD; next = token_at(p->text, end))
		end = next.at + next.text.len;
	if (end > p->token.at + p->token.text.len)
		return unknown_words(p, end);

	int code = att_err_set_at(p->err, ATT_ERR_UNSUPPORTED, place_of(p->token.at, id.len),
				  "expected a license id of the SPDX list %s, found %s",
				  att_license_list_version, found(id, text));
	if (att_str_equal_nocase(id, ATT_STR("NONE")) || att_str_equal_nocase(id, ATT_STR("NOASSERTION")))
		return att_err_set_at(p->err, ATT_ERR_MALFORMED, place_of(p->token.at, id.len),
				      "expected a license expression, found %s, which stands for having none",
				      found(id, text));
	if (att_license_lookup(att_license_exceptions, att_license_exception_count, id))
		att_err_help(p->err, "this is an exception; it follows a license: LICENSE WITH %.*s",
			     ATT_STR_ARG(id));
	else if (att_license_hint(att_license_ids, att_license_id_count, id, hint, sizeof hint))
		att_err_help(p->err, "%s", hint);
	else
		att_err_help(p->err, "a license that is not at https://spdx.org/licenses is written "
				     "LicenseRef-NAME");
	return code;
}

/* References keep their names and get the canonical spelling of the prefixes. */
static struct att_str copy_reference(struct parser *p, struct att_str id)
{
	const struct att_str document = ATT_STR("DocumentRef-"), license = ATT_STR("LicenseRef-");
	size_t colon = att_str_find_byte(id, ':');
	if (colon == ATT_STR_NONE)
		return ATT_ARENA_JOIN(p->arena, license, att_str_from(id, license.len));
	struct att_str name = att_str_first(att_str_from(id, document.len), colon - document.len + 1);
	return ATT_ARENA_JOIN(p->arena, document, name, license, att_str_from(id, colon + 1 + license.len));
}

static int parse_exception(struct parser *p, struct att_license_node *node)
{
	char hint[192], text[64];
	advance(p);
	struct att_str id = p->token.text;
	if (p->token.kind != TOKEN_WORD || p->token.keyword != ATT_LICENSE_NO_KEYWORD)
		return unexpected(p, "a license exception after WITH");
	const struct att_license_listed *listed =
		att_license_lookup(att_license_exceptions, att_license_exception_count, id);
	if (listed) {
		node->exception = listed->id;
		node->deprecated = node->deprecated || listed->deprecated;
		advance(p);
		return 0;
	}
	for (size_t i = 0; i < id.len; i++)
		if (id.data[i] == '+' || id.data[i] == ':')
			return broken_word(p, i,
					   "letters, digits, \"-\" and \".\" in the name of an exception");
	int code = att_err_set_at(p->err, ATT_ERR_UNSUPPORTED, place_of(p->token.at, id.len),
				  "expected an exception of the SPDX list %s, found %s",
				  att_license_list_version, found(id, text));
	if (!p->err)
		return code;
	if (att_license_lookup(att_license_ids, att_license_id_count, id))
		att_err_help(p->err, "this is a license; two licenses are joined by AND or OR");
	else if (att_license_hint(att_license_exceptions, att_license_exception_count, id, hint, sizeof hint))
		att_err_help(p->err, "%s", hint);
	else
		att_err_help(p->err,
			     "exceptions are listed at https://spdx.org/licenses/exceptions-index.html");
	return code;
}

static int parse_license(struct parser *p)
{
	size_t at;
	const char *expected;
	if (p->token.kind != TOKEN_WORD || p->token.keyword != ATT_LICENSE_NO_KEYWORD ||
	    p->token.text.data[0] == '+')
		return unexpected(p, p->text.len == 0 ? "a license expression" : "a license id or \"(\"");
	struct att_license_node *node = &p->nodes[p->count];
	switch (att_license_read_word(p->token.text, node, &at, &expected)) {
	case ATT_LICENSE_BROKEN:
		return broken_word(p, at, expected);
	case ATT_LICENSE_UNKNOWN:
		return unknown_id(p, node->id);
	case ATT_LICENSE_REF:
		node->id = copy_reference(p, node->id);
		if (!node->id.data)
			return att_err_memory(p->err);
		break;
	case ATT_LICENSE_LISTED:
		break;
	}
	p->count++;
	p->op = ATT_LICENSE_ID;
	advance(p);
	return p->token.keyword == ATT_LICENSE_KEYWORD_WITH ? parse_exception(p, node) : 0;
}

/* Writes the operator of an open chain. A right operand that is a chain of the same operator joins this one
 * ("a OR (b OR c)" = "a OR b OR c"): the operator then belongs right after that operand's own first. What is
 * moved for that was moved at most once per level of parentheses. */
static void fold(struct parser *p, struct chain *chain, enum att_license_op op)
{
	if (!chain->open)
		return;
	size_t at = p->op == op ? p->head : p->count;
	memmove(p->nodes + at + 1, p->nodes + at, (p->count - at) * sizeof *p->nodes);
	p->nodes[at] = (struct att_license_node){.op = op};
	p->count++;
	p->op = op;
	p->head = chain->head;
	chain->open = false;
}

static void start_chain(struct parser *p, struct chain *chain, enum att_license_op op)
{
	chain->open = true;
	chain->head = p->op == op ? p->head : p->count;
}

static int open_level(struct parser *p)
{
	if (p->depth == ATT_MAX_LICENSE_DEPTH)
		return att_err_set_at(p->err, ATT_ERR_LIMIT, place_of(p->token.at, 1),
				      "expected at most %d levels of parentheses, found more",
				      ATT_MAX_LICENSE_DEPTH);
	p->levels[++p->depth] = (struct level){.at = p->token.at};
	advance(p);
	return 0;
}

/* What may follow an operand. *more says that another operand must come. */
static int parse_joint(struct parser *p, bool *more)
{
	struct level *level = &p->levels[p->depth];
	enum att_license_keyword keyword = p->token.keyword;
	bool closes = p->token.kind == TOKEN_CLOSE;
	if (closes && p->depth == 0)
		return unexpected(p, "AND, OR or the end");
	if (!closes && keyword != ATT_LICENSE_KEYWORD_AND && keyword != ATT_LICENSE_KEYWORD_OR)
		return unexpected(p, p->depth > 0 ? "AND, OR or \")\"" : "AND, OR or the end");

	fold(p, &level->ands, ATT_LICENSE_AND);
	if (keyword == ATT_LICENSE_KEYWORD_AND) {
		start_chain(p, &level->ands, ATT_LICENSE_AND);
	} else {
		fold(p, &level->ors, ATT_LICENSE_OR);
		if (closes)
			p->depth--;
		else
			start_chain(p, &level->ors, ATT_LICENSE_OR);
	}
	*more = !closes;
	advance(p);
	return 0;
}

static int parse_expression(struct parser *p)
{
	bool operand = true;
	p->token = token_at(p->text, 0);
	while (operand || p->token.kind != TOKEN_END) {
		int code;
		if (!operand) {
			code = parse_joint(p, &operand);
		} else if (p->token.kind == TOKEN_OPEN) {
			code = open_level(p);
		} else {
			code = parse_license(p);
			operand = false;
		}
		if (code)
			return code;
	}
	if (p->depth > 0)
		return att_err_set_at(p->err, ATT_ERR_MALFORMED, place_of(p->levels[p->depth].at, 1),
				      "expected \")\" for this \"(\", found the end");
	fold(p, &p->levels[0].ands, ATT_LICENSE_AND);
	fold(p, &p->levels[0].ors, ATT_LICENSE_OR);
	return 0;
}

/* A text that a manifest's reader would understand gets told how it is spelled. */
static void suggest(struct att_str text, struct att_arena *arena, struct att_err *err)
{
	if (!err || text.len > sizeof err->help) /* names are short */
		return;
	struct att_str meant = att_license_from_manifest(text, arena);
	if (meant.len > 0 && meant.len < sizeof err->help / 2)
		att_err_help(err, "write \"%.*s\"", ATT_STR_ARG(meant));
}

int att_license_parse(struct att_str text, struct att_arena *arena, struct att_license *out,
		      struct att_err *err)
{
	*out = (struct att_license){NULL, 0};
	if (text.len > ATT_MAX_LICENSE_EXPRESSION)
		return att_err_set(err, ATT_ERR_LIMIT,
				   "expected a license expression of at most %zu bytes, found %zu",
				   ATT_MAX_LICENSE_EXPRESSION, text.len);
	if (!text.data)
		text = ATT_STR("");
	size_t words = 0;
	for (size_t at = 0; at < text.len; at = word_end(text, at) + 1)
		words += is_word_byte(text.data[at]) ? 1 : 0;

	struct parser p = {.text = text, .arena = arena, .err = err};
	p.nodes = att_arena_alloc(arena, words, sizeof *p.nodes);
	if (!p.nodes)
		return att_err_memory(err);
	int code = parse_expression(&p);
	if (code == 0)
		*out = (struct att_license){p.nodes, p.count};
	else if (code == ATT_ERR_MALFORMED || code == ATT_ERR_UNSUPPORTED)
		suggest(text, arena, err);
	return code;
}

/* What stands around a license in the text. */
struct surround {
	enum att_license_op before; /* ATT_LICENSE_ID: none */
	size_t opens, closes;
};

struct subtree {
	size_t first, last; /* its outermost licenses */
	enum att_license_op op;
};

/* Finds the operators and parentheses around each license: an OR under an AND is the only case that needs
 * parentheses. Returns false when the nodes are not one expression. */
static bool place_operators(const struct att_license *license, struct surround *around, struct subtree *stack)
{
	size_t top = 0;
	for (size_t i = 0; i < license->count; i++) {
		enum att_license_op op = license->nodes[i].op;
		if (op == ATT_LICENSE_ID) {
			stack[top++] = (struct subtree){i, i, ATT_LICENSE_ID};
			continue;
		}
		if (top < 2)
			return false;
		struct subtree *left = &stack[top - 2], *right = &stack[top - 1];
		for (struct subtree *s = left; s <= right && op == ATT_LICENSE_AND; s++) {
			if (s->op == ATT_LICENSE_OR) {
				around[s->first].opens++;
				around[s->last].closes++;
			}
		}
		around[right->first].before = op;
		*left = (struct subtree){left->first, right->last, op};
		top--;
	}
	return top == 1;
}

static void write_license(struct att_buf *buf, const struct att_license_node *node,
			  const struct surround *around)
{
	if (around->before != ATT_LICENSE_ID)
		att_buf_add(buf, around->before == ATT_LICENSE_AND ? ATT_STR(" AND ") : ATT_STR(" OR "));
	for (size_t i = 0; i < around->opens; i++)
		att_buf_add_byte(buf, '(');
	att_buf_add(buf, node->id);
	if (node->or_later)
		att_buf_add_byte(buf, '+');
	if (node->exception.len > 0) {
		att_buf_add(buf, ATT_STR(" WITH "));
		att_buf_add(buf, node->exception);
	}
	for (size_t i = 0; i < around->closes; i++)
		att_buf_add_byte(buf, ')');
}

struct att_str att_license_write(const struct att_license *license, struct att_arena *arena)
{
	struct att_str text = {NULL, 0};
	struct att_buf buf;
	struct surround *around = calloc(license->count + 1, sizeof *around);
	struct subtree *stack = calloc(license->count + 1, sizeof *stack);
	/* Spaces around operators can make the text longer than what was parsed, but not twice as long. */
	att_buf_init(&buf, 2 * ATT_MAX_LICENSE_EXPRESSION);
	if (!around || !stack || !place_operators(license, around, stack))
		goto out;
	for (size_t i = 0; i < license->count; i++)
		if (license->nodes[i].op == ATT_LICENSE_ID)
			write_license(&buf, &license->nodes[i], &around[i]);
	if (att_buf_ok(&buf))
		text = att_arena_copy(arena, att_buf_str(&buf));
out:
	arena->failed |= !around || !stack || buf.starved;
	att_buf_clear(&buf);
	free(stack);
	free(around);
	return text;
}
