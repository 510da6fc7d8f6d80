//! What `embed_migrations!` was given:
//!
//! ```text
//! input  = "(" $crate ")" [item] [directory] { "," option } [","]
//! item   = {attribute} [visibility] "static" NAME ["="]
//! option = NAME "=" value | "lint" "(" … ")"
//! ```
//!
//! The first group is added by the `macro_rules!` in front of the procedural macro: it is the path of
//! the runtime crate, under whatever name the user knows it.

use proc_macro2::{Group, Span, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser as _};
use syn::{Lit, LitStr, Token, token};

use crate::item::Item;
use crate::options::Options;
use crate::problem::Problem;

/// The directory where none is named.
const DEFAULT_DIRECTORY: &str = "migrations";

/// The input, read as far as it can be.
#[derive(Debug)]
pub(crate) struct Input {
    /// The path of the runtime crate.
    pub(crate) runtime: TokenStream,
    /// An expression or an item.
    pub(crate) form: Form,
    /// The directory as the user wrote it.
    pub(crate) directory: String,
    /// Where problems are shown: at the path literal, or where there is none at the item's name or the
    /// whole call.
    pub(crate) span: Span,
    /// Everything else.
    pub(crate) options: Options,
}

/// Where the macro stands, which it can only tell from its input.
#[derive(Debug)]
pub(crate) enum Form {
    /// `static M: Migrations = embed_migrations!("migrations");`
    Expression,
    /// `embed_migrations!(static M = "migrations");`
    Item(Item),
    /// An item whose name could not be read.
    BrokenItem,
}

impl Input {
    /// Reads it. What cannot be read is in `options.problems`.
    pub(crate) fn read(tokens: TokenStream) -> Self {
        let mut input = Self {
            runtime: quote!(::migrate_runtime),
            form: Form::Expression,
            directory: DEFAULT_DIRECTORY.to_owned(),
            span: Span::call_site(),
            options: Options::default(),
        };
        let parsed = (|stream: ParseStream<'_>| input.fill(stream)).parse2(tokens);
        if let Err(error) = parsed {
            input
                .options
                .problems
                .extend(error.into_iter().map(Problem::from));
        }
        input
    }

    fn fill(&mut self, stream: ParseStream<'_>) -> syn::Result<()> {
        if stream.peek(token::Paren) {
            self.runtime = stream.parse::<Group>()?.stream();
        }
        if Item::is_next(stream) {
            self.form = Form::BrokenItem;
            let item = Item::read(stream, &mut self.options.problems)?;
            self.span = item.name.span();
            self.form = Form::Item(item);
            if stream.peek(Token![=]) {
                stream.parse::<Token![=]>()?;
                self.read_directory(stream)?;
            }
        } else if stream.is_empty() || stream.peek2(Token![=]) || stream.peek2(token::Paren) {
            return self.options.read(stream);
        } else {
            self.read_directory(stream)?;
        }
        if stream.is_empty() {
            return Ok(());
        }
        stream.parse::<Token![,]>()?;
        self.options.read(stream)
    }

    fn read_directory(&mut self, stream: ParseStream<'_>) -> syn::Result<()> {
        if !matches!(stream.fork().parse::<Lit>(), Ok(Lit::Str(_))) {
            return Err(stream.error(
                "expected the directory as a string literal, such as `\"migrations\"`: \
                 it is read before constants and other macros have a value",
            ));
        }
        let literal: LitStr = stream.parse()?;
        self.directory = literal.value();
        self.span = literal.span();
        if literal.suffix().is_empty() {
            return Ok(());
        }
        Err(syn::Error::new(
            literal.span(),
            format!("the string has the suffix `{}`", literal.suffix()),
        ))
    }
}
