// SPDX-License-Identifier: Apache-2.0
/* purl_conformance FILE...: runs suite files of the purl specification and prints a TAP line per case,
 * without numbers and plan, which tests/conformance adds. Exit 2 when a file is no suite. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "libattest/package/purl.h"

static const char *const part_names[] = {"type", "namespace", "name", "version", "subpath"};
enum { PARTS = sizeof part_names / sizeof *part_names };

static struct att_str *part_of(struct att_purl *purl, size_t part)
{
	struct att_str *const parts[PARTS] = {&purl->type, &purl->namespace, &purl->name, &purl->version,
					      &purl->subpath};
	return parts[part];
}

/* null and "" are the same: no such part. */
static struct att_str text_of(const cJSON *object, const char *key)
{
	return att_str_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key)));
}

static bool parts_equal(struct att_purl *purl, const cJSON *expected)
{
	for (size_t i = 0; i < PARTS; i++)
		if (!att_str_equal(*part_of(purl, i), text_of(expected, part_names[i])))
			return false;
	const cJSON *qualifiers = cJSON_GetObjectItemCaseSensitive(expected, "qualifiers");
	int count = cJSON_IsObject(qualifiers) ? cJSON_GetArraySize(qualifiers) : 0;
	if (count < 0 || purl->qualifier_count != (size_t)count)
		return false;
	for (size_t i = 0; i < purl->qualifier_count; i++) {
		char key[256];
		snprintf(key, sizeof key, "%.*s", ATT_STR_ARG(purl->qualifiers[i].key));
		if (!att_str_equal(purl->qualifiers[i].value, text_of(qualifiers, key)))
			return false;
	}
	return true;
}

static bool fill_parts(struct att_purl *purl, const cJSON *input)
{
	const cJSON *qualifier;
	for (size_t i = 0; i < PARTS; i++)
		*part_of(purl, i) = text_of(input, part_names[i]);
	cJSON_ArrayForEach(qualifier, cJSON_GetObjectItemCaseSensitive(input, "qualifiers"))
	{
		if (!att_purl_qualify(purl, qualifier->string, att_str_of(cJSON_GetStringValue(qualifier))))
			return false;
	}
	return true;
}

/* Runs a case; false when what came out is not what the suite expects. */
static bool run(const cJSON *test, struct att_arena *arena, struct att_err *err)
{
	const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(test, "test_type"));
	const cJSON *input = cJSON_GetObjectItemCaseSensitive(test, "input");
	const cJSON *expected = cJSON_GetObjectItemCaseSensitive(test, "expected_output");
	bool must_fail = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(test, "expected_failure"));
	struct att_str text = att_str_of(cJSON_GetStringValue(input)), out = {NULL, 0};
	struct att_purl purl = {0};
	int code = ATT_ERR_USAGE;
	bool equal = false;
	if (att_str_is(att_str_of(type), "parse") && cJSON_IsString(input)) {
		code = att_purl_parse(text, arena, &purl, err);
		equal = code == 0 && cJSON_IsObject(expected) && parts_equal(&purl, expected);
	} else if (att_str_is(att_str_of(type), "build") && cJSON_IsObject(input)) {
		if (fill_parts(&purl, input))
			code = att_purl_build(&purl, arena, &out, err);
		equal = code == 0 && att_str_is(out, cJSON_GetStringValue(expected));
	} else if (att_str_is(att_str_of(type), "validate") && cJSON_IsString(input)) {
		code = att_purl_normalise(text, arena, &out, err);
		equal = code == 0 && att_str_is(out, cJSON_GetStringValue(expected));
	} else {
		att_err_set(err, ATT_ERR_UNSUPPORTED, "unknown kind of case");
		return false;
	}
	if (code == 0 && !equal)
		att_err_set(err, 0, "other output than expected: %.*s", ATT_STR_ARG(out));
	return must_fail ? code == ATT_ERR_MALFORMED : equal;
}

static void run_case(const char *file, const cJSON *test)
{
	struct att_arena arena = {0};
	struct att_err err = {0};
	bool good = run(test, &arena, &err);
	const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(test, "test_type"));
	const cJSON *input = cJSON_GetObjectItemCaseSensitive(test, "input");
	char *shown = cJSON_PrintUnformatted(input);
	/* '#' would start a TAP directive. */
	for (char *c = shown; c && *c; c++)
		if (*c == '#')
			*c = '+';
	printf("%s - purl %s: %s %s\n", good ? "ok" : "not ok", file, type ? type : "?", shown ? shown : "?");
	if (!good)
		printf("# %s\n", err.message);
	free(shown);
	att_arena_clear(&arena);
}

static int run_file(const char *path)
{
	static char text[4 << 20];
	const cJSON *test;
	FILE *file = fopen(path, "rb");
	size_t len = file ? fread(text, 1, sizeof text, file) : 0;
	if (file)
		fclose(file);
	cJSON *root = len < sizeof text ? cJSON_ParseWithLength(text, len) : NULL;
	const cJSON *tests = cJSON_GetObjectItemCaseSensitive(root, "tests");
	int count = cJSON_GetArraySize(tests);
	const char *slash = strrchr(path, '/');
	cJSON_ArrayForEach(test, tests) run_case(slash ? slash + 1 : path, test);
	cJSON_Delete(root);
	if (count <= 0)
		printf("not ok - purl %s: is a suite with cases\n", path);
	return count > 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
	int code = argc > 1 ? 0 : 2;
	for (int i = 1; i < argc; i++)
		if (run_file(argv[i]) != 0)
			code = 2;
	return code;
}
