//! Batches of numbers, and what is computed over them.

use crate::number::{Number, variable};

/// A row a sample.
pub type Batch = Vec<Vec<Number>>;

/// Numbers without a record, such as a matrix row by row.
pub type Values = Vec<f64>;

/// Under a square root whose derivative at 0 must stay finite.
pub const EPSILON: f64 = 1e-12;

pub fn rows(values: &[f32], n: usize) -> Batch {
    let row = |row: &[f32]| row.iter().map(|x| Number::from(f64::from(*x))).collect();
    values.chunks(values.len() / n).map(row).collect()
}

pub fn constants(params: &[Values]) -> Vec<Vec<Number>> {
    params.iter().map(|p| p.iter().map(|w| Number::from(*w)).collect()).collect()
}

pub fn variables(params: &[Values]) -> Vec<Vec<Number>> {
    params.iter().map(|p| p.iter().map(|w| variable(*w)).collect()).collect()
}

pub fn variables_of(x: Batch) -> Batch {
    each(&x, |x| variable(x.value))
}

pub fn detached(x: &[Vec<Number>]) -> Batch {
    x.iter().map(|row| row.iter().map(|x| x.detach()).collect()).collect()
}

pub fn each(x: &Batch, mut f: impl FnMut(Number) -> Number) -> Batch {
    x.iter().map(|row| row.iter().map(|x| f(*x)).collect()).collect()
}

pub fn values(x: &Batch) -> Values {
    x.iter().flatten().map(|x| x.value).collect()
}

/// The mean over rows of the sum over a row's logits.
pub fn mean_of_rows(rows: &Batch) -> Number {
    mean(rows.iter().map(|row| row.iter().copied().sum()))
}

pub fn squared_norm(x: &[Number]) -> Number {
    x.iter().map(|x| x.square()).sum()
}

pub fn unit(x: Values) -> Values {
    let norm = (x.iter().map(|x| x * x).sum::<f64>() + EPSILON).sqrt();
    x.into_iter().map(|x| x / norm).collect()
}

/// Each row of `left` followed by the row of `right`.
pub fn concat_columns(left: Batch, right: Batch) -> Batch {
    left.into_iter().zip(right).map(|(left, right)| [left, right].concat()).collect()
}

pub fn mean(numbers: impl Iterator<Item = Number> + Clone) -> Number {
    let n = numbers.clone().count() as f64;
    numbers.sum::<Number>() / n
}

/// Mean and (biased) variance.
pub fn moments(numbers: impl Iterator<Item = Number> + Clone) -> (Number, Number) {
    let average = mean(numbers.clone());
    (average, mean(numbers.map(|x| (x - average).square())))
}
