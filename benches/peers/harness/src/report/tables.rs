//! All figures, a table a step.

use std::fmt::Write as _;

use super::show;
use crate::figures::Figures;
use crate::step::PHASES;
use crate::tool::TOOLS;

/// A table: its title, what is in it, and for each column its head, its key without the tool, and its digits.
type Table<'t> = (&'t str, &'t str, &'t [(&'t str, &'t str, usize)]);

const TABLES: &[Table<'_>] = &[
    (
        "Clean build",
        "Ten migrations, an empty target directory; seconds.",
        &[
            ("crates", "clean/crates", 0),
            ("dev, CPU", "clean/dev/cpu", 1),
            ("dev, elapsed", "clean/dev/wall", 1),
            ("release, CPU", "clean/release/cpu", 1),
            ("release, elapsed", "clean/release/wall", 1),
        ],
    ),
    (
        "Building again",
        "Dev profile, one file edited in the middle of the set; CPU seconds. Ours checks the syntax and the rules of all files.",
        &[
            ("N = 10", "rebuild/build/10/cpu", 2),
            ("N = 1,000", "rebuild/build/1000/cpu", 2),
            ("N = 5,000", "rebuild/build/5000/cpu", 2),
            ("`check`, N = 1,000", "rebuild/check/1000/cpu", 2),
            ("one file more, N = 1,000", "rebuild/added/1000/cpu", 2),
            ("nothing changed, N = 1,000", "rebuild/nothing/1000/cpu", 2),
        ],
    ),
    (
        "Release binary",
        "Stripped; KiB.",
        &[("N = 10", "size/10", 0), ("N = 1,000", "size/1000", 0)],
    ),
    (
        "Start with nothing to do",
        "Milliseconds from starting the process to its end, round trips and messages after connecting, peak MiB.",
        &[
            ("N = 10", "start/10/ms", 1),
            ("N = 1,000", "start/1000/ms", 1),
            ("N = 5,000", "start/5000/ms", 1),
            ("round trips", "start/10/turns", 0),
            ("messages", "start/10/messages", 0),
            ("MiB, N = 10", "start/10/mib", 1),
            ("MiB, N = 5,000", "start/5000/mib", 1),
        ],
    ),
    (
        "Apply everything to an empty database",
        "Seconds; commits and flushes of the log for N = 100; large: 100 files of 200 KB.",
        &[
            ("N = 10", "apply/10/s", 3),
            ("N = 100", "apply/100/s", 3),
            ("N = 1,000", "apply/1000/s", 2),
            ("large", "apply/large/s", 2),
            ("MiB, large", "apply/large/mib", 1),
            ("commits", "apply/100/commits", 0),
            ("flushes", "apply/100/flushes", 0),
        ],
    ),
    (
        "Where a flush takes time",
        "Seconds to apply everything to an empty database, on a server that waits so many milliseconds before each flush of its log; \
         16: sixteen starters at once, N = 100.",
        &[
            ("0 ms, N = 100", "disk/0/100/s", 2),
            ("1 ms, N = 100", "disk/1/100/s", 2),
            ("4 ms, N = 100", "disk/4/100/s", 2),
            ("10 ms, N = 100", "disk/10/100/s", 2),
            ("0 ms, N = 1,000", "disk/0/1000/s", 2),
            ("1 ms, N = 1,000", "disk/1/1000/s", 2),
            ("4 ms, N = 1,000", "disk/4/1000/s", 2),
            ("10 ms, N = 1,000", "disk/10/1000/s", 2),
            ("0 ms, 16", "disk/0/herd/s", 2),
            ("4 ms, 16", "disk/4/herd/s", 2),
            ("flushes, N = 1,000", "disk/4/1000/flushes", 0),
        ],
    ),
    (
        "50 ms away",
        "Each round trip takes 50 ms, that of connecting too; N = 10; milliseconds.",
        &[("start", "delay/start", 0), ("apply", "delay/apply", 0)],
    ),
    (
        "Sixteen starters at once",
        "On an empty database, N = 100.",
        &[
            ("seconds", "herd/s", 2),
            ("succeeded", "herd/succeeded", 0),
            ("each once (1: yes)", "herd/once", 0),
        ],
    ),
];

pub(super) fn write(figures: &Figures, text: &mut String) {
    for (title, about, columns) in TABLES {
        let shown: Vec<_> = columns
            .iter()
            .filter(|(_, key, _)| {
                TOOLS
                    .iter()
                    .any(|tool| figures.get(&format!("{key}/{}", tool.package)).is_some())
            })
            .collect();
        if shown.is_empty() {
            continue;
        }
        let _ = write!(text, "\n## {title}\n\n{about}\n\n| |");
        for (head, _, _) in &shown {
            let _ = write!(text, " {head} |");
        }
        let _ = write!(text, "\n|---|{}\n", "---|".repeat(shown.len()));
        let labels = TOOLS.iter().map(|tool| (tool.label, tool.package));
        for (label, name) in labels.chain([("`psql -1 -f`", "psql")]) {
            let figure = |key: &str| figures.get(&format!("{key}/{name}"));
            if shown.iter().all(|(_, key, _)| figure(key).is_none()) {
                continue;
            }
            let _ = write!(text, "| {label} |");
            for (_, key, digits) in &shown {
                let _ = write!(text, " {} |", show(figure(key), *digits));
            }
            text.push('\n');
        }
    }
    write_check(figures, text);
    write_phases(figures, text);
}

fn write_check(figures: &Figures, text: &mut String) {
    if figures.get("check/1000/ms/peer-migrate").is_none() {
        return;
    }
    text.push_str(
        "\n## Checking 1,000 files\n\n\
         `migrate check`, built as it is installed, and squawk 2.70.0 from PyPI; the generated files of 1 KB.\n\n\
         | | ms | CPU, ms | peak MiB |\n|---|---|---|---|\n",
    );
    for (label, name) in [
        ("**migrate check**", "peer-migrate"),
        ("squawk", "peer-squawk"),
    ] {
        let figure = |unit: &str| show(figures.get(&format!("check/1000/{unit}/{name}")), 0);
        let (ms, cpu, mib) = (figure("ms"), figure("cpu-ms"), figure("mib"));
        let _ = writeln!(text, "| {label} | {ms} | {cpu} | {mib} |");
    }
}

fn write_phases(figures: &Figures, text: &mut String) {
    if figures.get("phases/1000/load").is_none() {
        return;
    }
    text.push_str(
        "\n## Where the macro's time goes\n\n\
         Milliseconds without optimization, as the macro runs in a dev build. `load` is all of\n\
         those above it, and the rules.\n\n\
         | | N = 1,000 | N = 5,000 |\n|---|---|---|\n",
    );
    for phase in PHASES {
        let figure = |set: &str| show(figures.get(&format!("phases/{set}/{phase}")), 0);
        let _ = writeln!(
            text,
            "| {phase} | {} | {} |",
            figure("1000"),
            figure("5000")
        );
    }
}
