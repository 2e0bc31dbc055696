//! Every answer: the envelope, the permission, the sharing link, the identities.

mod answer;
mod identities;
mod permission;
mod sharing_link;
