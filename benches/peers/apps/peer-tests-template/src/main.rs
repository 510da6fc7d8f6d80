//! 200 tests with a template kept by hand, as many projects do it: the first test of a process makes it, each test copies it and
//! drops the copy.

mod list;

fn main() {
    println!("{} migrations", list::MIGRATIONS.len());
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    use postgres::{Client, Config, Error, NoTls};

    macro_rules! each {
        ($($name:ident)+) => {$(
            #[test]
            fn $name() -> Result<(), postgres::Error> {
                super::with_database(|client| {
                    client.execute(super::INSERT, &[])?;
                    let found: i64 = client.query_one(super::COUNT, &[])?.get(0);
                    assert_eq!(found, 1);
                    Ok(())
                })
            }
        )+};
    }
    use each;

    const INSERT: &str = "INSERT INTO t00001 (order_id, customer_id, reference) VALUES (1, 1, 'a')";
    const COUNT: &str = "SELECT count(*) FROM t00001";

    fn config() -> Config {
        let url = std::env::var("DATABASE_URL").expect("DATABASE_URL is set");
        url.parse().expect("a URL")
    }

    fn make_template() -> Result<(), Error> {
        let mut server = config().connect(NoTls)?;
        server.simple_query("DROP DATABASE IF EXISTS handmade")?;
        server.simple_query("CREATE DATABASE handmade")?;
        let mut client = config().dbname("handmade").connect(NoTls)?;
        for (_, text) in crate::list::MIGRATIONS {
            client.batch_execute(text)?;
        }
        Ok(())
    }

    fn with_database(test: impl FnOnce(&mut Client) -> Result<(), Error>) -> Result<(), Error> {
        static TEMPLATE: OnceLock<()> = OnceLock::new();
        static NEXT: AtomicU32 = AtomicU32::new(0);
        TEMPLATE.get_or_init(|| make_template().expect("a template"));
        let name = format!("handmade_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut server = config().connect(NoTls)?;
        server.simple_query(&format!("CREATE DATABASE {name} TEMPLATE handmade"))?;
        let mut client = config().dbname(&name).connect(NoTls)?;
        test(&mut client)?;
        drop(client);
        server.simple_query(&format!("DROP DATABASE {name} WITH (FORCE)"))?;
        Ok(())
    }

    /// Ten tests of one kind.
    macro_rules! ten {
        ($($place:ident)+) => {$(
            mod $place {
                super::each! { t0 t1 t2 t3 t4 t5 t6 t7 t8 t9 }
            }
        )+};
    }

    ten! { a b c d e f g h i j k l m n o p q r s t }
}
