// SPDX-License-Identifier: Apache-2.0
/* Do all places of attest.toml say one version, each group of them its own? And: writing another into all of
 * them. */
#ifndef RELEASE_VERSIONS_H
#define RELEASE_VERSIONS_H

#include "libattest/base/finding.h"
#include "libattest/base/outcome.h"
#include "release/config.h"
#include "release/place.h"

struct release_versions_options {
	struct att_str tag;   /* has to be that of the version; "": none was given */
	struct att_str group; /* only this one; "": all */
	bool only_sources;    /* packed archives are not looked at: they are yet to be made */
};

/* What one place says. Texts are in its ecosystem's spelling; "" where there is none. */
struct release_versions_row {
	struct att_str group, file, field;
	uint32_t line; /* 0: no place */
	struct att_str expected, found;
	enum att_outcome outcome;
	bool is_tag;
	const char *note; /* "decides", "placeholder", "packed", "module path", or NULL */
};

struct release_group {
	struct att_str name;
	struct att_str version; /* "": nothing decides */
	enum release_scheme scheme;
	const struct release_found *decider; /* NULL: --tag, or another group */
	const struct release_found *module;  /* all that it has are paths of modules: the first of them */
};

struct release_versions {
	struct att_arena arena;
	struct release_versions_row *rows;
	size_t count, capacity;
	struct release_group *groups;
	size_t group_count, group_capacity;
	enum att_outcome outcome; /* ATT_NOT_CHECKED when there is no place at all */
};

/* Looks at every place. What does not hold is a finding, too: "version-drift", "missing-place",
 * "invalid-version", "placeholder-left", "not-placeholder", "wrong-tag", and errors of files as
 * att_findings_add_err has them. Clear *out in any case; its rows live as long as the tree and the
 * configuration. Errors: ATT_ERR_MEMORY; ATT_ERR_USAGE for a group that has no place. */
int release_versions_check(const struct release_config *config, struct release_tree *tree,
			   const struct release_versions_options *options, struct release_versions *out,
			   struct att_findings *findings, struct att_err *err) ATT_MUST_USE;
void release_versions_clear(struct release_versions *versions);

/* A file that gets another text. Its places are all that differs. */
struct release_edit {
	struct release_file *file;
	struct att_str after; /* in the tree's arena */
};

struct release_edits {
	struct release_edit *items;
	size_t count, capacity;
	size_t places; /* that hold the version then, those that held it before included */
};

/* Works out how a version comes into all places of a group that are not stamped, and reads the new texts again
 * to see that they say it. Writes nothing. What stands against it is a finding, and *out is empty then. Errors:
 * ATT_ERR_REFUSED after findings; ATT_ERR_USAGE for a group that has no place; ATT_ERR_MEMORY. */
int release_versions_set(const struct release_config *config, struct release_tree *tree, struct att_str group,
			 struct att_str version, struct release_edits *out, struct att_findings *findings,
			 struct att_err *err) ATT_MUST_USE;

/* --- for versions_packed.c ----------------------------------------------------------------------------- */

struct release_versions_run {
	const struct release_config *config;
	struct release_tree *tree;
	const struct release_versions_options *options;
	struct release_versions *out;
	struct att_findings *findings;
	bool starved;
};

/* Adds a row, and joins its outcome with that of the whole. */
void release_versions_add(struct release_versions_run *run, struct release_versions_row row);

/* An error of reading as a finding and a row; what is not there is "missing-place", and refutes. */
void release_versions_fail(struct release_versions_run *run, const struct release_place *place,
			   const struct att_source *source, const struct att_err *problem);

/* Adds a finding at a span of a source; severity, file and place are filled in here. */
void release_versions_complain(struct release_versions_run *run, const struct att_source *source,
			       struct att_span span, struct att_finding *finding);

/* Looks into the archive that a place is packed into. */
void release_versions_look_packed(struct release_versions_run *run, const struct release_place *place,
				  const struct release_group *group);

#endif
