#!/usr/bin/env bats
# attest provenance: simulated build systems, what is refused, and what a verifier makes of it.

load common
load builds

TYPE=https://slsa.dev/provenance/v1

@test "GitHub: the statement is that of the build type" {
    run -0 github attest provenance dist/tool dist/library
    is '._type' https://in-toto.io/Statement/v1
    is '.predicateType' "$TYPE"
    is '[.subject[] | .name + " " + .digest.sha256] | join(",")' \
        "library $(sha256sum <dist/library | cut -d' ' -f1),tool $(sha256sum <dist/tool | cut -d' ' -f1)"
    jq -S .predicate <<<"$output" >found
    jq -S . >wanted <<END
{"buildDefinition": {"buildType": "https://actions.github.io/buildtypes/workflow/v1",
  "externalParameters": {"workflow": {"ref": "refs/heads/main", "repository": "https://github.com/octo/hello",
    "path": ".github/workflows/release.yml"}},
  "internalParameters": {"github": {"event_name": "push", "repository_id": "12", "repository_owner_id": "7",
    "runner_environment": "github-hosted"}},
  "resolvedDependencies": [{"uri": "git+https://github.com/octo/hello@refs/heads/main",
    "digest": {"gitCommit": "$SHA"}}]},
 "runDetails": {"builder":
   {"id": "https://github.com/octo/hello/.github/workflows/release.yml@refs/heads/main"},
  "metadata": {"invocationId": "https://github.com/octo/hello/actions/runs/99/attempts/2"}}}
END
    diff wanted found
}

@test "GitHub: tags, manual runs, and reusable workflows" {
    run -0 github GITHUB_EVENT_NAME=workflow_dispatch attest provenance dist/tool
    is .predicate.buildDefinition.internalParameters.github.event_name workflow_dispatch
    for event in push create release; do
        run -0 github GITHUB_EVENT_NAME=$event GITHUB_REF=refs/tags/p@1 GITHUB_REF_TYPE=tag GITHUB_REF_NAME=p@1 \
            GITHUB_WORKFLOW_REF=octo/hello/.github/workflows/a@b.yml@refs/tags/p@1 attest provenance dist/tool
        is .predicate.buildDefinition.externalParameters.workflow.path .github/workflows/a@b.yml
        is .predicate.buildDefinition.externalParameters.workflow.ref refs/tags/p@1
    done
    run -0 github ATTEST_JOB_WORKFLOW_REF=octo/builders/.github/workflows/b.yml@refs/tags/v1 \
        attest provenance dist/tool
    is .predicate.runDetails.builder.id https://github.com/octo/builders/.github/workflows/b.yml@refs/tags/v1
}

@test "GitHub: other events, missing and contradictory variables are refused by name" {
    local name
    for name in pull_request pull_request_target schedule issues; do
        run -2 github GITHUB_EVENT_NAME=$name attest provenance dist/tool -o out
        says "GITHUB_EVENT_NAME: expected one of the events"
        says "found \"$name\""
    done
    for name in GITHUB_SERVER_URL GITHUB_REPOSITORY GITHUB_REPOSITORY_ID GITHUB_REPOSITORY_OWNER_ID \
        GITHUB_EVENT_NAME GITHUB_REF GITHUB_SHA GITHUB_WORKFLOW_REF GITHUB_RUN_ID GITHUB_RUN_ATTEMPT \
        RUNNER_ENVIRONMENT; do
        run -2 github env -u $name attest provenance dist/tool -o out
        says "$name: expected this variable of the build system, found none"
    done
    run -2 github GITHUB_REF_NAME=other attest provenance dist/tool -o out
    says "GITHUB_REF_NAME contradicts GITHUB_REF"
    run -2 github GITHUB_WORKFLOW_REF=evil/hello/.github/workflows/release.yml@refs/heads/main \
        attest provenance dist/tool -o out
    says "GITHUB_WORKFLOW_REF contradicts GITHUB_REPOSITORY"
    run -2 github GITHUB_SHA="${SHA/#?/g}" attest provenance dist/tool -o out
    says "GITHUB_SHA: expected a commit"
    run -2 github GITLAB_CI=true attest provenance dist/tool -o out
    says "GITHUB_ACTIONS contradicts GITLAB_CI"
    [ ! -e out ]
}

@test "GitLab: the statement is that of the runner's build type, without secrets" {
    run -0 gitlab attest provenance dist/tool
    [[ "$output" != *'"secret"'* ]]
    is .predicate.buildDefinition.buildType \
        https://gitlab.com/gitlab-org/gitlab-runner/-/blob/v17.5.0/PROVENANCE.md
    is .predicate.buildDefinition.externalParameters.source https://gitlab.example/group/hello
    is .predicate.buildDefinition.externalParameters.entryPoint build
    is .predicate.buildDefinition.externalParameters.variables.CI_JOB_TOKEN '[MASKED]'
    is .predicate.buildDefinition.externalParameters.variables.CI_COMMIT_BRANCH main
    is '.predicate.buildDefinition.internalParameters | tojson' '{"name":"blue","architecture":"amd64","job":"4"}'
    is '.predicate.buildDefinition.resolvedDependencies | tojson' \
        "[{\"uri\":\"https://gitlab.example/group/hello\",\"digest\":{\"gitCommit\":\"$SHA\"}}]"
    is '.predicate.runDetails.builder | tojson' \
        '{"id":"https://gitlab.example/group/hello/-/runners/6","version":{"gitlab-runner":"17.5.0"}}'
    is '.predicate.runDetails.metadata | tojson' '{"invocationId":"4"}'
}

@test "GitLab: merge requests, missing and contradictory variables are refused by name" {
    local name
    run -2 gitlab CI_PIPELINE_SOURCE=merge_request_event attest provenance dist/tool -o out
    says "CI_PIPELINE_SOURCE: expected a pipeline of a branch or tag"
    for name in CI_PIPELINE_SOURCE CI_SERVER_URL CI_PROJECT_PATH CI_PROJECT_URL CI_COMMIT_SHA CI_COMMIT_REF_NAME \
        CI_JOB_NAME CI_JOB_ID CI_RUNNER_ID CI_RUNNER_VERSION; do
        run -2 gitlab env -u $name attest provenance dist/tool -o out
        says "$name: expected this variable of the build system, found none"
    done
    run -2 gitlab env -u CI_COMMIT_BRANCH attest provenance dist/tool -o out
    says "CI_COMMIT_BRANCH or CI_COMMIT_TAG"
    run -2 gitlab CI_COMMIT_TAG=main attest provenance dist/tool -o out
    says "CI_COMMIT_BRANCH contradicts CI_COMMIT_TAG"
    run -2 gitlab CI_PROJECT_URL=https://gitlab.example/group/hello.git attest provenance dist/tool -o out
    says "CI_PROJECT_URL contradicts CI_SERVER_URL and CI_PROJECT_PATH"
    [ ! -e out ]
}

@test "the checkout has to be the commit, and clean" {
    run -2 github GITHUB_SHA="$(tr 0-9a-f 1-9a-f0 <<<"$SHA")" GITHUB_WORKFLOW_SHA='' attest provenance dist/tool
    says "GITHUB_SHA contradicts the checkout"
    echo change >>main.c
    local system
    for system in github gitlab; do
        run -2 $system attest provenance dist/tool -o out
        says "found changed files"
        run -0 $system attest provenance dist/tool --allow-dirty
        is '.predicate.buildDefinition.resolvedDependencies[0].annotations | tojson' '{"dirty":true}'
    done
    run -2 generic dist/tool -o out
    says "found changed files"
    git add main.c
    run -2 generic dist/tool -o out
    run -2 generic dist/tool --slsa 0.2 --allow-dirty -o out
    says "version 0.2 has no place"
    [ ! -e out ]
    git reset -q --hard
    run -0 generic dist/tool --allow-dirty
    is '.predicate.buildDefinition.resolvedDependencies[0].annotations' null
}

@test "nothing that the checkout names is run, and what git is told to overlook is seen" {
    printf '%s\n' 'main.c filter=hide' >.gitattributes
    git add .gitattributes
    git commit -q -m attributes
    SHA=$(git rev-parse HEAD)
    echo change >>main.c
    git config filter.hide.clean "touch $BATS_TEST_TMPDIR/ran; git cat-file blob HEAD:main.c"
    git config core.fsmonitor "touch $BATS_TEST_TMPDIR/ran"
    run -2 github attest provenance dist/tool
    says "found changed files in it: main.c"
    [ ! -e ../ran ]
    git checkout -q -f main.c
    rm -f ../ran
    touch -d yesterday main.c
    run -0 github attest provenance dist/tool
    is '.predicate.buildDefinition.resolvedDependencies[0].annotations' null
    [ ! -e ../ran ]
    git update-index --assume-unchanged main.c
    echo change >>main.c
    run -2 github attest provenance dist/tool
    says "found changed files in it: main.c"
}

@test "submodules are part of the checkout, and need not be pushed" {
    git init -q -b main ../module
    git -C ../module -c user.name=me -c user.email=a@b.example commit -q --allow-empty -m a
    git -c protocol.file.allow=always submodule --quiet add "$PWD/../module" sub
    git config -f .gitmodules submodule.sub.ignore all
    echo file >sub/file
    git -C sub add file
    git -C sub -c user.name=me -c user.email=a@b.example commit -q -m own
    git add -A sub .gitmodules
    git commit -q -m sub
    SHA=$(git rev-parse HEAD)
    echo stray >sub/stray
    run -0 github attest provenance dist/tool
    is '.predicate.buildDefinition.resolvedDependencies[0].annotations' null
    echo more >>main.c
    run -2 github attest provenance dist/tool
    git checkout -q main.c
    echo more >>sub/file
    run -2 github attest provenance dist/tool
    says "found changed files in it: sub/file"
}

@test "without a checkout the build system alone says what was built" {
    cp -r dist "$BATS_TEST_TMPDIR/bare"
    cd "$BATS_TEST_TMPDIR/bare"
    run -0 github attest provenance tool
    is '.predicate.buildDefinition.resolvedDependencies[0].digest.gitCommit' "$SHA"
    run -2 generic tool
    says "expected a git checkout"
    run -0 generic tool --checkout ../tree
    run -2 github attest provenance tool --checkout .
    says "expected a git checkout for --checkout"
    mkdir .git
    run -2 github attest provenance tool
    says "git rev-parse failed"
}

@test "git is asked without what the caller's surroundings or the checkout would have it run" {
    mkdir "$BATS_TEST_TMPDIR/evil"
    printf '#!/bin/sh\ntouch %q\n' "$BATS_TEST_TMPDIR/ran" >"$BATS_TEST_TMPDIR/evil/git"
    chmod 755 "$BATS_TEST_TMPDIR/evil/git"
    git config core.fsmonitor "$BATS_TEST_TMPDIR/evil/git"
    PATH=$BATS_TEST_TMPDIR/evil:$PATH GIT_DIR=/nowhere GIT_WORK_TREE=/nowhere run -0 generic dist/tool
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
    is '.predicate.buildDefinition.resolvedDependencies[0].digest.gitCommit' "$SHA"
}

@test "generic: what git and the options say" {
    echo log >log
    SOURCE_DATE_EPOCH=1700000000 run -0 env SOURCE_DATE_EPOCH=1700000000 attest provenance \
        --builder-id https://builder.example/1 --source https://name:word@git.example/hello.git \
        --command 'make dist' --parameter z=1 --parameter 'a="2"' --tool /bin/sh --byproduct log \
        --invocation-id 42 --builder generic dist/tool
    [[ "$output" != *word* ]]
    is '.predicate.buildDefinition.externalParameters | keys | join(" ")' "command parameters source"
    is '.predicate.buildDefinition.externalParameters.source | tojson' \
        "{\"uri\":\"git+https://git.example/hello@refs/heads/main\",\"digest\":{\"gitCommit\":\"$SHA\"}}"
    is '.predicate.buildDefinition.externalParameters.command' "make dist"
    is '.predicate.buildDefinition.externalParameters.parameters | tojson' '{"a":"\"2\"","z":"1"}'
    is '.predicate.buildDefinition.resolvedDependencies[1] | tojson' \
        "{\"name\":\"sh\",\"digest\":{\"sha256\":\"$(sha256sum </bin/sh | cut -d' ' -f1)\"}}"
    is '.predicate.runDetails.byproducts | tojson' \
        "[{\"name\":\"log\",\"digest\":{\"sha256\":\"$(sha256sum <log | cut -d' ' -f1)\"}}]"
    is '.predicate.runDetails.metadata | tojson' \
        '{"invocationId":"42","startedOn":"2023-11-14T22:13:20Z","finishedOn":"2023-11-14T22:13:20Z"}'
    git tag v1
    run -0 generic dist/tool
    is .predicate.buildDefinition.externalParameters.source.uri git+https://git.example/hello@refs/tags/v1
    git tag v2
    run -0 generic dist/tool
    is .predicate.buildDefinition.externalParameters.source.uri git+https://git.example/hello@refs/heads/main
    git checkout -q --detach
    git remote add origin git@git.example:other.git
    run -0 clean attest provenance --builder-id https://builder.example/1 dist/tool
    is .predicate.buildDefinition.externalParameters.source.uri "git+ssh://git@git.example/other@$SHA"
}

@test "generic: what is refused" {
    run -2 clean attest provenance dist/tool
    says "expected --builder-id"
    run -2 clean attest provenance dist/tool --builder-id me --source https://git.example/hello
    says "expected a URI"
    run -2 clean attest provenance dist/tool --builder-id https://b.example/
    says 'found no remote "origin"'
    run -2 generic dist/tool --parameter x
    says "expected NAME=VALUE"
    run -2 generic dist/tool --parameter x=1 --parameter x=2
    says "parameter x was given twice"
    run -2 github attest provenance dist/tool --command make
    says "--command is for --builder generic"
    run -2 clean attest provenance dist/tool --builder github
    says "GITHUB_EVENT_NAME: "
    run -2 clean attest provenance dist/tool --builder jenkins
    says 'found "jenkins"'
}

@test "a signed statement is verified for each of its artifacts, and no other" {
    local format
    for format in bundle dsse; do
        run -0 github attest provenance dist/tool dist/library --key ../key --as $format -o p
        says "p: SLSA provenance of 2 artifacts, commit ${SHA:0:12}"
        run -0 attest verify dist/tool --key ../key.pub --signature p --predicate-type $TYPE
        run -0 attest verify dist/library --key ../key.pub --signature p --predicate-type $TYPE
        run -1 attest verify main.c --key ../key.pub --signature p --predicate-type $TYPE
        run -1 attest verify dist/tool --key ../key.pub --signature p --predicate-type ${TYPE%1}2
        run -1 attest verify dist/tool --key "$TESTDATA/signing/p256.pub" --signature p --predicate-type $TYPE
    done
    run -0 github attest provenance dist/tool --key ../key --slsa 0.2 -o p
    run -0 attest verify dist/tool --key ../key.pub --signature p --predicate-type https://slsa.dev/provenance/v0.2
    run -1 attest verify dist/tool --key ../key.pub --signature p --predicate-type $TYPE
}

@test "version 0.2 of the predicate" {
    run -0 github attest provenance dist/tool --slsa 0.2
    is ._type https://in-toto.io/Statement/v0.1
    is .predicate.builder.id https://github.com/octo/hello/.github/workflows/release.yml@refs/heads/main
    is '.predicate.invocation.configSource.uri' git+https://github.com/octo/hello@refs/heads/main
    is '.predicate.invocation.configSource.digest | tojson' "{\"sha1\":\"$SHA\"}"
    is '.predicate.invocation.configSource.entryPoint' .github/workflows/release.yml
    is '.predicate.materials[0].digest.sha1' "$SHA"
    run -2 github attest provenance dist/tool --slsa 0.2 --byproduct main.c
    run -2 github attest provenance dist/tool --slsa 2
}

@test "a checksum manifest names the subjects" {
    sha256sum dist/tool dist/library >SUMS
    sha512sum dist/tool >>SUMS
    rm -r dist
    run -0 github attest provenance --checksums SUMS
    is '[.subject[].name] | join(" ")' "dist/library dist/tool"
    is '.subject[1].digest | keys | join(" ")' "sha256 sha512"
    run -2 github attest provenance --checksums SUMS main.c
    says "found both"
    echo bad >>SUMS
    run -2 github attest provenance --checksums SUMS
    : >SUMS
    run -2 github attest provenance --checksums SUMS
    run -2 github attest provenance --checksums nowhere
    md5sum main.c >SUMS
    run -2 github attest provenance --checksums SUMS
}

@test "the same bytes every time: any threads, any order, signed too" {
    local i
    for i in $(seq 40); do echo "$i" >"dist/f$i"; done
    github attest provenance dist/* --jobs 1 -o one
    github attest provenance dist/f* dist/tool dist/library --jobs 8 -o two
    cmp one two
    github attest provenance dist/* --jobs 1 --key ../key -o one
    github attest provenance dist/* --jobs 8 --key ../key -o two
    cmp one two
    [ "$(jq '.subject | length' < <(github attest provenance dist/*))" = 42 ]
}

@test "nothing is written when anything is wrong, and no input is written over" {
    mkdir more
    cp dist/library more/tool
    run -2 github attest provenance dist/tool more/tool -o out
    says "expected one artifact called tool, found two"
    run -2 github attest provenance dist/tool nowhere -o out
    says nowhere
    run -2 github attest provenance dist/tool more -o out
    run -2 github attest provenance -o out
    run -2 github attest provenance dist/tool --key nowhere -o out
    run -2 github attest provenance dist/tool --key ../key.pub -o out
    run -2 github attest provenance dist/tool --as dsse -o out
    run -2 github attest provenance dist/tool --tool nowhere -o out
    run -2 github SOURCE_DATE_EPOCH=x attest provenance dist/tool -o out
    [ ! -e out ]
    cp dist/tool before
    run -2 github attest provenance dist/tool -o dist/tool
    says "dist/tool would be written over"
    cmp dist/tool before
    run -2 github attest provenance dist/tool --key ../key -o ../key
    says "would be written over"
    run -2 github attest provenance $'dist/\e[31mx' -o out
    [[ "$output" != *$'\e'* ]]
    cp dist/tool $'dist/\e[31mx'
    run -2 github attest provenance $'dist/\e[31mx' -o out
    [ ! -e out ]
}

@test "a key with a passphrase" {
    echo right >../phrase
    attest key new -o ../locked --passphrase-file ../phrase 2>/dev/null
    run -0 github attest provenance dist/tool --key ../locked --passphrase-file ../phrase -o p
    run -0 attest verify dist/tool --key ../locked.pub --signature p --predicate-type $TYPE
    run -2 github COSIGN_PASSWORD=wrong attest provenance dist/tool --key ../locked
}

# The environments of whole runs: what becomes of the good ones, and the first line of why not of the bad ones.
@test "recorded environments" {
    local file variables count=0
    cp dist/tool "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR"
    for file in "$TESTDATA"/build/good/*.env; do
        mapfile -t variables <"$file"
        # Without the variables that "clean" needs.
        clean "${variables[@]}" attest provenance tool | jq '.predicate |
            del(.buildDefinition.externalParameters.variables? | .PATH, .HOME, .ASAN_OPTIONS, .UBSAN_OPTIONS)' >found
        diff "${file%.env}.json" found
        count=$((count + 1))
    done
    for file in "$TESTDATA"/build/bad/*.env; do
        mapfile -t variables <"$file"
        run -2 clean "${variables[@]}" attest provenance tool -o out
        says "attest-provenance: $(head -n 1 "${file%.env}.expect")"
        [ ! -e out ]
        count=$((count + 1))
    done
    [ "$count" -ge 24 ]
}

@test "what was built from changed files is verified only where that is asked for, and the report says so" {
    echo change >>main.c
    generic dist/tool --key ../key -o ../p --allow-dirty
    set -- attest verify dist/tool --provenance ../p --key ../key.pub --builder https://builder.example/1 \
        --source https://git.example/hello
    run -1 "$@"
    says 'error[dirty-source]'
    run -0 "$@" --insecure-dirty
    says 'working-tree: dirty: --insecure-dirty'
}
