//! Closed word lists: what the database stores as active enums, and the domain's words for the same.

use disclosure::Tier;
use entity::{
    agreement_dimension, area_succession, area_version, audit_entry, benchmark_relation, client_credential,
    destination_count, organisation, register_edition, requested_change, revocation,
};

use crate::domain::{
    AreaKind, AuditKind, ChangeState, CredentialKind, Destination, Dimension, OrganisationKind, RegisterSource,
    RelationKind, Revoked, Stage, SuccessionKind,
};

/// Both words of one list, told apart by the compiler: a word that one side lacks does not compile.
macro_rules! same_words {
    ($stored:path, $own:ty, $($word:ident),+) => {
        impl From<$stored> for $own {
            fn from(stored: $stored) -> Self {
                match stored { $(<$stored>::$word => Self::$word),+ }
            }
        }
        impl From<$own> for $stored {
            fn from(own: $own) -> Self {
                match own { $(<$own>::$word => Self::$word),+ }
            }
        }
    };
}

same_words!(organisation::Kind, OrganisationKind, Hub, Lep, Authority, National, Partner);
same_words!(area_version::AreaKind, AreaKind, Country, Region, Lep, Lsip, CombinedAuthority, LocalAuthority, Hub);
same_words!(area_succession::Kind, SuccessionKind, Recode, Merge, Split, Boundary);
same_words!(benchmark_relation::RelationKind, RelationKind, Exact, Close, Broad, Narrow);
same_words!(agreement_dimension::Dimension, Dimension, Phase, Type, Disadvantage, Size, Setting);
same_words!(register_edition::Source, RegisterSource, Gias, Edb);
same_words!(revocation::Kind, Revoked, Token, Organisation, Client);
same_words!(audit_entry::Kind, AuditKind, Start, Question, Repeat, Witness, Change);
same_words!(requested_change::State, ChangeState, Begun, Done, Refused, Failed);
same_words!(client_credential::Kind, CredentialKind, Secret, Key);
same_words!(destination_count::Stage, Stage, KeyStage4, SixteenToEighteen);
same_words!(destination_count::Category, Destination, Education, Apprenticeship, Employment, NotSustained, Unknown);

/// The tier for a stored one. A function, because both types are of other crates.
pub(super) fn tier(stored: entity::Tier) -> Tier {
    match stored {
        entity::Tier::Own => Tier::Own,
        entity::Tier::Regional => Tier::Regional,
        entity::Tier::International => Tier::International,
    }
}

/// A tier as it is stored.
pub(super) fn stored_tier(tier: Tier) -> entity::Tier {
    match tier {
        Tier::Own => entity::Tier::Own,
        Tier::Regional => entity::Tier::Regional,
        Tier::International => entity::Tier::International,
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{ActiveEnum, Iterable};

    use super::*;

    #[test]
    fn words_are_stored_as_the_domain_writes_them_and_come_back_the_same() {
        for kind in OrganisationKind::ALL {
            let stored = organisation::Kind::from(kind);
            assert_eq!((stored.to_value(), OrganisationKind::from(stored)), (kind.to_string(), kind));
        }
        for stored in area_version::AreaKind::iter() {
            let kind = AreaKind::from(stored);
            assert_eq!((kind.to_string(), area_version::AreaKind::from(kind)), (stored.to_value(), stored));
        }
        for stored in area_succession::Kind::iter() {
            let kind = SuccessionKind::from(stored);
            assert_eq!((kind.to_string(), area_succession::Kind::from(kind)), (stored.to_value(), stored));
        }
        for stored in benchmark_relation::RelationKind::iter() {
            let kind = RelationKind::from(stored);
            assert_eq!((kind.to_string(), benchmark_relation::RelationKind::from(kind)), (stored.to_value(), stored));
        }
        for stored in audit_entry::Kind::iter() {
            let kind = AuditKind::from(stored);
            assert_eq!((kind.to_string(), audit_entry::Kind::from(kind)), (stored.to_value(), stored));
        }
        for stored in client_credential::Kind::iter() {
            let kind = CredentialKind::from(stored);
            assert_eq!((kind.to_string(), client_credential::Kind::from(kind)), (stored.to_value(), stored));
        }
        for dimension in Dimension::ALL {
            let stored = agreement_dimension::Dimension::from(dimension);
            assert_eq!((stored.to_value(), Dimension::from(stored)), (dimension.name().to_owned(), dimension));
        }
        for (stage, number) in Stage::ALL.into_iter().zip(1..) {
            let stored = destination_count::Stage::from(stage);
            assert_eq!((stored.to_value(), Stage::from(stored)), (number, stage));
        }
        for (destination, number) in Destination::ALL.into_iter().zip(1..) {
            let stored = destination_count::Category::from(destination);
            assert_eq!((stored.to_value(), Destination::from(stored)), (number, destination));
        }
        for stored in entity::Tier::iter() {
            assert_eq!((tier(stored).to_string(), stored_tier(tier(stored))), (stored.to_value(), stored));
        }
    }
}
