// SPDX-License-Identifier: Apache-2.0
/* What the metadata of packed archives say: their version, and what was left over from the tree. */
#include "libattest/format/json.h"
#include "libattest/format/toml.h"
#include "libattest/format/yaml.h"
#include "release/packed.h"

#include "libattest/base/banned.h"

static int leave(struct release_packed *packed, struct att_str section, struct att_str name,
		 struct att_str found, struct att_span span, struct att_err *err)
{
	void *items = packed->leftovers;
	struct release_leftover *slot = att_arena_push(&packed->arena, &items, &packed->leftover_count,
						       &packed->leftover_capacity, sizeof *slot);
	struct att_str what = name.len ? ATT_ARENA_JOIN(&packed->arena, section, ATT_STR("."), name) : section;
	if (!slot || !what.data)
		return att_err_memory(err);
	packed->leftovers = items;
	*slot = (struct release_leftover){what, found, span};
	return ATT_OK;
}

/* Does a requirement ask for exactly, or for what is compatible with, a version that was never set? ">=0.0.0"
 * asks for anything, and means it. */
static bool wants_placeholder(struct att_str requirement)
{
	struct att_str text = att_str_trim(requirement);
	while (text.len > 0 && strchr("=^~ v", text.data[0]))
		text = att_str_from(text, 1);
	return text.len > 0 && release_spelling_is_placeholder(text);
}

static int take_version(struct release_packed *packed, const struct att_value *root, struct att_err *err)
{
	const struct att_value *version, *name;
	int status = att_value_want(&packed->metadata, root, "version", ATT_STRING, true, &version, err);
	if (status == ATT_OK)
		status = att_value_want(&packed->metadata, root, "name", ATT_STRING, true, &name, err);
	if (status != ATT_OK)
		return status;
	packed->version = version->string;
	packed->version_span = version->span;
	packed->name = name->string;
	return ATT_OK;
}

/* --- npm ----------------------------------------------------------------------------------------------- */

/* "workspace:" and "catalog:" mean nothing to those who install it, in any section; what devDependencies ask
 * for besides is never installed. */
static bool is_npm_leftover(struct att_str wanted, bool only_developers)
{
	static const char *const protocols[] = {"workspace:", "catalog:", "file:", "link:", "portal:"};
	size_t count = only_developers ? 2 : sizeof protocols / sizeof protocols[0];
	for (size_t i = 0; i < count; i++)
		if (att_str_starts(wanted, att_str_of(protocols[i])))
			return true;
	return !only_developers && wants_placeholder(wanted);
}

int release_packed_read_npm(struct release_packed *packed, struct att_err *err)
{
	static const char *const sections[] = {"dependencies", "optionalDependencies", "peerDependencies",
					       "devDependencies"};
	struct att_value root;
	int status = att_json_parse(&packed->metadata, &packed->arena, &root, err);
	if (status == ATT_OK)
		status = take_version(packed, &root, err);
	for (size_t s = 0; s < sizeof sections / sizeof sections[0] && status == ATT_OK; s++) {
		const struct att_value *section = att_value_get(&root, sections[s]);
		for (size_t i = 0;
		     status == ATT_OK && section && section->kind == ATT_OBJECT && i < section->count; i++) {
			const struct att_member *member = &section->members[i];
			struct att_str wanted = att_value_text(&member->value);
			if (is_npm_leftover(wanted, s == 3))
				status = leave(packed, att_str_of(sections[s]), member->key, wanted,
					       member->value.span, err);
		}
	}
	return status;
}

/* --- crates -------------------------------------------------------------------------------------------- */

static int look_at_dependency(struct release_packed *packed, const char *section,
			      const struct att_member *dependency, struct att_err *err)
{
	const struct att_value *value = &dependency->value, *version = value;
	if (value->kind == ATT_OBJECT) {
		static const char *const local[] = {"path", "workspace"};
		for (size_t i = 0; i < 2; i++) {
			const struct att_member *found = att_value_find(value, att_str_of(local[i]));
			if (found)
				return leave(packed, att_str_of(section), dependency->key, found->key,
					     found->key_span, err);
		}
		version = att_value_get(value, "version");
	}
	if (version && wants_placeholder(att_value_text(version)))
		return leave(packed, att_str_of(section), dependency->key, version->string, version->span, err);
	return ATT_OK;
}

/* What is needed only to develop it is not asked for by those who use it. */
static int look_at_dependencies(struct release_packed *packed, const struct att_value *table,
				struct att_err *err)
{
	static const char *const sections[] = {"dependencies", "build-dependencies"};
	int status = ATT_OK;
	for (size_t s = 0; s < 2; s++) {
		const struct att_value *section = att_value_get(table, sections[s]);
		for (size_t i = 0;
		     status == ATT_OK && section && section->kind == ATT_OBJECT && i < section->count; i++)
			status = look_at_dependency(packed, sections[s], &section->members[i], err);
	}
	return status;
}

int release_packed_read_crate(struct release_packed *packed, struct att_err *err)
{
	struct att_value root;
	const struct att_value *package;
	int status = att_toml_parse(&packed->metadata, &packed->arena, &root, err);
	if (status == ATT_OK)
		status = att_value_want(&packed->metadata, &root, "package", ATT_OBJECT, true, &package, err);
	if (status == ATT_OK)
		status = take_version(packed, package, err);
	if (status == ATT_OK)
		status = look_at_dependencies(packed, &root, err);
	const struct att_value *targets = status == ATT_OK ? att_value_get(&root, "target") : NULL;
	for (size_t i = 0; status == ATT_OK && targets && targets->kind == ATT_OBJECT && i < targets->count;
	     i++)
		status = look_at_dependencies(packed, &targets->members[i].value, err);
	return status;
}

/* --- Python -------------------------------------------------------------------------------------------- */

static struct att_span span_of(const struct release_packed *packed, struct att_str part)
{
	uint32_t begin = (uint32_t)(part.data - packed->metadata.text.data);
	return (struct att_span){begin, begin + (uint32_t)part.len};
}

/* "NAME [extras] (==1.2, <2) ; marker" or "NAME @ URL" */
static bool is_python_leftover(struct att_str requirement)
{
	struct att_str part, rest = att_str_first(requirement, att_str_find_byte(requirement, ';'));
	size_t at = 0;
	while (at < rest.len && (att_ascii_is_alnum(rest.data[at]) || strchr("-_. ", rest.data[at])))
		at++;
	rest = att_str_from(rest, at);
	if (rest.len > 0 && rest.data[0] == '[')
		rest = att_str_trim(att_str_from(rest, att_str_find_byte(rest, ']')));
	if (rest.len > 0 && rest.data[0] == ']')
		rest = att_str_trim(att_str_from(rest, 1));
	if (rest.len > 0 && rest.data[0] == '@')
		return att_str_starts(att_str_trim(att_str_from(rest, 1)), ATT_STR("file:"));
	while (rest.data && att_str_split(&rest, ',', &part)) {
		part = att_str_trim(part);
		while (part.len > 0 && (part.data[0] == '(' || part.data[0] == ' '))
			part = att_str_from(part, 1);
		while (part.len > 0 && (part.data[part.len - 1] == ')' || part.data[part.len - 1] == ' '))
			part.len--;
		if ((att_str_starts(part, ATT_STR("==")) || att_str_starts(part, ATT_STR("~="))) &&
		    wants_placeholder(part))
			return true;
	}
	return false;
}

/* Headers as those of mail; the description follows after an empty line. */
int release_packed_read_python(struct release_packed *packed, struct att_err *err)
{
	const struct att_source *source = &packed->metadata;
	int status = ATT_OK;
	for (uint32_t i = 1; status == ATT_OK && i <= source->line_count; i++) {
		struct att_str line = att_source_line_text(source, i);
		size_t colon = att_str_find_byte(line, ':');
		if (line.len == 0)
			break;
		if (line.data[0] == ' ' || line.data[0] == '\t' || colon == ATT_STR_NONE)
			continue;
		struct att_str name = att_str_first(line, colon),
			       value = att_str_trim(att_str_from(line, colon + 1));
		bool is_version = att_str_equal_nocase(name, ATT_STR("Version"));
		if (value.len == 0)
			continue;
		if (is_version && packed->version.len > 0)
			return att_source_err(source, err, ATT_ERR_MALFORMED, span_of(packed, value),
					      "expected one Version, found a second");
		if (is_version) {
			packed->version = value;
			packed->version_span = span_of(packed, value);
		} else if (att_str_equal_nocase(name, ATT_STR("Name"))) {
			packed->name = value;
		} else if (att_str_equal_nocase(name, ATT_STR("Requires-Dist")) && is_python_leftover(value)) {
			status = leave(packed, ATT_STR("Requires-Dist"), ATT_STR(""), value,
				       span_of(packed, value), err);
		}
	}
	if (status == ATT_OK && (packed->version.len == 0 || packed->name.len == 0))
		return att_err_set(err, ATT_ERR_MALFORMED, "expected a Name and a Version, found none");
	return status;
}

/* --- Helm ---------------------------------------------------------------------------------------------- */

int release_packed_read_chart(struct release_packed *packed, struct att_err *err)
{
	struct att_value root;
	int status = att_yaml_parse(&packed->metadata, &packed->arena, &root, err);
	return status == ATT_OK ? take_version(packed, &root, err) : status;
}
