//! `lint(deny = "…", warn = "…", allow = "…")` and `start_after = "…"`: the levels of rules, and the files that they skip.

use migrate_check::{lint, settings};
use proc_macro2::Ident;
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Lit, LitStr, Token, parenthesized};

use crate::options::Options;
use crate::problem::Problem;

const HELP: &str =
    "write `lint(deny = \"…\", warn = \"…\", allow = \"…\")`, with the names of rules";

impl Options {
    /// Reads the parentheses of `lint(…)`.
    ///
    /// # Errors
    /// If it is unclear where the next option starts.
    pub(crate) fn read_lint(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let inside;
        parenthesized!(inside in input);
        while !inside.is_empty() {
            if let Err(error) = self.read_level(&inside) {
                self.problems.push(Problem::from(error).help(HELP));
                // Skip the rest: after an error it is unclear where the next level starts.
                while !inside.is_empty() {
                    inside.parse::<proc_macro2::TokenTree>()?;
                }
            }
        }
        Ok(())
    }

    fn read_level(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let name = input.call(Ident::parse_any)?;
        let level = match settings::level(&name.unraw().to_string()) {
            Ok(level) => Some(level),
            Err(complaint) => {
                self.report(name.span(), complaint);
                None
            }
        };
        input.parse::<Token![=]>()?;
        let list: LitStr = input.parse()?;
        if let Some(level) = level {
            for rule in list
                .value()
                .split([',', ' '])
                .filter(|rule| !rule.is_empty())
            {
                if let Err(complaint) = self.settings.set_level(rule, level, &lint::names()) {
                    self.report(list.span(), complaint);
                }
            }
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok(())
    }

    /// Reads the value of `start_after`: a version, as a string or a number.
    ///
    /// # Errors
    /// If it is neither.
    pub(crate) fn read_start_after(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let value: Lit = input.parse()?;
        match &value {
            Lit::Str(text) => self.set("start_after", &text.value(), value.span()),
            Lit::Int(number) => self.set("start_after", number.base10_digits(), value.span()),
            other => self.set(
                "start_after",
                &other.to_token_stream().to_string(),
                value.span(),
            ),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use migrate_check::{Level, lint};
    use proc_macro2::TokenStream;
    use syn::parse::{ParseStream, Parser as _};

    use crate::options::Options;
    use crate::problem::Problem;

    fn read(text: &str) -> Options {
        let mut options = Options::default();
        let tokens: TokenStream = text.parse().unwrap();
        (|input: ParseStream<'_>| options.read(input))
            .parse2(tokens)
            .unwrap();
        options
    }

    #[test]
    fn levels_are_given_by_lists_of_rules() {
        let options = read(
            r#"lint(deny = "rename, json-column", warn = "idempotent", allow = "drop-table",), start_after = "0042""#,
        );
        assert!(options.problems.is_empty());
        let level = |id| lint::find(id).unwrap().level_in(&options.settings.lint);
        assert_eq!(level("json-column"), Level::Deny);
        assert_eq!(level("rename"), Level::Deny);
        assert_eq!(level("idempotent"), Level::Warn);
        assert_eq!(level("drop-table"), Level::Allow);
        assert_eq!(level("drop-column"), Level::Warn);
        assert_eq!(options.settings.start_after, Some(42));
        assert_eq!(read("lint(), since = 7").settings.start_after, Some(7));
    }

    #[test]
    fn each_mistake_is_reported_with_its_correction() {
        let messages = |text| {
            let problems = read(text).problems;
            problems
                .iter()
                .map(Problem::text)
                .collect::<Vec<_>>()
                .join("\n")
        };
        insta::assert_snapshot!(messages(r#"lint(deny = "renam, gravity", forbid = "rename", warn = "lexical-error"), start_after = true"#), @"
        unknown rule `renam`
          = help: did you mean `rename`?
        unknown rule `gravity`
          = help: run `migrate rules`, or read docs/rules.md, for their names
        unknown level `forbid`
          = help: the levels are `deny`, `warn` and `allow`
        `lexical-error` cannot be allowed
          = help: remove it from the list: the statements that it reports fail when the migration runs
        `true` is not a version
          = help: give the version of the newest file to skip, e.g. 20250131093000
        ");
        insta::assert_snapshot!(messages("lint(deny: rename), order = numeric"), @r#"
        expected `=`
          = help: write `lint(deny = "…", warn = "…", allow = "…")`, with the names of rules
        "#);
    }
}
