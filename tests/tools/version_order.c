// SPDX-License-Identifier: Apache-2.0
/* version_order: reads lines "SCHEME<tab>A<tab>B" and prints '<', '=' or '>' for each, '!' when the two cannot
 * be compared, and '?' when turning them round gives another answer. SCHEME is a scheme's name or an OSV
 * ecosystem. "requirement<tab>A<tab>B" prints 'y' or 'n'
 * as the version B satisfies Cargo's requirement A. */
#include <stdio.h>
#include <stdlib.h>

#include "libattest/package/version.h"
#include "libattest/package/version_req.h"

static char answer(struct att_str line)
{
	struct att_str name, a, b;
	struct att_err err = {0};
	int order, back;
	if (!att_str_split(&line, '\t', &name) || !att_str_split(&line, '\t', &a) ||
	    !att_str_split(&line, '\t', &b)) {
		fprintf(stderr, "version_order: expected SCHEME<tab>A<tab>B\n");
		exit(2);
	}
	if (att_str_is(name, "requirement")) {
		enum att_outcome outcome = att_version_req_cargo(a, b, &err);
		return outcome == ATT_HOLDS ? 'y' : outcome == ATT_REFUTED ? 'n' : '!';
	}
	const struct att_version_scheme *scheme = att_version_scheme_find(name);
	if (!scheme)
		scheme = att_version_scheme_of_ecosystem(name);
	int status = att_version_compare(scheme, a, b, &order, &err);
	int status_back = att_version_compare(scheme, b, a, &back, &err);
	if ((status == ATT_OK) != (status_back == ATT_OK) || order != -back)
		return '?';
	return status != ATT_OK ? '!' : "<=>"[order + 1];
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	while ((length = getline(&line, &room, stdin)) > 0) {
		if (line[length - 1] == '\n')
			length--;
		printf("%c\n", answer((struct att_str){line, (size_t)length}));
	}
	free(line);
	return 0;
}
