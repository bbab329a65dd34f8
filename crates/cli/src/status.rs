//! How far a proposal has come: who has confirmed, and what is missing.

use alloy::primitives::{Address, U256};
use quorate_chain::Standing;
use quorate_core::{Check, Proposal, SafeState, Signature, Version};
use serde::Serialize;

use crate::{
    error::{Code, Failure, Result},
    page::Page,
    settings::Settings,
};

/// What a proposal is checked against.
#[derive(Clone, Debug)]
pub(crate) enum Basis {
    /// The chain, read just now.
    Chain(SafeState),
    /// What the file says the Safe was: a claim of whoever made it.
    Evidence(SafeState),
    /// Nothing.
    Nothing,
}

impl Basis {
    /// What there is without a network: the evidence that came with the proposal.
    pub(crate) fn offline(proposal: &Proposal) -> Self {
        proposal.evidence().map_or(Self::Nothing, |evidence| Self::Evidence(evidence.clone()))
    }

    /// Returns the state, real or claimed.
    pub(crate) const fn state(&self) -> Option<&SafeState> {
        match self {
            Self::Chain(state) | Self::Evidence(state) => Some(state),
            Self::Nothing => None,
        }
    }

    /// Returns the state.
    ///
    /// # Errors
    ///
    /// [`Code::NoEvidence`] when there is none.
    pub(crate) fn required(&self) -> Result<&SafeState> {
        self.state().ok_or_else(|| {
            Failure::new(Code::NoEvidence, "the proposal carries no evidence, and there is no node to ask")
                .hint("name a node with --rpc-url, or get a file made with `quorate export --evidence`")
        })
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Chain(_) => "chain",
            Self::Evidence(_) => "evidence",
            Self::Nothing => "nothing",
        }
    }
}

/// Refuses a proposal that does not fit the Safe as it is, or is said to be.
///
/// # Errors
///
/// [`Code::WrongContract`] when the Safe is of another release than was hashed for, [`Code::StaleNonce`] when the nonce
/// is used.
pub(crate) fn expect_possible(proposal: &Proposal, state: &SafeState) -> Result<()> {
    let (ours, theirs) = (proposal.domain().version(), state.version);
    if ours < Version::V1_3_0 {
        return Err(Failure::new(
            Code::WrongContract,
            format_args!(
                "a Safe of version {ours} has no chain in what its owners sign: one signature would be valid on every chain"
            ),
        )
        .hint("supported are 1.3.0 to 1.5.0"));
    }
    if ours != theirs {
        return Err(Failure::new(
            Code::WrongContract,
            format_args!("the proposal is for version {ours}, and the Safe is of version {theirs}"),
        )
        .hint("propose it anew"));
    }
    let (nonce, next) = (proposal.tx().nonce, state.nonce);
    if nonce < next {
        return Err(Failure::new(
            Code::StaleNonce,
            format_args!("the nonce {nonce} is used up: the Safe's next one is {next}"),
        )
        .hint("it was executed, or another transaction took its nonce; it cannot run any more"));
    }
    Ok(())
}

/// How far a proposal has come.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Status {
    /// What it was checked against: `chain`, `evidence` or `nothing`.
    pub(crate) checked_against: &'static str,
    /// Height of the block of the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) block: Option<u64>,
    /// Its time, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) block_timestamp: Option<u64>,
    /// The Safe's next nonce.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_nonce: Option<String>,
    /// How many owners have to confirm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) threshold: Option<u64>,
    /// How many signatures are known to count.
    pub(crate) confirmed: usize,
    /// The signatures.
    pub(crate) signatures: Vec<SignatureView>,
    /// Owners who have not signed, while signatures are missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) missing_owners: Vec<Address>,
    /// `ready`, `signatures_missing`, `nonce_not_next`, `stale_nonce`, or `unknown` without a state.
    pub(crate) stage: &'static str,
}

/// A signature, and what is known of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SignatureView {
    pub(crate) owner: Address,
    pub(crate) kind: &'static str,
    /// `confirmed`, `rejected`, or `unchecked`.
    pub(crate) status: &'static str,
    /// Why it is not confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

impl Status {
    /// Checks what can be checked without asking a chain.
    pub(crate) fn offline(proposal: &Proposal, basis: &Basis) -> Self {
        let digest = proposal.hash().digest();
        let signatures = proposal
            .signatures()
            .iter()
            .map(|(owner, signature)| {
                let (status, reason) = match basis.state().map(|state| state.check(digest, signature, None)) {
                    None => ("unchecked", Some("whether this is an owner is not known".to_owned())),
                    Some(Ok(Check::Confirmed(_))) => ("confirmed", None),
                    Some(Ok(Check::Ask(_))) => ("unchecked", Some("only the chain can tell".to_owned())),
                    Some(Err(rejection)) => ("rejected", Some(rejection.to_string())),
                };
                SignatureView { owner, kind: signature.kind(), status, reason }
            })
            .collect();
        Self::new(proposal, basis, signatures)
    }

    /// As [`Status::offline`]; `known` tells which signatures were found to count before.
    pub(crate) fn knowing(proposal: &Proposal, basis: &Basis, known: impl Fn(Address, &Signature) -> bool) -> Self {
        let mut signatures = Self::offline(proposal, basis).signatures;
        for it in &mut signatures {
            if it.status == "unchecked" && proposal.signatures().get(it.owner).is_some_and(|own| known(it.owner, own)) {
                it.status = "confirmed";
                it.reason = None;
            }
        }
        Self::new(proposal, basis, signatures)
    }

    /// Returns whether the signature of an owner was found to count.
    pub(crate) fn is_confirmed(&self, owner: Address) -> bool {
        self.signatures.iter().any(|it| it.owner == owner && it.status == "confirmed")
    }

    /// Tells what the chain said.
    pub(crate) fn online(proposal: &Proposal, state: &SafeState, standing: &Standing) -> Self {
        let signatures = proposal
            .signatures()
            .iter()
            .map(|(owner, signature)| {
                let rejection = standing.rejected.iter().find(|(rejected, _)| *rejected == owner);
                let status = if rejection.is_some() { "rejected" } else { "confirmed" };
                let reason = rejection.map(|(_, rejection)| rejection.to_string());
                SignatureView { owner, kind: signature.kind(), status, reason }
            })
            .collect();
        Self::new(proposal, &Basis::Chain(state.clone()), signatures)
    }

    fn new(proposal: &Proposal, basis: &Basis, signatures: Vec<SignatureView>) -> Self {
        let confirmed = signatures.iter().filter(|it| it.status == "confirmed").count();
        let state = basis.state();
        let nonce = proposal.tx().nonce;
        let stage = state.map_or("unknown", |state| stage(nonce, state, confirmed));
        let missing = |state: &SafeState| {
            let signed = |owner| signatures.iter().any(|it| it.owner == owner && it.status != "rejected");
            state.owners.iter().map(|owner| owner.address).filter(|owner| !signed(*owner)).collect()
        };
        Self {
            checked_against: basis.name(),
            block: state.map(|state| state.block.number),
            block_timestamp: state.map(|state| state.block.timestamp),
            next_nonce: state.map(|state| state.nonce.to_string()),
            threshold: state.map(|state| state.threshold),
            confirmed,
            missing_owners: state.filter(|state| !enough(confirmed, state)).map(missing).unwrap_or_default(),
            signatures,
            stage,
        }
    }

    /// Writes it for people.
    pub(crate) fn page(&self, page: &mut Page, settings: &Settings) {
        match self.threshold {
            Some(threshold) => page.heading(format_args!("{} of {threshold} confirmations", self.confirmed)),
            None => page.heading(format_args!("{} signatures", self.signatures.len())),
        }
        page.indented(|page| {
            for it in &self.signatures {
                let line = format!("{:10} {} {}", it.status, settings.named(it.owner), it.kind);
                match &it.reason {
                    Some(reason) if it.status == "rejected" => page.alarm(format_args!("{line}: {reason}")),
                    Some(reason) => page.line(format_args!("{line}: {reason}")),
                    None => page.good(line),
                }
            }
            for owner in &self.missing_owners {
                page.aside(format_args!("{:10} {}", "missing", settings.named(*owner)));
            }
        });
        match (self.checked_against, self.block, self.block_timestamp) {
            ("evidence", Some(block), Some(timestamp)) => page.line(format_args!(
                "checked against the evidence in the file, which says what the Safe was at block {block} ({}); it is a \
                 claim of whoever made the file",
                utc(timestamp)
            )),
            ("chain", Some(block), _) => page.aside(format_args!("checked at block {block}")),
            _ => page.line("not checked: there is no evidence in the file, and no node was asked"),
        }
    }
}

fn enough(confirmed: usize, state: &SafeState) -> bool {
    u64::try_from(confirmed).is_ok_and(|confirmed| confirmed >= state.threshold)
}

fn stage(nonce: U256, state: &SafeState, confirmed: usize) -> &'static str {
    if nonce < state.nonce {
        "stale_nonce"
    } else if !enough(confirmed, state) {
        "signatures_missing"
    } else if nonce > state.nonce {
        "nonce_not_next"
    } else {
        "ready"
    }
}

/// Writes seconds since 1970 as date and time in UTC; a number beyond the calendar stays a number.
pub(crate) fn utc(timestamp: u64) -> String {
    let time = i64::try_from(timestamp).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    time.map_or_else(|| format!("{timestamp} s after 1970"), |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_that_signs_for_every_chain_is_refused() {
        use quorate_core::{Account, Block, Domain, SafeId, SafeTx};
        let safe = SafeId::new(11_155_111, Address::repeat_byte(7));
        let version = Version::new(1, 1, 1);
        let account = Account::keyed(Address::repeat_byte(1));
        let state = SafeState {
            safe,
            block: Block { number: 1, hash: Default::default(), timestamp: 0 },
            version,
            singleton: account,
            owners: vec![account],
            threshold: 1,
            nonce: U256::ZERO,
            modules: vec![],
            guard: None,
            module_guard: None,
            fallback_handler: None,
            balance: U256::ZERO,
        };
        let proposal = Proposal::new(Domain::new(safe, version).unwrap(), SafeTx::default(), "").unwrap();
        assert_eq!(expect_possible(&proposal, &state).unwrap_err().code, Code::WrongContract);
    }

    #[test]
    fn times_are_written_in_utc() {
        for (timestamp, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_740_143_771, "2025-02-21 13:16:11 UTC"),
            (4_107_542_399, "2100-02-28 23:59:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
            (u64::MAX, "18446744073709551615 s after 1970"),
        ] {
            assert_eq!(utc(timestamp), text);
        }
    }
}
