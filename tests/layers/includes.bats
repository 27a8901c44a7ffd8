#!/usr/bin/env bats
# Arrows between folders point one way: who may include whom stands in this table, and nowhere else.

load common

# FOLDER: the folders it may include, besides itself.
arrows="
libattest/base:
libattest/format: libattest/base
libattest/package: libattest/format libattest/base
libattest/sign: libattest/format libattest/base
libattest/trust: libattest/sign libattest/format libattest/base
libattest/statement: libattest/sign libattest/package libattest/format libattest/base
libattest/net: libattest/format libattest/base
libattest: libattest/verify libattest/base
libattest/verify: libattest/trust libattest/statement libattest/sign libattest/package libattest/format libattest/base
sbom: libattest/package libattest/format libattest/base
policy: sbom libattest/sign libattest/package libattest/format libattest/base
release: sbom libattest/verify libattest/statement libattest/trust libattest/net libattest/sign libattest/package \
libattest/format libattest/base
cmd: *
"

allowed() { # FOLDER OTHER
    local row
    row=$(grep "^$1:" <<<"$arrows") || return 1
    [ "$1" = "$2" ] && return 0
    case " ${row#*:} " in *" $2 "* | *" * "*) return 0 ;; esac
    return 1
}

sources() {
    find libattest sbom policy release cmd -name '*.[ch]' 2>/dev/null
}

# "FILE INCLUDED" for every include by path.
includes() {
    sources | xargs grep -HoE '^#include "[^"]+"' | sed -E 's/:#include "(.*)"$/ \1/'
}

@test "every include follows an arrow" {
    local count=0 wrong=""
    while read -r file included; do
        count=$((count + 1))
        allowed "$(dirname "$file")" "$(dirname "$included")" || wrong+="$file includes $included"$'\n'
    done < <(includes)
    [ "$count" -gt 100 ]
    none "against the arrows" <<<"${wrong%$'\n'}"
}

@test "the check sees an arrow that points up" {
    run ! allowed libattest/base libattest/format
    run ! allowed libattest/format libattest/package
    run ! allowed libattest/base sbom
    run ! allowed libattest/verify libattest
    run ! allowed libattest cmd
    run ! allowed sbom cmd
    run ! allowed sbom libattest/net
    run ! allowed elsewhere libattest/base
    allowed cmd sbom
    allowed sbom libattest/base
}

@test "includes are spelled by path from the root" {
    includes | while read -r file included; do
        [ -e "$included" ] || echo "$file includes $included"
    done | none "not a path from the root"
}

@test "every library source includes banned.h, as its last include" {
    local file
    for file in $(sources | grep -E '^(libattest|sbom|policy|release)/.*\.c$'); do
        [ "$(grep '^#include' "$file" | tail -n 1)" = '#include "libattest/base/banned.h"' ] || echo "$file"
    done | none "another last include"
}

@test "every folder of the design is in the table" {
    find libattest -maxdepth 1 -type d | while read -r folder; do
        grep -q "^$folder:" <<<"$arrows" || echo "$folder"
    done | none "no arrows for"
}
