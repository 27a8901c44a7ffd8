// SPDX-License-Identifier: Apache-2.0
/* Versions that their author took back: the go.mod of the newest version says so of older ones, and of itself
 * (https://go.dev/ref/mod#go-mod-file-retract). They are served as ever, and nobody should get them. */
#include "release/go_retract.h"

#include "libattest/package/version.h"
#include "release/go_look.h"
#include "sbom/gomod.h"

#include "libattest/base/banned.h"

static bool is_incompatible(struct att_str version)
{
	return att_str_ends(version, ATT_STR("+incompatible"));
}

static bool is_prerelease(struct att_str version)
{
	return att_version_is_prerelease(att_version_scheme_find(ATT_STR("semver")), att_str_from(version, 1));
}

/* Both begin with "v". False when one of them is no version. */
static bool compare(struct att_str a, struct att_str b, int *order)
{
	return sbom_go_is_version(a) && sbom_go_is_version(b) &&
	       att_version_compare(att_version_scheme_find(ATT_STR("semver")), att_str_from(a, 1),
				   att_str_from(b, 1), order, NULL) == ATT_OK;
}

struct att_str release_go_newest(struct att_str list, struct att_str version)
{
	struct att_str line, newest = version;
	int order;
	while (att_str_split(&list, '\n', &line)) {
		line = att_str_trim(line);
		if (!compare(line, newest, &order) || (is_incompatible(line) && !is_incompatible(version)))
			continue;
		bool is_early = is_prerelease(line), was_early = is_prerelease(newest);
		if (is_early == was_early ? order > 0 : was_early)
			newest = line;
	}
	return newest;
}

int release_go_retracts(const struct att_source *mod, struct att_arena *arena, struct att_str version,
			bool *is_retracted, struct att_err *err)
{
	struct sbom_gomod_statement *statements = NULL;
	size_t count = 0;
	*is_retracted = false;
	int status = sbom_gomod_parse(mod, arena, &statements, &count, err);
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		const struct sbom_gomod_statement *s = &statements[i];
		const struct sbom_gomod_token *args = s->args;
		int from, to;
		if (!att_str_is(s->verb.text, "retract"))
			continue;
		bool is_range = s->count == 5 && att_str_is(args[0].text, "[") &&
				att_str_is(args[2].text, ",") && att_str_is(args[4].text, "]");
		if ((!is_range && s->count != 1) || !compare(version, args[is_range ? 1 : 0].text, &from) ||
		    !compare(version, args[is_range ? 3 : 0].text, &to))
			status = att_source_err(mod, err, ATT_ERR_MALFORMED, s->span,
						"expected \"retract\" and a version, or [VERSION, VERSION], "
						"found something else");
		else
			*is_retracted |= from >= 0 && to <= 0;
	}
	return status;
}

static void judge(const struct release_go_look *g, struct att_str newest, struct att_str text)
{
	struct att_str item = ATT_STR("retractions");
	struct att_arena arena = {0};
	struct att_source source;
	struct att_err err = {0};
	bool is_retracted = false;
	int status =
		att_source_init(&source, &arena,
				ATT_ARENA_JOIN(&g->look->verdicts->arena, newest, ATT_STR(".mod")), text, &err);
	if (status == ATT_OK)
		status = release_go_retracts(&source, &arena, g->version, &is_retracted, &err);
	if (status != ATT_OK)
		release_look_fail(g->look, item, &err);
	else if (is_retracted)
		release_look_add(g->look, item, RELEASE_CONFLICT, ATT_STR("a version that stands"),
				 ATT_ARENA_JOIN(&g->look->verdicts->arena, ATT_STR("retracted by "), newest),
				 ATT_STR("the go.mod of the newest version takes it back"));
	else
		release_look_add(g->look, item, RELEASE_MATCH, ATT_STR("a version that stands"),
				 ATT_STR("a version that stands"), (struct att_str){NULL, 0});
	att_arena_clear(&arena);
}

void release_go_look_at_retractions(const struct release_go_look *g, struct att_str list)
{
	struct att_str newest = release_go_newest(list, g->version),
		       file = release_go_escape(&g->look->verdicts->arena, newest);
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	int status = file.data ? release_look_fetch(g->look, release_go_proxy_url(g, file, ".mod"), NULL, false,
						    RELEASE_GO_MAX_MOD, &answer, &err)
			       : att_err_memory(&err);
	if (status != ATT_OK)
		release_look_fail(g->look, ATT_STR("retractions"), &err);
	else if (answer.status != 200)
		release_look_status(g->look, ATT_STR("retractions"), &answer);
	else
		judge(g, newest, att_buf_str(&answer.body));
	att_fetch_answer_clear(&answer);
}
