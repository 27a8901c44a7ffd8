// SPDX-License-Identifier: Apache-2.0
/* Which license expressions a list of allowed ones satisfies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/package/license.h"

static struct att_arena arena;

static int clear_arena(void **state)
{
	(void)state;
	att_arena_clear(&arena);
	return 0;
}

/* `allowed` is a list with "|" between. */
static bool satisfied(const char *expression, const char *allowed)
{
	struct att_license license;
	struct att_err err;
	struct att_str list[16], rest = att_str_of(allowed);
	if (att_license_parse(att_str_of(expression), &arena, &license, &err) != ATT_OK)
		fail_msg("%s: %s", expression, err.message);
	size_t count = 0;
	while (count < 16 && att_str_split(&rest, '|', &list[count]))
		count++;
	return att_license_satisfied(&license, list, count);
}

static void allow_lists(void **state)
{
	(void)state;
	assert_true(satisfied("MIT", "Apache-2.0|mit"));
	assert_false(satisfied("MIT", "MIT-0"));
	assert_false(satisfied("MIT", ""));
	assert_true(satisfied("MIT OR GPL-3.0-only", "MIT"));
	assert_false(satisfied("MIT AND GPL-3.0-only", "MIT"));
	assert_true(satisfied("MIT AND GPL-3.0-only", "MIT|GPL-3.0-only"));
	assert_true(satisfied("(MIT OR ISC) AND Zlib", "ISC|Zlib"));
	assert_false(satisfied("MIT OR ISC AND Zlib", "Zlib|NTP"));
	assert_false(satisfied("(MIT OR ISC) AND Zlib", "ISC|MIT"));
	assert_true(satisfied("LicenseRef-Ours", "licenseref-OURS"));
	assert_false(satisfied("LicenseRef-Ours", "DocumentRef-a:LicenseRef-Ours"));
	/* Entries that are no license cover nothing, and do not hide the others. */
	assert_false(satisfied("MIT OR ISC", "MIT OR ISC"));
	assert_false(satisfied("MIT", "MIT ISC"));
	assert_false(satisfied("MIT", "MIT WITH"));
	assert_false(satisfied("MIT", "(MIT)"));
	assert_true(satisfied("MIT", "MIT OR ISC|nonsense| MIT "));
	struct att_license none = {NULL, 0};
	assert_false(att_license_satisfied(&none, &(struct att_str){"MIT", 3}, 1));
}

static void allowed_exceptions(void **state)
{
	(void)state;
	const char *classpath = "GPL-2.0-only WITH Classpath-exception-2.0";
	assert_true(satisfied(classpath, "gpl-2.0-only  with  classpath-exception-2.0"));
	assert_false(satisfied(classpath, "GPL-2.0-only"));
	assert_false(satisfied("GPL-2.0-only", classpath));
	assert_false(satisfied(classpath, "GPL-2.0-only WITH GCC-exception-2.0"));
	assert_true(satisfied(classpath, "GPL-2.0-or-later WITH Classpath-exception-2.0"));
	assert_true(satisfied("GPL-2.0-with-classpath-exception", classpath));
	assert_true(satisfied(classpath, "GPL-2.0-with-classpath-exception"));
	assert_true(satisfied("GPL-2.0-with-classpath-exception", "GPL-2.0-with-classpath-exception"));
	assert_false(satisfied("GPL-2.0-with-classpath-exception", "GPL-2.0"));
	assert_true(satisfied("StandardML-NJ", "SMLNJ"));
	assert_true(satisfied("LicenseRef-a WITH LLVM-exception", "LicenseRef-A WITH LLVM-exception"));
}

static void allowed_versions(void **state)
{
	(void)state;
	assert_true(satisfied("GPL-2.0-or-later", "GPL-3.0-only"));
	assert_true(satisfied("GPL-2.0-or-later", "GPL-2.0-only"));
	assert_true(satisfied("GPL-2.0-or-later", "GPL-1.0-or-later"));
	assert_true(satisfied("GPL-2.0-or-later", "GPL-3.0-or-later"));
	assert_false(satisfied("GPL-2.0-or-later", "GPL-1.0-only"));
	assert_false(satisfied("GPL-2.0-only", "GPL-3.0-only"));
	assert_false(satisfied("GPL-2.0-only", "GPL-3.0-or-later"));
	assert_true(satisfied("GPL-3.0-only", "GPL-2.0-or-later"));
	assert_true(satisfied("GPL-2.0", "GPL-2.0-only"));
	assert_true(satisfied("GPL-2.0-only", "GPL-2.0"));
	assert_true(satisfied("GPL-2.0+", "GPL-3.0"));
	assert_true(satisfied("GPL-3.0", "GPL-2.0+"));
	assert_false(satisfied("GPL-2.0-or-later", "LGPL-3.0-only"));
	assert_false(satisfied("GPL-2.0-or-later", "AGPL-3.0-only"));
	assert_false(satisfied("GPL-2.0-only+", "GPL-3.0-only"));
	assert_true(satisfied("Apache-1.1+", "Apache-2.0"));
	assert_true(satisfied("Apache-2.0+", "Apache-2.0"));
	assert_false(satisfied("Apache-2.0+", "Apache-1.1"));
	assert_true(satisfied("Apache-2.0", "Apache-1.1+"));
	assert_false(satisfied("Apache-2.0", "Apache-1.1"));
	assert_true(satisfied("MIT+", "MIT"));
	assert_true(satisfied("MIT", "MIT+"));
	assert_true(satisfied("GFDL-1.1-no-invariants-or-later", "GFDL-1.3-no-invariants-only"));
	assert_false(satisfied("GFDL-1.1-or-later", "GFDL-1.3-invariants-only"));
	assert_false(satisfied("CC-BY-3.0+", "CC-BY-3.0-DE"));
	assert_true(satisfied("CC-BY-3.0+", "CC-BY-4.0"));
	assert_true(satisfied("OLDAP-2.2.1+", "OLDAP-2.3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(allow_lists, clear_arena),
		cmocka_unit_test_teardown(allowed_exceptions, clear_arena),
		cmocka_unit_test_teardown(allowed_versions, clear_arena),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
