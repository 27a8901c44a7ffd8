// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "cmd/inspect.h"
#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

/* What is enough to see what something is; --all shows the rest. */
enum { LONGEST_TEXT = 500, MOST_LINES = 100, LONGEST_JSON = 1 << 16, WIDEST_LABEL = 24 };

/* ---- building ---- */

struct inspect_node *inspect_add(struct att_arena *arena, struct inspect_node *parent, enum inspect_kind kind,
				 const char *name)
{
	struct inspect_node *node = parent ? att_arena_alloc(arena, 1, sizeof *node) : NULL;
	if (!node)
		return NULL;
	*node = (struct inspect_node){.kind = kind, .name = name};
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	return node;
}

void inspect_text(struct att_arena *arena, struct inspect_node *parent, const char *name, struct att_str text)
{
	struct inspect_node *node =
		text.len > 0 || !name ? inspect_add(arena, parent, INSPECT_TEXT, name) : NULL;
	if (node)
		node->text = text;
}

void inspect_number(struct att_arena *arena, struct inspect_node *parent, const char *name, uint64_t number)
{
	struct inspect_node *node = inspect_add(arena, parent, INSPECT_NUMBER, name);
	if (node)
		node->number = number;
}

void inspect_flag(struct att_arena *arena, struct inspect_node *parent, const char *name, bool flag)
{
	struct inspect_node *node = inspect_add(arena, parent, INSPECT_FLAG, name);
	if (node)
		node->flag = flag;
}

void inspect_json(struct att_arena *arena, struct inspect_node *parent, const char *name,
		  const struct att_value *value)
{
	struct inspect_node *node = value ? inspect_add(arena, parent, INSPECT_JSON, name) : NULL;
	if (node)
		node->value = value;
}

struct inspect_node *inspect_list(struct att_arena *arena, struct inspect_node *parent, const char *name,
				  size_t count)
{
	struct inspect_node *node = inspect_add(arena, parent, INSPECT_LIST, name);
	if (node)
		node->number = count;
	return node;
}

void inspect_encoded(struct att_arena *arena, struct inspect_node *parent, const char *name,
		     struct att_str bytes, void (*encode)(struct att_str bytes, struct att_buf *out))
{
	struct att_buf text;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	encode(bytes, &text);
	inspect_text(arena, parent, name, att_arena_copy(arena, att_buf_str(&text)));
	arena->failed |= !att_buf_ok(&text);
	att_buf_clear(&text);
}

/* ---- text ---- */

static void add_spaces(struct att_buf *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		att_buf_add_byte(out, ' ');
}

static void add_label(struct att_buf *out, const char *name)
{
	for (const char *c = name; *c; c++)
		att_buf_add_byte(out, *c == '_' ? ' ' : *c);
}

static void add_shown(struct att_buf *out, struct att_str text, bool all)
{
	struct att_str shown = all ? text : att_str_first(text, LONGEST_TEXT);
	if (shown.len < text.len)
		shown.len = att_utf8_valid_prefix(shown);
	att_utf8_add_visible(out, shown);
	if (shown.len < text.len)
		att_buf_printf(out, "... (%zu bytes)", text.len);
}

static void add_scalar(struct att_buf *out, const struct inspect_node *node, bool all)
{
	if (node->kind == INSPECT_NUMBER)
		att_buf_printf(out, "%zu", (size_t)node->number);
	else if (node->kind == INSPECT_FLAG)
		att_buf_add(out, node->flag ? ATT_STR("yes") : ATT_STR("no"));
	else
		add_shown(out, node->text, all);
	att_buf_add_byte(out, '\n');
}

/* JSON escapes controls, and what else a terminal may obey becomes visible here. */
static void add_value(struct att_buf *out, const struct att_value *value, size_t indent, bool all)
{
	struct att_json_writer w;
	struct att_buf json;
	struct att_str rest, line;
	att_buf_init(&json, all ? ATT_MAX_OUTPUT : LONGEST_JSON);
	att_json_begin(&w, &json, false);
	att_json_value(&w, value);
	bool cut = !att_buf_ok(&json);
	rest = att_str_trim(att_buf_str(&json));
	for (size_t lines = 0; rest.len > 0 && att_str_split(&rest, '\n', &line); lines++) {
		if (!all && lines == MOST_LINES) {
			cut = true;
			break;
		}
		add_spaces(out, indent);
		add_shown(out, line, all);
		att_buf_add_byte(out, '\n');
	}
	if (cut) {
		add_spaces(out, indent);
		att_buf_printf(out, "... (cut: %u bytes in all)\n", value->span.end - value->span.begin);
	}
	out->failed |= all && cut;
	att_buf_clear(&json);
}

static bool is_scalar(const struct inspect_node *node)
{
	return node->kind == INSPECT_TEXT || node->kind == INSPECT_NUMBER || node->kind == INSPECT_FLAG;
}

/* What stands beside its label: a list of one text does, too. */
static const struct inspect_node *inline_part(const struct inspect_node *node)
{
	const struct inspect_node *only = node->kind == INSPECT_LIST ? node->first : node;
	return only && is_scalar(only) && (only == node || node->number == 1) ? only : NULL;
}

static void add_group(struct att_buf *out, const struct inspect_node *group, size_t indent, bool begun,
		      bool all);

static void add_list(struct att_buf *out, const struct inspect_node *list, size_t indent, bool all)
{
	size_t shown = 0;
	for (const struct inspect_node *item = list->first; item; item = item->next) {
		add_spaces(out, indent);
		att_buf_add(out, ATT_STR("- "));
		if (is_scalar(item))
			add_scalar(out, item, all);
		else if (!item->first)
			att_buf_add(out, ATT_STR("(nothing)\n"));
		else
			add_group(out, item, indent + 2, true, all);
		shown++;
	}
	if (shown < list->number) {
		add_spaces(out, indent);
		att_buf_printf(out, "- ... and %zu more\n", (size_t)list->number - shown);
	}
}

/* `begun`: the first line has its indentation already. Trees are as deep as the code that makes them. */
static void add_group(struct att_buf *out, const struct inspect_node *group, size_t indent, bool begun,
		      bool all)
{
	size_t width = 0;
	for (const struct inspect_node *node = group->first; node; node = node->next)
		if (inline_part(node) && strlen(node->name) > width && strlen(node->name) <= WIDEST_LABEL)
			width = strlen(node->name);
	for (const struct inspect_node *node = group->first; node; node = node->next) {
		const struct inspect_node *part = inline_part(node);
		size_t own = strlen(node->name);
		add_spaces(out, begun && node == group->first ? 0 : indent);
		add_label(out, node->name);
		if (part) {
			add_spaces(out, own < width ? width - own + 2 : 2);
			add_scalar(out, part, all);
			continue;
		}
		if (node->kind == INSPECT_LIST)
			att_buf_printf(out, " (%zu)", (size_t)node->number);
		att_buf_add_byte(out, '\n');
		if (node->kind == INSPECT_JSON)
			add_value(out, node->value, indent + 2, all);
		else if (node->kind == INSPECT_LIST)
			add_list(out, node, indent, all);
		else
			add_group(out, node, indent + 2, false, all);
	}
}

void inspect_write_text(const struct inspect_node *group, bool all, struct att_buf *out)
{
	add_group(out, group, 2, false, all);
}

/* ---- JSON ---- */

static void write_children(const struct inspect_node *parent, bool all, struct att_json_writer *w);
static void write_node(const struct inspect_node *node, bool all, struct att_json_writer *w);

static void write_value(const struct inspect_node *node, bool all, struct att_json_writer *w)
{
	uint32_t size = node->value->span.end - node->value->span.begin;
	char name[64];
	if (all || size <= LONGEST_JSON) {
		att_json_key(w, node->name);
		att_json_value(w, node->value);
		return;
	}
	snprintf(name, sizeof name, "%s_bytes_not_shown", node->name);
	att_json_key(w, name);
	att_json_uint(w, size);
}

static void write_list(const struct inspect_node *list, bool all, struct att_json_writer *w)
{
	char name[64];
	snprintf(name, sizeof name, "%s_count", list->name);
	att_json_key(w, name);
	att_json_uint(w, list->number);
	att_json_key(w, list->name);
	att_json_array(w);
	write_children(list, all, w);
	att_json_array_end(w);
}

static void write_children(const struct inspect_node *parent, bool all, struct att_json_writer *w)
{
	for (const struct inspect_node *node = parent->first; node; node = node->next)
		write_node(node, all, w);
}

static void write_node(const struct inspect_node *node, bool all, struct att_json_writer *w)
{
	if (node->kind == INSPECT_JSON) {
		write_value(node, all, w);
		return;
	}
	if (node->kind == INSPECT_LIST) {
		write_list(node, all, w);
		return;
	}
	if (node->name)
		att_json_key(w, node->name);
	switch (node->kind) {
	case INSPECT_GROUP:
		inspect_write_json(node, all, w);
		break;
	case INSPECT_NUMBER:
		att_json_uint(w, node->number);
		break;
	case INSPECT_FLAG:
		att_json_bool(w, node->flag);
		break;
	case INSPECT_TEXT:
	case INSPECT_LIST:
	case INSPECT_JSON:
		att_json_string(w, node->text);
		break;
	}
}

void inspect_write_json(const struct inspect_node *group, bool all, struct att_json_writer *w)
{
	att_json_object(w);
	write_children(group, all, w);
	att_json_object_end(w);
}
