// Prints the packages of scripts/package-lock.json that are missing from scripts/node_modules, or there in another
// version, in one line; those that package.json names itself come first. Optional packages are not looked at: those are the binaries, each for one platform, and the
// binary that this machine needs may come from PATH.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const scripts = path.dirname(__dirname);
const lock = JSON.parse(fs.readFileSync(path.join(scripts, "package-lock.json"), "utf8"));
const root = lock.packages[""];
const direct = { ...root.dependencies, ...root.devDependencies };
const missing = Object.entries(lock.packages)
  .filter(([place, entry]) => place !== "" && !entry.optional && installedVersion(place) !== entry.version)
  .map(([place, entry]) => ({ name: place.replace(/^.*node_modules\//, ""), version: entry.version }));
const [named, others] = [missing.filter(({ name }) => direct[name]), missing.filter(({ name }) => !direct[name])];
const words = named.map(({ name, version }) => `${name} ${version}`);
if (others.length > 0) words.push(`${others.length} packages that they need`);
console.log(words.join(", "));

function installedVersion(place) {
  try {
    return JSON.parse(fs.readFileSync(path.join(scripts, place, "package.json"), "utf8")).version;
  } catch {
    return undefined;
  }
}
