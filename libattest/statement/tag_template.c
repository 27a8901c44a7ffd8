// SPDX-License-Identifier: Apache-2.0
#include "libattest/statement/tag_template.h"

#include "libattest/statement/build_internal.h"

#include "libattest/base/banned.h"

#define PLACE "{version}"

int att_tag_template_check(struct att_str tag_template, struct att_err *err)
{
	struct att_arena arena = {0};
	size_t at = att_str_find(tag_template, ATT_STR(PLACE));
	struct att_str shown = att_str_first(tag_template, 150);
	if (at == ATT_STR_NONE)
		return att_err_set(err, ATT_ERR_USAGE,
				   "expected a template of tags with " PLACE ", as v" PLACE ", found \"%.*s\"",
				   ATT_STR_ARG(shown));
	struct att_str before = att_str_first(tag_template, at),
		       after = att_str_from(tag_template, at + sizeof PLACE - 1);
	/* git takes braces in tags, so this is a choice: whoever writes one has more often forgotten another.
	 */
	for (size_t i = 0; i < 2; i++) {
		struct att_str part = i ? after : before;
		if (att_str_find_byte(part, '{') != ATT_STR_NONE ||
		    att_str_find_byte(part, '}') != ATT_STR_NONE)
			return att_err_set(err, ATT_ERR_USAGE,
					   "expected no braces but one " PLACE
					   " in a template of tags, found \"%.*s\"",
					   ATT_STR_ARG(shown));
	}
	struct att_str ref = ATT_ARENA_JOIN(&arena, ATT_STR("refs/tags/"), before, ATT_STR("1"), after);
	int status = ref.data ? ATT_OK : att_err_memory(err);
	if (status == ATT_OK && !att_build_is_ref(ref))
		status = att_err_set(err, ATT_ERR_USAGE,
				     "expected a template of tags that git would take, found \"%.*s\"",
				     ATT_STR_ARG(shown));
	att_arena_clear(&arena);
	return status;
}

bool att_tag_template_version(struct att_str tag_template, struct att_str tag, struct att_str *version)
{
	size_t at = att_str_find(tag_template, ATT_STR(PLACE));
	if (at == ATT_STR_NONE)
		return false;
	struct att_str before = att_str_first(tag_template, at),
		       after = att_str_from(tag_template, at + sizeof PLACE - 1);
	if (tag.len <= before.len + after.len || !att_str_starts(tag, before) || !att_str_ends(tag, after))
		return false;
	*version = att_str_first(att_str_from(tag, at), tag.len - before.len - after.len);
	return true;
}

static bool is_version(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!att_ascii_is_alnum(text.data[i]) && !memchr(".+-_", text.data[i], 4))
			return false;
	return text.len > 0 && att_ascii_is_digit(text.data[0]);
}

bool att_tag_template_match(struct att_str tag_template, struct att_str tag)
{
	struct att_str version;
	return att_tag_template_version(tag_template, tag, &version) && is_version(version);
}
