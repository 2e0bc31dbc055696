//! Which client library sent a request, as its header fields tell, and what that version sends unasked.

use std::fmt;

/// A client library, by what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sender {
    /// What people call it.
    pub name: String,
    /// Its version, as it says it.
    pub version: String,
    /// The first version that sends `retainInheritedPermissions: false` and `sendNotification: false` unasked; `None`
    /// where that is not known to happen.
    since: Option<&'static str>,
}

/// Microsoft's libraries: how they name themselves in `SdkVersion`, what people call them, and since when their
/// request model has the two members with false as their default. Measured or read in their sources; docs/sdks.md.
const LIBRARIES: [(&str, &str, &str); 7] = [
    ("graph-dotnet", "Microsoft.Graph (.NET)", "6.2.0"),
    ("graph-php", "microsoft/microsoft-graph (PHP)", "3.3.0"),
    ("graph-go", "msgraph-sdk-go", "1.100.0"),
    ("graph-java", "microsoft-graph (Java)", "6.69.0"),
    ("graph-python", "msgraph-sdk (Python)", "1.59.2"),
    ("graph-typescript", "@microsoft/msgraph-sdk (TypeScript)", "1.0.0-preview.90"),
    ("graph-js", "@microsoft/microsoft-graph-client (JavaScript)", ""),
];

impl Sender {
    /// Reads `SdkVersion`, and where there is none `User-Agent`, as far as it names a library.
    pub fn of(headers: &[(String, String)]) -> Option<Self> {
        let field = |name: &str| {
            headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let told = field("sdkversion").and_then(|it| Self::from_sdk_version(it));
        told.or_else(|| Self::from_user_agent(field("user-agent")?))
    }

    fn from_sdk_version(text: &str) -> Option<Self> {
        let first = text.split([',', ' ', '(']).next()?.trim();
        let (product, version) = split_version(first)?;
        let known = LIBRARIES.iter().find(|(name, ..)| product.eq_ignore_ascii_case(name));
        Some(Self {
            name: known.map_or(product, |(_, name, _)| name).to_owned(),
            version: version.to_owned(),
            since: known.map(|(.., since)| *since).filter(|it| !it.is_empty()),
        })
    }

    /// A browser says nothing of the library in it, and Kiota is below every library.
    fn from_user_agent(text: &str) -> Option<Self> {
        let first = text.split([' ', '(']).find(|it| it.contains('/'))?;
        let (name, version) = first.split_once('/')?;
        let named = !name.is_empty() && !name.eq_ignore_ascii_case("mozilla");
        named.then(|| Self { name: name.to_owned(), version: version.to_owned(), since: None })
    }

    /// The first version that sends the two members unasked, where this version is that one or a later one.
    pub fn sends_unasked_since(&self) -> Option<&'static str> {
        self.since.filter(|since| numbers(&self.version) >= numbers(since))
    }

    /// Whether it is a library whose earlier versions did not send them and this one does not either.
    pub fn sends_when_asked_only(&self) -> bool {
        self.since.is_some_and(|since| numbers(&self.version) < numbers(since))
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.name, self.version)
    }
}

/// `graph-dotnet/6.10.0`, or with a hyphen as older ones write it.
fn split_version(text: &str) -> Option<(&str, &str)> {
    if let Some((name, version)) = text.split_once('/') {
        return Some((name, version));
    }
    let at = text
        .match_indices('-')
        .map(|(at, _)| at)
        .find(|at| text[at + 1..].starts_with(|it: char| it.is_ascii_digit() || it == 'v'))?;
    Some((&text[..at], &text[at + 1..]))
}

/// The numbers of a version, so that 1.100.0 is later than 1.89.0; a release is later than its previews.
fn numbers(version: &str) -> Vec<u32> {
    let version = version.trim_start_matches('v');
    let (release, preview) = version.split_once('-').unwrap_or((version, ""));
    let digits = |text: &str| -> Vec<u32> {
        text.split(|it: char| !it.is_ascii_digit()).filter_map(|it| it.parse().ok()).collect()
    };
    let mut numbers = digits(release);
    numbers.resize(4, 0);
    numbers.push(if preview.is_empty() { u32::MAX } else { 0 });
    numbers.extend(digits(preview));
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: &str) -> Option<Sender> {
        Sender::of(&[(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn the_version_decides_whether_it_is_sent_unasked() {
        for (text, unasked) in [
            ("graph-dotnet/6.10.0, graph-dotnet-core/4.0.1 (featureUsage=00000003)", true),
            ("graph-dotnet/5.92.0, graph-dotnet-core/3.2.4", false),
            ("graph-dotnet-6.2.0, graph-dotnet-core/4.0", true),
            ("graph-php/3.4.0, graph-php-core/2.3.1, (x)", true),
            ("graph-php/2.51.0", false),
            ("graph-go/1.99.0, graph-go-core/1.3", false),
            ("graph-go/v1.103.0", true),
            ("graph-java/v6.69.0", true),
            ("graph-python/1.59.1", false),
            ("graph-typescript/1.0.0-preview.90", true),
            ("graph-typescript/1.0.0-preview.89", false),
            ("graph-typescript/1.0.0", true),
            ("graph-js/3.0.7", false),
        ] {
            let sender = of("SdkVersion", text).unwrap();
            assert_eq!(sender.sends_unasked_since().is_some(), unasked, "{text}: {sender}");
        }
    }

    #[test]
    fn a_browser_is_no_library() {
        assert_eq!(of("user-agent", "Mozilla/5.0 (X11) Chrome/140.0"), None);
        let sender = of("User-Agent", "python-requests/2.32.0").unwrap();
        assert_eq!(sender.to_string(), "python-requests 2.32.0");
        assert_eq!(of("accept", "x"), None);
    }
}
