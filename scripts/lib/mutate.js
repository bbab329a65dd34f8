// Puts single faults into contracts/src and reports which ones the tests do not notice. See scripts/mutate.
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { Worker, isMainThread, parentPort } = require("node:worker_threads");

const { OPERATORS } = require("./mutate-operators.js");
const { Project, prepare } = require("./mutate-project.js");
const report = require("./mutate-report.js");

const CONTRACTS = path.join(path.dirname(path.dirname(__dirname)), "contracts");
const USAGE = `usage: scripts/mutate [--files PART,...] [--only OPERATOR,...] [--sample N] [--seed S] [--ids ID,...]
                      [--results FILE] [--resume] [--jobs N] [--copy DIRECTORY] [--list [--json]] [--report]`;
// The compiler recurses deeper than the default stack of node allows.
const LIMITS = { stackSizeMb: 256, maxOldGenerationSizeMb: 4096 };

if (isMainThread) {
  main(process.argv.slice(2)).catch((error) => fail(error.message));
} else {
  // Only the compiler's depth needs the thread.
  parentPort.on("message", (directory) => {
    const project = new Project(directory, require(locate()));
    parentPort.postMessage(project.files().flatMap((file) => project.faults(file)));
    parentPort.close();
  });
}

async function main(args) {
  const options = parse(args);
  const directory = options.copy ?? prepare(path.join(os.tmpdir(), "quorate-mutate"), options.jobs, say);
  const all = await list(path.join(directory, "0"));
  const results = read(options.results, options.resume || options.report || options.json);

  if (options.report) {
    const answers = JSON.parse(fs.readFileSync(path.join(CONTRACTS, "mutants.json"), "utf8"));
    const { text, unanswered } = report.render(all, results, answers, OPERATORS);
    fs.writeFileSync(path.join(CONTRACTS, "mutants.md"), text);
    for (const fault of unanswered) console.log(describe(fault));
    process.exit(unanswered.length === 0 ? 0 : 1);
  }

  const chosen = choose(all, options);
  if (options.json) {
    // For a pipe: written piece by piece, so nothing may end the process before it is through.
    process.stdout.write(JSON.stringify(chosen.map((fault) => ({ ...fault, ...results.get(fault.id) }))));
    return;
  }
  if (options.list) {
    for (const fault of chosen) console.log(describe(fault));
    say(`${chosen.length} faults`);
    return;
  }
  const waiting = chosen.filter(({ id }) => !results.has(id));
  say(`${chosen.length} faults, ${waiting.length} to try`);
  await run(directory, options, waiting, results);

  const outcomes = chosen.map((fault) => ({ ...fault, ...results.get(fault.id) }));
  const survivors = outcomes.filter(({ status }) => status === "survived");
  for (const fault of survivors) console.log(describe(fault));
  say(report.summary(outcomes));
  process.exit(survivors.length === 0 ? 0 : 1);
}

// Lets every job take the next fault until none is left.
async function run(directory, options, waiting, results) {
  if (waiting.length === 0) return;
  fs.mkdirSync(path.dirname(options.results), { recursive: true });
  const log = fs.openSync(options.results, options.resume ? "a" : "w");
  const queue = [...waiting];
  let done = 0;
  const jobs = Array.from({ length: Math.min(options.jobs, waiting.length) }, async (_, job) => {
    const ask = start(path.join(directory, String(job)));
    const { status, by, timeoutMs } = await ask("baseline");
    if (status !== "ready") throw new Error(by);
    for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
      const result = await ask({ ...fault, timeoutMs });
      if (result.status === "broken") throw new Error(`${describe(fault)}\n${result.by}`);
      results.set(fault.id, result);
      fs.writeSync(log, `${JSON.stringify(result)}\n`);
      done += 1;
      say(`${done}/${waiting.length} ${result.status.padEnd(10)} ${describe(fault)}${result.by ? ` — ${result.by.split("\n")[0]}` : ""} (${result.seconds} s)`);
    }
    ask.end();
  });
  await Promise.all(jobs);
  fs.closeSync(log);
}

// A job's thread, as a function that is asked one thing at a time.
function start(directory) {
  const worker = new Worker(path.join(__dirname, "mutate-worker.js"), {
    workerData: { directory, compiler: locate() },
    resourceLimits: LIMITS,
  });
  let waiting;
  worker.on("message", (answer) => waiting.resolve(answer));
  worker.on("error", (error) => waiting.reject(error));
  const ask = (request) =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      worker.postMessage(request);
    });
  ask.end = () => worker.terminate();
  return ask;
}

function list(directory) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { resourceLimits: LIMITS });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.postMessage(directory);
  });
}

function choose(all, { files, only, ids, sample, seed }) {
  const chosen = all.filter(
    ({ id, file, operator }) =>
      (files === undefined || files.some((part) => file.includes(part))) &&
      (only === undefined || only.includes(operator)) &&
      (ids === undefined || ids.includes(id)),
  );
  if (sample === undefined) return chosen;
  const random = generator(seed);
  const keyed = chosen.map((fault) => ({ fault, key: random() }));
  keyed.sort((a, b) => a.key - b.key);
  const taken = new Set(keyed.slice(0, sample).map(({ fault }) => fault));
  return chosen.filter((fault) => taken.has(fault));
}

// xorshift32: the same sample for the same seed everywhere.
function generator(seed) {
  let state = seed ^ 0x9e3779b9 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function describe({ id, file, line, scope, operator, before, after }) {
  const short = (text) => JSON.stringify(text.replace(/\s+/g, " ")).slice(1, -1).slice(0, 70);
  return `${id} ${file}:${line} ${scope} ${operator}: ${short(before)} -> ${short(after) || "nothing"}`;
}

function read(file, wanted) {
  if (!wanted || !fs.existsSync(file)) return new Map();
  const lines = fs.readFileSync(file, "utf8").split("\n").filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line)).map((result) => [result.id, result]));
}

function parse(args) {
  const options = { jobs: 1, seed: 1, results: path.join(CONTRACTS, "cache", "mutants.jsonl") };
  const values = ["files", "only", "ids", "sample", "seed", "results", "jobs", "copy"];
  for (let at = 0; at < args.length; at += 1) {
    const name = args[at];
    if (["--json", "--list", "--resume", "--report"].includes(name)) {
      options[name.slice(2)] = true;
    } else if (values.includes(name.slice(2)) && name.startsWith("--") && args[at + 1] !== undefined) {
      const key = name.slice(2);
      at += 1;
      const value = args[at];
      if (["sample", "seed", "jobs"].includes(key)) {
        if (!/^[0-9]+$/.test(value) || (key === "jobs" && value === "0")) fail(`${name} takes a number, found ${value}`);
        options[key] = Number(value);
      } else {
        options[key] = ["results", "copy"].includes(key) ? path.resolve(value) : value.split(",");
      }
    } else {
      fail(`unknown or incomplete argument ${name}\n${USAGE}`);
    }
  }
  const unknown = (options.only ?? []).find((name) => !(name in OPERATORS));
  if (unknown !== undefined) fail(`there is no operator ${unknown}; there are ${Object.keys(OPERATORS).join(", ")}`);
  return options;
}

function locate() {
  return require.resolve("solc", { paths: [path.dirname(__dirname)] });
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function fail(text) {
  say(`error: ${text}`);
  process.exit(2);
}
