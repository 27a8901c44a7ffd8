// SPDX-License-Identifier: Apache-2.0
/* Workflow commands, which GitHub's runner turns into annotations. The runner takes any line that begins with
 * "::" for a command, and any that holds "##[" anywhere unless it is one with "::". So every line here is a
 * command of ours or begins with our name, and hostile text has neither line ends nor a way out of its place.
 */
#include "libattest/base/utf8.h"
#include "libattest/format/report_formats.h"
#include "libattest/format/report_internal.h"

#include "libattest/base/banned.h"

/* What the runner decodes: "%", CR and LF everywhere, ":" and "," in properties too. */
static void add_escaped(struct att_buf *out, struct att_str text, bool property)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '%')
			att_buf_add(out, ATT_STR("%25"));
		else if (c == '\r')
			att_buf_add(out, ATT_STR("%0D"));
		else if (c == '\n')
			att_buf_add(out, ATT_STR("%0A"));
		else if (property && c == ':')
			att_buf_add(out, ATT_STR("%3A"));
		else if (property && c == ',')
			att_buf_add(out, ATT_STR("%2C"));
		else
			att_buf_add_byte(out, c);
	}
}

static void add_text(struct att_buf *out, struct att_str text, bool property)
{
	struct att_buf visible;
	att_buf_init(&visible, out->max);
	att_utf8_add_visible(&visible, text);
	add_escaped(out, att_buf_str(&visible), property);
	out->failed |= !att_buf_ok(&visible);
	att_buf_clear(&visible);
}

static void add_labelled(struct att_buf *out, const char *label, struct att_str text)
{
	if (text.len == 0)
		return;
	att_buf_printf(out, "%%0A%s: ", label);
	add_text(out, text, false);
}

static void add_place(struct att_buf *out, const struct att_finding *f)
{
	const struct att_place *p = &f->place;
	if (f->file.len == 0)
		return;
	att_buf_add(out, ATT_STR("file="));
	add_text(out, f->file, true);
	att_buf_add_byte(out, ',');
	if (p->line == 0)
		return;
	att_buf_printf(out, "line=%u,", p->line);
	if (p->end_line > p->line) /* columns are for places within one line */
		att_buf_printf(out, "endLine=%u,", p->end_line);
	else if (p->column && p->end_column)
		att_buf_printf(out, "col=%u,endColumn=%u,", p->column, p->end_column);
}

static void add_command(struct att_buf *out, const struct att_finding *f)
{
	static const char *const commands[] = {
		[ATT_NOTE] = "notice", [ATT_WARNING] = "warning", [ATT_ERROR] = "error"};
	att_buf_printf(out, "::%s ", commands[f->severity]);
	add_place(out, f);
	att_buf_printf(out, "title=%s::", f->code);
	add_text(out, f->message, false);
	add_labelled(out, "component", f->purl);
	add_labelled(out, "artifact", f->artifact);
	add_labelled(out, "channel", f->channel);
	for (size_t i = 0; i < f->trail_count; i++)
		add_labelled(out, i == 0 ? "trail" : "  ->", f->trail[i]);
	add_labelled(out, "expected", f->expected);
	add_labelled(out, "found", f->found);
	add_labelled(out, "help", f->help);
	att_buf_add_byte(out, '\n');
}

void att_report_github(const struct att_report *report, struct att_buf *out)
{
	for (size_t i = 0; i < report->findings->count; i++)
		add_command(out, &report->findings->items[i]);
	att_report_add_verdict(report, out);
	if (report->findings->dropped)
		att_buf_printf(out, " (%zu not shown)", report->findings->dropped);
	att_buf_add_byte(out, '\n');
}
