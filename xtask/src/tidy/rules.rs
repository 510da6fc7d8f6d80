//! Rules about SQL: each is listed, explained with an example, and tested.

use super::File;
use crate::new_rule::PLACEHOLDER;

const DIRECTORY: &str = "migrate-check/src/lint/rules/";

/// Checks all files of rules.
pub(super) fn check(files: &[File], findings: &mut Vec<String>) {
    let list = files
        .iter()
        .find(|file| file.path == format!("{DIRECTORY}mod.rs"))
        .map_or("", |file| file.text.as_str());
    let rules = files.iter().filter(|file| {
        file.path.starts_with(DIRECTORY) && file.text.contains("const RULE: Rule = ")
    });
    check_room(files, findings);
    for rule in rules {
        let path = rule.path.trim_end_matches(".rs");
        let path = path.trim_end_matches("/mod");
        let name = path.rsplit('/').next().unwrap_or_default();
        let explanation: Vec<&str> = rule
            .text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .collect();
        let asked = [
            (
                list.contains(&format!("{name}::RULE,")),
                "is not listed in mod.rs",
            ),
            (
                explanation.iter().any(|line| line.contains("```")),
                "is not explained with an example",
            ),
            (
                rule.text.contains("#[test]") || rule.text.contains("\nmod tests;"),
                "is not tested",
            ),
            (
                !rule.text.contains(PLACEHOLDER),
                "has a placeholder of `cargo xtask new-rule` left",
            ),
        ];
        for (there, complaint) in asked {
            if !there {
                findings.push(format!("{}: {complaint}", rule.path));
            }
        }
    }
}

/// Code that is not a rule is elsewhere; a rule that takes several files is a folder.
fn check_room(files: &[File], findings: &mut Vec<String>) {
    for file in files.iter().filter(|file| file.has_extension("rs")) {
        let Some(name) = file.path.strip_prefix(DIRECTORY) else {
            continue;
        };
        let is_inside = name.contains('/') && !name.ends_with("/mod.rs");
        if name != "mod.rs" && !is_inside && !file.text.contains("const RULE: Rule = ") {
            findings.push(format!("{}: is no rule", file.path));
        }
    }
}
