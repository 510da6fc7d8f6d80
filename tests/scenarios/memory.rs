//! How much memory a large set takes.

use std::fs;
use std::process::Command;

use migrate_check::Settings;
use migrate_check::pack::pack;
use migrate_fixtures::Server;

use crate::set::Set;

/// Where the kernel says how much a process has used at most.
#[cfg(target_os = "linux")]
#[test]
fn five_thousand_migrations_take_less_than_20_mb_beyond_their_text() {
    let set = Set::new(&[]);
    for number in 1..=5_000 {
        set.write(&format!("{number:04}_m.sql"), "SELECT 1;\n");
    }
    let loaded = migrate_check::load(set.root(), "migrations", &Settings::default());
    let packed = pack(&loaded.migrations);
    let (text, index) = (set.root().join("text"), set.root().join("index"));
    fs::write(&text, packed.text).unwrap();
    fs::write(&index, packed.index).unwrap();
    let database = Server::shared().database();
    let output = Command::new(env!("CARGO_BIN_EXE_starter"))
        .args(["--measure".as_ref(), text.as_os_str(), index.as_os_str()])
        .arg(database.url())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let kibibytes: u64 = said.trim().parse().unwrap_or_else(|_| panic!("{output:?}"));
    assert!(kibibytes < 20 * 1024, "{kibibytes} KiB");
    assert_eq!(
        database.value("SELECT count(*) FROM schema_migrations"),
        "5000"
    );
}
