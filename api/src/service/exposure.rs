//! What was asked about an area, told to the organisation whose area it is: from the audit, in words that an officer reads.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use disclosure::Tier;

use crate::{
    auth::{Scope, Viewer},
    datasets::{Destinations, Outcomes},
    domain::{AreaIndex, AreaKind, AuditHead, AuditSum, AuditSums, Catalogue, Directory, Organisation},
    policy::Refusal,
    tabulation::Dataset,
};

use super::{Error, Reader};

/// How many different questions are looked at; more are refused, with what to change.
const MOST_QUESTIONS: usize = 50_000;

/// How far back it is looked where no day is named, days.
const USUAL_DAYS: u64 = 365;

/// What was asked about an area.
pub struct Exposure {
    /// The area.
    pub area: AreaIndex,
    /// The first day that is looked at, UTC.
    pub since: NaiveDate,
    /// Until when, UTC.
    pub until: DateTime<Utc>,
    /// All of it in a sentence.
    pub statement: String,
    /// Who asked, in order of code, purpose and tier.
    pub askers: Vec<Asker>,
}

/// What one organisation asked for one purpose at one tier.
pub struct Asker {
    /// The code of the organisation.
    pub organisation: String,
    /// Its name; the code where it is not known any more.
    pub name: String,
    /// The purpose.
    pub purpose: String,
    /// The tier of its answers.
    pub tier: Tier,
    /// How many different questions.
    pub questions: usize,
    /// How many times they were answered.
    pub times: u64,
    /// What they named beside area, period and benchmark, e.g. `PHASE`, in order of name.
    pub breakdowns: Vec<String>,
    /// The most of these that one question named.
    pub finest: usize,
    /// How many tabulations were on the bills of its questions.
    pub tabulations: u64,
    /// When it asked first, UTC.
    pub first: DateTime<Utc>,
    /// When it asked last, UTC.
    pub last: DateTime<Utc>,
    /// All of it in a sentence.
    pub statement: String,
}

impl Reader {
    /// What was asked since a day, or in the last year, that concerns an area in the viewer's own: about the area, about areas in
    /// it, and about areas that share some of it. What organisations asked about results of their own is not told.
    ///
    /// # Errors
    /// When the viewer's token lacks the scope, the area does not lie in its own, too much was asked, or the database fails.
    pub async fn exposure(&self, area: &str, since: Option<NaiveDate>) -> Result<Exposure, Error> {
        let (catalogue, directory) = (self.catalogue().clone(), self.session.current.directory.clone());
        let own = provider(self.viewer(), &directory)?;
        let own = catalogue.area_index(&own.area);
        let found = catalogue.area_index(area).filter(|found| own.is_some_and(|own| catalogue.lies_in(*found, own)));
        let area = found.ok_or_else(|| Error::NotFound(format!("no area `{area}` lies in your organisation's own")))?;
        let until = self.exchange.now();
        let usual = until.date_naive().checked_sub_days(chrono::Days::new(USUAL_DAYS));
        let since = since.or(usual).unwrap_or(NaiveDate::MIN);
        let sums = self.asked_between(since, until).await?;
        self.work(move || {
            let askers = askers(&sums, area, &catalogue, &directory).map_err(Error::Internal)?;
            let statement = sum_up(&askers, &catalogue.areas()[area].name, since);
            Ok(Exposure { area, since, until, statement, askers })
        })
        .await?
    }

    /// Every question that was answered from a day on. What is asked after `until`, while this is read, is not waited for.
    async fn asked_between(&self, since: NaiveDate, until: DateTime<Utc>) -> Result<Vec<AuditSum>, Error> {
        let (store, time) = (self.exchange.store(), since.and_time(NaiveTime::MIN).and_utc());
        let mut sums = AuditSums::default();
        store.audit_sums(time, MOST_QUESTIONS as u64 + 1).await?.into_iter().for_each(|sum| sums.add(sum));
        let mut after = AuditHead::default();
        while sums.count() <= MOST_QUESTIONS {
            let groups = store.audit_groups(time, until, &after).await?;
            let Some(last) = groups.last() else { return Ok(sums.into_vec()) };
            after = last.end();
            let add = move || groups.iter().try_for_each(|group| sums.add_group(group, time)).map(|()| sums);
            sums = self.work(add).await?.map_err(|why| Error::Internal(why.into()))?;
        }
        Err(Error::LimitExceeded(format!(
            "more than {MOST_QUESTIONS} different questions were asked since {since}; name a later day"
        )))
    }
}

/// The organisation that asks, where its token may read the audit.
pub(super) fn provider<'a>(viewer: &Viewer, directory: &'a Directory) -> Result<&'a Organisation, Error> {
    let Viewer::Partner(partner) = viewer else {
        return Err(Refusal::Anonymous.into());
    };
    if !partner.has(Scope::AuditRead) {
        return Err(Refusal::MissingScope(Scope::AuditRead.as_str()).into());
    }
    let known = directory.organisation(partner.organisation());
    known.ok_or_else(|| Error::Forbidden("your organisation is not known any more".to_owned()))
}

/// What is known of a question by its canonical form.
struct Question {
    areas: Vec<String>,
    breakdowns: BTreeSet<String>,
}

fn read(sum: &AuditSum) -> anyhow::Result<Question> {
    if sum.dataset == Outcomes::NAME {
        let mut question = Outcomes::read(&sum.question)?;
        let named = question.by.iter().copied().chain(question.filters.iter().map(|filter| filter.dimension));
        let breakdowns = named.map(|dimension| dimension.name().to_owned()).collect();
        return Ok(Question { areas: Outcomes::asked(&mut question).areas.take().unwrap_or_default(), breakdowns });
    }
    if sum.dataset == Destinations::NAME {
        let mut question = Destinations::read(&sum.question)?;
        let bands = question.by_benchmarks_achieved.is_some().then(|| "BENCHMARKS_ACHIEVED".to_owned());
        let areas = Destinations::asked(&mut question).areas.take().unwrap_or_default();
        return Ok(Question { areas, breakdowns: bands.into_iter().collect() });
    }
    anyhow::bail!("the audit has a question about `{}`, of which nothing is known", sum.dataset)
}

/// Fails where a question cannot be read: it may be about the area, and nobody may be told that nobody asked.
fn askers(
    sums: &[AuditSum],
    area: AreaIndex,
    catalogue: &Catalogue,
    directory: &Directory,
) -> anyhow::Result<Vec<Asker>> {
    let authorities: Vec<AreaIndex> = catalogue
        .areas()
        .keys()
        .filter(|&inner| catalogue.areas()[inner].kind == AreaKind::LocalAuthority && catalogue.lies_in(inner, area))
        .collect();
    let shares = |code: &str| {
        // A code that the present catalogue does not know may be any area.
        catalogue.area_index(code).is_none_or(|other| {
            catalogue.lies_in(other, area)
                || catalogue.lies_in(area, other)
                || authorities.iter().any(|&authority| catalogue.lies_in(authority, other))
        })
    };
    let mut known: HashMap<String, bool> = HashMap::new();
    let mut concerns = |codes: &[String]| {
        codes.iter().any(|code| match known.get(code) {
            Some(known) => *known,
            None => *known.entry(code.clone()).or_insert_with(|| shares(code)),
        })
    };
    let mut askers: BTreeMap<(&str, &str, &str), (Asker, BTreeSet<String>)> = BTreeMap::new();
    for sum in sums {
        let tier: Tier = sum.tier.parse()?;
        if tier == Tier::Own {
            continue;
        }
        let question = read(sum)?;
        if !concerns(&question.areas) {
            continue;
        }
        let (asker, breakdowns) = askers.entry((&sum.organisation, &sum.purpose, &sum.tier)).or_insert_with(|| {
            let name = directory.organisation(&sum.organisation).map(|organisation| organisation.name.clone());
            let asker = Asker {
                organisation: sum.organisation.clone(),
                name: name.unwrap_or_else(|| sum.organisation.clone()),
                purpose: sum.purpose.clone(),
                tier,
                questions: 0,
                times: 0,
                breakdowns: Vec::new(),
                finest: 0,
                tabulations: 0,
                first: sum.first,
                last: sum.last,
                statement: String::new(),
            };
            (asker, BTreeSet::new())
        });
        asker.questions += 1;
        asker.times += sum.times.unsigned_abs();
        asker.tabulations += sum.tabulations.unsigned_abs();
        asker.finest = asker.finest.max(question.breakdowns.len());
        asker.first = asker.first.min(sum.first);
        asker.last = asker.last.max(sum.last);
        breakdowns.extend(question.breakdowns);
    }
    let told = askers.into_values().map(|(mut asker, breakdowns)| {
        asker.breakdowns = breakdowns.into_iter().collect();
        asker.statement = state(&asker);
        asker
    });
    Ok(told.collect())
}

/// What one organisation asked, as a sentence.
fn state(asker: &Asker) -> String {
    let day = |time: DateTime<Utc>| time.format("%-d %B %Y").to_string();
    let when = if asker.first.date_naive() == asker.last.date_naive() {
        format!("on {}", day(asker.first))
    } else {
        format!("between {} and {}", day(asker.first), day(asker.last))
    };
    let how = match asker.breakdowns.as_slice() {
        [] => "without any breakdown or filter".to_owned(),
        named => format!("broken down or filtered by {}, at most {} of them at once", named.join(", "), asker.finest),
    };
    let (questions, times) = (counted(asker.questions as u64, "question"), counted(asker.times, "time"));
    let tabulations = counted(asker.tabulations, "tabulation");
    format!(
        "{} asked {questions}, {times} in all, {when}, for the purpose `{}` at the tier {}: {how}. Every answer was an aggregate \
         under protection; {tabulations} of the limited kind were needed.",
        asker.name,
        asker.purpose,
        asker.tier.as_str().to_uppercase()
    )
}

/// What all asked together, as a sentence.
fn sum_up(askers: &[Asker], area: &str, since: NaiveDate) -> String {
    let since = since.format("%-d %B %Y");
    if askers.is_empty() {
        return format!("Since {since} nobody asked about {area}, an area in it, or one that shares some of it.");
    }
    let organisations: BTreeSet<&str> = askers.iter().map(|asker| asker.organisation.as_str()).collect();
    let organisations = counted(organisations.len() as u64, "organisation");
    let questions = counted(askers.iter().map(|asker| asker.questions as u64).sum(), "question");
    let times = counted(askers.iter().map(|asker| asker.times).sum(), "time");
    format!(
        "Since {since} {organisations} asked {questions}, {times} in all, that concern {area}, areas in it, or areas that share \
         some of it. No answer told one institution's result."
    )
}

fn counted(number: u64, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
