// SPDX-License-Identifier: Apache-2.0
/* Whom a policy believes: signers, and which builders and verifiers they may speak for. */
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/format/shape.h"
#include "libattest/format/toml.h"
#include "libattest/verify/policy_internal.h"

#include "libattest/base/banned.h"

/* --- signers ------------------------------------------------------------------------------------------- */

int att_policy_signer(const struct att_policy_reader *r, struct att_str name, uint32_t *out)
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
static int load_key(const struct att_policy_reader *r, const struct att_value *value, struct att_str name,
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

static int read_times(const struct att_policy_reader *r, const struct att_value *table,
		      struct att_trusted_key *signer)
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

static int read_signer(const struct att_policy_reader *r, const struct att_value *table)
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
	if (att_policy_signer(r, name->string, &other) == ATT_OK)
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
	status = att_keyring_add_key(r->ring, loaded, name->string, &why);
	if (status == ATT_ERR_REFUSED && key)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, key->span, "%s", why.message);
	if (status != ATT_OK)
		return att_err_memory(r->err);
	return read_times(r, table, &r->ring->keys[r->ring->count - 1]);
}

/* --- builders and verifiers ---------------------------------------------------------------------------- */

static int find_named(const struct att_policy_reader *r, const struct att_value *table, uint32_t *out)
{
	const struct att_value *name;
	int status = att_value_want(r->source, table, "signer", ATT_STRING, true, &name, r->err);
	if (status == ATT_OK && att_policy_signer(r, name->string, out) != ATT_OK)
		status = att_source_err(r->source, r->err, ATT_ERR_MALFORMED, name->span,
					"expected the name of a [[trust.signer]], found \"%.*s\"",
					ATT_STR_ARG(att_str_first(name->string, 100)));
	return status;
}

/* A glob without "/" would match the last part of any address. */
static bool is_builder_id(struct att_str id)
{
	return att_str_find_byte(id, ':') != ATT_STR_NONE &&
	       (!att_builder_is_glob(id) ||
		(att_str_find(id, ATT_STR("://")) != ATT_STR_NONE && !att_str_ends(id, ATT_STR("/"))));
}

static int read_builder(const struct att_policy_reader *r, const struct att_value *table)
{
	static const char *const known[] = {"id", "signer", "level", NULL};
	const struct att_value *id, *level;
	struct att_trusted_builder builder = {0};
	void *items = r->ring->builders;
	int status = att_shape_only(r->source, table, known, "[[trust.builder]]", r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "id", ATT_STRING, true, &id, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "level", ATT_INTEGER, false, &level, r->err);
	if (status == ATT_OK)
		status = find_named(r, table, &builder.signer);
	if (status != ATT_OK)
		return status;
	if (!is_builder_id(id->string))
		return att_source_err(
			r->source, r->err, ATT_ERR_MALFORMED, id->span,
			"expected the URI of a builder, or a pattern of such (https://...), found "
			"other text");
	if (level && (level->integer.negative || level->integer.magnitude > 3))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, level->span,
				      "expected a SLSA Build level from 0 to 3, found another number");
	builder.level = level ? (unsigned)level->integer.magnitude : 0;
	builder.id = att_arena_copy(&r->ring->arena, id->string);
	struct att_trusted_builder *slot = att_arena_push(&r->ring->arena, &items, &r->ring->builder_count,
							  &r->ring->builder_capacity, sizeof *slot);
	if (!slot || !builder.id.data)
		return att_err_memory(r->err);
	r->ring->builders = items;
	*slot = builder;
	return ATT_OK;
}

static int read_verifier(const struct att_policy_reader *r, const struct att_value *table)
{
	static const char *const known[] = {"id", "signer", NULL};
	const struct att_value *id;
	struct att_trusted_verifier verifier = {0};
	void *items = r->ring->verifiers;
	int status = att_shape_only(r->source, table, known, "[[trust.verifier]]", r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "id", ATT_STRING, true, &id, r->err);
	if (status == ATT_OK)
		status = find_named(r, table, &verifier.signer);
	if (status != ATT_OK)
		return status;
	if (att_str_find_byte(id->string, ':') == ATT_STR_NONE)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, id->span,
				      "expected the URI of a verifier, found other text");
	verifier.id = att_arena_copy(&r->ring->arena, id->string);
	struct att_trusted_verifier *slot = att_arena_push(&r->ring->arena, &items, &r->ring->verifier_count,
							   &r->ring->verifier_capacity, sizeof *slot);
	if (!slot || !verifier.id.data)
		return att_err_memory(r->err);
	r->ring->verifiers = items;
	*slot = verifier;
	return ATT_OK;
}

/* --- [trust] ------------------------------------------------------------------------------------------- */

static int read_tables(const struct att_policy_reader *r, const struct att_value *trust, const char *key,
		       int (*read)(const struct att_policy_reader *, const struct att_value *), size_t *count)
{
	const struct att_value *tables;
	int status = att_shape_tables(r->source, trust, key, &tables, r->err);
	*count = status == ATT_OK && tables ? tables->count : 0;
	for (size_t i = 0; status == ATT_OK && i < *count; i++)
		status = read(r, &tables->items[i]);
	return status;
}

static int read_trust(const struct att_policy_reader *r, const struct att_value *trust)
{
	static const char *const known[] = {"signer", "builder", "verifier", "require", NULL};
	size_t signers, others, requirements;
	int status = att_shape_only(r->source, trust, known, "[trust]", r->err);
	if (status == ATT_OK)
		status = read_tables(r, trust, "signer", read_signer, &signers);
	if (status == ATT_OK && signers == 0)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, trust->span,
				      "expected a [[trust.signer]], found none: nobody is believed");
	if (status == ATT_OK)
		status = read_tables(r, trust, "builder", read_builder, &others);
	if (status == ATT_OK)
		status = read_tables(r, trust, "verifier", read_verifier, &others);
	if (status == ATT_OK)
		status = read_tables(r, trust, "require", att_policy_requirement, &requirements);
	if (status == ATT_OK && requirements == 0)
		return att_source_err(
			r->source, r->err, ATT_ERR_MALFORMED, trust->span,
			"expected a [[trust.require]], found none: no artifact could be accepted");
	return status;
}

int att_keyring_parse_policy(struct att_keyring *ring, const struct att_source *source, const char *folder,
			     const struct att_key_options *options, struct att_err *err)
{
	static const char *const known[] = {"project", "version", "artifact", "channel", "trust", "gate", NULL};
	const struct att_policy_reader reader = {ring, source, folder, options, err};
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
		status = att_digest_bytes(ATT_SHA256, att_buf_str(&text), &ring->policy, err);
	if (status == ATT_OK)
		status = att_keyring_parse_policy(ring, &source, folder.data, options, err);
	if (fd >= 0)
		close(fd);
	att_buf_clear(&text);
	att_arena_clear(&arena);
	return status;
}
