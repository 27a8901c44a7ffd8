// SPDX-License-Identifier: Apache-2.0
/* Verification summaries: what attest-verify found out, signed for those who come later; and theirs, instead of
 * finding it out. */
#include <stdlib.h>

#include "cmd/passphrase.h"
#include "cmd/verify.h"
#include "libattest/base/time.h"
#include "libattest/statement/provenance.h"

#include "libattest/base/banned.h"

#define PROGRAM VERIFY_PROGRAM

/* --- what was asked ------------------------------------------------------------------------------------ */

static void read_emission(const struct verify_run *r)
{
	static const char *const needed[] = {"summary-key", "verifier", "resource", "policy", "policy-uri"};
	/* A summary says that the policy holds: it must not rest on what the policy does not allow. */
	static const char *const alone[] = {"summary",     "checksums",      "namespace",
					    "parameter",   "insecure-dirty", "insecure-legacy-minisign",
					    "insecure-rsa"};
	const struct cli_command *c = r->command;
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (!cli_value(c, needed[i]))
			cli_usage(PROGRAM, "expected --%s with --emit-summary, found none", needed[i]);
	for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++)
		if (cli_option(c, alone[i])->count > 0)
			cli_usage(PROGRAM, "expected --emit-summary or --%s, found both", alone[i]);
}

static void read_acceptance(struct verify_run *r)
{
	static const char *const others[] = {"provenance", "predicate-type", "attestation", "signature",
					     "bundle",     "checksums",      "threshold"};
	const struct cli_command *c = r->command;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (cli_option(c, others[i])->count > 0)
			cli_usage(PROGRAM, "expected --summary in place of --%s, found both", others[i]);
	if (!cli_value(c, "resource"))
		cli_usage(PROGRAM, "expected --resource, what the file was verified as, found none");
	if (!cli_value(c, "verifier") && !cli_value(c, "policy"))
		cli_usage(PROGRAM, "expected --verifier, whose summary counts, found none");
	r->summary = (struct att_summary_expected){
		.verifier_id = att_str_of(cli_value(c, "verifier")),
		.resource_uri = att_str_of(cli_value(c, "resource")),
		.build_level = r->options.level,
		.max_age = r->options.build.max_age,
	};
	r->options.summary = &r->summary;
}

void verify_read_summary(struct verify_run *r)
{
	static const char *const emission[] = {"summary-key", "policy-uri", "passphrase-file"};
	const struct cli_command *c = r->command;
	bool emit = cli_value(c, "emit-summary") != NULL;
	if (emit)
		read_emission(r);
	for (size_t i = 0; i < sizeof emission / sizeof emission[0] && !emit; i++)
		if (cli_value(c, emission[i]))
			cli_usage(PROGRAM, "--%s takes --emit-summary", emission[i]);
	if (cli_option(c, "summary")->count > 0)
		read_acceptance(r);
	else if (!emit && (cli_value(c, "verifier") || cli_value(c, "resource")))
		cli_usage(PROGRAM, "--verifier and --resource take --summary or --emit-summary");
}

/* --- writing one --------------------------------------------------------------------------------------- */

/* All artifacts, each with the digest that was verified. */
static struct att_subject *list_subjects(const struct verify_run *r, struct att_arena *arena)
{
	struct att_subject *list = att_arena_alloc(arena, r->count, sizeof *list);
	for (size_t i = 0; list && i < r->count; i++) {
		struct att_str name = r->verdicts[i].artifact;
		size_t slash = att_str_find_last_byte(name, '/');
		list[i].name = slash == ATT_STR_NONE ? name : att_str_from(name, slash + 1);
		list[i].digests[list[i].digest_count++] = r->verdicts[i].digest;
	}
	return list;
}

static bool is_listed(const struct att_summary_input *list, size_t count, const struct att_digest *digest)
{
	for (size_t i = 0; i < count; i++)
		if (att_digest_equal(&list[i].digest, digest))
			return true;
	return false;
}

static size_t list_inputs(const struct verify_run *r, struct att_arena *arena, struct att_summary_input **out)
{
	size_t room = 0, count = 0;
	for (size_t i = 0; i < r->count; i++)
		room += r->verdicts[i].evidence_count;
	*out = att_arena_alloc(arena, room, sizeof **out);
	for (size_t i = 0; *out && i < r->count; i++)
		for (size_t j = 0; j < r->verdicts[i].evidence_count; j++)
			if (!is_listed(*out, count, &r->verdicts[i].evidence[j].digest))
				(*out)[count++].digest = r->verdicts[i].evidence[j].digest;
	return count;
}

/* The lowest of all artifacts; one whose provenance nobody demanded has none. */
static struct att_str find_level(const struct verify_run *r, struct att_arena *arena)
{
	unsigned lowest = 3;
	for (size_t i = 0; i < r->count; i++) {
		if (!r->verdicts[i].has_level)
			return ATT_STR("SLSA_BUILD_LEVEL_UNEVALUATED");
		lowest = r->verdicts[i].level < lowest ? r->verdicts[i].level : lowest;
	}
	return att_arena_printf(arena, "SLSA_BUILD_LEVEL_%u", lowest);
}

static int write_summary(const struct verify_run *r, bool passed, struct att_arena *arena, struct att_buf *out,
			 struct att_err *err)
{
	const struct cli_command *c = r->command;
	struct att_subject *subjects = list_subjects(r, arena);
	struct att_summary_input *inputs;
	struct att_str level = find_level(r, arena);
	size_t input_count = list_inputs(r, arena, &inputs);
	struct att_buf statement;
	if (!subjects || !inputs || !level.data)
		return att_err_memory(err);
	const struct att_summary summary = {
		.verifier_id = att_str_of(cli_value(c, "verifier")),
		.tool = ATT_STR("attest"),
		.tool_version = ATT_STR(ATT_VERSION),
		.verified = r->options.now,
		.resource_uri = att_str_of(cli_value(c, "resource")),
		.policy_uri = att_str_of(cli_value(c, "policy-uri")),
		.policy_digest = r->keys.policy,
		.inputs = inputs,
		.input_count = input_count,
		.passed = passed,
		.levels = &level,
		.level_count = passed,
		.slsa_version = ATT_STR(ATT_SUMMARY_SLSA_VERSION),
	};
	att_buf_init(&statement, ATT_MAX_PAYLOAD);
	int status = att_summary_write(&summary, subjects, r->count, arena, &statement, err);
	if (status == ATT_OK)
		status = att_statement_sign(att_buf_str(&statement),
					    att_signature_format_find(ATT_STR("bundle")), r->secret, out, err);
	att_buf_clear(&statement);
	return status;
}

int verify_emit_summary(const struct verify_run *r, int exit_code)
{
	const char *path = cli_value(r->command, "emit-summary");
	struct att_arena arena = {0};
	struct att_buf envelope;
	struct att_err err = {0};
	if (!path)
		return exit_code;
	/* What could not be told is neither PASSED nor FAILED. */
	if (exit_code == CLI_UNKNOWN) {
		cli_note("%s: no summary was written: it could not be told whether the files are good",
			 PROGRAM);
		return exit_code;
	}
	for (size_t i = 0; i < r->count; i++) {
		if (r->verdicts[i].digest.kind != ATT_DIGEST_NONE)
			continue;
		cli_note("%s: no summary was written: not all files could be read", PROGRAM);
		return CLI_UNKNOWN;
	}
	att_buf_init(&envelope, ATT_MAX_SIGNATURE_FILE);
	int status = write_summary(r, exit_code == CLI_HOLDS, &arena, &envelope, &err);
	if (status == ATT_OK)
		status = cli_write(path, att_buf_str(&envelope), &err);
	if (status != ATT_OK) {
		cli_complain(PROGRAM, &err);
		exit_code = CLI_UNKNOWN;
	}
	att_buf_clear(&envelope);
	att_arena_clear(&arena);
	return exit_code;
}
