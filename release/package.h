// SPDX-License-Identifier: Apache-2.0
/* What registries of packages have in common, crates.io and npm: one file for each version, which says by
 * itself what it is. For the kinds of channels. */
#ifndef RELEASE_PACKAGE_H
#define RELEASE_PACKAGE_H

#include "release/channel.h"
#include "release/packed.h"

/* The built artifact that is the package: the one of that name, or the only one that the channel carries. NULL:
 * none. Each other one that the channel carries gets RELEASE_UNKNOWN: such a registry has no place for it. */
const struct release_built *release_package_built(const struct release_look *look, struct att_str name);

/* Downloads it, at most as many bytes as were built, or as anybody publishes when none were, and adds the
 * verdict on its bytes: never MATCH when nothing was built to compare with. `note` is the reason of a MATCH;
 * may be empty. download->sink may be set. True when they are those that were built; those
 * that are not have a digest. */
bool release_package_fetch(const struct release_look *look, const struct release_built *built,
			   struct att_str item, struct att_str url, struct att_str note,
			   struct release_download *download);

/* Reads what the built artifact says of itself: when the channel serves these bytes, that is what it serves.
 * Where it does not lie here any more, it is taken from `url`, and has to be the same bytes. As
 * release_packed_read; ATT_ERR_IO, ATT_ERR_REFUSED for other bytes. */
int release_package_read(const struct release_look *look, const struct release_built *built, struct att_str url,
			 struct release_packed *out, struct att_err *err) ATT_MUST_USE;

/* Adds the verdict on the name and version that the package has inside. `item` is its manifest. */
void release_package_judge(const struct release_look *look, struct att_str item, struct att_str name,
			   struct att_str version, const struct release_packed *packed);

/* Adds MATCH when both are the same, CONFLICT with the reason when not, UNKNOWN when `found` is empty. */
void release_package_same(const struct release_look *look, struct att_str item, struct att_str expected,
			  struct att_str found, const char *reason);

/* Before a release it is good that nothing is there; beside what is there it is not good that something else is
 * missing, and nothing that passes. Turns each ABSENT from verdict `from` on into UNKNOWN. */
void release_package_demand(const struct release_look *look, size_t from);

/* Does the channel demand that what it serves is attested? */
bool release_package_is_demanding(const struct release_look *look);

/* Adds the verdict on attestations that agree with what was built in `what` ("package and digest"). Who signed
 * them is not verified: RELEASE_UNKNOWN, which is waived where nobody relies on them: nothing is demanded, or
 * `attestations` of the channel is "listed". */
void release_package_attested(const struct release_look *look, struct att_str item, const char *what);

/* Before a release: asks the address, with the token behind `scheme` ("Bearer "), whether the registry knows
 * who will publish: by an answer at all, which is not recorded, or by one with the name in `member`. Nothing is
 * asked when the channel names no token. */
void release_package_login(const struct release_look *look, struct att_str url, const char *scheme,
			   const char *member);

#endif
