// SPDX-License-Identifier: Apache-2.0
#include "policy/delta.h"

#include <stdlib.h>
#include <string.h>

#include "libattest/base/base.h"
#include "libattest/base/limits.h"
#include "libattest/package/purl.h"

#include "libattest/base/banned.h"

const char *policy_state_name(enum policy_state state)
{
	static const char *const names[] = {[POLICY_INTRODUCED] = "introduced",
					    [POLICY_NEWLY_DISCLOSED] = "newly-disclosed",
					    [POLICY_PRE_EXISTING] = "pre-existing",
					    [POLICY_FIXED] = "fixed"};
	return names[state];
}

/* --- identity ------------------------------------------------------------------------------------------- */

/* Another registry's package of the same name is another package, and so is a repository's. */
static bool is_identity(struct att_str key)
{
	return att_str_is(key, "repository_url") || att_str_is(key, "vcs_url");
}

/* "git+https://host/path@revision" without the revision. */
static struct att_str without_revision(struct att_str url)
{
	size_t slash = att_str_find_last_byte(url, '/'), at = att_str_find_last_byte(url, '@');
	return at != ATT_STR_NONE && slash != ATT_STR_NONE && at > slash ? att_str_first(url, at) : url;
}

struct att_str policy_package_identity(struct att_str purl, struct att_arena *arena)
{
	struct att_purl parts;
	struct att_str out = {NULL, 0};
	size_t kept = 0;
	if (purl.len == 0 || att_purl_parse(purl, arena, &parts, NULL) != ATT_OK)
		return out;
	parts.version = parts.subpath = out;
	for (size_t i = 0; i < parts.qualifier_count; i++) {
		if (!is_identity(parts.qualifiers[i].key))
			continue;
		parts.qualifiers[kept] = parts.qualifiers[i];
		if (att_str_is(parts.qualifiers[i].key, "vcs_url"))
			parts.qualifiers[kept].value = without_revision(parts.qualifiers[i].value);
		kept++;
	}
	parts.qualifier_count = kept;
	/* A type may demand what was dropped: then the whole purl is the better name. */
	if (att_purl_build(&parts, arena, &out, NULL) != ATT_OK)
		out = att_arena_copy(arena, purl);
	return out;
}

/* The components of a graph by purl. */
struct lookup {
	const struct sbom_graph *graph;
	struct att_map by_purl;
	struct att_map messages; /* what was identified by its message, and how often */
};

static int lookup_init(struct lookup *lookup, const struct sbom_graph *graph, struct att_err *err)
{
	lookup->graph = graph;
	att_map_init(&lookup->by_purl);
	att_map_init(&lookup->messages);
	for (size_t i = 0; i < graph->node_count; i++) {
		struct att_str purl = graph->nodes[i].component.purl;
		uint32_t first;
		bool found;
		if (purl.len == 0)
			continue;
		if (att_map_put(&lookup->by_purl, purl, (uint32_t)i, &found, &first) != ATT_OK)
			return att_err_memory(err);
		/* Of two that share a name, the one that is needed to run decides. */
		if (found && graph->nodes[first].reach == SBOM_DEV &&
		    att_map_set(&lookup->by_purl, purl, (uint32_t)i) != ATT_OK)
			return att_err_memory(err);
	}
	return ATT_OK;
}

static const struct sbom_node *lookup_find(const struct lookup *lookup, struct att_str purl)
{
	uint32_t at;
	return purl.len > 0 && att_map_find(&lookup->by_purl, purl, &at) ? &lookup->graph->nodes[at] : NULL;
}

static void lookup_clear(struct lookup *lookup)
{
	att_map_clear(&lookup->by_purl);
	att_map_clear(&lookup->messages);
}

/* A message says what is wrong, and not with what: the file and the text of the line do, wherever that moves
 * to. Of several that are alike all but the first have a number. */
static struct att_str describe(const struct att_finding *finding, struct lookup *lookup,
			       struct att_arena *arena)
{
	struct att_str text = finding->message;
	struct att_str line = att_str_trim(finding->source_line);
	uint32_t count = 0;
	if (finding->file.len > 0)
		text = ATT_ARENA_JOIN(arena, finding->file, ATT_STR(": "), text,
				      line.len > 0 ? ATT_STR(": ") : ATT_STR(""), line);
	(void)att_map_find(&lookup->messages, text, &count);
	arena->failed |= att_map_set(&lookup->messages, text, count + 1) != ATT_OK;
	return count == 0 ? text : att_arena_printf(arena, "%.*s (%u)", ATT_STR_ARG(text), (unsigned)count + 1);
}

/* Who had a license or a source that is not allowed may not get any other such for that. */
static bool may_get_worse(const char *code)
{
	return strcmp(code, "rejected") == 0 || strcmp(code, "source-not-allowed") == 0;
}

/* Text lives in `arena` or in the finding; arena->failed says when memory was out. */
static struct policy_known_finding identify(const struct att_finding *finding, const struct sbom_node *node,
					    struct lookup *lookup, struct att_arena *arena)
{
	struct policy_known_finding known = {
		.code = att_str_of(finding->code),
		.advisory = finding->advisory,
		.package = policy_package_identity(finding->purl, arena),
		.dev = node && node->reach == SBOM_DEV,
	};
	if (known.package.len == 0)
		known.message = describe(finding, lookup, arena);
	else if (may_get_worse(finding->code))
		known.found = finding->found;
	return known;
}

/* No text of a purl, an id or a code holds a NUL. */
static struct att_str finding_key(const struct policy_known_finding *f, struct att_arena *arena)
{
	const struct att_str nul = {"", 1};
	return ATT_ARENA_JOIN(arena, f->code, nul, f->advisory, nul, f->package, nul,
			      f->dev ? ATT_STR("d") : ATT_STR("r"), nul, f->message, nul, f->found);
}

static struct att_str component_key(const struct policy_known_component *c, struct att_arena *arena)
{
	const struct att_str nul = {"", 1};
	return ATT_ARENA_JOIN(arena, c->package, nul, c->dev ? ATT_STR("d") : ATT_STR("r"), nul, c->version);
}

/* --- keeping a state ------------------------------------------------------------------------------------ */

static int by_component(const void *left, const void *right)
{
	const struct policy_known_component *a = left, *b = right;
	int order = att_str_compare(a->package, b->package);
	if (order == 0)
		order = att_str_compare(a->version, b->version);
	return order ? order : (int)a->dev - (int)b->dev;
}

static int by_finding(const void *left, const void *right)
{
	const struct policy_known_finding *a = left, *b = right;
	int order = att_str_compare(a->code, b->code);
	if (order == 0)
		order = att_str_compare(a->advisory, b->advisory);
	if (order == 0)
		order = att_str_compare(a->package, b->package);
	if (order == 0)
		order = att_str_compare(a->message, b->message);
	if (order == 0)
		order = att_str_compare(a->found, b->found);
	return order ? order : (int)a->dev - (int)b->dev;
}

void policy_baseline_order(struct policy_baseline *b)
{
	size_t kept = 0;
	if (b->component_count > 1)
		qsort(b->components, b->component_count, sizeof *b->components, by_component);
	for (size_t i = 0; i < b->component_count; i++)
		if (kept == 0 || by_component(&b->components[kept - 1], &b->components[i]) != 0)
			b->components[kept++] = b->components[i];
	b->component_count = kept;
	kept = 0;
	if (b->finding_count > 1)
		qsort(b->findings, b->finding_count, sizeof *b->findings, by_finding);
	for (size_t i = 0; i < b->finding_count; i++)
		if (kept == 0 || by_finding(&b->findings[kept - 1], &b->findings[i]) != 0)
			b->findings[kept++] = b->findings[i];
	b->finding_count = kept;
}

static void take_components(struct policy_baseline *b, const struct sbom_graph *graph)
{
	for (size_t i = 0; i < graph->node_count; i++) {
		const struct sbom_node *node = &graph->nodes[i];
		struct att_str package = policy_package_identity(node->component.purl, &b->arena);
		if (package.len == 0)
			continue;
		void *items = b->components;
		struct policy_known_component *slot = att_arena_push(&b->arena, &items, &b->component_count,
								     &b->component_capacity, sizeof *slot);
		if (!slot)
			return;
		b->components = items;
		slot->package = package;
		slot->version = att_arena_copy(&b->arena, node->component.version);
		slot->dev = node->reach == SBOM_DEV;
	}
}

static void take_findings(struct policy_baseline *b, struct lookup *lookup, const struct att_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct att_finding *f = &findings->items[i];
		/* What is gone is not kept as if it were there. */
		if (f->state && strcmp(f->state, policy_state_name(POLICY_FIXED)) == 0)
			continue;
		/* What could not be judged of the whole excuses nothing later. */
		if (f->cannot_tell && f->purl.len == 0)
			continue;
		struct policy_known_finding known =
			identify(f, lookup_find(lookup, f->purl), lookup, &b->arena);
		void *items = b->findings;
		struct policy_known_finding *slot = att_arena_push(&b->arena, &items, &b->finding_count,
								   &b->finding_capacity, sizeof *slot);
		if (!slot)
			return;
		b->findings = items;
		known.advisory = att_arena_copy(&b->arena, known.advisory);
		known.message = att_arena_copy(&b->arena, known.message);
		known.found = att_arena_copy(&b->arena, known.found);
		*slot = known;
	}
}

int policy_baseline_take(struct policy_baseline *b, const struct sbom_graph *graph,
			 const struct att_findings *findings, struct att_str database, struct att_err *err)
{
	struct lookup lookup;
	memset(b, 0, sizeof *b);
	int status = lookup_init(&lookup, graph, err);
	if (status == ATT_OK) {
		take_components(b, graph);
		take_findings(b, &lookup, findings);
		b->database = att_arena_copy(&b->arena, database);
		policy_baseline_order(b);
		if (b->arena.failed)
			status = att_err_memory(err);
	}
	lookup_clear(&lookup);
	return status;
}

void policy_baseline_clear(struct policy_baseline *baseline)
{
	att_arena_clear(&baseline->arena);
	memset(baseline, 0, sizeof *baseline);
}

/* --- comparing ------------------------------------------------------------------------------------------ */

struct comparison {
	const struct policy_baseline *old;
	struct lookup lookup;
	struct att_arena arena;
	struct att_map components, findings; /* of the old state, by key */
	bool *seen;                          /* which of its findings are there still */
	struct policy_delta *delta;
};

static int index_old(struct comparison *c)
{
	const struct policy_baseline *old = c->old;
	int status = ATT_OK;
	c->seen = att_arena_alloc(&c->arena, old->finding_count, sizeof *c->seen);
	for (size_t i = 0; i < old->component_count && status == ATT_OK; i++) {
		struct att_str key = component_key(&old->components[i], &c->arena);
		status = key.data ? att_map_set(&c->components, key, (uint32_t)i) : ATT_ERR_MEMORY;
	}
	for (size_t i = 0; i < old->finding_count && status == ATT_OK; i++) {
		struct att_str key = finding_key(&old->findings[i], &c->arena);
		status = key.data ? att_map_set(&c->findings, key, (uint32_t)i) : ATT_ERR_MEMORY;
	}
	return c->seen ? status : ATT_ERR_MEMORY;
}

static bool was_there(struct comparison *c, const struct sbom_node *node, struct att_str package)
{
	uint32_t at;
	if (!node)
		return false;
	const struct policy_known_component known = {package, node->component.version, node->reach == SBOM_DEV};
	struct att_str key = component_key(&known, &c->arena);
	return key.data && att_map_find(&c->components, key, &at);
}

static enum policy_state classify(struct comparison *c, const struct att_finding *finding)
{
	const struct sbom_node *node = lookup_find(&c->lookup, finding->purl);
	struct policy_known_finding known = identify(finding, node, &c->lookup, &c->arena);
	struct att_str key = finding_key(&known, &c->arena);
	uint32_t at;
	if (key.data && att_map_find(&c->findings, key, &at)) {
		c->seen[at] = true;
		/* "not-covered" points at the first of many components, and is about all. */
		bool of_run = known.package.len == 0 || strcmp(finding->code, "not-covered") == 0;
		return finding->cannot_tell && of_run ? POLICY_INTRODUCED : POLICY_PRE_EXISTING;
	}
	/* Only advisories become known by themselves; and only to those who had looked. */
	bool disclosable = finding->advisory.len > 0 || strcmp(finding->code, "yanked") == 0;
	if (disclosable && !c->old->same_database && c->old->database.len > 0 &&
	    was_there(c, node, known.package))
		return POLICY_NEWLY_DISCLOSED;
	return POLICY_INTRODUCED;
}

static void excuse(struct att_findings *findings, struct att_finding *finding)
{
	if (finding->severity != ATT_ERROR)
		return;
	finding->severity = ATT_WARNING;
	findings->errors--;
	findings->warnings++;
}

/* The list may be full, or memory out: what is dropped was a note. */
static void add_fixed(struct comparison *c, struct att_findings *findings)
{
	for (size_t i = 0; i < c->old->finding_count; i++) {
		const struct policy_known_finding *old = &c->old->findings[i];
		if (c->seen[i])
			continue;
		struct att_str what = old->advisory.len ? old->advisory : old->message;
		const struct att_finding finding = {
			.code = "no-longer-found",
			.severity = ATT_NOTE,
			.message = ATT_ARENA_JOIN(&c->arena, old->code, what.len ? ATT_STR(" ") : ATT_STR(""),
						  what, old->package.len ? ATT_STR(" of ") : ATT_STR(""),
						  old->package, ATT_STR(" is gone")),
			.purl = old->package,
			.advisory = old->advisory,
			.state = policy_state_name(POLICY_FIXED),
		};
		c->delta->counts[POLICY_FIXED]++;
		if (findings->count < ATT_MAX_FINDINGS)
			att_findings_add(findings, &finding);
	}
}

int policy_delta_apply(const struct policy_baseline *baseline, const struct sbom_graph *graph,
		       struct att_findings *findings, struct policy_delta *delta, struct att_err *err)
{
	struct comparison c = {.old = baseline, .delta = delta};
	memset(delta, 0, sizeof *delta);
	int status = lookup_init(&c.lookup, graph, err);
	if (status == ATT_OK && index_old(&c) != ATT_OK)
		status = att_err_memory(err);
	for (size_t i = 0; status == ATT_OK && i < findings->count; i++) {
		struct att_finding *finding = &findings->items[i];
		enum policy_state state = classify(&c, finding);
		finding->state = policy_state_name(state);
		delta->counts[state]++;
		if (state != POLICY_INTRODUCED)
			excuse(findings, finding);
	}
	if (status == ATT_OK)
		add_fixed(&c, findings);
	if (status == ATT_OK && c.arena.failed)
		status = att_err_memory(err);
	lookup_clear(&c.lookup);
	att_map_clear(&c.components);
	att_map_clear(&c.findings);
	att_arena_clear(&c.arena);
	return status;
}
