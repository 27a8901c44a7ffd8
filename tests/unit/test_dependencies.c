// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "libattest/statement/provenance.h"

static struct att_subject subject(const char *name, int byte)
{
	struct att_subject item = {.name = att_str_of(name), .digest_count = 1};
	item.digests[0].kind = ATT_SHA256;
	memset(item.digests[0].bytes, byte, 32);
	return item;
}

/* What is there twice comes out once, in an order that does not depend on the caller's. */
static void writes_dependencies(void **state)
{
	const struct att_subject artifact = subject("a", 1), one = subject("", 1), two = subject("", 2);
	const struct att_dependency items[] = {
		{ATT_STR("pkg:npm/b@1"), ATT_STR("b"), two.digests, 1},
		{ATT_STR("pkg:npm/b@1"), ATT_STR("b"), one.digests, 1},
		{ATT_STR("pkg:npm/a@1"), ATT_STR(""), NULL, 0},
		{ATT_STR("pkg:npm/b@1"), ATT_STR("b"), two.digests, 1},
		{ATT_STR(""), ATT_STR("c"), one.digests, 1},
	};
	struct att_dependency bad[] = {{ATT_STR(""), ATT_STR("c"), NULL, 0},
				       {ATT_STR("no uri"), ATT_STR("c"), NULL, 0},
				       {ATT_STR("pkg:npm/b@1"), ATT_STR("\n"), NULL, 0}};
	struct att_arena arena = {0};
	struct att_err err;
	struct att_buf out;
	const struct att_build build = {.build_type = ATT_STR("a:b"),
					.builder_id = ATT_STR("a:b"),
					.source_uri = ATT_STR("a:b"),
					.source_commit = ATT_STR("0123")};
	(void)state;
	struct att_provenance p = {.build = &build,
				   .subjects = &artifact,
				   .subject_count = 1,
				   .compact = true,
				   .dependencies = items,
				   .dependency_count = 5};
	att_buf_init(&out, 1 << 20);
	assert_int_equal(att_provenance_write(&p, &arena, &out, &err), ATT_OK);
	size_t at = att_str_find(att_buf_str(&out), ATT_STR("{\"name\":\"c\",\"digest\":{\"sha256\":\"0101"));
	size_t a = att_str_find(att_buf_str(&out), ATT_STR("{\"uri\":\"pkg:npm/a@1\"},{\"uri\":\"pkg:npm/b@1\","
							   "\"name\":\"b\",\"digest\":{\"sha256\":\"0101"));
	assert_true(at != ATT_STR_NONE && a != ATT_STR_NONE && at < a);
	struct att_str rest = att_str_from(att_buf_str(&out), a + 40);
	size_t b = att_str_find(rest, ATT_STR("pkg:npm/b@1\",\"name\":\"b\",\"digest\":{\"sha256\":\"0202"));
	assert_true(b != ATT_STR_NONE);
	assert_true(att_str_find(att_str_from(rest, b + 1), ATT_STR("pkg:")) == ATT_STR_NONE);
	p.dependency_count = 1;
	for (size_t i = 0; i < 3; i++) {
		p.dependencies = &bad[i];
		assert_int_equal(att_provenance_write(&p, &arena, &out, &err), ATT_ERR_REFUSED);
	}
	att_buf_clear(&out);
	att_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_dependencies),
	};
	return cmocka_run_group_tests_name("dependencies", tests, NULL, NULL);
}
