// SPDX-License-Identifier: Apache-2.0
/* Allow lists. */
#include "libattest/base/limits.h"
#include "libattest/package/license_internal.h"

#include "libattest/base/banned.h"

/* A license as it is compared. */
struct term {
	struct att_str id, exception;
	struct att_license_version version;
};

/* Ids from before WITH was invented, and what the list says that they are now. */
static const struct {
	const char *old, *id, *exception;
} renamed[] = {
	{"eCos-2.0", "GPL-2.0-or-later", "eCos-exception-2.0"},
	{"GPL-2.0-with-autoconf-exception", "GPL-2.0-only", "Autoconf-exception-2.0"},
	{"GPL-2.0-with-bison-exception", "GPL-2.0-only", "Bison-exception-2.2"},
	{"GPL-2.0-with-classpath-exception", "GPL-2.0-only", "Classpath-exception-2.0"},
	{"GPL-2.0-with-font-exception", "GPL-2.0-only", "Font-exception-2.0"},
	{"GPL-2.0-with-GCC-exception", "GPL-2.0-only", "GCC-exception-2.0"},
	{"GPL-3.0-with-autoconf-exception", "GPL-3.0-only", "Autoconf-exception-3.0"},
	{"GPL-3.0-with-GCC-exception", "GPL-3.0-only", "GCC-exception-3.1"},
	{"Nunit", "zlib-acknowledgement", ""},
	{"StandardML-NJ", "SMLNJ", ""},
};

static struct term term_of(const struct att_license_node *node)
{
	struct term term = {.id = node->id, .exception = node->exception};
	for (size_t i = 0; node->deprecated && i < sizeof renamed / sizeof *renamed; i++) {
		/* One that has a further exception stays what it is: a name without a new spelling. */
		if (att_str_is(node->id, renamed[i].old) && node->exception.len == 0) {
			term.id = att_str_of(renamed[i].id);
			term.exception = att_str_of(renamed[i].exception);
		}
	}
	term.version = att_license_version_of(term.id);
	/* "GPL-2.0-only+" contradicts itself; the narrower reading is the safe one. */
	if (node->or_later && !att_str_ends(term.id, ATT_STR("-only")))
		term.version.or_later = true;
	return term;
}

/* Cuts the first word off. */
static struct att_str next_word(struct att_str *rest)
{
	size_t len = 0;
	*rest = att_str_trim(*rest);
	while (len < rest->len && !att_ascii_is_space(rest->data[len]))
		len++;
	struct att_str word = att_str_first(*rest, len);
	*rest = att_str_from(*rest, len);
	return word;
}

/* Reads "ID" or "ID WITH EXCEPTION" without memory. */
static bool read_allowed(struct att_str text, struct term *out)
{
	struct att_license_node node;
	size_t at;
	const char *expected;
	struct att_str id = next_word(&text), with = next_word(&text), exception = next_word(&text);
	enum att_license_word word = att_license_read_word(id, &node, &at, &expected);
	if ((word != ATT_LICENSE_LISTED && word != ATT_LICENSE_REF) || next_word(&text).len > 0)
		return false;
	if (with.len > 0) {
		const struct att_license_listed *listed =
			att_license_lookup(att_license_exceptions, att_license_exception_count, exception);
		if (att_license_keyword(with) != ATT_LICENSE_KEYWORD_WITH || !listed)
			return false;
		node.exception = listed->id;
	}
	*out = term_of(&node);
	return true;
}

static bool covers(const struct term *allowed, const struct term *term)
{
	const struct att_license_version *a = &allowed->version, *t = &term->version;
	if (!att_str_equal(allowed->exception, term->exception) || a->family != t->family)
		return false;
	if (!a->family)
		return att_str_equal_nocase(allowed->id, term->id);
	if (a->rank == t->rank)
		return true;
	/* The user of an or-later license may choose any later version; an allowed or-later allows each. */
	return a->rank < t->rank ? a->or_later : t->or_later;
}

static bool is_allowed(const struct att_license_node *node, const struct att_str *allowed, size_t count)
{
	struct term term = term_of(node);
	/* By far the most common entry is the very id, which needs no reading. */
	for (size_t i = 0; i < count; i++)
		if (term.exception.len == 0 && att_str_equal_nocase(allowed[i], node->id))
			return true;
	for (size_t i = 0; i < count; i++) {
		struct term one;
		if (read_allowed(allowed[i], &one) && covers(&one, &term))
			return true;
	}
	return false;
}

bool att_license_satisfied(const struct att_license *license, const struct att_str *allowed, size_t count)
{
	/* Each level of parentheses holds at most the left sides of one OR and one AND. */
	bool stack[2 * (ATT_MAX_LICENSE_DEPTH + 1) + 1];
	size_t top = 0;
	for (size_t i = 0; i < license->count; i++) {
		const struct att_license_node *node = &license->nodes[i];
		if (node->op == ATT_LICENSE_ID) {
			if (top == sizeof stack / sizeof *stack)
				return false;
			stack[top++] = is_allowed(node, allowed, count);
			continue;
		}
		if (top < 2)
			return false;
		bool right = stack[--top], left = stack[top - 1];
		stack[top - 1] = node->op == ATT_LICENSE_AND ? left && right : left || right;
	}
	return top == 1 && stack[0];
}
