// SPDX-License-Identifier: Apache-2.0
/* What somebody decided about advisories: entries of the policy, and VEX documents. */
#include "tests/unit/advisories.h"

/* --- ignores ---------------------------------------------------------------------------------------------- */

#define IGNORE(entries) "[advisories]\nignore = [\n" entries "]\n"

static void test_ignores(void **state)
{
	(void)state;
	/* By an alias of another record of the group. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .policy = IGNORE("{ id = \"GHSA-1\", reason = \"r\" },\n"
					       "{ id = \"RUSTSEC-2\", reason = \"r\" },\n")},
	      ATT_HOLDS,
	      "3: note[fix-available] RUSTSEC-1 is ignored, and fixed in left 1.3.0 | upgrade, and remove the "
	      "entry\n"
	      "4: note[fix-available] RUSTSEC-2 is ignored, and fixed in left 2.0.0 | upgrade, and remove the "
	      "entry\n");
	check(&(struct input){.components = LEFT("1.1.0"),
			      .policy = IGNORE(
				      "{ crate = \"left@1.1.0\", reason = \"r\" },\n") "[severity]\n"
										       "fix-available = "
										       "\"allow\"\nadvisory-"
										       "ignored = \"warn\"\n"},
	      ATT_HOLDS,
	      "note[advisory-ignored] RUSTSEC-1 is ignored for left 1.1.0: r\n"
	      "note[advisory-ignored] RUSTSEC-2 is ignored for left 1.1.0: r\n");
	/* Another version of it is not meant. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .policy =
				      IGNORE("{ id = \"CVE-1\", crate = \"left@1.1.1\", reason = \"r\" },\n")},
	      ATT_REFUTED,
	      LEFT_1 "\n" LEFT_2 "\n3: warning[advisory-not-detected] the entry for CVE-1 concerns nothing in "
		     "here | remove it\n");
}

static void test_hygiene(void **state)
{
	(void)state;
	check(&(struct input){.components = TREE, .policy = IGNORE("\"RUSTSEC-4\",\n")}, ATT_REFUTED,
	      "3: error[ignore-without-reason] the entry for RUSTSEC-4 does not say why | write { id = "
	      "\"...\", "
	      "reason = \"...\" }: whoever reads it later has to know whether it still holds\n");
	check(&(struct input){.components = TREE,
			      .policy = IGNORE("{ id = \"RUSTSEC-4\", reason = \"r\" },\n"
					       "{ id = \"RUSTSEC-4\", reason = \"again\" },\n"
					       "{ id = \"RUSTSEC-9\", reason = \"r\" },\n"
					       "{ id = \"CVE-1\", reason = \"r\" },\n")},
	      ATT_HOLDS,
	      "4: warning[ignore-duplicate] the entry for RUSTSEC-4 says the same as an earlier one, for "
	      "RUSTSEC-4 | remove one of them\n"
	      "5: warning[unknown-advisory] the database has no advisory that is called RUSTSEC-9 | correct "
	      "the "
	      "name, or remove the entry\n"
	      "6: warning[advisory-not-detected] the entry for CVE-1 concerns nothing in here | remove it\n");
	check(&(struct input){.components = TREE, .policy = IGNORE("{ crate = \"old\", reason = \"r\" },\n")},
	      ATT_HOLDS,
	      "3: warning[ignore-too-broad] the entry for old takes in every advisory of every version, also "
	      "those to come | name the advisory, or the versions\n");
}

static void test_expiry(void **state)
{
	/* The database was made on 2001-09-09, at 01:46:40. */
	(void)state;
	check(&(struct input){.components = TREE,
			      .policy = IGNORE("{ id = \"RUSTSEC-4\", reason = \"r\", "
					       "expires = \"2001-09-09T01:46:40Z\" },\n")},
	      ATT_REFUTED,
	      OLD_4
	      "3: error[ignore-expired] the entry for RUSTSEC-4 has not held since 2001-09-09 | fix what it "
	      "was for and remove it, or decide anew and set another day\n");
	check(&(struct input){.components = TREE,
			      .policy = IGNORE("{ id = \"RUSTSEC-4\", reason = \"r\", "
					       "expires = \"2001-09-09T01:46:41Z\" },\n")},
	      ATT_HOLDS,
	      "3: warning[ignore-expiring] the entry for RUSTSEC-4 holds only until 2001-09-09 | fix what it "
	      "is "
	      "for before that day\n");
	check(&(struct input){.components = TREE,
			      .policy = IGNORE(
				      "{ id = \"RUSTSEC-4\", reason = \"r\", expires = 2002-01-01 },\n")},
	      ATT_HOLDS, "");
}

static void test_scope(void **state)
{
#define DEEP_POLICY(scope)                                                                                     \
	"[advisories]\nunsound = \"all\"\nunmaintained = \"none\"\nunused-ignored-advisory = \"allow\"\n"      \
	"ignore = [{ id = \"RUSTSEC-5\", reason = \"r\", " scope " }]\n"
#define TWO_WAYS                                                                                               \
	"\"components\":[" LIBRARY("l", "lib", "1.0.0", "pkg:cargo/lib@1.0.0") "," LIBRARY(                    \
		"o", "old", "1.0.0",                                                                           \
		"pkg:cargo/old@1.0.0") "," LIBRARY("d", "deep", "1.0.0",                                       \
						   "pkg:cargo/deep@1.0.0") "],"                                \
									   "\"dependencies\":[{\"ref\":"       \
									   "\"root\",\"dependsOn\":[\"l\","    \
									   "\"o\"]},{\"ref\":\"l\","           \
									   "\"dependsOn\":"                    \
									   "[\"d\"]},{\"ref\":\"o\","          \
									   "\"dependsOn\":[\"d\"]}]"
	(void)state;
	check(&(struct input){.components = TREE, .policy = DEEP_POLICY("components = [\"lib\"]")}, ATT_HOLDS,
	      "");
	check(&(struct input){.components = TREE, .policy = DEEP_POLICY("components = [\"old\"]")}, ATT_REFUTED,
	      DEEP_5);
	/* A second way to it is one that nobody decided on. */
	check(&(struct input){.components = TWO_WAYS, .policy = DEEP_POLICY("components = [\"lib\"]")},
	      ATT_REFUTED, DEEP_5);
	check(&(struct input){.components = TWO_WAYS, .policy = DEEP_POLICY("components = [\"lib\", \"old\"]")},
	      ATT_HOLDS, "");
	check(&(struct input){.components = TREE, .policy = DEEP_POLICY("targets = [\"runtime\"]")}, ATT_HOLDS,
	      "");
	check(&(struct input){.components = TREE, .policy = DEEP_POLICY("targets = [\"dev\"]")}, ATT_REFUTED,
	      DEEP_5);
	/* No file of the tree names it. */
	check(&(struct input){.components = TREE, .policy = DEEP_POLICY("paths = [\"**\"]")}, ATT_REFUTED,
	      DEEP_5);
}

/* --- VEX ----------------------------------------------------------------------------------------------------
 */

#define VEX(statements)                                                                                        \
	"{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"@id\":\"https://a.example/1\",\"author\":\"a\","    \
	"\"timestamp\":\"2001-01-01T00:00:00Z\",\"version\":1,\"statements\":[" statements "]}"
#define STATEMENT(name, product, more)                                                                         \
	"{\"vulnerability\":{\"name\":\"" name "\"},\"products\":[{\"@id\":\"" product "\"" more "}"
#define NOT_AFFECTED "\"status\":\"not_affected\",\"justification\":\"vulnerable_code_not_present\""
#define AFFECTED     "\"status\":\"affected\",\"action_statement\":\"upgrade\""
#define PARTS(purl)  ",\"subcomponents\":[{\"@id\":\"" purl "\"}]"

static void test_vex(void **state)
{
	(void)state;
	/* By an alias, for every version. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(STATEMENT("CVE-1", "pkg:cargo/left", "") "]," NOT_AFFECTED "}")},
	      ATT_REFUTED, LEFT_2 "\n");
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(STATEMENT("CVE-1", "pkg:cargo/left@1.1.1", "") "]," NOT_AFFECTED "}")},
	      ATT_REFUTED, LEFT_1 "\n" LEFT_2 "\n");
	/* A part of this product, of another one, and the whole product. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(STATEMENT("RUSTSEC-1", "pkg:generic/app@1",
						   PARTS("pkg:cargo/left@1.1.0")) "]," NOT_AFFECTED "}")},
	      ATT_REFUTED, LEFT_2 "\n");
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(STATEMENT("RUSTSEC-1", "pkg:generic/other@1",
						   PARTS("pkg:cargo/left@1.1.0")) "]," NOT_AFFECTED "}")},
	      ATT_REFUTED, LEFT_1 "\n" LEFT_2 "\n");
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(STATEMENT("RUSTSEC-1", "pkg:generic/app", "") "]," NOT_AFFECTED "}")},
	      ATT_REFUTED, LEFT_2 "\n");
}

static void test_vex_order(void **state)
{
#define CVE_1 STATEMENT("CVE-1", "pkg:cargo/left", "") "],"
	(void)state;
	/* The later one counts, in whatever order they stand. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(CVE_1 NOT_AFFECTED "}," CVE_1 AFFECTED
							    ",\"timestamp\":\"2001-01-01T00:00:01Z\"}")},
	      ATT_REFUTED, LEFT_1 "\n" LEFT_2 "\n");
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(CVE_1
					 "\"status\":\"fixed\",\"timestamp\":\"2001-01-01T00:00:01Z\"}," CVE_1
						 AFFECTED "}")},
	      ATT_REFUTED, LEFT_2 "\n");
	/* At one time the one that stands later. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(CVE_1 AFFECTED "}," CVE_1 NOT_AFFECTED "}")},
	      ATT_REFUTED, LEFT_2 "\n");
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(CVE_1 NOT_AFFECTED "}," CVE_1 "\"status\":\"under_investigation\"}")},
	      ATT_REFUTED, LEFT_1 "\n" LEFT_2 "\n");
}

/* What is written about `input` says, read again, nothing else than was decided. */
static void test_vex_written(void **state)
{
	struct input input = {
		.components = LEFT("1.1.0"),
		.policy = IGNORE("{ id = \"RUSTSEC-2\", reason = \"never called\", expires = 2002-01-01 },\n"),
		.vex = VEX(STATEMENT("CVE-1", "pkg:cargo/left", "") "]," NOT_AFFECTED "}")};
	const struct policy_vex_options options = {.author = ATT_STR("me@a.example"), .time = BUILT};
	struct policy_concerns concerns;
	struct policy_triage triage;
	struct att_buf out;
	struct att_err err = {0};
	struct world w;
	(void)state;
	begin(&w, &input);
	att_buf_init(&out, 1 << 20);
	assert_int_equal(policy_advisories_judge(&w.run, &concerns, &triage, &err), ATT_OK);
	assert_int_equal(policy_vex_write(&w.run, &concerns, &options, &out, &err), ATT_OK);
	policy_concerns_clear(&concerns);
	policy_triage_clear(&triage);
	end(&w);
	att_buf_add_byte(&out, '\0');
	static const char accepted[] =
		"\"action_statement\": \"The risk is accepted until 2002-01-01: never called\"";
	assert_non_null(strstr(out.data, accepted));
	assert_non_null(strstr(out.data, "\"@id\": \"pkg:generic/app@1\""));
	assert_non_null(strstr(out.data, "\"timestamp\": \"2001-09-09T01:46:40Z\""));
	input.policy = NULL;
	input.vex = out.data;
	check(&input, ATT_REFUTED, LEFT_2 "\n");
	att_buf_clear(&out);
	/* There is no document without a statement. */
	input = (struct input){.components = LEFT("2.0.0")};
	begin(&w, &input);
	assert_int_equal(policy_advisories_judge(&w.run, &concerns, &triage, &err), ATT_OK);
	assert_int_equal(policy_vex_write(&w.run, &concerns, &options, &out, &err), ATT_ERR_NOT_FOUND);
	policy_concerns_clear(&concerns);
	policy_triage_clear(&triage);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ignores),     cmocka_unit_test(test_hygiene),
		cmocka_unit_test(test_expiry),      cmocka_unit_test(test_scope),
		cmocka_unit_test(test_vex),         cmocka_unit_test(test_vex_order),
		cmocka_unit_test(test_vex_written),
	};
	return cmocka_run_group_tests(tests, make_database, remove_database);
}
