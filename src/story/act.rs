//! Given and When as data.

use std::hash::{Hash, Hasher};

use serde_json::Value;

use crate::graph::Identity;

/// One Given or When line: who does what to which item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Act {
    /// A new file or folder, in the run's folder or in another folder of the story.
    Make {
        /// The name the story gives it.
        item: String,
        /// Whether it is a folder.
        folder: bool,
        /// The folder of the story it is made in; `None` is the run's own folder.
        inside: Option<String>,
    },
    /// A request to createLink.
    Ask(Ask),
    /// A wrong method on the address of createLink.
    WrongMethod {
        /// The item addressed.
        item: String,
        /// The method.
        method: WrongMethod,
    },
    /// The owner lists the permissions of an item.
    List {
        /// The item concerned.
        item: String,
    },
    /// The owner reads an item.
    ReadItem {
        /// The item concerned.
        item: String,
    },
    /// The owner deletes an item.
    DeleteItem {
        /// The item concerned.
        item: String,
    },
    /// The owner replaces the content of a file.
    ReplaceContent {
        /// The file concerned.
        item: String,
    },
    /// The owner checks a file out.
    CheckOut {
        /// The file concerned.
        item: String,
    },
    /// The owner checks a file in.
    CheckIn {
        /// The file concerned.
        item: String,
    },
    /// Something is done with a link that an earlier line asked for.
    WithLink {
        /// Who does it.
        by: Identity,
        /// Which request of the story made the link, from 0.
        link: usize,
        /// What is done.
        use_of_link: UseOfLink,
    },
}

/// A method that is not the documented POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WrongMethod {
    /// GET, which has no body.
    Get,
    /// PATCH, with the body of a view link.
    Patch,
    /// PUT, with the body of a view link.
    Put,
}

/// What can be done with a link once it is there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum UseOfLink {
    /// `GET .../permissions/{id}`
    ReadPermission,
    /// `DELETE .../permissions/{id}`
    Delete,
    /// `DELETE .../permissions/{id}` at an item inside the folder that carries the link.
    DeleteAt(String),
    /// `GET /shares/{id}/driveItem`, the id computed from the link's `webUrl`.
    Open,
    /// `GET /shares/{shareId}/driveItem` with the `shareId` of the answer.
    OpenByShareId,
    /// `GET /shares/{id}/driveItem/content`
    ReadContent,
    /// `PUT /shares/{id}/driveItem/content`
    WriteContent,
    /// The `webUrl` in a browser that is not signed in.
    OpenPage,
}

/// A request to createLink as the story words it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ask {
    /// Who asks.
    pub by: Identity,
    /// The item, in the story's words.
    pub item: String,
    /// What the body says.
    pub body: AskBody,
    /// How the body is labelled.
    pub media_type: MediaType,
    /// The way the request takes to the item.
    pub way: Way,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AskBody {
    /// A JSON object with exactly these members, in this order.
    Members(Vec<Member>),
    /// Text around a JSON object with exactly these members.
    Around {
        /// What stands before the object.
        before: &'static str,
        /// The object.
        members: Vec<Member>,
        /// What stands behind the object.
        after: &'static str,
    },
    /// This text, JSON or not.
    Text(String),
    /// No body at all.
    Nothing,
}

/// One member of the request body.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Member {
    /// The name on the wire.
    pub name: String,
    /// What it is set to.
    pub value: MemberValue,
}

/// The value of a member; what only the run knows is named, not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberValue {
    /// This JSON value.
    Json(Value),
    /// The scope every test may use: anonymous on personal, organization elsewhere.
    UsualScope,
    /// A password made for the run; equal numbers are equal passwords.
    Password(u8),
    /// An instant so many days from now.
    InDays(i64, InstantForm),
}

/// How an instant is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstantForm {
    /// yyyy-MM-ddTHH:mm:ssZ, as documented.
    Documented,
    /// With an offset and fractional seconds: legal, not documented.
    OffsetAndFraction,
    /// In UTC with fractional seconds: legal, not documented.
    Fraction,
}

/// The media type a request body is labelled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// `application/json`, as documented.
    Json,
    /// `application/json; charset=utf-8`
    JsonWithCharset,
    /// `text/plain`
    PlainText,
}

/// The way a request takes to its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// The address the run was given.
    Usual,
    /// `/drives/{driveId}`
    Drives,
    /// `/groups/{groupId}/drive`
    Groups,
    /// `/me/drive`
    Me,
    /// `/sites/{siteId}/drive`
    Sites,
    /// `/users/{userId}/drive`
    Users,
    /// `root:/{path}:`, not on the page.
    ByPath,
    /// `/microsoft.graph.createLink`, not on the page.
    QualifiedAction,
    /// The usual address with every reserved character of the ids percent-encoded.
    EncodedIds,
    /// The usual drive with something that is no item id.
    MalformedItem,
}

impl Hash for MemberValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Json(value) => value.to_string().hash(state),
            Self::UsualScope => 0_u8.hash(state),
            Self::Password(number) => number.hash(state),
            Self::InDays(days, form) => (days, form).hash(state),
        }
    }
}

impl Ask {
    /// The plain request for a link of that type: type, then the usual scope.
    ///
    /// `embed` is asked for as the page's third example does, without a scope.
    pub fn for_type(by: Identity, item: &str, link_type: &str) -> Self {
        let mut members = vec![Member::json("type", Value::from(link_type))];
        if link_type != "embed" {
            members.push(Member { name: "scope".into(), value: MemberValue::UsualScope });
        }
        Self {
            by,
            item: item.to_owned(),
            body: AskBody::Members(members),
            media_type: MediaType::Json,
            way: Way::Usual,
        }
    }

    /// Sets a member, in place when it is there already.
    pub fn set(&mut self, name: &str, value: MemberValue) {
        let AskBody::Members(members) = &mut self.body else { return };
        match members.iter_mut().find(|member| member.name == name) {
            Some(member) => member.value = value,
            None => members.push(Member { name: name.to_owned(), value }),
        }
    }

    /// Leaves a member out.
    pub fn leave_out(&mut self, name: &str) {
        if let AskBody::Members(members) = &mut self.body {
            members.retain(|member| member.name != name);
        }
    }
}

impl Member {
    /// A member with a JSON value.
    pub fn json(name: &str, value: Value) -> Self {
        Self { name: name.to_owned(), value: MemberValue::Json(value) }
    }
}

impl Act {
    /// Who acts. Set-up and everything about the drive itself is the owner's.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Ask(ask) => ask.by,
            Self::WithLink { by, .. } => *by,
            _ => Identity::Owner,
        }
    }

    /// Whether it only reads, so that a story does not notice when another one has it told in between. Who opens a link
    /// comes in by it from then on; the owner has been in all along, and somebody who is not signed in is nobody.
    pub fn only_reads(&self) -> bool {
        match self {
            Self::List { .. } | Self::ReadItem { .. } => true,
            Self::WithLink { by, use_of_link, .. } => match use_of_link {
                UseOfLink::ReadPermission | UseOfLink::OpenPage => true,
                UseOfLink::Open | UseOfLink::OpenByShareId | UseOfLink::ReadContent => {
                    *by == Identity::Owner
                }
                UseOfLink::Delete | UseOfLink::DeleteAt(_) | UseOfLink::WriteContent => false,
            },
            Self::Make { .. }
            | Self::Ask(_)
            | Self::WrongMethod { .. }
            | Self::DeleteItem { .. }
            | Self::ReplaceContent { .. }
            | Self::CheckOut { .. }
            | Self::CheckIn { .. } => false,
        }
    }

    /// Whether later lines are about the same things when this one is not told. What is written through a link, or tried
    /// to be removed where that is not allowed, is judged by its own exchange, and changes nothing for other lines.
    pub fn only_looks(&self) -> bool {
        match self {
            Self::WrongMethod { .. } => true,
            Self::WithLink { use_of_link, .. } => *use_of_link != UseOfLink::Delete,
            _ => self.only_reads(),
        }
    }

    /// How many createLink calls this line makes.
    pub fn create_link_calls(&self) -> usize {
        usize::from(matches!(self, Self::Ask(_)))
    }
}
