//! A dataset's files from its mirrors, verified before they are kept.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;
use sha2::{Digest, Sha256};

use super::{files, progress};
use crate::data::{DataFile, Dataset};

/// Ten times MNIST's larger file.
const COMPRESSED_LIMIT: u64 = 100 << 20;
/// Twice MNIST's larger file.
const UNCOMPRESSED_LIMIT: u64 = 100 << 20;

/// Downloads a file into `folder` and returns its bytes, gzipped.
///
/// # Errors
/// When no mirror has the file with the right hash, or it cannot be written.
pub fn fetch(dataset: &dyn Dataset, file: &DataFile, folder: &Path) -> Result<Vec<u8>> {
    let name = format!("{}.gz", file.names[0]);
    let mut failures = Vec::new();
    let found = dataset.mirrors().iter().find_map(|mirror| {
        let fetched = fetch_verified(&format!("{mirror}{name}"), file);
        fetched.map_err(|why| failures.push(format!("{why:#}"))).ok()
    });
    let bytes = found.ok_or_else(|| anyhow!(failures.join("; ")))?;
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    files::write(&folder.join(name), &bytes)?;
    Ok(bytes)
}

fn fetch_verified(url: &str, file: &DataFile) -> Result<Vec<u8>> {
    let bytes = get(url).with_context(|| url.to_owned())?;
    verify(&bytes, file.sha256).with_context(|| url.to_owned())?;
    Ok(bytes)
}

fn get(url: &str) -> Result<Vec<u8>> {
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder()
            .https_only(true)
            .timeout_resolve(Some(Duration::from_secs(5)))
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_recv_response(Some(Duration::from_secs(20)))
            .timeout_recv_body(Some(Duration::from_mins(10)))
            .build(),
    );
    let mut response = agent.get(url).call()?;
    let bar: ProgressBar = progress::download(url, response.body().content_length());
    let mut bytes = Vec::new();
    let body = response.body_mut().with_config().limit(COMPRESSED_LIMIT);
    bar.wrap_read(body.reader()).read_to_end(&mut bytes)?;
    bar.finish_and_clear();
    Ok(bytes)
}

fn verify(gzipped: &[u8], sha256: &str) -> Result<()> {
    let mut contents = Vec::new();
    MultiGzDecoder::new(gzipped)
        .take(UNCOMPRESSED_LIMIT)
        .read_to_end(&mut contents)
        .context("it is not a gzip file")?;
    let digest = hex::encode(Sha256::digest(&contents));
    ensure!(digest == sha256, "its contents are not the dataset's: SHA-256 {digest}, not {sha256}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    #[test]
    fn only_the_right_contents_pass() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(b"abc").unwrap();
        let gzipped = encoder.finish().unwrap();
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        verify(&gzipped, abc).unwrap();
        assert!(verify(&gzipped, &abc.replace("ba78", "ba79")).is_err());
        assert!(verify(&gzipped[..12], abc).is_err(), "truncated");
        assert!(verify(b"<html>", abc).is_err());
    }
}
