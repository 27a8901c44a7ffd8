// SPDX-License-Identifier: Apache-2.0
/* Reading JSON takes three passes. A strict scan checks the text, so that every mistake has its place, and
 * records where each value stands. Then cJSON, which is lenient and forgets places, decodes the same bytes.
 * Last, a walk over both at once makes values, and insists that the two saw the same document. */
#include "libattest/format/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>

#include "libattest/format/json_scan.h"

#include "libattest/base/banned.h"

_Static_assert(ATT_MAX_DEPTH < CJSON_NESTING_LIMIT, "cJSON reads what the scan lets pass");

struct frame {
	struct att_value *value; /* array or object that is being filled */
	const cJSON *child;      /* cJSON's next item or member */
	uint32_t filled;
};

struct walk {
	const struct att_source *source;
	struct att_arena *arena;
	struct att_err *err;
	const struct att_json_record *records; /* the next one */
	const struct att_json_record *end;
	unsigned depth;
	struct frame frames[ATT_MAX_DEPTH];
};

static int fail_shape(const struct walk *w, struct att_span span)
{
	return att_source_err(w->source, w->err, ATT_ERR_MALFORMED, span,
			      "expected what the JSON library reads here to agree with the text");
}

static struct att_span span_of(const struct att_json_record *record)
{
	return (struct att_span){record->begin, record->end};
}

static struct att_str text_of(const struct walk *w, const struct att_json_record *record)
{
	return (struct att_str){w->source->text.data + record->begin, record->end - record->begin};
}

/* Strings without escapes are views of the source: most are, and it saves a copy. */
static int take_string(const struct walk *w, const struct att_json_record *record, const char *decoded,
		       struct att_str *out)
{
	struct att_str raw = {w->source->text.data + record->begin + 1, record->end - record->begin - 2};
	if (!decoded)
		return fail_shape(w, span_of(record));
	if (!record->detail) {
		if (strncmp(decoded, raw.data, raw.len) != 0 || decoded[raw.len] != '\0')
			return fail_shape(w, span_of(record));
		*out = raw;
		return ATT_OK;
	}
	*out = att_arena_copy(w->arena, att_str_of(decoded));
	return out->data ? ATT_OK : att_err_memory(w->err);
}

static int take_integer(const struct walk *w, struct att_str text, struct att_value *out)
{
	bool negative = text.data[0] == '-';
	out->kind = ATT_INTEGER;
	if (!att_str_to_uint(att_str_from(text, negative), UINT64_MAX, &out->integer.magnitude))
		return fail_shape(w, out->span);
	out->integer.negative = negative && out->integer.magnitude != 0;
	return ATT_OK;
}

/* Is one of the digits before the exponent not 0? */
static bool is_nonzero(struct att_str number)
{
	for (size_t i = 0; i < number.len && number.data[i] != 'e' && number.data[i] != 'E'; i++)
		if (number.data[i] >= '1' && number.data[i] <= '9')
			return true;
	return false;
}

static int take_float(const struct walk *w, struct att_str text, const cJSON *node, struct att_value *out)
{
	out->kind = ATT_FLOAT;
	out->number = node->valuedouble;
	if (!isfinite(out->number) || (out->number == 0 && is_nonzero(text)))
		return att_source_err(w->source, w->err, ATT_ERR_MALFORMED, out->span,
				      "expected a number that a double can hold, found %.*s",
				      ATT_STR_ARG(text));
	return ATT_OK;
}

static int take_number(const struct walk *w, const struct att_json_record *record, const cJSON *node,
		       struct att_value *out)
{
	if ((node->type & 0xff) != cJSON_Number)
		return fail_shape(w, out->span);
	struct att_str text = text_of(w, record);
	return record->detail ? take_float(w, text, node, out) : take_integer(w, text, out);
}

static int take_literal(const struct walk *w, char first, const cJSON *node, struct att_value *out)
{
	int wanted = first == 't' ? cJSON_True : first == 'f' ? cJSON_False : cJSON_NULL;
	if ((node->type & 0xff) != wanted)
		return fail_shape(w, out->span);
	out->kind = first == 'n' ? ATT_NULL : ATT_BOOL;
	if (out->kind == ATT_BOOL)
		out->boolean = first == 't';
	return ATT_OK;
}

static int open_container(struct walk *w, const struct att_json_record *record, const cJSON *node,
			  struct att_value *out)
{
	bool object = w->source->text.data[record->begin] == '{';
	if ((node->type & 0xff) != (object ? cJSON_Object : cJSON_Array) || w->depth == ATT_MAX_DEPTH)
		return fail_shape(w, out->span);
	out->kind = object ? ATT_OBJECT : ATT_ARRAY;
	out->count = record->detail;
	void *children =
		att_arena_alloc(w->arena, out->count, object ? sizeof *out->members : sizeof *out->items);
	if (!children)
		return att_err_memory(w->err);
	if (object)
		out->members = children;
	else
		out->items = children;
	w->frames[w->depth++] = (struct frame){.value = out, .child = node->child};
	return ATT_OK;
}

/* Makes a value of the next record and cJSON's node for it. Arrays and objects are filled later. */
static int take_value(struct walk *w, const cJSON *node, struct att_value *out)
{
	if (w->records == w->end || !node)
		return fail_shape(w, (struct att_span){0, 0});
	const struct att_json_record *record = w->records++;
	char first = w->source->text.data[record->begin];
	out->span = span_of(record);
	switch (first) {
	case '{':
	case '[':
		return open_container(w, record, node, out);
	case '"':
		out->kind = ATT_STRING;
		if ((node->type & 0xff) != cJSON_String)
			return fail_shape(w, out->span);
		return take_string(w, record, node->valuestring, &out->string);
	case 't':
	case 'f':
	case 'n':
		return take_literal(w, first, node, out);
	default:
		return take_number(w, record, node, out);
	}
}

static int take_member(struct walk *w, const cJSON *node, struct att_member *out)
{
	if (w->records == w->end || !node)
		return fail_shape(w, (struct att_span){0, 0});
	const struct att_json_record *record = w->records++;
	out->key_span = span_of(record);
	int result = take_string(w, record, node->string, &out->key);
	return result == ATT_OK ? take_value(w, node, &out->value) : result;
}

static int fail_duplicate(const struct walk *w, const struct att_value *object, size_t later)
{
	const struct att_member *member = &object->members[later];
	size_t first = 0;
	while (!att_str_equal(object->members[first].key, member->key))
		first++;
	struct att_place place = att_source_place(w->source, object->members[first].key_span);
	int result = att_source_err(w->source, w->err, ATT_ERR_MALFORMED, member->key_span,
				    "expected each key once, found \"%.*s\" again", ATT_STR_ARG(member->key));
	att_err_help(w->err, "the first one is on line %u, column %u", place.line, place.column);
	return result;
}

static int close_container(struct walk *w)
{
	const struct frame *frame = &w->frames[--w->depth];
	struct att_value *value = frame->value;
	size_t duplicate = 0;
	if (frame->child)
		return fail_shape(w, value->span);
	if (value->kind != ATT_OBJECT)
		return ATT_OK;
	int result = att_value_make_object(w->arena, value->members, value->count, value, &duplicate);
	if (result == ATT_ERR_MEMORY)
		return att_err_memory(w->err);
	return result == ATT_OK ? ATT_OK : fail_duplicate(w, value, duplicate);
}

static int walk_document(struct walk *w, const cJSON *root, struct att_value *out)
{
	int result = take_value(w, root, out);
	while (result == ATT_OK && w->depth > 0) {
		struct frame *frame = &w->frames[w->depth - 1];
		if (frame->filled == frame->value->count) {
			result = close_container(w);
			continue;
		}
		const cJSON *node = frame->child;
		uint32_t i = frame->filled++;
		if (node)
			frame->child = node->next;
		if (frame->value->kind == ATT_OBJECT)
			result = take_member(w, node, &frame->value->members[i]);
		else
			result = take_value(w, node, &frame->value->items[i]);
	}
	if (result == ATT_OK && w->records != w->end)
		result = fail_shape(w, out->span);
	return result;
}

static int parse(const struct att_source *source, bool relaxed, struct att_arena *arena, struct att_value *out,
		 struct att_err *err)
{
	struct att_json_scan scan;
	struct att_value value = {0};
	cJSON *root = NULL;
	*out = (struct att_value){0};
	int result = att_json_scan(source, relaxed, &scan, err);
	if (result != ATT_OK)
		goto out;
	struct walk w = {
		.source = source,
		.arena = arena,
		.err = err,
		.records = scan.records,
		.end = scan.records + scan.count,
	};
	const char *text = scan.blanked ? scan.blanked : source->text.data;
	errno = 0;
	root = cJSON_ParseWithLengthOpts(text, source->text.len, NULL, 0);
	if (!root) {
		result = errno == ENOMEM ? att_err_memory(err)
					 : fail_shape(&w, (struct att_span){0, (uint32_t)source->text.len});
		goto out;
	}
	result = walk_document(&w, root, &value);
	if (result == ATT_OK)
		*out = value;
out:
	arena->failed |= result == ATT_ERR_MEMORY;
	cJSON_Delete(root);
	att_json_scan_clear(&scan);
	return result;
}

int att_json_parse(const struct att_source *source, struct att_arena *arena, struct att_value *out,
		   struct att_err *err)
{
	return parse(source, false, arena, out, err);
}

int att_json_parse_relaxed(const struct att_source *source, struct att_arena *arena, struct att_value *out,
			   struct att_err *err)
{
	return parse(source, true, arena, out, err);
}
