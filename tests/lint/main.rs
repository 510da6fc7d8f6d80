//! What the rules' documentation says PostgreSQL does, asked of a server.
//!
//! The examples of a rule that speaks of locks say in comments what each of them does: `-- locks users:
//! SHARE`, `-- scans users`, `-- rewrites users`, `-- builds users_email_idx`, `-- fails 23502`. Each is run
//! in a transaction, and the comments have to be the whole truth about the tables that were there before.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod columns;
mod effects;
mod immutable;
mod names;
mod observer;
mod partitions;
mod type_changes;

use std::fmt::Write as _;

use migrate_check::lint::{Example, RULES, Rule};
use migrate_fixtures::Server;

use crate::effects::Effects;
use crate::observer::Observer;

/// The tables that the examples speak of.
const TABLES: &str = include_str!("tables.sql");

#[test]
fn postgresql_does_what_the_rules_say_it_does() {
    let rules = RULES.iter().filter(|rule| speaks_of_effects(rule));
    let mut wrong = String::new();
    let mut examples = 0;
    for rule in rules {
        let database = Server::shared().database();
        let mut observer = Observer::connect(&database.url());
        observer.run(TABLES);
        for example in rule.examples() {
            examples += 1;
            let said = Effects::said(&example.sql);
            let seen = observe(&mut observer, &example, &said);
            if said != seen {
                let sql = &example.sql;
                writeln!(
                    wrong,
                    "{}:\n{sql}said {said:#?}, but seen {seen:#?}",
                    rule.id
                )
                .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(examples > 40, "only {examples} examples were looked at");
}

/// Runs an example. What a rule finds is undone, what is fine stays for the examples after it, as it
/// would stay for later migrations.
fn observe(observer: &mut Observer, example: &Example, said: &Effects) -> Effects {
    if example.sql.starts_with("-- migrate: no-transaction") {
        if example.is_found {
            let fails = said.fails.is_some().then(|| observer.refusal(&example.sql));
            return Effects {
                fails: fails.flatten(),
                ..said.clone()
            };
        }
        for statement in migrate_sql::splitter::analyse(&example.sql).statements {
            observer.run(&example.sql[statement.range]);
        }
        return said.clone();
    }
    observer.watch(&example.sql, said, !example.is_found)
}

fn speaks_of_effects(rule: &Rule) -> bool {
    let effects = [
        "\n-- locks ",
        "\n-- scans ",
        "\n-- rewrites ",
        "\n-- builds ",
        "\n-- fails ",
    ];
    let explanation = rule.explanation();
    effects.iter().any(|effect| explanation.contains(effect))
}

#[test]
fn rules_that_state_a_lock_are_under_test() {
    // Only these warn, and say nothing that a server could confirm.
    let silent = [
        "backfill-in-migration",
        "create-does-nothing",
        "create-if-not-exists",
        "identifier-too-long",
        "invisible-in-name",
        "json-column",
    ];
    for rule in RULES {
        let warns = rule.level == migrate_check::Level::Warn;
        assert!(
            !warns || speaks_of_effects(rule) || silent.contains(&rule.id),
            "{} says nothing of what PostgreSQL does",
            rule.id
        );
    }
}
