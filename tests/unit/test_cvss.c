// SPDX-License-Identifier: Apache-2.0
#include "libattest/package/cvss.h"
#include "tests/unit/document.h"

static void assert_score(const char *vector, const char *expected)
{
	struct att_cvss cvss;
	struct att_err err;
	char found[100];
	assert_int_equal(att_cvss_parse(att_str_of(vector), &cvss, &err), ATT_OK);
	snprintf(found, sizeof found, "%s %u %u %s", att_cvss_version_name(cvss.version), cvss.base, cvss.score,
		 att_cvss_rating_name(cvss.rating));
	assert_string_equal(found, expected);
}

static void assert_bad(const char *vector, int code, const char *expected)
{
	struct att_cvss cvss;
	struct att_err err = {0};
	char found[600];
	assert_int_equal(att_cvss_parse(att_str_of(vector), &cvss, &err), code);
	snprintf(found, sizeof found, "%u:%u-%u %s", err.place.line, err.place.column, err.place.end_column,
		 err.message);
	assert_string_equal(found, expected);
	assert_int_equal(cvss.score + cvss.base, 0);
	assert_int_equal(att_cvss_parse(att_str_of(vector), &cvss, NULL), code);
}

static void test_version_2(void **state)
{
	(void)state;
	assert_score("AV:N/AC:L/Au:N/C:N/I:N/A:C", "2.0 78 78 high");   /* CVE-2002-0392 in the guide */
	assert_score("AV:N/AC:L/Au:N/C:C/I:C/A:C", "2.0 100 100 high"); /* CVE-2003-0818 */
	assert_score("AV:L/AC:H/Au:N/C:C/I:C/A:C", "2.0 62 62 medium"); /* CVE-2003-0062 */
	assert_score("AV:N/AC:L/Au:N/C:N/I:N/A:N", "2.0 0 0 low");
	assert_score("AV:N/AC:M/Au:N/C:N/I:P/A:N", "2.0 43 43 medium");
	/* Temporal metrics are checked, not counted; the order is free. */
	assert_score("A:C/AV:N/AC:L/Au:N/C:N/I:N/E:U/RL:OF/RC:ND/CDP:LM/TD:H/CR:L/IR:M/AR:ND",
		     "2.0 78 78 high");
}

static void test_version_3(void **state)
{
	(void)state;
	assert_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.1 98 98 critical");
	assert_score("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "3.0 61 61 medium");
	assert_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "3.1 100 100 critical");
	assert_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "3.1 0 0 none");
	assert_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N", "3.1 0 0 none");
	assert_score("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", "3.1 16 16 low");
	assert_score("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "3.1 78 78 high");
	assert_score("CVSS:3.1/S:U/AV:N/AC:L/PR:N/UI:N/C:N/I:N/A:H/E:U/RL:O/RC:U/MAV:P/MPR:X",
		     "3.1 75 75 high");
}

static void test_version_4(void **state)
{
	(void)state;
	assert_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "4.0 100 100 critical");
	assert_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0 93 93 critical");
	assert_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", "4.0 0 0 none");
	assert_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", "4.0 93 81 high");
	assert_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:X/CR:X/S:P/U:Red",
		     "4.0 93 93 critical");
	/* What is modified away leaves nothing. */
	assert_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/MVC:N", "4.0 87 0 none");
	/* Safety counts above high. */
	assert_score("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/MSI:S",
		     "4.0 93 100 critical");
}

static void test_refused(void **state)
{
	(void)state;
	assert_bad("", ATT_ERR_MALFORMED, "1:1-1 expected a CVSS vector, found nothing");
	assert_bad("CVSS:", ATT_ERR_UNSUPPORTED,
		   "1:6-6 expected CVSS 3.0, 3.1 or 4.0, or 2 without a prefix, found version \"\"");
	assert_bad("CVSS:3.2/AV:N", ATT_ERR_UNSUPPORTED,
		   "1:6-9 expected CVSS 3.0, 3.1 or 4.0, or 2 without a prefix, found version \"3.2\"");
	assert_bad("CVSS:3.1/", ATT_ERR_MALFORMED, "1:10-10 expected a metric as NAME:VALUE, found \"\"");
	assert_bad("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/", ATT_ERR_MALFORMED,
		   "1:46-46 expected a metric as NAME:VALUE, found \"\"");
	assert_bad("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", ATT_ERR_MALFORMED,
		   "1:41-41 expected A, which every vector of CVSS v3.1 has");
	assert_bad("CVSS:3.1/AV:N/AC:L/AV:N", ATT_ERR_MALFORMED,
		   "1:20-22 expected each metric once, found AV again");
	assert_bad("CVSS:3.1/AV:N/AC:M", ATT_ERR_MALFORMED, "1:18-19 expected one of L H for AC, found \"M\"");
	assert_bad("CVSS:3.1/AV:n", ATT_ERR_MALFORMED, "1:13-14 expected one of N A L P for AV, found \"n\"");
	assert_bad("CVSS:3.1/AV:", ATT_ERR_MALFORMED, "1:13-13 expected one of N A L P for AV, found \"\"");
	assert_bad("CVSS:3.1/AV:N A", ATT_ERR_MALFORMED,
		   "1:13-16 expected one of N A L P for AV, found \"N A\"");
	assert_bad("CVSS:3.1/Au:N", ATT_ERR_MALFORMED, "1:10-12 CVSS v3.1 has no metric \"Au\"");
	assert_bad("cvss:3.1/AV:N", ATT_ERR_MALFORMED, "1:1-5 CVSS v2.0 has no metric \"cvss\"");
	assert_bad("(AV:N/AC:L/Au:N/C:N/I:N/A:C)", ATT_ERR_MALFORMED, "1:1-4 CVSS v2.0 has no metric \"(AV\"");
	assert_bad("AV:N/AC:L/Au:N/C:N/I:N/A:C\n", ATT_ERR_MALFORMED,
		   "1:26-28 expected one of N P C for A, found \"C?\"");
	/* v4.0 is ordered. */
	assert_bad("CVSS:4.0/AC:L/AV:N/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", ATT_ERR_MALFORMED,
		   "1:15-17 expected metrics in the order of CVSS v4.0, found AV behind AC");
	assert_bad("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/CR:H/E:A",
		   ATT_ERR_MALFORMED, "1:70-71 expected metrics in the order of CVSS v4.0, found E behind CR");
	assert_bad("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:S/SA:H", ATT_ERR_MALFORMED,
		   "1:58-59 expected one of H L N for SI, found \"S\"");
	char longest[300];
	memset(longest, 'A', 299);
	longest[299] = '\0';
	assert_bad(longest, ATT_ERR_MALFORMED,
		   "1:257-258 expected a CVSS vector of at most 256 characters, found 299");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_2),
		cmocka_unit_test(test_version_3),
		cmocka_unit_test(test_version_4),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests_name("cvss", tests, NULL, NULL);
}
