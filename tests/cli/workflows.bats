#!/usr/bin/env bats
# attest policy check workflows: what a tree's GitHub workflows run.
# shellcheck disable=SC2154

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir -p .github/workflows
    cp "$TESTDATA/docs/hello/Cargo.lock" .
}

check() { # STATUS OPTION...
    run "-$1" --separate-stderr "$BIN/attest" policy check workflows . "${@:2}"
}

@test "what is pinned passes, what is not is underlined" {
    cp "$TESTDATA/workflows/good/pinned.yml" .github/workflows/
    check 0
    cp "$TESTDATA/workflows/bad/tag.yml" .github/workflows/
    check 1
    [[ $stderr == *"error[mutable-action]: "*"--> .github/workflows/tag.yml:8:32"*"= found: v4"* ]]
    cp "$TESTDATA/workflows/bad/duplicate.yml" .github/workflows/tag.yml
    check 2
    [[ $stderr == *"error[malformed-input]: expected each key once"* ]]
}

@test "annotations for GitHub" {
    cp "$TESTDATA/workflows/bad/image-tag.yml" .github/workflows/
    check 1 --format github
    [[ $output == *"::error file=.github/workflows/image-tag.yml,line=8,col=15,endColumn=32,title=mutable-image::"* ]]
}

@test "the policy decides who may be used" {
    cp "$TESTDATA/workflows/good/jobs-ask.yml" .github/workflows/
    printf '[workflows]\nallow = ["a/*"]\n' >deny.toml
    check 0
    printf '[workflows]\nallow = ["actions/*"]\n' >deny.toml
    check 1
    [[ $stderr == *"error[action-not-allowed]"*"warning[unmatched-action]"*"--> deny.toml:2:10"* ]]
}

@test "this project's own workflows are pinned" {
    rm -r .github
    cp -r "$ROOT/.github" .
    check 0
    [[ $stderr != *"error["* ]]
    [[ $stderr == *"workflows: holds"* ]]
}
