// SPDX-License-Identifier: Apache-2.0
/* Environments of build systems, one "NAME=VALUE" a line: whatever becomes a statement is one that is read. */
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/format/json.h"
#include "libattest/statement/provenance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define check(condition) ((condition) ? (void)0 : abort())

enum { MAX_LINES = 256 };

static const struct att_subject subject = {
	.name = {"a", 1}, .digests = {{.kind = ATT_SHA256}}, .digest_count = 1};

/* The member that the names lead to, from the predicate on. */
static struct att_str text_at(const struct att_value *value, const char *const *names)
{
	for (; *names; names++)
		value = att_value_get(value, *names);
	return att_value_text(value);
}

static void check_statement(const struct att_build *build, bool v02, struct att_arena *arena)
{
	static const char *const builder[2][4] = {{"runDetails", "builder", "id", NULL},
						  {"builder", "id", NULL}};
	const struct att_provenance provenance = {
		.build = build, .subjects = &subject, .subject_count = 1, .v02 = v02, .compact = v02};
	struct att_buf text;
	struct att_source source;
	struct att_value document;
	struct att_statement statement;
	struct att_err err = {0};
	att_buf_init(&text, 1 << 24);
	check(att_provenance_write(&provenance, arena, &text, &err) == ATT_OK);
	check(att_source_init(&source, arena, ATT_STR("x"), att_buf_str(&text), &err) == ATT_OK);
	check(att_json_parse(&source, arena, &document, &err) == ATT_OK);
	check(att_statement_parse(&source, &document, arena, &statement, &err) == ATT_OK);
	check(att_str_equal(text_at(statement.predicate, builder[v02]), build->builder_id));
	att_buf_clear(&text);
}

/* What was refused says why; what was taken can be written. */
static void check_build(int status, const struct att_build *build, struct att_arena *arena,
			const struct att_err *err)
{
	check(status == err->code);
	if (status != ATT_OK) {
		check(err->message[0]);
		return;
	}
	check(build->source_uri.len && build->source_commit.len && build->builder_id.len);
	check_statement(build, false, arena);
	check_statement(build, true, arena);
}

/* The path is what lies between the repository and the ref: together they are the variable again. */
static void check_github(const struct att_environment *environment, const struct att_build *build,
			 struct att_arena *arena)
{
	static const struct att_str name = {"GITHUB_WORKFLOW_REF=", 20}, server = {"GITHUB_SERVER_URL=", 18};
	struct att_str workflow = {NULL, 0}, url = {NULL, 0};
	for (size_t i = 0; i < environment->count; i++) {
		if (att_str_starts(environment->items[i], name))
			workflow = att_str_from(environment->items[i], name.len);
		if (att_str_starts(environment->items[i], server))
			url = att_str_from(environment->items[i], server.len);
	}
	struct att_str whole = ATT_ARENA_JOIN(arena, build->external.items[1].value, ATT_STR("/"),
					      build->entry_point, ATT_STR("@"), build->external.items[0].value);
	check(att_str_equal(whole, ATT_ARENA_JOIN(arena, url, ATT_STR("/"), workflow)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str rest = {(const char *)data, size}, items[MAX_LINES];
	struct att_environment environment = {items, 0};
	const struct att_checkout none = {0};
	struct att_checkout checkout = {.present = true, .ref = ATT_STR("refs/heads/main")};
	struct att_arena arena = {0};
	struct att_build build;
	struct att_err err = {0};
	enum att_builder builder;
	while (environment.count < MAX_LINES && att_str_split(&rest, '\n', &items[environment.count]))
		environment.count++;
	check(att_build_detect(&environment, &builder, &err) == err.code);
	err = (struct att_err){0};
	int status = att_build_github(&environment, &none, &arena, &build, &err);
	check_build(status, &build, &arena, &err);
	if (status == ATT_OK)
		check_github(&environment, &build, &arena);
	err = (struct att_err){0};
	status = att_build_gitlab(&environment, &none, &arena, &build, &err);
	check_build(status, &build, &arena, &err);
	/* The first line is where the source is, the others are parameters. */
	checkout.commit = ATT_STR("0123456789abcdef0123456789abcdef01234567");
	checkout.origin = environment.count ? items[0] : ATT_STR("");
	const struct att_generic_request request = {
		.builder_id = ATT_STR("https://b.example/"),
		.parameters = items + (environment.count > 0),
		.parameter_count = environment.count - (environment.count > 0),
	};
	err = (struct att_err){0};
	status = att_build_generic(&request, &checkout, &arena, &build, &err);
	check_build(status, &build, &arena, &err);
	att_arena_clear(&arena);
	return 0;
}
