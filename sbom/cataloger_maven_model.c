// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/limits.h"
#include "sbom/cataloger_maven.h"
#include "sbom/sibling.h"

#include "libattest/base/banned.h"

/* Parents above each other, properties within each other, and the work and text of one replacement: real
 * builds stay far below. */
enum { MAX_PARENTS = 32, MAX_NESTED = 16, MAX_REPLACEMENTS = 64, MAX_TEXT = 1024 };

/* BOMs that import BOMs; modules of one name that are tried; names that are tried part by part. */
enum { MAX_IMPORTS = 8, MAX_CANDIDATES = 8, MAX_NAME = 256 };

enum { UNREADABLE = UINT32_MAX };

struct module {
	struct att_str path; /* of its pom */
	uint32_t next;       /* of the same folder name; UNREADABLE ends the list */
};

static const struct att_str nothing = {NULL, 0};

/* --- properties ---------------------------------------------------------------------------------------- */

static bool find_built_in(const struct maven_model *model, struct att_str name, struct att_str *value)
{
	struct att_str rest = name;
	const struct att_xml *parent = model->parent_element;
	if (att_str_starts(rest, ATT_STR("project.")))
		rest = att_str_from(rest, 8);
	else if (att_str_starts(rest, ATT_STR("pom.")))
		rest = att_str_from(rest, 4);
	*value = att_str_is(rest, "groupId")             ? model->group
		 : att_str_is(rest, "artifactId")        ? model->name
		 : att_str_is(rest, "version")           ? model->version
		 : att_str_is(rest, "parent.groupId")    ? att_xml_child_text(parent, "groupId")
		 : att_str_is(rest, "parent.artifactId") ? att_xml_child_text(parent, "artifactId")
		 : att_str_is(rest, "parent.version")    ? att_xml_child_text(parent, "version")
							 : nothing;
	return value->len > 0;
}

static bool find_property(const struct maven_model *model, struct att_str name, struct att_str *value)
{
	uint32_t index;
	if (find_built_in(model, name, value))
		return true;
	for (; model; model = model->parent) {
		if (att_map_find(&model->properties, name, &index)) {
			*value = model->values[index];
			return true;
		}
	}
	return false;
}

struct replacer {
	const struct maven_model *model;
	struct att_buf out;
	unsigned left;
};

static bool replace(struct replacer *r, struct att_str text, unsigned depth)
{
	struct att_str value;
	if (text.len > MAX_TEXT)
		return false;
	for (;;) {
		size_t begin = att_str_find(text, ATT_STR("${"));
		att_buf_add(&r->out, att_str_first(text, begin));
		if (begin == ATT_STR_NONE)
			return att_buf_ok(&r->out);
		text = att_str_from(text, begin + 2);
		size_t end = att_str_find_byte(text, '}');
		if (end == ATT_STR_NONE || depth == 0 || r->left-- == 0 || !att_buf_ok(&r->out) ||
		    !find_property(r->model, att_str_first(text, end), &value) || !replace(r, value, depth - 1))
			return false;
		text = att_str_from(text, end + 1);
	}
}

bool sbom_maven_resolve(struct maven *m, const struct maven_model *model, struct att_str text,
			struct att_str *out)
{
	struct replacer r = {.model = model, .left = MAX_REPLACEMENTS};
	*out = text;
	if (att_str_find(text, ATT_STR("${")) == ATT_STR_NONE)
		return true;
	att_buf_init(&r.out, MAX_TEXT);
	bool good = replace(&r, text, MAX_NESTED);
	if (good) {
		struct att_str copy = att_arena_copy(&m->catalog->arena, att_str_trim(att_buf_str(&r.out)));
		good = copy.data != NULL;
		*out = good ? copy : text;
	}
	m->catalog->arena.failed |= r.out.starved;
	att_buf_clear(&r.out);
	return good;
}

struct att_str sbom_maven_text(struct maven *m, const struct maven_model *model, const struct att_xml *element,
			       const char *name)
{
	struct att_str out;
	return sbom_maven_resolve(m, model, att_xml_child_text(element, name), &out) ? out : nothing;
}

struct att_str sbom_maven_key(struct maven *m, const struct maven_model *model, const struct att_xml *element)
{
	struct att_str group = sbom_maven_text(m, model, element, "groupId");
	struct att_str name = sbom_maven_text(m, model, element, "artifactId");
	struct att_str type = sbom_maven_text(m, model, element, "type");
	if (group.len == 0 || name.len == 0)
		return nothing;
	return ATT_ARENA_JOIN(&m->catalog->arena, group, ATT_STR(":"), name, ATT_STR(":"),
			      type.len ? type : ATT_STR("jar"), ATT_STR(":"),
			      sbom_maven_text(m, model, element, "classifier"));
}

static int read_properties(struct maven *m, struct maven_model *model)
{
	const struct att_xml *list = att_xml_child(model->project, "properties");
	for (const struct att_xml *p = list ? list->children : NULL; p; p = p->next) {
		void *items = model->values;
		struct att_str *slot = att_arena_push(&m->catalog->arena, &items, &model->value_count,
						      &model->value_capacity, sizeof *slot);
		if (!slot ||
		    att_map_set(&model->properties, p->name, (uint32_t)model->value_count - 1) != ATT_OK)
			return att_err_memory(m->err);
		model->values = items;
		*slot = p->text;
	}
	return ATT_OK;
}

/* --- models -------------------------------------------------------------------------------------------- */

struct att_str sbom_maven_pom_path(struct maven *m, struct att_str folder, struct att_str relative)
{
	struct att_arena *arena = &m->catalog->arena;
	struct att_str path = sbom_path_join(arena, folder, relative);
	if (!path.data || att_str_ends(path, ATT_STR(".xml")))
		return path;
	return path.len ? ATT_ARENA_JOIN(arena, path, ATT_STR("/pom.xml")) : ATT_STR("pom.xml");
}

static int load(struct maven *m, struct att_str path, unsigned depth, struct maven_model **out);

/* The file that relativePath leads to counts only when it is the parent that is named. */
static int find_parent(struct maven *m, struct maven_model *model, unsigned depth)
{
	const struct att_xml *parent = model->parent_element, *relative = att_xml_child(parent, "relativePath");
	struct maven_model *found;
	if (!parent || depth == 0 || (relative && relative->text.len == 0))
		return ATT_OK;
	struct att_str path =
		sbom_maven_pom_path(m, model->folder, relative ? relative->text : ATT_STR("../pom.xml"));
	int status = path.data ? load(m, path, depth - 1, &found) : ATT_OK;
	if (!path.data || status != ATT_OK || !found || found->loading)
		return status;
	struct att_str version = att_xml_child_text(parent, "version");
	bool fits = att_str_equal(found->name, att_xml_child_text(parent, "artifactId")) &&
		    att_str_equal(found->group, att_xml_child_text(parent, "groupId")) &&
		    (version.len == 0 || att_str_equal(version, found->version) ||
		     att_str_equal(version, found->facts.version));
	model->parent = fits ? found : NULL;
	return ATT_OK;
}

static struct att_str own_or_parents(const struct maven_model *model, const char *name)
{
	struct att_str own = att_xml_child_text(model->project, name);
	return own.len ? own : att_xml_child_text(model->parent_element, name);
}

static int fill_model(struct maven *m, struct maven_model *model, unsigned depth)
{
	model->parent_element = att_xml_child(model->project, "parent");
	model->group = own_or_parents(model, "groupId");
	model->version = own_or_parents(model, "version");
	model->name = att_xml_child_text(model->project, "artifactId");
	int status = read_properties(m, model);
	if (status == ATT_OK)
		status = find_parent(m, model, depth);
	/* Maven 4 lets a child leave out what its parent knows. */
	if (model->parent && model->version.len == 0)
		model->version = model->parent->version;
	struct maven_coordinates *facts = &model->facts;
	if (!sbom_maven_resolve(m, model, model->group, &facts->group))
		facts->group = nothing;
	if (!sbom_maven_resolve(m, model, model->name, &facts->name))
		facts->name = nothing;
	if (!sbom_maven_resolve(m, model, model->version, &facts->version))
		facts->version = nothing;
	return status;
}

static struct maven_model *new_model(struct maven *m, struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	void *items = m->models;
	struct maven_model *model = att_arena_alloc(&m->catalog->arena, 1, sizeof *model);
	struct maven_model **slot = model ? att_arena_push(&m->catalog->arena, &items, &m->model_count,
							   &m->model_capacity, sizeof(struct maven_model *))
					  : NULL;
	if (!slot)
		return NULL;
	m->models = items;
	*slot = model;
	model->path = path;
	model->folder = att_str_first(path, slash == ATT_STR_NONE ? 0 : slash);
	model->loading = true;
	return model;
}

static int load(struct maven *m, struct att_str path, unsigned depth, struct maven_model **out)
{
	struct att_source source;
	struct att_xml *root = NULL;
	struct att_err ignored;
	uint32_t index;
	*out = NULL;
	if (att_map_find(&m->by_path, path, &index)) {
		*out = index == UNREADABLE ? NULL : m->models[index];
		return ATT_OK;
	}
	bool good = m->model_count < ATT_MAX_INCLUDES &&
		    sbom_input_file(m->input, m->catalog, path, &source, &ignored) == ATT_OK &&
		    att_xml_parse(&source, &m->catalog->arena, &root, &ignored) == ATT_OK &&
		    att_str_is(root->name, "project");
	if (att_map_set(&m->by_path, path, good ? (uint32_t)m->model_count : UNREADABLE) != ATT_OK)
		return att_err_memory(m->err);
	if (!good)
		return ATT_OK;
	struct maven_model *model = new_model(m, path);
	if (!model)
		return att_err_memory(m->err);
	model->source = source;
	model->project = root;
	int status = fill_model(m, model, depth);
	model->loading = false;
	*out = model;
	return status;
}

int sbom_maven_load(struct maven *m, struct att_str path, struct maven_model **model)
{
	return load(m, path, MAX_PARENTS, model);
}

/* --- modules ------------------------------------------------------------------------------------------- */

static int keep_module(struct maven *m, const struct maven_model *model, struct att_str relative)
{
	struct att_str path = sbom_maven_pom_path(m, model->folder, relative);
	size_t slash = att_str_find_last_byte(path, '/');
	if (!path.data || slash == ATT_STR_NONE)
		return ATT_OK;
	struct att_str folder = att_str_first(path, slash);
	slash = att_str_find_last_byte(folder, '/');
	struct att_str name = att_str_from(folder, slash == ATT_STR_NONE ? 0 : slash + 1);
	uint32_t next = UNREADABLE;
	att_map_find(&m->modules_by_name, name, &next);
	void *items = m->modules;
	struct module *slot =
		att_arena_push(&m->catalog->arena, &items, &m->module_count, &m->module_capacity, sizeof *slot);
	if (!slot || att_map_set(&m->modules_by_name, name, (uint32_t)m->module_count - 1) != ATT_OK)
		return att_err_memory(m->err);
	m->modules = items;
	*slot = (struct module){path, next};
	return ATT_OK;
}

static int keep_modules(struct maven *m)
{
	int status = ATT_OK;
	for (const struct maven_model *at = m->main; at; at = at->parent) {
		const struct att_xml *list = att_xml_child(at->project, "modules");
		for (const struct att_xml *p = att_xml_child(list, "module"); status == ATT_OK && p;
		     p = att_xml_next(p))
			status = keep_module(m, at, p->text);
	}
	return status;
}

static bool fits(const struct maven_model *model, const struct maven_coordinates *wanted)
{
	return att_str_equal(model->facts.group, wanted->group) &&
	       att_str_equal(model->facts.name, wanted->name) &&
	       (wanted->version.len == 0 || att_str_equal(model->facts.version, wanted->version));
}

static int find_module(struct maven *m, struct att_str folder_name, const struct maven_coordinates *wanted,
		       struct maven_model **model)
{
	struct maven_model *candidate;
	uint32_t index;
	if (!att_map_find(&m->modules_by_name, folder_name, &index))
		return ATT_OK;
	for (unsigned tries = 0; tries < MAX_CANDIDATES && index != UNREADABLE; tries++) {
		int status = sbom_maven_load(m, m->modules[index].path, &candidate);
		if (status != ATT_OK)
			return status;
		if (candidate && fits(candidate, wanted)) {
			*model = candidate;
			return ATT_OK;
		}
		index = m->modules[index].next;
	}
	return ATT_OK;
}

int sbom_maven_find_local(struct maven *m, const struct maven_coordinates *wanted, struct maven_model **model)
{
	*model = NULL;
	/* Parents are few, so that a walk over them costs less than keeping them by name. */
	for (size_t i = 0; i < m->model_count && i < MAX_PARENTS; i++) {
		if (fits(m->models[i], wanted)) {
			*model = m->models[i];
			return ATT_OK;
		}
	}
	int status = find_module(m, wanted->name, wanted, model);
	for (size_t i = 0; status == ATT_OK && !*model && wanted->name.len <= MAX_NAME && i < wanted->name.len;
	     i++)
		if (wanted->name.data[i] == '-' || wanted->name.data[i] == '.')
			status = find_module(m, att_str_from(wanted->name, i + 1), wanted, model);
	return status;
}

/* --- managed dependencies ------------------------------------------------------------------------------ */

static int keep_managed(struct maven *m, struct maven_model *model, const struct maven_managed *managed)
{
	bool found;
	uint32_t stored;
	if (att_map_put(&model->managed_by_key, managed->key, (uint32_t)model->managed_count, &found,
			&stored) != ATT_OK)
		return att_err_memory(m->err);
	if (found)
		return ATT_OK;
	void *items = model->managed;
	struct maven_managed *slot = att_arena_push(&m->catalog->arena, &items, &model->managed_count,
						    &model->managed_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(m->err);
	model->managed = items;
	*slot = *managed;
	return ATT_OK;
}

static bool is_import(struct maven *m, const struct maven_model *model, const struct att_xml *element)
{
	return att_str_is(sbom_maven_text(m, model, element, "scope"), "import");
}

static int manage_own(struct maven *m, struct maven_model *model, const struct att_xml *element)
{
	struct maven_managed managed = {sbom_maven_key(m, model, element), element, model};
	return managed.key.data ? keep_managed(m, model, &managed) : ATT_OK;
}

static int import(struct maven *m, struct maven_model *model, const struct att_xml *element, unsigned depth)
{
	struct maven_coordinates wanted = {sbom_maven_text(m, model, element, "groupId"),
					   sbom_maven_text(m, model, element, "artifactId"),
					   sbom_maven_text(m, model, element, "version")};
	struct maven_model *bom = NULL;
	int status = wanted.group.len && wanted.name.len && depth > 0 ? sbom_maven_find_local(m, &wanted, &bom)
								      : ATT_OK;
	/* Whoever imports one BOM many times gains nothing by it, and costs nothing. */
	if (status == ATT_OK && bom && bom != model && !bom->loading && bom->imported_by != model) {
		bom->imported_by = model;
		status = sbom_maven_manage(m, bom, depth - 1);
		for (size_t i = 0; status == ATT_OK && i < bom->managed_count; i++)
			status = keep_managed(m, model, &bom->managed[i]);
		return status;
	}
	if (status != ATT_OK || bom)
		return status;
	void *items = model->unknown_imports;
	const struct att_xml **slot = att_arena_push(&m->catalog->arena, &items, &model->import_count,
						     &model->import_capacity, sizeof(const struct att_xml *));
	if (!slot)
		return att_err_memory(m->err);
	model->unknown_imports = items;
	*slot = element;
	return ATT_OK;
}

int sbom_maven_manage(struct maven *m, struct maven_model *model, unsigned depth)
{
	int status = ATT_OK;
	if (model->is_managed)
		return ATT_OK;
	model->is_managed = model->loading = true;
	/* First what is written here and above, then what is imported: that is who wins over whom. */
	for (unsigned imports = 0; imports < 2; imports++) {
		for (const struct maven_model *at = model; at; at = at->parent) {
			const struct att_xml *list = att_xml_child(
				att_xml_child(at->project, "dependencyManagement"), "dependencies");
			for (const struct att_xml *p = att_xml_child(list, "dependency"); status == ATT_OK && p;
			     p = att_xml_next(p))
				if (is_import(m, model, p) == (imports == 1))
					status = imports ? import(m, model, p, depth) : manage_own(m, model, p);
		}
	}
	model->loading = false;
	return status;
}

const struct maven_managed *sbom_maven_find_managed(const struct maven_model *model, struct att_str key)
{
	uint32_t index;
	return att_map_find(&model->managed_by_key, key, &index) ? &model->managed[index] : NULL;
}

/* --- the cataloger's own file -------------------------------------------------------------------------- */

static int check_main(struct maven *m, const struct att_xml *root)
{
	const struct att_source *source = &m->input->source;
	struct att_span start = {root->span.begin, root->span.begin + 1 + (uint32_t)root->name.len};
	if (!att_str_is(root->name, "project"))
		return att_source_err(source, m->err, ATT_ERR_MALFORMED, start,
				      "expected <project>, found <%.*s>",
				      ATT_STR_ARG(att_str_first(root->name, 100)));
	if (att_xml_child_text(root, "artifactId").len == 0)
		return att_source_err(source, m->err, ATT_ERR_MALFORMED, start,
				      "expected <artifactId> in <project>, found none");
	return ATT_OK;
}

int sbom_maven_load_main(struct maven *m)
{
	struct att_xml *root;
	int status = att_xml_parse(&m->input->source, &m->catalog->arena, &root, m->err);
	if (status == ATT_OK)
		status = check_main(m, root);
	if (status != ATT_OK)
		return status;
	m->main = new_model(m, m->catalog->path);
	if (!m->main || att_map_set(&m->by_path, m->main->path, 0) != ATT_OK)
		return att_err_memory(m->err);
	m->main->source = m->input->source;
	m->main->project = root;
	status = fill_model(m, m->main, MAX_PARENTS);
	m->main->loading = false;
	if (status == ATT_OK)
		status = keep_modules(m);
	return status == ATT_OK ? sbom_maven_manage(m, m->main, MAX_IMPORTS) : status;
}

void sbom_maven_clear(struct maven *m)
{
	for (size_t i = 0; i < m->model_count; i++) {
		att_map_clear(&m->models[i]->properties);
		att_map_clear(&m->models[i]->managed_by_key);
	}
	att_map_clear(&m->by_path);
	att_map_clear(&m->modules_by_name);
}
