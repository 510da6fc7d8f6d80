//! TLS as libpq means it: `sslmode`, a root certificate, and a certificate of one's own.

mod certificate;
mod verifier;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::file;
use crate::failure::Failure;
use verifier::{Roots, Trust, Verifier};

/// How far a server has to prove who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// No TLS.
    Disable,
    /// TLS if the server has it, whoever it is.
    Prefer,
    /// TLS, whoever the server is; with a root certificate as `verify-ca`.
    Require,
    /// A certificate signed by somebody we trust.
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
    /// Whom to trust; None for those that the operating system trusts.
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

/// What `tokio-postgres` makes TLS connections with. Roots are read only where they are asked for.
///
/// # Errors
/// Files that are missing or hold no certificate.
pub(crate) fn connector(
    mode: Mode,
    certificates: &Certificates,
) -> Result<MakeRustlsConnect, Failure> {
    let trust = match mode {
        Mode::VerifyFull => Trust::Full(roots(certificates)?),
        Mode::VerifyCa => Trust::Authority(roots(certificates)?),
        // So does libpq, for the sake of those who relied on it before there was `verify-ca`.
        Mode::Require if certificates.root.is_some() => Trust::Authority(roots(certificates)?),
        _ => Trust::Anybody,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new(trust, &provider)?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::environment("TLS cannot be set up").cause(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match &certificates.own {
        Some((certificate, key)) => {
            let chain = read_certificates(certificate)?;
            let secret = file::read(key)
                .map_err(pem::Error::Io)
                .and_then(|text| PrivateKeyDer::from_pem_slice(&text))
                .map_err(|error| {
                    Failure::environment(format!("{} holds no private key", key.display()))
                        .cause(&error)
                        .help("sslkey names a key in PEM format without a passphrase")
                })?;
            builder
                .with_client_auth_cert(chain, secret)
                .map_err(|error| {
                    Failure::environment(format!(
                        "{} and {} do not belong together",
                        certificate.display(),
                        key.display()
                    ))
                    .cause(&error)
                })?
        }
        None => builder.with_no_client_auth(),
    };
    // A server that is spoken to in TLS from the first byte asks which protocol is meant.
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(MakeRustlsConnect::new(config))
}

fn roots(certificates: &Certificates) -> Result<Roots, Failure> {
    let mut roots = Roots {
        store: RootCertStore::empty(),
        named: Vec::new(),
    };
    if let Some(file) = &certificates.root {
        for certificate in read_certificates(file)? {
            roots.store.add(certificate.clone()).map_err(|error| {
                Failure::environment(format!("{} holds no root certificate", file.display()))
                    .cause(&error)
            })?;
            roots.named.push(certificate);
        }
    } else {
        let native = rustls_native_certs::load_native_certs();
        roots.store.add_parsable_certificates(native.certs);
        if roots.store.is_empty() {
            return Err(Failure::environment(
                "the operating system trusts no certificates, so the server's cannot be verified",
            )
            .help("install the package `ca-certificates`, or name the server's root with `sslrootcert=…`")
            .help("on a network that you trust, `sslmode=require` encrypts without verifying"));
        }
    }
    Ok(roots)
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let found = file::read(path)
        .map_err(pem::Error::Io)
        .and_then(|text| CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>());
    let found = found.and_then(|found| {
        if found.is_empty() {
            Err(pem::Error::NoItemsFound)
        } else {
            Ok(found)
        }
    });
    found.map_err(|error| {
        Failure::environment(format!("{} holds no certificate", path.display()))
            .cause(&error)
            .help("certificates are files in PEM format, which begin with `-----BEGIN CERTIFICATE-----`")
    })
}
