// SPDX-License-Identifier: Apache-2.0
/* Where the issues of a scan go. */
#include <string.h>

#include "cmd/policy_scan.h"
#include "libattest/base/file.h"
#include "libattest/format/json.h"

#include "libattest/base/banned.h"

/* FOLDER/ID.md: the same advisory gives the same name each time, and two never share one. */
static void add_name(const struct policy_scan_request *s, const struct policy_scan_matter *m,
		     struct att_buf *out)
{
	att_buf_printf(out, "%s/", s->output);
	for (size_t i = 0; i < m->marker.len; i++) {
		unsigned char c = (unsigned char)m->marker.data[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			     c == '-' || c == '_' || (c == '.' && i > 0);
		if (plain)
			att_buf_add_byte(out, (char)c);
		else
			att_buf_printf(out, "%%%02X", c);
	}
	att_buf_add(out, s->json ? ATT_STR(".json") : ATT_STR(".md"));
	att_buf_add_byte(out, 0);
}

static int put_file(const struct policy_scan_request *s, const struct policy_scan_matter *m,
		    struct att_err *err)
{
	struct att_buf name, text;
	struct att_json_writer json;
	att_buf_init(&name, ATT_MAX_DOCUMENT);
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	add_name(s, m, &name);
	if (s->json) {
		att_json_begin(&json, &text, false);
		policy_scan_json(m, &json);
	} else {
		policy_scan_markdown(m, &text);
	}
	int status = ATT_OK;
	if (!att_buf_ok(&name) || !att_buf_ok(&text))
		status = att_err_memory(err);
	else
		status = att_file_write_atomic(name.data, att_buf_str(&text), err);
	att_buf_clear(&name);
	att_buf_clear(&text);
	return status;
}

static int put_all(const struct policy_scan_request *s, struct att_err *err)
{
	struct att_buf text;
	struct att_json_writer json;
	bool any = false;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	if (s->json) {
		att_json_begin(&json, &text, false);
		att_json_object(&json);
		att_json_key(&json, "issues");
		att_json_array(&json);
	}
	for (size_t i = 0; i < s->scan.count; i++) {
		const struct policy_scan_matter *m = &s->scan.matters[i];
		if (m->fresh == 0)
			continue;
		if (s->json) {
			policy_scan_json(m, &json);
			continue;
		}
		att_buf_add(&text, any ? ATT_STR("\n") : ATT_STR(""));
		policy_scan_markdown(m, &text);
		any = true;
	}
	if (s->json) {
		att_json_array_end(&json);
		att_json_object_end(&json);
	}
	int status = att_buf_ok(&text) ? cli_write(NULL, att_buf_str(&text), err) : att_err_memory(err);
	att_buf_clear(&text);
	return status;
}

int policy_scan_put(const struct policy_scan_request *s, struct att_err *err)
{
	int status = ATT_OK;
	if (!s->output)
		return put_all(s, err);
	for (size_t i = 0; status == ATT_OK && i < s->scan.count; i++)
		if (s->scan.matters[i].fresh > 0)
			status = put_file(s, &s->scan.matters[i], err);
	return status;
}
