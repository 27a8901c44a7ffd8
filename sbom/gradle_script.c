// SPDX-License-Identifier: Apache-2.0
#include "sbom/gradle_script.h"

#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

struct scanner {
	struct att_str text;
	size_t at;
};

static bool looking_at(const struct scanner *s, const char *what)
{
	return att_str_starts(att_str_from(s->text, s->at), att_str_of(what));
}

static bool is_word_byte(char c)
{
	return att_ascii_is_alnum(c) || c == '_' || (unsigned char)c >= 0x80;
}

static void skip_to(struct scanner *s, const char *what)
{
	size_t found = att_str_find(att_str_from(s->text, s->at), att_str_of(what));
	s->at = found == ATT_STR_NONE ? s->text.len : s->at + found;
}

/* Spaces, comments and lines that are continued. */
static void skip_blank(struct scanner *s)
{
	while (s->at < s->text.len) {
		char c = s->text.data[s->at];
		if (looking_at(s, "//")) {
			skip_to(s, "\n");
		} else if (looking_at(s, "/*")) {
			s->at += 2;
			skip_to(s, "*/");
			s->at = s->at + 2 < s->text.len ? s->at + 2 : s->text.len;
		} else if (looking_at(s, "\\\n")) {
			s->at += 2;
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
			s->at++;
		} else {
			return;
		}
	}
}

/* Three quotes span lines; one does not. */
static void scan_string(struct scanner *s, struct sbom_gradle_token *token)
{
	char quote = s->text.data[s->at];
	const char *triple = quote == '"' ? "\"\"\"" : "'''";
	size_t width = looking_at(s, triple) ? 3 : 1;
	token->kind = GRADLE_STRING;
	s->at += width;
	size_t begin = s->at;
	for (; s->at < s->text.len; s->at++) {
		char c = s->text.data[s->at];
		if (width == 3 ? looking_at(s, triple) : c == quote || c == '\n')
			break;
		token->interpolated |= c == '$' && quote == '"';
		if (c == '\\' && s->at + 1 < s->text.len && s->text.data[s->at + 1] != '\n')
			s->at++;
	}
	token->text = att_str_first(att_str_from(s->text, begin), s->at - begin);
	if (s->at < s->text.len && s->text.data[s->at] == quote)
		s->at += width;
}

static void scan_word(struct scanner *s, struct sbom_gradle_token *token)
{
	size_t begin = s->at;
	token->kind = GRADLE_WORD;
	/* A dot or dash within belongs to the word when it goes on. */
	while (s->at < s->text.len &&
	       (is_word_byte(s->text.data[s->at]) || (s->text.data[s->at] == '.' && s->at + 1 < s->text.len &&
						      is_word_byte(s->text.data[s->at + 1]))))
		s->at++;
	token->text = att_str_first(att_str_from(s->text, begin), s->at - begin);
}

static struct sbom_gradle_token scan(struct scanner *s)
{
	struct sbom_gradle_token token = {0};
	uint32_t begin = (uint32_t)s->at;
	char c = s->text.data[s->at];
	if (c == '"' || c == '\'') {
		scan_string(s, &token);
	} else if (is_word_byte(c)) {
		scan_word(s, &token);
	} else {
		token.kind = c == '\n' || c == ';' ? GRADLE_LINE_END : (unsigned char)c;
		token.text = att_str_first(att_str_from(s->text, s->at), 1);
		s->at++;
	}
	token.span = (struct att_span){begin, (uint32_t)s->at};
	return token;
}

int sbom_gradle_tokens(const struct att_source *source, struct att_arena *arena,
		       struct sbom_gradle_token **tokens, size_t *count, struct att_err *err)
{
	struct scanner s = {.text = source->text};
	size_t capacity = 0, valid = att_utf8_valid_prefix(source->text);
	*tokens = NULL;
	*count = 0;
	if (valid < source->text.len)
		return att_source_err(source, err, ATT_ERR_MALFORMED,
				      ((struct att_span){(uint32_t)valid, (uint32_t)valid + 1}),
				      "expected UTF-8, found other bytes");
	for (skip_blank(&s); s.at < s.text.len; skip_blank(&s)) {
		if (*count >= ATT_MAX_VALUES)
			return att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu words, found more",
					   ATT_MAX_VALUES);
		void *items = *tokens;
		struct sbom_gradle_token *slot = att_arena_push(arena, &items, count, &capacity, sizeof *slot);
		if (!slot)
			return att_err_memory(err);
		*tokens = items;
		*slot = scan(&s);
	}
	return ATT_OK;
}
