//! How a server is reached: what the user has written, with other databases put in.

use std::fmt;
use std::net::IpAddr;

use postgres::Config;
use postgres::config::Host;

use crate::{Error, ErrorKind};

/// A URL, or a list of `key=value`.
#[derive(Clone)]
pub(crate) struct Address {
    text: String,
    config: Config,
    /// The variable it comes from.
    origin: &'static str,
}

impl Address {
    pub(crate) fn read(text: &str, origin: &'static str) -> Result<Self, Error> {
        let config = text.parse().map_err(|error: postgres::Error| {
            // The text itself may hold a password.
            let reason =
                std::error::Error::source(&error).map_or(error.to_string(), ToString::to_string);
            Error::new(
                ErrorKind::Environment,
                format_args!("{origin} is not a connection string: {reason}"),
            )
            .help("write it as postgres://<user>:<password>@<host>:<port>/<database>")
        })?;
        Ok(Self {
            text: text.to_owned(),
            config,
            origin,
        })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn origin(&self) -> &'static str {
        self.origin
    }

    /// Whether all of its hosts are this machine.
    pub(crate) fn is_local(&self) -> bool {
        let hosts = self.config.get_hosts();
        let local = |host: &Host| match host {
            Host::Tcp(name) => {
                let ip = name.trim_matches(['[', ']']).parse::<IpAddr>();
                name == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
            }
            #[cfg(unix)]
            Host::Unix(_) => true,
        };
        let addresses = self.config.get_hostaddrs();
        !(hosts.is_empty() && addresses.is_empty())
            && addresses.iter().all(IpAddr::is_loopback)
            && hosts.iter().all(local)
    }

    /// The same with another database.
    pub(crate) fn url(&self, database: &str) -> String {
        let Some((scheme, rest)) = self.text.split_once("://") else {
            // Of two values for one key, the later counts.
            return format!("{} dbname='{database}'", self.text);
        };
        let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let server = place.split_once('/').map_or(place, |(server, _)| server);
        let others: Vec<&str> = parameters
            .split('&')
            .filter(|parameter| !parameter.is_empty() && !parameter.starts_with("dbname="))
            .collect();
        let mark = if others.is_empty() { "" } else { "?" };
        format!("{scheme}://{server}/{database}{mark}{}", others.join("&"))
    }
}

impl fmt::Display for Address {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server at ")?;
        let ports = self.config.get_ports();
        for (place, host) in self.config.get_hosts().iter().enumerate() {
            let port = ports.get(place).or(ports.first()).copied().unwrap_or(5432);
            let comma = if place == 0 { "" } else { ", " };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}:{port}")?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{comma}{} (port {port})", path.display())?,
            }
        }
        if self.config.get_hosts().is_empty() {
            for (place, address) in self.config.get_hostaddrs().iter().enumerate() {
                let comma = if place == 0 { "" } else { ", " };
                write!(f, "{comma}{address}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    fn read(text: &str) -> Address {
        Address::read(text, "DATABASE_URL").expect("a connection string")
    }

    #[test]
    fn a_database_is_put_into_each_form() {
        for (text, url) in [
            ("postgres://a:b@host:5433/app", "postgres://a:b@host:5433/t"),
            ("postgresql://host", "postgresql://host/t"),
            (
                "postgres://h/app?connect_timeout=3&dbname=x",
                "postgres://h/t?connect_timeout=3",
            ),
            ("host=h dbname=app", "host=h dbname=app dbname='t'"),
        ] {
            let made = read(text).url("t");
            assert_eq!(made, url);
            assert_eq!(read(&made).config().get_dbname(), Some("t"));
        }
    }

    #[test]
    fn what_is_on_this_machine() {
        for text in [
            "postgres://localhost/app",
            "postgres://127.0.0.1:5433",
            "postgres://[::1]/app",
            "host=/run/postgresql",
            "postgres://u@%2Frun%2Fpostgresql/app",
        ] {
            assert!(read(text).is_local(), "{text}");
        }
        for text in [
            "postgres://db.example.com/app",
            "postgres://localhost,db.example.com/app",
            "postgres://localhost/app?hostaddr=10.0.0.7",
            "postgres://192.168.1.4/app",
            "user=a",
        ] {
            assert!(!read(text).is_local(), "{text}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let shown = read("postgres://app:secret@localhost:6000/app").to_string();
        assert_eq!(shown, "the server at localhost:6000");
        let error = Address::read("postgres://app:secret@localhost:x/app", "DATABASE_URL");
        assert!(
            !error
                .expect_err("not a port")
                .to_string()
                .contains("secret")
        );
    }
}
