// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/verify/sidecar.h"
#include "libattest/verify/verify_internal.h"

#include "libattest/base/banned.h"

void att_entry_say(struct att_verification *v, struct att_entry *entry, enum att_entry_state state,
		   const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	/* minisign's comments are parted by tabs, which would come out escaped. */
	for (char *c = text; *c; c++)
		if (*c == '\t')
			*c = ' ';
	entry->state = state;
	entry->sentence = att_arena_copy(&v->arena, att_str_of(text));
}

static struct att_entry *push_entry(struct att_verification *v, struct att_str path)
{
	void *items = v->entries;
	struct att_entry *entry =
		att_arena_push(&v->arena, &items, &v->entry_count, &v->entry_capacity, sizeof *entry);
	if (!entry)
		return NULL;
	v->entries = items;
	entry->path = path;
	entry->claimed_job = SIZE_MAX;
	return entry;
}

/* A file that gives no signature to try. What was named has to be checkable; what merely stands there has not.
 */
static int note(struct att_verification *v, struct att_str path, bool named, const struct att_err *why)
{
	struct att_entry *entry = push_entry(v, path);
	if (!entry)
		return att_err_memory(&v->err);
	bool unknown = why->code == ATT_ERR_UNSUPPORTED && !named;
	if (why->place.line)
		att_entry_say(v, entry, unknown ? ATT_ENTRY_UNCHECKED : ATT_ENTRY_BROKEN,
			      "%s (line %u, column %u)", why->message, why->place.line, why->place.column);
	else
		att_entry_say(v, entry, unknown ? ATT_ENTRY_UNCHECKED : ATT_ENTRY_BROKEN, "%s", why->message);
	return ATT_OK;
}

static int parse_text(struct att_verification *v, struct att_str path, struct att_str text, bool named)
{
	struct att_signature found[ATT_MAX_SIGNATURES_IN_FILE];
	struct att_source source;
	struct att_err why = {0};
	size_t count = 0;
	int status = att_source_init(&source, &v->arena, path, text, &why);
	if (status == ATT_OK)
		status = att_signature_parse(&source, &v->arena, found, &count, &why);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(&v->err);
	if (status != ATT_OK)
		return note(v, path, named, &why);
	for (size_t i = 0; i < count; i++) {
		struct att_entry *entry = push_entry(v, path);
		if (!entry)
			return att_err_memory(&v->err);
		entry->signature = found[i];
		entry->source = source;
	}
	return ATT_OK;
}

/* JSON Lines: every line that is not empty is a file of its own. */
static int parse_lines(struct att_verification *v, struct att_str path, struct att_str text, bool named)
{
	struct att_str line;
	int status = ATT_OK;
	unsigned number = 0;
	/* A file of nothing but empty lines is as wrong as any other empty file. */
	if (att_str_trim(text).len == 0)
		return parse_text(v, path, ATT_STR(""), named);
	while (status == ATT_OK && att_str_split(&text, '\n', &line)) {
		number++;
		if (att_str_trim(line).len == 0)
			continue;
		struct att_str name = att_arena_printf(&v->arena, "%.*s:%u", ATT_STR_ARG(path), number);
		if (!name.data)
			return att_err_memory(&v->err);
		if (v->entry_count >= ATT_MAX_SIGNATURE_FILES)
			return att_err_set(&v->err, ATT_ERR_LIMIT, "expected at most %d signatures, found more",
					   ATT_MAX_SIGNATURE_FILES);
		status = parse_text(v, name, line, named);
	}
	return status;
}

static int parse_file(struct att_verification *v, struct att_str path, struct att_str text, bool named)
{
	return att_str_ends(path, ATT_STR(".jsonl")) ? parse_lines(v, path, text, named)
						     : parse_text(v, path, text, named);
}

static int read_file(struct att_verification *v, struct att_str path, bool named)
{
	int fd;
	uint64_t size;
	struct att_err why = {0};
	struct att_buf *text = &v->texts[v->text_count++];
	att_buf_init(text, ATT_MAX_SIGNATURE_FILE);
	int status = att_artifact_open(path.data, &fd, &size, &why);
	if (status == ATT_OK) {
		status = att_file_read_fd(fd, path.data, text, &why);
		close(fd);
	}
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(&v->err);
	if (status != ATT_OK) {
		why.code = status == ATT_ERR_UNSUPPORTED ? ATT_ERR_IO : status;
		return note(v, path, named, &why);
	}
	return parse_file(v, path, att_buf_str(text), named);
}

static int read_named(struct att_verification *v)
{
	size_t count = v->options->signature_count;
	int status = ATT_OK;
	if (count > ATT_MAX_SIGNATURE_FILES)
		return att_err_set(&v->err, ATT_ERR_LIMIT, "expected at most %d signature files, found %zu",
				   ATT_MAX_SIGNATURE_FILES, count);
	v->texts = att_arena_alloc(&v->arena, count, sizeof *v->texts);
	if (!v->texts)
		return att_err_memory(&v->err);
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		const struct att_signature_file *file = &v->options->signatures[i];
		struct att_str path = att_str_of(file->path);
		status = file->bytes.data ? parse_file(v, path, file->bytes, true) : read_file(v, path, true);
	}
	return status;
}

int att_verify_gather(struct att_verification *v)
{
	struct att_sidecar *sidecars;
	size_t count;
	if (v->options->signature_count > 0)
		return read_named(v);
	if (v->opened)
		return ATT_OK;
	int status = att_sidecars_find(v->path, &v->arena, &sidecars, &count, &v->err);
	if (status != ATT_OK)
		return status;
	v->texts = att_arena_alloc(&v->arena, count, sizeof *v->texts);
	if (!v->texts)
		return att_err_memory(&v->err);
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		struct att_err why = {.code = ATT_ERR_UNSUPPORTED};
		if (!sidecars[i].unchecked) {
			status = read_file(v, sidecars[i].path, false);
			continue;
		}
		att_err_set(&why, ATT_ERR_UNSUPPORTED, "%s, which attest does not check",
			    sidecars[i].unchecked);
		status = note(v, sidecars[i].path, false, &why);
	}
	return status;
}

int att_verify_gather_statements(struct att_verification *v)
{
	const struct att_verify_options *options = v->options;
	struct att_sidecar *sidecars;
	size_t count = 0;
	int status = ATT_OK;
	v->attestations = options->attestations;
	if (v->attestations)
		return ATT_OK;
	v->attestations = &v->own;
	for (size_t i = 0; status == ATT_OK && i < options->signature_count; i++) {
		const struct att_attestation_file file = {options->signatures[i].path,
							  options->signatures[i].bytes, true};
		status = att_attestations_add(&v->own, &file, options->keys, options->now, &v->err);
	}
	if (status != ATT_OK || options->signature_count > 0 || v->opened)
		return status;
	status = att_sidecars_find(v->path, &v->arena, &sidecars, &count, &v->err);
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		const struct att_attestation_file file = {sidecars[i].path.data, {NULL, 0}, true};
		if (!sidecars[i].unchecked)
			status = att_attestations_add(&v->own, &file, options->keys, options->now, &v->err);
	}
	return status;
}
