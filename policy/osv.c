// SPDX-License-Identifier: Apache-2.0
/* Records of the Open Source Vulnerability format (ossf.github.io/osv-schema, 1.7). */
#include "libattest/base/limits.h"
#include "libattest/base/time.h"
#include "libattest/format/json.h"
#include "policy/advisory_read.h"

#include "libattest/base/banned.h"

/* What of one affected package concerns the whole record. */
struct collected {
	struct policy_severity *severities;
	size_t count, capacity;
	enum policy_advisory_kind kind;
};

static int read_time(const struct policy_reader *r, const struct att_value *object, const char *key,
		     bool required, bool *given, int64_t *out)
{
	const struct att_value *value;
	int status = att_value_want(r->source, object, key, ATT_STRING, required, &value, r->err);
	/* Go's zero time: the database knows none, and what was withdrawn then was not. */
	*given = status == ATT_OK && value && !att_str_starts(value->string, ATT_STR("0001-01-01T00:00:00"));
	if (!*given)
		return status;
	if (value->string.len > sizeof "2026-01-31" && att_time_parse(value->string, out))
		return ATT_OK;
	return policy_fail(r, ATT_ERR_MALFORMED, value->span,
			   "expected a time like 2026-01-31T12:00:00Z for \"%s\", found \"%.*s\"", key,
			   ATT_STR_ARG(att_str_first(value->string, 40)));
}

static int check_schema(const struct policy_reader *r, const struct att_value *record)
{
	struct att_str version, major;
	uint64_t number;
	int status = policy_read_text(r, record, "schema_version", false, ATT_MAX_VERSION, &version);
	if (status != ATT_OK || version.len == 0)
		return status;
	major = att_str_first(version, att_str_find_byte(version, '.'));
	const struct att_value *value = att_value_get(record, "schema_version");
	if (!att_str_to_uint(major, UINT32_MAX, &number))
		return policy_fail(r, ATT_ERR_MALFORMED, value->span,
				   "expected a version like 1.7.0 for \"schema_version\", found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(version, 40)));
	if (number > 1)
		return policy_fail(r, ATT_ERR_UNSUPPORTED, value->span,
				   "expected an OSV record of schema 1, found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(version, 40)));
	return ATT_OK;
}

/* ---- ranges ---- */

static int read_event(const struct policy_reader *r, const struct att_value *value,
		      struct att_version_event *out)
{
	static const char *const names[] = {"introduced", "fixed", "last_affected", "limit"};
	size_t given = 0;
	if (value->kind != ATT_OBJECT)
		return policy_fail(r, ATT_ERR_MALFORMED, value->span,
				   "expected an event as an object, found %s", att_value_kind_name(value));
	for (int kind = 0; kind <= (int)ATT_VERSION_LIMIT; kind++) {
		struct att_str version;
		int status = policy_read_text(r, value, names[kind], false, ATT_MAX_VERSION, &version);
		if (status != ATT_OK)
			return status;
		if (version.len == 0)
			continue;
		*out = (struct att_version_event){(enum att_version_event_kind)kind, version};
		given++;
	}
	if (given == 1)
		return ATT_OK;
	return policy_fail(
		r, ATT_ERR_MALFORMED, value->span,
		"expected one of \"introduced\", \"fixed\", \"last_affected\" and \"limit\" in an event, "
		"found %s",
		given ? "several" : "none");
}

static int read_events(const struct policy_reader *r, const struct att_value *value,
		       struct att_version_range *out)
{
	const struct att_value *list;
	bool introduced = false;
	int status = att_value_want(r->source, value, "events", ATT_ARRAY, true, &list, r->err);
	if (status != ATT_OK)
		return status;
	struct att_version_event *events = att_arena_alloc(r->arena, list->count, sizeof *events);
	if (!events)
		return att_err_memory(r->err);
	for (size_t i = 0; i < list->count; i++) {
		status = read_event(r, &list->items[i], &events[i]);
		if (status != ATT_OK)
			return status;
		introduced |= events[i].kind == ATT_VERSION_INTRODUCED;
	}
	if (!introduced)
		return policy_fail(r, ATT_ERR_MALFORMED, list->span,
				   "expected an event \"introduced\" in a range, found none");
	out->events = events;
	out->count = list->count;
	return ATT_OK;
}

static int read_range(const struct policy_reader *r, const struct att_value *value,
		      struct att_version_range *out)
{
	static const char *const names[] = {"SEMVER", "ECOSYSTEM", "GIT", NULL};
	struct att_str type, repository;
	int kind = 0, status = policy_read_text(r, value, "type", true, POLICY_MAX_NAME, &type);
	if (status != ATT_OK)
		return status;
	while (names[kind] && !att_str_is(type, names[kind]))
		kind++;
	if (!names[kind])
		return policy_fail(r, ATT_ERR_MALFORMED, att_value_get(value, "type")->span,
				   "expected a range of type SEMVER, ECOSYSTEM or GIT, found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(type, 40)));
	out->type = (enum att_version_range_type)kind;
	status = policy_read_text(r, value, "repo", out->type == ATT_VERSION_RANGE_GIT, ATT_MAX_PURL,
				  &repository);
	return status == ATT_OK ? read_events(r, value, out) : status;
}

static int read_ranges(const struct policy_reader *r, const struct att_value *object, const char *key,
		       struct att_version_affected *out)
{
	const struct att_value *list = att_value_get(object, key);
	/* Absent, or null as some exports write it. */
	if (!list || list->kind == ATT_NULL)
		return ATT_OK;
	int status = att_value_want(r->source, object, key, ATT_ARRAY, false, &list, r->err);
	if (status != ATT_OK)
		return status;
	struct att_version_range *ranges = att_arena_alloc(r->arena, list->count, sizeof *ranges);
	if (!ranges)
		return att_err_memory(r->err);
	for (size_t i = 0; status == ATT_OK && i < list->count; i++)
		status = read_range(r, &list->items[i], &ranges[i]);
	out->ranges = ranges;
	out->range_count = list->count;
	return status;
}

/* ---- what the ecosystems add ---- */

/* Systems or architectures that every imported package of a Go module has to be built for: only then is the
 * module affected nowhere else. Bounded work: a union in the order of appearance. */
static int read_go_platforms(const struct policy_reader *r, const struct att_value *imports, const char *key,
			     struct policy_strings *out)
{
	enum { MAX_PLATFORMS = 64 };
	struct att_str *items = att_arena_alloc(r->arena, MAX_PLATFORMS, sizeof *items);
	size_t count = 0;
	if (!items)
		return att_err_memory(r->err);
	for (size_t i = 0; i < imports->count; i++) {
		struct policy_strings own;
		int status = policy_read_texts(r, &imports->items[i], key, false, POLICY_MAX_NAME, &own);
		if (status != ATT_OK)
			return status;
		if (own.count == 0 || own.count + count > MAX_PLATFORMS)
			return ATT_OK;
		for (size_t j = 0; j < own.count; j++) {
			size_t k = 0;
			while (k < count && !att_str_equal(items[k], own.items[j]))
				k++;
			if (k == count)
				items[count++] = own.items[j];
		}
	}
	*out = (struct policy_strings){items, count};
	return ATT_OK;
}

static int read_ecosystem_specific(const struct policy_reader *r, const struct att_value *value,
				   struct policy_affected *out)
{
	const struct att_value *more = att_value_get(value, "ecosystem_specific"), *affects, *imports;
	int status = ATT_OK;
	/* Free to hold anything: what is not of these shapes says something else. */
	if (!more || more->kind != ATT_OBJECT)
		return ATT_OK;
	affects = att_value_get(more, "affects");
	imports = att_value_get(more, "imports");
	if (att_str_is(out->ecosystem, "Go"))
		status = read_ranges(r, more, "custom_ranges", &out->custom);
	if (att_str_is(out->ecosystem, "Go") && imports && imports->kind == ATT_ARRAY) {
		if (status == ATT_OK)
			status = read_go_platforms(r, imports, "goos", &out->systems);
		if (status == ATT_OK)
			status = read_go_platforms(r, imports, "goarch", &out->architectures);
	}
	if (!att_str_is(out->ecosystem, "crates.io") || !affects || affects->kind != ATT_OBJECT)
		return status;
	if (status == ATT_OK)
		status = policy_read_texts(r, affects, "arch", false, POLICY_MAX_NAME, &out->architectures);
	if (status == ATT_OK)
		status = policy_read_texts(r, affects, "os", false, POLICY_MAX_NAME, &out->systems);
	if (status == ATT_OK)
		status = policy_read_texts(r, affects, "functions", false, POLICY_MAX_REQUIREMENT,
					   &out->functions);
	return status;
}

/* RustSec's export says in each package what kind of advisory it is. */
static void read_informational(const struct att_value *value, struct collected *all)
{
	const struct att_value *more = att_value_get(value, "database_specific");
	struct att_str word = att_value_text(att_value_get(more, "informational"));
	for (int kind = POLICY_NOTICE; kind <= POLICY_UNSOUND; kind++)
		if (att_str_is(word, policy_advisory_kind_name((enum policy_advisory_kind)kind)))
			all->kind = (enum policy_advisory_kind)kind;
}

/* ---- severities ---- */

static int add_severity(const struct policy_reader *r, const struct att_value *value, struct collected *all)
{
	struct policy_severity severity;
	int status = policy_read_text(r, value, "type", true, POLICY_MAX_NAME, &severity.type);
	if (status == ATT_OK)
		status = policy_read_text(r, value, "score", true, POLICY_MAX_NAME, &severity.score);
	if (status != ATT_OK)
		return status;
	for (size_t i = 0; i < all->count; i++)
		if (att_str_equal(all->severities[i].type, severity.type) &&
		    att_str_equal(all->severities[i].score, severity.score))
			return ATT_OK;
	if (all->count == POLICY_MAX_SEVERITIES)
		return policy_fail(r, ATT_ERR_LIMIT, value->span, "expected at most %d severities, found more",
				   POLICY_MAX_SEVERITIES);
	struct policy_severity *to =
		att_arena_push(r->arena, (void **)&all->severities, &all->count, &all->capacity, sizeof *to);
	if (!to)
		return att_err_memory(r->err);
	*to = severity;
	return ATT_OK;
}

static int read_severities(const struct policy_reader *r, const struct att_value *object, struct collected *all)
{
	const struct att_value *list = att_value_get(object, "severity");
	if (!list || list->kind == ATT_NULL)
		return ATT_OK;
	int status = att_value_want(r->source, object, "severity", ATT_ARRAY, false, &list, r->err);
	for (size_t i = 0; status == ATT_OK && i < list->count; i++)
		status = add_severity(r, &list->items[i], all);
	return status;
}

/* ---- packages ---- */

static int read_package(const struct policy_reader *r, const struct att_value *value,
			struct policy_affected *out)
{
	const struct att_value *package;
	int status = att_value_want(r->source, value, "package", ATT_OBJECT, false, &package, r->err);
	if (status != ATT_OK || !package)
		return status;
	status = policy_read_text(r, package, "ecosystem", true, POLICY_MAX_NAME, &out->ecosystem);
	return status == ATT_OK ? policy_read_text(r, package, "name", true, POLICY_MAX_NAME, &out->name)
				: status;
}

static int read_affected(const struct policy_reader *r, const struct att_value *value,
			 struct policy_affected *out, struct collected *all)
{
	const struct att_value *versions = att_value_get(value, "versions");
	struct policy_strings listed = {NULL, 0};
	int status = read_package(r, value, out);
	if (status == ATT_OK)
		status = read_ranges(r, value, "ranges", &out->osv);
	if (status == ATT_OK && versions && versions->kind != ATT_NULL)
		status = policy_read_texts(r, value, "versions", false, ATT_MAX_VERSION, &listed);
	out->osv.versions = listed.items;
	out->osv.version_count = listed.count;
	if (status == ATT_OK)
		status = read_ecosystem_specific(r, value, out);
	if (status == ATT_OK)
		status = read_severities(r, value, all);
	if (status == ATT_OK)
		read_informational(value, all);
	return status;
}

static int read_all_affected(const struct policy_reader *r, const struct att_value *record,
			     struct policy_advisory *out, struct collected *all)
{
	const struct att_value *list = att_value_get(record, "affected");
	if (!list || list->kind == ATT_NULL)
		return ATT_OK;
	int status = att_value_want(r->source, record, "affected", ATT_ARRAY, false, &list, r->err);
	if (status != ATT_OK)
		return status;
	struct policy_affected *affected = att_arena_alloc(r->arena, list->count, sizeof *affected);
	if (!affected)
		return att_err_memory(r->err);
	for (size_t i = 0; status == ATT_OK && i < list->count; i++)
		status = read_affected(r, &list->items[i], &affected[i], all);
	out->affected = affected;
	out->affected_count = list->count;
	return status;
}

/* ---- the record ---- */

/* The page that the database names, else the first advisory, else the first page of any kind. */
static void find_url(const struct att_value *record, struct policy_advisory *out)
{
	const struct att_value *list = att_value_get(record, "references"), *page, *best = NULL;
	page = att_value_get(att_value_get(record, "database_specific"), "url");
	for (size_t i = 0; list && list->kind == ATT_ARRAY && i < list->count; i++) {
		const struct att_value *url = att_value_get(&list->items[i], "url");
		bool is_advisory =
			att_str_is(att_value_text(att_value_get(&list->items[i], "type")), "ADVISORY");
		if (att_value_text(url).len == 0 || (best && !is_advisory))
			continue;
		best = url;
		if (is_advisory)
			break;
	}
	if (att_str_starts(att_value_text(page), ATT_STR("https://")))
		best = page;
	out->url = att_value_text(best);
	if (out->url.len > ATT_MAX_PURL)
		out->url = (struct att_str){NULL, 0};
}

static int read_title(const struct policy_reader *r, const struct att_value *record,
		      struct policy_advisory *out)
{
	const struct att_value *summary, *details;
	int status = att_value_want(r->source, record, "summary", ATT_STRING, false, &summary, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, record, "details", ATT_STRING, false, &details, r->err);
	if (status != ATT_OK)
		return status;
	out->title = policy_title(att_value_text(summary));
	if (out->title.len == 0)
		out->title = policy_title(att_value_text(details));
	return ATT_OK;
}

static int read_record(const struct policy_reader *r, const struct att_value *record,
		       struct policy_advisory *out)
{
	struct collected all = {.kind = POLICY_VULNERABILITY};
	bool given;
	int status = check_schema(r, record);
	if (status == ATT_OK)
		status = policy_read_id(r, record, &out->id);
	if (status == ATT_OK)
		status = read_time(r, record, "modified", true, &given, &out->modified);
	if (status == ATT_OK)
		status = read_time(r, record, "published", false, &given, &out->published);
	if (status == ATT_OK)
		status = read_time(r, record, "withdrawn", false, &out->withdrawn, &out->withdrawn_at);
	if (status == ATT_OK)
		status = policy_read_aliases(r, record, out);
	if (status == ATT_OK)
		status = read_title(r, record, out);
	if (status == ATT_OK)
		status = read_severities(r, record, &all);
	if (status == ATT_OK)
		status = read_all_affected(r, record, out, &all);
	if (status != ATT_OK)
		return status;
	find_url(record, out);
	out->kind = att_str_starts(out->id, ATT_STR("MAL-")) ? POLICY_MALICIOUS : all.kind;
	out->severities = all.severities;
	out->severity_count = all.count;
	const struct att_value *more = att_value_get(record, "database_specific");
	out->severity_word = att_str_first(att_value_text(att_value_get(more, "severity")), 40);
	return ATT_OK;
}

int policy_osv_parse(const struct att_source *source, struct att_arena *arena, struct policy_advisory *out,
		     struct att_err *err)
{
	const struct policy_reader r = {source, arena, err};
	struct policy_advisory advisory = {.kind = POLICY_VULNERABILITY};
	struct att_value record;
	memset(out, 0, sizeof *out);
	int status = att_json_parse(source, arena, &record, err);
	if (status == ATT_OK && record.kind != ATT_OBJECT)
		status = policy_fail(&r, ATT_ERR_MALFORMED, record.span, "expected an OSV record, found %s",
				     att_value_kind_name(&record));
	if (status == ATT_OK)
		status = read_record(&r, &record, &advisory);
	if (status == ATT_OK)
		*out = advisory;
	return status;
}
