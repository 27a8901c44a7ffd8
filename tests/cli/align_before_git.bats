#!/usr/bin/env bats
# attest align before: what git says of a checkout is not taken on trust, and nothing that the checkout names is run.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    export HOME=$BATS_TEST_TMPDIR/home
    mkdir home
    git config --global user.email a@b.example
    git config --global user.name a
    git config --global protocol.file.allow always
    git config --global advice.detachedHead false
    git init -q --bare -b main remote.git
    git init -q -b main r
    cd r || return
    git remote add origin ../remote.git
    project .
    mkdir folder
    echo one >folder/one
    ln -s folder link
    echo run >run
    chmod +x run
    publish
}

project() { # FOLDER
    printf '%s\n' '[project]' 'name = "p"' 'version-from = "VERSION"' '[[version]]' 'file = "VERSION"' >"$1/attest.toml"
    echo 1.0.0 >"$1/VERSION"
}

publish() {
    git add -A
    git commit -q --allow-empty -m more
    git tag -f v1.0.0 >/dev/null
    git push -q -f origin main v1.0.0
}

steps() { # of all that do not hold
    attest align before --format json 2>/dev/null |
        jq -r '.steps[] | select(.outcome != "holds") | "\(.name) \(.outcome)"'
}

holds() { # without a channel nothing holds as a whole
    attest align before --format json >"$BATS_TEST_TMPDIR/report" 2>/dev/null || true
    jq -r '.steps[] | "\(.name) \(.outcome)"' "$BATS_TEST_TMPDIR/report"
    [ "$(jq -r '[.steps[] | "\(.name) \(.outcome)"] | join(" ")' "$BATS_TEST_TMPDIR/report")" = \
        "tag holds pushed holds tree holds versions holds" ]
}

expect() { # "STEP OUTCOME"... TEXT: and nothing else that does not hold
    local found
    found=$(steps)
    echo "steps: $found"
    [ "$found" = "$1" ]
    run attest align before
    echo "$output"
    [ "$status" -ne 0 ]
    [[ "$output" == *"$2"* ]]
    [[ "$output" != *"holds:"* ]]
}

dirty() { # FILE
    expect "tree refuted" "= found: $1"
    [[ "$output" == *"[dirty-tree]"* ]]
}

@test "what holds, holds" {
    holds
    git pack-refs --all
    git gc -q
    holds
    git checkout -q v1.0.0
    holds
    cd folder
    attest align before --config ../attest.toml --format json 2>/dev/null >../out.json || true
    [ "$(jq -r '[.steps[] | select(.outcome == "holds") | .name] | join(" ")' ../out.json)" = \
        "tag pushed tree versions" ]
}

# --- pushed ---------------------------------------------------------------------------------------------------

@test "pushed: to the repository itself is to nobody, by whatever name" {
    git worktree add -q ../tree HEAD
    git clone -q --bare . ../mirror.git
    ln -s "$PWD" ../by-link
    local self
    for self in . "$PWD" "file://$PWD" .git ../r ../by-link ../tree "$PWD/../tree" folder ../r/.git; do
        git remote set-url origin "$self"
        expect "pushed unknown" "this very repository"
    done
    git remote set-url origin short:r
    git config url."$PWD/../".insteadOf short:
    expect "pushed unknown" "this very repository"
    git config --remove-section url."$PWD/../"
    # Refs and objects that two repositories share, as git-new-workdir makes them.
    git init -q --bare ../shared.git
    rm -rf ../shared.git/refs ../shared.git/objects
    ln -s "$PWD/.git/refs" "$PWD/.git/objects" ../shared.git
    git remote set-url origin ../shared.git
    expect "pushed unknown" "this very repository"
    sed -i '/^name/a remote = "."' attest.toml
    publish_to ../mirror.git
    expect "pushed unknown" "this very repository"
    sed -i 's/^remote.*/remote = "..\/mirror.git"/' attest.toml
    publish_to ../mirror.git
    holds
    sed -i 's/^remote.*/remote = "..\/mirror"/' attest.toml
    publish_to ../mirror.git
    holds
}

publish_to() {
    git add -A
    git commit -q -m more
    git tag -f v1.0.0 >/dev/null
    git push -q -f "$1" main v1.0.0
}

@test "pushed: a bundle, and a folder without a repository, are no remotes" {
    git bundle create -q ../b.bundle main v1.0.0
    git remote set-url origin ../b.bundle
    [ "$(steps)" = "pushed unknown" ]
    mkdir ../nothing
    git remote set-url origin ../nothing
    [ "$(steps)" = "pushed unknown" ]
}

@test "pushed: insteadOf counts once, and does not lead around TLS" {
    git remote set-url origin abc:remote.git
    git config url."$PWD/../".insteadOf abc:
    holds
    git config --unset url."$PWD/../".insteadOf
    local url
    for url in http://example.invalid/ git://example.invalid/ ftp://example.invalid/ "ext::sh -c touch% ran " \
        http://127.0.0.1.example.invalid/ http://localhost@example.invalid/ file://example.invalid/; do
        git config url."$url".insteadOf abc:
        expect "pushed unknown" "expected a repository by https or ssh, found one by ${url%%:*}"
        git config --remove-section url."$url"
    done
    # What the checkout's own configuration would do next does not count, as git does not do it either ...
    git config url."$PWD/../".insteadOf abc:
    git config url."http://example.invalid/".insteadOf "$PWD/../"
    holds
    # ... and what people configured for everything would be done.
    git config --global url."http://example.invalid/".insteadOf "$PWD/../"
    expect "pushed unknown" "what insteadOf puts in its place again"
    [ ! -e ran ]
}

# --- programs -------------------------------------------------------------------------------------------------

# tries NAME=PROGRAM...: none of the settings starts it.
tries() {
    local setting
    for setting; do git config "${setting%%=*}" "${setting#*=}"; done
    run attest align before
    [ ! -e ../ran ] || { echo "ran for $*: $(cat ../ran)"; return 1; }
    for setting; do git config --unset "${setting%%=*}"; done
}

@test "no program that the checkout names is run" {
    local evil=$PWD/../evil
    printf '#!/bin/sh\necho "$@" >>%s\ncat\n' "$PWD/../ran" >../evil
    chmod +x ../evil
    echo '* filter=evil diff=evil merge=evil' >.git/info/attributes
    touch -d yesterday VERSION
    tries filter.evil.clean="$evil" filter.evil.smudge="$evil" filter.evil.required=true
    tries filter.evil.process="$evil"
    tries diff.external="$evil" diff.evil.textconv="$evil" diff.evil.command="$evil"
    tries core.fsmonitor="$evil"
    tries core.alternateRefsCommand="$evil" core.editor="$evil" core.pager="$evil" pager.log=true
    tries gpg.program="$evil" log.showSignature=true tag.gpgSign=true
    tries alias.ls-remote="!$evil" alias.rev-parse="!$evil" alias.ls-files="!$evil"
    tries remote.origin.uploadpack="$evil" uploadpack.packObjectsHook="$evil"
    tries remote.origin.vcs=ext remote.origin.url="$evil"
    git -C . remote set-url origin ../remote.git
    mkdir ../hooks
    for hook in post-index-change reference-transaction post-checkout pre-push fsmonitor-watchman; do
        cp ../evil "../hooks/$hook"
        cp ../evil ".git/hooks/$hook"
    done
    tries core.hooksPath="$PWD/../hooks"
    printf '[core]\nfsmonitor = %s\n[filter "evil"]\nclean = %s\n' "$evil" "$evil" >../more
    tries include.path=../../more
    git remote set-url origin git://127.0.0.1:1/p
    tries core.gitProxy="$evil"
    git remote set-url origin ssh://host.invalid/p
    tries core.sshCommand="$evil"
    export GIT_SSH=$evil GIT_SSH_COMMAND=$evil GIT_ASKPASS=$evil GIT_PROXY_COMMAND=$evil GIT_EXTERNAL_DIFF=$evil \
        GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.fsmonitor GIT_CONFIG_VALUE_0=$evil
    tries core.bigFileThreshold=1
}

@test "no program that a submodule names is run" {
    local evil=$PWD/../evil
    printf '#!/bin/sh\necho "$@" >>%s\ncat\n' "$PWD/../ran" >../evil
    chmod +x ../evil
    submodule
    echo '* filter=evil' >"$(git -C sub rev-parse --git-path info/attributes)"
    git -C sub config filter.evil.clean "$evil"
    git -C sub config core.fsmonitor "$evil"
    touch -d yesterday sub/file
    run attest align before
    [ ! -e ../ran ]
}

@test "variables of git do not change what is looked at" {
    git clone -q . ../other
    git -C ../other commit -q --allow-empty -m other
    echo changed >VERSION
    export GIT_DIR=$PWD/../other/.git GIT_WORK_TREE=$PWD/../other GIT_INDEX_FILE=$PWD/../other/.git/index \
        GIT_OBJECT_DIRECTORY=$PWD/../other/.git/objects GIT_CONFIG_GLOBAL=/dev/null GIT_NAMESPACE=x \
        GIT_CEILING_DIRECTORIES=$PWD
    run attest align before
    [ "$status" -ne 0 ]
    [[ "$output" == *"= found: VERSION"* ]]
}

@test "pushed: a commit-graph of the checkout that gives commits other parents" {
    local head middle other at position
    head=$(git rev-parse HEAD)
    middle=$(git commit-tree -m middle "$(git mktree </dev/null)")
    other=$(git commit-tree -m other -p "$middle" "$(git write-tree)")
    git push -q -f origin "$other:refs/heads/main"
    git commit-graph write --reachable
    run ! git merge-base --is-ancestor HEAD "$other"
    # Commits are numbered in the order of their names; the first parent of one stands behind its tree.
    position=$(printf '%s\n' "$head" "$middle" "$other" | sort | grep -n "$head")
    at=$(LC_ALL=C grep -obUaP '\x4b\x82\x5d\xc6\x42\xcb\x6e\xb9\xa0\x60' .git/objects/info/commit-graph)
    chmod u+w .git/objects/info/commit-graph
    # shellcheck disable=SC2059 # it is to be taken for an octal number
    printf "\\0\\0\\0\\$((${position%%:*} - 1))" |
        dd of=.git/objects/info/commit-graph bs=1 seek=$((${at%%:*} + 20)) conv=notrunc status=none
    git merge-base --is-ancestor HEAD "$other"
    expect "pushed refuted" unpushed
}

# --- the tree -------------------------------------------------------------------------------------------------

@test "the tree: bytes that differ behind git's back" {
    git config core.trustctime false
    git config core.checkStat minimal
    touch -d yesterday folder/one
    git update-index --refresh
    cp -p folder/one ../time
    echo two >folder/one
    touch -r ../time folder/one
    [ -z "$(git status --porcelain)" ]
    dirty folder/one
    git config core.ignoreStat true
    git checkout -q -f folder/one
    echo three >folder/one
    dirty folder/one
}

@test "the tree: bytes that a filter or line ends hide from git" {
    printf 'a\nb\n' >text
    echo '* text=auto' >.gitattributes
    publish
    holds
    printf 'a\r\nb\r\n' >text
    git status --porcelain >/dev/null
    git add text 2>/dev/null
    [ -z "$(git status --porcelain)" ]
    dirty text
    git checkout -q -f .
    rm text
    git checkout -q text
    echo 'run filter=hide' >.git/info/attributes
    git config filter.hide.clean 'git show HEAD:run'
    echo changed >run
    git add run
    [ -z "$(git status --porcelain)" ]
    dirty run
}

@test "the tree: line ends that the commit asks for, and no others" {
    printf '*.bat text eol=crlf\nother.bat -text\n' >.gitattributes
    printf 'a\r\nb\r\n' >tool.bat
    printf 'a\nb\n' >other.bat
    publish
    [ "$(git cat-file blob HEAD:tool.bat)" = $'a\nb' ]
    holds
    printf 'a\nb\n' >tool.bat
    holds
    printf 'a\r\nc\r\n' >tool.bat
    dirty tool.bat
    printf 'a\nb\r\n' >tool.bat
    dirty tool.bat
    printf 'a\r\nb\r\n' >tool.bat
    holds
    printf 'a\r\nb\r\n' >other.bat
    dirty other.bat
    git checkout -q other.bat
    # Not what the checkout asks for.
    printf 'one\r\n' >folder/one
    echo '* text eol=crlf' >.git/info/attributes
    git add folder/one 2>/dev/null
    [ -z "$(git status --porcelain)" ]
    expect "tree refuted" dirty-tree
    rm .git/info/attributes
    git config core.attributesFile "$PWD/../attributes"
    echo '* text eol=crlf' >../attributes
    dirty folder/one
    git config core.autocrlf true
    dirty folder/one
}

@test "the tree: what Git LFS puts in place of a pointer" {
    echo '*.bin filter=lfs diff=lfs merge=lfs -text' >.gitattributes
    echo large >large
    printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 6\n' \
        "$(sha256sum large | cut -c1-64)" >some.bin
    publish
    holds # as a clone without Git LFS has it
    cp large some.bin
    holds
    echo LARGE >some.bin
    dirty some.bin
    cp large some.bin
    echo >.gitattributes
    git commit -q -m no .gitattributes
    git tag -f v1.0.0
    git push -q -f origin main v1.0.0
    dirty some.bin
}

@test "the tree: modes, links, folders and files in place of each other" {
    git config core.fileMode false
    chmod -x run
    dirty run
    chmod +x run VERSION
    dirty VERSION
    chmod -x VERSION
    holds
    git config core.symlinks false
    rm link
    echo -n folder >"link"
    dirty link
    ln -sf ./folder link
    dirty link
    ln -sfn folder link
    holds
    mv folder ../moved
    ln -s ../moved folder
    dirty folder/one
    rm folder
    mv ../moved folder
    rm folder/one
    dirty folder/one
    mkdir folder/one
    dirty folder/one
    rmdir folder/one
    mkfifo folder/one
    dirty folder/one
    rm folder/one
    git checkout -q folder/one
    holds
}

@test "the tree: what is staged" {
    echo new >new
    git add -N new
    dirty new
    git add new
    dirty new
    git rm -q --cached new
    git rm -q --cached run
    dirty run
    git reset -q
    git update-index --cacheinfo "100644,$(git rev-parse HEAD:run),VERSION"
    dirty VERSION
    git reset -q
    git update-index --chmod=+x VERSION
    dirty VERSION
}

@test "the tree: elsewhere" {
    cp -r . ../elsewhere
    git config core.worktree "$PWD/../elsewhere"
    echo changed >run
    expect "tree unknown" "has the files of this checkout elsewhere"
}

@test "the tree: replaced objects are not those of the commit" {
    git replace "$(git rev-parse HEAD:run)" "$(echo other | git hash-object -w --stdin)"
    echo other >run
    dirty run
    git checkout -q run 2>/dev/null || true
    git replace -d "$(git rev-parse HEAD:run)"
    git checkout -q -f run
    git replace HEAD "$(git commit-tree -m other "$(git write-tree)")"
    holds
}

@test "the tree: attest.toml by a link is not the one in the commit" {
    cp attest.toml ../outside.toml
    ln -s ../outside.toml release.toml
    publish
    run ! attest align before --config release.toml
    [[ "$output" == *release.toml* ]]
}

# --- submodules -----------------------------------------------------------------------------------------------

submodule() {
    git init -q -b main ../module
    echo file >../module/file
    git -C ../module add -A
    git -C ../module commit -q -m a
    git submodule --quiet add ../module sub
    git config -f .gitmodules submodule.sub.ignore all
    publish
}

@test "submodules: at their commit, changed, at another one, not asked for" {
    git remote set-url origin "$PWD/../remote.git"
    submodule 2>/dev/null || true
    git -c protocol.file.allow=always submodule --quiet add "$PWD/../module" sub 2>/dev/null || true
    publish
    holds
    git config submodule.sub.ignore all
    echo changed >sub/file
    [ -z "$(git status --porcelain)" ]
    dirty sub/file
    git -C sub commit -q -a -m b
    dirty sub
    git -C sub push -q origin HEAD:more
    dirty sub
    git -C sub checkout -q main
    git -C sub reset -q --hard origin/main
    holds
    git submodule --quiet deinit -f sub
    holds
    echo stray >sub/stray
    dirty sub
}

@test "submodules: a commit that nobody else has" {
    submodule
    git -C sub commit -q --allow-empty -m own
    publish
    expect "tree refuted" "a submodule is at a commit that it has from no remote"
    [[ "$output" == *"[unpushed]"*"= found: sub"* ]]
    git -C sub tag mine
    [ "$(steps)" = "tree refuted" ]
    git -C sub push -q origin HEAD:more
    holds
    git clone -q --recurse-submodules --shallow-submodules "file://$PWD/../remote.git" ../fresh
    cd ../fresh
    holds
}

# --- clones ---------------------------------------------------------------------------------------------------

@test "a linked worktree is a checkout" {
    git worktree add -q ../tree v1.0.0
    cd ../tree
    holds
    echo changed >run
    dirty run
}

@test "a shallow clone says what to do" {
    git commit -q --allow-empty -m before
    publish
    git clone -q --depth 1 --branch v1.0.0 "file://$PWD/../remote.git" ../shallow
    cd ../shallow
    run -2 attest align before
    [[ "$output" == *"the clone is shallow"*"fetch-depth: 0"* ]]
    git fetch -q --unshallow
    holds
}

@test "partial clones and sparse checkouts" {
    git -C ../remote.git config uploadpack.allowFilter true
    git clone -q --filter=blob:none "file://$PWD/../remote.git" ../partial
    cd ../partial
    holds
    git sparse-checkout set --cone folder
    [ ! -e other ]
    holds
    git sparse-checkout set --no-cone /VERSION /attest.toml
    [ ! -e run ]
    holds
    echo other >run
    dirty run
}

@test "borrowed objects" {
    git clone -q --shared . ../borrowed
    cd ../borrowed
    git remote set-url origin ../remote.git
    holds
}

@test "SHA-256" {
    git init -q --object-format=sha256 -b main ../long
    git init -q --object-format=sha256 --bare -b main ../long.git
    cd ../long
    git remote add origin ../long.git
    project .
    publish
    holds
    echo >>attest.toml
    dirty attest.toml
}
