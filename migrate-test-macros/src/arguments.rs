//! `MIGRATIONS, fixtures = ["users.sql"]`, and `crate = path` for a renamed crate.

use proc_macro2::TokenStream;
use syn::parse::{ParseBuffer, ParseStream, Parser as _};
use syn::{Ident, LitStr, Path, Token, bracketed};

/// What stands in the attribute.
pub(crate) struct Arguments {
    /// The set.
    pub(crate) set: Path,
    /// Files, relative to the one of the test.
    pub(crate) fixtures: Vec<LitStr>,
    /// The crate `migrate-test`, as it is known where the test is.
    pub(crate) home: Option<Path>,
}

impl Arguments {
    pub(crate) fn read(tokens: TokenStream) -> syn::Result<Self> {
        parse.parse2(tokens)
    }
}

fn parse(stream: ParseStream<'_>) -> syn::Result<Arguments> {
    if stream.is_empty() {
        return Err(
            stream.error("name the migrations to test with: #[migrate_test::test(MIGRATIONS)]")
        );
    }
    let mut arguments = Arguments {
        set: stream.call(Path::parse_mod_style)?,
        fixtures: Vec::new(),
        home: None,
    };
    while !stream.is_empty() {
        stream.parse::<Token![,]>()?;
        if stream.is_empty() {
            break;
        }
        if stream.peek(Token![crate]) {
            stream.parse::<Token![crate]>()?;
            stream.parse::<Token![=]>()?;
            arguments.home = Some(stream.call(Path::parse_mod_style)?);
            continue;
        }
        let name: Ident = stream.parse()?;
        if name != "fixtures" {
            return Err(syn::Error::new(
                name.span(),
                format!("there is no option `{name}`; the options are `fixtures` and `crate`"),
            ));
        }
        stream.parse::<Token![=]>()?;
        let list;
        bracketed!(list in stream);
        arguments.fixtures = list
            .parse_terminated(ParseBuffer::parse::<LitStr>, Token![,])?
            .into_iter()
            .collect();
    }
    Ok(arguments)
}
