// SPDX-License-Identifier: Apache-2.0
/* What stands between quotes: strings, symbols, here-documents, lists of words, regular expressions. */
#include "release/ruby_parse.h"

#include "libattest/base/banned.h"

static bool is_plain_piece(struct att_str text, bool is_escaped)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\\' || (is_escaped && text.data[i] == '#' && i + 1 < text.len &&
					     (text.data[i + 1] == '@' || text.data[i + 1] == '$')))
			return false;
	}
	return true;
}

/* Adds the pieces of the quote where the parser stands to `n`, and passes it. */
static bool pieces(struct ruby_parser *p, struct release_ruby_node *n, struct release_ruby_node ***end)
{
	uint32_t quote = p->at, close = ruby_now(p)->match;
	char kind = ruby_now(p)->quote;
	bool is_escaped = kind == '"' || kind == ':';
	struct release_ruby_node *one;
	for (p->at++; p->at < close;) {
		bool is_insert = ruby_now(p)->kind == RUBY_T_INSERT;
		one = release_ruby_make(p, is_insert ? RUBY_INSERT : RUBY_TEXT);
		if (!one)
			return false;
		if (is_insert) {
			uint32_t inserted = ruby_now(p)->match, start = p->at + 1;
			p->at++;
			unsigned no_do = p->no_do;
			p->no_do = 0;
			one->right = release_ruby_statements(p);
			p->no_do = no_do;
			if (one->right && p->at != inserted)
				one->right = release_ruby_opaque(p, start, inserted);
			p->at = inserted + 1;
			if (!one->right)
				return false;
		} else {
			one->text = ruby_text(p, p->at);
			one->op = ruby_text(p, quote);
			one->is_escaped = is_escaped;
			one->is_plain = is_plain_piece(one->text, is_escaped);
			p->at++;
		}
		if (!release_ruby_done(p, one))
			return false;
		release_ruby_adopt(n, one);
		**end = one;
		*end = &one->next;
	}
	p->at = close + 1;
	return true;
}

static struct release_ruby_node *string(struct ruby_parser *p, enum release_ruby_kind kind)
{
	struct release_ruby_node *n = release_ruby_make(p, kind), **end = n ? &n->first : NULL;
	uint32_t quote = p->at, close = ruby_now(p)->match;
	unsigned quotes = 0;
	if (!n)
		return NULL;
	do {
		quotes++;
		if (!pieces(p, n, &end))
			return NULL;
	} while (kind == RUBY_STRING && ruby_now(p)->kind == RUBY_T_QUOTE &&
		 (ruby_now(p)->quote == '"' || ruby_now(p)->quote == '\''));
	const struct release_ruby_node *first = n->first;
	n->is_plain = quotes == 1 && (!first || (first->kind == RUBY_TEXT && first->is_plain && !first->next));
	if (first && !first->next)
		n->text = first->text;
	if (n->is_plain && kind != RUBY_HEREDOC)
		n->inner = (struct att_span){p->ruby->tokens[quote].end, p->ruby->tokens[close].begin};
	return release_ruby_done(p, n);
}

static struct release_ruby_node *words(struct ruby_parser *p)
{
	uint32_t quote = p->at, close = ruby_now(p)->match;
	struct release_ruby_node *n = release_ruby_make(p, RUBY_ARRAY), **end = n ? &n->first : NULL;
	struct att_str all = close == quote + 2 ? ruby_text(p, quote + 1) : (struct att_str){NULL, 0};
	if (!n)
		return NULL;
	if (att_str_find_byte(all, '\\') != ATT_STR_NONE)
		return release_ruby_opaque(p, quote, close + 1);
	for (size_t i = 0; i < all.len;) {
		size_t begin = i;
		while (i < all.len && !att_ascii_is_space(all.data[i]))
			i++;
		if (i == begin) {
			i++;
			continue;
		}
		struct release_ruby_node *word = release_ruby_make(p, RUBY_STRING);
		struct release_ruby_node *text = word ? release_ruby_make(p, RUBY_TEXT) : NULL;
		if (!text)
			return NULL;
		text->text = word->text = (struct att_str){all.data + begin, i - begin};
		text->is_plain = word->is_plain = true;
		text->height = 1;
		word->height = 2;
		uint32_t at = p->ruby->tokens[quote + 1].begin;
		word->inner = word->span = text->span =
			(struct att_span){at + (uint32_t)begin, at + (uint32_t)i};
		word->first = text;
		word->token_end = text->token_end = p->at;
		release_ruby_adopt(n, word);
		*end = word;
		end = &word->next;
	}
	p->at = close + 1;
	return release_ruby_done(p, n);
}

struct release_ruby_node *release_ruby_quoted(struct ruby_parser *p)
{
	uint32_t quote = p->at, close = ruby_now(p)->match;
	struct release_ruby_node *n;
	switch (ruby_now(p)->quote) {
	case '"':
	case '\'':
		return string(p, RUBY_STRING);
	case ':':
	case 's':
		return string(p, RUBY_SYMBOL);
	case '<':
	case '~':
		return string(p, RUBY_HEREDOC);
	case 'w':
		return words(p);
	case '/':
		if (close > quote + 2 || p->ruby->tokens[close].end - p->ruby->tokens[close].begin != 1)
			return release_ruby_opaque(p, quote, close + 1);
		n = release_ruby_make(p, RUBY_REGEX);
		if (n && close == quote + 2)
			n->text = ruby_text(p, quote + 1);
		p->at = close + 1;
		return release_ruby_done(p, n);
	default:
		return release_ruby_opaque(p, quote, close + 1);
	}
}
