// SPDX-License-Identifier: Apache-2.0
/* Which part of a text is most like which text of the index. For every candidate the stretch of the text is
 * found that holds more of its shingles than others (a maximum sum), the best candidates claim theirs, and the
 * rest of the text is looked at again. */
#include "libattest/package/license_text.h"

#include <stdlib.h>

#include "libattest/package/license_text_internal.h"

#include "libattest/base/banned.h"

enum { CANDIDATES = 64 };

/* Looks at positions that one text may cost: a tenth of a second. The rest of a text that takes more, which
 * none but a made-up one does, stays unexplained. */
static const size_t MOST_WORK = (size_t)96 << 20;

static const double FLOOR = 0.5; /* what is less alike is not even near */

struct license_index {
	uint32_t text_count, shingle_count, set_count;
	const unsigned char *texts, *buckets, *lows, *set_ids, *set_places, *sets;
	const char *names;
};

struct candidate {
	uint32_t text;
	uint32_t size; /* shingles in its sample */
	unsigned level;
	size_t begin, end, matched; /* the stretch, in positions, and how much of the candidate it holds */
	double confidence;
};

struct recogniser {
	struct license_index index;
	uint64_t *shingles;
	size_t count;
	uint32_t *entries;    /* per position: shingle of the index, or NONE */
	bool *claimed;        /* per position */
	uint64_t *last;       /* per shingle of the index: when it was last seen */
	uint32_t *set_counts; /* per set */
	bool *in_text;        /* per set: holds the text that is looked at */
	uint32_t *text_counts;
	uint64_t now; /* counts positions looked at */
	double threshold;
	struct candidate nearest; /* of those below the threshold */
	struct candidate candidates[CANDIDATES];
	size_t candidate_count;
	struct candidate found[ATT_LICENSE_TEXT_MATCHES], rivals[ATT_LICENSE_TEXT_MATCHES];
	size_t found_count;
};

#define NONE UINT32_MAX

static uint32_t u32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint16_t u16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static size_t round_up(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

static struct license_index open_index(void)
{
	const unsigned char *p = att_license_texts_index;
	struct license_index index = {u32(p + 4), u32(p + 8), u32(p + 12), .texts = p + ATT_LICENSE_HEADER};
	index.buckets = index.texts + (size_t)index.text_count * ATT_LICENSE_TEXT_SIZE;
	index.lows = index.buckets + (size_t)(ATT_LICENSE_BUCKETS + 1) * 4;
	index.set_ids = index.lows + round_up((size_t)index.shingle_count * 2);
	index.set_places = index.set_ids + round_up((size_t)index.shingle_count * 2);
	index.sets = index.set_places + ((size_t)index.set_count + 1) * 4;
	index.names = (const char *)index.sets + round_up(u32(p + 16));
	return index;
}

static const unsigned char *text_row(const struct license_index *index, uint32_t text)
{
	return index->texts + (size_t)text * ATT_LICENSE_TEXT_SIZE;
}

static struct att_str text_name(const struct license_index *index, uint32_t text)
{
	return att_str_of(index->names + u32(text_row(index, text) + 8));
}

/* The shingle's row in the index. A bucket holds some ten. */
static uint32_t find_shingle(const struct license_index *index, uint64_t shingle)
{
	const unsigned char *bucket = index->buckets + (size_t)att_license_bucket(shingle) * 4;
	uint32_t begin = u32(bucket), end = u32(bucket + 4);
	uint16_t low = att_license_low(shingle);
	while (begin < end) {
		uint32_t middle = begin + (end - begin) / 2;
		uint16_t here = u16(index->lows + (size_t)middle * 2);
		if (here == low)
			return middle;
		if (here < low)
			begin = middle + 1;
		else
			end = middle;
	}
	return NONE;
}

static uint32_t set_of(const struct license_index *index, uint32_t entry)
{
	return u16(index->set_ids + (size_t)entry * 2);
}

/* Takes the next text of a set. */
static uint32_t next_of_set(const unsigned char **p)
{
	uint32_t value = 0;
	for (unsigned shift = 0;; shift += 7) {
		uint32_t byte = *(*p)++;
		value |= (byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
}

/* Adds what the set counts to each of its texts. */
static void count_set(struct recogniser *r, uint32_t set)
{
	const unsigned char *p = r->index.sets + u32(r->index.set_places + (size_t)set * 4);
	const unsigned char *end = r->index.sets + u32(r->index.set_places + ((size_t)set + 1) * 4);
	uint32_t text = 0;
	while (p < end) {
		text += next_of_set(&p);
		r->text_counts[text] += r->set_counts[set];
	}
}

static void mark_sets(struct recogniser *r, uint32_t text)
{
	for (uint32_t set = 0; set < r->index.set_count; set++) {
		if (r->set_counts[set] == 0) /* not in the input */
			continue;
		const unsigned char *p = r->index.sets + u32(r->index.set_places + (size_t)set * 4);
		const unsigned char *end = r->index.sets + u32(r->index.set_places + ((size_t)set + 1) * 4);
		uint32_t one = 0;
		while (p < end && (one += next_of_set(&p)) < text)
			;
		r->in_text[set] = one == text;
	}
}

/* More of the text before less of it, but likeness counts more: half alike is nearly nothing. */
static double weight(const struct candidate *c)
{
	double alike = c->confidence;
	return alike >= FLOOR ? (double)(c->matched << c->level) * alike * alike * alike : 0;
}

/* Keeps the candidates that may come to most. */
static void keep_candidate(struct recogniser *r, const struct candidate *candidate)
{
	size_t i = r->candidate_count;
	double most = weight(candidate);
	while (i > 0 && weight(&r->candidates[i - 1]) < most)
		i--;
	if (i == CANDIDATES)
		return;
	size_t behind = r->candidate_count - i;
	if (r->candidate_count == CANDIDATES)
		behind--;
	else
		r->candidate_count++;
	memmove(&r->candidates[i + 1], &r->candidates[i], behind * sizeof *r->candidates);
	r->candidates[i] = *candidate;
}

static void find_candidates(struct recogniser *r)
{
	memset(r->set_counts, 0, r->index.set_count * sizeof *r->set_counts);
	memset(r->text_counts, 0, r->index.text_count * sizeof *r->text_counts);
	for (size_t i = 0; i < r->count; i++)
		if (r->entries[i] != NONE && !r->claimed[i])
			r->set_counts[set_of(&r->index, r->entries[i])]++;
	for (uint32_t set = 0; set < r->index.set_count; set++)
		if (r->set_counts[set] > 0)
			count_set(r, set);
	r->candidate_count = 0;
	for (uint32_t text = 0; text < r->index.text_count; text++) {
		const unsigned char *row = text_row(&r->index, text);
		struct candidate candidate = {.text = text, .size = u16(row + 12), .level = row[14]};
		candidate.matched =
			r->text_counts[text] < candidate.size ? r->text_counts[text] : candidate.size;
		/* At best all of it lies together, with nothing between. */
		candidate.confidence =
			2.0 * (double)candidate.matched / (double)(candidate.size + candidate.matched);
		if (weight(&candidate) > 0)
			keep_candidate(r, &candidate);
	}
}

/* Finds the candidate's stretch. A shingle counts once within it, so that one sentence repeated does not look
 * like the text it is taken from; and the second of two copies adds nothing. */
static void find_stretch(struct recogniser *r, struct candidate *c)
{
	size_t begin = 0, matched = 0, others = 0;
	long score = 0, best = 0;
	uint64_t start = r->now + 1;
	c->matched = c->begin = c->end = 0;
	c->confidence = 0;
	if (r->now > MOST_WORK)
		return;
	mark_sets(r, c->text);
	for (size_t i = 0; i < r->count; i++) {
		uint64_t time = ++r->now;
		if (r->claimed[i]) {
			score = -1;
		} else if (att_license_level(r->shingles[i]) >= c->level) {
			uint32_t entry = r->entries[i];
			bool in = entry != NONE && r->in_text[set_of(&r->index, entry)];
			if (!in) {
				score--;
				others++;
			} else {
				score += r->last[entry] < start;
				matched += r->last[entry] < start;
				r->last[entry] = time;
			}
		}
		if (score < 0) {
			score = 0;
			matched = others = 0;
			begin = i + 1;
			start = time + 1;
		} else if (score > 0 && score >= best) { /* a repetition at the end belongs to it */
			best = score;
			c->begin = begin;
			c->end = i + 1;
			c->matched = matched;
			c->confidence = 2.0 * (double)matched / ((double)c->size + (double)(matched + others));
		}
	}
}

static size_t overlap(const struct candidate *a, const struct candidate *b)
{
	size_t begin = a->begin > b->begin ? a->begin : b->begin, end = a->end < b->end ? a->end : b->end;
	return end > begin ? end - begin : 0;
}

static bool same_name(const struct recogniser *r, const struct candidate *a, const struct candidate *b)
{
	return att_str_equal(text_name(&r->index, a->text), text_name(&r->index, b->text));
}

/* What is not alike, in shares: is the one's as small as the other's, or nearly? */
static bool is_near(const struct candidate *one, const struct candidate *best)
{
	return 1 - one->confidence <= 1.1 * (1 - best->confidence) + 0.002 && weight(one) >= 0.9 * weight(best);
}

static struct candidate *best_candidate(struct recogniser *r)
{
	struct candidate *best = NULL;
	for (size_t i = 0; i < r->candidate_count; i++) {
		struct candidate *c = &r->candidates[i];
		if (c->confidence < r->threshold) {
			if (weight(c) > weight(&r->nearest))
				r->nearest = *c;
		} else if (weight(c) > 0 && (!best || weight(c) > weight(best))) {
			best = c;
		}
	}
	return best;
}

/* Another copy of what was found already needs no place of its own. */
static bool keep_match(struct recogniser *r, const struct candidate *match, const struct candidate *rival)
{
	size_t i = 0;
	while (i < r->found_count && !same_name(r, &r->found[i], match))
		i++;
	if (i == ATT_LICENSE_TEXT_MATCHES)
		return false;
	if (i < r->found_count && r->found[i].confidence >= match->confidence)
		return true;
	r->found[i] = *match;
	r->rivals[i] = *rival;
	r->found_count += i == r->found_count;
	return true;
}

/* The best candidate claims its stretch, those that wanted some of it look for another, and so on. False when
 * nothing was found. */
static bool claim(struct recogniser *r)
{
	bool any = false;
	struct candidate *best;
	while ((best = best_candidate(r))) {
		struct candidate match = *best, rival = {0};
		for (size_t i = 0; i < r->candidate_count; i++) {
			const struct candidate *c = &r->candidates[i];
			bool other = overlap(c, &match) > 0 && !same_name(r, c, &match);
			if (other && is_near(c, &match) && weight(c) > weight(&rival))
				rival = *c;
		}
		if (!keep_match(r, &match, &rival))
			return false;
		any = true;
		memset(r->claimed + match.begin, true, match.end - match.begin);
		for (size_t i = 0; i < r->candidate_count; i++)
			if (overlap(&r->candidates[i], &match) > 0)
				find_stretch(r, &r->candidates[i]);
	}
	return any;
}

static struct att_license_text_match match_of(const struct recogniser *r, const struct candidate *c,
					      const struct candidate *rival)
{
	struct att_license_text_match match = {.id = text_name(&r->index, c->text),
					       .confidence = c->confidence};
	match.exception = (text_row(&r->index, c->text)[15] & ATT_LICENSE_KIND_EXCEPTION) != 0;
	match.or_later_open = att_str_ends(match.id, ATT_STR("-only"));
	if (rival->size > 0)
		match.rival = text_name(&r->index, rival->text);
	return match;
}

/* A match and its rival. */
struct pair {
	struct candidate match, rival;
};

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	return x->match.begin < y->match.begin ? -1 : x->match.begin > y->match.begin;
}

static void report(struct recogniser *r, struct att_license_texts *out)
{
	struct pair pairs[ATT_LICENSE_TEXT_MATCHES] = {0};
	const struct candidate none = {0};
	size_t explained = 0;
	for (size_t i = 0; i < r->count; i++)
		explained += r->claimed[i];
	out->explained = r->count > 0 ? (double)explained / (double)r->count : 0;
	for (size_t i = 0; i < r->found_count; i++)
		pairs[i] = (struct pair){r->found[i], r->rivals[i]};
	qsort(pairs, r->found_count, sizeof *pairs, compare_pairs);
	for (size_t i = 0; i < r->found_count; i++)
		out->matches[out->count++] = match_of(r, &pairs[i].match, &pairs[i].rival);
	if (out->count == 0 && r->nearest.size > 0)
		out->nearest = match_of(r, &r->nearest, &none);
}

/* A text that is one of the index word for word needs no search. */
static bool find_whole(const struct recogniser *r, uint64_t digest, struct att_license_texts *out)
{
	for (uint32_t text = 0; text < r->index.text_count; text++) {
		const unsigned char *row = text_row(&r->index, text);
		if (((uint64_t)u32(row + 4) << 32 | u32(row)) != digest)
			continue;
		struct candidate whole = {.text = text, .confidence = 1};
		struct candidate none = {0};
		out->matches[out->count++] = match_of(r, &whole, &none);
		out->explained = 1;
		return true;
	}
	return false;
}

static bool allocate(struct recogniser *r)
{
	r->entries = calloc(r->count + 1, sizeof *r->entries);
	r->claimed = calloc(r->count + 1, sizeof *r->claimed);
	r->last = calloc(r->index.shingle_count, sizeof *r->last);
	r->set_counts = calloc(r->index.set_count, sizeof *r->set_counts);
	r->in_text = calloc(r->index.set_count, sizeof *r->in_text);
	r->text_counts = calloc(r->index.text_count, sizeof *r->text_counts);
	return r->entries && r->claimed && r->last && r->set_counts && r->in_text && r->text_counts;
}

static void search(struct recogniser *r)
{
	for (size_t i = 0; i < r->count; i++)
		r->entries[i] = find_shingle(&r->index, r->shingles[i]);
	do {
		find_candidates(r);
		for (size_t i = 0; i < r->candidate_count; i++)
			find_stretch(r, &r->candidates[i]);
	} while (claim(r));
}

int att_license_text_recognise(struct att_str text, double threshold, struct att_license_texts *out,
			       struct att_err *err)
{
	struct recogniser *r = NULL;
	int code = 0;
	*out = (struct att_license_texts){0};
	if (text.len > ATT_LICENSE_TEXT_LONGEST)
		return att_err_set(err, ATT_ERR_LIMIT,
				   "expected a license text of at most %zu bytes, found %zu",
				   ATT_LICENSE_TEXT_LONGEST, text.len);
	r = calloc(1, sizeof *r);
	if (!r || !att_license_words(text, &r->shingles, &r->count)) {
		code = att_err_memory(err);
		goto out;
	}
	r->index = open_index();
	r->threshold = threshold;
	if (find_whole(r, att_license_digest(r->shingles, r->count), out))
		goto out;
	r->count = att_license_shingles(r->shingles, r->count);
	if (!allocate(r)) {
		code = att_err_memory(err);
		goto out;
	}
	search(r);
	report(r, out);
out:
	if (r) {
		free(r->shingles);
		free(r->entries);
		free(r->claimed);
		free(r->last);
		free(r->set_counts);
		free(r->in_text);
		free(r->text_counts);
	}
	free(r);
	return code;
}

struct att_str att_license_text_expression(const struct att_license_texts *texts, struct att_arena *arena)
{
	const struct att_str none = {NULL, 0};
	struct att_str license = none, exception = none;
	size_t licenses = 0;
	for (size_t i = 0; i < texts->count; i++) {
		const struct att_license_text_match *match = &texts->matches[i];
		if (match->rival.len > 0 || (match->exception && exception.len > 0))
			return none;
		if (match->exception) {
			exception = match->id;
			continue;
		}
		license = licenses++ > 0 ? ATT_ARENA_JOIN(arena, license, ATT_STR(" AND "), match->id)
					 : match->id;
		if (!license.data)
			return none;
	}
	if (exception.len == 0)
		return license;
	return licenses == 1 ? ATT_ARENA_JOIN(arena, license, ATT_STR(" WITH "), exception) : none;
}
