// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "libattest/base/time.h"

static void reads_times(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = {
		{"1970-01-01", 0},
		{"1970-01-01T00:00:00Z", 0},
		{"2000-02-29", 951782400},
		{"2000-03-01", 951868800},
		{"2026-11-21T06:15:47Z", 1795241747},
		{"2026-11-21 06:15:47z", 1795241747},
		{"2026-11-21t06:15:47.999Z", 1795241747},
		{"2026-11-21T08:15:47+02:00", 1795241747},
		{"2026-11-20T22:15:47-08:00", 1795241747},
		{"2100-02-28", 4107456000},
		{"9999-12-31T23:59:59Z", INT64_C(253402300799)},
	};
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		int64_t seconds = -1;
		assert_true(att_time_parse(att_str_of(good[i].text), &seconds));
		assert_int_equal(seconds, good[i].seconds);
	}
}

static void refuses_other_text(void **state)
{
	static const char *const bad[] = {
		"",
		"2026",
		"2026-1-01",
		"2026-00-10",
		"2026-13-01",
		"2026-02-29",
		"2100-02-29",
		"2026-04-31",
		"2026-01-00",
		"1969-12-31",
		"1970-01-01T00:00:00+01:00",
		"2026-01-01T00:00:00",
		"2026-01-01T24:00:00Z",
		"2026-01-01T23:60:00Z",
		"2026-01-01T23:59:60Z",
		"2026-01-01T23:59:59.Z",
		"2026-01-01T23:59:59+24:00",
		"2026-01-01T23:59:59+01",
		"2026-01-01T23:59:59Zx",
		"2026-01-01 ",
		"+026-01-01",
		"10000-01-01",
	};
	int64_t seconds;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(att_time_parse(att_str_of(bad[i]), &seconds));
	assert_false(att_time_parse((struct att_str){"2026-01-01\0Z", 12}, &seconds));
}

/* Every day from 1970 to 2400 comes back as itself. */
static void writes_what_it_reads(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 157000; day++) {
		char text[ATT_TIME_TEXT + 1];
		int64_t seconds, at = day * 86400 + day % 86400;
		att_time_format(at, text);
		assert_true(att_time_parse(att_str_of(text), &seconds));
		assert_int_equal(seconds, at);
	}
	char last[ATT_TIME_TEXT + 1];
	att_time_format(INT64_C(253402300799), last);
	assert_string_equal(last, "9999-12-31T23:59:59Z");
}

static void reads_durations(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = {
		{"P7D", 604800},
		{"PT36H", 129600},
		{"P1DT12H", 129600},
		{"P2W", 1209600},
		{"P1DT1H1M1S", 90061},
		{"PT1S", 1},
		{"PT90M", 5400},
		{"PT1H30S", 3630},
		{"PT0H1S", 1},
		{"P0DT1S", 1},
		{"P36525D", 36525LL * 86400},
		{"P5217W", 5217LL * 7 * 86400},
		{"PT3155760000S", 3155760000LL},
		{"P07D", 604800},
	};
	static const char *const bad[] = {
		"",
		"P",
		"PT",
		"7D",
		"p7d",
		"P7",
		"P7D ",
		" P7D",
		"-P7D",
		"+P7D",
		"P-7D",
		"P1Y",
		"P1M",
		"P1Y2D",
		"P1DT",
		"P1H",
		"PT1D",
		"P1.5D",
		"P1,5D",
		"PT1M1H",
		"P1W1D",
		"P1D1W",
		"P1WT1H",
		"P7D7D",
		"PT1HT1M",
		"P0D",
		"PT0S",
		"P36526D",
		"P36525DT1S",
		"P5218W",
		"PT3155760001S",
		"P99999999999999999999D",
		"P18446744073709551617D",
		"PW",
		"PTS",
		"PD",
	};
	int64_t seconds = -1;
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		if (!att_duration_parse(att_str_of(good[i].text), &seconds))
			fail_msg("%s was refused", good[i].text);
		assert_int_equal(seconds, good[i].seconds);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (att_duration_parse(att_str_of(bad[i]), &seconds))
			fail_msg("%s was taken", bad[i]);
	assert_false(att_duration_parse((struct att_str){"P7D\0", 4}, &seconds));
	assert_false(att_duration_parse((struct att_str){"P\0D", 3}, &seconds));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_times),
		cmocka_unit_test(refuses_other_text),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(reads_durations),
	};
	return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
