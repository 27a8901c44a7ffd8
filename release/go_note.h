// SPDX-License-Identifier: Apache-2.0
/* What Go's checksum database signs: a note (golang.org/x/mod/sumdb/note) that holds the size and the hash of
 * its tree; and what it answers to a lookup. */
#ifndef RELEASE_GO_NOTE_H
#define RELEASE_GO_NOTE_H

#include "libattest/base/err.h"
#include "libattest/base/str.h"

enum { RELEASE_GO_HASH = 32, RELEASE_GO_MAX_NOTE = 64 << 10, RELEASE_GO_MAX_SIGNATURES = 100 };

/* "NAME+HASH+KEY": whose signatures count. */
struct release_go_key {
	struct att_str name; /* a view of the text */
	uint8_t hash[4], point[RELEASE_GO_HASH];
};

struct release_go_head {
	uint64_t size;
	uint8_t root[RELEASE_GO_HASH];
};

/* Errors: ATT_ERR_MALFORMED, ATT_ERR_UNSUPPORTED for another kind of key than Ed25519. */
int release_go_key_parse(struct att_str text, struct release_go_key *out, struct att_err *err) ATT_MUST_USE;

/* Opens a note: *text, a view, is what the key signed. Errors: ATT_ERR_MALFORMED for what is no note,
 * ATT_ERR_REFUSED for one without a signature by the key, or with a wrong one. */
int release_go_note_open(struct att_str note, const struct release_go_key *key, struct att_str *text,
			 struct att_err *err) ATT_MUST_USE;

/* The head of the tree, from a note's text. Errors: ATT_ERR_MALFORMED. */
int release_go_head_parse(struct att_str text, struct release_go_head *out, struct att_err *err) ATT_MUST_USE;

/* An answer to a lookup: the number of a record, its text, and a note behind it; views. Errors:
 * ATT_ERR_MALFORMED. */
int release_go_lookup_parse(struct att_str answer, uint64_t *id, struct att_str *record, struct att_str *note,
			    struct att_err *err) ATT_MUST_USE;

/* What a record says of "MODULE VERSION" and of "MODULE VERSION/go.mod": views. Errors: ATT_ERR_MALFORMED when
 * it does not say both, once. */
int release_go_record_parse(struct att_str record, struct att_str module, struct att_str version,
			    struct att_str *zip, struct att_str *mod, struct att_err *err) ATT_MUST_USE;

#endif
