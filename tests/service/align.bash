# A release that is there to be looked at: a repository with attest.toml, and what was built of it.
# shellcheck disable=SC2034 # the tests use them

PATH=$BIN:$PATH
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY

# begin KIND ARTIFACT SETTING...: a project with one channel, and nothing else.
begin() {
    git init -q -b main .
    git config user.email a@b.example
    git config user.name a
    printf '%s\n' '[project]' 'name = "plasmite"' '[[artifact]]' "name = \"$2\"" 'path = "dist"' \
        '[[channel]]' "kind = \"$1\"" 'artifacts = ["*"]' "${@:3}" >attest.toml
    mkdir -p dist
    printf '/dist\n/logs\n/target\n' >.gitignore
}

release() { # VERSION
    git add -A
    git commit -q --allow-empty -m "$1"
    git tag "v$1"
    [ -e ../origin.git ] || git init -q -b main --bare ../origin.git
    git push -q ../origin.git main "v$1"
    git config remote.origin.url ../origin.git
}

# align STATUS COMMAND OPTION...: the table is in "out", with one space between columns.
align() {
    local want=$1 status=0
    shift
    timeout 120 attest align "$@" >table 2>errors || status=$?
    tr -s ' ' <table >out
    [ "$status" -eq "$want" ] || { echo "exit $status instead of $want"; cat table errors; return 1; }
}

# row TEXT: a line of the table begins so.
row() {
    grep -qF -- "$1" out || { echo "no row: $1"; cat out; return 1; }
}

# Waits until something listens.
listening() { # PORT
    local i
    for i in $(seq 200); do
        if (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
        sleep 0.05
    done
    return 1
}

# web PORT LINE...: nginx serves "www" of the test's folder there; the lines stand in its server {}.
web() {
    command -v nginx >/dev/null || { echo "nginx is missing; ./setup check installs it"; return 1; }
    local user='' top=$BATS_TEST_TMPDIR port=$1
    [ "$(id -u)" -ne 0 ] || user="user root;"
    mkdir -p "$top/logs" "$top/www"
    cat >"$top/nginx.conf" <<END
$user pid $top/nginx.pid; error_log $top/logs/error; events {}
http {
    access_log $top/logs/access; client_body_temp_path $top/logs; proxy_temp_path $top/logs;
    fastcgi_temp_path $top/logs; uwsgi_temp_path $top/logs; scgi_temp_path $top/logs;
    server {
        listen 127.0.0.1:$port; root $top/www;
        $(printf '%s\n' "${@:2}")
    }
}
END
    nginx -c "$top/nginx.conf" -e "$top/logs/error"
    listening "$port"
}

end_web() {
    [ ! -s "$BATS_TEST_TMPDIR/nginx.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/nginx.pid")"
    rm -f "$BATS_TEST_TMPDIR/nginx.pid"
}
