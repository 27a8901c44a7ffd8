// SPDX-License-Identifier: Apache-2.0
/* Whatever the bytes: an error with a reason, or a tree whose elements know their parents and lie within
 * them, and whose spans lie within the text. */
#include <assert.h>
#include <stdint.h>

#include "libattest/format/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct att_xml *element, size_t size)
{
	const struct att_xml *last = NULL;
	assert(element->name.len > 0);
	assert(element->span.begin < element->span.end && element->span.end <= size);
	assert(element->text_span.begin <= element->text_span.end && element->text_span.end <= size);
	assert(att_str_equal(att_str_trim(element->text), element->text));
	for (const struct att_xml *child = element->children; child; child = child->next) {
		assert(child->parent == element);
		assert(child->span.begin >= (last ? last->span.end : element->span.begin));
		assert(child->span.end <= element->span.end);
		last = child;
	}
	assert(element->last_child == last);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_err err = {0};
	struct att_arena arena = {0};
	struct att_source source;
	struct att_xml *root;
	struct att_str text = {(const char *)data, size};
	if (att_source_init(&source, &arena, ATT_STR("x"), text, &err) == 0) {
		if (att_xml_parse(&source, &arena, &root, &err) != 0) {
			assert(err.code < 0 && err.message[0] && !root);
		} else {
			for (const struct att_xml *at = root; at;) {
				check(at, size);
				if (at->children) {
					at = at->children;
					continue;
				}
				while (at && !at->next)
					at = at->parent;
				at = at ? at->next : NULL;
			}
		}
	}
	att_arena_clear(&arena);
	return 0;
}
