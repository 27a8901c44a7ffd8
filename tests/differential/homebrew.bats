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

# A value that is told is the one that Ruby gets; where all of them are told, there are no others.
@test "random ones: what is told is what Ruby gets" {
    local os arch platform compared=0
    ruby "$BATS_TEST_DIRNAME/homebrew_random.rb" "${SEED-1}" "${COUNT-150}"
    for os in macos linux; do
        for arch in arm intel; do
            platform=$os-$([ "$arch" = arm ] && echo aarch64 || echo x86_64)
            KEEP_GOING=1 ruby -W0 "$BATS_TEST_DIRNAME/homebrew.rb" "$os" "$arch" rb-*.rb >theirs
            if [ "$os" = linux ]; then # casks are for macOS
                grep -l '^cask' rb-*.rb | sed 's/$/\t!/' >>theirs
            fi
            for file in rb-*.rb; do
                "$BIN/attest-align" show --format json "$file" | jq -r --arg file "$file" --arg platform "$platform" \
                    '(if .items == [] then [{unknown: "refused"}] else .items end)[] | (.platform // "") as $p |
                    select($p == "" or $p == $platform or ($platform | startswith($p + "-"))) |
                    [$file] + if .unknown then ["?"] else [.name // "", .version, .url, .digest.sha256] end |
                    join("\t")'
            done >ours
            awk -F '\t' 'FILENAME == "theirs" { if ($2 == "!") refused[$1] = 1; else there[$0] = 1; next }
                $1 in refused { next }
                $2 == "?" { doubted[$1] = 1; next }
                { told++; said[$0] = 1; if (!($0 in there)) { print "told, and not so: " $0; wrong = 1 } }
                END {
                    for (line in there) {
                        split(line, part, "\t")
                        if (!(line in said) && !(part[1] in doubted) && !(part[1] in refused)) {
                            print "not told: " line
                            wrong = 1
                        }
                    }
                    print told > "told"
                    exit wrong
                }' theirs ours
            compared=$((compared + $(<told)))
        done
    done
    echo "compared: $compared"
    [ "$compared" -gt 20 ]
}
