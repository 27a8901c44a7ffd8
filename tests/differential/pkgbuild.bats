#!/usr/bin/env bats
# PKGBUILDs: what bash makes of our own ones when it runs them, and what attest makes of them without.
# shellcheck disable=SC2016 # the dollars are for the other bash, and for jq

load ../cli/common

setup() {
    PATH=$BIN:$PATH
    cd "$TESTDATA/pkgbuild/good"
}

# "PLATFORM URL DIGEST" for each source of the file, as bash has them.
by_bash() { # FILE
    env -i bash --norc -c '
        source "./$1"
        say() { # ARCH SOURCE-ARRAY
            local -n urls=$2
            local sum i pinned
            for i in "${!urls[@]}"; do
                pinned=
                for sum in b2 sha512 sha384 sha256 sha1 md5; do
                    local -n digests=${sum}sums${2#source}
                    [ ${#digests[@]} -gt 0 ] || continue
                    [ "${digests[i]}" = SKIP ] && continue
                    pinned=1
                    printf "%s|%s|%s:%s\n" "$1" "${urls[i]#*::}" "${sum/b2/blake2b}" "${digests[i],,}"
                done
                [ -n "$pinned" ] || printf "%s|%s|\n" "$1" "${urls[i]#*::}"
            done
        }
        platform=linux
        [ ${#arch[@]} -eq 1 ] && [ "$arch" != any ] && platform=linux-$arch
        say $platform source
        for a in "${arch[@]}"; do
            say linux-$a source_$a
        done
        printf "version|%s\n" "$pkgver"' bash "$1" | LC_ALL=C sort
}

by_attest() { # FILE
    cp "$1" "$BATS_TEST_TMPDIR/PKGBUILD"
    attest align show -f json "$BATS_TEST_TMPDIR/PKGBUILD" 2>/dev/null >"$BATS_TEST_TMPDIR/items" || [ $? -eq 2 ]
    jq -r '(.items[] | "\(.platform)|\(.url // "")|" +
            (.digest // {} | to_entries | map("\(.key):\(.value)") | join(""))),
        "version|\(.items[0].version)"' "$BATS_TEST_TMPDIR/items" | LC_ALL=C sort
}

@test "sources and digests are those that bash has" {
    local file count=0
    for file in *; do
        echo "$file"
        by_bash "$file" >"$BATS_TEST_TMPDIR/bash"
        by_attest "$file" >"$BATS_TEST_TMPDIR/attest"
        diff "$BATS_TEST_TMPDIR/bash" "$BATS_TEST_TMPDIR/attest"
        count=$((count + $(wc -l <"$BATS_TEST_TMPDIR/bash")))
    done
    [ "$count" -gt 40 ]
}

@test "what bash computes, and nobody else can tell, is never told otherwise" {
    local line value
    cd "$BATS_TEST_TMPDIR"
    while read -r line; do
        printf 'pkgver=1\narch=(any)\n_a=x\n%s\nsha256sums=(%064d)\n' "$line" 2 >PKGBUILD
        value=$(env -i bash --norc -c 'source ./PKGBUILD 2>/dev/null; printf %s "${source[0]}"')
        echo "$line -> $value"
        run attest align show -f json PKGBUILD
        [ "$status" -eq 2 ] || [ "$(jq -r '.items[0].url // ""' <<<"$output")" = "${value#*::}" ]
    done <<'END'
source=("${_a:=y}")
source=("${_b:=y}" "$_b")
: ${source:=z}
source=(a); : "${source[0]:=z}" ; source=("$_a")
source=(a); echo >"${source:=b}"
source=(a); source[0]=b
_b=(); : ${_b=y}; source=("${_b[@]}" c)
_b=(); [[ ${_b=y} ]]; source=("${_b[@]}" c)
_b=(); : ${_b:=y} | cat; source=("${_b[@]}" c)
x=1; export x=2 y=$x; source=("$y")
PATH+=:/zz; source=("$PATH")
export PATH+=:/zz; source=("$PATH")
source=(a); eval source=b
source=(a); printf -v source b
source=(a); read source <<<b
source=(a); mapfile -t source < <(echo b)
source=(a); declare source=b
source=(a); [ -n "$_a" ] && source=(b)
source=(a); [ -z "$_a" ] || source=(b)
source=(a); if true; then source=(b); fi
source=(a); while [ "$source" != b ]; do source=(b); done
source=(a); for source in b; do :; done
source=(a); case x in x) source=(b) ;; esac
source=(a); { source=(b); }
source=(a); ( source=(b) )
source=(a); source=(b) | cat
source=(a); source=b true
source=(a); unset source; source=("$source" c)
source=(a); f() { source=(b); }; f
source=(a); echo() { source=(b); }; echo
source=(a); export() { source=(b); }; export x
source=(1); ((source=2))
source=(1); let source=2
source=(1); [[ source=2 -eq 2 ]]
source=(1); x='source=2'; y=${_a:x}
source=(1); x=$((source=2))
source=(1); x=$[source=2]
source=(a); IFS=b; source=($_a)
source=(a); source+=(b); source=("${source[1]}")
source=(a); return; source=(b)
source=(a); . /dev/stdin <<<'source=(b)'
source=(a); true {source}>/dev/null
source=(a); alias source=b
source=(a) >/dev/null
2>/dev/null source=(b)
source=(a); trap 'source=(b)' DEBUG; :
source=(a); : ${!source:=b}
source=("$(echo b)")
source=(`echo b`)
source=(~)
source=(/*)
source=({1..3})
source=({a,{b,c}})
source=([1]=b [0]=a)
source=($HOME)
source=("${_a@Q}")
source=("${_a/x/&y}")
source=("${#_a}")
source=("${_a/#x/b}")
source=(${_a:+ b c})
x='b c'; source=($x)
x=; source=($x c)
x=(a b); source=("${x[*]}")
x=(a b); source=("pre${x[@]}post")
source=(a); coproc source { :; }
source=(a); select source in b; do break; done </dev/null
source=(a); getopts b source -b
source=(a); readonly source; source=(b)
source=(a); declare -n r=source; r=b
END
}
