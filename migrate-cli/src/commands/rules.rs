//! `migrate rules`: the rules of the build and of `check`.

use clap::Args;
use migrate_check::Level;
use migrate_check::lint::{RULES, Rule};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{DIM, ERROR, Output, WARNING};

/// List the rules that check migrations, or explain one of them
#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// Name of the rule to explain
    id: Option<String>,
}

impl Rules {
    pub(crate) fn perform(&self, output: Output) -> Result<Exit, Failure> {
        if let Some(id) = &self.id {
            let rule = find(id)?;
            output.text(rule.explanation().trim_end());
            let mut members = document(rule);
            if let Value::Object(members) = &mut members {
                members.insert("explanation".to_owned(), json!(rule.explanation()));
            }
            output.document("rules", members);
        } else {
            output.text(&list());
            let rules: Vec<Value> = RULES.iter().map(document).collect();
            output.document("rules", json!({ "rules": rules }));
        }
        Ok(Exit::Done)
    }
}

fn find(id: &str) -> Result<&'static Rule, Failure> {
    let found = RULES.iter().find(|rule| rule.id == id);
    found.ok_or_else(|| {
        let failure = Failure::environment(format!("there is no rule `{id}`"));
        match migrate_check::nearest(id, RULES.iter().map(|rule| rule.id)) {
            Some(known) => failure.help(format!("did you mean `{known}`?")),
            None => failure.help("`migrate rules` lists them"),
        }
    })
}

fn list() -> String {
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let line = |rule: &Rule| {
        let style = match rule.level {
            Level::Deny => ERROR,
            Level::Warn => WARNING,
            Level::Allow => DIM,
        };
        let level = word(rule.level);
        let Rule { id, summary, .. } = rule;
        format!("{id:width$}  {style}{level:7}{style:#}  {summary}")
    };
    let lines: Vec<String> = RULES.iter().map(line).collect();
    format!(
        "{}\n\n{DIM}`migrate rules <ID>` explains a rule{DIM:#}",
        lines.join("\n")
    )
}

fn document(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "level": word(rule.level),
        "summary": rule.summary,
        "allowable": rule.allowable,
    })
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Allow => "off",
    }
}
