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

static bool begins_argument(const struct release_ruby *ruby, uint32_t token)
{
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
		return t->keyword == RUBY_K_DO || t->keyword == RUBY_K_SELF;
	case RUBY_T_OP:
		return att_str_is(text, "(") ||
		       (t->is_spaced && (att_str_is(text, "*") || att_str_is(text, "[") ||
					 att_str_is(text, "&") || att_str_is(text, "->"))) ||
		       att_str_is(text, "{");
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
	      release_homebrew_is_pure(release_ruby_token_text(run->ruby, token + 2)))))
		return;
	*local = release_homebrew_unknown(
		run, (struct att_span){run->ruby->tokens[token].begin, run->ruby->tokens[token].end},
		"may change the variable");
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

void release_homebrew_look(struct homebrew_run *run, uint32_t from, uint32_t to, bool with_setters)
{
	const struct release_ruby *ruby = run->ruby;
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
		bool defines = att_str_is(text, "define_method") && is_dangerous_name(defined_name(ruby, i));
		bool sets = with_setters && is_one_of(text, setters) && begins_argument(ruby, i + 1);
		if (defines || sets || is_one_of(text, reflections))
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
	if (shared || dot != ATT_STR_NONE)
		release_homebrew_look(run, def->token + 2, def->token_end, true);
}
