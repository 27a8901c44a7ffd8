// SPDX-License-Identifier: Apache-2.0
/* PyPI, and indexes like it. The simple index is what pip installs from, the JSON API what people and bots look
 * at; each is cached by itself, so that both have to say what was built. An index that is given as `simple`
 * alone has no JSON API that we know of. */
#include "release/channel.h"
#include "release/pypi_index.h"
#include "release/pypi_provenance.h"

#include "libattest/base/limits.h"
#include "libattest/package/pep440.h"

#include "libattest/base/banned.h"

#define DEFAULT_REGISTRY "https://pypi.org"
#define NOTHING          ((struct att_str){NULL, 0})

enum reading {
	NOT_ASKED,
	UNREADABLE, /* its verdict was added */
	READ,       /* what is not in it is not there */
};

struct look {
	const struct release_look *look;
	struct att_str registry, project, version;
	struct release_pypi_index release, simple;
	enum reading has_release, has_simple;
};

static struct att_arena *arena_of(const struct look *l)
{
	return &l->look->verdicts->arena;
}

static struct att_str url_of(const struct look *l, struct att_str base, const struct att_str *parts,
			     size_t count)
{
	return release_look_url(l->look, base, parts, count);
}

/* --- pages ----------------------------------------------------------------------------------------------- */

static enum reading unreadable(const struct look *l, struct att_str item, const struct att_err *err)
{
	release_look_fail(l->look, item, err);
	return UNREADABLE;
}

static int parse(const struct att_fetch_answer *answer, struct att_str url, bool is_release,
		 struct release_pypi_index *index, struct att_err *err)
{
	static const struct att_str json = {"application/vnd.pypi.simple.v1+json", 35},
				    html = {"application/vnd.pypi.simple.v1+html", 35};
	struct att_str type =
		att_str_trim(att_str_first(answer->content_type, att_str_find_byte(answer->content_type, ';')));
	struct att_arena arena = {0};
	struct att_source source;
	int status = att_source_init(&source, &arena, url, att_buf_str(&answer->body), err);
	if (status != ATT_OK)
		;
	else if (is_release)
		status = release_pypi_read_release(&source, index, err);
	else if (att_str_equal_nocase(type, json))
		status = release_pypi_read_simple(&source, index, err);
	else if (att_str_equal_nocase(type, html) || att_str_equal_nocase(type, ATT_STR("text/html")))
		status = release_pypi_read_html(&source, index, err);
	else
		status = att_err_set(err, ATT_ERR_UNSUPPORTED,
				     "expected a simple index (PEP 503 or 691), found a document of type "
				     "\"%.*s\", which pip does not read either",
				     ATT_STR_ARG(att_str_first(type, 80)));
	att_arena_clear(&arena);
	return status;
}

/* A page that is not there lists nothing. */
static enum reading read_page(const struct look *l, struct att_str item, struct att_str url, const char *accept,
			      bool is_release, struct release_pypi_index *index)
{
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	enum reading reading = READ;
	int status = release_look_fetch(l->look, url, accept, false, ATT_MAX_DOCUMENT, &answer, &err);
	if (status != ATT_OK) {
		reading = unreadable(l, item, &err);
	} else if (answer.status == 200) {
		index->project = l->project;
		index->version = l->version;
		index->url = answer.url;
		status = parse(&answer, url, is_release, index, &err);
		reading = status == ATT_OK ? READ : unreadable(l, item, &err);
	} else if (answer.status != 404 && answer.status != 410) {
		release_look_status(l->look, item, &answer);
		reading = UNREADABLE;
	}
	index->url = NOTHING;
	att_fetch_answer_clear(&answer);
	return reading;
}

static void read_pages(struct look *l)
{
	static const char simple_types[] = "application/vnd.pypi.simple.v1+json, "
					   "application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";
	const struct release_channel *channel = l->look->channel;
	struct att_str simple = release_channel_text(channel, "simple", "");
	const struct att_str release_parts[] = {ATT_STR("pypi"), l->project, l->version, ATT_STR("json")};
	const struct att_str simple_parts[] = {l->project, ATT_STR("")};
	if (simple.len == 0 || release_channel_text(channel, "registry", "").len > 0)
		l->has_release = read_page(l, ATT_STR("JSON API"), url_of(l, l->registry, release_parts, 4),
					   "application/json", true, &l->release);
	if (simple.len == 0)
		simple = url_of(l, l->registry, (const struct att_str[]){ATT_STR("simple")}, 1);
	l->has_simple = read_page(l, ATT_STR("simple index"), url_of(l, simple, simple_parts, 2), simple_types,
				  false, &l->simple);
}

/* --- files ----------------------------------------------------------------------------------------------- */

static void add(const struct look *l, struct att_str item, enum release_verdict verdict,
		struct att_str expected, struct att_str found, const char *reason)
{
	release_look_add(l->look, item, verdict, expected, found, att_str_of(reason));
}

/* What one index says about a file that was built; true when nothing is wrong with it. */
static bool check_entry(const struct look *l, const struct release_built *built,
			const struct release_pypi_file *file, enum release_pypi_kind kind, const char *where)
{
	struct att_arena *arena = arena_of(l);
	char hex[ATT_DIGEST_TEXT + 1];
	struct att_str expected = NOTHING, found = NOTHING;
	const char *wrong = NULL;
	att_digest_hex(&built->sha256, hex);
	if (file->is_twice) {
		wrong = "lists it twice";
	} else if (file->sha256.len > 0 && !att_str_is(file->sha256, hex)) {
		wrong = "gives another digest than what was built has";
		expected = att_arena_printf(arena, "sha256:%s", hex);
		found = att_arena_printf(arena, "sha256:%.*s", ATT_STR_ARG(file->sha256));
	} else if (file->has_size && file->size != built->size) {
		wrong = "gives another size than what was built has";
		expected = att_arena_printf(arena, "%llu bytes", (unsigned long long)built->size);
		found = att_arena_printf(arena, "%llu bytes", (unsigned long long)file->size);
	} else if (file->is_yanked) {
		wrong = "says that it was yanked";
	} else if (file->type.len > 0 &&
		   !att_str_is(file->type, kind == RELEASE_PYPI_WHEEL ? "bdist_wheel" : "sdist")) {
		wrong = "takes it for something else";
		expected = kind == RELEASE_PYPI_WHEEL ? ATT_STR("bdist_wheel") : ATT_STR("sdist");
		found = file->type;
	}
	if (wrong)
		release_look_add(l->look, built->name, RELEASE_CONFLICT, expected, found,
				 att_arena_printf(arena, "%s %s", where, wrong));
	return !wrong;
}

/* Before a release STALE would pass, as what is about to be overtaken; half of a file is not that. */
static void judge_half(const struct look *l, struct att_str name, const char *reason)
{
	add(l, name, l->look->is_before ? RELEASE_UNKNOWN : RELEASE_STALE, NOTHING, NOTHING, reason);
}

/* Both list it as it was built, as far as they were asked. */
static void judge_listed(const struct look *l, const struct release_built *built,
			 const struct release_pypi_file *simple, const struct release_pypi_file *release)
{
	struct release_built twin = *built;
	if (simple->sha256.len == 0 || (release && release->sha256.len == 0)) {
		add(l, built->name, RELEASE_UNKNOWN, ATT_STR("a SHA-256"), NOTHING,
		    "the index gives no SHA-256 of it, and whoever installs it cannot check it");
		return;
	}
	release_look_artifact(l->look, built, simple->url, false);
	if (!release || att_str_equal(release->url, simple->url))
		return;
	twin.name = att_arena_printf(arena_of(l), "%.*s of the JSON API", ATT_STR_ARG(built->name));
	release_look_artifact(l->look, &twin, release->url, false);
}

static void judge_built(const struct look *l, const struct release_built *built)
{
	const struct release_pypi_file *simple = release_pypi_find(&l->simple, built->name);
	const struct release_pypi_file *release = release_pypi_find(&l->release, built->name);
	struct att_str said;
	enum release_pypi_kind kind = release_pypi_file_kind(built->name, l->project, &said);
	if (kind == RELEASE_PYPI_OTHER || !release_pypi_is_version(said, l->version))
		add(l, built->name, RELEASE_CONFLICT,
		    att_arena_printf(arena_of(l), "%.*s %.*s", ATT_STR_ARG(l->project),
				     ATT_STR_ARG(l->version)),
		    NOTHING, "its name is that of no wheel or sdist of this version");
	else if ((simple && !check_entry(l, built, simple, kind, "the simple index")) ||
		 (release && !check_entry(l, built, release, kind, "the JSON API")))
		;
	else if (l->has_simple != READ)
		add(l, built->name, RELEASE_UNKNOWN, NOTHING, NOTHING, "the simple index could not be read");
	else if (!simple && !release)
		add(l, built->name, RELEASE_ABSENT, NOTHING, NOTHING, "the index does not list it");
	else if (!simple)
		judge_half(l, built->name, "the JSON API lists it, the simple index does not");
	else if (!release && l->has_release == READ)
		judge_half(l, built->name, "the simple index lists it, the JSON API does not");
	else
		judge_listed(l, built, simple, release);
}

static bool is_built(const struct look *l, struct att_str name)
{
	for (size_t i = 0; i < l->look->built_count; i++)
		if (att_str_equal(l->look->built[i].name, name))
			return true;
	return false;
}

static void judge_others(const struct look *l, const struct release_pypi_index *index,
			 const struct release_pypi_index *told)
{
	for (size_t i = 0; i < index->count; i++) {
		const struct release_pypi_file *file = &index->files[i];
		if (!is_built(l, file->name) && release_pypi_find(index, file->name) == file &&
		    !(told && release_pypi_find(told, file->name)))
			add(l, file->name, RELEASE_CONFLICT, NOTHING, NOTHING,
			    "the index has a file of this version that was not built");
	}
}

static void judge_version(const struct look *l)
{
	struct att_pep440 ours, theirs;
	struct att_str said = l->release.said_version;
	if (said.len > 0 && (!att_pep440_read(said, &theirs) || !att_pep440_read(l->version, &ours) ||
			     att_pep440_compare(&ours, &theirs) != 0))
		add(l, l->version, RELEASE_CONFLICT, l->version, said,
		    "the JSON API answers with another version");
}

static void look_at(const struct release_look *look)
{
	struct look l = {.look = look,
			 .registry = release_channel_text(look->channel, "registry", DEFAULT_REGISTRY),
			 .version = release_look_name(look, "version")};
	l.project = release_pypi_normalise(arena_of(&l), look->channel->package);
	if (l.version.len == 0 || l.project.len == 0) {
		add(&l, ATT_STR("version"), RELEASE_UNKNOWN, NOTHING, NOTHING,
		    "what the release is called here is not known");
		return;
	}
	read_pages(&l);
	judge_version(&l);
	for (size_t i = 0; i < look->built_count; i++)
		judge_built(&l, &look->built[i]);
	judge_others(&l, &l.simple, NULL);
	judge_others(&l, &l.release, &l.simple);
	if (look->built_count == 0)
		add(&l, l.version, RELEASE_UNKNOWN, NOTHING, NOTHING, "nothing was built to compare with");
	if (att_value_is_true(att_value_get(look->channel->table, "provenance")))
		for (size_t i = 0; i < look->built_count; i++)
			release_pypi_provenance(look, l.registry, l.project, l.version, &look->built[i]);
	release_pypi_index_clear(&l.release);
	release_pypi_index_clear(&l.simple);
}

const struct release_looker release_channel_pypi = {.kind = "pypi", .look = look_at};
