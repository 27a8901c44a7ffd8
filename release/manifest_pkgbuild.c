// SPDX-License-Identifier: Apache-2.0
/* PKGBUILD: a bash script, of which assignments outside of functions are followed, and nothing is executed.
 * Whatever else stands there and might change a variable puts all of them in doubt. */
#include "release/bash_expand.h"

#include "libattest/base/banned.h"

struct reader {
	struct release_bash_scope scope;
	struct release_manifest *out;
	struct att_str unknown;  /* why no variable can be relied on any more */
	struct att_str computed; /* why the version cannot */
	bool echoes;             /* a function has the name of a command that is known */
	struct att_err *err;
};

static bool has_line(struct att_str text, struct att_str start)
{
	struct att_str line;
	while (att_str_split(&text, '\n', &line))
		if (att_str_starts(line, start))
			return true;
	return false;
}

static bool recognize(struct att_str path, struct att_str text)
{
	struct att_str name = release_file_name(path);
	if (att_str_is(name, "PKGBUILD") || att_str_starts(name, ATT_STR("PKGBUILD.")) ||
	    att_str_ends(name, ATT_STR(".PKGBUILD")))
		return true;
	return att_str_find_byte(name, '.') == ATT_STR_NONE && has_line(text, ATT_STR("pkgname=")) &&
	       has_line(text, ATT_STR("pkgver="));
}

static struct att_str reason(struct reader *r, struct att_span span, const char *what)
{
	struct att_str text = release_bash_text(r->scope.source, span), line = text;
	size_t end = att_str_find_byte(text, '\n');
	if (end != ATT_STR_NONE)
		line = att_str_first(text, end);
	return att_arena_printf(r->scope.arena, "line %u %s: %.*s",
				att_source_line(r->scope.source, span.begin), what,
				ATT_STR_ARG(att_str_first(line, 80)));
}

static void doubt_all(struct reader *r, struct att_span span)
{
	if (r->unknown.len == 0)
		r->unknown = reason(r, span, "may change any value");
}

static struct release_aur_array *variable(struct reader *r, struct att_str name)
{
	return release_aur_get(&r->scope.variables, r->scope.arena, name);
}

static int doubt_one(struct reader *r, struct att_str name, struct att_span span)
{
	struct release_aur_array *array = variable(r, name);
	if (!array)
		return ATT_ERR_MEMORY;
	if (array->unknown.len == 0)
		array->unknown = reason(r, span, "is not followed");
	return ATT_OK;
}

/* The values of an assignment, as an array that nobody else has. */
static int read_values(struct reader *r, const struct release_bash_word *word, struct att_span value,
		       struct release_aur_array *out)
{
	struct release_aur_value *scalar;
	int status = ATT_OK;
	if (!word->is_array) {
		scalar = att_arena_push(r->scope.arena, (void **)&out->values, &out->count, &out->capacity,
					sizeof *scalar);
		return scalar ? release_bash_expand_value(&r->scope, value, scalar) : ATT_ERR_MEMORY;
	}
	for (size_t i = 0; status == ATT_OK && i < word->count; i++) {
		if (release_bash_may_assign(release_bash_text(r->scope.source, word->items[i].span)))
			doubt_all(r, word->items[i].span);
		status = release_bash_expand_word(&r->scope, word->items[i].span, out);
	}
	return status;
}

/* NAME+=TEXT appends to the text, NAME+=(...) to the array. */
static int append(struct reader *r, struct release_aur_array *to, bool is_array,
		  const struct release_aur_array *values)
{
	struct release_aur_value *first = to->values;
	if (values->unknown.len)
		to->unknown = values->unknown;
	if (!is_array && to->count > 0) {
		struct release_aur_value joined = {.span = values->values[0].span};
		joined.unknown = first->unknown.len ? first->unknown : values->values[0].unknown;
		r->scope.expanded += first->text.len + values->values[0].text.len;
		if (r->scope.expanded > RELEASE_BASH_MAX_EXPANDED)
			joined.unknown = ATT_STR("it comes to more text than is followed");
		if (joined.unknown.len == 0)
			joined.text = ATT_ARENA_JOIN(r->scope.arena, first->text, values->values[0].text);
		*first = joined;
		return ATT_OK;
	}
	for (size_t i = 0; i < values->count; i++) {
		struct release_aur_value *value = att_arena_push(r->scope.arena, (void **)&to->values,
								 &to->count, &to->capacity, sizeof *value);
		if (!value)
			return ATT_ERR_MEMORY;
		*value = values->values[i];
	}
	return ATT_OK;
}

/* Variables that change how the shell reads what follows, or that do not keep what they are given. */
static bool is_special(struct att_str name)
{
	static const char *const special[] = {
		"IFS",      "POSIXLY_CORRECT", "GLOBIGNORE", "LANG",   "_",
		"RANDOM",   "SRANDOM",         "SECONDS",    "LINENO", "EPOCHSECONDS",
		"DIRSTACK", "EPOCHREALTIME",   "OPTIND",     "GROUPS", "FUNCNAME",
		"HISTCMD",  "PIPESTATUS",      "UID",        "EUID",   "PPID",
		"SHELLOPTS"};
	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
		if (att_str_is(name, special[i]))
			return true;
	return att_str_starts(name, ATT_STR("BASH")) || att_str_starts(name, ATT_STR("LC_"));
}

/* "NAME=..." or "NAME+=..."; *is tells whether the word is one. */
static int assign(struct reader *r, const struct release_bash_word *word, bool conditional, bool *is)
{
	struct att_str text = release_bash_text(r->scope.source, word->span);
	size_t len = release_bash_name(text);
	struct att_str name = att_str_first(text, len), rest = att_str_from(text, len);
	bool more = att_str_starts(rest, ATT_STR("+="));
	struct att_span value = {word->span.begin + (uint32_t)len + (more ? 2 : 1), word->span.end};
	struct release_aur_array values = {.name = name}, *to;
	*is = len > 0 && (more || att_str_starts(rest, ATT_STR("=")));
	if (!*is)
		return ATT_OK;
	if (!word->is_array && release_bash_may_assign(text))
		doubt_all(r, word->span);
	if (is_special(name))
		doubt_all(r, word->span);
	if (conditional)
		return doubt_one(r, name, word->span);
	/* makepkg clears what a PKGBUILD declares, and nothing else of what stands in its environment. */
	bool is_inherited =
		name.data[0] >= 'A' && name.data[0] <= 'Z' && !release_aur_find(&r->scope.variables, name);
	int status = read_values(r, word, value, &values);
	to = status == ATT_OK ? variable(r, name) : NULL;
	if (!to)
		return ATT_ERR_MEMORY;
	if (more && is_inherited)
		return doubt_one(r, name, word->span);
	if (more)
		return append(r, to, word->is_array, &values);
	if (!word->is_array && to->count > 1) {
		to->values[0] = values.values[0];
		return ATT_OK;
	}
	*to = values;
	return ATT_OK;
}

static bool is_known(struct att_str command)
{
	static const char *const harmless[] = {":", "true", "false", "echo", "test", "["};
	for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
		if (att_str_is(command, harmless[i]))
			return true;
	return false;
}

/* A command that changes no variable, by what it is and by what its words do. */
static bool is_harmless(struct reader *r, const struct release_bash_command *command)
{
	if (r->echoes || !is_known(release_bash_text(r->scope.source, command->words[0].span)))
		return false;
	for (size_t i = 1; i < command->count; i++) {
		struct att_str text = release_bash_text(r->scope.source, command->words[i].span);
		if (release_bash_may_assign(text) || att_str_is(text, "-v"))
			return false;
	}
	return true;
}

/* The words of a command are all expanded before the first of them is assigned: "export a=2 b=$a". */
static bool expands_behind(struct reader *r, const struct release_bash_command *command, size_t at)
{
	return at > 1 && att_str_find_byte(release_bash_text(r->scope.source, command->words[at].span), '$') !=
				 ATT_STR_NONE;
}

/* "export NAME=VALUE ...", "unset NAME ...": *is tells whether it is one, and nothing more. */
static int declare(struct reader *r, const struct release_bash_command *command, bool *is)
{
	struct att_str first = release_bash_text(r->scope.source, command->words[0].span);
	bool unsets = att_str_is(first, "unset");
	*is = unsets || att_str_is(first, "export");
	for (size_t i = 1; *is && i < command->count; i++) {
		struct att_str text = release_bash_text(r->scope.source, command->words[i].span);
		bool named = release_bash_name(text) == text.len, assigned = false;
		int status = ATT_OK;
		if (unsets && named && command->conditional)
			status = doubt_one(r, text, command->words[i].span);
		else if (unsets && named && variable(r, text))
			*variable(r, text) = (struct release_aur_array){.name = text};
		else if (!unsets)
			status = assign(r, &command->words[i], command->conditional, &assigned);
		if (status != ATT_OK)
			return status;
		*is = named || (assigned && !expands_behind(r, command, i));
	}
	return ATT_OK;
}

static int take_command(void *context, const struct release_bash_command *command)
{
	struct reader *r = context;
	bool is = true;
	size_t assignments = 0;
	struct att_str text;
	while (assignments < command->count) {
		text = release_bash_text(r->scope.source, command->words[assignments].span);
		size_t len = release_bash_name(text);
		struct att_str rest = att_str_from(text, len);
		if (len == 0 || !(att_str_starts(rest, ATT_STR("=")) || att_str_starts(rest, ATT_STR("+="))))
			break;
		assignments++;
	}
	for (size_t i = 0; assignments == command->count && i < command->count; i++)
		if (assign(r, &command->words[i], command->conditional, &is) != ATT_OK)
			return att_err_memory(r->err);
	if (assignments == command->count)
		return ATT_OK;
	if (assignments == 0 && declare(r, command, &is) != ATT_OK)
		return att_err_memory(r->err);
	if (assignments > 0 || (!is && !is_harmless(r, command)))
		doubt_all(r, command->words[0].span);
	return ATT_OK;
}

static int take_function(void *context, struct att_str name)
{
	struct reader *r = context;
	if (att_str_is(name, "pkgver"))
		r->computed = ATT_STR("the function pkgver() computes the version");
	r->echoes |= is_known(name) || att_str_is(name, "export") || att_str_is(name, "unset");
	if (att_str_is(name, "export") || att_str_is(name, "unset"))
		r->unknown = ATT_STR("a function takes the name of a command that sets variables");
	return ATT_OK;
}

static int take_opaque(void *context, struct att_span span)
{
	doubt_all(context, span);
	return ATT_OK;
}

static int parse(const struct att_source *source, struct release_manifest *out, struct att_err *err)
{
	struct reader r = {.scope = {.source = source, .arena = &out->arena}, .out = out, .err = err};
	const struct release_bash_visitor visitor = {&r, take_command, take_function, take_opaque};
	int status = release_bash_read(source, &out->arena, &visitor, err);
	if (status == ATT_OK && r.computed.len) {
		struct release_aur_array *version = variable(&r, ATT_STR("pkgver"));
		if (version && version->unknown.len == 0)
			version->unknown = r.computed;
	}
	if (status == ATT_OK)
		status = release_aur_items(&r.scope.variables, source, r.unknown, out, err);
	release_aur_clear(&r.scope.variables);
	return status;
}

const struct release_manifest_format release_manifest_pkgbuild = {"aur-pkgbuild", recognize, parse};
