// SPDX-License-Identifier: Apache-2.0
#include "policy/config_reader.h"

#include <stdarg.h>
#include <stdio.h>

#include "libattest/base/distance.h"

#include "libattest/base/banned.h"

/* --- what is wrong ------------------------------------------------------------------------------------- */

static void say(struct policy_config_reader *reader, struct att_finding *finding, struct att_span span,
		const char *message)
{
	finding->message = att_str_of(message);
	finding->file = reader->source->path;
	finding->place = att_source_place(reader->source, span);
	finding->source_line = att_source_line_text(reader->source, finding->place.line);
	att_findings_add(reader->findings, finding);
	if (finding->severity != ATT_ERROR || reader->failed)
		return;
	reader->failed = true;
	att_err_set_at(reader->err, ATT_ERR_MALFORMED, finding->place, "%s", message);
	if (finding->help.len)
		att_err_help(reader->err, "%.*s", ATT_STR_ARG(finding->help));
}

void policy_config_fault(struct policy_config_reader *reader, struct att_span span, const char *help,
			 const char *format, ...)
{
	char message[512];
	struct att_finding finding = {.code = "invalid-value", .severity = ATT_ERROR, .help = att_str_of(help)};
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	say(reader, &finding, span, message);
}

void policy_config_outdated(struct policy_config_reader *reader, struct att_span span, const char *instead,
			    enum policy_level level, const char *format, ...)
{
	char message[512];
	struct att_finding finding = {.code = "deprecated",
				      .severity = level == POLICY_DENY ? ATT_ERROR : ATT_WARNING,
				      .help = att_str_of(instead)};
	va_list args;
	if (level == POLICY_ALLOW)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	say(reader, &finding, span, message);
}

static void say_not_applied(struct policy_config_reader *reader, const struct att_member *member,
			    const struct policy_key *key, const char *what)
{
	enum policy_level level = policy_config_level(reader->config, "key-not-applied", POLICY_WARN);
	struct att_finding finding = {
		.code = "key-not-applied",
		.severity = level == POLICY_DENY ? ATT_ERROR : ATT_WARNING,
		.help = att_str_of(key->text),
	};
	char message[256];
	if (level == POLICY_ALLOW)
		return;
	if (key->kind == POLICY_KEY_SILENT)
		finding.severity = ATT_NOTE;
	snprintf(message, sizeof message, "\"%s\" of %s is not applied", key->name, what);
	say(reader, &finding, member->key_span, message);
}

static void say_unknown(struct policy_config_reader *reader, const struct att_member *member, const char *what,
			const struct policy_key *keys, const struct policy_key *more)
{
	struct att_finding finding = {.code = "unknown-key", .severity = ATT_ERROR};
	const char *best = NULL;
	char message[256], help[128];
	size_t bound = att_distance_bound(member->key);
	for (int table = 0; table < 2; table++)
		for (const struct policy_key *k = table ? more : keys; k && k->name; k++) {
			size_t distance = att_distance(member->key, att_str_of(k->name));
			if (distance < bound) {
				bound = distance;
				best = k->name;
			}
		}
	snprintf(message, sizeof message, "%s has no key \"%.*s\"", what,
		 ATT_STR_ARG(att_str_first(member->key, 100)));
	if (best) {
		snprintf(help, sizeof help, "did you mean \"%s\"?", best);
		finding.help = att_str_of(help);
	}
	say(reader, &finding, member->key_span, message);
}

struct policy_at policy_config_at(const struct policy_config_reader *reader, struct att_span span)
{
	return (struct policy_at){reader->source, span};
}

bool policy_config_is_kind(struct policy_config_reader *reader, const struct att_value *value, const char *name,
			   enum att_kind kind)
{
	static const char *const names[] = {
		[ATT_NULL] = "nothing",   [ATT_BOOL] = "true or false", [ATT_INTEGER] = "a whole number",
		[ATT_FLOAT] = "a number", [ATT_STRING] = "a string",    [ATT_TIME] = "a date",
		[ATT_ARRAY] = "an array", [ATT_OBJECT] = "a table",
	};
	if (value->kind == kind)
		return true;
	policy_config_fault(reader, value->span, NULL, "expected %s for \"%s\", found %s", names[kind], name,
			    att_value_kind_name(value));
	return false;
}

bool policy_config_is(struct policy_config_reader *reader, const struct att_member *member, enum att_kind kind)
{
	char name[64];
	snprintf(name, sizeof name, "%.*s", ATT_STR_ARG(member->key));
	return policy_config_is_kind(reader, &member->value, name, kind);
}

/* --- values -------------------------------------------------------------------------------------------- */

bool policy_config_level_of(struct att_str text, enum policy_level *level)
{
	static const char *const names[] = {"allow", "warn", "deny"};
	for (int i = 0; i < 3; i++) {
		if (att_str_is(text, names[i])) {
			*level = (enum policy_level)i;
			return true;
		}
	}
	return false;
}

void *policy_config_push(struct policy_config_reader *reader, void *items, size_t *count, size_t *capacity,
			 size_t size)
{
	void **list = items;
	void *slot = att_arena_push(reader->arena, list, count, capacity, size);
	if (!slot)
		att_err_memory(reader->err);
	return slot;
}

static int read_entry(struct policy_config_reader *reader, const struct att_value *value, const char *name,
		      struct policy_entries *entries)
{
	if (!policy_config_is_kind(reader, value, name, ATT_STRING))
		return ATT_OK;
	void *items = entries->items;
	struct policy_entry *slot =
		policy_config_push(reader, (void *)&items, &entries->count, &entries->capacity, sizeof *slot);
	if (!slot)
		return ATT_ERR_MEMORY;
	entries->items = items;
	*slot = (struct policy_entry){value->string, policy_config_at(reader, value->span)};
	return ATT_OK;
}

int policy_config_read_texts(struct policy_config_reader *reader, const struct att_member *member,
			     struct att_str **items, size_t *count, size_t *capacity)
{
	struct policy_entries entries = {0};
	int status = ATT_OK;
	if (!policy_config_is(reader, member, ATT_ARRAY))
		return ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < member->value.count; i++)
		status = read_entry(reader, &member->value.items[i], "the entries", &entries);
	for (size_t i = 0; status == ATT_OK && i < entries.count; i++) {
		void *list = *items;
		struct att_str *slot = policy_config_push(reader, (void *)&list, count, capacity, sizeof *slot);
		if (!slot)
			return ATT_ERR_MEMORY;
		*items = list;
		*slot = entries.items[i].text;
	}
	return status;
}

static int read_list(struct policy_config_reader *reader, const struct att_member *member,
		     const struct policy_key *key, void *target)
{
	int status = ATT_OK;
	if (!policy_config_is(reader, member, ATT_ARRAY))
		return ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < member->value.count; i++) {
		const struct att_value *value = &member->value.items[i];
		if (key->kind == POLICY_KEY_ENTRIES) {
			status = read_entry(reader, value, key->name, target);
			continue;
		}
		struct policy_specs *specs = target;
		struct policy_spec spec = {0};
		bool failed = reader->failed;
		reader->failed = false;
		status = policy_config_read_spec(reader, value, key->name, &spec, NULL, NULL);
		if (status == ATT_OK && !reader->failed) {
			void *items = specs->items;
			struct policy_spec *slot = policy_config_push(reader, (void *)&items, &specs->count,
								      &specs->capacity, sizeof *slot);
			if (!slot)
				return ATT_ERR_MEMORY;
			specs->items = items;
			*slot = spec;
		}
		reader->failed |= failed;
	}
	return status;
}

/* Does the value ask for something, other than for what is so without it? */
static bool asks(const struct att_value *value)
{
	if (value->kind == ATT_BOOL)
		return value->boolean;
	if (value->kind == ATT_ARRAY || value->kind == ATT_OBJECT)
		return value->count > 0;
	return !att_str_is(att_value_text(value), "allow");
}

static int read_key(struct policy_config_reader *reader, const struct att_member *member, const char *what,
		    const struct policy_key *key, void *base)
{
	enum policy_level moved;
	if (!base)
		return ATT_OK;
	void *target = (char *)base + key->offset;
	switch (key->kind) {
	case POLICY_KEY_BOOL:
		if (policy_config_is(reader, member, ATT_BOOL))
			*(bool *)target = member->value.boolean;
		return ATT_OK;
	case POLICY_KEY_TEXT:
		if (policy_config_is(reader, member, ATT_STRING))
			*(struct att_str *)target = member->value.string;
		return ATT_OK;
	case POLICY_KEY_LEVEL:
		if (policy_config_is(reader, member, ATT_STRING) &&
		    !policy_config_level_of(member->value.string, target))
			policy_config_fault(reader, member->value.span, "write \"allow\", \"warn\" or \"deny\"",
					    "expected a level for \"%s\", found \"%.*s\"", key->name,
					    ATT_STR_ARG(att_str_first(member->value.string, 100)));
		return ATT_OK;
	case POLICY_KEY_ENTRIES:
	case POLICY_KEY_SPECS:
		return read_list(reader, member, key, target);
	case POLICY_KEY_CUSTOM:
		return key->read(reader, member, base);
	case POLICY_KEY_GONE:
		policy_config_outdated(reader, member->key_span, key->text, POLICY_DENY,
				       "\"%s\" of %s does not exist any more", key->name, what);
		return ATT_OK;
	case POLICY_KEY_MOVED:
		moved = policy_config_level(reader->config, "deprecated", POLICY_WARN);
		policy_config_outdated(reader, member->key_span, key->text, moved,
				       "\"%s\" has another place than %s now", key->name, what);
		return key->read(reader, member, base);
	case POLICY_KEY_NOT_HERE:
		if (asks(&member->value))
			say_not_applied(reader, member, key, what);
		return ATT_OK;
	case POLICY_KEY_SILENT:
		say_not_applied(reader, member, key, what);
		return ATT_OK;
	}
	return ATT_OK;
}

static const struct policy_key *find_key(const struct policy_key *keys, struct att_str name)
{
	for (const struct policy_key *k = keys; k && k->name; k++)
		if (att_str_is(name, k->name))
			return k;
	return NULL;
}

int policy_config_read_table(struct policy_config_reader *reader, const struct att_value *table,
			     const char *what, const struct policy_key *keys, void *base,
			     const struct policy_key *more, void *more_base)
{
	int status = ATT_OK;
	if (!policy_config_is_kind(reader, table, what, ATT_OBJECT))
		return ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < table->count; i++) {
		const struct att_member *member = &table->members[i];
		const struct policy_key *key = find_key(keys, member->key), *other = NULL;
		if (!key)
			other = find_key(more, member->key);
		if (key || other)
			status = read_key(reader, member, what, key ? key : other, key ? base : more_base);
		else
			say_unknown(reader, member, what, keys, more);
	}
	return status;
}

/* --- package specs ------------------------------------------------------------------------------------- */

struct spec_parts {
	struct att_str crate, purl, name, version, reason;
};

static const struct policy_key spec_keys[] = {
	{"crate", POLICY_KEY_TEXT, offsetof(struct spec_parts, crate), NULL, NULL},
	{"purl", POLICY_KEY_TEXT, offsetof(struct spec_parts, purl), NULL, NULL},
	{"name", POLICY_KEY_TEXT, offsetof(struct spec_parts, name), NULL, NULL},
	{"version", POLICY_KEY_TEXT, offsetof(struct spec_parts, version), NULL, NULL},
	{"reason", POLICY_KEY_TEXT, offsetof(struct spec_parts, reason), NULL, NULL},
	{NULL, POLICY_KEY_TEXT, 0, NULL, NULL},
};

static int parse_spec(struct policy_config_reader *reader, struct att_span span, struct att_str text,
		      struct att_str version, struct policy_spec *out)
{
	struct att_err err = {0};
	int status = policy_spec_parse(text, reader->arena, out, &err);
	if (status == ATT_OK && version.len)
		status = policy_spec_require(out, version, reader->arena, &err);
	out->at = policy_config_at(reader, span);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(reader->err);
	if (status != ATT_OK)
		policy_config_fault(reader, span, err.help, "%s", err.message);
	return ATT_OK;
}

static void check_spec_parts(struct policy_config_reader *reader, const struct att_value *value,
			     const char *what, const struct spec_parts *p)
{
	int given = (p->crate.data != NULL) + (p->purl.data != NULL) + (p->name.data != NULL);
	if (given != 1)
		policy_config_fault(reader, value->span,
				    "name the package by crate = \"NAME\" or purl = \"pkg:...\"",
				    "expected one of \"crate\" and \"purl\" in an entry of \"%s\", found %s",
				    what, given ? "both" : "neither");
	else if (p->purl.data && !att_str_starts(p->purl, ATT_STR("pkg:")))
		policy_config_fault(reader, value->span, "write purl = \"pkg:npm/left-pad\"",
				    "expected a package URL for \"purl\", found \"%.*s\"",
				    ATT_STR_ARG(att_str_first(p->purl, 100)));
	else if (p->crate.data && p->version.data)
		policy_config_fault(reader, value->span, "write crate = \"NAME:REQUIREMENT\"",
				    "expected no \"version\" beside \"crate\"");
	else if (p->name.data)
		policy_config_outdated(reader, value->span, "write crate = \"NAME:REQUIREMENT\"",
				       policy_config_level(reader->config, "deprecated", POLICY_WARN),
				       "packages are not named by \"name\" and \"version\" any more");
}

int policy_config_read_spec(struct policy_config_reader *reader, const struct att_value *value,
			    const char *what, struct policy_spec *out, const struct policy_key *more,
			    void *more_base)
{
	struct spec_parts p = {0};
	if (value->kind == ATT_STRING)
		return parse_spec(reader, value->span, value->string, (struct att_str){0}, out);
	if (value->kind != ATT_OBJECT) {
		policy_config_fault(reader, value->span, NULL, "expected strings or tables in \"%s\", found %s",
				    what, att_value_kind_name(value));
		return ATT_OK;
	}
	bool failed = reader->failed;
	reader->failed = false;
	int status = policy_config_read_table(reader, value, what, spec_keys, &p, more, more_base);
	if (status == ATT_OK && !reader->failed)
		check_spec_parts(reader, value, what, &p);
	if (status == ATT_OK && !reader->failed) {
		struct att_str text = p.crate.data ? p.crate : p.purl.data ? p.purl : p.name;
		if (att_str_is(p.version, "*"))
			p.version = (struct att_str){0};
		status = parse_spec(reader, value->span, text, p.version, out);
		out->reason = p.reason;
		out->bare = p.name.data != NULL;
	}
	reader->failed |= failed;
	return status;
}
