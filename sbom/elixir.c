// SPDX-License-Identifier: Apache-2.0
#include "sbom/elixir.h"

#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

/* --- tokens -------------------------------------------------------------------------------------------- */

static char peek(const struct sbom_elixir_reader *r, size_t ahead)
{
	struct att_str text = r->source->text;
	return r->at + ahead < text.len ? text.data[r->at + ahead] : '\0';
}

static bool is_word_byte(char c)
{
	return att_ascii_is_alnum(c) || c == '_' || c == '@' || (unsigned char)c >= 0x80;
}

static void skip_space(struct sbom_elixir_reader *r)
{
	while (r->at < r->source->text.len) {
		if (peek(r, 0) == '#') {
			while (r->at < r->source->text.len && peek(r, 0) != '\n')
				r->at++;
		} else if (att_ascii_is_space(peek(r, 0))) {
			r->at++;
		} else {
			return;
		}
	}
}

static int fail(struct sbom_elixir_reader *r, int code, size_t begin, size_t end, const char *message)
{
	return att_source_err(r->source, r->err, code, ((struct att_span){(uint32_t)begin, (uint32_t)end}),
			      "%s", message);
}

/* "\x41", "\x{41}", "\u0041", "\u{41}" at `at`, which is left behind it. */
static bool take_code_point(struct att_str raw, size_t *at, uint32_t *out)
{
	size_t i = *at + 1, most = raw.data[*at] == 'x' ? 2 : 4, digits = 0;
	bool braces = i < raw.len && raw.data[i] == '{';
	uint32_t value = 0;
	i += braces;
	most = braces ? 6 : most;
	for (; i < raw.len && digits < most && att_ascii_hex(raw.data[i]) >= 0; i++, digits++)
		value = value * 16 + (uint32_t)att_ascii_hex(raw.data[i]);
	if (digits == 0 || (braces && (i >= raw.len || raw.data[i] != '}')) ||
	    (raw.data[*at] == 'u' && !braces && digits != 4))
		return false;
	*at = i + braces;
	*out = value;
	return value > 0 && value < 0x110000 && (value < 0xd800 || value > 0xdfff);
}

static bool decode_escape(struct att_str raw, size_t *at, char *out, size_t *len)
{
	static const char from[] = "abdefnrstv", to[] = "\a\b\x7f\x1b\f\n\r \t\v";
	uint32_t code_point;
	char c = raw.data[*at], utf8[4];
	const char *simple = memchr(from, c, sizeof from - 1);
	if (c == 'x' || c == 'u') {
		if (!take_code_point(raw, at, &code_point))
			return false;
		size_t size = att_utf8_encode(code_point, utf8);
		memcpy(out + *len, utf8, size);
		*len += size;
		return true;
	}
	if (att_ascii_is_alnum(c) && !simple)
		return false;
	out[(*len)++] = simple ? to[simple - from] : c;
	(*at)++;
	return true;
}

/* The inside of a string without "#{" at [begin, end) of the text. */
static int decode(struct sbom_elixir_reader *r, size_t begin, size_t end, struct att_str *out)
{
	struct att_str raw = att_str_first(att_str_from(r->source->text, begin), end - begin);
	size_t valid = att_utf8_valid_prefix(raw);
	if (valid < raw.len)
		return fail(r, ATT_ERR_MALFORMED, begin + valid, begin + valid + 1,
			    "expected UTF-8, found another byte");
	if (att_str_find_byte(raw, '\0') != ATT_STR_NONE)
		return fail(r, ATT_ERR_MALFORMED, begin, end, "expected text, found a NUL");
	*out = raw.len ? raw : ATT_STR("");
	if (att_str_find_byte(raw, '\\') == ATT_STR_NONE)
		return ATT_OK;
	/* No escape is shorter than what it stands for. */
	char *copy = att_arena_alloc(r->arena, raw.len + 4, 1);
	size_t len = 0;
	if (!copy)
		return att_err_memory(r->err);
	for (size_t i = 0; i < raw.len;) {
		if (raw.data[i] != '\\') {
			copy[len++] = raw.data[i++];
			continue;
		}
		size_t at = i + 1;
		if (at >= raw.len || !decode_escape(raw, &at, copy, &len))
			return fail(r, ATT_ERR_MALFORMED, begin + i, begin + i + 2,
				    "expected an escape like \\n, \\\" or \\u0041");
		i = at;
	}
	*out = (struct att_str){copy, len};
	return ATT_OK;
}

/* From the opening quotes on; a here-document has three. */
static int take_string(struct sbom_elixir_reader *r, struct att_str *out)
{
	const struct att_str text = r->source->text;
	char quote = peek(r, 0);
	size_t quotes = peek(r, 1) == quote && peek(r, 2) == quote ? 3 : 1, start = r->at, braces = 0;
	bool interpolated = false;
	r->at += quotes;
	size_t begin = r->at;
	while (r->at < text.len) {
		char c = text.data[r->at];
		if (c == '\\') {
			r->at++;
		} else if (c == '#' && peek(r, 1) == '{') {
			interpolated = true;
			braces++;
		} else if (braces > 0 && c == '}') {
			braces--;
		} else if (braces == 0 && c == quote &&
			   (quotes == 1 || (peek(r, 1) == quote && peek(r, 2) == quote))) {
			size_t end = r->at;
			r->at += quotes;
			return interpolated ? fail(r, ATT_ERR_UNSUPPORTED, start, r->at,
						   "expected plain text, found \"#{...}\" in it")
					    : decode(r, begin, end, out);
		}
		r->at++;
	}
	r->at = text.len;
	return fail(r, ATT_ERR_MALFORMED, start, text.len, "expected the end of this string, found none");
}

/* ~w(dev test)a */
static void take_sigil(struct sbom_elixir_reader *r, struct att_str *out)
{
	static const char open[] = "([{<", close[] = ")]}>";
	const struct att_str text = r->source->text;
	r->at++;
	while (att_ascii_is_alpha(peek(r, 0)))
		r->at++;
	struct att_str here = att_str_from(text, r->at);
	if (att_str_starts(here, ATT_STR("\"\"\"")) || att_str_starts(here, ATT_STR("'''"))) {
		size_t length = att_str_find(att_str_from(here, 3), att_str_first(here, 3));
		*out = att_str_first(att_str_from(here, 3), length);
		r->at += out->len + 6;
		return;
	}
	const char *pair = memchr(open, peek(r, 0), sizeof open - 1);
	char end = pair ? close[pair - open] : peek(r, 0);
	size_t begin = ++r->at;
	while (r->at < text.len && text.data[r->at] != end)
		r->at += text.data[r->at] == '\\' ? 2 : 1;
	size_t stop = r->at < text.len ? r->at : text.len;
	*out = att_str_first(att_str_from(text, begin), stop - (begin < stop ? begin : stop));
	r->at = stop < text.len ? stop + 1 : stop;
	while (att_ascii_is_alnum(peek(r, 0)))
		r->at++;
}

static struct att_str take_word(struct sbom_elixir_reader *r)
{
	size_t begin = r->at;
	while (is_word_byte(peek(r, 0)))
		r->at++;
	if ((peek(r, 0) == '?' || peek(r, 0) == '!') && peek(r, 1) != '=')
		r->at++;
	return att_str_first(att_str_from(r->source->text, begin), r->at - begin);
}

/* A colon behind a name or string makes it a key: "a: 1", but not "a::b". */
static bool take_key_colon(struct sbom_elixir_reader *r)
{
	if (peek(r, 0) != ':' || peek(r, 1) == ':')
		return false;
	r->at++;
	return true;
}

static int take_word_token(struct sbom_elixir_reader *r, struct sbom_elixir_token *token)
{
	bool number = att_ascii_is_digit(peek(r, 0));
	token->text = take_word(r);
	if (!number && take_key_colon(r))
		token->kind = SBOM_ELIXIR_KEY;
	else if (att_str_is(token->text, "nil") || att_str_is(token->text, "true") ||
		 att_str_is(token->text, "false"))
		token->kind = SBOM_ELIXIR_ATOM;
	else
		token->kind = number ? SBOM_ELIXIR_INTEGER : SBOM_ELIXIR_WORD;
	for (size_t i = 0; number && i < token->text.len; i++)
		if (!att_ascii_is_digit(token->text.data[i]) && token->text.data[i] != '_')
			token->kind = SBOM_ELIXIR_WORD;
	return ATT_OK;
}

static int take_token(struct sbom_elixir_reader *r, struct sbom_elixir_token *token)
{
	char c = peek(r, 0), next = peek(r, 1);
	if (c == '"' || c == '\'') {
		token->kind = SBOM_ELIXIR_STRING;
		int status = take_string(r, &token->text);
		if (status == ATT_OK && take_key_colon(r))
			token->kind = SBOM_ELIXIR_KEY;
		return status;
	}
	if (c == ':' && (next == '"' || next == '\'')) {
		token->kind = SBOM_ELIXIR_ATOM;
		r->at++;
		return take_string(r, &token->text);
	}
	if (c == ':' && is_word_byte(next)) {
		token->kind = SBOM_ELIXIR_ATOM;
		r->at++;
		token->text = take_word(r);
		return ATT_OK;
	}
	if (c == '~' && att_ascii_is_alpha(next)) {
		token->kind = SBOM_ELIXIR_SIGIL;
		take_sigil(r, &token->text);
		return ATT_OK;
	}
	if (is_word_byte(c) && c != '@')
		return take_word_token(r, token);
	bool map = c == '%' && next == '{', arrow = c == '=' && next == '>';
	token->kind = map ? SBOM_ELIXIR_MAP_OPEN : arrow ? SBOM_ELIXIR_ARROW : SBOM_ELIXIR_MARK;
	/* ?" is a number. */
	token->text = att_str_first(att_str_from(r->source->text, r->at), map || arrow || c == '?' ? 2 : 1);
	r->at += token->text.len;
	return ATT_OK;
}

int sbom_elixir_next(struct sbom_elixir_reader *reader, struct sbom_elixir_token *token)
{
	skip_space(reader);
	*token = (struct sbom_elixir_token){.kind = SBOM_ELIXIR_END};
	token->span.begin = (uint32_t)reader->at;
	int status = reader->at < reader->source->text.len ? take_token(reader, token) : ATT_OK;
	token->span.end = (uint32_t)reader->at;
	return status;
}

/* --- terms --------------------------------------------------------------------------------------------- */

static bool is_mark(const struct sbom_elixir_token *token, char mark)
{
	return token->kind == SBOM_ELIXIR_MARK && token->text.len > 0 && token->text.data[0] == mark;
}

static int unexpected(struct sbom_elixir_reader *r, const struct sbom_elixir_token *token, const char *expected)
{
	struct att_str found = att_str_first(att_str_from(r->source->text, token->span.begin),
					     token->span.end - token->span.begin);
	if (token->kind == SBOM_ELIXIR_END)
		found = ATT_STR("the end of the file");
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, token->span, "expected %s, found %.*s",
			      expected, ATT_STR_ARG(att_str_first(found, 100)));
}

static int parse_term(struct sbom_elixir_reader *r, const struct sbom_elixir_token *first, unsigned depth,
		      struct sbom_elixir_term *out);

static struct sbom_elixir_term *push(struct sbom_elixir_reader *r, struct sbom_elixir_term *into,
				     size_t *capacity)
{
	void *items = into->items;
	size_t count = into->count;
	struct sbom_elixir_term *slot = att_arena_push(r->arena, &items, &count, capacity, sizeof *slot);
	if (slot) {
		into->items = items;
		into->count = (uint32_t)count;
	}
	return slot;
}

/* What follows `key: ` or `key => `, as a tuple of both. */
static int parse_pair(struct sbom_elixir_reader *r, const struct sbom_elixir_term *key, unsigned depth,
		      struct sbom_elixir_term *out)
{
	struct sbom_elixir_token token;
	out->kind = SBOM_ELIXIR_TUPLE;
	out->count = 2;
	out->items = att_arena_alloc(r->arena, 2, sizeof *out->items);
	if (!out->items)
		return att_err_memory(r->err);
	out->items[0] = *key;
	int status = sbom_elixir_next(r, &token);
	if (status == ATT_OK)
		status = parse_term(r, &token, depth, &out->items[1]);
	out->span = (struct att_span){key->span.begin, out->items[1].span.end};
	return status;
}

static int parse_item(struct sbom_elixir_reader *r, const struct sbom_elixir_token *token, bool in_map,
		      unsigned depth, struct sbom_elixir_term *out)
{
	struct sbom_elixir_term key;
	struct sbom_elixir_token arrow;
	if (token->kind == SBOM_ELIXIR_KEY) {
		key = (struct sbom_elixir_term){
			.kind = SBOM_ELIXIR_ATOM, .span = token->span, .text = token->text};
		return parse_pair(r, &key, depth, out);
	}
	if (!in_map)
		return parse_term(r, token, depth, out);
	int status = parse_term(r, token, depth, &key);
	if (status == ATT_OK)
		status = sbom_elixir_next(r, &arrow);
	if (status == ATT_OK && arrow.kind != SBOM_ELIXIR_ARROW)
		status = unexpected(r, &arrow, "\"=>\" after the key of a map");
	return status == ATT_OK ? parse_pair(r, &key, depth, out) : status;
}

static int parse_items(struct sbom_elixir_reader *r, char close, unsigned depth, struct sbom_elixir_term *out)
{
	struct sbom_elixir_token token;
	size_t capacity = 0;
	if (depth >= ATT_MAX_DEPTH)
		return fail(r, ATT_ERR_LIMIT, out->span.begin, out->span.end, "expected fewer nested terms");
	int status = sbom_elixir_next(r, &token);
	while (status == ATT_OK && !is_mark(&token, close)) {
		struct sbom_elixir_term *item = push(r, out, &capacity);
		if (!item)
			return att_err_memory(r->err);
		status = parse_item(r, &token, out->kind == SBOM_ELIXIR_MAP, depth + 1, item);
		if (status == ATT_OK)
			status = sbom_elixir_next(r, &token);
		if (status != ATT_OK || is_mark(&token, close))
			break;
		if (!is_mark(&token, ','))
			return unexpected(r, &token, close == ']' ? "\",\" or \"]\"" : "\",\" or \"}\"");
		status = sbom_elixir_next(r, &token);
	}
	out->span.end = token.span.end;
	return status;
}

static int parse_term(struct sbom_elixir_reader *r, const struct sbom_elixir_token *first, unsigned depth,
		      struct sbom_elixir_term *out)
{
	*out = (struct sbom_elixir_term){.kind = first->kind, .span = first->span, .text = first->text};
	if (r->values++ >= ATT_MAX_VALUES)
		return fail(r, ATT_ERR_LIMIT, first->span.begin, first->span.end, "expected fewer terms");
	if (first->kind == SBOM_ELIXIR_MAP_OPEN) {
		out->kind = SBOM_ELIXIR_MAP;
		return parse_items(r, '}', depth, out);
	}
	if (is_mark(first, '{')) {
		out->kind = SBOM_ELIXIR_TUPLE;
		return parse_items(r, '}', depth, out);
	}
	if (is_mark(first, '[')) {
		out->kind = SBOM_ELIXIR_LIST;
		return parse_items(r, ']', depth, out);
	}
	if (first->kind == SBOM_ELIXIR_ATOM || first->kind == SBOM_ELIXIR_STRING ||
	    first->kind == SBOM_ELIXIR_INTEGER)
		return ATT_OK;
	return unexpected(r, first, "a map, tuple, list, string, atom or integer");
}

int sbom_elixir_parse(const struct att_source *source, struct att_arena *arena, struct sbom_elixir_term *out,
		      struct att_err *err)
{
	struct sbom_elixir_reader r = {.source = source, .arena = arena, .err = err};
	struct sbom_elixir_token token;
	int status = sbom_elixir_next(&r, &token);
	if (status == ATT_OK)
		status = parse_term(&r, &token, 0, out);
	if (status == ATT_OK)
		status = sbom_elixir_next(&r, &token);
	if (status == ATT_OK && token.kind != SBOM_ELIXIR_END)
		status = unexpected(&r, &token, "the end of the file");
	return status;
}

const struct sbom_elixir_term *sbom_elixir_get(const struct sbom_elixir_term *list, const char *key)
{
	for (uint32_t i = 0; list && list->kind == SBOM_ELIXIR_LIST && i < list->count; i++) {
		const struct sbom_elixir_term *pair = &list->items[i];
		if (pair->kind == SBOM_ELIXIR_TUPLE && pair->count == 2 &&
		    pair->items[0].kind == SBOM_ELIXIR_ATOM && att_str_is(pair->items[0].text, key))
			return &pair->items[1];
	}
	return NULL;
}
