//! `starter --measure TEXT INDEX URL`: applies a packed set, as an application holds it, and prints how
//! many KiB that took at most, beyond what the process had before.

use std::error::Error;
use std::fs;

use migrate_runtime::__private::migrations;
use migrate_tests::apply::{Driver, apply};

pub(crate) fn measure(text: &str, index: &str, url: &str) -> Result<u64, Box<dyn Error>> {
    // An application has them in its program.
    let text: &'static str = fs::read_to_string(text)?.leak();
    let index: &'static [u8] = fs::read(index)?.leak();
    let set = migrations(
        text,
        index,
        "migrations",
        "public",
        "schema_migrations",
        1,
        None,
        "",
    );
    // Resets the peak that the kernel reports.
    fs::write("/proc/self/clear_refs", "5")?;
    let before = kibibytes("VmRSS")?;
    apply(&set, url, Driver::Postgres).map_err(|refusal| refusal.to_string())?;
    Ok(kibibytes("VmHWM")?.saturating_sub(before))
}

fn kibibytes(name: &str) -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(number.ok_or("the kernel does not say")?.parse()?)
}
