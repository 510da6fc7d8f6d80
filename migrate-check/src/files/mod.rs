//! A file: its name, its bytes and its checksum.

mod checksum;
pub(crate) mod encoding;
mod file_name;
mod source;

pub use self::checksum::Checksum;
pub(crate) use self::encoding::{Content, is_bidirectional, is_plain};
pub use self::file_name::{Direction, FileName, Misnamed, is_sql, parse};
pub use self::source::Source;
