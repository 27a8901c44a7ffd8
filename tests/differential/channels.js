// SPDX-License-Identifier: Apache-2.0
// channels.js NPM: the semver of the program NPM keeps every version of the file "order" as it is and has them ascend,
// and takes none of "tags" for a version. Prints what does not hold.
'use strict'
const fs = require('fs')
const path = require('path')
const npm = path.dirname(fs.realpathSync(process.argv[2]))
const semver = require(require.resolve('semver', { paths: [npm] }))
const lines = (file) => fs.readFileSync(file, 'utf8').split('\n').slice(0, -1)

for (const line of lines('order')) {
    const versions = line.split('\t').slice(1)
    const kept = versions.every((version) => semver.valid(version) === version && semver.clean(version) === version)
    const ascend = versions.every((version, i) => i === 0 || semver.compare(versions[i - 1], version) < 0)
    if (!kept || !ascend) console.log(kept ? 'not in order:' : 'not as they are:', line)
}
for (const tag of lines('tags')) if (semver.validRange(tag) !== null) console.log('a range:', tag)
