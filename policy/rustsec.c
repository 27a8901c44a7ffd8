// SPDX-License-Identifier: Apache-2.0
/* RustSec's advisories (github.com/RustSec/advisory-db, EXAMPLE_ADVISORY.md): a fenced block of TOML, and
 * behind it Markdown whose first heading is the title. */
#include "libattest/base/limits.h"
#include "libattest/base/utf8.h"
#include "libattest/format/shape.h"
#include "libattest/format/toml.h"
#include "policy/advisory_read.h"

#include "libattest/base/banned.h"

#define FENCE ATT_STR("```toml")

/* Cuts the file into the block of TOML, from its fence on, and what stands behind it. */
static int split_file(const struct policy_reader *r, struct att_str *block, struct att_str *rest)
{
	struct att_str text = r->source->text;
	const struct att_span start = {0, 1};
	size_t line = att_str_find_byte(text, '\n');
	if (!att_str_starts(text, FENCE) ||
	    att_str_trim(att_str_from(att_str_first(text, line), FENCE.len)).len != 0)
		return policy_fail(r, ATT_ERR_MALFORMED, start,
				   "expected an advisory to begin with a line \"```toml\", found none");
	size_t end = att_str_find(text, ATT_STR("\n```"));
	if (end == ATT_STR_NONE)
		return policy_fail(r, ATT_ERR_MALFORMED, start,
				   "expected a line \"```\" that ends the TOML, found none");
	*block = att_str_first(text, end + 1);
	*rest = att_str_from(text, end + 4);
	return ATT_OK;
}

/* The TOML with its fence made a comment, so that every place is the file's own. */
static int parse_block(struct policy_reader *r, struct att_str block, struct att_source *source,
		       struct att_value *out)
{
	char *bytes = att_arena_alloc(r->arena, block.len + 1, 1);
	if (!bytes)
		return att_err_memory(r->err);
	memcpy(bytes, block.data, block.len);
	bytes[0] = '#';
	int status =
		att_source_init(source, r->arena, r->source->path, (struct att_str){bytes, block.len}, r->err);
	if (status == ATT_OK)
		status = att_toml_parse(source, r->arena, out, r->err);
	return status;
}

/* The first heading of the Markdown. */
static struct att_str find_title(struct att_str rest)
{
	struct att_str line;
	while (att_str_split(&rest, '\n', &line))
		if (att_str_starts(line, ATT_STR("# ")))
			return policy_title(att_str_from(line, 2));
	return (struct att_str){NULL, 0};
}

static int read_kind(const struct policy_reader *r, const struct att_value *advisory,
		     struct policy_advisory *out)
{
	struct att_str word;
	int status = policy_read_text(r, advisory, "informational", false, POLICY_MAX_NAME, &word);
	if (status != ATT_OK || word.len == 0)
		return status;
	for (int kind = POLICY_NOTICE; kind <= POLICY_UNSOUND; kind++)
		if (att_str_is(word, policy_advisory_kind_name((enum policy_advisory_kind)kind))) {
			out->kind = (enum policy_advisory_kind)kind;
			return ATT_OK;
		}
	return policy_fail(r, ATT_ERR_MALFORMED, att_value_get(advisory, "informational")->span,
			   "expected \"notice\", \"unmaintained\" or \"unsound\" for \"informational\", found "
			   "\"%.*s\"",
			   ATT_STR_ARG(word));
}

static int read_cvss(const struct policy_reader *r, const struct att_value *advisory,
		     struct policy_advisory *out)
{
	struct att_str vector;
	int status = policy_read_text(r, advisory, "cvss", false, POLICY_MAX_NAME, &vector);
	if (status != ATT_OK || vector.len == 0)
		return status;
	struct policy_severity *severity = att_arena_alloc(r->arena, 1, sizeof *severity);
	if (!severity)
		return att_err_memory(r->err);
	severity->type = att_str_starts(vector, ATT_STR("CVSS:4")) ? ATT_STR("CVSS_V4") : ATT_STR("CVSS_V3");
	severity->score = vector;
	out->severities = severity;
	out->severity_count = 1;
	return ATT_OK;
}

static int read_advisory(const struct policy_reader *r, const struct att_value *document,
			 struct policy_advisory *out, struct policy_affected *affected)
{
	const struct att_value *advisory;
	bool given;
	int status = att_value_want(r->source, document, "advisory", ATT_OBJECT, true, &advisory, r->err);
	if (status == ATT_OK)
		status = policy_read_id(r, advisory, &out->id);
	if (status == ATT_OK)
		status = policy_read_text(r, advisory, "package", true, POLICY_MAX_NAME, &affected->name);
	if (status == ATT_OK)
		status = att_shape_time(r->source, advisory, "date", &given, &out->published, r->err);
	if (status == ATT_OK && !given)
		status =
			policy_fail(r, ATT_ERR_MALFORMED, advisory->span, "expected \"date\" here, found none");
	if (status == ATT_OK)
		status = att_shape_time(r->source, advisory, "withdrawn", &out->withdrawn, &out->withdrawn_at,
					r->err);
	if (status == ATT_OK)
		status = policy_read_text(r, advisory, "url", false, ATT_MAX_PURL, &out->url);
	if (status == ATT_OK)
		status = policy_read_aliases(r, advisory, out);
	if (status == ATT_OK)
		status = read_kind(r, advisory, out);
	return status == ATT_OK ? read_cvss(r, advisory, out) : status;
}

/* [affected]: systems, architectures, and functions as keys of a table. */
static int read_affected(const struct policy_reader *r, const struct att_value *document,
			 struct policy_affected *out)
{
	const struct att_value *table, *functions = NULL;
	int status = att_value_want(r->source, document, "affected", ATT_OBJECT, false, &table, r->err);
	if (status != ATT_OK || !table)
		return status;
	status = policy_read_texts(r, table, "arch", false, POLICY_MAX_NAME, &out->architectures);
	if (status == ATT_OK)
		status = policy_read_texts(r, table, "os", false, POLICY_MAX_NAME, &out->systems);
	if (status == ATT_OK)
		status = att_value_want(r->source, table, "functions", ATT_OBJECT, false, &functions, r->err);
	if (status != ATT_OK || !functions)
		return status;
	struct att_str *names = att_arena_alloc(r->arena, functions->count, sizeof *names);
	if (!names)
		return att_err_memory(r->err);
	for (size_t i = 0; i < functions->count; i++)
		names[i] = functions->members[i].key;
	out->functions = (struct policy_strings){names, functions->count};
	return ATT_OK;
}

static int read_versions(const struct policy_reader *r, const struct att_value *document,
			 struct policy_affected *out)
{
	struct policy_strings patched = {NULL, 0}, unaffected = {NULL, 0};
	const struct att_value *versions;
	int status = att_value_want(r->source, document, "versions", ATT_OBJECT, true, &versions, r->err);
	if (status == ATT_OK)
		status = policy_read_texts(r, versions, "patched", true, POLICY_MAX_REQUIREMENT, &patched);
	if (status == ATT_OK)
		status = policy_read_texts(r, versions, "unaffected", false, POLICY_MAX_REQUIREMENT,
					   &unaffected);
	out->rustsec =
		(struct att_version_rustsec){patched.items, unaffected.items, patched.count, unaffected.count};
	out->by_requirement = true;
	return status;
}

int policy_rustsec_parse(const struct att_source *source, bool of_rust_itself, struct att_arena *arena,
			 struct policy_advisory *out, struct att_err *err)
{
	struct policy_reader r = {source, arena, err};
	struct policy_advisory advisory = {.kind = POLICY_VULNERABILITY};
	struct policy_affected *affected = att_arena_alloc(arena, 1, sizeof *affected);
	struct att_source block_source;
	struct att_value document;
	struct att_str block = {NULL, 0}, rest = {NULL, 0};
	memset(out, 0, sizeof *out);
	if (!affected)
		return att_err_memory(err);
	int status = split_file(&r, &block, &rest);
	if (status == ATT_OK)
		status = parse_block(&r, block, &block_source, &document);
	if (status != ATT_OK)
		return status;
	r.source = &block_source;
	status = read_advisory(&r, &document, &advisory, affected);
	if (status == ATT_OK)
		status = read_affected(&r, &document, affected);
	if (status == ATT_OK)
		status = read_versions(&r, &document, affected);
	if (status != ATT_OK)
		return status;
	affected->ecosystem = of_rust_itself ? ATT_STR("Rust") : ATT_STR("crates.io");
	advisory.title = find_title(rest);
	if (att_utf8_valid_prefix(advisory.title) != advisory.title.len ||
	    att_str_find_byte(advisory.title, '\0') != ATT_STR_NONE)
		return att_source_err(source, err, ATT_ERR_MALFORMED, ((struct att_span){0, 1}),
				      "expected a title in UTF-8 without NUL, found other bytes");
	advisory.affected = affected;
	advisory.affected_count = 1;
	*out = advisory;
	return ATT_OK;
}
