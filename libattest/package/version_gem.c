// SPDX-License-Identifier: Apache-2.0
/* Gem::Version: stretches of digits and of letters. A '-' reads as ".pre."; a word is older than a number, and
 * than nothing; zeros before the first word and at the end do not count. */
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

static bool take_identifier(struct att_str *rest, bool hyphens)
{
	size_t at = 0;
	while (at < rest->len && (att_ascii_is_alnum(rest->data[at]) || (hyphens && rest->data[at] == '-')))
		at++;
	*rest = att_str_from(*rest, at);
	return at > 0;
}

static bool reads(struct att_str version)
{
	struct att_str rest = version;
	if (att_version_take_digits(&rest).len == 0)
		return false;
	while (att_version_take_byte(&rest, '.'))
		if (!take_identifier(&rest, false))
			return false;
	if (!att_version_take_byte(&rest, '-'))
		return rest.len == 0;
	do
		if (!take_identifier(&rest, true))
			return false;
	while (att_version_take_byte(&rest, '.'));
	return rest.len == 0;
}

struct segments {
	struct att_str rest;
	size_t zeros;        /* read and not given yet */
	struct att_str next; /* what follows those zeros */
	bool in_words;       /* behind the first word */
};

static struct att_str cut(struct att_str *rest)
{
	while (rest->len > 0 && rest->data[0] == '.')
		*rest = att_str_from(*rest, 1);
	if (att_version_take_byte(rest, '-'))
		return ATT_STR("pre");
	size_t at = 0;
	while (at < rest->len && att_ascii_is_alnum(rest->data[at]) &&
	       att_ascii_is_digit(rest->data[at]) == att_ascii_is_digit(rest->data[0]))
		at++;
	struct att_str segment = att_str_first(*rest, at);
	*rest = att_str_from(*rest, at);
	return segment;
}

static bool is_word(struct att_str segment)
{
	return segment.len > 0 && !att_ascii_is_digit(segment.data[0]);
}

/* The next segment; empty, which reads as 0, behind the last. */
static struct att_str take_segment(struct segments *s)
{
	if (s->zeros == 0 && s->next.len == 0) {
		do
			s->next = cut(&s->rest);
		while (s->next.len > 0 && !is_word(s->next) &&
		       att_version_compare_digits(s->next, ATT_STR("0")) == 0 && ++s->zeros);
		/* Zeros that a word follows do not count, unless a word came before. */
		if (!s->in_words && is_word(s->next)) {
			s->in_words = true;
			s->zeros = 0;
		}
	}
	if (s->zeros > 0) {
		s->zeros--;
		return ATT_STR("0");
	}
	struct att_str segment = s->next;
	s->next.len = 0;
	return segment;
}

static bool is_used_up(const struct segments *s)
{
	return s->rest.len == 0 && s->next.len == 0;
}

static int order(struct att_str a, struct att_str b)
{
	struct segments x = {.rest = a}, y = {.rest = b};
	do {
		struct att_str one = take_segment(&x), other = take_segment(&y);
		if (is_word(one) != is_word(other))
			return is_word(other) - is_word(one);
		int found = is_word(one) ? att_str_compare(one, other) : att_version_compare_digits(one, other);
		if (found)
			return found;
	} while (!is_used_up(&x) || !is_used_up(&y));
	return 0;
}

static bool is_prerelease(struct att_str version)
{
	for (size_t i = 0; i < version.len; i++)
		if (att_ascii_is_alpha(version.data[i]) || version.data[i] == '-')
			return true;
	return false;
}

const struct att_version_scheme att_version_gem = {
	.name = "gem",
	.ecosystems = (const char *const[]){"RubyGems", NULL},
	.purl_types = (const char *const[]){"gem", NULL},
	.expected = "NUMBER{.NUMBER-OR-WORD}[-PRERELEASE] (RubyGems)",
	.reads = reads,
	.order = order,
	.is_prerelease = is_prerelease,
};
