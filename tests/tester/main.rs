//! A program of tests, as a process of its own: `tester <set> <what> [number]`.
//!
//! The server is chosen as for everybody: by the environment.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a program for tests: it says what it finds, and ends if it cannot go on"
)]

use std::error::Error;
use std::io::Read as _;
use std::thread;
use std::time::Instant;

use migrate_runtime::{Migrations, embed_migrations};
use migrate_test::Database;

static SHOP: Migrations = embed_migrations!("testing/sets/shop");
static BLOG: Migrations = embed_migrations!("testing/sets/blog");
static BROKEN: Migrations = embed_migrations!("testing/sets/broken");

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let set = match arguments.next().as_deref() {
        Some("shop") => &SHOP,
        Some("blog") => &BLOG,
        Some("broken") => &BROKEN,
        _ => return Err("usage: tester shop|blog|broken <what> [number]".into()),
    };
    let what = arguments.next().unwrap_or_default();
    let number: usize = arguments.next().map_or(Ok(1), |number| number.parse())?;
    match what.as_str() {
        "insert" => insert(set, number),
        "one-by-one" => {
            one_by_one(set, number);
            Ok(())
        }
        "hold" => hold(set, number),
        "errors" => errors(set, number),
        "panic" => panic_with_a_database(set),
        "await" => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(awaited(set, number)),
        _ => Err(format!("cannot {what}").into()),
    }
}

/// So many tests at once, each of which writes a row and must find no other.
fn insert(set: &'static Migrations, number: usize) -> Result<(), Box<dyn Error>> {
    let tests: Vec<_> = (0..number).map(|_| thread::spawn(|| write(set))).collect();
    let mut passed = 0;
    for test in tests {
        passed += usize::from(test.join().map_err(|_| "a test has panicked")?);
    }
    println!("passed {passed}");
    Ok(())
}

fn one_by_one(set: &'static Migrations, number: usize) {
    for _ in 0..number {
        let began = Instant::now();
        let passed = write(set);
        println!("passed {passed} in {} ms", began.elapsed().as_millis());
    }
}

fn write(set: &Migrations) -> bool {
    let database = Database::of(set);
    let mut client = database.client();
    let found: i64 = client
        .query_one("SELECT count(*) FROM articles", &[])
        .expect("the table is there")
        .get(0);
    client
        .batch_execute("INSERT INTO articles (id, name) VALUES (1, 'lamp')")
        .or_else(|_| client.batch_execute("INSERT INTO articles VALUES (1, 'lamp', 'bright')"))
        .expect("a row is written");
    found == 0
}

/// Prints the names of so many databases and keeps them until its input ends.
fn hold(set: &Migrations, number: usize) -> Result<(), Box<dyn Error>> {
    let databases: Vec<Database> = (0..number).map(|_| Database::of(set)).collect();
    for database in &databases {
        println!("{}", database.name());
    }
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Prints the error of each of so many tests.
fn errors(set: &'static Migrations, number: usize) -> Result<(), Box<dyn Error>> {
    let tests: Vec<_> = (0..number)
        .map(|_| thread::spawn(|| Database::try_of(set).map(drop)))
        .collect();
    for test in tests {
        match test.join().map_err(|_| "a test has panicked")? {
            Ok(()) => println!("no error"),
            Err(error) => println!("{:?}: {error:#}\n", error.kind()),
        }
    }
    Ok(())
}

fn panic_with_a_database(set: &'static Migrations) -> Result<(), Box<dyn Error>> {
    let test = thread::Builder::new().name("orders::are_counted".to_owned());
    let test = test.spawn(|| {
        let database = Database::of(set);
        panic!("with {}", database.name());
    })?;
    assert!(test.join().is_err());
    Ok(())
}

async fn awaited(set: &Migrations, number: usize) -> Result<(), Box<dyn Error>> {
    for _ in 0..number {
        let database = Database::of_async(set).await;
        let client = database.connect().await;
        let row = client
            .query_one("SELECT count(*) FROM articles", &[])
            .await?;
        println!("found {}", row.get::<_, i64>(0));
    }
    Ok(())
}
