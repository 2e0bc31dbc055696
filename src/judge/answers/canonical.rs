//! The canonical answers of `snapshots/`, to compare an answer's shape with. They are observed, never
//! judged by: what a service may leave out or add is for the rules to say.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use serde_json::Value;

use crate::graph::Product;
use crate::judge::evidence::Granted;

/// The shape of an answer: every member that holds something, as a JSON pointer.
type Shape = BTreeSet<String>;

/// The members of the canonical answers for one type of link.
struct Canonical {
    always: Shape,
    sometimes: Shape,
}

static CANONICAL: LazyLock<HashMap<(Product, String), Canonical>> = LazyLock::new(|| {
    let mut canonical: HashMap<(Product, String), Canonical> = HashMap::new();
    for (product, snapshot) in [
        (Product::Personal, include_str!("../../../snapshots/canonical_answers_personal.snap")),
        (Product::Business, include_str!("../../../snapshots/canonical_answers_business.snap")),
        (Product::SharePoint, include_str!("../../../snapshots/canonical_answers_sharepoint.snap")),
    ] {
        // A snapshot begins with a head between two lines of hyphens.
        let text = snapshot.splitn(3, "---\n").nth(2).unwrap_or_default();
        for entry in serde_json::from_str::<Vec<Value>>(text).unwrap_or_default() {
            let answer = &entry["answer"];
            let Some(link_type) = answer["link"]["type"].as_str() else { continue };
            let shape = shape(answer);
            canonical
                .entry((product, link_type.to_owned()))
                .and_modify(|known| {
                    known.always.retain(|it| shape.contains(it));
                    known.sometimes.extend(shape.iter().cloned());
                })
                .or_insert_with(|| Canonical { always: shape.clone(), sometimes: shape });
        }
    }
    canonical
});

/// How the shape of an answer differs from the canonical answers for its type of link; `None` when it
/// does not, or when there are none.
pub(super) fn difference(product: Product, granted: &Granted<'_>) -> Option<String> {
    let link_type = granted.link_text("type")?;
    let known = CANONICAL.get(&(product, link_type.to_owned()))?;
    let found = shape(granted.permission);
    let missing = known.always.difference(&found).map(|it| format!("without {it}"));
    let further = found.difference(&known.sometimes).map(|it| format!("with {it}"));
    let differences: Vec<String> = missing.chain(further).collect();
    (!differences.is_empty()).then(|| format!("{link_type}: {}", differences.join(", ")))
}

fn shape(answer: &Value) -> Shape {
    let mut shape = Shape::new();
    walk(answer, &mut String::new(), &mut shape);
    shape
}

/// Annotations are free, entries of an array share one pointer, and a null is as good as nothing.
fn walk(value: &Value, pointer: &mut String, shape: &mut Shape) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| !name.contains('@')) {
                let length = pointer.len();
                pointer.push('/');
                pointer.push_str(name);
                walk(member, pointer, shape);
                pointer.truncate(length);
            }
        }
        Value::Array(entries) => {
            let length = pointer.len();
            pointer.push_str("/*");
            for entry in entries {
                walk(entry, pointer, shape);
            }
            pointer.truncate(length);
        }
        _ => {
            shape.insert(pointer.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{CANONICAL, Product, shape};

    #[test]
    fn every_product_has_canonical_view_and_edit_links() {
        for product in Product::ALL {
            for link_type in ["view", "edit"] {
                let known = &CANONICAL[&(product, link_type.to_owned())];
                assert!(known.always.contains("/link/webUrl"), "{product} {link_type}");
            }
        }
    }

    #[test]
    fn nulls_and_annotations_have_no_shape() {
        let answer = json!({"id": "a", "roles": ["read", "write"], "link": {"type": "view"},
            "shareId": null, "@odata.context": "c", "roles@odata.type": "t"});
        let shape: Vec<String> = shape(&answer).into_iter().collect();
        assert_eq!(shape, ["/id", "/link/type", "/roles/*"]);
    }
}
