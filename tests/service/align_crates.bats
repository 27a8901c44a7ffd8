#!/usr/bin/env bats
# attest align against a sparse index that nginx serves, of a crate that cargo packed and, where it is new enough, reads
# from there.

load common
load align

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    export CARGO_HOME=$PWD/cargo CARGO_NET_OFFLINE=false
    mkdir -p www/pl/as www/dl p
    PORT=$(free_ports 4)
    URL=http://127.0.0.1:$PORT
    web "$PORT" \
        "location /api/ { return 200 '{\"warnings\":{\"invalid_categories\":[],\"invalid_badges\":[],\"other\":[]}}'; }"
    printf '{"dl":"%s/dl/{crate}-{version}.crate","api":"%s"}' "$URL" "$URL" >www/config.json
    cd p || return
}

teardown() {
    end_web
}

# Packed by cargo, out of the commit of the release.
plasmite() {
    begin crates "plasmite-{version}.crate" "registry = \"sparse+$URL/\""
    mkdir src
    printf '%s\n' '[package]' 'name = "plasmite"' 'version = "1.2.0"' 'edition = "2021"' 'license = "MIT"' \
        'description = "d"' 'repository = "https://example.org/p"' >Cargo.toml
    echo '//! Nothing.' >src/lib.rs
    printf '/Cargo.lock\n' >>.gitignore
    release 1.2.0
    cargo package --quiet --no-verify --offline
    cp target/package/plasmite-1.2.0.crate dist
}

# line VERSION CRATE [YANKED [DEPENDENCY]]: what the index says of it.
line() {
    printf '{"name":"plasmite","vers":"%s","deps":[%s],"cksum":"%s","features":{},"yanked":%s}\n' \
        "$1" "${4:-}" "$(sha256sum "$2" | cut -d ' ' -f 1)" "${3:-false}"
}

publish() {
    cp dist/plasmite-1.2.0.crate ../www/dl
    { line 1.1.0 /dev/null; line 1.2.0 dist/plasmite-1.2.0.crate; } >../www/pl/as/plasmite
}

@test "what cargo packed is what the registry serves" {
    plasmite
    publish
    align 0 after
    row 'crates index 1.2.0 MATCH'
    row 'crates plasmite-1.2.0.crate MATCH'
    row 'crates commit MATCH'
    row 'crates Cargo.toml MATCH plasmite 1.2.0'
    row 'crates manifest MATCH'
    [ "$(cargo --version | cut -d . -f 2)" -ge 68 ] || return 0
    # The index is one that cargo itself reads.
    mkdir -p ../user/src ../user/.cargo
    touch ../user/src/lib.rs
    printf '%s\n' '[package]' 'name = "user"' 'version = "0.1.0"' '[dependencies]' \
        'plasmite = { version = "=1.2.0", registry = "ours" }' >../user/Cargo.toml
    printf '[registries.ours]\nindex = "sparse+%s/"\n' "$URL" >../user/.cargo/config.toml
    (cd ../user && cargo fetch --quiet)
    grep -q "$(sha256sum <dist/plasmite-1.2.0.crate | cut -d ' ' -f 1)" ../user/Cargo.lock
}

@test "not there, there before the index says so, and there" {
    plasmite
    align 1 after
    row 'crates index 1.2.0 ABSENT'
    align 0 before
    row 'crates index 1.2.0 ABSENT'
    publish
    line 1.1.0 /dev/null >../www/pl/as/plasmite
    align 1 after
    row 'crates index 1.2.0 ABSENT'
    (sleep 3 && publish) 3>&- &
    local publisher=$!
    align 0 after --wait 60s
    wait "$publisher"
    # The very bytes: done already.
    align 0 before
    row 'crates plasmite-1.2.0.crate MATCH'
}

@test "one byte that is another, a checksum that is another, a yanked version" {
    plasmite
    publish
    printf '\377' | dd of=../www/dl/plasmite-1.2.0.crate bs=1 seek=40 conv=notrunc status=none
    align 1 after --wait 60s
    row 'crates index 1.2.0 MATCH'
    row 'crates plasmite-1.2.0.crate CONFLICT'
    publish
    line 1.2.0 /dev/null >../www/pl/as/plasmite
    align 1 after
    row 'crates index 1.2.0 CONFLICT'
    line 1.2.0 dist/plasmite-1.2.0.crate true >../www/pl/as/plasmite
    align 1 after
    row 'crates index 1.2.0 CONFLICT yanked'
    align 1 before
    publish
    printf 'x' >>dist/plasmite-1.2.0.crate
    align 1 before
    row 'crates plasmite-1.2.0.crate CONFLICT'
}

@test "a dependency that only the index has" {
    plasmite
    publish
    line 1.2.0 dist/plasmite-1.2.0.crate false \
        '{"name":"evil","req":"*","features":[],"optional":false,"default_features":true,"kind":"normal"}' \
        >../www/pl/as/plasmite
    align 1 after --wait 60s
    row 'crates plasmite-1.2.0.crate MATCH'
    row "crates manifest CONFLICT dependency evil * from $URL"
}

@test "dependencies as cargo itself writes them into an index" {
    # Older ones make no index of what they pack; tests/unit/test_channel_crates.c has lines as newer ones write them.
    [ "$(cargo --version | cut -d . -f 2)" -ge 90 ] || return 0
    local crate
    for crate in cfg-if libc nix; do
        mkdir -p "../www/${crate:0:2}/${crate:2:2}" ../www/3/n
        printf '{"name":"%s","vers":"1.0.0","deps":[],"cksum":"%s","features":{"std":[]},"yanked":false}\n' "$crate" \
            e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 >../"$crate"
    done
    mv ../nix ../www/3/n/nix
    mv ../libc ../www/li/bc/libc
    mv ../cfg-if ../www/cf/g-/cfg-if
    mkdir -p .cargo src
    printf '%s\n' '[source.crates-io]' 'replace-with = "ours"' '[source.ours]' "registry = \"sparse+$URL/\"" \
        '[registries.ours]' "index = \"sparse+$URL/\"" >.cargo/config.toml
    begin crates "plasmite-{version}.crate" "registry = \"sparse+$URL/\""
    cat >Cargo.toml <<'END'
[package]
name = "plasmite"
version = "1.2.0"
edition = "2021"
license = "MIT"
description = "d"
repository = "https://example.org/p"
rust-version = "1.70"
[dependencies]
renamed = { package = "libc", version = ">= 1.0, <2.x", optional = true, default-features = false, features = ["std"] }
cfg-if = "1.*"
[target.'cfg(any(target_os="linux", unix ,))'.build-dependencies]
nix = "~1.0"
[features]
z = ["dep:renamed", "cfg-if/std"]
END
    echo '//! Nothing.' >src/lib.rs
    printf '/Cargo.lock\n' >>.gitignore
    release 1.2.0
    (
        for _ in $(seq 300); do
            [ ! -s target/package/tmp-registry/index/pl/as/plasmite ] || break
            sleep 0.1
        done
        sleep 0.5
        cp target/package/tmp-registry/*.crate dist
        cp dist/*.crate ../www/dl
        cp target/package/tmp-registry/index/pl/as/plasmite ../www/pl/as
    ) 3>&- &
    timeout 60 cargo publish --quiet --no-verify --registry ours --token none
    wait
    align 0 after
    row 'crates manifest MATCH'
    sed -i 's/"req":"~1.0"/"req":"~1"/' ../www/pl/as/plasmite
    align 1 after
    row 'crates manifest CONFLICT build-dependency nix ~1 from crates.io'
    grep -q 'for cfg(any(target_os="linux",unix))' out
}

@test "packed from another commit, or from files that are in none" {
    plasmite
    publish
    align 0 after
    echo '// more' >>src/lib.rs
    git commit -q -a -m more
    git tag -f v1.2.0
    align 1 after
    row 'crates commit CONFLICT'
    row 'crates plasmite-1.2.0.crate MATCH'
    echo '// and more' >>src/lib.rs
    cargo package --quiet --no-verify --offline --allow-dirty
    cp target/package/plasmite-1.2.0.crate dist
    publish
    run attest align after
    [ "$status" -ne 0 ]
    # Cargo 1.79 and later say "dirty", older ones write no such file.
    [[ "$output" == *"commit"*"CONFLICT"* || "$output" == *"commit"*"UNKNOWN"* ]]
}

@test "servers that cannot answer are no match" {
    plasmite
    publish
    echo '<html>' >../www/pl/as/plasmite
    align 2 after
    row 'crates index 1.2.0 UNKNOWN'
    publish
    echo '{}' >../www/config.json
    align 2 after
    row 'crates config.json UNKNOWN'
    end_web
    align 2 after
    row 'crates index 1.2.0 UNKNOWN'
}
