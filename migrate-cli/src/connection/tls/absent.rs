//! A build without TLS, for applications that reach their database by a socket or through a local proxy.

use tokio_postgres::NoTls;

use super::{Certificates, Mode};
use crate::failure::Failure;

/// The type that stands for no TLS.
pub(crate) type Connector = NoTls;

/// None, where the mode can do without.
///
/// # Errors
/// The mode demands TLS.
pub(crate) fn connector(mode: Mode, _: &Certificates) -> Result<Option<Connector>, Failure> {
    match mode {
        Mode::Disable | Mode::Prefer => Ok(None),
        Mode::Require | Mode::VerifyCa | Mode::VerifyFull => Err(Failure::environment(
            "the connection needs TLS, and this program was built without it",
        )
        .help("build it with the feature `tls` of migrate-cli")
        .help("on a network that you trust, `sslmode=disable` goes without TLS")),
    }
}

#[cfg(test)]
mod tests {
    use super::connector;
    use crate::connection::tls::{Certificates, MODES};

    #[test]
    fn a_mode_that_demands_tls_is_refused() {
        let mut refused = Vec::new();
        for (word, mode) in MODES {
            if let Err(failure) = connector(mode, &Certificates::default()) {
                assert!(failure.text().contains("`tls`"));
                refused.push(word);
            }
        }
        assert_eq!(refused, ["require", "verify-ca", "verify-full"]);
    }
}
