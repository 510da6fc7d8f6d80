//! The longest chain of files that are in order.

/// Which of the places belong to the longest increasing chain of `ranks`, a permutation of `0..n`. Of two equally long
/// chains, the one with more `usual` members.
///
/// A file's best chain is the best one of all earlier files with a lower rank, and the file itself. The best ones by
/// rank are kept in a Fenwick tree, so that ten thousand files take some hundred thousand steps.
///
/// ```text
/// ranks   0 2 3 1 4     0001 0009 0011 00010 0012
/// chain   x x x   x
/// ```
pub(super) fn longest_chain(ranks: &[usize], is_usual: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut tree: Vec<Option<Link>> = vec![None; ranks.len() + 1];
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(ranks.len());
    let mut best: Option<Link> = None;
    for (index, rank) in ranks.iter().enumerate() {
        let before = highest_below(&tree, *rank);
        let (length, usual) = before.map_or((0, 0), |link| (link.length, link.usual));
        let link = Link {
            length: length + 1,
            usual: usual + usize::from(is_usual(index)),
            index,
        };
        previous.push(before.map(|link| link.index));
        raise(&mut tree, *rank, link);
        best = better(best, Some(link));
    }
    let mut in_chain = vec![false; ranks.len()];
    let mut at = best.map(|link| link.index);
    while let Some(index) = at {
        if let Some(place) = in_chain.get_mut(index) {
            *place = true;
        }
        at = previous.get(index).copied().flatten();
    }
    in_chain
}

/// The end of a chain.
#[derive(Debug, Clone, Copy)]
struct Link {
    length: usize,
    usual: usize,
    index: usize,
}

fn better(one: Option<Link>, other: Option<Link>) -> Option<Link> {
    match (one, other) {
        (Some(one), Some(other)) => {
            let is_better = (other.length, other.usual) > (one.length, one.usual);
            Some(if is_better { other } else { one })
        }
        (one, other) => one.or(other),
    }
}

/// The best chain that ends at a rank below `rank`.
fn highest_below(tree: &[Option<Link>], rank: usize) -> Option<Link> {
    let mut best = None;
    let mut node = rank;
    while node > 0 {
        best = better(best, tree.get(node).copied().flatten());
        node &= node - 1;
    }
    best
}

fn raise(tree: &mut [Option<Link>], rank: usize, link: Link) {
    let mut node = rank + 1;
    while let Some(place) = tree.get_mut(node) {
        *place = better(*place, Some(link));
        node += node & node.wrapping_neg();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::longest_chain;

    fn members(ranks: &[usize]) -> Vec<usize> {
        let chain = longest_chain(ranks, |_| true);
        (0..ranks.len()).filter(|index| chain[*index]).collect()
    }

    #[test]
    fn one_file_out_of_place_is_left_out() {
        assert_eq!(members(&[0, 2, 3, 1, 4]), [0, 1, 2, 4]);
        assert_eq!(members(&[4, 0, 1, 2, 3]), [1, 2, 3, 4]);
        assert_eq!(members(&[]), [0; 0]);
    }

    #[test]
    fn of_two_equally_long_chains_the_usual_one_is_kept() {
        assert_eq!(longest_chain(&[1, 0], |index| index == 0), [true, false]);
        assert_eq!(longest_chain(&[1, 0], |index| index == 1), [false, true]);
    }

    proptest! {
        #[test]
        fn no_longer_chain_exists(ranks in Just((0..9).collect::<Vec<usize>>()).prop_shuffle()) {
            let found = members(&ranks);
            let chain: Vec<usize> = found.iter().map(|index| ranks[*index]).collect();
            prop_assert!(chain.is_sorted());
            let longest = (0..1_u32 << ranks.len())
                .map(|set| (0..ranks.len()).filter(|i| set >> i & 1 == 1).map(|i| ranks[i]).collect::<Vec<_>>())
                .filter(|subset| subset.is_sorted())
                .map(|subset| subset.len())
                .max();
            prop_assert_eq!(Some(chain.len()), longest);
        }
    }
}
