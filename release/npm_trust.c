// SPDX-License-Identifier: Apache-2.0
/* Who vouches for a version on an npm registry: its signature, by the registry's keys, and attestations. */
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "libattest/base/file.h"
#include "release/npm_internal.h"

#include "libattest/base/banned.h"

static const struct att_str signature_item = {"signature", 9};

/* --- keys ------------------------------------------------------------------------------------------------ */

enum served { SERVED, NOT_SERVED, TOLD };

/* The registry's keys, from the file that the project pins or from the registry. TOLD: the verdict was added.
 */
static enum served get_keys(const struct npm *n, struct att_buf *text)
{
	struct att_str path = release_channel_text(n->look->channel, "keys", "");
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	int fd = -1, status;
	if (path.len > 0) {
		status = att_open_beneath(n->look->folder, path, 0, &fd, &err);
		if (status == ATT_OK)
			status = att_file_read_fd(fd, "the registry's keys", text, &err);
		if (fd >= 0)
			close(fd);
	} else {
		struct att_str url = release_npm_url(n, "/-/npm/v1/keys");
		status = release_look_fetch(n->look, url, "application/json", false, ATT_MAX_DOCUMENT, &answer,
					    &err);
	}
	if (status != ATT_OK)
		release_look_fail(n->look, signature_item, &err);
	bool is_missing = answer.status == 404 || answer.status == 405 || answer.status == 410;
	enum served served = status != ATT_OK ? TOLD : is_missing ? NOT_SERVED : SERVED;
	if (served == SERVED && path.len == 0 && answer.status == 200)
		att_buf_add(text, att_buf_str(&answer.body));
	else if (served == SERVED && path.len == 0) {
		release_look_status(n->look, signature_item, &answer);
		served = TOLD;
	}
	att_fetch_answer_clear(&answer);
	return served;
}

/* --- signatures ------------------------------------------------------------------------------------------ */

/* Was the version published before the key expired? A key that has not expired now had not then. */
static bool check_expiry(const struct npm *n, const struct release_npm_key *key)
{
	struct release_npm_time time;
	if (!key->expires || n->look->now < key->until)
		return true;
	if (!release_npm_fetch_time(n, signature_item, &time))
		return false;
	if (time.is_known && time.published > 0 && time.published < key->until)
		return true;
	release_npm_add(n, signature_item, time.is_known ? RELEASE_CONFLICT : RELEASE_UNKNOWN, ATT_STR(""),
			key->id,
			time.is_known ? "it is signed with a key that had expired"
				      : "it is signed with a key that has expired, and when it was "
					"published is not said");
	return false;
}

static bool check_signature(const struct npm *n, const struct release_npm_keys *keys,
			    const struct release_npm_signature *signature, struct att_str message)
{
	const struct release_npm_key *key = release_npm_keys_find(keys, signature->key_id);
	struct att_err err = {0};
	if (!key || !key->key) {
		release_npm_add(n, signature_item, RELEASE_UNKNOWN, ATT_STR("a key of the registry"),
				signature->key_id,
				key ? "it is signed with a key of a kind that is not known"
				    : "it is signed with a key that the registry does not list");
		return false;
	}
	if (!check_expiry(n, key))
		return false;
	enum att_outcome outcome =
		att_key_verify_message(key->key, ATT_SCHEME_ECDSA, ATT_SHA256, message, signature->bytes, &err);
	if (outcome == ATT_CANNOT_TELL)
		release_look_fail(n->look, signature_item, &err);
	else if (outcome != ATT_HOLDS)
		release_npm_add(n, signature_item, RELEASE_CONFLICT, message, key->id,
				"the registry's signature is not of this version and integrity");
	return outcome == ATT_HOLDS;
}

static void check_signatures(const struct npm *n, const struct release_npm_keys *keys)
{
	const struct release_npm_version *v = &n->document;
	struct att_str message =
		ATT_ARENA_JOIN(n->arena, n->name, ATT_STR("@"), n->version, ATT_STR(":"), v->integrity);
	bool all = message.data != NULL;
	n->look->verdicts->failed |= !all;
	for (size_t i = 0; all && i < v->signature_count; i++)
		all = check_signature(n, keys, &v->signatures[i], message);
	if (all)
		release_npm_add(n, signature_item, RELEASE_MATCH, ATT_STR(""), v->signatures[0].key_id, "");
}

/* npm's own registry signs all that it has, and keys are pinned where signatures are to be there: whoever
 * leaves out both the signature and the keys does not get away with it. */
static bool has_to_be_signed(const struct npm *n)
{
	return release_channel_text(n->look->channel, "keys", "").len > 0 ||
	       att_str_equal_nocase(n->registry, ATT_STR("https://registry.npmjs.org"));
}

void release_npm_judge_signatures(const struct npm *n)
{
	struct att_arena scratch = {0};
	struct att_source source;
	struct release_npm_keys keys = {.count = 0};
	struct att_err err = {0};
	struct att_buf text;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	enum served served = get_keys(n, &text);
	int status = ATT_OK;
	if (served == SERVED)
		status = att_source_init(&source, &scratch, ATT_STR("keys"), att_buf_str(&text), &err);
	if (served == SERVED && status == ATT_OK)
		status = release_npm_read_keys(&source, &scratch, &keys, &err);
	size_t signatures = n->document.signature_count;
	if (status != ATT_OK)
		release_look_fail(n->look, signature_item, &err);
	else if (served != TOLD && signatures > 0 && keys.count == 0)
		release_npm_add(n, signature_item, RELEASE_UNKNOWN, ATT_STR("keys"), ATT_STR("none"),
				"it is signed, and the registry serves no keys");
	else if (signatures > 0 && keys.count > 0)
		check_signatures(n, &keys);
	else if (served != TOLD && keys.count == 0 && has_to_be_signed(n))
		release_npm_add(n, signature_item, RELEASE_UNKNOWN, ATT_STR("a signature"), ATT_STR("none"),
				"it is not signed, and there are no keys");
	else if (keys.count > 0)
		release_npm_add(n, signature_item, RELEASE_CONFLICT, ATT_STR("a signature"), ATT_STR("none"),
				"the registry has keys, and did not sign this version");
	release_npm_keys_clear(&keys);
	att_buf_clear(&text);
	att_arena_clear(&scratch);
}

/* --- provenance ------------------------------------------------------------------------------------------ */

static void judge_statements(const struct npm *n, struct att_str item, const struct release_npm_provenance *p)
{
	struct att_str commit = n->look->variables.commit;
	if (p->statements == 0 && !release_package_is_demanding(n->look))
		return; /* npm's own, on who published it */
	if (p->statements == 0)
		release_npm_add(n, item, RELEASE_ABSENT, ATT_STR("SLSA provenance"), ATT_STR("none"),
				"its attestations say nothing about how it was built");
	else if (!p->names_package)
		release_npm_add(n, item, RELEASE_CONFLICT, release_look_digest(n->look, &n->built->sha512),
				ATT_STR(""), "its provenance is about another package");
	else if (!p->names_commit)
		release_npm_add(n, item, RELEASE_CONFLICT, commit, p->other,
				"its provenance does not name the commit");
	else
		release_package_attested(n->look, item, "package, digest and commit");
}

/* As npm writes it: the scope's "@" is encoded. */
static struct att_str purl_of(const struct npm *n)
{
	bool has_scope = att_str_starts(n->name, ATT_STR("@"));
	return ATT_ARENA_JOIN(n->arena, ATT_STR("pkg:npm/"), att_str_of(has_scope ? "%40" : ""),
			      att_str_from(n->name, has_scope ? 1 : 0), ATT_STR("@"), n->version);
}

void release_npm_judge_provenance(const struct npm *n)
{
	struct att_str item = ATT_ARENA_JOIN(n->arena, ATT_STR("provenance "), n->file);
	struct att_arena scratch = {0};
	struct att_fetch_answer answer = {0};
	struct att_source source;
	struct release_npm_provenance found;
	struct att_err err = {0};
	bool is_there = n->document.attestations.len > 0;
	if (!release_package_is_demanding(n->look) && !(is_there && n->built))
		return;
	if (!is_there || !n->built) {
		release_npm_add(n, item, n->built ? RELEASE_ABSENT : RELEASE_UNKNOWN, ATT_STR("an attestation"),
				ATT_STR("none"),
				n->built ? "the registry serves no attestation of it"
					 : "no built artifact is there to compare it with");
		return;
	}
	if (release_look_document(n->look, item, n->document.attestations, "application/json", false,
				  &answer)) {
		const struct att_digest digests[] = {n->built->sha512, n->built->sha256};
		int status = att_source_init(&source, &scratch, ATT_STR("attestations"),
					     att_buf_str(&answer.body), &err);
		if (status == ATT_OK)
			status = release_npm_read_provenance(&source, purl_of(n), digests, 2,
							     n->look->variables.commit, &scratch, &found, &err);
		if (status == ATT_OK)
			judge_statements(n, item, &found);
		else
			release_look_fail(n->look, item, &err);
	}
	att_fetch_answer_clear(&answer);
	att_arena_clear(&scratch);
}
