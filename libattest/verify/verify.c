// SPDX-License-Identifier: Apache-2.0
#include "libattest/verify/verify.h"

#include <unistd.h>

#include "libattest/verify/verify_internal.h"

#include "libattest/base/banned.h"

void att_verdict_clear(struct att_verdict *verdict)
{
	att_steps_clear(&verdict->steps);
	att_findings_clear(&verdict->findings);
	att_arena_clear(&verdict->arena);
	memset(verdict, 0, sizeof *verdict);
}

/* --- what is said -------------------------------------------------------------------------------------- */

/* What each state means for the step, and the finding that it is; no code: none. */
static const struct {
	enum att_outcome outcome;
	struct att_finding finding;
} said[] = {
	[ATT_ENTRY_OPEN] = {ATT_NOT_CHECKED, {.code = "unchecked-signature", .severity = ATT_ERROR}},
	[ATT_ENTRY_GOOD] = {ATT_HOLDS, {.code = NULL}},
	[ATT_ENTRY_WRONG] = {ATT_REFUTED, {.code = "wrong-signature", .severity = ATT_ERROR}},
	[ATT_ENTRY_UNMATCHED] = {ATT_NOT_CHECKED, {.code = "other-key", .severity = ATT_WARNING}},
	[ATT_ENTRY_NOT_COUNTED] = {ATT_REFUTED, {.code = "signature-not-counted", .severity = ATT_WARNING}},
	[ATT_ENTRY_STATEMENT] = {ATT_NOT_CHECKED, {.code = NULL}},
	[ATT_ENTRY_UNCHECKED] = {ATT_NOT_CHECKED, {.code = "unchecked-signature", .severity = ATT_WARNING}},
	[ATT_ENTRY_BROKEN] = {ATT_CANNOT_TELL, {.code = "unreadable-signature", .severity = ATT_ERROR}},
};

static void report_entry(struct att_verification *v, const struct att_entry *entry)
{
	const struct att_step step = {
		.name = "signature",
		.outcome = said[entry->state].outcome,
		.artifact = v->verdict->artifact,
		.expected = ATT_STR("a signature by a believed key"),
		.found = ATT_ARENA_JOIN(&v->arena, entry->path, ATT_STR(": "), entry->sentence),
	};
	att_steps_add(&v->verdict->steps, &step);
	struct att_finding finding = said[entry->state].finding;
	if (!finding.code)
		return;
	finding.message = entry->sentence;
	finding.help = att_str_of(entry->help);
	finding.file = entry->path;
	finding.artifact = v->verdict->artifact;
	att_findings_add(&v->verdict->findings, &finding);
}

/* One signature may be read in two ways (a bare Ed25519 one): what holds is all that is said of it. */
static bool is_other_reading(const struct att_verification *v, size_t i)
{
	const struct att_entry *e = &v->entries[i];
	if (e->state != ATT_ENTRY_UNMATCHED)
		return false;
	if (e->signature.alternative && i > 0)
		return true;
	return i + 1 < v->entry_count && v->entries[i + 1].signature.alternative &&
	       v->entries[i + 1].state != ATT_ENTRY_UNMATCHED;
}

void att_verify_fail(struct att_verification *v, enum att_outcome outcome, const struct att_finding *why)
{
	struct att_finding finding = *why;
	finding.severity = ATT_ERROR;
	finding.artifact = v->verdict->artifact;
	v->verdict->outcome = outcome;
	v->verdict->sentence = att_arena_copy(&v->verdict->arena, why->message);
	att_findings_add(&v->verdict->findings, &finding);
}

/* An error ends the verification: whatever held so far, nobody can tell. */
static void fail_with_error(struct att_verification *v)
{
	struct att_verdict *verdict = v->verdict;
	const struct att_step step = {
		.name = "read",
		.outcome = ATT_CANNOT_TELL,
		.artifact = verdict->artifact,
		.found = att_str_of(v->err.message),
	};
	verdict->outcome = ATT_CANNOT_TELL;
	verdict->sentence = att_arena_copy(&verdict->arena, att_str_of(v->err.message));
	att_steps_add(&verdict->steps, &step);
	att_findings_add_err(&verdict->findings, verdict->artifact, NULL, &v->err);
}

/* --- who has to have signed ---------------------------------------------------------------------------- */

static struct att_str base_name(const char *path)
{
	struct att_str whole = att_str_of(path);
	size_t slash = att_str_find_last_byte(whole, '/');
	return slash == ATT_STR_NONE ? whole : att_str_from(whole, slash + 1);
}

static bool is_signer(const struct att_requirement *requirement, size_t key)
{
	if (!requirement)
		return true;
	for (size_t i = 0; i < requirement->signer_count; i++)
		if (requirement->signers[i] == key)
			return true;
	return false;
}

/* The different keys that count, and their names: "a.pub and b.pub". */
static uint32_t count_keys(struct att_verification *v, const struct att_requirement *requirement,
			   struct att_str *names)
{
	uint32_t count = 0;
	*names = (struct att_str){"", 0};
	v->verdict->signers =
		att_arena_alloc(&v->verdict->arena, v->options->keys->count, sizeof *v->verdict->signers);
	if (!v->verdict->signers)
		return 0;
	for (size_t key = 0; key < v->options->keys->count; key++) {
		bool good = false;
		for (size_t i = 0; i < v->entry_count; i++)
			good |= v->entries[i].state == ATT_ENTRY_GOOD && v->entries[i].key == key;
		if (!good || !is_signer(requirement, key))
			continue;
		*names = ATT_ARENA_JOIN(&v->arena, *names, count ? ATT_STR(" and ") : ATT_STR(""),
					v->options->keys->keys[key].name);
		v->verdict->signers[count++] = (uint32_t)key;
	}
	return count;
}

/* Who signed as well, and is not among those whom the policy demands; NULL: nobody. */
static const struct att_entry *find_other_signer(const struct att_verification *v,
						 const struct att_requirement *requirement)
{
	for (size_t i = 0; i < v->entry_count; i++)
		if (v->entries[i].state == ATT_ENTRY_GOOD && !is_signer(requirement, v->entries[i].key))
			return &v->entries[i];
	return NULL;
}

static const struct att_entry *find_state(const struct att_verification *v, enum att_entry_state state)
{
	for (size_t i = 0; i < v->entry_count; i++)
		if (v->entries[i].state == state)
			return &v->entries[i];
	return NULL;
}

static void refuse_entry(struct att_verification *v, enum att_outcome outcome, const struct att_entry *entry)
{
	v->verdict->outcome = outcome;
	v->verdict->sentence = ATT_ARENA_JOIN(&v->verdict->arena, entry->path, ATT_STR(": "), entry->sentence);
}

/* Why it is not enough, in the order in which a reader wants to know. */
static void refuse_count(struct att_verification *v, const struct att_requirement *requirement, uint32_t count,
			 uint32_t threshold)
{
	const struct att_entry *entry = find_state(v, ATT_ENTRY_NOT_COUNTED);
	const struct att_entry *other = find_other_signer(v, requirement);
	struct att_finding too_few = {.code = "too-few-signatures"};
	struct att_finding none_valid = {
		.code = "no-valid-signature",
		.help = ATT_STR("no signature by a believed key was found"),
	};
	struct att_finding none = {
		.code = "no-signature",
		.message = v->entry_count ? ATT_STR("no signature of a kind that attest checks was found")
					  : ATT_STR("no signature was found"),
		.help = ATT_STR(
			"put the signature beside the file (.sigstore.json, .minisig, .sig, .sshsig), or "
			"name it with --signature"),
	};
	/* Also when who signed is believed, but not asked for this artifact. */
	if (count > 0 || other) {
		struct att_str name = other ? v->options->keys->keys[other->key].name : ATT_STR("");
		too_few.message = att_arena_printf(
			&v->arena, "expected signatures by %u different key%s%s, found %u%s%.*s%s", threshold,
			threshold == 1 ? "" : "s", requirement ? " that the policy names for it" : "", count,
			other ? " (" : "", ATT_STR_ARG(att_str_first(name, 300)),
			other ? " signed, and is not one of them)" : "");
		att_verify_fail(v, ATT_REFUTED, &too_few);
		return;
	}
	if (!entry)
		entry = find_state(v, ATT_ENTRY_UNMATCHED);
	if (entry) {
		refuse_entry(v, ATT_REFUTED, entry);
		none_valid.message = v->verdict->sentence;
		att_verify_fail(v, ATT_REFUTED, &none_valid);
		return;
	}
	att_verify_fail(v, ATT_CANNOT_TELL, &none);
}

static enum att_outcome judge_signatures(struct att_verification *v, struct att_str *names)
{
	const struct att_requirement *requirement = v->requirement;
	uint32_t demanded = requirement ? requirement->threshold : v->demands ? 0 : 1;
	uint32_t threshold = v->options->threshold > demanded ? v->options->threshold : demanded;
	uint32_t count = count_keys(v, requirement, names);
	const struct att_entry *wrong = find_state(v, ATT_ENTRY_WRONG),
			       *broken = find_state(v, ATT_ENTRY_BROKEN), *open = find_state(v, ATT_ENTRY_OPEN);
	for (size_t i = 0; i < v->entry_count; i++)
		if (!is_other_reading(v, i))
			report_entry(v, &v->entries[i]);
	if (wrong) {
		refuse_entry(v, ATT_REFUTED, wrong);
	} else if (broken) {
		refuse_entry(v, ATT_CANNOT_TELL, broken);
	} else if (open) {
		refuse_entry(v, ATT_CANNOT_TELL, open);
	} else if (count < threshold || count == 0) {
		refuse_count(v, requirement, count, threshold);
	} else {
		v->verdict->signer_count = count;
		return ATT_HOLDS;
	}
	return v->verdict->outcome;
}

/* Demanded by the policy; by nobody, who demanded no statements either; or named. */
static bool needs_signature(const struct att_verification *v)
{
	if (v->requirement && !v->options->summary ? v->requirement->threshold > 0 : !v->demands)
		return true;
	for (size_t i = 0; i < v->entry_count; i++)
		if (v->entries[i].state == ATT_ENTRY_GOOD || !att_entry_is_attestation(v, &v->entries[i]))
			return true;
	return false;
}

static void judge(struct att_verification *v)
{
	struct att_str names = {0}, sentence = {0};
	enum att_outcome signatures = ATT_HOLDS, statements = ATT_HOLDS;
	if (v->demands)
		statements = att_verify_statements(v, &sentence);
	if (needs_signature(v))
		signatures = judge_signatures(v, &names);
	/* The worse of both; where the signatures hold, the sentence is about what the statements lack. */
	if (signatures == ATT_REFUTED || statements == ATT_REFUTED)
		v->verdict->outcome = ATT_REFUTED;
	else if (signatures != ATT_HOLDS || statements != ATT_HOLDS)
		v->verdict->outcome = ATT_CANNOT_TELL;
	if (signatures != ATT_HOLDS || statements != ATT_HOLDS) {
		v->verdict->signer_count = v->verdict->evidence_count = 0;
		return;
	}
	if (names.len > 0)
		sentence = ATT_ARENA_JOIN(&v->arena, ATT_STR("signed by "), names,
					  sentence.len ? ATT_STR("; ") : ATT_STR(""), sentence);
	v->verdict->sentence = att_arena_copy(&v->verdict->arena, sentence);
	/* Out of memory, a name or step may be missing; the verdict must not stand on that. */
	v->verdict->outcome = v->arena.failed || v->verdict->arena.failed ? ATT_CANNOT_TELL : ATT_HOLDS;
}

/* --- the artifact -------------------------------------------------------------------------------------- */

/* Also when no signature wants a digest: a verdict is about bytes that were read. */
static int read_artifact(struct att_verification *v)
{
	int fd = v->fd;
	uint64_t size;
	if (v->job_count == 0)
		v->jobs[v->job_count++] = (struct att_digest_job){.kind = ATT_SHA256};
	int status = ATT_OK;
	if (!v->opened)
		status = att_artifact_open(v->path, &fd, &size, &v->err);
	if (status != ATT_OK)
		return status;
	status = att_digest_run(fd, v->path, v->jobs, v->job_count, v->options->progress, NULL, &v->err);
	if (!v->opened)
		close(fd);
	for (size_t i = 0; status == ATT_OK && i < v->job_count; i++)
		if (v->jobs[i].kind == ATT_SHA256 && v->jobs[i].prefix.len == 0)
			v->verdict->digest = v->jobs[i].digest;
	return status;
}

/* What is asked of a build, and was asked in vain where no provenance is looked into. A summary has a level and
 * an age of its own, which are asked for with it. */
static int check_build(const struct att_verification *v, struct att_err *err)
{
	const struct att_verify_options *o = v->options;
	bool asked = o->build.source.len || o->build.ref.len || o->build.tag_template.len ||
		     o->build.commit.len || o->build.workflow.len || o->build.parameter_count || o->builder.len;
	bool demanded = o->provenance;
	for (size_t i = 0; v->requirement && i < v->requirement->predicate_count; i++)
		demanded |= att_provenance_is_type(v->requirement->predicates[i].type);
	if (o->summary ? !asked : demanded || !(asked || o->level || o->build.max_age))
		return ATT_OK;
	att_err_set(err, ATT_ERR_REFUSED,
		    o->summary ? "a summary does not tell what is asked of the build"
			       : "something is asked of its build, but nothing demands provenance of it");
	att_err_help(err, o->summary ? "leave out what is asked of the build, or verify its provenance"
				     : "demand it with --provenance, or by \"predicates\" in the policy");
	return ATT_ERR_REFUSED;
}

static int check_policy(struct att_verification *v)
{
	const struct att_keyring *keys = v->options->keys;
	if (keys->count == 0)
		return att_err_set(&v->err, ATT_ERR_REFUSED,
				   "no key is believed, so that no signature can count");
	if (keys->requirement_count > 0)
		v->requirement = att_keyring_requirement(keys, base_name(v->path));
	if (keys->requirement_count > 0 && !v->requirement)
		return att_err_set(&v->err, ATT_ERR_REFUSED,
				   "no [[trust.require]] of the policy is about an artifact of this name");
	v->demands = v->options->summary || v->options->provenance || v->options->predicate_type_count > 0 ||
		     (v->requirement && v->requirement->predicate_count > 0);
	return check_build(v, &v->err);
}

static int gather(struct att_verification *v)
{
	int status = ATT_OK;
	if (v->demands)
		status = att_verify_gather_statements(v);
	if (status == ATT_OK && (v->options->signature_count > 0 || needs_signature(v)))
		status = att_verify_gather(v);
	if (status == ATT_OK)
		status = att_verify_plan(v);
	if (status == ATT_OK && v->demands)
		status = att_verify_plan_statements(v);
	return status;
}

static void verify(struct att_verification *v)
{
	struct att_verdict *out = v->verdict;
	memset(out, 0, sizeof *out);
	att_attestations_init(&v->own);
	out->artifact = att_arena_copy(&out->arena, att_str_of(v->path));
	int status = out->artifact.data ? check_policy(v) : att_err_memory(&v->err);
	if (status == ATT_OK)
		status = gather(v);
	if (status == ATT_OK)
		status = read_artifact(v);
	if (status == ATT_OK) {
		att_verify_try(v);
		judge(v);
	} else {
		fail_with_error(v);
	}
	for (size_t i = 0; i < v->text_count; i++)
		att_buf_clear(&v->texts[i]);
	att_attestations_clear(&v->own);
	att_arena_clear(&v->arena);
}

void att_verify_file(const char *path, const struct att_verify_options *options, struct att_verdict *out)
{
	struct att_verification v = {.options = options, .verdict = out, .path = path};
	verify(&v);
}

void att_verify_fd(int fd, const char *name, const struct att_verify_options *options, struct att_verdict *out)
{
	struct att_verification v = {
		.options = options, .verdict = out, .path = name, .opened = true, .fd = fd};
	verify(&v);
}
