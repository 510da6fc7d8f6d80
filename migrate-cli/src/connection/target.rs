//! Which database: a connection string, completed by what libpq reads from the environment.

use std::path::Path;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use super::environment::Environment;
use super::keywords::split;
use super::passfile;
use super::tls::{Certificates, Mode};
use crate::failure::Failure;

/// How long a connection may take to come about, unless said otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where servers of a distribution's packages put their socket.
const SOCKETS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// A database, and how to get there.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) config: Config,
    pub(crate) mode: Mode,
    pub(crate) certificates: Certificates,
}

impl Target {
    /// The database that `given` names, or else `DATABASE_URL`, or else the `PG…` variables; what
    /// the former leave open, the latter fill in; only a URL's port is 5432 unless it says otherwise.
    ///
    /// # Errors
    /// Nothing names a database, or what does is malformed.
    pub(crate) fn find(given: Option<&str>, environment: &Environment) -> Result<Self, Failure> {
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
        let split = split(url.as_deref().unwrap_or_default())?;
        let mut config: Config = split.rest.parse().map_err(|error| {
            Failure::environment("the database URL cannot be used").cause(&error)
        })?;
        fill_host(&mut config, environment)?;
        fill_rest(&mut config, environment)?;
        let said = |keyword: &str, variable: &str| {
            split
                .get(keyword)
                .map(str::to_owned)
                .or_else(|| environment.get(variable))
        };
        let mode = match said("sslmode", "PGSSLMODE") {
            Some(mode) => Mode::parse(&mode)?,
            None if is_local(&config) => Mode::Prefer,
            None => Mode::VerifyFull,
        };
        config.ssl_mode(match mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            _ => SslMode::Require,
        });
        let certificates = Certificates::find(said, environment.home().as_deref());
        let mut target = Self {
            config,
            mode,
            certificates,
        };
        if target.config.get_password().is_none() {
            let file = said("passfile", "PGPASSFILE").map(Into::into);
            target.fill_password(file, environment);
        }
        Ok(target)
    }

    fn fill_password(&mut self, file: Option<std::path::PathBuf>, environment: &Environment) {
        let file = file.or_else(|| Some(environment.home()?.join(".pgpass")));
        let user = self.config.get_user().unwrap_or_default().to_owned();
        let found = environment.get("PGPASSWORD").or_else(|| {
            passfile::find(
                &file?,
                passfile::Wanted {
                    host: &self.host()?,
                    port: self.port(),
                    database: self.config.get_dbname().unwrap_or(&user),
                    user: &user,
                },
            )
        });
        if let Some(password) = found {
            self.config.password(password);
        }
    }

    fn host(&self) -> Option<String> {
        self.config.get_hosts().first().map(show_host)
    }

    fn port(&self) -> u16 {
        self.config.get_ports().first().copied().unwrap_or(5432)
    }

    /// The database as messages name it: never with a password.
    pub(crate) fn shown(&self) -> String {
        let hosts: Vec<String> = self.config.get_hosts().iter().map(show_host).collect();
        let addresses = self.config.get_hostaddrs().iter().map(ToString::to_string);
        let place = if hosts.is_empty() {
            addresses.collect::<Vec<_>>().join(",")
        } else {
            hosts.join(",")
        };
        let user = self.config.get_user().unwrap_or_default();
        let database = self.config.get_dbname().unwrap_or(user);
        format!(
            "database `{database}` at {place}:{} as `{user}`",
            self.port()
        )
    }
}

fn show_host(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    }
}

/// Whether the way to the server does not leave this machine.
fn is_local(config: &Config) -> bool {
    let local = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(local)
        && config
            .get_hostaddrs()
            .iter()
            .all(std::net::IpAddr::is_loopback)
}

fn fill_host(config: &mut Config, environment: &Environment) -> Result<(), Failure> {
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        for host in listed(environment.get("PGHOST")) {
            config.host(host);
        }
        for address in listed(environment.get("PGHOSTADDR")) {
            let parsed = address.parse().map_err(|_| wrong("PGHOSTADDR", &address))?;
            config.hostaddr(parsed);
        }
    }
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        let port = config.get_ports().first().copied();
        config.host(default_host(port.unwrap_or(5432)));
    }
    if config.get_ports().is_empty() {
        for port in listed(environment.get("PGPORT")) {
            let parsed = port.parse().map_err(|_| wrong("PGPORT", &port))?;
            config.port(parsed);
        }
    }
    Ok(())
}

/// As libpq does: the socket where there is one, else the network.
fn default_host(port: u16) -> &'static str {
    let has_socket = |directory: &&&str| {
        Path::new(directory)
            .join(format!(".s.PGSQL.{port}"))
            .exists()
    };
    if cfg!(unix) {
        SOCKETS
            .iter()
            .find(has_socket)
            .copied()
            .unwrap_or("localhost")
    } else {
        "localhost"
    }
}

fn fill_rest(config: &mut Config, environment: &Environment) -> Result<(), Failure> {
    if config.get_user().is_none() {
        let system = || {
            environment
                .get("USER")
                .or_else(|| environment.get("USERNAME"))
        };
        if let Some(user) = environment.get("PGUSER").or_else(system) {
            config.user(user);
        }
    }
    if config.get_dbname().is_none()
        && let Some(database) = environment.get("PGDATABASE")
    {
        config.dbname(database);
    }
    if config.get_options().is_none()
        && let Some(options) = environment.get("PGOPTIONS")
    {
        config.options(options);
    }
    if config.get_application_name().is_none() {
        let name = environment.get("PGAPPNAME");
        config.application_name(name.unwrap_or_else(|| "migrate".to_owned()));
    }
    if config.get_connect_timeout().is_none() {
        let seconds = environment.get("PGCONNECT_TIMEOUT");
        let patience = match seconds {
            Some(seconds) => Duration::from_secs(
                seconds
                    .parse()
                    .map_err(|_| wrong("PGCONNECT_TIMEOUT", &seconds))?,
            ),
            None => PATIENCE,
        };
        // To libpq, 0 is for ever.
        if !patience.is_zero() {
            config.connect_timeout(patience);
        }
    }
    match environment.get("PGTARGETSESSIONATTRS").as_deref() {
        Some("read-write" | "primary") => {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        Some("read-only" | "standby") => {
            config.target_session_attrs(TargetSessionAttrs::ReadOnly);
        }
        _ => {}
    }
    Ok(())
}

fn listed(value: Option<String>) -> Vec<String> {
    let value = value.unwrap_or_default();
    let parts = value.split(',').map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn wrong(variable: &str, value: &str) -> Failure {
    Failure::environment(format!("{variable} cannot be `{value}`"))
}

#[cfg(test)]
mod tests {
    use super::Target;
    use crate::connection::environment::Environment;
    use crate::connection::tls::Mode;

    fn find(given: Option<&str>, variables: &[(&str, &str)]) -> Target {
        Target::find(given, &Environment::of(variables)).unwrap()
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
        assert_eq!(
            mode("postgres://u@db.example.com/d?sslmode=disable"),
            Mode::Disable
        );
    }

    #[test]
    fn no_text_of_a_target_holds_its_password() {
        let target = find(Some("postgres://u:secret@db/d"), &[]);
        assert!(!format!("{} {target:?}", target.shown()).contains("secret"));
        for wrong in [
            "postgres://u:secret@db:port/d",
            "postgres://u:secret@db/d?nosuch=1",
            "host=db password=secret nosuch=1",
            "postgres://u:sec%ret@db/d?sslmode=secret-full",
        ] {
            let failure = Target::find(Some(wrong), &Environment::default()).unwrap_err();
            assert!(!failure.text().contains("u:sec"), "{}", failure.text());
        }
    }
}
