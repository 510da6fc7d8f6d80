//! The test that the harness runs: it gets a database and calls the function.
//!
//! ```text
//! #[::core::prelude::v1::test]
//! fn name() -> Result<(), Error> {
//!     fn name(db: Database) -> Result<(), Error> { … }
//!     ::migrate_test::__private::run(&MIGRATIONS, &[("users.sql", include_str!("users.sql"))], name)
//! }
//! ```

use proc_macro2::TokenStream;
use quote::quote;

use crate::arguments::Arguments;
use crate::function::Function;

pub(crate) fn expand(arguments: TokenStream, function: TokenStream) -> TokenStream {
    let read =
        Arguments::read(arguments).and_then(|arguments| Ok((arguments, Function::read(function)?)));
    match read {
        Ok((arguments, function)) => test(&arguments, &function),
        Err(error) => {
            let error = error.to_compile_error();
            quote!(#error)
        }
    }
}

fn test(arguments: &Arguments, function: &Function) -> TokenStream {
    let Arguments {
        set,
        fixtures,
        home,
    } = arguments;
    let Function {
        attributes,
        is_async,
        name,
        parameters,
        output,
        body,
    } = function;
    let home = home
        .as_ref()
        .map_or_else(|| quote!(::migrate_test), |path| quote!(#path));
    let fixtures = quote!(&[#((#fixtures, ::core::include_str!(#fixtures))),*]);
    let harness = function.has_harness();
    let test = if harness {
        quote!()
    } else {
        quote!(#[::core::prelude::v1::test])
    };
    let asynchronous = if *is_async { quote!(async) } else { quote!() };
    let inner = quote!(#asynchronous fn #name(#parameters) #output #body);
    // Another attribute's runtime runs the test, if there is one; or else ours does.
    let (outer, call) = match (*is_async, harness) {
        (false, _) => (
            quote!(),
            quote!(#home::__private::run(&#set, #fixtures, #name)),
        ),
        (true, true) => (
            quote!(async),
            quote!(#home::__private::run_here(&#set, #fixtures, #name).await),
        ),
        (true, false) => (
            quote!(),
            quote!(#home::__private::run_async(&#set, #fixtures, #name)),
        ),
    };
    quote! {
        #(#attributes)*
        #test
        #outer fn #name() #output {
            #inner
            #call
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::expand;

    fn expanded(arguments: &str, function: proc_macro2::TokenStream) -> String {
        expand(arguments.parse().unwrap(), function).to_string()
    }

    #[test]
    fn a_blocking_test() {
        let made = expanded(
            "MIGRATIONS, fixtures = [\"users.sql\"]",
            quote!(
                #[should_panic]
                fn t(db: Database) -> Result<(), Error> {
                    body()
                }
            ),
        );
        let expected = quote!(
            #[should_panic]
            #[::core::prelude::v1::test]
            fn t() -> Result<(), Error> {
                fn t(db: Database) -> Result<(), Error> {
                    body()
                }
                ::migrate_test::__private::run(
                    &MIGRATIONS,
                    &[("users.sql", ::core::include_str!("users.sql"))],
                    t,
                )
            }
        );
        // The formatter of this file adds a comma.
        assert_eq!(made, expected.to_string().replace(" ,)", ")"));
    }

    #[test]
    fn an_asynchronous_test_and_one_with_a_runtime_of_another() {
        let made = expanded(
            "crate::M",
            quote!(
                async fn t(db: Database) {}
            ),
        );
        let expected = quote!(
            #[::core::prelude::v1::test]
            fn t() {
                async fn t(db: Database) {}
                ::migrate_test::__private::run_async(&crate::M, &[], t)
            }
        );
        assert_eq!(made, expected.to_string());
        let made = expanded(
            "M, crate = facade::testing",
            quote!(
                #[tokio::test]
                async fn t(db: Database) {}
            ),
        );
        let expected = quote!(
            #[tokio::test]
            async fn t() {
                async fn t(db: Database) {}
                facade::testing::__private::run_here(&M, &[], t).await
            }
        );
        assert_eq!(made, expected.to_string());
    }

    #[test]
    fn what_is_missing_or_unknown_is_said() {
        let database = quote!(
            fn t(db: Database) {}
        );
        for (arguments, function, message) in [
            ("", database.clone(), "name the migrations to test with"),
            (
                "M, fixture = []",
                database.clone(),
                "there is no option `fixture`",
            ),
            (
                "M",
                quote!(
                    fn t() {}
                ),
                "add the parameter `db: migrate_test::Database`",
            ),
            (
                "M",
                quote!(
                    fn t<T>(db: Database) {}
                ),
                "no parameters of type or lifetime",
            ),
        ] {
            let made = expanded(arguments, function);
            assert!(made.contains("compile_error"), "{made}");
            assert!(made.contains(message), "{made}");
        }
    }
}
