#!/usr/bin/env bats
# Many requests at once to a real server: TLS, HTTP/2, and replaying without it. What a server can do wrong is in
# tests/unit/test_fetch.c.

load common

setup() {
    PATH=$TESTS:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
    mkdir -p www logs
    PORT=$(free_ports 4)
    TLS=$((PORT + 1))
    openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
        -addext 'subjectAltName = DNS:localhost' 2>/dev/null
    serve
}

teardown() {
    [ ! -s nginx.pid ] || kill "$(cat nginx.pid)"
}

serve() {
    command -v nginx >/dev/null || { echo "nginx is missing; ./setup check installs it"; return 1; }
    local user=
    [ "$(id -u)" -ne 0 ] || user="user root;"
    cat >nginx.conf <<END
$user pid $PWD/nginx.pid; error_log $PWD/logs/error; events {}
http {
    log_format short '\$server_protocol \$connection \$status \$uri';
    access_log $PWD/logs/access short;
    client_body_temp_path $PWD/logs; proxy_temp_path $PWD/logs; fastcgi_temp_path $PWD/logs;
    uwsgi_temp_path $PWD/logs; scgi_temp_path $PWD/logs;
    server { listen 127.0.0.1:$PORT; root $PWD/www; location /up { return 302 https://localhost:$TLS/a; } }
    server { listen 127.0.0.1:$TLS ssl http2; root $PWD/www; ssl_certificate $PWD/cert.pem;
        ssl_certificate_key $PWD/key.pem; location /down { return 302 http://127.0.0.1:$PORT/a; } }
}
END
    nginx -c "$PWD/nginx.conf" -e "$PWD/logs/error"
    for _ in $(seq 100); do
        [ ! -s nginx.pid ] || return 0
        sleep 0.05
    done
    return 1
}

fetch() {
    timeout 60 fetch_urls "$@"
}

# The line of a file that was fetched.
line() { # FILE URL
    echo "200 $(stat -c %s "$1") $(sha256sum <"$1" | cut -c1-64) $2"
}

@test "TLS is verified: who vouches, and for which name" {
    echo hello >www/a
    fetch --ca-file cert.pem "https://localhost:$TLS/a" >out
    [ "$(cat out)" = "$(line www/a "https://localhost:$TLS/a")" ]
    run fetch "https://localhost:$TLS/a"
    [ "$status" -eq 1 ]
    [[ "$output" == "error cannot fetch: "*certificate* ]]
    run fetch --ca-file cert.pem "https://127.0.0.1:$TLS/a"
    [ "$status" -eq 1 ]
    [[ "$output" == "error cannot fetch: "*"127.0.0.1"* ]]
    [ "$(wc -l <logs/access)" -eq 1 ]
}

@test "certificates that are given are trusted instead of the system's" {
    command -v strace >/dev/null || skip "no strace"
    echo hello >www/a
    openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out other.pem -days 2 -subj /CN=other 2>/dev/null
    run -1 strace -f -e trace=%file -o calls "$TESTS/fetch_urls" --ca-file other.pem "https://localhost:$TLS/a"
    [[ "$output" == "error cannot fetch: "*certificate* ]]
    grep -q other.pem calls
    # The name of a certificate in the system's folder is a hash of its subject's name.
    run ! grep "/$(openssl x509 -noout -hash -in cert.pem)\.0" calls
}

@test "what is asked of this machine does not go to a proxy" {
    echo hello >www/a
    local proxy
    for proxy in http_proxy all_proxy ALL_PROXY; do
        run -0 env "$proxy=http://127.0.0.1:9" fetch_urls "http://127.0.0.1:$PORT/a"
        [ "$output" = "$(line www/a "http://127.0.0.1:$PORT/a")" ]
    done
    run -1 env https_proxy=http://127.0.0.1:9 fetch_urls --ca-file cert.pem "http://127.0.0.1:$PORT/up"
    [[ "$output" == *"127.0.0.1 port 9"* ]]
}

@test "a redirect leads into TLS, and not out of it" {
    echo hello >www/a
    fetch --ca-file cert.pem "http://127.0.0.1:$PORT/up" >out
    [ "$(cat out)" = "$(line www/a "http://127.0.0.1:$PORT/up")" ]
    run fetch --ca-file cert.pem "https://localhost:$TLS/down"
    [ "$status" -eq 1 ]
    [[ "$output" == "error the server redirects to what is refused: expected a URL of https, found one of http "* ]]
}

@test "over TLS, one connection carries them all" {
    local i urls=()
    for i in $(seq 40); do
        head -c 200000 /dev/urandom >"www/$i"
        urls+=("https://localhost:$TLS/$i")
    done
    fetch --ca-file cert.pem --jobs 16 "${urls[@]}" >out
    for i in $(seq 40); do line "www/$i" "https://localhost:$TLS/$i"; done >expected
    diff expected out
    [ "$(grep -c '^HTTP/2.0 ' logs/access)" -eq 40 ]
    [ "$(cut -d' ' -f2 logs/access | sort -u | wc -l)" -eq 1 ]
}

@test "plain HTTP keeps its connections, and few of them" {
    local i urls=()
    for i in $(seq 40); do
        echo "$i" >"www/$i"
        urls+=("http://127.0.0.1:$PORT/$i")
    done
    fetch --jobs 30 "${urls[@]}" >out
    [ "$(grep -c '^200 ' out)" -eq 40 ]
    [ "$(cut -d' ' -f2 logs/access | sort -u | wc -l)" -le 8 ]
}

@test "a replay says what was said, without the server" {
    head -c 3000000 /dev/urandom >www/a
    local urls=("https://localhost:$TLS/a" "http://127.0.0.1:$PORT/none" "http://127.0.0.1:$PORT/up")
    run fetch --ca-file cert.pem --record tape "${urls[@]}"
    [ "$status" -eq 1 ] # there is no such file
    echo "$output" >live
    grep -q '^404 ' live
    kill "$(cat nginx.pid)"
    rm -f nginx.pid
    run fetch --replay tape "${urls[@]}"
    [ "$status" -eq 1 ]
    [ "$output" = "$(cat live)" ]
    run fetch --replay tape "https://localhost:$TLS/b"
    [[ "$output" == "error expected a recorded answer in tape, found none to GET https://localhost:$TLS/b "* ]]
    if command -v strace >/dev/null; then
        strace -f -e trace=socket,connect -o calls fetch_urls --replay tape "https://localhost:$TLS/a" >out
        grep -q '^200 3000000 ' out
        run ! grep -E 'socket|connect' calls
    fi
}
