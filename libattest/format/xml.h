// SPDX-License-Identifier: Apache-2.0
/* XML reading through expat, narrowed to what manifests need: a tree of elements that remember where they
 * stand. Nothing outside the text is ever read, and no document may define entities of its own. */
#ifndef ATT_FORMAT_XML_H
#define ATT_FORMAT_XML_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"
#include "libattest/base/source.h"

struct att_xml_attribute {
	struct att_str name, value; /* name as written, prefix included */
};

/* One element. Everything lives in the arena that the parser was given. */
struct att_xml {
	struct att_str name; /* as written, prefix included */
	/* Its own character data without that of its children, decoded, without white space at the ends. */
	struct att_str text;
	struct att_span span;      /* from "<" of the start tag to ">" of the end tag */
	struct att_span text_span; /* of `text`; the start tag when there is none */
	struct att_xml_attribute *attributes;
	uint32_t attribute_count;
	struct att_xml *parent, *children, *next; /* children: the first; next: the following sibling */
	struct att_xml *last_child;
};

/* Parses the whole text of `source` as one XML 1.0 document; *root is its outermost element. Errors, with
 * the place: ATT_ERR_MALFORMED for anything that expat refuses; ATT_ERR_REFUSED for a document type
 * declaration, and with it every entity beyond the five of XML; ATT_ERR_UNSUPPORTED for another encoding
 * than UTF-8, US-ASCII or ISO-8859-1; ATT_ERR_LIMIT for nesting beyond ATT_MAX_DEPTH or more than
 * ATT_MAX_VALUES elements and attributes. */
int att_xml_parse(const struct att_source *source, struct att_arena *arena, struct att_xml **root,
		  struct att_err *err) ATT_MUST_USE;

/* The first child called `name`, or NULL; `element` may be NULL. */
const struct att_xml *att_xml_child(const struct att_xml *element, const char *name);

/* The next sibling of the same name, or NULL. */
const struct att_xml *att_xml_next(const struct att_xml *element);

/* The text of the first child called `name`; empty when there is none. */
struct att_str att_xml_child_text(const struct att_xml *element, const char *name);

/* The value of an attribute; empty when there is none. */
struct att_str att_xml_attribute(const struct att_xml *element, const char *name);

#endif
