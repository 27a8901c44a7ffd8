// SPDX-License-Identifier: Apache-2.0
/* Statements become envelopes, and are believed only once they were read back. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/format/json.h"
#include "libattest/statement/predicate.h"
#include "libattest/statement/provenance.h"

#include "libattest/base/banned.h"

/* What was signed, as a reader finds it. */
static int check_statement(struct att_str payload, struct att_arena *arena, struct att_err *err)
{
	struct att_source source;
	struct att_value document;
	struct att_statement statement;
	bool known;
	int status = att_source_init(&source, arena, ATT_STR("the statement"), payload, err);
	if (status == ATT_OK)
		status = att_json_parse(&source, arena, &document, err);
	if (status == ATT_OK)
		status = att_statement_parse(&source, &document, arena, &statement, err);
	if (status == ATT_OK)
		status = att_predicate_check(&source, &statement, &known, err);
	return status;
}

static int check_signature(const struct att_signature *signature, struct att_str expected,
			   const struct att_secret *secret, struct att_err *err)
{
	struct att_key *key = NULL;
	struct att_digest none = {0};
	/* From its encoding: nothing that the secret holds beside it takes part. */
	int status = att_key_of_spki(att_key_spki(att_secret_public(secret)), ATT_STR("the key just used"),
				     NULL, &key, err);
	if (status != ATT_OK)
		return status;
	if (!att_str_equal(signature->payload, expected) ||
	    !att_str_is(signature->payload_type, ATT_STATEMENT_MEDIA_TYPE) ||
	    att_signature_verify(signature, key, &none, err) != ATT_HOLDS)
		status = att_err_set(err, ATT_ERR_IO, "the new signature was not found good when read again");
	att_key_free(key);
	return status;
}

static int read_back(struct att_str text, struct att_str expected, const struct att_secret *secret,
		     struct att_err *err)
{
	static const char name[] = "the new envelope";
	struct att_signature *signatures;
	struct att_source source;
	struct att_arena arena = {0};
	size_t count = 0;
	signatures = att_arena_alloc(&arena, ATT_MAX_SIGNATURES_IN_FILE, sizeof *signatures);
	if (!signatures)
		return att_err_memory(err);
	int status = att_source_init(&source, &arena, att_str_of(name), text, err);
	if (status == ATT_OK)
		status = att_signature_parse(&source, &arena, signatures, &count, err);
	if (status == ATT_OK && count != 1)
		status = att_err_set(err, ATT_ERR_IO, "expected one signature in %s, found %zu", name, count);
	if (status == ATT_OK)
		status = check_signature(&signatures[0], expected, secret, err);
	if (status == ATT_OK)
		status = check_statement(signatures[0].payload, &arena, err);
	att_arena_clear(&arena);
	return status;
}

int att_statement_sign(struct att_str statement, const struct att_signature_format *format,
		       const struct att_secret *secret, struct att_buf *out, struct att_err *err)
{
	static const char name[] = "the statement";
	int fd = memfd_create("statement", MFD_CLOEXEC);
	size_t begin = out->len;
	if (fd < 0)
		return att_err_set_errno(err, errno, "cannot hold the statement in memory");
	int status = att_file_write_fd(fd, name, statement, err);
	const struct att_sign_request request = {
		.secret = secret,
		.file = {fd, name, NULL},
		.payload_type = ATT_STR(ATT_STATEMENT_MEDIA_TYPE),
		.time = -1,
	};
	if (status == ATT_OK)
		status = format->sign(&request, out, err);
	close(fd);
	return status == ATT_OK ? read_back(att_str_from(att_buf_str(out), begin), statement, secret, err)
				: status;
}
