// Proves that dependencies run one way. Reads `cargo metadata --no-deps --format-version 1` on stdin, prints a line for
// every dependency that is not allowed, and ends with 1 when there is one.
"use strict";

// What each crate of the workspace may depend on, inside the workspace. Test crates may depend on anything.
const ALLOWED = {
  "quorate-core": [],
  "quorate-contracts": ["quorate-core"],
  "quorate-chain": ["quorate-core", "quorate-contracts"],
  "quorate-api": ["quorate-core"],
  "quorate-service": ["quorate-core", "quorate-contracts", "quorate-chain", "quorate-api"],
  quorate: ["quorate-core", "quorate-contracts", "quorate-chain", "quorate-api", "anvil-fixtures"],
  "anvil-fixtures": ["quorate-core", "quorate-contracts", "quorate-chain"],
};
const TEST_CRATES = ["quorate-tests"];

// What the tests inside a crate may use on top. core is left out: its tests need no chain.
const FOR_TESTS = {
  "quorate-contracts": ["anvil-fixtures"],
  "quorate-chain": ["anvil-fixtures"],
  "quorate-api": ["anvil-fixtures"],
  "quorate-service": ["anvil-fixtures"],
};

// The service never holds a key: neither a crate that can, nor a feature of alloy that brings one.
const KEY_CRATE = /^(alloy-signer-.+|coins-.+|eth-keystore|ledger-.+|trezor-.+)$/;
const KEY_FEATURE = /^signer-/;

// The command never speaks SQL.
const SQL_CRATE = /^(diesel.*|libsqlite3-sys|postgres|rusqlite|sea-orm|sea-query|sqlite|sqlx.*|tokio-postgres)$/;

const { packages } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const members = new Set(packages.map(({ name }) => name));
const problems = packages.filter(({ name }) => !TEST_CRATES.includes(name)).flatMap(problemsOf);
for (const problem of problems) console.log(problem);
process.exit(problems.length === 0 ? 0 : 1);

function problemsOf({ name, dependencies, features }) {
  if (!Object.hasOwn(ALLOWED, name)) return [`${name}: no rule says what it may depend on; add one to ${rulesFile()}`];
  return dependencies.flatMap((dependency) => [
    ...direction(name, dependency),
    ...(name === "quorate-service" ? keys(name, dependency, features) : []),
    ...(name === "quorate" ? sql(name, dependency) : []),
  ]);
}

function direction(name, { name: used, kind }) {
  if (!members.has(used)) return [];
  const allowed = [...ALLOWED[name], ...(kind === "dev" ? (FOR_TESTS[name] ?? []) : [])];
  if (allowed.includes(used)) return [];
  return [`${name} depends on ${used}; of this workspace it may depend on ${allowed.join(", ") || "nothing"}`];
}

function keys(name, dependency, features) {
  if (KEY_CRATE.test(dependency.name)) return [`${name} depends on ${dependency.name}, which can hold a key`];
  if (dependency.name !== "alloy") return [];
  const enabled = [...dependency.features, ...Object.values(features).flat().map((f) => f.replace(/^alloy\??\//, ""))];
  return enabled.filter((f) => KEY_FEATURE.test(f)).map((f) => `${name} uses alloy's feature ${f}, which can hold a key`);
}

function sql(name, dependency) {
  return SQL_CRATE.test(dependency.name) ? [`${name} depends on ${dependency.name}; SQL belongs to the service`] : [];
}

function rulesFile() {
  return require("node:path").relative(process.cwd(), __filename);
}
