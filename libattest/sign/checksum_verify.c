// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/checksum_verify.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "libattest/base/pool.h"

#include "libattest/base/banned.h"

enum { KINDS = ATT_MD5 + 1 };

/* A file and the lines about it: a stretch of list->by_name. */
struct file {
	size_t first, count;
	int status; /* of reading it */
	char *why;  /* its message, owned; NULL also when memory was out */
	uint64_t bytes;
};

struct run {
	const struct att_checksum_request *request;
	struct file *files;
	size_t file_count;
	struct att_digest *found; /* by line */
	size_t *file_of;          /* by line; SIZE_MAX: not looked at */
};

static int digest_file(const struct run *run, struct file *file, struct att_err *err)
{
	const struct att_checksums *list = run->request->list;
	const uint32_t *lines = &list->by_name[file->first];
	struct att_str name = list->items[lines[0]].name;
	struct att_digest_job jobs[KINDS];
	char text[PATH_MAX];
	struct stat st;
	int fd, status = att_open_beneath(run->request->folder, name, 0, &fd, err);
	if (status != ATT_OK)
		return status;
	memcpy(text, name.data, name.len); /* shorter than PATH_MAX, since it could be opened */
	text[name.len] = '\0';
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		status = att_err_set(err, ATT_ERR_REFUSED, "expected a regular file, found %s at %s",
				     S_ISDIR(st.st_mode) ? "a folder" : "a special file", text);
	} else {
		for (size_t i = 0; i < file->count; i++)
			jobs[i] = (struct att_digest_job){.kind = list->items[lines[i]].digest.kind};
		status = att_digest_run(fd, text, jobs, file->count, run->request->progress, &file->bytes, err);
		for (size_t i = 0; status == ATT_OK && i < file->count; i++)
			run->found[lines[i]] = jobs[i].digest;
	}
	close(fd);
	return status;
}

/* Called from several threads, each with other files. */
static void work(void *context, size_t i)
{
	const struct run *run = context;
	struct att_err err;
	struct file *file = &run->files[i];
	file->status = digest_file(run, file, &err);
	if (file->status != ATT_OK && file->status != ATT_ERR_NOT_FOUND)
		file->why = strdup(err.message);
}

/* --- which files --------------------------------------------------------------------------------------- */

static void add_file(struct run *run, size_t first, size_t count)
{
	const struct att_checksums *list = run->request->list;
	/* Asked for twice. */
	if (run->file_of[list->by_name[first]] != SIZE_MAX)
		return;
	for (size_t i = first; i < first + count; i++)
		run->file_of[list->by_name[i]] = run->file_count;
	run->files[run->file_count++] = (struct file){.first = first, .count = count};
}

static void add_unlisted(const struct att_checksum_request *request, struct att_str name,
			 struct att_findings *findings, struct att_checksum_summary *summary)
{
	struct att_finding finding = {
		.code = "unlisted-file",
		.severity = ATT_ERROR,
		.message = ATT_STR("the manifest says nothing about this file"),
		.file = request->source->path,
		.artifact = name,
	};
	att_findings_add(findings, &finding);
	summary->unlisted++;
}

static void choose_files(struct run *run, struct att_findings *findings, struct att_checksum_summary *summary)
{
	const struct att_checksum_request *request = run->request;
	const struct att_checksums *list = request->list;
	for (size_t i = 0; i < request->name_count; i++) {
		size_t count, first = att_checksum_find(list, request->names[i], &count);
		if (count)
			add_file(run, first, count);
		else
			add_unlisted(request, request->names[i], findings, summary);
	}
	for (size_t i = 0, count; request->name_count == 0 && i < list->count; i += count) {
		struct att_str name = list->items[list->by_name[i]].name;
		for (count = 1; i + count < list->count; count++)
			if (!att_str_equal(name, list->items[list->by_name[i + count]].name))
				break;
		add_file(run, i, count);
	}
}

/* --- what is said -------------------------------------------------------------------------------------- */

struct words {
	char expected[ATT_DIGEST_TEXT + 16], found[ATT_DIGEST_TEXT + 16];
};

static struct att_str describe(const struct att_digest *digest, char out[static ATT_DIGEST_TEXT + 16])
{
	char hex[ATT_DIGEST_TEXT + 1];
	size_t len = strlen(att_digest_name(digest->kind));
	att_digest_hex(digest, hex);
	memcpy(out, att_digest_name(digest->kind), len);
	out[len] = ':';
	memcpy(out + len + 1, hex, strlen(hex) + 1);
	return att_str_of(out);
}

/* Completes a finding with its place and subject. */
static void add_about_line(const struct run *run, size_t line, struct att_finding finding,
			   struct att_findings *findings)
{
	const struct att_source *source = run->request->source;
	const struct att_checksum *entry = &run->request->list->items[line];
	struct words words;
	finding.file = source->path;
	finding.place = att_source_place(source, entry->name_at);
	finding.source_line = att_source_line_text(source, finding.place.line);
	finding.artifact = entry->name;
	if (run->found[line].kind) {
		finding.expected = describe(&entry->digest, words.expected);
		finding.found = describe(&run->found[line], words.found);
	}
	att_findings_add(findings, &finding);
}

static void add_mismatch(const struct run *run, size_t line, struct att_findings *findings)
{
	const struct att_finding finding = {
		.code = "checksum-mismatch",
		.severity = ATT_ERROR,
		.message = ATT_STR("the file is not the one that the manifest was made of"),
	};
	add_about_line(run, line, finding, findings);
}

static void add_missing(const struct run *run, size_t line, struct att_findings *findings)
{
	bool ignored = run->request->ignore_missing;
	const struct att_finding finding = {
		.code = "missing-file",
		.severity = ignored ? ATT_NOTE : ATT_ERROR,
		.message = ignored ? ATT_STR("the file is not there and was not looked at")
				   : ATT_STR("the file is not there"),
	};
	add_about_line(run, line, finding, findings);
}

static void add_unreadable(const struct run *run, size_t line, struct att_findings *findings)
{
	const struct file *file = &run->files[run->file_of[line]];
	struct att_err err = {.code = file->status};
	att_err_set_at(&err, file->status,
		       att_source_place(run->request->source, run->request->list->items[line].name_at), "%s",
		       file->why ? file->why : "out of memory");
	att_findings_add_err(findings, run->request->source->path, run->request->source, &err);
}

/* Says of one line what became of it, and counts it. */
static void judge(const struct run *run, size_t line, struct att_steps *steps, struct att_findings *findings,
		  struct att_checksum_summary *summary)
{
	const struct att_checksum *entry = &run->request->list->items[line];
	const struct file *file = &run->files[run->file_of[line]];
	struct words words;
	struct att_step step = {.name = "digest",
				.artifact = entry->name,
				.expected = describe(&entry->digest, words.expected)};
	if (file->status == ATT_OK) {
		bool equal = att_digest_equal(&entry->digest, &run->found[line]);
		step.outcome = equal ? ATT_HOLDS : ATT_REFUTED;
		step.found = describe(&run->found[line], words.found);
		summary->matched += equal;
		summary->mismatched += !equal;
		if (!equal)
			add_mismatch(run, line, findings);
	} else if (file->status == ATT_ERR_NOT_FOUND) {
		add_missing(run, line, findings);
		if (run->request->ignore_missing) {
			summary->skipped++;
			return;
		}
		step.outcome = ATT_REFUTED;
		step.found = ATT_STR("no such file");
		summary->missing++;
	} else {
		step.outcome = ATT_CANNOT_TELL;
		step.found = att_str_of(file->why);
		summary->unreadable++;
		add_unreadable(run, line, findings);
	}
	att_steps_add(steps, &step);
}

/* That weak digests were taken at all is worth a warning, one for each kind. */
static void warn_weak(const struct run *run, struct att_findings *findings)
{
	bool warned[KINDS] = {false};
	for (size_t i = 0; i < run->request->list->count; i++) {
		enum att_digest_kind kind = run->request->list->items[i].digest.kind;
		if (run->file_of[i] == SIZE_MAX || !att_digest_is_weak(kind) || warned[kind])
			continue;
		warned[kind] = true;
		const struct att_finding finding = {
			.code = "weak-digest",
			.severity = ATT_WARNING,
			.message =
				kind == ATT_MD5
					? ATT_STR("MD5 can be forged: a match says nothing about an attack")
					: ATT_STR("SHA-1 can be forged: a match says nothing about an attack"),
		};
		add_about_line(run, i, finding, findings);
	}
}

int att_checksum_verify(const struct att_checksum_request *request, struct att_steps *steps,
			struct att_findings *findings, struct att_checksum_summary *summary,
			struct att_err *err)
{
	size_t count = request->list->count;
	struct run run = {.request = request};
	int status = ATT_OK;
	run.files = calloc(count + 1, sizeof *run.files);
	run.found = calloc(count + 1, sizeof *run.found);
	run.file_of = calloc(count + 1, sizeof *run.file_of);
	if (!run.files || !run.found || !run.file_of) {
		status = att_err_memory(err);
		goto out;
	}
	for (size_t i = 0; i < count; i++)
		run.file_of[i] = SIZE_MAX;
	choose_files(&run, findings, summary);
	warn_weak(&run, findings);
	att_pool_run(request->jobs, run.file_count, work, &run);
	for (size_t i = 0; i < count; i++)
		if (run.file_of[i] != SIZE_MAX)
			judge(&run, i, steps, findings, summary);
	for (size_t i = 0; i < run.file_count; i++)
		summary->bytes += run.files[i].bytes;
out:
	for (size_t i = 0; i < run.file_count; i++)
		free(run.files[i].why);
	free(run.files);
	free(run.found);
	free(run.file_of);
	return status;
}

enum att_outcome att_checksum_outcome(const struct att_checksum_summary *summary)
{
	if (summary->mismatched + summary->missing + summary->unlisted + summary->extra > 0)
		return ATT_REFUTED;
	return summary->unreadable > 0 || summary->matched == 0 ? ATT_CANNOT_TELL : ATT_HOLDS;
}
