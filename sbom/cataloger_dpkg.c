// SPDX-License-Identifier: Apache-2.0
/* The database of installed Debian packages: var/lib/dpkg/status, or one file for each package in
 * var/lib/dpkg/status.d, as images without dpkg have it. The distribution's name comes from the os-release of
 * the same root. Versions in dependencies are not compared: what is installed satisfied dpkg. */
#include "sbom/cataloger_dpkg.h"
#include "sbom/names.h"

#include "libattest/base/banned.h"

struct package {
	struct att_str name, version, arch, source, multi_arch, maintainer, state;
	struct att_str depends, pre_depends, recommends, suggests, provides;
	struct att_span span;
	uint32_t index; /* in the catalog */
	bool needed;    /* some other package depends on it */
	/* The last edge to it, for a field that says the same a thousand times. */
	uint32_t last_from, last_scope;
};

/* One of the "|" alternatives of a dependency. */
struct alternative {
	struct att_str name, arch; /* arch: after ":", often "any" */
};

struct dpkg {
	struct sbom_input *input;
	struct sbom_catalog *catalog;
	struct att_err *err;
	bool one_by_one; /* status.d */
	struct sbom_os_release os;
	struct att_str namespace, distro;
	struct package *packages;
	size_t count, capacity, own; /* own: those of the file itself, which come first */
	struct att_map by_name_arch;
	struct sbom_names by_name, providers;
	struct att_map absent; /* names without a file in status.d */
	struct att_str native; /* architecture of the system, empty when unknown */
};

static struct att_span span_of(const struct att_source *source, struct att_str part)
{
	uint32_t begin = part.data ? (uint32_t)(part.data - source->text.data) : 0;
	return (struct att_span){begin, begin + (uint32_t)part.len};
}

/* --- packages ------------------------------------------------------------------------------------------- */

/* Is something of the package on the disk? Its state is the third word of Status; only the files of packages in
 * "not-installed", "config-files" and "half-installed" are not, or not wholly, there. */
static int read_state(struct dpkg *d, const struct att_source *source, struct package *p, struct att_str status,
		      bool *installed)
{
	static const char *const present[] = {"installed", "unpacked", "half-configured", "triggers-awaited",
					      "triggers-pending"};
	static const char *const missing[] = {"not-installed", "config-files", "half-installed"};
	struct att_str rest = status, want, flag;
	*installed = d->one_by_one && !status.data;
	if (*installed)
		return ATT_OK;
	if (status.data && att_str_split(&rest, ' ', &want) && att_str_split(&rest, ' ', &flag)) {
		p->state = att_str_trim(rest);
		for (size_t i = 0; i < sizeof present / sizeof present[0]; i++)
			*installed |= att_str_is(p->state, present[i]);
		if (*installed)
			return ATT_OK;
		for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++)
			if (att_str_is(p->state, missing[i]))
				return ATT_OK;
	}
	return att_source_err(source, d->err, ATT_ERR_MALFORMED,
			      status.data ? span_of(source, status) : p->span,
			      "expected a Status like \"install ok installed\", found \"%.*s\"",
			      ATT_STR_ARG(att_str_first(status, 100)));
}

static bool is_name_byte(char c)
{
	return att_ascii_is_alnum(c) || c == '+' || c == '-' || c == '.' || c == '_';
}

static bool is_name(struct att_str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!is_name_byte(name.data[i]))
			return false;
	return name.len > 0;
}

static int want_field(struct dpkg *d, const struct att_source *source,
		      const struct sbom_deb822_paragraph *paragraph, const char *name, struct att_str *out)
{
	struct att_span span = {paragraph->span.begin, paragraph->span.begin + 1};
	*out = sbom_deb822_get(paragraph, name);
	return out->len ? ATT_OK
			: att_source_err(source, d->err, ATT_ERR_MALFORMED, span,
					 "expected a field \"%s\" in this paragraph, found none", name);
}

static int read_package(struct dpkg *d, const struct att_source *source,
			const struct sbom_deb822_paragraph *paragraph, struct package *p, bool *installed)
{
	*p = (struct package){
		.span = paragraph->span,
		.source = sbom_deb822_get(paragraph, "Source"),
		.multi_arch = sbom_deb822_get(paragraph, "Multi-Arch"),
		.maintainer = sbom_deb822_get(paragraph, "Maintainer"),
		.depends = sbom_deb822_get(paragraph, "Depends"),
		.pre_depends = sbom_deb822_get(paragraph, "Pre-Depends"),
		.recommends = sbom_deb822_get(paragraph, "Recommends"),
		.suggests = sbom_deb822_get(paragraph, "Suggests"),
		.provides = sbom_deb822_get(paragraph, "Provides"),
	};
	int status = want_field(d, source, paragraph, "Package", &p->name);
	if (status == ATT_OK && !is_name(p->name))
		status = att_source_err(source, d->err, ATT_ERR_MALFORMED, span_of(source, p->name),
					"expected the name of a package, found \"%.*s\"",
					ATT_STR_ARG(att_str_first(p->name, 100)));
	if (status == ATT_OK)
		status = read_state(d, source, p, sbom_deb822_get(paragraph, "Status"), installed);
	if (status != ATT_OK || !*installed)
		return status;
	status = want_field(d, source, paragraph, "Version", &p->version);
	return status == ATT_OK ? want_field(d, source, paragraph, "Architecture", &p->arch) : status;
}

static int keep_package(struct dpkg *d, const struct att_source *source, const struct package *p)
{
	struct att_arena *arena = &d->catalog->arena;
	void *items = d->packages;
	bool found;
	uint32_t stored;
	struct att_str key = ATT_ARENA_JOIN(arena, p->name, ATT_STR(":"), p->arch);
	if (!key.data || att_map_put(&d->by_name_arch, key, (uint32_t)d->count, &found, &stored) != ATT_OK)
		return att_err_memory(d->err);
	if (found)
		return att_source_err(source, d->err, ATT_ERR_MALFORMED, span_of(source, p->name),
				      "expected every package once for an architecture, found %.*s again",
				      ATT_STR_ARG(att_str_first(key, 200)));
	int status = sbom_names_add(&d->by_name, arena, p->name, (uint32_t)d->count, d->err);
	struct package *slot = att_arena_push(arena, &items, &d->count, &d->capacity, sizeof *slot);
	if (status != ATT_OK || !slot)
		return status != ATT_OK ? status : att_err_memory(d->err);
	d->packages = items;
	*slot = *p;
	if (att_str_is(p->name, "dpkg"))
		d->native = p->arch;
	return ATT_OK;
}

static bool is_ubuntu(struct att_str maintainer)
{
	return att_str_find(maintainer, ATT_STR("@lists.ubuntu.com")) != ATT_STR_NONE;
}

static int add_component(struct dpkg *d, struct package *p, uint32_t line)
{
	struct sbom_component component = {
		.name = p->name, .version = p->version, .origin = SBOM_ORIGIN_REGISTRY};
	struct att_purl purl = {
		.type = ATT_STR("deb"), .namespace = d->namespace, .name = p->name, .version = p->version};
	struct att_arena *arena = &d->catalog->arena;
	struct att_str source = p->source, name;
	/* "name (version)"; without a version it is that of the package. */
	size_t open = att_str_find(source, ATT_STR(" ("));
	if (source.len > 0) {
		struct att_str version = att_str_from(source, open == ATT_STR_NONE ? source.len : open + 2);
		name = att_str_first(source, open);
		if (version.len > 0 && version.data[version.len - 1] == ')')
			version.len--;
		source = ATT_ARENA_JOIN(arena, name, ATT_STR(" "), version.len ? version : p->version);
		if (!source.data)
			return att_err_memory(d->err);
	}
	if (purl.namespace.len == 0)
		purl.namespace = is_ubuntu(p->maintainer) ? ATT_STR("ubuntu") : ATT_STR("debian");
	att_purl_qualify(&purl, "arch", p->arch);
	att_purl_qualify(&purl, "distro", d->distro);
	int status = sbom_component_add_property(arena, &component, "attest:deb:source", source, d->err);
	if (status == ATT_OK && !att_str_is(p->state, "installed"))
		status = sbom_component_add_property(arena, &component, "attest:deb:status", p->state, d->err);
	if (status == ATT_OK)
		status = sbom_catalog_set_purl(d->catalog, &component, &purl, d->err);
	return status == ATT_OK ? sbom_catalog_add(d->catalog, &component, line, &p->index, d->err) : status;
}

static int add_own(struct dpkg *d, struct package *p)
{
	const struct att_source *source = &d->input->source;
	int status = add_component(d, p, att_source_line(source, p->span.begin));
	if (status == ATT_ERR_MALFORMED && d->err->place.line == 0)
		d->err->place = att_source_place(source, span_of(source, p->name));
	return status;
}

/* --- dependencies ----------------------------------------------------------------------------------------- */

/* "name:arch (>= 1)" */
static int read_alternative(struct dpkg *d, struct att_str text, struct alternative *out)
{
	size_t at = 0;
	text = att_str_trim(text);
	while (at < text.len && is_name_byte(text.data[at]))
		at++;
	*out = (struct alternative){.name = att_str_first(text, at)};
	struct att_str rest = att_str_from(text, at);
	if (rest.len > 0 && rest.data[0] == ':') {
		for (at = 1; at < rest.len && is_name_byte(rest.data[at]); at++)
			;
		out->arch = att_str_first(att_str_from(rest, 1), at - 1);
		rest = att_str_from(rest, at);
	}
	rest = att_str_trim(rest);
	if (out->name.len == 0 || (rest.len > 0 && (rest.data[0] != '(' || rest.data[rest.len - 1] != ')')))
		return att_source_err(&d->input->source, d->err, ATT_ERR_MALFORMED,
				      span_of(&d->input->source, text),
				      "expected a package like \"libc6 (>= 2.36)\", found \"%.*s\"",
				      ATT_STR_ARG(att_str_first(text, 100)));
	return ATT_OK;
}

/* Multi-Arch: a package needs others of its own architecture, unless they say that any will do. */
static bool fits(const struct dpkg *d, const struct package *from, const struct alternative *want,
		 const struct package *to)
{
	struct att_str arch = att_str_is(from->arch, "all") ? d->native : from->arch;
	if (att_str_is(want->arch, "any"))
		return true;
	if (want->arch.len > 0 && !att_str_is(want->arch, "native"))
		return att_str_equal(want->arch, to->arch);
	return arch.len == 0 || att_str_equal(arch, to->arch) || att_str_is(to->arch, "all") ||
	       att_str_is(to->multi_arch, "foreign");
}

static int connect(struct dpkg *d, uint32_t from, const struct sbom_names *names, uint32_t first,
		   const struct alternative *want, uint32_t scope)
{
	int status = ATT_OK;
	for (uint32_t i = first; status == ATT_OK && i != SBOM_NAMES_END; i = names->entries[i].next) {
		struct package *to = &d->packages[names->entries[i].value];
		if (names->entries[i].value == from || !fits(d, &d->packages[from], want, to) ||
		    (to->last_from == from && to->last_scope == scope))
			continue;
		to->needed |= scope == SBOM_RUNTIME;
		to->last_from = from;
		to->last_scope = scope;
		status = sbom_catalog_depend(d->catalog, d->packages[from].index, to->index, scope, d->err);
	}
	return status;
}

/* In status.d the package stands in the file of its name. It joins the catalog, named by the line that needs
 * it. */
static int load_neighbour(struct dpkg *d, struct att_str name)
{
	struct att_source source;
	struct att_err ignored;
	struct sbom_deb822_paragraph paragraph;
	struct sbom_deb822_reader reader = {.source = &source, .line = 1};
	struct package p;
	uint32_t known;
	bool found, installed;
	const struct att_source *own = &d->input->source;
	if (!d->one_by_one || att_map_find(&d->absent, name, &known))
		return ATT_OK;
	struct att_str path = ATT_ARENA_JOIN(&d->catalog->arena, ATT_STR("var/lib/dpkg/status.d/"), name);
	if (!path.data)
		return att_err_memory(d->err);
	/* What is wrong with that file is said where it is an input itself. */
	if (sbom_input_sibling(d->input, d->catalog, path, &source, &ignored) != ATT_OK ||
	    sbom_deb822_next(&reader, &paragraph, &found, &ignored) != ATT_OK || !found ||
	    read_package(d, &source, &paragraph, &p, &installed) != ATT_OK || !installed ||
	    !att_str_equal(p.name, name))
		return att_map_set(&d->absent, name, 0) == ATT_OK ? ATT_OK : att_err_memory(d->err);
	int status = keep_package(d, &source, &p);
	if (status == ATT_OK)
		status = add_component(d, &d->packages[d->count - 1],
				       att_source_line(own, span_of(own, name).begin));
	return status;
}

static int add_alternative(struct dpkg *d, uint32_t from, struct att_str text, uint32_t scope)
{
	struct alternative want;
	int status = read_alternative(d, text, &want);
	if (status != ATT_OK)
		return status;
	uint32_t first = sbom_names_first(&d->by_name, want.name);
	if (first == SBOM_NAMES_END) {
		status = load_neighbour(d, want.name);
		first = sbom_names_first(&d->by_name, want.name);
	}
	if (status != ATT_OK)
		return status;
	if (first != SBOM_NAMES_END)
		return connect(d, from, &d->by_name, first, &want, scope);
	first = sbom_names_first(&d->providers, want.name);
	return connect(d, from, &d->providers, first, &want, scope);
}

/* "a, b | c": of alternatives, all that are installed. */
static int add_dependencies(struct dpkg *d, uint32_t from, struct att_str field, uint32_t scope)
{
	struct att_str group, text;
	int status = ATT_OK;
	while (status == ATT_OK && att_str_split(&field, ',', &group)) {
		if (att_str_trim(group).len == 0)
			continue;
		while (status == ATT_OK && att_str_split(&group, '|', &text))
			status = add_alternative(d, from, text, scope);
	}
	return status;
}

static int add_provided(struct dpkg *d, uint32_t number)
{
	struct att_str field = d->packages[number].provides, text;
	struct alternative provided;
	int status = ATT_OK;
	while (status == ATT_OK && att_str_split(&field, ',', &text)) {
		if (att_str_trim(text).len == 0)
			continue;
		status = read_alternative(d, text, &provided);
		if (status == ATT_OK)
			status = sbom_names_add(&d->providers, &d->catalog->arena, provided.name, number,
						d->err);
		if (status == ATT_ERR_LIMIT)
			d->err->place = att_source_place(&d->input->source, span_of(&d->input->source, text));
	}
	return status;
}

/* --- the system --------------------------------------------------------------------------------------------
 */

/* What the database describes is not the folder that it lies in, but the system below whose root it lies. */
static void move_to_root(struct dpkg *d)
{
	struct att_str up = d->one_by_one ? ATT_STR("../../../..") : ATT_STR("../../..");
	struct att_str root = sbom_path_join(&d->catalog->arena, d->catalog->folder, up);
	if (!root.data)
		return; /* a single file somewhere */
	d->catalog->folder = root;
	d->catalog->components[0].folder = root;
}

static int load_os_release(struct dpkg *d)
{
	static const char *const places[] = {"etc/os-release", "usr/lib/os-release"};
	struct att_arena *arena = &d->catalog->arena;
	struct att_source source;
	struct att_err ignored;
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && d->os.id.len == 0 && i < 2; i++)
		if (sbom_input_sibling(d->input, d->catalog, att_str_of(places[i]), &source, &ignored) ==
		    ATT_OK)
			status = sbom_os_release_read(source.text, arena, &d->os, d->err);
	if (status != ATT_OK || d->os.id.len == 0)
		return status;
	/* Debian's testing has no VERSION_ID. */
	struct att_str release = d->os.version_id.len ? d->os.version_id : d->os.codename;
	d->namespace = d->os.id;
	d->distro = release.len ? ATT_ARENA_JOIN(arena, d->os.id, ATT_STR("-"), release) : d->os.id;
	return d->distro.data ? ATT_OK : att_err_memory(d->err);
}

static int name_system(struct dpkg *d)
{
	size_t ubuntu = 0;
	for (size_t i = 0; i < d->count; i++)
		ubuntu += is_ubuntu(d->packages[i].maintainer);
	/* Ubuntu puts its own maintainers into most of what it takes over from Debian. A single file of
	 * status.d is no sample: there each package is asked for itself. */
	if (d->namespace.len == 0 && !d->one_by_one)
		d->namespace = ubuntu > d->count / 2 ? ATT_STR("ubuntu") : ATT_STR("debian");
	struct sbom_component facts = {
		.kind = SBOM_OPERATING_SYSTEM, .name = d->namespace, .version = d->os.version_id};
	return facts.name.len ? sbom_catalog_name_project(d->catalog, &facts, d->err) : ATT_OK;
}

/* --- the whole ----------------------------------------------------------------------------------------------
 */

static int read_packages(struct dpkg *d)
{
	const struct att_source *source = &d->input->source;
	struct sbom_deb822_reader reader = {.source = source, .line = 1};
	struct sbom_deb822_paragraph paragraph;
	struct package p;
	bool found, installed;
	for (;;) {
		int status = sbom_deb822_next(&reader, &paragraph, &found, d->err);
		if (status != ATT_OK || !found)
			return status;
		status = read_package(d, source, &paragraph, &p, &installed);
		if (status == ATT_OK && installed)
			status = keep_package(d, source, &p);
		if (status == ATT_ERR_LIMIT)
			d->err->place = att_source_place(source, span_of(source, p.name));
		if (status != ATT_OK)
			return status;
	}
}

static int add_edges(struct dpkg *d, uint32_t number)
{
	/* The array may grow under us when neighbours join. */
	const struct package p = d->packages[number];
	int status = add_dependencies(d, number, p.depends, SBOM_RUNTIME);
	if (status == ATT_OK)
		status = add_dependencies(d, number, p.pre_depends, SBOM_RUNTIME);
	if (status == ATT_OK)
		status = add_dependencies(d, number, p.recommends, SBOM_OPTIONAL);
	return status == ATT_OK ? add_dependencies(d, number, p.suggests, SBOM_OPTIONAL) : status;
}

static int parse_database(struct dpkg *d)
{
	d->one_by_one = att_str_ends(d->catalog->folder, ATT_STR("status.d"));
	move_to_root(d);
	int status = load_os_release(d);
	if (status == ATT_OK)
		status = read_packages(d);
	if (status == ATT_OK)
		status = name_system(d);
	d->own = d->count;
	for (uint32_t i = 0; status == ATT_OK && i < d->own; i++)
		status = add_own(d, &d->packages[i]);
	for (uint32_t i = 0; status == ATT_OK && i < d->own; i++)
		status = add_provided(d, i);
	for (uint32_t i = 0; status == ATT_OK && i < d->own; i++)
		status = add_edges(d, i);
	for (uint32_t i = 0; status == ATT_OK && i < d->own; i++)
		if (!d->packages[i].needed)
			status = sbom_catalog_depend(d->catalog, 0, d->packages[i].index, SBOM_RUNTIME, d->err);
	return status;
}

static int parse(struct sbom_input *input, struct sbom_catalog *catalog, struct att_err *err)
{
	struct dpkg d = {.input = input, .catalog = catalog, .err = err};
	int status = parse_database(&d);
	att_map_clear(&d.by_name_arch);
	att_map_clear(&d.absent);
	sbom_names_clear(&d.by_name);
	sbom_names_clear(&d.providers);
	return status;
}

static bool recognize(struct att_str text)
{
	return att_str_starts(text, ATT_STR("Package: ")) &&
	       att_str_find(att_str_first(text, 4096), ATT_STR("\nStatus: ")) != ATT_STR_NONE;
}

/* Everything in status.d but *.md5sums, which patterns can only say letter by letter. */
#define STATUS_D "**/var/lib/dpkg/status.d/*"

const struct sbom_cataloger sbom_cataloger_dpkg = {
	.name = "dpkg",
	.patterns =
		(const char *const[]){
			"**/var/lib/dpkg/status",
			STATUS_D "[!s]",
			STATUS_D "[!m]s",
			STATUS_D "[!u]ms",
			STATUS_D "[!s]ums",
			STATUS_D "[!5]sums",
			STATUS_D "[!d]5sums",
			STATUS_D "[!m]d5sums",
			STATUS_D "[!.]md5sums",
			NULL,
		},
	.recognize = recognize,
	.parse = parse,
};
