//! The bars that the project has set, and how it stands against them.

use std::fmt::Write as _;

use crate::figures::Figures;

/// Those whose work ours is compared with.
const PEERS: [&str; 4] = ["sqlx", "refinery", "refinery-tokio", "diesel"];

pub(super) fn write(figures: &Figures, text: &mut String) {
    text.push_str(
        "\n## The bars\n\n\
         | what | bar | ours | beside | ratio | met |\n|---|---|---|---|---|---|\n",
    );
    let bars = Bars { figures };
    for bar in bars.all().into_iter().flatten() {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {:.2} | {} |",
            bar.what,
            bar.promise,
            bar.ours,
            bar.beside,
            bar.ratio,
            if bar.met { "yes" } else { "**no**" }
        );
    }
}

struct Bar {
    what: String,
    promise: String,
    ours: String,
    beside: String,
    ratio: f64,
    met: bool,
}

struct Bars<'f> {
    figures: &'f Figures,
}

impl Bars<'_> {
    fn all(&self) -> Vec<Option<Bar>> {
        let mut all = vec![
            self.ratio(
                "clean dev build, CPU s",
                "clean/dev/cpu",
                &["connect"],
                1.40,
            ),
            self.ratio(
                "clean dev build, CPU s",
                "clean/dev/cpu",
                &["sqlx", "refinery", "refinery-tokio"],
                0.65,
            ),
            self.ratio(
                "rebuild after an edit, N = 1000, CPU s",
                "rebuild/build/1000/cpu",
                &["list"],
                1.40,
            ),
            self.ratio(
                "rebuild after an edit, N = 5000, CPU s",
                "rebuild/build/5000/cpu",
                &PEERS,
                1.25,
            ),
        ];
        for set in ["10", "1000"] {
            let what = format!("start, nothing to do, N = {set}, ms");
            all.push(self.ratio(&what, &format!("start/{set}/ms"), &["packed"], 1.0));
        }
        all.push(self.above_connecting());
        all.push(self.ratio("start 50 ms away, ms", "delay/start", &PEERS, 0.45));
        all.push(self.compare(
            "start over sqlx, nothing to do, N = 10, ms",
            "start/10/ms",
            "migrate-sqlx",
            &["sqlx"],
            1.0,
        ));
        all.push(self.growth("time", "ms", 1.2));
        all.push(self.growth("peak memory", "mib", 1.25));
        for (flush, set) in [("0", "1000"), ("4", "100"), ("4", "1000")] {
            let what = format!("apply N = {set}, a flush takes {flush} ms, s");
            let key = format!("disk/{flush}/{set}/s");
            let most = if flush == "0" { 1.0 } else { 0.4 };
            all.push(self.ratio(&what, &key, &["packed"], most));
            if flush != "0" {
                all.push(self.ratio(&what, &key, &PEERS, 0.5));
            }
        }
        all.push(self.ratio(
            "apply 50 ms away, N = 10, ms",
            "delay/apply",
            &["packed"],
            0.5,
        ));
        all.push(self.herd());
        all.push(self.ratio(
            "16 starters, N = 100, a flush takes 4 ms, s",
            "disk/4/herd/s",
            &["sqlx"],
            0.6,
        ));
        all.push(self.ratio(
            "start, N = 5000, peak MiB",
            "start/5000/mib",
            &["packed"],
            0.5,
        ));
        all.push(self.ratio(
            "apply 20 MB, peak MiB",
            "apply/large/mib",
            &["packed"],
            1.05,
        ));
        all.push(self.larger());
        all.extend(self.tests());
        let (check, key) = ("migrate check, N = 1000, ms", "check/1000/ms");
        all.push(self.at_most(check, &format!("{key}/peer-migrate"), 60.0));
        all.push(self.ratio(check, key, &["squawk"], 1.0));
        all
    }

    /// Databases for tests.
    fn tests(&self) -> Vec<Option<Bar>> {
        let bar = |set: &str, other: &str, most: f64| {
            let key = |package: &str| format!("tests/{set}/again/peer-tests-{package}");
            let ours = self.figures.median(&key("migrate"))?;
            let beside = self.figures.median(&key(other))?;
            Some(Bar {
                what: format!("200 tests, set {set}, s"),
                promise: format!("≤ {most:.2} × {other}"),
                ours: format!("{ours:.2}"),
                beside: format!("{other} {beside:.2}"),
                ratio: ours / beside,
                met: ours <= most * beside,
            })
        };
        let wait = |set: &str, what: &str, about: &str, most: f64| {
            let key = format!("tests/{set}/{what}-ms/peer-tests-migrate");
            self.at_most(&format!("{about}, set {set}, ms"), &key, most)
        };
        let sets = ["100", "altering"];
        let bars = |set| {
            [
                bar(set, "sqlx", 0.1),
                bar(set, "template", 1.0),
                wait(set, "busy", "a test's own share", 15.0),
                wait(set, "ahead", "a test's own share, database made ahead", 5.0),
                wait(
                    set,
                    "first",
                    "first query of a second run, above connecting",
                    60.0,
                ),
            ]
        };
        sets.into_iter().flat_map(bars).collect()
    }

    /// One figure of migrate, with no other tool beside it.
    fn at_most(&self, what: &str, key: &str, most: f64) -> Option<Bar> {
        let ours = self.figures.median(key)?;
        Some(Bar {
            what: what.to_owned(),
            promise: format!("≤ {most:.0}"),
            ours: format!("{ours:.1}"),
            beside: String::new(),
            ratio: ours / most,
            met: ours <= most,
        })
    }

    /// The figure of migrate by the best of the others.
    fn ratio(&self, what: &str, key: &str, others: &[&str], most: f64) -> Option<Bar> {
        self.compare(what, key, "migrate", others, most)
    }

    /// A figure of migrate (`ours` names the application) by the best of the others.
    fn compare(
        &self,
        what: &str,
        key: &str,
        ours: &str,
        others: &[&str],
        most: f64,
    ) -> Option<Bar> {
        let ours = self.median(key, ours)?;
        let (beside, name) = others
            .iter()
            .filter_map(|name| Some((self.median(key, name)?, *name)))
            .min_by(|one, other| one.0.total_cmp(&other.0))?;
        let best = if others.len() > 1 { "the best: " } else { "" };
        Some(Bar {
            what: what.to_owned(),
            promise: format!(
                "≤ {most:.2} × {}",
                if others.len() > 1 { "the best" } else { name }
            ),
            ours: format!("{ours:.2}"),
            beside: format!("{best}{name} {beside:.2}"),
            ratio: ours / beside,
            met: ours <= most * beside,
        })
    }

    fn above_connecting(&self) -> Option<Bar> {
        let (ours, connect) = (
            self.ours("delay/start")?,
            self.median("delay/start", "connect")?,
        );
        Some(Bar {
            what: "start 50 ms away, ms".to_owned(),
            promise: "one round trip above connecting".to_owned(),
            ours: format!("{ours:.1}"),
            beside: format!("connect {connect:.1}"),
            ratio: ours / connect,
            met: ours - connect < 2.0 * 50.0 - 25.0,
        })
    }

    fn growth(&self, what: &str, unit: &str, most: f64) -> Option<Bar> {
        let (few, many) = (
            self.ours(&format!("start/10/{unit}"))?,
            self.ours(&format!("start/5000/{unit}"))?,
        );
        Some(Bar {
            what: format!("start, N = 5000: {what}, {unit}"),
            promise: format!("≤ {most:.2} × our own N = 10"),
            ours: format!("{many:.2}"),
            beside: format!("N = 10: {few:.2}"),
            ratio: many / few,
            met: many <= most * few,
        })
    }

    fn herd(&self) -> Option<Bar> {
        let succeeded = self.figures.get("herd/succeeded/peer-migrate")?.least;
        let once = self.figures.get("herd/once/peer-migrate")?.least;
        Some(Bar {
            what: "16 starters, N = 100".to_owned(),
            promise: "all succeed, each migration once".to_owned(),
            ours: format!("{succeeded:.0} of 16"),
            beside: String::new(),
            ratio: succeeded / 16.0,
            met: succeeded >= 16.0 && once > 0.0,
        })
    }

    fn larger(&self) -> Option<Bar> {
        let (ours, packed) = (self.ours("size/10")?, self.median("size/10", "packed")?);
        Some(Bar {
            what: "release binary, stripped, N = 10, KiB".to_owned(),
            promise: "≤ packed + 256".to_owned(),
            ours: format!("{ours:.0}"),
            beside: format!("packed {packed:.0}"),
            ratio: ours / packed,
            met: ours <= packed + 256.0,
        })
    }

    fn ours(&self, key: &str) -> Option<f64> {
        self.median(key, "migrate")
    }

    fn median(&self, key: &str, tool: &str) -> Option<f64> {
        self.figures.median(&format!("{key}/peer-{tool}"))
    }
}
