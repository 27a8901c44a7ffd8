// SPDX-License-Identifier: Apache-2.0
/* Files that say a version. Four lines come first: the file's path, the field, the version to set, and the tag;
 * the rest is the file. What is found lies in the text; what is set is found there afterwards, and nothing else
 * changed. */
#include <stdlib.h>

#include "release/versions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static struct att_str take_line(struct att_str *rest)
{
	size_t end = att_str_find_byte(*rest, '\n');
	struct att_str line = att_str_first(*rest, end);
	*rest = end == ATT_STR_NONE ? ATT_STR("") : att_str_from(*rest, end + 1);
	return line;
}

static void check_spelling(struct att_str version)
{
	static const enum release_scheme schemes[] = {RELEASE_SEMVER, RELEASE_CARGO, RELEASE_NPM,
						      RELEASE_GO,     RELEASE_OCI,   RELEASE_PEP440};
	struct att_arena arena = {0};
	struct att_str out, again;
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		if (release_spelling_of(schemes[i], version, &arena, &out, NULL) != ATT_OK)
			continue;
		require(release_spelling_reads(schemes[i], out));
		if (schemes[i] == RELEASE_GO)
			continue;
		require(release_spelling_same(RELEASE_ANY, version, schemes[i], out));
		require(release_spelling_of(schemes[i], out, &arena, &again, NULL) == ATT_OK);
		require(att_str_equal(out, again));
	}
	att_arena_clear(&arena);
}

static void check_places(const struct release_search *search)
{
	for (size_t i = 0; i < search->count; i++) {
		const struct release_found *found = &search->places[i];
		require(found->span.begin <= found->span.end &&
			found->span.end <= found->file->source.text.len);
		require(found->module.len == 0 || found->version.len == 0);
	}
}

/* What follows the last change, and what comes before the first, is what it was. */
static void check_edit(const struct release_search *search, const struct release_edit *edit)
{
	struct att_str before = edit->file->source.text;
	uint32_t first = (uint32_t)before.len, last = 0;
	for (size_t i = 0; i < search->count; i++) {
		if (search->places[i].span.begin < first)
			first = search->places[i].span.begin;
		if (search->places[i].span.end > last)
			last = search->places[i].span.end;
	}
	require(att_str_starts(edit->after, att_str_first(before, first)));
	require(att_str_ends(edit->after, att_str_from(before, last)));
}

static void set(const struct release_config *config, struct release_tree *tree,
		const struct release_search *search, struct att_str version)
{
	struct att_findings findings;
	struct release_edits edits;
	struct release_search again;
	struct release_tree after;
	att_findings_init(&findings);
	if (release_versions_set(config, tree, ATT_STR("main"), version, &edits, &findings, NULL) == ATT_OK &&
	    edits.count > 0) {
		require(edits.count == 1);
		check_edit(search, &edits.items[0]);
		release_tree_init(&after, -1);
		require(release_tree_put(&after, edits.items[0].file->path, edits.items[0].after, NULL) ==
			ATT_OK);
		require(release_place_find(&after, config->places[0].file, config->places[0].field, &again,
					   NULL) == ATT_OK);
		require(again.count == search->count);
		for (size_t i = 0; i < again.count; i++)
			require(release_spelling_same(again.places[i].scheme, again.places[i].version,
						      RELEASE_ANY, version));
		release_tree_clear(&after);
	}
	att_findings_clear(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str text = {(const char *)data, size}, path = take_line(&text), field = take_line(&text),
		       version = take_line(&text), tag = take_line(&text);
	struct att_arena arena = {0};
	struct att_source source;
	struct release_tree tree;
	struct release_search search;
	struct release_versions versions;
	struct att_findings findings;
	struct release_place place = {.file = path, .field = field, .group = ATT_STR("main")};
	const struct release_versions_options options = {.tag = tag};
	if (path.len == 0 || path.len > 100)
		return 0;
	check_spelling(version);
	require(att_source_init(&source, &arena, ATT_STR("attest.toml"), ATT_STR("x"), NULL) == ATT_OK);
	const struct release_config config = {.source = &source,
					      .project = {.tag = ATT_STR("v{version}")},
					      .places = &place,
					      .place_count = 1};
	release_tree_init(&tree, -1);
	att_findings_init(&findings);
	struct att_str plain = release_path_join(&arena, ATT_STR(""), path);
	if (plain.len > 0 && release_tree_put(&tree, plain, text, NULL) == ATT_OK) {
		if (release_place_find(&tree, path, field, &search, NULL) == ATT_OK) {
			check_places(&search);
			set(&config, &tree, &search, version);
		}
		if (release_versions_check(&config, &tree, &options, &versions, &findings, NULL) == ATT_OK) {
			require(versions.count > 0 && versions.outcome != ATT_NOT_CHECKED);
			require((versions.outcome == ATT_HOLDS) == (findings.errors == 0));
		}
		release_versions_clear(&versions);
	}
	att_findings_clear(&findings);
	release_tree_clear(&tree);
	att_arena_clear(&arena);
	return 0;
}
