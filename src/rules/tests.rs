//! What the features rest on: a quotation is one, a source exists, and a page that changed is noticed.

use super::check::refuse_source;
use super::{Basis, Catalogue, Drift, Library, Page, UnknownPage, document, fingerprint, read};

fn catalogue() -> Catalogue {
    read(&Library::embedded()).unwrap()
}

/// The embedded features with a text replaced once in the rule of that id, and the mistakes that are found.
fn with_basis(id: &str, basis: &str) -> Vec<String> {
    let rule = catalogue().rule(id).cloned().unwrap();
    let mut library = Library::embedded();
    let (_, text) = library.files.iter_mut().find(|(path, _)| *path == rule.file).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[rule.basis_line - 1] = format!("    {basis}");
    *text = lines.join("\n");
    let place = format!("{}:{}: ", rule.file, rule.basis_line);
    let mistakes = read(&library).expect_err("a wrong basis is a mistake");
    let all: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert!(all.iter().all(|it| it.starts_with(&place)), "{all:?}");
    all
}

#[test]
fn words_that_are_not_on_the_page_are_a_mistake() {
    for (id, basis) in [
        ("SIDE-03", "Page, Remarks: \"can be removed by the owner\""),
        ("SIDE-04", "Page, Remarks: \"can be removed by the owner\""),
        ("SIDE-05", "Page, Remarks: \"can be removed by the owner\""),
        ("SIDE-06", "Page, Remarks: \"always point to the latest version\""),
        ("SIDE-07", "Page, Remarks: \"unless checked out (SharePoint only)\""),
        ("SDK-21", "Page, introduction: \"This action creates a new sharing link\""),
        ("SDK-14", "Page, Response: \"a Permission resource in the response body\""),
        ("SDK-23", "Page, Response: \"a Permission resource in the response body\""),
        ("SDK-16", "Errors page, HTTP status codes: \"error responses ... status codes\""),
        (
            "AUTH-03",
            "Page, Permissions: \"Files.ReadWrite is the least privileged delegated permission\"",
        ),
        (
            "AUTH-14",
            "Page, Permissions: \"a token gives an application no more than the user has\"",
        ),
        ("AUTH-12", "Page, Permissions: \"no permission that only reads is listed\""),
        ("REQ-16", "Throttling page: \"the caller may send a client-request-id with each call\""),
        ("RESP-08", "Errors page: \"request-id identifies a call\""),
        ("TYPE-05", "Page, Link types: \"Creates a read-write-only link to the DriveItem\""),
    ] {
        let mistakes = with_basis(id, basis);
        assert!(mistakes[0].contains("does not stand on the page it names"), "{mistakes:?}");
    }
}

#[test]
fn a_source_or_a_section_that_does_not_exist_is_a_mistake() {
    let unknown = with_basis("SDK-22", "HTTP (RFC 9110, 9.2.2): a request is not repeated");
    assert!(unknown[0].contains("unknown source"), "{unknown:?}");
    let near = with_basis("ERR-09", "Error page, HTTP status codes: 400 and 404");
    assert!(near[0].contains("did you mean Errors page?"), "{near:?}");
    let section =
        with_basis("IDEM-02", "Page, Responses: \"200 OK if an existing link is returned\"");
    assert!(
        section[0].contains("which is no section of Page; did you mean Response?"),
        "{section:?}"
    );
    let elsewhere =
        with_basis("IDEM-02", "Page, Remarks: \"200 OK if an existing link is returned\"");
    assert!(elsewhere[0].contains("stands in another section of Page: Response"), "{elsewhere:?}");
    let half =
        with_basis("LINK-08", "Page, Examples: webHtml is there \"when an embed link is created\"");
    assert!(half[0].contains("a part of its basis in quotation marks"), "{half:?}");
}

#[test]
fn a_quotation_with_one_word_changed_is_a_mistake() {
    let catalogue = catalogue();
    for rule in catalogue.rules.iter().filter(|it| it.basis == Basis::Quotation) {
        assert_eq!(refuse_source(&catalogue.sources, rule), Ok(()));
        let mut changed = rule.clone();
        let first = rule.phrase.split_whitespace().next().unwrap();
        changed.phrase = rule.phrase.replacen(first, "whatever", 1);
        assert!(
            refuse_source(&catalogue.sources, &changed).is_err(),
            "{}: {}",
            rule.id,
            changed.phrase
        );
    }
}

#[test]
fn what_must_be_is_quoted_wherever_the_page_says_it() {
    let catalogue = catalogue();
    let must: Vec<_> = catalogue.rules.iter().filter(|it| it.level == super::Level::Must).collect();
    let quoted = must.iter().filter(|it| it.basis == Basis::Quotation).count();
    assert!(quoted * 100 >= must.len() * 85, "{quoted} of {}", must.len());
    for rule in &catalogue.rules {
        assert!(rule.url.starts_with("https://"), "{} has no address", rule.id);
        let told = rule.basis.told(&rule.source, &rule.phrase);
        assert_eq!(told.starts_with('"'), rule.basis == Basis::Quotation, "{}", rule.id);
    }
}

#[test]
fn a_file_of_ambiguities_or_statements_that_lies_is_a_mistake() {
    let cases = [
        ("ambiguities.toml", "id = \"AMB-12\"", "id = \"AMB-92\"", "AMB-12 is defined nowhere"),
        ("ambiguities.toml", "\"TYPE-05\"", "\"TYPE-95\"", "names TYPE-95, which is no rule"),
        ("statements.toml", "\"PATH-13\"", "\"PATH-93\"", "names PATH-93, which is no rule"),
        ("statements.toml", "hash = \"f19df0df\"", "hash = \"f19df0d0\"", "is mapped to no rule"),
        ("statements.toml", "reason = \"Points to another page.\"", "", "or else a reason"),
        ("sources.toml", "read = \"2026-11-21\"", "read = \"yesterday\"", "sources.toml:"),
    ];
    for (file, from, to, message) in cases {
        let mut library = Library::embedded();
        let (_, text) = library.files.iter_mut().find(|(path, _)| path == file).unwrap();
        assert!(text.contains(from), "{from}");
        *text = text.replacen(from, to, 1);
        let mistakes: Vec<String> =
            read(&library).unwrap_err().iter().map(ToString::to_string).collect();
        assert!(mistakes.iter().any(|it| it.contains(message)), "{message}: {mistakes:?}");
    }
}

#[test]
fn the_page_of_ambiguities_is_made_from_their_file() {
    assert_eq!(document(&catalogue().ambiguities), include_str!("../../docs/ambiguities.md"));
}

#[test]
fn a_background_of_the_feature_is_part_of_every_story() {
    let text = "Feature: X\n\n  Background:\n    Given a new file\n    When the application asks for an edit link\n\n  \
        @IDEM-98 @must @personal\n  Rule: A background of the feature\n    Page, Response: \"201 Created\"\n\n    \
        Background:\n      Given a new folder\n\n    Scenario: one\n      When the application asks for a view link\n      \
        Then the first answer is 200 OK\n";
    let mut library = Library::embedded();
    library.files.retain(|(path, _)| path == "sources.toml");
    library.files.push(("x.feature".to_owned(), text.to_owned()));
    library.is_whole = false;
    let catalogue = read(&library).unwrap();
    let steps: Vec<&str> =
        catalogue.rules[0].scenarios[0].steps.iter().map(|step| step.value.as_str()).collect();
    assert_eq!(
        steps,
        [
            "a new file",
            "the application asks for an edit link",
            "a new folder",
            "the application asks for a view link",
            "the first answer is 200 OK"
        ]
    );
}

/// A page of a made-up service that has createLink's addresses, in Markdown.
const MADE_UP: &str = "# createLink\n\nIt makes a link that isn't there yet. An old link is given back.\n\n\
    ## Permissions\n\n| Kind | Least |\n|---|---|\n| Delegated | Files.ReadWrite |\n\n\
    ## HTTP request\n\n```http\nPOST /drives/{driveId}/items/{itemId}/createLink\n\
    POST /groups/{groupId}/drive/items/{itemId}/createLink\nPOST /me/drive/items/{itemId}/createLink\nPOST /sites/{siteId}/drive/items/{itemId}/createLink\n```\n\n\
    ## Request body\n\n| Name | Type | Description |\n|---|---|---|\n\
    | type | string | The kind of link that is made. Optional. |\n| scope | string | Whom the link is for. |\n\n\
    ## Link types\n\nThese values are allowed for the type parameter.\n\n| Type value | Description |\n|---|---|\n\
    | view | A link that only reads. |\n| edit | A link that writes, too. |\n\n\
    ## Response\n\nIt answers `201 Created` for a new link.\n\n\
    ```http\nHTTP/1.1 201 Created\nContent-Type: application/json\n\n{\n  \"id\": \"1\"\n}\n```\n\n\
    ## Remarks\n\n* Links may be removed by an owner.\n";

/// A catalogue that knows the made-up page.
fn of_made_up_page() -> Catalogue {
    let printed = fingerprint(&Page::read(MADE_UP));
    let (sources, statements) = printed.split_once("\n# For statements.toml:").unwrap();
    let head = "[[source]]\nname = \"Page\"\ntitle = \"made up\"\naddress = \"https://example.com\"\nread = \"2026-01-01\"\n";
    let statements: String = statements
        .lines()
        .map(|line| match line {
            "id = \"\"" => "id = \"x\"\nreason = \"made up\"\n".to_owned(),
            line if line.starts_with("# ") => String::new(),
            line => format!("{line}\n"),
        })
        .collect();
    let sources = sources.replace("name = \"Remarks\"\n", "name = \"Remarks\"\nby_hand = true\n");
    let rule = "Feature: X\n\n  @IDEM-98 @must @personal\n  Rule: Reads\n    Page, Link types: \"A link that only reads\"\n\n    \
        Scenario: one\n      Given a new file\n";
    let library = Library {
        files: vec![
            ("sources.toml".to_owned(), format!("{head}{sources}")),
            ("statements.toml".to_owned(), statements),
            ("x.feature".to_owned(), rule.to_owned()),
        ],
        is_whole: false,
    };
    read(&library).unwrap()
}

fn drift(page: &str) -> Drift {
    Drift::of(&Page::read(page), &of_made_up_page()).unwrap()
}

/// The made-up page as a browser saves it.
fn as_html() -> String {
    let mut html = String::from(
        "<!DOCTYPE html><html><head><title>x</title></head><body><nav>POST /nav</nav><main>\n",
    );
    let mut in_code = false;
    for line in MADE_UP.lines().filter(|line| !line.starts_with("|---")) {
        let escaped =
            line.replace('&', "&amp;").replace('<', "&lt;").replace("isn't", "isn&#8217;t");
        if line.starts_with("```") {
            in_code = !in_code;
            html.push_str(if in_code {
                "<pre><code class=\"lang-http\">"
            } else {
                "</code></pre>\n"
            });
        } else if in_code {
            html.push_str(&format!("<span>{escaped}</span>\n"));
        } else if let Some(row) = line.strip_prefix("| ") {
            let cells: String = row
                .trim_end_matches(" |")
                .split(" | ")
                .map(|it| format!("<td>{it}</td>\n"))
                .collect();
            html.push_str(&format!("<table><tr>\n{cells}</tr></table>\n"));
        } else if let Some(heading) = line.strip_prefix("## ") {
            html.push_str(&format!("<h2 id=\"x\">{heading}</h2>\n"));
        } else if let Some(entry) = line.strip_prefix("* ") {
            html.push_str(&format!("<ul><li>{entry}</li></ul>\n"));
        } else if !line.starts_with("# ") {
            html.push_str(&format!(
                "<p>{}</p>\n",
                escaped.replace("`201 Created`", "<code>201 Created</code>")
            ));
        }
    }
    html.push_str("</main><footer>Was this page helpful to you?</footer></body></html>");
    html
}

/// The made-up page as plain text, without its remarks, with this between the cells of a row.
fn as_text(between_cells: &str) -> String {
    MADE_UP
        .split("## Remarks")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| {
            !line.starts_with("```") && !line.starts_with("|---") && !line.starts_with("# ")
        })
        .map(|line| {
            let line = line.trim_start_matches("## ").trim_matches(['|', ' ']).replace('`', "");
            format!("{}\n", line.replace(" | ", between_cells))
        })
        .collect()
}

/// The page as a site serves it: a frame around it, attributes with brackets, panels of which one is shown.
fn as_site() -> String {
    let html = as_html();
    let (_, main) = html.split_once("<main>").unwrap();
    let (main, _) = main.split_once("</main>").unwrap();
    let request = "<pre><code class=\"lang-http\">";
    let panels = format!(
        "<section role=\"tabpanel\" data-tab=\"csharp\"><section><p>Read how to add the SDK to yours.</p></section></section>\n\
         <section role=\"tabpanel\" data-tab=\"http\" hidden>{request}"
    );
    format!(
        "<!DOCTYPE html>\n<html lang=en><head><script>if (1<2) x = \"<main>POST /a</main>\"</script></head><body>\n\
         <div>Skip to the main content.</div><main id=\"main\"><div>Read it in another language.</div>\n\
         <h1 id=\"x\">createLink</h1><ul class=\"metadata\"><li>Last updated on Monday</li></ul>\n\
         <div hidden><div>You are not</div> signed in to this page.</div>\n{}\n\
         <h2>Feedback</h2><p>Was this page helpful to you?</p></main></body></html>",
        main.replacen(request, &panels, 1).replace("<p>", "<p title=\"a > b\">")
    )
}

/// The page as a tool saves it in one file: what HTML lets leave away is left away.
fn as_one_file() -> String {
    let mut html = as_html().replace("<!DOCTYPE html>", "<!DOCTYPE html><!-- saved -->");
    for end in ["</p>", "</li>", "</td>", "</tr>", "</body>", "</html>"] {
        html = html.replace(end, "");
    }
    html.replace("<td>", "<TD class=a>")
}

#[test]
fn the_same_page_is_unchanged_in_every_form() {
    let windows = |page: &str| page.replace('\n', "\r\n");
    let front_matter = format!("---\ntitle: it is a page of this kind\n---\n\n{MADE_UP}");
    let note = MADE_UP.replace("* Links may", "> **Note:** Links may");
    let tabs = MADE_UP.replace(
        "```http\nHTTP/1.1",
        "# [HTTP](#tab/http)\n\n# [C#](#tab/csharp)\nRead how to add the SDK to yours.\n\n---\n\n```http\nHTTP/1.1",
    );
    for page in [
        MADE_UP.to_owned(),
        windows(MADE_UP),
        windows(&front_matter),
        note,
        tabs,
        as_html(),
        windows(&as_html()),
        as_site(),
        as_one_file(),
        as_text("\n"),
        as_text("\t"),
    ] {
        let drift = drift(&page);
        assert!(!drift.is_change(), "{drift:#?}\n{page}");
        assert!(drift.reworded.is_empty(), "{drift:#?}");
        assert_eq!(drift.quotations, 1);
    }
    assert!(drift(&as_text("\n")).remarks[0].contains("Remarks"));
    assert!(drift(MADE_UP).remarks.is_empty());
}

#[test]
fn a_rewording_without_change_is_told_apart() {
    let page =
        MADE_UP.replace("isn't", "is not").replace("**", "").replace("An old link", "An OLD link");
    let drift = drift(&page);
    assert!(!drift.is_change(), "{drift:#?}");
    assert!(!drift.reworded.is_empty());
}

#[test]
fn a_change_is_told_exactly() {
    let page = MADE_UP.replace("| edit |", "| review | A link that comments. |\n| edit |");
    let new = drift(&page);
    assert_eq!(new.names_new, ["type value review"]);
    assert_eq!(new.statements_new, ["A link that comments."]);
    assert!(
        new.names_gone.is_empty()
            && new.statements_gone.is_empty()
            && new.quotations_gone.is_empty()
    );

    let turned = drift(&MADE_UP.replace("only reads", "reads and writes"));
    assert!(turned.is_change());
    assert_eq!(turned.quotations_gone[0].what, "IDEM-98");
    assert_eq!(turned.quotations_gone[0].nearest.as_deref(), Some("A link that reads and writes."));
    assert_eq!(turned.statements_new, ["A link that reads and writes."]);

    let more = drift(
        &MADE_UP
            .replace("POST /me/", "POST /users/{userId}/")
            .replace("Files.ReadWrite", "Files.Read")
            .replace("201 Created", "202 Accepted")
            .replace("| scope | string", "| recipients | driveRecipient collection"),
    );
    assert_eq!(
        more.names_new,
        [
            "address POST /users/{userId}/drive/items/{itemId}/createLink",
            "property recipients",
            "status 202 Accepted",
            "example answer: status 202 Accepted",
            "permission Files.Read"
        ]
    );
    assert_eq!(more.names_gone.len(), 5);

    let shorter = drift(MADE_UP.split("## Remarks").next().unwrap());
    assert_eq!(shorter.statements_gone.len(), 1, "in Markdown a section that is missing is gone");
}

#[test]
fn what_is_neither_a_sentence_nor_a_name_is_compared_too() {
    let other = drift(&MADE_UP.replace("| scope | string |", "| scope | Boolean |"));
    assert_eq!(other.names_new, ["property scope has the type boolean, not string"]);
    let another = drift(&MADE_UP.replace("POST /drives/", "GET /drives/{id}/links\nPOST /drives/"));
    assert_eq!(another.names_new, ["address GET /drives/{id}/links"]);
}

#[test]
fn a_value_in_an_example_is_compared() {
    // What is changed, and what is then new and gone.
    for (from, to, new, gone) in [
        ("\"id\": \"1\"", "\"id\": \"2\"", "/id \"2\"", "/id \"1\""),
        ("{\n", "{\n\"a\": {\"b\": []},\n", "/a/b []", ""),
        ("HTTP/1.1 201 Created", "HTTP/1.1 200 OK", "status 200 OK", "status 201 Created"),
        (
            "-Type: application/json",
            "-Type: text/html",
            "content-type text/html",
            "content-type application/json",
        ),
    ] {
        for page in [MADE_UP.replace(from, to), as_text("\n").replace(from, to)] {
            let drift = drift(&page);
            let of_examples = |names: &[String]| -> Vec<String> {
                names
                    .iter()
                    .filter_map(|it| it.strip_prefix("example answer: "))
                    .map(str::to_owned)
                    .collect()
            };
            assert!(drift.is_change(), "{to}");
            assert_eq!(of_examples(&drift.names_new), [new], "{to}");
            let gone: Vec<&str> = [gone].into_iter().filter(|it| !it.is_empty()).collect();
            assert_eq!(of_examples(&drift.names_gone), gone, "{to}");
        }
    }
    let reworded = MADE_UP
        .replace("Content-Type:", "content-type:")
        .replace("\"id\": \"1\"", "\"id\" :   \"1\",");
    assert!(!drift(&reworded).is_change(), "{:#?}", drift(&reworded));
}

#[test]
fn requests_of_any_method_are_read_in_plain_text() {
    let page = as_text("\n").replace("POST /groups/", "DELETE /groups/").replace(
        "Response\n",
        "Request\nPATCH https://x.example/v1.0/me/drive/items/{itemId}/link\n{\n\"type\": \"edit\"\n}\nResponse\n",
    );
    let drift = drift(&page);
    let has = |names: &[String], name: &str| names.iter().any(|it| it == name);
    for name in [
        "address DELETE /groups/{groupId}/drive/items/{itemId}/createLink",
        "address PATCH /me/drive/items/{itemId}/link",
        "example request edit: /type \"edit\"",
    ] {
        assert!(has(&drift.names_new, name), "{name}: {drift:#?}");
    }
    assert!(has(
        &drift.names_gone,
        "address POST /groups/{groupId}/drive/items/{itemId}/createLink"
    ));
}

#[test]
fn an_included_file_is_not_taken_for_what_is_gone() {
    let page = MADE_UP.replace(
        "| Kind | Least |\n|---|---|\n| Delegated | Files.ReadWrite |\n",
        "[!INCLUDE [permissions-table](../includes/permissions/x.md)]\n",
    );
    assert!(!page.contains("Files.ReadWrite"), "{page}");
    let drift = drift(&page);
    assert!(!drift.is_change(), "{drift:#?}");
    assert!(drift.remarks[0].contains("not compared: permissions-table"), "{drift:#?}");
}

#[test]
fn a_translation_is_told_whatever_its_letters() {
    let page = MADE_UP
        .replace(
            "It makes a link that isn't there yet. An old link is given back.",
            "Es macht einen neuen Link, wenn es noch keinen gibt.",
        )
        .replace("The kind of link that is made. Optional.", "Welche Art von Link gemacht wird.")
        .replace("Whom the link is for.", "Für wen der Link gilt.")
        .replace("These values are allowed for the type parameter.", "Diese Werte kann type haben.")
        .replace("A link that only reads.", "Ein Link, mit dem man nur liest.")
        .replace("A link that writes, too.", "Ein Link, mit dem man auch schreibt.")
        .replace(
            "It answers `201 Created` for a new link.",
            "Antwortet `201 Created` bei einem neuen Link.",
        )
        .replace("Links may be removed by an owner.", "Eigentümer können Links entfernen.");
    let drift = drift(&page);
    assert!(!drift.is_change(), "{drift:#?}");
    assert!(drift.remarks[0].contains("is a translation"), "{drift:#?}");
}

#[test]
fn a_page_made_to_be_slow_is_read_in_bounded_time() {
    // Each of these was read once for each of its pieces before; now it is read once.
    for piece in ["<a", "&", "[", "[a](", "<div hidden>", "<pre>", "<!--", "</", "| ", "a. B"] {
        let _ = Page::read(&format!("<p>{}", piece.repeat(50_000)));
        let _ = Page::read(&format!("## x\n{}", piece.repeat(50_000)));
    }
}

#[test]
fn another_page_is_no_copy() {
    for page in [
        "",
        "Sign in to your account",
        "<html><body><form>Sign in</form></body></html>",
        "# Delete\n\n## HTTP request\n\n```http\nDELETE /me/drive/items/{item-id}/permissions/{perm-id}\n```\n",
    ] {
        let refused = Drift::of(&Page::read(page), &of_made_up_page());
        assert!(matches!(refused, Err(UnknownPage::Empty | UnknownPage::Other(_))), "{page}");
    }
}

#[test]
fn a_data_file_that_cannot_be_read_is_one_mistake() {
    for name in ["sources.toml", "ambiguities.toml", "statements.toml", "uncovered.toml"] {
        let mut library = Library::embedded();
        let (_, text) = library.files.iter_mut().find(|(path, _)| path == name).unwrap();
        text.push_str("\nno_such_key = 1\n");
        let mistakes = read(&library).unwrap_err();
        assert_eq!(mistakes.len(), 1, "{name}: {mistakes:?}");
        assert_eq!(mistakes[0].file, name);
    }
}
