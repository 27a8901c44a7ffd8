// SPDX-License-Identifier: Apache-2.0
/* UUIDs made from content (RFC 9562 section 5.5). */
#ifndef ATT_FORMAT_UUID_H
#define ATT_FORMAT_UUID_H

#include "libattest/base/err.h"
#include "libattest/base/str.h"

enum { ATT_UUID_TEXT = 36 };

/* The UUIDv5 of `content` in attest's own namespace, as text: equal bytes give equal UUIDs on every machine.
 * The name that is hashed is the SHA-256 of the content in hexadecimal, so that a reader can check it with
 * common tools; docs/FORMATS.md has the namespace. Errors: ATT_ERR_UNSUPPORTED when the cryptographic library
 * lacks SHA-256 or SHA-1. */
int att_uuid_of_content(struct att_str content, char out[static ATT_UUID_TEXT + 1],
			struct att_err *err) ATT_MUST_USE;

#endif
