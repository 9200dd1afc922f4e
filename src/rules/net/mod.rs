//! `net.*`: what reaches what.

mod default_sg;
mod flow_logs;
mod nacl_admin;
mod private_subnet;
mod sg_all_ports;
mod sg_db_port;
mod sg_description;
mod sg_egress;
mod sg_world_admin;
mod sg_world_other;
mod subnet_public_ip;
mod world;

pub(super) use world::path_to;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &default_sg::RULE,
    &nacl_admin::RULE,
    &sg_egress::RULE,
    &sg_all_ports::RULE,
    &sg_db_port::RULE,
    &sg_world_admin::RULE,
    &sg_world_other::RULE,
    &sg_description::RULE,
    &subnet_public_ip::RULE,
    &private_subnet::RULE,
    &flow_logs::RULE,
];
