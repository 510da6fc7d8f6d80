//! Building again, with the dependencies there and incremental compilation warm: after an edit in the middle
//! of the set, checking after an edit, after a new file, and after nothing.

use std::fs;

use crate::Outcome;
use crate::figures::Figures;
use crate::generate::{self, Set, small};
use crate::instance::{Instance, Profile};
use crate::options::Options;

pub(super) fn run(options: &Options, figures: &mut Figures) -> Outcome {
    for set in options.sets(&[Set::Small(10), Set::Small(1000), Set::Small(5000)]) {
        let many = set.count() > 1000;
        // The packed list is the other list to the compiler.
        let tools = options.tools(|tool| {
            tool.migrates()
                && tool.package != "peer-packed"
                && !(many && tool.is_slow_to_optimize())
        });
        let mut instances = Vec::new();
        for tool in &tools {
            let instance = Instance::make(tool, set)?;
            instance.cargo("build", Profile::Dev)?;
            instance.cargo("check", Profile::Dev)?;
            instances.push(instance);
        }
        let mut edits = 0;
        for round in 0..=options.times(3) {
            for instance in &instances {
                // The first round warms up what incremental compilation keeps.
                let mut keep = |what: &str, unit: &str, value: f64| {
                    if round == 0 {
                        return Ok(());
                    }
                    let tool = instance.tool.package;
                    figures.add(&format!("rebuild/{what}/{set}/{unit}/{tool}"), value)
                };
                for (what, verb) in [("build", "build"), ("nothing", "build"), ("check", "check")] {
                    if what != "nothing" {
                        edits += 1;
                        edit(instance, edits)?;
                    }
                    let taken = instance.cargo(verb, Profile::Dev)?;
                    keep(what, "cpu", taken.cpu)?;
                    keep(what, "wall", taken.wall)?;
                }
            }
        }
        for instance in &instances {
            add(instance)?;
            let taken = instance.cargo("build", Profile::Dev)?;
            let key = format!("rebuild/added/{set}/cpu/{}", instance.tool.package);
            figures.add(&key, taken.cpu)?;
        }
    }
    Ok(())
}

/// Changes a comment at the end of a file.
fn edit(instance: &Instance, number: usize) -> Outcome {
    let path = instance.middle()?;
    let text = fs::read_to_string(&path)?;
    let text = text.split("-- edit ").next().unwrap_or_default();
    fs::write(path, format!("{text}-- edit {number}\n"))?;
    Ok(())
}

/// Adds a file. Most tools notice that only when a source file or a build script says so.
fn add(instance: &Instance) -> Outcome {
    let number = instance.set.count() + 1;
    let file = generate::file(
        instance.tool.layout,
        number,
        &format!("create_t{number:05}"),
    );
    let path = instance.application().join("migrations").join(file);
    fs::create_dir_all(path.parent().ok_or("a file has a directory")?)?;
    fs::write(path, small(number))?;
    generate::write_list(instance.tool.layout, &instance.application())?;
    let main = fs::read_to_string(instance.main())?;
    fs::write(instance.main(), format!("{main}\n// One more migration.\n"))?;
    Ok(())
}
