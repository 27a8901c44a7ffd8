// SPDX-License-Identifier: Apache-2.0
#include "sbom/cataloger_gomod.h"

#include "libattest/base/banned.h"

struct reader {
	const struct att_source *source;
	struct att_arena *arena;
	struct gomod *mod;
	struct att_err *err;
};

/* Room for one more entry of a list. */
#define PUSH(r, list, list_count, list_capacity)                                                               \
	push((r), (void **)&(list), &(list_count), &(list_capacity), sizeof *(list))

static void *push(struct reader *r, void **items, size_t *count, size_t *capacity, size_t size)
{
	void *slot = att_arena_push(r->arena, items, count, capacity, size);
	if (!slot)
		att_err_memory(r->err);
	return slot;
}

static int usage(struct reader *r, const struct sbom_gomod_statement *s, const char *expected)
{
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, s->span, "expected %s", expected);
}

static int check_path(struct reader *r, const struct sbom_gomod_token *token)
{
	if (sbom_go_is_module_path(token->text))
		return ATT_OK;
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, token->span,
			      "expected a module path like example.com/name, found \"%.*s\"",
			      ATT_STR_ARG(att_str_first(token->text, 200)));
}

/* The go command turns "latest", a branch or a short version into an exact one and writes that back; a file
 * that still holds them is allowed, though not yet complete. */
static int check_version(struct reader *r, const struct sbom_gomod_token *path,
			 const struct sbom_gomod_token *version, bool *exact)
{
	*exact = sbom_go_is_version(version->text);
	if (*exact && !sbom_go_is_major(path->text, version->text))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, version->span,
				      "expected a version that fits the path %.*s, found %.*s",
				      ATT_STR_ARG(att_str_first(path->text, 200)),
				      ATT_STR_ARG(att_str_first(version->text, 100)));
	if (version->text.len == 0 || att_str_find_byte(version->text, ' ') != ATT_STR_NONE ||
	    att_str_is(version->text, "=>"))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, version->span,
				      "expected a version like v1.2.3, found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(version->text, 100)));
	return ATT_OK;
}

/* --- statements ---------------------------------------------------------------------------------------- */

static bool is_indirect(struct att_str comment)
{
	size_t end = 0;
	while (end < comment.len && !att_ascii_is_space(comment.data[end]))
		end++;
	struct att_str word = att_str_first(comment, end);
	return att_str_is(comment, "indirect") || (end < comment.len && att_str_is(word, "indirect;"));
}

static int read_require(struct reader *r, const struct sbom_gomod_statement *s)
{
	struct gomod *mod = r->mod;
	bool exact, found;
	uint32_t stored;
	if (s->count != 2)
		return usage(r, s, "a module path and a version, as in \"require example.com/a v1.2.3\"");
	int status = check_path(r, &s->args[0]);
	if (status == ATT_OK)
		status = check_version(r, &s->args[0], &s->args[1], &exact);
	if (status != ATT_OK)
		return status;
	if (att_map_put(&mod->require_by_path, s->args[0].text, (uint32_t)mod->require_count, &found,
			&stored) != ATT_OK)
		return att_err_memory(r->err);
	if (found && !att_str_equal(mod->requires[stored].version, s->args[1].text)) {
		att_source_err(r->source, r->err, ATT_ERR_MALFORMED, s->span,
			       "expected one version of %.*s, found %.*s after %.*s",
			       ATT_STR_ARG(att_str_first(s->args[0].text, 150)),
			       ATT_STR_ARG(att_str_first(s->args[1].text, 100)),
			       ATT_STR_ARG(att_str_first(mod->requires[stored].version, 100)));
		att_err_help(r->err, "run go mod tidy");
		return ATT_ERR_MALFORMED;
	}
	if (found) {
		mod->requires[stored].indirect &= is_indirect(s->comment);
		return ATT_OK;
	}
	struct gomod_require *slot = PUSH(r, mod->requires, mod->require_count, mod->require_capacity);
	if (!slot)
		return ATT_ERR_MEMORY;
	*slot = (struct gomod_require){
		.path = s->args[0].text,
		.version = s->args[1].text,
		.span = s->span,
		.exact = exact,
		.indirect = is_indirect(s->comment),
	};
	return ATT_OK;
}

static int read_exclude(struct reader *r, const struct sbom_gomod_statement *s)
{
	bool exact;
	if (s->count != 2)
		return usage(r, s, "a module path and a version, as in \"exclude example.com/a v1.2.3\"");
	int status = check_path(r, &s->args[0]);
	if (status == ATT_OK)
		status = check_version(r, &s->args[0], &s->args[1], &exact);
	if (status != ATT_OK)
		return status;
	struct att_str key = ATT_ARENA_JOIN(r->arena, s->args[0].text, ATT_STR(" "), s->args[1].text);
	if (!key.data || att_map_set(&r->mod->excluded, key, 1) != ATT_OK)
		return att_err_memory(r->err);
	return ATT_OK;
}

static int check_target(struct reader *r, const struct sbom_gomod_statement *s, size_t arrow,
			struct gomod_replace *replace)
{
	const struct sbom_gomod_token *target = &s->args[arrow + 1];
	bool exact;
	replace->new_path = target->text;
	replace->is_folder = sbom_go_is_folder(target->text);
	if (replace->is_folder && s->count == arrow + 3)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, s->args[arrow + 2].span,
				      "expected no version after a folder, found %.*s",
				      ATT_STR_ARG(att_str_first(s->args[arrow + 2].text, 100)));
	if (replace->is_folder)
		return ATT_OK;
	if (s->count == arrow + 2)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, target->span,
				      "expected a folder beginning with ./ or ../, or a module with its "
				      "version, found \"%.*s\" alone",
				      ATT_STR_ARG(att_str_first(target->text, 200)));
	replace->new_version = s->args[arrow + 2].text;
	int status = check_path(r, target);
	if (status == ATT_OK)
		status = check_version(r, target, &s->args[arrow + 2], &exact);
	return status;
}

static int read_replace(struct reader *r, const struct sbom_gomod_statement *s)
{
	struct gomod *mod = r->mod;
	size_t arrow = s->count >= 2 && att_str_is(s->args[1].text, "=>") ? 1 : 2;
	struct gomod_replace replace = {.span = s->span};
	bool exact, found;
	uint32_t stored;
	if (s->count < arrow + 2 || s->count > arrow + 3 || !att_str_is(s->args[arrow].text, "=>"))
		return usage(
			r, s,
			"\"replace old [version] => new version\" or \"replace old [version] => ./folder\"");
	replace.path = s->args[0].text;
	int status = check_path(r, &s->args[0]);
	if (status == ATT_OK && arrow == 2) {
		replace.version = s->args[1].text;
		status = check_version(r, &s->args[0], &s->args[1], &exact);
	}
	if (status == ATT_OK)
		status = check_target(r, s, arrow, &replace);
	if (status != ATT_OK)
		return status;
	struct att_str key = arrow == 1 ? replace.path
					: ATT_ARENA_JOIN(r->arena, replace.path, ATT_STR(" "), replace.version);
	if (!key.data ||
	    att_map_put(&mod->replace_by_key, key, (uint32_t)mod->replace_count, &found, &stored) != ATT_OK)
		return att_err_memory(r->err);
	if (found && (!att_str_equal(mod->replaces[stored].new_path, replace.new_path) ||
		      !att_str_equal(mod->replaces[stored].new_version, replace.new_version)))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, s->span,
				      "expected one replacement of %.*s, found a second", ATT_STR_ARG(key));
	if (found)
		return ATT_OK;
	struct gomod_replace *slot = PUSH(r, mod->replaces, mod->replace_count, mod->replace_capacity);
	if (!slot)
		return ATT_ERR_MEMORY;
	*slot = replace;
	return ATT_OK;
}

/* "v1.2.3" or "[v1.2.3, v1.4.0]". */
static int check_retract(struct reader *r, const struct sbom_gomod_statement *s)
{
	bool single = s->count == 1 && s->args[0].text.len > 0 &&
		      att_str_find_byte(ATT_STR("([{)]},"), s->args[0].text.data[0]) == ATT_STR_NONE;
	bool range = s->count == 5 && att_str_is(s->args[0].text, "[") && att_str_is(s->args[2].text, ",") &&
		     att_str_is(s->args[4].text, "]");
	return single || range ? ATT_OK : usage(r, s, "a version or \"[low, high]\" to retract");
}

static int read_once(struct reader *r, const struct sbom_gomod_statement *s, struct att_str *out)
{
	if (s->count != 1 || s->in_block || s->args[0].text.len == 0)
		return usage(r, s, "one value after this word");
	if (out->len > 0)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, s->span,
				      "expected one \"%.*s\", found a second", ATT_STR_ARG(s->verb.text));
	*out = s->args[0].text;
	return ATT_OK;
}

static int read_module(struct reader *r, const struct sbom_gomod_statement *s)
{
	if (s->count != 1)
		return usage(r, s, "one module path, as in \"module example.com/a\"");
	if (r->mod->module.len > 0)
		return usage(r, s, "one \"module\", found a second");
	r->mod->module = s->args[0].text;
	return check_path(r, &s->args[0]);
}

static int read_go(struct reader *r, const struct sbom_gomod_statement *s)
{
	int status = read_once(r, s, &r->mod->go);
	if (status != ATT_OK)
		return status;
	struct att_str version = r->mod->go;
	size_t dot = att_str_find_byte(version, '.');
	if (!att_ascii_is_digit(version.data[0]) || dot == ATT_STR_NONE || dot + 1 == version.len ||
	    !att_ascii_is_digit(version.data[dot + 1]))
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, s->args[0].span,
				      "expected a version of Go like 1.23 or 1.23.4, found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(version, 100)));
	return ATT_OK;
}

static int read_tool(struct reader *r, const struct sbom_gomod_statement *s)
{
	if (s->count != 1)
		return usage(r, s, "one package path");
	struct att_str *slot = PUSH(r, r->mod->tools, r->mod->tool_count, r->mod->tool_capacity);
	if (!slot)
		return ATT_ERR_MEMORY;
	*slot = s->args[0].text;
	return ATT_OK;
}

static int read_use(struct reader *r, const struct sbom_gomod_statement *s)
{
	struct gomod *mod = r->mod;
	if (s->count != 1 || s->args[0].text.len == 0)
		return usage(r, s, "one folder, as in \"use ./a\"");
	struct att_str *slot = PUSH(r, mod->folders, mod->folder_count, mod->folder_capacity);
	struct att_span *span = PUSH(r, mod->folder_spans, mod->folder_span_count, mod->folder_span_capacity);
	if (!slot || !span)
		return ATT_ERR_MEMORY;
	*slot = s->args[0].text;
	*span = s->args[0].span;
	return ATT_OK;
}

static int read_one_word(struct reader *r, const struct sbom_gomod_statement *s)
{
	return s->count == 1 ? ATT_OK : usage(r, s, "one value after this word");
}

static int read_toolchain(struct reader *r, const struct sbom_gomod_statement *s)
{
	return read_once(r, s, &r->mod->toolchain);
}

/* --- the file ------------------------------------------------------------------------------------------ */

struct verb {
	const char *name;
	bool in_mod, in_work;
	int (*read)(struct reader *r, const struct sbom_gomod_statement *s);
};

static const struct verb verbs[] = {
	{"module", true, false, read_module},
	{"go", true, true, read_go},
	{"toolchain", true, true, read_toolchain},
	{"godebug", true, true, read_one_word},
	{"require", true, false, read_require},
	{"exclude", true, false, read_exclude},
	{"replace", true, true, read_replace},
	{"retract", true, false, check_retract},
	{"tool", true, false, read_tool},
	{"ignore", true, false, read_one_word},
	{"use", false, true, read_use},
};

static int read_statement(struct reader *r, const struct sbom_gomod_statement *s, bool is_work)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (att_str_is(s->verb.text, verbs[i].name) && (is_work ? verbs[i].in_work : verbs[i].in_mod))
			return verbs[i].read(r, s);
	att_source_err(r->source, r->err, ATT_ERR_UNSUPPORTED, s->verb.span,
		       "expected a word of %s, found \"%.*s\"", is_work ? "go.work" : "go.mod",
		       ATT_STR_ARG(att_str_first(s->verb.text, 100)));
	att_err_help(r->err, "if a newer Go knows it, a newer attest may too");
	return ATT_ERR_UNSUPPORTED;
}

int sbom_gomod_read(const struct att_source *source, struct att_arena *arena, bool is_work, struct gomod *out,
		    struct att_err *err)
{
	struct reader r = {.source = source, .arena = arena, .mod = out, .err = err};
	struct sbom_gomod_statement *statements;
	size_t count;
	memset(out, 0, sizeof *out);
	int status = sbom_gomod_parse(source, arena, &statements, &count, err);
	for (size_t i = 0; status == ATT_OK && i < count; i++)
		status = read_statement(&r, &statements[i], is_work);
	return status;
}

void sbom_gomod_clear(struct gomod *mod)
{
	att_map_clear(&mod->require_by_path);
	att_map_clear(&mod->replace_by_key);
	att_map_clear(&mod->excluded);
}
