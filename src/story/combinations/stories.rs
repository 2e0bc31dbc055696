//! Which rows of the space the requests of a story are.

use super::{Choice, Row, Space};
use crate::graph::{Identity, Product};
use crate::story::act::{Act, Ask, AskBody, MediaType, MemberValue, UseOfLink, Way};
use crate::story::phrase::Story;

/// A request of a story as a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exercised {
    /// Which request of the story it is, from 0.
    pub request: usize,
    /// Its choices.
    pub row: Row,
    /// The choices it is refused for; none where it is granted.
    pub refused_for: Vec<Choice>,
}

impl Exercised {
    /// Which of the statements that the page is known for the request is about, if any.
    pub fn known_for(&self, product: Product) -> Option<&'static str> {
        let text = |choice| self.row.text(choice);
        let granted = self.refused_for.is_empty();
        if text(Choice::Occasion) == "again" && granted {
            Some("existing link")
        } else if text(Choice::Type) == "embed" {
            Some("embed")
        } else if text(Choice::Scope) == "organization" {
            Some("organization")
        } else if text(Choice::Item) == "a file in a shared folder"
            && text(Choice::Occasion) == "for the first time"
            && (text(Choice::Keeping) != "false" || product != Product::Personal)
            && granted
        {
            Some("inherited permissions")
        } else {
            None
        }
    }
}

/// What a story knows of its items and links so far.
#[derive(Default)]
struct StorySoFar<'s> {
    /// Items with the folder they are in and whether they are folders.
    items: Vec<(&'s str, bool, Option<&'s str>)>,
    /// The requests, with their row and whether the link was removed.
    asked: Vec<(&'s Ask, Option<Row>, bool)>,
    deleted: Vec<&'s str>,
}

/// The requests of a story that are rows of the space, at a drive that is reached at `usual` with links of
/// that scope unless the story says otherwise.
pub fn exercised(
    story: &Story,
    space: &Space,
    usual: &'static str,
    usual_scope: &str,
) -> Vec<Exercised> {
    let mut told = StorySoFar::default();
    let mut found = Vec::new();
    for act in &story.acts {
        match act {
            Act::Make { item, folder, inside } => {
                told.items.push((item, *folder, inside.as_deref()));
            }
            Act::DeleteItem { item } => told.deleted.push(item),
            Act::WithLink { link, use_of_link: UseOfLink::Delete, .. } => {
                if let Some((_, _, removed)) = told.asked.get_mut(*link) {
                    *removed = true;
                }
            }
            Act::Ask(ask) => {
                let row = told.row(ask, usual, usual_scope);
                let row = row.filter(|row| space.holds(row));
                if let Some(row) = row {
                    let refused_for = row.refused_for(space.product);
                    found.push(Exercised { request: told.asked.len(), row, refused_for });
                }
                told.asked.push((ask, row, false));
            }
            _ => {}
        }
    }
    found
}

impl StorySoFar<'_> {
    fn row(&self, ask: &Ask, usual: &'static str, usual_scope: &str) -> Option<Row> {
        if self.deleted.contains(&ask.item.as_str()) || ask.media_type != MediaType::Json {
            return None;
        }
        let mut row = Row::plain()
            .with(Choice::Address, address(ask.way, usual)?)
            .with(Choice::Item, self.kind(&ask.item)?);
        row.0[Choice::Who as usize] = Choice::Who.value(ask.by.phrase())?;
        let AskBody::Members(members) = &ask.body else { return None };
        if !members.iter().any(|it| it.name == "type") {
            return None;
        }
        for member in members {
            let (choice, text) = match (member.name.as_str(), &member.value) {
                ("type", MemberValue::Json(value)) => (Choice::Type, value.as_str()?),
                ("scope", MemberValue::UsualScope) => (Choice::Scope, usual_scope),
                ("scope", MemberValue::Json(value)) => (Choice::Scope, value.as_str()?),
                ("retainInheritedPermissions", MemberValue::Json(value)) => {
                    let text = match (value.as_bool(), value.is_null()) {
                        (Some(true), _) => "true",
                        (Some(false), _) => "false",
                        (None, true) => "null",
                        (None, false) => return None,
                    };
                    (Choice::Keeping, text)
                }
                ("expirationDateTime", MemberValue::InDays(days, _)) if *days > 0 => {
                    (Choice::Expiration, "given")
                }
                ("expirationDateTime", MemberValue::Json(value)) if value.is_null() => {
                    (Choice::Expiration, "null")
                }
                ("password", MemberValue::Password(_)) => (Choice::Password, "given"),
                ("password", MemberValue::Json(value)) if value.is_null() => {
                    (Choice::Password, "null")
                }
                _ => return None,
            };
            row.0[choice as usize] = choice.value(text)?;
        }
        let occasion = self.occasion(ask, &row)?;
        Some(row.with(Choice::Occasion, occasion))
    }

    fn kind(&self, item: &str) -> Option<&'static str> {
        let (_, folder, inside) = self.items.iter().find(|(name, ..)| *name == item)?;
        if *folder {
            return inside.is_none().then_some("a folder");
        }
        let around = std::iter::successors(*inside, |name| {
            self.items.iter().find(|(other, ..)| other == name).and_then(|(.., inside)| *inside)
        });
        let folders: Vec<&str> = around.collect();
        if folders.is_empty() {
            return Some("a file");
        }
        let shared = self.asked.iter().any(|(ask, ..)| folders.contains(&ask.item.as_str()));
        Some(if shared { "a file in a shared folder" } else { "a file in an inner folder" })
    }

    fn occasion(&self, ask: &Ask, row: &Row) -> Option<&'static str> {
        let same_words = |other: &Row| {
            Choice::all().all(|it| {
                matches!(it, Choice::Occasion | Choice::Item | Choice::Address)
                    || other.0[it as usize] == row.0[it as usize]
            })
        };
        let of_item = || {
            let asked = self.asked.iter().filter(|(other, ..)| other.item == ask.item);
            asked.filter(|(other, ..)| other.by == ask.by || other.by == Identity::Owner)
        };
        let rows = || of_item().filter_map(|(_, row, removed)| Some(((*row)?, *removed)));
        let live = || rows().filter(|(_, removed)| !removed).map(|(other, _)| other);
        if live().any(|other| same_words(&other)) {
            // Another instant or another password is another request, though the choices are the same.
            let same = of_item().any(|(other, row, removed)| {
                !removed && other.body == ask.body && row.is_some_and(|it| same_words(&it))
            });
            return same.then_some("again");
        }
        let differs =
            |other: &Row, choice: Choice| other.0[choice as usize] != row.0[choice as usize];
        if live().any(|other| differs(&other, Choice::Type)) {
            return Some("after a link of another type");
        }
        if live().any(|other| differs(&other, Choice::Scope)) {
            return Some("after a link of another scope");
        }
        if rows().any(|(other, removed)| removed && same_words(&other)) {
            return Some("after the link was deleted");
        }
        // What else was asked for on this item is no row, and nobody knows what it left behind.
        if of_item().next().is_some() {
            return None;
        }
        let elsewhere = self.asked.iter().any(|(other, other_row, removed)| {
            other.item != ask.item
                && self.kind(&other.item) == self.kind(&ask.item)
                && !removed
                && other_row.is_some_and(|it| same_words(&it))
        });
        Some(if elsewhere { "while another item has such a link" } else { "for the first time" })
    }
}

fn address(way: Way, usual: &'static str) -> Option<&'static str> {
    Some(match way {
        Way::Usual => usual,
        Way::Drives => "drives",
        Way::Groups => "groups",
        Way::Me => "me",
        Way::Sites => "sites",
        Way::Users => "users",
        Way::ByPath | Way::QualifiedAction | Way::EncodedIds | Way::MalformedItem => return None,
    })
}
