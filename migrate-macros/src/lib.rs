//! The procedural half of `embed_migrations!`. Applications call the macro of that name in
//! `migrate-runtime`, which documents it and expands to a call of this one.
//!
//! Only this file knows that it runs inside the compiler. Everything below works on [`proc_macro2`]
//! tokens and is tested like any other function.

mod base;
mod expand;
mod input;
mod item;
mod lint;
mod options;
mod problem;

use proc_macro::TokenStream;

/// `($crate) <what embed_migrations! was given>` -> the embedded migrations.
#[proc_macro]
pub fn embed(input: TokenStream) -> TokenStream {
    let base = base::find(|variable| std::env::var_os(variable));
    let expansion = match &base {
        Ok(base) => expand::expand(input.into(), base.as_deref()),
        Err(unbound) => expand::refuse_base(input.into(), unbound),
    };
    expansion.into()
}
