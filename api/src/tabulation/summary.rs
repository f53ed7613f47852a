//! How much of a table may be read.

use disclosure::HiddenReason;

/// How many cells carry a value, and how many are hidden for each reason, in the order they are met.
pub(super) fn summary(reasons: impl Iterator<Item = Option<HiddenReason>>) -> (usize, Vec<(HiddenReason, usize)>) {
    let mut hidden: Vec<(HiddenReason, usize)> = Vec::new();
    let mut published = 0;
    for reason in reasons {
        match reason {
            None => published += 1,
            Some(reason) => match hidden.iter_mut().find(|(seen, _)| *seen == reason) {
                Some((_, count)) => *count += 1,
                None => hidden.push((reason, 1)),
            },
        }
    }
    (published, hidden)
}
