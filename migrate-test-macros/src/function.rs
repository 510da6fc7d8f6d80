//! The test's function, as far as it has to be known: its attributes, its name, and whether it is asynchronous.

use proc_macro2::{Group, Ident, TokenStream};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Token, parenthesized};

/// A function whose body is not read.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) is_async: bool,
    pub(crate) name: Ident,
    pub(crate) parameters: TokenStream,
    /// `-> Result<…>`, or nothing.
    pub(crate) output: TokenStream,
    pub(crate) body: Group,
}

impl Function {
    pub(crate) fn read(tokens: TokenStream) -> syn::Result<Self> {
        parse.parse2(tokens)
    }

    /// Whether an attribute below ours makes it a test: `#[tokio::test]`, `#[test]`.
    pub(crate) fn has_harness(&self) -> bool {
        self.attributes.iter().any(|attribute| {
            let last = attribute.path().segments.last();
            last.is_some_and(|segment| segment.ident == "test")
        })
    }
}

fn parse(stream: ParseStream<'_>) -> syn::Result<Function> {
    let attributes = stream.call(Attribute::parse_outer)?;
    // `pub` and the like do not matter for a test.
    while !stream.peek(Token![async]) && !stream.peek(Token![fn]) && !stream.is_empty() {
        stream.parse::<proc_macro2::TokenTree>()?;
    }
    let is_async = stream.parse::<Option<Token![async]>>()?.is_some();
    stream.parse::<Token![fn]>()?;
    let name: Ident = stream.parse()?;
    if stream.peek(Token![<]) {
        return Err(stream.error("a test has no parameters of type or lifetime"));
    }
    let list;
    parenthesized!(list in stream);
    let parameters: TokenStream = list.parse()?;
    if parameters.is_empty() {
        return Err(syn::Error::new(
            name.span(),
            format!("`{name}` takes no database: add the parameter `db: migrate_test::Database`"),
        ));
    }
    let mut output = TokenStream::new();
    loop {
        let next: proc_macro2::TokenTree = stream.parse()?;
        match next {
            proc_macro2::TokenTree::Group(body) if stream.is_empty() => {
                return Ok(Function {
                    attributes,
                    is_async,
                    name,
                    parameters,
                    output,
                    body,
                });
            }
            other => output.extend([other]),
        }
    }
}
