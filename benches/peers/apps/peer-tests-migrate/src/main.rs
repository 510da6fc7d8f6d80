//! 200 tests with our databases; and, as a program, what one test waits for.

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use migrate_runtime::{Migrations, embed_migrations};
use migrate_test::Database;

static MIGRATIONS: Migrations = embed_migrations!("migrations");

/// How often each thing is measured.
const TIMES: u32 = 20;

/// Prints milliseconds: what the first test of a process waits above connecting, until its first query is answered; what a test
/// waits for a database that was made ahead; and what a test takes when another follows at once.
fn main() -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let held = Database::of(&MIGRATIONS);
    held.client().simple_query("SELECT 1")?;
    let first = began.elapsed();
    let began = Instant::now();
    held.client().simple_query("SELECT 1")?;
    println!(
        "first {}",
        milliseconds(first.saturating_sub(began.elapsed()))
    );
    for _ in 0..TIMES {
        // Long enough for what is made ahead, and for dropping the last one.
        thread::sleep(Duration::from_millis(300));
        let began = Instant::now();
        let database = Database::of(&MIGRATIONS);
        println!("ahead {}", milliseconds(began.elapsed()));
        drop(database);
    }
    for _ in 0..TIMES {
        let began = Instant::now();
        drop(Database::of(&MIGRATIONS));
        println!("busy {}", milliseconds(began.elapsed()));
    }
    Ok(())
}

fn milliseconds(taken: Duration) -> f64 {
    taken.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    macro_rules! each {
        ($($name:ident)+) => {$(
            #[migrate_test::test(crate::MIGRATIONS)]
            fn $name(db: migrate_test::Database) -> Result<(), postgres::Error> {
                let mut client = db.client();
                client.execute(crate::tests::INSERT, &[])?;
                let found: i64 = client.query_one(crate::tests::COUNT, &[])?.get(0);
                assert_eq!(found, 1);
                Ok(())
            }
        )+};
    }
    use each;

    const INSERT: &str = "INSERT INTO t00001 (order_id, customer_id, reference) VALUES (1, 1, 'a')";
    const COUNT: &str = "SELECT count(*) FROM t00001";

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
