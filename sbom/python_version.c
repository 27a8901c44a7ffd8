// SPDX-License-Identifier: Apache-2.0
#include "sbom/python_version.h"

#include "libattest/base/banned.h"

/* PEP 440 sets no bound; calendar versions with many parts stay below 8. */
enum { MAX_PARTS = 16 };

struct version {
	uint64_t epoch;
	uint64_t release[MAX_PARTS];
	size_t parts; /* of release */
	bool is_pre, is_post, is_dev;
	char pre_kind; /* 'a', 'b' or 'r' */
	uint64_t pre, post, dev;
	struct att_str local; /* after "+", empty when none */
};

/* --- reading ------------------------------------------------------------------------------------------- */

static bool take_number(struct att_str *rest, uint64_t *out)
{
	size_t digits = 0;
	while (digits < rest->len && att_ascii_is_digit(rest->data[digits]))
		digits++;
	if (!att_str_to_uint(att_str_first(*rest, digits), INT64_MAX, out))
		return false;
	*rest = att_str_from(*rest, digits);
	return true;
}

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

/* Takes "[-_.]?word[-_.]?[0-9]*" in any case; a missing number is 0. */
static bool take_segment(struct att_str *rest, const char *word, uint64_t *number)
{
	struct att_str s = *rest, spelling = att_str_of(word);
	if (s.len > 0 && is_separator(s.data[0]))
		s = att_str_from(s, 1);
	if (!att_str_equal_nocase(att_str_first(s, spelling.len), spelling))
		return false;
	s = att_str_from(s, spelling.len);
	if (s.len > 1 && is_separator(s.data[0]) && att_ascii_is_digit(s.data[1]))
		s = att_str_from(s, 1);
	*number = 0;
	if (s.len > 0 && att_ascii_is_digit(s.data[0]) && !take_number(&s, number))
		return false;
	*rest = s;
	return true;
}

static void take_pre(struct att_str *rest, struct version *v)
{
	static const struct {
		const char *word;
		char kind;
	} words[] = {{"alpha", 'a'}, {"beta", 'b'}, {"preview", 'r'}, {"pre", 'r'},
		     {"rc", 'r'},    {"a", 'a'},    {"b", 'b'},       {"c", 'r'}};
	for (size_t i = 0; i < sizeof words / sizeof words[0] && !v->is_pre; i++) {
		v->is_pre = take_segment(rest, words[i].word, &v->pre);
		v->pre_kind = words[i].kind;
	}
}

static void take_post(struct att_str *rest, struct version *v)
{
	static const char *const words[] = {"post", "rev", "r"};
	for (size_t i = 0; i < 3 && !v->is_post; i++)
		v->is_post = take_segment(rest, words[i], &v->post);
	/* "1.0-1" is a post release too. */
	struct att_str s = att_str_from(*rest, 1);
	if (!v->is_post && rest->len > 1 && rest->data[0] == '-' && att_ascii_is_digit(s.data[0]) &&
	    take_number(&s, &v->post)) {
		v->is_post = true;
		*rest = s;
	}
}

static bool take_release(struct att_str *rest, struct version *v)
{
	for (;;) {
		if (v->parts == MAX_PARTS || !take_number(rest, &v->release[v->parts]))
			return false;
		v->parts++;
		if (rest->len < 2 || rest->data[0] != '.' || !att_ascii_is_digit(rest->data[1]))
			return true;
		*rest = att_str_from(*rest, 1);
	}
}

static bool read_version(struct att_str text, struct version *v)
{
	struct att_str rest = att_str_trim(text);
	memset(v, 0, sizeof *v);
	if (rest.len > 0 && att_ascii_lower(rest.data[0]) == 'v')
		rest = att_str_from(rest, 1);
	size_t bang = att_str_find_byte(rest, '!');
	if (bang != ATT_STR_NONE) {
		if (!att_str_to_uint(att_str_first(rest, bang), INT64_MAX, &v->epoch))
			return false;
		rest = att_str_from(rest, bang + 1);
	}
	if (!take_release(&rest, v))
		return false;
	take_pre(&rest, v);
	take_post(&rest, v);
	v->is_dev = take_segment(&rest, "dev", &v->dev);
	if (rest.len > 1 && rest.data[0] == '+') {
		v->local = att_str_from(rest, 1);
		rest.len = 0;
	}
	return rest.len == 0;
}

/* --- order --------------------------------------------------------------------------------------------- */

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_release(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < MAX_PARTS; i++) {
		int order = compare_numbers(a->release[i], b->release[i]);
		if (order)
			return order;
	}
	return 0;
}

/* Development releases of a final version come before its pre-releases, those before the final one. */
static int pre_rank(const struct version *v)
{
	if (v->is_pre)
		return v->pre_kind == 'a' ? 1 : v->pre_kind == 'b' ? 2 : 3;
	return v->is_dev && !v->is_post ? 0 : 4;
}

static int compare_local(struct att_str a, struct att_str b)
{
	struct att_str part_a, part_b;
	if (a.len == 0 || b.len == 0)
		return (a.len > 0) - (b.len > 0);
	for (;;) {
		bool more_a = att_str_split(&a, '.', &part_a), more_b = att_str_split(&b, '.', &part_b);
		if (!more_a || !more_b)
			return more_a - more_b;
		uint64_t x, y;
		bool number_a = att_str_to_uint(part_a, INT64_MAX, &x),
		     number_b = att_str_to_uint(part_b, INT64_MAX, &y);
		int order = number_a && number_b   ? compare_numbers(x, y)
			    : number_a != number_b ? number_a - number_b
						   : att_str_compare(part_a, part_b);
		if (order)
			return order;
	}
}

static int compare_public(const struct version *a, const struct version *b)
{
	int order = compare_numbers(a->epoch, b->epoch);
	if (!order)
		order = compare_release(a, b);
	if (!order)
		order = pre_rank(a) - pre_rank(b);
	if (!order && a->is_pre)
		order = compare_numbers(a->pre, b->pre);
	if (!order)
		order = a->is_post - b->is_post;
	if (!order)
		order = compare_numbers(a->post, b->post);
	if (!order)
		order = b->is_dev - a->is_dev;
	return order ? order : compare_numbers(a->dev, b->dev);
}

int sbom_python_version_compare(struct att_str a, struct att_str b, bool *comparable)
{
	struct version x, y;
	*comparable = read_version(a, &x) && read_version(b, &y);
	if (!*comparable)
		return 0;
	int order = compare_public(&x, &y);
	return order ? order : compare_local(x.local, y.local);
}

/* --- constraints --------------------------------------------------------------------------------------- */

static bool same_prefix(const struct version *v, const struct version *want, size_t parts)
{
	if (v->epoch != want->epoch)
		return false;
	for (size_t i = 0; i < parts && i < MAX_PARTS; i++)
		if (v->release[i] != want->release[i])
			return false;
	return true;
}

/* ^1.2.3 keeps everything up to the first part that is not zero. */
static size_t caret_parts(const struct version *want)
{
	for (size_t i = 0; i < want->parts; i++)
		if (want->release[i] > 0)
			return i + 1;
	return want->parts;
}

static bool is_below(const struct version *v, const struct version *want)
{
	/* "<2" does not mean 2.0rc1. */
	return compare_public(v, want) < 0 &&
	       (want->is_pre || want->is_dev || !(v->is_pre || v->is_dev) || compare_release(v, want) != 0);
}

static bool is_above(const struct version *v, const struct version *want)
{
	/* ">1" does not mean 1.post1. */
	return compare_public(v, want) > 0 && (want->is_post || !v->is_post || compare_release(v, want) != 0);
}

static bool is_equal(const struct version *v, const struct version *want)
{
	return compare_public(v, want) == 0 &&
	       (want->local.len == 0 || compare_local(v->local, want->local) == 0);
}

static bool satisfies_operator(struct att_str op, const struct version *v, const struct version *want,
			       bool wildcard)
{
	if (op.len == 0 || att_str_is(op, "==") || att_str_is(op, "="))
		return wildcard ? same_prefix(v, want, want->parts) : is_equal(v, want);
	if (att_str_is(op, "!="))
		return wildcard ? !same_prefix(v, want, want->parts) : !is_equal(v, want);
	if (att_str_is(op, ">="))
		return compare_public(v, want) >= 0;
	if (att_str_is(op, "<="))
		return compare_public(v, want) <= 0;
	if (att_str_is(op, ">"))
		return is_above(v, want);
	if (att_str_is(op, "<"))
		return is_below(v, want);
	if (att_str_is(op, "~="))
		return compare_public(v, want) >= 0 && same_prefix(v, want, want->parts - (want->parts > 1));
	if (att_str_is(op, "~"))
		return compare_public(v, want) >= 0 && same_prefix(v, want, want->parts > 2 ? 2 : want->parts);
	if (att_str_is(op, "^"))
		return compare_public(v, want) >= 0 && same_prefix(v, want, caret_parts(want));
	return true;
}

static bool satisfies_clause(struct att_str version, const struct version *v, struct att_str clause)
{
	struct version want;
	size_t at = 0;
	while (at < clause.len && strchr("<>=!~^", clause.data[at]) && clause.data[at])
		at++;
	struct att_str op = att_str_first(clause, at), text = att_str_trim(att_str_from(clause, at));
	if (att_str_is(op, "==="))
		return att_str_equal_nocase(version, text);
	bool wildcard = att_str_ends(text, ATT_STR(".*"));
	if (wildcard)
		text.len -= 2;
	return text.len == 0 || att_str_is(text, "*") || !read_version(text, &want) ||
	       satisfies_operator(op, v, &want, wildcard);
}

/* One alternative: clauses separated by commas, or, as Poetry allows, by white space before an operator. */
static bool satisfies_all(struct att_str version, const struct version *v, struct att_str clauses)
{
	size_t at = 0;
	while (at < clauses.len) {
		size_t begin = at;
		while (at < clauses.len && (clauses.data[at] == ',' || att_ascii_is_space(clauses.data[at])))
			begin = ++at;
		while (at < clauses.len && strchr("<>=!~^ \t", clauses.data[at]))
			at++;
		while (at < clauses.len && clauses.data[at] != ',' && !att_ascii_is_space(clauses.data[at]))
			at++;
		struct att_str clause = att_str_first(att_str_from(clauses, begin), at - begin);
		if (clause.len > 0 && !satisfies_clause(version, v, clause))
			return false;
	}
	return true;
}

bool sbom_python_version_satisfies(struct att_str version, struct att_str constraint)
{
	struct version v;
	struct att_str alternative;
	bool any = false;
	if (!read_version(version, &v))
		return true;
	/* "||" is an alternative, and so is Poetry's single "|". */
	while (att_str_split(&constraint, '|', &alternative)) {
		alternative = att_str_trim(alternative);
		if (alternative.len == 0)
			continue;
		any = true;
		if (satisfies_all(version, &v, alternative))
			return true;
	}
	return !any;
}
