//! Licence expressions, compared with the list in `deny.toml`.

use std::fs;

use crate::Outcome;
use crate::cargo::root;

/// The licences that `deny.toml` allows.
pub(crate) fn allowed() -> Outcome<Vec<String>> {
    let text = fs::read_to_string(root().join("deny.toml"))
        .map_err(|error| format!("cannot read deny.toml: {error}"))?;
    let list = text
        .split_once("allow = [")
        .and_then(|(_, rest)| rest.split_once(']'))
        .map(|(list, _)| list)
        .ok_or("deny.toml has no list `allow`")?;
    let quoted = list.lines().filter_map(|line| line.split('"').nth(1));
    Ok(quoted.map(str::to_owned).collect())
}

/// Whether the SPDX expression can be met with allowed licences alone: `A OR B` by one of them, `A AND B` by both.
pub(crate) fn is_met(expression: &str, allowed: &[String]) -> bool {
    // Old manifests write `MIT/Apache-2.0`.
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let met = is_choice_met(&mut words, allowed);
    met && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn is_choice_met(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut met = is_sum_met(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= is_sum_met(words, allowed);
    }
    met
}

fn is_sum_met(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut met = is_term_met(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= is_term_met(words, allowed);
    }
    met
}

fn is_term_met(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let Some(first) = words.next() else {
        return false;
    };
    if first == "(" {
        let met = is_choice_met(words, allowed);
        return words.next() == Some(")") && met;
    }
    let mut licence = first.to_owned();
    if words.next_if_eq(&"WITH").is_some() {
        licence.push_str(" WITH ");
        licence.push_str(words.next().unwrap_or_default());
    }
    allowed.contains(&licence)
}

#[cfg(test)]
mod tests {
    use super::is_met;

    #[test]
    fn an_expression_is_met_by_what_is_allowed() {
        let allowed = ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
        for (expression, met) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("MIT OR GPL-3.0-only", true),
            ("MIT/Apache-2.0", true),
            ("MIT AND GPL-3.0-only", false),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("(MIT OR Apache-2.0) AND BSL-1.0", false),
            ("Apache-2.0 WITH LLVM-exception OR GPL-3.0-only", true),
            ("Apache-2.0", false),
            ("", false),
            ("MIT MIT", false),
            ("(MIT", false),
        ] {
            assert_eq!(is_met(expression, &allowed), met, "{expression}");
        }
    }
}
