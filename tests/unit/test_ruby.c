// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "release/ruby.h"

struct doc {
	struct att_arena arena;
	struct att_source source;
	struct release_ruby ruby;
	struct att_err err;
	int rc;
};

static void parse(struct doc *doc, struct att_str text)
{
	memset(doc, 0, sizeof *doc);
	assert_int_equal(att_source_init(&doc->source, &doc->arena, ATT_STR("x.rb"), text, &doc->err), 0);
	doc->rc = release_ruby_parse(&doc->source, &doc->arena, &doc->ruby, &doc->err);
}

/* Names of the calls in a body, "?" for what is opaque. */
static void outline(const struct release_ruby_node *body, struct att_buf *out)
{
	for (const struct release_ruby_node *n = body->first; n; n = n->next) {
		att_buf_add(out, n->kind == RUBY_OPAQUE ? ATT_STR("?")
				 : n->kind == RUBY_IF   ? ATT_STR("if")
							: n->text);
		if (n->kind == RUBY_IF || (n->kind == RUBY_CALL && n->right) || n->kind == RUBY_CLASS) {
			att_buf_add_byte(out, '{');
			outline(n->kind == RUBY_IF ? n->first : n->right, out);
			att_buf_add_byte(out, '}');
		}
		att_buf_add_byte(out, ' ');
	}
}

static void test_outline(void **state)
{
	(void)state;
	static const char *const texts[][2] = {
		{"", ""},
		{"a\nb 1\nc(2); d", "a b c d "},
		{"class X < Formula\n  url \"x\"\nend\nafter 1\n", "X{url } after "},
		{"a do\n  b\nend\nc { d }\n", "a{b } c{d } "},
		{"a if b\nc unless d\n", "if{a } if{c } "},
		{"if a then b else c end\nd\n", "if{b } d "},
		{"def f\n  if x\n  end\nend\na\n", "f a "},
		{"def f(x) = x + 1\na\n", "f a "},
		{"def f = 1\na\n", "f a "},
		{"def self.f = 1\na\n", "self.f a "},
		{"def f=(x)\n  1\nend\na\n", "f= a "},
		{"def self.f=(x)\n  1\nend\na\n", "self.f= a "},
		{"def ==(o)\n  true\nend\na\n", "== a "},
		{"def f(x) /y end/\nend\na\n", "f a "},
		{"def self.end\nend\na\n", "self.end a "},
		{"a.end\nb\n", "end b "},
		{"a :end, if: 1, end: 2\nb\n", "a b "},
		{"while a do\n b do\n end\nend\nc\n", "? c "},
		{"until a\n b do\n end\nend\nc\n", "? c "},
		{"for a in b do\n c\nend\nd\n", "? d "},
		{"begin\n a\nend while b\nc\n", "? c "},
		{"case a\nwhen 1 then 2\nend\nb\n", "? b "},
		{"x = case a when 1 then 2 end\nb\n", "x b "},
		{"x = if a then b end\nc\n", "x c "},
		{"return if x\na\n", "? a "},
		{"a rescue b\nc\n", "? c "},
		{"a \"end do if\"\nb 'it''s end'\nc\n", "a b c "},
		{"a \"#{b \"#{c { |d| \"end\" }}\"} end\"\nd\n", "a d "},
		{"a %w[end if]\nb %q(a (end) b)\nc %(#{d} end)\ne %i[x y]\n", "a b c e "},
		{"a <<~X, <<-Y\n  end\nX\n do\n Y\nb\n", "a b "},
		{"a <<~'X'\n #{end\nX\nb\n", "a b "},
		{"a(<<~X) do\n end #{b { \"}\" }}\nX\n  c\nend\nd\n", "a{c } d "},
		{"a /end/, b\nc a / 2\nd %r{end/}i\n", "a c d "},
		{"a ?e, ??\nb x ? y : z\n", "a b "},
		{"a # end\n# end\n  .b # do\n  # if\n  .c\nd\n", "c d "},
		{"a b,\n  c: 1,\n  \"d\": 2\ne\n", "a e "},
		{"a \\\n  b\nc\n", "a c "},
		{"=begin\nend\n=end\na\n__END__\nend end\n", "a "},
		{"a ->(x) { end_of x }\nb -> do\n 1\nend\nc\n", "a b c "},
		{"a { |x, (y, z)| x }\nb do |q; r|\n s\nend\n", "a{x } b{s } "},
		{"alias a b\nalias :c :d\nundef e\nf\n", "? ? ? f "},
		{"class << self\n  def x\n  end\nend\na\n", "? a "},
		{"module M\n  a\nend\nb\n", "? b "},
		{"a `end #{b}`\nc :\"end\", :end?, :[]=\nd $!, $1, @e, @@f\n", "a c d "},
		{"a 1_000, 0x1f, 1.5e-3, 2r\nb a ..c\n", "a b "},
		{"a \"x\" \\\n  \"y\"\nb\n", "a b "},
		{"private def x\n if y\n end\nend\na\n", "private a "},
		{"a do |b|\n b\nrescue => e\n c\nend\nd\n", "a{? } d "},
		{"a[1] = 2\nb.c = 3\nd, e = 1, 2\nf\n", "? ? ? f "},
		{"\xef\xbb\xbf"
		 "a\r\nb\r\n",
		 "a b "},
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct doc doc;
		struct att_buf out;
		parse(&doc, att_str_of(texts[i][0]));
		if (doc.rc != ATT_OK)
			fail_msg("%s: %u:%u: %s", texts[i][0], doc.err.place.line, doc.err.place.column,
				 doc.err.message);
		att_buf_init(&out, 1000);
		outline(doc.ruby.body, &out);
		att_buf_add_byte(&out, '\0');
		assert_string_equal(out.data, texts[i][1]);
		att_buf_clear(&out);
		att_arena_clear(&doc.arena);
	}
}

static void test_refusals(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int code;
		unsigned line, column;
		const char *says;
	} texts[] = {
		{"a \"x", ATT_ERR_MALFORMED, 1, 3, "has no end"},
		{"a\nb 'x", ATT_ERR_MALFORMED, 2, 3, "has no end"},
		{"a %w[x", ATT_ERR_MALFORMED, 1, 3, "has no end"},
		{"a(", ATT_ERR_MALFORMED, 1, 2, "has no end"},
		{"a do\n", ATT_ERR_MALFORMED, 1, 3, "has no end"},
		{"if a\n", ATT_ERR_MALFORMED, 1, 1, "has no end"},
		{"a \"#{b\"", ATT_ERR_MALFORMED, 1, 7, "has no end"},
		{"a <<~X\n x\n", ATT_ERR_MALFORMED, 1, 3, "without its last line"},
		{"a <<~'X\nX\n", ATT_ERR_MALFORMED, 1, 3, "the name of a heredoc"},
		{"=begin\na\n", ATT_ERR_MALFORMED, 1, 1, "=end"},
		{"end\n", ATT_ERR_MALFORMED, 1, 1, "nothing here waits for"},
		{"a)\n", ATT_ERR_MALFORMED, 1, 2, "nothing here opened"},
		{"a(]\n", ATT_ERR_MALFORMED, 1, 3, "nothing here opened"},
		{"a do\n }\n", ATT_ERR_MALFORMED, 2, 2, "nothing here opened"},
		{"a {\n end\n", ATT_ERR_MALFORMED, 2, 2, "nothing here waits for"},
		{"a \xff\n", ATT_ERR_MALFORMED, 1, 3, "UTF-8"},
		{"a \"\x04\"\n", ATT_ERR_MALFORMED, 1, 4, "control character"},
		{"# coding: shift_jis\na\n", ATT_ERR_UNSUPPORTED, 1, 1, "encoding"},
		{"#!/bin/x\n# -*- coding: euc-jp -*-\n", ATT_ERR_UNSUPPORTED, 2, 1, "encoding"},
		{"a % x \n", ATT_OK, 0, 0, ""},
		{"a = % x \n", ATT_ERR_UNSUPPORTED, 1, 5, "white space"},
		{"a = %zx\n", ATT_ERR_MALFORMED, 1, 5, "begins nothing known"},
		{"x = 1\na x /2; b #/\n", ATT_ERR_UNSUPPORTED, 2, 5, "may be a variable"},
		{"x = 1\na x %w; b\n", ATT_ERR_UNSUPPORTED, 2, 5, "may be a variable"},
		{"x = 1\na x <<B\nB\n", ATT_ERR_UNSUPPORTED, 2, 5, "may be a variable"},
		{"x = 1\na x ?b\n", ATT_ERR_UNSUPPORTED, 2, 5, "may be a variable"},
		{"f { |x| x /2; b }#/\n", ATT_ERR_UNSUPPORTED, 1, 11, "may be a variable"},
		{"f { it /2; b }#/\n", ATT_ERR_UNSUPPORTED, 1, 8, "may be a variable"},
		{"def f x\n x /2#/\nend\n", ATT_ERR_UNSUPPORTED, 2, 4, "may be a variable"},
		{"f -> x { x /2#/\n}\n", ATT_ERR_UNSUPPORTED, 1, 12, "may be a variable"},
		{"f if /(?<x>a)/ =~ y\nx /2#/\n", ATT_ERR_UNSUPPORTED, 2, 3, "may be a variable"},
		{"begin\nrescue => x\nx /2#/\nend\n", ATT_ERR_UNSUPPORTED, 3, 3, "may be a variable"},
		{"case y\nin {x:}\nx /2#/\nend\n", ATT_ERR_UNSUPPORTED, 3, 3, "may be a variable"},
		{"a <<~X + \"y\nX\nz\"\n", ATT_ERR_UNSUPPORTED, 1, 12, "over the line"},
		{"a <<~X\n#{<<~Y}\nY\nX\n", ATT_ERR_UNSUPPORTED, 2, 8, "begins in a heredoc"},
		{"a <<~X\n b \\\nX\nX\n", ATT_ERR_UNSUPPORTED, 3, 1, "after a backslash"},
		{"a <<~X \\\n b\nX\n", ATT_ERR_UNSUPPORTED, 1, 8, "goes on behind a heredoc"},
		{"a ?\\x41\n", ATT_ERR_UNSUPPORTED, 1, 3, "by its number"},
		{"a \\b\n", ATT_ERR_MALFORMED, 1, 3, "does not know"},
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct doc doc;
		parse(&doc, att_str_of(texts[i].text));
		if (doc.rc != texts[i].code || doc.err.place.line != texts[i].line ||
		    doc.err.place.column != texts[i].column || !strstr(doc.err.message, texts[i].says))
			fail_msg("%s: %d %u:%u: %s", texts[i].text, doc.rc, doc.err.place.line,
				 doc.err.place.column, doc.err.message);
		att_arena_clear(&doc.arena);
	}
}

/* `count` times `open`, then `middle`, then `count` times `close`. */
static char *repeat(const char *open, const char *middle, const char *close, size_t count, size_t *len)
{
	size_t a = strlen(open), b = strlen(middle), c = strlen(close);
	char *text = malloc(count * (a + c) + b + 1);
	assert_non_null(text);
	*len = 0;
	for (size_t i = 0; i < count; i++, *len += a)
		memcpy(text + *len, open, a);
	memcpy(text + *len, middle, b);
	*len += b;
	for (size_t i = 0; i < count; i++, *len += c)
		memcpy(text + *len, close, c);
	return text;
}

static void test_depth(void **state)
{
	(void)state;
	static const struct {
		const char *open, *middle, *close;
		size_t count;
		int code;
	} bombs[] = {
		{"(", "1", ")", 100, ATT_OK},
		{"(", "1", ")", 100000, ATT_ERR_LIMIT},
		{"a do\n", "1\n", "end\n", 100000, ATT_ERR_LIMIT},
		{"if a\n", "1\n", "end\n", 100000, ATT_ERR_LIMIT},
		{"\"#{", "1", "}\"", 100000, ATT_ERR_LIMIT},
		{"[", "1", "]", 100000, ATT_ERR_LIMIT},
		{"!", "1", "", 100000, ATT_ERR_LIMIT},
		{"not ", "1", "", 100000, ATT_ERR_LIMIT},
		{"a ? b : ", "1", "", 100000, ATT_ERR_LIMIT},
		{"1 + ", "1", "", 100000, ATT_ERR_LIMIT},
		{"1 ** ", "1", "", 100000, ATT_ERR_LIMIT},
		{"a and ", "1", "", 100000, ATT_ERR_LIMIT},
		{"a", "", ".b", 100000, ATT_ERR_LIMIT},
		{"a = ", "1", "", 100000, ATT_ERR_LIMIT},
		{"a ", "1", "", 100000, ATT_ERR_LIMIT},
		{"", "1", " if a", 100000, ATT_ERR_LIMIT},
		{"if a\nelsif b\n", "", "end\n", 1, ATT_OK},
		{"\"a\" ", "", "", 100000, ATT_OK},
		{"a \"b\"\n", "", "", 100000, ATT_OK},
		{"a <<~X\nX\n", "", "", 100000, ATT_OK},
		{"#\n", "", "", 100000, ATT_OK},
		{"a\n\n#\n", "", "", 100000, ATT_OK},
		{"x = 1\n", "", "", 100000, ATT_OK},
	};
	for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
		struct doc doc;
		size_t len;
		char *text = repeat(bombs[i].open, bombs[i].middle, bombs[i].close, bombs[i].count, &len);
		parse(&doc, (struct att_str){text, len});
		if (doc.rc != bombs[i].code)
			fail_msg("%s: %d %s", bombs[i].open, doc.rc, doc.err.message);
		att_arena_clear(&doc.arena);
		free(text);
	}
}

static void test_size(void **state)
{
	(void)state;
	struct doc doc;
	size_t len;
	char *text = repeat(" ", "", "", RELEASE_RUBY_MAX_TEXT + 1, &len);
	parse(&doc, (struct att_str){text, len});
	assert_int_equal(doc.rc, ATT_ERR_LIMIT);
	att_arena_clear(&doc.arena);
	free(text);
}

static void test_tree(void **state)
{
	(void)state;
	struct doc doc;
	parse(&doc, ATT_STR("url \"https://x\", using: :git, \"tag\" => 'v1'\nx = a.b(1) + c[2] && !d\n"));
	assert_int_equal(doc.rc, ATT_OK);
	const struct release_ruby_node *url = doc.ruby.body->first, *x = url->next;
	assert_int_equal(url->kind, RUBY_CALL);
	assert_int_equal(url->first->kind, RUBY_STRING);
	assert_true(url->first->is_plain);
	assert_int_equal(url->first->inner.begin, 5);
	assert_int_equal(url->first->inner.end, 14);
	assert_int_equal(url->first->next->kind, RUBY_PAIR);
	assert_true(att_str_is(url->first->next->left->text, "using"));
	assert_true(att_str_is(url->first->next->right->text, "git"));
	assert_int_equal(url->first->next->next->left->kind, RUBY_STRING);
	assert_int_equal(x->kind, RUBY_ASSIGN);
	assert_true(att_str_is(x->right->op, "&&"));
	assert_true(att_str_is(x->right->left->op, "+"));
	assert_int_equal(x->right->right->kind, RUBY_NOT);
	assert_true(att_str_is(x->right->left->right->text, "[]"));
	assert_true(att_str_is(x->right->left->left->text, "b"));
	assert_true(att_str_is(x->right->left->left->left->text, "a"));
	att_arena_clear(&doc.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outline), cmocka_unit_test(test_refusals), cmocka_unit_test(test_depth),
		cmocka_unit_test(test_size),    cmocka_unit_test(test_tree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
