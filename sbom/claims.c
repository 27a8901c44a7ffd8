// SPDX-License-Identifier: Apache-2.0
#include "sbom/claims.h"

#include "libattest/base/glob.h"
#include "sbom/tree.h"

#include "libattest/base/banned.h"

static bool is_plain(const char *pattern)
{
	return pattern[strcspn(pattern, "*?[\\/")] == '\0';
}

/* The end of a pattern's last part, from its last wildcard on. */
static struct att_str literal_tail(struct att_str pattern)
{
	size_t from = pattern.len;
	while (from > 0 && !strchr("*?[]\\/", pattern.data[from - 1]))
		from--;
	return att_str_from(pattern, from);
}

static int add_name(struct sbom_claims *claims, struct att_arena *arena, const char *pattern, uint32_t claim)
{
	uint32_t known = 0;
	if (is_plain(pattern)) {
		(void)att_map_find(&claims->plain, att_str_of(pattern), &known);
		return att_map_set(&claims->plain, att_str_of(pattern), known ? known : claim);
	}
	void *globs = claims->globs;
	struct sbom_claim_glob *glob =
		att_arena_push(arena, &globs, &claims->glob_count, &claims->glob_capacity, sizeof *glob);
	if (!glob)
		return ATT_ERR_MEMORY;
	claims->globs = globs;
	*glob = (struct sbom_claim_glob){.pattern = att_str_of(pattern), .claim = claim};
	size_t slash = att_str_find_last_byte(glob->pattern, '/');
	if (slash != ATT_STR_NONE)
		glob->folder = literal_tail(att_str_first(glob->pattern, slash));
	glob->tail = literal_tail(glob->pattern);
	return ATT_OK;
}

/* Catalogers first: what one reads is more than a manifest, even if another's lock pins it. */
int sbom_claims_init(struct sbom_claims *claims, struct att_arena *arena)
{
	int status = ATT_OK;
	memset(claims, 0, sizeof *claims);
	for (uint32_t i = 0; status == ATT_OK && sbom_catalogers[i]; i++)
		for (const char *const *p = sbom_catalogers[i]->patterns; status == ATT_OK && *p; p++)
			status = add_name(claims, arena, *p, i + 1);
	for (uint32_t i = 0; status == ATT_OK && sbom_catalogers[i]; i++)
		for (const char *const *p = sbom_catalogers[i]->manifests; status == ATT_OK && p && *p; p++)
			status = add_name(claims, arena, *p, SBOM_CLAIM_MANIFEST);
	if (status != ATT_OK)
		sbom_claims_clear(claims);
	return status;
}

uint32_t sbom_claims_find(const struct sbom_claims *claims, struct att_str path)
{
	size_t slash = att_str_find_last_byte(path, '/');
	struct att_str name = att_str_from(path, slash == ATT_STR_NONE ? 0 : slash + 1);
	uint32_t claim = 0;
	if (att_map_find(&claims->plain, name, &claim) && claim != SBOM_CLAIM_MANIFEST)
		return claim;
	struct att_str folder = att_str_first(path, path.len - name.len - (path.len > name.len));
	for (size_t i = 0; i < claims->glob_count; i++) {
		const struct sbom_claim_glob *glob = &claims->globs[i];
		if ((glob->claim == SBOM_CLAIM_MANIFEST && claim == SBOM_CLAIM_MANIFEST) ||
		    !att_str_ends(name, glob->tail) || !att_str_ends(folder, glob->folder) ||
		    !att_glob_match(glob->pattern, path))
			continue;
		claim = glob->claim;
		if (claim != SBOM_CLAIM_MANIFEST)
			break;
	}
	return claim;
}

void sbom_claims_clear(struct sbom_claims *claims)
{
	att_map_clear(&claims->plain);
}

const struct sbom_cataloger *sbom_cataloger_find(struct att_str path)
{
	for (const struct sbom_cataloger *const *c = sbom_catalogers; *c; c++)
		for (const char *const *p = (*c)->patterns; *p; p++)
			if (att_glob_match(att_str_of(*p), path))
				return *c;
	return NULL;
}
