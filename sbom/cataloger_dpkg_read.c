// SPDX-License-Identifier: Apache-2.0
#include "sbom/cataloger_dpkg.h"

#include "libattest/base/banned.h"

static int malformed(const struct sbom_deb822_reader *r, struct att_str part, const char *expected)
{
	uint32_t begin = part.data ? (uint32_t)(part.data - r->source->text.data) : 0;
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED,
			      ((struct att_span){begin, begin + (uint32_t)part.len}),
			      "expected %s, found \"%.*s\"", expected, ATT_STR_ARG(att_str_first(part, 100)));
}

/* Printable ASCII but space and colon, starting with neither "#" nor "-" (deb822(5)). */
static bool is_field_name(struct att_str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] <= ' ' || name.data[i] >= 0x7f)
			return false;
	return name.len > 0 && name.data[0] != '#' && name.data[0] != '-';
}

static int add_field(struct sbom_deb822_reader *r, struct sbom_deb822_paragraph *p, struct att_str line)
{
	size_t colon = att_str_find_byte(line, ':');
	struct att_str name = att_str_first(line, colon);
	if (colon == ATT_STR_NONE || !is_field_name(name))
		return malformed(r, line, "a field like \"Package: NAME\"");
	for (size_t i = 0; i < p->count; i++)
		if (att_str_equal_nocase(p->fields[i].name, name))
			return malformed(r, name, "every field once");
	if (p->count == SBOM_DEB822_MAX_FIELDS) {
		malformed(r, name, "fewer fields in one paragraph");
		return r->err->code = ATT_ERR_LIMIT;
	}
	p->fields[p->count++] = (struct sbom_deb822_field){name, att_str_trim(att_str_from(line, colon + 1))};
	return ATT_OK;
}

static int continue_field(struct sbom_deb822_reader *r, struct sbom_deb822_paragraph *p, struct att_str line)
{
	if (p->count == 0)
		return malformed(r, line, "a field like \"Package: NAME\"");
	struct att_str *value = &p->fields[p->count - 1].value;
	if (value->len == 0)
		*value = att_str_trim(line);
	else
		value->len = (size_t)(line.data + line.len - value->data);
	return ATT_OK;
}

int sbom_deb822_next(struct sbom_deb822_reader *reader, struct sbom_deb822_paragraph *paragraph, bool *found,
		     struct att_err *err)
{
	int status = ATT_OK;
	struct att_str line;
	reader->err = err;
	paragraph->count = 0;
	*found = false;
	while (status == ATT_OK && reader->line <= reader->source->line_count) {
		line = att_source_line_text(reader->source, (uint32_t)reader->line++);
		if (att_str_trim(line).len == 0) {
			if (paragraph->count > 0)
				break;
			continue;
		}
		if (paragraph->count == 0)
			paragraph->span.begin = (uint32_t)(line.data - reader->source->text.data);
		paragraph->span.end = (uint32_t)(line.data - reader->source->text.data + (ptrdiff_t)line.len);
		status = line.data[0] == ' ' || line.data[0] == '\t' ? continue_field(reader, paragraph, line)
								     : add_field(reader, paragraph, line);
	}
	*found = paragraph->count > 0;
	return status;
}

struct att_str sbom_deb822_get(const struct sbom_deb822_paragraph *paragraph, const char *name)
{
	for (size_t i = 0; i < paragraph->count; i++)
		if (att_str_equal_nocase(paragraph->fields[i].name, att_str_of(name)))
			return paragraph->fields[i].value;
	return (struct att_str){NULL, 0};
}

/* --- os-release ------------------------------------------------------------------------------------------- */

/* "a b", 'a b' or ab, with backslashes in double quotes. */
static int unquote(struct att_str text, struct att_arena *arena, struct att_str *out, struct att_err *err)
{
	text = att_str_trim(text);
	bool quoted = text.len >= 2 && (text.data[0] == '"' || text.data[0] == '\'') &&
		      text.data[text.len - 1] == text.data[0];
	if (quoted)
		text = att_str_first(att_str_from(text, 1), text.len - 2);
	*out = text;
	if (att_str_find_byte(text, '\\') == ATT_STR_NONE)
		return ATT_OK;
	char *copy = att_arena_alloc(arena, text.len, 1);
	size_t len = 0;
	if (!copy)
		return att_err_memory(err);
	for (size_t i = 0; i < text.len; i++) {
		i += text.data[i] == '\\' && i + 1 < text.len;
		copy[len++] = text.data[i];
	}
	*out = (struct att_str){copy, len};
	return ATT_OK;
}

int sbom_os_release_read(struct att_str text, struct att_arena *arena, struct sbom_os_release *out,
			 struct att_err *err)
{
	struct att_str rest = text, line;
	int status = ATT_OK;
	memset(out, 0, sizeof *out);
	while (status == ATT_OK && att_str_split(&rest, '\n', &line)) {
		size_t equals = att_str_find_byte(line, '=');
		struct att_str name = att_str_first(line, equals), value = att_str_from(line, equals + 1);
		if (equals == ATT_STR_NONE)
			continue;
		if (att_str_is(name, "ID"))
			status = unquote(value, arena, &out->id, err);
		else if (att_str_is(name, "VERSION_ID"))
			status = unquote(value, arena, &out->version_id, err);
		else if (att_str_is(name, "VERSION_CODENAME"))
			status = unquote(value, arena, &out->codename, err);
	}
	return status;
}
