#!/usr/bin/env bats
# attest policy check workflows: what a tree's GitHub workflows run.
# shellcheck disable=SC2154

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir -p .github/workflows
    cp "$TESTDATA/docs/hello/Cargo.lock" .
    mkdir -p .github/actions/x
    echo 'runs: {using: composite, steps: []}' >.github/actions/x/action.yml
    cp "$TESTDATA/workflows/good/jobs-ask.yml" .github/workflows/other.yml
}

steps() { # STEP...
    printf 'on: push\npermissions: {}\njobs:\n  j:\n    runs-on: x\n    steps:\n' >.github/workflows/steps.yml
    printf '      - %s\n' "$@" >>.github/workflows/steps.yml
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

@test "a tree without a lockfile has workflows all the same, and one without workflows has nothing to check" {
    rm Cargo.lock
    check 0
    cp "$TESTDATA/workflows/bad/tag.yml" .github/workflows/
    check 1
    run -2 "$BIN/attest" policy check workflows sources .
    rm -r .github
    check 2
    [[ $stderr == *"error[nothing-checked]: no file was found"* ]]
}

@test "annotations for GitHub" {
    cp "$TESTDATA/workflows/bad/image-tag.yml" .github/workflows/
    check 1 --format github
    [[ $output == *"::error file=.github/workflows/image-tag.yml,line=8,col=15,endColumn=32,title=mutable-image::"* ]]
}

@test "the policy decides who may be used" {
    printf '[workflows]\nallow = ["a/*"]\n' >deny.toml
    check 0
    printf '[workflows]\nallow = ["actions/*"]\n' >deny.toml
    check 1
    [[ $stderr == *"error[action-not-allowed]"*"warning[unmatched-action]"*"--> deny.toml:2:10"* ]]
}

@test "a path means an action of the tree that was looked at" {
    mkdir -p made/by-docker node_modules/x
    cp .github/actions/x/action.yml node_modules/x/
    touch made/by-docker/Dockerfile
    steps "uses: ./.github/actions/x" "uses: .//.github/./actions/x/" "uses: ./made/by-docker" \
        "uses: '.\\.github\\actions\\x'"
    check 0
    for path in ./fetched/x ./node_modules/x ./ ./.github/actions/y; do
        steps "uses: $path"
        check 2
        [[ $stderr == *"error[unchecked-action]: the tree has no action there"*"= found: $path"* ]]
        check 0 -W unchecked-action
    done
    for path in ./../x ./x/../../y '.\..\x' a/b/../../c@3d3c42e5aac5ba805825da76410c181273ba90b1; do
        steps "uses: $path"
        check 2
        [[ $stderr == *"error[malformed-input]"* ]]
    done
}

@test "images of jobs, services and actions are asked for their digests, whatever the files are called" {
    steps 'run: x'
    digest=sha256:3d3c42e5aac5ba805825da76410c181273ba90b13d3c42e5aac5ba805825da76
    sed -i "5a\\    container: { image: 'node:20@$digest' }\n    services: { none: { image: '' }, db: 'pg@$digest' }" \
        .github/workflows/steps.yml
    check 0
    printf '[workflows]\nallow = ["a/*", "docker://node:*"]\n' >deny.toml
    check 1
    [[ $stderr == *"error[action-not-allowed]"*"= found: docker://pg"* ]]
    rm deny.toml
    sed -i "s/pg@.*'/\${{ matrix.db }}'/; s/@$digest//" .github/workflows/steps.yml
    mv .github/workflows/steps.yml .github/workflows/STEPS.YML
    check 1
    [[ $stderr == *"STEPS.YML:6:26"*"= found: node:20"*"is only known when it runs"* ]]
    rm .github/workflows/STEPS.YML
    echo 'runs: { using: docker, image: "Docker://alpine:3" }' >.github/actions/x/action.yml
    check 1
    [[ $stderr == *"error[mutable-image]"*"= found: Docker://alpine:3"* ]]
}

@test "this project's own workflows are pinned" {
    rm -r .github
    cp -r "$ROOT/.github" .
    check 0
    [[ $stderr != *"error["* ]]
    [[ $stderr != *"= found: "* ]]
    [[ $stderr == *"workflows: holds"* ]]
}
