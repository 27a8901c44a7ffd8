// SPDX-License-Identifier: Apache-2.0
/* OpenVEX 0.2 (https://github.com/openvex/spec): who says that an advisory does not matter to a product. */
#ifndef POLICY_VEX_H
#define POLICY_VEX_H

#include "libattest/base/buf.h"
#include "libattest/base/source.h"
#include "policy/spec.h"

struct policy_concerns;
struct policy_run;

enum policy_vex_status {
	POLICY_VEX_AFFECTED = 0,
	POLICY_VEX_UNDER_INVESTIGATION,
	POLICY_VEX_NOT_AFFECTED,
	POLICY_VEX_FIXED,
};

/* "not_affected", as OpenVEX spells it. */
const char *policy_vex_status_name(enum policy_vex_status status);

/* OpenVEX's reasons for "not_affected", NULL-terminated. */
extern const char *const policy_vex_justifications[];

/* A package URL in its parts, as text: views of a canonical purl. */
struct policy_purl_parts {
	struct att_str key; /* up to the version */
	struct att_str version, qualifiers, subpath;
};

struct policy_purl_parts policy_purl_split(struct att_str canonical);

/* Does a purl take another one in: the same package, and equal in everything that it states? */
bool policy_purl_covers(const struct policy_purl_parts *pattern, const struct policy_purl_parts *purl);

/* A product of a statement or a part of one, by one of its package URLs. */
struct policy_vex_component {
	struct policy_purl_parts purl; /* key is empty when it is named otherwise: nothing can be found by it */
	bool has_parts;                /* of a product: it is about these parts of it only */
	struct policy_vex_component *parts;
	size_t part_count, part_capacity;
};

struct policy_vex_statement {
	struct policy_at at;
	struct att_str vulnerability;
	struct att_str *aliases;
	size_t alias_count, alias_capacity;
	enum policy_vex_status status;
	struct att_str justification, impact, action, notes; /* may be empty */
	int64_t time;                                        /* its own, or the document's */
	struct policy_vex_component *products;
	size_t product_count, product_capacity;
};

/* The statements of any number of documents, in the order of their reading. */
struct policy_vex {
	struct policy_vex_statement *items;
	size_t count, capacity;
};

/* Adds the statements of a document. They live in `arena` and point into `source`, which must outlive them
 * (also as an address). Members that OpenVEX does not know are passed over. Errors, with the place:
 * ATT_ERR_MALFORMED for what is no document of OpenVEX, or breaks its rules; ATT_ERR_UNSUPPORTED for another
 * version of it; ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int policy_vex_parse(const struct att_source *source, struct att_arena *arena, struct policy_vex *vex,
		     struct att_err *err) ATT_MUST_USE;

struct policy_vex_options {
	struct att_str author; /* who answers for it */
	int64_t time;
};

/* Appends a document that says of every advisory on a flaw what the policy decided: what VEX documents said,
 * else "affected" with what to do about it, or that the risk was accepted (an entry of advisories.ignore says
 * no more than that, unless it has a justification: "not_affected"), or "under_investigation" where it could
 * not be told. The product is the graph's root (policy_vex_product), the components are parts of it. The same
 * input gives the same bytes. Errors: ATT_ERR_NOT_FOUND when there is nothing to state, ATT_ERR_LIMIT when
 * `out` is full, ATT_ERR_MEMORY. */
int policy_vex_write(const struct policy_run *run, const struct policy_concerns *concerns,
		     const struct policy_vex_options *options, struct att_buf *out,
		     struct att_err *err) ATT_MUST_USE;

/* The package URL of the product that a component of the tree itself stands for: its own, or
 * "pkg:generic/NAME@VERSION"; empty when it has no name. data is NULL when memory is out. */
struct att_str policy_vex_product(const struct sbom_component *component, struct att_arena *arena);

#endif
