//! `migrate plan` says what the build says.

use migrate_check::pack::pack;
use migrate_check::{Layout, Level, Loaded, Order, Settings, Syntax, TableName, load};
use migrate_runtime::{__private, Migrations};
use serde_json::Value;

use crate::place::Place;

/// The findings of `check` and those of `plan`, as JSON.
fn findings(place: &Place, options: &[&str]) -> (Vec<Value>, Vec<Value>) {
    let document = |command: &str| {
        let mut arguments = vec![command, "--format", "json"];
        arguments.extend_from_slice(options);
        let output = place.command(&arguments).output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let list = |value: &Value, member: &str| -> Vec<Value> {
        let list = value.get(member).and_then(Value::as_array);
        list.unwrap().clone()
    };
    let files = list(&document("plan"), "pending");
    let of_files = files.iter().flat_map(|file| list(file, "findings"));
    (list(&document("check"), "findings"), of_files.collect())
}

#[test]
fn files_that_hold_both_directions_are_planned_as_they_were_checked() {
    for (layout, up, down) in [
        ("dbmate", "-- migrate:up", "-- migrate:down"),
        ("goose", "-- +goose Up", "-- +goose Down"),
        ("sql-migrate", "-- +migrate Up", "-- +migrate Down"),
    ] {
        let text = format!(
            "{up}\nCREATE TABLE a (id bigint);\n\n{down}\nDROP TABLE a;\nALTER TABLE b SET UNLOGGED;\n"
        );
        let second = format!("{up}\nALTER TABLE a\n    SET UNLOGGED;\n{down}\nSELECT 1;\n");
        let place = Place::new(&[("1_a.sql", &text), ("2_b.sql", &second)]);
        place.write("migrate.toml", "[lint]\nallow = ['unknown-name']\n");
        let (check, plan) = findings(&place, &["--layout", layout]);
        let lines = |findings: &[Value]| -> Vec<String> {
            let line = |finding: &Value| {
                format!(
                    "{}:{}: {}",
                    finding["file"], finding["line"], finding["rule"]
                )
            };
            findings.iter().map(line).collect()
        };
        // What the down part is told stays with `check`: `run` does not run it.
        assert_eq!(
            lines(&check),
            [
                "\"migrations/1_a.sql\":6: \"rewrite-command\"",
                "\"migrations/2_b.sql\":3: \"rewrite-command\""
            ],
            "{layout}"
        );
        assert_eq!(plan, check[1..], "{layout}");
    }
}

#[test]
fn a_plan_knows_what_earlier_files_have_made() {
    let place = Place::new(&[
        ("1_table.sql", "CREATE TABLE users (email text);\n"),
        (
            "2_check.sql",
            "ALTER TABLE users ADD CONSTRAINT present CHECK (email IS NOT NULL) NOT VALID;\n",
        ),
        (
            "3_validate.sql",
            "ALTER TABLE users VALIDATE CONSTRAINT present;\n",
        ),
        (
            "4_not_null.sql",
            "ALTER TABLE users ALTER COLUMN email SET NOT NULL;\n",
        ),
        (
            "5_key.sql",
            "-- migrate: allow(index-not-concurrent) the table is small\nCREATE INDEX ON users (email);\nDROP TABLE users;\n",
        ),
    ]);
    let (check, plan) = findings(&place, &[]);
    assert_eq!(plan, check);
    assert!(
        check
            .iter()
            .all(|finding| finding["rule"] != "set-not-null"),
        "{check:?}"
    );
}

/// The set as a program embeds it.
fn embed(loaded: &Loaded, settings: &Settings) -> Migrations {
    let packed = pack(&loaded.migrations);
    __private::migrations(
        packed.text.leak(),
        packed.index.leak(),
        "migrations",
        "public",
        "schema_migrations",
        0,
        None,
        settings.to_text().leak(),
    )
}

#[test]
fn an_embedded_set_is_planned_by_the_settings_of_its_build() {
    const BOTH: &str =
        "CREATE TABLE a# (id bigint);\nCREATE INDEX ON b (c);\nDROP TABLE IF EXISTS d;\n";
    let mut strict = Settings::default();
    strict.lint.set("idempotent", Level::Warn);
    strict.lint.set("drop-table", Level::Allow);
    let choices = [
        Settings::default(),
        strict,
        Settings {
            syntax: Syntax::Off,
            ..Settings::default()
        },
        Settings {
            start_after: Some(1),
            order: Order::Numeric,
            ..Settings::default()
        },
    ];
    // The down parts are no good reverts; that is not what is compared.
    let choices = choices.map(|mut settings| {
        settings.lint.set("contradicts-schema", Level::Allow);
        settings
    });
    let mut found = Vec::new();
    for (layout, up, down) in [
        (Layout::Flat, "", None),
        (
            Layout::Goose,
            "-- +goose Up\n-- +goose StatementBegin\n",
            Some("-- +goose StatementEnd\n-- +goose Down\n"),
        ),
        (
            Layout::Dbmate,
            "-- migrate:up transaction:false\n",
            Some("-- migrate:down\n"),
        ),
    ] {
        let text = match down {
            Some(down) => format!("{up}{BOTH}{down}{BOTH}"),
            None => BOTH.to_owned(),
        };
        let numbered = |number| text.replace('#', number);
        let place = Place::new(&[
            ("0_before.sql", &format!("{up}CREATE TABLE b (c int);\n")),
            ("1_a.sql", &numbered("1")),
            ("2_b.sql", &numbered("2")),
        ]);
        for settings in &choices {
            let settings = Settings {
                layout,
                ..settings.clone()
            };
            let built = load(place.path(), "migrations", &settings);
            assert!(!built.has_errors(), "{:?}", built.diagnostics);
            let again = embed(&built, &settings).to_loaded(TableName::default());
            assert_eq!(again.diagnostics, built.diagnostics, "{settings:?}");
            assert_eq!(again.migrations, built.migrations, "{settings:?}");
            found.push(built.diagnostics.len());
        }
    }
    // Each choice makes a difference.
    assert!(
        found[0] > found[2] && found[1] != found[0] && found[3] < found[0],
        "{found:?}"
    );
}
