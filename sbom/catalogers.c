// SPDX-License-Identifier: Apache-2.0
/* The table of catalogers. It stands alone so that code which parses nothing links no parser. Patterns do not
 * overlap, so the order is only for reading. */
#include "sbom/cataloger.h"

#include "libattest/base/banned.h"

extern const struct sbom_cataloger sbom_cataloger_bun;
extern const struct sbom_cataloger sbom_cataloger_cargo;
extern const struct sbom_cataloger sbom_cataloger_composer;
extern const struct sbom_cataloger sbom_cataloger_deno;
extern const struct sbom_cataloger sbom_cataloger_dpkg;
extern const struct sbom_cataloger sbom_cataloger_gem;
extern const struct sbom_cataloger sbom_cataloger_gomod;
extern const struct sbom_cataloger sbom_cataloger_gradle;
extern const struct sbom_cataloger sbom_cataloger_gradle_build;
extern const struct sbom_cataloger sbom_cataloger_maven;
extern const struct sbom_cataloger sbom_cataloger_mix;
extern const struct sbom_cataloger sbom_cataloger_nebula;
extern const struct sbom_cataloger sbom_cataloger_npm;
extern const struct sbom_cataloger sbom_cataloger_nuget;
extern const struct sbom_cataloger sbom_cataloger_pdm;
extern const struct sbom_cataloger sbom_cataloger_pipfile;
extern const struct sbom_cataloger sbom_cataloger_pnpm;
extern const struct sbom_cataloger sbom_cataloger_poetry;
extern const struct sbom_cataloger sbom_cataloger_pub;
extern const struct sbom_cataloger sbom_cataloger_pylock;
extern const struct sbom_cataloger sbom_cataloger_requirements;
extern const struct sbom_cataloger sbom_cataloger_uv;
extern const struct sbom_cataloger sbom_cataloger_yarn;

/* One a line, so that adding one touches one. */
/* clang-format off */
const struct sbom_cataloger *const sbom_catalogers[] = {
	&sbom_cataloger_bun,
	&sbom_cataloger_cargo,
	&sbom_cataloger_composer,
	&sbom_cataloger_deno,
	&sbom_cataloger_dpkg,
	&sbom_cataloger_gem,
	&sbom_cataloger_gomod,
	&sbom_cataloger_gradle,
	&sbom_cataloger_gradle_build,
	&sbom_cataloger_maven,
	&sbom_cataloger_mix,
	&sbom_cataloger_nebula,
	&sbom_cataloger_npm,
	&sbom_cataloger_nuget,
	&sbom_cataloger_pdm,
	&sbom_cataloger_pipfile,
	&sbom_cataloger_pnpm,
	&sbom_cataloger_poetry,
	&sbom_cataloger_pub,
	&sbom_cataloger_pylock,
	&sbom_cataloger_requirements,
	&sbom_cataloger_uv,
	&sbom_cataloger_yarn,
	NULL,
};
/* clang-format on */
