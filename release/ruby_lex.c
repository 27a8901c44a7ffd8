// SPDX-License-Identifier: Apache-2.0
/* From bytes to tokens that nest. Ruby's lexer depends on what it read before; the states here are its own. */
#include "libattest/base/utf8.h"
#include "release/ruby_internal.h"

#include "libattest/base/banned.h"

bool release_ruby_is_name(char c)
{
	return att_ascii_is_alnum(c) || c == '_' || (unsigned char)c >= 0x80;
}

int release_ruby_refuse(struct ruby_lexer *l, int code, size_t from, size_t to, const char *what)
{
	struct att_span span = {(uint32_t)from, (uint32_t)to};
	if (code == ATT_ERR_UNSUPPORTED) {
		att_source_err(l->ruby->source, l->err, code, span, "%s is not read here", what);
		att_err_help(l->err, "write it in a way that has one reading, parentheses help");
		return code;
	}
	return att_source_err(l->ruby->source, l->err, code, span, "%s", what);
}

void release_ruby_pair(struct ruby_lexer *l, uint32_t a, uint32_t b)
{
	l->ruby->tokens[a].match = b;
	l->ruby->tokens[b].match = a;
}

int release_ruby_note_local(struct ruby_lexer *l, struct att_str name)
{
	return att_map_set(&l->locals, name, 1) == ATT_OK ? ATT_OK : att_err_memory(l->err);
}

int release_ruby_nest(struct ruby_lexer *l, enum ruby_nest_kind kind)
{
	uint32_t token = (uint32_t)l->ruby->count - 1;
	if (l->depth >= ATT_MAX_DEPTH)
		return release_ruby_refuse(l, ATT_ERR_LIMIT, l->ruby->tokens[token].begin,
					   l->ruby->tokens[token].end, "this nests too deeply");
	l->nest[l->depth++] = (struct ruby_nest){.kind = kind, .token = token};
	return ATT_OK;
}

static struct release_ruby_token *last(const struct ruby_lexer *l)
{
	return &l->ruby->tokens[l->ruby->count - 1];
}

bool release_ruby_op_is(const struct ruby_lexer *l, const struct release_ruby_token *token, const char *op)
{
	return token->kind == RUBY_T_OP &&
	       att_str_is((struct att_str){l->text.data + token->begin, token->end - token->begin}, op);
}

bool release_ruby_is_method_name(const struct ruby_lexer *l, size_t token)
{
	const struct release_ruby_token *before = &l->ruby->tokens[token - 1];
	return release_ruby_op_is(l, before, ".") || release_ruby_op_is(l, before, "&.");
}

/* Which names are local variables Ruby knows from what it parsed. Here every name counts that could have
 * become one: before "=", between "|", in a list of names, as a parameter. */
static int note_locals(struct ruby_lexer *l, size_t from, size_t to)
{
	struct att_str op = {l->text.data + from, to - from};
	const struct release_ruby_token *before = last(l);
	bool defines =
		att_str_is(op, ",") || att_str_is(op, "|") || att_str_is(op, ")") ||
		(op.len && op.data[op.len - 1] == '=' && !att_str_is(op, "==") && !att_str_is(op, "!=") &&
		 !att_str_is(op, "<=") && !att_str_is(op, ">=") && !att_str_is(op, "==="));
	bool is_label = before->kind == RUBY_T_LABEL && (att_str_is(op, ",") || att_str_is(op, "}"));
	if (!is_label &&
	    (!defines || before->kind != RUBY_T_NAME || release_ruby_is_method_name(l, l->ruby->count - 1)))
		return ATT_OK;
	return release_ruby_note_local(
		l, (struct att_str){l->text.data + before->begin, before->end - before->begin - is_label});
}

/* "def x = 1" has no "end": the "=" stands right behind the name or its parentheses. */
static void follow_def(struct ruby_lexer *l, size_t from, size_t to)
{
	struct att_str op = {l->text.data + from, to - from};
	uint32_t token = (uint32_t)l->ruby->count;
	if (att_str_is(op, "->"))
		l->names = RUBY_NAMES_OF_LAMBDA;
	else if (att_str_is(op, "{") && l->names == RUBY_NAMES_OF_LAMBDA)
		l->names = RUBY_NAMES_USED;
	if ((l->def_phase == 1 || l->def_phase == 3) && att_str_is(op, "=")) {
		if (l->depth && l->nest[l->depth - 1].token == l->def_token)
			l->depth--;
		l->def_phase = 0;
		l->names = RUBY_NAMES_USED;
	} else if (l->def_phase == 1 && att_str_is(op, "(")) {
		l->def_phase = 2;
		l->def_paren = token;
	} else if (l->def_phase == 2 && att_str_is(op, ")") && l->depth &&
		   l->nest[l->depth - 1].token == l->def_paren) {
		l->def_phase = 3;
	} else if (l->def_phase != 2) {
		l->def_phase = 0;
	}
}

int release_ruby_push(struct ruby_lexer *l, enum release_ruby_token_kind kind, size_t from, size_t to)
{
	struct release_ruby *ruby = l->ruby;
	if (kind == RUBY_T_OP) {
		int rc = note_locals(l, from, to);
		if (rc != ATT_OK)
			return rc;
		follow_def(l, from, to);
	} else if (l->def_phase == 1 || l->def_phase == 3) {
		l->def_phase = 0;
	}
	struct release_ruby_token *token =
		att_arena_push(l->arena, (void **)&ruby->tokens, &ruby->count, &ruby->capacity, sizeof *token);
	if (!token)
		return att_err_memory(l->err);
	*token = (struct release_ruby_token){
		.begin = (uint32_t)from, .end = (uint32_t)to, .kind = (uint8_t)kind, .is_spaced = l->is_spaced};
	l->is_spaced = false;
	l->no_label = false;
	return ATT_OK;
}

static char peek(const struct ruby_lexer *l, size_t ahead)
{
	return l->at + ahead < l->text.len ? l->text.data[l->at + ahead] : '\0';
}

/* ---- brackets and keywords ---- */

static int open_bracket(struct ruby_lexer *l, size_t len)
{
	int rc = release_ruby_push(l, RUBY_T_OP, l->at, l->at + len);
	if (rc == ATT_OK)
		rc = release_ruby_nest(l, RUBY_IN_BRACKET);
	l->at += len;
	l->state = RUBY_BEG;
	return rc;
}

static int close_bracket(struct ruby_lexer *l, char c)
{
	struct ruby_nest *nest = l->depth ? &l->nest[l->depth - 1] : NULL;
	bool inserted = nest && nest->kind == RUBY_IN_INSERT && c == '}';
	char open = c == ')' ? '(' : c == ']' ? '[' : '{';
	if (!inserted && (!nest || nest->kind != RUBY_IN_BRACKET ||
			  l->text.data[l->ruby->tokens[nest->token].begin] != open))
		return release_ruby_refuse(l, ATT_ERR_MALFORMED, l->at, l->at + 1,
					   "a closing bracket that nothing here opened");
	uint32_t opener = nest->token;
	int rc = release_ruby_push(l, inserted ? RUBY_T_INSERTED : RUBY_T_OP, l->at, l->at + 1);
	if (rc != ATT_OK)
		return rc;
	l->depth--;
	release_ruby_pair(l, opener, (uint32_t)l->ruby->count - 1);
	l->at++;
	/* A body may begin right behind the parameters. */
	l->state = l->def_phase == 3 && opener == l->def_paren ? RUBY_BEG : RUBY_AFTER;
	if (l->state == RUBY_BEG)
		l->names = RUBY_NAMES_USED;
	return ATT_OK;
}

/* ---- operators ---- */

/* Does a character that has two meanings begin a value here? */
static int begins_value(struct ruby_lexer *l, size_t len, bool *is)
{
	char next = peek(l, len);
	*is = l->state == RUBY_BEG || l->state == RUBY_MID;
	if (*is || l->state != RUBY_ARG || !l->is_spaced || att_ascii_is_space(next) || next == '\0')
		return ATT_OK;
	if (release_ruby_is_local(l))
		return release_ruby_refuse(
			l, ATT_ERR_UNSUPPORTED, l->at, l->at + len,
			"an operator or the beginning of a literal behind what may be a variable");
	*is = true;
	return ATT_OK;
}

static int lex_operator(struct ruby_lexer *l)
{
	size_t len = release_ruby_operator_len(att_str_from(l->text, l->at));
	char c = peek(l, 0);
	if (!strchr("+-*/%<>=!&|^~.,;:?()[]{}", c))
		return release_ruby_refuse(l, ATT_ERR_MALFORMED, l->at, l->at + 1,
					   "a character that Ruby does not know");
	bool is_name = l->state == RUBY_FNAME || l->state == RUBY_DOT;
	if (is_name && c != '(') {
		if (c == '[' && peek(l, 1) == ']')
			len = peek(l, 2) == '=' ? 3 : 2;
		else if ((c == '+' || c == '-' || c == '!' || c == '~') && peek(l, 1) == '@')
			len = 2;
		return release_ruby_lex_method_name(l, l->at + len);
	}
	int rc = release_ruby_push(l, RUBY_T_OP, l->at, l->at + len);
	struct att_str op = {l->text.data + l->at, len};
	l->at += len;
	l->state = att_str_is(op, ".") || att_str_is(op, "&.") ? RUBY_DOT : RUBY_BEG;
	if (att_str_is(op, "::") && att_ascii_is_alpha(peek(l, 0)) && att_ascii_lower(peek(l, 0)) == peek(l, 0))
		l->state = RUBY_DOT;
	l->no_label = att_str_is(op, "?");
	return rc;
}

static int lex_question(struct ruby_lexer *l)
{
	bool is_value;
	int rc = begins_value(l, 1, &is_value);
	if (rc != ATT_OK)
		return rc;
	size_t len = peek(l, 1) == '\\' ? 3 : 2;
	uint32_t point;
	if ((unsigned char)peek(l, 1) >= 0x80)
		len = 1 + att_utf8_decode(att_str_from(l->text, l->at + 1), &point);
	if (!is_value || !peek(l, 1) || att_ascii_is_space(peek(l, 1)) ||
	    (release_ruby_is_name(peek(l, 1)) && release_ruby_is_name(peek(l, len))))
		return lex_operator(l);
	if (len == 3 &&
	    (release_ruby_is_name(peek(l, 3)) || strchr("-\\\n", peek(l, 2)) || l->at + 3 > l->text.len))
		return release_ruby_refuse(l, ATT_ERR_UNSUPPORTED, l->at, l->at + 2,
					   "a character by its number");
	rc = release_ruby_push(l, RUBY_T_CHAR, l->at, l->at + len);
	l->at += len;
	l->state = RUBY_AFTER;
	return rc;
}

static bool begins_id(char c)
{
	return c == '~' || c == '-' || c == '"' || c == '\'' || c == '`' || release_ruby_is_name(c);
}

/* What may be an operator or begin a literal: / % << ? : and `. */
static int lex_either(struct ruby_lexer *l, bool *done)
{
	char c = peek(l, 0);
	bool is_value = false, is_name = l->state == RUBY_FNAME || l->state == RUBY_DOT;
	int rc = ATT_OK;
	*done = true;
	if (c == '`')
		return is_name ? release_ruby_lex_method_name(l, l->at + 1)
			       : release_ruby_begin_quote(l, l->at, l->at + 1, '`', '`');
	if (c == '?' && !is_name)
		return lex_question(l);
	if (c == ':' && l->state != RUBY_DOT && peek(l, 1) != ':' && l->state != RUBY_AFTER && peek(l, 1) &&
	    !att_ascii_is_space(peek(l, 1)) && peek(l, 1) != '#')
		return release_ruby_lex_symbol(l);
	bool is_heredoc = att_str_starts(att_str_from(l->text, l->at), ATT_STR("<<")) &&
			  begins_id(peek(l, 2)) &&
			  !(last(l)->kind == RUBY_T_KEYWORD && last(l)->keyword == RUBY_K_CLASS);
	if (!is_name && (c == '/' || c == '%' || is_heredoc)) {
		/* "x /= 2" assigns, unless a value has to stand here. */
		bool assigns = peek(l, 1) == '=' && l->state == RUBY_ARG;
		if (!assigns)
			rc = begins_value(l, is_heredoc ? 2 : 1, &is_value);
		if (rc == ATT_OK && is_value && c == '/')
			return release_ruby_begin_quote(l, l->at, l->at + 1, '/', '/');
		if (rc == ATT_OK && is_value && c == '%')
			return (rc = release_ruby_begin_percent(l, done)) == ATT_OK && !*done
				       ? release_ruby_refuse(l, ATT_ERR_MALFORMED, l->at, l->at + 1,
							     "a '%' that begins nothing known")
				       : rc;
		if (rc == ATT_OK && is_value)
			return release_ruby_begin_heredoc(l, done);
	}
	*done = false;
	return rc;
}

/* ---- lines ---- */

static bool at_word(struct att_str text, size_t at, struct att_str word)
{
	struct att_str rest = att_str_from(text, at);
	return att_str_starts(rest, word) && (rest.len == word.len || att_ascii_is_space(rest.data[word.len]));
}

static size_t line_end(struct att_str text, size_t at)
{
	size_t end = att_str_find_byte(att_str_from(text, at), '\n');
	return end == ATT_STR_NONE ? text.len : at + end;
}

/* At the beginning of a line: passes "=begin ... =end"; after "__END__" nothing is Ruby. */
static int begin_line(struct ruby_lexer *l)
{
	while (at_word(l->text, l->at, ATT_STR("=begin"))) {
		size_t start = l->at, at = start;
		do {
			at = line_end(l->text, at) + 1;
			if (at >= l->text.len)
				return release_ruby_refuse(l, ATT_ERR_MALFORMED, start, start + 6,
							   "a comment without its '=end'");
		} while (!at_word(l->text, at, ATT_STR("=end")));
		at = line_end(l->text, at);
		l->at = at < l->text.len ? at + 1 : at;
	}
	struct att_str line = {l->text.data + l->at, line_end(l->text, l->at) - l->at};
	if (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	if (att_str_is(line, "__END__"))
		l->text.len = l->at;
	return ATT_OK;
}

/* A line end ends a statement unless a value has to follow, or the next line goes on with ".method". Blank and
 * comment lines in between are passed at once. */
static int lex_newline(struct ruby_lexer *l)
{
	size_t at = l->at;
	int rc = ATT_OK;
	do {
		if (l->at < l->text.len && l->text.data[l->at] == '#')
			l->at = line_end(l->text, l->at);
		if (l->at >= l->text.len)
			break;
		if (l->text.data[l->at] == '\n') {
			l->at = l->heredoc ? l->heredoc : l->at + 1;
			l->heredoc = 0;
			rc = begin_line(l);
		}
		while (rc == ATT_OK && l->at < l->text.len && l->text.data[l->at] != '\n' &&
		       att_ascii_is_space(l->text.data[l->at]))
			l->at++;
	} while (rc == ATT_OK && l->at < l->text.len &&
		 (l->text.data[l->at] == '\n' || l->text.data[l->at] == '#'));
	if (rc != ATT_OK)
		return rc;
	l->is_spaced = true;
	l->def_phase = 0;
	if (l->state == RUBY_BEG || l->state == RUBY_DOT || l->state == RUBY_FNAME)
		return ATT_OK;
	if ((peek(l, 0) == '.' && peek(l, 1) != '.') || (peek(l, 0) == '&' && peek(l, 1) == '.'))
		return ATT_OK;
	rc = release_ruby_push(l, RUBY_T_NEWLINE, at, at + (at < l->text.len));
	l->is_spaced = true;
	l->state = RUBY_BEG;
	l->names = RUBY_NAMES_USED;
	if (l->depth)
		l->nest[l->depth - 1].awaits_do = false;
	return rc;
}

static int lex_code(struct ruby_lexer *l)
{
	char c = peek(l, 0);
	bool done;
	if (c == '\n' || c == '#')
		return lex_newline(l);
	if (att_ascii_is_space(c) ||
	    (c == '\\' && (peek(l, 1) == '\n' || (peek(l, 1) == '\r' && peek(l, 2) == '\n')))) {
		if (c == '\\' && l->heredoc)
			return release_ruby_refuse(l, ATT_ERR_UNSUPPORTED, l->at, l->at + 1,
						   "a line that goes on behind a heredoc");
		l->at += c != '\\' ? 1 : peek(l, 1) == '\r' ? 3 : 2;
		l->is_spaced = true;
		return ATT_OK;
	}
	if (release_ruby_is_name(c) && !att_ascii_is_digit(c))
		return release_ruby_lex_name(l);
	if (att_ascii_is_digit(c))
		return release_ruby_lex_number(l);
	if (c == '@' || c == '$')
		return release_ruby_lex_variable(l);
	if (c == '"' || c == '\'')
		return release_ruby_begin_quote(l, l->at, l->at + 1, c, c);
	int rc = lex_either(l, &done);
	if (rc != ATT_OK || done)
		return rc;
	if ((c == '(' || c == '[' || c == '{') &&
	    !(c == '[' && (l->state == RUBY_FNAME || l->state == RUBY_DOT)))
		return open_bracket(l, 1);
	if (c == ')' || c == ']' || c == '}')
		return close_bracket(l, c);
	if (c == ';') {
		rc = release_ruby_push(l, RUBY_T_NEWLINE, l->at, l->at + 1);
		l->at++;
		l->state = RUBY_BEG;
		l->names = RUBY_NAMES_USED;
		if (l->depth)
			l->nest[l->depth - 1].awaits_do = false;
		return rc;
	}
	return lex_operator(l);
}

static bool names_known_encoding(struct att_str value)
{
	return att_str_equal_nocase(att_str_first(value, 5), ATT_STR("utf-8")) ||
	       att_str_equal_nocase(att_str_first(value, 5), ATT_STR("ascii")) ||
	       att_str_equal_nocase(att_str_first(value, 6), ATT_STR("binary")) ||
	       att_str_equal_nocase(att_str_first(value, 8), ATT_STR("us-ascii"));
}

/* Bytes that end a script for Ruby, or that no editor shows, and encodings in which a byte of ours is half a
 * character of theirs. */
static int check_bytes(struct ruby_lexer *l)
{
	size_t bad = att_utf8_valid_prefix(l->text), lines = 0;
	for (size_t i = 0; i < bad; i++) {
		unsigned char c = (unsigned char)l->text.data[i];
		if (c == 0x7f || (c < 0x20 && !att_ascii_is_space((char)c)))
			bad = i;
	}
	if (bad < l->text.len)
		return release_ruby_refuse(l, ATT_ERR_MALFORMED, bad, bad + 1,
					   "a byte that is no UTF-8, or a control character");
	for (size_t at = 0; at < l->text.len && lines < 2; lines++) {
		size_t end = line_end(l->text, at);
		struct att_str line = {l->text.data + at, end - at};
		size_t coding =
			line.len && line.data[0] == '#' ? att_str_find(line, ATT_STR("coding")) : ATT_STR_NONE;
		if (coding != ATT_STR_NONE) {
			struct att_str value = att_str_trim(att_str_from(line, coding + 6));
			bool is_set = value.len && (value.data[0] == ':' || value.data[0] == '=');
			if (is_set && !names_known_encoding(att_str_trim(att_str_from(value, 1))))
				return release_ruby_refuse(l, ATT_ERR_UNSUPPORTED, at, end,
							   "an encoding other than UTF-8");
		}
		at = end + 1;
	}
	return ATT_OK;
}

static int run(struct ruby_lexer *l)
{
	int rc = check_bytes(l);
	if (rc == ATT_OK && att_str_starts(l->text, ATT_STR("\xef\xbb\xbf")))
		l->at = 3;
	if (rc == ATT_OK)
		rc = release_ruby_push(l, RUBY_T_NEWLINE, 0, 0); /* 0 is "no token" */
	if (rc == ATT_OK)
		rc = begin_line(l);
	while (rc == ATT_OK && l->at < l->text.len) {
		enum ruby_nest_kind in = l->depth ? l->nest[l->depth - 1].kind : RUBY_IN_BRACKET;
		rc = in == RUBY_IN_QUOTE || in == RUBY_IN_HEREDOC ? release_ruby_lex_quoted(l) : lex_code(l);
	}
	if (rc == ATT_OK && l->depth) {
		const struct release_ruby_token *open = &l->ruby->tokens[l->nest[l->depth - 1].token];
		rc = release_ruby_refuse(l, ATT_ERR_MALFORMED, open->begin, open->end, "this has no end");
	}
	return rc == ATT_OK ? release_ruby_push(l, RUBY_T_END, l->text.len, l->text.len) : rc;
}

int release_ruby_lex(struct release_ruby *ruby, struct att_arena *arena, struct att_err *err)
{
	struct ruby_lexer *l = att_arena_alloc(arena, 1, sizeof *l);
	if (!l)
		return att_err_memory(err);
	l->ruby = ruby;
	l->arena = arena;
	l->err = err;
	l->text = ruby->source->text;
	att_map_init(&l->locals);
	int rc = run(l);
	att_map_clear(&l->locals);
	return rc;
}
