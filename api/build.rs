//! Compiles again when the playground was built, so that the binary carries it.

fn main() {
    let dist = "playground/dist";
    let watched = if std::path::Path::new(dist).exists() { dist } else { "playground" };
    println!("cargo::rerun-if-changed={watched}");
    println!("cargo::rerun-if-changed=build.rs");
}
