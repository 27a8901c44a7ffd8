// SPDX-License-Identifier: Apache-2.0
/* What each kind of channel can be told. How one is asked stands elsewhere: whoever only reads attest.toml
 * needs no network. */
#include "release/config.h"

#include "libattest/base/banned.h"

#define TEXT(key)                                                                                              \
	{                                                                                                      \
		key, ATT_STRING, false                                                                         \
	}
#define NEEDED_TEXT(key)                                                                                       \
	{                                                                                                      \
		key, ATT_STRING, true                                                                          \
	}
#define LIST(key)                                                                                              \
	{                                                                                                      \
		key, ATT_ARRAY, false                                                                          \
	}
#define FLAG(key)                                                                                              \
	{                                                                                                      \
		key, ATT_BOOL, false                                                                           \
	}
#define END                                                                                                    \
	{                                                                                                      \
		NULL, ATT_NULL, false                                                                          \
	}

#define KIND(name_, ...)                                                                                       \
	{                                                                                                      \
		.name = (name_), .settings = (const struct release_setting[])                                  \
		{                                                                                              \
			__VA_ARGS__, END                                                                       \
		}                                                                                              \
	}

static const struct release_channel_kind crates = KIND("crates", TEXT("registry"), TEXT("api"));
static const struct release_channel_kind npm = KIND("npm", TEXT("registry"), TEXT("dist-tag"), TEXT("keys"),
						    TEXT("access"), FLAG("provenance"), TEXT("attestations"));
static const struct release_channel_kind pypi =
	KIND("pypi", TEXT("registry"), TEXT("simple"), FLAG("provenance"), TEXT("attestations"));
static const struct release_channel_kind go =
	KIND("go", TEXT("proxy"), TEXT("sumdb"), TEXT("sumdb-url"), TEXT("folder"));
static const struct release_channel_kind oci =
	KIND("oci", NEEDED_TEXT("repository"), LIST("tags"), LIST("dev-tags"), LIST("platforms"),
	     TEXT("digest"), LIST("referrers"), TEXT("user"));
static const struct release_channel_kind github =
	KIND("github", TEXT("repository"), TEXT("api"), TEXT("download"), FLAG("immutable"), FLAG("latest"));
static const struct release_channel_kind homebrew =
	KIND("homebrew", NEEDED_TEXT("tap"), TEXT("formula"), TEXT("cask"), TEXT("branch"), TEXT("url"),
	     TEXT("api"));
static const struct release_channel_kind scoop =
	KIND("scoop", NEEDED_TEXT("bucket"), NEEDED_TEXT("manifest"), TEXT("branch"), TEXT("url"), TEXT("api"));
static const struct release_channel_kind aur =
	KIND("aur", NEEDED_TEXT("repository"), TEXT("manifest"), TEXT("branch"), TEXT("url"));
static const struct release_channel_kind winget = KIND(
	"winget", NEEDED_TEXT("repository"), NEEDED_TEXT("manifest"), TEXT("branch"), TEXT("url"), TEXT("api"));
static const struct release_channel_kind binstall =
	KIND("binstall", TEXT("file"), LIST("targets"), TEXT("url"));

const struct release_channel_kind *const release_channel_kinds[] = {
	&crates, &npm, &pypi, &go, &oci, &github, &homebrew, &scoop, &aur, &winget, &binstall, NULL,
};
