// SPDX-License-Identifier: Apache-2.0
/* Any bytes: what is reported is bounded, on the list, and the same however the text is spaced. */
#include <stdlib.h>

#include "libattest/package/license.h"
#include "libattest/package/license_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_match(const struct att_license_text_match *match)
{
	must(match->confidence >= 0.5 && match->confidence <= 1);
	must(match->id.len > 0 && !att_str_equal(match->id, match->rival));
	if (!match->exception)
		must(att_str_equal(att_license_find(match->id, NULL), match->id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_license_texts texts, again;
	struct att_str text = {(const char *)data, size};
	int code = att_license_text_recognise(text, 0.8, &texts, NULL);
	must(code == 0 || size > ATT_LICENSE_TEXT_LONGEST);
	must(texts.count <= ATT_LICENSE_TEXT_MATCHES && texts.explained >= 0 && texts.explained <= 1);
	for (size_t i = 0; i < texts.count; i++) {
		check_match(&texts.matches[i]);
		must(texts.matches[i].confidence >= 0.8);
	}
	if (texts.nearest.id.len > 0) {
		must(texts.count == 0);
		check_match(&texts.nearest);
	}
	struct att_str expression = att_license_text_expression(&texts, &arena);
	struct att_license license;
	if (expression.len > 0)
		must(att_license_parse(expression, &arena, &license, NULL) == 0);

	/* White space is white space. */
	char *copy = malloc(size + 1);
	must(copy != NULL);
	for (size_t i = 0; i < size; i++)
		copy[i] = data[i] == '\t' ? ' ' : (char)data[i];
	must(att_license_text_recognise((struct att_str){copy, size}, 0.8, &again, NULL) == code);
	must(again.count == texts.count);
	for (size_t i = 0; i < texts.count; i++)
		must(att_str_equal(again.matches[i].id, texts.matches[i].id));
	free(copy);
	att_arena_clear(&arena);
	return 0;
}
