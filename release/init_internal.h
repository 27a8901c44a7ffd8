// SPDX-License-Identifier: Apache-2.0
/* The parts of release/init.h: init_walk.c finds files, init.c learns what they say, init_write.c and
 * init_channels.c write it down. */
#ifndef RELEASE_INIT_INTERNAL_H
#define RELEASE_INIT_INTERNAL_H

#include "release/init.h"
#include "release/place.h"

enum release_init_kind {
	RELEASE_INIT_CARGO,
	RELEASE_INIT_NPM,
	RELEASE_INIT_PYTHON,
	RELEASE_INIT_GO,
	RELEASE_INIT_PLAIN, /* says a version, and is published nowhere that we know */
	RELEASE_INIT_LOCK,
	RELEASE_INIT_OTHER, /* says none: images, formulae, buckets */
};

/* A file that says something about what is released. */
struct release_init_file {
	struct att_str path, folder, base; /* base: its last part */
	enum release_init_kind kind;
	struct att_str name, version; /* "" when it has none */
	enum release_scheme scheme;
	struct att_str field;  /* of a lock that has several packages: the name of one */
	struct att_str group;  /* "": it is not written down as a [[version]] */
	struct att_str reason; /* why not, for a comment; "": that needs no word */
	const struct att_value *value;
	bool is_unread;    /* not understood */
	bool is_private;   /* not to be published */
	bool is_stamped;   /* holds a placeholder */
	bool is_elsewhere; /* inherits the version */
};

struct release_init {
	struct att_arena arena;
	struct release_tree tree;
	const struct release_init_git *git;
	struct release_init_file *files; /* those in upper folders first */
	size_t count, capacity;
	struct release_init_file *main;       /* whose version is the project's, or NULL */
	struct att_str name, repository, tag; /* of the project; "" for what is not known */
	struct att_str branch;
	struct att_str image; /* that workflows push; "" for none */
};

/* Fills init->files with what is to be looked at, and init->image. */
int release_init_walk(struct release_init *init, struct att_err *err) ATT_MUST_USE;

/* Adds [project] and [[version]], and then [[artifact]] and [[channel]]. */
void release_init_add_project(const struct release_init *init, struct att_buf *out);
void release_init_add_channels(struct release_init *init, struct att_buf *out);

/* KEY = "VALUE", with all escaped that TOML wants to have so, or that people do not see. */
void release_init_add_key(struct att_buf *out, const char *key, struct att_str value);

/* Can the path stand in attest.toml, where braces mean something? */
bool release_init_is_writable(struct att_str path);

#endif
