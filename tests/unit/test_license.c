// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/package/license_internal.h"

static struct att_arena arena;

static int clear_arena(void **state)
{
	(void)state;
	att_arena_clear(&arena);
	return 0;
}

static struct att_license parse(struct att_str text)
{
	struct att_license license;
	struct att_err err;
	int code = att_license_parse(text, &arena, &license, &err);
	if (code != 0)
		fail_msg("%.*s: %s", ATT_STR_ARG(text), err.message);
	return license;
}

static void assert_text(struct att_str text, const char *expected)
{
	if (!att_str_is(text, expected))
		fail_msg("expected %s, found %.*s", expected, ATT_STR_ARG(text));
}

static void assert_same(const struct att_license *a, const struct att_license *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_int_equal(a->nodes[i].op, b->nodes[i].op);
		assert_true(att_str_equal(a->nodes[i].id, b->nodes[i].id));
		assert_true(att_str_equal(a->nodes[i].exception, b->nodes[i].exception));
		assert_int_equal(a->nodes[i].or_later, b->nodes[i].or_later);
		assert_int_equal(a->nodes[i].deprecated, b->nodes[i].deprecated);
	}
}

/* The nodes as words, in their order. */
static void assert_nodes(const char *text, const char *expected)
{
	struct att_license license = parse(att_str_of(text));
	struct att_str out = ATT_STR("");
	for (size_t i = 0; i < license.count; i++) {
		enum att_license_op op = license.nodes[i].op;
		struct att_str word = op == ATT_LICENSE_ID    ? license.nodes[i].id
				      : op == ATT_LICENSE_AND ? ATT_STR("AND")
							      : ATT_STR("OR");
		out = i == 0 ? word : ATT_ARENA_JOIN(&arena, out, ATT_STR(" "), word);
	}
	assert_text(out, expected);
}

static void refuses(const char *text, int code, uint32_t column, uint32_t end, const char *message,
		    const char *help)
{
	struct att_license license = {NULL, 7};
	struct att_err err;
	int got = att_license_parse(att_str_of(text), &arena, &license, &err);
	if (got != code)
		fail_msg("%s: code %d", text, got);
	assert_int_equal(license.count, 0);
	assert_int_equal(err.code, code);
	assert_int_equal(err.place.line, 1);
	assert_int_equal(err.place.column, column);
	assert_int_equal(err.place.end_line, 1);
	assert_int_equal(err.place.end_column, end);
	assert_string_equal(err.message, message);
	assert_string_equal(err.help, help);
}

static void nodes_in_postfix_order(void **state)
{
	(void)state;
	assert_nodes("MIT", "MIT");
	assert_nodes("MIT AND ISC OR Zlib", "MIT ISC AND Zlib OR");
	assert_nodes("MIT OR ISC AND Zlib", "MIT ISC Zlib AND OR");
	assert_nodes("MIT AND (ISC OR Zlib)", "MIT ISC Zlib OR AND");
	assert_nodes("MIT AND ISC OR Zlib AND X11 OR NTP", "MIT ISC AND Zlib X11 AND OR NTP OR");
	/* A chain is one chain however it is parenthesised. */
	const char *chain = "MIT ISC OR Zlib OR NTP OR";
	assert_nodes("MIT OR ISC OR Zlib OR NTP", chain);
	assert_nodes("MIT OR (ISC OR (Zlib OR NTP))", chain);
	assert_nodes("(MIT OR ISC) OR (Zlib OR NTP)", chain);
	assert_nodes("MIT OR ((ISC OR Zlib) OR NTP)", chain);
	assert_nodes("(MIT AND ISC) AND (Zlib AND NTP)", "MIT ISC AND Zlib AND NTP AND");
	assert_nodes("MIT OR (ISC AND X11 OR Zlib) AND NTP", "MIT ISC X11 AND Zlib OR NTP AND OR");
	assert_nodes("MIT OR (ISC AND X11 OR Zlib AND W3C)", "MIT ISC X11 AND OR Zlib W3C AND OR");
}

static void node_facts(void **state)
{
	(void)state;
	struct att_license one = parse(ATT_STR("apache-2.0+ with LLVM-EXCEPTION"));
	assert_int_equal(one.count, 1);
	assert_text(one.nodes[0].id, "Apache-2.0");
	assert_text(one.nodes[0].exception, "LLVM-exception");
	assert_true(one.nodes[0].or_later);
	assert_false(one.nodes[0].deprecated);

	one = parse(ATT_STR("gpl-2.0+"));
	assert_text(one.nodes[0].id, "GPL-2.0+");
	assert_false(one.nodes[0].or_later);
	assert_true(one.nodes[0].deprecated);

	one = parse(ATT_STR("AGPL-3.0+"));
	assert_text(one.nodes[0].id, "AGPL-3.0");
	assert_true(one.nodes[0].or_later);
	assert_true(one.nodes[0].deprecated);

	one = parse(ATT_STR("GPL-2.0-with-classpath-exception"));
	assert_true(one.nodes[0].deprecated);
	assert_int_equal(one.nodes[0].exception.len, 0);

	one = parse(ATT_STR("LGPL-2.1-only WITH Nokia-Qt-exception-1.1"));
	assert_true(one.nodes[0].deprecated);

	one = parse(ATT_STR("licenseref-My-Own.1 WITH Classpath-exception-2.0"));
	assert_text(one.nodes[0].id, "LicenseRef-My-Own.1");
	one = parse(ATT_STR("documentref-a.b-1:LICENSEREF-c"));
	assert_text(one.nodes[0].id, "DocumentRef-a.b-1:LicenseRef-c");
}

/* The views may not point into the text that was parsed. */
static void text_is_not_kept(void **state)
{
	(void)state;
	char text[] = "LicenseRef-x OR mit";
	struct att_license license = parse(att_str_of(text));
	memset(text, '#', sizeof text - 1);
	assert_text(att_license_write(&license, &arena), "LicenseRef-x OR MIT");
}

static void errors_say_what_and_where(void **state)
{
	(void)state;
	refuses("", ATT_ERR_MALFORMED, 1, 1, "expected a license expression, found the end", "");
	refuses("  ", ATT_ERR_MALFORMED, 3, 3, "expected a license id or \"(\", found the end", "");
	refuses("MIT OR", ATT_ERR_MALFORMED, 7, 7, "expected a license id or \"(\", found the end", "");
	refuses("MIT OR OR ISC", ATT_ERR_MALFORMED, 8, 10, "expected a license id or \"(\", found \"OR\"", "");
	refuses("()", ATT_ERR_MALFORMED, 2, 3, "expected a license id or \"(\", found \")\"", "");
	refuses("(MIT", ATT_ERR_MALFORMED, 1, 2, "expected \")\" for this \"(\", found the end", "");
	refuses("MIT)", ATT_ERR_MALFORMED, 4, 5, "expected AND, OR or the end, found \")\"", "");
	refuses("(MIT ISC)", ATT_ERR_MALFORMED, 6, 9, "expected AND, OR or \")\", found \"ISC\"", "");
	refuses("MIT Or ISC", ATT_ERR_MALFORMED, 5, 7, "expected AND, OR or the end, found \"Or\"",
		"operators are written in upper case: AND, OR, WITH");
	refuses("MIT +", ATT_ERR_MALFORMED, 5, 6, "expected AND, OR or the end, found \"+\"",
		"\"+\" follows the license id without a space");
	refuses("MIT++", ATT_ERR_MALFORMED, 5, 6, "expected white space or the end of the id, found \"+\"", "");
	refuses("GPL-2.0++", ATT_ERR_MALFORMED, 9, 10, "expected white space or the end of the id, found \"+\"",
		"");
	refuses("LicenseRef-a+", ATT_ERR_MALFORMED, 13, 14, "expected the end of the LicenseRef, found \"+\"",
		"");
	refuses("LicenseRef-", ATT_ERR_MALFORMED, 12, 12,
		"expected a name after \"LicenseRef-\", found the end", "");
	refuses("DocumentRef-a", ATT_ERR_MALFORMED, 14, 14, "expected \":LicenseRef-NAME\", found the end", "");
	refuses("DocumentRef-a:MIT", ATT_ERR_MALFORMED, 15, 18, "expected \"LicenseRef-NAME\", found \"MIT\"",
		"");
	refuses("LicenseRef-a_b", ATT_ERR_MALFORMED, 13, 14, "expected AND, OR or the end, found \"_\"",
		"ids hold letters, digits, \"-\" and \".\" only");
	refuses("MIT, ISC", ATT_ERR_MALFORMED, 4, 5, "expected AND, OR or the end, found \",\"",
		"licenses are joined by OR (choose one) or AND (all apply)");
	refuses("MIT/Apache-2.0", ATT_ERR_MALFORMED, 4, 5, "expected AND, OR or the end, found \"/\"",
		"write \"MIT OR Apache-2.0\"");
	refuses("MIT OR\nISC", ATT_ERR_MALFORMED, 7, 8, "expected a license id or \"(\", found a line break",
		"");
	refuses("MIT \xc2\xa9", ATT_ERR_MALFORMED, 5, 6, "expected AND, OR or the end, found the byte 0xC2",
		"");
	refuses("(MIT) WITH LLVM-exception", ATT_ERR_MALFORMED, 7, 11,
		"expected AND, OR or the end, found \"WITH\"",
		"WITH follows a single license, and one exception follows WITH");
	refuses("MIT WITH", ATT_ERR_MALFORMED, 9, 9, "expected a license exception after WITH, found the end",
		"");
	refuses("MIT WITH LLVM-exception+", ATT_ERR_MALFORMED, 24, 25,
		"expected letters, digits, \"-\" and \".\" in the name of an exception, found \"+\"", "");
	refuses("NOASSERTION", ATT_ERR_MALFORMED, 1, 12,
		"expected a license expression, found \"NOASSERTION\", which stands for having none", "");
	refuses("MIT OR none", ATT_ERR_MALFORMED, 8, 12,
		"expected a license expression, found \"none\", which stands for having none", "");
}

static void unknown_ids_name_the_nearest(void **state)
{
	(void)state;
	refuses("MIT AND Apach-2.0", ATT_ERR_UNSUPPORTED, 9, 18,
		"expected a license id of the SPDX list 3.28.0, found \"Apach-2.0\"",
		"did you mean \"Apache-2.0\"?");
	refuses("apache2.0", ATT_ERR_UNSUPPORTED, 1, 10,
		"expected a license id of the SPDX list 3.28.0, found \"apache2.0\"", "write \"Apache-2.0\"");
	refuses("Apache 2", ATT_ERR_MALFORMED, 1, 9, "expected a license id, found the words \"Apache 2\"",
		"write \"Apache-2.0\"");
	refuses("Apache License, Version 2.0", ATT_ERR_MALFORMED, 1, 15,
		"expected a license id, found the words \"Apache License\"", "write \"Apache-2.0\"");
	refuses("BSD 4 Clause OR MIT", ATT_ERR_MALFORMED, 1, 13,
		"expected a license id, found the words \"BSD 4 Clause\"", "did you mean \"BSD-4-Clause\"?");
	refuses("GPL-4.0", ATT_ERR_UNSUPPORTED, 1, 8,
		"expected a license id of the SPDX list 3.28.0, found \"GPL-4.0\"",
		"did you mean \"GPL-1.0\"?");
	refuses("Apache", ATT_ERR_UNSUPPORTED, 1, 7,
		"expected a license id of the SPDX list 3.28.0, found \"Apache\"",
		"ids that begin like this: Apache-1.0, Apache-1.1, Apache-2.0");
	refuses("Proprietary", ATT_ERR_UNSUPPORTED, 1, 12,
		"expected a license id of the SPDX list 3.28.0, found \"Proprietary\"",
		"a license that is not at https://spdx.org/licenses is written LicenseRef-NAME");
	/* Its meaning is the opposite of its nearest id's. */
	refuses("UNLICENSED", ATT_ERR_UNSUPPORTED, 1, 11,
		"expected a license id of the SPDX list 3.28.0, found \"UNLICENSED\"",
		"a license that is not at https://spdx.org/licenses is written LicenseRef-NAME");
	refuses("LLVM-exception", ATT_ERR_UNSUPPORTED, 1, 15,
		"expected a license id of the SPDX list 3.28.0, found \"LLVM-exception\"",
		"this is an exception; it follows a license: LICENSE WITH LLVM-exception");
	refuses("GPL-2.0-only WITH Classpath-exception-2", ATT_ERR_UNSUPPORTED, 19, 40,
		"expected an exception of the SPDX list 3.28.0, found \"Classpath-exception-2\"",
		"did you mean \"Classpath-exception-2.0\"?");
	refuses("GPL-2.0-only WITH MIT", ATT_ERR_UNSUPPORTED, 19, 22,
		"expected an exception of the SPDX list 3.28.0, found \"MIT\"",
		"this is a license; two licenses are joined by AND or OR");
}

static void check_table(const struct att_license_listed *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_true(table[i].id.len > 0 && table[i].id.len < 64);
		assert_ptr_equal(att_license_lookup(table, count, table[i].id), &table[i]);
		char upper[64];
		for (size_t k = 0; k < table[i].id.len; k++) {
			char c = table[i].id.data[k];
			upper[k] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		}
		struct att_str id = {upper, table[i].id.len};
		assert_ptr_equal(att_license_lookup(table, count, id), &table[i]);
	}
}

static void every_listed_id_is_itself(void **state)
{
	(void)state;
	check_table(att_license_ids, att_license_id_count);
	check_table(att_license_exceptions, att_license_exception_count);
	for (size_t i = 0; i < att_license_id_count; i++) {
		char other[64];
		struct att_str id = att_license_ids[i].id;
		for (size_t k = 0; k < id.len; k++) {
			bool letter = att_ascii_is_alpha(id.data[k]);
			other[k] = letter ? (char)(id.data[k] ^ 0x20) : id.data[k];
		}
		struct att_license one = parse((struct att_str){other, id.len});
		assert_int_equal(one.count, 1);
		assert_true(att_str_equal(one.nodes[0].id, id));
		assert_int_equal(one.nodes[0].deprecated, att_license_ids[i].deprecated);
		assert_true(att_str_equal(att_license_write(&one, &arena), id));
	}
	for (size_t i = 0; i < att_license_exception_count; i++) {
		struct att_str id = att_license_exceptions[i].id;
		struct att_license one = parse(ATT_ARENA_JOIN(&arena, ATT_STR("mit with "), id));
		assert_true(att_str_equal(one.nodes[0].exception, id));
	}
}

static void the_list_is_whole(void **state)
{
	(void)state;
	static const char *const deprecated[] = {
		"AGPL-1.0",
		"AGPL-3.0",
		"BSD-2-Clause-FreeBSD",
		"BSD-2-Clause-NetBSD",
		"bzip2-1.0.5",
		"eCos-2.0",
		"GFDL-1.3",
		"GPL-1.0",
		"GPL-2.0",
		"GPL-2.0+",
		"GPL-2.0-with-font-exception",
		"GPL-3.0-with-GCC-exception",
		"LGPL-2.1",
		"LGPL-3.0+",
		"Net-SNMP",
		"Nunit",
		"StandardML-NJ",
		"wxWindows",
	};
	bool old;
	size_t count = 0;
	for (size_t i = 0; i < sizeof deprecated / sizeof *deprecated; i++) {
		assert_text(att_license_find(att_str_of(deprecated[i]), &old), deprecated[i]);
		assert_true(old);
	}
	for (size_t i = 0; i < att_license_id_count; i++)
		count += att_license_ids[i].deprecated ? 1 : 0;
	assert_int_equal(count, 32);
	assert_int_equal(att_license_id_count, 727);
	assert_int_equal(att_license_exception_count, 84);

	assert_text(att_license_find(ATT_STR("mit"), &old), "MIT");
	assert_false(old);
	assert_int_equal(att_license_find(ATT_STR("MIT+"), &old).len, 0);
	assert_int_equal(att_license_find(ATT_STR("LLVM-exception"), NULL).len, 0);
	assert_int_equal(att_license_find(ATT_STR(""), NULL).len, 0);
}

static bool is_listed(struct att_str id, const char *form)
{
	return att_license_find(ATT_ARENA_JOIN(&arena, id, att_str_of(form)), NULL).len > 0;
}

static void families_are_on_the_list(void **state)
{
	(void)state;
	for (size_t i = 0; i < att_license_family_count; i++) {
		const struct att_license_family *family = &att_license_families[i];
		struct att_str versions = att_str_of(family->versions), version;
		for (size_t rank = 0; att_str_split(&versions, ' ', &version); rank++) {
			struct att_str id = ATT_ARENA_JOIN(&arena, att_str_of(family->prefix), version,
							   att_str_of(family->suffix));
			if (!is_listed(id, "") && !is_listed(id, "-only"))
				fail_msg("%.*s is not on the list", ATT_STR_ARG(id));
			struct att_license_version got = att_license_version_of(id);
			assert_ptr_equal(got.family, family);
			assert_int_equal(got.rank, rank);
		}
	}
}

/* Every id of the GNU licenses has a family: one that is missing would make "or later" mean nothing. */
static void or_later_ids_have_a_family(void **state)
{
	(void)state;
	for (size_t i = 0; i < att_license_id_count; i++) {
		struct att_str id = att_license_ids[i].id;
		bool later = att_str_ends(id, ATT_STR("-or-later")) || att_str_ends(id, ATT_STR("+"));
		struct att_license_version version = att_license_version_of(id);
		assert_int_equal(version.or_later, later);
		if (later || att_str_ends(id, ATT_STR("-only")))
			assert_non_null(version.family);
	}
}

static void manifest_texts(void **state)
{
	(void)state;
	static const char *const known[][2] = {
		{"MIT", "MIT"},
		{" mit or (apache-2.0) ", "MIT OR Apache-2.0"},
		{"MIT/Apache-2.0", "MIT OR Apache-2.0"},
		{"Apache-2.0 / MIT", "Apache-2.0 OR MIT"},
		{"MPL-1.1/GPL-2.0+/LGPL-2.1+", "MPL-1.1 OR GPL-2.0+ OR LGPL-2.1+"},
		{"MIT/Apache-2.0 WITH LLVM-exception", "MIT OR Apache-2.0 WITH LLVM-exception"},
		{"Apache 2.0/MIT License", "Apache-2.0 OR MIT"},
		{"Apache License, Version 2.0", "Apache-2.0"},
		{"The Apache Software License,  Version 2.0", "Apache-2.0"},
		{"The MIT License (MIT)", "MIT"},
		{"License :: OSI Approved :: MIT License", "MIT"},
		{"http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"},
		{"https://opensource.org/licenses/MIT/", "MIT"},
		{"GNU General Public License v3 or later (GPLv3+)", "GPL-3.0-or-later"},
		{"zlib/libpng License", "Zlib"},
	};
	static const char *const doubtful[] = {
		"",
		"BSD",
		"GPL",
		"LGPL",
		"GPLv3",
		"Apache",
		"Apache Software License",
		"UNLICENSED",
		"NONE",
		"NOASSERTION",
		"SEE LICENSE IN LICENSE.md",
		"MIT/X11",
		"BSD/MIT",
		"MIT/",
		"/",
		"MIT//ISC",
		"MIT, Apache-2.0",
		"MIT OR ISC/Zlib",
		"Public Domain",
		"https://example.org/LICENSE",
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		assert_text(att_license_from_manifest(att_str_of(known[i][0]), &arena), known[i][1]);
	for (size_t i = 0; i < sizeof doubtful / sizeof *doubtful; i++)
		assert_text(att_license_from_manifest(att_str_of(doubtful[i]), &arena), "");
	assert_text(att_license_from_manifest((struct att_str){NULL, 0}, &arena), "");
}

static struct att_str repeat(const char *unit, size_t size)
{
	size_t len = strlen(unit);
	char *text = att_arena_alloc(&arena, size, 1);
	assert_non_null(text);
	for (size_t i = 0; i < size; i++)
		text[i] = unit[i % len];
	return (struct att_str){text, size};
}

static void hostile_sizes(void **state)
{
	(void)state;
	struct att_license license;
	struct att_err err;
	struct att_str text = repeat("(", ATT_MAX_LICENSE_EXPRESSION);
	assert_int_equal(att_license_parse(text, &arena, &license, &err), ATT_ERR_LIMIT);
	assert_int_equal(err.place.column, ATT_MAX_LICENSE_DEPTH + 1);
	text = repeat("(", ATT_MAX_LICENSE_EXPRESSION + 1);
	assert_int_equal(att_license_parse(text, &arena, &license, &err), ATT_ERR_LIMIT);
	assert_int_equal(err.place.line, 0);
	text = repeat("MIT OR ", ATT_MAX_LICENSE_EXPRESSION);
	size_t before = arena.total;
	assert_int_equal(att_license_parse(text, &arena, &license, &err), ATT_ERR_UNSUPPORTED);
	text.len -= text.len % 7 + 4;
	license = parse(text);
	assert_int_equal(license.count, (text.len + 4) / 7 * 2 - 1);
	assert_true(arena.total - before < 64 * ATT_MAX_LICENSE_EXPRESSION);
	assert_true(att_str_equal(att_license_write(&license, &arena), text));
	assert_false(att_license_satisfied(&license, &(struct att_str){"ISC", 3}, 1));
	text = repeat("A ", ATT_MAX_LICENSE_EXPRESSION);
	assert_int_equal(att_license_parse(text, &arena, &license, &err), ATT_ERR_MALFORMED);
	text = repeat("A", ATT_MAX_LICENSE_EXPRESSION);
	assert_int_equal(att_license_parse(text, &arena, &license, &err), ATT_ERR_UNSUPPORTED);
	assert_true(strlen(err.message) < 200);
	assert_int_equal(att_license_parse((struct att_str){NULL, 0}, &arena, &license, NULL),
			 ATT_ERR_MALFORMED);
}

/* As deep as is allowed, with both operators open at each level. */
static void deepest_nesting(void **state)
{
	(void)state;
	struct att_str text = ATT_STR("ISC");
	for (int i = 0; i < ATT_MAX_LICENSE_DEPTH; i++)
		text = i % 2 ? ATT_ARENA_JOIN(&arena, ATT_STR("Zlib OR MIT AND ("), text, ATT_STR(" AND NTP)"))
			     : ATT_ARENA_JOIN(&arena, ATT_STR("Zlib OR MIT AND ("), text, ATT_STR(" OR NTP)"));
	struct att_license license = parse(text);
	struct att_license again = parse(att_license_write(&license, &arena));
	assert_same(&license, &again);
	struct att_str zlib = ATT_STR("Zlib"), ntp = ATT_STR("NTP");
	assert_true(att_license_satisfied(&license, &zlib, 1));
	assert_false(att_license_satisfied(&license, &ntp, 1));
	struct att_err err;
	text = ATT_ARENA_JOIN(&arena, ATT_STR("("), text, ATT_STR(")"));
	assert_int_equal(att_license_parse(text, &arena, &license, &err), ATT_ERR_LIMIT);
}

static void broken_nodes_are_not_written(void **state)
{
	(void)state;
	struct att_license_node nodes[] = {{.op = ATT_LICENSE_ID, .id = ATT_STR("MIT")},
					   {.op = ATT_LICENSE_OR}};
	struct att_license license = {nodes, 2};
	assert_null(att_license_write(&license, &arena).data);
	assert_false(att_license_satisfied(&license, &nodes[0].id, 1));
	license.count = 0;
	assert_null(att_license_write(&license, &arena).data);
}

/* Calls check(left, right) for each line of a file of vectors. */
static void each_line(const char *path, void (*check)(struct att_str, struct att_str))
{
	static char text[65536];
	FILE *file = fopen(path, "rb");
	if (!file)
		fail_msg("%s is missing", path);
	size_t len = fread(text, 1, sizeof text, file), lines = 0;
	fclose(file);
	assert_true(len > 0 && len < sizeof text && text[len - 1] == '\n');
	struct att_str rest = {text, len - 1}, line, left;
	while (att_str_split(&rest, '\n', &line)) {
		if (line.len == 0 || line.data[0] == '#')
			continue;
		/* A text may hold tabs: the last one parts the line. */
		size_t tab = att_str_find_last_byte(line, '\t');
		assert_true(tab != ATT_STR_NONE);
		left = att_str_first(line, tab);
		check(left, att_str_from(line, tab + 1));
		lines++;
	}
	assert_true(lines > 10);
}

static void check_good(struct att_str text, struct att_str canonical)
{
	struct att_license license = parse(text);
	struct att_str written = att_license_write(&license, &arena);
	if (!att_str_equal(written, canonical))
		fail_msg("%.*s: expected %.*s, found %.*s", ATT_STR_ARG(text), ATT_STR_ARG(canonical),
			 ATT_STR_ARG(written));
	struct att_license again = parse(written);
	assert_same(&license, &again);
}

static void check_bad(struct att_str text, struct att_str where)
{
	struct att_license license;
	struct att_err err;
	uint64_t column;
	struct att_str kind = {NULL, 0};
	assert_true(att_str_split(&where, ' ', &kind));
	assert_true(att_str_to_uint(where, 100000, &column));
	int expected = att_str_is(kind, "unsupported") ? ATT_ERR_UNSUPPORTED
		       : att_str_is(kind, "limit")     ? ATT_ERR_LIMIT
						       : ATT_ERR_MALFORMED;
	int code = att_license_parse(text, &arena, &license, &err);
	if (code != expected || err.place.column != column)
		fail_msg("%.*s: code %d at column %u: %s", ATT_STR_ARG(text), code, err.place.column,
			 err.message);
}

static void good_vectors(void **state)
{
	(void)state;
	each_line("testdata/license/good/expressions.tsv", check_good);
}

static void bad_vectors(void **state)
{
	(void)state;
	each_line("testdata/license/bad/expressions.tsv", check_bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(nodes_in_postfix_order, clear_arena),
		cmocka_unit_test_teardown(node_facts, clear_arena),
		cmocka_unit_test_teardown(text_is_not_kept, clear_arena),
		cmocka_unit_test_teardown(errors_say_what_and_where, clear_arena),
		cmocka_unit_test_teardown(unknown_ids_name_the_nearest, clear_arena),
		cmocka_unit_test_teardown(every_listed_id_is_itself, clear_arena),
		cmocka_unit_test_teardown(the_list_is_whole, clear_arena),
		cmocka_unit_test_teardown(families_are_on_the_list, clear_arena),
		cmocka_unit_test_teardown(or_later_ids_have_a_family, clear_arena),
		cmocka_unit_test_teardown(manifest_texts, clear_arena),
		cmocka_unit_test_teardown(hostile_sizes, clear_arena),
		cmocka_unit_test_teardown(deepest_nesting, clear_arena),
		cmocka_unit_test_teardown(broken_nodes_are_not_written, clear_arena),
		cmocka_unit_test_teardown(good_vectors, clear_arena),
		cmocka_unit_test_teardown(bad_vectors, clear_arena),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
