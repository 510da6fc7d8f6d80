//! TLS, against a server whose certificate is made here.

use std::path::{Path, PathBuf};

use migrate_fixtures::Server;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::place::Place;

/// Somebody who signs certificates.
struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        Self {
            certificate,
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate for hosts, or for a user, and its key.
    fn sign(&self, user: &str, hosts: &[&str]) -> (String, String) {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = CertificateParams::new(hosts).unwrap();
        params.distinguished_name.push(DnType::CommonName, user);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

/// A certificate for `localhost` as `openssl x509 -req` and `openssl ca` make it: of X.509's first version, without a list of
/// names, signed by itself. The tool that makes the others cannot; the key is for this test alone.
const FIRST_VERSION: (&str, &str) = (
    "\
-----BEGIN CERTIFICATE-----
MIIBETCBuAIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwIBcN
MjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCWxvY2Fs
aG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJxOC9hjW4YxdTLCmWUZpQjQ
GJrY5EciMVcV6bzQQNfuCjVplvWXW9p8cg/ZBVXX5CoXZ7cl5KQAqDlU9jm6Jkcw
CgYIKoZIzj0EAwIDSAAwRQIhAL6eKCZ8jganweJOSvs2Dne80Ni/mdANkys4Rb6g
aKF4AiBN+WhsQ/qLHiSpkTeHHgxmZ2vo5DFEPN915jAODa4fJA==
-----END CERTIFICATE-----
",
    "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvt80BFkXUx/DxzDR
fJKCump3v63NGzWZhsP1Vx6bQkOhRANCAAScTgvYY1uGMXUywpllGaUI0Bia2ORH
IjFXFem80EDX7go1aZb1l1vafHIP2QVV1+QqF2e3JeSkAKg5VPY5uiZH
-----END PRIVATE KEY-----
",
);

fn turn_on(server: &Server, certificate: &str, key: &str, clients: &Authority) {
    server.give("clients.crt", &clients.certificate).unwrap();
    let rules = "local all all trust\n\
         hostssl all certified 127.0.0.1/32 cert\n\
         hostssl all secretive 127.0.0.1/32 scram-sha-256\n\
         hostnossl all secretive 127.0.0.1/32 reject\n\
         host all all 127.0.0.1/32 trust\n";
    server.give("pg_hba.conf", rules).unwrap();
    for sql in [
        "CREATE ROLE certified LOGIN",
        "SET password_encryption = 'scram-sha-256'; CREATE ROLE secretive LOGIN PASSWORD 'p@ss'",
        "ALTER SYSTEM SET ssl_ca_file = 'clients.crt'",
    ] {
        server.execute(sql).unwrap();
    }
    server.certify(certificate, key).unwrap();
}

struct Scene {
    place: Place,
    root: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
    port: u16,
}

impl Scene {
    /// `migrate status` at `host`, with these parameters in the URL: exit code, and what it said.
    fn status(&self, user: &str, host: &str, parameters: &str) -> String {
        let url = format!(
            "postgres://{user}@{host}:{}/{}?{parameters}",
            self.port,
            self.place.database.name()
        );
        let shown = self.place.call(&["status", "--database-url", &url]);
        shown.replace(&self.port.to_string(), "[port]")
    }
}

fn query(parameters: &[(&str, &Path)]) -> String {
    let pairs = parameters.iter();
    let pairs: Vec<String> = pairs
        .map(|(name, path)| format!("{name}={}", path.display()))
        .collect();
    pairs.join("&")
}

#[test]
fn a_server_is_trusted_as_far_as_sslmode_says() {
    let server = Server::start_with_tls().unwrap();
    let authority = Authority::new("an authority");
    let (certificate, key) = authority.sign("server", &["localhost"]);
    turn_on(&server, &certificate, &key, &authority);
    let place = Place::on(&server, &[("1_one.sql", "")]);
    let (own, own_key) = authority.sign("certified", &[]);
    let scene = Scene {
        root: place.write("root.pem", &authority.certificate),
        certificate: place.write("own.pem", &own),
        key: place.write("own.key", &own_key),
        port: server.port(),
        place,
    };
    let stranger = scene
        .place
        .write("other.pem", &Authority::new("another").certificate);
    let root = query(&[("sslrootcert", &scene.root)]);
    let other = query(&[("sslrootcert", &stranger)]);

    let works = |user: &str, host: &str, parameters: &str| {
        let shown = scene.status(user, host, parameters);
        assert!(shown.starts_with("exit: 0"), "{parameters}: {shown}");
    };
    for mode in ["disable", "prefer", "require"] {
        works("postgres", "127.0.0.1", &format!("sslmode={mode}"));
    }
    works(
        "postgres",
        "127.0.0.1",
        &format!("sslmode=verify-ca&{root}"),
    );
    works(
        "postgres",
        "localhost",
        &format!("sslmode=verify-full&{root}"),
    );
    works(
        "secretive:p%40ss",
        "localhost",
        &format!("sslmode=verify-full&{root}"),
    );
    let mine = query(&[("sslcert", &scene.certificate), ("sslkey", &scene.key)]);
    works(
        "certified",
        "localhost",
        &format!("sslmode=verify-full&{root}&{mine}"),
    );

    insta::assert_snapshot!(scene.status("postgres", "127.0.0.1", &format!("sslmode=verify-full&{root}")), @r#"
    exit: 2
    ----- stderr
    error: cannot connect to database `[database]` at 127.0.0.1:[port] as `postgres`
      caused by: invalid peer certificate: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("localhost")
      = help: connect by a name that the certificate is made out to
      = help: `sslmode=verify-ca` does not compare the host's name
    "#);
    insta::assert_snapshot!(scene.status("postgres", "localhost", &format!("sslmode=verify-ca&{other}")), @"
    exit: 2
    ----- stderr
    error: cannot connect to database `[database]` at localhost:[port] as `postgres`
      caused by: invalid peer certificate: UnknownIssuer
      = help: name the certificate that has signed the server's with `sslrootcert=…` in the URL, or in PGSSLROOTCERT
      = help: on a network that you trust, `sslmode=require` encrypts without verifying
    ");
    insta::assert_snapshot!(scene.status("postgres", "localhost", &format!("sslmode=require&{other}")), @"
    exit: 2
    ----- stderr
    error: cannot connect to database `[database]` at localhost:[port] as `postgres`
      caused by: invalid peer certificate: UnknownIssuer
      = help: name the certificate that has signed the server's with `sslrootcert=…` in the URL, or in PGSSLROOTCERT
      = help: on a network that you trust, `sslmode=require` encrypts without verifying
    ");
    insta::assert_snapshot!(scene.status("certified", "localhost", "sslmode=require"), @r#"
    exit: 2
    ----- stderr
    error: cannot connect to database `[database]` at localhost:[port] as `certified`
      caused by: FATAL: connection requires a valid client certificate
      = help: if there is no such role, create it as a superuser: `CREATE ROLE "certified" LOGIN`
      = help: else the server's pg_hba.conf decides who may connect, from where and with TLS or without
    "#);
    insta::assert_snapshot!(scene.status("secretive:wr0ng", "localhost", "sslmode=require"), @r#"
    exit: 2
    ----- stderr
    error: cannot connect to database `[database]` at localhost:[port] as `secretive`
      caused by: FATAL: password authentication failed for user "secretive"
      = help: the password comes from the URL, PGPASSWORD or ~/.pgpass, in this order
    "#);
    insta::assert_snapshot!(scene.status("postgres", "localhost", "sslmode=verify-ca&sslrootcert=/nowhere.pem"), @"
    exit: 2
    ----- stderr
    error: /nowhere.pem holds no certificate
      caused by: I/O error: No such file or directory (os error 2)
      = help: certificates are files in PEM format, which begin with `-----BEGIN CERTIFICATE-----`
    ");
    let key = query(&[("sslrootcert", &scene.key)]);
    insta::assert_snapshot!(scene.status("postgres", "localhost", &format!("sslmode=verify-ca&{key}")), @"
    exit: 2
    ----- stderr
    error: [home]/own.key holds no certificate
      caused by: no items found
      = help: certificates are files in PEM format, which begin with `-----BEGIN CERTIFICATE-----`
    ");
}

#[test]
fn a_server_s_own_certificate_can_be_the_root() {
    let authority = Authority::new("an authority");
    let own = |is_ca: IsCa, hosts: &[&str]| {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = CertificateParams::new(hosts).unwrap();
        params.is_ca = is_ca;
        params
            .distinguished_name
            .push(DnType::CommonName, "localhost");
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        (certificate.pem(), key.serialize_pem())
    };
    let (first, first_key) = FIRST_VERSION;
    for (name, (certificate, key)) in [
        ("a leaf", own(IsCa::NoCa, &["localhost"])),
        // As `openssl req -x509` makes it.
        (
            "an authority",
            own(IsCa::Ca(BasicConstraints::Unconstrained), &["localhost"]),
        ),
        (
            "without a list of names",
            own(IsCa::Ca(BasicConstraints::Unconstrained), &[]),
        ),
        (
            "of the first version",
            (first.to_owned(), first_key.to_owned()),
        ),
    ] {
        let server = Server::start_with_tls().unwrap();
        let place = Place::on(&server, &[("1_one.sql", "")]);
        turn_on(&server, &certificate, &key, &authority);
        let root = place.write("root.pem", &certificate);
        let root = query(&[("sslrootcert", &root)]);
        let other = place.write("other.pem", &authority.certificate);
        let other = query(&[("sslrootcert", &other)]);
        let status = |host: &str, parameters: &str| {
            let url = format!(
                "postgres://postgres@{host}:{}/{}?{parameters}",
                server.port(),
                place.database.name()
            );
            place.call(&["status", "--database-url", &url])
        };
        let works = |host: &str, parameters: &str| {
            let shown = status(host, parameters);
            assert!(
                shown.starts_with("exit: 0"),
                "{name}, {parameters}: {shown}"
            );
        };
        works("127.0.0.1", "sslmode=prefer");
        works("127.0.0.1", "sslmode=require");
        works("127.0.0.1", &format!("sslmode=verify-ca&{root}"));
        works("localhost", &format!("sslmode=verify-full&{root}"));
        for (host, parameters) in [
            ("127.0.0.1", format!("sslmode=verify-full&{root}")),
            ("localhost", format!("sslmode=verify-ca&{other}")),
            ("localhost", format!("sslmode=verify-full&{other}")),
        ] {
            let shown = status(host, &parameters);
            assert!(
                shown.starts_with("exit: 2"),
                "{name}, {parameters}: {shown}"
            );
            assert!(shown.contains("certificate"), "{name}: {shown}");
        }
    }
}
