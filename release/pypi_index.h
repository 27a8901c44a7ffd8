// SPDX-License-Identifier: Apache-2.0
/* What an index of Python packages lists of one version: PyPI's JSON API, the simple API as JSON (PEP 691) and
 * as HTML (PEP 503). Documents of a server: nothing in them is believed further than it is written. */
#ifndef RELEASE_PYPI_INDEX_H
#define RELEASE_PYPI_INDEX_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"
#include "libattest/base/source.h"
#include "libattest/net/fetch.h"

/* Files of one version: PyPI's largest releases have some 300. */
enum { RELEASE_PYPI_MAX_FILES = 4096, RELEASE_PYPI_MAX_NAME = 1024, RELEASE_PYPI_SHA256 = 64 };

enum release_pypi_kind { RELEASE_PYPI_OTHER, RELEASE_PYPI_SDIST, RELEASE_PYPI_WHEEL };

struct release_pypi_file {
	struct att_str name, url; /* the URL is whole */
	struct att_str sha256;    /* lowercase hexadecimal; "" when none is said */
	uint64_t size;
	bool has_size, is_yanked;
	bool is_twice;                  /* the index lists another file of the same name */
	struct att_str type;            /* "bdist_wheel", "sdist"; "" when it is not said */
	struct att_str python;          /* versions of Python that it is for; "" when none are said */
	bool has_metadata;              /* its metadata is served by itself (PEP 658), behind ".metadata" */
	struct att_str metadata_sha256; /* as sha256, of that */
	struct att_str provenance;      /* URL of its attestations (PEP 740) */
};

struct release_pypi_index {
	/* Set by the caller: */
	struct att_str project; /* as release_pypi_normalise makes it */
	struct att_str version; /* any spelling of PEP 440 */
	struct att_str url;     /* of the page: what its links are relative to */
	/* Filled: */
	struct att_arena arena; /* owns all below */
	struct release_pypi_file *files;
	size_t count, capacity;
	struct att_str said_version; /* what the JSON API calls the version; "" elsewhere */
};

void release_pypi_index_clear(struct release_pypi_index *index);

/* The normalised name (PEP 503): lower case, each run of "-", "_" and "." one "-". data is NULL when memory is
 * out. */
struct att_str release_pypi_normalise(struct att_arena *arena, struct att_str name);

/* What a file name says, being one of a normalised project: *version is a view of it, "" when it names none.
 * RELEASE_PYPI_OTHER for eggs, installers, and files of other projects. */
enum release_pypi_kind release_pypi_file_kind(struct att_str file, struct att_str project,
					      struct att_str *version);

/* Is it a file of the version, or one that installers take for it, whatever its kind? Old installers, whose
 * names nobody specified, are when the version is what follows the project's name. */
bool release_pypi_is_of(struct att_str file, struct att_str project, struct att_str version);

/* Are the two versions equal, local parts included? */
bool release_pypi_is_version(struct att_str text, struct att_str version);

/* Each reads a whole document and keeps the files of the version (the JSON API's has no others). What the
 * document says about other versions is not looked at. Clear the index in any case. Errors, with the place:
 * ATT_ERR_MALFORMED for what is no such document, is one of another project, or says no digest, size or link
 * where it should; ATT_ERR_UNSUPPORTED for another major version of the API, and for HTML with a <base>;
 * ATT_ERR_LIMIT for more than RELEASE_PYPI_MAX_FILES files; ATT_ERR_MEMORY. */
int release_pypi_read_release(const struct att_source *source, struct release_pypi_index *index,
			      struct att_err *err) ATT_MUST_USE;
int release_pypi_read_simple(const struct att_source *source, struct release_pypi_index *index,
			     struct att_err *err) ATT_MUST_USE;
int release_pypi_read_html(const struct att_source *source, struct release_pypi_index *index,
			   struct att_err *err) ATT_MUST_USE;

/* Of a name, or NULL. */
const struct release_pypi_file *release_pypi_find(const struct release_pypi_index *index, struct att_str name);

/* For the readers: *is_of tells whether file->url leads to a file of the version. file->name becomes the link's
 * when it is not set, and may be a view of `text` then. Errors: ATT_ERR_MALFORMED for a link to a file of the
 * version whose name programs do not agree on, ATT_ERR_UNSUPPORTED for what installers read as something else
 * than a link to a file. */
int release_pypi_take_link(const struct att_source *source, const struct release_pypi_index *index,
			   struct release_pypi_file *file, char text[static 2 * ATT_FETCH_MAX_URL],
			   struct att_span span, bool *is_of, struct att_err *err) ATT_MUST_USE;

/* For the readers: the index serves the metadata of the file by itself; `sha256` may be "". Errors:
 * ATT_ERR_MALFORMED when another digest was said before. */
int release_pypi_take_metadata(const struct att_source *source, struct release_pypi_file *file,
			       struct att_str sha256, struct att_span span, struct att_err *err) ATT_MUST_USE;

/* For the readers: keeps a file, whose link and digest stand at `span`. */
int release_pypi_keep(const struct att_source *source, struct release_pypi_index *index,
		      const struct release_pypi_file *file, struct att_span span,
		      struct att_err *err) ATT_MUST_USE;

/* Is the text a digest in hexadecimal? */
bool release_pypi_is_sha256(struct att_str text);

#endif
