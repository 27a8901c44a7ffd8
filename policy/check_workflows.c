// SPDX-License-Identifier: Apache-2.0
/* GitHub workflows, and the actions of the tree itself: what they run is pinned, and they may do no more than
 * is declared. Nothing but the files is looked at. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/base.h"
#include "libattest/base/beneath.h"
#include "libattest/base/file.h"
#include "libattest/base/glob.h"
#include "policy/check.h"
#include "policy/workflow.h"
#include "sbom/tree.h"

#include "libattest/base/banned.h"

#define WORKFLOWS POLICY_WORKFLOWS

/* A file to look at. */
struct input {
	struct att_str path;
	enum policy_workflow_kind kind;
};

struct search {
	const struct policy_run *run;
	struct policy_workflow_run judge;
	struct att_arena arena;
	struct input *inputs;
	size_t input_count, input_capacity;
	struct att_str *folders; /* yet to be looked into: a stack */
	size_t folder_count, folder_capacity;
	struct att_map files; /* what an action can be made of */
};

static bool is_excluded(const struct search *s, struct att_str path)
{
	const struct policy_entries *exclude = &s->run->config->workflows.exclude;
	for (size_t i = 0; i < exclude->count; i++)
		if (att_glob_match(exclude->items[i].text, path))
			return true;
	return false;
}

static int add_input(struct search *s, struct att_str path, enum policy_workflow_kind kind, struct att_err *err)
{
	if (s->input_count >= ATT_MAX_WALK_MATCHES)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %zu workflows and actions, found more",
				   ATT_MAX_WALK_MATCHES);
	struct input *slot = att_arena_push(&s->arena, (void **)&s->inputs, &s->input_count, &s->input_capacity,
					    sizeof *slot);
	if (!slot)
		return att_err_memory(err);
	*slot = (struct input){path, kind};
	return ATT_OK;
}

static int add_folder(struct search *s, struct att_str path, struct att_err *err)
{
	struct att_str *slot = att_arena_push(&s->arena, (void **)&s->folders, &s->folder_count,
					      &s->folder_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(err);
	*slot = path;
	return ATT_OK;
}

/* An entry of a folder. Links are read where an input is expected, and are not folders to walk: what they lead
 * to within the tree is met anyway. */
static int take_entry(struct search *s, struct att_str folder, int fd, const struct dirent *entry,
		      struct att_err *err)
{
	struct att_str name = att_str_of(entry->d_name);
	unsigned char type = entry->d_type;
	struct stat st;
	if (type == DT_UNKNOWN && fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		type = S_ISDIR(st.st_mode) ? DT_DIR : DT_REG;
	bool workflows = att_str_is(folder, WORKFLOWS);
	bool wanted = policy_workflow_is_read(workflows, name);
	if (att_str_is(name, ".") || att_str_is(name, "..") ||
	    (type != DT_DIR && !policy_workflow_is_listed(workflows, name)) ||
	    (type == DT_DIR && sbom_tree_skips(name)))
		return ATT_OK;
	struct att_str path = folder.len ? ATT_ARENA_JOIN(&s->arena, folder, ATT_STR("/"), name)
					 : att_arena_copy(&s->arena, name);
	if (!path.data)
		return att_err_memory(err);
	if (type != DT_DIR && att_map_set(&s->files, path, 0) != ATT_OK)
		return att_err_memory(err);
	if (is_excluded(s, path) || (type != DT_DIR && !wanted))
		return ATT_OK;
	if (type == DT_DIR)
		return add_folder(s, path, err);
	return add_input(s, path,
			 workflows                                           ? POLICY_WORKFLOW
			 : att_str_starts(path, ATT_STR(".github/actions/")) ? POLICY_ACTION
									     : POLICY_ACTION_MAYBE,
			 err);
}

static int take_entries(struct search *s, struct att_str path, DIR *dir, struct att_err *err)
{
	int status = ATT_OK;
	while (status == ATT_OK) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry)
			return errno ? att_err_set_errno(err, errno, "cannot read the folder") : ATT_OK;
		status = take_entry(s, path, dirfd(dir), entry, err);
	}
	return status;
}

static int list_folder(struct search *s, struct att_str path, struct att_err *err)
{
	int fd = -1,
	    status = att_open_beneath(s->run->folder, path.len ? path : ATT_STR("."), O_DIRECTORY, &fd, err);
	if (status != ATT_OK)
		return status;
	DIR *dir = fdopendir(fd);
	if (!dir) {
		status = att_err_set_errno(err, errno, "cannot read the folder");
		close(fd);
		return status;
	}
	status = take_entries(s, path, dir, err);
	closedir(dir);
	return status;
}

/* A folder that cannot be read may hold anything. */
static int walk(struct search *s, struct att_err *err)
{
	int status = add_folder(s, (struct att_str){NULL, 0}, err);
	while (status == ATT_OK && s->folder_count > 0) {
		struct att_str folder = s->folders[--s->folder_count];
		status = list_folder(s, folder, err);
		if (status != ATT_OK && status != ATT_ERR_MEMORY && status != ATT_ERR_LIMIT) {
			policy_workflow_unread(&s->judge, folder.len ? folder : ATT_STR("."), NULL, err);
			status = ATT_OK;
		}
	}
	return status;
}

/* Where .github or .github/workflows is a link, the walk did not enter it, and GitHub does not care. */
static int list_linked(struct search *s, struct att_err *err)
{
	struct stat st;
	bool github_link =
		fstatat(s->run->folder, ".github", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
	bool link = fstatat(s->run->folder, WORKFLOWS, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
	if (!github_link && !link)
		return ATT_OK;
	int status = list_folder(s, ATT_STR(WORKFLOWS), err);
	if (status == ATT_OK || status == ATT_ERR_MEMORY || status == ATT_ERR_LIMIT)
		return status;
	if (status != ATT_ERR_NOT_FOUND)
		policy_workflow_unread(&s->judge, ATT_STR(WORKFLOWS), NULL, err);
	return ATT_OK;
}

static int by_path(const void *a, const void *b)
{
	const struct input *x = a, *y = b;
	return att_str_compare(x->path, y->path);
}

static int check_file(struct search *s, const struct input *input, struct att_err *err)
{
	struct att_source source = {.path = input->path};
	struct att_arena arena;
	struct att_buf text;
	int fd = -1;
	att_arena_init(&arena);
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	int status = att_open_beneath(s->run->folder, input->path, 0, &fd, err);
	if (status == ATT_OK)
		status = att_file_read_fd(fd, "the file", &text, err);
	if (status == ATT_OK)
		status = att_source_init(&source, &arena, input->path, att_buf_str(&text), err);
	if (status == ATT_OK)
		status = policy_workflow_check(&s->judge, &source, input->kind, err);
	else if (status != ATT_ERR_MEMORY) {
		policy_workflow_unread(&s->judge, input->path, NULL, err);
		status = ATT_OK;
	}
	if (fd >= 0)
		close(fd);
	att_buf_clear(&text);
	att_arena_clear(&arena);
	return status;
}

/* Every list that allows says what of it is not needed any more. */
static void tell_unused(const struct search *s)
{
	const struct policy_workflows_config *config = &s->run->config->workflows;
	for (size_t i = 0; i < config->allow.count; i++) {
		const struct policy_complaint complaint = {
			.code = "unmatched-action",
			.level = config->unused_action,
			.message = ATT_STR("no workflow uses an action that this entry allows"),
			.help = ATT_STR("remove it, or what it would allow comes in unseen"),
			.at = &config->allow.items[i].at,
		};
		if (s->judge.used && !s->judge.used[i])
			policy_complain(s->run, &complaint, s->judge.findings, s->judge.outcome);
	}
}

static int run_check(const struct policy_run *run, struct att_findings *findings, enum att_outcome *outcome,
		     struct att_err *err)
{
	struct search s = {.run = run, .judge = {run->config, findings, outcome, NULL, NULL}};
	*outcome = ATT_NOT_CHECKED;
	if (run->folder < 0)
		return ATT_OK;
	att_arena_init(&s.arena);
	att_map_init(&s.files);
	s.judge.files = &s.files;
	s.judge.used = att_arena_alloc(&s.arena, run->config->workflows.allow.count, sizeof *s.judge.used);
	int status = s.judge.used ? walk(&s, err) : att_err_memory(err);
	if (status == ATT_OK)
		status = list_linked(&s, err);
	if (status == ATT_OK && s.input_count > 1)
		qsort(s.inputs, s.input_count, sizeof *s.inputs, by_path);
	for (size_t i = 0; status == ATT_OK && i < s.input_count; i++)
		status = check_file(&s, &s.inputs[i], err);
	if (status == ATT_OK)
		tell_unused(&s);
	att_map_clear(&s.files);
	att_arena_clear(&s.arena);
	return status;
}

const struct policy_check policy_check_workflows = {
	.name = "workflows",
	.summary = "actions are pinned, and workflows may do no more than is declared",
	.of_files = true,
	.run = run_check,
};
