//! `AWS::SQS::Queue` and `AWS::SNS::Topic`. Source: Amazon SQS pricing, Amazon SNS pricing.

use crate::estimate::Context;
use crate::estimate::lines::{Line, Lines};
use crate::model::Resource;

pub(in crate::estimate) fn queue(_: &Context<'_>, queue: &Resource, lines: &mut Lines<'_>) {
    let Some(fifo) = lines.known(queue.flag("FifoQueue"), false) else {
        return;
    };
    if let Some(quantity) = lines.needed("monthly_requests", "requests") {
        let usage = if fifo {
            "Requests-FIFO-Tier1"
        } else {
            "Requests-Tier1"
        };
        lines.add(Line {
            name: "requests",
            service: "AWSQueueService",
            usage,
            operation: None,
            quantity,
            assumptions: vec![],
        });
    }
}

pub(in crate::estimate) fn topic(_: &Context<'_>, topic: &Resource, lines: &mut Lines<'_>) {
    let Some(fifo) = lines.known(topic.flag("FifoTopic"), false) else {
        return;
    };
    if let Some(quantity) = lines.needed("monthly_requests", "publishes") {
        let usage = if fifo {
            "F-Request-Tier1"
        } else {
            "Requests-Tier1"
        };
        lines.add(Line {
            name: "publishes",
            service: "AmazonSNS",
            usage,
            operation: None,
            quantity,
            assumptions: vec!["deliveries to e-mail and HTTP come on top".to_owned()],
        });
    }
}
