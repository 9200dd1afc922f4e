//! Text of templates and people inside Markdown.

/// Text in a table's cell or a list's item: what would end it, be markup, mention somebody or link an issue is escaped.
pub(super) fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '*' | '_' | '`' | '[' | ']' | '~' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A zero-width space ends what GitHub and GitLab take for a mention or a reference.
            '@' | '#' | '!' => {
                out.push(c);
                out.push('\u{200b}');
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn nothing_in_a_cell_is_markup() {
        assert_eq!(cell("a|b\n*c* <!-- d"), "a\\|b \\*c\\* &lt;!\u{200b}-- d");
        assert_eq!(cell("@team #12"), "@\u{200b}team #\u{200b}12");
        assert_eq!(
            cell("parameter N 1 → 3 (+82.90)"),
            "parameter N 1 → 3 (+82.90)"
        );
    }
}
