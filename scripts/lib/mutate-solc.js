#!/usr/bin/env node
// The compiler that forge finds in the copy of mutate-project.js: it answers what it was asked before from files, and asks
// the real one (QUORATE_REAL_SOLC) only while the copy is built. Starting the real one takes longer than most tests.
"use strict";

const { spawnSync } = require("node:child_process");
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const answers = path.join(path.dirname(fs.realpathSync(__filename)), "answers");
const version = process.argv[2] === "--version";
const question = version ? "version" : fs.readFileSync(0);
const file = path.join(answers, version ? "version" : crypto.createHash("sha256").update(question).digest("hex"));

if (!fs.existsSync(file)) {
  if (process.env.QUORATE_REAL_SOLC === undefined) {
    process.stderr.write("nothing should have to be compiled\n");
    process.exit(1);
  }
  const run = spawnSync(process.env.QUORATE_REAL_SOLC, process.argv.slice(2), { input: version ? "" : question, maxBuffer: 2 ** 30 });
  if (run.status !== 0) {
    process.stderr.write(run.stderr ?? String(run.error));
    process.exit(run.status ?? 1);
  }
  fs.mkdirSync(answers, { recursive: true });
  fs.writeFileSync(file, run.stdout);
}
process.stdout.write(fs.readFileSync(file));
