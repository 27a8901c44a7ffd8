// SPDX-License-Identifier: Apache-2.0
/* Whom we believe: public keys, each with the time in which it counts. */
#ifndef ATT_VERIFY_KEYRING_H
#define ATT_VERIFY_KEYRING_H

#include "libattest/base/arena.h"
#include "libattest/base/source.h"
#include "libattest/sign/key.h"
#include "libattest/statement/provenance_read.h"

struct att_trusted_key {
	struct att_key *key; /* NULL: not to be checked by a key */
	struct att_str name; /* as verdicts call it */
	bool has_from, has_until, revoked;
	int64_t from, until;   /* seconds since 1970; the key counts at both ends, and between them */
	struct att_str reason; /* why it was revoked; may be empty */
};

/* Whose statements about builds are believed: pairs, since a signer may speak for its own builders only (SLSA
 * v1.0, "Verifying artifacts", step 1). */
struct att_trusted_builder {
	struct att_str id; /* builder.id: exact, or a glob when it has "*" or "?" */
	uint32_t signer;   /* position in keys */
	unsigned level;    /* the highest SLSA Build level that is believed; 0 to 3 */
};

/* A verifier whose summaries are believed. */
struct att_trusted_verifier {
	struct att_str id; /* verifier.id, exact */
	uint32_t signer;
};

/* A statement that has to be there about an artifact. Who may sign provenance is what the builders say. */
struct att_required_predicate {
	struct att_str type;
	uint32_t *signers; /* positions in keys */
	size_t signer_count;
};

/* What an artifact needs ([[trust.require]] of a policy). */
struct att_requirement {
	struct att_str artifact; /* glob on the artifact's name */
	uint32_t threshold;      /* different keys that have to have signed the artifact; 0: attestations do */
	uint32_t *signers;       /* positions in keys: whose signatures of the artifact count */
	size_t signer_count;
	struct att_required_predicate *predicates; /* all of them have to be there */
	size_t predicate_count;
	struct att_provenance_expected build; /* of the provenance among them; no source: none was demanded */
	unsigned level;                       /* that its builder has to have; 0: any */
};

struct att_keyring {
	struct att_arena arena;
	struct att_trusted_key *keys;
	size_t count, capacity;
	struct att_requirement *requirements; /* of a policy; none: any key, threshold 1 */
	size_t requirement_count, requirement_capacity;
	struct att_trusted_builder *builders;
	size_t builder_count, builder_capacity;
	struct att_trusted_verifier *verifiers;
	size_t verifier_count, verifier_capacity;
	struct att_digest policy; /* SHA-256 of the policy's file; NONE: keys were named one by one */
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

/* Adds a key that was read, which the ring takes over, on errors too; NULL stands for a signer who has none.
 * Errors: as above. */
int att_keyring_add_key(struct att_keyring *ring, struct att_key *key, struct att_str name,
			struct att_err *err) ATT_MUST_USE;

/* Fills the ring from a policy's [trust], as man page attest-verify(1) describes it: [[trust.signer]],
 * [[trust.builder]], [[trust.verifier]], [[trust.require]]. `folder` is that of the policy, which names files
 * relative to itself. Errors, with their place: ATT_ERR_MALFORMED for unknown keys ("did you mean"), missing
 * ones, two signers of one name or one key, a threshold that its signers cannot reach, demands that nobody
 * named could meet, a policy without signers or requirements. Signers by identity sign nothing here. */
int att_keyring_parse_policy(struct att_keyring *ring, const struct att_source *source, const char *folder,
			     const struct att_key_options *options, struct att_err *err) ATT_MUST_USE;

/* The same from a file. */
int att_keyring_load_policy(struct att_keyring *ring, const char *path, const struct att_key_options *options,
			    struct att_err *err) ATT_MUST_USE;

/* The requirement for an artifact's name (without folders): the first that matches; NULL when there is none. */
const struct att_requirement *att_keyring_requirement(const struct att_keyring *ring, struct att_str name);

/* Is the id of a trusted builder a pattern? And the level that the signers (positions in keys) may state for
 * builds by `id`, the highest of those that match: false when they may not speak for it. */
bool att_builder_is_glob(struct att_str id);
bool att_keyring_builder(const struct att_keyring *ring, struct att_str id, const uint32_t *signers,
			 size_t signer_count, unsigned *level);

/* Does the key count at `now`? Otherwise *why says in a sentence why not. */
bool att_trusted_key_counts(const struct att_trusted_key *key, int64_t now, struct att_arena *arena,
			    struct att_str *why);

#endif
