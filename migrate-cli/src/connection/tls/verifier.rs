//! Which servers are trusted. rustls has a verifier for `verify-full` only.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    WebPkiServerVerifier, verify_server_cert_signed_by_trust_anchor, verify_server_name,
};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::certificate::Certificate;
use crate::failure::Failure;

/// Certificates that are trusted.
pub(super) struct Roots {
    /// For what they have signed.
    pub(super) store: RootCertStore,
    /// Those of a file, for themselves as well: many servers have a self-signed certificate, and
    /// then the file holds the server's own.
    pub(super) named: Vec<CertificateDer<'static>>,
}

/// Which servers are trusted.
pub(super) enum Trust {
    /// Any: messages are encrypted, the server is not verified.
    Anybody,
    /// One with one of these certificates, or with one that they have signed.
    Authority(Roots),
    /// And that is made out to the host.
    Full(Roots),
}

/// Trust as rustls asks for it.
pub(super) struct Verifier {
    rule: Rule,
    provider: Arc<CryptoProvider>,
}

enum Rule {
    Anybody,
    Authority(Roots),
    Full {
        verifier: Arc<WebPkiServerVerifier>,
        named: Vec<CertificateDer<'static>>,
    },
}

impl Verifier {
    /// # Errors
    /// Roots that rustls cannot use.
    pub(super) fn new(trust: Trust, provider: &Arc<CryptoProvider>) -> Result<Self, Failure> {
        let rule = match trust {
            Trust::Anybody => Rule::Anybody,
            Trust::Authority(roots) => Rule::Authority(roots),
            Trust::Full(Roots { store, named }) => Rule::Full {
                verifier: WebPkiServerVerifier::builder_with_provider(
                    Arc::new(store),
                    provider.clone(),
                )
                .build()
                .map_err(|error| {
                    Failure::environment("the root certificates cannot be used").cause(&error)
                })?,
                named,
            },
        };
        Ok(Self {
            rule,
            provider: provider.clone(),
        })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.rule {
            Rule::Anybody => Ok(ServerCertVerified::assertion()),
            Rule::Authority(roots) if roots.named.contains(certificate) => {
                Certificate::read(certificate)?.is_valid_at(now)?;
                Ok(ServerCertVerified::assertion())
            }
            Rule::Authority(roots) => {
                let certificate = ParsedCertificate::try_from(certificate)?;
                let algorithms = self.provider.signature_verification_algorithms.all;
                verify_server_cert_signed_by_trust_anchor(
                    &certificate,
                    &roots.store,
                    intermediates,
                    now,
                    algorithms,
                )?;
                Ok(ServerCertVerified::assertion())
            }
            Rule::Full { named, .. } if named.contains(certificate) => {
                let read = Certificate::read(certificate)?;
                read.is_valid_at(now)?;
                let listed = ParsedCertificate::try_from(certificate)
                    .and_then(|certificate| verify_server_name(&certificate, name));
                match listed {
                    Err(_) if read.has_no_list_of_names() && read.is_named(name) => {}
                    listed => listed?,
                }
                Ok(ServerCertVerified::assertion())
            }
            Rule::Full { verifier, .. } => {
                verifier.verify_server_cert(certificate, intermediates, name, ocsp, now)
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        if ParsedCertificate::try_from(certificate).is_err() {
            return Certificate::read(certificate)?.verify_tls12(message, signature, algorithms);
        }
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        if ParsedCertificate::try_from(certificate).is_err() {
            return Certificate::read(certificate)?.verify_tls13(message, signature, algorithms);
        }
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.rule {
            Rule::Anybody => "Verifier(anybody)",
            Rule::Authority(_) => "Verifier(authority)",
            Rule::Full { .. } => "Verifier(full)",
        })
    }
}
