// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
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

static bool is_safe(const char *word)
{
	for (const char *c = word; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			return false;
	return *word != '-';
}

int align_guard_run(struct align_guard_end *g, const char *folder, const char *const *words, int *code)
{
	return git_run(folder, words, -1, g->out, code, &g->reply.err);
}

int align_guard_put(struct align_guard_end *g, struct att_str text)
{
	return att_file_write_fd(g->out, "a temporary file", text, &g->reply.err);
}

static int open_out(struct align_guard_end *g)
{
	const char *place = getenv("TMPDIR");
	g->out = open(place && place[0] == '/' ? place : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return g->out >= 0 ? ATT_OK : att_err_set_errno(&g->reply.err, errno, "cannot make a temporary file");
}

static int copy_local(struct align_guard_end *g)
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
		status = align_guard_put(g, att_buf_str(&text));
	if (fd >= 0)
		close(fd);
	if (tree >= 0)
		close(tree);
	att_buf_clear(&text);
	return status;
}

static int is_ancestor(struct align_guard_end *g)
{
	const char *const words[] = {"merge-base", "--is-ancestor", g->message.words[0], g->message.words[1],
				     NULL};
	int code = 1;
	int status = align_guard_run(g, g->folder, words, &code);
	return status == ATT_OK ? align_guard_put(g, code == 0 ? ATT_STR("yes") : ATT_STR("no")) : status;
}

static int describe_tag(struct align_guard_end *g)
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
	int status = align_guard_run(g, g->folder, there, &code);
	if (status == ATT_OK && code == 1)
		return att_err_set(&g->reply.err, ATT_ERR_NOT_FOUND, "there is no %s here",
				   g->message.words[0]);
	code = 0;
	if (status == ATT_OK)
		status = align_guard_run(g, g->folder, kind, &code);
	if (status == ATT_OK)
		status = align_guard_run(g, g->folder, names, &code);
	return status == ATT_OK ? align_guard_run(g, g->folder, behind, &code) : status;
}

static int list_changes(struct align_guard_end *g)
{
	return align_tree_changes(g->folder, g->out, &g->reply.err);
}

static int is_tracked(struct align_guard_end *g)
{
	bool tracks = false;
	int status = align_tree_tracks(g->folder, g->message.words[0], &tracks, &g->reply.err);
	return status == ATT_OK ? align_guard_put(g, tracks ? ATT_STR("yes") : ATT_STR("no")) : status;
}

static int answer(struct align_guard_end *g)
{
	static const struct {
		uint32_t least, most;
		int (*answer)(struct align_guard_end *g);
	} questions[] = {
		[ALIGN_REFS] = {1, ALIGN_MAX_WORDS, align_guard_refs},
		[ALIGN_LOCAL_FILE] = {2, 2, copy_local},
		[ALIGN_REMOTE_FILE] = {3, 3, align_guard_remote_file},
		[ALIGN_ANCESTOR] = {2, 2, is_ancestor},
		[ALIGN_TAG] = {1, 1, describe_tag},
		[ALIGN_CHANGES] = {0, 0, list_changes},
		[ALIGN_TRACKED] = {1, 1, is_tracked},
		[ALIGN_URL] = {1, 1, align_guard_url},
		[ALIGN_ARCHIVE] = {1, 1, align_guard_archive},
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

static bool send_reply(struct align_guard_end *g)
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
	struct align_guard_end g = {.socket = socket, .folder = folder, .out = -1};
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
