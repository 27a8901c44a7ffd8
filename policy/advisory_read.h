// SPDX-License-Identifier: Apache-2.0
/* What the readers of advisories share; nobody else includes this. */
#ifndef POLICY_ADVISORY_READ_H
#define POLICY_ADVISORY_READ_H

#include "libattest/format/value.h"
#include "policy/advisory.h"

enum {
	/* Characters of a title that are kept: what a table or an issue's heading shows. */
	POLICY_MAX_TITLE = 1000,
	/* Bytes of a package's name and of an ecosystem's: Maven's longest have some 150. */
	POLICY_MAX_NAME = 1024,
	/* Bytes of one version or requirement, as ATT_MAX_VERSION; a requirement has several. */
	POLICY_MAX_REQUIREMENT = 4096,
	/* Severities of one advisory. */
	POLICY_MAX_SEVERITIES = 64,
};

struct policy_reader {
	const struct att_source *source;
	struct att_arena *arena;
	struct att_err *err;
};

#define policy_fail(r, code, span, ...) att_source_err((r)->source, (r)->err, (code), (span), __VA_ARGS__)

/* A member that is a string of 1 to `max` bytes; *out is empty when it is absent. */
int policy_read_text(const struct policy_reader *r, const struct att_value *object, const char *key,
		     bool required, size_t max, struct att_str *out) ATT_MUST_USE;

/* A member that is an array of strings of 1 to `max` bytes each; empty when it is absent. */
int policy_read_texts(const struct policy_reader *r, const struct att_value *object, const char *key,
		      bool required, size_t max, struct policy_strings *out) ATT_MUST_USE;

/* An advisory's id. */
int policy_read_id(const struct policy_reader *r, const struct att_value *object,
		   struct att_str *out) ATT_MUST_USE;

/* The aliases, each once and none of them the id itself. */
int policy_read_aliases(const struct policy_reader *r, const struct att_value *object,
			struct policy_advisory *out) ATT_MUST_USE;

/* What is shown of a title: one line of at most POLICY_MAX_TITLE bytes, cut between characters. */
struct att_str policy_title(struct att_str text);

#endif
