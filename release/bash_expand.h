// SPDX-License-Identifier: Apache-2.0
/* Private to the PKGBUILD format: what words of bash stand for, as far as that follows from the file alone. */
#ifndef RELEASE_BASH_EXPAND_H
#define RELEASE_BASH_EXPAND_H

#include "release/aur.h"
#include "release/bash.h"

/* All text that one file may expand to, and the steps that patterns may take: lines such as b=$a$a double. */
enum { RELEASE_BASH_MAX_VALUE = 65536, RELEASE_BASH_MAX_EXPANDED = 32 << 20, RELEASE_BASH_MAX_WORK = 16 << 20 };

struct release_bash_scope {
	const struct att_source *source;
	struct att_arena *arena;
	struct release_aur variables; /* a scalar is an array of one */
	size_t expanded, work;
};

/* The value of a word behind "NAME=": nothing is split, and patterns stay as they are. What it could not be
 * told for stands in out->unknown. Errors: ATT_ERR_MEMORY. */
int release_bash_expand_value(struct release_bash_scope *scope, struct att_span word,
			      struct release_aur_value *out) ATT_MUST_USE;

/* The same of a word of an array, which may be none or several; they are added to `into`. */
int release_bash_expand_word(struct release_bash_scope *scope, struct att_span word,
			     struct release_aur_array *into) ATT_MUST_USE;

/* Applies the operator that stands in ${NAME...} behind the name, such as "%.*" or "//_/-", to a value: appends
 * to `out`. False when it is not understood. */
bool release_bash_apply(struct release_bash_scope *scope, struct att_str operation, struct att_str value,
			struct att_buf *out);

#endif
