// SPDX-License-Identifier: Apache-2.0
#include "libattest/verify/keyring.h"

#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/glob.h"
#include "libattest/base/limits.h"
#include "libattest/base/time.h"
#include "libattest/format/shape.h"
#include "libattest/format/toml.h"

#include "libattest/base/banned.h"

void att_keyring_init(struct att_keyring *ring)
{
	memset(ring, 0, sizeof *ring);
}

void att_keyring_clear(struct att_keyring *ring)
{
	for (size_t i = 0; i < ring->count; i++)
		att_key_free(ring->keys[i].key);
	att_arena_clear(&ring->arena);
	att_keyring_init(ring);
}

static struct att_trusted_key *push_key(struct att_keyring *ring)
{
	void *items = ring->keys;
	struct att_trusted_key *slot =
		att_arena_push(&ring->arena, &items, &ring->count, &ring->capacity, sizeof *slot);
	ring->keys = items ? items : ring->keys;
	return slot;
}

/* Takes the key over, on errors too. */
static int add_key(struct att_keyring *ring, struct att_key *key, struct att_str name, struct att_err *err)
{
	for (size_t i = 0; key && i < ring->count; i++) {
		if (!ring->keys[i].key || !att_key_equal(ring->keys[i].key, key))
			continue;
		att_err_set(err, ATT_ERR_REFUSED, "%.*s and %.*s are the same key, which would count as two",
			    ATT_STR_ARG(att_str_first(ring->keys[i].name, 100)),
			    ATT_STR_ARG(att_str_first(name, 100)));
		att_err_help(err, "name every key once");
		att_key_free(key);
		return ATT_ERR_REFUSED;
	}
	struct att_str copy = att_arena_copy(&ring->arena, name);
	struct att_trusted_key *slot = copy.data ? push_key(ring) : NULL;
	if (!slot) {
		att_key_free(key);
		return att_err_memory(err);
	}
	*slot = (struct att_trusted_key){.key = key, .name = copy};
	return ATT_OK;
}

int att_keyring_add_file(struct att_keyring *ring, const char *path, const struct att_key_options *options,
			 struct att_err *err)
{
	struct att_key *key;
	/* A minisign key in one line looks like no path that anybody uses: 56 characters that begin with "RW".
	 */
	bool inline_key =
		strlen(path) == 56 && att_str_starts(att_str_of(path), ATT_STR("RW")) && !strchr(path, '.');
	if (inline_key)
		return att_keyring_add_bytes(ring, att_str_of(path), att_str_of(path), options, err);
	int status = att_key_load(path, options, &key, err);
	return status == ATT_OK ? add_key(ring, key, att_str_of(path), err) : status;
}

int att_keyring_add_bytes(struct att_keyring *ring, struct att_str bytes, struct att_str name,
			  const struct att_key_options *options, struct att_err *err)
{
	struct att_key *key;
	int status = att_key_parse(bytes, name, options, &key, err);
	return status == ATT_OK ? add_key(ring, key, name, err) : status;
}

/* --- a policy's [trust] -------------------------------------------------------------------------------- */

struct reader {
	struct att_keyring *ring;
	const struct att_source *source;
	const char *folder;
	const struct att_key_options *options;
	struct att_err *err;
};

static int find_signer(const struct reader *r, struct att_str name, uint32_t *out)
{
	for (size_t i = 0; i < r->ring->count; i++) {
		if (att_str_equal(r->ring->keys[i].name, name)) {
			*out = (uint32_t)i;
			return ATT_OK;
		}
	}
	return ATT_ERR_NOT_FOUND;
}

/* "key" is a file beside the policy or a key in one line ("RW...", "ssh-ed25519 ..."). */
static int load_key(const struct reader *r, const struct att_value *value, struct att_str name,
		    struct att_key **out)
{
	struct att_str text = value->string;
	bool in_line = att_str_starts(text, ATT_STR("RW")) || att_str_find_byte(text, ' ') != ATT_STR_NONE;
	if (in_line && att_key_parse(text, name, r->options, out, NULL) == ATT_OK)
		return ATT_OK;
	bool absolute = att_str_starts(text, ATT_STR("/"));
	struct att_str path = ATT_ARENA_JOIN(&r->ring->arena, att_str_of(absolute ? "" : r->folder),
					     absolute ? ATT_STR("") : ATT_STR("/"), text);
	struct att_err why = {0};
	if (!path.data)
		return att_err_memory(r->err);
	int status = att_key_load(path.data, r->options, out, &why);
	if (status != ATT_OK)
		att_source_err(r->source, r->err, status, value->span, "the key of signer \"%.*s\": %s",
			       ATT_STR_ARG(att_str_first(name, 100)), why.message);
	return status;
}

static int read_times(const struct reader *r, const struct att_value *table, struct att_trusted_key *signer)
{
	const struct att_value *reason;
	int64_t revoked;
	int status = att_shape_time(r->source, table, "valid-from", &signer->has_from, &signer->from, r->err);
	if (status == ATT_OK)
		status = att_shape_time(r->source, table, "valid-until", &signer->has_until, &signer->until,
					r->err);
	/* The day only informs: whoever holds a revoked key writes any date into what he signs. */
	if (status == ATT_OK)
		status = att_shape_time(r->source, table, "revoked", &signer->revoked, &revoked, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "reason", ATT_STRING, false, &reason, r->err);
	if (status != ATT_OK)
		return status;
	if (signer->has_from && signer->has_until && signer->until < signer->from)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED,
				      att_value_get(table, "valid-until")->span,
				      "valid-until lies before valid-from: the key never counts");
	signer->reason = att_arena_copy(&r->ring->arena, att_value_text(reason));
	return signer->reason.data ? ATT_OK : att_err_memory(r->err);
}

static int read_signer(const struct reader *r, const struct att_value *table)
{
	static const char *const known[] = {"name",   "key",      "valid-from", "valid-until", "revoked",
					    "reason", "identity", "issuer",     NULL};
	const struct att_value *name, *key, *identity;
	struct att_key *loaded = NULL;
	uint32_t other;
	int status = att_shape_only(r->source, table, known, "[[trust.signer]]", r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "name", ATT_STRING, true, &name, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "key", ATT_STRING, false, &key, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "identity", ATT_STRING, false, &identity, r->err);
	if (status != ATT_OK)
		return status;
	if (find_signer(r, name->string, &other) == ATT_OK)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, name->span,
				      "two signers are called \"%.*s\"",
				      ATT_STR_ARG(att_str_first(name->string, 100)));
	if (!key == !identity)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, table->span,
				      "signer \"%.*s\" needs either a key or an identity",
				      ATT_STR_ARG(att_str_first(name->string, 100)));
	if (key && att_value_get(table, "issuer"))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED,
				      att_value_get(table, "issuer")->span,
				      "expected an issuer beside an identity only, found it beside a key");
	if (key)
		status = load_key(r, key, name->string, &loaded);
	struct att_err why = {0};
	if (status != ATT_OK)
		return status;
	status = add_key(r->ring, loaded, name->string, &why);
	if (status == ATT_ERR_REFUSED && key)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, key->span, "%s", why.message);
	if (status != ATT_OK)
		return att_err_memory(r->err);
	return read_times(r, table, &r->ring->keys[r->ring->count - 1]);
}

static int read_signers_of(const struct reader *r, const struct att_value *list,
			   struct att_requirement *requirement)
{
	if (list->count == 0)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, list->span,
				      "expected at least one signer, found none: nobody could sign");
	requirement->signers = att_arena_alloc(&r->ring->arena, list->count, sizeof *requirement->signers);
	if (!requirement->signers)
		return att_err_memory(r->err);
	for (size_t i = 0; i < list->count; i++) {
		const struct att_value *item = &list->items[i];
		uint32_t *slot = &requirement->signers[requirement->signer_count];
		if (item->kind != ATT_STRING || find_signer(r, item->string, slot) != ATT_OK)
			return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, item->span,
					      "expected the name of a [[trust.signer]], found another value");
		for (size_t j = 0; j < requirement->signer_count; j++)
			if (requirement->signers[j] == *slot)
				return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, item->span,
						      "the signer is named twice");
		requirement->signer_count++;
	}
	return ATT_OK;
}

/* Without a list, every signer of the policy will do. */
static int all_signers(const struct reader *r, struct att_requirement *requirement)
{
	requirement->signers = att_arena_alloc(&r->ring->arena, r->ring->count, sizeof *requirement->signers);
	if (!requirement->signers)
		return att_err_memory(r->err);
	for (size_t i = 0; i < r->ring->count; i++)
		requirement->signers[requirement->signer_count++] = (uint32_t)i;
	return ATT_OK;
}

static int read_signatures(const struct reader *r, const struct att_value *table,
			   struct att_requirement *requirement)
{
	static const char *const known[] = {"threshold", "signers", NULL};
	const struct att_value *threshold = NULL, *signers = NULL;
	int status = table ? att_shape_only(r->source, table, known, "\"signatures\"", r->err) : ATT_OK;
	if (status == ATT_OK && table)
		status = att_value_want(r->source, table, "threshold", ATT_INTEGER, false, &threshold, r->err);
	if (status == ATT_OK && table)
		status = att_value_want(r->source, table, "signers", ATT_ARRAY, false, &signers, r->err);
	if (status == ATT_OK)
		status = signers ? read_signers_of(r, signers, requirement) : all_signers(r, requirement);
	if (status != ATT_OK)
		return status;
	requirement->threshold = 1;
	if (threshold && (threshold->integer.negative || threshold->integer.magnitude == 0 ||
			  threshold->integer.magnitude > requirement->signer_count))
		return att_source_err(
			r->source, r->err, ATT_ERR_MALFORMED, threshold->span,
			"expected a threshold from 1 to %zu, the number of signers, found another",
			requirement->signer_count);
	if (threshold)
		requirement->threshold = (uint32_t)threshold->integer.magnitude;
	return ATT_OK;
}

static int read_requirement(const struct reader *r, const struct att_value *table)
{
	static const char *const known[] = {"artifact", "signatures", "predicates", "source", NULL};
	static const char *const later[] = {"predicates", "source", NULL};
	const struct att_value *artifact, *signatures;
	void *items = r->ring->requirements;
	int status = att_shape_only(r->source, table, known, "[[trust.require]]", r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "artifact", ATT_STRING, true, &artifact, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "signatures", ATT_OBJECT, false, &signatures, r->err);
	if (status != ATT_OK)
		return status;
	struct att_requirement *slot = att_arena_push(&r->ring->arena, &items, &r->ring->requirement_count,
						      &r->ring->requirement_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(r->err);
	r->ring->requirements = items;
	slot->artifact = att_arena_copy(&r->ring->arena, artifact->string);
	if (!slot->artifact.data)
		return att_err_memory(r->err);
	for (size_t i = 0; later[i] && !slot->unchecked; i++)
		if (att_value_get(table, later[i]))
			slot->unchecked = later[i];
	return read_signatures(r, signatures, slot);
}

static int read_trust(const struct reader *r, const struct att_value *trust)
{
	static const char *const known[] = {"signer", "builder", "require", NULL};
	const struct att_value *signers, *requirements;
	int status = att_shape_only(r->source, trust, known, "[trust]", r->err);
	if (status == ATT_OK)
		status = att_shape_tables(r->source, trust, "signer", &signers, r->err);
	if (status == ATT_OK)
		status = att_shape_tables(r->source, trust, "require", &requirements, r->err);
	if (status != ATT_OK)
		return status;
	if (!signers || signers->count == 0)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, trust->span,
				      "expected a [[trust.signer]], found none: nobody is believed");
	if (!requirements || requirements->count == 0)
		return att_source_err(
			r->source, r->err, ATT_ERR_MALFORMED, trust->span,
			"expected a [[trust.require]], found none: no artifact could be accepted");
	for (size_t i = 0; status == ATT_OK && i < signers->count; i++)
		status = read_signer(r, &signers->items[i]);
	for (size_t i = 0; status == ATT_OK && i < requirements->count; i++)
		status = read_requirement(r, &requirements->items[i]);
	return status;
}

int att_keyring_parse_policy(struct att_keyring *ring, const struct att_source *source, const char *folder,
			     const struct att_key_options *options, struct att_err *err)
{
	static const char *const known[] = {"project", "version", "artifact", "channel", "trust", "gate", NULL};
	const struct reader reader = {ring, source, folder, options, err};
	const struct att_value *trust;
	struct att_arena arena = {0};
	struct att_value document;
	int status = att_toml_parse(source, &arena, &document, err);
	if (status == ATT_OK)
		status = att_shape_only(source, &document, known, "the policy", err);
	if (status == ATT_OK)
		status = att_value_want(source, &document, "trust", ATT_OBJECT, true, &trust, err);
	if (status == ATT_OK)
		status = read_trust(&reader, trust);
	att_arena_clear(&arena);
	return status;
}

int att_keyring_load_policy(struct att_keyring *ring, const char *path, const struct att_key_options *options,
			    struct att_err *err)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_buf text;
	int fd = -1;
	uint64_t size;
	struct att_str whole = att_str_of(path);
	size_t slash = att_str_find_last_byte(whole, '/');
	struct att_str folder = att_arena_copy(&arena, slash == ATT_STR_NONE ? ATT_STR(".")
						       : slash == 0          ? ATT_STR("/")
									     : att_str_first(whole, slash));
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	int status = folder.data ? att_artifact_open(path, &fd, &size, err) : att_err_memory(err);
	if (status == ATT_OK)
		status = att_file_read_fd(fd, path, &text, err);
	if (status == ATT_OK)
		status = att_source_init(&source, &arena, whole, att_buf_str(&text), err);
	if (status == ATT_OK)
		status = att_keyring_parse_policy(ring, &source, folder.data, options, err);
	if (fd >= 0)
		close(fd);
	att_buf_clear(&text);
	att_arena_clear(&arena);
	return status;
}

const struct att_requirement *att_keyring_requirement(const struct att_keyring *ring, struct att_str name)
{
	for (size_t i = 0; i < ring->requirement_count; i++)
		if (att_glob_match(ring->requirements[i].artifact, name))
			return &ring->requirements[i];
	return NULL;
}

bool att_trusted_key_counts(const struct att_trusted_key *key, int64_t now, struct att_arena *arena,
			    struct att_str *why)
{
	char limit[ATT_TIME_TEXT + 1], today[ATT_TIME_TEXT + 1];
	if (key->revoked) {
		*why = att_arena_printf(arena, "key %.*s was revoked%s%.*s", ATT_STR_ARG(key->name),
					key->reason.len ? ": " : "", ATT_STR_ARG(key->reason));
		return false;
	}
	bool early = key->has_from && now < key->from, late = key->has_until && now > key->until;
	if (!early && !late)
		return true;
	att_time_format(now, today);
	att_time_format(early ? key->from : key->until, limit);
	*why = att_arena_printf(arena, "key %.*s counts %s %s, and it is %s", ATT_STR_ARG(key->name),
				early ? "from" : "until", limit, today);
	return false;
}
