// SPDX-License-Identifier: Apache-2.0
// versions.js NPM < PAIRS: prints '<', '=', '>' or '!' for each "A<tab>B", as the semver of the program NPM orders
// them: leniently, as npm reads what it installs.
'use strict'
const fs = require('fs')
const path = require('path')
const npm = path.dirname(fs.realpathSync(process.argv[2]))
const semver = require(require.resolve('semver', { paths: [npm] }))

// Given four numbers, the lenient reading takes the last digit of the third for the beginning of a pre-release.
const parse = (text) => (/^v?\d+\.\d+\.\d+\.\d/.test(text) ? null : semver.parse(text, { loose: true }))

const answers = []
for (const line of fs.readFileSync(0, 'utf8').split('\n').slice(0, -1)) {
    const [a, b] = line.split('\t').map(parse)
    answers.push(a && b ? '<=>'[semver.compare(a, b, true) + 1] : '!')
}
console.log(answers.join('\n'))
