// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>

#include "libattest/statement/provenance.h"
#include "libattest/verify/verify_internal.h"

#include "libattest/base/banned.h"

/* --- before the artifact is read ----------------------------------------------------------------------- */

/* The position of an equal job, or of a new one; SIZE_MAX when there are too many. */
static size_t add_job(struct att_verification *v, const struct att_digest_job *job)
{
	for (size_t i = 0; i < v->job_count; i++)
		if (v->jobs[i].kind == job->kind && att_str_equal(v->jobs[i].prefix, job->prefix))
			return i;
	if (v->job_count == ATT_MAX_DIGEST_JOBS)
		return SIZE_MAX;
	v->jobs[v->job_count] = *job;
	return v->job_count++;
}

static int too_many_jobs(struct att_verification *v)
{
	att_err_set(&v->err, ATT_ERR_LIMIT,
		    "expected at most %d different digests for the keys and signatures given, found more",
		    ATT_MAX_DIGEST_JOBS);
	att_err_help(&v->err, "name fewer keys, or signatures that say by which key they are");
	return ATT_ERR_LIMIT;
}

/* An envelope with a large payload and many signatures must not keep us busy for hours: no more is hashed than
 * of the largest payload for each digest of an artifact. */
static int count_message(struct att_verification *v, const struct att_signature *signature)
{
	const uint64_t most = (uint64_t)ATT_MAX_PAYLOAD * ATT_MAX_DIGEST_JOBS;
	v->message_bytes += signature->message.len;
	if (v->message_bytes <= most)
		return ATT_OK;
	att_err_set(&v->err, ATT_ERR_LIMIT,
		    "expected at most %" PRIu64 " bytes of signed payloads, for all keys and signatures given",
		    most);
	att_err_help(&v->err, "name fewer keys");
	return ATT_ERR_LIMIT;
}

/* What must not count whoever made it. */
static bool is_refused(struct att_verification *v, struct att_entry *entry)
{
	const struct att_signature *s = &entry->signature;
	struct att_str wanted = v->options->name_space.len ? v->options->name_space : ATT_STR("file");
	if (s->legacy && !v->options->insecure_legacy_minisign) {
		att_entry_say(v, entry, ATT_ENTRY_NOT_COUNTED,
			      "a minisign signature without prehashing, which minisign no longer makes");
		entry->help = "--insecure-legacy-minisign takes it";
		return true;
	}
	if (s->name_space.len > 0 && !att_str_equal(s->name_space, wanted)) {
		att_entry_say(v, entry, ATT_ENTRY_NOT_COUNTED,
			      "made for the namespace \"%.*s\", expected \"%.*s\"", ATT_STR_ARG(s->name_space),
			      ATT_STR_ARG(wanted));
		return true;
	}
	return false;
}

static int plan_one(struct att_verification *v, size_t entry, size_t key)
{
	const struct att_signature *signature = &v->entries[entry].signature;
	const struct att_key *with = v->options->keys->keys[key].key;
	struct att_digest_job job = {0};
	struct att_err why;
	if (!with || !att_signature_fits(signature, with))
		return ATT_OK;
	int status = att_signature_plan(signature, with, &v->arena, &job, &why);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(&v->err);
	/* A key of another kind made another signature; what no key can have made is found wrong by all. */
	if (status != ATT_OK)
		return ATT_OK;
	status = count_message(v, signature);
	if (status != ATT_OK)
		return status;
	size_t position = job.kind == ATT_DIGEST_NONE ? SIZE_MAX : add_job(v, &job);
	if (job.kind != ATT_DIGEST_NONE && position == SIZE_MAX)
		return too_many_jobs(v);
	void *items = v->attempts;
	struct att_attempt *attempt =
		att_arena_push(&v->arena, &items, &v->attempt_count, &v->attempt_capacity, sizeof *attempt);
	if (!attempt)
		return att_err_memory(&v->err);
	v->attempts = items;
	*attempt = (struct att_attempt){entry, key, position};
	return ATT_OK;
}

int att_verify_plan(struct att_verification *v)
{
	const struct att_digest_job sha256 = {.kind = ATT_SHA256};
	v->payload_job = SIZE_MAX;
	if (v->options->want_digest)
		(void)add_job(v, &sha256);
	for (size_t i = 0; i < v->entry_count; i++) {
		struct att_entry *entry = &v->entries[i];
		/* What an envelope holds may be a statement about the artifact instead of the artifact. */
		bool envelope = entry->signature.payload.data != NULL;
		const struct att_digest_job claimed = {.kind = envelope ? ATT_DIGEST_NONE
									: entry->signature.claimed.kind};
		if (entry->state != ATT_ENTRY_OPEN || is_refused(v, entry))
			continue;
		if (claimed.kind != ATT_DIGEST_NONE) {
			entry->claimed_job = add_job(v, &claimed);
			if (entry->claimed_job == SIZE_MAX)
				return too_many_jobs(v);
		}
		if (envelope) {
			v->payload_job = add_job(v, &sha256);
			if (v->payload_job == SIZE_MAX)
				return too_many_jobs(v);
		}
		for (size_t key = 0; key < v->options->keys->count; key++) {
			int status = plan_one(v, i, key);
			if (status != ATT_OK)
				return status;
		}
	}
	return ATT_OK;
}

/* --- with its digests ---------------------------------------------------------------------------------- */

bool att_entry_is_statement(const struct att_entry *entry)
{
	return entry->signature.payload.data &&
	       att_str_is(entry->signature.payload_type, ATT_STATEMENT_MEDIA_TYPE);
}

bool att_entry_is_attestation(const struct att_verification *v, const struct att_entry *entry)
{
	return v->attestations == &v->own && att_entry_is_statement(entry);
}

/* Is what the envelope signs this artifact? A statement about it is no signature: it may say anything. */
static bool payload_counts(struct att_verification *v, struct att_entry *entry)
{
	struct att_digest payload;
	struct att_err why = {0};
	if (att_digest_bytes(ATT_SHA256, entry->signature.payload, &payload, &why) != ATT_OK) {
		att_entry_say(v, entry, ATT_ENTRY_BROKEN, "%s", why.message);
		return false;
	}
	if (att_digest_equal(&payload, &v->jobs[v->payload_job].digest))
		return true;
	if (!att_entry_is_statement(entry)) {
		att_entry_say(v, entry, ATT_ENTRY_NOT_COUNTED,
			      "its payload is not this artifact, and of type %.*s instead of a statement",
			      ATT_STR_ARG(att_str_first(entry->signature.payload_type, 200)));
		return false;
	}
	att_entry_say(
		v, entry, att_entry_is_attestation(v, entry) ? ATT_ENTRY_STATEMENT : ATT_ENTRY_NOT_COUNTED,
		"a statement, which is no signature of the file and counts only where its type is asked for");
	entry->help = v->demands ? "--attestation names files to look for statements in"
				 : "--predicate-type asks for statements of one type, --provenance for SLSA "
				   "provenance";
	return false;
}

/* Only the option that is named lets such a key in. */
static bool is_weak(const struct att_key *key)
{
	return att_key_kind(key) == ATT_KEY_RSA && att_key_bits(key) < 2048;
}

static void say_good(struct att_verification *v, struct att_entry *entry, const struct att_trusted_key *key)
{
	char kind[32];
	const struct att_signature *s = &entry->signature;
	att_key_describe(key->key, kind);
	att_entry_say(v, entry, ATT_ENTRY_GOOD, "%s signature by %.*s (%s%s)%s%s%.*s%s%s", s->format->name,
		      ATT_STR_ARG(att_str_first(key->name, 300)), kind,
		      is_weak(key->key) ? ", too short: --insecure-rsa" : "",
		      s->legacy ? ", not prehashed (--insecure-legacy-minisign)" : "",
		      s->trusted_comment.len ? ", signed comment \"" : "",
		      ATT_STR_ARG(att_str_first(s->trusted_comment, 300)), s->trusted_comment.len ? "\"" : "",
		      s->log_entries + s->timestamps ? ", transparency log and timestamps not checked" : "");
}

static void say_wrong(struct att_verification *v, struct att_entry *entry, const struct att_trusted_key *key)
{
	const struct att_signature *s = &entry->signature;
	const char *format = s->format->name;
	/* Without a mark of the key on both sides, it may as well be a good signature by somebody else: a key
	 * out of a PEM file has no number to compare with that of a minisign signature. */
	if (s->key_blob.len > 0 || (s->format->fits && att_key_number(key->key)))
		att_entry_say(v, entry, ATT_ENTRY_WRONG,
			      "not a signature of this file by %.*s: the file or the %s signature was changed",
			      ATT_STR_ARG(att_str_first(key->name, 300)), format);
	else
		att_entry_say(v, entry, ATT_ENTRY_UNMATCHED,
			      "a %s signature that holds for none of the keys given", format);
}

static void try_one(struct att_verification *v, const struct att_attempt *attempt)
{
	static const struct att_digest none;
	struct att_entry *entry = &v->entries[attempt->entry];
	const struct att_trusted_key *key = &v->options->keys->keys[attempt->key];
	const struct att_digest *digest = attempt->job == SIZE_MAX ? &none : &v->jobs[attempt->job].digest;
	struct att_err why = {0};
	struct att_str sentence;
	if (entry->state == ATT_ENTRY_GOOD || entry->state == ATT_ENTRY_BROKEN)
		return;
	enum att_outcome outcome = att_signature_verify(&entry->signature, key->key, digest, &why);
	if (outcome == ATT_REFUTED) {
		if (entry->state != ATT_ENTRY_NOT_COUNTED)
			say_wrong(v, entry, key);
		return;
	}
	if (outcome != ATT_HOLDS) {
		att_entry_say(v, entry, ATT_ENTRY_BROKEN, "%s", why.message);
		return;
	}
	if (!att_trusted_key_counts(key, v->options->now, &v->arena, &sentence)) {
		att_entry_say(v, entry, ATT_ENTRY_NOT_COUNTED, "%.*s", ATT_STR_ARG(sentence));
		return;
	}
	if (entry->signature.payload.data && !payload_counts(v, entry))
		return;
	say_good(v, entry, key);
	entry->key = attempt->key;
}

/* The digest that the signature file states comes first: it tells a wrong file from a wrong signature. */
static void check_claim(struct att_verification *v, struct att_entry *entry)
{
	char expected[ATT_DIGEST_TEXT + 1], found[ATT_DIGEST_TEXT + 1];
	if (entry->claimed_job == SIZE_MAX ||
	    att_digest_equal(&entry->signature.claimed, &v->jobs[entry->claimed_job].digest))
		return;
	entry->other_file = true;
	att_digest_hex(&entry->signature.claimed, expected);
	att_digest_hex(&v->jobs[entry->claimed_job].digest, found);
	att_entry_say(v, entry, ATT_ENTRY_WRONG, "made for a file with %s %s, found %s",
		      att_digest_name(entry->signature.claimed.kind), expected, found);
}

void att_verify_try(struct att_verification *v)
{
	for (size_t i = 0; i < v->entry_count; i++)
		if (v->entries[i].state == ATT_ENTRY_OPEN)
			check_claim(v, &v->entries[i]);
	for (size_t i = 0; i < v->attempt_count; i++)
		if (!v->entries[v->attempts[i].entry].other_file)
			try_one(v, &v->attempts[i]);
	for (size_t i = 0; i < v->entry_count; i++) {
		struct att_entry *entry = &v->entries[i];
		if (entry->state == ATT_ENTRY_OPEN)
			att_entry_say(v, entry, ATT_ENTRY_UNMATCHED,
				      "a %s signature by another key than those given",
				      entry->signature.format->name);
		/* Whoever signed it: what it is worth as a statement is told elsewhere. */
		if (entry->state != ATT_ENTRY_GOOD && att_entry_is_attestation(v, entry))
			entry->state = ATT_ENTRY_STATEMENT;
	}
}
