//! Ranges of rows.

use std::{iter, mem, ops::Range};

/// The rows of some ranges that are in none of others, in ranges. Both are ascending and apart.
pub fn outside<'a>(ranges: &'a [Range<usize>], of: &'a [Range<usize>]) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut ranges = ranges.iter().cloned();
    let mut others = of.iter().peekable();
    let mut rest = 0..0;
    iter::from_fn(move || {
        loop {
            while rest.is_empty() {
                rest = ranges.next()?;
            }
            while others.next_if(|other| other.end <= rest.start).is_some() {}
            match others.peek() {
                Some(other) if other.start <= rest.start => rest.start = other.end,
                Some(other) if other.start < rest.end => {
                    let before = rest.start..other.start;
                    rest.start = other.end;
                    return Some(before);
                }
                _ => return Some(mem::take(&mut rest)),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "lists of ranges, of which one is meant")]
    fn what_lies_outside_is_found_range_by_range() {
        let check = |ranges: &[Range<usize>], of: &[Range<usize>]| {
            let expected: Vec<usize> =
                ranges.iter().cloned().flatten().filter(|row| !of.iter().any(|range| range.contains(row))).collect();
            let found: Vec<usize> = outside(ranges, of).flatten().collect();
            assert_eq!(found, expected, "{ranges:?} without {of:?}");
        };
        check(&[0..10], &[]);
        check(&[0..10], &[3..5]);
        check(&[0..10, 20..30], &[0..10]);
        check(&[0..10, 20..30], &[5..25]);
        check(&[0..10, 20..30, 40..50], &[2..3, 4..6, 9..21, 29..44]);
        check(&[5..6], &[0..10]);
        check(&[0..4, 6..9], &[0..4, 6..9]);
        check(&[], &[0..4]);
    }
}
