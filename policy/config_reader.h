// SPDX-License-Identifier: Apache-2.0
/* What the readers of deny.toml's sections share: tables of keys, and how to say what is wrong with one. */
#ifndef POLICY_CONFIG_READER_H
#define POLICY_CONFIG_READER_H

#include "libattest/base/base.h"
#include "policy/config.h"

struct policy_config_reader {
	const struct att_source *source;
	struct att_arena *arena;
	struct policy_config *config;
	struct att_findings *findings;
	struct att_err *err; /* the first error */
	bool failed;         /* there was one */
};

enum policy_key_kind {
	POLICY_KEY_BOOL,     /* bool */
	POLICY_KEY_TEXT,     /* struct att_str */
	POLICY_KEY_LEVEL,    /* enum policy_level */
	POLICY_KEY_ENTRIES,  /* struct policy_entries: strings, or tables { text, reason } */
	POLICY_KEY_SPECS,    /* struct policy_specs */
	POLICY_KEY_CUSTOM,   /* what `read` makes of it */
	POLICY_KEY_GONE,     /* an error: cargo-deny does not know it any more; `text` names the replacement */
	POLICY_KEY_MOVED,    /* a warning: likewise, but it is read as before, by `read` */
	POLICY_KEY_NOT_HERE, /* a warning where it asks for anything: `text` says why it is not applied */
	POLICY_KEY_SILENT,   /* a note: it changes nothing that is judged; `text` says why */
};

struct policy_key {
	const char *name;
	enum policy_key_kind kind;
	size_t offset; /* of the member in `base` */
	int (*read)(struct policy_config_reader *reader, const struct att_member *member, void *base);
	const char *text;
};

/* Reads the members of a table that `keys` (ended by a row without a name) tell of into `base`; `more` are
 * further keys, read into `more_base`, or NULL. Whatever else is in the table is an error. `what` names the
 * table in messages: "[bans]". All readers return 0, also when something was wrong with the file
 * (reader->failed), or ATT_ERR_MEMORY. */
int policy_config_read_table(struct policy_config_reader *reader, const struct att_value *table,
			     const char *what, const struct policy_key *keys, void *base,
			     const struct policy_key *more, void *more_base) ATT_MUST_USE;

/* Reads a package spec, a string or a table { crate | purl | name, version, reason }, which may have `more`. */
int policy_config_read_spec(struct policy_config_reader *reader, const struct att_value *value,
			    const char *what, struct policy_spec *out, const struct policy_key *more,
			    void *more_base) ATT_MUST_USE;

/* Demands a kind of value. False after saying so. */
bool policy_config_is(struct policy_config_reader *reader, const struct att_member *member, enum att_kind kind);
bool policy_config_is_kind(struct policy_config_reader *reader, const struct att_value *value, const char *name,
			   enum att_kind kind);

bool policy_config_level_of(struct att_str text, enum policy_level *level);

/* Strings of an array. */
int policy_config_read_texts(struct policy_config_reader *reader, const struct att_member *member,
			     struct att_str **items, size_t *count, size_t *capacity) ATT_MUST_USE;

/* One more element of an array in the arena. */
void *policy_config_push(struct policy_config_reader *reader, void *items, size_t *count, size_t *capacity,
			 size_t size);

/* An error: what the file says makes no sense. `help` may be NULL. */
void policy_config_fault(struct policy_config_reader *reader, struct att_span span, const char *help,
			 const char *format, ...) ATT_PRINTF(4, 5);

/* An error: a spelling of former versions; `instead` says what is written today. */
void policy_config_outdated(struct policy_config_reader *reader, struct att_span span, const char *instead,
			    enum policy_level level, const char *format, ...) ATT_PRINTF(5, 6);

struct policy_at policy_config_at(const struct policy_config_reader *reader, struct att_span span);

/* One per section, in files of their own. */
int policy_config_read_graph(struct policy_config_reader *reader, const struct att_value *table);
int policy_config_read_advisories(struct policy_config_reader *reader, const struct att_value *table);
int policy_config_read_licenses(struct policy_config_reader *reader, const struct att_value *table);
int policy_config_read_bans(struct policy_config_reader *reader, const struct att_value *table);
int policy_config_read_sources(struct policy_config_reader *reader, const struct att_value *table);
int policy_config_read_workflows(struct policy_config_reader *reader, const struct att_value *table);

/* One entry of "exceptions", also of deny.exceptions.toml. */
int policy_config_read_exceptions(struct policy_config_reader *reader, const struct att_member *member,
				  void *base);

#endif
