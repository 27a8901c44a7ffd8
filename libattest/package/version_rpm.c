// SPDX-License-Identifier: Apache-2.0
/* RPM's versions (rpm-version(7)): [EPOCH:]VERSION[-RELEASE]. No epoch is epoch 0, and what stands before a ':'
 * is one only if it is a number. Of two that differ only in one having a release, rpm takes the one with it for
 * newer. */
#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

struct version {
	struct att_str epoch, version, release;
	bool has_release;
};

static bool read_version(struct att_str text, struct version *out)
{
	*out = (struct version){0};
	struct att_str rest = text, epoch = att_version_take_digits(&rest);
	if (att_version_take_byte(&rest, ':')) {
		out->epoch = epoch;
		text = rest;
	}
	size_t hyphen = att_str_find_last_byte(text, '-');
	out->has_release = hyphen != ATT_STR_NONE;
	out->version = att_str_first(text, hyphen);
	out->release = out->has_release ? att_str_from(text, hyphen + 1) : (struct att_str){0};
	return out->version.len > 0 && (out->release.len > 0 || !out->has_release);
}

static bool reads(struct att_str version)
{
	struct version v;
	return read_version(version, &v);
}

static void skip_separators(struct att_str *s)
{
	while (s->len > 0 && !att_ascii_is_alnum(s->data[0]) && s->data[0] != '~' && s->data[0] != '^')
		*s = att_str_from(*s, 1);
}

static struct att_str take_letters(struct att_str *s)
{
	size_t letters = 0;
	while (letters < s->len && att_ascii_is_alpha(s->data[letters]))
		letters++;
	struct att_str taken = att_str_first(*s, letters);
	*s = att_str_from(*s, letters);
	return taken;
}

/* '~' comes before everything, the end included; '^' after the end and before everything else. */
static int rank(struct att_str s)
{
	if (s.len == 0)
		return 1;
	return s.data[0] == '~' ? 0 : s.data[0] == '^' ? 2 : att_ascii_is_alpha(s.data[0]) ? 3 : 4;
}

static int compare_parts(struct att_str a, struct att_str b)
{
	for (;;) {
		skip_separators(&a);
		skip_separators(&b);
		int of = rank(a), other = rank(b);
		if (of != other || of == 1)
			return of - other;
		int found = 0;
		if (of == 4) {
			struct att_str x = att_version_take_digits(&a), y = att_version_take_digits(&b);
			found = att_version_compare_digits(x, y);
		} else if (of == 3) {
			struct att_str x = take_letters(&a), y = take_letters(&b);
			found = att_str_compare(x, y);
		} else {
			a = att_str_from(a, 1);
			b = att_str_from(b, 1);
		}
		if (found)
			return found;
	}
}

static int order(struct att_str a, struct att_str b)
{
	struct version x, y;
	(void)read_version(a, &x);
	(void)read_version(b, &y);
	int found = att_version_compare_digits(x.epoch, y.epoch);
	if (!found)
		found = compare_parts(x.version, y.version);
	if (!found && x.has_release != y.has_release)
		return x.has_release - y.has_release;
	return found ? found : compare_parts(x.release, y.release);
}

const struct att_version_scheme att_version_rpm = {
	.name = "rpm",
	.ecosystems = (const char *const[]){"Red Hat", "Rocky Linux", "AlmaLinux", "SUSE", "openSUSE",
					    "openEuler", "Mageia", "Photon OS", "Azure Linux", NULL},
	.purl_types = (const char *const[]){"rpm", NULL},
	.expected = "[EPOCH:]VERSION[-RELEASE] (RPM)",
	.reads = reads,
	.order = order,
};
