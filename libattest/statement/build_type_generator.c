// SPDX-License-Identifier: Apache-2.0
/* slsa-github-generator (https://github.com/slsa-framework/slsa-github-generator, slsa/buildtype.go): its
 * generators for any artifact, Go and container images write provenance 0.2 of one shape. */
#include "libattest/statement/build_type.h"

#include "libattest/base/banned.h"

#define GENERATOR "https://github.com/slsa-framework/slsa-github-generator/"

static bool is_generator(struct att_str uri)
{
	return att_str_is(uri, GENERATOR "generic@v1") || att_str_is(uri, GENERATOR "go@v1") ||
	       att_str_is(uri, GENERATOR "container@v1");
}

static int read_parameters(struct att_build_reader *r, struct att_err *err)
{
	static const char *const known[] = {"event_inputs", NULL};
	const struct att_value *inputs;
	if (!r->external)
		return ATT_OK;
	int status = att_build_note_unknown(r, r->external, known, "", err);
	if (status == ATT_OK)
		status =
			att_value_want(r->source, r->external, "event_inputs", ATT_OBJECT, false, &inputs, err);
	/* Under the name that they have in the other build types. */
	for (size_t i = 0; status == ATT_OK && inputs && i < inputs->count; i++)
		status = att_build_add_parameter(r, "inputs.", inputs->members[i].key,
						 &inputs->members[i].value, true, err);
	return status;
}

/* The environment repeats what the source says. */
static int check_environment(struct att_build_reader *r, struct att_err *err)
{
	const struct {
		const char *key;
		struct att_str expected;
	} pairs[] = {{"github_ref", r->facts->ref}, {"github_sha1", r->facts->commit}};
	int status = att_build_check_event(r, r->internal, "github_event_name", err);
	for (size_t i = 0; status == ATT_OK && r->internal && i < 2; i++) {
		const struct att_value *value;
		status = att_value_want(r->source, r->internal, pairs[i].key, ATT_STRING, false, &value, err);
		if (status == ATT_OK && value && !att_str_equal(value->string, pairs[i].expected))
			status = att_build_contradiction(r, value->span, pairs[i].key, pairs[i].expected,
							 value->string, err);
	}
	return status;
}

static int read_generator(struct att_build_reader *r, struct att_err *err)
{
	struct att_str none = {NULL, 0};
	int status = read_parameters(r, err);
	if (status == ATT_OK)
		status = att_build_take_config(r, none, none, err);
	if (status != ATT_OK)
		return status;
	const struct att_value *uri = att_value_get(r->config_source, "uri");
	r->facts->workflow = att_value_text(att_value_get(r->config_source, "entryPoint"));
	status = att_build_take_location(r, uri->string, uri->span, none, err);
	if (status == ATT_OK)
		status = att_build_take_dependency(r, uri->string, false, false, err);
	return status == ATT_OK ? check_environment(r, err) : status;
}

const struct att_build_type att_build_type_generator = {
	.name = "slsa-github-generator",
	.v02 = true,
	.recognise = is_generator,
	.read = read_generator,
};
