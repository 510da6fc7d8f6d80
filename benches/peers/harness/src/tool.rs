//! The applications.

/// How an application wants its migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// It has none.
    None,
    /// `0001_name.sql`.
    Flat,
    /// The same, and `src/list.rs`, which includes each file.
    Listed,
    /// `V1__name.sql`.
    Refinery,
    /// `0001_name/up.sql`.
    Diesel,
}

/// One application of this workspace.
#[derive(Debug)]
pub(crate) struct Tool {
    /// Its package.
    pub(crate) package: &'static str,
    /// As tables call it.
    pub(crate) label: &'static str,
    pub(crate) layout: Layout,
    /// The table it records migrations in.
    pub(crate) history: &'static str,
    /// Whose dependencies it has: that one's clean build is its own.
    pub(crate) builds_like: &'static str,
}

/// In the order of tables: the floors first.
pub(crate) const TOOLS: [Tool; 10] = [
    tool(
        "peer-connect",
        "`postgres`, connect only",
        Layout::None,
        "",
        "peer-connect",
    ),
    tool(
        "peer-list",
        "`include_str!` list",
        Layout::Listed,
        "listed_migrations",
        "peer-connect",
    ),
    tool(
        "peer-packed",
        "packed list",
        Layout::Listed,
        "listed_migrations",
        "peer-connect",
    ),
    tool(
        "peer-migrate",
        "**migrate**, `postgres`",
        Layout::Flat,
        "schema_migrations",
        "peer-migrate",
    ),
    tool(
        "peer-migrate-tokio",
        "**migrate**, `tokio-postgres`",
        Layout::Flat,
        "schema_migrations",
        "peer-migrate-tokio",
    ),
    tool(
        "peer-migrate-sqlx",
        "**migrate**, `sqlx`",
        Layout::Flat,
        "schema_migrations",
        "peer-migrate-sqlx",
    ),
    tool(
        "peer-sqlx",
        "sqlx",
        Layout::Flat,
        "_sqlx_migrations",
        "peer-sqlx",
    ),
    tool(
        "peer-refinery",
        "refinery, `postgres`",
        Layout::Refinery,
        "refinery_schema_history",
        "peer-refinery",
    ),
    tool(
        "peer-refinery-tokio",
        "refinery, `tokio-postgres`",
        Layout::Refinery,
        "refinery_schema_history",
        "peer-refinery-tokio",
    ),
    tool(
        "peer-diesel",
        "diesel_migrations (C libpq)",
        Layout::Diesel,
        "__diesel_schema_migrations",
        "peer-diesel",
    ),
];

/// The packages of tests, for the step of that name.
pub(crate) const TESTS: [Tool; 3] = [
    tool(
        "peer-tests-sqlx",
        "`#[sqlx::test]`",
        Layout::Flat,
        "_sqlx_migrations",
        "peer-sqlx",
    ),
    tool(
        "peer-tests-template",
        "a template kept by hand",
        Layout::Listed,
        "",
        "peer-connect",
    ),
    tool(
        "peer-tests-migrate",
        "**migrate-test**",
        Layout::Flat,
        "schema_migrations",
        "peer-migrate",
    ),
];

const fn tool(
    package: &'static str,
    label: &'static str,
    layout: Layout,
    history: &'static str,
    builds_like: &'static str,
) -> Tool {
    Tool {
        package,
        label,
        layout,
        history,
        builds_like,
    }
}

impl Tool {
    /// Whether `--only` means this one.
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.package == name || self.package.strip_prefix("peer-") == Some(name)
    }

    /// Whether it applies migrations.
    pub(crate) fn migrates(&self) -> bool {
        self.layout != Layout::None
    }

    /// Whether its macro's output takes rustc minutes for thousands of files when it optimizes.
    pub(crate) fn is_slow_to_optimize(&self) -> bool {
        self.layout == Layout::Refinery
    }
}
