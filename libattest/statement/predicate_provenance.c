// SPDX-License-Identifier: Apache-2.0
/* SLSA provenance among other predicates: what its reader takes. */
#include "libattest/statement/predicate_fields.h"
#include "libattest/statement/provenance_read.h"

#include "libattest/base/banned.h"

static int check(const struct att_predicate_fields *f, const struct att_value *predicate, const char *type)
{
	const struct att_statement statement = {att_str_of(type), NULL, 0, predicate};
	struct att_arena arena = {0};
	struct att_provenance_facts facts;
	int status = att_provenance_read(f->source, &statement, &arena, &facts, f->err);
	att_arena_clear(&arena);
	return status;
}

static int check_v1(const struct att_predicate_fields *f, const struct att_value *predicate,
		    struct att_str version)
{
	(void)version;
	return check(f, predicate, ATT_PROVENANCE_V1);
}

static int check_v02(const struct att_predicate_fields *f, const struct att_value *predicate,
		     struct att_str version)
{
	(void)version;
	return check(f, predicate, ATT_PROVENANCE_V02);
}

const struct att_predicate_type att_predicate_provenance = {
	.uri = ATT_PROVENANCE_V1,
	.title = "SLSA provenance",
	.check = check_v1,
};

const struct att_predicate_type att_predicate_provenance_v02 = {
	.uri = ATT_PROVENANCE_V02,
	.title = "SLSA provenance",
	.check = check_v02,
};
