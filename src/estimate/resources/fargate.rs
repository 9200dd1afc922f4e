//! A Fargate task's size.

use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::model::Resource;

/// CPU units, least and most MiB, step in MiB.
/// Source: Amazon ECS API reference, RegisterTaskDefinition, `cpu` (512 with 256 CPU units is the one size off the
/// 1,024 step).
const SIZES: [(u32, u32, u32, u32); 7] = [
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

/// What is billed of one task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::estimate) struct Size {
    /// vCPU.
    pub(in crate::estimate) vcpu: Decimal,
    /// Memory, GB (1,024 MiB).
    pub(in crate::estimate) memory_gb: Decimal,
    /// Ephemeral storage over the 20 GiB that are included, GB.
    pub(in crate::estimate) extra_storage_gb: Decimal,
    /// ARM64.
    pub(in crate::estimate) arm: bool,
}

/// `1 vCPU`, `.5 vcpu`, `2 GB`, `1024`: CPU units or MiB. `scale` is what one of the named unit is.
pub(in crate::estimate) fn amount(text: &str, unit: &str) -> Option<Decimal> {
    let folded = text.trim().to_ascii_lowercase();
    match folded.strip_suffix(unit) {
        Some(number) => Decimal::from_str(number.trim())
            .ok()
            .map(|n| n * Decimal::from(1024)),
        None => Decimal::from_str(&folded).ok(),
    }
}

/// The size of a task definition.
///
/// # Errors
/// What is missing, wrong or not known, in one phrase.
pub(in crate::estimate) fn size(task: &Resource) -> Result<Size, String> {
    let text = |name: &str| {
        let value = task
            .text(name)
            .or_default("".into())
            .map_err(|reason| reason.to_string())?;
        if value.is_empty() {
            return Err(format!(
                "the task definition {} has no {name}",
                task.address
            ));
        }
        Ok(value)
    };
    let (cpu, memory) = (text("Cpu")?, text("Memory")?);
    let units = amount(&cpu, "vcpu").ok_or_else(|| format!("Cpu '{cpu}' is no size"))?;
    let mib = amount(&memory, "gb").ok_or_else(|| format!("Memory '{memory}' is no size"))?;
    let valid = SIZES.iter().any(|(u, least, most, step)| {
        units == Decimal::from(*u)
            && mib.to_u32().is_some_and(|m| {
                Decimal::from(m) == mib && (least..=most).contains(&&m) && (m - least) % step == 0
            })
    });
    if !valid {
        return Err(format!(
            "{cpu} CPU units with {memory} MiB is no Fargate size"
        ));
    }
    let os = task
        .text("RuntimePlatform.OperatingSystemFamily")
        .or_default("LINUX".into())
        .map_err(|r| r.to_string())?;
    if &*os != "LINUX" {
        return Err(format!("{os} tasks are not modelled"));
    }
    let arch = task
        .text("RuntimePlatform.CpuArchitecture")
        .or_default("X86_64".into())
        .map_err(|r| r.to_string())?;
    let storage = task
        .number("EphemeralStorage.SizeInGiB")
        .or_default(Decimal::from(20))
        .map_err(|r| r.to_string())?;
    Ok(Size {
        vcpu: units / Decimal::from(1024),
        memory_gb: mib / Decimal::from(1024),
        extra_storage_gb: (storage - Decimal::from(20)).max(Decimal::ZERO),
        arm: &*arch == "ARM64",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_every_spelling() {
        for (text, unit, expected) in [
            ("512", "vcpu", 512),
            ("1 vCPU", "vcpu", 1024),
            (".5 vcpu", "vcpu", 512),
            ("2GB", "gb", 2048),
            ("2 GB", "gb", 2048),
        ] {
            assert_eq!(amount(text, unit), Some(Decimal::from(expected)), "{text}");
        }
        assert_eq!(amount("big", "gb"), None);
    }
}
