#!/usr/bin/env bats
# attest align --record and --replay: what servers and other repositories said is told again without any of them.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
    PORT=$(free_ports 4)
    FILES=http://127.0.0.1:$PORT
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b.example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b.example
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=protocol.file.allow GIT_CONFIG_VALUE_0=always
    mkdir -p www r/dist
    git init -q --bare -b main bucket.git
    git init -q --bare -b main remote.git
    git clone -q bucket.git bucket 2>/dev/null
    git init -q -b main r
    echo built >r/dist/p-1.2.0.zip
    cp r/dist/p-1.2.0.zip www
    cat >r/attest.toml <<END
[project]
name = "p"
remote = "file://$PWD/remote.git"
[[artifact]]
name = "p-{version}.zip"
path = "dist"
platform = "windows-x86_64"
[[channel]]
kind = "scoop"
bucket = "file://$PWD/bucket.git"
manifest = "p.json"
url = "$FILES"
artifacts = ["p-*"]
END
    echo dist >r/.gitignore
    git -C r add -A
    git -C r commit -q -m a
    git -C r tag v1.2.0
    git -C r push -q ../remote.git main v1.2.0
    package 1.2.0
    serve
}

teardown() {
    stop
}

stop() {
    [ -z "$SERVER" ] || kill "$SERVER"
    SERVER=
}

package() { # VERSION
    printf '{"version": "%s", "architecture": {"64bit": {"url": "%s/p-%s.zip", "hash": "%s"}}}\n' "$1" "$FILES" "$1" \
        "$(sha256sum r/dist/p-1.2.0.zip | cut -c1-64)" >bucket/p.json
    git -C bucket add -A
    git -C bucket commit -q --allow-empty -m "$1"
    git -C bucket push -q origin HEAD:main
}

serve() {
    python3 -m http.server --bind 127.0.0.1 --directory www "$PORT" >log 2>&1 3>&- &
    SERVER=$!
    for _ in $(seq 100); do
        (: <>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && return 0
        sleep 0.05
    done
    return 1
}

take_away() {
    stop
    mv bucket.git no-bucket.git
    mv remote.git no-remote.git
}

align() { # COMMAND WORD...: report in $report, status in $code
    code=0
    report=$(attest align "$@" --config r/attest.toml --format json 2>/dev/null) || code=$?
}

# What a replay says besides what was said then.
but_replayed() {
    jq -e '.summary.replayed != null and any(.findings[]; .code == "replayed-answers" and .severity == "note")' \
        <<<"$1" >/dev/null &&
        jq 'del(.summary.replayed) | del(.findings[] | select(.code == "replayed-answers"))' <<<"$1"
}

same() { # COMMAND STATUS
    align "$1" --record tape
    [ "$code" -eq "$2" ] || { echo "$1: $code"; jq -c '.findings[]' <<<"$report"; return 1; }
    local first=$report
    [ -s tape/align.json ]
    take_away
    align "$1" --replay tape
    [ "$code" -eq "$2" ]
    diff <(jq . <<<"$first") <(but_replayed "$report")
}

@test "after: a verdict that holds is the same without a network" {
    same after 0
}

@test "after: one that does not is, too" {
    package 1.1.0
    same after 1
    jq -e '.findings[] | select(.code == "channel-stale")' <<<"$report"
}

@test "after: a repository that is not there is not there again, even when it is" {
    mv bucket.git away.git
    align after --record tape
    [ "$code" -eq 2 ]
    local first=$report
    mv away.git bucket.git
    align after --replay tape
    [ "$code" -eq 2 ]
    diff <(jq . <<<"$first") <(but_replayed "$report")
}

@test "after: a file that the repository does not have" {
    git -C bucket rm -q p.json
    git -C bucket commit -q -m none
    git -C bucket push -q origin HEAD:main
    same after 1
    jq -e '.findings[] | select(.code == "channel-absent")' <<<"$report"
}

@test "after --wait: every look is told again, and nobody sleeps" {
    package 1.1.0
    (sleep 1 && package 1.2.0) 3>&- &
    align after --wait 20s --record tape
    wait $!
    [ "$code" -eq 0 ]
    [ "$(jq -c .rounds tape/align.json)" != "[1]" ]
    local first=$report
    take_away
    SECONDS=0
    align after --wait 20s --replay tape
    [ "$SECONDS" -lt 2 ]
    [ "$code" -eq 0 ]
    diff <(jq . <<<"$first") <(but_replayed "$report")
}

@test "before: what the remote has is not asked again" {
    package 1.1.0
    same before 0
    [ "$(jq -r '[.steps[] | select(.name == "pushed") | .outcome] | join(" ")' <<<"$report")" = holds ]
}

@test "what was not recorded is not told" {
    align after --record tape
    take_away
    jq '.answers = []' tape/align.json >align.json
    mv align.json tape
    align after --replay tape
    [ "$code" -eq 2 ]
    [[ "$report" == *"was not recorded"* ]]
    sed -i 's/"version": 1,/"version": 2,/' tape/align.json
    align after --replay tape
    [ "$code" -eq 2 ]
    [[ "$report" == *"tape/align.json"*"expected version 1"* || "$report" == *"expected version 1"*"tape/align.json"* ]]
    rm tape/align.json
    align after --replay tape
    [ "$code" -eq 2 ]
    [[ "$report" != *MATCH* ]]
}

@test "secrets of a location are not in the record" {
    sed -i "s,^bucket = .*,bucket = \"https://me:secret@127.0.0.1:$PORT/p.git?token=secret\"," r/attest.toml
    git -C r commit -q -a -m b
    git -C r tag -f v1.2.0
    align after --record tape
    [ "$code" -eq 2 ]
    run -1 grep -r secret tape
    align after --replay tape
    [ "$code" -eq 2 ]
    [[ "$report" != *"not recorded"* ]]
}
