// Finds the single faults that can be put into a Solidity source, from the syntax tree that solc gives of it.
//
// A fault is one edit of the text: { operator, start, end, after }, offsets in bytes. What it replaces is a whole node of the
// tree, or the operator between two of them.
"use strict";

const yul = require("./mutate-yul.js");

const OPERATORS = {
  binary: "another operator: == !=, < <= > >=, + -, * /, << >>, & |, && ||; ++ --; += -=; ! left out",
  condition: "true or false for a condition, or for an operand of && and ||; the negation of any other truth value",
  literal: "a number by 1 more or less; a text by one character less; true and false exchanged",
  statement: "a statement left out: call, assignment, emit, revert, return, break, initial value",
  argument: "two neighbouring arguments of the same type exchanged",
  modifier: "a modifier left out",
  environment: "another value of the environment: msg.sender, tx.origin, address(this), block.chainid, tx.gasprice",
  call: "call and delegatecall exchanged; the value or salt of a call left out",
  constant: "another constant of the same type, declared in the same contract",
  ...yul.OPERATORS,
};

const BINARY = {
  "==": ["!="],
  "!=": ["=="],
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "<<": [">>"],
  ">>": ["<<"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "&&": ["||"],
  "||": ["&&"],
};
const ASSIGNMENT = { "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "|=": "&=", "&=": "|=", "<<=": ">>=", ">>=": "<<=" };
const ENVIRONMENT = {
  "msg.sender": "tx.origin",
  "tx.origin": "msg.sender",
  "address(this)": "msg.sender",
  "block.chainid": "block.number",
  "tx.gasprice": "block.basefee",
};
const CALLS = { call: "delegatecall", delegatecall: "call" };
// Conditions of these are replaced by constants, and so need no negation besides.
const CONDITIONS = {
  IfStatement: "condition",
  WhileStatement: "condition",
  DoWhileStatement: "condition",
  ForStatement: "condition",
  Conditional: "condition",
};

// Returns the faults of one source. `text` is its Buffer, `tree` its SourceUnit, each with where it is: { contract, name }.
function faults(text, tree) {
  const found = [];
  const constants = constantsOf(tree);

  walk(tree, [], (node, parents) => {
    const scope = scopeOf(node, parents);
    if (scope === undefined) return;
    const add = (operator, start, end, after) => {
      if (text.subarray(start, end).toString() !== after) found.push({ operator, start, end, after, scope });
    };
    const source = (of) => text.subarray(...range(of)).toString();
    visit({ node, parents, text, source, add, constants });
  });
  return found;
}

function visit(context) {
  const { node, text, add } = context;
  if (node.nodeType === "InlineAssembly") {
    yul.faults(text, node.AST, add);
    return;
  }
  const visitor = VISITORS[node.nodeType];
  if (visitor !== undefined) visitor(context);
  truth(context);
}

const VISITORS = {
  BinaryOperation({ node, text, source, add }) {
    const [start, end] = between(text, node.leftExpression, node.rightExpression, node.operator);
    for (const other of BINARY[node.operator] ?? []) add("binary", start, end, other);
    if (node.operator === "&&" || node.operator === "||") {
      add("condition", ...range(node), source(node.leftExpression));
      add("condition", ...range(node), source(node.rightExpression));
    }
  },

  Assignment({ node, text, add }) {
    const other = ASSIGNMENT[node.operator];
    if (other !== undefined) add("binary", ...between(text, node.leftHandSide, node.rightHandSide, node.operator), other);
  },

  UnaryOperation({ node, source, add }) {
    const inner = source(node.subExpression);
    if (node.operator === "!") add("binary", ...range(node), inner);
    const other = { "++": "--", "--": "++" }[node.operator];
    if (other !== undefined) add("binary", ...range(node), node.prefix ? other + inner : inner + other);
  },

  Literal({ node, source, add }) {
    const [start, end] = range(node);
    if (node.kind === "bool") add("literal", start, end, node.value === "true" ? "false" : "true");
    if (node.kind === "number" && !node.subdenomination) {
      for (const other of neighbours(source(node))) add("literal", start, end, other);
    }
    if (node.kind === "string") {
      // Cut inside the quotation marks, and never through an escape.
      const written = source(node);
      if (written.length > 2 && !written.includes("\\")) add("literal", start, end, written.slice(0, -2) + written.slice(-1));
      if (written.includes("\\") && /[A-Za-z0-9 :]{2}"$/.test(written)) add("literal", start, end, written.slice(0, -2) + '"');
    }
  },

  ExpressionStatement({ node, parents, text, add }) {
    const parent = parents[parents.length - 1];
    if (parent.nodeType === "ForStatement" && parent.loopExpression === node) {
      add("statement", ...range(node), "");
    } else if (!isRequire(node.expression) && !isOnly(node, parents)) {
      // A `require` that always holds, and an `if` that never does, are among the conditions.
      remove(text, node, add);
    }
  },

  RevertStatement: ({ node, text, add }) => remove(text, node, add),
  EmitStatement: ({ node, text, add }) => remove(text, node, add),
  Return: ({ node, text, add }) => remove(text, node, add),
  Break: ({ node, text, add }) => remove(text, node, add),
  Continue: ({ node, text, add }) => remove(text, node, add),

  VariableDeclarationStatement({ node, text, add }) {
    const [declaration] = node.declarations;
    if (node.initialValue === null || node.initialValue === undefined) return;
    if (node.declarations.length !== 1 || declaration.storageLocation === "storage") return;
    const end = range(declaration)[1];
    add("statement", end, range(node.initialValue)[1], "");
  },

  FunctionCall({ node, source, add }) {
    if (isRequire(node)) {
      for (const value of ["true", "false"]) add("condition", ...range(node.arguments[0]), value);
    }
    if (node.kind === "typeConversion") {
      const other = ENVIRONMENT[source(node)];
      if (other !== undefined) add("environment", ...range(node), other);
      return;
    }
    exchange(node.arguments, source, add);
  },

  FunctionCallOptions: ({ node, add }) => add("call", range(node.expression)[1], range(node)[1], ""),

  MemberAccess({ node, parents, source, add, constants }) {
    const [, end] = range(node);
    const other = ENVIRONMENT[source(node)];
    if (other !== undefined) add("environment", ...range(node), payable(node, other));
    const parent = parents[parents.length - 1];
    if (node.memberName in CALLS && parent.nodeType === "FunctionCall" && /^t_address/.test(typeOf(node.expression))) {
      add("call", end - node.memberName.length, end, CALLS[node.memberName]);
    }
    const constant = constants.get(node.referencedDeclaration);
    if (constant !== undefined) add("constant", end - node.memberName.length, end, constant);
  },

  Identifier({ node, parents, add, constants }) {
    const constant = constants.get(node.referencedDeclaration);
    const parent = parents[parents.length - 1];
    // In assembly a constant is mentioned beside the tree of the assembly.
    if (constant !== undefined && parent.nodeType !== "InlineAssembly") add("constant", ...range(node), constant);
  },

  ModifierInvocation({ node, add }) {
    if (node.kind === "modifierInvocation") add("modifier", ...range(node), "");
  },
};

// Conditions become constants; other truth values are negated.
function truth({ node, parents, source, add }) {
  const condition = CONDITIONS[node.nodeType];
  if (condition !== undefined && node[condition]) {
    for (const value of ["true", "false"]) add("condition", ...range(node[condition]), value);
  }
  if (node.nodeType === "Return" && node.expression && typeOf(node.expression) === "t_bool") {
    for (const value of ["true", "false"]) add("condition", ...range(node.expression), value);
  }
  const parent = parents[parents.length - 1];
  const negated = ["Identifier", "FunctionCall", "MemberAccess", "IndexAccess"].includes(node.nodeType);
  const placed = parent && ["Assignment", "FunctionCall", "TupleExpression", "VariableDeclarationStatement"].includes(parent.nodeType);
  if (negated && placed && typeOf(node) === "t_bool" && !isLeft(parent, node) && !isRequire(parent) && parent.expression !== node) {
    add("condition", ...range(node), `!${source(node)}`);
  }
}

function isLeft(parent, node) {
  return parent.leftHandSide === node || (parent.nodeType === "TupleExpression" && parent.lValueRequested === true);
}

// Exchanges every two neighbours of one type.
function exchange(nodes, source, add) {
  for (let at = 1; at < nodes.length; at += 1) {
    const [left, right] = [nodes[at - 1], nodes[at]];
    if (typeOf(left) !== typeOf(right)) continue;
    const [start, middle] = range(left);
    const [second, end] = range(right);
    const gap = source({ src: `${middle}:${second - middle}:0` });
    add("argument", start, end, source(right) + gap + source(left));
  }
}

// Leaves a statement out, with its semicolon; a body of a branch must stay a statement.
function remove(text, node, add) {
  const [start, end] = range(node);
  const semicolon = text.indexOf(";", end - 1);
  add("statement", start, semicolon + 1, "{}");
}

function isRequire(node) {
  return node?.nodeType === "FunctionCall" && (node.expression.name === "require" || node.expression.name === "assert");
}

// Whether a statement is a revert and all that an `if` does.
function isOnly(node, parents) {
  if (node.expression?.expression?.name !== "revert") return false;
  const [outer, parent] = parents.slice(-2);
  const branch = parent.nodeType === "Block" && parent.statements.length === 1 ? outer : parent;
  return branch.nodeType === "IfStatement" && !branch.falseBody;
}

function payable(node, other) {
  return typeOf(node) === "t_address_payable" && other === "msg.sender" ? `payable(${other})` : other;
}

function typeOf(node) {
  return node.typeDescriptions?.typeIdentifier ?? "";
}

// Maps the id of a constant to the name of the next one of the same type in the same contract.
function constantsOf(tree) {
  const next = new Map();
  walk(tree, [], (node) => {
    if (node.nodeType !== "ContractDefinition") return;
    const declared = node.nodes.filter((member) => member.nodeType === "VariableDeclaration" && member.constant);
    for (const constant of declared) {
      const same = declared.filter((other) => typeOf(other) === typeOf(constant));
      const other = same[(same.indexOf(constant) + 1) % same.length];
      if (other !== constant) next.set(constant.id, other.name);
    }
  });
  return next;
}

// The function, modifier or variable that a node is in, with its contract; undefined for what has no code.
function scopeOf(node, parents) {
  const contract = parents.find(({ nodeType }) => nodeType === "ContractDefinition");
  if (contract === undefined || contract.contractKind === "interface") return undefined;
  if (parents.some(({ nodeType }) => nodeType === "ElementaryTypeName" || nodeType === "OverrideSpecifier")) return undefined;
  const member = [...parents, node].find((each) => contract.nodes.includes(each));
  if (member === undefined || member === node) return undefined;
  const range_ = range(member);
  return { name: `${contract.name}.${member.name || member.kind || member.nodeType}`, start: range_[0], end: range_[1] };
}

// One more and one less, written as the number is.
function neighbours(written) {
  if (!/^(0x[0-9a-fA-F]+|[0-9_]+)$/.test(written)) return [];
  const value = BigInt(written.replaceAll("_", ""));
  const hex = written.startsWith("0x");
  const show = (number) => (hex ? `0x${number.toString(16).padStart(written.length - 2, "0")}` : number.toString());
  // Of a hash, one other value is as good as two.
  if (hex && written.length > 12) return [show(value - 1n)];
  return value === 0n ? [show(1n)] : [show(value + 1n), show(value - 1n)];
}

// Where an operator stands between its operands.
function between(text, left, right, operator) {
  const from = range(left)[1];
  const gap = text.subarray(from, range(right)[0]).toString("latin1").replace(/\/\/[^\n]*|\/\*[^]*?\*\//g, (comment) => " ".repeat(comment.length));
  const at = gap.indexOf(operator);
  return [from + at, from + at + operator.length];
}

// The bytes of a node: first, and first behind.
function range(node) {
  const [start, length] = node.src.split(":").map(Number);
  return [start, start + length];
}

// Calls `visitor` with every node and its parents, the outermost first.
function walk(node, parents, visitor) {
  if (parents.length > 0 || node.nodeType === "SourceUnit") visitor(node, parents);
  if (node.nodeType === "InlineAssembly") return;
  const inner = [...parents, node];
  for (const [key, value] of Object.entries(node)) {
    if (key === "typeDescriptions" || key === "documentation" || key === "typeName") continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === "object" && typeof child.nodeType === "string") walk(child, inner, visitor);
    }
  }
}

module.exports = { OPERATORS, faults, neighbours, range };
