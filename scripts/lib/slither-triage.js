// Compares what slither found, in the JSON file that is named, with the answers in contracts/slither.md. Prints findings without an
// answer, and answers without a finding, and ends with 1 when there is one of either.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const PAGE = path.join(path.dirname(path.dirname(__dirname)), "contracts", "slither.md");

const { success, error, results } = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
if (!success) throw new Error(error);
const findings = (results.detectors ?? []).map(({ check, impact, elements, description }) => ({ check, impact, where: placeOf(elements[0]), description }));
const answers = fs
  .readFileSync(PAGE, "utf8")
  .split("\n")
  .map((line) => /^\| `([a-z0-9-]+)` \| (.+?) \| (.+) \|$/.exec(line))
  .filter(Boolean)
  .flatMap(([, check, places]) => places.split(", ").map((place) => ({ check, where: place.replaceAll("`", "") })));
if (findings.length === 0) throw new Error("slither found nothing at all, not even assembly: it did not look");

const covers = (answer, finding) => answer.check === finding.check && (answer.where === "everywhere" || answer.where === finding.where);
const open = findings.filter((finding) => !answers.some((answer) => covers(answer, finding)));
const idle = answers.filter((answer) => !findings.some((finding) => covers(answer, finding)));
for (const { check, impact, where, description } of open) {
  console.log(`${impact}: ${check} at ${where} has no answer in contracts/slither.md\n  ${description.trim().replace(/\s+/g, " ")}`);
}
for (const { check, where } of idle) console.log(`contracts/slither.md answers ${check} at ${where}, which slither does not find`);
console.error(`${findings.length} findings, ${open.length} without an answer, ${idle.length} answers without a finding`);
process.exit(open.length + idle.length === 0 ? 0 : 1);

// Contract.function or Contract.variable: what stays the same when lines move.
function placeOf({ type, name, type_specific_fields: fields }) {
  const parent = fields?.parent;
  const inner = type === "node" || parent === undefined ? undefined : name;
  const outer = parent === undefined ? name : parent.type === "contract" ? parent.name : placeOf(parent);
  return inner === undefined ? outer : `${outer}.${inner}`;
}
