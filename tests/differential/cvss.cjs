// SPDX-License-Identifier: Apache-2.0
// Vectors of CVSS and their scores by ae-cvss-calculator: `node cvss.cjs PEERS EVERY` prints "VECTOR<tab>BASE SCORE"
// for every base vector of v2, v3.0 and v3.1, each EVERYth of v4.0, and as many of v4.0 with other metrics beside.
const path = require("path");
const [peers, every] = process.argv.slice(2);
const cvss = require(path.resolve(peers, "node_modules", "ae-cvss-calculator"));

const v2 = ["AV:LAN", "AC:HML", "Au:MSN", "C:NPC", "I:NPC", "A:NPC"];
const v3 = ["AV:NALP", "AC:LH", "PR:NLH", "UI:NR", "S:UC", "C:NLH", "I:NLH", "A:NLH"];
const v4 = ["AV:NALP", "AC:LH", "AT:NP", "PR:NLH", "UI:NPA", "VC:HLN", "VI:HLN", "VA:HLN", "SC:HLN", "SI:HLN",
  "SA:HLN"];
const more = ["E:XAPU", "CR:XHML", "IR:XHML", "AR:XHML", "MAV:XNALP", "MAC:XLH", "MAT:XNP", "MPR:XNLH", "MUI:XNPA",
  "MVC:XHLN", "MVI:XHLN", "MVA:XHLN", "MSC:XHLN", "MSI:XSHLN", "MSA:XSHLN"];

function at(metrics, number) {
  const parts = [];
  for (const metric of metrics) {
    const [name, values] = metric.split(":");
    parts.push(`${name}:${values[number % values.length]}`);
    number = Math.floor(number / values.length);
  }
  return parts.join("/");
}

const count = (metrics) => metrics.reduce((product, metric) => product * metric.split(":")[1].length, 1);

function print(Class, vector) {
  const scores = new Class(vector).calculateScores();
  const base = (scores.baseMetricsOnly ?? scores.base).toFixed(1);
  console.log(`${vector}\t${base} ${Class === cvss.Cvss4P0 ? scores.overall.toFixed(1) : base}`);
}

for (let i = 0; i < count(v2); i++) print(cvss.Cvss2, at(v2, i));
for (let i = 0; i < count(v3); i++) print(cvss.Cvss3P0, "CVSS:3.0/" + at(v3, i));
for (let i = 0; i < count(v3); i++) print(cvss.Cvss3P1, "CVSS:3.1/" + at(v3, i));
let seed = 1n;
const random = (below) => {
  seed = (seed * 6364136223846793005n + 1442695040888963407n) % (1n << 64n);
  return Number((seed >> 33n) % BigInt(below));
};
for (let i = 0; i < count(v4); i += Number(every)) {
  const base = "CVSS:4.0/" + at(v4, i);
  print(cvss.Cvss4P0, base);
  const beside = more.filter(() => random(3) === 0).map((metric) => at([metric], random(1000)));
  if (beside.length) print(cvss.Cvss4P0, base + "/" + beside.join("/"));
}
