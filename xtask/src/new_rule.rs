//! `cargo xtask new-rule <id>`: the file of a new rule, in its place and registered, for the author to fill in.

use std::fs;

use crate::Outcome;
use crate::cargo::{cargo, root, run as run_command};

const DIRECTORY: &str = "migrate-check/src/lint/rules";

/// Marks what the author has to write; `cargo xtask tidy` fails as long as one is left.
pub(crate) const PLACEHOLDER: &str = "FILL IN";

/// A warning about statements. `{id}` and `{file}` are replaced.
const TEMPLATE: &str = r#"//! FILL IN: what happens, in one sentence.
//!
//! FILL IN: why that is harmful, with the lock by PostgreSQL's name.
//!
//! Found:
//!
//! ```sql
//! DROP TABLE members; -- FILL IN: an example; tests/lint/tables.sql has the tables
//! ```
//!
//! FILL IN: what to do instead:
//!
//! ```sql
//! SELECT 1; -- FILL IN: the safe way
//! ```

use migrate_sql::ast::{Command, Kind, ObjectKind};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "{id}",
    level: Level::Warn,
    summary: "FILL IN: what it finds, in a line",
    allowable: true,
    source: include_str!("{file}.rs"),
    // FILL IN: the kinds of the statements that it reads.
    check: Check::Statement(InBlocks::Always, &[Kind::Drop], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    // FILL IN: the condition, the message with the lock, and help that one can follow.
    let Command::Drop(dropped) = context.command() else {
        return Vec::new();
    };
    if dropped.kind != ObjectKind::Table {
        return Vec::new();
    }
    let message = "FILL IN";
    vec![context.find(&RULE, message).help("FILL IN")]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn fill_in_the_fact() {
        // FILL IN: what is found, and what is not.
        assert_eq!(find(RULE, "DROP TABLE members").len(), 1);
    }
}
"#;

/// Writes the file, registers it, and writes the page of the rules again.
pub(crate) fn run(options: &[String]) -> Outcome {
    let [id] = options else {
        return Err("usage: cargo xtask new-rule <id>, such as drop-view".into());
    };
    let is_kebab_case = id.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    }) && id.starts_with(|first: char| first.is_ascii_lowercase());
    if !is_kebab_case {
        return Err(format!("`{id}` is not in kebab case, such as drop-view").into());
    }
    let file = id.replace('-', "_");
    let path = format!("{DIRECTORY}/{file}.rs");
    if root().join(&path).exists() || root().join(DIRECTORY).join(&file).exists() {
        return Err(format!("the rule `{id}` already exists: {path}").into());
    }
    let list = root().join(DIRECTORY).join("mod.rs");
    let registered = register(&fs::read_to_string(&list)?, &file)
        .ok_or_else(|| format!("{DIRECTORY}/mod.rs has no list of modules and rules"))?;
    fs::write(root().join(&path), fill(id, &file))?;
    fs::write(&list, registered)?;
    eprintln!(
        "{path} is written and registered in {DIRECTORY}/mod.rs. Next:\n\
         1. replace each {PLACEHOLDER} in it\n\
         2. move `{file}::RULE` in the list to where its findings should come\n\
         3. cargo test -p migrate-check {file}, and cargo test -p migrate-tests --test lint\n\
         4. cargo xtask rules, and cargo xtask tidy"
    );
    run_command(cargo().args(["xtask", "rules"]))
}

fn fill(id: &str, file: &str) -> String {
    TEMPLATE.replace("{id}", id).replace("{file}", file)
}

/// The list with the module in its alphabetical place, and the rule at the end of the rules.
fn register(list: &str, file: &str) -> Option<String> {
    let module = format!("mod {file};");
    let mut lines: Vec<&str> = list.lines().collect();
    let is_module = |line: &&str| line.starts_with("mod ") && line.ends_with(';');
    let newest = lines.iter().rposition(is_module)?;
    let at = lines
        .iter()
        .position(|line| is_module(line) && **line > *module)
        .unwrap_or(newest + 1);
    lines.insert(at, &module);
    let rule = format!("    {file}::RULE,");
    let rules = lines
        .iter()
        .position(|line| line.contains("RULES: &[Rule]"))?;
    let end = rules + lines.iter().skip(rules).position(|line| *line == "];")?;
    lines.insert(end, &rule);
    Some(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{DIRECTORY, PLACEHOLDER, fill, register};
    use crate::cargo::root;

    #[test]
    fn the_module_is_sorted_in_and_the_rule_comes_last() {
        let list = "mod add;\nmod rename;\n\npub const RULES: &[Rule] = &[\n    add::RULE,\n    rename::RULE,\n];\n";
        assert_eq!(
            register(list, "drop_view").unwrap_or_default(),
            "mod add;\nmod drop_view;\nmod rename;\n\npub const RULES: &[Rule] = &[\n    add::RULE,\n    rename::RULE,\n    drop_view::RULE,\n];\n"
        );
        assert!(register(list, "zoo").is_some_and(|list| list.contains("mod rename;\nmod zoo;\n")));
        assert_eq!(register("", "x"), None);
    }

    #[test]
    fn the_template_uses_only_what_the_rules_use() {
        let rules: String = fs::read_dir(root().join(DIRECTORY))
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| fs::read_to_string(entry.path()).ok())
            .collect();
        let template = fill("drop-view", "drop_view");
        for line in template
            .lines()
            .filter(|line| line.trim().starts_with("use "))
        {
            assert!(rules.contains(line), "no rule has `{line}`");
        }
        for call in [".find(&RULE, message)", "Kind::Drop"] {
            assert!(template.contains(call) && rules.contains(call), "{call}");
        }
        assert!(template.contains(PLACEHOLDER));
    }
}
