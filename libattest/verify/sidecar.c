// SPDX-License-Identifier: Apache-2.0
#include "libattest/verify/sidecar.h"

#include <errno.h>
#include <sys/stat.h>

#include "libattest/base/banned.h"

static const struct {
	const char *suffix, *unchecked;
} names[] = {
	{".sigstore.json", NULL}, {".sigstore", NULL},
	{".minisig", NULL},       {".sig", NULL},
	{".sshsig", NULL},        {".dsse.json", NULL},
	{".intoto.jsonl", NULL},  {".asc", "an OpenPGP signature"},
};

enum { NAMES = sizeof names / sizeof names[0] };

int att_sidecars_find(const char *artifact, struct att_arena *arena, struct att_sidecar **out, size_t *count,
		      struct att_err *err)
{
	struct att_sidecar *list = att_arena_alloc(arena, NAMES, sizeof *list);
	*out = list;
	*count = 0;
	if (!list)
		return att_err_memory(err);
	for (size_t i = 0; i < NAMES; i++) {
		struct stat st;
		struct att_str path = ATT_ARENA_JOIN(arena, att_str_of(artifact), att_str_of(names[i].suffix));
		if (!path.data)
			return att_err_memory(err);
		/* What cannot be looked at is there: opening it tells why it cannot be read. A name that is too
		 * long for a file is that of none. */
		bool absent = lstat(path.data, &st) != 0 &&
			      (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG);
		if (!absent)
			list[(*count)++] = (struct att_sidecar){path, names[i].unchecked};
	}
	return ATT_OK;
}
