// SPDX-License-Identifier: Apache-2.0
#include "release/place.h"

#include "libattest/base/banned.h"

/* --- fields -------------------------------------------------------------------------------------------- */

static int bad_field(struct att_str field, const char *expected, struct att_err *err)
{
	struct att_str shown = att_str_first(field, 100);
	att_err_set(err, ATT_ERR_USAGE, "expected %s in the field %.*s", expected, ATT_STR_ARG(shown));
	att_err_help(err, "a field is written as a dotted key of TOML: packages.\"\".version");
	return ATT_ERR_USAGE;
}

static bool is_bare(char c)
{
	return att_ascii_is_alnum(c) || c == '_' || c == '-';
}

/* The quoted key that *rest begins with; \" and \\ are all that is escaped. */
static int take_quoted(struct att_arena *arena, struct att_str field, struct att_str *rest, struct att_str *key,
		       struct att_err *err)
{
	char quote = rest->data[0];
	char *plain = att_arena_alloc(arena, rest->len, 1);
	size_t len = 0, at = 1;
	if (!plain)
		return att_err_memory(err);
	for (; at < rest->len && rest->data[at] != quote; at++) {
		if (quote == '"' && rest->data[at] == '\\') {
			at++;
			if (at >= rest->len || (rest->data[at] != '"' && rest->data[at] != '\\'))
				return bad_field(field, "no escape but \\\" and \\\\", err);
		}
		plain[len++] = rest->data[at];
	}
	if (at >= rest->len)
		return bad_field(field, "a closing quotation mark", err);
	*key = (struct att_str){plain, len};
	*rest = att_str_from(*rest, at + 1);
	return ATT_OK;
}

int release_field_split(struct att_arena *arena, struct att_str field,
			struct att_str keys[static RELEASE_MAX_KEYS], size_t *count, struct att_err *err)
{
	struct att_str rest = field;
	int status = ATT_OK;
	*count = 0;
	for (;;) {
		size_t len = 0;
		if (*count == RELEASE_MAX_KEYS)
			return bad_field(field, "at most 32 keys", err);
		if (rest.len > 0 && (rest.data[0] == '"' || rest.data[0] == '\'')) {
			status = take_quoted(arena, field, &rest, &keys[*count], err);
			if (status != ATT_OK)
				return status;
		} else {
			while (len < rest.len && is_bare(rest.data[len]))
				len++;
			if (len == 0)
				return bad_field(
					field,
					"a key between dots, in quotation marks where it holds others than "
					"letters, digits, \"_\" and \"-\",",
					err);
			keys[*count] = att_str_first(rest, len);
			rest = att_str_from(rest, len);
		}
		++*count;
		if (rest.len == 0)
			return ATT_OK;
		if (rest.data[0] != '.' || rest.len == 1)
			return bad_field(field, "a dot and a key behind each key", err);
		rest = att_str_from(rest, 1);
	}
}

/* --- looking ------------------------------------------------------------------------------------------- */

int release_place_missing(const struct release_search *search, struct att_str field,
			  const struct att_member *at, const char *what, struct att_err *err)
{
	struct att_str shown = att_str_first(field, 150);
	if (at)
		return att_source_err(&search->file->source, err, ATT_ERR_NOT_FOUND, at->key_span,
				      "expected a version in the field %.*s, found %s", ATT_STR_ARG(shown),
				      what);
	return att_err_set(err, ATT_ERR_NOT_FOUND, "expected a version in the field %.*s, found %s",
			   ATT_STR_ARG(shown), what);
}

int release_place_look(const struct release_search *search, const struct att_value *root, struct att_str field,
		       const struct att_value **out, const struct att_member **nearest, struct att_err *err)
{
	struct att_str keys[RELEASE_MAX_KEYS];
	const struct att_member *member = NULL;
	size_t count;
	*out = NULL;
	*nearest = NULL;
	int status = release_field_split(&search->tree->arena, field, keys, &count, err);
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		member = att_value_find(i ? &member->value : root, keys[i]);
		if (!member)
			return ATT_OK;
		*nearest = member;
	}
	if (status == ATT_OK)
		*out = &member->value;
	return status;
}

/* What stands before the digits: "v1.2.3" of a chart's application, "=1.2.3" of a dependency. */
static struct att_str mark_of(struct att_str text)
{
	size_t len = 0;
	while (len < text.len && len < 4 && strchr("=^~ ", text.data[len]))
		len++;
	if (len < text.len && text.data[len] == 'v')
		len++;
	return len < text.len && att_ascii_is_digit(text.data[len]) ? att_str_first(text, len) : ATT_STR("");
}

int release_place_add(struct release_search *search, struct att_str field, const struct att_value *value,
		      enum release_scheme scheme, bool marked, struct att_err *err)
{
	void *items = search->places;
	struct release_found *place =
		att_arena_push(&search->tree->arena, &items, &search->count, &search->capacity, sizeof *place);
	if (!place)
		return att_err_memory(err);
	search->places = items;
	struct att_str mark = marked ? mark_of(value->string) : ATT_STR("");
	*place = (struct release_found){
		.file = search->file,
		.field = field,
		.version = att_str_from(value->string, mark.len),
		.mark = mark,
		.span = value->span,
		.scheme = scheme,
	};
	return ATT_OK;
}

int release_place_take(struct release_search *search, const struct att_value *root, struct att_str field,
		       enum release_scheme scheme, bool marked, struct att_err *err)
{
	const struct att_value *value;
	const struct att_member *nearest;
	int status = release_place_look(search, root, field, &value, &nearest, err);
	if (status != ATT_OK)
		return status;
	if (!value)
		return release_place_missing(search, field, nearest, "none", err);
	if (value->kind != ATT_STRING) {
		att_source_err(&search->file->source, err, ATT_ERR_NOT_FOUND, value->span,
			       "expected a version in the field %.*s, found %s",
			       ATT_STR_ARG(att_str_first(field, 150)), att_value_kind_name(value));
		att_err_help(err, "write the version as a string, in quotation marks");
		return ATT_ERR_NOT_FOUND;
	}
	return release_place_add(search, field, value, scheme, marked, err);
}

/* --- kinds --------------------------------------------------------------------------------------------- */

const struct release_place_kind *release_place_kind_of(struct att_str path)
{
	struct att_str name = release_path_name(path);
	for (size_t i = 0; release_place_kinds[i]; i++)
		if (release_place_kinds[i]->recognize(name))
			return release_place_kinds[i];
	return NULL;
}

static int unsupported(struct att_str path, struct att_err *err)
{
	struct att_str name = att_str_first(release_path_name(path), 100);
	att_err_set(err, ATT_ERR_UNSUPPORTED,
		    "expected a kind of file that is known to hold a version, found %.*s", ATT_STR_ARG(name));
	att_err_help(err, att_str_ends(name, ATT_STR(".py"))
				  ? "a program is not run to learn its version: let it read that with "
				    "importlib.metadata, "
				    "or from a file VERSION, and name pyproject.toml or that file"
				  : "read are the manifests and locks of Cargo, npm, Deno, Python, Go, Helm "
				    "and Dart, other "
				    "JSON, TOML and YAML, and VERSION");
	return ATT_ERR_UNSUPPORTED;
}

int release_place_find(struct release_tree *tree, struct att_str path, struct att_str field,
		       struct release_search *search, struct att_err *err)
{
	const struct release_place_kind *kind = release_place_kind_of(path);
	*search = (struct release_search){.tree = tree, .field = field};
	int status = release_tree_read(tree, path, &search->file, err);
	if (status != ATT_OK)
		return status;
	if (!kind)
		return unsupported(path, err);
	status = kind->find(search, err);
	if (status == ATT_OK && tree->arena.failed)
		status = att_err_memory(err);
	return status;
}
