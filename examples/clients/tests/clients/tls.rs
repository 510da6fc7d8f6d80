//! The programs with TLS, on a server whose certificate is made here.

use std::fs;

use migrate_fixtures::Server;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::{output, run};

/// The certificate of an authority, one for `localhost` that it has signed, and the key of that.
fn certificates() -> [String; 3] {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::CommonName, "an authority");
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap().pem();
    [authority, certificate, key.serialize_pem()]
}

#[test]
fn a_server_is_trusted_by_its_authority_and_its_name() {
    let server = Server::start_with_tls().unwrap();
    let [authority, certificate, key] = certificates();
    let rules = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n";
    server.give("pg_hba.conf", rules).unwrap();
    server.certify(&certificate, &key).unwrap();
    let home = tempfile::tempdir().unwrap();
    let trusted = home.path().join("authority.pem");
    fs::write(&trusted, authority).unwrap();
    let others = home.path().join("other.pem");
    fs::write(&others, &certificates()[0]).unwrap();

    for program in [
        env!("CARGO_BIN_EXE_rustls"),
        env!("CARGO_BIN_EXE_native_tls"),
    ] {
        let database = server.database();
        let url = |host: &str, mode: &str| {
            let (port, name) = (server.port(), database.name());
            format!("postgres://postgres@{host}:{port}/{name}?sslmode={mode}")
        };
        let first = output(program, &url("localhost", "verify-full"), &trusted);
        let applied = first.contains("applied migrations/0001_create_visits.sql");
        assert!(applied, "{program}: {first}");
        let second = output(program, &url("localhost", "require"), &trusted);
        assert!(second.starts_with("up to date"), "{program}: {second}");
        for (url, authorities) in [
            (url("localhost", "require"), &others),
            (url("127.0.0.1", "require"), &trusted),
            (url("localhost", "disable"), &trusted),
        ] {
            let refused = run(program, &url, authorities);
            assert!(!refused.status.success(), "{program}: {url}");
        }
    }
}
