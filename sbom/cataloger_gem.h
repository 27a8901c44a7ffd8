// SPDX-License-Identifier: Apache-2.0
/* Inside the gem cataloger. */
#ifndef SBOM_CATALOGER_GEM_H
#define SBOM_CATALOGER_GEM_H

#include "sbom/cataloger.h"

/* What a Gemfile says about why its gems are there. */
struct sbom_gemfile {
	struct att_map scopes; /* gem -> enum sbom_scope bits */
	bool understood;       /* false: the map says nothing */
	bool has_gemspec;      /* development dependencies of a .gemspec are added to what it names */
};

/* Reads a Gemfile without running it: `gem` calls, `group` blocks and `group:` options, as far as they are
 * literals. Whatever else the file does leaves scopes at runtime; a file whose blocks cannot be followed is not
 * understood. Names in the map live as long as `arena` and the text. Errors: ATT_ERR_MEMORY. Clear the result
 * in any case. */
int sbom_gemfile_read(struct att_str text, struct att_arena *arena, struct sbom_gemfile *out,
		      struct att_err *err) ATT_MUST_USE;

void sbom_gemfile_clear(struct sbom_gemfile *gemfile);

#endif
