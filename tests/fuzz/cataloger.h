// SPDX-License-Identifier: Apache-2.0
/* Fuzz target for one cataloger: define CATALOGER and PATH, then include this. Whatever the bytes, a catalog
 * is an error or holds only edges between its own components, every one reachable. */
#include <assert.h>
#include <stdint.h>

#include "libattest/base/limits.h"
#include "sbom/catalog.h"

extern const struct sbom_cataloger CATALOGER;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_err err = {0};
	struct sbom_catalog catalog;
	struct sbom_input input = {0};
	struct att_str text = {(const char *)data, size};
	if (sbom_catalog_init(&catalog, ATT_STR(PATH), &err) == 0 &&
	    att_source_init(&input.source, &catalog.arena, ATT_STR(PATH), text, &err) == 0) {
		if (CATALOGER.parse(&input, &catalog, &err) != 0) {
			assert(err.code < 0 && err.message[0]);
		} else {
			assert(sbom_catalog_connect(&catalog, &err) == 0);
			assert(catalog.component_count > 0);
			for (size_t i = 0; i < catalog.edge_count; i++) {
				assert(catalog.edges[i].from < catalog.component_count);
				assert(catalog.edges[i].to < catalog.component_count);
				assert(catalog.edges[i].from != catalog.edges[i].to);
				assert(catalog.edges[i].scope);
			}
		}
	}
	sbom_catalog_clear(&catalog);
	return 0;
}
