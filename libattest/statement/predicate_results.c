// SPDX-License-Identifier: Apache-2.0
/* What tests and scanners found (in-toto spec/predicates/test-result.md, vulns_02.md, vulns.md). */
#include "libattest/statement/predicate_fields.h"

#include "libattest/base/banned.h"

/* ---- tests ---- */

static int check_test_result(const struct att_predicate_fields *f, const struct att_value *predicate,
			     struct att_str version)
{
	static const char *const results[] = {"PASSED", "WARNED", "FAILED", NULL};
	static const char *const lists[] = {"passedTests", "warnedTests", "failedTests"};
	const struct att_value *result;
	(void)version;
	int status = att_field_choice(f, predicate, "result", results, &result);
	if (status == ATT_OK)
		status = att_field_list(f, predicate, "configuration", ATT_REQUIRED, att_field_is_resource);
	if (status == ATT_OK)
		status = att_field_uri(f, predicate, "url", ATT_OPTIONAL);
	for (size_t i = 0; status == ATT_OK && i < 3; i++)
		status = att_field_list(f, predicate, lists[i], ATT_OPTIONAL, att_field_is_text);
	return status;
}

const struct att_predicate_type att_predicate_test_result = {
	.name = "test-result",
	.uri = "https://in-toto.io/attestation/test-result/v0.1",
	.title = "a test result",
	.check = check_test_result,
};

/* ---- vulnerabilities ---- */

static int check_severity(const struct att_predicate_fields *f, const struct att_value *item)
{
	int status = att_field_is_object(f, item);
	if (status == ATT_OK)
		status = att_field_text(f, item, "method", ATT_REQUIRED, NULL);
	if (status == ATT_OK)
		status = att_field_text(f, item, "score", ATT_REQUIRED, NULL);
	return status;
}

static int check_vulnerability(const struct att_predicate_fields *f, const struct att_value *item)
{
	int status = att_field_is_object(f, item);
	if (status == ATT_OK)
		status = att_field_text(f, item, "id", ATT_REQUIRED, NULL);
	if (status == ATT_OK)
		status = att_field_list(f, item, "severity", ATT_REQUIRED, check_severity);
	if (status == ATT_OK)
		status = att_field_list(f, item, "annotations", ATT_OPTIONAL, att_field_is_object);
	return status;
}

/* The text of 0.1 has a level more than its example, and both are in use. */
static int check_vulnerability_v01(const struct att_predicate_fields *f, const struct att_value *item)
{
	const struct att_value *inner = att_value_get(item, "vulnerability");
	return check_vulnerability(f, inner ? inner : item);
}

static int check_database(const struct att_predicate_fields *f, const struct att_value *scanner)
{
	const struct att_value *database;
	int64_t updated;
	int status = att_field(f, scanner, "db", ATT_OBJECT, ATT_REQUIRED, &database);
	if (status == ATT_OK)
		status = att_field_uri(f, database, "uri", ATT_OPTIONAL);
	if (status == ATT_OK)
		status = att_field_text(f, database, "version", ATT_OPTIONAL, NULL);
	if (status == ATT_OK)
		status = att_field_time(f, database, "lastUpdate", ATT_REQUIRED, &updated);
	return status;
}

static int check_metadata(const struct att_predicate_fields *f, const struct att_value *predicate)
{
	const struct att_value *metadata;
	int64_t started = 0, finished = 0;
	int status = att_field(f, predicate, "metadata", ATT_OBJECT, ATT_REQUIRED, &metadata);
	if (status == ATT_OK)
		status = att_field_time(f, metadata, "scanStartedOn", ATT_REQUIRED, &started);
	if (status == ATT_OK)
		status = att_field_time(f, metadata, "scanFinishedOn", ATT_REQUIRED, &finished);
	if (status == ATT_OK && finished < started)
		return att_source_err(f->source, f->err, ATT_ERR_MALFORMED,
				      att_value_get(metadata, "scanFinishedOn")->span,
				      "expected a scan that finished after it started, found the contrary");
	return status;
}

static int check_scan(const struct att_predicate_fields *f, const struct att_value *predicate,
		      att_field_fn each)
{
	const struct att_value *scanner;
	int status = att_field(f, predicate, "scanner", ATT_OBJECT, ATT_REQUIRED, &scanner);
	if (status == ATT_OK)
		status = att_field_uri(f, scanner, "uri", ATT_REQUIRED);
	if (status == ATT_OK)
		status = att_field_text(f, scanner, "version", ATT_OPTIONAL, NULL);
	if (status == ATT_OK)
		status = check_database(f, scanner);
	if (status == ATT_OK)
		status = att_field_list(f, scanner, "result", ATT_REQUIRED, each);
	if (status == ATT_OK)
		status = check_metadata(f, predicate);
	return status;
}

static int check_vulns(const struct att_predicate_fields *f, const struct att_value *predicate,
		       struct att_str version)
{
	(void)version;
	return check_scan(f, predicate, check_vulnerability);
}

static int check_vulns_v01(const struct att_predicate_fields *f, const struct att_value *predicate,
			   struct att_str version)
{
	(void)version;
	return check_scan(f, predicate, check_vulnerability_v01);
}

const struct att_predicate_type att_predicate_vulns = {
	.name = "vulns",
	.uri = "https://in-toto.io/attestation/vulns/v0.2",
	.title = "a vulnerability scan",
	.check = check_vulns,
};

const struct att_predicate_type att_predicate_vulns_v01 = {
	.uri = "https://in-toto.io/attestation/vulns/v0.1",
	.title = "a vulnerability scan",
	.check = check_vulns_v01,
};
