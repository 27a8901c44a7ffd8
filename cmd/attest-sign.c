// SPDX-License-Identifier: Apache-2.0
/* attest-sign: signs files with a key, in the formats that the world verifies. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/crypto.h"
#include "cmd/passphrase.h"
#include "cmd/progress.h"
#include "cmd/sign_manifest.h"
#include "libattest/base/pool.h"
#include "libattest/sign/signature.h"
#include "libattest/verify/verify.h"

#include "libattest/base/banned.h"

#define PROGRAM SIGN_PROGRAM

/* One file on its way. */
struct piece {
	const char *path;
	int memory;   /* the manifest's descriptor; -1: it is a file, or a stream */
	char *output; /* NULL: standard output; owned */
	struct att_buf signature;
	struct att_err err;
	int status;
};

struct run {
	struct cli_command *command;
	const struct att_signature_format *format;
	struct cli_passphrase passphrase;
	struct cli_progress progress;
	struct att_secret *secret;
	struct att_sign_request request;
	struct piece *pieces;
	size_t count;
	unsigned jobs;
	struct sign_manifest manifest;
};

/* --- what was asked ------------------------------------------------------------------------------------ */

static void find_format(struct run *r)
{
	const char *name = cli_value(r->command, "as");
	char known[160];
	size_t used = 0;
	r->format = att_signature_format_find(att_str_of(name ? name : "bundle"));
	if (r->format && r->format->sign)
		return;
	for (size_t i = 0; att_signature_formats[i] && used < sizeof known - 1; i++)
		if (att_signature_formats[i]->sign)
			used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "",
						 att_signature_formats[i]->name);
	cli_usage(PROGRAM, "expected one of %s for --as, found \"%s\"", known, name);
}

/* SOURCE_DATE_EPOCH, or the clock: only minisign's usual comment states it. */
static int64_t signing_time(void)
{
	int64_t seconds;
	return cli_source_date(PROGRAM, &seconds) ? seconds : (int64_t)time(NULL);
}

static char *output_of(const struct run *r, const char *path)
{
	const char *chosen = cli_value(r->command, "output");
	size_t size = strlen(path) + strlen(r->format->suffix) + 1;
	char *name = chosen ? strdup(chosen) : malloc(size);
	if (!name)
		cli_usage(PROGRAM, "out of memory");
	if (!chosen)
		snprintf(name, size, "%s%s", path, r->format->suffix);
	return name;
}

static void add_piece(struct run *r, const char *path)
{
	struct piece *piece = &r->pieces[r->count++];
	bool is_stream = strcmp(path, "-") == 0;
	piece->path = path;
	piece->memory = -1;
	att_buf_init(&piece->signature, ATT_MAX_SIGNATURE_FILE);
	if (!is_stream || cli_value(r->command, "output"))
		piece->output = output_of(r, path);
}

static void read_request(struct run *r)
{
	const struct cli_command *c = r->command;
	const char *manifest = cli_value(c, "manifest");
	size_t count = cli_count_arguments(c);
	if (count == 0)
		cli_usage(PROGRAM, "expected a file, found none");
	if (!cli_value(c, "key"))
		cli_usage(PROGRAM,
			  "expected --key and the secret key to sign with; \"attest key new\" makes one");
	if (cli_value(c, "output") && (count > 1 || manifest))
		cli_usage(PROGRAM, "--output names one signature, found %zu files", count);
	find_format(r);
	r->jobs = cli_jobs(c);
	r->pieces = calloc(count + 1, sizeof *r->pieces);
	if (!r->pieces)
		cli_usage(PROGRAM, "out of memory");
	if (manifest)
		add_piece(r, manifest);
	for (size_t i = 0; !manifest && i < count; i++)
		add_piece(r, c->arguments[i]);
	r->request.comment = att_str_of(cli_value(c, "comment"));
	r->request.name_space = att_str_of(cli_value(c, "namespace"));
	if (r->request.name_space.len == 0 && strcmp(r->format->name, "sshsig") == 0)
		r->request.name_space = ATT_STR("file");
	r->request.payload_type = att_str_of(cli_value(c, "payload-type"));
	r->request.scheme = cli_flag(c, "rsa-pss") ? ATT_SCHEME_RSA_PSS : ATT_SCHEME_NONE;
	r->request.time = signing_time();
}

/* Ends the program when `output` is there already, and is the file of one of the first `count` paths. */
static void refuse_same(const char *output, const char *const *paths, const struct stat *files, size_t count)
{
	struct stat st;
	if (!output || strcmp(output, "-") == 0 || stat(output, &st) != 0)
		return;
	for (size_t i = 0; i < count; i++)
		if (files[i].st_ino == st.st_ino && files[i].st_dev == st.st_dev && files[i].st_nlink > 0)
			cli_usage(PROGRAM, "%s would be written over, which is what is signed, or signed with",
				  paths[i]);
}

/* What is written replaces what was there: never an input. */
static void refuse_overwriting(const struct run *r)
{
	const char *manifest = cli_value(r->command, "manifest");
	size_t streams = 0, count = 0;
	while (r->command->arguments[count])
		streams += strcmp(r->command->arguments[count++], "-") == 0;
	if (manifest && (streams > 0 || strcmp(manifest, "-") == 0))
		cli_usage(PROGRAM, "expected files with names for --manifest, found \"-\"");
	if (streams > 1)
		cli_usage(PROGRAM, "standard input can be signed once, found \"-\" %zu times", streams);
	const char **paths = calloc(count + 2, sizeof *paths);
	struct stat *files = calloc(count + 2, sizeof *files);
	if (!paths || !files)
		cli_usage(PROGRAM, "out of memory");
	memcpy(paths, r->command->arguments, count * sizeof *paths);
	paths[count++] = cli_value(r->command, "key");
	paths[count] = cli_value(r->command, "passphrase-file");
	count += paths[count] != NULL;
	for (size_t i = 0; i < count; i++)
		if (stat(paths[i], &files[i]) != 0)
			files[i] = (struct stat){0};
	for (size_t i = 0; i < r->count; i++)
		refuse_same(r->pieces[i].output, paths, files, count);
	refuse_same(manifest, paths, files, count);
	free(files);
	free(paths);
}

static void narrow(const struct run *r)
{
	const char *const *arguments = r->command->arguments;
	const char *key = cli_value(r->command, "key"), *file = cli_value(r->command, "passphrase-file");
	size_t inputs = cli_count_arguments(r->command), used = 0;
	const char **readable = calloc(inputs + 3, sizeof *readable);
	char **folders = calloc(r->count + 2, sizeof *folders);
	if (!readable || !folders)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0; i < inputs; i++)
		readable[i] = arguments[i];
	readable[inputs] = key;
	readable[inputs + 1] = file;
	/* The manifest and its signature may go to two folders. */
	folders[used] = cli_folder_of(cli_value(r->command, "manifest"));
	used += folders[used] != NULL;
	for (size_t i = 0; i < r->count; i++) {
		folders[used] = r->pieces[i].output ? cli_folder_of(r->pieces[i].output) : NULL;
		used += folders[used] != NULL;
	}
	const struct att_sandbox sandbox = {.readable = readable, .writable = (const char *const *)folders};
	/* The module of a token needs files and sockets of its own. */
	if (!cli_is_token(key))
		cli_enter_sandbox(PROGRAM, &sandbox);
	for (size_t i = 0; i < used; i++)
		free(folders[i]);
	free(folders);
	free(readable);
}

static _Noreturn void fail(const struct run *r, const struct att_err *err)
{
	sign_manifest_undo(&r->manifest);
	cli_complain(PROGRAM, err);
	exit(CLI_UNKNOWN);
}

/* --- signing ------------------------------------------------------------------------------------------- */

static int open_piece(struct piece *piece, int *fd)
{
	uint64_t size;
	*fd = piece->memory >= 0 ? piece->memory : STDIN_FILENO;
	if (piece->memory >= 0)
		return lseek(*fd, 0, SEEK_SET) == 0 ? ATT_OK : att_err_memory(&piece->err);
	return strcmp(piece->path, "-") == 0 ? ATT_OK : att_artifact_open(piece->path, fd, &size, &piece->err);
}

/* Reads the file anew and checks the signature as a stranger would, who has nothing but the public key. */
static int check(struct run *r, struct piece *piece)
{
	const struct att_signature_file made = {"the signature", att_buf_str(&piece->signature)};
	struct att_trusted_key own = {.key = NULL, .name = ATT_STR("the key just used")};
	struct att_keyring ring = {.keys = &own, .count = 1};
	struct att_verdict verdict;
	int status = att_key_of_spki(att_key_spki(att_secret_public(r->secret)), own.name, NULL, &own.key,
				     &piece->err);
	if (status != ATT_OK)
		return status;
	const struct att_verify_options options = {
		.keys = &ring,
		.now = r->request.time,
		.signatures = &made,
		.signature_count = 1,
		.name_space = r->request.name_space,
	};
	if (piece->memory >= 0 && lseek(piece->memory, 0, SEEK_SET) == 0)
		att_verify_fd(piece->memory, piece->path, &options, &verdict);
	else
		att_verify_file(piece->path, &options, &verdict);
	if (verdict.outcome != ATT_HOLDS)
		status = att_err_set(&piece->err, ATT_ERR_IO,
				     "%s: the new signature was not found good when read again (%.*s)",
				     piece->path, ATT_STR_ARG(verdict.sentence));
	att_verdict_clear(&verdict);
	att_key_free(own.key);
	return status;
}

static void sign_one(void *context, size_t i)
{
	struct run *r = context;
	struct piece *piece = &r->pieces[i];
	struct att_sign_request request = r->request;
	int fd;
	piece->status = open_piece(piece, &fd);
	if (piece->status != ATT_OK)
		return;
	request.file = (struct att_signed_file){fd, piece->path, &r->progress.progress};
	piece->status = r->format->sign(&request, &piece->signature, &piece->err);
	if (fd != STDIN_FILENO && fd != piece->memory)
		close(fd);
	if (piece->status == ATT_OK && !att_buf_ok(&piece->signature))
		piece->status = att_err_memory(&piece->err);
	/* A stream is gone by now; the signature itself was checked when it was made. */
	if (piece->status == ATT_OK && fd != STDIN_FILENO)
		piece->status = check(r, piece);
}

/* Nothing is written before everything is signed. */
static void write_all(struct run *r)
{
	struct att_err err = {0};
	for (size_t i = 0; i < r->count; i++)
		if (r->pieces[i].status != ATT_OK)
			fail(r, &r->pieces[i].err);
	sign_manifest_save(&r->manifest);
	for (size_t i = 0; i < r->count; i++) {
		const struct piece *piece = &r->pieces[i];
		if (cli_write(piece->output, att_buf_str(&piece->signature), &err) != ATT_OK) {
			for (size_t j = 0; j < i; j++)
				cli_note("%s: %s was written before", PROGRAM, r->pieces[j].output);
			fail(r, &err);
		}
	}
}

static void tell(const struct run *r)
{
	char kind[32];
	att_key_describe(att_secret_public(r->secret), kind);
	for (size_t i = 0; i < r->count; i++)
		if (r->pieces[i].output)
			cli_note("%s: signed with %s, %s in %s", r->pieces[i].path, kind, r->format->name,
				 r->pieces[i].output);
}

/* --- main ---------------------------------------------------------------------------------------------- */

static int run(struct cli_command *command)
{
	struct run r = {.command = command};
	read_request(&r);
	refuse_overwriting(&r);
	sign_manifest_open(&r.manifest, cli_value(command, "manifest"), command->arguments);
	cli_passphrase_open(&r.passphrase, cli_value(command, "passphrase-file"));
	narrow(&r);
	r.secret = cli_load_secret(PROGRAM, cli_value(command, "key"), &r.passphrase);
	r.request.secret = r.secret;
	cli_progress_start(&r.progress, 0);
	sign_manifest_make(&r.manifest, r.jobs, &r.progress.progress);
	if (r.manifest.path)
		r.pieces[0].memory = r.manifest.fd;
	att_pool_run(r.jobs, r.count, sign_one, &r);
	cli_progress_end(&r.progress);
	write_all(&r);
	tell(&r);
	cli_passphrase_close(&r.passphrase);
	att_secret_free(r.secret);
	for (size_t i = 0; i < r.count; i++) {
		att_buf_clear(&r.pieces[i].signature);
		free(r.pieces[i].output);
	}
	free(r.pieces);
	sign_manifest_close(&r.manifest);
	return CLI_HOLDS;
}

int main(int argc, char **argv)
{
	struct cli_option options[] = {
		{"key", 'k', "KEY", "the secret key: a file, or a pkcs11: URI", false, NULL, 0},
		{"as", 'a', "FORMAT", "bundle (default), dsse, minisign, signify, sshsig or raw", false, NULL,
		 0},
		{"output", 'o', "FILE", "the signature file; else the file's name and the format's suffix",
		 false, NULL, 0},
		{"manifest", 'm', "FILE", "write the files' SHA-256 to FILE, and sign that", false, NULL, 0},
		{"comment", 'c', "TEXT", "minisign's trusted comment, or signify's comment", false, NULL, 0},
		{"namespace", 0, "NAME", "what an SSH signature is for; else \"file\"", false, NULL, 0},
		{"payload-type", 0, "TYPE", "media type of what a DSSE envelope holds", false, NULL, 0},
		{"rsa-pss", 0, NULL, "sign with RSASSA-PSS (raw only)", false, NULL, 0},
		{"passphrase-file", 0, "FILE", "take the passphrase from the first line of FILE", false, NULL,
		 0},
		{"jobs", 'j', "N", "read on N threads; else one per processor", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest sign --key KEY FILE... [OPTION...]",
		.description =
			"Signs files with a key, each into a file of its own beside it. FILE \"-\" is standard "
			"input, signed to\nstandard output. Every signature is checked before any is written.",
		.epilogue =
			"The passphrase of a key is asked for on the terminal, or comes from --passphrase-file "
			"or, "
			"for cosign's\nkeys, COSIGN_PASSWORD. Exit status: 0 when all is signed, 2 otherwise.",
		.options = options,
	};
	cli_start();
	cli_start_secrets(PROGRAM);
	cli_parse_main(&command, argc, argv);
	int exit_code = run(&command);
	cli_free(&command);
	return exit_code;
}
