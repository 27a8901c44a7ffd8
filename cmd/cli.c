// SPDX-License-Identifier: Apache-2.0
#include "cmd/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <popt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/pool.h"
#include "libattest/base/utf8.h"
#include "libattest/format/report.h"

#include "libattest/base/banned.h"

void cli_start(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		/* Opened for the wrong direction: whoever closed it gets an error and no silence. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			_exit(CLI_UNKNOWN);
	}
}

void cli_expect_much(void)
{
	enum { PAGE = 2 << 20, RESERVE = 64 << 20 };
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_TOP_PAD, RESERVE);
	/* More than the heap has: it grows by that and the reserve, none of which is touched. */
	char *first = malloc(PAGE);
	uintptr_t begin = ((uintptr_t)first + PAGE - 1) & ~(uintptr_t)(PAGE - 1), end = (uintptr_t)sbrk(0);
	if (first && end > begin && end - begin <= PAGE + RESERVE)
		madvise(first + (begin - (uintptr_t)first), end - begin, MADV_HUGEPAGE);
	free(first);
}

/* --- messages ------------------------------------------------------------------------------------------ */

/* Nothing can be said about standard error not taking what is said. */
static void print_text(struct att_str text)
{
	if (att_file_write_fd(2, "standard error", text, NULL) != ATT_OK)
		return;
}

static void print_visible(struct att_str text)
{
	struct att_buf out;
	att_buf_init(&out, ATT_MAX_DOCUMENT);
	att_utf8_add_visible(&out, text);
	att_buf_add_byte(&out, '\n');
	print_text(att_buf_str(&out));
	att_buf_clear(&out);
}

static void print_message(const char *program, const char *format, va_list args)
{
	char text[4096];
	size_t used = 0;
	if (program)
		used = (size_t)snprintf(text, sizeof text, "%s: ", program);
	vsnprintf(text + used, sizeof text - used, format, args);
	print_visible(att_str_of(text));
}

void cli_note(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_message(NULL, format, args);
	va_end(args);
}

void cli_usage(const char *program, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_message(program, format, args);
	va_end(args);
	cli_note("try \"%s --help\"", program);
	exit(CLI_UNKNOWN);
}

void cli_complain(const char *program, const struct att_err *err)
{
	if (err->place.line)
		cli_note("%s: %s (line %u, column %u)", program, err->message, err->place.line,
			 err->place.column);
	else
		cli_note("%s: %s", program, err->message);
	if (err->help[0])
		cli_note("  = help: %s", err->help);
}

bool cli_print_findings(const struct att_findings *findings)
{
	struct att_buf out;
	const char *no_color = getenv("NO_COLOR");
	att_buf_init(&out, ATT_MAX_DOCUMENT);
	att_report_human(findings, isatty(2) && !(no_color && *no_color), &out);
	print_text(att_buf_str(&out));
	bool whole = att_buf_ok(&out);
	if (!whole)
		cli_note("findings are not shown: there is no memory for them");
	att_buf_clear(&out);
	return whole;
}

/* --- options ------------------------------------------------------------------------------------------- */

enum { OPTION_HELP = 1, OPTION_FIRST = 2 };

static size_t count_options(const struct cli_command *command)
{
	size_t count = 0;
	while (command->options[count].long_name)
		count++;
	return count;
}

static void print_help(const struct cli_command *command)
{
	printf("usage: %s\n\n%s\n\noptions:\n", command->synopsis, command->description);
	for (const struct cli_option *o = command->options; o->long_name; o++) {
		char left[64];
		const char short_name[5] = {'-', o->short_name, ',', ' ', '\0'};
		snprintf(left, sizeof left, "%s--%s%s%s", o->short_name ? short_name : "    ", o->long_name,
			 o->argument ? " " : "", o->argument ? o->argument : "");
		printf("  %-29s %s\n", left, o->help);
	}
	printf("  %-29s %s\n", "    --help", "show this text");
	if (command->epilogue)
		printf("\n%s\n", command->epilogue);
}

static void take(struct cli_command *command, struct cli_option *option, char *value)
{
	const char *name = option->long_name;
	bool again = option->count > 0 && !option->repeatable, too_often = option->count >= CLI_MAX_VALUES;
	bool empty = value && !*value;
	if (option->argument && !value)
		cli_usage(command->program, "out of memory");
	if (again || too_often || empty)
		free(value);
	if (again)
		cli_usage(command->program, "--%s was given twice", name);
	if (too_often)
		cli_usage(command->program, "--%s was given more than %d times", name, CLI_MAX_VALUES);
	if (empty)
		cli_usage(command->program, "expected %s after --%s, found an empty text", option->argument,
			  name);
	char **grown = realloc(option->values, (option->count + 2) * sizeof *grown);
	if (!grown)
		cli_usage(command->program, "out of memory");
	option->values = grown;
	option->values[option->count++] = value;
	option->values[option->count] = NULL;
}

static struct poptOption *make_table(const struct cli_command *command)
{
	size_t count = count_options(command);
	struct poptOption *table = calloc(count + 2, sizeof *table);
	if (!table)
		cli_usage(command->program, "out of memory");
	for (size_t i = 0; i < count; i++) {
		const struct cli_option *o = &command->options[i];
		table[i].longName = o->long_name;
		table[i].shortName = o->short_name;
		table[i].argInfo = o->argument ? POPT_ARG_STRING : POPT_ARG_NONE;
		table[i].val = OPTION_FIRST + (int)i;
	}
	table[count].longName = "help";
	table[count].argInfo = POPT_ARG_NONE;
	table[count].val = OPTION_HELP;
	return table;
}

/* popt keeps the arguments in its context: they are copied out of it. */
static void copy_arguments(struct cli_command *command, poptContext context)
{
	const char *const *left = poptGetArgs(context);
	size_t count = 0;
	while (left && left[count])
		count++;
	command->arguments = calloc(count + 1, sizeof *command->arguments);
	for (size_t i = 0; command->arguments && i < count; i++) {
		command->arguments[i] = strdup(left[i]);
		if (!command->arguments[i])
			cli_usage(command->program, "out of memory");
	}
	if (!command->arguments)
		cli_usage(command->program, "out of memory");
}

void cli_parse(struct cli_command *command, int argc, const char **argv)
{
	struct poptOption *table = make_table(command);
	poptContext context = poptGetContext(NULL, argc, argv, table, POPT_CONTEXT_KEEP_FIRST);
	int found;
	while (context && (found = poptGetNextOpt(context)) > OPTION_HELP)
		take(command, &command->options[found - OPTION_FIRST], poptGetOptArg(context));
	if (!context)
		cli_usage(command->program, "out of memory");
	if (found == OPTION_HELP || found < -1) {
		char problem[1024];
		snprintf(problem, sizeof problem, "%s: %s", poptBadOption(context, POPT_BADOPTION_NOALIAS),
			 poptStrerror(found));
		poptFreeContext(context);
		free(table);
		if (found < -1)
			cli_usage(command->program, "%s", problem);
		print_help(command);
		exit(fflush(stdout) == 0 ? CLI_HOLDS : CLI_UNKNOWN);
	}
	copy_arguments(command, context);
	poptFreeContext(context);
	free(table);
}

const char **cli_arguments(const char *program, int argc, char **argv, int skip)
{
	const char **list = calloc((size_t)argc + 1, sizeof *list);
	if (!list)
		cli_usage(program, "out of memory");
	for (int i = skip; i < argc; i++)
		list[i - skip] = argv[i];
	return list;
}

void cli_parse_main(struct cli_command *command, int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		cli_print_version(command->program);
	const char **arguments = cli_arguments(command->program, argc, argv, 1);
	cli_parse(command, argc - 1, arguments);
	free(arguments);
}

const struct cli_option *cli_option(const struct cli_command *command, const char *long_name)
{
	const struct cli_option *o = command->options;
	while (o->long_name && strcmp(o->long_name, long_name) != 0)
		o++;
	return o; /* an option that the table does not have reads as one that was not given */
}

const char *cli_value(const struct cli_command *command, const char *long_name)
{
	const struct cli_option *o = cli_option(command, long_name);
	return o->count ? o->values[0] : NULL;
}

bool cli_flag(const struct cli_command *command, const char *long_name)
{
	return cli_option(command, long_name)->count > 0;
}

void cli_free(struct cli_command *command)
{
	for (struct cli_option *o = command->options; o->long_name; o++) {
		for (size_t i = 0; i < o->count; i++)
			free(o->values[i]);
		free(o->values);
		o->values = NULL;
		o->count = 0;
	}
	for (size_t i = 0; command->arguments && command->arguments[i]; i++)
		free((void *)(uintptr_t)command->arguments[i]);
	free(command->arguments);
	command->arguments = NULL;
}

unsigned cli_number(const char *program, const char *option, const char *text, unsigned low, unsigned high)
{
	uint64_t number;
	if (!att_str_to_uint(att_str_of(text), high, &number) || number < low)
		cli_usage(program, "expected a number from %u to %u for --%s, found \"%s\"", low, high, option,
			  text);
	return (unsigned)number;
}

size_t cli_count_arguments(const struct cli_command *command)
{
	size_t count = 0;
	while (command->arguments[count])
		count++;
	return count;
}

unsigned cli_jobs(const struct cli_command *command)
{
	const char *jobs = cli_value(command, "jobs");
	return jobs ? cli_number(command->program, "jobs", jobs, 1, ATT_MAX_JOBS) : att_pool_processors();
}

bool cli_source_date(const char *program, int64_t *seconds)
{
	const uint64_t end_of_9999 = UINT64_C(253402300799);
	const char *text = getenv("SOURCE_DATE_EPOCH");
	uint64_t number;
	if (!text)
		return false;
	if (!att_str_to_uint(att_str_of(text), end_of_9999, &number))
		cli_usage(program, "expected seconds since 1970 in SOURCE_DATE_EPOCH, found \"%s\"", text);
	*seconds = (int64_t)number;
	return true;
}

/* --- the rest ------------------------------------------------------------------------------------------ */

void cli_print_version(const char *program)
{
	struct att_sandbox_state state;
	char mechanisms[64];
	att_sandbox_probe(&state);
	att_sandbox_describe(&state, mechanisms);
	printf("%s %s\nsandbox: %s\n", program, ATT_VERSION, mechanisms);
	exit(fflush(stdout) == 0 ? CLI_HOLDS : CLI_UNKNOWN);
}

int cli_write(const char *path, struct att_str bytes, struct att_err *err)
{
	if (!path || strcmp(path, "-") == 0)
		return att_file_write_fd(1, "standard output", bytes, err);
	return att_file_write_atomic(path, bytes, err);
}

void cli_refuse_overwriting(const char *program, const char *output, const char *const *inputs)
{
	struct stat old, st;
	if (!output || strcmp(output, "-") == 0 || stat(output, &old) != 0)
		return;
	for (size_t i = 0; inputs && inputs[i]; i++)
		if (stat(inputs[i], &st) == 0 && st.st_ino == old.st_ino && st.st_dev == old.st_dev)
			cli_usage(program, "%s would be written over, which is read", inputs[i]);
}

char *cli_folder_of(const char *path)
{
	if (!path || strcmp(path, "-") == 0)
		return NULL;
	const char *slash = strrchr(path, '/');
	return slash == path ? strdup("/") : slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
}

const char *const cli_connecting[CLI_CONNECTING] = {
	"/etc",   "/usr/share/ca-certificates", "/usr/local/share", "/lib", "/usr/lib",
	"/lib64", "/run/systemd/resolve",       "/run/resolvconf",
};

void cli_enter_sandbox(const char *program, const struct att_sandbox *sandbox)
{
	struct att_sandbox_state state;
	struct att_err err;
	if (att_sandbox_enter(sandbox, &state, &err) != ATT_OK) {
		cli_complain(program, &err);
		exit(CLI_UNKNOWN);
	}
}
