// SPDX-License-Identifier: Apache-2.0
/* attest align watch: do channels and tags still have what was released? */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/align_ledger.h"
#include "libattest/base/map.h"

#include "libattest/base/banned.h"

#define DEFAULT_LEDGER "attest-releases.json"

static const char synopsis[] = "attest align watch [OPTION...]";
static const char description[] =
	"Looks at the releases of a ledger again, which attest align after --ledger wrote: every\n"
	"channel still has to serve the same bytes, and every tag to stand at the same commit. What\n"
	"moves on with a newer release is not looked at for those before it.";

struct watch {
	struct align_run *run;
	struct release_ledger ledger;
	struct att_str refs;    /* of the remote: "OBJECT\tREF" lines */
	struct att_map refs_at; /* where in them the line of each ref begins */
	bool has_refs;
	bool *looked; /* at each channel of attest.toml, of some release */
	int64_t end;  /* of waiting */
	bool refuted, unknown;
};

/* --- tags ------------------------------------------------------------------------------------------------ */

static void add_tag(struct watch *w, const struct release_ledger_entry *entry, struct att_str item,
		    enum att_outcome outcome, struct att_str expected, struct att_str found)
{
	static const char *const verdicts[] = {"UNKNOWN", "MATCH", "CONFLICT", "UNKNOWN"};
	att_steps_add(&w->run->steps, &(struct att_step){
					      .name = "tag",
					      .outcome = outcome,
					      .verdict = verdicts[outcome],
					      .artifact = item,
					      .channel = w->run->config.release.project.remote,
					      .expected = expected,
					      .found = found,
				      });
	if (outcome != ATT_REFUTED)
		return;
	w->refuted = true;
	att_findings_add(
		&w->run->findings,
		&(struct att_finding){
			.code = "moved-tag",
			.severity = ATT_ERROR,
			.message = found.len ? ATT_STR("the tag of a release was moved or made anew")
					     : ATT_STR("the tag of a release is gone"),
			.help = ATT_STR("find out who did it; whoever builds the tag gets another thing"),
			.artifact = entry->tag,
			.channel = w->run->config.release.project.remote,
			.expected = expected,
			.found = found.len ? found : ATT_STR("none"),
		});
}

/* A remote may have as many tags as it likes, and a ledger many releases. */
static int index_refs(struct watch *w, struct att_err *err)
{
	struct att_str rest = w->refs, line;
	int status = ATT_OK;
	while (status == ATT_OK && att_str_split(&rest, '\n', &line)) {
		struct att_str ref = att_str_from(line, att_str_find_byte(line, '\t'));
		if (ref.len > 1 && att_map_set(&w->refs_at, att_str_from(ref, 1),
					       (uint32_t)(line.data - w->refs.data)) != ATT_OK)
			status = att_err_memory(err);
	}
	return status;
}

static struct att_str object_of(const struct watch *w, struct att_str ref)
{
	uint32_t at = 0;
	if (!att_map_find(&w->refs_at, ref, &at))
		return (struct att_str){NULL, 0};
	struct att_str line = att_str_from(w->refs, at);
	return att_str_first(line, att_str_find_byte(line, '\t'));
}

static void watch_tag(struct watch *w, const struct release_ledger_entry *entry)
{
	struct att_arena *arena = &w->run->arena;
	struct att_str item = ATT_ARENA_JOIN(arena, entry->version, ATT_STR(" tag "), entry->tag),
		       ref = ATT_ARENA_JOIN(arena, ATT_STR("refs/tags/"), entry->tag),
		       behind = ATT_ARENA_JOIN(arena, ref, ATT_STR("^{}"));
	if (!w->has_refs || !item.data || !behind.data) {
		w->unknown = true;
		add_tag(w, entry, item, ATT_CANNOT_TELL, entry->commit, (struct att_str){NULL, 0});
		return;
	}
	struct att_str plain = object_of(w, ref), peeled = object_of(w, behind);
	struct att_str commit = peeled.len ? peeled : plain, object = peeled.len ? plain : ATT_STR("");
	if (!att_str_equal(commit, entry->commit))
		add_tag(w, entry, item, ATT_REFUTED, entry->commit, commit);
	else if (!att_str_equal(object, entry->tag_object))
		add_tag(w, entry, item, ATT_REFUTED, entry->tag_object, object.len ? object : commit);
	else
		add_tag(w, entry, item, ATT_HOLDS, entry->commit, commit);
}

/* --- channels -------------------------------------------------------------------------------------------- */

/* attest.toml may have changed since: the artifacts are those of the release. */
static int fill_build(struct align_run *run, const struct release_ledger_entry *entry,
		      struct release_config *config, struct att_err *err)
{
	*config = run->config.release;
	config->artifact_count = entry->artifact_count;
	config->artifacts =
		att_arena_alloc(&run->build.arena, entry->artifact_count, sizeof *config->artifacts);
	run->build.items = att_arena_alloc(&run->build.arena, entry->artifact_count, sizeof *run->build.items);
	if (!config->artifacts || !run->build.items)
		return att_err_memory(err);
	run->build.count = entry->artifact_count;
	for (size_t i = 0; i < entry->artifact_count; i++) {
		const struct release_ledger_artifact *artifact = &entry->artifacts[i];
		config->artifacts[i] = (struct release_artifact){
			.name = artifact->name,
			.path = ATT_STR(""),
			.platform = artifact->platform,
			.tier = artifact->tier,
		};
		run->build.items[i] = (struct release_built){
			.artifact = &config->artifacts[i],
			.name = artifact->name,
			.path = ATT_STR(""),
			.size = artifact->size,
			.sha256 = artifact->sha256,
			.sha512 = artifact->sha512,
		};
	}
	return ATT_OK;
}

static bool had(const struct release_ledger_entry *entry, struct att_str label)
{
	for (size_t i = 0; i < entry->channel_count; i++)
		if (att_str_equal(entry->channels[i], label))
			return true;
	return false;
}

/* Those that served the release, but for repositories that point at a newer one by now. */
static bool choose(struct align_run *run, const struct release_ledger_entry *entry)
{
	bool any = false;
	for (size_t c = 0; c < run->config.release.channel_count; c++) {
		struct release_channel_state *state = &run->alignment.channels[c];
		const struct release_looker *looker = release_looker_find(state->channel->kind);
		if (!had(entry, state->channel->label) ||
		    (run->alignment.is_past && looker && looker->is_repository))
			state->is_left_out = true;
		state->digest_text = release_ledger_image(entry, state->channel->label);
		any |= !state->is_left_out;
	}
	return any;
}

/* What a channel that has no settings any more serves cannot be told: it may as well have got another name. */
static void tell_gone(struct align_run *run, const struct release_ledger_entry *entry)
{
	const struct release_config *config = &run->config.release;
	for (size_t i = 0; i < entry->channel_count; i++) {
		size_t c = 0;
		while (c < config->channel_count &&
		       !att_str_equal(config->channels[c].label, entry->channels[i]))
			c++;
		if (c < config->channel_count)
			continue;
		att_findings_add(
			&run->findings,
			&(struct att_finding){
				.code = "channel-unknown",
				.severity = ATT_ERROR,
				.cannot_tell = true,
				.message =
					ATT_ARENA_JOIN(&run->findings.arena, entry->version,
						       ATT_STR(": attest.toml has no such channel any more")),
				.help = ATT_STR("give it its label back, or take it out of the ledger"),
				.file = att_str_of(run->ledger),
				.channel = entry->channels[i],
			});
	}
}

static int look(struct watch *w, const struct release_ledger_entry *entry, const struct release_config *config,
		struct att_err *err)
{
	struct align_run *run = w->run;
	run->alignment.is_past = release_ledger_is_past(&w->ledger, entry);
	run->alignment.prefix = ATT_ARENA_JOIN(&run->arena, entry->version, ATT_STR(" "));
	int status = align_run_open_release(run, config, err);
	if (status != ATT_OK || !choose(run, entry))
		return status;
	for (size_t c = 0; c < config->channel_count; c++)
		w->looked[c] |= !run->alignment.channels[c].is_left_out;
	align_run_hash_modules(run);
	align_run_look(run, w->end);
	enum att_outcome outcome = release_alignment_outcome(&run->alignment);
	w->refuted |= outcome == ATT_REFUTED;
	w->unknown |= outcome != ATT_REFUTED && outcome != ATT_HOLDS;
	release_alignment_report(&run->alignment, &run->steps, &run->findings);
	return ATT_OK;
}

static void watch_release(struct watch *w, const struct release_ledger_entry *entry)
{
	struct align_run *run = w->run;
	struct release_config config;
	struct att_err err = {0};
	run->releases++;
	run->commit = (struct release_commit){
		.id = entry->commit,
		.ref = ATT_ARENA_JOIN(&run->arena, ATT_STR("refs/tags/"), entry->tag),
		.time = entry->date,
		.has_time = true,
	};
	watch_tag(w, entry);
	tell_gone(run, entry);
	int status = fill_build(run, entry, &config, &err);
	if (status == ATT_OK && release_classify(&config.project, run->commit.ref) != RELEASE_RELEASE)
		status = att_err_set(
			&err, ATT_ERR_USAGE, "expected release tags as %.*s in the ledger, found %.*s",
			ATT_STR_ARG(att_str_first(config.project.tag, 100)), ATT_STR_ARG(entry->tag));
	if (status == ATT_OK)
		status = look(w, entry, &config, &err);
	if (status != ATT_OK)
		att_findings_add_err(&run->findings, att_str_of(run->ledger), NULL, &err);
	release_alignment_clear(&run->alignment);
	release_names_clear(&run->names);
	release_build_clear(&run->build);
}

/* --- all of them ----------------------------------------------------------------------------------------- */

/* Who asks for a channel wants to hear of it: that no release has it is no good news. */
static void tell_not_looked(struct watch *w)
{
	const struct release_config *config = &w->run->config.release;
	const struct cli_option *wanted = cli_option(w->run->command, "channel");
	for (size_t i = 0; i < wanted->count; i++)
		for (size_t c = 0; c < config->channel_count; c++)
			if (!w->looked[c] && att_str_is(config->channels[c].label, wanted->values[i]))
				att_findings_add(
					&w->run->findings,
					&(struct att_finding){
						.code = "channel-unknown",
						.severity = ATT_ERROR,
						.cannot_tell = true,
						.message = ATT_STR(
							"no release that was looked at has this channel"),
						.help = ATT_STR("leave it out of --channel, or --last away"),
						.file = att_str_of(w->run->ledger),
						.channel = config->channels[c].label,
					});
}

static enum att_outcome watch_all(struct align_run *run, int64_t end, size_t last)
{
	struct watch w = {.run = run, .end = end};
	struct att_err err = {0};
	att_map_init(&w.refs_at);
	w.looked = att_arena_alloc(&run->arena, run->config.release.channel_count, sizeof *w.looked);
	if (w.looked && align_ledger_read(run->ledger, true, &w.ledger, &run->findings)) {
		size_t count = w.ledger.count;
		w.has_refs = align_ledger_refs(run, &w.refs) && index_refs(&w, &err) == ATT_OK;
		for (size_t i = last > 0 && last < count ? count - last : 0; i < count; i++)
			watch_release(&w, &w.ledger.items[i]);
		tell_not_looked(&w);
	}
	att_map_clear(&w.refs_at);
	release_ledger_clear(&w.ledger);
	if (run->releases == 0)
		w.unknown = true;
	return w.refuted ? ATT_REFUTED : w.unknown ? ATT_CANNOT_TELL : ATT_HOLDS;
}

/* Beside attest.toml, unless another one is named. */
static char *find_ledger(const struct cli_command *command)
{
	const char *given = cli_value(command, "ledger");
	char *folder = cli_folder_of(align_config_path(command)), *path = NULL;
	if (!folder ||
	    (given ? asprintf(&path, "%s", given) : asprintf(&path, "%s/%s", folder, DEFAULT_LEDGER)) < 0)
		cli_usage(ALIGN_PROGRAM, "out of memory");
	free(folder);
	return path;
}

int align_watch_main(int argc, const char **argv)
{
	struct cli_option options[] = {
		ALIGN_RUN_OPTIONS,
		{"ledger", 0, "FILE", "the releases (default: " DEFAULT_LEDGER " beside attest.toml)", false,
		 NULL, 0},
		{"last", 0, "N", "only the N newest", false, NULL, 0},
		{"wait", 'w', "DURATION", "look again until all match, for so long: 90s, 30m, 2h", false, NULL,
		 0},
		{"quiet", 'q', NULL, "print nothing when all is well", false, NULL, 0},
		{0},
	};
	struct cli_command command = {ALIGN_PROGRAM, synopsis, description, NULL, options, NULL};
	struct align_run run = {.command = &command, .name = "watch", .is_watch = true};
	cli_parse(&command, argc, argv);
	const char *last = cli_value(&command, "last");
	unsigned newest = last ? cli_number(ALIGN_PROGRAM, "last", last, 1, 1000000) : 0;
	int64_t end = align_seconds_now() + align_read_wait(&command);
	char *ledger = find_ledger(&command);
	run.ledger = ledger;
	run.is_quiet = cli_flag(&command, "quiet");
	enum att_outcome outcome = ATT_CANNOT_TELL;
	if (align_run_open(&run))
		outcome = watch_all(&run, end, newest);
	int code = align_run_tell(&run, outcome);
	align_run_close(&run);
	free(ledger);
	return code;
}
