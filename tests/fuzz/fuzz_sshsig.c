// SPDX-License-Identifier: Apache-2.0
/* The input is a signature file; the seeds are OpenSSH's. */
#include "libattest/sign/formats.h"
#include "tests/fuzz/signature.h"

/* The key is in the file: everything behind the comparison of keys is reached with it. */
static void check_own_key(struct att_str text)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_signature signatures[ATT_MAX_SIGNATURES_IN_FILE];
	struct att_key *key = NULL;
	size_t count = 0;
	require(att_source_init(&source, &arena, ATT_STR("fuzz"), text, NULL) == ATT_OK);
	if (att_signature_format_sshsig.parse(&source, &arena, signatures, &count, NULL) == ATT_OK) {
		require(count == 1 && signatures[0].name_space.len > 0 && signatures[0].key_blob.len > 0);
		if (att_key_of_ssh(signatures[0].key_blob, ATT_STR("fuzz"), NULL, &key, NULL) == ATT_OK) {
			/* One blob, one key. */
			require(att_signature_fits(&signatures[0], key));
			require(check_one(&signatures[0], key, &arena) != ATT_HOLDS);
		}
	}
	att_key_free(key);
	att_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_file(data, size);
	check_own_key((struct att_str){(const char *)data, size});
	return 0;
}
