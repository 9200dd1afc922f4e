//! `AWS::EFS::FileSystem`. Source: Amazon EFS pricing, Standard class.

use crate::estimate::Context;
use crate::estimate::lines::{Line, Lines};
use crate::model::Resource;

pub(in crate::estimate) fn file_system(_: &Context<'_>, system: &Resource, lines: &mut Lines<'_>) {
    let zonal = lines.known(system.text("AvailabilityZoneName"), "".into());
    if let (Some(gb), Some(zone)) = (lines.needed("storage_gb", "file storage"), zonal) {
        let usage = if zone.is_empty() {
            "TimedStorage-ByteHrs"
        } else {
            "TimedStorage-Z-ByteHrs"
        };
        lines.add(Line {
            name: "file storage",
            service: "AmazonEFS",
            usage,
            operation: None,
            quantity: gb,
            assumptions: vec![],
        });
    }
}
