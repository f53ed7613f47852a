//! The attack suite: what an attacker achieves against the real API, measured and held to the targets of the design.
//!
//! The attackers know every institution and its public attributes, who took part, the method and all its parameters; some
//! know all other results. They do not know the secret. Seeds are fixed, so the figures can be repeated. Each attack asks
//! until it is refused and uses whatever it is given.
//!
//! | file | attack |
//! | --- | --- |
//! | `twins` | one institution's score flipped: single answers, pairs that differ by it, everything together |
//! | `differencing` | every pair of answers whose sets differ by one |
//! | `repetition` | the same question a thousand times |
//! | `averaging` | partitions of a total |
//! | `reconstruction` | least squares over everything one organisation may ask |
//! | `terms` | thirty terms averaged |
//! | `change` | an institution moves; a release corrects one |
//! | `small` | cells below the threshold |
//! | `pooling` | tokens of several tiers together |
//! | `collusion` | all but one tell; own results subtracted |
//! | `joint` | all answers put together: one token, several, one that also provides |
//! | `insider` | a hub that handed in all but a few of its members |
//! | `active` | a provider that hands in anew before each of many releases |
//! | `editions` | a provider that changes its own between editions, and somebody else who asks |
//! | `geography` | areas of an operator's own, and codes that change, from release to release |
//! | `registered` | results that come in through a register, with successions of schools and areas, beside the same in full |
//! | `moved` | institutions that change hub, over nine terms |
//! | `lasting` | absences over thirty terms, known terms, one set under several names |
//! | `extremes` | all or none achieve |
//! | `trickle` | one term handed in over ten releases |
//! | `race` | many new questions at once |
//! | `taint` | other scores, same refusals |
//! | `foreign` | results and cohorts of others' institutions, and of invented ones |
//! | `taint_releases` | other scores and destinations, over releases: nothing but values differs |
//! | `doors` | files, reports, citations, rows to be checked only, exposure, headers: other scores, the same around the values |
//! | `bands` | who is in a band of benchmarks achieved, from destinations |
//! | `states` | who scored nothing, beside who achieved: as a tabulation of its own, and were it free |
//! | `usefulness` | no attack: what is left for honest users |
//! | `tradeoff` | long run only: how sharp standard tables may be |
//!
//! They stand on `population` (who is attacked), `fixture` (services that are shared), `ask` (how they ask), `choose` (which
//! questions tell most), `gather` (all that budgets allow), `noise_model` (which noise answers share), `outsider` (what is believed
//! before), `decoder` and `figures` (what follows from all answers, and how it is judged), `evidence` and `posterior` (what follows from the answers), `simulation` (the noise redrawn with
//! another σ), `solver`, `statistic`, `random` and `report`.
//!
//! `cargo test` runs a short version. The long one, and the table for the book (`api/docs/src/protection.md`), come from
//! `EXCHANGE_ATTACKS=long cargo test --release --test it attack -- --nocapture --test-threads=1`.

mod active;
mod ask;
mod averaging;
mod bands;
mod change;
mod choose;
mod collusion;
mod decoder;
mod differencing;
mod doors;
mod editions;
mod evidence;
mod extremes;
mod figures;
mod fixture;
mod foreign;
mod gather;
mod geography;
mod insider;
mod joint;
mod lasting;
mod moved;
mod noise_model;
mod outsider;
mod pooling;
mod population;
mod posterior;
mod race;
mod random;
mod reconstruction;
mod registered;
mod repetition;
mod report;
mod simulation;
mod small;
mod solver;
mod states;
mod statistic;
mod taint;
mod taint_releases;
mod terms;
mod tradeoff;
mod trickle;
mod twins;
mod usefulness;
