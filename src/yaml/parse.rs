//! The parser's events to nodes, within limits.

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, ScanError};

use super::{Comment, Document, Node, NodeKind, Pair, Scalar, Tag};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{FileId, Span};

/// Deeper nesting is refused (limit `yaml-depth`). CloudFormation's own templates stay below 30.
pub const MAX_DEPTH: usize = 200;

/// More nodes after alias expansion are refused (limit `yaml-nodes`): a 1 MB template has some 100,000.
pub const MAX_NODES: usize = 500_000;

/// Parses a file. Syntax errors are diagnostics, and then the answer is `None`; a duplicate key is a
/// diagnostic too, and the first of the two is kept.
pub fn parse(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> Option<Document> {
    let mut builder = Builder {
        file,
        text,
        diagnostics,
        stack: Vec::new(),
        anchors: HashMap::new(),
        root: None,
        documents: 0,
        comments: Vec::new(),
        nodes: 0,
        failed: false,
    };
    for next in Parser::new_from_str(text) {
        match next {
            Ok((event, span)) => {
                builder.event(event, span)?;
            }
            Err(error) => {
                builder.syntax_error(&error);
                return None;
            }
        }
    }
    if builder.failed {
        return None;
    }
    Some(Document {
        root: builder.root,
        comments: builder.comments,
    })
}

struct Builder<'a> {
    file: FileId,
    text: &'a str,
    diagnostics: &'a mut Diagnostics,
    stack: Vec<Open>,
    /// Finished anchored nodes with their size in nodes.
    anchors: HashMap<usize, (Node, usize)>,
    root: Option<Node>,
    documents: usize,
    comments: Vec<Comment>,
    nodes: usize,
    failed: bool,
}

/// A collection whose end has not come yet.
struct Open {
    span: Span,
    tag: Option<Tag>,
    anchor: usize,
    nodes_before: usize,
    kind: OpenKind,
}

enum OpenKind {
    Sequence(Vec<Node>),
    Mapping {
        pairs: Vec<Pair>,
        seen: HashMap<Arc<str>, Span>,
        key: Option<Key>,
        merges: Vec<Node>,
    },
}

struct Key {
    text: Option<Arc<str>>,
    plain: bool,
    span: Span,
}

impl Builder<'_> {
    /// `None` stops the parse: a limit was passed.
    fn event(&mut self, event: Event<'_>, span: granit_parser::Span) -> Option<()> {
        let at = self.span(&span);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents == 2 {
                    self.failed = true;
                    self.diagnostics.push(
                        Diagnostic::error(
                            "yaml-documents",
                            at,
                            "a second YAML document in one file",
                        )
                        .help("keep one document; `---` may stand at the top only"),
                    );
                    return None;
                }
            }
            Event::Comment(text, _) => self.comments.push(Comment {
                span: at,
                text: Arc::from(&*text),
            }),
            Event::Scalar(text, style, anchor, tag) => {
                self.count(at)?;
                let tag = self.tag(tag.as_deref(), &span);
                // `!!str 5` is a string though it stands unquoted.
                let plain = style == ScalarStyle::Plain && tag.as_ref().is_none_or(|t| t.1);
                let kind = NodeKind::Scalar(Scalar {
                    text: Arc::from(&*text),
                    plain,
                });
                let node = Node {
                    span: at,
                    tag: tag.and_then(|t| t.0),
                    kind,
                };
                if anchor != 0 {
                    self.anchors.insert(anchor, (node.clone(), 1));
                }
                self.place(node);
            }
            Event::SequenceStart(_, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), &span).and_then(|t| t.0);
                self.open(at, tag, anchor, OpenKind::Sequence(Vec::new()))?;
            }
            Event::MappingStart(_, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), &span).and_then(|t| t.0);
                let kind = OpenKind::Mapping {
                    pairs: Vec::new(),
                    seen: HashMap::new(),
                    key: None,
                    merges: Vec::new(),
                };
                self.open(at, tag, anchor, kind)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(at)?,
            Event::Alias(id) => match self.anchors.get(&id) {
                Some((node, size)) => {
                    self.nodes += size;
                    let mut node = node.clone();
                    self.count(at)?;
                    // The anchor's own content keeps its spans; the use is where the alias stands.
                    node.span = at;
                    self.place(node);
                }
                None => {
                    self.failed = true;
                    self.diagnostics.push(Diagnostic::error(
                        "yaml-alias",
                        at,
                        "an alias inside the very node that it names",
                    ));
                    return None;
                }
            },
            _ => {}
        }
        Some(())
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or_default();
        Span::new(self.file, range.start, range.end)
    }

    /// A local tag, and whether the node may still be typed as a plain scalar.
    fn tag(
        &self,
        tag: Option<&granit_parser::Tag>,
        span: &granit_parser::Span,
    ) -> Option<(Option<Tag>, bool)> {
        let tag = tag?;
        if tag.is_yaml_core_schema() {
            return Some((None, tag.core_suffix() != Some("str")));
        }
        let at = span
            .tag_span()
            .map_or_else(|| self.span(span), |s| self.span(&s));
        let name = format!("{}{}", tag.handle(), tag.suffix());
        let name = name.trim_start_matches('!');
        if name.is_empty() {
            return Some((None, false));
        }
        Some((
            Some(Tag {
                name: Arc::from(name),
                span: at,
            }),
            true,
        ))
    }

    fn count(&mut self, at: Span) -> Option<()> {
        self.nodes += 1;
        if self.nodes <= MAX_NODES {
            return Some(());
        }
        self.failed = true;
        self.diagnostics.push(
            Diagnostic::error(
                "yaml-nodes",
                at,
                format!("more than {MAX_NODES} nodes (limit `yaml-nodes`)"),
            )
            .label("counting what each alias stands for")
            .help("write the repeated part once, or split the file"),
        );
        None
    }

    fn open(&mut self, span: Span, tag: Option<Tag>, anchor: usize, kind: OpenKind) -> Option<()> {
        let nodes_before = self.nodes;
        self.count(span)?;
        if self.stack.len() >= MAX_DEPTH {
            self.failed = true;
            self.diagnostics.push(
                Diagnostic::error(
                    "yaml-depth",
                    span,
                    format!("nested deeper than {MAX_DEPTH} levels (limit `yaml-depth`)"),
                )
                .help("no CloudFormation template needs this; is the file generated by mistake?"),
            );
            return None;
        }
        self.stack.push(Open {
            span,
            tag,
            anchor,
            nodes_before,
            kind,
        });
        Some(())
    }

    fn close(&mut self, end: Span) -> Option<()> {
        let open = self
            .stack
            .pop()
            .expect("internal: the parser closes only what it opened");
        let (kind, last) = match open.kind {
            OpenKind::Sequence(items) => {
                let last = items.last().map(|n| n.span);
                (NodeKind::Sequence(items), last)
            }
            OpenKind::Mapping {
                mut pairs, merges, ..
            } => {
                for merged in merges {
                    merge(&mut pairs, merged);
                }
                let last = pairs.last().map(|p| p.value.span);
                (NodeKind::Mapping(pairs), last)
            }
        };
        // A block collection's end event stands at the next token; its own text ends with its last child.
        let flow = self
            .text
            .as_bytes()
            .get(open.span.start as usize)
            .is_some_and(|b| matches!(b, b'{' | b'['));
        let span = match last {
            _ if flow => open.span.to(end),
            Some(last) if last.start >= open.span.start => open.span.to(last),
            _ => open.span,
        };
        let node = Node {
            span,
            tag: open.tag,
            kind,
        };
        if open.anchor != 0 {
            self.anchors
                .insert(open.anchor, (node.clone(), self.nodes - open.nodes_before));
        }
        self.place(node);
        Some(())
    }

    fn place(&mut self, node: Node) {
        let Some(open) = self.stack.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        match &mut open.kind {
            OpenKind::Sequence(items) => items.push(node),
            OpenKind::Mapping {
                pairs,
                seen,
                key,
                merges,
            } => match key.take() {
                None => {
                    let (text, plain) = match &node.kind {
                        NodeKind::Scalar(s) => (Some(Arc::clone(&s.text)), s.plain),
                        _ => (None, false),
                    };
                    if text.is_none() {
                        self.failed = true;
                        self.diagnostics.push(Diagnostic::error(
                            "yaml-key",
                            node.span,
                            format!("a key must be a word, not {}", node.describe()),
                        ));
                    }
                    *key = Some(Key {
                        text,
                        plain,
                        span: node.span,
                    });
                }
                Some(Key { text: None, .. }) => {}
                Some(Key {
                    text: Some(text),
                    plain: true,
                    ..
                }) if &*text == "<<" => merges.push(node),
                Some(Key {
                    text: Some(text),
                    span,
                    ..
                }) => {
                    if let Some(first) = first_of(pairs, seen, &text) {
                        self.failed = true;
                        self.diagnostics.push(
                            Diagnostic::error("duplicate-key", span, format!("key {text} stands twice"))
                                .related(first, "first here")
                                .help("remove or rename one; CloudFormation keeps only the last without saying so"),
                        );
                    } else {
                        if pairs.len() >= SMALL {
                            seen.insert(Arc::clone(&text), span);
                        }
                        pairs.push(Pair {
                            key: text,
                            key_span: span,
                            value: node,
                        });
                    }
                }
            },
        }
    }

    fn syntax_error(&mut self, error: &ScanError) {
        let offset = error
            .marker()
            .byte_offset()
            .unwrap_or_default()
            .min(self.text.len());
        let rest = &self.text.as_bytes()[offset..];
        let at = Span::new(self.file, offset, offset + usize::from(!rest.is_empty()));
        let line_start = self.text[..floor(self.text, offset)]
            .rfind('\n')
            .map_or(0, |i| i + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        if error.info().contains("recursion limit") {
            let message = "nested too deep to be read (limit `yaml-depth`)";
            self.diagnostics.push(
                Diagnostic::error("yaml-depth", at, message).help(
                    "no CloudFormation template needs this; is the file generated by mistake?",
                ),
            );
            return;
        }
        let unclosed = error.info().contains("unclosed");
        let help = if unclosed {
            Some("close it; is the file cut off?")
        } else if line.trim_start_matches(' ').starts_with('\t') || line.starts_with('\t') {
            Some("indent with spaces: YAML does not allow tabs")
        } else if rest.is_empty() || self.text[floor(self.text, offset)..].trim().is_empty() {
            Some("the file ends in the middle of a value: is it cut off?")
        } else if line.contains(": ") && line.matches(": ").count() > 1 {
            Some("quote a value that holds ': '")
        } else {
            None
        };
        self.diagnostics.push(
            Diagnostic::error(
                "yaml-syntax",
                at,
                format!("not valid YAML: {}", error.info()),
            )
            .maybe_help(help.map(str::to_owned)),
        );
    }
}

/// Up to this many keys are compared one by one; what comes after goes through a map, so that a mapping of
/// 100,000 keys does not take 5,000,000,000 comparisons.
const SMALL: usize = 32;

fn first_of(pairs: &[Pair], seen: &HashMap<Arc<str>, Span>, key: &str) -> Option<Span> {
    let early = pairs
        .iter()
        .take(SMALL)
        .find(|p| &*p.key == key)
        .map(|p| p.key_span);
    early.or_else(|| seen.get(key).copied())
}

fn floor(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// YAML 1.1 merge key: what stands in the mapping itself wins over what is merged in.
fn merge(pairs: &mut Vec<Pair>, merged: Node) {
    match merged.kind {
        NodeKind::Mapping(from) => {
            for pair in from {
                if !pairs.iter().any(|p| p.key == pair.key) {
                    pairs.push(pair);
                }
            }
        }
        NodeKind::Sequence(items) => items.into_iter().for_each(|item| merge(pairs, item)),
        NodeKind::Scalar(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;
    use proptest::prelude::*;

    fn parsed(text: &str) -> (Option<Document>, Vec<String>) {
        let map = SourceMap::default();
        let file = map.add("t.yaml", text);
        let mut diagnostics = Diagnostics::default();
        let document = parse(file, text, &mut diagnostics);
        let said = diagnostics.iter().map(|d| {
            let at = d.span.map(|s| map.locate(s)).unwrap_or_default();
            format!("{at} {} {}", d.code, d.message)
        });
        (document, said.collect())
    }

    #[test]
    fn keeps_byte_spans_of_values_and_tags() {
        let text = "é:\n  b: !Ref Name\n  c: [1, 'two']\nd: |\n  block\n";
        let (document, said) = parsed(text);
        assert!(said.is_empty(), "{said:?}");
        let root = document.and_then(|d| d.root).expect("a document");
        let b = root.get("é").and_then(|n| n.get("b")).expect("b");
        assert_eq!(&text[b.span.start as usize..b.span.end as usize], "Name");
        let tag = b.tag.as_ref().expect("a tag");
        assert_eq!(
            (
                &*tag.name,
                &text[tag.span.start as usize..tag.span.end as usize]
            ),
            ("Ref", "!Ref")
        );
        let c = root.get("é").and_then(|n| n.get("c")).expect("c");
        assert_eq!(
            &text[c.span.start as usize..c.span.end as usize],
            "[1, 'two']"
        );
        let e = &root.as_mapping().expect("mapping")[0];
        assert_eq!(
            &text[e.span().start as usize..e.span().end as usize],
            "é:\n  b: !Ref Name\n  c: [1, 'two']"
        );
    }

    #[test]
    fn reads_json_with_surrogates() {
        let (document, said) = parsed("{\"a\": [true, \"\\ud83d\\ude00\", null],\n\t\"b\": {}}");
        assert!(said.is_empty(), "{said:?}");
        let root = document.and_then(|d| d.root).expect("a document");
        let items = root.get("a").and_then(Node::as_sequence).expect("a list");
        assert_eq!(items[1].as_text().map(|t| &**t), Some("😀"));
        assert!(items[2].is_null());
    }

    #[test]
    fn duplicate_key_names_both_places() {
        let (document, said) = parsed("a: 1\nb: 2\na: 3\n");
        assert!(document.is_none());
        assert_eq!(said, ["t.yaml:3:1 duplicate-key key a stands twice"]);
    }

    #[test]
    fn merge_keys_yield_to_the_mapping_itself() {
        let (document, said) = parsed("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n");
        assert!(said.is_empty(), "{said:?}");
        let root = document.and_then(|d| d.root).expect("a document");
        let used = root.get("use").expect("use");
        let text = |k: &str| used.get(k).and_then(Node::as_text).map(|t| t.to_string());
        assert_eq!((text("x"), text("y")), (Some("1".into()), Some("3".into())));
    }

    #[test]
    fn alias_bomb_meets_the_limit_quickly() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..12 {
            let refs = vec![format!("*a{}", i - 1); 10].join(", ");
            text += &format!("a{i}: &a{i} [{refs}]\n");
        }
        let started = std::time::Instant::now();
        let (document, said) = parsed(&text);
        assert!(document.is_none());
        assert!(said[0].contains("limit `yaml-nodes`"), "{said:?}");
        assert!(
            started.elapsed().as_secs() < 1,
            "took {:?}",
            started.elapsed()
        );
    }

    #[test]
    fn ten_thousand_levels_meet_the_limit() {
        for text in [
            "[".repeat(10_000),
            (0..10_000)
                .map(|i| format!("{}a:\n", " ".repeat(i)))
                .collect::<String>(),
        ] {
            let (document, said) = parsed(&text);
            assert!(document.is_none());
            assert_eq!(said.len(), 1, "{said:?}");
        }
    }

    #[test]
    fn syntax_errors_point_and_advise() {
        let (document, said) = parsed("a:\n\tb: 1\n");
        assert!(document.is_none());
        assert!(said[0].starts_with("t.yaml:2:"), "{said:?}");
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,80}") {
            let _ = parsed(&text);
        }

        #[test]
        fn children_lie_inside_their_parents(text in "[a-c:\\[\\]{}, \n&*!'\"-]{0,60}") {
            fn check(node: &Node) {
                let inside = |s: Span| s.start >= node.span.start && s.end <= node.span.end;
                match &node.kind {
                    NodeKind::Sequence(items) => items.iter().for_each(|n| {
                        assert!(inside(n.span), "{n:?} in {:?}", node.span);
                        check(n);
                    }),
                    NodeKind::Mapping(pairs) => pairs.iter().for_each(|p| {
                        assert!(inside(p.key_span), "{p:?} in {:?}", node.span);
                        check(&p.value);
                    }),
                    NodeKind::Scalar(_) => {}
                }
            }
            // Aliases keep the spans of what they name, so only texts without them can be checked.
            if !text.contains('*') && let (Some(Document { root: Some(root), .. }), _) = parsed(&text) {
                check(&root);
            }
        }
    }
}
