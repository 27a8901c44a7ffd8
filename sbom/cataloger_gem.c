// SPDX-License-Identifier: Apache-2.0
/* Gemfile.lock and gems.locked. A section names a source, its gems stand indented by four and what these need
 * by six spaces. One version may be locked for several platforms, each an archive and a component of its own.
 * Why a gem is there is not in the lock: the Gemfile beside it may tell. */
#include "sbom/cataloger_gem.h"
#include "sbom/names.h"
#include "sbom/origin.h"

#include "libattest/base/banned.h"

enum section { NONE, UNKNOWN, GIT, PATH, GEM, PLUGIN, PLATFORMS, DEPENDENCIES, CHECKSUMS, RUBY, BUNDLED };

/* A GIT, PATH, GEM or PLUGIN SOURCE section. */
struct source {
	enum section kind;
	struct att_str remote, revision;
	size_t remotes; /* a GEM section of old may name several: which one has a gem is not known */
	bool has_specs;
	size_t spec_count;
};

struct spec {
	struct att_str name, full, version, platform; /* full: "1.0-java" */
	uint32_t source;
	uint32_t index; /* in the catalog */
	struct att_str checksums;
	uint32_t last_from; /* 1 + the last spec that needed it, DIRECT for the project: repeats add no edges */
};

/* Indented line below a spec, or a line of DEPENDENCIES. */
struct need {
	uint32_t spec; /* DIRECT: the project */
	struct att_str name, requirement;
};

enum { DIRECT = UINT32_MAX, NO_SPEC = UINT32_MAX };

struct gem {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	enum section section;
	struct source *sources;
	size_t source_count, source_capacity;
	struct spec *specs;
	size_t spec_count, spec_capacity;
	struct need *needs;
	size_t need_count, need_capacity;
	struct att_map by_full;    /* "name (1.0-java)" -> spec */
	struct sbom_names by_name; /* name -> specs */
	struct att_str bundler_version, bundler_checksums;
	uint32_t bundler; /* component, or NO_SPEC while none is needed */
	struct sbom_gemfile gemfile;
};

static struct att_span span_of(const struct gem *g, struct att_str part)
{
	uint32_t begin = part.data ? (uint32_t)(part.data - g->input->source.text.data) : 0;
	return (struct att_span){begin, begin + (uint32_t)part.len};
}

static int malformed(const struct gem *g, struct att_str part, const char *expected)
{
	return att_source_err(&g->input->source, g->err, ATT_ERR_MALFORMED, span_of(g, part),
			      "expected %s, found \"%.*s\"", expected, ATT_STR_ARG(att_str_first(part, 200)));
}

/* --- lines -------------------------------------------------------------------------------------------- */

static bool is_name(struct att_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!att_ascii_is_alnum(s.data[i]) && !memchr("._-", s.data[i], 3))
			return false;
	return s.len > 0;
}

/* "name", "name (inside)": cuts into name, what the parentheses hold, and what comes after. */
static int cut(const struct gem *g, struct att_str text, struct att_str *name, struct att_str *inside,
	       struct att_str *rest)
{
	size_t space = att_str_find_byte(text, ' ');
	*name = att_str_first(text, space);
	*inside = *rest = (struct att_str){NULL, 0};
	if (space == ATT_STR_NONE) {
		if (text.len > 0 && text.data[text.len - 1] == '!') {
			name->len--;
			*rest = att_str_from(text, name->len);
		}
	} else {
		struct att_str after = att_str_from(text, space + 1);
		size_t close = att_str_find_byte(after, ')');
		if (after.len < 3 || after.data[0] != '(' || close == ATT_STR_NONE || close < 2)
			return malformed(g, after, "\"(VERSION)\" after the name of a gem");
		*inside = att_str_first(att_str_from(after, 1), close - 1);
		*rest = att_str_from(after, close + 1);
	}
	if (!is_name(*name))
		return malformed(g, *name, "the name of a gem");
	return ATT_OK;
}

static int read_header(struct gem *g, struct att_str line)
{
	static const struct {
		const char *name;
		enum section section;
	} sections[] = {
		{"GIT", GIT},
		{"PATH", PATH},
		{"GEM", GEM},
		{"PLUGIN SOURCE", PLUGIN},
		{"PLATFORMS", PLATFORMS},
		{"DEPENDENCIES", DEPENDENCIES},
		{"CHECKSUMS", CHECKSUMS},
		{"RUBY VERSION", RUBY},
		{"BUNDLED WITH", BUNDLED},
	};
	for (size_t i = 0; i < line.len; i++) {
		if ((line.data[i] < 'A' || line.data[i] > 'Z') && line.data[i] != ' ') {
			malformed(g, line, "a section like \"GEM\"");
			if (memchr("<=>|", line.data[i], 4))
				att_err_help(g->err, "the file holds a merge conflict: resolve it first");
			return ATT_ERR_MALFORMED;
		}
	}
	/* Bundler passes over sections that it does not know, too. */
	g->section = UNKNOWN;
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
		if (att_str_is(line, sections[i].name))
			g->section = sections[i].section;
	if (g->section < GIT || g->section > PLUGIN)
		return ATT_OK;
	void *items = g->sources;
	struct source *slot =
		att_arena_push(&g->catalog->arena, &items, &g->source_count, &g->source_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(g->err);
	g->sources = items;
	slot->kind = g->section;
	return ATT_OK;
}

/* "remote: https://rubygems.org/" */
static int read_option(struct gem *g, struct att_str text)
{
	struct source *source = &g->sources[g->source_count - 1];
	size_t colon = att_str_find_byte(text, ':');
	struct att_str key = att_str_first(text, colon), value = att_str_trim(att_str_from(text, colon + 1));
	if (source->has_specs)
		return malformed(g, text, "a gem, indented by four spaces");
	if (att_str_is(text, "specs:"))
		source->has_specs = true;
	else if (colon == ATT_STR_NONE || key.len == 0)
		return malformed(g, text, "\"OPTION: VALUE\" or \"specs:\"");
	else if (att_str_is(key, "remote")) {
		source->remote = value;
		source->remotes++;
	} else if (att_str_is(key, "revision"))
		source->revision = value;
	return ATT_OK;
}

static int read_spec(struct gem *g, struct att_str text)
{
	struct spec spec = {.index = NO_SPEC, .source = (uint32_t)(g->source_count - 1)};
	struct att_str rest;
	bool found;
	uint32_t stored;
	int status = cut(g, text, &spec.name, &spec.full, &rest);
	if (status != ATT_OK)
		return status;
	if (spec.full.len == 0 || rest.len > 0 || !is_name(spec.full))
		return malformed(g, text, "a gem like \"rake (13.0.6)\"");
	size_t dash = att_str_find_byte(spec.full, '-');
	spec.version = att_str_first(spec.full, dash);
	spec.platform = att_str_from(spec.full, dash == ATT_STR_NONE ? spec.full.len : dash + 1);
	if (spec.version.len == 0 || (dash != ATT_STR_NONE && spec.platform.len == 0))
		return malformed(g, spec.full, "a version like \"1.16.0\" or \"1.16.0-java\"");
	if (att_map_put(&g->by_full, text, (uint32_t)g->spec_count, &found, &stored) != ATT_OK)
		return att_err_memory(g->err);
	if (found)
		return malformed(g, text, "every gem once");
	status = sbom_names_add(&g->by_name, &g->catalog->arena, spec.name, (uint32_t)g->spec_count, g->err);
	void *items = g->specs;
	struct spec *slot =
		att_arena_push(&g->catalog->arena, &items, &g->spec_count, &g->spec_capacity, sizeof *slot);
	if (status != ATT_OK || !slot)
		return status != ATT_OK ? status : att_err_memory(g->err);
	g->specs = items;
	*slot = spec;
	g->sources[spec.source].spec_count++;
	return ATT_OK;
}

static int read_need(struct gem *g, struct att_str text, uint32_t spec)
{
	struct att_str rest;
	struct need need = {.spec = spec};
	int status = cut(g, text, &need.name, &need.requirement, &rest);
	if (status != ATT_OK)
		return status;
	/* "!" pins a gem of the Gemfile to a source. */
	if (rest.len > 0 && !(att_str_is(rest, "!") && spec == DIRECT))
		return malformed(g, rest, "the end of the line");
	void *items = g->needs;
	struct need *slot =
		att_arena_push(&g->catalog->arena, &items, &g->need_count, &g->need_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(g->err);
	g->needs = items;
	*slot = need;
	return ATT_OK;
}

static int read_source_line(struct gem *g, struct att_str text, size_t indent)
{
	const struct source *source = &g->sources[g->source_count - 1];
	if (indent == 2)
		return read_option(g, text);
	if (indent == 4 && source->has_specs)
		return read_spec(g, text);
	if (indent == 6 && source->spec_count > 0)
		return read_need(g, text, (uint32_t)(g->spec_count - 1));
	return malformed(g, text, "two spaces before an option, four before a gem, six before what it needs");
}

/* "rake (13.0.6) sha256=..." */
static int read_checksum(struct gem *g, struct att_str text)
{
	struct att_str name, full, rest;
	uint32_t spec;
	int status = cut(g, text, &name, &full, &rest);
	if (status != ATT_OK)
		return status;
	if (full.len == 0 || (rest.len > 0 && rest.data[0] != ' '))
		return malformed(g, text, "a checksum like \"rake (13.0.6) sha256=...\"");
	struct att_str checksums = att_str_trim(rest), *into = NULL;
	if (att_map_find(&g->by_full, att_str_first(text, name.len + full.len + 3), &spec))
		into = &g->specs[spec].checksums;
	else if (att_str_is(name, "bundler"))
		into = &g->bundler_checksums; /* locked, but no gem of any source */
	if (into && into->len > 0)
		return malformed(g, text, "the checksum of every gem once");
	if (into)
		*into = checksums;
	return ATT_OK;
}

static int read_line(struct gem *g, struct att_str line)
{
	size_t indent = 0;
	while (indent < line.len && line.data[indent] == ' ')
		indent++;
	struct att_str text = att_str_from(line, indent);
	if (text.len == 0)
		return ATT_OK;
	if (indent == 0)
		return read_header(g, line);
	switch (g->section) {
	case NONE:
		return malformed(g, text, "a section like \"GEM\"");
	case GIT:
	case PATH:
	case GEM:
	case PLUGIN:
		return read_source_line(g, text, indent);
	case DEPENDENCIES:
		return indent == 2 ? read_need(g, text, DIRECT)
				   : malformed(g, text, "two spaces before a dependency");
	case CHECKSUMS:
		return indent == 2 ? read_checksum(g, text)
				   : malformed(g, text, "two spaces before a checksum");
	case BUNDLED:
		if (g->bundler_version.len > 0 || !is_name(text))
			return malformed(g, text, "one version of Bundler");
		g->bundler_version = text;
		return ATT_OK;
	case UNKNOWN:
	case PLATFORMS:
	case RUBY:
		break;
	}
	return ATT_OK;
}

/* --- components --------------------------------------------------------------------------------------- */

static void describe_gem(const struct source *source, struct sbom_component *component, struct att_purl *purl)
{
	component->origin = SBOM_ORIGIN_REGISTRY;
	if (source->remotes == 1 && !att_str_is(source->remote, "https://rubygems.org/") &&
	    !att_str_is(source->remote, "http://rubygems.org/") &&
	    !att_str_is(source->remote, "https://rubygems.org"))
		att_purl_qualify(purl, "repository_url", source->remote);
}

static int describe(struct gem *g, const struct spec *spec, struct sbom_component *component,
		    struct att_purl *purl)
{
	const struct source *source = &g->sources[spec->source];
	if (!att_str_is(spec->platform, "ruby"))
		att_purl_qualify(purl, "platform", spec->platform);
	if (source->kind == GEM) {
		describe_gem(source, component, purl);
		return ATT_OK;
	}
	if (source->kind == GIT)
		return sbom_describe_git(g->catalog, component, purl, source->remote, source->revision,
					 (struct att_str){NULL, 0}, g->err);
	if (source->kind == PATH)
		return sbom_describe_local(g->catalog, component, source->remote, g->err);
	component->origin_url = source->remote; /* only its plugin knows what that is */
	return ATT_OK;
}

/* "sha256=...,sha512=..." */
static int add_checksums(struct gem *g, struct att_str checksums, struct sbom_component *component)
{
	struct att_str part, rest = checksums;
	int status = ATT_OK;
	while (status == ATT_OK && checksums.len > 0 && att_str_split(&rest, ',', &part)) {
		status = sbom_component_add_named_hash(&g->catalog->arena, component, part, g->err);
		if (status == ATT_ERR_MALFORMED || status == ATT_ERR_UNSUPPORTED)
			g->err->place = att_source_place(&g->input->source, span_of(g, part));
	}
	return status;
}

static int add_component(struct gem *g, struct sbom_component *component, const struct att_purl *purl,
			 struct att_str checksums, struct att_str place, uint32_t *index)
{
	int status = add_checksums(g, checksums, component);
	if (status == ATT_OK)
		status = sbom_catalog_set_purl(g->catalog, component, purl, g->err);
	if (status == ATT_OK)
		status = sbom_catalog_add(g->catalog, component,
					  att_source_line(&g->input->source, span_of(g, place).begin), index,
					  g->err);
	if (status == ATT_ERR_MALFORMED && g->err->place.line == 0)
		g->err->place = att_source_place(&g->input->source, span_of(g, place));
	return status;
}

static int add_spec(struct gem *g, struct spec *spec)
{
	struct sbom_component component = {.name = spec->name, .version = spec->version};
	struct att_purl purl = {.type = ATT_STR("gem"), .name = spec->name, .version = spec->version};
	const struct source *source = &g->sources[spec->source];
	int status = describe(g, spec, &component, &purl);
	/* The only gem in the lock's own folder is the project itself. */
	if (status == ATT_OK && component.origin == SBOM_ORIGIN_LOCAL && source->spec_count == 1 &&
	    att_str_equal(component.folder, g->catalog->folder) && g->catalog->components[0].name.len == 0) {
		status = sbom_catalog_set_purl(g->catalog, &component, &purl, g->err);
		if (status == ATT_OK)
			status = sbom_catalog_name_project(g->catalog, &component, g->err);
	}
	return status == ATT_OK ? add_component(g, &component, &purl, spec->checksums, spec->name, &spec->index)
				: status;
}

/* --- edges -------------------------------------------------------------------------------------------- */

/* Bundler stands in no section, yet gems may need it; its version is that of BUNDLED WITH. */
static int need_bundler(struct gem *g, const struct need *need, uint32_t from, uint32_t scope)
{
	struct sbom_component component = {
		.name = ATT_STR("bundler"), .version = g->bundler_version, .origin = SBOM_ORIGIN_REGISTRY};
	struct att_purl purl = {.type = ATT_STR("gem"), .name = component.name, .version = g->bundler_version};
	int status = ATT_OK;
	if (g->bundler == NO_SPEC && g->bundler_version.len == 0)
		status = sbom_component_add_property(&g->catalog->arena, &component, "attest:requirement",
						     need->requirement, g->err);
	if (status == ATT_OK && g->bundler == NO_SPEC)
		status = add_component(g, &component, &purl, g->bundler_checksums,
				       g->bundler_version.len ? g->bundler_version : need->name, &g->bundler);
	return status == ATT_OK ? sbom_catalog_depend(g->catalog, from, g->bundler, scope, g->err) : status;
}

static uint32_t scope_of(const struct gem *g, const struct need *need)
{
	uint32_t bits, holder = sbom_names_first(&g->by_name, need->name);
	if (need->spec != DIRECT || !g->gemfile.understood)
		return SBOM_RUNTIME;
	if (att_map_find(&g->gemfile.scopes, need->name, &bits))
		return bits;
	if (!g->gemfile.has_gemspec ||
	    (holder != SBOM_NAMES_END &&
	     g->sources[g->specs[g->by_name.entries[holder].value].source].kind == PATH))
		return SBOM_RUNTIME;
	return SBOM_DEV;
}

/* RubyGems takes "x86_64-linux" and "x86_64-linux-gnu" for one platform. */
static struct att_str without_gnu(struct att_str platform)
{
	struct att_str gnu = ATT_STR("-gnu");
	return att_str_first(platform, platform.len - (att_str_ends(platform, gnu) ? gnu.len : 0));
}

/* The variant of `first` and its like that is for the platform of the gem that needs it, or SBOM_NAMES_END. */
static uint32_t same_platform(const struct gem *g, uint32_t first, uint32_t spec)
{
	uint32_t near = SBOM_NAMES_END;
	const struct sbom_names_entry *entries = g->by_name.entries;
	if (spec == DIRECT || g->specs[spec].platform.len == 0)
		return SBOM_NAMES_END;
	struct att_str wanted = g->specs[spec].platform;
	for (uint32_t i = first; i != SBOM_NAMES_END; i = entries[i].next) {
		struct att_str platform = g->specs[entries[i].value].platform;
		if (att_str_equal(platform, wanted))
			return i;
		if (att_str_equal(without_gnu(platform), without_gnu(wanted)))
			near = i;
	}
	return near;
}

/* To the variant of the same platform when there is one, else to all: which one is used depends on where. */
static int add_need(struct gem *g, const struct need *need)
{
	uint32_t from = need->spec == DIRECT ? 0 : g->specs[need->spec].index, scope = scope_of(g, need);
	uint32_t first = sbom_names_first(&g->by_name, need->name);
	const struct sbom_names_entry *entries = g->by_name.entries;
	int status = ATT_OK;
	if (first == SBOM_NAMES_END && att_str_is(need->name, "bundler"))
		return need_bundler(g, need, from, scope);
	/* What the Gemfile asks for on other platforms than the lock's is not resolved. */
	if (first == SBOM_NAMES_END && need->spec == DIRECT)
		return ATT_OK;
	if (first == SBOM_NAMES_END)
		return malformed(g, need->name, "a gem of this lock");
	uint32_t same = same_platform(g, first, need->spec),
		 mark = need->spec == DIRECT ? DIRECT : need->spec + 1;
	for (uint32_t i = first; status == ATT_OK && i != SBOM_NAMES_END; i = entries[i].next) {
		struct spec *to = &g->specs[entries[i].value];
		if ((same != SBOM_NAMES_END && i != same) || to->last_from == mark)
			continue;
		to->last_from = mark;
		status = sbom_catalog_depend(g->catalog, from, to->index, scope, g->err);
	}
	return status;
}

/* --- the whole ---------------------------------------------------------------------------------------- */

static int load_gemfile(struct gem *g)
{
	struct att_source source;
	struct att_err ignored;
	bool new_names = att_str_ends(g->catalog->path, ATT_STR("gems.locked"));
	struct att_str name = new_names ? ATT_STR("gems.rb") : ATT_STR("Gemfile");
	if (sbom_input_sibling(g->input, g->catalog, name, &source, &ignored) != ATT_OK)
		return ATT_OK;
	return sbom_gemfile_read(source.text, &g->catalog->arena, &g->gemfile, g->err);
}

static int parse_lock(struct gem *g)
{
	const struct att_source *source = &g->input->source;
	int status = load_gemfile(g);
	for (size_t i = 1; status == ATT_OK && i <= source->line_count; i++)
		status = read_line(g, att_source_line_text(source, (uint32_t)i));
	if (status == ATT_OK && g->section == NONE)
		status = malformed(g, att_str_first(source->text, 1), "a section like \"GEM\"");
	for (size_t i = 0; status == ATT_OK && i < g->spec_count; i++)
		status = add_spec(g, &g->specs[i]);
	for (size_t i = 0; status == ATT_OK && i < g->need_count; i++)
		status = add_need(g, &g->needs[i]);
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct gem g = {.input = input, .catalog = catalog, .err = err, .bundler = NO_SPEC};
	int status = parse_lock(&g);
	att_map_clear(&g.by_full);
	sbom_names_clear(&g.by_name);
	sbom_gemfile_clear(&g.gemfile);
	return status;
}

static bool recognize(struct att_str text)
{
	struct att_str start = att_str_first(text, 4096);
	return (att_str_starts(start, ATT_STR("GEM\n  remote: ")) ||
		att_str_starts(start, ATT_STR("GIT\n  remote: ")) ||
		att_str_starts(start, ATT_STR("PATH\n  remote: "))) &&
	       att_str_find(start, ATT_STR("\n  specs:\n")) != ATT_STR_NONE;
}

const struct sbom_cataloger sbom_cataloger_gem = {
	.name = "gem",
	.patterns = (const char *const[]){"Gemfile.lock", "gems.locked", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"Gemfile", "gems.rb", NULL},
};
