// SPDX-License-Identifier: Apache-2.0
#include "cmd/key.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

struct listener {
	const struct att_passphrase *source;
	struct key_file *file;
};

/* Hands the question on, and keeps the answer: a key that is written again keeps its passphrase. */
static int listen_in(void *context, const char *name, bool cosign, bool again, char *out, size_t *len,
		     struct att_err *err)
{
	struct listener *l = context;
	int status = l->source->ask(l->source->context, name, cosign, again, out, len, err);
	if (status != ATT_OK || l->file->phrase)
		return status;
	l->file->phrase = sodium_malloc(ATT_MAX_PASSPHRASE);
	if (!l->file->phrase)
		return att_err_memory(err);
	memcpy(l->file->phrase, out, *len);
	l->file->phrase_len = *len;
	return ATT_OK;
}

static int parse(struct att_str bytes, const char *path, const struct cli_passphrase *passphrase,
		 struct key_file *out, struct att_err *err)
{
	struct listener listener = {&passphrase->source, out};
	const struct att_passphrase source = {listen_in, &listener};
	int status;
	if (!att_secret_recognise(bytes)) {
		out->exposed = false;
		status = att_key_parse(bytes, att_str_of(path), NULL, &out->public, err);
		out->key = out->public;
		return status;
	}
	status = att_secret_parse(bytes, att_str_of(path), &source, NULL, &out->secret, err);
	if (status == ATT_OK)
		out->key = att_secret_public(out->secret);
	return status;
}

int key_file_load(const char *path, const struct cli_passphrase *passphrase, struct key_file *out,
		  struct att_err *err)
{
	struct att_buf bytes;
	struct stat st = {0};
	uint64_t size;
	int fd = -1;
	*out = (struct key_file){0};
	if (path && cli_is_token(path)) {
		int found = att_secret_of_pkcs11(path, &passphrase->source, NULL, &out->secret, err);
		if (found == ATT_OK)
			out->key = att_secret_public(out->secret);
		return found;
	}
	att_buf_init(&bytes, ATT_MAX_SECRET_FILE);
	int status = att_artifact_open(path, &fd, &size, err);
	if (status == ATT_OK && fstat(fd, &st) != 0)
		status = att_err_set_errno(err, errno, "cannot stat %s", path);
	if (status == ATT_OK)
		status = att_file_read_fd(fd, path, &bytes, err);
	out->exposed = (st.st_mode & (S_IRGRP | S_IROTH)) != 0;
	if (status == ATT_OK)
		status = parse(att_buf_str(&bytes), path, passphrase, out, err);
	att_buf_wipe(&bytes);
	if (fd >= 0)
		close(fd);
	return status;
}

void key_file_free(struct key_file *file)
{
	att_secret_free(file->secret);
	att_key_free(file->public);
	sodium_free(file->phrase);
	*file = (struct key_file){0};
}

const char *key_one_path(const struct cli_command *command)
{
	if (!command->arguments[0] || !*command->arguments[0])
		cli_usage(KEY_PROGRAM, "expected a key file, found none");
	if (command->arguments[1])
		cli_usage(KEY_PROGRAM, "expected one key file, found also \"%s\"", command->arguments[1]);
	return command->arguments[0];
}

void key_narrow(const struct cli_command *command, const char *path, const char *output)
{
	const char *readable[4] = {NULL};
	size_t count = 0;
	char *folder = cli_folder_of(output);
	const char *writable[] = {folder, NULL};
	const char *files[] = {path, cli_value(command, "passphrase-file"),
			       cli_value(command, "new-passphrase-file")};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (files[i])
			readable[count++] = files[i];
	/* A module goes to its token's files, to sockets, to daemons; nothing untrusted is parsed then. */
	if (path && cli_is_token(path)) {
		free(folder);
		return;
	}
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable};
	cli_enter_sandbox(KEY_PROGRAM, &sandbox);
	free(folder);
}
