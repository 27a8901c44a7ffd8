// SPDX-License-Identifier: Apache-2.0
/* What all parts of the deno.lock cataloger need: names, purls, and finding what a specifier means.
 *
 * No purl type is registered for JSR. Its packages are named by the identity that JSR itself gives them for
 * clients of npm, which pnpm, yarn and npm write into their locks too: @scope/name is @jsr/scope__name of the
 * registry npm.jsr.io. The integrity in the lock is that of the package's manifest, not of an archive, so
 * it becomes a property. A module is a file: pkg:generic with its address and its hash. */
#include "sbom/cataloger_deno.h"

#include "sbom/npm.h"

#include "libattest/base/banned.h"

#define JSR_REGISTRY "https://npm.jsr.io"

int sbom_deno_malformed(struct deno *d, struct att_span span, const char *expected, struct att_str found)
{
	att_source_err(&d->input->source, d->err, ATT_ERR_MALFORMED, span, "expected %s, found \"%.*s\"",
		       expected, ATT_STR_ARG(att_str_first(found, 200)));
	att_err_help(d->err, "let `deno install` write the file again");
	return ATT_ERR_MALFORMED;
}

int sbom_deno_at(struct deno *d, struct att_span span, int status)
{
	if (status != ATT_OK && d->err->place.line == 0)
		d->err->place = att_source_place(&d->input->source, span);
	return status;
}

uint32_t sbom_deno_line(const struct deno *d, const struct att_member *entry)
{
	return att_source_line(&d->input->source, entry->key_span.begin);
}

int sbom_deno_set(struct deno *d, struct att_map *map, struct att_str key, uint32_t value)
{
	return key.data && att_map_set(map, key, value) == ATT_OK ? ATT_OK : att_err_memory(d->err);
}

bool sbom_deno_split_specifier(struct att_str text, struct att_str *name, struct att_str *rest)
{
	struct att_str bare = att_str_from(text, 4);
	if (!att_str_starts(text, ATT_STR("npm:")) && !att_str_starts(text, ATT_STR("jsr:")))
		return false;
	*name = text;
	*rest = (struct att_str){NULL, 0};
	if (sbom_npm_split_spec(bare, &bare, rest))
		*name = att_str_first(text, 4 + bare.len);
	return name->len > 4;
}

static int set_jsr_purl(struct deno *d, struct sbom_component *component)
{
	struct att_str scope = att_str_from(component->group, 1);
	struct att_str name = ATT_ARENA_JOIN(&d->catalog->arena, scope, ATT_STR("__"), component->name);
	struct att_purl purl = {
		.type = ATT_STR("npm"),
		.namespace = ATT_STR("@jsr"),
		.name = name,
		.version = component->version,
	};
	att_purl_qualify(&purl, "repository_url", ATT_STR(JSR_REGISTRY));
	return name.data ? sbom_catalog_set_purl(d->catalog, component, &purl, d->err) : att_err_memory(d->err);
}

int sbom_deno_set_purl(struct deno *d, struct sbom_component *component, bool npm, struct att_str registry)
{
	return npm ? sbom_npm_set_purl(d->catalog, component, registry, d->err) : set_jsr_purl(d, component);
}

bool sbom_deno_split_name(struct att_str full, bool npm, struct sbom_component *component)
{
	return sbom_npm_split_name(full, &component->group, &component->name) &&
	       (npm || component->group.len > 1);
}

/* A requirement that the lock does not resolve: the file is not the whole closure. */
static int add_unresolved(struct deno *d, const struct att_value *item, struct att_str name,
			  struct att_str range, uint32_t *index)
{
	struct sbom_component component = {.origin = SBOM_ORIGIN_REGISTRY};
	bool npm = att_str_starts(name, ATT_STR("npm:"));
	if (!sbom_deno_split_name(att_str_from(name, 4), npm, &component))
		return sbom_deno_malformed(d, item->span, "a package like \"jsr:@scope/name@1\"", item->string);
	d->catalog->complete = false;
	int status = sbom_component_add_property(&d->catalog->arena, &component, "attest:requirement",
						 range.len ? range : ATT_STR("*"), d->err);
	if (status == ATT_OK)
		status = sbom_deno_set_purl(d, &component, npm, (struct att_str){NULL, 0});
	if (status == ATT_OK)
		status = sbom_catalog_add(d->catalog, &component,
					  att_source_line(&d->input->source, item->span.begin), index, d->err);
	return sbom_deno_at(d, item->span, status);
}

int sbom_deno_require(struct deno *d, uint32_t from, const struct att_value *item, uint32_t scope)
{
	struct att_str name, rest;
	uint32_t to;
	if (item->kind != ATT_STRING || !sbom_deno_split_specifier(item->string, &name, &rest))
		return sbom_deno_malformed(d, item->span,
					   "a specifier like \"npm:name@1\" or \"jsr:@scope/name@1\"",
					   att_value_text(item));
	int status = sbom_deno_set(d, &d->required, item->string, 0);
	bool found = att_map_find(&d->by_specifier, item->string, &to) && to != DENO_NONE;
	/* Members of the workspace are not locked: the name alone says that it is one. */
	if (status == ATT_OK && !found && !att_map_find(&d->local, name, &to))
		status = add_unresolved(d, item, name, rest, &to);
	return status ? status : sbom_catalog_depend(d->catalog, from, to, scope, d->err);
}
