// SPDX-License-Identifier: Apache-2.0
#include "release/derive.h"

#include "libattest/base/time.h"
#include "libattest/package/version.h"
#include "libattest/statement/tag_template.h"
#include "release/derive_internal.h"

#include "libattest/base/banned.h"

enum { STAMP = 14, DAY = 8, DAY_SECONDS = 24 * 60 * 60 };

const char *release_stream_name(enum release_stream stream)
{
	return stream == RELEASE_RELEASE ? "release" : stream == RELEASE_DEV ? "dev" : "none";
}

enum release_stream release_classify(const struct release_project *project, struct att_str ref)
{
	static const struct att_str tags = {"refs/tags/", 10}, heads = {"refs/heads/", 11};
	struct att_str version;
	if (att_str_starts(ref, tags) &&
	    att_tag_template_version(project->tag, att_str_from(ref, tags.len), &version) &&
	    release_spelling_reads(RELEASE_ANY, version))
		return RELEASE_RELEASE;
	if (att_str_starts(ref, heads) && att_str_equal(att_str_from(ref, heads.len), project->branch))
		return RELEASE_DEV;
	return RELEASE_UNPUBLISHED;
}

void release_names_clear(struct release_names *names)
{
	att_arena_clear(&names->arena);
	*names = (struct release_names){0};
}

/* --- what channels call it ------------------------------------------------------------------------------- */

static int add_name(struct derivation *d, const struct release_name *name)
{
	struct release_name *at = att_arena_push(d->arena, (void **)&d->names->items, &d->names->count,
						 &d->names->capacity, sizeof *at);
	if (!at)
		return att_err_memory(d->err);
	*at = *name;
	return ATT_OK;
}

/* The text of a template, or of ours; a name that cannot be made is a finding. */
static int add_expanded(struct derivation *d, const struct release_channel *channel, struct att_str text,
			struct att_span span, const char *use, bool moves)
{
	struct release_name name = {channel, release_derive_scheme(channel), use, {NULL, 0}, moves, span};
	struct att_err why = {0};
	struct release_variables variables = d->variables;
	int status = ATT_OK;
	if (variables.version.len > 0)
		status = release_spelling_of(name.scheme == RELEASE_GO ? RELEASE_SEMVER : name.scheme,
					     variables.version, d->arena, &variables.version, &why);
	if (status == ATT_OK)
		status = release_template_expand(text, &variables, d->arena, &name.text, &why);
	if (status == ATT_OK)
		return add_name(d, &name);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(d->err);
	release_derive_undetermined(d, &name, &why);
	return ATT_OK;
}

static int add_version(struct derivation *d, const struct release_channel *channel)
{
	enum release_scheme scheme = release_derive_scheme(channel);
	bool is_release = d->stream == RELEASE_RELEASE;
	struct att_str given = is_release ? channel->release : channel->dev;
	struct att_err why = {0};
	struct release_name name = {channel, scheme, "version", {NULL, 0}, false, {0, 0}};
	if (given.len > 0)
		return add_expanded(d, channel, given, is_release ? channel->release_span : channel->dev_span,
				    name.use, false);
	int status = is_release ? release_spelling_of(scheme, d->variables.version, d->arena, &name.text, &why)
				: release_derive_dev(d, scheme, &d->variables, &name.text, &why);
	if (status == ATT_OK)
		return name.text.len > 0 ? add_name(d, &name) : ATT_OK;
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(d->err);
	release_derive_undetermined(d, &name, &why);
	return ATT_OK;
}

/* A tag that stays with its commit says which one it is. */
static bool does_move(struct att_str text)
{
	return att_str_find(text, ATT_STR("{version}")) == ATT_STR_NONE &&
	       att_str_find(text, ATT_STR("{commit}")) == ATT_STR_NONE &&
	       att_str_find(text, ATT_STR("{short}")) == ATT_STR_NONE &&
	       att_str_find(text, ATT_STR("{time}")) == ATT_STR_NONE &&
	       att_str_find(text, ATT_STR("{tag}")) == ATT_STR_NONE;
}

static bool is_prerelease(struct att_str version)
{
	return att_version_is_prerelease(att_version_scheme_find(ATT_STR("semver")), version);
}

/* Whoever pulls "latest" or "1.2" wants no release candidate. */
static bool is_left_out(const struct derivation *d, struct att_str text)
{
	return d->stream == RELEASE_RELEASE && does_move(text) && is_prerelease(d->variables.version);
}

static int add_image_tags(struct derivation *d, const struct release_channel *channel)
{
	static const char *const ours[][3] = {{"{version}", "{major}.{minor}", "latest"},
					      {"{commit}", "dev", NULL}};
	bool is_release = d->stream == RELEASE_RELEASE;
	const struct att_value *given = att_value_get(channel->table, is_release ? "tags" : "dev-tags");
	int status = ATT_OK;
	for (size_t i = 0; given && status == ATT_OK && i < given->count; i++)
		if (!is_left_out(d, given->items[i].string))
			status = add_expanded(d, channel, given->items[i].string, given->items[i].span, "tag",
					      does_move(given->items[i].string));
	for (size_t i = 0; !given && status == ATT_OK && i < 3 && ours[!is_release][i]; i++) {
		struct att_str text = att_str_of(ours[!is_release][i]);
		if (!is_left_out(d, text))
			status =
				add_expanded(d, channel, text, (struct att_span){0, 0}, "tag", does_move(text));
	}
	return status;
}

/* npm installs what "latest" names: nothing that is to be tried out may have it. */
static int add_dist_tag(struct derivation *d, const struct release_channel *channel)
{
	const char *otherwise = d->stream == RELEASE_DEV              ? "dev"
				: is_prerelease(d->variables.version) ? "next"
								      : "latest";
	struct release_name name = {channel, RELEASE_ANY, "dist-tag", att_str_of(otherwise), true, {0, 0}};
	const struct att_value *given = att_value_get(channel->table, "dist-tag");
	if (given && d->stream == RELEASE_RELEASE && !is_prerelease(d->variables.version)) {
		name.text = given->string;
		name.span = given->span;
	}
	return add_name(d, &name);
}

/* The tag by which Go finds the module: its folder stands before the version. */
static int add_module_tag(struct derivation *d, const struct release_channel *channel)
{
	struct att_str folder = release_channel_text(channel, "folder", "");
	struct release_name name = {channel, RELEASE_GO, "tag", {NULL, 0}, false, {0, 0}};
	struct att_str version = d->names->items[d->names->count - 1].text;
	name.text = ATT_ARENA_JOIN(d->arena, folder, att_str_of(folder.len ? "/" : ""), version);
	return name.text.data ? add_name(d, &name) : att_err_memory(d->err);
}

static int add_channel(struct derivation *d, const struct release_channel *channel)
{
	const char *kind = channel->kind->name;
	size_t before = d->names->count;
	if (strcmp(kind, "oci") == 0)
		return add_image_tags(d, channel);
	int status = add_version(d, channel);
	if (status != ATT_OK || d->names->count == before)
		return status;
	if (strcmp(kind, "npm") == 0)
		return add_dist_tag(d, channel);
	if (strcmp(kind, "go") == 0 && d->stream == RELEASE_RELEASE)
		return add_module_tag(d, channel);
	return ATT_OK;
}

/* --- what they follow from ------------------------------------------------------------------------------- */

bool release_is_commit(struct att_str id)
{
	for (size_t i = 0; i < id.len; i++)
		if (!att_ascii_is_digit(id.data[i]) && (id.data[i] < 'a' || id.data[i] > 'f'))
			return false;
	return id.len == 40 || id.len == 64;
}

/* {date} and {time} of a commit, in UTC. */
static int stamp(struct att_arena *arena, const struct release_commit *commit, struct release_variables *v,
		 struct att_err *err)
{
	char text[ATT_TIME_TEXT + 1], digits[STAMP + 1];
	size_t count = 0;
	att_time_format(commit->time, text);
	for (const char *c = text; *c && count < STAMP; c++)
		if (att_ascii_is_digit(*c))
			digits[count++] = *c;
	struct att_str copy = att_arena_copy(arena, (struct att_str){digits, count});
	if (!copy.data)
		return att_err_memory(err);
	v->date = att_str_first(copy, DAY);
	v->time = commit->has_time ? copy : (struct att_str){NULL, 0};
	return ATT_OK;
}

int release_variables_of(const struct release_config *config, const struct release_commit *commit,
			 struct att_arena *arena, struct release_variables *v, struct att_err *err)
{
	static const struct att_str tags = {"refs/tags/", 10};
	bool is_release = release_classify(&config->project, commit->ref) == RELEASE_RELEASE;
	*v = (struct release_variables){
		.name = config->project.name, .commit = commit->id, .last = commit->last};
	if (is_release) {
		v->tag = att_str_from(commit->ref, tags.len);
		/* It was classified by this. */
		(void)att_tag_template_version(config->project.tag, v->tag, &v->version);
	}
	int status = stamp(arena, commit, v, err);
	if (status == ATT_OK && is_release)
		status = release_spelling_of(RELEASE_SEMVER, v->version, arena, &v->version, err);
	if (status != ATT_OK)
		return status;
	/* What follows a number that nobody can count to is not known, which matters only to who asks for it.
	 */
	status = release_derive_next(commit->last, arena, &v->next, err);
	if (status == ATT_ERR_UNSUPPORTED)
		v->next = (struct att_str){NULL, 0};
	return status == ATT_ERR_UNSUPPORTED ? ATT_OK : status;
}

static int derive(struct derivation *d, const struct release_commit *commit, struct release_names *names)
{
	int status = release_variables_of(d->config, commit, d->arena, &d->variables, d->err);
	d->names = names;
	for (size_t i = 0; status == ATT_OK && i < d->config->channel_count; i++)
		status = add_channel(d, &d->config->channels[i]);
	return status;
}

/* Holds the names against those of another commit. */
static int prove_against(struct derivation *d, const struct release_commit *other, enum release_other which)
{
	struct release_names names = {0};
	struct att_findings none;
	att_findings_init(&none);
	struct derivation theirs = *d;
	theirs.findings = &none;
	int status = derive(&theirs, other, &names);
	/* What could not be made for one could not for the other, so the lists go side by side. */
	for (size_t i = 0; status == ATT_OK && i < d->names->count && i < names.count; i++)
		release_derive_compare(d, &d->names->items[i], &names.items[i], which);
	att_findings_clear(&none);
	return status;
}

/* Another commit of the day, one second later, whose hash is as small or as great as one can be: no name may be
 * shared with it, and it has to sort behind. In the day's last second this one is the later of the two. */
static int prove_day(struct derivation *d, const struct release_commit *commit)
{
	static const char *const ids[] = {"0000000000000000000000000000000000000000000000000000000000000000",
					  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};
	struct release_commit other = *commit;
	bool is_last = other.time % DAY_SECONDS == DAY_SECONDS - 1;
	int status = ATT_OK;
	other.time += is_last ? -1 : 1;
	for (size_t i = 0; status == ATT_OK && i < 2; i++) {
		other.id = att_str_first(att_str_of(ids[i]), commit->id.len);
		status = prove_against(d, &other, is_last ? RELEASE_OTHER_EARLIER : RELEASE_OTHER_LATER);
	}
	if (status != ATT_OK || commit->twin.len == 0)
		return status;
	other = *commit;
	other.id = commit->twin;
	return prove_against(d, &other, RELEASE_OTHER_TWIN);
}

int release_derive(const struct release_config *config, const struct release_commit *commit,
		   enum release_stream stream, struct release_names *names, struct att_findings *findings,
		   struct att_err *err)
{
	*names = (struct release_names){0};
	struct derivation d = {.config = config,
			       .commit = commit,
			       .stream = stream,
			       .arena = &names->arena,
			       .names = names,
			       .findings = findings,
			       .err = err};
	if (!release_is_commit(commit->id))
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected a commit as 40 or 64 hexadecimal digits, found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(commit->id, 80)));
	if (stream == RELEASE_UNPUBLISHED)
		return ATT_OK;
	int status = derive(&d, commit, names);
	for (size_t i = 0; status == ATT_OK && i < names->count; i++)
		release_derive_prove(&d, &names->items[i]);
	if (status == ATT_OK && stream == RELEASE_DEV)
		status = prove_day(&d, commit);
	return status == ATT_OK && names->arena.failed ? att_err_memory(err) : status;
}
