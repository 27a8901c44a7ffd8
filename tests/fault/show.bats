#!/usr/bin/env bats
# attest align show when memory runs out, at every allocation in turn: everything, or exit 2; never a crash.

load common

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp "$TESTDATA/pkgbuild/good/architectures" PKGBUILD
    cp "$TESTDATA/pkgbuild/good/expansions" PKGBUILD.two
    cp "$TESTDATA/srcinfo/good/architectures" .SRCINFO
    cp "$TESTDATA/scoop/good/architectures" tool.json
    cp "$TESTDATA/winget/good/installer" tool.yaml
    cp "$TESTDATA/binstall/good/template" Cargo.toml
}

# fail_each FORMAT EXPECTED FILE...: fails so many of the allocations, evenly spread.
fail_each() {
    local format=$1 expected=$2 total step status failed=0 i on
    shift 2
    status=0
    FAIL_COUNT=$PWD/count LD_PRELOAD=$TESTS/fail_malloc.so "$BIN/attest-align" show -f "$format" "$@" >want 2>err ||
        status=$?
    [ "$status" -eq "$expected" ]
    total=$(cat count)
    [ "$total" -gt 20 ]
    step=$((total / 150 | 1))
    for on in "" 1; do
        for ((i = 1; i <= total; i += step)); do
            status=0
            timeout 10 env FAIL_AT=$i ${on:+FAIL_ON=1} LD_PRELOAD="$TESTS/fail_malloc.so" \
                "$BIN/attest-align" show -f "$format" "$@" >out 2>err || status=$?
            [ "$status" -eq 2 ] || { [ "$status" -eq "$expected" ] && cmp -s want out; } || {
                echo "allocation $i of $total: exit $status"
                tail -n 3 err
                failed=1
            }
        done
    done
    [ "$failed" -eq 0 ]
}

@test "scripts" { fail_each json 2 PKGBUILD PKGBUILD.two; }
@test "what is all known, as JSON" { fail_each json 0 tool.json tool.yaml Cargo.toml; }
@test "what is all known, as a table" { fail_each human 0 tool.json tool.yaml Cargo.toml; }
@test "lines" { fail_each human 2 .SRCINFO; }
