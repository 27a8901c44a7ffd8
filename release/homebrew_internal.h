// SPDX-License-Identifier: Apache-2.0
/* Between the files of the evaluation of formulae and casks. */
#ifndef RELEASE_HOMEBREW_INTERNAL_H
#define RELEASE_HOMEBREW_INTERNAL_H

#include "libattest/base/map.h"
#include "release/homebrew.h"
#include "release/ruby.h"

/* The longest text that is computed, and all of it in one file: ten platforms of a thousand resources take
 * 2 MB. */
#define HOMEBREW_MAX_STRING ((size_t)16384)
#define HOMEBREW_MAX_TEXT   ((size_t)64 << 20)

enum homebrew_os { HOMEBREW_MACOS, HOMEBREW_LINUX };
enum homebrew_arch { HOMEBREW_ARM, HOMEBREW_INTEL };

struct homebrew_env {
	enum homebrew_os os;
	enum homebrew_arch arch;
	int macos; /* index of the version of macOS; -1: of none in particular */
};

enum homebrew_kind {
	HOMEBREW_UNKNOWN, /* text: why */
	HOMEBREW_NIL,
	HOMEBREW_BOOL,   /* number: 0 or 1 */
	HOMEBREW_STRING, /* is_version: Homebrew's own class, with methods of its own */
	HOMEBREW_SYMBOL,
	HOMEBREW_NUMBER,
	HOMEBREW_LIST, /* items, count */
	HOMEBREW_MACOS_VERSION,
};

struct homebrew_value {
	enum homebrew_kind kind;
	bool is_version;
	bool is_truth; /* of a bool: it holds or not, but it may be another value that does */
	struct att_str text;
	int64_t number;
	struct homebrew_value *items;
	size_t count;
	struct att_span literal; /* when it stands there as it is, without quotes; else empty */
};

struct homebrew_field {
	struct homebrew_value value;
	struct att_span said; /* the statement; empty: it is not said */
};

enum homebrew_part_kind { HOMEBREW_MAIN, HOMEBREW_RESOURCE, HOMEBREW_PATCH, HOMEBREW_BOTTLE };

struct homebrew_part {
	enum homebrew_part_kind kind;
	struct att_str name, unknown;
	struct att_span span;
	struct homebrew_field version, url, digest, tag, revision;
	bool is_checkout; /* git and such: no digest of bytes */
};

struct homebrew_local {
	struct att_str name;
	struct homebrew_value value;
	uint32_t hidden; /* what the name was before, + 1 */
};

struct homebrew_run {
	const struct release_ruby *ruby;
	struct att_arena *arena;
	struct att_err *err;
	int rc; /* not 0: give up */
	size_t *text_left;
	bool is_cask;
	struct homebrew_env env;
	bool asks_macos; /* something depends on the version of macOS */

	struct att_str poison; /* why nothing of it can be told; "" */
	struct att_str doubt;  /* the condition here cannot be told, because */

	struct att_map by_name; /* of locals: index + 1, 0: none */
	struct att_map lost;    /* names of variables that nothing is told of any more */
	struct homebrew_local *locals;
	size_t local_count, local_capacity;

	struct homebrew_part *parts; /* [0] is the main one */
	size_t part_count, part_capacity, part;
	struct att_map part_by_name;
	unsigned patches;
	bool in_bottle;
	struct homebrew_field root_url, rebuild, formula_revision, arch, os;
	struct att_str token; /* of the cask, or name of the formula */
};

/* homebrew_value.c */
struct homebrew_value release_homebrew_eval(struct homebrew_run *run, const struct release_ruby_node *node);
struct homebrew_value release_homebrew_unknown(struct homebrew_run *run, struct att_span span, const char *why);
struct homebrew_value release_homebrew_text(struct homebrew_run *run, struct att_str text, bool is_version);
struct homebrew_value release_homebrew_bool(bool is);
bool release_homebrew_holds(const struct homebrew_value *value); /* Ruby's idea of truth; not for unknowns */
const struct release_ruby_node *release_homebrew_option(const struct release_ruby_node *call, const char *name);
/* Are all arguments options of such names, each said once? */
bool release_homebrew_are_options(const struct release_ruby_node *call, const char *const *names);
uint32_t release_homebrew_line(const struct homebrew_run *run, struct att_span span);
/* Is the version of macOS the one that a symbol names? "or_newer", "or_older" or NULL. */
struct homebrew_value release_homebrew_on_macos(struct homebrew_run *run, struct att_span span,
						struct att_str name, const char *range);
struct homebrew_value *release_homebrew_local(struct homebrew_run *run, struct att_str name);

/* homebrew_text.c: methods of strings, versions and lists. False: not known here. */
bool release_homebrew_method(struct homebrew_run *run, const struct homebrew_value *self, struct att_str name,
			     const struct homebrew_value *args, size_t count, struct homebrew_value *out);
bool release_homebrew_is_pure(struct att_str name);

/* homebrew_hazard.c: looks through tokens for what could say things behind our back. */
void release_homebrew_look(struct homebrew_run *run, uint32_t from, uint32_t to, bool setters);
/* Variables that are assigned among these tokens are lost. */
enum homebrew_loss {
	HOMEBREW_KNOWN_ASSIGNED, /* only such as were known: what else is assigned there stays there */
	HOMEBREW_ANY_ASSIGNED,
	HOMEBREW_NEVER_ASSIGNED, /* the code is not run: a name that was none becomes one, of nil */
};
void release_homebrew_lose(struct homebrew_run *run, uint32_t from, uint32_t to, enum homebrew_loss what);
bool release_homebrew_is_lost(const struct homebrew_run *run, struct att_str name);
void release_homebrew_look_at_def(struct homebrew_run *run, const struct release_ruby_node *def, bool shared);
void release_homebrew_poison(struct homebrew_run *run, struct att_span span, struct att_str what);

/* homebrew_walk.c */
void release_homebrew_assign(struct homebrew_run *run, struct att_str name, const struct homebrew_value *v);
void release_homebrew_walk_block(struct homebrew_run *run, const struct release_ruby_node *body);
void release_homebrew_walk(struct homebrew_run *run, const struct release_ruby_node *body);
struct homebrew_part *release_homebrew_part(struct homebrew_run *run, enum homebrew_part_kind kind,
					    struct att_str name, struct att_span span);

/* homebrew_macos.c: versions of macOS, the oldest first. */
int release_homebrew_macos_find(struct att_str name); /* -1: none */
const char *release_homebrew_macos_name(int index);
int release_homebrew_macos_number(struct att_str number); /* "10.15", "13"; -1: none */
int release_homebrew_macos_first(enum homebrew_arch arch);
int release_homebrew_macos_count(void);

/* homebrew_item.c: collects what the runs found, and makes the items of it. */
struct homebrew_items;
struct homebrew_items *release_homebrew_items_new(struct att_arena *arena);
int release_homebrew_items_collect(struct homebrew_items *items, struct homebrew_run *run) ATT_MUST_USE;
int release_homebrew_items_put(struct homebrew_items *items, struct release_manifest *out,
			       struct att_err *err) ATT_MUST_USE;
void release_homebrew_items_clear(struct homebrew_items *items);

#endif
