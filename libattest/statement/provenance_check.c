// SPDX-License-Identifier: Apache-2.0
/* Provenance against what was expected of it: one step and, where it does not hold, one finding for each. */
#include <stdlib.h>

#include "libattest/base/limits.h"
#include "libattest/base/time.h"
#include "libattest/statement/build_internal.h"
#include "libattest/statement/provenance_read.h"
#include "libattest/statement/tag_template.h"

#include "libattest/base/banned.h"

/* What steps and findings quote of a parameter: nobody reads more. */
enum { QUOTED = 1000 };

struct check {
	const struct att_provenance_facts *facts;
	const struct att_provenance_expected *expected;
	struct att_str artifact;
	struct att_steps *steps;
	struct att_findings *findings;
	struct att_arena arena;
	enum att_outcome worst;
};

/* ---- recording ---- */

static void conclude(struct check *c, const char *name, enum att_outcome outcome, struct att_str expected,
		     struct att_str found)
{
	const struct att_step step = {.name = name,
				      .outcome = outcome,
				      .artifact = c->artifact,
				      .expected = expected,
				      .found = found};
	att_steps_add(c->steps, &step);
	if (outcome == ATT_REFUTED || c->worst == ATT_HOLDS)
		c->worst = outcome;
}

/* Completes a finding and adds it. */
static void complain(struct check *c, struct att_finding finding, struct att_str expected, struct att_str found,
		     struct att_str help)
{
	finding.severity = ATT_ERROR;
	finding.artifact = c->artifact;
	finding.expected = expected;
	finding.found = found;
	finding.help = help;
	att_findings_add(c->findings, &finding);
}

/* Both of one comparison: the step, and the finding when it does not hold. */
static void compare(struct check *c, const char *step, bool holds, struct att_finding finding,
		    struct att_str expected, struct att_str found, struct att_str help)
{
	conclude(c, step, holds ? ATT_HOLDS : ATT_REFUTED, expected, found.len ? found : ATT_STR("nothing"));
	if (!holds)
		complain(c, finding, expected, found.len ? found : ATT_STR("nothing"), help);
}

/* ---- the source ---- */

static struct att_str strip(struct att_str url)
{
	while (att_str_ends(url, ATT_STR("/")))
		url.len--;
	if (att_str_ends(url, ATT_STR(".git")))
		url.len -= 4;
	return url;
}

/* Repositories that are nearly the same are not the same; but this is what people get wrong. */
static struct att_str source_help(struct att_str expected, struct att_str found)
{
	if (att_str_equal_nocase(expected, found))
		return ATT_STR("they differ in upper and lower case only; write it as the provenance does, if "
			       "that is the "
			       "repository");
	if (att_str_equal_nocase(strip(expected), strip(found)))
		return ATT_STR("they differ in \".git\" or \"/\" at the end; write it as the provenance does, "
			       "if that is "
			       "the repository");
	if (att_str_starts(found, ATT_STR("https://")) &&
	    att_str_equal_nocase(strip(expected), strip(att_str_from(found, 8))))
		return ATT_STR("write it with https:// in front");
	if (att_str_starts(expected, ATT_STR("git+")) && att_str_equal(att_str_from(expected, 4), found))
		return ATT_STR("write it without git+ in front");
	return (struct att_str){NULL, 0};
}

static void check_source(struct check *c)
{
	struct att_str expected = c->expected->source, found = c->facts->source;
	compare(c, "source", att_str_equal(expected, found),
		(struct att_finding){.code = "wrong-source",
				     .message = ATT_STR("built from another repository than expected")},
		expected, found, source_help(expected, found));
}

static void check_tree(struct check *c)
{
	if (!c->facts->dirty)
		return;
	compare(c, "working-tree", c->expected->allow_dirty,
		(struct att_finding){.code = "dirty-source",
				     .message = ATT_STR("built from files that differ from the commit")},
		c->expected->allow_dirty ? ATT_STR("clean or dirty") : ATT_STR("clean"),
		c->expected->allow_dirty ? ATT_STR("dirty: --insecure-dirty") : ATT_STR("dirty"),
		ATT_STR("build from a clean checkout; --insecure-dirty lets it pass"));
}

/* ---- ref and commit ---- */

static struct att_str ref_help(struct att_str expected, struct att_str found)
{
	size_t a = att_str_starts(expected, ATT_STR("refs/tags/")) ? 10 : 11;
	size_t b = att_str_starts(found, ATT_STR("refs/tags/")) ? 10 : 11;
	if (a != b && found.len && att_str_equal(att_str_from(expected, a), att_str_from(found, b)))
		return ATT_STR(
			"one is a tag, the other a branch of the same name: they may hold different things");
	return (struct att_str){NULL, 0};
}

static void check_ref(struct check *c)
{
	const struct att_finding wrong_ref = {
		.code = "wrong-ref", .message = ATT_STR("built from another branch or tag than expected")};
	struct att_str expected = c->expected->ref, found = c->facts->ref;
	if (expected.len)
		compare(c, "ref", att_str_equal(expected, found), wrong_ref, expected, found,
			ref_help(expected, found));
	struct att_str pattern = c->expected->tag_template;
	if (pattern.len) {
		bool holds = att_str_starts(found, ATT_STR("refs/tags/")) &&
			     att_tag_template_match(pattern, att_str_from(found, 10));
		compare(c, "ref", holds, wrong_ref, ATT_ARENA_JOIN(&c->arena, ATT_STR("refs/tags/"), pattern),
			found, (struct att_str){NULL, 0});
	}
}

static void check_commit(struct check *c)
{
	struct att_str expected = c->expected->commit;
	if (expected.len)
		compare(c, "commit", att_str_equal(expected, c->facts->commit),
			(struct att_finding){.code = "wrong-commit",
					     .message = ATT_STR("built from another commit than expected")},
			expected, c->facts->commit, (struct att_str){NULL, 0});
}

static void check_workflow(struct check *c)
{
	struct att_str expected = c->expected->workflow;
	if (expected.len)
		compare(c, "workflow", att_str_equal(expected, c->facts->workflow),
			(struct att_finding){.code = "wrong-workflow",
					     .message = ATT_STR("built by another workflow than expected")},
			expected, c->facts->workflow, (struct att_str){NULL, 0});
}

/* ---- parameters ---- */

struct wanted {
	struct att_str name, value;
};

static int by_name(const void *a, const void *b)
{
	return att_str_compare(((const struct wanted *)a)->name, ((const struct wanted *)b)->name);
}

/* The expected parameters by name; NULL when memory is out. Those without "=" have no name. */
static struct wanted *sort_wanted(const struct att_provenance_expected *expected, struct att_arena *arena)
{
	struct wanted *list = att_arena_alloc(arena, expected->parameter_count, sizeof *list);
	for (size_t i = 0; list && i < expected->parameter_count; i++) {
		struct att_str item = expected->parameters[i];
		size_t equals = att_str_find_byte(item, '=');
		list[i].name = att_str_first(item, equals == ATT_STR_NONE ? 0 : equals);
		list[i].value = att_str_from(item, equals == ATT_STR_NONE ? item.len : equals + 1);
	}
	if (list && expected->parameter_count > 1)
		qsort(list, expected->parameter_count, sizeof *list, by_name);
	return list;
}

/* NAME=VALUE, shortened between characters. */
static struct att_str show(struct check *c, struct att_str name, struct att_str value)
{
	struct att_str text = ATT_ARENA_JOIN(&c->arena, name, ATT_STR("="), value);
	if (text.len <= QUOTED)
		return text;
	text.len = QUOTED;
	while (text.len > 0 && ((unsigned char)text.data[text.len] & 0xc0) == 0x80)
		text.len--;
	return ATT_ARENA_JOIN(&c->arena, text, ATT_STR("..."));
}

/* The option that lets a parameter pass, when it can be shown as a shell has to read it. */
static struct att_str option(struct check *c, const struct att_provenance_parameter *p)
{
	struct att_str text = ATT_ARENA_JOIN(&c->arena, p->name, ATT_STR("="), p->value);
	struct att_str quote = {NULL, 0};
	bool plain = text.len <= QUOTED && att_build_is_text(text);
	for (size_t i = 0; plain && i < text.len; i++) {
		plain = text.data[i] != '\'';
		if (!att_ascii_is_alnum(text.data[i]) && !memchr("_-+=:,./@%", text.data[i], 10))
			quote = ATT_STR("'");
	}
	if (!plain)
		return ATT_STR("if it may be so, expect it with --parameter NAME=VALUE");
	return ATT_ARENA_JOIN(&c->arena, ATT_STR("if it may be so: --parameter "), quote, text, quote);
}

struct tally {
	size_t agree, wrong;
};

static void wrong_parameter(struct check *c, struct tally *t, const char *message, const struct wanted *wanted,
			    const struct att_provenance_parameter *found)
{
	if (t->wrong++ >= ATT_MAX_NOTES)
		return;
	struct att_str nothing = ATT_STR("nothing"), help = {NULL, 0};
	if (found)
		help = option(c, found);
	complain(c, (struct att_finding){.code = "unexpected-parameter", .message = att_str_of(message)},
		 wanted ? show(c, wanted->name, wanted->value) : nothing,
		 found ? show(c, found->name, found->value) : nothing, help);
}

/* Both lists are ordered by name. */
static void match_parameters(struct check *c, const struct wanted *wanted, struct tally *t)
{
	const struct att_provenance_parameter *found = c->facts->parameters;
	size_t i = 0, j = 0, have = c->facts->parameter_count, want = c->expected->parameter_count;
	while (i < have || j < want) {
		int order = i == have ? 1 : j == want ? -1 : att_str_compare(found[i].name, wanted[j].name);
		if (order > 0) {
			wrong_parameter(c, t, "expected a parameter that the build was not given", &wanted[j++],
					NULL);
		} else if (order < 0) {
			if (found[i].chosen)
				wrong_parameter(c, t, "the build was given a parameter that is not expected",
						NULL, &found[i]);
			i++;
		} else {
			if (!att_str_equal(found[i].value, wanted[j].value))
				wrong_parameter(c, t, "the build was given another value than expected",
						&wanted[j], &found[i]);
			else
				t->agree++;
			i++;
			j++;
		}
	}
}

static void unknown_parameters(struct check *c, struct tally *t)
{
	for (size_t i = 0; i < c->facts->unknown_count; i++) {
		if (t->wrong++ >= ATT_MAX_NOTES)
			continue;
		complain(c,
			 (struct att_finding){
				 .code = "unexpected-parameter",
				 .message = ATT_STR("an external parameter that the build type does not know")},
			 (struct att_str){NULL, 0}, c->facts->unknown[i],
			 ATT_STR("nobody can tell what it does to the build"));
	}
}

static void check_parameters(struct check *c)
{
	struct tally t = {0, 0};
	const struct wanted *wanted = sort_wanted(c->expected, &c->arena);
	if (!wanted) {
		conclude(c, "parameters", ATT_CANNOT_TELL, (struct att_str){NULL, 0}, ATT_STR("no memory"));
		return;
	}
	if (c->facts->incomplete && t.wrong++ < ATT_MAX_NOTES)
		complain(c,
			 (struct att_finding){.code = "unexpected-parameter",
					      .message = ATT_STR("the provenance says that it does not state "
								 "all parameters")},
			 ATT_STR("completeness.parameters: true"), ATT_STR("false"),
			 ATT_STR("nobody can tell what else the build was given"));
	unknown_parameters(c, &t);
	match_parameters(c, wanted, &t);
	if (t.wrong > ATT_MAX_NOTES)
		complain(c,
			 (struct att_finding){.code = "unexpected-parameter",
					      .message = att_arena_printf(
						      &c->arena, "%zu more parameters that are not as expected",
						      t.wrong - ATT_MAX_NOTES)},
			 (struct att_str){NULL, 0}, (struct att_str){NULL, 0}, (struct att_str){NULL, 0});
	conclude(c, "parameters", t.wrong ? ATT_REFUTED : ATT_HOLDS,
		 att_arena_printf(&c->arena, "%zu as expected, no others", c->expected->parameter_count),
		 t.wrong ? att_arena_printf(&c->arena, "%zu as expected, %zu not", t.agree, t.wrong)
			 : att_arena_printf(&c->arena, "%zu as expected, no others", t.agree));
}

/* ---- freshness ---- */

static struct att_str at_time(struct check *c, const char *before, int64_t seconds)
{
	char text[ATT_TIME_TEXT + 1];
	att_time_format(seconds < 0 ? 0 : seconds, text);
	return att_arena_printf(&c->arena, "%s%s", before, text);
}

static void check_freshness(struct check *c)
{
	int64_t now = c->expected->now, max_age = c->expected->max_age;
	if (max_age == 0)
		return;
	int64_t oldest = max_age < now ? now - max_age : 0;
	struct att_str expected = at_time(c, "finished after ", oldest), found = {NULL, 0}, help = {NULL, 0};
	const char *message = "does not state when the build finished";
	bool holds = false;
	if (c->facts->has_finished) {
		found = at_time(c, "finished ", c->facts->finished);
		bool future = c->facts->finished - ATT_PROVENANCE_SKEW > now;
		holds = !future && c->facts->finished >= oldest;
		message = future ? "the build finished in the future" : "built longer ago than allowed";
		if (future)
			help = ATT_STR("look at the clock of this machine, and that of the builder");
	}
	compare(c, "freshness", holds,
		(struct att_finding){.code = "stale-provenance", .message = att_str_of(message)}, expected,
		found, help);
}

/* ---- all of it ---- */

int att_provenance_expected_check(const struct att_provenance_expected *expected, struct att_err *err)
{
	struct att_arena arena = {0};
	int status = ATT_OK;
	if (expected->source.len == 0)
		return att_err_set(err, ATT_ERR_USAGE,
				   "expected the repository that the artifact has to come from, found none");
	if (expected->ref.len && !att_build_is_ref(expected->ref))
		return att_err_set(err, ATT_ERR_USAGE,
				   "expected refs/heads/BRANCH or refs/tags/TAG as the ref, found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(expected->ref, 150)));
	if (expected->commit.len && !att_build_is_commit(expected->commit))
		return att_err_set(
			err, ATT_ERR_USAGE,
			"expected a commit in full, in 40 or 64 lowercase hexadecimal digits, found \"%.*s\"",
			ATT_STR_ARG(att_str_first(expected->commit, 150)));
	if (expected->max_age < 0)
		return att_err_set(err, ATT_ERR_USAGE, "expected an age that is not negative");
	if (expected->tag_template.len)
		status = att_tag_template_check(expected->tag_template, err);
	if (status != ATT_OK)
		return status;
	struct wanted *wanted = sort_wanted(expected, &arena);
	if (!wanted)
		status = att_err_memory(err);
	for (size_t i = 0; status == ATT_OK && i < expected->parameter_count; i++) {
		if (wanted[i].name.len == 0)
			status = att_err_set(err, ATT_ERR_USAGE,
					     "expected parameters as NAME=VALUE, found another");
		else if (i > 0 && att_str_equal(wanted[i].name, wanted[i - 1].name))
			status = att_err_set(err, ATT_ERR_USAGE,
					     "expected each parameter once, found %.*s again",
					     ATT_STR_ARG(att_str_first(wanted[i].name, 150)));
	}
	att_arena_clear(&arena);
	return status;
}

static void check_all(struct check *c)
{
	struct att_err err = {0};
	struct att_str none = {NULL, 0}, known = ATT_STR("a build type that is known");
	if (att_provenance_expected_check(c->expected, &err) != ATT_OK) {
		conclude(c, "expectations", ATT_CANNOT_TELL, none, att_str_of(err.message));
		complain(c, (struct att_finding){.code = "no-expectation", .message = att_str_of(err.message)},
			 none, none, att_str_of(err.help));
		return;
	}
	if (!c->facts->type) {
		conclude(c, "build-type", ATT_CANNOT_TELL, known, c->facts->build_type);
		complain(c,
			 (struct att_finding){.code = "unknown-build-type",
					      .message =
						      ATT_STR("provenance of a build type that is not known")},
			 known, c->facts->build_type,
			 ATT_STR("what its parameters mean, and where it says what it was built from, is not "
				 "known"));
		return;
	}
	conclude(c, "build-type", ATT_HOLDS, known, c->facts->build_type);
	check_source(c);
	check_tree(c);
	check_ref(c);
	check_commit(c);
	check_workflow(c);
	check_parameters(c);
	check_freshness(c);
}

enum att_outcome att_provenance_check(const struct att_provenance_facts *facts,
				      const struct att_provenance_expected *expected, struct att_str artifact,
				      struct att_steps *steps, struct att_findings *findings)
{
	struct check c = {
		.facts = facts,
		.expected = expected,
		.artifact = artifact,
		.steps = steps,
		.findings = findings,
		.worst = ATT_HOLDS,
	};
	check_all(&c);
	if (c.arena.failed && c.worst == ATT_HOLDS)
		c.worst = ATT_CANNOT_TELL;
	att_arena_clear(&c.arena);
	return c.worst;
}
