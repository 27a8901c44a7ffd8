#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Zips and archives of Go modules, and the checksums that they have to have: X.sums beside X. Which files of a tree
belong to its module stands here as a list, not as a rule."""
import base64
import hashlib
import io
import struct
import tarfile
import zipfile

MODULE, VERSION = "example.org/Plasmite/core", "v1.2.0"
PREFIX = f"{MODULE}@{VERSION}/"


def h1(files, prefix=PREFIX):
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {prefix}{name}\n" for name, data in sorted(files.items()))
    return "h1:" + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


# --- zips

FILES = {"go.mod": b"module example.org/Plasmite/core\n", "a.go": b"package a\n" * 1000, "b/b.go": b"package b\n",
         "LICENSE": b"mine\n", "empty": b""}


def entry(name):
    info = zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


class Pipe(io.RawIOBase):
    """Cannot seek, so that sizes come behind the data, as Go writes them."""

    def __init__(self):
        self.data = b""

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        return len(data)


def zipped(files, prefix=PREFIX, out=None):
    out = out or io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            archive.writestr(name if isinstance(name, zipfile.ZipInfo) else entry(prefix + name), data)
    return out.data if isinstance(out, Pipe) else out.getvalue()


def stored(name, data):
    info = entry(PREFIX + name)
    info.compress_type = zipfile.ZIP_STORED
    return info, data


def special(name, **fields):
    info = entry(PREFIX + name)
    for key, value in fields.items():
        setattr(info, key, value)
    return info


def end(data, **fields):
    """Other values in the record at the end."""
    names = ["signature", "disk", "first", "here", "count", "size", "offset", "comment"]
    values = dict(zip(names, struct.unpack("<IHHHHIIH", data[-22:])))
    values.update(fields)
    return data[:-22] + struct.pack("<IHHHHIIH", *[values[name] for name in names])


def zips():
    whole = zipped(FILES.items(), out=Pipe())
    write("good/go.zip", whole)
    write("good/go.zip.sums", h1(FILES).encode())
    write("good/plain.zip", zipped(reversed(list(FILES.items()))))
    write("good/plain.zip.sums", h1(FILES).encode())
    write("good/stored.zip", zipped([stored(*item) for item in FILES.items()]))
    write("good/stored.zip.sums", h1(FILES).encode())
    accents = {"go.mod": b"module x\n", "\u00e9t\u00e9.txt": b"summer\n"}
    write("good/accents.zip", zipped(accents.items()))
    write("good/accents.zip.sums", h1(accents).encode())

    offset, size = struct.unpack("<I", whole[-6:-2])[0], struct.unpack("<I", whole[-10:-6])[0]
    first = zipped([("go.mod", b"x")])
    bad = {
        "empty": b"",
        "text": b"not found\n" * 10,
        "none": zipped([]),
        "version": zipped(FILES.items(), prefix=f"{MODULE}@v1.2.1/"),
        "module": zipped(FILES.items(), prefix=f"example.org/plasmite/core@{VERSION}/"),
        "bare": zipped(FILES.items(), prefix=""),
        "twice": zipped([("a.go", b"a"), ("b.go", b"b"), ("a.go", b"c")]),
        "folder": zipped([("go.mod", b"x"), ("b/", b"")]),
        "dots": zipped([("go.mod", b"x"), ("../x", b"")]),
        "slashes": zipped([("go.mod", b"x"), ("a//x", b"")]),
        "line": zipped([("go.mod", b"x"), ("a\nb", b"")]),
        "nested": zipped([("go.mod", b"x"), ("b/go.mod", b"x")]),
        "case": zipped([("GO.MOD", b"x")]),
        "link": zipped([(special("a", create_system=3, external_attr=0o120777 << 16), b"go.mod")]),
        "bzip2": zipped([(special("a", compress_type=zipfile.ZIP_BZIP2), b"go.mod" * 100)]),
        "cut": whole[:-30],
        "comment": whole[:-2] + b"\5\0hello",
        "count": end(whole, here=4, count=4),
        "more": end(whole, here=6, count=6),
        "before": b"#!/bin/sh\n" + whole,
        "disks": end(whole, disk=1),
        "many": end(whole, here=65535, count=65535),
        "long-list": end(whole, size=0x7fffffff),
        # The list and the entry name different files.
        "names": first.replace(b"go.mod", b"go.moD", 1),
        "same-place": None, "size": None, "data": None, "encrypted": None, "zip64": None,
    }
    listed = bytearray(first)
    at = first.rindex(b"PK\1\2")
    listed[at + 24] += 1
    bad["size"] = bytes(listed)
    listed = bytearray(first)
    listed[at + 8] |= 1
    bad["encrypted"] = bytes(listed)
    listed = bytearray(first)
    listed[at + 24:at + 28] = b"\xff" * 4
    bad["zip64"] = bytes(listed)
    damaged = bytearray(zipped([stored("go.mod", b"module x\n")]))
    damaged[damaged.index(b"module x")] ^= 1
    bad["data"] = bytes(damaged)
    one = bytearray(zipped([("go.mod", b"x")]))
    at, rest = one.rindex(b"PK\1\2"), one.rindex(b"PK\5\6")
    double = bytes(one[:rest]) + bytes(one[at:rest]) + bytes(one[rest:])
    bad["same-place"] = end(double, here=2, count=2, size=2 * (rest - at))
    assert offset + size == len(whole) - 22
    for name, data in bad.items():
        write(f"bad/{name}.zip", data)


# --- trees

def tarred(files, pax=True):
    out = io.BytesIO()
    kind = tarfile.PAX_FORMAT
    headers = {"comment": "0123456789abcdef0123456789abcdef01234567"} if pax else None
    with tarfile.open(fileobj=out, mode="w", format=kind, pax_headers=headers) as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.mtime = 1767323046
            if data is None:
                info.type = tarfile.DIRTYPE
            elif isinstance(data, str):
                info.type, info.linkname = tarfile.SYMTYPE, data
            else:
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data) if isinstance(data, bytes) else None)
    return out.getvalue()


def mod(version):
    return f"module example.org/Plasmite/core\n\nrequire (\n\tgo 9.9\n)\n\n{version}// about it\n".encode()


def tree(name, files, kept, extra=()):
    """`kept` are names of the tree below the folder that the name of the vector ends in, if any."""
    folder = name.partition("@")[2].replace("+", "/")
    everything = dict(files)
    inside = {at: everything[(folder + "/" if folder else "") + at] for at in kept}
    inside.update(extra)
    gomod = inside.get("go.mod", f"module {MODULE}\n".encode())
    write(f"good/{name}.tar", tarred(files))
    write(f"good/{name}.tar.sums", (h1(inside) + " " + h1({"go.mod": gomod}, "")).encode())


def trees():
    vendor = [("go.mod", mod("")), ("vendor", None), ("vendor/modules.txt", b"m"), ("vendor/x/x.go", b"x"), ("vendor/top.go", b"t"),
              ("pkg/vendor/vendor.go", b"v"), ("pkg/vendor/foo/foo.go", b"f"), ("a/vendor.go", b"a")]
    tree("plain", [("go.mod", mod("")), ("a.go", b"a"), ("b", None), ("b/b.go", b"b"), (".hg_archival.txt", b"h"), ("b/.hg_archival.txt", b"h"),
                   ("link.go", "a.go"), ("submodule", None), ("LICENSE", b"mine")],
         ["go.mod", "a.go", "b/b.go", "b/.hg_archival.txt", "LICENSE"])
    tree("no-mod", [("a.go", b"a")], ["a.go"])
    tree("nested", [("go.mod", mod("")), ("n/a.go", b"a"), ("n/deep/er/a.go", b"a"), ("n/go.mod", b"module n"), ("m/GO.mod", b"module m"),
                    ("m/a.go", b"a"), ("o/a.go", b"a"), ("o/go.mod", "../go.mod"), ("go.modx/a.go", b"x")],
         ["go.mod", "o/a.go", "go.modx/a.go"])
    tree("vendor-old", vendor, ["go.mod", "vendor/modules.txt", "vendor/top.go", "a/vendor.go"])
    vendor[0] = ("go.mod", mod("go 1.23.9 "))
    tree("vendor-1.23", vendor, ["go.mod", "vendor/modules.txt", "vendor/top.go", "a/vendor.go"])
    for version in ("go 1.24", "go 1.24rc1 ", "go\t1.30.1", "go 2.0"):
        vendor[0] = ("go.mod", mod(version))
        tree("vendor-" + version.strip().replace("go", "").strip(), vendor, ["go.mod", "vendor/top.go", "pkg/vendor/vendor.go", "a/vendor.go"])
    inner = [("LICENSE", b"root"), ("go.mod", b"module root"), ("sdk", None), ("sdk/go", None), ("sdk/go/go.mod", mod("")), ("sdk/go/a.go", b"a"),
             ("sdk/go/b/LICENSE", b"b"), ("sdk/gone/a.go", b"x"), ("a.go", b"a")]
    tree("folder@sdk+go", inner, ["go.mod", "a.go", "b/LICENSE"], {"LICENSE": b"root"})
    tree("own@sdk+go", inner + [("sdk/go/LICENSE", b"own")], ["go.mod", "a.go", "b/LICENSE", "LICENSE"])
    tree("own-link@sdk+go", inner + [("sdk/go/LICENSE", "../../LICENSE")], ["go.mod", "a.go", "b/LICENSE"])
    inner[0] = ("LICENSE", "sdk/gone")
    tree("root-link@sdk+go", inner, ["go.mod", "a.go", "b/LICENSE"], {"LICENSE": b"sdk/gone"})
    long = "d" * 90 + "/" + "e" * 90 + ".go"
    tree("long", [("go.mod", mod("")), (long, b"l"), ("\u00e9t\u00e9.go", b"s")], ["go.mod", long, "\u00e9t\u00e9.go"])
    write("bad/empty.tar", tarred([]))
    write("bad/cut.tar", tarred([("a.go", b"a" * 2000)])[:2500])
    write("bad/twice.tar", tarred([("a.go", b"a"), ("a.go", b"b")]))
    write("bad/dots.tar", tarred([("../a.go", b"a")]))
    write("bad/text.tar", b"fatal: not a valid object name\n" * 40)


zips()
trees()
