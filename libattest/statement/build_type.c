// SPDX-License-Identifier: Apache-2.0
/* What the readers of build types share. */
#include "libattest/statement/build_type.h"

#include "libattest/base/limits.h"
#include "libattest/format/json.h"

#include "libattest/base/banned.h"

enum { QUOTED = 150 };

static int malformed(const struct att_build_reader *r, struct att_span span, const char *what,
		     struct att_str found, struct att_err *err)
{
	return att_source_err(r->source, err, ATT_ERR_MALFORMED, span, "expected %s, found \"%.*s\"", what,
			      ATT_STR_ARG(att_str_first(found, QUOTED)));
}

int att_build_contradiction(const struct att_build_reader *r, struct att_span span, const char *what,
			    struct att_str expected, struct att_str found, struct att_err *err)
{
	return att_source_err(r->source, err, ATT_ERR_REFUSED, span,
			      "%s contradicts the rest of the provenance: expected \"%.*s\", found \"%.*s\"",
			      what, ATT_STR_ARG(att_str_first(expected, QUOTED)),
			      ATT_STR_ARG(att_str_first(found, QUOTED)));
}

int att_build_read_text(struct att_build_reader *r, const struct att_value *object, const char *key,
			bool required, bool (*valid)(struct att_str value), const char *what,
			struct att_str *out, struct att_err *err)
{
	const struct att_value *value;
	int status = att_value_want(r->source, object, key, ATT_STRING, required, &value, err);
	*out = (struct att_str){NULL, 0};
	if (status != ATT_OK || !value)
		return status;
	if (!valid(value->string))
		return malformed(r, value->span, what, value->string, err);
	*out = value->string;
	return ATT_OK;
}

int att_build_need_external(struct att_build_reader *r, struct att_err *err)
{
	if (r->external)
		return ATT_OK;
	return att_source_err(r->source, err, ATT_ERR_MALFORMED,
			      ((struct att_span){r->predicate->span.begin, r->predicate->span.begin + 1}),
			      "expected \"invocation\" with \"parameters\" here, found none");
}

/* ---- parameters ---- */

static bool is_known(struct att_str key, const char *const *known)
{
	for (; *known; known++)
		if (att_str_is(key, *known))
			return true;
	return false;
}

int att_build_note_unknown(struct att_build_reader *r, const struct att_value *object, const char *const *known,
			   const char *prefix, struct att_err *err)
{
	for (size_t i = 0; i < object->count; i++) {
		struct att_str key = object->members[i].key;
		if (is_known(key, known))
			continue;
		void *items = r->facts->unknown;
		struct att_str *slot = att_arena_push(r->arena, &items, &r->facts->unknown_count,
						      &r->unknown_capacity, sizeof *slot);
		r->facts->unknown = items;
		if (!slot)
			return att_err_memory(err);
		*slot = ATT_ARENA_JOIN(r->arena, att_str_of(prefix), key);
		if (!slot->data)
			return att_err_memory(err);
	}
	return ATT_OK;
}

/* Canonical JSON, in the arena. */
static int write_value(struct att_build_reader *r, const struct att_value *value, struct att_str *out,
		       struct att_err *err)
{
	struct att_buf text;
	struct att_err why = {0};
	att_buf_init(&text, ATT_MAX_PAYLOAD);
	int status = att_json_write_canonical(value, &text, &why);
	if (status == ATT_OK) {
		*out = att_arena_copy(r->arena, att_buf_str(&text));
		status = out->data ? ATT_OK : att_err_memory(err);
	} else {
		status = att_source_err(r->source, err, status, value->span, "%s", why.message);
	}
	att_buf_clear(&text);
	return status;
}

int att_build_add_parameter(struct att_build_reader *r, const char *prefix, struct att_str name,
			    const struct att_value *value, bool chosen, struct att_err *err)
{
	struct att_provenance_parameter parameter = {.value = att_value_text(value), .chosen = chosen};
	/* NAME=VALUE must not be readable in two ways. */
	if (!att_build_is_text(name) || att_str_find_byte(name, '=') != ATT_STR_NONE)
		return malformed(r, value->span, "a parameter with a name in one line of UTF-8 without \"=\"",
				 name, err);
	int status = value->kind == ATT_STRING ? ATT_OK : write_value(r, value, &parameter.value, err);
	if (status != ATT_OK)
		return status;
	parameter.name = ATT_ARENA_JOIN(r->arena, att_str_of(prefix), name);
	if (!parameter.name.data)
		return att_err_memory(err);
	void *items = r->facts->parameters;
	struct att_provenance_parameter *slot = att_arena_push(r->arena, &items, &r->facts->parameter_count,
							       &r->parameter_capacity, sizeof *slot);
	r->facts->parameters = items;
	if (!slot)
		return att_err_memory(err);
	*slot = parameter;
	return ATT_OK;
}

int att_build_add_chosen(struct att_build_reader *r, const struct att_value *object, const char *key,
			 struct att_err *err)
{
	const struct att_value *values;
	struct att_str prefix;
	int status = att_value_want(r->source, object, key, ATT_OBJECT, false, &values, err);
	if (status != ATT_OK || !values)
		return status;
	prefix = ATT_ARENA_JOIN(r->arena, att_str_of(key), ATT_STR("."));
	if (!prefix.data)
		return att_err_memory(err);
	for (size_t i = 0; status == ATT_OK && i < values->count; i++)
		status = att_build_add_parameter(r, prefix.data, values->members[i].key,
						 &values->members[i].value, true, err);
	return status;
}

/* ---- the source ---- */

int att_build_take_commit(struct att_build_reader *r, const struct att_value *entry, bool misnamed,
			  struct att_err *err)
{
	static const char *const names[] = {"gitCommit", "sha1", "sha256"};
	const struct att_value *digest;
	size_t count = misnamed || r->facts->v02 ? 3 : 1;
	bool found = false;
	int status = att_value_want(r->source, entry, "digest", ATT_OBJECT, true, &digest, err);
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		struct att_str commit;
		status = att_build_read_text(r, digest, names[i], false, att_build_is_commit,
					     "a commit in 40 or 64 lowercase hexadecimal digits", &commit, err);
		if (status != ATT_OK || commit.len == 0)
			continue;
		if (r->facts->commit.len && !att_str_equal(r->facts->commit, commit))
			return att_build_contradiction(r, att_value_get(digest, names[i])->span, "a commit",
						       r->facts->commit, commit, err);
		r->facts->commit = commit;
		found = true;
	}
	if (status == ATT_OK && !found)
		return att_source_err(r->source, err, ATT_ERR_MALFORMED, digest->span,
				      "expected \"%s\" with the commit here, found none",
				      r->facts->v02 ? "sha1" : "gitCommit");
	return status;
}

static int take_dirty(struct att_build_reader *r, const struct att_value *entry, struct att_err *err)
{
	const struct att_value *annotations, *dirty;
	int status = att_value_want(r->source, entry, "annotations", ATT_OBJECT, false, &annotations, err);
	if (status != ATT_OK || !annotations)
		return status;
	status = att_value_want(r->source, annotations, "dirty", ATT_BOOL, false, &dirty, err);
	r->facts->dirty |= att_value_is_true(dirty);
	return status;
}

int att_build_take_dependency(struct att_build_reader *r, struct att_str uri, bool optional, bool misnamed,
			      struct att_err *err)
{
	size_t count = r->dependencies ? r->dependencies->count : 0;
	bool found = false;
	if (count == 0 && optional)
		return ATT_OK;
	if (count == 0)
		return att_source_err(
			r->source, err, ATT_ERR_MALFORMED,
			((struct att_span){r->predicate->span.begin, r->predicate->span.begin + 1}),
			"expected \"%s\" with the source here, found none",
			r->facts->v02 ? "materials" : "resolvedDependencies");
	for (size_t i = 0; i < count; i++) {
		const struct att_value *entry = &r->dependencies->items[i], *place;
		int status = att_value_want(r->source, entry, "uri", ATT_STRING, false, &place, err);
		if (status == ATT_OK && place && att_str_equal(place->string, uri)) {
			found = true;
			status = att_build_take_commit(r, entry, misnamed, err);
			if (status == ATT_OK)
				status = take_dirty(r, entry, err);
		}
		if (status != ATT_OK)
			return status;
	}
	if (found)
		return ATT_OK;
	const struct att_value *first = &r->dependencies->items[0];
	return att_build_contradiction(r, first->span, "the source among the dependencies", uri,
				       att_value_text(att_value_get(first, "uri")), err);
}

int att_build_take_config(struct att_build_reader *r, struct att_str uri, struct att_str entry_point,
			  struct att_err *err)
{
	const struct att_value *value;
	if (!r->config_source)
		return att_source_err(
			r->source, err, ATT_ERR_MALFORMED,
			((struct att_span){r->predicate->span.begin, r->predicate->span.begin + 1}),
			"expected \"invocation\" with \"configSource\" here, found none");
	int status = att_value_want(r->source, r->config_source, "uri", ATT_STRING, true, &value, err);
	if (status == ATT_OK && uri.len && !att_str_equal(value->string, uri))
		status = att_build_contradiction(r, value->span, "\"configSource\"", uri, value->string, err);
	if (status == ATT_OK)
		status = att_value_want(r->source, r->config_source, "entryPoint", ATT_STRING, false, &value,
					err);
	if (status == ATT_OK && value && entry_point.data && !att_str_equal(value->string, entry_point))
		status = att_build_contradiction(r, value->span, "\"entryPoint\"", entry_point, value->string,
						 err);
	return status == ATT_OK ? att_build_take_commit(r, r->config_source, true, err) : status;
}

int att_build_take_ref(struct att_build_reader *r, struct att_str ref, struct att_span span,
		       struct att_err *err)
{
	if (att_build_is_ref(ref)) {
		r->facts->ref = ref;
		return ATT_OK;
	}
	if (!att_str_starts(ref, ATT_STR("refs/")) || att_str_starts(ref, ATT_STR("refs/heads/")) ||
	    att_str_starts(ref, ATT_STR("refs/tags/")))
		return malformed(r, span, "refs/heads/BRANCH or refs/tags/TAG", ref, err);
	att_source_err(r->source, err, ATT_ERR_UNSUPPORTED, span,
		       "expected a build of a branch or a tag, found one of \"%.*s\"",
		       ATT_STR_ARG(att_str_first(ref, QUOTED)));
	att_err_help(err, "what is released has to be built from a branch or a tag");
	return ATT_ERR_UNSUPPORTED;
}

int att_build_take_location(struct att_build_reader *r, struct att_str location, struct att_span span,
			    struct att_str commit, struct att_err *err)
{
	struct att_str rest = att_str_from(location, 4);
	size_t at = att_str_find(rest, ATT_STR("@refs/"));
	if (!att_str_starts(location, ATT_STR("git+")) || !att_build_is_text(location))
		return malformed(r, span, "git+URL@REF", location, err);
	if (at == ATT_STR_NONE) {
		/* A checkout that stands on no branch. */
		at = commit.len && att_str_ends(rest, commit) ? rest.len - commit.len : 0;
		if (at < 2 || rest.data[at - 1] != '@' || !att_build_is_uri(att_str_first(rest, at - 1)))
			return malformed(r, span, "git+URL@REF", location, err);
		r->facts->source = att_str_first(rest, at - 1);
		return ATT_OK;
	}
	if (att_str_find(att_str_from(rest, at + 1), ATT_STR("@refs/")) != ATT_STR_NONE)
		return att_source_err(
			r->source, err, ATT_ERR_REFUSED, span,
			"expected \"@refs/\" once, where the repository ends, found it again in \"%.*s\"",
			ATT_STR_ARG(att_str_first(location, QUOTED)));
	r->facts->source = att_str_first(rest, at);
	if (!att_build_is_uri(r->facts->source))
		return malformed(r, span, "git+URL@REF", location, err);
	return att_build_take_ref(r, att_str_from(rest, at + 1), span, err);
}

/* ---- events ---- */

int att_build_check_event(struct att_build_reader *r, const struct att_value *events, const char *key,
			  struct att_err *err)
{
	/* Those of the specifications, and schedules, which nobody can give anything. */
	static const char *const known[] = {"create",   "deployment",        "push", "release",
					    "schedule", "workflow_dispatch", NULL};
	const struct att_value *event = NULL;
	int status = events ? att_value_want(r->source, events, key, ATT_STRING, false, &event, err) : ATT_OK;
	if (status != ATT_OK || !event || is_known(event->string, known))
		return status;
	att_source_err(r->source, err, ATT_ERR_UNSUPPORTED, event->span,
		       "expected a build on one of the events create, deployment, push, release, schedule and "
		       "workflow_dispatch, found one on \"%.*s\"",
		       ATT_STR_ARG(att_str_first(event->string, QUOTED)));
	att_err_help(err, "the build type has no meaning for other events; build on a push or a tag");
	return ATT_ERR_UNSUPPORTED;
}
