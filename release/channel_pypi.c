// SPDX-License-Identifier: Apache-2.0
/* PyPI, and indexes like it. The simple index is what pip installs from, the JSON API what people and bots look
 * at; each is cached by itself, so that both have to say what was built. So has the simple index as HTML, which
 * older installers ask for where newer ones get JSON. An index that is given as `simple` alone has no JSON API
 * that we know of. */
#include "release/package.h"
#include "release/pypi_metadata.h"
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

/* What lists files. */
enum { SIMPLE, HTML, RELEASE, PAGES };

struct page {
	const char *where;
	enum reading reading;
	bool is_json;
	struct release_pypi_index index;
};

struct look {
	const struct release_look *look;
	struct att_str registry, project, version;
	struct page pages[PAGES];
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

static int parse(const struct att_fetch_answer *answer, struct att_str url, bool is_release, struct page *page,
		 struct att_err *err)
{
	static const struct att_str json = {"application/vnd.pypi.simple.v1+json", 35},
				    html = {"application/vnd.pypi.simple.v1+html", 35},
				    old_html = {"text/html", 9};
	struct att_str type =
		att_str_trim(att_str_first(answer->content_type, att_str_find_byte(answer->content_type, ';')));
	struct att_arena arena = {0};
	struct att_source source;
	int status = att_source_init(&source, &arena, url, att_buf_str(&answer->body), err);
	page->is_json = att_str_equal_nocase(type, json);
	if (status != ATT_OK)
		;
	else if (is_release)
		status = release_pypi_read_release(&source, &page->index, err);
	else if (page->is_json)
		status = release_pypi_read_simple(&source, &page->index, err);
	else if (att_str_equal_nocase(type, html) || att_str_equal_nocase(type, old_html))
		status = release_pypi_read_html(&source, &page->index, err);
	else
		status = att_err_set(err, ATT_ERR_UNSUPPORTED,
				     "expected a simple index (PEP 503 or 691), found a document of type "
				     "\"%.*s\", which pip does not read either",
				     ATT_STR_ARG(att_str_first(type, 80)));
	att_arena_clear(&arena);
	return status;
}

/* A page that is not there lists nothing. */
static void read_page(struct look *l, size_t number, struct att_str item, struct att_str url,
		      const char *accept)
{
	struct page *page = &l->pages[number];
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	int status = release_look_fetch(l->look, url, accept, false, ATT_MAX_DOCUMENT, &answer, &err);
	page->reading = READ;
	if (status != ATT_OK) {
		page->reading = unreadable(l, item, &err);
	} else if (number == HTML && (answer.status == 404 || answer.status == 406 || answer.status == 410)) {
		page->reading = NOT_ASKED; /* there is none */
	} else if (answer.status == 200) {
		page->index.project = l->project;
		page->index.version = l->version;
		page->index.url = answer.url;
		if (parse(&answer, url, number == RELEASE, page, &err) != ATT_OK)
			page->reading = unreadable(l, item, &err);
	} else if (answer.status != 404 && answer.status != 410) {
		release_look_status(l->look, item, &answer);
		page->reading = UNREADABLE;
	}
	page->index.url = NOTHING;
	att_fetch_answer_clear(&answer);
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
		read_page(l, RELEASE, ATT_STR("JSON API"), url_of(l, l->registry, release_parts, 4),
			  "application/json");
	if (simple.len == 0)
		simple = url_of(l, l->registry, (const struct att_str[]){ATT_STR("simple")}, 1);
	simple = url_of(l, simple, simple_parts, 2);
	read_page(l, SIMPLE, ATT_STR("simple index"), simple, simple_types);
	if (l->pages[SIMPLE].is_json && l->pages[SIMPLE].reading == READ)
		read_page(l, HTML, ATT_STR("simple index as HTML"), simple, "text/html");
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
static void judge_half(const struct look *l, struct att_str name, struct att_str reason)
{
	release_look_add(l->look, name, l->look->is_before ? RELEASE_UNKNOWN : RELEASE_STALE, NOTHING, NOTHING,
			 reason);
}

/* All list it as it was built, as far as they were asked. */
static void judge_listed(const struct look *l, const struct release_built *built,
			 const struct release_pypi_listing *listings, size_t count)
{
	size_t from = l->look->verdicts->count;
	for (size_t i = 0; i < count; i++)
		if (listings[i].file->sha256.len == 0) {
			add(l, built->name, RELEASE_UNKNOWN, ATT_STR("a SHA-256"), NOTHING,
			    "the index gives no SHA-256 of it, and whoever installs it cannot check it");
			return;
		}
	for (size_t i = 0; i < count; i++) {
		struct release_built twin = *built;
		size_t k = 0;
		while (k < i && !att_str_equal(listings[k].file->url, listings[i].file->url))
			k++;
		if (k < i)
			continue;
		if (i > 0)
			twin.name = att_arena_printf(arena_of(l), "%.*s of %s", ATT_STR_ARG(built->name),
						     listings[i].where);
		release_look_artifact(l->look, &twin, listings[i].file->url, false);
	}
	release_pypi_judge_metadata(l->look, built, listings, count);
	release_package_demand(l->look, from);
}

static void judge_built(const struct look *l, const struct release_built *built)
{
	struct release_pypi_listing listings[PAGES];
	const char *without = NULL;
	size_t count = 0;
	struct att_str said;
	enum release_pypi_kind kind = release_pypi_file_kind(built->name, l->project, &said);
	bool is_good = true;
	for (size_t i = 0; i < PAGES; i++) {
		const struct release_pypi_file *file = release_pypi_find(&l->pages[i].index, built->name);
		if (file)
			listings[count++] = (struct release_pypi_listing){l->pages[i].where, file};
		else if (l->pages[i].reading == READ && !without)
			without = l->pages[i].where;
	}
	if (kind == RELEASE_PYPI_OTHER || !release_pypi_is_version(said, l->version)) {
		add(l, built->name, RELEASE_CONFLICT,
		    att_arena_printf(arena_of(l), "%.*s %.*s", ATT_STR_ARG(l->project),
				     ATT_STR_ARG(l->version)),
		    NOTHING, "its name is that of no wheel or sdist of this version");
		return;
	}
	for (size_t i = 0; is_good && i < count; i++)
		is_good = check_entry(l, built, listings[i].file, kind, listings[i].where);
	if (!is_good)
		;
	else if (l->pages[SIMPLE].reading != READ)
		add(l, built->name, RELEASE_UNKNOWN, NOTHING, NOTHING, "the simple index could not be read");
	else if (count == 0)
		add(l, built->name, RELEASE_ABSENT, NOTHING, NOTHING, "the index does not list it");
	else if (without)
		judge_half(
			l, built->name,
			att_arena_printf(arena_of(l), "%s lists it, %s does not", listings[0].where, without));
	else
		judge_listed(l, built, listings, count);
}

static bool is_built(const struct look *l, struct att_str name)
{
	for (size_t i = 0; i < l->look->built_count; i++)
		if (att_str_equal(l->look->built[i].name, name))
			return true;
	return false;
}

/* Each file once, however many list it. */
static void judge_others(const struct look *l, size_t number)
{
	const struct release_pypi_index *index = &l->pages[number].index;
	for (size_t i = 0; i < index->count; i++) {
		const struct release_pypi_file *file = &index->files[i];
		bool is_told = is_built(l, file->name) || release_pypi_find(index, file->name) != file;
		for (size_t k = 0; k < number; k++)
			is_told |= release_pypi_find(&l->pages[k].index, file->name) != NULL;
		if (!is_told)
			add(l, file->name, RELEASE_CONFLICT, NOTHING, NOTHING,
			    "the index has a file of this version that was not built");
	}
}

static void judge_version(const struct look *l)
{
	struct att_pep440 ours, theirs;
	struct att_str said = l->pages[RELEASE].index.said_version;
	if (said.len > 0 && (!att_pep440_read(said, &theirs) || !att_pep440_read(l->version, &ours) ||
			     att_pep440_compare(&ours, &theirs) != 0))
		add(l, l->version, RELEASE_CONFLICT, l->version, said,
		    "the JSON API answers with another version");
}

/* What the simple index says has attestations has them at that address; PyPI itself has a place for all. */
static void judge_provenance(const struct look *l, const struct release_built *built)
{
	const struct att_str parts[] = {ATT_STR("integrity"), l->project, l->version, built->name,
					ATT_STR("provenance")};
	const struct release_channel *channel = l->look->channel;
	const struct release_pypi_file *file = release_pypi_find(&l->pages[SIMPLE].index, built->name);
	struct att_str url = file ? file->provenance : NOTHING;
	size_t from = l->look->verdicts->count;
	bool is_registry = release_channel_text(channel, "simple", "").len == 0 ||
			   release_channel_text(channel, "registry", "").len > 0;
	if (url.len == 0 && !release_package_is_demanding(l->look))
		return;
	if (url.len == 0 && is_registry)
		url = url_of(l, l->registry, parts, 5);
	release_pypi_provenance(l->look, url, built);
	if (file)
		release_package_demand(l->look, from);
}

static void look_at(const struct release_look *look)
{
	struct look l = {.look = look,
			 .registry = release_channel_text(look->channel, "registry", DEFAULT_REGISTRY),
			 .version = release_look_name(look, "version"),
			 .pages = {{.where = "the simple index"},
				   {.where = "the simple index as HTML"},
				   {.where = "the JSON API"}}};
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
	for (size_t i = 0; i < PAGES; i++)
		judge_others(&l, i);
	if (look->built_count == 0)
		add(&l, l.version, RELEASE_UNKNOWN, NOTHING, NOTHING, "nothing was built to compare with");
	for (size_t i = 0; i < look->built_count; i++)
		judge_provenance(&l, &look->built[i]);
	for (size_t i = 0; i < PAGES; i++)
		release_pypi_index_clear(&l.pages[i].index);
}

const struct release_looker release_channel_pypi = {.kind = "pypi", .look = look_at};
