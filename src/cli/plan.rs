//! `linkspec plan`: what a run would tell, and what it would cost.

use super::arguments::RunArguments;
use super::output::println;
use super::session::Session;
use super::trouble::Trouble;
use crate::graph::Product;

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
    let means = session.means_to_plan(product);
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
    println!();
    total
}
