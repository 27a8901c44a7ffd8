// SPDX-License-Identifier: Apache-2.0
/* value_dump json|jsonc|toml|yaml < FILE: prints what our parser reads as compact JSON, so that it can be
 * compared with what other implementations read. Dates are strings; floats keep a point or an exponent;
 * inf and nan, which JSON lacks, are strings too. Errors go to stderr as LINE:COLUMN: MESSAGE, exit 1.
 * value_dump canonical < FILE reads JSON and prints its canonical form. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/format/json.h"
#include "libattest/format/toml.h"
#include "libattest/format/yaml.h"

static void dump(const struct att_value *value, struct att_buf *out);

static void dump_string(struct att_str string, struct att_buf *out)
{
	struct att_json_writer w;
	att_json_begin(&w, out, true);
	att_json_string(&w, string);
}

static void dump_float(double number, struct att_buf *out)
{
	char text[40];
	if (!isfinite(number)) {
		att_buf_printf(out, "\"%s\"", isnan(number) ? "nan" : number < 0 ? "-inf" : "inf");
		return;
	}
	snprintf(text, sizeof text, "%.17g", number);
	att_buf_printf(out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

static void dump_array(const struct att_value *array, struct att_buf *out)
{
	att_buf_add_byte(out, '[');
	for (uint32_t i = 0; i < array->count; i++) {
		if (i > 0)
			att_buf_add_byte(out, ',');
		dump(&array->items[i], out);
	}
	att_buf_add_byte(out, ']');
}

static void dump_object(const struct att_value *object, struct att_buf *out)
{
	att_buf_add_byte(out, '{');
	for (uint32_t i = 0; i < object->count; i++) {
		if (i > 0)
			att_buf_add_byte(out, ',');
		dump_string(object->members[i].key, out);
		att_buf_add_byte(out, ':');
		dump(&object->members[i].value, out);
	}
	att_buf_add_byte(out, '}');
}

static void dump(const struct att_value *value, struct att_buf *out)
{
	switch (value->kind) {
	case ATT_NULL:
		att_buf_add(out, ATT_STR("null"));
		break;
	case ATT_BOOL:
		att_buf_printf(out, "%s", value->boolean ? "true" : "false");
		break;
	case ATT_INTEGER:
		att_buf_printf(out, "%s%ju", value->integer.negative ? "-" : "",
			       (uintmax_t)value->integer.magnitude);
		break;
	case ATT_FLOAT:
		dump_float(value->number, out);
		break;
	case ATT_STRING:
	case ATT_TIME:
		dump_string(value->string, out);
		break;
	case ATT_ARRAY:
		dump_array(value, out);
		break;
	case ATT_OBJECT:
		dump_object(value, out);
		break;
	}
}

static int read_and_dump(const char *format, struct att_str text, struct att_buf *out, struct att_err *err)
{
	struct att_arena arena;
	struct att_source source;
	struct att_value value;
	att_arena_init(&arena);
	int result = att_source_init(&source, &arena, ATT_STR("stdin"), text, err);
	if (result != ATT_OK)
		goto out;
	if (!strcmp(format, "json") || !strcmp(format, "canonical"))
		result = att_json_parse(&source, &arena, &value, err);
	else if (!strcmp(format, "jsonc"))
		result = att_json_parse_relaxed(&source, &arena, &value, err);
	else if (!strcmp(format, "toml"))
		result = att_toml_parse(&source, &arena, &value, err);
	else if (!strcmp(format, "yaml"))
		result = att_yaml_parse(&source, &arena, &value, err);
	else
		result = att_err_set(err, ATT_ERR_USAGE, "expected json, jsonc, canonical, toml or yaml");
	if (result != ATT_OK)
		goto out;
	if (!strcmp(format, "canonical"))
		result = att_json_write_canonical(&value, out, err);
	else
		dump(&value, out);
out:
	att_arena_clear(&arena);
	return result;
}

int main(int argc, char **argv)
{
	struct att_buf text, out;
	struct att_err err = {0};
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	att_buf_init(&out, ATT_MAX_OUTPUT);
	for (char *to; (to = att_buf_reserve(&text, 65536));) {
		size_t got = fread(to, 1, 65536, stdin);
		text.len += got;
		if (got == 0)
			break;
	}
	int result = argc == 2 ? read_and_dump(argv[1], att_buf_str(&text), &out, &err)
			       : att_err_set(&err, ATT_ERR_USAGE, "expected one argument, the format");
	if (result != ATT_OK)
		fprintf(stderr, "%u:%u: %s%s%s\n", err.place.line, err.place.column, err.message,
			err.help[0] ? "; " : "", err.help);
	else if (att_buf_ok(&out))
		printf("%.*s\n", ATT_STR_ARG(att_buf_str(&out)));
	att_buf_clear(&text);
	att_buf_clear(&out);
	return result == ATT_OK ? 0 : 1;
}
