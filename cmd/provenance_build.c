// SPDX-License-Identifier: Apache-2.0
/* Which build it was, by what the environment, git and the options say. */
#include <unistd.h>

#include "cmd/provenance.h"

#include "libattest/base/banned.h"

#define PROGRAM PROVENANCE_PROGRAM

struct reading {
	const struct cli_command *command;
	struct att_arena *arena;
	struct att_build *build;
	enum att_builder builder;
};

static void read_environment(struct reading *r, struct att_environment *out)
{
	size_t count = 0;
	while (environ[count])
		count++;
	struct att_str *items = att_arena_alloc(r->arena, count, sizeof *items);
	if (!items)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0; i < count; i++)
		items[i] = att_str_of(environ[i]);
	*out = (struct att_environment){items, count};
}

static void choose_builder(struct reading *r, const struct att_environment *environment)
{
	static const char *const names[] = {"generic", "github", "gitlab", "auto"};
	static const char *const generic_only[] = {"builder-id", "source", "command", "parameter",
						   "invocation-id"};
	const char *name = cli_value(r->command, "builder");
	struct att_err err = {0};
	size_t chosen = 3;
	while (name && chosen > 0 && strcmp(names[chosen], name) != 0)
		chosen--;
	if (name && strcmp(names[chosen], name) != 0)
		cli_usage(PROGRAM, "expected --builder auto, github, gitlab or generic, found \"%s\"", name);
	r->builder = (enum att_builder)chosen;
	if (chosen == 3 && att_build_detect(environment, &r->builder, &err) != ATT_OK)
		provenance_fail(NULL, &err);
	for (size_t i = 0;
	     r->builder != ATT_BUILDER_GENERIC && i < sizeof generic_only / sizeof generic_only[0]; i++)
		if (cli_option(r->command, generic_only[i])->count > 0)
			cli_usage(PROGRAM, "--%s is for --builder generic: %s says it by itself",
				  generic_only[i], names[r->builder]);
	if (r->builder == ATT_BUILDER_GENERIC && !cli_value(r->command, "builder-id"))
		cli_usage(PROGRAM, "expected --builder-id and a URI of whoever builds here, found none");
}

static int read_generic(struct reading *r, const struct att_checkout *checkout, struct att_err *err)
{
	const struct cli_command *c = r->command;
	const struct cli_option *parameters = cli_option(c, "parameter");
	struct att_str *list = att_arena_alloc(r->arena, parameters->count, sizeof *list);
	if (!list)
		return att_err_memory(err);
	for (size_t i = 0; i < parameters->count; i++)
		list[i] = att_str_of(parameters->values[i]);
	const struct att_generic_request request = {
		.builder_id = att_str_of(cli_value(c, "builder-id")),
		.source = att_str_of(cli_value(c, "source")),
		.command = att_str_of(cli_value(c, "command")),
		.invocation_id = att_str_of(cli_value(c, "invocation-id")),
		.parameters = list,
		.parameter_count = parameters->count,
	};
	return att_build_generic(&request, checkout, r->arena, r->build, err);
}

void provenance_read_build(const struct cli_command *command, struct att_arena *arena, struct att_build *build)
{
	struct reading reading = {command, arena, build, ATT_BUILDER_GENERIC}, *r = &reading;
	const char *folder = cli_value(r->command, "checkout");
	struct att_environment environment;
	struct att_checkout checkout;
	struct att_str changed = {NULL, 0};
	struct att_err err = {0};
	read_environment(r, &environment);
	choose_builder(r, &environment);
	int status = provenance_ask_git(folder ? folder : ".", r->arena, &checkout, &changed, &err);
	if (status == ATT_OK && folder && !checkout.present)
		cli_usage(PROGRAM, "expected a git checkout for --checkout, found none at %s", folder);
	if (status == ATT_OK && r->builder == ATT_BUILDER_GITHUB)
		status = att_build_github(&environment, &checkout, r->arena, r->build, &err);
	else if (status == ATT_OK && r->builder == ATT_BUILDER_GITLAB)
		status = att_build_gitlab(&environment, &checkout, r->arena, r->build, &err);
	else if (status == ATT_OK)
		status = read_generic(r, &checkout, &err);
	if (status == ATT_OK && r->build->source_dirty && !cli_flag(r->command, "allow-dirty")) {
		status = att_err_set(&err, ATT_ERR_REFUSED,
				     "expected a checkout as it was committed, found changed files in it: %.*s",
				     ATT_STR_ARG(att_str_first(changed, 300)));
		att_err_help(&err,
			     "see \"git diff HEAD\"; --allow-dirty states the build all the same, and that it "
			     "was dirty");
	}
	if (status != ATT_OK)
		provenance_fail(NULL, &err);
	int64_t seconds;
	r->build->has_times = cli_source_date(PROGRAM, &seconds);
	if (r->build->has_times)
		r->build->started = r->build->finished = seconds;
}
