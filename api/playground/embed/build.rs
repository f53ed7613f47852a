//! Compiles again when the page was built, so that the binary carries it.

fn main() {
    let dist = "../dist";
    let watched = if std::path::Path::new(dist).exists() { dist } else { ".." };
    println!("cargo::rerun-if-changed={watched}");
    println!("cargo::rerun-if-changed=build.rs");
}
