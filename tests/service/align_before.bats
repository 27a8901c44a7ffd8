#!/usr/bin/env bats
# attest align before: what it asks servers besides the channels themselves, played by nginx from files.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
    export HOME=$PWD/home
    mkdir -p home www/api/repos/acme logs
    git config --global user.email a@b.example
    git config --global user.name a
    PORT=$(free_ports 3)
    URL=http://127.0.0.1:$PORT
    git init -q --bare -b main origin.git
    git init -q --bare -b main tap.git
    git clone -q tap.git tap 2>/dev/null
    git init -q -b main r
    git -C r remote add origin ../origin.git
    mkdir -p r/dist tap/Formula
    echo built >r/dist/p-1.2.0.tgz
    echo /dist >r/.gitignore
    printf '%s\n' 'class P < Formula' '  version "1.2.0"' "  url \"$URL/p-1.2.0.tgz\"" \
        "  sha256 \"$(sha256sum r/dist/p-1.2.0.tgz | cut -c1-64)\"" 'end' >tap/Formula/p.rb
    config
    serve
}

teardown() {
    [ ! -s nginx.pid ] || kill "$(cat nginx.pid)"
}

config() { # LINE...
    printf '%s\n' '[project]' 'name = "p"' '[[artifact]]' 'name = "p-{version}.tgz"' 'path = "dist"' \
        '[[channel]]' 'kind = "homebrew"' 'tap = "../tap"' 'formula = "Formula/p.rb"' "url = \"$URL\"" \
        'artifacts = ["p-*"]' "$@" >r/attest.toml
    git -C r add -A
    git -C r commit -q --allow-empty -m a
    git -C r tag -f v1.2.0 >/dev/null
    git -C r push -q -f ../origin.git main v1.2.0
}

# serve LINE...: lines of the server's configuration.
serve() {
    local user=
    command -v nginx >/dev/null || { echo "nginx is missing; ./setup check installs it"; return 1; }
    [ "$(id -u)" -ne 0 ] || user="user root;"
    # One that has only begun does not hear it yet.
    for _ in $(seq 100); do
        [ -s nginx.pid ] || break
        kill "$(cat nginx.pid)" 2>/dev/null || true
        sleep 0.05
    done
    cat >nginx.conf <<END
$user pid $PWD/nginx.pid; error_log $PWD/logs/error; events {}
http {
    log_format own '\$request_method \$server_port \$request_uri \$http_authorization';
    access_log $PWD/logs/access own;
    client_body_temp_path $PWD/logs; proxy_temp_path $PWD/logs; fastcgi_temp_path $PWD/logs;
    uwsgi_temp_path $PWD/logs; scgi_temp_path $PWD/logs;
    server { listen 127.0.0.1:$PORT; root $PWD/www; location /api/ { try_files \$uri.json =404; } $* }
    server { listen 127.0.0.1:$((PORT + 1)); root $PWD/www; }
}
END
    nginx -c "$PWD/nginx.conf" -e "$PWD/logs/error"
    for _ in $(seq 100); do
        [ ! -s nginx.pid ] || return 0
        sleep 0.05
    done
    return 1
}

told() { # FILTER of jq
    attest align before --config r/attest.toml --format json 2>/dev/null | jq -r "$1"
}

verdicts() {
    told '.steps[] | select(.name == "served") | "\(.subject.artifact) \(.verdict)"'
}

steps() {
    told '.steps[] | select(.outcome != "holds") | "\(.name) \(.outcome)"'
}

# --- tokens of repositories ------------------------------------------------------------------------------------

@test "a tap's token may push, may not, is not known" {
    config 'token = "TAP_TOKEN"' "api = \"$URL/api\""
    git -C tap remote set-url origin git@github.example:acme/tap.git
    run -2 attest align before --config r/attest.toml
    [[ "$output" == *"login: the environment has no TAP_TOKEN"* ]]
    export TAP_TOKEN=ghp_0123456789
    echo '{"permissions": {"push": true}}' >www/api/repos/acme/tap.json
    run -0 attest align before --config r/attest.toml
    [ "$(verdicts)" = $'login MATCH\nFormula/p.rb MATCH' ]
    [[ "$output" != *ghp_* ]]
    grep -q "GET $PORT /api/repos/acme/tap Bearer ghp_0123456789" logs/access
    for url in https://github.example/acme/tap https://me@github.example/acme/tap.git/ \
        ssh://git@github.example/acme/tap; do
        git -C tap remote set-url origin "$url"
        [ "$(verdicts)" = $'login MATCH\nFormula/p.rb MATCH' ]
    done
    echo '{"permissions": {"push": false}}' >www/api/repos/acme/tap.json
    [ "$(verdicts)" = $'login CONFLICT\nFormula/p.rb MATCH' ]
    echo '{"full_name": "acme/tap"}' >www/api/repos/acme/tap.json
    [ "$(verdicts)" = $'login UNKNOWN\nFormula/p.rb MATCH' ]
    rm www/api/repos/acme/tap.json
    [ "$(verdicts)" = $'login CONFLICT\nFormula/p.rb MATCH' ]
    run -1 attest align before --config r/attest.toml
    serve "location = /api/repos/acme/tap { return 302 http://127.0.0.1:$((PORT + 1))/api/tap; }"
    run attest align before --config r/attest.toml
    [ "$status" -ne 0 ]
    run -1 grep "$((PORT + 1)).*ghp_" logs/access
}

@test "a token that nobody can be asked about is told of" {
    config 'token = "OTHER_TOKEN"'
    git -C tap remote set-url origin ssh://git@git.example/acme/tap
    export OTHER_TOKEN=glpat-0123456789
    run -0 attest align before --config r/attest.toml
    [[ "$output" == *"note[channel-unknown]: login: the token was not tried"* ]]
    [ "$(verdicts)" = "Formula/p.rb MATCH" ]
    unset OTHER_TOKEN
    run -2 attest align before --config r/attest.toml
    [[ "$output" == *"login: the environment has no OTHER_TOKEN"* ]]
    sed -i 's/^kind = .*/kind = "pypi"/; /^tap\|^formula\|^url/d' r/attest.toml
    sed -i "/^kind/a simple = \"$URL/simple\"" r/attest.toml
    run attest align before --config r/attest.toml
    [[ "$output" == *"login: the environment has no OTHER_TOKEN"* ]]
    OTHER_TOKEN=pypi-0123456789 run attest align before --config r/attest.toml
    [[ "$output" == *"note[channel-unknown]: login: the token was not tried"* ]]
    [[ "$output" != *pypi-0* ]]
    [ ! -s logs/access ] || run -1 grep pypi-0 logs/access
}

# --- what git asks ---------------------------------------------------------------------------------------------

secret() { # LINE...: of the location with the repository
    serve "location /git/ { alias $PWD/; $* }"
    git -C origin.git update-server-info
    git -C r config remote.origin.url "$URL/git/origin.git"
}

@test "git: who logs in by a header of the checkout, as build jobs do" {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out certificate -days 1 \
        -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null
    serve "listen 127.0.0.1:$((PORT + 2)) ssl; ssl_certificate $PWD/certificate; ssl_certificate_key $PWD/key;" \
        "location /git/ { alias $PWD/; if (\$http_authorization != \"Basic eDp5\") { return 401; } }"
    git -C origin.git update-server-info
    local secure=https://127.0.0.1:$((PORT + 2))
    git -C r config remote.origin.url "$secure/git/origin.git"
    [ "$(steps)" = "pushed unknown" ]
    git config --global http.sslCAInfo "$PWD/certificate"
    [ "$(steps)" = "pushed unknown" ]
    git -C r config "http.$secure/.extraHeader" "Authorization: Basic eDp5"
    [ -z "$(steps)" ]
    printf '[http "%s/"]\n\textraHeader = Authorization: Basic eDp5\n' "$secure" >header
    git -C r config --unset "http.$secure/.extraHeader"
    git -C r config include.path "$PWD/header"
    [ -z "$(steps)" ]
    git -C r config --unset include.path
    git -C r config http.https://other.example/.extraHeader "Authorization: Basic eDp5"
    [ "$(steps)" = "pushed unknown" ]
    # The checkout cannot have certificates go unchecked.
    git config --global --unset http.sslCAInfo
    git -C r config "http.$secure/.extraHeader" "Authorization: Basic eDp5"
    git -C r config http.sslVerify false
    git -C r config "http.$secure/.sslVerify" false
    [ "$(steps)" = "pushed unknown" ]
}

@test "git: no helper of the checkout is asked for a password, and what people configured is" {
    secret "auth_basic x; auth_basic_user_file $PWD/users;"
    printf 'me:%s\n' "$(openssl passwd -apr1 secret)" >users
    printf '#!/bin/sh\ntouch %s/ran\necho username=me; echo password=secret\n' "$PWD" >helper
    chmod +x helper
    git -C r config credential.helper "$PWD/helper"
    git -C r config core.askPass "$PWD/helper"
    [ "$(steps)" = "pushed unknown" ]
    [ ! -e ran ]
    git -C r config --unset core.askPass
    git config --global credential.helper "$PWD/helper"
    [ -z "$(steps)" ]
    [ -e ran ]
}

@test "git: what leads away from this machine without TLS is not followed" {
    secret "return 302 http://localhost:$((PORT + 1))\$uri?\$args;"
    mkdir www/git
    cp -r origin.git www/git
    [ "$(steps)" = "pushed unknown" ]
    run -1 grep " $((PORT + 1)) " logs/access
}

@test "git: settings of the checkout do not lead its requests elsewhere" {
    secret
    [ -z "$(steps)" ]
    git -C r config http.proxy "http://127.0.0.1:$((PORT + 1))"
    git -C r config http.extraHeader "X-Secret: yes"
    git -C r config http.cookieFile "$PWD/cookies"
    git -C r config http.saveCookies true
    [ -z "$(steps)" ]
    run -1 grep " $((PORT + 1)) " logs/access
    [ ! -e cookies ]
}

# --- what is not taken -----------------------------------------------------------------------------------------

channel() { # LINE...
    printf '%s\n' '[project]' 'name = "p"' 'repository = "https://github.com/acme/p"' '[[artifact]]' \
        "name = \"$1\"" 'path = "dist"' '[[channel]]' 'artifacts = ["p*"]' "${@:2}" >r/attest.toml
    rm -f r/dist/*
    echo built >"r/dist/${1//\{version\}/1.2.0}"
    git -C r add -A
    git -C r commit -q --allow-empty -m a
    git -C r tag -f v1.2.0 >/dev/null
    git -C r push -q -f ../origin.git main v1.2.0
}

# free [COMMAND...]: what the server serves without it proves nothing, and with it that nothing is taken.
free() {
    local status=0
    attest align before --config r/attest.toml >out 2>&1 || status=$?
    [ "$status" -eq 2 ]
    grep -qF "it is not there, but nothing shows that the server is what it should be: " out
    [ "$(verdicts | cut -d' ' -f2- | grep -c ABSENT)" -eq 0 ]
    "$@"
    attest align before --config r/attest.toml
    [ "$(verdicts | grep -vc ABSENT)" -eq 0 ]
}

put() { # PATH TEXT
    mkdir -p "www/$(dirname "$1")"
    printf '%s\n' "$2" >"www/$1"
}

@test "crates: a server that has nothing is no registry" {
    channel 'p-{version}.crate' 'kind = "crates"' "registry = \"sparse+$URL/index/\""
    put index/config.json '<html>log in</html>'
    free put index/config.json "{\"dl\": \"$URL/dl\"}"
}

@test "npm: a server that has nothing is no registry" {
    channel 'p-{version}.tgz' 'kind = "npm"' "registry = \"$URL/npm\""
    put npm/-/ping '<html>log in</html>'
    free put npm/-/ping '{}'
}

@test "PyPI: a server that has nothing is no index" {
    channel 'p-{version}.tar.gz' 'kind = "pypi"' "registry = \"$URL/py\""
    free serve 'location = /py/simple/ { default_type text/html; return 200; }'
    serve 'location = /py/simple/ { default_type application/octet-stream; return 200; }'
    run -2 attest align before --config r/attest.toml
}

@test "images: a server that has nothing is no registry" {
    channel 'p-{version}.json' 'kind = "oci"' "repository = \"127.0.0.1:$PORT/acme/p\"" 'tags = ["{version}"]'
    run -2 attest align before --config r/attest.toml
    [[ "$output" == *"nothing shows that the server is what it should be: $URL/v2/ gives status 404"* ]]
    serve 'location = /v2/ { default_type text/html; return 200 "<html>"; }'
    run -2 attest align before --config r/attest.toml
    serve 'location = /v2/ { return 401; }'
    run -2 attest align before --config r/attest.toml
    serve 'location = /v2/ { default_type application/json; return 200 "{}"; }'
    [[ "$(verdicts)" == *"tag 1.2.0 ABSENT"* ]]
    serve 'location = /v2/ { add_header WWW-Authenticate "Basic realm=x" always; return 401; }'
    [[ "$(verdicts)" == *"tag 1.2.0 ABSENT"* ]]
}

@test "GitHub: a server that has nothing does not have the repository" {
    channel 'p-{version}.tgz' 'kind = "github"' "api = \"$URL/api\""
    put api/repos/acme/p.json '<html>log in</html>'
    free put api/repos/acme/p.json '{"full_name": "acme/p"}'
}

@test "Go: of a proxy of one's own it is told that nothing proves it" {
    channel 'p-{version}.zip' 'kind = "go"' 'package = "p.example/p"' "proxy = \"$URL/go\"" 'sumdb = "off"'
    run attest align before --config r/attest.toml
    [[ "$output" == *"note[channel-unknown]: proxy: nothing tells a proxy that does not have the module"* ]]
}
