//! Evaluates the arithmetic that expected amounts are written as: `+ - * /`, parentheses, decimals.

use std::str::FromStr;

use rust_decimal::Decimal;

/// The value of an expression, exact.
pub(crate) fn evaluate(text: &str) -> Decimal {
    let mut parser = Parser {
        text: text.as_bytes(),
        at: 0,
    };
    let value = parser.sum();
    parser.blanks();
    assert!(
        parser.at == parser.text.len(),
        "cannot read '{text}' from character {}",
        parser.at + 1
    );
    value
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn blanks(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> bool {
        self.blanks();
        let found = self.text.get(self.at) == Some(&wanted);
        self.at += usize::from(found);
        found
    }

    fn sum(&mut self) -> Decimal {
        let mut value = self.product();
        loop {
            if self.take(b'+') {
                value += self.product();
            } else if self.take(b'-') {
                value -= self.product();
            } else {
                return value;
            }
        }
    }

    fn product(&mut self) -> Decimal {
        let mut value = self.atom();
        loop {
            if self.take(b'*') {
                value *= self.atom();
            } else if self.take(b'/') {
                value /= self.atom();
            } else {
                return value;
            }
        }
    }

    fn atom(&mut self) -> Decimal {
        if self.take(b'(') {
            let value = self.sum();
            assert!(self.take(b')'), "a parenthesis is open");
            return value;
        }
        self.blanks();
        let start = self.at;
        while self
            .text
            .get(self.at)
            .is_some_and(|b| b.is_ascii_digit() || *b == b'.')
        {
            self.at += 1;
        }
        let number = std::str::from_utf8(&self.text[start..self.at]).expect("ASCII");
        Decimal::from_str(number).unwrap_or_else(|_| panic!("no number at character {}", start + 1))
    }
}

#[test]
fn reads_arithmetic() {
    assert_eq!(evaluate("1 + 2*3 - (4 - 1)/2"), Decimal::new(55, 1));
}
