//! Counts of agreement, and the cases without it.

use std::collections::BTreeMap;

use super::oracle::Verdict;

/// What came of a comparison.
#[derive(Default)]
pub(super) struct Tally {
    valid: usize,
    broken: usize,
    rejected: Vec<String>,
    accepted: BTreeMap<String, Vec<String>>,
    other_line: Vec<String>,
    other_character: Vec<String>,
    other_message: Vec<String>,
}

impl Tally {
    /// Counts one statement.
    pub(super) fn add(&mut self, statement: &str, ours: &Verdict, theirs: &Verdict) {
        match (ours, theirs) {
            (Verdict::Valid, Verdict::Valid) => self.valid += 1,
            (Verdict::Refused { message, .. }, Verdict::Valid) => {
                self.valid += 1;
                self.rejected.push(format!("{message}: {statement}"));
            }
            (Verdict::Valid, Verdict::Refused { message, .. }) => {
                self.broken += 1;
                let list = self.accepted.entry(message.clone()).or_default();
                list.push(statement.to_owned());
            }
            (
                Verdict::Refused { message, character },
                Verdict::Refused {
                    message: their_message,
                    character: their_character,
                },
            ) => {
                self.broken += 1;
                let case = || {
                    format!(
                        "{message} ({character}), server: {their_message} ({their_character}): {statement}"
                    )
                };
                // The server names no place where its grammar has lost it.
                if *their_character > 0 {
                    if line_of(statement, *character) != line_of(statement, *their_character) {
                        self.other_line.push(case());
                    }
                    if character != their_character {
                        self.other_character.push(case());
                    }
                }
                // Where it is the scanner that refuses, PostgreSQL adds all that follows, and we do not.
                if !their_message.starts_with(message.as_str()) {
                    self.other_message.push(case());
                }
            }
        }
    }

    /// Whether the agreement is as close as we promise.
    pub(super) fn is_exact(&self) -> bool {
        let refused = self.broken - self.missed();
        self.rejected.is_empty()
            && self.missed() * 1000 < self.broken.max(1)
            && self.other_line.is_empty()
            && self.other_character.len() * 100 <= refused
    }

    fn missed(&self) -> usize {
        self.accepted.values().map(Vec::len).sum()
    }

    /// Prints the counts, and then the cases.
    pub(super) fn print(&self, title: &str) {
        let refused = self.broken - self.missed();
        println!("\n{title}");
        println!("  valid statements                {:>7}", self.valid);
        println!(
            "    rejected                      {:>7}",
            self.rejected.len()
        );
        println!("  broken statements               {:>7}", self.broken);
        println!(
            "    missed                        {:>7}{}",
            self.missed(),
            share(self.missed(), self.broken)
        );
        for (label, cases) in [
            ("same line", &self.other_line),
            ("same character", &self.other_character),
            ("same words", &self.other_message),
        ] {
            let same = refused - cases.len();
            println!("    {label:<30}{same:>7}{}", share(same, refused));
        }
        for (label, cases) in [
            ("rejected", &self.rejected),
            ("other line", &self.other_line),
            ("other character", &self.other_character),
            ("other words", &self.other_message),
        ] {
            for case in cases.iter().take(40) {
                println!("  {label}: {}", shorten(case));
            }
        }
        for (message, cases) in &self.accepted {
            let first = cases.first().map_or("", String::as_str);
            println!("  missed {}: {message}: {}", cases.len(), shorten(first));
        }
    }
}

/// `  (99.98 %)`
fn share(part: usize, whole: usize) -> String {
    let hundredths = part * 10_000 / whole.max(1);
    format!("  ({}.{:02} %)", hundredths / 100, hundredths % 100)
}

/// One line of bearable length.
fn shorten(case: &str) -> String {
    let words: Vec<&str> = case.split_whitespace().collect();
    words.join(" ").chars().take(300).collect()
}

/// Which line the character is on; as PostgreSQL counts, `\r` is no line end of its own.
fn line_of(statement: &str, character: usize) -> usize {
    let before = statement.chars().take(character.saturating_sub(1));
    before.filter(|char| *char == '\n').count()
}
