// SPDX-License-Identifier: Apache-2.0
/* What stands between quotes: strings, regular expressions, word lists, heredocs, and the code inside them. */
#include "release/ruby_internal.h"

#include "libattest/base/banned.h"

static struct ruby_nest *top(struct ruby_lexer *l)
{
	return &l->nest[l->depth - 1];
}

int release_ruby_begin_quote(struct ruby_lexer *l, size_t from, size_t to, char quote, char close)
{
	static const char opens[] = "([{<", closes[] = ")]}>";
	bool may_label = (quote == '"' || quote == '\'') && !l->no_label && to == from + 1 &&
			 l->state != RUBY_AFTER && l->state != RUBY_DOT && l->state != RUBY_FNAME;
	int rc = release_ruby_push(l, RUBY_T_QUOTE, from, to);
	if (rc == ATT_OK)
		rc = release_ruby_nest(l, RUBY_IN_QUOTE);
	if (rc != ATT_OK)
		return rc;
	l->ruby->tokens[l->ruby->count - 1].quote = quote;
	struct ruby_nest *nest = top(l);
	const char *pair = strchr(closes, close);
	nest->close = close;
	nest->open = pair && l->text.data[to - 1] == opens[pair - closes] ? opens[pair - closes] : '\0';
	nest->inserts = quote != '\'' && quote != 'w' && quote != 's';
	nest->may_label = may_label;
	l->at = to;
	return ATT_OK;
}

int release_ruby_begin_percent(struct ruby_lexer *l, bool *is)
{
	static const char opens[] = "([{<", closes[] = ")]}>";
	size_t at = l->at + 1;
	char type = 'Q', c = at < l->text.len ? l->text.data[at] : '\0';
	*is = false;
	if (att_ascii_is_alpha(c)) {
		if (!strchr("QqWwIisrx", c))
			return ATT_OK;
		type = c;
		c = ++at < l->text.len ? l->text.data[at] : '\0';
	}
	if (!c || att_ascii_is_alnum(c) || (unsigned char)c >= 0x80)
		return ATT_OK;
	if (att_ascii_is_space(c))
		return release_ruby_refuse(l, ATT_ERR_UNSUPPORTED, l->at, at,
					   "a '%' literal that white space delimits");
	const char *pair = strchr(opens, c);
	char quote = type == 'Q'                  ? '"'
		     : type == 'q'                ? '\''
		     : type == 'x'                ? '`'
		     : type == 'r'                ? '/'
		     : type == 'w' || type == 'i' ? 'w'
		     : type == 's'                ? 's'
						  : 'W';
	*is = true;
	return release_ruby_begin_quote(l, l->at, at + 1, quote, pair ? closes[pair - opens] : c);
}

/* "<<ID", "<<~ID", "<<-'ID'": its text begins in the next line, or after the one before in this line. */
int release_ruby_begin_heredoc(struct ruby_lexer *l, bool *is)
{
	size_t at = l->at + 2, len = l->text.len;
	const char *text = l->text.data;
	bool indented = at < len && (text[at] == '~' || text[at] == '-');
	at += indented;
	char quote = at < len && (text[at] == '"' || text[at] == '\'' || text[at] == '`') ? text[at] : '\0';
	at += quote != '\0';
	size_t begin = at;
	while (at < len && (quote ? text[at] != quote && text[at] != '\n' : release_ruby_is_name(text[at])))
		at++;
	*is = false;
	if (at == begin)
		return ATT_OK;
	if (quote && (at >= len || text[at] != quote))
		return release_ruby_refuse(l, ATT_ERR_MALFORMED, l->at, at,
					   "the name of a heredoc without its end");
	*is = true;
	struct att_str id = {text + begin, at - begin};
	at += quote != '\0';
	int rc = release_ruby_push(l, RUBY_T_QUOTE, l->at, at);
	if (rc == ATT_OK)
		rc = release_ruby_nest(l, RUBY_IN_HEREDOC);
	if (rc != ATT_OK)
		return rc;
	l->ruby->tokens[l->ruby->count - 1].quote = quote == '\'' ? '~' : '<';
	struct ruby_nest *nest = top(l);
	nest->id = id;
	nest->is_indented = indented;
	nest->inserts = quote != '\'';
	nest->resume = at;
	size_t start = l->heredoc;
	if (start == 0) {
		size_t line = att_str_find_byte(att_str_from(l->text, at), '\n');
		start = line == ATT_STR_NONE ? len : at + line + 1;
	}
	l->at = start;
	l->heredoc = 0;
	return ATT_OK;
}

/* "#{" at `at`: the code up to its "}" follows. */
static int begin_insert(struct ruby_lexer *l, size_t at)
{
	int rc = release_ruby_push(l, RUBY_T_INSERT, at, at + 2);
	if (rc == ATT_OK)
		rc = release_ruby_nest(l, RUBY_IN_INSERT);
	l->at = at + 2;
	l->state = RUBY_BEG;
	return rc;
}

static int end_quote(struct ruby_lexer *l, size_t from, size_t to)
{
	struct ruby_nest nest = *top(l);
	bool is_label = nest.may_label && to < l->text.len && l->text.data[to] == ':' &&
			!(to + 1 < l->text.len && l->text.data[to + 1] == ':');
	l->depth--;
	int rc = release_ruby_push(l, RUBY_T_UNQUOTE, from, to);
	if (rc != ATT_OK)
		return rc;
	release_ruby_pair(l, nest.token, (uint32_t)l->ruby->count - 1);
	l->at = to;
	l->state = RUBY_AFTER;
	char quote = l->ruby->tokens[nest.token].quote;
	while (quote == '/' && l->at < l->text.len && att_ascii_is_alpha(l->text.data[l->at]))
		l->at++;
	l->ruby->tokens[l->ruby->count - 1].end = (uint32_t)l->at;
	if (is_label) {
		rc = release_ruby_push(l, RUBY_T_LABEL, to, to + 1);
		l->at = to + 1;
		l->state = RUBY_BEG;
	}
	return rc;
}

/* A regular expression's named groups are local variables after "=~". */
static int note_groups(struct ruby_lexer *l, size_t from, size_t to)
{
	for (size_t i = from; i + 3 < to; i++) {
		if (l->text.data[i] != '(' || l->text.data[i + 1] != '?' || l->text.data[i + 2] != '<')
			continue;
		size_t end = i + 3;
		while (end < to && release_ruby_is_name(l->text.data[end]))
			end++;
		int rc = end > i + 3 ? release_ruby_note_local(
					       l, (struct att_str){l->text.data + i + 3, end - i - 3})
				     : ATT_OK;
		if (rc != ATT_OK)
			return rc;
		i = end - 1;
	}
	return ATT_OK;
}

static int piece(struct ruby_lexer *l, size_t from, size_t to)
{
	if (to == from)
		return ATT_OK;
	if (top(l)->kind == RUBY_IN_QUOTE && l->ruby->tokens[top(l)->token].quote == '/') {
		int rc = note_groups(l, from, to);
		if (rc != ATT_OK)
			return rc;
	}
	return release_ruby_push(l, RUBY_T_PIECE, from, to);
}

static int lex_quote(struct ruby_lexer *l)
{
	struct ruby_nest *nest = top(l);
	const char *text = l->text.data;
	size_t begin = l->at, at = begin;
	for (; at < l->text.len; at++) {
		char c = text[at];
		if (c == '\n' && l->heredoc)
			return release_ruby_refuse(l, ATT_ERR_UNSUPPORTED, at, at,
						   "a string over the line that a heredoc begins in");
		if (c == '\\' && at + 1 < l->text.len && text[at + 1] != '\n') {
			at++;
		} else if (nest->open && c == nest->open) {
			nest->level++;
		} else if (c == nest->close) {
			if (nest->level-- == 0)
				break;
		} else if (c == '#' && nest->inserts && at + 1 < l->text.len && text[at + 1] == '{') {
			int rc = piece(l, begin, at);
			return rc == ATT_OK ? begin_insert(l, at) : rc;
		}
	}
	if (at >= l->text.len)
		return release_ruby_refuse(l, ATT_ERR_MALFORMED, l->ruby->tokens[nest->token].begin,
					   l->ruby->tokens[nest->token].end, "this has no end");
	int rc = piece(l, begin, at);
	return rc == ATT_OK ? end_quote(l, at, at + 1) : rc;
}

static bool is_end_line(const struct ruby_nest *nest, struct att_str line)
{
	if (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	while (nest->is_indented && line.len && att_ascii_is_space(line.data[0]))
		line = att_str_from(line, 1);
	return att_str_equal(line, nest->id);
}

static int end_heredoc(struct ruby_lexer *l, size_t line_end)
{
	struct ruby_nest nest = *top(l);
	l->depth--;
	int rc = release_ruby_push(l, RUBY_T_UNQUOTE, l->at, line_end);
	if (rc != ATT_OK)
		return rc;
	release_ruby_pair(l, nest.token, (uint32_t)l->ruby->count - 1);
	l->heredoc = line_end < l->text.len ? line_end + 1 : l->text.len;
	l->at = nest.resume;
	l->state = RUBY_AFTER;
	return ATT_OK;
}

/* Does the line before end in a backslash? Ruby then reads on without asking whether this one is the last. */
static bool is_joined(struct att_str text, size_t at)
{
	size_t end = at - 1;
	end -= end && text.data[end - 1] == '\r';
	return end && text.data[end - 1] == '\\';
}

static int lex_heredoc(struct ruby_lexer *l)
{
	const struct ruby_nest *nest = top(l);
	size_t begin = l->at;
	for (size_t at = begin; at < l->text.len;) {
		size_t line = att_str_find_byte(att_str_from(l->text, at), '\n');
		size_t end = line == ATT_STR_NONE ? l->text.len : at + line;
		if (l->text.data[at - 1] == '\n' &&
		    is_end_line(nest, (struct att_str){l->text.data + at, end - at})) {
			if (nest->inserts && is_joined(l->text, at))
				return release_ruby_refuse(l, ATT_ERR_UNSUPPORTED, at, end,
							   "the last line of a heredoc after a backslash");
			int rc = piece(l, begin, at);
			l->at = at;
			return rc == ATT_OK ? end_heredoc(l, end) : rc;
		}
		for (; nest->inserts && at < end; at++) {
			if (l->text.data[at] == '\\' && at + 1 < end) {
				at++;
			} else if (l->text.data[at] == '#' && at + 1 < end && l->text.data[at + 1] == '{') {
				int rc = piece(l, begin, at);
				return rc == ATT_OK ? begin_insert(l, at) : rc;
			}
		}
		if (l->heredoc)
			return release_ruby_refuse(l, ATT_ERR_UNSUPPORTED, at, at,
						   "a heredoc that begins in a heredoc");
		at = end + 1;
	}
	return release_ruby_refuse(l, ATT_ERR_MALFORMED, l->ruby->tokens[nest->token].begin,
				   l->ruby->tokens[nest->token].end, "a heredoc without its last line");
}

int release_ruby_lex_quoted(struct ruby_lexer *l)
{
	return top(l)->kind == RUBY_IN_HEREDOC ? lex_heredoc(l) : lex_quote(l);
}
