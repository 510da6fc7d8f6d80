//! Every problem of every file at once.

use migrate_core::Settings;
use proptest::prelude::*;

use crate::fixture::Crate;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_and_no_name_panic(
        files in prop::collection::vec(
            ("[0-9A-Za-z_. \u{e4}-]{0,12}(\\.down)?\\.(sql|SQL)", any::<Vec<u8>>()), 0..8,
        ),
        directory in any::<String>(),
    ) {
        let files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .filter(|(name, _)| !name.contains('\0'))
            .collect();
        let package = Crate::with(&files);
        package.problems();
        package.problems_of(&directory, &Settings::default());
    }

    #[test]
    fn no_comment_panics(
        text in "(-- ?|/\\*|\\*/|migrate|:|allow|\\(|\\)|lock-timeout|no-transaction|[0-9]|s| |\n|\r|'|\\$|x){0,40}",
    ) {
        Crate::with(&[("0001_a.sql", text)]).problems();
    }
}
