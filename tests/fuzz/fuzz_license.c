// SPDX-License-Identifier: Apache-2.0
/* A license expression: what is written is parsed to the same nodes, and covers itself. */
#include <stdlib.h>

#include "libattest/base/limits.h"
#include "libattest/package/license.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_round_trip(const struct att_license *license, struct att_arena *arena)
{
	struct att_license again;
	struct att_str text = att_license_write(license, arena);
	must(text.data);
	if (text.len > ATT_MAX_LICENSE_EXPRESSION)
		return;
	must(att_license_parse(text, arena, &again, NULL) == 0 && again.count == license->count);
	for (size_t i = 0; i < again.count; i++) {
		const struct att_license_node *a = &license->nodes[i], *b = &again.nodes[i];
		must(a->op == b->op && a->or_later == b->or_later && a->deprecated == b->deprecated);
		must(att_str_equal(a->id, b->id) && att_str_equal(a->exception, b->exception));
	}
	must(att_str_equal(att_license_write(&again, arena), text));
}

/* Allowing every license in it satisfies an expression; allowing nothing does not. */
static void check_allow_list(const struct att_license *license, struct att_arena *arena)
{
	struct att_str allowed[16];
	size_t count = 0;
	for (size_t i = 0; i < license->count; i++) {
		struct att_license_node node = license->nodes[i];
		if (node.op != ATT_LICENSE_ID)
			continue;
		if (count == 16)
			return;
		allowed[count++] = att_license_write(&(struct att_license){&node, 1}, arena);
	}
	must(att_license_satisfied(license, allowed, count));
	must(!att_license_satisfied(license, NULL, 0));
}

static void check_error(const struct att_err *err, int code, size_t size)
{
	must(err->code == code && err->message[0] != '\0');
	must(code == ATT_ERR_MALFORMED || code == ATT_ERR_UNSUPPORTED || code == ATT_ERR_LIMIT);
	must(err->place.line == 1 || code == ATT_ERR_LIMIT);
	must(err->place.column <= size + 1 && err->place.end_column <= size + 1);
	must(err->place.column <= err->place.end_column);
}

static void check_text(struct att_str text)
{
	struct att_arena arena = {0};
	struct att_license license;
	struct att_err err;
	int code = att_license_parse(text, &arena, &license, &err);
	if (code == 0) {
		check_round_trip(&license, &arena);
		check_allow_list(&license, &arena);
	} else {
		must(license.count == 0);
		check_error(&err, code, text.len);
	}
	struct att_str canonical = att_license_from_manifest(text, &arena);
	must(code != 0 || canonical.data);
	if (canonical.len > 0 && canonical.len <= ATT_MAX_LICENSE_EXPRESSION)
		must(att_license_parse(canonical, &arena, &license, NULL) == 0);
	att_arena_clear(&arena);
}

/* The vectors are lines of "expression TAB ...": each line is an input of its own as well. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str text = {(const char *)data, size}, rest = text, line;
	check_text(text);
	while (att_str_find_byte(text, '\n') != ATT_STR_NONE && att_str_split(&rest, '\n', &line)) {
		size_t tab = att_str_find_last_byte(line, '\t');
		check_text(att_str_first(line, tab));
	}
	return 0;
}
