//! `cargo bench` in this directory: how long each piece takes, with optimization.

use std::error::Error;
use std::path::Path;

use criterion::Criterion;
use micro::{PIECES, Subject};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pieces");
    let subject = Subject::prepare(&root)?;
    let mut criterion = Criterion::default().configure_from_args();
    for (name, run) in PIECES.iter().skip(1) {
        criterion.bench_function(name, |bencher| bencher.iter(|| run(&subject)));
    }
    criterion.final_summary();
    Ok(())
}
