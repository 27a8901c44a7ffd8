#!/usr/bin/env bats
# attest policy check advisories: what is found in a database, how old that may be, and who decided what about it.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR"
    mkdir p records
    cat >p/Cargo.lock <<'END'
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["left", "ours"]

[[package]]
name = "left"
version = "1.1.0"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "ours"
version = "1.0.0"
source = "sparse+https://registry.example/index/"
END
    record RUSTSEC-2026-1 left '{"introduced":"0"},{"fixed":"1.2.0"}'
    record GHSA-ours ours '{"introduced":"0"}'
    attest advisories import records --db a.db --now 2026-02-01 >/dev/null
}

record() { # ID NAME EVENTS
    printf '{"id":"%s","modified":"2026-01-01T00:00:00Z","summary":"It breaks","aliases":["CVE-%s"],%s}\n' "$1" "$1" \
        "\"affected\":[{\"package\":{\"ecosystem\":\"crates.io\",\"name\":\"$2\"},$(
            printf '"ranges":[{"type":"SEMVER","events":[%s]}]}]' "$3")" \
        >"records/$1.json"
}

check() { attest policy check advisories p --db a.db --now 2026-02-02 -A no-policy -W not-covered "$@"; }

mirror() { # URL OF
    printf '[sources]\nmirrors = [{ of = "%s", url = "%s" }]\n' "${2:-cargo}" "$1" >p/deny.toml
}

statement() { # STATUS
    cat <<END
{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://a.example/1","author":"a","timestamp":"2026-01-31T00:00:00Z",
"version":1,"statements":[{"vulnerability":{"name":"CVE-RUSTSEC-2026-1"},"products":[{"@id":"pkg:cargo/left"}],
"status":"$1","impact_statement":"never called"}]}
END
}

@test "an advisory is told with its place, its path and the fix; private packages are not looked up" {
    run check
    [ "$status" -eq 1 ]
    [[ $output == *"left 1.1.0, a direct dependency, is affected by RUSTSEC-2026-1 (CVE-RUSTSEC-2026-1): It breaks"* ]]
    [[ $output == *"Cargo.lock:8:1"* ]]
    [[ $output == *"upgrade left to 1.2.0"* ]]
    [[ $output == *"warning[not-covered]: 1 component from https://registry.example/index/"* ]]
    [[ $output != *GHSA-ours* ]]
    # Nobody judged it: the gate stays shut until somebody says that it is their own.
    printf '[advisories]\nignore = [{ id = "RUSTSEC-2026-1", reason = "r" }]\n' >p/deny.toml
    run attest policy check advisories p --db a.db --now 2026-02-02
    [ "$status" -eq 2 ]
    [[ $output == *"error[not-covered]: 1 component from https://registry.example/index/"* ]]
    printf '[sources]\nprivate = ["https://registry.example/"]\n' >>p/deny.toml
    run attest policy check advisories p --db a.db --now 2026-02-02
    [ "$status" -eq 0 ]
}

# Positions in the file of a package's name and of what stands around it.
near() { # NAME
    local at
    grep -abo "$1" a.db | cut -d: -f1 | while read -r at; do seq $((at - 6)) $((at + 9)); done
}

@test "a database with a bit changed near a package's name is damaged, not one without its advisory" {
    local at damaged=0 same=0
    cp a.db whole.db
    check >expected 2>&1 || true
    for at in $(near left); do
        cp whole.db a.db
        /usr/bin/python3 -c 'import sys
file, at = open("a.db", "r+b"), int(sys.argv[1])
file.seek(at)
byte = file.read(1)[0]
file.seek(at)
file.write(bytes([byte ^ 1 << at % 8]))' "$at"
        check >out 2>&1 && status=0 || status=$?
        # The index by advisory has the name, too, and is not read here.
        if cmp -s out expected; then
            same=$((same + 1))
            continue
        fi
        damaged=$((damaged + 1))
        [ "$status" -eq 2 ] || { echo "byte $at: exit $status"; cat out; false; }
        grep -q "the advisory database is damaged: page $((at / 4096 + 1)), the bytes $((at / 4096 * 4096)) to" out
        grep -q 'help: remove the file, then "attest advisories update"' out
    done
    [ "$damaged" -ge 16 ] && [ "$same" -le "$damaged" ]
    # What is cut off its end, too, before anything is looked up.
    head -c -4096 whole.db >a.db
    run check
    [ "$status" -eq 2 ]
    [[ $output == *"is damaged: expected $(($(stat -c %s whole.db) / 4096)) pages of 4096 bytes in a.db, found"* ]]
    run attest advisories status --db a.db
    [ "$status" -eq 2 ]
    run attest advisories show CVE-RUSTSEC-2026-1 --db a.db
    [ "$status" -eq 2 ]
    run attest advisories export a.zst --db a.db
    [ "$status" -eq 2 ]
    run attest advisories import records --db a.db
    [ "$status" -eq 2 ]
    [[ $output == *"remove the file"* ]]
}

@test "a database that is missing, unreadable or too old is no database" {
    run attest policy check advisories p --db a.db --now 2026-02-09
    [ "$status" -eq 2 ]
    [[ $output == *"error[stale-database]: the advisory database was last up to date 8 days ago, and the policy"* ]]
    [[ $output != *"error[vulnerability]"* ]]
    run attest policy check advisories p --db none.db
    [ "$status" -eq 2 ]
    echo text >text.db
    run attest policy check advisories p --db text.db
    [ "$status" -eq 2 ]
    XDG_CACHE_HOME=$PWD/none run attest policy check advisories p
    [ "$status" -eq 2 ]
    [[ $output == *"error[no-database]"* ]]
}

@test "an entry holds until its day" {
    printf '[advisories]\nignore = [{ id = "CVE-RUSTSEC-2026-1", reason = "r", expires = 2026-03-01 }]\n' >p/deny.toml
    run check
    [ "$status" -eq 0 ]
    [[ $output != *"[vulnerability]"* ]]
    attest advisories import records --db a.db --now 2026-03-01 >/dev/null
    run attest policy check advisories p --db a.db --now 2026-03-01
    [ "$status" -eq 1 ]
    [[ $output == *"error[ignore-expired]: the entry for CVE-RUSTSEC-2026-1 has not held since 2026-03-01"*"toml:2"* ]]
    [[ $output == *"error[vulnerability]"* ]]
}

@test "VEX: what is not affected or fixed is settled, what is not understood judges nothing" {
    statement not_affected >a.vex
    run check --vex a.vex
    [ "$status" -eq 0 ]
    run check --vex a.vex -W advisory-ignored --notes
    [[ $output == *"note[advisory-ignored]: RUSTSEC-2026-1 is ignored for left 1.1.0: never called"* ]]
    statement fixed >a.vex
    run check --vex a.vex
    [ "$status" -eq 0 ]
    statement under_investigation >a.vex
    run check --vex a.vex
    [ "$status" -eq 1 ]
    statement unaffected >bad.vex
    run check --vex a.vex --vex bad.vex
    [ "$status" -eq 2 ]
    [[ $output == *"error[malformed-input]: expected not_affected, affected, fixed or"*"bad.vex:3:10"* ]]
    run check --vex none.vex
    [ "$status" -eq 2 ]
}

@test "VEX: what was decided is written, and read again" {
    printf '[advisories]\nignore = [{ id = "RUSTSEC-2026-1", reason = "never called" }]\n' >p/deny.toml
    run check --vex-out out.vex
    [ "$status" -eq 2 ]
    [[ $output == *"expected --vex-out and --vex-author together"* ]]
    check --vex-out out.vex --vex-author me@a.example >/dev/null 2>&1
    [ "$(grep -c 'The risk is accepted: never called' out.vex)" -eq 1 ]
    check --vex-out again.vex --vex-author me@a.example >/dev/null 2>&1
    check --vex-out again.vex --vex-author me@a.example >/dev/null 2>&1
    cmp out.vex again.vex
    rm p/deny.toml
    run check --vex out.vex
    [ "$status" -eq 1 ]
    statement not_affected >a.vex
    check --vex a.vex --vex-out out.vex --vex-author me@a.example >/dev/null 2>&1
    run check --vex out.vex
    [ "$status" -eq 0 ]
    run check --vex out.vex --vex-out out.vex --vex-author me@a.example
    [ "$status" -eq 2 ]
}

@test "VEX: an ignore with a justification is stated as not affected" {
    printf '[advisories]\nignore = [{ id = "RUSTSEC-2026-1", reason = "never called", %s }]\n' \
        'justification = "vulnerable_code_not_in_execute_path", expires = "2026-03-01"' >p/deny.toml
    check --vex-out out.vex --vex-author me@a.example >/dev/null 2>&1
    jq -e '.statements | length == 1' out.vex
    jq -e '.statements[0] | .status == "not_affected" and
        .justification == "vulnerable_code_not_in_execute_path" and
        .impact_statement == "never called" and .status_notes == "Decided until 2026-03-01: never called"' out.vex
    rm p/deny.toml
    run -0 check --vex out.vex
    printf '[advisories]\nignore = [{ id = "RUSTSEC-2026-1", justification = "not_in_use" }]\n' >p/deny.toml
    run -2 check
    [[ $output == *"expected one of OpenVEX's five justifications, found \"not_in_use\""*"deny.toml:2:"* ]]
}

@test "VEX: the policy names its documents; each is read once, below its folder" {
    mkdir -p p/triage p/.config other
    statement not_affected >p/triage/a.openvex.json
    printf '[advisories]\nvex = ["triage/*.openvex.json", "triage/a.openvex.json"]\n' >p/deny.toml
    run -0 check
    run -0 check -W advisory-ignored --notes
    [ "$(grep -c 'is ignored for left' <<<"$output")" -eq 1 ]
    # What is said later, or read later, counts: that of --vex.
    statement under_investigation >later.vex
    run -1 check --vex later.vex
    # Relative to the policy.
    mv p/deny.toml p/.config/deny.toml
    run -2 check
    [[ $output == *"cannot read the OpenVEX documents"*".config/deny.toml:2:"* ]]
    sed -i 's|"triage/|"../triage/|g' p/.config/deny.toml
    run -0 check
    cp -R p/triage other
    sed 's|"../triage/|"triage/|g' p/.config/deny.toml >other/policy.toml
    rm -r p/triage p/.config
    run -0 check -c other/policy.toml
    run -0 attest policy check advisories p/Cargo.lock --db a.db --now 2026-02-02 -W not-covered -c other/policy.toml
    # What is not there, or not to be reached, excuses nothing and shuts the gate.
    rm other/triage/*
    run -2 check -c other/policy.toml
    [[ $output == *"no file is named like that"* ]]
    statement unaffected >other/triage/a.openvex.json
    run -2 check -c other/policy.toml
    [[ $output == *"expected not_affected, affected, fixed or"*"triage/a.openvex.json:3:10"* ]]
    statement not_affected >outside.json
    for path in ../outside.json .././outside.json link.json missing.json; do
        ln -sf ../outside.json other/link.json
        printf '[advisories]\nvex = ["%s"]\n' "$path" >other/policy.toml
        run -2 check -c other/policy.toml
    done
    printf '[advisories]\nvex = ["../*.json"]\n' >other/policy.toml
    run -2 check -c other/policy.toml
    [[ $output == *"the path leads out of the folder"*"policy.toml:2:8"* ]]
}

@test "VEX: attest policy scan reads the documents of each project's policy" {
    mkdir p/triage
    statement not_affected >p/triage/a.openvex.json
    cp -R p q
    printf '[advisories]\nvex = ["triage/*"]\n[severity]\nnot-covered = "warn"\n' >p/deny.toml
    printf '[severity]\nnot-covered = "warn"\n' >q/deny.toml
    run -0 attest policy scan p --db a.db --now 2026-02-02
    run -1 attest policy scan p q --db a.db --now 2026-02-02
    rm p/triage/*
    run -2 attest policy scan p --db a.db --now 2026-02-02
}

@test "what comes from a mirror of the public registry is looked up like what comes from there" {
    for url in https://registry.example https://registry.example/ https://REGISTRY.example/index \
        https://registry.example/index/; do
        mirror "$url"
        run check
        [ "$status" -eq 1 ]
        [[ $output == *"ours 1.0.0, a direct dependency, is affected by GHSA-ours"* ]]
        [[ $output != *not-covered* ]]
    done
    # What is also private stays that.
    echo 'private = ["https://registry.example/index"]' >>p/deny.toml
    run check
    [[ $output != *GHSA-ours* ]]
}

@test "a mirror is that of its ecosystem, host, port, scheme and path alone" {
    for url in https://registry.exampl https://registry.example.evil https://registry.example:8443 https://example \
        https://registry.example/ind https://registry.example/index/more https://user@registry.example \
        https://registry.example/INDEX; do
        mirror "$url"
        run check
        [[ $output == *"warning[not-covered]: 1 component from https://registry.example/index/"* ]]
        [[ $output != *GHSA-ours* ]]
    done
    mirror https://registry.example npm
    run check
    [[ $output != *GHSA-ours* ]]
    mirror https://registry.example
    for source in sparse+http://registry.example/index/ sparse+https://registry.example:8443/index/ \
        sparse+https://registry.example.evil/index/ sparse+https://registry.example@evil.example/index/; do
        sed -i "s|^source = \"sparse.*|source = \"$source\"|" p/Cargo.lock
        run check
        [[ $output == *"warning[not-covered]: 1 component from ${source#sparse+}"* ]]
        [[ $output != *GHSA-ours* ]]
    done
}

@test "a mirror is allowed as the registry behind it is; one that nothing comes from is told" {
    told() { attest policy check sources p --format json | jq -r '.findings[] | "\(.severity) \(.code)"' | sort; }
    mirror https://registry.example/index
    [ "$(told)" = "" ]
    sed -i '1a allow-registry = ["https://github.com/rust-lang/crates.io-index"]' p/deny.toml
    [ "$(told)" = "warning source-not-allowed" ]
    mirror https://registry.example/other
    [ "$(told)" = "warning source-not-allowed
warning unmatched-source" ]
}

@test "mirrors that lead nowhere are refused with their place" {
    refused() { # MESSAGE
        run attest policy check sources p
        [ "$status" -eq 2 ]
        [[ $output == *"$1"*"deny.toml:2:"* ]] || fail "$output"
    }
    for url in http://registry.example registry.example https:// https://a.example/../b 'https://a.example?/' ''; do
        mirror "$url"
        refused "expected the address of a mirror"
    done
    mirror https://registry.example crates.io
    refused "expected the ecosystem of a public registry for \"of\", found \"crates.io\""
    printf '[sources]\nmirrors = [{ url = "https://registry.example" }]\n' >p/deny.toml
    refused "expected the ecosystem of a public registry"
    printf '[sources]\nmirrors = [{ of = "cargo", url = "https://registry.example", by = "x" }]\n' >p/deny.toml
    refused '"by"'
    printf '[sources]\nmirrors = ["https://registry.example"]\n' >p/deny.toml
    refused "expected"
}

@test "as it was on another day: what was published or withdrawn later" {
    on() { attest policy check advisories p --db a.db -A no-policy -W not-covered --now "$1"; }
    sed -i 's/"modified":/"published":"2026-02-03T00:00:00Z","modified":/' records/RUSTSEC-2026-1.json
    attest advisories import records --db a.db --now 2026-02-05 >/dev/null
    run -0 check
    run -1 on 2026-02-04
    [[ $output == *RUSTSEC-2026-1* ]]
    sed -i 's/"modified":/"withdrawn":"2026-02-06T00:00:00Z","modified":/' records/RUSTSEC-2026-1.json
    attest advisories import records --db a.db --now 2026-02-07 >/dev/null
    run -0 on 2026-02-07
    run -1 on 2026-02-05
}

@test "VEX: what is settled at a time that has not come is not settled" {
    statement not_affected >a.vex
    run -0 check --vex a.vex
    sed 's/2026-01-31/2026-02-03/' a.vex >later.vex
    run -1 check --vex later.vex
    run -0 check --vex later.vex --vex a.vex
    sed 's/not_affected/under_investigation/' later.vex >b.vex
    run -1 check --vex a.vex --vex b.vex
}

@test "--baseline: of one database nothing becomes known in between" {
    printf '[advisories]\nignore = [{ id = "RUSTSEC-2026-1", reason = "r" }]\n' >p/deny.toml
    attest policy check advisories p --db a.db --now 2026-02-02 -W not-covered --write-baseline b.json &>/dev/null ||
        [ $? -eq 2 ]
    [ "$(jq -r '.database | length' b.json)" -eq 64 ]
    rm p/deny.toml
    run -1 --separate-stderr check --baseline b.json --format json
    [ "$(jq -r '.findings[] | select(.code == "vulnerability") | .severity + " " + .state' <<<"$output")" = \
        "error introduced" ]
}
