//! A server's certificate, as far as `webpki` does not read it: of X.509's first version, or trusted for itself.

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use x509_cert::der::asn1::{PrintableStringRef, Utf8StringRef};
use x509_cert::der::oid::db::rfc4519::COMMON_NAME;
use x509_cert::der::oid::db::rfc5280::ID_CE_SUBJECT_ALT_NAME;
use x509_cert::der::{Decode as _, Encode as _};

/// A certificate of whatever version.
pub(super) struct Certificate(x509_cert::Certificate);

impl Certificate {
    /// # Errors
    /// It is no certificate.
    pub(super) fn read(der: &CertificateDer<'_>) -> Result<Self, Error> {
        let read = x509_cert::Certificate::from_der(der);
        read.map(Self)
            .map_err(|_| CertificateError::BadEncoding.into())
    }

    /// # Errors
    /// It has expired, or is not valid yet.
    pub(super) fn is_valid_at(&self, now: UnixTime) -> Result<(), Error> {
        let validity = &self.0.tbs_certificate.validity;
        if now.as_secs() > validity.not_after.to_unix_duration().as_secs() {
            Err(CertificateError::Expired.into())
        } else if now.as_secs() < validity.not_before.to_unix_duration().as_secs() {
            Err(CertificateError::NotValidYet.into())
        } else {
            Ok(())
        }
    }

    /// Whether it lacks the extension that lists the names it is issued for.
    pub(super) fn has_no_list_of_names(&self) -> bool {
        let extensions = self.0.tbs_certificate.extensions.iter().flatten();
        !extensions
            .into_iter()
            .any(|extension| extension.extn_id == ID_CE_SUBJECT_ALT_NAME)
    }

    /// Whether it is made out to `host` the old way, by its common name. That is what counts, to libpq too,
    /// where a certificate has no list of names.
    pub(super) fn is_named(&self, host: &ServerName<'_>) -> bool {
        let host = host.to_str();
        let subject = &self.0.tbs_certificate.subject;
        let attributes = subject.0.iter().flat_map(|names| names.0.iter());
        let common = attributes.filter(|attribute| attribute.oid == COMMON_NAME);
        let mut names = common.filter_map(|attribute| {
            let value = &attribute.value;
            let utf8 = value.decode_as::<Utf8StringRef<'_>>();
            let text = utf8.map(|text| text.as_str().to_owned());
            text.or_else(|_| {
                let printable = value.decode_as::<PrintableStringRef<'_>>();
                printable.map(|text| text.as_str().to_owned())
            })
            .ok()
        });
        names.any(|name| name.eq_ignore_ascii_case(&host))
    }

    /// Whether its owner has signed `message`, in TLS 1.3.
    ///
    /// # Errors
    /// The signature is another's.
    pub(super) fn verify_tls13(
        &self,
        message: &[u8],
        signature: &DigitallySignedStruct,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = &self.0.tbs_certificate.subject_public_key_info;
        let key = key.to_der().map_err(|_| CertificateError::BadEncoding)?;
        let key = SubjectPublicKeyInfoDer::from(key);
        verify_tls13_signature_with_raw_key(message, &key, signature, algorithms)
    }

    /// Whether its owner has signed `message`, in TLS 1.2.
    ///
    /// # Errors
    /// The signature is another's.
    pub(super) fn verify_tls12(
        &self,
        message: &[u8],
        signature: &DigitallySignedStruct,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> Result<HandshakeSignatureValid, Error> {
        let info = &self.0.tbs_certificate.subject_public_key_info;
        let algorithm = info
            .algorithm
            .to_der()
            .map_err(|_| CertificateError::BadEncoding)?;
        // Its content alone: the sequence's tag and its length, which takes one byte, are left out.
        let algorithm = algorithm.get(2..).unwrap_or_default();
        let key = info.subject_public_key.raw_bytes();
        let is_meant = |(scheme, _): &&(SignatureScheme, _)| *scheme == signature.scheme;
        let mut possible = algorithms.mapping.iter().filter(is_meant);
        let signed = possible.any(|(_, implementations)| {
            let mut fitting = implementations.iter();
            fitting.any(|implementation| {
                implementation.public_key_alg_id().as_ref() == algorithm
                    && implementation
                        .verify_signature(key, message, signature.signature())
                        .is_ok()
            })
        });
        if signed {
            Ok(HandshakeSignatureValid::assertion())
        } else {
            Err(CertificateError::BadSignature.into())
        }
    }
}
