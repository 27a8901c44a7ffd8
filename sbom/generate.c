// SPDX-License-Identifier: Apache-2.0
#include "sbom/generate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/base/pool.h"
#include "sbom/catalog.h"
#include "sbom/document.h"
#include "sbom/tree.h"

#include "libattest/base/banned.h"

/* What one worker makes of one file. */
struct slot {
	struct att_str path;
	const struct sbom_cataloger *cataloger;
	struct att_buf text;
	struct sbom_catalog catalog;
	struct att_findings findings;
	int status;
};

struct run {
	const struct sbom_generate_options *options;
	struct sbom_tree tree;
	struct sbom_walk walk;
	struct slot *slots;
	size_t slot_count;
	struct sbom_generate_summary *summary;
	struct att_findings *findings;
	struct att_err *err;
};

/* --- parsing ------------------------------------------------------------------------------------------- */

static void parse_slot(void *context, size_t i)
{
	struct run *run = context;
	struct slot *slot = &run->slots[i];
	struct att_err err = {0};
	struct sbom_input input = {.tree = &run->tree, .walk = run->tree.single_file ? NULL : &run->walk};
	bool has_source = false;

	att_buf_init(&slot->text, ATT_MAX_DOCUMENT);
	att_findings_init(&slot->findings);
	slot->status = sbom_catalog_init(&slot->catalog, slot->path, &err);
	if (slot->status == ATT_OK)
		slot->status = sbom_tree_read(&run->tree, slot->path, &slot->text, &err);
	if (slot->status == ATT_OK)
		slot->status = att_source_init(&input.source, &slot->catalog.arena, slot->path,
					       att_buf_str(&slot->text), &err);
	if (slot->status == ATT_OK) {
		has_source = true;
		slot->status = slot->cataloger->parse(&input, &slot->catalog, &err);
	}
	if (slot->status == ATT_OK)
		slot->status = sbom_catalog_connect(&slot->catalog, &err);
	/* A cataloger may do without a manifest that it could not read, but not because memory was out. */
	if (slot->catalog.arena.failed)
		slot->status = att_err_memory(&err);
	/* What an error is about is missing. */
	slot->catalog.complete &= slot->catalog.findings.errors == 0;
	att_findings_append(&slot->findings, &slot->catalog.findings);
	if (slot->status != ATT_OK) {
		err.code = slot->status;
		att_findings_add_err(&slot->findings, slot->path, has_source ? &input.source : NULL, &err);
		sbom_catalog_clear(&slot->catalog);
		att_buf_clear(&slot->text);
	}
}

static void clear_slots(struct run *run)
{
	for (size_t i = 0; i < run->slot_count; i++) {
		if (run->slots[i].status == ATT_OK)
			sbom_catalog_clear(&run->slots[i].catalog);
		att_buf_clear(&run->slots[i].text);
		att_findings_clear(&run->slots[i].findings);
	}
	free(run->slots);
}

static int parse_all(struct run *run)
{
	unsigned jobs = run->options->jobs ? run->options->jobs : att_pool_processors();
	run->slots = calloc(run->walk.match_count, sizeof *run->slots);
	if (!run->slots)
		return att_err_memory(run->err);
	run->slot_count = run->walk.match_count;
	for (size_t i = 0; i < run->slot_count; i++) {
		run->slots[i].path = run->walk.matches[i].path;
		run->slots[i].cataloger = run->walk.matches[i].cataloger;
	}
	att_pool_run(jobs, run->slot_count, parse_slot, run);
	for (size_t i = 0; i < run->slot_count; i++) {
		att_findings_append(run->findings, &run->slots[i].findings);
		if (run->slots[i].status == ATT_ERR_MEMORY)
			return att_err_memory(run->err);
		run->summary->understood += run->slots[i].status == ATT_OK;
	}
	run->summary->not_understood = run->slot_count - run->summary->understood + run->walk.unread_count;
	return ATT_OK;
}

static int by_path(const void *a, const void *b)
{
	return att_str_compare(((const struct sbom_graph_source *)a)->path,
			       ((const struct sbom_graph_source *)b)->path);
}

/* The graph's text points into the files that it was read from. */
static int hand_over_texts(struct run *run, struct sbom_graph *graph)
{
	graph->texts = att_arena_alloc(&graph->arena, run->slot_count, sizeof *graph->texts);
	if (!graph->texts)
		return att_err_memory(run->err);
	for (size_t i = 0; i < run->slot_count; i++) {
		graph->texts[i] = run->slots[i].text;
		att_buf_init(&run->slots[i].text, 0);
	}
	graph->text_count = run->slot_count;
	return ATT_OK;
}

static int build_graph(struct run *run, struct sbom_graph *graph)
{
	size_t count = 0;
	struct sbom_graph_source *sources = calloc(run->slot_count + run->walk.unread_count, sizeof *sources);
	if (!sources)
		return att_err_memory(run->err);
	for (; count < run->slot_count; count++) {
		struct slot *slot = &run->slots[count];
		sources[count] = (struct sbom_graph_source){
			.cataloger = slot->cataloger->name,
			.path = slot->path,
			.catalog = slot->status == ATT_OK ? &slot->catalog : NULL,
		};
	}
	for (size_t i = 0; i < run->walk.unread_count; i++)
		sources[count++] = (struct sbom_graph_source){.path = run->walk.unread[i]};
	qsort(sources, count, sizeof *sources, by_path);
	int status = sbom_graph_build(sources, count, &run->options->graph, graph, run->findings, run->err);
	if (status == ATT_OK)
		status = sbom_graph_check(graph, run->err);
	if (status == ATT_OK)
		status = hand_over_texts(run, graph);
	free(sources);
	return status;
}

/* --- manifests without a lock -------------------------------------------------------------------------- */

static struct att_str folder_of(struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	return att_str_first(path, slash == ATT_STR_NONE ? 0 : slash);
}

static struct att_str name_of(struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	return att_str_from(path, slash == ATT_STR_NONE ? 0 : slash + 1);
}

static bool pins(const struct sbom_cataloger *cataloger, struct att_str manifest)
{
	for (const char *const *name = cataloger->manifests; name && *name; name++)
		if (att_str_is(manifest, *name))
			return true;
	return false;
}

/* Which catalogers, by their bits, have read a lock in a folder: folder -> bits. A lock speaks for the
 * manifests of its folder and, as workspaces work, of those below. */
struct locks {
	struct att_map own, inherited;
};

static uint32_t bit_of(const struct sbom_cataloger *cataloger)
{
	uint32_t i = 0;
	while (sbom_catalogers[i] != cataloger)
		i++;
	return UINT32_C(1) << (i % 32);
}

static int find_locks(struct run *run, struct locks *locks)
{
	for (size_t i = 0; i < run->walk.match_count; i++) {
		const struct sbom_match *match = &run->walk.matches[i];
		uint32_t bits = 0;
		(void)att_map_find(&locks->own, folder_of(match->path), &bits);
		if (att_map_set(&locks->own, folder_of(match->path), bits | bit_of(match->cataloger)) != ATT_OK)
			return att_err_memory(run->err);
	}
	return ATT_OK;
}

/* Up to the first folder whose answer is known, and down again, noting the answers: manifests by the thousand
 * in a deep folder are asked about, too. */
static int locks_for(struct run *run, struct locks *locks, struct att_str folder, uint32_t *bits)
{
	struct att_str below[ATT_MAX_WALK_DEPTH + 2];
	size_t count = 0;
	*bits = 0;
	while (!att_map_find(&locks->inherited, folder, bits) && count < ATT_MAX_WALK_DEPTH + 2) {
		below[count++] = folder;
		if (folder.len == 0)
			break;
		folder = folder_of(folder);
	}
	while (count > 0) {
		uint32_t own = 0;
		(void)att_map_find(&locks->own, below[--count], &own);
		*bits |= own;
		if (att_map_set(&locks->inherited, below[count], *bits) != ATT_OK)
			return att_err_memory(run->err);
	}
	return ATT_OK;
}

static bool is_pinned(uint32_t bits, struct att_str manifest)
{
	for (size_t i = 0; sbom_catalogers[i]; i++)
		if ((bits & bit_of(sbom_catalogers[i])) && pins(sbom_catalogers[i], name_of(manifest)))
			return true;
	return false;
}

static void note_manifest(struct run *run, struct att_str manifest)
{
	struct att_arena arena;
	att_arena_init(&arena);
	struct att_finding finding = {
		.code = "unlocked-manifest",
		.severity = ATT_NOTE,
		.message = att_arena_printf(&arena, "no lockfile pins what %.*s asks for",
					    ATT_STR_ARG(name_of(manifest))),
		.help = ATT_STR("commit the lockfile, or leave the folder out with --exclude"),
		.file = manifest,
	};
	att_findings_add(run->findings, &finding);
	att_arena_clear(&arena);
}

static int note_manifests(struct run *run)
{
	struct locks locks = {0};
	int status = find_locks(run, &locks);
	for (size_t i = 0; status == ATT_OK && i < run->walk.manifest_count; i++) {
		uint32_t bits;
		struct att_str manifest = run->walk.manifests[i];
		status = locks_for(run, &locks, folder_of(manifest), &bits);
		if (status == ATT_OK && !is_pinned(bits, manifest))
			note_manifest(run, manifest);
	}
	att_map_clear(&locks.own);
	att_map_clear(&locks.inherited);
	return status;
}

/* --- where it starts ----------------------------------------------------------------------------------- */

/* The cataloger for a file that the user named: by its whole path, its name, or what it holds. */
static const struct sbom_cataloger *find_for_file(struct run *run, const char *path, struct att_str name)
{
	struct att_buf text;
	char *absolute = realpath(path, NULL);
	const struct sbom_cataloger *found = NULL;
	if (absolute)
		found = sbom_cataloger_find(att_str_of(absolute + 1));
	free(absolute);
	if (!found)
		found = sbom_cataloger_find(name);
	if (found)
		return found;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	if (sbom_tree_read(&run->tree, name, &text, NULL) == ATT_OK)
		for (const struct sbom_cataloger *const *c = sbom_catalogers; *c && !found; c++)
			if ((*c)->recognize && (*c)->recognize(att_buf_str(&text)))
				found = *c;
	att_buf_clear(&text);
	return found;
}

static int refuse_file(struct run *run, const char *path, struct att_str name)
{
	struct att_buf text;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	bool is_document = sbom_tree_read(&run->tree, name, &text, NULL) == ATT_OK &&
			   sbom_document_recognize(att_buf_str(&text));
	att_buf_clear(&text);
	att_err_set(run->err, ATT_ERR_UNSUPPORTED, "expected a lockfile or package database, found %s", path);
	att_err_help(run->err, "%s",
		     is_document ? "it is an SBOM already: \"attest sbom tree\" prints what it says"
				 : "\"attest sbom --help\" lists the files that are understood");
	return ATT_ERR_UNSUPPORTED;
}

static int start_with_file(struct run *run, const char *path)
{
	struct att_str whole = att_str_of(path), name = name_of(whole);
	struct att_str folder = name.len == whole.len       ? ATT_STR(".")
				: name.len + 1 == whole.len ? ATT_STR("/")
							    : folder_of(whole);
	struct att_str terminated = att_arena_copy(&run->walk.arena, folder);
	struct sbom_match *match = att_arena_alloc(&run->walk.arena, 1, sizeof *match);
	if (!terminated.data || !match)
		return att_err_memory(run->err);
	run->tree.single_file = true;
	/* O_PATH: the folder itself is not read, so the sandbox need not allow it. */
	run->tree.root = open(terminated.data, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (run->tree.root < 0)
		return att_err_set_errno(run->err, errno, "cannot open %s", terminated.data);
	*match = (struct sbom_match){.path = name, .cataloger = find_for_file(run, path, name)};
	if (!match->cataloger)
		return refuse_file(run, path, name);
	run->walk.matches = match;
	run->walk.match_count = 1;
	run->walk.files = 1;
	return ATT_OK;
}

static int start(struct run *run, const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0) {
		int status = att_err_set_errno(run->err, errno, "cannot look at %s", path);
		att_err_help(run->err, "name a folder, or one lockfile");
		return status;
	}
	if (S_ISREG(st.st_mode))
		return start_with_file(run, path);
	if (!S_ISDIR(st.st_mode))
		return att_err_set(run->err, ATT_ERR_REFUSED, "expected a folder or a file, found %s", path);
	run->tree.root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (run->tree.root < 0)
		return att_err_set_errno(run->err, errno, "cannot open %s", path);
	return sbom_tree_walk(&run->tree, &run->walk, run->findings, run->err);
}

static int refuse_nothing(struct run *run, const char *path)
{
	if (run->summary->not_understood > 0)
		return att_err_set(run->err, ATT_ERR_UNSUPPORTED,
				   "no input in %s was understood, of %zu: there is nothing to write", path,
				   run->summary->not_understood);
	if (run->walk.manifest_count > 0) {
		att_err_set(run->err, ATT_ERR_UNSUPPORTED,
			    "expected a lockfile in %s, found only manifests without one (%.*s)", path,
			    ATT_STR_ARG(run->walk.manifests[0]));
		att_err_help(run->err, "make the package manager write its lockfile first");
		return ATT_ERR_UNSUPPORTED;
	}
	att_err_set(run->err, ATT_ERR_UNSUPPORTED, "expected a lockfile in %s, found none among %zu file%s",
		    path, run->summary->files, run->summary->files == 1 ? "" : "s");
	att_err_help(run->err, "\"attest sbom --help\" lists the files that are understood");
	return ATT_ERR_UNSUPPORTED;
}

int sbom_generate(const char *path, const struct sbom_generate_options *options, struct sbom_graph *graph,
		  struct sbom_generate_summary *summary, struct att_findings *findings, struct att_err *err)
{
	struct run run = {
		.options = options,
		.tree = {.root = -1,
			 .excludes = options->excludes,
			 .exclude_count = options->exclude_count,
			 .supply = options->supply},
		.summary = summary,
		.findings = findings,
		.err = err,
	};
	memset(graph, 0, sizeof *graph);
	memset(summary, 0, sizeof *summary);
	int status = start(&run, path);
	summary->folders = run.walk.folders;
	summary->files = run.walk.files;
	if (status == ATT_OK)
		status = parse_all(&run);
	if (status == ATT_OK && summary->understood == 0)
		status = refuse_nothing(&run, path);
	if (status == ATT_OK)
		status = build_graph(&run, graph);
	if (status == ATT_OK)
		status = note_manifests(&run);
	att_findings_sort(findings);
	clear_slots(&run);
	/* Catalogs name folders by what the walk found (sbom_input_manifests). */
	att_arena_adopt(&graph->arena, &run.walk.arena);
	sbom_walk_clear(&run.walk);
	if (run.tree.root >= 0)
		close(run.tree.root);
	return status;
}
