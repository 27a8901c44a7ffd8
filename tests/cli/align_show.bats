#!/usr/bin/env bats
# attest align show: what packaging manifests point at is listed, and nothing that is unknown looks known.
# shellcheck disable=SC2016 # the dollars are the manifests'

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

@test "a formula: platforms, resources and bottles, and nothing that its methods say" {
    show 0 "$TESTDATA/homebrew/good/plain.rb"
    [ "${lines[0]}" = "$TESTDATA/homebrew/good/plain.rb: homebrew-formula plain 1.2.3" ]
    [ "${#lines[@]}" -eq 7 ]
    [[ "${lines[2]}" == "  macos-aarch64  bottle arm64_sequoia  1.2.3  sha256:1011"* ]]
    [[ "${lines[2]}" == */a/plain-1.2.3_2.arm64_sequoia.bottle.1.tar.gz ]]
    run ! grep -q not.example <<<"$output"
    show 0 "$TESTDATA/homebrew/good/macos.rb"
    [[ "${lines[1]}" == "  macos-x86_64  on_catalina :or_older  1.0  "* ]]
    [[ "${lines[2]}" == "  macos         on_big_sur             1.5  "* ]]
    [[ "${lines[3]}" == "  macos         on_monterey :or_newer  2.0  "* ]]
}

@test "a formula that only Ruby could read is unknown, and says where" {
    local file
    printf 'class T < Formula\n  url "https://a.example/t-1.0.tgz"\n  sha256 "%s"\n  send :x\nend\n' "$A" >t.rb
    show 2 t.rb
    [ "${lines[2]}" = "    UNKNOWN: line 4: 'send' may change what the file says elsewhere" ]
    for file in "$TESTDATA"/homebrew/bad/*.rb; do
        show 2 "$file"
        [ -z "$output" ]
    done
    [[ "$stderr" == *'error[malformed-input]: this has no end'*'unfinished.rb:4:12'* ]]
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
    for format in scoop winget srcinfo pkgbuild binstall homebrew; do
        for file in "$TESTDATA/$format"/good/*; do
            case $format in
                scoop) cp "$file" "$format.json" && file=$format.json ;;
                winget) cp "$file" "$format.yaml" && file=$format.yaml ;;
                srcinfo) cp "$file" .SRCINFO && file=.SRCINFO ;;
                pkgbuild) cp "$file" PKGBUILD && file=PKGBUILD ;;
                binstall) cp "$file" Cargo.toml && file=Cargo.toml ;;
                homebrew) ;;
            esac
            attest align show --format json "$file" >>all.json 2>/dev/null || [ $? -eq 2 ]
        done
    done
    jq -s -c '.[]' all.json | split -l 1 - report.
    [ "$(find . -name 'report.*' | wc -l)" -ge 12 ]
    (cd "$ROOT" && /usr/bin/python3 tests/tools/docs.py items "$BATS_TEST_TMPDIR"/report.*)
    [ "$(jq -r '.items[].format' all.json | sort -u | tr '\n' ' ')" = \
        "aur-pkgbuild aur-srcinfo cargo-binstall homebrew-cask homebrew-formula scoop winget " ]
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
