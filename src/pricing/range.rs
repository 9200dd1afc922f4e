//! The three scenarios of every figure.

use std::iter::Sum;
use std::ops::{Add, Sub};

use serde::Serialize;

/// `min`, `expected` and `max`: three complete scenarios, not error bars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Range<T> {
    /// The floor of every autoscaler and of usage.
    pub min: T,
    /// The stated utilisation.
    pub expected: T,
    /// Every ceiling at once.
    pub max: T,
}

impl<T: Clone> Range<T> {
    /// The same in all three.
    pub fn flat(value: T) -> Self {
        Range {
            min: value.clone(),
            expected: value.clone(),
            max: value,
        }
    }

    /// Changes each.
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Range<U> {
        Range {
            min: f(self.min),
            expected: f(self.expected),
            max: f(self.max),
        }
    }

    /// Joins two, scenario by scenario.
    pub fn zip<U: Copy, V>(self, other: Range<U>, f: impl Fn(T, U) -> V) -> Range<V> {
        Range {
            min: f(self.min, other.min),
            expected: f(self.expected, other.expected),
            max: f(self.max, other.max),
        }
    }
}

impl<T: Copy + Add<Output = T>> Add for Range<T> {
    type Output = Range<T>;
    fn add(self, other: Range<T>) -> Range<T> {
        self.zip(other, |a, b| a + b)
    }
}

impl<T: Copy + Sub<Output = T>> Sub for Range<T> {
    type Output = Range<T>;
    fn sub(self, other: Range<T>) -> Range<T> {
        self.zip(other, |a, b| a - b)
    }
}

impl<T: Copy + Default + Add<Output = T>> Sum for Range<T> {
    fn sum<I: Iterator<Item = Range<T>>>(ranges: I) -> Range<T> {
        ranges.fold(Range::default(), Add::add)
    }
}
