// SPDX-License-Identifier: Apache-2.0
/* Composer's versions (composer/semver): a version is normalised to at least four numbers, or to a date, with a
 * stability behind them, and those are compared as PHP's version_compare does. "1.2.x-dev" is newer than
 * every 1.2. Other branches ("dev-main") have no place in the order, and are not read. */
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

/* What stands at one place, in its order; END is where the version stops. */
enum rank { OTHER, DEV, ALPHA, BETA, CANDIDATE, END, NUMBER, PATCH };

struct version {
	struct att_str numbers; /* with separators */
	size_t least;           /* numbers that it is filled up to */
	bool is_branch;         /* filled up with what is newer than all releases, as every 'x' is */
	enum rank stability;    /* END when there is none */
	struct att_str suffix;  /* numbers after the stability */
	bool is_dev;
};

/* What stands for the 'x' of a branch. */
static const char newest[] = "9999999";

/* --- reading ------------------------------------------------------------------------------------------- */

static bool take_word(struct att_str *rest, const char *word)
{
	struct att_str spelling = att_str_of(word);
	if (!att_str_equal_nocase(att_str_first(*rest, spelling.len), spelling))
		return false;
	*rest = att_str_from(*rest, spelling.len);
	return true;
}

static bool take_one_of(struct att_str *rest, const char *bytes)
{
	if (rest->len == 0 || !strchr(bytes, rest->data[0]))
		return false;
	*rest = att_str_from(*rest, 1);
	return true;
}

/* [separator] digits, of `least` to `most` digits. */
static bool take_group(struct att_str *rest, const char *separators, size_t least, size_t most)
{
	struct att_str s = *rest;
	(void)take_one_of(&s, separators);
	size_t digits = 0;
	while (digits < s.len && digits < most && att_ascii_is_digit(s.data[digits]))
		digits++;
	if (digits < least)
		return false;
	*rest = att_str_from(s, digits);
	return true;
}

/* A stability and its numbers, then "dev", to the end. */
static bool read_modifier(struct att_str rest, struct version *v)
{
	static const struct {
		const char *word;
		enum rank rank;
	} words[] = {{"stable", OTHER}, {"alpha", ALPHA}, {"beta", BETA}, {"patch", PATCH}, {"rc", CANDIDATE},
		     {"pl", PATCH},     {"a", ALPHA},     {"b", BETA},    {"p", PATCH}};
	(void)take_one_of(&rest, "._-");
	struct att_str word = rest;
	v->stability = END;
	for (size_t i = 0; i < sizeof words / sizeof words[0] && v->stability == END; i++)
		if (take_word(&rest, words[i].word))
			v->stability = words[i].rank;
	if (v->stability != END) {
		struct att_str suffix = rest;
		while (take_group(&rest, ".-", 1, SIZE_MAX))
			continue;
		v->suffix = att_str_first(suffix, suffix.len - rest.len);
	}
	if (rest.len == 4)
		(void)take_one_of(&rest, ".-");
	v->is_dev = take_word(&rest, "dev");
	/* Composer drops what "stable" says in lower case, and ranks it below all in upper case. */
	if (v->stability == OTHER && att_str_starts(word, ATT_STR("stable"))) {
		v->stability = END;
		v->suffix.len = 0;
		v->is_dev = false;
	}
	return rest.len == 0;
}

/* One to four numbers; the first has at most five digits, so that dates are none. */
static bool read_classical(struct att_str text, struct version *v)
{
	struct att_str rest = text;
	if (!take_group(&rest, "", 1, 5))
		return false;
	for (size_t i = 0; i < 3 && rest.len > 1 && rest.data[0] == '.' && att_ascii_is_digit(rest.data[1]);
	     i++)
		(void)take_group(&rest, ".", 1, SIZE_MAX);
	*v = (struct version){.numbers = att_str_first(text, text.len - rest.len), .least = 4};
	return read_modifier(rest, v);
}

static bool read_date(struct att_str text, struct version *v)
{
	struct att_str rest = text;
	if (!take_group(&rest, "", 4, 4) || !take_group(&rest, ".:-", 2, 2))
		return false;
	for (size_t i = 1; i < 6 && take_group(&rest, ".:-", 2, 2); i++)
		continue;
	(void)take_group(&rest, ".:-", 1, 3);
	*v = (struct version){.numbers = att_str_first(text, text.len - rest.len)};
	return read_modifier(rest, v);
}

/* "1.2.x-dev": numbers, and 'x' for those that do not matter. */
static bool read_branch(struct att_str text, struct version *v)
{
	if (text.len < 4 || !att_str_equal_nocase(att_str_from(text, text.len - 3), ATT_STR("dev")))
		return false;
	text = att_str_first(text, text.len - 3);
	if (text.data[text.len - 1] == '.' || text.data[text.len - 1] == '-')
		text.len--;
	struct att_str rest = text;
	size_t parts = 1;
	if (!take_group(&rest, "", 1, SIZE_MAX))
		return false;
	for (; parts < 4 && take_one_of(&rest, "."); parts++)
		if (!take_one_of(&rest, "xX*") && att_version_take_digits(&rest).len == 0)
			return false;
	*v = (struct version){.numbers = text, .least = 4, .is_branch = true, .stability = END, .is_dev = true};
	return rest.len == 0;
}

static bool read_version(struct att_str text, struct version *v)
{
	size_t at = att_str_find_last_byte(text, '@');
	if (at != ATT_STR_NONE) {
		static const char *const flags[] = {"stable", "RC", "beta", "alpha", "dev"};
		bool known = false;
		for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
			known = known || att_str_equal_nocase(att_str_from(text, at + 1), att_str_of(flags[i]));
		if (!known)
			return false;
		text = att_str_first(text, at);
	}
	size_t plus = att_str_find_byte(text, '+');
	if (plus != ATT_STR_NONE && plus + 1 < text.len)
		text = att_str_first(text, plus);
	if (text.len > 0 && att_ascii_lower(text.data[0]) == 'v')
		text = att_str_from(text, 1);
	return read_classical(text, v) || read_date(text, v) || read_branch(text, v);
}

static bool reads(struct att_str version)
{
	struct version v;
	return read_version(version, &v);
}

/* --- order --------------------------------------------------------------------------------------------- */

static void skip_separators(struct att_str *s)
{
	while (s->len > 0 && !att_ascii_is_alnum(s->data[0]) && s->data[0] != '*')
		*s = att_str_from(*s, 1);
}

/* What stands next, and its digits when it is a number. */
static enum rank take_next(struct version *v, struct att_str *number)
{
	skip_separators(&v->numbers);
	if (v->numbers.len > 0 || v->least > 0) {
		v->least -= v->least > 0;
		*number = att_version_take_digits(&v->numbers);
		if (number->len == 0)
			*number = v->is_branch ? att_str_of(newest) : ATT_STR("0");
		if (v->numbers.len > 0 && !att_ascii_is_digit(v->numbers.data[0]))
			v->numbers = att_str_from(v->numbers, 1);
		return NUMBER;
	}
	if (v->stability != END) {
		enum rank rank = v->stability;
		v->stability = END;
		return rank;
	}
	skip_separators(&v->suffix);
	*number = att_version_take_digits(&v->suffix);
	if (number->len > 0)
		return NUMBER;
	bool is_dev = v->is_dev;
	v->is_dev = false;
	return is_dev ? DEV : END;
}

static int order(struct att_str a, struct att_str b)
{
	struct version x, y;
	(void)read_version(a, &x);
	(void)read_version(b, &y);
	for (;;) {
		struct att_str one = {0}, other = {0};
		enum rank rank = take_next(&x, &one), against = take_next(&y, &other);
		if (rank != against || rank == END)
			return (int)rank - (int)against;
		int found = att_version_compare_digits(one, other);
		if (found)
			return found;
	}
}

static bool is_prerelease(struct att_str version)
{
	struct version v;
	return read_version(version, &v) && (v.is_dev || v.stability < END);
}

const struct att_version_scheme att_version_packagist = {
	.name = "packagist",
	.ecosystems = (const char *const[]){"Packagist", NULL},
	.purl_types = (const char *const[]){"composer", NULL},
	.expected = "up to four numbers or a date, then a stability (Composer)",
	.reads = reads,
	.order = order,
	.is_prerelease = is_prerelease,
};
