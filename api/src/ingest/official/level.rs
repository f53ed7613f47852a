//! Sorts of places that the layout of official figures has, and the columns that name a place of each.

/// A sort of place.
pub(super) struct Level {
    /// What it is called in files, in small letters: its name, and the code of it.
    names: &'static [&'static str],
    /// The columns that hold its code, the first one that is filled.
    pub(super) codes: &'static [&'static str],
    /// The column that holds its name.
    pub(super) name: &'static str,
    /// Whether it is an institution, or those of one owner: no place.
    pub(super) is_institution: bool,
}

const fn place(names: &'static [&'static str], codes: &'static [&'static str], name: &'static str) -> Level {
    Level { names, codes, name, is_institution: false }
}

const fn institution(names: &'static [&'static str], codes: &'static [&'static str], name: &'static str) -> Level {
    Level { names, codes, name, is_institution: true }
}

/// The code of three digits that local authorities have beside that of the Office for National Statistics.
pub(super) const OLD_CODE: &str = "old_la_code";

const LEVELS: [Level; 19] = [
    place(&["national", "nat"], &["country_code"], "country_name"),
    place(&["regional", "region", "reg"], &["region_code"], "region_name"),
    place(&["local authority", "la"], &["new_la_code", OLD_CODE], "la_name"),
    place(&["local authority district", "lad"], &["lad_code"], "lad_name"),
    place(
        &["local enterprise partnership", "lep"],
        &["local_enterprise_partnership_code"],
        "local_enterprise_partnership_name",
    ),
    place(&["local skills improvement plan area", "lsip"], &["lsip_code"], "lsip_name"),
    place(&["english devolved area", "eda"], &["english_devolved_area_code"], "english_devolved_area_name"),
    place(
        &["mayoral combined authority", "mca"],
        &["mayoral_combined_authority_code"],
        "mayoral_combined_authority_name",
    ),
    place(&["parliamentary constituency", "pcon"], &["pcon_code"], "pcon_name"),
    place(&["police force area", "pfa"], &["pfa_code", "police_force_area_code"], "pfa_name"),
    place(&["ward"], &["ward_code"], "ward_name"),
    place(&["opportunity area", "oa"], &["opportunity_area_code"], "opportunity_area_name"),
    place(&["rsc region", "rsc"], &[], "rsc_region_lead_name"),
    place(&["planning area", "pa"], &["planning_area_code"], "planning_area_name"),
    institution(&["mat", "multi academy trust", "multi-academy trust"], &["trust_id"], "trust_name"),
    institution(&["sponsor", "spon"], &["sponsor_id"], "sponsor_name"),
    institution(&["school", "sch"], &["school_urn", "school_laestab"], "school_name"),
    institution(&["provider", "prov"], &["provider_ukprn"], "provider_name"),
    institution(&["institution", "inst"], &["institution_id"], "institution_name"),
];

/// Columns about places that no level needs.
const OTHERS: [&str; 2] = ["police_force_area_name", "location_type"];

impl Level {
    /// The sort of place that a text names, in any case.
    pub(super) fn find(text: &str) -> Option<&'static Self> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        LEVELS.iter().find(|level| level.names.contains(&text.as_str()))
    }

    /// Whether a column names places.
    pub(super) fn has_column(name: &str) -> bool {
        OTHERS.contains(&name) || LEVELS.iter().any(|level| level.name == name || level.codes.contains(&name))
    }
}
