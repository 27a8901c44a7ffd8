// SPDX-License-Identifier: Apache-2.0
#include "policy/advisory.h"
#include "tests/unit/document.h"

/* Parse functions as document.h takes them, which keep what was read in `last` for spot checks. */
static struct policy_advisory last;

static int parse_osv(const struct att_source *source, struct att_arena *arena, struct att_value *out,
		     struct att_err *err)
{
	memset(out, 0, sizeof *out);
	return policy_osv_parse(source, arena, &last, err);
}

static int parse_rustsec(const struct att_source *source, struct att_arena *arena, struct att_value *out,
			 struct att_err *err)
{
	memset(out, 0, sizeof *out);
	return policy_rustsec_parse(source, false, arena, &last, err);
}

static void accept_osv(const char *name, struct att_str text)
{
	assert_accepted(parse_osv, name, text);
}

static void refuse_osv(const char *name, struct att_str text)
{
	assert_refused_as_listed(parse_osv, "osv/bad.expected", name, text);
}

static void accept_rustsec(const char *name, struct att_str text)
{
	assert_accepted(parse_rustsec, name, text);
}

static void refuse_rustsec(const char *name, struct att_str text)
{
	assert_refused_as_listed(parse_rustsec, "rustsec/bad.expected", name, text);
}

static void vectors(void **state)
{
	(void)state;
	assert_int_equal(vectors_walk("osv/good", accept_osv), 6);
	assert_int_equal(vectors_walk("osv/bad", refuse_osv), 35);
	assert_int_equal(vectors_walk("rustsec/good", accept_rustsec), 2);
	assert_int_equal(vectors_walk("rustsec/bad", refuse_rustsec), 20);
}

static struct document load(parse_fn parse, const char *name)
{
	char path[4096];
	struct document d;
	vector_path(path, sizeof path, name);
	struct att_buf text = vector_read(path);
	document_parse(&d, parse, att_buf_str(&text));
	att_buf_clear(&text);
	assert_int_equal(d.result, ATT_OK);
	return d;
}

static void reads_all_of_osv(void **state)
{
	struct document d = load(parse_osv, "osv/good/full");
	(void)state;
	assert_text(last.id, "GHSA-aaaa-bbbb-cccc");
	assert_int_equal(last.modified, 1772413323);
	assert_int_equal(last.published, 1772316000);
	assert_true(last.withdrawn && last.withdrawn_at == 1772496000);
	assert_int_equal(last.aliases.count, 2);
	assert_text(last.aliases.items[0], "CVE-2026-1");
	assert_text(last.aliases.items[1], "CVE-2026-2");
	assert_text(last.title, "one line");
	assert_text(last.url, "https://example.org/advisory");
	assert_text(last.severity_word, "CRITICAL");
	assert_int_equal(last.severity_count, 2);
	assert_text(last.severities[1].type, "CVSS_V4");
	assert_int_equal(last.affected_count, 2);
	const struct policy_affected *a = &last.affected[0];
	assert_text(a->ecosystem, "PyPI");
	assert_text(a->name, "Foo.Bar");
	assert_int_equal(a->osv.range_count, 2);
	assert_int_equal(a->osv.ranges[0].type, ATT_VERSION_RANGE_GIT);
	assert_int_equal(a->osv.ranges[1].type, ATT_VERSION_RANGE_ECOSYSTEM);
	assert_int_equal(a->osv.ranges[1].events[1].kind, ATT_VERSION_LAST_AFFECTED);
	assert_int_equal(a->osv.ranges[1].events[3].kind, ATT_VERSION_LIMIT);
	assert_text(a->osv.ranges[1].events[3].version, "3");
	assert_int_equal(a->osv.version_count, 2);
	assert_text(last.affected[1].ecosystem, "");
	document_clear(&d);
}

static void reads_what_ecosystems_add(void **state)
{
	struct document d = load(parse_osv, "osv/good/go");
	(void)state;
	assert_int_equal(last.modified, 0);
	assert_text(last.title, "no summary");
	assert_text(last.url, "https://pkg.go.dev/vuln/GO-2026-0001");
	assert_int_equal(last.affected[0].custom.range_count, 1);
	assert_text(last.affected[0].custom.ranges[0].events[1].version, "1.20.1+x");
	assert_int_equal(last.affected[0].systems.count, 2);
	/* One of the packages is built everywhere. */
	assert_int_equal(last.affected[0].architectures.count, 0);
	document_clear(&d);
	d = load(parse_osv, "osv/good/crate");
	assert_int_equal(last.kind, POLICY_UNSOUND);
	assert_text(last.affected[0].architectures.items[0], "x86");
	assert_text(last.affected[0].systems.items[0], "linux");
	assert_text(last.affected[0].functions.items[0], "foo::bar");
	document_clear(&d);
	d = load(parse_osv, "osv/good/malicious");
	assert_int_equal(last.kind, POLICY_MALICIOUS);
	document_clear(&d);
}

static void reads_rustsec(void **state)
{
	struct document d = load(parse_rustsec, "rustsec/good/vulnerability");
	(void)state;
	assert_text(last.id, "RUSTSEC-2026-0001");
	assert_int_equal(last.kind, POLICY_VULNERABILITY);
	assert_int_equal(last.published, 1769817600);
	assert_false(last.withdrawn);
	assert_text(last.title, "Something is wrong with `foo_bar`");
	assert_text(last.url, "https://example.org/foo");
	assert_text(last.aliases.items[0], "CVE-2026-1");
	assert_text(last.severities[0].type, "CVSS_V3");
	const struct policy_affected *a = &last.affected[0];
	assert_text(a->ecosystem, "crates.io");
	assert_text(a->name, "foo_bar");
	assert_true(a->by_requirement);
	assert_int_equal(a->rustsec.patched_count, 2);
	assert_text(a->rustsec.patched[1], "^1.1.9");
	assert_text(a->rustsec.unaffected[0], "< 0.5");
	assert_int_equal(a->functions.count, 2);
	assert_text(a->systems.items[0], "windows");
	document_clear(&d);
	d = load(parse_rustsec, "rustsec/good/unmaintained");
	assert_int_equal(last.kind, POLICY_UNMAINTAINED);
	assert_true(last.withdrawn && last.withdrawn_at == 1769904000);
	assert_text(last.severities[0].type, "CVSS_V4");
	assert_text(last.title, "");
	document_clear(&d);
}

static void titles_are_cut_between_characters(void **state)
{
	struct document d;
	char text[4096],
		*end = text + snprintf(text, sizeof text,
				       "{\"id\":\"X\",\"modified\":\"2026-01-01T00:00:00Z\",\"summary\":\"a");
	(void)state;
	for (int i = 0; i < 600; i++)
		end += snprintf(end, 8, "\u00e9");
	snprintf(end, 8, "\"}");
	document_parse(&d, parse_osv, att_str_of(text));
	assert_int_equal(d.result, ATT_OK);
	assert_int_equal(last.title.len, 999);
	document_clear(&d);
}

static void keys_follow_the_ecosystem(void **state)
{
	static const char *const cases[][3] = {
		{"PyPI", "Foo.-_Bar", "foo-bar"},
		{"NuGet", "Newtonsoft.Json", "newtonsoft.json"},
		{"Packagist", "Symfony/Http", "symfony/http"},
		{"GitHub Actions", "Actions/Checkout", "actions/checkout"},
		{"npm", "JSONStream", "JSONStream"},
		{"crates.io", "Foo_bar", "Foo_bar"},
		{"Go", "github.com/BurntSushi/toml", "github.com/burntsushi/toml"},
		{"SwiftURL", "https://github.com/Vapor/vapor.git", "github.com/vapor/vapor"},
		{"SwiftURL", "github.com/vapor/vapor", "github.com/vapor/vapor"},
		{"Debian:12", "libX", "libX"},
		{"NuGet:https://example.org", "A", "a"},
		{"", "", ""},
	};
	struct att_arena arena = {0};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_text(policy_package_key(att_str_of(cases[i][0]), att_str_of(cases[i][1]), &arena),
			    cases[i][2]);
	att_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(reads_all_of_osv),
		cmocka_unit_test(reads_what_ecosystems_add),
		cmocka_unit_test(reads_rustsec),
		cmocka_unit_test(titles_are_cut_between_characters),
		cmocka_unit_test(keys_follow_the_ecosystem),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
