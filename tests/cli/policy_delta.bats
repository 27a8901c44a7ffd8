#!/usr/bin/env bats
# attest policy check --base, --baseline: what a change brought fails, what was there before is told.
# shellcheck disable=SC2154 # bats sets "stderr"

load common

setup() {
    PATH=$BIN:$PATH
    export HOME=$BATS_TEST_TMPDIR GIT_CONFIG_NOSYSTEM=1 TMPDIR=$BATS_TEST_TMPDIR/tmp
    mkdir "$TMPDIR"
    cd "$BATS_TEST_TMPDIR"
    mkdir advisories p
    advisory RUSTSEC-2020-0071 CVE-2020-26235 time 0.2.23
    import
    printf '[bans]\nmultiple-versions = "allow"\n' >p/deny.toml
    git -C p init -q -b main
    git -C p config user.email someone@example.org
    git -C p config user.name Someone
    lock serde 1.0.0
    commit clean
    lock time 0.1.43
    commit affected
}

advisory() { # ID ALIAS CRATE FIXED
    cat >"advisories/$1.json" <<END
{"id": "$1", "modified": "2026-01-01T00:00:00Z", "aliases": ["$2"], "summary": "Something",
 "affected": [{"package": {"ecosystem": "crates.io", "name": "$3"},
   "ranges": [{"type": "SEMVER", "events": [{"introduced": "0.1.0"}, {"fixed": "$4"}]}]}]}
END
}

import() { attest advisories import --db db advisories >/dev/null; }

lock() { # CRATE VERSION
    cat >"${3:-p}/Cargo.lock" <<END
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["$1"]

[[package]]
name = "$1"
version = "$2"
source = "registry+https://github.com/rust-lang/crates.io-index"
END
}

commit() {
    git -C p add -A
    git -C p commit -qm "$1"
    git -C p tag "$1"
}

# "STATUS STATE STATE ..." of the advisories that a check tells of
states() {
    local code=0
    attest policy check advisories p --db db --format json "$@" >out.json 2>err || code=$?
    echo "$code $(jq -r '[.findings[] | select(.advisory) | .state] | sort | join(" ")' out.json)"
}

@test "--base: a change that brings an affected component fails; a bump between affected versions does not" {
    [ "$(states --base clean)" = "1 introduced" ]
    [ "$(states --base affected)" = "0 pre-existing" ]
    lock time 0.1.44
    [ "$(states --base affected)" = "0 pre-existing" ]
    [ "$(jq -r '.findings[] | select(.advisory) | .severity' out.json)" = warning ]
    [ "$(jq -r '.summary | "\(.introduced) \(.newly_disclosed) \(.pre_existing) \(.fixed)"' out.json)" = "0 0 1 0" ]
}

@test "--base: a lockfile that moved brings nothing; a fix is told" {
    mkdir p/sub
    git -C p mv Cargo.lock sub/Cargo.lock
    [ "$(states --base affected)" = "0 pre-existing" ]
    rm p/sub/Cargo.lock
    lock time 0.3.0
    [ "$(states --base affected)" = "0 fixed" ]
    [ "$(jq -r '.findings[] | select(.state == "fixed") | .code + ": " + .message' out.json)" = \
        "no-longer-found: vulnerability CVE-2020-26235 of pkg:cargo/time is gone" ]
}

@test "--base: a folder of the repository is held against the same folder; where it was not, all is new" {
    mkdir p/sub
    lock time 0.1.43 p/sub
    run --separate-stderr attest policy check advisories p/sub --db db --base affected --format json
    [ "$status" -eq 1 ]
    commit sub
    run --separate-stderr attest policy check advisories p/sub --db db --base sub --format json
    [ "$status" -eq 0 ]
}

@test "--base touches nothing, leaves nothing and runs nothing" {
    local before
    lock time 0.1.44
    printf 'Cargo.lock filter=evil export-ignore\n' >p/.gitattributes
    git -C p config filter.evil.smudge "touch $PWD/ran; cat"
    before=$(git -C p status --porcelain; find p -type f -newer db | sort; cksum p/Cargo.lock p/.git/index)
    [ "$(states --base affected)" = "0 pre-existing" ]
    [ "$(states --base nothing-of-that-name)" = "2 " ]
    [ "$before" = "$(git -C p status --porcelain; find p -type f -newer db | sort; cksum p/Cargo.lock p/.git/index)" ]
    [ ! -e ran ]
    [ -z "$(ls -A "$TMPDIR")" ]
}

@test "--base: what cannot be a revision is refused" {
    [ "$(states --base --output=x)" = "2 " ]
    [ "$(states --base nothing)" = "2 " ]
    grep -q 'git knows no revision "nothing"' err
    mkdir plain
    lock time 0.1.43 plain
    run attest policy check advisories plain --db db --base HEAD
    [ "$status" -eq 2 ]
    run attest policy check advisories p/Cargo.lock --db db --base HEAD
    [ "$status" -eq 2 ]
    [[ "$output" == *"expected a folder of a git repository"* ]]
}

@test "--base: paths in a tree that lead out are passed over" {
    local blob tree commit
    blob=$(git -C p hash-object -w Cargo.lock)
    tree=$(printf '100644 blob %s\tescaped\n' "$blob" | git -C p mktree)
    tree=$(printf '040000 tree %s\t..\n100644 blob %s\tCargo.lock\n' "$tree" "$blob" | git -C p mktree)
    commit=$(git -C p commit-tree "$tree" -m odd)
    git -C p ls-tree -r "$commit" | grep -F '../escaped'
    rm p/deny.toml # as there
    [ "$(states --base "$commit")" = "0 pre-existing" ]
    [ -z "$(ls -A "$TMPDIR")" ]
}

@test "--base: a stale or missing database excuses nothing" {
    [ "$(states --base affected --now 2030-01-01)" = "2 " ]
    run attest policy check advisories p --db nowhere --base affected
    [ "$status" -eq 2 ]
}

@test "--baseline: what became known since is told and fails nobody; what came since fails" {
    lock time 0.3.0
    attest policy check advisories p --db db --write-baseline b.json >/dev/null 2>&1
    advisory RUSTSEC-2026-0001 CVE-2026-1 time 0.4.0
    import
    [ "$(states --baseline b.json)" = "0 newly-disclosed" ]
    lock time 0.3.1
    [ "$(states --baseline b.json)" = "1 introduced" ]
    run attest policy check advisories p --db db --write-baseline b.json
    [ "$status" -eq 1 ]
    [ "$(states --baseline b.json)" = "0 pre-existing" ]
    # The same file again, byte for byte.
    cp b.json first.json
    run attest policy check advisories p --db db --baseline first.json --write-baseline b.json
    [ "$status" -eq 0 ]
    cmp first.json b.json
}

@test "--baseline: an advisory that got another first name is the same" {
    attest policy check advisories p --db db --write-baseline b.json >/dev/null 2>&1 || true
    grep -q '"advisory": "CVE-2020-26235"' b.json
    sed -i 's/"aliases": \[/&"AAAA-2020-1", /' advisories/RUSTSEC-2020-0071.json
    import
    [ "$(states --baseline b.json)" = "0 pre-existing" ]
}

@test "--baseline: a state that nobody looked up advisories for excuses none" {
    attest policy check bans p --write-baseline b.json >/dev/null 2>&1
    run ! grep database b.json
    [ "$(states --baseline b.json)" = "1 introduced" ]
}

@test "--baseline: a file that is none is refused with its place" {
    printf '{"attest_baseline": 1,\n "components": [], "findings": [], "more": 1}' >b.json
    run --separate-stderr attest policy check advisories p --db db --baseline b.json
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"b.json:2:36"* ]]
    run attest policy check advisories p --db db --baseline nothing.json
    [ "$status" -eq 2 ]
    run attest policy check advisories p --db db --baseline b.json --base HEAD
    [ "$status" -eq 2 ]
}

@test "SARIF says which results are new" {
    run --separate-stderr attest policy check advisories p --db db --base affected --format sarif
    [ "$status" -eq 0 ]
    jq -e '[.runs[0].results[] | select(.ruleId == "vulnerability") | .baselineState] == ["unchanged"]' <<<"$output"
}

# The messages about the policy, against the former one.
loosened() {
    attest policy check bans p --base affected --format json 2>/dev/null |
        jq -r '.findings[] | select(.code == "policy-loosened")
            | .severity + " " + .state + " " + .message + " " + "\(.location.line)"'
}

@test "--base: a policy that permits more is an error, with its place; one that demands more is none" {
    cat >p/deny.toml <<'END'
[advisories]
ignore = [{ id = "RUSTSEC-2020-0071", reason = "r", expires = "2026-01-01" }]
[licenses]
allow = ["MIT"]
[bans]
multiple-versions = "warn"
deny = [{ crate = "openssl" }]
END
    commit policy
    git -C p tag -f affected >/dev/null
    [ -z "$(loosened)" ]
    sed -i 's/"MIT"/"MIT", "Apache-2.0"/' p/deny.toml
    [ "$(loosened)" = "error introduced licenses.allow permits something new: Apache-2.0 4" ]
    run attest policy check bans p --base affected
    [ "$status" -eq 1 ]
    # It cannot excuse itself.
    printf '[severity]\npolicy-loosened = "allow"\n' >>p/deny.toml
    [ "$(loosened | grep -c error)" -eq 2 ]
    git -C p checkout -q p deny.toml 2>/dev/null || git -C p checkout -q deny.toml
    sed -i 's/2026-01-01/2036-01-01/' p/deny.toml
    [ "$(loosened)" = "error introduced advisories.ignore permits something new: RUSTSEC-2020-0071 2" ]
    git -C p checkout -q deny.toml
    sed -i '/^deny/d; s/"warn"/"allow"/' p/deny.toml
    [ "$(loosened | cut -d " " -f 3-)" = "bans.deny does not forbid any more: openssl null
bans.multiple-versions demands less than before null" ]
    git -C p checkout -q deny.toml
    sed -i 's/\["MIT"\]/[]/; s/"warn"/"deny"/' p/deny.toml
    [ -z "$(loosened)" ]
    printf '[advisories]\nmaximum-db-staleness = "P90D"\n' >p/deny.toml
    loosened | grep -F "advisories.maximum-db-staleness demands less than before"
    printf '[sources]\nmirrors = [{ of = "cargo", url = "https://mirror.example" }]\n' >p/deny.toml
    loosened | grep -F "sources.mirrors permits something new: https://mirror.example 2"
    # No policy at all.
    rm p/deny.toml
    loosened | grep -F "bans.deny does not forbid any more: openssl"
}

@test "--base: what a document that the policy names excuses, and did not before, permits more" {
    mkdir p/triage
    said() { # STATUS...
        local status
        printf '{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "a:1", "author": "a", "version": 1,\n'
        printf ' "timestamp": "2020-01-31T00:00:00Z", "statements": [{}\n'
        for status in "$@"; do
            printf ' , {"vulnerability": {"name": "CVE-2020-26235"}, "products": [{"@id": "pkg:cargo/time"}],\n'
            printf '  "impact_statement": "i", "action_statement": "a", "status": "%s"}\n' "$status"
        done
        printf ']}\n'
    }
    write() { said "$@" | sed 's/{}$//; 3s/^ ,//' >p/triage/a.openvex.json; }
    write affected
    printf '[bans]\nmultiple-versions = "allow"\n[advisories]\nvex = ["triage/*.openvex.json"]\n' >p/deny.toml
    commit triage
    git -C p tag -f affected >/dev/null
    [ -z "$(loosened)" ]
    write affected under_investigation
    [ -z "$(loosened)" ]
    write not_affected
    [ "$(loosened)" = "error introduced advisories.vex permits something new: CVE-2020-26235 3" ]
    run -1 --separate-stderr attest policy check bans p --base affected --format json
    [ "$(jq -r '.findings[0].location.file' <<<"$output")" = triage/a.openvex.json ]
    commit excused
    git -C p tag -f affected >/dev/null
    [ -z "$(loosened)" ]
    cp p/triage/a.openvex.json p/triage/b.openvex.json
    [ -z "$(loosened)" ]
    rm p/triage/*
    write affected
    [ -z "$(loosened)" ]
    printf '{' >p/triage/a.openvex.json
    commit broken
    write affected
    run -2 attest policy check bans p --base broken
    [[ "$output" == *"the policy of broken cannot be read"* ]]
}

@test "--base: a first policy is held against the defaults" {
    rm p/deny.toml
    commit none
    git -C p tag -f affected >/dev/null
    [ -z "$(loosened)" ]
    # What limits, or says what holds anyway.
    cat >p/deny.toml <<'END'
[advisories]
maximum-db-staleness = "P7D"
[bans]
multiple-versions = "deny"
allow = [{ crate = "serde" }]
build.allow-build-scripts = ["serde"]
[sources]
unknown-git = "deny"
allow-registry = ["https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/",
    "https://registry.npmjs.org"]
allow-default-registry = ["npm"]
[workflows]
allow = ["actions/*"]
END
    [ -z "$(loosened)" ]
    cat >p/deny.toml <<'END'
[advisories]
ignore = [{ id = "RUSTSEC-2020-0071", reason = "r" }]
[licenses]
allow = ["MIT"]
[bans]
multiple-versions = "allow"
[sources]
allow-registry = ["https://example.org/index"]
END
    [ "$(loosened | cut -d " " -f 3- | sort)" = "advisories.ignore permits something new: RUSTSEC-2020-0071 2
bans.multiple-versions demands less than before null
licenses.allow permits something new: MIT 4
sources.allow-registry permits something new: https://example.org/index 8" ]
    run -1 attest policy check bans p --base affected
    # Then that list limits, and names what it takes.
    commit first
    git -C p tag -f affected >/dev/null
    sed -i 's|index"|&, "https://github.com/rust-lang/crates.io-index"|' p/deny.toml
    [[ "$(loosened)" == \
        *"sources.allow-registry permits something new: https://github.com/rust-lang/crates.io-index 8" ]]
    git -C p checkout -q deny.toml
    echo 'allow-default-registry = ["npm", "cargo"]' >>p/deny.toml
    [[ "$(loosened)" == *"sources.allow-default-registry permits something new: cargo 9" ]]
    commit named
    git -C p tag -f affected >/dev/null
    sed -i '/^allow-default/d' p/deny.toml
    [[ "$(loosened)" == *"sources.allow-default-registry demands less than before null" ]]
}

@test "--base: an entry that stands as a table of its own is held against what it was" {
    printf '[[advisories.ignore]]\nid = "RUSTSEC-2020-0071"\nreason = "r"\nexpires = "2026-01-01"\n' >p/deny.toml
    commit tables
    git -C p tag -f affected >/dev/null
    [ -z "$(loosened)" ]
    sed -i 's/2026/2036/' p/deny.toml
    [[ "$(loosened)" == *"advisories.ignore permits something new: RUSTSEC-2020-0071"* ]]
}

@test "--base: where the policy of before cannot be read, nobody can tell what it permitted" {
    git -C p checkout -q -b other clean
    printf '[bans]\nmultiple-versions = 1\n' >p/deny.toml
    commit broken
    printf '[bans]\nmultiple-versions = "allow"\n' >p/deny.toml
    run -2 attest policy check bans p --db db --base broken
    [[ "$output" == *"the policy of broken cannot be read"* ]]
    run -0 attest policy check bans p --db db --base clean
}

@test "what is wrong in one place excuses nothing in another" {
    mkdir -p p/.github/workflows
    printf '%s\n' 'on: push' 'permissions: {}' 'jobs:' '  j:' '    runs-on: x' '    steps:' '      - uses: a/b@v1' \
        >p/.github/workflows/a.yml
    commit workflow
    attest policy check workflows p --write-baseline base.json 2>/dev/null >&2 || [ $? -eq 1 ]
    grep -F '"message": ".github/workflows/a.yml: the action is named by a tag or branch, which can be moved' base.json
    grep -F ' other code: - uses: a/b@v1"' base.json
    sed -i '1a # moved' p/.github/workflows/a.yml
    attest policy check workflows p --baseline base.json
    echo '      - uses: a/b@v1' >>p/.github/workflows/a.yml
    for option in --base=workflow --baseline=base.json; do
        run -1 attest policy check workflows p "$option"
        [[ $output == *"1 introduced, 0 newly disclosed, 1 pre-existing"* ]]
    done
    sed '$d' p/.github/workflows/a.yml >p/.github/workflows/b.yml
    sed -i '$s/.*/      - uses: evil\/steal@main/' p/.github/workflows/a.yml
    run -1 attest policy check workflows p --base workflow
    [[ $output == *"2 introduced, 0 newly disclosed, 1 pre-existing"* ]]
}

@test "a license and a source that are not allowed excuse no other ones" {
    printf '[licenses]\nallow = ["MIT"]\n[sources]\nunknown-registry = "deny"\n' >deny.toml
    part() { # VERSION LICENSE HOST
        cat >doc.json <<END
{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"type": "library", "name": "x", "version": "$1",
 "purl": "pkg:npm/x@$1?download_url=https://$3/x.tgz", "licenses": [{"license": {"id": "$2"}}]}]}
END
    }
    part 1.0.0 GPL-2.0-only a.example
    run -1 attest policy check licenses sources -c deny.toml doc.json --write-baseline base.json
    grep -F '"package": "pkg:npm/x", "scope": "runtime", "found": "GPL-2.0-only"' base.json
    part 1.1.0 GPL-2.0-only a.example
    attest policy check licenses sources -c deny.toml doc.json --baseline base.json
    part 1.1.0 AGPL-3.0-only a.example
    run -1 attest policy check licenses sources -c deny.toml doc.json --baseline base.json
    part 1.1.0 GPL-2.0-only b.example
    run -1 attest policy check licenses sources -c deny.toml doc.json --baseline base.json
    [[ $output == *"error[source-not-allowed]"*"1 introduced, 0 newly disclosed, 2 pre-existing"* ]]

}

# A repository that holds every input that a cataloger or a check knows, and what these lead to.
every_input() {
    local source name
    mkdir -p every/.github/workflows every/actions/one every/odd every/lib every/.cargo
    for source in "$ROOT"/sbom/cataloger_*.c; do
        name=$(basename "${source##*/cataloger_}" .c)
        if [ -d "$TESTDATA/$name/good" ]; then
            mkdir -p "every/$name"
            cp -R "$TESTDATA/$name/good/." "every/$name"
        fi
    done
    find every -name '*.expect' -delete
    printf -- '-r odd/more\n' >every/requirements.txt
    printf -- '-c ../odd/most.lst\nrequests==2.0.0\n' >every/odd/more
    printf 'requests==2.0.0\nurllib3==1.0.0\n' >every/odd/most.lst
    # Packages whose texts lie beside them, in a folder without a manifest, through links, under any name.
    cp "$TESTDATA/license_text/good/MIT" text
    cat >every/Cargo.lock <<'END'
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["one", "two"]

[[package]]
name = "one"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "two"
version = "2.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
END
    printf 'module example.org/app\ngo 1.20\nrequire (\n\texample.org/a v1.0.0\n\texample.org/b v1.0.0\n)\n' \
        >every/go.mod
    printf '[package]\nname = "app"\nversion = "0.1.0"\n' >every/Cargo.toml
    mkdir -p every/vendor/one every/vendor/two-2.0.0/src every/vendor/example.org/a/deep
    printf '[package]\nname = "one"\nversion = "1.0.0"\n' >every/vendor/one/Cargo.toml
    printf '[package]\nname = "two"\nversion = "2.0.0"\n' >every/vendor/two-2.0.0/Cargo.toml
    cp text every/vendor/one/notice-of-rights
    cp text every/lib/LICENSE
    ln -s ../../lib/LICENSE every/vendor/two-2.0.0/LICENSE
    cp text every/vendor/example.org/a/LICENSE
    touch every/vendor/example.org/a/deep/x.go
    ln -s two-2.0.0 every/vendor/b
    ln -s ../Cargo.lock every/lib/Cargo.lock
    ln -s requirements.txt every/requirements-dev.txt
    printf 'on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{uses: some/thing@v1}]\n' >every/odd/flow
    ln -s ../../odd/flow every/.github/workflows/ci.yml
    mkdir every/actions/two
    printf 'runs:\n  using: docker\n  image: Dockerfile\n' >every/actions/two/action.yml
    printf 'FROM scratch\n' >every/actions/two/Dockerfile
    printf 'runs:\n  using: composite\n  steps: [{uses: some/other@v1}]\n' >every/actions/one/action.yaml
    cat >every/deny.toml <<END
[licenses]
allow = ["Zlib"]
confidence-threshold = 0.8
[[licenses.clarify]]
crate = "one"
expression = "MIT"
license-files = [{ path = "notice-of-rights", sha256 = "$(sha256sum text | cut -d ' ' -f 1)" }]
[bans]
multiple-versions = "deny"
[sources]
unknown-registry = "deny"
unknown-git = "deny"
allow-registry = []
END
    git -C every init -q -b main
    git -C every config user.email someone@example.org
    git -C every config user.name Someone
    git -C every add -A -f
    git -C every commit -qm all
}

# What a check tells of the tree, against the revision as it is laid out, and against all of it.
compared() { # COPY-OF-THE-REVISION
    local checks=(licenses bans sources workflows)
    attest policy check "${checks[@]}" "$1" --config every/deny.toml --write-baseline all.json >/dev/null 2>&1 || true
    attest policy check "${checks[@]}" every --baseline all.json --format json >whole.json 2>/dev/null || true
    attest policy check "${checks[@]}" every --base HEAD --format json >out.json 2>/dev/null || true
    diff <(jq -S '.findings, .summary' whole.json) <(jq -S '.findings, .summary' out.json)
}

@test "--base: what is laid out of a revision is judged as all of it would be" {
    local name
    every_input
    git clone -q every copy
    compared copy
    cp out.json same.json
    # It is about something: every cataloger, texts, workflows.
    for name in "$TESTDATA"/*/good; do
        name=$(basename "${name%/good}")
        [ ! -d "every/$name" ] || jq -e --arg name "$name/" \
            'any(.findings[].location.file; startswith($name)?)' out.json >/dev/null
    done
    [ "$(jq '.summary.pre_existing' out.json)" -gt 700 ]
    [ "$(jq '.summary.fixed' out.json)" -eq 0 ]
    for name in Cargo.lock .github/workflows/ci.yml actions/one/action.yaml; do
        jq -e --arg name "$name" 'any(.findings[].location.file; . == $name)' out.json >/dev/null
    done
    # Each of these makes a difference, and the same one.
    for name in odd/more odd/most.lst vendor/one/notice-of-rights vendor/example.org/a/LICENSE odd/flow \
        actions/one/action.yaml vendor/two-2.0.0/LICENSE; do
        mv "every/$name" kept
        compared copy
        run ! cmp -s out.json same.json
        mv kept "every/$name"
    done
    [ -z "$(ls -A "$TMPDIR")" ]
}

@test "--base: links, submodules, names and sizes of a hostile revision" {
    local blob link module tree commit
    blob=$(git -C p hash-object -w Cargo.lock)
    # Links that lead out, in a ring, to themselves; folders behind links; a submodule; a file twice; odd names.
    link() { printf '%s' "$1" | git -C p hash-object -w --stdin; }
    module=$(git -C p rev-parse HEAD)
    rm p/deny.toml # as there
    tree=$( (
        printf '100644 blob %s\tCargo.lock\0' "$blob"
        printf '120000 blob %s\tout\0' "$(link ../../../../../../../etc)"
        printf '120000 blob %s\tpackage-lock.json\0' "$(link /etc/passwd)"
        printf '120000 blob %s\tself\0' "$(link self)"
        printf '120000 blob %s\tring\0' "$(link gnir/x)"
        printf '120000 blob %s\tgnir\0' "$(link ring/y)"
        printf '120000 blob %s\tpoetry.lock\0' "$(link ring/y/z)"
        printf '120000 blob %s\tempty\0' "$(link '')"
        printf '160000 commit %s\tmodule\0' "$module"
        printf '100644 blob %s\ta\nb.csproj\0' "$blob"
        printf '120000 blob %s\t.github\0' "$(link out)"
    ) | git -C p mktree -z)
    commit=$(git -C p commit-tree "$tree" -m odd)
    [ "$(states --base "$commit")" = "0 pre-existing" ]
    run attest policy check p --db db --base "$commit"
    # A folder and a link of one name.
    tree=$(printf '100644 blob %s\tCargo.lock\n' "$blob" | git -C p mktree)
    link=$(link "$PWD/caught")
    mkdir caught
    printf '040000 tree %s\tx\0120000 blob %s\tx\0100644 blob %s\tCargo.lock\0' "$tree" "$link" "$blob" >listing
    tree=$(git -C p mktree -z <listing)
    commit=$(git -C p commit-tree "$tree" -m twice)
    [ "$(states --base "$commit")" = "0 pre-existing" ]
    [ -z "$(ls -A caught)" ]
    [ -z "$(ls -A "$TMPDIR")" ]
}

@test "--base: what git would start to get a file, or does not have, is told" {
    local blob
    blob=$(git -C p rev-parse affected:Cargo.lock)
    rm -f "p/.git/objects/${blob:0:2}/${blob:2}"
    git -C p config core.repositoryformatversion 1
    git -C p config extensions.partialClone origin
    git -C p config remote.origin.promisor true
    git -C p config remote.origin.url "ext::sh -c touch% $PWD/ran"
    git -C p config protocol.ext.allow always
    git -C p config protocol.allow always
    [ "$(states --base affected)" = "2 " ]
    grep -q 'git does not have Cargo.lock of the revision' err
    [ ! -e ran ]
    [ -z "$(ls -A "$TMPDIR")" ]
}

@test "--base: killed, it leaves nothing" {
    local i
    for i in 0.00 0.01 0.02 0.05; do
        timeout -s KILL "$i" attest-policy check bans p --base affected >/dev/null 2>&1 || true
    done
    for ((i = 0; i < 100; i++)); do
        [ -n "$(ls -A "$TMPDIR")" ] || break
        sleep 0.05
    done
    [ -z "$(ls -A "$TMPDIR")" ]
}

@test "--base: a ban made weaker, and registries or ecosystems that come or go, are told" {
    printf '[bans]\nmultiple-versions-in = ["cargo", "npm"]\ndeny = [{ crate = "openssl" }]\n' >p/deny.toml
    printf '[sources]\nallow-default-registry = ["cargo"]\n' >>p/deny.toml
    commit policy
    git -C p tag -f affected >/dev/null
    [ -z "$(loosened)" ]
    sed -i 's/"openssl" }/"openssl", deny-multiple-versions = true }/' p/deny.toml
    [[ "$(loosened)" == "error introduced bans.deny does not forbid any more: openssl "* ]]
    sed -i 's/deny-multiple-versions = true/wrappers = []/' p/deny.toml
    [[ "$(loosened)" == "error introduced bans.deny does not forbid any more: openssl "* ]]
    git -C p checkout -q deny.toml
    sed -i 's/"cargo", "npm"/"cargo"/' p/deny.toml
    [[ "$(loosened)" == "error introduced bans.multiple-versions-in does not forbid any more: npm "* ]]
    git -C p checkout -q deny.toml
    sed -i 's/registry = \["cargo"/&, "npm"/' p/deny.toml
    [[ "$(loosened)" == "error introduced sources.allow-default-registry permits something new: npm "* ]]
    sed -i '/registry = /d' p/deny.toml
    [[ "$(loosened)" == "error introduced sources.allow-default-registry demands less than before "* ]]
    git -C p checkout -q deny.toml
    sed -i 's/"openssl" }/"openssl", wrappers = ["app"] }/' p/deny.toml
    commit wrapped
    git -C p tag -f affected >/dev/null
    sed -i 's/, wrappers = \["app"\]//' p/deny.toml
    [ -z "$(loosened)" ]
}
