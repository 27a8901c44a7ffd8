// SPDX-License-Identifier: Apache-2.0
/* Builds outside of a known build system: docs/buildtypes/generic.md. */
#include <stdlib.h>

#include "libattest/statement/build_internal.h"

#include "libattest/base/banned.h"

/* ---- where the source is ---- */

/* Without what is secret in it or says the same: passwords, for https also names, ".git" and slashes at the
 * end. */
static struct att_str clean_end(struct att_str url)
{
	while (att_str_ends(url, ATT_STR("/")))
		url.len--;
	if (att_str_ends(url, ATT_STR(".git")) && !att_str_ends(url, ATT_STR("/.git")))
		url.len -= 4;
	return url;
}

/* SCHEME://[USER[:PASSWORD]@]HOST/PATH */
static int clean_url(struct att_str url, bool keep_user, struct att_arena *arena, struct att_str *out,
		     struct att_err *err)
{
	size_t begin = att_str_find(url, ATT_STR("://")) + 3;
	struct att_str rest = att_str_from(url, begin);
	struct att_str authority = att_str_first(rest, att_str_find_byte(rest, '/')), user = {NULL, 0};
	size_t at = att_str_find_last_byte(authority, '@');
	if (at != ATT_STR_NONE) {
		user = att_str_first(authority, att_str_find_byte(authority, ':'));
		user = att_str_first(user, at);
		rest = att_str_from(rest, at + 1);
	}
	bool named = keep_user && user.len > 0;
	return att_build_join(arena, out,
			      (const struct att_str[]){ATT_STR("git+"), att_str_first(url, begin),
						       named ? user : ATT_STR(""),
						       named ? ATT_STR("@") : ATT_STR(""), rest},
			      5, err);
}

/* As an SPDX download location: git+https://..., git+ssh://... */
static int locate(struct att_str origin, struct att_arena *arena, struct att_str *out, struct att_err *err)
{
	struct att_str url =
		clean_end(att_str_starts(origin, ATT_STR("git+")) ? att_str_from(origin, 4) : origin);
	int status = ATT_OK;
	*out = (struct att_str){NULL, 0};
	size_t colon = att_str_find_byte(url, ':'), slash = att_str_find_byte(url, '/');
	if (att_str_starts(url, ATT_STR("https://")))
		status = clean_url(url, false, arena, out, err);
	else if (att_str_starts(url, ATT_STR("ssh://")))
		status = clean_url(url, true, arena, out, err);
	else if (colon != ATT_STR_NONE && colon > 1 && colon + 1 < url.len && colon < slash &&
		 att_str_find(url, ATT_STR("://")) == ATT_STR_NONE && url.data[colon + 1] != '/')
		/* [USER@]HOST:PATH, as scp has it */
		status = att_build_join(arena, out,
					(const struct att_str[]){ATT_STR("git+ssh://"),
								 att_str_first(url, colon), ATT_STR("/"),
								 att_str_from(url, colon + 1)},
					4, err);
	if (status != ATT_OK)
		return status;
	if (out->len == 0 || !att_build_is_uri(*out)) {
		/* Not quoted: it may hold a password. */
		att_err_set(err, ATT_ERR_MALFORMED,
			    "expected the source as an https:// or ssh:// address, found something else");
		att_err_help(err, "name where others find the source with --source");
		return ATT_ERR_MALFORMED;
	}
	return ATT_OK;
}

static int find_source(const struct att_generic_request *request, const struct att_checkout *checkout,
		       struct att_arena *arena, struct att_build *out, struct att_err *err)
{
	struct att_str place, origin = request->source.len ? request->source : checkout->origin;
	if (!checkout->present) {
		att_err_set(err, ATT_ERR_NOT_FOUND,
			    "expected a git checkout that the artifacts were built from, found none");
		att_err_help(err, "run where the source is, or name its folder with --checkout");
		return ATT_ERR_NOT_FOUND;
	}
	if (origin.len == 0) {
		att_err_set(err, ATT_ERR_NOT_FOUND,
			    "expected the address of the source, found no remote \"origin\" of the checkout");
		att_err_help(err, "name where others find the source with --source");
		return ATT_ERR_NOT_FOUND;
	}
	int status = locate(origin, arena, &place, err);
	if (status != ATT_OK)
		return status;
	out->source_commit = checkout->commit;
	out->source_dirty = checkout->dirty;
	return att_build_join(arena, &out->source_uri,
			      (const struct att_str[]){place, ATT_STR("@"),
						       checkout->ref.len ? checkout->ref : checkout->commit},
			      3, err);
}

/* ---- parameters ---- */

static int by_name(const void *a, const void *b)
{
	return att_str_compare(((const struct att_fact *)a)->keys[1], ((const struct att_fact *)b)->keys[1]);
}

static int add_parameters(const struct att_generic_request *request, struct att_arena *arena,
			  struct att_facts *facts, struct att_err *err)
{
	size_t first = facts->count;
	for (size_t i = 0; i < request->parameter_count; i++) {
		struct att_str item = request->parameters[i];
		size_t equals = att_str_find_byte(item, '=');
		struct att_str name = att_str_first(item, equals == ATT_STR_NONE ? 0 : equals);
		struct att_str value = att_str_from(item, equals == ATT_STR_NONE ? item.len : equals + 1);
		if (!att_build_is_text(name) || !att_build_is_text(value))
			return att_err_set(err, ATT_ERR_USAGE,
					   "expected NAME=VALUE for a parameter, found \"%.*s\"",
					   ATT_STR_ARG(att_str_first(item, 200)));
		int status = att_build_add(arena, facts, ATT_STR("parameters"), name, value, err);
		if (status != ATT_OK)
			return status;
	}
	if (facts->count > first)
		qsort(facts->items + first, facts->count - first, sizeof facts->items[0], by_name);
	for (size_t i = first + 1; i < facts->count; i++)
		if (att_str_equal(facts->items[i].keys[1], facts->items[i - 1].keys[1]))
			return att_err_set(err, ATT_ERR_USAGE, "the parameter %.*s was given twice",
					   ATT_STR_ARG(facts->items[i].keys[1]));
	return ATT_OK;
}

int att_build_generic(const struct att_generic_request *request, const struct att_checkout *checkout,
		      struct att_arena *arena, struct att_build *out, struct att_err *err)
{
	struct att_str none = {NULL, 0}, source = ATT_STR("source");
	*out = (struct att_build){
		.build_type = ATT_STR(ATT_BUILD_TYPE_GENERIC),
		.builder_id = request->builder_id,
		.invocation_id = request->invocation_id,
		.entry_point = request->command,
	};
	if (!att_build_is_uri(request->builder_id))
		return att_err_set(err, ATT_ERR_USAGE,
				   "expected a URI of whoever builds as the builder's id, found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(request->builder_id, 200)));
	if (request->command.len && !att_build_is_text(request->command))
		return att_err_set(err, ATT_ERR_USAGE, "expected a command in one line of UTF-8");
	if (request->invocation_id.len && !att_build_is_text(request->invocation_id))
		return att_err_set(err, ATT_ERR_USAGE, "expected an invocation in one line of UTF-8");
	int status = find_source(request, checkout, arena, out, err);
	if (status == ATT_OK)
		status = att_build_add(arena, &out->external, source, ATT_STR("uri"), out->source_uri, err);
	if (status == ATT_OK)
		status = att_build_add(arena, &out->external, source, ATT_STR("digest"), out->source_commit,
				       err);
	if (status != ATT_OK)
		return status;
	/* A ResourceDescriptor: {"uri": ..., "digest": {"gitCommit": ...}} */
	out->external.items[out->external.count - 1].keys[2] = ATT_STR("gitCommit");
	status = att_build_add(arena, &out->external, ATT_STR("command"), none, request->command, err);
	return status == ATT_OK ? add_parameters(request, arena, &out->external, err) : status;
}
