// Prints what halmos found, by proof and by property, and ends with 1 when something that should be proved is not.
//
//   node proofs.js EXTENT RESULTS
//
// RESULTS is the file of `halmos --json-output`. A proof `check_...` has to pass; a claim `reach_...` has to be refuted. A
// proof whose comment says `@custom:bound` is proved within that bound only.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { rows } = require("./propertyTable.js");

const ROOT = path.join(__dirname, "..", "..");
const OUT = path.join(ROOT, "contracts", "out", "symbolic");
const FROZEN = path.join(ROOT, "crates", "contracts", "artifacts");
// The codes of halmos for one function.
const PASS = 0;
const COUNTEREXAMPLE = 1;
const CODES = ["holds", "refuted", "the solver ran out of time", "halmos cannot go on", "every path reverts", "halmos failed"];

const [extent, file] = process.argv.slice(2);
const results = Object.entries(JSON.parse(fs.readFileSync(file, "utf8")).test_results).flatMap(([contract, found]) =>
  found.map((result) => verdict(contract, result)),
);
const proofs = results.filter(({ name }) => name.startsWith("check_"));
const problems = [
  ...results.filter(({ wrong }) => wrong).map(({ name, status }) => `${name}: ${status}`),
  ...(proofs.length === 0 ? ["no proof ran"] : []),
  ...bytecode(),
];

printProofs();
printProperties();
for (const problem of problems) console.log(`NOT PROVED  ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);

function verdict(contract, { name: signature, exitcode, time, num_bounded_loops: loops }) {
  const name = signature.split("(")[0];
  const seconds = Math.round(time[0]);
  if (name.startsWith("reach_")) return { name, seconds, status: `${CODES[exitcode]}, but should be refuted`, wrong: exitcode !== COUNTEREXAMPLE };
  if (exitcode !== PASS) return { name, seconds, status: CODES[exitcode] ?? `ended with ${exitcode}`, wrong: true };
  if (loops !== 0) return { name, seconds, status: "a loop was cut off", wrong: true };
  const bound = boundOf(contract, signature);
  return { name, seconds, status: bound === undefined ? "proved" : "bounded", bound, wrong: false };
}

// What the comment of a proof says, as the compiler kept it.
function boundOf(contract, signature) {
  const [source, name] = contract.split(":");
  const artifact = JSON.parse(fs.readFileSync(path.join(OUT, path.basename(source), `${name}.json`), "utf8"));
  return artifact.metadata.output.devdoc.methods[signature]?.["custom:bound"];
}

// The proofs speak of what is deployed only if it is the same code.
function bytecode() {
  return fs
    .readdirSync(FROZEN)
    .map((name) => ({ name: path.basename(name, ".json"), frozen: JSON.parse(fs.readFileSync(path.join(FROZEN, name), "utf8")) }))
    .filter(({ frozen }) => frozen.bytecode !== undefined)
    .filter(({ name, frozen }) => {
      const proved = path.join(OUT, `${name}.sol`, `${name}.json`);
      return !fs.existsSync(proved) || JSON.parse(fs.readFileSync(proved, "utf8")).bytecode.object !== frozen.bytecode.object;
    })
    .map(({ name }) => `${name}: the bytecode is not the frozen one`);
}

function printProofs() {
  const width = Math.max(...proofs.map(({ name }) => name.length));
  for (const { name, status, seconds, bound, wrong } of proofs) {
    const label = wrong ? "NOT PROVED" : status;
    console.log(`${label.padEnd(10)}  ${name.padEnd(width)}  ${`${seconds} s`.padStart(6)}  ${wrong ? status : (bound ?? "")}`.trimEnd());
  }
  console.log();
}

function printProperties() {
  const found = new Map(proofs.map((proof) => [proof.name, proof]));
  const table = rows().map(({ number, property, names }) => {
    const wanted = names.filter((name) => name.startsWith("check_"));
    return { number, property, names, status: statusOf(wanted.map((name) => found.get(name))) };
  });
  for (const { number, status, names } of table) {
    console.log(`${number.padStart(4)}  ${status.padEnd(10)}  ${names.join(", ")}`.trimEnd());
  }

  const counts = ["proved", "bounded", "in part", "not run", "NOT PROVED", "no proof"].map(
    (status) => `${table.filter((row) => row.status === status).length} ${status}`,
  );
  const refuted = results.length - proofs.length;
  console.log(`\n${extent}: ${proofs.length} proofs, ${refuted} claims refuted as they should be`);
  console.log(`properties: ${counts.join(", ")}`);
}

function statusOf(wanted) {
  if (wanted.length === 0) return "no proof";
  if (wanted.some((proof) => proof?.wrong)) return "NOT PROVED";
  if (wanted.every((proof) => proof === undefined)) return "not run";
  // `quick` leaves some out.
  if (wanted.some((proof) => proof === undefined)) return "in part";
  return wanted.every(({ status }) => status === "proved") ? "proved" : "bounded";
}
