//! Applying on a server whose flushes take time.

use super::{apply, herd};
use crate::Outcome;
use crate::figures::Figures;
use crate::generate::Set;
use crate::options::Options;
use crate::server::Postgres;

/// Milliseconds of a flush: in memory, a good disk of a server, one in the cloud, a slow one.
const FLUSHES: [u32; 4] = [0, 1, 4, 10];

pub(super) fn run(options: &Options, figures: &mut Figures) -> Outcome {
    for flush in FLUSHES {
        let server = Postgres::start_with(flush)?;
        for set in options.sets(&[Set::Small(100), Set::Small(1000)]) {
            let key = format!("disk/{flush}");
            apply::measure(&server, set, &key, options, figures)?;
        }
        herd::measure(
            &server,
            &format!("disk/{flush}/herd"),
            options.times(5),
            options,
            figures,
        )?;
    }
    Ok(())
}
