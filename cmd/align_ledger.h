// SPDX-License-Identifier: Apache-2.0
/* The ledger of releases: after a release is found whole it is added, and later looked at again. */
#ifndef CMD_ALIGN_LEDGER_H
#define CMD_ALIGN_LEDGER_H

#include "cmd/align_run.h"
#include "release/ledger.h"

/* Reads the file, which may be absent when it is not `required`: then the ledger is empty. What is wrong is a
 * finding. The ledger is the caller's in any case. */
bool align_ledger_read(const char *path, bool required, struct release_ledger *ledger,
		       struct att_findings *findings);

/* Where the remote has its tags: "OBJECT\tREF" lines. What goes wrong is a finding; *lines is then "". */
bool align_ledger_refs(struct align_run *run, struct att_str *lines);

/* The object of a ref in such lines, or "". */
struct att_str align_ledger_object(struct att_str lines, struct att_str ref);

/* Adds the release that was looked at to the file of --ledger. What goes wrong is a finding. */
void align_ledger_add(struct align_run *run, const char *path);

#endif
