//! How numbers are protected, and how attributes come about.

use async_graphql::{ComplexObject, Result, SimpleObject, Variables};

use crate::{
    domain::{RegisterEdition, register},
    graphql::{document::Selected, error::graphql_error},
    service,
};

use super::{
    Date,
    scalar::{Tier, whole},
};

/// What the protection of a tier does to numbers, at the parameters of today. It follows from them alone, and from nobody's results.
#[derive(SimpleObject)]
pub struct Protection {
    /// The tier.
    tier: Tier,
    /// The fewest institutions that a number is told of.
    fewest_institutions: i32,
    /// The multiple that numbers of institutions are rounded to; 1 is no rounding.
    count_rounding: i32,
    /// What becomes of a share of so many institutions in a standard table: one kind of area, benchmark and period, nothing else.
    standard_tables: Vec<ProtectedShare>,
    /// What becomes of it in any other table.
    other_tables: Vec<ProtectedShare>,
}

/// What protection does to the share of some institutions that achieved a benchmark. Shares and errors are from 0 to 1.
#[derive(SimpleObject)]
pub struct ProtectedShare {
    /// How many institutions are behind it.
    institutions: i32,
    /// How many are told, rounded; null where they are too few and everything is hidden.
    shown: Option<i32>,
    /// The standard deviation of the noise that is added.
    noise: f64,
    /// What the share is then rounded to a multiple of.
    step: f64,
    /// The standard error of noise and rounding together; the 95 % interval is 1.96 times it to either side.
    standard_error: f64,
    /// What is near to none is told as at most this.
    at_most: f64,
    /// What is near to all is told as at least this.
    at_least: f64,
    /// The standard error of a change between two periods of the same institutions, of which most of the noise cancels.
    change_standard_error: f64,
    /// Whether a share of a half would be told as reliable: `OK`, and not `UNRELIABLE`.
    reliable: bool,
}

/// How numbers are protected, and how the attributes of institutions come about, where an official classification has no word for it.
#[derive(SimpleObject)]
#[graphql(complex)]
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

#[ComplexObject]
impl Methodology {
    /// What protection does to a share, for each tier, by how many institutions are behind it.
    async fn protection(
        &self,
        #[graphql(
            desc = "Numbers of institutions, at most 20, each from 1 to 1,000,000.",
            default_with = "vec![30, 60, 190, 550]"
        )]
        sizes: Vec<i32>,
    ) -> Result<Vec<Protection>> {
        checked(&sizes).map_err(graphql_error)?;
        Ok(disclosure::Tier::ALL.into_iter().map(|tier| Protection::of(tier, &sizes)).collect())
    }
}

/// The most sizes at once.
const MOST_SIZES: usize = 20;

/// The largest size.
const LARGEST: i32 = 1_000_000;

/// Looks whether there are sizes, not too many, and each is one.
fn checked(sizes: &[i32]) -> Result<(), service::Error> {
    if sizes.len() > MOST_SIZES {
        let message = format!("expected at most {MOST_SIZES} `sizes`, found {}", sizes.len());
        return Err(service::Error::LimitExceeded(message));
    }
    if sizes.is_empty() {
        return Err(service::Error::BadRequest("expected at least one of `sizes`, found none".to_owned()));
    }
    match sizes.iter().find(|size| !(1..=LARGEST).contains(*size)) {
        Some(size) => Err(service::Error::BadRequest(format!("expected `sizes` from 1 to {LARGEST}, found {size}"))),
        None => Ok(()),
    }
}

/// Looks whether what is asked of protection can be answered.
pub(crate) fn check_sizes(field: &Selected, variables: &Variables) -> Result<(), service::Error> {
    field.argument("sizes", variables).map_or(Ok(()), |sizes: Vec<i32>| checked(&sizes))
}

impl Protection {
    fn of(tier: disclosure::Tier, sizes: &[i32]) -> Self {
        let rules = tier.rules();
        let share = |standard: bool| {
            let one = |&institutions: &i32| {
                let effect = disclosure::effect(tier, standard, institutions.try_into().unwrap_or_default());
                ProtectedShare {
                    institutions,
                    shown: effect.shown.map(whole),
                    noise: effect.noise,
                    step: effect.step,
                    standard_error: effect.standard_error,
                    at_most: effect.at_most,
                    at_least: effect.at_least,
                    change_standard_error: effect.change_error,
                    reliable: effect.reliable,
                }
            };
            sizes.iter().map(one).collect()
        };
        Self {
            tier: tier.into(),
            fewest_institutions: whole(rules.fewest_institutions()),
            count_rounding: whole(rules.count_rounding),
            standard_tables: share(true),
            other_tables: share(false),
        }
    }
}

impl Methodology {
    pub(crate) fn of(registers: &[RegisterEdition]) -> Self {
        let bands = |(phase, [small, medium]): (&'static str, [u32; 2])| SizeBands {
            phase,
            small_up_to: whole(small),
            medium_up_to: whole(medium),
        };
        Self {
            size_bands: register::SIZE_CUTS.into_iter().map(bands).collect(),
            fewest_ranked: whole(register::FEWEST_RANKED),
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
            institutions: whole(edition.institutions),
            disadvantage: cuts.collect(),
        }
    }
}
