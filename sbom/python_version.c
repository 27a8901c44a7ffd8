// SPDX-License-Identifier: Apache-2.0
#include "sbom/python_version.h"

#include "libattest/package/pep440.h"

#include "libattest/base/banned.h"

int sbom_python_version_compare(struct att_str a, struct att_str b, bool *comparable)
{
	struct att_pep440 x, y;
	*comparable = att_pep440_read(a, &x) && att_pep440_read(b, &y);
	return *comparable ? att_pep440_compare(&x, &y) : 0;
}

static size_t count_parts(const struct att_pep440 *v)
{
	size_t parts = 1;
	for (size_t i = 0; i < v->release.len; i++)
		parts += v->release.data[i] == '.';
	return parts;
}

/* ^1.2.3 keeps everything up to the first part that is not zero. */
static size_t caret_parts(const struct att_pep440 *want)
{
	struct att_str rest = want->release, part;
	for (size_t i = 1; att_str_split(&rest, '.', &part); i++)
		for (size_t digit = 0; digit < part.len; digit++)
			if (part.data[digit] != '0')
				return i;
	return count_parts(want);
}

static bool is_below(const struct att_pep440 *v, const struct att_pep440 *want)
{
	/* "<2" does not mean 2.0rc1. */
	return att_pep440_compare_public(v, want) < 0 &&
	       (want->is_pre || want->is_dev || !(v->is_pre || v->is_dev) ||
		att_pep440_compare_release(v, want) != 0);
}

static bool is_above(const struct att_pep440 *v, const struct att_pep440 *want)
{
	/* ">1" does not mean 1.post1. */
	return att_pep440_compare_public(v, want) > 0 &&
	       (want->is_post || !v->is_post || att_pep440_compare_release(v, want) != 0);
}

static bool is_equal(const struct att_pep440 *v, const struct att_pep440 *want)
{
	return (want->local.len == 0 ? att_pep440_compare_public(v, want) : att_pep440_compare(v, want)) == 0;
}

static bool satisfies_operator(struct att_str op, const struct att_pep440 *v, const struct att_pep440 *want,
			       bool wildcard)
{
	size_t parts = count_parts(want);
	if (op.len == 0 || att_str_is(op, "==") || att_str_is(op, "="))
		return wildcard ? att_pep440_same_prefix(v, want, parts) : is_equal(v, want);
	if (att_str_is(op, "!="))
		return wildcard ? !att_pep440_same_prefix(v, want, parts) : !is_equal(v, want);
	if (att_str_is(op, ">="))
		return att_pep440_compare_public(v, want) >= 0;
	if (att_str_is(op, "<="))
		return att_pep440_compare_public(v, want) <= 0;
	if (att_str_is(op, ">"))
		return is_above(v, want);
	if (att_str_is(op, "<"))
		return is_below(v, want);
	if (att_str_is(op, "~="))
		return att_pep440_compare_public(v, want) >= 0 &&
		       att_pep440_same_prefix(v, want, parts - (parts > 1));
	if (att_str_is(op, "~"))
		return att_pep440_compare_public(v, want) >= 0 &&
		       att_pep440_same_prefix(v, want, parts > 2 ? 2 : parts);
	if (att_str_is(op, "^"))
		return att_pep440_compare_public(v, want) >= 0 &&
		       att_pep440_same_prefix(v, want, caret_parts(want));
	return true;
}

static bool satisfies_clause(struct att_str version, const struct att_pep440 *v, struct att_str clause)
{
	struct att_pep440 want;
	size_t at = 0;
	while (at < clause.len && strchr("<>=!~^", clause.data[at]) && clause.data[at])
		at++;
	struct att_str op = att_str_first(clause, at), text = att_str_trim(att_str_from(clause, at));
	if (att_str_is(op, "==="))
		return att_str_equal_nocase(version, text);
	bool wildcard = att_str_ends(text, ATT_STR(".*"));
	if (wildcard)
		text.len -= 2;
	return text.len == 0 || att_str_is(text, "*") || !att_pep440_read(text, &want) ||
	       satisfies_operator(op, v, &want, wildcard);
}

/* One alternative: clauses separated by commas, or, as Poetry allows, by white space before an operator. */
static bool satisfies_all(struct att_str version, const struct att_pep440 *v, struct att_str clauses)
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
	struct att_pep440 v;
	struct att_str alternative;
	bool any = false;
	if (!att_pep440_read(version, &v))
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
