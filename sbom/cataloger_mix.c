// SPDX-License-Identifier: Apache-2.0
/* mix.lock: one Elixir map from application to {:hex, ...} or {:git, ...}. What the projects themselves ask
 * for, and why, stands in their mix.exs; path dependencies and the parts of an umbrella stand only there. */
#include "sbom/cataloger_mix.h"
#include "sbom/elixir.h"
#include "sbom/origin.h"

#include "libattest/base/banned.h"

struct entry {
	struct att_str app;
	const struct sbom_elixir_term *term; /* the tuple */
	uint32_t index;                      /* in the catalog */
};

/* A mix.exs of the tree that shares the lock. */
struct project {
	struct att_str folder; /* relative to the root */
	struct sbom_mix_project facts;
	uint32_t index;
	bool member; /* of the umbrella */
};

struct mix {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct entry *entries;
	uint32_t entry_count;
	struct att_map by_app;
	struct project *projects; /* worklist: the one beside the lock, then what it leads to */
	size_t project_count, project_capacity;
	struct att_map by_folder;
	struct att_str up; /* from the lock's folder to the root: "../../" */
};

static int malformed(const struct mix *m, const struct sbom_elixir_term *term, const char *expected)
{
	const struct att_source *source = &m->input->source;
	struct att_str found =
		att_str_first(att_str_from(source->text, term->span.begin), term->span.end - term->span.begin);
	return att_source_err(source, m->err, ATT_ERR_MALFORMED, term->span, "expected %s, found %.*s",
			      expected, ATT_STR_ARG(att_str_first(found, 100)));
}

static bool is_nil(const struct sbom_elixir_term *term)
{
	return term->kind == SBOM_ELIXIR_ATOM && att_str_is(term->text, "nil");
}

/* Item `i` of an entry's tuple as text; `out` stays empty when there is none, as in locks of old, or nil. */
static int text_of(const struct mix *m, const struct sbom_elixir_term *tuple, uint32_t i,
		   enum sbom_elixir_kind kind, const char *expected, struct att_str *out)
{
	*out = (struct att_str){NULL, 0};
	if (i >= tuple->count || is_nil(&tuple->items[i]))
		return ATT_OK;
	if (tuple->items[i].kind != kind || tuple->items[i].text.len == 0)
		return malformed(m, &tuple->items[i], expected);
	*out = tuple->items[i].text;
	return ATT_OK;
}

/* --- entries -------------------------------------------------------------------------------------------- */

static int add_checksums(struct mix *m, const struct sbom_elixir_term *tuple, struct sbom_component *component)
{
	struct att_str inner, outer = {NULL, 0};
	struct att_arena *arena = &m->catalog->arena;
	int status = text_of(m, tuple, 3, SBOM_ELIXIR_STRING, "the checksum of what the archive holds", &inner);
	if (status == ATT_OK)
		status = text_of(m, tuple, 7, SBOM_ELIXIR_STRING, "the checksum of the archive", &outer);
	if (status == ATT_OK)
		status = sbom_component_add_property(arena, component, "attest:hex:inner-checksum", inner,
						     m->err);
	if (status == ATT_OK && outer.len > 0) {
		status = sbom_component_add_hash(arena, component, SBOM_SHA256, outer, m->err);
		if (status == ATT_ERR_MALFORMED)
			m->err->place = att_source_place(&m->input->source, tuple->items[7].span);
	}
	return status;
}

/* "hexpm", "hexpm:organization", or the name that another repository has on the machines of its users. */
static int describe_repository(struct mix *m, struct att_str repository, struct sbom_component *component,
			       struct att_purl *purl)
{
	struct att_str organization = ATT_STR("hexpm:");
	if (repository.len == 0 || att_str_is(repository, "hexpm"))
		return ATT_OK;
	if (!att_str_starts(repository, organization))
		return sbom_component_add_property(&m->catalog->arena, component, "attest:hex:repository",
						   repository, m->err);
	purl->namespace = component->group = att_str_from(repository, organization.len);
	return ATT_OK;
}

/* {:hex, :name, "1.0.0", "inner", [:mix], [{:dep, ...}], "hexpm", "outer"} */
static int describe_hex(struct mix *m, const struct entry *entry, struct sbom_component *component,
			struct att_purl *purl)
{
	struct att_str repository;
	const struct sbom_elixir_term *tuple = entry->term;
	int status = text_of(m, tuple, 1, SBOM_ELIXIR_ATOM, "the package's name as an atom", &component->name);
	if (status == ATT_OK)
		status = text_of(m, tuple, 2, SBOM_ELIXIR_STRING, "the package's version", &component->version);
	if (status == ATT_OK)
		status = text_of(m, tuple, 6, SBOM_ELIXIR_STRING, "the repository's name", &repository);
	if (status != ATT_OK)
		return status;
	if (component->name.len == 0 || component->version.len == 0)
		return malformed(m, tuple, "{:hex, :NAME, \"VERSION\", ...}");
	component->origin = SBOM_ORIGIN_REGISTRY;
	purl->name = component->name;
	purl->version = component->version;
	status = add_checksums(m, tuple, component);
	if (status == ATT_OK)
		status = describe_repository(m, repository, component, purl);
	if (status == ATT_OK && !att_str_equal(component->name, entry->app))
		status = sbom_component_add_property(&m->catalog->arena, component, "attest:alias", entry->app,
						     m->err);
	return status;
}

/* {:git, "url", "revision", [sparse: "folder"]} */
static int describe_git(struct mix *m, const struct entry *entry, struct sbom_component *component,
			struct att_purl *purl)
{
	struct att_str url, revision, folder = {NULL, 0};
	const struct sbom_elixir_term *tuple = entry->term, *option;
	int status = text_of(m, tuple, 1, SBOM_ELIXIR_STRING, "the repository's address", &url);
	if (status == ATT_OK)
		status = text_of(m, tuple, 2, SBOM_ELIXIR_STRING, "the revision", &revision);
	if (status == ATT_OK && (url.len == 0 || revision.len == 0))
		status = malformed(m, tuple, "{:git, \"ADDRESS\", \"REVISION\", [...]}");
	if (status != ATT_OK)
		return status;
	option = tuple->count > 3 ? sbom_elixir_get(&tuple->items[3], "sparse") : NULL;
	if (!option && tuple->count > 3)
		option = sbom_elixir_get(&tuple->items[3], "subdir");
	if (option && option->kind == SBOM_ELIXIR_STRING)
		folder = option->text;
	component->name = purl->name = entry->app;
	return sbom_describe_git(m->catalog, component, purl, url, revision, folder, m->err);
}

static int describe(struct mix *m, const struct entry *entry, struct sbom_component *component,
		    struct att_purl *purl)
{
	const struct sbom_elixir_term *tuple = entry->term;
	struct att_str kind = {NULL, 0};
	if (tuple->kind == SBOM_ELIXIR_TUPLE && tuple->count > 0 && tuple->items[0].kind == SBOM_ELIXIR_ATOM)
		kind = tuple->items[0].text;
	if (att_str_is(kind, "hex"))
		return describe_hex(m, entry, component, purl);
	if (att_str_is(kind, "git"))
		return describe_git(m, entry, component, purl);
	if (kind.len == 0)
		return malformed(m, tuple, "a tuple like {:hex, ...} or {:git, ...}");
	att_source_err(&m->input->source, m->err, ATT_ERR_UNSUPPORTED, tuple->items[0].span,
		       "expected :hex or :git, found :%.*s", ATT_STR_ARG(att_str_first(kind, 100)));
	att_err_help(m->err, "locks of Hex before 0.5 had other entries: write the lock anew");
	return ATT_ERR_UNSUPPORTED;
}

static int add_entry(struct mix *m, uint32_t number)
{
	struct entry *entry = &m->entries[number];
	struct sbom_component component = {0};
	struct att_purl purl = {.type = ATT_STR("hex")};
	const struct att_source *source = &m->input->source;
	bool found;
	uint32_t stored;
	if (att_map_put(&m->by_app, entry->app, number, &found, &stored) != ATT_OK)
		return att_err_memory(m->err);
	if (found)
		return malformed(m, entry->term, "every application once");
	int status = describe(m, entry, &component, &purl);
	if (status == ATT_OK)
		status = sbom_catalog_set_purl(m->catalog, &component, &purl, m->err);
	if (status == ATT_OK)
		status = sbom_catalog_add(m->catalog, &component,
					  att_source_line(source, entry->term->span.begin), &entry->index,
					  m->err);
	if (status == ATT_ERR_MALFORMED && m->err->place.line == 0)
		m->err->place = att_source_place(source, entry->term->span);
	return status;
}

static int read_entries(struct mix *m, const struct sbom_elixir_term *lock)
{
	int status = ATT_OK;
	if (lock->kind != SBOM_ELIXIR_MAP)
		return malformed(m, lock, "a map, %{...}");
	m->entries = att_arena_alloc(&m->catalog->arena, lock->count, sizeof *m->entries);
	if (!m->entries)
		return att_err_memory(m->err);
	m->entry_count = lock->count;
	for (uint32_t i = 0; status == ATT_OK && i < lock->count; i++) {
		const struct sbom_elixir_term *key = &lock->items[i].items[0];
		if ((key->kind != SBOM_ELIXIR_ATOM && key->kind != SBOM_ELIXIR_STRING) || key->text.len == 0)
			return malformed(m, key, "the name of an application");
		m->entries[i] = (struct entry){.app = key->text, .term = &lock->items[i].items[1]};
		status = add_entry(m, i);
	}
	return status;
}

/* A dependency that is not in the lock is optional, or replaced by a path in some mix.exs. */
static int add_edges(struct mix *m, const struct entry *entry)
{
	const struct sbom_elixir_term *tuple = entry->term, *list;
	int status = ATT_OK;
	if (!att_str_is(tuple->items[0].text, "hex") || tuple->count <= 5 || is_nil(&tuple->items[5]))
		return ATT_OK;
	list = &tuple->items[5];
	if (list->kind != SBOM_ELIXIR_LIST)
		return malformed(m, list, "a list of dependencies");
	for (uint32_t i = 0; status == ATT_OK && i < list->count; i++) {
		const struct sbom_elixir_term *dep = &list->items[i], *optional;
		uint32_t to;
		if (dep->kind != SBOM_ELIXIR_TUPLE || dep->count < 2 || dep->items[0].kind != SBOM_ELIXIR_ATOM)
			return malformed(m, dep, "a dependency like {:name, \"~> 1.0\", [...]}");
		if (!att_map_find(&m->by_app, dep->items[0].text, &to))
			continue;
		optional = dep->count > 2 ? sbom_elixir_get(&dep->items[2], "optional") : NULL;
		bool is_optional = optional && att_str_is(optional->text, "true");
		status = sbom_catalog_depend(m->catalog, entry->index, m->entries[to].index,
					     is_optional ? SBOM_OPTIONAL : SBOM_RUNTIME, m->err);
	}
	return status;
}

/* --- projects ------------------------------------------------------------------------------------------- */

static int plan_project(struct mix *m, struct att_str folder, struct att_str app, uint32_t *number)
{
	bool found;
	void *items = m->projects;
	if (att_map_put(&m->by_folder, folder, (uint32_t)m->project_count, &found, number) != ATT_OK)
		return att_err_memory(m->err);
	if (found)
		return ATT_OK;
	struct project *slot = att_arena_push(&m->catalog->arena, &items, &m->project_count,
					      &m->project_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(m->err);
	m->projects = items;
	*slot = (struct project){.folder = folder, .facts.app = app};
	return ATT_OK;
}

static int load_project(struct mix *m, uint32_t number)
{
	struct att_source source;
	struct att_err ignored;
	struct project *p = &m->projects[number];
	struct att_arena *arena = &m->catalog->arena;
	struct att_str named = p->facts.app;
	struct sbom_component component = {.origin = SBOM_ORIGIN_LOCAL, .folder = p->folder};
	struct att_str path = ATT_ARENA_JOIN(arena, m->up, p->folder,
					     p->folder.len ? ATT_STR("/") : ATT_STR(""), ATT_STR("mix.exs"));
	int status = path.data ? ATT_OK : att_err_memory(m->err);
	if (status == ATT_OK && sbom_input_sibling(m->input, m->catalog, path, &source, &ignored) == ATT_OK)
		status = sbom_mix_project_read(&source, arena, &p->facts, m->err);
	component.name = p->facts.app.len ? p->facts.app : named;
	component.version = p->facts.version;
	if (status != ATT_OK || component.name.len == 0)
		return status;
	/* Odd text of a manifest costs the project its purl, nothing else. */
	if (sbom_catalog_set_plain_purl(m->catalog, &component, "hex", (struct att_str){NULL, 0},
					component.name, component.version, &ignored) == ATT_ERR_MEMORY)
		return att_err_memory(m->err);
	if (number == 0)
		return sbom_catalog_name_project(m->catalog, &component, m->err);
	status = sbom_catalog_add(m->catalog, &component, 0, &p->index, m->err);
	if (status == ATT_OK && p->member)
		status = sbom_catalog_depend(m->catalog, 0, p->index, SBOM_RUNTIME, m->err);
	return status;
}

/* Members of an umbrella: folders of apps_path that hold a mix.exs. */
static int plan_members(struct mix *m)
{
	struct att_str *paths, part, apps = m->projects[0].facts.apps_path, file = ATT_STR("/mix.exs");
	struct att_arena *arena = &m->catalog->arena;
	uint32_t number;
	size_t count;
	int status = sbom_input_manifests(m->input, m->catalog, "mix.exs", &paths, &count, m->err);
	struct att_str prefix = ATT_ARENA_JOIN(arena, apps, ATT_STR("/"));
	for (size_t i = 0; status == ATT_OK && prefix.data && apps.len > 0 && i < count; i++) {
		if (!att_str_starts(paths[i], prefix) || !att_str_ends(paths[i], file))
			continue;
		struct att_str folder = att_str_first(paths[i], paths[i].len - file.len);
		part = att_str_from(folder, prefix.len);
		if (part.len == 0 || att_str_find_byte(part, '/') != ATT_STR_NONE)
			continue;
		folder = sbom_path_join(arena, m->catalog->folder, folder);
		status = folder.data ? plan_project(m, folder, part, &number) : att_err_memory(m->err);
		if (status == ATT_OK)
			m->projects[number].member = true;
	}
	return prefix.data ? status : att_err_memory(m->err);
}

/* The project behind a path or umbrella dependency; *local is false when it is none of this tree. */
static int find_local(struct mix *m, struct att_str from, const struct sbom_mix_dependency *dep,
		      uint32_t *number, bool *local)
{
	struct att_arena *arena = &m->catalog->arena;
	struct att_str path = dep->path;
	*local = false;
	if (dep->in_umbrella)
		path = ATT_ARENA_JOIN(arena, ATT_STR("../"), dep->app);
	if (path.len == 0)
		return ATT_OK;
	struct att_str folder = sbom_path_join(arena, from, path);
	if (!folder.data)
		return ATT_OK; /* outside of the root */
	*local = true;
	return plan_project(m, folder, dep->app, number);
}

static int plan_locals(struct mix *m, uint32_t number)
{
	uint32_t to;
	bool local;
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < m->projects[number].facts.dependency_count; i++)
		status = find_local(m, m->projects[number].folder, &m->projects[number].facts.dependencies[i],
				    &to, &local);
	return status;
}

static int connect_project(struct mix *m, const struct project *p)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < p->facts.dependency_count; i++) {
		const struct sbom_mix_dependency *dep = &p->facts.dependencies[i];
		uint32_t to;
		bool local;
		status = find_local(m, p->folder, dep, &to, &local);
		if (status == ATT_OK && local)
			status = sbom_catalog_depend(m->catalog, p->index, m->projects[to].index, dep->scope,
						     m->err);
		else if (status == ATT_OK && att_map_find(&m->by_app, dep->app, &to))
			status = sbom_catalog_depend(m->catalog, p->index, m->entries[to].index, dep->scope,
						     m->err);
	}
	return status;
}

static int load_projects(struct mix *m)
{
	uint32_t number;
	struct att_buf up;
	att_buf_init(&up, (size_t)1 << 20);
	struct att_str rest = m->catalog->folder, part;
	while (m->catalog->folder.len > 0 && att_str_split(&rest, '/', &part))
		att_buf_add(&up, ATT_STR("../"));
	m->up = att_arena_copy(&m->catalog->arena, att_buf_str(&up));
	bool ok = att_buf_ok(&up) && m->up.data;
	att_buf_clear(&up);
	if (!ok)
		return att_err_memory(m->err);
	int status = plan_project(m, m->catalog->folder, (struct att_str){NULL, 0}, &number);
	for (uint32_t i = 0; status == ATT_OK && i < m->project_count; i++) {
		status = load_project(m, i);
		if (status == ATT_OK && i == 0)
			status = plan_members(m);
		if (status == ATT_OK)
			status = plan_locals(m, i);
	}
	return status;
}

/* --- the whole ------------------------------------------------------------------------------------------ */

static int parse_lock(struct mix *m)
{
	struct sbom_elixir_term lock;
	int status = sbom_elixir_parse(&m->input->source, &m->catalog->arena, &lock, m->err);
	if (status == ATT_OK)
		status = load_projects(m);
	if (status == ATT_OK)
		status = read_entries(m, &lock);
	for (uint32_t i = 0; status == ATT_OK && i < m->entry_count; i++)
		status = add_edges(m, &m->entries[i]);
	for (size_t i = 0; status == ATT_OK && i < m->project_count; i++)
		status = connect_project(m, &m->projects[i]);
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct mix m = {.input = input, .catalog = catalog, .err = err};
	int status = parse_lock(&m);
	att_map_clear(&m.by_app);
	att_map_clear(&m.by_folder);
	return status;
}

static bool recognize(struct att_str text)
{
	struct att_str start = att_str_first(text, 4096);
	return att_str_starts(start, ATT_STR("%{")) &&
	       (att_str_find(start, ATT_STR("{:hex, :")) != ATT_STR_NONE ||
		att_str_find(start, ATT_STR("{:git, \"")) != ATT_STR_NONE);
}

const struct sbom_cataloger sbom_cataloger_mix = {
	.name = "mix",
	.patterns = (const char *const[]){"mix.lock", NULL},
	.recognize = recognize,
	.parse = parse,
	.manifests = (const char *const[]){"mix.exs", NULL},
};
