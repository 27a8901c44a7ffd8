// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "release/homebrew.h"

#define H             "0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define SHA(n)        "sha256 \"" #n H "\"\n"
#define URL(name)     "url \"https://x.example/" name "\"\n"
#define FORMULA(body) "class X < Formula\n" body "end\n"
#define CASK(body)    "cask \"x\" do\n" body "end\n"

struct doc {
	struct att_arena arena;
	struct att_source source;
	struct release_manifest manifest;
	struct att_err err;
	int rc;
};

static void parse(struct doc *doc, const char *text)
{
	memset(doc, 0, sizeof *doc);
	struct att_str s = att_str_of(text);
	assert_int_equal(att_source_init(&doc->source, &doc->arena, ATT_STR("a/x.rb"), s, &doc->err), 0);
	doc->rc = release_homebrew_parse(&doc->source, att_str_find(s, ATT_STR("cask \"")) != ATT_STR_NONE,
					 &doc->manifest, &doc->err);
}

static void done(struct doc *doc)
{
	release_manifest_clear(&doc->manifest);
	att_arena_clear(&doc->arena);
}

/* An item a line: name|platform|version|url|first digit of the digest|why unknown. */
static void list(const struct release_manifest *manifest, struct att_buf *out)
{
	for (size_t i = 0; i < manifest->count; i++) {
		const struct release_item *item = &manifest->items[i];
		struct att_str url = item->url;
		if (att_str_starts(url, ATT_STR("https://x.example/")))
			url = att_str_from(url, 18);
		att_buf_printf(out, "%.*s|%.*s|%.*s|%.*s|%.*s|%.*s\n", ATT_STR_ARG(item->name),
			       ATT_STR_ARG(item->platform), ATT_STR_ARG(item->version), ATT_STR_ARG(url),
			       ATT_STR_ARG(att_str_first(item->digest, 1)), ATT_STR_ARG(item->unknown));
	}
	att_buf_add_byte(out, '\0');
}

static void expect(const char *const texts[][2], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct doc doc;
		struct att_buf out;
		parse(&doc, texts[i][0]);
		if (doc.rc != ATT_OK)
			fail_msg("%s%u:%u: %s", texts[i][0], doc.err.place.line, doc.err.place.column,
				 doc.err.message);
		att_buf_init(&out, 100000);
		list(&doc.manifest, &out);
		if (strcmp(out.data, texts[i][1]) != 0)
			fail_msg("%s---\n%s", texts[i][0], out.data);
		att_buf_clear(&out);
		done(&doc);
	}
}

static void test_values(void **state)
{
	(void)state;
	static const char *const texts[][2] = {
		{FORMULA(URL("x-1.2.tgz") SHA(1)), "||1.2|x-1.2.tgz|1|\n"},
		{FORMULA("version '3'\n" URL("#{version}") SHA(1)), "||3|3|1|\n"},
		{FORMULA("version(\"3\")\nurl(\"https://x.example/a\")\n" SHA(1)), "||3|a|1|\n"},
		{FORMULA("stable do\n" URL("x-1.2.tgz") SHA(1) "end\n"), "||1.2|x-1.2.tgz|1|\n"},
		{FORMULA("version \"1.2.3-b4\"\n" URL("#{version.major}/#{version.minor}/#{version.patch}/"
						      "#{version.major_minor}/#{version.major_minor_patch}")
				 SHA(1)),
		 "||1.2.3-b4|1/2/3/1.2/1.2.3|1|\n"},
		{FORMULA("version \"1.2.3\"\n" URL("#{version.major}/#{version.minor}/#{version.patch}/"
						   "#{version.major_minor}/#{version.major_minor_patch}")
				 SHA(1)),
		 "||1.2.3|1/2/3/1.2/1.2.3|1|\n"},
		{FORMULA("version \"1.2\"\n"
			 "a = version.to_s.tr(\".\", \"_\").upcase + 'q' \"r\"\n"
			 "B = %w[m n].join(\"-\").freeze\n" URL("#{a}/#{B}#{nil}#{:s}#{5}") SHA(1)),
		 "||1.2|1_2qr/m-ns5|1|\n"},
		{FORMULA("version \"1.2\"\n" URL("a\\\\b\\\"\\u0041") SHA(1)),
		 "||1.2||1|line 3: an escape that is not known here: https://x.example/a\\\\b\\\"\\u0041\n"},
		{FORMULA("version \"1.2\"\nurl 'a\\'b\\\\c\\d'\n" SHA(1)), "||1.2|a'b\\c\\d|1|\n"},
		{FORMULA("version \"1.2\"\nurl \"a\\tb\\#{c}\"\n" SHA(1)), "||1.2|a\tb#{c}|1|\n"},
		{FORMULA("version \"1\"\nsha256 \"#{%w[" H "].first.sub(\"0\", \"10\")}\"\n" URL("a")),
		 "||1|a|1|\n"},
		{CASK("version \"1.2.3,4:5\"\n" SHA(1) URL("#{version.csv.first}/#{version.csv.second}/"
							   "#{version.before_comma}/#{version.after_comma}/"
							   "#{version.no_dots}/#{version.dots_to_hyphens}/"
							   "#{version.minor}/#{version.split(\",\").last}")),
		 "|macos|1.2.3,4:5|1.2.3/4:5/1.2.3/4:5/123,4:5/1-2-3,4:5/2/4:5|1|\n"},
		{CASK("arch arm: \"a\", intel: \"i\"\nversion \"1\"\n" SHA(1) URL("#{arch}")),
		 "|macos-aarch64|1|a|1|\n|macos-x86_64|1|i|1|\n"},
		{CASK("f = on_arch_conditional arm: \"a\"\nversion \"1\"\n" SHA(1) URL("z#{f}")),
		 "|macos-aarch64|1|za|1|\n|macos-x86_64|1|z|1|\n"},
		{FORMULA("version \"1\"\n" SHA(
			 1) "url \"https://x.example/\" + on_system_conditional(macos: \"m\", "
			    "linux: \"l\")\n"),
		 "|macos|1|m|1|\n|linux|1|l|1|\n"},
		{FORMULA("version \"1\"\n" SHA(1) URL("#{OS.kernel_name.downcase}-#{Hardware::CPU.arch}")),
		 "|macos-aarch64|1|darwin-arm64|1|\n|macos-x86_64|1|darwin-x86_64|1|\n"
		 "|linux-aarch64|1|linux-arm64|1|\n|linux-x86_64|1|linux-x86_64|1|\n"},
	};
	expect(texts, sizeof texts / sizeof *texts);
}

static void test_platforms(void **state)
{
	(void)state;
	static const char *const texts[][2] = {
		{FORMULA("version \"1\"\non_macos do\n" URL("m") SHA(1) "end\non_linux do\n" URL("l")
				 SHA(2) "end\n"),
		 "|macos|1|m|1|\n|linux|1|l|2|\n"},
		{FORMULA("version \"1\"\non_arm do\n" URL("a") SHA(1) "end\non_intel do\n" URL("i")
				 SHA(2) "end\n"),
		 "|macos-aarch64|1|a|1|\n|linux-aarch64|1|a|1|\n|macos-x86_64|1|i|2|\n|linux-x86_64|1|i|2|\n"},
		{FORMULA("version \"1\"\nif OS.mac? and not Hardware::CPU.intel?\n" URL("a")
				 SHA(1) "else\n" URL("b") SHA(2) "end\n"),
		 "|macos-aarch64|1|a|1|\n|macos-x86_64|1|b|2|\n|linux|1|b|2|\n"},
		{FORMULA("version \"1\"\nurl OS.linux? ? \"l\" : \"m\"\n" SHA(1)),
		 "|macos|1|m|1|\n|linux|1|l|1|\n"},
		{FORMULA("version \"1\"\n" URL("l") "sha256 \"1" H "\" if OS.linux? && !Hardware::CPU.arm? && "
						    "Hardware::CPU.is_64_bit?\n"
						    "sha256 \"2" H
						    "\" unless OS.linux? && Hardware::CPU.intel?\n"),
		 "|macos|1|l|2|\n|linux-aarch64|1|l|2|\n|linux-x86_64|1|l|1|\n"},
		{FORMULA("version \"1\"\non_system :linux, macos: :big_sur_or_older do\n" URL("a")
				 SHA(1) "end\n"
					"on_monterey :or_newer do\n" URL("b") SHA(2) "end\n"),
		 "on_big_sur :or_older|macos|1|a|1|\n|linux|1|a|1|\non_monterey :or_newer|macos|1|b|2|\n"},
		{FORMULA("version \"1\"\non_macos do\nif MacOS.version >= :sonoma\n" URL("a")
				 SHA(1) "elsif MacOS.version == \"13\"\n" URL("b") SHA(2) "end\nend\n"),
		 "on_sonoma :or_newer|macos|1|a|1|\non_ventura|macos|1|b|2|\n"},
		{FORMULA("version \"1\"\n" URL("a") SHA(1) "on_ventura do\ndepends_on \"x\"\nend\n"),
		 "||1|a|1|\n"},
		{CASK("version \"1\"\nsha256 arm: \"1" H "\", intel: \"2" H "\"\n" URL("a")),
		 "|macos-aarch64|1|a|1|\n|macos-x86_64|1|a|2|\n"},
		{CASK("version \"1\"\nsha256 arm: \"1" H "\", x86_64: \"1" H "\"\n" URL("a")),
		 "|macos|1|a|1|\n"},
		{CASK("version \"1\"\nsha256 arm: \"1" H "\", x86_64_linux: \"2" H "\"\n" URL("a")),
		 "|macos-aarch64|1|a|1|\n|linux-x86_64|1|a|2|\n"},
	};
	expect(texts, sizeof texts / sizeof *texts);
}

static void test_parts(void **state)
{
	(void)state;
	static const char *const texts[][2] = {
		{FORMULA(URL("x-1.tgz") SHA(1) "resource \"r\" do\n" URL("r-2.tgz")
				 SHA(2) "end\n"
					"resource(\"s\") { version \"7\"; " URL("s#{version}") "; " SHA(
						3) "}\n"
						   "patch do\n" URL("p") SHA(4) "end\npatch :DATA\n"),
		 "||1|x-1.tgz|1|\nr||2|r-2.tgz|2|\ns||7|s7|3|\npatch 1|||p|4|\n"},
		{FORMULA(URL("x-1.tgz") SHA(1) "head \"https://x.example/g.git\"\nhead do\n" URL(
			 "h") "end\nlivecheck do\nurl :head\nversion \"2\"\nend\nfails_with :gcc do\nversion "
			      "\"4\"\n"
			      "end\ntest do\nresource(\"a\").stage\nurl \"x\"\nend\nmirror "
			      "\"https://y/x-1.tgz\"\n"
			      "define_method(:install) do\nresource(\"a\").stage { url \"b\" }\nend\n"),
		 "||1|x-1.tgz|1|\n"},
		{FORMULA(URL("x-1.tgz") SHA(1) "bottle do\nsha256 arm64_sonoma: \"2" H "\"\nsha256 \"3" H
					       "\" => :catalina\nsha256 all: \"4" H "\"\nend\n"),
		 "||1|x-1.tgz|1|\n"
		 "bottle arm64_sonoma|macos-aarch64|1|https://ghcr.io/v2/homebrew/core/x/blobs/sha256:2" H
		 "|2|\n"
		 "bottle catalina|macos-x86_64|1|https://ghcr.io/v2/homebrew/core/x/blobs/sha256:3" H "|3|\n"
		 "bottle all||1|https://ghcr.io/v2/homebrew/core/x/blobs/sha256:4" H "|4|\n"},
		{FORMULA("version \"1+a\"\nrevision 3\n" URL("x") SHA(1) "bottle do\nroot_url \"https://b\"\n"
									 "sha256 x86_64_linux: \"2" H
									 "\"\nend\n"),
		 "||1+a|x|1|\nbottle x86_64_linux|linux-x86_64|1+a|"
		 "https://b/x-1%2Ba_3.x86_64_linux.bottle.tar.gz|2|\n"},
		{FORMULA("version \"1\"\n" URL("x") SHA(1) "bottle do\nroot_url ENV[\"B\"]\nsha256 all: \"2" H
							   "\"\nend\n"),
		 "||1|x|1|\nbottle all||1||2|the address of the bottle cannot be told\n"},
	};
	expect(texts, sizeof texts / sizeof *texts);
}

static void test_unknown(void **state)
{
	(void)state;
	static const char *const texts[][2] = {
		{FORMULA("desc \"x\"\n"), "|||||no url is said\n"},
		{FORMULA(URL("x-1.tgz")), "||1|x-1.tgz||no sha256 is said: nothing is checked\n"},
		{CASK("version :latest\nsha256 :no_check\n" URL("x.dmg")),
		 "|macos||x.dmg||line 2: nothing is checked: version :latest; line 3: nothing is checked: "
		 "sha256 :no_check\n"},
		{FORMULA(URL("x-1.tgz") "sha256 \"TODO\"\n"),
		 "||1|x-1.tgz||the sha256 is a placeholder: \"TODO\"\n"},
		{FORMULA(URL("x-1.tgz") "sha256 \"12\"\n"), "||1|x-1.tgz||the sha256 has 2 digits, not 64\n"},
		{FORMULA(URL("x-1.tgz") "sha256 \"\"\n"), "||1|x-1.tgz||the sha256 is empty\n"},
		{FORMULA("version \"\"\n" URL("x-1.tgz") SHA(1)), "|||x-1.tgz|1|the version is empty\n"},
		{FORMULA("version \"1\"\nurl \"\"\n" SHA(1)), "||1||1|the url is empty\n"},
		{FORMULA(URL("x.tgz") SHA(1)),
		 "|||x.tgz|1|no version is said, and the URL has none of a plain form\n"},
		{FORMULA("version \"1\"\n" URL("a") URL("b") SHA(1)), "||1||1|said twice, in lines 3 and 4\n"},
		{FORMULA("version \"1\"\n" URL("a") SHA(1) SHA(2)), "||1|a||said twice, in lines 4 and 5\n"},
		{FORMULA("version \"1\"\nversion \"2\"\n" URL("a") SHA(1)),
		 "|||a|1|said twice, in lines 2 and 3\n"},
		{FORMULA("version \"1\"\n" SHA(1) URL("a") "on_linux do\n" URL("b") "end\n"),
		 "|macos|1|a|1|\n|linux|1||1|said twice, in lines 4 and 6\n"},
		{FORMULA("version \"1\"\n" URL("a") SHA(1) "resource \"r\" do\n" URL("b")
				 SHA(2) "end\n"
					"resource \"r\" do\nend\n"),
		 "||1|a|1|\nr|||b|2|said twice, in lines 5 and 9\n"},
		{CASK("version \"1\"\nsha256 arm: \"1" H "\", arm: \"2" H "\"\n" URL("a")),
		 "|macos|1|a||line 3: arguments that are not known here: sha256 arm: "
		 "\"10112233445566778899aabbccddeeff001122334455667\n"},
		{FORMULA("version \"1.2b3\"\n" URL("#{version.minor}") SHA(1)),
		 "||1.2b3||1|line 3: cannot be told without running it: version.minor\n"},
		{FORMULA("url \"https://x.example/g.git\", tag: \"v1.5\", revision: \"abc\"\n"),
		 "||1.5|g.git||a checkout of revision abc: no digest of bytes\n"},
		{FORMULA("version \"1\"\nurl \"https://x.example/g\", using: :git\n" SHA(1)),
		 "||1|g||a checkout without a revision: nothing is checked\n"},
		{FORMULA("version \"1\"\nurl \"git://x/g\"\n" SHA(1)),
		 "||1|git://x/g||a checkout without a revision: nothing is checked\n"},
		{FORMULA(URL("#{version}") "version \"1\"\n" SHA(1)),
		 "||1||1|line 2: read before it is said: version\n"},
		{FORMULA("version \"1\"\nurl ENV[\"U\"]\n" SHA(1)),
		 "||1||1|line 3: a constant that is not known here: ENV\n"},
		{FORMULA("version \"1\"\nurl my_url\n" SHA(1)),
		 "||1||1|line 3: cannot be told without running it: my_url\n"},
		{FORMULA("version \"1\"\nurl \"a\" if ENV[\"U\"]\n" SHA(1)),
		 "||1||1|line 3: a constant that is not known here: ENV\n"},
		{FORMULA("version \"1\"\nif ENV[\"U\"]\ndesc \"x\"\nelse\nhomepage \"y\"\nend\n" URL("a")
				 SHA(1)),
		 "||1|a|1|\n"},
		{FORMULA("version \"1\"\n" URL("a") "if build.with? \"x\"\n" SHA(1) "end\n"),
		 "||1|a||line 4: cannot be told without running it: build\n"},
		{FORMULA("version \"1\"\n" URL("a") "on_golden_gate do\n" SHA(1) "end\n"),
		 "||1|a||line 4: a version of macOS that is not known here: on_golden_gate do\n"},
		{FORMULA("version \"1\"\nif MacOS.version > :sonoma\n" URL("a") "end\n" SHA(1)),
		 "on_sequoia :or_newer|macos|1|a|1|\n|linux|1||1|line 3: known only where it runs: "
		 "MacOS.version\n"},
		{FORMULA("version \"1\"\nurl <<~U\n  a\nU\n" SHA(1)),
		 "||1||1|line 3: cannot be told without running it: <<~U\n"},
		{FORMULA("version \"1\"\nu = \"a\"\nu << \"b\"\n"
			 "url u\n" SHA(1)),
		 "||1||1|line 4: '<<' may change what the file says elsewhere; line 4: may change the "
		 "variable: u\n"},
		{FORMULA("version \"1\"\nu = \"a\"\nu += \"b\"\n"
			 "url u\n" SHA(1)),
		 "||1||1|line 4: not evaluated: u += \"b\"\n"},
		{FORMULA("version \"1\"\nu = \"a\"\ndesc \"#{u.replace(\"b\")}\"\n"
			 "url u\n" SHA(1)),
		 "||1||1|line 4: 'replace' may change what the file says elsewhere; line 4: may change the "
		 "variable: u\n"},
		{FORMULA("version \"1\"\n%w[b].each do |v|\n u = v\nend\n"
			 "url u\n" SHA(1)),
		 "||1||1|line 6: may be a variable here: u\n"},
		{FORMULA("version \"1\"\non_arm do\nu = \"b\"\nend\n"
			 "url u\n" SHA(1)),
		 "||1||1|line 6: cannot be told without running it: u\n"},
		{CASK("version \"1\"\n" SHA(1) "url do\n\"b\"\nend\n"),
		 "|macos|1||1|line 4: arguments that are not known here: url do\n"},
		{FORMULA("version \"1\", \"2\"\n" URL("a") SHA(1)),
		 "|||a|1|line 2: arguments that are not known here: version \"1\", \"2\"\n"},
		{FORMULA("version 5\n" URL("a") SHA(1)), "|||a|1|line 2: not a text: version 5\n"},
		{FORMULA("version \"1\"\nurl \"a#@b\"\n" SHA(1)),
		 "||1||1|line 3: an escape that is not known here: a#@b\n"},
	};
	expect(texts, sizeof texts / sizeof *texts);
}

/* Each of these makes everything unknown. */
static void test_poison(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"def version\n\"2\"\nend",
		"def url = \"b\"",
		"def self.sha256(x)\nend",
		"def stable\nend",
		"def initialize(*)\nend",
		"def self.method_added(x)\nend",
		"def self.helper\nurl \"b\"\nend",
		"private def url\nend",
		"class << self\ndef x\nend\nend",
		"class Other\nend",
		"module M\nend",
		"send :url, \"b\"",
		"public_send(:url, \"b\")",
		"__send__ :url, \"b\"",
		"eval \"url 'b'\"",
		"instance_eval { url \"b\" }",
		"X.class_eval do\nend",
		"instance_variable_set :@url, \"b\"",
		"define_method(:url) { \"b\" }",
		"define_method(n) { \"b\" }",
		"define_method \"ver#{x}\" do\nend",
		"define_singleton_method(:x) { }",
		"alias url version",
		"alias_method :url, :version",
		"undef url",
		"extend M",
		"prepend M",
		"%w[b].each do |x|\nurl x\nend",
		"url begin \"b\" end",
		"[1].each { url -\"b\" }",
		"[1].each { url not(1) }",
		"[1].each { url __FILE__ }",
		"[1].each { url ::B }",
		"[1].each { sha256 \"b\" }",
		"case 1\nwhen 1\nurl \"b\"\nend",
		"while x\nversion \"b\"\nend",
		"begin\nurl \"b\"\nrescue\nend",
		"stable.url \"b\"",
		"self.url \"b\"",
		"x = url \"b\"",
		"desc url \"b\"",
		"x[url(\"b\")] = 1",
		"require_relative \"x\"",
		"load \"x\"",
		"livecheck do\nX.instance_variable_set :@a, 1\nend",
		"BEGIN { url \"b\" }",
		"[\"b\"].each(&method(:url))",
		"%i[url].each { |x| X.send x }",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		char text[1000];
		struct doc doc;
		snprintf(text, sizeof text, "class X < Formula\nversion \"1\"\n" URL("a") SHA(1) "%s\nend\n",
			 lines[i]);
		parse(&doc, text);
		if (doc.rc != ATT_OK || doc.manifest.count == 0 ||
		    att_str_find(doc.manifest.items[0].unknown,
				 ATT_STR("may change what the file says elsewhere")) == ATT_STR_NONE)
			fail_msg("%s: %s", lines[i], doc.err.message);
		done(&doc);
	}
	static const char *const beside[][2] = {
		{"require_relative \"b\"\n" FORMULA("version \"1\"\n" URL("a") SHA(1)),
		 "||1|a|1|line 1: 'require_relative' may change what the file says elsewhere\n"},
		{FORMULA("version \"1\"\n" URL("a") SHA(1)) "class X\nend\n",
		 "||1|a|1|line 6: 'X' may change what the file says elsewhere\n"},
		{"def help\nversion \"2\"\nend\n" CASK("version \"1\"\n" URL("a") SHA(1)),
		 "|macos|1|a|1|line 2: 'version' may change what the file says elsewhere\n"},
		{"require \"open3\"\nclass MyDownloadStrategy < CurlDownloadStrategy\ndef "
		 "fetch\nend\nend\n" FORMULA("version \"1\"\nurl \"a\", using: MyDownloadStrategy\n" SHA(1)),
		 "||1|a|1|\n"},
	};
	expect(beside, sizeof beside / sizeof *beside);
}

/* What Ruby gets from these is not what the line reads like: none of them may be read as known. */
static void test_hidden(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"a = \"1\"\nb = a\nb << \"5\"",
		"a = \"1\"\na.to_s << \"5\"",
		"a = \"1\"\na, b = \"2\", \"3\"",
		"a = \"1\"\n(a, b), c = [\"2\", \"3\"], \"4\"",
		"a = \"1\"\n\"2\" => a",
		"a = \"1\"\n/(?<a>.+)/ =~ \"2\"",
		"a = \"1\"\n[a].each { |s| s << \"5\" }",
		"a = \"1\"\n[a].each(&:upcase!)",
		"a = \"1\"\n(a).concat(\"5\")",
		"a = \"1\"\nw = ->(s) { s.upcase! }\nw.(a)",
		"a = \"1\"\nw = proc { |s| s.upcase! }\nw.call a",
		"a = \"1\"\nf = -> { a = \"2\" }\na = \"1\"\nf.call",
		"a = \"1\"\ndef self.mut(v)\nv << \"5\"\nend\nmut a",
		"a = \"1\"\nbegin\nraise \"9\"\nrescue => a\nend",
		"a = \"1\"\nfor a in [\"q\"] do end",
		"a = \"1\"\ncase [\"q\"]\nin [a]\nend",
		"a = \"1\"\ncase \"q\"\nin String => a\nend",
		"a = \"1\"\n{a: \"q\"} => {a:}",
		"a = \"1\"\na = \"2\" while a == \"1\"",
		"l = %w[a b]\nl.delete(\"a\")\na = l.first",
		"l = %w[a b]\nl.first.sub!(\"a\", \"q\")\na = l.first",
		"l = %w[a b]\nl[0] = \"q\"\na = l.first",
		"a = ENV[\"A\"] || \"1\"",
		"a = (ENV[\"A\"] || true) == true ? \"1\" : \"2\"",
		"a = (ENV[\"A\"] && nil).nil? ? \"1\" : \"2\"",
		"a = on_arch_conditional(arm: \"1\", intel: \"1\", arm: \"2\")",
		"a = on_arch_conditional(\"\\x61rm\": \"2\", arm: \"1\", intel: \"1\")",
		"a = \"1\\r\\n\".chomp(\"\\n\")",
		"a = \"1\\r\".chomp",
		"a = name",
		"a = token",
		"if false\nversion = \"9\"\nend\na = version",
		"begin\nversion = \"9\"\nend\na = version",
		"version.concat(\"5\")\na = version",
		"V = \"1\"\nmodule_function\na = ::V",
		"a = outer",
		"a = \"1\"\nString.define_method(:tr) { |*| \"5\" }",
		"a = \"1\"\n[self, \"9\"].inject(\"version\")",
		"a = \"1\"\n:version.to_proc.call(self, \"9\")",
		"a = \"1\"\nrequire \"./evil\"",
		"a = \"1\"\nresource \"r\" do\nversion \"#{X.url(\"b\")}\"\nend",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		char text[1000];
		struct doc doc;
		snprintf(text, sizeof text,
			 "outer = \"1\"\nclass X < Formula\nversion \"1\"\n%s\n" URL("#{a}") SHA(1) "end\n",
			 lines[i]);
		parse(&doc, text);
		if (doc.rc != ATT_OK || doc.manifest.count == 0 || doc.manifest.items[0].unknown.len == 0)
			fail_msg("%s: %s", lines[i], doc.err.message);
		done(&doc);
	}
	static const char *const known[][2] = {
		{FORMULA("version \"1\"\na = \"a\"\non_macos do |a|\n" URL("#{a}") "end\non_linux do\n" URL(
			 "#{a}") "end\n" SHA(1)),
		 "|macos|1||1|a parameter of a block\n|linux|1|a|1|\n"},
		{CASK("arch arm: \"a\", intel: \"b\", arm: \"c\"\nversion \"1\"\n" URL("#{arch}") SHA(1)),
		 "|macos|1||1|line 2: arguments that are not known here: arch arm: \"a\", intel: \"b\", arm: "
		 "\"c\"\n"},
		{"v = \"a\"\n" CASK("version \"1\"\n" URL("#{v}") SHA(1)), "|macos|1|a|1|\n"},
	};
	expect(known, sizeof known / sizeof *known);
}

static void test_refusals(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned line;
		const char *says;
	} texts[] = {
		{"puts 1\n", 1, "expected 'class NAME < Formula'"},
		{"class X\nend\n", 1, "expected 'class NAME < Formula'"},
		{FORMULA("") FORMULA(""), 3, "a second formula"},
		{CASK("") CASK(""), 3, "a second cask"},
		{"cask \"#{x}\" do\nend\n", 1, "as a plain text"},
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct doc doc;
		parse(&doc, texts[i].text);
		if (doc.rc != ATT_ERR_MALFORMED || doc.err.place.line != texts[i].line ||
		    !strstr(doc.err.message, texts[i].says))
			fail_msg("%s: %u %s", texts[i].text, doc.err.place.line, doc.err.message);
		done(&doc);
	}
}

static struct att_str spanned(const struct doc *doc, struct att_span span)
{
	return (struct att_str){doc->source.text.data + span.begin, span.end - span.begin};
}

static void test_spans(void **state)
{
	(void)state;
	struct doc doc;
	parse(&doc, FORMULA("version \"1.5\"\nurl 'https://x.example/a', using: :nounzip\n" SHA(1)));
	assert_int_equal(doc.rc, ATT_OK);
	const struct release_item *item = doc.manifest.items;
	assert_true(att_str_is(spanned(&doc, item->version_span), "1.5"));
	assert_true(att_str_is(spanned(&doc, item->url_span), "https://x.example/a"));
	assert_true(att_str_is(spanned(&doc, item->digest_span), "1" H));
	assert_true(att_str_is(doc.manifest.name, "x") && att_str_is(doc.manifest.version, "1.5"));
	done(&doc);
	parse(&doc, FORMULA("v = \"1.5\"\nversion v\nurl \"https://x.example/#{version}\"\nsha256 \"1\" \"" H
			    "\"\n"));
	item = doc.manifest.items;
	assert_true(att_str_is(item->url, "https://x.example/1.5") && att_str_is(item->version, "1.5"));
	assert_int_equal(item->version_span.end, 0);
	assert_int_equal(item->url_span.end, 0);
	assert_int_equal(item->digest_span.end, 0);
	done(&doc);
}

static void test_url_versions(void **state)
{
	(void)state;
	static const char *const urls[][2] = {
		{"https://x/foo-1.2.3.tar.gz", "1.2.3"},
		{"https://x/foo2-1.2.3.tar.xz", "1.2.3"},
		{"https://x/archive/refs/tags/v1.2.3.tar.gz", "1.2.3"},
		{"https://x/archive/1.2.3.zip", "1.2.3"},
		{"https://x/foo-398.tgz", "398"},
		{"https://x/foo_1.2.tgz", "1.2"},
		{"https://x/download/v1.2.3/foo.jar", "1.2.3"},
		{"https://x/download/0.10.11/foo.phar", "0.10.11"},
		{"https://x/V_1.9/E.tgz", "1.9"},
		{"https://x/foo-bar.tgz", ""},
		{"https://x/v1.2.3/foo_Darwin_x86_64.tar.gz", ""},
		{"https://x/v1.2.3/foo_linux_arm64.tar.gz", ""},
		{"https://x/foo-4.5.1-1.tgz", ""},
		{"https://x/boost_1_39_0.tgz", ""},
		{"https://x/2023-09-28.tgz", ""},
		{"https://x/foo-1.2.tgz?a=1", ""},
		{"https://x/foo%2d1.2.tgz", ""},
		{"https://x/OTP-R15B01-1.2.tgz", ""},
	};
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct att_str version = release_homebrew_url_version(att_str_of(urls[i][0]), false);
		if (!att_str_is(version, urls[i][1]))
			fail_msg("%s: %.*s", urls[i][0], ATT_STR_ARG(version));
	}
	assert_true(att_str_is(release_homebrew_url_version(ATT_STR("v1.5.0"), true), "1.5.0"));
	assert_true(att_str_is(release_homebrew_url_version(ATT_STR("rel-1.5"), true), "1.5"));
	assert_int_equal(release_homebrew_url_version(ATT_STR("main"), true).len, 0);
}

/* What could be made to cost much. */
static void test_bombs(void **state)
{
	(void)state;
	struct att_buf out;
	struct doc doc;
	att_buf_init(&out, 1 << 21);
	att_buf_add(&out, ATT_STR("class X < Formula\na0 = \"xxxxxxxxxxxxxxxx\"\n"));
	for (int i = 1; i < 64; i++)
		att_buf_printf(&out, "a%d = \"#{a%d}#{a%d}\"\n", i, i - 1, i - 1);
	att_buf_add(&out, ATT_STR("version \"1\"\nurl a63\nend\n"));
	att_buf_add_byte(&out, '\0');
	parse(&doc, out.data);
	assert_int_equal(doc.rc, ATT_OK);
	assert_non_null(strstr(doc.manifest.items[0].unknown.data, "of such length"));
	done(&doc);
	att_buf_clear(&out);
	att_buf_add(&out, ATT_STR("class X < Formula\na = \"xxxxxxxxxxxxxxxx\"\n"));
	for (int i = 1; i < 11; i++)
		att_buf_add(&out, ATT_STR("a = a + a\n"));
	for (int i = 0; i < 20000; i++)
		att_buf_add(&out, ATT_STR("b = \"#{a}\"\n"));
	att_buf_add(&out, ATT_STR("end\n"));
	att_buf_add_byte(&out, '\0');
	parse(&doc, out.data);
	assert_int_equal(doc.rc, ATT_ERR_LIMIT);
	done(&doc);
	att_buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),       cmocka_unit_test(test_platforms),
		cmocka_unit_test(test_parts),        cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_hidden),       cmocka_unit_test(test_poison),
		cmocka_unit_test(test_refusals),     cmocka_unit_test(test_spans),
		cmocka_unit_test(test_url_versions), cmocka_unit_test(test_bombs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
