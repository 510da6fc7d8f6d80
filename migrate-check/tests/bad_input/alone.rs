//! The directive that sends a statement outside any transaction.

use insta::assert_snapshot;
use migrate_check::StatementKind;

use crate::fixture::{Crate, problems_in};

#[test]
fn alone_takes_the_statement_below_it_out_of_its_transaction() {
    let mut loaded = Crate::with(&[(
        "0001_a.sql",
        "-- migrate: no-transaction\n-- migrate: alone\nSELECT 1;\nSELECT 2;\n-- why\n-- migrate: alone\nSELECT 3;\n-- migrate: alone\nVACUUM;",
    )])
    .load();
    assert_eq!(loaded.diagnostics, []);
    let found = loaded.migrations.remove(0);
    let kinds = found.up.statements.into_iter().map(|found| found.kind);
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [
            StatementKind::Committing,
            StatementKind::Transactional,
            StatementKind::Committing,
            StatementKind::Repeatable,
        ]
    );
}

#[test]
fn alone_where_it_has_no_effect_is_refused() {
    assert_snapshot!(problems_in("SELECT 1;\n-- migrate: alone\nSELECT 2;"), @"
    migrations/0001_a.sql:2:4: `alone` has no effect in a file that runs in one transaction
      |
    2 | -- migrate: alone
      |    ^^^^^^^^^^^^^^
      |
      = help: move the statement to a file of its own that starts with `-- migrate: no-transaction`
    ");
    for text in [
        "-- migrate: no-transaction\n-- migrate: alone\n",
        "-- migrate: no-transaction\nSELECT 1;\n-- migrate: alone\n",
        "-- migrate: no-transaction\nSELECT 1; -- migrate: alone\nSELECT 2;",
    ] {
        let found = problems_in(text);
        let expected =
            "`alone` has no effect here: it is not on a line of its own above a statement";
        assert!(found.contains(expected), "{text}: {found}");
    }
    let more = problems_in("-- migrate: no-transaction\n-- migrate: alone please\nSELECT 1;");
    assert!(more.contains("`alone` takes no argument"), "{more}");
}
