// SPDX-License-Identifier: Apache-2.0
#include "release/template.h"

#include "libattest/base/base.h"

#include "libattest/base/banned.h"

/* A template is a name, not a text, and so is what comes out of it. */
enum { SHORT = 7, MAX_TEMPLATE = 1024, MAX_EXPANDED = 4096 };

static const char names[] = "{name}, {version}, {major}, {minor}, {patch}, {tag}, {commit}, {short}, {date}, "
			    "{time}, {last}, {next}";

/* The number of the version at `position`; "" when it has fewer. */
static struct att_str number_of(struct att_str version, size_t position)
{
	struct att_str number = {NULL, 0};
	for (size_t i = 0; i < version.len; i++)
		if (version.data[i] == '-' || version.data[i] == '+')
			version.len = i;
	for (size_t i = 0; i <= position; i++)
		if (!att_str_split(&version, '.', &number))
			return (struct att_str){NULL, 0};
	return number;
}

/* False when there is no such variable. */
static bool look_up(struct att_str name, const struct release_variables *v, struct att_str *value)
{
	const struct {
		const char *name;
		struct att_str value;
	} rows[] = {
		{"name", v->name},
		{"version", v->version},
		{"tag", v->tag},
		{"commit", v->commit},
		{"short", att_str_first(v->commit, SHORT)},
		{"date", v->date},
		{"time", v->time},
		{"last", v->last},
		{"next", v->next},
		{"major", number_of(v->version, 0)},
		{"minor", number_of(v->version, 1)},
		{"patch", number_of(v->version, 2)},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (att_str_is(name, rows[i].name)) {
			*value = rows[i].value;
			return true;
		}
	}
	return false;
}

static int check_length(struct att_str text, struct att_err *err)
{
	if (text.len <= MAX_TEMPLATE)
		return ATT_OK;
	return att_err_set(err, ATT_ERR_LIMIT, "expected a template of at most %d bytes, found %zu",
			   (int)MAX_TEMPLATE, text.len);
}

static int no_such(struct att_str name, struct att_err *err)
{
	return att_err_set(err, ATT_ERR_MALFORMED, "expected one of %s, found {%.*s}", names,
			   ATT_STR_ARG(att_str_first(name, 40)));
}

/* Cuts the next piece off *rest: text as it stands, or (true) the name between braces. */
static int next_piece(struct att_str *rest, struct att_str *piece, bool *is_name, struct att_err *err)
{
	size_t open = att_str_find_byte(*rest, '{'), close = att_str_find_byte(*rest, '}');
	*is_name = open == 0 && close != ATT_STR_NONE;
	if (*is_name) {
		*piece = att_str_from(att_str_first(*rest, close), 1);
		*rest = att_str_from(*rest, close + 1);
		return ATT_OK;
	}
	if (open == 0 || close < open)
		return att_err_set(err, ATT_ERR_MALFORMED, "expected braces in pairs, as in {version}");
	*piece = att_str_first(*rest, open);
	*rest = att_str_from(*rest, open);
	return ATT_OK;
}

int release_template_expand(struct att_str text, const struct release_variables *variables,
			    struct att_arena *arena, struct att_str *out, struct att_err *err)
{
	int status = check_length(text, err);
	*out = ATT_STR("");
	while (status == ATT_OK && text.len > 0) {
		struct att_str piece = {NULL, 0};
		bool is_name;
		status = next_piece(&text, &piece, &is_name, err);
		if (status != ATT_OK)
			return status;
		struct att_str value = piece;
		if (is_name && !look_up(piece, variables, &value))
			return no_such(piece, err);
		if (is_name && value.len == 0)
			return att_err_set(err, ATT_ERR_NOT_FOUND, "the value of {%.*s} is not known here",
					   ATT_STR_ARG(piece));
		if (out->len + value.len > MAX_EXPANDED)
			return att_err_set(err, ATT_ERR_LIMIT,
					   "expected a name of at most %d bytes out of a template",
					   (int)MAX_EXPANDED);
		*out = ATT_ARENA_JOIN(arena, *out, value);
		if (!out->data)
			return att_err_memory(err);
	}
	return status;
}

int release_template_check(struct att_str text, struct att_err *err)
{
	static const struct release_variables none;
	int status = check_length(text, err);
	while (status == ATT_OK && text.len > 0) {
		struct att_str piece, value;
		bool is_name;
		status = next_piece(&text, &piece, &is_name, err);
		if (status == ATT_OK && is_name && !look_up(piece, &none, &value))
			status = no_such(piece, err);
	}
	return status;
}
