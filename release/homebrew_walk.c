// SPDX-License-Identifier: Apache-2.0
/* The statements of a formula or cask, in the order in which they stand, on one platform. */
#include "release/homebrew_internal.h"
#include "release/ruby_internal.h"

#include "libattest/base/banned.h"

typedef struct homebrew_value value;
typedef const struct release_ruby_node node;

static struct homebrew_part *current(struct homebrew_run *run)
{
	return &run->parts[run->part];
}

/* ---- scopes ---- */

/* A name of a block of its own, whatever it was outside. */
static void declare(struct homebrew_run *run, struct att_str name, const value *v)
{
	uint32_t before = 0;
	(void)att_map_find(&run->by_name, name, &before);
	struct homebrew_local *local = att_arena_push(run->arena, (void **)&run->locals, &run->local_count,
						      &run->local_capacity, sizeof *local);
	if (!local || att_map_set(&run->by_name, name, (uint32_t)run->local_count) != ATT_OK) {
		run->rc = att_err_memory(run->err);
		return;
	}
	*local = (struct homebrew_local){.name = name, .value = *v, .hidden = before};
}

void release_homebrew_assign(struct homebrew_run *run, struct att_str name, const value *v)
{
	value *known = release_homebrew_local(run, name);
	const value lost = {.kind = HOMEBREW_UNKNOWN, .text = ATT_STR("a variable that other code may change")};
	if (release_homebrew_is_lost(run, name))
		v = &lost;
	if (known)
		*known = *v;
	else
		declare(run, name, v);
}

/* A block's parameters, which stand between "do" or "{" and its body. */
static void declare_parameters(struct homebrew_run *run, node *body)
{
	const struct release_ruby_token *tokens = run->ruby->tokens;
	const value unknown = {.kind = HOMEBREW_UNKNOWN, .text = ATT_STR("a parameter of a block")};
	uint32_t from = body->token;
	if (tokens[from - 1].kind != RUBY_T_OP || run->ruby->source->text.data[tokens[from - 1].begin] != '|')
		return;
	while (from > 1 && tokens[--from].match < body->token) {
		if (tokens[from].kind == RUBY_T_NAME)
			declare(run, release_ruby_token_text(run->ruby, from), &unknown);
	}
}

/* A block's variables end with it. */
static void leave_block(struct homebrew_run *run, size_t count)
{
	while (run->local_count > count) {
		const struct homebrew_local *local = &run->locals[--run->local_count];
		if (att_map_set(&run->by_name, local->name, local->hidden) != ATT_OK)
			run->rc = att_err_memory(run->err);
	}
}

void release_homebrew_walk_block(struct homebrew_run *run, node *body)
{
	size_t count = run->local_count;
	declare_parameters(run, body);
	release_homebrew_walk(run, body);
	leave_block(run, count);
}

static void walk_if(struct homebrew_run *run, const value *condition, node *yes, node *no)
{
	struct att_str outer = run->doubt;
	if (condition->kind != HOMEBREW_UNKNOWN) {
		bool holds = release_homebrew_holds(condition);
		node *chosen = holds ? yes : no, *other = holds ? no : yes;
		if (other)
			release_homebrew_lose(run, other->token, other->token_end, HOMEBREW_NEVER_ASSIGNED);
		if (chosen)
			release_homebrew_walk(run, chosen);
		return;
	}
	if (!run->doubt.len)
		run->doubt = condition->text;
	release_homebrew_walk(run, yes);
	if (no)
		release_homebrew_walk(run, no);
	run->doubt = outer;
}

struct homebrew_part *release_homebrew_part(struct homebrew_run *run, enum homebrew_part_kind kind,
					    struct att_str name, struct att_span span)
{
	uint32_t index = (uint32_t)run->part_count, stored;
	bool found;
	const char mark = (char)('0' + (int)kind);
	struct att_str key = ATT_ARENA_JOIN(run->arena, ((struct att_str){&mark, 1}), name);
	if (!key.data || att_map_put(&run->part_by_name, key, index, &found, &stored) != ATT_OK) {
		run->rc = att_err_memory(run->err);
		return NULL;
	}
	if (found) {
		struct homebrew_part *part = &run->parts[stored];
		struct att_str said = att_arena_printf(run->arena, "said twice, in lines %u and %u",
						       release_homebrew_line(run, part->span),
						       release_homebrew_line(run, span));
		part->unknown = part->unknown.len ? part->unknown : said;
		run->part = stored;
		return part;
	}
	struct homebrew_part *part = att_arena_push(run->arena, (void **)&run->parts, &run->part_count,
						    &run->part_capacity, sizeof *part);
	if (!part) {
		run->rc = att_err_memory(run->err);
		return NULL;
	}
	*part = (struct homebrew_part){.kind = kind, .name = name, .span = span, .unknown = run->doubt};
	run->part = index;
	return part;
}

/* ---- what is declared ---- */

static void say(struct homebrew_run *run, struct homebrew_field *field, node *statement, const value *v)
{
	if (field->said.end) {
		struct att_str twice = att_arena_printf(run->arena, "said twice, in lines %u and %u",
							release_homebrew_line(run, field->said),
							release_homebrew_line(run, statement->span));
		field->value = (value){.kind = HOMEBREW_UNKNOWN, .text = twice};
		return;
	}
	field->said = statement->span;
	field->value = run->doubt.len ? (value){.kind = HOMEBREW_UNKNOWN, .text = run->doubt} : *v;
}

/* The value of a statement's one argument. */
static value only_argument(struct homebrew_run *run, node *n)
{
	if (n->right)
		return release_homebrew_unknown(run, n->span, "a block that is not known here");
	if (!n->first || n->first->next || n->first->kind == RUBY_PAIR || n->first->kind == RUBY_SPLAT)
		return release_homebrew_unknown(run, n->span, "arguments that are not known here");
	return release_homebrew_eval(run, n->first);
}

static void on_version(struct homebrew_run *run, node *n)
{
	value v = only_argument(run, n);
	if (v.kind == HOMEBREW_SYMBOL)
		v = release_homebrew_unknown(
			run, n->span, att_str_is(v.text, "latest") ? "nothing is checked" : "not a text");
	else if (v.kind != HOMEBREW_STRING && v.kind != HOMEBREW_UNKNOWN)
		v = release_homebrew_unknown(run, n->span, "not a text");
	v.is_version = true;
	say(run, &current(run)->version, n, &v);
}

static bool is_checkout(const value *url, const value *with)
{
	static const char *const ways[] = {"git", "hg", "svn", "cvs", "bzr", "fossil", NULL};
	static const char *const schemes[] = {"git://",    "svn://", "hg://",  "cvs://", "bzr://",
					      "fossil://", "git@",   "ssh://", NULL};
	for (const char *const *way = ways; with->kind == HOMEBREW_SYMBOL && *way; way++) {
		if (att_str_is(with->text, *way))
			return true;
	}
	for (const char *const *scheme = schemes; url->kind == HOMEBREW_STRING && *scheme; scheme++) {
		if (att_str_starts(url->text, att_str_of(*scheme)))
			return true;
	}
	return url->kind == HOMEBREW_STRING && att_str_ends(url->text, ATT_STR(".git"));
}

static void on_url(struct homebrew_run *run, node *n)
{
	struct homebrew_part *part = current(run);
	value v = {.kind = HOMEBREW_UNKNOWN}, tag, revision, with = {.kind = HOMEBREW_NIL};
	bool is_plain = n->first && n->first->kind != RUBY_PAIR && !n->right;
	for (node *arg = n->first ? n->first->next : NULL; arg; arg = arg->next)
		is_plain = is_plain && arg->kind == RUBY_PAIR && arg->left->is_plain;
	if (is_plain)
		v = release_homebrew_eval(run, n->first);
	else
		v = release_homebrew_unknown(run, n->span, "arguments that are not known here");
	if (v.kind != HOMEBREW_STRING && v.kind != HOMEBREW_UNKNOWN)
		v = release_homebrew_unknown(run, n->span, "not a text");
	node *tag_node = release_homebrew_option(n, "tag"), *with_node = release_homebrew_option(n, "using");
	node *revision_node = release_homebrew_option(n, "revision");
	if (with_node && with_node->kind == RUBY_SYMBOL)
		with = release_homebrew_eval(run, with_node);
	part->is_checkout = part->is_checkout || tag_node || revision_node ||
			    release_homebrew_option(n, "branch") || is_checkout(&v, &with);
	if (tag_node) {
		tag = release_homebrew_eval(run, tag_node);
		say(run, &part->tag, n, &tag);
	}
	if (revision_node) {
		revision = release_homebrew_eval(run, revision_node);
		say(run, &part->revision, n, &revision);
	}
	say(run, &part->url, n, &v);
}

/* A cask's 'sha256 arm: "...", intel: "..."'. */
static value digest_by_platform(struct homebrew_run *run, node *n)
{
	static const char *const keys[2][2] = {{"arm", "intel"}, {"arm64_linux", "x86_64_linux"}};
	static const char *const known[] = {"arm", "intel", "x86_64", "arm64_linux", "x86_64_linux", NULL};
	if (!release_homebrew_are_options(n, known))
		return release_homebrew_unknown(run, n->span, "arguments that are not known here");
	node *option = release_homebrew_option(n, keys[run->env.os][run->env.arch]);
	if (!option && run->env.os == HOMEBREW_MACOS && run->env.arch == HOMEBREW_INTEL)
		option = release_homebrew_option(n, "x86_64");
	return option ? release_homebrew_eval(run, option) : (value){.kind = HOMEBREW_NIL};
}

static void on_sha256(struct homebrew_run *run, node *n)
{
	bool by_platform = run->is_cask && n->first && n->first->kind == RUBY_PAIR && !n->right;
	value v = by_platform ? digest_by_platform(run, n) : only_argument(run, n);
	if (v.kind == HOMEBREW_SYMBOL)
		v = release_homebrew_unknown(
			run, n->span, att_str_is(v.text, "no_check") ? "nothing is checked" : "not a text");
	else if (v.kind != HOMEBREW_STRING && v.kind != HOMEBREW_UNKNOWN && v.kind != HOMEBREW_NIL)
		v = release_homebrew_unknown(run, n->span, "not a text");
	say(run, &current(run)->digest, n, &v);
}

static void on_arch(struct homebrew_run *run, node *n)
{
	bool is_arch = att_str_is(n->text, "arch");
	const char *key = is_arch                         ? run->env.arch == HOMEBREW_ARM ? "arm" : "intel"
			  : run->env.os == HOMEBREW_MACOS ? "macos"
							  : "linux";
	node *option = release_homebrew_option(n, key);
	static const char *const keys[2][3] = {{"macos", "linux", NULL}, {"arm", "intel", NULL}};
	value v = option ? release_homebrew_eval(run, option) : (value){.kind = HOMEBREW_NIL};
	if (!release_homebrew_are_options(n, keys[is_arch]))
		v = release_homebrew_unknown(run, n->span, "arguments that are not known here");
	say(run, is_arch ? &run->arch : &run->os, n, &v);
}

static void on_part(struct homebrew_run *run, node *n)
{
	bool is_patch = att_str_is(n->text, "patch");
	size_t outer = run->part;
	value name = {.kind = HOMEBREW_STRING};
	if (!n->right) /* "patch :DATA"; a resource that is read */
		return;
	if (is_patch)
		name.text = att_arena_printf(run->arena, "patch %u", ++run->patches);
	else
		name = n->first ? release_homebrew_eval(run, n->first) : (value){.kind = HOMEBREW_NIL};
	if (name.kind != HOMEBREW_STRING)
		name.text = att_arena_printf(run->arena, "line %u", release_homebrew_line(run, n->span));
	if (name.text.data &&
	    release_homebrew_part(run, is_patch ? HOMEBREW_PATCH : HOMEBREW_RESOURCE, name.text, n->span))
		release_homebrew_walk_block(run, n->right);
	run->part = outer;
}

/* ---- bottles ---- */

static void bottle_digest(struct homebrew_run *run, node *n)
{
	for (node *arg = n->first; arg; arg = arg->next) {
		if (arg->kind != RUBY_PAIR) {
			release_homebrew_poison(run, arg->span, ATT_STR("sha256"));
			continue;
		}
		/* Once the digest came first: sha256 "..." => :catalina. */
		bool is_old = arg->left->kind == RUBY_STRING;
		node *tag = is_old ? arg->right : arg->left, *digest = is_old ? arg->left : arg->right;
		if (tag->kind == RUBY_SYMBOL && att_str_is(tag->text, "cellar"))
			continue;
		if (tag->kind != RUBY_SYMBOL || !tag->is_plain) {
			release_homebrew_poison(run, arg->span, ATT_STR("sha256"));
			continue;
		}
		value v = release_homebrew_eval(run, digest);
		size_t outer = run->part;
		struct homebrew_part *part = release_homebrew_part(run, HOMEBREW_BOTTLE, tag->text, n->span);
		if (part)
			say(run, &part->digest, n, &v);
		run->part = outer;
	}
}

static void bottle_statement(struct homebrew_run *run, node *n)
{
	value v;
	if (att_str_is(n->text, "sha256")) {
		bottle_digest(run, n);
	} else if (att_str_is(n->text, "root_url")) {
		v = n->first ? release_homebrew_eval(run, n->first) : (value){.kind = HOMEBREW_NIL};
		say(run, &run->root_url, n, &v);
	} else if (att_str_is(n->text, "rebuild") || att_str_is(n->text, "revision")) {
		v = only_argument(run, n);
		say(run, &run->rebuild, n, &v);
	} else {
		release_homebrew_look(run, n->token, n->token_end, true);
	}
}

/* ---- blocks that depend on the platform ---- */

static value on_system(struct homebrew_run *run, node *n)
{
	value v = release_homebrew_bool(false);
	for (node *arg = n->first; arg; arg = arg->next) {
		if (arg->kind == RUBY_SYMBOL && att_str_is(arg->text, "linux")) {
			v.number |= run->env.os == HOMEBREW_LINUX;
		} else if (arg->kind == RUBY_PAIR && arg->left->kind == RUBY_SYMBOL &&
			   att_str_is(arg->left->text, "macos") && arg->right->kind == RUBY_SYMBOL) {
			struct att_str name = arg->right->text;
			const char *range = att_str_ends(name, ATT_STR("_or_newer"))   ? "or_newer"
					    : att_str_ends(name, ATT_STR("_or_older")) ? "or_older"
										       : NULL;
			value mac = release_homebrew_on_macos(
				run, n->span, att_str_first(name, name.len - (range ? 9 : 0)), range);
			if (mac.kind == HOMEBREW_UNKNOWN)
				return mac;
			v.number |= mac.number;
		} else {
			return release_homebrew_unknown(run, n->span, "arguments that are not known here");
		}
	}
	return v;
}

/* Is it one of the on_... blocks? Then *holds says whether it counts. */
static bool platform_block(struct homebrew_run *run, node *n, value *holds)
{
	struct att_str name = n->text;
	if (!att_str_starts(name, ATT_STR("on_")) || !n->right)
		return false;
	if (att_str_is(name, "on_macos") || att_str_is(name, "on_linux")) {
		*holds = release_homebrew_bool(att_str_is(name, "on_macos") == (run->env.os == HOMEBREW_MACOS));
	} else if (att_str_is(name, "on_arm") || att_str_is(name, "on_intel")) {
		*holds = release_homebrew_bool(att_str_is(name, "on_arm") == (run->env.arch == HOMEBREW_ARM));
	} else if (att_str_is(name, "on_system")) {
		*holds = on_system(run, n);
		return true;
	} else {
		const char *range = NULL;
		bool is_known = !n->first;
		if (n->first && !n->first->next && n->first->kind == RUBY_SYMBOL) {
			range = att_str_is(n->first->text, "or_newer")   ? "or_newer"
				: att_str_is(n->first->text, "or_older") ? "or_older"
									 : NULL;
			is_known = range != NULL;
		}
		*holds = is_known ? release_homebrew_on_macos(run, n->span, att_str_from(name, 3), range)
				  : release_homebrew_unknown(run, n->span, "arguments that are not known here");
		return true;
	}
	if (n->first)
		*holds = release_homebrew_unknown(run, n->span, "arguments that are not known here");
	return true;
}

/* ---- statements ---- */

/* Their blocks say other things with the same words, or run later. */
static bool is_aside(struct att_str name)
{
	static const char *const names[] = {
		"livecheck",
		"test",
		"service",
		"caveats",
		"head",
		"devel",
		"fails_with",
		"pour_bottle?",
		"preflight",
		"postflight",
		"uninstall_preflight",
		"uninstall_postflight",
		"plist_options",
		"post_install",
		"mirror",
		NULL,
	};
	for (const char *const *one = names; *one; one++) {
		if (att_str_is(name, *one))
			return true;
	}
	return false;
}

static void walk_call(struct homebrew_run *run, node *n)
{
	struct att_str name = n->text;
	value holds;
	bool has_args = n->first || n->right;
	if (n->left || !has_args) {
		release_homebrew_look(run, n->token, n->token_end, true);
		return;
	}
	if (platform_block(run, n, &holds)) {
		size_t count = run->local_count;
		declare_parameters(run, n->right);
		walk_if(run, &holds, n->right, NULL);
		leave_block(run, count);
		return;
	}
	release_homebrew_look(run, n->token, n->token + 1, false);
	release_homebrew_look(run, n->token + 1, n->right ? n->right->token : n->token_end, !is_aside(name));
	if (run->in_bottle)
		bottle_statement(run, n);
	else if (att_str_is(name, "url"))
		on_url(run, n);
	else if (att_str_is(name, "version"))
		on_version(run, n);
	else if (att_str_is(name, "sha256"))
		on_sha256(run, n);
	else if (att_str_is(name, "revision") && !run->is_cask && run->part == 0) {
		value v = only_argument(run, n);
		say(run, &run->formula_revision, n, &v);
	} else if (run->is_cask && (att_str_is(name, "arch") || att_str_is(name, "os")))
		on_arch(run, n);
	else if (!run->is_cask &&
		 (att_str_is(name, "resource") || att_str_is(name, "go_resource") || att_str_is(name, "patch")))
		on_part(run, n);
	else if (!run->is_cask && att_str_is(name, "stable") && n->right && run->part == 0)
		release_homebrew_walk_block(run, n->right);
	else if (!run->is_cask && att_str_is(name, "bottle") && run->part == 0) {
		run->in_bottle = n->right != NULL;
		if (n->right)
			release_homebrew_walk_block(run, n->right);
		run->in_bottle = false;
	} else if (!att_str_is(name, "define_method")) {
		release_homebrew_look(run, n->token + 1, n->token_end, !is_aside(name));
	}
}

static void walk_opaque(struct homebrew_run *run, node *n)
{
	const struct release_ruby_token *first = &run->ruby->tokens[n->token];
	release_homebrew_look(run, n->token, n->token_end, true);
	if (first->kind == RUBY_T_KEYWORD && (first->keyword == RUBY_K_RETURN ||
					      first->keyword == RUBY_K_NEXT || first->keyword == RUBY_K_BREAK))
		release_homebrew_poison(run, n->span, release_ruby_token_text(run->ruby, n->token));
}

static void walk_one(struct homebrew_run *run, node *n)
{
	value v;
	switch ((int)n->kind) {
	case RUBY_IF:
		release_homebrew_look(run, n->left->token, n->left->token_end, true);
		v = release_homebrew_eval(run, n->left);
		walk_if(run, &v, n->first, n->right);
		return;
	case RUBY_ASSIGN:
		release_homebrew_look(run, n->token + 2, n->token_end, true);
		v = att_str_is(n->op, "=") ? release_homebrew_eval(run, n->right)
					   : release_homebrew_unknown(run, n->span, "not evaluated");
		v.literal = (struct att_span){0, 0};
		if (run->doubt.len)
			v = (value){.kind = HOMEBREW_UNKNOWN, .text = run->doubt};
		release_homebrew_assign(run, n->text, &v);
		return;
	case RUBY_DEF:
		release_homebrew_look_at_def(run, n, run->is_cask);
		return;
	case RUBY_CALL:
		walk_call(run, n);
		return;
	case RUBY_CLASS:
		release_homebrew_poison(run, n->span, n->text);
		return;
	case RUBY_BODY:
		release_homebrew_walk(run, n);
		return;
	default:
		walk_opaque(run, n);
		return;
	}
}

void release_homebrew_walk(struct homebrew_run *run, const struct release_ruby_node *body)
{
	if (body->kind != RUBY_BODY) {
		walk_one(run, body);
		return;
	}
	for (node *n = body->first; n && run->rc == ATT_OK; n = n->next)
		walk_one(run, n);
}
