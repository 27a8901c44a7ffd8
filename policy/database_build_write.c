// SPDX-License-Identifier: Apache-2.0
/* Writing an advisory database: into memory first, so that the file appears whole or not at all. */
#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/base.h"
#include "policy/database_build_internal.h"
#include "policy/database_codec.h"
#include "policy/database_pages.h"
#include "policy/database_schema.h"

#include "libattest/base/banned.h"

struct writer {
	struct policy_build *build;
	sqlite3 *sql;
	struct policy_build_family *families;
	size_t family_count;
	uint32_t *family_of_id;
	uint32_t *rank; /* of an ecosystem in byte order */
	struct att_err *err;
};

static int fail(struct writer *w)
{
	int code = w->sql ? sqlite3_errcode(w->sql) : SQLITE_NOMEM;
	if (code == SQLITE_NOMEM)
		return att_err_memory(w->err);
	if (code == SQLITE_TOOBIG || code == SQLITE_FULL)
		return att_err_set(w->err, ATT_ERR_LIMIT, "expected at most %zu MB of advisories, found more",
				   POLICY_MAX_DATABASE >> 20);
	return att_err_set(w->err, ATT_ERR_IO, "cannot write the advisory database: %s",
			   sqlite3_errmsg(w->sql));
}

static int run_sql(struct writer *w, const char *text)
{
	return sqlite3_exec(w->sql, text, NULL, NULL, NULL) == SQLITE_OK ? ATT_OK : fail(w);
}

/* ---- rows: a failed binding leaves a mark that the step finds ---- */

struct rows {
	struct writer *w;
	sqlite3_stmt *statement;
	bool failed;
};

static void rows_begin(struct rows *rows, struct writer *w, const char *insert)
{
	*rows = (struct rows){.w = w};
	rows->failed = sqlite3_prepare_v2(w->sql, insert, -1, &rows->statement, NULL) != SQLITE_OK;
}

static void put_number(struct rows *rows, int at, uint64_t number)
{
	rows->failed |= sqlite3_bind_int64(rows->statement, at, (sqlite3_int64)number) != SQLITE_OK;
}

static void put_text(struct rows *rows, int at, struct att_str text)
{
	rows->failed |= sqlite3_bind_text64(rows->statement, at, text.data ? text.data : "", text.len,
					    SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK;
}

static void put_bytes(struct rows *rows, int at, const void *bytes, size_t len)
{
	rows->failed |= sqlite3_bind_blob64(rows->statement, at, bytes, len, SQLITE_STATIC) != SQLITE_OK;
}

static void row_end(struct rows *rows)
{
	if (rows->failed)
		return;
	rows->failed = sqlite3_step(rows->statement) != SQLITE_DONE;
	if (!rows->failed)
		sqlite3_reset(rows->statement);
}

static int rows_end(struct rows *rows)
{
	int status = rows->failed ? fail(rows->w) : ATT_OK;
	sqlite3_finalize(rows->statement);
	return status;
}

/* ---- tables ---- */

static int write_advisories(struct writer *w)
{
	struct rows rows;
	rows_begin(&rows, w, "INSERT INTO advisory VALUES(?1, ?2, ?3, ?4, ?5)");
	for (size_t i = 0; i < w->build->count && !rows.failed; i++) {
		const struct policy_build_item *item = &w->build->items[i];
		put_number(&rows, 1, i);
		put_number(&rows, 2, w->build->sources[item->source].number);
		put_number(&rows, 3, item->family);
		put_bytes(&rows, 4, item->digest, sizeof item->digest);
		put_bytes(&rows, 5, item->record.data, item->record.len);
		row_end(&rows);
	}
	return rows_end(&rows);
}

struct affected {
	const struct policy_build_part *part;
	uint32_t ecosystem, advisory;
};

static int by_key(const void *a, const void *b)
{
	const struct affected *x = a, *y = b;
	if (x->ecosystem != y->ecosystem)
		return x->ecosystem < y->ecosystem ? -1 : 1;
	int order = att_str_compare(x->part->key, y->part->key);
	return order ? order : x->advisory < y->advisory ? -1 : 1;
}

static int write_affected(struct writer *w, uint64_t *packages)
{
	struct policy_build *build = w->build;
	struct rows rows;
	size_t count = 0, total = 0;
	for (size_t i = 0; i < build->count; i++)
		total += build->items[i].part_count;
	struct affected *all = calloc(total + 1, sizeof *all);
	if (!all)
		return att_err_memory(w->err);
	for (size_t i = 0; i < build->count; i++)
		for (size_t j = 0; j < build->items[i].part_count; j++) {
			const struct policy_build_part *part = &build->items[i].parts[j];
			all[count++] = (struct affected){part, w->rank[part->ecosystem], (uint32_t)i};
		}
	/* In the order of the key every row goes to the end of the tree, which leaves no gaps. */
	qsort(all, count, sizeof *all, by_key);
	rows_begin(&rows, w, "INSERT INTO affected VALUES(?1, ?2, ?3, ?4)");
	for (size_t i = 0; i < count && !rows.failed; i++) {
		*packages += i == 0 || all[i].ecosystem != all[i - 1].ecosystem ||
			     !att_str_equal(all[i].part->key, all[i - 1].part->key);
		put_number(&rows, 1, all[i].ecosystem);
		put_text(&rows, 2, all[i].part->key);
		put_number(&rows, 3, all[i].advisory);
		put_bytes(&rows, 4, all[i].part->entries.data, all[i].part->entries.len);
		row_end(&rows);
	}
	free(all);
	return rows_end(&rows);
}

static int by_string(const void *a, const void *b, void *strings)
{
	const struct att_intern *table = strings;
	return att_str_compare(att_intern_str(table, *(const uint32_t *)a),
			       att_intern_str(table, *(const uint32_t *)b));
}

/* Positions of a table's strings in byte order, in the build's arena; NULL when memory is out. */
static uint32_t *sort_strings(struct policy_build *build, struct att_intern *table)
{
	uint32_t *order = att_arena_alloc(&build->arena, table->count, sizeof *order);
	if (!order)
		return NULL;
	for (uint32_t i = 0; i < table->count; i++)
		order[i] = i;
	if (table->count > 0)
		qsort_r(order, table->count, sizeof *order, by_string, table);
	return order;
}

static int write_ecosystems(struct writer *w)
{
	struct att_intern *table = &w->build->ecosystems;
	struct rows rows;
	bool *covered;
	uint32_t *order = sort_strings(w->build, table);
	w->rank = att_arena_alloc(&w->build->arena, table->count, sizeof *w->rank);
	int status = policy_build_cover(w->build, &covered, w->err);
	if (status != ATT_OK || !order || !w->rank)
		return att_err_memory(w->err);
	rows_begin(&rows, w, "INSERT INTO ecosystem VALUES(?1, ?2, ?3)");
	for (uint32_t i = 0; i < table->count && !rows.failed; i++) {
		w->rank[order[i]] = i;
		put_number(&rows, 1, i);
		put_text(&rows, 2, att_intern_str(table, order[i]));
		put_number(&rows, 3, covered[order[i]]);
		row_end(&rows);
	}
	return rows_end(&rows);
}

static int write_families(struct writer *w)
{
	struct att_intern *ids = &w->build->ids;
	struct rows rows;
	rows_begin(&rows, w, "INSERT INTO family VALUES(?1, ?2, ?3, ?4)");
	for (size_t i = 0; i < w->family_count && !rows.failed; i++) {
		put_number(&rows, 1, i);
		put_text(&rows, 2, att_intern_str(ids, w->families[i].id));
		put_number(&rows, 3, w->families[i].first);
		put_number(&rows, 4, w->families[i].last);
		row_end(&rows);
	}
	int status = rows_end(&rows);
	uint32_t *order = sort_strings(w->build, ids);
	if (status != ATT_OK || !order)
		return status != ATT_OK ? status : att_err_memory(w->err);
	rows_begin(&rows, w, "INSERT INTO alias VALUES(?1, ?2)");
	for (size_t i = 0; i < ids->count && !rows.failed; i++) {
		if (w->family_of_id[order[i]] == UINT32_MAX)
			continue;
		put_text(&rows, 1, att_intern_str(ids, order[i]));
		put_number(&rows, 2, w->family_of_id[order[i]]);
		row_end(&rows);
	}
	return rows_end(&rows);
}

static void count_records(struct policy_build *build)
{
	for (size_t i = 0; i < build->count; i++) {
		struct policy_build_source *source = &build->sources[build->items[i].source];
		source->records++;
		source->withdrawn += build->items[i].withdrawn;
		if (build->items[i].stated > source->newest)
			source->newest = build->items[i].stated;
	}
}

static int write_source(struct writer *w, struct rows *rows, struct policy_build_source *source)
{
	struct att_buf problems;
	const struct policy_strings list = {source->problems, source->problem_count};
	att_buf_init(&problems, POLICY_DATABASE_MAX_VALUE - 4096);
	policy_encode_strings(&list, &problems);
	int status = policy_build_digest(w->build, source - w->build->sources, source->digest, w->err);
	if (status == ATT_OK && !att_buf_ok(&problems))
		status = att_err_memory(w->err);
	if (status == ATT_OK) {
		put_number(rows, 1, source->number);
		put_text(rows, 2, source->origin);
		put_bytes(rows, 3, source->digest, sizeof source->digest);
		put_number(rows, 4, (uint64_t)source->checked);
		put_text(rows, 5, source->etag);
		put_number(rows, 6, source->records);
		put_number(rows, 7, source->withdrawn);
		put_number(rows, 8, source->unreadable);
		put_bytes(rows, 9, problems.data, problems.len);
		put_number(rows, 10, (uint64_t)source->newest);
		row_end(rows);
	}
	att_buf_clear(&problems);
	return status;
}

static int write_sources(struct writer *w)
{
	struct rows rows;
	int status = ATT_OK;
	count_records(w->build);
	rows_begin(&rows, w, "INSERT INTO source VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
	for (size_t i = 0; i < w->build->source_count && status == ATT_OK && !rows.failed; i++)
		status = write_source(w, &rows, &w->build->sources[i]);
	int rows_status = rows_end(&rows);
	return status == ATT_OK ? rows_status : status;
}

static int write_meta(struct writer *w, int64_t now, uint64_t packages)
{
	struct rows rows;
	unsigned char digest[POLICY_DIGEST];
	uint64_t withdrawn = 0;
	for (size_t i = 0; i < w->build->count; i++)
		withdrawn += w->build->items[i].withdrawn;
	const struct {
		const char *name;
		uint64_t number;
	} numbers[] = {{"advisories", w->build->count},
		       {"built", (uint64_t)now},
		       {"families", w->family_count},
		       {"packages", packages},
		       {"withdrawn", withdrawn}};
	int status = policy_build_digest(w->build, -1, digest, w->err);
	if (status != ATT_OK)
		return status;
	rows_begin(&rows, w, "INSERT INTO meta VALUES(?1, ?2)");
	put_text(&rows, 1, ATT_STR("digest"));
	put_bytes(&rows, 2, digest, sizeof digest);
	row_end(&rows);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		put_text(&rows, 1, att_str_of(numbers[i].name));
		put_number(&rows, 2, numbers[i].number);
		row_end(&rows);
	}
	return rows_end(&rows);
}

static int write_tables(struct writer *w, int64_t now)
{
	uint64_t packages = 0;
	char start[200];
	int reserved = POLICY_PAGE_RESERVED;
	snprintf(start, sizeof start,
		 "PRAGMA page_size=%d; PRAGMA application_id=%d; PRAGMA user_version=%d; BEGIN", POLICY_PAGE,
		 POLICY_DATABASE_APPLICATION, POLICY_DATABASE_VERSION);
	if (sqlite3_file_control(w->sql, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved) != SQLITE_OK)
		return fail(w);
	int status = run_sql(w, start);
	for (size_t i = 0; status == ATT_OK && policy_database_tables[i]; i++)
		status = run_sql(w, policy_database_tables[i]);
	if (status == ATT_OK)
		status = write_ecosystems(w);
	if (status == ATT_OK)
		status = write_advisories(w);
	if (status == ATT_OK)
		status = write_affected(w, &packages);
	if (status == ATT_OK)
		status = write_families(w);
	if (status == ATT_OK)
		status = write_sources(w);
	if (status == ATT_OK)
		status = write_meta(w, now, packages);
	return status == ATT_OK ? run_sql(w, "COMMIT") : status;
}

/* ---- the file ---- */

static int by_origin(const void *a, const void *b, void *context)
{
	const struct policy_build *build = context;
	return att_str_compare(build->sources[*(const uint32_t *)a].origin,
			       build->sources[*(const uint32_t *)b].origin);
}

/* Sources are numbered in the order of their names, whoever came first. */
static int number_sources(struct policy_build *build, struct att_err *err)
{
	uint32_t *order = att_arena_alloc(&build->arena, build->source_count, sizeof *order);
	struct policy_build_source *sorted =
		att_arena_alloc(&build->arena, build->source_count, sizeof *sorted);
	if (!order || !sorted)
		return att_err_memory(err);
	for (uint32_t i = 0; i < build->source_count; i++)
		order[i] = i;
	if (build->source_count > 0)
		qsort_r(order, build->source_count, sizeof *order, by_origin, build);
	for (uint32_t i = 0; i < build->source_count; i++)
		build->sources[order[i]].number = i;
	for (size_t i = 0; i < build->count; i++)
		build->items[i].source = build->sources[build->items[i].source].number;
	for (uint32_t i = 0; i < build->source_count; i++)
		sorted[i] = build->sources[order[i]];
	build->sources = sorted;
	build->source_capacity = build->source_count;
	return ATT_OK;
}

int policy_build_finish(struct policy_build *build, int64_t now, struct att_buf *out, struct att_err *err)
{
	struct writer w = {.build = build, .err = err};
	sqlite3_int64 size = 0;
	unsigned char *bytes = NULL;
	if (build->finished)
		return att_err_set(err, ATT_ERR_USAGE, "the advisory database is written already");
	build->finished = true;
	int status = number_sources(build, err);
	if (status == ATT_OK)
		status = policy_build_order(build, &w.families, &w.family_count, &w.family_of_id, err);
	if (status == ATT_OK && sqlite3_open(":memory:", &w.sql) != SQLITE_OK)
		status = fail(&w);
	if (status == ATT_OK)
		status = write_tables(&w, now);
	if (status == ATT_OK) {
		bytes = sqlite3_serialize(w.sql, "main", &size, 0);
		if (!bytes)
			status = att_err_memory(err);
	}
	if (status == ATT_OK) {
		policy_pages_seal(bytes, (size_t)size);
		att_buf_add(out, (struct att_str){(const char *)bytes, (size_t)size});
		if (!att_buf_ok(out))
			status = out->starved ? att_err_memory(err)
					      : att_err_set(err, ATT_ERR_LIMIT,
							    "expected at most %zu MB of advisories, found more",
							    out->max >> 20);
	}
	sqlite3_free(bytes);
	sqlite3_close(w.sql);
	return status;
}
