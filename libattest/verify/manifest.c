// SPDX-License-Identifier: Apache-2.0
#include "libattest/verify/manifest.h"

#include <stdio.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

void att_signed_manifest_clear(struct att_signed_manifest *manifest)
{
	att_verdict_clear(&manifest->verdict);
	att_arena_clear(&manifest->arena);
	att_buf_clear(&manifest->text);
	memset(manifest, 0, sizeof *manifest);
}

static int read_text(const char *path, struct att_signed_manifest *out, struct att_err *err)
{
	uint64_t size;
	int fd;
	int status = att_artifact_open(path, &fd, &size, err);
	if (status != ATT_OK)
		return status;
	status = att_file_read_fd(fd, path, &out->text, err);
	close(fd);
	return status;
}

static int parse(const char *path, const struct att_checksum_options *lines, struct att_signed_manifest *out,
		 struct att_err *err)
{
	struct att_digest digest;
	int status = read_text(path, out, err);
	if (status == ATT_OK)
		status = att_digest_bytes(ATT_SHA256, att_buf_str(&out->text), &digest, err);
	if (status == ATT_OK && !att_digest_equal(&digest, &out->verdict.digest))
		status = att_err_set(err, ATT_ERR_IO, "%s changed while it was verified", path);
	if (status == ATT_OK)
		status = att_source_init(&out->source, &out->arena, out->verdict.artifact,
					 att_buf_str(&out->text), err);
	return status == ATT_OK ? att_checksum_parse(&out->source, lines, &out->arena, &out->list, err)
				: status;
}

void att_signed_manifest_load(const char *path, const struct att_verify_options *options,
			      const struct att_checksum_options *lines, struct att_signed_manifest *out)
{
	struct att_verify_options with_digest = *options;
	struct att_err err = {0};
	memset(out, 0, sizeof *out);
	att_buf_init(&out->text, ATT_MAX_DOCUMENT);
	with_digest.want_digest = true;
	att_verify_file(path, &with_digest, &out->verdict);
	if (out->verdict.outcome != ATT_HOLDS)
		return;
	/* Whoever states something about a manifest, that it is a bad one as well, does not vouch for its
	 * lines. */
	int status = out->verdict.signer_count > 0
			     ? parse(path, lines, out, &err)
			     : att_err_set(&err, ATT_ERR_REFUSED,
					   "something is stated about the manifest, but nobody has signed it");
	if (status == ATT_OK)
		return;
	memset(&out->list, 0, sizeof out->list);
	out->verdict.outcome = ATT_CANNOT_TELL;
	out->verdict.sentence = att_arena_copy(&out->verdict.arena, att_str_of(err.message));
	att_findings_add_err(&out->verdict.findings, out->verdict.artifact,
			     err.place.line ? &out->source : NULL, &err);
}

static uint32_t count_signers(const struct att_requirement *requirement, const struct att_verdict *verdict)
{
	uint32_t count = 0;
	for (size_t i = 0; i < requirement->signer_count; i++)
		for (size_t j = 0; j < verdict->signer_count; j++)
			count += requirement->signers[i] == verdict->signers[j];
	return count;
}

/* Says of one file why the manifest's signatures do not do for it. */
static enum att_outcome falls_short(struct att_findings *findings, struct att_str path,
				    enum att_outcome outcome, struct att_finding finding)
{
	finding.severity = ATT_ERROR;
	finding.file = finding.artifact = path;
	att_findings_add(findings, &finding);
	return outcome;
}

static enum att_outcome meets(const struct att_signed_manifest *manifest, const struct att_keyring *keys,
			      struct att_str path, struct att_findings *findings)
{
	size_t slash = att_str_find_last_byte(path, '/');
	struct att_str name = slash == ATT_STR_NONE ? path : att_str_from(path, slash + 1);
	const struct att_requirement *requirement = att_keyring_requirement(keys, name);
	char message[200];
	if (!requirement)
		return falls_short(
			findings, path, ATT_CANNOT_TELL,
			(struct att_finding){
				.code = "refused-input",
				.message = ATT_STR("no [[trust.require]] of the policy is about this file"),
				.help = ATT_STR(
					"the one about the manifest says who signs that, not who signs the "
					"files in it"),
			});
	if (requirement->predicate_count > 0)
		return falls_short(
			findings, path, ATT_CANNOT_TELL,
			(struct att_finding){
				.code = "unsupported-input",
				.message = ATT_STR("the policy demands statements about this file, which a "
						   "signed manifest is not"),
				.help = ATT_STR("verify the file itself: attest verify FILE --policy ..."),
			});
	uint32_t count = count_signers(requirement, &manifest->verdict);
	if (count >= requirement->threshold)
		return ATT_HOLDS;
	snprintf(message, sizeof message,
		 "expected signatures of the manifest by %u of those whom the policy names for this file, "
		 "found %u",
		 requirement->threshold, count);
	return falls_short(findings, path, ATT_REFUTED,
			   (struct att_finding){.code = "too-few-signatures", .message = att_str_of(message)});
}

enum att_outcome att_signed_manifest_meets(const struct att_signed_manifest *manifest,
					   const struct att_verify_options *options,
					   const struct att_str *names, size_t name_count,
					   struct att_findings *findings)
{
	enum att_outcome all = ATT_HOLDS;
	size_t count = name_count ? name_count : manifest->list.count;
	if (manifest->verdict.outcome != ATT_HOLDS)
		return ATT_CANNOT_TELL;
	for (size_t i = 0; i < count && options->keys->requirement_count > 0; i++) {
		enum att_outcome one = meets(manifest, options->keys,
					     name_count ? names[i] : manifest->list.items[i].name, findings);
		if (one == ATT_REFUTED || (one == ATT_CANNOT_TELL && all == ATT_HOLDS))
			all = one;
	}
	return all;
}
