//! PostgreSQL's keyword list.

use crate::Outcome;

/// One line of `kwlist.h`.
pub(super) struct Keyword {
    /// As written, in lower case.
    pub(super) word: String,
    /// The terminal it is.
    pub(super) terminal: String,
    /// Where it may appear as a name: `unreserved`, `col_name`, `type_func_name`, `reserved`.
    pub(super) category: String,
    /// Whether it may name a column without `AS`: `bare_label` or `as_label`.
    pub(super) label: String,
}

impl Keyword {
    /// Reads every `PG_KEYWORD(…)`; they are in alphabetical order.
    pub(super) fn read_all(list: &str) -> Outcome<Vec<Self>> {
        let mut keywords = Vec::new();
        for line in list.lines() {
            let Some(rest) = line.strip_prefix("PG_KEYWORD(") else {
                continue;
            };
            let (fields, _) = rest.split_once(')').ok_or("a keyword's line has no end")?;
            let fields: Vec<&str> = fields.split(", ").collect();
            let [word, terminal, category, label] = fields[..] else {
                return Err(format!("a keyword's line has other fields: {line}").into());
            };
            keywords.push(Self {
                word: word.trim_matches('"').to_owned(),
                terminal: terminal.to_owned(),
                category: category.trim_end_matches("_KEYWORD").to_lowercase(),
                label: label.to_lowercase(),
            });
        }
        Ok(keywords)
    }
}
