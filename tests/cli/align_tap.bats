#!/usr/bin/env bats
# attest align tap: manifests that lie here get the versions, urls and digests of what was built, and nothing else.
# shellcheck disable=SC2154 # bats sets "stderr"

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || exit
    mkdir -p p/dist tap/Formula bucket
    cd p || exit
    printf '%s\n' '[project]' 'name = "tool"' 'repository = "https://h.example/tool"' '' >attest.toml
    local platform
    for platform in linux_x86_64 linux_arm64 darwin_arm64; do
        echo "$platform" >"dist/tool_1.3.0_$platform.tgz"
    done
    artifact linux_x86_64 linux-x86_64
    artifact linux_arm64 linux-aarch64
    artifact darwin_arm64 macos-aarch64
    printf '%s\n' '[[channel]]' 'kind = "homebrew"' 'tap = "../tap"' 'formula = "Formula/tool.rb"' \
        'artifacts = ["*"]' >>attest.toml
    git init -q -b main
    git config user.name Tester
    git config user.email tester@example.com
    git add -A
    git commit -qm first
    git tag -am 1.3.0 v1.3.0
    OLD=$(printf 'ab%.0s' {1..32})
    formula >../tap/Formula/tool.rb
    cp ../tap/Formula/tool.rb ../before
}

artifact() { # SUFFIX PLATFORM
    printf '%s\n' '[[artifact]]' "name = \"tool_{version}_$1.tgz\"" 'path = "dist"' "platform = \"$2\"" >>attest.toml
}

digest() { # PLATFORM
    sha256sum "dist/tool_1.3.0_$1.tgz" | cut -c1-64
}

formula() {
    cat <<RB
# v1.2.9 stays
class Tool < Formula
  version   '1.2.9' # 1.2.9
  on_linux do
    on_intel do
      url "https://h.example/tool/releases/download/v1.2.9/tool_1.2.9_linux_x86_64.tgz"
      sha256 "$OLD"
    end
    on_arm do
      sha256("TODO")
      url "https://h.example/#{version}/tool_#{version}_linux_arm64.tgz"
    end
  end
  if OS.mac? && Hardware::CPU.arm?
    url "https://h.example/11.2.9/1.2.9/tool_1.2.9_darwin_arm64.tgz?a=1.2.9"
    sha256 "$OLD"
  end
  resource "r" do
    url "https://h.example/r-1.2.9.tgz"
    sha256 "$OLD"
  end
  def install = bin.install("1.2.9")
end
RB
}

tap() { # STATUS ARGUMENT...
    local expected=$1
    shift
    run -"$expected" --separate-stderr attest align tap "$@"
}

@test "shows what would change, and changes nothing" {
    tap 1
    [[ "$output" == *"@@ -3 +3 @@"*"-  version   '1.2.9' # 1.2.9"*"+  version   '1.3.0' # 1.2.9"* ]]
    [ "$(grep -c '^@@' <<<"$output")" -eq 6 ]
    tap 1 --write --dry-run
    [ "$(grep -c '^@@' <<<"$output")" -eq 6 ]
    cmp ../before ../tap/Formula/tool.rb
    tap 1 --format json
    [ "$(jq -r '.verdict, .summary.differing, .summary.written, .steps[0].outcome' <<<"$output" | tr '\n' ' ')" = \
        'refuted 1 0 refuted ' ]
}

@test "--write writes version, urls and digests, and no other byte; then it is aligned" {
    tap 0 --write
    [[ "$output" == *'files written: 1'* ]]
    sed -e "3s/'1.2.9'/'1.3.0'/" -e '6s/1\.2\.9/1.3.0/g' -e "7s/$OLD/$(digest linux_x86_64)/" \
        -e "10s/TODO/$(digest linux_arm64)/" -e '15s,/1\.2\.9/tool_1\.2\.9,/1.3.0/tool_1.3.0,' \
        -e "16s/$OLD/$(digest darwin_arm64)/" ../before >../expected
    diff ../expected ../tap/Formula/tool.rb
    tap 0
    tap 0 --write
    [[ "$output" == *'files written: 0'* ]]
    attest align show ../tap/Formula/tool.rb
}

# refused CODE LINE: nothing is written.
refused() {
    cp ../tap/Formula/tool.rb ../before
    tap 2 --write
    [[ "$stderr" == *"error[$1]"*"tool.rb:$2:"* ]]
    cmp ../before ../tap/Formula/tool.rb
}

@test "what is computed cannot be written" {
    sed -i "3s/.*/  v = '1.2.9'\n  version v/" ../tap/Formula/tool.rb
    refused wrong-version 7
    formula | sed '7s/".*"/"'"${OLD:0:10}"'" "'"${OLD:10}"'"/' >../tap/Formula/tool.rb
    refused wrong-digest 6
    formula | sed '6s/v1.2.9/v#{x}/' >../tap/Formula/tool.rb
    refused unbuilt-url 6
    formula | sed '20s/.*/  send :x/' >../tap/Formula/tool.rb
    refused unknown-value 6
    formula | sed '10s/.*//' >../tap/Formula/tool.rb
    refused wrong-digest 11
}

@test "what was not built, and what nothing points at, is not made up" {
    formula | sed '14,17d' >../tap/Formula/tool.rb
    refused unpointed-artifact 1
    formula | sed '15s/_darwin/_other/' >../tap/Formula/tool.rb
    refused unbuilt-url 15
    formula | sed '4s/on_linux/on_macos/' >../tap/Formula/tool.rb
    refused unbuilt-url 6
    formula | sed '22s/.*/  bottle do\n    sha256 all: "'"$OLD"'"\n  end/' >../tap/Formula/tool.rb
    refused unbuilt-url 23
    formula | sed '$a end' >../tap/Formula/tool.rb
    refused malformed-input 24
}

@test "the url of the channel is where files are served, whatever the manifest said" {
    printf '%s\n' 'url = "https://new.example/{tag}/"' >>attest.toml
    formula | sed -e '11s/.*/      url "https:\/\/old.example\/tool_1.2.9_linux_arm64.tgz"/' >../tap/Formula/tool.rb
    tap 0 --write
    grep -o 'https://new.example/v1.3.0/tool_1.3.0_[a-z0-9_]*.tgz"' ../tap/Formula/tool.rb | sort -u >urls
    [ "$(wc -l <urls)" -eq 3 ]
    tap 0
    # A url that is computed cannot be moved.
    formula >../tap/Formula/tool.rb
    refused wrong-url 11
}

@test "bottles of the last version are refused, and what to do is said" {
    formula | sed '22s/.*/  bottle do\n    sha256 all: "'"$OLD"'"\n  end/' >../tap/Formula/tool.rb
    refused unbuilt-url 23
    [[ "$stderr" == *'take the block of the last version out'* ]]
}

@test "one literal for two platforms, and a value that stands twice" {
    sed -i 's/^platform = "linux-.*"/platform = "linux"/' attest.toml
    formula | sed -e '5s/on_intel/on_arm/' -e '9s/on_arm/on_intel/' -e '11s/arm64/x86_64/' -e "10s/TODO/$OLD/" \
        >../tap/Formula/tool.rb
    refused unpointed-artifact 1
    sed -i 9,12d attest.toml
    tap 0 --write
    [ "$(grep -c "$(digest linux_x86_64)" ../tap/Formula/tool.rb)" -eq 2 ]
    tap 0
}

scoop() { # VERSION DIGEST
    printf '{ "version" : "%s",\t"url": "https://h.example/v%s/tool_%s_linux_x86_64.tgz",\n' "$1" "$1" "$1"
    printf ' "hash":"%s", "x": "1.2.9"}' "$2"
}

@test "other kinds: a Scoop manifest keeps its form" {
    printf '%s\n' '[[channel]]' 'kind = "scoop"' 'bucket = "../bucket"' 'manifest = "tool.json"' \
        'artifacts = ["*linux_x86_64*"]' >>attest.toml
    scoop 1.2.9 "$OLD" >../bucket/tool.json
    sed -i 's/^platform = "linux-x86_64"//' attest.toml
    tap 0 --write
    [[ "$output" == *'files written: 2'* ]]
    scoop 1.3.0 "$(digest linux_x86_64)" | cmp - ../bucket/tool.json
    # All or none.
    formula >../tap/Formula/tool.rb
    echo '{' >../bucket/tool.json
    tap 2 --write
    formula | cmp - ../tap/Formula/tool.rb
    tap 1 --channel homebrew
}

@test "what is asked makes sense" {
    tap 2 --channel npm
    [[ "$stderr" == *'no channel npm with a manifest in a folder here'* ]]
    tap 2 argument
    tap 2 --tag '-x'
    sed -i 's,"../tap","https://h.example/tap.git",' attest.toml
    tap 2
    sed -i 's,"https://h.example/tap.git","h.example:tap",' attest.toml
    tap 2
    [[ "$stderr" == *'with a manifest in a folder here'* ]]
    sed -i 's,"h.example:tap","https://h.example/tap.git",' attest.toml
    git tag -d v1.3.0
    sed -i 's,"https://h.example/tap.git","../tap",' attest.toml
    tap 2
    [[ "$stderr" == *'expected a release tag'* ]]
    rm dist/*arm64*
    git tag -am x v1.3.0
    tap 2 --write
    [[ "$stderr" == *missing-artifact* ]]
    cmp ../before ../tap/Formula/tool.rb
}

@test "the path of a manifest says the version, and does not leave its folder" {
    cp ../before ../tap/Formula/tool-1.3.0.rb
    sed -i 's,^formula = .*,formula = "Formula/tool-{version}.rb",' attest.toml
    run -0 attest align tap --write
    [[ "$(<../tap/Formula/tool-1.3.0.rb)" == *"$(digest linux_x86_64)"* ]]
    cp ../before ../outside.rb
    sed -i 's,^formula = .*,formula = "Formula/../../outside.rb",' attest.toml
    run -2 attest align tap --write
    [[ "$output" == *"expected a file below its folder"* ]]
    cmp ../before ../outside.rb
}

# A version of winget is several files.
winget() { # VERSION DIGEST
    local stem=../pkgs/manifests/A.p
    mkdir -p ../pkgs/manifests
    printf 'PackageIdentifier: A.p\r\nPackageVersion: %s # 1.2.9\r\nDefaultLocale: en-US\r\n' "$1" >"$stem".yaml
    printf 'ManifestType: version\r\nManifestVersion: 1.6.0\r\n' >>"$stem".yaml
    printf '%s\n' 'PackageIdentifier: A.p' "PackageVersion: '$1'" 'PackageLocale: en-US' 'ShortDescription: 1.2.9' \
        'ReleaseNotesUrl: https://h.example/v1.2.9' 'ManifestType: defaultLocale' >"$stem".locale.en-US.yaml
    printf '%s\n' 'PackageIdentifier: A.p' "PackageVersion: \"$1\"" 'PackageLocale: de-DE' 'ManifestType: locale' \
        >"$stem".locale.de-DE.yaml
    printf '%s\n' 'PackageIdentifier: A.p' "PackageVersion: $1" 'ReleaseDate: 2026-01-02' 'Installers:' \
        '- Architecture: x64' "  InstallerUrl: https://h.example/v$1/tool_$1_linux_x86_64.tgz" \
        "  InstallerSha256: $2" 'ManifestType: installer' >"$stem".installer.yaml
}

winget_channel() { # MANIFEST
    sed -i -e '/^\[\[channel/,$d' -e 's/^platform = .*/platform = "windows-x86_64"/' attest.toml
    printf '%s\n' '[[channel]]' 'kind = "winget"' 'repository = "../pkgs"' "manifest = \"$1\"" \
        'artifacts = ["*linux_x86_64*"]' '[[channel]]' 'kind = "homebrew"' 'tap = "https://h.example/tap.git"' \
        'formula = "tool.rb"' 'artifacts = ["*"]' >>attest.toml
}

manifests() {
    tail -n +1 ../pkgs/manifests/*
}

@test "winget: every file of a version gets it, by the folder or by one of the files" {
    local manifest
    for manifest in manifests manifests/ manifests/A.p.installer.yaml manifests/A.p.yaml; do
        winget_channel "$manifest"
        winget 1.3.0 "$(digest linux_x86_64)"
        manifests >../want
        tap 0
        winget 1.2.9 "$OLD"
        tap 1 --format json
        [ "$(jq -r '.summary.differing, (.steps | length)' <<<"$output" | xargs)" = '4 4' ]
        tap 0 --write
        [[ "$output" == *'files written: 4'* ]]
        manifests | diff ../want -
        tap 0
        # Of a version and a locale that were left behind no item tells.
        sed -i 's/1.3.0/1.2.9/' ../pkgs/manifests/A.p.{,locale.de-DE.}yaml
        tap 1
        [ "$(grep -c '^@@' <<<"$output")" -eq 2 ]
        tap 0 --write
        manifests | diff ../want -
    done
}

# winget_refused CODE FILE:LINE: and no file is written.
winget_refused() {
    manifests >../want
    tap 2 --write
    [[ "$stderr" == *"error[$1]"*"pkgs/manifests$2"* ]]
    manifests | diff ../want -
}

@test "winget: what cannot be written in one file keeps all files as they are" {
    winget_channel manifests
    winget 1.2.9 "$OLD"
    sed -i 's/^PackageVersion: .*/PackageVersion: "1.2.\\x39"/' ../pkgs/manifests/A.p.locale.de-DE.yaml
    winget_refused wrong-version /A.p.locale.de-DE.yaml:2:
    winget 1.2.9 "$OLD"
    sed -i 's/A.p/A.q/' ../pkgs/manifests/A.p.yaml
    winget_refused wrong-package /A.p.yaml:1:
    winget 1.2.9 "$OLD"
    echo '{' >>../pkgs/manifests/A.p.yaml
    winget_refused malformed-input /A.p.yaml:
    [[ "$stderr" != *unpointed-artifact* ]]
    winget 1.2.9 "$OLD"
    echo 'a: b' >../pkgs/manifests/other.yaml
    winget_refused unsupported-input /other.yaml
    # Named by a file, the version is the files that are named alike.
    winget_channel manifests/A.p.installer.yaml
    tap 0 --write
    winget_channel manifests
    rm ../pkgs/manifests/{other,A.p.installer}.yaml
    winget_refused unpointed-artifact ''
    ln -s A.p.yaml ../pkgs/manifests/A.p.locale.fr-FR.yaml
    winget_refused refused-input /A.p.locale.fr-FR.yaml
}

@test "winget: the folder of a version has to be there, and what to do is said" {
    winget_channel 'manifests/{version}'
    winget 1.2.9 "$OLD"
    mkdir ../pkgs/manifests/1.2.9
    mv ../pkgs/manifests/*.yaml ../pkgs/manifests/1.2.9
    tap 2 --write
    [[ "$stderr" == *'cannot open'*'pkgs/manifests/1.3.0'*'copy the folder of the last version'* ]]
    winget_channel 'manifests/{version}/A.p.installer.yaml'
    tap 2 --write
    [[ "$stderr" == *'pkgs/manifests/1.3.0'*'copy the folder of the last version'* ]]
    mkdir ../pkgs/manifests/1.3.0
    winget_channel 'manifests/{version}'
    tap 2 --write
    [[ "$stderr" == *'expected the manifests of a version'* ]]
    cp ../pkgs/manifests/1.2.9/* ../pkgs/manifests/1.3.0
    tap 0 --write
    [[ "$output" == *'files written: 4'* ]]
    [ "$(cat ../pkgs/manifests/1.2.9/* | grep -c 'PackageVersion:.*1\.2\.9')" -eq 4 ]
    [ "$(cat ../pkgs/manifests/1.3.0/* | grep -c 'PackageVersion:.*1\.3\.0')" -eq 4 ]
}

@test "of two that write, one waits for the other" {
    # The same folder twice, which one program must not wait for.
    printf '%s\n' '[[channel]]' 'kind = "homebrew"' 'name = "again"' 'tap = "../tap/../tap"' \
        'formula = "Formula/more.rb"' 'artifacts = ["*"]' >>attest.toml
    formula >../tap/Formula/more.rb
    mkfifo ../go
    (
        flock 9
        : >../go
        sleep 1
        cmp ../before ../tap/Formula/tool.rb && : >../held
    ) 9<../tap/Formula &
    : <../go
    timeout 20 attest align tap >../out 2>../err || [ $? -eq 1 ]
    run ! grep waiting ../err
    timeout 20 attest align tap --write >../out 2>../err
    wait
    [ -e ../held ]
    grep -q 'waiting for it' ../err
    grep -q 'files written: 2' ../out
}

@test "a file of two channels is written once, and what they want of it has to agree" {
    printf '%s\n' '[[channel]]' 'kind = "homebrew"' 'name = "again"' 'tap = "../tap/../tap"' \
        'formula = "Formula/tool.rb"' 'artifacts = ["*"]' >>attest.toml
    sed -i '/url "https:\/\/h.example\/#/s/.*/      url "https:\/\/h.example\/1.2.9\/tool_1.2.9_linux_arm64.tgz"/' \
        ../tap/Formula/tool.rb
    cp ../tap/Formula/tool.rb ../before
    echo 'url = "https://new.example"' >>attest.toml
    tap 2 --write
    [[ "$stderr" == *'error[refused-input]: the channels homebrew and again want different things of '*tool.rb* ]]
    cmp ../before ../tap/Formula/tool.rb
    sed -i '$d' attest.toml
    tap 0 --write
    [[ "$output" == *'files written: 1'* ]]
    tap 0
}
