// SPDX-License-Identifier: Apache-2.0
/* build.gradle and build.gradle.kts of builds without a lock. A script is a program, and no program is run
 * here: what it writes down literally is taken, and how much it computes is said in a finding. */
#include "sbom/cataloger_gradle_build.h"
#include "sbom/gradle_script.h"

#include "libattest/base/banned.h"

enum { MAX_BLOCKS = 64, MAX_CALLS = 4 };

struct block {
	bool dependencies, plugins; /* statements here declare those */
	bool build;                 /* of the build itself: buildscript, pluginManagement */
};

struct script {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	struct sbom_gradle_token *tokens;
	size_t count, at;
	struct block blocks[MAX_BLOCKS]; /* the first is the script; deeper ones are counted only */
	size_t depth;
	struct att_str head; /* first word of the statement at hand */
	size_t unevaluated;
	struct att_span first_unevaluated;
};

/* --- declarations -------------------------------------------------------------------------------------- */

static void count_unevaluated(struct script *s, size_t token)
{
	struct att_span span = {0, 0};
	if (token < s->count)
		span = s->tokens[token].span;
	if (s->unevaluated++ == 0)
		s->first_unevaluated = span;
}

/* --- arguments ----------------------------------------------------------------------------------------- */

static int kind_at(const struct script *s, size_t i)
{
	return i < s->count ? s->tokens[i].kind : GRADLE_LINE_END;
}

static bool word_at(const struct script *s, size_t i, const char *word)
{
	return i < s->count && s->tokens[i].kind == GRADLE_WORD && att_str_is(s->tokens[i].text, word);
}

/* An argument ends before a comma, a bracket that it did not open, a block, or the end of the line. */
static bool ends_argument(const struct script *s, size_t i, bool in_brackets)
{
	int kind = kind_at(s, i);
	return i >= s->count || kind == ',' || kind == ')' || kind == ']' || kind == '{' || kind == '}' ||
	       (kind == GRADLE_LINE_END && !in_brackets);
}

static void skip_argument(struct script *s, bool in_brackets)
{
	size_t open = 0;
	for (; s->at < s->count; s->at++) {
		int kind = kind_at(s, s->at);
		if (open == 0 && ends_argument(s, s->at, in_brackets))
			return;
		if (kind == '{' || kind == '}')
			return;
		if (kind == '(' || kind == '[')
			open++;
		else if ((kind == ')' || kind == ']') && open > 0)
			open--;
	}
}

static void skip_lines(struct script *s)
{
	while (s->at < s->count && kind_at(s, s->at) == GRADLE_LINE_END)
		s->at++;
}

/* "key: value" of Groovy, "key = value" of Kotlin. */
static bool is_pair(const struct script *s, size_t i)
{
	int kind = kind_at(s, i);
	return (kind == GRADLE_WORD || kind == GRADLE_STRING) &&
	       (kind_at(s, i + 1) == ':' || (kind == GRADLE_WORD && kind_at(s, i + 1) == '='));
}

static struct att_str *slot_of(struct gradle_coordinates *c, struct att_str key)
{
	return att_str_is(key, "group")        ? &c->group
	       : att_str_is(key, "name")       ? &c->name
	       : att_str_is(key, "version")    ? &c->version
	       : att_str_is(key, "classifier") ? &c->classifier
	       : att_str_is(key, "ext")        ? &c->type
					       : NULL;
}

static int declare(struct script *s, struct gradle_coordinates *c, uint32_t scope, size_t token, bool computed)
{
	if (!sbom_gradle_is_name(c->group) || !sbom_gradle_is_name(c->name)) {
		count_unevaluated(s, token);
		return ATT_OK;
	}
	if (computed)
		count_unevaluated(s, token);
	return sbom_gradle_declare(s->input, s->catalog, c, scope, s->tokens[token].span, s->err);
}

/* group: 'a', name: 'b', version: 'c' */
static int read_pairs(struct script *s, uint32_t scope, bool in_brackets)
{
	struct gradle_coordinates c = {0};
	size_t first = s->at;
	bool computed = false;
	while (is_pair(s, s->at)) {
		struct att_str *slot = slot_of(&c, s->tokens[s->at].text);
		size_t value = s->at + 2;
		bool literal = kind_at(s, value) == GRADLE_STRING && !s->tokens[value].interpolated &&
			       ends_argument(s, value + 1, in_brackets);
		s->at = value;
		skip_argument(s, in_brackets);
		if (slot && literal) {
			*slot = s->tokens[value].text;
		} else if (slot == &c.version && value < s->count) {
			/* What stands there is not the version, but tells where it comes from. */
			*slot = ATT_ARENA_JOIN(&s->catalog->arena, ATT_STR("$"), s->tokens[value].text);
			computed = true;
		} else if (slot) {
			computed = true;
		}
		if (kind_at(s, s->at) != ',')
			break;
		s->at++;
		skip_lines(s);
	}
	return declare(s, &c, scope, first, computed);
}

static int read_string(struct script *s, uint32_t scope, bool platform, bool in_brackets)
{
	const struct sbom_gradle_token *token = &s->tokens[s->at];
	struct gradle_coordinates c;
	size_t at = s->at++;
	if (!ends_argument(s, s->at, in_brackets) || !sbom_gradle_split(token->text, &c)) {
		count_unevaluated(s, at);
		skip_argument(s, in_brackets);
		return ATT_OK;
	}
	if (platform && c.type.len == 0)
		c.type = ATT_STR("pom");
	return declare(s, &c, platform ? SBOM_BUILD : scope, at, token->interpolated);
}

/* The arguments of one declaration; calls to platform() and the like nest a few levels. */
static int read_arguments(struct script *s, uint32_t scope, bool platform, bool in_brackets, unsigned calls)
{
	int status = ATT_OK;
	for (;;) {
		if (in_brackets)
			skip_lines(s);
		bool is_platform = word_at(s, s->at, "platform") || word_at(s, s->at, "enforcedPlatform");
		if (ends_argument(s, s->at, in_brackets)) {
			/* nothing here */
		} else if (is_pair(s, s->at)) {
			status = read_pairs(s, scope, in_brackets);
		} else if (kind_at(s, s->at) == GRADLE_STRING) {
			status = read_string(s, scope, platform, in_brackets);
		} else if ((is_platform || word_at(s, s->at, "testFixtures") || kind_at(s, s->at) == '[') &&
			   calls < MAX_CALLS && (kind_at(s, s->at) == '[' || kind_at(s, s->at + 1) == '(')) {
			s->at += kind_at(s, s->at) == '[' ? 1 : 2;
			status = read_arguments(s, scope, platform || is_platform, true, calls + 1);
			s->at += kind_at(s, s->at) == ')' || kind_at(s, s->at) == ']';
		} else {
			count_unevaluated(s, s->at);
			skip_argument(s, in_brackets);
		}
		if (in_brackets)
			skip_lines(s);
		if (status != ATT_OK || kind_at(s, s->at) != ',')
			return status;
		s->at++;
		skip_lines(s);
	}
}

/* --- statements ---------------------------------------------------------------------------------------- */

static bool is_one_of(struct att_str word, const char *const *list)
{
	for (; *list; list++)
		if (att_str_is(word, *list))
			return true;
	return false;
}

/* implementation 'a:b:c', implementation("a:b:c") { ... }, "custom"("a:b:c") */
static int read_dependency(struct script *s, const struct block *block)
{
	static const char *const not_configurations[] = {
		"if",     "else",    "for",         "while",   "switch",     "def",     "val", "var",
		"return", "exclude", "constraints", "modules", "components", "println", NULL};
	struct att_str configuration = s->tokens[s->at].text;
	int next = kind_at(s, s->at + 1);
	bool quoted = s->tokens[s->at].kind == GRADLE_STRING;
	s->at++;
	if (is_one_of(configuration, not_configurations) ||
	    (next != '(' && (quoted || (next != GRADLE_WORD && next != GRADLE_STRING && next != '['))))
		return ATT_OK;
	uint32_t scope = block->build ? SBOM_BUILD : sbom_gradle_scope(configuration);
	if (next != '(')
		return read_arguments(s, scope, false, false, 0);
	s->at++;
	int status = read_arguments(s, scope, false, true, 0);
	s->at += kind_at(s, s->at) == ')';
	return status;
}

/* id 'a' version 'b', id("a") version "b", kotlin("jvm") version "b" */
static int read_plugin(struct script *s)
{
	struct gradle_coordinates c = {0};
	size_t start = s->at, name = s->at + (kind_at(s, s->at + 1) == '(' ? 2 : 1);
	struct att_arena *arena = &s->catalog->arena;
	bool is_kotlin = word_at(s, start, "kotlin");
	while (s->at < s->count && !ends_argument(s, s->at, false) && !word_at(s, s->at, "version"))
		s->at += kind_at(s, s->at) == '(' && kind_at(s, s->at + 2) == ')' ? 3 : 1;
	if (!is_kotlin && !word_at(s, start, "id")) {
		if (word_at(s, start, "alias"))
			count_unevaluated(s, start);
		return ATT_OK;
	}
	/* Without a version it is a part of Gradle or of this very build. */
	if (!word_at(s, s->at, "version") || kind_at(s, name) != GRADLE_STRING)
		return ATT_OK;
	size_t value = s->at + (kind_at(s, s->at + 1) == '(' ? 2 : 1);
	bool literal = kind_at(s, value) == GRADLE_STRING;
	s->at = value;
	c.group = is_kotlin ? ATT_ARENA_JOIN(arena, ATT_STR("org.jetbrains.kotlin."), s->tokens[name].text)
			    : s->tokens[name].text;
	c.name = ATT_ARENA_JOIN(arena, c.group, ATT_STR(".gradle.plugin"));
	if (value < s->count)
		c.version = literal ? s->tokens[value].text
				    : ATT_ARENA_JOIN(arena, ATT_STR("$"), s->tokens[value].text);
	if (!c.group.data || !c.name.data)
		return att_err_memory(s->err);
	return declare(s, &c, SBOM_BUILD, name, !literal || s->tokens[value].interpolated);
}

static void open_block(struct script *s)
{
	static const char *const same[] = {"if", "else", "for", "each", "forEach", NULL};
	struct block block = {0};
	struct att_str name = s->head;
	/* "project(':a').dependencies {" is known by its last word, "if (x) {" by its first. */
	if (s->at > 0 && kind_at(s, s->at - 1) == GRADLE_WORD)
		name = s->tokens[s->at - 1].text;
	size_t dot = att_str_find_last_byte(name, '.');
	name = att_str_from(name, dot == ATT_STR_NONE ? 0 : dot + 1);
	if (s->depth < MAX_BLOCKS) {
		const struct block *outer = &s->blocks[s->depth - 1];
		block.build =
			outer->build || att_str_is(name, "buildscript") || att_str_is(name, "pluginManagement");
		block.dependencies =
			att_str_is(name, "dependencies") || (outer->dependencies && is_one_of(name, same));
		block.plugins = att_str_is(name, "plugins");
		s->blocks[s->depth] = block;
	}
	s->depth++;
}

static int read_statement_start(struct script *s)
{
	const struct block *block = s->depth <= MAX_BLOCKS ? &s->blocks[s->depth - 1] : NULL;
	int kind = kind_at(s, s->at);
	s->head = s->tokens[s->at].text;
	if (block && block->dependencies && (kind == GRADLE_WORD || kind == GRADLE_STRING))
		return read_dependency(s, block);
	if (block && block->plugins && kind == GRADLE_WORD)
		return read_plugin(s);
	s->at++;
	return ATT_OK;
}

static int read_script(struct script *s)
{
	bool start = true;
	int status = ATT_OK;
	s->depth = 1;
	while (status == ATT_OK && s->at < s->count) {
		int kind = kind_at(s, s->at);
		if (kind == '{') {
			open_block(s);
		} else if (kind == '}' && s->depth > 1) {
			s->depth--;
		} else if (start && kind != GRADLE_LINE_END && kind != '}') {
			status = read_statement_start(s);
			start = false;
			continue;
		}
		start = kind == '{' || kind == '}' || kind == GRADLE_LINE_END;
		s->at++;
	}
	return status;
}

/* --- the files ----------------------------------------------------------------------------------------- */

/* A lock beside the script says all that the script does, and more exactly. */
static bool has_lock(struct sbom_input *input, struct sbom_catalog *catalog)
{
	static const char *const locks[] = {"gradle.lockfile", "dependencies.lock",
					    "gradle/dependency-locks/compileClasspath.lockfile",
					    "gradle/dependency-locks/runtimeClasspath.lockfile"};
	struct att_source ignored;
	struct att_err no;
	for (size_t i = 0; i < sizeof locks / sizeof locks[0]; i++)
		if (sbom_input_sibling(input, catalog, att_str_of(locks[i]), &ignored, &no) == ATT_OK)
			return true;
	return false;
}

static void report_unevaluated(struct script *s)
{
	if (s->unevaluated == 0)
		return;
	struct att_str message = att_arena_printf(
		&s->catalog->arena, "not evaluated: %zu %s that this script computes", s->unevaluated,
		s->unevaluated == 1 ? "dependency or version" : "dependencies or versions");
	sbom_catalog_warn(s->catalog, &s->input->source, "not-evaluated", ATT_NOTE, s->first_unevaluated,
			  message, ATT_STR("lock the dependencies: gradle dependencies --write-locks"));
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct script s = {.input = input, .catalog = catalog, .err = err};
	bool is_catalog = att_str_ends(catalog->path, ATT_STR(".toml"));
	int status = ATT_OK;
	if (is_catalog &&
	    (att_str_is(catalog->folder, "gradle") || att_str_ends(catalog->folder, ATT_STR("/gradle"))))
		status = sbom_gradle_move_project(catalog, 1, err);
	if (status == ATT_OK)
		status = sbom_gradle_name_project(input, catalog, err);
	if (status != ATT_OK || has_lock(input, catalog))
		return status;
	catalog->complete = false;
	if (is_catalog)
		return sbom_gradle_read_version_catalog(input, catalog, err);
	status = sbom_gradle_tokens(&input->source, &catalog->arena, &s.tokens, &s.count, err);
	if (status == ATT_OK)
		status = read_script(&s);
	if (status == ATT_OK)
		report_unevaluated(&s);
	return status;
}

const struct sbom_cataloger sbom_cataloger_gradle_build = {
	.name = "gradle_build",
	.patterns = (const char *const[]){"build.gradle", "build.gradle.kts", "libs.versions.toml", NULL},
	.parse = parse,
};
