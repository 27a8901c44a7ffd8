// SPDX-License-Identifier: Apache-2.0
/* What attest-verify is asked about statements: provenance and others. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/verify.h"
#include "libattest/base/time.h"
#include "libattest/statement/provenance_read.h"

#include "libattest/base/banned.h"

#define PROGRAM VERIFY_PROGRAM

/* The values of a repeatable option as views, behind the ones that are in r->texts already. */
static struct att_str *list_values(const struct cli_option *option, struct att_str *into)
{
	for (size_t i = 0; i < option->count; i++)
		into[i] = att_str_of(option->values[i]);
	return into;
}

static char *join(const char *prefix, const char *text)
{
	size_t length = strlen(prefix) + strlen(text) + 1;
	char *whole = malloc(length);
	if (!whole)
		cli_usage(PROGRAM, "out of memory");
	snprintf(whole, length, "%s%s", prefix, text);
	return whole;
}

static void refuse_orphans(const struct verify_run *r)
{
	static const char *const of_builds[] = {"source",  "tag",      "branch",    "commit",
						"builder", "workflow", "parameter", "insecure-dirty"};
	const struct cli_command *c = r->command;
	bool policy = cli_value(c, "policy") != NULL, provenance = r->options.provenance;
	for (size_t i = 0; i < sizeof of_builds / sizeof of_builds[0]; i++)
		if (cli_option(c, of_builds[i])->count > 0 && !provenance && !policy)
			cli_usage(PROGRAM, "--%s is about a build, which takes --provenance or a policy",
				  of_builds[i]);
	bool summary = cli_option(c, "summary")->count > 0;
	if ((cli_value(c, "min-level") || cli_value(c, "max-age")) && !provenance && !policy && !summary)
		cli_usage(PROGRAM, "--min-level and --max-age take --provenance, --summary or a policy");
	if (cli_option(c, "attestation")->count > 0 && !provenance && !policy &&
	    r->options.predicate_type_count == 0)
		cli_usage(PROGRAM, "--attestation takes --predicate-type or a policy, which say what it has to "
				   "state");
	if (cli_value(c, "checksums") && (provenance || cli_option(c, "attestation")->count > 0))
		cli_usage(PROGRAM, "expected --checksums or statements about the files themselves, found both");
	if (cli_value(c, "tag") && cli_value(c, "branch"))
		cli_usage(PROGRAM, "expected --tag or --branch, found both: no build is of both");
}

/* A key alone says neither what was to be built nor by whom. */
static void refuse_unnamed(const struct verify_run *r)
{
	const struct cli_command *c = r->command;
	if (!r->options.provenance || cli_value(c, "policy"))
		return;
	if (!cli_value(c, "source") || !cli_value(c, "builder")) {
		cli_note("%s: expected --%s with --provenance, found none: whoever has the key may state any",
			 PROGRAM, cli_value(c, "source") ? "builder" : "source");
		cli_note("  = help: name what you trust (\"attest inspect %s\" shows what is stated), or use a "
			 "policy",
			 cli_option(c, "provenance")->values[0]);
		exit(CLI_UNKNOWN);
	}
	if (cli_value(c, "min-level"))
		cli_usage(PROGRAM, "--min-level takes a policy, whose [[trust.builder]] says who reaches it");
}

void verify_read_demands(struct verify_run *r)
{
	const struct cli_command *c = r->command;
	const struct cli_option *types = cli_option(c, "predicate-type"),
				*parameters = cli_option(c, "parameter");
	const char *tag = cli_value(c, "tag"), *branch = cli_value(c, "branch"), *age = cli_value(c, "max-age");
	const char *level = cli_value(c, "min-level");
	struct att_provenance_expected *build = &r->options.build;
	struct att_err err = {0};
	r->texts = calloc(types->count + parameters->count + 1, sizeof *r->texts);
	if (!r->texts)
		cli_usage(PROGRAM, "out of memory");
	r->options.provenance = cli_option(c, "provenance")->count > 0;
	r->options.predicate_types = list_values(types, r->texts);
	r->options.predicate_type_count = types->count;
	build->parameters = list_values(parameters, r->texts + types->count);
	build->parameter_count = parameters->count;
	refuse_orphans(r);
	refuse_unnamed(r);
	build->source = att_str_of(cli_value(c, "source"));
	build->commit = att_str_of(cli_value(c, "commit"));
	build->workflow = att_str_of(cli_value(c, "workflow"));
	build->allow_dirty = cli_flag(c, "insecure-dirty");
	if (tag || branch)
		r->ref = join(tag ? "refs/tags/" : "refs/heads/", tag ? tag : branch);
	build->ref = att_str_of(r->ref);
	if (age && (!att_duration_parse(att_str_of(age), &build->max_age) || build->max_age <= 0))
		cli_usage(PROGRAM, "expected a duration for --max-age (P7D, PT36H), found \"%s\"", age);
	if (r->options.provenance && !cli_value(c, "policy") &&
	    att_provenance_expected_check(build, &err) != ATT_OK)
		cli_usage(PROGRAM, "%s", err.message);
	r->options.builder = att_str_of(cli_value(c, "builder"));
	r->options.level = level ? cli_number(PROGRAM, "min-level", level, 1, 3) : 0;
}

void verify_load_attestations(struct verify_run *r)
{
	const struct cli_option *lists[] = {cli_option(r->command, "provenance"),
					    cli_option(r->command, "attestation"),
					    cli_option(r->command, "summary")};
	struct att_err err = {0};
	if (lists[0]->count + lists[1]->count + lists[2]->count == 0)
		return;
	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < lists[i]->count; j++) {
			const struct att_attestation_file file = {.path = lists[i]->values[j]};
			if (att_attestations_add(&r->attestations, &file, &r->keys, r->options.now, &err) ==
			    ATT_OK)
				continue;
			cli_complain(PROGRAM, &err);
			exit(CLI_UNKNOWN);
		}
	}
	r->options.attestations = &r->attestations;
	(void)att_attestations_report(&r->attestations, (struct att_str){NULL, 0}, &r->steps, &r->findings);
}
