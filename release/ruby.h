// SPDX-License-Identifier: Apache-2.0
/* The Ruby in which Homebrew's formulae and casks are written, as a tree. All of the language's lexical rules
 * are known, so that what is skipped is skipped as Ruby would; of its grammar, what such files are declared
 * with: calls and their blocks, conditions, assignments, literals, operators. Everything else is a statement
 * that is RUBY_OPAQUE: its tokens are there, its meaning is not. Nothing is ever run.
 *
 * Where the meaning of a character depends on what Ruby knows when it runs ("x /a" divides or begins a
 * regular expression) the file is refused, since a guess could be made to hide a line from us. */
#ifndef RELEASE_RUBY_H
#define RELEASE_RUBY_H

#include "libattest/base/base.h"

/* The longest formulae seen are about 200 kB; every byte may become a token of 16, and what is said about it.
 */
#define RELEASE_RUBY_MAX_TEXT ((size_t)1 << 20)

enum release_ruby_kind {
	RUBY_BODY,   /* first...: statements */
	RUBY_OPAQUE, /* tokens [begin, end) that are not understood */
	RUBY_CLASS,  /* text: path; left: superclass, or NULL; right: body */
	RUBY_DEF,    /* text: name as it stands, "self." included; tokens */
	RUBY_IF,     /* left: condition; first: body; right: the other branch (RUBY_BODY or RUBY_IF), or NULL */
	RUBY_ASSIGN, /* text: name of a local variable or constant; op: "=", or "||" for ||=...; right: value */
	RUBY_CALL,  /* left: receiver, or NULL; text: name; first...: arguments; right: block's body, or NULL */
	RUBY_CONST, /* text: path as it stands */
	RUBY_VAR,   /* @x, $x */
	RUBY_PAIR,  /* left: key; right: value; as argument or in a hash */
	RUBY_SPLAT, /* *x, **x, &x: left */
	RUBY_STRING, /* first...: RUBY_TEXT and RUBY_INSERT, none when empty */
	RUBY_TEXT,   /* text: as it stands; is_escaped: double-quoted rules apply, otherwise single-quoted */
	RUBY_INSERT, /* #{...}: right: body */
	RUBY_HEREDOC,
	RUBY_REGEX, /* text: as it stands; only without insertions and flags, else opaque */
	RUBY_SYMBOL,
	RUBY_NUMBER,
	RUBY_NIL,
	RUBY_TRUE,
	RUBY_FALSE,
	RUBY_SELF,
	RUBY_ARRAY,  /* first... */
	RUBY_HASH,   /* first...: RUBY_PAIR, RUBY_SPLAT */
	RUBY_NOT,    /* left */
	RUBY_BINARY, /* op: "&&" (also for "and"), "||", "+", "==", ...; left, right */
	RUBY_CHOICE, /* left ? first : right */
};

struct release_ruby_node {
	enum release_ruby_kind kind;
	bool is_escaped;
	bool is_plain;   /* of a string or symbol: one piece, and no escapes in it: `inner` is its value */
	uint16_t height; /* of the tree below */
	uint32_t token, token_end;
	struct att_span span;
	struct att_span inner; /* of a string's or symbol's content */
	struct att_str text;
	struct att_str op;
	struct release_ruby_node *left, *right, *first, *next;
};

enum release_ruby_token_kind {
	RUBY_T_END,
	RUBY_T_NEWLINE, /* also ";" */
	RUBY_T_NAME,
	RUBY_T_CONST,
	RUBY_T_VAR,
	RUBY_T_KEYWORD,
	RUBY_T_LABEL, /* "x:", also after a string */
	RUBY_T_SYMBOL,
	RUBY_T_NUMBER,
	RUBY_T_CHAR,   /* ?x */
	RUBY_T_QUOTE,  /* begins a string or such; `quote` says what */
	RUBY_T_PIECE,  /* of its text */
	RUBY_T_INSERT, /* #{ */
	RUBY_T_INSERTED,
	RUBY_T_UNQUOTE,
	RUBY_T_OP,
};

/* 16 bytes each: a file has as many as a quarter of its bytes. */
struct release_ruby_token {
	uint32_t begin, end;
	uint32_t match; /* the other of two that belong together: brackets, "do" and "end"...; or 0 */
	uint8_t kind;
	uint8_t keyword;
	char quote;     /* of a quote: " ' ` / : w W < (heredoc) ~ (heredoc without insertions) */
	bool is_spaced; /* white space stands before it */
};

struct release_ruby {
	const struct att_source *source;
	struct release_ruby_token *tokens; /* tokens[0] is none; the last is RUBY_T_END */
	size_t count, capacity;
	struct release_ruby_node *body;
};

/* Parses `source`, which has to outlive the tree, into `arena`. Errors, with the place: ATT_ERR_MALFORMED for
 * what does not nest or has no end, or is no UTF-8; ATT_ERR_UNSUPPORTED for what could be read in two ways;
 * ATT_ERR_LIMIT for nesting beyond ATT_MAX_DEPTH, and above RELEASE_RUBY_MAX_TEXT; ATT_ERR_MEMORY. */
int release_ruby_parse(const struct att_source *source, struct att_arena *arena, struct release_ruby *out,
		       struct att_err *err) ATT_MUST_USE;

/* The text of a token. */
static inline struct att_str release_ruby_token_text(const struct release_ruby *ruby, size_t token)
{
	const struct release_ruby_token *t = &ruby->tokens[token];
	return (struct att_str){ruby->source->text.data + t->begin, t->end - t->begin};
}

#endif
