//! What is wrong with a directory or a file as a whole, as a diagnostic.

use std::io;

use crate::diagnostics::Diagnostic;

pub(super) fn unreadable(shown: &str, error: &io::Error) -> Diagnostic {
    let help = match error.kind() {
        io::ErrorKind::PermissionDenied => "give the user who builds permission to read it",
        _ => "check that it is intact and that the user who builds may read it",
    };
    Diagnostic::error(
        "unreadable",
        shown,
        format!("cannot be read: {}", reason(error)),
    )
    .help(help)
}

pub(super) fn dangling(shown: &str) -> Diagnostic {
    Diagnostic::error(
        "unreadable",
        shown,
        "the target of this symbolic link does not exist",
    )
    .help("correct the link, or put the file itself here")
}

pub(super) fn not_a_directory(shown: &str) -> Diagnostic {
    Diagnostic::error("not-a-directory", shown, "a file, not a directory")
        .help("name the directory that holds the migrations, such as `migrations`")
}

/// What the system says, without the number of the error, which differs from system to system.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let plain = text.split(" (os error").next().unwrap_or(&text);
    let mut characters = plain.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}
