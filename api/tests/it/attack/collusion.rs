//! All but one member of a hub tell the attacker their results; a hub subtracts its own exact results from its LEP's.

use disclosure::Tier;

use crate::support::block_on;

use super::{
    report::{Attack, Report},
    statistic::normal,
    twins::trials,
};

#[test]
fn all_but_one_tell_their_results_and_the_last_is_still_safe() {
    block_on(async {
        let trials = trials().await;
        let most = normal(1.0 / (2.0 * Tier::Regional.rules().sigma)) + 0.02;
        let mut report = Report::of(Attack::Collusion);
        for (figure, samples) in [
            ("all but one of a hub collude: accuracy from the hub's answer", &trials.hub),
            ("a hub's exact OWN answers subtracted from its LEP's: accuracy", &trials.own),
        ] {
            assert!(samples.len() > 0, "{figure}: nothing was answered");
            report.at_most(figure, most, samples.accuracy(0.5), &format!("{} trials", samples.len()));
        }
        let all = &trials.all_standard;
        let text = format!("accuracy {:.3}, {} trials", all.accuracy(0.5), all.len());
        report.also("the same from the standard tables of every kind of area together", &text);
        report.finish();
    });
}
