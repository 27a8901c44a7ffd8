// SPDX-License-Identifier: Apache-2.0
/* Build types: what the external parameters of some provenance mean. One file for each, which fills the facts.
 */
#ifndef ATT_STATEMENT_BUILD_TYPE_H
#define ATT_STATEMENT_BUILD_TYPE_H

#include "libattest/statement/build_internal.h"
#include "libattest/statement/provenance_read.h"

/* The predicate of version 1 or 0.2, taken apart as far as the versions have it in common. */
struct att_build_reader {
	const struct att_source *source;
	struct att_arena *arena;
	struct att_provenance_facts *facts; /* to be filled */
	size_t parameter_capacity, unknown_capacity;
	const struct att_value *predicate;
	const struct att_value *external;      /* externalParameters, invocation.parameters; NULL only in 0.2 */
	const struct att_value *internal;      /* internalParameters, invocation.environment; may be NULL */
	const struct att_value *dependencies;  /* resolvedDependencies, materials: a list; may be NULL */
	const struct att_value *config_source; /* invocation.configSource of 0.2; NULL in 1 */
};

struct att_build_type {
	const char *name;
	bool v1, v02; /* the versions of the predicate that it is known to come in */
	bool (*recognise)(struct att_str uri);
	int (*read)(struct att_build_reader *r, struct att_err *err);
};

extern const struct att_build_type att_build_type_github, att_build_type_community, att_build_type_generator,
	att_build_type_gitlab, att_build_type_generic;

/* NULL: not known in this version of the predicate. */
const struct att_build_type *att_build_type_find(struct att_str uri, bool v02);

/* ---- what readers share; all errors have a place ---- */

/* The string member `key`, which has to be `valid` ("expected WHAT"). *out is empty when it is absent, and not
 * required. */
int att_build_read_text(struct att_build_reader *r, const struct att_value *object, const char *key,
			bool required, bool (*valid)(struct att_str value), const char *what,
			struct att_str *out, struct att_err *err) ATT_MUST_USE;

/* ATT_ERR_MALFORMED when there are no external parameters. */
int att_build_need_external(struct att_build_reader *r, struct att_err *err) ATT_MUST_USE;

/* Notes the members that are not among `known` (ends in NULL) as unknown, with `prefix` in front. */
int att_build_note_unknown(struct att_build_reader *r, const struct att_value *object, const char *const *known,
			   const char *prefix, struct att_err *err) ATT_MUST_USE;

/* Adds a parameter PREFIX NAME. */
int att_build_add_parameter(struct att_build_reader *r, const char *prefix, struct att_str name,
			    const struct att_value *value, bool chosen, struct att_err *err) ATT_MUST_USE;

/* Adds all members of the object `key` of `object`, when there is one, as chosen ones called KEY.NAME. */
int att_build_add_chosen(struct att_build_reader *r, const struct att_value *object, const char *key,
			 struct att_err *err) ATT_MUST_USE;

/* Takes the commit out of the digests of the source: gitCommit; in 0.2, and when `misnamed`, also sha1 and
 * sha256. All that are there, and what an earlier call has found, have to be the same: ATT_ERR_REFUSED. */
int att_build_take_commit(struct att_build_reader *r, const struct att_value *entry, bool misnamed,
			  struct att_err *err) ATT_MUST_USE;

/* Takes the commit of the dependency `uri`, which is the source, and whether it is dirty. ATT_ERR_REFUSED when
 * there are dependencies, and it is not one of them; ATT_ERR_MALFORMED when there are none, unless `optional`.
 */
int att_build_take_dependency(struct att_build_reader *r, struct att_str uri, bool optional, bool misnamed,
			      struct att_err *err) ATT_MUST_USE;

/* Version 0.2: invocation.configSource has this uri (any, when empty), and its commit is taken; its entryPoint,
 * if there is one, is `entry_point` (any, when that has no data). */
int att_build_take_config(struct att_build_reader *r, struct att_str uri, struct att_str entry_point,
			  struct att_err *err) ATT_MUST_USE;

/* "git+URL@refs/..." into facts->source and facts->ref. ATT_ERR_REFUSED when "@refs/" stands in it twice. When
 * it does not, "git+URL@COMMIT" will do, if `commit` is not empty. */
int att_build_take_location(struct att_build_reader *r, struct att_str location, struct att_span span,
			    struct att_str commit, struct att_err *err) ATT_MUST_USE;

/* Sets facts->ref: a branch or a tag. ATT_ERR_UNSUPPORTED for other refs, ATT_ERR_MALFORMED for what is none.
 */
int att_build_take_ref(struct att_build_reader *r, struct att_str ref, struct att_span span,
		       struct att_err *err) ATT_MUST_USE;

/* ATT_ERR_REFUSED: WHAT contradicts what was said before. */
int att_build_contradiction(const struct att_build_reader *r, struct att_span span, const char *what,
			    struct att_str expected, struct att_str found, struct att_err *err);

/* The member `key` of the object `events`, when there is one, is an event that the GitHub build types are
 * about: all that could be chosen with it is in the parameters. ATT_ERR_UNSUPPORTED for others. */
int att_build_check_event(struct att_build_reader *r, const struct att_value *events, const char *key,
			  struct att_err *err) ATT_MUST_USE;

#endif
