// SPDX-License-Identifier: Apache-2.0
/* Names against the rules of their ecosystems: legal, in order, and of one commit only. */
#include "libattest/package/version.h"
#include "release/derive_internal.h"

#include "libattest/base/banned.h"

enum { MAX_IMAGE_TAG = 128 };

enum release_scheme release_derive_scheme(const struct release_channel *channel)
{
	static const struct {
		const char *kind;
		enum release_scheme scheme;
	} rows[] = {
		{"crates", RELEASE_CARGO}, {"npm", RELEASE_NPM}, {"pypi", RELEASE_PEP440},
		{"go", RELEASE_GO},        {"oci", RELEASE_OCI},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(channel->kind->name, rows[i].kind) == 0)
			return rows[i].scheme;
	return RELEASE_SEMVER;
}

/* A spelling that works: ours, for a version whose template the project wrote. */
static struct att_str find_better(const struct derivation *d, const struct release_name *name)
{
	struct att_str better = {NULL, 0};
	if (name->span.end == 0 || strcmp(name->use, "version") != 0)
		return better;
	int status = d->stream == RELEASE_RELEASE
			     ? release_spelling_of(name->scheme, d->variables.version, d->arena, &better, NULL)
			     : release_derive_dev(d, name->scheme, &d->variables, &better, NULL);
	return status == ATT_OK && !att_str_equal(better, name->text) ? better : (struct att_str){NULL, 0};
}

static void report(struct derivation *d, const struct release_name *name, struct att_finding *finding)
{
	struct att_str better = find_better(d, name);
	finding->severity = ATT_ERROR;
	finding->channel = name->channel->label;
	finding->file = d->config->source->path;
	finding->place = att_source_place(d->config->source, name->span.end ? name->span : name->channel->span);
	finding->source_line = att_source_line_text(d->config->source, finding->place.line);
	finding->found = name->text;
	if (better.len > 0 && finding->help.len == 0)
		finding->help =
			att_arena_printf(d->arena, "a %s that works is %.*s", name->use, ATT_STR_ARG(better));
	att_findings_add(d->findings, finding);
}

void release_derive_undetermined(struct derivation *d, const struct release_name *name,
				 const struct att_err *why)
{
	report(d, name,
	       &(struct att_finding){
		       .code = "undetermined-version",
		       .message =
			       att_arena_printf(d->arena, "the %s cannot be told: %s", name->use, why->message),
		       .help = att_str_of(why->help),
		       .cannot_tell = true,
	       });
}

static bool is_image_tag(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!att_ascii_is_alnum(text.data[i]) && text.data[i] != '_' &&
		    (i == 0 || (text.data[i] != '.' && text.data[i] != '-')))
			return false;
	return text.len > 0 && text.len <= MAX_IMAGE_TAG;
}

/* npm reads a tag that looks like a version as one. */
static bool is_dist_tag(struct att_str text)
{
	bool has_mark = text.len > 1 && (text.data[0] == 'v' || text.data[0] == 'V');
	return is_image_tag(text) && !att_ascii_is_digit(text.data[has_mark]);
}

/* The parts of a path, each as plain as the tag of an image. */
static bool is_git_tag(struct att_str text)
{
	struct att_str part;
	while (att_str_split(&text, '/', &part))
		if (!is_image_tag(part))
			return false;
	return true;
}

/* Why the ecosystem would not take it, or NULL; the words may lie in *why. */
static const char *object(const struct derivation *d, const struct release_name *name, struct att_err *why)
{
	struct att_str normal;
	if (strcmp(name->use, "dist-tag") == 0)
		return is_dist_tag(name->text)
			       ? NULL
			       : "a dist-tag has letters, digits, \"_\", \".\" and \"-\", and does not "
				 "begin like a version";
	if (name->scheme == RELEASE_OCI)
		return is_image_tag(name->text)
			       ? NULL
			       : "a tag of an image has up to 128 letters, digits, \"_\", \".\" and "
				 "\"-\", and begins with none of the last two";
	if (strcmp(name->use, "tag") == 0)
		return is_git_tag(name->text) ? NULL : "the tag of a module is its folder and a version";
	int status = release_spelling_of(name->scheme == RELEASE_GO ? RELEASE_SEMVER : name->scheme,
					 att_str_from(name->text, name->scheme == RELEASE_GO), d->arena,
					 &normal, why);
	if (status == ATT_ERR_MEMORY)
		return NULL; /* the arena knows */
	if (status != ATT_OK)
		return why->message;
	if (!release_spelling_reads(name->scheme, name->text))
		return "it is no version of this ecosystem";
	return name->scheme != RELEASE_PEP440 || att_str_equal(normal, name->text)
		       ? NULL
		       : "package indexes show it spelled otherwise";
}

/* The order of its ecosystem; NULL for names without one. */
static const struct att_version_scheme *order_of(const struct release_name *name)
{
	if (strcmp(name->use, "version") != 0 || name->scheme == RELEASE_OCI)
		return NULL;
	return att_version_scheme_find(name->scheme == RELEASE_PEP440 ? ATT_STR("pep440")
				       : name->scheme == RELEASE_GO   ? ATT_STR("go")
								      : ATT_STR("semver"));
}

static void prove_order(struct derivation *d, const struct release_name *name)
{
	const struct att_version_scheme *scheme = order_of(name);
	struct att_str last;
	int order = 0;
	if (!scheme || d->commit->last.len == 0)
		return;
	int status = release_spelling_of(name->scheme, d->commit->last, d->arena, &last, NULL);
	if (status == ATT_OK && att_version_check(scheme, name->text, NULL) != ATT_OK)
		return; /* that it is none was said */
	if (status == ATT_OK)
		status = att_version_compare(scheme, name->text, last, &order, NULL);
	if ((status == ATT_OK && order > 0) || status == ATT_ERR_MEMORY)
		return;
	report(d, name,
	       &(struct att_finding){
		       .code = "version-order",
		       .message = status == ATT_OK
					  ? ATT_STR("this version does not sort after the last release")
					  : ATT_STR("this version cannot be compared with the last release"),
		       .expected = att_arena_printf(d->arena, "a version newer than %.*s",
						    ATT_STR_ARG(d->commit->last)),
		       .cannot_tell = status != ATT_OK,
	       });
}

void release_derive_prove(struct derivation *d, const struct release_name *name)
{
	struct att_err err = {0};
	const char *why = object(d, name, &err);
	if (why)
		report(d, name,
		       &(struct att_finding){
			       .code = "illegal-version",
			       .message = att_arena_printf(d->arena, "%.*s cannot be published as this %s: %s",
							   ATT_STR_ARG(name->text), name->use, why),
		       });
	prove_order(d, name);
}

/* What the registry knows the version by: npm and crates.io leave the build metadata out. */
static struct att_str identity(const struct release_name *name)
{
	bool drops = name->scheme == RELEASE_NPM || name->scheme == RELEASE_CARGO;
	return drops ? att_str_first(name->text, att_str_find_byte(name->text, '+')) : name->text;
}

/* One finding of a kind is enough: two other commits are compared with. */
static bool is_known(const struct derivation *d, const struct release_name *name, const char *code)
{
	for (size_t i = 0; i < d->findings->count; i++)
		if (strcmp(d->findings->items[i].code, code) == 0 &&
		    att_str_equal(d->findings->items[i].channel, name->channel->label) &&
		    att_str_equal(d->findings->items[i].found, name->text))
			return true;
	return false;
}

static void report_collision(struct derivation *d, const struct release_name *name, bool is_twin)
{
	struct att_finding finding = {.code = "version-collision"};
	if (is_twin) {
		finding.message =
			att_arena_printf(d->arena, "commit %.*s, of the same second, has this %s, too",
					 ATT_STR_ARG(att_str_first(d->commit->twin, 12)), name->use);
		finding.help = ATT_STR("publish one of the two only");
	} else {
		finding.message = att_arena_printf(
			d->arena, "another commit of the same day would have this %s, too", name->use);
	}
	report(d, name, &finding);
}

void release_derive_compare(struct derivation *d, const struct release_name *name,
			    const struct release_name *other, enum release_other which)
{
	const struct att_version_scheme *scheme = order_of(name);
	bool is_twin = which == RELEASE_OTHER_TWIN;
	int order = 0;
	if (name->moves)
		return;
	if (att_str_equal(identity(name), identity(other))) {
		if (!is_known(d, name, "version-collision"))
			report_collision(d, name, is_twin);
		return;
	}
	if (!scheme || is_twin ||
	    att_version_compare(scheme, name->text, other->text, &order, NULL) != ATT_OK ||
	    (which == RELEASE_OTHER_EARLIER ? order > 0 : order < 0) || is_known(d, name, "version-order"))
		return;
	report(d, name,
	       &(struct att_finding){
		       .code = "version-order",
		       .message = ATT_STR("a later commit of the same day may sort before this one"),
	       });
}
