#!/usr/bin/env bats
# attest align against packaging manifests in repositories that git daemon serves, and the files that nginx does.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
    PORT=$(free_ports 4)
    FILES=http://127.0.0.1:$PORT/files
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b.example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b.example
    mkdir -p www/files logs repositories r/dist
    git init -q --bare -b main repositories/packages.git
    git clone -q repositories/packages.git packages 2>/dev/null
    git init -q -b main r
    echo built >r/dist/p-1.2.0-linux-x86_64.tar.gz
    echo also >r/dist/p-1.2.0-windows-x86_64.zip
    config "git://127.0.0.1:$((PORT + 1))/packages.git"
    git -C r add -A
    git -C r commit -q -m a
    git -C r tag v1.2.0
    cp r/dist/* www/files
    serve
}

teardown() {
    [ ! -s nginx.pid ] || kill "$(cat nginx.pid)"
    [ ! -s git.pid ] || kill "$(cat git.pid)"
}

config() { # REPOSITORY
    cat >r/attest.toml <<END
[project]
name = "p"
[[artifact]]
name = "p-{version}-linux-x86_64.tar.gz"
path = "dist"
platform = "linux-x86_64"
[[artifact]]
name = "p-{version}-windows-x86_64.zip"
path = "dist"
platform = "windows-x86_64"
[[channel]]
kind = "homebrew"
tap = "$1"
formula = "Formula/p.rb"
url = "$FILES"
artifacts = ["p-*-linux-*"]
[[channel]]
kind = "scoop"
bucket = "$1"
manifest = "bucket/p.json"
url = "$FILES"
artifacts = ["p-*-windows-*"]
[[channel]]
kind = "aur"
repository = "$1"
url = "$FILES"
artifacts = ["p-*-linux-*"]
[[channel]]
kind = "winget"
repository = "$1"
manifest = "manifests/a/A/p/{version}/A.p.installer.yaml"
url = "$FILES"
artifacts = ["p-*-windows-*"]
END
}

digest() { # PLATFORM-AND-ENDING
    sha256sum "r/dist/p-1.2.0-$1" | cut -c1-64
}

# The manifests of a version, with the digests of what was built.
package() { # VERSION
    local linux windows
    linux=$(digest linux-x86_64.tar.gz) windows=$(digest windows-x86_64.zip)
    mkdir -p packages/Formula packages/bucket "packages/manifests/a/A/p/$1"
    cat >packages/Formula/p.rb <<END
class P < Formula
  desc "Something"
  homepage "https://p.example"
  version "$1"
  on_linux do
    on_intel do
      url "$FILES/p-#{version}-linux-x86_64.tar.gz"
      sha256 "$linux"
    end
  end
  def install
    bin.install "p"
  end
end
END
    printf '{"version": "%s", "architecture": {"64bit": {"url": "%s/p-%s-windows-x86_64.zip", "hash": "%s"}}}\n' \
        "$1" "$FILES" "$1" "$windows" >packages/bucket/p.json
    printf 'pkgbase = p\n\tpkgver = %s\n\tpkgrel = 1\n\tarch = x86_64\n' "$1" >packages/.SRCINFO
    printf '\tsource_x86_64 = %s/p-%s-linux-x86_64.tar.gz\n' "$FILES" "$1" >>packages/.SRCINFO
    printf '\tsha256sums_x86_64 = %s\n\npkgname = p\n' "$linux" >>packages/.SRCINFO
    printf 'pkgname=p\npkgver=%s\npkgrel=1\narch=(x86_64)\n' "$1" >packages/PKGBUILD
    # shellcheck disable=SC2016 # for the shell of makepkg
    printf 'source_x86_64=("%s/$pkgname-$pkgver-linux-x86_64.tar.gz")\n' "$FILES" >>packages/PKGBUILD
    # shellcheck disable=SC2016 # neither
    printf 'sha256sums_x86_64=(%s)\npackage() {\n  install p "$pkgdir"\n}\n' "$linux" >>packages/PKGBUILD
    cat >"packages/manifests/a/A/p/$1/A.p.installer.yaml" <<END
PackageIdentifier: A.p
PackageVersion: $1
Installers:
- Architecture: x64
  InstallerUrl: $FILES/p-$1-windows-x86_64.zip
  InstallerSha256: ${windows^^}
ManifestType: installer
ManifestVersion: 1.6.0
END
}

publish() {
    git -C packages add -A
    git -C packages commit -q --allow-empty -m "more"
    git -C packages push -q origin HEAD:main
}

serve() {
    local user=
    command -v nginx >/dev/null || { echo "nginx is missing; ./setup check installs it"; return 1; }
    [ "$(id -u)" -ne 0 ] || user="user root;"
    cat >nginx.conf <<END
$user pid $PWD/nginx.pid; error_log $PWD/logs/error; events {}
http {
    access_log off;
    client_body_temp_path $PWD/logs; proxy_temp_path $PWD/logs; fastcgi_temp_path $PWD/logs;
    uwsgi_temp_path $PWD/logs; scgi_temp_path $PWD/logs;
    server { listen 127.0.0.1:$PORT; root $PWD/www; }
}
END
    nginx -c "$PWD/nginx.conf" -e "$PWD/logs/error"
    git daemon --detach --pid-file="$PWD/git.pid" --export-all --base-path="$PWD/repositories" --reuseaddr \
        --listen=127.0.0.1 --port=$((PORT + 1)) 3>&-
    for _ in $(seq 100); do
        if [ -s nginx.pid ] && git ls-remote "git://127.0.0.1:$((PORT + 1))/packages.git" >/dev/null 2>&1; then
            return 0
        fi
        sleep 0.05
    done
    return 1
}

verdicts() { # COMMAND: "CHANNEL ITEM VERDICT" of all that do not match
    attest align "$1" --config r/attest.toml --format json 2>/dev/null |
        jq -r '.steps[] | select(.name == "served" and .verdict != "MATCH") |
            "\(.subject.channel) \(.subject.artifact) \(.verdict)"'
}

@test "manifests that point at what was built, and servers that serve it" {
    package 1.2.0
    publish
    run -0 attest align after --config r/attest.toml
    [[ "$output" == *"attest-align after: holds"* ]]
    [ "$(grep -c MATCH <<<"$output")" -eq 9 ]
}

@test "of AUR what is run counts, and not only what is shown" {
    package 1.2.0
    sed -i "s/$(digest linux-x86_64.tar.gz)/$(printf x | sha256sum | cut -c1-64)/" packages/PKGBUILD
    publish
    [ "$(verdicts after)" = "aur PKGBUILD CONFLICT" ]
    sed -i 's/^sha256sums_x86_64=.*/sha256sums_x86_64=(SKIP)/' packages/PKGBUILD
    publish
    [ "$(verdicts after)" = "aur PKGBUILD CONFLICT" ]
    rm packages/PKGBUILD
    publish
    [ "$(verdicts after)" = "aur PKGBUILD ABSENT" ]
    package 1.2.0
    sed -i '/^kind = "aur"/a manifest = "PKGBUILD"' r/attest.toml
    sed -i 's/pkgver = .*/pkgver = 1.1.0/' packages/.SRCINFO
    publish
    [ "$(verdicts after)" = "aur .SRCINFO STALE" ]
    package 1.2.0
    publish
    run -0 attest align after --config r/attest.toml --channel aur --record kept
    run -0 attest align after --config r/attest.toml --channel aur --replay kept
    # Somebody pushed between the two files.
    jq '.answers[1].commit = ("0" * 40)' kept/align.json >moved
    cp moved kept/align.json
    run -2 attest align after --config r/attest.toml --channel aur --replay kept
    [[ "$output" == *"changed while it was looked at"* ]]
}

@test "a formula and a cask in one channel" {
    package 1.2.0
    publish
    sed -i '/^formula/a cask = "Casks/p.rb"' r/attest.toml
    [ "$(verdicts after)" = "homebrew Formula/p.rb UNKNOWN" ]
}

@test "a checkout stands for what it was pushed to, not for what lies in it" {
    config "$PWD/packages"
    package 1.1.0
    publish
    package 1.2.0
    run -1 attest align after --config r/attest.toml
    publish
    run -0 attest align after --config r/attest.toml
    package 1.1.0
    run -0 attest align after --config r/attest.toml
}

@test "one byte of one file is another" {
    package 1.2.0
    publish
    printf 'Built\n' >www/files/p-1.2.0-linux-x86_64.tar.gz
    [ "$(verdicts after)" = "homebrew p-1.2.0-linux-x86_64.tar.gz CONFLICT
aur p-1.2.0-linux-x86_64.tar.gz CONFLICT" ]
    run -1 attest align after --config r/attest.toml --channel aur
    run -0 attest align after --config r/attest.toml --channel scoop
    printf 'built and more\n' >www/files/p-1.2.0-linux-x86_64.tar.gz
    [ "$(verdicts after | cut -d' ' -f3 | sort -u)" = CONFLICT ]
    rm www/files/p-1.2.0-linux-x86_64.tar.gz
    [ "$(verdicts after | cut -d' ' -f3 | sort -u)" = ABSENT ]
}

@test "an address with a query, and a mirror, are downloaded, too" {
    sed -i '/^url/d' r/attest.toml
    package 1.2.0
    sed -i 's,.tar.gz",.tar.gz?raw=1",' packages/Formula/p.rb
    sed -i 's,.tar.gz",.tar.gz?raw=1",' packages/PKGBUILD
    sed -i "s,.*source_x86_64.*,&?raw=1\n\tsource_x86_64 = http://127.0.0.1:$PORT/mirror/p-1.2.0-linux-x86_64.tar.gz,
        s,.*sha256sums_x86_64.*,&\n&," packages/.SRCINFO
    publish
    mkdir www/mirror
    cp www/files/*.tar.gz www/mirror
    run -0 attest align after --config r/attest.toml --channel homebrew --channel aur
    [ "$(grep -c '^[ah].*linux-x86_64.tar.gz *MATCH' <<<"$output")" -eq 3 ]
    echo other >www/mirror/p-1.2.0-linux-x86_64.tar.gz
    [ "$(verdicts after)" = "aur p-1.2.0-linux-x86_64.tar.gz CONFLICT" ]
    echo other >www/files/p-1.2.0-linux-x86_64.tar.gz
    [ "$(verdicts after | sort -u)" = "aur p-1.2.0-linux-x86_64.tar.gz CONFLICT
homebrew p-1.2.0-linux-x86_64.tar.gz CONFLICT" ]
}

@test "a bottle that the release did not build" {
    package 1.2.0
    sed -i '/^  def/i bottle do\n  sha256 x86_64_linux: "'"$(echo b | sha256sum | cut -c1-64)"'"\nend' \
        packages/Formula/p.rb
    publish
    [ "$(verdicts after)" = "homebrew Formula/p.rb CONFLICT" ]
}

@test "manifests of the release before are stale, and of a later one in conflict" {
    package 1.1.0
    publish
    [ "$(verdicts after)" = "homebrew Formula/p.rb STALE
scoop bucket/p.json STALE
aur .SRCINFO STALE
aur PKGBUILD STALE
winget manifests/a/A/p/1.2.0/A.p.installer.yaml ABSENT" ]
    package 1.10.0
    publish
    [ "$(verdicts after | cut -d' ' -f3 | sort -u)" = "ABSENT
CONFLICT" ]
    # Versions that SemVer does not know, and pre-releases as AUR spells them.
    package 1.1
    for version in 1.2.0rc.1 1.2.0_rc.1 1.2.0.rc_1; do
        sed -i "s/^pkgver=.*/pkgver=$version/" packages/PKGBUILD
        sed -i "s/pkgver = .*/pkgver = $version/" packages/.SRCINFO
        publish
        [ "$(verdicts after | cut -d' ' -f3 | sort | uniq -c | xargs)" = "1 ABSENT 4 STALE" ]
    done
    package 1.10
    sed -i "s/^pkgver=.*/pkgver=1.3.0rc.1/" packages/PKGBUILD
    publish
    [ "$(verdicts after | cut -d' ' -f3 | sort | uniq -c | xargs)" = "1 ABSENT 4 CONFLICT" ]
}

@test "a wrong digest, a wrong address, a placeholder" {
    package 1.2.0
    sed -i "s/$(digest linux-x86_64.tar.gz)/$(printf x | sha256sum | cut -c1-64)/" packages/{Formula/p.rb,.SRCINFO} \
        packages/PKGBUILD
    sed -i "s,$FILES,http://127.0.0.1:1/elsewhere," packages/bucket/p.json
    sed -i 's/InstallerSha256: .*/InstallerSha256: PLACEHOLDER/' packages/manifests/a/A/p/1.2.0/A.p.installer.yaml
    publish
    [ "$(verdicts after)" = "homebrew Formula/p.rb CONFLICT
scoop bucket/p.json CONFLICT
aur .SRCINFO CONFLICT
aur PKGBUILD CONFLICT
winget manifests/a/A/p/1.2.0/A.p.installer.yaml UNKNOWN" ]
}

# The other files of a version, and a channel that names the folder.
whole_version() { # VERSION
    local folder="packages/manifests/a/A/p/$1"
    printf '%s\n' 'PackageIdentifier: A.p' "PackageVersion: $1" 'DefaultLocale: en-US' 'ManifestType: version' \
        >"$folder/A.p.yaml"
    printf '%s\n' 'PackageIdentifier: A.p' "PackageVersion: $1" 'PackageLocale: en-US' \
        'ManifestType: defaultLocale' >"$folder/A.p.locale.en-US.yaml"
    sed -i 's,^\(manifest = "manifests.*\)/A.p.installer.yaml"$,\1"\npackage = "A.p"\nname = "winget",' r/attest.toml
}

@test "a folder of winget: all that speaks of the version agrees" {
    local folder=packages/manifests/a/A/p/1.2.0 item=manifests/a/A/p/1.2.0/A.p
    package 1.2.0
    whole_version 1.2.0
    publish
    run -0 attest align after --config r/attest.toml
    [ "$(grep -c MATCH <<<"$output")" -eq 11 ]
    sed -i 's/1.2.0/1.1.0/' "$folder/A.p.yaml"
    sed -i 's/1.2.0/1.3.0/' "$folder/A.p.locale.en-US.yaml"
    publish
    [ "$(verdicts after)" = "winget $item.yaml STALE
winget $item.locale.en-US.yaml CONFLICT" ]
    whole_version 1.2.0
    sed -i 's/A\.p/A.q/' "$folder/A.p.locale.en-US.yaml"
    publish
    [ "$(verdicts after)" = "winget $item.locale.en-US.yaml CONFLICT" ]
    whole_version 1.2.0
    sed -i 's/A\.p/A.q/' "$folder/A.p.installer.yaml"
    publish
    [ "$(verdicts after)" = "winget $item.installer.yaml CONFLICT" ]
    package 1.2.0
    cp "$folder/A.p.installer.yaml" "$folder/A.p.locale.en-US.yaml"
    publish
    [ "$(verdicts after)" = "winget $item.locale.en-US.yaml CONFLICT" ]
    rm "$folder/A.p.locale.en-US.yaml"
    publish
    [ "$(verdicts after)" = "winget $item.locale.en-US.yaml ABSENT" ]
    rm "$folder/A.p.yaml"
    publish
    [ "$(verdicts after)" = "winget $item.yaml ABSENT" ]
    for language in ../../x '' ; do
        whole_version 1.2.0
        sed -i "s,^DefaultLocale:.*,DefaultLocale: $language," "$folder/A.p.yaml"
        publish
        [ "$(verdicts after)" = "winget $item.installer.yaml UNKNOWN" ]
    done
    whole_version 1.2.0
    sed -i '/^package = /d' r/attest.toml
    publish
    [ "$(verdicts after)" = "winget manifests/a/A/p/1.2.0 UNKNOWN" ]
    run attest align after --config r/attest.toml
    [[ "$output" == *'expected "package", the PackageIdentifier'* ]]
}

@test "before: a folder of winget that lies here" {
    config "$PWD/packages"
    package 1.2.0
    whole_version 1.2.0
    [ -z "$(verdicts before)" ]
    sed -i 's/1.2.0/1.1.0/' packages/manifests/a/A/p/1.2.0/A.p.yaml
    [ "$(verdicts before)" = "winget manifests/a/A/p/1.2.0/A.p.yaml CONFLICT" ]
}

@test "no repository, no file, no manifest" {
    [ "$(verdicts after | cut -d' ' -f3 | sort -u)" = UNKNOWN ]
    package 1.2.0
    rm packages/Formula/p.rb
    echo '{' >packages/bucket/p.json
    publish
    [ "$(verdicts after)" = "homebrew Formula/p.rb ABSENT
scoop bucket/p.json UNKNOWN" ]
    kill "$(cat git.pid)"
    rm git.pid
    [ "$(verdicts after | cut -d' ' -f3 | sort -u)" = UNKNOWN ]
}

@test "before: what lies here has to point at it already, what others have may be older" {
    config "$PWD/packages"
    package 1.1.0
    [ "$(verdicts before)" = "homebrew Formula/p.rb CONFLICT
scoop bucket/p.json CONFLICT
aur .SRCINFO CONFLICT
aur PKGBUILD CONFLICT
winget manifests/a/A/p/1.2.0/A.p.installer.yaml UNKNOWN" ]
    package 1.2.0
    [ -z "$(verdicts before)" ]
    config "git://127.0.0.1:$((PORT + 1))/packages.git"
    package 1.1.0
    rm -r packages/manifests/a/A/p/1.2.0
    publish
    [ "$(verdicts before | cut -d' ' -f3 | sort -u)" = "ABSENT
STALE" ]
    run attest align before --config r/attest.toml
    [[ "$output" != *"[channel-"* ]]
}

@test "a repository by a transport that runs programs, or without TLS elsewhere, is not asked" {
    for location in "ext::sh -c touch% $PWD/ran" http://example.invalid/p.git git://example.invalid/p.git -u; do
        config "$location"
        [ "$(verdicts after | cut -d' ' -f3 | sort -u)" = UNKNOWN ]
        [ ! -e ran ]
    done
}
