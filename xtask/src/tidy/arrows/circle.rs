//! Circles of modules that know each other.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::Modules;

/// The modules of each circle: those that lead to each other. What a folder's `mod.rs` knows of the folder's own modules
/// makes none: they are one thing.
pub(super) fn all(modules: &Modules<'_>) -> Vec<BTreeSet<String>> {
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, _, needed) in modules.edges() {
        let inside = if module.is_empty() {
            String::new()
        } else {
            format!("{module}::")
        };
        let others = needed
            .into_iter()
            .filter(|other| !other.starts_with(&inside));
        arrows.insert(module.to_owned(), others.collect());
    }
    let reached: BTreeMap<&String, BTreeSet<&String>> = arrows
        .keys()
        .map(|module| (module, reach(&arrows, module)))
        .collect();
    let leads = |from: &String, to: &String| {
        let reached = reached.get(from);
        reached.is_some_and(|reached| reached.contains(to))
    };
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for module in arrows.keys().filter(|module| leads(module, module)) {
        if circles.iter().any(|circle| circle.contains(module)) {
            continue;
        }
        let others = arrows
            .keys()
            .filter(|other| leads(module, other) && leads(other, module));
        circles.push(others.cloned().collect());
    }
    circles
}

/// All modules to which the arrows of one lead.
fn reach<'a>(
    arrows: &'a BTreeMap<String, BTreeSet<String>>,
    module: &String,
) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&String> = arrows.get(module).into_iter().flatten().collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(arrows.get(next).into_iter().flatten());
        }
    }
    reached
}
