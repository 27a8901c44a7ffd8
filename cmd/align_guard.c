// SPDX-License-Identifier: Apache-2.0
#include "cmd/align_guard.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/align_guard_internal.h"

#include "libattest/base/banned.h"

int align_guard_start(const char *folder, struct align_guard *guard, struct att_err *err)
{
	int ends[2];
	*guard = (struct align_guard){-1, 0};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return att_err_set_errno(err, errno, "cannot make a socket pair");
	guard->child = fork();
	if (guard->child == 0) {
		close(ends[0]);
		align_guard_serve(ends[1], folder);
	}
	close(ends[1]);
	guard->socket = ends[0];
	if (guard->child > 0)
		return ATT_OK;
	close(ends[0]);
	guard->socket = -1;
	return att_err_set_errno(err, errno, "cannot start a process for git");
}

/* It ends when nobody is left who could ask. */
void align_guard_stop(struct align_guard *guard)
{
	if (guard->socket < 0)
		return;
	shutdown(guard->socket, SHUT_RDWR);
	close(guard->socket);
	guard->socket = -1;
	while (waitpid(guard->child, NULL, 0) < 0 && errno == EINTR)
		continue;
}

/* Nothing is asked any more: the answer to the next question could be the one to this. */
static int lose(int socket, struct att_err *err)
{
	if (socket >= 0)
		shutdown(socket, SHUT_RDWR);
	return att_err_set(err, ATT_ERR_IO, "the process that runs git has ended");
}

static int read_reply(int socket, struct align_answer *answer, struct att_err *err)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct align_reply reply;
	struct iovec data = {&reply, sizeof reply};
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = control.room,
				 .msg_controllen = sizeof control.room};
	ssize_t got;
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof reply)
		return lose(socket, err);
	const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&answer->fd, CMSG_DATA(header), sizeof(int));
	memcpy(answer->commit, reply.commit, sizeof answer->commit);
	if (reply.status == ATT_OK)
		return ATT_OK;
	if (err)
		*err = reply.err;
	return reply.status;
}

int align_guard_ask(const struct align_guard *guard, enum align_question question, const struct att_str *words,
		    size_t count, struct align_answer *answer, struct att_err *err)
{
	struct align_message message = {.question = question, .count = (uint32_t)count};
	*answer = (struct align_answer){.fd = -1};
	if (count > ALIGN_MAX_WORDS)
		return att_err_set(err, ATT_ERR_USAGE, "there is no such question");
	for (size_t i = 0; i < count; i++) {
		if (words[i].len > ALIGN_MAX_WORD || att_str_find_byte(words[i], '\0') != ATT_STR_NONE)
			return att_err_set(err, ATT_ERR_LIMIT, "expected a name of at most %d bytes for git",
					   (int)ALIGN_MAX_WORD);
		if (words[i].len > 0)
			memcpy(message.words[i], words[i].data, words[i].len);
	}
	if (guard->socket < 0 ||
	    send(guard->socket, &message, sizeof message, MSG_NOSIGNAL) != (ssize_t)sizeof message)
		return lose(guard->socket, err);
	int status = read_reply(guard->socket, answer, err);
	if (status != ATT_OK && answer->fd >= 0) {
		close(answer->fd);
		answer->fd = -1;
	}
	return status;
}
