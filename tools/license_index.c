// SPDX-License-Identifier: Apache-2.0
/* license_index FOLDER OUT: makes libattest/package/license_texts.bin of the texts of the SPDX license list.
 * FOLDER holds licenses/ and exceptions/, a file per id ("MIT" or "MIT.txt"). What is written holds
 * fingerprints of some of the texts' words, and none of the words; it depends on nothing but the texts and
 * their names. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/file.h"
#include "libattest/package/license.h"
#include "libattest/package/license_text.h"
#include "libattest/package/license_text_internal.h"

enum {
	MAX_TEXTS = 4000,
	SAMPLE = 420,  /* shingles of one text: more are thinned out by halves */
	TOO_SHORT = 4, /* texts of fewer shingles are stubs */
	MAX_SHINGLES = 1 << 20,
};

struct text {
	char id[128];
	bool exception;
	uint64_t digest;
	unsigned level;
	size_t count;
};

struct posting {
	uint64_t shingle;
	uint32_t text;
};

struct set {
	size_t first, count; /* in postings */
	uint32_t id;
};

static struct att_arena arena;
static struct text texts[MAX_TEXTS];
static size_t text_count;
static struct posting postings[MAX_SHINGLES];
static size_t posting_count;
static struct set sets[MAX_SHINGLES]; /* one per shingle */
static size_t shingle_count;

static void fail(const char *what, const char *detail)
{
	fprintf(stderr, "license_index: %s: %s\n", what, detail);
	exit(2);
}

/* Only what the index compares by: bucket and low bits. */
static uint64_t key_of(uint64_t shingle)
{
	return (uint64_t)att_license_bucket(shingle) << 16 | att_license_low(shingle);
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x, y;
	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return x < y ? -1 : x > y;
}

static int compare_postings(const void *a, const void *b)
{
	const struct posting *x = a, *y = b;
	if (key_of(x->shingle) != key_of(y->shingle))
		return key_of(x->shingle) < key_of(y->shingle) ? -1 : 1;
	return x->text < y->text ? -1 : x->text > y->text;
}

/* Adds a text, thinned out. Shingles of one text that the index cannot tell apart count once. */
static void add_text(const char *id, bool exception, const uint64_t *words, size_t word_count)
{
	uint64_t digest = att_license_digest(words, word_count);
	for (size_t i = 0; i < text_count; i++)
		if (texts[i].digest == digest) {
			printf("%s is %s\n", id, texts[i].id);
			return;
		}
	uint64_t *shingles = calloc(word_count + 1, sizeof *shingles);
	if (!shingles || text_count == MAX_TEXTS)
		fail(id, "too many texts");
	memcpy(shingles, words, word_count * sizeof *words);
	size_t count = att_license_shingles(shingles, word_count), kept = 0;
	if (count < TOO_SHORT) {
		printf("%s is too short\n", id);
		free(shingles);
		return;
	}
	struct text *text = &texts[text_count];
	snprintf(text->id, sizeof text->id, "%s", id);
	text->exception = exception;
	text->digest = digest;
	qsort(shingles, count, sizeof *shingles, compare_u64);
	do {
		text->level = kept > SAMPLE ? text->level + 1 : 0;
		kept = 0;
		for (size_t i = 0; i < count; i++)
			kept += att_license_level(shingles[i]) >= text->level &&
				(i == 0 || shingles[i] != shingles[i - 1]);
	} while (kept > SAMPLE);
	for (size_t i = 0; i < count; i++) {
		if (att_license_level(shingles[i]) < text->level)
			continue;
		if (posting_count == MAX_SHINGLES)
			fail(id, "too many shingles");
		postings[posting_count++] = (struct posting){shingles[i], (uint32_t)text_count};
	}
	text_count++;
	free(shingles);
}

static struct att_str without_suffix(struct att_str file)
{
	return att_str_ends(file, ATT_STR(".txt")) ? att_str_first(file, file.len - 4) : file;
}

/* The id under which a text is reported; false when it is not to be: an id that was given up for another one,
 * and whose file does not hold the license itself. */
static bool id_of(const char *file, char *out, size_t size)
{
	char name[128];
	struct att_str id = without_suffix(att_str_of(file));
	if (att_str_ends(id, ATT_STR("+")))
		id.len--;
	bool deprecated = false;
	snprintf(name, sizeof name, "%.*s-only", ATT_STR_ARG(id));
	if (att_license_find(att_str_of(name), NULL).len > 0)
		id = att_str_of(name);
	else if (att_license_find(id, &deprecated).len > 0 && deprecated &&
		 att_str_find(id, ATT_STR("-with-")) != ATT_STR_NONE)
		return false;
	snprintf(out, size, "%.*s", ATT_STR_ARG(id));
	return true;
}

/* Where the license itself ends and what many leave out begins: advice on using it, the text of another
 * license; 0 when there is no such place. */
static size_t end_of_terms(struct att_str text)
{
	static const struct {
		const char *mark;
		size_t part; /* of the text has to stand before it: a half, an eighth */
	} ends[] = {
		{"\nGNU GENERAL PUBLIC LICENSE\n",
		 8}, /* behind the third LGPL, which begins with its own terms */
		{"END OF TERMS AND CONDITIONS", 2},
		{"Exhibit A - ", 2},
	};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t at = att_str_find(text, att_str_of(ends[i].mark));
		if (at != ATT_STR_NONE && at > text.len / ends[i].part)
			return at;
	}
	return 0;
}

static void read_text(int dir, const char *file, bool exception)
{
	struct att_buf bytes;
	struct att_err err;
	char id[128];
	if (!id_of(file, id, sizeof id)) {
		printf("%s is left out\n", file);
		return;
	}
	att_buf_init(&bytes, ATT_LICENSE_TEXT_LONGEST);
	if (att_file_read(dir, file, &bytes, &err) != 0)
		fail(file, err.message);
	struct att_str all = att_buf_str(&bytes), parts[] = {all, att_str_first(all, end_of_terms(all))};
	for (size_t i = 0; i < 2 && parts[i].len > 0; i++) {
		uint64_t *words;
		size_t count;
		if (!att_license_words(parts[i], &words, &count))
			fail(file, "out of memory");
		add_text(id, exception, words, count);
		free(words);
	}
	att_buf_clear(&bytes);
}

static int compare_names(const void *a, const void *b)
{
	const struct att_str *x = a, *y = b;
	bool old_x = false, old_y = false;
	att_license_find(without_suffix(*x), &old_x);
	att_license_find(without_suffix(*y), &old_y);
	/* Ids that are still in use come first: an equal text keeps the first one. */
	return old_x != old_y ? old_x - old_y : att_str_compare(*x, *y);
}

static void read_folder(const char *folder, const char *name, bool exceptions)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	DIR *dir = opendir(path);
	if (!dir)
		fail(path, "cannot be opened");
	struct att_str *names = NULL;
	size_t count = 0, capacity = 0;
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		struct att_str *one = att_arena_push(&arena, (void **)&names, &count, &capacity, sizeof *names);
		if (!one)
			fail(path, "out of memory");
		*one = att_arena_copy(&arena, att_str_of(entry->d_name));
	}
	if (count > 0)
		qsort(names, count, sizeof *names, compare_names);
	for (size_t i = 0; i < count; i++)
		read_text(dirfd(dir), names[i].data, exceptions);
	closedir(dir);
}

/* Postings of one shingle become its set; equal postings one. */
static void gather_sets(void)
{
	size_t kept = 0;
	qsort(postings, posting_count, sizeof *postings, compare_postings);
	for (size_t i = 0; i < posting_count; i++) {
		bool same = kept > 0 && key_of(postings[kept - 1].shingle) == key_of(postings[i].shingle);
		if (same && postings[kept - 1].text == postings[i].text)
			continue;
		if (!same)
			sets[shingle_count++] = (struct set){.first = kept};
		sets[shingle_count - 1].count++;
		texts[postings[i].text].count++;
		postings[kept++] = postings[i];
	}
	posting_count = kept;
}

static int compare_sets(const void *a, const void *b)
{
	const struct set *x = *(struct set *const *)a, *y = *(struct set *const *)b;
	for (size_t i = 0; i < x->count && i < y->count; i++) {
		uint32_t left = postings[x->first + i].text, right = postings[y->first + i].text;
		if (left != right)
			return left < right ? -1 : 1;
	}
	return x->count < y->count ? -1 : x->count > y->count;
}

static void put(struct att_buf *out, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		att_buf_add_byte(out, (char)(unsigned char)(value >> 8 * i));
}

static void pad(struct att_buf *out)
{
	while (att_buf_str(out).len % 4 != 0)
		att_buf_add_byte(out, 0);
}

static void put_leb(struct att_buf *out, uint32_t value)
{
	for (; value >= 0x80; value >>= 7)
		put(out, (value & 0x7f) | 0x80, 1);
	put(out, value, 1);
}

/* Numbers the distinct sets and writes them; returns how many there are. */
static uint32_t put_sets(struct att_buf *places, struct att_buf *out)
{
	struct set **order = calloc(shingle_count, sizeof *order);
	uint32_t count = 0;
	if (!order)
		fail("sets", "out of memory");
	for (size_t i = 0; i < shingle_count; i++)
		order[i] = &sets[i];
	qsort(order, shingle_count, sizeof *order, compare_sets);
	for (size_t i = 0; i < shingle_count; i++) {
		if (i == 0 || compare_sets(&order[i - 1], &order[i]) != 0) {
			uint32_t last = 0;
			count++;
			put(places, att_buf_str(out).len, 4);
			for (size_t k = 0; k < order[i]->count; k++) {
				uint32_t text = postings[order[i]->first + k].text;
				put_leb(out, text - last);
				last = text;
			}
		}
		order[i]->id = count - 1;
	}
	put(places, att_buf_str(out).len, 4);
	pad(out);
	free(order);
	if (count > UINT16_MAX)
		fail("sets", "more than two bytes can count");
	return count;
}

static void put_texts(struct att_buf *out, struct att_buf *names)
{
	size_t name = 0;
	for (size_t i = 0; i < text_count; i++) {
		if (i == 0 || strcmp(texts[i].id, texts[i - 1].id) != 0) {
			name = att_buf_str(names).len;
			att_buf_add(names, (struct att_str){texts[i].id, strlen(texts[i].id) + 1});
		}
		put(out, texts[i].digest, 8);
		put(out, name, 4);
		put(out, texts[i].count, 2);
		put(out, texts[i].level, 1);
		put(out, texts[i].exception ? ATT_LICENSE_KIND_EXCEPTION : 0, 1);
	}
}

static void put_shingles(struct att_buf *out)
{
	size_t at = 0;
	for (uint32_t bucket = 0; bucket <= ATT_LICENSE_BUCKETS; bucket++) {
		while (at < shingle_count && att_license_bucket(postings[sets[at].first].shingle) < bucket)
			at++;
		put(out, at, 4);
	}
	for (size_t i = 0; i < shingle_count; i++)
		put(out, att_license_low(postings[sets[i].first].shingle), 2);
	pad(out);
	for (size_t i = 0; i < shingle_count; i++)
		put(out, sets[i].id, 2);
	pad(out);
}

int main(int argc, char **argv)
{
	struct att_buf out, rows, names, places, list;
	struct att_buf *const all[] = {&out, &rows, &names, &places, &list};
	struct att_err err;
	if (argc != 3)
		fail("usage", "license_index FOLDER OUT");
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		att_buf_init(all[i], (size_t)16 << 20);
	read_folder(argv[1], "exceptions", true); /* first: some were once licenses of their own */
	read_folder(argv[1], "licenses", false);
	gather_sets();
	put_texts(&rows, &names);
	uint32_t set_count = put_sets(&places, &list);
	att_buf_add(&out, ATT_STR("ATLT"));
	put(&out, text_count, 4);
	put(&out, shingle_count, 4);
	put(&out, set_count, 4);
	put(&out, att_buf_str(&list).len, 4);
	put(&out, att_buf_str(&names).len, 4);
	att_buf_add(&out, att_buf_str(&rows));
	put_shingles(&out);
	att_buf_add(&out, att_buf_str(&places));
	att_buf_add(&out, att_buf_str(&list));
	att_buf_add(&out, att_buf_str(&names));
	if (out.failed || att_file_write_atomic(argv[2], att_buf_str(&out), &err) != 0)
		fail(argv[2], out.failed ? "too large" : err.message);
	printf("%zu texts, %zu shingles, %u sets, %zu bytes of sets, %zu bytes\n", text_count, shingle_count,
	       set_count, att_buf_str(&list).len, att_buf_str(&out).len);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		att_buf_clear(all[i]);
	att_arena_clear(&arena);
	return 0;
}
