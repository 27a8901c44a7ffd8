#!/usr/bin/env bats
# The library where memory runs out, at every allocation in turn: the right answer, or none.

load common

setup_file() {
    local build=${ATTEST_BUILD:-$BATS_TEST_DIRNAME/../../build}
    read -ra libraries < <(pkg-config --libs libcjson libcrypto libsodium)
    "${CC:-cc}" -D_GNU_SOURCE -I"$BATS_TEST_DIRNAME/../../libattest" "$BATS_TEST_DIRNAME/../../docs/examples/verify.c" \
        "$build/lib/libattest.a" "${libraries[@]}" -pthread -o "$BATS_FILE_TMPDIR/verify"
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp "$TESTDATA"/signing/{artifact,minisign.pub,p256.pub} .
    cp "$TESTDATA/minisign/good/prehashed" artifact.minisig
    cp "$TESTDATA/bundle/good/p256-sha256" artifact.sigstore.json
}

# fail_each RIGHT KEY [FAIL_ON=1]: ends with RIGHT where nothing fails, else with that or 2.
fail_each() {
    local right=$1 key=$2 total status i wrong=0
    status=0
    env FAIL_COUNT="$PWD/count" FAIL_FROM_START=1 LD_PRELOAD="$TESTS/fail_malloc.so" \
        "$BATS_FILE_TMPDIR/verify" "$key" artifact >out 2>&1 || status=$?
    [ "$status" -eq "$right" ]
    total=$(cat count)
    [ "$total" -gt 30 ]
    for ((i = 1; i <= total; i += total / 300 + 1)); do
        status=0
        timeout 10 env "${@:3}" FAIL_AT=$i FAIL_FROM_START=1 LD_PRELOAD="$TESTS/fail_malloc.so" \
            "$BATS_FILE_TMPDIR/verify" "$key" artifact >out 2>&1 || status=$?
        [ "$status" -eq "$right" ] || [ "$status" -eq 2 ] || {
            echo "allocation $i of $total: exit $status: $(cat out)"
            wrong=1
        }
    done
    [ "$wrong" -eq 0 ]
}

@test "a good file, by an Ed25519 key" { fail_each 0 minisign.pub; }
@test "a good file, all allocations from one on" { fail_each 0 p256.pub FAIL_ON=1; }
@test "a good file, by an ECDSA key" { fail_each 0 p256.pub; }
@test "a changed file" {
    printf x >>artifact
    fail_each 1 minisign.pub
    fail_each 1 p256.pub FAIL_ON=1
}
