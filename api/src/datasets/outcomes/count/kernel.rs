//! Adds up runs of scores, 32 at a time, in the registers that every processor of the architecture has.
//!
//! A score that counts nothing is [`NOT_ASSESSED`], all bits set: rows are left out by setting all bits of theirs, so one loop
//! serves runs with and without conditions.

use wide::{u8x16, u16x8};

use crate::release::NOT_ASSESSED;

/// How many scores are added in one step.
const STEP: usize = 32;

/// How many scores can be added before a lane runs over: each step adds 2 to a lane of 8 bits and 200 to one of 16.
const BLOCK: usize = STEP * 127;

/// All bits for lanes that were counted before, none for the others; [`STEP`] of it from any place fit any rest of a run.
const COUNTED: [u8; 2 * STEP] = {
    let mut lanes = [0; 2 * STEP];
    let mut lane = 0;
    while lane < STEP {
        lanes[lane] = u8::MAX;
        lane += 1;
    }
    lanes
};

/// What the scores of some rows come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// How many were assessed.
    pub(super) assessed: u32,
    /// The sum of their scores.
    pub(super) sum: u64,
    /// How many scored 100.
    pub(super) achieved: u32,
}

/// Adds up a run.
pub(super) fn all(scores: &[u8]) -> Sums {
    add_up(scores, scores, |scores, _| scores)
}

/// Adds up the rows of a run that are in a group.
pub(super) fn of_group(scores: &[u8], groups: &[u8], group: u8) -> Sums {
    let group = u8x16::splat(group);
    add_up(scores, groups, |scores, groups| scores | !groups.simd_eq(group))
}

/// How many rows of a run have a value.
pub(super) fn equal(values: &[u8], value: u8) -> u32 {
    // Blocks so short that a byte can hold their count.
    let count = |block: &[u8]| block.iter().map(|&found| u8::from(found == value)).sum::<u8>();
    values.chunks(128).map(|block| u32::from(count(block))).sum()
}

/// Adds up the rows of a run by group. `sums` has one entry a group, and one more for rows of no group: those have its place
/// or any later one.
pub(super) fn by_group(scores: &[u8], groups: &[u16], packed: &mut Vec<[u64; 2]>, sums: &mut [Sums]) {
    for (scores, groups) in scores.chunks(MOST_PACKED).zip(groups.chunks(MOST_PACKED)) {
        packed.clear();
        packed.resize(sums.len() + 1, [0; 2]);
        // Neighbours add to different words, so that neither waits for the other.
        let last = sums.len();
        let mut pairs = scores.chunks_exact(2).zip(groups.chunks_exact(2));
        for (scores, groups) in &mut pairs {
            packed[usize::from(groups[0]).min(last)][0] += PACKED[usize::from(scores[0])];
            packed[usize::from(groups[1]).min(last)][1] += PACKED[usize::from(scores[1])];
        }
        if let ([.., score], [.., group]) = (scores, groups)
            && scores.len() % 2 == 1
        {
            packed[usize::from(*group).min(last)][0] += PACKED[usize::from(*score)];
        }
        for (sums, [even, odd]) in sums.iter_mut().zip(packed.iter()) {
            sums.add(Sums::unpacked(even + odd));
        }
    }
}

/// Bits of the sum, and of each number, in a word that holds all three.
const SUM_BITS: u32 = 28;
const NUMBER_BITS: u32 = 18;

/// How many scores can be added before a part of such a word runs over.
const MOST_PACKED: usize = 1 << 17;

/// Per score, what it adds to such a word.
const PACKED: [u64; 256] = {
    let mut packed = [0; 256];
    let mut score = 0;
    while score <= 100 {
        packed[score] = score as u64 | 1 << SUM_BITS;
        score += 1;
    }
    packed[100] |= 1 << (SUM_BITS + NUMBER_BITS);
    packed
};

impl Sums {
    /// Adds what other rows come to.
    pub(super) fn add(&mut self, other: Self) {
        self.assessed += other.assessed;
        self.sum += other.sum;
        self.achieved += other.achieved;
    }

    fn unpacked(word: u64) -> Self {
        let number = |shift: u32| u32::try_from(word >> shift & ((1 << NUMBER_BITS) - 1)).unwrap_or_default();
        Self { assessed: number(SUM_BITS), sum: word & ((1 << SUM_BITS) - 1), achieved: number(SUM_BITS + NUMBER_BITS) }
    }
}

/// Adds up a run. `keep` sets all bits of the scores to be left out, told by a second run of the same length.
#[inline]
fn add_up(scores: &[u8], marks: &[u8], keep: impl Fn(u8x16, u8x16) -> u8x16) -> Sums {
    let mut sums = Sums::default();
    for (scores, marks) in scores.chunks(BLOCK).zip(marks.chunks(BLOCK)) {
        let mut lanes = Lanes::default();
        let (steps, rest) = scores.as_chunks::<STEP>();
        let (step_marks, rest_marks) = marks.as_chunks::<STEP>();
        for (step, marks) in steps.iter().zip(step_marks) {
            let ([one, other], [one_marks, other_marks]) = (halves(step), halves(marks));
            lanes.add(keep(one, one_marks), keep(other, other_marks));
        }
        if rest.is_empty() {
            sums.add(lanes.sums(steps.len()));
            continue;
        }
        // The last ones together with some that were counted before, or with nothing where there are too few.
        let (scores, marks, counted) = match (scores.last_chunk(), marks.last_chunk()) {
            (Some(scores), Some(marks)) => (*scores, *marks, &COUNTED[rest.len()..]),
            _ => (padded(rest), padded(rest_marks), &COUNTED[STEP..]),
        };
        let counted = counted.first_chunk().map_or([u8x16::ZERO; 2], halves);
        let ([one, other], [one_marks, other_marks]) = (halves(&scores), halves(&marks));
        lanes.add(keep(one, one_marks) | counted[0], keep(other, other_marks) | counted[1]);
        sums.add(lanes.sums(steps.len() + 1));
    }
    sums
}

#[inline]
fn halves(step: &[u8; STEP]) -> [u8x16; 2] {
    let (halves, _) = step.as_chunks::<16>();
    [u8x16::new(halves[0]), u8x16::new(halves[1])]
}

fn padded(rest: &[u8]) -> [u8; STEP] {
    let mut step = [NOT_ASSESSED; STEP];
    step[..rest.len()].copy_from_slice(rest);
    step
}

/// Counts in lanes. Of two scores at once, since 200 fits a byte.
#[derive(Default)]
struct Lanes {
    not_assessed: u8x16,
    achieved: u8x16,
    low: u16x8,
    high: u16x8,
}

impl Lanes {
    #[inline]
    fn add(&mut self, one: u8x16, other: u8x16) {
        let is = |score: u8| (one.simd_eq(u8x16::splat(score)), other.simd_eq(u8x16::splat(score)));
        // All bits set is −1.
        let (one_missing, other_missing) = is(NOT_ASSESSED);
        self.not_assessed -= one_missing + other_missing;
        let (one_full, other_full) = is(100);
        self.achieved -= one_full + other_full;
        let both = (one & !one_missing) + (other & !other_missing);
        self.low += u16x8::from_u8x16_low(both);
        self.high += u16x8::from_u8x16_high(both);
    }

    /// What was added in a number of steps.
    #[inline]
    fn sums(self, steps: usize) -> Sums {
        let bytes = |lanes: u8x16| lanes.to_array().into_iter().map(u32::from).sum::<u32>();
        let words = |lanes: u16x8| lanes.to_array().into_iter().map(u32::from).sum::<u32>();
        let lanes = u32::try_from(steps * STEP).unwrap_or(u32::MAX);
        Sums {
            assessed: lanes - bytes(self.not_assessed),
            sum: u64::from(words(self.low) + words(self.high)),
            achieved: bytes(self.achieved),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(scores: &[u8], counts: impl Fn(usize) -> bool) -> Sums {
        let mut sums = Sums::default();
        for (row, &score) in scores.iter().enumerate().filter(|&(row, &score)| score != NOT_ASSESSED && counts(row)) {
            assert!(row < scores.len());
            sums.add(Sums { assessed: 1, sum: u64::from(score), achieved: u32::from(score == 100) });
        }
        sums
    }

    /// Runs that end at any place of a step, and some of many blocks.
    fn runs() -> impl Iterator<Item = Vec<u8>> {
        let lengths = (0..200).chain([BLOCK - 1, BLOCK, BLOCK + 1, BLOCK + 40, 3 * BLOCK + 7]);
        let scores: fn(usize) -> u8 = |row| match row * 7 % 11 {
            0 | 1 => NOT_ASSESSED,
            2..6 => 100,
            _ => u8::try_from(row * 13 % 101).unwrap(),
        };
        let kinds = [scores, |_| 100, |_| NOT_ASSESSED];
        lengths.flat_map(move |length| kinds.map(|score| (0..length).map(score).collect()))
    }

    #[test]
    fn runs_of_any_length_are_added_up() {
        for scores in runs() {
            assert_eq!(all(&scores), naive(&scores, |_| true), "{} scores", scores.len());
            for value in [0, 100, NOT_ASSESSED] {
                assert_eq!(equal(&scores, value) as usize, scores.iter().filter(|&&found| found == value).count());
            }
        }
    }

    #[test]
    fn groups_are_added_up_alike_one_by_one_and_all_at_once() {
        for scores in runs() {
            let group = |row: usize| [0, 2, u16::MAX, 1, 2, 2, 3][row * 5 % 7];
            let groups: Vec<u16> = (0..scores.len()).map(group).collect();
            let few: Vec<u8> = groups.iter().map(|&group| u8::try_from(group).unwrap_or(u8::MAX)).collect();
            let mut sums = [Sums::default(); 3];
            by_group(&scores, &groups, &mut Vec::new(), &mut sums);
            for (wanted, sums) in (0..).zip(sums) {
                assert_eq!(sums, naive(&scores, |row| group(row) == wanted), "{} scores", scores.len());
                assert_eq!(sums, of_group(&scores, &few, u8::try_from(wanted).unwrap()), "{} scores", scores.len());
            }
        }
    }

    #[test]
    fn no_part_of_a_packed_word_runs_over() {
        let scores = vec![100; 3 * MOST_PACKED + 1];
        let mut sums = [Sums::default()];
        by_group(&scores, &vec![0; scores.len()], &mut Vec::new(), &mut sums);
        assert_eq!(sums, [naive(&scores, |_| true)]);
    }
}
