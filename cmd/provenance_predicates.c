// SPDX-License-Identifier: Apache-2.0
/* Statements that somebody else's program has the content of: SBOMs, test results and such. */
#include "cmd/provenance.h"
#include "libattest/format/json.h"

#include "libattest/base/banned.h"

#define PROGRAM PROVENANCE_PROGRAM

/* --- what was asked ------------------------------------------------------------------------------------ */

static _Noreturn void refuse_type(const char *text)
{
	struct att_buf names;
	att_buf_init(&names, 1024);
	for (size_t i = 0; att_predicate_types[i]; i++)
		if (att_predicate_types[i]->name)
			att_buf_printf(&names, "%s%s", i ? ", " : "", att_predicate_types[i]->name);
	cli_usage(PROGRAM, "expected --predicate-type and a URI or one of %.*s, found \"%s\"",
		  ATT_STR_ARG(att_buf_str(&names)), text);
}

static void take_type(const char *text, struct provenance_predicate *out)
{
	out->type = att_str_of(text);
	out->known = att_predicate_type_find(out->type);
	if (out->known && out->known->name && att_str_is(out->type, out->known->name))
		out->type = att_str_of(out->known->uri);
	else if (!out->known && att_str_find_byte(out->type, ':') == ATT_STR_NONE)
		refuse_type(text);
}

/* An SBOM lies below `folder` under its own name. */
static const char *location_of(const char *folder, const char *path, struct att_arena *arena)
{
	const char *slash = strrchr(path, '/');
	struct att_buf url;
	att_buf_init(&url, ATT_MAX_PURL);
	att_buf_add(&url, att_str_of(folder));
	if (url.len > 0 && url.data[url.len - 1] != '/')
		att_buf_add_byte(&url, '/');
	/* RFC 3986 section 2.3: everything else in a name is encoded. */
	for (const char *c = slash ? slash + 1 : path; *c; c++) {
		if (att_ascii_is_alnum(*c) || strchr("-._~", *c))
			att_buf_add_byte(&url, *c);
		else
			att_buf_printf(&url, "%%%02X", (unsigned char)*c);
	}
	struct att_str kept = att_arena_copy(arena, att_buf_str(&url));
	if (!att_buf_ok(&url) || !kept.data)
		cli_usage(PROGRAM, "out of memory");
	att_buf_clear(&url);
	return kept.data;
}

static void take_references(const struct cli_command *command, struct att_arena *arena,
			    struct provenance_predicates *out)
{
	const char *folder = cli_value(command, "by-digest"), *attester = cli_value(command, "attester");
	size_t sboms = 0;
	if (!folder != !attester)
		cli_usage(PROGRAM, "expected --by-digest and --attester together, found one of both");
	for (size_t i = 0; folder && i < out->count; i++) {
		struct provenance_predicate *item = &out->items[i];
		if (!item->known || !item->known->sbom_media_type)
			continue;
		item->location = location_of(folder, item->path, arena);
		item->attester = attester;
		sboms++;
	}
	if (folder && sboms == 0)
		cli_usage(PROGRAM, "expected an SBOM among the predicates for --by-digest, found none");
}

void provenance_take_predicates(const struct cli_command *command, struct att_arena *arena,
				struct provenance_predicates *out)
{
	const struct cli_option *types = cli_option(command, "predicate-type");
	const struct cli_option *files = cli_option(command, "predicate");
	if (types->count != files->count)
		cli_usage(PROGRAM, "expected --predicate-type and --predicate in pairs, found %zu and %zu",
			  types->count, files->count);
	out->count = types->count;
	out->items = att_arena_alloc(arena, out->count, sizeof *out->items);
	if (!out->items)
		cli_usage(PROGRAM, "out of memory");
	for (size_t i = 0; i < out->count; i++) {
		out->items[i].path = files->values[i];
		take_type(types->values[i], &out->items[i]);
	}
	take_references(command, arena, out);
}

/* --- the statements ------------------------------------------------------------------------------------ */

/* Only what is stated by its digest may be larger than what can be signed. */
static int read_text(const struct provenance_predicate *predicate, struct att_buf *out, struct att_err *err)
{
	att_buf_init(out, predicate->location ? ATT_MAX_DOCUMENT : ATT_MAX_PAYLOAD);
	int status = provenance_read_text(predicate->path, out, err);
	if (status == ATT_ERR_LIMIT && !predicate->location && predicate->known &&
	    predicate->known->sbom_media_type)
		att_err_help(err, "--by-digest URL states an SBOM by its digest instead");
	return status;
}

static int parse(struct att_str path, struct att_str text, struct att_arena *arena, struct att_source *source,
		 struct att_value *value, struct att_err *err)
{
	int status = att_source_init(source, arena, path, text, err);
	return status == ATT_OK ? att_json_parse(source, arena, value, err) : status;
}

/* The document is held to what its own type demands, too. */
static int write_reference(const struct provenance_predicate *predicate, const struct att_source *document,
			   const struct att_value *content, struct att_buf *out, struct att_err *err)
{
	const struct att_statement statement = {predicate->type, NULL, 0, content};
	const char *slash = strrchr(predicate->path, '/');
	struct att_reference reference = {
		.attester = att_str_of(predicate->attester),
		.location = att_str_of(predicate->location),
		.name = att_str_of(slash ? slash + 1 : predicate->path),
		.media_type = att_str_of(predicate->known->sbom_media_type),
	};
	bool known;
	int status = att_predicate_check(document, &statement, &known, err);
	if (status == ATT_OK)
		status = att_digest_bytes(ATT_SHA256, document->text, &reference.digest, err);
	if (status == ATT_OK)
		status = att_reference_write(&reference, out, err);
	return status;
}

void provenance_write_predicate(const struct provenance_predicate *predicate,
				const struct provenance_files *subjects, struct att_buf *out)
{
	struct att_err no_error = {0}, *err = &no_error;
	struct att_arena arena = {0};
	struct att_buf text, reference;
	struct att_source source;
	struct att_value value;
	struct att_predicate stated = {predicate->type, &source, &value};
	att_buf_init(&text, 0);
	att_buf_init(&reference, ATT_MAX_PAYLOAD);
	int status = read_text(predicate, &text, err);
	if (status == ATT_OK)
		status = parse(att_str_of(predicate->path), att_buf_str(&text), &arena, &source, &value, err);
	if (status == ATT_OK && predicate->location) {
		status = write_reference(predicate, &source, &value, &reference, err);
		if (status == ATT_OK)
			status = parse(ATT_STR("the reference"), att_buf_str(&reference), &arena, &source,
				       &value, err);
		stated.type = att_str_of(att_predicate_type_find(ATT_STR("reference"))->uri);
	}
	if (status == ATT_OK)
		status = att_predicate_write(&stated, subjects->items, subjects->count, &arena, out, err);
	if (status != ATT_OK)
		provenance_fail(predicate->path, err);
	att_buf_clear(&text);
	att_buf_clear(&reference);
	att_arena_clear(&arena);
}
