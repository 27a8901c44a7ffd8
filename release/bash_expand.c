// SPDX-License-Identifier: Apache-2.0
#include "release/bash_expand.h"

#include "libattest/base/banned.h"

/* One word on its way to its text. */
struct expansion {
	struct release_bash_scope *scope;
	struct att_buf out;
	struct att_str unknown;
	bool splits; /* a word of an array: unquoted values are split, unquoted patterns are files */
	bool quoted; /* quotes were seen: the word is there even when it is empty */
};

static void doubt(struct expansion *x, struct att_str reason)
{
	if (x->unknown.len == 0)
		x->unknown = reason;
}

static void doubt_text(struct expansion *x, const char *what, struct att_str text)
{
	doubt(x, att_arena_printf(x->scope->arena, "%s: %.*s", what, ATT_STR_ARG(att_str_first(text, 80))));
}

/* --- parameters ---------------------------------------------------------------------------------------- */

/* data is NULL, and the word in doubt, when there is no value to be told. */
static struct att_str value_of(struct expansion *x, struct att_str name, uint64_t index)
{
	static const struct att_str none = {NULL, 0};
	const struct release_aur_array *array = release_aur_find(&x->scope->variables, name);
	if (!array || (array->count == 0 && array->unknown.len == 0)) {
		doubt_text(x, "a variable that the file does not set", name);
		return none;
	}
	if (array->unknown.len || index >= array->count) {
		doubt(x, array->unknown.len ? array->unknown
					    : ATT_STR("an element of an array that does not have as many"));
		return none;
	}
	if (array->values[index].unknown.len) {
		doubt(x, array->values[index].unknown);
		return none;
	}
	return array->values[index].text.data ? array->values[index].text : ATT_STR("");
}

/* Unquoted, a value is split at blanks and taken for a pattern of files. */
static void add_value(struct expansion *x, struct att_str value, bool quoted)
{
	for (size_t i = 0; x->splits && !quoted && i < value.len; i++)
		if (att_ascii_is_space(value.data[i]) || strchr("*?[\\", value.data[i])) {
			doubt_text(x, "an unquoted value with blanks or a pattern", value);
			return;
		}
	att_buf_add(&x->out, value);
}

/* "${...}", all of it. */
static void add_braces(struct expansion *x, struct att_str text, bool quoted)
{
	struct att_str inner = att_str_first(att_str_from(text, 2), text.len - 3);
	size_t len = release_bash_name(inner);
	struct att_str name = att_str_first(inner, len), operation = att_str_from(inner, len), value;
	struct att_buf changed;
	uint64_t index = 0;
	if (att_str_starts(operation, ATT_STR("["))) {
		size_t end = att_str_find_byte(operation, ']');
		if (end == ATT_STR_NONE ||
		    !att_str_to_uint(att_str_first(att_str_from(operation, 1), end - 1), 1000000, &index))
			len = 0;
		operation = att_str_from(operation, end + 1);
	}
	if (len == 0) {
		doubt_text(x, "an expansion that is not understood", text);
		return;
	}
	value = value_of(x, name, index);
	if (!value.data)
		return;
	if (operation.len == 0) {
		add_value(x, value, quoted);
		return;
	}
	att_buf_init(&changed, RELEASE_BASH_MAX_VALUE);
	if (release_bash_apply(x->scope, operation, value, &changed) && att_buf_ok(&changed))
		add_value(x, att_buf_str(&changed), quoted);
	else
		doubt_text(x, "an expansion that is not understood", text);
	x->scope->arena->failed |= changed.starved;
	att_buf_clear(&changed);
}

/* Position behind the "}" of "${": quotes and nested expansions were found whole before. */
static size_t end_of_braces(struct att_str text)
{
	size_t at = 2, open = 1;
	while (at < text.len && open > 0) {
		char c = text.data[at];
		if (c == '\\')
			at++;
		else if (c == '\'' || c == '"' || c == '`')
			return ATT_STR_NONE;
		else if (c == '$' && at + 1 < text.len && text.data[at + 1] == '{')
			open++;
		else if (c == '}')
			open--;
		at++;
	}
	return open == 0 && at <= text.len ? at : ATT_STR_NONE;
}

/* Adds what the "$" at the start stands for; returns how much of the text it was. */
static size_t add_parameter(struct expansion *x, struct att_str text, bool quoted)
{
	size_t len = release_bash_name(att_str_from(text, 1)), end;
	struct att_str behind = att_str_from(text, len + 1);
	if (att_str_starts(behind, ATT_STR("\\\n"))) { /* the name goes on in the next line */
		doubt_text(x, "an expansion that is not understood", text);
		return text.len;
	}
	if (len > 0) {
		struct att_str value = value_of(x, att_str_first(att_str_from(text, 1), len), 0);
		if (value.data)
			add_value(x, value, quoted);
		return len + 1;
	}
	if (text.len > 1 && text.data[1] == '{') {
		end = end_of_braces(text);
		if (end != ATT_STR_NONE) {
			add_braces(x, att_str_first(text, end), quoted);
			return end;
		}
	} else if (text.len < 2 || !strchr("(['\"@*#?-$!0123456789", text.data[1])) {
		att_buf_add_byte(&x->out, '$');
		return 1;
	}
	doubt_text(x,
		   text.len > 1 && text.data[1] == '(' ? "the output of a command"
						       : "an expansion that is not understood",
		   text);
	return text.len;
}

/* --- words --------------------------------------------------------------------------------------------- */

static size_t add_double(struct expansion *x, struct att_str text)
{
	size_t at = 1;
	x->quoted = true;
	while (at < text.len && text.data[at] != '"') {
		struct att_str rest = att_str_from(text, at);
		if (x->unknown.len)
			return text.len;
		if (rest.data[0] == '\\' && rest.len > 1 && strchr("$`\"\\\n", rest.data[1])) {
			if (rest.data[1] != '\n')
				att_buf_add_byte(&x->out, rest.data[1]);
			at += 2;
		} else if (rest.data[0] == '`') {
			doubt_text(x, "the output of a command", rest);
		} else if (rest.data[0] == '$' &&
			   !(rest.len > 1 && (rest.data[1] == '"' || rest.data[1] == '\''))) {
			at += add_parameter(x, rest, true);
		} else {
			att_buf_add_byte(&x->out, rest.data[0]);
			at++;
		}
	}
	return at + 1;
}

/* $'...', whose escapes are left to others. */
static size_t add_ansi(struct expansion *x, struct att_str text)
{
	struct att_str inner = att_str_from(text, 2);
	size_t end = att_str_find_byte(inner, '\'');
	x->quoted = true;
	if (end == ATT_STR_NONE || att_str_find_byte(att_str_first(inner, end), '\\') != ATT_STR_NONE) {
		doubt_text(x, "an expansion that is not understood", text);
		return text.len;
	}
	att_buf_add(&x->out, att_str_first(inner, end));
	return end + 3;
}

static size_t add_plain(struct expansion *x, struct att_str text, bool first)
{
	char c = text.data[0];
	if (c == '\\') {
		x->quoted = true;
		if (text.len > 1 && text.data[1] != '\n')
			att_buf_add_byte(&x->out, text.data[1]);
		return 2;
	}
	if (c == '`')
		doubt_text(x, "the output of a command", text);
	else if (c == '(' || c == ')' || c == '<' || c == '>')
		doubt_text(x, "a pattern or a command", text);
	else if (x->splits && (c == '*' || c == '?' || c == '['))
		doubt_text(x, "a pattern of files", text);
	else if (c == '~' && (first || !x->splits))
		doubt_text(x, "the home of whoever runs it", text);
	att_buf_add_byte(&x->out, c);
	return 1;
}

static void expand(struct expansion *x, struct att_str text)
{
	for (size_t at = 0; at < text.len && x->unknown.len == 0;) {
		struct att_str rest = att_str_from(text, at);
		if (rest.data[0] == '\'') {
			size_t end = att_str_find_byte(att_str_from(rest, 1), '\'');
			x->quoted = true;
			att_buf_add(&x->out, att_str_first(att_str_from(rest, 1), end));
			at += end + 2;
		} else if (rest.data[0] == '"') {
			at += add_double(x, rest);
		} else if (rest.data[0] == '$' && rest.len > 1 && rest.data[1] == '\'') {
			at += add_ansi(x, rest);
		} else if (rest.data[0] == '$') {
			at += add_parameter(x, rest, false);
		} else {
			at += add_plain(x, rest, at == 0);
		}
	}
}

/* Does the span, or what stands in it between a pair of quotes, hold exactly this text? */
static void find_literal(struct release_bash_scope *scope, struct release_aur_value *value)
{
	struct att_str raw = release_bash_text(scope->source, value->span);
	if (raw.len >= 2 && (raw.data[0] == '\'' || raw.data[0] == '"') &&
	    att_str_equal(att_str_first(att_str_from(raw, 1), raw.len - 2), value->text)) {
		value->span.begin++;
		value->span.end--;
		value->is_literal = true;
	} else {
		value->is_literal = att_str_equal(raw, value->text);
	}
}

/* *absent: an unquoted word that came to nothing is no word at all. */
static int expand_text(struct release_bash_scope *scope, struct att_str text, bool splits,
		       struct release_aur_value *out, bool *absent)
{
	struct expansion x = {.scope = scope, .splits = splits};
	att_buf_init(&x.out, RELEASE_BASH_MAX_VALUE);
	if (scope->expanded <= RELEASE_BASH_MAX_EXPANDED)
		expand(&x, text);
	scope->expanded += x.out.len;
	if (x.unknown.len == 0 && (!att_buf_ok(&x.out) || scope->expanded > RELEASE_BASH_MAX_EXPANDED))
		x.unknown = ATT_STR("it comes to more text than is followed");
	scope->arena->failed |= x.out.starved;
	out->unknown = x.unknown;
	out->text = (struct att_str){NULL, 0};
	if (x.unknown.len == 0)
		out->text = att_arena_copy(scope->arena, att_buf_str(&x.out));
	*absent = x.unknown.len == 0 && x.out.len == 0 && !x.quoted;
	att_buf_clear(&x.out);
	return scope->arena->failed ? ATT_ERR_MEMORY : ATT_OK;
}

int release_bash_expand_value(struct release_bash_scope *scope, struct att_span word,
			      struct release_aur_value *out)
{
	bool absent;
	*out = (struct release_aur_value){.span = word};
	int status = expand_text(scope, release_bash_text(scope->source, word), false, out, &absent);
	if (status == ATT_OK && out->unknown.len == 0)
		find_literal(scope, out);
	return status;
}

static struct release_aur_value *add_to(struct release_bash_scope *scope, struct release_aur_array *into,
					struct att_span span)
{
	struct release_aur_value *value = att_arena_push(scope->arena, (void **)&into->values, &into->count,
							 &into->capacity, sizeof *value);
	scope->expanded += sizeof *value;
	if (value)
		value->span = span;
	return value;
}

/* "${NAME[@]}" as a whole word: all elements. */
static bool is_splice(struct att_str text, struct att_str *name, bool *quoted)
{
	*quoted = text.len > 2 && text.data[0] == '"' && text.data[text.len - 1] == '"';
	if (*quoted)
		text = att_str_first(att_str_from(text, 1), text.len - 2);
	if (!att_str_starts(text, ATT_STR("${")) || !att_str_ends(text, ATT_STR("[@]}")) || text.len < 7)
		return false;
	*name = att_str_first(att_str_from(text, 2), text.len - 6);
	return release_bash_name(*name) == name->len;
}

static int splice(struct release_bash_scope *scope, struct att_str name, bool quoted, struct att_span span,
		  struct release_aur_array *into)
{
	const struct release_aur_array *found = release_aur_find(&scope->variables, name);
	size_t count = found ? found->count : 0;
	struct att_str unknown = found ? found->unknown : (struct att_str){NULL, 0};
	if (!found)
		unknown = att_arena_printf(scope->arena, "an array that the file does not set: %.*s",
					   ATT_STR_ARG(att_str_first(name, 80)));
	if (unknown.len)
		into->unknown = unknown;
	scope->expanded += count * sizeof(struct release_aur_value);
	if (scope->expanded > RELEASE_BASH_MAX_EXPANDED) {
		into->unknown = ATT_STR("it comes to more text than is followed");
		return ATT_OK;
	}
	for (size_t i = 0; i < count; i++) {
		struct release_aur_value value = found->values[i], *copy = add_to(scope, into, span);
		if (!copy)
			return ATT_ERR_MEMORY;
		*copy = value;
		for (size_t k = 0; !quoted && k < value.text.len; k++)
			if (att_ascii_is_space(value.text.data[k]) || strchr("*?[\\", value.text.data[k]))
				copy->unknown = ATT_STR("an unquoted value with blanks or a pattern");
		if (!quoted && value.text.len == 0)
			copy->unknown = ATT_STR("an unquoted value that is empty");
	}
	return ATT_OK;
}

/* --- braces -------------------------------------------------------------------------------------------- */

/* Position of the first unquoted byte among `set` from `at` on, or of the end. */
static size_t find_unquoted(struct att_str text, size_t at, const char *set)
{
	while (at < text.len) {
		char c = text.data[at];
		if (c == '\\') {
			at += 2;
		} else if (c == '\'' || c == '"') {
			size_t end = at + 1;
			while (end < text.len && text.data[end] != c)
				end += c == '"' && text.data[end] == '\\' ? 2 : 1;
			at = end + 1;
		} else if (c == '$' && at + 1 < text.len && text.data[at + 1] == '{') {
			size_t end = end_of_braces(att_str_from(text, at));
			at = end == ATT_STR_NONE ? text.len : at + end;
		} else if (c != '\0' && strchr(set, c)) {
			return at;
		} else {
			at++;
		}
	}
	return text.len;
}

enum { MAX_BRACES = 64 };

/* "{a,b}", once and not nested: what stands between the braces, without them. */
static bool find_list(struct att_str text, size_t *open, size_t *close)
{
	*open = find_unquoted(text, 0, "{");
	*close = find_unquoted(text, *open + 1, "{}");
	return *open < text.len && *close < text.len && text.data[*close] == '}' &&
	       find_unquoted(text, *open + 1, ",") < *close &&
	       find_unquoted(text, *close + 1, "{}") == text.len;
}

static int add_word(struct release_bash_scope *scope, struct att_str text, struct att_span span,
		    struct release_aur_array *into, bool whole)
{
	struct release_aur_value value = {.span = span}, *kept;
	bool absent;
	int status = expand_text(scope, text, true, &value, &absent);
	if (status != ATT_OK || absent)
		return status;
	if (whole && value.unknown.len == 0)
		find_literal(scope, &value);
	kept = add_to(scope, into, span);
	if (!kept)
		return ATT_ERR_MEMORY;
	*kept = value;
	return ATT_OK;
}

static int add_list(struct release_bash_scope *scope, struct att_str text, size_t open, size_t close,
		    struct att_span span, struct release_aur_array *into)
{
	struct att_str before = att_str_first(text, open), after = att_str_from(text, close + 1);
	int status = ATT_OK;
	size_t count = 0;
	for (size_t at = open + 1; status == ATT_OK && at <= close;) {
		size_t end = find_unquoted(text, at, ",}");
		struct att_str part = att_str_first(att_str_from(text, at), end - at);
		if (++count > MAX_BRACES || scope->expanded > RELEASE_BASH_MAX_EXPANDED) {
			into->unknown = ATT_STR("it comes to more words than are followed");
			return ATT_OK;
		}
		status = add_word(scope, ATT_ARENA_JOIN(scope->arena, before, part, after), span, into, false);
		at = end + 1;
	}
	return status;
}

int release_bash_expand_word(struct release_bash_scope *scope, struct att_span word,
			     struct release_aur_array *into)
{
	struct att_str text = release_bash_text(scope->source, word), name;
	size_t open, close;
	bool quoted;
	if (is_splice(text, &name, &quoted))
		return splice(scope, name, quoted, word, into);
	if (find_list(text, &open, &close))
		return add_list(scope, text, open, close, word, into);
	/* Anything else with a brace and a comma or dots may be several words. */
	if (find_unquoted(text, 0, "{") < text.len || att_str_find(text, ATT_STR("[@]")) != ATT_STR_NONE ||
	    (text.data[0] == '[' && att_str_find_byte(text, '=') != ATT_STR_NONE)) {
		into->unknown = att_arena_printf(scope->arena, "a word that is not understood: %.*s",
						 ATT_STR_ARG(att_str_first(text, 80)));
		return scope->arena->failed ? ATT_ERR_MEMORY : ATT_OK;
	}
	return add_word(scope, text, word, into, true);
}

/* --- what changes variables ---------------------------------------------------------------------------- */

bool release_bash_may_assign(struct att_str word)
{
	for (size_t at = 0; at + 1 < word.len; at++) {
		struct att_str rest = att_str_from(word, at);
		if (rest.data[0] != '$')
			continue;
		/* Arithmetic may assign, and what it names is arithmetic, too. */
		if (att_str_starts(rest, ATT_STR("$((")) || att_str_starts(rest, ATT_STR("$[")))
			return true;
		if (rest.data[1] != '{')
			continue;
		struct att_str inner = att_str_from(rest, 2);
		size_t name = 0;
		while (name < inner.len && (att_ascii_is_alnum(inner.data[name]) || inner.data[name] == '_' ||
					    (name == 0 && (inner.data[0] == '!' || inner.data[0] == '#'))))
			name++;
		struct att_str rest_of = att_str_from(inner, name);
		if (name == 0 || rest_of.len == 0)
			return true;
		if (rest_of.data[0] == '[' && !att_str_starts(rest_of, ATT_STR("[@]")) &&
		    !att_str_starts(rest_of, ATT_STR("[*]")) &&
		    !(rest_of.len > 2 && att_ascii_is_digit(rest_of.data[1]) && rest_of.data[2] == ']'))
			return true;
		if (rest_of.data[0] == '=' || rest_of.data[0] == '@')
			return true;
		/* ":" with anything but an operator or digits behind it is arithmetic. */
		if (rest_of.data[0] == ':' && rest_of.len > 1 && !strchr("-?+", rest_of.data[1]))
			for (size_t i = 1; i < rest_of.len && rest_of.data[i] != '}'; i++)
				if (!att_ascii_is_digit(rest_of.data[i]) && !strchr(" -:", rest_of.data[i]))
					return true;
	}
	return false;
}
