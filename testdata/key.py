#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes testdata/key: public keys in every format, keys that must be refused, and signatures with their verdicts.
And testdata/sshsig: the same of OpenSSH's signatures; testdata/raw: some of the signatures as they are.

The arithmetic is written out below from FIPS 186-4, RFC 8017 and RFC 8032, independent of the libraries that the
tests are about. Secret numbers come from hashes of words: the vectors are the same on every run, and good for
nothing else.
"""
import base64
import hashlib
import os
import textwrap

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "key")


def number(word, bits):
    out = b"".join(hashlib.sha512(f"{word} {i}".encode()).digest() for i in range(bits // 512 + 1))
    return int.from_bytes(out, "big") >> (len(out) * 8 - bits)


# ---- DER ----

def tlv(tag, content, length=None):
    n = len(content)
    if length is None:
        length = bytes([n]) if n < 128 else bytes([0x80 | (n.bit_length() + 7) // 8]) + big(n)
    return bytes([tag]) + length + content


def big(n):
    return n.to_bytes((n.bit_length() + 7) // 8, "big")


def integer(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def sequence(*parts):
    return tlv(0x30, b"".join(parts))


def bits(content, unused=0):
    return tlv(3, bytes([unused]) + content)


def oid(hexadecimal):
    return tlv(6, bytes.fromhex(hexadecimal))


EC, P256, P384 = oid("2a8648ce3d0201"), oid("2a8648ce3d030107"), oid("2b81040022")
P521, K1 = oid("2b81040023"), oid("2b8104000a")
ED, RSA, PSS, NULL = oid("2b6570"), oid("2a864886f70d010101"), oid("2a864886f70d01010a"), tlv(5, b"")


def spki(algorithm, key, unused=0):
    return sequence(sequence(*algorithm), bits(key, unused))


def rsa_spki(n, e, *parameters):
    return spki([RSA, *(parameters or [NULL])], sequence(integer(n), integer(e)))


# ---- ECDSA: y^2 = x^3 - 3x + b ----

class Curve:
    def __init__(self, p, b, n, g, size):
        self.p, self.b, self.n, self.g, self.size = p, b, n, g, size

    def add(self, a, b):
        if a is None or b is None:
            return a or b
        p = self.p
        if a[0] == b[0]:
            if (a[1] + b[1]) % p == 0:
                return None
            slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, p)
        else:
            slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, p)
        x = (slope * slope - a[0] - b[0]) % p
        return x, (slope * (a[0] - x) - a[1]) % p

    def mul(self, k, point):
        out = None
        for bit in bin(k)[2:]:
            out = self.add(out, out)
            if bit == "1":
                out = self.add(out, point)
        return out

    def encode(self, point):
        return b"\x04" + point[0].to_bytes(self.size, "big") + point[1].to_bytes(self.size, "big")

    def sign(self, d, message, digest, k=None):
        h = hashlib.new(digest, message).digest()
        e = int.from_bytes(h, "big") >> max(0, len(h) * 8 - self.n.bit_length())
        k = k or number(f"nonce {d} {message}", self.n.bit_length() - 1)
        r = self.mul(k, self.g)[0] % self.n
        return r, pow(k, -1, self.n) * (e + r * d) % self.n


p256 = Curve(2**256 - 2**224 + 2**192 + 2**96 - 1,
             0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
             0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
             (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
              0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5), 32)
p384 = Curve(2**384 - 2**128 - 2**96 + 2**32 - 1,
             0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
             0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
             (0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
              0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F),
             48)

# ---- Ed25519 ----

Q = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, Q) % Q


def ed_add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + t, -1, Q) % Q, (y1 * y2 + x1 * x2) * pow(1 - t, -1, Q) % Q


def ed_mul(k, point):
    out = (0, 1)
    for bit in bin(k)[2:]:
        out = ed_add(out, out)
        if bit == "1":
            out = ed_add(out, point)
    return out


def ed_x(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, -1, Q) % Q
    x = pow(square, (Q + 3) // 8, Q)
    if (x * x - square) % Q:
        x = x * pow(2, (Q - 1) // 4, Q) % Q
    if (x * x - square) % Q:
        return None
    return Q - x if x % 2 != sign else x


BASE = (ed_x(4 * pow(5, -1, Q) % Q, 0), 4 * pow(5, -1, Q) % Q)
ORDER8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7
TORSION = (ed_x(ORDER8, 0), ORDER8)


def ed_encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def ed_secret(word):
    h = hashlib.sha512(word.encode()).digest()
    return int.from_bytes(h[:32], "little") & (2**254 - 8) | 2**254, h[32:]


def ed_hash(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def ed_sign(a, prefix, key, message, domain=b"", twist=None):
    r = ed_hash(domain, prefix, message) % L
    point = ed_mul(r, BASE)
    point = ed_encode(ed_add(point, twist) if twist else point)
    return point + ((r + ed_hash(domain, point, key, message) * a) % L).to_bytes(32, "little")


DOM2 = b"SigEd25519 no Ed25519 collisions\x01\x00"

# ---- RSA ----


def prime(word, bits):
    n = number(word, bits) | 3 << (bits - 2) | 1
    while True:
        if all(n % small for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)) and \
                n % 65537 != 1 and pow(2, n - 1, n) == 1 and pow(3, n - 1, n) == 1:
            return n
        n += 2


class Rsa:
    def __init__(self, word, size):
        p, q = prime(f"{word} p", size // 2), prime(f"{word} q", size // 2)
        self.n, self.e, self.d, self.size = p * q, 65537, pow(65537, -1, (p - 1) * (q - 1)), size // 8

    def raw(self, block):
        return pow(int.from_bytes(block, "big"), self.d, self.n).to_bytes(self.size, "big")

    def pkcs1(self, digest, parameters=NULL):
        info = sequence(sequence(oid("608648016503040201"), parameters), tlv(4, digest))
        return b"\x00\x01" + b"\xff" * (self.size - 3 - len(info)) + b"\x00" + info

    def pss(self, digest, salt, hash_name="sha256"):
        def h(x):
            return hashlib.new(hash_name, x).digest()
        inner = h(bytes(8) + digest + salt)
        db = bytes(self.size - len(salt) - len(inner) - 2) + b"\x01" + salt
        mask = b"".join(h(inner + i.to_bytes(4, "big")) for i in range(self.size // len(inner) + 1))
        masked = bytes(a ^ b for a, b in zip(db, mask))
        return bytes([masked[0] & 0x7f]) + masked[1:] + inner + b"\xbc"


# ---- files ----

expected = []


def write(name, data):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(data)


def good(name, data, kind, spki_bytes):
    write(f"good/{name}", data)
    expected.append(f"good/{name}\t{kind}\t{hashlib.sha256(spki_bytes).hexdigest()}")


def bad(name, data, code, message):
    write(f"bad/{name}", data)
    expected.append(f"bad/{name}\t{code}\t{message}")


def pem(label, der):
    text = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN {label}-----\n{text}\n-----END {label}-----\n".encode()


def ssh(*parts):
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def ssh_line(kind, blob, comment=b" somebody at home\n"):
    return kind + b" " + base64.b64encode(blob) + comment


def mpint(n):
    return n.to_bytes(n.bit_length() // 8 + 1, "big") if n else b""


def numbered(point, algorithm=b"Ed", comment="untrusted comment: minisign public key 0807060504030201\n"):
    key = base64.b64encode(algorithm + bytes(range(1, 9)) + point).decode()
    return f"{comment}{key}\n".encode()


a, prefix = ed_secret("attest test vectors")
ed = ed_encode(ed_mul(a, BASE))
d256, d384 = number("P-256", 255), number("P-384", 383)
q256, q384 = p256.mul(d256, p256.g), p384.mul(d384, p384.g)
rsa, small = Rsa("RSA 2048", 2048), Rsa("RSA 1024", 1024)
k_ed, k_rsa = spki([ED], ed), rsa_spki(rsa.n, rsa.e)
k_256, k_384 = spki([EC, P256], p256.encode(q256)), spki([EC, P384], p384.encode(q384))


def write_keys():
    for name, kind, der in (("ed25519", "Ed25519", k_ed), ("p256", "ECDSA P-256", k_256),
                            ("p384", "ECDSA P-384", k_384), ("rsa2048", "RSA 2048", k_rsa)):
        good(f"{name}.pem", pem("PUBLIC KEY", der), kind, der)
        good(f"{name}.der", der, kind, der)
    good("crlf.pem", pem("PUBLIC KEY", k_256).replace(b"\n", b"\r\n"), "ECDSA P-256", k_256)
    good("pkcs1.pem", pem("RSA PUBLIC KEY", sequence(integer(rsa.n), integer(rsa.e))), "RSA 2048", k_rsa)
    good("minisign.pub", numbered(ed), "Ed25519", k_ed)
    good("minisign-line", numbered(ed, comment=""), "Ed25519", k_ed)
    good("signify.pub", numbered(ed, comment="untrusted comment: signify public key\n"), "Ed25519", k_ed)
    good("ssh-ed25519.pub", ssh_line(b"ssh-ed25519", ssh(b"ssh-ed25519", ed)), "Ed25519", k_ed)
    good("ssh-no-comment.pub", ssh_line(b"ssh-ed25519", ssh(b"ssh-ed25519", ed), b""), "Ed25519", k_ed)
    for name, curve, der, q in (("nistp256", p256, k_256, q256), ("nistp384", p384, k_384, q384)):
        kind = b"ecdsa-sha2-" + name.encode()
        good(f"ssh-{name}.pub", ssh_line(kind, ssh(kind, name.encode(), curve.encode(q))),
             "ECDSA P-256" if curve is p256 else "ECDSA P-384", der)
    good("ssh-rsa.pub", ssh_line(b"ssh-rsa", ssh(b"ssh-rsa", mpint(rsa.e), mpint(rsa.n))), "RSA 2048", k_rsa)


def write_bad_spki():
    other = "expected the end of the public key, found 1 bytes behind it"
    bad("trailing.der", k_ed + b"\0", "MALFORMED", other)
    bad("trailing.pem", pem("PUBLIC KEY", k_ed + b"\0"), "MALFORMED", other)
    whole = "expected a public key (SubjectPublicKeyInfo) in DER, found other bytes"
    parts = "expected an algorithm and a key in DER, found other bytes"
    ed_only = "expected an Ed25519 key of 32 bytes without parameters, found other bytes"
    bad("long-length.der", tlv(0x30, k_ed[2:], b"\x81\x2a"), "MALFORMED", whole)
    bad("longer-length.der", tlv(0x30, k_256[2:], b"\x82\x00\x59"), "MALFORMED", whole)
    bad("indefinite.der", tlv(0x30, k_ed[2:] + b"\0\0", b"\x80"), "MALFORMED", whole)
    bad("cut.der", k_256[:-1], "MALFORMED", whole)
    bad("inner-trailing.der", tlv(0x30, k_ed[2:] + b"\5\0"), "MALFORMED", parts)
    bad("unused-bits.der", spki([ED], ed, 1), "MALFORMED", parts)
    bad("ed25519-null.der", spki([ED, NULL], ed), "MALFORMED", ed_only)
    bad("ed25519-short.der", spki([ED], ed[:31]), "MALFORMED", ed_only)
    refused = ("expected an Ed25519 key, found a point of small order, outside the prime-order group, or in a "
               "non-canonical form")
    bad("ed25519-neutral.der", spki([ED], ed_encode((0, 1))), "REFUSED", refused)
    bad("ed25519-order-8.der", spki([ED], ed_encode(TORSION)), "REFUSED", refused)
    bad("ed25519-mixed.der", spki([ED], ed_encode(ed_add(ed_mul(a, BASE), TORSION))), "REFUSED", refused)
    bad("ed25519-noncanonical.der", spki([ED], (Q + 3).to_bytes(32, "little")), "REFUSED", refused)
    y = next(y for y in range(2, 99) if ed_x(y, 0) is None)
    bad("ed25519-off-curve.der", spki([ED], y.to_bytes(32, "little")), "REFUSED", refused)
    bad("ed448.der", spki([oid("2b6571")], bytes(57)), "UNSUPPORTED",
        "expected an Ed25519, ECDSA P-256 or P-384, or RSA key, found one of Ed448")
    bad("unknown.der", spki([oid("2a030405")], bytes(8)), "UNSUPPORTED",
        "expected an Ed25519, ECDSA P-256 or P-384, or RSA key, found one of another algorithm")
    bad("rsassa-pss.der", spki([PSS], sequence(integer(rsa.n), integer(rsa.e))), "UNSUPPORTED",
        "expected an Ed25519, ECDSA P-256 or P-384, or RSA key, found one of RSASSA-PSS")
    bad("pkcs8.der", sequence(integer(0), sequence(ED), tlv(4, tlv(4, bytes(32)))), "REFUSED",
        "expected a public key, found a secret one")


def write_bad_ec():
    for name, curve, shown in (("p521", P521, "the curve P-521"), ("secp256k1", K1, "the curve secp256k1")):
        bad(f"{name}.der", spki([EC, curve], p256.encode(q256)), "UNSUPPORTED",
            f"expected an Ed25519, ECDSA P-256 or P-384, or RSA key, found one of {shown}")
    x, y = q256
    bad("off-curve.der", spki([EC, P256], p256.encode((x, (y + 1) % p256.p))), "MALFORMED",
        "expected a point of the curve P-256, found none")
    bad("off-curve-384.der", spki([EC, P384], p384.encode((q384[0], q384[1] ^ 1))), "MALFORMED",
        "expected a point of the curve P-384, found none")
    # The coordinates of a small x, and the same beyond the field's prime.
    def root(t):
        return pow(t, (p256.p + 1) // 4, p256.p)
    x = next(x for x in range(2, 99) if pow(root(x**3 - 3 * x + p256.b), 2, p256.p) == (x**3 - 3 * x + p256.b) % p256.p)
    y = root(x**3 - 3 * x + p256.b)
    der = spki([EC, P256], p256.encode((x, y)))
    good("small-x.der", der, "ECDSA P-256", der)
    bad("beyond-prime.der", spki([EC, P256], p256.encode((x + p256.p, y))), "MALFORMED",
        "expected a point of the curve P-256, found none")
    bad("wrong-curve.der", spki([EC, P384], p256.encode(q256)), "MALFORMED",
        "expected an uncompressed point of 97 bytes, found 65 bytes")
    bad("infinity.der", spki([EC, P256], b"\0"), "MALFORMED",
        "expected an uncompressed point of 65 bytes, found 1 bytes")
    bad("compressed.der", spki([EC, P256], b"\x02" + p256.encode(q256)[1:33]), "UNSUPPORTED",
        "expected an uncompressed point, found a compressed one")
    hybrid = bytes([6 + (q256[1] & 1)]) + p256.encode(q256)[1:]
    bad("hybrid.der", spki([EC, P256], hybrid), "MALFORMED",
        "expected an uncompressed point of 65 bytes, found 65 bytes")
    bad("explicit-curve.der", spki([EC, sequence(integer(1))], p256.encode(q256)), "UNSUPPORTED",
        "expected the curve P-256 or P-384 by its name, found a curve's parameters")
    bad("no-curve.der", spki([EC], p256.encode(q256)), "MALFORMED",
        "expected the name of a curve in DER, found other bytes")


def write_bad_rsa():
    pair = "expected a modulus and an exponent in DER, found other bytes"
    for name, e, found in (("one", 1, 1), ("three", 3, 3), ("even", 65538, 65538), ("zero", 0, 0)):
        bad(f"rsa-e-{name}.der", rsa_spki(rsa.n, e), "REFUSED",
            f"expected an odd RSA exponent of at least 65537, found {found}")
    bad("rsa-e-long.der", rsa_spki(rsa.n, 2**64 + 1), "LIMIT",
        "expected an RSA exponent of at most 64 bits, found 9 bytes")
    bad("rsa1024.pem", pem("PUBLIC KEY", rsa_spki(small.n, 65537)), "REFUSED",
        "expected an RSA key of at least 2048 bits, found 1024")
    bad("rsa-even.der", rsa_spki(rsa.n + 1, 65537), "MALFORMED",
        "expected an RSA modulus, found an even number")
    bad("rsa-huge.der", rsa_spki(2**16384 + 1, 65537), "LIMIT",
        "expected an RSA key of at most 16384 bits, found 2049 bytes")
    bad("rsa-no-null.der", spki([RSA], sequence(integer(rsa.n), integer(rsa.e))), "MALFORMED",
        "expected an RSA key with the parameter NULL, found other bytes")
    negative = sequence(tlv(2, big(rsa.n)), integer(rsa.e))
    bad("rsa-negative.der", spki([RSA, NULL], negative), "MALFORMED", pair)
    bad("rsa-padded.der", spki([RSA, NULL], sequence(tlv(2, b"\0\0" + big(rsa.n)), integer(rsa.e))), "MALFORMED", pair)
    bad("rsa-padded-e.der", spki([RSA, NULL], sequence(integer(rsa.n), tlv(2, b"\0\1\0\1"))), "MALFORMED", pair)
    bad("rsa-three.der", spki([RSA, NULL], sequence(integer(rsa.n), integer(rsa.e), integer(1))), "MALFORMED", pair)
    bad("pkcs1-trailing.pem", pem("RSA PUBLIC KEY", sequence(integer(rsa.n), integer(rsa.e)) + b"\0"), "MALFORMED", pair)


def write_bad_text():
    secret = "expected a public key, found a secret one"
    for label in ("PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY", "OPENSSH PRIVATE KEY"):
        bad(label.lower().replace(" ", "-") + ".pem", pem(label, bytes(48)), "REFUSED", secret)
    bad("certificate.pem", pem("CERTIFICATE", k_ed), "UNSUPPORTED",
        'expected "PUBLIC KEY" or "RSA PUBLIC KEY", found "CERTIFICATE"')
    bad("two.pem", pem("PUBLIC KEY", k_ed) + pem("PUBLIC KEY", k_256), "MALFORMED",
        'expected one public key, found "PUBLIC KEY" behind it')
    bad("text-behind.pem", pem("PUBLIC KEY", k_ed) + b"x\n", "MALFORMED",
        'expected "-----BEGIN ...-----", found other text')
    bad("headers.pem", pem("PUBLIC KEY", k_ed).replace(b"Y-----\nM", b"Y-----\na: b\n\nM"), "MALFORMED",
        "expected a public key without headers, found other bytes")
    bad("leftover-bits.pem", pem("PUBLIC KEY", spki([ED], ed + b"x")).replace(b"4\n-----END", b"5\n-----END"),
        "MALFORMED", "expected an Ed25519 key of 32 bytes without parameters, found other bytes")
    comment = b"untrusted comment: minisign encrypted secret key\n"
    bad("minisign.sec", comment + base64.b64encode(b"EdScB2" + bytes(152)) + b"\n", "REFUSED", secret)
    bad("signify.sec", comment + base64.b64encode(b"EdBK" + bytes(100)) + b"\n", "REFUSED", secret)
    bad("minisign-three-lines.pub", numbered(ed) + b"\n", "MALFORMED",
        "expected the end of the public key, found another line")
    bad("minisign-algorithm.pub", numbered(ed, b"ED"), "UNSUPPORTED",
        'expected a public key of minisign or signify, which begins with "Ed", found another algorithm')
    bad("minisign-short.pub", numbered(ed[:-1]), "MALFORMED",
        "expected base64 of 42 bytes for the public key, found 56 characters")
    bad("minisign-no-key.pub", b"untrusted comment: minisign public key", "MALFORMED",
        "expected base64 of 42 bytes for the public key, found 0 characters")
    bad("minisign-small-order.pub", numbered(ed_encode(TORSION)), "REFUSED",
        "expected an Ed25519 key, found a point of small order, outside the prime-order group, or in a "
        "non-canonical form")
    bad("minisign-long-comment.pub", numbered(ed, comment=f"untrusted comment: {'x' * 1025}\n"), "LIMIT",
        "expected a comment of at most 1024 bytes, found 1025")
    bad("unknown.txt", b"hello\n", "UNSUPPORTED", "expected a public key, found nothing that is known as one")
    bad("empty", b"", "UNSUPPORTED", "expected a public key, found nothing that is known as one")


def write_bad_ssh():
    def line(name, kind, blob, code, message, comment=b" c\n"):
        bad(f"ssh-{name}.pub", ssh_line(kind, blob, comment), code, message)
    e = b"ssh-ed25519"
    point = "expected a point of 32 bytes, and nothing behind it, in the OpenSSH key, found other bytes"
    pair = "expected an exponent and a modulus, and nothing behind them, in the OpenSSH key, found other bytes"
    mine = "expected ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384 or ssh-rsa, found"
    line("trailing", e, ssh(e, ed) + b"\0", "MALFORMED", point)
    line("short", e, ssh(e, ed[1:]), "MALFORMED", point)
    line("cut", e, ssh(e, ed)[:-1], "MALFORMED", point)
    line("type-differs", b"ssh-rsa", ssh(e, ed), "MALFORMED",
         "expected the type that stands before its base64 in the OpenSSH key, found other bytes")
    line("two-lines", e, ssh(e, ed), "MALFORMED", "expected one OpenSSH key on one line, found another line",
         b" c\nssh-ed25519 AAAA\n")
    line("dss", b"ssh-dss", ssh(b"ssh-dss", b"x"), "UNSUPPORTED", f"{mine} ssh-dss")
    c521 = b"ecdsa-sha2-nistp521"
    line("p521", c521, ssh(c521, b"nistp521", bytes(133)), "UNSUPPORTED", f"{mine} ecdsa-sha2-nistp521")
    cert = b"ssh-ed25519-cert-v01@openssh.com"
    line("certificate", cert, ssh(cert, ed), "UNSUPPORTED",
         f"expected an OpenSSH key, found a certificate ({cert.decode()}), which is not supported")
    sk = b"sk-ssh-ed25519@openssh.com"
    line("security-key", sk, ssh(sk, ed, b"ssh:"), "UNSUPPORTED",
         f"expected an OpenSSH key, found one of a security key ({sk.decode()}), which is not supported")
    c256 = b"ecdsa-sha2-nistp256"
    line("curve-differs", c256, ssh(c256, b"nistp384", p384.encode(q384)), "MALFORMED",
         "expected the curve that its type names in the OpenSSH key, found other bytes")
    line("rsa-padded", b"ssh-rsa", ssh(b"ssh-rsa", mpint(rsa.e), b"\0" + mpint(rsa.n)), "MALFORMED", pair)
    line("rsa-negative", b"ssh-rsa", ssh(b"ssh-rsa", mpint(rsa.e), big(rsa.n)), "MALFORMED", pair)
    line("rsa-three", b"ssh-rsa", ssh(b"ssh-rsa", mpint(3), mpint(rsa.n)), "REFUSED",
         "expected an odd RSA exponent of at least 65537, found 3")
    bad("ssh-no-base64.pub", b"ssh-ed25519\n", "MALFORMED",
        "expected a type, one space, and base64 in the OpenSSH key, found other bytes")
    bad("ssh-url-base64.pub", b"ssh-ed25519 AAA_\n", "MALFORMED",
        "expected base64 for the OpenSSH key, found another character at position 4")


# ---- signatures: "NAME KEY SCHEME DIGEST VERDICT MESSAGE SIGNATURE" ----

signatures = []
M, OTHER = b"attest\n", b"attes\n"


def verdict(name, key, scheme, holds, signature, message=M, digest="-"):
    word = {True: "holds", False: "refuted", None: "cannot-tell"}[holds]
    signatures.append(" ".join((name, key, scheme, digest, word, message.hex() or "-", signature.hex() or "-")))


def der_pair(r, s):
    return sequence(integer(r), integer(s))


def write_ecdsa():
    for key, curve, d, digest in (("p256.der", p256, d256, "sha256"), ("p384.der", p384, d384, "sha384")):
        n, size = curve.n, curve.size
        r, s = curve.sign(d, M, digest)
        low, high = min(s, n - s), max(s, n - s)

        def case(name, holds, signature, **more):
            verdict(f"{key[:4]}-{name}", key, "ecdsa", holds, signature, **more)
        case("low-s", True, der_pair(r, low))
        case("high-s", True, der_pair(r, high))
        for other in ("sha256", "sha384", "sha512"):
            case(other, True, der_pair(*curve.sign(d, M, other)), digest=other)
        case("other-digest", False, der_pair(r, s), digest="sha512")
        case("other-message", False, der_pair(r, s), message=OTHER)
        case("other-key", False, der_pair(*curve.sign(d + 1, M, digest)))
        case("weak-digest", None, der_pair(r, s), digest="sha1")
        case("blake2b", None, der_pair(r, s), digest="blake2b")
        for name, pair in (("zero-r", (0, s)), ("zero-s", (r, 0)), ("zeros", (0, 0)), ("n-r", (n, s)),
                           ("n-s", (r, n)), ("r-beyond", (r + n, s)), ("s-beyond", (r, s + n)), ("ones", (1, 1)),
                           ("n-less-1", (n - 1, n - 1)), ("huge-s", (r, s + (1 << 2048) * n)), ("swapped", (s, r))):
            case(name, False, der_pair(*pair))
        case("negative-r", False, sequence(tlv(2, (r - 2**(8 * size + 8)).to_bytes(size + 2, "big", signed=True)), integer(s)))
        top = next(i for i in range(1, 99) if curve.mul(i, curve.g)[0] >> (8 * size - 1))
        r1, s1 = curve.sign(d, M, digest, top)
        case("top-bit", True, der_pair(r1, s1))
        case("unpadded", False, sequence(tlv(2, big(r1)), integer(s1)))
        case("padded-r", False, sequence(tlv(2, b"\0" + integer(r)[2:]), integer(s)))
        case("padded-s", False, sequence(integer(r), tlv(2, b"\0" + integer(s)[2:])))
        body = integer(r) + integer(s)
        case("long-length", False, tlv(0x30, body, bytes([0x81, len(body)])))
        case("longer-length", False, tlv(0x30, body, bytes([0x82, 0, len(body)])))
        case("long-integer", False, sequence(tlv(2, integer(r)[2:], bytes([0x81, len(integer(r)) - 2])), integer(s)))
        case("indefinite", False, tlv(0x30, body + b"\0\0", b"\x80"))
        case("trailing", False, der_pair(r, s) + b"\0")
        case("inner-trailing", False, sequence(integer(r), integer(s), NULL))
        case("cut", False, der_pair(r, s)[:-1])
        case("one", False, sequence(integer(r)))
        case("set", False, tlv(0x31, body))
        case("raw", False, r.to_bytes(size, "big") + s.to_bytes(size, "big"))
        case("empty", False, b"")
        case("no-numbers", False, sequence())
        case("empty-numbers", False, sequence(tlv(2, b""), tlv(2, b"")))
    verdict("p256-other-curve", "p384.der", "ecdsa", False, der_pair(*p256.sign(d256, M, "sha256")), digest="sha256")
    verdict("p256-as-pkcs1", "p256.der", "pkcs1", None, bytes(256))
    verdict("p256-as-ed25519", "p256.der", "ed25519", None, bytes(64))


def write_ed25519():
    key = "ed25519.der"

    def case(name, holds, signature, scheme="ed25519", **more):
        verdict(f"ed25519-{name}", key, scheme, holds, signature, **more)
    pure = ed_sign(a, prefix, ed, M)
    hashed = hashlib.sha512(M).digest()
    ph = ed_sign(a, prefix, ed, hashed, DOM2)
    r, s = pure[:32], int.from_bytes(pure[32:], "little")
    case("good", True, pure)
    case("empty-message", True, ed_sign(a, prefix, ed, b""), message=b"")
    case("other-message", False, pure, message=OTHER)
    case("digest-ignored", True, pure, digest="sha256")
    case("ph", True, ph, "ed25519ph")
    case("ph-as-pure", False, ph)
    case("pure-as-ph", False, pure, "ed25519ph")
    case("pure-of-hash-as-ph", False, ed_sign(a, prefix, ed, hashed), "ed25519ph")
    case("ph-of-hash", False, ph, message=hashed)
    for times in (1, 2, 7, 15):
        case(f"s-plus-{times}-l", False, r + (s + times * L).to_bytes(32, "little"))
    case("ph-s-plus-l", False, ph[:32] + (int.from_bytes(ph[32:], "little") + L).to_bytes(32, "little"), "ed25519ph")
    case("s-is-l", False, r + L.to_bytes(32, "little"))
    case("s-zero", False, r + bytes(32))
    case("s-top-bits", False, pure[:63] + bytes([pure[63] | 0xe0]))
    # With R of small order, S = [k]a satisfies what a careless verifier looks at.
    for name, point in (("neutral", (1).to_bytes(32, "little")), ("neutral-again", (Q + 1).to_bytes(32, "little")),
                        ("neutral-sign", (1 | 1 << 255).to_bytes(32, "little")), ("order-8", ed_encode(TORSION))):
        case(f"r-{name}", False, point + (ed_hash(point, ed, M) * a % L).to_bytes(32, "little"))
    # Holds for those who multiply by the cofactor.
    case("r-mixed", False, ed_sign(a, prefix, ed, M, b"", TORSION))
    case("r-flipped", False, bytes([pure[0] ^ 1]) + pure[1:])
    case("s-flipped", False, pure[:32] + bytes([pure[32] ^ 1]) + pure[33:])
    case("short", False, pure[:63])
    case("long", False, pure + b"\0")
    case("empty", False, b"")
    case("zeros", False, bytes(64))
    case("as-ecdsa", None, pure, "ecdsa")


def write_rsa():
    key = "rsa2048.der"

    def case(name, holds, signature, scheme="pkcs1", **more):
        verdict(f"rsa-{name}", key, scheme, holds, signature, **more)
    h = hashlib.sha256(M).digest()
    block = rsa.pkcs1(h)
    pure = rsa.raw(block)
    n = rsa.n
    case("good", True, pure)
    case("other-message", False, pure, message=OTHER)
    case("other-digest", False, pure, digest="sha512")
    case("weak-digest", None, pure, digest="sha1")
    case("plus-n", False, big(int.from_bytes(pure, "big") + n).rjust(rsa.size, b"\0"))
    case("zero-in-front", False, b"\0" + pure)
    case("short", False, pure[:-1])
    case("long", False, pure + b"\0")
    case("empty", False, b"")
    case("zeros", False, bytes(rsa.size))
    case("one", False, bytes(rsa.size - 1) + b"\1")
    case("no-parameter", False, rsa.raw(rsa.pkcs1(h, b"")))
    info = sequence(sequence(oid("608648016503040201"), NULL), tlv(4, h))
    case("garbage-behind", False, rsa.raw(b"\0\1" + b"\xff" * 8 + b"\0" + info + bytes(rsa.size - 11 - len(info))))
    case("short-padding", False, rsa.raw(bytes(9) + b"\0\1" + b"\xff" * (rsa.size - 12 - len(info)) + b"\0" + info))
    case("type-2", False, rsa.raw(b"\0\2" + block[2:]))
    case("type-0", False, rsa.raw(b"\0\0" + block[2:]))
    case("padding-hole", False, rsa.raw(block[:20] + b"\xfe" + block[21:]))
    case("bare-digest", False, rsa.raw(b"\0\1" + b"\xff" * (rsa.size - 3 - len(h)) + b"\0" + h))
    ber = tlv(0x30, sequence(oid("608648016503040201"), NULL) + tlv(4, h), bytes([0x81, 49]))
    case("ber", False, rsa.raw(b"\0\1" + b"\xff" * (rsa.size - 3 - len(ber)) + b"\0" + ber))
    for salt in (0, 1, 32, 64, rsa.size - 34):
        case(f"pss-salt-{salt}", True, rsa.raw(rsa.pss(h, bytes(range(salt)))), "pss")
    pss = rsa.pss(h, bytes(32))
    case("pss-other-message", False, rsa.raw(pss), "pss", message=OTHER)
    case("pss-other-digest", False, rsa.raw(pss), "pss", digest="sha384")
    case("pss-sha512", True, rsa.raw(rsa.pss(hashlib.sha512(M).digest(), bytes(64), "sha512")), "pss", digest="sha512")
    case("pss-trailer", False, rsa.raw(pss[:-1] + b"\xcc"), "pss")
    case("pss-top-bit", False, rsa.raw(bytes([pss[0] & 0x3f ^ 0x20]) + pss[1:]), "pss")
    case("pss-as-pkcs1", False, rsa.raw(pss))
    case("pkcs1-as-pss", False, pure, "pss")
    case("as-ecdsa", None, pure, "ecdsa")


# ---- OpenSSH's signatures (PROTOCOL.sshsig) ----

SSHSIG = os.path.join(os.path.dirname(HERE), "sshsig")
sshsigs = []
SSH_KEYS = {
    "ed25519.der": ssh(b"ssh-ed25519", ed),
    "p256.der": ssh(b"ecdsa-sha2-nistp256", b"nistp256", p256.encode(q256)),
    "p384.der": ssh(b"ecdsa-sha2-nistp384", b"nistp384", p384.encode(q384)),
    "rsa2048.der": ssh(b"ssh-rsa", mpint(rsa.e), mpint(rsa.n)),
}
INFO512 = sequence(sequence(oid("608648016503040203"), NULL), tlv(4, bytes(64)))[:-64]


def pkcs1_512(message):
    info = INFO512 + hashlib.sha512(message).digest()
    return rsa.raw(b"\x00\x01" + b"\xff" * (rsa.size - 3 - len(info)) + b"\x00" + info)


def ssh_number(pair):
    return ssh(*(mpint(n) for n in pair))


SSH_SIGN = {
    "ssh-ed25519": lambda m: ed_sign(a, prefix, ed, m),
    "ecdsa-sha2-nistp256": lambda m: ssh_number(p256.sign(d256, m, "sha256")),
    "ecdsa-sha2-nistp384": lambda m: ssh_number(p384.sign(d384, m, "sha384")),
    "rsa-sha2-256": lambda m: rsa.raw(rsa.pkcs1(hashlib.sha256(m).digest())),
    "rsa-sha2-512": pkcs1_512,
}


def armor(blob, label="SSH SIGNATURE"):
    text = "\n".join(textwrap.wrap(base64.b64encode(blob).decode(), 70))
    return f"-----BEGIN {label}-----\n{text}\n-----END {label}-----\n".encode()


def sshsig(key, kind, space=b"file", reserved=b"", digest="sha512", blob=None, magic=b"SSHSIG\0\0\0\1", edit=None,
           signer=None, behind=b"", signed_space=None):
    h = hashlib.new(digest if digest in ("sha256", "sha512") else "md5", M).digest()
    signed = b"SSHSIG" + ssh(space if signed_space is None else signed_space, reserved, digest.encode(), h)
    signature = SSH_SIGN[signer or kind](signed)
    if edit:
        signature = edit(signature)
    return magic + ssh(SSH_KEYS[key] if blob is None else blob, space, reserved, digest.encode(),
                       ssh(kind.encode(), signature)) + behind


def ssh_case(name, what, second, data):
    with open(os.path.join(SSHSIG, name), "wb") as file:
        file.write(data)
    sshsigs.append(f"{name}\t{what}\t{second}")


def write_sshsig_good():
    kinds = (("ed25519.der", "ssh-ed25519"), ("p256.der", "ecdsa-sha2-nistp256"), ("p384.der", "ecdsa-sha2-nistp384"),
             ("rsa2048.der", "rsa-sha2-256"), ("rsa2048.der", "rsa-sha2-512"))
    for key, kind in kinds:
        for digest in ("sha256", "sha512"):
            ssh_case(f"good/{kind}-{digest}", key, "holds", armor(sshsig(key, kind, digest=digest)))
    e = ("ed25519.der", "ssh-ed25519")
    ssh_case("good/namespace", e[0], "holds", armor(sshsig(*e, space=b"git@example.org")))
    ssh_case("good/reserved", e[0], "holds", armor(sshsig(*e, reserved=b"later")))
    ssh_case("good/crlf", e[0], "holds", armor(sshsig(*e)).replace(b"\n", b"\r\n"))
    ssh_case("good/one-line", e[0], "holds", b"-----BEGIN SSH SIGNATURE-----\n" + base64.b64encode(sshsig(*e)) +
             b"\n-----END SSH SIGNATURE-----")


def write_sshsig_refuted():
    e, c, r = ("ed25519.der", "ssh-ed25519"), ("p256.der", "ecdsa-sha2-nistp256"), ("rsa2048.der", "rsa-sha2-512")

    def case(name, key, **more):
        ssh_case(f"bad/{name}", key[0], "refuted", armor(sshsig(*key, **more)))
    case("other-namespace", e, signed_space=b"git")
    case("flipped", e, edit=lambda s: s[:-9] + bytes([s[-9] ^ 1]) + s[-8:])
    case("s-plus-l", e, edit=lambda s: s[:32] + (int.from_bytes(s[32:], "little") + L).to_bytes(32, "little"))
    case("ed25519-short", e, edit=lambda s: s[:-1])
    case("ecdsa-zero", c, edit=lambda s: ssh(b"", b"\1"))
    case("ecdsa-beyond", c, edit=lambda s: ssh_number((p256.n, 1)))
    case("rsa-short", r, edit=lambda s: s[:-1])
    case("rsa-long", r, edit=lambda s: b"\0" + s)
    case("rsa-256-as-512", r, signer="rsa-sha2-256")
    for name, key, other in (("other-key", e, "p256.der"), ("other-rsa", r, "ed25519.der")):
        ssh_case(f"bad/{name}", other, "cannot-tell", armor(sshsig(*key)))


def write_sshsig_bad():
    e, c, r = ("ed25519.der", "ssh-ed25519"), ("p256.der", "ecdsa-sha2-nistp256"), ("rsa2048.der", "rsa-sha2-512")

    def case(name, code, message, key=e, **more):
        ssh_case(f"bad/{name}", code, message, armor(sshsig(*key, **more)))
    fields = ("2:1 expected key, namespace, digest and signature of an OpenSSH signature, and nothing behind them, "
              "found other bytes")
    version = "2:1 expected version 1 of OpenSSH's signatures, found another"
    case("version-2", "UNSUPPORTED", version, magic=b"SSHSIG\0\0\0\2")
    case("version-0", "UNSUPPORTED", version, magic=b"SSHSIG\0\0\0\0")
    case("magic", "MALFORMED", "2:1 expected an OpenSSH signature, found other bytes", magic=b"SSHSIH\0\0\0\1")
    case("no-namespace", "MALFORMED", "2:1 expected a namespace in the OpenSSH signature, found an empty one", space=b"")
    case("trailing", "MALFORMED", fields, behind=b"\0")
    whole = sshsig(*e)
    ssh_case("bad/cut", "MALFORMED", fields, armor(whole[:-1]))
    ssh_case("bad/only-magic", "MALFORMED", version, armor(b"SSHSIG"))
    ssh_case("bad/length-beyond", "MALFORMED", fields, armor(b"SSHSIG\0\0\0\1" + b"\xff" * 40))
    for digest in ("sha1", "SHA512", "md5", "", "sha384"):
        case(f"digest-{digest or 'none'}", "UNSUPPORTED",
             f'2:1 expected the digest sha256 or sha512, found "{digest}"', digest=digest)
    case("ssh-rsa", "REFUSED", "2:1 expected rsa-sha2-256 or rsa-sha2-512, found ssh-rsa, which is RSA with SHA-1",
         (r[0], "ssh-rsa"), signer="rsa-sha2-256")
    sk = b"sk-ssh-ed25519@openssh.com"
    case("security-key", "UNSUPPORTED", "2:1 expected an OpenSSH signature of a plain key, found one of a security key "
         f"({sk.decode()}), which is not supported", (e[0], sk.decode()), signer=e[1], blob=ssh(sk, ed, b"ssh:"))
    cert = b"ssh-ed25519-cert-v01@openssh.com"
    case("certificate", "UNSUPPORTED", "2:1 expected an OpenSSH signature of a plain key, found one with a certificate "
         f"({cert.decode()}), which is not supported", blob=ssh(cert, ed))
    only = ("2:1 expected an OpenSSH signature by ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, rsa-sha2-256 or "
            "rsa-sha2-512, found")
    case("dss", "UNSUPPORTED", f"{only} ssh-dss", (e[0], "ssh-dss"), signer=e[1])
    case("p521", "UNSUPPORTED", f"{only} ecdsa-sha2-nistp521", (c[0], "ecdsa-sha2-nistp521"), signer=c[1])
    case("key-type-differs", "MALFORMED", "2:1 expected an OpenSSH key of type ssh-rsa, found ssh-ed25519",
         (e[0], "rsa-sha2-512"), signer=e[1])
    case("no-key", "MALFORMED", "2:1 expected an OpenSSH key in the signature, found other bytes", blob=b"")
    pair = "2:1 expected r and s in the OpenSSH signature, found other bytes"
    case("ecdsa-negative", "MALFORMED", pair, c, edit=lambda s: ssh(b"\x80" + bytes(31), b"\1"))
    case("ecdsa-padded", "MALFORMED", pair, c, edit=lambda s: ssh(b"\0\1", b"\1"))
    case("ecdsa-three", "MALFORMED", pair, c, edit=lambda s: s + ssh(b"\1"))
    case("ecdsa-der", "MALFORMED", pair, c, edit=lambda s: der_pair(1, 1))
    bare = b"SSHSIG\0\0\0\1" + ssh(SSH_KEYS[e[0]], b"file", b"", b"sha512")
    ssh_case("bad/no-signature", "MALFORMED", "2:1 expected the type and the bytes of the OpenSSH signature, found other "
             "bytes", armor(bare + ssh(b"")))
    ssh_case("bad/empty-signature", "MALFORMED", "2:1 expected the type and the bytes of the OpenSSH signature, found "
             "other bytes", armor(bare + ssh(ssh(b"ssh-ed25519", b""))))
    ssh_case("bad/signature-trailing", "MALFORMED", "2:1 expected the type and the bytes of the OpenSSH signature, found "
             "other bytes", armor(bare + ssh(ssh(b"ssh-ed25519", bytes(64)) + b"\0")))
    other = armor(whole)
    ssh_case("bad/two", "MALFORMED", "2:1 expected one OpenSSH signature, found something behind it", other + other)
    ssh_case("bad/text-behind", "MALFORMED", "2:1 expected one OpenSSH signature, found something behind it", other + b"x\n")
    ssh_case("bad/headers", "MALFORMED", "1:1 expected \"-----BEGIN SSH SIGNATURE-----\" and base64, found something else",
             other.replace(b"-----\nU", b"-----\na: b\n\nU"))
    ssh_case("bad/end-differs", "MALFORMED", '6:1 expected "-----END SSH SIGNATURE-----", found "-----END SSH SIG-----"',
             other.replace(b"END SSH SIGNATURE", b"END SSH SIG"))
    ssh_case("bad/blank", "MALFORMED", '3:1 expected a line of base64 or "-----END SSH SIGNATURE-----", found other '
             'characters', other[:130] + b" " + other[131:])


os.makedirs(os.path.join(SSHSIG, "good"), exist_ok=True)
os.makedirs(os.path.join(HERE, "..", "raw"), exist_ok=True)
os.makedirs(os.path.join(SSHSIG, "bad"), exist_ok=True)
os.makedirs(os.path.join(HERE, "good"), exist_ok=True)
os.makedirs(os.path.join(HERE, "bad"), exist_ok=True)
for make in (write_keys, write_bad_spki, write_bad_ec, write_bad_rsa, write_bad_text, write_bad_ssh):
    make()
for make in (write_ecdsa, write_ed25519, write_rsa):
    make()
for make in (write_sshsig_good, write_sshsig_refuted, write_sshsig_bad):
    make()
with open(os.path.join(SSHSIG, "expect.txt"), "w", encoding="ascii") as out:
    out.write("\n".join(sshsigs) + "\n")
write("keys.txt", ("\n".join(sorted(expected)) + "\n").encode())
for name, file_name in (("p256-low-s", "ecdsa"), ("ed25519-good", "ed25519"), ("ed25519-ph", "ed25519ph"),
                        ("rsa-good", "rsa")):
    raw = next(bytes.fromhex(line.split()[6]) for line in signatures if line.startswith(name + " "))
    write(f"../raw/{file_name}", raw)
    write(f"../raw/{file_name}.b64", base64.b64encode(raw) + b"\n")
write("signatures.txt", ("\n".join(signatures) + "\n").encode())
