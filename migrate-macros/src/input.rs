//! The input of `embed_migrations!`:
//!
//! ```text
//! input  = "(" $crate ")" [item] [directory] { "," option } [","]
//! item   = {attribute} [visibility] "static" NAME ["="]
//! option = NAME "=" value | "lint" "(" … ")"
//! ```
//!
//! The `macro_rules!` that calls the procedural macro adds the first group: the path of the runtime crate, which the
//! user may have renamed.

use proc_macro2::{Group, Span, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser as _};
use syn::{Lit, LitStr, Token, token};

use crate::item::Item;
use crate::options::Options;
use crate::problem::Problem;

/// The directory if none is given.
const DEFAULT_DIRECTORY: &str = "migrations";

/// The input, parsed as far as possible.
#[derive(Debug)]
pub(crate) struct Input {
    /// The path of the runtime crate.
    pub(crate) runtime: TokenStream,
    /// An expression or an item.
    pub(crate) form: Form,
    /// The directory as the user wrote it.
    pub(crate) directory: String,
    /// Where problems are shown: the path literal; without one, the item's name or the whole call.
    pub(crate) span: Span,
    /// The options.
    pub(crate) options: Options,
}

/// Whether the macro is used as an expression or as an item. Only its input shows which.
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
    /// Reads the input. Errors are added to `options.problems`.
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
