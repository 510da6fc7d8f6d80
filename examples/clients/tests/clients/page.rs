//! `docs/clients.md` shows the programs as they are.

use std::fs;
use std::path::Path;

#[test]
fn the_page_shows_every_program_word_for_word() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../../docs/clients.md")).unwrap();
    let mut programs = 0;
    for entry in fs::read_dir(root.join("src/bin")).unwrap() {
        let path = entry.unwrap().path();
        let program = fs::read_to_string(&path).unwrap();
        let code = program.lines().skip_while(|line| line.starts_with("//!"));
        let code = code.collect::<Vec<_>>().join("\n");
        let block = format!("```rust,no_run\n{}\n```\n", code.trim());
        assert!(
            page.contains(&block),
            "{} is not in the page",
            path.display()
        );
        programs += 1;
    }
    assert!(programs > 0);
}
