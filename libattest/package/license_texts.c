// SPDX-License-Identifier: Apache-2.0
/* The index of license texts as constant data of the program: nothing is read or allocated before it is asked.
 */
#include "libattest/package/license_text_internal.h"

#include "libattest/base/banned.h"

__asm__(".pushsection .rodata.att_license_texts_index, \"a\"\n"
	".balign 8\n"
	".hidden att_license_texts_index\n"
	".global att_license_texts_index\n"
	".type att_license_texts_index, %object\n"
	"att_license_texts_index:\n"
	".incbin \"libattest/package/license_texts.bin\"\n"
	".size att_license_texts_index, . - att_license_texts_index\n"
	".popsection\n");
