// SPDX-License-Identifier: Apache-2.0
/* Debian's versions (deb-version(7)): [EPOCH:]UPSTREAM[-REVISION]. Read as dpkg reads them for
 * --compare-versions: an upstream version should begin with a digit and need not. */
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

struct version {
	struct att_str epoch, upstream, revision; /* missing is empty, which is the same as 0 */
};

static bool are_allowed(struct att_str s, const char *others)
{
	for (size_t i = 0; i < s.len; i++)
		if (!att_ascii_is_alnum(s.data[i]) && !strchr(others, s.data[i]))
			return false;
	return true;
}

static bool read_version(struct att_str text, struct version *out)
{
	*out = (struct version){0};
	size_t colon = att_str_find_byte(text, ':');
	if (colon != ATT_STR_NONE) {
		out->epoch = att_str_first(text, colon);
		if (!att_version_is_digits(out->epoch))
			return false;
		text = att_str_from(text, colon + 1);
	}
	size_t hyphen = att_str_find_last_byte(text, '-');
	out->upstream = att_str_first(text, hyphen);
	if (hyphen != ATT_STR_NONE) {
		out->revision = att_str_from(text, hyphen + 1);
		if (out->revision.len == 0)
			return false;
	}
	return out->upstream.len > 0 && are_allowed(out->upstream, ".+-~:") &&
	       are_allowed(out->revision, ".+~");
}

static bool reads(struct att_str version)
{
	struct version v;
	return read_version(version, &v);
}

/* '~' comes before the end, that before letters, those before all else. Digits end a stretch as the end does.
 */
static int weight(struct att_str s)
{
	if (s.len == 0 || att_ascii_is_digit(s.data[0]))
		return 0;
	if (s.data[0] == '~')
		return -1;
	return att_ascii_is_alpha(s.data[0]) ? s.data[0] : s.data[0] + 256;
}

static int compare_parts(struct att_str a, struct att_str b)
{
	while (a.len > 0 || b.len > 0) {
		while (weight(a) != 0 || weight(b) != 0) {
			if (weight(a) != weight(b))
				return weight(a) - weight(b);
			a = att_str_from(a, 1);
			b = att_str_from(b, 1);
		}
		struct att_str x = att_version_take_digits(&a), y = att_version_take_digits(&b);
		int found = att_version_compare_digits(x, y);
		if (found)
			return found;
	}
	return 0;
}

static int order(struct att_str a, struct att_str b)
{
	struct version x, y;
	(void)read_version(a, &x);
	(void)read_version(b, &y);
	int found = att_version_compare_digits(x.epoch, y.epoch);
	if (!found)
		found = compare_parts(x.upstream, y.upstream);
	return found ? found : compare_parts(x.revision, y.revision);
}

const struct att_version_scheme att_version_deb = {
	.name = "deb",
	.ecosystems = (const char *const[]){"Debian", "Ubuntu", "Echo", NULL},
	.purl_types = (const char *const[]){"deb", NULL},
	.expected = "[EPOCH:]UPSTREAM[-REVISION] (Debian)",
	.reads = reads,
	.order = order,
};
