//! `~/.pgpass`: passwords kept where neither a command line nor an environment shows them.

use std::fs;
use std::path::Path;

/// What a line of the file has to match.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'w> {
    pub(crate) host: &'w str,
    pub(crate) port: u16,
    pub(crate) database: &'w str,
    pub(crate) user: &'w str,
}

/// The password of the first line that matches; None without such a line or such a file.
pub(crate) fn find(file: &Path, wanted: Wanted<'_>) -> Option<String> {
    // Like libpq, and like ssh: a file that others can read is passed over.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if fs::metadata(file).ok()?.permissions().mode() & 0o077 != 0 {
            return None;
        }
    }
    fs::read_to_string(file)
        .ok()?
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
    // A socket directory is written `localhost` there.
    let named = if wanted.host.starts_with('/') {
        "localhost"
    } else {
        wanted.host
    };
    (fits(&host, named) || host == wanted.host)
        .then_some(())
        .filter(|()| fits(&port, &wanted.port.to_string()))
        .filter(|()| fits(&database, wanted.database) && fits(&user, wanted.user))
        .map(|()| password)
}

#[cfg(test)]
mod tests {
    use super::{Wanted, password};

    const WANTED: Wanted<'_> = Wanted {
        host: "db",
        port: 5432,
        database: "shop",
        user: "app",
    };

    #[test]
    fn the_line_has_to_match_in_every_field() {
        let find = |line| password(line, WANTED);
        assert_eq!(find("db:5432:shop:app:x").as_deref(), Some("x"));
        assert_eq!(find(r"*:*:*:app:a\:b:c").as_deref(), Some("a:b:c"));
        assert_eq!(find("db:5433:shop:app:x"), None);
        assert_eq!(find("db:5432:shop"), None);
    }

    #[test]
    fn a_socket_is_localhost() {
        let socket = Wanted {
            host: "/run/postgresql",
            ..WANTED
        };
        assert_eq!(password("localhost:*:*:*:x", socket).as_deref(), Some("x"));
    }
}
