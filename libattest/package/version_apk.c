// SPDX-License-Identifier: Apache-2.0
/* Alpine's versions (apk-package(5), as apk-tools 3 orders them):
 * NUMBER{.NUMBER}[LETTER]{_SUFFIX[NUMBER]}[~COMMIT]
 * [-rNUMBER]. What apk itself calls invalid is not read. Distributions with apk's packages use the same. */
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

/* In this order: of two that are equal so far, the one that goes on with the earlier kind is newer. */
enum kind { FIRST, NUMBER, LETTER, SUFFIX, SUFFIX_NUMBER, COMMIT, REVISION, END, INVALID };

struct token {
	enum kind kind;
	struct att_str text; /* digits, the letter, the commit */
	int suffix;          /* below 0 for what comes before the release, above for what comes after */
};

static bool read_suffix(struct att_str *rest, int *suffix)
{
	static const struct {
		const char *word;
		int value;
	} words[] = {{"alpha", -4}, {"beta", -3}, {"pre", -2}, {"rc", -1}, {"cvs", 1},
		     {"svn", 2},    {"git", 3},   {"hg", 4},   {"p", 5}};
	size_t letters = 0;
	while (letters < rest->len && rest->data[letters] >= 'a' && rest->data[letters] <= 'z')
		letters++;
	struct att_str word = att_str_first(*rest, letters);
	*rest = att_str_from(*rest, letters);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		*suffix = words[i].value;
		if (att_str_is(word, words[i].word))
			return true;
	}
	return false;
}

static struct att_str take_hex(struct att_str *rest)
{
	size_t digits = 0;
	while (digits < rest->len && att_ascii_hex(rest->data[digits]) >= 0 &&
	       !(rest->data[digits] >= 'A' && rest->data[digits] <= 'F'))
		digits++;
	struct att_str taken = att_str_first(*rest, digits);
	*rest = att_str_from(*rest, digits);
	return taken;
}

static enum kind read_next(enum kind last, struct att_str *rest, struct token *token)
{
	if (rest->len == 0)
		return END;
	if (att_ascii_is_digit(rest->data[0])) {
		token->text = att_version_take_digits(rest);
		return last == SUFFIX ? SUFFIX_NUMBER : INVALID;
	}
	if (rest->data[0] >= 'a' && rest->data[0] <= 'z') {
		token->text = att_str_first(*rest, 1);
		*rest = att_str_from(*rest, 1);
		return last <= NUMBER ? LETTER : INVALID;
	}
	if (att_version_take_byte(rest, '.')) {
		token->text = att_version_take_digits(rest);
		return last <= NUMBER && token->text.len > 0 ? NUMBER : INVALID;
	}
	if (att_version_take_byte(rest, '_'))
		return read_suffix(rest, &token->suffix) && last <= SUFFIX_NUMBER ? SUFFIX : INVALID;
	if (att_version_take_byte(rest, '~')) {
		token->text = take_hex(rest);
		return last < COMMIT && token->text.len > 0 ? COMMIT : INVALID;
	}
	if (!att_version_take_byte(rest, '-') || !att_version_take_byte(rest, 'r'))
		return INVALID;
	token->text = att_version_take_digits(rest);
	return last < REVISION && token->text.len > 0 ? REVISION : INVALID;
}

static void first_token(struct att_str *rest, struct token *token)
{
	*token = (struct token){.text = att_version_take_digits(rest)};
	token->kind = token->text.len > 0 ? FIRST : INVALID;
}

static void next_token(struct att_str *rest, struct token *token)
{
	token->kind = read_next(token->kind, rest, token);
}

static bool reads(struct att_str version)
{
	struct token token;
	for (first_token(&version, &token); token.kind < END;)
		next_token(&version, &token);
	return token.kind == END;
}

/* Both are of the same kind. */
static int compare_tokens(const struct token *a, const struct token *b)
{
	if (a->kind == SUFFIX)
		return a->suffix - b->suffix;
	/* A number with a leading zero is a fraction: 1.09 is newer than 1.010. */
	bool fraction = a->kind == NUMBER && (a->text.data[0] == '0' || b->text.data[0] == '0');
	if (fraction || a->kind == LETTER || a->kind == COMMIT)
		return att_str_compare(a->text, b->text);
	return att_version_compare_digits(a->text, b->text);
}

static int order(struct att_str a, struct att_str b)
{
	struct token x, y;
	first_token(&a, &x);
	first_token(&b, &y);
	while (x.kind == y.kind && x.kind < END) {
		int found = compare_tokens(&x, &y);
		if (found)
			return found;
		next_token(&a, &x);
		next_token(&b, &y);
	}
	if (x.kind == y.kind)
		return 0;
	if (x.kind == SUFFIX && x.suffix < 0)
		return -1;
	if (y.kind == SUFFIX && y.suffix < 0)
		return 1;
	return (int)y.kind - (int)x.kind;
}

const struct att_version_scheme att_version_apk = {
	.name = "apk",
	.ecosystems = (const char *const[]){"Alpine", "Wolfi", "Chainguard", "MinimOS", "Alpaquita",
					    "BellSoft Hardened Containers", NULL},
	.purl_types = (const char *const[]){"apk", NULL},
	.expected = "NUMBER{.NUMBER}[LETTER]{_SUFFIX[NUMBER]}[~COMMIT][-rNUMBER] (apk)",
	.reads = reads,
	.order = order,
};
