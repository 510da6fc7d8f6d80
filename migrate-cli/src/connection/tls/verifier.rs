//! Which servers are trusted. rustls has a verifier for `verify-full` only.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_cert_signed_by_trust_anchor};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::failure::Failure;

/// Whom to trust.
pub(super) enum Trust {
    /// Whoever answers: what is sent is encrypted, to somebody.
    Anybody,
    /// Whoever has a certificate that one of these has signed.
    Authority(RootCertStore),
    /// And that is made out to the host.
    Full(RootCertStore),
}

/// Trust as rustls asks for it.
pub(super) struct Verifier {
    rule: Rule,
    provider: Arc<CryptoProvider>,
}

enum Rule {
    Anybody,
    Authority(RootCertStore),
    Full(Arc<WebPkiServerVerifier>),
}

impl Verifier {
    /// # Errors
    /// Roots that rustls cannot use.
    pub(super) fn new(trust: Trust, provider: &Arc<CryptoProvider>) -> Result<Self, Failure> {
        let rule = match trust {
            Trust::Anybody => Rule::Anybody,
            Trust::Authority(roots) => Rule::Authority(roots),
            Trust::Full(roots) => Rule::Full(
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
                    .build()
                    .map_err(|error| {
                        Failure::environment("the root certificates cannot be used").cause(&error)
                    })?,
            ),
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
            Rule::Authority(roots) => {
                let certificate = ParsedCertificate::try_from(certificate)?;
                let algorithms = self.provider.signature_verification_algorithms.all;
                verify_server_cert_signed_by_trust_anchor(
                    &certificate,
                    roots,
                    intermediates,
                    now,
                    algorithms,
                )?;
                Ok(ServerCertVerified::assertion())
            }
            Rule::Full(verifier) => {
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
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
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
            Rule::Full(_) => "Verifier(full)",
        })
    }
}
