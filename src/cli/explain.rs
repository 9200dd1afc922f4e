//! `isms-cost explain ADDRESS`.

use std::io::Write;

use super::args::ExplainArgs;
use super::run::Priced;
use super::{CallError, Error, Outcome, Plan};
use crate::diag::suggest;
use crate::model::Address;
use crate::reach::Graph;
use crate::report::{explain, reach, rules};

pub(super) fn run(
    args: &ExplainArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Outcome, Error> {
    if let Some(rule) = crate::rules::named(&args.address) {
        rules::one(out, rule)?;
        return Ok(Outcome::Fine);
    }
    let priced = Priced::new(Plan::new(&args.input)?);
    if !priced.tell(err)? {
        return Ok(Outcome::WrongInput);
    }
    let address = Address::from(args.address.as_str());
    let report = priced.report();
    let mut found = false;
    for (deployment, estimate) in priced.deployments.iter().zip(&priced.estimates) {
        if let Some(off) = deployment.off.iter().find(|o| o.address == address) {
            writeln!(
                out,
                "{} {address} does not exist: condition {} is false\n",
                deployment.environment, off.condition
            )?;
            found = true;
        } else if deployment.get(&address).is_some() {
            explain::write(out, &report, deployment, estimate, &address)?;
            reach::write(out, &priced.sources, &Graph::new(deployment), &address)?;
            writeln!(out)?;
            found = true;
        }
    }
    if found {
        return Ok(Outcome::Fine);
    }
    let rules = crate::rules::all().map(|r| r.id);
    let known = priced
        .deployments
        .iter()
        .flat_map(|d| d.resources.keys())
        .map(Address::as_str)
        .chain(rules);
    let nearest = suggest(&args.address, known)
        .map(|n| format!("; did you mean {n}?"))
        .unwrap_or_default();
    Err(CallError(format!("no resource has the address {address}{nearest}")).into())
}
