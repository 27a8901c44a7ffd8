// SPDX-License-Identifier: Apache-2.0
#include "libattest/verify/sidecar.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "libattest/base/banned.h"

/* In the order in which they stand behind a name. */
enum kind { DOCUMENT, ATTESTATION, CHECKSUMS, SIGNATURE, KINDS };

/* Those that are looked for come first, in the order in which they are. */
static const struct {
	const char *suffix, *unchecked;
	enum kind kind;
} names[] = {
	{".sigstore.json", NULL, SIGNATURE},
	{".sigstore", NULL, SIGNATURE},
	{".minisig", NULL, SIGNATURE},
	{".sig", NULL, SIGNATURE},
	{".sshsig", NULL, SIGNATURE},
	{".dsse.json", NULL, ATTESTATION},
	{".intoto.jsonl", NULL, ATTESTATION},
	{".asc", "an OpenPGP signature", SIGNATURE},
#define LOOKED_FOR 8
	{".bundle", NULL, SIGNATURE},
	{".pem", NULL, SIGNATURE},
	{".crt", NULL, SIGNATURE},
	{".sha256", NULL, CHECKSUMS},
	{".sha256sum", NULL, CHECKSUMS},
	{".sha512", NULL, CHECKSUMS},
	{".sha512sum", NULL, CHECKSUMS},
	{".b2", NULL, CHECKSUMS},
	{".cdx.json", NULL, DOCUMENT},
	{".cdx.xml", NULL, DOCUMENT},
	{".spdx.json", NULL, DOCUMENT},
	{".spdx", NULL, DOCUMENT},
	{".sbom.json", NULL, DOCUMENT},
	{".vex.json", NULL, DOCUMENT},
	{".openvex.json", NULL, DOCUMENT},
	{".intoto.json", NULL, ATTESTATION},
	{".vsa.intoto.jsonl", NULL, ATTESTATION},
	{".provenance", NULL, ATTESTATION},
};

int att_sidecars_find(const char *artifact, struct att_arena *arena, struct att_sidecar **out, size_t *count,
		      struct att_err *err)
{
	struct att_sidecar *list = att_arena_alloc(arena, LOOKED_FOR, sizeof *list);
	*out = list;
	*count = 0;
	if (!list)
		return att_err_memory(err);
	for (size_t i = 0; i < LOOKED_FOR; i++) {
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

/* Takes the longest suffix of the kind off the front of *rest, if there is one: a name that begins as a longer
 * one does is not to hide it. */
static void take(struct att_str *rest, enum kind kind)
{
	size_t longest = 0;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].kind == kind && strlen(names[i].suffix) > longest &&
		    att_str_starts(*rest, att_str_of(names[i].suffix)))
			longest = strlen(names[i].suffix);
	*rest = att_str_from(*rest, longest);
}

bool att_sidecar_accompanies(struct att_str name, struct att_str artifact)
{
	if (artifact.len == 0 || name.len <= artifact.len || !att_str_starts(name, artifact))
		return false;
	struct att_str rest = att_str_from(name, artifact.len);
	for (enum kind kind = DOCUMENT; kind < KINDS; kind++)
		take(&rest, kind);
	return rest.len == 0;
}
