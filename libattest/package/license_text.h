// SPDX-License-Identifier: Apache-2.0
/* Which licenses of the SPDX list a text is, by fingerprints of their texts (docs/FORMATS.md, "License texts").
 */
#ifndef ATT_PACKAGE_LICENSE_TEXT_H
#define ATT_PACKAGE_LICENSE_TEXT_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

/* A longer text is refused: the longest on the list has 60 kB, and what bundles the notices of a thousand
 * packages is not the license of one. */
#define ATT_LICENSE_TEXT_LONGEST ((size_t)1 << 20)

/* Licenses told apart in one text; what comes after them counts as not explained. */
enum { ATT_LICENSE_TEXT_MATCHES = 16 };

struct att_license_text_match {
	struct att_str id;    /* of a license or an exception, static; "-only" for one of GNU's, see below */
	bool exception;       /* to be read after WITH */
	bool or_later_open;   /* the text does not tell whether later versions may be chosen */
	double confidence;    /* 0 to 1: likeness (Soerensen-Dice of word triples) of the text and this part */
	struct att_str rival; /* another license that is as near as this one; empty: none */
};

struct att_license_texts {
	struct att_license_text_match matches[ATT_LICENSE_TEXT_MATCHES]; /* in the order of the text */
	size_t count;
	double explained; /* 0 to 1: the share of the text that the matches make up */
	struct att_license_text_match
		nearest; /* where nothing matched, what came nearest; its id may be empty */
};

/* Recognises the licenses in a text, of which it may hold several one after another. Copyright notices, case,
 * white space, punctuation, list marks and spelling do not count, as in the SPDX license list matching
 * guidelines. Parts that are less alike than `threshold` (0 to 1; cargo-deny's default is 0.8) are no match.
 * The text of one of GNU's licenses grants its own version at least, and the notice that may add "or any later
 * version" stands elsewhere: it is reported as "-only" with or_later_open, so that who allows what is reported
 * allows what is meant. Errors: ATT_ERR_LIMIT above ATT_LICENSE_TEXT_LONGEST; ATT_ERR_MEMORY. *out has no
 * matches then. Time is linear in the text. */
int att_license_text_recognise(struct att_str text, double threshold, struct att_license_texts *out,
			       struct att_err *err) ATT_MUST_USE;

/* The expression that all matches make: joined by AND, since a text that holds several does not say that one
 * may choose; a single exception beside a single license by WITH. Empty when there is none, when a match has a
 * rival or an exception has not its one license, and when memory is out. What is not explained is for the
 * caller. */
struct att_str att_license_text_expression(const struct att_license_texts *texts, struct att_arena *arena);

#endif
