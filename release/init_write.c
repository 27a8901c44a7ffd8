// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/utf8.h"
#include "release/init_internal.h"

#include "libattest/base/banned.h"

bool release_init_is_writable(struct att_str path)
{
	return att_str_find_byte(path, '{') == ATT_STR_NONE && att_str_find_byte(path, '}') == ATT_STR_NONE;
}

void release_init_add_key(struct att_buf *out, const char *key, struct att_str value)
{
	att_buf_printf(out, "%s = \"", key);
	while (value.len > 0) {
		uint32_t c = 0;
		size_t len = att_utf8_decode(value, &c);
		if (len == 0)
			break; /* what was read is UTF-8 */
		if (c == '"' || c == '\\')
			att_buf_printf(out, "\\%c", (char)c);
		else if (c < 0x20 || c == 0x7f || att_utf8_is_hostile(c))
			att_buf_printf(out, c > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)c);
		else
			att_buf_add(out, att_str_first(value, len));
		value = att_str_from(value, len);
	}
	att_buf_add(out, ATT_STR("\"\n"));
}

static void add_header(struct att_buf *out)
{
	att_buf_add(out,
		    ATT_STR("# What this project releases: its versions, artifacts and channels. Written from "
			    "what lies in the tree;\n# read it, and put right what the tree does not tell. "
			    "\"attest help align\" explains every command.\n\n"));
}

static void add_main(const struct release_init *init, struct att_buf *out)
{
	att_buf_add(out, ATT_STR("[project]\n"));
	if (init->name.len > 0)
		release_init_add_key(out, "name", init->name);
	if (init->repository.len > 0)
		release_init_add_key(out, "repository", init->repository);
	else
		att_buf_add(out, ATT_STR("# repository = \"https://...\"   # fill in: no remote says it\n"));
	if (init->tag.len > 0)
		release_init_add_key(out, "tag", init->tag);
	else
		att_buf_add(out, ATT_STR("# tag = \"v{version}\"   # what release tags look like; there are "
					 "none yet\n"));
	if (init->main && init->main->group.len > 0 && !init->main->is_elsewhere)
		release_init_add_key(out, "version-from", init->main->path);
	if (init->branch.len > 0 && !att_str_is(init->branch, "main"))
		release_init_add_key(out, "branch", init->branch);
	att_buf_add(out, ATT_STR("# annotated = true   # release tags have to be annotated\n"
				 "# checksums = \"dist/{name}_{version}_SHA256SUMS\"   # the manifest of all "
				 "artifacts, where there is one\n"));
}

static void add_place(const struct release_init_file *file, struct att_buf *out)
{
	att_buf_add(out, ATT_STR("\n[[version]]\n"));
	release_init_add_key(out, "file", file->path);
	if (file->field.len > 0)
		release_init_add_key(out, "field", file->field);
	if (!att_str_is(file->group, "main"))
		release_init_add_key(out, "group", file->group);
}

static void add_left_out(const struct release_init_file *file, struct att_buf *out)
{
	att_buf_add(out, ATT_STR("# left out: "));
	att_utf8_add_visible(out, file->path);
	att_buf_add_byte(out, ' ');
	att_utf8_add_visible(out, file->reason);
	att_buf_add_byte(out, '\n');
}

void release_init_add_project(const struct release_init *init, struct att_buf *out)
{
	size_t places = 0, left_out = 0;
	add_header(out);
	add_main(init, out);
	att_buf_add(out,
		    ATT_STR("\n# --- Places that say a version. Parts with versions of their own are groups; a "
			    "part that has\n# the project's by chance only needs a group of its own.\n"));
	for (size_t i = 0; i < init->count; i++) {
		const struct release_init_file *file = &init->files[i];
		if (file->group.len == 0 || file->is_elsewhere || !release_init_is_writable(file->path))
			continue;
		add_place(file, out);
		places++;
	}
	if (places == 0)
		att_buf_add(
			out,
			ATT_STR("# None was found: nothing but the tag says the version. Otherwise fill in:\n"
				"# [[version]]\n# file = \"VERSION\"\n"));
	for (size_t i = 0; i < init->count; i++) {
		const struct release_init_file *file = &init->files[i];
		if (file->reason.len == 0)
			continue;
		if (left_out++ == 0)
			att_buf_add_byte(out, '\n');
		add_left_out(file, out);
	}
}
