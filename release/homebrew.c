// SPDX-License-Identifier: Apache-2.0
/* Finds the formula or cask in a file, and walks it for every platform. */
#include "release/homebrew.h"

#include "release/homebrew_internal.h"

#include "libattest/base/banned.h"

typedef const struct release_ruby_node node;

struct file {
	struct release_ruby ruby;
	node *subject; /* the class, or the call of "cask" */
	struct att_str token;
	bool is_cask, names_linux;
	struct release_manifest *out;
	struct att_err *err;
	struct homebrew_items *items;
	size_t text_left;
	struct att_str poison;
};

static bool is_formula(node *n)
{
	return n->kind == RUBY_CLASS && n->left && n->left->kind == RUBY_CONST &&
	       att_str_is(n->left->text, "Formula");
}

static bool is_cask(node *n)
{
	return n->kind == RUBY_CALL && !n->left && att_str_is(n->text, "cask") && n->right;
}

static int find_subject(struct file *file)
{
	const struct att_source *source = file->ruby.source;
	for (node *n = file->ruby.body->first; n; n = n->next) {
		if (!(file->is_cask ? is_cask(n) : is_formula(n)))
			continue;
		if (file->subject) {
			(void)att_source_err(source, file->err, ATT_ERR_MALFORMED, n->span,
					     "a second %s, the first one stands in line %u",
					     file->is_cask ? "cask" : "formula",
					     att_source_line(source, file->subject->span.begin));
			return ATT_ERR_MALFORMED;
		}
		file->subject = n;
	}
	if (file->subject)
		return ATT_OK;
	return att_source_err(source, file->err, ATT_ERR_MALFORMED, ((struct att_span){0, 0}),
			      file->is_cask ? "expected 'cask \"NAME\" do', which is not there"
					    : "expected 'class NAME < Formula', which is not there");
}

/* Homebrew knows a formula by the name of its file, a cask by what stands behind "cask". */
static int find_token(struct file *file)
{
	struct att_str name = release_file_name(file->ruby.source->path);
	node *argument = file->subject->first;
	if (!file->is_cask) {
		file->token = att_str_ends(name, ATT_STR(".rb")) ? att_str_first(name, name.len - 3) : name;
		return ATT_OK;
	}
	if (!argument || argument->next || argument->kind != RUBY_STRING || !argument->is_plain)
		return att_source_err(file->ruby.source, file->err, ATT_ERR_MALFORMED, file->subject->span,
				      "expected the cask's name as a plain text");
	file->token = argument->text;
	return ATT_OK;
}

/* A class beside the formula: one that only downloads or demands in its own way is no matter, since what it
 * downloads has to have the digest. */
static bool is_harmless_class(node *n)
{
	struct att_str parent = n->left && n->left->kind == RUBY_CONST ? n->left->text : ATT_STR("");
	return att_str_ends(parent, ATT_STR("DownloadStrategy")) ||
	       att_str_ends(parent, ATT_STR("Requirement")) || att_str_ends(parent, ATT_STR("Error"));
}

static void look_into_class(struct homebrew_run *run, node *body)
{
	for (node *n = body->first; n; n = n->next) {
		if (n->kind != RUBY_DEF)
			release_homebrew_look(run, n->token, n->token_end, true);
	}
}

static void look_beside(struct homebrew_run *run, node *n)
{
	if (n->kind == RUBY_DEF)
		release_homebrew_look_at_def(run, n, true);
	else if (n->kind == RUBY_CLASS && is_harmless_class(n))
		look_into_class(run, n->right);
	else if (n->kind == RUBY_CLASS)
		release_homebrew_poison(run, n->span, n->text);
	else if (n->kind == RUBY_ASSIGN)
		release_homebrew_walk(run, n);
	else
		release_homebrew_look(run, n->token, n->token_end, true);
}

/* A class does not see the variables around it, only the constants. */
static void hide_outer(struct homebrew_run *run)
{
	const struct homebrew_value hidden = {.kind = HOMEBREW_UNKNOWN,
					      .text = ATT_STR("a variable that stands outside of the class")};
	for (size_t i = 0; i < run->local_count; i++) {
		if (att_ascii_lower(run->locals[i].name.data[0]) == run->locals[i].name.data[0])
			run->locals[i].value = hidden;
	}
}

static void walk_file(struct file *file, struct homebrew_run *run)
{
	for (node *n = file->ruby.body->first; n && run->rc == ATT_OK; n = n->next) {
		if (n == file->subject && !file->is_cask)
			hide_outer(run);
		if (n == file->subject)
			release_homebrew_walk_block(run, n->right);
		else
			look_beside(run, n);
	}
}

static int run_once(struct file *file, struct homebrew_env env, bool final, bool *asks_macos)
{
	struct att_arena arena;
	struct homebrew_run run = {.ruby = &file->ruby,
				   .arena = &arena,
				   .err = file->err,
				   .text_left = &file->text_left,
				   .is_cask = file->is_cask,
				   .env = env,
				   .token = file->token};
	att_arena_init(&arena);
	att_map_init(&run.by_name);
	att_map_init(&run.lost);
	att_map_init(&run.part_by_name);
	if (release_homebrew_part(&run, HOMEBREW_MAIN, ATT_STR(""), (struct att_span){0, 0}))
		walk_file(file, &run);
	*asks_macos = run.asks_macos;
	if (run.rc == ATT_OK && (final || !run.asks_macos))
		run.rc = release_homebrew_items_collect(file->items, &run);
	if (run.poison.len && !file->poison.len) {
		file->poison = att_arena_copy(&file->out->arena, run.poison);
		if (!file->poison.data)
			run.rc = att_err_memory(file->err);
	}
	att_map_clear(&run.by_name);
	att_map_clear(&run.lost);
	att_map_clear(&run.part_by_name);
	att_arena_clear(&arena);
	return run.rc;
}

static int run_platform(struct file *file, enum homebrew_os os, enum homebrew_arch arch)
{
	struct homebrew_env env = {os, arch, -1};
	bool asks_macos;
	int rc = run_once(file, env, os == HOMEBREW_LINUX, &asks_macos);
	if (os == HOMEBREW_LINUX || !asks_macos)
		return rc;
	for (env.macos = release_homebrew_macos_first(arch); rc == ATT_OK; env.macos++) {
		if (env.macos == release_homebrew_macos_count())
			break;
		rc = run_once(file, env, true, &asks_macos);
	}
	return rc;
}

/* Casks are for macOS unless they speak of Linux. */
static bool names_linux(const struct release_ruby *ruby)
{
	for (size_t i = 1; i < ruby->count; i++) {
		uint8_t kind = ruby->tokens[i].kind;
		if ((kind == RUBY_T_NAME || kind == RUBY_T_LABEL || kind == RUBY_T_SYMBOL) &&
		    att_str_find(release_ruby_token_text(ruby, i), ATT_STR("linux")) != ATT_STR_NONE)
			return true;
	}
	return false;
}

/* Nothing to download is nothing to check, which is never in order. */
static void finish(struct file *file)
{
	struct release_manifest *out = file->out;
	bool has_main = false;
	for (size_t i = 0; i < out->count; i++) {
		const struct release_item *item = &out->items[i];
		bool is_main = item->role == RELEASE_ROLE_MAIN;
		if (is_main && out->version.len == 0 && !has_main)
			out->version = item->version;
		else if (is_main && !att_str_equal(out->version, item->version))
			out->version = ATT_STR("");
		has_main = has_main || is_main;
	}
	if (has_main)
		return;
	struct release_item *item = release_manifest_add(out);
	if (!item)
		return;
	item->span = file->subject->span;
	release_item_doubt(out, item, ATT_STR("no url is said"));
	if (file->poison.len)
		release_item_doubt(out, item, file->poison);
}

static int evaluate(struct file *file)
{
	int rc = find_subject(file);
	if (rc == ATT_OK)
		rc = find_token(file);
	file->names_linux = names_linux(&file->ruby);
	file->items = release_homebrew_items_new(&file->out->arena);
	if (rc == ATT_OK && !file->items)
		rc = att_err_memory(file->err);
	for (int os = 0; os < 2 && rc == ATT_OK; os++) {
		if (os == HOMEBREW_LINUX && file->is_cask && !file->names_linux)
			continue;
		for (int arch = 0; arch < 2 && rc == ATT_OK; arch++)
			rc = run_platform(file, (enum homebrew_os)os, (enum homebrew_arch)arch);
	}
	if (rc == ATT_OK)
		rc = release_homebrew_items_put(file->items, file->out, file->err);
	release_homebrew_items_clear(file->items);
	if (rc != ATT_OK)
		return rc;
	file->out->name = att_arena_copy(&file->out->arena, file->token);
	finish(file);
	return file->out->arena.failed || !file->out->name.data ? att_err_memory(file->err) : ATT_OK;
}

int release_homebrew_parse(const struct att_source *source, bool cask, struct release_manifest *out,
			   struct att_err *err)
{
	struct att_arena tree;
	struct file file = {.is_cask = cask, .out = out, .err = err, .text_left = HOMEBREW_MAX_TEXT};
	att_arena_init(&tree);
	int rc = release_ruby_parse(source, &tree, &file.ruby, err);
	if (rc == ATT_OK)
		rc = evaluate(&file);
	att_arena_clear(&tree);
	return rc;
}
