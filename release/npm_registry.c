// SPDX-License-Identifier: Apache-2.0
#include "release/npm_registry.h"

#include "libattest/base/time.h"
#include "libattest/format/base64.h"
#include "libattest/format/json.h"
#include "release/npm_internal.h"

#include "libattest/base/banned.h"

enum { MAX_NAME = 214, MAX_SIGNATURE = 1024, MAX_TAG = 1024 };

int release_npm_parse(const struct att_source *source, struct att_arena *arena, struct att_value *out,
		      struct att_err *err)
{
	int status = att_json_parse(source, arena, out, err);
	if (status == ATT_OK && out->kind != ATT_OBJECT)
		status = att_source_err(source, err, ATT_ERR_MALFORMED, out->span,
					"expected an object, found %s", att_value_kind_name(out));
	return status;
}

/* A string that may be missing, or null. */
static int take(const struct att_source *source, const struct att_value *object, const char *key,
		struct att_str *out, struct att_err *err)
{
	const struct att_value *value = att_value_get(object, key);
	if (!value || value->kind == ATT_NULL)
		return ATT_OK;
	int status = att_value_want(source, object, key, ATT_STRING, true, &value, err);
	if (status == ATT_OK)
		*out = att_value_text(value);
	return status;
}

static bool is_name_part(struct att_str part)
{
	for (size_t i = 0; i < part.len; i++)
		if (!att_ascii_is_alnum(part.data[i]) && !memchr("-._~", part.data[i], 4))
			return false;
	return part.len > 0 && part.data[0] != '.';
}

bool release_npm_is_name(struct att_str name)
{
	struct att_str scope = {NULL, 0};
	size_t slash = att_str_find_byte(name, '/');
	if (name.len > MAX_NAME)
		return false;
	if (name.len == 0 || name.data[0] != '@')
		return is_name_part(name);
	scope = att_str_from(att_str_first(name, slash), 1);
	return slash != ATT_STR_NONE && is_name_part(scope) && is_name_part(att_str_from(name, slash + 1));
}

/* --- digests --------------------------------------------------------------------------------------------- */

/* One of Subresource Integrity: "sha512-BASE64", options behind a "?". */
static int take_digest(struct att_str text, struct release_npm_version *out, struct att_err *err)
{
	size_t dash = att_str_find_byte(text, '-');
	struct att_str value = att_str_from(text, dash == ATT_STR_NONE ? text.len : dash + 1);
	struct att_digest *digest = &out->digests[out->digest_count];
	if (out->digest_count == RELEASE_NPM_MAX_DIGESTS)
		return att_err_set(err, ATT_ERR_LIMIT,
				   "expected at most %d digests in the integrity, found more",
				   RELEASE_NPM_MAX_DIGESTS);
	digest->kind = att_digest_by_name(att_str_first(text, dash));
	/* The names are those of SRI, and npm's "sha1". */
	if (!att_str_is(att_str_first(text, dash), att_digest_name(digest->kind)) ||
	    digest->kind == ATT_BLAKE2B)
		return att_err_set(err, ATT_ERR_UNSUPPORTED, "expected an integrity of sha512, found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(text, 80)));
	out->digest_count++;
	return att_base64_decode_exact(att_str_first(value, att_str_find_byte(value, '?')), "the integrity",
				       digest->bytes, att_digest_size(digest->kind), err);
}

static int take_integrity(struct release_npm_version *out, struct att_err *err)
{
	struct att_str rest = out->integrity, text;
	int status = ATT_OK;
	while (status == ATT_OK && rest.data && att_str_split(&rest, ' ', &text))
		if (text.len > 0)
			status = take_digest(text, out, err);
	return status;
}

static int take_sha1(struct att_str text, struct release_npm_version *out, struct att_err *err)
{
	if (text.len == 0)
		return ATT_OK;
	out->sha1.kind = ATT_SHA1;
	return att_hex_decode_exact(text, "the shasum", out->sha1.bytes, att_digest_size(ATT_SHA1), err);
}

/* --- a version ------------------------------------------------------------------------------------------- */

static int take_signature(const struct att_source *source, const struct att_value *item,
			  struct att_arena *arena, struct release_npm_version *out, struct att_err *err)
{
	struct release_npm_signature *signature = &out->signatures[out->signature_count];
	const struct att_value *id = NULL, *text = NULL;
	struct att_buf bytes;
	att_buf_init(&bytes, MAX_SIGNATURE);
	if (out->signature_count == RELEASE_NPM_MAX_SIGNATURES)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d signatures, found more",
				   RELEASE_NPM_MAX_SIGNATURES);
	int status = att_value_want(source, item, "keyid", ATT_STRING, true, &id, err);
	if (status == ATT_OK)
		status = att_value_want(source, item, "sig", ATT_STRING, true, &text, err);
	if (status == ATT_OK)
		status = att_base64_decode(att_value_text(text), ATT_BASE64, "the signature", &bytes, err);
	if (status == ATT_OK) {
		signature->key_id = att_value_text(id);
		signature->bytes = att_arena_copy(arena, att_buf_str(&bytes));
		out->signature_count++;
		if (!signature->bytes.data)
			status = att_err_memory(err);
	}
	att_buf_clear(&bytes);
	return status;
}

static int take_signatures(const struct att_source *source, const struct att_value *dist,
			   struct att_arena *arena, struct release_npm_version *out, struct att_err *err)
{
	const struct att_value *list = NULL;
	int status = att_value_want(source, dist, "signatures", ATT_ARRAY, false, &list, err);
	for (size_t i = 0; status == ATT_OK && list && i < list->count; i++)
		status = take_signature(source, &list->items[i], arena, out, err);
	return status;
}

static int take_dist(const struct att_source *source, const struct att_value *dist, struct att_arena *arena,
		     struct release_npm_version *out, struct att_err *err)
{
	const struct att_value *attestations = NULL;
	struct att_str sha1 = {NULL, 0};
	int status = take(source, dist, "integrity", &out->integrity, err);
	if (status == ATT_OK)
		status = take(source, dist, "shasum", &sha1, err);
	if (status == ATT_OK)
		status = take(source, dist, "tarball", &out->tarball, err);
	if (status == ATT_OK)
		status = take_integrity(out, err);
	if (status == ATT_OK)
		status = take_sha1(sha1, out, err);
	if (status == ATT_OK)
		status = take_signatures(source, dist, arena, out, err);
	if (status == ATT_OK)
		status = att_value_want(source, dist, "attestations", ATT_OBJECT, false, &attestations, err);
	if (status == ATT_OK && attestations)
		status = take(source, attestations, "url", &out->attestations, err);
	return status;
}

static int take_version(const struct att_source *source, const struct att_value *root, struct att_arena *arena,
			struct release_npm_version *out, struct att_err *err)
{
	const struct att_value *dist = NULL, *deprecated;
	out->all = *root;
	int status = take(source, root, "name", &out->name, err);
	if (status == ATT_OK)
		status = take(source, root, "version", &out->version, err);
	/* What comes with gitHead is the publisher's, of any kind. */
	out->git_head = att_value_text(att_value_get(root, "gitHead"));
	deprecated = att_value_get(root, "deprecated");
	if (att_value_is_true(deprecated))
		out->deprecated = ATT_STR("without a reason");
	else
		out->deprecated = att_value_text(deprecated);
	if (status == ATT_OK)
		status = att_value_want(source, root, "dist", ATT_OBJECT, true, &dist, err);
	return status == ATT_OK ? take_dist(source, dist, arena, out, err) : status;
}

int release_npm_read_version(const struct att_source *source, struct att_arena *arena,
			     struct release_npm_version *out, struct att_err *err)
{
	struct att_value root;
	*out = (struct release_npm_version){.digest_count = 0};
	int status = release_npm_parse(source, arena, &root, err);
	return status == ATT_OK ? take_version(source, &root, arena, out, err) : status;
}

/* --- a package ------------------------------------------------------------------------------------------- */

int release_npm_read_tag(const struct att_source *source, bool is_package, struct att_str tag,
			 struct att_arena *arena, struct att_str *out, struct att_err *err)
{
	struct att_value root;
	const struct att_value *tags = &root;
	*out = (struct att_str){NULL, 0};
	int status = release_npm_parse(source, arena, &root, err);
	if (status == ATT_OK && is_package)
		status = att_value_want(source, &root, "dist-tags", ATT_OBJECT, true, &tags, err);
	const struct att_value *version = status == ATT_OK ? att_value_get_str(tags, tag) : NULL;
	if (version && version->kind != ATT_STRING)
		return att_source_err(source, err, ATT_ERR_MALFORMED, version->span,
				      "expected a version for a tag, found %s", att_value_kind_name(version));
	*out = att_str_first(att_value_text(version), MAX_TAG);
	return status;
}

int release_npm_read_listed(const struct att_source *source, struct att_str version, struct att_str tag,
			    struct att_arena *arena, struct release_npm_listed *out, struct att_err *err)
{
	struct att_value root;
	const struct att_value *tags = NULL, *versions = NULL;
	*out = (struct release_npm_listed){.is_there = false};
	int status = release_npm_parse(source, arena, &root, err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "dist-tags", ATT_OBJECT, true, &tags, err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "versions", ATT_OBJECT, true, &versions, err);
	if (status != ATT_OK)
		return status;
	const struct att_value *listed = att_value_get_str(versions, version);
	out->tagged = att_str_first(att_value_text(att_value_get_str(tags, tag)), MAX_TAG);
	out->is_there = listed != NULL;
	return listed ? take_version(source, listed, arena, &out->version, err) : ATT_OK;
}

int release_npm_read_time(const struct att_source *source, struct att_str version, struct att_arena *arena,
			  struct release_npm_time *out, struct att_err *err)
{
	struct att_value root;
	const struct att_value *times = NULL, *versions = NULL;
	*out = (struct release_npm_time){.is_known = false};
	int status = release_npm_parse(source, arena, &root, err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "time", ATT_OBJECT, false, &times, err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "versions", ATT_OBJECT, false, &versions, err);
	if (status != ATT_OK)
		return status;
	const struct att_value *time = att_value_get_str(times, version);
	/* Of a package that was taken back as a whole, a list of what it had is all that is left. */
	const struct att_value *gone = att_value_get(att_value_get(times, "unpublished"), "versions");
	for (size_t i = 0; gone && gone->kind == ATT_ARRAY && i < gone->count; i++)
		out->is_known |= att_str_equal(att_value_text(&gone->items[i]), version);
	out->is_served = att_value_get_str(versions, version) != NULL;
	if (!time)
		return ATT_OK;
	out->is_known = true;
	if (!att_time_parse(att_value_text(time), &out->published))
		return att_source_err(source, err, ATT_ERR_MALFORMED, time->span,
				      "expected the time of a version, found something else");
	return ATT_OK;
}

/* --- keys ------------------------------------------------------------------------------------------------ */

const struct release_npm_key *release_npm_keys_find(const struct release_npm_keys *keys, struct att_str id)
{
	for (size_t i = 0; i < keys->count; i++)
		if (att_str_equal(keys->items[i].id, id))
			return &keys->items[i];
	return NULL;
}

/* The type says how the key is used: ECDSA P-256 with SHA-256 is the only way that there is. */
static int take_key_bytes(const struct att_source *source, const struct att_value *item,
			  struct release_npm_key *key, struct att_err *err)
{
	const struct att_value *type = NULL, *text = NULL;
	struct att_buf bytes;
	att_buf_init(&bytes, ATT_MAX_KEY_FILE);
	int status = att_value_want(source, item, "keytype", ATT_STRING, true, &type, err);
	if (status == ATT_OK && !att_str_is(att_value_text(type), "ecdsa-sha2-nistp256"))
		return ATT_OK;
	if (status == ATT_OK)
		status = att_value_want(source, item, "key", ATT_STRING, true, &text, err);
	if (status == ATT_OK)
		status = att_base64_decode(att_value_text(text), ATT_BASE64, "the key", &bytes, err);
	if (status == ATT_OK)
		status = att_key_of_spki(att_buf_str(&bytes), key->id, NULL, &key->key, err);
	if (status == ATT_OK && att_key_kind(key->key) != ATT_KEY_P256)
		status = att_source_err(source, err, ATT_ERR_MALFORMED, item->span,
					"expected a key of ECDSA P-256, found another");
	att_buf_clear(&bytes);
	return status;
}

static int take_key(const struct att_source *source, const struct att_value *item, struct release_npm_keys *out,
		    struct att_err *err)
{
	const struct att_value *id = NULL;
	struct att_str expires = {NULL, 0};
	if (out->count == RELEASE_NPM_MAX_KEYS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d keys, found more",
				   RELEASE_NPM_MAX_KEYS);
	int status = att_value_want(source, item, "keyid", ATT_STRING, true, &id, err);
	if (status == ATT_OK && release_npm_keys_find(out, att_value_text(id)))
		status = att_source_err(source, err, ATT_ERR_MALFORMED, item->span,
					"expected keys of different names, found two of one");
	if (status == ATT_OK)
		status = take(source, item, "expires", &expires, err);
	if (status != ATT_OK)
		return status;
	struct release_npm_key *key = &out->items[out->count++];
	*key = (struct release_npm_key){.id = att_value_text(id), .expires = expires.len > 0};
	if (key->expires && !att_time_parse(expires, &key->until))
		return att_source_err(source, err, ATT_ERR_MALFORMED, item->span,
				      "expected a time for \"expires\", found something else");
	return take_key_bytes(source, item, key, err);
}

int release_npm_read_keys(const struct att_source *source, struct att_arena *arena,
			  struct release_npm_keys *out, struct att_err *err)
{
	struct att_value root;
	const struct att_value *list = NULL;
	out->count = 0;
	int status = release_npm_parse(source, arena, &root, err);
	if (status == ATT_OK)
		status = att_value_want(source, &root, "keys", ATT_ARRAY, true, &list, err);
	for (size_t i = 0; status == ATT_OK && list && i < list->count; i++)
		status = take_key(source, &list->items[i], out, err);
	return status;
}

void release_npm_keys_clear(struct release_npm_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		att_key_free(keys->items[i].key);
	keys->count = 0;
}
