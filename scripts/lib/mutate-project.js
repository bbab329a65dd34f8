// A copy of contracts/ in which single faults are tried. Nothing in the copy's src/ changes: a fault is compiled in memory, and
// the code that comes of it replaces that of the artifact in out/, from where the tests deploy (dynamic_test_linking). So no
// test is compiled twice.
//
// The code is compiled in two ways. `quick` leaves out most of the optimiser and takes a third of the time; what the tests
// catch there is caught. `deployed` is how foundry.toml has it: for what is not caught, and to see whether two codes are equal.
"use strict";

const { spawnSync } = require("node:child_process");
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const operators = require("./mutate-operators.js");

const SCRIPTS = path.dirname(__dirname);
const CONTRACTS = path.join(path.dirname(SCRIPTS), "contracts");
// The least with which the stack is never too deep.
const QUICK = {
  enabled: true,
  runs: 1,
  details: {
    constantOptimizer: false,
    cse: false,
    deduplicate: false,
    inliner: false,
    yul: true,
    yulDetails: { stackAllocation: true, optimizerSteps: "fu:fDnTOcmu" },
  },
};
// Behind the name of an artifact while another code is in its place.
const ORIGINAL = ".original";
// Part of the name of the copy: change it when a copy made before would be wrong.
const FORMAT = 1;
const SEED = "0x51756f72617465";
const RUNS = {
  quick: { fuzz: 32, invariant: 4, depth: 32 },
  deployed: { fuzz: 64, invariant: 8, depth: 32 },
};
const MAX_OUTPUT = 256 * 1024 * 1024;

class Project {
  // Opens the copy in `directory`, which `prepare` has made.
  constructor(directory, solc) {
    this.directory = directory;
    this.root = path.join(directory, "contracts");
    this.solc = solc;
    this.sources = JSON.parse(fs.readFileSync(path.join(directory, "sources.json"), "utf8"));
    this.settings = JSON.parse(fs.readFileSync(path.join(directory, "settings.json"), "utf8"));
    this.trees = this.#parse();
    this.contracts = this.#contracts();
    this.compiled = new Map();
    // What a run that was broken off left behind.
    this.restore();
  }

  // Returns the faults of a source file, each with its id, line and texts.
  faults(file) {
    const text = Buffer.from(this.sources[file].content);
    const seen = new Map();
    return operators.faults(text, this.trees[file]).map(({ operator, start, end, after, scope }) => {
      const before = text.subarray(start, end).toString();
      const within = text.subarray(scope.start, scope.end).toString();
      const place = [file, scope.name, within, operator, before, after].join("\0");
      const ordinal = (seen.get(place) ?? 0) + 1;
      seen.set(place, ordinal);
      const id = crypto.createHash("sha256").update(`${place}\0${ordinal}`).digest("hex").slice(0, 10);
      const line = text.subarray(0, start).toString().split("\n").length;
      const lastLine = line + before.split("\n").length - 1;
      return { id, file, line, lastLine, scope: scope.name, operator, before, after, start, end };
    });
  }

  // The files of src/ that have code.
  files() {
    return Object.keys(this.sources).filter((file) => file.startsWith("src/")).sort();
  }

  // The contracts that are deployed and hold code of `file`, the quickest to compile first.
  holders(file) {
    return this.contracts.filter((contract) => contract.file.startsWith("src/") && contract.closure.has(file));
  }

  // The test contracts that hold code of `file` themselves, because they call a library or read a constant of it.
  inliners(file) {
    // Those in symbolic/ are for halmos, which is not asked.
    return this.contracts.filter((contract) => /^test\/(?!symbolic\/)/.test(contract.file) && contract.inlines.has(file));
  }

  // Compiles some contracts with one source replaced. Returns a map from the contract to its code, or throws CompileError.
  compile(contracts, settings, replaced = {}) {
    if (contracts.length === 0) return new Map();
    const closure = new Set(contracts.flatMap(({ closure: files }) => [...files]));
    const sources = {};
    for (const file of closure) sources[file] = replaced[file] === undefined ? this.sources[file] : { content: replaced[file] };
    const outputSelection = {};
    for (const { file, name } of contracts) {
      outputSelection[file] = { ...outputSelection[file], [name]: ["evm.bytecode.object", "evm.deployedBytecode.object"] };
    }
    const input = { language: "Solidity", sources, settings: { ...this.settings[settings], outputSelection } };
    const output = JSON.parse(this.solc.compile(JSON.stringify(input)));
    const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
    if (errors.length > 0) throw new CompileError(errors[0].message);
    return new Map(contracts.map((contract) => [contract, codeOf(output.contracts[contract.file][contract.name].evm)]));
  }

  // As `compile` without a fault, and remembered.
  original(contracts, settings) {
    const missing = contracts.filter((contract) => !this.compiled.has(`${settings}:${contract.key}`));
    if (missing.length > 0) {
      for (const [contract, code] of this.compile(missing, settings)) this.compiled.set(`${settings}:${contract.key}`, code);
    }
    return new Map(contracts.map((contract) => [contract, this.compiled.get(`${settings}:${contract.key}`)]));
  }

  // Puts code in the place of that of an artifact.
  install(code) {
    for (const [contract, { creation, runtime }] of code) {
      const original = `${contract.artifact}${ORIGINAL}`;
      if (!fs.existsSync(original)) fs.copyFileSync(contract.artifact, original);
      const artifact = JSON.parse(fs.readFileSync(original, "utf8"));
      artifact.bytecode.object = `0x${creation}`;
      artifact.deployedBytecode.object = `0x${runtime}`;
      fs.writeFileSync(contract.artifact, JSON.stringify(artifact));
    }
  }

  // Puts every artifact back, and forgets what forge kept of failures.
  restore() {
    for (const { artifact } of this.contracts) {
      if (fs.existsSync(`${artifact}${ORIGINAL}`)) fs.renameSync(`${artifact}${ORIGINAL}`, artifact);
    }
    for (const kept of ["fuzz", "invariant", "test-failures"]) {
      fs.rmSync(path.join(this.root, "cache", kept), { recursive: true, force: true });
    }
  }

  // Runs tests until one fails. Returns { passed, by, timeout }, `by` being the test that failed.
  test(runs, paths, timeoutMs) {
    const { fuzz, invariant, depth } = RUNS[runs];
    const chosen = paths === undefined ? [] : ["--match-path", paths.length === 1 ? paths[0] : `{${paths.join(",")}}`];
    const run = spawnSync(process.env.QUORATE_FORGE, ["test", "--offline", "--json", "--fail-fast", "--threads", "1", ...chosen], {
      cwd: this.root,
      env: {
        ...process.env,
        FOUNDRY_SOLC: path.join(this.directory, "solc"),
        FOUNDRY_FUZZ_RUNS: String(fuzz),
        FOUNDRY_FUZZ_SEED: SEED,
        FOUNDRY_INVARIANT_RUNS: String(invariant),
        FOUNDRY_INVARIANT_DEPTH: String(depth),
      },
      encoding: "utf8",
      maxBuffer: MAX_OUTPUT,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    if (run.error?.code === "ETIMEDOUT") return { passed: false, timeout: true };
    const failed = failedTest(run.stdout);
    if (run.status === 0) return { passed: true };
    if (failed === undefined) throw new Error(`forge ended with ${run.status} without a failed test: ${run.stderr.slice(-2000)}`);
    return { passed: false, by: failed };
  }

  // The test file that mirrors a source file, if there is one.
  mirror(file) {
    const test = file.replace(/^src\//, "test/").replace(/\.sol$/, ".t.sol");
    return test in this.sources ? test : undefined;
  }

  #parse() {
    const input = {
      language: "Solidity",
      sources: this.sources,
      settings: { ...this.settings.deployed, outputSelection: { "*": { "": ["ast"] } } },
    };
    const output = JSON.parse(this.solc.compile(JSON.stringify(input)));
    return Object.fromEntries(Object.entries(output.sources).map(([file, { ast }]) => [file, ast]));
  }

  #contracts() {
    const imports = (file) => this.trees[file].nodes.filter(({ nodeType }) => nodeType === "ImportDirective").map((node) => node.absolutePath);
    const follow = (file, edges, found = new Set()) => {
      if (found.has(file)) return found;
      found.add(file);
      for (const next of edges(file)) follow(next, edges, found);
      return found;
    };
    const all = Object.entries(this.trees).flatMap(([file, tree]) =>
      tree.nodes
        .filter((node) => node.nodeType === "ContractDefinition" && node.contractKind === "contract" && !node.abstract)
        .map(({ name }) => ({ file, name })),
    );
    const deployed = new Map(all.filter(({ file }) => file.startsWith("src/")).map((contract) => [contract.file, contract.name]));
    // What a test imports only to create it by cheatcode is not in the test's own code; forge's helpers for that have none.
    const inlined = (file) =>
      imports(file).filter((next) => {
        if (file.startsWith("foundry-pp/")) return false;
        const name = file.startsWith("test/") ? deployed.get(next) : undefined;
        return name === undefined || new RegExp(`\\btype\\(${name}\\)|\\bis\\b[^{;]*\\b${name}\\b[^{;]*\\{`).test(this.sources[file].content);
      });
    return all
      .map(({ file, name }) => {
        const artifact = path.join(this.root, "out", path.basename(file), `${name}.json`);
        const size = fs.existsSync(artifact) ? JSON.parse(fs.readFileSync(artifact, "utf8")).bytecode.object.length : undefined;
        return { key: `${file}:${name}`, file, name, artifact, size, closure: follow(file, imports), inlines: follow(file, inlined) };
      })
      .filter(({ size }) => size !== undefined)
      .sort((a, b) => a.size - b.size);
  }
}

class CompileError extends Error {}

function codeOf({ bytecode, deployedBytecode }) {
  return { creation: bytecode.object, runtime: deployedBytecode.object };
}

function failedTest(output) {
  const at = output.indexOf("{");
  if (at < 0) return undefined;
  let suites;
  try {
    suites = JSON.parse(output.slice(at));
  } catch {
    return undefined;
  }
  for (const [suite, { test_results: results }] of Object.entries(suites)) {
    for (const [name, { status }] of Object.entries(results)) {
      if (status === "Failure") return `${suite.split(":").pop()}.${name.replace(/\(.*/, "")}`;
    }
  }
  return undefined;
}

// Makes the copy, builds it, and proves that its tests pass. Returns its directory; one that was made before from the same
// files is taken again.
function prepare(temporary, jobs, say) {
  const config = JSON.parse(forge(CONTRACTS, ["config", "--json"]));
  const deployed = settingsOf(config);
  const hash = crypto.createHash("sha256").update(JSON.stringify([FORMAT, deployed, QUICK]));
  for (const file of filesOf(CONTRACTS)) hash.update(`${file}\0`).update(fs.readFileSync(path.join(CONTRACTS, file)));
  const directory = path.join(temporary, hash.digest("hex").slice(0, 16));
  const first = path.join(directory, "0");
  if (!fs.existsSync(path.join(first, "ready"))) {
    say("Compiling the tests (a few minutes) …");
    // What the compiler answered in a run that was broken off still holds.
    for (const name of ["contracts", "scripts"]) fs.rmSync(path.join(first, name), { recursive: true, force: true });
    build(first, deployed);
    fs.writeFileSync(path.join(first, "ready"), "");
  }
  for (let job = 1; job < jobs; job += 1) {
    const other = path.join(directory, String(job));
    if (fs.existsSync(path.join(other, "ready"))) continue;
    fs.rmSync(other, { recursive: true, force: true });
    fs.cpSync(first, other, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  }
  return directory;
}

function build(directory, deployed) {
  const root = path.join(directory, "contracts");
  for (const file of filesOf(CONTRACTS)) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.copyFileSync(path.join(CONTRACTS, file), path.join(root, file));
  }
  // Tests read Safe's own bytecode there.
  fs.symlinkSync(SCRIPTS, path.join(directory, "scripts"));
  const toml = path.join(root, "foundry.toml");
  fs.writeFileSync(toml, quickToml(fs.readFileSync(toml, "utf8")));
  fs.copyFileSync(path.join(__dirname, "mutate-solc.js"), path.join(directory, "solc"));
  fs.chmodSync(path.join(directory, "solc"), 0o755);

  const env = { ...process.env, FOUNDRY_SOLC: path.join(directory, "solc"), QUORATE_REAL_SOLC: path.join(SCRIPTS, "solc") };
  forge(root, ["build", "--offline", "--build-info", "--quiet"], env);
  // With a filter forge asks for the ABIs of everything; the answer is kept for the runs to come.
  forge(root, ["test", "--offline", "--match-path", "src/*"], env, true);

  const infos = path.join(root, "out", "build-info");
  const sources = {};
  let settings;
  for (const name of fs.readdirSync(infos)) {
    const { input, ...info } = JSON.parse(fs.readFileSync(path.join(infos, name), "utf8"));
    Object.assign(sources, input.sources);
    settings = input.settings;
    // What forge needs to see that it has compiled; the rest takes it seconds to read.
    const { id, source_id_to_path: paths, language } = info;
    fs.writeFileSync(path.join(infos, name), JSON.stringify({ id, source_id_to_path: paths, language }));
  }
  delete settings.outputSelection;
  fs.writeFileSync(path.join(directory, "sources.json"), JSON.stringify(sources));
  fs.writeFileSync(path.join(directory, "settings.json"), JSON.stringify({ quick: settings, deployed: { ...settings, optimizer: deployed } }));
}

// The configuration with the quick optimiser.
function quickToml(toml) {
  const { yulDetails, ...details } = QUICK.details;
  const kept = toml
    .replace(/^\[profile\.default\.optimizer_details[^]*?(?=^\[(?!profile\.default\.optimizer_details)|(?![^]))/gm, "")
    .replace(/^optimizer_runs *=.*$/m, `optimizer_runs = ${QUICK.runs}`)
    .replace(/^solc *=.*$/m, 'solc = "../solc"');
  const lines = (of) => Object.entries(of).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`).join("");
  return `${kept}\n[profile.default.optimizer_details]\n${lines(details)}\n[profile.default.optimizer_details.yulDetails]\n${lines(yulDetails)}`;
}

function settingsOf({ optimizer, optimizer_runs: runs, optimizer_details: details }) {
  return { enabled: optimizer, runs, details };
}

function filesOf(root) {
  const found = [];
  const list = (directory) => {
    for (const entry of fs.readdirSync(path.join(root, directory), { withFileTypes: true })) {
      const file = path.posix.join(directory, entry.name);
      if (entry.isDirectory()) list(file);
      else if (entry.name.endsWith(".sol")) found.push(file);
    }
  };
  list("src");
  list("test");
  return ["foundry.toml", ...found.sort()];
}

function forge(cwd, args, env = process.env, mayFail = false) {
  const run = spawnSync(process.env.QUORATE_FORGE, args, { cwd, env, encoding: "utf8", maxBuffer: MAX_OUTPUT, stdio: ["ignore", "pipe", "pipe"] });
  if (run.status !== 0 && !mayFail) throw new Error(`forge ${args[0]} ended with ${run.status}: ${run.stdout.slice(-2000)}${run.stderr.slice(-2000)}`);
  return run.stdout;
}

module.exports = { CompileError, Project, RUNS, prepare };
