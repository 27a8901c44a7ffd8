// SPDX-License-Identifier: Apache-2.0
/* What the build systems share. */
#ifndef ATT_STATEMENT_BUILD_INTERNAL_H
#define ATT_STATEMENT_BUILD_INTERNAL_H

#include "libattest/statement/build.h"

/* The value of a variable; *out is empty when it is not set, or set to nothing. Errors: ATT_ERR_REFUSED when it
 * is set twice. */
int att_build_optional(const struct att_environment *environment, const char *name, struct att_str *out,
		       struct att_err *err) ATT_MUST_USE;

/* The same; what is set has to be att_build_is_text. */
int att_build_optional_text(const struct att_environment *environment, const char *name, struct att_str *out,
			    struct att_err *err) ATT_MUST_USE;

/* As att_build_optional; ATT_ERR_NOT_FOUND when *out would be empty. */
int att_build_required(const struct att_environment *environment, const char *name, struct att_str *out,
		       struct att_err *err) ATT_MUST_USE;

/* The value of a variable that must satisfy `valid`; "expected WHAT" otherwise. */
int att_build_checked(const struct att_environment *environment, const char *name,
		      bool (*valid)(struct att_str value), const char *what, struct att_str *out,
		      struct att_err *err) ATT_MUST_USE;

/* When the variable is set, it must be `expected`, which follows from `other`. */
int att_build_agrees(const struct att_environment *environment, const char *name, struct att_str expected,
		     const char *other, struct att_err *err) ATT_MUST_USE;

/* "NAME: expected WHAT, found "VALUE"". */
int att_build_refuse(int code, const char *name, const char *what, struct att_str found, struct att_err *err);

bool att_build_is_true(struct att_str value);   /* "true" */
bool att_build_is_number(struct att_str value); /* 1 to 20 decimal digits, no zero in front */
bool att_build_is_commit(struct att_str value); /* 40 or 64 lowercase hexadecimal digits */
bool att_build_is_server(struct att_str value); /* https://HOST[:PORT][/PATH], no slash at the end */
bool att_build_is_path(struct att_str value);   /* names between slashes, none of them "." or ".." or hostile */
bool att_build_is_ref(struct att_str value);  /* refs/heads/... or refs/tags/..., as git-check-ref-format(1) */
bool att_build_is_text(struct att_str value); /* UTF-8 in one line that shows what it is */
bool att_build_is_uri(struct att_str value);  /* SCHEME:... without spaces (RFC 3986) */

/* Adds a fact below one key or two (`inner` empty: one). An empty value adds nothing. Errors: ATT_ERR_MEMORY.
 */
int att_build_add(struct att_arena *arena, struct att_facts *facts, struct att_str key, struct att_str inner,
		  struct att_str value, struct att_err *err) ATT_MUST_USE;

/* The parts one after another, in the arena. */
int att_build_join(struct att_arena *arena, struct att_str *out, const struct att_str *parts, size_t count,
		   struct att_err *err) ATT_MUST_USE;

/* Notes whether the tree is dirty; its commit must be out->source_commit, which the variable `name` stated. */
int att_build_take_checkout(const struct att_checkout *checkout, const char *name, struct att_build *out,
			    struct att_err *err) ATT_MUST_USE;

#endif
