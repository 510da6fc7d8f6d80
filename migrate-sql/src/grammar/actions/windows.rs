//! Window frames: the grammar takes every bound in either place.

use super::{Site, Verdict};
use crate::grammar::symbol::symbol;
use crate::grammar::tree::Node;

/// Where a frame begins or ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    UnboundedPreceding,
    Preceding,
    Current,
    Following,
    UnboundedFollowing,
}

impl Bound {
    fn of(bound: &Node<'_>) -> Self {
        let unbounded = bound.child(symbol!("UNBOUNDED")).is_some();
        if bound.child(symbol!("CURRENT_P")).is_some() {
            Self::Current
        } else if bound.child(symbol!("PRECEDING")).is_some() {
            if unbounded {
                Self::UnboundedPreceding
            } else {
                Self::Preceding
            }
        } else if unbounded {
            Self::UnboundedFollowing
        } else {
            Self::Following
        }
    }
}

/// `ROWS BETWEEN CURRENT ROW AND 1 PRECEDING`.
pub(super) fn judge_frame(site: &Site<'_>) -> Verdict {
    if let (Some(start), Some(end)) = (site.part(2), site.part(4)) {
        return judge_between(site, Bound::of(&start), Bound::of(&end));
    }
    match site.part(1).map(|bound| Bound::of(&bound)) {
        Some(Bound::UnboundedFollowing) => {
            site.refuse(1, "frame start cannot be UNBOUNDED FOLLOWING")
        }
        Some(Bound::Following) => site.refuse(
            1,
            "frame starting from following row cannot end with current row",
        ),
        _ => Ok(()),
    }
}

fn judge_between(site: &Site<'_>, start: Bound, end: Bound) -> Verdict {
    match (start, end) {
        (Bound::UnboundedFollowing, _) => {
            site.refuse(2, "frame start cannot be UNBOUNDED FOLLOWING")
        }
        (_, Bound::UnboundedPreceding) => site.refuse(4, "frame end cannot be UNBOUNDED PRECEDING"),
        (Bound::Current, Bound::Preceding) => site.refuse(
            4,
            "frame starting from current row cannot have preceding rows",
        ),
        (Bound::Following, Bound::Preceding | Bound::Current) => site.refuse(
            4,
            "frame starting from following row cannot have preceding rows",
        ),
        _ => Ok(()),
    }
}
