//! Made-up scores: whoever ranks highest achieves, so that shares are met exactly and not by chance.

use chrono::Duration;

use crate::domain::{Period, Record, Secret};

use super::{institution::Institution, level::Levels, random::Random};

/// The share of England's institutions that take part, by year from 2017/18.
const PARTICIPATION: [f64; 8] = [0.30, 0.42, 0.52, 0.55, 0.70, 0.82, 0.90, 0.95];

/// How many of them report in each term.
const REPORTING: [f64; 3] = [0.6, 0.7, 1.0];

/// Chance that one benchmark is not assessed.
const NOT_ASSESSED: f64 = 0.01;

/// Draws the results of one period.
pub(super) fn draw(
    institutions: &[Institution],
    period: Period,
    levels: &Levels,
    secret: &Secret,
    random: &mut Random,
) -> Vec<Record> {
    let mut drawn = Vec::new();
    for framework in ["GATSBY-2014", "GATSBY-COL-2018", "HKBM-2019"] {
        let reporting: Vec<&Institution> = institutions
            .iter()
            .filter(|institution| institution.framework == framework && reports(institution, period, random))
            .collect();
        let shares = if framework == "HKBM-2019" { Levels::hong_kong(period) } else { levels.england(period) };
        let columns: Vec<Vec<Option<u8>>> =
            shares.iter().enumerate().map(|(benchmark, share)| column(&reporting, benchmark, *share, random)).collect();
        for (position, institution) in reporting.into_iter().enumerate() {
            let scores: Vec<Option<u8>> = columns.iter().map(|column| column[position]).collect();
            if scores.iter().any(Option::is_some) {
                drawn.push(record(institution, period, scores, secret, random));
            }
        }
    }
    drawn
}

fn reports(institution: &Institution, period: Period, random: &mut Random) -> bool {
    let reports_now = random.chance(REPORTING[usize::from(period.term()) - 1]);
    let year = usize::from(period.start_year().saturating_sub(2017)).min(PARTICIPATION.len() - 1);
    reports_now && (!institution.is_english() || institution.reluctance < PARTICIPATION[year])
}

/// The scores of one benchmark: the best `share` of those assessed achieve it.
fn column(reporting: &[&Institution], benchmark: usize, share: f64, random: &mut Random) -> Vec<Option<u8>> {
    let mut ranked: Vec<(f64, usize)> = Vec::with_capacity(reporting.len());
    for (position, institution) in reporting.iter().enumerate() {
        let latent = institution.quality + institution.strengths[benchmark] + 0.35 * random.normal();
        if !random.chance(NOT_ASSESSED) {
            ranked.push((latent, position));
        }
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small count")]
    let achieving = (share * ranked.len() as f64).round() as usize;
    let mut column = vec![None; reporting.len()];
    for (rank, &(_, position)) in ranked.iter().enumerate() {
        column[position] =
            Some(if rank < achieving { 100 } else { partial(rank - achieving, ranked.len() - achieving, random) });
    }
    column
}

/// A score below 100: the better the rank among those who do not achieve, the nearer to it.
fn partial(rank: usize, of: usize, random: &mut Random) -> u8 {
    let standing = 1.0 - rank as f64 / of.max(1) as f64;
    let score = 35.0 + 45.0 * standing + 14.0 * random.normal();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=99")]
    let score = score.clamp(0.0, 99.0) as u8;
    score
}

fn record(
    institution: &Institution,
    period: Period,
    scores: Vec<Option<u8>>,
    secret: &Secret,
    random: &mut Random,
) -> Record {
    #[expect(clippy::cast_possible_truncation, reason = "below 40")]
    let days = (random.uniform() * 40.0) as i64;
    Record {
        institution: secret.pseudonym(institution.scheme, &institution.identifier),
        scheme: institution.scheme.to_owned(),
        framework: institution.framework.to_owned(),
        period,
        completed_on: period.ends_on() - Duration::days(days),
        local_authority: institution.local_authority.clone(),
        hub: institution.hub(period.start_year()).map(str::to_owned),
        attributes: institution.attributes,
        terms_version: "demo".to_owned(),
        scores,
    }
}
