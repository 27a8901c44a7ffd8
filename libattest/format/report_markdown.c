// SPDX-License-Identifier: Apache-2.0
/* GitHub's Markdown, for the body of an issue or a comment. */
#include "libattest/base/utf8.h"
#include "libattest/format/report_formats.h"
#include "libattest/format/report_internal.h"

#include "libattest/base/banned.h"

/* Every sign that Markdown gives a meaning is escaped. The signs that make mentions and references ("@name",
 * "#12", GitLab's "!3" and more) and addresses are looked for in what was rendered, where an escape is gone: an
 * empty comment behind them keeps them apart from what follows. */
void att_report_markdown_prose(struct att_str text, struct att_buf *out)
{
	struct att_buf visible;
	att_buf_init(&visible, out->max);
	att_utf8_add_visible(&visible, text);
	for (size_t i = 0; i < visible.len; i++) {
		char c = visible.data[i];
		bool apart = strchr("@#!$%~^&:", c) != NULL ||
			     (c == '.' && i >= 3 &&
			      att_str_equal_nocase((struct att_str){visible.data + i - 3, 3}, ATT_STR("www")));
		/* A colon before a space, or at the end, is punctuation. */
		if (c == ':' && (i + 1 == visible.len || visible.data[i + 1] == ' '))
			apart = false;
		if (c == '&')
			att_buf_add(out, ATT_STR("&amp;"));
		else if (c == '<')
			att_buf_add(out, ATT_STR("&lt;"));
		else if (c == '>')
			att_buf_add(out, ATT_STR("&gt;"));
		else {
			if (strchr("\\`*_{}[]()|#~!$", c))
				att_buf_add_byte(out, '\\');
			att_buf_add_byte(out, c);
		}
		if (apart)
			att_buf_add(out, ATT_STR("<!-- -->"));
	}
	out->failed |= !att_buf_ok(&visible);
	att_buf_clear(&visible);
}

/* More backticks than stand anywhere in a row in the text. */
static size_t fence_for(struct att_str text, size_t least)
{
	size_t longest = least - 1, row = 0;
	for (size_t i = 0; i < text.len; i++) {
		row = text.data[i] == '`' ? row + 1 : 0;
		if (row > longest)
			longest = row;
	}
	return longest + 1;
}

static void add_fence(struct att_buf *out, size_t width)
{
	while (width-- > 0)
		att_buf_add_byte(out, '`');
}

/* A space on either side is taken off again, and keeps a backtick at an end from joining the fence. */
void att_report_markdown_code(struct att_str text, struct att_buf *out)
{
	struct att_buf visible;
	att_buf_init(&visible, out->max);
	att_utf8_add_visible(&visible, text);
	struct att_str shown = att_buf_str(&visible);
	size_t width = fence_for(shown, 1);
	bool padded = shown.len == 0 || width > 1 || shown.data[0] == ' ' || shown.data[shown.len - 1] == ' ';
	add_fence(out, width);
	att_buf_add(out, padded ? ATT_STR(" ") : ATT_STR(""));
	att_buf_add(out, shown);
	att_buf_add(out, padded ? ATT_STR(" ") : ATT_STR(""));
	add_fence(out, width);
	out->failed |= !att_buf_ok(&visible);
	att_buf_clear(&visible);
}

static void add_item(struct att_buf *out, const char *label, struct att_str text)
{
	if (text.len == 0)
		return;
	att_buf_printf(out, "- **%s**: ", label);
	att_report_markdown_code(text, out);
	att_buf_add_byte(out, '\n');
}

static void add_file(struct att_buf *out, const struct att_finding *f)
{
	struct att_buf place;
	att_buf_init(&place, out->max);
	att_buf_add(&place, f->file);
	if (f->file.len && f->place.line)
		att_buf_printf(&place, ":%u:%u", f->place.line, f->place.column);
	add_item(out, "file", att_buf_str(&place));
	out->failed |= !att_buf_ok(&place);
	att_buf_clear(&place);
}

static void add_trail(struct att_buf *out, const struct att_finding *f)
{
	if (f->trail_count == 0)
		return;
	att_buf_add(out, ATT_STR("- **trail**: "));
	for (size_t i = 0; i < f->trail_count; i++) {
		att_buf_add(out, i == 0 ? ATT_STR("") : ATT_STR(" → "));
		att_report_markdown_code(f->trail[i], out);
	}
	att_buf_add_byte(out, '\n');
}

static void add_snippet(struct att_buf *out, const struct att_finding *f)
{
	struct att_buf lines;
	att_buf_init(&lines, out->max);
	att_report_add_snippet(f, &lines);
	if (lines.len > 0) {
		size_t width = fence_for(att_buf_str(&lines), 3);
		att_buf_add_byte(out, '\n');
		add_fence(out, width);
		att_buf_add(out, ATT_STR("text\n"));
		att_buf_add(out, att_buf_str(&lines));
		add_fence(out, width);
		att_buf_add_byte(out, '\n');
	}
	out->failed |= !att_buf_ok(&lines);
	att_buf_clear(&lines);
}

void att_report_markdown_finding(const struct att_finding *f, struct att_buf *out)
{
	char fingerprint[ATT_FINGERPRINT_TEXT + 1];
	att_report_fingerprint(f, fingerprint);
	att_buf_printf(out, "<!-- attest:%s -->\n\n**%s** `%s`: ", fingerprint,
		       att_report_severity(f->severity), f->code);
	att_report_markdown_prose(f->message, out);
	att_buf_add(out, ATT_STR("\n\n"));
	add_item(out, "component", f->purl);
	add_item(out, "artifact", f->artifact);
	add_item(out, "channel", f->channel);
	add_file(out, f);
	add_trail(out, f);
	add_item(out, "expected", f->expected);
	add_item(out, "found", f->found);
	add_item(out, "state", att_str_of(f->state));
	add_snippet(out, f);
	if (f->help.len) {
		att_buf_add(out, ATT_STR("\nWhat to do: "));
		att_report_markdown_prose(f->help, out);
		att_buf_add_byte(out, '\n');
	}
}

static void add_served(const struct att_step *step, struct att_buf *out)
{
	const struct att_str cells[] = {step->channel, step->artifact, att_str_of(step->verdict), step->found,
					step->expected};
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
		att_buf_add(out, i == 0 ? ATT_STR("| ") : ATT_STR(" | "));
		att_report_markdown_prose(cells[i], out);
	}
	att_buf_add(out, ATT_STR(" |\n"));
}

/* What was looked at where, and what holds, too: findings tell only of the rest. */
static void add_table(const struct att_steps *steps, struct att_buf *out)
{
	bool any = false;
	for (size_t i = 0; steps && i < steps->count; i++) {
		if (!steps->items[i].verdict)
			continue;
		if (!any)
			att_buf_add(out, ATT_STR("\n| channel | item | verdict | found | expected |\n"
						 "|---|---|---|---|---|\n"));
		any = true;
		add_served(&steps->items[i], out);
	}
}

void att_report_markdown(const struct att_report *report, struct att_buf *out)
{
	att_buf_add(out, ATT_STR("## "));
	att_report_add_verdict(report, out);
	att_buf_add_byte(out, '\n');
	for (size_t i = 0; i < report->findings->count; i++) {
		att_buf_add_byte(out, '\n');
		att_report_markdown_finding(&report->findings->items[i], out);
	}
	if (report->findings->dropped)
		att_buf_printf(out, "\nand %zu more findings, not shown\n", report->findings->dropped);
	add_table(report->steps, out);
	for (size_t i = 0; i < report->summary_count; i++) {
		const struct att_report_fact *fact = &report->summary[i];
		att_buf_printf(out, "%s- %s: ", i == 0 ? "\n" : "", fact->name);
		if (fact->text.data)
			att_report_markdown_code(fact->text, out);
		else
			att_buf_printf(out, "%llu", (unsigned long long)fact->number);
		att_buf_add_byte(out, '\n');
	}
}
