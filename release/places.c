// SPDX-License-Identifier: Apache-2.0
/* Every kind of file that says a version. Those that are known by their names stand before those that are known
 * by their endings. */
#include "release/place.h"

#include "libattest/base/banned.h"

extern const struct release_place_kind release_place_cargo, release_place_cargolock, release_place_uvlock,
	release_place_npm, release_place_npmlock, release_place_deno, release_place_pyproject,
	release_place_gomod, release_place_chart, release_place_pubspec, release_place_text, release_place_json,
	release_place_toml, release_place_yaml;

const struct release_place_kind *const release_place_kinds[] = {
	&release_place_cargo,     &release_place_cargolock, &release_place_uvlock,
	&release_place_npm,       &release_place_npmlock,   &release_place_deno,
	&release_place_pyproject, &release_place_gomod,     &release_place_chart,
	&release_place_pubspec,   &release_place_text,      &release_place_json,
	&release_place_toml,      &release_place_yaml,      NULL,
};
