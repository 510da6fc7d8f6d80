//! From settings to an open connection.

pub(crate) mod environment;
mod file;
mod parameters;
mod passfile;
mod place;
mod refusal;
mod settings;
pub(crate) mod target;
pub(crate) mod tls;

use std::future::poll_fn;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::net::IpAddr;

use tokio::net::lookup_host;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres::error::DbError;
use tokio_postgres::{AsyncMessage, CancelToken, Client, Config, NoTls, SimpleQueryMessage};

use crate::failure::Failure;
use place::{Place, Wanted};
use refusal::{Refusal, unreachable};
use target::Target;
use tls::{Connector, Mode};

/// An open connection, and the notices that arrive on it.
pub(crate) struct Connected {
    pub(crate) client: Client,
    pub(crate) cancel: Cancel,
    /// What the server has to say beside its answers: `NOTICE`, `WARNING`, `DEBUG`.
    pub(crate) notices: UnboundedReceiver<DbError>,
}

/// Asks the server to give up the running statement.
#[derive(Clone)]
pub(crate) struct Cancel {
    token: CancelToken,
    connector: Option<Connector>,
}

impl Cancel {
    /// Sends PostgreSQL's cancel request, over a connection of its own. Nothing to do where it fails:
    /// the statement goes on then.
    #[cfg_attr(
        not(feature = "tls"),
        expect(clippy::clone_on_copy, reason = "a connector of TLS is not Copy")
    )]
    pub(crate) async fn send(&self) {
        let _ = match self.connector.clone() {
            Some(connector) => self.token.cancel_query(connector).await,
            None => self.token.cancel_query(NoTls).await,
        };
    }
}

/// Connects. Must be called in a tokio runtime, which drives the connection from then on.
///
/// # Errors
/// Certificates that cannot be read, and whatever keeps the servers from taking us in.
pub(crate) async fn connect(target: &Target) -> Result<Connected, Failure> {
    let connected = connect_to_one(target).await?;
    connected.map_err(|refusal| unreachable(target, &refusal))
}

/// [`connect`]; None where a server says that there is no such database.
///
/// # Errors
/// Those of [`connect`].
pub(crate) async fn connect_if_exists(target: &Target) -> Result<Option<Connected>, Failure> {
    match connect_to_one(target).await? {
        Ok(connected) => Ok(Some(connected)),
        Err(refusal) if refusal.is_of_the_database() => Ok(None),
        Err(refusal) => Err(unreachable(target, &refusal)),
    }
}

/// Tries the servers of the target one after the other.
async fn connect_to_one(target: &Target) -> Result<Result<Connected, Refusal>, Failure> {
    // Sockets have no TLS, whatever the mode.
    let connector = if target.places.iter().all(Place::is_socket) {
        None
    } else {
        tls::connector(target.mode, &target.certificates)?
    };
    let mut last = None;
    for wanted in target.wanted.rounds() {
        for place in in_order(target, &target.places) {
            for address in addresses(target, place).await {
                let attempt = match address {
                    Ok(address) => {
                        let login = Login::new(target, place, address, connector.as_ref());
                        attempt(&login, *wanted).await
                    }
                    Err(refusal) => Err(refusal),
                };
                match attempt {
                    Ok(connected) => return Ok(Ok(connected)),
                    // To go on would only lock the role out on every server.
                    Err(refusal) if refusal.is_of_the_role() => return Ok(Err(refusal)),
                    Err(refusal) => last = Some(refusal),
                }
            }
        }
    }
    Ok(Err(last.unwrap_or(Refusal::Nowhere)))
}

/// The items in their order, or in any order if the target says so.
fn in_order<'i, T>(target: &Target, items: &'i [T]) -> Vec<&'i T> {
    let mut items: Vec<&T> = items.iter().collect();
    if target.shuffled {
        // The standard library's keys are random, and differ for each call.
        items.sort_by_cached_key(|_| RandomState::new().build_hasher().finish());
    }
    items
}

/// Where a place is: None for a socket. One host may have several addresses, and each may be another server.
async fn addresses(target: &Target, place: &Place) -> Vec<Result<Option<IpAddr>, Refusal>> {
    if place.address.is_some() || place.is_socket() {
        return vec![Ok(place.address)];
    }
    match lookup_host((place.host.as_str(), place.port)).await {
        Ok(found) => {
            let found: Vec<IpAddr> = found.map(|found| found.ip()).collect();
            let found = in_order(target, &found).into_iter();
            found.map(|address| Ok(Some(*address))).collect()
        }
        Err(error) => vec![Err(Refusal::Unknown(error))],
    }
}

/// All that one attempt needs.
struct Login<'l> {
    config: Config,
    connector: Option<&'l Connector>,
}

impl<'l> Login<'l> {
    fn new(
        target: &Target,
        place: &Place,
        address: Option<IpAddr>,
        connector: Option<&'l Connector>,
    ) -> Self {
        let mut config = target.config.clone();
        config.host(&place.host).port(place.port);
        if let Some(address) = address {
            config.hostaddr(address);
        }
        if let Some(password) = target.password(place) {
            config.password(password);
        }
        // A socket cannot be overheard, and servers do not offer TLS there.
        let connector = connector.filter(|_| !place.is_socket());
        config.ssl_mode(match (connector, target.mode) {
            (None, _) => SslMode::Disable,
            (_, Mode::Prefer) => SslMode::Prefer,
            _ => SslMode::Require,
        });
        if place.is_socket() {
            config.ssl_negotiation(SslNegotiation::Postgres);
        }
        Self { config, connector }
    }
}

/// Connects to one address, and sees whether it is what is wanted.
async fn attempt(login: &Login<'_>, wanted: Wanted) -> Result<Connected, Refusal> {
    // The client's own limit ends with the network's handshake; a server that says nothing after it counts too.
    let limit = login.config.get_connect_timeout().copied();
    let work = async {
        let connected = log_in(login).await.map_err(Refusal::Failed)?;
        if wanted != Wanted::Any {
            let (is_standby, is_read_only) =
                kind(&connected.client).await.map_err(Refusal::Failed)?;
            if let Some(why) = wanted.refusal(is_standby, is_read_only) {
                return Err(Refusal::Unwanted(why));
            }
        }
        Ok(connected)
    };
    match limit {
        Some(limit) => timeout(limit, work)
            .await
            .unwrap_or(Err(Refusal::Silent(limit))),
        None => work.await,
    }
}

#[cfg_attr(
    not(feature = "tls"),
    expect(
        clippy::clone_on_copy,
        clippy::cloned_instead_of_copied,
        reason = "a connector of TLS is not Copy"
    )
)]
async fn log_in(login: &Login<'_>) -> Result<Connected, tokio_postgres::Error> {
    let (sender, notices) = unbounded_channel();
    let connector = login.connector.cloned();
    let client = if let Some(connector) = connector.clone() {
        let (client, connection) = login.config.connect(connector).await?;
        tokio::spawn(drive(connection, sender));
        client
    } else {
        let (client, connection) = login.config.connect(NoTls).await?;
        tokio::spawn(drive(connection, sender));
        client
    };
    let token = client.cancel_token();
    Ok(Connected {
        client,
        cancel: Cancel { token, connector },
        notices,
    })
}

/// Whether the server is a standby, and whether the session is read-only.
async fn kind(client: &Client) -> Result<(bool, bool), tokio_postgres::Error> {
    let asked = "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')";
    let answer = client.simple_query(asked).await?;
    let row = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let is = |column: usize, yes: &str| {
        row.and_then(|row| row.try_get(column).ok().flatten()) == Some(yes)
    };
    Ok((is(0, "t"), is(1, "on")))
}

/// Carries messages until the client is dropped. An error here reaches the client as its own.
async fn drive<S, T>(
    mut connection: tokio_postgres::Connection<S, T>,
    notices: UnboundedSender<DbError>,
) where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        if let AsyncMessage::Notice(notice) = message {
            // The receiver may be gone: then the notices are not wanted.
            let _ = notices.send(notice);
        }
    }
}
