#!/usr/bin/env bats
# attest align after: what it says before it asks anybody. What servers answer is in tests/service.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    git init -q -b main r
    cd r || return
    git config user.email a@b.example
    git config user.name a
    printf '%s\n' '[project]' 'name = "p"' '[[artifact]]' 'name = "p-{version}.tgz"' 'path = "dist"' \
        '[[channel]]' 'kind = "npm"' 'artifacts = ["p-*"]' 'registry = "http://127.0.0.1:9"' >attest.toml
    mkdir dist
    echo built >dist/p-1.0.0.tgz
    git commit -q --allow-empty -m a
}

@test "without a release tag nothing is asked" {
    run -2 attest align after
    [[ "$output" == *"expected a release tag as v{version}, found refs/heads/main"*"--tag"* ]]
    run -2 attest align after --tag v1.0.0
    git tag v1.0.0
    run -2 attest align after --tag other
    [[ "$output" != *MATCH* ]]
}

@test "an artifact that was not built is told, and nothing passes" {
    git tag v1.0.0
    rm dist/p-1.0.0.tgz
    run -1 attest align after
    [[ "$output" == *"missing-artifact"*"attest.toml:4:8"*"expected: dist/p-1.0.0.tgz"* ]]
    ln -s /etc/passwd dist/p-1.0.0.tgz
    run attest align after
    [ "$status" -ne 0 ]
    [[ "$output" != *root:* ]]
}

@test "a server that does not answer is UNKNOWN" {
    git tag v1.0.0
    run -2 attest align after
    [[ "$output" == *"channel-unknown"*"npm"*"UNKNOWN"* ]]
    run -2 attest align after --preview --channel npm --wait 1s
    run -2 attest align after --channel nmp
    [[ "$output" == *'there is no channel "nmp"'* ]]
}

@test "a channel that --channel leaves out is told" {
    git tag v1.0.0
    printf '%s\n' '[[channel]]' 'kind = "pypi"' >>attest.toml
    run -2 attest align after --channel npm
    [[ "$output" == *"pypi  - "*"not looked at: --channel leaves it out"* ]]
    [ "$(attest align after --channel npm --format json 2>/dev/null |
        jq -c '[.summary.channels, .summary.channels_left_out]')" = '[2,1]' ]
}

@test "where nothing counts, that is said" {
    sed -i 's/^kind = .*/&\ntier = "preview"/' attest.toml
    git tag v1.0.0
    run -2 attest align after
    [[ "$output" == *"error[channel-unknown]: nothing that counts was looked at"*"--preview"*"attest.toml"* ||
        "$output" == *"error[channel-unknown]: nothing that counts was looked at"*"attest.toml"*"--preview"* ]]
    printf '[project]\nname = "p"\n' >attest.toml
    run -2 attest align after
    [[ "$output" == *"error[channel-unknown]: nothing that counts was looked at"*": unknown: 1 error"* ]]
}

@test "interrupted while git talks to somebody who says nothing, nothing is left behind" {
    local port guard
    git tag v1.0.0
    python3 -c "
import socket, time
s = socket.create_server(('127.0.0.1', 0))
open('port', 'w').write(str(s.getsockname()[1]))
open('ready', 'w').close()
c = s.accept()
time.sleep(60)" 3>&- &
    server=$!
    for _ in $(seq 50); do [ ! -e ready ] || break; sleep 0.1; done
    port=$(cat port)
    printf '%s\n' '[[channel]]' 'kind = "homebrew"' 'formula = "p.rb"' "tap = \"git://127.0.0.1:$port/x\"" \
        'artifacts = ["p-*"]' >>attest.toml
    mkdir tmp
    TMPDIR=$PWD/tmp setsid "$BIN/attest-align" after --channel homebrew >/dev/null 2>&1 3>&- &
    guard=$!
    for _ in $(seq 50); do [ -z "$(ls tmp)" ] || break; sleep 0.1; done
    [ -n "$(ls tmp)" ]
    kill -TERM -- "-$guard" || true
    for _ in $(seq 50); do [ -n "$(ls tmp)" ] || break; sleep 0.1; done
    ls tmp
    kill "$server"
    [ -z "$(ls tmp)" ]
}

@test "wrong usage" {
    git tag v1.0.0
    for words in '--wait 1' '--wait -1s' '--wait 9999d' '--rehearse' '--record a --replay b' '--tag -x' '--tag a\b' \
        more; do
        # shellcheck disable=SC2086
        run -2 attest align after $words
        [[ "$output" == *"attest-align: "* ]]
    done
    run -2 attest align after --replay nowhere
    run -2 attest align after --replay nowhere --ledger x
    [[ "$output" == *"--ledger is about what is served"* && ! -e x ]]
}

@test "without attest.toml, or with one that is wrong" {
    git tag v1.0.0
    echo '[chanel]' >attest.toml
    run -2 attest align after
    [[ "$output" == *'did you mean "channel"?'* ]]
    rm attest.toml
    run -2 attest align after
    [[ "$output" == *'"attest align init"'* ]]
}
