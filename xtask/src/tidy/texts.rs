//! All texts that we write: spaces, line ends, and no trace of one machine.

use super::File;
use crate::cargo::root;

/// Checks one file. SQL and other test data may look however a test needs it.
pub(super) fn check(file: &File, findings: &mut Vec<String>) {
    let ours = ["rs", "md", "toml", "yml", "yaml"]
        .iter()
        .any(|extension| file.has_extension(extension))
        || file.path.starts_with(".ci/");
    // The tests of the macro keep broken inputs.
    if !ours || file.path.starts_with("tests/ui/") {
        return;
    }
    let here = root().display().to_string();
    for (number, line) in (1..).zip(file.text.split('\n')) {
        let place = format!("{}:{number}", file.path);
        if line.ends_with([' ', '\t', '\r']) {
            findings.push(format!("{place}: white space at the end of the line"));
        }
        let foreign = [here.as_str(), "/home/", "/Users/", "file:///"];
        // The patterns have to be written somewhere.
        if file.path != "xtask/src/tidy/texts.rs" && foreign.iter().any(|path| line.contains(path))
        {
            findings.push(format!("{place}: names a path of one machine"));
        }
    }
    if !file.text.ends_with('\n') || file.text.ends_with("\n\n") {
        findings.push(format!(
            "{}: does not end with exactly one line end",
            file.path
        ));
    }
}
