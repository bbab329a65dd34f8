// Finds the single faults that can be put into inline assembly, from its Yul tree. The edits are those of mutate-operators.js.
"use strict";

const OPERATORS = {
  opcode: "another instruction in assembly: add sub, mul div, and or, shl shr, lt gt, eq not eq, iszero left out, mstore mstore8, …",
  assembly_literal: "a number in assembly by 1 more or less",
  assembly_statement: "a statement of assembly left out, or a condition made constant",
  assembly_argument: "two neighbouring arguments of an instruction exchanged",
};

// Instructions that take the same arguments.
const SWAPS = {
  add: "sub",
  sub: "add",
  mul: "div",
  div: "mul",
  mod: "div",
  and: "or",
  or: "and",
  xor: "or",
  shl: "shr",
  shr: "shl",
  sar: "shr",
  mstore: "mstore8",
  mstore8: "mstore",
  calldatacopy: "codecopy",
  returndatacopy: "calldatacopy",
  extcodesize: "balance",
  calldatasize: "returndatasize",
  returndatasize: "calldatasize",
  caller: "origin",
  origin: "caller",
  address: "caller",
  chainid: "number",
  revert: "return",
  return: "revert",
};
// A fault that is more than another name. `of` are the texts of the arguments.
const REWRITES = {
  lt: (of) => [`gt(${of})`, `iszero(gt(${of}))`],
  gt: (of) => [`lt(${of})`, `iszero(lt(${of}))`],
  slt: (of) => [`sgt(${of})`],
  sgt: (of) => [`slt(${of})`],
  eq: (of) => [`iszero(eq(${of}))`],
  iszero: (of) => [of[0]],
  not: (of) => [of[0]],
  call: ([gas, to, , ...rest]) => [`delegatecall(${[gas, to, ...rest]})`],
  delegatecall: ([gas, to, ...rest]) => [`call(${[gas, to, "0", ...rest]})`],
  staticcall: ([gas, to, ...rest]) => [`call(${[gas, to, "0", ...rest]})`],
  create2: ([value, start, length]) => [`create(${[value, start, length]})`],
};
// Exchanged arguments change nothing, or are the opposite comparison.
const SYMMETRIC = new Set(["add", "mul", "and", "or", "xor", "eq", "lt", "gt", "slt", "sgt"]);

// Adds the faults of one block of assembly.
function faults(text, block, add) {
  walk(block, (node) => {
    const visitor = VISITORS[node.nodeType];
    if (visitor !== undefined) visitor({ node, text, add });
  });
}

const VISITORS = {
  YulFunctionCall({ node, text, add }) {
    const name = node.functionName.name;
    const of = node.arguments.map((argument) => source(text, argument));
    const other = SWAPS[name];
    if (other !== undefined) add("opcode", ...range(node.functionName), other);
    for (const rewrite of REWRITES[name]?.(of) ?? []) add("opcode", ...range(node), rewrite);
    if (SYMMETRIC.has(name)) return;
    for (let at = 1; at < of.length; at += 1) {
      const exchanged = [...of];
      [exchanged[at - 1], exchanged[at]] = [of[at], of[at - 1]];
      add("assembly_argument", ...range(node), `${name}(${exchanged.join(", ")})`);
    }
  },

  YulLiteral({ node, text, add }) {
    if (node.kind !== "number") return;
    const written = source(text, node);
    const value = BigInt(written);
    const width = written.startsWith("0x") ? written.length - 2 : 0;
    const show = (number) => (width > 0 ? `0x${number.toString(16).padStart(width, "0")}` : number.toString());
    // Of a hash, one other value is as good as two.
    if (value > 0n) add("assembly_literal", ...range(node), show(value - 1n));
    if (width <= 10) add("assembly_literal", ...range(node), show(value + 1n));
  },

  YulExpressionStatement: ({ node, add }) => add("assembly_statement", ...range(node), "{}"),
  YulAssignment: ({ node, add }) => add("assembly_statement", ...range(node), "{}"),
  YulBreak: ({ node, add }) => add("assembly_statement", ...range(node), "{}"),
  YulContinue: ({ node, add }) => add("assembly_statement", ...range(node), "{}"),
  YulLeave: ({ node, add }) => add("assembly_statement", ...range(node), "{}"),

  YulVariableDeclaration({ node, add }) {
    if (!node.value) return;
    const last = node.variables[node.variables.length - 1];
    add("assembly_statement", range(last)[1], range(node.value)[1], "");
  },

  YulIf({ node, add }) {
    for (const value of ["0", "1"]) add("assembly_statement", ...range(node.condition), value);
  },

  YulForLoop({ node, add }) {
    add("assembly_statement", ...range(node.condition), "0");
  },
};

function source(text, node) {
  return text.subarray(...range(node)).toString();
}

function range(node) {
  const [start, length] = node.src.split(":").map(Number);
  return [start, start + length];
}

function walk(node, visitor) {
  visitor(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === "object" && typeof child.nodeType === "string") walk(child, visitor);
    }
  }
}

module.exports = { OPERATORS, faults };
