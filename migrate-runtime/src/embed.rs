//! `embed_migrations!`: the `macro_rules!` in front of the procedural macro.

/// Reads a directory of migrations while the crate compiles, checks it, and embeds it.
///
/// ```
/// use migrate_runtime::{Migrations, embed_migrations};
///
/// static MIGRATIONS: Migrations = embed_migrations!("migrations");
/// ```
///
/// The directory is relative to the crate's `Cargo.toml`; it may lie outside of the crate, as in
/// `"../../migrations"`, but a package that is published holds the files of its crate only. Left out, it is
/// `"migrations"`. The macro is an expression of type [`Migrations`](crate::Migrations) that fits a
/// `static`, a `const`, a `let` and an argument; nothing is read, parsed or allocated at start-up.
///
/// # The item form
///
/// ```
/// migrate_runtime::embed_migrations!(
///     /// The database schema.
///     pub static MIGRATIONS = "migrations"
/// );
/// # fn main() {}
/// ```
///
/// defines the `static` and, for `cargo test`, a test `MIGRATIONS::embedded_list_is_current`, which
/// fails when files were added since the crate was compiled. Use it where items may appear, outside of
/// functions.
///
/// # Options
///
/// | option | what it does |
/// |---|---|
/// | `layout = …` | how the files are named and what they hold: `flat` (the default), or as another tool has them: `sqlx`, `diesel`, `refinery`, `flyway`, `flyway_dotted`, `golang_migrate`, `goose`, `sql_migrate`, `dbmate`, `prisma` |
/// | `order = numeric` | `2_b.sql` before `10_c.sql`. Otherwise file names whose alphabetical order is not that of their numbers are an error |
/// | `table = "…"` | the name of the history table, in place of `schema_migrations` |
/// | `schema = "…"` | the schema of the history table, in place of `public` |
/// | `syntax = off` | statements are not parsed with PostgreSQL's grammar: for forks of PostgreSQL, and statements newer than the grammar |
/// | `lint(deny = "…", warn = "…", allow = "…")` | the level of rules, by their names with commas between; `migrate rules` and `docs/rules.md` list them |
/// | `start_after = "…"` | a version: files up to it ran long ago, and get no warnings; formerly `since`, which still works |
/// | `assume = ["…"]` | SQL files that are read as if they had run first, for the rules about names; relative to the directory that the migrations' directory is in |
/// | `after = "…"` | another directory of migrations that shares the database and runs first; or a list of them |
/// | `assume_extensions = ["…"]` | extensions that the database has and no file creates |
///
/// ```
/// # use migrate_runtime::{Migrations, embed_migrations};
/// static MIGRATIONS: Migrations = embed_migrations!("migrations", order = numeric, schema = "audit");
/// ```
///
/// # Errors and warnings
///
/// Every problem of every file is an error of its own, all in one build:
///
/// ```text
/// error: migrations/0002_users.sql:3:21: unterminated quoted string
///          |
///        3 |   name text DEFAULT 'none
///          |                     ^ begins here
///          |
///          = help: close it with `'`; a quote inside a string is written twice: `'it''s'`
///          = rule: lexical-error
///  --> src/main.rs:3:51
///   |
/// 3 | static MIGRATIONS: Migrations = embed_migrations!("migrations");
///   |                                                   ^^^^^^^^^^^^
/// ```
///
/// Warnings come as uses of a deprecated constant that is named after the rule, once a finding, so
/// `#[allow(deprecated)]` on the `static` silences them all and `-D warnings` makes errors of them. To keep
/// them as warnings in such a build, set `RUSTFLAGS="-D warnings --force-warn deprecated"`. One rule is silenced by `lint(allow = "…")`, one finding by `-- migrate: allow(<rule>) <reason>` above its
/// statement, or at the top of the file.
///
/// # Changes
///
/// Cargo compiles the crate again when an embedded file is edited, renamed or deleted. It cannot see
/// that a file was *added*. So a program built with debug assertions compares its list with the
/// directory, if it is there, before it touches a database, and stops with the name of the new file;
/// and the item form's test does the same. To have Cargo see new files as well, add a `build.rs`:
///
/// ```text
/// fn main() {
///     println!("cargo::rerun-if-changed=migrations");
/// }
/// ```
///
/// Programs built without debug assertions hold no path of the machine that built them.
///
/// # Other build systems
///
/// The variable `MIGRATE_BASE_DIR` replaces the directory that paths are relative to, for builds in
/// which the sources are not where `CARGO_MANIFEST_DIR` says. It names the package that it is for,
/// `MIGRATE_BASE_DIR=my-app=/sources/my-app`, because other packages that embed migrations see it as well; several are
/// separated by `;`. Without Cargo, which names the package, it is the directory alone. Its old name,
/// `EMBED_MIGRATIONS_BASE_DIR`, still works where the new one is not set.
#[macro_export]
macro_rules! embed_migrations {
    ($($input:tt)*) => {
        // `$crate` tells the procedural macro under which name this crate is known where it is called.
        $crate::__private::embed! { ($crate) $($input)* }
    };
}

/// Makes Cargo compile again when one of these files changes; the value itself is thrown away. Why
/// it looks like this is measured in `migrate-macros/src/expand/mod.rs`.
#[doc(hidden)]
#[macro_export]
macro_rules! __embed_migrations_track {
    ($($path:literal)*) => {
        const _: &::core::primitive::str = ::core::concat!($(::core::include_str!($path)),*);
    };
}
