// SPDX-License-Identifier: Apache-2.0
#include "cmd/align_record.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

/* Only these two talk to others; the checkout itself is there in a replay, too. */
static const char *name_of(enum align_question question)
{
	return question == ALIGN_REFS ? "refs" : question == ALIGN_REMOTE_FILE ? "remote-file" : NULL;
}

/* --- opening --------------------------------------------------------------------------------------------- */

static int read_answers(struct align_record *record, struct att_err *err)
{
	struct att_buf text;
	struct att_arena arena = {0};
	struct att_source source;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	int status = att_file_read(AT_FDCWD, record->path, &text, err);
	if (status == ATT_ERR_NOT_FOUND)
		att_err_help(err, "a record is whole when the command that made it has ended");
	if (status == ATT_OK)
		status = att_source_init(&source, &arena, att_str_of(record->path), att_buf_str(&text), err);
	if (status == ATT_OK)
		status = release_answers_parse(&source, &record->answers, err);
	att_arena_clear(&arena);
	att_buf_clear(&text);
	return status;
}

int align_record_open(struct align_record *record, const char *record_folder, const char *replay_folder,
		      struct att_err *err)
{
	const char *folder = replay_folder ? replay_folder : record_folder;
	*record = (struct align_record){.replays = replay_folder != NULL};
	if (!folder)
		return ATT_OK;
	if (asprintf(&record->path, "%s/align.json", folder) < 0) {
		record->path = NULL;
		return att_err_memory(err);
	}
	return record->replays ? read_answers(record, err) : ATT_OK;
}

void align_record_close(struct align_record *record)
{
	release_answers_clear(&record->answers);
	free(record->path);
	*record = (struct align_record){.path = NULL};
}

/* --- asking ---------------------------------------------------------------------------------------------- */

static int ask_guard(const struct align_guard *guard, enum align_question question, const struct att_str *words,
		     size_t count, size_t max, struct att_arena *arena, struct align_said *said,
		     struct att_err *err)
{
	struct align_answer answer = {.fd = -1};
	struct att_buf text;
	att_buf_init(&text, max);
	int status = align_guard_ask(guard, question, words, count, &answer, err);
	said->commit = att_arena_copy(arena, att_str_of(answer.commit));
	if (status == ATT_OK)
		status = att_file_read_fd(answer.fd, "what git says", &text, err);
	if (status == ATT_OK)
		said->text = att_arena_copy(arena, att_buf_str(&text));
	if (status == ATT_OK && (!said->text.data || !said->commit.data))
		status = att_err_memory(err);
	if (answer.fd >= 0)
		close(answer.fd);
	att_buf_clear(&text);
	return status;
}

static void keep(struct align_record *record, const struct release_answer *question,
		 const struct align_said *said, int status, const struct att_err *why)
{
	struct release_answer answer = *question;
	answer.commit = said->commit;
	answer.code = status;
	if (status == ATT_OK) {
		answer.bytes = said->text;
	} else {
		answer.message = att_str_of(why->message);
		answer.help = att_str_of(why->help);
	}
	struct att_err err = {0};
	if (release_answers_add(&record->answers, &answer, &err) != ATT_OK)
		record->failed = err;
}

static int replay(struct align_record *record, const struct release_answer *question, size_t max,
		  struct att_arena *arena, struct align_said *said, struct att_err *err)
{
	const struct release_answer *answer = release_answers_take(&record->answers, question->question,
								   question->words, question->word_count);
	if (!answer) {
		att_err_set(err, ATT_ERR_NOT_FOUND, "what git asked %.*s was not recorded",
			    ATT_STR_ARG(att_str_first(question->words[0], 200)));
		att_err_help(err, "a replay asks what was asked while it was recorded, as often, and no more");
		return ATT_ERR_NOT_FOUND;
	}
	said->commit = att_arena_copy(arena, answer->commit);
	if (answer->code == ATT_OK && answer->bytes.len > max)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu bytes of git, found %zu", max,
				   answer->bytes.len);
	if (answer->code == ATT_OK)
		said->text = att_arena_copy(arena, answer->bytes);
	if (!said->commit.data || (answer->code == ATT_OK && !said->text.data))
		return att_err_memory(err);
	if (answer->code == ATT_OK)
		return ATT_OK;
	att_err_set(err, answer->code, "%.*s", ATT_STR_ARG(answer->message));
	if (answer->help.len > 0)
		att_err_help(err, "%.*s", ATT_STR_ARG(answer->help));
	return answer->code;
}

int align_record_ask(struct align_record *record, const struct align_guard *guard, enum align_question question,
		     const struct att_str *words, size_t count, size_t max, struct att_arena *arena,
		     struct align_said *said, struct att_err *err)
{
	struct release_answer asked = {.question = name_of(question), .word_count = count};
	struct att_err why = {0};
	*said = (struct align_said){{NULL, 0}, {NULL, 0}};
	for (size_t i = 0; i < count && i < RELEASE_ANSWER_WORDS; i++)
		asked.words[i] = words[i];
	if (!asked.question || !record->path || count > RELEASE_ANSWER_WORDS)
		return ask_guard(guard, question, words, count, max, arena, said, err);
	if (record->replays)
		return replay(record, &asked, max, arena, said, err);
	int status = ask_guard(guard, question, words, count, max, arena, said, &why);
	keep(record, &asked, said, status, &why);
	if (err && status != ATT_OK)
		*err = why;
	return status;
}

/* --- rounds ---------------------------------------------------------------------------------------------- */

uint32_t align_record_rounds(struct align_record *record)
{
	size_t release = record->releases++;
	return release < record->answers.round_count ? record->answers.rounds[release] : 1;
}

void align_record_add_rounds(struct align_record *record, uint32_t looks)
{
	struct att_err err = {0};
	if (!record->path || record->replays)
		return;
	if (release_answers_add_round(&record->answers, looks, &err) != ATT_OK)
		record->failed = err;
}

int align_record_end(struct align_record *record, int64_t now, struct att_err *err)
{
	struct att_buf text;
	if (!record->path || record->replays || record->is_ended)
		return ATT_OK;
	record->is_ended = true;
	if (record->failed.code != ATT_OK) {
		*err = record->failed;
		return err->code;
	}
	record->answers.time = now;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	release_answers_write(&record->answers, &text);
	const struct att_file_draft file = {record->path, att_buf_str(&text), 0600};
	int status = text.starved ? att_err_memory(err)
		     : !att_buf_ok(&text)
			     ? att_err_set(err, ATT_ERR_LIMIT, "expected less to record of what git was told")
			     : att_file_write_new(&file, 1, err);
	att_buf_clear(&text);
	return status;
}
