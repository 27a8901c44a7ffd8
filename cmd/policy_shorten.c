// SPDX-License-Identifier: Apache-2.0
#include "cmd/policy.h"

#include "libattest/base/banned.h"

/* How many of the first `count` findings are of the same code and severity: what is excused never hides what is
 * an error. Few codes have many findings, and the scan ends
 * where it is known that there are too many. */
static size_t count_same(const struct att_findings *findings, size_t count, const struct att_finding *finding)
{
	size_t same = 0;
	for (size_t i = 0; i < count && same < POLICY_SHOWN; i++)
		same += findings->items[i].severity == finding->severity &&
			strcmp(findings->items[i].code, finding->code) == 0;
	return same;
}

void policy_shorten(struct att_findings *findings, bool with_notes)
{
	size_t kept = 0, notes = 0, more = 0;
	for (size_t i = 0; i < findings->count; i++) {
		const struct att_finding *finding = &findings->items[i];
		bool note = finding->severity == ATT_NOTE && !with_notes;
		bool often = count_same(findings, kept, finding) == POLICY_SHOWN;
		notes += note;
		more += !note && often;
		if (!note && !often)
			findings->items[kept++] = *finding;
	}
	findings->count = kept;
	findings->dropped += more;
	if (notes > 0)
		cli_note("attest-policy: %zu note%s not shown: --notes shows them", notes,
			 notes == 1 ? " is" : "s are");
	if (more > 0)
		cli_note("attest-policy: only the first %d findings of a code are shown: --all shows them all",
			 POLICY_SHOWN);
}
