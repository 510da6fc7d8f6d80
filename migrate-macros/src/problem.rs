//! Errors and warnings of an expansion, as tokens that the compiler reports.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// A problem with the macro's input or the files it reads, at a place in the user's Rust code.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) span: Span,
    message: String,
    help: Vec<String>,
}

impl Problem {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: Vec::new(),
        }
    }

    /// Adds a `help:` line.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    pub(crate) fn text(&self) -> String {
        let mut text = self.message.clone();
        for help in &self.help {
            text.push_str("\n  = help: ");
            text.push_str(help);
        }
        text
    }

    pub(crate) fn to_error(&self) -> TokenStream {
        error(self.span, &self.text())
    }
}

impl From<syn::Error> for Problem {
    fn from(error: syn::Error) -> Self {
        Self::new(error.span(), error.to_string())
    }
}

/// Fails the build with `text`, shown at `span`.
///
/// Every token has that span, so that the compiler points there and does not add "this error originates
/// in the macro". With braces, the call is valid both as a statement and as an item.
pub(crate) fn error(span: Span, text: &str) -> TokenStream {
    quote_spanned! {span=> ::core::compile_error! { #text } }
}

/// Warns with `text`, shown at `span`.
///
/// A procedural macro cannot warn on stable Rust, but using a deprecated constant does. The user's
/// `#[allow]`, `#[deny]` and `-D warnings` apply to it, and Cargo hides it in dependencies. The compiler prints
/// the constant's name before the text, so the constant has the name of the rule.
pub(crate) fn warning(span: Span, rule: &str, text: &str) -> TokenStream {
    let name: String = rule
        .chars()
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' => character.to_ascii_uppercase(),
            _ => '_',
        })
        .collect();
    let name = if name.is_empty() { "_MIGRATION" } else { &name };
    let defined = Ident::new(name, Span::mixed_site());
    let used = Ident::new(name, span);
    let use_it = quote_spanned! {span=> const _: () = #used; };
    quote! {
        {
            #[deprecated(note = #text)]
            const #defined: () = ();
            #use_it
        }
    }
}
