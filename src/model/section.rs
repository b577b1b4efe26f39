//! Sections of a model file: what its numbers mean, where they come from, and the rules that they must keep.

/// Declares a section: a struct of numbers with a `source` beside them, which says where they come from (one
/// text, or one for each number) and which no algorithm reads. Unknown fields are refused.
macro_rules! section {
    ($(#[$doc:meta])* $visibility:vis $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, ::serde::Deserialize, ::serde::Serialize)]
        #[serde(deny_unknown_fields)]
        $visibility struct $name {
            #[serde(rename = "source", skip_serializing)]
            _source: ::serde::de::IgnoredAny,
            $($(#[$field_doc])* $visibility $field: $type,)*
        }
    };
}
pub(crate) use section;

/// Something that holds of every model that can be evaluated, and how an error says it.
pub(crate) type Rule = (bool, &'static str);

/// The first rule that does not hold, as an error.
pub(crate) fn check(rules: impl IntoIterator<Item = Rule>) -> Result<(), String> {
    match rules.into_iter().find(|(holds, _)| !holds) {
        Some((_, rule)) => Err(rule.to_owned()),
        None => Ok(()),
    }
}

/// Whether a range goes upwards.
pub(crate) fn rising(range: [f64; 2]) -> bool {
    range[0] < range[1]
}
