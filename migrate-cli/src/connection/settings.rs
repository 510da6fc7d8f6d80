//! What a connection string and libpq's variables say, keyword by keyword.

use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, SslNegotiation};

use super::environment::Environment;
use super::parameters::Parameters;
use crate::failure::Failure;

/// How long a connection may take to come about, unless said otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// After this much silence the network is asked whether the server is still there; so often, this far apart.
/// A server that has gone without a word is noticed within two minutes, and not only after hours.
const SILENCE: Duration = Duration::from_secs(60);
const PROBES: u32 = 6;
const BETWEEN_PROBES: Duration = Duration::from_secs(10);

/// The keywords that a variable completes.
const VARIABLES: [(&str, &str); 19] = [
    ("application_name", "PGAPPNAME"),
    ("channel_binding", "PGCHANNELBINDING"),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("dbname", "PGDATABASE"),
    ("gssencmode", "PGGSSENCMODE"),
    ("host", "PGHOST"),
    ("hostaddr", "PGHOSTADDR"),
    ("load_balance_hosts", "PGLOADBALANCEHOSTS"),
    ("options", "PGOPTIONS"),
    ("passfile", "PGPASSFILE"),
    ("password", "PGPASSWORD"),
    ("port", "PGPORT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("sslmode", "PGSSLMODE"),
    ("sslnegotiation", "PGSSLNEGOTIATION"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("target_session_attrs", "PGTARGETSESSIONATTRS"),
    ("user", "PGUSER"),
];

/// The two sources; the string wins.
pub(crate) struct Settings<'s> {
    pub(crate) parameters: &'s Parameters,
    pub(crate) environment: &'s Environment,
}

impl Settings<'_> {
    pub(crate) fn get(&self, keyword: &str) -> Option<String> {
        self.parameters
            .get(keyword)
            .or_else(|| self.environment.get(variable(keyword)?))
    }

    /// The value, read by `read`. Messages say where it is, and never the value itself: what was meant
    /// for another place may be a piece of a password.
    ///
    /// # Errors
    /// `read` does not know the value; `allowed` says which it does know.
    pub(crate) fn read<T>(
        &self,
        keyword: &str,
        allowed: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let Some(value) = self.get(keyword) else {
            return Ok(None);
        };
        let place = match variable(keyword) {
            Some(variable) if self.parameters.get(keyword).is_none() => variable.to_owned(),
            _ => format!("`{keyword}` in the database URL"),
        };
        match read(value.trim()) {
            Some(value) => Ok(Some(value)),
            None => Err(Failure::environment(format!("{place} is not {allowed}"))),
        }
    }

    /// A value for each host, separated by commas; empty ones are none.
    pub(crate) fn list<T>(
        &self,
        keyword: &str,
        allowed: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<Option<T>>, Failure> {
        let every = |values: &str| {
            let values = values.split(',').map(str::trim);
            let each = |value: &str| match value {
                "" => Some(None),
                value => read(value).map(Some),
            };
            values.map(each).collect::<Option<Vec<_>>>()
        };
        Ok(self.read(keyword, allowed, every)?.unwrap_or_default())
    }

    fn number<T: FromStr>(&self, keyword: &str) -> Result<Option<T>, Failure> {
        self.read(keyword, "a number", |value| value.parse().ok())
    }

    /// Whether one of these words is said.
    pub(crate) fn word<T: Copy>(
        &self,
        keyword: &str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, Failure> {
        let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.read(
            keyword,
            &format!("one of {}", allowed.join(", ")),
            |value| {
                let found = words.iter().find(|(word, _)| *word == value);
                found.map(|(_, meaning)| *meaning)
            },
        )
    }

    /// All but the hosts, the password and what is about certificates.
    ///
    /// # Errors
    /// A value that its keyword cannot have.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let mut config = Config::new();
        let system = || {
            let environment = self.environment;
            environment
                .get("USER")
                .or_else(|| environment.get("USERNAME"))
        };
        if let Some(user) = self.get("user").or_else(system) {
            config.user(user);
        }
        if let Some(database) = self.get("dbname") {
            config.dbname(database);
        }
        if let Some(options) = self.get("options") {
            config.options(options);
        }
        let name = self.get("application_name");
        let name = name.or_else(|| self.get("fallback_application_name"));
        config.application_name(name.unwrap_or_else(|| "migrate".to_owned()));
        let bindings = [
            ("disable", ChannelBinding::Disable),
            ("prefer", ChannelBinding::Prefer),
            ("require", ChannelBinding::Require),
        ];
        if let Some(binding) = self.word("channel_binding", &bindings)? {
            config.channel_binding(binding);
        }
        let negotiations = [
            ("postgres", SslNegotiation::Postgres),
            ("direct", SslNegotiation::Direct),
        ];
        if let Some(negotiation) = self.word("sslnegotiation", &negotiations)? {
            config.ssl_negotiation(negotiation);
        }
        // Encryption by Kerberos is not supported, so a setting that demands it is refused.
        self.word("gssencmode", &[("disable", ()), ("prefer", ())])?;
        self.network(&mut config)?;
        Ok(config)
    }

    fn network(&self, config: &mut Config) -> Result<(), Failure> {
        let seconds = self.number::<i64>("connect_timeout")?;
        let patience = seconds.map_or(PATIENCE, whole_seconds);
        // To libpq, 0 is for ever.
        if !patience.is_zero() {
            config.connect_timeout(patience);
        }
        let said = |number: Option<i64>, usual| match number.map(whole_seconds) {
            Some(duration) if !duration.is_zero() => duration,
            _ => usual,
        };
        config
            .keepalives(self.number::<i64>("keepalives")? != Some(0))
            .keepalives_idle(said(self.number("keepalives_idle")?, SILENCE))
            .keepalives_interval(said(self.number("keepalives_interval")?, BETWEEN_PROBES));
        let count = match self.number("keepalives_count")? {
            Some(count) => Some(count),
            None => self.number("keepalives_retries")?,
        };
        config.keepalives_retries(count.filter(|count| *count > 0).unwrap_or(PROBES));
        let unanswered = match self.number::<u64>("tcp_user_timeout")? {
            // Milliseconds, as libpq has them.
            Some(milliseconds) => Duration::from_millis(milliseconds),
            None => SILENCE + BETWEEN_PROBES * PROBES,
        };
        if !unanswered.is_zero() {
            config.tcp_user_timeout(unanswered);
        }
        Ok(())
    }
}

fn variable(keyword: &str) -> Option<&'static str> {
    let mut variables = VARIABLES.iter();
    let (_, variable) = variables.find(|(name, _)| *name == keyword)?;
    Some(variable)
}

/// What is negative is none.
fn whole_seconds(number: i64) -> Duration {
    Duration::from_secs(u64::try_from(number).unwrap_or_default())
}
