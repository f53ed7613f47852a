//! Holds 10 million draws of the noise against the discrete Gaussian: `cargo run --release -p disclosure --example sampler`.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

mod fit;

fn main() {
    println!("seed        draws    bins  chi-square  degrees of freedom  p-value");
    for seed in 1..=3 {
        let uniform = fit::uniform(10_000_000, seed);
        for fewest in [50.0, 150_000.0] {
            let fit = fit::fit(&uniform, fewest, fit::sampler);
            println!(
                "{seed:>4}  {:>11}  {:>6}  {:>10.1}  {:>18}  {:>7.4}",
                fit.draws,
                fit.bins,
                fit.chi_square,
                fit.degrees_of_freedom(),
                fit.p_value
            );
        }
    }
}
