// SPDX-License-Identifier: Apache-2.0
// Brings two views of one package-lock.json into the same lines, sorted:
// `npm_edges.js npm < OUTPUT-OF-npm-ls` and `npm_edges.js dump < OUTPUT-OF-catalog_dump` both print
// "NAME@VERSION -> NAME@VERSION" for every edge and "NAME lacks NAME" for what is needed and not there.
// `npm_edges.js random N` prints a lock of N packages that are nested at will, the same one every time.
// `npm_edges.js manifests LOCK` writes the package.json files that a lock of format 2 or 3 repeats.
'use strict'
const fs = require('fs')
const path = require('path')

function writeManifests(lock) {
    for (const [folder, entry] of Object.entries(JSON.parse(fs.readFileSync(lock, 'utf8')).packages || {})) {
        const file = path.join(path.dirname(lock), folder, 'package.json')
        if (/(^|\/)node_modules\//.test(folder) || folder.startsWith('../..') || fs.existsSync(file))
            continue
        fs.mkdirSync(path.dirname(file), { recursive: true })
        fs.writeFileSync(file, JSON.stringify({ name: path.basename(folder), ...entry }))
    }
}

function ofNpm(text) {
    const lines = new Set()
    const id = (item) => `${item.name}@${item.version || ''}`
    const todo = [JSON.parse(text)]
    while (todo.length > 0) {
        const from = todo.pop()
        for (const [name, to] of Object.entries(from.dependencies || {})) {
            // npm lists what nobody needs below the folder it stands in; no edge leads there.
            if (to.extraneous)
                lines.add(`${id(to)} is extraneous`)
            else if (to.missing)
                lines.add(`${from.name} lacks ${name}`)
            else if (to.name && id(from) !== id(to))
                lines.add(`${id(from)} -> ${id(to)}`)
            todo.push(to)
        }
    }
    return lines
}

function ofDump(text) {
    const lines = new Set()
    const plain = (purl) => purl.replace(/^local:[^:]*:/, '').replace(/^pkg:npm\//, '').replace(/\?.*/, '')
    const id = (purl) => decodeURIComponent(plain(purl))
    const versioned = (purl) => (/.@/.test(id(purl)) ? id(purl) : `${id(purl)}@`)
    let project = '', last = '', inProject = false
    for (const line of text.split('\n')) {
        const edge = /^(\S+) -> (\S+) /.exec(line)
        const lack = /^finding unresolved-dependency \S+ (.*) needs (\S+) \(/.exec(line)
        if (edge && versioned(edge[1]) !== versioned(edge[2]))
            lines.add(`${versioned(edge[1])} -> ${versioned(edge[2])}`)
        else if (lack)
            lines.add(`${lack[1]} lacks ${lack[2]}`)
        else if (/ = true$/.test(line) && /attest:npm:extraneous/.test(line))
            lines.add(`${versioned(last)} is extraneous`)
        else if (/^\S/.test(line) && !/^(finding|complete)/.test(line)) {
            last = line
            inProject = project === ''
            if (inProject)
                project = id(line).replace(/(.)@.*/, '$1')
        }
    }
    return new Set([...lines].map((line) => line.replace(/^the project lacks/, `${project} lacks`)))
}

// Few names, so that most are found in several folders above one another.
function randomLock(count) {
    let state = 1
    const random = (below) => (state = (state * 48271) % 2147483647) % below
    const name = (i) => (i % 3 ? `n${i}` : `@s/n${i}`)
    const needs = () => Object.fromEntries(Array.from({ length: random(4) }, () => [name(random(40)), '*']))
    const packages = { '': { name: 'random', version: '1.0.0', dependencies: needs(), devDependencies: needs() } }
    const folders = ['']
    for (let i = 0; Object.keys(packages).length <= count; i++) {
        // The first forty are at the top, so that nothing is missing.
        const parent = i < 40 ? '' : folders[random(folders.length)]
        const own = name(i < 40 ? i : random(40))
        const folder = `${parent}${parent && '/'}node_modules/${own}`
        if (packages[folder])
            continue
        folders.push(folder)
        packages[parent].dependencies[own] = '*'
        packages[folder] = { version: `1.${i}.0`, dependencies: needs(), optionalDependencies: needs() }
    }
    return { name: 'random', version: '1.0.0', lockfileVersion: 3, requires: true, packages }
}

if (process.argv[2] === 'random') {
    console.log(JSON.stringify(randomLock(Number(process.argv[3])), null, 2))
    process.exit()
}
if (process.argv[2] === 'manifests') {
    writeManifests(process.argv[3])
    process.exit()
}
const lines = (process.argv[2] === 'npm' ? ofNpm : ofDump)(fs.readFileSync(0, 'utf8'))
console.log([...lines].sort().join('\n'))
