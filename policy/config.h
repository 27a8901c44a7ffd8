// SPDX-License-Identifier: Apache-2.0
/* A policy file: cargo-deny's deny.toml (0.20), with what other ecosystems need beside it. docs/FORMATS.md
 * lists every key and what becomes of it. */
#ifndef POLICY_CONFIG_H
#define POLICY_CONFIG_H

#include "libattest/base/finding.h"
#include "libattest/format/value.h"
#include "policy/ignore.h"
#include "policy/spec.h"

/* cargo-deny's lint levels. */
enum policy_level { POLICY_ALLOW, POLICY_WARN, POLICY_DENY };

/* Which components a rule is about. */
enum policy_reach {
	POLICY_REACH_NONE,
	POLICY_REACH_WORKSPACE,  /* the tree's own packages, and what they depend on directly */
	POLICY_REACH_TRANSITIVE, /* everything else */
	POLICY_REACH_ALL,
};

/* A text of the file with its place: what a finding about an entry points at. */
struct policy_entry {
	struct att_str text;
	struct policy_at at;
};

struct policy_entries {
	struct policy_entry *items;
	size_t count, capacity;
};

struct policy_specs {
	struct policy_spec *items;
	size_t count, capacity;
};

/* [graph]: honoured by policy_prune, before any check runs. */
struct policy_graph_config {
	struct policy_specs exclude;
	bool exclude_dev;
};

struct policy_vex;

struct policy_advisories_config {
	bool given;
	enum policy_level yanked;       /* warn */
	bool disable_yank_checking;     /* false */
	enum policy_reach unmaintained; /* all */
	enum policy_reach unsound;      /* workspace */
	struct policy_ignore *ignores;
	size_t ignore_count, ignore_capacity;
	int64_t maximum_staleness;       /* seconds: 7 days; 0: any age will do */
	enum policy_level unused_ignore; /* unused-ignored-advisory: warn */
	struct policy_entries vex;       /* documents of OpenVEX, relative to the policy; "*" in their names */
	const struct policy_vex *stated; /* what they say; NULL until somebody read them. Not owned */
};

struct policy_exception {
	struct policy_spec spec;
	struct policy_entries allow;
	struct policy_at at;
};

struct policy_license_file {
	struct policy_entry path; /* beside the manifest */
	struct att_str sha256;    /* lower-case hex; empty when the 32-bit hash of cargo-deny is given */
	uint32_t hash;
};

struct policy_clarification {
	struct policy_spec spec;
	struct policy_entry expression;
	struct policy_license_file *files;
	size_t file_count, file_capacity;
	struct policy_at at;
};

struct policy_licenses_config {
	bool given;
	struct policy_entries allow; /* ids, "ID WITH EXCEPTION" */
	bool allow_given;
	struct policy_exception *exceptions; /* also those of deny.exceptions.toml */
	size_t exception_count, exception_capacity;
	struct policy_clarification *clarifications;
	size_t clarification_count, clarification_capacity;
	double confidence_threshold; /* 0.8 */
	bool include_dev;            /* false */
	bool include_build;          /* true */
	struct {
		bool ignore;
		struct policy_entries registries, ignore_sources;
	} private_packages;
	enum policy_level unused_allowed;   /* unused-allowed-license: warn */
	enum policy_level unused_exception; /* unused-license-exception: warn */
};

struct policy_ban {
	struct policy_spec spec;
	struct policy_specs wrappers; /* those that may depend on it directly */
	bool has_wrappers;
	bool deny_multiple_versions;
	struct att_str use_instead;
};

struct policy_skip_tree {
	struct policy_spec spec;
	uint32_t depth; /* UINT32_MAX: all of it */
};

struct policy_bans_config {
	bool given;
	enum policy_level multiple_versions;        /* warn */
	bool multiple_versions_include_dev;         /* false */
	struct policy_entries multiple_versions_in; /* purl types */
	bool multiple_versions_in_given;            /* else Cargo alone, as cargo-deny has it */
	enum policy_level wildcards;                /* allow */
	bool allow_wildcard_paths;                  /* false */
	enum policy_level prereleases;              /* allow */
	struct policy_ban *deny;
	size_t deny_count, deny_capacity;
	struct policy_specs allow;
	bool allow_given, allow_workspace;
	struct policy_specs skip;
	struct policy_skip_tree *skip_trees;
	size_t skip_tree_count, skip_tree_capacity;
	struct policy_specs allow_build_scripts; /* [bans.build] */
	bool allow_build_scripts_given;
};

/* Ordered: what pins less comes first. */
enum policy_git_spec { POLICY_GIT_ANY, POLICY_GIT_BRANCH, POLICY_GIT_TAG, POLICY_GIT_REV };

/* What passes the packages of a public registry on, unchanged. */
struct policy_mirror {
	struct att_str of;       /* purl type whose public registry it is */
	struct policy_entry url; /* a prefix, without a "/" at its end */
};

struct policy_sources_config {
	bool given;
	enum policy_level unknown_registry; /* warn */
	enum policy_level unknown_git;      /* warn */
	enum policy_git_spec required_git_spec;
	struct policy_at required_git_spec_at;
	struct policy_entries allow_registry;
	bool allow_registry_given;           /* else every ecosystem's default registry */
	struct policy_entries allow_default; /* purl types whose public registry is allowed */
	bool allow_default_given; /* else all; Cargo's, as in cargo-deny, only without allow-registry */
	struct policy_entries allow_git;
	struct policy_entries private_urls; /* prefixes */
	struct policy_mirror *mirrors;
	size_t mirror_count, mirror_capacity;
	struct policy_entries org_github, org_gitlab, org_bitbucket;
	enum policy_level unused_source; /* unused-allowed-source: warn */
	enum policy_level unused_org;    /* unused-allowed-org: warn */
};

/* What a token may do in one scope of a workflow's permissions. */
enum policy_access { POLICY_ACCESS_NONE, POLICY_ACCESS_READ, POLICY_ACCESS_WRITE };

struct policy_permission {
	struct att_str scope; /* "contents" */
	enum policy_access access;
};

/* [workflows]: GitHub workflows and composite actions. */
struct policy_workflows_config {
	bool given;
	struct policy_entries allow; /* patterns of actions, in lower case: "owner/name" */
	bool allow_given;
	struct policy_entries deny;
	struct policy_entries exclude; /* patterns of files that are not looked at */
	bool permissions_given;        /* what any workflow may ask for at most */
	enum policy_access all;        /* in every scope: "read-all" */
	struct policy_permission *permissions;
	size_t permission_count, permission_capacity;
	enum policy_level unused_action; /* unused-allowed-action: warn */
};

/* [severity]: CODE = "allow", "warn" or "deny". */
struct policy_override {
	struct att_str code;
	enum policy_level level;
};

struct policy_config {
	struct att_str path; /* of the file; empty: no file, these are the defaults */
	struct policy_graph_config graph;
	struct policy_advisories_config advisories;
	struct policy_licenses_config licenses;
	struct policy_bans_config bans;
	struct policy_sources_config sources;
	struct policy_workflows_config workflows;
	struct policy_override *overrides; /* a later one wins */
	size_t override_count, override_capacity;
	const struct policy_override *demands; /* of the command line: they win over the file's. Not owned */
	size_t demand_count;
};

/* What holds where no file says otherwise. */
void policy_config_init(struct policy_config *config);

/* Reads a policy into what policy_config_init left. Everything lives in `arena`, and points into `source`,
 * which must outlive it (also as an address). All that is wrong is told in `findings`: keys that nobody knows
 * (unknown-key), values that make no sense (invalid-value), former spellings (deprecated), all errors; and keys
 * of cargo-deny that have nothing to act on here (key-not-applied). Errors: ATT_ERR_MALFORMED when any of them
 * is an error, *err being the first; ATT_ERR_LIMIT, ATT_ERR_MEMORY. Do not judge by a policy that was not read
 * whole. */
int policy_config_parse(const struct att_source *source, struct att_arena *arena, struct policy_config *config,
			struct att_findings *findings, struct att_err *err) ATT_MUST_USE;

/* Adds the exceptions of a deny.exceptions.toml to a policy. As policy_config_parse. */
int policy_config_parse_exceptions(const struct att_source *source, struct att_arena *arena,
				   struct policy_config *config, struct att_findings *findings,
				   struct att_err *err) ATT_MUST_USE;

/* The severity that the policy gives a code, `level` where it names none. */
enum policy_level policy_config_level(const struct policy_config *config, const char *code,
				      enum policy_level level);

/* The same for what could not be told: "allow" is no answer to that, and leaves a warning. */
enum policy_level policy_config_level_of_doubt(const struct policy_config *config, const char *code,
					       enum policy_level level);

#endif
