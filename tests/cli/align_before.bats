#!/usr/bin/env bats
# attest align before: what has to hold here. What servers answer is in tests/service.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    git init -q --bare remote.git
    git init -q -b main r
    cd r || return
    git config user.email a@b.example
    git config user.name a
    git remote add origin ../remote.git
    attest key new --as minisign --no-passphrase -o ../key >/dev/null 2>&1
    printf '%s\n' '[project]' 'name = "p"' 'repository = "https://github.com/acme/p"' 'annotated = true' \
        'version-from = "VERSION"' 'checksums = "dist/SHA256SUMS"' '[[version]]' 'file = "VERSION"' \
        '[[artifact]]' 'name = "p-{version}.tgz"' 'path = "dist"' 'requires = ["sbom", "signature", "provenance"]' \
        '[[channel]]' 'kind = "npm"' 'artifacts = ["p-*"]' 'registry = "http://127.0.0.1:9"' \
        '[[trust.signer]]' 'name = "k"' "key = \"$(tail -n 1 ../key.pub)\"" \
        '[[trust.builder]]' 'id = "https://ci.example/b"' 'signer = "k"' 'level = 2' \
        '[[trust.require]]' 'artifact = "p-*"' 'signatures = { threshold = 1, signers = ["k"] }' >attest.toml
    echo 1.0.0 >VERSION
    echo dist >.gitignore
    git add -A
    git commit -q -m a
    git tag -a -m r v1.0.0
    git push -q origin main v1.0.0
    mkdir dist
    echo built >dist/p-1.0.0.tgz
    echo '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}' >dist/p-1.0.0.tgz.cdx.json
    state
}

state() {
    rm -f dist/p-1.0.0.tgz.{minisig,intoto.jsonl}
    attest checksum write -o dist/SHA256SUMS dist/p-1.0.0.tgz
    attest sign --key ../key --as minisign dist/p-1.0.0.tgz >/dev/null 2>&1
    build dist/p-1.0.0.tgz
}

build() { # ARTIFACT [SOURCE]
    attest provenance --builder generic --builder-id https://ci.example/b --source "${2:-https://github.com/acme/p}" \
        --key ../key --as dsse -o - "$1" >dist/p-1.0.0.tgz.intoto.jsonl
}

steps() { # "NAME OUTCOME" of all that are not about channels and do not hold
    attest align before --format json 2>/dev/null |
        jq -r '.steps[] | select(.name != "served" and .outcome != "holds") | "\(.name) \(.outcome)"'
}

codes() {
    attest align before --format json 2>/dev/null |
        jq -r '.findings[] | select(.code != "channel-unknown") | .code' | sort -u
}

expect() { # "STEP OUTCOME" CODE
    local found codes
    found=$(steps) codes=$(codes)
    echo "steps: $found"
    echo "codes: $codes"
    [ "$found" = "$1" ]
    [[ $'\n'"$codes"$'\n' == *$'\n'"$2"$'\n'* ]]
    run -1 attest align before
    [[ "$output" != *"holds:"* ]]
}

@test "what holds here, holds" {
    run attest align before
    echo "$output"
    [ -z "$(steps)" ]
    [ -z "$(codes)" ]
    [ "$(attest align before --format json 2>/dev/null |
        jq -r '[.steps[].name | select(. != "served")] | join(" ")')" = \
        "tag pushed tree versions artifacts checksums sbom signature provenance" ]
}

@test "the tag: missing, lightweight, elsewhere" {
    run -2 attest align before --tag v2.0.0
    git tag -f v1.0.0 HEAD
    expect "tag refuted
pushed refuted" lightweight-tag
    git tag -f -a -m r v1.0.0
    git commit -q --allow-empty -m b
    run -1 attest align before --tag v1.0.0
    [[ "$output" == *"wrong-tag"*"not at the commit that is checked out"* ]]
}

@test "pushed: neither, the tag only, another tag" {
    git push -q origin :refs/tags/v1.0.0
    expect "pushed refuted" unpushed
    git push -q origin v1.0.0
    git -C ../remote.git update-ref refs/heads/main "$(git commit-tree -m other "$(git write-tree)")" 2>/dev/null || {
        git push -q -f origin "$(git commit-tree -m other "$(git write-tree)"):refs/heads/main"
    }
    expect "pushed refuted" unpushed
    git push -q -f origin main
    git push -q -f origin "$(git commit-tree -m other "$(git write-tree)"):refs/tags/v1.0.0"
    expect "pushed refuted" wrong-tag
}

@test "pushed: a remote that is not there, and one by a transport that runs programs, are not told" {
    git remote set-url origin ../nowhere.git
    [ "$(steps)" = "pushed unknown" ]
    git remote set-url origin "ext::sh -c touch% $PWD/ran"
    [ "$(steps)" = "pushed unknown" ]
    [ ! -e ran ]
    git remote set-url origin http://example.invalid/p.git
    [ "$(steps)" = "pushed unknown" ]
}

@test "the tree: a changed file, a staged one; untracked ones do not count" {
    touch untracked
    [ -z "$(steps)" ]
    echo >>attest.toml
    expect "tree refuted" dirty-tree
    git add attest.toml
    expect "tree refuted" dirty-tree
}

@test "the tree: files that git was told not to look at, and what decides without being in the commit" {
    for flag in assume-unchanged skip-worktree; do
        git update-index --$flag VERSION
        [ -z "$(steps)" ]
        echo >>VERSION
        expect "tree refuted" dirty-tree
        run -1 attest align before
        [[ "$output" == *"= found: VERSION"* ]]
        git update-index --no-$flag VERSION
        git checkout -q VERSION
    done
    git update-index --skip-worktree .gitignore # as in a sparse checkout
    rm .gitignore
    rm -rf .git/info/exclude
    [ -z "$(steps)" ]
    git update-index --no-skip-worktree .gitignore
    git checkout -q .gitignore
    for file in attest.toml VERSION; do
        git rm -q --cached $file
        git commit -q -m without
        git tag -f -a -m r v1.0.0
        git push -q -f origin main v1.0.0
        build dist/p-1.0.0.tgz
        expect "tree refuted" dirty-tree
        run -1 attest align before
        [[ "$output" == *"= found: $file"* ]]
        git reset -q HEAD^
    done
}

@test "the tag: one on the remote that is another one, one made under another name, grafts" {
    git push -q -f origin HEAD:refs/tags/v1.0.0
    expect "pushed refuted" wrong-tag
    git tag -a -m r v0.9.0
    git update-ref refs/tags/v1.0.0 refs/tags/v0.9.0
    git push -q -f origin v1.0.0
    git tag -d v0.9.0
    expect "tag refuted" wrong-tag
    git commit -q --allow-empty -m b
    git tag -f -a -m r v1.0.0
    git push -q -f origin v1.0.0
    build dist/p-1.0.0.tgz
    echo "$(git rev-parse HEAD^) $(git rev-parse HEAD)" >.git/info/grafts
    expect "pushed refuted" unpushed
}

@test "how people like to read tags and logs changes nothing" {
    git config column.ui always
    git config log.showSignature true
    git config tag.sort -version:refname
    git tag notes
    [ -z "$(steps)" ]
}

@test "versions: another one in the sources" {
    echo 1.0.1 >VERSION
    git commit -q -a -m b
    git tag -f -a -m r v1.0.0
    git push -q -f origin main v1.0.0
    state
    [ "$(steps)" = "versions refuted" ]
}

@test "artifacts: one more, one less, one that is a link" {
    touch dist/p-0.9.0.tgz
    expect "artifacts refuted" extra-artifact
    rm dist/p-0.9.0.tgz
    touch dist/p-1.0.0.tgz.asc dist/SHA256SUMS.minisig
    [[ "$(steps)" != *artifacts* ]]
    rm dist/p-1.0.0.tgz.asc
    mv dist/p-1.0.0.tgz p.tgz
    run -1 attest align before
    [[ "$output" == *missing-artifact* ]]
    ln -s ../../r/p.tgz dist/p-1.0.0.tgz
    run attest align before
    [ "$status" -ne 0 ]
}

@test "artifacts: what accompanies one may be accompanied itself, in that order" {
    touch dist/p-1.0.0.tgz.cdx.json.{minisig,sha256,sha256.asc,sigstore.json,intoto.jsonl} dist/p-1.0.0.tgz.crt
    [ -z "$(steps)" ]
    for name in .minisig.minisig .minisig.cdx.json .cdx.json.exe; do
        touch "dist/p-1.0.0.tgz$name"
        expect "artifacts refuted" extra-artifact
        rm "dist/p-1.0.0.tgz$name"
    done
}

@test "artifacts: what accompanies one is a file, and lies beside it" {
    mkdir dist/p-1.0.0.tgz.spdx
    expect "artifacts refuted" extra-artifact
    rmdir dist/p-1.0.0.tgz.spdx
    ln -s /bin/sh dist/p-1.0.0.tgz.provenance
    expect "artifacts refuted" extra-artifact
    rm dist/p-1.0.0.tgz.provenance
    sed -i 's/^path = .*/&\n[[artifact]]\nname = "other"\npath = "more"/; s/\["p-\*"\]/["p-*", "other"]/' attest.toml
    mkdir more
    echo more >more/other
    cp dist/p-1.0.0.tgz more
    run -1 attest align before
    [[ "$output" == *"extra-artifact"*"more/p-1.0.0.tgz"* ]]
}

@test "artifacts: a folder of some may lie in that of others, and no other folder" {
    sed -i 's/^path = .*/&\n[[artifact]]\nname = "other"\npath = "dist\/more"/; s/\["p-\*"\]/["*"]/' attest.toml
    mkdir dist/more
    echo more >dist/more/other
    [[ "$(codes)" != *extra-artifact* ]]
    touch dist/more/extra
    run -1 attest align before
    [[ "$output" == *"extra-artifact"*"dist/more/extra"* ]]
    rm dist/more/extra
    mkdir dist/mor
    run -1 attest align before
    [[ "$output" == *"extra-artifact"*"dist/mor"* ]]
    rmdir dist/mor
    mv dist/more more
    ln -s ../more dist/more
    run ! attest align before
    [[ "$output" == *"extra-artifact"*"dist/more"* ]]
}

@test "artifacts: two that come out as one name are none" {
    sed -i 's/^path = .*/&\n[[artifact]]\nname = "p-{major}.0.0.tgz"\npath = "more"/' attest.toml
    run -2 attest align before
    [[ "$output" == *'"p-1.0.0.tgz"'*'line 10, too'*"attest.toml:13:8"* ]]
}

@test "artifacts: a path is the same, however it is written; the manifest may be an artifact" {
    sed -i 's,^path = .*,path = "./dist//",; s,= "dist/SHA256SUMS",= "./dist/SHA256SUMS",' attest.toml
    printf '%s\n' '[[artifact]]' 'name = "SHA256SUMS"' 'path = "dist/"' >>attest.toml
    sed -i 's/\["p-\*"\]/["p-*", "SHA256SUMS"]/' attest.toml
    [ "$(steps)" = "tree refuted" ]
}

@test "checksums: another digest, a line too few, a line too many, none, another algorithm" {
    echo "$(printf 'x' | sha256sum | cut -c1-64)  p-1.0.0.tgz" >dist/SHA256SUMS
    expect "checksums refuted" checksum-mismatch
    echo "$(printf 'x' | sha256sum | cut -c1-64)  other" >dist/SHA256SUMS
    expect "checksums refuted" unlisted-file
    (cd dist && sha256sum p-1.0.0.tgz && sha256sum p-1.0.0.tgz | sed s/p-1/q-1/) >sums
    mv sums dist/SHA256SUMS
    expect "checksums refuted" extra-artifact
    (cd dist && b2sum p-1.0.0.tgz) >sums
    mv sums dist/SHA256SUMS
    run ! grep -q checksums <<<"$(attest align before 2>/dev/null | grep HOLDS)"
    rm dist/SHA256SUMS
    [ "$(steps)" = "checksums unknown" ]
}

@test "companions: missing, by somebody else, of other bytes" {
    rm dist/p-1.0.0.tgz.cdx.json
    expect "sbom refuted" missing-companion
    echo '{}' >dist/p-1.0.0.tgz.cdx.json
    [ "$(steps)" = "sbom unknown" ]
    echo '{"spdxVersion": "SPDX-2.3"}' >dist/p-1.0.0.tgz.cdx.json
    [ -z "$(steps)" ]
    rm dist/p-1.0.0.tgz.minisig
    [[ "$(steps)" == *"signature "* ]]
    attest key new --as minisign --no-passphrase -o ../other >/dev/null 2>&1
    attest sign --key ../other --as minisign dist/p-1.0.0.tgz >/dev/null 2>&1
    [[ "$(steps)" == *"signature "* ]]
}

@test "provenance: of another commit, tag, repository or file, and none" {
    rm dist/p-1.0.0.tgz.intoto.jsonl
    [[ "$(steps)" == *"provenance "* ]]
    build dist/p-1.0.0.tgz https://github.com/acme/fork
    [[ "$(steps)" == *"provenance refuted"* ]]
    echo other >other.tgz
    build other.tgz
    [[ "$(steps)" == *"provenance "* ]]
    git commit -q --allow-empty -m b
    git tag -f -a -m r v1.0.0
    git push -q -f origin main v1.0.0
    state
    [ -z "$(steps)" ]
    git commit -q --allow-empty -m c
    build dist/p-1.0.0.tgz
    git reset -q --hard v1.0.0
    [[ "$(steps)" == *"provenance refuted"* ]]
    build dist/p-1.0.0.tgz
    [ -z "$(steps)" ]
    git tag v9.9.9
    git tag -d v1.0.0
    build dist/p-1.0.0.tgz
    git fetch -q --tags
    git tag -d v9.9.9
    [[ "$(steps)" == *"provenance refuted"* ]]
}

@test "without [trust] nothing says whom to believe" {
    sed -i '/^\[\[trust/,$d' attest.toml
    git commit -q -a -m b
    git tag -f -a -m r v1.0.0
    git push -q -f origin main v1.0.0
    [ "$(steps)" = "signature unknown
provenance unknown" ]
}

@test "artifacts whose provenance nobody asks for are told" {
    sed -i 's/, "provenance"\]/]/' attest.toml
    git commit -q -a -m b
    git tag -f -a -m r v1.0.0
    git push -q -f origin main v1.0.0
    [ -z "$(steps)" ]
    [ "$(codes)" = unbound-artifact ]
    [ "$(attest align before --format json 2>/dev/null |
        jq -r '.findings[] | select(.code == "unbound-artifact") | .severity')" = warning ]
}

@test "provenance of no repository in particular is not enough" {
    sed -i '/^repository/d' attest.toml
    git commit -q -a -m b
    git tag -f -a -m r v1.0.0
    git push -q -f origin main v1.0.0
    state
    [ "$(steps)" = "provenance unknown" ]
    run -2 attest align before
    [[ "$output" == *"[project] does not say of which repository"* ]]
}
