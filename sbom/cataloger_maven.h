// SPDX-License-Identifier: Apache-2.0
/* Project models of Maven (https://maven.apache.org/pom.html), as far as the tree holds them: poms with their
 * parents, properties and managed versions. */
#ifndef SBOM_CATALOGER_MAVEN_H
#define SBOM_CATALOGER_MAVEN_H

#include "libattest/format/xml.h"
#include "sbom/cataloger.h"

struct maven_model;

/* A managed dependency: its properties are looked up in `context`. */
struct maven_managed {
	struct att_str key;
	const struct att_xml *element;
	const struct maven_model *context;
};

struct maven_coordinates {
	struct att_str group, name, version;
};

struct maven_model {
	struct att_str path, folder; /* relative to the root */
	struct att_source source;
	const struct att_xml *project, *parent_element;
	const struct maven_model *parent;    /* when it is in the tree */
	struct att_str group, name, version; /* as written, inherited where absent */
	struct maven_coordinates facts;      /* the same with properties resolved; empty where they cannot be */
	struct att_map properties;           /* name -> values */
	struct att_str *values;
	size_t value_count, value_capacity;
	struct att_map managed_by_key; /* "group:name:type:classifier" -> managed */
	struct maven_managed *managed;
	size_t managed_count, managed_capacity;
	const struct att_xml **unknown_imports; /* import-scope BOMs that are not in the tree */
	size_t import_count, import_capacity;
	const struct maven_model *imported_by; /* the last that did */
	bool loading, is_managed;
};

struct maven {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct maven_model *main;
	struct maven_model **models; /* all that were looked at */
	size_t model_count, model_capacity;
	struct att_map by_path; /* path -> models; UINT32_MAX when it could not be read */
	struct module *modules; /* of the main model and its parents */
	size_t module_count, module_capacity;
	struct att_map modules_by_name; /* last part of the folder -> the latest of modules */
};

/* Loads the model of the cataloger's own file; errors are those of the file. */
int sbom_maven_load_main(struct maven *m) ATT_MUST_USE;

/* Loads the model at `path` relative to the root; *model is NULL when it is not there or makes no sense.
 * Errors: ATT_ERR_MEMORY. */
int sbom_maven_load(struct maven *m, struct att_str path, struct maven_model **model) ATT_MUST_USE;

/* The path of a module or parent: "a" means "a/pom.xml". data is NULL when it leaves the tree. */
struct att_str sbom_maven_pom_path(struct maven *m, struct att_str folder, struct att_str relative);

/* Replaces ${...} in `text` by what `model` knows. Returns false, with *out as written, when something is
 * unknown, loops or grows without measure. */
bool sbom_maven_resolve(struct maven *m, const struct maven_model *model, struct att_str text,
			struct att_str *out);

/* Resolves a child element's text; empty when it is absent or cannot be resolved. */
struct att_str sbom_maven_text(struct maven *m, const struct maven_model *model, const struct att_xml *element,
			       const char *name);

/* "group:name:type:classifier" of a dependency, the key by which Maven manages and overrides; data is NULL
 * when group or name are absent or unknown. */
struct att_str sbom_maven_key(struct maven *m, const struct maven_model *model, const struct att_xml *element);

/* Gathers the managed dependencies of a model: its own, its parents', then those of imported BOMs. */
int sbom_maven_manage(struct maven *m, struct maven_model *model, unsigned depth) ATT_MUST_USE;

/* The managed dependency of this key, or NULL. */
const struct maven_managed *sbom_maven_find_managed(const struct maven_model *model, struct att_str key);

/* A project of the tree with these coordinates: a module of the main model or of one of its parents whose
 * folder is called like the end of its name, or one of them. NULL when there is none; an empty version fits
 * all. Errors: ATT_ERR_MEMORY. */
int sbom_maven_find_local(struct maven *m, const struct maven_coordinates *wanted,
			  struct maven_model **model) ATT_MUST_USE;

void sbom_maven_clear(struct maven *m);

#endif
