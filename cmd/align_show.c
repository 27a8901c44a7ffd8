// SPDX-License-Identifier: Apache-2.0
/* attest align show: what packaging manifests point at. */
#include <string.h>
#include <unistd.h>

#include "cmd/align.h"
#include "libattest/base/file.h"
#include "libattest/base/utf8.h"
#include "libattest/format/json.h"
#include "libattest/format/report.h"
#include "release/manifest.h"

#include "libattest/base/banned.h"

enum column { PLATFORM, NAME, VERSION, DIGEST, URL, COLUMNS };

struct show {
	bool json;
	struct att_findings findings;
	struct att_buf out;            /* for people */
	struct att_buf items;          /* JSON: "{", the member "items" and its value */
	struct att_json_writer writer; /* into it */
	size_t files, count, unknown, weak, unreadable;
};

/* --- for people ---------------------------------------------------------------------------------------- */

/* What stands in the column, made visible, in `out`, which is emptied. */
static void write_cell(const struct release_item *item, enum column column, struct att_buf *out)
{
	out->len = 0;
	switch (column) {
	case PLATFORM:
		att_utf8_add_visible(out, item->platform.len ? item->platform : ATT_STR("any"));
		break;
	case NAME:
		att_utf8_add_visible(out, item->name);
		break;
	case VERSION:
		att_utf8_add_visible(out, item->version.len ? item->version : ATT_STR("-"));
		break;
	case DIGEST:
		att_utf8_add_visible(out, item->algorithm == ATT_DIGEST_NONE
						  ? ATT_STR("-")
						  : att_str_of(att_digest_name(item->algorithm)));
		if (item->algorithm != ATT_DIGEST_NONE) {
			att_buf_add_byte(out, ':');
			att_buf_add(out, item->digest);
		}
		break;
	case URL:
		att_utf8_add_visible(out, item->url.len ? item->url : ATT_STR("-"));
		break;
	case COLUMNS:
		break;
	}
}

static void write_row(struct show *show, const struct release_item *item, const size_t widths[static COLUMNS],
		      struct att_buf *cell)
{
	for (unsigned column = 0; column < COLUMNS; column++) {
		if (widths[column] == 0)
			continue;
		write_cell(item, column, cell);
		att_buf_add(&show->out, ATT_STR("  "));
		att_buf_add(&show->out, att_buf_str(cell));
		for (size_t width = att_utf8_count(att_buf_str(cell)); column != URL && width < widths[column];
		     width++)
			att_buf_add_byte(&show->out, ' ');
	}
	att_buf_add_byte(&show->out, '\n');
	if (item->unknown.len) {
		att_buf_add(&show->out, ATT_STR("    UNKNOWN: "));
		att_utf8_add_visible(&show->out, item->unknown);
		att_buf_add_byte(&show->out, '\n');
	}
}

/* A column as wide as a hostile version makes it would be pages of space for every other row. */
enum { WIDEST_COLUMN = 140 };

static void write_table(struct show *show, const char *path, const struct release_manifest *manifest,
			const struct release_manifest_format *format)
{
	size_t widths[COLUMNS] = {0};
	struct att_buf cell;
	att_buf_init(&cell, ATT_MAX_OUTPUT);
	att_utf8_add_visible(&show->out, att_str_of(path));
	att_buf_printf(&show->out, ": %s", format->name);
	for (size_t i = 0; i < 2; i++) {
		struct att_str text = i == 0 ? manifest->name : manifest->version;
		att_buf_add(&show->out, text.len ? ATT_STR(" ") : ATT_STR(""));
		att_utf8_add_visible(&show->out, text);
	}
	att_buf_add(&show->out, manifest->count ? ATT_STR("\n") : ATT_STR(": points at nothing\n"));
	for (size_t i = 0; i < manifest->count; i++)
		for (unsigned column = 0; column < COLUMNS; column++) {
			write_cell(&manifest->items[i], column, &cell);
			size_t width = att_utf8_count(att_buf_str(&cell));
			if (width > widths[column])
				widths[column] = width < WIDEST_COLUMN ? width : WIDEST_COLUMN;
		}
	for (size_t i = 0; i < manifest->count; i++)
		write_row(show, &manifest->items[i], widths, &cell);
	show->out.failed |= cell.failed;
	att_buf_clear(&cell);
}

/* --- for programs -------------------------------------------------------------------------------------- */

static void write_item(struct show *show, const char *path, const struct att_source *source,
		       const struct release_manifest_format *format, const struct release_item *item)
{
	struct att_json_writer *w = &show->writer;
	att_json_object(w);
	att_json_member(w, "file", att_str_of(path));
	if (item->span.end > item->span.begin) {
		att_json_key(w, "line");
		att_json_uint(w, att_source_line(source, item->span.begin));
	}
	att_json_member(w, "format", att_str_of(format->name));
	att_json_member_if(w, "name", item->name);
	att_json_member_if(w, "version", item->version);
	att_json_member_if(w, "url", item->url);
	if (item->algorithm != ATT_DIGEST_NONE) {
		att_json_key(w, "digest");
		att_json_object(w);
		att_json_member(w, att_digest_name(item->algorithm), item->digest);
		att_json_object_end(w);
	}
	att_json_member_if(w, "platform", item->platform);
	if (item->is_alternative) {
		att_json_key(w, "alternative");
		att_json_bool(w, true);
	}
	att_json_member_if(w, "unknown", item->unknown);
	att_json_object_end(w);
}

/* --- one file ------------------------------------------------------------------------------------------ */

static void add_unknown(struct show *show, const struct att_source *source, const struct release_item *item)
{
	struct att_arena arena = {0};
	struct att_finding finding = {
		.code = "unknown-value",
		.severity = ATT_ERROR,
		.message = ATT_ARENA_JOIN(&arena, ATT_STR("could not be told: "), item->unknown),
		.help = ATT_STR(
			"a release is held back by what it points at and nobody can tell: write the value "
			"out"),
		.file = source->path,
		.cannot_tell = true,
	};
	struct att_span span = item->algorithm == ATT_DIGEST_NONE && item->digest_span.end > 0
				       ? item->digest_span
				       : item->span;
	if (span.end > span.begin) {
		finding.place = att_source_place(source, span);
		finding.source_line = att_source_line_text(source, finding.place.line);
	}
	att_findings_add(&show->findings, &finding);
	att_arena_clear(&arena);
}

static void show_items(struct show *show, const char *path, const struct att_source *source,
		       const struct release_manifest *manifest, const struct release_manifest_format *format)
{
	const struct release_item *before = NULL;
	if (!show->json)
		write_table(show, path, manifest, format);
	for (size_t i = 0; i < manifest->count; i++) {
		const struct release_item *item = &manifest->items[i];
		show->count++;
		show->unknown += item->unknown.len > 0;
		show->weak += att_digest_is_weak(item->algorithm);
		/* A template with one fault is a hundred urls with it. */
		if (item->unknown.len && !(before && before->span.begin == item->span.begin &&
					   att_str_equal(before->unknown, item->unknown)))
			add_unknown(show, source, item);
		if (show->json)
			write_item(show, path, source, format, item);
		before = item;
	}
}

static int read_file(const char *path, struct att_buf *out, struct att_err *err)
{
	uint64_t size;
	int fd;
	int status = att_artifact_open(path, &fd, &size, err);
	if (status != ATT_OK)
		return status;
	status = att_file_read_fd(fd, path, out, err);
	close(fd);
	return status;
}

static void show_file(struct show *show, const char *path)
{
	const struct release_manifest_format *format;
	struct release_manifest manifest = {.items = NULL};
	struct att_source source = {.path = {NULL, 0}};
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_buf text;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	show->files++;
	int status = read_file(path, &text, &err);
	if (status == ATT_OK)
		status = att_source_init(&source, &arena, att_str_of(path), att_buf_str(&text), &err);
	if (status == ATT_OK)
		status = release_manifest_parse(&source, &manifest, &format, &err);
	if (status == ATT_OK) {
		show_items(show, path, &source, &manifest, format);
	} else {
		att_findings_add_err(&show->findings, att_str_of(path), source.line_starts ? &source : NULL,
				     &err);
		show->unreadable++;
	}
	release_manifest_clear(&manifest);
	att_arena_clear(&arena);
	att_buf_clear(&text);
}

/* --- the command --------------------------------------------------------------------------------------- */

static void write_report(struct show *show, int exit_code)
{
	const struct att_report_fact facts[] = {
		{"files", {NULL, 0}, show->files},           {"items", {NULL, 0}, show->count},
		{"unknown", {NULL, 0}, show->unknown},       {"weak_digests", {NULL, 0}, show->weak},
		{"unreadable", {NULL, 0}, show->unreadable},
	};
	const struct att_report report = {
		ALIGN_PROGRAM, "show", exit_code, &show->findings, NULL, facts, sizeof facts / sizeof facts[0]};
	att_json_array_end(&show->writer);
	struct att_str items = att_str_from(att_buf_str(&show->items), strlen("{\n  \"items\": "));
	att_report_json_items(&report, items, &show->out);
	show->out.failed |= !att_buf_ok(&show->items);
}

static int run(const struct cli_command *command, bool json)
{
	const char *writable[] = {NULL};
	const struct att_sandbox sandbox = {.readable = command->arguments, .writable = writable};
	struct show show = {.json = json};
	struct att_err err;
	att_findings_init(&show.findings);
	att_buf_init(&show.out, ATT_MAX_OUTPUT);
	att_buf_init(&show.items, ATT_MAX_OUTPUT);
	att_json_begin(&show.writer, &show.items, false);
	att_json_object(&show.writer);
	att_json_key(&show.writer, "items");
	att_json_array(&show.writer);
	cli_enter_sandbox(ALIGN_PROGRAM, &sandbox);
	for (size_t i = 0; command->arguments[i]; i++)
		show_file(&show, command->arguments[i]);
	int exit_code = show.unknown + show.unreadable > 0 ? CLI_UNKNOWN : CLI_HOLDS;
	bool whole = cli_print_findings(&show.findings);
	if (json)
		write_report(&show, exit_code);
	int status = att_buf_ok(&show.out) && whole ? cli_write(NULL, att_buf_str(&show.out), &err)
						    : att_err_memory(&err);
	if (status != ATT_OK)
		cli_complain(ALIGN_PROGRAM, &err);
	att_findings_clear(&show.findings);
	att_buf_clear(&show.out);
	att_buf_clear(&show.items);
	return status == ATT_OK ? exit_code : CLI_UNKNOWN;
}

int align_show_main(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"format", 'f', "FORMAT", "human (default) or json", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = ALIGN_PROGRAM,
		.synopsis = "attest align show FILE... [OPTION...]",
		.description =
			"Shows what packaging manifests point at: for each url its version, digest and "
			"platform.\n"
			"FILE is a Homebrew formula or cask, Scoop JSON, .SRCINFO, PKGBUILD, winget YAML, or a "
			"Cargo.toml for\ncargo-binstall. It is read, and nothing in it is executed.",
		.epilogue = "Exit status: 0 when everything could be told, 2 when not.",
		.options = options,
	};
	cli_parse(&command, argc, argv);
	const char *format = cli_value(&command, "format");
	if (cli_count_arguments(&command) == 0)
		cli_usage(ALIGN_PROGRAM, "expected a file, found none");
	if (format && strcmp(format, "json") != 0 && strcmp(format, "human") != 0)
		cli_usage(ALIGN_PROGRAM, "expected --format human or json, found \"%s\"", format);
	int exit_code = run(&command, format && strcmp(format, "json") == 0);
	cli_free(&command);
	return exit_code;
}
