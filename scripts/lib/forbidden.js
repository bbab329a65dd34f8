// Finds words that do not belong into the repository. Reads file names on stdin, one a line, prints `FILE:LINE: reason`
// for each find, and ends with 1 when there is one.
//
//   node forbidden.js [HOST]...   HOST: a further host name that must appear nowhere
"use strict";

const fs = require("node:fs");

const MARKERS = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"];
const REGISTRIES = ["registry.npmjs" + ".org", "registry.yarnpkg" + ".com", "static.crates" + ".io", "index.crates" + ".io"];
// Directories of one machine: of a user, or of a build.
const MACHINE_PATHS = ["ro" + "ot", "wo" + "rk", "Us" + "ers", "ho" + "me", "tmp/ba" + "sh"];

const SOURCE = /\.(rs|sol|js|ts|mjs|sh)$/;
const RUST = /\.rs$/;
const SOLIDITY = /\.sol$/;
const JAVASCRIPT = /\.(js|ts|mjs)$/;
const ANY = /(?:)/;

const RULES = [
  { files: ANY, find: word(MARKERS), reason: "unfinished work; finish it or leave it out" },
  { files: ANY, find: literal([...REGISTRIES, ...process.argv.slice(2)]), reason: "the host name of a package registry" },
  { files: ANY, find: new RegExp(`(?<![\\w.$}~-])/(${MACHINE_PATHS.join("|")})/`), reason: "a path of one machine" },
  { files: RUST, find: /\b(todo|unimplemented|dbg)!\s*[([{]/, reason: "an unfinished or debugging macro" },
  { files: RUST, find: /#!?\[\s*(cfg_attr\([^\]]*,\s*)?ignore\b|^\s*\/\/[/!]\s*```.*\bignore\b/, reason: "a test that does not run" },
  { files: SOLIDITY, find: /\bvm\s*\.\s*skip\s*\(/, reason: "a test that does not run" },
  { files: SOLIDITY, find: /\bconsole2?\s*\.\s*log\w*\s*\(/, reason: "debugging output" },
  { files: JAVASCRIPT, find: /\.\s*(skip|only)\s*\(/, reason: "a test that does not run, or keeps others from running" },
  { files: SOURCE, find: /^(<{7}|>{7})( |$)/, reason: "a merge conflict" },
];

const names = fs.readFileSync(0, "utf8").split("\n").filter(Boolean);
let finds = 0;
for (const name of names) {
  const content = read(name);
  if (content === undefined) continue;
  const rules = RULES.filter(({ files }) => files.test(name));
  content.split("\n").forEach((line, at) => {
    for (const { find, reason } of rules) {
      const found = find.exec(line);
      if (!found) continue;
      console.log(`${name}:${at + 1}: ${JSON.stringify(found[0].trim())} is ${reason}`);
      finds += 1;
    }
  });
}
process.exit(finds === 0 ? 0 : 1);

// The text of a file; undefined for what is not text, or is named by git but gone.
function read(name) {
  if (!fs.existsSync(name) || !fs.statSync(name).isFile()) return undefined;
  const content = fs.readFileSync(name);
  return content.includes(0) ? undefined : content.toString("utf8");
}

function word(words) {
  return new RegExp(`(?<![\\w/+])(${words.join("|")})(?![\\w/+=])`);
}

function literal(texts) {
  return new RegExp(texts.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"));
}
