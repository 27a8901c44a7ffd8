// SPDX-License-Identifier: Apache-2.0
/* What formulae and casks do with texts and versions: the methods of Ruby's String and Array that they use,
 * those of Homebrew's versions, and the version in a URL. */
#include "release/homebrew_internal.h"

#include "libattest/base/banned.h"

typedef struct homebrew_value value;

/* One method at work. */
struct method {
	struct homebrew_run *run;
	const value *self;
	const value *args;
	size_t count;
	value *out;
};

static bool give(const struct method *m, struct att_str text)
{
	*m->out = release_homebrew_text(m->run, text, m->self->is_version);
	return true;
}

static bool is_text(const value *v)
{
	return v->kind == HOMEBREW_STRING;
}

/* The texts between what `separator` stands between. */
static bool split(const struct method *m, struct att_str separator, size_t most)
{
	value *out = m->out;
	struct att_str rest = m->self->text;
	size_t count = 1, at;
	if (separator.len == 0 || att_str_is(separator, " "))
		return false;
	for (struct att_str s = rest; (at = att_str_find(s, separator)) != ATT_STR_NONE; count++)
		s = (struct att_str){s.data + at + separator.len, s.len - at - separator.len};
	if (count * sizeof(value) > *m->run->text_left)
		return false;
	*m->run->text_left -= count * sizeof(value);
	*out = (value){.kind = HOMEBREW_LIST};
	out->items = att_arena_alloc(m->run->arena, count, sizeof *out->items);
	if (!out->items) {
		m->run->rc = att_err_memory(m->run->err);
		return false;
	}
	while (out->count + 1 < most && (at = att_str_find(rest, separator)) != ATT_STR_NONE) {
		out->items[out->count++] =
			release_homebrew_text(m->run, att_str_first(rest, at), m->self->is_version);
		rest = (struct att_str){rest.data + at + separator.len, rest.len - at - separator.len};
	}
	out->items[out->count++] = release_homebrew_text(m->run, rest, m->self->is_version);
	while (most == SIZE_MAX && out->count && out->items[out->count - 1].text.len == 0)
		out->count--; /* as Ruby does */
	return true;
}

static bool replace(const struct method *m, struct att_str from, struct att_str to, bool all)
{
	struct att_buf out;
	struct att_str rest = m->self->text;
	size_t at;
	if (from.len == 0 || att_str_find_byte(to, '\\') != ATT_STR_NONE)
		return false;
	att_buf_init(&out, HOMEBREW_MAX_STRING);
	while ((at = att_str_find(rest, from)) != ATT_STR_NONE) {
		att_buf_add(&out, att_str_first(rest, at));
		att_buf_add(&out, to);
		rest = (struct att_str){rest.data + at + from.len, rest.len - at - from.len};
		if (!all)
			break;
	}
	att_buf_add(&out, rest);
	bool ok = att_buf_ok(&out) && give(m, att_buf_str(&out));
	att_buf_clear(&out);
	return ok;
}

/* String#tr with one character for another, or for none ("delete"). Ranges and such are not known here. */
static bool translate(const struct method *m, struct att_str from, struct att_str to)
{
	struct att_buf out;
	if (from.len == 0 || to.len > 1 ||
	    (from.len > 1 && (from.data[0] == '^' || att_str_find_byte(from, '-') != ATT_STR_NONE)) ||
	    att_str_find_byte(from, '\\') != ATT_STR_NONE || att_str_is(to, "\\"))
		return false;
	for (size_t i = 0; i < from.len; i++) {
		if ((unsigned char)from.data[i] >= 0x80)
			return false;
	}
	att_buf_init(&out, HOMEBREW_MAX_STRING);
	for (size_t i = 0; i < m->self->text.len; i++) {
		char c = m->self->text.data[i];
		if (att_str_find_byte(from, c) == ATT_STR_NONE)
			att_buf_add_byte(&out, c);
		else
			att_buf_add(&out, to);
	}
	bool ok = att_buf_ok(&out) && give(m, att_buf_str(&out));
	att_buf_clear(&out);
	return ok;
}

static bool change_case(const struct method *m, bool upper, bool first_only)
{
	struct att_str text = m->self->text;
	char *out = att_arena_alloc(m->run->arena, text.len, 1);
	for (size_t i = 0; out && i < text.len; i++) {
		char c = text.data[i];
		if ((unsigned char)c >= 0x80)
			return false;
		bool up = first_only ? i == 0 : upper;
		out[i] = up && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : up ? c : att_ascii_lower(c);
	}
	return out && give(m, (struct att_str){out, text.len});
}

/* ---- versions ---- */

/* The first three parts, as Homebrew cuts them: runs of anything but "." "," ":" ";" with one character in
 * between. A formula's version is cut into numbers and words instead, which is the same for plain numbers. */
static size_t version_parts(const struct method *m, struct att_str parts[static 3])
{
	struct att_str rest = m->self->text;
	size_t count = 0;
	while (count < 3 && rest.len) {
		size_t len = 0;
		if (m->run->is_cask) {
			while (len < rest.len && !strchr(".,:;", rest.data[len]))
				len++;
		} else {
			while (len < rest.len && att_ascii_is_digit(rest.data[len]))
				len++;
			if (len < rest.len && !strchr(".-+_", rest.data[len]))
				break;
		}
		if (len == 0)
			break;
		parts[count++] = att_str_first(rest, len);
		if (!m->run->is_cask && len < rest.len && rest.data[len] != '.')
			break;
		rest = att_str_from(rest, len + 1);
	}
	return count;
}

static bool version_range(const struct method *m, size_t from, size_t to)
{
	struct att_str parts[3], joined[5];
	size_t count = version_parts(m, parts), used = 0;
	if (count == 0 || (!m->run->is_cask && count < to))
		return false;
	for (size_t i = from; i < to && i < count; i++) {
		if (used)
			joined[used++] = ATT_STR(".");
		joined[used++] = parts[i];
	}
	struct att_str text = att_arena_join(m->run->arena, joined, used);
	return text.data && give(m, text);
}

static bool no_dividers(const struct method *m)
{
	struct method again = *m;
	return translate(&again, ATT_STR("._"), ATT_STR("")) && (again.self = m->out) &&
	       translate(&again, ATT_STR("-"), ATT_STR(""));
}

/* "dots_to_underscores", "no_hyphens" and such. */
static bool version_dividers(const struct method *m, struct att_str name)
{
	static const struct {
		const char *name;
		char divider;
	} dividers[] = {{"dots", '.'}, {"hyphens", '-'}, {"underscores", '_'}};
	if (att_str_is(name, "no_dividers"))
		return no_dividers(m);
	for (size_t i = 0; i < 3; i++) {
		struct att_str from = {&dividers[i].divider, 1}, left = att_str_of(dividers[i].name);
		if (att_str_starts(name, ATT_STR("no_")) && att_str_equal(att_str_from(name, 3), left))
			return translate(m, from, ATT_STR(""));
		if (!att_str_starts(name, left) ||
		    !att_str_starts(att_str_from(name, left.len), ATT_STR("_to_")))
			continue;
		for (size_t k = 0; k < 3; k++) {
			if (att_str_is(att_str_from(name, left.len + 4), dividers[k].name))
				return translate(m, from, (struct att_str){&dividers[k].divider, 1});
		}
	}
	return false;
}

static bool version_method(const struct method *m, struct att_str name)
{
	static const struct {
		const char *name;
		size_t from, to;
	} ranges[] = {{"major", 0, 1},       {"minor", 1, 2},       {"patch", 2, 3},
		      {"major_minor", 0, 2}, {"minor_patch", 1, 3}, {"major_minor_patch", 0, 3}};
	size_t comma = att_str_find_byte(m->self->text, ',');
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		if (att_str_is(name, ranges[i].name))
			return version_range(m, ranges[i].from, ranges[i].to);
	}
	if (!m->run->is_cask)
		return false;
	if (att_str_is(name, "csv"))
		return split(m, ATT_STR(","), SIZE_MAX);
	if (att_str_is(name, "before_comma"))
		return give(m, att_str_first(m->self->text, comma));
	if (att_str_is(name, "after_comma"))
		return give(m, comma == ATT_STR_NONE ? ATT_STR("") : att_str_from(m->self->text, comma + 1));
	return version_dividers(m, name);
}

/* ---- texts and lists ---- */

static bool string_method(const struct method *m, struct att_str name)
{
	struct att_str text = m->self->text, first = m->count ? m->args[0].text : ATT_STR("");
	for (size_t i = 0; i < m->count; i++) {
		if (!is_text(&m->args[i]))
			return false;
	}
	if (m->count == 0) {
		if (att_str_is(name, "upcase") || att_str_is(name, "downcase") ||
		    att_str_is(name, "capitalize"))
			return change_case(m, name.data[0] == 'u', name.data[0] == 'c');
		if (att_str_is(name, "strip"))
			return give(m, att_str_trim(text));
		if (att_str_is(name, "chomp"))
			return text.len && strchr("\r\n", text.data[text.len - 1]) ? false : give(m, text);
		if (m->self->is_version)
			return version_method(m, name);
		return false;
	}
	if (m->count == 1) {
		if (att_str_is(name, "split"))
			return split(m, first, SIZE_MAX);
		if (att_str_is(name, "delete"))
			return translate(m, first, ATT_STR(""));
		if (att_str_is(name, "delete_prefix"))
			return give(m, att_str_starts(text, first) ? att_str_from(text, first.len) : text);
		if (att_str_is(name, "delete_suffix") ||
		    (att_str_is(name, "chomp") && first.len && !att_str_is(first, "\n")))
			return give(m, att_str_ends(text, first) ? att_str_first(text, text.len - first.len)
								 : text);
		if (att_str_is(name, "start_with?") || att_str_is(name, "end_with?") ||
		    att_str_is(name, "include?")) {
			*m->out = release_homebrew_bool(name.data[0] == 's' ? att_str_starts(text, first)
							: name.data[0] == 'e'
								? att_str_ends(text, first)
								: att_str_find(text, first) != ATT_STR_NONE);
			return true;
		}
		return false;
	}
	if (m->count == 2 && att_str_is(name, "tr"))
		return translate(m, first, m->args[1].text);
	if (m->count == 2 && (att_str_is(name, "sub") || att_str_is(name, "gsub")))
		return replace(m, first, m->args[1].text, name.data[0] == 'g');
	return false;
}

static bool list_method(const struct method *m, struct att_str name)
{
	static const char *const ordinals[] = {"first", "second", "third", "fourth", "fifth"};
	const value *self = m->self;
	size_t at = ATT_STR_NONE;
	for (size_t i = 0; m->count == 0 && i < sizeof ordinals / sizeof *ordinals; i++) {
		if (att_str_is(name, ordinals[i]))
			at = i;
	}
	if (m->count == 0 && att_str_is(name, "last"))
		at = self->count ? self->count - 1 : 0;
	bool is_index = m->count == 1 && m->args[0].kind == HOMEBREW_NUMBER;
	if (is_index && att_str_is(name, "[]"))
		at = (size_t)m->args[0].number;
	if (at != ATT_STR_NONE) {
		*m->out = at < self->count ? self->items[at] : (value){.kind = HOMEBREW_NIL};
		return true;
	}
	if (is_index && (att_str_is(name, "first") || att_str_is(name, "take"))) {
		*m->out = *self;
		m->out->count =
			(size_t)m->args[0].number < self->count ? (size_t)m->args[0].number : self->count;
		return true;
	}
	if (!att_str_is(name, "join") || m->count > 1 || (m->count == 1 && !is_text(&m->args[0])))
		return false;
	struct att_buf out;
	att_buf_init(&out, HOMEBREW_MAX_STRING);
	bool ok = true;
	for (size_t i = 0; i < self->count && ok; i++) {
		ok = is_text(&self->items[i]) && att_buf_ok(&out);
		if (i && m->count)
			att_buf_add(&out, m->args[0].text);
		att_buf_add(&out, self->items[i].text);
	}
	ok = ok && att_buf_ok(&out) && give(m, att_buf_str(&out));
	att_buf_clear(&out);
	return ok;
}

static bool is_one_of(struct att_str name, const char *const *names)
{
	for (; *names; names++) {
		if (att_str_is(name, *names))
			return true;
	}
	return false;
}

bool release_homebrew_is_pure(struct att_str name)
{
	static const char *const names[] = {
		"upcase",        "downcase",      "capitalize",  "strip",     "chomp",       "split", "delete",
		"delete_prefix", "delete_suffix", "start_with?", "end_with?", "include?",    "tr",    "sub",
		"gsub",          "first",         "last",        "[]",        "join",        "to_s",  "freeze",
		"dup",           "major",         "minor",       "patch",     "major_minor", "csv",   "nil?",
		"empty?",        "length",        "second",      "third",     NULL,
	};
	return is_one_of(name, names);
}

bool release_homebrew_method(struct homebrew_run *run, const struct homebrew_value *self, struct att_str name,
			     const struct homebrew_value *args, size_t count, struct homebrew_value *out)
{
	static const char *const itself[] = {"to_s", "to_str", "freeze", "dup", "itself", NULL};
	struct method m = {run, self, args, count, out};
	bool is_name = self->kind == HOMEBREW_STRING || self->kind == HOMEBREW_SYMBOL;
	if (count == 0 && is_name && is_one_of(name, itself)) {
		*out = *self;
		if (att_str_starts(name, ATT_STR("to_"))) {
			out->kind = HOMEBREW_STRING;
			out->is_version = self->is_version && run->is_cask;
		}
		return true;
	}
	if (count == 0 && att_str_is(name, "nil?") && !self->is_truth) {
		*out = release_homebrew_bool(self->kind == HOMEBREW_NIL);
		return true;
	}
	if (self->kind == HOMEBREW_STRING)
		return string_method(&m, name);
	return self->kind == HOMEBREW_LIST && list_method(&m, name);
}

/* ---- the version in a URL ---- */

/* The number with dots that ends at `end`. */
static size_t number_before(struct att_str s, size_t end)
{
	size_t at = end;
	while (at && (att_ascii_is_digit(s.data[at - 1]) ||
		      (s.data[at - 1] == '.' && at < end && att_ascii_is_digit(s.data[at]))))
		at--;
	while (at < end && s.data[at] == '.')
		at++;
	return at;
}

/* Without what Homebrew takes for the ending of an archive. */
static struct att_str stem(struct att_str name)
{
	static const char *const endings[] = {".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar.lz",
					      ".tgz",    ".tbz",     ".tbz2",   ".txz",     ".zip",
					      ".gz",     ".bz2",     ".xz",     ".jar",     ".dmg",
					      ".pkg",    ".tar",     ".7z",     ".phar",    NULL};
	for (const char *const *e = endings; *e; e++) {
		if (att_str_ends(name, att_str_of(*e)))
			return att_str_first(name, name.len - strlen(*e));
	}
	return name;
}

/* "2-1", "86_64", "-r15": what Homebrew's other rules would see. */
static bool has_divided_digits(struct att_str s)
{
	for (size_t i = 1; i + 1 < s.len; i++) {
		char before = s.data[i - 1], c = s.data[i];
		if (!att_ascii_is_digit(s.data[i + 1]))
			continue;
		if ((att_ascii_is_digit(before) && (c == '-' || c == '_')) ||
		    ((before == '-' || before == '_') && att_ascii_lower(c) == 'r'))
			return true;
	}
	return false;
}

/* Does a number that ends right before the last character go with what follows: "4.5.1-", "1_39_"? */
static bool goes_before(struct att_str before)
{
	size_t end = before.len ? before.len - 1 : 0, at = number_before(before, end);
	return at < end && (before.data[end] == '_' || at == 0 || strchr("-_v", before.data[at - 1]));
}

static bool has_digit(struct att_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (att_ascii_is_digit(s.data[i]))
			return true;
	}
	return false;
}

/* The first folder of the URL that is a version: "1.2", "v1.2.3", with two to four numbers. */
static struct att_str folder_version(struct att_str folders)
{
	for (struct att_str part; att_str_split(&folders, '/', &part);) {
		struct att_str rest = part;
		if (rest.len > 1 && strchr("rvV", rest.data[0]))
			rest = att_str_from(rest, rest.data[1] == '_' ? 2 : 1);
		size_t at = rest.len ? number_before(rest, rest.len) : 1;
		size_t dots = 0;
		for (size_t i = 0; i < rest.len; i++)
			dots += rest.data[i] == '.';
		if (at == 0 && rest.len && dots >= 1 && dots <= 3)
			return rest;
		if (rest.len && att_ascii_is_digit(rest.data[0]) && dots)
			break; /* the beginning of it would be taken */
	}
	return ATT_STR("");
}

struct att_str release_homebrew_url_version(struct att_str url, bool is_tag)
{
	size_t query = att_str_find_byte(url, '?'), scheme = att_str_find(url, ATT_STR("://"));
	size_t slash = att_str_find_last_byte(url, '/');
	if (query != ATT_STR_NONE || att_str_find_byte(url, '%') != ATT_STR_NONE ||
	    (!is_tag && slash == ATT_STR_NONE))
		return ATT_STR("");
	struct att_str last = slash == ATT_STR_NONE ? url : att_str_from(url, slash + 1);
	struct att_str name = is_tag ? last : stem(last), version;
	size_t at = number_before(name, name.len);
	version = att_str_from(name, at);
	if (version.len) {
		/* "86_64", "1-2": Homebrew's earlier rules would take more of it. */
		struct att_str before = att_str_first(name, at);
		char c = before.len ? before.data[before.len - 1] : '-';
		bool is_divided = c == '-' || c == '_';
		bool is_lone = att_str_find_byte(version, '.') == ATT_STR_NONE && !is_divided && c != 'v';
		if ((is_divided && goes_before(before)) || c == '.' || is_lone || has_divided_digits(before) ||
		    (c != '-' && has_digit(before)))
			return ATT_STR("");
		return version;
	}
	if (has_digit(name) || is_tag || scheme == ATT_STR_NONE || slash < scheme + 3)
		return ATT_STR("");
	return folder_version((struct att_str){url.data + scheme + 3, slash - scheme - 3});
}
