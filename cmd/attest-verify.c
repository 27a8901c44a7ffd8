// SPDX-License-Identifier: Apache-2.0
/* attest-verify: artifacts against signatures, and nothing believed that was not named. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/crypto.h"
#include "cmd/passphrase.h"
#include "cmd/verify.h"
#include "libattest/base/pool.h"
#include "libattest/verify/sidecar.h"

#include "libattest/base/banned.h"

#define PROGRAM VERIFY_PROGRAM

/* --- what was asked ------------------------------------------------------------------------------------ */

static void refuse_no_key(const struct verify_run *r)
{
	cli_note(PROGRAM ": no key was named, and a signature says nothing without knowing whose it must be");
	cli_note("  = help: get the publisher's public key from a place that you trust, and name it: attest "
		 "verify %s "
		 "--key publisher.pub",
		 r->command->arguments[0] ? r->command->arguments[0] : "FILE");
	exit(CLI_UNKNOWN);
}

static void read_request(struct verify_run *r)
{
	const struct cli_command *c = r->command;
	const struct cli_option *signature = cli_option(c, "signature"), *bundle = cli_option(c, "bundle");
	const char *threshold = cli_value(c, "threshold");
	const char *checksums = cli_value(c, "checksums");
	r->count = cli_count_arguments(c);
	if (r->count == 0 && !checksums)
		cli_usage(PROGRAM, "expected a file, found none");
	if (cli_option(c, "key")->count == 0 && !cli_value(c, "policy"))
		refuse_no_key(r);
	if (cli_option(c, "key")->count > 0 && cli_value(c, "policy"))
		cli_usage(PROGRAM, "expected --key or --policy, found both");
	if (signature->count + bundle->count > 0 && r->count > 1 && !checksums)
		cli_usage(PROGRAM, "--signature and --bundle are about one file, found %zu files", r->count);
	r->format = cli_report_format(c, "format", "human");
	r->options.threshold = threshold ? cli_number(PROGRAM, "threshold", threshold, 1, CLI_MAX_VALUES) : 0;
	r->options.name_space = att_str_of(cli_value(c, "namespace"));
	r->options.insecure_legacy_minisign = cli_flag(c, "insecure-legacy-minisign");
	r->options.now = (int64_t)time(NULL);
	r->signatures = calloc(signature->count + bundle->count + 1, sizeof *r->signatures);
	r->verdict_count = checksums ? 2 : r->count;
	r->verdicts = calloc(r->verdict_count, sizeof *r->verdicts);
	if (!r->signatures || !r->verdicts)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0; i < signature->count; i++)
		r->signatures[i].path = signature->values[i];
	for (size_t i = 0; i < bundle->count; i++)
		r->signatures[signature->count + i].path = bundle->values[i];
	r->options.signatures = r->signatures;
	r->options.signature_count = signature->count + bundle->count;
	verify_read_demands(r);
	verify_read_summary(r);
}

/* Paths that stay readable; the arena owns those that were made for it. */
struct readable {
	struct att_arena arena;
	void *items;
	size_t count, capacity;
};

static void allow(struct readable *list, const char *path)
{
	const char **slot =
		att_arena_push(&list->arena, &list->items, &list->count, &list->capacity, sizeof *slot);
	if (!slot)
		cli_usage(PROGRAM, "out of memory");
	*slot = path;
}

/* An artifact, its folder, and its signature files: each may be a symbolic link that leads out of the folder.
 */
static void allow_artifact(struct readable *list, const char *path)
{
	struct att_sidecar *sidecars;
	struct att_err err;
	size_t count;
	char *folder = cli_folder_of(path);
	if (!folder)
		return;
	allow(list, att_arena_copy(&list->arena, att_str_of(folder)).data);
	free(folder);
	allow(list, path);
	if (att_sidecars_find(path, &list->arena, &sidecars, &count, &err) != ATT_OK)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0; i < count; i++)
		allow(list, sidecars[i].path.data);
}

/* All is read, and nothing written but a summary: the artifacts, their signatures, and what was named. */
static void narrow(const struct verify_run *r)
{
	static const char *const named[] = {"key",     "provenance",  "attestation",
					    "summary", "summary-key", "passphrase-file"};
	const char *checksums = cli_value(r->command, "checksums"), *key = cli_value(r->command, "summary-key");
	const char *output = cli_value(r->command, "emit-summary");
	char *folder = output ? cli_folder_of(output) : NULL;
	const char *writable[] = {folder, NULL};
	struct readable list = {0};
	for (size_t i = 0; i < r->count; i++)
		allow_artifact(&list, r->command->arguments[i]);
	if (checksums)
		allow_artifact(&list, checksums);
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
		const struct cli_option *option = cli_option(r->command, named[i]);
		for (size_t j = 0; j < option->count; j++)
			allow(&list, option->values[j]);
	}
	for (size_t i = 0; i < r->options.signature_count; i++)
		allow(&list, r->signatures[i].path);
	/* The policy was read before; it is no less to be kept. */
	if (cli_value(r->command, "policy"))
		allow(&list, cli_value(r->command, "policy"));
	allow(&list, NULL);
	cli_refuse_overwriting(PROGRAM, output, list.items);
	const struct att_sandbox sandbox = {.readable = list.items, .writable = writable};
	/* The module of a token needs files and sockets of its own. */
	if (!key || !cli_is_token(key))
		cli_enter_sandbox(PROGRAM, &sandbox);
	free(folder);
	att_arena_clear(&list.arena);
}

static _Noreturn void fail(const char *path, const struct att_err *err)
{
	struct att_findings findings;
	att_findings_init(&findings);
	att_findings_add_err(&findings, att_str_of(path), NULL, err);
	cli_print_findings(&findings);
	exit(CLI_UNKNOWN);
}

/* Before the sandbox closes: only the policy knows where its keys lie. It is the user's own, as are they. */
static void load_policy(struct verify_run *r)
{
	const struct att_key_options options = {.insecure_rsa = cli_flag(r->command, "insecure-rsa")};
	const char *policy = cli_value(r->command, "policy");
	struct att_err err = {0};
	att_keyring_init(&r->keys);
	r->options.keys = &r->keys;
	if (policy && att_keyring_load_policy(&r->keys, policy, &options, &err) != ATT_OK)
		fail(policy, &err);
}

/* Ends with 2 when one cannot be read: nobody is believed by accident. */
static void load_keys(struct verify_run *r)
{
	const struct att_key_options options = {.insecure_rsa = cli_flag(r->command, "insecure-rsa")};
	const struct cli_option *keys = cli_option(r->command, "key");
	struct att_err err = {0};
	for (size_t i = 0; i < keys->count; i++)
		if (att_keyring_add_file(&r->keys, keys->values[i], &options, &err) != ATT_OK)
			fail(keys->values[i], &err);
}

/* --- main ---------------------------------------------------------------------------------------------- */

static void verify_one(void *context, size_t i)
{
	struct verify_run *r = context;
	const char *path = r->command->arguments[i];
	if (strcmp(path, "-") == 0)
		att_verify_fd(STDIN_FILENO, path, &r->options, &r->verdicts[i]);
	else
		att_verify_file(path, &r->options, &r->verdicts[i]);
}

static int run(struct cli_command *command)
{
	const char *key = cli_value(command, "summary-key");
	struct verify_run r = {.command = command};
	struct cli_passphrase passphrase;
	read_request(&r);
	unsigned threads = cli_jobs(command);
	struct verify_paths paths = {.folder = -1};
	verify_paths_find(&r, &paths);
	load_policy(&r);
	cli_passphrase_open(&passphrase, cli_value(command, "passphrase-file"));
	narrow(&r);
	if (key)
		r.secret = cli_load_secret(PROGRAM, key, &passphrase);
	cli_passphrase_close(&passphrase);
	load_keys(&r);
	att_attestations_init(&r.attestations);
	verify_load_attestations(&r);
	cli_progress_start(&r.progress, 0);
	r.options.progress = &r.progress.progress;
	if (cli_value(command, "checksums"))
		verify_checksums(&r, &paths, threads);
	else
		att_pool_run(threads, r.count, verify_one, &r);
	cli_progress_end(&r.progress);
	int exit_code = verify_emit_summary(&r, verify_report(&r));
	for (size_t i = 0; i < r.verdict_count; i++)
		att_verdict_clear(&r.verdicts[i]);
	att_attestations_clear(&r.attestations);
	att_steps_clear(&r.steps);
	att_findings_clear(&r.findings);
	att_keyring_clear(&r.keys);
	verify_paths_clear(&paths);
	att_secret_free(r.secret);
	free(r.ref);
	free(r.texts);
	free(r.verdicts);
	free(r.signatures);
	return exit_code;
}

static struct cli_option options[] = {
	{"key", 'k', "KEY", "a public key to believe: a file, or a minisign key in one line", true, NULL, 0},
	{"policy", 'p', "FILE", "attest.toml, whose [trust] says whom to believe", false, NULL, 0},
	{"signature", 's', "FILE", "a signature file, instead of those beside the artifact", true, NULL, 0},
	{"bundle", 0, "FILE", "the same, for Sigstore bundles", true, NULL, 0},
	{"checksums", 'c', "MANIFEST", "check the signature of MANIFEST, and the files against it", false, NULL,
	 0},
	{"threshold", 't', "N", "demand signatures by N different keys", false, NULL, 0},
	{"namespace", 0, "NAME", "that SSH signatures must be for; else \"file\"", false, NULL, 0},
	{"provenance", 0, "FILE", "demand SLSA provenance of the file, and look for it in FILE", true, NULL, 0},
	{"source", 0, "URL", "the repository that it has to be built from", false, NULL, 0},
	{"tag", 0, "TAG", "the tag that it has to be built from", false, NULL, 0},
	{"branch", 0, "NAME", "the same for a branch", false, NULL, 0},
	{"commit", 0, "HEX", "the same for a commit", false, NULL, 0},
	{"builder", 0, "URI", "who has to have built it", false, NULL, 0},
	{"workflow", 0, "PATH", "what of the source has to have been run", false, NULL, 0},
	{"parameter", 0, "NAME=VALUE", "what the build may have been given", true, NULL, 0},
	{"min-level", 0, "N", "SLSA Build level that the policy has to give the builder", false, NULL, 0},
	{"max-age", 0, "DURATION", "how long ago it may have been built (P7D)", false, NULL, 0},
	{"predicate-type", 0, "TYPE", "demand a signed statement of this type about the file", true, NULL, 0},
	{"attestation", 0, "FILE", "look for statements in FILE", true, NULL, 0},
	{"summary", 0, "FILE", "take a verification summary in FILE instead of all else", true, NULL, 0},
	{"verifier", 0, "URI", "whose summary counts, or who we are in one", false, NULL, 0},
	{"resource", 0, "URI", "what the file was verified as", false, NULL, 0},
	{"emit-summary", 0, "FILE", "write what came of it to FILE, signed", false, NULL, 0},
	{"summary-key", 0, "KEY", "the secret key for that: a file, or a pkcs11: URI", false, NULL, 0},
	{"policy-uri", 0, "URI", "where others find the policy, for the summary", false, NULL, 0},
	{"passphrase-file", 0, "FILE", "take the passphrase from the first line of FILE", false, NULL, 0},
	{"insecure-dirty", 0, NULL, "take builds of a checkout with changed files", false, NULL, 0},
	{"insecure-legacy-minisign", 0, NULL, "take minisign signatures without prehashing", false, NULL, 0},
	{"insecure-md5", 0, NULL, "take MD5 digests in a manifest", false, NULL, 0},
	{"insecure-sha1", 0, NULL, "take SHA-1 digests in a manifest", false, NULL, 0},
	{"insecure-rsa", 0, NULL, "take RSA keys under 2048 bits", false, NULL, 0},
	{"format", 'f', "FORMAT", CLI_REPORT_HELP, false, NULL, 0},
	{"jobs", 'j', "N", "read on N threads; else one per processor", false, NULL, 0},
	{NULL, 0, NULL, NULL, false, NULL, 0},
};

int main(int argc, char **argv)
{
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis =
			"attest verify FILE... (--key KEY... | --policy FILE) [OPTION...]\n"
			"       attest verify [FILE...] --checksums MANIFEST (--key KEY... | --policy "
			"FILE) [OPTION...]\n"
			"       attest verify FILE... --provenance P (--key KEY --builder URI | --policy FILE) "
			"--source URL [OPTION...]",
		.description = "Checks files against their signatures, and against signed statements about "
			       "them where these\n"
			       "are demanded. Signatures are looked for beside each file "
			       "(FILE.sigstore.json,\nFILE.minisig, FILE.sig, FILE.sshsig, ...). FILE \"-\" is "
			       "standard input and needs --signature.",
		.epilogue =
			"Exit status: 0 when every file is verified, 1 when one is not, 2 when it could not be "
			"told: no\nsignature, no key, something unreadable or malformed.",
		.options = options,
	};
	cli_start();
	cli_parse_main(&command, argc, argv);
	if (cli_value(&command, "summary-key"))
		cli_start_secrets(PROGRAM);
	else
		cli_start_crypto(PROGRAM);
	int exit_code = run(&command);
	cli_free(&command);
	return exit_code;
}
