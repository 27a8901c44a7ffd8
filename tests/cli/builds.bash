# A checkout with two artifacts, the environments of builds, and what a statement says.
# shellcheck disable=SC2154 # bats sets "output"

setup() {
    PATH=$BIN:$PATH
    unset COSIGN_PASSWORD
    export HOME=$BATS_TEST_TMPDIR/home
    mkdir "$HOME" "$BATS_TEST_TMPDIR/tree"
    cd "$BATS_TEST_TMPDIR/tree" || return
    git init -q -b main .
    git config user.name me
    git config user.email me@example.com
    echo source >main.c
    git add main.c
    git commit -q -m first
    SHA=$(git rev-parse HEAD)
    mkdir dist
    echo one >dist/tool
    echo two >dist/library
    install -m 600 "$TESTDATA/signing/ed25519.pem" ../key
    cp "$TESTDATA/signing/ed25519.pub" ../key.pub
}

# What stays of the surroundings is what sanitizers need.
clean() {
    env -i PATH="$PATH" HOME="$HOME" ${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} \
        ${UBSAN_OPTIONS:+UBSAN_OPTIONS="$UBSAN_OPTIONS"} "$@"
}

# github [NAME=VALUE...] COMMAND...: a push to main.
github() {
    clean GITHUB_ACTIONS=true GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=octo/hello \
        GITHUB_REPOSITORY_OWNER=octo GITHUB_REPOSITORY_ID=12 GITHUB_REPOSITORY_OWNER_ID=7 \
        GITHUB_EVENT_NAME=push GITHUB_REF=refs/heads/main GITHUB_REF_TYPE=branch GITHUB_REF_NAME=main \
        GITHUB_SHA="$SHA" GITHUB_WORKFLOW_SHA="$SHA" GITHUB_RUN_ID=99 GITHUB_RUN_ATTEMPT=2 \
        GITHUB_WORKFLOW_REF=octo/hello/.github/workflows/release.yml@refs/heads/main \
        RUNNER_ENVIRONMENT=github-hosted "$@"
}

gitlab() {
    clean GITLAB_CI=true CI=true CI_PIPELINE_SOURCE=push CI_SERVER_URL=https://gitlab.example \
        CI_PROJECT_PATH=group/hello CI_PROJECT_URL=https://gitlab.example/group/hello CI_COMMIT_SHA="$SHA" \
        CI_COMMIT_SHORT_SHA="${SHA:0:8}" CI_COMMIT_REF_NAME=main CI_COMMIT_BRANCH=main CI_JOB_NAME=build \
        CI_JOB_ID=4 CI_RUNNER_ID=6 CI_RUNNER_VERSION=17.5.0 CI_RUNNER_DESCRIPTION=blue \
        CI_RUNNER_EXECUTABLE_ARCH=linux/amd64 CI_JOB_TOKEN=secret "$@"
}

generic() {
    clean attest provenance --builder-id https://builder.example/1 --source https://git.example/hello.git "$@"
}

says() {
    [[ "$output" == *"$1"* ]] || {
        echo "\"$1\" is not in: $output"
        return 1
    }
}

# is FILTER EXPECTED: what jq finds in the statement.
is() {
    local found
    found=$(jq -r "$1" <<<"$output")
    [ "$found" = "$2" ] || {
        echo "$1: expected $2, found $found"
        return 1
    }
}
