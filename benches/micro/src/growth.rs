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
    ("cases", 400, |size| {
        let (begin, end) = ("CASE WHEN true THEN ", " ELSE 0 END");
        one(format!(
            "SELECT {}1{};",
            begin.repeat(size),
            end.repeat(size)
        ))
    }),
    // A file of many lines.
    ("rows", 4000, |size| {
        let rows = repeat(size, |row| format!("  ({row}, 'name of {row}', now()),\n"));
        one(format!("INSERT INTO t VALUES\n{rows}  (0, '', now());\n"))
    }),
    ("statements", 200, |size| {
        one(repeat(size, |row| {
            format!(
                "CREATE TABLE t{row} (id bigint PRIMARY KEY, p bigint REFERENCES t);\n\
                 CREATE INDEX i{row} ON t{row} (p);\nINSERT INTO t{row} VALUES (1, 1);\n\
                 ALTER TABLE a{row} ADD c text;\nALTER TABLE a{row} RENAME c TO d;\n\
                 ALTER TABLE a{row} DROP d;\n"
            )
        }))
    }),
    ("functions", 200, |size| {
        one(repeat(size, |row| {
            format!(
                "CREATE FUNCTION f{row}() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;\n\
                 DO $do$ BEGIN PERFORM f{row}(); END $do$;\n"
            )
        }))
    }),
    // All that was created in one file changes in the next.
    ("dropped-tables", 200, |size| {
        two(size, table, |row| format!("DROP TABLE t{row};\n"))
    }),
    ("renamed-tables", 200, |size| {
        two(size, table, |row| {
            format!("ALTER TABLE t{row} RENAME TO u{row};\n")
        })
    }),
    ("moved-tables", 200, |size| {
        two(size, table, |row| {
            format!("ALTER TABLE t{row} SET SCHEMA s{row};\n")
        })
    }),
    ("renamed-columns", 200, |size| {
        two(size, table, |row| {
            format!("ALTER TABLE t{row} RENAME p TO q;\n")
        })
    }),
    ("types-of-columns", 200, |size| {
        two(size, table, |row| {
            format!("ALTER TABLE t{row} ALTER p TYPE text;\n")
        })
    }),
    ("types", 200, |size| {
        let make = |row| {
            format!(
                "CREATE TYPE e{row} AS ENUM ('a');\nCREATE DOMAIN d{row} AS int;\n\
                 CREATE TABLE t{row} (e e{row}, d d{row});\n"
            )
        };
        two(size, make, |row| {
            format!(
                "ALTER TYPE e{row} RENAME TO f{row};\nALTER DOMAIN d{row} ADD CHECK (value > 0);\n\
                 DROP TYPE f{row} CASCADE;\n"
            )
        })
    }),
    ("schemas", 200, |size| {
        let make = |row| format!("CREATE SCHEMA s{row};\nCREATE TABLE s{row}.t{row} (id int);\n");
        two(size, make, |row| {
            format!("ALTER SCHEMA s{row} RENAME TO r{row};\nDROP SCHEMA r{row} CASCADE;\n")
        })
    }),
    ("emptied-tables", 300, |size| {
        two(
            size,
            |row| format!("DELETE FROM t{row};\nTRUNCATE u{row};\n"),
            |row| format!("INSERT INTO t{row} VALUES (1);\n"),
        )
    }),
    ("enum-values", 200, |size| {
        let values = repeat(size, |row| format!("ALTER TYPE e ADD VALUE 'v{row}';\n"));
        let uses = repeat(size, |row| {
            format!("UPDATE t SET e = 'v{row}' WHERE id = {row};\n")
        });
        one(values + &uses)
    }),
    // One table that has a lot of everything.
    ("constraints", 150, |size| {
        let make = |row| {
            format!(
                "ALTER TABLE t ADD c{row} int;\n\
                 ALTER TABLE t ADD CONSTRAINT k{row} CHECK (c{row} IS NOT NULL) NOT VALID;\n\
                 ALTER TABLE t ADD CONSTRAINT f{row} FOREIGN KEY (c{row}) REFERENCES p NOT VALID;\n"
            )
        };
        two(size, make, |row| {
            format!(
                "ALTER TABLE t VALIDATE CONSTRAINT k{row};\nALTER TABLE t ALTER c{row} SET NOT NULL;\n\
                 ALTER TABLE t DROP CONSTRAINT k{row};\nALTER TABLE t DROP CONSTRAINT f{row};\n\
                 CREATE INDEX i{row} ON t (c{row});\nALTER TABLE t ALTER c{row} TYPE text;\n"
            )
        })
    }),
    ("partitions", 200, |size| {
        let make = |row| {
            format!("CREATE TABLE t{row} PARTITION OF t FOR VALUES FROM ({row}) TO ({row} + 1);\n")
        };
        let parent = "CREATE TABLE t (id int) PARTITION BY RANGE (id);\n".to_owned();
        let mut files = two(size, make, |row| {
            format!("ALTER TABLE t DETACH PARTITION t{row};\n")
        });
        files.insert(0, ("0000_t.sql".to_owned(), parent));
        files
    }),
    ("down-files", 150, |size| {
        (1..=size)
            .flat_map(|number| {
                let up = (format!("{number:06}_t.sql"), table(number));
                let down = format!("ALTER TABLE t{number} RENAME TO u;\nDROP TABLE u;\n");
                [up, (format!("{number:06}_t.down.sql"), down)]
            })
            .collect()
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

fn two(
    size: usize,
    first: impl Fn(usize) -> String,
    second: impl Fn(usize) -> String,
) -> Vec<(String, String)> {
    let mut files = one(repeat(size, first));
    files.push(("0002_b.sql".to_owned(), repeat(size, second)));
    files
}

fn table(number: usize) -> String {
    format!(
        "CREATE TABLE t{number} (id bigint PRIMARY KEY, p bigint REFERENCES t{});\n\
         CREATE INDEX i{number} ON t{number} (p);\n",
        number / 2
    )
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
