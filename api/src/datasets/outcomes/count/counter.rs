//! Counts the rows of an area in a period.

use std::ops::Range;

use disclosure::Named;

use crate::{
    datasets::outcomes::Scored,
    release::{Columns, NOT_ASSESSED},
};

use super::{
    column::{MeasureColumn, zeros},
    figures::{Figures, Source},
    grouping::{Grouping, Room, Sorted},
    kernel::{self, Sums},
    tally::{Histogram, Tally},
};

/// Room for what is worked out on the way, used again and again.
#[derive(Default)]
pub(super) struct Counter {
    room: Room,
    values: Vec<u8>,
    packed: Vec<[u64; 2]>,
    sums: Vec<Sums>,
    keys: Vec<u128>,
    rolls: Vec<u128>,
}

impl Counter {
    /// Tallies and histograms of some rows.
    pub(super) fn figures(&mut self, source: Source<'_>, rows: &[Range<usize>]) -> Figures {
        let Source { plan: source, grouping, framework, columns, benchmarks, overall, scored } = source;
        let groups = grouping.groups();
        let is_complete = source.all.iter().all(Option::is_some);
        let mut counts = Figures {
            tallies: vec![Tally::default(); benchmarks * groups],
            histograms: if overall { vec![Histogram::new(source.all.len()); groups] } else { Vec::new() },
        };
        for range in rows {
            let (keys, incomplete) = columns.presence().within(range);
            let sorted = grouping.sort(columns, range, &mut self.room);
            let run = Run { start: range.start, keys: &framework.keys()[range.clone()], sum: keys, incomplete, sorted };
            run.sum_keys(groups, &mut self.keys);
            run.sum_by_roll(grouping, columns, &self.keys, &mut self.rolls);
            for (tallies, stand_in) in counts.tallies.chunks_exact_mut(groups).zip(&source.benchmarks) {
                let Some(stand_in) = stand_in else { continue };
                let values = match scored {
                    Scored::Full => MeasureColumn::Benchmark(stand_in).values(columns, range, &mut self.values),
                    Scored::Zero => zeros(columns, stand_in, range, &mut self.values),
                };
                add_up(run.sorted, values, groups, &mut self.packed, &mut self.sums);
                for (((tally, sums), set), roll) in tallies.iter_mut().zip(&self.sums).zip(&self.keys).zip(&self.rolls)
                {
                    tally.add_sums(*sums, Named { set: *set, roll: *roll });
                }
                run.each_left_out(values, |group, key| {
                    if let Some(tally) = tallies.get_mut(group) {
                        tally.keys = tally.keys.wrapping_sub(key);
                    }
                });
            }
            if is_complete && overall {
                let values = MeasureColumn::All(&source.all).values(columns, range, &mut self.values);
                run.add_to_histograms(values, &self.keys, &self.rolls, &mut counts.histograms);
            }
        }
        counts
    }

    /// Per measure column and group, how many institutions of some rows were assessed. A column is `None` where nothing stands
    /// in.
    pub(super) fn assessed(
        &mut self,
        measured: &[Option<MeasureColumn<'_>>],
        grouping: &Grouping,
        columns: &Columns,
        rows: &[Range<usize>],
    ) -> Vec<u32> {
        let groups = grouping.groups();
        let mut counts = vec![0; measured.len() * groups];
        for range in rows {
            let sorted = grouping.sort(columns, range, &mut self.room);
            for (counts, column) in counts.chunks_exact_mut(groups).zip(measured) {
                let Some(column) = column else { continue };
                let values = column.values(columns, range, &mut self.values);
                add_up(sorted, values, groups, &mut self.packed, &mut self.sums);
                counts.iter_mut().zip(&self.sums).for_each(|(count, sums)| *count += sums.assessed);
            }
        }
        counts
    }
}

fn add_up(sorted: Sorted<'_>, values: &[u8], groups: usize, packed: &mut Vec<[u64; 2]>, sums: &mut Vec<Sums>) {
    sums.clear();
    sums.resize(groups, Sums::default());
    sorted.add_up(values, packed, sums);
}

/// A run of rows in a period of a framework, with their groups.
struct Run<'a> {
    /// The first row.
    start: usize,
    /// The record key of each.
    keys: &'a [u128],
    /// The wrapping sum over the rows with a result.
    sum: u128,
    /// The rows whose result lacks a benchmark.
    incomplete: &'a [u32],
    sorted: Sorted<'a>,
}

impl Run<'_> {
    /// Per group, the wrapping sum of the record keys of the rows with a result.
    fn sum_keys(&self, groups: usize, sums: &mut Vec<u128>) {
        sums.clear();
        sums.resize(groups, 0);
        if let (Sorted::Together, [sum]) = (self.sorted, sums.as_mut_slice()) {
            *sum = self.sum;
            return;
        }
        for (place, key) in self.keys.iter().enumerate() {
            if let Some(sum) = sums.get_mut(self.sorted.group(place)) {
                *sum = sum.wrapping_add(*key);
            }
        }
    }

    /// Per group, the wrapping sum of the record keys of those who stand in it by the roll, given that of the rows with a result.
    fn sum_by_roll(&self, grouping: &Grouping, columns: &Columns, sums: &[u128], by_roll: &mut Vec<u128>) {
        by_roll.clear();
        by_roll.extend_from_slice(sums);
        for standing in columns.roll().within(&(self.start..self.start + self.keys.len())) {
            let place = standing.row as usize - self.start;
            let key = self.keys[place];
            if let Some(sum) = by_roll.get_mut(self.sorted.group(place)).filter(|_| standing.has_result) {
                *sum = sum.wrapping_sub(key);
            }
            let group = standing.by_roll.map(|codes| grouping.of(|dimension| codes[dimension as usize]));
            if let Some(sum) = group.and_then(|group| by_roll.get_mut(usize::from(group))) {
                *sum = sum.wrapping_add(key);
            }
        }
    }

    /// Visits the rows that have a result but no value, with group and record key.
    fn each_left_out(&self, values: &[u8], mut visit: impl FnMut(usize, u128)) {
        for &row in self.incomplete {
            let place = row as usize - self.start;
            if values[place] == NOT_ASSESSED {
                visit(self.sorted.group(place), self.keys[place]);
            }
        }
    }

    /// Counts institutions by how many benchmarks they achieved, given the keys of those with a result.
    fn add_to_histograms(&self, values: &[u8], keys: &[u128], rolls: &[u128], histograms: &mut [Histogram]) {
        if let (Sorted::Together, [histogram]) = (self.sorted, &mut *histograms) {
            for (achieved, count) in (0..).zip(&mut histogram.counts) {
                *count += kernel::equal(values, achieved);
            }
        } else {
            for (place, &achieved) in values.iter().enumerate().filter(|(_, achieved)| **achieved != NOT_ASSESSED) {
                if let Some(histogram) = histograms.get_mut(self.sorted.group(place)) {
                    histogram.counts[usize::from(achieved)] += 1;
                }
            }
        }
        for ((histogram, keys), roll) in histograms.iter_mut().zip(keys).zip(rolls) {
            histogram.keys = histogram.keys.wrapping_add(*keys);
            histogram.roll = histogram.roll.wrapping_add(*roll);
        }
        self.each_left_out(values, |group, key| {
            if let Some(histogram) = histograms.get_mut(group) {
                histogram.keys = histogram.keys.wrapping_sub(key);
            }
        });
    }
}
