//! Which database: a connection string, completed by what libpq reads from the environment.

use std::net::IpAddr;
use std::path::PathBuf;

use tokio_postgres::Config;

use super::environment::Environment;
use super::parameters::{ESCAPES, Parameters};
use super::passfile;
use super::place::{Place, Wanted};
use super::settings::Settings;
use super::tls::{Certificates, MODES, Mode};
use crate::failure::Failure;

/// A database, and how to get there.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// All but the hosts and the password.
    pub(crate) config: Config,
    /// The servers to try, in this order.
    pub(crate) places: Vec<Place>,
    /// In any order instead.
    pub(crate) shuffled: bool,
    /// Which of them will do.
    pub(crate) wanted: Wanted,
    pub(crate) mode: Mode,
    pub(crate) certificates: Certificates,
    login: Password,
}

/// Where the password comes from.
#[derive(Clone)]
struct Password {
    /// For every server.
    given: Option<Vec<u8>>,
    /// Else a line of this file, which is for one server only.
    file: Option<PathBuf>,
    /// The database that such a line has to be for. A scratch database is another one, on the same server.
    database: String,
}

impl Target {
    /// The database that `given` names, or else `DATABASE_URL`, or else the `PG…` variables; what
    /// the former leave open, the latter fill in; only a URL's port is 5432 unless it says otherwise.
    ///
    /// # Errors
    /// Nothing names a database, or what does is empty or malformed.
    pub(crate) fn find(given: Option<&str>, environment: &Environment) -> Result<Self, Failure> {
        // Of a variable that is not set, it may be: then the database of another one would be used.
        if given.is_some_and(str::is_empty) {
            return Err(Failure::environment("the database URL is empty").help(
                "name the database: `postgres://user@host/database`, or leave out `--database-url`",
            ));
        }
        let url = given
            .map(str::to_owned)
            .or_else(|| environment.get("DATABASE_URL"));
        if url.is_none()
            && !["PGHOST", "PGHOSTADDR", "PGDATABASE", "PGUSER"]
                .iter()
                .any(|name| environment.get(name).is_some())
        {
            return Err(Failure::environment("no database is named")
                .help("set DATABASE_URL, in the environment or in a `.env` file: `DATABASE_URL=postgres://user@host/database`")
                .help("or give `--database-url`, or the variables PGHOST, PGUSER, PGDATABASE as for psql"));
        }
        let parameters = Parameters::parse(url.as_deref().unwrap_or_default())?;
        let settings = Settings {
            parameters: &parameters,
            environment,
        };
        let config = settings.config()?;
        let places = places(&settings)?;
        let mode = match settings.word("sslmode", &MODES)? {
            Some(mode) => mode,
            None if places.iter().all(Place::is_local) => Mode::Prefer,
            None => Mode::VerifyFull,
        };
        let balancing = [("disable", false), ("random", true)];
        let shuffled = settings.word("load_balance_hosts", &balancing)?;
        let certificates = Certificates::find(
            |keyword| settings.get(keyword),
            environment.home().as_deref(),
        );
        let variable = || environment.get("PGPASSWORD").map(String::into_bytes);
        let password = parameters.bytes("password").map(<[u8]>::to_vec);
        let usual_file = || Some(environment.home()?.join(".pgpass"));
        let user = config.get_user().unwrap_or_default();
        Ok(Self {
            login: Password {
                given: password.or_else(variable),
                file: settings.get("passfile").map(Into::into).or_else(usual_file),
                database: config.get_dbname().unwrap_or(user).to_owned(),
            },
            wanted: settings
                .word("target_session_attrs", &Wanted::WORDS)?
                .unwrap_or_default(),
            shuffled: shuffled.unwrap_or_default(),
            config,
            places,
            mode,
            certificates,
        })
    }

    /// The password for one of the servers: another one's is never sent there.
    pub(super) fn password(&self, place: &Place) -> Option<Vec<u8>> {
        let found = || {
            let wanted = passfile::Wanted {
                place,
                database: &self.login.database,
                user: self.config.get_user()?,
            };
            passfile::find(self.login.file.as_deref()?, wanted).map(String::into_bytes)
        };
        self.login.given.clone().or_else(found)
    }

    /// Whether every server is on this machine.
    pub(crate) fn is_local(&self) -> bool {
        self.places.iter().all(Place::is_local)
    }

    /// The database's name: the user's, unless it is said.
    pub(crate) fn database(&self) -> &str {
        let user = self.config.get_user().unwrap_or_default();
        self.config.get_dbname().unwrap_or(user)
    }

    pub(super) fn user(&self) -> &str {
        self.config.get_user().unwrap_or_default()
    }

    /// The database as messages name it: never with a password.
    pub(crate) fn shown(&self) -> String {
        let (database, user) = (self.database(), self.user());
        format!("database `{database}` at {} as `{user}`", self.servers())
    }

    /// The servers as messages name them: hosts and ports.
    pub(crate) fn servers(&self) -> String {
        let places: Vec<String> = self.places.iter().map(ToString::to_string).collect();
        places.join(",")
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(_)")
    }
}

/// The servers: each has a host, an address or both, and a port.
fn places(settings: &Settings<'_>) -> Result<Vec<Place>, Failure> {
    // What is no host or port is likely the rest of a password with an `@` in it.
    let maybe_secret = |failure: Failure, keyword: &str| match settings.parameters.get(keyword) {
        Some(_) => failure.help(ESCAPES),
        None => failure,
    };
    let host = |host: &str| is_host(host).then(|| host.to_owned());
    let mut hosts = settings
        .list(
            "host",
            "a name, an address or the directory of a socket",
            host,
        )
        .map_err(|failure| maybe_secret(failure, "host"))?;
    let own = settings.parameters;
    // A variable does not redirect what the string says.
    let mut addresses = if own.get("host").is_some() && own.get("hostaddr").is_none() {
        Vec::new()
    } else {
        settings.list("hostaddr", "a numeric address", |value| value.parse().ok())?
    };
    if own.get("hostaddr").is_some() && own.get("host").is_none() {
        hosts.clear();
    }
    let mut ports = settings
        .list("port", "a number up to 65535", |value| value.parse().ok())
        .map_err(|failure| maybe_secret(failure, "port"))?;
    let count = hosts.len().max(addresses.len()).max(1);
    let fits = |length: usize| length == 0 || length == count;
    if !fits(hosts.len()) || !fits(addresses.len()) || ports.len() > 1 && !fits(ports.len()) {
        return Err(Failure::environment(
            "the database URL does not name as many ports or addresses as hosts",
        )
        .help("give each host a port, or all of them the same one"));
    }
    if let [port] = ports.as_slice() {
        ports = vec![*port; count];
    }
    hosts.resize(count, None);
    addresses.resize(count, None);
    ports.resize(count, None);
    let each = hosts.into_iter().zip(addresses).zip(ports);
    let place = |((host, address), port): ((Option<String>, Option<IpAddr>), Option<u16>)| {
        let port = port.unwrap_or(5432);
        match host.or_else(|| address.map(|address| address.to_string())) {
            Some(host) => Place {
                host,
                address,
                port,
            },
            None => Place::usual(port),
        }
    };
    Ok(each.map(place).collect())
}

/// Whether it can be a host: a name, a numeric address, or the directory of a socket. Nothing else is shown,
/// looked up or connected to.
fn is_host(text: &str) -> bool {
    let in_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '%');
    text.starts_with('/') || text.chars().all(in_name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Target;
    use crate::connection::environment::Environment;
    use crate::connection::place::Wanted;
    use crate::connection::tls::Mode;

    fn find(given: Option<&str>, variables: &[(&str, &str)]) -> Target {
        match Target::find(given, &Environment::of(variables)) {
            Ok(target) => target,
            Err(failure) => panic!("{}", failure.text()),
        }
    }

    #[test]
    fn the_option_wins_over_the_variable_and_the_variable_over_libpqs() {
        let variables = [
            ("DATABASE_URL", "postgres://a@one/x"),
            ("PGHOST", "three"),
            ("PGUSER", "c"),
            ("PGPORT", "7777"),
        ];
        let target = find(Some("postgres://b@two/y"), &variables);
        insta::assert_snapshot!(target.shown(), @"database `y` at two:5432 as `b`");
        let target = find(None, &variables);
        insta::assert_snapshot!(target.shown(), @"database `x` at one:5432 as `a`");
        let target = find(None, &variables[1..]);
        insta::assert_snapshot!(target.shown(), @"database `c` at three:7777 as `c`");
        let target = find(Some("user=u dbname=d"), &variables);
        insta::assert_snapshot!(target.shown(), @"database `d` at three:7777 as `u`");
    }

    #[test]
    fn nothing_named_is_an_error_that_says_how() {
        let failure = Target::find(None, &Environment::of(&[("USER", "x")])).unwrap_err();
        insta::assert_snapshot!(failure.text(), @"
        no database is named
          = help: set DATABASE_URL, in the environment or in a `.env` file: `DATABASE_URL=postgres://user@host/database`
          = help: or give `--database-url`, or the variables PGHOST, PGUSER, PGDATABASE as for psql
        ");
    }

    #[test]
    fn hosts_that_are_not_local_are_verified_unless_said_otherwise() {
        let mode = |url| find(Some(url), &[]).mode;
        assert_eq!(mode("postgres://u@db.example.com/d"), Mode::VerifyFull);
        assert_eq!(mode("postgres://u@localhost/d"), Mode::Prefer);
        assert_eq!(mode("postgres://u@127.0.0.1/d"), Mode::Prefer);
        assert_eq!(mode("host=/tmp user=u"), Mode::Prefer);
        assert_eq!(
            mode("postgres://u@localhost,db.example.com/d"),
            Mode::VerifyFull
        );
        // Where the connection goes is what counts.
        assert_eq!(
            mode("host=localhost hostaddr=192.0.2.1 user=u"),
            Mode::VerifyFull
        );
        assert_eq!(
            mode("postgres://u@db.example.com/d?sslmode=disable"),
            Mode::Disable
        );
    }

    #[test]
    fn hosts_have_their_ports_and_addresses() {
        let shown = |url| find(Some(url), &[]).shown();
        insta::assert_snapshot!(shown("postgres://u@a:1,b,[::1]:3/d"), @"database `d` at a:1,b:5432,::1:3 as `u`");
        insta::assert_snapshot!(shown("host=a,b port=7 user=u"), @"database `u` at a:7,b:7 as `u`");
        insta::assert_snapshot!(shown("postgres://u@dummy/d?host=/cloudsql/p:r:i&port=6543"), @"database `d` at /cloudsql/p:r:i:6543 as `u`");
        insta::assert_snapshot!(shown("hostaddr=192.0.2.1 user=u"), @"database `u` at 192.0.2.1:5432 as `u`");
        let target = find(
            Some(
                "postgres://u@a,b/d?load_balance_hosts=random&target_session_attrs=prefer-standby",
            ),
            &[],
        );
        assert!(target.shuffled);
        assert_eq!(target.wanted, Wanted::PreferStandby);
    }

    #[test]
    fn a_variable_does_not_redirect_the_host_of_a_url() {
        let target = find(Some("postgres://u@a/d"), &[("PGHOSTADDR", "192.0.2.1")]);
        assert_eq!(target.places[0].address, None);
    }

    #[test]
    fn each_host_gets_the_password_of_its_own_line() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join(".pgpass");
        write(&file, "one:*:*:u:first\ntwo:*:d:u:second\n");
        let home = home.path().display().to_string();
        let passwords = |url| {
            let target = find(Some(url), &[("HOME", &home)]);
            let mut passwords = Vec::new();
            for place in &target.places {
                let password = target.password(place).unwrap_or_default();
                passwords.push(String::from_utf8(password).unwrap());
            }
            passwords
        };
        assert_eq!(
            passwords("postgres://u@one,two,three/d"),
            ["first", "second", ""]
        );
        assert_eq!(passwords("postgres://u:p@one,two/d"), ["p", "p"]);
    }

    fn write(file: &Path, text: &str) {
        std::fs::write(file, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let private = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(file, private).unwrap();
        }
    }

    #[test]
    fn no_text_of_a_target_holds_its_password() {
        let target = find(Some("postgres://u:secret@db/d"), &[]);
        assert!(!format!("{} {target:?}", target.shown()).contains("secret"));
        for wrong in [
            "postgres://u:secret@db:port/d",
            "postgres://u:se@cret@db/d",
            "postgres://u:cret/d",
            "postgres://u:p@cret!/d",
            "postgres://u:secret@db/d?nosuch=1",
            "postgres://u:secret@db/d?sslmode=cret",
            "postgres://u:secret@db/d?connect_timeout=cret&port=7",
            "host=db password=secret nosuch=1",
            "host=db password=se cret",
            "host=u:p@cret password=x",
            "host=db hostaddr=cret",
            "host=a,b port=1,2,3 password=secret",
        ] {
            let failure = Target::find(Some(wrong), &Environment::default()).unwrap_err();
            let text = format!("{} {failure:?}", failure.text());
            assert!(!text.contains("cret"), "{text}");
        }
    }
}
