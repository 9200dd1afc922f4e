//! The yardstick of the benchmark: a Rust program that does nothing.

fn main() {}
