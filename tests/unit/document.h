// SPDX-License-Identifier: Apache-2.0
/* A parsed document for tests, with everything that it lives on; and a walk over folders of vectors. */
#ifndef TESTS_UNIT_DOCUMENT_H
#define TESTS_UNIT_DOCUMENT_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "libattest/base/base.h"
#include "libattest/format/value.h"

typedef int (*parse_fn)(const struct att_source *source, struct att_arena *arena, struct att_value *out,
			struct att_err *err);

struct document {
	struct att_arena arena;
	struct att_source source;
	struct att_value value;
	struct att_err err;
	char *text; /* an exact copy, so that the sanitizer sees a read past the end */
	int result;
};

static inline void document_parse(struct document *d, parse_fn parse, struct att_str text)
{
	memset(d, 0, sizeof *d);
	d->text = malloc(text.len ? text.len : 1);
	assert_non_null(d->text);
	if (text.len)
		memcpy(d->text, text.data, text.len);
	struct att_str copy = {d->text, text.len};
	assert_int_equal(att_source_init(&d->source, &d->arena, ATT_STR("test"), copy, &d->err), ATT_OK);
	d->value.kind = ATT_TIME; /* must be overwritten */
	d->result = parse(&d->source, &d->arena, &d->value, &d->err);
	assert_true(d->result == ATT_OK || d->result == d->err.code);
	if (d->result != ATT_OK)
		assert_int_equal(d->value.kind, ATT_NULL);
}

static inline void document_clear(struct document *d)
{
	att_arena_clear(&d->arena);
	free(d->text);
}

/* "LINE:COLUMN-END_LINE:END_COLUMN message; help" of a text that must be refused with `code`. */
static inline void assert_refused(parse_fn parse, struct att_str text, int code, const char *expected)
{
	struct document d;
	char found[900];
	document_parse(&d, parse, text);
	snprintf(found, sizeof found, "%u:%u-%u:%u %s%s%s", d.err.place.line, d.err.place.column,
		 d.err.place.end_line, d.err.place.end_column, d.err.message, d.err.help[0] ? "; " : "",
		 d.err.help);
	assert_string_equal(d.result == ATT_OK ? "accepted" : found, expected);
	assert_int_equal(d.result, code);
	/* Nobody has to ask why. */
	struct att_value value;
	assert_int_equal(parse(&d.source, &d.arena, &value, NULL), code);
	document_clear(&d);
}

/* Does the text at the value's span equal this? */
static inline void assert_span(const struct document *d, struct att_span span, const char *expected)
{
	char found[200];
	snprintf(found, sizeof found, "%.*s", (int)(span.end - span.begin), d->text + span.begin);
	assert_string_equal(found, expected);
}

static inline void assert_text(struct att_str found, const char *expected)
{
	assert_int_equal(found.len, strlen(expected));
	assert_memory_equal(found.data ? found.data : "", expected, found.len);
}

/* ---- vectors ---- */

static inline void vector_path(char *out, size_t size, const char *name)
{
	const char *root = getenv("ATT_TESTDATA");
	assert_true((size_t)snprintf(out, size, "%s/%s", root ? root : "testdata", name) < size);
}

static inline struct att_buf vector_read(const char *path)
{
	struct att_buf text;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	for (char *to; (to = att_buf_reserve(&text, 4096));) {
		size_t got = fread(to, 1, 4096, file);
		text.len += got;
		if (got == 0)
			break;
	}
	assert_int_equal(fclose(file), 0);
	assert_true(att_buf_ok(&text));
	return text;
}

/* Calls check(name, text) for every file of the folder testdata/`folder`; returns how many. */
static inline size_t vectors_walk(const char *folder, void (*check)(const char *name, struct att_str text))
{
	char path[4096];
	size_t count = 0;
	vector_path(path, sizeof path, folder);
	DIR *dir = opendir(path);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir)); count++) {
		char file[8192];
		if (entry->d_name[0] == '.') {
			count--;
			continue;
		}
		snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
		struct att_buf text = vector_read(file);
		check(entry->d_name, att_buf_str(&text));
		att_buf_clear(&text);
	}
	closedir(dir);
	return count;
}

/* The line for `name` in testdata/`list`, without the name: what exactly a bad vector is refused for.
 * A tab stands after the name. */
static inline void vector_expected(const char *list, const char *name, char *out, size_t size)
{
	char path[4096];
	vector_path(path, sizeof path, list);
	struct att_buf text = vector_read(path);
	struct att_str rest = att_buf_str(&text), line;
	size_t length = strlen(name);
	snprintf(out, size, "(%s is not in %s)", name, list);
	while (att_str_split(&rest, '\n', &line))
		if (line.len > length && line.data[length] == '\t' && memcmp(line.data, name, length) == 0)
			snprintf(out, size, "%.*s", ATT_STR_ARG(att_str_from(line, length + 1)));
	att_buf_clear(&text);
}

static inline const char *error_name(int code)
{
	switch (code) {
	case ATT_OK:
		return "accepted";
	case ATT_ERR_MALFORMED:
		return "malformed";
	case ATT_ERR_UNSUPPORTED:
		return "unsupported";
	case ATT_ERR_LIMIT:
		return "limit";
	case ATT_ERR_REFUSED:
		return "refused";
	default:
		return "other";
	}
}

/* A bad vector must be refused for the reason that the list states: NAME, tab, "CODE LINE:COLUMN MESSAGE". */
static inline void assert_refused_as_listed(parse_fn parse, const char *list, const char *name,
					    struct att_str text)
{
	struct document d;
	char expected[900], found[900];
	document_parse(&d, parse, text);
	vector_expected(list, name, expected, sizeof expected);
	snprintf(found, sizeof found, "%s %u:%u %s", error_name(d.result), d.err.place.line, d.err.place.column,
		 d.err.message);
	if (strcmp(found, expected) != 0)
		fail_msg("%s: expected \"%s\", found \"%s\"", name, expected, found);
	document_clear(&d);
}

static inline void assert_accepted(parse_fn parse, const char *name, struct att_str text)
{
	struct document d;
	document_parse(&d, parse, text);
	if (d.result != ATT_OK)
		fail_msg("%s: %u:%u %s", name, d.err.place.line, d.err.place.column, d.err.message);
	document_clear(&d);
}

#endif
