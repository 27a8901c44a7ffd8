// SPDX-License-Identifier: Apache-2.0
/* A former state as a file. */
#include <string.h>

#include "libattest/base/base.h"
#include "libattest/format/json.h"
#include "libattest/format/shape.h"
#include "policy/delta.h"

#include "libattest/base/banned.h"

enum { VERSION = 1, DIGEST_TEXT = 64 };

#define VERSION_KEY "attest_baseline"

/* --- writing -------------------------------------------------------------------------------------------- */

static struct att_str scope_name(bool dev)
{
	return dev ? ATT_STR("dev") : ATT_STR("runtime");
}

static void write_component(struct att_json_writer *w, const struct policy_known_component *c)
{
	att_json_line_object(w);
	att_json_member(w, "package", c->package);
	att_json_member_if(w, "version", c->version);
	att_json_member(w, "scope", scope_name(c->dev));
	att_json_object_end(w);
}

static void write_finding(struct att_json_writer *w, const struct policy_known_finding *f)
{
	att_json_line_object(w);
	att_json_member(w, "code", f->code);
	att_json_member_if(w, "advisory", f->advisory);
	if (f->package.len) {
		att_json_member(w, "package", f->package);
		att_json_member(w, "scope", scope_name(f->dev));
		att_json_member_if(w, "found", f->found);
	} else {
		att_json_member(w, "message", f->message);
	}
	att_json_object_end(w);
}

void policy_baseline_write(const struct policy_baseline *b, struct att_buf *out)
{
	struct att_json_writer w;
	att_json_begin(&w, out, false);
	att_json_object(&w);
	att_json_key(&w, VERSION_KEY);
	att_json_uint(&w, VERSION);
	att_json_member_if(&w, "database", b->database);
	att_json_key(&w, "components");
	att_json_array(&w);
	for (size_t i = 0; i < b->component_count; i++)
		write_component(&w, &b->components[i]);
	att_json_array_end(&w);
	att_json_key(&w, "findings");
	att_json_array(&w);
	for (size_t i = 0; i < b->finding_count; i++)
		write_finding(&w, &b->findings[i]);
	att_json_array_end(&w);
	att_json_object_end(&w);
}

/* --- reading -------------------------------------------------------------------------------------------- */

struct reader {
	const struct att_source *source;
	struct policy_baseline *out;
	struct att_arena scratch;
	struct att_err *err;
};

static int read_text(struct reader *r, const struct att_value *object, const char *key, bool required,
		     struct att_str *out)
{
	const struct att_value *value;
	int status = att_value_want(r->source, object, key, ATT_STRING, required, &value, r->err);
	*out = att_value_text(value);
	if (status == ATT_OK && value && out->len == 0)
		status = att_source_err(r->source, r->err, ATT_ERR_MALFORMED, value->span,
					"expected a value for \"%s\", found an empty string", key);
	return status;
}

static int read_package(struct reader *r, const struct att_value *object, bool required, struct att_str *out)
{
	int status = read_text(r, object, "package", required, out);
	if (status != ATT_OK || out->len == 0)
		return status;
	struct att_str identity = policy_package_identity(*out, &r->scratch);
	if (r->scratch.failed)
		return att_err_memory(r->err);
	if (att_str_equal(identity, *out))
		return ATT_OK;
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, att_value_get(object, "package")->span,
			      "expected a package URL without version for \"package\", found \"%.*s\"",
			      ATT_STR_ARG(att_str_first(*out, 200)));
}

static int read_scope(struct reader *r, const struct att_value *object, bool *dev)
{
	struct att_str scope;
	int status = read_text(r, object, "scope", true, &scope);
	*dev = att_str_is(scope, "dev");
	if (status == ATT_OK && !*dev && !att_str_is(scope, "runtime"))
		status = att_source_err(r->source, r->err, ATT_ERR_MALFORMED,
					att_value_get(object, "scope")->span,
					"expected \"runtime\" or \"dev\" for \"scope\", found \"%.*s\"",
					ATT_STR_ARG(att_str_first(scope, 100)));
	return status;
}

static int read_component(struct reader *r, const struct att_value *object, struct policy_known_component *out)
{
	static const char *const known[] = {"package", "version", "scope", NULL};
	int status = att_shape_only(r->source, object, known, "a component", r->err);
	if (status == ATT_OK)
		status = read_package(r, object, true, &out->package);
	if (status == ATT_OK)
		status = read_text(r, object, "version", false, &out->version);
	if (status == ATT_OK)
		status = read_scope(r, object, &out->dev);
	return status;
}

static bool is_code(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!(text.data[i] >= 'a' && text.data[i] <= 'z') && text.data[i] != '-')
			return false;
	return text.len > 0 && text.len <= 64;
}

static int read_finding(struct reader *r, const struct att_value *object, struct policy_known_finding *out)
{
	static const char *const of_component[] = {"code", "advisory", "package", "scope", "found", NULL};
	static const char *const of_run[] = {"code", "advisory", "message", NULL};
	bool has_package = att_value_get(object, "package") != NULL;
	int status =
		att_shape_only(r->source, object, has_package ? of_component : of_run, "a finding", r->err);
	if (status == ATT_OK)
		status = read_text(r, object, "code", true, &out->code);
	if (status == ATT_OK && !is_code(out->code))
		status = att_source_err(r->source, r->err, ATT_ERR_MALFORMED,
					att_value_get(object, "code")->span,
					"expected small letters and \"-\" for \"code\", found \"%.*s\"",
					ATT_STR_ARG(att_str_first(out->code, 100)));
	if (status == ATT_OK)
		status = read_text(r, object, "advisory", false, &out->advisory);
	if (status == ATT_OK && has_package)
		status = read_package(r, object, true, &out->package);
	if (status == ATT_OK && has_package)
		status = read_scope(r, object, &out->dev);
	if (status == ATT_OK && has_package)
		status = read_text(r, object, "found", false, &out->found);
	if (status == ATT_OK && !has_package)
		status = read_text(r, object, "message", true, &out->message);
	return status;
}

static int check_object(struct reader *r, const struct att_value *item, const char *list)
{
	if (item->kind == ATT_OBJECT)
		return ATT_OK;
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, item->span,
			      "expected objects in \"%s\", found %s", list, att_value_kind_name(item));
}

static int read_lists(struct reader *r, const struct att_value *root)
{
	struct policy_baseline *b = r->out;
	const struct att_value *components, *findings;
	int status = att_value_want(r->source, root, "components", ATT_ARRAY, true, &components, r->err);
	if (status == ATT_OK)
		status = att_value_want(r->source, root, "findings", ATT_ARRAY, true, &findings, r->err);
	if (status != ATT_OK)
		return status;
	b->components = att_arena_alloc(&b->arena, components->count, sizeof *b->components);
	b->findings = att_arena_alloc(&b->arena, findings->count, sizeof *b->findings);
	if (!b->components || !b->findings)
		return att_err_memory(r->err);
	for (size_t i = 0; status == ATT_OK && i < components->count; i++) {
		status = check_object(r, &components->items[i], "components");
		if (status == ATT_OK)
			status = read_component(r, &components->items[i], &b->components[b->component_count++]);
		att_arena_clear(&r->scratch);
	}
	for (size_t i = 0; status == ATT_OK && i < findings->count; i++) {
		status = check_object(r, &findings->items[i], "findings");
		if (status == ATT_OK)
			status = read_finding(r, &findings->items[i], &b->findings[b->finding_count++]);
		att_arena_clear(&r->scratch);
	}
	return status;
}

static int check_version(struct reader *r, const struct att_value *root)
{
	const struct att_value *version;
	int status = att_value_want(r->source, root, VERSION_KEY, ATT_INTEGER, true, &version, r->err);
	if (status != ATT_OK || (version->integer.magnitude == VERSION && !version->integer.negative))
		return status;
	att_source_err(r->source, r->err, ATT_ERR_UNSUPPORTED, version->span,
		       "expected a baseline of version %d, found another one", VERSION);
	att_err_help(r->err, "write it anew with this program: --write-baseline");
	return ATT_ERR_UNSUPPORTED;
}

static int read_digest(struct reader *r, const struct att_value *root)
{
	struct att_str digest;
	bool good = true;
	int status = read_text(r, root, "database", false, &digest);
	for (size_t i = 0; i < digest.len; i++)
		good &= att_ascii_is_digit(digest.data[i]) || (digest.data[i] >= 'a' && digest.data[i] <= 'f');
	if (status == ATT_OK && digest.len > 0 && (digest.len != DIGEST_TEXT || !good))
		status = att_source_err(r->source, r->err, ATT_ERR_MALFORMED,
					att_value_get(root, "database")->span,
					"expected %d hexadecimal digits for \"database\"", DIGEST_TEXT);
	r->out->database = digest;
	return status;
}

int policy_baseline_parse(const struct att_source *source, struct policy_baseline *baseline,
			  struct att_err *err)
{
	static const char *const known[] = {VERSION_KEY, "database", "components", "findings", NULL};
	struct reader r = {.source = source, .out = baseline, .err = err};
	struct att_value root;
	memset(baseline, 0, sizeof *baseline);
	int status = att_json_parse(source, &baseline->arena, &root, err);
	if (status == ATT_OK && root.kind != ATT_OBJECT)
		status = att_source_err(source, err, ATT_ERR_MALFORMED, root.span,
					"expected a baseline, an object, found %s", att_value_kind_name(&root));
	if (status == ATT_OK)
		status = check_version(&r, &root);
	if (status == ATT_OK)
		status = att_shape_only(source, &root, known, "a baseline", err);
	if (status == ATT_OK)
		status = read_digest(&r, &root);
	if (status == ATT_OK)
		status = read_lists(&r, &root);
	if (status == ATT_OK)
		policy_baseline_order(baseline);
	att_arena_clear(&r.scratch);
	return status;
}
