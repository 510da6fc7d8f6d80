//! `~/.pgpass`: passwords kept where neither a command line nor an environment shows them.

use std::path::Path;

use super::file;
use super::place::Place;

/// What a line of the file has to match.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'w> {
    pub(crate) place: &'w Place,
    pub(crate) database: &'w str,
    pub(crate) user: &'w str,
}

/// The password of the first line that matches; None without such a line or such a file.
pub(crate) fn find(file: &Path, wanted: Wanted<'_>) -> Option<String> {
    // Like libpq, and like ssh: a file that others can read is passed over.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if std::fs::metadata(file).ok()?.permissions().mode() & 0o077 != 0 {
            return None;
        }
    }
    let text = file::read(file).ok()?;
    String::from_utf8_lossy(&text)
        .lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| password(line, wanted))
}

/// `host:port:database:user:password`, where `*` stands for anything and `\` takes a `:` or `\` as it is.
fn password(line: &str, wanted: Wanted<'_>) -> Option<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            ':' if fields.len() < 5 => fields.push(String::new()),
            '\\' => fields.last_mut()?.push(characters.next()?),
            _ => fields.last_mut()?.push(character),
        }
    }
    let [host, port, database, user, password] = fields.try_into().ok()?;
    let fits = |field: &str, value: &str| field == "*" || field == value;
    // The usual socket directory is written `localhost` there; any other by its path.
    let named = if wanted.place.is_usual_socket() {
        "localhost"
    } else {
        wanted.place.host.as_str()
    };
    (fits(&host, named) || host == wanted.place.host)
        .then_some(())
        .filter(|()| fits(&port, &wanted.place.port.to_string()))
        .filter(|()| fits(&database, wanted.database) && fits(&user, wanted.user))
        .map(|()| password)
}

#[cfg(test)]
mod tests {
    use super::{Place, Wanted, password};

    fn find(host: &str, line: &str) -> Option<String> {
        let place = Place {
            host: host.to_owned(),
            address: None,
            port: 5432,
        };
        let wanted = Wanted {
            place: &place,
            database: "shop",
            user: "app",
        };
        password(line, wanted)
    }

    #[test]
    fn the_line_has_to_match_in_every_field() {
        assert_eq!(find("db", "db:5432:shop:app:x").as_deref(), Some("x"));
        assert_eq!(find("db", r"*:*:*:app:a\:b:c").as_deref(), Some("a:b:c"));
        assert_eq!(find("db", "db:5433:shop:app:x"), None);
        assert_eq!(find("db", "db:5432:shop"), None);
    }

    #[test]
    fn the_usual_socket_is_localhost_and_no_other_is() {
        let line = "localhost:*:*:*:x";
        assert_eq!(find("/var/run/postgresql", line).as_deref(), Some("x"));
        assert_eq!(find("/srv/other", line), None);
        assert_eq!(
            find("/srv/other", "/srv/other:*:*:*:x").as_deref(),
            Some("x")
        );
    }
}
