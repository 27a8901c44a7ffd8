// SPDX-License-Identifier: Apache-2.0
#include "release/bash.h"

#include "libattest/base/banned.h"

enum mode { PLAIN, FOR, CASE, FUNCTION };

/* The command that is being read. */
struct pending {
	struct release_bash_word *words;
	size_t count, capacity;
	enum mode mode;
	bool redirects;  /* the next word is where to */
	bool heredoc;    /* the next word is a here-document's delimiter */
	bool strip_tabs; /* of its lines */
	bool compound;   /* "}", "fi", "]]", ... ended it: no words, but a command */
	bool chained;    /* it stands behind &&, || or | */
	bool defines;    /* what comes is the body of a function */
};

int release_bash_fail(struct release_bash *p, int code, size_t at, const char *what)
{
	struct att_span span = {(uint32_t)at, (uint32_t)(at < p->text.len ? at + 1 : at)};
	return att_source_err(p->source, p->err, code, span, "%s", what);
}

int release_bash_fail_heredoc(struct release_bash *p)
{
	return release_bash_fail(p, ATT_ERR_UNSUPPORTED, p->at,
				 "expected the rest of the line to be simple behind a here-document");
}

struct att_str release_bash_text(const struct att_source *source, struct att_span span)
{
	return att_str_first(att_str_from(source->text, span.begin), span.end - span.begin);
}

void release_bash_skip_blanks(struct release_bash *p)
{
	for (;;) {
		char c = release_bash_peek(p, 0);
		if (c == ' ' || c == '\t')
			p->at++;
		else if (c == '\\' && release_bash_peek(p, 1) == '\n')
			p->at += 2;
		else
			break;
	}
	if (release_bash_peek(p, 0) == '#')
		while (p->at < p->text.len && p->text.data[p->at] != '\n')
			p->at++;
}

/* --- frames -------------------------------------------------------------------------------------------- */

static struct release_bash_frame *top(struct release_bash *p)
{
	return p->depth ? &p->frames[p->depth - 1] : NULL;
}

static int open_frame(struct release_bash *p, struct pending *c, char kind)
{
	if (p->depth == ATT_MAX_DEPTH)
		return release_bash_fail(p, ATT_ERR_LIMIT, p->at,
					 "expected less nesting, found more than can be followed");
	if (c->defines && kind != '{' && kind != '(')
		return release_bash_fail(p, ATT_ERR_UNSUPPORTED, p->at,
					 "expected the { of the function, found another command");
	p->frames[p->depth++] = (struct release_bash_frame){.kind = kind, .is_function = c->defines};
	p->quiet += c->defines;
	c->defines = false;
	return ATT_OK;
}

static int close_frame(struct release_bash *p, struct pending *c, char kind, size_t at)
{
	if (!top(p) || top(p)->kind != kind)
		return release_bash_fail(p, ATT_ERR_MALFORMED, at,
					 "found the end of something that did not begin");
	p->quiet -= top(p)->is_function;
	p->depth--;
	c->compound = true;
	return ATT_OK;
}

/* --- here-documents ------------------------------------------------------------------------------------ */

static struct att_str unquote(struct release_bash *p, struct att_str word)
{
	char *out = att_arena_alloc(p->arena, word.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; out && i < word.len; i++)
		if (word.data[i] != '\'' && word.data[i] != '"' && word.data[i] != '\\')
			out[len++] = word.data[i];
	return (struct att_str){out, len};
}

static int add_heredoc(struct release_bash *p, struct pending *c, struct att_str word)
{
	if (p->heredoc_count == RELEASE_BASH_HEREDOCS)
		return release_bash_fail(p, ATT_ERR_LIMIT, p->at, "expected fewer here-documents on one line");
	p->heredocs[p->heredoc_count].delimiter = unquote(p, word);
	p->heredocs[p->heredoc_count++].strip_tabs = c->strip_tabs;
	c->heredoc = false;
	return ATT_OK;
}

/* The lines up to the delimiter's; p stands at the beginning of a line. */
static void skip_heredocs(struct release_bash *p)
{
	for (size_t i = 0; i < p->heredoc_count; i++) {
		bool found = false;
		while (!found && p->at < p->text.len) {
			struct att_str rest = att_str_from(p->text, p->at), line = rest;
			size_t end = att_str_find_byte(rest, '\n');
			if (end != ATT_STR_NONE)
				line = att_str_first(rest, end);
			p->at += end == ATT_STR_NONE ? rest.len : end + 1;
			while (p->heredocs[i].strip_tabs && line.len && line.data[0] == '\t')
				line = att_str_from(line, 1);
			found = att_str_equal(line, p->heredocs[i].delimiter);
		}
	}
	p->heredoc_count = 0;
}

/* --- commands ------------------------------------------------------------------------------------------ */

static int tell_opaque(struct release_bash *p, size_t begin)
{
	struct att_span span = {(uint32_t)begin, (uint32_t)p->at};
	return p->quiet ? ATT_OK : p->visitor->opaque(p->visitor->context, span);
}

/* `end` is what ended the command: '\n' ';' '&' '|', 'a' for && and || */
static int end_command(struct release_bash *p, struct pending *c, char end)
{
	const struct release_bash_command command = {c->words, c->count,
						     p->depth > 0 || c->chained || end == '&' || end == '|'};
	bool something = c->count > 0 || c->compound;
	int status = ATT_OK;
	if (c->redirects || c->heredoc)
		return release_bash_fail(p, ATT_ERR_MALFORMED, p->at, "expected a file to redirect to or from");
	if (c->count > 0 && c->mode == PLAIN && !p->quiet)
		status = p->visitor->command(p->visitor->context, &command);
	if (end == 'a' || end == '|')
		c->chained = true;
	else if (something)
		c->chained = false;
	c->count = 0;
	c->mode = PLAIN;
	c->compound = false;
	return status;
}

static int define_function(struct release_bash *p, struct pending *c, struct att_str name)
{
	c->count = 0;
	c->mode = PLAIN;
	c->defines = true;
	return p->quiet ? ATT_OK : p->visitor->function(p->visitor->context, name);
}

/* "function NAME", behind which "()" may stand. */
static int take_function(struct release_bash *p, struct pending *c, struct att_str name)
{
	release_bash_skip_blanks(p);
	if (release_bash_peek(p, 0) == '(') {
		size_t begin = p->at++;
		release_bash_skip_blanks(p);
		if (release_bash_peek(p, 0) != ')')
			return release_bash_fail(p, ATT_ERR_UNSUPPORTED, begin,
						 "expected \"()\" behind the name of the function");
		p->at++;
	}
	return define_function(p, c, name);
}

/* "[[ ... ]]", in which neither parentheses nor < and > are what they are elsewhere. */
static int skip_condition(struct release_bash *p, struct pending *c, size_t begin)
{
	static const char *const arithmetic[] = {"-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v"};
	struct release_bash_word word;
	bool opaque = false;
	if (p->heredoc_count > 0)
		return release_bash_fail_heredoc(p);
	for (;;) {
		size_t at;
		int status = ATT_OK;
		release_bash_skip_blanks(p);
		at = p->at;
		if (at >= p->text.len)
			return release_bash_fail(p, ATT_ERR_MALFORMED, begin,
						 "expected \"]]\", found the end of the file");
		status = release_bash_read_word(p, &word);
		if (status != ATT_OK)
			return status;
		if (p->at == at)
			p->at++;
		struct att_str text = release_bash_text(p->source, word.span);
		if (att_str_is(text, "]]"))
			break;
		opaque |= release_bash_may_assign(text);
		for (size_t i = 0; i < sizeof arithmetic / sizeof arithmetic[0]; i++)
			opaque |= att_str_is(text, arithmetic[i]);
	}
	c->compound = true;
	return opaque ? tell_opaque(p, begin) : ATT_OK;
}

/* A word where a command may begin. *taken: it was one of the shell's own. */
static int take_reserved(struct release_bash *p, struct pending *c, const struct release_bash_word *word,
			 bool *taken)
{
	static const struct {
		const char *word;
		char opens, closes;
	} words[] = {
		{"{", '{', 0},     {"}", 0, '{'},    {"if", 'i', 0},   {"fi", 0, 'i'}, {"while", 'w', 0},
		{"until", 'w', 0}, {"done", 0, 'w'}, {"esac", 0, 'c'}, {"then", 0, 0}, {"elif", 0, 0},
		{"else", 0, 0},    {"do", 0, 0},     {"!", 0, 0},      {"time", 0, 0},
	};
	struct att_str text = release_bash_text(p->source, word->span);
	int status;
	*taken = true;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (att_str_is(text, words[i].word)) {
			if (words[i].closes)
				return close_frame(p, c, words[i].closes, word->span.begin);
			return words[i].opens ? open_frame(p, c, words[i].opens) : ATT_OK;
		}
	if (att_str_is(text, "[["))
		return skip_condition(p, c, word->span.begin);
	if (att_str_is(text, "function")) {
		c->mode = FUNCTION;
		return ATT_OK;
	}
	bool is_case = att_str_is(text, "case");
	if (!is_case && !att_str_is(text, "for") && !att_str_is(text, "select") &&
	    !att_str_is(text, "coproc")) {
		*taken = false;
		return ATT_OK;
	}
	status = tell_opaque(p, word->span.begin);
	if (status == ATT_OK && !att_str_is(text, "coproc"))
		status = open_frame(p, c, is_case ? 'c' : 'w');
	c->mode = is_case ? CASE : att_str_is(text, "coproc") ? PLAIN : FOR;
	return status;
}

static int keep_word(struct release_bash *p, struct pending *c, const struct release_bash_word *word)
{
	struct release_bash_word *kept =
		att_arena_push(p->arena, (void **)&c->words, &c->count, &c->capacity, sizeof *kept);
	if (!kept)
		return att_err_memory(p->err);
	*kept = *word;
	return ATT_OK;
}

static bool is_digits(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!att_ascii_is_digit(text.data[i]))
			return false;
	return true;
}

/* A word of a "for", "case" or "function" line. */
static int take_of_line(struct release_bash *p, struct pending *c, const struct release_bash_word *word,
			struct att_str text)
{
	struct release_bash_frame *frame = top(p);
	if (c->mode == FUNCTION)
		return take_function(p, c, text);
	if (c->mode == CASE && frame && c->count >= 1 && att_str_is(text, "in")) {
		c->count = 0;
		c->mode = PLAIN;
		frame->in_pattern = true;
		return ATT_OK;
	}
	if (c->mode == FOR && c->count == 1 && att_str_is(text, "do")) {
		c->count = 0;
		c->mode = PLAIN;
		return ATT_OK;
	}
	return keep_word(p, c, word);
}

static int take_word(struct release_bash *p, struct pending *c)
{
	struct release_bash_word word;
	bool taken = false;
	char next;
	int status = release_bash_read_word(p, &word);
	if (status != ATT_OK)
		return status;
	struct att_str text = release_bash_text(p->source, word.span);
	if (text.len == 0)
		return release_bash_fail(p, ATT_ERR_MALFORMED, p->at,
					 "expected a command, found something else");
	if (c->heredoc)
		return add_heredoc(p, c, text);
	if (c->redirects) {
		c->redirects = false;
		return release_bash_may_assign(text) ? tell_opaque(p, word.span.begin) : ATT_OK;
	}
	if (top(p) && top(p)->kind == 'c' && top(p)->in_pattern)
		return att_str_is(text, "esac") ? close_frame(p, c, 'c', word.span.begin) : ATT_OK;
	if (c->mode != PLAIN)
		return take_of_line(p, c, &word, text);
	next = release_bash_peek(p, 0);
	if ((next == '<' || next == '>') && is_digits(text))
		return ATT_OK; /* the descriptor of a redirection */
	if ((next == '<' || next == '>') && text.data[0] == '{')
		return tell_opaque(p, word.span.begin); /* a variable that is to hold one */
	if (c->count == 0) {
		status = take_reserved(p, c, &word, &taken);
		if (status != ATT_OK || taken)
			return status;
	}
	if (c->defines)
		return release_bash_fail(p, ATT_ERR_MALFORMED, word.span.begin,
					 "expected the { of the function, found a command");
	return keep_word(p, c, &word);
}

/* --- operators ----------------------------------------------------------------------------------------- */

/* < and >: where a word begins with them, they redirect. */
static int take_redirection(struct release_bash *p, struct pending *c)
{
	char first = release_bash_peek(p, 0), second = release_bash_peek(p, 1);
	size_t begin = p->at;
	if (second == '(')
		return take_word(p, c);
	if (first == '<' && second == '<' && release_bash_peek(p, 2) != '<') {
		p->at += 2;
		c->heredoc = true;
		c->strip_tabs = release_bash_peek(p, 0) == '-';
		p->at += c->strip_tabs;
		return tell_opaque(p, begin);
	}
	while (release_bash_peek(p, 0) == '<' || release_bash_peek(p, 0) == '>' ||
	       release_bash_peek(p, 0) == '&' || release_bash_peek(p, 0) == '|')
		p->at++;
	if (release_bash_peek(p, 0) == '\\' && release_bash_peek(p, 1) == '\n')
		return release_bash_fail(p, ATT_ERR_UNSUPPORTED, begin,
					 "expected the redirection in one line, found the next");
	c->redirects = true;
	return ATT_OK;
}

static int take_open(struct release_bash *p, struct pending *c)
{
	size_t begin = p->at;
	int status;
	if (top(p) && top(p)->kind == 'c' && top(p)->in_pattern) {
		p->at++;
		return ATT_OK;
	}
	if (release_bash_peek(p, 1) == '(' && (c->mode == FOR || c->count == 0) && !c->defines) {
		p->at += 2;
		status = release_bash_skip_arithmetic(p);
		c->compound = true;
		return status == ATT_OK ? tell_opaque(p, begin) : status;
	}
	p->at++;
	if (c->count == 0)
		return open_frame(p, c, '(');
	release_bash_skip_blanks(p);
	if (c->count != 1 || c->mode != PLAIN || release_bash_peek(p, 0) != ')')
		return release_bash_fail(p, ATT_ERR_MALFORMED, begin,
					 "found \"(\" where a word or the end of the command belongs");
	p->at++;
	return define_function(p, c, release_bash_text(p->source, c->words[0].span));
}

/* *done: it was the one that the caller waits for. */
static int take_close(struct release_bash *p, struct pending *c, size_t base, bool *done)
{
	size_t at = p->at;
	struct release_bash_frame *frame = top(p);
	if (frame && frame->kind == 'c' && frame->in_pattern) {
		p->at++;
		frame->in_pattern = false;
		return ATT_OK;
	}
	int status = end_command(p, c, '\n');
	p->at++;
	if (status != ATT_OK)
		return status;
	if (base && p->depth == base && frame && frame->kind == '$') {
		p->depth--;
		*done = true;
		return ATT_OK;
	}
	return close_frame(p, c, '(', at);
}

static int take_semicolon(struct release_bash *p, struct pending *c)
{
	char next = release_bash_peek(p, 1);
	int status = end_command(p, c, ';');
	p->at++;
	if (status != ATT_OK || (next != ';' && next != '&'))
		return status;
	if (!top(p) || top(p)->kind != 'c')
		return release_bash_fail(p, ATT_ERR_MALFORMED, p->at, "found the end of a case where none is");
	p->at++;
	if (next == ';' && release_bash_peek(p, 0) == '&')
		p->at++;
	top(p)->in_pattern = true;
	return ATT_OK;
}

static int take_operator(struct release_bash *p, struct pending *c)
{
	char first = release_bash_peek(p, 0), second = release_bash_peek(p, 1);
	int status;
	if (first == '&' && second == '>')
		return take_redirection(p, c);
	if (top(p) && top(p)->kind == 'c' && top(p)->in_pattern) {
		p->at++;
		return ATT_OK;
	}
	status = end_command(p, c, second == first ? 'a' : first);
	p->at += second == first || (first == '|' && second == '&') ? 2 : 1;
	return status;
}

static int take_newline(struct release_bash *p, struct pending *c)
{
	int status = end_command(p, c, '\n');
	p->at++;
	skip_heredocs(p);
	return status;
}

/* Commands up to the end of the text, or to the ")" of the frame `base`. */
static int read_commands(struct release_bash *p, size_t base)
{
	struct pending c = {.words = NULL};
	bool done = false;
	int status = ATT_OK;
	while (status == ATT_OK && !done) {
		release_bash_skip_blanks(p);
		if (p->at >= p->text.len)
			break;
		switch (p->text.data[p->at]) {
		case '\n':
			status = take_newline(p, &c);
			break;
		case ';':
			status = take_semicolon(p, &c);
			break;
		case '&':
		case '|':
			status = take_operator(p, &c);
			break;
		case '<':
		case '>':
			status = take_redirection(p, &c);
			break;
		case '(':
			status = take_open(p, &c);
			break;
		case ')':
			status = take_close(p, &c, base, &done);
			break;
		default:
			status = take_word(p, &c);
			break;
		}
	}
	if (status == ATT_OK && !done)
		status = end_command(p, &c, '\n');
	if (status == ATT_OK && (c.defines || (!done && p->depth > 0)))
		return release_bash_fail(p, ATT_ERR_MALFORMED, p->at,
					 "expected the end of what was begun, found the end of the file");
	return status;
}

int release_bash_read_substitution(struct release_bash *p)
{
	struct pending none = {.words = NULL};
	int status;
	if (p->heredoc_count > 0)
		return release_bash_fail_heredoc(p);
	if (p->nesting++ >= ATT_MAX_DEPTH)
		return release_bash_fail(p, ATT_ERR_LIMIT, p->at,
					 "expected less nesting, found more than can be followed");
	p->quiet++;
	status = open_frame(p, &none, '$');
	if (status == ATT_OK)
		status = read_commands(p, p->depth);
	p->quiet--;
	p->nesting--;
	return status;
}

int release_bash_read(const struct att_source *source, struct att_arena *arena,
		      const struct release_bash_visitor *visitor, struct att_err *err)
{
	struct release_bash p = {
		.source = source, .text = source->text, .arena = arena, .visitor = visitor, .err = err};
	size_t nul = att_str_find_byte(source->text, '\0');
	/* Bash passes over them. */
	if (nul != ATT_STR_NONE)
		return release_bash_fail(&p, ATT_ERR_MALFORMED, nul, "expected text, found a NUL byte");
	return read_commands(&p, 0);
}
