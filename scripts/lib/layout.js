// Compares the storage layout of contracts/src with contracts/storage.md and with that of Safe 1.5.0, as the compiler tells
// both. Prints what differs, and ends with 1 when something does.
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const SCRIPTS = path.dirname(__dirname);
const CONTRACTS = path.join(path.dirname(SCRIPTS), "contracts");
const OFFICIAL = path.join(SCRIPTS, "node_modules", "@safe-global", "safe-smart-account");
const { keccak256 } = require(require.resolve("js-sha3", { paths: [require.resolve("solc", { paths: [SCRIPTS] })] }));

// Code that runs on an account's storage: by its proxy, or because the account calls it by DELEGATECALL.
const ON_ACCOUNTS = ["MultisigProxy", "Migration", "SignMessageLib", "ToL2Setup"];
// Beside each of ours, the official contract with the same storage.
const OFFICIALS = {
  Multisig: "contracts/Safe.sol:Safe",
  MultisigL2: "contracts/SafeL2.sol:SafeL2",
  ExtensibleFallbackHandler: "contracts/handler/ExtensibleFallbackHandler.sol:ExtensibleFallbackHandler",
};

const problems = [];
const sources = sourcesOf(CONTRACTS, "src");
const output = compile(sources);
const layouts = new Map();
for (const [file, contracts] of Object.entries(output.contracts)) {
  for (const [name, { storageLayout }] of Object.entries(contracts)) {
    const kind = output.sources[file].ast.nodes.find((node) => node.nodeType === "ContractDefinition" && node.name === name);
    if (kind.contractKind === "contract" && !kind.abstract) layouts.set(name, rows(storageLayout));
  }
}
const page = fs.readFileSync(path.join(CONTRACTS, "storage.md"), "utf8");

comparePage();
compareAccounts();
compareOfficial();
compareSlots();
for (const problem of problems) console.log(problem);
process.exit(problems.length === 0 ? 0 : 1);

// Every variable of every contract is a row of the page, and the other way round.
function comparePage() {
  const written = table("Variables").map(([contract, ...row]) => `${contract}: ${row.join(" | ")}`);
  const found = [...layouts].flatMap(([contract, of]) => of.map(({ slot, offset, bytes, name, type }) => `${contract}: ${[slot, offset, bytes, name, type].join(" | ")}`));
  for (const row of found.filter((each) => !written.includes(each))) problems.push(`not in storage.md: ${row}`);
  for (const row of written.filter((each) => !found.includes(each))) problems.push(`in storage.md, but not so: ${row}`);

  const without = [...layouts].filter(([, of]) => of.length === 0).map(([name]) => name).sort().join(", ");
  const listed = /^Without storage: (.*)\.$/m.exec(page)?.[1].replaceAll("`", "");
  if (listed !== without) problems.push(`storage.md lists as without storage ${listed}, found ${without}`);
}

// What runs on an account's storage has each variable where the account has it.
function compareAccounts() {
  const account = layouts.get("Multisig");
  for (const name of ["MultisigL2", ...ON_ACCOUNTS]) {
    for (const variable of layouts.get(name) ?? [{ name: "anything at all" }]) {
      // Room that is left free for what the library does not know.
      if (variable.name === "untouched") continue;
      const there = account.find((each) => each.name === variable.name);
      if (there === undefined || place(there) !== place(variable)) {
        problems.push(`${name}.${variable.name} is not where the account has it: ${place(variable)}, not ${there && place(there)}`);
      }
    }
  }
  const more = layouts.get("MultisigL2").length - account.length;
  if (more !== 0) problems.push(`MultisigL2 has ${more} variables more than Multisig`);
}

// Safe's own sources, compiled for nothing but their layout. The names may differ; where things lie and how must not.
function compareOfficial() {
  const official = compile(sourcesOf(OFFICIAL, "contracts"));
  for (const [name, theirs] of Object.entries(OFFICIALS)) {
    const [file, contract] = theirs.split(":");
    const wanted = rows(official.contracts[file][contract].storageLayout).map(place);
    const found = layouts.get(name).map(place);
    for (let at = 0; at < Math.max(wanted.length, found.length); at += 1) {
      if (wanted[at] !== found[at]) problems.push(`${name}: expected as in Safe 1.5.0 ${wanted[at]}, found ${found[at]}`);
    }
  }
}

// The slots that are hashes of a name.
function compareSlots() {
  const constants = output.sources["src/libraries/Slots.sol"].ast.nodes
    .find(({ name }) => name === "Slots")
    .nodes.filter(({ nodeType }) => nodeType === "VariableDeclaration");
  const written = new Map(table("Slots outside the layout").map(([name, preimage, slot]) => [name, { preimage, slot }]));
  for (const { name, value } of constants) {
    const { preimage, slot } = written.get(name) ?? {};
    if (slot !== value.value) problems.push(`Slots.${name} is ${value.value}, in storage.md ${slot}`);
    if (preimage !== undefined && `0x${keccak256(preimage)}` !== slot) problems.push(`${slot} is not the hash of ${preimage}`);
    written.delete(name);
  }
  for (const name of written.keys()) problems.push(`storage.md has the slot ${name}, Slots has not`);
}

// The cells of the first table below a heading, without quotes.
function table(heading) {
  const at = page.indexOf(`## ${heading}\n`);
  if (at < 0) throw new Error(`storage.md has no section ${heading}`);
  const lines = page.slice(at).split("\n");
  const first = lines.findIndex((line) => line.startsWith("| --- "));
  const end = lines.findIndex((line, index) => index > first && !line.startsWith("|"));
  return lines.slice(first + 1, end).map((line) =>
    line
      .slice(2, -2)
      .split(" | ")
      .map((cell) => cell.replaceAll("`", "")),
  );
}

function rows({ storage, types }) {
  return storage.map(({ label, slot, offset, type }) => ({ slot: Number(slot), offset, bytes: Number(types[type].numberOfBytes), name: label, type: typeName(type, types) }));
}

// A type as the storage has it: a contract is an address, and the names of keys do not matter.
function typeName(type, types) {
  const { encoding, key, value, label } = types[type];
  if (encoding === "mapping") return `mapping(${typeName(key, types)} => ${typeName(value, types)})`;
  return label.replace(/^contract .*/, "address");
}

function place({ slot, offset, bytes, type }) {
  return `slot ${slot}, offset ${offset}, ${bytes} bytes, ${type}`;
}

function sourcesOf(root, directory) {
  const names = fs.readdirSync(path.join(root, directory), { recursive: true }).map((name) => path.posix.join(directory, name.split(path.sep).join("/")));
  const wanted = names.filter((name) => name.endsWith(".sol") && !/\/(test|examples)\//.test(name));
  return Object.fromEntries(wanted.map((name) => [name, { content: fs.readFileSync(path.join(root, name), "utf8") }]));
}

function compile(of) {
  const input = {
    language: "Solidity",
    sources: of,
    settings: { evmVersion: "cancun", outputSelection: { "*": { "": ["ast"], "*": ["storageLayout"] } } },
  };
  const run = spawnSync(path.join(SCRIPTS, "solc"), ["--standard-json"], { input: JSON.stringify(input), maxBuffer: 2 ** 30, encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  const compiled = JSON.parse(run.stdout);
  const errors = (compiled.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return compiled;
}
