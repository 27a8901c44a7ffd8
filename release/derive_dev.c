// SPDX-License-Identifier: Apache-2.0
/* Between two releases. After 1.2.3 comes 1.2.4-dev.TIME.gCOMMIT, after 1.2.4-rc.1
 * comes 1.2.4-rc.1.dev.TIME.gCOMMIT: the second of the commit orders them, the commit tells those of one second
 * apart, and both stand where no registry drops them. PEP 440 has room for one number, the time. Go's are its
 * pseudo-versions (https://go.dev/ref/mod#pseudo-versions).
 */
#include "libattest/package/version.h"
#include "release/derive_internal.h"

#include "libattest/base/banned.h"

/* Numbers beyond this are none that anybody counted to. */
static const uint64_t most = (uint64_t)1 << 53;
enum { SHORT = 12 };

/* "1.2.4-rc.1+x" -> "1.2.4", "rc.1". */
static struct att_str numbers_of(struct att_str version, struct att_str *pre)
{
	version = att_str_first(version, att_str_find_byte(version, '+'));
	size_t minus = att_str_find_byte(version, '-');
	*pre = minus == ATT_STR_NONE ? (struct att_str){NULL, 0} : att_str_from(version, minus + 1);
	return att_str_first(version, minus);
}

static int no_next(struct att_str version, struct att_err *err)
{
	return att_err_set(err, ATT_ERR_UNSUPPORTED, "what follows %.*s cannot be told",
			   ATT_STR_ARG(att_str_first(version, 60)));
}

/* The text with its last number raised by one. */
static int raise_last(struct att_str text, struct att_arena *arena, struct att_str *out, struct att_err *err)
{
	size_t begin = text.len;
	uint64_t number;
	while (begin > 0 && att_ascii_is_digit(text.data[begin - 1]))
		begin--;
	if (!att_str_to_uint(att_str_from(text, begin), most, &number))
		return no_next(text, err);
	*out = att_arena_printf(arena, "%.*s%llu", (int)begin, text.data, (unsigned long long)number + 1);
	return out->data ? ATT_OK : att_err_memory(err);
}

int release_derive_next(struct att_str last, struct att_arena *arena, struct att_str *out, struct att_err *err)
{
	struct att_str pre;
	*out = last.len ? numbers_of(last, &pre) : ATT_STR("0.0.0");
	return last.len == 0 || pre.len > 0 ? ATT_OK : raise_last(*out, arena, out, err);
}

/* What the sources say counts when its numbers are ahead of the last release: a minor or major one is on its
 * way. After 2.0.0-rc.1, 2.0.0 is not ahead: 2.0.0-dev would sort before the candidate. */
static bool is_ahead(struct att_str declared, struct att_str last)
{
	int order;
	struct att_str pre, numbers = numbers_of(declared, &pre);
	if (declared.len == 0 || last.len == 0)
		return declared.len > 0;
	return att_version_compare(att_version_scheme_find(ATT_STR("semver")), numbers, numbers_of(last, &pre),
				   &order, NULL) == ATT_OK &&
	       order > 0;
}

static int derive_go(const struct derivation *d, const struct release_variables *v, struct att_str *out,
		     struct att_err *err)
{
	struct att_str pre = {NULL, 0}, id = att_str_first(v->commit, SHORT);
	if (v->last.len > 0)
		(void)numbers_of(v->last, &pre);
	if (pre.len == 0 && v->next.len == 0)
		return no_next(v->last, err);
	const char *join = v->last.len == 0 ? "-" : pre.len > 0 ? ".0." : "-0.";
	*out = ATT_ARENA_JOIN(d->arena, ATT_STR("v"), pre.len > 0 ? v->last : v->next, att_str_of(join),
			      v->time, ATT_STR("-"), id);
	return out->data ? ATT_OK : att_err_memory(err);
}

static int derive_pep440(const struct derivation *d, struct att_str base, bool after_pre,
			 const struct release_variables *v, struct att_str *out, struct att_err *err)
{
	int status = release_spelling_of(RELEASE_PEP440, base, d->arena, &base, err);
	if (status == ATT_OK && after_pre)
		status = raise_last(base, d->arena, &base, err);
	if (status != ATT_OK)
		return status;
	*out = ATT_ARENA_JOIN(d->arena, base, ATT_STR(".dev"), v->time);
	return out->data ? ATT_OK : att_err_memory(err);
}

int release_derive_dev(const struct derivation *d, enum release_scheme scheme,
		       const struct release_variables *v, struct att_str *out, struct att_err *err)
{
	struct att_str declared = d->commit->declared, pre = {NULL, 0}, base = v->next;
	*out = (struct att_str){NULL, 0};
	if (scheme == RELEASE_ANY || scheme == RELEASE_SEMVER || scheme == RELEASE_OCI)
		return ATT_OK;
	if (v->time.len == 0) {
		att_err_set(err, ATT_ERR_NOT_FOUND, "the time of the commit is not known, only its day");
		att_err_help(err, "--date takes a time: 2026-01-31T12:00:00Z");
		return ATT_ERR_NOT_FOUND;
	}
	if (scheme == RELEASE_GO)
		return derive_go(d, v, out, err);
	int status =
		declared.len ? release_spelling_of(RELEASE_SEMVER, declared, d->arena, &declared, err) : ATT_OK;
	if (status != ATT_OK)
		return status;
	bool ahead = is_ahead(declared, v->last);
	if (ahead)
		base = numbers_of(declared, &pre);
	else if (v->last.len > 0)
		(void)numbers_of(v->last, &pre);
	bool after_pre = !ahead && pre.len > 0;
	if (after_pre)
		base = att_str_first(v->last, att_str_find_byte(v->last, '+'));
	if (base.len == 0)
		return no_next(v->last, err);
	if (scheme == RELEASE_PEP440)
		return derive_pep440(d, base, after_pre, v, out, err);
	*out = ATT_ARENA_JOIN(d->arena, base, att_str_of(after_pre ? ".dev." : "-dev."), v->time, ATT_STR(".g"),
			      att_str_first(v->commit, SHORT));
	return out->data ? ATT_OK : att_err_memory(err);
}
