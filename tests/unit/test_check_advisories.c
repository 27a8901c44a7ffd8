// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/advisories.h"

static void test_groups(void **state)
{
	(void)state;
	/* One finding per group; the lowest version that no record of the group affects; withdrawn ones do not
	 * count. */
	check(&(struct input){.components = LEFT("1.1.0")}, ATT_REFUTED, LEFT_1 "\n" LEFT_2 "\n");
	/* Not RUSTSEC-1, but its alias says so. */
	check(&(struct input){.components = LEFT("1.2.5")}, ATT_REFUTED,
	      "error[vulnerability] left 1.2.5, a direct dependency, is affected by GHSA-1 (CVE-1): About "
	      "GHSA-1 "
	      "| left 1.3.0 fixes it, and 2.0.0 all that is known of it\n"
	      "error[vulnerability] left 1.2.5, a direct dependency, is affected by RUSTSEC-2, severity high: "
	      "About RUSTSEC-2 | upgrade left to 2.0.0\n");
	check(&(struct input){.components = LEFT("2.0.0")}, ATT_HOLDS, "");
	check(&(struct input){.components = "\"components\":[]"}, ATT_NOT_CHECKED, "");
}

static void test_ecosystems(void **state)
{
	(void)state;
	check(&(struct input){.components = ONE("@evil/pad", "1.0.0", "pkg:npm/%40evil/pad@1.0.0")},
	      ATT_REFUTED,
	      "error[malicious] @evil/pad 1.0.0, a direct dependency, is malicious, says MAL-1: About MAL-1 | "
	      "remove it, and treat every machine that it ran on as taken over\n");
	check(&(struct input){.components = ONE("foo-bar", "1.5", "pkg:pypi/foo-bar@1.5")}, ATT_REFUTED,
	      "error[vulnerability] foo-bar 1.5, a direct dependency, is affected by GHSA-3, severity high "
	      "(CVSS 3.1: 7.5): About GHSA-3 | "
	      "upgrade foo-bar to 2\n");
	/* Distributions count by the source package and its version. */
	check(&(struct input){.components = ONE("zlib1g", "1:1.2-1+b1",
						"pkg:deb/debian/zlib1g@1:1.2-1%2Bb1?distro=debian-12&"
						"upstream=zlib%401:1.2-1")},
	      ATT_REFUTED,
	      "error[vulnerability] zlib1g 1:1.2-1+b1, a direct dependency, is affected by GHSA-2: About "
	      "GHSA-2 "
	      "| upgrade zlib1g to 1:1.2-2\n");
	check(&(struct input){.components =
				      ONE("zlib", "1:1.2-1", "pkg:deb/debian/zlib@1:1.2-1?distro=bookworm")},
	      ATT_REFUTED,
	      "error[vulnerability] zlib 1:1.2-1, a direct dependency, is affected by GHSA-2: About GHSA-2 "
	      "| upgrade zlib to 1:1.2-2\n");
	check(&(struct input){.components = ONE("zlib", "1:1.2-2", "pkg:deb/debian/zlib@1:1.2-2?distro=12")},
	      ATT_HOLDS, "");
}

#define NO_FIX(name, id)                                                                                       \
	"error[vulnerability] " name ", a direct dependency, is affected by " id ": About " id                 \
	" | no version is known that fixes it\n"

/* An ecosystem has more names in the database than one, and each of them counts. */
static void test_ecosystem_names(void **state)
{
	(void)state;
	check(&(struct input){.components = ONE("curl", "1", "pkg:deb/ubuntu/curl@1?distro=ubuntu-22.04")},
	      ATT_REFUTED, NO_FIX("curl 1", "U-1") NO_FIX("curl 1", "U-2") NO_FIX("curl 1", "U-3"));
	check(&(struct input){.components = ONE("drupal/form", "1.0.0",
						"pkg:composer/drupal/form@1.0.0?"
						"repository_url=https://packages.drupal.org/8/downloads")},
	      ATT_REFUTED, NO_FIX("drupal/form 1.0.0", "D-1"));
	/* Whoever wrote the document did not say where from; and one registry's advisories are not those of
	 * all. */
	check(&(struct input){.components = ONE("drupal/form", "1.0.0", "pkg:composer/drupal/form@1.0.0")},
	      ATT_REFUTED,
	      "error[not-covered] 1 component of Packagist is not judged: the database has no advisories on "
	      "that | \"attest advisories import\" adds the ecosystem's advisories to the database\n" NO_FIX(
		      "drupal/form 1.0.0", "D-1"));
	/* What advisories are on, source packages or what is made of them, the distribution decides. */
	check(&(struct input){.components = ONE("libfoo1", "1-1",
						"pkg:rpm/opensuse/libfoo1@1-1?distro="
						"opensuse-leap-15.6&upstream=foo-1-1.src.rpm")},
	      ATT_REFUTED, NO_FIX("libfoo1 1-1", "S-1"));
	check(&(struct input){.components = ONE("libfoo1", "1-1",
						"pkg:rpm/almalinux/libfoo1@1-1?distro="
						"almalinux-9.3&upstream=foo-1-1.src.rpm")},
	      ATT_HOLDS, "");
	/* Module names in the small letters that some write. */
	check(&(struct input){.components =
				      ONE("example.org/mod", "v2.1.1", "pkg:golang/example.org/mod@v2.1.1")},
	      ATT_REFUTED,
	      "error[vulnerability] example.org/mod v2.1.1, a direct dependency, is affected by GHSA-4: About "
	      "GHSA-4 | upgrade example.org/mod to 2.1.5\n");
}

static void test_withdrawn(void **state)
{
	(void)state;
	check(&(struct input){.components = ONE("zero", "1.0.0", "pkg:cargo/zero@1.0.0")}, ATT_REFUTED,
	      NO_FIX("zero 1.0.0", "Z-1"));
	check(&(struct input){.components = ONE("tomorrow", "1.0.0", "pkg:cargo/tomorrow@1.0.0")}, ATT_REFUTED,
	      NO_FIX("tomorrow 1.0.0", "Z-2"));
	check(&(struct input){.components = ONE("tomorrow", "1.0.0", "pkg:cargo/tomorrow@1.0.0"),
			      .now = BUILT + DAY},
	      ATT_HOLDS, "");
}

static void test_go(void **state)
{
	(void)state;
	check(&(struct input){.components =
				      ONE("example.org/Mod", "v2.1.1", "pkg:golang/example.org/Mod@v2.1.1")},
	      ATT_REFUTED,
	      "error[vulnerability] example.org/Mod v2.1.1, a direct dependency, is affected by GHSA-4: About "
	      "GHSA-4 | upgrade example.org/Mod to 2.1.5\n");
	/* The range that Go's own schema can say is wider than what is known. */
	check(&(struct input){.components =
				      ONE("example.org/Mod", "v2.1.5", "pkg:golang/example.org/Mod@v2.1.5")},
	      ATT_HOLDS, "");
	check(&(struct input){.components = ONE("example.org/Mod", "v0.0.0-20200101000000-abcdefabcdef",
						"pkg:golang/example.org/"
						"Mod@v0.0.0-20200101000000-abcdefabcdef")},
	      ATT_CANNOT_TELL,
	      "error[undetermined] whether example.org/Mod v0.0.0-20200101000000-abcdefabcdef is affected by "
	      "GHSA-4 could not be told: the advisory counts in releases, of which the version "
	      "v0.0.0-20200101000000-abcdefabcdef says nothing\n");
}

static void test_undetermined(void **state)
{
	(void)state;
	/* No version: only what affects every version, or nothing, is certain. */
	check(&(struct input){.components = "\"components\":[{\"type\":\"library\",\"bom-ref\":\"a\",\"name\":"
					    "\"foo-bar\",\"purl\":\"pkg:pypi/foo-bar\"}]"},
	      ATT_CANNOT_TELL,
	      "error[undetermined] whether foo-bar is affected by GHSA-3 could not be told: its version is not "
	      "known\n");
	check(&(struct input){.components = "\"components\":[{\"type\":\"library\",\"bom-ref\":\"a\",\"name\":"
					    "\"other\",\"purl\":\"pkg:pypi/other\"}]"},
	      ATT_HOLDS, "");
	check(&(struct input){.components = ONE("foo-bar", "what-version", "pkg:pypi/foo-bar@what-version")},
	      ATT_CANNOT_TELL,
	      "error[undetermined] whether foo-bar what-version is affected by GHSA-3 could not be told: "
	      "version: expected "
	      "[EPOCH!]RELEASE[{a|b|rc}N][.postN][.devN][+LOCAL] (PEP 440), found \"what-version\"\n");
	/* What comes from a repository may have the fix, whatever version it says it is. */
	check(&(struct input){.components = ONE("left", "1.9.0",
						"pkg:cargo/left@1.9.0?vcs_url=git%2Bhttps://a.example/left")},
	      ATT_CANNOT_TELL,
	      "error[undetermined] whether left 1.9.0 is affected by RUSTSEC-2 could not be told: it does not "
	      "come from a registry, and may differ from what is published as this version\n");
}

static void test_not_covered(void **state)
{
	(void)state;
	check(&(struct input){.components = ONE("a", "1", "pkg:gem/a@1")}, ATT_CANNOT_TELL,
	      "error[not-covered] 1 component of RubyGems is not judged: the database has no advisories on "
	      "that | "
	      "\"attest advisories import\" adds the ecosystem's advisories to the database\n");
	/* Named beside another ecosystem: what is known is told, and is not all. */
	check(&(struct input){.components = ONE("Both", "1.0.0", "pkg:nuget/Both@1.0.0")}, ATT_REFUTED,
	      "error[not-covered] 1 component of NuGet is not judged: the database has no advisories on "
	      "that | \"attest advisories import\" adds the ecosystem's advisories to the database\n" NO_FIX(
		      "Both 1.0.0", "P-1"));
	check(&(struct input){.components = ONE("Other", "1.0.0", "pkg:nuget/Other@1.0.0")}, ATT_CANNOT_TELL,
	      "error[not-covered] 1 component of NuGet is not judged: the database has no advisories on "
	      "that | \"attest advisories import\" adds the ecosystem's advisories to the database\n");
	/* What was judged beside it changes nothing. */
	check(
		&(struct input){
			.components = "\"components\":[" LIBRARY("a", "a", "1", "pkg:gem/a@1") "," LIBRARY(
				"b", "b", "1", "pkg:gem/b@1") "," LIBRARY("c", "left", "2.0.0",
									  "pkg:cargo/left@2.0.0") "]"},
		ATT_CANNOT_TELL,
		"error[not-covered] 2 components of RubyGems are not judged: the database has no advisories on "
		"that | \"attest advisories import\" adds the ecosystem's advisories to the database\n");
	check(
		&(struct input){
			.components =
				"\"components\":[{\"type\":\"library\",\"bom-ref\":\"a\",\"name\":\"a\"}]"},
		ATT_CANNOT_TELL,
		"error[not-covered] 1 component is not judged: without a package URL there is nothing to look "
		"up\n");
	check(&(struct input){.components = ONE("a", "1", "pkg:generic/a@1")}, ATT_CANNOT_TELL,
	      "error[not-covered] 1 component (generic) is not judged: no advisories are known by that name\n");
	/* Of some types nobody could import any: beside what was judged it is a warning. */
	check(&(struct input){.components =
				      "\"components\":[" LIBRARY("a", "a", "1", "pkg:generic/a@1") "," LIBRARY(
					      "c", "left", "2.0.0", "pkg:cargo/left@2.0.0") "]"},
	      ATT_HOLDS,
	      "warning[not-covered] 1 component (generic) is not judged: no advisories are known by that "
	      "name\n");
	/* Which release it is decides which advisories there are. */
	check(&(struct input){.components = ONE("zlib", "1", "pkg:deb/debian/zlib@1")}, ATT_CANNOT_TELL,
	      "error[not-covered] 1 component (debian) is not judged: no advisories are known by that name\n");
}

static void test_private(void **state)
{
	(void)state;
#define PRIVATE ONE("left", "1.1.0", "pkg:cargo/left@1.1.0?repository_url=https://registry.example/index")
	check(&(struct input){.components = PRIVATE}, ATT_CANNOT_TELL,
	      "error[not-covered] 1 component from https://registry.example/index is not looked up: public "
	      "advisories are not about them | add the registry to sources.private when it is your own\n");
	check(&(struct input){.components = PRIVATE,
			      .policy = "[sources]\nprivate = [\"https://registry.example/\"]\n"},
	      ATT_NOT_CHECKED,
	      "note[not-covered] 1 component from https://registry.example/index is not looked up: public "
	      "advisories are not about them\n");
	/* The prefix ends with a part. */
	check(&(struct input){.components = PRIVATE,
			      .policy = "[sources]\nprivate = [\"https://registry.exam\"]\n"},
	      ATT_CANNOT_TELL,
	      "error[not-covered] 1 component from https://registry.example/index is not looked up: public "
	      "advisories are not about them | add the registry to sources.private when it is your own\n");
	/* The public registry by its name is no other one. */
	check(&(struct input){.components =
				      ONE("left", "2.0.0",
					  "pkg:cargo/left@2.0.0?repository_url=https://index.crates.io/")},
	      ATT_HOLDS, "");
	/* A host that only begins like it is. */
	check(&(struct input){.components = ONE(
				      "left", "2.0.0",
				      "pkg:cargo/left@2.0.0?repository_url=https://index.crates.io.example")},
	      ATT_CANNOT_TELL,
	      "error[not-covered] 1 component from https://index.crates.io.example is not looked up: public "
	      "advisories are not about them | add the registry to sources.private when it is your own\n");
}

static void test_reach(void **state)
{
	(void)state;
	check(&(struct input){.components = TREE}, ATT_REFUTED, OLD_4);
	check(&(struct input){.components = TREE, .policy = "[advisories]\nunsound = \"all\"\n"}, ATT_REFUTED,
	      DEEP_5 OLD_4);
	check(
		&(struct input){
			.components = TREE,
			.policy = "[advisories]\nunsound = \"transitive\"\nunmaintained = \"transitive\"\n"},
		ATT_REFUTED, DEEP_5);
	check(&(struct input){.components = TREE, .policy = "[advisories]\nunmaintained = \"none\"\n"},
	      ATT_HOLDS, "");
	check(&(struct input){.components = TREE, .policy = "[severity]\nunmaintained = \"warn\"\n"}, ATT_HOLDS,
	      "warning[unmaintained] old 1.0.0, a direct dependency, is not maintained, says RUSTSEC-4: About "
	      "RUSTSEC-4 | replace it with something that is maintained\n");
}

static void test_yanked(void **state)
{
#define DEPRECATED                                                                                             \
	"\"components\":[{\"type\":\"library\",\"bom-ref\":\"a\",\"name\":\"a\",\"version\":\"1.0.0\","        \
	"\"purl\":\"pkg:npm/a@1.0.0\",\"properties\":[{\"name\":\"attest:deprecated\",\"value\":\"use b\"}]}]"
#define YANKED                                                                                                 \
	"[yanked] a 1.0.0, a direct dependency, was taken back by its registry, or is not meant to be used "   \
	"any more: use b\n"
	(void)state;
	check(&(struct input){.components = DEPRECATED}, ATT_HOLDS, "warning" YANKED);
	check(&(struct input){.components = DEPRECATED, .policy = "[advisories]\nyanked = \"deny\"\n"},
	      ATT_REFUTED, "error" YANKED);
	check(&(struct input){.components = DEPRECATED,
			      .policy = "[advisories]\ndisable-yank-checking = true\n"},
	      ATT_HOLDS, "");
	check(
		&(struct input){
			.components = DEPRECATED,
			.policy = "[advisories]\nignore = [{ purl = \"pkg:npm/a@1.0.0\", reason = \"r\" }]\n"},
		ATT_HOLDS, "");
}

static void test_database_age(void **state)
{
	(void)state;
	check(&(struct input){.components = LEFT("1.1.0"), .no_database = true}, ATT_CANNOT_TELL,
	      "error[no-database] there is no advisory database to look components up in | \"attest advisories "
	      "update\" or \"import\" makes one\n");
	check(&(struct input){.components = LEFT("2.0.0"), .now = BUILT + 7 * DAY}, ATT_HOLDS, "");
#define STALE                                                                                                  \
	"[stale-database] the advisory database was last up to date 8 days ago, and the policy accepts 7 | "   \
	"\"attest advisories update\" brings it up to date; advisories.maximum-db-staleness says how old it "  \
	"may be\n"
	check(&(struct input){.components = LEFT("1.1.0"), .now = BUILT + 8 * DAY}, ATT_CANNOT_TELL,
	      "error" STALE);
	/* Clocks differ, but not by hours: what is of the future would never get old. A replay is of the past.
	 */
	check(&(struct input){.components = LEFT("2.0.0"), .now = BUILT - 3600}, ATT_HOLDS, "");
	check(&(struct input){.components = LEFT("1.1.0"), .now = BUILT - 3601}, ATT_CANNOT_TELL,
	      "error[stale-database] the advisory database says that it was up to date at a time that has not "
	      "come yet: how old it is cannot be told | \"attest advisories update\" brings it up to date; "
	      "advisories.maximum-db-staleness says how old it may be\n");
	check(&(struct input){.components = LEFT("2.0.0"), .now = BUILT - DAY, .replay = true}, ATT_HOLDS, "");
	/* A severity does not make the data newer. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .policy = "[severity]\nstale-database = \"warn\"\n",
			      .now = BUILT + 8 * DAY},
	      ATT_CANNOT_TELL, "warning" STALE);
	check(&(struct input){.components = LEFT("2.0.0"),
			      .policy = "[advisories]\nmaximum-db-staleness = \"P30D\"\n",
			      .now = BUILT + 8 * DAY},
	      ATT_HOLDS, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_ecosystems),
		cmocka_unit_test(test_ecosystem_names),
		cmocka_unit_test(test_withdrawn),
		cmocka_unit_test(test_go),
		cmocka_unit_test(test_undetermined),
		cmocka_unit_test(test_not_covered),
		cmocka_unit_test(test_private),
		cmocka_unit_test(test_reach),
		cmocka_unit_test(test_yanked),
		cmocka_unit_test(test_database_age),
	};
	return cmocka_run_group_tests(tests, make_database, remove_database);
}
