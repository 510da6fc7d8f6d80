//! Migrations to measure with, the same for every application but for the names of the files.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::place::root;
use crate::tool::Layout;

/// A set of migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    /// So many files of about 1 KB.
    Small(usize),
    /// 100 files of 200 KB.
    Large,
    /// The repository's example.
    Schema,
    /// 100 files that leave ten tables: the first ten make one each, the others alter them.
    Altering,
}

impl Set {
    /// As the command line names it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "large" => Some(Self::Large),
            "schema" => Some(Self::Schema),
            "altering" => Some(Self::Altering),
            _ => name
                .parse()
                .ok()
                .filter(|count| *count > 0)
                .map(Self::Small),
        }
    }

    /// How many migrations it holds.
    pub(crate) fn count(self) -> usize {
        match self {
            Self::Small(count) => count,
            Self::Large | Self::Altering => 100,
            Self::Schema => example().len(),
        }
    }

    /// The migrations: name without version, and text.
    pub(crate) fn migrations(self) -> Vec<(String, String)> {
        let made = |text: fn(usize) -> String| {
            let one = |number| (format!("create_t{number:05}"), text(number));
            (1..=self.count()).map(one).collect()
        };
        match self {
            Self::Small(_) => made(small),
            Self::Large => made(large),
            Self::Schema => example(),
            Self::Altering => made(altering),
        }
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Small(count) => write!(f, "{count}"),
            Self::Large => f.write_str("large"),
            Self::Schema => f.write_str("schema"),
            Self::Altering => f.write_str("altering"),
        }
    }
}

/// A table as applications have them, an index, a comment; about 1 KB.
pub(crate) fn small(number: usize) -> String {
    format!(
        "-- Orders of shop {number}. The importer adds rows at night; during the day the shop's staff look\n\
         -- them up by customer, the latest first, which is what the index is for.\n\
         CREATE TABLE t{number:05} (\n    \
             order_id bigint PRIMARY KEY,\n    \
             customer_id bigint NOT NULL,\n    \
             clerk_id bigint,\n    \
             state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid', 'shipped', 'void')),\n    \
             reference text NOT NULL,\n    \
             remark text NOT NULL DEFAULT '',\n    \
             total numeric(14, 2) NOT NULL DEFAULT 0 CHECK (total >= 0),\n    \
             labels text[] NOT NULL DEFAULT '{{}}',\n    \
             details jsonb NOT NULL DEFAULT '{{}}'::jsonb,\n    \
             ordered_at timestamptz NOT NULL DEFAULT now(),\n    \
             changed_at timestamptz NOT NULL DEFAULT now()\n\
         );\n\n\
         CREATE INDEX t{number:05}_customer ON t{number:05} (customer_id, ordered_at DESC);\n\n\
         COMMENT ON TABLE t{number:05} IS 'Orders of shop {number}: totals in the currency of the shop, times in UTC.';\n"
    )
}

/// One of ten tables, or a column more for one of them.
fn altering(number: usize) -> String {
    if number <= 10 {
        return small(number);
    }
    let table = (number - 1) % 10 + 1;
    format!("ALTER TABLE t{table:05} ADD COLUMN note_{number} text;\n")
}

/// A table and the rows it starts with, 200 KB of them.
fn large(number: usize) -> String {
    let table = format!("t{number:05}");
    let mut text = format!(
        "CREATE TABLE {table} (id int PRIMARY KEY, name text NOT NULL, note text NOT NULL);\n"
    );
    let mut id = 0_u32;
    while text.len() < 200_000 {
        let _ = write!(text, "INSERT INTO {table} (id, name, note) VALUES\n    ");
        for place in 0..100 {
            let comma = if place == 0 { "" } else { ",\n    " };
            let noise = id.wrapping_mul(0x9E37_79B1) ^ 0x5BD1_E995;
            let _ = write!(
                text,
                "{comma}({id}, 'name {id} of {number}', 'a note as long as notes are, {noise:08x}')"
            );
            id += 1;
        }
        text.push_str(";\n");
    }
    text
}

/// The example's up files in order.
fn example() -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("migrations"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
        .iter()
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_suffix(".sql")?;
            let up = name
                .rsplit_once('.')
                .is_none_or(|(_, ending)| ending != "down");
            let name = name
                .split_once(['_', '-'])?
                .1
                .trim_end_matches(".up")
                .to_owned();
            up.then(|| fs::read_to_string(path).ok().map(|text| (name, text)))?
        })
        .collect()
}

/// The path of a migration below the directory of migrations.
pub(crate) fn file(layout: Layout, number: usize, name: &str) -> PathBuf {
    match layout {
        Layout::None | Layout::Flat | Layout::Listed => format!("{number:05}_{name}.sql"),
        Layout::Refinery => format!("V{number}__{name}.sql"),
        Layout::Diesel => format!("{number:05}_{name}/up.sql"),
    }
    .into()
}

/// Writes the set into `application`, below `migrations/`.
pub(crate) fn write(set: Set, layout: Layout, application: &Path) -> Outcome {
    if layout == Layout::None {
        return Ok(());
    }
    for (at, (name, text)) in set.migrations().into_iter().enumerate() {
        let path = application
            .join("migrations")
            .join(file(layout, at + 1, &name));
        fs::create_dir_all(path.parent().ok_or("a file has a directory")?)?;
        fs::write(path, text)?;
    }
    write_list(layout, application)
}

/// What the authors of a list keep by hand.
pub(crate) fn write_list(layout: Layout, application: &Path) -> Outcome {
    if layout != Layout::Listed {
        return Ok(());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(application.join("migrations"))? {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    let mut list = "pub(crate) static MIGRATIONS: &[(&str, &str)] = &[\n".to_owned();
    for name in names {
        let stem = name.trim_end_matches(".sql");
        let _ = writeln!(
            list,
            "    (\"{stem}\", include_str!(\"../migrations/{name}\")),"
        );
    }
    list.push_str("];\n");
    fs::write(application.join("src/list.rs"), list)?;
    Ok(())
}

/// All of a set in one file, for psql.
pub(crate) fn write_whole(set: Set, path: &Path) -> Outcome {
    let texts: Vec<String> = set.migrations().into_iter().map(|(_, text)| text).collect();
    fs::write(path, texts.concat())?;
    Ok(())
}
