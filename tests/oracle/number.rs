//! [`Number`]: an f64 that records how it was computed, so that it can be differentiated: reverse-mode automatic
//! differentiation, one number at a time.
//!
//! A derivative is a [`Number`] too and can be differentiated again. A gradient penalty is therefore written as the
//! paper writes it, as a function of the gradient of a logit.

use std::cell::{Cell, RefCell};
use std::iter::Sum;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A value, and its place in the record; a constant has none.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    pub value: f64,
    place: u32,
}

const CONSTANT: u32 = u32::MAX;

/// How a number was computed.
#[derive(Clone, Copy)]
enum Operation {
    Variable,
    Sum(Number, Number),
    Product(Number, Number),
    /// y = f(x), and the derivative of f as a function of x and y.
    Function(Number, fn(Number, Number) -> Number),
}

thread_local! {
    static RECORD: RefCell<Vec<(f64, Operation)>> = const { RefCell::new(Vec::new()) };
    static SINGLE: Cell<bool> = const { Cell::new(false) };
}

/// Computes with every operation rounded to single precision: what the trainer's rounding may do to a result.
pub fn in_single_precision<T>(compute: impl FnOnce() -> T) -> T {
    SINGLE.set(true);
    let result = compute();
    SINGLE.set(false);
    result
}

/// The value that an operation gives.
pub fn round(value: f64) -> f64 {
    if SINGLE.get() { f64::from(value as f32) } else { value }
}

/// Forgets every number that is not a constant.
pub fn clear() {
    RECORD.with_borrow_mut(Vec::clear);
}

/// A number to differentiate with respect to.
pub fn variable(value: f64) -> Number {
    record(value, Operation::Variable)
}

fn record(value: f64, operation: Operation) -> Number {
    let value = round(value);
    RECORD.with_borrow_mut(|record| {
        let place = record.len() as u32;
        record.push((value, operation));
        Number { value, place }
    })
}

/// The derivatives of `y` in each of `xs`, as numbers that can be differentiated again.
pub fn gradient(y: Number, xs: &[Number]) -> Vec<Number> {
    derivatives(y, xs, |number| number)
}

/// The derivatives of `y` in each of `xs`.
pub fn gradient_values(y: Number, xs: &[Number]) -> Vec<f64> {
    let all = derivatives(y, xs, Number::detach);
    all.into_iter().map(|x| x.value).collect()
}

/// The chain rule, from `y` back to the start of the record.
fn derivatives(y: Number, xs: &[Number], operand: fn(Number) -> Number) -> Vec<Number> {
    let zero = Number::from(0.0);
    let mut by = vec![zero; y.place.wrapping_add(1) as usize];
    if let Some(last) = by.last_mut() {
        *last = 1.0.into();
    }
    for place in (0..by.len()).rev() {
        let outer = by[place];
        if outer.is(0.0) {
            continue;
        }
        let (value, operation) = RECORD.with_borrow(|record| record[place]);
        let mut chain = |x: Number, inner: Number| {
            if x.place != CONSTANT {
                let sum = &mut by[x.place as usize];
                *sum = *sum + outer * inner;
            }
        };
        match operation {
            Operation::Variable => {}
            Operation::Sum(a, b) => {
                chain(a, 1.0.into());
                chain(b, 1.0.into());
            }
            Operation::Product(a, b) => {
                chain(a, operand(b));
                chain(b, operand(a));
            }
            Operation::Function(x, derivative) => {
                let place = place as u32;
                chain(x, derivative(operand(x), operand(Number { value, place })));
            }
        }
    }
    let of = |x: &Number| by.get(x.place as usize).copied().unwrap_or(zero);
    xs.iter().map(of).collect()
}

impl Number {
    /// The same value as a constant.
    pub fn detach(self) -> Self {
        self.value.into()
    }

    /// Whether it is this constant.
    fn is(self, constant: f64) -> bool {
        self.place == CONSTANT && self.value == constant
    }

    fn map(self, value: f64, derivative: fn(Self, Self) -> Self) -> Self {
        if self.place == CONSTANT {
            return value.into();
        }
        record(value, Operation::Function(self, derivative))
    }

    pub fn exp(self) -> Self {
        self.map(self.value.exp(), |_, y| y)
    }

    pub fn ln(self) -> Self {
        self.map(self.value.ln(), |x, _| x.recip())
    }

    pub fn recip(self) -> Self {
        self.map(self.value.recip(), |_, y| -y.square())
    }

    pub fn sqrt(self) -> Self {
        self.map(self.value.sqrt(), |_, y| y.recip() * 0.5)
    }

    pub fn tanh(self) -> Self {
        self.map(self.value.tanh(), |_, y| -y.square() + 1.0)
    }

    /// 1 / (1 + e⁻ˣ).
    pub fn sigmoid(self) -> Self {
        self.map(1.0 / (1.0 + (-self.value).exp()), |_, y| y * (-y + 1.0))
    }

    /// ln(1 + eˣ), without overflow.
    pub fn softplus(self) -> Self {
        let x = self.value;
        self.map(x.max(0.0) + (-x.abs()).exp().ln_1p(), |x, _| x.sigmoid())
    }

    /// max(x, 0); its derivative at 0 is 0.
    pub fn relu(self) -> Self {
        let step = |x: Self, _| if x.value > 0.0 { 1.0 } else { 0.0 }.into();
        self.map(self.value.max(0.0), step)
    }

    /// |x|; its derivative at 0 is 0.
    pub fn abs(self) -> Self {
        self.relu() + (-self).relu()
    }

    pub fn square(self) -> Self {
        self * self
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        let (value, place) = (round(value), CONSTANT);
        Self { value, place }
    }
}

impl Add for Number {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        match (self.place, other.place) {
            (CONSTANT, CONSTANT) => (self.value + other.value).into(),
            _ if self.is(0.0) => other,
            _ if other.is(0.0) => self,
            _ => record(self.value + other.value, Operation::Sum(self, other)),
        }
    }
}

impl Mul for Number {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        match (self.place, other.place) {
            (CONSTANT, CONSTANT) => (self.value * other.value).into(),
            _ if self.is(1.0) => other,
            _ if other.is(1.0) => self,
            _ => record(self.value * other.value, Operation::Product(self, other)),
        }
    }
}

impl Neg for Number {
    type Output = Self;
    fn neg(self) -> Self {
        self * -1.0
    }
}

impl Sub for Number {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Div for Number {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self * other.recip()
    }
}

impl Add<f64> for Number {
    type Output = Self;
    fn add(self, other: f64) -> Self {
        self + Self::from(other)
    }
}

impl Sub<f64> for Number {
    type Output = Self;
    fn sub(self, other: f64) -> Self {
        self + -other
    }
}

impl Mul<f64> for Number {
    type Output = Self;
    fn mul(self, other: f64) -> Self {
        self * Self::from(other)
    }
}

impl Div<f64> for Number {
    type Output = Self;
    fn div(self, other: f64) -> Self {
        self * other.recip()
    }
}

impl Sum for Number {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(0.0.into(), |sum, x| sum + x)
    }
}

/// First and second derivatives of every function against central differences.
#[test]
fn derivatives_are_what_differences_show() {
    let functions: [fn(Number) -> Number; 11] = [
        |x| x.exp(),
        |x| (x.square() + 1.0).ln(),
        |x| (x * 0.7 + 3.0).recip(),
        |x| (x.square() + 0.5).sqrt(),
        |x| x.tanh() * x,
        |x| x.sigmoid(),
        |x| x.softplus(),
        |x| x.relu().square() * x,
        |x| (x - 0.3).abs() * x,
        |x| x / (x.square() + 2.0) - x * 3.0,
        |x| [x, x.exp(), x * 2.0].into_iter().sum::<Number>() / 3.0,
    ];
    for (i, f) in functions.into_iter().enumerate() {
        for at in [-1.3, 0.4, 2.1] {
            clear();
            let x = variable(at);
            let first = gradient(f(x), &[x])[0];
            let second = gradient_values(first, &[x])[0];
            assert_eq!(gradient_values(f(x), &[x])[0], first.value);
            let value = |at: f64| f(at.into()).value;
            let h = 1e-4;
            let (low, middle, high) = (value(at - h), value(at), value(at + h));
            let differences = [(high - low) / (2.0 * h), (high - 2.0 * middle + low) / (h * h)];
            for (exact, difference) in [first.value, second].into_iter().zip(differences) {
                let off = (exact - difference).abs();
                assert!(off < 1e-6 * (1.0 + exact.abs()), "{i} at {at}: {exact} {difference}");
            }
        }
    }
}
