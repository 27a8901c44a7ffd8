#!/usr/bin/env bats
# Scores of CVSS, beside those of ae-cvss-calculator.

load ../cli/common

PEERS=$ROOT/build/peers

@test "CVSS: every base vector of v2 and v3, thousands of v4.0, have the score that ae-cvss-calculator gives" {
    [ -e "$PEERS/complete" ] || skip "the npm peers are not installed (./setup check)"
    cd "$BATS_TEST_TMPDIR" || return 1
    node "$ROOT/tests/differential/cvss.cjs" "$PEERS" "${EVERY:-29}" >expected
    [ "$(wc -l <expected)" -gt 13000 ]
    cut -f 1 expected >vectors
    # shellcheck disable=SC2094 # both read it
    "$BUILD/tests/cvss_score" <vectors | cut -d ' ' -f 2,3 >scores
    paste vectors scores >found
    if ! cmp -s expected found; then
        diff expected found | head -20
        return 1
    fi
}
