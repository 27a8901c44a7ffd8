// SPDX-License-Identifier: Apache-2.0
/* Names that follow from the version: "plasmite_{version}_linux_amd64.tar.gz". */
#ifndef RELEASE_TEMPLATE_H
#define RELEASE_TEMPLATE_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

/* What the names stand for; "" is not known. {major}, {minor} and {patch} follow from the version, {short} is
 * the first 7 digits of the commit. */
struct release_variables {
	struct att_str name, version, tag, commit;
	struct att_str date, time; /* of the commit, in UTC: YYYYMMDD, YYYYMMDDHHMMSS */
	struct att_str last, next; /* the release before the commit, and the least one after that */
};

/* Does every "{...}" name a variable? Errors: ATT_ERR_MALFORMED, saying which there are; ATT_ERR_LIMIT above
 * 1024 bytes. */
int release_template_check(struct att_str text, struct att_err *err) ATT_MUST_USE;

/* Puts values into the places; *out lives in the arena. Errors: as release_template_check; ATT_ERR_NOT_FOUND
 * when what a name stands for is not known; ATT_ERR_LIMIT above 4096 bytes; ATT_ERR_MEMORY. */
int release_template_expand(struct att_str text, const struct release_variables *variables,
			    struct att_arena *arena, struct att_str *out, struct att_err *err) ATT_MUST_USE;

#endif
