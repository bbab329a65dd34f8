//! Contracts that call back while they are called.

use alloy::primitives::{Address, Bytes, U256};

/// A call that a contract makes whenever it is called, once in a transaction.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) target: Address,
    pub(crate) value: U256,
    pub(crate) data: Bytes,
}

/// PUSH2 of a place or a length; programs are longer than a byte can say.
fn push(number: usize) -> [u8; 3] {
    let [high, low] = u16::try_from(number).expect("a program has less than 64 KiB").to_be_bytes();
    [0x61, high, low]
}

impl Program {
    /// What the contract answers, whoever asks: 1 is true for a token, and for who asks what a guard supports.
    const ANSWER: [u8; 10] = [0x60, 1, 0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3];

    /// Returns the code of a contract that calls nobody and answers 1.
    pub(crate) const fn idle() -> Bytes {
        Bytes::from_static(&Self::ANSWER)
    }

    /// Returns the code.
    ///
    /// It is not run for `supportsInterface`, which is asked by STATICCALL, nor while it runs already: transient slot 0 says
    /// so. What the call answered becomes an event: whether it succeeded, and the data.
    pub(crate) fn code(&self) -> Bytes {
        // Every part but the last has a fixed length; the payload stands behind the code.
        let call = |answer: usize, payload: usize| {
            let length = self.data.len();
            [
                // CALLDATALOAD(0) >> 224 == supportsInterface: go to the answer.
                &[0x60, 0, 0x35, 0x60, 0xe0, 0x1c, 0x63, 0x01, 0xff, 0xc9, 0xa7, 0x14],
                push(answer).as_slice(),
                &[0x57],
                // TLOAD(0): go to the answer.
                &[0x60, 0, 0x5c],
                &push(answer),
                &[0x57],
                // TSTORE(0, 1).
                &[0x60, 1, 0x60, 0, 0x5d],
                // CODECOPY(0, payload, length).
                &push(length),
                &push(payload),
                &[0x60, 0, 0x39],
                // CALL(GAS, target, value, 0, length, 0, 0).
                &[0x60, 0, 0x60, 0],
                &push(length),
                &[0x60, 0, 0x7f],
                &self.value.to_be_bytes::<32>(),
                &[0x73],
                self.target.as_slice(),
                &[0x5a, 0xf1],
                // MSTORE(0, success), RETURNDATACOPY(32, 0, RETURNDATASIZE), LOG0(0, 32 + RETURNDATASIZE).
                &[0x60, 0, 0x52, 0x3d, 0x60, 0, 0x60, 32, 0x3e],
                &[0x60, 32, 0x3d, 0x01, 0x60, 0, 0xa0],
                // JUMPDEST: the answer.
                &[0x5b],
                &Self::ANSWER,
            ]
            .concat()
        };
        let payload = call(0, 0).len();
        let answer = payload - Self::ANSWER.len() - 1;
        [call(answer, payload).as_slice(), &self.data].concat().into()
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::bytes;

    use super::*;

    #[test]
    fn jumps_lead_to_the_answer_and_the_payload_stands_at_the_end() {
        let program = Program { target: Address::repeat_byte(7), value: U256::ONE, data: bytes!("aabbcc") };
        let code = program.code();
        let jumps: Vec<usize> = [13, 20].map(|at| usize::from(code[at]) << 8 | usize::from(code[at + 1])).to_vec();
        assert_eq!(jumps[0], jumps[1]);
        assert_eq!(code[jumps[0]], 0x5b);
        assert_eq!(code[jumps[0] + 1..], [Program::ANSWER.as_slice(), &[0xaa, 0xbb, 0xcc]].concat());
    }
}
