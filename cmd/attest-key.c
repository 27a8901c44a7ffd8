// SPDX-License-Identifier: Apache-2.0
/* attest-key: keys made, shown, and written in other formats. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cmd/crypto.h"
#include "cmd/key.h"
#include "libattest/base/file.h"
#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

#define PROGRAM KEY_PROGRAM

static const struct {
	const char *name;
	enum att_key_kind kind;
	unsigned bits;
} types[] = {
	{"p256", ATT_KEY_P256, 0},      {"p384", ATT_KEY_P384, 0},      {"ed25519", ATT_KEY_ED25519, 0},
	{"rsa2048", ATT_KEY_RSA, 2048}, {"rsa3072", ATT_KEY_RSA, 3072}, {"rsa4096", ATT_KEY_RSA, 4096},
};
enum { TYPES = sizeof types / sizeof *types };

enum container { COSIGN, MINISIGN, PKCS8 };

static enum container chosen_container(const struct cli_command *command)
{
	const char *as = cli_value(command, "as");
	if (!as || strcmp(as, "cosign") == 0)
		return COSIGN;
	if (strcmp(as, "minisign") == 0)
		return MINISIGN;
	if (strcmp(as, "pkcs8") != 0)
		cli_usage(PROGRAM, "expected --as cosign, minisign or pkcs8, found \"%s\"", as);
	return PKCS8;
}

static const char *new_output(const struct cli_command *command)
{
	const char *output = cli_value(command, "output");
	if (!output || strcmp(output, "-") == 0)
		cli_usage(PROGRAM, "expected --output FILE: a secret key goes to no terminal and no pipe");
	if (strlen(output) > 4000)
		cli_usage(PROGRAM, "the name of the file is too long");
	return output;
}

static char *public_name(const char *output)
{
	size_t size = strlen(output) + sizeof ".pub";
	char *name = malloc(size);
	if (!name)
		cli_usage(PROGRAM, "out of memory");
	snprintf(name, size, "%s.pub", output);
	return name;
}

/* Before anybody types a passphrase for nothing; the writing looks again. */
static int refuse_existing(const char *path, struct att_err *err)
{
	struct stat st;
	if (lstat(path, &st) != 0)
		return ATT_OK;
	att_err_set(err, ATT_ERR_REFUSED, "expected a new name, found a file at %s: a key is never overwritten",
		    path);
	att_err_help(err, "give another name, or move the old file away");
	return ATT_ERR_REFUSED;
}

/* Writes both halves, or neither. */
static int write_pair(const struct att_secret *secret, enum container container, struct att_str phrase,
		      const char *output, struct att_err *err)
{
	struct att_buf secret_text, public_text;
	char *name = public_name(output);
	const struct att_key *key = att_secret_public(secret);
	att_buf_init(&secret_text, ATT_MAX_SECRET_FILE);
	att_buf_init(&public_text, ATT_MAX_SECRET_FILE);
	int status = container == COSIGN     ? att_secret_write_cosign(secret, phrase, &secret_text, err)
		     : container == MINISIGN ? att_secret_write_minisign(secret, phrase, &secret_text, err)
					     : att_secret_write_pkcs8(secret, phrase, &secret_text, err);
	if (status == ATT_OK && container == MINISIGN)
		status = att_key_write_minisign(key, &public_text, err);
	else if (status == ATT_OK)
		att_key_write_pem(key, &public_text);
	if (status == ATT_OK && (!att_buf_ok(&secret_text) || !att_buf_ok(&public_text)))
		status = att_err_memory(err);
	if (status == ATT_OK) {
		const struct att_file_draft drafts[] = {{output, att_buf_str(&secret_text), 0600},
							{name, att_buf_str(&public_text), 0}};
		status = att_file_write_new(drafts, 2, err);
	}
	att_buf_wipe(&secret_text);
	att_buf_clear(&public_text);
	free(name);
	return status;
}

static int check_output(const char *output, struct att_err *err)
{
	char *name = public_name(output);
	int status = refuse_existing(output, err);
	if (status == ATT_OK)
		status = refuse_existing(name, err);
	free(name);
	return status;
}

/* The passphrase of a new file; *phrase is NULL for none. Only cosign has keys with an empty one. */
static int choose_phrase(const struct cli_command *command, const struct cli_passphrase *passphrase,
			 const char *output, enum container container, char **phrase, size_t *len,
			 struct att_err *err)
{
	*phrase = NULL;
	*len = 0;
	if (cli_flag(command, "no-passphrase"))
		return ATT_OK;
	int status = cli_passphrase_choose(passphrase, output, container == COSIGN, phrase, len, err);
	if (status == ATT_OK && *len == 0 && container != COSIGN) {
		att_err_set(err, ATT_ERR_REFUSED, "expected a passphrase, found an empty one");
		att_err_help(err, "--no-passphrase writes a key that nothing protects");
		return ATT_ERR_REFUSED;
	}
	return status;
}

static int done(int status, const struct att_err *err, const char *output, const struct att_secret *secret)
{
	char kind[32];
	if (status != ATT_OK) {
		cli_complain(PROGRAM, err);
		return CLI_UNKNOWN;
	}
	att_key_describe(att_secret_public(secret), kind);
	cli_note("%s: secret key, %s; the public half is in %s.pub", output, kind, output);
	return CLI_HOLDS;
}

/* --- new ----------------------------------------------------------------------------------------------- */

static size_t chosen_type(const struct cli_command *command, enum container container)
{
	const char *name = cli_value(command, "type");
	size_t i = 0;
	if (!name)
		name = container == MINISIGN ? "ed25519" : "p256";
	while (i < TYPES && strcmp(types[i].name, name) != 0)
		i++;
	if (i == TYPES)
		cli_usage(PROGRAM,
			  "expected --type p256, p384, ed25519, rsa2048, rsa3072 or rsa4096, found \"%s\"",
			  name);
	if (container == MINISIGN && types[i].kind != ATT_KEY_ED25519)
		cli_usage(PROGRAM, "expected --type ed25519, which all keys of minisign are, found \"%s\"",
			  name);
	return i;
}

static int run_new(const struct cli_command *command)
{
	const enum container container = chosen_container(command);
	const size_t type = chosen_type(command, container);
	const char *output = new_output(command);
	struct cli_passphrase passphrase;
	struct att_secret *secret = NULL;
	struct att_err err;
	char *phrase = NULL;
	size_t len = 0;
	if (command->arguments[0])
		cli_usage(PROGRAM, "expected options only, found \"%s\"", command->arguments[0]);
	if (cli_flag(command, "no-passphrase") && cli_value(command, "passphrase-file"))
		cli_usage(PROGRAM, "expected --passphrase-file or --no-passphrase, found both");
	cli_passphrase_open(&passphrase, cli_value(command, "passphrase-file"));
	key_narrow(command, NULL, output);
	int status = check_output(output, &err);
	if (status == ATT_OK)
		status = choose_phrase(command, &passphrase, output, container, &phrase, &len, &err);
	if (status == ATT_OK)
		status = att_secret_new(types[type].kind, types[type].bits, att_str_of(output), &secret, &err);
	if (status == ATT_OK)
		status = write_pair(secret, container, (struct att_str){phrase, len}, output, &err);
	int exit_code = done(status, &err, output, secret);
	sodium_free(phrase);
	att_secret_free(secret);
	cli_passphrase_close(&passphrase);
	return exit_code;
}

static int key_new(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"output", 'o', "FILE", "write FILE, and its public half to FILE.pub", false, NULL, 0},
		{"type", 't', "TYPE", "p256 (default), p384, ed25519, rsa2048, rsa3072, rsa4096", false, NULL,
		 0},
		{"as", 0, "FORMAT", "cosign (default), minisign or pkcs8", false, NULL, 0},
		{"passphrase-file", 0, "FILE", "the passphrase is the first line of FILE", false, NULL, 0},
		{"no-passphrase", 0, NULL, "encrypt with nothing", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest key new -o FILE [OPTION...]",
		.description = "Makes a new key and writes the files FILE, which only its owner may read, and "
			       "FILE.pub, both or\n"
			       "neither. Existing files are never overwritten.",
		.options = options,
	};
	cli_parse(&command, argc, argv);
	int exit_code = run_new(&command);
	cli_free(&command);
	return exit_code;
}

/* --- convert ------------------------------------------------------------------------------------------- */

/* A key that had a passphrase keeps it, unless another one is given. */
static int next_phrase(const struct cli_command *command, const struct cli_passphrase *passphrase,
		       struct key_file *file, const char *output, enum container container, char **phrase,
		       size_t *len, struct att_err *err)
{
	const char *other = cli_value(command, "new-passphrase-file");
	if (!other && !cli_flag(command, "no-passphrase") && file->phrase &&
	    (file->phrase_len > 0 || container == COSIGN)) {
		*phrase = file->phrase;
		*len = file->phrase_len;
		file->phrase = NULL; /* transferred */
		return ATT_OK;
	}
	struct cli_passphrase next = *passphrase;
	next.source.context = &next;
	next.file = other ? other : passphrase->file;
	return choose_phrase(command, &next, output, container, phrase, len, err);
}

static int run_convert(const struct cli_command *command)
{
	const enum container container = chosen_container(command);
	const char *output = new_output(command), *path = key_one_path(command);
	struct cli_passphrase passphrase;
	struct key_file file = {0};
	struct att_err err;
	char *phrase = NULL;
	size_t len = 0;
	if (cli_flag(command, "no-passphrase") && cli_value(command, "new-passphrase-file"))
		cli_usage(PROGRAM, "expected --new-passphrase-file or --no-passphrase, found both");
	cli_passphrase_open(&passphrase, cli_value(command, "passphrase-file"));
	key_narrow(command, path, output);
	int status = check_output(output, &err);
	if (status == ATT_OK)
		status = key_file_load(path, &passphrase, &file, &err);
	if (status == ATT_OK && !file.secret) {
		status = att_err_set(&err, ATT_ERR_REFUSED, "expected a secret key, found a public one in %s",
				     path);
		att_err_help(&err, "\"attest key public\" writes public keys in other formats");
	}
	if (status == ATT_OK)
		status = next_phrase(command, &passphrase, &file, output, container, &phrase, &len, &err);
	if (status == ATT_OK)
		status = write_pair(file.secret, container, (struct att_str){phrase, len}, output, &err);
	int exit_code = done(status, &err, output, file.secret);
	sodium_free(phrase);
	key_file_free(&file);
	cli_passphrase_close(&passphrase);
	return exit_code;
}

static int key_convert(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"output", 'o', "FILE", "write FILE, and its public half to FILE.pub", false, NULL, 0},
		{"as", 0, "FORMAT", "cosign (default), minisign or pkcs8", false, NULL, 0},
		{"passphrase-file", 0, "FILE", "the passphrase is the first line of FILE", false, NULL, 0},
		{"new-passphrase-file", 0, "F", "the new file gets the passphrase in F", false, NULL, 0},
		{"no-passphrase", 0, NULL, "the new file is encrypted with nothing", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest key convert FILE -o FILE [OPTION...]",
		.description =
			"Writes the secret key in FILE in another format, with the same passphrase unless "
			"another one is\n"
			"given. Existing files are never overwritten.",
		.options = options,
	};
	cli_parse(&command, argc, argv);
	int exit_code = run_convert(&command);
	cli_free(&command);
	return exit_code;
}

/* --- the program --------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*run)(int argc, const char **argv);
} commands[] = {{"new", key_new}, {"show", key_show}, {"public", key_public}, {"convert", key_convert}};

static void print_help(void)
{
	printf("usage: attest key new -o FILE [OPTION...]\n"
	       "       attest key show FILE [OPTION...]\n"
	       "       attest key public FILE [OPTION...]\n"
	       "       attest key convert FILE -o FILE [OPTION...]\n"
	       "       attest key --version\n\n"
	       "Makes keys, shows what is no secret about them, writes them in other formats. \"attest key new "
	       "--help\"\n"
	       "explains new, and so on. Passphrases come from the terminal, --passphrase-file, or for "
	       "cosign's "
	       "keys\n"
	       "COSIGN_PASSWORD; never from arguments.\n");
	exit(fflush(stdout) == 0 ? CLI_HOLDS : CLI_UNKNOWN);
}

int main(int argc, char **argv)
{
	cli_start();
	cli_start_secrets(PROGRAM);
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		cli_print_version(PROGRAM);
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		print_help();
	if (argc < 2)
		cli_usage(PROGRAM, "expected new, show, public or convert, found nothing");
	const char **arguments = cli_arguments(PROGRAM, argc, argv, 2);
	size_t i = 0;
	while (i < sizeof commands / sizeof *commands && strcmp(commands[i].name, argv[1]) != 0)
		i++;
	if (i == sizeof commands / sizeof *commands)
		cli_usage(PROGRAM, "expected new, show, public or convert, found \"%s\"", argv[1]);
	int exit_code = commands[i].run(argc - 2, arguments);
	free(arguments);
	return exit_code;
}
