#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes bad/zip-*: wheels whose list of files and whose files say different things. The first line of a vector is the
name of the archive, the second and third what it is packed of."""
import struct
import zlib

HEAD = b"x-1.2.0-py3-none-any.whl\n\n\n"
METADATA = b"x-1.2.0.dist-info/METADATA"
TEXT = b"Name: x\nVersion: 1.2.0\n"


def unicode_path(name, other):
    """Info-ZIP's extra field with another name (APPNOTE 4.6.9)."""
    return struct.pack("<HHBI", 0x7075, 5 + len(other), 1, zlib.crc32(name)) + other


def archive(files, before=b"", count=None, shift=0):
    """`files`: (name before the bytes, name in the list, bytes, extra before the bytes, extra in the list)."""
    body, listed = before, b""
    for local, name, data, local_extra, extra in files:
        common = struct.pack("<HHHHIII", 0, 0, 0, 33, zlib.crc32(data), len(data), len(data))
        at = len(body) - len(before) + shift
        body += b"PK\3\4" + struct.pack("<H", 20) + common + struct.pack("<HH", len(local), len(local_extra))
        body += local + local_extra + data
        listed += b"PK\1\2" + struct.pack("<HH", 20, 20) + common
        listed += struct.pack("<HHHHHII", len(name), len(extra), 0, 0, 0, 0, at) + name + extra
    count = len(files) if count is None else count
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(listed), len(body) - len(before), 0)
    return body + listed + b"PK\5\6" + end


def one(local=METADATA, name=METADATA, data=TEXT, local_extra=b"", extra=b""):
    return (local, name, data, local_extra, extra)


OTHER = unicode_path(METADATA, b"x-1.2.0.dist-info/RECORD")
VECTORS = {
    "names": archive([one(name=METADATA[:-1] + b"B")]),
    "lengths": archive([one(name=METADATA + b"A")]),
    "second-name": archive([one(), one(METADATA, b"x/__init__.py", b"Name: x\nVersion: 9.9.9\n")]),
    "nul": archive([one(METADATA + b"\0x", METADATA + b"\0x")]),
    "more": archive([one(), one(b"x/__init__.py", b"x/__init__.py", b"")], count=1),
    "fewer": archive([one()], count=2),
    "before": archive([one()], before=b"MZ"),
    "behind": archive([one()], shift=5000),
    "unicode-local": archive([one(local_extra=OTHER)]),
    "unicode-list": archive([one(extra=OTHER)]),
}

for vector, content in VECTORS.items():
    with open(f"bad/zip-{vector}", "wb") as out:
        out.write(HEAD + content)
