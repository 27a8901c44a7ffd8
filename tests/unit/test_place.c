// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "release/place.h"

/* One file of a tree that is made up; the path of the next is NULL at the end. */
struct text {
	const char *path, *text;
};

struct looked {
	struct release_tree tree;
	struct release_search search;
	struct att_err err;
	int status, root;
};

static void look(struct looked *l, const struct text *files, const char *field)
{
	char folder[] = "/tmp/attest-place-XXXXXX";
	assert_non_null(mkdtemp(folder));
	l->root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(l->root >= 0);
	assert_int_equal(rmdir(folder), 0);
	release_tree_init(&l->tree, l->root);
	l->err = (struct att_err){0};
	for (size_t i = 0; files[i].path; i++)
		assert_int_equal(
			release_tree_put(&l->tree, att_str_of(files[i].path), att_str_of(files[i].text), NULL),
			0);
	l->status =
		release_place_find(&l->tree, att_str_of(files[0].path), att_str_of(field), &l->search, &l->err);
}

static void done(struct looked *l)
{
	release_tree_clear(&l->tree);
	close(l->root);
}

/* What was found as "PATH:LINE FIELD MARK|VERSION|BUILD LITERAL", one after another. */
static void finds_in(const struct text *files, const char *field, const char *expected)
{
	struct looked l;
	struct att_buf out;
	att_buf_init(&out, 1 << 16);
	look(&l, files, field);
	if (l.status != ATT_OK)
		fail_msg("%s: %s", files[0].path, l.err.message);
	for (size_t i = 0; i < l.search.count; i++) {
		const struct release_found *f = &l.search.places[i];
		struct att_str text = f->file->source.text;
		struct att_str literal =
			att_str_first(att_str_from(text, f->span.begin), f->span.end - f->span.begin);
		att_buf_printf(&out, "%s%.*s:%u %.*s ", i ? "; " : "", ATT_STR_ARG(f->file->path),
			       att_source_line(&f->file->source, f->span.begin), ATT_STR_ARG(f->field));
		if (f->module.len > 0)
			att_buf_printf(&out, "module %.*s", ATT_STR_ARG(f->module));
		else
			att_buf_printf(&out, "%.*s|%.*s|%.*s", ATT_STR_ARG(f->mark), ATT_STR_ARG(f->version),
				       ATT_STR_ARG(f->build));
		att_buf_printf(&out, " %.*s", ATT_STR_ARG(literal));
	}
	if (!att_str_is(att_buf_str(&out), expected))
		fail_msg("%s %s:\nexpected %s\nfound    %.*s", files[0].path, field, expected,
			 ATT_STR_ARG(att_buf_str(&out)));
	att_buf_clear(&out);
	done(&l);
}

static void finds(const char *path, const char *text, const char *field, const char *expected)
{
	finds_in((const struct text[]){{path, text}, {NULL, NULL}}, field, expected);
}

static void refuses_in(const struct text *files, const char *field, int code, uint32_t line,
		       const char *message)
{
	struct looked l;
	look(&l, files, field);
	if (l.status != code || l.err.place.line != line || !strstr(l.err.message, message))
		fail_msg("%s %s: expected %d at line %u with \"%s\", found %d at line %u: %s", files[0].path,
			 field, code, line, message, l.status, l.err.place.line, l.err.message);
	done(&l);
}

static void refuses(const char *path, const char *text, const char *field, int code, uint32_t line,
		    const char *message)
{
	refuses_in((const struct text[]){{path, text}, {NULL, NULL}}, field, code, line, message);
}

/* ---- Cargo ---- */

static void test_cargo(void **state)
{
	(void)state;
	finds("a/Cargo.toml", "# first\n[package]\nname = \"x\"\nversion = '1.2.3' # why\n", "",
	      "a/Cargo.toml:4 package.version |1.2.3| '1.2.3'");
	finds("Cargo.toml", "[workspace.package]\nversion = \"1.2.3\"\n", "",
	      "Cargo.toml:2 workspace.package.version |1.2.3| \"1.2.3\"");
	finds("Cargo.toml", "[dependencies]\nx = { path = \"x\", version = \"=1.2.3\" }\n",
	      "dependencies.x.version", "Cargo.toml:2 dependencies.x.version =|1.2.3| \"=1.2.3\"");
	finds("Cargo.toml", "[package]\nversion = \"^1.2.3\"\n", "package.version",
	      "Cargo.toml:2 package.version |^1.2.3| \"^1.2.3\"");
	refuses("Cargo.toml", "[package]\nname = \"x\"\n", "", ATT_ERR_NOT_FOUND, 1,
		"package.version, found none");
	refuses("Cargo.toml", "[package]\n\nversion = 1\n", "", ATT_ERR_NOT_FOUND, 3, "found an integer");
	refuses("Cargo.toml", "", "", ATT_ERR_NOT_FOUND, 0, "found none");
	refuses("Cargo.toml", "[package]\nversion = \n", "", ATT_ERR_MALFORMED, 2, "expected a value");
	refuses("Cargo.toml", "", "a..b", ATT_ERR_USAGE, 0, "a key between dots");
	refuses("Cargo.toml", "", "a.", ATT_ERR_USAGE, 0, "a dot and a key");
	refuses("Cargo.toml", "", "\"a", ATT_ERR_USAGE, 0, "a closing quotation mark");
	refuses("Cargo.toml", "", "\"\\n\"", ATT_ERR_USAGE, 0, "no escape but");
}

#define MEMBER   "[package]\nname = \"m\"\nversion.workspace = true\n"
#define ROOT     "[workspace]\nmembers = [\"crates/*\"]\n[workspace.package]\nversion = \"0.5.0\"\n"
#define NOT_ROOT "[package]\nname = \"n\"\nversion = \"9.9.9\"\n"

static void test_cargo_workspace(void **state)
{
	(void)state;
	finds_in((const struct text[]){{"crates/m/Cargo.toml", MEMBER}, {"Cargo.toml", ROOT}, {NULL, NULL}}, "",
		 "Cargo.toml:4 workspace.package.version |0.5.0| \"0.5.0\"");
	/* A package on the way that is no root is passed by. */
	finds_in((const struct text[]){{"crates/m/Cargo.toml", MEMBER},
				       {"crates/Cargo.toml", NOT_ROOT},
				       {"Cargo.toml", ROOT},
				       {NULL, NULL}},
		 "package.version", "Cargo.toml:4 workspace.package.version |0.5.0| \"0.5.0\"");
	/* One that is named counts, and only that one. */
	finds_in(
		(const struct text[]){{"m/Cargo.toml",
				       "[package]\nworkspace = \"../other\"\nversion = { workspace = true }\n"},
				      {"Cargo.toml", "[workspace]\n"},
				      {"other/Cargo.toml", ROOT},
				      {NULL, NULL}},
		"", "other/Cargo.toml:4 workspace.package.version |0.5.0| \"0.5.0\"");
	finds("Cargo.toml", ROOT MEMBER, "", "Cargo.toml:4 workspace.package.version |0.5.0| \"0.5.0\"");
	refuses("crates/m/Cargo.toml", MEMBER, "", ATT_ERR_NOT_FOUND, 3, "a Cargo.toml with [workspace]");
	refuses("m/Cargo.toml", "[package]\nworkspace = \"../../..\"\nversion.workspace = true\n", "",
		ATT_ERR_NOT_FOUND, 3, "a Cargo.toml with [workspace]");
	refuses_in(
		(const struct text[]){{"m/Cargo.toml", MEMBER}, {"Cargo.toml", "[workspace]\n"}, {NULL, NULL}},
		"", ATT_ERR_NOT_FOUND, 1, "workspace.package.version, found none");
	refuses_in(
		(const struct text[]){{"m/Cargo.toml", MEMBER}, {"Cargo.toml", "[workspace\n"}, {NULL, NULL}},
		"", ATT_ERR_MALFORMED, 1, "");
}

static void test_cargo_lock(void **state)
{
	const char *lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n"
			   "[[package]]\nname = \"b\"\nversion = \"2.0.0\"\nsource = \"registry+https://x\"\n\n"
			   "[[package]]\nname = \"c\"\nversion = \"3.0.0\"\n";
	(void)state;
	finds("Cargo.lock", lock, "", "Cargo.lock:5 a |1.0.0| \"1.0.0\"; Cargo.lock:14 c |3.0.0| \"3.0.0\"");
	finds("Cargo.lock", lock, "c", "Cargo.lock:14 c |3.0.0| \"3.0.0\"");
	refuses("Cargo.lock", lock, "b", ATT_ERR_NOT_FOUND, 7, "found one with a source");
	refuses("Cargo.lock", lock, "d", ATT_ERR_NOT_FOUND, 0, "found no entry of that name");
	refuses("Cargo.lock", "version = 4\n", "", ATT_ERR_NOT_FOUND, 0, "found none");
	refuses("Cargo.lock", "[[package]]\nname = \"a\"\n", "a", ATT_ERR_NOT_FOUND, 1, "found nothing");
	refuses("Cargo.lock", "[[package]]\nversion = \"1.0.0\"\n", "", ATT_ERR_MALFORMED, 1, "with a name");
}

static void test_uv_lock(void **state)
{
	const char *lock = "version = 1\n\n[[package]]\nname = \"a\"\nversion = \"1.0rc1\"\n"
			   "source = { editable = \".\" }\n\n"
			   "[[package]]\nname = \"b\"\nversion = \"2.0\"\n"
			   "source = { registry = \"https://pypi.org/simple\" }\n\n"
			   "[[package]]\nname = \"c\"\nsource = { virtual = \"c\" }\n";
	(void)state;
	finds("uv.lock", lock, "", "uv.lock:5 a |1.0rc1| \"1.0rc1\"");
	finds("uv.lock", lock, "a", "uv.lock:5 a |1.0rc1| \"1.0rc1\"");
	refuses("uv.lock", lock, "b", ATT_ERR_NOT_FOUND, 8, "found one with a source");
	refuses("uv.lock", lock, "c", ATT_ERR_NOT_FOUND, 13, "found nothing");
	refuses("uv.lock", "version = 1\n", "", ATT_ERR_NOT_FOUND, 0, "found none");
	refuses("uv.lock", "package = 1\n", "", ATT_ERR_MALFORMED, 1, "");
}

/* ---- npm, Deno ---- */

static void test_npm(void **state)
{
	const char *lock =
		"{\n  \"version\": \"1.0.0\",\n  \"packages\": {\n    \"\": {\n      \"version\": \"1.0.1\"\n"
		"    },\n    \"a.b/c\": { \"version\": \"2.0.0\" }\n  }\n}\n";
	(void)state;
	finds("package.json", "{\n\"version\":\n\"1.2.3\"}", "", "package.json:3 version |1.2.3| \"1.2.3\"");
	finds("package.json", "{\"dependencies\":{\"@a/b\":\"^1.2.3\"}}", "dependencies.'@a/b'",
	      "package.json:1 dependencies.'@a/b' ^|1.2.3| \"^1.2.3\"");
	refuses("package.json", "{\n\"version\": 1.2}", "", ATT_ERR_NOT_FOUND, 2, "found a float");
	refuses("package.json", "{\"name\": \"x\"}", "", ATT_ERR_NOT_FOUND, 0,
		"in the field version, found none");
	refuses("package.json", "{\n\"version\": \"1.0.0\", \"version\": \"2.0.0\"}", "", ATT_ERR_MALFORMED, 2,
		"");
	refuses("package.json", "{ // x\n}", "", ATT_ERR_MALFORMED, 1, "");
	finds("package-lock.json", lock, "",
	      "package-lock.json:2 version |1.0.0| \"1.0.0\"; "
	      "package-lock.json:5 packages.\"\".version |1.0.1| \"1.0.1\"");
	finds("npm-shrinkwrap.json", lock, "version", "npm-shrinkwrap.json:2 version |1.0.0| \"1.0.0\"");
	finds("package-lock.json", lock, "packages.\"\".version",
	      "package-lock.json:5 packages.\"\".version |1.0.1| \"1.0.1\"");
	finds("package-lock.json", lock, "packages.\"a.b/c\".version",
	      "package-lock.json:7 packages.\"a.b/c\".version |2.0.0| \"2.0.0\"");
	finds("package-lock.json", "{\"lockfileVersion\": 1, \"version\": \"1.0.0\"}", "",
	      "package-lock.json:1 version |1.0.0| \"1.0.0\"");
	refuses("package-lock.json", "{\"version\": \"1.0.0\",\n\"packages\": {}}", "", ATT_ERR_NOT_FOUND, 2,
		"packages.\"\".version, found none");
	refuses("package-lock.json", "{}", "", ATT_ERR_NOT_FOUND, 0, "in the field version, found none");
	finds("deno.json", "{ // why\n  \"version\": \"1.0.0\",\n}", "",
	      "deno.json:2 version |1.0.0| \"1.0.0\"");
	finds("jsr.json", "{\"version\": \"1.0.0\"}", "version", "jsr.json:1 version |1.0.0| \"1.0.0\"");
	refuses("deno.jsonc", "{\"version\": null}", "", ATT_ERR_NOT_FOUND, 1, "found null");
}

/* ---- Python ---- */

static void test_pyproject(void **state)
{
	struct looked l;
	(void)state;
	finds("pyproject.toml", "[project]\nversion = \"1.0rc1\"\n", "",
	      "pyproject.toml:2 project.version |1.0rc1| \"1.0rc1\"");
	finds("pyproject.toml", "[tool.poetry]\nversion = \"1.0\"\n", "",
	      "pyproject.toml:2 tool.poetry.version |1.0| \"1.0\"");
	/* Poetry 2 calls its own version dynamic. */
	finds("pyproject.toml", "[project]\ndynamic = [\"version\"]\n[tool.poetry]\nversion = \"1.0\"\n", "",
	      "pyproject.toml:4 tool.poetry.version |1.0| \"1.0\"");
	finds("pyproject.toml", "[project]\nversion = \"1.0\"\n[tool.poetry]\nversion = \"1.1\"\n", "",
	      "pyproject.toml:2 project.version |1.0| \"1.0\"; pyproject.toml:4 tool.poetry.version |1.1| "
	      "\"1.1\"");
	refuses("pyproject.toml", "[project]\nname = \"x\"\n", "", ATT_ERR_NOT_FOUND, 1,
		"project.version, found none");
	refuses("pyproject.toml", "[project]\n\ndynamic = [\"readme\", \"version\"]\n", "", ATT_ERR_NOT_FOUND,
		3, "found that it is dynamic");
	refuses("pyproject.toml", "[project]\ndynamic = [\"version\"]\n[tool.poetry]\nversion = \"1.0\"\n",
		"project.version", ATT_ERR_NOT_FOUND, 2, "found that it is dynamic");
	look(&l,
	     (const struct text[]){{"pyproject.toml", "[project]\ndynamic = [\"version\"]\n"
						      "[tool.hatch.version]\npath = \"src/x/__about__.py\"\n"},
				   {NULL, NULL}},
	     "");
	assert_int_equal(l.status, ATT_ERR_NOT_FOUND);
	assert_non_null(strstr(l.err.help, "src/x/__about__.py"));
	assert_non_null(strstr(l.err.help, "mode = \"stamped\""));
	done(&l);
}

/* ---- the rest ---- */

static void test_gomod(void **state)
{
	(void)state;
	finds("go.mod", "// x\nmodule example.org/a/v2\n\ngo 1.22\n", "",
	      "go.mod:2 module module example.org/a/v2 example.org/a/v2");
	finds("go.mod", "module (\n\t\"example.org/a\"\n)\n", "module",
	      "go.mod:2 module module example.org/a \"example.org/a\"");
	refuses("go.mod", "go 1.22\n", "", ATT_ERR_NOT_FOUND, 0, "found no such line");
	refuses("go.mod", "module a b\n", "", ATT_ERR_MALFORMED, 1, "the path of a module");
	refuses("go.mod", "module a/\"b\n", "", ATT_ERR_MALFORMED, 1, "");
	refuses("go.mod", "module a\n", "version", ATT_ERR_NOT_FOUND, 0, "no field but");
}

static void test_yaml(void **state)
{
	const char *chart = "apiVersion: v2\nversion: 1.2.3 # why\nappVersion: \"v1.2.3\"\n";
	(void)state;
	finds("Chart.yaml", chart, "", "Chart.yaml:2 version |1.2.3| 1.2.3");
	finds("Chart.yaml", chart, "appVersion", "Chart.yaml:3 appVersion v|1.2.3| \"v1.2.3\"");
	refuses("Chart.yaml", "version: 1.2\n", "", ATT_ERR_NOT_FOUND, 1, "found a float");
	refuses("Chart.yaml", "version: [\n", "", ATT_ERR_MALFORMED, 2, "");
	finds("pubspec.yaml", "name: x\nversion: 1.2.3+45\n", "", "pubspec.yaml:2 version |1.2.3|+45 1.2.3+45");
	finds("pubspec.yaml", "version: 1.2.3+a\n", "", "pubspec.yaml:1 version |1.2.3+a| 1.2.3+a");
	finds("x.yml", "a:\n  b: '1.0'\n", "a.b", "x.yml:2 a.b |1.0| '1.0'");
	refuses("pubspec.yaml", "name: x\n", "", ATT_ERR_NOT_FOUND, 0, "found none");
}

static void test_other(void **state)
{
	(void)state;
	finds("VERSION", "\n 1.2.3 \r\n\n", "", "VERSION:2  |1.2.3| 1.2.3");
	finds("src/version.txt", "v1.2.3", "", "src/version.txt:1  v|1.2.3| v1.2.3");
	finds("VERSION", "1.2.3 \nfor the spring\n", "first-line", "VERSION:1 first-line |1.2.3| 1.2.3");
	refuses("VERSION", "1.2.3\nfor the spring\n", "", ATT_ERR_NOT_FOUND, 1, "found several lines");
	refuses("VERSION", " \n", "", ATT_ERR_NOT_FOUND, 0, "found nothing");
	refuses("VERSION", "\n1.2.3", "first-line", ATT_ERR_NOT_FOUND, 0, "found nothing");
	refuses("VERSION", "1.2.3", "version", ATT_ERR_NOT_FOUND, 0, "no field but");
	finds("x.toml", "[a]\n'b c' = \"1.2.3\"\n", "a.\"b c\"", "x.toml:2 a.\"b c\" |1.2.3| \"1.2.3\"");
	finds("x.json", "{\"version\": \"1.2.3\"}", "", "x.json:1 version |1.2.3| \"1.2.3\"");
	finds("x.jsonc", "{/* a */\"version\": \"1.2.3\"}", "", "x.jsonc:1 version |1.2.3| \"1.2.3\"");
	refuses("x.toml", "version = true\n", "", ATT_ERR_NOT_FOUND, 1, "found a boolean");
	refuses("x/__init__.py", "__version__ = '1.0'\n", "", ATT_ERR_UNSUPPORTED, 0, "found __init__.py");
	refuses("setup.cfg", "", "", ATT_ERR_UNSUPPORTED, 0, "found setup.cfg");
}

static void test_tree(void **state)
{
	struct looked l;
	struct release_file *file;
	(void)state;
	look(&l, (const struct text[]){{"a/VERSION", "1.0.0"}, {NULL, NULL}}, "");
	assert_int_equal(release_tree_read(&l.tree, ATT_STR("./a//b/../VERSION"), &file, &l.err), 0);
	assert_ptr_equal(file, l.search.file);
	assert_int_equal(release_tree_read(&l.tree, ATT_STR("../VERSION"), &file, &l.err), ATT_ERR_REFUSED);
	assert_int_equal(release_tree_read(&l.tree, ATT_STR("a/../../VERSION"), &file, &l.err),
			 ATT_ERR_REFUSED);
	assert_int_equal(release_tree_read(&l.tree, ATT_STR("/etc/passwd"), &file, &l.err), ATT_ERR_REFUSED);
	assert_int_equal(release_tree_read(&l.tree, ATT_STR(""), &file, &l.err), ATT_ERR_REFUSED);
	assert_null(file);
	done(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cargo),      cmocka_unit_test(test_cargo_workspace),
		cmocka_unit_test(test_cargo_lock), cmocka_unit_test(test_uv_lock),
		cmocka_unit_test(test_npm),        cmocka_unit_test(test_pyproject),
		cmocka_unit_test(test_gomod),      cmocka_unit_test(test_yaml),
		cmocka_unit_test(test_other),      cmocka_unit_test(test_tree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
