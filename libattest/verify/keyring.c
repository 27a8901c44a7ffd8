// SPDX-License-Identifier: Apache-2.0
#include "libattest/verify/keyring.h"

#include "libattest/base/glob.h"
#include "libattest/base/limits.h"
#include "libattest/base/time.h"

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

int att_keyring_add_key(struct att_keyring *ring, struct att_key *key, struct att_str name, struct att_err *err)
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
	return status == ATT_OK ? att_keyring_add_key(ring, key, att_str_of(path), err) : status;
}

int att_keyring_add_bytes(struct att_keyring *ring, struct att_str bytes, struct att_str name,
			  const struct att_key_options *options, struct att_err *err)
{
	struct att_key *key;
	int status = att_key_parse(bytes, name, options, &key, err);
	return status == ATT_OK ? att_keyring_add_key(ring, key, name, err) : status;
}

const struct att_requirement *att_keyring_requirement(const struct att_keyring *ring, struct att_str name)
{
	for (size_t i = 0; i < ring->requirement_count; i++)
		if (att_glob_match(ring->requirements[i].artifact, name))
			return &ring->requirements[i];
	return NULL;
}

bool att_builder_is_glob(struct att_str id)
{
	return att_str_find_byte(id, '*') != ATT_STR_NONE || att_str_find_byte(id, '?') != ATT_STR_NONE;
}

bool att_keyring_builder(const struct att_keyring *ring, struct att_str id, const uint32_t *signers,
			 size_t signer_count, unsigned *level)
{
	bool found = false;
	*level = 0;
	for (size_t i = 0; i < ring->builder_count; i++) {
		const struct att_trusted_builder *builder = &ring->builders[i];
		bool signs = false;
		for (size_t j = 0; j < signer_count; j++)
			signs |= signers[j] == builder->signer;
		if (!signs || !(att_builder_is_glob(builder->id) ? att_glob_match(builder->id, id)
								 : att_str_equal(builder->id, id)))
			continue;
		found = true;
		*level = builder->level > *level ? builder->level : *level;
	}
	return found;
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
