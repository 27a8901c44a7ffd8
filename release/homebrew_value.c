// SPDX-License-Identifier: Apache-2.0
/* The value of an expression, as far as the file alone tells it. */
#include "release/homebrew_internal.h"

#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

typedef struct homebrew_value value;
typedef const struct release_ruby_node node;

uint32_t release_homebrew_line(const struct homebrew_run *run, struct att_span span)
{
	return att_source_line(run->ruby->source, span.begin);
}

struct homebrew_value release_homebrew_unknown(struct homebrew_run *run, struct att_span span, const char *why)
{
	value v = {.kind = HOMEBREW_UNKNOWN};
	struct att_str text = run->ruby->source->text, quote;
	quote = (struct att_str){text.data + span.begin, span.end - span.begin};
	quote = att_str_first(quote, att_str_find_byte(quote, '\n'));
	if (quote.len > 60) {
		quote = att_str_first(quote, 60);
		quote = att_str_first(quote, att_utf8_valid_prefix(quote));
	}
	quote = att_str_trim(quote);
	v.text = att_arena_printf(run->arena, "line %u: %s: %.*s", release_homebrew_line(run, span), why,
				  ATT_STR_ARG(quote));
	if (!v.text.data)
		run->rc = att_err_memory(run->err);
	return v;
}

struct homebrew_value release_homebrew_text(struct homebrew_run *run, struct att_str text, bool is_version)
{
	value v = {.kind = HOMEBREW_STRING, .is_version = is_version};
	if (text.len > HOMEBREW_MAX_STRING || text.len > *run->text_left) {
		run->rc = att_err_set(run->err, ATT_ERR_LIMIT, "the file computes too much text");
		return (value){.kind = HOMEBREW_UNKNOWN, .text = ATT_STR("too long")};
	}
	*run->text_left -= text.len;
	v.text = att_arena_copy(run->arena, text);
	if (!v.text.data)
		run->rc = att_err_memory(run->err);
	return v;
}

struct homebrew_value release_homebrew_bool(bool is)
{
	return (value){.kind = HOMEBREW_BOOL, .number = is};
}

bool release_homebrew_holds(const struct homebrew_value *v)
{
	return v->kind != HOMEBREW_NIL && !(v->kind == HOMEBREW_BOOL && v->number == 0);
}

const struct release_ruby_node *release_homebrew_option(const struct release_ruby_node *call, const char *name)
{
	for (node *arg = call->first; arg; arg = arg->next) {
		if (arg->kind == RUBY_PAIR && arg->left->kind == RUBY_SYMBOL &&
		    att_str_is(arg->left->text, name))
			return arg->right;
	}
	return NULL;
}

bool release_homebrew_are_options(const struct release_ruby_node *call, const char *const *names)
{
	uint32_t said = 0;
	for (node *arg = call->first; arg; arg = arg->next) {
		size_t at = 0;
		if (arg->kind != RUBY_PAIR || arg->left->kind != RUBY_SYMBOL || !arg->left->is_plain)
			return false;
		while (names[at] && !att_str_is(arg->left->text, names[at]))
			at++;
		if (!names[at] || (said >> at & 1))
			return false;
		said |= (uint32_t)1 << at;
	}
	return true;
}

struct homebrew_value *release_homebrew_local(struct homebrew_run *run, struct att_str name)
{
	uint32_t index;
	if (!att_map_find(&run->by_name, name, &index) || index == 0)
		return NULL;
	return &run->locals[index - 1].value;
}

/* ---- literals ---- */

static bool add_escape(struct att_buf *out, struct att_str text, size_t at)
{
	static const char names[] = "ntseabrfv0", bytes[] = "\n\t \033\a\b\r\f\v";
	char c = text.data[at];
	const char *hit = strchr(names, c);
	char next = at + 1 < text.len ? text.data[at + 1] : '\0';
	if (c == '\n')
		return true;
	if (att_ascii_is_alnum(c) && (!hit || (c == '0' && att_ascii_is_digit(next))))
		return false; /* \x41, \u{41}, \101, \C-a: nobody writes a URL so */
	att_buf_add_byte(out, hit ? (c == '0' ? '\0' : bytes[hit - names]) : c);
	return true;
}

/* Adds what a piece of a string stands for; false when that is not known here. */
static bool add_text(struct att_buf *out, node *text)
{
	if (text->is_plain) {
		att_buf_add(out, text->text);
		return true;
	}
	for (size_t i = 0; i < text->text.len; i++) {
		char c = text->text.data[i], next = i + 1 < text->text.len ? text->text.data[i + 1] : '\0';
		if (text->is_escaped && c == '#' && (next == '@' || next == '$'))
			return false;
		if (c != '\\') {
			att_buf_add_byte(out, c);
		} else if (text->is_escaped) {
			if (++i >= text->text.len || !add_escape(out, text->text, i))
				return false;
		} else {
			if (!att_str_is(text->op, "'"))
				return false;
			if (next == '\\' || next == '\'')
				i++;
			att_buf_add_byte(out, text->text.data[i]);
		}
	}
	return true;
}

static value eval_last(struct homebrew_run *run, node *body)
{
	if (body->kind == RUBY_BODY && body->first && !body->first->next)
		return release_homebrew_eval(run, body->first);
	return release_homebrew_unknown(run, body->span, "more than one expression");
}

static bool add_value(struct homebrew_run *run, struct att_buf *out, const value *v)
{
	(void)run;
	switch (v->kind) {
	case HOMEBREW_STRING:
	case HOMEBREW_SYMBOL:
		att_buf_add(out, v->text);
		return true;
	case HOMEBREW_NUMBER:
		att_buf_printf(out, "%lld", (long long)v->number);
		return true;
	case HOMEBREW_NIL:
		return true;
	case HOMEBREW_BOOL:
	case HOMEBREW_LIST:
	case HOMEBREW_MACOS_VERSION:
	case HOMEBREW_UNKNOWN:
		break;
	}
	return false;
}

static value eval_string(struct homebrew_run *run, node *n)
{
	struct att_buf out;
	value v = {.kind = HOMEBREW_NIL};
	att_buf_init(&out, HOMEBREW_MAX_STRING);
	for (node *part = n->first; part && v.kind != HOMEBREW_UNKNOWN; part = part->next) {
		if (part->kind == RUBY_TEXT) {
			if (!add_text(&out, part))
				v = release_homebrew_unknown(run, part->span,
							     "an escape that is not known here");
			continue;
		}
		v = eval_last(run, part->right);
		if (v.kind != HOMEBREW_UNKNOWN && !add_value(run, &out, &v))
			v = release_homebrew_unknown(run, part->span, "no text");
	}
	if (v.kind != HOMEBREW_UNKNOWN && !att_buf_ok(&out))
		v = release_homebrew_unknown(run, n->span, "a text of such length");
	if (v.kind != HOMEBREW_UNKNOWN) {
		v = release_homebrew_text(run, att_buf_str(&out), false);
		if (n->is_plain)
			v.literal = n->inner;
	}
	att_buf_clear(&out);
	return v;
}

static value eval_list(struct homebrew_run *run, node *n)
{
	value v = {.kind = HOMEBREW_LIST};
	size_t count = 0;
	for (node *one = n->first; one; one = one->next)
		count++;
	v.items = att_arena_alloc(run->arena, count, sizeof *v.items);
	if (!v.items) {
		run->rc = att_err_memory(run->err);
		return (value){.kind = HOMEBREW_UNKNOWN};
	}
	for (node *one = n->first; one; one = one->next) {
		value item = release_homebrew_eval(run, one);
		if (item.kind == HOMEBREW_UNKNOWN)
			return item;
		v.items[v.count++] = item;
	}
	return v;
}

/* ---- the machine ---- */

static value of_machine(struct homebrew_run *run, node *n)
{
	struct att_str of = n->left->text, name = n->text;
	bool on_mac = run->env.os == HOMEBREW_MACOS, on_arm = run->env.arch == HOMEBREW_ARM;
	if (att_str_is(of, "OS")) {
		if (att_str_is(name, "mac?"))
			return release_homebrew_bool(on_mac);
		if (att_str_is(name, "linux?"))
			return release_homebrew_bool(!on_mac);
		if (att_str_is(name, "kernel_name"))
			return release_homebrew_text(run, on_mac ? ATT_STR("Darwin") : ATT_STR("Linux"), false);
	} else if (att_str_is(of, "Hardware::CPU")) {
		if (att_str_is(name, "arm?") || att_str_is(name, "arm64?"))
			return release_homebrew_bool(on_arm);
		if (att_str_is(name, "intel?"))
			return release_homebrew_bool(!on_arm);
		if (att_str_is(name, "is_64_bit?"))
			return release_homebrew_bool(true);
		if (att_str_is(name, "is_32_bit?") || att_str_is(name, "ppc?"))
			return release_homebrew_bool(false);
		if (att_str_is(name, "bits"))
			return (value){.kind = HOMEBREW_NUMBER, .number = 64};
		if (att_str_is(name, "type") || att_str_is(name, "arch"))
			return (value){.kind = HOMEBREW_SYMBOL,
				       .text = att_str_is(name, "arch")
						       ? on_arm ? ATT_STR("arm64") : ATT_STR("x86_64")
					       : on_arm ? ATT_STR("arm")
							: ATT_STR("intel")};
	} else if (att_str_is(of, "MacOS") && att_str_is(name, "version") && on_mac) {
		return (value){.kind = HOMEBREW_MACOS_VERSION};
	}
	return release_homebrew_unknown(run, n->span, "known only where it runs");
}

struct homebrew_value release_homebrew_on_macos(struct homebrew_run *run, struct att_span span,
						struct att_str name, const char *range)
{
	int index = release_homebrew_macos_find(name);
	if (index < 0)
		return release_homebrew_unknown(run, span, "a version of macOS that is not known here");
	if (run->env.os != HOMEBREW_MACOS)
		return release_homebrew_bool(false);
	run->asks_macos = true;
	if (run->env.macos < 0)
		return release_homebrew_unknown(run, span, "depends on the version of macOS");
	if (!range)
		return release_homebrew_bool(run->env.macos == index);
	return release_homebrew_bool(strcmp(range, "or_newer") == 0 ? run->env.macos >= index
								    : run->env.macos <= index);
}

static value compare_macos(struct homebrew_run *run, node *n, const value *right)
{
	int index = right->kind == HOMEBREW_SYMBOL   ? release_homebrew_macos_find(right->text)
		    : right->kind == HOMEBREW_STRING ? release_homebrew_macos_number(right->text)
						     : -1;
	if (index < 0)
		return release_homebrew_unknown(run, n->span, "a version of macOS that is not known here");
	run->asks_macos = true;
	if (run->env.macos < 0)
		return release_homebrew_unknown(run, n->span, "depends on the version of macOS");
	int order = run->env.macos - index;
	bool is_equal = att_str_is(n->op, "==") || att_str_is(n->op, "<=") || att_str_is(n->op, ">=");
	if (att_str_is(n->op, "!="))
		return release_homebrew_bool(order != 0);
	return release_homebrew_bool((order == 0 && is_equal) || (order < 0 && n->op.data[0] == '<') ||
				     (order > 0 && n->op.data[0] == '>'));
}

/* ---- calls and operators ---- */

static value pick(struct homebrew_run *run, node *n, const char *key, const char *other)
{
	static const char *const names[] = {"arm", "intel", "x86_64", "macos", "linux", NULL};
	if (!release_homebrew_are_options(n, names))
		return release_homebrew_unknown(run, n->span, "an argument that is not known here");
	node *option = release_homebrew_option(n, key);
	if (!option && other)
		option = release_homebrew_option(n, other);
	return option ? release_homebrew_eval(run, option) : (value){.kind = HOMEBREW_NIL};
}

static value field_value(struct homebrew_run *run, node *n, const struct homebrew_field *field)
{
	if (field->said.end)
		return field->value;
	return release_homebrew_unknown(run, n->span, "read before it is said");
}

static value plain_call(struct homebrew_run *run, node *n)
{
	const value *local = release_homebrew_local(run, n->text);
	bool has_args = n->first || n->right;
	if (local && !has_args)
		return *local;
	if (!has_args && release_homebrew_is_lost(run, n->text))
		return release_homebrew_unknown(run, n->span, "may be a variable here");
	if (att_str_is(n->text, "on_arch_conditional"))
		return pick(run, n, run->env.arch == HOMEBREW_ARM ? "arm" : "intel",
			    run->env.arch == HOMEBREW_ARM ? NULL : "x86_64");
	if (att_str_is(n->text, "on_system_conditional"))
		return pick(run, n, run->env.os == HOMEBREW_MACOS ? "macos" : "linux", NULL);
	if (!has_args && att_str_is(n->text, "version")) {
		value v = field_value(run, n, &run->parts[run->part].version);
		v.is_version = true;
		v.literal = (struct att_span){0, 0};
		return v;
	}
	if (!has_args && run->is_cask && att_str_is(n->text, "arch"))
		return field_value(run, n, &run->arch);
	if (!has_args && run->is_cask && att_str_is(n->text, "os"))
		return field_value(run, n, &run->os);
	if (!has_args && run->is_cask && att_str_is(n->text, "token"))
		return release_homebrew_text(run, run->token, false);
	return release_homebrew_unknown(run, n->span, "cannot be told without running it");
}

static value method_call(struct homebrew_run *run, node *n)
{
	enum { MAX_ARGS = 4 };
	value args[MAX_ARGS], self, out;
	size_t count = 0;
	if (n->left->kind == RUBY_CONST && !n->first && !n->right &&
	    !release_homebrew_local(run, n->left->text) && !release_homebrew_is_lost(run, n->left->text))
		return of_machine(run, n);
	self = release_homebrew_eval(run, n->left);
	if (self.kind == HOMEBREW_UNKNOWN)
		return self;
	for (node *arg = n->first; arg && !n->right; arg = arg->next) {
		if (count == MAX_ARGS)
			return release_homebrew_unknown(run, n->span, "cannot be told without running it");
		args[count] = release_homebrew_eval(run, arg);
		if (args[count++].kind == HOMEBREW_UNKNOWN)
			return args[count - 1];
	}
	if (n->right || !release_homebrew_method(run, &self, n->text, args, count, &out))
		return release_homebrew_unknown(run, n->span, "cannot be told without running it");
	return out;
}

static value equal(struct homebrew_run *run, node *n, const value *left, const value *right)
{
	bool is_text = left->kind == HOMEBREW_STRING || left->kind == HOMEBREW_SYMBOL;
	bool same = left->kind == right->kind && is_text ? att_str_equal(left->text, right->text)
		    : left->kind == right->kind && left->kind == HOMEBREW_NUMBER ? left->number == right->number
		    : left->kind == right->kind && left->kind == HOMEBREW_BOOL   ? left->number == right->number
		    : left->kind == HOMEBREW_NIL || right->kind == HOMEBREW_NIL  ? left->kind == right->kind
										 : false;
	if (left->is_version || right->is_version || left->is_truth || right->is_truth ||
	    left->kind == HOMEBREW_LIST)
		return release_homebrew_unknown(run, n->span, "cannot be told without running it");
	return release_homebrew_bool(same == att_str_is(n->op, "=="));
}

static value eval_binary(struct homebrew_run *run, node *n)
{
	struct att_buf out;
	bool is_and = att_str_is(n->op, "&&"), is_or = att_str_is(n->op, "||");
	value left = release_homebrew_eval(run, n->left), right;
	if (!n->right) /* a sign */
		return release_homebrew_unknown(run, n->span, "cannot be told without running it");
	if (is_and || is_or) {
		bool decided = left.kind != HOMEBREW_UNKNOWN && release_homebrew_holds(&left) == is_or;
		if (decided)
			return left;
		right = release_homebrew_eval(run, n->right);
		if (left.kind != HOMEBREW_UNKNOWN)
			return right;
		/* "ENV[...] && false" does not hold all the same; what its value is depends on the left. */
		bool decides = right.kind != HOMEBREW_UNKNOWN && release_homebrew_holds(&right) == is_or;
		return decides ? (value){.kind = HOMEBREW_BOOL, .number = is_or, .is_truth = true} : left;
	}
	right = release_homebrew_eval(run, n->right);
	if (left.kind == HOMEBREW_UNKNOWN || right.kind == HOMEBREW_UNKNOWN)
		return left.kind == HOMEBREW_UNKNOWN ? left : right;
	if (left.kind == HOMEBREW_MACOS_VERSION && (n->op.data[0] == '<' || n->op.data[0] == '>' ||
						    att_str_is(n->op, "==") || att_str_is(n->op, "!=")))
		return compare_macos(run, n, &right);
	if (att_str_is(n->op, "==") || att_str_is(n->op, "!="))
		return equal(run, n, &left, &right);
	if (!att_str_is(n->op, "+") || left.kind != HOMEBREW_STRING || right.kind != HOMEBREW_STRING)
		return release_homebrew_unknown(run, n->span, "cannot be told without running it");
	att_buf_init(&out, HOMEBREW_MAX_STRING);
	att_buf_add(&out, left.text);
	att_buf_add(&out, right.text);
	left = att_buf_ok(&out) ? release_homebrew_text(run, att_buf_str(&out), false)
				: release_homebrew_unknown(run, n->span, "a text of such length");
	att_buf_clear(&out);
	return left;
}

static value eval_choice(struct homebrew_run *run, node *condition, node *yes, node *no)
{
	value v = release_homebrew_eval(run, condition);
	if (v.kind == HOMEBREW_UNKNOWN)
		return v;
	node *chosen = release_homebrew_holds(&v) ? yes : no;
	if (!chosen)
		return (value){.kind = HOMEBREW_NIL};
	return chosen->kind == RUBY_BODY ? eval_last(run, chosen) : release_homebrew_eval(run, chosen);
}

static value eval_number(struct homebrew_run *run, node *n)
{
	uint64_t number;
	if (!att_str_to_uint(n->text, 1000000, &number) || (n->text.len > 1 && n->text.data[0] == '0'))
		return release_homebrew_unknown(run, n->span, "a number that is not known here");
	return (value){.kind = HOMEBREW_NUMBER, .number = (int64_t)number};
}

struct homebrew_value release_homebrew_eval(struct homebrew_run *run, const struct release_ruby_node *n)
{
	value v;
	const value *local;
	switch (n->kind) {
	case RUBY_STRING:
		return eval_string(run, n);
	case RUBY_SYMBOL:
		v = n->is_plain ? release_homebrew_text(run, n->text, false)
				: release_homebrew_unknown(run, n->span, "cannot be told without running it");
		if (v.kind == HOMEBREW_STRING)
			v.kind = HOMEBREW_SYMBOL;
		return v;
	case RUBY_NUMBER:
		return eval_number(run, n);
	case RUBY_NIL:
		return (value){.kind = HOMEBREW_NIL};
	case RUBY_TRUE:
	case RUBY_FALSE:
		return release_homebrew_bool(n->kind == RUBY_TRUE);
	case RUBY_ARRAY:
		return eval_list(run, n);
	case RUBY_CALL:
		return n->left ? method_call(run, n) : plain_call(run, n);
	case RUBY_CONST:
		local = release_homebrew_local(run, n->text);
		return local ? *local
			     : release_homebrew_unknown(run, n->span, "a constant that is not known here");
	case RUBY_BINARY:
		return eval_binary(run, n);
	case RUBY_CHOICE:
	case RUBY_IF:
		return eval_choice(run, n->left, n->first, n->right);
	case RUBY_NOT:
		v = release_homebrew_eval(run, n->left);
		return v.kind == HOMEBREW_UNKNOWN ? v : release_homebrew_bool(!release_homebrew_holds(&v));
	case RUBY_REGEX: /* one of letters only is a text; see the methods that take one */
	case RUBY_HEREDOC:
	case RUBY_HASH:
	case RUBY_BODY:
	case RUBY_OPAQUE:
	case RUBY_CLASS:
	case RUBY_DEF:
	case RUBY_ASSIGN:
	case RUBY_VAR:
	case RUBY_PAIR:
	case RUBY_SPLAT:
	case RUBY_TEXT:
	case RUBY_INSERT:
	case RUBY_SELF:
		break;
	}
	return release_homebrew_unknown(run, n->span, "cannot be told without running it");
}
