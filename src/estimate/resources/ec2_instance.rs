//! `AWS::EC2::Instance` and `AWS::EC2::Volume`. Source: Amazon EC2 on-demand pricing (Linux), Amazon EBS pricing.

use rust_decimal::Decimal;

use crate::estimate::Context;
use crate::estimate::lines::{Line, Lines};
use crate::model::{Read, Resource, Value};
use crate::pricing::Range;

pub(in crate::estimate) fn instance(_: &Context<'_>, instance: &Resource, lines: &mut Lines<'_>) {
    let kind = match instance.text("InstanceType") {
        Read::Known(kind) => kind,
        Read::Absent => {
            return lines.gap("the instance has no InstanceType; a launch template may set it");
        }
        Read::Unknown(reason) => return lines.gap(reason.to_string()),
    };
    let Some(tenancy) = lines.known(instance.text("Tenancy"), "default".into()) else {
        return;
    };
    if &*tenancy != "default" {
        return lines.gap(format!("{tenancy} tenancy is not modelled"));
    }
    lines.add(Line {
        name: &format!("{kind} instance, Linux"),
        service: "AmazonEC2",
        usage: &format!("BoxUsage:{kind}"),
        operation: Some("RunInstances"),
        quantity: Lines::hours(1),
        assumptions: vec!["on demand, runs all month; Linux without a licence is assumed, since the image is not read".to_owned()],
    });
    let devices = match instance.list("BlockDeviceMappings").optional() {
        Ok(devices) => devices.unwrap_or_default(),
        Err(reason) => return lines.gap(reason.to_string()),
    };
    if devices.is_empty() {
        lines.gap("root volume: its size is the image's");
    }
    for device in devices {
        if let Read::Known(ebs) = device.read("Ebs") {
            disk(ebs, "VolumeSize", lines);
        }
    }
}

pub(in crate::estimate) fn volume(_: &Context<'_>, volume: &Resource, lines: &mut Lines<'_>) {
    disk(&volume.properties, "Size", lines);
}

fn disk(disk: &Value, size: &str, lines: &mut Lines<'_>) {
    let Some(kind) = lines.known(disk.read_text("VolumeType"), "gp2".into()) else {
        return;
    };
    let gb = match disk.read_number(size) {
        Read::Known(gb) => gb,
        Read::Absent => {
            return lines.gap(format!(
                "{kind} volume: {size} is not set; the snapshot decides"
            ));
        }
        Read::Unknown(reason) => return lines.gap(reason.to_string()),
    };
    lines.add(Line {
        name: &format!("{kind} volume"),
        service: "AmazonEC2",
        // The price list calls io1 `piops`.
        usage: &format!(
            "EBS:VolumeUsage.{}",
            if &*kind == "io1" { "piops" } else { &kind }
        ),
        operation: None,
        quantity: Range::flat(gb),
        assumptions: vec![],
    });
    // gp3 includes 3,000 IOPS and 125 MiB a second. Source: Amazon EBS pricing.
    if &*kind == "gp3" {
        for (key, included, usage) in [
            ("Iops", 3000, "EBS:VolumeP-IOPS.gp3"),
            ("Throughput", 125, "EBS:VolumeP-Throughput.gp3"),
        ] {
            let Some(value) = lines.known(disk.read_number(key), Decimal::ZERO) else {
                continue;
            };
            let over = value - Decimal::from(included);
            if over > Decimal::ZERO {
                let name = format!("gp3 {key} over {included}");
                lines.add(Line {
                    name: &name,
                    service: "AmazonEC2",
                    usage,
                    operation: None,
                    quantity: Range::flat(over),
                    assumptions: vec![],
                });
            }
        }
    }
}
