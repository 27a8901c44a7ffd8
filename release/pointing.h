// SPDX-License-Identifier: Apache-2.0
/* Channels that serve nothing themselves, but point at what others serve: a packaging manifest in a repository.
 */
#ifndef RELEASE_POINTING_H
#define RELEASE_POINTING_H

#include "release/channel.h"

/* Reads the manifest of look->checkout and holds it against what was built. A version that is older is
 * RELEASE_STALE, since the manifest is yet to be updated, unless it lies here and is to be published as it is;
 * everything else that differs is RELEASE_CONFLICT, what cannot be told RELEASE_UNKNOWN. After a release, what
 * it points at is downloaded, too. */
void release_look_pointing(const struct release_look *look);

/* Before a release: may the channel's token push to the repository? On GitHub its API tells; nothing is said of
 * others. */
void release_pointing_login(const struct release_look *look);

#endif
