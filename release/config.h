// SPDX-License-Identifier: Apache-2.0
/* attest.toml: what a project releases. [project], [[version]], [[artifact]] and [[channel]] are read here;
 * [trust] is that of attest verify, [[gate]] that of attest gate. docs/FORMATS.md says what each key means. */
#ifndef RELEASE_CONFIG_H
#define RELEASE_CONFIG_H

#include "libattest/base/finding.h"
#include "libattest/format/value.h"

/* What is official blocks a release, what is in preview is told. */
enum release_tier { RELEASE_OFFICIAL, RELEASE_PREVIEW };

/* Texts are "" where nothing is given and nothing follows. */
struct release_project {
	struct att_str name;
	struct att_str repository;     /* URL */
	struct att_str tag;            /* template of tags, "v{version}" unless another is given */
	struct att_str version_from;   /* the file of [[version]] that decides */
	struct att_str remote, branch; /* where git pushes to, "origin"; what releases are made of, "main" */
	bool is_annotated;             /* tags have to be */
	struct att_str checksums;      /* template of the path of the manifest of all artifacts */
	struct att_span span, tag_span, version_span, checksums_span;
};

/* A place that says a version. */
struct release_place {
	struct att_str file;   /* relative to the folder of attest.toml */
	struct att_str field;  /* keys, joined by dots as in TOML; "" for what the kind of file has */
	struct att_str group;  /* "main" unless another is given */
	bool is_stamped;       /* the file holds a placeholder, and only the packed archive the version */
	struct att_str packed; /* template of the archive's path; every stamped place has one */
	struct att_span span, file_span, field_span, packed_span;
};

enum release_requirement { RELEASE_SBOM, RELEASE_SIGNATURE, RELEASE_PROVENANCE, RELEASE_REQUIREMENTS };

struct release_artifact {
	struct att_str name;     /* template of a file name */
	struct att_str path;     /* its folder, relative to that of attest.toml; "" for that one itself */
	struct att_str platform; /* "linux-x86_64" */
	enum release_tier tier;
	bool requires[RELEASE_REQUIREMENTS]; /* what has to lie beside it */
	struct att_span span, name_span;
};

/* A setting that a kind of channel takes, besides those that all have. */
struct release_setting {
	const char *key;
	enum att_kind kind; /* ATT_STRING, ATT_BOOL, or ATT_ARRAY of strings */
	bool required;
};

struct release_channel_kind {
	const char *name;                       /* "npm" */
	const struct release_setting *settings; /* a row without key ends them */
};

/* All kinds; NULL ends them. */
extern const struct release_channel_kind *const release_channel_kinds[];

struct release_channel {
	const struct release_channel_kind *kind;
	struct att_str label;   /* what reports call it; unique */
	struct att_str package; /* what the project is called there; its name unless another is given */
	enum release_tier tier;
	struct att_str token;        /* name of the environment variable that holds its token */
	struct att_str release, dev; /* templates of the version there; "" for what the kind makes of it */
	struct att_span release_span, dev_span;
	const struct att_value *artifacts; /* array of globs of the artifacts that it carries, or NULL: none */
	const struct att_value *table;     /* all of it; its settings have the kinds that they should */
	struct att_span span;
};

struct release_config {
	struct att_arena arena; /* owns all but the text that was parsed */
	const struct att_source *source;
	struct release_project project;
	struct release_place *places;
	struct release_artifact *artifacts;
	struct release_channel *channels;
	size_t place_count, artifact_count, channel_count;
	size_t listed; /* texts in all lists, which have a ceiling together */
};

/* Reads attest.toml; the source outlives *config. Clear it in any case. Errors, with the place:
 * ATT_ERR_MALFORMED for what is no TOML, keys that are none ("did you mean"), values of another kind, and
 * templates that do not resolve; ATT_ERR_LIMIT, ATT_ERR_MEMORY. */
int release_config_parse(const struct att_source *source, struct release_config *config,
			 struct att_err *err) ATT_MUST_USE;
void release_config_clear(struct release_config *config);

/* What is well-formed and makes no sense, as findings: artifacts that no channel carries, channels whose globs
 * name no artifact, a version-from that is no [[version]]. */
void release_config_check(const struct release_config *config, struct att_findings *findings);

/* Does the channel carry the artifact? */
bool release_channel_carries(const struct release_channel *channel, const struct release_artifact *artifact);

/* A setting of the channel, or `otherwise` when it is not given. */
struct att_str release_channel_text(const struct release_channel *channel, const char *key,
				    const char *otherwise);

#endif
