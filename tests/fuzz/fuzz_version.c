// SPDX-License-Identifier: Apache-2.0
/* Versions of every scheme: lines of three, separated by spaces, are ordered each against each. A line is also
 * a version and the events of a range, or a version and requirements. */
#include <assert.h>
#include <stdint.h>

#include "libattest/package/version_range.h"
#include "libattest/package/version_req.h"

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
		int itself = compare(scheme, v[i], v[i], &alone);
		assert(itself == 0);
		(void)att_version_is_prerelease(scheme, v[i]);
	}
	if (!told)
		return;
	if (ab <= 0 && bc <= 0)
		assert(ac <= 0 && (ac < 0 || (ab == 0 && bc == 0)));
	if (ab >= 0 && bc >= 0)
		assert(ac >= 0 && (ac > 0 || (ab == 0 && bc == 0)));
}

/* "1.0 0 1.0 0 2.0": the version, then events, introduced and ended by turns. */
static void check_range(const struct att_version_scheme *scheme, struct att_str line, size_t turn)
{
	enum { MOST = 16 };
	static const enum att_version_event_kind ends[] = {ATT_VERSION_FIXED, ATT_VERSION_LAST_AFFECTED,
							   ATT_VERSION_LIMIT};
	struct att_version_event events[MOST];
	struct att_version_range range = {
		.type = turn % 2 ? ATT_VERSION_RANGE_SEMVER : ATT_VERSION_RANGE_ECOSYSTEM, .events = events};
	struct att_version_affected affected = {.ranges = &range, .range_count = 1};
	struct att_str version, word, fix;
	struct att_err err = {0};
	if (!att_str_split(&line, ' ', &version))
		return;
	while (range.count < MOST && att_str_split(&line, ' ', &word)) {
		events[range.count] = (struct att_version_event){
			range.count % 2 ? ends[(turn + range.count) % 3] : ATT_VERSION_INTRODUCED, word};
		range.count++;
	}
	enum att_outcome outcome = att_version_is_affected(scheme, version, &affected, &err);
	assert(outcome != ATT_NOT_CHECKED && (outcome == ATT_CANNOT_TELL) == (err.code != 0));
	bool found = att_version_find_fix(scheme, version, &affected, 1, &fix);
	assert(!found ||
	       (outcome == ATT_HOLDS && att_version_is_affected(scheme, fix, &affected, &err) == ATT_REFUTED));
}

static void check_requirements(struct att_str line)
{
	enum { MOST = 16 };
	struct att_str version, requirements[MOST], fix;
	struct att_version_rustsec advisory = {.patched = requirements};
	struct att_err err = {0};
	if (!att_str_split(&line, ' ', &version))
		return;
	while (advisory.patched_count < MOST &&
	       att_str_split(&line, ';', &requirements[advisory.patched_count])) {
		enum att_outcome cargo =
			att_version_req_cargo(requirements[advisory.patched_count++], version, NULL);
		assert(cargo != ATT_NOT_CHECKED);
	}
	enum att_outcome outcome = att_version_is_affected_rustsec(version, &advisory, &err);
	assert(outcome != ATT_NOT_CHECKED && (outcome == ATT_CANNOT_TELL) == (err.code != 0));
	(void)att_version_find_fix_rustsec(version, &advisory, &fix);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str rest = {(const char *)data, size}, line;
	for (int i = 0; i < 50 && att_str_split(&rest, '\n', &line); i++) {
		struct att_str versions[LINE] = {{0}}, whole = line;
		for (size_t j = 0; j < LINE && att_str_split(&line, ' ', &versions[j]); j++)
			continue;
		for (const struct att_version_scheme *const *scheme = att_version_schemes; *scheme; scheme++)
			check_line(*scheme, versions);
		check_range(att_version_schemes[i % 14], whole, (size_t)i);
		check_range(NULL, whole, (size_t)i);
		check_requirements(whole);
		(void)att_version_scheme_of_ecosystem(versions[0]);
		(void)att_version_scheme_of_purl(versions[0]);
	}
	return 0;
}
