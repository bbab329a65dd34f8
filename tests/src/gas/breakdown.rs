//! Where the gas of a transaction goes: every step of its execution, by what was called and by the kind of the step.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, Bytes, TxKind, U256};
use quorate_contracts::{Family, Kind};
use serde_json::{Value, json};

use super::{Row, World};

/// What every transaction pays.
const INTRINSIC: i64 = 21_000;
/// What the creation of a contract pays on top, and for each word of the code that creates it.
const CREATION: i64 = 32_000;
const CREATION_WORD: i64 = 2;
/// What a byte of a new contract's code costs.
const DEPOSIT: i64 = 200;

/// What is called, where it is not a contract that has a name: the transaction itself, an account, a new contract.
pub const TRANSACTION: &str = "transaction";
/// See [`TRANSACTION`].
pub const PROXY: &str = "proxy";
const CONSTRUCTOR: &str = "constructor";

/// The gas of one transaction, taken apart.
#[derive(Debug)]
pub struct Breakdown {
    /// What the receipt says. The items make exactly this.
    pub gas_used: i64,
    /// Gas by what was called and by item, in the order of the calls.
    pub items: Vec<(String, Item, Share)>,
    /// Gas by the place in the family's own contracts: the program counter.
    pub places: BTreeMap<Kind, BTreeMap<usize, Share>>,
}

impl Breakdown {
    /// Adds up the gas of the items that `select` takes, by what was called and of which kind.
    pub fn sum(&self, select: impl Fn(&str, Item) -> bool) -> i64 {
        self.items.iter().filter(|(path, item, _)| select(path, *item)).map(|(_, _, share)| share.gas).sum()
    }
}

/// How often something happened, and what it cost.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Share {
    /// How often.
    pub count: u64,
    /// Gas; what was given back counts against it.
    pub gas: i64,
}

impl Share {
    const fn add(&mut self, gas: i64) {
        self.count += 1;
        self.gas += gas;
    }
}

/// A kind of step.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Item {
    /// 21,000 for every transaction, and what a creation pays on top.
    Intrinsic,
    /// 4 gas for a zero byte and 16 for any other, or the floor for transactions that do little but carry data.
    Calldata,
    /// ECDSA recovery, with the call of the precompile.
    Ecrecover,
    /// Calls, with what it costs to touch an account and to send value; not what the called code does.
    Call,
    /// Creation, with the deposit of the code.
    Create,
    /// Reads of storage.
    Sload,
    /// Writes of storage.
    Sstore,
    /// Events.
    Log,
    /// Hashes.
    Keccak,
    /// Questions about other accounts' code and balance.
    Account,
    /// Calldata, code and returned data, read and copied.
    Data,
    /// Memory, with its growth where the step itself is about memory.
    Memory,
    /// Numbers, comparisons, bits.
    Arithmetic,
    /// Jumps and where they land.
    Jump,
    /// Constants, copies and removals on the stack.
    Stack,
    /// Who, where, when, how much gas.
    Environment,
    /// The end of a call, with the growth of memory for its answer.
    End,
    /// What clearing storage gives back.
    Refund,
}

impl Item {
    fn of(opcode: &str) -> Self {
        match opcode {
            "SLOAD" | "TLOAD" => Self::Sload,
            "SSTORE" | "TSTORE" => Self::Sstore,
            "KECCAK256" | "SHA3" => Self::Keccak,
            "CALL" | "CALLCODE" | "DELEGATECALL" | "STATICCALL" => Self::Call,
            "CREATE" | "CREATE2" => Self::Create,
            "EXTCODESIZE" | "EXTCODECOPY" | "EXTCODEHASH" | "BALANCE" | "SELFBALANCE" => Self::Account,
            "CALLDATALOAD" | "CALLDATASIZE" | "CALLDATACOPY" | "CODESIZE" | "CODECOPY" | "RETURNDATASIZE"
            | "RETURNDATACOPY" => Self::Data,
            "MLOAD" | "MSTORE" | "MSTORE8" | "MCOPY" | "MSIZE" => Self::Memory,
            "JUMP" | "JUMPI" | "JUMPDEST" => Self::Jump,
            "STOP" | "RETURN" | "REVERT" => Self::End,
            "POP" => Self::Stack,
            "ADDRESS" | "ORIGIN" | "CALLER" | "CALLVALUE" | "GASPRICE" | "GAS" | "CHAINID" | "PC" | "NUMBER"
            | "TIMESTAMP" | "COINBASE" | "BASEFEE" | "GASLIMIT" | "PREVRANDAO" => Self::Environment,
            other if other.starts_with("LOG") => Self::Log,
            other if ["PUSH", "DUP", "SWAP"].iter().any(|name| other.starts_with(name)) => Self::Stack,
            _ => Self::Arithmetic,
        }
    }
}

/// One step of the virtual machine.
#[derive(Debug)]
struct Step {
    pc: usize,
    opcode: String,
    gas: i64,
    cost: i64,
    depth: u64,
    /// Whom a call calls.
    target: Option<Address>,
}

impl Step {
    fn read(log: &Value) -> Self {
        let number = |field: &str| log[field].as_i64().unwrap();
        let opcode = log["op"].as_str().unwrap();
        let target = (Item::of(opcode) == Item::Call).then(|| {
            let stack = log["stack"].as_array().unwrap();
            let word: U256 = stack[stack.len() - 2].as_str().unwrap().parse().unwrap();
            Address::from_word(B256::from(word))
        });
        Self {
            pc: usize::try_from(number("pc")).unwrap(),
            opcode: opcode.to_owned(),
            gas: number("gas"),
            cost: number("gasCost"),
            depth: log["depth"].as_u64().unwrap(),
            target,
        }
    }
}

/// Runs a row and takes it apart; `None`: the family does not have it.
///
/// # Panics
///
/// If the parts do not make the whole.
pub async fn breakdown(world: &World, row: Row, family: Family) -> Option<Breakdown> {
    let transaction = row.prepare(world, family).await?;
    let options = json!({ "disableStorage": true, "disableMemory": true });
    let trace: Value = world.node.ask("debug_traceCall", json!([transaction.request(), "latest", options])).await;
    let receipt = world.node.send(&transaction).await;
    let steps: Vec<_> = trace["structLogs"].as_array().unwrap().iter().map(Step::read).collect();

    let name = |address: Address| match world.contracts(family).kind_of(address) {
        Some(kind) => format!("{kind:?}"),
        None if address == world.token => "token".to_owned(),
        None if address == world.guard => "guard".to_owned(),
        None if address == world.contract_owner => "owner".to_owned(),
        None => PROXY.to_owned(),
    };
    let mut walk = Walk { steps: &steps, items: Vec::new(), places: BTreeMap::new(), name: &name };

    let length = |bytes: &[u8]| i64::try_from(bytes.len()).unwrap();
    let zeros = i64::try_from(transaction.data.iter().filter(|byte| **byte == 0).count()).unwrap();
    let calldata = 4 * zeros + 16 * (length(&transaction.data) - zeros);
    walk.spend(TRANSACTION, Item::Intrinsic, INTRINSIC);
    walk.spend(TRANSACTION, Item::Calldata, calldata);
    let mut known = INTRINSIC + calldata;
    let (address, path) = match transaction.to {
        TxKind::Call(to) => (to, name(to)),
        TxKind::Create => {
            let address = receipt.contract_address.unwrap();
            let code: Bytes = world.node.ask("eth_getCode", json!([address, "latest"])).await;
            let init = CREATION + CREATION_WORD * (length(&transaction.data) + 31).div_euclid(32);
            for (path, item, gas) in
                [(TRANSACTION, Item::Intrinsic, init), (CONSTRUCTOR, Item::Create, DEPOSIT * length(&code))]
            {
                walk.spend(path, item, gas);
                known += gas;
            }
            (address, CONSTRUCTOR.to_owned())
        }
    };
    known += walk.frame(&mut 0, address, &path);

    let gas_used = i64::try_from(receipt.gas_used).unwrap();
    assert!(gas_used <= known, "{row} of {family} used {gas_used}, of which {known} is known");
    if gas_used < known {
        walk.spend(TRANSACTION, Item::Refund, gas_used - known);
    }
    let contracts = world.contracts(family);
    let places = walk.places.into_iter().filter_map(|(code, places)| Some((contracts.kind_of(code)?, places)));
    Some(Breakdown { gas_used, items: walk.items, places: places.collect() })
}

/// Goes through the steps, and down into every call.
struct Walk<'a> {
    steps: &'a [Step],
    items: Vec<(String, Item, Share)>,
    places: BTreeMap<Address, BTreeMap<usize, Share>>,
    name: &'a dyn Fn(Address) -> String,
}

impl Walk<'_> {
    /// Takes one call apart, from the step `at` on, and leaves `at` behind its last step. Returns what it used.
    fn frame(&mut self, at: &mut usize, code: Address, path: &str) -> i64 {
        let steps = self.steps;
        let depth = steps[*at].depth;
        let start = steps[*at].gas;
        loop {
            let step = &steps[*at];
            *at += 1;
            let mut inner = 0;
            if steps.get(*at).is_some_and(|next| next.depth > depth) {
                let (code, name) = match step.opcode.as_str() {
                    "CREATE" | "CREATE2" => (Address::ZERO, CONSTRUCTOR.to_owned()),
                    _ => (step.target.unwrap(), (self.name)(step.target.unwrap())),
                };
                let path = format!("{path} > {name}");
                inner = self.frame(at, code, &path);
            }
            let next = steps.get(*at).filter(|next| next.depth == depth);
            let whole = next.map_or(step.cost, |next| step.gas - next.gas);
            let own = whole - inner;
            let precompiled = inner == 0 && step.target.is_some_and(|it| it == Address::with_last_byte(1));
            let item = match Item::of(&step.opcode) {
                Item::Call if precompiled => Item::Ecrecover,
                item => item,
            };
            self.spend(path, item, own);
            self.places.entry(code).or_default().entry(step.pc).or_default().add(own);
            if next.is_none() {
                return start - step.gas + whole;
            }
        }
    }

    fn spend(&mut self, path: &str, item: Item, gas: i64) {
        let place = self.items.iter().position(|(known, of, _)| known == path && *of == item);
        let place = place.unwrap_or_else(|| {
            self.items.push((path.to_owned(), item, Share::default()));
            self.items.len() - 1
        });
        self.items[place].2.add(gas);
    }
}
