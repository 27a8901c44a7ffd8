#!/usr/bin/env bats
# attest align after --wait: what is looked at again, how long, and what is not. The server answers by a plan: for each
# path the statuses of its answers one after another, the last of which stays.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b.example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b.example
    PORT=$(free_ports 4)
    git init -q -b main r
    mkdir -p r/dist www/simple/p www/files
    printf '%s\n' '[project]' 'name = "p"' '[[artifact]]' 'name = "p-{version}.tar.gz"' 'path = "dist"' '[[channel]]' \
        'kind = "pypi"' "simple = \"http://127.0.0.1:$PORT/simple\"" 'artifacts = ["p-*"]' >r/attest.toml
    echo built >r/dist/p-1.0.0.tar.gz
    git -C r add -A
    git -C r commit -q -m a
    git -C r tag v1.0.0
    cp r/dist/p-1.0.0.tar.gz www/files
    index "$(sha256sum r/dist/p-1.0.0.tar.gz | cut -c1-64)"
}

teardown() {
    [ ! -s server.pid ] || kill "$(cat server.pid)" 2>/dev/null || true
}

index() { # DIGEST
    printf '{"meta": {"api-version": "1.0"}, "name": "p", "files": [{"filename": "p-1.0.0.tar.gz", "size": 6,
        "url": "../../files/p-1.0.0.tar.gz", "hashes": {"sha256": "%s"}, "yanked": false}]}' "$1" >www/simple/p/index
}

# Answers "ok", a status ("429=SECONDS" with when to ask again), "cut" (a body that ends early), "hang", "slow"
# (headers, one after the other), "bomb" (of them too many) and "loop" (a redirect to itself).
serve() { # "PATH ANSWER..."
    printf '%s\n' "$@" >plan
    python3 - "$PORT" 3>&- <<'END' &
import http.server, os, sys, time
plan = {line.split()[0]: line.split()[1:] for line in open("plan") if line.split()}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open("asked", "a") as log:
            log.write(self.path + "\n")
        answers = plan.get(self.path, ["ok"])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        file = "www" + self.path + ("index" if self.path.endswith("/") else "")
        body = open(file, "rb").read()
        if answer == "hang":
            time.sleep(60)
        if answer == "loop":
            self.send_response(302)
            self.send_header("Location", self.path)
            body = b""
        elif answer in ("ok", "cut"):
            self.send_response(200)
            if self.path.startswith("/simple"):
                self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
        elif answer == "bomb":
            self.send_response(200)
            for i in range(2000):
                self.send_header("X-%d" % i, "x" * 100)
        elif answer == "slow":
            self.send_response(200)
            for _ in range(8):
                self.wfile.flush()
                self.send_header("X-Slow", "yes")
                self.flush_headers()
                time.sleep(0.5)
        else:
            status, _, wait = answer.partition("=")
            self.send_response(int(status))
            if status == "429":
                self.send_header("Retry-After", wait.replace("_", " ") or "4")
            body = b"no"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:-1] if answer == "cut" else body)
    def log_message(self, *arguments):
        pass
class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
open("ready", "w").close()
server.serve_forever()
END
    echo $! >server.pid
    for _ in $(seq 100); do
        [ ! -e ready ] || return 0
        sleep 0.05
    done
    return 1
}

after() { # STATUS ARGUMENT...: and how many seconds it took
    local begin=$SECONDS status=$1
    shift
    run "-$status" attest align after --config r/attest.toml "$@"
    took=$((SECONDS - begin))
}

verdict() {
    sed -n 's/^pypi  p-1.0.0.tar.gz  \([A-Z]*\).*/\1/p' <<<"$output"
}

@test "absent at first, then there" {
    serve "/simple/p/ 404 404 ok"
    after 1
    [ "$(verdict)" = ABSENT ]
    after 0 --wait 30s
    [ "$(verdict)" = MATCH ]
    [ "$took" -lt 20 ]
}

@test "what stays absent ends when time is up" {
    serve "/simple/p/ 404"
    after 1 --wait 5s
    [ "$took" -ge 4 ]
    [ "$took" -lt 20 ]
    [ "$(verdict)" = ABSENT ]
}

@test "a conflict is not waited for" {
    index "$(printf x | sha256sum | cut -c1-64)"
    serve
    after 1 --wait 60s
    [ "$took" -lt 20 ]
    [[ "$output" == *CONFLICT* ]]
    [ "$(grep -c simple asked)" -eq 2 ] # in both of its forms
}

@test "a server that is asked too often says when it wants to be asked again" {
    serve "/simple/p/ 429 ok"
    after 0 --wait 30s
    [ "$took" -ge 4 ]
    [ "$(grep -c simple asked)" -eq 3 ]
    rm asked
    kill "$(cat server.pid)"
    rm ready
    serve "/simple/p/ 429"
    after 2 --wait 2s
    [ "$(grep -c simple asked)" -eq 1 ]
}

@test "who forbids asking until long after time is up is not waited for, however it is said" {
    local wait
    for wait in 3600 99999999999999999999 Fri,_31_Dec_2100_23:59:59_GMT; do
        rm -f ready asked
        serve "/simple/p/ 429=$wait ok"
        after 2 --wait 20s
        [ "$took" -lt 5 ]
        [ "$(grep -c simple asked)" -eq 1 ]
        kill "$(cat server.pid)"
    done
    for wait in -5 0 soon Fri,_31_Dec_1999_23:59:59_GMT; do
        rm -f ready
        serve "/simple/p/ 429=$wait ok"
        after 0 --wait 20s
        [ "$took" -lt 15 ]
        kill "$(cat server.pid)"
    done
}

@test "a look that has begun when time is up is ended, and one that failed is told" {
    serve "/simple/p/ 404 ok" "/files/p-1.0.0.tar.gz slow"
    after 0 --wait 3s
    [ "$(verdict)" = MATCH ]
    kill "$(cat server.pid)"
    rm ready
    serve "/simple/p/ 404 ok" "/files/p-1.0.0.tar.gz cut"
    after 2 --wait 3s
    [ "$(verdict)" = UNKNOWN ]
}

@test "an artifact that is absent is waited for, unless another one conflicts" {
    sed -i '/^\[\[channel/i [[artifact]]\nname = "p-{version}.zip"\npath = "dist"' r/attest.toml
    echo zip >r/dist/p-1.0.0.zip
    echo "no zip" >www/files/p-1.0.0.zip
    git -C r add -A
    git -C r commit -q -m b
    git -C r tag -f v1.0.0
    serve "/files/p-1.0.0.tar.gz 404"
    jq --arg d "$(sha256sum r/dist/p-1.0.0.zip | cut -c1-64)" \
        '.files += [.files[0] | .filename = "p-1.0.0.zip" | .url = "../../files/p-1.0.0.zip" | .size = 4 |
            .hashes.sha256 = $d]' www/simple/p/index >index
    mv index www/simple/p/index
    after 1 --wait 60s
    [ "$took" -lt 20 ]
    [ "$(verdict)" = ABSENT ]
    [[ "$output" == *"p-1.0.0.zip"*CONFLICT* ]]
    cp r/dist/p-1.0.0.zip www/files
    kill "$(cat server.pid)"
    rm ready
    serve "/files/p-1.0.0.tar.gz 404 ok" "/files/p-1.0.0.zip ok"
    after 0 --wait 60s
    [ "$took" -lt 20 ]
}

@test "what is no answer is unknown, and never matches" {
    local answer
    for answer in 500 503 403 301 cut loop bomb; do
        rm -f ready
        [ ! -s server.pid ] || kill "$(cat server.pid)"
        serve "/simple/p/ $answer"
        after 2
        [[ "$output" != *" MATCH"* ]]
        kill "$(cat server.pid)"
        rm ready
        serve "/files/p-1.0.0.tar.gz $answer"
        after 2
        [ "$(verdict)" = UNKNOWN ]
    done
}

@test "a file that is longer than what was built is not read to its end" {
    serve
    { cat r/dist/p-1.0.0.tar.gz && head -c 200000000 /dev/zero; } >www/files/p-1.0.0.tar.gz
    after 1
    [ "$(verdict)" = CONFLICT ]
}

@test "interrupted while it waits, it leaves nothing behind" {
    serve "/simple/p/ 404"
    mkdir temporary
    TMPDIR=$PWD/temporary timeout -s INT 3 attest align after --config r/attest.toml --wait 60s || true
    sleep 0.5
    [ -z "$(ls temporary)" ]
}
