// SPDX-License-Identifier: Apache-2.0
#include "sbom/requirements_file.h"

#include "libattest/base/banned.h"

/* --- lines --------------------------------------------------------------------------------------------- */

/* The physical line at `at`, without its end; *next is where the following one begins. */
static struct att_str physical_line(struct att_str text, size_t at, size_t *next)
{
	size_t end = at;
	while (end < text.len && text.data[end] != '\n' && text.data[end] != '\r')
		end++;
	*next = end + (end < text.len);
	if (end + 1 < text.len && text.data[end] == '\r' && text.data[end + 1] == '\n')
		*next = end + 2;
	return (struct att_str){text.data + at, end - at};
}

static bool is_comment_line(struct att_str line)
{
	line = att_str_trim(line);
	return line.len > 0 && line.data[0] == '#';
}

static size_t trailing_backslashes(struct att_str line)
{
	size_t count = 0;
	while (count < line.len && line.data[line.len - 1 - count] == '\\')
		count++;
	return count;
}

/* Blanks the joints of the logical line [begin, end). */
static char *join(struct att_str text, size_t begin, size_t end, struct att_arena *arena)
{
	char *joined = att_arena_alloc(arena, end - begin, 1);
	if (!joined)
		return NULL;
	memcpy(joined, text.data + begin, end - begin);
	for (size_t at = begin, next; at < end; at = next) {
		struct att_str line = physical_line(text, at, &next);
		if (next >= end)
			break;
		size_t from = at + line.len - trailing_backslashes(line);
		memset(joined + (from - begin), ' ', next - from);
	}
	return joined;
}

static void cut_comment(struct att_str line, size_t offset, struct sbom_requirements_line *out)
{
	size_t hash = 0;
	while (hash < line.len &&
	       !(line.data[hash] == '#' && (hash == 0 || att_ascii_is_space(line.data[hash - 1]))))
		hash++;
	out->has_comment = hash < line.len;
	out->comment = att_str_trim(att_str_from(line, hash + 1));
	out->text = att_str_trim(att_str_first(line, hash));
	out->offset = offset + (out->text.len ? (size_t)(out->text.data - line.data) : 0);
}

int sbom_requirements_next_line(struct att_str text, size_t *at, struct att_arena *arena,
				struct sbom_requirements_line *out, struct att_err *err)
{
	size_t begin = *at, next = begin, end;
	bool joined = false;
	if (begin >= text.len)
		return 0;
	for (;;) {
		struct att_str line = physical_line(text, next, &next);
		end = (size_t)(line.data - text.data) + line.len;
		if (trailing_backslashes(line) == 0 || is_comment_line(line) || next >= text.len)
			break;
		joined = true;
	}
	*at = next;
	struct att_str line = {text.data + begin, end - begin};
	if (joined)
		line.data = join(text, begin, end, arena);
	if (!line.data)
		return att_err_memory(err);
	/* A backslash that nothing follows joins nothing. */
	line.len -= trailing_backslashes(line);
	cut_comment(line, begin, out);
	return 1;
}

/* --- options ------------------------------------------------------------------------------------------- */

struct option {
	const char *name;
	char letter;
	bool has_value;
	enum sbom_requirements_option option;
};

static const struct option options[] = {
	{"--requirement", 'r', true, SBOM_OPTION_REQUIREMENT},
	{"--constraint", 'c', true, SBOM_OPTION_CONSTRAINT},
	{"--editable", 'e', true, SBOM_OPTION_EDITABLE},
	{"--index-url", 'i', true, SBOM_OPTION_INDEX_URL},
	{"--pypi-url", 0, true, SBOM_OPTION_INDEX_URL},
	{"--extra-index-url", 0, true, SBOM_OPTION_EXTRA_INDEX_URL},
	{"--no-index", 0, false, SBOM_OPTION_NO_INDEX},
	{"--hash", 0, true, SBOM_OPTION_HASH},
	{"--find-links", 'f', true, SBOM_OPTION_OTHER},
	{"--no-binary", 0, true, SBOM_OPTION_OTHER},
	{"--only-binary", 0, true, SBOM_OPTION_OTHER},
	{"--prefer-binary", 0, false, SBOM_OPTION_OTHER},
	{"--require-hashes", 0, false, SBOM_OPTION_OTHER},
	{"--pre", 0, false, SBOM_OPTION_OTHER},
	{"--all-releases", 0, true, SBOM_OPTION_OTHER},
	{"--only-final", 0, true, SBOM_OPTION_OTHER},
	{"--trusted-host", 0, true, SBOM_OPTION_OTHER},
	{"--use-feature", 0, true, SBOM_OPTION_OTHER},
	{"--config-settings", 'C', true, SBOM_OPTION_OTHER},
	{"--config-setting", 0, true, SBOM_OPTION_OTHER},
	{"--global-option", 0, true, SBOM_OPTION_OTHER},
	{"--install-option", 0, true, SBOM_OPTION_OTHER},
	/* Of old versions of pip. */
	{"--always-unzip", 'Z', false, SBOM_OPTION_OTHER},
	{"--process-dependency-links", 0, false, SBOM_OPTION_OTHER},
	{"--allow-all-external", 0, false, SBOM_OPTION_OTHER},
	{"--allow-external", 0, true, SBOM_OPTION_OTHER},
	{"--allow-unverified", 0, true, SBOM_OPTION_OTHER},
	{"--use-wheel", 0, false, SBOM_OPTION_OTHER},
	{"--no-use-wheel", 0, false, SBOM_OPTION_OTHER},
};

size_t sbom_requirements_options(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '-' && (i == 0 || att_ascii_is_space(text.data[i - 1])))
			return i;
	return text.len;
}

/* A word as the shell cuts it: quotes keep white space together. */
static struct att_str take_word(struct att_str text, size_t *at)
{
	char quote = 0;
	while (*at < text.len && att_ascii_is_space(text.data[*at]))
		++*at;
	size_t begin = *at;
	while (*at < text.len && (quote || !att_ascii_is_space(text.data[*at]))) {
		char c = text.data[*at];
		if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		++*at;
	}
	return att_str_first(att_str_from(text, begin), *at - begin);
}

static struct att_str unquote(struct att_str value)
{
	if (value.len >= 2 && (value.data[0] == '"' || value.data[0] == '\'') &&
	    value.data[value.len - 1] == value.data[0])
		return att_str_first(att_str_from(value, 1), value.len - 2);
	return value;
}

/* Is `word` this option? *value gets what is attached to it: "--name=value", "-xvalue". */
static bool is_option(const struct option *option, struct att_str word, struct att_str *value)
{
	struct att_str name = att_str_of(option->name);
	*value = (struct att_str){NULL, 0};
	if (att_str_equal(word, name))
		return true;
	if (option->has_value && att_str_starts(word, name) && word.data[name.len] == '=') {
		*value = att_str_from(word, name.len + 1);
		return true;
	}
	if (word.len < 2 || !option->letter || word.data[1] != option->letter)
		return false;
	*value = att_str_from(word, 2);
	return value->len == 0 || option->has_value;
}

int sbom_requirements_next_option(struct att_str text, size_t *at, enum sbom_requirements_option *option,
				  struct att_str *value, struct att_err *err)
{
	struct att_str word = take_word(text, at);
	if (word.len == 0)
		return 0;
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		if (!is_option(&options[i], word, value))
			continue;
		if (options[i].has_value && value->len == 0)
			*value = take_word(text, at);
		*value = unquote(*value);
		*option = options[i].option;
		if (!options[i].has_value || value->len > 0)
			return 1;
		*at = (size_t)(word.data - text.data);
		return att_err_set(err, ATT_ERR_MALFORMED, "expected a value after %s, found the end",
				   options[i].name);
	}
	*at = (size_t)(word.data - text.data);
	att_err_set(err, ATT_ERR_UNSUPPORTED,
		    "expected an option that pip takes in requirements files, found "
		    "\"%.*s\"",
		    ATT_STR_ARG(att_str_first(word, 60)));
	att_err_help(err, "take it out, or put it on pip's command line");
	return ATT_ERR_UNSUPPORTED;
}

/* --- comments of pip-compile --------------------------------------------------------------------------- */

bool sbom_requirements_next_via(struct att_str *rest, bool *in_via, struct att_str *parent, bool *is_project)
{
	struct att_str item;
	if (att_str_is(*rest, "via") || att_str_starts(*rest, ATT_STR("via "))) {
		*in_via = true;
		*rest = att_str_trim(att_str_from(*rest, 3));
	}
	while (*in_via && rest->len > 0 && att_str_split(rest, ',', &item)) {
		item = att_str_trim(item);
		*is_project = att_str_starts(item, ATT_STR("-r ")) || att_str_ends(item, ATT_STR(")"));
		*parent = att_str_first(item, att_str_find_byte(item, '['));
		if (*is_project || sbom_python_is_name(*parent))
			return true;
	}
	return false;
}
