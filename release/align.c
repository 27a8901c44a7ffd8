// SPDX-License-Identifier: Apache-2.0
#include "release/align.h"

#include "libattest/base/pool.h"
#include "libattest/verify/sidecar.h"
#include "release/proof.h"

#include "libattest/base/banned.h"

int release_alignment_open(struct release_alignment *alignment, const struct release_built *built, size_t count,
			   struct att_err *err)
{
	const struct release_config *config = alignment->config;
	alignment->channels =
		att_arena_alloc(&alignment->arena, config->channel_count, sizeof *alignment->channels);
	if (!alignment->channels)
		return att_err_memory(err);
	for (size_t c = 0; c < config->channel_count; c++) {
		struct release_channel_state *state = &alignment->channels[c];
		state->channel = &config->channels[c];
		state->built = att_arena_alloc(&alignment->arena, count, sizeof *state->built);
		if (!state->built)
			return att_err_memory(err);
		for (size_t i = 0; i < count; i++)
			if (release_channel_carries(state->channel, built[i].artifact))
				state->built[state->built_count++] = built[i];
	}
	return ATT_OK;
}

void release_alignment_clear(struct release_alignment *alignment)
{
	for (size_t c = 0; alignment->channels && c < alignment->config->channel_count; c++) {
		release_verdicts_clear(&alignment->channels[c].verdicts);
		release_memory_clear(&alignment->channels[c].memory);
	}
	att_arena_clear(&alignment->arena);
	*alignment = (struct release_alignment){0};
}

/* --- looking --------------------------------------------------------------------------------------------- */

/* A token that attest.toml names is there, and was tried, or it is told that it was not. */
static void judge_login(const struct release_look *look)
{
	static const struct att_str item = {"login", 5};
	struct release_verdicts *verdicts = look->verdicts;
	if (!look->is_before || look->channel->token.len == 0)
		return;
	for (size_t i = 0; i < verdicts->count; i++)
		if (att_str_equal(verdicts->items[i].item, item))
			return;
	if (look->token.len == 0)
		release_look_add(look, item, RELEASE_UNKNOWN, ATT_STR("a token"), ATT_STR("none"),
				 ATT_ARENA_JOIN(&verdicts->arena, ATT_STR("the environment has no "),
						look->channel->token));
	else
		release_verdicts_add(
			verdicts,
			&(struct release_item_verdict){
				.channel = look->channel,
				.item = item,
				.verdict = RELEASE_UNKNOWN,
				.reason =
					ATT_STR("the token was not tried: only publishing tells whether this "
						"channel takes it; see that it is for the project and has not "
						"expired"),
				.is_waived = true,
			});
}

static void look_at(void *context, size_t i)
{
	struct release_alignment *alignment = context;
	struct release_channel_state *state = &alignment->channels[i];
	const struct release_looker *looker = release_looker_find(state->channel->kind);
	if (state->is_left_out || release_channel_passes(alignment, state))
		return;
	release_verdicts_clear(&state->verdicts);
	const struct release_look look = {
		.config = alignment->config,
		.channel = state->channel,
		.variables = alignment->variables,
		.names = alignment->names,
		.built = state->built,
		.built_count = state->built_count,
		.folder = alignment->folder,
		.checkout = looker && looker->is_repository ? &state->checkout : NULL,
		.digest_text = state->digest_text,
		.go_zip_h1 = state->go_zip_h1,
		.go_mod_h1 = state->go_mod_h1,
		.scratch = alignment->scratch,
		.fetcher = alignment->fetcher,
		.memory = &state->memory,
		.token = state->token,
		.now = alignment->now,
		.is_before = alignment->is_before,
		.is_past = alignment->is_past,
		.verdicts = &state->verdicts,
	};
	if (looker)
		looker->look(&look);
	else
		release_look_add(&look, ATT_STR("channel"), RELEASE_UNKNOWN, (struct att_str){NULL, 0},
				 (struct att_str){NULL, 0},
				 ATT_STR("this kind of channel cannot be looked at yet"));
	/* Zero evidence is none. */
	if (state->verdicts.count == 0)
		release_look_add(&look, ATT_STR("channel"), RELEASE_UNKNOWN, (struct att_str){NULL, 0},
				 (struct att_str){NULL, 0}, ATT_STR("nothing was looked at"));
	release_proof(&look);
	judge_login(&look);
}

void release_alignment_look(struct release_alignment *alignment, unsigned jobs)
{
	att_pool_run(jobs, alignment->config->channel_count, look_at, alignment);
}

/* --- judging --------------------------------------------------------------------------------------------- */

static bool passes(const struct release_alignment *alignment, const struct release_item_verdict *item)
{
	return item->verdict == RELEASE_MATCH ||
	       (alignment->is_before && (item->verdict == RELEASE_ABSENT || item->verdict == RELEASE_STALE));
}

/* Without memory a text is empty, and two that are empty are equal. */
static bool is_incomplete(const struct release_channel_state *state)
{
	return state->verdicts.failed || state->verdicts.arena.failed;
}

bool release_channel_passes(const struct release_alignment *alignment,
			    const struct release_channel_state *state)
{
	size_t passed = 0;
	for (size_t i = 0; i < state->verdicts.count; i++) {
		const struct release_item_verdict *item = &state->verdicts.items[i];
		if (!passes(alignment, item) && !item->is_waived)
			return false;
		passed += passes(alignment, item);
	}
	return passed > 0 && !is_incomplete(state);
}

/* A server names files of its own, too: what ends in the name of one of ours need not be about it. */
static bool is_about(struct att_str item, struct att_str name)
{
	static const char *const words[] = {"",           "provenance ", "metadata ", "attestation of ",
					    "signature ", "sbom "};
	for (size_t i = 0; att_str_ends(item, name) && i < sizeof words / sizeof words[0]; i++)
		if (att_str_is(att_str_first(item, item.len - name.len), words[i]))
			return true;
	return att_sidecar_accompanies(item, name);
}

/* The artifact that an item is called after: by its name, as in "provenance NAME", or as in NAME.minisig; NULL
 * for none. Of several the one with the longest name. */
static const struct release_artifact *artifact_of(const struct release_channel_state *state,
						  struct att_str item)
{
	const struct release_built *found = NULL;
	for (size_t i = 0; i < state->built_count; i++) {
		const struct release_built *built = &state->built[i];
		struct att_str name = built->name;
		if (is_about(item, name) && (!found || name.len > found->name.len))
			found = built;
	}
	return found ? found->artifact : NULL;
}

static bool is_preview(const struct release_channel_state *state, struct att_str item)
{
	const struct release_artifact *artifact = artifact_of(state, item);
	return state->channel->tier == RELEASE_PREVIEW || (artifact && artifact->tier == RELEASE_PREVIEW);
}

static bool counts(const struct release_alignment *alignment, const struct release_channel_state *state,
		   const struct release_item_verdict *item)
{
	return !item->is_waived && (alignment->blocks_preview || !is_preview(state, item->item));
}

bool release_alignment_may_wait(const struct release_alignment *alignment, unsigned *retry_after)
{
	bool open = false;
	*retry_after = 0;
	for (size_t c = 0; c < alignment->config->channel_count; c++) {
		const struct release_channel_state *state = &alignment->channels[c];
		for (size_t i = 0; i < state->verdicts.count; i++) {
			const struct release_item_verdict *item = &state->verdicts.items[i];
			if (passes(alignment, item) || !counts(alignment, state, item))
				continue;
			if (item->verdict == RELEASE_CONFLICT)
				return false;
			open = true;
			if (item->retry_after > *retry_after)
				*retry_after = item->retry_after;
		}
	}
	return open;
}

/* Items that make the outcome. */
static size_t count_looked(const struct release_alignment *alignment)
{
	size_t looked = 0;
	for (size_t c = 0; c < alignment->config->channel_count; c++) {
		const struct release_channel_state *state = &alignment->channels[c];
		for (size_t i = 0; i < state->verdicts.count; i++)
			looked += counts(alignment, state, &state->verdicts.items[i]);
	}
	return looked;
}

enum att_outcome release_alignment_outcome(const struct release_alignment *alignment)
{
	bool refuted = false, unknown = count_looked(alignment) == 0;
	for (size_t c = 0; c < alignment->config->channel_count; c++) {
		const struct release_channel_state *state = &alignment->channels[c];
		for (size_t i = 0; i < state->verdicts.count; i++) {
			const struct release_item_verdict *item = &state->verdicts.items[i];
			if (counts(alignment, state, item) && !passes(alignment, item))
				*(item->verdict == RELEASE_UNKNOWN ? &unknown : &refuted) = true;
		}
		unknown |= is_incomplete(state) || (!state->is_left_out && state->verdicts.count == 0);
	}
	return refuted ? ATT_REFUTED : unknown ? ATT_CANNOT_TELL : ATT_HOLDS;
}

/* --- telling --------------------------------------------------------------------------------------------- */

static enum att_outcome outcome_of(const struct release_alignment *alignment,
				   const struct release_item_verdict *item)
{
	return passes(alignment, item)            ? ATT_HOLDS
	       : item->verdict == RELEASE_UNKNOWN ? ATT_CANNOT_TELL
						  : ATT_REFUTED;
}

static void report_item(const struct release_alignment *alignment, const struct release_channel_state *state,
			const struct release_item_verdict *item, struct att_findings *findings)
{
	const struct att_source *source = alignment->config->source;
	struct att_place place = att_source_place(source, state->channel->span);
	struct att_finding finding = {
		.severity = item->is_waived                  ? ATT_NOTE
			    : counts(alignment, state, item) ? ATT_ERROR
							     : ATT_WARNING,
		.message = ATT_ARENA_JOIN(&findings->arena, alignment->prefix, item->item, ATT_STR(": "),
					  item->reason.len ? item->reason : ATT_STR("no reason is known")),
		.file = source->path,
		.place = place,
		.artifact = ATT_ARENA_JOIN(&findings->arena, alignment->prefix, item->item),
		.channel = state->channel->label,
		.expected = item->expected,
		.found = item->found,
		.cannot_tell = item->verdict == RELEASE_UNKNOWN,
	};
	if (item->verdict == RELEASE_ABSENT)
		finding.code = "channel-absent";
	else if (item->verdict == RELEASE_STALE)
		finding.code = "channel-stale";
	else if (item->verdict == RELEASE_CONFLICT)
		finding.code = "channel-conflict";
	else
		finding.code = "channel-unknown";
	att_findings_add(findings, &finding);
}

static void report_nothing(const struct release_alignment *alignment, struct att_findings *findings)
{
	att_findings_add(
		findings,
		&(struct att_finding){
			.code = "channel-unknown",
			.severity = ATT_ERROR,
			.cannot_tell = true,
			.message = ATT_ARENA_JOIN(&findings->arena, alignment->prefix,
						  ATT_STR("nothing that counts was looked at")),
			.help = ATT_STR("declare a [[channel]] that is official, or let what is in preview "
					"count: --preview"),
			.file = alignment->config->source->path,
		});
}

void release_alignment_report(const struct release_alignment *alignment, struct att_steps *steps,
			      struct att_findings *findings)
{
	for (size_t c = 0; c < alignment->config->channel_count; c++) {
		const struct release_channel_state *state = &alignment->channels[c];
		for (size_t i = 0; i < state->verdicts.count; i++) {
			const struct release_item_verdict *item = &state->verdicts.items[i];
			/* As a step it would be a test that could not be run, and hold a build job up. */
			if (!item->is_waived)
				att_steps_add(steps,
					      &(struct att_step){
						      .name = "served",
						      .outcome = outcome_of(alignment, item),
						      .is_aside = !counts(alignment, state, item),
						      .verdict = release_verdict_name(item->verdict),
						      .artifact = ATT_ARENA_JOIN(&steps->arena,
										 alignment->prefix, item->item),
						      .channel = state->channel->label,
						      .expected = item->expected,
						      .found = item->found,
					      });
			if (!passes(alignment, item))
				report_item(alignment, state, item, findings);
		}
	}
	if (count_looked(alignment) == 0)
		report_nothing(alignment, findings);
}
