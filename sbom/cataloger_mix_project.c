// SPDX-License-Identifier: Apache-2.0
/* mix.exs: a program, of which the literal parts are read. */
#include "sbom/cataloger_mix.h"
#include "sbom/elixir.h"

#include "libattest/base/banned.h"

struct reader {
	struct att_arena *arena;
	struct att_err *err;
	struct sbom_elixir_token *tokens;
	size_t count, capacity;
	struct sbom_mix_project *out;
};

static bool is_word(const struct reader *r, size_t i, const char *word)
{
	return i < r->count && r->tokens[i].kind == SBOM_ELIXIR_WORD && att_str_is(r->tokens[i].text, word);
}

static bool is_mark(const struct reader *r, size_t i, char mark)
{
	return i < r->count && r->tokens[i].kind == SBOM_ELIXIR_MARK && r->tokens[i].text.data[0] == mark;
}

static bool is_kind(const struct reader *r, size_t i, enum sbom_elixir_kind kind)
{
	return i < r->count && r->tokens[i].kind == kind;
}

static int open_close(const struct reader *r, size_t i)
{
	if (is_mark(r, i, '{') || is_mark(r, i, '[') || is_mark(r, i, '(') ||
	    is_kind(r, i, SBOM_ELIXIR_MAP_OPEN))
		return 1;
	return is_mark(r, i, '}') || is_mark(r, i, ']') || is_mark(r, i, ')') ? -1 : 0;
}

static int read_tokens(struct reader *r, const struct att_source *source)
{
	struct att_err ignored;
	struct sbom_elixir_reader elixir = {.source = source, .arena = r->arena, .err = &ignored};
	for (;;) {
		void *items = r->tokens;
		struct sbom_elixir_token token;
		/* A string that is computed or broken is no literal: its text stays empty. */
		if (sbom_elixir_next(&elixir, &token) == ATT_ERR_MEMORY)
			return att_err_memory(r->err);
		if (token.kind == SBOM_ELIXIR_END)
			return ATT_OK;
		struct sbom_elixir_token *slot =
			att_arena_push(r->arena, &items, &r->count, &r->capacity, sizeof *slot);
		if (!slot)
			return att_err_memory(r->err);
		r->tokens = items;
		*slot = token;
	}
}

/* Where the list starts that function `name` returns, or r->count. */
static size_t find_list(const struct reader *r, const char *name)
{
	for (size_t i = 1; i < r->count; i++) {
		if (!is_word(r, i, name) || (!is_word(r, i - 1, "def") && !is_word(r, i - 1, "defp")))
			continue;
		size_t at = i + 1;
		if (is_mark(r, at, '(') && is_mark(r, at + 1, ')'))
			at += 2;
		if (is_word(r, at, "do"))
			at++;
		else if (is_mark(r, at, ',') && is_kind(r, at + 1, SBOM_ELIXIR_KEY) &&
			 att_str_is(r->tokens[at + 1].text, "do"))
			at += 2;
		if (is_mark(r, at, '['))
			return at;
	}
	return r->count;
}

/* --- one dependency ------------------------------------------------------------------------------------- */

static uint32_t scope_of_env(struct att_str env)
{
	return att_str_is(env, "prod") ? SBOM_RUNTIME : SBOM_DEV;
}

/* `:test`, `[:dev, :test]` or `~w(dev test)a` at `i`; what is computed could be any. */
static uint32_t scope_of_only(const struct reader *r, size_t i)
{
	uint32_t scope = 0;
	if (is_kind(r, i, SBOM_ELIXIR_ATOM))
		return scope_of_env(r->tokens[i].text);
	if (is_kind(r, i, SBOM_ELIXIR_SIGIL)) {
		struct att_str rest = r->tokens[i].text, part;
		while (att_str_split(&rest, ' ', &part))
			scope |= part.len ? scope_of_env(part) : 0;
	}
	for (bool list = is_mark(r, i, '['); list; i++) {
		if (is_kind(r, i + 1, SBOM_ELIXIR_ATOM))
			scope |= scope_of_env(r->tokens[i + 1].text);
		else if (!is_mark(r, i + 1, ','))
			break;
	}
	return scope & SBOM_RUNTIME || scope == 0 ? SBOM_RUNTIME : scope;
}

static bool is_literal(const struct reader *r, size_t i, const char *atom)
{
	return is_kind(r, i, SBOM_ELIXIR_ATOM) && att_str_is(r->tokens[i].text, atom) &&
	       (is_mark(r, i + 1, ',') || open_close(r, i + 1) < 0);
}

/* One `key: value` of the tuple; `i` is the value. */
static void read_option(const struct reader *r, struct att_str key, size_t i, struct sbom_mix_dependency *dep,
			bool *compile_only)
{
	if (att_str_is(key, "only"))
		dep->scope = scope_of_only(r, i);
	else if (att_str_is(key, "runtime"))
		*compile_only = is_literal(r, i, "false");
	else if (att_str_is(key, "in_umbrella"))
		dep->in_umbrella = is_literal(r, i, "true");
	else if (att_str_is(key, "path") && is_kind(r, i, SBOM_ELIXIR_STRING))
		dep->path = r->tokens[i].text;
}

/* `{:name, ...}` from the brace on; gives the token after it. */
static int read_tuple(struct reader *r, size_t i, size_t *after)
{
	struct sbom_mix_project *out = r->out;
	struct sbom_mix_dependency dep = {.scope = SBOM_RUNTIME};
	bool compile_only = false;
	int depth = 0;
	if (is_kind(r, i + 1, SBOM_ELIXIR_ATOM))
		dep.app = r->tokens[i + 1].text;
	for (; i < r->count; i++) {
		depth += open_close(r, i);
		if (depth <= 0)
			break;
		/* Options stand in the tuple itself or in a list of their own. */
		if (depth <= 2 && is_kind(r, i, SBOM_ELIXIR_KEY))
			read_option(r, r->tokens[i].text, i + 1, &dep, &compile_only);
	}
	*after = i + 1;
	if (dep.app.len == 0)
		return ATT_OK;
	if (compile_only && dep.scope == SBOM_RUNTIME)
		dep.scope = SBOM_BUILD;
	void *items = out->dependencies;
	struct sbom_mix_dependency *slot = att_arena_push(r->arena, &items, &out->dependency_count,
							  &out->dependency_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(r->err);
	out->dependencies = items;
	*slot = dep;
	return ATT_OK;
}

static int read_dependencies(struct reader *r, size_t list)
{
	int status = ATT_OK, depth = 1;
	for (size_t i = list + 1; status == ATT_OK && depth > 0 && i < r->count;) {
		if (depth == 1 && is_mark(r, i, '{')) {
			status = read_tuple(r, i, &i);
			continue;
		}
		depth += open_close(r, i);
		i++;
	}
	return status;
}

/* --- the project ---------------------------------------------------------------------------------------- */

/* `version: @version`, with `@version "1.0.0"` above. */
static struct att_str string_at(const struct reader *r, size_t i)
{
	if (is_kind(r, i, SBOM_ELIXIR_STRING))
		return r->tokens[i].text;
	if (!is_mark(r, i, '@') || !is_kind(r, i + 1, SBOM_ELIXIR_WORD))
		return (struct att_str){NULL, 0};
	for (size_t j = 0; j + 2 < i; j++)
		if (is_mark(r, j, '@') && is_kind(r, j + 1, SBOM_ELIXIR_WORD) &&
		    att_str_equal(r->tokens[j + 1].text, r->tokens[i + 1].text) &&
		    is_kind(r, j + 2, SBOM_ELIXIR_STRING))
			return r->tokens[j + 2].text;
	return (struct att_str){NULL, 0};
}

/* Gives where the list of dependencies starts when it stands in `project` itself. */
static size_t read_project(struct reader *r, size_t list)
{
	size_t dependencies = r->count;
	int depth = 0;
	bool has_version = false;
	for (size_t i = list; i < r->count; i++) {
		depth += open_close(r, i);
		if (depth <= 0)
			break;
		if (depth > 1 || !is_kind(r, i, SBOM_ELIXIR_KEY))
			continue;
		struct att_str key = r->tokens[i].text;
		if (att_str_is(key, "app") && is_kind(r, i + 1, SBOM_ELIXIR_ATOM))
			r->out->app = r->tokens[i + 1].text;
		else if (att_str_is(key, "version") && !has_version) {
			has_version = true; /* string_at looks through everything: once */
			r->out->version = string_at(r, i + 1);
		} else if (att_str_is(key, "apps_path") && is_kind(r, i + 1, SBOM_ELIXIR_STRING))
			r->out->apps_path = r->tokens[i + 1].text;
		else if (att_str_is(key, "deps") && is_mark(r, i + 1, '['))
			dependencies = i + 1;
	}
	return dependencies;
}

int sbom_mix_project_read(const struct att_source *source, struct att_arena *arena,
			  struct sbom_mix_project *out, struct att_err *err)
{
	struct reader r = {.arena = arena, .err = err, .out = out};
	memset(out, 0, sizeof *out);
	int status = read_tokens(&r, source);
	if (status != ATT_OK)
		return status;
	size_t dependencies = read_project(&r, find_list(&r, "project"));
	if (dependencies == r.count)
		dependencies = find_list(&r, "deps");
	return read_dependencies(&r, dependencies);
}
