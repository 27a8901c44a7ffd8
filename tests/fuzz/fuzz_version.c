// SPDX-License-Identifier: Apache-2.0
/* Versions of every scheme: lines of three, separated by tabs or spaces, are ordered each against each. */
#include <assert.h>
#include <stdint.h>

#include "libattest/package/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINE = 3 };

static int compare(const struct att_version_scheme *scheme, struct att_str a, struct att_str b, bool *told)
{
	struct att_err err = {0};
	int order, back;
	int status = att_version_compare(scheme, a, b, &order, &err);
	assert(status == ATT_OK || (err.code == status && err.message[0] && order == 0));
	assert((att_version_compare(scheme, b, a, &back, &err) == ATT_OK) == (status == ATT_OK));
	assert(order == -back);
	*told = *told && status == ATT_OK;
	return order;
}

static void check_line(const struct att_version_scheme *scheme, const struct att_str *v)
{
	bool told = true;
	int ab = compare(scheme, v[0], v[1], &told), bc = compare(scheme, v[1], v[2], &told),
	    ac = compare(scheme, v[0], v[2], &told);
	for (size_t i = 0; i < LINE; i++) {
		bool alone = true;
		assert(compare(scheme, v[i], v[i], &alone) == 0);
		(void)att_version_is_prerelease(scheme, v[i]);
	}
	if (!told)
		return;
	if (ab <= 0 && bc <= 0)
		assert(ac <= 0 && (ac < 0 || (ab == 0 && bc == 0)));
	if (ab >= 0 && bc >= 0)
		assert(ac >= 0 && (ac > 0 || (ab == 0 && bc == 0)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str rest = {(const char *)data, size}, line;
	for (int i = 0; i < 50 && att_str_split(&rest, '\n', &line); i++) {
		struct att_str versions[LINE] = {{0}};
		for (size_t j = 0; j < LINE && att_str_split(&line, ' ', &versions[j]); j++)
			continue;
		for (const struct att_version_scheme *const *scheme = att_version_schemes; *scheme; scheme++)
			check_line(*scheme, versions);
		(void)att_version_scheme_of_ecosystem(versions[0]);
		(void)att_version_scheme_of_purl(versions[0]);
	}
	return 0;
}
