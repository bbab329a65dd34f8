// Tries faults, one after the other, in one copy of the project. A thread: it is sent faults and answers with what became of
// each: { id, status, by, seconds }.
//
//   caught       a test failed: `by`
//   timeout      a test took ten times as long as all tests together should
//   invalid      it does not compile
//   equivalent   the code that is deployed is the same
//   survived     every test passed
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { parentPort, workerData } = require("node:worker_threads");

const { CompileError, Project } = require("./mutate-project.js");

const { directory, compiler } = workerData;
const project = new Project(directory, require(compiler));
let timeoutMs;

parentPort.on("message", (request) => {
  const started = Date.now();
  try {
    const answer = request === "baseline" ? baseline() : attempt(request);
    parentPort.postMessage({ id: request.id, ...answer, seconds: Math.round((Date.now() - started) / 100) / 10 });
  } catch (error) {
    parentPort.postMessage({ id: request.id, status: "broken", by: error.stack });
  } finally {
    project.restore();
  }
});

// Everything passes without a fault, compiled either way, and what is compiled here is what forge compiles.
function baseline() {
  const kept = path.join(directory, "baseline.json");
  if (fs.existsSync(kept)) return JSON.parse(fs.readFileSync(kept, "utf8"));
  const holders = project.contracts.filter(({ file }) => file.startsWith("src/"));
  for (const [{ key, artifact }, { creation }] of project.original(holders, "quick")) {
    const { bytecode } = JSON.parse(fs.readFileSync(artifact, "utf8"));
    if (bytecode.object !== `0x${creation}`) throw new Error(`${key}: forge compiles it differently`);
  }
  const started = Date.now();
  const outcomes = [project.test("quick")];
  timeoutMs = 60_000 + 10 * (Date.now() - started);
  project.install(project.original(holders, "deployed"));
  outcomes.push(project.test("deployed"));
  const failed = outcomes.find(({ passed }) => !passed);
  if (failed !== undefined) throw new Error(`without a fault, ${failed.by} fails`);
  const answer = { status: "ready", timeoutMs };
  fs.writeFileSync(kept, JSON.stringify(answer));
  return answer;
}

function attempt(fault) {
  timeoutMs = fault.timeoutMs;
  const text = Buffer.from(project.sources[fault.file].content);
  const content = Buffer.concat([text.subarray(0, fault.start), Buffer.from(fault.after), text.subarray(fault.end)]).toString();
  const replaced = { [fault.file]: content };
  try {
    return quickly(fault, replaced) ?? thoroughly(fault, replaced);
  } catch (error) {
    if (error instanceof CompileError) return { status: "invalid", by: error.message };
    throw error;
  }
}

// The tests that are nearest, on quickly compiled code: most faults end here.
function quickly({ file }, replaced) {
  const mirror = project.mirror(file);
  const inliners = project.inliners(file).filter((contract) => contract.file === mirror);
  if (inliners.length > 0) {
    const code = changed(inliners, "quick", replaced);
    project.install(code);
    const ended = code.size > 0 ? verdict(project.test("quick", [mirror], timeoutMs)) : undefined;
    if (ended !== undefined) return ended;
  }
  for (const holder of project.holders(file)) {
    const code = changed([holder], "quick", replaced);
    if (code.size === 0) continue;
    project.install(code);
    const paths = [mirror, project.mirror(holder.file)].filter(Boolean);
    return paths.length > 0 ? verdict(project.test("quick", [...new Set(paths)], timeoutMs)) : undefined;
  }
  return undefined;
}

// Every contract with the fault, compiled as it is deployed, and every test.
function thoroughly({ file }, replaced) {
  const code = changed(project.holders(file), "deployed", replaced);
  const own = changed(project.inliners(file), "quick", replaced);
  if (code.size === 0 && own.size === 0) return { status: "equivalent" };
  project.install(new Map([...code, ...own]));
  return verdict(project.test("deployed", undefined, timeoutMs)) ?? { status: "survived" };
}

// The contracts whose code differs because of the fault.
function changed(contracts, settings, replaced) {
  const before = project.original(contracts, settings);
  const after = project.compile(contracts, settings, replaced);
  return new Map([...after].filter(([contract, { creation }]) => creation !== before.get(contract).creation));
}

function verdict({ passed, by, timeout }) {
  if (passed) return undefined;
  return timeout ? { status: "timeout" } : { status: "caught", by };
}
