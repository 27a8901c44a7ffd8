// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/base.h"
#include "libattest/base/time.h"
#include "release/derive.h"

#define ID    "0123456789abcdef0123456789abcdef01234567"
#define SHORT "0123456789ab"
#define HEAD  "[project]\nname = 'p'\n"
#define KINDS                                                                                                  \
	HEAD "[[channel]]\nkind = 'npm'\n[[channel]]\nkind = 'pypi'\n[[channel]]\nkind = 'crates'\n"           \
	     "[[channel]]\nkind = 'go'\nfolder = 'sdk/go'\n[[channel]]\nkind = 'oci'\nrepository = 'r/p'\n"    \
	     "[[channel]]\nkind = 'github'\n"

struct derived {
	struct att_arena arena;
	struct att_source source;
	struct release_config config;
	struct release_commit commit;
	struct release_names names;
	struct att_findings findings;
	struct att_err err;
	int status;
};

static void derive(struct derived *d, const char *config, const char *ref, const char *time, const char *last)
{
	memset(d, 0, sizeof *d);
	att_findings_init(&d->findings);
	assert_int_equal(
		att_source_init(&d->source, &d->arena, ATT_STR("attest.toml"), att_str_of(config), NULL), 0);
	if (release_config_parse(&d->source, &d->config, &d->err) != ATT_OK)
		fail_msg("%s", d->err.message);
	d->commit = (struct release_commit){.id = ATT_STR(ID),
					    .ref = att_str_of(ref),
					    .has_time = strchr(time, ':') != NULL,
					    .last = att_str_of(last)};
	assert_true(att_time_parse(att_str_of(time), &d->commit.time));
	d->status = release_derive(&d->config, &d->commit, release_classify(&d->config.project, d->commit.ref),
				   &d->names, &d->findings, &d->err);
}

/* Again, after the test changed the commit. */
static void again(struct derived *d)
{
	release_names_clear(&d->names);
	att_findings_clear(&d->findings);
	att_findings_init(&d->findings);
	d->status = release_derive(&d->config, &d->commit, release_classify(&d->config.project, d->commit.ref),
				   &d->names, &d->findings, &d->err);
}

static void end(struct derived *d)
{
	release_names_clear(&d->names);
	release_config_clear(&d->config);
	att_findings_clear(&d->findings);
	att_arena_clear(&d->arena);
}

/* All names, "CHANNEL USE TEXT", in lines. */
static void named(struct derived *d, const char *expected)
{
	struct att_buf text;
	if (d->status != ATT_OK)
		fail_msg("%s", d->err.message);
	att_buf_init(&text, 1 << 16);
	for (size_t i = 0; i < d->names.count; i++) {
		const struct release_name *n = &d->names.items[i];
		att_buf_printf(&text, "%.*s %s %.*s\n", ATT_STR_ARG(n->channel->label), n->use,
			       ATT_STR_ARG(n->text));
	}
	if (!att_str_is(att_buf_str(&text), expected))
		fail_msg("expected:\n%sfound:\n%.*s", expected, ATT_STR_ARG(att_buf_str(&text)));
	att_buf_clear(&text);
}

/* All findings, "CODE CHANNEL", in the order that they came in. */
static void complained(struct derived *d, const char *expected)
{
	struct att_buf text;
	if (d->status != ATT_OK)
		fail_msg("%s", d->err.message);
	att_buf_init(&text, 1 << 16);
	for (size_t i = 0; i < d->findings.count; i++)
		att_buf_printf(&text, "%s %.*s\n", d->findings.items[i].code,
			       ATT_STR_ARG(d->findings.items[i].channel));
	if (!att_str_is(att_buf_str(&text), expected))
		fail_msg("expected:\n%sfound:\n%.*s", expected, ATT_STR_ARG(att_buf_str(&text)));
	att_buf_clear(&text);
}

/* --- what a ref stands for ------------------------------------------------------------------------------- */

static void test_streams(void **state)
{
	(void)state;
	struct release_project project = {.tag = ATT_STR("v{version}"), .branch = ATT_STR("main")};
	static const struct {
		const char *ref;
		enum release_stream stream;
	} rows[] = {
		{"refs/tags/v1.2.0", RELEASE_RELEASE},
		{"refs/tags/v1.2.0-rc.1", RELEASE_RELEASE},
		{"refs/tags/v1.2.0rc1", RELEASE_RELEASE},
		{"refs/tags/1.2.0", RELEASE_UNPUBLISHED},
		{"refs/tags/v", RELEASE_UNPUBLISHED},
		{"refs/tags/vnext", RELEASE_UNPUBLISHED},
		{"refs/tags/main", RELEASE_UNPUBLISHED},
		{"refs/heads/main", RELEASE_DEV},
		{"refs/heads/v1.2.0", RELEASE_UNPUBLISHED},
		{"refs/heads/main/x", RELEASE_UNPUBLISHED},
		{"refs/heads/", RELEASE_UNPUBLISHED},
		{"refs/pull/1/merge", RELEASE_UNPUBLISHED},
		{"main", RELEASE_UNPUBLISHED},
		{"", RELEASE_UNPUBLISHED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (release_classify(&project, att_str_of(rows[i].ref)) != rows[i].stream)
			fail_msg("%s", rows[i].ref);
	assert_string_equal(release_stream_name(RELEASE_UNPUBLISHED), "none");
	assert_string_equal(release_stream_name(RELEASE_RELEASE), "release");
	assert_string_equal(release_stream_name(RELEASE_DEV), "dev");
}

static void test_no_names(void **state)
{
	struct derived d;
	(void)state;
	derive(&d, KINDS, "refs/heads/other", "2026-01-31T12:00:00Z", "");
	named(&d, "");
	complained(&d, "");
	static const char *const none[] = {"", "abc", ID "0", "0123456789ABCDEF0123456789abcdef01234567"};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		d.commit.id = att_str_of(none[i]);
		again(&d);
		assert_int_equal(d.status, ATT_ERR_MALFORMED);
	}
	end(&d);
}

/* --- releases -------------------------------------------------------------------------------------------- */

static void test_release(void **state)
{
	struct derived d;
	(void)state;
	derive(&d, KINDS, "refs/tags/v1.20.0", "2026-01-31", "1.19.5");
	named(&d, "npm version 1.20.0\nnpm dist-tag latest\npypi version 1.20.0\ncrates version 1.20.0\n"
		  "go version v1.20.0\ngo tag sdk/go/v1.20.0\noci tag 1.20.0\noci tag 1.20\noci tag latest\n"
		  "github version 1.20.0\n");
	complained(&d, "");
	end(&d);
}

static void test_prerelease(void **state)
{
	struct derived d;
	(void)state;
	derive(&d, KINDS, "refs/tags/v1.20.0-rc.1", "2026-01-31", "1.19.5");
	named(&d, "npm version 1.20.0-rc.1\nnpm dist-tag next\npypi version 1.20.0rc1\n"
		  "crates version 1.20.0-rc.1\ngo version v1.20.0-rc.1\ngo tag sdk/go/v1.20.0-rc.1\n"
		  "oci tag 1.20.0-rc.1\ngithub version 1.20.0-rc.1\n");
	complained(&d, "");
	end(&d);
}

/* What an ecosystem has no spelling for is told, and the others keep their names. */
static void test_no_spelling(void **state)
{
	struct derived d;
	(void)state;
	derive(&d, KINDS, "refs/tags/v1.2.0-nightly.5", "2026-01-31", "");
	complained(&d, "undetermined-version pypi\n");
	assert_true(d.findings.items[0].cannot_tell);
	end(&d);
	derive(&d, KINDS, "refs/tags/v1.2.0+b", "2026-01-31", "");
	assert_true(d.findings.count >= 3);
	end(&d);
}

static void test_order(void **state)
{
	struct derived d;
	(void)state;
	derive(&d,
	       HEAD "[[channel]]\nkind = 'npm'\n[[channel]]\nkind = 'pypi'\n[[channel]]\nkind = 'oci'\n"
		    "repository = 'r'\n",
	       "refs/tags/v1.9.0", "2026-01-31", "1.10.0");
	complained(&d, "version-order npm\nversion-order pypi\n");
	d.commit.last = ATT_STR("1.9.0");
	again(&d);
	complained(&d, "version-order npm\nversion-order pypi\n");
	d.commit.last = ATT_STR("1.9.0-rc.2");
	again(&d);
	complained(&d, "");
	d.commit.last = ATT_STR("1.8.10");
	again(&d);
	complained(&d, "");
	end(&d);
}

/* --- between releases ------------------------------------------------------------------------------------ */

static void test_dev(void **state)
{
	struct derived d;
	(void)state;
	derive(&d, KINDS, "refs/heads/main", "2026-01-31T12:00:00+02:00", "1.2.9");
	named(&d, "npm version 1.2.10-dev.20260131100000.g" SHORT "\nnpm dist-tag dev\n"
		  "pypi version 1.2.10.dev20260131100000\n"
		  "crates version 1.2.10-dev.20260131100000.g" SHORT "\n"
		  "go version v1.2.10-0.20260131100000-" SHORT "\noci tag " ID "\noci tag dev\n");
	complained(&d, "");
	/* On the way to 1.3.0. */
	d.commit.last = ATT_STR("1.3.0-rc.1");
	again(&d);
	named(&d, "npm version 1.3.0-rc.1.dev.20260131100000.g" SHORT "\nnpm dist-tag dev\n"
		  "pypi version 1.3.0rc2.dev20260131100000\n"
		  "crates version 1.3.0-rc.1.dev.20260131100000.g" SHORT "\n"
		  "go version v1.3.0-rc.1.0.20260131100000-" SHORT "\noci tag " ID "\noci tag dev\n");
	complained(&d, "");
	/* Before the first. */
	d.commit.last = ATT_STR("");
	again(&d);
	named(&d, "npm version 0.0.0-dev.20260131100000.g" SHORT "\nnpm dist-tag dev\n"
		  "pypi version 0.0.0.dev20260131100000\n"
		  "crates version 0.0.0-dev.20260131100000.g" SHORT "\n"
		  "go version v0.0.0-20260131100000-" SHORT "\noci tag " ID "\noci tag dev\n");
	complained(&d, "");
	end(&d);
}

static void test_declared(void **state)
{
	struct derived d;
	(void)state;
	derive(&d, HEAD "[[channel]]\nkind = 'npm'\n", "refs/heads/main", "2026-01-31T12:00:00Z", "1.2.9");
	d.commit.declared = ATT_STR("2.0.0");
	again(&d);
	named(&d, "npm version 2.0.0-dev.20260131120000.g" SHORT "\nnpm dist-tag dev\n");
	/* What is not ahead does not count. */
	d.commit.declared = ATT_STR("1.2.9");
	again(&d);
	named(&d, "npm version 1.2.10-dev.20260131120000.g" SHORT "\nnpm dist-tag dev\n");
	d.commit.declared = ATT_STR("1.2.0");
	again(&d);
	named(&d, "npm version 1.2.10-dev.20260131120000.g" SHORT "\nnpm dist-tag dev\n");
	/* Nor what the candidate already led to. */
	d.commit.last = ATT_STR("2.0.0-rc.1");
	d.commit.declared = ATT_STR("2.0.0");
	again(&d);
	named(&d, "npm version 2.0.0-rc.1.dev.20260131120000.g" SHORT "\nnpm dist-tag dev\n");
	d.commit.declared = ATT_STR("2.0.0-rc.1");
	again(&d);
	named(&d, "npm version 2.0.0-rc.1.dev.20260131120000.g" SHORT "\nnpm dist-tag dev\n");
	complained(&d, "");
	d.commit.declared = ATT_STR("1.2.0");
	d.commit.last = ATT_STR("");
	again(&d);
	named(&d, "npm version 1.2.0-dev.20260131120000.g" SHORT "\nnpm dist-tag dev\n");
	d.commit.declared = ATT_STR("nothing");
	again(&d);
	complained(&d, "undetermined-version npm\n");
	end(&d);
}

static void test_days(void **state)
{
	static const char *const times[] = {"2026-01-31T23:59:59Z", "2026-01-31T00:00:00Z",
					    "2026-12-31T23:59:59Z", "9999-12-31T23:59:59Z",
					    "1970-01-01T00:00:01Z"};
	struct derived d;
	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		derive(&d, KINDS, "refs/heads/main", times[i], "1.2.9");
		complained(&d, "");
		end(&d);
	}
	/* A day is no time: two commits of one day would share it. */
	derive(&d, HEAD "[[channel]]\nkind = 'npm'\n", "refs/heads/main", "2026-01-31", "1.2.9");
	named(&d, "");
	complained(&d, "undetermined-version npm\n");
	end(&d);
}

static void test_templates(void **state)
{
	struct derived d;
	(void)state;
	derive(&d,
	       HEAD "[[channel]]\nkind = 'npm'\ndev = '{next}-dev.{date}'\n"
		    "[[channel]]\nkind = 'crates'\ndev = '{next}-dev.{date}.g{short}'\n"
		    "[[channel]]\nkind = 'pypi'\ndev = '{next}.dev{time}'\n"
		    "[[channel]]\nkind = 'oci'\nrepository = 'r'\ndev-tags = ['main', '{date}', 'x y']\n",
	       "refs/heads/main", "2026-01-31T12:00:00Z", "1.2.9");
	complained(&d, "illegal-version oci\nversion-collision npm\nversion-order crates\n");
	assert_int_equal(d.findings.items[1].place.line, 5);
	assert_true(att_str_starts(d.findings.items[1].help,
				   ATT_STR("a version that works is 1.2.10-dev.20260131120000.g")));
	/* The last second of the day has the other on its other side. */
	assert_true(att_time_parse(ATT_STR("2026-01-31T23:59:59Z"), &d.commit.time));
	again(&d);
	complained(&d, "illegal-version oci\nversion-collision npm\nversion-order crates\n");
	end(&d);
	/* npm drops what tells these apart. */
	derive(&d, HEAD "[[channel]]\nkind = 'npm'\ndev = '{next}-dev.{date}+g{short}'\n", "refs/heads/main",
	       "2026-01-31T12:00:00Z", "1.2.9");
	complained(&d, "illegal-version npm\nversion-collision npm\n");
	end(&d);
	/* The version that is out already. */
	derive(&d, HEAD "[[channel]]\nkind = 'npm'\ndev = '{last}-dev.{time}.g{short}'\n", "refs/heads/main",
	       "2026-01-31T12:00:00Z", "1.2.9");
	complained(&d, "version-order npm\n");
	end(&d);
	/* Of a branch there is no version. */
	derive(&d, HEAD "[[channel]]\nkind = 'npm'\ndev = '{version}'\n", "refs/heads/main",
	       "2026-01-31T12:00:00Z", "1.2.9");
	complained(&d, "undetermined-version npm\n");
	end(&d);
	derive(&d, HEAD "[[channel]]\nkind = 'npm'\nrelease = '{version}.0'\ndist-tag = '1.x'\n",
	       "refs/tags/v1.2.0", "2026-01-31", "");
	complained(&d, "illegal-version npm\nillegal-version npm\n");
	end(&d);
	derive(&d, HEAD "[[channel]]\nkind = 'go'\nfolder = 'a b'\n", "refs/tags/v1.2.0", "2026-01-31", "");
	complained(&d, "illegal-version go\n");
	end(&d);
}

static void test_twin(void **state)
{
	struct derived d;
	(void)state;
	derive(&d, KINDS, "refs/heads/main", "2026-01-31T12:00:00Z", "1.2.9");
	d.commit.twin = ATT_STR("ffffffffffffffffffffffffffffffffffffffff");
	again(&d);
	complained(&d, "version-collision pypi\n");
	/* One whose short hash is the same. */
	d.commit.twin = ATT_STR(SHORT "ffffffffffffffffffffffffffff");
	again(&d);
	complained(&d, "version-collision npm\nversion-collision pypi\nversion-collision crates\n"
		       "version-collision go\n");
	end(&d);
}

/* --- numbers that nobody counts to ----------------------------------------------------------------------- */

static void test_huge(void **state)
{
	struct derived d;
	(void)state;
	/* A release does not ask what follows the last one. */
	derive(&d, HEAD "[[channel]]\nkind = 'npm'\n[[channel]]\nkind = 'pypi'\n", "refs/tags/v2.0.0",
	       "2026-01-31", "1.0.99999999999999999999");
	named(&d, "npm version 2.0.0\nnpm dist-tag latest\npypi version 2.0.0\n");
	complained(&d, "");
	end(&d);
	derive(&d, KINDS, "refs/heads/main", "2026-01-31T12:00:00Z", "1.0.99999999999999999999");
	complained(&d, "undetermined-version npm\nundetermined-version pypi\nundetermined-version crates\n"
		       "undetermined-version go\n");
	assert_non_null(strstr(d.findings.items[0].message.data, "99999999999999999999"));
	/* Unless the sources say it. */
	d.commit.declared = ATT_STR("2.0.0");
	again(&d);
	complained(&d, "undetermined-version go\n");
	end(&d);
	derive(&d, HEAD "[[channel]]\nkind = 'npm'\ndev = '{next}-{short}'\n", "refs/heads/main",
	       "2026-01-31T12:00:00Z", "1.0.9007199254740993");
	complained(&d, "undetermined-version npm\n");
	end(&d);
	derive(&d, HEAD "[[channel]]\nkind = 'npm'\n", "refs/heads/main", "2026-01-31T12:00:00Z",
	       "1.0.9007199254740991");
	named(&d, "npm version 1.0.9007199254740992-dev.20260131120000.g" SHORT "\nnpm dist-tag dev\n");
	end(&d);
	/* A name of the project that is put into a name over and over. */
	derive(&d,
	       "[project]\nname = '0123456789012345678901234567890123456789'\n[[channel]]\nkind = 'oci'\n"
	       "repository = 'r'\ntags = ['{name}{name}{name}{name}']\n",
	       "refs/tags/v2.0.0", "2026-01-31", "");
	complained(&d, "illegal-version oci\n");
	end(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams),     cmocka_unit_test(test_no_names),
		cmocka_unit_test(test_release),     cmocka_unit_test(test_prerelease),
		cmocka_unit_test(test_no_spelling), cmocka_unit_test(test_order),
		cmocka_unit_test(test_dev),         cmocka_unit_test(test_declared),
		cmocka_unit_test(test_days),        cmocka_unit_test(test_templates),
		cmocka_unit_test(test_twin),        cmocka_unit_test(test_huge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
