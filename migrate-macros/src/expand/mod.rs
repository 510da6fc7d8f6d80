//! Input -> the tokens that the compiler goes on with.
//!
//! # The expansion
//!
//! ```text
//! {
//!     const _: Option<&str> = option_env!("MIGRATE_BASE_DIR");
//!     $crate::__private::track! { "/app/migrations/0001_users.sql" … }
//!     $crate::__private::migrations("all texts", b"the index", "migrations", "public", "schema_migrations",
//!         8123…, if cfg!(debug_assertions) { Some("/app/migrations") } else { None })
//! }
//! ```
//!
//! A block is an expression that fits a `static`, a `const`, a `let` and an argument alike, and may
//! hold the items that make Cargo notice changes. After an error it still has a value of the right
//! type, so no second wave of errors follows from the first.
//!
//! # Why two literals
//!
//! The validated text travels as a literal, so what is embedded, what was judged and what was hashed
//! are the same bytes whatever a build cache or a concurrent edit does to the files; `include_str!`
//! in its place would read them a second time. It also leaves CRLF in the text of a Windows checkout.
//! The files are included as well, for nothing but Cargo's list of what to watch.
//!
//! What that costs: CPU seconds of a `cargo build` (dev profile) after an edit of one of N files of 1
//! KB, medians of five to seven, rustc 1.95 on x86-64 Linux. The first table feeds the compiler
//! source text, the second a procedural macro at `opt-level = 0` that reads and packs the files, but
//! neither checks nor hashes them. An empty `main` takes 0.10.
//!
//! | source text | N = 1,000 | 5,000 |
//! |---|---|---|
//! | two literals, nothing tracked | 0.12 | 0.22 |
//! | two literals, a `const _: &[u8] = include_bytes!` a file | 0.19 | 0.61 |
//! | two literals, one `const` with an array of them | 0.20 | 0.50 |
//! | two literals, one `const` with a `let _` each | 0.18 | 0.39 |
//! | two literals, one `const` of `concat!(include_str!(…), …)` | 0.17 | 0.41 |
//! | no text literal: the text is that `concat!` | 0.17 | 0.39 |
//! | two literals, the includes as arms of a `match` that is never run | 0.16 | 0.58 |
//! | two literals, `concat!` as a pattern | 0.26 | 0.90 |
//! | a name, a text literal, a digest and an `include_bytes!` a file | 0.23 | 0.84 |
//! | a name, an `include_str!` and a digest a file | 0.19 | 0.64 |
//!
//! | procedural macro | N = 1,000 | 5,000 | 10,000 |
//! |---|---|---|---|
//! | two literals, nothing tracked | 0.16 | 0.33 | 0.51 |
//! | a `const` with `include_bytes!` a file | 0.25 | 0.83 | 1.61 |
//! | one `const`, a `let _` each | 0.26 | 0.80 | 1.69 |
//! | one `const` of `concat!(include_str!(…), …)` | 0.22 | 0.60 | 1.09 |
//! | the same by `macro_rules!`, from the paths alone | 0.22 | 0.55 | 1.10 |
//!
//! So: texts and index as two literals, and one `concat!` of all files, which a `macro_rules!` of the
//! runtime (`track!`) writes, because a path alone is one token to hand over instead of nine. Reading
//! the text by `concat!` in place of the literal would save next to nothing. The price is paid by few
//! and large files: with 100 of 200 KB, `concat!` takes 0.3 s more than separate `include_bytes!`.
//!
//! What the macro costs beside this, to check and to hash, is measured in `benches/peers`.

use std::collections::HashSet;
use std::path::Path;

use migrate_check::Checksum;
use migrate_check::pack::{Packed, pack};
use migrate_check::{Diagnostic, Loaded, Severity, Style, TableName, configure, load};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::base::{BASE_DIR, OLD_BASE_DIR, Unbound};
use crate::input::{Form, Input};
use crate::problem::{self, Problem};

/// Expands the macro for a crate in `base`.
pub(crate) fn expand(tokens: TokenStream, base: Option<&Path>) -> TokenStream {
    let mut input = Input::read(tokens);
    match judge(&mut input, base) {
        Ok((source, loaded)) => embed(&input, &source, &loaded),
        Err(errors) => refuse(&input, &errors),
    }
}

/// What there is to say where the variable that names the directory cannot be followed.
pub(crate) fn refuse_base(tokens: TokenStream, unbound: &Unbound) -> TokenStream {
    let input = Input::read(tokens);
    let problem = Problem::new(input.span, unbound.message()).help(unbound.help());
    refuse(&input, &problem.to_error())
}

/// Reads the directory, unless the call itself is wrong. Also gives its absolute path.
fn judge(input: &mut Input, base: Option<&Path>) -> Result<(String, Loaded), TokenStream> {
    if !input.options.problems.is_empty() {
        return Err(input
            .options
            .problems
            .iter()
            .map(Problem::to_error)
            .collect());
    }
    let Some(base) = base.filter(|base| base.is_absolute()) else {
        let problem = Problem::new(
            input.span,
            "the directory of this crate is unknown: `CARGO_MANIFEST_DIR` is not set to it",
        )
        .help(format!(
            "build with Cargo, or set `{BASE_DIR}` to the absolute path of the directory that `{}` is in",
            input.directory
        ));
        return Err(problem.to_error());
    };
    let options = &mut input.options;
    let configured = configure(base, &input.directory, &options.settings, &options.seen);
    options.settings.clone_from(&configured.settings);
    let loaded = configured.join(load(base, &input.directory, &options.settings));
    let Some(source) = loaded.path.to_str().map(str::to_owned) else {
        let problem = Problem::new(
            input.span,
            format!(
                "the path of `{}` is not UTF-8: {}",
                input.directory,
                loaded.path.display()
            ),
        )
        .help("build in a directory whose path is UTF-8: the compiler tracks files by such paths only");
        return Err(problem.to_error());
    };
    Ok((source, loaded))
}

fn embed(input: &Input, source: &str, loaded: &Loaded) -> TokenStream {
    let notices = notices(input, loaded);
    let tracking = tracking(input, loaded);
    if loaded.has_errors() {
        return refuse(input, &quote!(#notices #tracking));
    }
    let source_while_debugging = quote! {
        if ::core::cfg!(debug_assertions) {
            ::core::option::Option::Some(#source)
        } else {
            ::core::option::Option::None
        }
    };
    let migrations = value(input, &pack(&loaded.migrations), &source_while_debugging);
    let block = quote!({ #notices #tracking #migrations });
    match &input.form {
        Form::Item(item) => {
            let item_itself = item.define(&input.runtime, &block);
            let test = item.test(&input.runtime, source);
            quote!(#item_itself #test)
        }
        Form::Expression | Form::BrokenItem => block,
    }
}

/// The errors, and a value of the right type.
fn refuse(input: &Input, errors: &TokenStream) -> TokenStream {
    let nothing = value(
        input,
        &Packed::default(),
        &quote!(::core::option::Option::None),
    );
    let block = quote!({ #errors #nothing });
    match &input.form {
        Form::Expression => block,
        Form::Item(item) => item.define(&input.runtime, &block),
        Form::BrokenItem => errors.clone(),
    }
}

/// What keeps warnings from stopping a build that denies them. To the compiler they are uses of a deprecated constant.
const KEEP_WARNINGS: &str = "where warnings are denied, add `--force-warn deprecated` to RUSTFLAGS to keep these as warnings";

/// One error or warning a diagnostic. The first warning says how to keep all of them warnings.
fn notices(input: &Input, loaded: &Loaded) -> TokenStream {
    let renderer = loaded.renderer(Style::Plain);
    let mut is_first = true;
    let notice = |diagnostic: &Diagnostic| match diagnostic.severity {
        Severity::Error => problem::error(input.span, &renderer.render(diagnostic)),
        Severity::Warning => {
            let text = if std::mem::take(&mut is_first) {
                renderer.render(&diagnostic.clone().help(KEEP_WARNINGS))
            } else {
                renderer.render(diagnostic)
            };
            problem::warning(input.span, diagnostic.rule, &text)
        }
    };
    let notices = loaded.notices(&input.directory, &input.options.settings);
    notices.iter().map(notice).collect()
}

/// What makes Cargo compile the crate again: an edited, renamed or deleted file, another base. Files
/// with errors are left out, because they may be none that `include_str!` can read; Cargo forgets a
/// failed build anyway.
fn tracking(input: &Input, loaded: &Loaded) -> TokenStream {
    let runtime = &input.runtime;
    let bad: HashSet<&str> = loaded
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.file.as_str())
        .collect();
    let paths = loaded
        .sources
        .iter()
        .filter(|source| !bad.contains(source.file.as_str()))
        .filter_map(|source| source.path.to_str());
    quote! {
        const _: (
            ::core::option::Option<&::core::primitive::str>,
            ::core::option::Option<&::core::primitive::str>,
        ) = (::core::option_env!(#BASE_DIR), ::core::option_env!(#OLD_BASE_DIR));
        #runtime::__private::track! { #(#paths)* }
    }
}

/// The call that makes the value. `source` holds the directory's path in programs with debug
/// assertions only: `cfg!` is evaluated in the user's crate, under the user's profile.
fn value(input: &Input, packed: &Packed, source: &TokenStream) -> TokenStream {
    let runtime = &input.runtime;
    let text = Literal::string(&packed.text);
    let index = Literal::byte_string(&packed.index);
    let directory = &input.directory;
    let table = &input.options.settings.table;
    let TableName { schema, name } = table;
    let key = lock_key(table);
    let settings = input.options.settings.to_text();
    quote! {
        #runtime::__private::migrations(#text, #index, #directory, #schema, #name, #key, #source, #settings)
    }
}

/// The advisory lock of a history table: every program that keeps that table computes the same key.
fn lock_key(table: &TableName) -> i64 {
    let digest = Checksum::of(&format!("migrate:v1:{table}"));
    let first = digest.as_bytes().first_chunk().copied();
    i64::from_be_bytes(first.unwrap_or_default())
}

#[cfg(test)]
mod tests;
