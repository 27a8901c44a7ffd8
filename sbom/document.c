// SPDX-License-Identifier: Apache-2.0
/* What the document formats share. */
#include "sbom/document.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/base/utf8.h"
#include "libattest/format/json.h"
#include "libattest/format/uuid.h"
#include "libattest/package/license.h"
#include "sbom/catalog.h"

#include "libattest/base/banned.h"

const struct sbom_format *const sbom_formats[] = {&sbom_format_cyclonedx, &sbom_format_spdx, NULL};

const char *sbom_document_version(const struct sbom_format *format, const struct sbom_document_options *options,
				  struct att_err *err)
{
	if (!options->spec_version)
		return format->spec_versions[0];
	struct att_buf known;
	att_buf_init(&known, 256);
	for (const char *const *v = format->spec_versions; *v; v++) {
		if (att_str_equal(att_str_of(*v), att_str_of(options->spec_version))) {
			att_buf_clear(&known);
			return *v;
		}
		att_buf_printf(&known, "%s%s", known.len ? ", " : "", *v);
	}
	att_err_set(err, ATT_ERR_UNSUPPORTED, "expected %s version %.*s, found %s", format->name,
		    ATT_STR_ARG(att_buf_str(&known)), options->spec_version);
	att_buf_clear(&known);
	return NULL;
}

void sbom_document_time(int64_t seconds, char out[static 32])
{
	struct tm tm;
	time_t when = (time_t)seconds;
	if (!gmtime_r(&when, &tm) || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(out, 32, "1970-01-01T00:00:00Z");
}

static struct att_str find_expression(struct att_arena *arena, struct att_str declared)
{
	struct att_license license;
	if (att_license_parse(declared, arena, &license, NULL) == ATT_OK)
		return att_license_write(&license, arena);
	return att_license_from_manifest(declared, arena);
}

struct att_str sbom_document_license(struct sbom_licenses *licenses, struct att_str declared)
{
	uint32_t known;
	void *items = licenses->expressions;
	if (declared.len == 0)
		return declared;
	if (att_map_find(&licenses->by_text, declared, &known))
		return licenses->expressions[known];
	struct att_str expression = find_expression(&licenses->arena, declared);
	struct att_str *slot =
		att_arena_push(&licenses->arena, &items, &licenses->count, &licenses->capacity, sizeof *slot);
	if (!slot)
		return expression; /* the arena remembers that it failed */
	licenses->expressions = items;
	*slot = expression;
	if (att_map_set(&licenses->by_text, declared, (uint32_t)(licenses->count - 1)) != ATT_OK)
		licenses->arena.failed = true;
	return expression;
}

void sbom_licenses_clear(struct sbom_licenses *licenses)
{
	att_map_clear(&licenses->by_text);
	att_arena_clear(&licenses->arena);
	memset(licenses, 0, sizeof *licenses);
}

const char *sbom_scope_name(uint32_t bit)
{
	switch (bit) {
	case SBOM_RUNTIME:
		return "runtime";
	case SBOM_DEV:
		return "dev";
	case SBOM_BUILD:
		return "build";
	case SBOM_OPTIONAL:
		return "optional";
	default:
		return "peer";
	}
}

struct att_str sbom_document_path(struct att_arena *arena, struct att_str path)
{
	return att_utf8_valid_prefix(path) == path.len ? path : sbom_ref_escape(arena, path);
}

/* RFC 3986: what may stand in a URL at all, bit by bit for the characters 0x20 to 0x7f. */
static bool is_url_character(unsigned char c)
{
	static const uint32_t allowed[3] = {
		0xaffffffa, /* all of ! to ? but the double quote, < and > */
		0xafffffff, /* all of @ to _ but the backslash and ^ */
		0x47fffffe, /* all of a to ~ but { | } and the grave accent */
	};
	return c >= 0x20 && c < 0x80 && (allowed[(c >> 5) - 1] >> (c & 31) & 1);
}

bool sbom_document_is_url(struct att_str text)
{
	size_t colon = att_str_find_byte(text, ':');
	if (colon == ATT_STR_NONE || colon == 0 || !att_ascii_is_alpha(text.data[0]))
		return false;
	for (size_t i = 0; i < colon; i++)
		if (!att_ascii_is_alnum(text.data[i]) && !strchr("+-.", text.data[i]))
			return false;
	for (size_t i = colon; i < text.len; i++)
		if (!is_url_character((unsigned char)text.data[i]))
			return false;
	return true;
}

int sbom_document_seal(struct att_buf *out, size_t at, struct att_err *err)
{
	char uuid[ATT_UUID_TEXT + 1];
	if (!att_buf_ok(out))
		return att_err_set(err, ATT_ERR_LIMIT, "expected a document of at most %zu bytes, found more",
				   out->max);
	int status = att_uuid_of_content(att_buf_str(out), uuid, err);
	if (status == ATT_OK)
		memcpy(out->data + at, uuid, ATT_UUID_TEXT);
	return status;
}

bool sbom_document_recognize(struct att_str text)
{
	return att_str_starts(att_str_trim(text), ATT_STR("{")) &&
	       (att_str_find(text, ATT_STR("\"bomFormat\"")) != ATT_STR_NONE ||
		att_str_find(text, ATT_STR("\"spdxVersion\"")) != ATT_STR_NONE);
}

int sbom_document_parse(const struct att_source *source, struct sbom_graph *out, struct att_err *err)
{
	struct att_arena arena;
	struct att_value document;
	memset(out, 0, sizeof *out);
	att_arena_init(&arena);
	int status = att_json_parse(source, &arena, &document, err);
	if (status == ATT_OK) {
		const struct sbom_format *const *format = sbom_formats;
		while (*format && !(*format)->recognize(&document))
			format++;
		if (*format)
			status = (*format)->read(source, &document, out, err);
		else
			status = att_source_err(
				source, err, ATT_ERR_UNSUPPORTED,
				((struct att_span){document.span.begin, document.span.begin + 1}),
				"expected a CycloneDX or SPDX 2.3 document, found other JSON");
	}
	att_arena_clear(&arena);
	if (status != ATT_OK)
		sbom_graph_clear(out); /* half a document is none */
	return status;
}

int sbom_document_load(const char *path, struct sbom_graph *out, bool *is_document,
		       struct att_findings *findings, struct att_err *err)
{
	struct att_buf bytes;
	struct att_arena arena = {0};
	struct att_source source;
	int status = ATT_OK;
	att_buf_init(&bytes, ATT_MAX_DOCUMENT);
	*is_document = att_file_read(AT_FDCWD, path, &bytes, err) == ATT_OK &&
		       sbom_document_recognize(att_buf_str(&bytes));
	if (*is_document)
		status = att_source_init(&source, &arena, att_str_of(path), att_buf_str(&bytes), err);
	bool placed = *is_document && status == ATT_OK;
	if (placed)
		status = sbom_document_parse(&source, out, err);
	if (status != ATT_OK)
		att_findings_add_err(findings, att_str_of(path), placed ? &source : NULL, err);
	att_arena_clear(&arena);
	att_buf_clear(&bytes);
	return status;
}
