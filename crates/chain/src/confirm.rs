//! Which signatures count, with the chain's answers to what only it knows.

use alloy::primitives::Address;
use quorate_contracts::bindings::reader::Call as Ask;
use quorate_core::{Answer, Check, Confirmation, Question, Rejection, SafeState, SignatureSet};

use crate::{
    block::pinned,
    rpc::Rpc,
    state::{ReadError, answers, parse, reader},
};

/// Questions in one call: so many that even the longest answers, 4096 bytes each, fit into one reading.
const QUESTIONS_PER_CALL: usize = 5;

/// What became of a set of signatures.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Standing {
    /// The signatures that count.
    pub confirmed: Vec<Confirmation>,
    /// Those that do not, with the owner in whose name they speak.
    pub rejected: Vec<(Address, Rejection)>,
}

/// Checks signatures against a state.
///
/// Contract owners and approved hashes are asked at the block of the state, in one HTTP request; without such
/// signatures no request is made. `executor` is who will send the transaction, if that is known.
///
/// The contracts are asked by a contract that does not exist, and not by the Safe: an owner that answers only to the
/// Safe is found to reject.
///
/// # Errors
///
/// [`ReadError`] when the chain cannot be asked. That a signature does not count is no error.
pub async fn confirm(
    rpc: &Rpc,
    state: &SafeState,
    signatures: &SignatureSet,
    executor: Option<Address>,
) -> Result<Standing, ReadError> {
    let mut standing = Standing::default();
    let mut questions = Vec::new();
    for (owner, signature) in signatures.iter() {
        match state.check(signatures.digest(), signature, executor) {
            Ok(Check::Confirmed(confirmation)) => standing.confirmed.push(confirmation),
            Ok(Check::Ask(question)) => questions.push(question),
            Err(rejection) => standing.rejected.push((owner, rejection)),
        }
    }
    for (question, answer) in ask(rpc, state, questions).await? {
        let owner = question.owner();
        match question.answer(answer) {
            Ok(confirmation) => standing.confirmed.push(confirmation),
            Err(rejection) => standing.rejected.push((owner, rejection)),
        }
    }
    standing.confirmed.sort_by_key(Confirmation::owner);
    Ok(standing)
}

/// Asks the chain at the block of the state.
async fn ask(rpc: &Rpc, state: &SafeState, questions: Vec<Question>) -> Result<Vec<(Question, Answer)>, ReadError> {
    if questions.is_empty() {
        return Ok(vec![]);
    }
    let block = pinned(&state.block);
    let calls: Vec<_> = questions
        .chunks(QUESTIONS_PER_CALL)
        .map(|chunk| {
            let asks = chunk.iter().map(Question::call).map(|(to, data)| Ask { to, data }).collect();
            // The Safe itself need not be read again, so the reader is given an address without code.
            reader(Address::ZERO, asks, block.clone())
        })
        .collect();
    let mut found = Vec::with_capacity(questions.len());
    for (answer, chunk) in rpc.ask_all(&calls).await?.into_iter().zip(questions.chunks(QUESTIONS_PER_CALL)) {
        let reading = parse(rpc, state.safe.chain_id, answer)?;
        found.extend(
            answers(rpc, reading, chunk.len())?
                .into_iter()
                .map(|it| if it.success { Answer::Returned(it.data) } else { Answer::Reverted(it.data) }),
        );
    }
    Ok(questions.into_iter().zip(found).collect())
}
