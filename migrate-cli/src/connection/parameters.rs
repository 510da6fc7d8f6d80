//! Connection strings in both of libpq's forms.
//!
//! They are read here and not by `tokio-postgres`, for the sake of what is said about a string that is wrong:
//! an unescaped `@` or a missing quote puts a piece of the password where a host or a keyword is expected.
//! So no message shows any of a string except keywords that are in the lists below.

use crate::failure::Failure;

/// The keywords that mean something here. They are libpq's, and those that `tokio-postgres` has added.
const KNOWN: [&str; 33] = [
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "krbsrvname",
    "load_balance_hosts",
    "options",
    "passfile",
    "password",
    "port",
    "sslcert",
    "sslcompression",
    "sslkey",
    "sslmode",
    "sslnegotiation",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// Other keywords of libpq's, which promise something that is not kept here.
const UNSUPPORTED: [&str; 13] = [
    "oauth_issuer",
    "replication",
    "require_auth",
    "requirepeer",
    "requiressl",
    "scram_client_key",
    "scram_server_key",
    "service",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcertmode",
    "sslcrl",
    "sslcrldir",
];

/// What other tools put into a URL. Only these are named in a message about a keyword that is not known.
const FOREIGN: [&str; 12] = [
    "connection_limit",
    "currentSchema",
    "encoding",
    "pgbouncer",
    "pool_size",
    "pool_timeout",
    "schema",
    "search_path",
    "ssl",
    "sslaccept",
    "statement-cache-capacity",
    "timeout",
];

/// The values that a connection string gives to keywords. There is a password among them, so it has no `Debug`.
#[derive(Default)]
pub(crate) struct Parameters {
    values: Vec<(&'static str, Vec<u8>)>,
}

impl Parameters {
    /// Reads a URL or a list of `keyword=value`.
    ///
    /// # Errors
    /// A string of neither form, or a keyword that is not known.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let url = text.strip_prefix("postgres://");
        if let Some(rest) = url.or_else(|| text.strip_prefix("postgresql://")) {
            read_url(rest)
        } else if let Some(scheme) = other_scheme(text) {
            Err(
                Failure::environment(format!("the database URL begins with `{scheme}://`"))
                    .help("only PostgreSQL is supported: `postgres://user@host/database`"),
            )
        } else if let Some(begins) = RELATED.iter().find(|begins| text.starts_with(**begins)) {
            Err(
                Failure::environment(format!("the database URL begins with `{begins}`"))
                    .help("write it as `postgres://user@host/database`, without quotes around it"),
            )
        } else {
            read_pairs(text)
        }
    }

    /// The value of a keyword, unless it is empty. Bytes that are not UTF-8 are replaced.
    pub(crate) fn get(&self, keyword: &str) -> Option<String> {
        let value = self.bytes(keyword)?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    /// The value as it is, unless it is empty.
    pub(crate) fn bytes(&self, keyword: &str) -> Option<&[u8]> {
        let mut found = self.values.iter().rev();
        let (_, value) = found.find(|(name, _)| *name == keyword)?;
        Some(value.as_slice()).filter(|value| !value.is_empty())
    }

    fn set(&mut self, keyword: &'static str, value: Vec<u8>) -> Result<(), Failure> {
        if value.contains(&0) {
            return Err(Failure::environment(format!(
                "`{keyword}` in the database URL has a zero byte in it"
            )));
        }
        self.values.push((keyword, value));
        Ok(())
    }
}

/// How other libraries, and files that keep quotes, begin a URL. Nothing else of it is shown.
const RELATED: [&str; 5] = ["jdbc:postgresql:", "postgresql+", "postgres+", "\"", "'"];

/// The scheme of any other URL: letters and digits only, so that it is no piece of a password.
fn other_scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once("://")?;
    scheme
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric())
        .then_some(scheme)
}

/// `user:password@host:port,host:port/database?keyword=value&…`, all of it optional.
fn read_url(text: &str) -> Result<Parameters, Failure> {
    let mut parameters = Parameters::default();
    let end = text.find(['/', '?']).unwrap_or(text.len());
    let (authority, rest) = text.split_at(end);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (credentials, places) = authority.split_once('@').unwrap_or(("", authority));
    // Neither a host nor a database has an `@` in it: a password went on there.
    if places.contains('@') || path.contains('@') {
        return Err(unescaped());
    }
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    parameters.set("user", decode(user))?;
    parameters.set("password", decode(password))?;
    let (mut hosts, mut ports) = (Vec::new(), Vec::new());
    for place in places.split(',').filter(|_| !places.is_empty()) {
        let (host, port) = match place.strip_prefix('[') {
            Some(numeric) => {
                let (host, port) = numeric.split_once(']').ok_or_else(unescaped)?;
                (host, port.strip_prefix(':').unwrap_or(port))
            }
            None => place.split_once(':').unwrap_or((place, "")),
        };
        hosts.push(decode(host));
        ports.push(if port.is_empty() {
            b"5432".to_vec()
        } else {
            decode(port)
        });
    }
    parameters.set("host", hosts.join(&b','))?;
    parameters.set("port", ports.join(&b','))?;
    parameters.set("dbname", decode(path.strip_prefix('/').unwrap_or(path)))?;
    for (at, pair) in query.split('&').enumerate() {
        if pair.is_empty() {
            continue;
        }
        let (name, value) = pair.split_once('=').ok_or_else(unescaped)?;
        let name = decode(name);
        let keyword = known(&String::from_utf8_lossy(&name), at + 1).map_err(|failure| {
            // It may be what follows a `?` in a password.
            if query.contains('@') {
                unescaped()
            } else {
                failure
            }
        })?;
        parameters.set(keyword, decode(value))?;
    }
    Ok(parameters)
}

/// Resolves `%41` and the like; what is not of that form stays as it is.
fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, others)) = rest.split_first() {
        let digits = others
            .get(..2)
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = others.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = others;
            }
        }
    }
    bytes
}

/// `host=localhost password='it\'s'`: spaces around `=` are allowed, values may be quoted, a backslash
/// takes the next character as it is.
fn read_pairs(text: &str) -> Result<Parameters, Failure> {
    let mut parameters = Parameters::default();
    let mut characters = text.chars().peekable();
    for number in 1.. {
        while characters.next_if(|c| c.is_whitespace()).is_some() {}
        let mut name = String::new();
        while let Some(c) = characters.next_if(|c| *c != '=' && !c.is_whitespace()) {
            name.push(c);
        }
        while characters.next_if(|c| c.is_whitespace()).is_some() {}
        match (name.is_empty(), characters.next()) {
            (true, None) => break,
            (false, Some('=')) => {}
            _ => return Err(malformed()),
        }
        while characters.next_if(|c| c.is_whitespace()).is_some() {}
        let quoted = characters.next_if_eq(&'\'').is_some();
        let mut value = String::new();
        loop {
            match characters.next() {
                Some('\\') => value.push(characters.next().ok_or_else(malformed)?),
                Some('\'') if quoted => break,
                Some(c) if !quoted && c.is_whitespace() => break,
                Some(c) => value.push(c),
                None if quoted => return Err(malformed()),
                None => break,
            }
        }
        let keyword = known(&name, number).map_err(|failure| failure.help(QUOTES))?;
        parameters.set(keyword, value.into_bytes())?;
    }
    Ok(parameters)
}

/// The keyword as it is in the lists.
fn known(name: &str, number: usize) -> Result<&'static str, Failure> {
    let among = |list: &'static [&'static str]| list.iter().copied().find(|known| *known == name);
    if let Some(keyword) = among(&KNOWN) {
        return Ok(keyword);
    }
    Err(if let Some(keyword) = among(&UNSUPPORTED) {
        Failure::environment(format!("`{keyword}` in the database URL is not supported"))
            .help(format!("leave `{keyword}` out"))
    } else if let Some(keyword) = among(&FOREIGN) {
        Failure::environment(format!(
            "`{keyword}` in the database URL is not a keyword of PostgreSQL's"
        ))
        .help(format!(
            "leave `{keyword}` out: the keywords are those of psql"
        ))
    } else {
        Failure::environment(format!(
            "the database URL has a keyword that is not known: number {number} of its `keyword=value` pairs"
        ))
        .help("the keywords are those of psql, such as `sslmode` and `connect_timeout`")
    })
}

const QUOTES: &str = "put a value that contains spaces into quotes: `password='two words'`";

fn malformed() -> Failure {
    Failure::environment("the database URL is neither a URL nor a list of `keyword=value`")
        .help("write it as `postgres://user@host:5432/database` or `host=… user=… dbname=…`")
        .help(QUOTES)
        .help(ESCAPES)
}

/// How a password is written in a URL.
pub(super) const ESCAPES: &str = "in a URL, write `@`, `/`, `?`, `#` and `%` in a password as `%40`, `%2F`, `%3F`, `%23` and `%25`";

/// The failure for a URL whose parts cannot be separated.
fn unescaped() -> Failure {
    Failure::environment(
        "the database URL cannot be read: a character in its user or password needs escaping",
    )
    .help(ESCAPES)
    .help("or leave the password out and put it into PGPASSWORD or ~/.pgpass")
}

#[cfg(test)]
mod tests {
    use super::Parameters;

    fn read(text: &str) -> Parameters {
        match Parameters::parse(text) {
            Ok(parameters) => parameters,
            Err(failure) => panic!("{}", failure.text()),
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let parameters = read(text);
        for (keyword, value) in expected {
            assert_eq!(parameters.get(keyword).as_deref(), Some(*value), "{text}");
        }
    }

    #[test]
    fn a_url_is_taken_apart() {
        check(
            "postgres://u:p%40:%2f@h:7,[::1]/d%20b?sslmode=verify-full&sslrootcert=/my%20ca.pem",
            &[
                ("user", "u"),
                ("password", "p@:/"),
                ("host", "h,::1"),
                ("port", "7,5432"),
                ("dbname", "d b"),
                ("sslmode", "verify-full"),
                ("sslrootcert", "/my ca.pem"),
            ],
        );
        check("postgresql://", &[]);
        check(
            "postgres:///d?host=/tmp",
            &[("host", "/tmp"), ("dbname", "d")],
        );
        assert_eq!(read("postgres://h").get("dbname"), None);
    }

    #[test]
    fn what_follows_the_question_mark_wins() {
        let text = "postgres://u@dummy:1/d?host=/cloudsql/p:r:i&port=6543&user=me@server";
        let expected = [
            ("host", "/cloudsql/p:r:i"),
            ("port", "6543"),
            ("user", "me@server"),
        ];
        check(text, &expected);
    }

    #[test]
    fn pairs_may_be_quoted_and_spaced() {
        let text = r"host = /tmp password='it\'s a \\' sslmode=disable sslmode=require user=";
        let expected = [
            ("host", "/tmp"),
            ("password", r"it's a \"),
            ("sslmode", "require"),
        ];
        check(text, &expected);
        assert_eq!(read(text).get("user"), None);
    }

    #[test]
    fn a_password_that_is_not_utf_8_stays_as_it_is() {
        let parameters = read("postgres://u:%ff%fe@h/d");
        assert_eq!(parameters.bytes("password"), Some(b"\xff\xfe".as_slice()));
    }

    #[test]
    fn no_error_shows_any_of_a_password() {
        for text in [
            "postgres://u:sec@ret@h/d",
            "postgres://u:sec/ret@h/d",
            "postgres://u:sec@ret/more@h/d",
            "postgres://u:sec?ret@h/d",
            "postgres://u:sec?ret=x@h/d",
            "postgres://u:[sec@[ret/d",
            "postgres://u:x%00sec@h/d",
            "host=h password=sec ret",
            "host=h password=sec ret=more",
            "host=h password='sec ret",
            "host=h password=sec\\",
            "=secret",
            "h d secret",
            "mysql://u:secret@h/d",
        ] {
            let Err(failure) = Parameters::parse(text) else {
                panic!("{text} is read");
            };
            let said = failure.text();
            assert!(
                !said.contains("sec") && !said.contains("ret"),
                "{text}: {said}"
            );
        }
    }
}
