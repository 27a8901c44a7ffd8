// SPDX-License-Identifier: Apache-2.0
#include "libattest/package/cvss.h"

#include "libattest/package/cvss_internal.h"

#include "libattest/base/banned.h"

/* How the versions are written. */
static const struct grammar {
	enum att_cvss_version version;
	const char *name, *prefix;
	const struct att_cvss_metric *metrics;
	bool ordered;
} grammars[] = {
	[ATT_CVSS_2] = {ATT_CVSS_2, "2.0", "", att_cvss2_metrics, false},
	[ATT_CVSS_3_0] = {ATT_CVSS_3_0, "3.0", "CVSS:3.0/", att_cvss3_metrics, false},
	[ATT_CVSS_3_1] = {ATT_CVSS_3_1, "3.1", "CVSS:3.1/", att_cvss3_metrics, false},
	[ATT_CVSS_4_0] = {ATT_CVSS_4_0, "4.0", "CVSS:4.0/", att_cvss4_metrics, true},
};

/* The longest, v4.0 with every metric, has 203 characters. */
enum { LONGEST = 256 };

/* What is quoted in a message: the rest says no more. */
enum { LONGEST_SHOWN = 40 };

struct parser {
	const struct grammar *grammar;
	struct att_str text;
	struct att_err *err;
	struct att_cvss_values values;
	size_t last; /* position of the metric before, plus one */
};

static struct att_place place_of(const struct parser *p, struct att_str part)
{
	uint32_t begin = (uint32_t)(part.data - p->text.data) + 1;
	uint32_t end = begin + (uint32_t)part.len;
	return (struct att_place){1, begin, 1, end};
}

#define fail(p, part, ...) att_err_set_at((p)->err, ATT_ERR_MALFORMED, place_of((p), (part)), __VA_ARGS__)

/* The position of `value` in "A B C", or ATT_CVSS_ABSENT. */
static unsigned char find_value(const char *values, struct att_str value)
{
	struct att_str rest = att_str_of(values), one;
	for (unsigned char i = 0; att_str_split(&rest, ' ', &one); i++)
		if (att_str_equal(one, value))
			return i;
	return ATT_CVSS_ABSENT;
}

static int take_metric(struct parser *p, struct att_str part)
{
	const struct att_cvss_metric *metrics = p->grammar->metrics;
	size_t colon = att_str_find_byte(part, ':'), i = 0;
	struct att_str name = att_str_first(part, colon);
	struct att_str value = colon == ATT_STR_NONE
				       ? (struct att_str){part.data + part.len, 0}
				       : (struct att_str){part.data + colon + 1, part.len - colon - 1};
	if (colon == ATT_STR_NONE)
		return fail(p, part, "expected a metric as NAME:VALUE, found \"%.*s\"",
			    ATT_STR_ARG(att_str_first(part, LONGEST_SHOWN)));
	while (metrics[i].name && !att_str_is(name, metrics[i].name))
		i++;
	if (!metrics[i].name)
		return fail(p, name, "CVSS v%s has no metric \"%.*s\"", p->grammar->name,
			    ATT_STR_ARG(att_str_first(name, LONGEST_SHOWN)));
	if (p->values.values[i] != ATT_CVSS_ABSENT)
		return fail(p, name, "expected each metric once, found %s again", metrics[i].name);
	if (p->grammar->ordered && i < p->last)
		return fail(p, name, "expected metrics in the order of CVSS v%s, found %s behind %s",
			    p->grammar->name, metrics[i].name, metrics[p->last - 1].name);
	p->values.values[i] = find_value(metrics[i].values, value);
	if (p->values.values[i] == ATT_CVSS_ABSENT)
		return fail(p, value, "expected one of %s for %s, found \"%.*s\"", metrics[i].values,
			    metrics[i].name, ATT_STR_ARG(att_str_first(value, LONGEST_SHOWN)));
	p->last = i + 1;
	return ATT_OK;
}

static int check_required(struct parser *p)
{
	const struct att_cvss_metric *metrics = p->grammar->metrics;
	const struct att_str end = {p->text.data + p->text.len, 0};
	for (size_t i = 0; metrics[i].name; i++)
		if (metrics[i].required && p->values.values[i] == ATT_CVSS_ABSENT)
			return fail(p, end, "expected %s, which every vector of CVSS v%s has", metrics[i].name,
				    p->grammar->name);
	return ATT_OK;
}

static int find_grammar(struct parser *p)
{
	p->grammar = &grammars[ATT_CVSS_2];
	if (!att_str_starts(p->text, ATT_STR("CVSS:")))
		return ATT_OK;
	for (size_t i = ATT_CVSS_3_0; i <= ATT_CVSS_4_0; i++) {
		p->grammar = &grammars[i];
		if (att_str_starts(p->text, att_str_of(p->grammar->prefix)))
			return ATT_OK;
	}
	struct att_str version = att_str_from(p->text, 5);
	version.len = att_str_first(version, att_str_find_byte(version, '/')).len;
	if (!version.data)
		version.data = p->text.data + p->text.len;
	return att_err_set_at(p->err, ATT_ERR_UNSUPPORTED, place_of(p, version),
			      "expected CVSS 3.0, 3.1 or 4.0, or 2 without a prefix, found version \"%.*s\"",
			      ATT_STR_ARG(att_str_first(version, LONGEST_SHOWN)));
}

static enum att_cvss_rating rate(enum att_cvss_version version, unsigned score)
{
	if (score == 0 && version != ATT_CVSS_2)
		return ATT_CVSS_NONE;
	if (score < 40)
		return ATT_CVSS_LOW;
	if (score < 70)
		return ATT_CVSS_MEDIUM;
	return score < 90 || version == ATT_CVSS_2 ? ATT_CVSS_HIGH : ATT_CVSS_CRITICAL;
}

static void compute(const struct parser *p, struct att_cvss *out)
{
	out->version = p->grammar->version;
	if (out->version == ATT_CVSS_4_0) {
		out->base = att_cvss4_base(&p->values);
		out->score = att_cvss4_score(&p->values);
	} else {
		out->base =
			out->version == ATT_CVSS_2 ? att_cvss2_base(&p->values) : att_cvss3_base(&p->values);
		out->score = out->base;
	}
	out->rating = rate(out->version, out->score);
}

int att_cvss_parse(struct att_str vector, struct att_cvss *out, struct att_err *err)
{
	struct parser p = {.text = vector, .err = err};
	memset(out, 0, sizeof *out);
	memset(p.values.values, ATT_CVSS_ABSENT, sizeof p.values.values);
	if (vector.len == 0)
		return att_err_set_at(err, ATT_ERR_MALFORMED, ((struct att_place){1, 1, 1, 1}),
				      "expected a CVSS vector, found nothing");
	if (vector.len > LONGEST)
		return att_err_set_at(
			err, ATT_ERR_MALFORMED, ((struct att_place){1, LONGEST + 1, 1, LONGEST + 2}),
			"expected a CVSS vector of at most %d characters, found %zu", LONGEST, vector.len);
	int status = find_grammar(&p);
	struct att_str rest =
		status == ATT_OK ? att_str_from(vector, strlen(p.grammar->prefix)) : (struct att_str){0};
	if (status == ATT_OK && !rest.data)
		rest = (struct att_str){vector.data + vector.len, 0};
	for (struct att_str part; status == ATT_OK && att_str_split(&rest, '/', &part);)
		status = take_metric(&p, part);
	if (status == ATT_OK)
		status = check_required(&p);
	if (status == ATT_OK)
		compute(&p, out);
	return status;
}

const char *att_cvss_rating_name(enum att_cvss_rating rating)
{
	static const char *const names[] = {"none", "low", "medium", "high", "critical"};
	return names[rating];
}

const char *att_cvss_version_name(enum att_cvss_version version)
{
	return grammars[version].name;
}
