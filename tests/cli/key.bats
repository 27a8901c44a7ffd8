#!/usr/bin/env bats
# attest key: new, show, public, convert.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR"
    unset COSIGN_PASSWORD
    echo 'correct horse' >phrase
    echo 'another horse' >other
    GOOD=$TESTDATA/secret/good
}

# What a program sees that has no terminal to ask at.
without_terminal() {
    setsid -w "$@" </dev/null
}

files() {
    find . -mindepth 1 -printf '%P\n' | sort | tr '\n' ' '
}

@test "new: every kind and format, readable again, 0600 whatever the umask" {
    local type
    for type in p256 p384 ed25519 rsa2048; do
        (umask 0000 && attest key new -o "$type" --type "$type" --as pkcs8 --no-passphrase)
        [ "$(stat -c %a "$type")" = 600 ]
        [ "$(stat -c %a "$type.pub")" = 666 ]
        openssl pkey -in "$type" -pubout | diff - "$type.pub"
        attest key show "$type" | grep -q '^part  *secret$'
    done
    (umask 0777 && attest key new -o dark --as pkcs8 --no-passphrase)
    [ "$(stat -c %a dark)" = 600 ]
}

@test "new: cosign's format by default, encrypted with COSIGN_PASSWORD or a file" {
    COSIGN_PASSWORD='correct horse' attest key new -o a.key
    attest key new -o b.key --passphrase-file phrase
    for key in a.key b.key; do
        [ "$(head -n 1 $key)" = '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----' ]
        attest key show $key --passphrase-file phrase | grep -q '^kind  *ECDSA P-256$'
        COSIGN_PASSWORD='correct horse' attest key show $key | grep -q '^encryption  *passphrase$'
        run ! attest key show $key --passphrase-file other
        [[ "$output" == *"the passphrase does not open $key"* ]]
    done
}

@test "new: the file wins over COSIGN_PASSWORD, which other formats do not look at" {
    COSIGN_PASSWORD='another horse' attest key new -o a.key --passphrase-file phrase
    attest key show a.key --passphrase-file phrase
    COSIGN_PASSWORD='another horse' run -2 without_terminal attest key new -o b.key --as pkcs8
    [[ "$output" == *'found no terminal to ask at'* ]]
    [ ! -e b.key ]
}

@test "new: minisign's format is minisign's" {
    attest key new -o m.key --as minisign --no-passphrase
    echo hello >file
    minisign -S -W -s m.key -m file
    minisign -V -p m.key.pub -m file
    number=$(attest key show m.key.pub | awk '$1 == "number" { print $2 }')
    [ "$(tail -n 1 m.key.pub | base64 -d | od -An -tx1 -j2 -N8 | tr -d ' \n' | fold -w2 | tac | tr -d '\n' |
        tr a-f A-F)" = "$number" ]
}

@test "new: nothing is overwritten, and nothing half made" {
    attest key new -o k --as pkcs8 --no-passphrase
    cp k before
    run -2 attest key new -o k --as pkcs8 --no-passphrase
    [[ "$output" == *'expected a new name, found a file at k'* ]]
    cmp k before
    touch p.pub
    run -2 attest key new -o p --as pkcs8 --no-passphrase
    [ ! -e p ]
    [ ! -s p.pub ]
    ln -s nowhere link
    run -2 attest key new -o link --as pkcs8 --no-passphrase
    [ ! -e nowhere ]
    run -2 attest key new -o none/k --as pkcs8 --no-passphrase
    rm -f ./*
    echo 'correct horse' >phrase
    mkdir sealed
    chmod 555 sealed
    run -2 as_nobody "$BIN/attest-key" new -o sealed/k --as pkcs8 --no-passphrase
    [ "$(files)" = 'phrase sealed ' ]
}

@test "new: of two at once one wins, with both of its halves" {
    local i
    for i in 1 2 3 4 5; do
        attest key new -o "k$i" --as pkcs8 --no-passphrase &
        attest key new -o "k$i" --as pkcs8 --no-passphrase || true
        wait "$!" || true
        openssl pkey -in "k$i" -pubout | diff - "k$i.pub"
    done
}

@test "new: a kill at any moment leaves nothing, or a whole key" {
    local i
    for i in $(seq 20); do
        timeout -s KILL "0.0$(printf %02d $((i * 3)))" attest-key new -o k --as pkcs8 --type rsa2048 \
            --no-passphrase 2>/dev/null || true
        if [ -e k ]; then openssl pkey -in k -noout; fi
        [ ! -e k.pub ] || openssl pkey -pubin -in k.pub -noout
        rm -f k k.pub
        [ "$(files)" = 'other phrase ' ]
    done
}

@test "new: wrong usage" {
    run -2 attest key new
    run -2 attest key new -o -
    run -2 attest key new -o k --type dsa
    run -2 attest key new -o k --as pgp
    run -2 attest key new -o k --as minisign --type p256
    run -2 attest key new -o k more
    run -2 attest key new -o k --no-passphrase --passphrase-file phrase
    run -2 attest key new -o k -o l
    run -2 attest key new -o k --passphrase secret
    run -2 attest key new -o k --passphrase-file nowhere
    run -2 attest key new -o k --passphrase-file .
    : >empty
    run -2 attest key new -o k --passphrase-file empty
    echo >line
    run -2 attest key new -o k --as pkcs8 --passphrase-file line
    [[ "$output" == *'found an empty one'* ]]
    head -c 1025 /dev/zero | tr '\0' x >long
    run -2 attest key new -o k --passphrase-file long
    [[ "$output" == *'at most 1024 bytes'* ]]
    run -2 attest key
    run -2 attest key nonsense
    rm -f empty line long
    [ "$(files)" = 'other phrase ' ]
}

@test "the terminal: asked without echo, twice for a new key, restored afterwards" {
    python3 - <<'END'
import os, pty, select, sys, termios
def run(arguments, answers):
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp("attest-key", ["attest-key", *arguments])
    seen = b""
    for answer in answers:
        while not seen.rstrip(b" ").endswith(b":") or termios.tcgetattr(fd)[3] & termios.ECHO:
            if not select.select([fd], [], [], 20)[0]:
                sys.exit(f"no question: {seen}")
            seen += os.read(fd, 1000)
        seen += b"|"
        os.write(fd, answer)
    try:
        while data := os.read(fd, 1000):
            seen += data
    except OSError:
        pass
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen
status, seen = run(["new", "-o", "k"], [b"typed secret\n", b"typed secret\n"])
assert status == 0, seen
assert b"typed" not in seen, seen
status, seen = run(["show", "k"], [b"typed secret\n"])
assert status == 0 and b"ECDSA P-256" in seen, seen
status, seen = run(["show", "k"], [b"wrong\n"])
assert status == 2 and b"does not open" in seen, seen
status, seen = run(["new", "-o", "l"], [b"one\n", b"two\n"])
assert status == 2 and b"found two" in seen, seen
status, seen = run(["show", "k"], [b"\x03"])
assert status == -2, (status, seen)
END
    [ "$(files)" = 'k k.pub other phrase ' ]
}

@test "show: the names that the field's own tools print" {
    [ "$(attest key show "$GOOD/pkcs8-p256.pem" | awk '$1 == "fingerprint" { print $2 }')" = \
        "sha256:$(openssl pkey -in "$GOOD/pkcs8-p256.pem" -pubout -outform DER | sha256sum | cut -d' ' -f1)" ]
    for key in pkcs8-p256.pem pkcs8-rsa2048.pem minisign.key; do
        attest key public "$GOOD/$key" --as ssh >ssh.pub
        [ "$(attest key show "$GOOD/$key" | awk '$1 == "openssh" { print $2 }')" = \
            "$(ssh-keygen -lf ssh.pub | cut -d' ' -f2)" ]
    done
    [ "$(attest key show "$GOOD/minisign.key.pub" | awk '$1 == "number" { print $2 }')" = \
        "$(head -n 1 "$GOOD/minisign.key.pub" | awk '{ print $NF }')" ]
}

@test "show: json" {
    install -m 600 "$GOOD/pkcs8-ed25519.pem" k
    attest key show k --format json >report
    [ "$(jq -r '[.program, .command, .verdict, .summary.kind, .summary.part, .summary.encryption] | join(" ")' \
        report) " = \
        'attest-key show holds Ed25519 secret none ' ]
    [ "$(jq '.findings | length' report)" = 0 ]
    run -2 attest key show nowhere --format json
    [ "$(attest key show nowhere --format json 2>/dev/null | jq -r .verdict)" = unknown ]
}

@test "show: a secret key that others may read is a warning; a public one is none" {
    install -m 644 "$GOOD/pkcs8-p256.pem" k
    run --separate-stderr attest key show k
    [ "$status" -eq 0 ]
    [[ "$stderr" == *'warning[exposed-key]: others than its owner may read this secret key'* ]]
    [ "$(attest key show k --format json 2>/dev/null | jq -r '.findings[0].code')" = exposed-key ]
    chmod 600 k
    run --separate-stderr attest key show k
    [ -z "$stderr" ]
    run --separate-stderr attest key show "$GOOD/pkcs8-p256.pem.pub"
    [ -z "$stderr" ]
}

@test "show asks for no passphrase that it does not need" {
    for key in pkcs8-p256.pem minisign.key cosign-p256.key.pub minisign-encrypted.key.pub; do
        without_terminal attest key show "$GOOD/$key"
    done
    run -2 without_terminal attest key show "$GOOD/cosign-p256.key"
    [[ "$output" == *'expected a passphrase for'*'found no terminal'* ]]
}

@test "public: every format; files that exist stay" {
    attest key public "$GOOD/pkcs8-ed25519.pem" | diff - "$GOOD/pkcs8-ed25519.pem.pub"
    attest key public "$GOOD/minisign.key" --as minisign | tail -n 1 | diff - <(tail -n 1 "$GOOD/minisign.key.pub")
    attest key public "$GOOD/signify.sec" --as signify | tail -n 1 | diff - <(tail -n 1 "$GOOD/signify.sec.pub")
    attest key public "$GOOD/cosign-p256.key" --passphrase-file phrase -o p
    diff p "$GOOD/cosign-p256.key.pub"
    run -2 attest key public "$GOOD/minisign.key" -o p
    diff p "$GOOD/cosign-p256.key.pub"
    run -2 attest key public "$GOOD/pkcs8-p256.pem" --as minisign
    run -2 attest key public "$GOOD/pkcs8-p256.pem" --as nonsense
    run -2 attest key public
    run -2 attest key public a b
}

@test "convert: the passphrase stays unless another one is given" {
    attest key convert "$GOOD/cosign-p256.key" -o same --as pkcs8 --passphrase-file phrase
    openssl pkey -in same -passin 'pass:correct horse' -pubout | diff - "$GOOD/cosign-p256.key.pub"
    attest key convert "$GOOD/cosign-p256.key" -o new --as pkcs8 --passphrase-file phrase --new-passphrase-file other
    openssl pkey -in new -passin 'pass:another horse' -pubout | diff - "$GOOD/cosign-p256.key.pub"
    attest key convert "$GOOD/cosign-p256.key" -o open --as pkcs8 --passphrase-file phrase --no-passphrase
    openssl pkey -in open -pubout | diff - "$GOOD/cosign-p256.key.pub"
    attest key convert open -o back --passphrase-file phrase
    attest key show back --passphrase-file phrase | grep -q '^encryption  *passphrase$'
    run -2 attest key convert open -o m --as minisign --no-passphrase
    run -2 attest key convert "$GOOD/cosign-p256.key.pub" -o m --no-passphrase
    [[ "$output" == *'expected a secret key, found a public one'* ]]
    [ ! -e m ]
    for key in same new open back; do [ "$(stat -c %a "$key")" = 600 ]; done
}

@test "no output and no error holds a secret" {
    local key line
    for key in "$GOOD"/*.pem "$GOOD"/*.key "$GOOD"/*.sec "$TESTDATA"/secret/bad/*; do
        case $key in *minisign-encrypted*) continue ;; esac
        { attest key show "$key" --passphrase-file phrase; attest key public "$key" --passphrase-file phrase
            attest key show "$key" --format json --passphrase-file phrase; } >out 2>&1 || true
        case $key in */public* | */text | */empty) continue ;; esac
        run ! grep -E 'correct horse|another horse' out
        grep -vE '^-----|comment:|^(Proc|DEK)-|^$|^hello' "$key" | sed 1d | while read -r line; do
            # The modulus of an RSA key is the same in both halves, and no secret.
            if [ -e "$key.pub" ] && grep -qF -- "${line:0:24}" "$key.pub"; then continue; fi
            [ "${#line}" -lt 24 ] || run ! grep -F -- "${line:0:24}" out
        done
    done
}
