// SPDX-License-Identifier: Apache-2.0
/* Statements that say nothing about what is downloaded are not understood further, but looked through: for
 * what could change the meaning of those that do. */
#include "release/homebrew_internal.h"
#include "release/ruby_internal.h"

#include "libattest/base/banned.h"

static bool is_one_of(struct att_str name, const char *const *names)
{
	for (; name.data && *names; names++) {
		if (att_str_is(name, *names))
			return true;
	}
	return false;
}

/* Through these anything can be said. */
static const char *const reflections[] = {
	"send",
	"public_send",
	"__send__",
	"eval",
	"instance_eval",
	"class_eval",
	"module_eval",
	"instance_exec",
	"class_exec",
	"module_exec",
	"binding",
	"const_set",
	"remove_const",
	"alias_method",
	"define_singleton_method",
	"remove_method",
	"undef_method",
	"singleton_class",
	"instance_method",
	"method",
	"prepend",
	"extend",
	"refine",
	"using",
	"instance_variable_set",
	"load",
	"require_relative",
	"autoload",
	"ObjectSpace",
	"set_trace_func",
	"TracePoint",
	"class_variable_set",
	"to_proc",
	"inject",
	"reduce",
	"public_method",
	"singleton_method",
	"public_instance_method",
	"const_get",
	"instance_variable_get",
	NULL,
};

/* What is said with these counts; a method of such a name would say it instead. */
static const char *const setters[] = {
	"url",         "version",  "sha256",   "sha1",    "md5",   "resource", "bottle", "stable",
	"go_resource", "revision", "root_url", "rebuild", "patch", "language", "mirror", NULL,
};

static const char *const hooks[] = {
	"initialize",
	"method_missing",
	"method_added",
	"singleton_method_added",
	"inherited",
	"const_missing",
	"respond_to_missing?",
	"arch",
	"os",
	"on_macos",
	"on_linux",
	"on_arm",
	"on_intel",
	"on_system",
	"on_arch_conditional",
	"on_system_conditional",
	"cask",
	"specs",
	"active_spec",
	"downloader",
	"fetch",
	"verify_download_integrity",
	"checksum",
	"download_strategy",
	"pkg_version",
	"token",
	"name",
	NULL,
};

void release_homebrew_poison(struct homebrew_run *run, struct att_span span, struct att_str what)
{
	if (run->poison.len)
		return;
	run->poison = att_arena_printf(run->arena, "line %u: '%.*s' may change what the file says elsewhere",
				       release_homebrew_line(run, span), ATT_STR_ARG(att_str_first(what, 60)));
	if (!run->poison.data)
		run->rc = att_err_memory(run->err);
}

/* A keyword right behind a name goes on with the statement ("url if x"), or a value begins with it. */
static bool begins_value(const struct release_ruby_token *t)
{
	switch ((int)t->keyword) {
	case RUBY_K_AND:
	case RUBY_K_OR:
	case RUBY_K_IF:
	case RUBY_K_UNLESS:
	case RUBY_K_WHILE:
	case RUBY_K_UNTIL:
	case RUBY_K_RESCUE:
	case RUBY_K_THEN:
	case RUBY_K_ELSE:
	case RUBY_K_ELSIF:
	case RUBY_K_WHEN:
	case RUBY_K_IN:
	case RUBY_K_ENSURE:
	case RUBY_K_END:
		return false;
	default:
		return true;
	}
}

static bool begins_argument(const struct release_ruby *ruby, uint32_t token)
{
	static const char *const prefixes[] = {"*", "**", "&", "-", "+", "!", "~", "::", "..", "...", NULL};
	static const char *const openers[] = {"(", "{", NULL}, *const spaced[] = {"[", "->", NULL};
	const struct release_ruby_token *t = &ruby->tokens[token];
	struct att_str text = release_ruby_token_text(ruby, token);
	switch ((enum release_ruby_token_kind)t->kind) {
	case RUBY_T_QUOTE:
	case RUBY_T_NAME:
	case RUBY_T_CONST:
	case RUBY_T_SYMBOL:
	case RUBY_T_VAR:
	case RUBY_T_NUMBER:
	case RUBY_T_LABEL:
	case RUBY_T_CHAR:
		return true;
	case RUBY_T_KEYWORD:
		return begins_value(t);
	case RUBY_T_OP:
		return is_one_of(text, openers) ||
		       (t->is_spaced && !t[1].is_spaced && is_one_of(text, prefixes)) ||
		       (t->is_spaced && is_one_of(text, spaced));
	case RUBY_T_END:
	case RUBY_T_NEWLINE:
	case RUBY_T_PIECE:
	case RUBY_T_INSERT:
	case RUBY_T_INSERTED:
	case RUBY_T_UNQUOTE:
		break;
	}
	return false;
}

static bool is_op(const struct release_ruby *ruby, uint32_t token, const char *op)
{
	struct att_str text = release_ruby_token_text(ruby, token);
	return ruby->tokens[token].kind == RUBY_T_OP && text.data && att_str_is(text, op);
}

/* The name that "define_method(:name)" or "def name" at a token gives; data is NULL when it is computed. */
static struct att_str defined_name(const struct release_ruby *ruby, uint32_t token)
{
	uint32_t at = token + 1;
	struct att_str none = {NULL, 0};
	if (is_op(ruby, at, "("))
		at++;
	switch ((enum release_ruby_token_kind)ruby->tokens[at].kind) {
	case RUBY_T_SYMBOL:
		return att_str_from(release_ruby_token_text(ruby, at), 1);
	case RUBY_T_NAME:
		return ruby->tokens[token].kind == RUBY_T_KEYWORD ? release_ruby_token_text(ruby, at) : none;
	case RUBY_T_QUOTE:
		return ruby->tokens[at + 1].kind == RUBY_T_PIECE && ruby->tokens[at].match == at + 2
			       ? release_ruby_token_text(ruby, at + 1)
			       : none;
	case RUBY_T_CONST:
	case RUBY_T_VAR:
	case RUBY_T_NUMBER:
	case RUBY_T_LABEL:
	case RUBY_T_CHAR:
	case RUBY_T_KEYWORD:
	case RUBY_T_OP:
	case RUBY_T_END:
	case RUBY_T_NEWLINE:
	case RUBY_T_PIECE:
	case RUBY_T_INSERT:
	case RUBY_T_INSERTED:
	case RUBY_T_UNQUOTE:
		break;
	}
	return none;
}

static bool is_dangerous_name(struct att_str name)
{
	return !name.data || is_one_of(name, setters) || is_one_of(name, hooks) || is_one_of(name, reflections);
}

/* ---- variables ---- */

/* What the name stands for cannot be told from here on, whatever is assigned to it later: a block that is kept
 * may change it whenever it is called. */
static void lose_name(struct homebrew_run *run, struct att_str name, struct att_span span,
		      enum homebrew_loss what)
{
	struct homebrew_value *local = release_homebrew_local(run, name);
	if ((!local && what == HOMEBREW_KNOWN_ASSIGNED) || (local && what == HOMEBREW_NEVER_ASSIGNED))
		return;
	struct homebrew_value v = release_homebrew_unknown(run, span, "may change the variable");
	if (local)
		*local = v;
	else if (what == HOMEBREW_NEVER_ASSIGNED)
		release_homebrew_assign(run, name, &v);
	if (what != HOMEBREW_NEVER_ASSIGNED && att_map_set(&run->lost, name, 1) != ATT_OK)
		run->rc = att_err_memory(run->err);
}

static void lose(struct homebrew_run *run, uint32_t token, enum homebrew_loss what)
{
	const struct release_ruby_token *t = &run->ruby->tokens[token];
	lose_name(run, release_ruby_token_text(run->ruby, token), (struct att_span){t->begin, t->end}, what);
}

bool release_homebrew_is_lost(const struct homebrew_run *run, struct att_str name)
{
	uint32_t found;
	return att_map_find(&run->lost, name, &found);
}

static bool assigns(const struct release_ruby *ruby, uint32_t token)
{
	struct att_str op = release_ruby_token_text(ruby, token);
	return ruby->tokens[token].kind == RUBY_T_OP && op.data && op.len && op.data[op.len - 1] == '=' &&
	       !att_str_is(op, "==") && !att_str_is(op, "===") && !att_str_is(op, "!=") &&
	       !att_str_is(op, "<=") && !att_str_is(op, ">=");
}

static bool is_name(const struct release_ruby *ruby, uint32_t token)
{
	uint8_t kind = ruby->tokens[token].kind;
	return (kind == RUBY_T_NAME || kind == RUBY_T_CONST) && !is_op(ruby, token - 1, ".") &&
	       !is_op(ruby, token - 1, "&.");
}

/* All that may stand on the left of "=": "a, (b, *c) = ...". */
static void lose_left_side(struct homebrew_run *run, uint32_t from, uint32_t equals, enum homebrew_loss what)
{
	const struct release_ruby *ruby = run->ruby;
	for (uint32_t i = equals; i-- > from;) {
		if (is_name(ruby, i)) {
			lose(run, i, what);
		} else if (!is_op(ruby, i, ",") && !is_op(ruby, i, "*") && !is_op(ruby, i, "(") &&
			   !is_op(ruby, i, ")")) {
			break;
		}
	}
}

/* "/(?<name>...)/ =~ text" sets variables. */
static void lose_captures(struct homebrew_run *run, uint32_t unquote, enum homebrew_loss what)
{
	const struct release_ruby *ruby = run->ruby;
	uint32_t quote = ruby->tokens[unquote].match;
	for (uint32_t i = quote + 1; i < unquote; i++) {
		struct att_str text = release_ruby_token_text(ruby, i);
		for (size_t at; (at = att_str_find(text, ATT_STR("(?<"))) != ATT_STR_NONE;) {
			text = att_str_from(text, at + 3);
			struct att_str name = att_str_first(text, att_str_find_byte(text, '>'));
			lose_name(run, name, (struct att_span){ruby->tokens[i].begin, ruby->tokens[i].end},
				  what);
		}
	}
}

/* What a pattern names, up to the end of its line: "in [a, {b:}]", "value => {b: a}". */
static void lose_pattern(struct homebrew_run *run, uint32_t from, uint32_t to, enum homebrew_loss what)
{
	const struct release_ruby *ruby = run->ruby;
	for (uint32_t i = from; i < to && ruby->tokens[i].kind != RUBY_T_NEWLINE && !is_op(ruby, i, "=>");
	     i++) {
		const struct release_ruby_token *t = &ruby->tokens[i];
		struct att_str text = release_ruby_token_text(ruby, i);
		bool is_short = t->kind == RUBY_T_LABEL && !begins_argument(ruby, i + 1);
		if (is_short)
			lose_name(run, att_str_first(text, text.len - 1), (struct att_span){t->begin, t->end},
				  what);
		else if (t->kind == RUBY_T_NAME)
			lose(run, i, i == from ? what : HOMEBREW_KNOWN_ASSIGNED);
	}
}

void release_homebrew_lose(struct homebrew_run *run, uint32_t from, uint32_t to, enum homebrew_loss what)
{
	const struct release_ruby *ruby = run->ruby;
	for (uint32_t i = from; i < to; i++) {
		uint8_t before = ruby->tokens[i - 1].kind;
		if (assigns(ruby, i))
			lose_left_side(run, from, i, what);
		else if (is_op(ruby, i, "=~") && before == RUBY_T_UNQUOTE)
			lose_captures(run, i - 1, what);
		else if (is_op(ruby, i - 1, "=>") ||
			 (before == RUBY_T_KEYWORD && (ruby->tokens[i - 1].keyword == RUBY_K_FOR ||
						       ruby->tokens[i - 1].keyword == RUBY_K_IN)))
			lose_pattern(run, i, to, what);
	}
}

/* Texts and lists are changed in place by these: whoever else holds them sees it. */
static const char *const mutators[] = {
	"<<",    "concat",  "replace", "insert",    "clear",     "setbyte", "force_encoding", "push",  "pop",
	"shift", "unshift", "append",  "delete_at", "delete_if", "keep_if", "fill",           "store", NULL,
};

static bool mutates(const struct homebrew_run *run, uint32_t token)
{
	const struct release_ruby *ruby = run->ruby;
	struct att_str text = release_ruby_token_text(ruby, token);
	if (ruby->tokens[token].kind == RUBY_T_OP)
		return is_op(ruby, token, "<<") || (assigns(ruby, token) && is_op(ruby, token - 1, "]"));
	if (ruby->tokens[token].kind == RUBY_T_SYMBOL)
		text = att_str_from(text, 1);
	else if (ruby->tokens[token].kind != RUBY_T_NAME ||
		 (!is_op(ruby, token - 1, ".") && !is_op(ruby, token - 1, "&.")))
		return false;
	return (text.data && text.len > 1 && text.data[text.len - 1] == '!') || is_one_of(text, mutators);
}

/* Is something named there that other statements read, too? */
static bool is_shared(struct homebrew_run *run, uint32_t token)
{
	static const char *const values[] = {"version", "arch", "os", "token", "url", NULL};
	struct att_str name = release_ruby_token_text(run->ruby, token);
	return is_name(run->ruby, token) &&
	       (is_one_of(name, values) || release_homebrew_local(run, name) != NULL);
}

/* A block that can be called later, with anything. */
static bool is_kept_block(const struct release_ruby *ruby, uint32_t token)
{
	static const char *const makers[] = {"proc", "lambda", "Proc", "define_method", NULL};
	return is_op(ruby, token, "->") ||
	       ((ruby->tokens[token].kind == RUBY_T_NAME || ruby->tokens[token].kind == RUBY_T_CONST) &&
		is_one_of(release_ruby_token_text(ruby, token), makers));
}

static void look_for_mutation(struct homebrew_run *run, uint32_t from, uint32_t to, bool shared)
{
	uint32_t found = 0;
	for (uint32_t i = from; i < to; i++) {
		found = found ? found : mutates(run, i) ? i : 0;
		shared = shared || is_shared(run, i) || is_kept_block(run->ruby, i);
	}
	if (found && shared)
		release_homebrew_poison(
			run, (struct att_span){run->ruby->tokens[found].begin, run->ruby->tokens[found].end},
			release_ruby_token_text(run->ruby, found));
}

/* A variable that is used in a way that might change its text. */
static void look_at_local(struct homebrew_run *run, uint32_t token, struct att_str name)
{
	struct homebrew_value *local = release_homebrew_local(run, name);
	const struct release_ruby_token *next = &run->ruby->tokens[token + 1];
	struct att_str text = release_ruby_token_text(run->ruby, token + 1);
	if (!local || next->kind == RUBY_T_NEWLINE || next->kind == RUBY_T_INSERTED || next->kind == RUBY_T_END)
		return;
	if (next->kind == RUBY_T_OP &&
	    (att_str_is(text, ",") || att_str_is(text, ")") || att_str_is(text, "]") || att_str_is(text, "}") ||
	     att_str_is(text, "?") || att_str_is(text, "+") ||
	     (att_str_is(text, ".") &&
	      release_homebrew_is_pure(release_ruby_token_text(run->ruby, token + 2)) &&
	      !(local->kind == HOMEBREW_LIST &&
		att_str_is(release_ruby_token_text(run->ruby, token + 2), "delete")))))
		return;
	lose(run, token, HOMEBREW_KNOWN_ASSIGNED);
}

static void look_at_keyword(struct homebrew_run *run, uint32_t token)
{
	const struct release_ruby *ruby = run->ruby;
	const struct release_ruby_token *t = &ruby->tokens[token];
	struct att_span span = {t->begin, t->end};
	switch ((int)t->keyword) {
	case RUBY_K_CLASS:
	case RUBY_K_MODULE:
	case RUBY_K_ALIAS:
	case RUBY_K_UNDEF:
		release_homebrew_poison(run, span, release_ruby_token_text(ruby, token));
		break;
	case RUBY_K_DEF:
		if (is_op(ruby, token + 2, ".") || is_dangerous_name(defined_name(ruby, token)))
			release_homebrew_poison(run, span, release_ruby_token_text(ruby, token + 1));
		break;
	default:
		break;
	}
}

/* Does a text begin there that names a file of the tap, or is none that can be told? */
static bool is_path(const struct release_ruby *ruby, uint32_t token)
{
	token += is_op(ruby, token, "(");
	if (ruby->tokens[token].kind != RUBY_T_QUOTE || ruby->tokens[token + 1].kind != RUBY_T_PIECE)
		return ruby->tokens[token].kind != RUBY_T_NEWLINE;
	struct att_str text = release_ruby_token_text(ruby, token + 1);
	return ruby->tokens[token].match != token + 2 || !text.data || text.data[0] == '.' ||
	       text.data[0] == '/';
}

void release_homebrew_look(struct homebrew_run *run, uint32_t from, uint32_t to, bool with_setters)
{
	static const char *const definer[] = {"define_method", NULL}, *const loader[] = {"require", NULL};
	const struct release_ruby *ruby = run->ruby;
	release_homebrew_lose(run, from, to, with_setters ? HOMEBREW_ANY_ASSIGNED : HOMEBREW_KNOWN_ASSIGNED);
	look_for_mutation(run, from, to, false);
	for (uint32_t i = from; i < to; i++) {
		const struct release_ruby_token *t = &ruby->tokens[i];
		struct att_span span = {t->begin, t->end};
		struct att_str text = release_ruby_token_text(ruby, i);
		if (t->kind == RUBY_T_KEYWORD)
			look_at_keyword(run, i);
		if (t->kind == RUBY_T_SYMBOL && is_one_of(att_str_from(text, 1), reflections))
			release_homebrew_poison(run, span, text);
		if (t->kind != RUBY_T_NAME && t->kind != RUBY_T_CONST)
			continue;
		bool defines = is_one_of(text, definer) &&
			       (is_op(ruby, i - 1, ".") || is_dangerous_name(defined_name(ruby, i)));
		bool requires = is_one_of(text, loader) && is_path(ruby, i + 1);
		bool sets = with_setters && is_one_of(text, setters) && begins_argument(ruby, i + 1);
		if (defines || requires || sets || is_one_of(text, reflections))
			release_homebrew_poison(run, span, text);
		else if (!is_op(ruby, i - 1, ".") && !is_op(ruby, i - 1, "&."))
			look_at_local(run, i, text);
	}
}

void release_homebrew_look_at_def(struct homebrew_run *run, const struct release_ruby_node *def, bool shared)
{
	size_t dot = att_str_find_last_byte(def->text, '.');
	struct att_str name = dot == ATT_STR_NONE ? def->text : att_str_from(def->text, dot + 1);
	if (name.len > 1 && name.data[name.len - 1] == '=')
		name.len--;
	if (is_dangerous_name(name))
		release_homebrew_poison(run, def->span, def->text);
	if (!shared && dot == ATT_STR_NONE)
		return;
	look_for_mutation(run, def->token + 2, def->token_end, true);
	release_homebrew_look(run, def->token + 2, def->token_end, true);
}
