// SPDX-License-Identifier: Apache-2.0
/* An issue for an advisory, ready to be filed. */
#include "libattest/base/base.h"
#include "libattest/base/utf8.h"
#include "libattest/format/json.h"
#include "libattest/format/report_formats.h"
#include "policy/advisory.h"
#include "policy/scan.h"

#include "libattest/base/banned.h"

/* Letters, digits and a few signs, which mean nothing in a comment, in TOML, or in an address. */
static bool is_plain(struct att_str text, const char *more)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !att_ascii_is_digit(c) &&
		    !memchr(more, c, strlen(more)))
			return false;
	}
	return text.len > 0;
}

/* The comment that the issue is found by. What could end it is left out of the name. */
static void add_marker(const struct policy_scan_matter *m, struct att_buf *out)
{
	att_buf_add(out, ATT_STR("<!-- attest policy scan: "));
	for (size_t i = 0; i < m->marker.len; i++) {
		struct att_str byte = {m->marker.data + i, 1};
		att_buf_add(out, is_plain(byte, "-._:/") ? byte : ATT_STR("_"));
	}
	att_buf_add(out, ATT_STR(" -->"));
}

/* --- the title ------------------------------------------------------------------------------------------ */

/* "time", or "time and 2 more" */
static void add_packages(const struct policy_scan_matter *m, struct att_buf *out)
{
	size_t more = 0;
	for (size_t i = 1; i < m->count; i++) {
		bool seen = false;
		for (size_t j = 0; j < i && !seen; j++)
			seen = att_str_equal(m->places[j].component, m->places[i].component);
		more += !seen;
	}
	if (m->count > 0)
		att_utf8_add_visible(out, att_str_first(m->places[0].component, 80));
	if (more > 0)
		att_buf_printf(out, " and %zu more", more);
}

void policy_scan_title(const struct policy_scan_matter *m, struct att_buf *out)
{
	struct att_buf text;
	att_buf_init(&text, out->max);
	att_utf8_add_visible(&text, m->id);
	att_buf_add(&text, ATT_STR(" in "));
	add_packages(m, &text);
	if (m->title.len > 0) {
		att_buf_add(&text, ATT_STR(": "));
		att_utf8_add_visible(&text, m->title);
	}
	struct att_str title = att_buf_str(&text);
	if (title.len > POLICY_SCAN_TITLE) {
		/* Not within a character. */
		size_t end = POLICY_SCAN_TITLE - 3;
		while (end > 0 && ((unsigned char)title.data[end] & 0xC0) == 0x80)
			end--;
		att_buf_add(out, att_str_first(title, end));
		att_buf_add(out, ATT_STR("..."));
	} else {
		att_buf_add(out, title);
	}
	out->failed |= !att_buf_ok(&text);
	att_buf_clear(&text);
}

/* --- the body ------------------------------------------------------------------------------------------- */

static void add_head(const struct policy_scan_matter *m, struct att_buf *out)
{
	att_buf_printf(out, "\n\n**%s** ", m->kind);
	att_report_markdown_code(m->id, out);
	for (size_t i = 0; i < m->alias_count; i++) {
		att_buf_add(out, i == 0 ? ATT_STR(", also ") : ATT_STR(", "));
		att_report_markdown_code(m->aliases[i], out);
	}
	if (m->severity.len > 0) {
		att_buf_add(out, ATT_STR("; severity "));
		att_report_markdown_prose(m->severity, out);
	}
	att_buf_add(out, ATT_STR("\n\n"));
	if (m->title.len > 0) {
		att_report_markdown_prose(m->title, out);
		att_buf_add(out, ATT_STR("\n\n"));
	}
	if (att_str_starts(m->url, ATT_STR("https://")) && is_plain(m->url, "-._~:/?#=+%"))
		att_buf_printf(out, "<%.*s>\n\n", ATT_STR_ARG(m->url));
}

static void add_fix(const struct policy_scan_matter *m, const struct policy_scan_place *p, struct att_buf *out)
{
	if (strcmp(m->kind, "malicious") == 0)
		att_buf_add(out, ATT_STR("remove it, and treat every machine that it ran on as taken over"));
	else if (p->fix.len == 0)
		att_buf_add(out, ATT_STR("no version is known that fixes it"));
	else
		att_buf_add(out, ATT_STR("upgrade to "));
	if (p->fix.len == 0 || strcmp(m->kind, "malicious") == 0)
		return;
	att_report_markdown_code(p->fix, out);
	if (p->fix_all.len > 0 && !att_str_equal(p->fix, p->fix_all)) {
		att_buf_add(out, ATT_STR(", or for all that is known of it to "));
		att_report_markdown_code(p->fix_all, out);
	}
}

static void add_place(const struct policy_scan_matter *m, const struct policy_scan_place *p,
		      struct att_buf *out)
{
	att_buf_add(out, ATT_STR("- "));
	att_report_markdown_code(p->component, out);
	att_buf_add(out, ATT_STR(" in "));
	att_report_markdown_code(p->project, out);
	att_buf_add(out, p->dev ? ATT_STR(", for development only") : ATT_STR(""));
	att_buf_add(out, p->known ? ATT_STR(", told before: ") : ATT_STR(": "));
	add_fix(m, p, out);
	att_buf_add_byte(out, '\n');
	if (p->file.len > 0) {
		struct att_buf place;
		att_buf_init(&place, out->max);
		att_buf_add(&place, p->file);
		if (p->line > 0)
			att_buf_printf(&place, ":%u", p->line);
		att_buf_add(out, ATT_STR("  - named by "));
		att_report_markdown_code(att_buf_str(&place), out);
		att_buf_add_byte(out, '\n');
		out->failed |= !att_buf_ok(&place);
		att_buf_clear(&place);
	}
	for (size_t i = 0; p->trail_count > 1 && i < p->trail_count; i++) {
		att_buf_add(out, i == 0 ? ATT_STR("  - comes by ") : ATT_STR(" → "));
		att_report_markdown_code(p->trail[i], out);
	}
	att_buf_add(out, p->trail_count > 1 ? ATT_STR("\n") : ATT_STR(""));
}

static void add_decision(const struct policy_scan_matter *m, struct att_buf *out)
{
	att_buf_add(out, ATT_STR("\nThis issue is done when the components are upgraded, or when a decision is "
				 "written down"));
	if (!is_plain(m->id, "-._:")) {
		att_buf_add(out, ATT_STR(" in the policy.\n"));
		return;
	}
	att_buf_printf(out,
		       ":\n\n```toml\n[advisories]\nignore = [\n    { id = \"%.*s\", reason = \"\", "
		       "expires = YYYY-MM-DD },\n]\n```\n",
		       ATT_STR_ARG(m->id));
}

void policy_scan_body(const struct policy_scan_matter *m, struct att_buf *out)
{
	size_t begin = out->len, shown = 0;
	add_marker(m, out);
	add_head(m, out);
	att_buf_add(out, ATT_STR("It concerns:\n\n"));
	/* What is new comes first: it is what the issue is about. */
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < m->count && out->len - begin < POLICY_SCAN_BODY; i++)
			if (m->places[i].known == (pass == 1)) {
				add_place(m, &m->places[i], out);
				shown++;
			}
	if (shown < m->count)
		att_buf_printf(out, "- and %zu more\n", m->count - shown);
	add_decision(m, out);
}

/* --- documents ------------------------------------------------------------------------------------------ */

void policy_scan_markdown(const struct policy_scan_matter *m, struct att_buf *out)
{
	struct att_buf title;
	att_buf_init(&title, out->max);
	policy_scan_title(m, &title);
	att_buf_add(out, ATT_STR("# "));
	att_report_markdown_prose(att_buf_str(&title), out);
	att_buf_add(out, ATT_STR("\n\n"));
	policy_scan_body(m, out);
	out->failed |= !att_buf_ok(&title);
	att_buf_clear(&title);
}

static void write_place(const struct policy_scan_place *p, struct att_json_writer *w)
{
	att_json_object(w);
	att_json_member(w, "project", p->project);
	att_json_member(w, "component", p->component);
	att_json_member_if(w, "purl", p->purl);
	att_json_member(w, "scope", p->dev ? ATT_STR("dev") : ATT_STR("runtime"));
	att_json_member(w, "state", p->known ? ATT_STR("known") : ATT_STR("new"));
	att_json_member_if(w, "fix", p->fix);
	att_json_member_if(w, "file", p->file);
	if (p->line > 0) {
		att_json_key(w, "line");
		att_json_uint(w, p->line);
	}
	att_json_key(w, "trail");
	att_json_array(w);
	for (size_t i = 0; i < p->trail_count; i++)
		att_json_string(w, p->trail[i]);
	att_json_array_end(w);
	att_json_object_end(w);
}

void policy_scan_json(const struct policy_scan_matter *m, struct att_json_writer *w)
{
	struct att_buf text;
	att_buf_init(&text, w->out->max);
	att_json_object(w);
	policy_scan_title(m, &text);
	att_json_member(w, "title", att_buf_str(&text));
	w->out->failed |= !att_buf_ok(&text);
	att_buf_clear(&text);
	policy_scan_body(m, &text);
	att_json_member(w, "body", att_buf_str(&text));
	w->out->failed |= !att_buf_ok(&text);
	att_buf_clear(&text);
	add_marker(m, &text);
	att_json_member(w, "marker", att_buf_str(&text));
	att_json_member(w, "id", m->id);
	att_json_key(w, "aliases");
	att_json_array(w);
	for (size_t i = 0; i < m->alias_count; i++)
		att_json_string(w, m->aliases[i]);
	att_json_array_end(w);
	att_json_member(w, "kind", att_str_of(m->kind));
	att_json_member_if(w, "severity", m->severity);
	att_json_member_if(w, "url", m->url);
	att_json_key(w, "components");
	att_json_array(w);
	for (size_t i = 0; i < m->count; i++)
		write_place(&m->places[i], w);
	att_json_array_end(w);
	att_json_object_end(w);
	w->out->failed |= !att_buf_ok(&text);
	att_buf_clear(&text);
}
