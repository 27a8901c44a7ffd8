// SPDX-License-Identifier: Apache-2.0
/* Everything in libattest/base that nearly every file needs. */
#ifndef ATT_BASE_BASE_H
#define ATT_BASE_BASE_H

#include "libattest/base/arena.h"
#include "libattest/base/buf.h"
#include "libattest/base/err.h"
#include "libattest/base/limits.h"
#include "libattest/base/map.h"
#include "libattest/base/source.h"
#include "libattest/base/str.h"

#endif
