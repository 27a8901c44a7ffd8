// SPDX-License-Identifier: Apache-2.0
/* Modules that are fetched one by one from plain addresses, and redirects to them. The lock does not say
 * which of them needs which. */
#include "sbom/cataloger_deno.h"

#include "libattest/base/banned.h"

/* "https://host/folder/mod.ts?query" into "host/folder" and "mod.ts". */
static bool split_address(struct att_str url, struct att_str *group, struct att_str *name)
{
	size_t scheme = att_str_find(url, ATT_STR("://"));
	if (scheme == ATT_STR_NONE)
		return false;
	struct att_str path = att_str_from(url, scheme + 3);
	for (size_t i = 0; i < path.len; i++)
		if (path.data[i] == '?' || path.data[i] == '#')
			path.len = i;
	while (att_str_ends(path, ATT_STR("/")))
		path.len--;
	size_t slash = att_str_find_last_byte(path, '/');
	*group = att_str_first(path, slash == ATT_STR_NONE ? 0 : slash);
	*name = slash == ATT_STR_NONE ? path : att_str_from(path, slash + 1);
	return name->len > 0;
}

static int add_remote(struct deno *d, const struct att_member *entry, struct att_map *by_address)
{
	struct sbom_component component = {
		.kind = SBOM_FILE,
		.origin = SBOM_ORIGIN_URL,
		.origin_url = entry->key,
	};
	uint32_t index;
	if (!split_address(entry->key, &component.group, &component.name))
		return sbom_deno_malformed(d, entry->key_span, "the address of a module", entry->key);
	int status = sbom_component_add_hash(&d->catalog->arena, &component, SBOM_SHA256,
					     att_value_text(&entry->value), d->err);
	if (status != ATT_OK)
		return sbom_deno_at(d, entry->value.span, status);
	struct att_str checksum =
		ATT_ARENA_JOIN(&d->catalog->arena, ATT_STR("sha256:"), component.hashes[0].hex);
	if (!checksum.data)
		return att_err_memory(d->err);
	struct att_purl purl = {
		.type = ATT_STR("generic"), .namespace = component.group, .name = component.name};
	att_purl_qualify(&purl, "download_url", entry->key);
	att_purl_qualify(&purl, "checksum", checksum);
	status = sbom_catalog_set_purl(d->catalog, &component, &purl, d->err);
	if (status == ATT_OK)
		status = sbom_catalog_add(d->catalog, &component, sbom_deno_line(d, entry), &index, d->err);
	if (status == ATT_OK)
		status = sbom_deno_set(d, by_address, entry->key, index);
	return sbom_deno_at(d, entry->key_span, status);
}

/* Redirects are other addresses of a module. One may lead to the next, Deno follows ten. */
static int add_redirect(struct deno *d, const struct att_member *entry, const struct att_map *by_address)
{
	struct att_str target = att_value_text(&entry->value);
	uint32_t index;
	if (target.len == 0)
		return sbom_deno_malformed(d, entry->value.span, "the address that this redirects to", target);
	for (int hops = 0; hops < 10; hops++) {
		if (att_map_find(by_address, target, &index))
			return sbom_component_add_property(&d->catalog->arena, &d->catalog->components[index],
							   "attest:alias", entry->key, d->err);
		const struct att_value *next = att_value_get_str(d->redirects, target);
		if (!next)
			break;
		target = att_value_text(next);
	}
	/* A module that was looked at but never loaded is not locked. */
	return ATT_OK;
}

int sbom_deno_read_remote(struct deno *d)
{
	struct att_map by_address;
	att_map_init(&by_address);
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && d->remote && i < d->remote->count; i++)
		status = add_remote(d, &d->remote->members[i], &by_address);
	for (uint32_t i = 0; status == ATT_OK && d->redirects && i < d->redirects->count; i++)
		status = add_redirect(d, &d->redirects->members[i], &by_address);
	att_map_clear(&by_address);
	return status;
}
