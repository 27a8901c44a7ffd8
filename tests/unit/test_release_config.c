// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/base.h"
#include "release/config.h"

struct read {
	struct att_arena arena;
	struct att_source source;
	struct release_config config;
	struct att_err err;
	int status;
};

static void begin(struct read *r, struct att_str text)
{
	*r = (struct read){0};
	assert_int_equal(att_source_init(&r->source, &r->arena, ATT_STR("attest.toml"), text, NULL), 0);
	r->status = release_config_parse(&r->source, &r->config, &r->err);
	assert_int_equal(r->status, r->err.code);
}

static void end(struct read *r)
{
	release_config_clear(&r->config);
	att_arena_clear(&r->arena);
}

static void begin_good(struct read *r, const char *text)
{
	begin(r, att_str_of(text));
	if (r->status != ATT_OK)
		fail_msg("%u:%u: %s", r->err.place.line, r->err.place.column, r->err.message);
}

static void is(struct att_str found, const char *expected)
{
	if (!att_str_is(found, expected))
		fail_msg("expected \"%s\", found \"%.*s\"", expected, ATT_STR_ARG(found));
}

/* --- what is read ---------------------------------------------------------------------------------------- */

static void test_nothing(void **state)
{
	struct read r;
	(void)state;
	begin_good(&r, "");
	is(r.config.project.name, "");
	is(r.config.project.tag, "v{version}");
	is(r.config.project.remote, "origin");
	is(r.config.project.branch, "main");
	assert_false(r.config.project.is_annotated);
	assert_int_equal(r.config.place_count + r.config.artifact_count + r.config.channel_count, 0);
	end(&r);
	/* The tables of other commands are theirs. */
	begin_good(&r, "[trust]\nx = 1\n[[gate]]\ny = 2\n");
	end(&r);
}

static void test_project(void **state)
{
	struct read r;
	(void)state;
	begin_good(&r, "[project]\nname = 'p'\nrepository = 'https://e.example/p'\ntag = 'p-{version}'\n"
		       "version-from = 'a/Cargo.toml'\nremote = 'up'\nbranch = 'trunk'\nannotated = true\n"
		       "checksums = 'dist/{name}-{version}.sha256'\n");
	is(r.config.project.name, "p");
	is(r.config.project.repository, "https://e.example/p");
	is(r.config.project.tag, "p-{version}");
	is(r.config.project.version_from, "a/Cargo.toml");
	is(r.config.project.remote, "up");
	is(r.config.project.branch, "trunk");
	assert_true(r.config.project.is_annotated);
	is(r.config.project.checksums, "dist/{name}-{version}.sha256");
	assert_int_equal(att_source_place(&r.source, r.config.project.tag_span).line, 4);
	assert_int_equal(att_source_place(&r.source, r.config.project.version_span).line, 5);
	assert_int_equal(att_source_place(&r.source, r.config.project.checksums_span).line, 9);
	end(&r);
}

static void test_tables(void **state)
{
	struct read r;
	(void)state;
	begin_good(&r, "[[version]]\nfile = 'a'\n"
		       "[[version]]\nfile = 'b'\nfield = 'x.y'\ngroup = 'g'\nmode = 'stamped'\n"
		       "packed = 'd/b-{version}.tgz'\n[[version]]\nfile = 'c'\nmode = 'source'\n"
		       "[[artifact]]\nname = 'n-{version}'\n"
		       "[[artifact]]\nname = 'm'\npath = 'd'\nplatform = 'linux-x86_64'\ntier = 'preview'\n"
		       "requires = ['provenance', 'sbom']\n");
	assert_int_equal(r.config.place_count, 3);
	is(r.config.places[0].group, "main");
	is(r.config.places[0].field, "");
	assert_false(r.config.places[0].is_stamped);
	is(r.config.places[1].field, "x.y");
	is(r.config.places[1].group, "g");
	is(r.config.places[1].packed, "d/b-{version}.tgz");
	assert_true(r.config.places[1].is_stamped);
	assert_false(r.config.places[2].is_stamped);
	assert_int_equal(r.config.artifact_count, 2);
	assert_int_equal(r.config.artifacts[0].tier, RELEASE_OFFICIAL);
	is(r.config.artifacts[0].path, "");
	const struct release_artifact *m = &r.config.artifacts[1];
	is(m->path, "d");
	is(m->platform, "linux-x86_64");
	assert_int_equal(m->tier, RELEASE_PREVIEW);
	assert_true(m->requires[RELEASE_SBOM] && m->requires[RELEASE_PROVENANCE]);
	assert_false(m->requires[RELEASE_SIGNATURE]);
	end(&r);
}

static void test_channels(void **state)
{
	struct read r;
	(void)state;
	begin_good(&r, "[project]\nname = 'p'\n[[channel]]\nkind = 'npm'\n"
		       "[[channel]]\nkind = 'npm'\npackage = '@x/q'\nartifacts = ['a-*', '*.tgz']\n"
		       "tier = 'preview'\ntoken = 'T'\nrelease = '{version}'\ndev = '{next}-{short}'\n"
		       "registry = 'https://r.example'\ndist-tag = 'latest'\nkeys = 'k'\nprovenance = true\n"
		       "[[channel]]\nkind = 'oci'\nname = 'image'\nrepository = 'r.example/p'\n"
		       "tags = ['{version}']\n[[artifact]]\nname = 'a-{version}'\n[[artifact]]\nname = 'b'\n");
	assert_int_equal(r.config.channel_count, 3);
	const struct release_channel *c = r.config.channels;
	is(c[0].label, "npm p"); /* two of a kind need telling apart */
	is(c[0].package, "p");
	is(c[1].label, "npm @x/q");
	is(c[1].package, "@x/q");
	is(c[1].token, "T");
	is(c[1].release, "{version}");
	is(c[1].dev, "{next}-{short}");
	assert_int_equal(c[1].tier, RELEASE_PREVIEW);
	is(release_channel_text(&c[1], "registry", "x"), "https://r.example");
	is(release_channel_text(&c[0], "registry", "x"), "x");
	is(c[2].label, "image");
	assert_true(release_channel_carries(&c[1], &r.config.artifacts[0]));
	assert_false(release_channel_carries(&c[1], &r.config.artifacts[1]));
	assert_false(release_channel_carries(&c[0], &r.config.artifacts[0]));
	end(&r);
}

/* Every kind takes its own settings and none of another's. */
static void test_kinds(void **state)
{
	struct read r;
	(void)state;
	for (size_t k = 0; release_channel_kinds[k]; k++) {
		const struct release_channel_kind *kind = release_channel_kinds[k];
		struct att_buf text;
		att_buf_init(&text, 1 << 16);
		att_buf_printf(&text, "[[channel]]\nkind = \"%s\"\n", kind->name);
		for (const struct release_setting *s = kind->settings; s->key; s++)
			att_buf_printf(&text, "%s = %s\n", s->key,
				       s->kind == ATT_STRING ? "'x'"
				       : s->kind == ATT_BOOL ? "true"
							     : "['x']");
		begin(&r, att_buf_str(&text));
		if (r.status != ATT_OK)
			fail_msg("%s: %s", kind->name, r.err.message);
		end(&r);
		att_buf_add(&text, ATT_STR("nonsense = 1\n"));
		begin(&r, att_buf_str(&text));
		assert_int_equal(r.status, ATT_ERR_MALFORMED);
		end(&r);
		for (const struct release_setting *s = kind->settings; s->key; s++) {
			att_buf_clear(&text);
			att_buf_printf(&text, "[[channel]]\nkind = \"%s\"\n%s = 1\n", kind->name, s->key);
			begin(&r, att_buf_str(&text));
			assert_int_equal(r.status, ATT_ERR_MALFORMED);
			end(&r);
		}
		att_buf_clear(&text);
	}
}

/* --- what is refused ------------------------------------------------------------------------------------- */

static const struct refusal {
	const char *text;
	uint32_t line, column;
	const char *words;
} refusals[] = {
	{"[project", 1, 9, ""},
	{"[projcet]\n", 1, 2, "no key \"projcet\""},
	{"project = 1\n", 1, 11, "\"project\""},
	{"[project]\nnmae = 'x'\n", 2, 1, "no key \"nmae\""},
	{"[project]\nname = 1\n", 2, 8, "\"name\""},
	{"[project]\nname = ''\n", 2, 8, "found an empty one"},
	{"[project]\nrepository = ['x']\n", 2, 14, "\"repository\""},
	{"[project]\nremote = ''\n", 2, 10, "\"remote\""},
	{"[project]\nbranch = true\n", 2, 10, "\"branch\""},
	{"[project]\nannotated = 'yes'\n", 2, 13, "\"annotated\""},
	{"[project]\ntag = 'v'\n", 2, 7, "with {version}, as v{version}, found \"v\""},
	{"[project]\ntag = '{version}{version}'\n", 2, 7, "no braces but one {version}"},
	{"[project]\ntag = '{name}-{version}'\n", 2, 7, "no braces but one {version}"},
	{"[project]\ntag = 'v {version}'\n", 2, 7, "that git would take"},
	{"[project]\ntag = 'v{versoin}'\n", 2, 7, "found {versoin}"},
	{"[project]\ntag = 'v{version'\n", 2, 7, "braces in pairs"},
	{"[project]\ntag = 'v}version{'\n", 2, 7, "braces in pairs"},
	{"[project]\nversion-from = '/a'\n", 2, 16, "found one from the root"},
	{"[project]\nversion-from = 'a/..'\n", 2, 16, "found \"..\""},
	{"[project]\nchecksums = '../SUMS'\n", 2, 13, "found \"..\""},
	{"[project]\nchecksums = '{x}'\n", 2, 13, "found {x}"},
	{"version = 1\n", 1, 11, "\"version\""},
	{"[version]\nfile = 'a'\n", 1, 1, "\"version\""},
	{"[[version]]\nfiel = 'a'\n", 2, 1, "no key \"fiel\""},
	{"[[version]]\n", 1, 1, "needs the key \"file\""},
	{"[[version]]\nfile = '/a'\n", 2, 8, "found one from the root"},
	{"[[version]]\nfile = 'a/../../b'\n", 2, 8, "found \"..\""},
	{"[[version]]\nfile = 'a'\nfield = 1\n", 3, 9, "\"field\""},
	{"[[version]]\nfile = 'a'\ngroup = ''\n", 3, 9, "\"group\""},
	{"[[version]]\nfile = 'a'\nmode = 'stampde'\n", 3, 8, "expected \"source\" or \"stamped\""},
	{"[[version]]\nfile = 'a'\nmode = 'stamped'\n", 1, 1, "needs the key \"packed\""},
	{"[[version]]\nfile = 'a'\npacked = '/x'\n", 3, 10, "found one from the root"},
	{"[[version]]\nfile = 'a'\n[[version]]\nfile = 'b'\npacked = '{'\n", 5, 10, "braces in pairs"},
	{"[[artifact]]\n", 1, 1, "needs the key \"name\""},
	{"[[artifact]]\nname = 'a'\nsize = 1\n", 3, 1, "no key \"size\""},
	{"[[artifact]]\nname = 'a/b'\n", 2, 8, "expected a file name"},
	{"[[artifact]]\nname = '{v}'\n", 2, 8, "found {v}"},
	{"[[artifact]]\nname = 'a'\n[[artifact]]\nname = 'a'\n", 4, 8, "stands above"},
	{"[[artifact]]\nname = 'a'\npath = '..'\n", 3, 8, "found \"..\""},
	{"[[artifact]]\nname = 'a'\nplatform = 1\n", 3, 12, "\"platform\""},
	{"[[artifact]]\nname = 'a'\ntier = 'beta'\n", 3, 8, "expected \"official\" or \"preview\""},
	{"[[artifact]]\nname = 'a'\nrequires = 'sbom'\n", 3, 12, "\"requires\""},
	{"[[artifact]]\nname = 'a'\nrequires = ['sbom', 'sbmo']\n", 3, 21, "found \"sbmo\""},
	{"[[artifact]]\nname = 'a'\nrequires = [1]\n", 3, 13, "expected texts"},
	{"[[channel]]\n", 1, 1, "needs the key \"kind\""},
	{"[[channel]]\nkind = 'nmp'\n", 2, 8, "no kind of channel \"nmp\""},
	{"[[channel]]\nkind = 'elsewhere'\n", 2, 8, "no kind of channel \"elsewhere\""},
	{"[[channel]]\nkind = 'npm'\ntap = 'x'\n", 3, 1, "no key \"tap\""},
	{"[[channel]]\nkind = 'npm'\npackage = ''\n", 3, 11, "\"package\""},
	{"[[channel]]\nkind = 'npm'\ntoken = 1\n", 3, 9, "\"token\""},
	{"[[channel]]\nkind = 'npm'\nrelease = '{a}'\n", 3, 11, "found {a}"},
	{"[[channel]]\nkind = 'npm'\ndev = '{a}'\n", 3, 7, "found {a}"},
	{"[[channel]]\nkind = 'npm'\ntier = ''\n", 3, 8, "\"tier\""},
	{"[[channel]]\nkind = 'npm'\nartifacts = '*'\n", 3, 13, "\"artifacts\""},
	{"[[channel]]\nkind = 'npm'\nartifacts = ['a', '']\n", 3, 19, "\"artifacts\""},
	{"[[channel]]\nkind = 'npm'\nname = ''\n", 3, 8, "\"name\""},
	{"[[channel]]\nkind = 'npm'\nprovenance = 'yes'\n", 3, 14, "\"provenance\""},
	{"[[channel]]\nkind = 'oci'\n", 1, 1, "\"repository\""},
	{"[[channel]]\nkind = 'oci'\nrepository = 'x'\ntags = [1]\n", 4, 9, "expected texts"},
	{"[[channel]]\nkind = 'scoop'\nbucket = 'x'\n", 1, 1, "\"manifest\""},
	{"[[channel]]\nkind = 'npm'\n[[channel]]\nkind = 'npm'\n", 3, 1, "is called \"npm\""},
	{"[[channel]]\nkind = 'npm'\n[[channel]]\nkind = 'go'\nname = 'npm'\n", 3, 1, "is called \"npm\""},
};

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		const struct refusal *t = &refusals[i];
		struct read r;
		begin(&r, att_str_of(t->text));
		if (r.status != ATT_ERR_MALFORMED || r.err.place.line != t->line ||
		    r.err.place.column != t->column || !strstr(r.err.message, t->words))
			fail_msg("%s: expected %u:%u \"%s\", found %d at %u:%u, \"%s\"", t->text, t->line,
				 t->column, t->words, r.status, r.err.place.line, r.err.place.column,
				 r.err.message);
		end(&r);
	}
}

static void test_help(void **state)
{
	struct read r;
	(void)state;
	begin(&r, ATT_STR("[[channel]]\nkind = 'nmp'\n"));
	assert_string_equal(r.err.help, "did you mean \"npm\"?");
	end(&r);
	begin(&r, ATT_STR("[[channel]]\nkind = 'elsewhere'\n"));
	assert_non_null(strstr(r.err.help, "winget"));
	end(&r);
}

/* `count` times `piece` behind `head`, each with its number for "#", and whether that is over a ceiling. */
static bool is_over(const char *head, const char *piece, size_t count, const char *tail)
{
	struct att_buf text;
	struct read r;
	att_buf_init(&text, 1 << 24);
	att_buf_add(&text, att_str_of(head));
	for (size_t i = 0; i < count; i++)
		for (const char *c = piece; *c; c++)
			if (*c == '#')
				att_buf_printf(&text, "%06zu", i);
			else
				att_buf_add_byte(&text, *c);
	att_buf_add(&text, att_str_of(tail));
	assert_true(att_buf_ok(&text));
	begin(&r, att_buf_str(&text));
	bool over = r.status == ATT_ERR_LIMIT;
	if (!over && r.status != ATT_OK)
		fail_msg("%s", r.err.message);
	end(&r);
	att_buf_clear(&text);
	return over;
}

static void test_ceilings(void **state)
{
	(void)state;
	assert_false(is_over("", "[[version]]\nfile = 'f#'\n", 1000, ""));
	assert_true(is_over("", "[[version]]\nfile = 'f#'\n", 1001, ""));
	assert_false(is_over("", "[[artifact]]\nname = 'f#'\n", 1000, ""));
	assert_true(is_over("", "[[artifact]]\nname = 'f#'\n", 1001, ""));
	assert_true(is_over("", "[[channel]]\nkind = 'go'\nname = 'f#'\n", 1001, ""));
	/* What is matched with every artifact, in all channels together. */
	assert_false(is_over("[[channel]]\nkind = 'go'\nartifacts = [", "'#',", 1000, "]\n"));
	assert_true(is_over("[[channel]]\nkind = 'go'\nartifacts = [", "'#',", 1001, "]\n"));
	assert_true(is_over("",
			    "[[channel]]\nkind = 'oci'\nrepository = 'x'\nname = 'c#'\n"
			    "tags = ['a', 'b']\n",
			    501, ""));
	/* Texts that templates multiply. */
	assert_false(is_over("[project]\nname = '", "#", 682, "'\n"));
	assert_true(is_over("[project]\nname = '", "#", 683, "'\n"));
	assert_true(is_over("[[artifact]]\nname = '", "#", 171, "'\n"));
}

/* --- what makes no sense --------------------------------------------------------------------------------- */

struct sense {
	const char *text, *code;
	uint32_t line, column;
};

static const struct sense senses[] = {
	{"[project]\nversion-from = 'b'\n[[version]]\nfile = 'a'\n", "undeclared-version", 2, 16},
	{"[project]\nversion-from = 'a'\n[[version]]\nfile = 'a'\n", NULL, 0, 0},
	{"[[artifact]]\nname = 'a'\n", "uncarried-artifact", 2, 8},
	{"[[artifact]]\nname = 'a'\n[[channel]]\nkind = 'go'\n", "uncarried-artifact", 2, 8},
	{"[[artifact]]\nname = 'a'\n[[channel]]\nkind = 'go'\nartifacts = ['?']\n", NULL, 0, 0},
	{"[[artifact]]\nname = 'a'\n[[channel]]\nkind = 'go'\nartifacts = ['a', 'b*']\n", "empty-channel", 5,
	 19},
	{"[[channel]]\nkind = 'go'\nartifacts = ['x']\n", "empty-channel", 3, 14},
	{"[[artifact]]\nname = 'a-{version}'\n[[channel]]\nkind = 'go'\nartifacts = ['a-{version}']\n", NULL, 0,
	 0},
};

static void test_sense(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof senses / sizeof senses[0]; i++) {
		const struct sense *t = &senses[i];
		struct att_findings findings;
		struct read r;
		begin_good(&r, t->text);
		att_findings_init(&findings);
		release_config_check(&r.config, &findings);
		assert_int_equal(findings.count, t->code ? 1 : 0);
		assert_int_equal(findings.errors, findings.count);
		if (t->code) {
			const struct att_finding *f = &findings.items[0];
			assert_string_equal(f->code, t->code);
			assert_int_equal(f->place.line, t->line);
			assert_int_equal(f->place.column, t->column);
			assert_true(f->cannot_tell && f->help.len > 0 && f->source_line.len > 0);
		}
		att_findings_clear(&findings);
		end(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing), cmocka_unit_test(test_project),
		cmocka_unit_test(test_tables),  cmocka_unit_test(test_channels),
		cmocka_unit_test(test_kinds),   cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_help),    cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_sense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
