//! Where the macro's time goes, phase by phase. A procedural macro is compiled without optimization in a
//! dev build, and so is this harness.

use std::fs;
use std::time::Instant;

use migrate_check::Checksum;
use migrate_check::pack::pack;
use migrate_check::{Settings, load};
use migrate_sql::grammar::parse;
use migrate_sql::splitter::analyse;

use crate::Outcome;
use crate::figures::Figures;
use crate::generate::{self, Set};
use crate::options::Options;
use crate::place::work;
use crate::tool::Layout;

/// The phases in order. Loading is all of those before it, and the rules.
pub(crate) const PHASES: [&str; 6] = ["read", "hash", "scan", "parse", "load", "pack"];

pub(super) fn run(options: &Options, figures: &mut Figures) -> Outcome {
    for set in options.sets(&[Set::Small(1000), Set::Small(5000)]) {
        let root = work().join(format!("phases-{set}"));
        if !root.exists() {
            generate::write(set, Layout::Flat, &root)?;
        }
        for _ in 0..options.times(3) {
            let mut phase = |name: &str, started: Instant| {
                let milliseconds = started.elapsed().as_secs_f64() * 1e3;
                figures.add(&format!("phases/{set}/{name}"), milliseconds)
            };
            let started = Instant::now();
            let mut texts = Vec::new();
            for entry in fs::read_dir(root.join("migrations"))? {
                texts.push(fs::read_to_string(entry?.path())?);
            }
            phase("read", started)?;

            let started = Instant::now();
            for text in &texts {
                Checksum::of(text);
            }
            phase("hash", started)?;

            let started = Instant::now();
            let analysed: Vec<_> = texts.iter().map(|text| analyse(text)).collect();
            phase("scan", started)?;

            let started = Instant::now();
            for (text, analysis) in texts.iter().zip(&analysed) {
                parse(text, &analysis.tokens, &analysis.faults);
            }
            phase("parse", started)?;

            let started = Instant::now();
            let loaded = load(&root, "migrations", &Settings::default());
            phase("load", started)?;
            if !loaded.diagnostics.is_empty() {
                return Err(
                    format!("the generated set is not clean: {:?}", loaded.diagnostics).into(),
                );
            }

            let started = Instant::now();
            pack(&loaded.migrations);
            phase("pack", started)?;
        }
    }
    Ok(())
}
