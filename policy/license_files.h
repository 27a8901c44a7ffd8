// SPDX-License-Identifier: Apache-2.0
/* The license texts that lie beside a component's manifest, when the component lies in the tree. */
#ifndef POLICY_LICENSE_FILES_H
#define POLICY_LICENSE_FILES_H

#include "libattest/base/base.h"
#include "policy/check.h"

/* Texts of one component: what has more of them bundles those of others. */
enum { POLICY_LICENSE_FILES = 32 };

struct policy_license_texts {
	bool folder_found;       /* the component lies in the tree */
	struct att_str folder;   /* where: relative to the root, "" for the root itself */
	struct att_str declared; /* what the manifest there says; empty for nothing, and for local components */
	struct att_str license_file; /* which file the manifest names as its text; may be empty */
	struct att_str
		expression;  /* of all texts together, joined by AND; empty: could not be told, or no texts */
	struct att_str what; /* what was seen, for a message: "LICENSE is MIT (98 %)" */
	bool in_doubt;       /* there are texts, and of some it cannot be told what they are */
};

/* Finds the component's folder in the run's tree (where there is none, nothing): its own when it is local,
 * else where package managers put it beside the lockfile: node_modules, vendor, site-packages. A folder of
 * another package or version, where that can be seen, is not it. Errors: ATT_ERR_MEMORY. */
int policy_license_folder(const struct policy_run *run, const struct sbom_component *component,
			  struct att_arena *arena, struct policy_license_texts *out,
			  struct att_err *err) ATT_MUST_USE;

/* Recognises the texts in the folder that was found (LICENSE, LICENCE, COPYING, UNLICENSE and what begins with
 * one of these and is no program), and the one that the manifest names. Errors: ATT_ERR_MEMORY. */
int policy_license_read(const struct policy_run *run, double threshold, struct att_arena *arena,
			struct policy_license_texts *out, struct att_err *err) ATT_MUST_USE;

/* Reads a file of the folder that was found. Errors: those of att_file_read and att_open_beneath. */
int policy_license_open(const struct policy_run *run, const struct policy_license_texts *texts,
			struct att_str name, struct att_buf *out, struct att_err *err) ATT_MUST_USE;

#endif
