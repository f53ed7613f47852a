//! Counts and bases of destinations against naive recomputations.

mod base;
mod counts;
