#!/usr/bin/env bats
# Every case of testdata/NAME/{good,bad}: `CASE/` is a small tree, `CASE.expect` what catalog_dump prints for it.
# The first line of the expectation names the file: "$ path". Good cases start with "complete" or
# "incomplete" (after findings, if any), bad ones with "error".

load common

run_cases() {
    local expect failed=0 count=0
    for expect in "$TESTDATA/$1"/{good,bad}/*.expect; do
        count=$((count + 1))
        local file want got
        file=$(sed -n '1s/^\$ //p' "$expect")
        want=$(sed 1d "$expect")
        got=$("$TESTS/catalog_dump" "${expect%.expect}" "$file" 2>&1) || true
        if [ "$got" != "$want" ]; then
            failed=1
            echo "--- $expect"
            diff <(echo "$want") <(echo "$got") || true
        fi
        case "$expect:$got" in
        */good/*.expect:error* | */bad/*.expect:*complete*\ by\ *)
            failed=1
            echo "$expect: in the wrong folder"
            ;;
        esac
    done
    [ "$count" -gt 0 ]
    [ "$failed" -eq 0 ]
}

@test "bun" { run_cases bun; }
@test "cargo" { run_cases cargo; }
@test "composer" { run_cases composer; }
@test "deno" { run_cases deno; }
@test "dpkg" { run_cases dpkg; }
@test "gem" { run_cases gem; }
@test "gomod" { run_cases gomod; }
@test "gradle" { run_cases gradle; }
@test "gradle_build" { run_cases gradle_build; }
@test "maven" { run_cases maven; }
@test "mix" { run_cases mix; }
@test "nebula" { run_cases nebula; }
@test "npm" { run_cases npm; }
@test "nuget" { run_cases nuget; }
@test "pdm" { run_cases pdm; }
@test "pipfile" { run_cases pipfile; }
@test "pnpm" { run_cases pnpm; }
@test "poetry" { run_cases poetry; }
@test "pub" { run_cases pub; }
@test "pylock" { run_cases pylock; }
@test "requirements" { run_cases requirements; }
@test "uv" { run_cases uv; }
@test "yarn" { run_cases yarn; }
