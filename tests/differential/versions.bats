#!/usr/bin/env bats
# Versions that are made up, ordered by us and by what the ecosystem itself orders them with, both ways round.

load ../cli/common

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# needs PROGRAM: ./setup check installs them all; tests/run counts skips as failures in CI.
needs() {
    command -v "$1" > /dev/null || skip "no $1"
}

versions() {
    /usr/bin/python3 "$BATS_TEST_DIRNAME/versions.py" "$@"
}

# agree SCHEME COUNT COMMAND...: the command reads pairs and prints an answer for each.
agree() {
    versions pairs "$1" "$2" > made
    "${@:3}" < made > theirs
    versions check "$1" "$TESTS/version_order" theirs < made
}

@test "SemVer, as npm orders it" {
    needs node
    agree semver 40000 node "$BATS_TEST_DIRNAME/versions.js" "$(command -v npm)"
}

@test "PEP 440, as Python's packaging orders it" {
    agree pep440 40000 /usr/bin/python3 "$BATS_TEST_DIRNAME/versions.py" pypi
}

@test "gems, as Gem::Version orders them" {
    needs ruby
    agree gem 40000 ruby "$BATS_TEST_DIRNAME/versions.rb"
}

@test "Composer's, as composer/semver and PHP's version_compare order them" {
    needs php
    agree packagist 40000 php "$BATS_TEST_DIRNAME/versions.php"
}

# rpm gives a script no arguments, and takes it as a macro.
ask_rpm() {
    rpm --eval "%{lua: dofile('$BATS_TEST_DIRNAME/versions.lua')}"
}

@test "RPM's, as rpm orders them" {
    needs rpm
    agree rpm 40000 ask_rpm
}

# dpkg is asked one pair at a time, whether it agrees.
ask_dpkg() {
    sed "s/^/deb\t/" made | "$TESTS/version_order" | paste - made | versions dpkg
}

@test "Debian's, as dpkg orders them" {
    needs dpkg
    agree deb 10000 ask_dpkg
}

# ComparableVersion's own main compares each argument with the one before it.
ask_maven() {
    tr '\t' '\n' | xargs -n 2000 java -cp /usr/share/java/maven3-artifact.jar:/usr/share/java/commons-lang3.jar \
        org.apache.maven.artifact.versioning.ComparableVersion | \
        awk '/^Display/ { n = 0 } /^   / && n++ % 2 == 0 { print substr($2, 1, 1) }'
}

@test "Maven's, as its ComparableVersion orders them" {
    needs java
    agree maven 20000 ask_maven
}

@test "requirements, as the crate semver in Cargo has them" {
    needs rustc
    local crate
    for crate in /usr/share/cargo/registry/semver-1.*/src/lib.rs; do
        rustc --edition 2018 -O --cap-lints allow --crate-type rlib --crate-name semver "$crate"
    done
    rustc --edition 2021 -O --extern semver=libsemver.rlib -o requirements "$BATS_TEST_DIRNAME/versions.rs"
    agree requirement 40000 ./requirements
}
