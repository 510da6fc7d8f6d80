//! `lint(deny = "…", warn = "…", allow = "…")` and `start_after = "…"`: the levels of rules, and the files that they skip.

use migrate_check::{Level, RULES, lint, nearest};
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Lit, LitStr, Token, parenthesized};

use crate::options::Options;
use crate::problem::Problem;

const HELP: &str =
    "write `lint(deny = \"…\", warn = \"…\", allow = \"…\")`, with the names of rules";

impl Options {
    /// Reads what stands in the parentheses of `lint(…)`.
    ///
    /// # Errors
    /// Where it cannot be told where the next option starts.
    pub(crate) fn read_lint(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let inside;
        parenthesized!(inside in input);
        while !inside.is_empty() {
            if let Err(error) = self.read_level(&inside) {
                self.problems.push(Problem::from(error).help(HELP));
                // What is left cannot be told apart; the parentheses say where it ends.
                while !inside.is_empty() {
                    inside.parse::<proc_macro2::TokenTree>()?;
                }
            }
        }
        Ok(())
    }

    fn read_level(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let name = input.call(Ident::parse_any)?;
        let level = match name.unraw().to_string().as_str() {
            "deny" => Some(Level::Deny),
            "warn" => Some(Level::Warn),
            "allow" => Some(Level::Allow),
            other => {
                let message = format!("unknown level `{other}`");
                self.problems
                    .push(Problem::new(name.span(), message).help(HELP));
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
                self.set_level(rule, level, list.span());
            }
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok(())
    }

    fn set_level(&mut self, id: &str, level: Level, span: Span) {
        let problem = match lint::find(id) {
            None => {
                let problem = Problem::new(span, format!("unknown rule `{id}`"));
                match nearest(id, RULES.iter().map(|rule| rule.id)) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem.help("`migrate rules` lists them, and so does `docs/rules.md`"),
                }
            }
            Some(rule) if !rule.allowable && level < rule.level => {
                Problem::new(span, format!("`{id}` cannot be allowed"))
                    .help("what it reports could not be applied and recorded as it is")
            }
            Some(rule) => {
                self.settings.lint.set(rule.id, level);
                return;
            }
        };
        self.problems.push(problem);
    }

    /// Reads the value of `start_after`: a version, as a string or a number.
    ///
    /// # Errors
    /// If it is neither.
    pub(crate) fn read_start_after(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let value: Lit = input.parse()?;
        let version = match &value {
            Lit::Str(text) => text.value().parse::<i64>().ok(),
            Lit::Int(number) => number.base10_parse::<i64>().ok(),
            _ => None,
        };
        if version.is_none() {
            let problem = Problem::new(value.span(), "this is not a version");
            self.problems
                .push(problem.help("give the version of the newest file to skip, e.g. `start_after = \"20250131093000\"`"));
        }
        self.settings.start_after = version;
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
    fn whatever_is_wrong_is_told_with_what_is_right() {
        let messages = |text| {
            let problems = read(text).problems;
            problems
                .iter()
                .map(Problem::text)
                .collect::<Vec<_>>()
                .join("\n")
        };
        insta::assert_snapshot!(messages(r#"lint(deny = "renam, gravity", forbid = "rename", warn = "lexical-error"), start_after = true"#), @r#"
        unknown rule `renam`
          = help: did you mean `rename`?
        unknown rule `gravity`
          = help: `migrate rules` lists them, and so does `docs/rules.md`
        unknown level `forbid`
          = help: write `lint(deny = "…", warn = "…", allow = "…")`, with the names of rules
        `lexical-error` cannot be allowed
          = help: what it reports could not be applied and recorded as it is
        this is not a version
          = help: give the version of the newest file to skip, e.g. `start_after = "20250131093000"`
        "#);
        insta::assert_snapshot!(messages("lint(deny: rename), order = numeric"), @r#"
        expected `=`
          = help: write `lint(deny = "…", warn = "…", allow = "…")`, with the names of rules
        "#);
    }
}
