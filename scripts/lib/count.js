// Sums what a test run printed, read on stdin, and prints `PASSED FAILED SKIPPED`.
//
//   node count.js rust       the `test result:` line of every cargo test binary
//   node count.js contracts  the `Suite result:` line of every forge suite
"use strict";

const LINES = {
  rust: /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;/,
  contracts: /^Suite result: \w+\. (\d+) passed; (\d+) failed; (\d+) skipped;/,
};
// forge and cargo colour their output when they are told to.
const COLOUR = /\u001b\[[0-9;]*m/g;

const line = LINES[process.argv[2]];
if (line === undefined) throw new Error(`expected ${Object.keys(LINES).join(" or ")}, found ${process.argv[2]}`);

const sums = [0, 0, 0];
for (const text of require("node:fs").readFileSync(0, "utf8").split("\n")) {
  const found = line.exec(text.replace(COLOUR, ""));
  if (found) sums.forEach((sum, at) => (sums[at] = sum + Number(found[at + 1])));
}
console.log(sums.join(" "));
