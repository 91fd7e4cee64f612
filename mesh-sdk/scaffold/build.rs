//! The templates are built in: a file that comes or goes among them makes another library.

fn main() {
    println!("cargo::rerun-if-changed=../../templates");
}
