// SPDX-License-Identifier: Apache-2.0
/* Prints what a cataloger reads out of one file, as text that a test can compare:
 * `catalog_dump ROOT PATH`. Exit 1 and the error when the file is refused. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "libattest/base/limits.h"
#include "sbom/catalog.h"
#include "sbom/tree.h"

static struct att_str name_of(struct sbom_catalog *catalog, uint32_t index)
{
	const struct sbom_component *c = &catalog->components[index];
	return c->purl.len && c->origin != SBOM_ORIGIN_LOCAL ? c->purl
							     : sbom_component_identity(&catalog->arena, c);
}

static void print_component(struct sbom_catalog *catalog, uint32_t index)
{
	static const char *const kinds[] = {"library", "application", "framework", "operating-system", "file"};
	static const char *const origins[] = {"unknown", "registry", "git", "url", "local"};
	const struct sbom_component *c = &catalog->components[index];
	printf("%.*s\n", ATT_STR_ARG(name_of(catalog, index)));
	printf("  %s %s", kinds[c->kind], origins[c->origin]);
	if (c->occurrence_count && c->occurrences[0].line)
		printf(" line %u", c->occurrences[0].line);
	printf("\n");
	if (c->group.len)
		printf("  group %.*s\n", ATT_STR_ARG(c->group));
	if (c->name.len)
		printf("  name %.*s\n", ATT_STR_ARG(c->name));
	if (c->version.len)
		printf("  version %.*s\n", ATT_STR_ARG(c->version));
	if (c->license.len)
		printf("  license %.*s\n", ATT_STR_ARG(c->license));
	if (c->origin_url.len)
		printf("  url %.*s\n", ATT_STR_ARG(c->origin_url));
	if (c->vcs_revision.len)
		printf("  revision %.*s\n", ATT_STR_ARG(c->vcs_revision));
	for (size_t i = 0; i < c->hash_count; i++)
		printf("  %s %.*s\n", sbom_hash_algorithm_name(c->hashes[i].algorithm),
		       ATT_STR_ARG(c->hashes[i].hex));
	for (size_t i = 0; i < c->property_count; i++)
		printf("  %.*s = %.*s\n", ATT_STR_ARG(c->properties[i].name),
		       ATT_STR_ARG(c->properties[i].value));
}

static int by_line(const void *a, const void *b)
{
	return att_str_compare(*(const struct att_str *)a, *(const struct att_str *)b);
}

static void print_edges(struct sbom_catalog *catalog)
{
	static const char *const scopes[] = {"runtime", "dev", "build", "optional", "peer"};
	struct att_arena *arena = &catalog->arena;
	struct att_str *lines = att_arena_alloc(arena, catalog->edge_count + 1, sizeof *lines);
	for (size_t i = 0; i < catalog->edge_count; i++) {
		const struct sbom_edge *edge = &catalog->edges[i];
		lines[i] = ATT_ARENA_JOIN(arena, name_of(catalog, edge->from), ATT_STR(" -> "),
					  name_of(catalog, edge->to));
		for (unsigned bit = 0; bit < 5; bit++)
			if (edge->scope & (1u << bit))
				lines[i] =
					ATT_ARENA_JOIN(arena, lines[i], ATT_STR(" "), att_str_of(scopes[bit]));
	}
	qsort(lines, catalog->edge_count, sizeof *lines, by_line);
	for (size_t i = 0; i < catalog->edge_count; i++)
		if (i == 0 || !att_str_equal(lines[i], lines[i - 1]))
			printf("%.*s\n", ATT_STR_ARG(lines[i]));
}

int main(int argc, char **argv)
{
	struct att_err err = {0};
	struct sbom_catalog catalog;
	struct att_buf bytes;
	struct sbom_walk walk = {0};
	struct att_findings walked;
	struct sbom_input input = {0};
	if (argc != 3)
		return 2;
	struct att_str path = att_str_of(argv[2]);
	struct sbom_tree tree = {.root = open(argv[1], O_RDONLY | O_DIRECTORY)};
	const struct sbom_cataloger *cataloger = sbom_cataloger_find(path);
	att_buf_init(&bytes, ATT_MAX_DOCUMENT);
	if (!cataloger || sbom_catalog_init(&catalog, path, &err) != 0) {
		printf("no cataloger for %s\n", argv[2]);
		return 2;
	}
	att_findings_init(&walked);
	if (sbom_tree_walk(&tree, &walk, &walked, &err) == 0)
		input.walk = &walk;
	input.tree = &tree;
	int status = sbom_tree_read(&tree, path, &bytes, &err);
	if (status == 0)
		status = att_source_init(&input.source, &catalog.arena, path, att_buf_str(&bytes), &err);
	if (status == 0)
		status = cataloger->parse(&input, &catalog, &err);
	if (status == 0)
		status = sbom_catalog_connect(&catalog, &err);
	for (size_t i = 0; i < catalog.findings.count; i++) {
		const struct att_finding *f = &catalog.findings.items[i];
		printf("finding %s %u:%u %.*s\n", f->code, f->place.line, f->place.column,
		       ATT_STR_ARG(f->message));
	}
	if (status != 0) {
		printf("error %d at %u:%u: %s\n", err.code, err.place.line, err.place.column, err.message);
	} else {
		printf("%s%s by %s\n", catalog.complete ? "complete" : "incomplete",
		       catalog.flat ? ", flat" : "", cataloger->name);
		for (uint32_t i = 0; i < catalog.component_count; i++)
			print_component(&catalog, i);
		print_edges(&catalog);
	}
	sbom_catalog_clear(&catalog);
	sbom_walk_clear(&walk);
	att_findings_clear(&walked);
	att_buf_clear(&bytes);
	close(tree.root);
	return status == 0 ? 0 : 1;
}
