//! The yardstick of the benchmark: only parses the files that it is given, with the parser in use.

fn main() {
    let mut events = 0usize;
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).expect("a file");
        events += granit_parser::Parser::new_from_str(&text)
            .filter(Result::is_ok)
            .count();
    }
    assert!(events > 0, "nothing was parsed");
}
