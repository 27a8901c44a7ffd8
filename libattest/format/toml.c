// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/toml.h"

#include <stdlib.h>

#include "libattest/base/limits.h"
#include "libattest/base/map.h"
#include "libattest/base/utf8.h"
#include "libattest/format/toml_internal.h"

#include "libattest/base/banned.h"

/* Below this many keys a loop over them is cheaper than a hash table. */
enum { MAP_FROM = 8 };

/* How a table came to be decides what may still be added to it. */
enum origin {
	IMPLIED, /* named on the way to another one by a header; a header of its own may follow */
	HEADER,  /* by [name], or as an element by [[name]] */
	DOTTED,  /* by dotted keys; no header may reopen it */
};

/* A table is open until the end of the document; an inline table until its brace. */
struct att_toml_table {
	struct toml_entry *entries; /* in order of appearance */
	uint32_t count, capacity;
	struct att_map by_key;       /* position in entries; empty while there are few */
	struct att_toml_table *next; /* in t->mapped or t->spare */
	struct att_span span;
	enum origin origin;
	unsigned depth;
};

/* An array of tables, made by [[name]]. */
struct toml_list {
	struct att_toml_table **tables;
	size_t count, capacity;
	struct att_span span;
};

struct toml_entry {
	struct att_member member;
	struct att_toml_table *table; /* instead of member.value */
	struct toml_list *list;       /* instead of member.value */
};

static int read_value(struct att_toml *t, unsigned depth, struct att_value *value);

static int check_depth(const struct att_toml *t, unsigned depth, struct att_span span)
{
	if (depth <= ATT_MAX_DEPTH)
		return ATT_OK;
	return att_source_err(t->source, t->err, ATT_ERR_LIMIT, span,
			      "expected at most %d levels of nesting, found more", ATT_MAX_DEPTH);
}

static struct att_toml_table *new_table(struct att_toml *t, enum origin origin, struct att_span span,
					unsigned depth, int *status)
{
	*status = check_depth(t, depth, span);
	if (*status == ATT_OK)
		*status = att_toml_count(t, span.begin);
	if (*status != ATT_OK)
		return NULL;
	struct att_toml_table *table = t->spare;
	if (table)
		t->spare = table->next;
	else
		table = att_arena_alloc(&t->work, 1, sizeof *table);
	if (!table) {
		*status = att_err_memory(t->err);
		return NULL;
	}
	table->count = 0;
	table->origin = origin;
	table->span = span;
	table->depth = depth;
	return table;
}

static struct toml_entry *find_entry(const struct att_toml_table *table, struct att_str key)
{
	uint32_t i;
	if (table->count > MAP_FROM)
		return att_map_find(&table->by_key, key, &i) ? &table->entries[i] : NULL;
	for (i = 0; i < table->count; i++)
		if (att_str_equal(table->entries[i].member.key, key))
			return &table->entries[i];
	return NULL;
}

static int map_entries(struct att_toml *t, struct att_toml_table *table)
{
	uint32_t i = table->count - 1, stored;
	bool found;
	if (table->count <= MAP_FROM)
		return ATT_OK;
	if (table->by_key.count == 0) {
		table->next = t->mapped;
		t->mapped = table;
		i = 0;
	}
	for (; i < table->count; i++)
		if (att_map_put(&table->by_key, table->entries[i].member.key, i, &found, &stored) != ATT_OK)
			return att_err_memory(t->err);
	return ATT_OK;
}

/* Few tables have many keys, and many have one or two: growth starts small. */
static int grow_entries(struct att_toml *t, struct att_toml_table *table)
{
	uint32_t wanted = table->capacity ? table->capacity * 2 : 2;
	struct toml_entry *grown = att_arena_alloc(&t->work, wanted, sizeof *grown);
	if (!grown)
		return att_err_memory(t->err);
	if (table->count)
		memcpy(grown, table->entries, table->count * sizeof *grown);
	table->entries = grown;
	table->capacity = wanted;
	return ATT_OK;
}

/* Adds a key that is not there yet, with the value still to be filled in. */
static struct toml_entry *add_entry(struct att_toml *t, struct att_toml_table *table, struct att_str key,
				    struct att_span span, int *status)
{
	if (table->count == table->capacity) {
		*status = grow_entries(t, table);
		if (*status != ATT_OK)
			return NULL;
	}
	struct toml_entry *entry = &table->entries[table->count++];
	*entry = (struct toml_entry){.member = {.key = key, .key_span = span}};
	*status = map_entries(t, table);
	return *status == ATT_OK ? entry : NULL;
}

/* A complaint about a key that meets something defined before, and where that was. */
static int fail_defined(const struct att_toml *t, struct att_span at, const struct toml_entry *entry,
			const char *message, const char *advice)
{
	struct att_str key = att_toml_clip(entry->member.key);
	att_toml_fail(t, at.begin, at.end, "%s \"%.*s\"", message, ATT_STR_ARG(key));
	att_err_help(t->err, "\"%.*s\" was first defined on line %u; %s", ATT_STR_ARG(key),
		     (unsigned)att_source_line(t->source, entry->member.key_span.begin), advice);
	return ATT_ERR_MALFORMED;
}

static int fail_no_table(const struct att_toml *t, struct att_span at, const struct toml_entry *entry)
{
	if (entry->member.value.kind == ATT_OBJECT)
		return fail_defined(t, at, entry, "expected a table that is open, found the inline table",
				    "write its keys between its braces");
	if (entry->member.value.kind == ATT_ARRAY)
		return fail_defined(t, at, entry, "expected a table, found the array",
				    "add to it between its brackets");
	return fail_defined(t, at, entry, "expected a table, found a value for the key",
			    "give one of the two another name");
}

/* The table below `table` that a part of a dotted key names; it is made when it is not there. */
static struct att_toml_table *enter_dotted(struct att_toml *t, struct att_toml_table *table, struct att_str key,
					   struct att_span span, int *status)
{
	struct toml_entry *entry = find_entry(table, key);
	if (!entry) {
		struct att_toml_table *child = new_table(t, DOTTED, span, table->depth + 1, status);
		entry = child ? add_entry(t, table, key, span, status) : NULL;
		if (entry)
			entry->table = child;
		return entry ? child : NULL;
	}
	if (entry->list)
		*status = fail_defined(t, span, entry, "expected a table, found the array of tables",
				       "add to it below a [[...]] header");
	else if (!entry->table)
		*status = fail_no_table(t, span, entry);
	else if (entry->table->origin == HEADER)
		*status = fail_defined(t, span, entry, "dotted key reopens the table",
				       "write the key below its header");
	else
		entry->table->origin = DOTTED; /* implied so far: from now on no header may define it */
	return *status == ATT_OK ? entry->table : NULL;
}

/* The same for a part of a header; of an array of tables it is the last one. */
static struct att_toml_table *enter_header(struct att_toml *t, struct att_toml_table *table, struct att_str key,
					   struct att_span span, int *status)
{
	struct toml_entry *entry = find_entry(table, key);
	if (!entry) {
		struct att_toml_table *child = new_table(t, IMPLIED, span, table->depth + 1, status);
		entry = child ? add_entry(t, table, key, span, status) : NULL;
		if (entry)
			entry->table = child;
		return entry ? child : NULL;
	}
	if (entry->list)
		return entry->list->tables[entry->list->count - 1];
	if (!entry->table)
		*status = fail_no_table(t, span, entry);
	return entry->table;
}

/* The table that the last part of a [header] defines. */
static struct att_toml_table *define_table(struct att_toml *t, struct att_toml_table *table, struct att_str key,
					   struct att_span span, int *status)
{
	struct toml_entry *entry = find_entry(table, key);
	struct att_toml_table *defined = entry ? entry->table : NULL;
	if (!entry) {
		defined = enter_header(t, table, key, span, status);
		if (defined)
			defined->origin = HEADER;
		return defined;
	}
	if (entry->list)
		*status = fail_defined(t, span, entry, "expected a new table, found the array of tables",
				       "append to it with [[...]]");
	else if (!defined)
		*status = fail_defined(t, span, entry, "expected a new table, found a value for the key",
				       "keep one of the two");
	else if (defined->origin == DOTTED)
		*status = fail_defined(t, span, entry, "header reopens the table of dotted keys",
				       "write all its keys there");
	else if (defined->origin == HEADER)
		*status = fail_defined(t, span, entry, "duplicate table", "join the two");
	if (*status != ATT_OK || !defined)
		return NULL;
	defined->origin = HEADER;
	entry->member.key_span = span; /* this is where it is defined; before, it was only on the way */
	return defined;
}

/* A new last element of the array that a [[header]] names. */
static struct att_toml_table *append_table(struct att_toml *t, struct att_toml_table *table, struct att_str key,
					   struct att_span span, int *status)
{
	struct toml_entry *entry = find_entry(table, key);
	if (entry && !entry->list) {
		*status = entry->table
				  ? fail_defined(t, span, entry, "expected an array of tables, found the table",
						 "make both [[...]], or give one another name")
				  : fail_no_table(t, span, entry);
		return NULL;
	}
	if (!entry) {
		struct toml_list *list = att_arena_alloc(&t->work, 1, sizeof *list);
		*status = list ? att_toml_count(t, span.begin) : att_err_memory(t->err);
		entry = *status == ATT_OK ? add_entry(t, table, key, span, status) : NULL;
		if (!entry)
			return NULL;
		entry->list = list;
	}
	void *tables = entry->list->tables;
	struct att_toml_table *element = new_table(t, HEADER, span, table->depth + 2, status), **slot;
	if (!element)
		return NULL;
	slot = att_arena_push(&t->work, &tables, &entry->list->count, &entry->list->capacity, sizeof *slot);
	if (!slot) {
		*status = att_err_memory(t->err);
		return NULL;
	}
	entry->list->tables = tables;
	*slot = element;
	return element;
}

/* [name] or [[name]] with the rest of its line. *section is the table that the next lines belong to. */
static int read_header(struct att_toml *t, struct att_toml_table *root, struct att_toml_table **section)
{
	uint32_t begin = t->at;
	bool element = att_toml_peek(t, 1) == '[';
	struct att_toml_table *table = root;
	struct att_str key;
	struct att_span span;
	int status;
	t->at += element ? 2 : 1;
	for (;;) {
		att_toml_skip_blanks(t);
		status = att_toml_read_key(t, &key, &span);
		if (status != ATT_OK)
			return status;
		att_toml_skip_blanks(t);
		if (att_toml_peek(t, 0) != '.')
			break;
		t->at++;
		table = enter_header(t, table, key, span, &status);
		if (!table)
			return status;
	}
	if (att_toml_peek(t, 0) != ']')
		return att_toml_expected(t, "\".\" or \"]\" after the key");
	if (element && att_toml_peek(t, 1) != ']') {
		t->at++;
		return att_toml_expected(t, "a second \"]\" right behind the first");
	}
	table = element ? append_table(t, table, key, span, &status)
			: define_table(t, table, key, span, &status);
	if (!table)
		return status;
	t->at += element ? 2 : 1;
	table->span = (struct att_span){begin, t->at};
	*section = table;
	return att_toml_finish_line(t);
}

/* key = value, where the key may be dotted. */
static int read_pair(struct att_toml *t, struct att_toml_table *table)
{
	struct att_str key;
	struct att_span span;
	int status;
	for (;;) {
		status = att_toml_read_key(t, &key, &span);
		if (status != ATT_OK)
			return status;
		att_toml_skip_blanks(t);
		if (att_toml_peek(t, 0) != '.')
			break;
		table = enter_dotted(t, table, key, span, &status);
		if (!table)
			return status;
		t->at++;
		att_toml_skip_blanks(t);
	}
	if (att_toml_peek(t, 0) != '=')
		return att_toml_expected(t, "\"=\" after the key");
	struct toml_entry *entry = find_entry(table, key);
	if (entry)
		return fail_defined(t, span, entry, "duplicate key", "keep one of the two");
	entry = add_entry(t, table, key, span, &status);
	if (!entry)
		return status;
	t->at++;
	att_toml_skip_blanks(t);
	/* The entry stays where it is: nothing is added to this table while its value is read. */
	return read_value(t, table->depth + 1, &entry->member.value);
}

static int freeze_table(struct att_toml *t, const struct att_toml_table *table, struct att_value *value);

static int freeze_list(struct att_toml *t, const struct toml_list *list, struct att_value *value)
{
	struct att_value *items = att_arena_alloc(t->arena, list->count, sizeof *items);
	if (!items)
		return att_err_memory(t->err);
	for (size_t i = 0; i < list->count; i++) {
		int status = freeze_table(t, list->tables[i], &items[i]);
		if (status != ATT_OK)
			return status;
	}
	value->kind = ATT_ARRAY;
	value->span = list->tables[0]->span;
	value->count = (uint32_t)list->count;
	value->items = items;
	return ATT_OK;
}

/* What is open as a value. Recursion is bounded: tables were refused above ATT_MAX_DEPTH. */
static int freeze_table(struct att_toml *t, const struct att_toml_table *table, struct att_value *value)
{
	struct att_member *members = att_arena_alloc(t->arena, table->count, sizeof *members);
	size_t duplicate;
	if (!members)
		return att_err_memory(t->err);
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < table->count; i++) {
		const struct toml_entry *entry = &table->entries[i];
		members[i] = entry->member;
		if (entry->table)
			status = freeze_table(t, entry->table, &members[i].value);
		else if (entry->list)
			status = freeze_list(t, entry->list, &members[i].value);
	}
	if (status != ATT_OK)
		return status;
	value->span = table->span;
	/* Keys were compared when they were added: only memory can be missing. */
	status = att_value_make_object(t->arena, members, table->count, value, &duplicate);
	return status == ATT_OK ? ATT_OK : att_err_memory(t->err);
}

static int read_inline_table(struct att_toml *t, unsigned depth, struct att_value *value)
{
	int status;
	uint32_t begin = t->at++;
	struct att_toml_table *table =
		new_table(t, DOTTED, (struct att_span){begin, begin + 1}, depth, &status);
	if (!table)
		return status;
	att_toml_skip_blanks(t);
	while (att_toml_peek(t, 0) != '}') {
		status = read_pair(t, table);
		if (status != ATT_OK)
			return status;
		att_toml_skip_blanks(t);
		if (att_toml_peek(t, 0) == '}')
			break;
		if (att_toml_peek(t, 0) != ',')
			return att_toml_expected(t, "\",\" or \"}\" in an inline table, on the same line");
		t->at++;
		att_toml_skip_blanks(t);
		if (att_toml_peek(t, 0) == '}')
			return att_toml_expected(t, "a key after the comma");
	}
	t->at++;
	table->span.end = t->at;
	status = freeze_table(t, table, value);
	if (table->by_key.count == 0) {
		table->next = t->spare;
		t->spare = table;
	}
	return status;
}

static int push_item(struct att_toml *t, const struct att_value *item)
{
	if (t->item_count == t->item_capacity) {
		size_t wanted = t->item_capacity ? t->item_capacity * 2 : 64;
		struct att_value *grown = reallocarray(t->items, wanted, sizeof *grown);
		if (!grown)
			return att_err_memory(t->err);
		t->items = grown;
		t->item_capacity = wanted;
	}
	t->items[t->item_count++] = *item;
	return ATT_OK;
}

static int read_items(struct att_toml *t, unsigned depth)
{
	for (;;) {
		struct att_value item = {0};
		int status = att_toml_skip_lines(t);
		if (status != ATT_OK || att_toml_peek(t, 0) == ']')
			return status;
		status = read_value(t, depth + 1, &item);
		if (status == ATT_OK)
			status = push_item(t, &item);
		if (status == ATT_OK)
			status = att_toml_skip_lines(t);
		if (status != ATT_OK || att_toml_peek(t, 0) == ']')
			return status;
		if (att_toml_peek(t, 0) != ',')
			return att_toml_expected(t, "\",\" or \"]\" in an array");
		t->at++;
	}
}

static int read_array(struct att_toml *t, unsigned depth, struct att_value *value)
{
	/* The items of all open arrays share one stack: what a small array costs is its items. */
	size_t first = t->item_count;
	uint32_t begin = t->at++;
	int status = check_depth(t, depth, (struct att_span){begin, begin + 1});
	if (status == ATT_OK)
		status = att_toml_count(t, begin);
	if (status == ATT_OK)
		status = read_items(t, depth);
	if (status != ATT_OK)
		return status;
	size_t count = t->item_count - first;
	struct att_value *items = att_arena_alloc(t->arena, count, sizeof *items);
	if (!items)
		return att_err_memory(t->err);
	if (count)
		memcpy(items, t->items + first, count * sizeof *items);
	t->item_count = first;
	t->at++;
	value->kind = ATT_ARRAY;
	value->span = (struct att_span){begin, t->at};
	value->count = (uint32_t)count;
	value->items = items;
	return ATT_OK;
}

/* Any value; `depth` is what its level is when it has items or members. */
static int read_value(struct att_toml *t, unsigned depth, struct att_value *value)
{
	int c = att_toml_peek(t, 0);
	if (c == '[')
		return read_array(t, depth, value);
	if (c == '{')
		return read_inline_table(t, depth, value);
	int status = att_toml_count(t, t->at);
	if (status != ATT_OK)
		return status;
	return c == '"' || c == '\'' ? att_toml_read_string(t, value) : att_toml_read_scalar(t, value);
}

static int read_document(struct att_toml *t, struct att_value *out)
{
	int status;
	struct att_toml_table *root = new_table(t, HEADER, (struct att_span){0, t->end}, 1, &status);
	struct att_toml_table *section = root;
	if (!root)
		return status;
	for (;;) {
		status = att_toml_skip_lines(t);
		if (status != ATT_OK)
			return status;
		if (t->at == t->end)
			return freeze_table(t, root, out);
		if (att_toml_peek(t, 0) == '[') {
			status = read_header(t, root, &section);
		} else {
			status = read_pair(t, section);
			if (status == ATT_OK)
				status = att_toml_finish_line(t);
		}
		if (status != ATT_OK)
			return status;
	}
}

int att_toml_parse(const struct att_source *source, struct att_arena *arena, struct att_value *out,
		   struct att_err *err)
{
	struct att_toml t = {
		.source = source,
		.err = err,
		.arena = arena,
		.text = source->text.data,
		.end = (uint32_t)source->text.len,
	};
	size_t valid = att_utf8_valid_prefix(source->text);
	*out = (struct att_value){0};
	if (valid != source->text.len)
		return att_toml_fail(&t, (uint32_t)valid, (uint32_t)valid + 1,
				     "expected UTF-8, found byte 0x%02x",
				     (unsigned)(unsigned char)source->text.data[valid]);
	att_buf_init(&t.number, ATT_MAX_DOCUMENT);
	if (att_str_starts(source->text, ATT_STR("\xef\xbb\xbf")))
		t.at = 3;
	int status = read_document(&t, out);
	arena->failed |= status == ATT_ERR_MEMORY;
	if (status != ATT_OK)
		*out = (struct att_value){0};
	for (struct att_toml_table *table = t.mapped; table; table = table->next)
		att_map_clear(&table->by_key);
	free(t.items);
	att_buf_clear(&t.number);
	att_arena_clear(&t.work);
	return status;
}
