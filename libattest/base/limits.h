// SPDX-License-Identifier: Apache-2.0
/* Every ceiling of the toolkit, with its reason. A caller that needs another bound adds it here. */
#ifndef ATT_BASE_LIMITS_H
#define ATT_BASE_LIMITS_H

/* One input document. The largest lockfiles seen in the wild are about 10 MB; spans are 32-bit offsets. */
#define ATT_MAX_DOCUMENT ((size_t)256 << 20)

/* An SBOM document that we write: 100,000 components take about 150 MB of JSON. */
#define ATT_MAX_OUTPUT ((size_t)2 << 30)

/* Nesting of JSON, TOML and YAML values. Real files stay below 40; recursion on it fits a small stack. */
#define ATT_MAX_DEPTH 128

/* Values in one document. A 10 MB package-lock.json holds about 300,000. */
#define ATT_MAX_VALUES ((size_t)16 << 20)

/* Characters of a number in JSON: what cJSON reads. A double's shortest form has at most 24. */
#define ATT_MAX_JSON_NUMBER 63

/* What all aliases of one YAML document may expand to, in nodes: against the "billion laughs" file. */
#define ATT_MAX_YAML_NODES ((size_t)4 << 20)

/* %TAG lines of one YAML document; files with any at all are rare. */
#define ATT_MAX_YAML_DIRECTIVES 64

/* A package URL: longer than any registry's name, version and checksum qualifiers together. */
#define ATT_MAX_PURL ((size_t)8192)

/* An SPDX license expression and the nesting of its parentheses. */
#define ATT_MAX_LICENSE_EXPRESSION ((size_t)65536)
#define ATT_MAX_LICENSE_DEPTH      64

/* Directory levels below the root of a walk; PATH_MAX is 4096. */
#define ATT_MAX_WALK_DEPTH 512

/* Input files that one SBOM is made of. */
#define ATT_MAX_WALK_MATCHES ((size_t)200000)

/* Components and edges of one graph. */
#define ATT_MAX_COMPONENTS ((size_t)4 << 20)
#define ATT_MAX_EDGES      ((size_t)32 << 20)

/* Hashes and properties of one component: PyPI's largest releases have some 300 archives. */
#define ATT_MAX_HASHES     4096
#define ATT_MAX_PROPERTIES 4096

/* Packages that one name may stand for: a gem has some 30 platforms, a virtual Debian package some 20
 * providers. Keeps edges linear in the input. */
#define ATT_MAX_SAME_NAME 256

/* Findings that one run collects; what comes after is counted. */
#define ATT_MAX_FINDINGS 10000

/* Steps that one verification records: a checksum manifest of as many files is ten times the largest seen. */
#define ATT_MAX_STEPS ((size_t)1 << 20)

/* A source line that a finding quotes, in bytes. Minified files are one line of megabytes, which nobody can
 * read underlined, and which ten thousand findings would each keep a copy of. */
#define ATT_MAX_QUOTED_LINE ((size_t)1000)

/* Worker threads. */
#define ATT_MAX_JOBS 256

/* Versions of one package that a Python lock holds side by side, for different platforms. Locks seen hold up to
 * 5; a dependency on the name looks at all of them. */
#define ATT_MAX_FORKS 256

/* Files that a requirements.txt may include, directly or not. */
#define ATT_MAX_INCLUDES 1000

/* A path in a package-lock.json: PATH_MAX, what a file system holds. */
#define ATT_MAX_NPM_PATH 4096

/* Patterns that one package.json lists its workspaces by, braces expanded, and how often folders are
 * compared with them: a thousand members and a hundred patterns take a fortieth of it. */
#define ATT_MAX_WORKSPACE_PATTERNS 1000
#define ATT_MAX_WORKSPACE_WORK     ((size_t)4 << 20)

/* Steps of finding out who brings the peer dependencies of a yarn.lock: large real locks take 100,000. */
#define ATT_MAX_PEER_WORK ((size_t)4 << 20)

/* Notes of one kind about one lock; the rest is counted. Nobody reads more, and each costs a look through its
 * line to find the column, which in a file without line ends is long. */
#define ATT_MAX_NOTES 100

/* The file of one public key, and the modulus of an RSA key: as much as OpenSSL checks signatures with. */
#define ATT_MAX_KEY_FILE ((size_t)65536)
#define ATT_MAX_RSA_BITS 16384

/* The name and the comment of a key or signature. minisign reads comments up to 8192. */
#define ATT_MAX_KEY_COMMENT ((size_t)1024)

/* A secret key file: RSA 4096 in a cosign envelope takes about 7 kB. */
#define ATT_MAX_SECRET_FILE ((size_t)64 << 10)

/* What a secret key file may make us spend on its passphrase, so that a hostile one cannot keep a build busy.
 * The most that tools write: PBKDF2 with 600,000 rounds, scrypt with 1 GiB (minisign), bcrypt_pbkdf with 42
 * rounds (signify). Each ceiling takes a few seconds. */
#define ATT_MAX_PBKDF2_ROUNDS ((uint64_t)5000000)
#define ATT_MAX_SCRYPT_MEMORY ((uint64_t)1 << 30) /* 128 N r */
#define ATT_MAX_SCRYPT_WORK   ((uint64_t)2 << 30) /* 128 N r p */
#define ATT_MAX_BCRYPT_ROUNDS ((uint64_t)1000)

/* A message that a token signs with pure Ed25519, which no token does in parts. */
#define ATT_MAX_TOKEN_MESSAGE ((size_t)16 << 20)

/* An OpenSSH signature: the key, a namespace and a signature of 16384 bits at most. */
#define ATT_MAX_SSH_SIGNATURE ((size_t)65536)

/* What a DSSE envelope signs: it is held in memory. The largest SBOM attestations seen are about 20 MB. */
#define ATT_MAX_PAYLOAD ((size_t)64 << 20)

/* Subjects of one statement: sigstore's own clients take 1024; a large release has some hundred files. */
#define ATT_MAX_SUBJECTS 4096

/* A signature file: a bundle may carry an SBOM as its payload. */
#define ATT_MAX_SIGNATURE_FILE ((size_t)128 << 20)

/* Digests that one pass over an artifact computes: each is work per byte, and only signatures without a key's
 * mark, tried with many keys, ask for more than a handful. */
#define ATT_MAX_DIGEST_JOBS 64

/* Signature files that are looked at for one artifact. */
#define ATT_MAX_SIGNATURE_FILES 64

/* Signed statements in all attestation files of one run: a release of some hundred files has one or two each.
 */
#define ATT_MAX_ATTESTATIONS 4096

/* One version of a package. The longest seen are Go's pseudo-versions and npm's with a commit, under 100. */
#define ATT_MAX_VERSION ((size_t)1024)

/* Entries of an output's folder that are looked at for what killed runs left behind: about 30 ms. */
#define ATT_MAX_SWEPT ((size_t)100000)

#endif
