#!/usr/bin/env bats
# A release of one product on six channels, from the version in its sources to the ledger, as its maintainers would run
# it: crates.io, npm, PyPI, GitHub, a Homebrew tap, and cargo-binstall in preview.

load common
load align

VERSION=0.2.4 PYTHON=0.2.4

setup() {
    [ -e "$ROOT/build/registry/complete" ] || skip "the npm registry is not installed (./setup check)"
    cd "$BATS_TEST_TMPDIR" || return
    export npm_config_userconfig=$PWD/npmrc npm_config_cache=$PWD/npm CARGO_HOME=$PWD/cargo
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b.example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b.example
    PORT=$(free_ports 2)
    NPM=http://127.0.0.1:$((PORT + 1)) WEB=http://127.0.0.1:$PORT
    mkdir -p logs www/{index/pl/as,crates,pypi,simple,api/repos/acme/plasmite}
    WWW=$PWD/www
    serve
    attest key new --as minisign --no-passphrase -o key >/dev/null 2>&1
    git init -q -b main --bare origin.git
    git init -q -b main --bare tap.git
    git clone -q tap.git tap 2>/dev/null
    git clone -q origin.git plasmite 2>/dev/null
    cd plasmite || return
    sources
    formula
}

teardown() {
    [ ! -s "$BATS_TEST_TMPDIR/nginx.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/nginx.pid")"
    [ -z "${REGISTRY:-}" ] || kill "$REGISTRY" || true
}

serve() {
    local user=
    [ "$(id -u)" -ne 0 ] || user="user root;"
    cat >nginx.conf <<END
$user pid $PWD/nginx.pid; error_log $PWD/logs/error; events {}
http {
    access_log off; client_body_temp_path $PWD/logs; proxy_temp_path $PWD/logs;
    fastcgi_temp_path $PWD/logs; uwsgi_temp_path $PWD/logs; scgi_temp_path $PWD/logs;
    server {
        listen 127.0.0.1:$PORT; root $WWW; open_file_cache off;
        location /simple/ { index page; default_type application/vnd.pypi.simple.v1+json; }
        location /api/ { try_files \$uri.json =404; default_type application/json; }
    }
}
END
    nginx -c "$PWD/nginx.conf" -e "$PWD/logs/error"
    echo '{"meta":{"api-version":"1.1"},"projects":[]}' >www/simple/page
    echo '{"full_name":"acme/plasmite","private":false}' >www/api/repos/acme/plasmite.json
    printf '{"dl":"%s/crates/{crate}-{version}.crate","api":null}' "$WEB" >www/index/config.json
    printf '%s\n' 'storage: ./storage' 'auth: { htpasswd: { file: ./htpasswd } }' 'uplinks: {}' 'packages:' \
        "  '**': { access: \$all, publish: \$all }" 'web: { enable: false }' \
        'log: { type: file, path: log, format: json, level: warn }' >config.yaml
    printf '%s\n' "//127.0.0.1:$((PORT + 1))/:_authToken=none" "registry=$NPM/" update-notifier=false >npmrc
    node "$ROOT/build/registry/node_modules/verdaccio/bin/verdaccio" -c config.yaml -l "${NPM#http://}" \
        >/dev/null 2>&1 3>&- &
    REGISTRY=$!
    listening "$PORT"
    listening $((PORT + 1))
}

# The project: six places that say the version, which is still the last one's.
sources() {
    mkdir -p src bindings/{python/plasmite,node/native/src}
    printf '%s\n' '[package]' 'name = "plasmite"' 'version = "0.2.3" # all six' 'edition = "2021"' 'license = "MIT"' \
        'description = "d"' 'repository = "https://github.com/acme/plasmite"' 'exclude = ["bindings", "attest.toml"]' \
        '[package.metadata.binstall]' \
        "pkg-url = \"$WEB/acme/plasmite/releases/download/v{ version }/plasmite_{ version }_linux_amd64.tar.gz\"" \
        'pkg-fmt = "tgz"' >Cargo.toml
    echo '//! Nothing.' >src/lib.rs
    printf '%s\n' '[project]' 'name = "plasmite"' "version = '0.2.3'" >bindings/python/pyproject.toml
    printf '{\n  "name": "plasmite",\n  "version": "0.2.3",\n  "files": ["index.js"]\n}\n' >bindings/node/package.json
    printf '{\n  "name": "plasmite", "version": "0.2.3", "lockfileVersion": 3,\n  "packages": {\n    "": %s\n  }\n}\n' \
        '{ "name": "plasmite", "version": "0.2.3" }' >bindings/node/package-lock.json
    echo 'module.exports = 1' >bindings/node/index.js
    printf '%s\n' '[package]' 'name = "plasmite-node"' 'version = "0.2.3"' 'publish = false' \
        >bindings/node/native/Cargo.toml
    printf '/dist\n/target\n/Cargo.lock\n' >.gitignore
    cat >attest.toml <<END
[project]
name = "plasmite"
repository = "https://github.com/acme/plasmite"
annotated = true
version-from = "Cargo.toml"
checksums = "dist/SHA256SUMS"

[[version]]
file = "Cargo.toml"
field = "package.version"
[[version]]
file = "bindings/python/pyproject.toml"
[[version]]
file = "bindings/node/package.json"
[[version]]
file = "bindings/node/package-lock.json"
[[version]]
file = "bindings/node/native/Cargo.toml"

$(for platform in linux_amd64:linux-x86_64 darwin_amd64:macos-x86_64 darwin_arm64:macos-aarch64; do
    printf '[[artifact]]\nname = "plasmite_{version}_%s.tar.gz"\nplatform = "%s"\npath = "dist"\n' \
        "${platform%:*}" "${platform#*:}"
    echo 'requires = ["sbom", "signature", "provenance"]'
done)
$(for ending in .crate .tgz -py3-none-any.whl; do
    printf '[[artifact]]\nname = "plasmite-{version}%s"\npath = "dist"\n' "$ending"
    echo 'requires = ["signature", "provenance"]'
done)

[[channel]]
kind = "crates"
registry = "sparse+$WEB/index/"
artifacts = ["*.crate"]
[[channel]]
kind = "npm"
registry = "$NPM"
artifacts = ["*.tgz"]
[[channel]]
kind = "pypi"
registry = "$WEB"
artifacts = ["*.whl"]
[[channel]]
kind = "homebrew"
tap = "../tap"
formula = "Formula/plasmite.rb"
url = "$WEB/acme/plasmite/releases/download/{tag}"
artifacts = ["*_darwin_*", "*_linux_*"]
[[channel]]
kind = "github"
api = "$WEB/api"
artifacts = ["*_darwin_*", "*_linux_*"]
[[channel]]
kind = "binstall"
tier = "preview"
targets = ["x86_64-unknown-linux-gnu"]
url = "$WEB/acme/plasmite/releases/download/{tag}"
artifacts = ["*_linux_*"]

[[trust.signer]]
name = "maintainers"
key = "$(tail -n 1 ../key.pub)"
[[trust.builder]]
id = "https://ci.example/release"
signer = "maintainers"
level = 2
[[trust.require]]
artifact = "plasmite*"
signatures = { threshold = 1, signers = ["maintainers"] }
END
    git add -A
    git commit -q -m "0.2.3"
    git push -q origin main
}

# The tap, as the last release left it.
formula() {
    mkdir -p ../tap/Formula
    cat >../tap/Formula/plasmite.rb <<END
class Plasmite < Formula
  desc "Pools of messages"
  homepage "https://github.com/acme/plasmite"
  version "0.2.3"

  on_macos do
    on_arm do
      url "$WEB/acme/plasmite/releases/download/v#{version}/plasmite_#{version}_darwin_arm64.tar.gz"
      sha256 "$(printf '%064d' 1)"
    end
    on_intel do
      url "$WEB/acme/plasmite/releases/download/v#{version}/plasmite_#{version}_darwin_amd64.tar.gz"
      sha256 "$(printf '%064d' 2)"
    end
  end

  on_linux do
    url "$WEB/acme/plasmite/releases/download/v#{version}/plasmite_#{version}_linux_amd64.tar.gz"
    sha256 "$(printf '%064d' 3)"
  end

  def install
    bin.install "plasmite"
  end
end
END
    tap "plasmite 0.2.3"
}

tap() { # MESSAGE
    git -C ../tap add -A
    git -C ../tap commit -q -m "$1"
    git -C ../tap push -q origin HEAD:main
}

# What the build stage leaves in dist, with all that is stated of it.
build() {
    local name
    rm -rf dist
    mkdir dist
    for name in linux_amd64 darwin_amd64 darwin_arm64; do
        echo "$name" >plasmite
        tar -czf "dist/plasmite_${VERSION}_$name.tar.gz" plasmite
        attest sbom generate --name plasmite --version "$VERSION" \
            -o "dist/plasmite_${VERSION}_$name.tar.gz.cdx.json" . 2>/dev/null
    done
    rm plasmite
    cargo package --quiet --no-verify --offline
    cp "target/package/plasmite-$VERSION.crate" dist
    (cd bindings/node && npm pack --silent --pack-destination ../../dist >/dev/null)
    python3 - "$PYTHON" <<'END'
import base64, hashlib, sys, zipfile
version = sys.argv[1]
info = f"plasmite-{version}.dist-info"
files = {"plasmite/__init__.py": b"",
         f"{info}/METADATA": f"Metadata-Version: 2.1\nName: plasmite\nVersion: {version}\n".encode(),
         f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
record = "".join(f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(d).digest()).rstrip(b'=').decode()},{len(d)}\n"
                 for n, d in files.items()) + f"{info}/RECORD,,\n"
with zipfile.ZipFile(f"dist/plasmite-{version}-py3-none-any.whl", "w") as wheel:
    for name, data in {**files, f"{info}/RECORD": record.encode()}.items():
        wheel.writestr(zipfile.ZipInfo(name), data)
END
    (cd dist && attest checksum write -o SHA256SUMS ./*.tar.gz ./*.crate ./*.tgz ./*.whl)
    for name in dist/*.{tar.gz,crate,tgz,whl}; do
        attest sign --key ../key --as minisign "$name" >/dev/null 2>&1
        attest provenance --builder generic --builder-id https://ci.example/release \
            --source https://github.com/acme/plasmite --key ../key --as dsse -o "$name.intoto.jsonl" "$name" >/dev/null
    done
}

# The publish stage: each registry by its own means.
publish_crate() {
    cp "dist/plasmite-$VERSION.crate" "$WWW/crates"
    printf '{"name":"plasmite","vers":"%s","deps":[],"cksum":"%s","features":{},"yanked":false}\n' \
        "$VERSION" "$(sha256sum <"dist/plasmite-$VERSION.crate" | cut -d ' ' -f 1)" >"$WWW/index/pl/as/plasmite"
}

publish_npm() { # DIST-TAG
    npm publish --silent --tag "$1" "./dist/plasmite-$VERSION.tgz" >/dev/null
}

publish_wheel() {
    local name digest size
    name=plasmite-$PYTHON-py3-none-any.whl
    digest=$(sha256sum <"dist/$name" | cut -d ' ' -f 1) size=$(stat -c %s "dist/$name")
    mkdir -p "$WWW"/{files,simple/plasmite,"pypi/plasmite/$PYTHON"}
    cp "dist/$name" "$WWW/files"
    printf '{"meta":{"api-version":"1.1"},"name":"plasmite","versions":["%s"],"files":[{"filename":"%s",
        "url":"../../files/%s","hashes":{"sha256":"%s"},"size":%s,"yanked":false}]}' \
        "$PYTHON" "$name" "$name" "$digest" "$size" >"$WWW/simple/plasmite/page"
    printf '{"info":{"name":"plasmite","version":"%s"},"urls":[{"filename":"%s","url":"%s/files/%s",
        "digests":{"sha256":"%s"},"size":%s,"yanked":false,"packagetype":"bdist_wheel"}]}' \
        "$PYTHON" "$name" "$WEB" "$name" "$digest" "$size" >"$WWW/pypi/plasmite/$PYTHON/json"
}

publish_github() {
    local api=$WWW/api/repos/acme/plasmite files=$WWW/acme/plasmite/releases/download/v$VERSION name assets=() tag
    mkdir -p "$api"/{git/ref/tags,git/tags,releases/tags} "$files"
    for name in dist/SHA256SUMS dist/*.tar.gz*; do
        name=${name#dist/}
        cp "dist/$name" "$files"
        assets+=("$(printf '{"name":"%s","state":"uploaded","size":%s,"digest":"sha256:%s","url":"%s",
            "browser_download_url":"%s"}' "$name" "$(stat -c %s "dist/$name")" \
            "$(sha256sum "dist/$name" | cut -c1-64)" "$WEB/api/assets/$name" "$WEB${files#"$WWW"}/$name")")
    done
    tag=$(git rev-parse "v$VERSION")
    printf '{"ref":"refs/tags/%s","object":{"type":"tag","sha":"%s"}}' "v$VERSION" "$tag" \
        >"$api/git/ref/tags/v$VERSION.json"
    printf '{"tag":"%s","object":{"type":"commit","sha":"%s"}}' "v$VERSION" "$(git rev-parse HEAD)" \
        >"$api/git/tags/$tag.json"
    printf '%s\n' "${assets[@]}" | jq -s --arg tag "v$VERSION" \
        '{tag_name: $tag, draft: false, prerelease: ($tag | contains("-")), assets: .}' \
        >"$api/releases/tags/v$VERSION.json"
    jq -c '[del(.assets)]' "$api/releases/tags/v$VERSION.json" >"$api/releases.json"
    jq -c 'del(.assets)' "$api/releases/tags/v$VERSION.json" >"$api/releases/latest.json"
}

# Up to the moment before anything is published.
prepare() {
    attest align versions --set "$VERSION" >/dev/null
    git commit -q -a -m "$VERSION"
    git tag -a -m "$VERSION" "v$VERSION"
    git push -q origin main "v$VERSION"
    build
    attest align tap --write >/dev/null
    tap "plasmite $VERSION"
}

publish() { # DIST-TAG
    publish_crate
    publish_npm "$1"
    publish_wheel
    publish_github
}

@test "the version is set in all places at once, and no place may drift" {
    align 0 versions
    align 1 versions --tag v0.2.4
    align 0 versions --set 0.2.4
    [ "$(git diff --numstat | cut -f 1,2 | sort | uniq -c | tr -s ' ')" = "$(printf ' 4 1\t1\n 1 2\t2')" ]
    grep -q '^version = "0.2.4" # all six$' Cargo.toml
    align 0 versions --tag v0.2.4
    sed -i 's/0.2.4/0.2.5/' bindings/node/native/Cargo.toml
    align 1 versions
    grep -q 'bindings/node/native/Cargo.toml:3:11' errors
}

@test "a release goes out, every channel serves it, and it is remembered" {
    prepare
    align 0 before --rehearse
    for name in crates npm pypi github; do
        grep -q "^$name .* ABSENT" out
    done
    row 'homebrew Formula/plasmite.rb MATCH 0.2.4'
    align 1 after
    publish latest
    align 0 after --wait 30s --ledger ../ledger.json
    [ "$(grep -c MATCH out)" -gt 20 ]
    run ! grep -E 'ABSENT|STALE|CONFLICT|UNKNOWN' out
    align 0 watch --ledger ../ledger.json
    # Taken up again after an interruption, nothing is in the way.
    align 0 before
}

# tampered CHANNEL FILE: with one other byte in what it serves that channel is in conflict, and no other.
tampered() {
    cp "$2" ../kept
    printf '\377' | dd of="$2" bs=1 seek=40 conv=notrunc status=none
    align 1 after
    grep -q "^$1 .* CONFLICT" out
    run ! grep "^$1 ${2##*/} MATCH" out
    cp ../kept "$2"
}

@test "a publication that stopped halfway is taken up again, and no changed byte passes anywhere" {
    prepare
    publish_npm latest
    align 0 before
    row 'npm plasmite-0.2.4.tgz MATCH'
    grep -q '^crates .* ABSENT' out
    publish_crate
    publish_wheel
    publish_github
    align 0 after
    tampered crates "$WWW/crates/plasmite-0.2.4.crate"
    tampered npm ../storage/plasmite/plasmite-0.2.4.tgz
    tampered pypi "$WWW/files/plasmite-0.2.4-py3-none-any.whl"
    tampered github "$WWW/acme/plasmite/releases/download/v0.2.4/plasmite_0.2.4_darwin_arm64.tar.gz"
    tampered homebrew "$WWW/acme/plasmite/releases/download/v0.2.4/plasmite_0.2.4_linux_amd64.tar.gz"
    tampered github "$WWW/acme/plasmite/releases/download/v0.2.4/SHA256SUMS"
    tampered github "$WWW/acme/plasmite/releases/download/v0.2.4/plasmite_0.2.4_linux_amd64.tar.gz.minisig"
    align 0 after
}

@test "a pre-release: Python spells it otherwise, and what is called the latest stays" {
    VERSION=0.2.4-rc.1 PYTHON=0.2.4rc1
    prepare
    align 0 before
    publish next
    align 0 after
    row 'pypi plasmite-0.2.4rc1-py3-none-any.whl MATCH'
    row 'npm dist-tag next MATCH 0.2.4-rc.1'
}

# What makes no difference to what people get, is optional, or only refers to what is compared where it lies. npm
# installs by what stands in "versions"; an index need not have an HTML form.
idle() {
    grep -vE \
        -e '/index/config.json api ' -e '/index/pl/as/plasmite (features|yanked) removed' \
        -e '/simple/plasmite/ (status 404|meta/api-version changed|versions|files/\*/(size|yanked) removed)' \
        -e '/pypi/plasmite/[^ ]* urls/\*/(size|yanked) removed' \
        -e '/-/npm/v1/keys (error |status 404)' -e '/plasmite (name|_id|_rev|time.*|readme|users|_attachments) ' \
        -e '/plasmite(/[^ ]*)? (versions/[^ ]*/)?(_[a-zA-Z]+|contributors|files|files/\*) (changed|removed)' \
        -e '/releases/latest (draft|prerelease) ' -e '/releases[?]per_page=100 ' \
        -e '/releases/tags/[^ ]* assets/\*/(digest removed|url changed)'
}

@test "nothing that any server says may be otherwise" {
    prepare
    publish latest
    align 0 after --preview --record ../record
    "$ROOT/tests/service/mutate.py" ../record ../scratch attest align after --preview >../unnoticed
    [ -s ../unnoticed ]
    run -1 idle <../unnoticed
}

# --- docs/ci ------------------------------------------------------------------------------------------------

# The commands of a step, as the runner gives them to bash.
step() { # WORKFLOW NAME
    python3 -c 'import sys, yaml
workflow = yaml.safe_load(open(sys.argv[1]))
for job in workflow["jobs"].values():
    for step in job["steps"]:
        if step.get("name") == sys.argv[2]:
            print(step["run"])' "$ROOT/docs/ci/$1" "$2" | sed 's/--wait [0-9]*m/--wait 5s/' >../step
    [ -s ../step ]
    (cd "${3:-.}" && timeout 120 bash --noprofile --norc -eo pipefail "$BATS_TEST_TMPDIR/step" >../told 2>&1) ||
        { cat ../told; return 1; }
}

@test "docs/ci: the workflows publish and look again, and pass our own check of workflows" {
    export TAG=v0.2.4 GITHUB_STEP_SUMMARY=$PWD/../summary.md
    prepare
    git push -q origin "$(git commit-tree -m 'What was released' "$(git mktree </dev/null)"):refs/heads/ledger"
    git clone -q --branch ledger ../origin.git ../ledger
    step publish.yml "May it go out"
    grep -q '^| npm ' ../summary.md
    run ! step publish.yml "Did exactly that go out"
    publish latest
    step publish.yml "Did exactly that go out"
    run -0 grep -c '| MATCH ' ../summary.md
    [ "$output" -gt 20 ]
    step publish.yml "Remember it" ../ledger
    git --git-dir ../origin.git show ledger:releases.json | jq -e '.releases | length == 1'
    step release-watch.yml "Look again"
    mkdir -p ../repo/.github/workflows
    cp "$ROOT"/docs/ci/{publish,release-watch}.yml ../repo/.github/workflows
    git -C ../repo init -q
    run --separate-stderr attest policy check workflows ../repo -f json
    [ "$(jq -r '[.findings[] | select(.severity == "error") | .code] | join(" ")' <<<"$output")" = "" ]
}
