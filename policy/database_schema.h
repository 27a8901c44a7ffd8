// SPDX-License-Identifier: Apache-2.0
/* The tables of the advisory database, for its reader and its writer alone. */
#ifndef POLICY_DATABASE_SCHEMA_H
#define POLICY_DATABASE_SCHEMA_H

#include <stdint.h>

enum {
	POLICY_DATABASE_APPLICATION = 0x61747464, /* "attd" */
	POLICY_DATABASE_VERSION = 3,
	/* Bytes of one value: a kernel's CVE lists some 100,000 versions. */
	POLICY_DATABASE_MAX_VALUE = 64 << 20,
	POLICY_DATABASE_MAX_SOURCES = 1000,
	/* OSV has some 700 with the releases of the distributions. */
	POLICY_DATABASE_MAX_ECOSYSTEMS = 100000,
};

/* In the order of their names, as sqlite_schema gives them back. */
extern const char *const policy_database_tables[];

#endif
