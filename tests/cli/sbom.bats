#!/usr/bin/env bats
# attest sbom as its users run it.
# shellcheck disable=SC2154 # bats sets "stderr"

load common
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# A small workspace: two Cargo packages and a lock.
make_tree() {
    mkdir -p "$1/tool/src"
    cat >"$1/Cargo.toml" <<'TOML'
[package]
name = "demo"
version = "1.2.3"
license = "MIT OR Apache-2.0"

[dependencies]
left = "1"

[dev-dependencies]
check = "2"
TOML
    cat >"$1/Cargo.lock" <<'TOML'
version = 4

[[package]]
name = "check"
version = "2.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

[[package]]
name = "demo"
version = "1.2.3"
dependencies = [
 "check",
 "left",
]

[[package]]
name = "left"
version = "1.0.1"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
TOML
}

# Paths of the inputs that a CycloneDX document names as not understood.
not_understood() {
    jq -r '.metadata.properties[] | select(.name=="attest:input:not-understood") | .value' "$1"
}

# run_both STATUS COMMAND...: status, $output (stdout) and $errors (stderr).
run_both() {
    local want=$1 got=0
    shift
    "$@" >out 2>err || got=$?
    output=$(cat out)
    errors=$(cat err)
    if [ "$got" -ne "$want" ]; then
        echo "expected exit $want, got $got: $*"
        cat err
        return 1
    fi
}

@test "a tree gives CycloneDX 1.6 on standard output, and nothing on standard error" {
    make_tree t
    run_both 0 "$BIN/attest" sbom t
    [ "$(jq -r .specVersion out)" = 1.6 ]
    [ "$(jq -r .metadata.component.purl out)" = pkg:cargo/demo@1.2.3 ]
    [ "$(jq -r '[.components[].purl] | join(" ")' out)" = "pkg:cargo/check@2.0.0 pkg:cargo/left@1.0.1" ]
    [ -z "$errors" ]
}

@test "the project's scopes, licenses and hashes come through" {
    make_tree t
    run_both 0 "$BIN/attest-sbom" generate t
    [ "$(jq -r '.components[] | select(.name=="check") | .scope' out)" = excluded ]
    [ "$(jq -r '.components[] | select(.name=="left") | .scope' out)" = required ]
    [ "$(jq -r '.metadata.component.licenses[0].expression' out)" = "MIT OR Apache-2.0" ]
    [ "$(jq -r '.components[] | select(.name=="left") | .hashes[0].alg' out)" = SHA-256 ]
    [ "$(jq -c '.dependencies[] | select(.ref=="pkg:cargo/demo@1.2.3") | .dependsOn' out)" = \
        '["pkg:cargo/check@2.0.0","pkg:cargo/left@1.0.1"]' ]
    [ "$(jq -r '.compositions[0].aggregate' out)" = complete ]
}

@test "--no-dev leaves out what only development needs" {
    make_tree t
    run_both 0 "$BIN/attest" sbom t --no-dev
    [ "$(jq -r '[.components[].name] | join(" ")' out)" = left ]
}

@test "-o writes the file and says so; nothing else is left in the folder" {
    make_tree t
    mkdir o
    run_both 0 "$BIN/attest" sbom t -o o/x.json
    [ -z "$output" ]
    [[ "$errors" == "o/x.json: CycloneDX 1.6 of demo 1.2.3: 2 components, 2 dependencies, from 1 input" ]]
    [ "$(ls -A o)" = x.json ]
    jq -e . o/x.json >/dev/null
}

@test "two runs, any --jobs, any place: the same bytes" {
    make_tree t
    make_tree deep/er/t2
    cp -r t/Cargo.lock t/tool/Cargo.lock
    cp -r t/Cargo.lock deep/er/t2/tool/Cargo.lock
    "$BIN/attest" sbom t >a
    "$BIN/attest" sbom t --jobs 1 >b
    (cd deep/er/t2 && "$BIN/attest" sbom . -j 7) >c
    "$BIN/attest" sbom "$PWD/deep/../t/" >d
    cmp a b && cmp a c && cmp a d
    "$BIN/attest" sbom t -f spdx >a
    "$BIN/attest" sbom deep/er/t2 -f spdx -j 3 >b
    cmp a b
}

@test "the time is SOURCE_DATE_EPOCH's or none" {
    make_tree t
    run_both 0 "$BIN/attest" sbom t
    [ "$(jq .metadata.timestamp out)" = null ]
    run_both 0 env SOURCE_DATE_EPOCH=1700000000 "$BIN/attest" sbom t
    [ "$(jq -r .metadata.timestamp out)" = 2023-11-14T22:13:20Z ]
    run_both 0 env SOURCE_DATE_EPOCH=1700000000 TZ=Asia/Tokyo "$BIN/attest" sbom t -f spdx
    [ "$(jq -r .creationInfo.created out)" = 2023-11-14T22:13:20Z ]
    run_both 2 env SOURCE_DATE_EPOCH=soon "$BIN/attest" sbom t
    run_both 2 env SOURCE_DATE_EPOCH= "$BIN/attest" sbom t
}

@test "every spec version is written, others are refused" {
    make_tree t
    for v in 1.4 1.5 1.6 1.7; do
        run_both 0 "$BIN/attest" sbom t --spec-version $v
        [ "$(jq -r .specVersion out)" = $v ]
    done
    run_both 2 "$BIN/attest" sbom t --spec-version 1.3
    [[ "$errors" == *"1.6, 1.7, 1.5, 1.4"* ]]
    run_both 2 "$BIN/attest" sbom t -f spdx --spec-version 1.6
    run_both 2 "$BIN/attest" sbom t -f syft
}

@test "--name and --version name the document; the project hangs below" {
    make_tree t
    run_both 0 "$BIN/attest" sbom t --name whole --version 9
    [ "$(jq -r '.metadata.component | .name + " " + .version' out)" = "whole 9" ]
    [ "$(jq -r '.dependencies[] | select(.ref=="root") | .dependsOn[0]' out)" = pkg:cargo/demo@1.2.3 ]
}

@test "a file that cannot be parsed: a finding with its place, the rest is written, incomplete, exit 2" {
    make_tree t
    printf 'version = 4\n[[package]]\nname = \n' >t/tool/Cargo.lock
    run_both 2 "$BIN/attest" sbom t -o o.json
    [[ "$errors" == *"error[malformed-input]"*"tool/Cargo.lock:3:8"* ]]
    [[ "$errors" == *"marked as incomplete: 1 of 2 inputs was not understood"* ]]
    [ "$(jq -r '.components | length' o.json)" = 2 ]
    [ "$(jq -r '.compositions[] | select(."bom-ref" | endswith("tool/Cargo.lock")) | .aggregate' o.json)" = incomplete ]
    [ "$(not_understood o.json)" = tool/Cargo.lock ]
}

@test "--strict then writes nothing" {
    make_tree t
    echo '[' >t/tool/Cargo.lock
    echo old >o.json
    run_both 2 "$BIN/attest" sbom t -o o.json --strict
    [ "$(cat o.json)" = old ]
    run_both 2 "$BIN/attest" sbom t --strict
    [ -z "$output" ]
}

@test "no such path, an empty tree, no lockfile, only broken ones: exit 2, no file" {
    run_both 2 "$BIN/attest" sbom nowhere -o o.json
    [[ "$errors" == *"cannot look at nowhere"* ]]
    mkdir empty
    run_both 2 "$BIN/attest" sbom empty -o o.json
    [[ "$errors" == *"expected a lockfile in empty"* ]]
    mkdir manifest
    echo '[package]' >manifest/Cargo.toml
    run_both 2 "$BIN/attest" sbom manifest -o o.json
    [[ "$errors" == *"only manifests without one (Cargo.toml)"* ]]
    mkdir broken
    echo '[' >broken/Cargo.lock
    run_both 2 "$BIN/attest" sbom broken -o o.json
    [[ "$errors" == *"malformed-input"*"there is nothing to write"* ]]
    [ ! -e o.json ]
}

@test "a folder that cannot be read is a finding, and exit 2" {
    make_tree t
    mkdir t/shut
    chmod 0 t/shut
    chmod 777 . t
    as_nobody "$BIN/attest" sbom t >out 2>err && false
    grep -q 'unreadable-input' err
    grep -q 'shut' err
    [ "$(not_understood out)" = shut ]
}

@test "links are not followed: out of the tree is refused, to what is read anyway is fine" {
    make_tree t
    make_tree outside
    ln -s Cargo.lock t/tool/inside
    ln -s ../Cargo.lock t/tool/Cargo.lock
    run_both 0 "$BIN/attest" sbom t
    rm t/tool/Cargo.lock
    ln -s ../../outside/Cargo.lock t/tool/Cargo.lock
    run_both 2 "$BIN/attest" sbom t
    [[ "$errors" == *"refused-input"*"symbolic link to ../../outside/Cargo.lock"* ]]
    [ "$(not_understood out)" = tool/Cargo.lock ]
    [ "$(jq -r '.compositions[] | select(.aggregate=="incomplete") | .assemblies[0]' out)" = pkg:cargo/demo@1.2.3 ]
    run_both 0 "$BIN/attest" sbom t --exclude tool/Cargo.lock
    ln -s ../outside t/folder
    run_both 0 "$BIN/attest" sbom t --exclude tool
}

@test "a FIFO with a lockfile's name does not hang the run" {
    make_tree t
    mkfifo t/tool/Cargo.lock
    run_both 2 timeout 10 "$BIN/attest" sbom t
    [[ "$errors" == *"special file"* ]]
}

@test "node_modules and .git are not entered; --exclude leaves out more" {
    make_tree t
    make_tree t/node_modules/x
    make_tree t/.git/x
    make_tree t/vendor/x
    sed -i 's/left"/right"/' t/vendor/x/Cargo.lock
    run_both 0 "$BIN/attest" sbom t
    [ "$(jq -r '[.metadata.properties[].value] | join(" ")' out)" = "Cargo.lock vendor/x/Cargo.lock" ]
    run_both 0 "$BIN/attest" sbom t --exclude vendor
    [ "$(jq -r '[.metadata.properties[].value] | join(" ")' out)" = "Cargo.lock" ]
    run_both 0 "$BIN/attest" sbom t --exclude 'vendor/**' --exclude other
    [ "$(jq -r '[.metadata.properties[].value] | join(" ")' out)" = "Cargo.lock" ]
}

@test "one file: by its name, or by what it holds" {
    make_tree t
    run_both 0 "$BIN/attest" sbom t/Cargo.lock
    [ "$(jq -r '.components | length' out)" = 2 ]
    { echo '# This file is automatically @generated by Cargo.'; cat t/Cargo.lock; } >other.txt
    run_both 0 "$BIN/attest" sbom other.txt
    [ "$(jq -r '.metadata.component.name' out)" = demo ]
    echo hello >note.txt
    run_both 2 "$BIN/attest" sbom note.txt
    [[ "$errors" == *"expected a lockfile or package database"*"--help"* ]]
    "$BIN/attest" sbom t -o o.json
    run_both 2 "$BIN/attest" sbom o.json
    [[ "$errors" == *"it is an SBOM already"* ]]
}

@test "two packages that differ in hash are a finding" {
    make_tree t
    sed 's/bbbbbbbb/cccccccc/' t/Cargo.lock >t/tool/Cargo.lock
    run_both 0 "$BIN/attest" sbom t
    [[ "$errors" == *"warning[hash-conflict]"*"left 1.0.1"* ]]
}

@test "a manifest that no lock pins is noted" {
    make_tree t
    mv t/Cargo.lock t/tool
    run_both 0 "$BIN/attest" sbom t
    [[ "$errors" == *"note[unlocked-manifest]"*" Cargo.toml"* ]]
}

@test "hostile names do not reach the terminal as they are" {
    make_tree t
    local name=$'t/a\x1b[31mred\xe2\x80\xae'
    mkdir "$name"
    echo '[' >"$name/Cargo.lock"
    run_both 2 "$BIN/attest" sbom t
    run ! grep -q $'\x1b' err
    run ! grep -q $'\xe2\x80\xae' err
    grep -q 'u{1b}' err
    jq -e . out >/dev/null
}

@test "wrong usage: exit 2 and the word for it" {
    make_tree t
    run_both 2 "$BIN/attest"
    run_both 2 "$BIN/attest" nonsense
    run_both 2 "$BIN/attest" sbom
    run_both 2 "$BIN/attest" sbom t u
    run_both 2 "$BIN/attest" sbom t --nonsense
    [[ "$errors" == *"--nonsense"* ]]
    run_both 2 "$BIN/attest" sbom t -o a -o b
    [[ "$errors" == *"--output was given twice"* ]]
    run_both 2 "$BIN/attest" sbom t --name= -o a
    [[ "$errors" == *"found an empty text"* ]]
    run_both 2 "$BIN/attest" sbom ''
    [[ "$errors" == *"found an empty name"* ]]
    run_both 2 "$BIN/attest" sbom t --jobs 0
    run_both 2 "$BIN/attest" sbom t --jobs 1e3
    [ ! -e a ] && [ ! -e b ]
}

@test "an output that is no regular file is refused, a full disk is no success" {
    make_tree t
    ln -s there link
    run_both 2 "$BIN/attest" sbom t -o link
    [[ "$errors" == *"symbolic link"* ]]
    run_both 2 "$BIN/attest" sbom t -o /dev/null
    run_both 2 "$BIN/attest" sbom t -o missing/x.json
    [ -c /dev/full ]
    "$BIN/attest" sbom t >/dev/full 2>err && false
    grep -q 'No space left' err
    "$BIN/attest" sbom t >&- 2>err && false
    grep -q 'cannot write' err
}

@test "--report writes findings as one JSON object" {
    make_tree t
    echo '[' >t/tool/Cargo.lock
    run_both 2 "$BIN/attest" sbom t -o o.json --report r.json
    [ "$(jq -r '.program + " " + .command + " " + .verdict' r.json)" = "attest-sbom generate unknown" ]
    [ "$(jq -r '.exit' r.json)" = 2 ]
    [ "$(jq -r '.findings[0].code' r.json)" = malformed-input ]
    [ "$(jq -r '.findings[0].location | .file + ":" + (.line|tostring)' r.json)" = tool/Cargo.lock:1 ]
    [ "$(jq -r '.summary.components' r.json)" = 2 ]
}

@test "--output and --report in one place are refused" {
    make_tree t
    mkdir d
    run_both 2 "$BIN/attest" sbom t -o d/a --report d/../d/a
    [[ "$errors" == *"found d/../d/a for both"* ]]
    [ -z "$(ls -A d)" ]
    run_both 2 "$BIN/attest" sbom t --report -
    [[ "$errors" == *"standard output for both"* ]]
    [ -z "$output" ]
    run_both 0 "$BIN/attest" sbom t -o d/a --report -
    [ "$(jq -r .verdict out)" = holds ]
    run_both 0 "$BIN/attest" sbom t -o d/a --report d/b
}

@test "a project without a name, and inputs that are not the whole, are told in the summary" {
    mkdir -p t/x
    printf 'module example.com/x\n\ngo 1.16\n\nrequire example.com/y v1.0.0\n' >t/x/go.mod
    run_both 0 "$BIN/attest" sbom t -o a --report r
    [[ "$errors" == "a: CycloneDX 1.6 of unnamed: 2 components, 2 dependencies, from 1 input (1 incomplete)"* ]]
    [[ "$errors" == *$'\n  = help: no input names the project: '* ]]
    [ "$(jq .summary.inputs_incomplete r)" = 1 ]
    run_both 0 "$BIN/attest" sbom t -o a --name n
    [[ "$errors" == *" of n: "* && "$errors" != *help* ]]
}

@test "tree prints the same of a folder and of its documents" {
    make_tree t
    "$BIN/attest" sbom t -o o.cdx.json
    "$BIN/attest" sbom t -f spdx -o o.spdx.json
    run_both 0 "$BIN/attest" sbom tree t
    [ "$output" = "$(printf 'demo 1.2.3\n├── check 2.0.0 (dev)\n└── left 1.0.1')" ]
    cp out want
    run_both 0 "$BIN/attest" sbom tree o.cdx.json
    cmp out want
    run_both 0 "$BIN/attest" sbom tree o.spdx.json
    [ "$(sort out)" = "$(sort want)" ]
    run_both 0 "$BIN/attest" sbom tree t --no-dev
    [ "$output" = "$(printf 'demo 1.2.3\n└── left 1.0.1')" ]
}

@test "tree refuses documents with dangling references" {
    cat >d.json <<'J'
{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","bom-ref":"a"}],
 "dependencies":[{"ref":"a","dependsOn":["b"]}]}
J
    run_both 2 "$BIN/attest" sbom tree d.json
    [[ "$errors" == *'d.json:2:42'* ]]
    [ -z "$output" ]
}

@test "tree refuses documents that name nothing" {
    echo '{"bomFormat":"CycloneDX","specVersion":"1.6"}' >c.json
    run_both 2 "$BIN/attest" sbom tree c.json
    [[ "$errors" == *"malformed-input"*"names a component"* ]]
    [ -z "$output" ]
    echo '{"spdxVersion":"SPDX-2.3","name":"x"}' >s.json
    run_both 2 "$BIN/attest" sbom tree s.json
    [[ "$errors" == *"malformed-input"*"names a package"* ]]
    [ -z "$output" ]
}

@test "no environment variable or locale changes the result" {
    make_tree t
    "$BIN/attest" sbom t >a
    env -i LC_ALL=tr_TR.UTF-8 LANG=de_DE POSIXLY_CORRECT=1 OPENSSL_CONF=/nowhere MALLOC_PERTURB_=165 \
        HOME=/nowhere "$BIN/attest" sbom t >b
    cmp a b
}

@test "SPDX names no path of this disk as a place to download from" {
    cp -r "$TESTDATA/cargo/good/registries" t
    "$BIN/attest" sbom t | jq -r '.components[].externalReferences[]?.url' | grep '^file:'
    "$BIN/attest" sbom t --format spdx >o.json
    [ "$(jq '.packages | length > 3' o.json)" = true ]
    [ "$(jq '[.packages[].downloadLocation | select(startswith("file:"))] | length' o.json)" = 0 ]
}

@test "killed at any moment, the output is old, or new and whole" {
    make_tree t
    "$BIN/attest" sbom t -o want.json
    for ms in 0 1 2 3 4 5 6 8 10; do
        echo old >o.json
        timeout -s KILL "0.00$ms" "$BIN/attest" sbom t -o o.json 2>/dev/null || true
        [ "$(cat o.json)" = old ] || cmp o.json want.json
    done
    # A kill just before the rename can leave the new file beside the old one: whole, never half, and until the
    # next run.
    for left in .attest-*; do
        [ ! -e "$left" ] || cmp "$left" want.json
    done
    "$BIN/attest" sbom t -o o.json
    cmp o.json want.json
    [ -z "$(find . -name '.attest-*')" ]
}

@test "killed at any moment while it writes a new file: nothing, or the whole file, and nothing else" {
    make_tree t
    "$BIN/attest" sbom t -o want.json
    mkdir o
    for ms in 0 1 2 3 4 5 6 8 10; do
        rm -f o/x.json
        timeout -s KILL "0.00$ms" "$BIN/attest" sbom t -o o/x.json 2>/dev/null || true
        [ ! -e o/x.json ] || cmp o/x.json want.json
        [ -z "$(find o -name '.attest-*')" ]
    done
}

@test "two at once do not disturb each other" {
    make_tree t
    "$BIN/attest" sbom t -o want.json
    for _ in 1 2 3 4 5 6 7 8; do "$BIN/attest" sbom t -o o.json 2>/dev/null & done
    wait
    cmp o.json want.json
    [ -z "$(find . -name '.attest-*')" ]
}

@test "the front door finds its programs without /proc" {
    local shown
    local trace="strace -E ASAN_OPTIONS=detect_leaks=0 -o /dev/null -e inject=readlink:error=ENOENT:when=1"
    shown=$($trace "$BIN/attest" sbom --version)
    [[ $shown == attest-sbom* ]]
    cd /
    shown=$(PATH=$BIN:$PATH $trace attest sbom --version)
    [[ $shown == attest-sbom* ]]
}

@test "a report takes any format, and a format needs a report" {
    cd "$BATS_TEST_TMPDIR"
    mkdir t
    printf 'version = 3\n[[package]]\nname = \n' >t/Cargo.lock
    run -2 --separate-stderr "$BIN/attest" sbom t -o d --report - --report-format github
    [ "${lines[0]}" = "::error file=Cargo.lock,line=3,col=8,endColumn=8,title=malformed-input::$(
        sed -n 's/^error\[malformed-input\]: //p' <<<"$stderr")" ]
    [ "${lines[1]}" = "attest-sbom generate: unknown: 1 error, 0 warnings" ]
    run -2 --separate-stderr "$BIN/attest" sbom t -o d --report - --report-format human
    [[ ${lines[0]} == "error[malformed-input]: "* ]]
    run -2 "$BIN/attest" sbom t --report-format sarif
    [[ $output == *"--report-format says how --report is written, which was not given"* ]]
    run -2 "$BIN/attest" sbom t --report r --report-format yaml
    [[ $output == *"found \"yaml\""* ]]
}

