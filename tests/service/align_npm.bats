#!/usr/bin/env bats
# attest align against verdaccio, a registry that npm itself publishes to.

load common
load align

setup() {
    REGISTRY=$ROOT/build/registry
    [ -e "$REGISTRY/complete" ] || skip "the npm registry is not installed (./setup check)"
    cd "$BATS_TEST_TMPDIR" || return
    export HOME=$PWD/home
    mkdir -p home p
    PORT=$(free_ports 4)
    URL=http://127.0.0.1:$PORT
    printf '%s\n' 'storage: ./storage' 'auth: { htpasswd: { file: ./htpasswd } }' 'uplinks: {}' 'packages:' \
        "  '**': { access: \$all, publish: \$all, unpublish: \$all }" 'web: { enable: false }' \
        'log: { type: file, path: log, format: json, level: warn }' >config.yaml
    printf '%s\n' "//127.0.0.1:$PORT/:_authToken=none" "registry=$URL/" update-notifier=false >home/.npmrc
    registry
    cd p || return
}

teardown() {
    [ -z "${SERVER:-}" ] || kill "$SERVER" || true
}

registry() {
    node "$REGISTRY/node_modules/verdaccio/bin/verdaccio" -c config.yaml -l "127.0.0.1:$PORT" >/dev/null 2>&1 3>&- &
    SERVER=$!
    listening "$PORT"
}

# pack NAME VERSION: the tarball is in dist.
pack() {
    rm -rf source
    mkdir source
    printf '{"name":"%s","version":"%s","files":["index.js"]}\n' "$1" "$2" >source/package.json
    echo "module.exports = '$2'" >source/index.js
    (cd source && npm pack --silent --pack-destination ../dist >/dev/null)
    rm -rf source
}

publish() { # FILE [OPTION...]
    npm publish --silent "$@" >/dev/null
}

# A user whose token is in ../token.
user() {
    node -e 'fetch(process.argv[1] + "/-/user/org.couchdb.user:a", { method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "a", password: "secret-of-a" }) })
        .then(answer => answer.json()).then(answer => console.log(answer.token))' "$URL" >../token
}

plasmite() { # SETTING...
    begin npm "plasmite-{version}.tgz" "registry = \"$URL\"" "$@"
    pack plasmite 1.2.0
    release 1.2.0
}

@test "what npm published is what was built" {
    plasmite
    publish ./dist/plasmite-1.2.0.tgz
    align 0 after
    row 'npm 1.2.0 MATCH'
    row 'npm plasmite-1.2.0.tgz MATCH'
    row 'npm package.json MATCH'
    row 'npm dist-tag latest MATCH'
}

@test "a package with a scope" {
    begin npm "acme-plasmite-{version}.tgz" "registry = \"$URL/\"" 'package = "@acme/plasmite"'
    pack @acme/plasmite 1.2.0
    release 1.2.0
    align 1 after
    row 'npm 1.2.0 ABSENT'
    publish ./dist/acme-plasmite-1.2.0.tgz --access public
    align 0 after
    row 'npm acme-plasmite-1.2.0.tgz MATCH'
}

@test "one byte that is another, there or here, is a conflict" {
    local stored=../storage/plasmite/plasmite-1.2.0.tgz
    plasmite
    publish ./dist/plasmite-1.2.0.tgz
    printf '\377' | dd of=$stored bs=1 seek=40 conv=notrunc status=none
    align 1 after
    row 'npm plasmite-1.2.0.tgz CONFLICT'
    cp dist/plasmite-1.2.0.tgz $stored
    align 0 after
    printf '\0' >>dist/plasmite-1.2.0.tgz
    align 1 after --wait 60s
    row 'npm 1.2.0 CONFLICT'
    row 'npm plasmite-1.2.0.tgz CONFLICT'
    # Before a release, that is a number that was used.
    align 1 before
    row 'npm plasmite-1.2.0.tgz CONFLICT'
}

@test "what the registry says is held against it, too" {
    plasmite
    publish ./dist/plasmite-1.2.0.tgz
    jq '.versions["1.2.0"].dist.shasum = "da39a3ee5e6b4b0d3255bfef95601890afd80709"' \
        ../storage/plasmite/package.json >changed
    mv changed ../storage/plasmite/package.json
    align 1 after
    row 'npm 1.2.0 CONFLICT'
    row 'npm plasmite-1.2.0.tgz MATCH'
}

@test "what npm makes of a package.json is no difference, and what it did not make is one" {
    begin npm "acme-plasmite-{version}.tgz" "registry = \"$URL\"" 'package = "@acme/plasmite"'
    mkdir source
    cat >source/package.json <<'END'
{"name": "@acme/plasmite", "version": "1.2.0", "bin": "./cli.js", "files": ["cli.js", "binding.gyp"],
 "dependencies": {"a": "^1", "b": " ^2 ", "h": "acme/h#v1", "g": "git://github.com/acme/g.git"},
 "optionalDependencies": {"b": "^2.1", "o": "~1"}, "peerDependencies": {"p": ">=1"},
 "peerDependenciesMeta": {"p": {"optional": true}}, "bundledDependencies": ["z"], "engines": {"node": ">=18"},
 "os": ["linux"], "cpu": "x64", "scripts": {"postinstall": "./node_modules/.bin/x y"}}
END
    touch source/cli.js
    echo '{}' >source/binding.gyp
    (cd source && npm pack --silent --pack-destination ../dist >/dev/null)
    rm -r source
    release 1.2.0
    publish ./dist/acme-plasmite-1.2.0.tgz --access public
    align 0 after
    row 'npm manifest MATCH'
    row 'npm manifest of the index MATCH'
    jq '.versions["1.2.0"].dependencies.evil = "*"' ../storage/@acme/plasmite/package.json >changed
    mv changed ../storage/@acme/plasmite/package.json
    align 1 after
    row 'npm acme-plasmite-1.2.0.tgz MATCH'
    row 'npm manifest CONFLICT dependencies evil *'
    row 'npm manifest of the index CONFLICT dependencies evil *'
}

@test "a tag that stayed behind, and one that is ahead" {
    plasmite
    pack plasmite 1.1.0
    publish ./dist/plasmite-1.1.0.tgz
    publish ./dist/plasmite-1.2.0.tgz --tag next
    rm dist/plasmite-1.1.0.tgz
    align 1 after
    row 'npm plasmite-1.2.0.tgz MATCH'
    row 'npm dist-tag latest STALE 1.1.0, expected 1.2.0'
    npm dist-tag --silent add plasmite@1.2.0 latest >/dev/null
    align 0 after
    pack plasmite 1.3.0
    publish ./dist/plasmite-1.3.0.tgz
    rm dist/plasmite-1.3.0.tgz
    align 1 after
    row 'npm dist-tag latest CONFLICT 1.3.0, expected 1.2.0'
}

@test "what appears while it is waited for" {
    plasmite
    (sleep 3 && publish ./dist/plasmite-1.2.0.tgz) 3>&- &
    local publisher=$!
    align 0 after --wait 60s
    row 'npm 1.2.0 MATCH'
    wait "$publisher"
}

@test "a record says without the registry what it said" {
    plasmite
    publish ./dist/plasmite-1.2.0.tgz
    align 0 after --record ../record
    kill "$SERVER"
    SERVER=
    align 0 after --replay ../record
    row 'npm plasmite-1.2.0.tgz MATCH'
    align 2 after
    printf '\0' >>dist/plasmite-1.2.0.tgz
    align 1 after --replay ../record
    row 'npm plasmite-1.2.0.tgz CONFLICT'
}

@test "a token that the registry knows, and one that it does not" {
    plasmite 'token = "OUR_TOKEN"'
    user
    OUR_TOKEN=$(cat ../token) align 0 before
    row 'npm login MATCH'
    row 'npm 1.2.0 ABSENT'
    run ! grep -qF "$(cat ../token)" table errors
    OUR_TOKEN=nothing-of-ours align 2 before
    row 'npm login UNKNOWN'
    align 2 before
    row 'npm login UNKNOWN'
    grep -q 'the environment has no OUR_TOKEN' table errors
}

@test "a private package is read with the token, and is not there without" {
    kill "$SERVER"
    wait "$SERVER" || true
    cd ..
    sed -i "s|^packages:|&\n  '@acme/*': { access: \$authenticated, publish: \$authenticated }|" config.yaml
    registry
    cd p
    begin npm "acme-plasmite-{version}.tgz" "registry = \"$URL\"" 'package = "@acme/plasmite"' \
        'access = "restricted"' 'token = "OUR_TOKEN"'
    pack @acme/plasmite 1.2.0
    release 1.2.0
    user
    printf '%s\n' "//127.0.0.1:$PORT/:_authToken=$(cat ../token)" "registry=$URL/" update-notifier=false \
        >../home/.npmrc
    OUR_TOKEN=$(cat ../token) align 0 before
    row 'npm login MATCH'
    row 'npm 1.2.0 ABSENT'
    publish ./dist/acme-plasmite-1.2.0.tgz --access restricted
    OUR_TOKEN=$(cat ../token) align 0 after --record ../record
    row 'npm 1.2.0 MATCH'
    row 'npm acme-plasmite-1.2.0.tgz MATCH'
    row 'npm dist-tag latest MATCH'
    run ! grep -rqF "$(cat ../token)" table errors ../record
    local phase
    for phase in before after; do
        align 2 $phase
        row 'npm login UNKNOWN'
        grep -q 'set OUR_TOKEN' table errors
    done
    OUR_TOKEN=nothing-of-ours align 2 before
}
