//! The cost-allocation tag of a row.

use super::Owner;
use super::Query;

/// Whether a key of a bill is the tag `key`, in any spelling that exports are known to use: `user:` or `user_` before the
/// keys of users' tags, small letters with underscores, and `resourceTags/` where tags of several kinds share a map.
/// Source of the last: AWS Data Exports User Guide, "Tags column".
pub(super) fn is_key(written: &str, key: &str) -> bool {
    let written = written.strip_prefix("resourceTags/").unwrap_or(written);
    let own = written
        .strip_prefix("user:")
        .or_else(|| written.strip_prefix("user_"))
        .unwrap_or(written);
    own == key || own.chars().eq(cur_chars(key))
}

fn cur_chars(key: &str) -> impl Iterator<Item = char> {
    key.chars().map(|c| match c {
        c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
        _ => '_',
    })
}

/// A key as CUR 2.0 writes it behind `user_`: small letters, and `_` for what is no letter or digit.
pub(super) fn cur_key(key: &str) -> String {
    cur_chars(key).collect()
}

/// Whose a row with this value of the tag is.
pub(super) fn owner(value: Option<&str>, query: &Query) -> Owner {
    match value {
        None | Some("") => Owner::Untagged,
        Some(value) if value == query.value => Owner::Environment,
        Some(_) => Owner::Other,
    }
}

/// Whose a row with these tags is: a JSON object, as CSV exports write maps. What is no object has no tags.
pub(super) fn owner_of_json(text: &str, query: &Query) -> Owner {
    let tags: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).unwrap_or_default();
    let value = tags
        .iter()
        .find(|(key, _)| is_key(key, &query.tag))
        .and_then(|(_, value)| value.as_str());
    owner(value, query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_in_every_spelling() {
        let query = Query {
            month: "2026-10".parse().expect("a month"),
            tag: "Cost Centre".to_owned(),
            value: "42".to_owned(),
        };
        for (json, owner) in [
            (r#"{"user_cost_centre":"42"}"#, Owner::Environment),
            (r#"{"user:Cost Centre":"42"}"#, Owner::Environment),
            (r#"{"resourceTags/Cost Centre":"42"}"#, Owner::Environment),
            (r#"{"Cost Centre":"42"}"#, Owner::Environment),
            (r#"{"Cost Centre":"43"}"#, Owner::Other),
            (r#"{"Cost Centre":""}"#, Owner::Untagged),
            (r#"{"aws:Cost Centre":"42"}"#, Owner::Untagged),
            ("{}", Owner::Untagged),
            ("", Owner::Untagged),
        ] {
            assert_eq!(owner_of_json(json, &query), owner, "{json}");
        }
    }
}
