// SPDX-License-Identifier: Apache-2.0
#include "policy/check.h"

#include "libattest/base/base.h"

#include "libattest/base/banned.h"

enum att_outcome policy_outcome_join(enum att_outcome a, enum att_outcome b)
{
	static const int weights[] = {
		[ATT_NOT_CHECKED] = 0, [ATT_HOLDS] = 1, [ATT_CANNOT_TELL] = 2, [ATT_REFUTED] = 3};
	return weights[a] >= weights[b] ? a : b;
}

/* Where the component stands in the tree; the line is quoted later, for all findings about a file at once. */
static void point_at_component(const struct sbom_component *component, struct att_finding *finding)
{
	finding->purl = component->purl;
	if (component->occurrence_count > 0) {
		finding->file = component->occurrences[0].path;
		finding->place.line = component->occurrences[0].line;
		finding->place.column = finding->place.line ? 1 : 0;
	}
}

static void point_at_policy(const struct policy_at *at, struct att_finding *finding)
{
	finding->file = at->source->path;
	finding->place = att_source_place(at->source, at->span);
	finding->source_line = att_source_line_text(at->source, finding->place.line);
}

void policy_complain(const struct policy_run *run, const struct policy_complaint *complaint,
		     struct att_findings *findings, enum att_outcome *outcome)
{
	enum policy_level level =
		complaint->cannot_tell
			? policy_config_level_of_doubt(run->config, complaint->code, complaint->level)
			: policy_config_level(run->config, complaint->code, complaint->level);
	struct att_finding finding = {
		.code = complaint->code,
		.severity = level == POLICY_DENY ? ATT_ERROR
			    : complaint->note    ? ATT_NOTE
						 : ATT_WARNING,
		.message = complaint->message,
		.help = complaint->help,
		.expected = complaint->expected,
		.found = complaint->found,
		.advisory = complaint->advisory,
		.cannot_tell = complaint->cannot_tell,
	};
	struct att_arena arena;
	if (level == POLICY_ALLOW)
		return;
	if (level == POLICY_DENY)
		*outcome =
			policy_outcome_join(*outcome, complaint->cannot_tell ? ATT_CANNOT_TELL : ATT_REFUTED);
	att_arena_init(&arena);
	if (complaint->at && complaint->at->source)
		point_at_policy(complaint->at, &finding);
	if (complaint->node) {
		struct att_err err;
		uint32_t node = (uint32_t)(complaint->node - run->graph->nodes);
		point_at_component(&complaint->node->component, &finding);
		if (complaint->node->component.occurrence_count > 0)
			finding.source_line = (struct att_str){NULL, 0};
		/* A finding without its trail is better than none. */
		if (policy_trail(run->trails, node, &arena, &finding.trail, &finding.trail_count, &err) !=
		    ATT_OK)
			finding.trail_count = 0;
	}
	att_findings_add(findings, &finding);
	att_arena_clear(&arena);
}

/* --- what reading the input had to say ------------------------------------------------------------------- */

/* Its level; false: it stays as it is. */
static bool level_of(const struct policy_config *config, const char *code, enum policy_level *level)
{
	bool unlocked = strcmp(code, "unlocked-manifest") == 0;
	if (strcmp(code, "unread-include") == 0) {
		*level = policy_config_level_of_doubt(config, code, POLICY_DENY);
		return true;
	}
	*level = policy_config_level(config, code, unlocked ? POLICY_WARN : POLICY_DENY);
	return unlocked || *level == policy_config_level(config, code, POLICY_ALLOW);
}

void policy_level_inputs(const struct policy_config *config, struct att_findings *findings, size_t from)
{
	size_t kept = from;
	for (size_t i = from; i < findings->count; i++) {
		struct att_finding finding = findings->items[i];
		enum policy_level level;
		if (finding.severity != ATT_ERROR && level_of(config, finding.code, &level)) {
			findings->warnings -= finding.severity == ATT_WARNING;
			if (level == POLICY_ALLOW)
				continue;
			finding.severity = level == POLICY_DENY ? ATT_ERROR : ATT_WARNING;
			finding.cannot_tell = true;
			findings->errors += level == POLICY_DENY;
			findings->warnings += level == POLICY_WARN;
		}
		findings->items[kept++] = finding;
	}
	findings->count = kept;
}
