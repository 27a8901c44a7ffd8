// SPDX-License-Identifier: Apache-2.0
/* attest-advisories update: sources that are fetched, or read again. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/advisories.h"
#include "libattest/base/file.h"
#include "libattest/net/http.h"

#include "libattest/base/banned.h"

#define PROGRAM ADVISORIES_PROGRAM

enum {
	TRIES = 5,
	USUAL_WAIT = 5, /* seconds, when a busy server names none */
	LONGEST_WAIT = 60,
	LONGEST_FETCH = 3600,
};

/* npm's all.zip, the largest, has some hundred megabytes. */
#define MAX_FETCH ((uint64_t)4 << 30)

static bool is_url(const char *source)
{
	return strstr(source, "://") != NULL;
}

/* ---- what was fetched so far: a file beside the database, and the name of the state that it is of ---- */

struct part {
	char *path, *state;
	int fd;
	uint64_t length;
	struct att_buf etag;
};

static void part_names(struct part *part, const char *database, const char *url)
{
	unsigned char digest[crypto_generichash_BYTES_MIN];
	char hex[2 * sizeof digest + 1];
	crypto_generichash(digest, sizeof digest, (const unsigned char *)url, strlen(url), NULL, 0);
	sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
	if (asprintf(&part->path, "%s.part-%s", database, hex) < 0 ||
	    asprintf(&part->state, "%s.etag", part->path) < 0)
		cli_usage(PROGRAM, "out of memory");
}

static int part_open(struct part *part, const char *database, const char *url, struct att_err *err)
{
	struct stat st;
	*part = (struct part){.fd = -1};
	att_buf_init(&part->etag, ATT_HTTP_MAX_ETAG);
	part_names(part, database, url);
	part->fd = open(part->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	if (part->fd < 0 || fstat(part->fd, &st) != 0)
		return att_err_set_errno(err, errno, "cannot open %s", part->path);
	if (!S_ISREG(st.st_mode))
		return att_err_set(err, ATT_ERR_REFUSED, "%s is no regular file", part->path);
	/* Bytes of which nobody says what they are of are none. */
	if (att_file_read(AT_FDCWD, part->state, &part->etag, NULL) != ATT_OK)
		att_buf_clear(&part->etag);
	part->length = part->etag.len > 0 ? (uint64_t)st.st_size : 0;
	return ATT_OK;
}

static int part_begin(void *context, const char *etag, struct att_err *err)
{
	struct part *part = context;
	att_buf_clear(&part->etag);
	att_buf_add(&part->etag, att_str_of(etag));
	if (!att_buf_ok(&part->etag))
		return att_err_memory(err);
	if (etag[0] != '\0')
		return att_file_write_atomic(part->state, att_buf_str(&part->etag), err);
	unlink(part->state);
	return ATT_OK;
}

static void part_remove(const struct part *part)
{
	unlink(part->state);
	unlink(part->path);
}

static void part_close(struct part *part)
{
	struct stat st;
	/* Of nothing there is nothing to continue. */
	if (part->fd >= 0 && fstat(part->fd, &st) == 0 && st.st_size == 0)
		part_remove(part);
	if (part->fd >= 0)
		close(part->fd);
	free(part->path);
	free(part->state);
	att_buf_clear(&part->etag);
}

/* ---- fetching ---- */

struct update {
	struct advisories_store store;
	const struct cli_command *command;
	char **sources; /* URLs and paths, NULL-terminated */
	struct part *parts;
};

/* The server asks for patience, and gets a little. */
static int wait_for_server(const char *url, unsigned seconds, struct att_err *err)
{
	if (seconds == 0)
		seconds = USUAL_WAIT;
	if (seconds > LONGEST_WAIT)
		return att_err_set(err, ATT_ERR_IO, "%s is busy, and asks to come back in %u seconds", url,
				   seconds);
	cli_note("%s: %s is busy; trying again in %u seconds", PROGRAM, url, seconds);
	nanosleep(&(struct timespec){(time_t)seconds, 0}, NULL);
	return ATT_OK;
}

static int prefix(struct att_err *err, const char *url)
{
	struct att_err why = *err;
	att_err_set(err, why.code, "%s: %s", url, why.message);
	if (why.help[0])
		att_err_help(err, "%s", why.help);
	return why.code;
}

static int fetch(struct update *u, const char *url, struct att_str known, struct part *part,
		 struct att_http_answer *answer, struct att_err *err)
{
	int status = ATT_OK;
	for (int i = 0; status == ATT_OK && i < TRIES; i++) {
		struct att_http_request request = {
			.url = url,
			.etag = known,
			.offset = part->length,
			.part = att_buf_str(&part->etag),
			.begin = part_begin,
			.context = part,
			.ca_file = cli_value(u->command, "ca-file"),
			.max = MAX_FETCH,
			.seconds = LONGEST_FETCH,
			.insecure_http = cli_flag(u->command, "insecure-http"),
		};
		char etag[ATT_HTTP_MAX_ETAG + 1];
		snprintf(etag, sizeof etag, "%.*s", ATT_STR_ARG(request.part));
		request.part = att_str_of(etag);
		if (lseek(part->fd, (off_t)part->length, SEEK_SET) < 0 ||
		    ftruncate(part->fd, (off_t)part->length) != 0)
			return att_err_set_errno(err, errno, "cannot write %s", part->path);
		status = att_http_get(&request, part->fd, answer, err);
		if (status != ATT_OK)
			return prefix(err, url);
		if (answer->outcome == ATT_HTTP_FETCHED || answer->outcome == ATT_HTTP_NOT_MODIFIED)
			return ATT_OK;
		if (answer->outcome == ATT_HTTP_LATER)
			status = wait_for_server(url, answer->retry_after, err);
		else
			part->length = part->etag.len > 0 ? answer->length : 0;
	}
	if (status == ATT_OK)
		status = att_err_set(err, ATT_ERR_IO, "%s: the connection ended early %d times", url, TRIES);
	return status;
}

static int update_url(struct update *u, const char *url, struct part *part, struct att_err *err)
{
	struct advisories_store *store = &u->store;
	struct att_http_answer answer = {.outcome = ATT_HTTP_FETCHED};
	struct policy_database_source old = {.etag = {NULL, 0}};
	size_t number = advisories_store_find(store, att_str_of(url));
	int status = ATT_OK;
	if (number != SIZE_MAX)
		status = policy_database_source(store->old, number, &store->arena, &old, err);
	if (status == ATT_OK)
		status = fetch(u, url, old.etag, part, &answer, err);
	if (status != ATT_OK)
		return status;
	if (answer.outcome == ATT_HTTP_NOT_MODIFIED) {
		store->checked[number] = store->now;
		return ATT_OK;
	}
	status = advisories_store_read(store, url, part->path, att_str_of(answer.etag), err);
	/* What was fetched whole and is no good is not kept to be continued. */
	if (status != ATT_OK) {
		part_remove(part);
		prefix(err, url);
	}
	return status;
}

/* ---- sources ---- */

static char *copy_text(struct att_str text)
{
	char *copy = strndup(text.data, text.len);
	if (!copy)
		cli_usage(PROGRAM, "out of memory");
	return copy;
}

/* --source as it was given, paths made whole; without any, all that the database has. */
static void find_sources(struct update *u)
{
	const struct cli_option *given = cli_option(u->command, "source");
	size_t old = u->store.old ? policy_database_facts(u->store.old)->sources : 0;
	size_t room = given->count > old ? given->count : old;
	u->sources = calloc(room + 1, sizeof *u->sources);
	u->parts = calloc(room + 1, sizeof *u->parts);
	if (!u->sources || !u->parts)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0; i < given->count; i++) {
		const char *source = given->values[i];
		struct att_err err;
		u->sources[i] = is_url(source) ? copy_text(att_str_of(source)) : realpath(source, NULL);
		if (!u->sources[i])
			cli_usage(PROGRAM, "cannot open %s: %s", source, strerror(errno));
		if (is_url(source) &&
		    att_http_check_url(source, cli_flag(u->command, "insecure-http"), &err) != ATT_OK) {
			cli_complain(PROGRAM, &err);
			exit(CLI_UNKNOWN);
		}
	}
	for (size_t i = 0; given->count == 0 && i < old; i++) {
		struct policy_database_source source;
		if (policy_database_source(u->store.old, i, &u->store.arena, &source, NULL) != ATT_OK)
			cli_usage(PROGRAM, "cannot read the sources of %s", u->store.path);
		u->sources[i] = copy_text(source.origin);
	}
}

/* --forget: sources that are left out from now on. */
static void forget_sources(struct update *u)
{
	const struct cli_option *forget = cli_option(u->command, "forget");
	for (size_t i = 0; i < forget->count; i++) {
		size_t number = advisories_store_find(&u->store, att_str_of(forget->values[i]));
		if (number == SIZE_MAX)
			cli_usage(PROGRAM, "expected --forget to name a source of the database, found %s",
				  forget->values[i]);
		u->store.checked[number] = POLICY_DROP;
	}
}

/* Before the sandbox, which lets nothing be cut that is opened in it. */
static int open_parts(struct update *u, struct att_err *err)
{
	int status = ATT_OK;
	for (size_t i = 0; u->sources[i]; i++)
		u->parts[i].fd = -1;
	for (size_t i = 0; status == ATT_OK && u->sources[i]; i++)
		if (is_url(u->sources[i]))
			status = part_open(&u->parts[i], u->store.path, u->sources[i], err);
	return status;
}

static int update_sources(struct update *u, struct att_err *err)
{
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && u->sources[i]; i++) {
		size_t number = advisories_store_find(&u->store, att_str_of(u->sources[i]));
		if (number != SIZE_MAX && u->store.checked[number] == POLICY_DROP)
			continue;
		status = is_url(u->sources[i]) ? update_url(u, u->sources[i], &u->parts[i], err)
					       : advisories_store_read(&u->store, u->sources[i], u->sources[i],
								       ATT_STR(""), err);
	}
	if (status == ATT_OK)
		status = advisories_store_save(&u->store, err);
	for (size_t i = 0; status == ATT_OK && u->sources[i]; i++)
		if (is_url(u->sources[i]))
			part_remove(&u->parts[i]);
	return status;
}

static int run_update(const struct cli_command *command)
{
	struct update u = {.command = command};
	struct att_err err = {.code = ATT_OK};
	bool network = false;
	if (command->arguments[0])
		cli_usage(PROGRAM, "expected options, found \"%s\"; sources are given by --source",
			  command->arguments[0]);
	advisories_json(command);
	advisories_store_lock(&u.store, command);
	int status = advisories_store_open(&u.store, &err);
	if (status == ATT_OK) {
		find_sources(&u);
		forget_sources(&u);
		if (!u.sources[0])
			cli_usage(PROGRAM,
				  "expected --source URL or PATH, found none, and the database has none");
		for (size_t i = 0; u.sources[i]; i++)
			network |= is_url(u.sources[i]);
		status = open_parts(&u, &err);
	}
	if (status == ATT_OK) {
		advisories_store_narrow(&u.store, u.sources, cli_value(command, "ca-file"), network);
		status = update_sources(&u, &err);
	}
	int exit_code = advisories_store_report(&u.store, "update", status, &err);
	for (size_t i = 0; u.sources && u.sources[i]; i++) {
		part_close(&u.parts[i]);
		free(u.sources[i]);
	}
	free(u.sources);
	free(u.parts);
	advisories_store_close(&u.store);
	return exit_code;
}

int advisories_update(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"source", 0, "SOURCE", "a URL or path to bring up to date, and to take in when it is new",
		 true, NULL, 0},
		{"forget", 0, "SOURCE", "leave this source out from now on", true, NULL, 0},
		{"ca-file", 0, "FILE", "trust the certificates in FILE instead of the system's", false, NULL,
		 0},
		{"insecure-http", 0, NULL, "fetch by plain HTTP from other machines, too", false, NULL, 0},
		ADVISORIES_OPTION_FEWER,
		ADVISORIES_OPTION_DB,
		ADVISORIES_OPTION_NOW,
		ADVISORIES_OPTION_WAIT,
		ADVISORIES_OPTION_JSON,
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest advisories update [OPTION...]",
		.description = "Brings sources up to date: archives or records that are fetched, folders and "
			       "files that "
			       "are read\nagain. Without --source these are all that the database has.",
		.epilogue = "Exit status: 0 when all are up to date, 2 when one is not; the database is then "
			    "as it was.",
		.options = options,
	};
	cli_parse(&command, argc, argv);
	int exit_code = run_update(&command);
	cli_free(&command);
	return exit_code;
}
