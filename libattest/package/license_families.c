// SPDX-License-Identifier: Apache-2.0
/* Which license ids are versions of one license, oldest first: what "+" and "-or-later" range over. Kept by
 * hand; a test checks that every id named here is on the list. Ported licenses (CC-BY-3.0-DE) and variants
 * (Artistic-1.0-Perl) are licenses of their own. */
#include "libattest/package/license_internal.h"

#include "libattest/base/banned.h"

const struct att_license_family att_license_families[] = {
	{"AFL-", "", "1.1 1.2 2.0 2.1 3.0"},
	{"AGPL-", "", "1.0 3.0"},
	{"Apache-", "", "1.0 1.1 2.0"},
	{"APSL-", "", "1.0 1.1 1.2 2.0"},
	{"Artistic-", "", "1.0 2.0"},
	{"ASWF-Digital-Assets-", "", "1.0 1.1"},
	{"BitTorrent-", "", "1.0 1.1"},
	{"bzip2-", "", "1.0.5 1.0.6"},
	{"CC-BY-", "", "1.0 2.0 2.5 3.0 4.0"},
	{"CC-BY-NC-", "", "1.0 2.0 2.5 3.0 4.0"},
	{"CC-BY-NC-ND-", "", "1.0 2.0 2.5 3.0 4.0"},
	{"CC-BY-NC-SA-", "", "1.0 2.0 2.5 3.0 4.0"},
	{"CC-BY-NC-SA-", "-DE", "2.0 3.0"},
	{"CC-BY-ND-", "", "1.0 2.0 2.5 3.0 4.0"},
	{"CC-BY-SA-", "", "1.0 2.0 2.5 3.0 4.0"},
	{"CDDL-", "", "1.0 1.1"},
	{"CDLA-Permissive-", "", "1.0 2.0"},
	{"CECILL-", "", "1.0 1.1 2.0 2.1"},
	{"CERN-OHL-", "", "1.1 1.2"},
	{"copyleft-next-", "", "0.3.0 0.3.1"},
	{"DRL-", "", "1.0 1.1"},
	{"ECL-", "", "1.0 2.0"},
	{"EFL-", "", "1.0 2.0"},
	{"EPL-", "", "1.0 2.0"},
	{"EUPL-", "", "1.0 1.1 1.2"},
	{"GFDL-", "", "1.1 1.2 1.3"},
	{"GFDL-", "-invariants", "1.1 1.2 1.3"},
	{"GFDL-", "-no-invariants", "1.1 1.2 1.3"},
	{"GPL-", "", "1.0 2.0 3.0"},
	{"LAL-", "", "1.2 1.3"},
	{"LGPL-", "", "2.0 2.1 3.0"},
	{"LPL-", "", "1.0 1.02"},
	{"LPPL-", "", "1.0 1.1 1.2 1.3a 1.3c"},
	{"MPL-", "", "1.0 1.1 2.0"},
	{"MulanPSL-", "", "1.0 2.0"},
	{"NLOD-", "", "1.0 2.0"},
	{"NPL-", "", "1.0 1.1"},
	{"OFL-", "", "1.0 1.1"},
	{"OFL-", "-no-RFN", "1.0 1.1"},
	{"OFL-", "-RFN", "1.0 1.1"},
	{"OGL-UK-", "", "1.0 2.0 3.0"},
	{"OLDAP-", "", "1.1 1.2 1.3 1.4 2.0 2.0.1 2.1 2.2 2.2.1 2.2.2 2.3 2.4 2.5 2.6 2.7 2.8"},
	{"OSL-", "", "1.0 1.1 2.0 2.1 3.0"},
	{"Parity-", "", "6.0.0 7.0.0"},
	{"PHP-", "", "3.0 3.01"},
	{"Python-", "", "2.0 2.0.1"},
	{"RPL-", "", "1.1 1.5"},
	{"SGI-B-", "", "1.0 1.1 2.0"},
	{"SHL-", "", "0.5 0.51"},
	{"TU-Berlin-", "", "1.0 2.0"},
	{"Unicode-DFS-", "", "2015 2016"},
	{"YPL-", "", "1.0 1.1"},
	{"Zimbra-", "", "1.3 1.4"},
	{"ZPL-", "", "1.1 2.0 2.1"},
};
const size_t att_license_family_count = sizeof att_license_families / sizeof *att_license_families;

static bool cut_end(struct att_str *s, struct att_str end)
{
	if (!att_str_ends(*s, end))
		return false;
	s->len -= end.len;
	return true;
}

static size_t rank_of(struct att_str versions, struct att_str version)
{
	struct att_str one;
	for (size_t rank = 0; att_str_split(&versions, ' ', &one); rank++)
		if (att_str_equal(one, version))
			return rank;
	return ATT_STR_NONE;
}

struct att_license_version att_license_version_of(struct att_str id)
{
	struct att_license_version out = {NULL, 0, false};
	if (cut_end(&id, ATT_STR("-or-later")) || cut_end(&id, ATT_STR("+")))
		out.or_later = true;
	else
		cut_end(&id, ATT_STR("-only"));
	for (size_t i = 0; i < att_license_family_count; i++) {
		const struct att_license_family *family = &att_license_families[i];
		struct att_str prefix = att_str_of(family->prefix), version = id;
		if (!att_str_starts(id, prefix))
			continue;
		version = att_str_from(id, prefix.len);
		if (!cut_end(&version, att_str_of(family->suffix)))
			continue;
		out.rank = rank_of(att_str_of(family->versions), version);
		if (out.rank != ATT_STR_NONE) {
			out.family = family;
			return out;
		}
	}
	out.rank = 0;
	return out;
}
