//! Advice is tried: each line of help that names a mechanical way out is followed, in a copy of the crate, and what it
//! is about must be gone then, with no new problem in its place. Every other line is listed with the reason why a
//! person must follow it. So a new line of help either works, or says here why no test can try it.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use migrate_check::{Diagnostic, Layout, Loaded, Order, Settings, Severity, load};

use crate::by_hand::BY_HAND;
use crate::fixture::Crate;

/// How a line of help is followed.
enum Way {
    /// The copy has been changed.
    Done,
    /// The copy has been changed, and these settings belong to it.
    With(Box<Settings>),
}

/// Follows each line of help about a crate's directory.
pub(crate) fn try_all(package: &Crate, directory: &str, settings: &Settings, loaded: &Loaded) {
    let mut seen = BTreeSet::new();
    for found in &loaded.diagnostics {
        for help in found.advice() {
            // The same sentence about another name is the same advice.
            let shape: String = help.split('`').step_by(2).collect();
            if seen.insert((found.rule, shape)) {
                try_one(package, directory, settings, loaded, found, &help);
            }
        }
    }
}

fn try_one(
    package: &Crate,
    directory: &str,
    settings: &Settings,
    loaded: &Loaded,
    found: &Diagnostic,
    help: &str,
) {
    let copy = package.copy();
    let mut settings = settings.clone();
    let is_it = |problem: &Diagnostic| {
        problem.rule == found.rule
            && problem.file == found.file
            && problem.message == found.message
            && problem.advice().any(|advice| advice == help)
    };
    let mut now = loaded.clone();
    // Where it stands in several places, it is followed in each.
    for _ in 0..100 {
        let Some(place) = now.diagnostics.iter().find(|problem| is_it(problem)) else {
            break;
        };
        let Some(way) = follow(&copy, place, help, &now, &settings) else {
            assert!(
                BY_HAND.iter().any(|(words, _)| help.contains(words)),
                "nothing here follows the help of {} or says why not: {help}",
                found.rule
            );
            return;
        };
        if let Way::With(chosen) = way {
            settings = *chosen;
        }
        now = load(copy.root(), directory, &settings);
    }
    let is_known = |problem: &Diagnostic| {
        let mut before = loaded.diagnostics.iter();
        before.any(|before| before.rule == problem.rule)
            // What is after the end of a string is read for the first time.
            || (found.rule == "lexical-error" && problem.rule == "syntax")
            // Its name was not read before.
            || (found.rule == "sub-directory" && problem.rule == "misnamed")
    };
    let is_new = |problem: &Diagnostic| problem.severity == Severity::Error && !is_known(problem);
    let problems = now.diagnostics.iter();
    let left: Vec<_> = problems
        .filter(|problem| is_it(problem) || is_new(problem))
        .map(|problem| (&problem.file, &problem.message))
        .collect();
    assert!(
        left.is_empty(),
        "the help of {} does not lead out of it: {help}\n{left:?}",
        found.rule
    );
}

/// Does what the help says; none where that is not mechanical.
fn follow(
    copy: &Crate,
    found: &Diagnostic,
    help: &str,
    loaded: &Loaded,
    settings: &Settings,
) -> Option<Way> {
    let path = copy.path(&found.file);
    let quoted: Vec<&str> = help.split('`').skip(1).step_by(2).collect();
    let first = quoted.first().copied().unwrap_or_default();
    if let Some(order) = help.strip_prefix("or set `order = ") {
        assert!(order.starts_with("numeric`"), "{help}");
        let order = Order::Numeric;
        return Some(Way::With(Box::new(Settings {
            order,
            ..settings.clone()
        })));
    }
    if let Some((_, rest)) = help.split_once("add `layout = ") {
        let name = rest.split('`').next()?;
        let layout = Layout::ALL
            .into_iter()
            .find(|layout| layout.name() == name)?;
        return Some(Way::With(Box::new(Settings {
            layout,
            ..settings.clone()
        })));
    }
    if help.starts_with("pad all versions with zeros to ") {
        let width: usize = help.split(' ').find_map(|word| word.parse().ok())?;
        for name in names_in(path.parent()?) {
            let digits = name.bytes().take_while(u8::is_ascii_digit).count();
            let (version, rest) = name.split_at(digits);
            fs::rename(
                path.with_file_name(&name),
                path.with_file_name(format!("{version:0>width$}{rest}")),
            )
            .ok()?;
        }
        return Some(Way::Done);
    }
    if let Some((_, rest)) = help.split_once("rename it to `") {
        let name = rest.split('`').next()?;
        fs::rename(&path, path.with_file_name(name)).ok()?;
        return Some(Way::Done);
    }
    if help.starts_with("create it inside ")
        || help == "add one, named like `0001_create_users.sql`"
    {
        fs::create_dir_all(&path).ok()?;
        fs::write(path.join("0001_create_users.sql"), "CREATE TABLE users ();").ok()?;
        return Some(Way::Done);
    }
    if let Some(name) = help
        .strip_prefix("add `")
        .and_then(|rest| rest.split('`').next())
        && Path::new(name)
            .extension()
            .is_some_and(|ending| ending == "sql")
    {
        fs::write(path.with_file_name(name), "SELECT 1;").ok()?;
        return Some(Way::Done);
    }
    if help.starts_with("move the statement to a later file: ") {
        fs::rename(&path, path.with_file_name("9999_later.sql")).ok()?;
        return Some(Way::Done);
    }
    if help.contains("migrations: move it there") {
        let above = path.parent()?;
        if path.is_dir() {
            copy_directory(&path, above);
            fs::remove_dir_all(&path).ok()?;
        } else {
            fs::rename(&path, above.parent()?.join(path.file_name()?)).ok()?;
        }
        return Some(Way::Done);
    }
    if help.starts_with("delete this hidden file")
        || help.starts_with("add that file, or delete the folder")
    {
        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
        return Some(Way::Done);
    }
    if help.starts_with("save it as UTF-8 without") {
        let text = decode(&fs::read(&path).ok()?)?;
        fs::write(&path, text).ok()?;
        return Some(Way::Done);
    }
    edit(&path, found, help, first, loaded)
}

/// The line that a byte is in, with its end.
fn line_at(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    start..end
}

/// The text with another name, or what makes the name there.
fn with_name(text: &str, found: &Diagnostic, help: &str, first: &str) -> Option<String> {
    let span = found.span.clone()?;
    let (before, after) = (&text[..span.start], &text[span.end..]);
    if help.starts_with("use the new name: ") || help.starts_with("did you mean \"") {
        let meant = help.split('"').nth(1)?;
        return Some(format!("{before}{meant}{after}"));
    }
    if help.starts_with("add one first: ") {
        return Some(format!("{first};\n{text}"));
    }
    if help.starts_with("drop constraint ") && help.ends_with("or add CASCADE to drop it as well") {
        return Some(format!("{} CASCADE{after}", &text[..span.end]));
    }
    None
}

/// Edits the file as the help says.
fn edit(path: &Path, found: &Diagnostic, help: &str, first: &str, loaded: &Loaded) -> Option<Way> {
    let text = loaded.text(&found.file)?;
    let line = found.span.as_ref().map(|span| line_at(text, span.start));
    let directive = help
        .split('`')
        .find(|part| part.starts_with("-- migrate: "));
    let edited = if let Some(edited) = with_name(text, found, help, first) {
        edited
    } else if let Some(directive) = directive
        && directive.contains("allow(")
        && !directive.contains("<rule>")
        && !help.starts_with("say why")
    {
        let at = line.map_or(0, |line| line.start);
        let directive = directive.replace("<reason>", "tried here");
        format!("{}{directive}\n{}", &text[..at], &text[at..])
    } else if help.starts_with("move the statement to a file of its own that starts with")
        && text.matches(';').count() > 1
    {
        // The statement, without the line above it that is complained of.
        let span = found.span.clone()?;
        let begin = if text[span.start..].starts_with("migrate:") {
            line.as_ref()?.end
        } else {
            span.start
        };
        let end = text[begin..]
            .find(';')
            .map_or(text.len(), |at| begin + at + 1);
        let moved = format!("{}\n{}\n", directive?, &text[begin..end]);
        fs::write(path.with_file_name("9999_moved.sql"), moved).ok()?;
        format!("{}{}", &text[..line?.start], &text[end..])
    } else if help.starts_with("begin the file with `-- migrate:")
        || help.starts_with("move the statement to a file of its own that starts with")
    {
        format!("{}\n{text}", directive?)
    } else if help.starts_with("write `-- migrate: no-transaction`")
        || help.starts_with("write a number and its unit")
    {
        let line = line?;
        format!(
            "{}{}\n{}",
            &text[..line.start],
            directive?,
            &text[line.end..]
        )
    } else if help == "move it to a line of its own above the first statement" {
        let span = found.span.clone()?;
        let start = text[..span.end].rfind("--")?;
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        format!("{}\n{}{}", &text[start..end], &text[..start], &text[end..])
    } else if help == "delete the directive" || help.starts_with("remove it: a migration is sent") {
        let line = line?;
        format!("{}{}", &text[..line.start], &text[line.end..])
    } else if help == "move this to a separate comment" {
        let span = found.span.clone()?;
        let (kept, moved) = (text[..span.start].trim_end(), &text[span.clone()]);
        format!("{kept}\n-- {moved}{}", &text[span.end..])
    } else if let Some(word) = help.strip_prefix("did you mean `") {
        let span = found.span.clone()?;
        let meant = word.split('`').next()?;
        format!("{}{meant}{}", &text[..span.start], &text[span.end..])
    } else if help.starts_with("remove it: migrate runs the file") || help == "remove the statement"
    {
        let mut span = found.span.clone()?;
        span.start = text[..span.start].rfind(';').map_or(0, |at| at + 1);
        let end = text[span.start..]
            .find(';')
            .map_or(text.len(), |at| span.start + at + 1);
        format!("{}{}", &text[..span.start], &text[end..])
    } else if help.starts_with("delete it: ") {
        let span = found.span.clone()?;
        format!("{}{}", &text[..span.start], &text[span.end..])
    } else if help.starts_with("close it with `") {
        format!("{}{first}\n", text.trim_end())
    } else if help
        .starts_with("write `CREATE INDEX CONCURRENTLY`, in a file of its own that begins with")
    {
        let start = found.span.clone()?.start;
        let start = text[..start].rfind(';').map_or(0, |at| at + 1);
        let end = text[start..]
            .find(';')
            .map_or(text.len(), |at| start + at + 1);
        let index = text[start..end].replacen("CREATE INDEX", "CREATE INDEX CONCURRENTLY", 1);
        let own = format!("{}\n{index}", directive?);
        fs::write(
            path.with_file_name(format!("{}_index.sql", 9000 + start)),
            own,
        )
        .ok()?;
        format!("{}{}", &text[..start], &text[end..])
    } else {
        return None;
    };
    fs::write(path, edited).ok()?;
    Some(Way::Done)
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

/// A text as an editor reads it that knows byte order marks.
fn decode(bytes: &[u8]) -> Option<String> {
    let units = |rest: &[u8], read: fn([u8; 2]) -> u16| {
        let pairs = rest.chunks_exact(2).filter_map(|pair| pair.try_into().ok());
        let units = pairs.map(read);
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .ok()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

/// Copies a directory; special files, huge ones and what a link leads to nowhere are left out.
pub(crate) fn copy_directory(from: &Path, to: &Path) {
    let entries = fs::read_dir(from).into_iter().flatten().flatten();
    for entry in entries {
        let (source, target): (PathBuf, PathBuf) = (entry.path(), to.join(entry.file_name()));
        match fs::metadata(&source) {
            Ok(found) if found.is_dir() => {
                let _ = fs::create_dir_all(&target);
                copy_directory(&source, &target);
            }
            Ok(found) if found.is_file() && found.len() < 1 << 20 => {
                let _ = fs::copy(&source, &target);
            }
            _ => {}
        }
    }
}
