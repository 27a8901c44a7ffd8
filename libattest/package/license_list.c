// SPDX-License-Identifier: Apache-2.0
/* Looking words up in the license list, and what to say when one is not there. */
#include <stdio.h>

#include "libattest/base/distance.h"
#include "libattest/package/license_internal.h"

#include "libattest/base/banned.h"

enum { MOST_PREFIXED = 5 /* ids that a hint lists */ };

static int compare_nocase(struct att_str a, struct att_str b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	for (size_t i = 0; i < common; i++) {
		unsigned char x = (unsigned char)att_ascii_lower(a.data[i]);
		unsigned char y = (unsigned char)att_ascii_lower(b.data[i]);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

/* The first entry that is not before `id`. */
static size_t lower_bound(const struct att_license_listed *table, size_t count, struct att_str id)
{
	size_t low = 0;
	while (count > 0) {
		size_t half = count / 2;
		if (compare_nocase(table[low + half].id, id) < 0) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low;
}

const struct att_license_listed *att_license_lookup(const struct att_license_listed *table, size_t count,
						    struct att_str id)
{
	size_t at = lower_bound(table, count, id);
	return at < count && att_str_equal_nocase(table[at].id, id) ? &table[at] : NULL;
}

static const struct att_license_listed *nearest(const struct att_license_listed *table, size_t count,
						struct att_str id)
{
	size_t bound = att_distance_bound(id);
	const struct att_license_listed *best = NULL;
	for (size_t i = 0; i < count; i++) {
		size_t distance = att_distance(id, table[i].id);
		if (distance < bound ||
		    (best && distance == bound && best->deprecated && !table[i].deprecated)) {
			bound = distance;
			best = &table[i];
		}
	}
	return best;
}

/* "id, id, ..." of what begins with `start`: they stand together in the table. */
static bool list_prefixed(const struct att_license_listed *table, size_t count, struct att_str start, char *out,
			  size_t size)
{
	size_t found = 0, used = 0;
	for (size_t i = lower_bound(table, count, start); i < count; i++) {
		if (!att_str_equal_nocase(att_str_first(table[i].id, start.len), start))
			break;
		if (table[i].deprecated)
			continue;
		if (found++ == MOST_PREFIXED) {
			snprintf(out + used, size - used, ", ...");
			break;
		}
		int wrote =
			snprintf(out + used, size - used, "%s%.*s",
				 found == 1 ? "ids that begin like this: " : ", ", ATT_STR_ARG(table[i].id));
		if (wrote < 0 || (size_t)wrote >= size - used)
			break;
		used += (size_t)wrote;
	}
	return found > 0;
}

bool att_license_hint(const struct att_license_listed *table, size_t count, struct att_str id, char *out,
		      size_t size)
{
	out[0] = '\0';
	/* npm's word for "no license is granted" is one letter away from a license that grants everything. */
	if (id.len == 0 || id.len > ATT_DISTANCE_LONGEST || att_str_equal_nocase(id, ATT_STR("UNLICENSED")))
		return false;
	const struct att_license_listed *near = nearest(table, count, id);
	if (near)
		return snprintf(out, size, "did you mean \"%.*s\"?", ATT_STR_ARG(near->id)) > 0;
	return id.len > 1 && list_prefixed(table, count, id, out, size);
}

enum att_license_keyword att_license_keyword(struct att_str word)
{
	static const struct {
		const char *upper, *lower;
	} operators[] = {{"AND", "and"}, {"OR", "or"}, {"WITH", "with"}};
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
		if (!att_str_equal_nocase(word, att_str_of(operators[i].upper)))
			continue;
		if (!att_str_is(word, operators[i].upper) && !att_str_is(word, operators[i].lower))
			return ATT_LICENSE_KEYWORD_MIXED;
		return (enum att_license_keyword)((size_t)ATT_LICENSE_KEYWORD_AND + i);
	}
	return ATT_LICENSE_NO_KEYWORD;
}

/* Length of the id string at the start of `s`: letters, digits, "-" and ".". */
static size_t id_length(struct att_str s)
{
	size_t len = 0;
	while (len < s.len && (att_ascii_is_alnum(s.data[len]) || s.data[len] == '-' || s.data[len] == '.'))
		len++;
	return len;
}

static bool starts_nocase(struct att_str s, struct att_str prefix)
{
	return att_str_equal_nocase(att_str_first(s, prefix.len), prefix);
}

static enum att_license_word read_reference(struct att_str word, size_t *at, const char **expected)
{
	const struct att_str document = ATT_STR("DocumentRef-"), license = ATT_STR("LicenseRef-");
	*at = 0;
	if (starts_nocase(word, document)) {
		size_t name = id_length(att_str_from(word, document.len));
		*at = document.len + name;
		*expected = name == 0 ? "a name after \"DocumentRef-\"" : "\":LicenseRef-NAME\"";
		if (name == 0 || *at == word.len || word.data[*at] != ':')
			return ATT_LICENSE_BROKEN;
		++*at;
		*expected = "\"LicenseRef-NAME\"";
		if (!starts_nocase(att_str_from(word, *at), license))
			return ATT_LICENSE_BROKEN;
	}
	*at += license.len;
	size_t name = id_length(att_str_from(word, *at));
	*at += name;
	*expected = name == 0 ? "a name after \"LicenseRef-\"" : "the end of the LicenseRef";
	return name > 0 && *at == word.len ? ATT_LICENSE_REF : ATT_LICENSE_BROKEN;
}

enum att_license_word att_license_read_word(struct att_str word, struct att_license_node *node, size_t *at,
					    const char **expected)
{
	memset(node, 0, sizeof *node);
	node->op = ATT_LICENSE_ID;
	node->id = word;
	if (starts_nocase(word, ATT_STR("LicenseRef-")) || starts_nocase(word, ATT_STR("DocumentRef-")))
		return read_reference(word, at, expected);

	/* "GPL-2.0+" is an id of the list, "Apache-2.0+" is an id and an operator. */
	const struct att_license_listed *listed =
		att_license_lookup(att_license_ids, att_license_id_count, word);
	size_t len = id_length(word);
	if (!listed) {
		listed = att_license_lookup(att_license_ids, att_license_id_count, att_str_first(word, len));
		node->or_later = len < word.len && word.data[len] == '+';
		node->id.len = len;
		*at = len + (node->or_later ? 1 : 0);
		*expected = len == 0 ? "a license id" : "white space or the end of the id";
		if (len == 0 || *at < word.len)
			return ATT_LICENSE_BROKEN;
	}
	if (!listed)
		return ATT_LICENSE_UNKNOWN;
	node->id = listed->id;
	node->deprecated = listed->deprecated;
	return ATT_LICENSE_LISTED;
}

struct att_str att_license_find(struct att_str id, bool *deprecated)
{
	const struct att_license_listed *listed = att_license_lookup(att_license_ids, att_license_id_count, id);
	if (deprecated)
		*deprecated = listed && listed->deprecated;
	return listed ? listed->id : (struct att_str){NULL, 0};
}
