// SPDX-License-Identifier: Apache-2.0
/* SARIF 2.1.0 (OASIS), as code scanning services take it. GitHub's refuses a whole file in which one result has
 * no physical location: a finding without a file gets its artifact, or else the root of the tree. */
#include "libattest/base/utf8.h"
#include "libattest/format/json.h"
#include "libattest/format/report_internal.h"

#include "libattest/base/banned.h"

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

/* Codes are few: a program has some fifty at most. */
enum { MOST_RULES = 256 };

struct sarif {
	struct att_json_writer w;
	const struct att_report *report;
	const struct att_finding *rules[MOST_RULES]; /* the first finding of each code */
	size_t rule_count;
	struct att_buf text; /* of the message at hand */
};

/* Text of a message string: its braces are doubled (3.11.5), and "](", which makes a link (3.11.6), is taken
 * apart. */
static void add_message_text(struct sarif *s, struct att_str text)
{
	struct att_buf visible;
	att_buf_init(&visible, s->text.max);
	att_utf8_add_visible(&visible, text);
	for (size_t i = 0; i < visible.len; i++) {
		char c = visible.data[i];
		if (c == '{' || c == '}')
			att_buf_add_byte(&s->text, c);
		if (c == '(' && i > 0 && visible.data[i - 1] == ']')
			att_buf_add_byte(&s->text, ' ');
		att_buf_add_byte(&s->text, c);
	}
	s->text.failed |= !att_buf_ok(&visible);
	att_buf_clear(&visible);
}

static void add_line(struct sarif *s, const char *label, struct att_str text)
{
	if (text.len == 0)
		return;
	att_buf_printf(&s->text, "\n%s: ", label);
	add_message_text(s, text);
}

/* {"text": ...} of what was gathered. */
static void write_message(struct sarif *s, const char *key)
{
	s->w.out->failed |= !att_buf_ok(&s->text);
	att_json_key(&s->w, key);
	att_json_object(&s->w);
	att_json_member(&s->w, "text", att_buf_str(&s->text));
	att_json_object_end(&s->w);
	s->text.len = 0;
}

static void find_rules(struct sarif *s)
{
	const struct att_findings *findings = s->report->findings;
	for (size_t i = 0; i < findings->count && s->rule_count < MOST_RULES; i++) {
		size_t j = 0;
		while (j < s->rule_count && strcmp(s->rules[j]->code, findings->items[i].code) != 0)
			j++;
		if (j == s->rule_count)
			s->rules[s->rule_count++] = &findings->items[i];
	}
}

static void write_rule(struct sarif *s, const struct att_finding *first)
{
	struct att_json_writer *w = &s->w;
	att_json_object(w);
	att_json_member(w, "id", att_str_of(first->code));
	for (const char *c = first->code; *c; c++)
		att_buf_add_byte(&s->text, *c == '-' ? ' ' : *c);
	write_message(s, "shortDescription");
	att_buf_printf(&s->text, "docs/checks/%s.md says what it means and what to do", first->code);
	write_message(s, "help");
	att_json_object_end(w);
}

/* --- results ------------------------------------------------------------------------------------------- */

/* RFC 3986: bytes other than those of a path's parts are encoded. A colon could make a scheme of the first. */
static void write_uri(struct sarif *s, struct att_str path)
{
	static const char hex[] = "0123456789ABCDEF";
	bool absolute = att_str_starts(path, ATT_STR("/"));
	if (absolute)
		att_buf_add(&s->text, ATT_STR("file://"));
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.data[i];
		if (att_ascii_is_alnum((char)c) || (c && strchr("-._~/+@=", c))) {
			att_buf_add_byte(&s->text, (char)c);
			continue;
		}
		att_buf_add_byte(&s->text, '%');
		att_buf_add_byte(&s->text, hex[c >> 4]);
		att_buf_add_byte(&s->text, hex[c & 15]);
	}
	s->w.out->failed |= !att_buf_ok(&s->text);
	att_json_member(&s->w, "uri", att_buf_str(&s->text));
	if (!absolute)
		att_json_member(&s->w, "uriBaseId", ATT_STR("%SRCROOT%"));
	s->text.len = 0;
}

static void write_number_if(struct att_json_writer *w, const char *key, uint32_t number)
{
	if (number) {
		att_json_key(w, key);
		att_json_uint(w, number);
	}
}

static void write_region(struct sarif *s, const struct att_finding *f)
{
	struct att_json_writer *w = &s->w;
	if (f->file.len == 0 || f->place.line == 0)
		return;
	att_json_key(w, "region");
	att_json_object(w);
	write_number_if(w, "startLine", f->place.line);
	write_number_if(w, "startColumn", f->place.column);
	write_number_if(w, "endLine", f->place.end_line);
	write_number_if(w, "endColumn", f->place.end_column);
	att_json_object_end(w);
}

static void write_logical(struct att_json_writer *w, const char *kind, struct att_str name)
{
	if (name.len == 0)
		return;
	att_json_object(w);
	att_json_member(w, "fullyQualifiedName", name);
	att_json_member(w, "kind", att_str_of(kind));
	att_json_object_end(w);
}

static void write_location(struct sarif *s, const struct att_finding *f)
{
	struct att_json_writer *w = &s->w;
	att_json_key(w, "locations");
	att_json_array(w);
	att_json_object(w);
	att_json_key(w, "physicalLocation");
	att_json_object(w);
	att_json_key(w, "artifactLocation");
	att_json_object(w);
	write_uri(s, f->file.len ? f->file : f->artifact.len ? f->artifact : ATT_STR("."));
	att_json_object_end(w);
	write_region(s, f);
	att_json_object_end(w);
	if (f->purl.len + f->channel.len > 0) {
		att_json_key(w, "logicalLocations");
		att_json_array(w);
		write_logical(w, "package", f->purl);
		write_logical(w, "channel", f->channel);
		att_json_array_end(w);
	}
	att_json_object_end(w);
	att_json_array_end(w);
}

static void write_properties(struct att_json_writer *w, const struct att_finding *f)
{
	if (f->purl.len + f->artifact.len + f->channel.len + f->trail_count + f->expected.len + f->found.len ==
	    0)
		return;
	att_json_key(w, "properties");
	att_json_object(w);
	att_json_member_if(w, "purl", f->purl);
	att_json_member_if(w, "artifact", f->artifact);
	att_json_member_if(w, "channel", f->channel);
	if (f->trail_count) {
		att_json_key(w, "trail");
		att_json_array(w);
		for (size_t i = 0; i < f->trail_count; i++)
			att_json_string(w, f->trail[i]);
		att_json_array_end(w);
	}
	att_json_member_if(w, "expected", f->expected);
	att_json_member_if(w, "found", f->found);
	att_json_object_end(w);
}

/* SARIF 2.1.0, 3.27.24: it knows no difference between what a change brought and what became known since. */
static struct att_str baseline_state(const struct att_finding *f)
{
	if (!f->state)
		return (struct att_str){NULL, 0};
	return strcmp(f->state, "pre-existing") == 0 ? ATT_STR("unchanged")
	       : strcmp(f->state, "fixed") == 0      ? ATT_STR("absent")
						     : ATT_STR("new");
}

static void write_result(struct sarif *s, const struct att_finding *f)
{
	struct att_json_writer *w = &s->w;
	char fingerprint[ATT_FINGERPRINT_TEXT + 1];
	size_t rule = 0;
	att_report_fingerprint(f, fingerprint);
	while (rule < s->rule_count && strcmp(s->rules[rule]->code, f->code) != 0)
		rule++;
	att_json_object(w);
	att_json_member(w, "ruleId", att_str_of(f->code));
	if (rule < s->rule_count) {
		att_json_key(w, "ruleIndex");
		att_json_uint(w, rule);
	}
	att_json_member(w, "level", att_str_of(att_report_severity(f->severity)));
	att_json_member_if(w, "baselineState", baseline_state(f));
	add_message_text(s, f->message);
	add_line(s, "component", f->purl);
	add_line(s, "artifact", f->artifact);
	add_line(s, "channel", f->channel);
	for (size_t i = 0; i < f->trail_count; i++)
		add_line(s, i == 0 ? "trail" : "  ->", f->trail[i]);
	add_line(s, "expected", f->expected);
	add_line(s, "found", f->found);
	add_line(s, "state", att_str_of(f->state));
	add_line(s, "help", f->help);
	write_message(s, "message");
	write_location(s, f);
	att_json_key(w, "partialFingerprints");
	att_json_object(w);
	att_json_member(w, "attest/v1", att_str_of(fingerprint));
	att_json_object_end(w);
	write_properties(w, f);
	att_json_object_end(w);
}

/* --- the run ------------------------------------------------------------------------------------------- */

static void write_tool(struct sarif *s)
{
	struct att_json_writer *w = &s->w;
	att_json_key(w, "tool");
	att_json_object(w);
	att_json_key(w, "driver");
	att_json_object(w);
	att_json_member(w, "name", att_str_of(s->report->program));
	att_json_member(w, "version", ATT_STR(ATT_VERSION));
	att_json_key(w, "rules");
	att_json_array(w);
	for (size_t i = 0; i < s->rule_count; i++)
		write_rule(s, s->rules[i]);
	att_json_array_end(w);
	att_json_object_end(w);
	att_json_object_end(w);
}

/* A run that could not tell all was no successful one: services then do not take what it misses for fixed. */
static void write_invocation(struct sarif *s)
{
	struct att_json_writer *w = &s->w;
	att_json_key(w, "invocations");
	att_json_array(w);
	att_json_object(w);
	att_json_key(w, "executionSuccessful");
	att_json_bool(w, s->report->exit != 2);
	att_json_key(w, "exitCode");
	att_json_uint(w, (uint64_t)s->report->exit);
	att_json_object_end(w);
	att_json_array_end(w);
}

static void write_summary(struct sarif *s)
{
	const struct att_report *report = s->report;
	struct att_json_writer *w = &s->w;
	att_json_key(w, "properties");
	att_json_object(w);
	att_json_member(w, "command", att_str_of(report->command));
	att_json_member(w, "verdict", att_str_of(att_report_verdict(report)));
	for (size_t i = 0; i < report->summary_count; i++) {
		att_json_key(w, report->summary[i].name);
		if (report->summary[i].text.data)
			att_json_string(w, report->summary[i].text);
		else
			att_json_uint(w, report->summary[i].number);
	}
	if (report->findings->dropped) {
		att_json_key(w, "findings_not_shown");
		att_json_uint(w, report->findings->dropped);
	}
	att_json_object_end(w);
}

void att_report_sarif(const struct att_report *report, struct att_buf *out)
{
	struct sarif s = {.report = report};
	struct att_json_writer *w = &s.w;
	att_buf_init(&s.text, out->max);
	find_rules(&s);
	att_json_begin(w, out, false);
	att_json_object(w);
	att_json_member(w, "$schema", ATT_STR(SCHEMA));
	att_json_member(w, "version", ATT_STR("2.1.0"));
	att_json_key(w, "runs");
	att_json_array(w);
	att_json_object(w);
	write_tool(&s);
	write_invocation(&s);
	att_json_member(w, "columnKind", ATT_STR("unicodeCodePoints"));
	att_json_key(w, "results");
	att_json_array(w);
	for (size_t i = 0; i < report->findings->count; i++)
		write_result(&s, &report->findings->items[i]);
	att_json_array_end(w);
	write_summary(&s);
	att_json_object_end(w);
	att_json_array_end(w);
	att_json_object_end(w);
	out->failed |= !att_buf_ok(&s.text);
	att_buf_clear(&s.text);
}
