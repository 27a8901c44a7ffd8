// SPDX-License-Identifier: Apache-2.0
#include "sbom/component.h"

#include <openssl/evp.h>
#include <sodium.h>

#include "libattest/base/banned.h"

struct algorithm {
	const char *name;     /* CycloneDX spelling */
	const char *spelling; /* in lockfiles; NULL: none uses it */
	size_t size;          /* bytes */
};

static const struct algorithm algorithms[SBOM_HASH_ALGORITHMS] = {
	[SBOM_MD5] = {"MD5", "md5", 16},
	[SBOM_SHA1] = {"SHA-1", "sha1", 20},
	[SBOM_SHA256] = {"SHA-256", "sha256", 32},
	[SBOM_SHA384] = {"SHA-384", "sha384", 48},
	[SBOM_SHA512] = {"SHA-512", "sha512", 64},
	[SBOM_BLAKE2B_256] = {"BLAKE2b-256", NULL, 32},
	[SBOM_BLAKE2B_512] = {"BLAKE2b-512", NULL, 64},
};

const char *sbom_hash_algorithm_name(enum sbom_hash_algorithm algorithm)
{
	return algorithms[algorithm].name;
}

static bool algorithm_by_spelling(struct att_str spelling, enum sbom_hash_algorithm *out)
{
	for (unsigned i = 0; i < SBOM_HASH_ALGORITHMS; i++) {
		if (algorithms[i].spelling &&
		    att_str_equal_nocase(spelling, att_str_of(algorithms[i].spelling))) {
			*out = (enum sbom_hash_algorithm)i;
			return true;
		}
	}
	return false;
}

/* Room for one more entry of a list that lives in an arena; the list may have begun as someone's static
 * array with capacity 0. */
#define PUSH(arena, list, count, capacity)                                                                     \
	push((arena), (void **)&(list), &(count), &(capacity), sizeof *(list))

static void *push(struct att_arena *arena, void **items, size_t *count, size_t *capacity, size_t size)
{
	if (*count > *capacity) {
		size_t old = *count;
		void *own = att_arena_alloc(arena, old * 2, size);
		if (!own)
			return NULL;
		memcpy(own, *items, old * size);
		*items = own;
		*capacity = old * 2;
	}
	return att_arena_push(arena, items, count, capacity, size);
}

/* `hex` is lower case, of the right length, and lives long enough. */
static int keep_hash(struct att_arena *arena, struct sbom_component *component,
		     enum sbom_hash_algorithm algorithm, struct att_str hex, struct att_err *err)
{
	for (size_t i = 0; i < component->hash_count; i++)
		if (component->hashes[i].algorithm == algorithm && att_str_equal(component->hashes[i].hex, hex))
			return ATT_OK;
	if (component->hash_count >= ATT_MAX_HASHES)
		return att_err_set(err, ATT_ERR_LIMIT,
				   "expected at most %d hashes of one component, found more", ATT_MAX_HASHES);
	struct sbom_hash *slot =
		PUSH(arena, component->hashes, component->hash_count, component->hash_capacity);
	if (!slot)
		return att_err_memory(err);
	*slot = (struct sbom_hash){algorithm, hex};
	return ATT_OK;
}

static int keep_copy(struct att_arena *arena, struct sbom_component *component, const struct sbom_hash *hash,
		     struct att_err *err)
{
	struct att_str hex = att_arena_copy(arena, hash->hex);
	return hex.data ? keep_hash(arena, component, hash->algorithm, hex, err) : att_err_memory(err);
}

int sbom_component_add_hash(struct att_arena *arena, struct sbom_component *component,
			    enum sbom_hash_algorithm algorithm, struct att_str hex, struct att_err *err)
{
	size_t digits = algorithms[algorithm].size * 2;
	bool all_hex = hex.len == digits;
	for (size_t i = 0; all_hex && i < hex.len; i++)
		all_hex = att_ascii_hex(hex.data[i]) >= 0;
	if (!all_hex)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected %zu hexadecimal digits of %s, found \"%.*s\"", digits,
				   algorithms[algorithm].name, ATT_STR_ARG(att_str_first(hex, 140)));
	char *lower = att_arena_alloc(arena, digits, 1);
	if (!lower)
		return att_err_memory(err);
	for (size_t i = 0; i < digits; i++)
		lower[i] = att_ascii_lower(hex.data[i]);
	return keep_hash(arena, component, algorithm, (struct att_str){lower, digits}, err);
}

int sbom_component_add_named_hash(struct att_arena *arena, struct sbom_component *component,
				  struct att_str text, struct att_err *err)
{
	enum sbom_hash_algorithm algorithm;
	size_t at = 0;
	while (at < text.len && text.data[at] != ':' && text.data[at] != '=')
		at++;
	if (at == text.len)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected a hash like \"sha256:...\", found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(text, 140)));
	if (!algorithm_by_spelling(att_str_first(text, at), &algorithm))
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected md5, sha1, sha256, sha384 or sha512, found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(text, at < 40 ? at : 40)));
	return sbom_component_add_hash(arena, component, algorithm, att_str_from(text, at + 1), err);
}

/* Base64 of exactly `size` bytes, at most 64, in its one padded spelling: what it decodes to has to encode to
 * the same. OpenSSL's decoder by itself is lenient, but ten times as fast as one that keeps secrets. */
static bool decode_digest(struct att_str base64, size_t size, unsigned char *digest)
{
	unsigned char decoded[66], encoded[89];
	size_t len = (size + 2) / 3 * 4;
	if (!base64.data || base64.len != len || size > 64 ||
	    EVP_DecodeBlock(decoded, (const unsigned char *)base64.data, (int)len) != (int)(len / 4 * 3))
		return false;
	memcpy(digest, decoded, size);
	int encoded_len = EVP_EncodeBlock(encoded, digest, (int)size);
	return encoded_len == (int)len && att_str_equal(base64, (struct att_str){(const char *)encoded, len});
}

static int add_one_sri(struct att_arena *arena, struct sbom_component *component, struct att_str text,
		       struct att_err *err)
{
	enum sbom_hash_algorithm algorithm;
	unsigned char digest[64];
	size_t dash = att_str_find_byte(text, '-');
	if (dash == ATT_STR_NONE)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected integrity like \"sha512-...\", found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(text, 140)));
	if (!algorithm_by_spelling(att_str_first(text, dash), &algorithm))
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected sha512, sha384, sha256 or sha1, found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(text, dash < 40 ? dash : 40)));
	struct att_str base64 = att_str_from(text, dash + 1);
	size_t options = att_str_find_byte(base64, '?');
	if (options != ATT_STR_NONE)
		base64.len = options;
	size_t len = algorithms[algorithm].size;
	if (!decode_digest(base64, len, digest))
		return att_err_set(err, ATT_ERR_MALFORMED, "expected base64 of %zu bytes of %s, found \"%.*s\"",
				   len, algorithms[algorithm].name, ATT_STR_ARG(att_str_first(base64, 140)));
	char *hex = att_arena_alloc(arena, len * 2 + 1, 1);
	if (!hex)
		return att_err_memory(err);
	sodium_bin2hex(hex, len * 2 + 1, digest, len);
	return keep_hash(arena, component, algorithm, (struct att_str){hex, len * 2}, err);
}

int sbom_component_add_sri(struct att_arena *arena, struct sbom_component *component, struct att_str text,
			   struct att_err *err)
{
	struct att_str rest = att_str_trim(text), part;
	if (rest.len == 0)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected integrity metadata, found an empty string");
	while (att_str_split(&rest, ' ', &part)) {
		int status = part.len ? add_one_sri(arena, component, part, err) : ATT_OK;
		if (status != ATT_OK)
			return status;
	}
	return ATT_OK;
}

static int keep_property(struct att_arena *arena, struct sbom_component *component, struct att_str name,
			 struct att_str value, struct att_err *err)
{
	for (size_t i = 0; i < component->property_count; i++)
		if (att_str_equal(component->properties[i].name, name) &&
		    att_str_equal(component->properties[i].value, value))
			return ATT_OK;
	if (component->property_count >= ATT_MAX_PROPERTIES)
		return att_err_set(err, ATT_ERR_LIMIT,
				   "expected at most %d properties of one component, found more",
				   ATT_MAX_PROPERTIES);
	struct att_str copy = att_arena_copy(arena, value);
	struct sbom_property *slot = copy.data ? PUSH(arena, component->properties, component->property_count,
						      component->property_capacity)
					       : NULL;
	if (!slot)
		return att_err_memory(err);
	*slot = (struct sbom_property){name, copy};
	return ATT_OK;
}

int sbom_component_add_property(struct att_arena *arena, struct sbom_component *component, const char *name,
				struct att_str value, struct att_err *err)
{
	return value.len ? keep_property(arena, component, att_str_of(name), value, err) : ATT_OK;
}

int sbom_component_add_occurrence(struct att_arena *arena, struct sbom_component *component,
				  struct att_str path, uint32_t line, struct att_err *err)
{
	/* A lock that names a package on thousands of lines (npm's nested folders) says one thing: once is
	 * enough, and looking only at the last entry keeps this constant. */
	if (component->occurrence_count > 0 &&
	    att_str_equal(component->occurrences[component->occurrence_count - 1].path, path))
		return ATT_OK;
	struct sbom_occurrence *slot = PUSH(arena, component->occurrences, component->occurrence_count,
					    component->occurrence_capacity);
	if (!slot)
		return att_err_memory(err);
	*slot = (struct sbom_occurrence){path, line};
	return ATT_OK;
}

static int fill(struct att_arena *arena, struct att_str *into, struct att_str from, struct att_err *err)
{
	if (into->len > 0 || from.len == 0)
		return ATT_OK;
	*into = att_arena_copy(arena, from);
	return into->data ? ATT_OK : att_err_memory(err);
}

/* Is there an algorithm that both have hashes of, and none in common? */
static bool hashes_differ(const struct sbom_component *a, const struct sbom_component *b)
{
	unsigned both = 0, shared = 0;
	if (a->many_archives || b->many_archives)
		return false;
	for (size_t i = 0; i < b->hash_count; i++) {
		unsigned bit = 1U << b->hashes[i].algorithm;
		for (size_t j = 0; j < a->hash_count && !(shared & bit); j++) {
			if (a->hashes[j].algorithm != b->hashes[i].algorithm)
				continue;
			both |= bit;
			if (att_str_equal(a->hashes[j].hex, b->hashes[i].hex))
				shared |= bit;
		}
	}
	return (both & ~shared) != 0;
}

int sbom_component_merge(struct att_arena *arena, struct sbom_component *into,
			 const struct sbom_component *from, bool *conflict, struct att_err *err)
{
	*conflict = hashes_differ(into, from);
	if (into->origin == SBOM_ORIGIN_UNKNOWN)
		into->origin = from->origin;
	if (into->kind == SBOM_LIBRARY)
		into->kind = from->kind;
	into->many_archives |= from->many_archives;

	int status = fill(arena, &into->purl, from->purl, err);
	if (status == ATT_OK && into->name.len == 0) {
		status = fill(arena, &into->group, from->group, err);
		if (status == ATT_OK)
			status = fill(arena, &into->name, from->name, err);
	}
	if (status == ATT_OK)
		status = fill(arena, &into->version, from->version, err);
	if (status == ATT_OK)
		status = fill(arena, &into->license, from->license, err);
	if (status == ATT_OK)
		status = fill(arena, &into->origin_url, from->origin_url, err);
	if (status == ATT_OK)
		status = fill(arena, &into->vcs_revision, from->vcs_revision, err);
	for (size_t i = 0; status == ATT_OK && i < from->hash_count; i++)
		status = keep_copy(arena, into, &from->hashes[i], err);
	for (size_t i = 0; status == ATT_OK && i < from->property_count; i++)
		status = keep_property(arena, into, from->properties[i].name, from->properties[i].value, err);
	for (size_t i = 0; status == ATT_OK && i < from->occurrence_count; i++) {
		struct att_str path = att_arena_copy(arena, from->occurrences[i].path);
		status = path.data ? sbom_component_add_occurrence(arena, into, path, from->occurrences[i].line,
								   err)
				   : att_err_memory(err);
	}
	return status;
}
