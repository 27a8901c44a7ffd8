// SPDX-License-Identifier: Apache-2.0
/* Words of Ruby: keywords and what they open, names, variables, numbers, symbols. */
#include "release/ruby_internal.h"

#include "libattest/base/banned.h"

static const struct {
	const char *name;
	enum ruby_keyword keyword;
	enum ruby_state state;
} keywords[] = {
	{"BEGIN", RUBY_K_HOOK, RUBY_AFTER},
	{"END", RUBY_K_HOOK, RUBY_AFTER},
	{"__ENCODING__", RUBY_K_FILE, RUBY_AFTER},
	{"__FILE__", RUBY_K_FILE, RUBY_AFTER},
	{"__LINE__", RUBY_K_FILE, RUBY_AFTER},
	{"alias", RUBY_K_ALIAS, RUBY_FNAME},
	{"and", RUBY_K_AND, RUBY_BEG},
	{"begin", RUBY_K_BEGIN, RUBY_BEG},
	{"break", RUBY_K_BREAK, RUBY_MID},
	{"case", RUBY_K_CASE, RUBY_BEG},
	{"class", RUBY_K_CLASS, RUBY_BEG},
	{"def", RUBY_K_DEF, RUBY_FNAME},
	{"defined?", RUBY_K_DEFINED, RUBY_ARG},
	{"do", RUBY_K_DO, RUBY_BEG},
	{"else", RUBY_K_ELSE, RUBY_BEG},
	{"elsif", RUBY_K_ELSIF, RUBY_BEG},
	{"end", RUBY_K_END, RUBY_AFTER},
	{"ensure", RUBY_K_ENSURE, RUBY_BEG},
	{"false", RUBY_K_FALSE, RUBY_AFTER},
	{"for", RUBY_K_FOR, RUBY_BEG},
	{"if", RUBY_K_IF, RUBY_BEG},
	{"in", RUBY_K_IN, RUBY_BEG},
	{"module", RUBY_K_MODULE, RUBY_BEG},
	{"next", RUBY_K_NEXT, RUBY_MID},
	{"nil", RUBY_K_NIL, RUBY_AFTER},
	{"not", RUBY_K_NOT, RUBY_BEG},
	{"or", RUBY_K_OR, RUBY_BEG},
	{"redo", RUBY_K_REDO, RUBY_AFTER},
	{"rescue", RUBY_K_RESCUE, RUBY_MID},
	{"retry", RUBY_K_RETRY, RUBY_AFTER},
	{"return", RUBY_K_RETURN, RUBY_MID},
	{"self", RUBY_K_SELF, RUBY_AFTER},
	{"super", RUBY_K_SUPER, RUBY_ARG},
	{"then", RUBY_K_THEN, RUBY_BEG},
	{"true", RUBY_K_TRUE, RUBY_AFTER},
	{"undef", RUBY_K_UNDEF, RUBY_FNAME},
	{"unless", RUBY_K_UNLESS, RUBY_BEG},
	{"until", RUBY_K_UNTIL, RUBY_BEG},
	{"when", RUBY_K_WHEN, RUBY_BEG},
	{"while", RUBY_K_WHILE, RUBY_BEG},
	{"yield", RUBY_K_YIELD, RUBY_ARG},
};

static struct release_ruby_token *last(const struct ruby_lexer *l)
{
	return &l->ruby->tokens[l->ruby->count - 1];
}

static char peek(const struct ruby_lexer *l, size_t ahead)
{
	return l->at + ahead < l->text.len ? l->text.data[l->at + ahead] : '\0';
}

static int nest_keyword(struct ruby_lexer *l, enum ruby_keyword keyword, bool is_modifier)
{
	struct ruby_nest *nest = l->depth ? &l->nest[l->depth - 1] : NULL;
	int rc;
	switch ((int)keyword) {
	case RUBY_K_IN:
		l->names = RUBY_NAMES_DEFINED;
		return ATT_OK;
	case RUBY_K_THEN:
		l->names = RUBY_NAMES_USED;
		return ATT_OK;
	case RUBY_K_DO:
		l->names = RUBY_NAMES_USED;
		if (nest && nest->kind == RUBY_IN_KEYWORD && nest->awaits_do) {
			nest->awaits_do = false;
			return ATT_OK;
		}
		return release_ruby_nest(l, RUBY_IN_KEYWORD);
	case RUBY_K_IF:
	case RUBY_K_UNLESS:
		return is_modifier ? ATT_OK : release_ruby_nest(l, RUBY_IN_KEYWORD);
	case RUBY_K_WHILE:
	case RUBY_K_UNTIL:
	case RUBY_K_FOR:
		if (keyword == RUBY_K_FOR)
			l->names = RUBY_NAMES_DEFINED;
		if (is_modifier && keyword != RUBY_K_FOR)
			return ATT_OK;
		rc = release_ruby_nest(l, RUBY_IN_KEYWORD);
		if (rc == ATT_OK)
			l->nest[l->depth - 1].awaits_do = true;
		return rc;
	case RUBY_K_DEF:
		l->def_token = (uint32_t)l->ruby->count - 1;
		l->names = RUBY_NAMES_DEFINED;
		return release_ruby_nest(l, RUBY_IN_KEYWORD);
	case RUBY_K_CLASS:
	case RUBY_K_MODULE:
	case RUBY_K_BEGIN:
	case RUBY_K_CASE:
		return release_ruby_nest(l, RUBY_IN_KEYWORD);
	case RUBY_K_END:
		if (!nest || nest->kind != RUBY_IN_KEYWORD)
			return release_ruby_refuse(l, ATT_ERR_MALFORMED, last(l)->begin, last(l)->end,
						   "an 'end' that nothing here waits for");
		release_ruby_pair(l, nest->token, (uint32_t)l->ruby->count - 1);
		l->depth--;
		return ATT_OK;
	default:
		return ATT_OK;
	}
}

static int lex_keyword(struct ruby_lexer *l, size_t to, size_t index)
{
	bool is_modifier = l->state != RUBY_BEG;
	int rc = release_ruby_push(l, RUBY_T_KEYWORD, l->at, to);
	if (rc != ATT_OK)
		return rc;
	last(l)->keyword = (uint8_t)keywords[index].keyword;
	l->at = to;
	l->state = keywords[index].state;
	return nest_keyword(l, keywords[index].keyword, is_modifier);
}

static size_t find_keyword(struct att_str name)
{
	size_t low = 0, high = sizeof keywords / sizeof *keywords;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = att_str_compare(name, att_str_of(keywords[middle].name));
		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return sizeof keywords / sizeof *keywords;
}

bool release_ruby_is_local(const struct ruby_lexer *l)
{
	uint32_t value;
	const struct release_ruby_token *token = last(l);
	struct att_str name = {l->text.data + token->begin, token->end - token->begin};
	if (token->kind != RUBY_T_NAME || release_ruby_is_method_name(l, l->ruby->count - 1))
		return false;
	/* Blocks have "it", and "_1" to "_9", without a word. */
	return att_str_is(name, "it") ||
	       (name.len == 2 && name.data[0] == '_' && att_ascii_is_digit(name.data[1])) ||
	       att_map_find(&l->locals, name, &value);
}

/* A method's name after "def", "alias" or ".": keywords and operators may be one. */
int release_ruby_lex_method_name(struct ruby_lexer *l, size_t to)
{
	size_t before = l->ruby->count - 1; /* "def", or "." of "def self.x" */
	bool of_def = l->def_token && (l->def_token == before ||
				       (l->def_token + 2 == before && release_ruby_op_is(l, last(l), ".")));
	bool first_alias = last(l)->kind == RUBY_T_KEYWORD && last(l)->keyword == RUBY_K_ALIAS;
	char next = to < l->text.len ? l->text.data[to] : '\0';
	char after = to + 1 < l->text.len ? l->text.data[to + 1] : '\0';
	if ((l->state == RUBY_FNAME || of_def) && next == '=' && after != '~' && after != '=' && after != '>')
		to++;
	bool is_const = l->text.data[l->at] >= 'A' && l->text.data[l->at] <= 'Z';
	int rc = release_ruby_push(l, is_const ? RUBY_T_CONST : RUBY_T_NAME, l->at, to);
	l->at = to;
	l->state = first_alias ? RUBY_FNAME : RUBY_ARG;
	if (of_def) {
		l->def_phase = 1;
		l->state = RUBY_AFTER;
		if (peek(l, 0) == '.')
			l->def_phase = 0;
	}
	return rc;
}

static bool may_label(const struct ruby_lexer *l)
{
	return !l->no_label && (l->state == RUBY_BEG || l->state == RUBY_ARG || l->state == RUBY_MID ||
				l->names == RUBY_NAMES_DEFINED);
}

static bool comes_after(const struct ruby_lexer *l, const char *const *ops)
{
	for (; *ops; ops++) {
		if (release_ruby_op_is(l, last(l), *ops))
			return true;
	}
	return false;
}

int release_ruby_lex_name(struct ruby_lexer *l)
{
	static const char *const defining[] = {"|", "=>", "*", "**", "&", NULL};
	size_t to = l->at;
	while (to < l->text.len && release_ruby_is_name(l->text.data[to]))
		to++;
	char next = to < l->text.len ? l->text.data[to] : '\0';
	char after = to + 1 < l->text.len ? l->text.data[to + 1] : '\0';
	if ((next == '?' || next == '!') &&
	    (after != '=' || (to + 2 < l->text.len && strchr("=~>", l->text.data[to + 2])))) {
		to++;
		next = after;
		after = to + 1 < l->text.len ? l->text.data[to + 1] : '\0';
	}
	struct att_str name = {l->text.data + l->at, to - l->at};
	if (l->state == RUBY_FNAME || l->state == RUBY_DOT)
		return release_ruby_lex_method_name(l, to);
	int rc = ATT_OK;
	if (next == ':' && after != ':' && may_label(l)) {
		if (l->names == RUBY_NAMES_DEFINED)
			rc = release_ruby_note_local(l, name);
		if (rc == ATT_OK)
			rc = release_ruby_push(l, RUBY_T_LABEL, l->at, to + 1);
		l->at = to + 1;
		l->state = RUBY_BEG;
		return rc;
	}
	size_t keyword = find_keyword(name);
	if (keyword < sizeof keywords / sizeof *keywords)
		return lex_keyword(l, to, keyword);
	bool is_const = name.data[0] >= 'A' && name.data[0] <= 'Z';
	if (!is_const && (l->names != RUBY_NAMES_USED || comes_after(l, defining)))
		rc = release_ruby_note_local(l, name);
	if (rc == ATT_OK)
		rc = release_ruby_push(l, is_const ? RUBY_T_CONST : RUBY_T_NAME, l->at, to);
	l->at = to;
	l->state = RUBY_ARG;
	return rc;
}

int release_ruby_lex_variable(struct ruby_lexer *l)
{
	size_t to = l->at + 1;
	if (peek(l, 0) == '@') {
		to += peek(l, 1) == '@';
	} else if (to < l->text.len && !release_ruby_is_name(l->text.data[to])) {
		to += l->text.data[to] == '-' ? 2 : 1;
		to = to > l->text.len ? l->text.len : to;
	}
	while (to < l->text.len && release_ruby_is_name(l->text.data[to]))
		to++;
	int rc = release_ruby_push(l, RUBY_T_VAR, l->at, to);
	l->at = to;
	l->state = RUBY_AFTER;
	return rc;
}

int release_ruby_lex_number(struct ruby_lexer *l)
{
	size_t to = l->at;
	for (; to < l->text.len; to++) {
		char c = l->text.data[to], next = to + 1 < l->text.len ? l->text.data[to + 1] : '\0';
		bool is_dot = c == '.' && att_ascii_is_digit(next);
		bool is_sign = (c == '-' || c == '+') && att_ascii_is_digit(next) &&
			       att_ascii_lower(l->text.data[to - 1]) == 'e' &&
			       att_ascii_lower(l->text.data[l->at + 1 < to ? l->at + 1 : l->at]) != 'x';
		if (!att_ascii_is_alnum(c) && c != '_' && !is_dot && !is_sign)
			break;
	}
	int rc = release_ruby_push(l, RUBY_T_NUMBER, l->at, to);
	l->at = to;
	l->state = RUBY_AFTER;
	return rc;
}

size_t release_ruby_operator_len(struct att_str rest)
{
	static const char *const operators[] = {
		"**=", "<=>", "===", "...", "<<=", ">>=", "&&=", "||=", "[]=", "**", "==", "!=",
		">=",  "<=",  "&&",  "||",  "=~",  "!~",  "..",  "::",  "<<",  ">>", "+=", "-=",
		"*=",  "/=",  "%=",  "|=",  "&=",  "^=",  "=>",  "->",  "&.",  NULL,
	};
	for (const char *const *op = operators; *op; op++) {
		if (att_str_starts(rest, att_str_of(*op)) && !att_str_is(att_str_of(*op), "[]="))
			return strlen(*op);
	}
	return 1;
}

int release_ruby_lex_symbol(struct ruby_lexer *l)
{
	char next = peek(l, 1);
	if (next == '"' || next == '\'') {
		l->no_label = true;
		return release_ruby_begin_quote(l, l->at, l->at + 2, next == '"' ? ':' : 's', next);
	}
	size_t to = l->at + 1;
	while (to < l->text.len && (release_ruby_is_name(l->text.data[to]) || l->text.data[to] == '@' ||
				    (l->text.data[to] == '$' && to == l->at + 1)))
		to++;
	char c = to < l->text.len ? l->text.data[to] : '\0';
	char after = to + 1 < l->text.len ? l->text.data[to + 1] : '\0';
	bool is_global = to == l->at + 2 && next == '$' && c && !att_ascii_is_space(c); /* :$! */
	bool goes_on = ((c == '?' || c == '!') && after != '=') ||
		       (c == '=' && after != '=' && after != '~' && after != '>');
	struct att_str rest = att_str_from(l->text, to);
	if (to == l->at + 1)
		to += att_str_starts(rest, ATT_STR("[]="))  ? 3
		      : att_str_starts(rest, ATT_STR("[]")) ? 2
							    : release_ruby_operator_len(rest);
	else if (is_global || goes_on)
		to++;
	int rc = release_ruby_push(l, RUBY_T_SYMBOL, l->at, to);
	l->at = to;
	l->state = RUBY_AFTER;
	return rc;
}
