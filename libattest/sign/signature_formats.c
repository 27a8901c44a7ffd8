// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/formats.h"

#include "libattest/base/banned.h"

/* minisign's files begin like signify's and are looked at first; a bundle may hold a DSSE envelope. Bare
 * signatures have no mark, so that whatever nobody else knows may be one. */
const struct att_signature_format *const att_signature_formats[] = {
	&att_signature_format_minisign,
	&att_signature_format_signify,
	&att_signature_format_bundle,
	&att_signature_format_dsse,
	&att_signature_format_sshsig,
	&att_signature_format_raw,
	NULL,
};
