// SPDX-License-Identifier: Apache-2.0
/* Whom we believe: public keys, each with the time in which it counts. */
#ifndef ATT_VERIFY_KEYRING_H
#define ATT_VERIFY_KEYRING_H

#include "libattest/base/arena.h"
#include "libattest/base/source.h"
#include "libattest/sign/key.h"

struct att_trusted_key {
	struct att_key *key; /* NULL: not to be checked by a key */
	struct att_str name; /* as verdicts call it */
	bool has_from, has_until, revoked;
	int64_t from, until;   /* seconds since 1970; the key counts at both ends, and between them */
	struct att_str reason; /* why it was revoked; may be empty */
};

/* How many of which signers an artifact needs ([[trust.require]] of a policy). */
struct att_requirement {
	struct att_str artifact; /* glob on the artifact's name */
	uint32_t threshold;      /* different keys that have to have signed; at least 1 */
	uint32_t *signers;       /* positions in keys */
	size_t signer_count;
	const char
		*unchecked; /* a demand of the policy that nobody here can look at ("predicates"); NULL: none */
};

struct att_keyring {
	struct att_arena arena;
	struct att_trusted_key *keys;
	size_t count, capacity;
	struct att_requirement *requirements; /* of a policy; none: any key, threshold 1 */
	size_t requirement_count, requirement_capacity;
};

void att_keyring_init(struct att_keyring *ring);
void att_keyring_clear(struct att_keyring *ring);

/* Adds the key of a file, or a minisign key given as its one line of base64 (56 characters from "RW"). The same
 * key twice is ATT_ERR_REFUSED: it would count as two. Errors: those of att_key_load. */
int att_keyring_add_file(struct att_keyring *ring, const char *path, const struct att_key_options *options,
			 struct att_err *err) ATT_MUST_USE;

/* The same for the content of a key file; `name` is what verdicts call the key, and is copied. */
int att_keyring_add_bytes(struct att_keyring *ring, struct att_str bytes, struct att_str name,
			  const struct att_key_options *options, struct att_err *err) ATT_MUST_USE;

/* Fills the ring from a policy's [trust]: [[trust.signer]] with name, key (a file beside the policy, or a key
 * in one line), valid-from, valid-until, revoked and reason; [[trust.require]] with artifact and signatures.
 * `folder` is that of the policy. Errors, with their place: ATT_ERR_MALFORMED for unknown keys ("did you
 * mean"), missing ones, two signers of one name or one key, a threshold that its signers cannot reach, a policy
 * without signers or requirements. What later versions will check never reads as met: signers by identity sign
 * nothing here, and a requirement with predicates or a source says so in `unchecked`. */
int att_keyring_parse_policy(struct att_keyring *ring, const struct att_source *source, const char *folder,
			     const struct att_key_options *options, struct att_err *err) ATT_MUST_USE;

/* The same from a file. */
int att_keyring_load_policy(struct att_keyring *ring, const char *path, const struct att_key_options *options,
			    struct att_err *err) ATT_MUST_USE;

/* The requirement for an artifact's name (without folders): the first that matches; NULL when there is none. */
const struct att_requirement *att_keyring_requirement(const struct att_keyring *ring, struct att_str name);

/* Does the key count at `now`? Otherwise *why says in a sentence why not. */
bool att_trusted_key_counts(const struct att_trusted_key *key, int64_t now, struct att_arena *arena,
			    struct att_str *why);

#endif
