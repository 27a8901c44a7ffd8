// SPDX-License-Identifier: Apache-2.0
#include "policy/concern.h"

#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/package/cvss.h"
#include "policy/affected.h"

#include "libattest/base/banned.h"

/* One package of one advisory that holds for the component, or of which that could not be told. */
struct hit {
	const struct policy_record *record;
	const struct policy_affected *affected;
	enum att_outcome outcome;
	struct att_str reason;
};

/* The database's ecosystems that have packages of one of ours. */
struct scope {
	struct att_str *ecosystems;
	size_t count;
	bool covered; /* what it does not know is not known by anybody */
};

struct finder {
	const struct policy_run *run;
	struct policy_concerns *out;
	struct att_err *err;
	struct att_arena scratch;    /* of the package that is being looked at */
	struct att_arena passing;    /* of the component */
	const struct scope *scope;   /* that package's; NULL: none. Versions of one package follow each other */
	struct att_str name, source; /* its names */
	struct policy_hit *found;
	size_t count, capacity;
	struct att_map records; /* numbers as bytes -> position in `list` */
	const struct policy_record **list;
	size_t record_count, record_capacity;
	struct att_map by_ecosystem; /* -> position in `scopes` */
	struct scope **scopes;
	size_t scope_count, scope_capacity;
	struct hit *hits; /* of the component; owned */
	size_t hit_count, hit_capacity;
};

/* --- the database, asked once for each thing ------------------------------------------------------------ */

static int find_record(struct finder *f, uint32_t number, const struct policy_record **out)
{
	struct att_arena *arena = &f->out->arena;
	struct att_str key = {(const char *)&number, sizeof number};
	void *list = f->list;
	uint32_t at;
	if (att_map_find(&f->records, key, &at)) {
		*out = f->list[at];
		return ATT_OK;
	}
	struct policy_record *record = att_arena_alloc(arena, 1, sizeof *record);
	if (!record)
		return att_err_memory(f->err);
	int status = policy_database_record(f->run->database, number, false, arena, record, f->err);
	if (status != ATT_OK)
		return status;
	key = (struct att_str){(const char *)&record->number, sizeof record->number};
	const struct policy_record **slot =
		att_arena_push(arena, &list, &f->record_count, &f->record_capacity, sizeof *slot);
	f->list = list;
	if (!slot || att_map_set(&f->records, key, (uint32_t)(f->record_count - 1)) != ATT_OK)
		return att_err_memory(f->err);
	*out = *slot = record;
	return ATT_OK;
}

/* Is an ecosystem of the database one of a package's? "Maven" is, and
 * "Maven:https://repo.jenkins-ci.org/releases/"; of what comes from another registry only that one's is. */
static bool is_of(const struct policy_package *package, struct att_str ecosystem)
{
	for (size_t i = 0; i < 2 && package->ecosystems[i].len > 0; i++) {
		struct att_str base = package->ecosystems[i], rest = att_str_from(ecosystem, base.len);
		if (!att_str_starts(ecosystem, base) || (rest.len > 0 && rest.data[0] != ':'))
			continue;
		if (package->kind != POLICY_PACKAGE_PRIVATE ||
		    policy_package_is_from(package, att_str_from(rest, 1)))
			return true;
	}
	return false;
}

static int fill_scope(struct finder *f, const struct policy_package *package, struct scope *scope)
{
	const struct policy_database *database = f->run->database;
	size_t capacity = 0;
	for (size_t i = 0; i < policy_database_ecosystem_count(database); i++) {
		struct att_str name = policy_database_ecosystem(database, i);
		if (!is_of(package, name))
			continue;
		struct att_str *to = att_arena_push(&f->out->arena, (void **)&scope->ecosystems, &scope->count,
						    &capacity, sizeof *to);
		if (!to)
			return att_err_memory(f->err);
		*to = name;
		/* Those of one registry say nothing of the others. */
		if (package->is_release || package->kind == POLICY_PACKAGE_PRIVATE ||
		    att_str_equal(name, package->ecosystems[0]))
			scope->covered |= policy_database_covers(database, i);
	}
	return ATT_OK;
}

/* Where in the database a package is looked up: the same for all of its ecosystem or registry. */
static int find_scope(struct finder *f, const struct policy_package *package, const struct scope **out)
{
	bool elsewhere = package->kind == POLICY_PACKAGE_PRIVATE;
	struct att_str key =
		ATT_ARENA_JOIN(&f->passing, package->ecosystems[0], elsewhere ? ATT_STR("\n") : ATT_STR(""),
			       elsewhere ? package->where : ATT_STR(""));
	uint32_t at;
	if (!key.data)
		return att_err_memory(f->err);
	if (att_map_find(&f->by_ecosystem, key, &at)) {
		*out = f->scopes[at];
		return ATT_OK;
	}
	struct scope *scope = att_arena_alloc(&f->out->arena, 1, sizeof *scope);
	struct scope **slot = att_arena_push(&f->out->arena, (void **)&f->scopes, &f->scope_count,
					     &f->scope_capacity, sizeof *slot);
	key = att_arena_copy(&f->out->arena, key);
	if (!scope || !slot || !key.data)
		return att_err_memory(f->err);
	*out = *slot = scope;
	if (att_map_set(&f->by_ecosystem, key, (uint32_t)(f->scope_count - 1)) != ATT_OK)
		return att_err_memory(f->err);
	return fill_scope(f, package, scope);
}

static int look_up_name(struct finder *f, struct att_str ecosystem, struct att_str name)
{
	const struct policy_hit *found;
	size_t count;
	int status =
		policy_database_lookup(f->run->database, ecosystem, name, &f->scratch, &found, &count, f->err);
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		struct policy_hit *to =
			att_arena_push(&f->scratch, (void **)&f->found, &f->count, &f->capacity, sizeof *to);
		if (!to)
			return att_err_memory(f->err);
		*to = found[i];
	}
	return status;
}

/* What advisories say about the package; the same as for the component before when it is one package. */
static int look_up(struct finder *f, const struct policy_package *package, const struct scope *scope)
{
	const struct att_str names[] = {package->name, package->source};
	int status = ATT_OK;
	if (f->scope == scope && att_str_equal(package->name, f->name) &&
	    att_str_equal(package->source, f->source))
		return ATT_OK;
	struct att_arena kept = f->scratch;
	f->scratch = (struct att_arena){0};
	f->found = NULL;
	f->count = f->capacity = 0;
	f->scope = NULL;
	for (size_t i = 0; i < scope->count; i++)
		for (size_t j = 0; status == ATT_OK && j < 2; j++)
			if (j == 0 || (names[j].len > 0 && !att_str_equal(names[0], names[j])))
				status = look_up_name(f, scope->ecosystems[i], names[j]);
	f->name = att_arena_copy(&f->scratch, package->name);
	f->source = att_arena_copy(&f->scratch, package->source);
	if (status == ATT_OK && (!f->name.data || !f->source.data))
		status = att_err_memory(f->err);
	if (status == ATT_OK)
		f->scope = scope;
	att_arena_clear(&kept);
	return status;
}

/* --- one component -------------------------------------------------------------------------------------- */

static int add_hit(struct finder *f, const struct hit *hit)
{
	if (f->hit_count == f->hit_capacity) {
		size_t capacity = f->hit_capacity ? 2 * f->hit_capacity : 16;
		struct hit *hits = realloc(f->hits, capacity * sizeof *hits);
		if (!hits)
			return att_err_memory(f->err);
		f->hits = hits;
		f->hit_capacity = capacity;
	}
	f->hits[f->hit_count++] = *hit;
	return ATT_OK;
}

/* Withdrawn ones do not count from then on; in a replay, neither does what was published later. */
static bool is_in_force(const struct policy_run *run, const struct policy_advisory *advisory)
{
	bool withdrawn = advisory->withdrawn && advisory->withdrawn_at <= run->now;
	return !withdrawn && (!run->replay || advisory->published <= run->now);
}

static int judge(struct finder *f, const struct policy_package *package, size_t i)
{
	struct att_err why = {0};
	struct hit hit = {.affected = &f->found[i].affected};
	hit.outcome = policy_affected_holds(hit.affected, package->scheme, package->version, &why);
	if (hit.outcome == ATT_REFUTED)
		return ATT_OK;
	int status = find_record(f, f->found[i].advisory, &hit.record);
	if (status != ATT_OK || !hit.record || !is_in_force(f->run, &hit.record->advisory))
		return status;
	if (hit.outcome == ATT_HOLDS && package->kind == POLICY_PACKAGE_FORKED) {
		hit.outcome = ATT_CANNOT_TELL;
		hit.reason = ATT_STR("it does not come from a registry, and may differ from what is published "
				     "as this version");
	} else if (hit.outcome != ATT_HOLDS) {
		hit.reason = package->version.len == 0
				     ? ATT_STR("its version is not known")
				     : att_arena_copy(&f->out->arena, att_str_of(why.message));
		if (!hit.reason.data)
			return att_err_memory(f->err);
	}
	return add_hit(f, &hit);
}

/* Names that say more come first: a database of the ecosystem's own, GitHub's, the numbers of MITRE. */
static int rank(struct att_str id)
{
	return att_str_starts(id, ATT_STR("CVE-")) ? 2 : att_str_starts(id, ATT_STR("GHSA-")) ? 1 : 0;
}

static int by_group(const void *left, const void *right)
{
	const struct hit *a = left, *b = right;
	struct att_str x = a->record->advisory.id, y = b->record->advisory.id;
	if (a->record->group != b->record->group)
		return a->record->group < b->record->group ? -1 : 1;
	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	int order = att_str_compare(x, y);
	return order ? order
		     : (a->record->number > b->record->number) - (a->record->number < b->record->number);
}

/* --- a group's advisories become one concern -------------------------------------------------------------- */

static int by_bytes(const void *left, const void *right)
{
	return att_str_compare(*(const struct att_str *)left, *(const struct att_str *)right);
}

static int gather_aliases(struct finder *f, const struct hit *hits, size_t count,
			  struct policy_concern *concern)
{
	struct att_arena *arena = &f->out->arena;
	size_t room = 0, kept = 0;
	for (size_t i = 0; i < count; i++)
		room += 1 + hits[i].record->advisory.aliases.count;
	struct att_str *names = att_arena_alloc(arena, room, sizeof *names);
	if (!names)
		return att_err_memory(f->err);
	room = 0;
	for (size_t i = 0; i < count; i++) {
		const struct policy_advisory *advisory = &hits[i].record->advisory;
		names[room++] = advisory->id;
		for (size_t j = 0; j < advisory->aliases.count; j++)
			names[room++] = advisory->aliases.items[j];
	}
	qsort(names, room, sizeof *names, by_bytes);
	for (size_t i = 0; i < room; i++)
		if (!att_str_equal(names[i], concern->advisory->id) &&
		    (kept == 0 || !att_str_equal(names[i], names[kept - 1])))
			names[kept++] = names[i];
	concern->aliases = names;
	concern->alias_count = kept;
	return ATT_OK;
}

/* When every advisory of the group is about certain systems only: the first one's. */
static int gather_systems(struct finder *f, const struct hit *hits, size_t count,
			  struct policy_concern *concern)
{
	struct att_arena *arena = &f->out->arena;
	struct att_str text = ATT_STR("");
	for (size_t i = 0; i < count; i++)
		if (hits[i].affected->architectures.count + hits[i].affected->systems.count == 0)
			return ATT_OK;
	const struct policy_strings *lists[] = {&hits[0].affected->systems, &hits[0].affected->architectures};
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < lists[i]->count && text.len < 200; j++)
			text = ATT_ARENA_JOIN(arena, text, text.len ? ATT_STR(", ") : ATT_STR(""),
					      lists[i]->items[j]);
	concern->systems = text;
	return text.data ? ATT_OK : att_err_memory(f->err);
}

/* By the latest version of CVSS that it has a vector of. */
static bool rate(const struct policy_advisory *advisory, struct att_cvss *out)
{
	bool rated = false;
	for (size_t i = 0; i < advisory->severity_count; i++) {
		struct att_cvss cvss;
		struct att_err ignored;
		if (att_cvss_parse(advisory->severities[i].score, &cvss, &ignored) != ATT_OK ||
		    (rated && cvss.version < out->version))
			continue;
		*out = cvss;
		rated = true;
	}
	return rated;
}

/* That of the first advisory that has one, a vector before a word. */
static int find_severity(struct finder *f, const struct hit *hits, size_t count, struct policy_concern *concern)
{
	struct att_arena *arena = &f->out->arena;
	struct att_cvss cvss;
	struct att_str word = {NULL, 0};
	for (size_t i = 0; i < count; i++) {
		const struct policy_advisory *advisory = &hits[i].record->advisory;
		if (rate(advisory, &cvss)) {
			concern->severity = att_arena_printf(
				arena, "%s (CVSS %s: %u.%u)", att_cvss_rating_name(cvss.rating),
				att_cvss_version_name(cvss.version), cvss.score / 10, cvss.score % 10);
			return concern->severity.data ? ATT_OK : att_err_memory(f->err);
		}
		word = word.len ? word : advisory->severity_word;
	}
	char *lower = att_arena_alloc(arena, word.len, 1);
	if (!lower)
		return att_err_memory(f->err);
	for (size_t i = 0; i < word.len; i++)
		lower[i] = att_ascii_lower(word.data[i]);
	concern->severity = (struct att_str){lower, word.len};
	return ATT_OK;
}

/* The lowest version without any of the hits. */
static int find_fix(struct finder *f, const struct policy_package *package, const struct hit *hits,
		    size_t count, struct att_str *out)
{
	const struct policy_affected **affected = att_arena_alloc(&f->passing, count, sizeof *affected);
	struct att_str fix;
	if (!affected)
		return att_err_memory(f->err);
	for (size_t i = 0; i < count; i++)
		affected[i] = hits[i].affected;
	if (!policy_affected_fix(affected, count, package->scheme, package->version, &fix))
		return ATT_OK;
	*out = att_arena_copy(&f->out->arena, fix);
	return out->data ? ATT_OK : att_err_memory(f->err);
}

static int worse(enum policy_advisory_kind a, enum policy_advisory_kind b)
{
	static const int weights[] = {
		[POLICY_NOTICE] = 0,        [POLICY_UNMAINTAINED] = 1, [POLICY_UNSOUND] = 2,
		[POLICY_VULNERABILITY] = 3, [POLICY_MALICIOUS] = 4,
	};
	return weights[a] > weights[b];
}

static struct policy_concern *push_concern(struct finder *f)
{
	void *items = f->out->items;
	struct policy_concern *slot =
		att_arena_push(&f->out->arena, &items, &f->out->count, &f->out->capacity, sizeof *slot);
	f->out->items = items;
	return slot;
}

static int add_concern(struct finder *f, uint32_t node, const struct policy_package *package,
		       const struct hit *hits, size_t count)
{
	struct policy_concern concern = {.node = node, .outcome = ATT_CANNOT_TELL};
	concern.advisory = &hits[0].record->advisory;
	concern.kind = concern.advisory->kind;
	concern.group = hits[0].record->group;
	concern.group_id = hits[0].record->group_id;
	for (size_t i = count; i-- > 0;) {
		concern.outcome = hits[i].outcome == ATT_HOLDS ? ATT_HOLDS : concern.outcome;
		concern.reason = hits[i].outcome == ATT_HOLDS ? concern.reason : hits[i].reason;
		if (worse(hits[i].record->advisory.kind, concern.kind))
			concern.kind = hits[i].record->advisory.kind;
	}
	int status = gather_aliases(f, hits, count, &concern);
	if (status == ATT_OK)
		status = gather_systems(f, hits, count, &concern);
	if (status == ATT_OK)
		status = find_severity(f, hits, count, &concern);
	if (status == ATT_OK)
		status = find_fix(f, package, hits, count, &concern.fix);
	if (status != ATT_OK)
		return status;
	if (f->out->count == POLICY_MAX_CONCERNS)
		return att_err_set(f->err, ATT_ERR_LIMIT,
				   "advisories concern components more than %d times: these are not judged",
				   POLICY_MAX_CONCERNS);
	struct policy_concern *slot = push_concern(f);
	if (!slot)
		return att_err_memory(f->err);
	*slot = concern;
	return ATT_OK;
}

static int add_concerns(struct finder *f, uint32_t node, const struct policy_package *package)
{
	size_t first = f->out->count, begin = 0;
	struct att_str all = {NULL, 0};
	int status = ATT_OK;
	if (f->hit_count == 0)
		return ATT_OK;
	qsort(f->hits, f->hit_count, sizeof *f->hits, by_group);
	for (size_t end = 1; status == ATT_OK && end <= f->hit_count; end++) {
		if (end < f->hit_count && f->hits[end].record->group == f->hits[begin].record->group)
			continue;
		status = add_concern(f, node, package, f->hits + begin, end - begin);
		begin = end;
	}
	if (status == ATT_OK)
		status = find_fix(f, package, f->hits, f->hit_count, &all);
	for (size_t i = first; i < f->out->count; i++)
		f->out->items[i].fix_all = all;
	return status;
}

/* --- all components -----------------------------------------------------------------------------------------
 */

static int add_uncovered(struct finder *f, uint32_t node, const struct policy_package *package,
			 struct att_str where)
{
	struct policy_concerns *out = f->out;
	char kind = (char)('0' + package->kind);
	struct att_str key = ATT_ARENA_JOIN(&f->passing, (struct att_str){&kind, 1}, where);
	void *items = out->uncovered;
	uint32_t at;
	if (!key.data)
		return att_err_memory(f->err);
	if (!att_map_find(&out->by_where, key, &at)) {
		struct policy_uncovered *slot = att_arena_push(&out->arena, &items, &out->uncovered_count,
							       &out->uncovered_capacity, sizeof *slot);
		out->uncovered = items;
		key = att_arena_copy(&out->arena, key);
		if (!slot || !key.data)
			return att_err_memory(f->err);
		at = (uint32_t)(out->uncovered_count - 1);
		*slot = (struct policy_uncovered){.kind = package->kind,
						  .where = att_str_from(key, 1),
						  .declared = package->declared,
						  .distribution = package->distribution,
						  .first = node};
		if (att_map_set(&out->by_where, key, at) != ATT_OK)
			return att_err_memory(f->err);
	}
	out->uncovered[at].count++;
	return ATT_OK;
}

static int add_yanked(struct finder *f, uint32_t node)
{
	const struct sbom_component *component = &f->run->graph->nodes[node].component;
	struct att_str why = policy_property(component, "attest:deprecated");
	struct policy_concern *slot;
	if (why.len == 0)
		why = policy_property(component, "attest:yanked");
	if (why.len == 0)
		return ATT_OK;
	slot = push_concern(f);
	if (!slot)
		return att_err_memory(f->err);
	*slot = (struct policy_concern){
		.node = node, .outcome = ATT_HOLDS, .yanked = true, .group = UINT32_MAX, .reason = why};
	return ATT_OK;
}

static int judge_all(struct finder *f, const struct policy_package *package, const struct scope *scope)
{
	int status = look_up(f, package, scope);
	for (size_t i = 0; status == ATT_OK && i < f->count; i++)
		status = judge(f, package, i);
	return status;
}

/* What is not known of a package whose ecosystem the database does not cover. */
static int cover(struct finder *f, uint32_t node, const struct policy_package *package,
		 const struct scope *scope)
{
	struct policy_package of = *package;
	f->out->looked_up += scope->covered;
	if (scope->covered)
		return ATT_OK;
	if (package->kind == POLICY_PACKAGE_PRIVATE)
		return add_uncovered(f, node, package, package->where);
	of.kind = POLICY_PACKAGE_PUBLIC;
	return add_uncovered(f, node, &of, package->ecosystems[0]);
}

static int look_at(struct finder *f, uint32_t node)
{
	struct policy_package package;
	const struct scope *scope = NULL;
	int status = policy_package_of(&f->run->graph->nodes[node].component, &f->run->config->sources,
				       &f->passing, &package, f->err);
	f->hit_count = 0;
	if (status != ATT_OK)
		goto out;
	/* What the document is about needs no other name. */
	if (node == 0 && package.kind == POLICY_PACKAGE_UNKNOWN)
		package.kind = POLICY_PACKAGE_OWN;
	if (package.kind == POLICY_PACKAGE_UNKNOWN ||
	    (package.kind == POLICY_PACKAGE_PRIVATE && package.declared))
		status = add_uncovered(f, node, &package, package.where);
	if (package.kind == POLICY_PACKAGE_UNKNOWN || package.kind == POLICY_PACKAGE_OWN || package.declared)
		goto out;
	if (status == ATT_OK)
		status = find_scope(f, &package, &scope);
	if (status != ATT_OK || !scope)
		goto out;
	status = cover(f, node, &package, scope);
	if (status == ATT_OK)
		status = judge_all(f, &package, scope);
	if (status == ATT_OK)
		status = add_concerns(f, node, &package);
	if (status == ATT_OK && package.kind != POLICY_PACKAGE_PRIVATE)
		status = add_yanked(f, node);
out:
	att_arena_clear(&f->passing);
	return status;
}

int policy_concerns_find(const struct policy_run *run, struct policy_concerns *out, struct att_err *err)
{
	struct finder f = {.run = run, .out = out, .err = err};
	int status = ATT_OK;
	*out = (struct policy_concerns){0};
	att_map_init(&out->by_where);
	att_map_init(&f.records);
	att_map_init(&f.by_ecosystem);
	for (uint32_t i = 0; status == ATT_OK && i < run->graph->node_count; i++)
		status = look_at(&f, i);
	att_arena_clear(&f.scratch);
	att_map_clear(&f.records);
	att_map_clear(&f.by_ecosystem);
	free(f.hits);
	return status;
}

void policy_concerns_clear(struct policy_concerns *concerns)
{
	att_map_clear(&concerns->by_where);
	att_arena_clear(&concerns->arena);
	*concerns = (struct policy_concerns){0};
}
