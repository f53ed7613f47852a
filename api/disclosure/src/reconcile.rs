//! Published totals and their published parts, brought to add up.

use crate::{
    CellStatus, Estimate, ProtectedCell, ProtectedTable, band::Scale, protect::TOP_SCORE, protected::Basis, step::Step,
};

/// A cell that is the sum of others, by position in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The position of the total.
    pub total: usize,
    /// The positions of its parts: every institution of the total is in one of them at most.
    pub parts: Vec<usize>,
}

impl ProtectedTable {
    /// Brings totals and parts to add up. `blocks` are groups of sums; no cell stands in two blocks.
    ///
    /// A sum counts where the total and every part that has institutions are published as values, and where the parts
    /// hold exactly the institutions of the total; other sums are left as they are. Cells that take part say
    /// [`reconciled`](ProtectedCell::reconciled).
    ///
    /// # Guarantee
    ///
    /// Post-processing: works on published values, their published standard errors and public sizes. It tells nothing
    /// that the table did not tell before; what an asker could compute is computed for it.
    ///
    /// # Method
    ///
    /// Weighted least squares under linear constraints: of all values that add up, the ones closest to the published, each
    /// weighted by one over its variance (noise and rounding). The constraints are made orthogonal in that measure one after the other
    /// (Gram-Schmidt), redundant ones drop out, and the published values are projected. The variance left is
    /// `v·(1 − Σq²)`, q the cell's part in each orthogonal constraint.
    pub fn reconcile(&mut self, blocks: &[Vec<Sum>]) {
        for block in blocks {
            let sums: Vec<&Sum> = block.iter().filter(|sum| self.adds_up(sum)).collect();
            let mut positions: Vec<usize> =
                sums.iter().flat_map(|sum| sum.parts.iter().chain([&sum.total]).copied()).collect();
            positions.sort_unstable();
            positions.dedup();
            positions.retain(|&position| self.cells[position].basis.is_some());
            if positions.is_empty() {
                continue;
            }
            let rows: Vec<Vec<f64>> = sums.iter().map(|sum| row(sum, &positions)).collect();
            let cells: Vec<(&ProtectedCell, Basis)> = positions
                .iter()
                .filter_map(|&position| Some((&self.cells[position], self.cells[position].basis?)))
                .collect();
            let shares = project(&rows, &cells, 1.0, |cell| cell.achieved_share);
            let means = project(&rows, &cells, TOP_SCORE, |cell| cell.mean_score);
            for ((&position, share), mean) in positions.iter().zip(shares).zip(means) {
                self.cells[position].settle(share, mean);
            }
        }
    }

    fn adds_up(&self, sum: &Sum) -> bool {
        let size = |position: usize| self.cells[position].basis.map_or(0, |basis| basis.institutions);
        let keys = |position: usize| self.cells[position].basis.map_or(0, |basis| basis.named.set);
        let empty = |position: usize| self.cells[position].achieved_share.status == CellStatus::NotAvailable;
        is_value(&self.cells[sum.total])
            && sum.parts.iter().all(|&part| is_value(&self.cells[part]) || empty(part))
            && sum.parts.iter().map(|&part| u64::from(size(part))).sum::<u64>() == u64::from(size(sum.total))
            && sum.parts.iter().fold(0_u128, |sum, &part| sum.wrapping_add(keys(part))) == keys(sum.total)
    }
}

/// Whether a cell's share and mean are both given as values, not as bands.
fn is_value(cell: &ProtectedCell) -> bool {
    let given = |estimate: &Estimate| estimate.value.is_some() && estimate.bound.is_none();
    cell.basis.is_some_and(|basis| basis.sigma > 0.0) && given(&cell.achieved_share) && given(&cell.mean_score)
}

/// One constraint over the cells at `positions`: the parts less the total are nothing.
fn row(sum: &Sum, positions: &[usize]) -> Vec<f64> {
    let weight = |position: &usize| match (sum.parts.contains(position), sum.total == *position) {
        (true, _) => 1.0,
        (_, true) => -1.0,
        _ => 0.0,
    };
    positions.iter().map(weight).collect()
}

/// A value and its standard error, in the unit of the scale.
type Settled = (f64, f64);

/// The published values in institutions' worth, projected onto what adds up, and back on their scale.
fn project(
    rows: &[Vec<f64>],
    cells: &[(&ProtectedCell, Basis)],
    top: f64,
    estimate: impl Fn(&ProtectedCell) -> Estimate,
) -> Vec<Settled> {
    let worth = |basis: Basis| f64::from(basis.institutions) / top;
    let deviations: Vec<f64> = cells
        .iter()
        .map(|&(_, basis)| {
            let rounding = Scale::new(basis.institutions, top, basis.sigma).rounding_variance();
            libm::sqrt(basis.sigma * basis.sigma + rounding)
        })
        .collect();
    let mut scaled: Vec<f64> = cells
        .iter()
        .zip(&deviations)
        .map(|(&(cell, basis), deviation)| estimate(cell).value.unwrap_or_default() * worth(basis) / deviation)
        .collect();
    let mut left = vec![1.0; cells.len()];
    for axis in orthogonal(rows, &deviations) {
        let along: f64 = axis.iter().zip(&scaled).map(|(axis, value)| axis * value).sum();
        for ((value, left), axis) in scaled.iter_mut().zip(&mut left).zip(&axis) {
            *value -= along * axis;
            *left -= axis * axis;
        }
    }
    scaled
        .iter()
        .zip(&deviations)
        .zip(&left)
        .zip(cells)
        .map(|(((value, deviation), left), &(_, basis))| {
            let error = deviation * libm::sqrt(left.max(0.0)) / worth(basis);
            (value * deviation / worth(basis), error)
        })
        .collect()
}

/// The constraints, scaled by the standard deviations, as orthogonal unit axes; redundant ones are left out.
fn orthogonal(rows: &[Vec<f64>], deviations: &[f64]) -> Vec<Vec<f64>> {
    let length = |axis: &[f64]| libm::sqrt(axis.iter().map(|part| part * part).sum());
    let mut axes: Vec<Vec<f64>> = Vec::new();
    for row in rows {
        let mut axis: Vec<f64> = row.iter().zip(deviations).map(|(weight, deviation)| weight * deviation).collect();
        let before: f64 = length(&axis);
        for earlier in &axes {
            let along: f64 = axis.iter().zip(earlier).map(|(one, other)| one * other).sum();
            axis.iter_mut().zip(earlier).for_each(|(part, other)| *part -= along * other);
        }
        let after: f64 = length(&axis);
        if after > before * 1e-9 {
            axis.iter_mut().for_each(|part| *part /= after);
            axes.push(axis);
        }
    }
    axes
}

impl ProtectedCell {
    /// Takes on reconciled values. They stay inside their scale, as published ones do.
    fn settle(&mut self, share: Settled, mean: Settled) {
        let Some(basis) = self.basis else { return };
        self.achieved_share = settled(share, &Scale::new(basis.institutions, 1.0, basis.sigma), 1.0);
        self.mean_score = settled(mean, &Scale::new(basis.institutions, TOP_SCORE, basis.sigma), TOP_SCORE);
        let of = f64::from(basis.institutions);
        let (value, error) = self.achieved_share.value.zip(self.achieved_share.standard_error).unwrap_or_default();
        let (value, error) =
            (Step::MILLIONTH.nearest(value * of), Step::three_digits_of(error * of).nearest(error * of));
        self.achieved = Estimate::given(value, error, error <= 0.2 * value);
        self.reconciled = true;
    }
}

fn settled((value, error): Settled, scale: &Scale, top: f64) -> Estimate {
    let value = Step::MILLIONTH.nearest(value).clamp(Step::MILLIONTH.size(), Step::MILLIONTH.below(top));
    let error = Step::three_digits_of(error).nearest(error);
    Estimate::given(value, error, scale.is_reliable(value, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Counted, Label, Named, NoiseKey, RawCell, RawTable, Tier, protect};

    /// A total and its parts: (institutions, achieved) each, the total last.
    fn table(tier: Tier, key: u8, cells: &[(u32, u32)]) -> ProtectedTable {
        // A set is named by as many as it has, so that parts that add up in number add up in names.
        let cells = cells.iter().enumerate().map(|(number, &(institutions, achieved))| {
            RawCell::Counted(Counted {
                label: Label::new(format!("area={number}"), "202324T3"),
                measure: "GATSBY-2014/3".into(),
                institutions,
                sum: u64::from(achieved) * 80,
                achieved,
                named: Named::all_of(u128::from(institutions)),
                standard: true,
            })
        });
        protect(RawTable::new(tier, cells.collect(), vec![]), &NoiseKey::new([key; 32]))
    }

    fn worth(table: &ProtectedTable, position: usize) -> f64 {
        let cell = &table.cells()[position];
        cell.achieved_share.value.unwrap() * f64::from(cell.basis.unwrap().institutions)
    }

    const SIMPLE: [(u32, u32); 4] = [(100, 40), (60, 30), (40, 20), (200, 90)];

    fn simple() -> Vec<Vec<Sum>> {
        vec![vec![Sum { total: 3, parts: vec![0, 1, 2] }]]
    }

    #[test]
    fn parts_add_up_to_the_total_and_errors_get_smaller() {
        for key in 0..20 {
            let before = table(Tier::Regional, key, &SIMPLE);
            let mut after = before.clone();
            after.reconcile(&simple());
            let gap = worth(&after, 0) + worth(&after, 1) + worth(&after, 2) - worth(&after, 3);
            assert!(gap.abs() < 1e-3, "{gap}");
            for (before, after) in before.cells().iter().zip(after.cells()) {
                assert!(after.reconciled && !before.reconciled);
                assert!(after.achieved_share.standard_error.unwrap() < before.achieved_share.standard_error.unwrap());
                assert!(after.mean_score.standard_error.unwrap() < before.mean_score.standard_error.unwrap());
            }
        }
    }

    #[test]
    fn the_error_left_is_what_it_says() {
        let (mut squares, mut count) = (0.0, 0.0);
        for key in 0..=255 {
            let mut table = table(Tier::Regional, key, &SIMPLE);
            table.reconcile(&simple());
            for (position, (institutions, achieved)) in SIMPLE.into_iter().enumerate() {
                let share = table.cells()[position].achieved_share;
                let off = share.value.unwrap() - f64::from(achieved) / f64::from(institutions);
                squares += (off / share.standard_error.unwrap()).powi(2);
                count += 1.0;
            }
        }
        let spread = libm::sqrt(squares / count);
        assert!((0.9..=1.1).contains(&spread), "{spread}");
    }

    #[test]
    fn a_cross_table_adds_up_both_ways_though_one_constraint_is_redundant() {
        // 2 × 2, row totals, column totals, grand total
        let cells = [(50, 20), (70, 30), (40, 25), (60, 10), (120, 50), (100, 35), (90, 45), (130, 40), (220, 85)];
        let sum = |total, parts: &[usize]| Sum { total, parts: parts.to_vec() };
        let sums =
            vec![sum(4, &[0, 1]), sum(5, &[2, 3]), sum(6, &[0, 2]), sum(7, &[1, 3]), sum(8, &[4, 5]), sum(8, &[6, 7])];
        let mut table = table(Tier::International, 5, &cells);
        table.reconcile(std::slice::from_ref(&sums));
        for sum in sums {
            let parts: f64 = sum.parts.iter().map(|&part| worth(&table, part)).sum();
            assert!((parts - worth(&table, sum.total)).abs() < 1e-3);
        }
    }

    #[test]
    fn a_sum_with_a_hidden_or_missing_part_is_left_alone() {
        for cells in [
            [(100, 40), (60, 30), (4, 2), (164, 72)],   // hidden
            [(100, 40), (60, 30), (40, 20), (230, 90)], // 30 institutions belong to no category
            [(100, 40), (60, 30), (40, 0), (200, 70)],  // a band
        ] {
            let before = table(Tier::Regional, 1, &cells);
            let mut after = before.clone();
            after.reconcile(&simple());
            assert_eq!(before, after);
        }
        let mut empty = table(Tier::Regional, 1, &[(100, 40), (60, 30), (0, 0), (160, 70)]);
        empty.reconcile(&simple());
        assert!(empty.cells()[0].reconciled && !empty.cells()[2].reconciled);
        let exact = table(Tier::Own, 1, &SIMPLE);
        let mut after = exact.clone();
        after.reconcile(&simple());
        assert_eq!(exact, after);
    }
}
