// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/utf8.h"
#include "libattest/statement/build_internal.h"

#include "libattest/base/banned.h"

/* ---- the environment ---- */

int att_build_optional(const struct att_environment *environment, const char *name, struct att_str *out,
		       struct att_err *err)
{
	struct att_str wanted = att_str_of(name);
	bool found = false;
	*out = (struct att_str){NULL, 0};
	for (size_t i = 0; i < environment->count; i++) {
		struct att_str item = environment->items[i];
		if (item.len <= wanted.len || item.data[wanted.len] != '=' || !att_str_starts(item, wanted))
			continue;
		if (found)
			return att_err_set(err, ATT_ERR_REFUSED,
					   "%s: expected it once in the environment, found it twice", name);
		found = true;
		*out = att_str_from(item, wanted.len + 1);
	}
	return ATT_OK;
}

int att_build_optional_text(const struct att_environment *environment, const char *name, struct att_str *out,
			    struct att_err *err)
{
	int status = att_build_optional(environment, name, out, err);
	if (status == ATT_OK && out->len > 0 && !att_build_is_text(*out))
		status = att_build_refuse(ATT_ERR_MALFORMED, name, "a value in one line of UTF-8", *out, err);
	return status;
}

int att_build_required(const struct att_environment *environment, const char *name, struct att_str *out,
		       struct att_err *err)
{
	int status = att_build_optional(environment, name, out, err);
	if (status == ATT_OK && out->len == 0)
		status = att_err_set(err, ATT_ERR_NOT_FOUND,
				     "%s: expected this variable of the build system, found none", name);
	return status;
}

int att_build_refuse(int code, const char *name, const char *what, struct att_str found, struct att_err *err)
{
	return att_err_set(err, code, "%s: expected %s, found \"%.*s\"", name, what,
			   ATT_STR_ARG(att_str_first(found, 200)));
}

int att_build_checked(const struct att_environment *environment, const char *name,
		      bool (*valid)(struct att_str value), const char *what, struct att_str *out,
		      struct att_err *err)
{
	int status = att_build_required(environment, name, out, err);
	if (status == ATT_OK && !valid(*out))
		status = att_build_refuse(ATT_ERR_MALFORMED, name, what, *out, err);
	return status;
}

int att_build_agrees(const struct att_environment *environment, const char *name, struct att_str expected,
		     const char *other, struct att_err *err)
{
	struct att_str value;
	int status = att_build_optional(environment, name, &value, err);
	if (status != ATT_OK || value.len == 0 || att_str_equal(value, expected))
		return status;
	return att_err_set(err, ATT_ERR_REFUSED, "%s contradicts %s: expected \"%.*s\", found \"%.*s\"", name,
			   other, ATT_STR_ARG(att_str_first(expected, 150)),
			   ATT_STR_ARG(att_str_first(value, 150)));
}

int att_build_detect(const struct att_environment *environment, enum att_builder *out, struct att_err *err)
{
	struct att_str github, gitlab;
	int status = att_build_optional(environment, "GITHUB_ACTIONS", &github, err);
	if (status == ATT_OK)
		status = att_build_optional(environment, "GITLAB_CI", &gitlab, err);
	if (status != ATT_OK)
		return status;
	bool is_github = att_str_is(github, "true"), is_gitlab = att_str_is(gitlab, "true");
	if (is_github && is_gitlab)
		return att_err_set(
			err, ATT_ERR_REFUSED,
			"GITHUB_ACTIONS contradicts GITLAB_CI: expected one build system, found both");
	*out = is_github ? ATT_BUILDER_GITHUB : is_gitlab ? ATT_BUILDER_GITLAB : ATT_BUILDER_GENERIC;
	return ATT_OK;
}

/* ---- what values look like ---- */

bool att_build_is_true(struct att_str value)
{
	return att_str_is(value, "true");
}

bool att_build_is_number(struct att_str value)
{
	uint64_t number;
	return value.len > 0 && value.data[0] != '0' && att_str_to_uint(value, UINT64_MAX, &number);
}

bool att_build_is_commit(struct att_str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (!att_ascii_is_digit(value.data[i]) && (value.data[i] < 'a' || value.data[i] > 'f'))
			return false;
	return value.len == 40 || value.len == 64;
}

bool att_build_is_text(struct att_str value)
{
	for (size_t at = 0; at < value.len;) {
		uint32_t character;
		size_t len = att_utf8_decode(att_str_from(value, at), &character);
		if (len == 0 || att_utf8_is_hostile(character))
			return false;
		at += len;
	}
	return value.len > 0;
}

bool att_build_is_path(struct att_str value)
{
	struct att_str rest = value, part;
	if (!att_build_is_text(value))
		return false;
	while (att_str_split(&rest, '/', &part))
		if (part.len == 0 || att_str_is(part, ".") || att_str_is(part, ".."))
			return false;
	return true;
}

bool att_build_is_server(struct att_str value)
{
	if (!att_str_starts(value, ATT_STR("https://")))
		return false;
	struct att_str rest = att_str_from(value, 8);
	for (size_t i = 0; i < rest.len; i++)
		if (!att_ascii_is_alnum(rest.data[i]) && !strchr("-._~:/[]", rest.data[i]))
			return false;
	return att_build_is_path(rest) && att_ascii_is_alnum(rest.data[rest.len - 1]);
}

bool att_build_is_uri(struct att_str value)
{
	size_t colon = att_str_find_byte(value, ':');
	if (colon == ATT_STR_NONE || colon == 0 || colon + 1 == value.len || !att_ascii_is_alpha(value.data[0]))
		return false;
	for (size_t i = 0; i < value.len; i++) {
		char c = value.data[i];
		if (i < colon && !att_ascii_is_alnum(c) && !strchr("+-.", c))
			return false;
		if (c <= ' ' || c > '~' || strchr("\"<>\\^`{|}", c))
			return false;
	}
	return true;
}

/* One part of a ref, as git-check-ref-format(1) has it. */
static bool is_ref_part(struct att_str part)
{
	for (size_t i = 0; i < part.len; i++)
		if ((unsigned char)part.data[i] <= ' ' || strchr("~^:?*[\\\x7f", part.data[i]))
			return false;
	return part.len > 0 && part.data[0] != '.' && !att_str_ends(part, ATT_STR(".lock"));
}

bool att_build_is_ref(struct att_str value)
{
	size_t prefix = att_str_starts(value, ATT_STR("refs/heads/"))  ? 11
			: att_str_starts(value, ATT_STR("refs/tags/")) ? 10
								       : 0;
	struct att_str rest = att_str_from(value, prefix), part;
	if (prefix == 0 || rest.len == 0 || !att_build_is_text(value) || att_str_ends(value, ATT_STR(".")) ||
	    att_str_find(value, ATT_STR("..")) != ATT_STR_NONE ||
	    att_str_find(value, ATT_STR("@{")) != ATT_STR_NONE)
		return false;
	while (att_str_split(&rest, '/', &part))
		if (!is_ref_part(part))
			return false;
	return true;
}

/* ---- facts ---- */

int att_build_add(struct att_arena *arena, struct att_facts *facts, struct att_str key, struct att_str inner,
		  struct att_str value, struct att_err *err)
{
	if (value.len == 0)
		return ATT_OK;
	void *items = facts->items;
	struct att_fact *fact = att_arena_push(arena, &items, &facts->count, &facts->capacity, sizeof *fact);
	facts->items = items;
	if (!fact)
		return att_err_memory(err);
	*fact = (struct att_fact){.keys = {key, inner}, .value = value};
	return ATT_OK;
}

int att_build_join(struct att_arena *arena, struct att_str *out, const struct att_str *parts, size_t count,
		   struct att_err *err)
{
	*out = att_arena_join(arena, parts, count);
	return out->data ? ATT_OK : att_err_memory(err);
}

int att_build_take_checkout(const struct att_checkout *checkout, const char *name, struct att_build *out,
			    struct att_err *err)
{
	if (!checkout->present)
		return ATT_OK;
	if (!att_str_equal(checkout->commit, out->source_commit))
		return att_err_set(err, ATT_ERR_REFUSED,
				   "%s contradicts the checkout: expected its commit %.*s, found %.*s", name,
				   ATT_STR_ARG(checkout->commit), ATT_STR_ARG(out->source_commit));
	out->source_dirty = checkout->dirty;
	return ATT_OK;
}
