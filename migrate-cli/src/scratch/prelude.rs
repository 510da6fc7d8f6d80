//! SQL that prepares the scratch database: roles, extensions, settings.

use std::fs;
use std::path::Path;

use tokio_postgres::error::ErrorPosition;

use super::Scratch;
use crate::failure::Failure;

/// A file that runs before the migrations, and is none of them.
#[derive(Debug)]
pub(crate) struct Prelude {
    path: String,
    sql: String,
}

impl Prelude {
    /// # Errors
    /// The file cannot be read, or is not UTF-8.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(sql) => Ok(Self { path: shown, sql }),
            Err(error) => Err(Failure::environment(format!("cannot read {shown}")).cause(&error)),
        }
    }

    /// The line and column of a position that the server gives, in characters from 1.
    fn place(&self, position: u32) -> (usize, usize) {
        let before = self.sql.chars().take(position.saturating_sub(1) as usize);
        before.fold((1, 1), |(line, column), character| match character {
            '\n' => (line + 1, 1),
            _ => (line, column + 1),
        })
    }
}

impl Scratch {
    /// Runs the prelude on the connection that applies the migrations, so that its `SET` holds for them.
    ///
    /// # Errors
    /// The server's, at its place in the file.
    pub(crate) async fn prepare(&self, prelude: &Prelude) -> Result<(), Failure> {
        let failed = |error: tokio_postgres::Error| {
            let database = error.as_db_error();
            let mut place = prelude.path.clone();
            if let Some(ErrorPosition::Original(position)) =
                database.and_then(|database| database.position())
            {
                let (line, column) = prelude.place(*position);
                place = format!("{place}:{line}:{column}");
            }
            Failure::refused(format!("{place}: the prelude failed")).driver(&error)
        };
        self.client
            .batch_execute(&prelude.sql)
            .await
            .map_err(failed)?;
        // The observer needs these messages, whatever the prelude has set.
        self.client
            .batch_execute("SET client_min_messages = debug1")
            .await
            .map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::Prelude;

    #[test]
    fn a_position_counts_characters_not_bytes() {
        let prelude = Prelude {
            path: "prelude.sql".to_owned(),
            sql: "-- é\nSELECT 'é', x".to_owned(),
        };
        assert_eq!(prelude.place(1), (1, 1));
        assert_eq!(prelude.place(18), (2, 13));
    }
}
