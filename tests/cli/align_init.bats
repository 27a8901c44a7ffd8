#!/usr/bin/env bats
# attest align init: what is written follows from the tree, and is read again by the other commands.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    git init -q -b main r
    cd r || return
    git config user.email a@b.example
    git config user.name a
    git commit -q --allow-empty -m a
}

crate() { # FOLDER NAME VERSION
    mkdir -p "$1"
    printf '[package]\nname = "%s"\nversion = "%s"\n' "$2" "$3" >"$1/Cargo.toml"
}

init() { # to attest.toml, which the other commands have to read
    rm -f attest.toml
    attest align init --write
    attest align channels --commit 0123456789abcdef0123456789abcdef01234567 --date 2026-01-31T12:00:00Z \
        --ref refs/heads/main --last none
}

has() { # LINE...: next to each other
    local text
    printf -v text '%s\n' "$@"
    [[ "$(cat attest.toml)"$'\n' == *"$text"* ]] || {
        cat attest.toml
        false
    }
}

@test "a crate, with its lock, its tags and its remote" {
    crate . demo 1.2.0
    printf 'version = 4\n[[package]]\nname = "demo"\nversion = "1.2.0"\n' >Cargo.lock
    git remote add origin https://user:secret@github.com/acme/demo.git
    git tag demo-v1.2.0
    git tag other-9.0.0
    run -0 init
    has '[project]' 'name = "demo"' 'repository = "https://github.com/acme/demo"' 'tag = "demo-v{version}"' \
        'version-from = "Cargo.toml"'
    has '[[version]]' 'file = "Cargo.lock"'
    has '[[artifact]]' 'name = "demo-{version}.crate"' 'path = "target/package"' '' '[[channel]]' 'kind = "crates"' \
        'artifacts = ["demo-{version}.crate"]'
    run -1 grep secret attest.toml
    run -0 attest align versions
}

@test "a workspace whose parts have versions of their own" {
    printf '[workspace]\nmembers = ["*"]\n[workspace.package]\nversion = "2.0.0"\n' >Cargo.toml
    crate a a 2.0.0
    sed -i 's/version = .*/version.workspace = true/' a/Cargo.toml
    crate b b 0.3.0
    crate c c 0.1.0
    printf 'publish = false\n' >>c/Cargo.toml
    printf 'version = 4\n[[package]]\nname = "a"\nversion = "2.0.0"\n[[package]]\nname = "b"\nversion = "0.3.0"\n' \
        >Cargo.lock
    run -0 init
    has '[[version]]' 'file = "Cargo.toml"'
    has '[[version]]' 'file = "b/Cargo.toml"' 'group = "b"'
    has '[[version]]' 'file = "Cargo.lock"' 'field = "a"'
    has '[[version]]' 'file = "Cargo.lock"' 'field = "b"' 'group = "b"'
    has '# left out: c/Cargo.toml has another version, and is private'
    has '[[channel]]' 'kind = "crates"' 'package = "a"'
    [ "$(grep -c 'kind = "crates"' attest.toml)" -eq 1 ]
    run -0 attest align versions
}

@test "npm: scopes, locks, private packages, and what others wrote" {
    printf '{"name": "@acme/tool", "version": "1.0.0-rc.1"}' >package.json
    printf '{"name": "@acme/tool", "version": "1.0.0-rc.1", "packages": {"": {"version": "1.0.0-rc.1"}}}' \
        >package-lock.json
    mkdir -p site node_modules/x tests/fixtures packages/empty
    printf '{"name": "site", "version": "1.0.0-rc.1", "private": true}' >site/package.json
    printf '{"name": "empty", "private": true}' >packages/empty/package.json
    printf '{"name": "x", "version": "3.0.0"}' >node_modules/x/package.json
    cp node_modules/x/package.json tests/fixtures
    git tag v0.9.0
    git tag v1.0.0-rc.1
    run -0 init
    has 'name = "tool"'
    has 'tag = "v{version}"'
    has '[[version]]' 'file = "package-lock.json"'
    has '[[version]]' 'file = "site/package.json"'
    has 'name = "acme-tool-{version}.tgz"' '' '[[channel]]' 'kind = "npm"' 'package = "@acme/tool"'
    run -1 grep -E 'node_modules|fixtures|empty' attest.toml
    run -0 attest align versions
}

@test "Python, Go, and manifests for packagers" {
    printf '[project]\nname = "My.Tool"\nversion = "0.4.0rc1"\n' >pyproject.toml
    printf 'module example.org/tool\n' >go.mod
    mkdir -p Formula packaging/scoop .github/workflows
    touch Formula/tool.rb packaging/scoop/tool.json Dockerfile
    printf 'env:\n  IMAGE: ghcr.io/acme/tool\n' >.github/workflows/release.yml
    run -0 init
    has 'name = "my_tool-{version}-py3-none-any.whl"' 'path = "dist"'
    has 'kind = "pypi"' 'artifacts = ["my_tool-{version}-py3-none-any.whl", "my_tool-{version}.tar.gz"]'
    has 'kind = "go"' 'package = "example.org/tool"'
    has 'kind = "homebrew"' 'name = "homebrew Formula/tool.rb"' 'tap = "."'
    has 'kind = "scoop"' 'name = "scoop packaging/scoop/tool.json"' 'bucket = "."'
    has '# repository = "ghcr.io/acme/tool"'
    run -0 attest align versions
}

@test "what is not there is a comment" {
    rm -rf .git
    run -0 attest align init
    [[ "$output" == *'# repository = '*'fill in'*'# [[version]]'*'# [[channel]]'* ]]
    printf '[project]\nname = "d"\ndynamic = ["version"]\n' >pyproject.toml
    run -0 attest align init
    [[ "$output" == *'# left out: pyproject.toml takes its version from elsewhere'* ]]
    echo '{' >package.json
    run -0 attest align init
    [[ "$output" == *'# left out: package.json was not understood: '* ]]
}

@test "hostile names are texts, and nothing else" {
    mkdir -p $'a"\n[[channel]]\nkind = "npm"\n#' 'b{version}'
    printf '[package]\nname = "x\\"\\n[trust]"\nversion = "1.0.0"\n' >$'a"\n[[channel]]\nkind = "npm"\n#/Cargo.toml'
    printf '{"name": "y\\u202e*", "version": "2.0.0"}' >'b{version}/package.json'
    printf '[package]\nname = "main"\nversion = "0.1.0"\n' >Cargo.toml
    git config remote.origin.url $'https://h.example/a"\n[trust]\nb'
    git config --add remote.other.url x
    git tag 'v"1.0.0' || true
    run -0 init
    [ "$(grep -c '^\[\[channel\]\]' attest.toml)" -eq 1 ]
    run -1 grep -E '^\[trust\]|^kind = "npm"' attest.toml
    has 'file = "a\"\u000a[[channel]]\u000akind = \"npm\"\u000a#/Cargo.toml"'
    run -0 attest align versions
}

@test "nothing is overwritten, and nothing lies where paths would mislead" {
    crate . demo 1.2.0
    echo kept >attest.toml
    run -2 attest align init --write
    [[ "$output" == *"is there already"* ]]
    run -2 attest align init -o attest.toml
    [ "$(cat attest.toml)" = kept ]
    ln -s nowhere link.toml
    run -2 attest align init -o link.toml
    run -2 attest align init -o ../other.toml
    [[ "$output" == *"expected a file in . for --output"* ]]
    run -2 attest align init -o x.toml --write
    run -2 attest align init a b
    run -2 attest align init nowhere
    run -0 attest align init -o x.toml
    run -0 attest align versions -c x.toml
    mkdir below
    mv Cargo.toml below
    run -0 attest align init --write below
    run -0 attest align versions -c below/attest.toml
}

@test "twice the same bytes, and nothing is changed by looking" {
    crate a a 1.0.0
    crate b b 2.0.0
    attest align init >../one
    attest align init >../two
    cmp ../one ../two
    [ "$(git status --porcelain | sort | tr -d '\n')" = '?? a/?? b/' ]
}

@test "a Go module alone: its major version is a place, and all agrees at once" {
    mkdir alone
    cd alone
    printf 'module example.org/tool/v2\n' >go.mod
    attest align init >attest.toml
    grep -qx 'file = "go.mod"' attest.toml
    run -0 attest align versions
    run -0 attest align versions --tag v2.0.1
    run -1 attest align versions --tag v3.0.0
}
