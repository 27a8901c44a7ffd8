// SPDX-License-Identifier: Apache-2.0
#include "policy/workflow.h"

#include "libattest/base/base.h"
#include "libattest/base/glob.h"
#include "libattest/format/yaml.h"
#include "policy/check.h"

#include "libattest/base/banned.h"

enum { COMMIT = 40, DIGEST = 64 };

/* What is looked at, file by file. */
struct workflow {
	const struct policy_workflow_run *run;
	const struct att_source *source;
	struct att_arena arena;
};

void policy_workflow_unread(const struct policy_workflow_run *run, struct att_str file,
			    const struct att_source *source, const struct att_err *err)
{
	att_findings_add_err(run->findings, file, source, err);
	*run->outcome = policy_outcome_join(*run->outcome, ATT_CANNOT_TELL);
}

void policy_workflow_complain(const struct policy_workflow_run *run, const struct att_source *source,
			      const struct policy_workflow_problem *problem, const char *message)
{
	enum policy_level level =
		problem->cannot_tell ? policy_config_level_of_doubt(run->config, problem->code, problem->level)
				     : policy_config_level(run->config, problem->code, problem->level);
	struct att_finding finding = {
		.code = problem->code,
		.severity = level == POLICY_DENY ? ATT_ERROR : ATT_WARNING,
		.message = att_str_of(message),
		.help = att_str_of(problem->help),
		.file = source->path,
		.place = att_source_place(source, problem->span),
		.expected = problem->expected,
		.found = problem->found,
		.cannot_tell = problem->cannot_tell,
	};
	if (level == POLICY_ALLOW)
		return;
	finding.source_line = att_source_line_text(source, finding.place.line);
	att_findings_add(run->findings, &finding);
	if (level == POLICY_DENY)
		*run->outcome = policy_outcome_join(*run->outcome,
						    problem->cannot_tell ? ATT_CANNOT_TELL : ATT_REFUTED);
}

static void malformed(struct workflow *w, struct att_span span, const char *expected)
{
	struct att_err err;
	att_source_err(w->source, &err, ATT_ERR_MALFORMED, span, "expected %s", expected);
	policy_workflow_unread(w->run, w->source->path, w->source, &err);
}

/* --- references ---------------------------------------------------------------------------------------- */

/* The stretch of the source that holds the string's part from `from` on: all of the value where it is not
 * written as it is meant. */
static struct att_span part_span(struct workflow *w, const struct att_value *value, size_t from)
{
	struct att_span span = value->span;
	struct att_str written =
		att_str_first(att_str_from(w->source->text, span.begin), span.end - span.begin);
	size_t at = att_str_find(written, value->string);
	if (at == ATT_STR_NONE)
		return span;
	uint32_t begin = span.begin + (uint32_t)at;
	return (struct att_span){begin + (uint32_t)from, begin + (uint32_t)value->string.len};
}

static bool is_hex(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (att_ascii_hex(text.data[i]) < 0)
			return false;
	return text.len > 0;
}

/* "v4.1.0", "4.1", "v6": also behind "tag=", "owner/name@" and the like, as update tools write them. */
static bool is_version(struct att_str word)
{
	for (size_t i = word.len; i-- > 0;)
		if (strchr("=@:/", word.data[i])) {
			word = att_str_from(word, i + 1);
			break;
		}
	if (word.len > 0 && (word.data[0] == 'v' || word.data[0] == 'V'))
		word = att_str_from(word, 1);
	for (size_t i = 0; i < word.len; i++)
		if (!att_ascii_is_alnum(word.data[i]) && !strchr(".-+_", word.data[i]))
			return false;
	return word.len > 0 && att_ascii_is_digit(word.data[0]);
}

/* The comment behind a value on its line; data is NULL when there is none. */
static struct att_str comment_behind(struct workflow *w, struct att_span span)
{
	struct att_str rest = att_str_from(w->source->text, span.end);
	size_t end = 0;
	while (end < rest.len && rest.data[end] != '\n' && rest.data[end] != '\r')
		end++;
	rest = att_str_first(rest, end);
	for (size_t i = 1; i < rest.len; i++)
		if (rest.data[i] == '#' && att_ascii_is_space(rest.data[i - 1]))
			return att_str_trim(att_str_from(rest, i + 1));
	return (struct att_str){NULL, 0};
}

static void check_comment(struct workflow *w, const struct att_value *uses, size_t at)
{
	struct att_str comment = comment_behind(w, uses->span), rest = comment, word;
	while (att_str_split(&rest, ' ', &word))
		if (is_version(word))
			return;
	const struct policy_workflow_problem problem = {
		.code = "unversioned-action",
		.level = POLICY_WARN,
		.span = part_span(w, uses, at + 1),
		.help = "write the version behind it, as in \"# v4.1.0\"",
		.found = comment,
	};
	policy_workflow_complain(w->run, w->source, &problem,
				 comment.len ? "the comment behind the commit names no version"
					     : "no comment says which version the commit is");
}

static void check_reference(struct workflow *w, const struct att_value *uses, size_t at)
{
	struct att_str ref = att_str_from(uses->string, at + 1);
	if (ref.len == COMMIT && is_hex(ref)) {
		check_comment(w, uses, at);
		return;
	}
	bool hex = ref.len >= 7 && ref.len < COMMIT && is_hex(ref);
	const struct policy_workflow_problem problem = {
		.code = "mutable-action",
		.level = POLICY_DENY,
		.span = part_span(w, uses, at + 1),
		.help = hex ? "write all 40 digits of the commit, and the version behind it: \"# v4.1.0\""
			    : "write the commit that it stands for today, and the version behind it: \"# "
			      "v4.1.0\"",
		.expected = ATT_STR("a commit of 40 hexadecimal digits"),
		.found = ref,
	};
	policy_workflow_complain(
		w->run, w->source, &problem,
		hex ? "the action is pinned to a part of a commit, which others may share"
		    : "the action is named by a tag or branch, which can be moved to other code");
}

static bool is_docker(struct att_str text)
{
	const struct att_str scheme = ATT_STR("docker://");
	return att_str_equal_nocase(att_str_first(text, scheme.len), scheme);
}

/* An image is what its digest says; what a tag before it says does not matter. */
static void check_image(struct workflow *w, const struct att_value *image)
{
	struct att_str text = image->string;
	bool dynamic = att_str_find(text, ATT_STR("${{")) != ATT_STR_NONE;
	size_t at = att_str_find_last_byte(text, '@');
	struct att_str digest = at == ATT_STR_NONE ? (struct att_str){NULL, 0} : att_str_from(text, at + 1);
	if (!dynamic && att_str_starts(digest, ATT_STR("sha256:")) && digest.len == 7 + DIGEST &&
	    is_hex(att_str_from(digest, 7)))
		return;
	const struct policy_workflow_problem problem = {
		.code = "mutable-image",
		.level = POLICY_DENY,
		.span = part_span(w, image, at == ATT_STR_NONE ? 0 : at + 1),
		.help = "write the digest that it stands for today: \"image:tag@sha256:...\"",
		.expected = ATT_STR("sha256: and 64 hexadecimal digits"),
		.found = digest.len ? digest : text,
	};
	policy_workflow_complain(w->run, w->source, &problem,
				 dynamic ? "which image it is, is only known when it runs"
					 : "the image is named by a tag, which can be moved to another one");
}

/* --- who may be used ----------------------------------------------------------------------------------- */

/* `name` in lower case, as the patterns are: names at GitHub have no case. "owner/name" means the actions
 * within it, too. */
static bool matches(struct att_str pattern, struct att_str name)
{
	size_t slash = att_str_find_byte(name, '/');
	size_t second =
		slash == ATT_STR_NONE ? ATT_STR_NONE : att_str_find_byte(att_str_from(name, slash + 1), '/');
	if (att_glob_match(pattern, name))
		return true;
	return second != ATT_STR_NONE && !att_str_starts(name, ATT_STR("docker://")) &&
	       att_glob_match(pattern, att_str_first(name, slash + 1 + second));
}

static struct att_str lower(struct workflow *w, struct att_str name)
{
	struct att_str copy = att_arena_copy(&w->arena, name);
	char *to = (char *)(uintptr_t)copy.data;
	for (size_t i = 0; to && i < copy.len; i++)
		to[i] = att_ascii_lower(to[i]);
	return copy;
}

static void check_lists(struct workflow *w, const struct att_value *uses, struct att_str name)
{
	const struct policy_workflows_config *config = &w->run->config->workflows;
	struct policy_workflow_problem problem = {
		.level = POLICY_DENY, .span = part_span(w, uses, 0), .found = name};
	struct att_str plain = lower(w, name);
	bool allowed = !config->allow_given;
	for (size_t i = 0; i < config->deny.count; i++) {
		if (!matches(config->deny.items[i].text, plain))
			continue;
		problem.code = "banned-action";
		problem.expected = (struct att_str){NULL, 0};
		policy_workflow_complain(w->run, w->source, &problem, "the policy denies this action");
		break;
	}
	for (size_t i = 0; i < config->allow.count; i++) {
		if (!matches(config->allow.items[i].text, plain))
			continue;
		allowed = true;
		if (w->run->used)
			w->run->used[i] = true;
	}
	if (allowed)
		return;
	problem.code = "action-not-allowed";
	problem.help = "add its owner to allow of [workflows], or use another";
	policy_workflow_complain(w->run, w->source, &problem, "the policy does not allow this action");
}

/* --- what is of the tree ------------------------------------------------------------------------------- */

static bool leaves_tree(struct att_str path)
{
	struct att_str part;
	while (path.len > 0 && att_str_split(&path, '/', &part))
		if (att_str_is(part, ".."))
			return true;
	return false;
}

/* "x/y" of ".//x/./y/"; runners on Windows take either slash. */
static struct att_str tidy(struct workflow *w, struct att_str path)
{
	struct att_str copy = att_arena_copy(&w->arena, path), rest, part;
	char *to = (char *)(uintptr_t)copy.data;
	size_t length = 0;
	if (!to)
		return path;
	for (size_t i = 0; i < copy.len; i++)
		to[i] = to[i] == '\\' ? '/' : to[i];
	rest = copy;
	while (rest.len > 0 && att_str_split(&rest, '/', &part)) {
		if (part.len == 0 || att_str_is(part, "."))
			continue;
		if (length > 0)
			to[length++] = '/';
		memmove(to + length, part.data, part.len);
		length += part.len;
	}
	return att_str_first(copy, length);
}

/* Whatever it is then, the tree's files are not it: a step before may have fetched another repository. */
static void complain_unchecked(struct workflow *w, const struct att_value *uses)
{
	const struct policy_workflow_problem problem = {
		.code = "unchecked-action",
		.level = POLICY_DENY,
		.span = part_span(w, uses, 0),
		.help = "use an action of this tree, or one of another repository by its commit",
		.found = uses->string,
		.cannot_tell = true,
	};
	policy_workflow_complain(w->run, w->source, &problem,
				 "the tree has no action there: what runs was not looked at");
}

static void check_local(struct workflow *w, const struct att_value *uses)
{
	static const char *const names[] = {"", "action.yml", "action.yaml", "Dockerfile", "dockerfile"};
	struct att_str folder = tidy(w, uses->string);
	bool known = !w->run->files;
	uint32_t ignored;
	if (leaves_tree(folder)) {
		malformed(w, part_span(w, uses, 0), "a path without \"..\" for \"uses\"");
		return;
	}
	for (size_t i = 0; !known && i < sizeof names / sizeof names[0]; i++) {
		struct att_str between = folder.len > 0 && i > 0 ? ATT_STR("/") : ATT_STR("");
		struct att_str path = ATT_ARENA_JOIN(&w->arena, folder, between, att_str_of(names[i]));
		known = path.data && att_map_find(w->run->files, path, &ignored);
	}
	if (!known)
		complain_unchecked(w, uses);
}

/* --- uses ---------------------------------------------------------------------------------------------- */

static void check_uses(struct workflow *w, const struct att_value *uses)
{
	if (uses->kind != ATT_STRING) {
		malformed(w, uses->span, "a string for \"uses\"");
		return;
	}
	struct att_str text = uses->string;
	if (att_str_find(text, ATT_STR("${{")) != ATT_STR_NONE) {
		const struct policy_workflow_problem problem = {
			.code = "dynamic-action",
			.level = POLICY_DENY,
			.span = part_span(w, uses, 0),
			.help = "name the action itself",
			.found = text,
		};
		policy_workflow_complain(w->run, w->source, &problem, "what runs is only known when it runs");
		return;
	}
	if (att_str_starts(text, ATT_STR("./")) || att_str_starts(text, ATT_STR(".\\"))) {
		check_local(w, uses);
		return;
	}
	size_t at = att_str_find_last_byte(text, '@');
	if (att_str_starts(text, ATT_STR("docker://"))) {
		check_lists(w, uses, att_str_first(text, at));
		check_image(w, uses);
		return;
	}
	size_t slash = att_str_find_byte(text, '/');
	if (at == ATT_STR_NONE || slash == ATT_STR_NONE || slash == 0 || slash + 1 >= at ||
	    at + 1 == text.len || att_str_find_byte(text, '@') != at || leaves_tree(att_str_first(text, at))) {
		malformed(w, part_span(w, uses, 0),
			  "\"owner/name@commit\", \"./path\" or \"docker://image\" for \"uses\"");
		return;
	}
	check_lists(w, uses, att_str_first(text, at));
	check_reference(w, uses, at);
}

/* A key that GitHub does not know, and that would hide what it brings. */
static bool refuse_merge(struct workflow *w, const struct att_value *object)
{
	const struct att_member *merge = att_value_find(object, ATT_STR("<<"));
	if (merge)
		malformed(w, merge->key_span, "no merge key \"<<\", which GitHub does not read");
	return merge != NULL;
}

static void check_steps(struct workflow *w, const struct att_value *steps)
{
	if (!steps)
		return;
	if (steps->kind != ATT_ARRAY) {
		malformed(w, steps->span, "a list of steps");
		return;
	}
	for (size_t i = 0; i < steps->count; i++) {
		const struct att_value *step = &steps->items[i], *uses = att_value_get(step, "uses");
		if (step->kind != ATT_OBJECT) {
			malformed(w, step->span, "a mapping for a step");
			continue;
		}
		if (refuse_merge(w, step))
			continue;
		if (uses)
			check_uses(w, uses);
		else if (!att_value_get(step, "run"))
			malformed(w, step->span, "\"uses\" or \"run\" in a step");
	}
}

/* "container", or one of "services": the image, or a mapping that names it. GitHub starts none for an empty
 * name. */
static void check_container(struct workflow *w, const struct att_value *container)
{
	const struct att_value *image = container;
	if (container && container->kind == ATT_OBJECT) {
		refuse_merge(w, container);
		image = att_value_get(container, "image");
	}
	if (!container || container->kind == ATT_NULL)
		return;
	if (!image || image->kind != ATT_STRING) {
		malformed(w, container->span, "the image of a container");
		return;
	}
	struct att_str text = image->string;
	if (text.len == 0)
		return;
	if (is_docker(text))
		text = att_str_from(text, strlen("docker://"));
	if (att_str_find(text, ATT_STR("${{")) == ATT_STR_NONE) {
		text = att_str_first(text, att_str_find_last_byte(text, '@'));
		check_lists(w, image, ATT_ARENA_JOIN(&w->arena, ATT_STR("docker://"), text));
	}
	check_image(w, image);
}

static void check_services(struct workflow *w, const struct att_value *services)
{
	if (!services || services->kind == ATT_NULL)
		return;
	if (services->kind == ATT_STRING && att_str_find(services->string, ATT_STR("${{")) != ATT_STR_NONE) {
		check_image(w, services);
		return;
	}
	if (services->kind != ATT_OBJECT) {
		malformed(w, services->span, "a mapping of services");
		return;
	}
	refuse_merge(w, services);
	for (size_t i = 0; i < services->count; i++)
		check_container(w, &services->members[i].value);
}

/* --- files --------------------------------------------------------------------------------------------- */

static void check_jobs(struct workflow *w, const struct att_value *jobs, bool *all_ask)
{
	refuse_merge(w, jobs);
	for (size_t i = 0; i < jobs->count; i++) {
		const struct att_value *job = &jobs->members[i].value, *uses = att_value_get(job, "uses");
		const struct att_value *permissions = att_value_get(job, "permissions");
		if (job->kind != ATT_OBJECT) {
			malformed(w, job->span, "a mapping for a job");
			continue;
		}
		refuse_merge(w, job);
		*all_ask &= permissions != NULL;
		policy_workflow_permissions(w->run, w->source, permissions);
		if (uses)
			check_uses(w, uses);
		check_container(w, att_value_get(job, "container"));
		check_services(w, att_value_get(job, "services"));
		check_steps(w, att_value_get(job, "steps"));
	}
}

static void check_workflow(struct workflow *w, const struct att_value *root)
{
	const struct att_member *jobs = att_value_find(root, ATT_STR("jobs"));
	const struct att_value *permissions = att_value_get(root, "permissions");
	bool all_ask = true;
	if (!jobs || jobs->value.kind != ATT_OBJECT || jobs->value.count == 0) {
		malformed(w, jobs ? jobs->value.span : (struct att_span){0, 0},
			  "a workflow with at least one job");
		return;
	}
	refuse_merge(w, root);
	check_jobs(w, &jobs->value, &all_ask);
	policy_workflow_permissions(w->run, w->source, permissions);
	if (permissions || all_ask)
		return;
	const struct policy_workflow_problem problem = {
		.code = "missing-permissions",
		.level = POLICY_WARN,
		.span = jobs->key_span,
		.help = "write \"permissions: { contents: read }\" above the jobs, and what a job needs beyond "
			"it there",
	};
	policy_workflow_complain(w->run, w->source, &problem,
				 "the workflow may do whatever the repository's settings say");
}

static void check_action(struct workflow *w, const struct att_value *root, bool maybe)
{
	const struct att_value *runs = att_value_get(root, "runs"), *image = att_value_get(runs, "image");
	if (!runs || runs->kind != ATT_OBJECT) {
		if (!maybe)
			malformed(w, runs ? runs->span : (struct att_span){0, 0},
				  "an action, which says what it \"runs\"");
		return;
	}
	refuse_merge(w, runs);
	check_steps(w, att_value_get(runs, "steps"));
	if (image && is_docker(att_value_text(image)))
		check_container(w, image);
}

int policy_workflow_check(const struct policy_workflow_run *run, const struct att_source *source,
			  enum policy_workflow_kind kind, struct att_err *err)
{
	struct workflow w = {.run = run, .source = source};
	struct att_value root;
	att_arena_init(&w.arena);
	int status = att_yaml_parse(source, &w.arena, &root, err);
	if (status == ATT_OK) {
		*run->outcome = policy_outcome_join(*run->outcome, ATT_HOLDS);
		if (kind == POLICY_WORKFLOW)
			check_workflow(&w, &root);
		else
			check_action(&w, &root, kind == POLICY_ACTION_MAYBE);
		if (w.arena.failed)
			status = att_err_memory(err);
	} else if (status != ATT_ERR_MEMORY) {
		policy_workflow_unread(run, source->path, source, err);
		status = ATT_OK;
	}
	att_arena_clear(&w.arena);
	return status;
}
