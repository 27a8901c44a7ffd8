// SPDX-License-Identifier: Apache-2.0
#include "release/versions.h"

#include "libattest/statement/tag_template.h"
#include "release/template.h"
#include "sbom/gomod.h"

#include "libattest/base/banned.h"

#define MAIN "main"

/* A [[version]], looked at. */
struct looked {
	const struct release_place *place;
	struct release_search search;
	int status;
	struct att_err problem;
};

struct looking {
	struct release_versions_run run;
	struct looked *items;
	size_t count;
};

/* --- rows and findings --------------------------------------------------------------------------------- */

static enum att_outcome join(enum att_outcome a, enum att_outcome b)
{
	static const int weights[] = {
		[ATT_NOT_CHECKED] = 0, [ATT_HOLDS] = 1, [ATT_CANNOT_TELL] = 2, [ATT_REFUTED] = 3};
	return weights[a] >= weights[b] ? a : b;
}

void release_versions_add(struct release_versions_run *run, struct release_versions_row row)
{
	struct release_versions *out = run->out;
	void *items = out->rows;
	struct release_versions_row *slot =
		att_arena_push(&out->arena, &items, &out->count, &out->capacity, sizeof *slot);
	out->outcome = join(out->outcome, row.outcome);
	if (!slot) {
		run->starved = true;
		return;
	}
	out->rows = items;
	*slot = row;
}

void release_versions_complain(struct release_versions_run *run, const struct att_source *source,
			       struct att_span span, struct att_finding *finding)
{
	finding->severity = ATT_ERROR;
	finding->file = source->path;
	finding->place = att_source_place(source, span);
	finding->source_line = att_source_line_text(source, finding->place.line);
	att_findings_add(run->findings, finding);
}

void release_versions_fail(struct release_versions_run *run, const struct release_place *place,
			   const struct att_source *source, const struct att_err *problem)
{
	const struct att_source *config = run->config->source;
	bool missing = problem->code == ATT_ERR_NOT_FOUND, bad_field = problem->code == ATT_ERR_USAGE;
	struct att_err told = *problem;
	struct att_finding finding = {
		.code = "missing-place",
		.severity = ATT_ERROR,
		.message = att_str_of(problem->message),
		.help = att_str_of(problem->help),
		.file = source ? source->path : place->file,
		.place = problem->place,
	};
	if (bad_field) {
		told.code = ATT_ERR_MALFORMED;
		told.place = att_source_place(config, place->field_span);
		source = config;
	}
	if (missing && source && problem->place.line)
		finding.source_line = att_source_line_text(source, problem->place.line);
	if (missing && !source)
		release_versions_complain(run, config, place->file_span, &finding);
	else if (missing)
		att_findings_add(run->findings, &finding);
	else
		att_findings_add_err(run->findings, source ? source->path : place->file, source, &told);
	release_versions_add(run, (struct release_versions_row){
					  .group = place->group,
					  .file = place->file,
					  .field = place->field,
					  .line = source && !bad_field ? problem->place.line : 0,
					  .outcome = missing ? ATT_REFUTED : ATT_CANNOT_TELL,
				  });
}

/* --- what decides -------------------------------------------------------------------------------------- */

static struct release_group *find_group(const struct release_versions *out, struct att_str name)
{
	for (size_t i = 0; i < out->group_count; i++)
		if (att_str_equal(out->groups[i].name, name))
			return &out->groups[i];
	return NULL;
}

static int list_groups(struct looking *l, struct att_err *err)
{
	struct release_versions *out = l->run.out;
	for (size_t i = 0; i < l->count; i++) {
		void *items = out->groups;
		if (find_group(out, l->items[i].place->group))
			continue;
		struct release_group *group = att_arena_push(&out->arena, &items, &out->group_count,
							     &out->group_capacity, sizeof *group);
		if (!group)
			return att_err_memory(err);
		out->groups = items;
		*group = (struct release_group){.name = l->items[i].place->group};
	}
	return ATT_OK;
}

/* The place that decides: what version-from names, else the first of the group. A stamped one says nothing, nor
 * does a module path. */
static const struct looked *find_decider(const struct looking *l, const struct release_group *group)
{
	struct att_str from = l->run.config->project.version_from;
	bool named = from.len > 0 && att_str_is(group->name, MAIN);
	for (size_t i = 0; i < l->count; i++) {
		const struct looked *looked = &l->items[i];
		bool is_meant = named ? att_str_equal(looked->place->file, from)
				      : att_str_equal(looked->place->group, group->name);
		bool is_module = looked->status == ATT_OK && looked->search.places[0].module.len > 0;
		if (is_meant && !looked->place->is_stamped && !is_module)
			return looked;
	}
	return NULL;
}

/* The group that --tag is about. */
static struct att_str tagged_group(const struct looking *l)
{
	const struct release_versions *out = l->run.out;
	if (l->run.options->group.len > 0)
		return l->run.options->group;
	return out->group_count == 1 ? out->groups[0].name : ATT_STR(MAIN);
}

static void decide(struct looking *l, struct release_group *group)
{
	const struct looked *decider = find_decider(l, group);
	struct att_str tag = l->run.options->tag, version;
	if (decider && decider->status == ATT_OK) {
		const struct release_found *found = &decider->search.places[0];
		group->decider = found;
		group->scheme = found->scheme;
		if (release_spelling_reads(found->scheme, found->version))
			group->version = found->version;
	} else if (!decider && tag.len > 0 && att_str_equal(group->name, tagged_group(l)) &&
		   att_tag_template_version(l->run.config->project.tag, tag, &version) &&
		   release_spelling_reads(RELEASE_ANY, version)) {
		group->version = version;
	}
}

/* Go's modules say no more than their major version; what the version is, the tag alone says. */
static const struct release_found *find_module(const struct looking *l, const struct release_group *group)
{
	const struct release_found *first = NULL;
	for (size_t i = 0; i < l->count; i++) {
		const struct looked *looked = &l->items[i];
		if (!att_str_equal(looked->place->group, group->name))
			continue;
		if (looked->status != ATT_OK || looked->place->is_stamped || looked->place->packed.len > 0 ||
		    looked->search.places[0].module.len == 0)
			return NULL;
		first = first ? first : &looked->search.places[0];
	}
	return first;
}

static void decide_all(struct looking *l)
{
	struct release_versions *out = l->run.out;
	for (size_t i = 0; i < out->group_count; i++) {
		decide(l, &out->groups[i]);
		out->groups[i].module = find_module(l, &out->groups[i]);
	}
	/* Parts whose sources say nothing are released with the main one. */
	const struct release_group *first = find_group(out, ATT_STR(MAIN));
	for (size_t i = 0; first && i < out->group_count; i++) {
		struct release_group *group = &out->groups[i];
		if (group->version.len == 0 && !find_decider(l, group)) {
			group->version = first->version;
			group->scheme = first->scheme;
		}
	}
}

/* --- one place ----------------------------------------------------------------------------------------- */

static void add_found(struct looking *l, const struct looked *looked, const struct release_found *found,
		      struct att_str expected, enum att_outcome outcome, const char *note)
{
	const struct att_source *source = &found->file->source;
	struct release_versions_row row = {
		.group = looked->place->group,
		.file = found->file->path,
		.field = found->field,
		.line = att_source_line(source, found->span.begin),
		.expected = expected,
		.found = found->module,
		.outcome = outcome,
		.note = note,
	};
	if (found->module.len == 0)
		row.found = ATT_ARENA_JOIN(&l->run.out->arena, found->mark, found->version, found->build);
	if (expected.len > 0 && found->module.len == 0)
		row.expected = ATT_ARENA_JOIN(&l->run.out->arena, found->mark, expected);
	l->run.starved |= l->run.out->arena.failed;
	release_versions_add(&l->run, row);
}

/* `told` holds the message and what to do next. */
static void complain(struct looking *l, const struct release_found *found, struct att_finding finding,
		     const struct att_err *told)
{
	finding.message = att_str_of(told->message);
	finding.help = att_str_of(told->help);
	if (finding.found.len == 0)
		finding.found = found->version;
	release_versions_complain(&l->run, &found->file->source, found->span, &finding);
}

static void complain_of_invalid(struct looking *l, const struct looked *looked,
				const struct release_found *found)
{
	struct att_err told;
	const struct att_finding finding = {.code = "invalid-version"};
	struct att_str shown = att_str_first(found->version, 100);
	att_err_set(&told, ATT_ERR_REFUSED, "expected a version of %s, found \"%.*s\"",
		    release_scheme_name(found->scheme), ATT_STR_ARG(shown));
	complain(l, found, finding, &told);
	add_found(l, looked, found, ATT_STR(""), ATT_REFUTED, NULL);
}

static void help_set(struct att_err *told, const struct release_group *group)
{
	struct att_str name = att_str_first(group->name, 60);
	if (att_str_is(name, MAIN))
		att_err_help(told, "\"attest align versions --set VERSION\" writes all places of the group");
	else
		att_err_help(
			told,
			"\"attest align versions --group %.*s --set VERSION\" writes all places of the group",
			ATT_STR_ARG(name));
}

static void compare(struct looking *l, const struct looked *looked, const struct release_found *found,
		    const struct release_group *group)
{
	struct att_arena *arena = &l->run.out->arena;
	struct att_err told, why;
	struct att_str expected;
	struct att_finding finding = {.code = "version-drift"};
	bool decides = found == group->decider;
	int status = release_spelling_of(found->scheme, group->version, arena, &expected, &why);
	if (decides || release_spelling_same(found->scheme, found->version, group->scheme, group->version)) {
		add_found(l, looked, found, found->version, ATT_HOLDS, decides ? "decides" : NULL);
		return;
	}
	if (status == ATT_OK)
		finding.expected = ATT_ARENA_JOIN(arena, found->mark, expected);
	finding.found = ATT_ARENA_JOIN(arena, found->mark, found->version);
	if (status != ATT_OK)
		att_err_set(&told, ATT_ERR_REFUSED, "%s", why.message);
	else
		att_err_set(&told, ATT_ERR_REFUSED, "expected the version %.*s%s%.*s, found %.*s",
			    ATT_STR_ARG(att_str_first(finding.expected, 100)), found->field.len ? " for " : "",
			    ATT_STR_ARG(att_str_first(found->field, 100)),
			    ATT_STR_ARG(att_str_first(finding.found, 100)));
	help_set(&told, group);
	complain(l, found, finding, &told);
	add_found(l, looked, found, expected, ATT_REFUTED, NULL);
}

static void check_stamped(struct looking *l, const struct looked *looked, const struct release_found *found)
{
	struct att_err told;
	const struct att_finding finding = {.code = "not-placeholder", .expected = ATT_STR("0.0.0")};
	struct att_str shown = att_str_first(found->version, 100);
	bool holds = release_spelling_is_placeholder(found->version);
	if (!holds) {
		att_err_set(&told, ATT_ERR_REFUSED,
			    "expected the placeholder 0.0.0 in a stamped source, found %.*s",
			    ATT_STR_ARG(shown));
		att_err_help(
			&told,
			"write 0.0.0 back, or leave out mode = \"stamped\" when the source has the version");
		complain(l, found, finding, &told);
	}
	add_found(l, looked, found, ATT_STR("0.0.0"), holds ? ATT_HOLDS : ATT_REFUTED, "placeholder");
}

/* The major version that the path of a module has to end in; those below 2 have none, but under gopkg.in. */
static void check_module(struct looking *l, const struct looked *looked, const struct release_found *found,
			 const struct release_group *group)
{
	struct att_err told, why;
	struct att_str version, expected;
	struct att_finding finding = {.code = "version-drift", .found = found->module};
	int status = release_spelling_of(RELEASE_GO, group->version, &l->run.out->arena, &version, &why);
	bool holds = status == ATT_OK && sbom_go_is_major(found->module, version);
	struct att_str major = att_str_first(version, att_str_find_byte(version, '.'));
	bool is_first = att_str_is(major, "v0") || att_str_is(major, "v1");
	if (att_str_starts(found->module, ATT_STR("gopkg.in/")))
		expected = att_arena_printf(&l->run.out->arena, ".%.*s", ATT_STR_ARG(major));
	else
		expected = is_first ? ATT_STR("no /vN")
				    : att_arena_printf(&l->run.out->arena, "/%.*s", ATT_STR_ARG(major));
	if (status == ATT_ERR_MEMORY || !expected.data)
		l->run.starved = true;
	if (!holds && status != ATT_OK)
		att_err_set(&told, ATT_ERR_REFUSED, "%s", why.message);
	else if (!holds)
		att_err_set(&told, ATT_ERR_REFUSED,
			    "expected a module path that ends in %.*s for the version %.*s, found %.*s",
			    ATT_STR_ARG(expected), ATT_STR_ARG(att_str_first(version, 60)),
			    ATT_STR_ARG(att_str_first(found->module, 150)));
	if (!holds) {
		att_err_help(&told, "change the path in go.mod and in every import of it, or the version");
		finding.expected = expected;
		complain(l, found, finding, &told);
	}
	add_found(l, looked, found, expected, holds ? ATT_HOLDS : ATT_REFUTED, "module path");
}

/* "v2" of "x.example/m/v2" and "gopkg.in/m.v2"; "" when the path says none. */
static struct att_str major_of(struct looking *l, struct att_str path)
{
	size_t v = att_str_find_last_byte(path, 'v');
	struct att_str major = att_str_from(path, v), zero = ATT_STR(".0.0");
	if (v == ATT_STR_NONE || v == 0 || (path.data[v - 1] != '/' && path.data[v - 1] != '.'))
		return ATT_STR("");
	struct att_str version = ATT_ARENA_JOIN(&l->run.out->arena, major, zero);
	return sbom_go_is_version(version) && sbom_go_is_major(path, version) ? major : ATT_STR("");
}

/* Without a tag: the modules of a group are released with one version, and so have one major version. */
static void check_majors(struct looking *l, const struct looked *looked, const struct release_found *found,
			 const struct release_found *first)
{
	struct att_str major = major_of(l, first->module);
	struct att_err told;
	bool holds = att_str_equal(major, major_of(l, found->module));
	struct att_finding finding = {.code = "version-drift", .expected = major, .found = found->module};
	if (finding.expected.len == 0)
		finding.expected = ATT_STR("no /vN");
	if (!holds) {
		att_err_set(&told, ATT_ERR_REFUSED,
			    "expected a module path that ends in %.*s, as that of %.*s does, found %.*s",
			    ATT_STR_ARG(finding.expected), ATT_STR_ARG(att_str_first(first->file->path, 100)),
			    ATT_STR_ARG(att_str_first(found->module, 150)));
		att_err_help(&told,
			     "modules that have versions of their own are each a \"group\" of their own");
		complain(l, found, finding, &told);
	}
	add_found(l, looked, found, finding.expected, holds ? ATT_HOLDS : ATT_REFUTED, "module path");
}

static void check_found(struct looking *l, const struct looked *looked, const struct release_found *found,
			const struct release_group *group)
{
	if (looked->place->is_stamped)
		check_stamped(l, looked, found);
	else if (found->module.len == 0 && !release_spelling_reads(found->scheme, found->version))
		complain_of_invalid(l, looked, found);
	else if (group->version.len == 0 && group->module && l->run.options->tag.len == 0)
		check_majors(l, looked, found, group->module);
	else if (group->version.len == 0)
		add_found(l, looked, found, ATT_STR(""), ATT_CANNOT_TELL, NULL);
	else if (found->module.len > 0)
		check_module(l, looked, found, group);
	else
		compare(l, looked, found, group);
}

static void check_place(struct looking *l, const struct looked *looked)
{
	const struct release_group *group = find_group(l->run.out, looked->place->group);
	const struct att_source *source = looked->search.file ? &looked->search.file->source : NULL;
	if (looked->status != ATT_OK)
		release_versions_fail(&l->run, looked->place, source, &looked->problem);
	for (size_t i = 0; looked->status == ATT_OK && i < looked->search.count; i++)
		check_found(l, looked, &looked->search.places[i], group);
	if (looked->place->packed.len > 0 && group->version.len > 0 && !l->run.options->only_sources)
		release_versions_look_packed(&l->run, looked->place, group);
}

/* --- the tag ------------------------------------------------------------------------------------------- */

static bool is_tag_of(struct looking *l, const struct release_group *group, struct att_str *expected)
{
	const struct release_project *project = &l->run.config->project;
	struct release_variables variables = {.name = project->name, .version = group->version};
	struct att_arena *arena = &l->run.out->arena;
	struct att_err err;
	if (release_template_expand(project->tag, &variables, arena, expected, &err) != ATT_OK)
		return false;
	if (att_str_equal(*expected, l->run.options->tag))
		return true;
	/* What is decided in Python's spelling is often tagged in SemVer's. */
	struct att_str other;
	if (group->scheme != RELEASE_PEP440 ||
	    release_spelling_of(RELEASE_SEMVER, group->version, arena, &variables.version, &err) != ATT_OK ||
	    release_template_expand(project->tag, &variables, arena, &other, &err) != ATT_OK)
		return false;
	return att_str_equal(other, l->run.options->tag);
}

/* Could a place of the group not be read? What it says is not known then, and that is told elsewhere. */
static bool is_unread(const struct looking *l, const struct release_group *group)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->items[i].status != ATT_OK && l->items[i].status != ATT_ERR_NOT_FOUND &&
		    att_str_equal(l->items[i].place->group, group->name))
			return true;
	return false;
}

static void check_tag(struct looking *l)
{
	const struct release_group *group = find_group(l->run.out, tagged_group(l));
	const struct release_config *config = l->run.config;
	struct att_str tag = l->run.options->tag, expected = ATT_STR("");
	struct att_finding finding = {.code = "wrong-tag", .found = tag};
	struct att_err told;
	bool holds = group->version.len > 0 && is_tag_of(l, group, &expected);
	bool decided = group->version.len > 0, told_why = group->decider || is_unread(l, group);
	release_versions_add(&l->run, (struct release_versions_row){
					      .group = group->name,
					      .file = ATT_STR("tag"),
					      .is_tag = true,
					      .expected = decided ? expected : config->project.tag,
					      .found = tag,
					      .outcome = holds                  ? ATT_HOLDS
							 : decided || !told_why ? ATT_REFUTED
										: ATT_CANNOT_TELL,
				      });
	if (holds || (!decided && told_why))
		return;
	finding.expected = decided ? expected : config->project.tag;
	att_err_set(&told, ATT_ERR_REFUSED, "expected the tag %.*s, found %.*s",
		    ATT_STR_ARG(att_str_first(finding.expected, 150)), ATT_STR_ARG(att_str_first(tag, 150)));
	att_err_help(&told, "%s",
		     decided ? "tag the commit that has this version, or set the version first"
			     : "a tag is made by the template of [project], \"v{version}\" without one");
	if (group->decider) {
		complain(l, group->decider, finding, &told);
		return;
	}
	finding.message = att_str_of(told.message);
	finding.help = att_str_of(told.help);
	release_versions_complain(
		&l->run, config->source,
		config->project.tag_span.end ? config->project.tag_span : config->project.span, &finding);
}

/* --- all of it ----------------------------------------------------------------------------------------- */

static int look(struct looking *l, struct att_err *err)
{
	const struct release_config *config = l->run.config;
	l->items = att_arena_alloc(&l->run.out->arena, config->place_count, sizeof *l->items);
	if (!l->items)
		return att_err_memory(err);
	l->count = config->place_count;
	for (size_t i = 0; i < l->count; i++) {
		struct looked *looked = &l->items[i];
		looked->place = &config->places[i];
		looked->status = release_place_find(l->run.tree, looked->place->file, looked->place->field,
						    &looked->search, &looked->problem);
		if (looked->status == ATT_ERR_MEMORY)
			return att_err_memory(err);
	}
	return ATT_OK;
}

static int refuse_group(struct att_str group, struct att_err *err)
{
	att_err_set(err, ATT_ERR_USAGE, "expected the group of a [[version]], found \"%.*s\", which none has",
		    ATT_STR_ARG(att_str_first(group, 60)));
	return ATT_ERR_USAGE;
}

static bool is_chosen(const struct looking *l, struct att_str group)
{
	return l->run.options->group.len == 0 || att_str_equal(l->run.options->group, group);
}

/* A group of stamped parts alone has no version until there is a tag. */
static void complain_of_undecided(struct looking *l, const struct release_group *group)
{
	const struct att_source *source = l->run.config->source;
	struct att_err told;
	struct att_finding finding = {.code = "undecided-version", .cannot_tell = true};
	att_err_set(&told, ATT_ERR_REFUSED, "nothing says which version the group %.*s has",
		    ATT_STR_ARG(att_str_first(group->name, 60)));
	att_err_help(&told, "say it with --tag, or with a [[version]] whose source is not stamped");
	finding.message = att_str_of(told.message);
	finding.help = att_str_of(told.help);
	for (size_t i = 0; i < l->count; i++) {
		if (!att_str_equal(l->items[i].place->group, group->name))
			continue;
		release_versions_complain(&l->run, source, l->items[i].place->span, &finding);
		break;
	}
}

/* Nothing was held against anything then, and what is packed was not looked at. Who decides has said why, where
 * that is one of the group; so has a tag that is none. */
static void check_undecided(struct looking *l, const struct release_group *group)
{
	const struct looked *decider = find_decider(l, group);
	bool is_tagged = l->run.options->tag.len > 0 && att_str_equal(group->name, tagged_group(l));
	l->run.out->outcome = join(l->run.out->outcome, ATT_CANNOT_TELL);
	if (decider ? !att_str_equal(decider->place->group, group->name) : !is_tagged)
		complain_of_undecided(l, group);
}

int release_versions_check(const struct release_config *config, struct release_tree *tree,
			   const struct release_versions_options *options, struct release_versions *out,
			   struct att_findings *findings, struct att_err *err)
{
	*out = (struct release_versions){.outcome = ATT_NOT_CHECKED};
	struct looking l = {
		.run = {.config = config, .tree = tree, .options = options, .out = out, .findings = findings}};
	int status = look(&l, err);
	if (status == ATT_OK)
		status = list_groups(&l, err);
	if (status != ATT_OK || l.count == 0)
		return status;
	if (options->group.len > 0 && !find_group(out, options->group))
		return refuse_group(options->group, err);
	if (options->tag.len > 0 && !find_group(out, tagged_group(&l))) {
		refuse_group(tagged_group(&l), err);
		att_err_help(err, "say with --group whose tag it is");
		return ATT_ERR_USAGE;
	}
	decide_all(&l);
	for (size_t g = 0; g < out->group_count; g++) {
		const struct release_group *group = &out->groups[g];
		if (!is_chosen(&l, group->name))
			continue;
		for (size_t i = 0; i < l.count; i++)
			if (att_str_equal(l.items[i].place->group, group->name))
				check_place(&l, &l.items[i]);
		if (options->tag.len > 0 && att_str_equal(group->name, tagged_group(&l)))
			check_tag(&l);
		if (group->version.len == 0 && (!group->module || options->tag.len > 0))
			check_undecided(&l, group);
	}
	return l.run.starved || out->arena.failed ? att_err_memory(err) : ATT_OK;
}

void release_versions_clear(struct release_versions *versions)
{
	att_arena_clear(&versions->arena);
	*versions = (struct release_versions){.outcome = ATT_NOT_CHECKED};
}
