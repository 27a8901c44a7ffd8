// SPDX-License-Identifier: Apache-2.0
/* What a Sigstore bundle does with the DSSE envelope inside of it. */
#ifndef ATT_SIGN_DSSE_H
#define ATT_SIGN_DSSE_H

#include "libattest/format/json.h"
#include "libattest/sign/signature.h"

/* Fills out[0..*count) with the signatures of an envelope that stands somewhere in `source`, at most `room`;
 * they share payload and message. As att_signature_format.parse; members that DSSE does not know are passed
 * over, as it demands. */
int att_dsse_read(const struct att_source *source, const struct att_value *envelope, struct att_arena *arena,
		  struct att_signature *out, size_t room, size_t *count, struct att_err *err) ATT_MUST_USE;

/* Checks a signature over the envelope's message in each way that the field makes them with such a key: DSSE
 * names no algorithm. As att_key_verify. */
enum att_outcome att_dsse_verify(const struct att_signature *signature, const struct att_key *key,
				 struct att_err *err);

/* Signs the request's file as a payload with `kind` as the digest, and writes the envelope; keyid may be empty.
 * Errors: ATT_ERR_LIMIT above ATT_MAX_PAYLOAD, ATT_ERR_USAGE when nobody said what the payload is. */
int att_dsse_sign(const struct att_sign_request *request, enum att_digest_kind kind, struct att_str keyid,
		  struct att_json_writer *w, struct att_err *err) ATT_MUST_USE;

/* Writes a member whose value is the base64 of `bytes`. */
void att_dsse_write_bytes(struct att_json_writer *w, const char *key, struct att_str bytes);

#endif
