//! Amounts of the native token, as people write them.

use alloy::primitives::U256;

use crate::error::{Code, Failure, Result};

/// Units by their names, and how many decimals each has in wei.
const UNITS: [(&str, usize); 4] = [("ether", 18), ("eth", 18), ("gwei", 9), ("wei", 0)];

/// Reads an amount: `1ether`, `0.5 ether`, `10gwei`, `7wei`, or a bare number of wei.
///
/// # Errors
///
/// [`Code::Usage`] for anything else, and for more decimals than there are wei: nothing is rounded.
pub(crate) fn parse_value(text: &str) -> Result<U256> {
    let wrong = |what: &str| {
        Failure::new(Code::Usage, format_args!("{text:?} is no amount: {what}"))
            .hint("write 1ether, 0.5ether, 10gwei, or a number of wei")
    };
    let trimmed = text.trim();
    if let Some(digits) = trimmed.strip_prefix("0x") {
        return U256::from_str_radix(digits, 16).map_err(|_| wrong("not hexadecimal"));
    }
    let unit = UNITS.iter().find_map(|(name, decimals)| Some((trimmed.strip_suffix(name)?.trim_end(), *decimals)));
    let (number, decimals) = unit.unwrap_or((trimmed, 0));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !digits(whole) || !digits(fraction) {
        return Err(wrong("not a number"));
    }
    if fraction.len() > decimals {
        return Err(wrong("it has more decimals than there are wei"));
    }
    let padding = "0".repeat(decimals - fraction.len());
    U256::from_str_radix(&format!("0{whole}{fraction}{padding}"), 10).map_err(|_| wrong("it does not fit 256 bits"))
}

/// Writes an amount of wei in ether, without rounding.
pub(crate) fn ether(wei: U256) -> String {
    let digits = format!("{:0>19}", wei.to_string());
    let (whole, fraction) = digits.split_at(digits.len() - 18);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{whole} ether") } else { format!("{whole}.{fraction} ether") }
}

/// Writes an amount in wei and, where that says more, in ether.
pub(crate) fn both(wei: U256) -> String {
    if wei.is_zero() { "0".to_owned() } else { format!("{wei} wei = {}", ether(wei)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_every_unit() {
        for (text, wei) in [
            ("0", "0"),
            ("7", "7"),
            ("7wei", "7"),
            ("1ether", "1000000000000000000"),
            ("1 eth", "1000000000000000000"),
            (".5ether", "500000000000000000"),
            ("10gwei", "10000000000"),
            ("0.000000001gwei", "1"),
            ("0xff", "255"),
        ] {
            assert_eq!(parse_value(text).unwrap().to_string(), wei, "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        let huge = format!("{}ether", "9".repeat(78));
        for text in ["", "ether", "-1", "1.5", "1.5wei", "1e18", "1,5ether", "one", "0.0000000000000000001ether", &huge]
        {
            assert_eq!(parse_value(text).unwrap_err().code, Code::Usage, "{text}");
        }
    }

    #[test]
    fn what_is_written_in_ether_is_read_again() {
        for wei in [0_u128, 1, 10u128.pow(17), 10u128.pow(18), 123_456_789_000_000_000_000_000, u128::MAX] {
            assert_eq!(parse_value(&ether(U256::from(wei))).unwrap(), U256::from(wei));
        }
        assert_eq!(ether(U256::from(10u128.pow(17))), "0.1 ether");
    }
}
