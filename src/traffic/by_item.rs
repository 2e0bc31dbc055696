//! What was kept is put together by product and item, with what is known of each item.

use std::collections::BTreeMap;

use super::address::ItemName;
use super::collector::{ChangeSeen, Collector, Kept, Key};
use super::effect::Effect;
use super::gathered::{Gathered, ProductGroup};
use crate::graph::{Change, Exchange, Observed, Product, Purpose, Recording, Reply, embedded};

impl Collector {
    /// Ends the collecting: exchanges by product and item, in the order of their time.
    pub fn gather(&self) -> Gathered {
        let mut gathered = self.gathered.clone();
        let (apart, mut order): (Vec<&Kept>, Vec<&Kept>) =
            self.kept.iter().partition(|it| self.is_of_a_container(it));
        apart.into_iter().for_each(|it| set_apart(it, &mut gathered));
        // Some write the newest first; where times are equal the order of the file decides.
        let is_backward = match (order.first(), order.last()) {
            (Some(first), Some(last)) => first.exchange.sent > last.exchange.sent,
            _ => false,
        };
        if is_backward {
            order.reverse();
        }
        order.sort_by_key(|it| it.exchange.sent);
        let mut items: Vec<(Key, Vec<&Kept>)> = Vec::new();
        let mut positions: BTreeMap<Key, usize> = BTreeMap::new();
        for kept in order {
            let key = self.item_of(&kept.key);
            let position = *positions.entry(key.clone()).or_insert_with(|| {
                items.push((key, Vec::new()));
                items.len() - 1
            });
            items[position].1.push(kept);
        }
        let mut groups: BTreeMap<Option<Product>, ProductGroup> = BTreeMap::new();
        for (key, exchanges) in items {
            let product = self.product_of(&exchanges);
            let group = groups.entry(product).or_default();
            group.recordings.push(self.recording(&key, &exchanges));
        }
        // Where all that is known speaks of one product, the rest is taken to be of it too.
        let known: Vec<Product> = groups.keys().copied().flatten().collect();
        if let &[only] = known.as_slice()
            && let Some(unknown) = groups.remove(&None)
        {
            groups.entry(Some(only)).or_default().recordings.extend(unknown.recordings);
        }
        gathered.groups = groups;
        gathered
    }

    fn is_of_a_container(&self, kept: &Kept) -> bool {
        self.containers_by_link.contains(&kept.drive)
            || kept.drive_id.as_ref().is_some_and(|id| self.containers_by_id.contains(id))
    }

    /// The item by its id, where the way to it was seen to lead there, and nothing can have led it elsewhere since.
    fn item_of(&self, key: &Key) -> Key {
        let (generation, host, _) = key;
        let moved = || {
            self.gathered.changes_overflow
                || self.changes.iter().any(|it| {
                    it.generation == *generation
                        && matches!(it.effect, Effect::Paths | Effect::Everything)
                })
        };
        match self.ways.get(key) {
            Some(Some(id)) if !moved() => (*generation, host.clone(), id.clone()),
            _ => key.clone(),
        }
    }

    fn product_of(&self, exchanges: &[&Kept]) -> Option<Product> {
        let told = exchanges.iter().find_map(|it| it.product);
        let of_drive = || exchanges.iter().find_map(|it| self.drives.get(&it.drive).copied());
        let by_link = told.or_else(of_drive);
        let by_type = match self.gathered.drive_types.len() {
            1 => self.gathered.drive_types.first().copied(),
            _ => None,
        };
        self.declared_product().or(match (by_link, by_type) {
            // The file speaks of one drive; links of another kind of drive are of another one.
            (Some(link), Some(kind)) if is_personal(link) == is_personal(kind) => Some(kind),
            (Some(link), _) => Some(link),
            (None, kind) => kind,
        })
    }

    fn recording(&self, key: &Key, kept: &[&Kept]) -> Recording {
        let mut exchanges: Vec<Exchange> = Vec::new();
        let mut observed = Observed::default();
        let mut lines = vec!["Given an item".to_owned()];
        let mut links = 0;
        for (index, it) in kept.iter().enumerate() {
            let act = index + 1;
            let mut exchange = it.exchange.clone();
            exchange.act = act;
            exchange.link = if exchange.purpose == Purpose::CreateLink {
                links += 1;
                Some(links - 1)
            } else {
                it.permission.as_deref().and_then(|id| link_of(&exchanges, id))
            };
            if let Some(caller) = it.caller {
                observed.callers.insert(act, caller);
            }
            observed.questions.insert(act, it.question);
            if it.in_batch {
                observed.in_batch.insert(act);
            }
            if !it.timed {
                observed.untimed.insert(act);
            }
            lines.push(format!("When {} {}", exchange.identity.phrase(), what(exchange.purpose)));
            exchanges.push(exchange);
        }
        observed.changes =
            self.changes.iter().filter_map(|change| self.change_of(key, change)).collect();
        if self.gathered.changes_overflow {
            observed.changes.push(Change { sent: None, ended: None, permission: None });
        }
        Recording { lines, exchanges, gaps: BTreeMap::new(), observed: Some(observed) }
    }

    /// The change as it may concern this item; `None` where it is known not to.
    fn change_of(&self, key: &Key, seen: &ChangeSeen) -> Option<Change> {
        let (generation, _, item) = key;
        if seen.generation != *generation {
            return None;
        }
        let permission = match &seen.effect {
            Effect::None => return None,
            Effect::Everything => None,
            Effect::Paths if matches!(item, ItemName::Id(_)) => return None,
            Effect::Paths => None,
            Effect::Item(named, permission) => {
                let (_, _, named) =
                    self.item_of(&(seen.generation, seen.host.clone(), named.clone()));
                if let (ItemName::Id(one), ItemName::Id(other)) = (&named, item)
                    && one != other
                {
                    return None;
                }
                permission.clone()
            }
        };
        Some(Change { sent: seen.sent, ended: seen.ended, permission })
    }
}

/// One that was kept, before it was known where it leads, is named and no longer counted.
fn set_apart(kept: &Kept, gathered: &mut Gathered) {
    if kept.exchange.purpose == Purpose::CreateLink {
        gathered.not_looked_at(kept.exchange.number, embedded::OUT_OF_SCOPE);
        gathered.counts.create_link -= 1;
        gathered.counts.create_link_kept -= 1;
        let granted = matches!(kept.exchange.status(), Some(200 | 201));
        gathered.counts.granted -= u64::from(granted);
        gathered.without_application -= u64::from(kept.caller.is_none());
    }
}

fn is_personal(product: Product) -> bool {
    product == Product::Personal
}

fn what(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::CreateLink => "asks for a link",
        Purpose::WrongMethod => "calls createLink with another method",
        Purpose::ListPermissions => "lists the permissions",
        Purpose::ReadPermission => "reads a permission",
        Purpose::DeletePermission => "deletes a permission",
        _ => "sends a request",
    }
}

/// Which createLink request of the recording made the permission with that id.
fn link_of(exchanges: &[Exchange], id: &str) -> Option<usize> {
    exchanges.iter().rev().find_map(|exchange| {
        let Reply::Answer(answer) = &exchange.answer else { return None };
        let permission = answer.json().ok()?;
        (exchange.purpose == Purpose::CreateLink && permission["id"] == id)
            .then_some(exchange.link)
            .flatten()
    })
}
