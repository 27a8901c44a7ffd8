// SPDX-License-Identifier: Apache-2.0
/* Documents: the graph as CycloneDX and SPDX. */
#ifndef SBOM_DOCUMENT_H
#define SBOM_DOCUMENT_H

#include "libattest/base/buf.h"
#include "libattest/base/finding.h"
#include "libattest/format/value.h"
#include "sbom/graph.h"

struct sbom_document_options {
	const char *spec_version; /* "1.6", "2.3"; NULL: the format's default */
	bool has_time;            /* else no time is written, or the epoch where the format demands one */
	int64_t time;             /* seconds since the epoch: SOURCE_DATE_EPOCH */
};

struct sbom_format {
	const char *name;
	const char *const *spec_versions; /* NULL-terminated, the default first */
	/* Appends the document to `out`. The same graph and options give the same bytes. Errors:
	 * ATT_ERR_UNSUPPORTED for an unknown spec_version, ATT_ERR_LIMIT when `out` is full. */
	int (*write)(const struct sbom_graph *graph, const struct sbom_document_options *options,
		     struct att_buf *out, struct att_err *err);
	/* Does this parsed JSON document have the format? */
	bool (*recognize)(const struct att_value *document);
	/* Reads a document back into a graph, as far as the graph can hold it. Errors: ATT_ERR_MALFORMED with
	 * the place, also for references to what is not there; ATT_ERR_UNSUPPORTED for spec versions that are
	 * not known. */
	int (*read)(const struct att_source *source, const struct att_value *document, struct sbom_graph *out,
		    struct att_err *err);
};

extern const struct sbom_format sbom_format_cyclonedx, sbom_format_spdx;

/* All formats, NULL-terminated. */
extern const struct sbom_format *const sbom_formats[];

/* Reads a JSON document of any known format. Errors as `read`, and ATT_ERR_UNSUPPORTED when it is of none;
 * the graph is then empty. Clear the graph in any case. */
int sbom_document_parse(const struct att_source *source, struct sbom_graph *out,
			struct att_err *err) ATT_MUST_USE;

/* Does a text look like such a document, going by the members that every one has? */
bool sbom_document_recognize(struct att_str text);

/* Reads the file `path` into a graph when it is a document; *is_document tells, and what cannot be read or is
 * something else leaves that to whoever looks at it next. Errors as sbom_document_parse; they are also in
 * `findings`. Clear the graph in any case. */
int sbom_document_load(const char *path, struct sbom_graph *out, bool *is_document,
		       struct att_findings *findings, struct att_err *err) ATT_MUST_USE;

/* Finds options->spec_version among a format's (the default when NULL); NULL and an error when it is unknown.
 */
const char *sbom_document_version(const struct sbom_format *format, const struct sbom_document_options *options,
				  struct att_err *err);

/* "2026-11-21T03:04:05Z" (RFC 3339). */
void sbom_document_time(int64_t seconds, char out[static 32]);

/* Licenses that one document has met: thousands of components share a few. Zeroed memory is an empty list. */
struct sbom_licenses {
	struct att_arena arena;
	struct att_map by_text;
	struct att_str *expressions;
	size_t count, capacity;
};

/* The canonical SPDX expression of a declared license, which must outlive the list; empty when it is none. The
 * text lives until the list is cleared; licenses->arena.failed tells that memory ran out. */
struct att_str sbom_document_license(struct sbom_licenses *licenses, struct att_str declared);

void sbom_licenses_clear(struct sbom_licenses *licenses);

/* "runtime", "dev", ... for one bit of enum sbom_scope. */
const char *sbom_scope_name(uint32_t bit);

/* A path as documents hold it: bytes that are not UTF-8 would all become the same sign, so they are escaped
 * (sbom_ref_escape). NULL data when memory is out. */
struct att_str sbom_document_path(struct att_arena *arena, struct att_str path);

/* Can it stand as a URL in a document: a scheme, and no space, control or quote? */
bool sbom_document_is_url(struct att_str text);

/* Replaces the placeholder UUID at `at` by the UUIDv5 of the whole text. */
int sbom_document_seal(struct att_buf *out, size_t at, struct att_err *err) ATT_MUST_USE;

#define SBOM_UUID_PLACEHOLDER "00000000-0000-0000-0000-000000000000"

#endif
