// SPDX-License-Identifier: Apache-2.0
/* attest-verify: artifacts against signatures, and nothing believed that was not named. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/crypto.h"
#include "cmd/names.h"
#include "cmd/progress.h"
#include "libattest/base/pool.h"
#include "libattest/base/utf8.h"
#include "libattest/format/report.h"
#include "libattest/sign/checksum_verify.h"
#include "libattest/verify/manifest.h"
#include "libattest/verify/sidecar.h"

#include "libattest/base/banned.h"

#define PROGRAM "attest-verify"

struct run {
	struct cli_command *command;
	struct att_keyring keys;
	struct att_verify_options options;
	struct cli_progress progress;
	struct att_signature_file *signatures; /* --signature and --bundle */
	size_t count;                          /* of artifacts */
	size_t verdict_count;
	struct att_verdict *verdicts; /* one per artifact, or that of the manifest and that of all its files */
	bool json;
};

/* --- what was asked ------------------------------------------------------------------------------------ */

static size_t count_arguments(const struct cli_command *command)
{
	size_t count = 0;
	while (command->arguments[count])
		count++;
	return count;
}

static void refuse_no_key(const struct run *r)
{
	cli_note(PROGRAM ": no key was named, and a signature says nothing without knowing whose it must be");
	cli_note("  = help: get the publisher's public key from a place that you trust, and name it: attest "
		 "verify %s "
		 "--key publisher.pub",
		 r->command->arguments[0] ? r->command->arguments[0] : "FILE");
	exit(CLI_UNKNOWN);
}

static void read_request(struct run *r)
{
	const struct cli_command *c = r->command;
	const struct cli_option *signature = cli_option(c, "signature"), *bundle = cli_option(c, "bundle");
	const char *threshold = cli_value(c, "threshold"), *format = cli_value(c, "format");
	const char *checksums = cli_value(c, "checksums");
	r->count = count_arguments(c);
	if (r->count == 0 && !checksums)
		cli_usage(PROGRAM, "expected a file, found none");
	if (cli_option(c, "key")->count == 0 && !cli_value(c, "policy"))
		refuse_no_key(r);
	if (cli_option(c, "key")->count > 0 && cli_value(c, "policy"))
		cli_usage(PROGRAM, "expected --key or --policy, found both");
	if (signature->count + bundle->count > 0 && r->count > 1 && !checksums)
		cli_usage(PROGRAM, "--signature and --bundle are about one file, found %zu files", r->count);
	if (format && strcmp(format, "json") != 0 && strcmp(format, "human") != 0)
		cli_usage(PROGRAM, "expected --format human or json, found \"%s\"", format);
	r->json = format && strcmp(format, "json") == 0;
	r->options.threshold = threshold ? cli_number(PROGRAM, "threshold", threshold, 1, CLI_MAX_VALUES) : 0;
	r->options.name_space = att_str_of(cli_value(c, "namespace"));
	r->options.predicate_type = att_str_of(cli_value(c, "predicate-type"));
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

/* Everything is read, nothing written: the artifacts, their signatures, and what was named. */
static void narrow(const struct run *r)
{
	const struct cli_option *keys = cli_option(r->command, "key");
	const char *checksums = cli_value(r->command, "checksums"), *writable[] = {NULL};
	struct readable list = {0};
	for (size_t i = 0; i < r->count; i++)
		allow_artifact(&list, r->command->arguments[i]);
	if (checksums)
		allow_artifact(&list, checksums);
	for (size_t i = 0; i < keys->count; i++)
		allow(&list, keys->values[i]);
	for (size_t i = 0; i < r->options.signature_count; i++)
		allow(&list, r->signatures[i].path);
	allow(&list, NULL);
	const struct att_sandbox sandbox = {.readable = list.items, .writable = writable};
	cli_enter_sandbox(PROGRAM, &sandbox);
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
static void load_policy(struct run *r)
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
static void load_keys(struct run *r)
{
	const struct att_key_options options = {.insecure_rsa = cli_flag(r->command, "insecure-rsa")};
	const struct cli_option *keys = cli_option(r->command, "key");
	struct att_err err = {0};
	for (size_t i = 0; i < keys->count; i++)
		if (att_keyring_add_file(&r->keys, keys->values[i], &options, &err) != ATT_OK)
			fail(keys->values[i], &err);
}

/* --- what is said -------------------------------------------------------------------------------------- */

static const char *verdict_word(enum att_outcome outcome)
{
	return outcome == ATT_HOLDS     ? "verified"
	       : outcome == ATT_REFUTED ? "NOT verified"
					: "could NOT be verified";
}

/* What holds; what does not was said as findings, on standard error. */
static void write_human(const struct run *r, size_t held, struct att_buf *out)
{
	for (size_t i = 0; i < r->verdict_count; i++) {
		const struct att_verdict *v = &r->verdicts[i];
		for (size_t j = 0; j < v->steps.count; j++) {
			if (v->steps.items[j].outcome != ATT_HOLDS)
				continue;
			att_buf_add(out, ATT_STR("  "));
			att_utf8_add_visible(out, v->steps.items[j].artifact);
			att_buf_add(out, ATT_STR(": "));
			att_utf8_add_visible(out, v->steps.items[j].found);
			att_buf_add_byte(out, '\n');
		}
		att_utf8_add_visible(out, v->artifact);
		att_buf_printf(out, ": %s%s", verdict_word(v->outcome), v->outcome == ATT_HOLDS ? ", " : ": ");
		att_utf8_add_visible(out, v->sentence);
		att_buf_add_byte(out, '\n');
	}
	if (r->count > 1 && r->verdict_count == r->count && !cli_value(r->command, "checksums"))
		att_buf_printf(out, "%s: %zu of %zu files hold\n",
			       held == r->count ? "verified" : "NOT verified", held, r->count);
}

static void write_json(const struct run *r, size_t held, int exit_code, struct att_buf *out)
{
	struct att_findings findings;
	struct att_steps steps;
	const struct att_report_fact facts[] = {
		{"verdicts", {NULL, 0}, r->verdict_count},
		{"verified", {NULL, 0}, held},
		{"keys", {NULL, 0}, r->keys.count},
	};
	att_findings_init(&findings);
	att_steps_init(&steps);
	for (size_t i = 0; i < r->verdict_count; i++) {
		att_findings_append(&findings, &r->verdicts[i].findings);
		for (size_t j = 0; j < r->verdicts[i].steps.count; j++)
			att_steps_add(&steps, &r->verdicts[i].steps.items[j]);
	}
	const struct att_report report = {
		PROGRAM, "verify", exit_code, &findings, &steps, facts, sizeof facts / sizeof facts[0]};
	att_report_json(&report, out);
	att_findings_clear(&findings);
	att_steps_clear(&steps);
}

/* One refuted artifact refutes all; otherwise one that could not be told leaves all untold. */
static int judge(const struct run *r, size_t *held)
{
	size_t refuted = 0;
	*held = 0;
	for (size_t i = 0; i < r->verdict_count; i++) {
		*held += r->verdicts[i].outcome == ATT_HOLDS;
		refuted += r->verdicts[i].outcome == ATT_REFUTED;
	}
	return refuted ? CLI_REFUTED : *held == r->verdict_count && *held > 0 ? CLI_HOLDS : CLI_UNKNOWN;
}

static int report(const struct run *r)
{
	struct att_buf out;
	struct att_err err;
	size_t held;
	int exit_code = judge(r, &held);
	att_buf_init(&out, ATT_MAX_OUTPUT);
	for (size_t i = 0; i < r->verdict_count; i++)
		cli_print_findings(&r->verdicts[i].findings);
	if (r->json)
		write_json(r, held, exit_code, &out);
	else
		write_human(r, held, &out);
	int status = att_buf_ok(&out) ? cli_write(NULL, att_buf_str(&out), &err) : att_err_memory(&err);
	if (status != ATT_OK)
		cli_complain(PROGRAM, &err);
	att_buf_clear(&out);
	return status == ATT_OK ? exit_code : CLI_UNKNOWN;
}

/* --- main ---------------------------------------------------------------------------------------------- */

static void verify_one(void *context, size_t i)
{
	struct run *r = context;
	const char *path = r->command->arguments[i];
	if (strcmp(path, "-") == 0)
		att_verify_fd(STDIN_FILENO, path, &r->options, &r->verdicts[i]);
	else
		att_verify_file(path, &r->options, &r->verdicts[i]);
}

/* With --checksums: names relative to the manifest, looked up before the sandbox closes. */
struct paths {
	struct att_arena arena;
	struct att_str *names;
	int folder;
};

static void find_paths(const struct run *r, struct paths *paths)
{
	const char *manifest = cli_value(r->command, "checksums");
	if (!manifest)
		return;
	char *base = cli_real_folder_of(manifest);
	paths->folder = base ? open(base, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	paths->names = att_arena_alloc(&paths->arena, r->count, sizeof *paths->names);
	if (paths->folder < 0 || !paths->names)
		cli_usage(PROGRAM, "cannot open the folder of %s", manifest);
	for (size_t i = 0; i < r->count; i++)
		paths->names[i] = cli_name_below(PROGRAM, &paths->arena, base, r->command->arguments[i]);
	free(base);
}

static void clear_paths(struct paths *paths)
{
	if (paths->folder >= 0)
		close(paths->folder);
	att_arena_clear(&paths->arena);
}

/* The manifest by its signature, then the files by the manifest: the second verdict is that of all files. */
static void verify_checksums(struct run *r, const struct paths *paths, unsigned jobs)
{
	const struct att_checksum_options lines = {
		.insecure_md5 = cli_flag(r->command, "insecure-md5"),
		.insecure_sha1 = cli_flag(r->command, "insecure-sha1"),
	};
	const char *path = cli_value(r->command, "checksums");
	struct att_signed_manifest manifest;
	struct att_verdict *files = &r->verdicts[1];
	struct att_checksum_summary summary = {0};
	struct att_err err = {0};
	att_signed_manifest_load(path, &r->options, &lines, &manifest);
	files->artifact = att_arena_copy(&files->arena, ATT_STR("files"));
	if (manifest.verdict.outcome == ATT_HOLDS) {
		const struct att_checksum_request request = {
			.source = &manifest.source,
			.list = &manifest.list,
			.folder = paths->folder,
			.jobs = jobs,
			.progress = r->options.progress,
			.names = paths->names,
			.name_count = r->count,
		};
		int status = att_checksum_verify(&request, &files->steps, &files->findings, &summary, &err);
		if (status != ATT_OK)
			att_findings_add_err(&files->findings, att_str_of(path), NULL, &err);
		files->outcome = status == ATT_OK ? att_checksum_outcome(&summary) : ATT_CANNOT_TELL;
		files->sentence = att_arena_printf(&files->arena, "%zu of %zu match %s", summary.matched,
						   r->count ? r->count : manifest.list.count, path);
		enum att_outcome met = att_signed_manifest_meets(&manifest, &r->options, paths->names, r->count,
								 &files->findings);
		if (files->outcome == ATT_HOLDS && met != ATT_HOLDS) {
			files->outcome = met;
			files->sentence =
				ATT_STR("the manifest's signatures are not what the policy demands for them");
		}
	} else {
		files->sentence = ATT_STR("not compared with a manifest that is not verified");
	}
	/* Out of memory, a name may be missing: nothing holds that cannot be told. */
	if (files->arena.failed)
		files->outcome = ATT_CANNOT_TELL;
	r->verdicts[0] = manifest.verdict;
	memset(&manifest.verdict, 0, sizeof manifest.verdict);
	att_signed_manifest_clear(&manifest);
}

static int run(struct cli_command *command)
{
	struct run r = {.command = command};
	const char *jobs = cli_value(command, "jobs");
	read_request(&r);
	unsigned threads = jobs ? cli_number(PROGRAM, "jobs", jobs, 1, ATT_MAX_JOBS) : att_pool_processors();
	struct paths paths = {.folder = -1};
	find_paths(&r, &paths);
	load_policy(&r);
	narrow(&r);
	load_keys(&r);
	cli_progress_start(&r.progress, 0);
	r.options.progress = &r.progress.progress;
	if (cli_value(command, "checksums"))
		verify_checksums(&r, &paths, threads);
	else
		att_pool_run(threads, r.count, verify_one, &r);
	cli_progress_end(&r.progress);
	int exit_code = report(&r);
	for (size_t i = 0; i < r.verdict_count; i++)
		att_verdict_clear(&r.verdicts[i]);
	att_keyring_clear(&r.keys);
	clear_paths(&paths);
	free(r.verdicts);
	free(r.signatures);
	return exit_code;
}

int main(int argc, char **argv)
{
	struct cli_option options[] = {
		{"key", 'k', "KEY", "a public key to believe: a file, or a minisign key in one line", true,
		 NULL, 0},
		{"policy", 'p', "FILE", "attest.toml, whose [trust] says whom to believe", false, NULL, 0},
		{"signature", 's', "FILE", "a signature file, instead of those beside the artifact", true, NULL,
		 0},
		{"bundle", 0, "FILE", "the same, for Sigstore bundles", true, NULL, 0},
		{"checksums", 'c', "MANIFEST", "check the signature of MANIFEST, and the files against it",
		 false, NULL, 0},
		{"threshold", 't', "N", "demand signatures by N different keys", false, NULL, 0},
		{"namespace", 0, "NAME", "that SSH signatures must be for; else \"file\"", false, NULL, 0},
		{"predicate-type", 0, "TYPE", "take a signed statement of this type about the file", false,
		 NULL, 0},
		{"insecure-legacy-minisign", 0, NULL, "take minisign signatures without prehashing", false,
		 NULL, 0},
		{"insecure-md5", 0, NULL, "take MD5 digests in a manifest", false, NULL, 0},
		{"insecure-sha1", 0, NULL, "take SHA-1 digests in a manifest", false, NULL, 0},
		{"insecure-rsa", 0, NULL, "take RSA keys under 2048 bits", false, NULL, 0},
		{"format", 'f', "FORMAT", "human (default) or json", false, NULL, 0},
		{"jobs", 'j', "N", "read on N threads; else one per processor", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest verify FILE... (--key KEY... | --policy FILE) [OPTION...]\n"
			    "       attest verify [FILE...] --checksums MANIFEST (--key KEY... | --policy "
			    "FILE) [OPTION...]",
		.description =
			"Checks files against their signatures. Signatures are looked for beside each file "
			"(FILE.sigstore.json,\nFILE.minisig, FILE.sig, FILE.sshsig, ...). FILE \"-\" is "
			"standard input and needs --signature.",
		.epilogue =
			"Exit status: 0 when every file is verified, 1 when one is not, 2 when it could not be "
			"told: no\nsignature, no key, something unreadable or malformed.",
		.options = options,
	};
	cli_start();
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		cli_print_version(PROGRAM);
	const char **arguments = calloc((size_t)argc, sizeof *arguments);
	if (!arguments)
		cli_usage(PROGRAM, "out of memory");
	for (int i = 1; i < argc; i++)
		arguments[i - 1] = argv[i];
	cli_parse(&command, argc - 1, arguments);
	free(arguments);
	cli_start_crypto(PROGRAM);
	int exit_code = run(&command);
	cli_free(&command);
	return exit_code;
}
