//! One of the servers that a target names, and what is wanted of it.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

/// Where servers of a distribution's packages put their socket.
const SOCKETS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// A server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// A name, a numeric address, or the directory of a socket.
    pub(crate) host: String,
    /// Where to connect, without asking where the host is.
    pub(crate) address: Option<IpAddr>,
    pub(crate) port: u16,
}

impl Place {
    /// The server on this machine, as libpq finds it: the socket where there is one, else the network.
    pub(crate) fn usual(port: u16) -> Self {
        let has_socket = |directory: &&&str| {
            Path::new(directory)
                .join(format!(".s.PGSQL.{port}"))
                .exists()
        };
        let socket = SOCKETS.iter().find(has_socket).filter(|_| cfg!(unix));
        Self {
            host: socket.copied().unwrap_or("localhost").to_owned(),
            address: None,
            port,
        }
    }

    /// Whether it is reached by a socket in the file system.
    pub(crate) fn is_socket(&self) -> bool {
        self.address.is_none() && self.host.starts_with('/')
    }

    /// Whether it is where a server of a distribution's packages has its socket.
    pub(crate) fn is_usual_socket(&self) -> bool {
        self.is_socket() && SOCKETS.contains(&self.host.as_str())
    }

    /// Whether the way to the server does not leave this machine.
    pub(crate) fn is_local(&self) -> bool {
        let numeric = self.address.or_else(|| self.host.parse().ok());
        match numeric {
            Some(address) => address.is_loopback(),
            None => self.is_socket() || self.host == "localhost",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Which servers will do, by libpq's `target_session_attrs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Wanted {
    #[default]
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

impl Wanted {
    /// libpq's words.
    pub(crate) const WORDS: [(&str, Self); 6] = [
        ("any", Self::Any),
        ("read-write", Self::ReadWrite),
        ("read-only", Self::ReadOnly),
        ("primary", Self::Primary),
        ("standby", Self::Standby),
        ("prefer-standby", Self::PreferStandby),
    ];

    /// What to ask for, one after the other until a server has it.
    pub(crate) fn rounds(self) -> &'static [Self] {
        match self {
            Self::Any => &[Self::Any],
            Self::ReadWrite => &[Self::ReadWrite],
            Self::ReadOnly => &[Self::ReadOnly],
            Self::Primary => &[Self::Primary],
            Self::Standby => &[Self::Standby],
            Self::PreferStandby => &[Self::Standby, Self::Any],
        }
    }

    /// What is wrong with a server that is a standby or not, and takes writes or not.
    pub(crate) fn refusal(self, is_standby: bool, is_read_only: bool) -> Option<&'static str> {
        match self {
            Self::ReadWrite if is_read_only => Some("the session is read-only"),
            Self::ReadOnly if !is_read_only => Some("the session is not read-only"),
            Self::Primary if is_standby => Some("the server is a standby"),
            Self::Standby if !is_standby => Some("the server is not a standby"),
            _ => None,
        }
    }
}
