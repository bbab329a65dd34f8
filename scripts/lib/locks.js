// Checks the lock files: every crate from crates.io or from this workspace, no address of a registry in npm's lock, and
// the binary of every platform in it, so that `npm ci` works on all of them. Ends with 1 when something is wrong.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const ROOT = path.join(__dirname, "..", "..");
const CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index";
const PLATFORMS = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"];

const problems = [...cargo(), ...npm()];
for (const problem of problems) console.log(problem);
process.exit(problems.length === 0 ? 0 : 1);

function cargo() {
  const text = fs.readFileSync(path.join(ROOT, "Cargo.lock"), "utf8");
  return [...text.matchAll(/^source = "(.*)"$/gm)]
    .filter(([, source]) => source !== CRATES_IO)
    .map(([, source]) => `Cargo.lock: a crate comes from ${source}`);
}

function npm() {
  const { dependencies, devDependencies } = readJson("package.json");
  const { packages } = readJson("package-lock.json");
  const addresses = Object.entries(packages)
    .filter(([, entry]) => entry.resolved !== undefined)
    .map(([place]) => `scripts/package-lock.json: ${place} has an address; npm install with scripts/.npmrc leaves it out`);
  const loose = Object.entries({ ...dependencies, ...devDependencies })
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-\d+)?$/.test(version))
    .map(([name, version]) => `scripts/package.json: ${name} is not pinned to one version, but ${version}`);
  const binaries = ["anvil", "forge"].flatMap((tool) => PLATFORMS.flatMap((platform) => binary(packages, tool, platform)));
  return [...addresses, ...loose, ...binaries];
}

function binary(packages, tool, platform) {
  const wanted = packages[`node_modules/@foundry-rs/${tool}`]?.version;
  const found = packages[`node_modules/@foundry-rs/${tool}-${platform}`];
  const name = `scripts/package-lock.json: ${tool}-${platform}`;
  if (wanted === undefined || found?.version !== wanted) {
    return [`${name} is ${found?.version ?? "missing"}, ${tool} is ${wanted ?? "missing"}`];
  }
  // The binary needs no node, only its wrapper does; with `engines`, npm would leave it out on node 18 without a word.
  return found.engines === undefined ? [] : [`${name} names engines; take that out`];
}

function readJson(name) {
  return JSON.parse(fs.readFileSync(path.join(ROOT, "scripts", name), "utf8"));
}
