//! Whether a program notices that its directory has changed since it was compiled, in every layout.

use std::fs;
use std::panic::catch_unwind;

use migrate_check::Layout;
use migrate_runtime::__private::assert_current;

use crate::{Project, table_text};

/// A layout, how its files are called, and the mark of a direction without its name.
type Case = (Layout, fn(u32) -> String, &'static str);

const LAYOUTS: [Case; 10] = [
    (Layout::Sqlx, |n| format!("{n}_x.up.sql"), ""),
    (
        Layout::Diesel,
        |n| format!("2025-01-01-{n:06}_x/up.sql"),
        "",
    ),
    (Layout::Refinery, |n| format!("V{n}__x.sql"), ""),
    (Layout::Flyway, |n| format!("V{n}__x.sql"), ""),
    (Layout::FlywayDotted, |n| format!("V1.{n}__x.sql"), ""),
    (Layout::GolangMigrate, |n| format!("{n}_x.up.sql"), ""),
    (Layout::Goose, |n| format!("{n}_x.sql"), "-- +goose "),
    (Layout::SqlMigrate, |n| format!("{n}_x.sql"), "-- +migrate "),
    (Layout::Dbmate, |n| format!("{n}_x.sql"), "-- migrate:"),
    (
        Layout::Prisma,
        |n| format!("20250101{n:06}_x/migration.sql"),
        "",
    ),
];

fn text(layout: Layout, mark: &str, n: u32) -> String {
    let (up, down) = match layout {
        Layout::Dbmate => ("up", "down"),
        _ => ("Up", "Down"),
    };
    match mark {
        "" => table_text(n),
        mark => format!(
            "-- why\n{mark}{up}\n{}\n{mark}{down}\nDROP TABLE t{n};\n",
            table_text(n)
        ),
    }
}

#[test]
fn added_edited_and_removed_files_are_noticed_in_every_layout() {
    for (layout, name, mark) in LAYOUTS {
        let files: Vec<_> = (1..=3).map(|n| (name(n), text(layout, mark, n))).collect();
        let project = Project::new(layout, &files);
        let set = project.set();
        let directory = project.root.path().join("migrations");
        let differences = || {
            let source = directory.to_str().unwrap();
            let complained = catch_unwind(|| assert_current(&set, source)).err();
            complained.map(|told| *told.downcast::<String>().unwrap())
        };
        assert_eq!(differences(), None, "{layout:?}");

        project.write(&name(4), &text(layout, mark, 4));
        let told = differences().unwrap();
        assert!(told.contains(&format!("{} was added", name(4))), "{told}");
        fs::remove_file(directory.join(name(4))).unwrap();

        // At its end, which in a file of both directions is the down section.
        let edited = text(layout, mark, 2) + "-- edited\n";
        project.write(&name(2), &edited);
        let told = differences().unwrap();
        assert!(told.contains(&format!("{} was edited", name(2))), "{told}");
        project.write(&name(2), &text(layout, mark, 2).replace('\n', "\r\n"));
        assert_eq!(differences(), None, "line ends are no edit: {layout:?}");

        fs::remove_file(directory.join(name(1))).unwrap();
        let told = differences().unwrap();
        assert!(told.contains(&format!("{} was removed", name(1))), "{told}");
    }
}
