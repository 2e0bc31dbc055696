//! A row in the words of the features, and the acts it stands for.

use super::{CHOICES, Choice, Documented, Row, identity};
use crate::graph::{Identity, Product};
use crate::story::act::{
    Act, Ask, AskBody, InstantForm, MediaType, Member, MemberValue, UseOfLink, Way,
};
use crate::story::phrase::Story;
use crate::story::script::unknown;

/// What stands before each value in a line of a feature.
const LABELS: [(Choice, &str); 8] = [
    (Choice::Type, "type "),
    (Choice::Scope, "scope "),
    (Choice::Address, "address "),
    (Choice::Item, "for "),
    (Choice::Keeping, "keeping "),
    (Choice::Expiration, "expiration "),
    (Choice::Password, "password "),
    (Choice::Occasion, ""),
];

impl Row {
    /// The row as a line of a feature, without its keyword.
    pub fn line(&self) -> String {
        let values = LABELS.map(|(choice, label)| format!("{label}{}", self.text(choice)));
        format!("{} chooses {}", self.text(Choice::Who), values.join(", "))
    }

    /// Reads what [`Self::line`] writes: who, and what follows "chooses".
    ///
    /// # Errors
    /// Says which word is not understood.
    pub fn read(who: &str, choices: &str) -> Result<Self, String> {
        let known = Choice::Who.values();
        let mut row = Self::plain();
        let value = Choice::Who.value(who);
        row.0[Choice::Who as usize] =
            value.ok_or_else(|| unknown("application", who, known.iter().copied()))?;
        let mut texts = choices.split(", ");
        for (choice, label) in LABELS {
            let text = texts
                .next()
                .and_then(|it| it.strip_prefix(label))
                .ok_or_else(|| format!("the choices are, in this order: {}", row.line()))?;
            let known = choice.values();
            row.0[choice as usize] = choice
                .value(text)
                .ok_or_else(|| unknown(choice.name(), text, known.iter().copied()))?;
        }
        match texts.next() {
            Some(more) => Err(format!("\"{more}\" is one choice too many")),
            None => Ok(row),
        }
    }

    /// The products on which the documentation says what becomes of it.
    pub fn products(&self) -> impl Iterator<Item = Product> + '_ {
        Product::ALL.into_iter().filter(|product| self.not_on(*product).is_none())
    }

    /// Why the documentation does not say what becomes of it on a product.
    pub fn not_on(&self, product: Product) -> Option<&'static str> {
        if !super::address_is_of(product, self.text(Choice::Address)) {
            return Some("the product has no such address");
        }
        if product == Product::Personal && self.is(Choice::Scope, "users") {
            return Some("a personal drive has no links for specific people");
        }
        match self.documented(product) {
            Documented::Not(reason) => Some(reason),
            _ => None,
        }
    }

    /// The request of this row, for the item of that name.
    fn ask(&self, item: &str) -> Ask {
        let text = |choice| self.text(choice);
        let mut members = vec![Member::json("type", text(Choice::Type).into())];
        if !self.is(Choice::Scope, "omitted") {
            members.push(Member::json("scope", text(Choice::Scope).into()));
        }
        match text(Choice::Keeping) {
            "omitted" => {}
            "null" => members.push(Member::json("retainInheritedPermissions", ().into())),
            keeping => {
                members
                    .push(Member::json("retainInheritedPermissions", (keeping == "true").into()));
            }
        }
        for (choice, name, value) in [
            (
                Choice::Expiration,
                "expirationDateTime",
                MemberValue::InDays(7, InstantForm::Documented),
            ),
            (Choice::Password, "password", MemberValue::Password(0)),
        ] {
            match text(choice) {
                "omitted" => {}
                "null" => members.push(Member::json(name, ().into())),
                _ => members.push(Member { name: name.to_owned(), value }),
            }
        }
        Ask {
            by: identity(text(Choice::Who)).unwrap_or(Identity::Owner),
            item: item.to_owned(),
            body: AskBody::Members(members),
            media_type: MediaType::Json,
            way: match text(Choice::Address) {
                "me" => Way::Me,
                "users" => Way::Users,
                "groups" => Way::Groups,
                "sites" => Way::Sites,
                _ => Way::Drives,
            },
        }
    }

    /// The items of this row: the one asked about, and a second of its kind where the occasion wants one.
    fn items(&self) -> (Vec<Act>, &'static str, &'static str) {
        let make = |item: &str, folder, inside: Option<&str>| Act::Make {
            item: item.to_owned(),
            folder,
            inside: inside.map(str::to_owned),
        };
        let mut acts = Vec::new();
        let inside = match self.text(Choice::Item) {
            "a folder" => {
                acts.push(make("folder", true, None));
                if self.wants_second_item() {
                    acts.push(make("second folder", true, None));
                }
                return (acts, "folder", "second folder");
            }
            "a file in an inner folder" => {
                acts.push(make("folder", true, None));
                acts.push(make("inner folder", true, Some("folder")));
                Some("inner folder")
            }
            "a file in a shared folder" => {
                acts.push(make("folder", true, None));
                Some("folder")
            }
            _ => None,
        };
        acts.push(make("file", false, inside));
        if self.wants_second_item() {
            acts.push(make("second file", false, inside));
        }
        if self.is(Choice::Item, "a file in a shared folder") {
            let mut share = Ask::for_type(Identity::Owner, "folder", "view");
            share.item = "folder".to_owned();
            acts.push(Act::Ask(share));
        }
        (acts, "file", "second file")
    }

    fn wants_second_item(&self) -> bool {
        self.is(Choice::Occasion, "while another item has such a link")
    }

    /// What is asked for before, so that the occasion is the one of this row.
    fn before(&self) -> Option<Self> {
        let first = self.with(Choice::Occasion, "for the first time");
        match self.text(Choice::Occasion) {
            "for the first time" => None,
            "after a link of another type" => {
                let other = if self.is(Choice::Type, "view") { "edit" } else { "view" };
                Some(first.with(Choice::Type, other))
            }
            "after a link of another scope" => {
                let other =
                    if self.is(Choice::Scope, "anonymous") { "organization" } else { "anonymous" };
                Some(first.with(Choice::Scope, other))
            }
            _ => Some(first),
        }
    }

    /// The scopes that have to be permitted for this row to be told.
    pub fn needs_anonymous_links(&self) -> bool {
        self.is(Choice::Scope, "anonymous")
            || self.is(Choice::Occasion, "after a link of another scope")
    }

    /// The identities that ask, apart from the owner.
    pub fn needs(&self) -> Option<Identity> {
        identity(self.text(Choice::Who)).filter(|it| *it != Identity::Owner)
    }

    /// Whether a personal account needs a paid plan for it.
    pub fn needs_premium(&self) -> bool {
        self.is(Choice::Expiration, "given") || self.is(Choice::Password, "given")
    }
}

impl Story {
    /// "the application chooses type view, scope anonymous, ...": a row of the combinations, as acts.
    ///
    /// # Errors
    /// Says which word is not understood, and which choices do not go together.
    pub fn choose(&mut self, who: &str, choices: &str) -> Result<(), String> {
        let row = Row::read(who, choices)?;
        if row.products().next().is_none() {
            let reasons: Vec<&str> = Product::ALL
                .into_iter()
                .filter_map(|product| match row.documented(product) {
                    Documented::Not(reason) => Some(reason),
                    _ => None,
                })
                .collect();
            let reason = reasons.first().copied().unwrap_or("no product has that address");
            return Err(format!("these choices do not go together on any product: {reason}"));
        }
        if !self.acts.is_empty() {
            return Err("the choices of a row are a story of their own".to_owned());
        }
        self.acts = row.acts();
        Ok(())
    }
}

impl Row {
    /// Everything that happens: the items, what comes before, and the request.
    pub(super) fn acts(&self) -> Vec<Act> {
        let (mut acts, item, second) = self.items();
        if let Some(before) = self.before() {
            let of = if self.wants_second_item() { second } else { item };
            let link = acts.iter().filter(|it| matches!(it, Act::Ask(_))).count();
            acts.push(Act::Ask(before.ask(of)));
            if self.is(Choice::Occasion, "after the link was deleted") {
                acts.push(Act::WithLink {
                    by: Identity::Owner,
                    link,
                    use_of_link: UseOfLink::Delete,
                });
            }
        }
        acts.push(Act::Ask(self.ask(item)));
        acts
    }

    /// The header of the table of rows and a row of it, cells in the order of [`CHOICES`].
    pub fn cells(&self) -> Vec<&'static str> {
        CHOICES.iter().map(|(choice, _)| self.text(*choice)).collect()
    }
}
