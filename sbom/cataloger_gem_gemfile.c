// SPDX-License-Identifier: Apache-2.0
/* The Gemfile beside a lock. It is a Ruby program; what is read here are its literal calls, as nearly all
 * Gemfiles have them. */
#include "sbom/cataloger_gem.h"

#include "libattest/base/banned.h"

enum token_kind { WORD, LABEL, SYMBOL, STRING, ARROW, MARK, LINE_END };

struct token {
	enum token_kind kind;
	char mark; /* MARK: the byte */
	struct att_str text;
};

enum { MAX_BLOCKS = 64 };

struct reader {
	struct att_str text;
	size_t at;
	struct att_arena *arena;
	struct att_err *err;
	struct token *tokens;
	size_t count, capacity;
	uint32_t blocks[MAX_BLOCKS]; /* scope bits that each open block gives to its gems, 0: none */
	size_t depth;
	bool lost;
	struct sbom_gemfile *out;
};

/* --- tokens ------------------------------------------------------------------------------------------ */

static int push(struct reader *r, enum token_kind kind, char mark, struct att_str text)
{
	void *items = r->tokens;
	struct token *slot = att_arena_push(r->arena, &items, &r->count, &r->capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(r->err);
	r->tokens = items;
	*slot = (struct token){kind, mark, text};
	return ATT_OK;
}

static char peek(const struct reader *r, size_t ahead)
{
	return r->at + ahead < r->text.len ? r->text.data[r->at + ahead] : '\0';
}

static bool is_word_byte(char c)
{
	return att_ascii_is_alnum(c) || c == '_' || (unsigned char)c >= 0x80;
}

/* The inside of a string; `#{...}` may hold quotes of its own. */
static struct att_str take_string(struct reader *r)
{
	char quote = r->text.data[r->at++];
	size_t start = r->at, braces = 0;
	while (r->at < r->text.len) {
		char c = r->text.data[r->at];
		if (c == '\\')
			r->at++;
		else if (quote == '"' && c == '#' && peek(r, 1) == '{')
			braces++;
		else if (braces > 0 && c == '}')
			braces--;
		else if (braces == 0 && c == quote)
			break;
		r->at++;
	}
	size_t end = r->at < r->text.len ? r->at : r->text.len;
	r->at = end + 1;
	return att_str_first(att_str_from(r->text, start), end - start);
}

static struct att_str take_word(struct reader *r)
{
	size_t start = r->at;
	while (is_word_byte(peek(r, 0)))
		r->at++;
	return att_str_first(att_str_from(r->text, start), r->at - start);
}

/* %w[a b] and %i[a b] */
static int take_words(struct reader *r)
{
	char close = peek(r, 2) == '[' ? ']' : peek(r, 2) == '(' ? ')' : '}';
	int status = push(r, MARK, '[', ATT_STR("["));
	r->at += 3;
	while (status == ATT_OK && r->at < r->text.len && peek(r, 0) != close) {
		size_t start = r->at;
		while (r->at < r->text.len && peek(r, 0) != close && !att_ascii_is_space(peek(r, 0)))
			r->at++;
		if (r->at > start)
			status = push(r, STRING, 0, att_str_first(att_str_from(r->text, start), r->at - start));
		else
			r->at++;
	}
	r->at++;
	return status == ATT_OK ? push(r, MARK, ']', ATT_STR("]")) : status;
}

/* A statement goes on over the end of a line after a comma or an arrow, and nothing is said by empty lines. */
static int take_line_end(struct reader *r)
{
	const struct token *last = r->count ? &r->tokens[r->count - 1] : NULL;
	bool matters = last && last->kind != LINE_END &&
		       (peek(r, 0) == ';' || (last->kind != ARROW && last->mark != ','));
	r->at++;
	return matters ? push(r, LINE_END, 0, ATT_STR("")) : ATT_OK;
}

static void skip_line(struct reader *r)
{
	while (r->at < r->text.len && peek(r, 0) != '\n')
		r->at++;
}

/* =begin ... =end, both at the start of a line. */
static void skip_block_comment(struct reader *r)
{
	do {
		skip_line(r);
		r->at++;
	} while (r->at < r->text.len && !att_str_starts(att_str_from(r->text, r->at), ATT_STR("=end")));
	skip_line(r);
}

static int take_word_token(struct reader *r)
{
	struct att_str word = take_word(r);
	if ((peek(r, 0) == '?' || peek(r, 0) == '!') && peek(r, 1) != '=')
		r->at++;
	if (peek(r, 0) != ':' || peek(r, 1) == ':')
		return push(r, WORD, 0, word);
	r->at++;
	return push(r, LABEL, 0, word);
}

static int take_token(struct reader *r)
{
	struct att_str rest = att_str_from(r->text, r->at);
	char c = peek(r, 0);
	bool line_start = r->at == 0 || r->text.data[r->at - 1] == '\n';
	if (c == '\n' || c == ';')
		return take_line_end(r);
	if (c == '#' || (line_start && att_str_starts(rest, ATT_STR("__END__")))) {
		if (c == '#')
			skip_line(r);
		else
			r->at = r->text.len;
		return ATT_OK;
	}
	if (line_start && att_str_starts(rest, ATT_STR("=begin"))) {
		skip_block_comment(r);
		return ATT_OK;
	}
	if (c == '"' || c == '\'')
		return push(r, STRING, 0, take_string(r));
	if (c == '%' && (peek(r, 1) == 'w' || peek(r, 1) == 'i') &&
	    (peek(r, 2) == '[' || peek(r, 2) == '(' || peek(r, 2) == '{'))
		return take_words(r);
	if (c == ':' && (peek(r, 1) == '"' || peek(r, 1) == '\'')) {
		r->at++;
		return push(r, SYMBOL, 0, take_string(r));
	}
	if (c == ':' && is_word_byte(peek(r, 1))) {
		r->at++;
		return push(r, SYMBOL, 0, take_word(r));
	}
	if (is_word_byte(c))
		return take_word_token(r);
	if (c == '<' && peek(r, 1) == '<' && (peek(r, 2) == '~' || peek(r, 2) == '-'))
		r->lost = true; /* a here-document: its lines are not code */
	if (c == '=' && peek(r, 1) == '>') {
		r->at += 2;
		return push(r, ARROW, 0, ATT_STR("=>"));
	}
	r->at++;
	return att_ascii_is_space(c) ? ATT_OK : push(r, MARK, c, att_str_first(rest, 1));
}

/* --- statements --------------------------------------------------------------------------------------- */

static bool is_word(const struct token *t, const char *word)
{
	return t->kind == WORD && att_str_is(t->text, word);
}

static bool is_mark(const struct token *t, char mark)
{
	return t->kind == MARK && t->mark == mark;
}

static uint32_t bits_of_group(struct att_str group)
{
	static const char *const development[] = {"development", "test", "dev"};
	for (size_t i = 0; i < sizeof development / sizeof development[0]; i++)
		if (att_str_is(group, development[i]))
			return SBOM_DEV;
	return SBOM_RUNTIME;
}

/* `:a`, `"a"` or `[:a, :b]` at `at`; anything else could be any group. */
static uint32_t bits_of_value(const struct token *t, size_t at, size_t end)
{
	uint32_t bits = 0;
	if (at < end && (t[at].kind == SYMBOL || t[at].kind == STRING))
		return bits_of_group(t[at].text);
	if (at >= end || !is_mark(&t[at], '['))
		return SBOM_RUNTIME;
	for (at++; at < end && !is_mark(&t[at], ']'); at++) {
		if (t[at].kind == SYMBOL || t[at].kind == STRING)
			bits |= bits_of_group(t[at].text);
		else if (!is_mark(&t[at], ','))
			return SBOM_RUNTIME;
	}
	return bits ? bits : SBOM_RUNTIME;
}

/* Is there an option `name: VALUE` or `:name => VALUE` at `at`? *value is where its value starts. */
static bool is_option(const struct token *t, size_t at, size_t end, const char *name, size_t *value)
{
	if (t[at].kind == LABEL && att_str_is(t[at].text, name)) {
		*value = at + 1;
		return true;
	}
	if (t[at].kind == SYMBOL && att_str_is(t[at].text, name) && at + 1 < end && t[at + 1].kind == ARROW) {
		*value = at + 2;
		return true;
	}
	return false;
}

/* group :a, :b, optional: true do */
static uint32_t bits_of_block(const struct token *t, size_t count)
{
	uint32_t bits = 0;
	bool optional = false;
	size_t value;
	for (size_t i = 1; i < count && !is_word(&t[i], "do") && !is_mark(&t[i], '{'); i++) {
		if (is_option(t, i, count, "optional", &value)) {
			optional = value < count && is_word(&t[value], "true");
			break;
		}
		if (t[i].kind == SYMBOL || t[i].kind == STRING)
			bits |= bits_of_group(t[i].text);
		else if (!is_mark(&t[i], ',') && !is_mark(&t[i], '(') && !is_mark(&t[i], ')'))
			bits |= SBOM_RUNTIME;
	}
	if (optional && (bits & SBOM_RUNTIME))
		bits = (bits & ~(uint32_t)SBOM_RUNTIME) | SBOM_OPTIONAL;
	return bits;
}

/* gem "name", ..., group: :test */
static int read_gem(struct reader *r, const struct token *t, size_t at, size_t end, uint32_t block)
{
	uint32_t bits = block, before, stored;
	bool found;
	size_t value;
	at += at < end && is_mark(&t[at], '(') ? 1 : 0;
	if (at >= end || t[at].kind != STRING || t[at].text.len == 0)
		return ATT_OK;
	for (size_t i = at + 1; i < end && !is_word(&t[i], "gem"); i++)
		if (is_option(t, i, end, "group", &value) || is_option(t, i, end, "groups", &value))
			bits |= bits_of_value(t, value, end);
	if (bits == 0)
		bits = SBOM_RUNTIME;
	if (att_map_put(&r->out->scopes, t[at].text, bits, &found, &stored) != ATT_OK)
		return att_err_memory(r->err);
	before = found ? stored : 0;
	return (before | bits) == before || att_map_set(&r->out->scopes, t[at].text, before | bits) == ATT_OK
		       ? ATT_OK
		       : att_err_memory(r->err);
}

static bool opens_block(const struct token *t, size_t count)
{
	static const char *const openers[] = {"if",    "unless", "case", "begin", "while",
					      "until", "for",    "def",  "class", "module"};
	for (size_t i = 0; i < sizeof openers / sizeof openers[0]; i++) {
		if (is_word(&t[0], openers[i]))
			return true;
		for (size_t j = 1; j + 1 < count; j++)
			if (is_mark(&t[j], '=') && is_word(&t[j + 1], openers[i]))
				return true;
	}
	for (size_t i = 0; i < count; i++)
		if (is_word(&t[i], "do"))
			return true;
	return false;
}

static int read_statement(struct reader *r, const struct token *t, size_t count)
{
	int status = ATT_OK;
	uint32_t bits = 0;
	if (count == 0)
		return ATT_OK;
	for (size_t i = 0; i < r->depth; i++)
		bits |= r->blocks[i];
	bool is_group = is_word(&t[0], "group");
	uint32_t own = is_group ? bits_of_block(t, count) : 0;
	r->out->has_gemspec |= is_word(&t[0], "gemspec");
	for (size_t i = 0; status == ATT_OK && i + 1 < count; i++)
		if (is_word(&t[i], "gem"))
			status = read_gem(r, t, i + 1, count, bits | own);
	if (is_word(&t[0], "end")) {
		if (r->depth == 0)
			r->lost = true;
		else
			r->depth--;
	} else if (opens_block(t, count) && !is_word(&t[count - 1], "end")) {
		if (r->depth == MAX_BLOCKS)
			r->lost = true;
		else
			r->blocks[r->depth++] = own;
	}
	return status;
}

/* A statement goes on over the end of a line within brackets. */
static int read_statements(struct reader *r)
{
	size_t start = 0, open = 0;
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && !r->lost && i < r->count; i++) {
		const struct token *t = &r->tokens[i];
		if (is_mark(t, '(') || is_mark(t, '[') || is_mark(t, '{'))
			open++;
		else if (open > 0 && (is_mark(t, ')') || is_mark(t, ']') || is_mark(t, '}')))
			open--;
		if (t->kind != LINE_END || open > 0)
			continue;
		status = read_statement(r, &r->tokens[start], i - start);
		start = i + 1;
	}
	if (open > 0 || r->depth > 0)
		r->lost = true;
	return status;
}

int sbom_gemfile_read(struct att_str text, struct att_arena *arena, struct sbom_gemfile *out,
		      struct att_err *err)
{
	struct reader r = {.text = text, .arena = arena, .err = err, .out = out};
	int status = ATT_OK;
	memset(out, 0, sizeof *out);
	while (status == ATT_OK && r.at < text.len && !r.lost)
		status = take_token(&r);
	if (status == ATT_OK)
		status = push(&r, LINE_END, 0, ATT_STR(""));
	if (status == ATT_OK)
		status = read_statements(&r);
	out->understood = status == ATT_OK && !r.lost;
	return status;
}

void sbom_gemfile_clear(struct sbom_gemfile *gemfile)
{
	att_map_clear(&gemfile->scopes);
}
