// SPDX-License-Identifier: Apache-2.0
/* What was told before, as a file. */
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/base/time.h"
#include "libattest/format/json.h"
#include "libattest/format/shape.h"
#include "policy/advisory.h"
#include "policy/database.h"
#include "policy/delta.h"
#include "policy/scan.h"

#include "libattest/base/banned.h"

enum { VERSION = 1 };

#define VERSION_KEY "attest_scan"

/* --- reading -------------------------------------------------------------------------------------------- */

struct reader {
	const struct att_source *source;
	struct policy_scan_state *out;
	struct att_arena scratch;
	struct att_err *err;
};

static int read_text(struct reader *r, const struct att_value *object, const char *key, struct att_str *out)
{
	const struct att_value *value;
	int status = att_value_want(r->source, object, key, ATT_STRING, true, &value, r->err);
	*out = att_value_text(value);
	if (status == ATT_OK && out->len == 0)
		status = att_source_err(r->source, r->err, ATT_ERR_MALFORMED, value->span,
					"expected a value for \"%s\", found an empty string", key);
	return status;
}

static int refuse(struct reader *r, const struct att_value *object, const char *key, const char *expected,
		  struct att_str found)
{
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, att_value_get(object, key)->span,
			      "expected %s for \"%s\", found \"%.*s\"", expected, key,
			      ATT_STR_ARG(att_str_first(found, 200)));
}

static int read_package(struct reader *r, const struct att_value *object, struct att_str *out)
{
	int status = read_text(r, object, "package", out);
	if (status != ATT_OK)
		return status;
	struct att_str identity = policy_package_identity(*out, &r->scratch);
	if (r->scratch.failed)
		return att_err_memory(r->err);
	return att_str_equal(identity, *out)
		       ? ATT_OK
		       : refuse(r, object, "package", "a package URL without version", *out);
}

static int read_told(struct reader *r, const struct att_value *object, struct policy_scan_told *out)
{
	static const char *const known[] = {"advisory", "project", "package", "scope", "since", NULL};
	struct att_str scope = {NULL, 0}, since = {NULL, 0};
	if (object->kind != ATT_OBJECT)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, object->span,
				      "expected objects in \"told\", found %s", att_value_kind_name(object));
	int status = att_shape_only(r->source, object, known, "an entry", r->err);
	if (status == ATT_OK)
		status = read_text(r, object, "advisory", &out->advisory);
	if (status == ATT_OK && !policy_advisory_id_valid(out->advisory))
		status = refuse(r, object, "advisory", "the name of an advisory", out->advisory);
	if (status == ATT_OK)
		status = read_text(r, object, "project", &out->project);
	if (status == ATT_OK)
		status = read_package(r, object, &out->package);
	if (status == ATT_OK)
		status = read_text(r, object, "scope", &scope);
	if (status == ATT_OK && !att_str_is(scope, "dev") && !att_str_is(scope, "runtime"))
		status = refuse(r, object, "scope", "\"runtime\" or \"dev\"", scope);
	if (status == ATT_OK)
		status = read_text(r, object, "since", &since);
	if (status == ATT_OK && !att_time_parse(since, &out->since))
		status = refuse(r, object, "since", "a time", since);
	if (status == ATT_OK)
		out->dev = att_str_is(scope, "dev");
	out->group = out->advisory;
	return status;
}

static int check_version(struct reader *r, const struct att_value *root)
{
	const struct att_value *version;
	int status = att_value_want(r->source, root, VERSION_KEY, ATT_INTEGER, true, &version, r->err);
	if (status != ATT_OK || (version->integer.magnitude == VERSION && !version->integer.negative))
		return status;
	att_source_err(r->source, r->err, ATT_ERR_UNSUPPORTED, version->span,
		       "expected a state of version %d, found another one", VERSION);
	att_err_help(r->err, "the program that wrote it is needed; without the file everything is told again");
	return ATT_ERR_UNSUPPORTED;
}

static int read_list(struct reader *r, const struct att_value *list)
{
	struct policy_scan_state *state = r->out;
	int status = ATT_OK;
	state->told = att_arena_alloc(&state->arena, list->count, sizeof *state->told);
	if (!state->told)
		return att_err_memory(r->err);
	for (size_t i = 0; status == ATT_OK && i < list->count; i++) {
		status = read_told(r, &list->items[i], &state->told[i]);
		state->count = i + 1;
		att_arena_clear(&r->scratch);
	}
	return status;
}

int policy_scan_state_parse(const struct att_source *source, struct policy_scan_state *state,
			    struct att_err *err)
{
	static const char *const known[] = {VERSION_KEY, "told", NULL};
	struct reader r = {.source = source, .out = state, .err = err};
	const struct att_value *told = NULL;
	struct att_value root;
	int status = att_json_parse(source, &state->arena, &root, err);
	if (status == ATT_OK && root.kind != ATT_OBJECT)
		status = att_source_err(source, err, ATT_ERR_MALFORMED, root.span,
					"expected the state of a scan, an object, found %s",
					att_value_kind_name(&root));
	if (status == ATT_OK)
		status = check_version(&r, &root);
	if (status == ATT_OK)
		status = att_shape_only(source, &root, known, "the state of a scan", err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "told", ATT_ARRAY, true, &told, err);
	return status == ATT_OK ? read_list(&r, told) : status;
}

void policy_scan_state_clear(struct policy_scan_state *state)
{
	att_arena_clear(&state->arena);
	*state = (struct policy_scan_state){.count = 0};
}

/* --- comparing ------------------------------------------------------------------------------------------ */

int policy_scan_state_rename(struct policy_scan_state *state, const struct policy_database *database,
			     struct att_err *err)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < state->count; i++) {
		const uint32_t *numbers = NULL;
		struct policy_record record = {.number = 0};
		size_t count = 0;
		status = policy_database_find(database, state->told[i].advisory, &state->arena, &numbers,
					      &count, err);
		if (status == ATT_OK && count > 0)
			status = policy_database_record(database, numbers[0], false, &state->arena, &record,
							err);
		if (status == ATT_OK && count > 0)
			state->told[i].group = record.group_id;
	}
	return status;
}

static struct att_str key_of(struct att_str group, struct att_str project, struct att_str package, bool dev,
			     struct att_arena *arena)
{
	const struct att_str nul = {"", 1};
	return ATT_ARENA_JOIN(arena, group, nul, project, nul, package, nul, dev ? ATT_STR("d") : ATT_STR("r"));
}

static bool find_told(const struct att_map *map, const struct policy_scan_matter *m,
		      const struct policy_scan_place *p, struct att_arena *arena, uint32_t *at)
{
	struct att_str runtime = key_of(m->group_id, p->project, p->package, false, arena);
	struct att_str dev = key_of(m->group_id, p->project, p->package, true, arena);
	return (runtime.data && att_map_find(map, runtime, at)) ||
	       (p->dev && dev.data && att_map_find(map, dev, at));
}

int policy_scan_compare(struct policy_scan *scan, const struct policy_scan_state *state, int64_t now,
			struct att_err *err)
{
	struct att_arena arena = {0};
	struct att_map by_place = {0}, by_group = {0};
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < state->count; i++) {
		const struct policy_scan_told *t = &state->told[i];
		struct att_str key = key_of(t->group, t->project, t->package, t->dev, &arena);
		bool found;
		uint32_t first;
		status = key.data ? att_map_set(&by_place, key, (uint32_t)i) : ATT_ERR_MEMORY;
		if (status == ATT_OK)
			status = att_map_put(&by_group, t->group, (uint32_t)i, &found, &first);
	}
	for (size_t i = 0; status == ATT_OK && i < scan->count; i++) {
		struct policy_scan_matter *m = &scan->matters[i];
		uint32_t at;
		m->marker = m->id;
		if (att_map_find(&by_group, m->group_id, &at))
			m->marker = state->told[at].advisory;
		m->fresh = 0;
		for (size_t j = 0; j < m->count; j++) {
			struct policy_scan_place *p = &m->places[j];
			p->known = find_told(&by_place, m, p, &arena, &at);
			p->since = p->known ? state->told[at].since : now;
			m->fresh += !p->known;
		}
	}
	if (status != ATT_OK || arena.failed)
		status = att_err_memory(err);
	att_map_clear(&by_group);
	att_map_clear(&by_place);
	att_arena_clear(&arena);
	return status;
}

/* --- writing -------------------------------------------------------------------------------------------- */

static int by_all(const void *left, const void *right)
{
	const struct policy_scan_told *a = left, *b = right;
	int order = att_str_compare(a->advisory, b->advisory);
	if (order == 0)
		order = att_str_compare(a->project, b->project);
	if (order == 0)
		order = att_str_compare(a->package, b->package);
	if (order == 0)
		order = (int)a->dev - (int)b->dev;
	return order ? order : (a->since > b->since) - (a->since < b->since);
}

static bool is_same(const struct policy_scan_told *a, const struct policy_scan_told *b)
{
	return att_str_equal(a->advisory, b->advisory) && att_str_equal(a->project, b->project) &&
	       att_str_equal(a->package, b->package) && a->dev == b->dev;
}

static bool is_among(struct att_str name, const struct att_str *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (att_str_equal(names[i], name))
			return true;
	return false;
}

/* Everything that was told by now, in no order. */
static struct policy_scan_told *collect(const struct policy_scan *scan, const struct policy_scan_state *old,
					const struct att_str *judged, size_t judged_count,
					struct att_arena *arena, size_t *count)
{
	size_t most = old->count;
	for (size_t i = 0; i < scan->count; i++)
		most += scan->matters[i].count;
	struct policy_scan_told *told = att_arena_alloc(arena, most, sizeof *told);
	*count = 0;
	for (size_t i = 0; told && i < scan->count; i++) {
		const struct policy_scan_matter *m = &scan->matters[i];
		for (size_t j = 0; j < m->count; j++)
			told[(*count)++] = (struct policy_scan_told){
				.advisory = m->marker,
				.project = m->places[j].project,
				.package = m->places[j].package,
				.dev = m->places[j].dev,
				.since = m->places[j].since,
			};
	}
	for (size_t i = 0; told && i < old->count; i++)
		if (!is_among(old->told[i].project, judged, judged_count))
			told[(*count)++] = old->told[i];
	return told;
}

static void write_told(struct att_json_writer *w, const struct policy_scan_told *t)
{
	char time[ATT_TIME_TEXT + 1];
	att_time_format(t->since, time);
	att_json_line_object(w);
	att_json_member(w, "advisory", t->advisory);
	att_json_member(w, "project", t->project);
	att_json_member(w, "package", t->package);
	att_json_member(w, "scope", t->dev ? ATT_STR("dev") : ATT_STR("runtime"));
	att_json_member(w, "since", att_str_of(time));
	att_json_object_end(w);
}

int policy_scan_state_write(const struct policy_scan *scan, const struct policy_scan_state *old,
			    const struct att_str *judged, size_t judged_count, struct att_buf *out,
			    struct att_err *err)
{
	struct att_arena arena = {0};
	struct att_json_writer w;
	size_t count;
	struct policy_scan_told *told = collect(scan, old, judged, judged_count, &arena, &count);
	if (!told)
		return att_err_memory(err);
	if (count > 1)
		qsort(told, count, sizeof *told, by_all);
	att_json_begin(&w, out, false);
	att_json_object(&w);
	att_json_key(&w, VERSION_KEY);
	att_json_uint(&w, VERSION);
	att_json_key(&w, "told");
	att_json_array(&w);
	/* Of what is there twice the earlier comes first, and is kept. */
	for (size_t i = 0; i < count; i++)
		if (i == 0 || !is_same(&told[i - 1], &told[i]))
			write_told(&w, &told[i]);
	att_json_array_end(&w);
	att_json_object_end(&w);
	att_arena_clear(&arena);
	if (!att_buf_ok(out))
		return att_err_set(err, ATT_ERR_LIMIT, "the state does not fit into %zu bytes", out->max);
	return ATT_OK;
}
