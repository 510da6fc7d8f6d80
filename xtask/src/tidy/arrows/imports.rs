//! What the modules of a crate take from each other, read from their text. Tests may take what they like.

use std::collections::{BTreeMap, BTreeSet};

use super::File;

/// The modules of a crate by path, such as `lint::rules`; the root has an empty one.
pub(super) struct Modules<'f> {
    files: BTreeMap<String, &'f File>,
}

impl<'f> Modules<'f> {
    /// Of the files below `folder`, which are a crate's `src/`.
    pub(super) fn of(files: &'f [File], folder: &str) -> Self {
        let sources = files.iter().filter(|file| file.has_extension("rs"));
        let files = sources.filter_map(|file| {
            let path = file.path.strip_prefix(folder)?.strip_suffix(".rs")?;
            let path = path.strip_suffix("/mod").unwrap_or(path).replace('/', "::");
            let is_test = matches!(file.name(), "tests.rs" | "testing.rs");
            let path = if path == "lib" { String::new() } else { path };
            (!is_test).then_some((path, file))
        });
        Self {
            files: files.collect(),
        }
    }

    /// Every module, its file, and the modules it takes something from.
    pub(super) fn edges(&self) -> impl Iterator<Item = (&str, &'f File, BTreeSet<String>)> {
        self.files.iter().map(|(module, file)| {
            let paths = paths(&file.text).into_iter();
            let mut needed: BTreeSet<String> = paths
                .filter_map(|path| self.resolve(module, &path, 0))
                .collect();
            needed.remove(module);
            (module.as_str(), *file, needed)
        })
    }

    /// The module that defines what `module` calls `path`; None if it is not in this crate.
    fn resolve(&self, module: &str, path: &str, depth: usize) -> Option<String> {
        let mut at = module.to_owned();
        let mut parts = path.split("::").peekable();
        let first = *parts.peek()?;
        match first {
            "crate" => at.clear(),
            "self" | "super" => {}
            // A name of its own.
            _ if depth > 0 || self.files.contains_key(&join(module, first)) => {}
            _ => return None,
        }
        for part in parts {
            match part {
                "crate" | "self" => {}
                "super" => {
                    let above = at.rsplit_once("::").map_or("", |(above, _)| above);
                    at = above.to_owned();
                }
                _ if self.files.contains_key(&join(&at, part)) => at = join(&at, part),
                name => return Some(self.origin(&at, name, depth)),
            }
        }
        Some(at)
    }

    /// Where a name of a module comes from: the module itself, or the one that it takes the name from.
    fn origin(&self, module: &str, name: &str, depth: usize) -> String {
        let own = || module.to_owned();
        let Some(file) = self.files.get(module).filter(|_| depth < 8) else {
            return own();
        };
        let imported = imports(&file.text).into_iter().find_map(|path| {
            let (path, alias) = path.split_once(" as ").unwrap_or((&path, ""));
            let last = path.rsplit("::").next().unwrap_or_default();
            (alias == name || alias.is_empty() && last == name).then(|| path.to_owned())
        });
        imported
            .and_then(|path| self.resolve(module, &path, depth + 1))
            .unwrap_or_else(own)
    }
}

fn join(module: &str, name: &str) -> String {
    if module.is_empty() {
        name.to_owned()
    } else {
        format!("{module}::{name}")
    }
}

/// The part of a text that is neither tests nor comments.
fn code(text: &str) -> String {
    let code = text.split("\nmod tests {").next();
    let lines = code.unwrap_or_default().lines();
    let lines = lines.filter(|line| !line.trim_start().starts_with("//"));
    lines.fold(String::new(), |code, line| code + line + "\n")
}

/// Every path that a text names: those that it imports, and those written out where they are needed.
fn paths(text: &str) -> Vec<String> {
    let code = code(text);
    let mut paths = imports(text);
    for start in ["crate::", "super::"] {
        paths.extend(code.match_indices(start).filter_map(|(at, _)| {
            let before = code.get(..at)?.chars().next_back();
            let is_whole = before.is_none_or(|before| !is_of_path(before) && before != '$');
            let rest = code.get(at..)?;
            let end = rest.find(|next| !is_of_path(next)).unwrap_or(rest.len());
            let path = rest.get(..end)?.trim_end_matches(':');
            (is_whole && path.contains("::")).then(|| path.to_owned())
        }));
    }
    paths
}

fn is_of_path(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | ':')
}

/// Every path that a text imports, one a name: `use a::{b, c::D};` is `a::b` and `a::c::D`.
fn imports(text: &str) -> Vec<String> {
    let code = code(text);
    let mut found = Vec::new();
    let mut statement = String::new();
    for line in code.lines().map(str::trim) {
        let begins = line.starts_with("use ") || line.starts_with("pub") && line.contains(" use ");
        if statement.is_empty() && !begins {
            continue;
        }
        statement.push_str(line);
        if line.ends_with(';') {
            let tree = statement.split_once("use ").map_or("", |(_, tree)| tree);
            expand("", tree.trim_end_matches(';'), &mut found);
            statement.clear();
        }
    }
    found
}

/// Takes a tree of names apart. Nesting is written by people, so it is not deep.
fn expand(before: &str, tree: &str, found: &mut Vec<String>) {
    let mut depth = 0_usize;
    let mut start = 0;
    let ends = tree.char_indices().chain([(tree.len(), ',')]);
    for (at, character) in ends {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                let branch = tree.get(start..at).unwrap_or_default().trim();
                start = at + 1;
                match branch.split_once('{') {
                    Some((path, inside)) => {
                        let inside = inside.strip_suffix('}').unwrap_or(inside);
                        expand(&format!("{before}{path}"), inside, found);
                    }
                    None if branch.is_empty() => {}
                    None => {
                        let path = format!("{before}{branch}");
                        found.push(path.trim_end_matches("::self").to_owned());
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{File, circle};
    use super::{Modules, imports};

    fn files(texts: &[(&str, &str)]) -> Vec<File> {
        let files = texts.iter().map(|(path, text)| File {
            path: format!("p/src/{path}"),
            text: (*text).to_owned(),
        });
        files.collect()
    }

    #[test]
    fn trees_of_names_are_taken_apart() {
        let text = "use a::{b, c::{self, D as E}};\npub(crate) use self::f::*;\n";
        assert_eq!(
            imports(text),
            ["a::b", "a::c", "a::c::D as E", "self::f::*"]
        );
    }

    #[test]
    fn a_name_is_traced_to_where_it_stands() {
        let files = files(&[
            ("lib.rs", "mod a;\nmod b;\n"),
            ("a/mod.rs", "mod c;\npub use self::c::Thing;\n"),
            ("a/c.rs", "pub struct Thing;\n"),
            (
                "b.rs",
                "use crate::a::Thing;\n#[cfg(test)]\nmod tests {\n    use crate::d::X;\n}\n",
            ),
        ]);
        let modules = Modules::of(&files, "p/src/");
        let needed = modules.edges().find(|(module, ..)| *module == "b");
        let needed: Vec<String> = needed.unwrap().2.into_iter().collect();
        assert_eq!(needed, ["a::c"]);
    }

    #[test]
    fn a_circle_is_found_and_a_folder_with_its_index_is_none() {
        let with = |text| {
            files(&[
                ("a/mod.rs", "mod b;\nmod c;\nuse self::b::B;\nstruct A;\n"),
                ("a/b.rs", "use super::A;\nuse super::c::C;\n"),
                ("a/c.rs", text),
            ])
        };
        let find = |files: &[File]| circle::all(&Modules::of(files, "p/src/"));
        assert_eq!(find(&with("use super::A;\n")).len(), 0);
        let circles = find(&with("fn f(b: super::b::B) {}\n"));
        assert_eq!(circles.len(), 1);
        let circle: Vec<&String> = circles.iter().flatten().collect();
        assert_eq!(circle, ["a::b", "a::c"]);
    }
}
