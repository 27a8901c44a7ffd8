#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Secret keys that no tool here writes: cosign's (NaCl's secretbox is written out below), cheap minisign ones, and
those that somebody changed. Called by secret.sh, in testdata/secret."""
import base64
import hashlib
import json
import os
import pathlib
import pty
import struct

PASSPHRASE = b"correct horse"


# --- NaCl's secretbox: XSalsa20 and Poly1305 ---------------------------------------------------------------

def rotate(x, n):
    return ((x << n) | (x >> (32 - n))) & 0xFFFFFFFF


def rounds(state):
    x = list(state)
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6), (15, 3, 7, 11),
                           (0, 1, 2, 3), (5, 6, 7, 4), (10, 11, 8, 9), (15, 12, 13, 14)):
            x[b] ^= rotate((x[a] + x[d]) & 0xFFFFFFFF, 7)
            x[c] ^= rotate((x[b] + x[a]) & 0xFFFFFFFF, 9)
            x[d] ^= rotate((x[c] + x[b]) & 0xFFFFFFFF, 13)
            x[a] ^= rotate((x[d] + x[c]) & 0xFFFFFFFF, 18)
    return x


def block(key, sixteen):
    c = struct.unpack("<4I", b"expand 32-byte k")
    k = struct.unpack("<8I", key)
    n = struct.unpack("<4I", sixteen)
    return [c[0], *k[:4], c[1], *n, c[2], *k[4:], c[3]]


def xsalsa20(key, nonce, length):
    x = rounds(block(key, nonce[:16]))
    subkey = struct.pack("<8I", x[0], x[5], x[10], x[15], x[6], x[7], x[8], x[9])
    stream = b""
    for counter in range((length + 63) // 64):
        state = block(subkey, nonce[16:] + struct.pack("<Q", counter))
        stream += struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(rounds(state), state)))
    return stream[:length]


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at:at + 16] + b"\1", "little")) * r % (2 ** 130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2 ** 128).to_bytes(16, "little")


def secretbox(key, nonce, message):
    stream = xsalsa20(key, nonce, 32 + len(message))
    sealed = bytes(a ^ b for a, b in zip(message, stream[32:]))
    return poly1305(stream[:32], sealed) + sealed


# --- files -------------------------------------------------------------------------------------------------

def der_of(path):
    lines = pathlib.Path(path).read_text().splitlines()
    return base64.b64decode("".join(line for line in lines if not line.startswith("-----")))


def pem(label, data):
    text = base64.b64encode(data).decode()
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    return f"-----BEGIN {label}-----\n" + "\n".join(lines) + f"\n-----END {label}-----\n"


def scrypt(salt, n, r, p, length):
    return hashlib.scrypt(PASSPHRASE, salt=salt, n=n, r=r, p=p, maxmem=(1 << 31) - 1, dklen=length)


def cosign(der, n=32768, r=8, p=1, kdf="scrypt", cipher="nacl/secretbox", change=None):
    salt = hashlib.sha256(b"salt").digest()
    nonce = hashlib.sha256(b"nonce").digest()[:24]
    b64 = lambda data: base64.b64encode(data).decode()
    root = {"kdf": {"name": kdf, "params": {"N": n, "r": r, "p": p}, "salt": b64(salt)},
            "cipher": {"name": cipher, "nonce": b64(nonce)},
            "ciphertext": b64(secretbox(scrypt(salt, n, r, p, 32), nonce, der))}
    if change:
        change(root)
    return json.dumps(root, separators=(",", ":")).encode()


def write(path, text):
    pathlib.Path(path).write_text(text)


def write_cosign():
    new, old = "ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY"
    ed, p256, rsa = (der_of(f"good/pkcs8-{kind}.pem") for kind in ("ed25519", "p256", "rsa3072"))
    for name, label, der, n, kind in (("cosign-p256", new, p256, 65536, "p256"),
                                      ("cosign-ed25519", new, ed, 32768, "ed25519"),
                                      ("cosign-rsa3072", new, rsa, 131072, "rsa3072"),
                                      ("cosign-old-p256", old, p256, 32768, "p256")):
        write(f"good/{name}.key", pem(label, cosign(der, n)))
        write(f"good/{name}.key.pub", pathlib.Path(f"good/pkcs8-{kind}.pem.pub").read_text())
    write("bad/cosign-n-16384.key", pem(new, cosign(p256, 16384)))
    write("bad/cosign-n-262144.key", pem(new, cosign(p256, 262144)))
    write("bad/cosign-r-16.key", pem(new, cosign(p256, 32768, 16)))
    write("bad/cosign-p-2.key", pem(new, cosign(p256, 32768, 8, 2)))
    write("bad/cosign-kdf.key", pem(new, cosign(p256, kdf="argon2")))
    write("bad/cosign-cipher.key", pem(new, cosign(p256, cipher="none")))
    write("bad/cosign-public.key", pem(new, cosign(der_of("good/pkcs8-p256.pem.pub"))))
    write("bad/cosign-huge-n.key", pem(new, cosign(p256, change=lambda o: o["kdf"]["params"].update(N=2 ** 63))))
    write("bad/cosign-negative-n.key", pem(new, cosign(p256, change=lambda o: o["kdf"]["params"].update(N=-32768))))
    write("bad/cosign-text-n.key", pem(new, cosign(p256, change=lambda o: o["kdf"]["params"].update(N="32768"))))
    write("bad/cosign-no-salt.key", pem(new, cosign(p256, change=lambda o: o["kdf"].pop("salt"))))
    write("bad/cosign-short-salt.key", pem(new, cosign(p256, change=lambda o: o["kdf"].update(salt="AAAA"))))
    write("bad/cosign-short-nonce.key", pem(new, cosign(p256, change=lambda o: o["cipher"].update(nonce="AAAA"))))
    write("bad/cosign-no-ciphertext.key", pem(new, cosign(p256, change=lambda o: o.update(ciphertext=""))))
    write("bad/cosign-list.key", pem(new, b"[]"))
    twice = cosign(p256).replace(b'"p":1', b'"p":1,"p":1')
    write("bad/cosign-twice.key", pem(new, twice))


def element(tag, content):
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else b"\x82" + struct.pack(">H", size)
    return bytes([tag]) + length + content


def write_der():
    seed, other = (hashlib.sha256(text).digest() for text in (b"seed", b"other"))
    prefix = bytes.fromhex("3005 0603 2b6570")
    body = prefix + element(4, element(4, seed))
    label = "PRIVATE KEY"
    write("bad/ed25519-other-public.pem",
          pem(label, element(0x30, b"\2\1\1" + body + element(0x81, b"\0" + other))))
    write("bad/ed25519-short.pem", pem(label, element(0x30, b"\2\1\0" + prefix + element(4, element(4, seed[:31])))))
    write("bad/ed25519-trailing.pem", pem(label, element(0x30, b"\2\1\0" + body) + b"\0"))
    write("bad/ed25519-inner-trailing.pem", pem(label, element(0x30, b"\2\1\0" + body + b"\5\0")))
    write("bad/ed25519-version-2.pem", pem(label, element(0x30, b"\2\1\2" + body)))
    write("bad/ed25519-long-length.pem", pem(label, b"\x30\x81\x2e\2\1\0" + body))
    p256 = der_of("good/sec1-p256.pem")
    secret, point = p256[7:39], p256[-64:]
    curve = element(0xA0, bytes.fromhex("0608 2a8648ce3d030107"))
    ec = lambda d, q: pem("EC PRIVATE KEY", element(0x30, b"\2\1\1" + element(4, d) + curve + q))
    bits = lambda q: element(0xA1, element(3, b"\0\4" + q))
    order = int("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
    assert pem("EC PRIVATE KEY", p256) == ec(secret, bits(point))
    write("bad/p256-other-public.pem", ec(secret, bits(point[:-1] + bytes([point[-1] ^ 1]))))
    write("bad/p256-zero.pem", ec(bytes(32), b""))
    write("bad/p256-order.pem", ec(order.to_bytes(32, "big"), b""))
    write("bad/p256-short.pem", ec(secret[1:], bits(point)))
    write("bad/p256-no-curve.pem", pem("EC PRIVATE KEY", element(0x30, b"\2\1\1" + element(4, secret))))
    rsa = bytearray(der_of("good/pkcs1-rsa2048.pem"))
    for name, at in (("n", 100), ("d", 400), ("p", 600), ("dp", 850), ("dq", 980), ("qi", len(rsa) - 1)):
        changed = bytearray(rsa)
        changed[at] ^= 2
        write(f"bad/rsa-other-{name}.pem", pem("RSA PRIVATE KEY", bytes(changed)))


def pbes2(kdf, cipher="0609 60864801650304012a", iv=bytes(16), sealed=bytes(48)):
    both = element(0x30, kdf + element(0x30, bytes.fromhex(cipher) + element(4, iv)))
    return pem("ENCRYPTED PRIVATE KEY", element(0x30, element(0x30, bytes.fromhex("0609 2a864886f70d01050d") + both) +
                                                element(4, sealed)))


def write_pbes2():
    number = lambda n: element(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))
    scrypt_oid, pbkdf2_oid = bytes.fromhex("0609 2b06010401da47040b"), bytes.fromhex("0609 2a864886f70d01050c")
    cost = lambda n, r, p, more=b"": element(0x30, scrypt_oid + element(0x30, element(4, bytes(16)) + number(n) +
                                                                        number(r) + number(p) + more))
    write("bad/scrypt-memory.pem", pbes2(cost(1 << 21, 8, 1)))
    write("bad/scrypt-work.pem", pbes2(cost(1 << 14, 8, 1 << 20)))
    write("bad/scrypt-overflow.pem", pbes2(cost(1 << 63, 1 << 31, 1 << 31)))
    write("bad/scrypt-no-power.pem", pbes2(cost(16383, 8, 1)))
    write("bad/scrypt-r-0.pem", pbes2(cost(16384, 0, 1)))
    write("bad/scrypt-p-0.pem", pbes2(cost(16384, 8, 0)))
    write("bad/scrypt-key-length.pem", pbes2(cost(16384, 8, 1, number(16))))
    write("bad/scrypt-short-iv.pem", pbes2(cost(16384, 8, 1), iv=bytes(15)))
    write("bad/pbes2-cipher.pem", pbes2(cost(16384, 8, 1), cipher="0609 608648016503040106"))
    write("bad/pbes2-kdf.pem", pbes2(element(0x30, bytes.fromhex("0603 2b6570") + element(0x30, b""))))
    write("bad/pbkdf2-0.pem", pbes2(element(0x30, pbkdf2_oid + element(0x30, element(4, bytes(8)) + number(0)))))


def commented(data, comment="secret key"):
    return f"untrusted comment: {comment}\n{base64.b64encode(data).decode()}\n"


def write_minisign():
    plain = base64.b64decode(pathlib.Path("good/minisign.key").read_text().splitlines()[1])
    secret = plain[54:126]
    total = hashlib.blake2b(b"Ed" + secret, digest_size=32).digest()

    def seal(inner, ops, memory, n, p):
        salt = hashlib.sha256(b"minisign").digest()
        stream = scrypt(salt, n, 8, p, len(inner))
        return b"EdScB2" + salt + struct.pack("<QQ", ops, memory) + bytes(a ^ b for a, b in zip(inner, stream))

    cheap = (1 << 20, 1 << 25, 1 << 15, 1)
    public = pathlib.Path("good/minisign.key.pub").read_text()
    write("good/minisign-cheap.key", commented(seal(secret + total, *cheap)))
    write("good/minisign-cheap.key.pub", public)
    write("good/minisign-checksum.key", commented(plain[:126] + total))
    write("good/minisign-checksum.key.pub", public)
    swapped = bytearray(secret)
    swapped[-1] ^= 1
    write("bad/minisign-other-public.key",
          commented(seal(bytes(swapped) + hashlib.blake2b(b"Ed" + swapped, digest_size=32).digest(), *cheap)))
    write("bad/minisign-plain-other-public.key", commented(plain[:54] + bytes(swapped) + plain[126:]))
    write("bad/minisign-plain-checksum.key", commented(plain[:126] + b"\1" + bytes(31)))
    write("bad/minisign-operations.key", commented(b"EdScB2" + bytes(32) + struct.pack("<QQ", 1 << 40, 1 << 25) +
                                                   bytes(104)))
    write("bad/minisign-memory.key", commented(b"EdScB2" + bytes(32) + struct.pack("<QQ", 1 << 20, 1 << 40) +
                                               bytes(104)))
    write("bad/minisign-kdf.key", commented(b"EdXXB2" + plain[6:]))
    write("bad/minisign-algorithm.key", commented(b"XX" + plain[2:]))
    write("bad/minisign-short.key", commented(plain[:-1]))
    write("bad/minisign-one-line.key", "untrusted comment: x\n")
    write("bad/minisign-three-lines.key", commented(plain) + "more\n")
    write("bad/minisign-base64.key", commented(plain).replace("\nRW", "\nR!"))


def make_encrypted_signify():
    """signify asks at the terminal only."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp("signify-openbsd", ["signify-openbsd", "-G", "-p", "good/signify-encrypted.pub", "-s",
                                      "good/signify-encrypted.sec"])
    for _ in range(2):
        seen = b""
        while not seen.rstrip().endswith(b"passphrase:"):
            seen += os.read(terminal, 1000)
        os.write(terminal, PASSPHRASE + b"\n")
    os.waitpid(pid, 0)
    os.rename("good/signify-encrypted.pub", "good/signify-encrypted.sec.pub")


def write_signify():
    make_encrypted_signify()
    plain = base64.b64decode(pathlib.Path("good/signify.sec").read_text().splitlines()[1])
    changed = bytearray(plain[40:])
    changed[-1] ^= 1
    digest = hashlib.sha512(bytes(changed)).digest()[:8]
    write("bad/signify-other-public.sec", commented(plain[:24] + digest + plain[32:40] + bytes(changed)))
    write("bad/signify-checksum.sec", commented(plain[:24] + bytes(8) + plain[32:]))
    write("bad/signify-kdf.sec", commented(b"EdXX" + plain[4:]))
    write("bad/signify-rounds.sec", commented(plain[:4] + b"\x7f\xff\xff\xff" + plain[8:]))


write_cosign()
write_der()
write_pbes2()
write_minisign()
write_signify()
