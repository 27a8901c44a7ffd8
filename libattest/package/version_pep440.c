// SPDX-License-Identifier: Apache-2.0
/* PEP 440, as pip and the package index have required it since 2024: what was a "legacy version" is not read.
 */
#include "libattest/package/pep440.h"
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

/* --- reading ------------------------------------------------------------------------------------------- */

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

/* Takes "[-_.]?word[-_.]?[0-9]*" in any case. */
static bool take_segment(struct att_str *rest, const char *word, struct att_str *number)
{
	struct att_str s = *rest, spelling = att_str_of(word);
	if (s.len > 0 && is_separator(s.data[0]))
		s = att_str_from(s, 1);
	if (!att_str_equal_nocase(att_str_first(s, spelling.len), spelling))
		return false;
	s = att_str_from(s, spelling.len);
	if (s.len > 0 && is_separator(s.data[0]))
		s = att_str_from(s, 1);
	*number = att_version_take_digits(&s);
	*rest = s;
	return true;
}

static void take_pre(struct att_str *rest, struct att_pep440 *v)
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

static void take_post(struct att_str *rest, struct att_pep440 *v)
{
	static const char *const words[] = {"post", "rev", "r"};
	/* "1.0-1" is a post release too. */
	if (rest->len > 1 && rest->data[0] == '-' && att_ascii_is_digit(rest->data[1])) {
		*rest = att_str_from(*rest, 1);
		v->post = att_version_take_digits(rest);
		v->is_post = true;
	}
	for (size_t i = 0; i < 3 && !v->is_post; i++)
		v->is_post = take_segment(rest, words[i], &v->post);
}

static bool take_release(struct att_str *rest, struct att_pep440 *v)
{
	struct att_str text = *rest;
	if (att_version_take_digits(rest).len == 0)
		return false;
	while (rest->len > 1 && rest->data[0] == '.' && att_ascii_is_digit(rest->data[1])) {
		*rest = att_str_from(*rest, 1);
		(void)att_version_take_digits(rest);
	}
	v->release = att_str_first(text, text.len - rest->len);
	return true;
}

/* Letters and digits, with single separators between them. */
static bool is_local(struct att_str s)
{
	bool separated = true;
	for (size_t i = 0; i < s.len; i++) {
		if (!att_ascii_is_alnum(s.data[i]) && (separated || !is_separator(s.data[i])))
			return false;
		separated = is_separator(s.data[i]);
	}
	return !separated;
}

bool att_pep440_read(struct att_str text, struct att_pep440 *v)
{
	struct att_str rest = att_str_trim(text);
	memset(v, 0, sizeof *v);
	if (rest.len > 0 && att_ascii_lower(rest.data[0]) == 'v')
		rest = att_str_from(rest, 1);
	size_t bang = att_str_find_byte(rest, '!');
	if (bang != ATT_STR_NONE) {
		v->epoch = att_str_first(rest, bang);
		if (!att_version_is_digits(v->epoch))
			return false;
		rest = att_str_from(rest, bang + 1);
	}
	if (!take_release(&rest, v))
		return false;
	take_pre(&rest, v);
	take_post(&rest, v);
	v->is_dev = take_segment(&rest, "dev", &v->dev);
	if (!att_version_take_byte(&rest, '+'))
		return rest.len == 0;
	v->local = rest;
	return is_local(rest);
}

/* --- order --------------------------------------------------------------------------------------------- */

static struct att_str take_part(struct att_str *release)
{
	(void)att_version_take_byte(release, '.');
	return att_version_take_digits(release);
}

int att_pep440_compare_release(const struct att_pep440 *a, const struct att_pep440 *b)
{
	struct att_str x = a->release, y = b->release;
	int order = 0;
	while (!order && (x.len > 0 || y.len > 0)) {
		struct att_str part = take_part(&x);
		order = att_version_compare_digits(part, take_part(&y));
	}
	return order;
}

bool att_pep440_same_prefix(const struct att_pep440 *a, const struct att_pep440 *b, size_t parts)
{
	struct att_str x = a->release, y = b->release;
	bool same = att_version_compare_digits(a->epoch, b->epoch) == 0;
	for (size_t i = 0; same && i < parts && (x.len > 0 || y.len > 0); i++) {
		struct att_str part = take_part(&x);
		same = att_version_compare_digits(part, take_part(&y)) == 0;
	}
	return same;
}

/* Development releases of a final version come before its pre-releases, those before the final one. */
static int pre_rank(const struct att_pep440 *v)
{
	if (v->is_pre)
		return v->pre_kind == 'a' ? 1 : v->pre_kind == 'b' ? 2 : 3;
	return v->is_dev && !v->is_post ? 0 : 4;
}

static struct att_str take_local(struct att_str *rest)
{
	size_t at = 0;
	while (at < rest->len && !is_separator(rest->data[at]))
		at++;
	struct att_str part = att_str_first(*rest, at);
	*rest = att_str_from(*rest, at + 1);
	return part;
}

static int compare_local(struct att_str a, struct att_str b)
{
	while (a.len > 0 && b.len > 0) {
		struct att_str x = take_local(&a), y = take_local(&b);
		bool number_a = att_version_is_digits(x), number_b = att_version_is_digits(y);
		int order = number_a && number_b   ? att_version_compare_digits(x, y)
			    : number_a != number_b ? number_a - number_b
						   : att_version_compare_nocase(x, y);
		if (order)
			return order;
	}
	return (a.len > 0) - (b.len > 0);
}

int att_pep440_compare_public(const struct att_pep440 *a, const struct att_pep440 *b)
{
	int order = att_version_compare_digits(a->epoch, b->epoch);
	if (!order)
		order = att_pep440_compare_release(a, b);
	if (!order)
		order = pre_rank(a) - pre_rank(b);
	if (!order)
		order = att_version_compare_digits(a->pre, b->pre);
	if (!order)
		order = a->is_post - b->is_post;
	if (!order)
		order = att_version_compare_digits(a->post, b->post);
	if (!order)
		order = b->is_dev - a->is_dev;
	return order ? order : att_version_compare_digits(a->dev, b->dev);
}

int att_pep440_compare(const struct att_pep440 *a, const struct att_pep440 *b)
{
	int order = att_pep440_compare_public(a, b);
	return order ? order : compare_local(a->local, b->local);
}

/* --- scheme -------------------------------------------------------------------------------------------- */

static bool reads(struct att_str version)
{
	struct att_pep440 v;
	return att_pep440_read(version, &v);
}

static int order(struct att_str a, struct att_str b)
{
	struct att_pep440 x, y;
	(void)att_pep440_read(a, &x);
	(void)att_pep440_read(b, &y);
	return att_pep440_compare(&x, &y);
}

static bool is_prerelease(struct att_str version)
{
	struct att_pep440 v;
	return att_pep440_read(version, &v) && (v.is_pre || v.is_dev);
}

const struct att_version_scheme att_version_pep440 = {
	.name = "pep440",
	.ecosystems = (const char *const[]){"PyPI", NULL},
	.purl_types = (const char *const[]){"pypi", NULL},
	.expected = "[EPOCH!]RELEASE[{a|b|rc}N][.postN][.devN][+LOCAL] (PEP 440)",
	.reads = reads,
	.order = order,
	.is_prerelease = is_prerelease,
};
