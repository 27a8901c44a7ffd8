// SPDX-License-Identifier: Apache-2.0
// Lets other people's libraries read CycloneDX documents, and prints TAP: `node read_document.cjs PEERS FILE...`.
// PEERS holds node_modules. Each document must be valid for the CycloneDX library, each purl of it readable by
// packageurl-js and each license expression by spdx-expression-parse.
const fs = require("fs");
const path = require("path");

const [peers, ...files] = process.argv.slice(2);
const load = (name) => require(path.resolve(peers, "node_modules", name));
const CycloneDX = load("@cyclonedx/cyclonedx-library");
const { PackageURL } = load("packageurl-js");
const parseLicense = load("spdx-expression-parse");

function readPurl(text) {
  const purl = PackageURL.fromString(text);
  if (!purl.type || !purl.name) throw new Error("no type or name");
}

function* problemsOf(document) {
  const components = [document.metadata.component, ...(document.components || [])];
  for (const component of components) {
    try {
      if (component.purl) readPurl(component.purl);
      for (const choice of component.licenses || []) if (choice.expression) parseLicense(choice.expression);
    } catch (error) {
      yield `${component["bom-ref"]}: ${error.message}`;
    }
  }
}

(async () => {
  console.log(`1..${files.length}`);
  for (const [index, file] of files.entries()) {
    const problems = [];
    try {
      const text = fs.readFileSync(file, "utf8");
      const document = JSON.parse(text);
      const validator = new CycloneDX.Validation.JsonStrictValidator(document.specVersion);
      const error = await validator.validate(text);
      if (error) problems.push(JSON.stringify(error).slice(0, 1000));
      problems.push(...problemsOf(document));
    } catch (error) {
      problems.push(`${error.name}: ${error.message}`);
    }
    console.log(`${problems.length ? "not ok" : "ok"} ${index + 1} - ${file}`);
    for (const problem of problems) console.log(`# ${problem}`);
    if (problems.length) process.exitCode = 1;
  }
})();
