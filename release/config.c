// SPDX-License-Identifier: Apache-2.0
#include "release/config.h"

#include "libattest/base/distance.h"
#include "libattest/base/glob.h"
#include "libattest/format/shape.h"
#include "libattest/format/toml.h"
#include "libattest/statement/tag_template.h"
#include "release/template.h"

#include "libattest/base/banned.h"

/* Patterns are matched with every artifact, and texts are put into templates again and again: what a project of
 * thousands of files needs, and no more than can be multiplied. */
enum { MAX_TABLES = 1000, MAX_LISTED = 1000, MAX_TEXT = 4096 };

struct reader {
	struct release_config *config;
	const struct att_source *source;
	struct att_err *err;
};

/* --- values ---------------------------------------------------------------------------------------------- */

/* A text of the table that is not empty; absent, *out stays as it is. */
static int read_text(const struct reader *r, const struct att_value *table, const char *key,
		     struct att_str *out, struct att_span *span)
{
	const struct att_value *value;
	int status = att_value_want(r->source, table, key, ATT_STRING, false, &value, r->err);
	if (status != ATT_OK || !value)
		return status;
	if (value->string.len == 0)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, value->span,
				      "expected a text for \"%s\", found an empty one", key);
	if (value->string.len > MAX_TEXT)
		return att_source_err(r->source, r->err, ATT_ERR_LIMIT, value->span,
				      "expected at most %d bytes for \"%s\", found %zu", (int)MAX_TEXT, key,
				      value->string.len);
	*out = value->string;
	if (span)
		*span = value->span;
	return ATT_OK;
}

static int read_template(const struct reader *r, const struct att_value *table, const char *key,
			 struct att_str *out, struct att_span *span)
{
	struct att_err why = {0};
	struct att_span place = {0, 0};
	int status = read_text(r, table, key, out, &place);
	if (status != ATT_OK)
		return status;
	if (span)
		*span = place;
	status = release_template_check(*out, &why);
	return status == ATT_OK ? ATT_OK
				: att_source_err(r->source, r->err, status, place, "the template of \"%s\": %s",
						 key, why.message);
}

/* Without "." and empty parts: paths are compared. */
static int clean_path(const struct reader *r, struct att_str *path)
{
	struct att_str rest = *path, part;
	char *clean = att_arena_alloc(&r->config->arena, path->len + 1, 1);
	size_t len = 0;
	if (!clean)
		return att_err_memory(r->err);
	while (att_str_split(&rest, '/', &part)) {
		if (part.len == 0 || att_str_is(part, "."))
			continue;
		if (len > 0)
			clean[len++] = '/';
		memcpy(clean + len, part.data, part.len);
		len += part.len;
	}
	*path = (struct att_str){clean, len};
	return ATT_OK;
}

/* A path below the folder of attest.toml. */
static int read_path(const struct reader *r, const struct att_value *table, const char *key,
		     struct att_str *out, struct att_span *span)
{
	struct att_span place = {0, 0};
	int status = read_template(r, table, key, out, &place);
	struct att_str rest = *out, part;
	if (span)
		*span = place;
	if (status == ATT_OK && att_str_starts(*out, ATT_STR("/")))
		status = att_source_err(
			r->source, r->err, ATT_ERR_MALFORMED, place,
			"expected a path relative to this file's folder for \"%s\", found one from "
			"the root",
			key);
	while (status == ATT_OK && att_str_split(&rest, '/', &part))
		if (att_str_is(part, ".."))
			status = att_source_err(
				r->source, r->err, ATT_ERR_MALFORMED, place,
				"expected a path below this file's folder for \"%s\", found \"..\"", key);
	return status == ATT_OK && out->len > 0 ? clean_path(r, out) : status;
}

static int read_flag(const struct reader *r, const struct att_value *table, const char *key, bool *out)
{
	const struct att_value *value;
	int status = att_value_want(r->source, table, key, ATT_BOOL, false, &value, r->err);
	*out = att_value_is_true(value);
	return status;
}

/* Which of the words stands there; absent, *out stays as it is. */
static int read_word(const struct reader *r, const struct att_value *table, const char *key,
		     const char *const words[2], int *out)
{
	struct att_str text = {NULL, 0};
	struct att_span span;
	int status = read_text(r, table, key, &text, &span);
	if (status != ATT_OK || text.len == 0)
		return status;
	for (*out = 0; *out < 2; ++*out)
		if (att_str_is(text, words[*out]))
			return ATT_OK;
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, span,
			      "expected \"%s\" or \"%s\" for \"%s\", found \"%.*s\"", words[0], words[1], key,
			      ATT_STR_ARG(att_str_first(text, 60)));
}

static int read_tier(const struct reader *r, const struct att_value *table, enum release_tier *out)
{
	static const char *const words[] = {"official", "preview"};
	int word = RELEASE_OFFICIAL;
	int status = read_word(r, table, "tier", words, &word);
	*out = word ? RELEASE_PREVIEW : RELEASE_OFFICIAL;
	return status;
}

static int want_texts(const struct reader *r, const struct att_value *list, const char *key)
{
	r->config->listed += list->count;
	if (r->config->listed > MAX_LISTED)
		return att_source_err(r->source, r->err, ATT_ERR_LIMIT, list->span,
				      "more than %d texts in all lists together", (int)MAX_LISTED);
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].kind != ATT_STRING || list->items[i].string.len == 0)
			return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, list->items[i].span,
					      "expected texts in \"%s\", found %s", key,
					      att_value_kind_name(&list->items[i]));
	return ATT_OK;
}

static int missing(const struct reader *r, struct att_span span, const char *table, const char *key)
{
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, span, "%s needs the key \"%s\"", table,
			      key);
}

/* --- tables ---------------------------------------------------------------------------------------------- */

static int check_tag(const struct reader *r, const struct release_project *project)
{
	struct att_err why = {0};
	int status = att_tag_template_check(project->tag, &why);
	if (status == ATT_OK || status == ATT_ERR_MEMORY)
		return status == ATT_OK ? ATT_OK : att_err_memory(r->err);
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, project->tag_span, "%s", why.message);
}

static int read_project(const struct reader *r, const struct att_value *table)
{
	static const char *const known[] = {"name",         "repository", "tag",
					    "version-from", "remote",     "branch",
					    "annotated",    "checksums",  NULL};
	struct release_project *project = &r->config->project;
	project->span = table->span;
	int status = att_shape_only(r->source, table, known, "[project]", r->err);
	if (status == ATT_OK)
		status = read_text(r, table, "name", &project->name, NULL);
	if (status == ATT_OK)
		status = read_text(r, table, "repository", &project->repository, NULL);
	if (status == ATT_OK)
		status = read_template(r, table, "tag", &project->tag, &project->tag_span);
	if (status == ATT_OK)
		status = read_path(r, table, "version-from", &project->version_from, &project->version_span);
	if (status == ATT_OK)
		status = read_text(r, table, "remote", &project->remote, NULL);
	if (status == ATT_OK)
		status = read_text(r, table, "branch", &project->branch, NULL);
	if (status == ATT_OK)
		status = read_flag(r, table, "annotated", &project->is_annotated);
	if (status == ATT_OK)
		status = read_path(r, table, "checksums", &project->checksums, &project->checksums_span);
	return status == ATT_OK ? check_tag(r, project) : status;
}

static int read_place(const struct reader *r, const struct att_value *table, size_t i)
{
	static const char *const known[] = {"file", "field", "group", "mode", "packed", NULL};
	static const char *const modes[] = {"source", "stamped"};
	struct release_place *place = &r->config->places[i];
	int mode = 0;
	place->span = table->span;
	place->group = ATT_STR("main");
	int status = att_shape_only(r->source, table, known, "[[version]]", r->err);
	if (status == ATT_OK)
		status = read_path(r, table, "file", &place->file, &place->file_span);
	if (status == ATT_OK && place->file.len == 0)
		status = missing(r, table->span, "[[version]]", "file");
	if (status == ATT_OK)
		status = read_text(r, table, "field", &place->field, &place->field_span);
	if (status == ATT_OK)
		status = read_text(r, table, "group", &place->group, NULL);
	if (status == ATT_OK)
		status = read_word(r, table, "mode", modes, &mode);
	if (status == ATT_OK)
		status = read_path(r, table, "packed", &place->packed, &place->packed_span);
	place->is_stamped = mode != 0;
	if (status == ATT_OK && place->is_stamped && place->packed.len == 0)
		status = missing(r, table->span, "a stamped [[version]]", "packed");
	return status;
}

static int read_requirements(const struct reader *r, const struct att_value *table,
			     struct release_artifact *artifact)
{
	static const char *const words[RELEASE_REQUIREMENTS] = {"sbom", "signature", "provenance"};
	const struct att_value *list;
	int status = att_value_want(r->source, table, "requires", ATT_ARRAY, false, &list, r->err);
	if (status != ATT_OK || !list)
		return status;
	status = want_texts(r, list, "requires");
	for (size_t i = 0; status == ATT_OK && i < list->count; i++) {
		size_t word = 0;
		while (word < RELEASE_REQUIREMENTS && !att_str_is(list->items[i].string, words[word]))
			word++;
		if (word == RELEASE_REQUIREMENTS)
			return att_source_err(
				r->source, r->err, ATT_ERR_MALFORMED, list->items[i].span,
				"expected \"sbom\", \"signature\" or \"provenance\" in \"requires\", "
				"found \"%.*s\"",
				ATT_STR_ARG(att_str_first(list->items[i].string, 60)));
		artifact->requires[word] = true;
	}
	return status;
}

static int read_artifact(const struct reader *r, const struct att_value *table, size_t i)
{
	static const char *const known[] = {"name", "path", "platform", "tier", "requires", NULL};
	struct release_artifact *artifact = &r->config->artifacts[i];
	artifact->span = table->span;
	int status = att_shape_only(r->source, table, known, "[[artifact]]", r->err);
	if (status == ATT_OK)
		status = read_template(r, table, "name", &artifact->name, &artifact->name_span);
	if (status == ATT_OK && artifact->name.len == 0)
		status = missing(r, table->span, "[[artifact]]", "name");
	if (status == ATT_OK && att_str_find_byte(artifact->name, '/') != ATT_STR_NONE)
		status = att_source_err(
			r->source, r->err, ATT_ERR_MALFORMED, artifact->name_span,
			"expected a file name for \"name\", found one with a folder: that is \"path\"");
	for (size_t other = 0; status == ATT_OK && other < i; other++)
		if (att_str_equal(r->config->artifacts[other].name, artifact->name))
			status = att_source_err(r->source, r->err, ATT_ERR_MALFORMED, artifact->name_span,
						"an [[artifact]] of this name stands above");
	if (status == ATT_OK)
		status = read_path(r, table, "path", &artifact->path, NULL);
	if (status == ATT_OK)
		status = read_text(r, table, "platform", &artifact->platform, NULL);
	if (status == ATT_OK)
		status = read_tier(r, table, &artifact->tier);
	return status == ATT_OK ? read_requirements(r, table, artifact) : status;
}

/* --- channels -------------------------------------------------------------------------------------------- */

static int read_kind(const struct reader *r, const struct att_value *table, struct release_channel *channel)
{
	struct att_str name = {NULL, 0};
	struct att_span span;
	const char *near = NULL;
	int status = read_text(r, table, "kind", &name, &span);
	if (status != ATT_OK)
		return status;
	if (name.len == 0)
		return missing(r, table->span, "[[channel]]", "kind");
	size_t bound = att_distance_bound(name);
	for (size_t i = 0; release_channel_kinds[i]; i++) {
		struct att_str known = att_str_of(release_channel_kinds[i]->name);
		if (att_str_equal(name, known)) {
			channel->kind = release_channel_kinds[i];
			return ATT_OK;
		}
		if (att_distance(name, known) < bound) {
			bound = att_distance(name, known);
			near = known.data;
		}
	}
	att_source_err(r->source, r->err, ATT_ERR_MALFORMED, span, "there is no kind of channel \"%.*s\"",
		       ATT_STR_ARG(att_str_first(name, 60)));
	if (near)
		att_err_help(r->err, "did you mean \"%s\"?", near);
	else
		att_err_help(r->err,
			     "kinds are crates, npm, pypi, go, oci, github, homebrew, scoop, aur, winget and "
			     "binstall");
	return ATT_ERR_MALFORMED;
}

static int read_settings(const struct reader *r, const struct att_value *table,
			 const struct release_channel *channel)
{
	static const char *const common[] = {"kind",      "name",  "package", "tier",
					     "artifacts", "token", "release", "dev"};
	enum { COMMON = sizeof common / sizeof common[0], MAX_SETTINGS = 10 };
	const char *known[COMMON + MAX_SETTINGS + 1] = {NULL};
	size_t count = 0;
	for (; count < COMMON; count++)
		known[count] = common[count];
	for (const struct release_setting *s = channel->kind->settings; s->key; s++)
		known[count++] = s->key;
	struct att_str what =
		att_arena_printf(&r->config->arena, "[[channel]] of kind %s", channel->kind->name);
	int status =
		what.data ? att_shape_only(r->source, table, known, what.data, r->err) : att_err_memory(r->err);
	for (const struct release_setting *s = channel->kind->settings; status == ATT_OK && s->key; s++) {
		const struct att_value *value;
		status = att_value_want(r->source, table, s->key, s->kind, s->required, &value, r->err);
		if (status == ATT_OK && value && s->kind == ATT_ARRAY)
			status = want_texts(r, value, s->key);
	}
	return status;
}

/* What it is that the channel has of its own kind: its package, else the end of its image or formula. */
static struct att_str tell_apart(const struct att_value *table, const struct release_channel *channel)
{
	static const char *const keys[] = {"repository", "formula", "cask", "manifest"};
	struct att_str text = channel->package;
	for (size_t i = 0; !att_value_get(table, "package") && i < sizeof keys / sizeof keys[0]; i++) {
		const struct att_value *value = att_value_get(table, keys[i]);
		if (!value || value->kind != ATT_STRING)
			continue;
		text = att_str_from(value->string, att_str_find_last_byte(value->string, '/') + 1);
		break;
	}
	return text;
}

/* Of those that have no name of their own. */
static bool is_only_one(const struct reader *r, const struct release_channel *channel)
{
	size_t count = 0;
	for (size_t i = 0; i < r->config->channel_count; i++)
		count += r->config->channels[i].kind == channel->kind &&
			 !att_value_get(r->config->channels[i].table, "name");
	return count == 1;
}

/* What reports call the channel: its name, else its kind, with what tells it from another of the kind. */
static int name_channel(const struct reader *r, size_t i)
{
	struct release_channel *channel = &r->config->channels[i];
	struct att_str own = tell_apart(channel->table, channel);
	channel->label = att_str_of(channel->kind->name);
	if (own.len > 0 && !is_only_one(r, channel))
		channel->label = ATT_ARENA_JOIN(&r->config->arena, channel->label, ATT_STR(" "), own);
	if (!channel->label.data)
		return att_err_memory(r->err);
	int status = read_text(r, channel->table, "name", &channel->label, NULL);
	for (size_t other = 0; status == ATT_OK && other < i; other++) {
		if (!att_str_equal(r->config->channels[other].label, channel->label))
			continue;
		att_source_err(r->source, r->err, ATT_ERR_MALFORMED, channel->span,
			       "another [[channel]] is called \"%.*s\", too",
			       ATT_STR_ARG(att_str_first(channel->label, 60)));
		att_err_help(r->err, "give it a \"name\" of its own");
		status = ATT_ERR_MALFORMED;
	}
	return status;
}

static int read_channel(const struct reader *r, const struct att_value *table, size_t i)
{
	struct release_channel *channel = &r->config->channels[i];
	channel->span = table->span;
	channel->table = table;
	channel->package = r->config->project.name;
	int status = read_kind(r, table, channel);
	if (status == ATT_OK)
		status = read_settings(r, table, channel);
	if (status == ATT_OK)
		status = read_text(r, table, "package", &channel->package, NULL);
	if (status == ATT_OK)
		status = read_text(r, table, "token", &channel->token, NULL);
	if (status == ATT_OK)
		status = read_template(r, table, "release", &channel->release, &channel->release_span);
	if (status == ATT_OK)
		status = read_template(r, table, "dev", &channel->dev, &channel->dev_span);
	if (status == ATT_OK)
		status = read_tier(r, table, &channel->tier);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "artifacts", ATT_ARRAY, false, &channel->artifacts,
					r->err);
	if (status == ATT_OK && channel->artifacts)
		status = want_texts(r, channel->artifacts, "artifacts");
	return status;
}

/* --- the file -------------------------------------------------------------------------------------------- */

/* Reads [[key]] into an array of `size` bytes for each. */
static int read_tables(const struct reader *r, const struct att_value *document, const char *key, size_t size,
		       void **items, size_t *count,
		       int (*read)(const struct reader *, const struct att_value *, size_t))
{
	const struct att_value *list;
	int status = att_shape_tables(r->source, document, key, &list, r->err);
	if (status != ATT_OK || !list)
		return status;
	if (list->count > MAX_TABLES)
		return att_source_err(r->source, r->err, ATT_ERR_LIMIT, list->items[MAX_TABLES].span,
				      "more than %d [[%s]]", (int)MAX_TABLES, key);
	*items = att_arena_alloc(&r->config->arena, list->count, size);
	if (!*items)
		return att_err_memory(r->err);
	*count = list->count;
	for (size_t i = 0; status == ATT_OK && i < list->count; i++)
		status = read(r, &list->items[i], i);
	return status;
}

int release_config_parse(const struct att_source *source, struct release_config *config, struct att_err *err)
{
	static const char *const known[] = {"project", "version", "artifact", "channel", "trust", "gate", NULL};
	const struct reader r = {config, source, err};
	const struct att_value *project = NULL;
	*config = (struct release_config){.source = source};
	struct att_value *document = att_arena_alloc(&config->arena, 1, sizeof *document);
	if (!document)
		return att_err_memory(err);
	config->project = (struct release_project){
		.tag = ATT_STR("v{version}"), .remote = ATT_STR("origin"), .branch = ATT_STR("main")};
	int status = att_toml_parse(source, &config->arena, document, err);
	if (status == ATT_OK)
		status = att_shape_only(source, document, known, "attest.toml", err);
	if (status == ATT_OK)
		status = att_value_want(source, document, "project", ATT_OBJECT, false, &project, err);
	if (status == ATT_OK && project)
		status = read_project(&r, project);
	if (status == ATT_OK)
		status = read_tables(&r, document, "version", sizeof *config->places, (void **)&config->places,
				     &config->place_count, read_place);
	if (status == ATT_OK)
		status = read_tables(&r, document, "artifact", sizeof *config->artifacts,
				     (void **)&config->artifacts, &config->artifact_count, read_artifact);
	if (status == ATT_OK)
		status = read_tables(&r, document, "channel", sizeof *config->channels,
				     (void **)&config->channels, &config->channel_count, read_channel);
	for (size_t i = 0; status == ATT_OK && i < config->channel_count; i++)
		status = name_channel(&r, i);
	return status;
}

void release_config_clear(struct release_config *config)
{
	att_arena_clear(&config->arena);
}

struct att_str release_channel_text(const struct release_channel *channel, const char *key,
				    const char *otherwise)
{
	const struct att_value *value = att_value_get(channel->table, key);
	return value ? att_value_text(value) : att_str_of(otherwise);
}

bool release_channel_carries(const struct release_channel *channel, const struct release_artifact *artifact)
{
	for (size_t i = 0; channel->artifacts && i < channel->artifacts->count; i++)
		if (att_glob_match(channel->artifacts->items[i].string, artifact->name))
			return true;
	return false;
}

/* --- what makes no sense --------------------------------------------------------------------------------- */

static void add_finding(const struct release_config *config, struct att_findings *findings,
			struct att_span span, struct att_finding *finding)
{
	finding->severity = ATT_ERROR;
	finding->cannot_tell = true;
	finding->file = config->source->path;
	finding->place = att_source_place(config->source, span);
	finding->source_line = att_source_line_text(config->source, finding->place.line);
	att_findings_add(findings, finding);
}

static void check_carried(const struct release_config *config, struct att_findings *findings)
{
	for (size_t i = 0; i < config->artifact_count; i++) {
		const struct release_artifact *artifact = &config->artifacts[i];
		size_t channel = 0;
		while (channel < config->channel_count &&
		       !release_channel_carries(&config->channels[channel], artifact))
			channel++;
		if (channel == config->channel_count)
			add_finding(config, findings, artifact->name_span,
				    &(struct att_finding){
					    .code = "uncarried-artifact",
					    .message = ATT_STR("no channel carries this artifact"),
					    .artifact = artifact->name,
					    .help = ATT_STR(
						    "name it in \"artifacts\" of a [[channel]], or remove it"),
				    });
	}
}

static void check_globs(const struct release_config *config, struct att_findings *findings)
{
	for (size_t c = 0; c < config->channel_count; c++) {
		const struct att_value *globs = config->channels[c].artifacts;
		for (size_t g = 0; globs && g < globs->count; g++) {
			size_t i = 0;
			while (i < config->artifact_count &&
			       !att_glob_match(globs->items[g].string, config->artifacts[i].name))
				i++;
			if (i == config->artifact_count)
				add_finding(config, findings, globs->items[g].span,
					    &(struct att_finding){
						    .code = "empty-channel",
						    .message = ATT_STR("this pattern names no [[artifact]]"),
						    .channel = config->channels[c].label,
						    .help = ATT_STR(
							    "patterns are held against \"name\" as it stands "
							    "there, braces included"),
					    });
		}
	}
}

void release_config_check(const struct release_config *config, struct att_findings *findings)
{
	const struct release_project *project = &config->project;
	size_t i = 0;
	while (i < config->place_count && !att_str_equal(config->places[i].file, project->version_from))
		i++;
	if (project->version_from.len > 0 && i == config->place_count)
		add_finding(config, findings, project->version_span,
			    &(struct att_finding){
				    .code = "undeclared-version",
				    .message = ATT_STR("version-from is the file of no [[version]]"),
				    .help = ATT_STR("add a [[version]] with this file"),
			    });
	check_carried(config, findings);
	check_globs(config, findings);
}
