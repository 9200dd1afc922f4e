//! `Fn::ToJsonString`.

use super::pieces;
use crate::model::{Kind, Piece, Value};

/// A value as JSON text, with what is known only after deployment left as pieces.
pub(super) fn to_json(value: &Value) -> Kind {
    let mut out = Vec::new();
    write(&mut out, value);
    pieces::finish(out)
}

fn write(out: &mut Vec<Piece>, value: &Value) {
    match &value.kind {
        Kind::Null => pieces::text(out, "null"),
        Kind::Bool(b) => pieces::text(out, if *b { "true" } else { "false" }),
        Kind::Number(n) => pieces::text(out, n),
        Kind::List(items) => {
            pieces::text(out, "[");
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    pieces::text(out, ",");
                }
                write(out, item);
            }
            pieces::text(out, "]");
        }
        Kind::Map(entries) => {
            pieces::text(out, "{");
            for (i, entry) in entries.iter().enumerate() {
                if i > 0 {
                    pieces::text(out, ",");
                }
                pieces::text(out, &quoted(&entry.key));
                pieces::text(out, ":");
                write(out, &entry.value);
            }
            pieces::text(out, "}");
        }
        Kind::Text(text) => pieces::text(out, &quoted(text)),
        Kind::Reference(_) | Kind::Pieces(_) | Kind::Unknown(_) | Kind::Secret(_) => {
            pieces::text(out, "\"");
            pieces::append(out, value);
            pieces::text(out, "\"");
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}
