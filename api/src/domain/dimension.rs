//! The public attributes by which outcomes may be broken down or filtered.

/// A public attribute of an institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// The phase of education.
    Phase,
    /// The type of institution.
    Type,
    /// The quintile of disadvantage of its intake, 1 the least disadvantaged.
    Disadvantage,
    /// How large it is.
    Size,
    /// Urban or rural.
    Setting,
}

/// One value of a dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Category {
    /// The code, as in files and questions, e.g. `all-through`.
    pub code: &'static str,
    /// The label to show.
    pub label: &'static str,
}

const fn category(code: &'static str, label: &'static str) -> Category {
    Category { code, label }
}

impl Dimension {
    /// Every dimension, in the order tables and attributes use.
    pub const ALL: [Self; 5] = [Self::Phase, Self::Type, Self::Disadvantage, Self::Size, Self::Setting];

    /// The name in questions and canonical conditions, e.g. `PHASE`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Phase => "PHASE",
            Self::Type => "TYPE",
            Self::Disadvantage => "DISADVANTAGE",
            Self::Size => "SIZE",
            Self::Setting => "SETTING",
        }
    }

    /// The column that carries it in result files, e.g. `disadvantage_quintile`.
    pub fn column(self) -> &'static str {
        match self {
            Self::Phase => "phase",
            Self::Type => "type",
            Self::Disadvantage => "disadvantage_quintile",
            Self::Size => "size_band",
            Self::Setting => "setting",
        }
    }

    /// Whether a result may leave it blank, as where a register does not tell it. A blank belongs to no category.
    pub fn may_be_blank(self) -> bool {
        matches!(self, Self::Disadvantage | Self::Size | Self::Setting)
    }

    /// Whether a condition with every category leaves those out that have none. Elsewhere it is no condition: it would be another name of the
    /// same cell, drawn anew.
    pub fn may_ask_for_any(self) -> bool {
        matches!(self, Self::Disadvantage)
    }

    /// Its categories, in publication order.
    pub fn categories(self) -> &'static [Category] {
        const PHASES: &[Category] = &[
            category("primary", "Primary"),
            category("middle", "Middle"),
            category("secondary", "Secondary"),
            category("all-through", "All-through"),
            category("16-plus", "16 plus"),
            category("special", "Special"),
            category("alternative-provision", "Alternative provision"),
        ];
        const TYPES: &[Category] = &[
            category("academy", "Academy"),
            category("maintained", "Local authority maintained"),
            category("independent", "Independent"),
            category("college", "College"),
            category("special", "Special"),
            category("aided", "Aided"),
            category("direct-subsidy", "Direct subsidy scheme"),
            category("other", "Other"),
        ];
        const QUINTILES: &[Category] = &[
            category("1", "Quintile 1 (least disadvantaged)"),
            category("2", "Quintile 2"),
            category("3", "Quintile 3"),
            category("4", "Quintile 4"),
            category("5", "Quintile 5 (most disadvantaged)"),
        ];
        const SIZES: &[Category] =
            &[category("small", "Small"), category("medium", "Medium"), category("large", "Large")];
        const SETTINGS: &[Category] = &[category("urban", "Urban"), category("rural", "Rural")];
        match self {
            Self::Phase => PHASES,
            Self::Type => TYPES,
            Self::Disadvantage => QUINTILES,
            Self::Size => SIZES,
            Self::Setting => SETTINGS,
        }
    }

    /// The position of a category's code, from 0.
    pub fn position(self, code: &str) -> Option<usize> {
        self.categories().iter().position(|category| category.code == code)
    }
}

/// One institution's categories in one period, dictionary-coded: per dimension the category's position plus one, 0 for blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Attributes(pub [u8; Dimension::ALL.len()]);

impl Attributes {
    /// The code of the category held for a dimension, if any.
    pub fn code(&self, dimension: Dimension) -> Option<&'static str> {
        let position = usize::from(self.0[dimension as usize]).checked_sub(1)?;
        dimension.categories().get(position).map(|category| category.code)
    }

    /// The same attributes with a dimension set to a category's code; `None` when the dimension has no such category.
    pub fn with(mut self, dimension: Dimension, code: &str) -> Option<Self> {
        self.0[dimension as usize] = u8::try_from(dimension.position(code)? + 1).ok()?;
        Some(self)
    }
}
