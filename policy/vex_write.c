// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/base/time.h"
#include "libattest/format/json.h"
#include "policy/concern.h"
#include "policy/vex.h"
#include "sbom/document.h"

#include "libattest/base/banned.h"

/* What is stated about an advisory; equal for the components that one statement is about. */
struct stated {
	const struct policy_concern *concern;
	struct att_str purl; /* of the component */
	enum policy_vex_status status;
	struct att_str justification, impact, action, notes;
	bool has_time;
	int64_t time;
};

struct writer {
	const struct policy_run *run;
	struct att_arena arena;
	struct att_json_writer json;
	struct stated *stated;
	size_t count;
	struct att_str product;
};

/* "DO until 2026-01-31: WHY" */
static struct att_str decided(struct writer *w, const struct policy_ignore *ignore, const char *what)
{
	char text[ATT_TIME_TEXT + 1];
	struct att_str why = ignore->reason.len ? ignore->reason : ATT_STR("no reason is given");
	if (!ignore->has_expires)
		return ATT_ARENA_JOIN(&w->arena, att_str_of(what), ATT_STR(": "), why);
	att_time_format(ignore->expires, text);
	return ATT_ARENA_JOIN(&w->arena, att_str_of(what), ATT_STR(" until "),
			      att_str_first(att_str_of(text), 10), ATT_STR(": "), why);
}

/* An entry of the policy says that a risk is taken, or with a justification that there is none. */
static void decide(struct writer *w, const struct policy_ignore *ignore, struct stated *s)
{
	if (ignore->justification.len == 0) {
		s->action = decided(w, ignore, "The risk is accepted");
		return;
	}
	s->status = POLICY_VEX_NOT_AFFECTED;
	s->justification = ignore->justification;
	s->impact = ignore->reason;
	/* OpenVEX has no end for a statement. */
	if (ignore->has_expires)
		s->notes = decided(w, ignore, "Decided");
}

static struct stated state(struct writer *w, const struct policy_concern *concern)
{
	const struct sbom_component *c = &w->run->graph->nodes[concern->node].component;
	struct stated s = {.concern = concern, .purl = c->purl, .status = POLICY_VEX_AFFECTED};
	if (concern->vex) {
		const struct policy_vex_statement *vex = concern->vex;
		s.status = vex->status;
		s.justification = vex->justification;
		s.impact = vex->impact;
		s.action = vex->action;
		s.notes = vex->notes;
		s.time = vex->time;
		s.has_time = true;
	} else if (concern->ignore) {
		decide(w, concern->ignore, &s);
	} else if (concern->outcome != ATT_HOLDS) {
		s.status = POLICY_VEX_UNDER_INVESTIGATION;
		s.notes = ATT_ARENA_JOIN(&w->arena, ATT_STR("Could not be told: "), concern->reason);
	} else if (concern->fix.len > 0) {
		s.action =
			ATT_ARENA_JOIN(&w->arena, ATT_STR("Upgrade "), c->name, ATT_STR(" to "), concern->fix);
	} else {
		s.action = ATT_STR("No version is known that fixes it");
	}
	return s;
}

static int order(const void *left, const void *right)
{
	const struct stated *a = left, *b = right;
	const struct att_str *const texts[][2] = {
		{&a->concern->advisory->id, &b->concern->advisory->id},
		{&a->justification, &b->justification},
		{&a->impact, &b->impact},
		{&a->action, &b->action},
		{&a->notes, &b->notes},
	};
	int result = 0;
	for (size_t i = 0; result == 0 && i < sizeof texts / sizeof texts[0]; i++)
		result = att_str_compare(*texts[i][0], *texts[i][1]);
	if (result == 0)
		result = (a->status > b->status) - (a->status < b->status);
	return result ? result : (a->time > b->time) - (a->time < b->time);
}

static int order_all(const void *left, const void *right)
{
	int result = order(left, right);
	return result ? result
		      : att_str_compare(((const struct stated *)left)->purl,
					((const struct stated *)right)->purl);
}

static void write_product(struct writer *w, const struct stated *s, size_t count)
{
	struct att_json_writer *json = &w->json;
	att_json_key(json, "products");
	att_json_array(json);
	if (w->product.len > 0) {
		att_json_object(json);
		att_json_member(json, "@id", w->product);
		att_json_key(json, "subcomponents");
		att_json_array(json);
	}
	for (size_t i = 0; i < count; i++) {
		att_json_line_object(json);
		att_json_member(json, "@id", s[i].purl);
		att_json_object_end(json);
	}
	if (w->product.len > 0) {
		att_json_array_end(json);
		att_json_object_end(json);
	}
	att_json_array_end(json);
}

static void write_statement(struct writer *w, const struct stated *s, size_t count)
{
	struct att_json_writer *json = &w->json;
	char time[ATT_TIME_TEXT + 1];
	att_json_object(json);
	att_json_key(json, "vulnerability");
	att_json_object(json);
	att_json_member(json, "name", s->concern->advisory->id);
	if (s->concern->alias_count > 0) {
		att_json_key(json, "aliases");
		att_json_array(json);
		for (size_t i = 0; i < s->concern->alias_count; i++)
			att_json_string(json, s->concern->aliases[i]);
		att_json_array_end(json);
	}
	att_json_object_end(json);
	write_product(w, s, count);
	att_json_member(json, "status", att_str_of(policy_vex_status_name(s->status)));
	att_json_member_if(json, "justification", s->justification);
	att_json_member_if(json, "impact_statement", s->impact);
	att_json_member_if(json, "action_statement", s->action);
	att_json_member_if(json, "status_notes", s->notes);
	if (s->has_time) {
		att_time_format(s->time, time);
		att_json_member(json, "timestamp", att_str_of(time));
	}
	att_json_object_end(json);
}

static void write_statements(struct writer *w)
{
	size_t begin = 0;
	att_json_key(&w->json, "statements");
	att_json_array(&w->json);
	for (size_t i = 1; i <= w->count; i++) {
		if (i < w->count && order(&w->stated[begin], &w->stated[i]) == 0)
			continue;
		write_statement(w, &w->stated[begin], i - begin);
		begin = i;
	}
	att_json_array_end(&w->json);
}

/* Returns where the id's UUID stands. */
static size_t write_document(struct writer *w, const struct policy_vex_options *options, struct att_buf *out)
{
	char time[ATT_TIME_TEXT + 1];
	att_time_format(options->time, time);
	att_json_begin(&w->json, out, false);
	att_json_object(&w->json);
	att_json_member(&w->json, "@context", ATT_STR("https://openvex.dev/ns/v0.2.0"));
	att_json_member(&w->json, "@id", ATT_STR("urn:uuid:" SBOM_UUID_PLACEHOLDER));
	size_t at = out->len - sizeof SBOM_UUID_PLACEHOLDER;
	att_json_member(&w->json, "author", options->author);
	att_json_member(&w->json, "timestamp", att_str_of(time));
	att_json_key(&w->json, "version");
	att_json_uint(&w->json, 1);
	att_json_member(&w->json, "tooling", ATT_STR("attest policy"));
	write_statements(w);
	att_json_object_end(&w->json);
	return at;
}

/* What is no flaw of the code is nothing that OpenVEX has a word for. */
static bool is_stated(const struct policy_concern *concern)
{
	return !concern->yanked && concern->kind != POLICY_UNMAINTAINED && concern->kind != POLICY_NOTICE;
}

int policy_vex_write(const struct policy_run *run, const struct policy_concerns *concerns,
		     const struct policy_vex_options *options, struct att_buf *out, struct att_err *err)
{
	struct writer w = {.run = run, .product = ATT_STR("")};
	int status = ATT_OK;
	w.stated = att_arena_alloc(&w.arena, concerns->count, sizeof *w.stated);
	if (run->graph->node_count > 0)
		w.product = policy_vex_product(&run->graph->nodes[0].component, &w.arena);
	for (size_t i = 0; w.stated && i < concerns->count; i++)
		if (is_stated(&concerns->items[i]))
			w.stated[w.count++] = state(&w, &concerns->items[i]);
	if (w.arena.failed || !w.stated || !w.product.data) {
		status = att_err_memory(err);
	} else if (w.count == 0) {
		status = att_err_set(err, ATT_ERR_NOT_FOUND,
				     "no advisory concerns a component: OpenVEX has no document that says so");
	} else {
		qsort(w.stated, w.count, sizeof *w.stated, order_all);
		size_t at = write_document(&w, options, out);
		if (!att_buf_ok(out))
			status = att_err_set(err, ATT_ERR_LIMIT, "the VEX document does not fit into %zu bytes",
					     out->max);
		else
			status = sbom_document_seal(out, at, err);
	}
	att_arena_clear(&w.arena);
	return status;
}
