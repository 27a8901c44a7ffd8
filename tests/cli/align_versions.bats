#!/usr/bin/env bats
# attest align versions: every place says the same version, and --set writes another into all or none.

load common
load outputs

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    mkdir p
    cd p || return
    project '[project]' 'name = "demo"'
}

project() { # LINE...: attest.toml begins anew
    printf '%s\n' "$@" >attest.toml
}

place() { # FILE [KEY = VALUE]...
    printf '[[version]]\nfile = "%s"\n' "$1" >>attest.toml
    shift
    [ $# -eq 0 ] || printf '%s\n' "$@" >>attest.toml
}

versions() { # STATUS OPTION...
    local want=$1
    shift
    expect "$want" attest align versions "$@"
}

# row TEXT: a line of the table, whatever its columns' widths.
row() {
    tr -s ' ' <out >row
    says row "$1"
}

# A project in Rust, npm and Python, all of it 1.2.0.
lockstep() {
    mkdir -p node py
    printf '[package]\nname = "demo"\nversion = "1.2.0" # the one\n' >Cargo.toml
    printf 'version = 4\n\n[[package]]\nname = "demo"\nversion = "1.2.0"\n' >Cargo.lock
    printf '{\n\t"name": "demo",\n\t"version": "1.2.0"\n}\n' >node/package.json
    printf '{"version": "1.2.0",\n"packages": {"": {\n"version": "1.2.0"}}}\n' >node/package-lock.json
    printf "[project]\nname = 'demo'\nversion = '1.2.0'\n" >py/pyproject.toml
    printf '1.2.0\n' >VERSION
    project '[project]' 'name = "demo"' 'version-from = "Cargo.toml"'
    local file
    for file in Cargo.lock node/package.json Cargo.toml node/package-lock.json py/pyproject.toml VERSION; do
        place "$file"
    done
}

@test "all places agree, and the report lists every one" {
    lockstep
    versions 0
    says out "main 1.2.0"
    row ' Cargo.toml:3 package.version 1.2.0 decides'
    row ' node/package-lock.json:3 packages."".version 1.2.0 ok'
    versions 0 --format json
    [ "$(jq -r '[.steps[] | select(.name == "version" and .outcome == "holds")] | length' out)" -eq 7 ]
    [ "$(jq -r '.verdict, .exit, .summary.version, .summary.places' out | tr '\n' ' ')" = "holds 0 1.2.0 7 " ]
    # From elsewhere, paths stay those of attest.toml's folder.
    cd ..
    versions 0 -c p/attest.toml
    says out "py/pyproject.toml:3"
}

@test "one that drifts is found with its line, by what decides" {
    lockstep
    sed -i 's/1.2.0/1.1.9/' node/package-lock.json
    versions 1
    says err 'error[version-drift]: expected the version 1.2.0 for version, found 1.1.9'
    says err '--> node/package-lock.json:1:13'
    says err '--> node/package-lock.json:3:12'
    says err '"attest align versions --set VERSION" writes all places'
    [ "$(grep -c 'error\[' err)" -eq 2 ]
    versions 1 --format json
    [ "$(jq -r '.findings[0] | .code, .location.file, .location.line, .expected, .found' out | tr '\n' ' ')" = \
        "version-drift node/package-lock.json 1 1.2.0 1.1.9 " ]
    # When the one that decides moves, all others differ.
    sed -i 's/"1.2.0"/"1.3.0"/' Cargo.toml
    versions 1
    [ "$(grep -c 'error\[version-drift' err)" -eq 6 ]
}

@test "a pre-release is the same in the spelling of each ecosystem" {
    lockstep
    sed -i 's/1\.2\.0/1.2.0-rc.1/' Cargo.toml Cargo.lock node/* VERSION
    sed -i 's/1\.2\.0/1.2.0rc1/' py/pyproject.toml
    versions 0
    sed -i 's/1\.2\.0rc1/1.2.0rc2/' py/pyproject.toml
    versions 1
    says err "expected the version 1.2.0rc1 for project.version, found 1.2.0rc2"
    sed -i 's/1\.2\.0-rc\.1/1.2.0-next.1/' Cargo.toml
    versions 1
    says err "PEP 440 has no spelling for the version 1.2.0-next.1"
}

@test "places that are not there, or no string, or no version, are told apart from what cannot be read" {
    place Cargo.toml
    versions 1
    says err 'error[missing-place]: cannot open Cargo.toml: No such file or directory'
    says err '--> attest.toml:4:8'
    printf '[package]\nname = "demo"\n' >Cargo.toml
    versions 1
    says err 'error[missing-place]: expected a version in the field package.version, found none'
    says err '--> Cargo.toml:1:2'
    printf '[package]\nversion = 1.2\n' >Cargo.toml
    versions 1
    says err 'error[missing-place]: expected a version in the field package.version, found a float'
    says err '--> Cargo.toml:2:11'
    printf '[package]\nversion = "1.2"\n' >Cargo.toml
    versions 1
    says err 'error[invalid-version]: expected a version of SemVer, found "1.2"'
    printf '[package]\nversion = "1.2.0\n' >Cargo.toml
    versions 2
    says err 'error[malformed-input]'
    says err '--> Cargo.toml:2:'
    says out 'could not tell'
}

@test "a dynamic version, a program and a field that is none are refused with what to do" {
    printf '[project]\ndynamic = ["version"]\n[tool.hatch.version]\npath = "src/demo/__about__.py"\n' >pyproject.toml
    place pyproject.toml
    versions 1
    says err 'found that it is dynamic'
    says err 'the version is taken from src/demo/__about__.py'
    project '[project]' 'name = "demo"'
    printf '__version__ = "1.0"\n' >__init__.py
    place __init__.py
    versions 2
    says err 'error[unsupported-input]'
    says err 'a program is not run to learn its version'
    project '[project]' 'name = "demo"'
    place Cargo.toml 'field = "a..b"'
    printf '[package]\n' >Cargo.toml
    versions 2
    says err '--> attest.toml:5:9'
    says err 'packages."".version'
}

@test "members of a workspace say what its root says" {
    mkdir -p crates/a
    printf '[workspace]\n[workspace.package]\nversion = "0.5.0"\n' >Cargo.toml
    printf '[package]\nname = "a"\nversion.workspace = true\n' >crates/a/Cargo.toml
    place crates/a/Cargo.toml
    versions 0
    row ' Cargo.toml:3 workspace.package.version 0.5.0 decides'
    versions 0 --set 0.6.0
    grep -qx 'version = "0.6.0"' Cargo.toml
    grep -qx 'version.workspace = true' crates/a/Cargo.toml
}

@test "groups have versions of their own" {
    printf '1.0.0' >VERSION
    printf '{"version": "3.0.0"}' >package.json
    printf '{"version": "3.0.1"}' >jsr.json
    place VERSION
    place package.json 'group = "sdk"'
    place jsr.json 'group = "sdk"'
    versions 1
    says err 'expected the version 3.0.0 for version, found 3.0.1'
    says err '"attest align versions --group sdk --set VERSION"'
    versions 0 --group main
    versions 2 --group other
    says err 'found "other", which none has'
    versions 0 --group sdk --set 3.1.0
    [ "$(cat package.json jsr.json VERSION)" = '{"version": "3.1.0"}{"version": "3.1.0"}1.0.0' ]
    versions 0 --group sdk --tag v3.1.0
    versions 1 --tag v3.1.0
    says err 'error[wrong-tag]: expected the tag v1.0.0, found v3.1.0'
}

@test "a tag has to be the one of the version" {
    lockstep
    sed -i 's/^name.*/name = "demo"\ntag = "demo-{version}"/' attest.toml
    versions 0 --tag demo-1.2.0
    versions 1 --tag demo-1.2.1
    says err 'error[wrong-tag]: expected the tag demo-1.2.0, found demo-1.2.1'
    says err '--> Cargo.toml:3:'
    versions 1 --tag v1.2.0
    versions 1 --tag demo-1.2.0-rc.1
    versions 0 --tag demo-1.2.0 --format json
    [ "$(jq -r '.steps[] | select(.name == "tag") | .expected, .found' out | tr '\n' ' ')" = "demo-1.2.0 demo-1.2.0 " ]
}

@test "a Go module's path ends in its major version" {
    printf '2.1.0\n' >VERSION
    printf 'module example.org/a/v2\n\ngo 1.22\n' >go.mod
    place go.mod
    place VERSION
    versions 0
    row ' go.mod:1 module example.org/a/v2 module path'
    printf '3.0.0\n' >VERSION
    versions 1
    says err 'error[version-drift]: expected a module path that ends in /v3 for the version v3.0.0'
    says err '--> go.mod:1:8'
    cp VERSION before
    versions 2 --set 4.0.0
    cmp VERSION before
    says err 'a new major version is a new path'
    printf '1.0.0\n' >VERSION
    versions 1
    says err 'ends in no /vN'
    printf 'module gopkg.in/a.v1\n' >go.mod
    versions 0
    printf '2.0.0\n' >VERSION
    versions 1
    printf 'module example.org/a\n' >go.mod
    versions 1
}

@test "nothing declared is nothing checked" {
    versions 2
    says err 'error[nothing-checked]'
    says err '--> attest.toml'
    rm attest.toml
    versions 2
    says err 'error[unreadable-input]'
}

@test "--set changes the version and not a byte besides" {
    lockstep
    printf '# a\n  [package] # b\nname="demo"\r\n version = """1.2.0"""# c\n\n[x]\nversion = "1.2.0"' >Cargo.toml
    printf 'version:    "1.2.0"   # c\nappVersion: v1.2.0\ndescription: 1.2.0\n' >Chart.yaml
    printf 'name: x\nversion: 1.2.0+7 # builds\n' >pubspec.yaml
    place Chart.yaml
    place Chart.yaml 'field = "appVersion"'
    place pubspec.yaml
    chmod 600 VERSION
    cp -r . ../before
    versions 0 --set 1.3.0-rc.2
    says out 'files written: 8'
    [ "$(stat -c %a VERSION)" = 600 ]
    printf '# a\n  [package] # b\nname="demo"\r\n version = """1.3.0-rc.2"""# c\n\n[x]\nversion = "1.2.0"' |
        cmp - Cargo.toml
    printf 'version:    "1.3.0-rc.2"   # c\nappVersion: v1.3.0-rc.2\ndescription: 1.2.0\n' | cmp - Chart.yaml
    printf 'name: x\nversion: 1.3.0-rc.2+7 # builds\n' | cmp - pubspec.yaml
    printf "[project]\nname = 'demo'\nversion = '1.3.0rc2'\n" | cmp - py/pyproject.toml
    local file
    for file in Cargo.lock node/package.json node/package-lock.json VERSION; do
        sed 's/1\.2\.0/1.3.0-rc.2/' "../before/$file" | cmp - "$file"
    done
    versions 0 --set 1.3.0-rc.2
    says out 'files written: 0'
    versions 0 --set 1.2.0
    diff -r . ../before -x out -x err -x row
    [ -z "$(find . -name '.attest-*')" ]
}

@test "--set writes no file when one of them cannot be set" {
    lockstep
    unchanged() { # STATUS OPTION...
        rm -rf ../before
        cp -r . ../before
        versions "$@"
        rm -f ../before/{out,err}
        diff -r -x out -x err . ../before
        [ -z "$(find . -name '.attest-*')" ]
    }
    unchanged 2 --set 1.3.0-next.1
    says err 'PEP 440 has no spelling'
    says err '--> py/pyproject.toml:3:11'
    says err 'nothing was written'
    unchanged 2 --set 1!2.0
    unchanged 2 --set nonsense
    unchanged 2 --set ''
    unchanged 2 --set 1.3.0 --tag v1.3.0
    unchanged 2 --set 1.3.0 --group other
    printf '{' >node/package.json
    unchanged 2 --set 1.3.0
    says err 'error[malformed-input]'
    printf '{"version": "1.2.\\u0030"}' >node/package.json
    unchanged 2 --set 1.3.0
    says err 'expected a version written as it is'
    place Chart.yaml
    printf 'version: &v 1.2.0\nappVersion: *v\n' >Chart.yaml
    unchanged 2 --set 1.3.0
    says err '--> Chart.yaml:1:10'
    rm node/package.json Chart.yaml
    unchanged 2 --set 1.3.0
    lockstep
    rm node/package.json
    ln -s ../package.json node/package.json
    printf '{"version": "1.2.0"}' >package.json
    versions 0
    unchanged 2 --set 1.3.0
    says err 'expected a regular file'
    rm node/package.json
    ln package.json node/package.json
    place package.json
    unchanged 2 --set 1.3.0
    says err 'are one file'
}

@test "--set leaves all files alone when a folder cannot be written" {
    lockstep
    chmod -R a+rwX .
    chmod 555 node
    cp -r . ../before
    run as_nobody "$BIN/attest-align" versions --set 1.3.0
    chmod 755 node
    [ "$status" -eq 2 ]
    [[ "$output" == *"cannot create a file in ./node"* ]]
    diff -r . ../before
}

@test "--set refuses what would no longer be read as a version" {
    printf 'version: 1.2.3\n' >x.yaml
    place x.yaml
    cp x.yaml before
    versions 2 --set 1.2
    says err 'x.yaml would not say the version 1.2 then'
    cmp x.yaml before
}

@test "of two that set at once, one comes after the other" {
    lockstep
    local i
    for i in 1 2 3 4 5 6 7 8; do
        attest align versions --set "2.$i.0" >/dev/null 2>&1 &
        attest align versions --set "3.$i.0" >/dev/null 2>&1 &
        wait
        versions 0
    done
}

@test "files outside of the folder are not read" {
    printf '9.9.9' >../VERSION
    ln -s ../VERSION VERSION
    place VERSION
    versions 2
    says err 'error[refused-input]'
    project '[project]' 'name = "demo"'
    place ../VERSION
    versions 2
    mkfifo version.txt
    project '[project]' 'name = "demo"'
    place version.txt
    versions 2
}

@test "hostile text does not reach the terminal" {
    printf '{"version": "1.0.0\\u001b[2J\\u202e"}' >package.json
    place package.json
    versions 1
    run ! grep -q $'\e' out err
    says out '\u{1b}[2J'
}

# --- stamped -------------------------------------------------------------------------------------------------

npm_tarball() { # FILE PACKAGE-JSON
    rm -rf package
    mkdir package
    printf '%s' "$2" >package/package.json
    printf 'x\n' >package/index.js
    mkdir -p dist
    tar czf "dist/$1" package
    rm -r package
}

stamped_npm() {
    mkdir -p dist
    printf '{"name": "sdk", "version": "0.0.0"}' >package.json
    printf '1.2.0\n' >VERSION
    project '[project]' 'name = "demo"' 'version-from = "VERSION"'
    place VERSION
    place package.json 'mode = "stamped"' 'packed = "dist/sdk-{version}.tgz"'
}

@test "stamped: the source holds a placeholder, and what was packed the version" {
    stamped_npm
    npm_tarball sdk-1.2.0.tgz '{"name": "sdk", "version": "1.2.0"}'
    versions 0
    row ' package.json:1 version 0.0.0 placeholder'
    row ' dist/sdk-1.2.0.tgz/package/package.json:1 1.2.0 ok'
    npm_tarball sdk-1.2.0.tgz '{"name": "sdk", "version": "1.1.0"}'
    versions 1
    says err 'error[version-drift]: expected the version 1.2.0 in the npm tarball, found 1.1.0'
    says err '--> dist/sdk-1.2.0.tgz/package/package.json:1:28'
    says err 'in the name of the archive sdk-1.2.0.tgz'
    npm_tarball sdk-1.2.0.tgz '{"name": "sdk", "version": "0.0.0-dev"}'
    versions 1
    says err 'error[placeholder-left]: expected the version 1.2.0 in the npm tarball, found the placeholder 0.0.0-dev'
    printf '{"name": "sdk", "version": "1.2.0"}' >package.json
    npm_tarball sdk-1.2.0.tgz '{"name": "sdk", "version": "1.2.0"}'
    versions 1
    says err 'error[not-placeholder]'
    rm dist/*
    versions 1
    says err 'error[missing-place]: cannot open dist/sdk-1.2.0.tgz'
    says err '--> attest.toml:9:'
    # What is set has yet to be packed.
    printf '{"name": "sdk", "version": "0.0.0"}' >package.json
    versions 0 --set 1.3.0
    [ "$(cat package.json VERSION)" = '{"name": "sdk", "version": "0.0.0"}1.3.0' ]
    versions 1
}

@test "stamped: what points into the tree must not be left in what was packed" {
    local bad good
    stamped_npm
    while read -r bad; do
        npm_tarball sdk-1.2.0.tgz "{\"name\": \"sdk\", \"version\": \"1.2.0\", $bad}"
        versions 1
        says err 'error[placeholder-left]: expected a released version of'
    done <<'END'
"dependencies": {"core": "workspace:*"}
"dependencies": {"core": "file:../core"}
"dependencies": {"core": "link:../core"}
"dependencies": {"core": "0.0.0"}
"optionalDependencies": {"core": "^0.0.0"}
"peerDependencies": {"core": "~0.0.0-dev"}
"devDependencies": {"core": "workspace:^"}
"peerDependencies": {"core": "catalog:"}
END
    while read -r good; do
        npm_tarball sdk-1.2.0.tgz "{\"name\": \"sdk\", \"version\": \"1.2.0\", $good}"
        versions 0
    done <<'END'
"dependencies": {"core": "^1.2.0"}
"dependencies": {"core": ">=0.0.0"}
"devDependencies": {"core": "file:../core"}
"scripts": {"core": "workspace:*"}
END
}

@test "stamped: without a version nothing can be held against anything" {
    stamped_npm
    npm_tarball sdk-1.2.0.tgz '{"name": "sdk", "version": "1.2.0"}'
    project '[project]' 'name = "demo"'
    place package.json 'mode = "stamped"' 'packed = "dist/sdk-{version}.tgz"'
    versions 2
    says err 'error[undecided-version]: nothing says which version the group main has'
    says err 'say it with --tag'
    versions 0 --tag v1.2.0
    versions 1 --tag v1.2.1
    versions 1 --tag 1.2.0
    says err 'error[wrong-tag]: expected the tag v{version}, found 1.2.0'
    versions 2 --set 1.3.0
}

@test "stamped: a version that could not be read elsewhere is none" {
    stamped_npm
    npm_tarball sdk-1.2.0.tgz '{"name": "sdk", "version": "9.9.9"}'
    sed -i 's/^mode/group = "sdk"\nmode/' attest.toml
    printf '\n' >VERSION
    versions 2 --group sdk
    says err 'error[undecided-version]: nothing says which version the group sdk has'
    # What decides for the main group may stand in another.
    stamped_npm
    sed -i 's/^file = "VERSION"/&\ngroup = "other"/' attest.toml
    printf '\n' >VERSION
    versions 2 --group main
    says err 'error[undecided-version]: nothing says which version the group main has'
    printf '1.2.0\n' >VERSION
    versions 1 --group main
    says err 'found 9.9.9'
}

@test "stamped: a group of stamped parts is released with the main one" {
    stamped_npm
    npm_tarball sdk-1.2.0.tgz '{"name": "sdk", "version": "1.2.0"}'
    sed -i 's/^mode/group = "sdk"\nmode/' attest.toml
    versions 0
    says out 'sdk 1.2.0'
}

crate() { # VERSION [LINE]...
    mkdir -p dist "demo-1.2.0"
    printf '[package]\nname = "demo"\nversion = "%s"\n' "$1" >demo-1.2.0/Cargo.toml
    shift
    [ $# -eq 0 ] || printf '%s\n' "$@" >>demo-1.2.0/Cargo.toml
    tar czf dist/demo-1.2.0.crate demo-1.2.0
    rm -r demo-1.2.0
}

@test "packed: a crate" {
    printf '[package]\nname = "demo"\nversion = "1.2.0"\n' >Cargo.toml
    place Cargo.toml 'packed = "dist/{name}-{version}.crate"'
    crate 1.2.0
    versions 0
    crate 1.2.1
    versions 1
    says err '--> dist/demo-1.2.0.crate/demo-1.2.0/Cargo.toml:3:11'
    says err 'in the name of the folder demo-1.2.0'
    crate 0.0.0
    versions 1
    says err 'error[placeholder-left]'
    crate 1.2.0 '[dependencies.core]' 'path = "../core"' 'version = "1.2.0"'
    versions 1
    says err 'expected a released version of dependencies.core in the crate, found path'
    crate 1.2.0 '[target."cfg(unix)".build-dependencies]' 'core = "=0.0.0"'
    versions 1
    says err 'found =0.0.0'
    crate 1.2.0 '[dev-dependencies]' 'core = "=0.0.0"'
    versions 0
}

wheel() { # VERSION [LINE]...
    local version=$1
    shift
    rm -rf dist demo-1.2.0rc1.dist-info
    mkdir -p dist demo-1.2.0rc1.dist-info
    printf '%s\n' 'Metadata-Version: 2.1' 'Name: demo' "Version: $version" "$@" '' 'Version: 9.9.9' \
        >demo-1.2.0rc1.dist-info/METADATA
    python3 -m zipfile -c dist/demo-1.2.0rc1-py3-none-any.whl demo-1.2.0rc1.dist-info
    rm -r demo-1.2.0rc1.dist-info
}

@test "packed: a wheel" {
    printf '1.2.0-rc.1\n' >VERSION
    printf '[project]\nversion = "0.0.0.dev0"\n' >pyproject.toml
    place VERSION
    place pyproject.toml 'mode = "stamped"' 'packed = "dist/demo-{version}-py3-none-any.whl"'
    wheel 1.2.0rc1 'Requires-Dist: core>=0.0.0'
    versions 0
    wheel 1.2.0
    versions 1
    says err '--> dist/demo-1.2.0rc1-py3-none-any.whl/demo-1.2.0rc1.dist-info/METADATA:3:10'
    says err 'in the name of the archive'
    says err 'in the name of the folder'
    wheel 0.0.0.dev0
    versions 1
    says err 'error[placeholder-left]'
    wheel 1.2.0rc1 'Requires-Dist: core[x] (==0.0.0) ; python_version > "3"'
    versions 1
    says err 'found core[x] (==0.0.0)'
    wheel 1.2.0rc1 'Requires-Dist: core @ file:///home/me/core'
    versions 1
    wheel 1.2.0rc1 'Version: 1.2.0rc1'
    versions 2
    says err 'expected one Version, found a second'
}

# in_wheel FROM TO COUNT: the COUNTth FROM in the wheel's bytes becomes TO.
in_wheel() {
    python3 - "$@" dist/*.whl <<'END'
import sys
old, new, count, path = sys.argv[1].encode(), sys.argv[2].encode(), int(sys.argv[3]), sys.argv[4]
parts = open(path, "rb").read().split(old)
open(path, "wb").write(old.join(parts[:count]) + new + old.join(parts[count:]))
END
}

@test "packed: a zip that says two things is none" {
    printf '1.2.0-rc.1\n' >VERSION
    printf '[project]\nversion = "0.0.0.dev0"\n' >pyproject.toml
    place VERSION
    place pyproject.toml 'mode = "stamped"' 'packed = "dist/demo-{version}-py3-none-any.whl"'
    local count
    for count in 1 2; do # before the bytes, and in the list
        wheel 1.2.0rc1
        in_wheel demo-1.2.0rc1.dist-info/METADATA demo-1.2.0rc2.dist-info/METADATA "$count"
        versions 2
        says err 'expected one name for a file of the zip archive'
    done
    wheel 1.2.0rc1
    in_wheel 'dist-info/METADATA' $'dist-info/META\x01ATA' 2
    versions 2
    # Another archive before it: who reads from the front gets that one.
    wheel 1.2.0
    cp dist/*.whl other
    wheel 1.2.0rc1
    cat other dist/*.whl >both
    cp both dist/demo-1.2.0rc1-py3-none-any.whl
    versions 2
    says err 'something stands before it'
    wheel 1.2.0rc1
    echo more >>dist/demo-1.2.0rc1-py3-none-any.whl
    versions 2
    says err 'it has no list of its files'
    # What calls itself a wheel and is a tar is read by nobody.
    mkdir demo-1.2.0rc1.dist-info
    printf 'Metadata-Version: 2.1\nName: demo\nVersion: 1.2.0rc1\n' >demo-1.2.0rc1.dist-info/METADATA
    tar -czf dist/demo-1.2.0rc1-py3-none-any.whl demo-1.2.0rc1.dist-info
    versions 2
    wheel 1.2.0rc1
    versions 0
}

@test "packed: a source distribution and a chart" {
    printf '1.2.0\n' >VERSION
    mkdir -p dist demo-1.2.0 chart
    printf 'Metadata-Version: 2.1\nName: demo\nVersion: 1.2.0\n' >demo-1.2.0/PKG-INFO
    tar czf dist/demo-1.2.0.tar.gz demo-1.2.0
    printf 'name: chart\nversion: 1.2.0\n' >Chart.yaml
    cp Chart.yaml chart
    tar czf dist/chart-1.2.0.tgz chart
    place VERSION 'packed = "dist/demo-{version}.tar.gz"'
    place Chart.yaml 'packed = "dist/chart-{version}.tgz"'
    versions 0
    [ "$(grep -c '^  dist/' out)" -eq 2 ]
    printf 'name: chart\nversion: 1.2.1\n' >chart/Chart.yaml
    tar czf dist/chart-1.2.0.tgz chart
    versions 1
    says err 'in the chart, found 1.2.1'
    mv dist/demo-1.2.0.tar.gz dist/demo-1.2.0.zip
    sed -i 's/demo-{version}.tar.gz/demo-{version}.rar/' attest.toml
    touch dist/demo-1.2.0.rar
    versions 1
    says err 'error[unsupported-input]'
}

@test "packed: hostile archives are refused" {
    stamped_npm
    npm_tarball sdk-1.2.0.tgz '{"name": "sdk", "version": "1.2.0"}'
    versions 0
    local good=$BATS_TEST_TMPDIR/good.tgz file=dist/sdk-1.2.0.tgz size
    cp "$file" "$good"
    # Cut off anywhere, it is none.
    size=$(stat -c %s "$good")
    for at in 0 1 10 $((size / 2)) $((size - 9)) $((size - 1)); do
        head -c "$at" "$good" >"$file"
        versions 2
        says err 'error[malformed-input]'
    done
    gzip -dc "$good" | head -c 1536 | gzip >"$file"
    versions 2
    # Two files that one name could mean.
    mkdir package other
    printf '{"name": "sdk", "version": "1.2.0"}' | tee package/package.json >other/package.json
    tar czf "$file" package other
    versions 2
    says err 'expected one package.json in a folder of the archive, found two'
    tar cf x.tar package/package.json
    tar rf x.tar --transform 's,package/,./package//,' package/package.json
    gzip -c x.tar >"$file"
    versions 2
    says err 'found two'
    # Names that lead out, and links.
    tar czPf "$file" --transform 's,^other,package/../../etc,' package other
    versions 2
    says err 'error[refused-input]: expected names below the archive'
    tar czPf "$file" --transform 's,^other,/etc,' package other
    versions 2
    ln -sf /etc/passwd package/package.json
    tar czf "$file" package
    versions 2
    says err 'found a link'
    rm package/package.json
    # Nothing that would say a version.
    tar czf "$file" package
    versions 2
    says err 'expected FOLDER/package.json in the npm tarball, found none'
    printf 'no archive at all' >"$file"
    versions 2
    # Large out of nothing: metadata, and everything.
    head -c 20000000 /dev/zero | tr '\0' ' ' >package/package.json
    tar czf "$file" package
    versions 2
    says err 'error[over-limit]'
}

@test "a Go project without a tag: its modules agree on the major version, and the tag says the rest" {
    project
    printf 'module example.org/a/v2\n' >go.mod
    mkdir sub
    printf 'module example.org/a/sub/v2\n' >sub/go.mod
    place go.mod
    place sub/go.mod
    run -0 --separate-stderr attest align versions
    [[ "$output" == *'main (its tag says which)'*'go.mod:1'*'module path'*'holds'* ]]
    run -0 attest align versions --tag v2.3.4
    run -1 attest align versions --tag v3.0.0
    printf 'module example.org/a/sub\n' >sub/go.mod
    run -1 attest align versions
    [[ "$output" == *'version-drift'*'expected a module path that ends in v2'* ]]
    printf 'module gopkg.in/a.v3\n' >sub/go.mod
    run -1 attest align versions
    rm sub/go.mod
    run -1 attest align versions
    # What is packed has a version, and nothing says which.
    echo 'packed = "a.tgz"' >>attest.toml
    printf 'module example.org/a/sub/v2\n' >sub/go.mod
    run -2 attest align versions
}
