//! The known word that an unknown one is most likely a typo of.

/// The one of `known` that is nearest to `word`, if it is near enough to be worth suggesting.
///
/// Case and the choice between `-` and `_` do not count. Of equally near words the first wins.
///
/// ```
/// let known = ["no-transaction", "out-of-order"];
/// assert_eq!(migrate_check::nearest("no_transactoin", known), Some("no-transaction"));
/// assert_eq!(migrate_check::nearest("parallel", known), None);
/// ```
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = fold(word);
    known
        .into_iter()
        .filter_map(|candidate| {
            let folded = fold(candidate);
            let enough = (folded.len() / 3).max(1);
            // Each character too many costs one edit, so most words need no closer comparison.
            let may_be_near = word.len().abs_diff(folded.len()) <= enough;
            let distance = may_be_near.then(|| distance(&word, &folded));
            let distance = distance.filter(|distance| *distance <= enough)?;
            Some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Longer input than any word we know is cut: it is near to none of them, and the distance would
/// take quadratic time.
const LONGEST: usize = 64;

fn fold(word: &str) -> Vec<char> {
    word.chars()
        .take(LONGEST)
        .map(|character| match character {
            '_' => '-',
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

/// How many characters have to be inserted, deleted, replaced or swapped with their neighbour to make
/// `a` out of `b` (the optimal string alignment distance, a row of its table at a time).
fn distance(a: &[char], b: &[char]) -> usize {
    let (a, b) = apart(a, b);
    let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
    let mut above_that = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, right) in b.iter().enumerate() {
            let replaced = at(&above, j) + usize::from(left != right);
            let inserted = at(&row, j).min(at(&above, j + 1)) + 1;
            let swapped = match (i.checked_sub(1), j.checked_sub(1)) {
                (Some(i), Some(j)) if a.get(i) == Some(right) && b.get(j) == Some(left) => {
                    at(&above_that, j) + 1
                }
                _ => usize::MAX,
            };
            row.push(replaced.min(inserted).min(swapped));
        }
        above_that = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or_default()
}

/// The two without what both begin and end with, which costs no edit: of a typo little is left.
fn apart<'w>(mut a: &'w [char], mut b: &'w [char]) -> (&'w [char], &'w [char]) {
    while let ([x, rest_of_a @ ..], [y, rest_of_b @ ..]) = (a, b)
        && x == y
    {
        (a, b) = (rest_of_a, rest_of_b);
    }
    while let ([rest_of_a @ .., x], [rest_of_b @ .., y]) = (a, b)
        && x == y
    {
        (a, b) = (rest_of_a, rest_of_b);
    }
    (a, b)
}

#[cfg(test)]
mod tests {
    use super::{distance, fold, nearest};

    #[test]
    fn distance_counts_single_character_edits() {
        let of = |a: &str, b: &str| distance(&fold(a), &fold(b));
        assert_eq!(of("", ""), 0);
        assert_eq!(of("abc", ""), 3);
        assert_eq!(of("", "abc"), 3);
        assert_eq!(of("kitten", "sitting"), 3);
        assert_eq!(of("order", "oder"), 1);
        assert_eq!(of("tabel", "table"), 1, "neighbours swapped");
        assert_eq!(of("NO_TRANSACTION", "no-transaction"), 0);
    }

    #[test]
    fn a_typo_finds_its_word_and_a_stranger_finds_none() {
        let known = ["order", "table", "schema"];
        assert_eq!(nearest("oder", known), Some("order"));
        assert_eq!(nearest("tabel", known), Some("table"));
        assert_eq!(nearest("fabel", known), None, "two edits in five letters");
        assert_eq!(nearest("shema", known), Some("schema"));
        assert_eq!(nearest("x", known), None);
        assert_eq!(nearest("", known), None);
    }
}
