// SPDX-License-Identifier: Apache-2.0
/* Requirements files and their includes. An explicit stack of files, because how deep they include one another
 * is up to them. */
#include "libattest/base/limits.h"
#include "libattest/base/utf8.h"
#include "sbom/cataloger_requirements.h"
#include "sbom/requirements_file.h"

#include "libattest/base/banned.h"

static struct att_span span_of(size_t offset, size_t len)
{
	return (struct att_span){(uint32_t)offset, (uint32_t)(offset + len)};
}

/* --- files --------------------------------------------------------------------------------------------- */

/* Files whose names say that they are for development: "requirements-dev.txt", "requirements/test.txt". */
static uint32_t scope_of_file(struct att_str path)
{
	static const char *const words[] = {"dev",     "develop", "development", "test", "tests",
					    "testing", "lint",    "doc",         "docs"};
	size_t slash = att_str_find_last_byte(path, '/');
	struct att_str name = att_str_from(path, slash == ATT_STR_NONE ? 0 : slash + 1);
	for (size_t begin = 0, at = 0; at <= name.len; at++) {
		if (at < name.len && att_ascii_is_alnum(name.data[at]))
			continue;
		struct att_str word = att_str_first(att_str_from(name, begin), at - begin);
		for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
			if (att_str_equal_nocase(word, att_str_of(words[i])))
				return SBOM_DEV;
		begin = at + 1;
	}
	return SBOM_RUNTIME;
}

static int open_file(struct requirements *r, const struct att_source *source, struct att_str folder,
		     struct att_str key, bool is_constraint, struct att_span included_at)
{
	struct requirements_file *file = att_arena_alloc(&r->catalog->arena, 1, sizeof *file);
	if (!file || att_map_set(&r->seen, key, true) != ATT_OK)
		return att_err_memory(r->err);
	*file = (struct requirements_file){.source = *source,
					   .folder = folder,
					   .is_constraint = is_constraint,
					   .key = key,
					   .scope = scope_of_file(source->path),
					   .last = REQUIREMENTS_NONE,
					   .included_at = included_at,
					   .outer = r->file};
	struct att_str text = source->text;
	if (att_str_starts(text, ATT_STR("\xEF\xBB\xBF")))
		file->at = 3;
	r->file = file;
	if (att_str_starts(text, ATT_STR("\xFF\xFE")) || att_str_starts(text, ATT_STR("\xFE\xFF"))) {
		att_source_err(source, r->err, ATT_ERR_UNSUPPORTED, span_of(0, 2),
			       "expected UTF-8, found UTF-16");
		att_err_help(r->err, "save the file as UTF-8");
		return ATT_ERR_UNSUPPORTED;
	}
	size_t valid = att_utf8_valid_prefix(text);
	if (valid < text.len)
		return att_source_err(source, r->err, ATT_ERR_MALFORMED, span_of(valid, 1),
				      "expected UTF-8, found the byte 0x%02x",
				      (unsigned)(unsigned char)text.data[valid]);
	return ATT_OK;
}

static void warn_unread(struct requirements *r, struct att_span span, struct att_str message)
{
	r->catalog->complete = false;
	sbom_catalog_warn(r->catalog, &r->file->source, "unread-include", ATT_WARNING, span, message,
			  ATT_STR("what the file names is missing here"));
}

static struct att_str role_and_path(struct requirements *r, bool is_constraint, struct att_str path)
{
	return ATT_ARENA_JOIN(&r->catalog->arena, is_constraint ? ATT_STR("c:") : ATT_STR("r:"), path);
}

static int read_sibling(struct requirements *r, struct att_str path, struct att_span span,
			struct att_source *source, bool *found)
{
	struct att_err why;
	int status = sbom_input_sibling(r->input, r->catalog, path, source, &why);
	*found = status == ATT_OK;
	if (*found)
		return ATT_OK;
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(r->err);
	struct att_str message =
		att_arena_printf(&r->catalog->arena, "the included file cannot be read: %s", why.message);
	if (!message.data)
		return att_err_memory(r->err);
	warn_unread(r, span, message);
	return ATT_OK;
}

/* "-r other.txt": relative to the including file. */
static int include(struct requirements *r, struct att_str target, struct att_span span, bool is_constraint)
{
	struct att_arena *arena = &r->catalog->arena;
	struct att_source source;
	uint32_t open;
	bool found;
	if (att_str_find(target, ATT_STR("://")) != ATT_STR_NONE) {
		warn_unread(r, span,
			    ATT_STR("the included file lies behind an address, and nothing is fetched"));
		return ATT_OK;
	}
	struct att_str path = ATT_ARENA_JOIN(arena, r->file->folder, target);
	if (!path.data)
		return att_err_memory(r->err);
	struct att_str from_root = sbom_path_join(arena, r->catalog->folder, path);
	struct att_str key = role_and_path(r, is_constraint, from_root.data ? from_root : path);
	if (!key.data)
		return att_err_memory(r->err);
	if (att_map_find(&r->seen, key, &open)) {
		if (!open)
			return ATT_OK;
		att_source_err(&r->file->source, r->err, ATT_ERR_MALFORMED, span,
			       "expected a file that does not include itself, found \"%.*s\"",
			       ATT_STR_ARG(att_str_first(target, 200)));
		att_err_help(r->err, "take one of the includes out");
		return ATT_ERR_MALFORMED;
	}
	if (r->include_count++ >= ATT_MAX_INCLUDES)
		return att_source_err(&r->file->source, r->err, ATT_ERR_LIMIT, span,
				      "expected at most %d included files, found more", ATT_MAX_INCLUDES);
	int status = read_sibling(r, path, span, &source, &found);
	if (status != ATT_OK || !found)
		return status;
	size_t slash = att_str_find_last_byte(path, '/');
	return open_file(r, &source, att_str_first(path, slash == ATT_STR_NONE ? 0 : slash + 1), key,
			 is_constraint, span);
}

/* --- items --------------------------------------------------------------------------------------------- */

static int keep_item(struct requirements *r, const struct requirements_item *item)
{
	struct att_arena *arena = &r->catalog->arena;
	bool is_constraint = r->file->is_constraint, found = false;
	void *items = is_constraint ? r->constraints : r->items;
	size_t *count = is_constraint ? &r->constraint_count : &r->item_count;
	size_t *capacity = is_constraint ? &r->constraint_capacity : &r->item_capacity;
	struct requirements_item *slot = att_arena_push(arena, &items, count, capacity, sizeof *slot);
	uint32_t number = (uint32_t)*count - 1, first = 0;
	if (!slot)
		return att_err_memory(r->err);
	*slot = *item;
	slot->next = REQUIREMENTS_NONE;
	if (!is_constraint) {
		r->items = items;
		r->file->last = number;
		r->file->in_via = false;
		return ATT_OK;
	}
	r->constraints = items;
	if (att_map_put(&r->constraints_by_name, slot->normalized, number, &found, &first) != ATT_OK)
		return att_err_memory(r->err);
	if (found) {
		slot->next = r->constraints[first].next;
		r->constraints[first].next = number;
	}
	return ATT_OK;
}

static int add_hash(struct requirements *r, struct requirements_item *item, struct att_str value,
		    struct att_span span)
{
	int status = sbom_component_add_named_hash(&r->catalog->arena, &item->component, value, r->err);
	return sbom_python_error_at(&r->file->source, span, status, r->err);
}

/* The options behind a requirement; of them only hashes say what is installed. */
static int take_hashes(struct requirements *r, struct requirements_item *item,
		       const struct sbom_requirements_line *line, size_t at)
{
	enum sbom_requirements_option option;
	struct att_str value;
	int more = 0, status = ATT_OK;
	while (status == ATT_OK &&
	       (more = sbom_requirements_next_option(line->text, &at, &option, &value, r->err)) > 0)
		if (option == SBOM_OPTION_HASH)
			status = add_hash(
				r, item, value,
				span_of(line->offset + (size_t)(value.data - line->text.data), value.len));
	if (more < 0)
		return sbom_python_error_at(&r->file->source, span_of(line->offset + at, 1), more, r->err);
	return status;
}

static int add_requirement(struct requirements *r, const struct sbom_requirements_line *line,
			   struct att_str text, size_t options, bool editable)
{
	size_t begin = line->offset + (size_t)(text.data - line->text.data);
	struct requirements_item item = {
		.source = &r->file->source,
		.span = span_of(begin, text.len),
		.scope = r->file->scope,
	};
	int status = sbom_requirements_describe(r, &item, text, begin, editable);
	if (status == ATT_OK)
		status = take_hashes(r, &item, line, options);
	return status == ATT_OK ? keep_item(r, &item) : status;
}

static int obey(struct requirements *r, const struct sbom_requirements_line *line, size_t at,
		enum sbom_requirements_option option, struct att_str value)
{
	struct att_span span = {0, 0};
	if (value.data)
		span = span_of(line->offset + (size_t)(value.data - line->text.data), value.len);
	switch (option) {
	case SBOM_OPTION_REQUIREMENT:
	case SBOM_OPTION_CONSTRAINT:
		return include(r, value, span, option == SBOM_OPTION_CONSTRAINT);
	case SBOM_OPTION_EDITABLE:
		return add_requirement(r, line, value, at, true);
	case SBOM_OPTION_INDEX_URL:
		r->index_url = value;
		break;
	case SBOM_OPTION_EXTRA_INDEX_URL:
		r->many_indexes = true;
		break;
	case SBOM_OPTION_NO_INDEX:
		r->no_index = true;
		break;
	case SBOM_OPTION_HASH:
	case SBOM_OPTION_OTHER:
		break;
	}
	return ATT_OK;
}

static int take_options(struct requirements *r, const struct sbom_requirements_line *line)
{
	enum sbom_requirements_option option;
	struct att_str value = {NULL, 0};
	const struct requirements_file *file = r->file;
	size_t at = 0;
	int more, status = ATT_OK;
	while ((more = sbom_requirements_next_option(line->text, &at, &option, &value, r->err)) > 0) {
		status = obey(r, line, at, option, value);
		/* pip takes one file or one editable of a line. */
		if (status != ATT_OK || option == SBOM_OPTION_EDITABLE || r->file != file)
			return status;
	}
	return more < 0 ? sbom_python_error_at(&file->source, span_of(line->offset + at, 1), more, r->err)
			: ATT_OK;
}

/* --- comments ------------------------------------------------------------------------------------------ */

static int take_via(struct requirements *r, struct att_str comment)
{
	struct att_str parent;
	bool is_project;
	if (r->file->last == REQUIREMENTS_NONE)
		return ATT_OK;
	struct requirements_item *item = &r->items[r->file->last];
	while (sbom_requirements_next_via(&comment, &r->file->in_via, &parent, &is_project)) {
		item->annotated = true;
		if (is_project) {
			item->direct = true;
			continue;
		}
		void *items = r->vias;
		struct att_str normalized = sbom_python_normalize(&r->catalog->arena, parent);
		struct requirements_via *slot = att_arena_push(&r->catalog->arena, &items, &r->via_count,
							       &r->via_capacity, sizeof *slot);
		if (!slot || !normalized.data)
			return att_err_memory(r->err);
		r->vias = items;
		*slot = (struct requirements_via){r->file->last, normalized};
	}
	return ATT_OK;
}

/* --- the whole ----------------------------------------------------------------------------------------- */

static int take_line(struct requirements *r, const struct sbom_requirements_line *line)
{
	int status = ATT_OK;
	struct requirements_file *file = r->file;
	if (line->text.len == 0) {
		/* What a blank line parts does not belong together. */
		if (!line->has_comment)
			file->last = REQUIREMENTS_NONE;
		return take_via(r, line->comment);
	}
	file->last = REQUIREMENTS_NONE;
	size_t options = sbom_requirements_options(line->text);
	if (options == 0)
		status = take_options(r, line);
	else
		status = add_requirement(r, line, att_str_trim(att_str_first(line->text, options)), options,
					 false);
	return status == ATT_OK && r->file == file ? take_via(r, line->comment) : status;
}

/* An error in an included file is shown where the input includes it. */
static int lift_error(struct requirements *r, int status)
{
	const struct requirements_file *file = r->file, *inner = r->file;
	if (status == ATT_OK || status == ATT_ERR_MEMORY || !file || !file->outer)
		return status;
	while (file->outer->outer)
		file = file->outer;
	struct att_err why = *r->err;
	att_err_set_at(r->err, status, att_source_place(&file->outer->source, file->included_at),
		       "%.*s:%u:%u: %s", ATT_STR_ARG(att_str_first(inner->source.path, 200)), why.place.line,
		       why.place.column, why.message);
	if (why.help[0])
		att_err_help(r->err, "%s", why.help);
	return status;
}

int sbom_requirements_read(struct requirements *r)
{
	struct sbom_requirements_line line;
	struct att_str key = role_and_path(r, false, r->catalog->path);
	if (!key.data)
		return att_err_memory(r->err);
	int status =
		open_file(r, &r->input->source, (struct att_str){NULL, 0}, key, false, (struct att_span){0, 0});
	while (status == ATT_OK && r->file) {
		struct requirements_file *file = r->file;
		int more = sbom_requirements_next_line(file->source.text, &file->at, &r->catalog->arena, &line,
						       r->err);
		if (more > 0) {
			status = take_line(r, &line);
			continue;
		}
		status = more;
		if (status == ATT_OK && att_map_set(&r->seen, file->key, false) != ATT_OK)
			status = att_err_memory(r->err);
		if (status == ATT_OK)
			r->file = file->outer;
	}
	return lift_error(r, status);
}
