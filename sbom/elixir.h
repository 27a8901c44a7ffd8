// SPDX-License-Identifier: Apache-2.0
/* Elixir, as far as mix.lock and the literals of mix.exs go: tokens, and terms made of maps, tuples, lists,
 * keywords, strings, atoms and integers. */
#ifndef SBOM_ELIXIR_H
#define SBOM_ELIXIR_H

#include "libattest/base/base.h"

enum sbom_elixir_kind {
	SBOM_ELIXIR_END,
	SBOM_ELIXIR_MAP_OPEN, /* "%{" */
	SBOM_ELIXIR_ARROW,    /* "=>" */
	SBOM_ELIXIR_MARK,     /* any other single byte, in text */
	SBOM_ELIXIR_KEY,      /* "name:" and "\"name\":" */
	SBOM_ELIXIR_ATOM,     /* ":name", and nil, true, false */
	SBOM_ELIXIR_STRING,   /* decoded */
	SBOM_ELIXIR_INTEGER,  /* as written */
	SBOM_ELIXIR_WORD,     /* any other name */
	SBOM_ELIXIR_SIGIL,    /* "~w(a b)a": what stands between the delimiters */
	/* Terms only: */
	SBOM_ELIXIR_MAP, /* items are tuples of key and value */
	SBOM_ELIXIR_TUPLE,
	SBOM_ELIXIR_LIST, /* [a: 1] holds tuples of atom and value, as in Elixir */
};

struct sbom_elixir_token {
	enum sbom_elixir_kind kind;
	struct att_span span;
	struct att_str text;
};

struct sbom_elixir_term {
	enum sbom_elixir_kind kind;
	struct att_span span;
	struct att_str text; /* of atoms, strings and integers */
	struct sbom_elixir_term *items;
	uint32_t count;
};

struct sbom_elixir_reader {
	const struct att_source *source;
	struct att_arena *arena;
	struct att_err *err;
	size_t at;
	size_t values;
};

/* The next token; white space and comments are passed over. Errors, with the place: ATT_ERR_MALFORMED for an
 * unfinished string, an unknown escape, invalid UTF-8 or NUL in a string; ATT_ERR_UNSUPPORTED for "#{...}" in a
 * string; ATT_ERR_MEMORY. After an error of a string the reader stands behind it, so that one who does not need
 * it can go on. */
int sbom_elixir_next(struct sbom_elixir_reader *reader, struct sbom_elixir_token *token) ATT_MUST_USE;

/* The whole text as one term. Errors, with the place: as above, and ATT_ERR_MALFORMED for everything that is no
 * literal; ATT_ERR_LIMIT beyond ATT_MAX_DEPTH or ATT_MAX_VALUES. */
int sbom_elixir_parse(const struct att_source *source, struct att_arena *arena, struct sbom_elixir_term *out,
		      struct att_err *err) ATT_MUST_USE;

/* The value of a key in a keyword list, or NULL. */
const struct sbom_elixir_term *sbom_elixir_get(const struct sbom_elixir_term *list, const char *key);

#endif
