//! Whether a directory that is not in our layout is in another.

use super::Layout;
use crate::diagnostics::Diagnostic;
use crate::files::Direction;

/// Replaces what is wrong with each file of a directory in another tool's layout by one error that names
/// the layout. Does nothing where that is not most of the directory. `folders` are the sub-directories with
/// SQL in them, each by the path to its first file; `files` are the names and the texts of the files ending in
/// `.sql` directly in the directory.
pub(crate) fn recognise<'f>(
    directory: &str,
    folders: &[String],
    files: impl FnOnce() -> Vec<(&'f str, &'f str)>,
    problems: &mut Vec<Diagnostic>,
) {
    let is_telling = |problem: &&Diagnostic| {
        matches!(
            problem.rule,
            "sub-directory" | "misnamed" | "foreign-mark" | "misplaced-directive"
        )
    };
    // Nothing is looked at where nothing is wrong.
    if !problems.iter().any(|problem| is_telling(&problem)) {
        return;
    }
    let files = files();
    let of_folders = |file: &str| folders.iter().filter(|first| *first == file).count();
    let total = files.len() + folders.len();
    let marked = |layout: Layout| {
        let Some(split) = layout.format().split else {
            return 0;
        };
        let is_marked = |text: &str| {
            let split = split(text);
            split
                .sections
                .iter()
                .any(|section| section.direction == Direction::Up && !section.marks.is_empty())
        };
        files.iter().filter(|(_, text)| is_marked(text)).count()
    };
    // refinery has no repeatable migrations: a directory with one is Flyway's.
    let repeatable = files.iter().filter(|(file, _)| file.starts_with("R__"));
    let repeatable = repeatable.count();
    let is_flyways = repeatable > 0;
    let named = |layout: Layout| {
        if layout == Layout::Refinery && is_flyways {
            return 0;
        }
        let parse = layout.format().parse;
        files.iter().filter(|(file, _)| parse(file).is_ok()).count()
    };
    let candidates = [
        (
            of_folders("up.sql") + of_folders("down.sql"),
            Layout::Diesel,
        ),
        (of_folders("migration.sql"), Layout::Prisma),
        (named(Layout::Refinery), Layout::Refinery),
        (named(Layout::Flyway), Layout::Flyway),
        (named(Layout::FlywayDotted), Layout::FlywayDotted),
        (marked(Layout::Goose), Layout::Goose),
        (marked(Layout::SqlMigrate), Layout::SqlMigrate),
        (marked(Layout::Dbmate), Layout::Dbmate),
    ];
    let most = candidates.iter().map(|(count, _)| *count).max();
    let Some(most) = most.filter(|most| most * 2 > total - repeatable) else {
        return;
    };
    let mut likely: Vec<Layout> = candidates
        .into_iter()
        .filter(|(count, _)| *count == most)
        .map(|(_, layout)| layout)
        .collect();
    // Whole versions are dotted ones of one part: the simpler layout is meant.
    if likely.contains(&Layout::Flyway) {
        likely.retain(|layout| *layout != Layout::FlywayDotted);
    }
    problems.retain(|problem| !is_telling(&problem));
    let tools: Vec<&str> = likely.iter().map(|layout| tool(*layout)).collect();
    let mut found = Diagnostic::error(
        "foreign-layout",
        directory,
        format!("the files have the layout of {}", tools.join(" or ")),
    );
    for layout in likely {
        found = found.help(format!(
            "add `layout = {}` to `embed_migrations!`, or `--layout {}` to the command, to keep them as they are",
            layout.option(),
            layout.name()
        ));
    }
    problems.push(found.help(
        "run `migrate adopt` on each database that they have been applied to, to take over its history",
    ));
}

fn tool(layout: Layout) -> &'static str {
    match layout {
        Layout::Flyway | Layout::FlywayDotted => "Flyway",
        Layout::Prisma => "Prisma",
        other => other.name(),
    }
}
