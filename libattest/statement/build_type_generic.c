// SPDX-License-Identifier: Apache-2.0
/* Our own build type, docs/buildtypes/generic.md. */
#include "libattest/statement/build_type.h"

#include "libattest/base/banned.h"

static bool is_generic(struct att_str uri)
{
	return att_str_is(uri, ATT_BUILD_TYPE_GENERIC);
}

static int read_source(struct att_build_reader *r, struct att_str command, struct att_err *err)
{
	static const char *const known[] = {"digest", "uri", NULL}, *const digests[] = {"gitCommit", NULL};
	const struct att_value *source, *uri = NULL;
	int status = att_value_want(r->source, r->external, "source", ATT_OBJECT, true, &source, err);
	if (status == ATT_OK)
		status = att_build_note_unknown(r, source, known, "source.", err);
	if (status == ATT_OK)
		status = att_build_take_commit(r, source, false, err);
	if (status == ATT_OK)
		status = att_build_note_unknown(r, att_value_get(source, "digest"), digests, "source.digest.",
						err);
	if (status == ATT_OK)
		status = att_value_want(r->source, source, "uri", ATT_STRING, true, &uri, err);
	if (status == ATT_OK)
		status = att_build_take_location(r, uri->string, uri->span, r->facts->commit, err);
	/* What was run is nowhere else to be expected. */
	if (status == ATT_OK && r->facts->v02)
		status = att_build_take_config(r, uri->string, command.len ? command : ATT_STR(""), err);
	return status == ATT_OK ? att_build_take_dependency(r, uri->string, false, false, err) : status;
}

static int read_generic(struct att_build_reader *r, struct att_err *err)
{
	static const char *const known[] = {"command", "parameters", "source", NULL};
	const struct att_value *command = NULL;
	int status = att_build_need_external(r, err);
	if (status == ATT_OK)
		status = att_build_note_unknown(r, r->external, known, "", err);
	if (status == ATT_OK)
		status = att_value_want(r->source, r->external, "command", ATT_STRING, false, &command, err);
	if (status == ATT_OK)
		status = read_source(r, att_value_text(command), err);
	if (status == ATT_OK && command)
		status = att_build_add_parameter(r, "", ATT_STR("command"), command, true, err);
	return status == ATT_OK ? att_build_add_chosen(r, r->external, "parameters", err) : status;
}

const struct att_build_type att_build_type_generic = {
	.name = "generic",
	.v1 = true,
	.v02 = true,
	.recognise = is_generic,
	.read = read_generic,
};
