#!/usr/bin/env bats
# Names that attest align channels derives, against what the ecosystems themselves take and how they order them.

load ../cli/common

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    /usr/bin/python3 "$BATS_TEST_DIRNAME/channels.py" "$BIN/attest-align" "${SEED-1}" "${COUNT-26}"
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return
}

# needs PROGRAM: ./setup check installs them all; tests/run counts skips as failures in CI.
needs() {
    command -v "$1" >/dev/null || skip "no $1"
}

@test "PyPI's, Go's and images': each is taken, and stands between its releases" {
    [ "$(wc -l <order)" -ge 30 ]
    [ "$(wc -l <crates)" -ge 40 ]
    [ "$(paste -sd ' ' tags)" = "dev latest next" ]
}

@test "npm, crates.io and Go: npm's semver keeps each as it is, and orders them" {
    needs node
    [ -z "$(node "$BATS_TEST_DIRNAME/channels.js" "$(command -v npm)" | tee /dev/stderr)" ]
}

@test "crates.io's: Cargo reads each, and shows it as it is" {
    local version count=0
    needs cargo
    mkdir w
    printf '[workspace]\nmembers = ["c*"]\nresolver = "2"\n' >w/Cargo.toml
    touch w/lib.rs
    while read -r version; do
        count=$((count + 1))
        mkdir "w/c$count"
        printf '[package]\nname = "c%d"\nversion = "%s"\nedition = "2021"\n[lib]\npath = "../lib.rs"\n' \
            "$count" "$version" >"w/c$count/Cargo.toml"
    done <crates
    cargo metadata --offline --no-deps --format-version 1 --manifest-path w/Cargo.toml >facts.json
    jq -r '.packages[].version' facts.json | LC_ALL=C sort | diff crates -
}
