// SPDX-License-Identifier: Apache-2.0
/* What is accepted keeps OpenVEX's promises: a name, a product, and the reasons that its status asks for. */
#include <stdlib.h>

#include "policy/vex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check(const struct policy_vex_statement *s)
{
	require(s->vulnerability.len > 0 && s->product_count > 0);
	require(s->status != POLICY_VEX_NOT_AFFECTED || s->justification.len + s->impact.len > 0);
	require(s->status != POLICY_VEX_AFFECTED || s->action.len > 0);
	for (size_t i = 0; i < s->product_count; i++) {
		const struct policy_purl_parts *purl = &s->products[i].purl;
		require(purl->key.len == 0 || policy_purl_covers(purl, purl));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_err err = {0};
	struct policy_vex vex = {0};
	struct att_str text = {(const char *)data, size};
	if (att_source_init(&source, &arena, ATT_STR("vex"), text, &err) == ATT_OK) {
		int status = policy_vex_parse(&source, &arena, &vex, &err);
		require(status == ATT_OK || (status == err.code && err.message[0]));
		for (size_t i = 0; i < vex.count; i++)
			check(&vex.items[i]);
	}
	att_arena_clear(&arena);
	return 0;
}
