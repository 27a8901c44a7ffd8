#!/usr/bin/env bats
# attest align after with --record and --ledger when the disk is full or a kill comes in the middle: a run that fails
# adds nothing to the ledger, and half a record is not replayed.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
    mkdir -p www/simple/p www/files r/dist
    serve
    git init -q --bare remote.git
    git init -q -b main r
    cd r || return
    git config user.email a@b.example
    git config user.name a
    git remote add origin ../remote.git
    printf '%s\n' '[project]' 'name = "p"' '[[artifact]]' 'name = "p-{version}.tar.gz"' 'path = "dist"' '[[channel]]' \
        'kind = "pypi"' "simple = \"$URL/simple\"" 'artifacts = ["p-*"]' >attest.toml
    echo dist >.gitignore
    git add -A
    git commit -q -m a
    git tag v1.0.0
    git push -q origin main v1.0.0
    echo built >dist/p-1.0.0.tar.gz
    cp dist/p-1.0.0.tar.gz ../www/files
    printf '{"meta": {"api-version": "1.0"}, "name": "p", "files": [{"filename": "p-1.0.0.tar.gz", "size": 6,
        "url": "../../files/p-1.0.0.tar.gz", "hashes": {"sha256": "%s"}, "yanked": false}]}' \
        "$(sha256sum dist/p-1.0.0.tar.gz | cut -c1-64)" >../www/simple/p/index.html
    AFTER=("$BIN/attest-align" after --record ../tape --ledger ../ledger/l.json)
    afresh
}

teardown() {
    kill "$(cat "$BATS_TEST_TMPDIR/server.pid")"
}

serve() {
    python3 -c '
import functools, http.server
class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {"": "application/octet-stream", ".html": "application/vnd.pypi.simple.v1+json"}
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory="www"))
open("port", "w").write(str(server.server_port))
open("ready", "w").close()
server.serve_forever()' 3>&- &
    echo $! >server.pid
    for _ in $(seq 100); do [ ! -e ready ] || break; sleep 0.05; done
    URL=http://127.0.0.1:$(cat port)
}

afresh() {
    rm -rf ../tape ../ledger
    mkdir ../ledger
}

# is_told STATUS: it held, the release is in the ledger and the record says the same; or it did not, and neither does.
is_told() {
    local status=0 added=0
    [ ! -e ../ledger/l.json ] || added=$(jq '.releases | length' ../ledger/l.json) || return 1
    "$BIN/attest-align" after --replay ../tape >again 2>&1 || status=$?
    case $1 in
    0) [ "$added" -eq 1 ] && [ "$status" -eq 0 ] ;;
    # All was written, and what failed is the telling of it, or the making sure.
    2) [ "$status" -eq 2 ] && [ "$added" -eq 0 ] || { [ "$status" -eq 0 ] && [ -e ../tape/align.json ]; } ;;
    *) false ;;
    esac && [ "$(find ../ledger ../tape -name '*.tmp' 2>/dev/null | wc -l)" -eq 0 ]
}

# each WHAT CALL COUNT: the run with the call failing or killing, the first to the last time.
each() {
    local n status
    for ((n = 1; n <= $3; n++)); do
        afresh
        status=0
        timeout 30 strace -f -o log -e "trace=$2" -e "inject=$2:$1:when=$n" "${AFTER[@]}" >out 2>err || status=$?
        grep -qE 'INJECTED|killed by' log || break # there are no more of them
        "$judge" "$status" && continue
        echo "$2 number $n: $1: exit $status"
        cat out err again
        return 1
    done
    [ "$n" -gt 1 ]
}

@test "it is what the other tests take it for" {
    "${AFTER[@]}" >out 2>err
    is_told 0
}

@test "the disk is full" {
    judge=is_told
    local call
    for call in linkat rename fsync write; do
        each error=ENOSPC "$call" 30
    done
}

@test "it is killed" {
    # Whatever is there is whole, and who comes next is not in its way.
    is_whole() {
        local status=0
        [ ! -e ../ledger/l.json ] || [ "$(jq '.releases | length' ../ledger/l.json)" -eq 1 ] || return 1
        "$BIN/attest-align" after --replay ../tape >again 2>&1 || status=$?
        if [ -e ../tape/align.json ]; then [ "$status" -eq 0 ]; else [ "$status" -eq 2 ]; fi || return 1
        rm -rf ../tape
        "${AFTER[@]}" >out 2>err && [ "$(jq '.releases | length' ../ledger/l.json)" -eq 1 ]
    }
    judge=is_whole
    each signal=KILL linkat 30
    each signal=KILL rename 30
}
