#!/usr/bin/env bats
# Cargo.lock as others read it: Python's TOML reader with Cargo's rules for references written again, and Cargo.

source "$BATS_TEST_DIRNAME/../cli/common.bash"

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# compare FOLDER [METADATA]
compare() {
    "$TESTS/catalog_dump" "$1" Cargo.lock | grep -v '^finding ' >dump
    /usr/bin/python3 "$ROOT/tests/differential/cargo.py" dump "$@"
}

@test "every good vector, as Python reads it" {
    local folder count=0
    for folder in "$TESTDATA"/cargo/good/*/Cargo.lock; do
        echo "$folder"
        compare "${folder%/Cargo.lock}"
        count=$((count + 1))
    done
    [ "$count" -gt 8 ]
}

# member FOLDER NAME LINE...: a package of the workspace.
member() {
    mkdir -p "w/$1/src"
    touch "w/$1/src/lib.rs" "w/$1/build.rs"
    printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2021"\nbuild = false\n\n' "$2" >"w/$1/Cargo.toml"
    printf '%s\n' "${@:3}" >>"w/$1/Cargo.toml"
}

@test "a workspace of path dependencies, as Cargo reads it" {
    if ! command -v cargo >/dev/null; then
        [ "${CI:-}" != true ]
        skip "there is no cargo"
    fi
    mkdir w
    printf '%s\n' '[workspace]' 'members = ["crates/*", "tools/gen"]' 'exclude = ["crates/left-out"]' 'resolver = "2"' \
        '[workspace.dependencies]' 'shared = { path = "crates/shared" }' \
        'alias = { package = "renamed", path = "other/renamed" }' >w/Cargo.toml
    member crates/app app '[dependencies]' 'shared.workspace = true' 'alias = { workspace = true, optional = true }' \
        '[dev-dependencies]' 'kit = { path = "../kit" }' 'shared.workspace = true' \
        '[build-dependencies]' 'gen = { path = "../../tools/gen" }' \
        '[features]' 'default = ["dep:alias"]'
    member crates/kit kit '[target."cfg(unix)".dependencies]' 'deep = { path = "../../other/deep" }'
    member crates/shared shared '[target."cfg(windows)".dev-dependencies]' 'kit = { path = "../kit" }'
    member tools/gen gen '[dependencies]' 'deep = { path = "../../other/deep" }' \
        '[build-dependencies]' 'deep = { path = "../../other/deep" }'
    member other/renamed renamed
    member other/deep deep
    member crates/left-out left-out
    cargo generate-lockfile --offline --quiet --manifest-path w/Cargo.toml
    cargo metadata --offline --locked --format-version 1 --all-features --manifest-path w/Cargo.toml >facts.json
    compare w
    # An optional dependency is one that Cargo has switched on here.
    "$TESTS/catalog_dump" w Cargo.lock | grep -q 'app@0.1.0 -> .*renamed@0.1.0 optional$'
    "$TESTS/catalog_dump" w Cargo.lock | sed 's/ optional$/ runtime/' >dump
    /usr/bin/python3 "$ROOT/tests/differential/cargo.py" dump w facts.json
    [ "$(grep -c '^local:[^ ]*$' dump)" -eq 7 ]
}
