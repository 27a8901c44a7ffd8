import hashlib, re, sys, uuid
text = open(sys.argv[1], "rb").read()
found = re.search(rb"urn:uuid:([0-9a-f-]{36})", text)[1]
blank = text.replace(found, b"00000000-0000-0000-0000-000000000000", 1)
namespace = uuid.UUID("4c3a7b1e-9d52-4f0a-8b66-0f5d2c9ae713")
print(uuid.uuid5(namespace, hashlib.sha256(blank).hexdigest()) == uuid.UUID(found.decode()))
