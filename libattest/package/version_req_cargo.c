// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/limits.h"
#include "libattest/package/version_internal.h"
#include "libattest/package/version_req.h"

#include "libattest/base/banned.h"

/* WILDCARD is "1.*"; a lone "*" is no comparator at all. */
enum op { EXACT, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, TILDE, CARET, WILDCARD };

struct comparator {
	enum op op;
	struct att_semver to; /* to.count numbers are given */
	struct att_str as_is; /* its version, as written */
};

/* --- reading ------------------------------------------------------------------------------------------- */

static void skip_spaces(struct att_str *rest)
{
	while (att_version_take_byte(rest, ' '))
		continue;
}

static bool take_wildcard(struct att_str *rest)
{
	return att_version_take_byte(rest, '*') || att_version_take_byte(rest, 'x') ||
	       att_version_take_byte(rest, 'X');
}

static enum op take_op(struct att_str *rest)
{
	if (att_version_take_byte(rest, '='))
		return EXACT;
	if (att_version_take_byte(rest, '>'))
		return att_version_take_byte(rest, '=') ? GREATER_EQUAL : GREATER;
	if (att_version_take_byte(rest, '<'))
		return att_version_take_byte(rest, '=') ? LESS_EQUAL : LESS;
	if (att_version_take_byte(rest, '~'))
		return TILDE;
	(void)att_version_take_byte(rest, '^');
	return CARET;
}

/* "1", "1.2", "1.2.3-pre+build"; then any number of ".*", up to three parts in all. */
static bool read_operand(struct att_str text, struct comparator *out, bool *has_wildcard)
{
	struct att_str rest = text;
	size_t parts = 0, used = 0;
	*has_wildcard = false;
	do {
		struct att_str before = rest;
		*has_wildcard = parts > 0 && (take_wildcard(&rest) || *has_wildcard);
		if (*has_wildcard && rest.len == before.len)
			return false;
		if (!*has_wildcard) {
			(void)att_version_take_digits(&rest);
			used = text.len - rest.len;
		}
		parts++;
	} while (parts < 3 && att_version_take_byte(&rest, '.'));
	if (*has_wildcard)
		text = att_str_first(text, used);
	out->as_is = text;
	return (!*has_wildcard || rest.len == 0) && att_semver_read(text, ATT_SEMVER_PARTIAL, &out->to);
}

/* Takes the first comparator of *rest, with the comma behind it. */
static bool take_comparator(struct att_str *rest, struct comparator *out)
{
	struct att_str part;
	bool has_wildcard;
	size_t comma = att_str_find_byte(*rest, ',');
	part = att_str_first(*rest, comma);
	*rest = att_str_from(*rest, comma == ATT_STR_NONE ? comma : comma + 1);
	/* A comma has something behind it. */
	if (comma != ATT_STR_NONE && rest->len == 0)
		return false;
	skip_spaces(&part);
	struct att_str operand = part;
	out->op = take_op(&operand);
	bool is_default = operand.len == part.len;
	skip_spaces(&operand);
	while (operand.len > 0 && operand.data[operand.len - 1] == ' ')
		operand.len--;
	if (!read_operand(operand, out, &has_wildcard))
		return false;
	if (has_wildcard && is_default)
		out->op = WILDCARD;
	return true;
}

static bool is_star(struct att_str requirement)
{
	struct att_str rest = att_str_trim(requirement);
	return take_wildcard(&rest) && rest.len == 0;
}

static int refuse(struct att_err *err, const char *expected, struct att_str found)
{
	return att_err_set(err, found.len > ATT_MAX_VERSION ? ATT_ERR_LIMIT : ATT_ERR_MALFORMED,
			   "%s, found \"%.*s\"", expected, ATT_STR_ARG(att_str_first(found, 100)));
}

static bool read_version(struct att_str version, struct att_semver *out, struct att_err *err)
{
	bool good = version.len <= ATT_MAX_VERSION && att_semver_read(version, 0, out);
	if (!good)
		refuse(err, "version: expected MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD] of a crate", version);
	return good;
}

/* --- numbers ------------------------------------------------------------------------------------------- */

/* Compares the first `count` numbers. */
static int compare_first(const struct att_semver *a, const struct att_semver *b, size_t count)
{
	int order = 0;
	for (size_t i = 0; i < count && !order; i++)
		order = att_version_compare_digits(a->numbers[i], b->numbers[i]);
	return order;
}

/* How many numbers have to stay as they are under "^": those up to the first that is not 0. */
static size_t count_fixed(const struct comparator *c)
{
	size_t i = 0;
	while (i + 1 < c->to.count && att_version_compare_digits(c->to.numbers[i], ATT_STR("0")) == 0)
		i++;
	return i + 1;
}

/* --- as Cargo has it ----------------------------------------------------------------------------------- */

static bool is_exact(const struct comparator *c, const struct att_semver *v)
{
	return compare_first(v, &c->to, c->to.count) == 0 && att_str_equal(v->pre, c->to.pre);
}

/* "> 1.2" is above every 1.2.x. */
static int compare_given(const struct comparator *c, const struct att_semver *v)
{
	int order = compare_first(v, &c->to, c->to.count);
	return order || c->to.count < 3 ? order : att_semver_compare_pre(v->pre, c->to.pre);
}

/* Unlike "^1.2", "~1.2" never holds a pre-release. */
static bool is_tilde(const struct comparator *c, const struct att_semver *v)
{
	int order = compare_first(v, &c->to, c->to.count);
	return compare_first(v, &c->to, c->to.count < 2 ? c->to.count : 2) == 0 &&
	       (order ? order > 0 : att_semver_compare_pre(v->pre, c->to.pre) >= 0);
}

static bool satisfies(const struct comparator *c, const struct att_semver *v)
{
	switch (c->op) {
	case EXACT:
	case WILDCARD:
		return is_exact(c, v);
	case GREATER:
		return compare_given(c, v) > 0;
	case GREATER_EQUAL:
		return compare_given(c, v) > 0 || is_exact(c, v);
	case LESS:
		return compare_given(c, v) < 0;
	case LESS_EQUAL:
		return compare_given(c, v) < 0 || is_exact(c, v);
	case TILDE:
		return is_tilde(c, v);
	case CARET:
		return compare_first(v, &c->to, count_fixed(c)) == 0 && compare_given(c, v) >= 0;
	}
	return false;
}

/* Does every comparator hold? `holds` says when one does; *pre tells whether one names a pre-release of the
 * version's own numbers. */
static enum att_outcome walk(struct att_str requirement, const struct att_semver *v,
			     bool (*holds)(const struct comparator *, const struct att_semver *), bool *pre,
			     struct att_err *err)
{
	struct att_str rest = requirement;
	bool good = requirement.len > 0 && requirement.len <= ATT_MAX_VERSION, all = true;
	*pre = false;
	if (good && is_star(requirement))
		return ATT_HOLDS;
	do {
		struct comparator c;
		good = good && take_comparator(&rest, &c);
		if (!good)
			break;
		all = all && holds(&c, v);
		*pre = *pre || (c.to.pre.len > 0 && compare_first(v, &c.to, 3) == 0);
	} while (rest.len > 0);
	if (good)
		return all ? ATT_HOLDS : ATT_REFUTED;
	refuse(err, "requirement: expected comparators such as \"^1.2\" or \">=1.2.3\", separated by commas",
	       requirement);
	return ATT_CANNOT_TELL;
}

enum att_outcome att_version_req_cargo(struct att_str requirement, struct att_str version, struct att_err *err)
{
	struct att_semver v;
	bool pre;
	if (!read_version(version, &v, err))
		return ATT_CANNOT_TELL;
	enum att_outcome outcome = walk(requirement, &v, satisfies, &pre, err);
	return outcome == ATT_HOLDS && v.pre.len > 0 && !pre ? ATT_REFUTED : outcome;
}

/* --- as RustSec has it --------------------------------------------------------------------------------- */

/* Numbers that are not given are 0. */
static int compare_filled(const struct comparator *c, const struct att_semver *v)
{
	int order = att_semver_compare_numbers(v, &c->to);
	return order ? order : att_semver_compare_pre(v->pre, c->to.pre);
}

static bool is_within(const struct comparator *c, const struct att_semver *v)
{
	switch (c->op) {
	case EXACT:
		return compare_filled(c, v) == 0;
	case GREATER:
		return compare_filled(c, v) > 0;
	case GREATER_EQUAL:
		return compare_filled(c, v) >= 0;
	case LESS:
		return compare_filled(c, v) < 0;
	case LESS_EQUAL:
		return compare_filled(c, v) <= 0;
	case TILDE:
		return compare_first(v, &c->to, c->to.count < 2 ? c->to.count : 2) == 0 &&
		       compare_filled(c, v) >= 0;
	case CARET:
		return compare_first(v, &c->to, count_fixed(c)) == 0 && compare_filled(c, v) >= 0;
	case WILDCARD:
		return compare_first(v, &c->to, c->to.count) == 0;
	}
	return false;
}

static enum att_outcome is_any(const struct att_str *requirements, size_t count, const struct att_semver *v,
			       struct att_err *err)
{
	enum att_outcome outcome = ATT_REFUTED;
	bool pre;
	for (size_t i = 0; i < count && outcome != ATT_HOLDS; i++) {
		enum att_outcome found = walk(requirements[i], v, is_within, &pre, err);
		if (found != ATT_REFUTED)
			outcome = found;
	}
	return outcome;
}

enum att_outcome att_version_is_affected_rustsec(struct att_str version,
						 const struct att_version_rustsec *advisory,
						 struct att_err *err)
{
	struct att_semver v;
	struct att_err why = {0};
	if (advisory->patched_count == 0 && advisory->unaffected_count == 0)
		return ATT_HOLDS;
	if (!read_version(version, &v, err))
		return ATT_CANNOT_TELL;
	enum att_outcome patched = is_any(advisory->patched, advisory->patched_count, &v, &why);
	enum att_outcome unaffected = is_any(advisory->unaffected, advisory->unaffected_count, &v, &why);
	if (patched == ATT_HOLDS || unaffected == ATT_HOLDS)
		return ATT_REFUTED;
	if (patched == ATT_REFUTED && unaffected == ATT_REFUTED)
		return ATT_HOLDS;
	if (err)
		*err = why;
	return ATT_CANNOT_TELL;
}

/* The version that a requirement begins with, when it has one and holds it. */
static bool find_begin(struct att_str requirement, struct att_semver *begin, struct att_str *as_is)
{
	struct att_str rest = requirement;
	struct comparator c;
	bool pre, found = false;
	if (requirement.len > ATT_MAX_VERSION)
		return false;
	do {
		if (!take_comparator(&rest, &c))
			return false;
		if (c.op == LESS || c.op == LESS_EQUAL || c.op == GREATER)
			continue;
		found = true;
		*begin = c.to;
		*as_is = c.as_is;
	} while (rest.len > 0);
	return found && walk(requirement, begin, is_within, &pre, NULL) == ATT_HOLDS;
}

bool att_version_find_fix_rustsec(struct att_str version, const struct att_version_rustsec *advisory,
				  struct att_str *fix)
{
	struct att_semver v, lowest = {0}, begin;
	struct att_str as_is;
	*fix = (struct att_str){0};
	if (!read_version(version, &v, NULL))
		return false;
	for (size_t i = 0; i < advisory->patched_count; i++) {
		if (!find_begin(advisory->patched[i], &begin, &as_is))
			continue;
		const struct comparator from = {.to = v}, least = {.to = lowest};
		if (compare_filled(&from, &begin) > 0 &&
		    (fix->len == 0 || compare_filled(&least, &begin) < 0)) {
			lowest = begin;
			*fix = as_is;
		}
	}
	return fix->len > 0;
}
