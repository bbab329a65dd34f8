//! As much of JSON Schema as the schemas of this repository use; any other keyword is an error.

use serde_json::Value;

/// Panics with the place and the reason if `value` does not follow `schema`.
pub(crate) fn expect(schema: &Value, value: &Value) {
    check(schema, value).unwrap_or_else(|reason| panic!("{reason}\n{value:#}"));
}

/// Checks `value` against the root of `schema`.
pub(crate) fn check(schema: &Value, value: &Value) -> Result<(), String> {
    Checker { root: schema }.check(schema, value, "$")
}

struct Checker<'a> {
    root: &'a Value,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
        let fail = |what: String| Err(format!("{place}: {what}"));
        for (keyword, rule) in schema.as_object().expect("a schema is an object") {
            match keyword.as_str() {
                "$schema" | "$id" | "$defs" | "title" | "description" => {}
                "$ref" => {
                    let pointer =
                        rule.as_str().and_then(|it| it.strip_prefix('#')).expect("a reference inside the file");
                    let target = self.root.pointer(pointer).unwrap_or_else(|| panic!("{pointer} leads nowhere"));
                    self.check(target, value, place)?;
                }
                "type" if !has_type(rule.as_str().expect("one type"), value) => return fail(format!("is no {rule}")),
                "const" if rule != value => return fail(format!("is not {rule}")),
                "enum" if !rule.as_array().expect("a list").contains(value) => {
                    return fail(format!("is none of {rule}"));
                }
                "pattern" => {
                    let text = value.as_str().unwrap_or_default();
                    if !fits(rule.as_str().expect("a pattern"), text) {
                        return fail(format!("{text:?} does not fit {rule}"));
                    }
                }
                "maxLength" => {
                    let length = value.as_str().unwrap_or_default().chars().count() as u64;
                    if length > rule.as_u64().expect("a number") {
                        return fail("is too long".to_owned());
                    }
                }
                "minimum" if value.as_u64() < rule.as_u64() => return fail(format!("is below {rule}")),
                "required" => {
                    for name in rule.as_array().expect("a list") {
                        if value.get(name.as_str().expect("a name")).is_none() {
                            return fail(format!("has no {name}"));
                        }
                    }
                }
                "properties" => {
                    for (name, rule) in rule.as_object().expect("properties") {
                        if let Some(value) = value.get(name) {
                            self.check(rule, value, &format!("{place}.{name}"))?;
                        }
                    }
                }
                "additionalProperties" => {
                    let known = schema.get("properties").and_then(Value::as_object);
                    let fields = value.as_object().into_iter().flatten();
                    for (name, value) in fields.filter(|(name, _)| !known.is_some_and(|it| it.contains_key(*name))) {
                        match rule {
                            Value::Bool(false) => return fail(format!("has {name:?}")),
                            rule => self.check(rule, value, &format!("{place}.{name}"))?,
                        }
                    }
                }
                "propertyNames" => {
                    for name in value.as_object().into_iter().flatten().map(|(name, _)| name) {
                        self.check(rule, &Value::from(name.as_str()), &format!("the name {name:?} in {place}"))?;
                    }
                }
                "dependentRequired" => {
                    for (name, others) in rule.as_object().expect("lists by name") {
                        let missing = others
                            .as_array()
                            .expect("a list")
                            .iter()
                            .find(|it| value.get(it.as_str().expect("a name")).is_none());
                        if let Some(missing) = missing.filter(|_| value.get(name).is_some()) {
                            return fail(format!("has {name:?} without {missing}"));
                        }
                    }
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, item, &format!("{place}[{index}]"))?;
                    }
                }
                "type" | "const" | "enum" | "minimum" => {}
                other => panic!("the keyword {other} is not known here"),
            }
        }
        Ok(())
    }
}

fn has_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("the type {other} is not known here"),
    }
}

/// Matches `^`, an optional literal `0x`, groups of `[class]` or `(?:[class])` with `{n}`, `{n,m}`, `*`, `+`, and `\.`,
/// then `$`.
fn fits(pattern: &str, text: &str) -> bool {
    let mut pattern = pattern.strip_prefix('^').and_then(|it| it.strip_suffix('$')).expect("an anchored pattern");
    let mut text = text;
    while !pattern.is_empty() {
        let Some(rest) = pattern.strip_prefix('[') else {
            let rest = pattern.strip_prefix('\\').unwrap_or(pattern);
            let literal = rest.chars().next().expect("a character");
            match text.strip_prefix(literal) {
                Some(after) => text = after,
                None => return false,
            }
            pattern = &rest[literal.len_utf8()..];
            continue;
        };
        let (class, rest) = rest.split_once(']').expect("a closed class");
        let (least, most, rest) = repetition(rest);
        let width = text.bytes().take(most).take_while(|byte| in_class(class.as_bytes(), *byte)).count();
        if width < least {
            return false;
        }
        (text, pattern) = (&text[width..], rest);
    }
    text.is_empty()
}

fn repetition(rest: &str) -> (usize, usize, &str) {
    if let Some(rest) = rest.strip_prefix('*') {
        return (0, usize::MAX, rest);
    }
    if let Some(rest) = rest.strip_prefix('+') {
        return (1, usize::MAX, rest);
    }
    let Some((count, rest)) = rest.strip_prefix('{').and_then(|it| it.split_once('}')) else { return (1, 1, rest) };
    let (least, most) = count.split_once(',').unwrap_or((count, count));
    (least.parse().expect("a number"), most.parse().expect("a number"), rest)
}

fn in_class(class: &[u8], byte: u8) -> bool {
    class.chunks(3).any(|range| match range {
        [from, b'-', to] => (*from..=*to).contains(&byte),
        singles => singles.contains(&byte),
    })
}
