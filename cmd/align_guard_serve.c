// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/align_guard_internal.h"
#include "cmd/git.h"
#include "libattest/base/beneath.h"
#include "libattest/base/file.h"

#include "libattest/base/banned.h"

enum { MAX_FILE = 64 << 20 };

struct guard {
	int socket;
	const char *folder;
	struct align_message message;
	struct align_reply reply;
	int out; /* a file without a name, for the answer */
};

static bool is_safe(const char *word)
{
	for (const char *c = word; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			return false;
	return *word != '-';
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int open_out(struct guard *g)
{
	const char *place = getenv("TMPDIR");
	g->out = open(place && place[0] == '/' ? place : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return g->out >= 0 ? ATT_OK : att_err_set_errno(&g->reply.err, errno, "cannot make a temporary file");
}

static int run(struct guard *g, const char *folder, const char *const *words, int *code)
{
	return git_run(folder, words, -1, g->out, code, &g->reply.err);
}

static int put(struct guard *g, struct att_str text)
{
	return att_file_write_fd(g->out, "a temporary file", text, &g->reply.err);
}

/* A path of a checkout stands for what it pushes to; everything else is a URL. */
static bool is_path(const char *location)
{
	const char *colon = strchr(location, ':'), *slash = strchr(location, '/');
	return !colon || (slash && slash < colon);
}

/* What comes without TLS comes from this machine. */
static int check_url(struct guard *g, const char *url)
{
	static const char *const plain[] = {"http://", "git://"}, *const here[] = {"127.0.0.1", "localhost",
										   "[::1]"};
	for (size_t i = 0; i < 2; i++) {
		size_t length = strlen(plain[i]);
		if (strncmp(url, plain[i], length) != 0)
			continue;
		for (size_t j = 0; j < 3; j++) {
			const char *end = url + length + strlen(here[j]);
			if (strncmp(url + length, here[j], strlen(here[j])) == 0 &&
			    (*end == ':' || *end == '/'))
				return ATT_OK;
		}
		return att_err_set(&g->reply.err, ATT_ERR_REFUSED,
				   "expected a repository by https or ssh, found one by %.*s", (int)length - 3,
				   url);
	}
	return ATT_OK;
}

static int find_url(struct guard *g, const char *location, struct att_arena *arena, const char **url)
{
	static const char *const origin[] = {"config", "--get", "remote.origin.url", NULL};
	char path[PATH_MAX];
	struct att_str text;
	*url = location;
	if (!is_path(location))
		return check_url(g, location);
	int len = snprintf(path, sizeof path, "%s%s%s", location[0] == '/' ? "" : g->folder,
			   location[0] == '/' ? "" : "/", location);
	if (len < 0 || len >= (int)sizeof path)
		return att_err_set(&g->reply.err, ATT_ERR_LIMIT, "expected a shorter path of a repository");
	int status = git_ask(path, origin, 1, arena, &text, &g->reply.err);
	if (status == ATT_OK && text.len == 0)
		status = att_err_set(&g->reply.err, ATT_ERR_UNSUPPORTED,
				     "the checkout at %s has no remote \"origin\" that it pushes to", location);
	if (status != ATT_OK)
		return status;
	*url = text.data;
	return check_url(g, *url);
}

static int show_head(struct guard *g, const char *repository, const char *path)
{
	static const char *const head[] = {"rev-parse", "--verify", "HEAD^{commit}", NULL};
	char name[ALIGN_MAX_WORD + 8];
	const char *const blob[] = {"cat-file", "blob", name, NULL};
	struct att_arena arena = {0};
	struct att_str commit;
	int code = 128;
	snprintf(name, sizeof name, "HEAD:%s", path);
	int status = git_ask(repository, head, 0, &arena, &commit, &g->reply.err);
	if (status == ATT_OK)
		snprintf(g->reply.commit, sizeof g->reply.commit, "%.*s", ATT_STR_ARG(commit));
	if (status == ATT_OK)
		status = run(g, repository, blob, &code);
	if (status == ATT_OK && code != 0)
		status = att_err_set(&g->reply.err, ATT_ERR_NOT_FOUND, "the repository has no file %s", path);
	att_arena_clear(&arena);
	return status;
}

static int make_folder(struct guard *g, char folder[static PATH_MAX])
{
	const char *place = getenv("TMPDIR");
	int len =
		snprintf(folder, PATH_MAX, "%s/attest-align-XXXXXX", place && place[0] == '/' ? place : "/tmp");
	if (len < 0 || len >= PATH_MAX)
		return att_err_set(&g->reply.err, ATT_ERR_LIMIT, "expected a shorter TMPDIR");
	return mkdtemp(folder) ? ATT_OK
			       : att_err_set_errno(&g->reply.err, errno, "cannot make a temporary folder");
}

static int fetch_file(struct guard *g)
{
	const char *branch = g->message.words[1], *url;
	char folder[PATH_MAX], option[ALIGN_MAX_WORD + 16];
	struct att_arena arena = {0};
	int code = 0;
	int status = find_url(g, g->message.words[0], &arena, &url);
	if (status == ATT_OK)
		status = make_folder(g, folder);
	snprintf(option, sizeof option, "--branch=%s", branch);
	if (status == ATT_OK) {
		const char *const named[] = {"clone",     "--quiet", "--bare", "--depth=1", "--single-branch",
					     "--no-tags", option,    "--",     url,         folder,
					     NULL};
		const char *const plain[] = {"clone",     "--quiet", "--bare", "--depth=1", "--single-branch",
					     "--no-tags", "--",      url,      folder,      NULL};
		status = git_run_remote(g->folder, *branch ? named : plain, g->out, &code, &g->reply.err);
		if (status == ATT_OK)
			status = show_head(g, folder, g->message.words[2]);
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	}
	att_arena_clear(&arena);
	return status;
}

static int copy_local(struct guard *g)
{
	struct att_buf text;
	int tree = -1, fd = -1;
	char path[PATH_MAX];
	const char *location = g->message.words[0];
	int len = snprintf(path, sizeof path, "%s%s%s", location[0] == '/' ? "" : g->folder,
			   location[0] == '/' ? "" : "/", location);
	att_buf_init(&text, MAX_FILE);
	if (len > 0 && len < (int)sizeof path)
		tree = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int status = tree >= 0 ? ATT_OK
			       : att_err_set_errno(&g->reply.err, errno, "cannot open the folder %s", location);
	if (status == ATT_OK)
		status = att_open_beneath(tree, att_str_of(g->message.words[1]), 0, &fd, &g->reply.err);
	if (status == ATT_OK)
		status = att_file_read_fd(fd, g->message.words[1], &text, &g->reply.err);
	if (status == ATT_OK)
		status = put(g, att_buf_str(&text));
	if (fd >= 0)
		close(fd);
	if (tree >= 0)
		close(tree);
	att_buf_clear(&text);
	return status;
}

static int list_refs(struct guard *g)
{
	const char *const where[] = {"ls-remote", "--get-url", g->message.words[0], NULL};
	const char *words[ALIGN_MAX_WORDS + 4] = {"ls-remote", "--"};
	struct att_arena arena = {0};
	struct att_str url;
	int code = 0;
	int status = git_ask(g->folder, where, 0, &arena, &url, &g->reply.err);
	if (status == ATT_OK)
		status = check_url(g, url.data);
	words[2] = url.data;
	for (size_t i = 1; i < g->message.count; i++)
		words[i + 2] = g->message.words[i];
	if (status == ATT_OK)
		status = git_run_remote(g->folder, words, g->out, &code, &g->reply.err);
	att_arena_clear(&arena);
	return status;
}

static int is_ancestor(struct guard *g)
{
	const char *const words[] = {"merge-base", "--is-ancestor", g->message.words[0], g->message.words[1],
				     NULL};
	int code = 1;
	int status = run(g, g->folder, words, &code);
	return status == ATT_OK ? put(g, code == 0 ? ATT_STR("yes") : ATT_STR("no")) : status;
}

static int describe_tag(struct guard *g)
{
	char commit[ALIGN_MAX_WORD + 16];
	const char *const kind[] = {"cat-file", "-t", g->message.words[0], NULL};
	const char *const names[] = {"for-each-ref",
				     "--format=%(objectname)%0a%(if)%(tag)%(then)%(tag)%(else)-%(end)",
				     g->message.words[0], NULL};
	const char *const behind[] = {"rev-parse", "--verify", "--end-of-options", commit, NULL};
	const char *const there[] = {"show-ref", "--verify", "--quiet", "--", g->message.words[0], NULL};
	int code = 1;
	snprintf(commit, sizeof commit, "%s^{commit}", g->message.words[0]);
	int status = run(g, g->folder, there, &code);
	if (status == ATT_OK && code == 1)
		return att_err_set(&g->reply.err, ATT_ERR_NOT_FOUND, "there is no %s here",
				   g->message.words[0]);
	code = 0;
	if (status == ATT_OK)
		status = run(g, g->folder, kind, &code);
	if (status == ATT_OK)
		status = run(g, g->folder, names, &code);
	return status == ATT_OK ? run(g, g->folder, behind, &code) : status;
}

static int list_changes(struct guard *g)
{
	static const char *const head[] = {"rev-parse", "--verify", "HEAD^{commit}", NULL};
	static const char *const words[] = {"status", "--porcelain", "--untracked-files=no",
					    "--ignore-submodules=untracked", NULL};
	int code = 0;
	int status = run(g, g->folder, head, &code);
	return status == ATT_OK ? run(g, g->folder, words, &code) : status;
}

static int list_hidden(struct guard *g)
{
	return align_tree_hidden(g->folder, g->out, &g->reply.err);
}

static int is_tracked(struct guard *g)
{
	bool tracks = false;
	int status = align_tree_tracks(g->folder, g->message.words[0], &tracks, &g->reply.err);
	return status == ATT_OK ? put(g, tracks ? ATT_STR("yes") : ATT_STR("no")) : status;
}

static int write_attributes(struct guard *g, const char *repository)
{
	char path[PATH_MAX + 32];
	snprintf(path, sizeof path, "%s/info", repository);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return att_err_set_errno(&g->reply.err, errno, "cannot make the folder %s", path);
	snprintf(path, sizeof path, "%s/info/attributes", repository);
	return att_file_write_atomic(path, ATT_STR("* -export-ignore -export-subst\n"), &g->reply.err);
}

/* Go packs what the commit has, whatever the repository's attributes would leave out of an archive or put into
 * it. A clone that borrows its objects has attributes of its own, which count more. */
static int archive(struct guard *g)
{
	static const char *const where[] = {"rev-parse", "--absolute-git-dir", NULL};
	const char *const words[] = {"-c",           "core.autocrlf=input", "-c", "core.eol=lf", "archive",
				     "--format=tar", g->message.words[0],   NULL};
	char folder[PATH_MAX];
	struct att_arena arena = {0};
	struct att_str origin;
	int code = 0;
	int status = git_ask(g->folder, where, 0, &arena, &origin, &g->reply.err);
	if (status == ATT_OK)
		status = make_folder(g, folder);
	if (status == ATT_OK) {
		const char *const clone[] = {"clone", "--quiet",   "--bare", "--shared", "--no-tags",
					     "--",    origin.data, folder,   NULL};
		status = git_run_remote(g->folder, clone, g->out, &code, &g->reply.err);
		if (status == ATT_OK)
			status = write_attributes(g, folder);
		if (status == ATT_OK)
			status = run(g, folder, words, &code);
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	}
	att_arena_clear(&arena);
	return status;
}

static int answer(struct guard *g)
{
	static const struct {
		uint32_t least, most;
		int (*answer)(struct guard *g);
	} questions[] = {
		[ALIGN_REFS] = {1, ALIGN_MAX_WORDS, list_refs},
		[ALIGN_LOCAL_FILE] = {2, 2, copy_local},
		[ALIGN_REMOTE_FILE] = {3, 3, fetch_file},
		[ALIGN_ANCESTOR] = {2, 2, is_ancestor},
		[ALIGN_TAG] = {1, 1, describe_tag},
		[ALIGN_CHANGES] = {0, 0, list_changes},
		[ALIGN_HIDDEN] = {0, 0, list_hidden},
		[ALIGN_TRACKED] = {1, 1, is_tracked},
		[ALIGN_ARCHIVE] = {1, 1, archive},
	};
	unsigned question = (unsigned)g->message.question;
	if (question >= sizeof questions / sizeof questions[0] ||
	    g->message.count < questions[question].least || g->message.count > questions[question].most)
		return att_err_set(&g->reply.err, ATT_ERR_USAGE, "there is no such question");
	for (size_t i = 0; i < ALIGN_MAX_WORDS; i++) {
		g->message.words[i][ALIGN_MAX_WORD] = '\0';
		if (!is_safe(g->message.words[i]))
			return att_err_set(&g->reply.err, ATT_ERR_REFUSED,
					   "expected the name of a repository, ref or file, found \"%s\"",
					   g->message.words[i]);
	}
	int status = open_out(g);
	return status == ATT_OK ? questions[question].answer(g) : status;
}

static bool send_reply(struct guard *g)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec data = {&g->reply, sizeof g->reply};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
	if (g->out >= 0 && lseek(g->out, 0, SEEK_SET) == 0) {
		message.msg_control = control.room;
		message.msg_controllen = sizeof control.room;
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &g->out, sizeof(int));
	}
	return sendmsg(g->socket, &message, MSG_NOSIGNAL) == (ssize_t)sizeof g->reply;
}

static ssize_t receive(int socket, void *buffer, size_t size)
{
	ssize_t got;
	do
		got = recv(socket, buffer, size, 0);
	while (got < 0 && errno == EINTR);
	return got;
}

static void ignore(int signal)
{
	(void)signal;
}

/* Whoever interrupts the program interrupts git, too, as a program that is started forgets our handlers; this
 * process then takes away what git left, and ends as nobody can ask any more. */
static void outlive_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	const struct sigaction action = {.sa_handler = ignore};
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		sigaction(signals[i], &action, NULL);
}

_Noreturn void align_guard_serve(int socket, const char *folder)
{
	struct guard g = {.socket = socket, .folder = folder, .out = -1};
	outlive_signals();
	while (receive(socket, &g.message, sizeof g.message) == (ssize_t)sizeof g.message) {
		g.reply = (struct align_reply){0};
		g.reply.status = answer(&g);
		bool sent = send_reply(&g);
		if (g.out >= 0)
			close(g.out);
		g.out = -1;
		if (!sent)
			break;
	}
	_exit(0);
}
