// SPDX-License-Identifier: Apache-2.0
/* Only what a change brought: the findings against those of a revision, or of a file. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/policy_request.h"
#include "libattest/base/file.h"
#include "policy/database.h"
#include "policy/loosened.h"

#include "libattest/base/banned.h"

#define PROGRAM "attest-policy"

_Noreturn static void fail(const struct att_err *err)
{
	cli_complain(PROGRAM, err);
	exit(CLI_UNKNOWN);
}

void policy_before_prepare(struct policy_request *r, bool is_folder)
{
	struct policy_before *b = &r->before;
	const char *revision = cli_value(r->command, "base"), *file = cli_value(r->command, "baseline");
	b->folder = -1;
	att_buf_init(&b->text, ATT_MAX_DOCUMENT);
	b->asked = revision || file;
	if (revision && file)
		cli_usage(PROGRAM, "expected --base or --baseline, found both");
	if (revision && !is_folder)
		cli_usage(PROGRAM, "expected a folder of a git repository with --base, found %s", r->path);
	if (file && att_file_read(AT_FDCWD, file, &b->text, &r->err) != ATT_OK)
		fail(&r->err);
	if (!revision)
		return;
	if (policy_base_take(&b->base, r->path, revision, &r->err) != ATT_OK)
		fail(&r->err);
	b->has_base = true;
	b->folder = open(b->base.folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

void policy_before_clear(struct policy_request *r)
{
	struct policy_before *b = &r->before;
	policy_baseline_clear(&b->old);
	att_buf_clear(&b->text);
	att_arena_clear(&b->arena);
	if (b->folder >= 0)
		close(b->folder);
	if (b->has_base)
		policy_base_release(&b->base);
}

/* Was everything looked up that advisories could be about? Else a file must not say so. */
static struct att_str digest(const struct policy_request *r)
{
	for (size_t i = 0; i < MAX_CHECKS && policy_checks[i]; i++)
		if (strcmp(policy_checks[i]->name, "advisories") == 0 && r->chosen[i] && r->database &&
		    (r->outcomes[i] == ATT_HOLDS || r->outcomes[i] == ATT_REFUTED))
			return att_str_of(policy_database_facts(r->database)->digest);
	return (struct att_str){NULL, 0};
}

/* The revision, by the policy and the database of today. Where it was not understood, nothing is excused. */
static int judge_base(struct policy_request *r)
{
	struct policy_request old = *r;
	old.path = r->before.base.folder;
	old.run.folder = r->before.folder;
	old.outcome = ATT_NOT_CHECKED;
	old.graph = (struct sbom_graph){0};
	old.summary = (struct sbom_generate_summary){0};
	old.trails = (struct policy_trails){0};
	memset(old.outcomes, 0, sizeof old.outcomes);
	att_findings_init(&old.findings);
	old.options.supply = old.run.supply = &r->before.base.supply;
	int status = policy_base_wait(&r->before.base, &old.err);
	if (status == ATT_OK)
		status = policy_request_load(&old, true);
	if (status == ATT_OK)
		status = policy_request_judge(&old);
	/* What could not be brought looks as if it had not been there. */
	struct att_err missing;
	if (policy_base_wait(&r->before.base, &missing) != ATT_OK) {
		old.err = missing;
		status = missing.code == ATT_ERR_MEMORY ? ATT_ERR_MEMORY : ATT_ERR_IO;
	}
	/* A revision without components: everything is new. */
	bool empty = status == ATT_ERR_UNSUPPORTED || status == ATT_ERR_NOT_FOUND;
	if (status == ATT_OK)
		status = policy_baseline_take(&r->before.old, &old.graph, &old.findings, digest(&old), &r->err);
	else
		r->err = old.err;
	if (status != ATT_OK && !empty)
		att_findings_add_err(&r->findings, ATT_STR("(the revision of --base)"), NULL, &r->err);
	r->before.old.same_database = true;
	policy_trails_clear(&old.trails);
	sbom_graph_clear(&old.graph);
	att_findings_clear(&old.findings);
	return empty ? ATT_OK : status;
}

/* Advisories of one matter may have got another first name since the file was written. */
static int rename_advisories(struct policy_request *r)
{
	struct policy_baseline *old = &r->before.old;
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && r->database && i < old->finding_count; i++) {
		struct policy_known_finding *finding = &old->findings[i];
		const uint32_t *numbers = NULL;
		struct policy_record record;
		size_t count = 0;
		if (finding->advisory.len == 0)
			continue;
		status = policy_database_find(r->database, finding->advisory, &old->arena, &numbers, &count,
					      &r->err);
		if (status != ATT_OK || count == 0)
			continue;
		status = policy_database_record(r->database, numbers[0], false, &old->arena, &record, &r->err);
		if (status == ATT_OK)
			finding->advisory = record.group_id;
	}
	policy_baseline_order(old);
	return status;
}

static int read_baseline(struct policy_request *r)
{
	struct policy_before *b = &r->before;
	struct att_str path = att_str_of(cli_value(r->command, "baseline"));
	int status = att_source_init(&b->source, &b->arena, path, att_buf_str(&b->text), &r->err);
	if (status == ATT_OK)
		status = policy_baseline_parse(&b->source, &b->old, &r->err);
	if (status != ATT_OK)
		att_findings_add_err(&r->findings, path, &b->source, &r->err);
	/* Of one database nothing becomes known in between: what is new came with the tree or the policy. */
	if (status == ATT_OK && r->database)
		b->old.same_database = att_str_is(b->old.database, policy_database_facts(r->database)->digest);
	if (status == ATT_OK)
		status = rename_advisories(r);
	return status;
}

static int write_baseline(struct policy_request *r)
{
	const char *path = cli_value(r->command, "write-baseline");
	struct policy_baseline now;
	struct att_buf out;
	if (!path)
		return ATT_OK;
	att_buf_init(&out, ATT_MAX_DOCUMENT);
	int status = policy_baseline_take(&now, &r->graph, &r->findings, digest(r), &r->err);
	if (status == ATT_OK) {
		policy_baseline_write(&now, &out);
		status = att_buf_ok(&out) ? cli_write(path, att_buf_str(&out), &r->err)
					  : att_err_set(&r->err, ATT_ERR_LIMIT, "the baseline is too large");
	}
	if (status != ATT_OK)
		att_findings_add_err(&r->findings, att_str_of(path), NULL, &r->err);
	policy_baseline_clear(&now);
	att_buf_clear(&out);
	return status;
}

/* The worst that findings number `from` to `to` say as errors. */
static enum att_outcome worst(const struct att_findings *findings, size_t from, size_t to)
{
	enum att_outcome outcome = ATT_NOT_CHECKED;
	for (size_t i = from; i < to && i < findings->count; i++)
		if (findings->items[i].severity == ATT_ERROR)
			outcome = policy_outcome_join(outcome, findings->items[i].cannot_tell ? ATT_CANNOT_TELL
											      : ATT_REFUTED);
	return outcome;
}

/* A policy that was none says nothing about what it permitted: whether this one permits more cannot be told. */
static int report_unread(struct policy_request *r)
{
	struct att_err why = r->err;
	const char *revision = cli_value(r->command, "base");
	att_err_set(&r->err, why.code,
		    "the policy of %s cannot be read, so that nobody can tell whether this one permits "
		    "more: %s",
		    revision, why.message);
	att_findings_add_err(&r->findings, att_str_of(revision), NULL, &r->err);
	r->outcome = policy_outcome_join(r->outcome, ATT_CANNOT_TELL);
	return ATT_OK;
}

/* The revision's own policy, or the defaults where it had none, against that of now. */
static int compare_policies(struct policy_request *r)
{
	struct policy_files old;
	struct att_findings ignored;
	size_t before = r->findings.count;
	if (!r->before.has_base || cli_value(r->command, "config"))
		return ATT_OK;
	att_findings_init(&ignored);
	memset(&old, 0, sizeof old);
	int status = policy_base_wait_policy(&r->before.base, &r->err);
	if (status == ATT_OK)
		status = policy_files_load(&old, r->before.folder, NULL, r->policy.config.demands,
					   r->policy.config.demand_count, &ignored, &r->err);
	if (status == ATT_OK)
		status = policy_files_read_vex(&old, r->before.folder, &r->before.base.supply, NULL, &ignored,
					       &r->err);
	if (status == ATT_OK)
		status = policy_base_wait(&r->before.base, &r->err);
	if (status == ATT_OK)
		status = policy_loosened(&r->run, &old.config, &r->findings, &r->outcome, &r->err);
	else if (status != ATT_ERR_MEMORY)
		status = report_unread(r);
	for (size_t i = before; i < r->findings.count; i++)
		r->findings.items[i].state = policy_state_name(POLICY_INTRODUCED);
	r->before.delta.counts[POLICY_INTRODUCED] += r->findings.count - before;
	policy_files_clear(&old);
	att_findings_clear(&ignored);
	return status;
}

static int compare(struct policy_request *r)
{
	struct policy_before *b = &r->before;
	enum att_outcome worst_before[MAX_CHECKS] = {ATT_NOT_CHECKED};
	size_t last = 0;
	for (; last < MAX_CHECKS && policy_checks[last]; last++)
		worst_before[last] = worst(&r->findings, b->ends[last], b->ends[last + 1]);
	size_t end = r->findings.count;
	int status = policy_delta_apply(&b->old, &r->graph, &r->findings, &b->delta, &r->err);
	if (status != ATT_OK)
		return status;
	/* What is wrong with the input, or with the run itself, is never a matter of before and after. */
	bool unread = r->summary.not_understood || worst(&r->findings, 0, b->ends[0]) != ATT_NOT_CHECKED ||
		      worst(&r->findings, b->ends[last], end) != ATT_NOT_CHECKED;
	r->outcome = unread ? ATT_CANNOT_TELL : ATT_NOT_CHECKED;
	for (size_t i = 0; i < last; i++) {
		/* An outcome that no finding explains stays as it is, and what was not checked does not hold.
		 */
		if (worst_before[i] == r->outcomes[i] && r->outcomes[i] != ATT_NOT_CHECKED)
			r->outcomes[i] =
				policy_outcome_join(ATT_HOLDS, worst(&r->findings, b->ends[i], b->ends[i + 1]));
		r->outcome = policy_outcome_join(r->outcome, r->outcomes[i]);
	}
	return compare_policies(r);
}

int policy_before_apply(struct policy_request *r)
{
	int status = ATT_OK;
	if (r->before.has_base)
		status = judge_base(r);
	else if (r->before.asked)
		status = read_baseline(r);
	if (status == ATT_OK && r->before.asked)
		status = compare(r);
	return status == ATT_OK ? write_baseline(r) : status;
}
