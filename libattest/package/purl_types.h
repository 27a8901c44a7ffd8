// SPDX-License-Identifier: Apache-2.0
/* What purl.c and the table of types share; nobody else includes this. */
#ifndef ATT_PACKAGE_PURL_TYPES_H
#define ATT_PACKAGE_PURL_TYPES_H

#include "libattest/package/purl.h"

enum att_purl_need { ATT_PURL_OPTIONAL, ATT_PURL_REQUIRED, ATT_PURL_PROHIBITED };
enum att_purl_case { ATT_PURL_KEEP, ATT_PURL_LOWER, ATT_PURL_UPPER };

/* Decoded text that may still be rewritten in place; never grows. */
struct att_purl_text {
	char *data;
	size_t len;
};

struct att_purl_type;

/* A purl on its way from text or parts to its canonical form. */
struct att_purl_draft {
	const struct att_purl_type *rules;
	struct att_purl_text type, namespace, name, version, subpath;
	struct {
		struct att_purl_text key, value;
	} qualifiers[ATT_PURL_MAX_QUALIFIERS]; /* ordered by key */
	size_t qualifier_count;
};

/* What the definition of one type says beyond the general rules. Zero means "the general rule". */
struct att_purl_type {
	const char *name;
	const char *namespace_is; /* what its users call the namespace, for messages; may be NULL */
	enum att_purl_need namespace;
	enum att_purl_case namespace_case, name_case, version_case, subpath_case;
	bool name_is_path;        /* '/' separates in the name and is written as it is */
	bool scoped;              /* a namespace that starts with '@' may come unencoded */
	const char *keys[7];      /* qualifiers that the definition itself names */
	const char *required_key; /* a qualifier that must be there; may be NULL */
	/* The rules that do not fit a column; runs after case and requirements. May be NULL. */
	int (*finish)(struct att_purl_draft *draft, struct att_arena *arena, struct att_err *err);
};

/* The row of a type in lower case, or the row of the general rules. */
const struct att_purl_type *att_purl_type_find(struct att_str type);

/* The value of a qualifier, or NULL. */
struct att_purl_text *att_purl_draft_value(struct att_purl_draft *draft, const char *key);

void att_purl_fold(struct att_purl_text *text, enum att_purl_case to);

static inline struct att_str att_purl_str(struct att_purl_text text)
{
	return (struct att_str){text.data, text.len};
}

static inline bool att_purl_is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* At most the first 80 bytes, whole characters, for messages. */
struct att_str att_purl_clip(struct att_str s);

#endif
