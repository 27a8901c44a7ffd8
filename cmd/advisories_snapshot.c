// SPDX-License-Identifier: Apache-2.0
/* attest-advisories export, and import --snapshot: a database that another machine made. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/advisories.h"
#include "cmd/crypto.h"
#include "libattest/base/file.h"
#include "libattest/base/time.h"
#include "libattest/verify/sidecar.h"
#include "libattest/verify/verify.h"
#include "policy/snapshot.h"

#include "libattest/base/banned.h"

#define PROGRAM ADVISORIES_PROGRAM

/* Clocks differ; a time further ahead would make a database that never gets old. */
enum { CLOCKS_DIFFER = 3600 };

static int read_whole(const char *path, struct att_buf *out, struct att_err *err)
{
	int fd;
	uint64_t size;
	int status = att_artifact_open(path, &fd, &size, err);
	if (status != ATT_OK)
		return status;
	status = att_file_read_fd(fd, path, out, err);
	close(fd);
	return status;
}

/* ---- export ---- */

/* Read once, so that what is looked at is what is packed, whoever writes meanwhile. */
static int pack(const char *path, const char *output, struct att_buf *said, struct att_err *err)
{
	struct att_buf bytes, packed;
	struct policy_database *database = NULL;
	att_buf_init(&bytes, POLICY_MAX_DATABASE);
	att_buf_init(&packed, POLICY_MAX_DATABASE);
	int status = read_whole(path, &bytes, err);
	if (status == ATT_ERR_NOT_FOUND)
		att_err_help(err, "\"attest advisories update\" or \"attest advisories import\" makes one");
	if (status == ATT_OK)
		status = policy_database_open_bytes(&bytes, path, &database, err);
	if (status == ATT_OK)
		status = policy_snapshot_pack(att_buf_str(&bytes), &packed, err);
	if (status == ATT_OK)
		status = cli_write(output, att_buf_str(&packed), err);
	if (status == ATT_OK && strcmp(output, "-") != 0)
		advisories_add_facts(said, output, policy_database_facts(database));
	policy_database_close(database);
	att_buf_clear(&bytes);
	att_buf_clear(&packed);
	return status;
}

static int run_export(const struct cli_command *command)
{
	const char *output = command->arguments[0];
	struct att_buf said;
	struct att_err err;
	if (cli_count_arguments(command) != 1)
		cli_usage(PROGRAM, "expected one file to write, found %zu", cli_count_arguments(command));
	char *path = advisories_path(command), *folder = cli_folder_of(output);
	const char *const inputs[] = {path, NULL};
	const char *readable[] = {path, NULL}, *writable[] = {folder, NULL};
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable};
	cli_refuse_overwriting(PROGRAM, output, inputs);
	cli_enter_sandbox(PROGRAM, &sandbox);
	att_buf_init(&said, ATT_MAX_OUTPUT);
	int status = pack(path, output, &said, &err);
	if (status != ATT_OK)
		cli_complain(PROGRAM, &err);
	free(path);
	free(folder);
	return advisories_print(&said, status == ATT_OK ? CLI_HOLDS : CLI_UNKNOWN);
}

int advisories_export(int argc, const char **argv)
{
	struct cli_option options[] = {
		ADVISORIES_OPTION_DB,
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest advisories export FILE [OPTION...]",
		.description = "Writes a snapshot of the database to FILE: one file, compressed by zstd. "
			       "\"attest sign FILE\" signs it,\nand \"attest advisories import --snapshot FILE "
			       "--key KEY\" takes it in elsewhere.",
		.epilogue = "Exit status: 0 when it is done, 2 when it could not be; FILE is then as it was.",
		.options = options,
	};
	cli_parse(&command, argc, argv);
	int exit_code = run_export(&command);
	cli_free(&command);
	return exit_code;
}

/* ---- import ---- */

struct snapshot {
	struct advisories_store store;
	const char *path;
	struct att_keyring keys;
	struct att_buf packed, bytes, made;
	struct policy_database *database;
};

static char *copy(struct att_arena *arena, const char *text)
{
	size_t size = strlen(text) + 1;
	char *out = att_arena_alloc(arena, size, 1);
	if (!out)
		cli_usage(PROGRAM, "out of memory");
	memcpy(out, text, size);
	return out;
}

/* The snapshot, its signatures and the keys. */
static void narrow(struct snapshot *s, const struct cli_option *keys)
{
	struct att_arena *arena = &s->store.arena;
	struct att_sidecar *sidecars = NULL;
	struct att_err err;
	size_t count = 0, found = 0;
	if (att_sidecars_find(s->path, arena, &sidecars, &found, &err) != ATT_OK)
		cli_usage(PROGRAM, "out of memory");
	char **files = att_arena_alloc(arena, keys->count + found + 2, sizeof *files);
	if (!files)
		cli_usage(PROGRAM, "out of memory");
	files[count++] = copy(arena, s->path);
	for (size_t i = 0; i < found; i++)
		files[count++] = copy(arena, sidecars[i].path.data);
	for (size_t i = 0; i < keys->count; i++)
		files[count++] = keys->values[i];
	files[count] = NULL;
	cli_refuse_overwriting(PROGRAM, s->store.path, (const char *const *)files);
	advisories_store_narrow(&s->store, files, NULL, false);
}

/* Nothing of the snapshot is looked at before this holds, and then what it held for. */
static int verify(struct snapshot *s, struct att_err *err)
{
	const struct att_verify_options options = {
		.keys = &s->keys,
		.now = s->store.now,
		.want_digest = true,
	};
	struct att_verdict verdict;
	struct att_digest digest;
	int status = read_whole(s->path, &s->packed, err);
	if (status == ATT_OK)
		status = att_digest_bytes(ATT_SHA256, att_buf_str(&s->packed), &digest, err);
	if (status != ATT_OK)
		return status;
	att_verify_file(s->path, &options, &verdict);
	att_findings_append(&s->store.findings, &verdict.findings);
	s->store.refuted = verdict.outcome == ATT_REFUTED;
	if (verdict.outcome != ATT_HOLDS)
		status = att_err_set(err, ATT_ERR_REFUSED, "%s is not taken in: %.*s", s->path,
				     ATT_STR_ARG(verdict.sentence));
	else if (!att_digest_equal(&digest, &verdict.digest))
		status = att_err_set(err, ATT_ERR_IO, "%s was changed while it was read", s->path);
	att_verdict_clear(&verdict);
	return status;
}

/* A source of a snapshot is not of the future, and no older than the same one of the database: beside another
 * that is older still, nobody would see it go back. */
static int check_source(const struct snapshot *s, const struct policy_database_source *source,
			bool may_be_older, struct att_arena *arena, struct att_err *err)
{
	struct policy_database_source old = {.checked = 0};
	char is[ATT_TIME_TEXT + 1], has[ATT_TIME_TEXT + 1];
	size_t number = may_be_older ? SIZE_MAX : advisories_store_find(&s->store, source->origin);
	int status = ATT_OK;
	att_time_format(source->checked, is);
	if (source->checked > s->store.now + CLOCKS_DIFFER)
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected a snapshot of the past, found that %s was checked at %s", s->path,
				   is);
	if (number != SIZE_MAX)
		status = policy_database_source(s->store.old, number, arena, &old, err);
	if (status != ATT_OK || source->checked >= old.checked)
		return status;
	att_time_format(old.checked, has);
	att_err_set(err, ATT_ERR_REFUSED,
		    "expected a snapshot that is no older than the database, in which %.*s was checked at %s, "
		    "found %s in %s",
		    ATT_STR_ARG(att_str_first(source->origin, 200)), has, is, s->path);
	att_err_help(err, "get a newer snapshot; --insecure-older goes back to this one");
	return ATT_ERR_REFUSED;
}

static int check_age(const struct snapshot *s, bool may_be_older, struct att_err *err)
{
	const struct policy_database_facts *new = policy_database_facts(s->database);
	char is[ATT_TIME_TEXT + 1], has[ATT_TIME_TEXT + 1];
	if (new->sources == 0)
		return att_err_set(err, ATT_ERR_MALFORMED, "expected sources in %s, found none", s->path);
	for (size_t i = 0; i < new->sources; i++) {
		struct att_arena arena = {.blocks = NULL};
		struct policy_database_source source;
		int status = policy_database_source(s->database, i, &arena, &source, err);
		if (status == ATT_OK)
			status = check_source(s, &source, may_be_older, &arena, err);
		att_arena_clear(&arena);
		if (status != ATT_OK)
			return status;
	}
	if (!s->store.old)
		return ATT_OK;
	if (may_be_older || new->checked >= policy_database_facts(s->store.old)->checked)
		return advisories_check_fewer(s->store.command, "the database",
					      policy_database_facts(s->store.old)->advisories, new->advisories,
					      err);
	att_time_format(new->checked, is);
	att_time_format(policy_database_facts(s->store.old)->checked, has);
	att_err_set(err, ATT_ERR_REFUSED,
		    "expected a snapshot that is no older than the database, whose sources were checked at %s "
		    "and later, found %s in %s",
		    has, is, s->path);
	att_err_help(err, "get a newer snapshot; --insecure-older goes back to this one");
	return ATT_ERR_REFUSED;
}

static int take_in(struct snapshot *s, const struct cli_option *keys, bool may_be_older, struct att_err *err)
{
	const struct att_key_options options = {.insecure_rsa = false};
	int status = advisories_store_open(&s->store, err);
	for (size_t i = 0; status == ATT_OK && i < keys->count; i++)
		status = att_keyring_add_file(&s->keys, keys->values[i], &options, err);
	if (status == ATT_OK)
		status = verify(s, err);
	if (status == ATT_OK)
		status = policy_snapshot_unpack(att_buf_str(&s->packed), s->path, &s->bytes, err);
	att_buf_clear(&s->packed);
	if (status == ATT_OK)
		status = policy_database_open_bytes(&s->bytes, s->path, &s->database, err);
	if (status == ATT_OK)
		status = check_age(s, may_be_older, err);
	if (status == ATT_OK)
		status = policy_snapshot_rebuild(s->database, s->store.now, &s->made, err);
	if (status == ATT_OK)
		status = advisories_store_put(&s->store, att_buf_str(&s->made), err);
	if (status == ATT_OK)
		s->store.changed = policy_database_facts(s->store.old)->sources;
	return status;
}

int advisories_import_snapshot(const struct cli_command *command)
{
	const struct cli_option *keys = cli_option(command, "key");
	struct snapshot s = {.path = cli_value(command, "snapshot")};
	struct att_err err = {.code = ATT_OK};
	if (command->arguments[0])
		cli_usage(PROGRAM, "expected --snapshot or paths to import, found both");
	if (keys->count == 0)
		cli_usage(PROGRAM, "expected --key with --snapshot, found none: a signature says nothing "
				   "without knowing whose it must be");
	advisories_json(command);
	cli_start_crypto(PROGRAM);
	att_keyring_init(&s.keys);
	att_buf_init(&s.packed, POLICY_MAX_DATABASE);
	att_buf_init(&s.bytes, POLICY_MAX_DATABASE);
	att_buf_init(&s.made, POLICY_MAX_DATABASE);
	advisories_store_lock(&s.store, command);
	narrow(&s, keys);
	int status = take_in(&s, keys, cli_flag(command, "insecure-older"), &err);
	int exit_code = advisories_store_report(&s.store, "import", status, &err);
	policy_database_close(s.database);
	att_buf_clear(&s.packed);
	att_buf_clear(&s.bytes);
	att_buf_clear(&s.made);
	att_keyring_clear(&s.keys);
	advisories_store_close(&s.store);
	return exit_code;
}
