// SPDX-License-Identifier: Apache-2.0
#include "cmd/align_ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include "cmd/lock.h"
#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "release/oci.h"

#include "libattest/base/banned.h"

enum { MAX_REFS = 16 << 20 /* of a repository with 200,000 tags */ };

/* --- the file -------------------------------------------------------------------------------------------- */

bool align_ledger_read(const char *path, bool required, struct release_ledger *ledger,
		       struct att_findings *findings)
{
	struct att_buf text;
	struct att_arena arena = {0};
	struct att_source source;
	struct att_err err = {0};
	bool is_text = false;
	*ledger = (struct release_ledger){.items = NULL};
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	int status = att_file_read(AT_FDCWD, path, &text, &err);
	bool none = status == ATT_ERR_NOT_FOUND && !required;
	if (status == ATT_ERR_NOT_FOUND)
		att_err_help(&err, "\"attest align after --ledger FILE\" writes one");
	if (status == ATT_OK)
		status = att_source_init(&source, &arena, att_str_of(path), att_buf_str(&text), &err);
	if (status == ATT_OK) {
		is_text = true;
		status = release_ledger_parse(&source, ledger, &err);
	}
	if (status != ATT_OK && !none)
		att_findings_add_err(findings, att_str_of(path), is_text ? &source : NULL, &err);
	att_arena_clear(&arena);
	att_buf_clear(&text);
	return status == ATT_OK || none;
}

static int write_ledger(const char *path, const struct release_ledger *ledger, struct att_err *err)
{
	struct att_buf text;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	release_ledger_write(ledger, &text);
	int status = text.starved         ? att_err_memory(err)
		     : !att_buf_ok(&text) ? att_err_set(err, ATT_ERR_LIMIT, "expected a smaller ledger")
					  : cli_write(path, att_buf_str(&text), err);
	att_buf_clear(&text);
	return status;
}

/* --- tags ------------------------------------------------------------------------------------------------ */

bool align_ledger_refs(struct align_run *run, struct att_str *lines)
{
	const struct att_str words[] = {run->config.release.project.remote, ATT_STR("refs/tags/*")};
	struct align_said said;
	struct att_err err = {0};
	int status = align_record_ask(&run->record, &run->guard, ALIGN_REFS, words, 2, MAX_REFS, &run->arena,
				      &said, &err);
	*lines = said.text;
	if (status != ATT_OK)
		att_findings_add_err(&run->findings, (struct att_str){NULL, 0}, NULL, &err);
	return status == ATT_OK;
}

struct att_str align_ledger_object(struct att_str lines, struct att_str ref)
{
	struct att_str line;
	while (att_str_split(&lines, '\n', &line)) {
		size_t tab = att_str_find_byte(line, '\t');
		if (tab != ATT_STR_NONE && att_str_equal(att_str_from(line, tab + 1), ref))
			return att_str_first(line, tab);
	}
	return (struct att_str){NULL, 0};
}

/* What others have of the tag is what is looked at later; a checkout may have made it plain. */
static bool find_tag(struct align_run *run, struct release_ledger_entry *entry)
{
	struct att_str lines, ref = run->commit.ref,
			      peeled_ref = ATT_ARENA_JOIN(&run->arena, ref, ATT_STR("^{}"));
	if (!align_ledger_refs(run, &lines))
		return false;
	struct att_str plain = align_ledger_object(lines, ref), peeled = align_ledger_object(lines, peeled_ref);
	if (peeled.len > 0)
		entry->tag_object = plain;
	if (att_str_equal(peeled.len > 0 ? peeled : plain, entry->commit))
		return true;
	att_findings_add(&run->findings,
			 &(struct att_finding){
				 .code = "moved-tag",
				 .severity = ATT_ERROR,
				 .message = ATT_STR("the remote's tag names another commit, or is not there"),
				 .help = ATT_STR("push the tag; when it is another one, find out who moved it"),
				 .expected = entry->commit,
				 .found = plain.len > 0 ? (peeled.len > 0 ? peeled : plain) : ATT_STR("none"),
			 });
	return false;
}

/* --- adding ---------------------------------------------------------------------------------------------- */

static int fill_artifacts(struct align_run *run, struct release_ledger_entry *entry, struct att_err *err)
{
	const struct release_build *build = &run->build;
	entry->artifacts = att_arena_alloc(&run->arena, build->count, sizeof *entry->artifacts);
	if (!entry->artifacts)
		return att_err_memory(err);
	for (size_t i = 0; i < build->count; i++)
		entry->artifacts[entry->artifact_count++] = (struct release_ledger_artifact){
			.name = build->items[i].name,
			.platform = build->items[i].artifact->platform,
			.size = build->items[i].size,
			.sha256 = build->items[i].sha256,
			.sha512 = build->items[i].sha512,
			.tier = build->items[i].artifact->tier,
		};
	return ATT_OK;
}

/* Which image it is, where a file says so. */
static int fill_image(struct align_run *run, const struct release_channel_state *state,
		      struct release_ledger_entry *entry, struct att_err *err)
{
	struct att_digest digest;
	char hex[ATT_DIGEST_TEXT + 1];
	if (state->digest_text.len == 0 || !release_oci_digest_of(state->digest_text, &digest))
		return ATT_OK;
	att_digest_hex(&digest, hex);
	struct release_ledger_image *image = &entry->images[entry->image_count++];
	image->channel = state->channel->label;
	image->digest = att_arena_printf(&run->arena, "%s:%s", att_digest_name(digest.kind), hex);
	return image->digest.data ? ATT_OK : att_err_memory(err);
}

static int fill(struct align_run *run, struct release_ledger_entry *entry, struct att_err *err)
{
	const struct release_alignment *alignment = &run->alignment;
	size_t all = run->config.release.channel_count;
	int status = fill_artifacts(run, entry, err);
	if (status != ATT_OK)
		return status;
	entry->channels = att_arena_alloc(&run->arena, all, sizeof *entry->channels);
	entry->images = att_arena_alloc(&run->arena, all, sizeof *entry->images);
	if (!entry->channels || !entry->images)
		return att_err_memory(err);
	for (size_t c = 0; status == ATT_OK && c < all; c++) {
		const struct release_channel_state *state = &alignment->channels[c];
		if (!release_channel_passes(alignment, state))
			continue;
		entry->channels[entry->channel_count++] = state->channel->label;
		status = fill_image(run, state, entry, err);
	}
	release_ledger_sort(entry);
	return status;
}

static void report_conflict(struct align_run *run, const char *path, struct att_str one, struct att_str other)
{
	att_findings_add(
		&run->findings,
		&(struct att_finding){
			.code = "ledger-conflict",
			.severity = ATT_ERROR,
			.message = ATT_STR("the release is not the one that the ledger has under its tag"),
			.help = ATT_STR("a version that was released stays what it is: release another one"),
			.file = att_str_of(path),
			.artifact = run->alignment.variables.tag,
			.expected = one.len ? one : ATT_STR("none"),
			.found = other.len ? other : ATT_STR("none"),
		});
}

/* With the lock held: nobody else changes the file between reading and writing. */
static void update(struct align_run *run, const char *path, const struct release_ledger_entry *entry)
{
	struct release_ledger ledger;
	struct att_str one, other;
	struct att_err err = {0};
	if (align_ledger_read(path, false, &ledger, &run->findings)) {
		const struct release_ledger_entry *old = release_ledger_find(&ledger, entry->tag);
		if (old && release_ledger_differs(old, entry, &run->arena, &one, &other)) {
			report_conflict(run, path, one, other);
		} else {
			int status = release_ledger_add(&ledger, entry, &err);
			if (status == ATT_OK)
				status = write_ledger(path, &ledger, &err);
			if (status != ATT_OK)
				att_findings_add_err(&run->findings, att_str_of(path), NULL, &err);
		}
	}
	release_ledger_clear(&ledger);
}

void align_ledger_add(struct align_run *run, const char *path)
{
	struct release_ledger_entry entry = {
		.version = run->alignment.variables.version,
		.tag = run->alignment.variables.tag,
		.commit = run->commit.id,
		.date = run->commit.time,
		.verified = run->alignment.now,
	};
	struct att_err err = {0};
	int status = fill(run, &entry, &err);
	if (status != ATT_OK)
		att_findings_add_err(&run->findings, att_str_of(path), NULL, &err);
	if (status != ATT_OK || !find_tag(run, &entry))
		return;
	/* The last that may fail comes first: a run that fails adds nothing. */
	align_run_end_record(run);
	if (!align_run_holds(run, ATT_HOLDS))
		return;
	int lock = cli_lock(ALIGN_PROGRAM, path, NULL);
	update(run, path, &entry);
	close(lock);
}
