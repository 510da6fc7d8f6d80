//! The attribute `#[migrate_test::test]`. Use it through the crate `migrate-test`, which documents it.

mod arguments;
mod expand;
mod function;

use proc_macro::TokenStream;

/// Makes a function with one parameter, a `migrate_test::Database`, a test.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, function: TokenStream) -> TokenStream {
    expand::expand(arguments.into(), function.into()).into()
}
