// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/time.h"

#include <stdio.h>

#include "libattest/base/banned.h"

/* A hundred years are more than anybody waits, and far from where sums of seconds overflow. */
#define LONGEST (INT64_C(36525) * DAY)

enum { DAY = 86400, FIRST_YEAR = 1970, LAST_YEAR = 9999 };

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in(unsigned year, unsigned month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Leap days before a year, counted from year 0. */
static int64_t leap_days(int64_t year)
{
	return (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
}

static int64_t days_before_year(unsigned year)
{
	return (int64_t)(year - FIRST_YEAR) * 365 + leap_days(year) - leap_days(FIRST_YEAR);
}

/* Cuts exactly `len` digits off *text. */
static bool take_number(struct att_str *text, size_t len, unsigned low, unsigned high, unsigned *out)
{
	uint64_t number;
	if (text->len < len || !att_str_to_uint(att_str_first(*text, len), high, &number) || number < low)
		return false;
	*text = att_str_from(*text, len);
	*out = (unsigned)number;
	return true;
}

static bool take_byte(struct att_str *text, const char *any)
{
	if (text->len == 0 || !strchr(any, text->data[0]) || text->data[0] == '\0')
		return false;
	*text = att_str_from(*text, 1);
	return true;
}

static bool take_date(struct att_str *text, int64_t *seconds)
{
	unsigned year, month, day;
	if (!take_number(text, 4, FIRST_YEAR, LAST_YEAR, &year) || !take_byte(text, "-") ||
	    !take_number(text, 2, 1, 12, &month) || !take_byte(text, "-") ||
	    !take_number(text, 2, 1, days_in(year, month), &day))
		return false;
	int64_t days = days_before_year(year) + day - 1;
	for (unsigned m = 1; m < month; m++)
		days += days_in(year, m);
	*seconds = days * DAY;
	return true;
}

static bool take_offset(struct att_str *text, int64_t *seconds)
{
	unsigned hours, minutes;
	if (take_byte(text, "Zz"))
		return true;
	bool east = text->len > 0 && text->data[0] == '+';
	if (!take_byte(text, "+-") || !take_number(text, 2, 0, 23, &hours) || !take_byte(text, ":") ||
	    !take_number(text, 2, 0, 59, &minutes))
		return false;
	int64_t offset = (int64_t)hours * 3600 + (int64_t)minutes * 60;
	*seconds += east ? -offset : offset;
	return true;
}

bool att_time_parse(struct att_str text, int64_t *seconds)
{
	unsigned hour, minute, second;
	int64_t result;
	if (!take_date(&text, &result))
		return false;
	if (text.len > 0) {
		if (!take_byte(&text, "Tt ") || !take_number(&text, 2, 0, 23, &hour) ||
		    !take_byte(&text, ":") || !take_number(&text, 2, 0, 59, &minute) ||
		    !take_byte(&text, ":") || !take_number(&text, 2, 0, 59, &second))
			return false;
		result += (int64_t)hour * 3600 + (int64_t)minute * 60 + second;
		if (take_byte(&text, ".")) {
			size_t digits = 0;
			while (digits < text.len && att_ascii_is_digit(text.data[digits]))
				digits++;
			text = att_str_from(text, digits);
			if (digits == 0)
				return false;
		}
		if (!take_offset(&text, &result))
			return false;
	}
	if (text.len > 0 || result < 0)
		return false;
	*seconds = result;
	return true;
}

void att_time_format(int64_t seconds, char out[static ATT_TIME_TEXT + 1])
{
	int64_t days = seconds / DAY, left = seconds % DAY;
	unsigned year = FIRST_YEAR, month = 1;
	while (year < LAST_YEAR && days >= days_before_year(year + 1))
		year++;
	days -= days_before_year(year);
	while (month < 12 && days >= days_in(year, month))
		days -= days_in(year, month++);
	snprintf(out, ATT_TIME_TEXT + 1, "%04u-%02u-%02uT%02u:%02u:%02uZ", year % 10000, month,
		 (unsigned)(days + 1) % 100, (unsigned)(left / 3600) % 100, (unsigned)(left / 60 % 60) % 100,
		 (unsigned)(left % 60) % 100);
}

/* Takes "NUMBER UNIT" for as long as units come in the order of `units`, each worth so many seconds. False when
 * there was none, or too much. */
static bool take_units(struct att_str *text, const char *units, const int64_t *worth, int64_t *seconds)
{
	size_t taken = 0;
	for (size_t i = 0; units[i]; i++) {
		size_t digits = 0;
		uint64_t number;
		while (digits < text->len && att_ascii_is_digit(text->data[digits]))
			digits++;
		if (digits == 0 || digits == text->len || text->data[digits] != units[i])
			continue;
		if (!att_str_to_uint(att_str_first(*text, digits), (uint64_t)(LONGEST / worth[i]), &number))
			return false;
		*seconds += (int64_t)number * worth[i];
		*text = att_str_from(*text, digits + 1);
		taken++;
	}
	return taken > 0;
}

bool att_duration_parse(struct att_str text, int64_t *seconds)
{
	static const int64_t week[] = {7 * INT64_C(86400)}, day[] = {DAY}, clock[] = {3600, 60, 1};
	int64_t result = 0;
	if (!take_byte(&text, "P") || text.len == 0)
		return false;
	if (att_str_ends(text, ATT_STR("W"))) {
		if (!take_units(&text, "W", week, &result))
			return false;
	} else {
		if (text.data[0] != 'T' && !take_units(&text, "D", day, &result))
			return false;
		if (take_byte(&text, "T") && !take_units(&text, "HMS", clock, &result))
			return false;
	}
	if (text.len > 0 || result == 0 || result > LONGEST)
		return false;
	*seconds = result;
	return true;
}
