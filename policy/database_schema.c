// SPDX-License-Identifier: Apache-2.0
#include "policy/database_schema.h"

#include <stddef.h>

#include "libattest/base/banned.h"

/* A file is one of ours only when these statements, to the letter, are all that its schema holds: then no view,
 * trigger, virtual table or generated column can do anything when it is read. */
const char *const policy_database_tables[] = {
	"CREATE TABLE advisory(number INTEGER PRIMARY KEY, source INTEGER NOT NULL, family INTEGER NOT NULL, "
	"digest BLOB NOT NULL, record BLOB NOT NULL)",
	"CREATE TABLE affected(ecosystem INTEGER NOT NULL, name TEXT NOT NULL, advisory INTEGER NOT NULL, "
	"entries BLOB NOT NULL, PRIMARY KEY(ecosystem, name, advisory)) WITHOUT ROWID",
	"CREATE INDEX affected_by_advisory ON affected(advisory)",
	"CREATE TABLE alias(id TEXT PRIMARY KEY, family INTEGER NOT NULL) WITHOUT ROWID",
	"CREATE TABLE ecosystem(number INTEGER PRIMARY KEY, name TEXT NOT NULL, covered INTEGER NOT NULL)",
	"CREATE TABLE family(number INTEGER PRIMARY KEY, id TEXT NOT NULL, first INTEGER NOT NULL, "
	"last INTEGER NOT NULL)",
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
	"CREATE TABLE source(number INTEGER PRIMARY KEY, origin TEXT NOT NULL, digest BLOB NOT NULL, "
	"checked INTEGER NOT NULL, etag TEXT NOT NULL, records INTEGER NOT NULL, withdrawn INTEGER NOT NULL, "
	"unreadable INTEGER NOT NULL, problems BLOB NOT NULL, newest INTEGER NOT NULL)",
	NULL,
};
