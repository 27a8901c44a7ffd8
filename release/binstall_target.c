// SPDX-License-Identifier: Apache-2.0
#include "release/binstall.h"

#include "libattest/base/banned.h"

void release_binstall_take_apart(struct att_str triple, struct release_binstall_target *out)
{
	struct att_str rest = triple, part, parts[4] = {{NULL, 0}};
	size_t count = 0;
	*out = (struct release_binstall_target){.triple = triple, .env = ATT_STR("unknown")};
	if (att_str_is(triple, "universal-apple-darwin") || att_str_is(triple, "universal2-apple-darwin")) {
		out->arch = ATT_STR("universal");
		out->vendor = ATT_STR("apple");
		out->os = ATT_STR("darwin");
		return;
	}
	while (count < 4 && att_str_split(&rest, '-', &part))
		parts[count++] = part;
	out->arch = parts[0];
	out->vendor = parts[1];
	out->os = parts[2];
	if (count == 4)
		out->env = parts[3];
}

static struct att_str rustc_os(const struct release_binstall_target *target)
{
	return att_str_is(target->os, "darwin") ? ATT_STR("macos") : target->os;
}

static struct att_str family(const struct release_binstall_target *target)
{
	static const char *const unix_like[] = {"linux",   "darwin",  "macos",   "freebsd",  "netbsd",
						"openbsd", "solaris", "illumos", "dragonfly"};
	if (att_str_is(target->os, "windows"))
		return ATT_STR("windows");
	for (size_t i = 0; i < sizeof unix_like / sizeof unix_like[0]; i++)
		if (att_str_is(target->os, unix_like[i]))
			return ATT_STR("unix");
	return (struct att_str){NULL, 0};
}

struct att_str release_binstall_platform(struct att_arena *arena, const struct release_binstall_target *target)
{
	struct att_str os = rustc_os(target);
	if (att_str_is(target->arch, "universal"))
		return os;
	return release_platform(arena, os, target->arch);
}

/* --- cfg(...) ------------------------------------------------------------------------------------------ */

struct condition {
	struct att_str rest;
	const struct release_binstall_target *target;
	bool wrong;
};

static void skip_space(struct condition *c)
{
	while (c->rest.len && att_ascii_is_space(c->rest.data[0]))
		c->rest = att_str_from(c->rest, 1);
}

static bool take(struct condition *c, char mark)
{
	skip_space(c);
	if (c->rest.len == 0 || c->rest.data[0] != mark)
		return false;
	c->rest = att_str_from(c->rest, 1);
	return true;
}

static struct att_str take_word(struct condition *c)
{
	size_t len = 0;
	skip_space(c);
	while (len < c->rest.len && (att_ascii_is_alnum(c->rest.data[len]) || c->rest.data[len] == '_'))
		len++;
	struct att_str word = att_str_first(c->rest, len);
	c->rest = att_str_from(c->rest, len);
	c->wrong |= len == 0;
	return word;
}

static bool is_set(const struct release_binstall_target *target, struct att_str key, struct att_str value)
{
	const struct {
		const char *key;
		struct att_str value;
	} known[] = {
		{"target_os", rustc_os(target)},   {"target_arch", target->arch},
		{"target_env", target->env},       {"target_vendor", target->vendor},
		{"target_family", family(target)},
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (att_str_is(key, known[i].key))
			return known[i].value.len && att_str_equal(known[i].value, value);
	return false;
}

static bool read_pair(struct condition *c, struct att_str key)
{
	if (!take(c, '"')) {
		c->wrong = true;
		return false;
	}
	size_t end = att_str_find_byte(c->rest, '"');
	if (end == ATT_STR_NONE) {
		c->wrong = true;
		return false;
	}
	struct att_str value = att_str_first(c->rest, end);
	c->rest = att_str_from(c->rest, end + 1);
	return is_set(c->target, key, value);
}

static bool read_condition(struct condition *c, unsigned depth);

/* What stands in the parentheses of all, any and not. */
static bool read_list(struct condition *c, struct att_str word, unsigned depth)
{
	bool all = true, any = false;
	size_t count = 0;
	while (!c->wrong && !take(c, ')')) {
		bool holds = read_condition(c, depth + 1);
		all &= holds;
		any |= holds;
		count++;
		if (take(c, ','))
			continue;
		c->wrong |= !take(c, ')');
		break;
	}
	if (att_str_is(word, "all"))
		return all;
	if (att_str_is(word, "any"))
		return any;
	c->wrong |= !att_str_is(word, "not") || count != 1;
	return !any;
}

static bool read_condition(struct condition *c, unsigned depth)
{
	struct att_str word = take_word(c);
	if (c->wrong || depth > ATT_MAX_DEPTH) {
		c->wrong = true;
		return false;
	}
	if (take(c, '('))
		return read_list(c, word, depth);
	if (take(c, '='))
		return read_pair(c, word);
	return att_str_equal(word, family(c->target));
}

bool release_binstall_cfg(struct att_str expression, const struct release_binstall_target *target,
			  bool *well_formed)
{
	struct condition c = {.rest = expression, .target = target};
	bool holds = false;
	if (!att_str_is(take_word(&c), "cfg") || !take(&c, '('))
		c.wrong = true;
	if (!c.wrong)
		holds = read_condition(&c, 0);
	if (!take(&c, ')') || att_str_trim(c.rest).len > 0)
		c.wrong = true;
	*well_formed = !c.wrong;
	return holds && !c.wrong;
}
