// SPDX-License-Identifier: Apache-2.0
/* What an SBOM says that the artifacts contain. */
#include "cmd/provenance.h"
#include "libattest/format/base64.h"
#include "sbom/document.h"

#include "libattest/base/banned.h"

#define PROGRAM PROVENANCE_PROGRAM

static enum att_digest_kind kind_of(enum sbom_hash_algorithm algorithm)
{
	switch (algorithm) {
	case SBOM_MD5:
		return ATT_MD5;
	case SBOM_SHA1:
		return ATT_SHA1;
	case SBOM_SHA256:
		return ATT_SHA256;
	case SBOM_SHA384:
		return ATT_SHA384;
	case SBOM_SHA512:
		return ATT_SHA512;
	case SBOM_BLAKE2B_512:
		return ATT_BLAKE2B;
	case SBOM_BLAKE2B_256:
	case SBOM_HASH_ALGORITHMS:
		break;
	}
	return ATT_DIGEST_NONE; /* in-toto has no name for it */
}

/* Several hashes of one kind are of several archives, and nobody knows which of them was used. */
static bool is_only(const struct sbom_component *component, size_t which)
{
	for (size_t i = 0; i < component->hash_count; i++)
		if (i != which && component->hashes[i].algorithm == component->hashes[which].algorithm)
			return false;
	return true;
}

static int take_digests(const struct sbom_component *component, struct att_arena *arena,
			struct att_dependency *out, struct att_err *err)
{
	struct att_digest *digests = att_arena_alloc(arena, SBOM_HASH_ALGORITHMS, sizeof *digests);
	if (!digests)
		return att_err_memory(err);
	for (unsigned kind = ATT_SHA256; kind <= ATT_MD5; kind++) {
		for (size_t i = 0; i < component->hash_count; i++) {
			struct att_digest *digest = &digests[out->digest_count];
			if ((unsigned)kind_of(component->hashes[i].algorithm) != kind || !is_only(component, i))
				continue;
			digest->kind = (enum att_digest_kind)kind;
			int status = att_hex_decode_exact(component->hashes[i].hex, "a hash of the SBOM",
							  digest->bytes, att_digest_size(digest->kind), err);
			if (status != ATT_OK)
				return status;
			out->digest_count++;
		}
	}
	out->digests = digests;
	return ATT_OK;
}

static int take_component(const struct sbom_component *component, struct att_arena *arena,
			  struct provenance_sbom *out, struct att_err *err)
{
	struct att_dependency *item = &out->dependencies[out->count];
	int status = take_digests(component, arena, item, err);
	if (status != ATT_OK)
		return status;
	/* Nothing says what it is: a part of the product itself, most often. */
	if (component->purl.len == 0 && item->digest_count == 0)
		return ATT_OK;
	item->uri = att_arena_copy(arena, component->purl);
	item->name = component->group.len > 0
			     ? ATT_ARENA_JOIN(arena, component->group, ATT_STR("/"), component->name)
			     : att_arena_copy(arena, component->name);
	out->count++;
	return item->uri.data && item->name.data ? ATT_OK : att_err_memory(err);
}

/* Node 0 is what the SBOM describes. */
static int take_graph(const struct sbom_graph *graph, struct att_arena *arena, struct provenance_sbom *out,
		      struct att_err *err)
{
	int status = ATT_OK;
	out->dependencies = att_arena_alloc(arena, graph->node_count, sizeof *out->dependencies);
	if (!out->dependencies)
		return att_err_memory(err);
	for (size_t i = 1; status == ATT_OK && i < graph->node_count; i++)
		status = take_component(&graph->nodes[i].component, arena, out, err);
	return status;
}

void provenance_read_sbom(const char *path, struct att_arena *arena, struct provenance_sbom *out)
{
	const char *slash = strrchr(path, '/');
	struct att_arena places = {0};
	struct sbom_graph graph = {0};
	struct att_source source;
	struct att_buf text;
	struct att_err err = {0};
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	int status = provenance_read_text(path, &text, &err);
	if (status == ATT_OK)
		status = att_source_init(&source, &places, att_str_of(path), att_buf_str(&text), &err);
	if (status == ATT_OK)
		status = sbom_document_parse(&source, &graph, &err);
	if (status == ATT_OK)
		status = take_graph(&graph, arena, out, &err);
	/* The very bytes that the components were read from. */
	if (status == ATT_OK)
		status = att_digest_bytes(ATT_SHA256, att_buf_str(&text), &out->file.digests[0], &err);
	if (status != ATT_OK)
		provenance_fail(path, &err);
	out->file.digest_count = 1;
	out->file.name = att_str_of(slash ? slash + 1 : path);
	sbom_graph_clear(&graph);
	att_arena_clear(&places);
	att_buf_clear(&text);
}
