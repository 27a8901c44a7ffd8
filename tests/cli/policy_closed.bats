#!/usr/bin/env bats
# attest policy check: what nobody could judge does not pass, and no spelling slips through.
# shellcheck disable=SC2154 # bats sets "output"

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir p
    lock >p/Cargo.lock
}

lock() {
    cat <<'END'
version = 4

[[package]]
name = "right"
version = "1.1.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
END
}

document() { # COMPONENT...
    local IFS=,
    printf '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[%s]}\n' "$*"
}

component() { # NAME PURL
    printf '{"type":"library","name":"%s","version":"1.0.0","bom-ref":"%s","purl":"%s"}' "$1" "$2" "$2"
}

codes() {
    attest policy check "$@" --format json 2>/dev/null |
        jq -r '[.findings[] | select(.severity != "note") | .code] | sort | join(" ")'
}

@test "a document's package URLs are held against the policy in whatever spelling they come" {
    document "$(component left pkg:cargo/lef%74@1.0.0)" "$(component Django pkg:PyPI/Django@1.0.0)" \
        "$(component Zope pkg:pypi/Zope_x.y@1.0.0)" "$(component b pkg:npm/@scope/b@1.0.0)" \
        "$(component N pkg:nuget/Newton.Json@1.0.0)" "$(component S pkg://cargo/six@1.0.0)" >d.json
    cat >deny.toml <<'END'
[bans]
deny = ["left", "six", { purl = "pkg:pypi/django" }, { purl = "pkg:pypi/zope.x-y" }, { purl = "pkg:npm/%40scope/b" },
        { purl = "pkg:nuget/newton.JSON" }]
END
    [ "$(codes bans -c deny.toml d.json)" = "banned banned banned banned banned banned" ]
    run attest policy check bans -c deny.toml d.json
    [ "$status" -eq 1 ]
}

@test "a package URL that is none cannot be judged" {
    document "$(component left pkg:cargo/)" "$(component right pkg:cargo/right@1.0.0)" >d.json
    run attest policy check bans d.json
    [ "$status" -eq 2 ]
    [[ $output == *"error[malformed-purl]: left 1.0.0 has no package URL that can be read"* ]]
    run attest policy check bans d.json -W malformed-purl
    [ "$status" -eq 0 ]
}

@test "what a file includes and what no lock pins is told, at the level that the policy gives it" {
    mkdir p/js p/py
    echo '{"name":"y","dependencies":{"lodash":"^1"}}' >p/js/package.json
    [ "$(codes bans p)" = "no-policy unlocked-manifest" ]
    run attest policy check bans p -D unlocked-manifest
    [ "$status" -eq 2 ]
    printf '[severity]\nunlocked-manifest = "allow"\n' >p/deny.toml
    [ "$(codes bans p)" = "" ]
    printf -- '-r ../../outside.txt\nflask==3.1.2\n' >p/py/requirements.txt
    run attest policy check bans p
    [ "$status" -eq 2 ]
    [[ $output == *"error[unread-include]"* ]]
    run attest policy check bans p -W unread-include
    [ "$status" -eq 0 ]
}

@test "an input that cannot be read is an error whatever the policy says" {
    echo '{' >p/package-lock.json
    run attest policy check bans p -A malformed-input
    [ "$status" -eq 2 ]
    [[ $output == *"error[malformed-input]"* ]]
    ln -sf /etc/hostname p/package-lock.json
    printf '[severity]\nrefused-input = "allow"\n' >p/deny.toml
    run attest policy check bans p
    [ "$status" -eq 2 ]
    [[ $output == *"error[refused-input]"* ]]
}

@test "names of components are no commands to GitHub's runner" {
    local format
    document "$(component '##[stop-commands]x' pkg:cargo/left@1.0.0)" \
        "$(component '::add-mask::y' pkg:cargo/six@1.0.0)" >d.json
    printf '[bans]\ndeny = ["left", "six"]\n' >deny.toml
    for format in human github; do
        run attest policy check bans -c deny.toml d.json -f $format
        [ "$status" -eq 1 ]
        [[ $output == *'##\u{5b}stop-commands]x'* ]]
        [[ $output != *'##['* ]]
        run ! grep -E '^ *::add-mask' <<<"$output"
    done
}

@test "an npm lock that fetches another package than it names does not come from the registry" {
    local address
    mkdir n
    printf '[sources]\nunknown-registry = "deny"\nunknown-git = "deny"\n' >n/deny.toml
    fetches() { # ADDRESS
        printf '{"name":"x","lockfileVersion":3,"packages":{"":{"dependencies":{"@a/b":"1"}},%s}}' \
            "\"node_modules/@a/b\":{\"version\":\"1.0.0\",\"resolved\":\"$1\"}" >n/package-lock.json
        attest policy check sources n
    }
    for address in https://registry.npmjs.org/@a/b/-/b-1.0.0.tgz https://registry.npmjs.org/@a%2fb/-/b-1.0.0.tgz \
        https://u:p@registry.yarnpkg.com/@a/b/-/b-1.0.0.tgz#x; do
        run -0 fetches $address
    done
    for address in https://registry.npmjs.org/@a/evil/-/evil-1.0.0.tgz https://registry.npmjs.org/@a/b/-/b-0.9.0.tgz \
        https://registry.npmjs.org/evil/@a/b/-/b-1.0.0.tgz https://registry.npmjs.org/../evil/@a/b/-/b-1.0.0.tgz \
        'https://evil.example?@registry.npmjs.org/@a/b/-/b-1.0.0.tgz' https://registry.npmjs.org/b.tgz; do
        run -1 fetches "$address"
        [[ $output == *"error[source-not-allowed]"* ]]
    done
}

@test "what could not be told is never silent" {
    printf '[licenses]\nallow = ["MIT"]\n[severity]\nunlicensed = "allow"\n' >deny.toml
    document "$(component left pkg:cargo/left@1.0.0)" >d.json
    run attest policy check licenses -c deny.toml d.json -A license-not-encountered
    [ "$status" -eq 0 ]
    [[ $output == *"warning[unlicensed]: the license of left"* ]]
    run attest policy check licenses -c deny.toml d.json -D unlicensed
    [ "$status" -eq 2 ]
}

@test "sources: components that name none are told, at the level of registries" {
    document "$(component left pkg:cargo/left@1.0.0)" "$(component sh pkg:generic/sh@1.0.0)" >d.json
    echo >deny.toml
    run attest policy check sources -c deny.toml d.json
    [ "$status" -eq 0 ]
    [[ $output == *"warning[unknown-source]: 1 component names no source that could be judged, the first is sh"* ]]
    printf '[sources]\nunknown-registry = "deny"\n' >deny.toml
    run attest policy check sources -c deny.toml d.json
    [ "$status" -eq 2 ]
    run attest policy check sources -c deny.toml d.json -A unknown-source
    [ "$status" -eq 0 ]
    [[ $output == *"warning[unknown-source]"* ]]
}

@test "--baseline: what was not checked does not hold" {
    run -0 attest policy check bans workflows p --write-baseline b.json
    [[ $output == *"workflows: not checked"* ]]
    run -0 attest policy check bans workflows p --baseline b.json
    [[ $output == *"bans: holds"*"workflows: not checked"* ]]
}
