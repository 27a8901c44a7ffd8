// SPDX-License-Identifier: Apache-2.0
/* Versions of Python packages (PEP 440), and whether one satisfies a constraint: needed where a lock holds
 * several versions of one package, to tell which of them a dependency means. */
#ifndef SBOM_PYTHON_VERSION_H
#define SBOM_PYTHON_VERSION_H

#include "libattest/base/str.h"

/* Below, equal or above zero as `a` is older, equal or newer; *comparable is false when one of the two is not
 * a version of PEP 440. */
int sbom_python_version_compare(struct att_str a, struct att_str b, bool *comparable);

/* Does the version satisfy the constraint? It is a specifier of PEP 440 (">=1,<2", "==1.*", "~=1.4") or one of
 * Poetry's ("^1.2", "~1.2", "1.*", "1.0", "*", "<1 || >=2"). A clause that cannot be judged counts as
 * satisfied, so that a dependency is never lost. */
bool sbom_python_version_satisfies(struct att_str version, struct att_str constraint);

#endif
