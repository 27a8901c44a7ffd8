// SPDX-License-Identifier: Apache-2.0
/* The daily scan: which advisories concern which of several projects, what of that was told before, and an
 * issue for each. */
#ifndef POLICY_SCAN_H
#define POLICY_SCAN_H

#include "libattest/base/buf.h"
#include "libattest/base/map.h"
#include "policy/check.h"

/* A component of a project that an advisory concerns. */
struct policy_scan_place {
	struct att_str project;   /* as the caller calls it */
	struct att_str component; /* "idna 0.5.0" */
	struct att_str purl;
	struct att_str package; /* policy_package_identity of it */
	struct att_str file;    /* below the project; empty: not known */
	uint32_t line;          /* 0: not known */
	const struct att_str *trail;
	size_t trail_count;
	struct att_str fix, fix_all; /* as in struct policy_concern */
	bool dev;                    /* only development needs it */
	bool known;                  /* it was told before */
	int64_t since;               /* when it was told first */
};

/* One advisory, with its aliases. */
struct policy_scan_matter {
	struct att_str group_id;
	struct att_str
		marker; /* the name that it was first told by; the group may have got another one since */
	struct att_str id, title, url, severity;
	const char *kind; /* "vulnerability" */
	struct att_str *aliases;
	size_t alias_count;
	struct policy_scan_place *places;
	size_t count, capacity;
	size_t fresh; /* places that were not told before */
};

struct policy_scan {
	struct att_arena arena; /* owns all text */
	struct policy_scan_matter *matters;
	size_t count, capacity;
	struct att_map by_group;
};

/* Adds what the advisories check found in a project: `findings` are that check's, of this run. What the policy
 * or a VEX document settled, or the policy allows, is not there. Errors: those of policy_advisories_judge.
 * Clear the scan in any case; project and run may end before it. */
int policy_scan_add(struct policy_scan *scan, struct att_str project, const struct policy_run *run,
		    const struct att_findings *findings, struct att_err *err) ATT_MUST_USE;

/* Brings matters and places into an order that does not depend on that of the projects. */
void policy_scan_order(struct policy_scan *scan);
void policy_scan_clear(struct policy_scan *scan);

/* --- what was told before ------------------------------------------------------------------------------- */

struct policy_scan_told {
	struct att_str advisory; /* the name that it was told by */
	struct att_str group;    /* what that is called now; as long as nobody looked: the same */
	struct att_str project, package;
	bool dev;
	int64_t since;
};

/* Zeroed memory is a state in which nothing was told. */
struct policy_scan_state {
	struct att_arena arena;
	struct policy_scan_told *told;
	size_t count;
};

/* Reads a state (docs/FORMATS.md) into an empty one; text may point into the source. What is unknown in it is
 * refused. Errors: ATT_ERR_MALFORMED with its place, ATT_ERR_UNSUPPORTED for another version of the format,
 * ATT_ERR_MEMORY. Clear in any case. */
int policy_scan_state_parse(const struct att_source *source, struct policy_scan_state *state,
			    struct att_err *err) ATT_MUST_USE;

/* Gives each entry the name that its group has in this database by now. Errors: those of policy_database_find.
 */
int policy_scan_state_rename(struct policy_scan_state *state, const struct policy_database *database,
			     struct att_err *err) ATT_MUST_USE;

/* Marks what of the scan was told before. What only development needed, and the product needs now, was not.
 * Errors: ATT_ERR_MEMORY. */
int policy_scan_compare(struct policy_scan *scan, const struct policy_scan_state *state, int64_t now,
			struct att_err *err) ATT_MUST_USE;

/* Appends the state that the next scan begins with: all places of the scan, and the entries of `old` about
 * projects that are not among `judged`. What is gone from a project that was judged whole is forgotten, and
 * told again should it come back. The same facts give the same bytes. Errors: ATT_ERR_MEMORY, ATT_ERR_LIMIT. */
int policy_scan_state_write(const struct policy_scan *scan, const struct policy_scan_state *old,
			    const struct att_str *judged, size_t judged_count, struct att_buf *out,
			    struct att_err *err) ATT_MUST_USE;
void policy_scan_state_clear(struct policy_scan_state *state);

/* --- issues --------------------------------------------------------------------------------------------- */

/* One line of plain text, at most POLICY_SCAN_TITLE bytes. */
enum { POLICY_SCAN_TITLE = 200 };
void policy_scan_title(const struct policy_scan_matter *matter, struct att_buf *out);

/* The text in GitHub's Markdown. It begins with the comment "<!-- attest policy scan: ID -->", by which
 * whoever files it finds that it was filed before. At most POLICY_SCAN_BODY bytes and one place more: trackers
 * take no more than 65,536 characters. */
enum { POLICY_SCAN_BODY = 48 << 10 };
void policy_scan_body(const struct policy_scan_matter *matter, struct att_buf *out);

/* Title and body as one document of Markdown. */
void policy_scan_markdown(const struct policy_scan_matter *matter, struct att_buf *out);

/* One JSON object with title, body and everything they are made of. */
struct att_json_writer;
void policy_scan_json(const struct policy_scan_matter *matter, struct att_json_writer *writer);

#endif
