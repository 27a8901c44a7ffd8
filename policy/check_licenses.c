// SPDX-License-Identifier: Apache-2.0
/* Licenses: is every component under terms that the policy allows? What a component declares counts; where it
 * declares nothing, the texts beside it; a clarification of the policy before both. */
#include <stdlib.h>

#include "libattest/package/license.h"
#include "libattest/package/license_text.h"
#include "libattest/sign/digest.h"
#include "policy/check.h"
#include "policy/license_files.h"
#include "policy/source.h"

#include "libattest/base/banned.h"

struct licenses {
	const struct policy_run *run;
	const struct policy_licenses_config *config;
	struct att_findings *findings;
	enum att_outcome *outcome;
	struct att_str *allowed; /* of the component that is looked at; room for all entries there are */
	size_t allowed_count;
	bool *used;           /* per entry of config->allow */
	bool *used_exception; /* per exception */
	bool maybe; /* an exception may be meant for the component, but its version cannot be compared */
	struct att_arena arena; /* of the component that is looked at */
};

/* What is known of one component's license. */
struct finding_out {
	const struct sbom_node *node;
	struct att_str name; /* "name version", for messages */
	struct policy_license_texts texts;
	bool looked;
};

static void complain(struct licenses *l, struct policy_complaint complaint)
{
	policy_complain(l->run, &complaint, l->findings, l->outcome);
}

static const struct att_str none = {NULL, 0};

/* --- clarifications ------------------------------------------------------------------------------------ */

static int find_folder(struct licenses *l, struct finding_out *f, struct att_err *err)
{
	if (f->looked)
		return ATT_OK;
	f->looked = true;
	return policy_license_folder(l->run, &f->node->component, &l->arena, &f->texts, err);
}

/* Is the file as it was when somebody read it? *same is not set when a finding says why. */
static int check_file(struct licenses *l, struct finding_out *f, const struct policy_license_file *file,
		      bool *same, struct att_err *err)
{
	struct att_buf bytes;
	struct att_digest digest;
	struct att_err why;
	char hex[ATT_DIGEST_TEXT + 1];
	struct att_str path = file->path.text;
	int code = find_folder(l, f, err);
	if (code != ATT_OK)
		return code;
	att_buf_init(&bytes, ATT_LICENSE_TEXT_LONGEST);
	if (!f->texts.folder_found || policy_license_open(l->run, &f->texts, path, &bytes, &why) != 0) {
		struct policy_complaint complaint = {.code = "missing-clarification-file", .node = f->node};
		complaint.level = POLICY_WARN;
		complaint.message = att_arena_printf(
			&l->arena, "the clarification of %.*s does not count: %.*s is not in the tree",
			ATT_STR_ARG(f->name), ATT_STR_ARG(path));
		complaint.help = ATT_STR("vendor the component, or leave out \"license-files\"");
		complain(l, complaint);
		goto out;
	}
	code = att_digest_bytes(ATT_SHA256, att_buf_str(&bytes), &digest, err);
	if (code != ATT_OK)
		goto out;
	att_digest_hex(&digest, hex);
	if (file->sha256.len > 0 && att_str_is(file->sha256, hex)) {
		*same = true;
	} else if (file->sha256.len > 0) {
		struct policy_complaint complaint = {.code = "clarification-mismatch", .node = f->node};
		complaint.level = POLICY_WARN;
		complaint.message = att_arena_printf(
			&l->arena, "the clarification of %.*s does not count: %.*s is another text",
			ATT_STR_ARG(f->name), ATT_STR_ARG(path));
		complaint.help = ATT_STR("read the text again, and write its SHA-256 into the policy");
		complaint.expected = file->sha256;
		complaint.found = att_str_of(hex);
		complain(l, complaint);
	} else {
		struct policy_complaint complaint = {.code = "weak-clarification-hash", .node = f->node};
		complaint.level = POLICY_WARN;
		complaint.message = att_arena_printf(
			&l->arena, "the clarification of %.*s does not count: 32 bits do not tell texts apart",
			ATT_STR_ARG(f->name));
		complaint.help = att_arena_printf(&l->arena, "write sha256 = \"%s\" in place of \"hash\"", hex);
		complain(l, complaint);
	}
out:
	att_buf_clear(&bytes);
	return code;
}

/* The expression of the first clarification that counts, or empty. */
static int clarified(struct licenses *l, struct finding_out *f, struct att_str *expression, struct att_err *err)
{
	for (size_t i = 0; i < l->config->clarification_count; i++) {
		const struct policy_clarification *c = &l->config->clarifications[i];
		bool all = true;
		if (policy_spec_match(&c->spec, &f->node->component) != POLICY_MATCH_YES)
			continue;
		for (size_t k = 0; k < c->file_count; k++) {
			bool same = false;
			int code = check_file(l, f, &c->files[k], &same, err);
			if (code != ATT_OK)
				return code;
			all = all && same;
		}
		if (all) {
			*expression = c->expression.text;
			return ATT_OK;
		}
	}
	return ATT_OK;
}

/* --- declared, and recognised -------------------------------------------------------------------------- */

static bool says_nothing(struct att_str declared)
{
	declared = att_str_trim(declared);
	return declared.len == 0 || att_str_is(declared, "NOASSERTION") || att_str_is(declared, "NONE");
}

/* What it declares: the lock says, or the manifest that lies in the tree. */
static struct att_str declaration(const struct finding_out *f)
{
	struct att_str locked = f->node->component.license;
	return says_nothing(locked) ? f->texts.declared : locked;
}

/* The same as an expression; empty when it cannot be told. */
static struct att_str declared(struct licenses *l, const struct finding_out *f)
{
	struct att_str text = declaration(f);
	struct att_license license;
	if (says_nothing(text))
		return none;
	if (att_license_parse(text, &l->arena, &license, NULL) == ATT_OK)
		return text;
	struct att_str guess = att_license_from_manifest(text, &l->arena);
	struct att_str shown = att_str_first(text, 200);
	if (guess.len > 0)
		complain(l, (struct policy_complaint){
				    .code = "license-guessed",
				    .level = POLICY_ALLOW,
				    .node = f->node,
				    .message = att_arena_printf(
					    &l->arena, "\"%.*s\", which %.*s declares, is read as %.*s",
					    ATT_STR_ARG(shown), ATT_STR_ARG(f->name), ATT_STR_ARG(guess))});
	else
		complain(l,
			 (struct policy_complaint){
				 .code = "parse-error",
				 .level = POLICY_WARN,
				 .node = f->node,
				 .message = att_arena_printf(
					 &l->arena, "%.*s declares \"%.*s\", which is no license expression",
					 ATT_STR_ARG(f->name), ATT_STR_ARG(shown)),
				 .help = ATT_STR("clarify what it means in the policy: [[licenses.clarify]]")});
	return guess;
}

static int recognised(struct licenses *l, struct finding_out *f, struct att_str *expression,
		      struct att_err *err)
{
	int code = find_folder(l, f, err);
	if (code == ATT_OK)
		code = policy_license_read(l->run, l->config->confidence_threshold, &l->arena, &f->texts, err);
	if (code != ATT_OK || f->texts.expression.len == 0)
		return code;
	*expression = f->texts.expression;
	if (says_nothing(declaration(f)))
		complain(l, (struct policy_complaint){.code = "no-license-field",
						      .level = POLICY_WARN,
						      .node = f->node,
						      .message = att_arena_printf(
							      &l->arena, "%.*s declares no license; %.*s",
							      ATT_STR_ARG(f->name), ATT_STR_ARG(f->texts.what)),
						      .help = ATT_STR("declare the license in its manifest"),
						      .found = *expression});
	return ATT_OK;
}

/* --- allowed? ------------------------------------------------------------------------------------------ */

/* Fills l->allowed with what is allowed to this component. */
static void gather_allowed(struct licenses *l, const struct sbom_component *component)
{
	l->allowed_count = 0;
	l->maybe = false;
	for (size_t i = 0; i < l->config->allow.count; i++)
		l->allowed[l->allowed_count++] = l->config->allow.items[i].text;
	for (size_t i = 0; i < l->config->exception_count; i++) {
		const struct policy_exception *exception = &l->config->exceptions[i];
		enum policy_match match = policy_spec_match(&exception->spec, component);
		l->maybe = l->maybe || match == POLICY_MATCH_UNKNOWN;
		for (size_t k = 0; match == POLICY_MATCH_YES && k < exception->allow.count; k++)
			l->allowed[l->allowed_count++] = exception->allow.items[k].text;
	}
}

static bool covers(struct att_str entry, const struct att_license *license)
{
	for (size_t i = 0; i < license->count; i++) {
		struct att_license one = {&license->nodes[i], 1};
		if (license->nodes[i].op == ATT_LICENSE_ID && att_license_satisfied(&one, &entry, 1))
			return true;
	}
	return false;
}

/* Remembers which entries of the policy had something to say about this license. */
static void mark_used(struct licenses *l, const struct sbom_component *component,
		      const struct att_license *license)
{
	for (size_t i = 0; i < l->config->allow.count; i++)
		l->used[i] = l->used[i] || covers(l->config->allow.items[i].text, license);
	for (size_t i = 0; i < l->config->exception_count; i++) {
		const struct policy_exception *exception = &l->config->exceptions[i];
		if (l->used_exception[i] || policy_spec_match(&exception->spec, component) != POLICY_MATCH_YES)
			continue;
		for (size_t k = 0; k < exception->allow.count; k++)
			l->used_exception[i] =
				l->used_exception[i] || covers(exception->allow.items[k].text, license);
	}
}

/* The licenses of the expression that nothing allows, once each. */
static struct att_str not_allowed(struct licenses *l, const struct att_license *license)
{
	struct att_str list = none;
	for (size_t i = 0; i < license->count; i++) {
		struct att_license one = {&license->nodes[i], 1};
		if (license->nodes[i].op != ATT_LICENSE_ID ||
		    att_license_satisfied(&one, l->allowed, l->allowed_count))
			continue;
		struct att_str text = att_license_write(&one, &l->arena);
		list = list.len > 0 ? ATT_ARENA_JOIN(&l->arena, list, ATT_STR(", "), text) : text;
		if (list.len > 200)
			break;
	}
	return list;
}

static int judge(struct licenses *l, const struct finding_out *f, struct att_str expression,
		 struct att_err *err)
{
	struct att_license license;
	int code = att_license_parse(expression, &l->arena, &license, err);
	if (code != ATT_OK)
		return code;
	gather_allowed(l, &f->node->component);
	mark_used(l, &f->node->component, &license);
	if (att_license_satisfied(&license, l->allowed, l->allowed_count))
		return ATT_OK;
	struct att_str refused = not_allowed(l, &license);
	struct att_str text = att_license_write(&license, &l->arena);
	const struct att_str help =
		l->maybe ? ATT_STR("an exception may be meant for it, but its version cannot be compared")
			 : ATT_STR("replace it, or add the license to \"allow\" or, for it alone, to "
				   "\"exceptions\"");
	complain(l, (struct policy_complaint){
			    .code = "rejected",
			    .level = POLICY_DENY,
			    .cannot_tell = l->maybe,
			    .node = f->node,
			    .message = att_arena_printf(
				    &l->arena, "%.*s is under %.*s, and the policy does not allow %.*s",
				    ATT_STR_ARG(f->name), ATT_STR_ARG(text), ATT_STR_ARG(refused)),
			    .help = help,
			    .found = text});
	return ATT_OK;
}

static void complain_unlicensed(struct licenses *l, const struct finding_out *f)
{
	struct att_str why = f->texts.what;
	if (why.len == 0)
		why = f->texts.folder_found ? ATT_STR("no license text lies beside it")
					    : ATT_STR("its files are not in the tree");
	bool some = !says_nothing(declaration(f));
	complain(l,
		 (struct policy_complaint){
			 .code = "unlicensed",
			 .level = POLICY_DENY,
			 .cannot_tell = true,
			 .node = f->node,
			 .message = att_arena_printf(
				 &l->arena, "the license of %.*s could not be told: it declares %s, and %.*s",
				 ATT_STR_ARG(f->name), some ? "nothing that is understood" : "none",
				 ATT_STR_ARG(why)),
			 .help = ATT_STR("find out, and clarify it in the policy: [[licenses.clarify]]")});
}

/* --- which components ---------------------------------------------------------------------------------- */

static bool listed(const struct policy_entries *entries, struct att_str url)
{
	for (size_t i = 0; i < entries->count; i++)
		if (policy_source_within(url, entries->items[i].text))
			return true;
	return false;
}

/* The tree's own packages, where the policy says so, and what comes from sources that it names. */
static bool is_private(const struct licenses *l, const struct sbom_component *component)
{
	/* A graph does not say what is published where: all of the tree's own packages are meant, and so those
	 * that are published to "registries" alone. */
	if (component->origin == SBOM_ORIGIN_LOCAL)
		return l->config->private_packages.ignore;
	return listed(&l->config->private_packages.ignore_sources, component->origin_url);
}

static bool is_meant(const struct licenses *l, const struct sbom_node *node)
{
	const struct sbom_component *c = &node->component;
	if (c->kind == SBOM_OPERATING_SYSTEM || c->kind == SBOM_FILE || is_private(l, c))
		return false;
	/* The root stands for the document unless it is a package itself. */
	if (node == l->run->graph->nodes && c->purl.len == 0 && c->license.len == 0)
		return false;
	return (node->reach != SBOM_DEV || l->config->include_dev) &&
	       (node->reach != SBOM_BUILD || l->config->include_build);
}

static int check_node(struct licenses *l, const struct sbom_node *node, struct att_err *err)
{
	const struct sbom_component *c = &node->component;
	struct finding_out f = {.node = node};
	struct att_str expression = none;
	struct att_str name =
		c->group.len > 0 ? ATT_ARENA_JOIN(&l->arena, c->group, ATT_STR("/"), c->name) : c->name;
	if (name.len == 0)
		name = node->ref;
	f.name = c->version.len > 0 ? ATT_ARENA_JOIN(&l->arena, name, ATT_STR(" "), c->version) : name;
	int code = clarified(l, &f, &expression, err);
	if (code == ATT_OK && expression.len == 0 && says_nothing(c->license))
		code = find_folder(l, &f, err);
	if (code == ATT_OK && expression.len == 0)
		expression = declared(l, &f);
	if (code == ATT_OK && expression.len == 0)
		code = recognised(l, &f, &expression, err);
	if (code != ATT_OK)
		return code;
	if (expression.len == 0)
		complain_unlicensed(l, &f);
	else
		code = judge(l, &f, expression, err);
	return code;
}

/* --- the policy's own entries -------------------------------------------------------------------------- */

static void report_unused(struct licenses *l)
{
	for (size_t i = 0; i < l->config->allow.count; i++) {
		const struct policy_entry *entry = &l->config->allow.items[i];
		struct policy_complaint complaint = {.code = "license-not-encountered", .at = &entry->at};
		complaint.level = l->config->unused_allowed;
		complaint.message =
			att_arena_printf(&l->arena, "no component is under %.*s", ATT_STR_ARG(entry->text));
		complaint.help = ATT_STR("take it out: a license that nobody needs need not be allowed");
		if (!l->used[i])
			complain(l, complaint);
	}
	for (size_t i = 0; i < l->config->exception_count; i++) {
		const struct policy_exception *exception = &l->config->exceptions[i];
		struct policy_complaint complaint = {.code = "license-exception-not-encountered",
						     .at = &exception->at};
		complaint.level = l->config->unused_exception;
		complaint.message = att_arena_printf(&l->arena, "nothing needs the exception for %.*s",
						     ATT_STR_ARG(exception->spec.text));
		complaint.help = ATT_STR("take it out, or correct the name, the version or the license");
		if (!l->used_exception[i])
			complain(l, complaint);
	}
}

static void complain_empty(struct licenses *l)
{
	struct policy_complaint complaint = {
		.code = "no-license-policy",
		.level = POLICY_DENY,
		.cannot_tell = true,
		.message = ATT_STR("the policy allows no license, so that nothing can be judged by it"),
		.help = ATT_STR(
			"list the licenses that you accept: [licenses] allow = [\"MIT\", \"Apache-2.0\"]"),
	};
	complain(l, complaint);
}

static int check(const struct policy_run *run, struct att_findings *findings, enum att_outcome *outcome,
		 struct att_err *err)
{
	struct licenses l = {
		.run = run, .config = &run->config->licenses, .findings = findings, .outcome = outcome};
	size_t entries = l.config->allow.count;
	int code = ATT_OK;
	*outcome = ATT_NOT_CHECKED;
	for (size_t i = 0; i < l.config->exception_count; i++)
		entries += l.config->exceptions[i].allow.count;
	l.allowed = calloc(entries + 1, sizeof *l.allowed);
	l.used = calloc(l.config->allow.count + 1, sizeof *l.used);
	l.used_exception = calloc(l.config->exception_count + 1, sizeof *l.used_exception);
	if (!l.allowed || !l.used || !l.used_exception) {
		code = att_err_memory(err);
		goto out;
	}
	if (entries == 0) {
		complain_empty(&l);
		goto out;
	}
	for (size_t i = 0; code == ATT_OK && i < run->graph->node_count; i++) {
		if (!is_meant(&l, &run->graph->nodes[i]))
			continue;
		*outcome = policy_outcome_join(*outcome, ATT_HOLDS);
		code = check_node(&l, &run->graph->nodes[i], err);
		if (code == ATT_OK && l.arena.failed)
			code = att_err_memory(err);
		att_arena_clear(&l.arena);
	}
	if (code == ATT_OK)
		report_unused(&l);
out:
	free(l.allowed);
	free(l.used);
	free(l.used_exception);
	att_arena_clear(&l.arena);
	return code;
}

const struct policy_check policy_check_licenses = {
	.name = "licenses",
	.summary = "every component is under a license that the policy allows",
	.run = check,
};
