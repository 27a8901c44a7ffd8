// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "policy/database_build.h"
#include "policy/database_pages.h"
#include "tests/unit/document.h"

#define TEXTS(...)                                                                                             \
	{                                                                                                      \
		(const struct att_str[]){__VA_ARGS__},                                                         \
			sizeof((const struct att_str[]){__VA_ARGS__}) / sizeof(struct att_str)                 \
	}

static char folder[] = "/tmp/attest-database-XXXXXX", path[64];

static int make_folder(void **state)
{
	(void)state;
	snprintf(path, sizeof path, "%s/a.db", mkdtemp(folder) ? folder : "");
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

/* ---- advisories by hand ---- */

static const struct att_version_event events[] = {{ATT_VERSION_INTRODUCED, {"0", 1}},
						  {ATT_VERSION_FIXED, {"1.2.3", 5}}};
static const struct att_version_range ranges[] = {{ATT_VERSION_RANGE_ECOSYSTEM, events, 2}};
static const struct att_str listed[] = {{"0.9", 3}, {"1.0", 3}};
static const struct policy_affected python[] = {
	{.ecosystem = {"PyPI", 4}, .name = {"Foo_Bar", 7}, .osv = {listed, 2, ranges, 1}},
	{.ecosystem = {"npm", 3}, .name = {"Foo_Bar", 7}, .osv = {NULL, 0, ranges, 1}},
};
static const struct att_str patched[] = {{">= 2", 4}};
static const struct policy_affected rust[] = {
	{.ecosystem = {"crates.io", 9},
	 .name = {"foo_bar", 7},
	 .by_requirement = true,
	 .rustsec = {patched, NULL, 1, 0},
	 .systems = TEXTS({"windows", 7})},
};
static const struct policy_severity severities[] = {{{"CVSS_V3", 7}, {"CVSS:3.1/AV:N", 13}}};

static const struct policy_advisory ghsa = {
	.id = {"GHSA-1", 6},
	.modified = 2000,
	.published = 1000,
	.title = {"Title", 5},
	.url = {"https://a.example", 17},
	.severity_word = {"HIGH", 4},
	.aliases = TEXTS({"CVE-2020-1", 10}, {"RUSTSEC-1", 9}),
	.severities = severities,
	.severity_count = 1,
	.affected = python,
	.affected_count = 2,
};
static const struct policy_advisory rustsec = {
	.id = {"RUSTSEC-1", 9},
	.kind = POLICY_UNSOUND,
	.withdrawn = true,
	.withdrawn_at = 5000,
	.affected = rust,
	.affected_count = 1,
};
static const struct policy_advisory other = {.id = {"OTHER-1", 7}, .aliases = TEXTS({"OTHER-0", 7})};

static struct policy_build *new_build(void)
{
	struct policy_build *build;
	assert_int_equal(policy_build_new(&build, NULL), ATT_OK);
	return build;
}

static uint32_t add_source(struct policy_build *build, const char *origin, int64_t checked)
{
	uint32_t number;
	assert_int_equal(
		policy_build_source(build, att_str_of(origin), ATT_STR("\"etag\""), checked, &number, NULL),
		ATT_OK);
	return number;
}

static void add(struct policy_build *build, uint32_t source, const struct policy_advisory *advisory)
{
	assert_int_equal(policy_build_add(build, source, advisory, NULL), ATT_OK);
}

static struct att_buf finish(struct policy_build *build)
{
	struct att_buf out;
	att_buf_init(&out, POLICY_MAX_DATABASE);
	assert_int_equal(policy_build_finish(build, 9000, &out, NULL), ATT_OK);
	assert_int_equal(policy_build_finish(build, 9000, &out, NULL), ATT_ERR_USAGE);
	policy_build_free(build);
	return out;
}

/* Three advisories of two sources, told in one of two orders. */
static struct att_buf example(bool backwards)
{
	struct policy_build *build = new_build();
	uint32_t a, b;
	if (backwards) {
		b = add_source(build, "b", 8000);
		a = add_source(build, "a", 7000);
		add(build, b, &other);
		add(build, b, &rustsec);
		add(build, a, &ghsa);
	} else {
		a = add_source(build, "a", 7000);
		b = add_source(build, "b", 8000);
		add(build, a, &ghsa);
		add(build, b, &rustsec);
		add(build, b, &other);
	}
	struct att_err problem = {.place = {3, 4, 3, 5}, .message = "bad"};
	assert_int_equal(policy_build_problem(build, b, ATT_STR("x\n.json"), &problem, NULL), ATT_OK);
	return finish(build);
}

static struct policy_database *open_bytes(struct att_str bytes)
{
	struct policy_database *database;
	struct att_err err = {0};
	assert_int_equal(att_file_write_atomic(path, bytes, NULL), ATT_OK);
	if (policy_database_open(path, &database, &err) != ATT_OK)
		fail_msg("%s", err.message);
	return database;
}

/* ---- tests ---- */

static void gives_back_what_went_in(void **state)
{
	(void)state;
	struct att_buf bytes = example(false);
	struct policy_database *database = open_bytes(att_buf_str(&bytes));
	struct att_arena arena = {0};
	const uint32_t *numbers;
	size_t count;
	struct policy_record r;
	assert_int_equal(policy_database_find(database, ATT_STR("GHSA-1"), &arena, &numbers, &count, NULL),
			 ATT_OK);
	assert_int_equal(count, 2);
	assert_int_equal(policy_database_record(database, numbers[0], true, &arena, &r, NULL), ATT_OK);
	assert_text(r.advisory.id, "GHSA-1");
	assert_text(r.group_id, "CVE-2020-1");
	assert_text(r.advisory.title, "Title");
	assert_text(r.advisory.url, "https://a.example");
	assert_text(r.advisory.severity_word, "HIGH");
	assert_int_equal(r.advisory.modified, 2000);
	assert_int_equal(r.advisory.published, 1000);
	assert_int_equal(r.advisory.aliases.count, 2);
	assert_text(r.advisory.severities[0].score, "CVSS:3.1/AV:N");
	assert_int_equal(r.advisory.affected_count, 2);
	assert_text(r.advisory.affected[0].ecosystem, "PyPI");
	assert_text(r.advisory.affected[0].name, "Foo_Bar");
	assert_int_equal(r.advisory.affected[0].osv.version_count, 2);
	assert_text(r.advisory.affected[0].osv.versions[1], "1.0");
	assert_int_equal(r.advisory.affected[0].osv.ranges[0].type, ATT_VERSION_RANGE_ECOSYSTEM);
	assert_text(r.advisory.affected[0].osv.ranges[0].events[1].version, "1.2.3");
	assert_int_equal(r.advisory.affected[0].osv.ranges[0].events[1].kind, ATT_VERSION_FIXED);
	assert_int_equal(policy_database_record(database, numbers[1], true, &arena, &r, NULL), ATT_OK);
	assert_true(r.advisory.withdrawn && r.advisory.withdrawn_at == 5000);
	assert_int_equal(r.advisory.kind, POLICY_UNSOUND);
	assert_true(r.advisory.affected[0].by_requirement);
	assert_text(r.advisory.affected[0].rustsec.patched[0], ">= 2");
	assert_text(r.advisory.affected[0].systems.items[0], "windows");
	assert_int_equal(policy_database_record(database, 3, true, &arena, &r, NULL), ATT_ERR_NOT_FOUND);
	att_arena_clear(&arena);
	policy_database_close(database);
	att_buf_clear(&bytes);
}

static size_t hits(const struct policy_database *database, const char *ecosystem, const char *name)
{
	struct att_arena arena = {0};
	const struct policy_hit *found;
	size_t count;
	assert_int_equal(policy_database_lookup(database, att_str_of(ecosystem), att_str_of(name), &arena,
						&found, &count, NULL),
			 ATT_OK);
	att_arena_clear(&arena);
	return count;
}

static void finds_packages_as_ecosystems_spell_them(void **state)
{
	(void)state;
	struct att_buf bytes = example(false);
	struct policy_database *database = open_bytes(att_buf_str(&bytes));
	assert_int_equal(hits(database, "PyPI", "foo.bar"), 1);
	assert_int_equal(hits(database, "PyPI", "FOO--bar"), 1);
	assert_int_equal(hits(database, "PyPI", "foobar"), 0);
	assert_int_equal(hits(database, "npm", "Foo_Bar"), 1);
	assert_int_equal(hits(database, "npm", "foo_bar"), 0);
	assert_int_equal(hits(database, "crates.io", "foo_bar"), 1);
	assert_int_equal(hits(database, "crates.io", "foo-bar"), 0);
	assert_int_equal(hits(database, "Maven", "foo_bar"), 0);
	policy_database_close(database);
	att_buf_clear(&bytes);
}

static void joins_aliases(void **state)
{
	(void)state;
	struct att_buf bytes = example(false);
	struct policy_database *database = open_bytes(att_buf_str(&bytes));
	uint32_t a, b, c;
	bool found;
	assert_int_equal(policy_database_group(database, ATT_STR("CVE-2020-1"), &found, &a, NULL), ATT_OK);
	assert_true(found);
	assert_int_equal(policy_database_group(database, ATT_STR("RUSTSEC-1"), &found, &b, NULL), ATT_OK);
	assert_true(found && a == b);
	assert_int_equal(policy_database_group(database, ATT_STR("OTHER-0"), &found, &c, NULL), ATT_OK);
	assert_true(found && a != c);
	assert_int_equal(policy_database_group(database, ATT_STR("OTHER-2"), &found, &c, NULL), ATT_OK);
	assert_false(found);
	policy_database_close(database);
	att_buf_clear(&bytes);
}

static void order_of_import_does_not_show(void **state)
{
	(void)state;
	struct att_buf bytes = example(false), same = example(true);
	assert_int_equal(bytes.len, same.len);
	assert_memory_equal(bytes.data, same.data, bytes.len);
	att_buf_clear(&bytes);
	att_buf_clear(&same);
}

static void tells_facts_and_sources(void **state)
{
	(void)state;
	struct att_buf bytes = example(false);
	struct policy_database *database = open_bytes(att_buf_str(&bytes));
	const struct policy_database_facts *facts = policy_database_facts(database);
	struct att_arena arena = {0};
	struct policy_database_source source;
	assert_int_equal(facts->checked, 7000);
	assert_int_equal(facts->built, 9000);
	assert_int_equal(facts->advisories, 3);
	assert_int_equal(facts->withdrawn, 1);
	assert_int_equal(facts->packages, 3);
	assert_int_equal(facts->groups, 2);
	assert_int_equal(facts->unreadable, 1);
	assert_int_equal(facts->sources, 2);
	assert_int_equal(policy_database_source(database, 1, &arena, &source, NULL), ATT_OK);
	assert_text(source.origin, "b");
	assert_text(source.etag, "\"etag\"");
	assert_int_equal(source.checked, 8000);
	assert_int_equal(source.newest, 0);
	assert_int_equal(source.records, 2);
	assert_int_equal(source.withdrawn, 1);
	assert_int_equal(source.problems.count, 1);
	assert_text(source.problems.items[0], "x\\u{a}.json:3:4: bad");
	assert_string_not_equal(source.digest, facts->digest);
	assert_int_equal(policy_database_source(database, 0, &arena, &source, NULL), ATT_OK);
	assert_int_equal(source.newest, 2000);
	assert_int_equal(policy_database_source(database, 2, &arena, &source, NULL), ATT_ERR_MALFORMED);
	att_arena_clear(&arena);
	policy_database_close(database);
	att_buf_clear(&bytes);
}

/* Of one id in one source the later one stays, whichever came first; in two sources both do. */
static void keeps_the_later_record(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct policy_build *build = new_build();
		struct policy_advisory later = ghsa;
		struct att_arena arena = {0};
		const uint32_t *numbers;
		struct policy_record r;
		size_t count;
		uint32_t a = add_source(build, "a", 1), b = add_source(build, "b", 1);
		later.modified++;
		later.title = ATT_STR("Later");
		/* What the older one alone called an alias is nobody's. */
		later.aliases.count = 1;
		add(build, a, order ? &ghsa : &later);
		add(build, a, order ? &later : &ghsa);
		add(build, b, &later);
		struct att_buf bytes = finish(build);
		struct policy_database *database = open_bytes(att_buf_str(&bytes));
		assert_int_equal(
			policy_database_find(database, ATT_STR("GHSA-1"), &arena, &numbers, &count, NULL),
			ATT_OK);
		assert_int_equal(count, 2);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(policy_database_record(database, numbers[i], false, &arena, &r, NULL),
					 ATT_OK);
			assert_text(r.advisory.title, "Later");
			assert_int_equal(r.source, i);
		}
		assert_int_equal(
			policy_database_find(database, ATT_STR("RUSTSEC-1"), &arena, &numbers, &count, NULL),
			ATT_OK);
		assert_int_equal(count, 0);
		att_arena_clear(&arena);
		policy_database_close(database);
		att_buf_clear(&bytes);
	}
}

static void keeps_sources_of_another_database(void **state)
{
	(void)state;
	static const int64_t all[] = {POLICY_KEEP, POLICY_KEEP}, one[] = {POLICY_DROP, 8500};
	struct att_buf bytes = example(false);
	struct policy_database *database = open_bytes(att_buf_str(&bytes));
	struct policy_build *build = new_build();
	assert_int_equal(policy_build_keep(build, database, all, NULL), ATT_OK);
	struct att_buf same = finish(build);
	assert_int_equal(same.len, bytes.len);
	assert_memory_equal(same.data, bytes.data, bytes.len);
	build = new_build();
	assert_int_equal(policy_build_keep(build, database, one, NULL), ATT_OK);
	policy_database_close(database);
	struct att_buf less = finish(build);
	database = open_bytes(att_buf_str(&less));
	assert_int_equal(policy_database_facts(database)->advisories, 2);
	assert_int_equal(policy_database_facts(database)->checked, 8500);
	assert_int_equal(policy_database_facts(database)->unreadable, 1);
	policy_database_close(database);
	att_buf_clear(&bytes);
	att_buf_clear(&same);
	att_buf_clear(&less);
}

static void refuses_a_source_twice(void **state)
{
	(void)state;
	struct policy_build *build = new_build();
	uint32_t number;
	add_source(build, "a", 1);
	assert_int_equal(policy_build_source(build, ATT_STR("a"), ATT_STR(""), 1, &number, NULL),
			 ATT_ERR_USAGE);
	policy_build_free(build);
}

/* ---- hostile files ---- */

static int open_status(struct att_err *err)
{
	struct policy_database *database;
	int status = policy_database_open(path, &database, err);
	assert_true((status == ATT_OK) == (database != NULL));
	policy_database_close(database);
	return status;
}

static void refuses_what_is_no_database(void **state)
{
	(void)state;
	struct att_err err = {0};
	unlink(path);
	assert_int_equal(open_status(&err), ATT_ERR_NOT_FOUND);
	assert_int_equal(att_file_write_atomic(path, ATT_STR("no database"), NULL), ATT_OK);
	assert_int_equal(open_status(&err), ATT_ERR_MALFORMED);
	assert_non_null(strstr(err.message, "is no advisory database"));
	assert_int_equal(att_file_write_atomic(path, ATT_STR(""), NULL), ATT_OK);
	assert_int_equal(open_status(&err), ATT_ERR_MALFORMED);
	struct policy_database *database;
	assert_int_equal(policy_database_open("/", &database, NULL), ATT_ERR_REFUSED);
}

static int changed_by(const char *sql, struct att_err *err)
{
	struct att_buf bytes = example(false);
	sqlite3 *db;
	memset(err, 0, sizeof *err);
	assert_int_equal(att_file_write_atomic(path, att_buf_str(&bytes), NULL), ATT_OK);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
	/* Whoever changes it can make its checksums anew, too. */
	assert_int_equal(att_file_read(AT_FDCWD, path, &bytes, NULL), ATT_OK);
	policy_pages_seal((unsigned char *)bytes.data, bytes.len);
	assert_int_equal(att_file_write_atomic(path, att_buf_str(&bytes), NULL), ATT_OK);
	att_buf_clear(&bytes);
	return open_status(err);
}

static void refuses_other_tables(void **state)
{
	static const char *const changes[] = {
		"CREATE VIEW v AS SELECT 1",
		"CREATE TRIGGER t AFTER INSERT ON meta BEGIN SELECT 1; END",
		"CREATE TABLE zz(a)",
		"DROP TABLE affected",
		"ALTER TABLE affected RENAME TO a2; CREATE VIEW affected AS SELECT * FROM a2",
		"ALTER TABLE alias ADD COLUMN x",
	};
	struct att_err err;
	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		assert_int_equal(changed_by(changes[i], &err), ATT_ERR_MALFORMED);
		assert_non_null(strstr(err.message, "damaged"));
	}
	assert_int_equal(changed_by("PRAGMA user_version=1", &err), ATT_ERR_UNSUPPORTED);
	assert_non_null(strstr(err.help, "attest advisories update"));
	assert_int_equal(changed_by("PRAGMA application_id=2", &err), ATT_ERR_MALFORMED);
}

static void refuses_other_values(void **state)
{
	static const char *const changes[] = {
		"UPDATE meta SET value = 'x' WHERE name = 'advisories'",
		"UPDATE meta SET value = -1 WHERE name = 'advisories'",
		"UPDATE meta SET value = x'00' WHERE name = 'digest'",
		"DELETE FROM meta WHERE name = 'built'",
		"UPDATE ecosystem SET name = 'npm'",
		"UPDATE ecosystem SET number = 77 WHERE number = 1",
		"UPDATE ecosystem SET name = CAST(x'ff' AS TEXT)",
		"UPDATE source SET checked = -1",
		"UPDATE source SET number = 7 WHERE number = 1",
	};
	struct att_err err;
	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		if (changed_by(changes[i], &err) != ATT_ERR_MALFORMED)
			fail_msg("%s: opened", changes[i]);
}

/* Everything that can be asked; nothing may come of it but answers and errors. */
static void ask_everything(void)
{
	static const char *const names[][2] = {
		{"PyPI", "foo-bar"}, {"npm", "Foo_Bar"}, {"crates.io", "foo_bar"}, {"", ""}};
	struct policy_database *database;
	struct att_arena arena = {0};
	struct policy_record record;
	struct policy_database_source source;
	const uint32_t *numbers;
	const struct policy_hit *found;
	size_t count;
	int status = policy_database_open(path, &database, NULL);
	if (status != ATT_OK)
		return;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		status |= policy_database_lookup(database, att_str_of(names[i][0]), att_str_of(names[i][1]),
						 &arena, &found, &count, NULL);
	for (uint32_t i = 0; i < 3; i++)
		status |= policy_database_record(database, i, true, &arena, &record, NULL);
	for (size_t i = 0; i < 2; i++)
		status |= policy_database_source(database, i, &arena, &source, NULL);
	status |= policy_database_find(database, ATT_STR("CVE-2020-1"), &arena, &numbers, &count, NULL);
	(void)status; /* it may be any, for a damaged file */
	att_arena_clear(&arena);
	policy_database_close(database);
}

static void survives_changed_bytes(void **state)
{
	(void)state;
	struct att_buf bytes = example(false);
	for (size_t i = 0; i < bytes.len; i += i < 4096 ? 1 : 3) {
		static const char changes[] = {0x01, (char)0x80, (char)0xff};
		char was = bytes.data[i];
		if (was == 0 && i % 16 != 0)
			continue;
		for (size_t j = 0; j < sizeof changes; j++) {
			bytes.data[i] = (char)(was ^ changes[j]);
			policy_pages_seal((unsigned char *)bytes.data, bytes.len);
			FILE *file = fopen(path, "wb");
			assert_non_null(file);
			assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
			assert_int_equal(fclose(file), 0);
			ask_everything();
		}
		bytes.data[i] = was;
	}
	for (size_t len = 0; len < bytes.len; len += 1021) {
		assert_int_equal(att_file_write_atomic(path, (struct att_str){bytes.data, len}, NULL), ATT_OK);
		ask_everything();
	}
	att_buf_clear(&bytes);
}

static void damage_is_told(void **state)
{
	static const char *const changes[] = {
		"UPDATE affected SET entries = x''",
		"UPDATE affected SET entries = x'00'",
		"UPDATE affected SET entries = entries || x'00'",
		"UPDATE affected SET entries = 'text'",
		"UPDATE affected SET advisory = 99 + rowid_ FROM (SELECT 0 AS rowid_)",
		"UPDATE affected SET entries = x'00ffffffffffffffffff01'",
		"UPDATE affected SET entries = CAST(zeroblob(60) AS BLOB) || x'80'",
	};
	struct att_err err;
	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct att_arena arena = {0};
		const struct policy_hit *found;
		struct policy_database *database;
		size_t count;
		assert_int_equal(changed_by(changes[i], &err), ATT_OK);
		assert_int_equal(policy_database_open(path, &database, NULL), ATT_OK);
		if (policy_database_lookup(database, ATT_STR("PyPI"), ATT_STR("foo-bar"), &arena, &found,
					   &count, &err) != ATT_ERR_MALFORMED)
			fail_msg("%s: found", changes[i]);
		assert_non_null(strstr(err.message, "the advisory database is damaged"));
		assert_int_equal(count, 0);
		policy_database_close(database);
		att_arena_clear(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_went_in),
		cmocka_unit_test(finds_packages_as_ecosystems_spell_them),
		cmocka_unit_test(joins_aliases),
		cmocka_unit_test(order_of_import_does_not_show),
		cmocka_unit_test(tells_facts_and_sources),
		cmocka_unit_test(keeps_the_later_record),
		cmocka_unit_test(keeps_sources_of_another_database),
		cmocka_unit_test(refuses_a_source_twice),
		cmocka_unit_test(refuses_what_is_no_database),
		cmocka_unit_test(refuses_other_tables),
		cmocka_unit_test(refuses_other_values),
		cmocka_unit_test(survives_changed_bytes),
		cmocka_unit_test(damage_is_told),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
