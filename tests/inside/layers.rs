//! What stands on what: no room of `src` imports from one above it, and no files of one room form a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, from the ground up; those of one floor do not know each other.
const FLOORS: [&[&str]; 10] = [
    &["graph", "nearest", "printable"],
    &["caller", "rules", "judge", "mock"],
    &["sign_in", "story"],
    &["drive", "traffic"],
    &["library"],
    &["steps"],
    &["report"],
    &["run"],
    &["prove", "serve"],
    &["cli"],
];

type Name = Vec<String>;

/// One module: a file, what it is called, what it hands on by `pub use`, and the paths it mentions.
#[derive(Debug, Default)]
struct Module {
    file: PathBuf,
    children: BTreeSet<String>,
    /// Of these children, those compiled for tests alone.
    for_tests: BTreeSet<String>,
    handed_on: BTreeMap<String, Name>,
    mentioned: BTreeSet<Name>,
}

#[derive(Debug)]
struct House {
    modules: BTreeMap<Name, Module>,
}

impl House {
    fn read() -> Self {
        let mut house = Self { modules: BTreeMap::new() };
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        house.enter(Name::new(), src.join("lib.rs"), &src);
        house
    }

    fn enter(&mut self, name: Name, file: PathBuf, children_in: &Path) {
        let text = fs::read_to_string(&file).unwrap();
        let mut module = Module { file, ..Module::default() };
        module.take_in(&name, &product_code(&text));
        for child in module.children.clone() {
            let mut of_child = name.clone();
            of_child.push(child.clone());
            let (flat, folder) =
                (children_in.join(format!("{child}.rs")), children_in.join(&child));
            let file = if flat.exists() { flat } else { folder.join("mod.rs") };
            self.enter(of_child, file, &folder);
        }
        self.modules.insert(name, module);
    }

    /// The module in which what a path names stands.
    fn home_of(&self, path: &[String]) -> Name {
        let mut at = Name::new();
        for (position, segment) in path.iter().enumerate() {
            let module = &self.modules[&at];
            if module.children.contains(segment) {
                at.push(segment.clone());
            } else if let Some(elsewhere) = module.handed_on.get(segment) {
                let mut path_there = elsewhere.clone();
                path_there.extend_from_slice(&path[position + 1..]);
                return self.home_of(&path_there);
            } else {
                break;
            }
        }
        at
    }

    /// Which module uses which: without those that a module merely hands on.
    fn arrows(&self) -> BTreeMap<&Name, BTreeSet<Name>> {
        self.modules
            .iter()
            .map(|(name, module)| {
                let used = module.mentioned.iter().map(|path| self.home_of(path));
                (name, used.filter(|other| other != name && !other.is_empty()).collect())
            })
            .collect()
    }
}

impl Module {
    fn take_in(&mut self, name: &[String], code: &str) {
        let mut test_only = false;
        for statement in code.split_inclusive([';', '{', '}']) {
            let words: Vec<&str> = statement.split_whitespace().collect();
            test_only |= statement.contains("#[cfg(test)]");
            if let Some(at) = words.iter().position(|it| *it == "mod")
                && statement.ends_with(';')
            {
                let child = words[at + 1].trim_end_matches(';').to_owned();
                let kept = if test_only { &mut self.for_tests } else { &mut self.children };
                kept.insert(child);
                test_only = false;
            }
        }
        for (position, _) in code.match_indices("use ") {
            let before = code[..position].trim_end();
            let starts = before.is_empty() || before.ends_with([';', '{', '}', ']', ')']);
            let public = before.ends_with("pub") || before.ends_with("pub(crate)");
            if !(starts || public) {
                continue;
            }
            let Some(end) = code[position..].find(';') else { continue };
            let tree: String =
                code[position + 4..position + end].split_whitespace().collect::<Vec<_>>().join(" ");
            for path in branches(&tree) {
                let (path, called) = match path.split_once(" as ") {
                    Some((path, called)) => (path.to_owned(), Some(called.to_owned())),
                    None => (path, None),
                };
                let Some(path) = self.absolute(name, &path) else { continue };
                if public && let Some(last) = called.as_ref().or(path.last()) {
                    self.handed_on.insert(last.clone(), path.clone());
                } else {
                    self.mentioned.insert(path);
                }
            }
        }
        for start in ["crate::", "super::"] {
            for (position, _) in code.match_indices(start) {
                let follows_a_path = code[..position].ends_with(|before: char| {
                    before == ':' || before == '_' || before.is_alphanumeric()
                });
                if !follows_a_path {
                    let path: String = code[position..]
                        .chars()
                        .take_while(|it| it.is_alphanumeric() || matches!(it, '_' | ':'))
                        .collect();
                    let path = path.trim_end_matches(':');
                    if !code[position + path.len()..].starts_with("::{") {
                        self.mentioned.extend(self.absolute(name, path));
                    }
                }
            }
        }
        // A re-export is no use.
        let handed_on: BTreeSet<&Name> = self.handed_on.values().collect();
        self.mentioned.retain(|it| !handed_on.contains(it));
    }

    /// The path from the root of the crate; nothing for other crates.
    fn absolute(&self, name: &[String], path: &str) -> Option<Name> {
        let mut segments = path.split("::").map(str::trim).peekable();
        let mut from = match segments.peek().copied()? {
            "crate" => {
                segments.next();
                Name::new()
            }
            "self" => {
                segments.next();
                name.to_vec()
            }
            "super" => name.to_vec(),
            child if self.children.contains(child) => name.to_vec(),
            _ => return None,
        };
        while segments.peek() == Some(&"super") {
            segments.next();
            from.pop();
        }
        from.extend(segments.filter(|it| *it != "self" && *it != "*").map(str::to_owned));
        Some(from)
    }
}

/// The paths of a `use` tree.
fn branches(tree: &str) -> Vec<String> {
    let Some(open) = tree.find('{') else { return vec![tree.trim().to_owned()] };
    let (stem, mut depth, mut from, mut found) = (tree[..open].trim(), 0, open + 1, Vec::new());
    for (position, letter) in tree.char_indices().skip(open) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if (letter == ',' && depth == 1) || (letter == '}' && depth == 0) {
            let branch = tree[from..position].trim();
            if !branch.is_empty() {
                found.extend(branches(branch).into_iter().map(|it| format!("{stem}{it}")));
            }
            from = position + 1;
        }
    }
    found
}

/// A file's code without comments, and without its tests, which stand at its end.
fn product_code(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let end = (0..lines.len())
        .find(|&at| {
            lines[at] == "#[cfg(test)]"
                && lines[at + 1..]
                    .iter()
                    .find(|it| !it.starts_with("#["))
                    .is_some_and(|it| it.starts_with("mod ") && it.ends_with('{'))
        })
        .unwrap_or(lines.len());
    let code = |line: &&str| !line.trim_start().starts_with("//");
    lines[..end].iter().copied().filter(code).collect::<Vec<_>>().join("\n")
}

fn floor(room: &str) -> usize {
    FLOORS
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| panic!("{room} has no place in FLOORS: say what it stands on"))
}

#[test]
fn nothing_imports_upward() {
    let house = House::read();
    let mut upward = Vec::new();
    for (from, used) in house.arrows() {
        let Some(room) = from.first() else { continue };
        for other in used.iter().filter(|it| it[0] != *room) {
            if floor(room) <= floor(&other[0]) {
                let file = house.modules[from].file.display();
                upward.push(format!("{file} uses {}", other.join("::")));
            }
        }
    }
    assert!(upward.is_empty(), "{} arrows upward:\n{}", upward.len(), upward.join("\n"));
}

#[test]
fn no_files_of_a_room_form_a_circle() {
    let house = House::read();
    let arrows = house.arrows();
    let reach = |from: &Name| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(at) = next.pop() {
            for to in arrows[&at].iter().filter(|it| it[0] == from[0]) {
                if seen.insert(to.clone()) {
                    next.push(to.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&Name, BTreeSet<Name>> =
        arrows.keys().filter(|it| !it.is_empty()).map(|it| (*it, reach(it))).collect();
    let mut circles = BTreeSet::new();
    for (name, there) in &reached {
        if there.contains(*name) {
            let within = |other: &&Name| there.contains(*other) && reached[*other].contains(*name);
            let circle: Vec<String> = there
                .iter()
                .filter(within)
                .flat_map(|from| {
                    arrows[from]
                        .iter()
                        .filter(within)
                        .map(|to| format!("  {} uses {}", from.join("::"), to.join("::")))
                })
                .collect();
            circles.insert(circle);
        }
    }
    let told: Vec<String> =
        circles.iter().map(|circle| format!("a circle:\n{}", circle.join("\n"))).collect();
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), told.join("\n"));
}

#[test]
fn the_mock_alone_needs_neither_command_line_nor_judge() {
    let tree = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--no-default-features",
            "--edges",
            "normal",
            "--prefix",
            "none",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let needed: BTreeSet<&str> = tree.lines().filter_map(|it| it.split(' ').next()).collect();
    assert!(needed.contains("axum"), "{tree}");
    for other in ["clap", "cucumber", "maud", "quick-junit", "indicatif", "reqwest", "jsonschema"] {
        assert!(!needed.contains(other), "{other} is compiled for who wants the mock alone");
    }
}
