//! Redirects.

use super::listeners;
use crate::model::Resource;
use crate::rules::{Context, Judge, Rule, Severity};
use std::sync::Arc;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "alb.http-redirects-to-https",
    title: "Plain HTTP is only redirected, never served",
    severity: Severity::High,
    resource_types: &["AWS::ElasticLoadBalancingV2::Listener"],
    why: "What travels over plain HTTP, session cookies included, can be read and changed on its way.",
    fix: "Give the HTTP listener one action: {Type: redirect, RedirectConfig: {Protocol: HTTPS, Port: \"443\", StatusCode: HTTP_301}}, and no rule that forwards.",
    see: "curl -I http://DOMAIN, which has to answer 301 and https in Location",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for listener in listeners(context, judge, &["HTTP"]) {
        let rules = context
            .deployment
            .of_type("AWS::ElasticLoadBalancingV2::ListenerRule")
            .filter(|rule| {
                let own = rule
                    .read("ListenerArn")
                    .known()
                    .and_then(|v| context.deployment.target(v));
                own.is_some_and(|own| own.address == listener.address)
            });
        let mut gap = None;
        let mut forwarding = None;
        for rule in rules {
            // A rule that may not exist serves only perhaps.
            let unsure = rule.condition.as_ref().and_then(|c| c.unknown.clone());
            match (serves(rule, "Actions"), unsure) {
                (Ok(Some(_)), None) => forwarding = Some(rule),
                (Ok(Some(_)), Some(reason)) | (Err(reason), _) => gap = Some(reason),
                (Ok(None), _) => {}
            }
        }
        match (serves(listener, "DefaultActions"), forwarding, gap) {
            (_, Some(rule), _) => {
                judge.fail(listener, "", format!("{} serves plain HTTP", rule.address))
            }
            (Ok(Some(path)), None, _) => judge.fail(
                listener,
                &path,
                "plain HTTP is served, not redirected to HTTPS",
            ),
            (Err(reason), None, _) => judge.unknown(listener, "DefaultActions", &reason),
            (Ok(None), None, Some(reason)) => judge.unknown(listener, "", &reason),
            (Ok(None), None, None) => {
                judge.pass(listener, "plain HTTP is only redirected or refused");
            }
        }
    }
}

/// The place of an action that answers with content over HTTP; none if all redirect to HTTPS or refuse.
fn serves(resource: &Resource, list: &str) -> Result<Option<String>, Arc<str>> {
    let actions = resource.list(list).or_default(&[])?;
    for (i, action) in actions.iter().enumerate() {
        let path = format!("{list}.{i}");
        match action
            .read_text("Type")
            .or_default(Arc::from("forward"))?
            .as_ref()
        {
            // The protocol of the request is kept where none is named.
            "redirect" => {
                let protocol = action
                    .read_text("RedirectConfig.Protocol")
                    .or_default(Arc::from("#{protocol}"))?;
                if &*protocol != "HTTPS" {
                    return Ok(Some(path));
                }
            }
            "fixed-response" => {}
            _ => return Ok(Some(path)),
        }
    }
    Ok(None)
}
