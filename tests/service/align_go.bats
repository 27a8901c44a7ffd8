#!/usr/bin/env bats
# attest align after against a proxy of Go modules: a tree of files that nginx serves, and git as what was built. The
# checksum database is in tests/unit/test_channel_go.c, which signs one.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
    PORT=$(free_ports 4)
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b.example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b.example
    mkdir -p logs r/sdk/go/inner r/sdk/go/vendor/x
    cd r || return
    git init -q -b main .
    cat >attest.toml <<END
[project]
name = "p"
[[channel]]
kind = "go"
package = "example.org/Acme/p/sdk/go"
folder = "sdk/go"
proxy = "http://127.0.0.1:$PORT"
sumdb = "off"
END
    printf 'module example.org/Acme/p/sdk/go\n\ngo 1.21\n' >sdk/go/go.mod
    printf 'package p\n' >sdk/go/p.go
    printf 'module inner\n' >sdk/go/inner/go.mod
    printf 'package inner\n' >sdk/go/inner/i.go
    printf 'package x\n' >sdk/go/vendor/x/x.go
    printf 'ours\n' >LICENSE
    # git archive of others would change these.
    printf '*.bat text eol=crlf\nsecret.go export-ignore\nid.go export-subst\n' >sdk/go/.gitattributes
    printf 'a\nb\n' >sdk/go/run.bat
    printf 'package p\n' >sdk/go/secret.go
    # shellcheck disable=SC2016 # git would replace it
    printf '// $Format:%%H$\npackage p\n' >sdk/go/id.go
    ln -s p.go sdk/go/link.go
    git add -A
    git commit -q -m a
    git tag v1.2.0
    proxy
    serve
}

teardown() {
    [ ! -s "$BATS_TEST_TMPDIR/nginx.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/nginx.pid")"
}

# What a proxy makes of the tag: the files that belong to the module stand here as a list.
proxy() {
    local at="$BATS_TEST_TMPDIR/www/example.org/!acme/p/sdk/go/@v"
    mkdir -p "$at"
    printf 'v1.2.0\n' >"$at/list"
    printf '{"Version":"v1.2.0","Time":"2026-01-02T03:04:05Z","Origin":{"VCS":"git","Hash":"%s"}}' \
        "$(git rev-parse HEAD)" >"$at/v1.2.0.info"
    cp sdk/go/go.mod "$at/v1.2.0.mod"
    python3 - "$at/v1.2.0.zip" <<'END'
import sys, zipfile
prefix = "example.org/Acme/p/sdk/go@v1.2.0/"
names = ["go.mod", "p.go", "secret.go", "id.go", ".gitattributes", "run.bat"]
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for name in names:
        data = open("sdk/go/" + name, "rb").read()
        # What .gitattributes asks for.
        archive.writestr(prefix + name, data.replace(b"\n", b"\r\n") if name == "run.bat" else data)
    archive.writestr(prefix + "LICENSE", b"ours\n")
END
}

serve() {
    command -v nginx >/dev/null || { echo "nginx is missing; ./setup check installs it"; return 1; }
    local user="" top=$BATS_TEST_TMPDIR
    [ "$(id -u)" -ne 0 ] || user="user root;"
    cat >"$top/nginx.conf" <<END
$user pid $top/nginx.pid; error_log $top/logs/error; events {}
http {
    access_log $top/logs/access;
    client_body_temp_path $top/logs; proxy_temp_path $top/logs; fastcgi_temp_path $top/logs;
    uwsgi_temp_path $top/logs; scgi_temp_path $top/logs;
    server { listen 127.0.0.1:$PORT; root $top/www; }
}
END
    nginx -c "$top/nginx.conf" -e "$top/logs/error"
    for _ in $(seq 100); do
        [ ! -s "$top/nginx.pid" ] || return 0
        sleep 0.05
    done
    return 1
}

after() {
    timeout 60 attest align after "$@"
}

@test "what a proxy serves is what git has" {
    run -0 after
    [ "$(grep -c ' MATCH ' <<<"$output")" -eq 5 ]
    [[ "$output" == *retractions*MATCH* ]]
    [[ "$output" == *"it was not asked: sumdb = \"off\""* ]]
    run -0 --separate-stderr after -c attest.toml --format json
    [ "$(jq -r .verdict <<<"$output")" = holds ]
    [ "$(jq -r '.findings[] | "\(.severity) \(.code)"' <<<"$output")" = "note channel-unknown" ]
}

@test "a file in git that differs from the proxy's is a conflict" {
    printf '// more\n' >>sdk/go/p.go
    git commit -qam b
    git tag -f v1.2.0
    run -1 after
    [[ "$output" == *"the proxy took it from another commit"* ]]
    [[ "$output" == *"the proxy serves other files than git has"* ]]
}

@test "a version that the proxy does not have is absent, and nothing else is asked" {
    rm "$BATS_TEST_TMPDIR"/www/example.org/*/p/sdk/go/@v/v1.2.0.info
    : >"$BATS_TEST_TMPDIR/logs/access"
    run -1 after
    [[ "$output" == *ABSENT* ]]
    [ "$(wc -l <"$BATS_TEST_TMPDIR/logs/access")" -eq 1 ]
}

@test "a zip with one flipped byte, and one cut short" {
    local zip
    zip=$(echo "$BATS_TEST_TMPDIR"/www/example.org/*/p/sdk/go/@v/v1.2.0.zip)
    cp "$zip" whole
    printf '\377' | dd of="$zip" bs=1 seek=80 conv=notrunc status=none
    run after
    [ "$status" -ne 0 ]
    [[ "$output" == *v1.2.0.zip* ]]
    head -c 300 whole >"$zip"
    run after
    [ "$status" -ne 0 ]
    [[ "$output" == *v1.2.0.zip* ]]
}
