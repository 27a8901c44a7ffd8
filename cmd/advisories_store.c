// SPDX-License-Identifier: Apache-2.0
/* Where the database lies, who may write it, and how a new one takes its place. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/advisories.h"
#include "cmd/lock.h"
#include "libattest/base/file.h"
#include "libattest/base/time.h"
#include "libattest/base/utf8.h"
#include "libattest/format/report.h"
#include "policy/import.h"

#include "libattest/base/banned.h"

#define PROGRAM ADVISORIES_PROGRAM

/* ---- options ---- */

char *advisories_path(const struct cli_command *command)
{
	const char *path = cli_value(command, "db"), *caches = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *made = NULL;
	int status;
	if (path)
		status = asprintf(&made, "%s", path);
	else if (caches && caches[0] == '/')
		status = asprintf(&made, "%s/attest/advisories.db", caches);
	else if (home && home[0] == '/')
		status = asprintf(&made, "%s/.cache/attest/advisories.db", home);
	else
		cli_usage(PROGRAM,
			  "expected --db FILE, or HOME or XDG_CACHE_HOME in the environment, found none");
	if (status < 0)
		cli_usage(PROGRAM, "out of memory");
	return made;
}

int64_t advisories_now(const struct cli_command *command)
{
	const char *text = cli_value(command, "now");
	int64_t seconds;
	if (text && !att_time_parse(att_str_of(text), &seconds))
		cli_usage(PROGRAM, "expected --now 2026-01-31 or 2026-01-31T12:00:00Z, found \"%s\"", text);
	if (text || cli_source_date(PROGRAM, &seconds))
		return seconds;
	return (int64_t)time(NULL);
}

void advisories_add_count(struct att_buf *out, uint64_t count, const char *one, const char *more)
{
	att_buf_printf(out, "%llu %s", (unsigned long long)count, count == 1 ? one : more);
}

bool advisories_json(const struct cli_command *command)
{
	const char *format = cli_value(command, "format");
	if (format && strcmp(format, "json") != 0 && strcmp(format, "human") != 0)
		cli_usage(PROGRAM, "expected --format human or json, found \"%s\"", format);
	return format && strcmp(format, "json") == 0;
}

int advisories_print(struct att_buf *out, int exit_code)
{
	struct att_err err;
	int status = att_buf_ok(out) ? cli_write(NULL, att_buf_str(out), &err) : att_err_memory(&err);
	if (status != ATT_OK)
		cli_complain(PROGRAM, &err);
	att_buf_clear(out);
	return status == ATT_OK ? exit_code : CLI_UNKNOWN;
}

/* ---- the lock ---- */

/* Makes the folders above the default file; one that --db names has to be there. */
static void make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			cli_usage(PROGRAM, "cannot make the folder %s: %s", path, strerror(errno));
		*slash = '/';
	}
}

void advisories_store_lock(struct advisories_store *store, const struct cli_command *command)
{
	*store = (struct advisories_store){.command = command, .lock = -1};
	store->path = advisories_path(command);
	store->now = advisories_now(command);
	if (!cli_value(command, "db"))
		make_folders(store->path);
	store->folder = cli_folder_of(store->path);
	if (!store->folder)
		cli_usage(PROGRAM, "out of memory");
	store->lock = cli_lock(PROGRAM, store->path, cli_value(command, "wait"));
}

void advisories_store_narrow(const struct advisories_store *store, char **sources, const char *ca_file,
			     bool network)
{
	const char *writable[] = {store->folder, NULL};
	size_t count = 0;
	while (sources[count])
		count++;
	const char **readable = calloc(count + CLI_CONNECTING + 3, sizeof *readable);
	if (!readable)
		cli_usage(PROGRAM, "out of memory");
	count = 0;
	readable[count++] = store->folder;
	for (size_t i = 0; sources[i]; i++)
		readable[count++] = sources[i];
	for (size_t i = 0; network && i < CLI_CONNECTING; i++)
		readable[count++] = cli_connecting[i];
	if (ca_file)
		readable[count++] = ca_file;
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable, .network = network};
	cli_enter_sandbox(PROGRAM, &sandbox);
	free(readable);
}

/* ---- the databases ---- */

int advisories_store_open(struct advisories_store *store, struct att_err *err)
{
	int status = policy_database_open(store->path, &store->old, err);
	if (status == ATT_ERR_NOT_FOUND)
		status = ATT_OK;
	if (status == ATT_OK)
		status = policy_build_new(&store->build, err);
	if (status != ATT_OK || !store->old)
		return status;
	size_t count = policy_database_facts(store->old)->sources;
	store->checked = att_arena_alloc(&store->arena, count, sizeof *store->checked);
	if (!store->checked)
		return att_err_memory(err);
	for (size_t i = 0; i < count; i++)
		store->checked[i] = POLICY_KEEP;
	return ATT_OK;
}

size_t advisories_store_find(const struct advisories_store *store, struct att_str origin)
{
	size_t count = store->old ? policy_database_facts(store->old)->sources : 0, found = SIZE_MAX;
	for (size_t i = 0; i < count && found == SIZE_MAX; i++) {
		struct att_arena arena = {.blocks = NULL};
		struct policy_database_source source;
		if (policy_database_source(store->old, i, &arena, &source, NULL) == ATT_OK &&
		    att_str_equal(source.origin, origin))
			found = i;
		att_arena_clear(&arena);
	}
	return found;
}

/* Advisories that may go at once, in a small collection, without a word. */
enum { FEW = 20 };

int advisories_check_fewer(const struct cli_command *command, const char *what, uint64_t had, uint64_t has,
			   struct att_err *err)
{
	if (has >= had || had - has < FEW || had - has <= has || cli_flag(command, "insecure-fewer"))
		return ATT_OK;
	att_err_set(err, ATT_ERR_REFUSED, "expected most of the %llu advisories that %s had, found %llu",
		    (unsigned long long)had, what, (unsigned long long)has);
	att_err_help(err, "a mirror may be broken, or hide some; --insecure-fewer takes what is left");
	return ATT_ERR_REFUSED;
}

/* What a source has now against what it had. */
static int compare_with_old(struct advisories_store *store, const char *origin, size_t old, uint64_t has,
			    struct att_err *err)
{
	struct policy_database_source source;
	int status = policy_database_source(store->old, old, &store->arena, &source, err);
	return status == ATT_OK ? advisories_check_fewer(store->command, origin, source.records, has, err)
				: status;
}

int advisories_store_read(struct advisories_store *store, const char *origin, const char *path,
			  struct att_str etag, struct att_err *err)
{
	uint32_t number;
	size_t old = advisories_store_find(store, att_str_of(origin));
	int status = policy_build_source(store->build, att_str_of(origin), etag, store->now, &number, err);
	if (status == ATT_OK)
		status = policy_import(store->build, number, path, err);
	if (status == ATT_OK && old != SIZE_MAX)
		status = compare_with_old(store, origin, old, policy_build_count(store->build, number), err);
	if (status != ATT_OK)
		return status;
	if (old != SIZE_MAX)
		store->checked[old] = POLICY_DROP;
	store->changed++;
	return ATT_OK;
}

/* Records that cannot be read: the first of each source by name, the rest by number. */
static int add_findings(struct advisories_store *store, const struct policy_database *database,
			struct att_err *err)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < policy_database_facts(database)->sources; i++) {
		struct policy_database_source source;
		status = policy_database_source(database, i, &store->arena, &source, err);
		for (size_t j = 0; status == ATT_OK && j < source.problems.count; j++) {
			const struct att_finding finding = {
				.code = "unreadable-advisory",
				.severity = ATT_WARNING,
				.message = source.problems.items[j],
				.help = ATT_STR(
					"what it says is not in the database; tell whoever publishes it"),
				.file = source.origin,
			};
			att_findings_add(&store->findings, &finding);
		}
	}
	return status;
}

int advisories_store_put(struct advisories_store *store, struct att_str bytes, struct att_err *err)
{
	struct policy_database *written = NULL;
	int status = att_file_write_atomic(store->path, bytes, err);
	if (status == ATT_OK)
		status = policy_database_open(store->path, &written, err);
	if (status == ATT_OK)
		status = add_findings(store, written, err);
	policy_database_close(store->old);
	store->old = written;
	return status;
}

int advisories_store_save(struct advisories_store *store, struct att_err *err)
{
	struct att_buf bytes;
	att_buf_init(&bytes, POLICY_MAX_DATABASE);
	int status = store->old ? policy_build_keep(store->build, store->old, store->checked, err) : ATT_OK;
	if (status == ATT_OK)
		status = policy_build_finish(store->build, store->now, &bytes, err);
	if (status == ATT_OK)
		status = advisories_store_put(store, att_buf_str(&bytes), err);
	att_buf_clear(&bytes);
	return status;
}

/* ---- the report ---- */

void advisories_add_facts(struct att_buf *out, const char *path, const struct policy_database_facts *facts)
{
	att_buf_printf(out, "%s: ", path);
	advisories_add_count(out, facts->advisories, "advisory", "advisories");
	att_buf_printf(out, " on ");
	advisories_add_count(out, facts->packages, "package", "packages");
	att_buf_printf(out, " from ");
	advisories_add_count(out, facts->sources, "source", "sources");
	if (facts->withdrawn > 0)
		att_buf_printf(out, ", %llu withdrawn", (unsigned long long)facts->withdrawn);
	if (facts->unreadable > 0)
		att_buf_printf(out, ", %llu unreadable", (unsigned long long)facts->unreadable);
	att_buf_printf(out, "\ndigest: sha256:%s\n", facts->digest);
}

static void write_json(const struct advisories_store *store, const char *name, int exit_code,
		       struct att_buf *out)
{
	const struct policy_database_facts *facts = store->old ? policy_database_facts(store->old) : NULL;
	const struct att_report_fact summary[] = {
		{"digest", att_str_of(facts ? facts->digest : ""), 0},
		{"advisories", {NULL, 0}, facts ? facts->advisories : 0},
		{"withdrawn", {NULL, 0}, facts ? facts->withdrawn : 0},
		{"packages", {NULL, 0}, facts ? facts->packages : 0},
		{"unreadable", {NULL, 0}, facts ? facts->unreadable : 0},
		{"sources", {NULL, 0}, facts ? facts->sources : 0},
		{"sources_read", {NULL, 0}, store->changed},
	};
	const struct att_report report = {
		PROGRAM, name, exit_code, &store->findings, NULL, summary, sizeof summary / sizeof summary[0]};
	att_report_json(&report, out);
}

int advisories_store_report(struct advisories_store *store, const char *name, int status,
			    const struct att_err *err)
{
	struct att_buf out;
	int exit_code = status == ATT_OK ? CLI_HOLDS : store->refuted ? CLI_REFUTED : CLI_UNKNOWN;
	att_buf_init(&out, ATT_MAX_OUTPUT);
	if (status != ATT_OK)
		cli_complain(PROGRAM, err);
	cli_print_findings(&store->findings);
	if (advisories_json(store->command))
		write_json(store, name, exit_code, &out);
	else if (status == ATT_OK)
		advisories_add_facts(&out, store->path, policy_database_facts(store->old));
	return advisories_print(&out, exit_code);
}

void advisories_store_close(struct advisories_store *store)
{
	policy_build_free(store->build);
	policy_database_close(store->old);
	att_findings_clear(&store->findings);
	att_arena_clear(&store->arena);
	if (store->lock >= 0)
		close(store->lock);
	free(store->path);
	free(store->folder);
}
