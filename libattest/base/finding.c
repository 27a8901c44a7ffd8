// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/finding.h"

#include <stdlib.h>

#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

void att_findings_init(struct att_findings *list)
{
	memset(list, 0, sizeof *list);
}

void att_findings_clear(struct att_findings *list)
{
	att_arena_clear(&list->arena);
	att_findings_init(list);
}

static bool copy(struct att_findings *list, struct att_str *s)
{
	if (s->len == 0) {
		*s = (struct att_str){NULL, 0};
		return true;
	}
	*s = att_arena_copy(&list->arena, *s);
	return s->data != NULL;
}

static bool copy_trail(struct att_findings *list, struct att_finding *finding)
{
	if (finding->trail_count == 0) {
		finding->trail = NULL;
		return true;
	}
	struct att_str *trail = att_arena_alloc(&list->arena, finding->trail_count, sizeof *trail);
	if (!trail)
		return false;
	for (size_t i = 0; i < finding->trail_count; i++) {
		trail[i] = finding->trail[i];
		if (!copy(list, &trail[i]))
			return false;
	}
	finding->trail = trail;
	return true;
}

void att_findings_add(struct att_findings *list, const struct att_finding *finding)
{
	struct att_finding kept = *finding;
	list->errors += finding->severity == ATT_ERROR;
	list->warnings += finding->severity == ATT_WARNING;
	if (kept.source_line.len > ATT_MAX_QUOTED_LINE)
		kept.source_line = (struct att_str){NULL, 0};
	if (list->count >= ATT_MAX_FINDINGS || !copy(list, &kept.message) || !copy(list, &kept.help) ||
	    !copy(list, &kept.file) || !copy(list, &kept.source_line) || !copy(list, &kept.purl) ||
	    !copy(list, &kept.artifact) || !copy(list, &kept.channel) || !copy(list, &kept.expected) ||
	    !copy(list, &kept.found) || !copy(list, &kept.advisory) || !copy_trail(list, &kept)) {
		list->dropped++;
		return;
	}
	void *items = list->items;
	struct att_finding *slot =
		att_arena_push(&list->arena, &items, &list->count, &list->capacity, sizeof *slot);
	if (!slot) {
		list->dropped++;
		return;
	}
	list->items = items;
	*slot = kept;
}

static const char *code_for(int code)
{
	switch (code) {
	case ATT_ERR_MALFORMED:
		return "malformed-input";
	case ATT_ERR_UNSUPPORTED:
		return "unsupported-input";
	case ATT_ERR_LIMIT:
		return "over-limit";
	case ATT_ERR_REFUSED:
		return "refused-input";
	default:
		return "unreadable-input";
	}
}

void att_findings_add_err(struct att_findings *list, struct att_str file, const struct att_source *source,
			  const struct att_err *err)
{
	struct att_finding finding = {
		.code = code_for(err->code),
		.severity = ATT_ERROR,
		.message = att_str_of(err->message),
		.help = att_str_of(err->help),
		.file = file,
		.place = err->place,
		.cannot_tell = true,
	};
	if (source && err->place.line)
		finding.source_line = att_source_line_text(source, err->place.line);
	att_findings_add(list, &finding);
}

static int by_place(const void *a, const void *b)
{
	const struct att_finding *x = a, *y = b;
	int order = att_str_compare(x->file, y->file);
	if (order == 0 && x->place.line != y->place.line)
		order = x->place.line < y->place.line ? -1 : 1;
	if (order == 0 && x->place.column != y->place.column)
		order = x->place.column < y->place.column ? -1 : 1;
	if (order == 0)
		order = strcmp(x->code, y->code);
	return order ? order : att_str_compare(x->message, y->message);
}

void att_findings_sort(struct att_findings *list)
{
	if (list->count > 1)
		qsort(list->items, list->count, sizeof *list->items, by_place);
}

void att_findings_append(struct att_findings *list, const struct att_findings *from)
{
	size_t errors = list->errors + from->errors, warnings = list->warnings + from->warnings;
	for (size_t i = 0; i < from->count; i++)
		att_findings_add(list, &from->items[i]);
	/* Also those that `from` had to drop: a dropped error is an error all the same. */
	list->dropped += from->dropped;
	list->errors = errors;
	list->warnings = warnings;
}
