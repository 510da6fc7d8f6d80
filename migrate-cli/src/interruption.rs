//! Signals that ask the program to end: Ctrl-C, and what an orchestrator sends before it kills.

/// Returns when the next one arrives; never where they cannot be listened for.
#[cfg(unix)]
pub(crate) async fn interruption() {
    use tokio::signal::unix::{SignalKind, signal};

    let listening = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    if let (Ok(mut interrupt), Ok(mut terminate)) = listening {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    } else {
        std::future::pending::<()>().await;
    }
}

/// Returns when the next one arrives; never where they cannot be listened for.
#[cfg(not(unix))]
pub(crate) async fn interruption() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
