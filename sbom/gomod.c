// SPDX-License-Identifier: Apache-2.0
#include "sbom/gomod.h"

#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

struct lexer {
	const struct att_source *source;
	struct att_arena *arena;
	struct att_err *err;
	struct att_str text;
	size_t at;
	struct sbom_gomod_token *tokens; /* of all statements, one after another */
	size_t token_count, token_capacity;
	struct sbom_gomod_statement *statements;
	size_t statement_count, statement_capacity;
};

/* --- tokens -------------------------------------------------------------------------------------------- */

static int complain(struct lexer *l, size_t begin, size_t end, const char *message)
{
	return att_source_err(l->source, l->err, ATT_ERR_MALFORMED,
			      ((struct att_span){(uint32_t)begin, (uint32_t)end}), "%s", message);
}

static char peek(const struct lexer *l, size_t ahead)
{
	return l->at + ahead < l->text.len ? l->text.data[l->at + ahead] : '\n';
}

static bool is_end_of_line(const struct lexer *l)
{
	return l->at >= l->text.len || l->text.data[l->at] == '\n';
}

static void skip_space(struct lexer *l)
{
	while (l->at < l->text.len && (peek(l, 0) == ' ' || peek(l, 0) == '\t' || peek(l, 0) == '\r'))
		l->at++;
}

static bool is_punctuation(char c)
{
	return c == '(' || c == ')' || c == '[' || c == ']' || c == '{' || c == '}' || c == ',';
}

static int push_token(struct lexer *l, struct att_str text, size_t begin, bool quoted)
{
	void *items = l->tokens;
	struct sbom_gomod_token *slot =
		att_arena_push(l->arena, &items, &l->token_count, &l->token_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(l->err);
	l->tokens = items;
	*slot = (struct sbom_gomod_token){text, {(uint32_t)begin, (uint32_t)l->at}, quoted};
	return ATT_OK;
}

static int lex_string(struct lexer *l)
{
	size_t begin = l->at++;
	char quote = l->text.data[begin];
	char *plain = NULL;
	size_t len = 0, content = l->at;
	for (; peek(l, 0) != quote || l->at >= l->text.len; l->at++) {
		if (is_end_of_line(l))
			return complain(l, begin, l->at, "expected a closing quote on this line, found none");
		if (peek(l, 0) != '\\' || quote == '`')
			continue;
		if (peek(l, 1) != '\\' && peek(l, 1) != '"')
			return complain(l, l->at, l->at + 2,
					"expected \\\\ or \\\" in a path, found another escape");
		l->at++;
	}
	struct att_str raw = att_str_first(att_str_from(l->text, content), l->at - content);
	l->at++;
	if (quote == '`' || att_str_find_byte(raw, '\\') == ATT_STR_NONE)
		return push_token(l, raw, begin, true);
	plain = att_arena_alloc(l->arena, raw.len, 1);
	if (!plain)
		return att_err_memory(l->err);
	for (size_t i = 0; i < raw.len; i++) {
		i += raw.data[i] == '\\';
		plain[len++] = raw.data[i];
	}
	return push_token(l, (struct att_str){plain, len}, begin, true);
}

static int lex_word(struct lexer *l)
{
	size_t begin = l->at;
	while (!is_end_of_line(l) && !is_punctuation(peek(l, 0)) && !att_ascii_is_space(peek(l, 0))) {
		if (peek(l, 0) == '/' && (peek(l, 1) == '/' || peek(l, 1) == '*'))
			break;
		if (strchr("\"'`", peek(l, 0)) || (unsigned char)peek(l, 0) < ' ')
			return complain(l, l->at, l->at + 1,
					"expected a plain word, found a quote or control character in it");
		l->at++;
	}
	if (l->at == begin)
		return complain(l, begin, begin + 1,
				peek(l, 0) == '/' ? "expected a // comment, found /*"
						  : "expected a word, found a control character");
	return push_token(l, att_str_first(att_str_from(l->text, begin), l->at - begin), begin, false);
}

/* The tokens of one line, and the comment that ends it; the line's end is left alone. */
static int lex_line(struct lexer *l, struct att_str *comment)
{
	int status = ATT_OK;
	*comment = (struct att_str){NULL, 0};
	for (skip_space(l); status == ATT_OK && !is_end_of_line(l); skip_space(l)) {
		char c = peek(l, 0);
		if (c == '/' && peek(l, 1) == '/') {
			size_t begin = l->at + 2, len = att_str_find_byte(att_str_from(l->text, begin), '\n');
			*comment = att_str_trim(att_str_first(att_str_from(l->text, begin), len));
			l->at = len == ATT_STR_NONE ? l->text.len : begin + len;
		} else if (c == '"' || c == '`') {
			status = lex_string(l);
		} else if (is_punctuation(c)) {
			l->at++;
			status = push_token(l, att_str_first(att_str_from(l->text, l->at - 1), 1), l->at - 1,
					    false);
		} else {
			status = lex_word(l);
		}
	}
	return status;
}

/* --- statements ---------------------------------------------------------------------------------------- */

/* Args are given as a position: the token array moves while it grows. */
static int push_statement(struct lexer *l, struct sbom_gomod_token verb, bool in_block, size_t first,
			  struct att_str comment)
{
	void *items = l->statements;
	struct sbom_gomod_statement *slot =
		att_arena_push(l->arena, &items, &l->statement_count, &l->statement_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(l->err);
	l->statements = items;
	size_t count = l->token_count - first;
	*slot = (struct sbom_gomod_statement){
		.verb = verb,
		.count = count,
		.in_block = in_block,
		.span = {in_block ? l->tokens[first].span.begin : verb.span.begin,
			 count ? l->tokens[l->token_count - 1].span.end : verb.span.end},
		.comment = comment,
	};
	return ATT_OK;
}

static bool is_token(const struct sbom_gomod_token *token, char c)
{
	return !token->quoted && token->text.len == 1 && token->text.data[0] == c;
}

static int parse_lines(struct lexer *l)
{
	struct sbom_gomod_token block = {0};
	struct att_str comment;
	bool open = false;
	while (l->at < l->text.len) {
		size_t first = l->token_count;
		int status = lex_line(l, &comment);
		size_t count = l->token_count - first;
		const struct sbom_gomod_token *line = count ? l->tokens + first : NULL;
		l->at++;
		if (status != ATT_OK)
			return status;
		if (count == 0)
			continue;
		if (open && count == 1 && is_token(&line[0], ')')) {
			open = false;
			l->token_count = first;
		} else if (!open && count == 2 && is_token(&line[1], '(')) {
			open = true;
			block = line[0];
			l->token_count = first;
		} else if (!open && count == 3 && is_token(&line[1], '(') && is_token(&line[2], ')')) {
			l->token_count = first; /* an empty block */
		} else if (is_token(&line[0], ')') || is_token(&line[count - 1], '(')) {
			return complain(l, line[0].span.begin, line[count - 1].span.end,
					"expected a statement, found a bracket that nothing matches");
		} else {
			struct sbom_gomod_token verb = open ? block : line[0];
			status = push_statement(l, verb, open, open ? first : first + 1, comment);
			if (status != ATT_OK)
				return status;
		}
	}
	if (open)
		return complain(l, block.span.begin, block.span.end,
				"expected \")\" after this block, found the end of the file");
	return ATT_OK;
}

int sbom_gomod_parse(const struct att_source *source, struct att_arena *arena,
		     struct sbom_gomod_statement **statements, size_t *count, struct att_err *err)
{
	struct lexer l = {.source = source, .arena = arena, .err = err, .text = source->text};
	*statements = NULL;
	*count = 0;
	size_t valid = att_utf8_valid_prefix(source->text);
	if (valid < source->text.len)
		return complain(&l, valid, valid + 1, "expected UTF-8, found other bytes");
	int status = parse_lines(&l);
	if (status != ATT_OK)
		return status;
	/* Statements hold consecutive runs of the token array, each after its own verb outside of blocks. */
	size_t at = 0;
	for (size_t i = 0; i < l.statement_count; i++) {
		at += !l.statements[i].in_block;
		l.statements[i].args = l.tokens ? l.tokens + at : NULL;
		at += l.statements[i].count;
	}
	*statements = l.statements;
	*count = l.statement_count;
	return ATT_OK;
}

/* --- paths and versions -------------------------------------------------------------------------------- */

bool sbom_go_is_module_path(struct att_str path)
{
	struct att_str rest = path, part;
	if (path.len == 0)
		return false;
	while (att_str_split(&rest, '/', &part)) {
		if (part.len == 0 || part.data[0] == '.' || part.data[part.len - 1] == '.')
			return false;
		for (size_t i = 0; i < part.len; i++)
			if (!att_ascii_is_alnum(part.data[i]) && !memchr("-._~", part.data[i], 4))
				return false;
	}
	return true;
}

bool sbom_go_is_folder(struct att_str path)
{
	struct att_str first = att_str_first(path, att_str_find_byte(path, '/'));
	if (path.len == 0)
		return false;
	return att_str_is(first, ".") || att_str_is(first, "..") || path.data[0] == '/' ||
	       path.data[0] == '\\' || att_str_starts(path, ATT_STR(".\\")) ||
	       att_str_starts(path, ATT_STR("..\\")) ||
	       (path.len >= 2 && att_ascii_is_alpha(path.data[0]) && path.data[1] == ':');
}

/* A number without leading zeros; cuts it and one following dot off. */
static bool cut_number(struct att_str *rest, bool dot)
{
	size_t len = 0;
	while (len < rest->len && att_ascii_is_digit(rest->data[len]))
		len++;
	if (len == 0 || (len > 1 && rest->data[0] == '0') ||
	    (dot && (len == rest->len || rest->data[len] != '.')))
		return false;
	*rest = att_str_from(*rest, len + dot);
	return true;
}

static bool is_dotted(struct att_str identifiers, bool zeros)
{
	struct att_str part;
	while (att_str_split(&identifiers, '.', &part)) {
		bool number = true;
		for (size_t i = 0; i < part.len; i++) {
			number &= att_ascii_is_digit(part.data[i]);
			if (!att_ascii_is_alnum(part.data[i]) && part.data[i] != '-')
				return false;
		}
		if (part.len == 0 || (!zeros && number && part.len > 1 && part.data[0] == '0'))
			return false;
	}
	return true;
}

bool sbom_go_is_version(struct att_str version)
{
	struct att_str rest = att_str_from(version, 1);
	if (version.len == 0 || version.data[0] != 'v' || !cut_number(&rest, true) ||
	    !cut_number(&rest, true) || !cut_number(&rest, false))
		return false;
	size_t plus = att_str_find_byte(rest, '+');
	struct att_str before = att_str_first(rest, plus);
	if (plus != ATT_STR_NONE && (plus + 1 == rest.len || !is_dotted(att_str_from(rest, plus + 1), true)))
		return false;
	return before.len == 0 ||
	       (before.data[0] == '-' && before.len > 1 && is_dotted(att_str_from(before, 1), false));
}

/* "v2" of "example.com/a/v2" and "gopkg.in/a.v2"; empty when the path names none. False when it names one
 * that no path may: "/v0", "/v1", "/v02". */
static bool path_major(struct att_str path, struct att_str *major)
{
	bool gopkg = att_str_starts(path, ATT_STR("gopkg.in/"));
	*major = (struct att_str){NULL, 0};
	if (gopkg && att_str_ends(path, ATT_STR("-unstable")))
		path.len -= 9;
	size_t at = path.len;
	while (at > 0 && att_ascii_is_digit(path.data[at - 1]))
		at--;
	bool named = at >= 2 && at < path.len && path.data[at - 1] == 'v' &&
		     path.data[at - 2] == (gopkg ? '.' : '/');
	if (!named)
		return !gopkg;
	*major = att_str_from(path, at - 1);
	return !(major->len > 2 && major->data[1] == '0') &&
	       (gopkg || (!att_str_is(*major, "v0") && !att_str_is(*major, "v1")));
}

bool sbom_go_is_major(struct att_str path, struct att_str version)
{
	struct att_str wanted, found = att_str_first(version, att_str_find_byte(version, '.'));
	if (!path_major(path, &wanted))
		return false;
	if (wanted.len == 0)
		return att_str_is(found, "v0") || att_str_is(found, "v1") ||
		       att_str_ends(version, ATT_STR("+incompatible"));
	/* Commits of gopkg.in's v1 once got pseudo-versions of v0.0.0. */
	return att_str_equal(wanted, found) ||
	       (att_str_is(wanted, "v1") && att_str_starts(version, ATT_STR("v0.0.0-")));
}
