// SPDX-License-Identifier: Apache-2.0
#include "cmd/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "libattest/base/file.h"
#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

static int too_long(struct att_err *err)
{
	return att_err_set(err, ATT_ERR_LIMIT, "expected a passphrase of at most %d bytes", ATT_MAX_PASSPHRASE);
}

/* One line into `out`, byte by byte: what comes after it belongs to somebody else. Returns 0, ATT_ERR_LIMIT
 * after the whole line was read, ATT_ERR_NOT_FOUND when there is none, or -errno of the system. */
enum { LINE_INTERRUPTED = 1, LINE_END, LINE_FAILED, LINE_LONG, LINE_GOOD };

static int read_line(int fd, char *out, size_t *len)
{
	bool overflow = false;
	char byte = 0;
	*len = 0;
	for (;;) {
		ssize_t got = read(fd, &byte, 1);
		if (got < 0)
			return errno == EINTR ? LINE_INTERRUPTED : LINE_FAILED;
		if (got == 0 && *len == 0 && !overflow)
			return LINE_END;
		if (got == 0 || byte == '\n')
			break;
		if (*len < ATT_MAX_PASSPHRASE)
			out[(*len)++] = byte;
		else
			overflow = true;
	}
	byte = 0;
	if (*len > 0 && out[*len - 1] == '\r')
		(*len)--;
	return overflow ? LINE_LONG : LINE_GOOD;
}

/* --- the terminal -------------------------------------------------------------------------------------- */

static volatile sig_atomic_t caught; /* the signal that came while echo was off */

static void catch_signal(int number)
{
	caught = number;
}

static const int caught_signals[] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT, SIGTSTP,
				     SIGTTIN, SIGTTOU, SIGALRM, SIGPIPE};
enum { CAUGHT = sizeof caught_signals / sizeof *caught_signals };

static void say(int fd, const char *text)
{
	if (att_file_write_fd(fd, "the terminal", att_str_of(text), NULL) != ATT_OK)
		return; /* reading will fail as well, and say so */
}

/* Reads a line without echo, and leaves the terminal as it was, also when a signal ends the program. */
static int read_hidden(int fd, const char *prompt, char *out, size_t *len)
{
	struct sigaction old_actions[CAUGHT], action = {.sa_handler = catch_signal};
	struct termios before, hidden;
	int result;
	do {
		caught = 0;
		for (size_t i = 0; i < CAUGHT; i++)
			sigaction(caught_signals[i], &action, &old_actions[i]);
		bool is_terminal = tcgetattr(fd, &before) == 0;
		if (is_terminal) {
			hidden = before;
			hidden.c_lflag = (hidden.c_lflag & ~(tcflag_t)(ECHO | ECHONL)) | ICANON;
			is_terminal = tcsetattr(fd, TCSAFLUSH, &hidden) == 0;
		}
		result = LINE_FAILED;
		if (is_terminal) {
			say(fd, prompt);
			result = caught ? LINE_INTERRUPTED : read_line(fd, out, len);
			say(fd, "\n");
			while (tcsetattr(fd, TCSAFLUSH, &before) != 0 && errno == EINTR && caught != SIGTTOU)
				;
		}
		for (size_t i = 0; i < CAUGHT; i++)
			sigaction(caught_signals[i], &old_actions[i], NULL);
		if (caught) {
			sodium_memzero(out, ATT_MAX_PASSPHRASE);
			(void)raise(
				caught); /* what came is served now; a program that was stopped asks again */
		}
	} while (caught == SIGTSTP || caught == SIGTTIN || caught == SIGTTOU);
	return result;
}

static void make_prompt(struct att_buf *prompt, const char *name, bool again)
{
	att_buf_init(prompt, 2048);
	att_buf_add(prompt, again ? ATT_STR("New passphrase for ") : ATT_STR("Passphrase for "));
	att_utf8_add_visible(prompt, att_str_of(name));
	att_buf_add(prompt, ATT_STR(": "));
	att_buf_add_byte(prompt, '\0');
}

static int line_error(int line, struct att_err *err)
{
	switch (line) {
	case LINE_GOOD:
		return ATT_OK;
	case LINE_LONG:
		return too_long(err);
	case LINE_INTERRUPTED:
		return att_err_set(err, ATT_ERR_IO, "no passphrase was typed: interrupted");
	case LINE_END:
		return att_err_set(err, ATT_ERR_IO, "no passphrase was typed");
	default:
		return att_err_set_errno(err, errno, "cannot read a passphrase from the terminal");
	}
}

static int ask_terminal(int fd, const char *name, bool again, char *out, size_t *len, struct att_err *err)
{
	struct att_buf prompt;
	char *second = NULL;
	size_t second_len = 0;
	make_prompt(&prompt, name, again);
	int status = att_buf_ok(&prompt) ? line_error(read_hidden(fd, prompt.data, out, len), err)
					 : att_err_memory(err);
	if (status == ATT_OK && again) {
		second = sodium_malloc(ATT_MAX_PASSPHRASE);
		status = second ? line_error(read_hidden(fd, "The same again: ", second, &second_len), err)
				: att_err_memory(err);
		if (status == ATT_OK && (*len != second_len || sodium_memcmp(out, second, second_len) != 0))
			status = att_err_set(err, ATT_ERR_REFUSED,
					     "expected the same passphrase twice, found two");
	}
	sodium_free(second);
	att_buf_clear(&prompt);
	return status;
}

/* --- the others ---------------------------------------------------------------------------------------- */

static int ask_file(const char *path, char *out, size_t *len, struct att_err *err)
{
	uint64_t size;
	int fd = -1, status = att_artifact_open(path, &fd, &size, err);
	if (status != ATT_OK)
		return status;
	int line = read_line(fd, out, len);
	if (line == LINE_LONG)
		status = too_long(err);
	else if (line == LINE_END)
		status = att_err_set(err, ATT_ERR_MALFORMED,
				     "expected a passphrase in the first line of %s, found "
				     "an empty file",
				     path);
	else if (line != LINE_GOOD)
		status = att_err_set_errno(err, errno, "cannot read %s", path);
	close(fd);
	return status;
}

static int ask(void *context, const char *name, bool cosign, bool again, char *out, size_t *len,
	       struct att_err *err)
{
	const struct cli_passphrase *p = context;
	const char *variable = cosign ? getenv("COSIGN_PASSWORD") : NULL;
	if (p->file)
		return ask_file(p->file, out, len, err);
	if (variable) {
		*len = strlen(variable);
		if (*len > ATT_MAX_PASSPHRASE)
			return too_long(err);
		memcpy(out, variable, *len);
		return ATT_OK;
	}
	if (p->terminal >= 0)
		return ask_terminal(p->terminal, name, again, out, len, err);
	att_err_set(err, ATT_ERR_REFUSED, "expected a passphrase for %s, found no terminal to ask at", name);
	att_err_help(err, cosign ? "give it with --passphrase-file, or in COSIGN_PASSWORD"
				 : "give it with --passphrase-file");
	return ATT_ERR_REFUSED;
}

void cli_passphrase_open(struct cli_passphrase *passphrase, const char *file)
{
	*passphrase = (struct cli_passphrase){
		.source = {.ask = ask, .context = passphrase},
		.file = file,
		.terminal = file ? -1 : open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC),
	};
}

void cli_passphrase_close(struct cli_passphrase *passphrase)
{
	if (passphrase->terminal >= 0)
		close(passphrase->terminal);
	passphrase->terminal = -1;
}

int cli_passphrase_choose(const struct cli_passphrase *passphrase, const char *name, bool cosign, char **out,
			  size_t *len, struct att_err *err)
{
	*out = sodium_init() >= 0 ? sodium_malloc(ATT_MAX_PASSPHRASE) : NULL;
	*len = 0;
	if (!*out)
		return att_err_memory(err);
	int status = passphrase->source.ask(passphrase->source.context, name, cosign, true, *out, len, err);
	if (status != ATT_OK) {
		sodium_free(*out);
		*out = NULL;
	}
	return status;
}

void cli_add_exposed_key(struct att_findings *findings, const char *path)
{
	const struct att_finding finding = {
		.code = "exposed-key",
		.severity = ATT_WARNING,
		.message = ATT_STR("others than its owner may read this secret key"),
		.help = ATT_STR("chmod 600, and replace the key when others use this machine"),
		.file = att_str_of(path),
	};
	att_findings_add(findings, &finding);
}

bool cli_is_token(const char *key)
{
	return strncmp(key, "pkcs11:", 7) == 0;
}

struct att_secret *cli_load_secret(const char *program, const char *key,
				   const struct cli_passphrase *passphrase)
{
	struct att_secret *secret = NULL;
	struct att_findings findings;
	struct att_err err = {0};
	bool exposed = false;
	int status = cli_is_token(key)
			     ? att_secret_of_pkcs11(key, &passphrase->source, NULL, &secret, &err)
			     : att_secret_load(key, &passphrase->source, NULL, &exposed, &secret, &err);
	if (status != ATT_OK) {
		cli_complain(program, &err);
		exit(CLI_UNKNOWN);
	}
	att_findings_init(&findings);
	if (exposed)
		cli_add_exposed_key(&findings, key);
	cli_print_findings(&findings);
	att_findings_clear(&findings);
	return secret;
}
