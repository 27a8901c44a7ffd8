// SPDX-License-Identifier: Apache-2.0
/* What people wrote into manifests before (and instead of) license expressions. */
#include "libattest/package/license_internal.h"

#include "libattest/base/banned.h"

enum { LONGEST_TEXT = 256 };

/* Lower case, one space between words, no comma, no leading "the"; URLs without scheme, "www." and ending.
 * Only names that mean one license: "BSD", "GPL" or "Apache Software License" do not. */
static const struct {
	const char *name, *expression;
} names[] = {
	{"2-clause bsd", "BSD-2-Clause"},
	{"2-clause bsd license", "BSD-2-Clause"},
	{"3-clause bsd", "BSD-3-Clause"},
	{"3-clause bsd license", "BSD-3-Clause"},
	{"apache 2", "Apache-2.0"},
	{"apache 2.0", "Apache-2.0"},
	{"apache 2.0 license", "Apache-2.0"},
	{"apache license 2", "Apache-2.0"},
	{"apache license 2.0", "Apache-2.0"},
	{"apache license v2", "Apache-2.0"},
	{"apache license v2.0", "Apache-2.0"},
	{"apache license version 2", "Apache-2.0"},
	{"apache license version 2.0", "Apache-2.0"},
	{"apache software license 2.0", "Apache-2.0"},
	{"apache software license version 2.0", "Apache-2.0"},
	{"apache v2", "Apache-2.0"},
	{"apache v2.0", "Apache-2.0"},
	{"apache-2", "Apache-2.0"},
	{"apache.org/licenses/license-2.0", "Apache-2.0"},
	{"apache2", "Apache-2.0"},
	{"apache2.0", "Apache-2.0"},
	{"artistic license 2.0", "Artistic-2.0"},
	{"asl 2.0", "Apache-2.0"},
	{"boost software license 1.0", "BSL-1.0"},
	{"boost software license 1.0 (bsl-1.0)", "BSL-1.0"},
	{"boost software license version 1.0", "BSL-1.0"},
	{"bsd 2-clause", "BSD-2-Clause"},
	{"bsd 2-clause \"simplified\" license", "BSD-2-Clause"},
	{"bsd 2-clause license", "BSD-2-Clause"},
	{"bsd 3-clause", "BSD-3-Clause"},
	{"bsd 3-clause \"new\" or \"revised\" license", "BSD-3-Clause"},
	{"bsd 3-clause license", "BSD-3-Clause"},
	{"bsd zero clause license", "0BSD"},
	{"bsd-2-clause license", "BSD-2-Clause"},
	{"bsd-3-clause license", "BSD-3-Clause"},
	{"cc0", "CC0-1.0"},
	{"cc0 1.0", "CC0-1.0"},
	{"cc0 1.0 universal", "CC0-1.0"},
	{"cc0 1.0 universal (cc0 1.0) public domain dedication", "CC0-1.0"},
	{"common development and distribution license 1.0", "CDDL-1.0"},
	{"common development and distribution license 1.1", "CDDL-1.1"},
	{"creativecommons.org/publicdomain/zero/1.0", "CC0-1.0"},
	{"eclipse distribution license - v 1.0", "BSD-3-Clause"},
	{"eclipse distribution license v. 1.0", "BSD-3-Clause"},
	{"eclipse public license - v 1.0", "EPL-1.0"},
	{"eclipse public license - v 2.0", "EPL-2.0"},
	{"eclipse public license 1.0", "EPL-1.0"},
	{"eclipse public license 2.0", "EPL-2.0"},
	{"eclipse public license v1.0", "EPL-1.0"},
	{"eclipse public license v2.0", "EPL-2.0"},
	{"eclipse public license version 1.0", "EPL-1.0"},
	{"eclipse public license version 2.0", "EPL-2.0"},
	{"eclipse.org/legal/epl-2.0", "EPL-2.0"},
	{"eclipse.org/legal/epl-v10", "EPL-1.0"},
	{"eclipse.org/legal/epl-v20", "EPL-2.0"},
	{"epl 1.0", "EPL-1.0"},
	{"epl 2.0", "EPL-2.0"},
	{"expat", "MIT"},
	{"expat license", "MIT"},
	{"gnu affero general public license v3 or later (agplv3+)", "AGPL-3.0-or-later"},
	{"gnu general public license v2 or later (gplv2+)", "GPL-2.0-or-later"},
	{"gnu general public license v3 or later (gplv3+)", "GPL-3.0-or-later"},
	{"gnu lesser general public license v2 or later (lgplv2+)", "LGPL-2.0-or-later"},
	{"gnu lesser general public license v3 or later (lgplv3+)", "LGPL-3.0-or-later"},
	{"gpl-2+", "GPL-2.0-or-later"},
	{"gpl-3+", "GPL-3.0-or-later"},
	{"gplv2+", "GPL-2.0-or-later"},
	{"gplv3+", "GPL-3.0-or-later"},
	{"isc license", "ISC"},
	{"isc license (iscl)", "ISC"},
	{"lgpl-2.1+", "LGPL-2.1-or-later"},
	{"lgpl-3+", "LGPL-3.0-or-later"},
	{"lgplv2.1+", "LGPL-2.1-or-later"},
	{"lgplv3+", "LGPL-3.0-or-later"},
	{"mit licence", "MIT"},
	{"mit license", "MIT"},
	{"mit license (mit)", "MIT"},
	{"modified bsd license", "BSD-3-Clause"},
	{"mozilla public license 1.1", "MPL-1.1"},
	{"mozilla public license 1.1 (mpl 1.1)", "MPL-1.1"},
	{"mozilla public license 2.0", "MPL-2.0"},
	{"mozilla public license 2.0 (mpl 2.0)", "MPL-2.0"},
	{"mozilla public license version 2.0", "MPL-2.0"},
	{"mozilla.org/mpl/2.0", "MPL-2.0"},
	{"mpl 1.1", "MPL-1.1"},
	{"mpl 2.0", "MPL-2.0"},
	{"new bsd license", "BSD-3-Clause"},
	{"opensource.org/license/mit", "MIT"},
	{"opensource.org/licenses/apache-2.0", "Apache-2.0"},
	{"opensource.org/licenses/bsd-2-clause", "BSD-2-Clause"},
	{"opensource.org/licenses/bsd-3-clause", "BSD-3-Clause"},
	{"opensource.org/licenses/isc", "ISC"},
	{"opensource.org/licenses/mit", "MIT"},
	{"opensource.org/licenses/mit-license", "MIT"},
	{"opensource.org/licenses/mpl-2.0", "MPL-2.0"},
	{"postgresql license", "PostgreSQL"},
	{"revised bsd license", "BSD-3-Clause"},
	{"simplified bsd license", "BSD-2-Clause"},
	{"unlicense", "Unlicense"},
	{"unlicense (unlicense)", "Unlicense"},
	{"unlicense.org", "Unlicense"},
	{"zlib license", "Zlib"},
	{"zlib/libpng license", "Zlib"},
};

static bool cut_start(struct att_str *s, struct att_str start)
{
	if (!att_str_starts(*s, start))
		return false;
	*s = att_str_from(*s, start.len);
	return true;
}

static bool cut_end(struct att_str *s, struct att_str end)
{
	if (!att_str_ends(*s, end))
		return false;
	s->len -= end.len;
	return true;
}

/* The text in the form of the table, in `out`. */
static struct att_str plain_name(struct att_str text, char out[LONGEST_TEXT])
{
	size_t len = 0;
	for (size_t i = 0; i < text.len && len < LONGEST_TEXT; i++) {
		char c = att_ascii_lower(text.data[i]);
		bool space = att_ascii_is_space(c) || c == ',';
		if (space && (len == 0 || out[len - 1] == ' '))
			continue;
		out[len++] = space ? ' ' : c;
	}
	struct att_str name = att_str_trim((struct att_str){out, len});
	cut_start(&name, ATT_STR("license :: osi approved :: ")); /* a classifier of the Python index */
	cut_start(&name, ATT_STR("the "));
	if (cut_start(&name, ATT_STR("https://")) || cut_start(&name, ATT_STR("http://"))) {
		cut_start(&name, ATT_STR("www."));
		if (!cut_end(&name, ATT_STR(".txt")) && !cut_end(&name, ATT_STR(".html")) &&
		    !cut_end(&name, ATT_STR(".php")))
			cut_end(&name, ATT_STR("/"));
	}
	return name;
}

/* A view of static text, or empty. */
static struct att_str find_name(struct att_str text)
{
	char buffer[LONGEST_TEXT];
	struct att_str name = plain_name(text, buffer);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (att_str_is(name, names[i].name))
			return att_str_of(names[i].expression);
	return (struct att_str){NULL, 0};
}

/* cargo once wrote "MIT/Apache-2.0" for a choice, and others followed. "MIT/X11" is left alone: it means the
 * MIT license under its two names more often than a choice of two. */
static struct att_str read_choice(struct att_str text, struct att_arena *arena)
{
	const struct att_str none = {NULL, 0};
	struct att_str out = none, part;
	while (att_str_split(&text, '/', &part)) {
		struct att_license one;
		if (att_license_parse(part, arena, &one, NULL) != 0 &&
		    att_license_parse(find_name(part), arena, &one, NULL) != 0)
			return none;
		if (one.count != 1 || att_str_is(one.nodes[0].id, "X11"))
			return none;
		struct att_str license = att_license_write(&one, arena);
		if (!license.data)
			return none;
		out = out.len > 0 ? ATT_ARENA_JOIN(arena, out, ATT_STR(" OR "), license) : license;
		if (!out.data)
			return none;
	}
	return out;
}

struct att_str att_license_from_manifest(struct att_str text, struct att_arena *arena)
{
	struct att_license license;
	text = att_str_trim(text);
	if (text.len == 0)
		return (struct att_str){NULL, 0};
	if (att_license_parse(text, arena, &license, NULL) == 0)
		return att_license_write(&license, arena);
	if (text.len > LONGEST_TEXT)
		return (struct att_str){NULL, 0};
	struct att_str name = find_name(text);
	if (name.len > 0)
		return name;
	if (att_str_find_byte(text, '/') == ATT_STR_NONE)
		return (struct att_str){NULL, 0};
	return read_choice(text, arena);
}
