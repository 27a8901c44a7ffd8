// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libattest/base/base.h"
#include "libattest/base/file.h"
#include "policy/config.h"

struct policy {
	struct att_arena arena;
	struct att_source source;
	struct policy_config config;
	struct att_findings findings;
	struct att_err err;
	int status;
};

static void parse(struct policy *p, struct att_str text)
{
	memset(p, 0, sizeof *p);
	att_findings_init(&p->findings);
	policy_config_init(&p->config);
	assert_int_equal(att_source_init(&p->source, &p->arena, ATT_STR("deny.toml"), text, &p->err), 0);
	p->status = policy_config_parse(&p->source, &p->arena, &p->config, &p->findings, &p->err);
}

static void done(struct policy *p)
{
	att_findings_clear(&p->findings);
	att_arena_clear(&p->arena);
}

static const struct att_finding *first_error(const struct policy *p)
{
	for (size_t i = 0; i < p->findings.count; i++)
		if (p->findings.items[i].severity == ATT_ERROR)
			return &p->findings.items[i];
	fail_msg("expected an error, found %zu findings", p->findings.count);
	abort();
}

/* Parses a file; `text` keeps its bytes. */
static void parse_file(struct policy *p, struct att_buf *text, const char *folder, const char *name)
{
	char path[512];
	struct att_err err;
	snprintf(path, sizeof path, "%s/%s", folder, name);
	att_buf_init(text, 1 << 20);
	assert_int_equal(att_file_read(AT_FDCWD, path, text, &err), 0);
	parse(p, att_buf_str(text));
}

static size_t for_each(const char *folder, void (*check)(const char *folder, const char *name))
{
	DIR *dir = opendir(folder);
	size_t count = 0;
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		check(folder, entry->d_name);
		count++;
	}
	closedir(dir);
	return count;
}

static void check_good(const char *folder, const char *name)
{
	struct policy p;
	struct att_buf text;
	parse_file(&p, &text, folder, name);
	if (p.status != ATT_OK)
		fail_msg("%s:%u:%u: %s", name, p.err.place.line, p.err.place.column, p.err.message);
	assert_int_equal(p.findings.errors, 0);
	done(&p);
	att_buf_clear(&text);
}

static void test_good(void **state)
{
	(void)state;
	assert_true(for_each("testdata/denytoml/good", check_good) >= 10);
}

/* The first line says which error is expected, and where. */
static void check_bad(const char *folder, const char *name)
{
	struct policy p;
	struct att_buf text;
	char found[128];
	parse_file(&p, &text, folder, name);
	struct att_str expected =
		att_str_from(att_str_first(att_buf_str(&text), att_str_find_byte(att_buf_str(&text), '\n')), 2);
	if (p.status != ATT_ERR_MALFORMED)
		fail_msg("%s: accepted", name);
	const struct att_finding *error = first_error(&p);
	snprintf(found, sizeof found, "%s %u:%u", error->code, error->place.line, error->place.column);
	if (!att_str_is(expected, found))
		fail_msg("%s: expected %.*s, found %s (%.*s)", name, ATT_STR_ARG(expected), found,
			 ATT_STR_ARG(error->message));
	assert_int_equal(p.err.place.line, error->place.line);
	assert_true(p.err.message[0] != '\0');
	done(&p);
	att_buf_clear(&text);
}

static void test_bad(void **state)
{
	(void)state;
	assert_true(for_each("testdata/denytoml/bad", check_bad) >= 40);
}

static void test_defaults(void **state)
{
	struct policy p;
	(void)state;
	parse(&p, ATT_STR(""));
	assert_int_equal(p.status, ATT_OK);
	assert_int_equal(p.config.advisories.yanked, POLICY_WARN);
	assert_int_equal(p.config.advisories.unmaintained, POLICY_REACH_ALL);
	assert_int_equal(p.config.advisories.unsound, POLICY_REACH_WORKSPACE);
	assert_int_equal(p.config.advisories.maximum_staleness, 604800);
	assert_int_equal(p.config.bans.multiple_versions, POLICY_WARN);
	assert_int_equal(p.config.bans.wildcards, POLICY_ALLOW);
	assert_int_equal(p.config.sources.unknown_git, POLICY_WARN);
	assert_true(p.config.licenses.include_build);
	assert_false(p.config.licenses.given || p.config.bans.given || p.config.sources.given);
	done(&p);
}

static void test_values(void **state)
{
	struct policy p;
	struct att_buf text;
	(void)state;
	parse_file(&p, &text, "testdata/denytoml/good", "bans");
	const struct policy_bans_config *bans = &p.config.bans;
	assert_int_equal(bans->multiple_versions, POLICY_DENY);
	assert_true(bans->allow_workspace && bans->allow_given && bans->allow_build_scripts_given);
	assert_int_equal(bans->deny_count, 6);
	assert_true(att_str_is(bans->deny[0].spec.key, "pkg:cargo/openssl"));
	assert_true(att_str_is(bans->deny[0].spec.requirement, "<=0.10"));
	assert_true(bans->deny[1].has_wrappers && bans->deny[1].wrappers.count == 1);
	assert_true(att_str_is(bans->deny[1].use_instead, "rustls"));
	assert_true(att_str_is(bans->deny[1].spec.reason, "rustls is enough"));
	assert_true(bans->deny[2].deny_multiple_versions);
	assert_true(att_str_is(bans->deny[3].spec.key, "pkg:npm/event-stream"));
	assert_int_equal(bans->deny[3].spec.bound_count, 1);
	assert_true(bans->deny[4].spec.bare && bans->deny[5].spec.key.len == 0);
	assert_int_equal(bans->skip_trees[0].depth, UINT32_MAX);
	assert_int_equal(bans->skip_trees[1].depth, 3);
	assert_int_equal(att_source_place(&p.source, bans->skip.items[0].at.span).line, 20);
	done(&p);
	att_buf_clear(&text);

	parse_file(&p, &text, "testdata/denytoml/good", "ignore");
	const struct policy_ignore *ignore = p.config.advisories.ignores;
	assert_int_equal(p.config.advisories.ignore_count, 2);
	assert_true(att_str_is(ignore->id, "CVE-2026-1000") && !ignore->has_spec);
	assert_true(ignore->has_created && ignore->has_expires && ignore->expires == 1777507200);
	assert_int_equal(ignore->path_count, 1);
	assert_int_equal(ignore->target_count, 2);
	assert_int_equal(ignore->component_count, 2);
	assert_true(ignore[1].has_spec && ignore[1].spec.bound_count == 2 && ignore[1].id.len == 0);
	assert_true(att_str_is(ignore[1].reason, "nobody pads"));
	assert_true(att_str_is(ignore[1].justification, "vulnerable_code_not_in_execute_path"));
	assert_int_equal(ignore->justification.len, 0);
	done(&p);
	att_buf_clear(&text);

	parse_file(&p, &text, "testdata/denytoml/good", "vex");
	assert_int_equal(p.config.advisories.vex.count, 2);
	assert_true(att_str_is(p.config.advisories.vex.items[1].text, "vex.json"));
	done(&p);
	att_buf_clear(&text);
}

/* Everything that is wrong is told at once. */
static void test_all_errors(void **state)
{
	struct policy p;
	(void)state;
	parse(&p, ATT_STR("[advisories]\nvulnerability = \"deny\"\nnotice = \"warn\"\nyankd = \"deny\"\n"
			  "[licenses]\ncopyleft = \"deny\"\n[sources]\nunknown-git = 1\n"));
	assert_int_equal(p.status, ATT_ERR_MALFORMED);
	assert_int_equal(p.findings.errors, 5);
	assert_true(att_str_is(p.findings.items[2].help, "did you mean \"yanked\"?"));
	done(&p);
}

static void test_not_applied(void **state)
{
	struct policy p;
	(void)state;
	parse(&p, ATT_STR("[bans]\nexternal-default-features = \"allow\"\n"));
	assert_int_equal(p.findings.count, 0);
	done(&p);
	parse(&p, ATT_STR("[bans]\nexternal-default-features = \"deny\"\n"));
	assert_int_equal(p.findings.warnings, 1);
	assert_string_equal(p.findings.items[0].code, "key-not-applied");
	done(&p);
	parse(&p, ATT_STR("[bans]\nfeatures = [{ crate = \"a\" }]\n[severity]\nkey-not-applied = \"deny\"\n"));
	assert_int_equal(p.status, ATT_ERR_MALFORMED);
	done(&p);
	parse(&p, ATT_STR("targets = []\nexclude = [\"bench\"]\n"));
	assert_int_equal(p.status, ATT_OK);
	assert_string_equal(p.findings.items[0].code, "deprecated");
	assert_int_equal(p.config.graph.exclude.count, 1);
	done(&p);
}

static void test_levels(void **state)
{
	static const struct policy_override demands[] = {{{"hash-conflict", 13}, POLICY_ALLOW}};
	struct policy p;
	(void)state;
	parse(&p, ATT_STR("[severity]\nhash-conflict = \"warn\"\ndeprecated = \"deny\"\n"));
	assert_int_equal(p.status, ATT_OK);
	assert_int_equal(policy_config_level(&p.config, "hash-conflict", POLICY_DENY), POLICY_WARN);
	assert_int_equal(policy_config_level(&p.config, "deprecated", POLICY_WARN), POLICY_DENY);
	assert_int_equal(policy_config_level(&p.config, "wildcard", POLICY_WARN), POLICY_WARN);
	p.config.demands = demands;
	p.config.demand_count = 1;
	assert_int_equal(policy_config_level(&p.config, "hash-conflict", POLICY_DENY), POLICY_ALLOW);
	done(&p);
}

static void test_exceptions(void **state)
{
	struct policy p;
	struct att_source more;
	(void)state;
	parse(&p, ATT_STR("[licenses]\nallow = [\"MIT\"]\n"));
	assert_int_equal(att_source_init(&more, &p.arena, ATT_STR("deny.exceptions.toml"),
					 ATT_STR("exceptions = [{ crate = \"ring\", allow = [\"ISC\"] }]\n"),
					 &p.err),
			 0);
	assert_int_equal(policy_config_parse_exceptions(&more, &p.arena, &p.config, &p.findings, &p.err), 0);
	assert_int_equal(p.config.licenses.exception_count, 1);
	assert_ptr_equal(p.config.licenses.exceptions[0].at.source, &more);
	assert_int_equal(att_source_init(&more, &p.arena, ATT_STR("deny.exceptions.toml"),
					 ATT_STR("allow = [\"MIT\"]\n"), &p.err),
			 0);
	assert_int_equal(policy_config_parse_exceptions(&more, &p.arena, &p.config, &p.findings, &p.err),
			 ATT_ERR_MALFORMED);
	done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),       cmocka_unit_test(test_bad),
		cmocka_unit_test(test_defaults),   cmocka_unit_test(test_values),
		cmocka_unit_test(test_all_errors), cmocka_unit_test(test_not_applied),
		cmocka_unit_test(test_levels),     cmocka_unit_test(test_exceptions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
