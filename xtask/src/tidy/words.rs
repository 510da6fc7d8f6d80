//! Words that sound stilted, in documents, in comments, and in what programs say.

use super::File;

/// Stilted words, and plain ones.
const STILTED: [(&str, &str); 6] = [
    ("anew", "again"),
    ("meanwhile", "in the meantime"),
    ("nobody", "no session, no role, no file"),
    ("of ours", "our"),
    ("ourselves", "the current user, this session"),
    ("whoever", "the session, role or program that"),
];

/// Checks a file.
pub(super) fn check(file: &File, findings: &mut Vec<String>) {
    let is_source = file.has_extension("rs");
    if !is_source && !file.has_extension("md") || file.path.ends_with("tidy/words.rs") {
        return;
    }
    // Strings of tests are often samples of what users write.
    let says = !is_source || file.path.contains("/src/") && !file.path.contains("/tests");
    for (number, line) in (1..).zip(file.text.lines()) {
        let read = if says {
            Some(line)
        } else {
            line.split_once("//").map(|(_, comment)| comment)
        };
        let words = read.map(words).unwrap_or_default();
        for (word, plain) in STILTED {
            if words.contains(&format!(" {word} ")) {
                findings.push(format!("{}:{number}: `{word}`: write {plain}", file.path));
            }
        }
    }
}

/// The words between spaces, without names in quotes: a user of the operating system is called `nobody`.
fn words(line: &str) -> String {
    let plain = line.replace("`nobody`", "").replace("\"nobody\"", "");
    let words: String = plain
        .chars()
        .map(|c| if c.is_alphabetic() { c } else { ' ' })
        .collect();
    format!(" {} ", words.to_lowercase())
}
