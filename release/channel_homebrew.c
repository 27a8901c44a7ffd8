// SPDX-License-Identifier: Apache-2.0
#include "release/pointing.h"

#include "libattest/base/banned.h"

const struct release_looker release_channel_homebrew = {
	.kind = "homebrew",
	.look = release_look_pointing,
	.is_repository = true,
};
