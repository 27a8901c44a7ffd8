// SPDX-License-Identifier: Apache-2.0
/* Functions that this project does not call: each one writes without a bound, keeps hidden state, depends
 * on the locale, or starts a shell (alloca is refused by -Walloca). Every source file includes it last. */
#ifndef ATT_BASE_BANNED_H
#define ATT_BASE_BANNED_H

#pragma GCC poison strcpy strcat strncpy strncat stpcpy sprintf vsprintf gets strtok
#pragma GCC poison atoi atol atoll atof system popen mktemp tmpnam tempnam
#pragma GCC poison gmtime localtime ctime asctime rand srand random setlocale

#endif
