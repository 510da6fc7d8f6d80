//! `cargo xtask rules`: the page about the rules, from what the rules say of themselves.

use std::fmt::Write as _;
use std::fs;

use migrate_check::{Level, RULES, Rule};

use crate::Outcome;
use crate::cargo::root;

const PAGE: &str = "docs/rules.md";

const INTRODUCTION: &str = "\
<!-- Written by `cargo xtask rules` from migrate-check/src/lint/rules/; to be changed there. -->
# The rules

What `embed_migrations!` and `migrate check` look for in the SQL of migrations. `migrate rules <ID>` prints the
same.

An error stops the build, a warning does not. Another level is given to a rule by
`embed_migrations!(\"migrations\", lint(deny = \"…\", warn = \"…\", allow = \"…\"))`, with names of rules, separated by
commas. `start_after = \"…\"` names a version: the files up to it ran long ago, and only rules with level error apply to
them.

To allow a finding, write `-- migrate: allow(<rule>) <reason>` into the file: at its top for the whole file, or on a
line of its own above a statement for that statement. An `allow` that nothing needs is a warning. Rules whose findings
would make the migration fail cannot be allowed.

A table counts as in use unless the same file creates it: an earlier file may have been applied long ago. Down files
may drop and rename what their up files made.

In the examples, comments say what PostgreSQL does to existing tables: the lock it takes until the transaction ends,
the tables it `scans` or `rewrites` and the indexes it `builds` while it holds that lock. The tests run the examples
against a server and compare the comments with what happens.

";

/// Writes the page.
pub(crate) fn run() -> Outcome {
    fs::write(root().join(PAGE), write())?;
    eprintln!("{PAGE} is written");
    Ok(())
}

fn write() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (level, title) in [
        (Level::Deny, "Errors"),
        (Level::Warn, "Warnings"),
        (Level::Allow, "Off unless turned on"),
    ] {
        let rules = || RULES.iter().filter(|rule| rule.level == level);
        let _ = writeln!(page, "## {title}\n\n| rule | what it finds |\n|---|---|");
        for rule in rules() {
            let _ = writeln!(page, "| [`{0}`](#{0}) | {1} |", rule.id, rule.summary);
        }
        page.push('\n');
        for rule in rules() {
            explain(rule, &mut page);
        }
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn explain(rule: &Rule, page: &mut String) {
    let _ = write!(page, "### {}\n\n{}\n", rule.id, rule.explanation());
    if !rule.allowable {
        page.push_str("It cannot be allowed.\n\n");
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{PAGE, root, write};

    #[test]
    fn the_page_says_what_the_rules_say() {
        let page = fs::read_to_string(root().join(PAGE)).unwrap_or_default();
        assert!(
            page == write(),
            "{PAGE} is not current: run `cargo xtask rules`"
        );
    }
}
