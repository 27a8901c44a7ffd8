#!/usr/bin/env bats
# The test runner itself: results that are missing, broken off or contradictory must never count as passed.

load common

# What tests/run makes of a TAP stream that ended with STATUS: "PASSED FAILED SKIPPED".
counts() { # STATUS <TAP
    cat >"$BATS_TEST_TMPDIR/tap"
    LIMIT=600 "$ROOT/tests/run" --count "$BATS_TEST_TMPDIR/tap" "$1" | head -n 1
}

@test "results add up" {
    [ "$(printf '1..2\nok 1 - a\nok 2 - b\n' | counts 0)" = "2 0 0" ]
    [ "$(printf '1..3\nok 1 a\nnot ok 2 b\n# why\nok 3 c # SKIP no tool\n' | counts 1)" = "1 1 1" ]
    [ "$(printf 'ok 1\n1..1\n' | counts 0)" = "1 0 0" ]
    [ "$(printf '1..0 # skipped: nothing here\n' | counts 0)" = "0 0 1" ]
    [ "$(printf '1..1\nnot ok 1 # skip a\n' | counts 0)" = "0 0 1" ]
}

@test "silence is a failure" {
    [ "$(counts 0 </dev/null)" = "0 1 0" ]
    [ "$(printf '1..0\n' | counts 0)" = "0 1 0" ]
    [ "$(printf '# all is well\n' | counts 0)" = "0 1 0" ]
}

@test "a plan that is not kept is a failure" {
    [ "$(printf '1..3\nok 1\nok 2\n' | counts 0)" = "2 1 0" ]
    [ "$(printf '1..1\nok 1\nok 2\n' | counts 0)" = "2 1 0" ]
    [ "$(printf 'ok 1\n' | counts 0)" = "1 1 0" ]
    [ "$(printf '1..1\nok 1\n1..1\n' | counts 0)" = "1 1 0" ]
}

@test "a test program that dies is a failure, whatever it printed" {
    [ "$(printf '1..1\nok 1\n' | counts 1)" = "1 1 0" ]
    [ "$(printf '1..1\nok 1\n' | counts 139)" = "1 1 0" ]
    [ "$(printf '1..1\nok 1\n' | counts 124)" = "1 1 0" ]
    [ "$(printf '1..1\nok 1\nBail out! no disk\n' | counts 0)" = "1 1 0" ]
}

@test "words that only look like results are not counted" {
    [ "$(printf '1..1\nokay\nnot okay\n  not ok 7\nok 1 - says "not ok"\n' | counts 0)" = "1 0 0" ]
}

@test "a suite that does not exist is an error" {
    run "$ROOT/tests/run" nonsense
    [ "$status" -eq 2 ]
    [[ $output == *"no suite is called 'nonsense'"* ]]
}
