// SPDX-License-Identifier: Apache-2.0
/* attest-advisories status and show: what is in the database. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/advisories.h"
#include "libattest/base/time.h"
#include "libattest/base/utf8.h"
#include "libattest/format/json.h"
#include "libattest/format/report.h"

#include "libattest/base/banned.h"

#define PROGRAM ADVISORIES_PROGRAM

/* Seconds: a time further ahead is no age. */
enum { CLOCKS_DIFFER = 3600 };

struct view {
	const struct cli_command *command;
	struct policy_database *database;
	struct att_arena arena;
	struct att_buf human, contents;
	struct att_json_writer writer;
	int64_t now;
};

/* ---- texts ---- */

static void visible(struct view *v, struct att_str text)
{
	att_utf8_add_visible(&v->human, text);
}

static void member_time(struct view *v, const char *key, int64_t seconds)
{
	char text[ATT_TIME_TEXT + 1];
	if (seconds <= 0 || seconds > INT64_C(253402300799))
		return;
	att_time_format(seconds, text);
	att_json_member(&v->writer, key, att_str_of(text));
}

static void member_number(struct view *v, const char *key, uint64_t number)
{
	att_json_key(&v->writer, key);
	att_json_uint(&v->writer, number);
}

static void member_texts(struct view *v, const char *key, const struct att_str *items, size_t count)
{
	if (count == 0)
		return;
	att_json_key(&v->writer, key);
	att_json_array(&v->writer);
	for (size_t i = 0; i < count; i++)
		att_json_string(&v->writer, items[i]);
	att_json_array_end(&v->writer);
}

static void line_time(struct view *v, const char *name, int64_t seconds)
{
	char text[ATT_TIME_TEXT + 1];
	if (seconds <= 0 || seconds > INT64_C(253402300799))
		return;
	att_time_format(seconds, text);
	att_buf_printf(&v->human, "  %-10s %s\n", name, text);
}

static void line_text(struct view *v, const char *name, struct att_str text)
{
	if (text.len == 0)
		return;
	att_buf_printf(&v->human, "  %-10s ", name);
	visible(v, text);
	att_buf_add_byte(&v->human, '\n');
}

/* "3 days", "5 hours", "12 minutes". */
static void add_age(struct att_buf *out, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
	size_t i = 0;
	while (i < 3 && seconds < units[i].seconds)
		i++;
	char more[16];
	snprintf(more, sizeof more, "%ss", units[i].name);
	advisories_add_count(out, seconds > 0 ? (uint64_t)(seconds / units[i].seconds) : 0, units[i].name,
			     more);
}

/* ---- status ---- */

static void show_source(struct view *v, const struct policy_database_source *source)
{
	att_json_object(&v->writer);
	att_json_member(&v->writer, "origin", source->origin);
	att_json_member(&v->writer, "digest", att_str_of(source->digest));
	att_json_member_if(&v->writer, "etag", source->etag);
	member_time(v, "checked", source->checked);
	member_time(v, "newest", source->newest);
	member_number(v, "advisories", source->records);
	member_number(v, "withdrawn", source->withdrawn);
	member_number(v, "unreadable", source->unreadable);
	member_texts(v, "problems", source->problems.items, source->problems.count);
	att_json_object_end(&v->writer);
	visible(v, source->origin);
	att_buf_printf(&v->human, ": ");
	advisories_add_count(&v->human, source->records, "advisory", "advisories");
	if (source->withdrawn > 0)
		att_buf_printf(&v->human, ", %" PRIu64 " withdrawn", source->withdrawn);
	if (source->unreadable > 0)
		att_buf_printf(&v->human, ", %" PRIu64 " unreadable", source->unreadable);
	att_buf_printf(&v->human, "\n");
	line_time(v, "checked", source->checked);
	/* A copy of last year's, looked at today, is of last year. */
	line_time(v, "newest", source->newest);
	for (size_t i = 0; i < source->problems.count; i++)
		line_text(v, "unreadable", source->problems.items[i]);
}

static int show_status(struct view *v, struct att_err *err)
{
	const struct policy_database_facts *facts = policy_database_facts(v->database);
	int status = ATT_OK;
	advisories_add_count(&v->human, facts->advisories, "advisory", "advisories");
	att_buf_printf(&v->human, " on ");
	advisories_add_count(&v->human, facts->packages, "package", "packages");
	att_buf_printf(&v->human, ", ");
	if (v->now < facts->checked - CLOCKS_DIFFER) {
		att_buf_printf(&v->human, "of a time that has not come yet");
	} else {
		add_age(&v->human, v->now - facts->checked);
		att_buf_printf(&v->human, " old");
	}
	att_buf_printf(&v->human, "\ndigest: sha256:%s\n", facts->digest);
	for (size_t i = 0; status == ATT_OK && i < facts->sources; i++) {
		struct policy_database_source source;
		status = policy_database_source(v->database, i, &v->arena, &source, err);
		if (status == ATT_OK)
			show_source(v, &source);
	}
	return status;
}

/* ---- show ---- */

static void show_osv(struct view *v, const struct att_version_affected *osv)
{
	static const char *const names[] = {"introduced", "fixed", "last_affected", "limit"};
	static const char *const words[] = {"from", "fixed in", "up to", "limit"};
	for (size_t i = 0; i < osv->range_count; i++) {
		const struct att_version_range *range = &osv->ranges[i];
		att_json_array(&v->writer);
		if (range->type != ATT_VERSION_RANGE_GIT)
			att_buf_printf(&v->human, "\n      ");
		for (size_t j = 0; j < range->count; j++) {
			att_json_line_object(&v->writer);
			att_json_member(&v->writer, names[range->events[j].kind], range->events[j].version);
			att_json_object_end(&v->writer);
			if (range->type == ATT_VERSION_RANGE_GIT)
				continue;
			att_buf_printf(&v->human, "%s%s ", j ? ", " : "", words[range->events[j].kind]);
			visible(v, range->events[j].version);
		}
		att_json_array_end(&v->writer);
	}
	if (osv->version_count > 0)
		att_buf_printf(&v->human, "\n      %zu listed versions", osv->version_count);
}

static void show_requirements(struct view *v, const char *key, const char *word, const struct att_str *items,
			      size_t count)
{
	member_texts(v, key, items, count);
	for (size_t i = 0; i < count; i++) {
		att_buf_printf(&v->human, "\n      %s ", word);
		visible(v, items[i]);
	}
}

static void show_affected(struct view *v, const struct policy_affected *affected)
{
	att_json_object(&v->writer);
	att_json_member_if(&v->writer, "ecosystem", affected->ecosystem);
	att_json_member_if(&v->writer, "name", affected->name);
	att_buf_printf(&v->human, "  affects    ");
	visible(v, affected->name.len ? affected->name : ATT_STR("commits"));
	att_buf_printf(&v->human, affected->ecosystem.len ? " in " : "");
	visible(v, affected->ecosystem);
	if (affected->osv.range_count > 0) {
		att_json_key(&v->writer, "ranges");
		att_json_array(&v->writer);
		show_osv(v, &affected->osv);
		att_json_array_end(&v->writer);
	}
	if (affected->custom.range_count > 0) {
		att_json_key(&v->writer, "custom_ranges");
		att_json_array(&v->writer);
		show_osv(v, &affected->custom);
		att_json_array_end(&v->writer);
	}
	member_texts(v, "versions", affected->osv.versions, affected->osv.version_count);
	show_requirements(v, "patched", "patched", affected->rustsec.patched, affected->rustsec.patched_count);
	show_requirements(v, "unaffected", "unaffected", affected->rustsec.unaffected,
			  affected->rustsec.unaffected_count);
	member_texts(v, "architectures", affected->architectures.items, affected->architectures.count);
	member_texts(v, "systems", affected->systems.items, affected->systems.count);
	member_texts(v, "functions", affected->functions.items, affected->functions.count);
	att_json_object_end(&v->writer);
	att_buf_add_byte(&v->human, '\n');
}

static void show_severities(struct view *v, const struct policy_advisory *advisory)
{
	if (advisory->severity_count == 0)
		return;
	att_json_key(&v->writer, "severities");
	att_json_array(&v->writer);
	for (size_t i = 0; i < advisory->severity_count; i++) {
		att_json_line_object(&v->writer);
		att_json_member(&v->writer, "type", advisory->severities[i].type);
		att_json_member(&v->writer, "score", advisory->severities[i].score);
		att_json_object_end(&v->writer);
		line_text(v, "severity", advisory->severities[i].score);
	}
	att_json_array_end(&v->writer);
}

static void show_advisory(struct view *v, const struct policy_record *record, struct att_str origin)
{
	const struct policy_advisory *a = &record->advisory;
	visible(v, a->id);
	att_buf_printf(&v->human, ": ");
	visible(v, a->title.len ? a->title : ATT_STR("(no title)"));
	att_buf_add_byte(&v->human, '\n');
	att_json_object(&v->writer);
	att_json_member(&v->writer, "id", a->id);
	att_json_member_if(&v->writer, "title", a->title);
	att_json_member(&v->writer, "kind", att_str_of(policy_advisory_kind_name(a->kind)));
	att_json_member(&v->writer, "group", record->group_id);
	att_json_member(&v->writer, "source", origin);
	att_json_member_if(&v->writer, "url", a->url);
	member_texts(v, "aliases", a->aliases.items, a->aliases.count);
	line_text(v, "kind", att_str_of(policy_advisory_kind_name(a->kind)));
	for (size_t i = 0; i < a->aliases.count; i++)
		line_text(v, "alias", a->aliases.items[i]);
	line_text(v, "url", a->url);
	member_time(v, "published", a->published);
	member_time(v, "modified", a->modified);
	member_time(v, "withdrawn", a->withdrawn ? a->withdrawn_at : 0);
	line_time(v, "published", a->published);
	line_time(v, "withdrawn", a->withdrawn ? a->withdrawn_at : 0);
	show_severities(v, a);
	if (a->affected_count > 0)
		att_json_key(&v->writer, "affected");
	if (a->affected_count > 0)
		att_json_array(&v->writer);
	for (size_t i = 0; i < a->affected_count; i++)
		show_affected(v, &a->affected[i]);
	if (a->affected_count > 0)
		att_json_array_end(&v->writer);
	att_json_object_end(&v->writer);
	line_text(v, "source", origin);
}

static int show_id(struct view *v, struct att_str id, struct att_err *err)
{
	const uint32_t *numbers;
	size_t count;
	int status = policy_database_find(v->database, id, &v->arena, &numbers, &count, err);
	if (status == ATT_OK && count == 0)
		status = att_err_set(err, ATT_ERR_NOT_FOUND,
				     "no advisory in the database is or was called %.*s", ATT_STR_ARG(id));
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		struct policy_record record;
		struct policy_database_source source;
		status = policy_database_record(v->database, numbers[i], true, &v->arena, &record, err);
		if (status == ATT_OK)
			status = policy_database_source(v->database, record.source, &v->arena, &source, err);
		if (status == ATT_OK)
			show_advisory(v, &record, source.origin);
	}
	return status;
}

/* ---- both ---- */

static int write_view(struct view *v, const char *name, bool json, int exit_code)
{
	const struct att_findings none = {.items = NULL};
	const struct policy_database_facts *facts = v->database ? policy_database_facts(v->database) : NULL;
	const struct att_report_fact summary[] = {
		{"digest", att_str_of(facts ? facts->digest : ""), 0},
		{"advisories", {NULL, 0}, facts ? facts->advisories : 0},
		{"age", {NULL, 0}, facts && v->now > facts->checked ? (uint64_t)(v->now - facts->checked) : 0},
	};
	const struct att_report report = {
		PROGRAM, name, exit_code, &none, NULL, summary, facts ? sizeof summary / sizeof summary[0] : 0};
	struct att_buf out;
	att_buf_init(&out, ATT_MAX_OUTPUT);
	if (json)
		att_report_json_contents(
			&report, att_str_from(att_buf_str(&v->contents), strlen("{\n  \"contents\": ")), &out);
	else
		att_buf_add(&out, att_buf_str(&v->human));
	out.failed |= !att_buf_ok(&v->contents) || !att_buf_ok(&v->human);
	return advisories_print(&out, exit_code);
}

static int run(const struct cli_command *command, const char *name)
{
	struct view v = {.command = command, .now = advisories_now(command)};
	bool json = advisories_json(command);
	struct att_err err = {.code = ATT_OK};
	char *path = advisories_path(command);
	const char *readable[] = {path, NULL}, *writable[] = {NULL};
	const struct att_sandbox sandbox = {.readable = readable, .writable = writable};
	cli_enter_sandbox(PROGRAM, &sandbox);
	att_buf_init(&v.human, ATT_MAX_OUTPUT);
	att_buf_init(&v.contents, ATT_MAX_OUTPUT);
	att_json_begin(&v.writer, &v.contents, false);
	att_json_object(&v.writer);
	att_json_key(&v.writer, "contents");
	att_json_array(&v.writer);
	int status = policy_database_open(path, &v.database, &err);
	if (status == ATT_ERR_NOT_FOUND)
		att_err_help(&err, "\"attest advisories update\" or \"attest advisories import\" makes one");
	if (status == ATT_OK && strcmp(name, "status") == 0)
		status = show_status(&v, &err);
	else
		for (size_t i = 0; status == ATT_OK && command->arguments[i]; i++)
			status = show_id(&v, att_str_of(command->arguments[i]), &err);
	att_json_array_end(&v.writer);
	if (status != ATT_OK)
		cli_complain(PROGRAM, &err);
	int exit_code = write_view(&v, name, json, status == ATT_OK ? CLI_HOLDS : CLI_UNKNOWN);
	policy_database_close(v.database);
	att_buf_clear(&v.human);
	att_buf_clear(&v.contents);
	att_arena_clear(&v.arena);
	free(path);
	return exit_code;
}

int advisories_status(int argc, const char **argv)
{
	struct cli_option options[] = {
		ADVISORIES_OPTION_DB,
		ADVISORIES_OPTION_NOW,
		ADVISORIES_OPTION_JSON,
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest advisories status [OPTION...]",
		.description = "Shows how old the database is, its digest, and what each source brought.",
		.epilogue = "Exit status: 0, or 2 when there is no database or it cannot be read.",
		.options = options,
	};
	cli_parse(&command, argc, argv);
	if (command.arguments[0])
		cli_usage(PROGRAM, "expected options, found \"%s\"", command.arguments[0]);
	int exit_code = run(&command, "status");
	cli_free(&command);
	return exit_code;
}

int advisories_show(int argc, const char **argv)
{
	struct cli_option options[] = {
		ADVISORIES_OPTION_DB,
		ADVISORIES_OPTION_NOW,
		ADVISORIES_OPTION_JSON,
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = PROGRAM,
		.synopsis = "attest advisories show ID... [OPTION...]",
		.description = "Shows advisories by id or alias, and all that are the same by their aliases.",
		.epilogue = "Exit status: 0, or 2 when an ID is unknown or there is no database.",
		.options = options,
	};
	cli_parse(&command, argc, argv);
	if (!command.arguments[0])
		cli_usage(PROGRAM, "expected the id of an advisory, found none");
	int exit_code = run(&command, "show");
	cli_free(&command);
	return exit_code;
}
