//! Private keys in texts where none belongs.

/// How many hexadecimal digits a private key has.
const KEY_DIGITS: usize = 64;

/// Returns whether a text has as many hexadecimal digits on end as a private key, or more.
pub(crate) fn may_hold_key(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_hexdigit()).any(|digits| digits.len() >= KEY_DIGITS)
}

/// Writes `***` for whatever may be a private key in a text.
pub(crate) fn hide_keys(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        hidden.push_str(if digits >= KEY_DIGITS { "***" } else { &rest[..digits] });
        rest = &rest[digits..];
        let other = rest.find(|c: char| c.is_ascii_hexdigit()).unwrap_or(rest.len());
        hidden.push_str(&rest[..other]);
        rest = &rest[other..];
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_is_64_hexadecimal_digits() {
        let key = "aC".repeat(32);
        for text in [key.clone(), format!("0x{key}"), format!(" 0X{key}\n"), format!("x{key}0y")] {
            assert!(may_hold_key(&text), "{text}");
        }
        for text in ["", "0x", &key[1..], &format!("{}g", &key[1..])] {
            assert!(!may_hold_key(text), "{text}");
        }
    }

    #[test]
    fn what_may_be_a_key_is_hidden_and_the_rest_stays() {
        let key = "0123456789abcDEF".repeat(4);
        for (text, hidden) in [
            (format!("unexpected argument '0x{key}' found"), "unexpected argument '0x***' found".to_owned()),
            (format!("--key={key}9\n{key}"), "--key=***\n***".to_owned()),
            (format!("ä{key}ö"), "ä***ö".to_owned()),
            (format!("{} face – beef", &key[1..]), format!("{} face – beef", &key[1..])),
            (String::new(), String::new()),
        ] {
            assert_eq!(hide_keys(&text), hidden);
        }
    }
}
