//! Databases in transit.

use super::databases;
use crate::model::{Read, Resource};
use crate::rules::{Context, Judge, Rule, Severity};
use std::sync::Arc;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "aurora.tls-required",
    title: "Databases refuse connections without TLS",
    severity: Severity::High,
    resource_types: &["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"],
    why: "A client that forgets to ask for TLS sends password and data in the clear, and nobody notices.",
    fix: "Set rds.force_ssl: \"1\" in the parameter group of PostgreSQL, require_secure_transport: \"ON\" in that of MySQL.",
    see: "aws rds describe-db-cluster-parameters --db-cluster-parameter-group-name NAME --query \"Parameters[?ParameterName=='rds.force_ssl']\"",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for database in databases(context) {
        let engine = match database.text("Engine") {
            Read::Known(engine) => engine,
            // The engine comes from a snapshot or a primary.
            Read::Absent => continue,
            Read::Unknown(reason) => {
                judge.unknown(database, "Engine", &reason);
                continue;
            }
        };
        let name = if engine.contains("postgres") {
            "rds.force_ssl"
        } else if engine.contains("mysql") || engine.contains("mariadb") {
            "require_secure_transport"
        } else {
            continue;
        };
        let (property, kind) = if &*database.resource_type == "AWS::RDS::DBCluster" {
            (
                "DBClusterParameterGroupName",
                "AWS::RDS::DBClusterParameterGroup",
            )
        } else {
            ("DBParameterGroupName", "AWS::RDS::DBParameterGroup")
        };
        let group = match database.read(property) {
            Read::Absent => None,
            Read::Unknown(reason) => {
                judge.unknown(database, property, &reason);
                continue;
            }
            Read::Known(value) => match context.deployment.find(value, kind, property) {
                Some(group) => Some(group),
                None if value.as_text().is_some_and(|n| n.starts_with("default.")) => None,
                None => {
                    judge.unknown(
                        database,
                        property,
                        "the parameter group is not in this stack tree",
                    );
                    continue;
                }
            },
        };
        match group.map_or(Setting::Absent, |group| setting(group, name)) {
            Setting::Known(value)
                if matches!(&*value.to_ascii_lowercase(), "1" | "on" | "true") =>
            {
                judge.pass(database, format!("{name} is {value}"));
            }
            Setting::Known(value) => judge.fail(database, property, format!("{name} is {value}")),
            Setting::Unknown(reason) => judge.unknown(database, property, &reason),
            Setting::Absent => by_default(database, property, name, &engine, judge),
        }
    }
}

enum Setting {
    Known(Arc<str>),
    Absent,
    Unknown(Arc<str>),
}

/// A parameter of a group. Its name has dots, so that it cannot be read as a path.
fn setting(group: &Resource, name: &str) -> Setting {
    match group.read("Parameters") {
        Read::Absent => Setting::Absent,
        Read::Unknown(reason) => Setting::Unknown(reason),
        Read::Known(parameters) => match parameters.get(name) {
            None => Setting::Absent,
            Some(value) => match (value.as_text(), value.first_unknown()) {
                (Some(text), _) => Setting::Known(text),
                (None, Some(gap)) => Setting::Unknown(Arc::clone(&gap.reason)),
                (None, None) => Setting::Absent,
            },
        },
    }
}

/// PostgreSQL requires TLS by default from version 15 on in RDS, and from 17 on in Aurora; MariaDB from 11.8 on; MySQL
/// never. Sources: Amazon RDS User Guide, "Using SSL with a PostgreSQL DB instance" and "Requiring SSL/TLS for all
/// connections to a MariaDB DB instance" (the same for MySQL); Amazon Aurora User Guide, "Securing Aurora PostgreSQL data
/// with SSL/TLS".
fn by_default(database: &Resource, property: &str, name: &str, engine: &str, judge: &mut Judge) {
    let since = match engine {
        "postgres" => (15, 0),
        "mariadb" => (11, 8),
        "aurora-postgresql" => (17, 0),
        _ => {
            return judge.fail(
                database,
                property,
                format!("{name} is not set, and is off by default"),
            );
        }
    };
    let version = database.text("EngineVersion");
    match &version {
        Read::Known(text) => match number(text) {
            Some(version) if version >= since => judge.pass(
                database,
                format!("{name} is on by default in version {text}"),
            ),
            _ => judge.fail(
                database,
                property,
                format!("{name} is not set, and is off by default in version {text}"),
            ),
        },
        Read::Absent => judge.unknown(
            database,
            property,
            &format!("{name} is not set, and its default depends on the version"),
        ),
        Read::Unknown(reason) => judge.unknown(database, "EngineVersion", reason),
    }
}

/// The first two parts of a version; a minor that is not written is 0 at least.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(str::parse::<u32>);
    let major = parts.next()?.ok()?;
    Some((major, parts.next().and_then(Result::ok).unwrap_or(0)))
}
