// SPDX-License-Identifier: Apache-2.0
/* Maven's ComparableVersion (https://maven.apache.org/pom.html#version-order-specification), as of 3.9. A
 * version is a list of numbers and words; '-' and the border between digits and letters begin a list in it,
 * which is its last item. So nesting is a chain, and is kept flat here, with a mark where each inner list
 * begins. */
#include "libattest/base/limits.h"
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

/* COMBINATION is a word with a number right behind it or behind a '-'. */
enum kind { NUMBER, WORD, COMBINATION, LIST };

struct item {
	enum kind kind;
	struct att_str word, digits;
};

/* Two bytes make at most two items and a list, and there is room for one more. */
struct version {
	struct item items[2 * ATT_MAX_VERSION + 2];
	size_t count;
};

/* --- reading ------------------------------------------------------------------------------------------- */

/* Begins a list, unless the one that is open has nothing in it. */
static void open_list(struct version *v)
{
	if (v->count > 0 && v->items[v->count - 1].kind != LIST)
		v->items[v->count++] = (struct item){.kind = LIST};
}

static void add_item(struct version *v, struct att_str text, bool is_combination, bool is_digits)
{
	struct item *item = &v->items[v->count++];
	if (!is_combination) {
		*item = (struct item){.kind = is_digits ? NUMBER : WORD};
		*(is_digits ? &item->digits : &item->word) = text;
		return;
	}
	size_t letters = 0;
	while (letters < text.len && !att_ascii_is_digit(text.data[letters]))
		letters++;
	*item = (struct item){.kind = COMBINATION, .digits = att_str_from(text, letters)};
	if (letters > 0 && text.data[letters - 1] == '-')
		letters--;
	item->word = att_str_first(text, letters);
}

static void add_zero(struct version *v)
{
	v->items[v->count++] = (struct item){.kind = NUMBER};
}

/* Where a text is cut into items. */
struct cursor {
	struct version *v;
	struct att_str text;
	size_t begin; /* of the item that is read */
	bool is_digits, is_combination;
};

static void end_item(struct cursor *c, size_t end)
{
	if (end == c->begin)
		add_zero(c->v);
	else
		add_item(c->v, att_str_first(att_str_from(c->text, c->begin), end - c->begin),
			 c->is_combination, c->is_digits);
	c->is_combination = false;
}

static void read_byte(struct cursor *c, size_t i)
{
	char byte = c->text.data[i];
	if (byte == '.') {
		end_item(c, i);
		c->begin = i + 1;
	} else if (byte == '-') {
		/* "x-1" is "x1". */
		if (i > c->begin && !c->is_digits && i + 1 < c->text.len &&
		    att_ascii_is_digit(c->text.data[i + 1])) {
			c->is_combination = true;
			return;
		}
		end_item(c, i);
		c->begin = i + 1;
		open_list(c->v);
	} else if (att_ascii_is_digit(byte)) {
		if (!c->is_digits && i > c->begin) {
			c->is_combination = true;
			open_list(c->v);
		}
		c->is_digits = true;
	} else {
		if (c->is_digits && i > c->begin) {
			end_item(c, i);
			c->begin = i;
			open_list(c->v);
		}
		c->is_digits = false;
	}
}

static bool is_null(const struct item *item)
{
	return item->kind == NUMBER ? att_version_compare_digits(item->digits, ATT_STR("0")) == 0
				    : item->kind == WORD && item->word.len == 0;
}

/* Drops what does not count: zeros at the end of a list, and before a word; lists with nothing in them. From
 * the back, so that inner lists come first; what is kept is moved to the back, and at last to the front. */
static void normalize(struct version *v)
{
	size_t kept = v->count;
	for (size_t i = v->count; i > 0; i--) {
		const struct item *item = &v->items[i - 1];
		const struct item *next = kept < v->count ? &v->items[kept] : NULL;
		bool is_dropped = false;
		if (item->kind == LIST)
			is_dropped = !next || next->kind == LIST;
		else if (is_null(item))
			is_dropped = !next || next->kind == WORD ||
				     (next->kind == LIST && next[1].kind != NUMBER && next[1].kind != LIST);
		if (!is_dropped)
			v->items[--kept] = *item;
	}
	kept += kept < v->count && v->items[kept].kind == LIST;
	memmove(v->items, v->items + kept, (v->count - kept) * sizeof v->items[0]);
	v->count -= kept;
}

static void read_version(struct att_str text, struct version *v)
{
	struct cursor c = {.v = v, .text = text};
	v->count = 0;
	for (size_t i = 0; i < text.len; i++)
		read_byte(&c, i);
	if (c.begin < text.len) {
		/* ".x" is "-x". */
		if (!c.is_digits)
			open_list(v);
		end_item(&c, text.len);
	}
	normalize(v);
}

static bool reads(struct att_str version)
{
	return version.len > 0;
}

/* --- order --------------------------------------------------------------------------------------------- */

/* Known qualifiers come in this order, with the release among them; all others after them, by their letters. */
enum { RELEASE = 5, UNKNOWN = 7 };

static int rank(struct att_str word, bool before_digit)
{
	static const struct {
		const char *word;
		int rank;
	} words[] = {{"alpha", 0},       {"beta", 1},          {"milestone", 2}, {"rc", 3},
		     {"cr", 3},          {"snapshot", 4},      {"", RELEASE},    {"ga", RELEASE},
		     {"final", RELEASE}, {"release", RELEASE}, {"sp", 6}};
	static const char letters[] = "abm";
	const char *letter =
		before_digit && word.len == 1 ? strchr(letters, att_ascii_lower(word.data[0])) : NULL;
	if (letter)
		return (int)(letter - letters);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (att_str_equal_nocase(word, att_str_of(words[i].word)))
			return words[i].rank;
	return UNKNOWN;
}

static int compare_words(const struct item *a, const struct item *b)
{
	int x = rank(a->word, a->kind == COMBINATION), y = rank(b->word, b->kind == COMBINATION);
	return x != y || x != UNKNOWN ? x - y : att_version_compare_nocase(a->word, b->word);
}

static int compare_with_nothing(const struct item *item)
{
	if (item->kind == LIST)
		return 0;
	int order = item->kind == NUMBER ? 0 : rank(item->word, item->kind == COMBINATION) - RELEASE;
	return order ? order : att_version_compare_digits(item->digits, ATT_STR("0"));
}

/* The first item that differs from nothing decides, however deep. */
static int compare_rest(const struct item *items, const struct item *end)
{
	int order = 0;
	for (; items < end && !order; items++)
		order = compare_with_nothing(items);
	return order;
}

/* Neither is a list. */
static int compare_items(const struct item *a, const struct item *b)
{
	if (a->kind == NUMBER && b->kind == NUMBER)
		return att_version_compare_digits(a->digits, b->digits);
	if (a->kind == NUMBER || b->kind == NUMBER)
		return a->kind == NUMBER ? 1 : -1;
	int order = compare_words(a, b);
	if (order || a->kind == b->kind)
		return order ? order : att_version_compare_digits(a->digits, b->digits);
	/* x1 is newer than x; but ga0 is ga. */
	if (rank(a->word, a->kind == COMBINATION) == RELEASE)
		return att_version_compare_digits(a->digits, b->digits);
	return a->kind == COMBINATION ? 1 : -1;
}

/* A list against a word: that stands against the first item of the list, and what follows in the list counts
 * before what follows the word. Number is newer than list. */
static int compare_list(const struct item *list, const struct item *list_end, const struct item *other,
			const struct item *other_end)
{
	if (other->kind == NUMBER)
		return -1;
	int order = compare_items(list + 1, other);
	if (!order)
		order = compare_rest(list + 2, list_end);
	return order ? order : -compare_rest(other + 1, other_end);
}

static int order(struct att_str a, struct att_str b)
{
	struct version v, w;
	read_version(a, &v);
	read_version(b, &w);
	const struct item *x = v.items, *y = w.items, *end_x = x + v.count, *end_y = y + w.count;
	for (; x < end_x && y < end_y; x++, y++) {
		if (x->kind == LIST && y->kind == LIST)
			continue;
		if (x->kind == LIST)
			return compare_list(x, end_x, y, end_y);
		if (y->kind == LIST)
			return -compare_list(y, end_y, x, end_x);
		int found = compare_items(x, y);
		if (found)
			return found;
	}
	int found = compare_rest(x, end_x);
	return found ? found : -compare_rest(y, end_y);
}

static bool is_prerelease(struct att_str version)
{
	struct version v;
	read_version(version, &v);
	for (size_t i = 0; i < v.count; i++)
		if ((v.items[i].kind == WORD || v.items[i].kind == COMBINATION) &&
		    rank(v.items[i].word, v.items[i].kind == COMBINATION) < RELEASE)
			return true;
	return false;
}

const struct att_version_scheme att_version_maven = {
	.name = "maven",
	.ecosystems = (const char *const[]){"Maven", NULL},
	.purl_types = (const char *const[]){"maven", NULL},
	.expected = "a Maven version",
	.reads = reads,
	.order = order,
	.is_prerelease = is_prerelease,
};
