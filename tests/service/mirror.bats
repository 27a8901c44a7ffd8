#!/usr/bin/env bats
# attest advisories update against a mirror: nginx when it behaves, a program that lies when it does not.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    export SOURCE_DATE_EPOCH=1790000000
    unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
    mkdir -p www osv logs
    record EXAMPLE-1 >osv/EXAMPLE-1.json
    tar cf www/a.tar osv
    PORT=$(free_ports 4)
    URL=http://127.0.0.1:$PORT
}

teardown() {
    [ ! -s nginx.pid ] || kill "$(cat nginx.pid)"
    [ ! -s liar.pid ] || kill "$(cat liar.pid)" 2>/dev/null || true
}

record() { # ID
    printf '{"id":"%s","modified":"2026-01-02T03:04:05Z","affected":[{"package":{"ecosystem":"npm","name":"a"},' "$1"
    printf '"versions":["1.0.0"]}]}'
}

mirror() { # LINES-OF-THE-SERVER...
    command -v nginx >/dev/null || { echo "nginx is missing; ./setup check installs it"; return 1; }
    local user=
    [ "$(id -u)" -ne 0 ] || user="user root;"
    cat >nginx.conf <<END
$user pid $PWD/nginx.pid; error_log $PWD/logs/error; events {}
http {
    log_format short '\$request_method \$uri \$status \$http_range';
    access_log $PWD/logs/access short;
    client_body_temp_path $PWD/logs; proxy_temp_path $PWD/logs; fastcgi_temp_path $PWD/logs;
    uwsgi_temp_path $PWD/logs; scgi_temp_path $PWD/logs;
    server { listen 127.0.0.1:$PORT; root $PWD/www; $* }
}
END
    nginx -c "$PWD/nginx.conf" -e "$PWD/logs/error"
    for _ in $(seq 100); do
        [ ! -s nginx.pid ] || return 0
        sleep 0.05
    done
    return 1
}

# Answers every connection with what the script prints, whatever was asked; $N counts the connections.
liar() { # SCRIPT
    python3 - "$PORT" "$1" 3>&- <<'END' &
import os, socket, subprocess, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
open("ready", "w").close()
n = 0
while True:
    connection, _ = server.accept()
    n += 1
    request = connection.recv(65536)
    open(f"request.{n}", "wb").write(request)
    answer = subprocess.run(["bash", "-c", sys.argv[2]], env=dict(os.environ, N=str(n)), stdout=subprocess.PIPE).stdout
    try:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)
    except OSError:
        pass
    connection.close()
END
    echo $! >liar.pid
    for _ in $(seq 100); do
        [ ! -e ready ] || return 0
        sleep 0.05
    done
    return 1
}

update() {
    timeout 60 attest-advisories update --db a.db "$@"
}

# The database is what it was, and so is what it is asked next.
refused() { # MESSAGE
    run update --source "$URL/a.tar"
    [ "$status" -eq 2 ]
    [[ "$output" == *"$1"* ]] || { echo "$output"; return 1; }
    [ ! -e a.db ]
}

@test "a source is fetched once, and again only when it is another" {
    mirror
    update --source "$URL/a.tar" >out
    grep -q '1 advisory on 1 package from 1 source' out
    SOURCE_DATE_EPOCH=1790000100 update >out
    [ "$(attest-advisories status --db a.db -f json | jq -r '.contents[0].checked')" = 2026-09-21T14:15:00Z ]
    record EXAMPLE-2 >osv/EXAMPLE-2.json
    tar cf www/a.tar osv
    touch -d @1790000000 www/a.tar # nginx names states by size and second
    update >out
    grep -q '2 advisories' out
    [ "$(tr '\n' ' ' <logs/access)" = "GET /a.tar 200 - GET /a.tar 304 - GET /a.tar 200 - " ]
    [ "$(find . -maxdepth 1 -name 'a.db*' | sort | tr '\n' ' ')" = "./a.db ./a.db.lock " ]
}

@test "what a kill cut short is continued" {
    head -c 3000000 /dev/urandom >osv/noise
    tar cf www/a.tar osv
    mirror "limit_rate 1m;"
    timeout -s KILL 1.5 attest-advisories update --db a.db --source "$URL/a.tar" >out 2>&1 || true
    [ ! -e a.db ]
    local part
    part=$(stat -c %s a.db.part-*[0-9a-f])
    [ "$part" -gt 100000 ]
    update --source "$URL/a.tar" >out
    grep -q '1 advisory' out
    [ "$(tail -n 1 logs/access)" = "GET /a.tar 206 bytes=$part-" ]
}

@test "what was cut short of another state is thrown away" {
    head -c 3000000 /dev/urandom >osv/noise
    tar cf www/a.tar osv
    mirror "limit_rate 1m;"
    timeout -s KILL 1.5 attest-advisories update --db a.db --source "$URL/a.tar" >out 2>&1 || true
    rm osv/noise
    record EXAMPLE-7 >osv/EXAMPLE-7.json
    tar cf www/a.tar osv
    update --source "$URL/a.tar" >out
    grep -q '2 advisories' out
}

@test "killed at any moment, an update leaves the old database or the new one" {
    local i new digest
    head -c 300000 /dev/urandom >osv/noise
    tar cf www/a.tar osv
    mirror
    update --source "$URL/a.tar" >out
    cp a.db before
    record EXAMPLE-2 >osv/EXAMPLE-2.json
    tar cf www/a.tar osv
    touch -d @1790000000 www/a.tar # nginx names states by size and second
    timeout 60 attest-advisories update --db new.db --source "$URL/a.tar" >out
    new=$(attest-advisories status --db new.db -f json | jq -r .summary.digest)
    for i in $(seq 2 2 60); do
        timeout -s KILL "$(printf '0.%03d' "$i")" attest-advisories update --db a.db >out 2>&1 || true
        cmp -s a.db before && continue
        digest=$(attest-advisories status --db a.db -f json | jq -r .summary.digest)
        [ "$digest" = "$new" ]
        cp before a.db
    done
    update >out
    [ "$(attest-advisories status --db a.db -f json | jq -r .summary.digest)" = "$new" ]
}

@test "two at once both end well" {
    mirror
    update --source "$URL/a.tar" >one 2>&1 &
    update --source "$URL/a.tar" >two 2>&1
    wait $!
    grep -q '1 advisory' one
    grep -q '1 advisory' two
}

@test "what is not there, and what is no archive" {
    mirror
    run update --source "$URL/nothing"
    [ "$status" -eq 2 ]
    [[ "$output" == *"$URL/nothing: the server has no such file (404)"* ]]
    echo '<html>please log in</html>' >www/login
    run update --source "$URL/login"
    [ "$status" -eq 2 ]
    [[ "$output" == *"expected a folder, an archive or an advisory"* ]]
    [ "$(find . -maxdepth 1 -name 'a.db.part*' | wc -l)" -eq 0 ]
}

@test "a redirect is followed on this machine, and nowhere else" {
    mirror "location /good { return 302 /a.tar; } location /file { return 302 file:///etc/passwd; }
        location /far { return 301 http://example.org/a.tar; } location /loop { return 302 /loop; }
        location /user { return 302 http://u:p@127.0.0.1:$PORT/a.tar; }"
    update --source "$URL/good" >out
    grep -q '1 advisory' out
    local case
    for case in "file: one of file" "far: one of http to another machine" "loop: at most 5 redirects" \
        "user: URL without user and password"; do
        run update --source "$URL/${case%%:*}"
        [ "$status" -eq 2 ]
        [[ "$output" == *"${case#*: }"* ]] || { echo "$output"; return 1; }
        [[ "$output" != *u:p* ]]
    done
}

@test "an answer that ends early is asked for again, and then told" {
    liar 'printf "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"; cat www/a.tar'
    refused "the connection ended early 5 times"
    [ -e request.5 ] && [ ! -e request.6 ]
}

@test "a range that was not asked for is refused" {
    # shellcheck disable=SC2016 # expanded when it is said
    liar 'if [ "$N" = 1 ]; then printf "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 10240\r\n\r\n"; head -c 512 \
            www/a.tar
        else printf "HTTP/1.1 206 x\r\nETag: \"a\"\r\nContent-Range: bytes 100-10239/10240\r\n" &&
            printf "Content-Length: 10140\r\n\r\n"
            tail -c 10140 www/a.tar; fi'
    refused "found another range or state"
}

@test "a state that changes under way is refused to be glued together" {
    # shellcheck disable=SC2016 # expanded when it is said
    liar 'if [ "$N" = 1 ]; then printf "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 10240\r\n\r\n"; head -c 512 \
            www/a.tar
        else printf "HTTP/1.1 206 x\r\nETag: \"b\"\r\nContent-Range: bytes 512-10239/10240\r\n" &&
            printf "Content-Length: 9728\r\n\r\n"
            tail -c 9728 www/a.tar; fi'
    refused "found another range or state"
    grep -aq '^If-Range: "a"' request.2
    grep -aq '^Range: bytes=512-' request.2
}

@test "a range that ends before the file does is continued" {
    # shellcheck disable=SC2016 # expanded when it is said
    liar 'case $N in
        1) printf "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 10240\r\n\r\n"; head -c 512 www/a.tar ;;
        2) printf "HTTP/1.1 206 x\r\nETag: \"a\"\r\nContent-Range: bytes 512-1023/10240\r\n" &&
            printf "Content-Length: 512\r\n\r\n" && tail -c +513 www/a.tar | head -c 512 ;;
        *) printf "HTTP/1.1 206 x\r\nETag: \"a\"\r\nContent-Range: bytes 1024-10239/10240\r\n" &&
            printf "Content-Length: 9216\r\n\r\n" && tail -c 9216 www/a.tar ;;
        esac'
    update --source "$URL/a.tar" >out
    grep -q '1 advisory' out
    grep -aq '^Range: bytes=1024-' request.3
}

@test "a range that goes on behind the file is refused" {
    # shellcheck disable=SC2016 # expanded when it is said
    liar 'if [ "$N" = 1 ]; then printf "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 10240\r\n\r\n"; head -c 512 \
            www/a.tar
        else printf "HTTP/1.1 206 x\r\nETag: \"a\"\r\nContent-Range: bytes 512-10239/10000\r\n" &&
            printf "Content-Length: 9728\r\n\r\n"
            tail -c 9728 www/a.tar; fi'
    refused "found more than the whole file"
}

@test "what is named weakly is not continued" {
    # shellcheck disable=SC2016 # expanded when it is said
    liar 'printf "HTTP/1.1 200 OK\r\nETag: W/\"a\"\r\nContent-Length: 10240\r\n\r\n"
        if [ "$N" = 1 ]; then head -c 512 www/a.tar; else cat www/a.tar; fi'
    update --source "$URL/a.tar" >out
    grep -q '1 advisory' out
    run ! grep -aq '^Range' request.2
}

@test "a server that begins again is followed" {
    # shellcheck disable=SC2016 # expanded when it is said
    liar 'printf "HTTP/1.1 200 OK\r\nETag: \"$N\"\r\nContent-Length: 10240\r\n\r\n"
        if [ "$N" = 1 ]; then head -c 512 www/a.tar; else cat www/a.tar; fi'
    update --source "$URL/a.tar" >out
    grep -q '1 advisory' out
}

@test "not modified is no answer to who did not ask" {
    liar 'printf "HTTP/1.1 304 x\r\n\r\n"'
    refused "expected the server to answer 200, found 304"
}

@test "a busy server is given a little time, not an hour" {
    # shellcheck disable=SC2016 # expanded when it is said
    liar 'if [ "$N" = 1 ]; then printf "HTTP/1.1 503 x\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
        else printf "HTTP/1.1 429 x\r\nRetry-After: 3000\r\nContent-Length: 0\r\n\r\n"; fi'
    refused "is busy, and asks to come back in 3000 seconds"
    [ -e request.2 ] && [ ! -e request.3 ]
}

@test "a bomb in a small file is refused" {
    truncate -s 1G osv/zeros
    tar czf www/a.tar osv
    mirror
    refused "to unpack to at most 200 times its size"
}

@test "a header of any length and a body of nothing" {
    # shellcheck disable=SC2016 # expanded when it is said
    liar 'printf "HTTP/1.1 200 OK\r\nETag: \"%s\"\r\nContent-Length: 0\r\n\r\n" "$(printf "a%.0s" $(seq 5000))"'
    refused "expected a folder, an archive or an advisory"
}

@test "a certificate that nobody vouches for is refused" {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
        -addext 'subjectAltName = DNS:localhost' 2>/dev/null
    mirror "ssl_certificate $PWD/cert.pem; ssl_certificate_key $PWD/key.pem; }
        server { listen 127.0.0.1:$((PORT + 1)) ssl; root $PWD/www; ssl_certificate $PWD/cert.pem;
        ssl_certificate_key $PWD/key.pem;"
    local url=https://localhost:$((PORT + 1))/a.tar
    run update --source "$url"
    [ "$status" -eq 2 ]
    [[ "$output" == *"certificate"* ]]
    update --source "$url" --ca-file cert.pem >out
    grep -q '1 advisory' out
    # Of another name than the certificate's.
    run update --source "https://127.0.0.1:$((PORT + 1))/a.tar" --ca-file cert.pem
    [ "$status" -eq 2 ]
}
