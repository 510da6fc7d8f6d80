//! TLS by rustls.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::verifier::{Roots, Trust, Verifier};
use super::{Certificates, Mode};
use crate::connection::file;
use crate::failure::Failure;

/// What `tokio-postgres` makes TLS connections with.
pub(crate) type Connector = MakeRustlsConnect;

/// The connector for this mode, if it has one. Roots are read only where they are asked for.
///
/// # Errors
/// Files that are missing or hold no certificate.
pub(crate) fn connector(
    mode: Mode,
    certificates: &Certificates,
) -> Result<Option<Connector>, Failure> {
    let trust = match mode {
        Mode::Disable => return Ok(None),
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
    // With TLS from the first byte on, the server asks which protocol follows.
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(Some(MakeRustlsConnect::new(config)))
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
