// SPDX-License-Identifier: Apache-2.0
/* attest-inspect: statements and SBOMs. Everything is shown as it stands, whether a verifier would take it or
 * not. */
#include "cmd/inspect.h"
#include "libattest/statement/predicate.h"
#include "libattest/statement/provenance_read.h"
#include "libattest/statement/summary.h"

#include "libattest/base/banned.h"

/* What is worth showing of a document: members by their path, keys joined by dots. */
enum what {
	PLAIN,     /* text, number or boolean; else the value as JSON */
	COUNT,     /* how many items or members */
	JSON,      /* the value as it is */
	RESOURCES, /* a list of ResourceDescriptors: the first of them */
	TEXTS,     /* the same of a list of strings */
	DIGESTS,   /* a DigestSet */
};

struct row {
	const char *name;
	enum what what;
	const char *path;
};

struct table {
	const char *type; /* NULL: not by predicate type */
	const struct row *rows;
};

/* ---- which members ---- */

static const struct row provenance_v1[] = {
	{"builder", PLAIN, "runDetails.builder.id"},
	{"builder_version", JSON, "runDetails.builder.version"},
	{"build_type", PLAIN, "buildDefinition.buildType"},
	{"external_parameters", JSON, "buildDefinition.externalParameters"},
	{"internal_parameters", JSON, "buildDefinition.internalParameters"},
	{"invocation", PLAIN, "runDetails.metadata.invocationId"},
	{"started", PLAIN, "runDetails.metadata.startedOn"},
	{"finished", PLAIN, "runDetails.metadata.finishedOn"},
	{"dependencies", RESOURCES, "buildDefinition.resolvedDependencies"},
	{"byproducts", RESOURCES, "runDetails.byproducts"},
	{NULL, PLAIN, NULL},
};

static const struct row provenance_v02[] = {
	{"builder", PLAIN, "builder.id"},
	{"build_type", PLAIN, "buildType"},
	{"config_source", PLAIN, "invocation.configSource.uri"},
	{"config_digests", DIGESTS, "invocation.configSource.digest"},
	{"entry_point", PLAIN, "invocation.configSource.entryPoint"},
	{"external_parameters", JSON, "invocation.parameters"},
	{"environment", JSON, "invocation.environment"},
	{"invocation", PLAIN, "metadata.buildInvocationId"},
	{"started", PLAIN, "metadata.buildStartedOn"},
	{"finished", PLAIN, "metadata.buildFinishedOn"},
	{"reproducible", PLAIN, "metadata.reproducible"},
	{"dependencies", RESOURCES, "materials"},
	{NULL, PLAIN, NULL},
};

static const struct row summary[] = {
	{"verifier", PLAIN, "verifier.id"},
	{"verifier_version", JSON, "verifier.version"},
	{"time", PLAIN, "timeVerified"},
	{"resource", PLAIN, "resourceUri"},
	{"policy", PLAIN, "policy.uri"},
	{"policy_digests", DIGESTS, "policy.digest"},
	{"result", PLAIN, "verificationResult"},
	{"levels", TEXTS, "verifiedLevels"},
	{"dependency_levels", JSON, "dependencyLevels"},
	{"slsa_version", PLAIN, "slsaVersion"},
	{"attestations", RESOURCES, "inputAttestations"},
	{NULL, PLAIN, NULL},
};

static const struct row test_result[] = {
	{"result", PLAIN, "result"},
	{"url", PLAIN, "url"},
	{"configuration", RESOURCES, "configuration"},
	{"passed_tests", TEXTS, "passedTests"},
	{"warned_tests", TEXTS, "warnedTests"},
	{"failed_tests", TEXTS, "failedTests"},
	{NULL, PLAIN, NULL},
};

static const struct row vulns[] = {
	{"scanner", PLAIN, "scanner.uri"},
	{"scanner_version", PLAIN, "scanner.version"},
	{"database", PLAIN, "scanner.db.uri"},
	{"database_version", PLAIN, "scanner.db.version"},
	{"database_updated", PLAIN, "scanner.db.lastUpdate"},
	{"vulnerabilities", COUNT, "scanner.result"},
	{"started", PLAIN, "metadata.scanStartedOn"},
	{"finished", PLAIN, "metadata.scanFinishedOn"},
	{"result", JSON, "scanner.result"},
	{NULL, PLAIN, NULL},
};

static const struct row release[] = {
	{"purl", PLAIN, "purl"},
	{"package", PLAIN, "packageId"},
	{"release", PLAIN, "releaseId"},
	{NULL, PLAIN, NULL},
};

static const struct row cyclonedx[] = {
	{"format", PLAIN, "bomFormat"},
	{"format_version", PLAIN, "specVersion"},
	{"serial_number", PLAIN, "serialNumber"},
	{"name", PLAIN, "metadata.component.name"},
	{"version", PLAIN, "metadata.component.version"},
	{"purl", PLAIN, "metadata.component.purl"},
	{"created", PLAIN, "metadata.timestamp"},
	{"components", COUNT, "components"},
	{"vulnerabilities", COUNT, "vulnerabilities"},
	{NULL, PLAIN, NULL},
};

static const struct row spdx[] = {
	{"format_version", PLAIN, "spdxVersion"},
	{"name", PLAIN, "name"},
	{"document_namespace", PLAIN, "documentNamespace"},
	{"created", PLAIN, "creationInfo.created"},
	{"packages", COUNT, "packages"},
	{"files", COUNT, "files"},
	{"relationships", COUNT, "relationships"},
	{NULL, PLAIN, NULL},
};

static const struct row spdx3[] = {
	{"context", PLAIN, "@context"},
	{"elements", COUNT, "@graph"},
	{NULL, PLAIN, NULL},
};

static const struct table tables[] = {
	{ATT_PROVENANCE_V1, provenance_v1},
	{ATT_PROVENANCE_V02, provenance_v02},
	{ATT_SUMMARY_V1, summary},
	{"https://in-toto.io/attestation/test-result/v0.1", test_result},
	{"https://in-toto.io/attestation/vulns/v0.1", vulns},
	{"https://in-toto.io/attestation/vulns/v0.2", vulns},
	{"https://in-toto.io/attestation/release/v0.1", release},
	{"https://in-toto.io/attestation/release/v0.2", release},
};

static const struct row *sbom_rows(const struct att_value *document)
{
	return att_value_get(document, "bomFormat")     ? cyclonedx
	       : att_value_get(document, "spdxVersion") ? spdx
	       : att_value_get(document, "@graph")      ? spdx3
							: NULL;
}

static const struct row *rows_of(struct att_str type, const struct att_value *predicate)
{
	const struct att_predicate_type *known = att_predicate_type_find(type);
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		if (att_str_is(type, tables[i].type))
			return tables[i].rows;
	return known && known->sbom_media_type && predicate ? sbom_rows(predicate) : NULL;
}

/* ---- showing them ---- */

static const struct att_value *find(const struct att_value *value, const char *path)
{
	struct att_str rest = att_str_of(path), key;
	while (value && att_str_split(&rest, '.', &key))
		value = att_value_get_str(value, key);
	return value;
}

static void show_digests(struct att_arena *arena, struct inspect_node *parent, const char *name,
			 const struct att_value *set)
{
	struct inspect_node *list = inspect_list(arena, parent, name, set->count);
	for (uint32_t i = 0; i < set->count; i++)
		inspect_text(arena, list, NULL,
			     ATT_ARENA_JOIN(arena, set->members[i].key, ATT_STR(":"),
					    att_value_text(&set->members[i].value)));
}

static void show_resource(struct att_arena *arena, struct inspect_node *list, const struct att_value *item)
{
	const struct att_value *set = att_value_get(item, "digest");
	if (item->kind != ATT_OBJECT || (set && set->kind != ATT_OBJECT)) {
		inspect_json(arena, inspect_add(arena, list, INSPECT_GROUP, NULL), "value", item);
		return;
	}
	struct inspect_node *group = inspect_add(arena, list, INSPECT_GROUP, NULL);
	inspect_text(arena, group, "name", att_value_text(att_value_get(item, "name")));
	inspect_text(arena, group, "uri", att_value_text(att_value_get(item, "uri")));
	if (set && set->count > 0)
		show_digests(arena, group, "digests", set);
	inspect_json(arena, group, "annotations", att_value_get(item, "annotations"));
}

static void show_list(struct inspect_document *d, struct inspect_node *parent, const struct row *row,
		      const struct att_value *value)
{
	uint32_t most = d->run->all || value->count < INSPECT_SHOWN ? value->count : INSPECT_SHOWN;
	struct inspect_node *list = inspect_list(&d->arena, parent, row->name, value->count);
	for (uint32_t i = 0; list && i < most; i++) {
		const struct att_value *item = &value->items[i];
		if (row->what == RESOURCES)
			show_resource(&d->arena, list, item);
		else if (item->kind == ATT_STRING)
			inspect_text(&d->arena, list, NULL, item->string);
		else
			inspect_json(&d->arena, inspect_add(&d->arena, list, INSPECT_GROUP, NULL), "value",
				     item);
	}
}

static void show_row(struct inspect_document *d, struct inspect_node *parent, const struct row *row,
		     const struct att_value *value)
{
	bool list = value->kind == ATT_ARRAY, counted = list || value->kind == ATT_OBJECT;
	if (row->what == COUNT && counted)
		inspect_number(&d->arena, parent, row->name, value->count);
	else if ((row->what == RESOURCES || row->what == TEXTS) && list)
		show_list(d, parent, row, value);
	else if (row->what == PLAIN && value->kind == ATT_STRING)
		inspect_text(&d->arena, parent, row->name, value->string);
	else if (row->what == PLAIN && value->kind == ATT_BOOL)
		inspect_flag(&d->arena, parent, row->name, value->boolean);
	else if (row->what == DIGESTS && value->kind == ATT_OBJECT)
		show_digests(&d->arena, parent, row->name, value);
	else if (row->what != JSON || !counted || value->count > 0)
		inspect_json(&d->arena, parent, row->name, value);
}

static void show_rows(struct inspect_document *d, struct inspect_node *parent, const struct row *rows,
		      const struct att_value *document)
{
	for (; rows->name; rows++) {
		const struct att_value *value = find(document, rows->path);
		if (value)
			show_row(d, parent, rows, value);
	}
}

/* ---- statements ---- */

/* What a verifier takes from provenance, whatever the build type and version. */
static void show_build(struct inspect_document *d, struct inspect_node *parent, const struct att_source *source,
		       const struct att_statement *statement)
{
	struct att_provenance_facts facts;
	struct att_err err = {0};
	if (att_provenance_read(source, statement, &d->arena, &facts, &err) != ATT_OK) {
		inspect_warn(d, source, "what the build was cannot be told", &err);
		return;
	}
	if (!facts.type)
		return;
	struct inspect_node *group = inspect_add(&d->arena, parent, INSPECT_GROUP, "build");
	inspect_text(&d->arena, group, "kind", att_str_of(att_build_type_name(facts.type)));
	inspect_text(&d->arena, group, "source", facts.source);
	inspect_text(&d->arena, group, "ref", facts.ref);
	inspect_text(&d->arena, group, "commit", facts.commit);
	inspect_text(&d->arena, group, "workflow", facts.workflow);
	if (facts.dirty)
		inspect_flag(&d->arena, group, "dirty", true);
}

static void check_predicate(struct inspect_document *d, const struct att_source *source,
			    const struct att_statement *statement)
{
	struct att_err err = {0};
	struct att_summary read;
	bool known;
	int status = att_predicate_check(source, statement, &known, &err);
	if (status == ATT_OK && att_str_is(statement->predicate_type, ATT_SUMMARY_V1))
		status = att_summary_read(source, statement, &d->arena, &read, &err);
	if (status != ATT_OK)
		inspect_warn(d, source, "the predicate is not what its type demands", &err);
}

static int show_statement(struct inspect_document *d, struct inspect_node *parent,
			  const struct att_source *source, const struct att_value *document)
{
	static const struct row subjects = {"subjects", RESOURCES, "subject"};
	struct att_statement statement;
	struct att_err err = {0};
	int status = att_statement_parse(source, document, &d->arena, &statement, &err);
	if (status != ATT_OK)
		return inspect_fail(d, source, &err);
	inspect_text(&d->arena, parent, "statement_type", att_value_text(att_value_get(document, "_type")));
	show_row(d, parent, &subjects, att_value_get(document, "subject"));
	inspect_text(&d->arena, parent, "predicate_type", statement.predicate_type);
	const struct row *rows = rows_of(statement.predicate_type, statement.predicate);
	if (!rows) {
		inspect_json(&d->arena, parent, "predicate", statement.predicate);
	} else if (statement.predicate) {
		struct inspect_node *group = inspect_add(&d->arena, parent, INSPECT_GROUP, "predicate");
		if (att_provenance_is_type(statement.predicate_type))
			show_build(d, group, source, &statement);
		show_rows(d, group, rows, statement.predicate);
	}
	check_predicate(d, source, &statement);
	return ATT_OK;
}

bool inspect_known(struct inspect_document *d, struct inspect_node *parent, const struct att_source *source,
		   const struct att_value *document, int *status)
{
	const struct row *rows = sbom_rows(document);
	*status = ATT_OK;
	if (att_value_get(document, "_type"))
		*status = show_statement(d, parent, source, document);
	else if (rows)
		show_rows(d, inspect_add(&d->arena, parent, INSPECT_GROUP, "sbom"), rows, document);
	return rows || att_value_get(document, "_type");
}

int inspect_payload(struct inspect_document *d, struct inspect_node *parent, struct att_str bytes, bool in_toto)
{
	struct att_source *source = att_arena_alloc(&d->arena, 1, sizeof *source);
	struct att_value *document = att_arena_alloc(&d->arena, 1, sizeof *document);
	struct att_str name = ATT_ARENA_JOIN(&d->arena, d->source.path, ATT_STR(" (payload)"));
	struct att_err err = {0};
	int status;
	if (!source || !document || !name.data)
		return ATT_ERR_MEMORY; /* the arena remembers */
	if (!in_toto && !att_str_starts(att_str_trim(bytes), ATT_STR("{")))
		return ATT_OK;
	status = att_source_init(source, &d->arena, name, bytes, &err);
	if (status == ATT_OK)
		status = att_json_parse(source, &d->arena, document, &err);
	/* Nobody said that any other payload is JSON. */
	if (status != ATT_OK)
		return in_toto ? inspect_fail(d, source, &err) : ATT_OK;
	if (in_toto)
		return show_statement(d, parent, source, document);
	if (!sbom_rows(document) || !inspect_known(d, parent, source, document, &status))
		inspect_json(&d->arena, parent, "payload", document);
	return status;
}
