// SPDX-License-Identifier: Apache-2.0
#include "libattest/net/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/base.h"
#include "libattest/base/file.h"
#include "libattest/net/net_internal.h"

#include "libattest/base/banned.h"

enum {
	MAX_TEXT = 1 << 20, /* of one exchange: twice its headers, the URLs, and what JSON adds */
	CHUNK = 64 << 10,
	HASH = 16,
	HOST = 60, /* characters of the host in a name */
	NAME = HOST + 1 + 2 * HASH,
};

/* What stands for an answer that is a secret. Who asks for a token again, in a replay, gets this one. */
#define NO_SECRET "{\"token\":\"not recorded\"}\n"

struct att_recorder {
	char *folder;
	int lock_fd;           /* of the folder while it is recorded in, or -1 */
	pthread_mutex_t lock;  /* of all below */
	struct att_map counts; /* of exchanges by name */
	struct att_arena arena;
	unsigned serial;
};

/* ---- opening ---- */

/* Two that record into one folder would each take exchanges of the other for its own: who comes second is told,
 * as is who finds something there. The lock goes with the descriptor, also when its program is killed. */
static int claim(const char *folder, int *lock, struct att_err *err)
{
	const struct dirent *entry;
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return att_err_set_errno(err, errno, "cannot make %s", folder);
	DIR *dir = opendir(folder);
	if (!dir)
		return att_err_set_errno(err, errno, "cannot open %s", folder);
	*lock = fcntl(dirfd(dir), F_DUPFD_CLOEXEC, 0);
	int status = *lock >= 0 ? ATT_OK : att_err_set_errno(err, errno, "cannot open %s", folder);
	/* Not every file system has locks. */
	if (status == ATT_OK && flock(*lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		status = att_err_set(
			err, ATT_ERR_REFUSED,
			"expected a folder of one's own to record in, found another one to record in "
			"it: %s",
			folder);
	while (status == ATT_OK && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			status = att_err_set(err, ATT_ERR_REFUSED,
					     "expected a new or an empty folder to record in, found one that "
					     "holds something: %s",
					     folder);
	closedir(dir);
	return status;
}

static int find_folder(const char *folder, struct att_err *err)
{
	struct stat st;
	if (stat(folder, &st) != 0)
		return att_err_set_errno(err, errno, "cannot open %s", folder);
	if (!S_ISDIR(st.st_mode))
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected a folder of recorded exchanges, found a file: %s", folder);
	return ATT_OK;
}

int att_recorder_open(const char *folder, bool replays, struct att_recorder **out, struct att_err *err)
{
	int lock = -1;
	*out = NULL;
	int status = replays ? find_folder(folder, err) : claim(folder, &lock, err);
	struct att_recorder *recorder = status == ATT_OK ? calloc(1, sizeof *recorder) : NULL;
	if (recorder)
		recorder->folder = strdup(folder);
	if (status == ATT_OK && (!recorder || !recorder->folder))
		status = att_err_memory(err);
	if (status != ATT_OK) {
		free(recorder);
		if (lock >= 0)
			close(lock);
		return status;
	}
	recorder->lock_fd = lock;
	pthread_mutex_init(&recorder->lock, NULL);
	att_map_init(&recorder->counts);
	*out = recorder;
	return ATT_OK;
}

void att_recorder_close(struct att_recorder *recorder)
{
	if (!recorder)
		return;
	pthread_mutex_destroy(&recorder->lock);
	att_map_clear(&recorder->counts);
	att_arena_clear(&recorder->arena);
	if (recorder->lock_fd >= 0)
		close(recorder->lock_fd);
	free(recorder->folder);
	free(recorder);
}

/* ---- names ---- */

/* What of a request is written down, and what it is found by. */
static int describe(const struct att_fetch_request *request, struct att_arena *arena, struct att_exchange *x,
		    struct att_err *err)
{
	struct att_buf url;
	memset(x, 0, sizeof *x);
	x->method = att_str_of(request->method ? request->method : "GET");
	x->etag = request->etag;
	x->no_redirects = request->no_redirects;
	x->headers = att_arena_alloc(arena, request->header_count, sizeof *x->headers);
	att_buf_init(&url, ATT_FETCH_MAX_URL);
	att_net_redact(request->url, false, &url);
	x->url = att_arena_copy(arena, att_buf_str(&url));
	bool is_good = att_buf_ok(&url) && x->headers && x->url.data;
	att_buf_clear(&url);
	for (size_t i = 0; is_good && i < request->header_count; i++) {
		x->headers[i] = request->headers[i];
		x->headers[i].is_secret |= att_record_is_secret(x->headers[i].name);
		if (x->headers[i].is_secret)
			x->headers[i].value = ATT_STR("");
	}
	x->header_count = request->header_count;
	return is_good ? ATT_OK : att_err_memory(err);
}

static void add_line(crypto_generichash_state *state, struct att_str line)
{
	crypto_generichash_update(state, (const unsigned char *)(line.data ? line.data : ""), line.len);
	crypto_generichash_update(state, (const unsigned char *)"\n", 1);
}

static void name_exchange(const struct att_exchange *x, char name[static NAME + 1])
{
	crypto_generichash_state state;
	unsigned char hash[HASH];
	char hex[2 * HASH + 1];
	struct att_str host = att_str_from(x->url, att_str_find(x->url, ATT_STR("://")));
	size_t len = 0;
	crypto_generichash_init(&state, NULL, 0, HASH);
	add_line(&state, x->method);
	add_line(&state, x->url);
	add_line(&state, x->etag);
	add_line(&state, att_str_of(x->no_redirects ? "stay" : ""));
	for (size_t i = 0; i < x->header_count; i++) {
		if (x->headers[i].is_secret)
			continue;
		add_line(&state, x->headers[i].name);
		add_line(&state, x->headers[i].value);
	}
	crypto_generichash_final(&state, hash, sizeof hash);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	host = att_str_from(host, 3);
	for (; len < HOST && len < host.len && host.data[len] != '/' && host.data[len] != '?'; len++) {
		char c = att_ascii_lower(host.data[len]);
		name[len] = (char)(att_ascii_is_alnum(c) || c == '.' ? c : '-');
	}
	/* No file that hides, and no folder above. */
	if (len > 0 && name[0] == '.')
		name[0] = '-';
	snprintf(name + len, NAME + 1 - len, "-%s", hex);
}

/* Counts one more exchange of that name. */
static int count_exchange(struct att_recorder *recorder, const char *name, uint32_t *number,
			  struct att_err *err)
{
	int status = ATT_OK;
	*number = 0;
	pthread_mutex_lock(&recorder->lock);
	struct att_str key = att_str_of(name);
	if (!att_map_find(&recorder->counts, key, number))
		key = att_arena_copy(&recorder->arena, key);
	++*number;
	if (!key.data || att_map_set(&recorder->counts, key, *number) != ATT_OK)
		status = att_err_memory(err);
	pthread_mutex_unlock(&recorder->lock);
	return status;
}

static char *path_of(const struct att_recorder *recorder, const char *name, uint32_t number, const char *ending)
{
	char *path = NULL;
	return asprintf(&path, "%s/%s-%u.%s", recorder->folder, name, number, ending) < 0 ? NULL : path;
}

/* ---- recording ---- */

int att_record_begin(struct att_recorder *recorder, const struct att_fetch_request *request,
		     struct att_recording *recording, struct att_err *err)
{
	*recording = (struct att_recording){.fd = -1};
	if (!request->sink)
		return ATT_OK;
	pthread_mutex_lock(&recorder->lock);
	unsigned serial = recorder->serial++;
	pthread_mutex_unlock(&recorder->lock);
	if (asprintf(&recording->temporary, "%s/.body-%u.tmp", recorder->folder, serial) < 0) {
		recording->temporary = NULL;
		return att_err_memory(err);
	}
	recording->fd = open(recording->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (recording->fd >= 0)
		return ATT_OK;
	int status = att_err_set_errno(err, errno, "cannot record in %s", recorder->folder);
	free(recording->temporary);
	recording->temporary = NULL;
	return status;
}

int att_record_body(struct att_recording *recording, struct att_str bytes, struct att_err *err)
{
	if (recording->fd < 0)
		return ATT_OK;
	recording->length += bytes.len;
	return att_file_write_fd(recording->fd, recording->temporary, bytes, err);
}

/* Where a redirect to somebody else leads is kept; what it carries there is not. */
static int redact_location(const struct att_fetch_answer *answer, struct att_buf *out, struct att_err *err)
{
	struct att_net_origin from, to;
	char *url = strndup(answer->url.data ? answer->url.data : "", answer->url.len);
	char *location = strndup(answer->location.data ? answer->location.data : "", answer->location.len);
	int status = url && location ? ATT_OK : att_err_memory(err);
	if (status == ATT_OK) {
		bool stays = att_net_origin(url, &from, NULL) == ATT_OK &&
			     att_net_origin(location, &to, NULL) == ATT_OK && strcmp(from.text, to.text) == 0;
		att_net_redact(answer->location, !stays, out);
	}
	free(url);
	free(location);
	return status;
}

/* Each address between "<" and ">" loses its secrets: whoever replays finds the next page without them. */
static void redact_link(struct att_str link, struct att_buf *out)
{
	while (link.len > 0) {
		size_t begin = att_str_find_byte(link, '<');
		att_buf_add(out, att_str_first(link, begin));
		link = att_str_from(link, begin);
		struct att_str address = att_str_first(link, att_str_find_byte(link, '>'));
		att_net_redact(address, false, out);
		link = att_str_from(link, address.len);
	}
}

/* Error pages quote what they were asked with, and signed addresses that a redirect leads to are secrets. */
static bool is_kept(const struct att_exchange *x, const struct att_fetch_request *request,
		    const struct att_fetch_answer *answer)
{
	bool is_plain = !request->has_secret_answer && att_str_equal(request->url, answer->url);
	for (size_t i = 0; i < x->header_count; i++)
		is_plain = is_plain && !x->headers[i].is_secret;
	return is_plain || answer->status / 100 == 2;
}

/* What of an answer is written down. *body is a view of it. */
static int strip(struct att_exchange *x, const struct att_fetch_request *request,
		 const struct att_fetch_answer *answer, struct att_arena *arena, struct att_str *body,
		 struct att_err *err)
{
	struct att_buf location, link;
	att_buf_init(&location, (size_t)2 * ATT_FETCH_MAX_URL);
	att_buf_init(&link, (size_t)2 * ATT_FETCH_MAX_FIELDS);
	x->answer = *answer;
	*body = is_kept(x, request, answer) ? att_buf_str(&answer->body) : (struct att_str){NULL, 0};
	if (request->has_secret_answer && body->len > 0) {
		*body = ATT_STR(NO_SECRET);
		x->answer.length = body->len;
	}
	int status = answer->location.len > 0 ? redact_location(answer, &location, err) : ATT_OK;
	redact_link(answer->link, &link);
	x->answer.location = att_arena_copy(arena, att_buf_str(&location));
	x->answer.link = att_arena_copy(arena, att_buf_str(&link));
	if (status == ATT_OK &&
	    (!att_buf_ok(&location) || !att_buf_ok(&link) || !x->answer.location.data || !x->answer.link.data))
		status = att_err_memory(err);
	att_buf_clear(&location);
	att_buf_clear(&link);
	return status;
}

/* The body gets its name before the file that tells of it. */
static int place_body(struct att_recording *recording, const char *path, struct att_err *err)
{
	if (fsync(recording->fd) != 0 || rename(recording->temporary, path) != 0)
		return att_err_set_errno(err, errno, "cannot record %s", path);
	free(recording->temporary);
	recording->temporary = NULL;
	return ATT_OK;
}

static int write_exchange(struct att_recorder *recorder, struct att_exchange *x,
			  struct att_recording *recording, struct att_str body, struct att_err *err)
{
	char name[NAME + 1], *path = NULL, *body_path = NULL;
	uint32_t number;
	struct att_buf text;
	att_buf_init(&text, MAX_TEXT);
	name_exchange(x, name);
	int status = count_exchange(recorder, name, &number, err);
	if (status == ATT_OK) {
		path = path_of(recorder, name, number, "json");
		body_path = path_of(recorder, name, number, "body");
		x->body = body.len;
		if (recording->temporary && body.len == 0 && x->error.code == ATT_OK)
			x->body = recording->length;
		att_exchange_write(x, &text);
		if (!path || !body_path || !att_buf_ok(&text))
			status = att_err_memory(err);
	}
	if (status == ATT_OK && x->body > 0 && body.len == 0)
		status = place_body(recording, body_path, err);
	if (status == ATT_OK) {
		const struct att_file_draft files[] = {{body_path, body, 0600},
						       {path, att_buf_str(&text), 0600}};
		size_t without = body.len == 0;
		status = att_file_write_new(files + without, 2 - without, err);
	}
	att_buf_clear(&text);
	free(path);
	free(body_path);
	return status;
}

int att_record_end(struct att_recorder *recorder, const struct att_fetch_request *request,
		   struct att_recording *recording, const struct att_fetch_answer *answer, int status,
		   const struct att_err *why, struct att_err *err)
{
	struct att_arena arena = {0};
	struct att_exchange x;
	struct att_str body = {NULL, 0};
	int result = describe(request, &arena, &x, err);
	if (result == ATT_OK && status == ATT_OK)
		result = strip(&x, request, answer, &arena, &body, err);
	else if (result == ATT_OK)
		x.error = *why;
	if (result == ATT_OK)
		result = write_exchange(recorder, &x, recording, body, err);
	if (recording->temporary)
		unlink(recording->temporary);
	if (recording->fd >= 0)
		close(recording->fd);
	free(recording->temporary);
	*recording = (struct att_recording){.fd = -1};
	att_arena_clear(&arena);
	return result;
}

/* ---- replaying ---- */

/* Is the exchange of that file one of this request? A hash of 128 bits says so already, unless somebody moved
 * files. */
static bool is_same(const struct att_exchange *a, const struct att_exchange *b)
{
	char one[NAME + 1], two[NAME + 1];
	name_exchange(a, one);
	name_exchange(b, two);
	return strcmp(one, two) == 0;
}

/* A body is as long as the answer said, or it would be judged by what it is not. */
static int check_length(const struct att_exchange *x, const char *path, struct att_err *err)
{
	bool is_head = att_str_is(x->method, "HEAD");
	if (x->error.code != ATT_OK || (!is_head && x->answer.status / 100 != 2) ||
	    x->body == (is_head ? 0 : x->answer.length))
		return ATT_OK;
	return att_err_set(err, ATT_ERR_MALFORMED,
			   "expected a recorded body as long as its answer, found another: %s", path);
}

static int load(const struct att_recorder *recorder, const struct att_exchange *wanted, const char *path,
		struct att_arena *arena, struct att_exchange *out, struct att_err *err)
{
	struct att_buf file;
	struct att_source source;
	att_buf_init(&file, MAX_TEXT);
	int status = att_file_read(AT_FDCWD, path, &file, err);
	if (status == ATT_ERR_NOT_FOUND) {
		att_err_set(err, ATT_ERR_NOT_FOUND, "expected a recorded answer in %s, found none to %.*s %.*s",
			    recorder->folder, ATT_STR_ARG(wanted->method), ATT_STR_ARG(wanted->url));
		att_err_help(err, "a replay asks what was asked while it was recorded, as often, and no more");
	}
	struct att_str text = {NULL, 0};
	if (status == ATT_OK) {
		text = att_arena_copy(arena, att_buf_str(&file));
		status = text.data ? ATT_OK : att_err_memory(err);
	}
	att_buf_clear(&file);
	if (status == ATT_OK)
		status = att_source_init(&source, arena, att_str_of(path), text, err);
	if (status == ATT_OK)
		status = att_exchange_parse(&source, arena, out, err);
	if (status == ATT_OK && !is_same(wanted, out))
		status = att_err_set(err, ATT_ERR_MALFORMED,
				     "expected the exchange of its name in %s, found another", path);
	return status == ATT_OK ? check_length(out, path, err) : status;
}

static int take_bytes(const struct att_fetch_request *request, struct att_fetch_answer *answer, bool to_sink,
		      struct att_str bytes, struct att_err *err)
{
	if (to_sink)
		return request->sink(request->context, bytes, err);
	att_buf_add(&answer->body, bytes);
	return att_buf_ok(&answer->body) ? ATT_OK : att_err_memory(err);
}

static int replay_body(const char *path, uint64_t size, const struct att_fetch_request *request,
		       struct att_fetch_answer *answer, struct att_err *err)
{
	struct stat st;
	bool is_good = answer->status / 100 == 2;
	uint64_t max = is_good ? request->max : ATT_FETCH_MAX_ERROR_BODY;
	if (size > max)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %llu bytes, found more",
				   (unsigned long long)max);
	char *chunk = malloc(CHUNK);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int status = chunk ? ATT_OK : att_err_memory(err);
	if (status == ATT_OK && (fd < 0 || fstat(fd, &st) != 0))
		status = att_err_set_errno(err, errno, "cannot open %s", path);
	else if (status == ATT_OK && (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != size))
		status = att_err_set(err, ATT_ERR_MALFORMED,
				     "expected a recorded body of %llu bytes, found something else: %s",
				     (unsigned long long)size, path);
	for (uint64_t left = size; status == ATT_OK && left > 0;) {
		ssize_t got = read(fd, chunk, left < CHUNK ? (size_t)left : CHUNK);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			status = att_err_set_errno(err, got < 0 ? errno : EIO, "cannot read %s", path);
		else
			status = take_bytes(request, answer, is_good && request->sink,
					    (struct att_str){chunk, (size_t)got}, err);
		left -= status == ATT_OK ? (uint64_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	free(chunk);
	return status;
}

int att_record_replay(struct att_recorder *recorder, const struct att_fetch_request *request,
		      struct att_fetch_answer *answer, struct att_err *err)
{
	struct att_exchange wanted, found = {.body = 0};
	char name[NAME + 1], *path = NULL, *body_path = NULL;
	uint32_t number = 0;
	int status = describe(request, &answer->arena, &wanted, err);
	if (status == ATT_OK) {
		name_exchange(&wanted, name);
		status = count_exchange(recorder, name, &number, err);
	}
	if (status == ATT_OK) {
		path = path_of(recorder, name, number, "json");
		body_path = path_of(recorder, name, number, "body");
		status = path && body_path ? ATT_OK : att_err_memory(err);
	}
	if (status == ATT_OK)
		status = load(recorder, &wanted, path, &answer->arena, &found, err);
	if (status == ATT_OK && found.error.code != ATT_OK) {
		if (err)
			*err = found.error;
		status = found.error.code;
	}
	if (status == ATT_OK) {
		/* The body and the arena stay this answer's own. */
		found.answer.arena = answer->arena;
		found.answer.body = answer->body;
		*answer = found.answer;
	}
	if (status == ATT_OK && found.body > 0)
		status = replay_body(body_path, found.body, request, answer, err);
	free(path);
	free(body_path);
	return status;
}
