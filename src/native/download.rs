//! A dataset's files from its mirrors, verified before they are kept.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;
use sha2::Digest;

use super::{files, progress};
use crate::data::dataset::{Archive, Sha256};
use crate::data::{DataFile, Dataset, Split};

/// The largest file or archive, with room.
const COMPRESSED_LIMIT: u64 = 200 << 20;
/// Of a file, and of a file in an archive: twice MNIST's larger one.
const UNCOMPRESSED_LIMIT: u64 = 100 << 20;

/// Downloads a file into `folder` and returns its bytes, gzipped.
///
/// # Errors
/// When no mirror has the file with the right hash, or it cannot be written.
pub fn fetch(dataset: &dyn Dataset, file: &DataFile, folder: &Path) -> Result<Vec<u8>> {
    let name = format!("{}.gz", file.names[0]);
    let bytes = from_mirrors(dataset, &name, |bytes| verify(bytes, file.sha256))?;
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    files::write(&folder.join(name), &bytes)?;
    Ok(bytes)
}

/// Downloads a dataset's archive and unpacks its files into `folder`.
///
/// # Errors
/// When no mirror has the archive with the right hash, it lacks a file, or one cannot be written.
pub fn unpack(dataset: &dyn Dataset, archive: Archive, folder: &Path) -> Result<()> {
    let bytes = from_mirrors(dataset, archive.name, |bytes| check(bytes, archive.sha256))?;
    let files = [Split::Train, Split::Test].into_iter().flat_map(|split| dataset.files(split));
    extract(&bytes, &files.map(|file| file.names[0]).collect::<Vec<_>>(), folder)
}

/// A file from the first mirror whose bytes pass.
fn from_mirrors(dataset: &dyn Dataset, name: &str, passes: impl Fn(&[u8]) -> Result<()>) -> Result<Vec<u8>> {
    let mut failures = Vec::new();
    let found = dataset.mirrors().iter().find_map(|mirror| {
        let url = format!("{mirror}{name}");
        let fetched = get(&url).and_then(|bytes| passes(&bytes).map(|()| bytes)).context(url);
        fetched.map_err(|why| failures.push(format!("{why:#}"))).ok()
    });
    found.ok_or_else(|| anyhow!(failures.join("; ")))
}

/// Writes these files of a gzipped tar, wherever they are in it, into `folder`.
fn extract(archive: &[u8], names: &[&str], folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut missing = names.to_vec();
    for entry in tar::Archive::new(MultiGzDecoder::new(archive)).entries()? {
        let entry = entry?;
        let path = entry.path()?.into_owned();
        let Some(at) = missing.iter().position(|name| path.file_name().is_some_and(|of| of == *name)) else { continue };
        let mut contents = Vec::new();
        entry.take(UNCOMPRESSED_LIMIT).read_to_end(&mut contents)?;
        files::write(&folder.join(missing.swap_remove(at)), &contents)?;
    }
    ensure!(missing.is_empty(), "the archive lacks {}", missing.join(", "));
    Ok(())
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

fn verify(gzipped: &[u8], sha256: Sha256) -> Result<()> {
    let mut contents = Vec::new();
    MultiGzDecoder::new(gzipped)
        .take(UNCOMPRESSED_LIMIT)
        .read_to_end(&mut contents)
        .context("it is not a gzip file")?;
    let (known, wanted) = match sha256 {
        Sha256::Contents(wanted) => (&contents[..], wanted),
        Sha256::Gzipped(wanted) => (gzipped, wanted),
        Sha256::OfArchive => bail!("it is in an archive"),
    };
    check(known, wanted)
}

fn check(known: &[u8], wanted: &str) -> Result<()> {
    let digest = hex::encode(sha2::Sha256::digest(known));
    ensure!(digest == wanted, "its contents are not the dataset's: SHA-256 {digest}, not {wanted}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    #[test]
    fn an_archive_gives_the_files_that_are_asked_for_and_no_others() {
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (name, contents) in [("set/a.bin", "one"), ("set/readme.html", "no data"), ("b.bin", "two")] {
            let mut header = tar::Header::new_gnu();
            header.set_size(contents.len() as u64);
            header.set_cksum();
            builder.append_data(&mut header, name, contents.as_bytes()).unwrap();
        }
        let archive = builder.into_inner().unwrap().finish().unwrap();
        let folder = tempfile::tempdir().unwrap();
        extract(&archive, &["a.bin", "b.bin"], folder.path()).unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!((read("a.bin"), read("b.bin")), ("one".to_owned(), "two".to_owned()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        let lacks = extract(&archive, &["c.bin"], folder.path()).unwrap_err();
        assert!(lacks.to_string().contains("c.bin"));
        assert!(extract(&archive[..40], &["a.bin"], folder.path()).is_err(), "truncated");
    }

    #[test]
    fn only_the_right_contents_pass() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(b"abc").unwrap();
        let gzipped = encoder.finish().unwrap();
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        verify(&gzipped, Sha256::Contents(abc)).unwrap();
        let other = "ba7916bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(verify(&gzipped, Sha256::Contents(other)).is_err());
        assert!(verify(&gzipped, Sha256::Gzipped(abc)).is_err());
        let of_file = hex::encode(sha2::Sha256::digest(&gzipped)).leak();
        verify(&gzipped, Sha256::Gzipped(of_file)).unwrap();
        assert!(verify(&gzipped[..12], Sha256::Contents(abc)).is_err(), "truncated");
        assert!(verify(b"<html>", Sha256::Contents(abc)).is_err());
    }
}
