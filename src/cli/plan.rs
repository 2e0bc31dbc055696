//! `linkspec plan`: what a run would tell, and what it would cost.

use super::arguments::RunArguments;
use super::output::println;
use super::session::Session;
use super::trouble::Trouble;
use crate::graph::Product;
use crate::run::{self, Selected, TellOptions};

/// Prints the stories a run would tell, the most important first, and their cost.
pub(super) fn plan(arguments: RunArguments) -> Result<u8, Trouble> {
    let session = Session::prepare(arguments)?;
    let mut total = 0;
    for product in session.products_to_plan() {
        total += print_plan(&session, product);
    }
    if total == 0 && !session.selects_anything() {
        return Err(Trouble {
            code: super::trouble::NOTHING,
            ..Trouble::usage("the selection holds no rule")
        });
    }
    Ok(0)
}

fn print_plan(session: &Session, product: Product) -> usize {
    let means = session.means_of_earlier(product).unwrap_or_else(|| session.means_to_plan(product));
    let selected = session.suite.select(&session.selection, &means);
    let total = selected.plan.create_link_calls();
    println!("{product}: {} stories, {total} createLink calls", selected.plan.tellings.len());
    let mut sum = 0;
    for (index, telling) in selected.plan.tellings.iter().enumerate() {
        let cost = telling.create_link_calls();
        sum += cost;
        println!(
            "{:>4}. {cost} call{} (sum {sum})  {} MUST, {} other rules",
            index + 1,
            if cost == 1 { " " } else { "s" },
            telling.must.len(),
            telling.others.iter().filter(|rule| !rule.is_empty()).count(),
        );
        for line in &telling.lines {
            println!("        {line}");
        }
        let rules: Vec<&str> = telling
            .must
            .iter()
            .chain(&telling.others)
            .map(String::as_str)
            .filter(|rule| !rule.is_empty())
            .collect();
        println!("        -> {}", rules.join(", "));
    }
    if !selected.blocked.is_empty() {
        println!(
            "      {} scenarios are left out: what they need is not declared (see `linkspec run -v`)",
            selected.blocked.len()
        );
    }
    for line in rounds(&selected, &session.telling(product), product) {
        println!("{line}");
    }
    println!();
    total
}

/// How often the budget has to be spent until everything is told, and which rules are safe after each time; nothing
/// where one run tells it all.
pub(super) fn rounds(selected: &Selected<'_>, how: &TellOptions, product: Product) -> Vec<String> {
    let Some(rounds) = run::rounds(&selected.plan, how) else { return Vec::new() };
    let (count, budget) = (rounds.rounds.len(), how.budget.unwrap_or_default());
    if count <= 1 && rounds.never.is_empty() {
        return Vec::new();
    }
    let pace = match product {
        // THR-06
        Product::Personal => format!(
            ", one an hour, which is what a personal drive allows: the last begins {} hours after the first",
            count.saturating_sub(1)
        ),
        Product::Business | Product::SharePoint => String::new(),
    };
    let mut lines = vec![format!(
        "{product}: what is left takes {count} rounds of at most {budget} createLink calls{pace}. \
         Each ends with the command that begins the next."
    )];
    for (number, round) in (1..).zip(&rounds.rounds) {
        let must: Vec<&str> = round.must.iter().map(String::as_str).collect();
        lines.push(format!(
            "  round {number}: {} stories, {} calls; safe after it: {} MUST{}{}, {} other rules",
            round.tellings.len(),
            round.calls,
            must.len(),
            if must.is_empty() { "" } else { ": " },
            must.join(" "),
            round.others.len(),
        ));
    }
    if !rounds.never.is_empty() {
        let most =
            rounds.never.iter().map(|it| selected.plan.tellings[*it].create_link_calls()).max();
        lines.push(format!(
            "  never: {} stories cost more than {budget} calls each; --budget {} tells them too",
            rounds.never.len(),
            most.unwrap_or_default()
        ));
    }
    lines
}
