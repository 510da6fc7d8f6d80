//! Rules about SQL: each is listed, explained with an example, and tested.

use super::File;

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
            (rule.text.contains("#[test]"), "is not tested"),
        ];
        for (there, complaint) in asked {
            if !there {
                findings.push(format!("{}: {complaint}", rule.path));
            }
        }
    }
}
