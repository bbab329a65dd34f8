// Checks contracts/properties.md: every number once, every row shown by something or saying why not, every named proof and
// test in the tree, and every proof named. Prints what is wrong and ends with 1, or prints how the properties are shown.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { NAME, rows } = require("./propertyTable.js");

const ROOT = path.join(__dirname, "..", "..");
// How many properties there are of Safe 1.5.0 and, with a G, of what those leave open.
const NUMBERED = 73;
const GAPS = 10;
// Where tests are: the files' ending, and how a test of that name begins.
const PLACES = [
  { directory: "contracts/test", ending: ".sol", pattern: /^\s*function (\w+)\s*\(/gm },
  { directory: "tests", ending: ".rs", pattern: /^\s*(?:async )?fn (\w+)\s*[(<]/gm },
  { directory: "crates", ending: ".rs", pattern: /^\s*(?:async )?fn (\w+)\s*[(<]/gm },
];

const table = rows();
const known = new Set(PLACES.flatMap(({ directory, ending, pattern }) => namesBelow(directory, ending, pattern)));
const problems = [...numbers(), ...table.flatMap(row), ...unnamed()];
for (const problem of problems) console.log(problem);
process.exit(problems.length === 0 ? 0 : 1);

function numbers() {
  const wanted = [
    ...Array.from({ length: NUMBERED }, (_, at) => `${at + 1}`),
    ...Array.from({ length: GAPS }, (_, at) => `G${at + 1}`),
  ];
  const found = table.map(({ number }) => number);
  return [
    ...wanted.filter((number) => !found.includes(number)).map((number) => `${NAME}: no row ${number}`),
    ...found.filter((number, at) => found.indexOf(number) !== at).map((number) => `${NAME}: a second row ${number}`),
    ...found.filter((number) => !wanted.includes(number)).map((number) => `${NAME}: row ${number} is none of the properties`),
  ];
}

function row({ number, shown, names }) {
  if (names.length === 0 && !shown.startsWith("Not shown: ")) return [`${NAME}: row ${number} names no proof or test`];
  return names.filter((name) => !known.has(name)).map((name) => `${NAME}: row ${number}: there is no test ${name}`);
}

// A proof that shows nothing of the list should be in it, or go.
function unnamed() {
  const named = new Set(table.flatMap(({ names }) => names));
  const { ending, pattern } = PLACES[0];
  return namesBelow("contracts/test/symbolic", ending, pattern)
    .filter((name) => name.startsWith("check_") && !named.has(name))
    .map((name) => `${NAME}: no row names the proof ${name}`);
}

function namesBelow(directory, ending, pattern) {
  return fs
    .readdirSync(path.join(ROOT, directory), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .flatMap((entry) => {
      const text = fs.readFileSync(path.join(entry.parentPath ?? entry.path, entry.name), "utf8");
      const stem = entry.name.split(".")[0];
      return [...text.matchAll(pattern)].flatMap(([, name]) => [name, `${stem}.${name}`]);
    });
}
