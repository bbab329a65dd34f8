// Compiles contracts/src for slither, which cannot work with the compiler of npm itself: writes the syntax trees and ABIs in the
// form of forge's build-info.
//
//   node slither.js DIRECTORY
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const SCRIPTS = path.dirname(__dirname);
const CONTRACTS = path.join(path.dirname(SCRIPTS), "contracts");
// Slither reads the trees; bytecode would only take time.
const NO_CODE = { object: "", sourceMap: "" };

const [directory] = process.argv.slice(2);
const sources = Object.fromEntries(
  fs
    .readdirSync(path.join(CONTRACTS, "src"), { recursive: true })
    .map((name) => path.posix.join("src", name.split(path.sep).join("/")))
    .filter((name) => name.endsWith(".sol"))
    .sort()
    .map((name) => [name, { content: fs.readFileSync(path.join(CONTRACTS, name), "utf8") }]),
);
const input = {
  language: "Solidity",
  sources,
  settings: {
    evmVersion: "cancun",
    viaIR: true,
    optimizer: { enabled: true },
    outputSelection: { "*": { "": ["ast"], "*": ["abi", "evm.methodIdentifiers", "userdoc", "devdoc"] } },
  },
};

const run = spawnSync(path.join(SCRIPTS, "solc"), ["--standard-json"], { input: JSON.stringify(input), maxBuffer: 2 ** 30, encoding: "utf8" });
if (run.status !== 0) throw new Error(run.stderr);
const output = JSON.parse(run.stdout);
const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));

for (const contracts of Object.values(output.contracts)) {
  for (const { evm } of Object.values(contracts)) Object.assign(evm, { bytecode: NO_CODE, deployedBytecode: NO_CODE });
}
const solcVersion = /pragma solidity ([0-9.]+);/.exec(sources["src/Multisig.sol"].content)[1];
fs.mkdirSync(directory, { recursive: true });
fs.writeFileSync(path.join(directory, "quorate.json"), JSON.stringify({ solcVersion, input, output }));
