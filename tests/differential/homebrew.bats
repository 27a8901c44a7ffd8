#!/usr/bin/env bats
# Formulae and casks: what attest reads in them is what Ruby gets by running them.
# HOMEBREW=DIR: those of a folder, too, which are run with nothing around them: only such as are trusted.

load ../cli/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    command -v ruby >/dev/null || skip "no ruby"
}

# ours_of PLATFORM FILE...: as homebrew.rb prints it; of versions of macOS, the newest.
ours_of() {
    local platform=$1 file
    shift
    for file in "$@"; do
        "$BIN/attest-align" show --format json "$file" | jq -r --arg file "$file" --arg platform "$platform" '
            .items[] | (.platform // "") as $p | (.name // "") as $name |
            select($p == "" or $p == $platform or ($platform | startswith($p + "-"))) |
            select($name | test("^bottle |^patch |or_older\\)?$|^on_[a-z_]+$") | not) |
            [$file, ($name | sub(" ?\\(?on_.*"; "")), .version, .url, .digest.sha256] | join("\t")'
    done | sort
}

# alike FILE...: no version is told from a URL there.
alike() {
    local os arch
    for os in macos linux; do
        for arch in arm intel; do
            ruby -W0 "$BATS_TEST_DIRNAME/homebrew.rb" "$os" "$arch" "$@" | sort >theirs
            ours_of "$os-$([ "$arch" = arm ] && echo aarch64 || echo x86_64)" "$@" >ours
            awk -F '\t' -v OFS='\t' 'NR == FNR { if ($3 == "") none[$1, $2] = 1; next }
                ($1, $2) in none { $3 = "" } 1' theirs ours | diff theirs -
            [ -s theirs ] || [ "$os" = linux ]
        done
    done
}

@test "our vectors" {
    alike "$TESTDATA"/homebrew/good/*.rb
}

@test "a tap" {
    [ -n "${HOMEBREW-}" ] || HOMEBREW=$TESTDATA/homebrew/good
    mapfile -t files < <(find "$HOMEBREW" -name '*.rb' | sort)
    alike "${files[@]}"
}
