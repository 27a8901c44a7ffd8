// SPDX-License-Identifier: Apache-2.0
#include "policy/vex.h"

#include "libattest/base/base.h"
#include "libattest/base/time.h"
#include "libattest/format/json.h"

#include "libattest/base/banned.h"

static const char *const statuses[] = {
	[POLICY_VEX_AFFECTED] = "affected",
	[POLICY_VEX_UNDER_INVESTIGATION] = "under_investigation",
	[POLICY_VEX_NOT_AFFECTED] = "not_affected",
	[POLICY_VEX_FIXED] = "fixed",
};

const char *const policy_vex_justifications[] = {
	"component_not_present",
	"vulnerable_code_not_present",
	"vulnerable_code_not_in_execute_path",
	"vulnerable_code_cannot_be_controlled_by_adversary",
	"inline_mitigations_already_exist",
	NULL,
};

const char *policy_vex_status_name(enum policy_vex_status status)
{
	return statuses[status];
}

/* --- package URLs ---------------------------------------------------------------------------------------- */

struct policy_purl_parts policy_purl_split(struct att_str canonical)
{
	/* Of what separates parts, none appears inside of one. */
	struct policy_purl_parts parts = {.key = canonical};
	size_t at = att_str_find_byte(parts.key, '#');
	if (at != ATT_STR_NONE) {
		parts.subpath = att_str_from(parts.key, at + 1);
		parts.key = att_str_first(parts.key, at);
	}
	at = att_str_find_byte(parts.key, '?');
	if (at != ATT_STR_NONE) {
		parts.qualifiers = att_str_from(parts.key, at + 1);
		parts.key = att_str_first(parts.key, at);
	}
	at = att_str_find_byte(parts.key, '@');
	if (at != ATT_STR_NONE) {
		parts.version = att_str_from(parts.key, at + 1);
		parts.key = att_str_first(parts.key, at);
	}
	return parts;
}

bool policy_purl_covers(const struct policy_purl_parts *pattern, const struct policy_purl_parts *purl)
{
	struct att_str wanted = pattern->qualifiers, one, other;
	if (!att_str_equal(pattern->key, purl->key) ||
	    (pattern->version.len && !att_str_equal(pattern->version, purl->version)) ||
	    (pattern->subpath.len && !att_str_equal(pattern->subpath, purl->subpath)))
		return false;
	while (wanted.len > 0 && att_str_split(&wanted, '&', &one)) {
		struct att_str rest = purl->qualifiers;
		bool found = false;
		while (!found && rest.len > 0 && att_str_split(&rest, '&', &other))
			found = att_str_equal(one, other);
		if (!found)
			return false;
	}
	return true;
}

/* --- reading -----------------------------------------------------------------------------------------------
 */

enum { MOST_CHARACTERS_QUOTED = 80 };

struct reader {
	const struct att_source *source;
	struct att_arena *arena;
	struct att_err *err;
	int64_t time; /* of the document */
};

#define fail(r, code, value, ...) att_source_err((r)->source, (r)->err, (code), (value)->span, __VA_ARGS__)

static int want(const struct reader *r, const struct att_value *object, const char *key, enum att_kind kind,
		bool required, const struct att_value **out)
{
	return att_value_want(r->source, object, key, kind, required, out, r->err);
}

/* A string that says something. */
static int read_text(const struct reader *r, const struct att_value *object, const char *key, bool required,
		     struct att_str *out)
{
	const struct att_value *value;
	int status = want(r, object, key, ATT_STRING, required, &value);
	if (status != ATT_OK)
		return status;
	*out = att_value_text(value);
	if (value && att_str_trim(*out).len == 0)
		return fail(r, ATT_ERR_MALFORMED, value, "expected a text for \"%s\", found nothing in it",
			    key);
	return ATT_OK;
}

static int read_time(const struct reader *r, const struct att_value *object, const char *key, bool required,
		     int64_t *out)
{
	const struct att_value *value;
	int status = want(r, object, key, ATT_STRING, required, &value);
	if (status != ATT_OK || !value)
		return status;
	if (!att_time_parse(value->string, out))
		return fail(
			r, ATT_ERR_MALFORMED, value,
			"expected a time with its offset for \"%s\" (\"2026-11-21T12:00:00Z\"), found \"%.*s\"",
			key, ATT_STR_ARG(att_str_first(value->string, MOST_CHARACTERS_QUOTED)));
	return ATT_OK;
}

/* The purl of a component: identifiers.purl, or an "@id" that is one. */
static int read_purl(const struct reader *r, const struct att_value *object, struct policy_vex_component *out)
{
	const struct att_value *identifiers, *id, *purl = NULL;
	struct att_str canonical;
	struct att_err why = {0};
	int status = want(r, object, "@id", ATT_STRING, false, &id);
	if (status == ATT_OK)
		status = want(r, object, "identifiers", ATT_OBJECT, false, &identifiers);
	if (status == ATT_OK && identifiers)
		status = want(r, identifiers, "purl", ATT_STRING, false, &purl);
	if (status != ATT_OK)
		return status;
	if (!purl && id && att_str_starts(id->string, ATT_STR("pkg:")))
		purl = id;
	if (!id && !identifiers && !att_value_get(object, "hashes"))
		return fail(r, ATT_ERR_MALFORMED, object,
			    "expected \"@id\", \"identifiers\" or \"hashes\" that say which product is meant, "
			    "found none");
	if (!purl)
		return ATT_OK;
	status = att_purl_normalise(purl->string, r->arena, &canonical, &why);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(r->err);
	if (status != ATT_OK)
		return fail(r, ATT_ERR_MALFORMED, purl, "expected a package URL: %s", why.message);
	out->purl = policy_purl_split(canonical);
	return ATT_OK;
}

static int read_component(const struct reader *r, const struct att_value *value, const char *what,
			  struct policy_vex_component *out)
{
	*out = (struct policy_vex_component){0};
	if (value->kind != ATT_OBJECT)
		return fail(r, ATT_ERR_MALFORMED, value, "expected an object for %s, found %s", what,
			    att_value_kind_name(value));
	return read_purl(r, value, out);
}

static int read_product(const struct reader *r, const struct att_value *value, struct policy_vex_component *out)
{
	const struct att_value *parts = NULL;
	int status = read_component(r, value, "a product", out);
	if (status == ATT_OK)
		status = want(r, value, "subcomponents", ATT_ARRAY, false, &parts);
	if (status != ATT_OK || !parts || parts->count == 0)
		return status;
	out->parts = att_arena_alloc(r->arena, parts->count, sizeof *out->parts);
	if (!out->parts)
		return att_err_memory(r->err);
	out->has_parts = true;
	for (uint32_t i = 0; status == ATT_OK && i < parts->count; i++)
		status = read_component(r, &parts->items[i], "a subcomponent", &out->parts[out->part_count++]);
	return status;
}

static int read_products(const struct reader *r, const struct att_value *object,
			 struct policy_vex_statement *out)
{
	const struct att_value *products;
	int status = want(r, object, "products", ATT_ARRAY, true, &products);
	if (status != ATT_OK)
		return status;
	if (products->count == 0)
		return fail(r, ATT_ERR_MALFORMED, products, "expected one product or more, found none");
	out->products = att_arena_alloc(r->arena, products->count, sizeof *out->products);
	if (!out->products)
		return att_err_memory(r->err);
	for (uint32_t i = 0; status == ATT_OK && i < products->count; i++)
		status = read_product(r, &products->items[i], &out->products[out->product_count++]);
	return status;
}

static int read_vulnerability(const struct reader *r, const struct att_value *object,
			      struct policy_vex_statement *out)
{
	const struct att_value *vulnerability, *aliases = NULL;
	int status = want(r, object, "vulnerability", ATT_OBJECT, true, &vulnerability);
	if (status == ATT_OK)
		status = read_text(r, vulnerability, "name", true, &out->vulnerability);
	if (status == ATT_OK)
		status = want(r, vulnerability, "aliases", ATT_ARRAY, false, &aliases);
	if (status != ATT_OK || !aliases)
		return status;
	out->aliases = att_arena_alloc(r->arena, aliases->count, sizeof *out->aliases);
	if (!out->aliases)
		return att_err_memory(r->err);
	for (uint32_t i = 0; i < aliases->count; i++) {
		if (aliases->items[i].kind != ATT_STRING)
			return fail(r, ATT_ERR_MALFORMED, &aliases->items[i],
				    "expected a string for an alias, found %s",
				    att_value_kind_name(&aliases->items[i]));
		out->aliases[out->alias_count++] = aliases->items[i].string;
	}
	return ATT_OK;
}

static int read_status(const struct reader *r, const struct att_value *object, struct policy_vex_statement *out)
{
	const struct att_value *status;
	int result = want(r, object, "status", ATT_STRING, true, &status);
	if (result != ATT_OK)
		return result;
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (att_str_is(status->string, statuses[i])) {
			out->status = (enum policy_vex_status)i;
			return ATT_OK;
		}
	return fail(r, ATT_ERR_MALFORMED, status,
		    "expected not_affected, affected, fixed or under_investigation for \"status\", "
		    "found \"%.*s\"",
		    ATT_STR_ARG(att_str_first(status->string, MOST_CHARACTERS_QUOTED)));
}

/* What a status obliges its author to say. */
static int read_reasons(const struct reader *r, const struct att_value *object,
			struct policy_vex_statement *out)
{
	const struct att_value *status = att_value_get(object, "status");
	const struct att_value *justification = att_value_get(object, "justification");
	int result = read_text(r, object, "justification", false, &out->justification);
	size_t i = 0;
	if (result == ATT_OK)
		result = read_text(r, object, "impact_statement", false, &out->impact);
	if (result == ATT_OK)
		result = read_text(r, object, "action_statement", false, &out->action);
	if (result == ATT_OK)
		result = read_text(r, object, "status_notes", false, &out->notes);
	if (result != ATT_OK)
		return result;
	while (policy_vex_justifications[i] && !att_str_is(out->justification, policy_vex_justifications[i]))
		i++;
	if (justification && !policy_vex_justifications[i])
		return fail(r, ATT_ERR_MALFORMED, justification,
			    "expected one of OpenVEX's five justifications, found \"%.*s\"",
			    ATT_STR_ARG(att_str_first(out->justification, MOST_CHARACTERS_QUOTED)));
	if (justification && out->status != POLICY_VEX_NOT_AFFECTED)
		return fail(r, ATT_ERR_MALFORMED, justification,
			    "expected a justification only with the status not_affected, found one with %s",
			    statuses[out->status]);
	if (out->status == POLICY_VEX_NOT_AFFECTED && !justification && out->impact.len == 0)
		return fail(r, ATT_ERR_MALFORMED, status,
			    "expected \"justification\" or \"impact_statement\" with the status not_affected, "
			    "found none");
	if (out->status == POLICY_VEX_AFFECTED && out->action.len == 0)
		return fail(r, ATT_ERR_MALFORMED, status,
			    "expected \"action_statement\" with the status affected, found none");
	return ATT_OK;
}

static int read_statement(const struct reader *r, const struct att_value *value,
			  struct policy_vex_statement *out)
{
	*out = (struct policy_vex_statement){.at = {r->source, value->span}, .time = r->time};
	if (value->kind != ATT_OBJECT)
		return fail(r, ATT_ERR_MALFORMED, value, "expected an object for a statement, found %s",
			    att_value_kind_name(value));
	int status = read_vulnerability(r, value, out);
	if (status == ATT_OK)
		status = read_status(r, value, out);
	if (status == ATT_OK)
		status = read_reasons(r, value, out);
	if (status == ATT_OK)
		status = read_time(r, value, "timestamp", false, &out->time);
	return status == ATT_OK ? read_products(r, value, out) : status;
}

/* "https://openvex.dev/ns/v0.2.0", or without the version, as drafts of 0.2 have it. */
static int check_context(const struct reader *r, const struct att_value *document)
{
	static const char *const known[] = {"https://openvex.dev/ns/v0.2.0", "https://openvex.dev/ns/v0.2.1",
					    "https://openvex.dev/ns"};
	const struct att_value *context;
	if (document->kind != ATT_OBJECT)
		return fail(r, ATT_ERR_MALFORMED, document, "expected a document of OpenVEX, found %s",
			    att_value_kind_name(document));
	int status = want(r, document, "@context", ATT_STRING, true, &context);
	if (status != ATT_OK)
		return status;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (att_str_is(context->string, known[i]))
			return ATT_OK;
	bool other = att_str_starts(context->string, ATT_STR("https://openvex.dev/ns/"));
	return fail(r, other ? ATT_ERR_UNSUPPORTED : ATT_ERR_MALFORMED, context,
		    "expected https://openvex.dev/ns/v0.2.0 for \"@context\", found \"%.*s\"",
		    ATT_STR_ARG(att_str_first(context->string, MOST_CHARACTERS_QUOTED)));
}

static int check_head(struct reader *r, const struct att_value *document)
{
	const struct att_value *version;
	struct att_str text;
	int status = check_context(r, document);
	if (status == ATT_OK)
		status = read_text(r, document, "@id", true, &text);
	if (status == ATT_OK)
		status = read_text(r, document, "author", true, &text);
	if (status == ATT_OK)
		status = read_time(r, document, "timestamp", true, &r->time);
	if (status == ATT_OK)
		status = want(r, document, "version", ATT_INTEGER, true, &version);
	if (status == ATT_OK && (version->integer.negative || version->integer.magnitude == 0))
		status = fail(r, ATT_ERR_MALFORMED, version, "expected a number from 1 for \"version\"");
	return status;
}

int policy_vex_parse(const struct att_source *source, struct att_arena *arena, struct policy_vex *vex,
		     struct att_err *err)
{
	struct reader r = {.source = source, .arena = arena, .err = err};
	struct att_value document;
	const struct att_value *statements = NULL;
	int status = att_json_parse(source, arena, &document, err);
	if (status == ATT_OK)
		status = check_head(&r, &document);
	if (status == ATT_OK)
		status = want(&r, &document, "statements", ATT_ARRAY, true, &statements);
	if (status == ATT_OK && statements->count == 0)
		status = fail(&r, ATT_ERR_MALFORMED, statements, "expected one statement or more, found none");
	for (uint32_t i = 0; status == ATT_OK && i < statements->count; i++) {
		void *items = vex->items;
		struct policy_vex_statement statement, *slot;
		status = read_statement(&r, &statements->items[i], &statement);
		if (status != ATT_OK)
			break;
		slot = att_arena_push(arena, &items, &vex->count, &vex->capacity, sizeof *slot);
		vex->items = items;
		if (!slot)
			return att_err_memory(err);
		*slot = statement;
	}
	return status;
}
