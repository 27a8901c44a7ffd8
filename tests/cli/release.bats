#!/usr/bin/env bats
# tools/release, which the release workflow runs: all that goes with the artifacts, made and verified, or a refusal.

load common
load builds

# release [NAME=VALUE...]: of the artifacts in "dist", by a push of the tag v1.0.
release() {
    git tag -f v1.0 >/dev/null
    github GITHUB_REF=refs/tags/v1.0 GITHUB_REF_TYPE=tag GITHUB_REF_NAME=v1.0 \
        GITHUB_WORKFLOW_REF=octo/hello/.github/workflows/release.yml@refs/tags/v1.0 ATTEST="$BIN/attest" \
        PACKAGES="$BATS_TEST_TMPDIR/status" "$@" "$ROOT/tools/release" dist ../key
}

packages() {
    printf '%s\n' 'Package: gcc-12' 'Status: install ok installed' 'Architecture: amd64' 'Version: 12.2.0-14' \
        >"$BATS_TEST_TMPDIR/status"
}

@test "a release: checksums, provenance and signature, which a user can verify" {
    packages
    run -0 release
    says 'dist/SHA256SUMS: verified, signed by'
    says 'verified: 2 of 2 files hold'
    cd dist
    [ "$(echo *)" = 'SHA256SUMS SHA256SUMS.sigstore.json builder.cdx.json library provenance.sigstore.json tool' ]
    sha256sum --check --strict SHA256SUMS
    run -0 attest verify tool --provenance provenance.sigstore.json --key ../../key.pub \
        --source https://github.com/octo/hello --tag v1.0 \
        --builder https://github.com/octo/hello/.github/workflows/release.yml@refs/tags/v1.0
    run -1 attest verify tool --provenance provenance.sigstore.json --key ../../key.pub \
        --source https://github.com/octo/hello --tag v1.1 \
        --builder https://github.com/octo/hello/.github/workflows/release.yml@refs/tags/v1.0
    run -0 attest inspect provenance.sigstore.json
    says gcc-12
}

@test "a release is made once, of a tag, of artifacts, from the commit" {
    packages
    run -1 release GITHUB_REF=refs/heads/main GITHUB_REF_TYPE=branch GITHUB_REF_NAME=main
    says 'expected the build of a tag, found that of a branch'
    run -0 release
    run -1 release
    says 'is there already'
    rm -r dist
    mkdir dist
    run -1 release
    says 'expected artifacts in dist, found none'
    echo one >dist/tool
    echo changed >>main.c
    run ! release
    says 'found changed files in it'
}

@test "what was changed while the release was made is not released" {
    packages
    # a program that changes an artifact once its provenance is there
    # shellcheck disable=SC2016 # the program expands them
    printf '#!/bin/sh\n"%s" "$@" || exit\n[ "$1" != sign ] || echo changed >>dist/tool\n' "$BIN/attest" >../changing
    chmod +x ../changing
    run ! release ATTEST=../changing
    says 'NOT verified'
}
