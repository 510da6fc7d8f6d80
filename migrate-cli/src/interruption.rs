//! Signals that ask the program to end: Ctrl-C, and what an orchestrator sends before it kills.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that arrive, one after the other.
pub(crate) struct Interruptions {
    /// None where the program cannot listen for them: then they end it, as without a handler.
    #[cfg(unix)]
    signals: Option<(Signal, Signal)>,
}

impl Interruptions {
    /// From now on SIGINT and SIGTERM come here and no longer end the program.
    #[cfg(unix)]
    pub(crate) fn listen() -> Self {
        let interrupt = signal(SignalKind::interrupt()).ok();
        Self {
            signals: interrupt.zip(signal(SignalKind::terminate()).ok()),
        }
    }

    /// From now on Ctrl-C comes here and no longer ends the program.
    #[cfg(not(unix))]
    pub(crate) fn listen() -> Self {
        Self {}
    }

    /// Returns when the next one arrives.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        match &mut self.signals {
            Some((interrupt, terminate)) => tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            },
            None => std::future::pending().await,
        }
    }

    /// Returns when the next one arrives.
    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
