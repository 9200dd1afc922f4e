//! `AWS::S3::Bucket`. Source: Amazon S3 pricing, Standard class.

use crate::estimate::Context;
use crate::estimate::lines::{Line, Lines};
use crate::model::Resource;

pub(in crate::estimate) fn bucket(_: &Context<'_>, _: &Resource, lines: &mut Lines<'_>) {
    for (key, what, name, usage) in [
        (
            "storage_gb",
            "storage",
            "Standard storage",
            "TimedStorage-ByteHrs",
        ),
        (
            "monthly_tier_1_requests",
            "PUT requests",
            "PUT, COPY, POST, LIST requests",
            "Requests-Tier1",
        ),
        (
            "monthly_tier_2_requests",
            "GET requests",
            "GET and other requests",
            "Requests-Tier2",
        ),
    ] {
        if let Some(quantity) = lines.needed(key, what) {
            lines.add(Line {
                name,
                service: "AmazonS3",
                usage,
                operation: None,
                quantity,
                assumptions: vec![],
            });
        }
    }
}
