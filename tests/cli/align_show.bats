#!/usr/bin/env bats
# attest align show: what packaging manifests point at is listed, and nothing that is unknown looks known.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR"
    A=$(printf 'ab%.0s' {1..32})
}

show() { # STATUS ARGUMENT...
    local expected=$1
    shift
    run -"$expected" --separate-stderr attest align show "$@"
}

# scoop NAME HASH
scoop() {
    printf '{"version":"1.2.0","url":"https://a.example/%s.zip","hash":"%s"}\n' "$1" "$2" >"$1.json"
}

@test "a table: platform, version, digest and url whole" {
    scoop tool "$A"
    show 0 tool.json
    [ "${lines[0]}" = "tool.json: scoop tool 1.2.0" ]
    [ "${lines[1]}" = "  windows  1.2.0  sha256:$A  https://a.example/tool.zip" ]
    [ "${#lines[@]}" -eq 2 ]
    [ -z "$stderr" ]
}

@test "what is unknown is said, with its place, and is exit status 2" {
    scoop tool HASH
    show 2 tool.json
    [ "${lines[2]}" = '    UNKNOWN: the sha256 is a placeholder: "HASH"' ]
    [[ "$stderr" == *'error[unknown-value]: could not be told: the sha256 is a placeholder: "HASH"'*'tool.json:1:63'* ]]
    show 2 -f json tool.json
    [ "$(jq -r '.verdict, .exit, .items[0].unknown, (.items[0] | has("digest"))' <<<"$output" | tr '\n' ' ')" = \
        'unknown 2 the sha256 is a placeholder: "HASH" false ' ]
}

@test "SKIP, no digest and a computed url are unknown; a weak digest is shown as it is" {
    printf 'pkgname=t\npkgver=1\narch=(any)\nsource=(https://a.example/1 "$(curl b)" https://a.example/3)\n' >PKGBUILD
    printf 'md5sums=(SKIP %s %s)\n' "${A:0:32}" "${A:0:32}" >>PKGBUILD
    show 2 PKGBUILD
    [ "${lines[1]}" = "  linux  1  -                                     https://a.example/1" ]
    [ "${lines[2]}" = "    UNKNOWN: SKIP: its digest is not checked" ]
    [ "${lines[4]}" = '    UNKNOWN: the output of a command: $(curl b)"' ]
    [ "${lines[5]}" = "  linux  1  md5:${A:0:32}  https://a.example/3" ]
    [ "$(grep -c '^error\[unknown-value\]' <<<"$stderr")" -eq 2 ]
}

@test "several files; one that cannot be read does not keep the others back" {
    scoop one "$A"
    scoop two "$A"
    echo '{"version":' >broken.json
    echo '"hash"' >>broken.json
    show 2 one.json broken.json nowhere.json two.json
    grep -q '^one.json: scoop' <<<"$output"
    grep -q '^two.json: scoop' <<<"$output"
    [[ "$stderr" == *'error[malformed-input]'*'broken.json:'*'error[unreadable-input]'*'nowhere.json'* ]]
    show 2 -f json one.json broken.json nowhere.json two.json
    [ "$(jq -c .summary <<<"$output")" = '{"files":4,"items":2,"unknown":0,"weak_digests":0,"unreadable":2}' ]
}

@test "a file of no known kind is unknown, and the kinds are named" {
    echo 'class Tool' >tool.txt
    show 2 tool.txt
    [ -z "$output" ]
    [[ "$stderr" == *'error[unsupported-input]: expected a packaging manifest'*'tool.txt'*'Scoop'*'winget'* ]]
    mkdir folder
    show 2 folder
    [[ "$stderr" == *folder* ]]
}

@test "nothing that a terminal obeys comes through" {
    printf '{"version":"1\\u001b[2J\\u202e","url":"https://a\\u009b/","hash":"%s"}' "$A" >tool.json
    show 0 tool.json
    [[ "$output" == *'1\u{1b}[2J\u{202e}'*'https://a\u{9b}/'* ]]
    LC_ALL=C run ! grep -P '[\x00-\x09\x0b-\x1f\x7f]|\xe2\x80\xae|\xc2[\x80-\x9f]' <<<"$output"
}

@test "JSON is by its schema, for every vector that is good" {
    local format file
    for format in scoop winget srcinfo pkgbuild binstall; do
        for file in "$TESTDATA/$format"/good/*; do
            case $format in
                scoop) cp "$file" "$format.json" && file=$format.json ;;
                winget) cp "$file" "$format.yaml" && file=$format.yaml ;;
                srcinfo) cp "$file" .SRCINFO && file=.SRCINFO ;;
                pkgbuild) cp "$file" PKGBUILD && file=PKGBUILD ;;
                binstall) cp "$file" Cargo.toml && file=Cargo.toml ;;
            esac
            attest align show --format json "$file" >>all.json 2>/dev/null || [ $? -eq 2 ]
        done
    done
    jq -s -c '.[]' all.json | split -l 1 - report.
    [ "$(find . -name 'report.*' | wc -l)" -ge 12 ]
    (cd "$ROOT" && /usr/bin/python3 tests/tools/docs.py items "$BATS_TEST_TMPDIR"/report.*)
    [ "$(jq -r '.items[].format' all.json | sort -u | tr '\n' ' ')" = \
        "aur-pkgbuild aur-srcinfo cargo-binstall scoop winget " ]
}

@test "the schema refuses what show never says" {
    scoop tool "$A"
    attest align show -f json tool.json >good.json
    local change
    for change in '.items[0].more = 1' '.items[0].digest.sha256 = "AB"' '.items[0].digest = {}' 'del(.items)' \
        '.items[0].unknown = "why"' '.items[0].format = "other"' 'del(.items[0].url)' '.summary.unknown = 1'; do
        jq "$change" good.json >bad.json
        (cd "$ROOT" && run -1 /usr/bin/python3 tests/tools/docs.py items "$BATS_TEST_TMPDIR/bad.json")
    done
}

@test "usage" {
    show 2
    [[ "$stderr" == *'expected a file, found none'* ]]
    scoop tool "$A"
    show 2 -f xml tool.json
    [[ "$stderr" == *'expected --format human or json, found "xml"'* ]]
}
