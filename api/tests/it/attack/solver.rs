//! Dense symmetric positive definite systems: Cholesky's factor and the two substitutions.

/// A symmetric matrix, of which only the lower triangle is kept and read.
#[derive(Debug, Clone)]
pub(super) struct Symmetric {
    rows: Vec<Vec<f64>>,
}

/// The lower factor of a symmetric positive definite matrix.
#[derive(Debug)]
pub(super) struct Factor {
    rows: Vec<Vec<f64>>,
}

impl Symmetric {
    /// A multiple of the identity.
    pub(super) fn diagonal(size: usize, value: f64) -> Self {
        let row = |length: usize| (0..=length).map(|column| if column == length { value } else { 0.0 }).collect();
        Self { rows: (0..size).map(row).collect() }
    }

    /// Adds `weight` at every pair of the ascending members.
    pub(super) fn add_block(&mut self, members: &[u32], weight: f64) {
        for (position, &row) in members.iter().enumerate() {
            let row = &mut self.rows[row as usize];
            for &column in &members[..=position] {
                row[column as usize] += weight;
            }
        }
    }

    /// Adds to one entry.
    pub(super) fn add(&mut self, one: usize, other: usize, more: f64) {
        self.rows[one.max(other)][one.min(other)] += more;
    }

    /// Adds `weight` times the product of two vectors of ones and zeros, given by their ascending members, and its mirror image.
    pub(super) fn add_product(&mut self, one: &[u32], other: &[u32], weight: f64) {
        for (rows, columns) in [(one, other), (other, one)] {
            for &row in rows {
                let below = columns.partition_point(|column| *column <= row);
                let entries = &mut self.rows[row as usize];
                columns[..below].iter().for_each(|&column| entries[column as usize] += weight);
            }
        }
    }

    /// Factors the matrix; panics where it is not positive definite.
    pub(super) fn factor(mut self) -> Factor {
        for at in 0..self.rows.len() {
            let (above, rest) = self.rows.split_at_mut(at);
            let row = &mut rest[0];
            for (column, other) in above.iter().enumerate() {
                let reduced = row[column] - dot(&row[..column], &other[..column]);
                row[column] = reduced / other[column];
            }
            let left = row[at] - dot(&row[..at], &row[..at]);
            assert!(left > 0.0, "the matrix is not positive definite");
            row[at] = left.sqrt();
        }
        Factor { rows: self.rows }
    }
}

impl Factor {
    /// Solves for one right-hand side.
    pub(super) fn solve(&self, mut right: Vec<f64>) -> Vec<f64> {
        for (at, row) in self.rows.iter().enumerate() {
            right[at] = (right[at] - dot(&row[..at], &right[..at])) / row[at];
        }
        for (at, row) in self.rows.iter().enumerate().rev() {
            right[at] /= row[at];
            let value = right[at];
            for (before, entry) in right[..at].iter_mut().zip(row) {
                *before -= value * entry;
            }
        }
        right
    }
}

impl Factor {
    /// The diagonal of the inverse.
    pub(super) fn variances(&self) -> Vec<f64> {
        let size = self.rows.len();
        let mut column = vec![0.0; size];
        let variance = |at: usize| {
            column[at] = 1.0 / self.rows[at][at];
            for below in at + 1..size {
                let row = &self.rows[below];
                column[below] = -dot(&row[at..below], &column[at..below]) / row[below];
            }
            dot(&column[at..], &column[at..])
        };
        (0..size).map(variance).collect()
    }

    /// A vector times the inverse times the vector.
    pub(super) fn variance_of(&self, mut vector: Vec<f64>) -> f64 {
        for (at, row) in self.rows.iter().enumerate() {
            vector[at] = (vector[at] - dot(&row[..at], &vector[..at])) / row[at];
        }
        dot(&vector, &vector)
    }

    /// The factored matrix times a vector.
    pub(super) fn times(&self, vector: &[f64]) -> Vec<f64> {
        let mut upper = vec![0.0; vector.len()];
        for (row, value) in self.rows.iter().zip(vector) {
            row.iter().zip(&mut upper).for_each(|(entry, sum)| *sum += entry * value);
        }
        self.rows.iter().map(|row| dot(row, &upper[..row.len()])).collect()
    }
}

/// Solves `apply`(x) = `right` for a symmetric positive definite operator by conjugate gradients, `precondition` being near
/// its inverse (Hestenes and Stiefel 1952).
pub(super) fn conjugate_gradients(
    right: &[f64],
    apply: impl Fn(&[f64]) -> Vec<f64>,
    precondition: impl Fn(&[f64]) -> Vec<f64>,
) -> Vec<f64> {
    let mut solution = vec![0.0; right.len()];
    let mut residual = right.to_vec();
    let mut near = precondition(&residual);
    let mut direction = near.clone();
    let mut size = dot(&residual, &near);
    let enough = size * 1e-12;
    for _ in 0..200 {
        if size <= enough {
            break;
        }
        let applied = apply(&direction);
        let step = size / dot(&direction, &applied);
        for ((solution, residual), (direction, applied)) in
            solution.iter_mut().zip(&mut residual).zip(direction.iter().zip(&applied))
        {
            *solution += step * direction;
            *residual -= step * applied;
        }
        near = precondition(&residual);
        let next = dot(&residual, &near);
        direction.iter_mut().zip(&near).for_each(|(direction, near)| *direction = near + next / size * *direction);
        size = next;
    }
    solution
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn a_small_system_is_solved_both_ways() {
    let mut matrix = Symmetric::diagonal(3, 2.0);
    matrix.add_block(&[0, 2], 1.0);
    // [[3,0,1],[0,2,0],[1,0,3]] · [1,2,3] = [6,4,10]
    let factor = matrix.factor();
    let direct = factor.solve(vec![6.0, 4.0, 10.0]);
    let iterated = conjugate_gradients(&[6.0, 4.0, 10.0], |vector| factor.times(vector), <[f64]>::to_vec);
    for ((direct, iterated), expected) in direct.iter().zip(iterated).zip([1.0, 2.0, 3.0]) {
        assert!((direct - expected).abs() < 1e-12 && (iterated - expected).abs() < 1e-5, "{direct} {iterated}");
    }
}
