// SPDX-License-Identifier: Apache-2.0
#include "libattest/package/version_range.h"

#include "libattest/package/version_internal.h"

#include "libattest/base/banned.h"

static const struct att_version_scheme *scheme_of(const struct att_version_scheme *scheme,
						  const struct att_version_range *range)
{
	bool is_ecosystem = range->type == ATT_VERSION_RANGE_ECOSYSTEM;
	return is_ecosystem || (scheme && scheme->is_semver) ? scheme : &att_version_semver;
}

/* --- one range ----------------------------------------------------------------------------------------- */

/* What the events before a version add up to. */
struct walk {
	const struct att_version_scheme *scheme;
	struct att_str version;
	const struct att_version_event *last; /* before the version; the highest so far */
	bool has_introduced, has_limit, is_below_limit;
	/* Events that could not be placed: they might begin it, end it, or be its limit. */
	bool may_begin, may_end, may_limit;
	struct att_err *err; /* the first reason */
};

static bool is_start(const struct att_version_event *event)
{
	return event->kind == ATT_VERSION_INTRODUCED && att_str_is(event->version, "0");
}

/* false when they cannot be compared; that counts as a reason only once. */
static bool compare(struct walk *walk, struct att_str a, struct att_str b, int *order)
{
	struct att_err err = {0};
	if (att_version_compare(walk->scheme, a, b, order, &err) == ATT_OK)
		return true;
	if (walk->err && !walk->err->code)
		*walk->err = err;
	return false;
}

/* Is `event` at or behind the last one? Both were compared with the version, so they can be read. */
static bool is_later(struct walk *walk, const struct att_version_event *event)
{
	int order;
	if (!walk->last || is_start(walk->last))
		return true;
	if (is_start(event) || !compare(walk, event->version, walk->last->version, &order))
		return false;
	/* "last affected" is the place just behind its version. */
	if (order == 0)
		order = (event->kind == ATT_VERSION_LAST_AFFECTED) -
			(walk->last->kind == ATT_VERSION_LAST_AFFECTED);
	return order >= 0;
}

static void take_limit(struct walk *walk, const struct att_version_event *event)
{
	int order = 0;
	walk->has_limit = true;
	bool is_endless = att_str_is(event->version, "*");
	if (is_endless || compare(walk, walk->version, event->version, &order))
		walk->is_below_limit = walk->is_below_limit || is_endless || order < 0;
	else
		walk->may_limit = true;
}

static void take_event(struct walk *walk, const struct att_version_event *event)
{
	int order = 1;
	if (event->kind == ATT_VERSION_LIMIT) {
		take_limit(walk, event);
		return;
	}
	walk->has_introduced = walk->has_introduced || event->kind == ATT_VERSION_INTRODUCED;
	if (!is_start(event) && !compare(walk, walk->version, event->version, &order)) {
		*(event->kind == ATT_VERSION_INTRODUCED ? &walk->may_begin : &walk->may_end) = true;
		return;
	}
	bool is_before = event->kind == ATT_VERSION_LAST_AFFECTED ? order > 0 : order >= 0;
	if (is_before && is_later(walk, event))
		walk->last = event;
}

static enum att_outcome walk_range(const struct att_version_scheme *scheme, struct att_str version,
				   const struct att_version_range *range, struct att_err *err)
{
	struct walk walk = {.scheme = scheme_of(scheme, range), .version = version, .err = err};
	for (size_t i = 0; i < range->count; i++)
		take_event(&walk, &range->events[i]);
	if (!walk.has_introduced) {
		if (err && !err->code)
			att_err_set(err, ATT_ERR_MALFORMED,
				    "range: expected an event \"introduced\", found none");
		return ATT_CANNOT_TELL;
	}
	if (walk.has_limit && !walk.is_below_limit && !walk.may_limit)
		return ATT_REFUTED;
	if (!walk.last || walk.last->kind != ATT_VERSION_INTRODUCED)
		return walk.may_begin ? ATT_CANNOT_TELL : ATT_REFUTED;
	bool is_bounded = walk.may_end || (walk.has_limit && !walk.is_below_limit);
	return is_bounded ? ATT_CANNOT_TELL : ATT_HOLDS;
}

/* --- all of them --------------------------------------------------------------------------------------- */

static enum att_outcome find_listed(const struct att_version_scheme *scheme, struct att_str version,
				    const struct att_version_affected *affected, struct att_err *err)
{
	struct att_err why = {0};
	for (size_t i = 0; i < affected->version_count; i++)
		if (att_str_equal(version, affected->versions[i]))
			return ATT_HOLDS;
	if (affected->version_count == 0)
		return ATT_REFUTED;
	if (att_version_check(scheme, version, &why) != ATT_OK) {
		if (err && !err->code)
			*err = why;
		return ATT_CANNOT_TELL;
	}
	for (size_t i = 0; i < affected->version_count; i++)
		if (att_version_check(scheme, affected->versions[i], NULL) == ATT_OK &&
		    scheme->order(version, affected->versions[i]) == 0)
			return ATT_HOLDS;
	return ATT_REFUTED;
}

enum att_outcome att_version_is_affected(const struct att_version_scheme *scheme, struct att_str version,
					 const struct att_version_affected *affected, struct att_err *err)
{
	struct att_err why = {0};
	bool is_said = affected->version_count > 0;
	enum att_outcome outcome = find_listed(scheme, version, affected, &why);
	for (size_t i = 0; i < affected->range_count && outcome != ATT_HOLDS; i++) {
		if (affected->ranges[i].type == ATT_VERSION_RANGE_GIT)
			continue;
		is_said = true;
		enum att_outcome found = walk_range(scheme, version, &affected->ranges[i], &why);
		if (found != ATT_REFUTED)
			outcome = found;
	}
	if (!is_said) {
		outcome = ATT_CANNOT_TELL;
		att_err_set(&why, ATT_ERR_UNSUPPORTED,
			    "advisory: expected versions or ranges of versions, found %s",
			    affected->range_count > 0 ? "ranges of commits only" : "none");
	}
	if (outcome == ATT_CANNOT_TELL && err)
		*err = why;
	return outcome;
}

/* --- what fixes it ------------------------------------------------------------------------------------- */

/* Raises *to to the lowest version above `from` that the range calls fixed; false when there is none. */
static bool raise_to_fix(const struct att_version_scheme *scheme, struct att_str from,
			 const struct att_version_range *range, struct att_str *to)
{
	struct att_str lowest = {0};
	int order;
	for (size_t i = 0; i < range->count; i++) {
		struct att_str fix = range->events[i].version;
		if (range->events[i].kind != ATT_VERSION_FIXED ||
		    att_version_compare(scheme, fix, from, &order, NULL) != ATT_OK || order <= 0)
			continue;
		if (lowest.len == 0 ||
		    (att_version_compare(scheme, fix, lowest, &order, NULL) == ATT_OK && order < 0))
			lowest = fix;
	}
	if (lowest.len > 0 &&
	    (to->len == 0 || (att_version_compare(scheme, lowest, *to, &order, NULL) == ATT_OK && order > 0)))
		*to = lowest;
	return lowest.len > 0;
}

/* The highest of the fixes that the advisories affecting `from` ask for, in *to; empty when none affects it. */
static bool raise(const struct att_version_scheme *scheme, struct att_str from,
		  const struct att_version_affected *advisories, size_t count, struct att_str *to)
{
	for (size_t i = 0; i < count; i++) {
		enum att_outcome outcome = att_version_is_affected(scheme, from, &advisories[i], NULL);
		bool is_raised = outcome == ATT_REFUTED;
		for (size_t j = 0; outcome == ATT_HOLDS && j < advisories[i].range_count; j++) {
			const struct att_version_range *range = &advisories[i].ranges[j];
			if (range->type == ATT_VERSION_RANGE_GIT ||
			    walk_range(scheme, from, range, NULL) != ATT_HOLDS)
				continue;
			is_raised = raise_to_fix(scheme_of(scheme, range), from, range, to);
			if (!is_raised)
				return false;
		}
		if (!is_raised)
			return false;
	}
	return true;
}

bool att_version_find_fix(const struct att_version_scheme *scheme, struct att_str version,
			  const struct att_version_affected *advisories, size_t count, struct att_str *fix)
{
	/* A fix of one may be affected by another. Real packages take two or three steps; each looks at
	 * everything. */
	enum { MOST_STEPS = 64 };
	struct att_str at = version;
	*fix = (struct att_str){0};
	for (int i = 0; i < MOST_STEPS; i++) {
		struct att_str next = {0};
		if (!raise(scheme, at, advisories, count, &next))
			return false;
		if (next.len == 0) {
			*fix = i > 0 ? at : (struct att_str){0};
			return i > 0;
		}
		at = next;
	}
	return false;
}
