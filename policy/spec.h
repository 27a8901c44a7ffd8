// SPDX-License-Identifier: Apache-2.0
/* Which components an entry of a policy means. */
#ifndef POLICY_SPEC_H
#define POLICY_SPEC_H

#include "libattest/base/source.h"
#include "libattest/package/version.h"
#include "sbom/component.h"

/* A place in a policy file. `source` is NULL for what stands in no file. */
struct policy_at {
	const struct att_source *source;
	struct att_span span;
};

enum policy_comparison {
	POLICY_VERSION_EQUAL,
	POLICY_VERSION_NOT_EQUAL,
	POLICY_VERSION_LESS,
	POLICY_VERSION_LESS_EQUAL,
	POLICY_VERSION_GREATER,
	POLICY_VERSION_GREATER_EQUAL,
};

struct policy_bound {
	enum policy_comparison comparison;
	struct att_str version;
};

/* A package by name, and which of its versions. */
struct policy_spec {
	struct policy_at at;
	struct att_str text;        /* as written, for messages */
	struct att_str key;         /* as policy_spec_key: "pkg:cargo/openssl", "pkg:npm/%40types/node"; empty
				     * for "*", every package */
	struct att_str name;        /* last part of the key, decoded */
	struct att_str reason;      /* may be empty */
	bool bare;                  /* written without an ecosystem: a crate, as cargo-deny means it */
	struct att_str requirement; /* crates: att_version_req_cargo; empty: any version */
	/* Other ecosystems: bounds that all have to hold, in their own order. */
	const struct att_version_scheme *scheme; /* NULL when there are no bounds, or only equal text will do */
	struct policy_bound *bounds;
	size_t bound_count, bound_capacity;
};

enum policy_match {
	POLICY_MATCH_NO,
	POLICY_MATCH_YES,
	POLICY_MATCH_UNKNOWN, /* the package is meant; whether this version is could not be told */
};

/* Parses "name", "name:<=0.1,>0.2" and "name@1.2.3" (a crate), and package URLs "pkg:npm/left-pad@1.3.0". The
 * spec lives in `arena` and may point into `text`. Sets neither `at` nor `reason`. Errors: ATT_ERR_MALFORMED,
 * ATT_ERR_UNSUPPORTED (versions of an ecosystem that cannot be compared), ATT_ERR_MEMORY. */
int policy_spec_parse(struct att_str text, struct att_arena *arena, struct policy_spec *out,
		      struct att_err *err) ATT_MUST_USE;

/* Adds a requirement on the version, "<1.3, >=1.0". For Cargo the rules of its requirements (caret, tilde,
 * wildcards, parts left out); elsewhere comparisons of whole versions. Errors as policy_spec_parse. */
int policy_spec_require(struct policy_spec *spec, struct att_str requirement, struct att_arena *arena,
			struct att_err *err) ATT_MUST_USE;

/* What specs are looked up by: the component's purl up to its version, in one spelling of those that its
 * registry takes for one. Empty when it has none; in `arena` where it differs from the purl, data NULL when
 * memory is out. */
struct att_str policy_spec_key(const struct sbom_component *component, struct att_arena *arena);

enum policy_match policy_spec_match(const struct policy_spec *spec, const struct sbom_component *component);

#endif
