//! The release binary without symbols.

use std::fs;
use std::process::Command;

use crate::Outcome;
use crate::figures::Figures;
use crate::generate::Set;
use crate::instance::binary;
use crate::options::Options;
use crate::place::work;

pub(super) fn run(options: &Options, figures: &mut Figures) -> Outcome {
    for set in options.sets(&[Set::Small(10), Set::Small(1000)]) {
        for tool in options.tools(|tool| tool.migrates() || set == Set::Small(10)) {
            let stripped = work().join("stripped");
            let status = Command::new("strip")
                .arg("-s")
                .arg("-o")
                .arg(&stripped)
                .arg(binary(tool, set)?)
                .status()?;
            if !status.success() {
                return Err("strip failed".into());
            }
            let kib = fs::metadata(&stripped)?.len() / 1024;
            figures.add(
                &format!("size/{set}/{}", tool.package),
                f64::from(u32::try_from(kib)?),
            )?;
        }
    }
    Ok(())
}
