// SPDX-License-Identifier: Apache-2.0
/* libyaml reads the syntax and hands out events; this file makes values of them. An alias shares the value
 * of its anchor, with the span of the anchored text, so that a small file can stand for a huge one only as
 * far as the ceilings allow.
 *
 * A byte order mark at the start is skipped (YAML 1.2 section 5.2): editors leave it in workflow files.
 * libyaml does not get to see it, because it would count it as a column. */
#include "libattest/format/yaml.h"

#include <stdlib.h>
#include <yaml.h>

#include "libattest/base/limits.h"
#include "libattest/base/map.h"
#include "libattest/base/utf8.h"
#include "libattest/format/yaml_scalar.h"

#include "libattest/base/banned.h"

enum { NO_ANCHOR = UINT32_MAX };

/* One definition of an anchor; a name may be defined again. */
struct anchor {
	bool open; /* its value is still being read */
	struct att_value value;
	size_t nodes;    /* that the value expands to, itself included */
	unsigned height; /* levels of nesting; 0 for a scalar */
};

/* A sequence or mapping that is being read. */
struct frame {
	struct att_span span;
	bool mapping, flow, has_key;
	struct att_str key;
	struct att_span key_span;
	size_t first;    /* its first child on the stack of children */
	uint32_t anchor; /* NO_ANCHOR, or the position of its definition */
	size_t nodes_before;
	unsigned height;
};

struct parser {
	const struct att_source *source;
	struct att_arena *arena;
	struct att_err *err;
	yaml_parser_t yaml;
	bool ascii;     /* characters are bytes */
	uint32_t start; /* of what libyaml gets to see */

	/* libyaml counts characters: where the last mark that was looked up stands */
	size_t mark_index;
	uint32_t mark_offset;

	/* Children of all open frames; moved into the arena, at their right size, when a frame closes. */
	struct att_member *children; /* owned */
	size_t child_count, child_capacity;

	struct att_map names; /* of anchors, to positions in latest */
	uint32_t *latest;     /* positions in anchors */
	size_t name_count, name_capacity;
	struct anchor *anchors;
	size_t anchor_count, anchor_capacity;

	size_t values;   /* read from the text */
	size_t expanded; /* added by aliases */
	bool done;
	struct att_value root;
	unsigned depth;
	struct frame frames[ATT_MAX_DEPTH];
};

#define fail(p, code, span, ...) att_source_err((p)->source, (p)->err, (code), (span), __VA_ARGS__)

/* ---- places ---- */

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Marks come in nearly ascending order, so all look-ups together pass the text about once. */
static uint32_t offset_of(struct parser *p, yaml_mark_t mark)
{
	struct att_str text = p->source->text;
	if (p->ascii)
		return (uint32_t)(mark.index < text.len ? mark.index : text.len);
	while (p->mark_index < mark.index && p->mark_offset < text.len) {
		p->mark_offset++;
		while (p->mark_offset < text.len && is_continuation(text.data[p->mark_offset]))
			p->mark_offset++;
		p->mark_index++;
	}
	while (p->mark_index > mark.index && p->mark_offset > 0) {
		p->mark_offset--;
		while (p->mark_offset > 0 && is_continuation(text.data[p->mark_offset]))
			p->mark_offset--;
		p->mark_index--;
	}
	return p->mark_offset;
}

static struct att_span span_of(struct parser *p, const yaml_event_t *event)
{
	uint32_t begin = offset_of(p, event->start_mark);
	return (struct att_span){begin, offset_of(p, event->end_mark)};
}

/* ---- what libyaml refuses ---- */

static void help_syntax(struct parser *p, uint32_t at)
{
	const yaml_parser_t *yaml = &p->yaml;
	char c = at < p->source->text.len ? p->source->text.data[at] : '\0';
	bool no_token = yaml->problem && strstr(yaml->problem, "cannot start any token");
	if (no_token && c == '\t')
		att_err_help(p->err, "indent with spaces; YAML does not allow tabs there");
	else if (no_token && (c == '@' || c == '`' || c == '%'))
		att_err_help(p->err, "put text that begins with \"%c\" in quotes", c);
	else if (yaml->context && yaml->context_mark.index < yaml->problem_mark.index) {
		uint32_t begin = offset_of(p, yaml->context_mark);
		att_err_help(p->err, "that begins on line %u", att_source_line(p->source, begin));
	}
}

static int fail_syntax(struct parser *p)
{
	const yaml_parser_t *yaml = &p->yaml;
	const char *problem = yaml->problem ? yaml->problem : "it is not understood";
	if (yaml->error == YAML_MEMORY_ERROR)
		return att_err_memory(p->err);
	if (yaml->error == YAML_READER_ERROR) {
		uint32_t at = p->start + (uint32_t)yaml->problem_offset;
		return fail(p, ATT_ERR_MALFORMED, ((struct att_span){at, at + 1}),
			    "expected YAML text: %s (U+%04X)", problem, (unsigned)yaml->problem_value);
	}
	uint32_t at = offset_of(p, yaml->problem_mark);
	int result = fail(p, ATT_ERR_MALFORMED, ((struct att_span){at, at + 1}), "expected YAML: %s%s%s",
			  problem, yaml->context ? " " : "", yaml->context ? yaml->context : "");
	help_syntax(p, at);
	return result;
}

/* Last byte of each line break that libyaml knows (the wider ones are U+0085, U+2028, U+2029), and of the
 * byte order mark. */
static bool may_end_line(char c)
{
	return c == '\n' || c == '\r' || memchr("\x85\xa8\xa9\xbf", c, 4) != NULL;
}

/* libyaml compares every %TAG line with all before it: a file of nothing else would take hours. */
static int check_directives(struct parser *p)
{
	struct att_str text = p->source->text;
	size_t directives = 0, at = 0;
	for (;; at++) {
		size_t next = att_str_find(att_str_from(text, at), ATT_STR("%TAG"));
		if (next == ATT_STR_NONE)
			return ATT_OK;
		at += next;
		if ((at == 0 || may_end_line(text.data[at - 1])) && ++directives > ATT_MAX_YAML_DIRECTIVES)
			return fail(p, ATT_ERR_LIMIT, ((struct att_span){(uint32_t)at, (uint32_t)at + 4}),
				    "expected at most %d %%TAG lines, found more", ATT_MAX_YAML_DIRECTIVES);
	}
}

static int check_text(struct parser *p)
{
	struct att_str text = p->source->text;
	size_t valid = att_utf8_valid_prefix(text);
	if (valid < text.len)
		return fail(p, ATT_ERR_MALFORMED, ((struct att_span){(uint32_t)valid, (uint32_t)valid + 1}),
			    "expected UTF-8, found the byte 0x%02X", (unsigned char)text.data[valid]);
	p->start = att_str_starts(text, ATT_STR("\xef\xbb\xbf")) ? 3 : 0;
	p->mark_offset = p->start;
	p->ascii = true;
	for (size_t i = 0; i < text.len && p->ascii; i++)
		p->ascii = (unsigned char)text.data[i] < 0x80;
	return check_directives(p);
}

/* ---- finished values ---- */

static struct att_str view_of(const struct parser *p, struct att_span span)
{
	return att_str_first(att_str_from(p->source->text, span.begin), span.end - span.begin);
}

/* The scalar's text: a view of the source where it stands there literally, a copy otherwise. */
static int take_text(struct parser *p, const yaml_event_t *event, struct att_span span, struct att_str *out)
{
	struct att_str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
	struct att_str written = view_of(p, span);
	if (att_str_find_byte(text, '\0') != ATT_STR_NONE)
		return fail(p, ATT_ERR_MALFORMED, span, "expected text without NUL");
	if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE && written.len >= 2)
		written = (struct att_str){written.data + 1, written.len - 2};
	if (text.len > 0 && att_str_equal(text, written)) {
		*out = written;
		return ATT_OK;
	}
	*out = att_arena_copy(p->arena, text);
	return out->data ? ATT_OK : att_err_memory(p->err);
}

static int push_child(struct parser *p, struct att_str key, struct att_span key_span,
		      const struct att_value *value)
{
	if (p->child_count == p->child_capacity) {
		size_t capacity = p->child_capacity ? p->child_capacity * 2 : 64;
		struct att_member *grown = reallocarray(p->children, capacity, sizeof *grown);
		if (!grown)
			return att_err_memory(p->err);
		p->children = grown;
		p->child_capacity = capacity;
	}
	p->children[p->child_count++] = (struct att_member){.key = key, .key_span = key_span, .value = *value};
	return ATT_OK;
}

/* Puts a value where it belongs; `end` is where it ends in the text, which for an alias is not where the
 * value stands. */
static int finish_value(struct parser *p, const struct att_value *value, unsigned height, uint32_t end)
{
	if (p->depth == 0) {
		p->root = *value;
		return ATT_OK;
	}
	struct frame *frame = &p->frames[p->depth - 1];
	if (frame->height < height + 1)
		frame->height = height + 1;
	if (!frame->flow)
		frame->span.end = end;
	frame->has_key = false;
	return push_child(p, frame->key, frame->key_span, value);
}

static bool wants_key(const struct parser *p)
{
	return p->depth > 0 && p->frames[p->depth - 1].mapping && !p->frames[p->depth - 1].has_key;
}

static int count_value(struct parser *p, struct att_span span)
{
	if (p->values == ATT_MAX_VALUES)
		return fail(p, ATT_ERR_LIMIT, span, "expected at most %zu values, found more", ATT_MAX_VALUES);
	p->values++;
	return ATT_OK;
}

/* ---- anchors and aliases ---- */

/* Records a definition; its value is filled in later. */
static int define_anchor(struct parser *p, const yaml_char_t *name, uint32_t *out)
{
	bool found;
	uint32_t id;
	*out = NO_ANCHOR;
	if (!name)
		return ATT_OK;
	struct att_str key = att_arena_copy(p->arena, att_str_of((const char *)name));
	if (!key.data || att_map_put(&p->names, key, (uint32_t)p->name_count, &found, &id) != ATT_OK)
		return att_err_memory(p->err);
	if (!found && !att_arena_push(p->arena, (void **)&p->latest, &p->name_count, &p->name_capacity,
				      sizeof *p->latest))
		return att_err_memory(p->err);
	struct anchor *anchor = att_arena_push(p->arena, (void **)&p->anchors, &p->anchor_count,
					       &p->anchor_capacity, sizeof *anchor);
	if (!anchor)
		return att_err_memory(p->err);
	anchor->open = true;
	*out = p->latest[id] = (uint32_t)p->anchor_count - 1;
	return ATT_OK;
}

static void close_anchor(struct parser *p, uint32_t anchor, const struct att_value *value, size_t nodes,
			 unsigned height)
{
	if (anchor != NO_ANCHOR)
		p->anchors[anchor] = (struct anchor){.value = *value, .nodes = nodes, .height = height};
}

static int take_alias(struct parser *p, const yaml_event_t *event)
{
	struct att_span span = span_of(p, event);
	struct att_str name = att_str_of((const char *)event->data.alias.anchor);
	uint32_t id;
	if (wants_key(p))
		return fail(p, ATT_ERR_UNSUPPORTED, span, "expected a scalar as key, found an alias");
	if (!att_map_find(&p->names, name, &id))
		return fail(p, ATT_ERR_MALFORMED, span, "expected an alias of an anchor above, found *%.*s",
			    ATT_STR_ARG(name));
	const struct anchor *anchor = &p->anchors[p->latest[id]];
	if (anchor->open)
		return fail(p, ATT_ERR_MALFORMED, span, "expected no alias inside its own anchor, found *%.*s",
			    ATT_STR_ARG(name));
	if (anchor->nodes > ATT_MAX_YAML_NODES - p->expanded)
		return fail(p, ATT_ERR_LIMIT, span, "expected aliases to expand to at most %zu values",
			    ATT_MAX_YAML_NODES);
	if (anchor->height > ATT_MAX_DEPTH - p->depth)
		return fail(p, ATT_ERR_LIMIT, span,
			    "expected at most %d nested lists and mappings, found more with *%.*s expanded",
			    ATT_MAX_DEPTH, ATT_STR_ARG(name));
	p->expanded += anchor->nodes;
	return finish_value(p, &anchor->value, anchor->height, span.end);
}

/* ---- events ---- */

static int check_tag(struct parser *p, const yaml_char_t *tag, enum att_kind kind, struct att_span span)
{
	if (att_yaml_tag_fits((const char *)tag, kind))
		return ATT_OK;
	return fail(p, ATT_ERR_UNSUPPORTED, span, "expected no tag or one of the core schema, found %s",
		    (const char *)tag);
}

static int take_scalar(struct parser *p, const yaml_event_t *event)
{
	struct att_span span = span_of(p, event);
	struct att_value value = {.span = span};
	const char *tag = (const char *)event->data.scalar.tag;
	bool key = wants_key(p), plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	struct att_str text = {NULL, 0};
	uint32_t anchor;
	int result = check_tag(p, event->data.scalar.tag, ATT_STRING, span);
	if (result == ATT_OK)
		result = count_value(p, span);
	if (result == ATT_OK)
		result = take_text(p, event, span, &text);
	/* The kind of a key matters only when something else refers to it. */
	if (result == ATT_OK && (!key || tag || event->data.scalar.anchor))
		result = att_yaml_resolve(p->source, p->arena, text, plain, tag, &value, p->err);
	if (result == ATT_OK)
		result = define_anchor(p, event->data.scalar.anchor, &anchor);
	if (result != ATT_OK)
		return result;
	close_anchor(p, anchor, &value, 1, 0);
	if (!key)
		return finish_value(p, &value, 0, span.end);
	struct frame *frame = &p->frames[p->depth - 1];
	frame->key = text;
	frame->key_span = span;
	frame->has_key = true;
	return ATT_OK;
}

static int open_container(struct parser *p, const yaml_event_t *event)
{
	bool mapping = event->type == YAML_MAPPING_START_EVENT;
	const yaml_char_t *tag = mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag;
	const yaml_char_t *name =
		mapping ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
	struct frame frame = {.span = span_of(p, event), .mapping = mapping, .height = 1};
	frame.flow = mapping ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
			     : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	frame.first = p->child_count;
	frame.nodes_before = p->values + p->expanded;
	if (wants_key(p))
		return fail(p, ATT_ERR_UNSUPPORTED, frame.span, "expected a scalar as key, found a %s",
			    mapping ? "mapping" : "list");
	if (p->depth == ATT_MAX_DEPTH)
		return fail(p, ATT_ERR_LIMIT, frame.span,
			    "expected at most %d nested lists and mappings, found more", ATT_MAX_DEPTH);
	int result = check_tag(p, tag, mapping ? ATT_OBJECT : ATT_ARRAY, frame.span);
	if (result == ATT_OK)
		result = count_value(p, frame.span);
	if (result == ATT_OK)
		result = define_anchor(p, name, &frame.anchor);
	if (result == ATT_OK)
		p->frames[p->depth++] = frame;
	return result;
}

static int fail_duplicate(struct parser *p, const struct att_member *members, size_t later)
{
	size_t first = 0;
	while (!att_str_equal(members[first].key, members[later].key))
		first++;
	struct att_place place = att_source_place(p->source, members[first].key_span);
	int result = fail(p, ATT_ERR_MALFORMED, members[later].key_span,
			  "expected each key once, found \"%.*s\" again", ATT_STR_ARG(members[later].key));
	att_err_help(p->err, "the first one is on line %u, column %u", place.line, place.column);
	return result;
}

static int make_object(struct parser *p, const struct att_member *children, size_t count,
		       struct att_value *value)
{
	size_t duplicate;
	struct att_member *members = att_arena_alloc(p->arena, count, sizeof *members);
	if (!members)
		return att_err_memory(p->err);
	for (size_t i = 0; children && i < count; i++)
		members[i] = children[i];
	int result = att_value_make_object(p->arena, members, count, value, &duplicate);
	if (result == ATT_ERR_MEMORY)
		return att_err_memory(p->err);
	return result == ATT_OK ? ATT_OK : fail_duplicate(p, members, duplicate);
}

static int make_array(struct parser *p, const struct att_member *children, size_t count,
		      struct att_value *value)
{
	value->kind = ATT_ARRAY;
	value->count = (uint32_t)count;
	value->items = att_arena_alloc(p->arena, count, sizeof *value->items);
	if (!value->items)
		return att_err_memory(p->err);
	for (size_t i = 0; children && i < count; i++)
		value->items[i] = children[i].value;
	return ATT_OK;
}

/* Block collections end, for libyaml, where the next token begins; for a reader with their last child. */
static int close_container(struct parser *p, const yaml_event_t *event)
{
	struct frame *frame = &p->frames[--p->depth];
	const struct att_member *children = p->children ? p->children + frame->first : NULL;
	size_t count = p->child_count - frame->first;
	if (frame->flow)
		frame->span.end = offset_of(p, event->end_mark);
	struct att_value value = {.span = frame->span};
	int result = frame->mapping ? make_object(p, children, count, &value)
				    : make_array(p, children, count, &value);
	if (result != ATT_OK)
		return result;
	p->child_count = frame->first;
	close_anchor(p, frame->anchor, &value, p->values + p->expanded - frame->nodes_before, frame->height);
	return finish_value(p, &value, frame->height, value.span.end);
}

static int take_event(struct parser *p, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_STREAM_END_EVENT:
		p->done = true;
		return ATT_OK;
	case YAML_DOCUMENT_START_EVENT:
		if (p->values > 0)
			return fail(p, ATT_ERR_MALFORMED, span_of(p, event),
				    "expected one document, found a second one");
		return ATT_OK;
	case YAML_ALIAS_EVENT:
		return take_alias(p, event);
	case YAML_SCALAR_EVENT:
		return take_scalar(p, event);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return open_container(p, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_container(p, event);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return ATT_OK;
}

static int read_events(struct parser *p)
{
	const struct att_str text = att_str_from(p->source->text, p->start);
	yaml_event_t event;
	yaml_parser_set_encoding(&p->yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p->yaml, (const unsigned char *)(text.data ? text.data : ""), text.len);
	while (!p->done) {
		if (!yaml_parser_parse(&p->yaml, &event))
			return fail_syntax(p);
		int result = take_event(p, &event);
		yaml_event_delete(&event);
		if (result != ATT_OK)
			return result;
	}
	return ATT_OK;
}

int att_yaml_parse(const struct att_source *source, struct att_arena *arena, struct att_value *out,
		   struct att_err *err)
{
	struct parser p = {.source = source, .arena = arena, .err = err};
	*out = (struct att_value){0};
	int result = check_text(&p);
	if (result != ATT_OK)
		return result;
	if (!yaml_parser_initialize(&p.yaml))
		return att_err_memory(err);
	att_map_init(&p.names);
	result = read_events(&p);
	arena->failed |= result == ATT_ERR_MEMORY;
	if (result == ATT_OK)
		*out = p.root;
	yaml_parser_delete(&p.yaml);
	att_map_clear(&p.names);
	free(p.children);
	return result;
}
