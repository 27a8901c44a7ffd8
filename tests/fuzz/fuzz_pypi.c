// SPDX-License-Identifier: Apache-2.0
/* A page of an index of Python packages, read as each of the three that it may be. What is kept is a file of
 * the version, with a whole URL and a digest or none; a refusal says where. */
#include <stdlib.h>

#include "libattest/base/base.h"
#include "release/pypi_metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_file(const struct release_pypi_index *index, const struct release_pypi_file *file,
		       bool is_release)
{
	bool is_twice = false;
	require(is_release || release_pypi_is_of(file->name, index->project, index->version));
	require(att_str_find(file->url, ATT_STR("://")) != ATT_STR_NONE);
	require(att_str_find_byte(file->url, '#') == ATT_STR_NONE);
	require(file->sha256.len == 0 || release_pypi_is_sha256(file->sha256));
	require(file->metadata_sha256.len == 0 ||
		(file->has_metadata && release_pypi_is_sha256(file->metadata_sha256)));
	require(file->provenance.len == 0 || att_str_find(file->provenance, ATT_STR("://")) != ATT_STR_NONE);
	for (size_t i = 0; i < file->sha256.len; i++)
		require(file->sha256.data[i] < 'A' || file->sha256.data[i] > 'Z');
	for (size_t i = 0; i < index->count; i++)
		is_twice |= &index->files[i] != file && att_str_equal(index->files[i].name, file->name);
	require(is_twice == file->is_twice);
}

static void check(const struct att_source *source, bool is_release,
		  int (*read)(const struct att_source *, struct release_pypi_index *, struct att_err *))
{
	struct att_err err = {0};
	struct release_pypi_index index = {.project = ATT_STR("plasmite-core"),
					   .version = ATT_STR("1.2.0"),
					   .url = ATT_STR("https://index.example/simple/plasmite-core/")};
	int status = read(source, &index, &err);
	if (status == ATT_OK)
		for (size_t i = 0; i < index.count; i++)
			check_file(&index, &index.files[i], is_release);
	else
		require(err.code == status && err.message[0] && err.place.line >= 1 && err.place.column >= 1);
	release_pypi_index_clear(&index);
}

static void read_python(const struct att_source *source)
{
	struct att_arena arena = {0};
	struct att_str python;
	struct att_err err = {0};
	int status = release_pypi_read_python(source, &arena, &python, &err);
	require(status == err.code);
	require(status != ATT_OK || release_pypi_is_python(python, python, &arena));
	att_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_source source;
	if (att_source_init(&source, &arena, ATT_STR("page"), (struct att_str){(const char *)data, size},
			    NULL) == ATT_OK) {
		read_python(&source);
		check(&source, false, release_pypi_read_html);
		check(&source, false, release_pypi_read_simple);
		check(&source, true, release_pypi_read_release);
	}
	att_arena_clear(&arena);
	return 0;
}
