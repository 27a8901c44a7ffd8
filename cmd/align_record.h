// SPDX-License-Identifier: Apache-2.0
/* What git asks other repositories, kept beside the exchanges of --record, and given again by --replay. */
#ifndef CMD_ALIGN_RECORD_H
#define CMD_ALIGN_RECORD_H

#include "cmd/align_guard.h"
#include "release/answers.h"

struct align_record {
	struct release_answers answers;
	char *path; /* of align.json; NULL: nothing is recorded or replayed; owned */
	bool replays, is_ended;
	size_t releases;       /* whose rounds were asked for */
	struct att_err failed; /* what could not be kept */
};

/* At most one of the folders is given. Reads what is to be replayed. Close it in any case. Errors: those of
 * att_file_read and release_answers_parse, with their place. */
int align_record_open(struct align_record *record, const char *record_folder, const char *replay_folder,
		      struct att_err *err) ATT_MUST_USE;
void align_record_close(struct align_record *record);

/* What git says, in the arena. */
struct align_said {
	struct att_str text, commit;
};

/* As align_guard_ask, for up to `max` bytes. In a replay, what would go over a network is not asked: what was
 * not recorded is ATT_ERR_NOT_FOUND without a commit. */
int align_record_ask(struct align_record *record, const struct align_guard *guard, enum align_question question,
		     const struct att_str *words, size_t count, size_t max, struct att_arena *arena,
		     struct align_said *said, struct att_err *err) ATT_MUST_USE;

/* In a replay: how often the next release was looked at; 1 where that was not recorded. */
uint32_t align_record_rounds(struct align_record *record);

/* Of a recording: the release was looked at so often. */
void align_record_add_rounds(struct align_record *record, uint32_t looks);

/* Writes what was recorded, if that was asked for and was not done. Errors: ATT_ERR_IO, ATT_ERR_MEMORY,
 * ATT_ERR_LIMIT. */
int align_record_end(struct align_record *record, int64_t now, struct att_err *err) ATT_MUST_USE;

#endif
