#!/usr/bin/env bats
# attest align channels and before when calls and allocations fail: what does not hold never passes, and what holds is
# not refuted. Git, and the process that asks it, are none of ours: what fails is what comes after the sandbox.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    git init -q --bare remote.git
    git init -q -b main r
    cd r || return
    git config user.email a@b.example
    git config user.name a
    git remote add origin ../remote.git
    printf '%s\n' '[project]' 'name = "p"' 'checksums = "dist/SHA256SUMS"' '[[version]]' 'file = "VERSION"' \
        '[[version]]' 'file = "other/VERSION"' '[[artifact]]' 'name = "p-{version}.crate"' 'path = "dist"' \
        '[[channel]]' 'kind = "crates"' 'artifacts = ["p-*"]' 'registry = "http://127.0.0.1:9"' >attest.toml
    sed '$a dev = "{next}-dev.{date}"' attest.toml >../wrong.toml
    mkdir other dist
    echo 1.0.0 >VERSION
    echo 1.0.0 >other/VERSION
    echo dist >.gitignore
    release v1.0.0
    echo built >dist/p-1.0.0.crate
    "$BIN/attest-checksum" write -o dist/SHA256SUMS dist/p-1.0.0.crate
    record
    BEFORE=("$BIN/attest-align" before --replay ../record)
    CHANNELS=("$BIN/attest-align" channels --commit 0123456789abcdef0123456789abcdef01234567
        --date 2026-01-31T12:00:00Z --ref refs/heads/main --last 1.2.0)
}

# The registry answers that it has no such crate, as far as the record says.
record() {
    rm -rf ../record
    "$BIN/attest-align" before --record ../record >/dev/null 2>&1 || true
    for file in ../record/*.json; do
        [ "$file" != ../record/align.json ] || continue
        jq 'del(.error) + {answer: {status: 404, url: .request.url, length: 0}}' "$file" >../new
        mv ../new "$file"
    done
    prove
}

# What every registry of crates has.
prove() {
    local url=http://127.0.0.1:9/config.json name
    name=127.0.0.1-9-$(printf '%s\n' GET $url '' '' Accept application/json | b2sum -l 128 | cut -c1-32)-1
    echo '{"dl": "http://127.0.0.1:9"}' >"../record/$name.body"
    for file in ../record/127*.json; do
        jq --arg url "$url" --arg length "$(wc -c <"../record/$name.body")" '.request = {method: "GET", url: $url,
            headers: [{name: "Accept", value: "application/json"}]} |
            .answer = {status: 200, url: $url, length: ($length | tonumber),
            body: ($length | tonumber)}' "$file" >../new
    done
    mv ../new "../record/$name.json"
}

release() { # TAG
    git add -A
    git commit -q -m "$1"
    git tag "$1"
    git push -q origin main "$1"
}

drift() {
    echo 1.0.1 >other/VERSION
    git tag -d v1.0.0 >/dev/null
    git push -q -d origin v1.0.0
    release v1.0.0
    record
}

nothing() { :; }

is_good() { # STATUS
    case $1 in
    0) grep -q ' holds: 0 errors' out ;;
    2) ! grep -q ' holds: ' out ;;
    *) false ;;
    esac
}

is_drift() {
    case $1 in
    1) grep -q 'version-drift' err || [ ! -s err ] ;;
    2) ;;
    *) false ;;
    esac && ! grep -q ' holds: ' out
}

is_derived() {
    case $1 in
    0) grep -q '^  crates  version   1.2.1-dev.20260131120000.g0123456789ab$' out ;;
    2) ;;
    *) false ;;
    esac
}

is_collision() {
    case $1 in
    1) grep -q 'version-collision' err || [ ! -s err ] ;;
    2) ;;
    *) false ;;
    esac
}

# fail_own_calls JUDGE COMMAND...: every system call of the process itself that comes after the sandbox fails in turn.
fail_own_calls() {
    local judge=$1 ran=0 failed=0 call first last n status
    shift
    strace -o log "$@" >out 2>err || true
    sed -n '1,/^seccomp(SECCOMP_SET_MODE_FILTER, .*= 0$/p' log | awk -F'(' '/^[a-z]/ { print $1 }' >before
    awk -F'(' '/^[a-z]/ { print $1 }' log | sort | uniq -c >calls
    while read -r last call; do
        can_fail "$call" || continue
        first=$(grep -c "^$call\$" before || true)
        for ((n = first + 1; n <= last; n++)); do
            status=0
            timeout 20 strace -o /dev/null -e "inject=$call:error=EIO:when=$n" "$@" >out 2>err || status=$?
            ran=$((ran + 1))
            "$judge" "$status" && continue
            echo "$call number $n: exit $status"
            cat out
            tail -n 3 err
            failed=1
        done
    done <calls
    [ "$ran" -ge 15 ]
    [ "$failed" -eq 0 ]
}

@test "they are what the other tests take them for" {
    "${BEFORE[@]}" >out 2>err
    is_good 0
    "${CHANNELS[@]}" >out 2>err
    is_derived 0
    run -1 "${CHANNELS[@]}" --config ../wrong.toml
    [[ $output == *version-collision* ]]
    drift
    run -1 "${BEFORE[@]}"
    [[ $output == *version-drift* ]]
}

@test "channels: every call fails" {
    RUNS=15 fail_calls nothing is_derived error=EIO -- "${CHANNELS[@]}"
    RUNS=15 fail_calls nothing is_collision error=EIO -- "${CHANNELS[@]}" --config ../wrong.toml
}

@test "channels: allocations fail" {
    fail_allocations 100 is_derived "${CHANNELS[@]}"
    fail_allocations 100 is_collision "${CHANNELS[@]}" --config ../wrong.toml
}

@test "before: every call fails while all holds" {
    fail_own_calls is_good "${BEFORE[@]}"
}

@test "before: every call fails while a place says another version" {
    drift
    fail_own_calls is_drift "${BEFORE[@]}"
}

@test "before: allocations fail while all holds" {
    fail_allocations 100 is_good "${BEFORE[@]}"
}

@test "before: allocations fail while a place says another version" {
    drift
    fail_allocations 100 is_drift "${BEFORE[@]}"
}
