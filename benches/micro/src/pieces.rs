//! The pieces, and what they work on.

use std::fs;
use std::hint::black_box;
use std::io;
use std::path::{Path, PathBuf};

use migrate_check::pack::pack;
use migrate_check::{Loaded, Settings, TableName, load};
use migrate_runtime::Migrations;
use migrate_sql::grammar;
use migrate_sql::scanner::scan;
use migrate_sql::splitter::{Analysis, analyse};

use crate::session::Scripted;

/// How many files the subject has.
const FILES: usize = 100;

/// A directory of migrations, and what the pieces need to have of it beforehand.
#[derive(Debug)]
pub struct Subject {
    root: PathBuf,
    texts: Vec<String>,
    analysed: Vec<Analysis>,
    settings: Settings,
    loaded: Loaded,
    set: Migrations,
}

impl Subject {
    /// Writes the directory below `root`, unless it is there.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn prepare(root: &Path) -> io::Result<Self> {
        let directory = root.join("migrations");
        fs::create_dir_all(&directory)?;
        let texts: Vec<String> = (1..=FILES).map(text).collect();
        for (number, text) in (1..).zip(&texts) {
            fs::write(
                directory.join(format!("{number:04}_create_shelf_{number}.sql")),
                text,
            )?;
        }
        let settings = Settings::default();
        let loaded = load(root, "migrations", &settings);
        Ok(Self {
            root: root.to_owned(),
            analysed: texts.iter().map(|text| analyse(text)).collect(),
            texts,
            settings,
            set: Migrations::from_loaded("migrations", &loaded, &TableName::default()),
            loaded,
        })
    }
}

/// What people write: comments, types, defaults, quotes of several kinds, a function.
fn text(number: usize) -> String {
    format!(
        "-- Shelf {number}: where a book stands, and since when.\n\
         CREATE TABLE shelf_{number} (\n    \
             id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    \
             book_id bigint NOT NULL,\n    \
             label text NOT NULL DEFAULT 'row ''{number}''' CHECK (label <> ''),\n    \
             width numeric(8, 2) NOT NULL DEFAULT 0.0 CHECK (width >= 0 AND width < 1e4),\n    \
             marks text[] NOT NULL DEFAULT '{{}}',\n    \
             since timestamptz NOT NULL DEFAULT now()\n\
         );\n\
         CREATE INDEX shelf_{number}_book ON shelf_{number} (book_id, since DESC) WHERE width > 0;\n\
         CREATE FUNCTION shelf_{number}_room(wanted numeric) RETURNS boolean LANGUAGE sql STABLE AS $$\n    \
             SELECT coalesce(sum(s.width), 0) + wanted < 100 FROM shelf_{number} AS s\n\
         $$;\n\
         /* Books that were lost long ago. */\n\
         INSERT INTO shelf_{number} (book_id, label) SELECT g, E'lost\\t' || g FROM generate_series(1, 3) AS g;\n"
    )
}

/// A piece: its name, and one run of it.
pub type Piece = (&'static str, fn(&Subject));

/// From the scanner to the engine.
pub const PIECES: &[Piece] = &[
    ("nothing", |_| {}),
    ("scan", |subject| {
        for text in &subject.texts {
            black_box(scan(text));
        }
    }),
    ("analyse", |subject| {
        for text in &subject.texts {
            black_box(analyse(text));
        }
    }),
    ("parse", |subject| {
        for (text, analysis) in subject.texts.iter().zip(&subject.analysed) {
            black_box(grammar::parse(text, &analysis.tokens, &analysis.faults));
        }
    }),
    ("load", |subject| {
        black_box(load(&subject.root, "migrations", &subject.settings));
    }),
    ("pack", |subject| {
        black_box(pack(&subject.loaded.migrations));
    }),
    ("start", |subject| {
        assert_eq!(Scripted::current(&subject.set).run(&subject.set), Some(0));
    }),
    ("apply", |subject| {
        let applied = Scripted::empty().run(&subject.set);
        assert_eq!(applied, Some(subject.set.len()));
    }),
];
