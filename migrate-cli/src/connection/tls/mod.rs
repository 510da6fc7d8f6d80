//! TLS as libpq means it: `sslmode`, a root certificate, and a certificate of one's own.

#[cfg(any(test, not(feature = "tls")))]
mod absent;
#[cfg(feature = "tls")]
mod certificate;
#[cfg(feature = "tls")]
mod connector;
#[cfg(feature = "tls")]
mod verifier;

use std::path::{Path, PathBuf};

#[cfg(not(feature = "tls"))]
pub(crate) use absent::{Connector, connector};
#[cfg(feature = "tls")]
pub(crate) use connector::{Connector, connector};

/// How far a server has to prove who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// No TLS.
    Disable,
    /// TLS if the server has it, without verification.
    Prefer,
    /// TLS without verification; with a root certificate as `verify-ca`.
    Require,
    /// A certificate signed by a trusted authority.
    VerifyCa,
    /// And made out to the host we connect to.
    VerifyFull,
}

/// libpq's words.
pub(crate) const MODES: [(&str, Mode); 6] = [
    ("disable", Mode::Disable),
    ("allow", Mode::Prefer),
    ("prefer", Mode::Prefer),
    ("require", Mode::Require),
    ("verify-ca", Mode::VerifyCa),
    ("verify-full", Mode::VerifyFull),
];

/// The files that TLS needs, all in PEM format.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Certificates {
    /// The trusted certificates; None for those of the operating system.
    root: Option<PathBuf>,
    /// Our own certificate and its key.
    own: Option<(PathBuf, PathBuf)>,
}

impl Certificates {
    /// The files that `said` names by keyword, or those in `~/.postgresql` that libpq takes.
    pub(crate) fn find(said: impl Fn(&str) -> Option<String>, home: Option<&Path>) -> Self {
        let usual = |name: &str| {
            let file = home?.join(".postgresql").join(name);
            file.exists().then_some(file)
        };
        let named = |keyword| said(keyword).map(PathBuf::from);
        let root = match said("sslrootcert") {
            Some(word) if word == "system" => None,
            Some(file) => Some(file.into()),
            None => usual("root.crt"),
        };
        let certificate = named("sslcert").or_else(|| usual("postgresql.crt"));
        let key = named("sslkey").or_else(|| usual("postgresql.key"));
        Self {
            root,
            own: certificate.zip(key),
        }
    }
}
