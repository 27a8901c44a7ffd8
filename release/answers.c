// SPDX-License-Identifier: Apache-2.0
#include "release/answers.h"

#include "libattest/base/limits.h"
#include "libattest/base/time.h"
#include "libattest/format/base64.h"
#include "libattest/format/json.h"
#include "libattest/format/shape.h"

#include "libattest/base/banned.h"

enum {
	VERSION = 1,
	MAX_ANSWERS = 10000, /* each is looked for among all */
	MAX_ROUNDS = 100000,
	MAX_TIMES = 1000000,
	MAX_TEXT = 2000,
};

static const char *const questions[] = {"refs", "remote-file"};

static const struct {
	int code;
	const char *name;
} codes[] = {
	{ATT_ERR_IO, "io"},         {ATT_ERR_NOT_FOUND, "not-found"},     {ATT_ERR_REFUSED, "refused"},
	{ATT_ERR_LIMIT, "limit"},   {ATT_ERR_UNSUPPORTED, "unsupported"}, {ATT_ERR_USAGE, "usage"},
	{ATT_ERR_MEMORY, "memory"}, {ATT_ERR_MALFORMED, "malformed"},
};

void release_answers_clear(struct release_answers *answers)
{
	att_arena_clear(&answers->arena);
	*answers = (struct release_answers){.time = 0};
}

/* --- secrets --------------------------------------------------------------------------------------------- */

static bool ends_url(char c)
{
	return att_ascii_is_space(c) || c == '\'' || c == '"';
}

/* Appends the text up to the end of the URL whose "://" stands at `at`, without user and query; returns where
 * the rest begins. */
static size_t add_url(struct att_str text, size_t at, struct att_buf *out)
{
	size_t begin = at + 3, host = begin, end = begin, path;
	while (end < text.len && !ends_url(text.data[end]))
		end++;
	for (path = begin; path < end && text.data[path] != '/' && text.data[path] != '?'; path++)
		if (text.data[path] == '@')
			host = path + 1;
	struct att_str rest = att_str_from(att_str_first(text, end), host);
	att_buf_add(out, att_str_first(text, begin));
	att_buf_add(out, att_str_first(rest, att_str_find_byte(rest, '?')));
	return end;
}

/* Each URL in the text loses what may be secret in it. */
static struct att_str redact(struct att_str text, struct att_arena *arena)
{
	struct att_buf out;
	att_buf_init(&out, text.len + 1);
	for (;;) {
		size_t at = att_str_find(text, ATT_STR("://"));
		if (at == ATT_STR_NONE)
			break;
		text = att_str_from(text, add_url(text, at, &out));
	}
	att_buf_add(&out, text);
	struct att_str copy = {NULL, 0};
	if (att_buf_ok(&out))
		copy = att_arena_copy(arena, att_buf_str(&out));
	att_buf_clear(&out);
	return copy;
}

/* --- keeping --------------------------------------------------------------------------------------------- */

static bool is_about(const struct release_answer *answer, const char *question, const struct att_str *words,
		     size_t count)
{
	if (strcmp(answer->question, question) != 0 || answer->word_count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!att_str_equal(answer->words[i], words[i]))
			return false;
	return true;
}

static bool is_same(const struct release_answer *a, const struct release_answer *b)
{
	return a->code == b->code && att_str_equal(a->commit, b->commit) && att_str_equal(a->bytes, b->bytes) &&
	       att_str_equal(a->message, b->message) && att_str_equal(a->help, b->help);
}

/* The same in the arena. False when memory is out. */
static bool copy_answer(const struct release_answer *from, struct att_arena *arena, struct release_answer *to)
{
	bool whole = true;
	*to = *from;
	for (size_t i = 0; i < from->word_count; i++) {
		to->words[i] = redact(from->words[i], arena);
		whole = whole && to->words[i].data;
	}
	to->message = redact(from->message, arena);
	to->help = redact(from->help, arena);
	to->commit = att_arena_copy(arena, from->commit);
	to->bytes = att_arena_copy(arena, from->bytes);
	to->times = 1;
	to->used = 0;
	return whole && to->message.data && to->help.data && to->commit.data && to->bytes.data;
}

int release_answers_add(struct release_answers *answers, const struct release_answer *answer,
			struct att_err *err)
{
	struct release_answer copy;
	if (!copy_answer(answer, &answers->arena, &copy))
		return att_err_memory(err);
	for (size_t i = answers->count; i-- > 0;) {
		struct release_answer *last = &answers->items[i];
		if (!is_about(last, copy.question, copy.words, copy.word_count))
			continue;
		if (!is_same(last, &copy) || last->times == MAX_TIMES)
			break;
		last->times++;
		return ATT_OK;
	}
	if (answers->count == MAX_ANSWERS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d different answers to record",
				   (int)MAX_ANSWERS);
	struct release_answer *added = att_arena_push(&answers->arena, (void **)&answers->items,
						      &answers->count, &answers->capacity, sizeof *added);
	if (!added)
		return att_err_memory(err);
	*added = copy;
	return ATT_OK;
}

int release_answers_add_round(struct release_answers *answers, uint32_t looks, struct att_err *err)
{
	if (answers->round_count == MAX_ROUNDS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d releases to record",
				   (int)MAX_ROUNDS);
	uint32_t *added = att_arena_push(&answers->arena, (void **)&answers->rounds, &answers->round_count,
					 &answers->round_capacity, sizeof *added);
	if (!added)
		return att_err_memory(err);
	*added = looks;
	return ATT_OK;
}

const struct release_answer *release_answers_take(struct release_answers *answers, const char *question,
						  const struct att_str *words, size_t count)
{
	struct att_arena scratch = {0};
	struct att_str plain[RELEASE_ANSWER_WORDS];
	struct release_answer *found = NULL;
	bool whole = count <= RELEASE_ANSWER_WORDS;
	for (size_t i = 0; whole && i < count; i++) {
		plain[i] = redact(words[i], &scratch);
		whole = plain[i].data != NULL;
	}
	for (size_t i = 0; whole && !found && i < answers->count; i++)
		if (answers->items[i].used < answers->items[i].times &&
		    is_about(&answers->items[i], question, plain, count))
			found = &answers->items[i];
	if (found)
		found->used++;
	att_arena_clear(&scratch);
	return found;
}

/* --- writing --------------------------------------------------------------------------------------------- */

static const char *name_of(int code)
{
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].code == code)
			return codes[i].name;
	return codes[0].name;
}

static void write_bytes(struct att_str bytes, struct att_json_writer *w)
{
	struct att_buf text;
	att_buf_init(&text, bytes.len * 2 + 4);
	att_base64_encode(bytes, &text);
	att_json_member(w, "bytes", att_buf_str(&text));
	if (!att_buf_ok(&text))
		w->out->failed = true;
	att_buf_clear(&text);
}

static void write_answer(const struct release_answer *answer, struct att_json_writer *w)
{
	att_json_object(w);
	att_json_member(w, "question", att_str_of(answer->question));
	att_json_key(w, "words");
	att_json_array(w);
	for (size_t i = 0; i < answer->word_count; i++)
		att_json_string(w, answer->words[i]);
	att_json_array_end(w);
	att_json_key(w, "times");
	att_json_uint(w, answer->times);
	att_json_member_if(w, "commit", answer->commit);
	if (answer->code == ATT_OK) {
		write_bytes(answer->bytes, w);
	} else {
		att_json_key(w, "error");
		att_json_object(w);
		att_json_member(w, "code", att_str_of(name_of(answer->code)));
		att_json_member(w, "message", answer->message);
		att_json_member_if(w, "help", answer->help);
		att_json_object_end(w);
	}
	att_json_object_end(w);
}

void release_answers_write(const struct release_answers *answers, struct att_buf *out)
{
	struct att_json_writer w;
	char time[ATT_TIME_TEXT + 1];
	att_time_format(answers->time, time);
	att_json_begin(&w, out, false);
	att_json_object(&w);
	att_json_key(&w, "version");
	att_json_uint(&w, VERSION);
	att_json_member(&w, "time", att_str_of(time));
	att_json_key(&w, "rounds");
	att_json_array(&w);
	for (size_t i = 0; i < answers->round_count; i++)
		att_json_uint(&w, answers->rounds[i]);
	att_json_array_end(&w);
	att_json_key(&w, "answers");
	att_json_array(&w);
	for (size_t i = 0; i < answers->count; i++)
		write_answer(&answers->items[i], &w);
	att_json_array_end(&w);
	att_json_object_end(&w);
}

/* --- reading --------------------------------------------------------------------------------------------- */

struct reading {
	const struct att_source *source;
	struct release_answers *out;
	struct att_err *err;
};

static int complain(const struct reading *r, const struct att_value *at, const char *expected)
{
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, at->span,
			      "expected %s, found something else", expected);
}

static int read_text(const struct reading *r, const struct att_value *object, const char *key, bool required,
		     struct att_str *out)
{
	const struct att_value *value;
	int status = att_value_want(r->source, object, key, ATT_STRING, required, &value, r->err);
	*out = ATT_STR("");
	if (status != ATT_OK || !value)
		return status;
	if (value->string.len > MAX_TEXT)
		return att_source_err(r->source, r->err, ATT_ERR_LIMIT, value->span,
				      "expected at most %d bytes for \"%s\", found %zu", (int)MAX_TEXT, key,
				      value->string.len);
	*out = att_arena_copy(&r->out->arena, value->string);
	return out->data ? ATT_OK : att_err_memory(r->err);
}

static int read_count(const struct reading *r, const struct att_value *value, uint32_t max, uint32_t *out)
{
	if (value->kind != ATT_INTEGER || value->integer.negative || value->integer.magnitude == 0 ||
	    value->integer.magnitude > max)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, value->span,
				      "expected a number from 1 to %u, found something else", (unsigned)max);
	*out = (uint32_t)value->integer.magnitude;
	return ATT_OK;
}

static int read_error(const struct reading *r, const struct att_value *error, struct release_answer *answer)
{
	static const char *const known[] = {"code", "message", "help", NULL};
	struct att_str code;
	int status = att_shape_only(r->source, error, known, "\"error\"", r->err);
	if (status == ATT_OK)
		status = read_text(r, error, "code", true, &code);
	if (status == ATT_OK)
		status = read_text(r, error, "message", true, &answer->message);
	if (status == ATT_OK)
		status = read_text(r, error, "help", false, &answer->help);
	if (status != ATT_OK)
		return status;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (att_str_is(code, codes[i].name))
			answer->code = codes[i].code;
	return answer->code != ATT_OK ? ATT_OK
				      : complain(r, att_value_get(error, "code"), "the code of an error");
}

static int read_bytes(const struct reading *r, const struct att_value *bytes, struct release_answer *answer)
{
	struct att_buf out;
	struct att_err why = {0};
	att_buf_init(&out, bytes->string.len + 1);
	int status = att_base64_decode(bytes->string, ATT_BASE64, "\"bytes\"", &out, &why);
	if (status == ATT_OK) {
		answer->bytes = att_arena_copy(&r->out->arena, att_buf_str(&out));
		status = answer->bytes.data ? ATT_OK : att_err_memory(r->err);
	} else {
		att_source_err(r->source, r->err, status, bytes->span, "%s", why.message);
	}
	att_buf_clear(&out);
	return status;
}

static int read_words(const struct reading *r, const struct att_value *words, struct release_answer *answer)
{
	if (words->count > RELEASE_ANSWER_WORDS)
		return complain(r, words, "at most 4 words");
	for (uint32_t i = 0; i < words->count; i++) {
		const struct att_value *word = &words->items[i];
		if (word->kind != ATT_STRING || word->string.len > MAX_TEXT)
			return complain(r, word, "a word");
		answer->words[i] = att_arena_copy(&r->out->arena, word->string);
		if (!answer->words[i].data)
			return att_err_memory(r->err);
		answer->word_count++;
	}
	return ATT_OK;
}

static int read_question(const struct reading *r, const struct att_value *value, struct release_answer *answer)
{
	const struct att_value *question, *words;
	int status = att_value_want(r->source, value, "question", ATT_STRING, true, &question, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, value, "words", ATT_ARRAY, true, &words, r->err);
	if (status != ATT_OK)
		return status;
	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
		if (att_str_is(question->string, questions[i]))
			answer->question = questions[i];
	return answer->question ? read_words(r, words, answer)
				: complain(r, question, "\"refs\" or \"remote-file\"");
}

static int read_answer(const struct reading *r, const struct att_value *value)
{
	static const char *const known[] = {"question", "words", "times", "commit", "bytes", "error", NULL};
	struct release_answer answer = {.code = ATT_OK};
	const struct att_value *times = NULL, *bytes = NULL, *error = NULL;
	int status = att_shape_only(r->source, value, known, "an answer", r->err);
	if (status == ATT_OK)
		status = read_question(r, value, &answer);
	if (status == ATT_OK)
		status = att_value_want(r->source, value, "times", ATT_INTEGER, true, &times, r->err);
	if (status == ATT_OK)
		status = read_count(r, times, MAX_TIMES, &answer.times);
	if (status == ATT_OK)
		status = read_text(r, value, "commit", false, &answer.commit);
	if (status == ATT_OK)
		status = att_value_want(r->source, value, "bytes", ATT_STRING, false, &bytes, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, value, "error", ATT_OBJECT, false, &error, r->err);
	if (status == ATT_OK && (bytes == NULL) == (error == NULL))
		status = complain(r, value, "bytes or an error, and not both");
	if (status == ATT_OK)
		status = bytes ? read_bytes(r, bytes, &answer) : read_error(r, error, &answer);
	if (status != ATT_OK)
		return status;
	struct release_answer *added = att_arena_push(&r->out->arena, (void **)&r->out->items, &r->out->count,
						      &r->out->capacity, sizeof *added);
	if (!added)
		return att_err_memory(r->err);
	*added = answer;
	return ATT_OK;
}

static int read_rounds(const struct reading *r, const struct att_value *rounds)
{
	int status = ATT_OK;
	if (rounds->count > MAX_ROUNDS)
		return complain(r, rounds, "fewer releases");
	for (uint32_t i = 0; status == ATT_OK && i < rounds->count; i++) {
		uint32_t looks = 0;
		status = read_count(r, &rounds->items[i], MAX_TIMES, &looks);
		if (status == ATT_OK)
			status = release_answers_add_round(r->out, looks, r->err);
	}
	return status;
}

static int read_root(const struct reading *r, const struct att_value *root)
{
	static const char *const known[] = {"version", "time", "rounds", "answers", NULL};
	const struct att_value *version, *rounds = NULL, *list = NULL;
	bool given = false;
	int status = root->kind == ATT_OBJECT ? ATT_OK : complain(r, root, "an object");
	if (status == ATT_OK)
		status = att_value_want(r->source, root, "version", ATT_INTEGER, true, &version, r->err);
	if (status == ATT_OK && (version->integer.negative || version->integer.magnitude != VERSION))
		status = att_source_err(r->source, r->err, ATT_ERR_UNSUPPORTED, version->span,
					"expected version %d of recorded answers, found another", (int)VERSION);
	if (status == ATT_OK)
		status = att_shape_only(r->source, root, known, "what was recorded", r->err);
	if (status == ATT_OK)
		status = att_shape_time(r->source, root, "time", &given, &r->out->time, r->err);
	if (status == ATT_OK && !given)
		status = complain(r, root, "\"time\"");
	if (status == ATT_OK)
		status = att_value_want(r->source, root, "rounds", ATT_ARRAY, true, &rounds, r->err);
	if (status == ATT_OK)
		status = read_rounds(r, rounds);
	if (status == ATT_OK && !att_value_get(root, "answers"))
		status = complain(r, root, "\"answers\"");
	if (status == ATT_OK)
		status = att_shape_tables(r->source, root, "answers", &list, r->err);
	if (status == ATT_OK && list->count > MAX_ANSWERS)
		status = complain(r, list, "fewer answers");
	for (uint32_t i = 0; status == ATT_OK && i < list->count; i++)
		status = read_answer(r, &list->items[i]);
	return status;
}

int release_answers_parse(const struct att_source *source, struct release_answers *out, struct att_err *err)
{
	const struct reading r = {source, out, err};
	struct att_value root = {.kind = ATT_NULL};
	struct att_arena scratch = {0};
	*out = (struct release_answers){.time = 0};
	int status = att_json_parse(source, &scratch, &root, err);
	if (status == ATT_OK)
		status = read_root(&r, &root);
	att_arena_clear(&scratch);
	return status;
}
