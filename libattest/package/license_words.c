// SPDX-License-Identifier: Apache-2.0
/* What of a license text counts: the SPDX license list matching guidelines (SPDX 2.3 Annex C), as far as they
 * can be followed without the markup of the templates. */
#include <stdlib.h>

#include "libattest/base/utf8.h"
#include "libattest/package/license_text_internal.h"

#include "libattest/base/banned.h"

enum { LONGEST_WORD = 24, LONGEST_NOTICE = 24 };

/* Spellings that are equal by the guidelines; "-ise" and "-isation" go by a rule. */
static const struct {
	const char *from, *to;
} spellings[] = {
	{"acknowledgement", "acknowledgment"},
	{"acknowledgements", "acknowledgments"},
	{"analogue", "analog"},
	{"analyse", "analyze"},
	{"artefact", "artifact"},
	{"artefacts", "artifacts"},
	{"calibre", "caliber"},
	{"cancelled", "canceled"},
	{"catalogue", "catalog"},
	{"centre", "center"},
	{"favour", "favor"},
	{"favourite", "favorite"},
	{"fulfil", "fulfill"},
	{"fulfilment", "fulfillment"},
	{"https", "http"},
	{"judgement", "judgment"},
	{"labelling", "labeling"},
	{"labour", "labor"},
	{"licence", "license"},
	{"licenced", "licensed"},
	{"licences", "licenses"},
	{"merchantibility", "merchantability"},
	{"modelled", "modeled"},
	{"modelling", "modeling"},
	{"offence", "offense"},
	{"practise", "practice"},
	{"programme", "program"},
	{"programmes", "programs"},
	{"signalling", "signaling"},
	{"whilst", "while"},
	{"wilful", "willful"},
};

struct reader {
	struct att_str text;
	size_t at;
	uint64_t *words;
	size_t count;
	char word[LONGEST_WORD + 1]; /* the start of the last word read, lower case, for comparing */
	size_t word_len, word_at;    /* its whole length, and where it stands */
	uint64_t hash;
	uint64_t previous;
};

static uint64_t hash_bytes(const char *data, size_t len)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)data[i]) * 1099511628211u;
	return hash;
}

static uint64_t mix(uint64_t x) /* the finaliser of SplitMix64 */
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* Bytes of the word character at `at`, or 0: letters and digits of any script, no signs. */
static size_t word_character(struct att_str text, size_t at)
{
	if (att_ascii_is_alnum(text.data[at]))
		return 1;
	if ((unsigned char)text.data[at] < 0x80)
		return 0;
	uint32_t c;
	size_t len = att_utf8_decode(att_str_from(text, at), &c);
	bool sign = c < 0xC0 || (c >= 0x2000 && c < 0x2C00) || (c >= 0x3000 && c < 0x3040) || c >= 0xFE00;
	return len > 0 && !sign ? len : 0;
}

/* "&quot;" and the like stand for signs. */
static size_t entity(struct att_str text)
{
	size_t i = 1;
	while (i < text.len && i < 8 && (att_ascii_is_alnum(text.data[i]) || text.data[i] == '#'))
		i++;
	return i > 2 && i < text.len && text.data[i] == ';' ? i + 1 : 1;
}

/* Reads the next word into the reader; false at the end. */
static bool next_word(struct reader *r)
{
	size_t len;
	while (r->at < r->text.len && word_character(r->text, r->at) == 0)
		r->at += r->text.data[r->at] == '&' ? entity(att_str_from(r->text, r->at)) : 1;
	if (r->at >= r->text.len)
		return false;
	r->word_at = r->at;
	r->word_len = 0;
	uint64_t hash = 14695981039346656037u;
	while (r->at < r->text.len && (len = word_character(r->text, r->at)) > 0) {
		for (size_t i = 0; i < len; i++) {
			char c = att_ascii_lower(r->text.data[r->at++]);
			hash = (hash ^ (unsigned char)c) * 1099511628211u;
			if (r->word_len < LONGEST_WORD)
				r->word[r->word_len] = c;
			r->word_len++;
		}
	}
	r->hash = hash;
	return true;
}

static struct att_str word_of(const struct reader *r)
{
	return (struct att_str){r->word, r->word_len <= LONGEST_WORD ? r->word_len : 0};
}

static bool is_word(const struct reader *r, const char *word)
{
	return att_str_is(word_of(r), word);
}

static char byte_at(const struct reader *r, size_t at)
{
	return at < r->text.len ? r->text.data[at] : '\0';
}

/* Is the word the number of a list: "1.", "2.3)", "(iv)"? Letters never count anyway. */
static bool is_list_mark(const struct reader *r, bool line_start)
{
	bool digits = r->word_len <= 2, roman = r->word_len <= 4;
	for (size_t i = 0; i < r->word_len && i < LONGEST_WORD; i++) {
		digits = digits && att_ascii_is_digit(r->word[i]);
		roman = roman && (r->word[i] == 'i' || r->word[i] == 'v' || r->word[i] == 'x');
	}
	if (!digits && !roman)
		return false;
	char before = r->word_at > 0 ? r->text.data[r->word_at - 1] : '\0', after = byte_at(r, r->at);
	if (before == '(' && after == ')')
		return true;
	char next = byte_at(r, r->at + 1);
	return line_start && (after == '.' || after == ')' || after == ']') &&
	       (next == '\0' || att_ascii_is_space(next) || next == '*' ||
		(digits && att_ascii_is_digit(next)));
}

/* After the word "copyright" at the start of a line: is it a notice, and not a sentence that was wrapped there?
 */
static bool is_notice(const struct reader *r)
{
	struct reader ahead = *r;
	bool capital = byte_at(r, r->word_at) == 'C';
	size_t i = r->at;
	while (i < r->text.len && (r->text.data[i] == ' ' || r->text.data[i] == '\t' || r->text.data[i] == ':'))
		i++;
	char next = byte_at(r, i);
	if (next == '(' || next == '<' || next == '[' || next == '{' || next == '$' ||
	    (unsigned char)next >= 0x80)
		return true;
	if (att_ascii_is_digit(next))
		return true;
	if (!capital || next < 'A' || next > 'Z' || !next_word(&ahead))
		return false;
	static const char *const sentences[] = {"holder",  "holders", "owner", "owners", "notice",
						"notices", "law",     "laws",  "act",    "license"};
	for (size_t k = 0; k < sizeof sentences / sizeof *sentences; k++)
		if (is_word(&ahead, sentences[k]))
			return false;
	return true;
}

/* Passes the rest of the line, but not more words than a notice has: some texts are one long line. */
static void pass_notice(struct reader *r)
{
	struct att_str rest = att_str_from(r->text, r->at);
	size_t line = att_str_find_byte(rest, '\n');
	size_t end = line == ATT_STR_NONE ? r->text.len : r->at + line;
	for (size_t words = 0; words < LONGEST_NOTICE; words++) {
		if (!next_word(r) || r->word_at >= end) {
			r->at = end;
			return;
		}
	}
}

static void respell(struct reader *r)
{
	static const char *const endings[] = {"ise", "ised", "ises", "ising", "isation", "isations"};
	struct att_str word = word_of(r);
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		if (word.len > 0 && word.data[0] == spellings[i].from[0] &&
		    att_str_is(word, spellings[i].from)) {
			r->hash = hash_bytes(spellings[i].to, strlen(spellings[i].to));
			return;
		}
	}
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		if (att_str_ends(word, att_str_of(endings[i]))) {
			r->word[word.len - strlen(endings[i]) + 1] = 'z';
			r->hash = hash_bytes(r->word, word.len);
			return;
		}
	}
	bool plural = is_word(r, "owners");
	if ((plural || is_word(r, "owner")) && r->previous == hash_bytes("copyright", 9))
		r->hash = plural ? hash_bytes("holders", 7) : hash_bytes("holder", 6);
}

/* The word that was just read, with what stands before it on its line. */
static void take_word(struct reader *r, bool line_start)
{
	if (line_start && is_word(r, "copyright") && is_notice(r)) {
		pass_notice(r);
		return;
	}
	bool letter = r->word_len == 1 && !att_ascii_is_digit(r->word[0]);
	bool sign = line_start && letter && r->word[0] == 'c' && byte_at(r, r->at) == ')';
	if (sign && (att_ascii_is_digit(byte_at(r, r->at + 2)) || byte_at(r, r->at + 2) == 'C')) {
		pass_notice(r);
		return;
	}
	if (letter || is_list_mark(r, line_start))
		return;
	respell(r);
	r->words[r->count++] = r->previous = r->hash;
}

bool att_license_words(struct att_str text, uint64_t **words, size_t *count)
{
	struct reader r = {.text = text};
	/* Every word has a separator after it. */
	*words = r.words = malloc((text.len / 2 + 1) * sizeof *r.words);
	*count = 0;
	if (!r.words)
		return false;
	size_t from = 0;
	while (next_word(&r)) {
		struct att_str between = {text.data + from, r.word_at - from};
		bool line_start = from == 0 || att_str_find_last_byte(between, '\n') != ATT_STR_NONE;
		take_word(&r, line_start);
		from = r.at;
	}
	*count = r.count;
	return true;
}

size_t att_license_shingles(uint64_t *words, size_t count)
{
	if (count < ATT_LICENSE_SHINGLE)
		return 0;
	size_t shingles = count - ATT_LICENSE_SHINGLE + 1;
	for (size_t i = 0; i < shingles; i++) {
		uint64_t hash = 0;
		for (size_t k = 0; k < ATT_LICENSE_SHINGLE; k++)
			hash = mix(hash + words[i + k]);
		words[i] = hash;
	}
	return shingles;
}

uint64_t att_license_digest(const uint64_t *words, size_t count)
{
	uint64_t hash = count;
	for (size_t i = 0; i < count; i++)
		hash = mix(hash + words[i]);
	return hash;
}
