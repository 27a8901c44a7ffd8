#!/usr/bin/env bats
# What needs more files than testdata should hold.

load common

@test "a requirements file may include 1000 files and no more" {
    cd "$BATS_TEST_TMPDIR"
    for i in $(seq 1000); do
        echo "p$i==1" >"r$i.txt"
        echo "-r r$i.txt"
    done >requirements.txt
    run "$TESTS/catalog_dump" . requirements.txt
    [ "$status" -eq 0 ]
    [ "$(grep -c '^pkg:pypi/p[0-9]*@1$' <<<"$output")" -eq 1000 ]
    echo "-r r1001.txt" >>requirements.txt
    run "$TESTS/catalog_dump" . requirements.txt
    [ "$status" -eq 1 ]
    [ "$output" = "error -4 at 1001:4: expected at most 1000 included files, found more" ]
}

@test "a chain of 1000 includes takes no stack" {
    cd "$BATS_TEST_TMPDIR"
    echo "-r r1.txt" >requirements.txt
    for i in $(seq 999); do
        echo "-r r$((i + 1)).txt" >"r$i.txt"
    done
    echo "deep==1" >r1000.txt
    run "$TESTS/catalog_dump" . requirements.txt
    [ "$status" -eq 0 ]
    grep -q '^pkg:pypi/deep@1$' <<<"$output"
    echo "-r requirements.txt" >>r1000.txt
    run "$TESTS/catalog_dump" . requirements.txt
    [ "$status" -eq 1 ]
    [[ "$output" = "error -2 at 1:4: r1000.txt:2:4: expected a file that does not include itself,"* ]]
}

@test "includes through symbolic links are not read" {
    cd "$BATS_TEST_TMPDIR"
    echo "secret==1" >../outside.txt
    ln -s ../outside.txt link.txt
    echo "-r link.txt" >requirements.txt
    run "$TESTS/catalog_dump" . requirements.txt
    [ "$status" -eq 0 ]
    grep -q '^finding unread-include 1:4 ' <<<"$output"
    [[ "$output" != *secret* ]]
}
