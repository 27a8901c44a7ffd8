// SPDX-License-Identifier: Apache-2.0
/* What of a run is new: findings held against those of another run, or of a file that one was kept in. */
#ifndef POLICY_DELTA_H
#define POLICY_DELTA_H

#include "libattest/base/buf.h"
#include "libattest/base/finding.h"
#include "libattest/base/map.h"
#include "sbom/graph.h"

enum policy_state {
	POLICY_INTRODUCED,      /* the change brought it */
	POLICY_NEWLY_DISCLOSED, /* it was there before, and only now known */
	POLICY_PRE_EXISTING,    /* it was known before */
	POLICY_FIXED,           /* it was known before, and is gone */
};

/* "introduced", "newly-disclosed", "pre-existing", "fixed". */
const char *policy_state_name(enum policy_state state);

/* What stays of a component from run to run: its purl without version, subpath and all qualifiers that say
 * where one archive lies; and whether only development needs it. */
struct policy_known_component {
	struct att_str package, version;
	bool dev;
};

/* What stays of a finding. Two findings with all of this equal are one finding, wherever the lockfile lies and
 * whatever the versions are. */
struct policy_known_finding {
	struct att_str code;
	struct att_str advisory; /* the group's id, or empty */
	struct att_str package;  /* empty: it is about no component */
	struct att_str message; /* only where there is no package: with the file, the line's text, its number */
	struct att_str found;   /* only where what was found may get worse: its license, or source */
	bool dev;
};

/* A former state. Zeroed memory is an empty one. */
struct policy_baseline {
	struct att_arena arena;
	struct att_str database; /* digest, hexadecimal; empty: there was none */
	/* It was made with the database that is used now: nothing became known in between. */
	bool same_database;
	struct policy_known_component *components; /* in order, each once */
	size_t component_count, component_capacity;
	struct policy_known_finding *findings; /* likewise */
	size_t finding_count, finding_capacity;
};

/* The package of a purl, in `arena`; empty when it is none. */
struct att_str policy_package_identity(struct att_str purl, struct att_arena *arena);

/* Keeps what is known of a run in an empty baseline. Errors: ATT_ERR_MEMORY. Clear in any case. */
int policy_baseline_take(struct policy_baseline *baseline, const struct sbom_graph *graph,
			 const struct att_findings *findings, struct att_str database,
			 struct att_err *err) ATT_MUST_USE;

/* Reads a baseline (docs/FORMATS.md) into an empty one. What is unknown in it is refused: ATT_ERR_MALFORMED
 * with its place, ATT_ERR_UNSUPPORTED for another version of the format. Text may point into the source. */
int policy_baseline_parse(const struct att_source *source, struct policy_baseline *baseline,
			  struct att_err *err) ATT_MUST_USE;

/* Appends the baseline as JSON: the same state gives the same bytes. */
void policy_baseline_write(const struct policy_baseline *baseline, struct att_buf *out);
void policy_baseline_clear(struct policy_baseline *baseline);

/* Brings lists into order and joins what is there twice: after advisories were renamed, or anything added. */
void policy_baseline_order(struct policy_baseline *baseline);

/* Findings by state. */
struct policy_delta {
	size_t counts[POLICY_FIXED + 1];
};

/* Gives every finding its state, and adds a note "no-longer-found" for each that is gone. A finding that is not
 * new fails nobody: an error becomes a warning. What could not be judged is excused only where it is known of
 * one component; of the run as a whole it always counts as introduced. `baseline` must be in order. Errors:
 * ATT_ERR_MEMORY. */
int policy_delta_apply(const struct policy_baseline *baseline, const struct sbom_graph *graph,
		       struct att_findings *findings, struct policy_delta *delta,
		       struct att_err *err) ATT_MUST_USE;

#endif
