#!/usr/bin/env bats
# attest policy scan: silence as long as nothing is new, an issue for each advisory otherwise, and never silence when
# something could not be told.
# shellcheck disable=SC2016,SC2154 # Markdown has backticks; bats sets "stderr"

load common

setup() {
    PATH=$BIN:$PATH
    export HOME=$BATS_TEST_TMPDIR TZ=UTC
    unset XDG_CACHE_HOME
    cd "$BATS_TEST_TMPDIR"
    mkdir -p records app site
    lock app time 0.1.43
    lock site serde 1.0.0
    record RUSTSEC-2020-0071 '["CVE-2020-26235"]' time 0.2.23
    import
}

record() { # ID ALIASES CRATE FIXED
    cat >"records/${1//\//_}.json" <<END
{"id": "$1", "modified": "2026-01-01T00:00:00Z", "aliases": $2, "summary": "A \`time\` @problem",
 "references": [{"type": "ADVISORY", "url": "https://example.org/$1"}],
 "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}],
 "affected": [{"package": {"ecosystem": "crates.io", "name": "$3"},
   "ranges": [{"type": "SEMVER", "events": [{"introduced": "0.1.0"}, {"fixed": "$4"}]}]}]}
END
}

import() { attest advisories import --db db records --now "${1:-2026-02-01}" >/dev/null; }

lock() { # FOLDER CRATE VERSION
    cat >"$1/Cargo.lock" <<END
version = 4

[[package]]
name = "$1"
version = "0.1.0"
dependencies = ["$2"]

[[package]]
name = "$2"
version = "$3"
source = "registry+https://github.com/rust-lang/crates.io-index"
END
}

# scan STATUS ARGUMENT...: standard output is in "out", standard error in "err"
scan() {
    local expected=$1 code=0
    shift
    attest policy scan --db db --now 2026-02-02 "$@" >out 2>err || code=$?
    [ "$code" -eq "$expected" ] || { cat out err; return 1; }
}

silent() { [ ! -s out ] && [ ! -s err ]; }

@test "what is new is told once, and then there is silence" {
    scan 1 --state state app site
    [ ! -s err ]
    [ "$(head -n 3 out)" = '# RUSTSEC-2020-0071 in time 0.1.43: A \`time\` @<!-- -->problem

<!-- attest policy scan: RUSTSEC-2020-0071 -->' ]
    grep -qF '**vulnerability** `RUSTSEC-2020-0071`, also `CVE-2020-26235`; severity high' out
    grep -qF -- '- `time 0.1.43` in `app`: upgrade to `0.2.23`' out
    grep -qF -- '  - named by `Cargo.lock:8`' out
    grep -qF -- '  - comes by `app 0.1.0` → `time 0.1.43`' out
    grep -qF '<https://example.org/RUSTSEC-2020-0071>' out
    cp state before
    scan 0 --state state app site
    silent
    cmp state before
    # Another version that is affected, too, is nothing new.
    lock app time 0.1.44
    scan 0 --state state app site
    silent
}

@test "without a state everything is new, every time" {
    scan 1 app
    scan 1 app
    [ -s out ]
    scan 0 site
    silent
}

@test "another project that is concerned is told, with those that were known" {
    scan 1 --state state app site
    lock site time 0.2.0
    scan 1 --state state app site -f json
    [ "$(jq -r '.issues | length' out)" = 1 ]
    [ "$(jq -r '.issues[0].components[] | "\(.project) \(.component) \(.state)"' out)" = "app time 0.1.43 known
site time 0.2.0 new" ]
    [ "$(jq -r '.issues[0].title' out)" = 'RUSTSEC-2020-0071 in time 0.1.43 and 1 more: A `time` @problem' ]
    [ "$(jq -r '.issues[0] | .body | startswith("<!-- attest policy scan: RUSTSEC-2020-0071 -->\n")' out)" = true ]
    [ "$(jq -r '.issues[0] | "\(.marker) \(.id) \(.aliases[0]) \(.kind)"' out)" = \
        "<!-- attest policy scan: RUSTSEC-2020-0071 --> RUSTSEC-2020-0071 CVE-2020-26235 vulnerability" ]
    scan 0 --state state app site
}

@test "what is gone and comes back is told again; a project that is not named today is not forgotten" {
    scan 1 --state state app site
    scan 0 --state state site
    scan 0 --state state app
    lock app time 0.3.0
    scan 0 --state state app
    [ "$(jq '.told | length' state)" = 0 ]
    lock app time 0.1.43
    scan 1 --state state app
}

@test "an advisory that gets another name is still the one that was told" {
    scan 1 --state state app
    record CVE-2020-26235 '["AAA-1"]' time 0.2.23
    import
    scan 0 --state state app
    lock site time 0.1.43
    scan 1 --state state app site
    grep -q '^<!-- attest policy scan: RUSTSEC-2020-0071 -->$' out
}

@test "what the policy ignores is not told, and is when that ends" {
    printf '[advisories]\nignore = [{ id = "CVE-2020-26235", reason = "no local time", expires = 2026-02-10 }]\n' \
        >app/deny.toml
    scan 0 --state state app
    silent
    code=0
    attest policy scan --db db --now 2026-02-07 --state state app >out 2>err || code=$?
    [ "$code" -eq 0 ]
    import 2026-02-11
    attest policy scan --db db --now 2026-02-11 --state state app >out 2>err || code=$?
    [ "$code" -eq 1 ]
    grep -q '^# RUSTSEC-2020-0071' out
}

@test "what VEX settles is not told" {
    cat >vex.json <<END
{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "urn:x", "author": "a", "timestamp": "2026-01-01T00:00:00Z",
 "version": 1, "statements": [{"vulnerability": {"name": "RUSTSEC-2020-0071"},
 "products": [{"@id": "pkg:cargo/time@0.1.43"}], "status": "not_affected",
 "justification": "vulnerable_code_not_in_execute_path"}]}
END
    scan 0 --vex vex.json app
    silent
}

@test "an SBOM of what was released is scanned like a folder" {
    attest sbom app -o app.cdx.json
    attest sbom app -o app.spdx.json --format spdx
    scan 1 --state state app.cdx.json app.spdx.json -f json
    [ "$(jq -r '[.issues[0].components[].project] | join(" ")' out)" = "app.cdx.json app.spdx.json" ]
    scan 0 --state state app.cdx.json app.spdx.json
    silent
}

@test "a stale database, a missing one, and an ecosystem that it does not cover: 2, and said" {
    code=0
    attest policy scan --db db --now 2026-02-09 app >out 2>err || code=$?
    [ "$code" -eq 2 ]
    grep -q 'error\[stale-database\]' err
    [ ! -s out ]
    run -2 --separate-stderr attest policy scan --db none app
    [[ $stderr == *"none"* ]]
    run -2 --separate-stderr attest policy scan app
    [[ $stderr == *"error[no-database]"* ]]
    mkdir js
    echo '{"name":"js","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"js","version":"1.0.0",
        "dependencies":{"a":"1"}},"node_modules/a":{"version":"1.0.0",
        "resolved":"https://registry.npmjs.org/a/-/a-1.0.0.tgz"}}}' >js/package-lock.json
    scan 2 app js
    grep -q 'error\[not-covered\]' err
    # What could be told is told all the same.
    grep -q '^# RUSTSEC-2020-0071' out
}

@test "the policy may allow a stale database no silence" {
    printf '[severity]\nstale-database = "allow"\n' >app/deny.toml
    code=0
    attest policy scan --db db --now 2026-03-09 app >out 2>err || code=$?
    [ "$code" -eq 2 ]
    [ -s err ]
}

@test "an input, a policy, a state or a folder that cannot be read: 2, and said; the state stays as it was" {
    scan 1 --state state app site
    cp state before
    echo 'version = 4 [' >site/Cargo.lock
    scan 2 --state state app site
    grep -q 'site was not judged whole' err
    cmp state before
    echo 'nonsense = 1' >app/deny.toml
    scan 2 --state state app
    cmp state before
    rm app/deny.toml
    scan 2 --state state nowhere
    mkdir nothing
    scan 2 --state state nothing
    grep -q 'nothing was not judged whole' err
    printf 'version = 4\n\n[[package]]\nname = "nothing"\nversion = "1.0.0"\n' >nothing/Cargo.lock
    scan 2 --state state nothing
    grep -q 'error\[nothing-checked\]' err
    cmp state before
    echo '{"attest_scan": 2, "told": []}' >state
    scan 2 --state state app
    grep -q 'expected a state of version 1' err
    [ ! -s out ]
    ln -sf before link
    scan 2 --state link app
    scan 2 -o nofolder app
}

@test "bad states are refused, good ones are read" {
    for file in "$TESTDATA"/scan/bad/*; do
        cp "$file" state
        scan 2 --state state app
        grep -q '^error\[' err
        cmp "$file" state
    done
    for file in "$TESTDATA"/scan/good/*; do
        cp "$file" state
        scan "$([[ $file == *whole ]] && echo 0 || echo 1)" --state state app
    done
}

@test "each issue is a file of its own, and the same file the next time" {
    record 'X/../..@1' '[]' time 0.3.0
    import
    mkdir issues
    scan 1 -o issues app
    [ ! -s out ]
    [ "$(ls issues)" = "RUSTSEC-2020-0071.md
X%2F..%2F..%401.md" ]
    cp -r issues again
    scan 1 -o again app
    diff -r issues again
    grep -q '^<!-- attest policy scan: X/../.._1 -->$' issues/X*
    scan 1 -o issues -f json app
    [ "$(jq -r .id issues/RUSTSEC-2020-0071.json)" = RUSTSEC-2020-0071 ]
    # What makes the name harmless is not what is to be pasted into a policy.
    run ! grep -q 'ignore = ' issues/X*.md
}

@test "issues that cannot be written are not kept as told" {
    code=0
    attest policy scan --db db --now 2026-02-02 --state state app >/dev/full 2>err || code=$?
    [ "$code" -eq 2 ]
    [ ! -e state ]
    scan 1 --state state app
}

@test "a second scan with the same state waits for the first" {
    exec 9>state.lock
    flock 9
    scan 2 --state state --wait 0 app 9>&-
    grep -q 'another one writes state' err
    exec 9>&-
    scan 1 --state state --wait 0 app
}

@test "the same project twice, nothing, and unknown forms are refused" {
    run -2 attest policy scan
    run -2 attest policy scan --db db app app
    run -2 attest policy scan --db db -f sarif app
}

@test "control characters in names do not reach the terminal" {
    attest sbom app -o app.cdx.json
    jq '(.components[] | select(.name == "time")).name = "ti\u001b[31mme\u202e"' app.cdx.json >evil.json
    scan 1 evil.json
    run ! grep -qP '\x1b|\x{202e}' out err
}

# --- docs/ci ------------------------------------------------------------------------------------------------

# What the files of docs/ci run, on a machine where attest knows of a database and has nothing to update.
stage() {
    mkdir -p .cache/attest src bin
    cp -r app site src
    attest advisories import records >/dev/null
}

@test "docs/ci: the crontab's line tells what is new, and is silent the next day" {
    stage
    line=$(grep -v '^#' "$ROOT/docs/ci/attest-scan.cron" | tail -n 1)
    run --separate-stderr sh -c "${line#0 9 \* \* \* }"
    [ "$status" -eq 1 ]
    [[ $output == "# RUSTSEC-2020-0071 in time 0.1.43"* ]]
    run -0 sh -c "${line#0 9 \* \* \* }"
    [ -z "$output" ]
}

@test "docs/ci: the systemd unit's commands run, and units are well-formed" {
    stage
    mkdir -p var/issues
    sed -n 's/^ExecStart=//p' "$ROOT/docs/ci/attest-scan.service" |
        sed "s|/usr/bin/attest|attest|; s|/var/lib/attest|$PWD/var|g; s|/srv/projects|$PWD/src|" >commands
    [ "$(wc -l <commands)" -eq 2 ]
    run -1 sh -e commands
    [ "$(ls var/issues)" = RUSTSEC-2020-0071.md ]
    run -0 sh -e commands
    if command -v systemd-analyze >/dev/null; then
        sed "s|/usr/bin/attest|$BIN/attest|" "$ROOT/docs/ci/attest-scan.service" >attest-scan.service
        cp "$ROOT/docs/ci/attest-scan.timer" .
        systemd-analyze verify ./attest-scan.timer
    fi
}

@test "docs/ci: the workflow files each issue once, and passes our own check of workflows" {
    stage
    cat >bin/gh <<'END'
#!/bin/sh
if [ "$1" = issue ]; then
    cat "$RUNNER_TEMP/filed"
else
    jq -s . | jq -s add "$RUNNER_TEMP/filed" - >"$RUNNER_TEMP/all"
    mv "$RUNNER_TEMP/all" "$RUNNER_TEMP/filed"
fi
END
    echo '[]' >filed
    chmod +x bin/gh
    export PATH=$PWD/bin:$PATH RUNNER_TEMP=$PWD GITHUB_REPOSITORY=o/r
    python3 -c 'import sys, yaml
for step in yaml.safe_load(open(sys.argv[1]))["jobs"]["scan"]["steps"]:
    if step.get("name") == "File issues": print(step["run"])' "$ROOT/docs/ci/advisory-scan.yml" >step
    (cd src/app && bash -e ../../step)
    (cd src/app && bash -e ../../step)
    [ "$(jq length filed)" = 1 ]
    [ "$(jq -r '.[0] | keys | join(" ")' filed)" = "body title" ]
    # Something that cannot be told fails the job.
    rm .cache/attest/advisories.db
    run ! bash -c 'cd src/app && bash -e ../../step'
    mkdir -p repo/.github/workflows
    cp "$ROOT/docs/ci/advisory-scan.yml" repo/.github/workflows
    cp app/Cargo.lock repo
    git -C repo init -q
    run --separate-stderr attest policy check workflows repo -f json
    [ "$(jq -r '[.findings[] | select(.severity == "error") | .code] | join(" ")' <<<"$output")" = "" ]
}
