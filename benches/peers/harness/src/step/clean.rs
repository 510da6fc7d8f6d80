//! Building an application with ten migrations from nothing.

use crate::Outcome;
use crate::figures::Figures;
use crate::generate::Set;
use crate::instance::{Instance, Profile};
use crate::options::Options;

pub(super) fn run(options: &Options, figures: &mut Figures) -> Outcome {
    let tools = options.tools(|tool| tool.package == tool.builds_like);
    for tool in &tools {
        let crates = Instance::make(tool, Set::Small(10))?.crates()?;
        figures.add(
            &format!("clean/crates/{}", tool.package),
            f64::from(u32::try_from(crates)?),
        )?;
    }
    for (profile, times) in [(Profile::Dev, options.times(2)), (Profile::Release, 1)] {
        for _ in 0..times {
            for tool in &tools {
                let instance = Instance::make(tool, Set::Small(10))?;
                let taken = instance.rebuild_all(profile)?;
                let key = format!("clean/{}", profile.name());
                figures.add(&format!("{key}/cpu/{}", tool.package), taken.cpu)?;
                figures.add(&format!("{key}/wall/{}", tool.package), taken.wall)?;
            }
        }
    }
    Ok(())
}
