// SPDX-License-Identifier: Apache-2.0
/* attest-inspect: what a file holds becomes a tree, and the tree becomes text or JSON. */
#ifndef CMD_INSPECT_H
#define CMD_INSPECT_H

#include "cmd/cli.h"
#include "libattest/format/json.h"

#define INSPECT_PROGRAM "attest-inspect"

/* Items of a list that are shown when not all are asked for. */
enum { INSPECT_SHOWN = 10 };

/* ---- the tree ---- */

enum inspect_kind { INSPECT_GROUP, INSPECT_LIST, INSPECT_TEXT, INSPECT_NUMBER, INSPECT_FLAG, INSPECT_JSON };

struct inspect_node {
	enum inspect_kind kind;
	const char *name;    /* "payload_type"; NULL: an item of a list */
	struct att_str text; /* views live as long as what was read */
	uint64_t number;     /* of a list: how many there are, shown or not */
	bool flag;
	const struct att_value *value;
	struct inspect_node *first, *last, *next; /* of groups and lists */
};

/* Adds to a group or list. NULL, and arena->failed set, when memory is out; a NULL parent is passed over, so
 * that one look at the arena in the end is enough. Empty texts are left out, but for
 * items of lists. */
struct inspect_node *inspect_add(struct att_arena *arena, struct inspect_node *parent, enum inspect_kind kind,
				 const char *name);
void inspect_text(struct att_arena *arena, struct inspect_node *parent, const char *name, struct att_str text);
void inspect_number(struct att_arena *arena, struct inspect_node *parent, const char *name, uint64_t number);
void inspect_flag(struct att_arena *arena, struct inspect_node *parent, const char *name, bool flag);
void inspect_json(struct att_arena *arena, struct inspect_node *parent, const char *name,
		  const struct att_value *value);

/* A list of `count` items, of which the first are added. JSON states their number as "NAME_count". */
struct inspect_node *inspect_list(struct att_arena *arena, struct inspect_node *parent, const char *name,
				  size_t count);

/* Bytes in hexadecimal or base64. */
void inspect_encoded(struct att_arena *arena, struct inspect_node *parent, const char *name,
		     struct att_str bytes, void (*encode)(struct att_str bytes, struct att_buf *out));

/* A group as lines below each other, indented by two spaces; long texts and values are cut unless `all`. */
void inspect_write_text(const struct inspect_node *group, bool all, struct att_buf *out);

/* A group as an object. A value of more than a few pages is left out unless `all`, and its size stated. */
void inspect_write_json(const struct inspect_node *group, bool all, struct att_json_writer *w);

/* ---- reading ---- */

struct inspect_run {
	bool all;
	struct att_findings findings;
	size_t failed; /* documents that could not be read whole */
};

/* One document: a file, or a line of one. */
struct inspect_document {
	struct inspect_run *run;
	struct att_arena arena;
	const char *path;
	uint32_t line;                  /* of a file of JSON lines; 0: the file is one document */
	const struct att_source *whole; /* the file, for quoting in findings */
	struct att_source source;
	struct inspect_node *root; /* "file", "line", "kind" and what is in it; NULL: nothing could be read */
	bool has_payload;
	struct att_str payload;
};

/* Reads d->source, fills the rest. What is wrong becomes findings. */
void inspect_read(struct inspect_document *d);

/* An error as a finding; returns err->code. */
int inspect_fail(struct inspect_document *d, const struct att_source *source, const struct att_err *err);

/* The same as a warning: what it is about is shown all the same. `lead` stands before the message. */
void inspect_warn(struct inspect_document *d, const struct att_source *source, const char *lead,
		  const struct att_err *err);

/* What signatures are by: a member for a certificate in DER. */
void inspect_certificate(struct inspect_document *d, struct inspect_node *parent, struct att_str der);

/* A signature of a format that is no JSON. */
void inspect_signature(struct inspect_document *d);

/* A payload, or a document that is no envelope, below `parent`: statement, SBOM, or JSON that nobody knows.
 * `in_toto` says that it has to be a statement. Errors were reported. */
int inspect_payload(struct inspect_document *d, struct inspect_node *parent, struct att_str bytes,
		    bool in_toto);

/* The same of what is parsed. False when it is neither statement nor SBOM. */
bool inspect_known(struct inspect_document *d, struct inspect_node *parent, const struct att_source *source,
		   const struct att_value *document, int *status);

#endif
