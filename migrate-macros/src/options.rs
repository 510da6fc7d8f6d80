//! `order = numeric, table = "…", lint(deny = "…")`: the options, each at most once, in any order.

use migrate_check::Settings;
use migrate_check::settings::{self, Complaint, Notation};
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Lit, LitStr, Token, token};

use crate::problem::Problem;

/// The settings that the options give, and the problems in them.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) settings: Settings,
    pub(crate) problems: Vec<Problem>,
    /// The options that were given, known or not.
    pub(crate) seen: Vec<String>,
}

impl Options {
    /// Reads the rest of the input: a comma before each option, perhaps one at the end.
    ///
    /// # Errors
    /// If it is unclear where the next option starts. Other problems go to `problems`.
    pub(crate) fn read(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            self.read_one(input)?;
            if input.is_empty() {
                break;
            }
            input.parse::<Token![,]>()?;
        }
        Ok(())
    }

    fn read_one(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected the name of an option"));
        }
        let name = input.call(Ident::parse_any)?;
        let known = settings::key(&name.unraw().to_string(), "option");
        let option = match &known {
            Ok(option) => (*option).to_owned(),
            Err(_) => name.unraw().to_string(),
        };
        let is_list = option == "lint" && input.peek(token::Paren);
        if !is_list && !input.peek(Token![=]) {
            return Err(input.error(format!("expected `=` and a value after `{option}`")));
        }
        if !is_list {
            input.parse::<Token![=]>()?;
        }
        if self.seen.contains(&option) {
            self.complain(
                name.span(),
                format!("option `{option}` is given twice"),
                "keep one of them",
            );
        }
        match (known, option.as_str()) {
            (Err(complaint), _) => {
                skip_value(input)?;
                self.report(name.span(), complaint);
            }
            (_, "lint") if is_list => self.read_lint(input)?,
            (_, "lint") => {
                skip_value(input)?;
                self.complain(
                    name.span(),
                    "`lint` takes a list in parentheses".to_owned(),
                    "write `lint(deny = \"…\", warn = \"…\", allow = \"…\")`",
                );
            }
            (_, "start_after") => self.read_start_after(input)?,
            (_, "table" | "schema") => {
                let (value, span) = read_string(input, &option)?;
                self.set(&option, &value, span);
            }
            (_, "assume" | "after" | "assume_extensions") => self.read_list(input, &option)?,
            (_, "order") => self.read_word(input, &option, "`alphabetical` or `numeric`")?,
            (_, "syntax") => self.read_word(input, &option, "`on` or `off`")?,
            _ => self.read_word(input, &option, "the name of a layout")?,
        }
        self.seen.push(option);
        Ok(())
    }

    /// Reads strings in brackets, or one without them.
    fn read_list(&mut self, input: ParseStream<'_>, option: &str) -> syn::Result<()> {
        if !input.peek(token::Bracket) {
            let (value, span) = read_string(input, option)?;
            self.set(option, &value, span);
            return Ok(());
        }
        let list;
        syn::bracketed!(list in input);
        while !list.is_empty() {
            let (value, span) = read_string(&list, option)?;
            self.set(option, &value, span);
            if list.is_empty() {
                break;
            }
            list.parse::<Token![,]>()?;
        }
        Ok(())
    }

    /// Reads a value that is a word, which may contain hyphens: `flyway-dotted`.
    fn read_word(
        &mut self,
        input: ParseStream<'_>,
        option: &str,
        expected: &str,
    ) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            let problem = input.error(format!("expected {expected} after `{option} =`"));
            let example = match option {
                "order" => "numeric",
                "syntax" => "off",
                _ => "sqlx",
            };
            skip_value(input)?;
            let help = format!("write it without quotes: `{option} = {example}`");
            self.problems.push(Problem::from(problem).help(help));
            return Ok(());
        }
        let first = input.call(Ident::parse_any)?;
        let mut word = first.unraw().to_string();
        while input.peek(Token![-]) && input.peek2(Ident::peek_any) {
            input.parse::<Token![-]>()?;
            let next = input.call(Ident::parse_any)?;
            word.push('-');
            word.push_str(&next.unraw().to_string());
        }
        self.set(option, &word, first.span());
        Ok(())
    }

    /// Sets an option that has a single value.
    pub(crate) fn set(&mut self, option: &str, value: &str, span: Span) {
        if let Err(complaint) = self.settings.set(option, value, Notation::Rust) {
            self.report(span, complaint);
        }
    }

    /// Adds a problem with the value of a setting.
    pub(crate) fn report(&mut self, span: Span, complaint: Complaint) {
        self.complain(span, complaint.message, complaint.help);
    }

    fn complain(&mut self, span: Span, message: String, help: impl Into<String>) {
        self.problems.push(Problem::new(span, message).help(help));
    }
}

fn read_string(input: ParseStream<'_>, option: &str) -> syn::Result<(String, Span)> {
    match input.fork().parse::<Lit>() {
        Ok(Lit::Str(_)) => {
            let string: LitStr = input.parse()?;
            Ok((string.value(), string.span()))
        }
        _ => Err(input.error(format!("expected a string literal after `{option} =`"))),
    }
}

/// Skips the value of an unknown option, up to the next comma.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}
