#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Do our parsers read the same values as Python's?

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	dump=${BUILD:-build}/tests/value_dump
}

compare() { # FORMAT PATH...
	format=$1
	shift
	/usr/bin/python3 tests/differential/values.py "$format" "$dump" "$@"
}

@test "JSON vectors read as Python reads them" {
	compare json testdata/json/good
}

@test "generated JSON reads as Python reads it" {
	compare json random:2000
}

@test "TOML vectors read as Python reads them" {
	/usr/bin/python3 -c 'import tomllib' || skip "no tomllib"
	compare toml testdata/toml/good
}

@test "YAML vectors read as PyYAML reads them" {
	/usr/bin/python3 -c 'import yaml' || skip "no PyYAML"
	compare yaml testdata/yaml/good
}

@test "generated YAML reads as PyYAML reads it" {
	/usr/bin/python3 -c 'import yaml' || skip "no PyYAML"
	compare yaml random:1000
}
