// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/base.h"
#include "libattest/base/file.h"
#include "libattest/format/xml.h"

struct doc {
	struct att_arena arena;
	struct att_source source;
	struct att_xml *root;
	struct att_err err;
	int status;
};

static void parse(struct doc *doc, struct att_str text)
{
	memset(doc, 0, sizeof *doc);
	assert_int_equal(att_source_init(&doc->source, &doc->arena, ATT_STR("x.xml"), text, &doc->err), 0);
	doc->status = att_xml_parse(&doc->source, &doc->arena, &doc->root, &doc->err);
}

static void done(struct doc *doc)
{
	att_arena_clear(&doc->arena);
}

/* --- vectors: X.xml beside X.txt ----------------------------------------------------------------------- */

static void write_span(struct att_buf *out, const struct doc *doc, struct att_span span)
{
	struct att_place p = att_source_place(&doc->source, span);
	att_buf_printf(out, "%u:%u-%u:%u", p.line, p.column, p.end_line, p.end_column);
}

/* One line per element: name, span, attributes, text and its span. */
static void write_tree(struct att_buf *out, const struct doc *doc)
{
	unsigned depth = 0;
	for (const struct att_xml *at = doc->root; at;) {
		att_buf_printf(out, "%*s%.*s ", (int)depth * 2, "", ATT_STR_ARG(at->name));
		write_span(out, doc, at->span);
		for (uint32_t i = 0; i < at->attribute_count; i++)
			att_buf_printf(out, " %.*s=%.*s", ATT_STR_ARG(at->attributes[i].name),
				       ATT_STR_ARG(at->attributes[i].value));
		if (at->text.len) {
			att_buf_add(out, ATT_STR(" \""));
			for (size_t i = 0; i < at->text.len; i++)
				att_buf_add(out, at->text.data[i] == '\n'
							 ? ATT_STR("\\n")
							 : att_str_first(att_str_from(at->text, i), 1));
			att_buf_add(out, ATT_STR("\" "));
			write_span(out, doc, at->text_span);
		}
		att_buf_add_byte(out, '\n');
		if (at->children) {
			at = at->children;
			depth++;
			continue;
		}
		for (; at && !at->next; depth--)
			at = at->parent;
		at = at ? at->next : NULL;
	}
}

static void read_file(const char *folder, const char *name, const char *ending, struct att_buf *out)
{
	char path[512];
	struct att_err err;
	snprintf(path, sizeof path, "%s/%.*s%s", folder, (int)(strlen(name) - 4), name, ending);
	att_buf_init(out, 1 << 20);
	if (att_file_read(AT_FDCWD, path, out, &err) != 0)
		fail_msg("%s: %s", path, err.message);
}

static size_t each_vector(const char *folder,
			  void (*check)(const char *name, struct att_str text, struct att_str want))
{
	size_t count = 0;
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		struct att_buf text, want;
		if (!att_str_ends(att_str_of(entry->d_name), ATT_STR(".xml")))
			continue;
		read_file(folder, entry->d_name, ".xml", &text);
		read_file(folder, entry->d_name, ".txt", &want);
		check(entry->d_name, att_buf_str(&text), att_buf_str(&want));
		att_buf_clear(&text);
		att_buf_clear(&want);
		count++;
	}
	closedir(dir);
	return count;
}

static void check_good(const char *name, struct att_str text, struct att_str want)
{
	struct doc doc;
	struct att_buf found;
	parse(&doc, text);
	if (doc.status != ATT_OK)
		fail_msg("%s: %s", name, doc.err.message);
	att_buf_init(&found, 1 << 20);
	write_tree(&found, &doc);
	if (!att_str_equal(att_buf_str(&found), want))
		fail_msg("%s:\n%.*s", name, ATT_STR_ARG(att_buf_str(&found)));
	att_buf_clear(&found);
	done(&doc);
}

static void check_bad(const char *name, struct att_str text, struct att_str want)
{
	struct doc doc;
	char found[64];
	parse(&doc, text);
	int len = snprintf(found, sizeof found, "%d %u:%u\n", doc.status, doc.err.place.line,
			   doc.err.place.column);
	if (!att_str_equal((struct att_str){found, (size_t)len}, want))
		fail_msg("%s: %s%s", name, found, doc.err.message);
	assert_null(doc.root);
	done(&doc);
}

static void test_good(void **state)
{
	(void)state;
	assert_true(each_vector("testdata/xml/good", check_good) >= 4);
}

static void test_bad(void **state)
{
	(void)state;
	assert_true(each_vector("testdata/xml/bad", check_bad) >= 18);
}

/* --- ceilings ------------------------------------------------------------------------------------------ */

static void nest(struct att_buf *out, unsigned depth)
{
	att_buf_init(out, 1 << 20);
	for (unsigned i = 0; i < depth; i++)
		att_buf_add(out, ATT_STR("<a>"));
	for (unsigned i = 0; i < depth; i++)
		att_buf_add(out, ATT_STR("</a>"));
}

static void test_depth(void **state)
{
	struct doc doc;
	struct att_buf text;
	(void)state;
	nest(&text, ATT_MAX_DEPTH);
	parse(&doc, att_buf_str(&text));
	assert_int_equal(doc.status, ATT_OK);
	done(&doc);
	att_buf_clear(&text);
	nest(&text, ATT_MAX_DEPTH + 1);
	parse(&doc, att_buf_str(&text));
	assert_int_equal(doc.status, ATT_ERR_LIMIT);
	assert_int_equal(doc.err.place.column, ATT_MAX_DEPTH * 3 + 1);
	done(&doc);
	att_buf_clear(&text);
}

/* Text that comes in very many pieces is put together whole. */
static void test_many_pieces(void **state)
{
	enum { PIECES = 50000 };
	struct doc doc;
	struct att_buf text;
	(void)state;
	att_buf_init(&text, 1 << 20);
	att_buf_add(&text, ATT_STR("<a> \n"));
	for (unsigned i = 0; i < PIECES; i++)
		att_buf_add(&text, ATT_STR("&amp;x\n<b/>"));
	att_buf_add(&text, ATT_STR(" </a>"));
	parse(&doc, att_buf_str(&text));
	assert_int_equal(doc.status, ATT_OK);
	assert_int_equal(doc.root->text.len, PIECES * 3 - 1);
	assert_memory_equal(doc.root->text.data + (PIECES - 2) * 3, "&x\n&x", 5);
	done(&doc);
	att_buf_clear(&text);
}

/* --- looking around ------------------------------------------------------------------------------------ */

static void test_lookup(void **state)
{
	struct doc doc;
	(void)state;
	parse(&doc, ATT_STR("<r k='v'><a>1</a><b/><a>2</a><c><a>3</a></c></r>"));
	assert_int_equal(doc.status, ATT_OK);
	const struct att_xml *a = att_xml_child(doc.root, "a");
	assert_true(att_str_is(a->text, "1"));
	a = att_xml_next(a);
	assert_true(att_str_is(a->text, "2"));
	assert_null(att_xml_next(a));
	assert_null(att_xml_child(doc.root, "d"));
	assert_null(att_xml_child(NULL, "a"));
	assert_true(att_str_is(att_xml_child_text(att_xml_child(doc.root, "c"), "a"), "3"));
	assert_int_equal(att_xml_child_text(doc.root, "d").len, 0);
	assert_true(att_str_is(att_xml_attribute(doc.root, "k"), "v"));
	assert_int_equal(att_xml_attribute(doc.root, "l").len, 0);
	assert_int_equal(att_xml_attribute(NULL, "k").len, 0);
	done(&doc);
}

static void test_messages(void **state)
{
	struct doc doc;
	(void)state;
	parse(&doc, ATT_STR("<!DOCTYPE a><a/>"));
	assert_string_equal(doc.err.message, "expected no document type declaration, found one");
	assert_non_null(strstr(doc.err.help, "DOCTYPE"));
	done(&doc);
	parse(&doc, ATT_STR("<a></b>"));
	assert_string_equal(doc.err.message, "expected well-formed XML, found: mismatched tag");
	done(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),   cmocka_unit_test(test_bad),
		cmocka_unit_test(test_depth),  cmocka_unit_test(test_many_pieces),
		cmocka_unit_test(test_lookup), cmocka_unit_test(test_messages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
