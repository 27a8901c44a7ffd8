// SPDX-License-Identifier: Apache-2.0
/* What a formula or cask makes Homebrew download, on each platform, without running it.
 *
 * The declarations are walked once for every platform of {macOS, Linux} x {ARM, Intel}, and, when a file asks
 * for the version of macOS ("on_ventura", "MacOS.version >= :sonoma"), once for every version that Homebrew
 * has had there. What comes out the same everywhere is one item; what holds for some versions only is named by
 * the first and the last of them, "on_big_sur :or_older". A cask in which Linux is not mentioned is for macOS.
 *
 * A value that Homebrew would compute from what is not in the file, or in a way that is not known here, is
 * unknown; so is a part that is said twice for one platform, since the order decides there. A statement that
 * could redefine what others say (a method named "url", "send", "eval", a second class) makes all unknown.
 *
 * Not looked at, since nothing of it is a release: "head", "livecheck", "test", methods such as "install". */
#ifndef RELEASE_HOMEBREW_H
#define RELEASE_HOMEBREW_H

#include "release/manifest.h"

/* Fills *out as a manifest's format does. */
int release_homebrew_parse(const struct att_source *source, bool is_cask, struct release_manifest *out,
			   struct att_err *err) ATT_MUST_USE;

/* The version that Homebrew finds in a URL (or tag, when `is_tag`); empty when that is none of the plain forms
 * "NAME-1.2.3.tar.gz", "v1.2.3.tar.gz", ".../v1.2.3/NAME.zip". A view of it. */
struct att_str release_homebrew_url_version(struct att_str url, bool is_tag);

#endif
