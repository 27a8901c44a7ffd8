// SPDX-License-Identifier: Apache-2.0
#include "release/bash.h"

#include "libattest/base/banned.h"

static int skip_dollar(struct release_bash *p, bool quoted);

static bool at_end(const struct release_bash *p)
{
	return p->at >= p->text.len;
}

static bool ends_word(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '|' || c == '&' || c == ';' || c == '(' || c == ')' ||
	       c == '<' || c == '>';
}

/* Behind a backslash and what it takes the meaning of. */
static void skip_escape(struct release_bash *p)
{
	p->at += p->text.len - p->at < 2 ? p->text.len - p->at : 2;
}

/* From a quote to the next of the kind; `escapes` when a backslash takes the next character. */
static int skip_to(struct release_bash *p, char quote, bool escapes)
{
	size_t begin = p->at++;
	while (!at_end(p) && p->text.data[p->at] != quote) {
		if (escapes && p->text.data[p->at] == '\\')
			skip_escape(p);
		else
			p->at++;
	}
	if (at_end(p))
		return release_bash_fail(
			p, ATT_ERR_MALFORMED, begin,
			"expected the quote that ends what begins here, found the end of the file");
	p->at++;
	return ATT_OK;
}

static int enter(struct release_bash *p)
{
	if (p->nesting++ < ATT_MAX_DEPTH)
		return ATT_OK;
	return release_bash_fail(p, ATT_ERR_LIMIT, p->at,
				 "expected less nesting, found more than can be followed");
}

static int skip_double(struct release_bash *p)
{
	size_t begin = p->at++;
	int status = enter(p);
	while (status == ATT_OK && !at_end(p) && p->text.data[p->at] != '"') {
		if (p->text.data[p->at] == '\\')
			skip_escape(p);
		else if (p->text.data[p->at] == '`')
			status = skip_to(p, '`', true);
		else if (p->text.data[p->at] == '$')
			status = skip_dollar(p, true);
		else
			p->at++;
	}
	p->nesting--;
	if (status == ATT_OK && at_end(p))
		return release_bash_fail(
			p, ATT_ERR_MALFORMED, begin,
			"expected the quote that ends what begins here, found the end of the file");
	p->at++;
	return status;
}

/* "${...}" */
static int skip_braces(struct release_bash *p, bool quoted)
{
	size_t begin = p->at;
	int status = enter(p);
	p->at += 2;
	while (status == ATT_OK && !at_end(p) && p->text.data[p->at] != '}') {
		char c = p->text.data[p->at];
		if (c == '\\')
			skip_escape(p);
		else if (c == '\'' && quoted)
			status = release_bash_fail(
				p, ATT_ERR_UNSUPPORTED, p->at,
				"expected no ' in a quoted ${...}: what it does differs by the "
				"operator and the shell");
		else if (c == '\'' || c == '`')
			status = skip_to(p, c, c == '`');
		else if (c == '"')
			status = skip_double(p);
		else if (c == '$')
			status = skip_dollar(p, quoted);
		else
			p->at++;
	}
	p->nesting--;
	if (status == ATT_OK && at_end(p))
		return release_bash_fail(p, ATT_ERR_MALFORMED, begin,
					 "expected the } of what begins here, found the end of the file");
	p->at++;
	return status;
}

int release_bash_skip_arithmetic(struct release_bash *p)
{
	size_t begin = p->at, open = 2;
	int status = p->heredoc_count > 0 ? release_bash_fail_heredoc(p) : ATT_OK;
	if (status == ATT_OK)
		status = enter(p);
	while (status == ATT_OK && open > 0 && !at_end(p)) {
		char c = p->text.data[p->at];
		if (c == ')' && open == 2 && release_bash_peek(p, 1) != ')')
			status = release_bash_fail(
				p, ATT_ERR_UNSUPPORTED, p->at,
				"expected \"))\", found one: is this arithmetic or a subshell?");
		else if (c == '\\')
			skip_escape(p);
		else if (c == '\'')
			status = skip_to(p, c, false);
		else if (c == '"')
			status = skip_double(p);
		else if (c == '$')
			status = skip_dollar(p, true);
		else {
			open += c == '(';
			open -= c == ')';
			p->at++;
		}
	}
	p->nesting--;
	if (status == ATT_OK && open > 0)
		return release_bash_fail(p, ATT_ERR_MALFORMED, begin,
					 "expected the \")\" of what begins here, found the end of the file");
	return status;
}

static int skip_dollar(struct release_bash *p, bool quoted)
{
	char next = release_bash_peek(p, 1);
	if (next == '(' && release_bash_peek(p, 2) == '(') {
		p->at += 3;
		return release_bash_skip_arithmetic(p);
	}
	if (next == '(') {
		p->at += 2;
		return release_bash_read_substitution(p);
	}
	if (next == '{')
		return skip_braces(p, quoted);
	if (next == '\'' && !quoted) {
		p->at++;
		return skip_to(p, '\'', true);
	}
	p->at++;
	return ATT_OK;
}

/* "@(a|b)": patterns. */
static int skip_pattern(struct release_bash *p)
{
	size_t begin = p->at, open = 0;
	int status = ATT_OK;
	p->at++;
	do {
		char c = release_bash_peek(p, 0);
		if (c == '\\')
			skip_escape(p);
		else if (c == '\'')
			status = skip_to(p, c, false);
		else if (c == '"')
			status = skip_double(p);
		else if (c == '$')
			status = skip_dollar(p, false);
		else {
			open += c == '(';
			open -= c == ')';
			p->at++;
		}
	} while (status == ATT_OK && open > 0 && !at_end(p));
	if (status == ATT_OK && open > 0)
		return release_bash_fail(p, ATT_ERR_MALFORMED, begin,
					 "expected the \")\" of what begins here, found the end of the file");
	return status;
}

static int count_word(struct release_bash *p)
{
	if (++p->words > ATT_MAX_VALUES)
		return release_bash_fail(p, ATT_ERR_LIMIT, p->at,
					 "expected fewer words, found more than can be held");
	return ATT_OK;
}

static int read_array(struct release_bash *p, struct release_bash_word *word)
{
	size_t begin = p->at++;
	word->is_array = true;
	if (p->heredoc_count > 0)
		return release_bash_fail_heredoc(p);
	for (;;) {
		release_bash_skip_blanks(p);
		if (at_end(p))
			return release_bash_fail(p, ATT_ERR_MALFORMED, begin,
						 "expected the \")\" of this array, found the end of the file");
		if (p->text.data[p->at] == ')')
			break;
		if (p->text.data[p->at] == '\n') {
			p->at++;
			continue;
		}
		if (ends_word(p->text.data[p->at]))
			return release_bash_fail(
				p, ATT_ERR_MALFORMED, p->at,
				"expected a word of the array or its \")\", found something else");
		struct release_bash_word *item = att_arena_push(p->arena, (void **)&word->items, &word->count,
								&word->capacity, sizeof *item);
		if (!item)
			return att_err_memory(p->err);
		int status = release_bash_read_word(p, item);
		if (status != ATT_OK)
			return status;
	}
	p->at++;
	return ATT_OK;
}

size_t release_bash_name(struct att_str text)
{
	size_t len = 0;
	while (len < text.len && (text.data[len] == '_' || att_ascii_is_alpha(text.data[len]) ||
				  (len > 0 && att_ascii_is_digit(text.data[len]))))
		len++;
	return len;
}

/* Is what was read of the word so far "NAME=" or "NAME+="? */
static bool may_be_array(const struct release_bash *p, size_t begin)
{
	struct att_str text = {p->text.data + begin, p->at - begin};
	size_t name = release_bash_name(text);
	struct att_str rest = att_str_from(text, name);
	return name > 0 && (att_str_is(rest, "=") || att_str_is(rest, "+="));
}

static int skip_part(struct release_bash *p)
{
	char c = p->text.data[p->at], next = release_bash_peek(p, 1);
	if (c == '\\') {
		skip_escape(p);
		return ATT_OK;
	}
	if (c == '\'' || c == '`')
		return skip_to(p, c, c == '`');
	if (c == '"')
		return skip_double(p);
	if (c == '$')
		return skip_dollar(p, false);
	if (next == '(' && (c == '?' || c == '*' || c == '+' || c == '@' || c == '!'))
		return skip_pattern(p);
	p->at++;
	return ATT_OK;
}

int release_bash_read_word(struct release_bash *p, struct release_bash_word *word)
{
	size_t begin = p->at;
	int status = count_word(p);
	*word = (struct release_bash_word){.items = NULL};
	/* Process substitution is a word, too. */
	if (status == ATT_OK && (release_bash_peek(p, 0) == '<' || release_bash_peek(p, 0) == '>') &&
	    release_bash_peek(p, 1) == '(') {
		p->at += 2;
		status = release_bash_read_substitution(p);
	}
	while (status == ATT_OK && !at_end(p)) {
		if (p->text.data[p->at] == '(' && may_be_array(p, begin)) {
			status = read_array(p, word);
			if (status == ATT_OK && !at_end(p) && !ends_word(p->text.data[p->at]))
				status = release_bash_fail(p, ATT_ERR_UNSUPPORTED, p->at,
							   "expected the end of the word behind an array");
			break;
		}
		if (ends_word(p->text.data[p->at]))
			break;
		status = skip_part(p);
	}
	word->span = (struct att_span){(uint32_t)begin, (uint32_t)p->at};
	return status;
}
