// Reads the rows of contracts/properties.md: a table of three columns, number, property, and what shows it. Whatever stands in
// backticks in the third column is the name of a proof or a test, perhaps behind that of its file (`Owners.testFuzz_...`), because
// tests of several files share a name. A row without one says `Not shown: ` and why.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const ROOT = path.join(__dirname, "..", "..");
const NAME = "contracts/properties.md";
const ROW = /^\| *(G?\d+) *\| *(.*?) *\| *(.*?) *\|$/;

module.exports = { NAME, rows };

function rows() {
  return fs
    .readFileSync(path.join(ROOT, NAME), "utf8")
    .split("\n")
    .map((line) => ROW.exec(line))
    .filter((found) => found !== null)
    .map(([, number, property, shown]) => ({ number, property, shown, names: namesIn(shown) }));
}

function namesIn(shown) {
  return [...shown.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
}
