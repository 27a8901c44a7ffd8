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
