//! Inputs that are easy to read in quadratic time. Each is made at any size; twice the size may take twice the work.

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::io;
use std::path::Path;

use migrate_check::{Settings, Style, load};

/// A kind of input: its name, a size at which it takes some hundred million instructions, and the files of a size.
pub type Shape = (&'static str, usize, fn(usize) -> Vec<(String, String)>);

/// What real directories and seed files have had too much of.
pub const SHAPES: &[Shape] = &[
    // One line of a seed file, with `--` in its strings.
    ("dashes", 4000, |size| {
        let rows = repeat(size, |row| format!("({row}, 'a -- b --m'), "));
        one(format!("INSERT INTO t VALUES {rows}(0, '');"))
    }),
    // Lines that end as old editors ended them.
    ("carriage-returns", 8000, |size| {
        one(repeat(size, |line| format!("-- {line}\r")) + "\nSELECT 1;")
    }),
    ("directives", 400, |size| {
        one(repeat(size, |_| "-- migrate: lock-timeuot 1s\n".to_owned()))
    }),
    ("directives-below", 800, |size| {
        one(repeat(size, |_| {
            "SELECT 1;\n-- migrate: out-of-order\n".to_owned()
        }))
    }),
    ("allows", 1000, |size| {
        one(repeat(size, |row| {
            format!("-- migrate: allow(drop-table) unused\nDROP TABLE t{row};\n")
        }))
    }),
    // Every problem is in the same line, and its column is counted in characters.
    ("one-line", 400, |size| {
        one(repeat(size, |row| format!("DROP TABLE \"ä{row}\"; ")))
    }),
    ("dollar-quotes", 2000, |size| {
        one(repeat(size, |row| {
            format!("SELECT $q{row}$ $ $$ $q{row}$;\n")
        }))
    }),
    ("open-dollar-quotes", 8000, |size| {
        one(repeat(size, |row| format!("SELECT $q{row}$;\n")))
    }),
    ("nesting", 2000, |size| {
        one(format!("SELECT {}1{};", "(".repeat(size), ")".repeat(size)))
    }),
    ("comments", 8000, |size| {
        one(format!(
            "{}{}SELECT 1;",
            "/*".repeat(size),
            "*/".repeat(size)
        ))
    }),
    ("files", 300, |size| {
        (1..=size)
            .map(|number| {
                let text = format!("CREATE TABLE t{number} (id bigint PRIMARY KEY);\n");
                (format!("{number:06}_t{number}.sql"), text)
            })
            .collect()
    }),
    // No two of them belong together, and none is in order.
    ("wrong-names", 500, |size| {
        (1..=size)
            .flat_map(|number| {
                let name = format!("{number}_t.sql");
                let down = format!("{}_u.down.sql", number + size);
                [(name, String::new()), (down, String::new())]
            })
            .collect()
    }),
];

fn one(text: String) -> Vec<(String, String)> {
    vec![("0001_a.sql".to_owned(), text)]
}

fn repeat(size: usize, part: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0..size {
        let _ = write!(text, "{}", part(number));
    }
    text
}

/// A directory with the files of a shape.
#[derive(Debug)]
pub struct Grown<'r> {
    root: &'r Path,
}

impl<'r> Grown<'r> {
    /// Writes them below `root`, in the place of others: so many times the usual size.
    ///
    /// # Errors
    ///
    /// They cannot be written.
    pub fn prepare(root: &'r Path, shape: &Shape, times: usize) -> io::Result<Self> {
        let directory = root.join("migrations");
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        fs::create_dir_all(&directory)?;
        let (_, size, files) = shape;
        for (name, text) in files(size * times) {
            fs::write(directory.join(name), text)?;
        }
        Ok(Self { root })
    }

    /// What a build does: reads them, checks them, and renders what is wrong.
    pub fn build(&self) {
        let loaded = load(self.root, "migrations", &Settings::default());
        let renderer = loaded.renderer(Style::Plain);
        for diagnostic in &loaded.diagnostics {
            black_box(renderer.render(diagnostic));
        }
    }
}
