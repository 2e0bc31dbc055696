//! One page that needs nothing else: it can be attached to a ticket and read in ten years.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::cause::{Cause, causes};
use super::named::NAMED;
use super::pairs::pairs;
use super::picture::{anchor, picture};
use super::transcript::transcript;
use super::wording::{answers, circumstances, date, judged, printable, step};
use super::{ExitCode, Report, ReportedExchange, RuleReport, Verdict, curl};
use crate::rules::Basis;

/// How a page of linkspec looks.
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The head of a page of linkspec.
pub(crate) fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            // Even if an answer found its way into the markup, the browser would load nothing for it.
            meta http-equiv="Content-Security-Policy"
                content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
            title { (title) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// The HTML report.
pub fn render(report: &Report, strict: bool) -> String {
    let exit = ExitCode::of(report, strict, false);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(&format!("linkspec: {}, {}", judged(report), date(report))))
            body {
                header {
                    h1 { "linkspec: " (judged(report)) }
                    p class=(if exit == ExitCode::Holds { "outcome pass" } else { "outcome fail" }) {
                        (exit.explanation(report, strict)) " (exit " (exit.code()) ")"
                    }
                    p.faint { (circumstances(report)) ", features " (report.suite_digest) }
                    @for remark in &report.remarks { p.remark { (remark) } }
                    @for stale in &report.stale {
                        p.remark {
                            (stale.id) " on " (stale.product.name()) " in the --known file: "
                            (stale.message)
                        }
                    }
                }
                main {
                    (named(report))
                    div.beside[report.products().len() == 1] { (picture(report)) (pairs(report)) }
                    (broken(report, "Failures", Verdict::Fail))
                    (broken(report, "Warnings", Verdict::Warn))
                    (counts(report))
                    (rules(report))
                    (exchanges(report))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    // What others said stands in titles, names and attributes: whatever part of the page it came into, it acts on nothing.
    printable(&page.into_string()).into_owned()
}

/// The statements the page is known for, each with what it rests on.
fn named(report: &Report) -> Markup {
    html! {
        ul.named {
            @for standing in NAMED.iter().filter_map(|it| it.standing(report)) {
                li class=(standing.verdict.name()) {
                    b { (standing.named.title) } br;
                    @match standing.entries.first() {
                        Some(entry) => a href=(format!("#{}", anchor(entry))) { (standing.told()) },
                        None => (standing.told()),
                    }
                }
            }
        }
    }
}

fn counts(report: &Report) -> Markup {
    let products = report.products();
    html! {
        h2 { "Counts" }
        div.wide tabindex="0" role="region" aria-label="Counts" { table {
            thead {
                tr {
                    th scope="col" { "product" }
                    @for verdict in Verdict::ALL { th scope="col" { (verdict.name()) } }
                }
            }
            tbody {
                @for product in products {
                    tr {
                        th scope="row" { (product.name()) }
                        @for verdict in Verdict::ALL {
                            @let count = report.rules.iter()
                                .filter(|rule| rule.product == product && rule.verdict == verdict)
                                .count();
                            td.number.(if count == 0 { "faint" } else { verdict.name() }) { (count) }
                        }
                    }
                }
            }
        } }
    }
}

fn broken(report: &Report, title: &str, verdict: Verdict) -> Markup {
    let causes: Vec<Cause<'_>> =
        causes(report, verdict).into_iter().filter(|cause| !cause.known).collect();
    html! {
        @if !causes.is_empty() {
            h2 { (title) }
            @for cause in &causes {
                section.cause {
                    h3.(verdict.name()) { (cause.headline()) }
                    @for rule in cause.concerned() {
                        div.rule {
                            p {
                                b { (rule.entry.id) } " " (rule.entry.level.name().to_uppercase()) " "
                                (rule.entry.title) " "
                                span.faint { (rule.product_names()) }
                            }
                            (grounds(rule.entry))
                            @if !cause.has_one_expectation() {
                                @if let Some(expected) = &rule.entry.expected {
                                    p { "expected " (expected) }
                                }
                            }
                        }
                    }
                    @if let Some(line) = &cause.lead().reproduce {
                        p { "reproduce:" }
                        pre tabindex="0" { (line) }
                    }
                    (sides(report, &cause.exchanges()))
                    @if !cause.further_exchanges().is_empty() {
                        details {
                            summary { "seen also in " (cause.further_exchanges().len()) " more" }
                            p { (exchange_links(report, cause.further_exchanges())) }
                        }
                    }
                }
            }
        }
    }
}

/// The exchanges that contradict each other, side by side; lines of their answers that no other of them has are
/// marked.
fn sides(report: &Report, numbers: &[u32]) -> Markup {
    let shown: Vec<&ReportedExchange> =
        numbers.iter().filter_map(|number| report.exchange(*number)).collect();
    let texts: Vec<String> = shown.iter().map(|it| transcript(&it.exchange)).collect();
    html! {
        div.sides {
            @for (index, reported) in shown.iter().enumerate() {
                @let (step, place) = step(reported);
                div {
                    p {
                        a href=(format!("#exchange-{}", reported.exchange.number)) {
                            "exchange " (reported.exchange.number)
                        }
                        ", " (reported.product.name()) ": " b { (step) }
                    }
                    @if !place.is_empty() { p.faint { (place) } }
                    pre tabindex="0" {
                        @for line in texts[index].lines() {
                            @if differs(line, index, &texts) { mark { (line) } } @else { (line) }
                            "\n"
                        }
                    }
                }
            }
        }
    }
}

/// Whether a line of an answer stands in no other of these exchanges. Dates and ids of requests differ always.
fn differs(line: &str, index: usize, texts: &[String]) -> bool {
    const ALWAYS: [&str; 4] =
        ["< date:", "< request-id:", "< client-request-id:", "< sprequestguid:"];
    let plain = line.trim_end_matches(',');
    let others = texts.iter().enumerate().filter(|(other, _)| *other != index);
    texts.len() > 1
        && line.starts_with("< ")
        && !ALWAYS.iter().any(|it| line.to_ascii_lowercase().starts_with(it))
        && !line.ends_with(" ms)")
        && !others
            .into_iter()
            .any(|(_, text)| text.lines().any(|it| it.trim_end_matches(',') == plain))
        || (texts.len() > 1
            && line.ends_with(" ms)")
            && texts.iter().enumerate().any(|(other, text)| {
                other != index && !text.lines().any(|it| status(it) == status(line))
            }))
}

/// "< 201 Created" of "< 201 Created   (3 ms)".
fn status(line: &str) -> &str {
    line.split("   (").next().unwrap_or(line)
}

/// The phrase a rule rests on, its source and its note.
fn grounds(rule: &RuleReport) -> Markup {
    html! {
        @match rule.basis {
            Basis::Quotation => blockquote { "\u{201c}" (rule.phrase) "\u{201d}" },
            Basis::Reading => p.reading { (rule.grounds()) },
        }
        p.faint { (link(&rule.url, &rule.source)) ", " (rule.feature) }
        @if !rule.note.trim().is_empty() { p.note { (rule.note.trim()) } }
    }
}

/// A link, unless the address could be more than an address: reports are files and can be edited.
fn link(url: &str, text: &str) -> Markup {
    html! {
        @if url.starts_with("https://") || url.starts_with("http://") {
            a href=(url) rel="noreferrer" { (text) }
        } @else {
            (text) " " (url)
        }
    }
}

fn exchange_links(report: &Report, numbers: Vec<u32>) -> Markup {
    html! {
        @for number in numbers {
            @if report.exchange(number).is_some() {
                a href=(format!("#exchange-{number}")) { "exchange " (number) } " "
            }
        }
    }
}

fn rules(report: &Report) -> Markup {
    html! {
        h2 { "Rules" }
        form #filter {
            fieldset {
                legend { "verdict" }
                @for verdict in Verdict::ALL {
                    label {
                        input type="checkbox" name="verdict" value=(verdict.name()) checked;
                        (verdict.name()) " (" (report.count(verdict)) ")"
                    }
                }
            }
            fieldset {
                legend { "product" }
                @for product in report.products() {
                    label {
                        input type="checkbox" name="product" value=(product.name()) checked;
                        (product.name())
                    }
                }
            }
            label { "text " input type="search" name="text" placeholder="IDEM, password ..."; }
        }
        div #rules {
            @for rule in &report.rules {
                details.rule id=(anchor(rule)) data-verdict=(rule.verdict.name()) data-product=(rule.product.name()) {
                    summary {
                        span.badge.(rule.verdict.name()) { (rule.verdict.name()) }
                        " " b { (rule.id) } " " span.faint { (rule.product.name()) ", " (rule.level.name()) }
                        " " (rule.title)
                    }
                    @if let Some(reason) = &rule.reason { p { (reason) } }
                    @if let Some(known) = &rule.known { p { "known: " (known) } }
                    (grounds(rule))
                    @if !rule.scenarios.is_empty() {
                        p.faint { "scenarios: " (rule.scenarios.join("; ")) }
                    }
                    @if rule.evidence.answers > 0 {
                        p {
                            "rests on " (answers(rule.evidence.answers)) ": "
                            (exchange_links(report, rule.evidence.exchanges.clone()))
                        }
                    } @else {
                        p { (exchange_links(report, rule.exchanges.clone())) }
                    }
                }
            }
        }
    }
}

fn exchanges(report: &Report) -> Markup {
    html! {
        @if !report.exchanges.is_empty() {
            h2 { "Exchanges" }
            @for reported in &report.exchanges { (exchange(report, reported)) }
        }
    }
}

fn exchange(report: &Report, reported: &ReportedExchange) -> Markup {
    let exchange = &reported.exchange;
    let outcome = exchange.status().map_or_else(|| "no answer".to_owned(), |it| it.to_string());
    html! {
        details id=(format!("exchange-{}", exchange.number)) {
            @let (step, place) = step(reported);
            summary {
                b { (exchange.number) } " " (exchange.request.method) " " (outcome) " "
                span.faint { (reported.product.name()) ", " (exchange.identity.phrase()) ", " (step) }
            }
            p.faint { (place) }
            pre tabindex="0" { (transcript(exchange)) }
            p { "over the wire" (report.whose_item()) ":" }
            pre tabindex="0" { (curl(exchange, report.home())) }
        }
    }
}
