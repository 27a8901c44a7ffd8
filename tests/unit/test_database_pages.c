// SPDX-License-Identifier: Apache-2.0
/* Damage to the advisory database's file: what is not as it was written is an error, never another answer. */
#include <fcntl.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "policy/database_build.h"
#include "policy/database_pages.h"
#include "tests/unit/document.h"

static char folder[] = "/tmp/attest-pages-XXXXXX", path[64];

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

/* Advisories ADV-0, ADV-1, ... on npm's package-0, package-1, ... */
static struct att_buf make_database(unsigned count, int64_t checked)
{
	static char title[2000];
	struct policy_build *build;
	struct att_buf out;
	uint32_t source;
	memset(title, 't', sizeof title);
	att_buf_init(&out, POLICY_MAX_DATABASE);
	assert_int_equal(policy_build_new(&build, NULL), ATT_OK);
	assert_int_equal(policy_build_source(build, ATT_STR("here"), ATT_STR(""), checked, &source, NULL),
			 ATT_OK);
	for (unsigned i = 0; i < count; i++) {
		char id[20], name[20];
		snprintf(id, sizeof id, "ADV-%u", i);
		snprintf(name, sizeof name, "package-%u", i);
		const struct att_str version = ATT_STR("1.0.0");
		const struct policy_affected affected = {
			.ecosystem = ATT_STR("npm"), .name = att_str_of(name), .osv = {&version, 1, NULL, 0}};
		const struct policy_advisory advisory = {.id = att_str_of(id),
							 .modified = 1000 + i,
							 .title = {title, sizeof title},
							 .affected = &affected,
							 .affected_count = 1};
		assert_int_equal(policy_build_add(build, source, &advisory, NULL), ATT_OK);
	}
	assert_int_equal(policy_build_finish(build, 9000, &out, NULL), ATT_OK);
	policy_build_free(build);
	return out;
}

/* What the database in `path` says of all that it has, as text. */
static int ask(struct att_buf *answer, struct att_err *err)
{
	struct policy_database *database;
	struct att_arena arena = {.blocks = NULL};
	answer->len = 0;
	int status = policy_database_open(path, &database, err);
	for (unsigned i = 0; status == ATT_OK && i < 12; i++) {
		char name[20];
		const struct policy_hit *hits;
		struct policy_record record;
		size_t count;
		snprintf(name, sizeof name, "package-%u", i);
		status = policy_database_lookup(database, ATT_STR("npm"), att_str_of(name), &arena, &hits,
						&count, err);
		for (size_t j = 0; status == ATT_OK && j < count; j++) {
			status = policy_database_record(database, hits[j].advisory, true, &arena, &record, err);
			if (status == ATT_OK)
				att_buf_printf(answer, "%s: %.*s %.*s %.*s\n", name,
					       ATT_STR_ARG(record.advisory.id),
					       ATT_STR_ARG(record.advisory.title),
					       ATT_STR_ARG(hits[j].affected.osv.versions[0]));
		}
	}
	if (status == ATT_OK)
		att_buf_printf(answer, "%s %d\n", policy_database_facts(database)->digest,
			       (int)policy_database_facts(database)->checked);
	policy_database_close(database);
	att_arena_clear(&arena);
	return status;
}

static void write_at(size_t at, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, len, (off_t)at), len);
	close(fd);
}

static int check(struct att_str file, struct att_err *err)
{
	return policy_pages_check(file, "a.db", err);
}

/* ---- tests ---- */

static void each_byte_is_checked(void **state)
{
	struct att_buf bytes = make_database(2, 5000);
	struct att_err err = {0};
	(void)state;
	assert_int_equal(check(att_buf_str(&bytes), &err), ATT_OK);
	for (size_t i = 0; i < bytes.len; i++) {
		bytes.data[i] = (char)(bytes.data[i] ^ (1 << (i % 8)));
		if (check(att_buf_str(&bytes), &err) == ATT_OK)
			fail_msg("byte %zu", i);
		bytes.data[i] = (char)(bytes.data[i] ^ (1 << (i % 8)));
	}
	bytes.data[2 * POLICY_PAGE + 7] ^= 1;
	assert_int_equal(check(att_buf_str(&bytes), &err), ATT_ERR_MALFORMED);
	assert_string_equal(err.message, "the advisory database is damaged: page 3, the bytes 8192 to 12287 of "
					 "a.db, is not as it was written");
	assert_non_null(strstr(err.help, "attest advisories update"));
	att_buf_clear(&bytes);
}

static void each_length_is_checked(void **state)
{
	struct att_buf bytes = make_database(2, 5000);
	struct att_err err = {0};
	struct policy_database *database;
	char message[200], page[POLICY_PAGE];
	size_t len = bytes.len;
	(void)state;
	for (size_t i = 0; i < len; i++)
		if (check((struct att_str){bytes.data, i}, &err) == ATT_OK)
			fail_msg("%zu bytes", i);
	snprintf(message, sizeof message,
		 "the advisory database is damaged: expected %zu pages of 4096 bytes in a.db, found %zu bytes",
		 len / POLICY_PAGE, len - 1);
	assert_string_equal(err.message, message);
	/* Its last page once more, and a part of that. */
	memcpy(page, bytes.data + len - POLICY_PAGE, POLICY_PAGE);
	att_buf_add(&bytes, (struct att_str){page, POLICY_PAGE});
	assert_int_equal(bytes.len, len + POLICY_PAGE);
	assert_int_equal(check(att_buf_str(&bytes), &err), ATT_ERR_MALFORMED);
	assert_int_equal(check((struct att_str){bytes.data, len + 1}, &err), ATT_ERR_MALFORMED);
	for (size_t i = 0; i < bytes.len; i += i < 2 * POLICY_PAGE ? 63 : POLICY_PAGE / 2) {
		assert_int_equal(att_file_write_atomic(path, (struct att_str){bytes.data, i}, NULL), ATT_OK);
		if ((policy_database_open(path, &database, &err) == ATT_OK) != (i == len))
			fail_msg("%zu bytes", i);
		policy_database_close(database);
	}
	att_buf_clear(&bytes);
}

static void each_page_has_its_place(void **state)
{
	struct att_buf bytes = make_database(2, 5000), later = make_database(2, 6000);
	(void)state;
	assert_int_equal(bytes.len, later.len);
	for (size_t i = 0; i < bytes.len; i += POLICY_PAGE) {
		char page[POLICY_PAGE];
		memcpy(page, bytes.data + i, POLICY_PAGE);
		/* From another place, and from the same place of another file. */
		for (size_t j = 0; j < bytes.len; j += POLICY_PAGE) {
			memcpy(bytes.data + i, i == j ? later.data + i : bytes.data + j, POLICY_PAGE);
			if (check(att_buf_str(&bytes), NULL) == ATT_OK)
				fail_msg("%zu at %zu", j, i);
			memcpy(bytes.data + i, page, POLICY_PAGE);
		}
	}
	assert_int_equal(check(att_buf_str(&bytes), NULL), ATT_OK);
	att_buf_clear(&bytes);
	att_buf_clear(&later);
}

static void damage_never_changes_an_answer(void **state)
{
	struct att_buf bytes = make_database(12, 5000), expected, answer;
	struct att_err err = {0};
	size_t refused = 0, same = 0;
	(void)state;
	att_buf_init(&expected, (size_t)1 << 20);
	att_buf_init(&answer, (size_t)1 << 20);
	assert_int_equal(att_file_write_atomic(path, att_buf_str(&bytes), NULL), ATT_OK);
	assert_int_equal(ask(&expected, &err), ATT_OK);
	assert_non_null(strstr(expected.data, "package-11: ADV-11 ttt"));
	for (size_t i = 0; i < bytes.len; i += 41) {
		char changed = (char)(bytes.data[i] ^ (1 << (i % 8)));
		write_at(i, &changed, 1);
		if (ask(&answer, &err) != ATT_OK) {
			refused++;
			assert_true(i < 100 || strstr(err.message, "is damaged: page"));
		} else if (att_str_equal(att_buf_str(&answer), att_buf_str(&expected))) {
			same++;
		} else {
			fail_msg("byte %zu: another answer", i);
		}
		write_at(i, &bytes.data[i], 1);
	}
	/* Pages that nobody asked for are not read. */
	assert_true(same > 0 && refused > 2 * same);
	att_buf_clear(&bytes);
	att_buf_clear(&expected);
	att_buf_clear(&answer);
}

static void a_file_cut_after_it_was_opened_is_told(void **state)
{
	struct att_buf bytes = make_database(12, 5000);
	struct policy_database *database;
	struct att_arena arena = {.blocks = NULL};
	struct policy_record record;
	struct att_err err = {0};
	(void)state;
	assert_int_equal(att_file_write_atomic(path, att_buf_str(&bytes), NULL), ATT_OK);
	assert_int_equal(policy_database_open(path, &database, NULL), ATT_OK);
	assert_int_equal(truncate(path, POLICY_PAGE), 0);
	assert_int_equal(policy_database_record(database, 11, true, &arena, &record, &err), ATT_ERR_MALFORMED);
	assert_non_null(strstr(err.message, "is damaged: page"));
	policy_database_close(database);
	att_arena_clear(&arena);
	att_buf_clear(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_byte_is_checked),
		cmocka_unit_test(each_length_is_checked),
		cmocka_unit_test(each_page_has_its_place),
		cmocka_unit_test(damage_never_changes_an_answer),
		cmocka_unit_test(a_file_cut_after_it_was_opened_is_told),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
