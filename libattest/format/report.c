// SPDX-License-Identifier: Apache-2.0
#include "libattest/format/report.h"

#include <sodium.h>
#include <stdio.h>

#include "libattest/base/utf8.h"
#include "libattest/format/json.h"
#include "libattest/format/report_internal.h"

#include "libattest/base/banned.h"

/* --- for people ---------------------------------------------------------------------------------------- */

/* Longer source lines are cut around the place. */
enum { WIDEST_LINE = 110 };

struct style {
	const char *bold, *dim, *reset, *severity[3];
};

static const struct style plain = {"", "", "", {"", "", ""}};
static const struct style coloured = {
	"\033[1m", "\033[2m", "\033[0m", {"\033[1;36m", "\033[1;33m", "\033[1;31m"}};

const char *att_report_severity(enum att_severity severity)
{
	static const char *const names[] = {
		[ATT_NOTE] = "note", [ATT_WARNING] = "warning", [ATT_ERROR] = "error"};
	return names[severity];
}

/* Bytes of the first `count` characters. */
static size_t bytes_of(struct att_str s, size_t count)
{
	size_t at = 0;
	while (count-- > 0 && at < s.len) {
		uint32_t c;
		size_t len = att_utf8_decode(att_str_from(s, at), &c);
		at += len ? len : 1;
	}
	return at;
}

/* Appends one character per character, so that the marks below stay in their columns. */
static void add_line(struct att_buf *out, struct att_str line)
{
	for (size_t at = 0; at < line.len;) {
		uint32_t c;
		size_t len = att_utf8_decode(att_str_from(line, at), &c);
		if (len > 0 && c == '\t')
			att_buf_add_byte(out, ' ');
		else if (len == 0 || att_utf8_is_hostile(c) || att_utf8_begins_command(line, at))
			att_buf_add(out, ATT_STR("\xef\xbf\xbd"));
		else
			att_buf_add(out, att_str_first(att_str_from(line, at), len));
		at += len ? len : 1;
	}
}

static void add_source_line(struct att_buf *out, const struct att_finding *f, const struct style *style)
{
	const struct att_place *p = &f->place;
	size_t width = att_utf8_count(f->source_line), column = p->column ? p->column - 1 : 0;
	/* To the end of the line when it goes on behind it; one mark for a mere point. */
	size_t end = p->end_line > p->line ? width : p->end_column ? p->end_column - 1 : 0;
	size_t skip = column > WIDEST_LINE * 2 / 3 ? column - WIDEST_LINE / 3 : 0;
	struct att_str shown = att_str_from(f->source_line, bytes_of(f->source_line, skip));
	shown.len = bytes_of(shown, WIDEST_LINE);
	char number[16];
	int digits = snprintf(number, sizeof number, "%u", p->line);
	const char *gap = skip ? "..." : "";

	att_buf_printf(out, "%s%*s |%s\n", style->dim, digits, "", style->reset);
	att_buf_printf(out, "%s%s |%s %s", style->dim, number, style->reset, gap);
	add_line(out, shown);
	att_buf_printf(out, "\n%s%*s |%s %*s", style->dim, digits, "", style->reset,
		       (int)(column - skip + strlen(gap)), "");
	if (end > skip + WIDEST_LINE)
		end = skip + WIDEST_LINE;
	att_buf_printf(out, "%s", style->severity[f->severity]);
	for (size_t i = column; i < end || i == column; i++)
		att_buf_add_byte(out, '^');
	att_buf_printf(out, "%s\n", style->reset);
}

static void add_labelled(struct att_buf *out, const struct style *style, const char *label, struct att_str text)
{
	if (text.len == 0)
		return;
	att_buf_printf(out, "  %s= %s:%s ", style->dim, label, style->reset);
	att_utf8_add_visible(out, text);
	att_buf_add_byte(out, '\n');
}

static void add_finding(struct att_buf *out, const struct att_finding *f, const struct style *style)
{
	att_buf_printf(out, "%s%s[%s]%s: %s", style->severity[f->severity], att_report_severity(f->severity),
		       f->code, style->reset, style->bold);
	att_utf8_add_visible(out, f->message);
	att_buf_printf(out, "%s\n", style->reset);
	if (f->file.len) {
		att_buf_printf(out, "  %s-->%s ", style->dim, style->reset);
		att_utf8_add_visible(out, f->file);
		if (f->place.line)
			att_buf_printf(out, ":%u:%u", f->place.line, f->place.column);
		att_buf_add_byte(out, '\n');
		if (f->place.line && f->source_line.len)
			add_source_line(out, f, style);
	}
	add_labelled(out, style, "component", f->purl);
	add_labelled(out, style, "artifact", f->artifact);
	add_labelled(out, style, "channel", f->channel);
	for (size_t i = 0; i < f->trail_count; i++)
		add_labelled(out, style, i == 0 ? "trail" : "  ->", f->trail[i]);
	add_labelled(out, style, "expected", f->expected);
	add_labelled(out, style, "found", f->found);
	add_labelled(out, style, "state", att_str_of(f->state));
	add_labelled(out, style, "help", f->help);
}

void att_report_add_snippet(const struct att_finding *f, struct att_buf *out)
{
	if (f->file.len && f->place.line && f->source_line.len)
		add_source_line(out, f, &plain);
}

void att_report_add_finding(const struct att_finding *f, struct att_buf *out)
{
	add_finding(out, f, &plain);
}

void att_report_human(const struct att_findings *findings, bool color, struct att_buf *out)
{
	for (size_t i = 0; i < findings->count; i++)
		add_finding(out, &findings->items[i], color ? &coloured : &plain);
	if (findings->dropped)
		att_buf_printf(out, "and %zu more findings, not shown\n", findings->dropped);
}

/* --- for programs -------------------------------------------------------------------------------------- */

static void hash_part(crypto_generichash_state *state, struct att_str part)
{
	/* The length first, so that no two lists of parts run together into the same bytes. */
	unsigned char len[8];
	for (size_t i = 0; i < sizeof len; i++)
		len[i] = (unsigned char)((uint64_t)part.len >> (8 * i));
	crypto_generichash_update(state, len, sizeof len);
	if (part.len)
		crypto_generichash_update(state, (const unsigned char *)part.data, part.len);
}

void att_report_fingerprint(const struct att_finding *f, char out[static ATT_FINGERPRINT_TEXT + 1])
{
	unsigned char hash[ATT_FINGERPRINT_TEXT / 2];
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	const struct att_str parts[] = {
		att_str_of(f->code), f->purl,  f->artifact, f->channel,
		f->expected,         f->found, f->message,  att_str_trim(f->source_line)};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		hash_part(&state, parts[i]);
	crypto_generichash_final(&state, hash, sizeof hash);
	sodium_bin2hex(out, ATT_FINGERPRINT_TEXT + 1, hash, sizeof hash);
}

static void write_number_if(struct att_json_writer *w, const char *key, uint32_t number)
{
	if (number) {
		att_json_key(w, key);
		att_json_uint(w, number);
	}
}

static void write_location(struct att_json_writer *w, const struct att_finding *f)
{
	if (f->file.len == 0)
		return;
	att_json_key(w, "location");
	att_json_object(w);
	att_json_member(w, "file", f->file);
	write_number_if(w, "line", f->place.line);
	write_number_if(w, "column", f->place.column);
	write_number_if(w, "end_line", f->place.end_line);
	write_number_if(w, "end_column", f->place.end_column);
	att_json_object_end(w);
}

static void write_subject(struct att_json_writer *w, const struct att_finding *f)
{
	if (f->purl.len + f->artifact.len + f->channel.len == 0)
		return;
	att_json_key(w, "subject");
	att_json_object(w);
	att_json_member_if(w, "purl", f->purl);
	att_json_member_if(w, "artifact", f->artifact);
	att_json_member_if(w, "channel", f->channel);
	att_json_object_end(w);
}

static void write_finding(struct att_json_writer *w, const struct att_finding *f)
{
	char fingerprint[ATT_FINGERPRINT_TEXT + 1];
	att_report_fingerprint(f, fingerprint);
	att_json_object(w);
	att_json_member(w, "code", att_str_of(f->code));
	att_json_member(w, "severity", att_str_of(att_report_severity(f->severity)));
	att_json_member(w, "message", f->message);
	att_json_member_if(w, "help", f->help);
	write_location(w, f);
	write_subject(w, f);
	if (f->advisory.len) {
		att_json_key(w, "advisory");
		att_json_object(w);
		att_json_member(w, "id", f->advisory);
		att_json_object_end(w);
	}
	if (f->trail_count) {
		att_json_key(w, "trail");
		att_json_array(w);
		for (size_t i = 0; i < f->trail_count; i++)
			att_json_string(w, f->trail[i]);
		att_json_array_end(w);
	}
	att_json_member_if(w, "expected", f->expected);
	att_json_member_if(w, "found", f->found);
	att_json_member_if(w, "state", att_str_of(f->state));
	att_json_member(w, "fingerprint", att_str_of(fingerprint));
	att_json_object_end(w);
}

static void write_steps(struct att_json_writer *w, const struct att_steps *steps)
{
	att_json_key(w, "steps");
	att_json_array(w);
	for (size_t i = 0; i < steps->count; i++) {
		const struct att_step *step = &steps->items[i];
		att_json_object(w);
		att_json_member(w, "name", att_str_of(step->name));
		att_json_member(w, "outcome", att_str_of(att_outcome_name(step->outcome)));
		att_json_member_if(w, "verdict", att_str_of(step->verdict));
		if (step->artifact.len + step->channel.len > 0) {
			att_json_key(w, "subject");
			att_json_object(w);
			att_json_member_if(w, "artifact", step->artifact);
			att_json_member_if(w, "channel", step->channel);
			att_json_object_end(w);
		}
		att_json_member_if(w, "expected", step->expected);
		att_json_member_if(w, "found", step->found);
		att_json_object_end(w);
	}
	att_json_array_end(w);
}

static void write_summary(struct att_json_writer *w, const struct att_report *report)
{
	att_json_key(w, "summary");
	att_json_object(w);
	for (size_t i = 0; i < report->summary_count; i++) {
		const struct att_report_fact *fact = &report->summary[i];
		att_json_key(w, fact->name);
		if (fact->text.data)
			att_json_string(w, fact->text);
		else
			att_json_uint(w, fact->number);
	}
	if (report->findings->dropped) {
		att_json_key(w, "findings_not_shown");
		att_json_uint(w, report->findings->dropped);
	}
	if (report->steps && report->steps->dropped) {
		att_json_key(w, "steps_not_shown");
		att_json_uint(w, report->steps->dropped);
	}
	att_json_object_end(w);
}

const char *att_report_verdict(const struct att_report *report)
{
	static const char *const verdicts[] = {"holds", "refuted", "unknown"};
	return verdicts[report->exit];
}

/* `name` of what is shown; NULL: nothing is. */
static void write_report(const struct att_report *report, const char *name, struct att_str shown,
			 struct att_buf *out)
{
	struct att_json_writer w;
	att_json_begin(&w, out, false);
	att_json_object(&w);
	att_json_member(&w, "program", att_str_of(report->program));
	att_json_member(&w, "version", ATT_STR(ATT_VERSION));
	att_json_member(&w, "command", att_str_of(report->command));
	att_json_member(&w, "verdict",
			att_str_of(name && report->exit == 0 ? "not-checked" : att_report_verdict(report)));
	att_json_key(&w, "exit");
	att_json_uint(&w, (uint64_t)report->exit);
	att_json_key(&w, "findings");
	att_json_array(&w);
	for (size_t i = 0; i < report->findings->count; i++)
		write_finding(&w, &report->findings->items[i]);
	att_json_array_end(&w);
	if (report->steps)
		write_steps(&w, report->steps);
	if (name) {
		att_json_key(&w, name);
		att_buf_add(out, shown);
		w.after_key = false;
	}
	write_summary(&w, report);
	att_json_object_end(&w);
}

void att_report_json(const struct att_report *report, struct att_buf *out)
{
	write_report(report, NULL, (struct att_str){NULL, 0}, out);
}

void att_report_json_contents(const struct att_report *report, struct att_str contents, struct att_buf *out)
{
	write_report(report, "contents", contents, out);
}

void att_report_json_items(const struct att_report *report, struct att_str items, struct att_buf *out)
{
	write_report(report, "items", items, out);
}
