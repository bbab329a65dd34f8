//! The chain that tests share, and the questions that only tests ask.

use std::sync::{Arc, OnceLock};

use alloy::primitives::{Address, U256, hex, utils::parse_ether};
use anvil_fixtures::{Chain, Contents, Options};
use serde_json::{Value, json};

use crate::node;

/// A running chain; it ends with the last of its users, and at the latest with this process.
#[derive(Clone, Debug)]
pub(crate) struct Local(Arc<Chain>);

impl Local {
    /// The chain that everybody uses: id 31337, with all contracts.
    pub(crate) fn shared() -> Self {
        static SHARED: OnceLock<Local> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Contents::Everything)).clone()
    }

    /// A chain for one test.
    pub(crate) fn start(contents: Contents) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let options = Options { contents, ..Options::default() };
        Self(Arc::new(runtime.block_on(Chain::start(&options)).unwrap()))
    }

    pub(crate) fn url(&self) -> &str {
        self.0.url()
    }

    /// Asks the node.
    #[track_caller]
    pub(crate) fn ask(&self, method: &str, params: &Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut answer = node::post(self.url(), &body);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].take()
    }

    /// Gives ether to an account.
    pub(crate) fn endow(&self, account: Address, ether: &str) {
        self.ask("anvil_setBalance", &json!([account, parse_ether(ether).unwrap()]));
    }

    /// Returns wei.
    pub(crate) fn balance(&self, account: Address) -> U256 {
        self.ask("eth_getBalance", &json!([account, "latest"])).as_str().unwrap().parse().unwrap()
    }

    /// Returns how many transactions an account has sent.
    pub(crate) fn sent(&self, account: Address) -> u64 {
        let count = self.ask("eth_getTransactionCount", &json!([account, "pending"]));
        u64::from_str_radix(&count.as_str().unwrap()[2..], 16).unwrap()
    }

    /// Calls a contract that answers with one word.
    pub(crate) fn word(&self, to: Address, data: &[u8]) -> U256 {
        let call = json!([{ "to": to, "data": hex::encode_prefixed(data) }, "latest"]);
        self.ask("eth_call", &call).as_str().unwrap().parse().unwrap()
    }

    /// Sends a call from an account that needs no key, and waits until it is mined.
    pub(crate) fn send_as(&self, from: Address, to: Address, data: &[u8]) {
        self.endow(from, "10");
        self.ask("anvil_impersonateAccount", &json!([from]));
        let call = json!({ "from": from, "to": to, "data": hex::encode_prefixed(data), "gas": "0x4c4b40" });
        let hash = self.ask("eth_sendTransaction", &json!([call]));
        for _ in 0..1000 {
            let receipt = self.ask("eth_getTransactionReceipt", &json!([hash]));
            if !receipt.is_null() {
                assert_eq!(receipt["status"], "0x1");
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("{hash} was not mined");
    }
}
