// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/limits.h"
#include "libattest/verify/keyring.h"
#include "tests/unit/document.h"

static const struct att_key_options strict;

/* A parse_fn: the ring is made and dropped. */
static int parse_policy(const struct att_source *source, struct att_arena *arena, struct att_value *out,
			struct att_err *err)
{
	char folder[4096];
	struct att_keyring ring;
	(void)arena;
	memset(out, 0, sizeof *out);
	vector_path(folder, sizeof folder, "policy");
	att_keyring_init(&ring);
	int status = att_keyring_parse_policy(&ring, source, folder, &strict, err);
	att_keyring_clear(&ring);
	return status;
}

static void accept(const char *name, struct att_str text)
{
	assert_accepted(parse_policy, name, text);
}

static void refuse(const char *name, struct att_str text)
{
	assert_refused_as_listed(parse_policy, "policy/bad.expected", name, text);
}

static void vectors(void **state)
{
	(void)state;
	assert_int_equal(vectors_walk("policy/good", accept), 9);
	assert_int_equal(vectors_walk("policy/bad", refuse), 84);
}

struct loaded {
	struct att_keyring ring;
	struct att_arena arena;
};

static void load(struct loaded *l, const char *name)
{
	char path[4096];
	struct att_err err = {0};
	memset(l, 0, sizeof *l);
	vector_path(path, sizeof path, name);
	att_keyring_init(&l->ring);
	if (att_keyring_load_policy(&l->ring, path, &strict, &err) != ATT_OK)
		fail_msg("%s: %s", path, err.message);
}

static void clear(struct loaded *l)
{
	att_keyring_clear(&l->ring);
	att_arena_clear(&l->arena);
}

static void finds_keys_beside_the_policy(void **state)
{
	struct loaded l;
	char path[4096];
	struct att_key *key;
	(void)state;
	/* Relative to its own folder, which is testdata/policy/good here. */
	vector_path(path, sizeof path, "policy/good/file");
	struct att_err err = {0};
	att_keyring_init(&l.ring);
	assert_int_equal(att_keyring_load_policy(&l.ring, path, &strict, &err), ATT_ERR_NOT_FOUND);
	assert_non_null(strstr(err.message, "the key of signer \"a\""));
	assert_int_equal(err.place.line, 4);
	assert_int_equal(err.place.column, 7);
	att_keyring_clear(&l.ring);
	load(&l, "policy/good/pem");
	vector_path(path, sizeof path, "signing/p384.pub");
	assert_int_equal(att_key_load(path, &strict, &key, NULL), ATT_OK);
	assert_true(att_key_equal(key, l.ring.keys[0].key));
	att_key_free(key);
	clear(&l);
}

static void reads_requirements(void **state)
{
	struct loaded l;
	(void)state;
	load(&l, "policy/good/two");
	assert_int_equal(l.ring.count, 2);
	assert_text(l.ring.keys[0].name, "a");
	assert_text(l.ring.keys[1].name, "b");
	assert_int_equal(l.ring.requirement_count, 1);
	assert_int_equal(l.ring.requirements[0].threshold, 2);
	assert_int_equal(l.ring.requirements[0].signer_count, 2);
	assert_int_equal(l.ring.requirements[0].signers[0], 1);
	assert_int_equal(l.ring.requirements[0].signers[1], 0);
	clear(&l);
	load(&l, "policy/good/first-match");
	const struct att_requirement *all = l.ring.requirements;
	assert_ptr_equal(att_keyring_requirement(&l.ring, ATT_STR("tool_x")), &all[0]);
	assert_ptr_equal(att_keyring_requirement(&l.ring, ATT_STR("tool_x.txt")), &all[0]);
	assert_ptr_equal(att_keyring_requirement(&l.ring, ATT_STR("x.txt")), &all[1]);
	assert_ptr_equal(att_keyring_requirement(&l.ring, ATT_STR("TOOL_x")), &all[2]);
	assert_int_equal(all[0].threshold, 2);
	assert_int_equal(all[1].signer_count, 1);
	assert_int_equal(all[2].threshold, 1);
	assert_int_equal(all[2].signer_count, 2);
	clear(&l);
	load(&l, "policy/good/builds");
	assert_int_equal(l.ring.builder_count, 2);
	assert_int_equal(l.ring.builders[0].level, 2);
	const struct att_requirement *later = l.ring.requirements;
	assert_int_equal(later[0].predicate_count, 2);
	assert_text(later[0].predicates[1].type, "https://cyclonedx.org/bom");
	assert_int_equal(later[0].predicates[1].signer_count, 1);
	assert_int_equal(later[0].threshold, 0);
	assert_int_equal(later[0].level, 2);
	assert_text(later[0].build.source, "https://example.org/x");
	assert_text(later[0].build.tag_template, "v{version}");
	assert_text(later[0].build.parameters[0], "inputs.debug=false");
	assert_int_equal(later[0].build.max_age, 7 * 86400);
	assert_int_equal(later[1].threshold, 1);
	assert_text(later[1].build.ref, "refs/heads/main");
	assert_int_equal(later[2].predicate_count, 0);
	clear(&l);
	load(&l, "policy/good/identity");
	assert_int_equal(l.ring.count, 2);
	assert_null(l.ring.keys[1].key);
	clear(&l);
}

static bool counts(struct loaded *l, size_t key, int64_t now, const char *why_not)
{
	struct att_str why = {0};
	bool result = att_trusted_key_counts(&l->ring.keys[key], now, &l->arena, &why);
	if (!result)
		assert_text(why, why_not);
	return result;
}

static void counts_in_its_time(void **state)
{
	enum { FROM = 1767225600, UNTIL = 1798758000 }; /* 2026-01-01, 2026-12-31T23:00:00Z */
	struct loaded l;
	(void)state;
	load(&l, "policy/good/times");
	assert_false(counts(&l, 0, FROM - 1,
			    "key a counts from 2026-01-01T00:00:00Z, and it is 2025-12-31T23:59:59Z"));
	assert_true(counts(&l, 0, FROM, ""));
	assert_true(counts(&l, 0, UNTIL, ""));
	assert_false(counts(&l, 0, UNTIL + 1,
			    "key a counts until 2026-12-31T23:00:00Z, and it is 2026-12-31T23:00:01Z"));
	/* At no time: whoever holds the key writes any date. */
	assert_false(counts(&l, 1, 0, "key b was revoked: lost"));
	assert_false(counts(&l, 1, UNTIL, "key b was revoked: lost"));
	clear(&l);
}

static void a_key_is_taken_once(void **state)
{
	static const char line[] = "RWRBVFRFU1QAAXdk8FnfttKQT+KFktj0Ee+I+9YqFZutteknmM8uwIJh";
	struct att_keyring ring;
	struct att_err err = {0};
	char path[4096];
	(void)state;
	att_keyring_init(&ring);
	assert_int_equal(att_keyring_add_file(&ring, line, &strict, &err), ATT_OK);
	vector_path(path, sizeof path, "signing/p256.pub");
	assert_int_equal(att_keyring_add_file(&ring, path, &strict, &err), ATT_OK);
	/* Without its number, in another format, it is the same key. */
	vector_path(path, sizeof path, "signing/ed25519.pub");
	assert_int_equal(att_keyring_add_file(&ring, path, &strict, &err), ATT_ERR_REFUSED);
	assert_non_null(strstr(err.message, "same key"));
	vector_path(path, sizeof path, "signing/p256.pem");
	assert_int_equal(att_keyring_add_file(&ring, path, &strict, &err), ATT_ERR_REFUSED);
	assert_int_equal(ring.count, 2);
	assert_null(att_keyring_requirement(&ring, ATT_STR("x")));
	att_keyring_clear(&ring);
	assert_int_equal(ring.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(finds_keys_beside_the_policy),
		cmocka_unit_test(reads_requirements),
		cmocka_unit_test(counts_in_its_time),
		cmocka_unit_test(a_key_is_taken_once),
	};
	return cmocka_run_group_tests_name("keyring", tests, NULL, NULL);
}
