#!/usr/bin/env bats
# attest align after --ledger, and attest align watch: what was released is still what is served.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
    PORT=$(free_ports 4)
    URL=http://127.0.0.1:$PORT
    REPO=www/repos/acme/p
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b.example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b.example
    mkdir -p $REPO/git/ref/tags $REPO/releases/tags r/dist
    git init -q --bare -b main remote.git
    git init -q --bare -b main bucket.git
    git clone -q bucket.git bucket 2>/dev/null
    git init -q -b main r
    git -C r remote add origin "$PWD/remote.git"
    cat >r/attest.toml <<END
[project]
name = "p"
[[artifact]]
name = "p-{version}.zip"
path = "dist"
platform = "windows-x86_64"
[[channel]]
kind = "github"
repository = "acme/p"
api = "$URL"
download = "$URL/files"
artifacts = ["p-*"]
[[channel]]
kind = "scoop"
bucket = "file://$PWD/bucket.git"
manifest = "p.json"
url = "$URL/files/acme/p/releases/download/{tag}"
artifacts = ["p-*"]
END
    echo dist >r/.gitignore
    git -C r add -A
    serve
    release 1.0.0
}

teardown() {
    stop
}

stop() {
    [ ! -s server.pid ] || kill "$(cat server.pid)"
    rm -f server.pid
}

# Files of www, those of the API by their names and ".json".
serve() {
    cat >server.py <<'END'
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        path = "www" + self.path.partition("?")[0]
        found = [name for name in (path + ".json", path) if os.path.isfile(name)]
        body = open(found[0], "rb").read() if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
END
    python3 server.py "$PORT" 3>&- &
    echo $! >server.pid
    for _ in $(seq 100); do
        (: <>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && return 0
        sleep 0.05
    done
    return 1
}

# Commits, tags, builds and publishes a version everywhere.
release() { # VERSION
    local folder=www/files/acme/p/releases/download/v$1 file=r/dist/p-$1.zip
    git -C r commit -q --allow-empty -m "$1"
    git -C r tag -a -m "$1" "v$1"
    git -C r push -q origin main "v$1"
    echo "built $1" >"$file"
    mkdir -p "$folder"
    cp "$file" "$folder"
    printf '{"ref": "refs/tags/v%s", "object": {"type": "commit", "sha": "%s"}}\n' "$1" \
        "$(git -C r rev-parse "v$1^{commit}")" >"$REPO/git/ref/tags/v$1.json"
    asset "$1" >"$REPO/releases/tags/v$1.json"
    cp "$REPO/releases/tags/v$1.json" "$REPO/releases/latest.json"
    jq -s . "$REPO"/releases/tags/*.json >"$REPO/releases.json"
    printf '{"version": "%s", "architecture": {"64bit": {"url": "%s", "hash": "%s"}}}\n' "$1" \
        "$URL/files/acme/p/releases/download/v$1/p-$1.zip" "$(sha256sum "$file" | cut -c1-64)" >bucket/p.json
    git -C bucket add -A
    git -C bucket commit -q -m "$1"
    git -C bucket push -q origin HEAD:main
}

asset() { # VERSION
    local file=www/files/acme/p/releases/download/v$1/p-$1.zip
    jq -n --arg v "$1" --arg u "$URL/files/acme/p/releases/download/v$1/p-$1.zip" --argjson s "$(stat -c %s "$file")" \
        '{tag_name: "v\($v)", draft: false, prerelease: false, assets: [{name: "p-\($v).zip", state: "uploaded",
          browser_download_url: $u, url: $u, size: $s, digest: null}]}'
}

add() { # VERSION
    attest align after -c r/attest.toml --tag "v$1" --ledger r/attest-releases.json "${@:2}"
}

watch() {
    attest align watch -c r/attest.toml "$@"
}

wrong() { # "CHANNEL ITEM VERDICT" of all that do not match
    watch --format json 2>/dev/null | jq -r '.steps[] | select(.verdict != "MATCH") |
        "\(.subject.channel) \(.subject.artifact) \(.verdict)"'
}

@test "a release that is whole is added, once and the same" {
    run -0 add 1.0.0
    [ "$(jq -c '[.version, (.releases | length)]' r/attest-releases.json)" = "[1,1]" ]
    [ "$(jq -r '.releases[0] | .version, .tag, .commit, .tag_object, .artifacts[0].sha256, .channels[]' \
        r/attest-releases.json)" = "1.0.0
v1.0.0
$(git -C r rev-parse 'v1.0.0^{commit}')
$(git -C r rev-parse v1.0.0)
$(sha256sum r/dist/p-1.0.0.zip | cut -c1-64)
github
scoop" ]
    (cd "$ROOT" && /usr/bin/python3 tests/tools/docs.py ledger "$BATS_TEST_TMPDIR/r/attest-releases.json")
    jq 'del(.releases[].verified)' r/attest-releases.json >first
    run -0 add 1.0.0
    jq 'del(.releases[].verified)' r/attest-releases.json | diff first -
    release 1.1.0
    run -0 add 1.1.0
    [ "$(jq -c '[.releases[].version]' r/attest-releases.json)" = '["1.0.0","1.1.0"]' ]
    (cd "$ROOT" && /usr/bin/python3 tests/tools/docs.py ledger "$BATS_TEST_TMPDIR/r/attest-releases.json")
}

@test "what does not hold is not added" {
    echo other >www/files/acme/p/releases/download/v1.0.0/p-1.0.0.zip
    run -1 add 1.0.0
    [ ! -e r/attest-releases.json ]
    run -2 add 1.0.0 --channel github
    [[ "$output" == *"--ledger is about all channels"* ]]
}

@test "a release that changed its bytes is not the one of the ledger" {
    run -0 add 1.0.0
    cp r/attest-releases.json first
    echo changed >r/dist/p-1.0.0.zip
    cp r/dist/p-1.0.0.zip www/files/acme/p/releases/download/v1.0.0/
    asset 1.0.0 >"$REPO/releases/tags/v1.0.0.json"
    sed -i "s/\"hash\": \"[0-9a-f]*\"/\"hash\": \"$(sha256sum r/dist/p-1.0.0.zip | cut -c1-64)\"/" bucket/p.json
    git -C bucket commit -q -a -m more
    git -C bucket push -q origin HEAD:main
    run -1 add 1.0.0
    [[ "$output" == *"ledger-conflict"*"attest-releases.json"* ]]
    cmp first r/attest-releases.json
    echo '{"version": 1, "releases": 1}' >r/attest-releases.json
    run -2 add 1.0.0
    [[ "$output" == *"attest-releases.json:1:"* ]]
}

@test "a tag that the remote does not have, or elsewhere, is not added" {
    git -C r push -q origin :refs/tags/v1.0.0
    run -1 add 1.0.0
    [[ "$output" == *"moved-tag"* ]]
    git -C r remote set-url origin "$PWD/nowhere.git"
    run -2 add 1.0.0
    [ ! -e r/attest-releases.json ]
}

@test "two at once take turns" {
    local first
    release 1.1.0
    sed -i '/kind = "scoop"/,$d' r/attest.toml
    sed -i '$d' r/attest.toml
    add 1.0.0 >/dev/null 2>&1 3>&- &
    first=$!
    run -0 add 1.1.0
    wait "$first"
    [ "$(jq -c '[.releases[].version]' r/attest-releases.json)" = '["1.0.0","1.1.0"]' ]
}

@test "a newer release does not make older ones stale" {
    run -0 add 1.0.0
    release 1.1.0
    run -0 add 1.1.0
    rm -r r/dist
    run -0 watch
    [[ "$output" == *"1.0.0 p-1.0.0.zip"*MATCH*"1.1.0 tag v1.1.0"*"1.1.0 latest"*"attest-align watch: holds"* ]]
    [[ "$output" != *"1.0.0 latest"* && "$output" != *"1.0.0 p.json"* ]]
    run -0 watch --quiet
    [ -z "$output" ]
    run -0 watch --last 1
    [[ "$output" != *"1.0.0"* ]]
    run -0 watch --format json
    [ "$(jq -c '.summary.releases' <<<"$output")" = 2 ]
}

@test "an asset that was replaced is found, of an old release, too" {
    run -0 add 1.0.0
    release 1.1.0
    run -0 add 1.1.0
    echo "Built 1.0.0" >www/files/acme/p/releases/download/v1.0.0/p-1.0.0.zip
    [ "$(wrong)" = "github 1.0.0 p-1.0.0.zip CONFLICT" ]
    run -1 watch --quiet
    [[ "$output" == *"channel-conflict"*"1.0.0 p-1.0.0.zip"* ]]
    run -0 watch --last 1
    rm www/files/acme/p/releases/download/v1.0.0/p-1.0.0.zip
    [ "$(wrong)" = "github 1.0.0 p-1.0.0.zip ABSENT" ]
}

@test "a tag that was moved, made anew or removed is found" {
    run -0 add 1.0.0
    git -C r commit -q --allow-empty -m more
    git -C r push -q -f origin "HEAD:refs/tags/v1.0.0"
    [ "$(wrong)" = "origin 1.0.0 tag v1.0.0 CONFLICT" ]
    run -1 watch
    [[ "$output" == *"moved-tag"* ]]
    git -C r tag -f -a -m other v1.0.0 'v1.0.0^{commit}'
    git -C r push -q -f origin v1.0.0
    [ "$(wrong)" = "origin 1.0.0 tag v1.0.0 CONFLICT" ]
    git -C r push -q origin :refs/tags/v1.0.0
    run -1 watch
    [[ "$output" == *"the tag of a release is gone"* ]]
    git -C r remote set-url origin "$PWD/nowhere.git"
    run -2 watch
    [ "$(wrong)" = "origin 1.0.0 tag v1.0.0 UNKNOWN" ]
}

@test "a server that is away is UNKNOWN, and no ledger nothing to hold" {
    run -2 watch
    [[ "$output" == *"attest-releases.json"*"attest align after --ledger"* ]]
    run -0 add 1.0.0
    stop
    run -2 watch --quiet
    [[ "$output" == *"channel-unknown"* ]]
    echo '{"version": 1, "releases": []}' >r/attest-releases.json
    run -2 watch
}

@test "a channel that attest.toml does not have any more is told" {
    run -0 add 1.0.0
    sed -i 's/kind = "github"/&\nname = "hub"/' r/attest.toml
    run -2 watch
    [[ "$output" == *"error[channel-unknown]: 1.0.0: attest.toml has no such channel"*"channel: github"* ]]
}

@test "a channel that --channel names and no release has is not passed over" {
    local new="$PWD/r/attest.toml"
    run -0 add 1.0.0
    release 1.1.0
    run -0 add 1.1.0
    run -0 watch --channel scoop --channel github
    printf '[[channel]]\nkind = "npm"\nregistry = "%s"\nartifacts = ["p-*"]\n' "$URL" >>"$new"
    run -2 watch --channel npm
    [[ "$output" == *"error[channel-unknown]: no release that was looked at has this channel"*"channel: npm"* ]]
    run -2 watch --channel github --channel npm
    run -0 watch --channel github
    # The last line of the table begins no earlier than the others.
    [[ "$output" == *$'\nscoop   -  '*"--channel leaves it out"* ]]
}

@test "a watch is replayed without a network" {
    run -0 add 1.0.0
    release 1.1.0
    run -0 add 1.1.0
    watch --format json --record tape >first
    stop
    mv remote.git no-remote.git
    mv bucket.git no-bucket.git
    watch --format json --replay tape >second
    [ "$(jq -r '.summary.replayed, (.findings[] | .code, .severity)' second)" = "$(jq -r .time tape/align.json)
replayed-answers
note" ]
    jq . first | diff - <(jq 'del(.summary.replayed) | .findings = []' second)
}
