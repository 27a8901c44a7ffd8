// SPDX-License-Identifier: Apache-2.0
/* Reads vectors, one a line, and prints "VERSION BASE SCORE RATING" of each, or "refused". For
 * tests/differential. */
#include <stdio.h>
#include <string.h>

#include "libattest/package/cvss.h"

int main(void)
{
	char line[1024];
	while (fgets(line, sizeof line, stdin)) {
		struct att_cvss cvss;
		struct att_str vector = att_str_of(line);
		if (att_str_ends(vector, ATT_STR("\n")))
			vector.len--;
		if (att_cvss_parse(vector, &cvss, NULL) == ATT_OK)
			printf("%s %u.%u %u.%u %s\n", att_cvss_version_name(cvss.version), cvss.base / 10,
			       cvss.base % 10, cvss.score / 10, cvss.score % 10,
			       att_cvss_rating_name(cvss.rating));
		else
			printf("refused\n");
	}
	return 0;
}
