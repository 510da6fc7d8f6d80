//! The start of the item form: `/// docs  #[attributes]  pub(crate) static NAME`.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::spanned::Spanned as _;
use syn::{Token, token};

use crate::problem::Problem;

/// The `static` to define: its attributes, visibility and name.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    attributes: TokenStream,
    visibility: TokenStream,
    pub(crate) name: Ident,
}

impl Item {
    /// Whether the input starts with an item.
    pub(crate) fn is_next(input: ParseStream<'_>) -> bool {
        input.peek(Token![#])
            || input.peek(Token![pub])
            || input.peek(Token![static])
            || input.peek(Token![const])
    }

    /// Reads an item. Recoverable mistakes go to `problems`: the `static` is still defined, so the code that uses it
    /// compiles and adds no further errors.
    ///
    /// # Errors
    /// If the name cannot be found.
    pub(crate) fn read(input: ParseStream<'_>, problems: &mut Vec<Problem>) -> syn::Result<Self> {
        let attributes = read_attributes(input)?;
        let visibility = read_visibility(input)?;
        if input.peek(Token![const]) {
            let keyword: Token![const] = input.parse()?;
            problems.push(
                Problem::new(keyword.span(), "the item form declares a `static`").help(
                    "for a `const`, write `const MIGRATIONS: Migrations = embed_migrations!(\"migrations\");`",
                ),
            );
        } else {
            input.parse::<Token![static]>()?;
        }
        if input.peek(Token![mut]) {
            let keyword: Token![mut] = input.parse()?;
            problems.push(
                Problem::new(keyword.span(), "embedded migrations are immutable")
                    .help("remove `mut`"),
            );
        }
        let name = input.parse()?;
        if input.peek(Token![:]) {
            let colon: Token![:] = input.parse()?;
            problems.push(
                Problem::new(colon.span(), "the item form takes no type")
                    .help(format!("write `static {name} = \"migrations\"`")),
            );
            while !input.is_empty() && !input.peek(Token![=]) && !input.peek(Token![,]) {
                input.parse::<TokenTree>()?;
            }
        }
        Ok(Self {
            attributes,
            visibility,
            name,
        })
    }

    /// The definition, of type `$crate::Migrations`.
    pub(crate) fn define(&self, runtime: &TokenStream, value: &TokenStream) -> TokenStream {
        let Self {
            attributes,
            visibility,
            name,
        } = self;
        quote! {
            #attributes
            #visibility static #name: #runtime::Migrations = #value;
        }
    }

    /// A test that fails when the directory at `source` has changed since the crate was compiled. It is in a module
    /// of the `static`'s name, which Rust permits, so that the macro defines no second name.
    pub(crate) fn test(&self, runtime: &TokenStream, source: &str) -> TokenStream {
        let name = &self.name;
        quote! {
            #[cfg(test)]
            #[allow(non_snake_case, reason = "named after the static that it tests")]
            mod #name {
                #[::core::prelude::v1::test]
                fn embedded_list_is_current() {
                    #runtime::__private::assert_current(&super::#name, #source);
                }
            }
        }
    }
}

fn read_attributes(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut attributes = TokenStream::new();
    while input.peek(Token![#]) {
        input.parse::<Token![#]>()?.to_tokens(&mut attributes);
        if !input.peek(token::Bracket) {
            return Err(input.error("expected an attribute, such as `#[allow(dead_code)]`"));
        }
        input.parse::<Group>()?.to_tokens(&mut attributes);
    }
    Ok(attributes)
}

fn read_visibility(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut visibility = TokenStream::new();
    if input.peek(Token![pub]) {
        input.parse::<Token![pub]>()?.to_tokens(&mut visibility);
        if input.peek(token::Paren) {
            input.parse::<TokenTree>()?.to_tokens(&mut visibility);
        }
    }
    Ok(visibility)
}
