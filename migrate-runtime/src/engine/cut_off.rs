//! A message that the server cut off: at a `statement_timeout`, or because a cancellation was requested.

/// `query_canceled`.
pub(super) const CUT_OFF: &str = "57014";

/// How often one of the engine's own messages that was cut off is sent again.
pub(super) const ATTEMPTS: usize = 20;
