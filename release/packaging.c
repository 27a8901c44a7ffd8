// SPDX-License-Identifier: Apache-2.0
#include "release/packaging.h"

#include <string.h>

#include "libattest/base/banned.h"

/* What is being compared. */
struct check {
	const struct release_packaging *packaging;
	const struct release_packaging_file *file;
	struct att_findings *findings;
	bool *pointed_at; /* by built artifact */
	struct att_map by_name;
	struct att_map served; /* the targets of cargo-binstall that an artifact is for */
	bool starved;
	struct att_str last_unknown; /* what was said last, and of where: a template is many urls */
	uint32_t last_begin;
};

/* --- findings ------------------------------------------------------------------------------------------ */

/* Of a template that stands for many urls it is enough to hear once. */
static bool is_repeated(const struct check *c, const struct att_finding *finding)
{
	if (c->findings->count == 0)
		return false;
	const struct att_finding *last = &c->findings->items[c->findings->count - 1];
	return strcmp(last->code, finding->code) == 0 && att_str_equal(last->file, finding->file) &&
	       last->place.line > 0 && last->place.line == finding->place.line &&
	       last->place.column == finding->place.column &&
	       att_str_equal(last->artifact, finding->artifact) &&
	       att_str_equal(last->expected, finding->expected) && att_str_equal(last->found, finding->found);
}

static void add(struct check *c, struct att_finding finding, struct att_span span)
{
	finding.severity = ATT_ERROR;
	finding.channel = c->packaging->channel;
	if (c->file) {
		finding.file = c->file->source->path;
		if (span.end > span.begin) {
			finding.place = att_source_place(c->file->source, span);
			finding.source_line = att_source_line_text(c->file->source, finding.place.line);
		}
	}
	if (!is_repeated(c, &finding))
		att_findings_add(c->findings, &finding);
}

static struct att_span or_else(struct att_span span, struct att_span otherwise)
{
	return span.end > span.begin ? span : otherwise;
}

static void add_unknown(struct check *c, const struct release_item *item, struct att_str why)
{
	struct att_arena arena = {0};
	struct att_span span =
		item->algorithm == ATT_DIGEST_NONE ? or_else(item->digest_span, item->span) : item->span;
	if (c->last_begin == span.begin && att_str_equal(c->last_unknown, why))
		return;
	c->last_begin = span.begin;
	c->last_unknown = why;
	add(c,
	    (struct att_finding){
		    .code = "unknown-value",
		    .message = ATT_ARENA_JOIN(&arena, ATT_STR("could not be told: "), why),
		    .help = ATT_STR(
			    "a release is held back by what it points at and nobody can tell: write the value "
			    "out"),
		    .cannot_tell = true,
	    },
	    span);
	att_arena_clear(&arena);
}

/* --- one item ------------------------------------------------------------------------------------------ */

/* The part of a url that names the file: behind the last "/", before "?" and "#". SourceForge has "/download"
 * behind it. */
static struct att_str file_of(struct att_str url)
{
	for (size_t i = 0; i < url.len; i++)
		if (url.data[i] == '?' || url.data[i] == '#') {
			url = att_str_first(url, i);
			break;
		}
	struct att_str name = release_file_name(url);
	if (att_str_is(name, "download") && url.len > name.len)
		name = release_file_name(att_str_first(url, url.len - name.len - 1));
	return name;
}

struct att_str release_packaging_decode(struct att_str text, struct att_arena *arena)
{
	char *out = att_arena_alloc(arena, text.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; out && i < text.len; i++) {
		int high = i + 2 < text.len && text.data[i] == '%' ? att_ascii_hex(text.data[i + 1]) : -1;
		int low = high >= 0 ? att_ascii_hex(text.data[i + 2]) : -1;
		out[len++] = low >= 0 ? (char)(high * 16 + low) : text.data[i];
		i += low >= 0 ? 2 : 0;
	}
	return (struct att_str){out, len};
}

struct att_str release_packaging_file_name(struct att_str url, struct att_arena *arena)
{
	return release_packaging_decode(file_of(url), arena);
}

static const struct release_target *find_built(struct check *c, struct att_str url, size_t *index)
{
	struct att_arena arena = {0};
	uint32_t at;
	bool found = att_map_find(&c->by_name, release_packaging_file_name(url, &arena), &at);
	att_arena_clear(&arena);
	if (!found)
		return NULL;
	*index = at;
	return &c->packaging->built[at];
}

/* An operating system alone is all of its architectures. */
static bool platforms_fit(struct att_str a, struct att_str b)
{
	struct att_str shorter = a.len < b.len ? a : b, longer = a.len < b.len ? b : a;
	if (shorter.len == 0 || att_str_equal(a, b))
		return true;
	return att_str_starts(longer, shorter) && longer.data[shorter.len] == '-' &&
	       att_str_find_byte(shorter, '-') == ATT_STR_NONE;
}

bool release_packaging_is_version(const struct release_manifest_format *format, struct att_str version,
				  struct att_str found)
{
	size_t at = 0;
	if (strcmp(format->name, "homebrew-cask") == 0)
		found = att_str_first(found, att_str_find_byte(found, ','));
	if (att_str_equal(version, found))
		return true;
	if (!att_str_starts(att_str_of(format->name), ATT_STR("aur-")))
		return false;
	for (size_t i = 0; i < version.len; i++) {
		char c = at < found.len ? found.data[at] : '\0';
		if (version.data[i] == '-' && c != '_' && c != '.')
			continue;
		if (at == found.len || (version.data[i] != '-' && version.data[i] != c))
			return false;
		at++;
	}
	return at == found.len;
}

static void check_version(struct check *c, const struct release_item *item, struct att_str found)
{
	struct att_str version = c->packaging->version;
	if (found.len == 0) {
		if (item->unknown.len == 0)
			add_unknown(c, item, ATT_STR("the version that this is of is not said"));
		return;
	}
	if (release_packaging_is_version(c->file->format, version, found))
		return;
	add(c,
	    (struct att_finding){
		    .code = "wrong-version",
		    .message = ATT_STR("the manifest is of another version than the release"),
		    .help = ATT_STR("write the manifest anew, its urls and digests with it"),
		    .expected = version,
		    .found = found,
	    },
	    or_else(item->version_span, item->span));
}

static void check_digest(struct check *c, const struct release_item *item, const struct release_target *built)
{
	char hex[ATT_DIGEST_TEXT + 1];
	const struct att_digest *digest = NULL;
	for (size_t i = 0; i < built->digest_count; i++)
		if (built->digests[i].kind == item->algorithm)
			digest = &built->digests[i];
	if (item->algorithm == ATT_DIGEST_NONE) {
		/* Then the address is all that ties it to the artifact. */
		if (item->unknown.len == 0 && built->url.len == 0)
			add_unknown(
				c, item,
				ATT_STR("no digest pins it, and where the artifact is served is not given"));
		return;
	}
	if (!digest) {
		add_unknown(c, item, ATT_STR("no digest of this kind was made of the artifact"));
		return;
	}
	att_digest_hex(digest, hex);
	if (att_str_is(item->digest, hex))
		return;
	add(c,
	    (struct att_finding){
		    .code = "wrong-digest",
		    .message = ATT_STR("the manifest pins other bytes than those that were built"),
		    .help = ATT_STR("write the digest of the artifact, and find out where this one is from"),
		    .artifact = built->name,
		    .expected = att_str_of(hex),
		    .found = item->digest,
	    },
	    or_else(item->digest_span, item->span));
}

static void check_artifact(struct check *c, const struct release_item *item, const struct release_target *built)
{
	if (built->url.len && !att_str_equal(built->url, item->url))
		add(c,
		    (struct att_finding){
			    .code = "wrong-url",
			    .message =
				    ATT_STR("the manifest points elsewhere than where the artifact is served"),
			    .help = ATT_STR("write the artifact's own address"),
			    .artifact = built->name,
			    .expected = built->url,
			    .found = item->url,
		    },
		    or_else(item->url_span, item->span));
	if (!platforms_fit(item->platform, built->platform))
		add(c,
		    (struct att_finding){
			    .code = "wrong-platform",
			    .message = ATT_STR("the manifest gives one platform the artifact of another"),
			    .help = ATT_STR("move the url to its platform"),
			    .artifact = built->name,
			    .expected = built->platform,
			    .found = item->platform,
		    },
		    or_else(item->url_span, item->span));
	check_digest(c, item, built);
}

static bool is_local(const struct release_item *item)
{
	return att_str_find(item->url, ATT_STR("://")) == ATT_STR_NONE;
}

static void check_trust(struct check *c, const struct release_item *item)
{
	struct att_span span = or_else(item->digest_span, item->span);
	if (item->is_skipped)
		add(c,
		    (struct att_finding){
			    .code = "skipped-digest",
			    .message = ATT_STR("the manifest renounces the digest of what it points at"),
			    .help = ATT_STR("write its SHA-256 in the place of SKIP"),
			    .found = item->url,
		    },
		    span);
	else if (item->unknown.len)
		add_unknown(c, item, item->unknown);
	if (att_digest_is_weak(item->algorithm))
		add(c,
		    (struct att_finding){
			    .code = "weak-digest",
			    .message = ATT_STR(
				    "expected SHA-256 or a stronger digest, found one that can be forged"),
			    .help = ATT_STR("write a SHA-256 digest"),
			    .found = att_str_of(att_digest_name(item->algorithm)),
		    },
		    span);
}

/* Registries of images serve bottles by their digest, so the url has no name. */
static const struct release_target *find_bottle(const struct check *c, const struct release_item *item,
						size_t *index)
{
	char hex[ATT_DIGEST_TEXT + 1];
	for (size_t i = 0; i < c->packaging->built_count; i++) {
		const struct release_target *built = &c->packaging->built[i];
		for (size_t k = 0; k < built->digest_count; k++) {
			if (built->digests[k].kind != item->algorithm)
				continue;
			att_digest_hex(&built->digests[k], hex);
			if (!att_str_is(item->digest, hex))
				continue;
			*index = i;
			return built;
		}
	}
	return NULL;
}

/* Homebrew installs a bottle in the place of what "url" gives. */
static void check_bottle(struct check *c, const struct release_item *item)
{
	size_t index;
	check_trust(c, item);
	if (find_bottle(c, item, &index)) {
		c->pointed_at[index] = true;
		return;
	}
	add(c,
	    (struct att_finding){
		    .code = "unbuilt-url",
		    .message = ATT_STR("people get this bottle, which is no artifact of the release"),
		    .help = ATT_STR(
			    "declare the bottle as an [[artifact]] that the channel carries, or take it "
			    "out of the formula"),
		    .found = item->url,
	    },
	    or_else(item->digest_span, item->span));
}

static void check_item(struct check *c, const struct release_item *item)
{
	size_t index = 0;
	const struct release_target *built = item->url.len ? find_built(c, item->url, &index) : NULL;
	if (!built && item->role == RELEASE_ROLE_BOTTLE) {
		check_bottle(c, item);
		return;
	}
	bool is_part = item->role == RELEASE_ROLE_PART;
	/* Alternatives try one address after the other: those of nothing that was built are answered by nobody.
	 */
	if (built && item->is_alternative && built->url.len && !att_str_equal(built->url, item->url))
		built = NULL;
	if (!built && item->is_alternative && item->unknown.len == 0)
		return;
	check_trust(c, item);
	if (built) {
		check_artifact(c, item, built);
		c->pointed_at[index] = true;
		c->starved |= att_map_set(&c->served, item->name, (uint32_t)index) != ATT_OK;
	} else if (item->url.len && !is_part && !is_local(item)) {
		add(c,
		    (struct att_finding){
			    .code = "unbuilt-url",
			    .message = ATT_STR("the manifest points at what is no artifact of the release"),
			    .help = ATT_STR("point at an artifact that the channel carries, or declare it"),
			    .found = item->url,
		    },
		    or_else(item->url_span, item->span));
	}
}

/* --- all of it ----------------------------------------------------------------------------------------- */

/* Items that say the same version at the same place are one complaint. */
static void check_versions(struct check *c)
{
	const struct release_manifest *manifest = c->file->manifest;
	const struct release_item *before = NULL;
	struct release_item whole = {.name = {NULL, 0}};
	size_t seen = 0, index;
	for (size_t i = 0; i < manifest->count; i++) {
		const struct release_item *item = &manifest->items[i];
		bool is_part = item->role != RELEASE_ROLE_MAIN;
		if (is_part && !(item->url.len && find_built(c, item->url, &index)))
			continue;
		seen++;
		if (!before || !att_str_equal(before->version, item->version) ||
		    before->version_span.begin != item->version_span.begin)
			check_version(c, item, item->version);
		before = item;
	}
	if (seen == 0)
		check_version(c, &whole, manifest->version);
}

unsigned release_packaging_digests(const struct release_manifest *manifest)
{
	unsigned kinds = 0;
	for (size_t i = 0; i < manifest->count; i++)
		if (manifest->items[i].algorithm != ATT_DIGEST_NONE)
			kinds |= 1u << manifest->items[i].algorithm;
	return kinds;
}

/* Of the addresses that a target gets one has to be an artifact's. */
static void check_targets(struct check *c)
{
	const struct att_value *targets = c->file->manifest->targets;
	uint32_t at;
	for (uint32_t i = 0; targets && i < targets->count; i++)
		if (!att_map_find(&c->served, att_value_text(&targets->items[i]), &at))
			add(c,
			    (struct att_finding){
				    .code = "unbuilt-url",
				    .message = ATT_STR("none of the addresses for this target is an artifact "
						       "of the release"),
				    .help = ATT_STR("build for it, or take it out of the channel's targets"),
				    .expected = att_value_text(&targets->items[i]),
			    },
			    (struct att_span){0, 0});
}

static void check_pointed_at(struct check *c)
{
	c->file = c->packaging->file_count == 1 ? &c->packaging->files[0] : NULL;
	for (size_t i = 0; i < c->packaging->built_count; i++)
		if (!c->pointed_at[i])
			add(c,
			    (struct att_finding){
				    .code = "unpointed-artifact",
				    .message = ATT_STR(
					    "the channel carries an artifact that no manifest points at"),
				    .help = ATT_STR(
					    "add its url to the manifest, or take it out of the channel's "
					    "artifacts"),
				    .artifact = c->packaging->built[i].name,
				    .expected = c->packaging->built[i].name,
			    },
			    (struct att_span){0, 0});
}

static void add_starved(const struct check *c)
{
	struct att_err err;
	att_err_memory(&err);
	att_findings_add_err(c->findings, c->packaging->channel, NULL, &err);
}

void release_packaging_check(const struct release_packaging *packaging, struct att_findings *findings)
{
	struct check c = {.packaging = packaging, .findings = findings};
	struct att_arena arena = {0};
	bool whole = true;
	c.pointed_at = att_arena_alloc(&arena, packaging->built_count, sizeof *c.pointed_at);
	att_map_init(&c.by_name);
	att_map_init(&c.served);
	for (size_t i = 0; c.pointed_at && i < packaging->built_count; i++)
		whole &= att_map_set(&c.by_name, packaging->built[i].name, (uint32_t)i) == ATT_OK;
	if (!c.pointed_at || !whole)
		add_starved(&c);
	for (size_t i = 0; c.pointed_at && whole && i < packaging->file_count; i++) {
		c.file = &packaging->files[i];
		c.last_unknown.len = 0;
		check_versions(&c);
		for (size_t k = 0; k < c.file->manifest->count; k++)
			check_item(&c, &c.file->manifest->items[k]);
		check_targets(&c);
	}
	if (c.pointed_at && whole)
		check_pointed_at(&c);
	if (c.starved)
		add_starved(&c);
	att_map_clear(&c.by_name);
	att_map_clear(&c.served);
	att_arena_clear(&arena);
}
