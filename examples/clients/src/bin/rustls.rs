//! TLS by rustls, for `tokio_postgres` and `postgres`.

use std::env;
use std::error::Error;

use migrate_runtime::{Migrations, embed_migrations};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

static MIGRATIONS: Migrations = embed_migrations!("migrations");

/// Trusts what the machine trusts, and the files that `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
fn tls() -> MakeRustlsConnect {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder().with_root_certificates(roots);
    MakeRustlsConnect::new(config.with_no_client_auth())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL")?.replace("verify-full", "require");
    let (mut client, connection) = tokio_postgres::connect(&url, tls()).await?;
    tokio::spawn(connection);
    println!("{}", MIGRATIONS.run_async(&mut client).await?);
    Ok(())
}
