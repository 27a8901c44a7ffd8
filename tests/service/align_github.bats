#!/usr/bin/env bats
# attest align against GitHub's REST API, as far as it is asked, played by nginx from files.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
    PORT=$(free_ports 4)
    URL=http://127.0.0.1:$PORT
    API=www/api/repos/o/r
    FILES=www/o/r/releases/download/v1.2.0
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b.example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b.example
    mkdir -p logs "$API"/{git/ref/tags,git/tags,releases/tags} "$FILES" r/dist
    git init -q -b main r
    head -c 200000 /dev/urandom >r/dist/demo_1.2.0_linux
    head -c 100000 /dev/urandom >r/dist/demo_1.2.0_mac
    (cd r/dist && sha256sum demo_* >SHA256SUMS)
    config
    git -C r add -A
    git -C r commit -q -m a
    git -C r tag -a -m a v1.2.0
    COMMIT=$(git -C r rev-parse HEAD)
    TAG=$(git -C r rev-parse v1.2.0)
    publish
}

teardown() {
    [ ! -s nginx.pid ] || kill "$(cat nginx.pid)"
}

config() { # MORE-LINES
    cat >r/attest.toml <<END
[project]
name = "demo"
repository = "https://github.com/o/r"
annotated = true
checksums = "dist/SHA256SUMS"
[[artifact]]
name = "demo_{version}_linux"
path = "dist"
[[artifact]]
name = "demo_{version}_mac"
path = "dist"
[[channel]]
kind = "github"
api = "$URL/api"
artifacts = ["demo_*"]
$1
END
}

asset() { # FILE
    printf '{"name": "%s", "state": "uploaded", "size": %s, "digest": "sha256:%s", "url": "%s/api/repos/o/r/assets/%s",
        "browser_download_url": "%s/o/r/releases/download/v1.2.0/%s"}' "$1" "$(stat -c %s "r/dist/$1")" \
        "$(sha256sum "r/dist/$1" | cut -c1-64)" "$URL" "$1" "$URL" "$1"
}

publish() {
    local name list=''
    for name in demo_1.2.0_linux demo_1.2.0_mac SHA256SUMS; do
        cp "r/dist/$name" "$FILES"
        list+="${list:+,}$(asset "$name")"
    done
    echo '{"private": false, "permissions": {"push": true}}' >"$API.json"
    printf '{"ref": "refs/tags/v1.2.0", "object": {"type": "tag", "sha": "%s"}}' "$TAG" >"$API/git/ref/tags/v1.2.0.json"
    printf '{"tag": "v1.2.0", "object": {"type": "commit", "sha": "%s"}}' "$COMMIT" >"$API/git/tags/$TAG.json"
    printf '{"tag_name": "v1.2.0", "draft": false, "prerelease": false, "immutable": true, "assets": [%s]}' "$list" \
        >"$API/releases/tags/v1.2.0.json"
    echo '{"tag_name": "v1.2.0"}' >"$API/releases/latest.json"
    echo '[{"tag_name": "v1.2.0", "draft": false, "prerelease": false}]' >"$API/releases.json"
}

change() { # FILE FILTER
    jq "$2" "$API/$1.json" >changed
    mv changed "$API/$1.json"
}

serve() { # LINES-OF-THE-SERVER...
    local user='' listen="listen 127.0.0.1:$PORT;"
    command -v nginx >/dev/null || { echo "nginx is missing; ./setup check installs it"; return 1; }
    [ "$(id -u)" -ne 0 ] || user="user root;"
    [[ "$*" != *ssl_certificate* ]] || listen="listen 127.0.0.1:$PORT ssl;"
    cat >nginx.conf <<END
$user pid $PWD/nginx.pid; error_log $PWD/logs/error; events {}
http {
    log_format short '\$request_method \$uri \$status \$http_authorization';
    access_log $PWD/logs/access short;
    client_body_temp_path $PWD/logs; proxy_temp_path $PWD/logs; fastcgi_temp_path $PWD/logs;
    uwsgi_temp_path $PWD/logs; scgi_temp_path $PWD/logs;
    server {
        $listen root $PWD/www; open_file_cache off; $*
        location /api/ { try_files \$uri.json =404; }
    }
}
END
    nginx -c "$PWD/nginx.conf" -e "$PWD/logs/error"
    for _ in $(seq 100); do
        [ ! -s nginx.pid ] || return 0
        sleep 0.05
    done
    return 1
}

verdicts() { # COMMAND OPTION...: "ITEM VERDICT" of all that do not match
    attest align "$@" --config r/attest.toml --format json >told 2>/dev/null
    jq -r '[.steps[] | select(.name == "served")] | if length == 0 then "nothing" else .[] |
        select(.verdict != "MATCH") | "\(.subject.artifact) \(.verdict)" end' told | sort
    [ -s told ] || echo nothing
}

@test "a release whose tag, files, checksums and fame are right" {
    serve
    run -0 attest align after --config r/attest.toml
    [ "$(grep -c MATCH <<<"$output")" -eq 6 ] # tag, release, two files, checksums, latest
    [ "$(cut -d' ' -f1 logs/access | sort -u)" = GET ]
    config 'immutable = true'
    run -0 attest align after --config r/attest.toml
}

@test "before it is published nothing is there, and afterwards it is done" {
    serve
    [ -z "$(verdicts before)" ]
    rm -r "$API/git" "$API/releases/tags"
    echo '{"tag_name": "v1.1.0"}' >"$API/releases/latest.json"
    [ "$(verdicts before)" = "demo_1.2.0_linux ABSENT
demo_1.2.0_mac ABSENT
latest ABSENT
release v1.2.0 ABSENT
tag v1.2.0 ABSENT" ]
    [ "$(verdicts after | grep latest)" = "latest STALE" ]
}

@test "a byte, a size, a digest, a file more, a file less" {
    serve
    printf 'X' | dd of="$FILES/demo_1.2.0_mac" bs=1 seek=99999 conv=notrunc status=none
    [ "$(verdicts after)" = "demo_1.2.0_mac CONFLICT" ]
    [ "$(verdicts before)" = "demo_1.2.0_mac CONFLICT" ]
    publish
    truncate -s -1 "$FILES/demo_1.2.0_mac"
    [ "$(verdicts after)" = "demo_1.2.0_mac CONFLICT" ]
    rm "$FILES/demo_1.2.0_mac"
    [ "$(verdicts after)" = "demo_1.2.0_mac ABSENT" ]
    publish
    change releases/tags/v1.2.0 '.assets[0].digest = "sha256:" + ("0" * 64)'
    [ "$(verdicts after)" = "demo_1.2.0_linux CONFLICT" ]
    publish
    change releases/tags/v1.2.0 '.assets += [.assets[0] | .name = "demo_1.2.0_windows.exe"]'
    [ "$(verdicts after)" = "demo_1.2.0_windows.exe CONFLICT" ]
    publish
    change releases/tags/v1.2.0 'del(.assets[1])'
    [ "$(verdicts after)" = "demo_1.2.0_mac ABSENT" ]
    publish
    sed -i 's/^./z/' "$FILES/SHA256SUMS"
    [ "$(verdicts after)" = "SHA256SUMS CONFLICT" ]
}

@test "a tag that was moved, a draft, a pre-release, a newer one that is the latest no more" {
    serve
    change "git/tags/$TAG" '.object.sha = ("0" * 40)'
    [ "$(verdicts after)" = "tag v1.2.0 CONFLICT" ]
    publish
    change git/ref/tags/v1.2.0 ".object = {type: \"commit\", sha: \"$COMMIT\"}"
    [ "$(verdicts after)" = "tag v1.2.0 CONFLICT" ]
    publish
    change releases/tags/v1.2.0 '.draft = true'
    [ "$(verdicts after)" = "release v1.2.0 CONFLICT" ]
    publish
    change releases/tags/v1.2.0 '.prerelease = true'
    [ "$(verdicts after)" = "release v1.2.0 CONFLICT" ]
    publish
    change releases '. += [{tag_name: "v2.0.0", draft: false, prerelease: false}]'
    [ "$(verdicts after)" = "latest CONFLICT" ]
}

@test "the checksums and what artifacts require are missing" {
    serve
    change releases/tags/v1.2.0 'del(.assets[2])'
    [ "$(verdicts after)" = "SHA256SUMS ABSENT" ]
    publish
    sed -i 's/^name = "demo_{version}_mac"/&\nrequires = ["sbom"]/' r/attest.toml
    [ "$(verdicts after)" = "sbom demo_1.2.0_mac ABSENT" ]
    echo '{"bomFormat": "CycloneDX"}' >r/dist/demo_1.2.0_mac.cdx.json
    [ "$(verdicts after)" = "sbom demo_1.2.0_mac ABSENT" ]
    cp r/dist/demo_1.2.0_mac.cdx.json "$FILES"
    change releases/tags/v1.2.0 ".assets += [$(asset demo_1.2.0_mac.cdx.json)]"
    [ -z "$(verdicts after)" ]
    run -0 attest align after --config r/attest.toml
}

@test "a repository of several things: the latest release is that of another" {
    serve
    echo '{"tag_name": "other-7"}' >"$API/releases/latest.json"
    [ "$(verdicts after)" = "latest UNKNOWN" ]
    config 'latest = false'
    [ -z "$(verdicts after)" ]
    echo '{"tag_name": "v1.2.0"}' >"$API/releases/latest.json"
    [ "$(verdicts after)" = "latest CONFLICT" ]
}

@test "what comes late is waited for" {
    serve
    mv "$FILES/demo_1.2.0_linux" kept
    (sleep 3 && cp kept "$FILES/demo_1.2.0_linux") 3>&- &
    run -0 attest align after --config r/attest.toml --wait 60s
    wait
    [ "$(grep -c ' /o/r/releases/download/v1.2.0/demo_1.2.0_linux 404' logs/access)" -ge 1 ]
    # What is there was sent once, and then said to be unchanged.
    [ "$(grep -c ' /o/r/releases/download/v1.2.0/demo_1.2.0_mac 200' logs/access)" -eq 1 ]
    [ "$(grep -c ' /o/r/releases/download/v1.2.0/demo_1.2.0_mac 304' logs/access)" -ge 1 ]
    [ "$(grep -c ' /api/repos/o/r/releases/tags/v1.2.0.json 200' logs/access)" -eq 1 ]
}

@test "answers that are none, and others than were asked for" {
    local file=/o/r/releases/download/v1.2.0/demo_1.2.0_linux
    serve "location = $file { return 500; }" \
        "location = /o/r/releases/download/v1.2.0/demo_1.2.0_mac { return 302 http://127.0.0.1:$PORT\$uri?again; }"
    [ "$(verdicts after)" = "demo_1.2.0_linux UNKNOWN
demo_1.2.0_mac UNKNOWN" ]
    kill "$(cat nginx.pid)"
    while [ -e nginx.pid ]; do sleep 0.05; done
    serve "location = $file { return 302 http://other.example/x; }" \
        "location = /api/repos/o/r/releases/latest { add_header Retry-After 7 always; return 429; }"
    [ "$(verdicts after)" = "demo_1.2.0_linux UNKNOWN
latest UNKNOWN" ]
    echo '<html>' >"$API/releases/tags/v1.2.0.json"
    [ "$(verdicts after)" = "demo_1.2.0_linux UNKNOWN
demo_1.2.0_mac UNKNOWN
latest UNKNOWN
release v1.2.0 UNKNOWN" ]
    kill "$(cat nginx.pid)"
    while [ -e nginx.pid ]; do sleep 0.05; done
    [ "$(verdicts after | awk '{ print $NF }' | sort -u)" = UNKNOWN ]
}

@test "TLS that is somebody else's" {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out certificate -days 2 \
        -subj /CN=other -addext subjectAltName=DNS:other.example 2>/dev/null
    serve "ssl_certificate $PWD/certificate; ssl_certificate_key $PWD/key;"
    sed -i "s,$URL/api,https://127.0.0.1:$PORT/api," r/attest.toml
    run -2 attest align after --config r/attest.toml --ca-file certificate
    [ "$(verdicts after --ca-file certificate | awk '{ print $NF }' | sort -u)" = UNKNOWN ]
}

@test "a token goes to the API and nowhere else" {
    serve
    config 'token = "RELEASE_TOKEN"'
    RELEASE_TOKEN=ghp_0123456789 run -0 attest align after --config r/attest.toml --record kept
    [ "$(grep ghp_ logs/access | cut -d' ' -f2 | cut -d/ -f2 | sort -u)" = api ]
    run -1 grep -r ghp_ kept
    export RELEASE_TOKEN=ghp_0123456789
    [ -z "$(verdicts before)" ]
    echo '{"permissions": {"push": false}}' >"$API.json"
    [ "$(verdicts before)" = "login CONFLICT" ]
    rm "$API.json"
    [ "$(verdicts before)" = "login CONFLICT" ]
    kill "$(cat nginx.pid)"
    while [ -e nginx.pid ]; do sleep 0.05; done
    run -0 attest align after --config r/attest.toml --replay kept
}
