// SPDX-License-Identifier: Apache-2.0
/* What the files about npm registries share. */
#ifndef RELEASE_NPM_INTERNAL_H
#define RELEASE_NPM_INTERNAL_H

#include "libattest/format/value.h"
#include "release/npm_registry.h"
#include "release/package.h"

/* Parses a document that has to be an object. */
int release_npm_parse(const struct att_source *source, struct att_arena *arena, struct att_value *out,
		      struct att_err *err) ATT_MUST_USE;

struct npm {
	const struct release_look *look;
	struct att_arena *arena; /* of the verdicts */
	struct att_str name, version, registry;
	struct att_str escaped; /* "@scope%2fname" */
	struct att_str file;    /* "scope-name-1.2.0.tgz" */
	const struct release_built *built;
	struct release_packed packed; /* what was built, when the registry serves it, and it can be read here */
	bool is_read;
	struct release_npm_version document;
	struct att_source source; /* that the document's texts stand in */
};

/* REGISTRY and the path behind it, a printf. "" when memory is out. */
struct att_str release_npm_url(const struct npm *n, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds a verdict. */
void release_npm_add(const struct npm *n, struct att_str item, enum release_verdict verdict,
		     struct att_str expected, struct att_str found, const char *reason);

/* Adds the verdicts on the registry's signature, and on the provenance where that is demanded. */
void release_npm_judge_signatures(const struct npm *n);
void release_npm_judge_provenance(const struct npm *n);

/* Fetches the package's whole document and reads when the version was published. False after a verdict on
 * `item`; a package that is not there at all is known of nothing. */
bool release_npm_fetch_time(const struct npm *n, struct att_str item, struct release_npm_time *out);

#endif
