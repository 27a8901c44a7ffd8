// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/glob.h"

#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

/* Both loops below look for the leftmost place where what stands between two stars fits, and never come
 * back to an earlier star: a later place for that stretch leaves less of the path, never more choice. So no
 * element of the pattern meets the same character of the path twice. */

struct matcher {
	size_t steps; /* for the tests, which hold this against pattern times path */
};

/* One part of a pattern, between slashes. */
struct pattern_part {
	struct att_str text;
	size_t last_close; /* position of the last "]" that could end a set; 0 when there is none */
};

/* The character at `at`; a byte that is not UTF-8 counts as one of its own. Returns its length. */
static size_t char_at(struct att_str s, size_t at, uint32_t *c)
{
	size_t len = att_utf8_decode(att_str_from(s, at), c);
	if (len)
		return len;
	*c = 0x110000u + (unsigned char)s.data[at];
	return 1;
}

/* The same, with a backslash before it passed over. */
static size_t pattern_char_at(struct att_str s, size_t at, uint32_t *c)
{
	if (s.data[at] == '\\' && at + 1 < s.len)
		return 1 + char_at(s, at + 1, c);
	return char_at(s, at, c);
}

static bool is_set(const struct pattern_part *pattern, size_t at)
{
	const struct att_str s = pattern->text;
	if (s.data[at] != '[')
		return false;
	/* A "]" right at the start is a member. */
	return pattern->last_close >= at + (at + 1 < s.len && s.data[at + 1] == '!' ? 3 : 2);
}

/* Is `c` in the set at *at? Moves *at behind it. */
static bool in_set(struct matcher *m, struct att_str s, size_t *at, uint32_t c)
{
	bool negated = s.data[*at + 1] == '!', found = false;
	size_t first = *at + (negated ? 2 : 1), i = first;
	while (i == first || s.data[i] != ']') {
		uint32_t low, high;
		i += pattern_char_at(s, i, &low);
		high = low;
		if (s.data[i] == '-' && s.data[i + 1] != ']')
			i += 1 + pattern_char_at(s, i + 1, &high);
		found |= low <= c && c <= high;
		m->steps++;
	}
	*at = i + 1;
	return found != negated;
}

/* Does the element of the pattern at *at, which is no star, take `c`? Moves *at behind it. */
static bool takes(struct matcher *m, const struct pattern_part *pattern, size_t *at, uint32_t c)
{
	uint32_t own;
	if (is_set(pattern, *at))
		return in_set(m, pattern->text, at, c);
	bool any = pattern->text.data[*at] == '?';
	*at += pattern_char_at(pattern->text, *at, &own);
	return any || own == c;
}

static bool match_part(struct matcher *m, const struct pattern_part *pattern, struct att_str part)
{
	size_t p = 0, s = 0, star = ATT_STR_NONE, resume = 0;
	uint32_t c;
	while (s < part.len) {
		m->steps++;
		if (p < pattern->text.len && pattern->text.data[p] == '*') {
			star = ++p;
			resume = s;
			continue;
		}
		size_t next = p, len = char_at(part, s, &c);
		if (p < pattern->text.len && takes(m, pattern, &next, c)) {
			p = next;
			s += len;
			continue;
		}
		if (star == ATT_STR_NONE)
			return false;
		resume += char_at(part, resume, &c);
		s = resume;
		p = star;
	}
	while (p < pattern->text.len && pattern->text.data[p] == '*')
		p++;
	return p == pattern->text.len;
}

/* The next part of a pattern that is not empty; false at its end. */
static bool next_pattern_part(struct matcher *m, struct att_str pattern, size_t *at, struct pattern_part *part)
{
	size_t i = *at, skip = 0;
	while (i < pattern.len &&
	       (pattern.data[i] == '/' || att_str_starts(att_str_from(pattern, i), ATT_STR("\\/"))))
		i++;
	*part = (struct pattern_part){.text = att_str_from(pattern, i)};
	size_t begin = i;
	for (; i < pattern.len && pattern.data[i] != '/'; i++) {
		m->steps++;
		if (pattern.data[i] == ']')
			part->last_close = i - begin;
		if (pattern.data[i] != '\\' || i + 1 == pattern.len)
			continue;
		if (pattern.data[i + 1] == '/') {
			skip = 1; /* a slash separates, escaped or not */
			break;
		}
		i++;
	}
	part->text.len = i - begin;
	*at = i + skip;
	return part->text.len > 0;
}

static bool next_path_part(struct att_str path, size_t *at, struct att_str *part)
{
	while (*at < path.len && path.data[*at] == '/')
		++*at;
	*part = att_str_from(path, *at);
	size_t slash = att_str_find_byte(*part, '/');
	if (slash != ATT_STR_NONE)
		part->len = slash;
	*at += part->len;
	return part->len > 0;
}

static bool match_parts(struct matcher *m, struct att_str pattern, struct att_str path)
{
	size_t p = 0, s = 0, star = ATT_STR_NONE, resume = 0;
	for (;;) {
		struct pattern_part wanted;
		struct att_str found;
		size_t p_next = p, s_next = s;
		bool more = next_pattern_part(m, pattern, &p_next, &wanted);
		bool any = more && att_str_is(wanted.text, "**");
		m->steps++;
		if (any) {
			star = p = p_next;
			resume = s;
			continue;
		}
		if (!next_path_part(path, &s_next, &found))
			return !more;
		if (more && match_part(m, &wanted, found)) {
			p = p_next;
			s = s_next;
			continue;
		}
		if (star == ATT_STR_NONE)
			return false;
		next_path_part(path, &resume, &found);
		s = resume;
		p = star;
	}
}

static bool match(struct matcher *m, struct att_str pattern, struct att_str path)
{
	if (pattern.len > 1 && att_str_ends(pattern, ATT_STR("/")))
		pattern.len--;
	if (att_str_find_byte(pattern, '/') != ATT_STR_NONE)
		return match_parts(m, pattern, path);
	struct pattern_part only;
	size_t at = 0, slash = att_str_find_last_byte(path, '/');
	next_pattern_part(m, pattern, &at, &only);
	return match_part(m, &only, slash == ATT_STR_NONE ? path : att_str_from(path, slash + 1));
}

bool att_glob_match(struct att_str pattern, struct att_str path)
{
	struct matcher m = {0};
	return match(&m, pattern, path);
}
