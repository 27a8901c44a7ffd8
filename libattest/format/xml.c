// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/xml.h"

#include <expat.h>

#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

struct builder {
	XML_Parser parser;
	const struct att_source *source;
	struct att_arena *arena;
	struct att_err *err;
	int status; /* set when a handler stops the parser */
	struct att_xml *root, *open;
	size_t text_capacity[ATT_MAX_DEPTH]; /* of the text of the open element at each depth */
	size_t depth, values;
};

/* --- places -------------------------------------------------------------------------------------------- */

static struct att_span event_span(const struct builder *b)
{
	XML_Index at = XML_GetCurrentByteIndex(b->parser);
	int len = XML_GetCurrentByteCount(b->parser);
	uint32_t begin = at > 0 ? (uint32_t)at : 0;
	return (struct att_span){begin, begin + (len > 0 ? (uint32_t)len : 0)};
}

static void stop(struct builder *b, int status)
{
	b->status = status;
	XML_StopParser(b->parser, XML_FALSE);
}

/* --- handlers ------------------------------------------------------------------------------------------ */

static int count_values(struct builder *b, size_t more)
{
	b->values += more;
	if (b->values > ATT_MAX_VALUES)
		return att_source_err(b->source, b->err, ATT_ERR_LIMIT, event_span(b),
				      "expected at most %zu elements and attributes, found more",
				      ATT_MAX_VALUES);
	return ATT_OK;
}

static int add_attributes(struct builder *b, struct att_xml *element, const char **attributes)
{
	size_t count = 0;
	while (attributes[count * 2])
		count++;
	int status = count_values(b, count);
	if (status != ATT_OK || count == 0)
		return status;
	element->attributes = att_arena_alloc(b->arena, count, sizeof *element->attributes);
	if (!element->attributes)
		return att_err_memory(b->err);
	for (size_t i = 0; i < count; i++) {
		struct att_xml_attribute *slot = &element->attributes[i];
		slot->name = att_arena_copy(b->arena, att_str_of(attributes[i * 2]));
		slot->value = att_arena_copy(b->arena, att_str_of(attributes[i * 2 + 1]));
		if (!slot->name.data || !slot->value.data)
			return att_err_memory(b->err);
	}
	element->attribute_count = (uint32_t)count;
	return ATT_OK;
}

static int open_element(struct builder *b, const char *name, const char **attributes)
{
	if (b->depth >= ATT_MAX_DEPTH)
		return att_source_err(b->source, b->err, ATT_ERR_LIMIT, event_span(b),
				      "expected at most %d nested elements, found more", ATT_MAX_DEPTH);
	int status = count_values(b, 1);
	if (status != ATT_OK)
		return status;
	struct att_xml *element = att_arena_alloc(b->arena, 1, sizeof *element);
	if (!element)
		return att_err_memory(b->err);
	element->name = att_arena_copy(b->arena, att_str_of(name));
	if (!element->name.data)
		return att_err_memory(b->err);
	element->span = element->text_span = event_span(b);
	element->parent = b->open;
	if (!b->open)
		b->root = element;
	else if (b->open->last_child)
		b->open->last_child->next = element;
	else
		b->open->children = element;
	if (b->open)
		b->open->last_child = element;
	b->open = element;
	b->text_capacity[b->depth++] = 0;
	return add_attributes(b, element, attributes);
}

static void XMLCALL on_start(void *context, const char *name, const char **attributes)
{
	struct builder *b = context;
	if (b->status != ATT_OK)
		return;
	int status = open_element(b, name, attributes);
	if (status != ATT_OK)
		stop(b, status);
}

static void XMLCALL on_end(void *context, const char *name)
{
	struct builder *b = context;
	(void)name;
	if (b->status != ATT_OK)
		return;
	struct att_xml *element = b->open;
	size_t len = att_str_trim(element->text).len;
	/* Nothing stands before the first character that is kept, so only the end can move. */
	element->text_span.end -= element->text.len > 0 ? (uint32_t)(element->text.len - len) : 0;
	element->text.len = len;
	element->span.end = event_span(b).end;
	b->open = element->parent;
	b->depth--;
}

/* expat hands text over in pieces; the copy doubles, so that many pieces cost linear time. */
static int append_text(struct builder *b, const char *bytes, size_t len)
{
	struct att_xml *element = b->open;
	size_t *capacity = &b->text_capacity[b->depth - 1];
	size_t before = 0;
	struct att_span span = event_span(b);
	while (element->text.len == 0 && before < len && att_ascii_is_space(bytes[before]))
		before++;
	if (before == len)
		return ATT_OK;
	if (element->text.len == 0)
		element->text_span.begin = span.begin + (uint32_t)before;
	element->text_span.end = span.end;
	bytes += before;
	len -= before;
	char *text = NULL;
	if (element->text.len + len > *capacity) {
		*capacity = (element->text.len + len) * (*capacity ? 2 : 1);
		text = att_arena_alloc(b->arena, *capacity, 1);
		if (!text)
			return att_err_memory(b->err);
		if (element->text.len)
			memcpy(text, element->text.data, element->text.len);
	} else {
		text = (char *)(uintptr_t)element->text.data;
	}
	memcpy(text + element->text.len, bytes, len);
	element->text = (struct att_str){text, element->text.len + len};
	return ATT_OK;
}

static void XMLCALL on_text(void *context, const char *bytes, int len)
{
	struct builder *b = context;
	if (b->status != ATT_OK || !b->open || len <= 0)
		return;
	int status = append_text(b, bytes, (size_t)len);
	if (status != ATT_OK)
		stop(b, status);
}

/* Entities are how XML reads files, calls servers and grows a kilobyte into a gigabyte. */
static void XMLCALL on_doctype(void *context, const char *name, const char *system_id, const char *public_id,
			       int has_internal_subset)
{
	struct builder *b = context;
	(void)name, (void)system_id, (void)public_id, (void)has_internal_subset;
	int status = att_source_err(b->source, b->err, ATT_ERR_REFUSED, event_span(b),
				    "expected no document type declaration, found one");
	att_err_help(b->err, "remove the <!DOCTYPE ...>: documents that define entities are not read");
	stop(b, status);
}

/* --- the document -------------------------------------------------------------------------------------- */

static int report(struct builder *b)
{
	enum XML_Error code = XML_GetErrorCode(b->parser);
	struct att_span span = event_span(b);
	if (b->status != ATT_OK)
		return b->status;
	if (code == XML_ERROR_NO_MEMORY)
		return att_err_memory(b->err);
	if (code == XML_ERROR_UNKNOWN_ENCODING) {
		att_source_err(b->source, b->err, ATT_ERR_UNSUPPORTED, span,
			       "expected UTF-8, US-ASCII or ISO-8859-1, found another encoding");
		att_err_help(b->err, "save the file as UTF-8 and say so in its XML declaration");
		return ATT_ERR_UNSUPPORTED;
	}
	return att_source_err(b->source, b->err, ATT_ERR_MALFORMED, span, "expected well-formed XML, found: %s",
			      XML_ErrorString(code));
}

/* expat would read UTF-16, but the lines of a source are lines of bytes. */
static int check_encoding(const struct att_source *source, struct att_err *err)
{
	struct att_str start = att_str_first(source->text, 4);
	if (att_str_starts(start, ATT_STR("\xfe\xff")) || att_str_starts(start, ATT_STR("\xff\xfe")) ||
	    att_str_find_byte(start, '\0') != ATT_STR_NONE) {
		att_source_err(source, err, ATT_ERR_UNSUPPORTED, ((struct att_span){0, 1}),
			       "expected UTF-8, US-ASCII or ISO-8859-1, found UTF-16 or UTF-32");
		att_err_help(err, "save the file as UTF-8");
		return ATT_ERR_UNSUPPORTED;
	}
	return ATT_OK;
}

int att_xml_parse(const struct att_source *source, struct att_arena *arena, struct att_xml **root,
		  struct att_err *err)
{
	struct builder b = {.source = source, .arena = arena, .err = err};
	*root = NULL;
	int status = check_encoding(source, err);
	if (status != ATT_OK)
		return status;
	b.parser = XML_ParserCreate(NULL);
	if (!b.parser)
		return att_err_memory(err);
	XML_SetUserData(b.parser, &b);
	XML_SetElementHandler(b.parser, on_start, on_end);
	XML_SetCharacterDataHandler(b.parser, on_text);
	XML_SetStartDoctypeDeclHandler(b.parser, on_doctype);
	/* The length fits: a source holds at most ATT_MAX_DOCUMENT bytes. */
	enum XML_Status parsed =
		XML_Parse(b.parser, source->text.len ? source->text.data : "", (int)source->text.len, XML_TRUE);
	if (parsed == XML_STATUS_OK && b.status == ATT_OK)
		*root = b.root;
	else
		status = report(&b);
	arena->failed |= status == ATT_ERR_MEMORY;
	XML_ParserFree(b.parser);
	return status;
}

/* --- looking around ------------------------------------------------------------------------------------ */

const struct att_xml *att_xml_child(const struct att_xml *element, const char *name)
{
	const struct att_xml *child = element ? element->children : NULL;
	while (child && !att_str_is(child->name, name))
		child = child->next;
	return child;
}

const struct att_xml *att_xml_next(const struct att_xml *element)
{
	const struct att_xml *next = element->next;
	while (next && !att_str_equal(next->name, element->name))
		next = next->next;
	return next;
}

struct att_str att_xml_child_text(const struct att_xml *element, const char *name)
{
	const struct att_xml *child = att_xml_child(element, name);
	return child ? child->text : (struct att_str){NULL, 0};
}

struct att_str att_xml_attribute(const struct att_xml *element, const char *name)
{
	for (uint32_t i = 0; element && i < element->attribute_count; i++)
		if (att_str_is(element->attributes[i].name, name))
			return element->attributes[i].value;
	return (struct att_str){NULL, 0};
}
