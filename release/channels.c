// SPDX-License-Identifier: Apache-2.0
/* The kinds of channels that can be looked at, alone in this file: code that looks at none links none. */
#include <string.h>

#include "release/channel.h"

#include "libattest/base/banned.h"

extern const struct release_looker release_channel_aur;
extern const struct release_looker release_channel_binstall;
extern const struct release_looker release_channel_crates;
extern const struct release_looker release_channel_github;
extern const struct release_looker release_channel_go;
extern const struct release_looker release_channel_homebrew;
extern const struct release_looker release_channel_npm;
extern const struct release_looker release_channel_oci;
extern const struct release_looker release_channel_pypi;
extern const struct release_looker release_channel_scoop;
extern const struct release_looker release_channel_winget;

const struct release_looker *const release_lookers[] = {
	&release_channel_aur,  &release_channel_binstall, &release_channel_crates, &release_channel_github,
	&release_channel_go,   &release_channel_homebrew, &release_channel_npm,    &release_channel_oci,
	&release_channel_pypi, &release_channel_scoop,    &release_channel_winget, NULL,
};

const struct release_looker *release_looker_find(const struct release_channel_kind *kind)
{
	for (size_t i = 0; release_lookers[i]; i++)
		if (strcmp(release_lookers[i]->kind, kind->name) == 0)
			return release_lookers[i];
	return NULL;
}
