//! The table of faults of a disk under SQLite: each is forced by the kernel, on a file system of the test's own.
//!
//! Only root may mount one. The test runs itself again in a mount namespace, so that nothing of it is seen outside or left behind.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use sea_orm::ConnectionTrait;
use tempfile::TempDir;

use super::{
    replica::{Operator, Replica},
    row::Table,
};
use crate::support::{Database, again_with_mounts_of_its_own};

/// An ext4 file system in a file that has its blocks on another one, which may run out of them under it.
struct Disk(TempDir);

/// What takes all room that is left.
struct Ballast(PathBuf);

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

impl Disk {
    fn new() -> Self {
        let disk = Self(TempDir::new().unwrap());
        let (below, image) = (disk.path("below"), disk.path("below/image"));
        fs::create_dir(&below).unwrap();
        fs::create_dir(disk.path("files")).unwrap();
        run("mount", &["-t", "tmpfs", "-o", "size=40m", "none", &below]);
        File::create(&image).unwrap().set_len(32 << 20).unwrap();
        // Without a journal what failed once is tried again, as a disk does that had a bad moment.
        run("mkfs.ext4", &["-q", "-m", "0", "-O", "^has_journal", "-b", "4096", "-E", "nodiscard", &image]);
        disk.mount();
        disk
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.path("files/exchange.db"))
    }

    fn mount(&self) {
        run("mount", &["-o", "loop,errors=remount-ro", &self.path("below/image"), &self.path("files")]);
    }

    fn unmount(&self) {
        run("umount", &[&self.path("files")]);
    }

    /// What the kernel does to a file system in which it finds an error.
    fn becomes_read_only(&self) {
        let device = run("findmnt", &["-n", "-o", "SOURCE", &self.path("files")]);
        let device = Path::new(device.trim()).file_name().unwrap().to_str().unwrap();
        fs::write(format!("/sys/fs/ext4/{device}/trigger_fs_error"), "the test").unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        for name in ["files", "below"] {
            let _ = Command::new("umount").args(["-l", &self.path(name)]).status();
        }
    }
}

impl Ballast {
    /// Fills a folder's file system to its last byte.
    fn fills(folder: &str) -> Self {
        let path = Path::new(folder).join("ballast");
        let mut file = File::create(&path).unwrap();
        for size in [1 << 20, 4_096, 1] {
            while file.write_all(&vec![b'x'; size]).is_ok() {}
        }
        let _ = file.sync_all();
        Self(path)
    }

    fn goes(&self) {
        fs::remove_file(&self.0).unwrap();
    }
}

/// What stands ahead of the database goes into it, so that a change needs room. The kernel may tell the first who flushes of what
/// failed before.
async fn settled(table: &Table) {
    for _ in 0..10 {
        let database = table.database.connect().await;
        if database.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.is_ok() {
            return;
        }
    }
    panic!("the disk does not come to rest");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "mounts file systems, as root alone may: bash api/tests/faults.sh"]
async fn whatever_happens_to_the_disk_under_sqlite_nothing_is_answered_that_is_not_charged_and_the_rest_goes_on() {
    const NAME: &str = "faults::disk::whatever_happens_to_the_disk_under_sqlite_nothing_is_answered_that_is_not_charged_and_the_rest_goes_on";
    if let Some(told) = again_with_mounts_of_its_own(NAME) {
        return println!("{told}");
    }
    let disk = Disk::new();
    let url = disk.url();
    let mut table = Table::over(Database::at(&url));
    let replica = table.operator.serve(&url);

    // The blocks below run out: what is written to the file system's memory does not come to the disk.
    settled(&table).await;
    let full = std::cell::OnceCell::new();
    let fill = || {
        // What is free above is given back below first, or it would be written to again.
        run("fstrim", &[&disk.path("files")]);
        assert!(full.set(Ballast::fills(&disk.path("below"))).is_ok());
    };
    let empty = |_: &Operator, replica: Replica| {
        full.get().unwrap().goes();
        replica
    };
    let (row, replica) = table.row("I/O error at each flush", &url, replica, fill, empty).await;
    row.refused();

    // Last of the two: what was filled once has its blocks below.
    settled(&table).await;
    let full = std::cell::OnceCell::new();
    let fill = || assert!(full.set(Ballast::fills(&disk.path("files"))).is_ok());
    let empty = |_: &Operator, replica: Replica| {
        full.get().unwrap().goes();
        replica
    };
    let (row, replica) = table.row("disk full", &url, replica, fill, empty).await;
    row.refused();

    let again = |operator: &Operator, replica: Replica| {
        replica.end();
        disk.unmount();
        disk.mount();
        operator.serve(&url)
    };
    let (row, replica) = table
        .row("disk read-only after an error, until a restart", &url, replica, || disk.becomes_read_only(), again)
        .await;
    row.refused();
    replica.end();
    println!("{}", table.text("SQLite"));
}
