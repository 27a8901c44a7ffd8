// SPDX-License-Identifier: Apache-2.0
/* Templates of tags, "v{version}": which tag the version of a release has. */
#ifndef ATT_STATEMENT_TAG_TEMPLATE_H
#define ATT_STATEMENT_TAG_TEMPLATE_H

#include "libattest/base/err.h"
#include "libattest/base/str.h"

/* A template of tags has "{version}" once and otherwise no braces, and makes a tag that git would take. Errors:
 * ATT_ERR_USAGE, ATT_ERR_MEMORY. */
int att_tag_template_check(struct att_str tag_template, struct att_err *err) ATT_MUST_USE;

/* The version that a tag ("v1.2.0", without "refs/tags/") stands for, by a template that att_tag_template_check
 * took: the part of the tag in its place, whatever it is; false when the tag is none of the template's. */
bool att_tag_template_version(struct att_str tag_template, struct att_str tag, struct att_str *version);

/* The same, of a version that begins with a digit and holds letters, digits and ".+-_". */
bool att_tag_template_match(struct att_str tag_template, struct att_str tag);

#endif
