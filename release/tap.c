// SPDX-License-Identifier: Apache-2.0
#include "release/tap.h"

#include <stdlib.h>

#include "libattest/base/limits.h"
#include "release/packaging.h"

#include "libattest/base/banned.h"

/* Times that a file is written and read again: two literals that say the same come out as one item, and only
 * differ once the first was written. */
enum { MOST_ROUNDS = 64 };

/* --- editing -------------------------------------------------------------------------------------------- */

static int by_place(const void *left, const void *right)
{
	const struct release_tap_edit *a = left, *b = right;
	return a->span.begin < b->span.begin ? -1 : a->span.begin > b->span.begin;
}

static bool is_plain(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char next = i + 1 < text.len ? text.data[i + 1] : '\0';
		if (!att_ascii_is_alnum(text.data[i]) &&
		    (!text.data[i] || !strchr("._-+:/~%@=,&?#", text.data[i])))
			return false;
		if (text.data[i] == '#' && (next == '@' || !next))
			return false;
	}
	return text.len > 0;
}

int release_tap_edit(struct att_str text, const struct release_tap_edit *edits, size_t count,
		     struct att_buf *out, struct att_err *err)
{
	struct att_arena arena = {0};
	struct release_tap_edit *sorted = att_arena_alloc(&arena, count, sizeof *sorted);
	size_t at = 0;
	int status = ATT_OK;
	if (!sorted)
		return att_err_memory(err);
	if (count) {
		memcpy(sorted, edits, count * sizeof *sorted);
		qsort(sorted, count, sizeof *sorted, by_place);
	}
	for (size_t i = 0; i < count && status == ATT_OK; i++) {
		const struct release_tap_edit *edit = &sorted[i];
		if (edit->span.begin < at || edit->span.begin >= edit->span.end || edit->span.end > text.len)
			status = att_err_set(err, ATT_ERR_USAGE, "two edits of one place, or one of none");
		else if (!is_plain(edit->text))
			status = att_err_set(err, ATT_ERR_USAGE,
					     "expected letters, digits and \"._-+:/~%%@=,&?#\", found \"%.*s\"",
					     ATT_STR_ARG(att_str_first(edit->text, 100)));
		if (status != ATT_OK)
			break;
		att_buf_add(out, (struct att_str){text.data + at, edit->span.begin - at});
		att_buf_add(out, edit->text);
		at = edit->span.end;
	}
	if (status == ATT_OK)
		att_buf_add(out, att_str_from(text, at));
	att_arena_clear(&arena);
	if (status == ATT_OK && !att_buf_ok(out))
		status = out->starved ? att_err_memory(err)
				      : att_err_set(err, ATT_ERR_LIMIT, "the file grows too large");
	return status;
}

/* --- what an item should say ---------------------------------------------------------------------------- */

struct round {
	const struct release_tap *tap;
	struct release_tap_group *group;
	struct att_source source;
	struct release_manifest manifest;
	const struct release_manifest_format *format;
	struct att_arena arena;
	struct release_tap_edit *edits;
	size_t count, capacity;
	struct att_findings *findings;
	bool is_last; /* what does not agree is a finding, not an edit */
};

static void add(struct round *r, struct att_finding finding, struct att_span span)
{
	finding.severity = ATT_ERROR;
	finding.file = r->source.path;
	finding.channel = r->tap->channel;
	finding.place = att_source_place(&r->source, span);
	finding.source_line = att_source_line_text(&r->source, finding.place.line);
	att_findings_add(r->findings, &finding);
}

static void complain_with(struct round *r, const char *code, struct att_span span, const char *what,
			  struct att_str expected, struct att_str found, const char *help)
{
	const struct att_finding finding = {
		.code = code,
		.message = att_str_of(what),
		.expected = expected,
		.found = found,
		.help = att_str_of(help),
	};
	add(r, finding, span);
}

static void complain(struct round *r, const char *code, struct att_span span, const char *what,
		     struct att_str expected, struct att_str found)
{
	complain_with(r, code, span, what, expected, found, NULL);
}

/* The part of a url that names the file: [*begin, *end). */
static void name_in(struct att_str url, size_t *begin, size_t *end)
{
	*end = 0;
	while (*end < url.len && url.data[*end] != '?' && url.data[*end] != '#')
		++*end;
	size_t slash = att_str_find_last_byte(att_str_first(url, *end), '/');
	*begin = slash == ATT_STR_NONE ? 0 : slash + 1;
}

/* Is `file` the artifact's name, with the version that the manifest has? */
static bool is_name_of(struct round *r, const struct release_tap_artifact *artifact, struct att_str version,
		       struct att_str file)
{
	struct release_variables variables = {.name = r->tap->project, .version = version};
	struct att_str old;
	if (att_str_equal(file, artifact->name))
		return true;
	return version.len &&
	       release_template_expand(r->tap->tag_pattern, &variables, &r->arena, &variables.tag, NULL) ==
		       ATT_OK &&
	       release_template_expand(artifact->pattern, &variables, &r->arena, &old, NULL) == ATT_OK &&
	       att_str_equal(old, file);
}

static bool is_platform(struct att_str of_item, struct att_str of_artifact)
{
	return of_item.len == 0 || of_artifact.len == 0 || att_str_equal(of_item, of_artifact) ||
	       (att_str_starts(of_artifact, of_item) && of_artifact.data[of_item.len] == '-') ||
	       (att_str_starts(of_item, of_artifact) && of_item.data[of_artifact.len] == '-');
}

static const struct release_tap_artifact *find(struct round *r, const struct release_item *item)
{
	size_t begin, end;
	name_in(item->url, &begin, &end);
	struct att_str file = {item->url.data + begin, end - begin};
	for (size_t i = 0; file.len && i < r->tap->count; i++) {
		const struct release_tap_artifact *artifact = &r->tap->artifacts[i];
		if (is_platform(item->platform, artifact->platform) &&
		    is_name_of(r, artifact, item->version, file)) {
			r->group->pointed[i] |= r->is_last;
			return artifact;
		}
	}
	return NULL;
}

/* Is the version at `at` whole, and not a part of another number? */
static bool stands_alone(struct att_str text, size_t at, size_t len)
{
	char before = at ? text.data[at - 1] : '/';
	char after = at + len < text.len ? text.data[at + len] : '/';
	char next = at + len + 1 < text.len ? text.data[at + len + 1] : '/';
	return !att_ascii_is_digit(before) && before != '.' && !att_ascii_is_digit(after) &&
	       !(after == '.' && att_ascii_is_digit(next));
}

/* The url of the release: another version in its folders, another name, and what stands behind it. */
static struct att_str new_url(struct round *r, const struct release_item *item, struct att_str name)
{
	struct att_buf out;
	size_t begin, end, at = 0, step;
	name_in(item->url, &begin, &end);
	struct att_str folders = att_str_first(item->url, begin), old = item->version;
	att_buf_init(&out, ATT_MAX_PURL);
	while (old.len && (step = att_str_find(att_str_from(folders, at), old)) != ATT_STR_NONE) {
		bool alone = stands_alone(folders, at + step, old.len);
		att_buf_add(&out, (struct att_str){folders.data + at, step});
		att_buf_add(&out, alone ? r->tap->version : old);
		at += step + old.len;
	}
	att_buf_add(&out, att_str_from(folders, at));
	att_buf_add(&out, name);
	att_buf_add(&out, att_str_from(item->url, end));
	struct att_str url = att_buf_ok(&out) ? att_arena_copy(&r->arena, att_buf_str(&out)) : item->url;
	att_buf_clear(&out);
	return url;
}

/* Has to become `text`: an edit of the literal, or, where it is none or did not take, a finding. */
static int demand(struct round *r, const struct release_item *item, struct att_span literal, const char *code,
		  const char *what, struct att_str found, struct att_str text, struct att_err *err)
{
	bool has_place = literal.end > literal.begin;
	if (r->is_last || !has_place) {
		if (r->is_last)
			complain(r, code, has_place ? literal : item->span, what, text, found);
		return ATT_OK;
	}
	struct release_tap_edit *edit =
		att_arena_push(&r->arena, (void **)&r->edits, &r->count, &r->capacity, sizeof *edit);
	if (!edit)
		return att_err_memory(err);
	*edit = (struct release_tap_edit){literal, text};
	return ATT_OK;
}

static int look_at(struct round *r, const struct release_item *item, struct att_err *err)
{
	const struct release_tap *tap = r->tap;
	bool is_main = item->role == RELEASE_ROLE_MAIN;
	const struct release_tap_artifact *artifact = is_main ? find(r, item) : NULL;
	int status = ATT_OK;
	if (!is_main) {
		if (item->role == RELEASE_ROLE_BOTTLE && r->is_last)
			complain_with(r, "unbuilt-url", item->span, "a bottle, which the release did not build",
				      ATT_STR(""), item->url,
				      "bottles are built from the new formula, and added to it then: take the "
				      "block of the last version out");
		return ATT_OK;
	}
	if (!artifact) {
		if (r->is_last)
			complain(r, "unbuilt-url", item->span,
				 "this points at nothing that was built for its platform", ATT_STR(""),
				 item->url);
		return ATT_OK;
	}
	if (!release_packaging_is_version(r->format, tap->version, item->version))
		status = demand(r, item, item->version_span, "wrong-version",
				"the version is computed here, and another one is wanted", item->version,
				tap->version, err);
	struct att_str url = {NULL, 0};
	if (tap->base.len && release_template_expand(tap->base, tap->variables, &r->arena, &url, err) != ATT_OK)
		return err->code;
	while (att_str_ends(url, ATT_STR("/")))
		url.len--;
	url = tap->base.len ? ATT_ARENA_JOIN(&r->arena, url, ATT_STR("/"), artifact->name)
			    : new_url(r, item, artifact->name);
	if (!url.data)
		return att_err_memory(err);
	if (status == ATT_OK && !att_str_equal(url, item->url))
		status = demand(r, item, item->url_span, "wrong-url",
				"the url is computed here, and another one is wanted", item->url, url, err);
	struct att_str digest = item->algorithm == ATT_SHA512 ? artifact->sha512 : artifact->sha256;
	bool is_weak = item->algorithm != ATT_SHA512 && item->algorithm != ATT_SHA256 &&
		       item->algorithm != ATT_DIGEST_NONE;
	if (is_weak && r->is_last)
		complain(r, "weak-digest", item->digest_span, "a digest that can be forged is not written",
			 ATT_STR("sha256"), att_str_of(att_digest_name(item->algorithm)));
	if (status == ATT_OK && !is_weak && !att_str_equal(digest, item->digest))
		status = demand(r, item, item->digest_span, "wrong-digest",
				"the digest is computed here or not said, and another one is wanted",
				item->digest, digest, err);
	if (r->is_last && item->unknown.len)
		complain(r, "unknown-value", item->span, "this could not be told, and cannot be written",
			 ATT_STR(""), item->unknown);
	return status;
}

/* The files of a version that have no items, and what all of them have. */
static int look_at_package(struct round *r, struct att_err *err)
{
	const struct release_manifest *manifest = &r->manifest;
	struct release_tap_group *group = r->group;
	const struct release_item whole = {.version = manifest->version, .span = manifest->version_place};
	if (r->is_last && group->name.len == 0) {
		group->name = att_arena_copy(group->arena, manifest->name);
		if (!group->name.data)
			return att_err_memory(err);
	} else if (r->is_last && !att_str_equal(group->name, manifest->name)) {
		const struct att_finding finding = {
			.code = "wrong-package",
			.message = ATT_STR("the files of one version are of two packages"),
			.help = ATT_STR("a folder has the files of one version of one package: take the others "
					"out"),
			.expected = group->name,
			.found = manifest->name,
		};
		add(r, finding, manifest->name_place);
	}
	if (manifest->count > 0 || manifest->version.len == 0 ||
	    release_packaging_is_version(r->format, r->tap->version, manifest->version))
		return ATT_OK;
	return demand(r, &whole, manifest->version_span, "wrong-version",
		      "the version cannot be written here, and another one is wanted", manifest->version,
		      r->tap->version, err);
}

/* --- rounds --------------------------------------------------------------------------------------------- */

/* One literal may be the value of several items. */
static void join_edits(struct round *r)
{
	size_t kept = 0;
	if (r->count)
		qsort(r->edits, r->count, sizeof *r->edits, by_place);
	for (size_t i = 0; i < r->count; i++) {
		if (kept == 0 || r->edits[kept - 1].span.begin != r->edits[i].span.begin)
			r->edits[kept++] = r->edits[i];
	}
	r->count = kept;
}

static int look(struct round *r, struct att_str path, struct att_str text, struct att_err *err)
{
	memset(&r->manifest, 0, sizeof r->manifest);
	att_arena_init(&r->arena);
	r->count = r->capacity = 0;
	r->edits = NULL;
	int status = att_source_init(&r->source, &r->arena, path, text, err);
	if (status == ATT_OK)
		status = release_manifest_parse(&r->source, &r->manifest, &r->format, err);
	for (size_t i = 0; status == ATT_OK && i < r->manifest.count; i++)
		status = look_at(r, &r->manifest.items[i], err);
	if (status == ATT_OK)
		status = look_at_package(r, err);
	join_edits(r);
	return status;
}

static void end_round(struct round *r)
{
	release_manifest_clear(&r->manifest);
	att_arena_clear(&r->arena);
}

int release_tap_align(const struct release_tap *tap, struct release_tap_group *group, struct att_str path,
		      struct att_str text, struct att_buf *out, struct att_findings *findings,
		      struct att_err *err)
{
	struct att_buf now, next;
	struct round r = {.tap = tap, .group = group, .findings = findings};
	int status = ATT_OK;
	att_buf_init(&now, ATT_MAX_DOCUMENT);
	att_buf_init(&next, ATT_MAX_DOCUMENT);
	att_buf_add(&now, text);
	for (unsigned i = 0; i < MOST_ROUNDS && status == ATT_OK; i++) {
		status = look(&r, path, att_buf_str(&now), err);
		size_t count = r.count;
		if (status == ATT_OK && count)
			status = release_tap_edit(att_buf_str(&now), r.edits, count, &next, err);
		end_round(&r);
		if (status != ATT_OK || count == 0)
			break;
		struct att_buf swap = now;
		now = next;
		next = swap;
		next.len = 0;
	}
	r.is_last = true;
	if (status == ATT_OK) {
		status = look(&r, path, att_buf_str(&now), err);
		end_round(&r);
	}
	att_buf_add(out, att_buf_str(&now));
	if (status == ATT_OK && (!att_buf_ok(out) || now.failed))
		status = att_err_memory(err);
	att_buf_clear(&now);
	att_buf_clear(&next);
	return status;
}

void release_tap_check_pointed(const struct release_tap *tap, const struct release_tap_group *group,
			       struct att_str path, struct att_findings *findings)
{
	for (size_t i = 0; i < tap->count; i++) {
		if (group->pointed[i])
			continue;
		const struct att_finding finding = {
			.code = "unpointed-artifact",
			.severity = ATT_ERROR,
			.message =
				ATT_STR("nothing here points at the artifact, and what would is not made up"),
			.file = path,
			.place = {1, 1},
			.channel = tap->channel,
			.expected = tap->artifacts[i].name,
		};
		att_findings_add(findings, &finding);
	}
}
