// SPDX-License-Identifier: Apache-2.0
/* What all programs share: options, messages, exit codes. */
#ifndef CMD_CLI_H
#define CMD_CLI_H

#include "libattest/base/base.h"
#include "libattest/base/finding.h"
#include "libattest/base/sandbox.h"

enum cli_exit { CLI_HOLDS = 0, CLI_REFUTED = 1, CLI_UNKNOWN = 2 };

enum { CLI_MAX_VALUES = 1000 };

/* One option; the table of a command ends with a row without long_name. --help and --version come by
 * themselves. */
struct cli_option {
	const char *long_name;
	char short_name;      /* 0: none */
	const char *argument; /* "FILE"; NULL: a flag */
	const char *help;
	bool repeatable; /* others are refused the second time */
	/* Filled by cli_parse; strings are owned by the table. The list ends in NULL; it is NULL when empty. */
	char **values;
	size_t count;
};

struct cli_command {
	const char *program;     /* "attest-sbom" */
	const char *synopsis;    /* lines after "usage: " */
	const char *description; /* after the synopsis */
	const char *epilogue;    /* after the options; may be NULL */
	struct cli_option *options;
	const char **arguments; /* filled by cli_parse: NULL-terminated, owned */
};

/* First call of main: makes sure that descriptors 0 to 2 are open, so that no file is opened as one of them,
 * and that a write to a closed standard output fails instead of getting lost. */
void cli_start(void);

/* For programs that may read documents of megabytes: memory then comes in large steps and large pages, and is
 * not given back in between. Costs nothing until it is used. */
void cli_expect_much(void);

/* Reads options and arguments (argv without the program's name). "--" ends options. Prints --help and exits
 * with 0; wrong usage is told and exits with 2. Free the command in the end. */
void cli_parse(struct cli_command *command, int argc, const char **argv);

/* The arguments behind the first `skip` ones, as cli_parse takes them; free() the list. Exits with 2 when
 * memory is out. */
const char **cli_arguments(const char *program, int argc, char **argv, int skip);

/* For a program without commands of its own: prints the version and exits when "--version" is all that was
 * given, and reads everything behind the program's name otherwise. */
void cli_parse_main(struct cli_command *command, int argc, char **argv);

size_t cli_count_arguments(const struct cli_command *command);

/* The threads that --jobs asks for; one per processor without it. Exits with 2 for anything but 1 to
 * ATT_MAX_JOBS. */
unsigned cli_jobs(const struct cli_command *command);

/* The value of an option, or NULL; the count of a flag. */
const char *cli_value(const struct cli_command *command, const char *long_name);
bool cli_flag(const struct cli_command *command, const char *long_name);
const struct cli_option *cli_option(const struct cli_command *command, const char *long_name);
void cli_free(struct cli_command *command);

/* Prints "PROGRAM VERSION", the libraries and the sandbox that the kernel offers. */
void cli_print_version(const char *program);

/* An error, its place and its help on standard error. */
void cli_complain(const char *program, const struct att_err *err);

/* "PROGRAM: MESSAGE" on standard error and exit 2. */
_Noreturn void cli_usage(const char *program, const char *format, ...) ATT_PRINTF(2, 3);

/* Findings on standard error, coloured when it is a terminal and NO_COLOR is not set. False when there was no
 * memory to show all of them, which is then said. */
bool cli_print_findings(const struct att_findings *findings);

/* One line on standard error, made visible (att_utf8_add_visible). */
void cli_note(const char *format, ...) ATT_PRINTF(1, 2);

/* Writes `bytes` to the file `path`, whole or not at all, or to standard output for NULL and "-". Returns 0, or
 * a negative ATT_ERR_* after filling *err. */
int cli_write(const char *path, struct att_str bytes, struct att_err *err) ATT_MUST_USE;

/* The folder that a file written by cli_write appears in; free() it. NULL for standard output. */
char *cli_folder_of(const char *path);

/* Exits with 2 when `output` (NULL and "-": none) is there already, and is one of the files that are read; the
 * list ends in NULL. */
void cli_refuse_overwriting(const char *program, const char *output, const char *const *inputs);

/* SOURCE_DATE_EPOCH. Returns true and the seconds when it is set; exits with 2 when it is set to anything but a
 * number of seconds up to the year 9999. */
bool cli_source_date(const char *program, int64_t *seconds);

/* A decimal number from `low` to `high`; anything else exits with 2. */
unsigned cli_number(const char *program, const char *option, const char *text, unsigned low, unsigned high);

/* What a program that opens connections reads: names of machines, their certificates, and the modules of libc
 * that look names up. */
enum { CLI_CONNECTING = 8 };
extern const char *const cli_connecting[CLI_CONNECTING];

/* Narrows the program (att_sandbox_enter) or exits with 2. */
void cli_enter_sandbox(const char *program, const struct att_sandbox *sandbox);

#endif
