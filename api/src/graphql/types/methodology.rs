//! How attributes come about.

use async_graphql::SimpleObject;

use crate::domain::{RegisterEdition, register};

use super::Date;

/// How the attributes of institutions come about, where an official classification has no word for it.
#[derive(SimpleObject)]
pub struct Methodology {
    /// The size bands by phase. There are no official ones; these are the same for every register.
    size_bands: Vec<SizeBands>,
    /// How many schools of a group a register must have at least, so that quintiles of disadvantage are made of it. Those of smaller ones go by
    /// another register's cuts, and where there is none they have no quintile.
    fewest_ranked: i32,
    /// The registers that attributes were taken from, newest first. A result has the attributes of the newest register until the end of its term;
    /// where there is none so old, of the oldest after it.
    registers: Vec<Register>,
}

/// Up to how many pupils a school of a phase is small, and up to how many it is medium; larger ones are large.
#[derive(SimpleObject)]
pub struct SizeBands {
    /// The phase, a category of the dimension `PHASE`.
    phase: &'static str,
    /// The largest number of pupils of a small school.
    small_up_to: i32,
    /// The largest number of pupils of a medium one.
    medium_up_to: i32,
}

/// A register of institutions as it was on a day.
#[derive(SimpleObject)]
pub struct Register {
    /// Whose it is.
    source: String,
    /// The day.
    as_of: Date,
    /// How many institutions were taken from it.
    institutions: i32,
    /// The quintiles of disadvantage, by groups of state-funded schools that are ranked with one another.
    disadvantage: Vec<DisadvantageCuts>,
}

/// How schools of a group fall into quintiles of disadvantage: by the share of their pupils who may have free meals, as the register tells it.
#[derive(SimpleObject)]
pub struct DisadvantageCuts {
    /// The group: `primary` (with middle schools deemed primary), `secondary` (with all-through schools and middle schools deemed secondary), `special` or
    /// `alternative-provision`.
    phase_group: &'static str,
    /// The largest share in each of the quintiles 1 to 4, in percent; what is above is in quintile 5.
    up_to: Vec<f64>,
}

impl Methodology {
    pub(crate) fn of(registers: &[RegisterEdition]) -> Self {
        let whole = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let bands = |(phase, [small, medium]): (&'static str, [u32; 2])| SizeBands {
            phase,
            small_up_to: whole(small),
            medium_up_to: whole(medium),
        };
        Self {
            size_bands: register::SIZE_CUTS.into_iter().map(bands).collect(),
            fewest_ranked: i32::try_from(register::FEWEST_RANKED).unwrap_or(i32::MAX),
            registers: registers.iter().map(Register::from).collect(),
        }
    }
}

impl From<&RegisterEdition> for Register {
    fn from(edition: &RegisterEdition) -> Self {
        let cuts = edition.cuts.iter().map(|(group, up_to)| DisadvantageCuts {
            phase_group: group.as_str(),
            up_to: up_to.iter().map(|&tenths| f64::from(tenths) / 10.0).collect(),
        });
        Self {
            source: edition.source.to_string(),
            as_of: edition.as_of.into(),
            institutions: i32::try_from(edition.institutions).unwrap_or(i32::MAX),
            disadvantage: cuts.collect(),
        }
    }
}
