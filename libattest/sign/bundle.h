// SPDX-License-Identifier: Apache-2.0
/* The reading half of Sigstore bundles. */
#ifndef ATT_SIGN_BUNDLE_H
#define ATT_SIGN_BUNDLE_H

#include "libattest/format/value.h"
#include "libattest/sign/signature.h"

/* Checks the media type and that the document holds what the schema of a bundle allows and nothing else (proto3
 * JSON: no unknown members, one member of each oneof; null is the same as absent). Log entries and timestamps
 * are looked at like the rest, and no further. Errors: ATT_ERR_MALFORMED, ATT_ERR_UNSUPPORTED for other
 * versions, ATT_ERR_LIMIT. */
int att_bundle_check(const struct att_source *source, const struct att_value *document,
		     struct att_err *err) ATT_MUST_USE;

/* The member of a message; NULL when it is absent or null. */
const struct att_value *att_bundle_field(const struct att_value *message, const char *name);

/* The same; ATT_ERR_MALFORMED when there is none. */
int att_bundle_want(const struct att_source *source, const struct att_value *message, const char *name,
		    const struct att_value **out, struct att_err *err) ATT_MUST_USE;

#endif
