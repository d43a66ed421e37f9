//! Files of the repository that are generated from the code; tests hold them equal to it.

/// Fails unless the file holds `text`; with `COUNTERFEIT_WRITE` set, writes it first.
///
/// # Panics
/// When it does not.
#[allow(clippy::disallowed_methods, reason = "tests are native")]
pub fn assert_current(path: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("COUNTERFEIT_WRITE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    assert!(
        found == text,
        "{} is out of date; COUNTERFEIT_WRITE=1 cargo test --release --lib {name} writes it",
        path.display()
    );
}
