// What a mutation run found, as a line and as contracts/mutants.md.
"use strict";

const STATUSES = ["caught", "timeout", "equivalent", "invalid", "survived"];

function count(outcomes) {
  const counts = Object.fromEntries(STATUSES.map((status) => [status, 0]));
  for (const { status } of outcomes) if (status in counts) counts[status] += 1;
  return counts;
}

function summary(outcomes) {
  const counts = count(outcomes);
  const missing = outcomes.filter(({ status }) => status === undefined).length;
  return `${outcomes.length} faults: ${STATUSES.map((status) => `${counts[status]} ${status}`).join(", ")}, ${missing} not tried`;
}

// Renders the page. `answers` maps the id of a survivor to why that is right. Returns the survivors without an answer too.
function render(all, results, answers, operators) {
  const outcomes = all.map((fault) => ({ ...fault, ...results.get(fault.id) }));
  const survivors = outcomes.filter(({ status }) => status === "survived");
  const unanswered = survivors.filter(({ id }) => answers[id] === undefined);
  const files = [...new Set(all.map(({ file }) => file))];

  const rows = files.map((file) => row(`\`${file.slice(4)}\``, outcomes.filter((fault) => fault.file === file)));
  const text = [
    "# Mutants",
    "",
    "A test that passes says little until it is known what makes it fail. `scripts/mutate` puts single faults into `src/`, one at a",
    "time, and runs the tests: a fault that no test notices is a hole in the tests, or changes nothing that anybody can observe.",
    "",
    "```",
    "scripts/mutate --files base/Owners           the faults of some files",
    "scripts/mutate --sample 100 --seed 7         a hundred of all",
    "scripts/mutate --resume --jobs 2             what has not been tried yet",
    "scripts/mutate --list                        the faults, without trying them",
    "scripts/mutate --report                      writes this page from the results and from `mutants.json`",
    "```",
    "",
    "A fault is tried on quickly compiled code with the nearest test file first. What passes there is compiled as it is deployed",
    "and goes through every test of forge, with a quarter of the fuzz runs of `foundry.toml`. The Rust suites (differential tests,",
    "flows) and halmos are not asked: what only they would notice counts as survived.",
    "",
    "| operator | the fault |",
    "| --- | --- |",
    ...Object.entries(operators).map(([name, what]) => `| ${name} | ${what.replaceAll("|", "\\|")} |`),
    "",
    "## Results",
    "",
    "*Equivalent* are faults after which the compiler makes the same code. *Invalid* ones do not compile. *Timeout* is a test that",
    "does not end. Those, and what is caught, need no answer. *Answered* are the survivors of the table below.",
    "",
    "| file | faults | tried | caught | timeout | equivalent | invalid | survived | of those answered |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
    row("**all**", outcomes),
    "",
    "## Survivors",
    "",
    "Why each fault that no test of forge notices is none, or is noticed elsewhere.",
    "",
    "| fault | where | before → after | why |",
    "| --- | --- | --- | --- |",
    ...survivors.map(
      ({ id, file, scope, operator, before, after }) =>
        `| ${id} | \`${file.slice(4)}\` ${scope.split(".").pop()} | ${operator}: ${code(before)} → ${after === "" || after === "{}" ? "nothing" : code(after)} | ${answers[id] ?? "**unanswered**"} |`,
    ),
    "",
  ].join("\n");
  return { text, unanswered };

  function row(name, of) {
    const counts = count(of);
    const tried = of.filter(({ status }) => status !== undefined).length;
    const answered = of.filter(({ id, status }) => status === "survived" && answers[id] !== undefined).length;
    return `| ${[name, of.length, tried, ...STATUSES.map((status) => counts[status]), answered].join(" | ")} |`;
  }
}

function code(text) {
  const line = text.replace(/\s+/g, " ").replaceAll("|", "\\|");
  return `\`${line.length > 90 ? `${line.slice(0, 87)}…` : line}\``;
}

module.exports = { render, summary };
