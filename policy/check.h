// SPDX-License-Identifier: Apache-2.0
/* Checks: each looks at the whole graph and says what is against the policy. */
#ifndef POLICY_CHECK_H
#define POLICY_CHECK_H

#include "libattest/base/beneath.h"
#include "libattest/base/finding.h"
#include "libattest/base/outcome.h"
#include "policy/config.h"
#include "policy/trail.h"
#include "sbom/graph.h"

struct policy_database;
struct policy_vex;

/* What all checks look at; read-only. */
struct policy_run {
	const struct sbom_graph *graph;
	const struct policy_config *config;
	const struct policy_database *database; /* NULL: none; a check that needs one could not tell */
	const struct policy_vex *vex;           /* statements about advisories; NULL: none */
	int folder;                             /* O_PATH descriptor of the tree's root; -1: there is no tree */
	const struct att_supply *supply;        /* fills it; NULL: it is full */
	int64_t now;                            /* seconds since 1970 */
	bool replay;                            /* `now` is not the clock's: advisories are as they were then */
	unsigned jobs;
	const struct policy_trails *trails;
};

struct policy_check {
	const char *name;    /* "licenses" */
	const char *summary; /* one line for help */
	bool of_files;       /* it looks at files of the folder, and at no component */
	/* Adds findings (policy_complain). *outcome is ATT_HOLDS, ATT_REFUTED (some finding of severity error)
	 * or ATT_CANNOT_TELL (something could not be judged: that is a finding of its own); ATT_NOT_CHECKED
	 * when there was nothing of its kind to look at. Errors: ATT_ERR_MEMORY, ATT_ERR_LIMIT. */
	int (*run)(const struct policy_run *run, struct att_findings *findings, enum att_outcome *outcome,
		   struct att_err *err);
};

/* All checks in the order of their running, NULL-terminated. */
extern const struct policy_check *const policy_checks[];

/* What a check has to say. The policy decides on its severity. */
struct policy_complaint {
	const char *code;        /* a literal */
	enum policy_level level; /* unless [severity] names the code */
	bool cannot_tell;        /* something could not be judged */
	bool note;               /* worth knowing: a warning is only a note */
	struct att_str message, help, expected, found;
	struct att_str advisory;      /* the group's id */
	const struct sbom_node *node; /* the component: gives purl, trail, file and line; may be NULL */
	const struct policy_at *at;   /* the entry of the policy, when there is no component to point at */
};

/* Adds a finding, with the severity of its level: allow adds nothing, warn a warning, deny an error. An error
 * turns *outcome into ATT_REFUTED, or into ATT_CANNOT_TELL when that is what it says and nothing is refuted. */
void policy_complain(const struct policy_run *run, const struct policy_complaint *complaint,
		     struct att_findings *findings, enum att_outcome *outcome);

/* Gives what was said about the input, from finding number `from` on, the levels that the policy has for its
 * codes. A file that others include and that was not read (unread-include) hides packages from every check: an
 * error unless the policy says otherwise; a manifest that no lockfile pins, which may ask for none, is a
 * warning. What is an error by itself, an input that cannot be read, stays one whatever the policy says. */
void policy_level_inputs(const struct policy_config *config, struct att_findings *findings, size_t from);

/* The worse of both: refuted, cannot tell, holds, not checked. */
enum att_outcome policy_outcome_join(enum att_outcome a, enum att_outcome b);

#endif
