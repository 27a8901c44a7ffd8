#!/usr/bin/env bats
# Memory that runs out, at every allocation in turn: exit 2, or the right bytes; never a crash.

load common

setup() {
    cd "$BATS_TEST_TMPDIR"
    make_tree t
    mkdir o
    echo old >o/x.json
    "$BIN/attest-sbom" t -o want.json 2>err
}

# fail_each RUNS [FAIL_ON=1]: fails so many of the allocations, evenly spread.
fail_each() {
    local runs=$1 step total failed=0 status i
    FAIL_COUNT=$PWD/count LD_PRELOAD=$TESTS/fail_malloc.so "$BIN/attest-sbom" t -o o/x.json --jobs 1 2>err
    judge 0 "nothing fails"
    total=$(cat count)
    [ "$total" -gt 200 ]
    step=$((total / runs | 1))
    for ((i = 1; i <= total; i += step)); do
        status=0
        timeout 10 env "${@:2}" FAIL_AT=$i LD_PRELOAD="$TESTS/fail_malloc.so" \
            "$BIN/attest-sbom" t -o o/x.json --jobs 1 2>err || status=$?
        judge "$status" "allocation $i of $total" || failed=1
    done
    [ "$failed" -eq 0 ]
}

@test "one allocation fails" { fail_each 400; }
@test "all allocations fail from one on" { fail_each 150 FAIL_ON=1; }
