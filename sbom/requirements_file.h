// SPDX-License-Identifier: Apache-2.0
/* The lines and options of pip's requirements files, as pip cuts them. */
#ifndef SBOM_REQUIREMENTS_FILE_H
#define SBOM_REQUIREMENTS_FILE_H

#include "sbom/python.h"

/* One logical line: physical lines that end in a backslash are joined. */
struct sbom_requirements_line {
	struct att_str text;    /* without comment and surrounding space; may be empty */
	size_t offset;          /* of text in the file */
	struct att_str comment; /* what follows "#", trimmed */
	bool has_comment;
};

/* Reads the logical line at *at and moves *at behind it. Joined lines are copied into the arena with spaces in
 * place of backslash and line end, so that every byte keeps its offset. Returns 1, 0 at the end of the text, or
 * ATT_ERR_MEMORY. */
int sbom_requirements_next_line(struct att_str text, size_t *at, struct att_arena *arena,
				struct sbom_requirements_line *out, struct att_err *err) ATT_MUST_USE;

enum sbom_requirements_option {
	SBOM_OPTION_OTHER, /* without meaning for what is installed */
	SBOM_OPTION_REQUIREMENT,
	SBOM_OPTION_CONSTRAINT,
	SBOM_OPTION_EDITABLE,
	SBOM_OPTION_INDEX_URL,
	SBOM_OPTION_EXTRA_INDEX_URL,
	SBOM_OPTION_NO_INDEX,
	SBOM_OPTION_HASH,
};

/* Where in the text of a line its options begin: at the first word that starts with "-". */
size_t sbom_requirements_options(struct att_str text);

/* Reads the option at *at (an offset in `text`) and moves *at behind it; *value is its value without quotes,
 * for options that have one. Returns 1, 0 at the end, ATT_ERR_UNSUPPORTED for an option that pip does not know
 * in requirements files, or ATT_ERR_MALFORMED; *at is then the place. */
int sbom_requirements_next_option(struct att_str text, size_t *at, enum sbom_requirements_option *option,
				  struct att_str *value, struct att_err *err) ATT_MUST_USE;

/* The next parent in a comment "via a, b" or in one that continues it. *in_via carries whether such a comment
 * is being read; *rest starts as the comment and is used up. Returns false when there is no more. *is_project
 * tells that the project itself asked for the package ("-r requirements.in", "name (pyproject.toml)"); then or
 * else *parent is a package's name. */
bool sbom_requirements_next_via(struct att_str *rest, bool *in_via, struct att_str *parent, bool *is_project);

#endif
