#!/usr/bin/env bats
# attest align channels: what a commit is called.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    git init -q -b main r
    cd r || return
    git config user.email a@b.example
    git config user.name a
    printf '%s\n' '[project]' 'name = "ameide"' '[[channel]]' 'kind = "npm"' 'package = "@ameide/sdk"' \
        '[[channel]]' 'kind = "pypi"' '[[channel]]' 'kind = "crates"' '[[channel]]' 'kind = "go"' 'folder = "sdk/go"' \
        '[[channel]]' 'kind = "oci"' 'repository = "r.example/a/b"' >attest.toml
    commit 2026-11-21T10:00:00Z
}

commit() { # TIME
    GIT_COMMITTER_DATE=$1 git commit -q --allow-empty -m "$1"
}

names() { # ARGUMENT...: "CHANNEL USE: NAME" of all
    attest align channels --format json "$@" 2>/dev/null | jq -r '.steps[] | "\(.subject.channel) \(.name): \(.found)"'
}

codes() { # ARGUMENT...: "CODE CHANNEL" of all findings
    attest align channels --format json "$@" 2>/dev/null | jq -r '.findings[] | "\(.code) \(.subject.channel)"' | sort
}

@test "a tag is a release, spelled as each ecosystem does" {
    git tag v1.2.0
    [ "$(names)" = "npm version: 1.2.0
npm dist-tag: latest
pypi version: 1.2.0
crates version: 1.2.0
go version: v1.2.0
go tag: sdk/go/v1.2.0
oci tag: 1.2.0
oci tag: 1.2
oci tag: latest" ]
    run -0 attest align channels
    [ "$(head -n 2 <<<"$output")" = "release of $(git rev-parse HEAD | cut -c1-12), refs/tags/v1.2.0
  npm     version   1.2.0" ]
}

@test "variables that a shell would not have, and two of one name, are refused" {
    git tag v1.2.0
    run -0 attest align channels --format env
    for names in '1 2' 'é ü' 'a-b a.b' 'a a-dist'; do
        printf '%s\n' '[project]' 'name = "p"' '[[channel]]' 'kind = "npm"' "name = \"${names% *}\"" \
            '[[channel]]' 'kind = "oci"' 'repository = "r.example/a/b"' "name = \"${names#* }\"" >attest.toml
        [ "$names" != 'é ü' ] && [ "$names" != 'a-b a.b' ] || sed -i 's/oci/crates/; /repository/d' attest.toml
        run -2 attest align channels --format env
        [[ "$output" == *"the variable "*"of the channel "*"another \"name\""* ]]
        run -0 attest align channels
    done
}

@test "a pre-release leaves what others follow alone" {
    git tag v1.3.0-rc.1
    [ "$(names | grep -v version)" = "npm dist-tag: next
go tag: sdk/go/v1.3.0-rc.1
oci tag: 1.3.0-rc.1" ]
    [ "$(names | grep pypi)" = "pypi version: 1.3.0rc1" ]
}

@test "the branch gives development builds between the last release and the next" {
    local id
    git tag v1.2.0
    commit 2026-11-22T23:59:59Z
    id=$(git rev-parse HEAD)
    [ "$(names)" = "npm version: 1.2.1-dev.20261122235959.g${id:0:12}
npm dist-tag: dev
pypi version: 1.2.1.dev20261122235959
crates version: 1.2.1-dev.20261122235959.g${id:0:12}
go version: v1.2.1-0.20261122235959-${id:0:12}
oci tag: $id
oci tag: dev" ]
    git tag v1.3.0-rc.9
    commit 2026-11-23T00:00:00Z
    id=$(git rev-parse HEAD)
    [ "$(names | grep version)" = "npm version: 1.3.0-rc.9.dev.20261123000000.g${id:0:12}
pypi version: 1.3.0rc10.dev20261123000000
crates version: 1.3.0-rc.9.dev.20261123000000.g${id:0:12}
go version: v1.3.0-rc.9.0.20261123000000-${id:0:12}" ]
}

@test "a version in the sources that is ahead of the last release is what a development build leads to" {
    sed -i '1,2c [project]\nname = "ameide"\nversion-from = "VERSION"\n[[version]]\nfile = "VERSION"' attest.toml
    git tag v1.2.0
    commit 2026-11-22T10:00:00Z
    base() { names | sed -n 's/^npm version: \(.*\)-dev.*/\1/p'; }
    echo 2.0.0 >VERSION
    [ "$(base)" = 2.0.0 ]
    echo 2.0.0-rc.1 >VERSION
    [ "$(base)" = 2.0.0 ]
    [ "$(names | grep pypi)" = "pypi version: 2.0.0.dev20261122100000" ]
    echo 1.2.0 >VERSION
    [ "$(base)" = 1.2.1 ]
    echo 0.0.0 >VERSION
    [ "$(base)" = 1.2.1 ]
    echo two >VERSION
    run -2 attest align channels
    rm VERSION
    run -2 attest align channels
}

@test "of any other ref nothing is published" {
    git checkout -q -b feature
    run -0 attest align channels
    [[ "$output" == "nothing is published of "*", refs/heads/feature" ]]
    run -0 attest align channels --format env
    [ "${lines[0]}" = RELEASE_STREAM=none ]
    git tag other-1.0
    [ -z "$(names)" ]
    git checkout -q --detach
    [ -z "$(names)" ]
}

@test "env: lines for a build job, and none when a name does not hold" {
    git tag v1.2.0
    run -0 attest align channels --format env
    [ "$output" = "RELEASE_STREAM=release
RELEASE_COMMIT=$(git rev-parse HEAD)
NPM_VERSION=1.2.0
NPM_DIST_TAG=latest
PYPI_VERSION=1.2.0
CRATES_VERSION=1.2.0
GO_VERSION=v1.2.0
GO_TAG=sdk/go/v1.2.0
OCI_TAG=1.2.0,1.2,latest" ]
    printf '%s\n' '[[channel]]' 'kind = "npm"' 'name = "other"' "dist-tag = '\$(id)'" >>attest.toml
    run -1 --separate-stderr attest align channels --format env
    [ -z "$output" ]
}

@test "a document's own templates are held against the rules, and answered with one that works" {
    printf '%s\n' '[[channel]]' 'kind = "npm"' 'name = "n"' 'dev = "{last}-dev.{date}+g{short}"' \
        '[[channel]]' 'kind = "pypi"' 'name = "p"' 'dev = "{last}.dev{date}"' \
        '[[channel]]' 'kind = "npm"' 'name = "h"' 'dev = "{next}-dev.{date}.g{short}"' \
        '[[channel]]' 'kind = "oci"' 'name = "o"' 'repository = "r.example/x"' 'dev-tags = ["{next}+{short}"]' \
        >>attest.toml
    git tag v0.1.0
    commit 2026-11-22T10:00:00Z
    [ "$(codes)" = "illegal-version n
illegal-version o
version-collision n
version-collision p
version-order h
version-order n
version-order p" ]
    run -1 attest align channels
    [[ "$output" == *"npm drops what follows \"+\""*"a version that works is 0.1.1-dev.20261122100000.g"* ]]
    [[ "$output" == *' | dev = "{last}.dev{date}"'* ]]
}

@test "two commits of one second have one version on an index that knows times only" {
    git tag v0.1.0
    commit 2026-11-22T10:00:00Z
    [ -z "$(codes)" ]
    commit 2026-11-22T10:00:00Z
    [ "$(codes)" = "version-collision pypi" ]
}

@test "the last second of a day is a second like others" {
    git tag v0.1.0
    commit 2026-11-22T23:59:59Z
    [ -z "$(codes)" ]
}

@test "without git, from options" {
    local id=0123456789abcdef0123456789abcdef01234567
    rm -rf .git
    [ "$(names --commit $id --date 2026-01-31T12:00:00+02:00 --ref refs/heads/main --last 2.0.9 | head -n 1)" = \
        "npm version: 2.0.10-dev.20260131100000.g0123456789ab" ]
    [ "$(codes --commit $id --date 2026-01-31 --ref refs/heads/main --last none)" = "undetermined-version crates
undetermined-version go
undetermined-version npm
undetermined-version pypi" ]
    run -2 attest align channels --commit $id --date 2026-01-31 --ref refs/heads/main --last none
    run -2 attest align channels --commit $id
    run -2 attest align channels --date 2026-01-31T12:00:00Z
    run -2 attest align channels --commit abc
    run -2 attest align channels --commit -x
    run -2 attest align channels --last 1
    run -2 attest align channels --ref main
}

@test "what cannot be told is not guessed" {
    git tag v1.0.0
    git tag v1.0.1
    run -2 attest align channels
    [[ "$output" == *"two release tags, v1.0.0 and v1.0.1"*"--ref refs/tags/v1.0.1"* ]]
    run -0 attest align channels --ref refs/tags/v1.0.1
    git tag -d v1.0.1
    commit 2026-11-22T10:00:00Z
    git clone -q --depth 1 "file://$PWD" ../shallow
    cp attest.toml ../shallow
    run -2 attest align channels --config ../shallow/attest.toml
    [[ "$output" == *"the clone is shallow"*"fetch-depth: 0"* ]]
    run -0 attest align channels --config ../shallow/attest.toml --last 1.0.0
}

@test "an attest.toml that is wrong is refused where it is wrong" {
    check() { # LINE:COLUMN MESSAGE
        run -2 attest align channels
        [[ "$output" == *"$2"*"--> attest.toml:$1"* ]]
    }
    write() { printf '%s\n' "$@" >attest.toml; }
    write '[projcet]'
    check 1:2 'attest.toml has no key "projcet"'
    write '[project]' 'tag = "v{versoin}"'
    check 2:7 'found {versoin}'
    write '[project]' 'tag = "release"'
    check 2:7 'as v{version}, found "release"'
    write '[[channel]]' 'kind = "nmp"'
    check 2:8 'no kind of channel "nmp"'
    [[ "$output" == *'did you mean "npm"?'* ]]
    write '[[channel]]' 'kind = "npm"' 'tap = "x"'
    check 3:1 '[[channel]] of kind npm has no key "tap"'
    write '[[channel]]' 'kind = "oci"'
    check 1:1 'repository'
    write '[[channel]]' 'kind = "npm"' 'artifacts = ["a*"]' '[[artifact]]' 'name = "b"'
    check 3:14 'this pattern names no [[artifact]]'
    [[ "$output" == *"no channel carries this artifact"* ]]
    write '[[artifact]]' 'name = "../b"'
    check 2:8 'expected a file name'
    write '[[artifact]]' 'name = "b"' 'path = "a/../../b"'
    check 3:8 'found ".."'
    write '[[version]]' 'file = "/etc/passwd"'
    check 2:8 'found one from the root'
    write '[[version]]' 'file = "a"' 'mode = "stamped"'
    check 1:1 'needs the key "packed"'
    write '[project]' 'version-from = "Cargo.toml"' '[[channel]]' 'kind = "npm"'
    check 2:16 'version-from is the file of no [[version]]'
    write '[[channel]]' 'kind = "npm"' '[[channel]]' 'kind = "npm"'
    check 3:1 'is called "npm'
    write ''
    run -2 attest align channels
    [[ "$output" == *"expected a [[channel]] in attest.toml, found none"* ]]
}
