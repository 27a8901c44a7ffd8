// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include "libattest/base/file.h"
#include "release/answers.h"
#include "tests/unit/document.h"

struct doc {
	struct att_arena arena;
	struct att_source source;
	struct att_buf text;
	struct release_answers answers;
	struct att_err err;
	int status;
};

static void read_doc(struct doc *doc, const char *folder, const char *name)
{
	char path[256];
	memset(doc, 0, sizeof *doc);
	snprintf(path, sizeof path, "testdata/answers/%s/%s", folder, name);
	att_buf_init(&doc->text, 1 << 20);
	if (att_file_read(AT_FDCWD, path, &doc->text, &doc->err) != ATT_OK)
		fail_msg("%s: %s", path, doc->err.message);
	assert_int_equal(att_source_init(&doc->source, &doc->arena, att_str_of(name), att_buf_str(&doc->text),
					 &doc->err),
			 ATT_OK);
	doc->status = release_answers_parse(&doc->source, &doc->answers, &doc->err);
}

static void done(struct doc *doc)
{
	release_answers_clear(&doc->answers);
	att_arena_clear(&doc->arena);
	att_buf_clear(&doc->text);
}

static void test_good(void **state)
{
	(void)state;
	struct doc doc;
	struct att_buf again;
	read_doc(&doc, "good", "all.json");
	if (doc.status != ATT_OK)
		fail_msg("%u:%u %s", doc.err.place.line, doc.err.place.column, doc.err.message);
	assert_int_equal(doc.answers.count, 4);
	assert_int_equal(doc.answers.round_count, 2);
	assert_int_equal(doc.answers.rounds[0], 2);
	assert_int_equal(doc.answers.time, 1769860800);
	const struct release_answer *a = doc.answers.items;
	assert_string_equal(a[0].question, "refs");
	assert_text(a[0].words[1], "refs/tags/v1.0.0");
	assert_text(a[0].bytes, "a\nb");
	assert_int_equal(a[2].code, ATT_ERR_NOT_FOUND);
	assert_text(a[2].message, "the repository has no file q.json");
	assert_text(a[2].commit, "00112233445566778899aabbccddeeff00112233");
	assert_text(a[3].help, "see whether git answers");
	att_buf_init(&again, 1 << 20);
	release_answers_write(&doc.answers, &again);
	assert_true(att_buf_ok(&again));
	/* The bytes are those of the file, but for lists on more than one line. */
	assert_true(att_str_find(att_buf_str(&again), ATT_STR("\"bytes\": \"YQpi\"")) != ATT_STR_NONE);
	att_buf_clear(&again);
	done(&doc);
	read_doc(&doc, "good", "least.json");
	assert_int_equal(doc.status, ATT_OK);
	assert_int_equal(doc.answers.count + doc.answers.round_count, 0);
	done(&doc);
}

static void test_bad(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int code;
		const char *text;
	} bad[] = {
		{"array.json", ATT_ERR_MALFORMED, "expected an object"},
		{"truncated.json", ATT_ERR_MALFORMED, ""},
		{"twice.json", ATT_ERR_MALFORMED, "version"},
		{"version.json", ATT_ERR_UNSUPPORTED, "expected version 1"},
		{"no_version.json", ATT_ERR_MALFORMED, "\"version\""},
		{"unknown_key.json", ATT_ERR_MALFORMED, "\"more\""},
		{"no_time.json", ATT_ERR_MALFORMED, "\"time\""},
		{"time.json", ATT_ERR_MALFORMED, "\"time\""},
		{"no_rounds.json", ATT_ERR_MALFORMED, "\"rounds\""},
		{"round_zero.json", ATT_ERR_MALFORMED, "from 1 to"},
		{"round_text.json", ATT_ERR_MALFORMED, "from 1 to"},
		{"no_answers.json", ATT_ERR_MALFORMED, "\"answers\""},
		{"answer_text.json", ATT_ERR_MALFORMED, "tables in \"answers\""},
		{"question.json", ATT_ERR_MALFORMED, "\"refs\" or \"remote-file\""},
		{"no_question.json", ATT_ERR_MALFORMED, "\"question\""},
		{"words_many.json", ATT_ERR_MALFORMED, "at most 4 words"},
		{"word_number.json", ATT_ERR_MALFORMED, "a word"},
		{"times_zero.json", ATT_ERR_MALFORMED, "from 1 to 1000000"},
		{"times_many.json", ATT_ERR_MALFORMED, "from 1 to 1000000"},
		{"no_times.json", ATT_ERR_MALFORMED, "\"times\""},
		{"base64.json", ATT_ERR_MALFORMED, "\"bytes\""},
		{"neither.json", ATT_ERR_MALFORMED, "and not both"},
		{"both.json", ATT_ERR_MALFORMED, "and not both"},
		{"error_code.json", ATT_ERR_MALFORMED, "the code of an error"},
		{"error_no_message.json", ATT_ERR_MALFORMED, "\"message\""},
		{"error_key.json", ATT_ERR_MALFORMED, "\"more\""},
		{"commit_number.json", ATT_ERR_MALFORMED, "\"commit\""},
		{"long_message.json", ATT_ERR_LIMIT, "at most 2000 bytes"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct doc doc;
		read_doc(&doc, "bad", bad[i].name);
		if (doc.status != bad[i].code || !strstr(doc.err.message, bad[i].text) ||
		    doc.err.place.line == 0)
			fail_msg("%s: %d %u:%u %s", bad[i].name, doc.status, doc.err.place.line,
				 doc.err.place.column, doc.err.message);
		if (strcmp(bad[i].name, "question.json") == 0)
			assert_int_equal(doc.err.place.line, 10);
		done(&doc);
	}
}

static void add(struct release_answers *answers, const char *remote, const char *bytes)
{
	struct att_err err = {0};
	const struct release_answer answer = {.question = "refs",
					      .words = {att_str_of(remote), ATT_STR("refs/tags/*")},
					      .word_count = 2,
					      .bytes = att_str_of(bytes)};
	assert_int_equal(release_answers_add(answers, &answer, &err), ATT_OK);
}

static void assert_taken(struct release_answers *answers, const char *remote, const char *bytes)
{
	const struct att_str words[] = {att_str_of(remote), ATT_STR("refs/tags/*")};
	const struct release_answer *found = release_answers_take(answers, "refs", words, 2);
	if (!bytes) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_text(found->bytes, bytes);
}

static void test_order(void **state)
{
	(void)state;
	struct release_answers answers = {.time = 0};
	add(&answers, "a", "one");
	add(&answers, "b", "other");
	add(&answers, "a", "one");
	add(&answers, "a", "two");
	add(&answers, "a", "one");
	assert_int_equal(answers.count, 4);
	assert_taken(&answers, "c", NULL);
	assert_taken(&answers, "a", "one");
	assert_taken(&answers, "a", "one");
	assert_taken(&answers, "a", "two");
	assert_taken(&answers, "b", "other");
	assert_taken(&answers, "a", "one");
	assert_taken(&answers, "a", NULL);
	assert_taken(&answers, "b", NULL);
	const struct att_str words[] = {ATT_STR("a")};
	assert_null(release_answers_take(&answers, "refs", words, 1));
	assert_null(release_answers_take(&answers, "remote-file", words, 1));
	release_answers_clear(&answers);
}

static void test_secrets(void **state)
{
	(void)state;
	struct release_answers answers = {.time = 0};
	struct att_err err = {0};
	struct att_buf text;
	const struct release_answer answer = {
		.question = "refs",
		.words = {ATT_STR("https://me:secret@git.example/p.git?token=secret")},
		.word_count = 1,
		.code = ATT_ERR_IO,
		.message =
			ATT_STR("cannot access 'https://me:sec@ret@git.example/p.git' and http://secret@x now"),
		.help = ATT_STR("ask ssh://secret@b"),
	};
	assert_int_equal(release_answers_add(&answers, &answer, &err), ATT_OK);
	assert_text(answers.items[0].words[0], "https://git.example/p.git");
	assert_text(answers.items[0].message, "cannot access 'https://git.example/p.git' and http://x now");
	att_buf_init(&text, 1 << 20);
	release_answers_write(&answers, &text);
	assert_true(att_str_find(att_buf_str(&text), ATT_STR("sec")) == ATT_STR_NONE);
	att_buf_clear(&text);
	/* It is found by what was asked, and by what is left of that. */
	assert_int_equal(release_answers_add(&answers, &answer, &err), ATT_OK);
	assert_int_equal(answers.count, 1);
	assert_non_null(release_answers_take(&answers, "refs", answer.words, 1));
	const struct att_str plain[] = {ATT_STR("https://git.example/p.git")};
	assert_non_null(release_answers_take(&answers, "refs", plain, 1));
	assert_null(release_answers_take(&answers, "refs", plain, 1));
	release_answers_clear(&answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_secrets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
