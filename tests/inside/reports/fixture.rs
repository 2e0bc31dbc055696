//! A hand-made run: two products, every verdict, two failures of one cause, and an exchange that is unkind to
//! whoever has to quote it.

use linkspec::graph::{
    Answer, Exchange, Failure, FailureKind, Identity, Product, Purpose, Reply, Request,
};
use linkspec::report::{
    CallerSummary, Report, ReportedExchange, RequestCount, RestsOn, RuleReport, SourceSummary,
    StaleKnown, StaleReason, TargetSummary, Verdict,
};
use linkspec::rules::{Basis, Level};

/// A complete report without rules.
pub fn empty() -> Report {
    Report {
        linkspec: "0.1.0".to_owned(),
        complete: true,
        suite_digest: "3f1c0a".to_owned(),
        sources: vec![SourceSummary {
            name: "Page".to_owned(),
            address: "https://learn.microsoft.com/en-us/graph/api/driveitem-createlink?view=graph-rest-1.0"
                .to_owned(),
            read: "2025-07-23".parse().unwrap(),
            fingerprint: Some("0123456789abcdef".to_owned()),
        }],
        started: "2026-11-21T10:00:00Z".parse().unwrap(),
        duration_ms: 812,
        target: TargetSummary {
            kind: "live".to_owned(),
            base_url: Some("https://graph.microsoft.com/v1.0".to_owned()),
            product: None,
        },
        caller: CallerSummary { kind: "http".to_owned(), name: None, version: None },
        requests: RequestCount { total: 210, create_link: 48 },
        depth: None,
        interactions: None,
        shard: None,
        remarks: Vec::new(),
        left_behind: Vec::new(),
        foreign: Vec::new(),
        resume: None,
        stale: Vec::new(),
        rules: Vec::new(),
        exchanges: Vec::new(),
        calls: Vec::new(),
    }
}

/// A rule that came to that verdict.
pub fn rule(id: &str, product: Product, level: Level, verdict: Verdict) -> RuleReport {
    let missed = matches!(verdict, Verdict::Fail | Verdict::Warn);
    RuleReport {
        id: id.to_owned(),
        level,
        title: "Asking again answers 200 OK".to_owned(),
        product,
        verdict,
        reason: missed.then(|| "expected 200 OK; got 201 Created".to_owned()),
        expected: missed.then(|| "200 OK".to_owned()),
        actual: missed.then(|| "201 Created".to_owned()),
        basis: Basis::Quotation,
        phrase: "200 OK if an existing link is returned".to_owned(),
        source: "Page, Response".to_owned(),
        url: "https://learn.microsoft.com/en-us/graph/api/driveitem-createlink?view=graph-rest-1.0"
            .to_owned(),
        note: String::new(),
        feature: "features/existing-links.feature:17".to_owned(),
        scenarios: vec!["the same view link, twice".to_owned()],
        exchanges: Vec::new(),
        evidence: RestsOn {
            answers: if verdict == Verdict::Pass { 12 } else { 0 },
            ..RestsOn::default()
        },
        reproduce: None,
        known: None,
    }
}

/// An entry of the file of known failures that is out of date.
pub fn stale() -> StaleKnown {
    StaleKnown {
        id: "TYPE-01".to_owned(),
        product: Product::Personal,
        why: StaleReason::Holds,
        message: "the rule holds now: remove its entry from the --known file".to_owned(),
    }
}

/// Everything that was judged holds.
pub fn green() -> Report {
    let mut report = empty();
    report.rules = [Product::Personal, Product::Business]
        .into_iter()
        .flat_map(|product| {
            let mut no_token = rule("IDEM-06", product, Level::Must, Verdict::NotRun);
            no_token.reason =
                Some("no token for the second application (LINKSPEC_TOKEN_SECOND_APP)".into());
            let mut embed = rule("TYPE-08", product, Level::Must, Verdict::NotApplicable);
            embed.reason = Some("the rule speaks of business and sharepoint".into());
            vec![
                rule("IDEM-01", product, Level::Must, Verdict::Pass),
                rule("IDEM-02", product, Level::Must, Verdict::Pass),
                no_token,
                embed,
            ]
        })
        .collect();
    report
}

/// Something of everything.
pub fn red() -> Report {
    let mut report = empty();
    report.remarks = vec!["The service refuses \"scope\": most rules cannot be judged.".into()];
    report.stale = vec![stale()];
    report.rules = vec![
        holds(),
        missed_repeat(Product::Personal, &[1, 2]),
        missed_repeat(Product::Business, &[4]),
        shares_the_cause(),
        quoted(),
        ambiguous(),
        accepted(),
        with_reason(
            "EXP-03",
            Product::Business,
            Level::Must,
            Verdict::Inconclusive,
            "throttled: 429 (activityLimitReached)",
            &[5],
        ),
        with_reason(
            "IDEM-06",
            Product::Business,
            Level::Must,
            Verdict::NotRun,
            "no token for the second application (LINKSPEC_TOKEN_SECOND_APP)",
            &[],
        ),
        with_reason(
            "TYPE-03",
            Product::Business,
            Level::Must,
            Verdict::NotApplicable,
            "the rule speaks of personal",
            &[],
        ),
        with_reason(
            "SCOPE-12",
            Product::Business,
            Level::Info,
            Verdict::Observed,
            "an omitted scope gives organization",
            &[],
        ),
    ];
    report.exchanges = vec![
        exchange(1, Product::Personal, 201),
        exchange(2, Product::Personal, 201),
        unkind(),
        exchange(4, Product::Business, 201),
        unanswered(),
    ];
    report
}

fn holds() -> RuleReport {
    RuleReport {
        title: "View links are made".into(),
        feature: "features/link-types.feature:7".into(),
        ..rule("TYPE-01", Product::Personal, Level::Must, Verdict::Pass)
    }
}

fn missed_repeat(product: Product, exchanges: &[u32]) -> RuleReport {
    RuleReport {
        exchanges: exchanges.to_vec(),
        ..rule("IDEM-02", product, Level::Must, Verdict::Fail)
    }
}

fn shares_the_cause() -> RuleReport {
    RuleReport {
        title: "A repeat is told from a first request".into(),
        feature: "features/existing-links.feature:44".into(),
        exchanges: vec![4],
        ..rule("IDEM-09", Product::Business, Level::Must, Verdict::Fail)
    }
}

fn quoted() -> RuleReport {
    RuleReport {
        title: "A password is never given back".into(),
        reason: Some("expected no <password> member; got \"password\": \"it's `it`\"".into()),
        expected: Some("no <password> member".into()),
        actual: Some("\"password\": \"it's `it` | $HOME\"".into()),
        phrase: "The password of the sharing link that is set by the creator. Optional".into(),
        source: "Page, Request body".into(),
        feature: "features/passwords.feature:9".into(),
        exchanges: vec![3],
        ..rule("PWD-04", Product::Personal, Level::Must, Verdict::Fail)
    }
}

fn ambiguous() -> RuleReport {
    RuleReport {
        title: "A view link grants reading only".into(),
        reason: Some("expected roles [\"read\"]; got [\"write\"]".into()),
        expected: Some("roles [\"read\"]".into()),
        actual: Some("[\"write\"]".into()),
        basis: Basis::Reading,
        phrase: "a view link is for reading only".into(),
        source: "Page, Link types".into(),
        note: "The page's example shows write; the rule says read-only.".into(),
        feature: "features/permissions.feature:21".into(),
        exchanges: vec![1],
        ..rule("PERM-04", Product::Personal, Level::Should, Verdict::Warn)
    }
}

fn accepted() -> RuleReport {
    RuleReport {
        known: Some("the gateway drops it (https://example.com/issues/7)".into()),
        title: "The answer names its application".into(),
        actual: Some("no application".into()),
        ..rule("LINK-07", Product::Business, Level::Must, Verdict::Fail)
    }
}

fn with_reason(
    id: &str,
    product: Product,
    level: Level,
    verdict: Verdict,
    reason: &str,
    exchanges: &[u32],
) -> RuleReport {
    RuleReport {
        reason: Some(reason.to_owned()),
        exchanges: exchanges.to_vec(),
        ..rule(id, product, level, verdict)
    }
}

/// A view link is asked for.
pub fn exchange(number: u32, product: Product, status: u16) -> ReportedExchange {
    ReportedExchange {
        exchange: Exchange {
            number,
            act: 1,
            purpose: Purpose::CreateLink,
            identity: Identity::Owner,
            item: Some("file".into()),
            link: Some(0),
            retried: false,
            sent: "2026-11-21T10:00:01Z".parse().unwrap(),
            milliseconds: 41,
            request: Request {
                method: "POST".into(),
                url: "https://graph.microsoft.com/v1.0/drives/[drive 3f]/items/01ABC/createLink"
                    .into(),
                headers: headers(&[
                    ("authorization", "Bearer [secret 0a1b2c]"),
                    ("content-type", "application/json"),
                    ("user-agent", "linkspec/0.1.0"),
                ]),
                body: Some(r#"{"type":"view","scope":"anonymous"}"#.into()),
            },
            answer: Reply::Answer(Answer {
                status,
                headers: headers(&[
                    ("content-type", "application/json"),
                    ("request-id", "5c1d"),
                    ("x-powered-by", "a hamster"),
                ]),
                body: r#"{"id":"perm1","roles":["write"],"link":{"type":"view","webUrl":"https://1drv.ms/redacted-0a1b"}}"#.into(),
                not_utf8: false,
            }),
        },
        story: "Given a new file / When the application asks for a view link".into(),
        product,
    }
}

/// Quotation marks of every kind, line ends, tags, terminal codes, a comma too many.
pub fn unkind() -> ReportedExchange {
    let mut unkind = exchange(3, Product::Personal, 200);
    unkind.exchange.identity = Identity::SecondApp;
    unkind.exchange.request.body =
        Some("{\"type\":\"view\",\n\"password\":\"it's \\\"`it`\\\" $HOME\"}".into());
    unkind.exchange.answer = Reply::Answer(Answer {
        status: 200,
        headers: headers(&[("content-type", "application/json"), ("x-error", "</script>")]),
        body: "{\"password\":\"it's `it` | $HOME\",\"note\":\"<b>\u{1b}[31m]]>```\",}".into(),
        not_utf8: true,
    });
    unkind
}

fn unanswered() -> ReportedExchange {
    let mut unanswered = exchange(5, Product::Business, 201);
    unanswered.exchange.answer = Reply::Nothing(Failure {
        failure: FailureKind::TimedOut,
        detail: "no complete answer within 30 s".into(),
    });
    unanswered
}

fn headers(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
