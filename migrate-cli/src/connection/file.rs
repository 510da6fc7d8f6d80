//! Files that the connection needs: a `.env`, passwords, certificates.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// More than any such file has.
const MOST: u64 = 16 << 20;

/// Reads a file. A pipe or a device in its place may never come to an end, and to open it may wait for ever.
///
/// # Errors
/// It is no regular file, is too large, or cannot be read.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    if read as u64 > MOST {
        return Err(io::Error::other("larger than 16 MiB"));
    }
    Ok(bytes)
}
