// SPDX-License-Identifier: Apache-2.0
/* verify KEY FILE [SIGNATURE]: is FILE signed by KEY? Ends with 0 when it is, 1 when it is not, 2 when nobody
 * can tell.
 *
 *     cc verify.c $(pkg-config --cflags --libs attest) -o verify */
#include <attest.h>
#include <stdio.h>
#include <time.h>

static enum att_status set_up(struct att_verifier *verifier, const char *key, const char *signature)
{
	enum att_status status = att_verifier_add_key_file(verifier, key);
	if (status == ATT_STATUS_OK && signature)
		status = att_verifier_add_signature_file(verifier, signature);
	if (status != ATT_STATUS_OK)
		fprintf(stderr, "verify: %s\n", att_verifier_error(verifier));
	return status;
}

static void print(const char *file, const struct att_result *result)
{
	for (size_t i = 0; i < att_result_step_count(result); i++) {
		const struct att_result_step *step = att_result_step(result, i);
		printf("  %s: %s: %s\n", step->name, att_result_outcome_name(step->outcome), step->found);
	}
	printf("%s: %s: %s\n", file, att_result_outcome_name(att_result_outcome(result)),
	       att_result_sentence(result));
}

int main(int argc, char **argv)
{
	int exit_code = 2;
	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: verify KEY FILE [SIGNATURE]\n");
		return exit_code;
	}
	struct att_verifier *verifier = att_verifier_new();
	if (verifier && set_up(verifier, argv[1], argv[3]) == ATT_STATUS_OK) {
		struct att_result *result = att_verifier_verify_file(verifier, argv[2], time(NULL));
		print(argv[2], result);
		if (att_result_holds(result))
			exit_code = 0;
		else if (att_result_outcome(result) == ATT_RESULT_REFUTED)
			exit_code = 1;
		att_result_free(result);
	}
	att_verifier_free(verifier);
	return exit_code;
}
