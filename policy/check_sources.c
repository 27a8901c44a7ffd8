// SPDX-License-Identifier: Apache-2.0
/* sources: only registries and repositories that the policy knows. */
#include "policy/check.h"
#include "policy/source.h"

#include "libattest/package/purl.h"

#include "libattest/base/banned.h"

struct sources {
	const struct policy_run *run;
	const struct policy_sources_config *config;
	struct att_findings *findings;
	enum att_outcome *outcome;
	struct att_err *err;
	struct att_arena arena;          /* of the run */
	struct att_arena scratch;        /* of one component */
	const struct sbom_node *unknown; /* the first that says nothing of where it comes from */
	size_t unknown_count;
	bool *used_registries, *used_mirrors, *used_gits, *used_github, *used_gitlab, *used_bitbucket;
};

static const char *reference_name(enum policy_git_spec reference)
{
	static const char *const names[] = {[POLICY_GIT_ANY] = "no reference",
					    [POLICY_GIT_BRANCH] = "a branch",
					    [POLICY_GIT_TAG] = "a tag",
					    [POLICY_GIT_REV] = "a commit"};
	return names[reference];
}

/* Marks the entries that name the address. */
static bool is_listed(const struct policy_entries *entries, struct att_str url, bool *used)
{
	bool listed = false;
	for (size_t i = 0; i < entries->count; i++) {
		if (policy_source_equal(entries->items[i].text, url)) {
			listed = true;
			used[i] = true;
		}
	}
	return listed;
}

static bool is_private(const struct sources *s, struct att_str url)
{
	for (size_t i = 0; i < s->config->private_urls.count; i++)
		if (policy_source_within(url, s->config->private_urls.items[i].text))
			return true;
	return false;
}

/* "https://github.com/ORGANIZATION/...", also by ssh with a user. Other schemes name no host that proves
 * itself: anybody on the way may answer for it, and "file" does not even ask. */
static bool is_of_organization(const char *host, const struct policy_entries *entries, struct att_str url,
			       bool *used)
{
	size_t at = att_str_find(url, ATT_STR("://"));
	struct att_str scheme = att_str_first(url, at), rest = att_str_from(url, at + 3), part, found;
	if (at == ATT_STR_NONE || !policy_source_is_straight(url) ||
	    (!att_str_equal_nocase(scheme, ATT_STR("https")) &&
	     !att_str_equal_nocase(scheme, ATT_STR("ssh"))) ||
	    !att_str_split(&rest, '/', &part) || !att_str_split(&rest, '/', &found))
		return false;
	size_t user = att_str_find_last_byte(part, '@');
	if (user != ATT_STR_NONE)
		part = att_str_from(part, user + 1);
	for (size_t i = 0; i < entries->count; i++) {
		if (att_str_equal_nocase(part, att_str_of(host)) &&
		    att_str_equal_nocase(found, entries->items[i].text)) {
			used[i] = true;
			return true;
		}
	}
	return false;
}

static bool is_organization(struct sources *s, struct att_str url)
{
	return is_of_organization("github.com", &s->config->org_github, url, s->used_github) ||
	       is_of_organization("gitlab.com", &s->config->org_gitlab, url, s->used_gitlab) ||
	       is_of_organization("bitbucket.org", &s->config->org_bitbucket, url, s->used_bitbucket);
}

static bool is_default_allowed(const struct sources *s, const struct sbom_component *component)
{
	struct att_str rest = att_str_from(component->purl, 4);
	struct att_str type = att_str_first(rest, att_str_find_byte(rest, '/'));
	if (!s->config->allow_default_given)
		return !s->config->allow_registry_given || !att_str_is(type, "cargo");
	for (size_t i = 0; i < s->config->allow_default.count; i++)
		if (att_str_equal(s->config->allow_default.items[i].text, type))
			return true;
	return false;
}

/* The ecosystem's public registry, or what stands in for it. */
static bool is_public(struct sources *s, const struct sbom_component *component,
		      const struct policy_source *source)
{
	struct att_str rest = att_str_from(component->purl, 4);
	const struct policy_mirror *mirror =
		source->kind == POLICY_SOURCE_REGISTRY
			? policy_source_mirror(s->config, att_str_first(rest, att_str_find_byte(rest, '/')),
					       source->url)
			: NULL;
	if (mirror)
		s->used_mirrors[mirror - s->config->mirrors] = true;
	return mirror || source->is_default;
}

static void refuse(struct sources *s, const struct sbom_node *node, const struct policy_source *source)
{
	const bool git = source->kind == POLICY_SOURCE_GIT;
	struct att_str name = policy_trail_name(&node->component, &s->scratch);
	const char *what = git                                      ? "a git repository"
			   : source->kind == POLICY_SOURCE_REGISTRY ? "a registry"
								    : "an archive";
	struct policy_complaint complaint = {
		.code = "source-not-allowed",
		.level = git ? s->config->unknown_git : s->config->unknown_registry,
		.message = att_arena_printf(&s->scratch, "%.*s comes from %s that the policy does not allow",
					    ATT_STR_ARG(name), what),
		.help = git ? ATT_STR("add it to \"allow-git\", or its owner to [sources.allow-org]")
			    : ATT_STR("add it to \"allow-registry\", or its address to \"private\""),
		.found = source->url,
		.node = node,
	};
	policy_complain(s->run, &complaint, s->findings, s->outcome);
}

static void check_reference(struct sources *s, const struct sbom_node *node, const struct policy_source *source)
{
	struct att_str name = policy_trail_name(&node->component, &s->scratch);
	struct policy_complaint complaint = {
		.code = "git-source-underspecified",
		.level = POLICY_DENY,
		.message = att_arena_printf(&s->scratch, "%.*s is taken from git by %s", ATT_STR_ARG(name),
					    reference_name(source->reference)),
		.help = ATT_STR("name a commit where the dependency is declared"),
		.expected = att_str_of(reference_name(s->config->required_git_spec)),
		.found = att_str_of(reference_name(source->reference)),
		.node = node,
	};
	if (source->reference < s->config->required_git_spec)
		policy_complain(s->run, &complaint, s->findings, s->outcome);
}

/* It is no part of the tree itself. */
static bool has_source(const struct sbom_component *component)
{
	return component->origin != SBOM_ORIGIN_LOCAL && component->kind != SBOM_FILE &&
	       component->kind != SBOM_OPERATING_SYSTEM;
}

/* One finding for all: of whole systems there may be thousands. */
static void tell_unknown(struct sources *s)
{
	const struct policy_complaint complaint = {
		.code = "unknown-source",
		.level = s->config->unknown_registry,
		.cannot_tell = true,
		.message = att_arena_printf(&s->arena,
					    "%zu component%s no source that could be judged, the first is %.*s",
					    s->unknown_count, s->unknown_count == 1 ? " names" : "s name",
					    ATT_STR_ARG(policy_trail_name(&s->unknown->component, &s->arena))),
		.help = ATT_STR("a package URL says it, with vcs_url, repository_url or download_url where its "
				"type has no registry of its own"),
		.node = s->unknown,
	};
	policy_complain(s->run, &complaint, s->findings, s->outcome);
}

static int check_component(struct sources *s, const struct sbom_node *node)
{
	struct policy_source source;
	int status = policy_source_of(&node->component, &s->scratch, &source, s->err);
	if (status == ATT_OK && source.kind == POLICY_SOURCE_NONE && has_source(&node->component)) {
		s->unknown = s->unknown ? s->unknown : node;
		s->unknown_count++;
	}
	if (status != ATT_OK || source.kind == POLICY_SOURCE_NONE)
		return status;
	*s->outcome = policy_outcome_join(*s->outcome, ATT_HOLDS);
	bool allowed;
	if (source.kind == POLICY_SOURCE_GIT) {
		check_reference(s, node, &source);
		allowed = is_listed(&s->config->allow_git, source.url, s->used_gits) ||
			  is_organization(s, source.url);
	} else {
		allowed = is_listed(&s->config->allow_registry, source.url, s->used_registries);
		allowed |= is_public(s, &node->component, &source) && is_default_allowed(s, &node->component);
		allowed |= source.kind == POLICY_SOURCE_ARCHIVE && is_organization(s, source.url);
	}
	if (!allowed && !is_private(s, source.url))
		refuse(s, node, &source);
	return ATT_OK;
}

/* --- what nothing came from ---------------------------------------------------------------------------- */

static bool is_public_registry(struct att_str url)
{
	static const char *const types[] = {"cargo",    "npm",    "pypi",  "gem", "maven",
					    "composer", "golang", "nuget", "hex", "pub"};
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (policy_source_equal(url, policy_source_default(att_str_of(types[i]))))
			return true;
	return false;
}

static void tell_unused_at(struct sources *s, const struct policy_at *at, bool is_organization)
{
	struct policy_complaint source = {
		.code = "unmatched-source",
		.level = s->config->unused_source,
		.message = ATT_STR("nothing comes from this source"),
		.help = ATT_STR("remove the entry: what nobody needs should not be allowed"),
		.at = at,
	};
	struct policy_complaint organization = {
		.code = "unmatched-organization",
		.level = s->config->unused_org,
		.message = ATT_STR("nothing comes from this organization"),
		.help = source.help,
		.at = at,
	};
	policy_complain(s->run, is_organization ? &organization : &source, s->findings, s->outcome);
}

static void tell_unused(struct sources *s, const struct policy_entries *entries, const bool *used,
			bool organizations)
{
	for (size_t i = 0; i < entries->count; i++)
		if (!used[i] && (organizations || !is_public_registry(entries->items[i].text)))
			tell_unused_at(s, &entries->items[i].at, organizations);
}

static bool *flags(struct sources *s, const struct policy_entries *entries)
{
	return att_arena_alloc(&s->arena, entries->count, sizeof(bool));
}

static int run(const struct policy_run *run, struct att_findings *findings, enum att_outcome *outcome,
	       struct att_err *err)
{
	const struct policy_sources_config *config = &run->config->sources;
	struct sources s = {.run = run, .config = config, .findings = findings, .outcome = outcome, .err = err};
	int status = ATT_OK;
	*outcome = ATT_NOT_CHECKED;
	s.used_registries = flags(&s, &config->allow_registry);
	s.used_mirrors = att_arena_alloc(&s.arena, config->mirror_count, sizeof(bool));
	s.used_gits = flags(&s, &config->allow_git);
	s.used_github = flags(&s, &config->org_github);
	s.used_gitlab = flags(&s, &config->org_gitlab);
	s.used_bitbucket = flags(&s, &config->org_bitbucket);
	if (s.arena.failed)
		status = att_err_memory(err);
	for (size_t i = 1; status == ATT_OK && i < run->graph->node_count; i++) {
		status = check_component(&s, &run->graph->nodes[i]);
		att_arena_clear(&s.scratch);
	}
	if (status == ATT_OK && s.unknown)
		tell_unknown(&s);
	if (status == ATT_OK) {
		tell_unused(&s, &config->allow_registry, s.used_registries, false);
		tell_unused(&s, &config->allow_git, s.used_gits, false);
		for (size_t i = 0; i < config->mirror_count; i++)
			if (!s.used_mirrors[i])
				tell_unused_at(&s, &config->mirrors[i].url.at, false);
		tell_unused(&s, &config->org_github, s.used_github, true);
		tell_unused(&s, &config->org_gitlab, s.used_gitlab, true);
		tell_unused(&s, &config->org_bitbucket, s.used_bitbucket, true);
	}
	att_arena_clear(&s.arena);
	return status;
}

const struct policy_check policy_check_sources = {
	.name = "sources",
	.summary = "registries and git repositories that components come from",
	.run = run,
};
