// SPDX-License-Identifier: Apache-2.0
#include "policy/quote.h"

#include <unistd.h>

#include "libattest/base/base.h"
#include "libattest/base/beneath.h"
#include "libattest/base/file.h"
#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

static bool needs_quote(const struct att_finding *finding)
{
	return finding->file.len > 0 && finding->place.line > 0 && finding->source_line.len == 0 &&
	       finding->place.end_line == 0;
}

static bool load(int folder, struct att_str path, struct att_buf *text, struct att_arena *arena,
		 struct att_source *source)
{
	struct att_err err;
	int fd = -1;
	bool loaded = att_open_beneath(folder, path, 0, &fd, &err) == ATT_OK &&
		      att_file_read_fd(fd, "a lockfile", text, &err) == ATT_OK &&
		      att_source_init(source, arena, path, att_buf_str(text), &err) == ATT_OK;
	if (fd >= 0)
		close(fd);
	return loaded;
}

static void quote(struct att_findings *findings, struct att_finding *finding, const struct att_source *source)
{
	struct att_str line = att_source_line_text(source, finding->place.line);
	struct att_str shown = att_str_trim(line);
	if (shown.len == 0 || line.len > ATT_MAX_QUOTED_LINE)
		return;
	line = att_arena_copy(&findings->arena, line);
	if (!line.data)
		return;
	size_t before = (size_t)(shown.data - att_source_line_text(source, finding->place.line).data);
	finding->source_line = line;
	finding->place.column = (uint32_t)att_utf8_count(att_str_first(line, before)) + 1;
	finding->place.end_line = finding->place.line;
	finding->place.end_column = finding->place.column + (uint32_t)att_utf8_count(shown);
}

void policy_quote(int folder, struct att_findings *findings)
{
	struct att_buf text;
	struct att_arena arena;
	struct att_source source;
	struct att_str path = {NULL, 0};
	bool loaded = false;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	att_arena_init(&arena);
	for (size_t i = 0; i < findings->count; i++) {
		struct att_finding *finding = &findings->items[i];
		if (!needs_quote(finding))
			continue;
		if (!path.data || !att_str_equal(path, finding->file)) {
			path = finding->file;
			att_arena_clear(&arena);
			loaded = load(folder, path, &text, &arena, &source);
		}
		if (loaded)
			quote(findings, finding, &source);
	}
	att_arena_clear(&arena);
	att_buf_clear(&text);
}
