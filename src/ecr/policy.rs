//! The policy document.

use serde::Deserialize;

/// A lifecycle policy, rules by priority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecyclePolicy {
    /// The rules, the first applied first.
    pub rules: Vec<LifecycleRule>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecycleRule {
    /// Its priority; lower comes first.
    pub priority: u32,
    /// Which images it is about.
    pub selection: Selection,
    /// Which of them it expires.
    pub count: Count,
}

/// Which images a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Images with a tag for every prefix.
    Prefixes(Vec<String>),
    /// Images with a tag for every pattern; `*` stands for any text.
    Patterns(Vec<String>),
    /// Images without a tag.
    Untagged,
    /// All images.
    Any,
}

/// Which images a rule expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// All but the newest so many.
    MoreThan(usize),
    /// Those pushed longer ago than so many days.
    OlderThanDays(u32),
}

/// Why a policy cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// It is no JSON of this shape.
    #[error("the lifecycle policy is not valid: {0}")]
    Shape(String),
    /// A rule says something that ECR does not take, or that is not modelled.
    #[error("lifecycle rule {priority}: {what}")]
    Rule {
        /// The rule's priority.
        priority: u32,
        /// What is wrong.
        what: String,
    },
}

#[derive(Deserialize)]
struct Document {
    rules: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawRule {
    rule_priority: u32,
    selection: RawSelection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawSelection {
    tag_status: String,
    #[serde(default)]
    tag_prefix_list: Vec<String>,
    #[serde(default)]
    tag_pattern_list: Vec<String>,
    count_type: String,
    count_number: u32,
}

impl LifecyclePolicy {
    /// Reads a policy's JSON text.
    ///
    /// # Errors
    /// [`PolicyError`] with the rule that is wrong.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let document: Document =
            serde_json::from_str(text).map_err(|e| PolicyError::Shape(e.to_string()))?;
        let mut rules = document
            .rules
            .into_iter()
            .map(LifecycleRule::read)
            .collect::<Result<Vec<_>, _>>()?;
        rules.sort_by_key(|r| r.priority);
        if let Some(pair) = rules.windows(2).find(|w| w[0].priority == w[1].priority) {
            return Err(PolicyError::Rule {
                priority: pair[0].priority,
                what: "two rules have this priority".to_owned(),
            });
        }
        Ok(LifecyclePolicy { rules })
    }
}

impl LifecycleRule {
    fn read(raw: RawRule) -> Result<Self, PolicyError> {
        let wrong = |what: String| PolicyError::Rule {
            priority: raw.rule_priority,
            what,
        };
        let selection = match raw.selection.tag_status.as_str() {
            "untagged" => Selection::Untagged,
            "any" => Selection::Any,
            "tagged" => match (
                raw.selection.tag_prefix_list.is_empty(),
                raw.selection.tag_pattern_list.is_empty(),
            ) {
                (false, true) => Selection::Prefixes(raw.selection.tag_prefix_list.clone()),
                (true, false) => Selection::Patterns(raw.selection.tag_pattern_list.clone()),
                _ => {
                    return Err(wrong(
                        "give either tagPrefixList or tagPatternList".to_owned(),
                    ));
                }
            },
            other => {
                return Err(wrong(format!(
                    "tagStatus '{other}' is none of tagged, untagged, any"
                )));
            }
        };
        let count = match raw.selection.count_type.as_str() {
            "imageCountMoreThan" => Count::MoreThan(raw.selection.count_number as usize),
            "sinceImagePushed" => Count::OlderThanDays(raw.selection.count_number),
            other => return Err(wrong(format!("countType '{other}' is not modelled"))),
        };
        Ok(LifecycleRule {
            priority: raw.rule_priority,
            selection,
            count,
        })
    }
}
