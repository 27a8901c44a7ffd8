// SPDX-License-Identifier: Apache-2.0
/* All build types that we know. */
#include "libattest/statement/build_type.h"

#include "libattest/base/banned.h"

static const struct att_build_type *const types[] = {
	&att_build_type_github, &att_build_type_community, &att_build_type_generator,
	&att_build_type_gitlab, &att_build_type_generic,
};

const struct att_build_type *att_build_type_find(struct att_str uri, bool v02)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if ((v02 ? types[i]->v02 : types[i]->v1) && types[i]->recognise(uri))
			return types[i];
	return NULL;
}

const char *att_build_type_name(const struct att_build_type *type)
{
	return type->name;
}
