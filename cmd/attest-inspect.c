// SPDX-License-Identifier: Apache-2.0
/* attest-inspect: what signature files and statements hold, readably, and without a word on whether it is true.
 */
#include <stdlib.h>
#include <unistd.h>

#include "cmd/crypto.h"
#include "cmd/inspect.h"
#include "cmd/names.h"
#include "libattest/base/file.h"
#include "libattest/base/utf8.h"
#include "libattest/format/report.h"
#include "libattest/sign/digest.h"
#include "libattest/sign/signature.h"

#include "libattest/base/banned.h"

#define PROGRAM INSPECT_PROGRAM

struct program {
	struct inspect_run run;
	bool json, want_payload;
	struct att_buf out;            /* text */
	struct att_buf contents;       /* JSON: "{", the member "contents" and its value */
	struct att_json_writer writer; /* into it */
	struct att_buf payload;
	size_t documents, payloads;
};

/* --- one document -------------------------------------------------------------------------------------- */

static void write_heading(const struct inspect_document *d, struct att_buf *out)
{
	static const char *const titles[][2] = {
		{"bundle", "Sigstore bundle"},
		{"dsse", "DSSE envelope"},
		{"statement", "in-toto statement, not signed"},
		{"sbom", "SBOM, not signed"},
		{"minisign", "minisign signature"},
		{"signify", "signify signature"},
		{"sshsig", "SSH signature"},
		{"raw", "bare signature, or any other bytes"},
	};
	const struct inspect_node *kind = d->root->first;
	while (kind && strcmp(kind->name, "kind") != 0)
		kind = kind->next;
	att_utf8_add_visible(out, att_str_of(d->path));
	if (d->line > 0)
		att_buf_printf(out, ":%u", d->line);
	att_buf_add(out, ATT_STR(": "));
	for (size_t i = 0; kind && i < sizeof titles / sizeof titles[0]; i++)
		if (att_str_is(kind->text, titles[i][0]))
			att_buf_add(out, att_str_of(titles[i][1]));
	att_buf_add_byte(out, '\n');
}

static void write_document(struct program *p, struct inspect_document *d)
{
	p->documents++;
	if (p->json) {
		inspect_write_json(d->root, p->run.all, &p->writer);
		return;
	}
	write_heading(d, &p->out);
	/* The heading says the rest. */
	struct inspect_node below = *d->root;
	while (below.first && strcmp(below.first->name, "kind") != 0)
		below.first = below.first->next;
	if (below.first)
		below.first = below.first->next;
	inspect_write_text(&below, p->run.all, &p->out);
}

static void take_payload(struct program *p, const struct inspect_document *d)
{
	if (!d->has_payload)
		return;
	if (p->payloads++ == 0)
		att_buf_add(&p->payload, d->payload);
}

static void read_document(struct program *p, const char *path, uint32_t line, const struct att_source *whole,
			  struct att_str text)
{
	struct inspect_document d = {.run = &p->run, .path = path, .line = line, .whole = whole};
	struct att_err err = {0};
	if (att_source_init(&d.source, &d.arena, whole->path, text, &err) == ATT_OK)
		inspect_read(&d);
	else {
		att_findings_add_err(&p->run.findings, whole->path, NULL, &err);
		p->run.failed++;
	}
	if (p->want_payload)
		take_payload(p, &d);
	else if (d.root && !d.arena.failed)
		write_document(p, &d);
	att_arena_clear(&d.arena);
}

/* --- one file ------------------------------------------------------------------------------------------ */

static int read_file(const char *path, struct att_buf *out, struct att_err *err)
{
	uint64_t size;
	int fd;
	if (strcmp(path, "-") == 0)
		return cli_read_stream(STDIN_FILENO, "standard input", out, err);
	int status = att_artifact_open(path, &fd, &size, err);
	if (status != ATT_OK)
		return status;
	status = att_file_read_fd(fd, path, out, err);
	close(fd);
	return status;
}

static int read_lines(struct program *p, const char *path, const struct att_source *whole, struct att_err *err)
{
	struct att_str rest = whole->text, line;
	size_t count = 0;
	for (uint32_t number = 1; att_str_split(&rest, '\n', &line); number++) {
		if (att_str_trim(line).len == 0)
			continue;
		if (count++ == ATT_MAX_ATTESTATIONS)
			return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d lines, found more",
					   ATT_MAX_ATTESTATIONS);
		read_document(p, path, number, whole, line);
	}
	return ATT_OK;
}

static void inspect_file(struct program *p, const char *path)
{
	const char *shown = strcmp(path, "-") == 0 ? "standard input" : path;
	struct att_arena arena = {0};
	struct att_source whole;
	struct att_err err = {0};
	struct att_buf text;
	att_buf_init(&text, ATT_MAX_SIGNATURE_FILE);
	int status = read_file(path, &text, &err);
	if (status == ATT_OK)
		status = att_source_init(&whole, &arena, att_str_of(shown), att_buf_str(&text), &err);
	if (status == ATT_OK && att_signature_is_lines(whole.text))
		status = read_lines(p, shown, &whole, &err);
	else if (status == ATT_OK)
		read_document(p, shown, 0, &whole, whole.text);
	if (status != ATT_OK) {
		att_findings_add_err(&p->run.findings, att_str_of(shown), NULL, &err);
		p->run.failed++;
	}
	att_arena_clear(&arena);
	att_buf_clear(&text);
}

/* --- the end ------------------------------------------------------------------------------------------- */

/* May a terminal see these bytes as they are? */
static bool is_harmless(struct att_str text)
{
	for (size_t at = 0; at < text.len;) {
		uint32_t character;
		size_t len = att_utf8_decode(att_str_from(text, at), &character);
		if (len == 0 || (att_utf8_is_hostile(character) && character != '\n' && character != '\t'))
			return false;
		at += len;
	}
	return true;
}

static int write_payload(struct program *p, struct att_err *err)
{
	if (p->run.failed > 0 && p->payloads == 0)
		return ATT_ERR_MALFORMED; /* said already */
	if (p->payloads != 1) {
		att_err_set(err, ATT_ERR_USAGE, "expected one payload, found %zu", p->payloads);
		att_err_help(err, p->payloads > 1 ? "give one line: sed -n 1p FILE | attest inspect --payload -"
						  : "only envelopes and statements have one");
		return ATT_ERR_USAGE;
	}
	if (isatty(STDOUT_FILENO) && !is_harmless(att_buf_str(&p->payload))) {
		att_err_set(err, ATT_ERR_REFUSED,
			    "expected text for the terminal, found a payload with bytes that it may obey");
		att_err_help(err, "redirect it to a file");
		return ATT_ERR_REFUSED;
	}
	if (!att_buf_ok(&p->payload))
		return att_err_memory(err);
	return cli_write(NULL, att_buf_str(&p->payload), err);
}

static void write_report(struct program *p, int exit_code, struct att_buf *out)
{
	const struct att_report_fact facts[] = {
		{"documents", {NULL, 0}, p->documents},
		{"unreadable", {NULL, 0}, p->run.failed},
	};
	const struct att_report report = {
		PROGRAM, "inspect", exit_code, &p->run.findings, NULL, facts, sizeof facts / sizeof facts[0]};
	att_json_array_end(&p->writer);
	struct att_str contents = att_str_from(att_buf_str(&p->contents), strlen("{\n  \"contents\": "));
	att_report_json_contents(&report, contents, out);
	out->failed |= !att_buf_ok(&p->contents);
}

static int finish(struct program *p)
{
	struct att_err err = {0};
	int exit_code = p->run.failed > 0 ? CLI_UNKNOWN : CLI_HOLDS, status = ATT_OK;
	cli_print_findings(&p->run.findings);
	if (p->want_payload)
		status = write_payload(p, &err);
	else if (p->json)
		write_report(p, exit_code, &p->out);
	else if (p->documents > 0)
		att_buf_add(
			&p->out,
			ATT_STR("nothing was checked: attest verify checks signatures and what they sign\n"));
	if (status == ATT_OK && !att_buf_ok(&p->out))
		status = att_err_memory(&err);
	if (status == ATT_OK && !p->want_payload)
		status = cli_write(NULL, att_buf_str(&p->out), &err);
	if (status != ATT_OK && err.message[0])
		cli_complain(PROGRAM, &err);
	return status == ATT_OK ? exit_code : CLI_UNKNOWN;
}

static void prepare(struct program *p, const struct cli_command *command)
{
	const char *format = cli_value(command, "format");
	size_t streams = 0;
	if (cli_count_arguments(command) == 0)
		cli_usage(PROGRAM, "expected a file, found none");
	if (format && strcmp(format, "json") != 0 && strcmp(format, "human") != 0)
		cli_usage(PROGRAM, "expected --format human or json, found \"%s\"", format);
	if (format && cli_flag(command, "payload"))
		cli_usage(PROGRAM, "expected --format or --payload, found both");
	for (size_t i = 0; command->arguments[i]; i++)
		streams += strcmp(command->arguments[i], "-") == 0;
	if (streams > 1)
		cli_usage(PROGRAM, "expected standard input once, found \"-\" twice");
	p->json = format && strcmp(format, "json") == 0;
	p->want_payload = cli_flag(command, "payload");
	p->run.all = cli_flag(command, "all");
	att_findings_init(&p->run.findings);
	att_buf_init(&p->out, ATT_MAX_OUTPUT);
	att_buf_init(&p->contents, ATT_MAX_OUTPUT);
	att_buf_init(&p->payload, ATT_MAX_SIGNATURE_FILE);
	att_json_begin(&p->writer, &p->contents, false);
	att_json_object(&p->writer);
	att_json_key(&p->writer, "contents");
	att_json_array(&p->writer);
}

static int run(const struct cli_command *command)
{
	const char *writable[] = {NULL};
	const struct att_sandbox sandbox = {.readable = command->arguments, .writable = writable};
	struct program p = {.json = false};
	prepare(&p, command);
	cli_enter_sandbox(PROGRAM, &sandbox);
	for (size_t i = 0; command->arguments[i]; i++)
		inspect_file(&p, command->arguments[i]);
	int exit_code = finish(&p);
	att_findings_clear(&p.run.findings);
	att_buf_clear(&p.out);
	att_buf_clear(&p.contents);
	att_buf_clear(&p.payload);
	return exit_code;
}

int main(int argc, char **argv)
{
	struct cli_option options[] = {
		{"all", 'a', NULL, "show everything, however long it is", false, NULL, 0},
		{"format", 'f', "FORMAT", "human (default) or json", false, NULL, 0},
		{"payload", 0, NULL, "write the bytes that are signed, and nothing else", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest inspect FILE... [OPTION...]",
		.description =
			"Shows what files hold: Sigstore bundles, DSSE envelopes, in-toto statements, JSON "
			"lines of these, SBOMs,\nand signatures of minisign, signify and SSH. FILE \"-\" is "
			"standard input. Nothing is checked.",
		.epilogue =
			"Exit status: 0 when everything could be read, 2 when not. Whether it is true is for "
			"attest verify.",
		.options = options,
	};
	cli_start();
	cli_expect_much();
	cli_parse_main(&command, argc, argv);
	cli_start_crypto(PROGRAM);
	cli_start_digests(PROGRAM);
	int exit_code = run(&command);
	cli_free(&command);
	return exit_code;
}
