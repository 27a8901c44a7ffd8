// SPDX-License-Identifier: Apache-2.0
/* composer.lock. `packages` and `packages-dev` hold what was resolved with all its metadata; what the project
 * itself asked for stands only in the composer.json beside it. A requirement may be met by a package that
 * provides or replaces the name. */
#include "libattest/format/json.h"
#include "sbom/cataloger.h"
#include "sbom/names.h"
#include "sbom/origin.h"

#include "libattest/base/banned.h"

struct package {
	const struct att_value *object;
	struct att_str name; /* as written */
	uint32_t index;      /* in the catalog */
	bool dev, needed;
};

struct composer {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct package *packages;
	size_t package_count;
	struct att_map by_name;      /* lower case -> package */
	struct sbom_names providers; /* lower case -> packages that provide or replace it */
	struct att_map aliases;      /* lower case -> entry of "aliases" */
	const struct att_value *alias_list;
	struct att_map root_names; /* what the project is, provides or replaces */
	struct att_value manifest; /* composer.json; ATT_NULL when there is none */
};

static struct att_str lower(struct composer *c, struct att_str name)
{
	char *copy = att_arena_alloc(&c->catalog->arena, name.len + 1, 1);
	for (size_t i = 0; copy && i < name.len; i++)
		copy[i] = att_ascii_lower(name.data[i]);
	return (struct att_str){copy, copy ? name.len : 0};
}

/* "php", "ext-json", "composer-plugin-api", ...: the machine's, not a package's. */
static bool is_platform(struct att_str name)
{
	return att_str_find_byte(name, '/') == ATT_STR_NONE;
}

static int want_string(struct composer *c, const struct att_value *object, const char *key, bool required,
		       struct att_str *out)
{
	const struct att_value *value = att_value_get(object, key);
	*out = (struct att_str){NULL, 0};
	/* Composer writes null for a checksum or reference that its repository did not give. */
	if (!required && value && value->kind == ATT_NULL)
		return ATT_OK;
	int status = att_value_want(&c->input->source, object, key, ATT_STRING, required, &value, c->err);
	*out = att_value_text(value);
	if (status == ATT_OK && required && out->len == 0)
		return att_source_err(&c->input->source, c->err, ATT_ERR_MALFORMED, value->span,
				      "expected text for \"%s\", found an empty string", key);
	return status;
}

/* A member that PHP writes as [] while it is empty. */
static int want_map(struct composer *c, const struct att_value *object, const char *key,
		    const struct att_value **out)
{
	const struct att_value *value = att_value_get(object, key);
	*out = NULL;
	if (!value || (value->kind == ATT_ARRAY && value->count == 0))
		return ATT_OK;
	return att_value_want(&c->input->source, object, key, ATT_OBJECT, true, out, c->err);
}

/* --- where a package comes from ------------------------------------------------------------------------ */

static void describe_registry(struct att_str notify, struct sbom_component *component, struct att_purl *purl)
{
	static const char *const packagist[] = {"https://packagist.org/", "http://packagist.org/",
						"https://repo.packagist.org/"};
	struct att_str downloads = ATT_STR("downloads/");
	component->origin = SBOM_ORIGIN_REGISTRY;
	for (size_t i = 0; i < sizeof packagist / sizeof packagist[0]; i++)
		if (att_str_starts(notify, att_str_of(packagist[i])))
			return;
	/* The address to which installs are reported is the only trace of the registry. */
	if (att_str_ends(notify, ATT_STR("downloads")))
		downloads.len--;
	if (att_str_ends(notify, downloads))
		notify.len -= downloads.len;
	att_purl_qualify(purl, "repository_url", notify);
}

/* Neither registry nor git: an archive somewhere, or another version control system. */
static int describe_other(struct composer *c, const struct att_value *source, struct sbom_component *component,
			  struct att_purl *purl)
{
	struct att_str type = att_value_text(att_value_get(source, "type"));
	struct att_str url = att_value_text(att_value_get(source, "url"));
	if (url.len > 0) {
		struct att_str vcs = ATT_ARENA_JOIN(&c->catalog->arena, type, ATT_STR("+"), url,
						    component->vcs_revision.len ? ATT_STR("@") : ATT_STR(""),
						    component->vcs_revision);
		if (!vcs.data)
			return att_err_memory(c->err);
		component->origin = SBOM_ORIGIN_URL;
		component->origin_url = url;
		att_purl_qualify(purl, "vcs_url", vcs);
	} else if (component->origin_url.len > 0) {
		component->origin = SBOM_ORIGIN_URL;
		if (att_str_find(component->origin_url, ATT_STR("://")) != ATT_STR_NONE)
			att_purl_qualify(purl, "download_url", component->origin_url);
	}
	return ATT_OK;
}

static int add_shasum(struct composer *c, const struct att_value *dist, struct sbom_component *component)
{
	struct att_str shasum;
	int status = want_string(c, dist, "shasum", false, &shasum);
	/* Archives that a forge makes on demand have none. */
	if (status != ATT_OK || shasum.len == 0)
		return status;
	status = sbom_component_add_hash(&c->catalog->arena, component, SBOM_SHA1, shasum, c->err);
	if (status == ATT_ERR_MALFORMED)
		c->err->place = att_source_place(&c->input->source, att_value_get(dist, "shasum")->span);
	return status;
}

/* A registry names the repository that a release was made from. */
static int add_vcs(struct composer *c, const struct att_value *source, struct sbom_component *component)
{
	struct att_arena *arena = &c->catalog->arena;
	struct att_str url = att_value_text(att_value_get(source, "url"));
	struct att_str reference = att_value_text(att_value_get(source, "reference"));
	struct att_str vcs = ATT_ARENA_JOIN(arena, att_value_text(att_value_get(source, "type")), ATT_STR("+"),
					    url, reference.len ? ATT_STR("@") : ATT_STR(""), reference);
	if (!vcs.data)
		return att_err_memory(c->err);
	if (url.len == 0)
		return ATT_OK;
	return sbom_component_add_property(arena, component, "attest:vcs", vcs, c->err);
}

static int describe(struct composer *c, const struct package *p, struct sbom_component *component,
		    struct att_purl *purl)
{
	const struct att_value *source, *dist;
	struct att_str source_url, source_type, dist_type = {NULL, 0}, notify;
	struct att_str none = {NULL, 0};
	int status = want_map(c, p->object, "source", &source);
	if (status == ATT_OK)
		status = want_map(c, p->object, "dist", &dist);
	if (status == ATT_OK)
		status = want_string(c, p->object, "notification-url", false, &notify);
	if (status == ATT_OK && dist) {
		status = want_string(c, dist, "type", true, &dist_type);
		if (status == ATT_OK)
			status = want_string(c, dist, "url", true, &component->origin_url);
		if (status == ATT_OK)
			status = add_shasum(c, dist, component);
	}
	if (status != ATT_OK)
		return status;
	if (att_str_is(dist_type, "path")) {
		struct att_str path = component->origin_url;
		component->origin_url = none;
		return sbom_describe_local(c->catalog, component, path, c->err);
	}
	source_url = att_value_text(att_value_get(source, "url"));
	source_type = att_value_text(att_value_get(source, "type"));
	if (notify.len > 0) {
		describe_registry(notify, component, purl);
		return add_vcs(c, source, component);
	}
	component->vcs_revision = att_value_text(att_value_get(source, "reference"));
	if (att_str_is(source_type, "git") && source_url.len > 0)
		return sbom_describe_git(c->catalog, component, purl, source_url, component->vcs_revision, none,
					 c->err);
	return describe_other(c, source, component, purl);
}

/* --- packages ------------------------------------------------------------------------------------------ */

/* Composer's list of licenses is a choice. */
static int join_licenses(struct composer *c, const struct att_value *object, struct att_str *out)
{
	struct att_arena *arena = &c->catalog->arena;
	const struct att_value *value = att_value_get(object, "license");
	struct att_buf text;
	*out = att_value_text(value);
	if (!value || value->kind != ATT_ARRAY)
		return ATT_OK;
	att_buf_init(&text, ATT_MAX_LICENSE_EXPRESSION);
	for (uint32_t i = 0; i < value->count; i++) {
		struct att_str one = att_value_text(&value->items[i]);
		bool wrap =
			value->count > 1 && att_str_find_byte(one, ' ') != ATT_STR_NONE && one.data[0] != '(';
		att_buf_add(&text, i > 0 ? ATT_STR(" OR ") : ATT_STR(""));
		att_buf_add(&text, wrap ? ATT_STR("(") : ATT_STR(""));
		att_buf_add(&text, one);
		att_buf_add(&text, wrap ? ATT_STR(")") : ATT_STR(""));
	}
	bool fits = att_buf_ok(&text);
	*out = att_arena_copy(arena, att_buf_str(&text));
	att_buf_clear(&text);
	if (!fits)
		return att_source_err(&c->input->source, c->err, ATT_ERR_LIMIT, value->span,
				      "expected a shorter list of licenses");
	return out->data ? ATT_OK : att_err_memory(c->err);
}

static int add_deprecated(struct composer *c, const struct package *p, struct sbom_component *component)
{
	const struct att_value *abandoned = att_value_get(p->object, "abandoned");
	struct att_str text = att_value_text(abandoned);
	struct att_arena *arena = &c->catalog->arena;
	if (text.len > 0)
		text = ATT_ARENA_JOIN(arena, ATT_STR("abandoned, use "), text);
	else if (att_value_is_true(abandoned))
		text = ATT_STR("abandoned");
	if (abandoned && abandoned->kind == ATT_STRING && !text.data)
		return att_err_memory(c->err);
	return sbom_component_add_property(arena, component, "attest:deprecated", text, c->err);
}

static void set_name(struct sbom_component *component, struct att_purl *purl, struct att_str name,
		     struct att_str version)
{
	size_t slash = att_str_find_byte(name, '/');
	component->group = att_str_first(name, slash);
	component->name = att_str_from(name, slash + 1);
	component->version = version;
	*purl = (struct att_purl){.type = ATT_STR("composer"),
				  .namespace = component->group,
				  .name = component->name,
				  .version = version};
}

/* "dev-main as 2.0.x-dev": the version that others take it for. */
static int add_alias(struct composer *c, const struct package *p, struct sbom_component *component)
{
	uint32_t i;
	struct att_str key = lower(c, p->name);
	if (!key.data)
		return att_err_memory(c->err);
	if (!att_map_find(&c->aliases, key, &i))
		return ATT_OK;
	return sbom_component_add_property(&c->catalog->arena, component, "attest:composer:alias",
					   att_value_text(att_value_get(&c->alias_list->items[i], "alias")),
					   c->err);
}

static int read_aliases(struct composer *c, const struct att_value *lock)
{
	int status =
		att_value_want(&c->input->source, lock, "aliases", ATT_ARRAY, false, &c->alias_list, c->err);
	for (uint32_t i = 0; status == ATT_OK && c->alias_list && i < c->alias_list->count; i++) {
		struct att_str name, alias;
		status = want_string(c, &c->alias_list->items[i], "package", true, &name);
		if (status == ATT_OK)
			status = want_string(c, &c->alias_list->items[i], "alias", true, &alias);
		if (status != ATT_OK)
			return status;
		name = lower(c, name);
		if (!name.data || att_map_set(&c->aliases, name, i) != ATT_OK)
			return att_err_memory(c->err);
	}
	return status;
}

static int add_package(struct composer *c, struct package *p)
{
	struct sbom_component component = {0};
	struct att_purl purl;
	struct att_str version, type;
	const struct att_source *source = &c->input->source;
	int status = want_string(c, p->object, "version", true, &version);
	if (status == ATT_OK)
		status = want_string(c, p->object, "type", false, &type);
	if (status != ATT_OK)
		return status;
	set_name(&component, &purl, p->name, version);
	if (type.len > 0 && !att_str_is(type, "library"))
		status = sbom_component_add_property(&c->catalog->arena, &component, "attest:composer:type",
						     type, c->err);
	if (status == ATT_OK)
		status = describe(c, p, &component, &purl);
	if (status == ATT_OK)
		status = join_licenses(c, p->object, &component.license);
	if (status == ATT_OK)
		status = add_alias(c, p, &component);
	if (status == ATT_OK)
		status = add_deprecated(c, p, &component);
	if (status == ATT_OK)
		status = sbom_catalog_set_purl(c->catalog, &component, &purl, c->err);
	if (status == ATT_OK)
		status = sbom_catalog_add(c->catalog, &component,
					  att_source_line(source, p->object->span.begin), &p->index, c->err);
	if (status == ATT_ERR_MALFORMED && c->err->place.line == 0)
		c->err->place = att_source_place(source, p->object->span);
	return status;
}

static int read_package(struct composer *c, const struct att_value *object, bool dev, uint32_t number)
{
	struct package *p = &c->packages[number];
	bool found;
	uint32_t stored;
	*p = (struct package){.object = object, .dev = dev};
	int status = want_string(c, object, "name", true, &p->name);
	if (status != ATT_OK)
		return status;
	const struct att_value *name = att_value_get(object, "name");
	size_t slash = att_str_find_byte(p->name, '/');
	if (slash == ATT_STR_NONE || slash == 0 || slash + 1 == p->name.len)
		return att_source_err(&c->input->source, c->err, ATT_ERR_MALFORMED, name->span,
				      "expected a name like \"vendor/package\", found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(p->name, 200)));
	struct att_str key = lower(c, p->name);
	if (!key.data || att_map_put(&c->by_name, key, number, &found, &stored) != ATT_OK)
		return att_err_memory(c->err);
	return found ? att_source_err(&c->input->source, c->err, ATT_ERR_MALFORMED, name->span,
				      "expected every package once, found %.*s twice",
				      ATT_STR_ARG(att_str_first(p->name, 200)))
		     : ATT_OK;
}

static int add_provided(struct composer *c, uint32_t number, const char *key)
{
	const struct att_value *map;
	int status = want_map(c, c->packages[number].object, key, &map);
	for (uint32_t i = 0; status == ATT_OK && map && i < map->count; i++) {
		struct att_str name = lower(c, map->members[i].key);
		status = name.data ? sbom_names_add(&c->providers, &c->catalog->arena, name, number, c->err)
				   : att_err_memory(c->err);
		if (status == ATT_ERR_LIMIT)
			c->err->place = att_source_place(&c->input->source, map->members[i].key_span);
	}
	return status;
}

/* --- edges --------------------------------------------------------------------------------------------- */

static int connect(struct composer *c, uint32_t from, uint32_t number, uint32_t scope)
{
	struct package *to = &c->packages[number];
	to->needed |= to->index != from;
	return sbom_catalog_depend(c->catalog, from, to->index, scope, c->err);
}

/* *met: some package answers to the name. */
static int add_edge(struct composer *c, uint32_t from, struct att_str name, uint32_t scope, bool *met)
{
	uint32_t number;
	struct att_str key = lower(c, name);
	int status = key.data ? ATT_OK : att_err_memory(c->err);
	*met = true;
	if (status != ATT_OK || is_platform(name))
		return status;
	if (att_map_find(&c->by_name, key, &number))
		return connect(c, from, number, scope);
	uint32_t first = sbom_names_first(&c->providers, key);
	for (uint32_t i = first; status == ATT_OK && i != SBOM_NAMES_END; i = c->providers.entries[i].next)
		status = connect(c, from, c->providers.entries[i].value, scope);
	*met = first != SBOM_NAMES_END || att_map_find(&c->root_names, key, &number);
	return status;
}

static int add_requirements(struct composer *c, const struct package *p)
{
	const struct att_value *map;
	bool met;
	int status = want_map(c, p->object, "require", &map);
	for (uint32_t i = 0; status == ATT_OK && map && i < map->count; i++) {
		status = add_edge(c, p->index, map->members[i].key, SBOM_RUNTIME, &met);
		/* Without composer.json the project itself may provide it. */
		if (status == ATT_OK && !met && c->manifest.kind == ATT_OBJECT)
			status = att_source_err(&c->input->source, c->err, ATT_ERR_MALFORMED,
						map->members[i].key_span,
						"expected a package of this lock, found \"%.*s\"",
						ATT_STR_ARG(att_str_first(map->members[i].key, 200)));
	}
	return status;
}

/* --- the project --------------------------------------------------------------------------------------- */

static int add_root_names(struct composer *c, const struct att_value *map)
{
	for (uint32_t i = 0; map && map->kind == ATT_OBJECT && i < map->count; i++) {
		struct att_str name = lower(c, map->members[i].key);
		if (!name.data || att_map_set(&c->root_names, name, 0) != ATT_OK)
			return att_err_memory(c->err);
	}
	return ATT_OK;
}

static int name_project(struct composer *c)
{
	struct sbom_component facts = {0};
	struct att_purl purl;
	struct att_str name = att_value_text(att_value_get(&c->manifest, "name"));
	struct att_err ignored;
	size_t slash = att_str_find_byte(name, '/');
	if (slash == ATT_STR_NONE || slash == 0 || slash + 1 == name.len)
		return ATT_OK;
	set_name(&facts, &purl, name, att_value_text(att_value_get(&c->manifest, "version")));
	int status = join_licenses(c, &c->manifest, &facts.license);
	if (status == ATT_ERR_LIMIT)
		status = ATT_OK;
	/* The manifest is no input: what is odd about it only costs the project its purl. */
	if (status == ATT_OK && sbom_catalog_set_purl(c->catalog, &facts, &purl, &ignored) == ATT_ERR_MEMORY)
		return att_err_memory(c->err);
	struct att_str key = lower(c, name);
	if (status == ATT_OK && (!key.data || att_map_set(&c->root_names, key, 0) != ATT_OK))
		return att_err_memory(c->err);
	return status == ATT_OK ? sbom_catalog_name_project(c->catalog, &facts, c->err) : status;
}

static int load_manifest(struct composer *c)
{
	struct att_source source;
	struct att_err ignored;
	if (sbom_input_sibling(c->input, c->catalog, ATT_STR("composer.json"), &source, &ignored) != ATT_OK ||
	    att_json_parse(&source, &c->catalog->arena, &c->manifest, &ignored) != ATT_OK ||
	    c->manifest.kind != ATT_OBJECT) {
		c->manifest = (struct att_value){.kind = ATT_NULL};
		return ATT_OK;
	}
	int status = name_project(c);
	if (status == ATT_OK)
		status = add_root_names(c, att_value_get(&c->manifest, "provide"));
	if (status == ATT_OK)
		status = add_root_names(c, att_value_get(&c->manifest, "replace"));
	return status;
}

/* A requirement that the lock does not meet means that the two differ, which takes nothing from the lock. */
static int add_direct(struct composer *c, const char *key, uint32_t scope)
{
	const struct att_value *map = att_value_get(&c->manifest, key);
	bool met;
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && map && map->kind == ATT_OBJECT && i < map->count; i++)
		status = add_edge(c, 0, map->members[i].key, scope, &met);
	return status;
}

/* --- the whole ------------------------------------------------------------------------------------------ */

static int read_packages(struct composer *c, const struct att_value *lock)
{
	const struct att_value *packages, *dev = att_value_get(lock, "packages-dev");
	int status = att_value_want(&c->input->source, lock, "packages", ATT_ARRAY, true, &packages, c->err);
	/* null: locked without them. */
	if (status == ATT_OK && dev && dev->kind == ATT_NULL)
		dev = NULL;
	else if (status == ATT_OK)
		status =
			att_value_want(&c->input->source, lock, "packages-dev", ATT_ARRAY, false, &dev, c->err);
	if (status != ATT_OK)
		return status;
	c->package_count = (size_t)packages->count + (dev ? dev->count : 0);
	c->packages = att_arena_alloc(&c->catalog->arena, c->package_count, sizeof *c->packages);
	if (!c->packages)
		return att_err_memory(c->err);
	for (uint32_t i = 0; status == ATT_OK && i < packages->count; i++)
		status = read_package(c, &packages->items[i], false, i);
	for (uint32_t i = 0; status == ATT_OK && dev && i < dev->count; i++)
		status = read_package(c, &dev->items[i], true, packages->count + i);
	for (uint32_t i = 0; status == ATT_OK && i < c->package_count; i++)
		status = add_package(c, &c->packages[i]);
	for (uint32_t i = 0; status == ATT_OK && i < c->package_count; i++) {
		status = add_provided(c, i, "provide");
		if (status == ATT_OK)
			status = add_provided(c, i, "replace");
	}
	return status;
}

static int parse_lock(struct composer *c)
{
	struct att_value lock;
	int status = att_json_parse(&c->input->source, &c->catalog->arena, &lock, c->err);
	if (status == ATT_OK)
		status = load_manifest(c);
	if (status == ATT_OK)
		status = read_aliases(c, &lock);
	if (status == ATT_OK)
		status = read_packages(c, &lock);
	for (size_t i = 0; status == ATT_OK && i < c->package_count; i++)
		status = add_requirements(c, &c->packages[i]);
	if (status == ATT_OK)
		status = add_direct(c, "require", SBOM_RUNTIME);
	if (status == ATT_OK)
		status = add_direct(c, "require-dev", SBOM_DEV);
	/* What nothing asks for, the project did; the list says what for. */
	for (size_t i = 0; status == ATT_OK && i < c->package_count; i++)
		if (!c->packages[i].needed)
			status = sbom_catalog_depend(c->catalog, 0, c->packages[i].index,
						     c->packages[i].dev ? SBOM_DEV : SBOM_RUNTIME, c->err);
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct composer c = {.input = input, .catalog = catalog, .err = err};
	int status = parse_lock(&c);
	att_map_clear(&c.by_name);
	att_map_clear(&c.aliases);
	att_map_clear(&c.root_names);
	sbom_names_clear(&c.providers);
	return status;
}

static bool recognize(struct att_str text)
{
	struct att_str start = att_str_first(text, 4096);
	return att_str_find(start, ATT_STR("\"content-hash\": ")) != ATT_STR_NONE &&
	       att_str_find(start, ATT_STR("getcomposer.org")) != ATT_STR_NONE;
}

const struct sbom_cataloger sbom_cataloger_composer = {
	.name = "composer",
	.patterns = (const char *const[]){"composer.lock", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"composer.json", NULL},
};
