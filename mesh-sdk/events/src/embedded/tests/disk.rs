//! A disk in memory that fails on demand and knows what a power cut would leave of it.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use redb::StorageBackend;

#[derive(Clone, Debug, Default)]
pub struct Disk {
    state: Arc<Mutex<State>>,
}

#[derive(Clone, Debug, Default)]
struct State {
    /// As the running system sees it.
    content: Vec<u8>,
    /// As of the last sync.
    durable: Vec<u8>,
    unsynced: Vec<(usize, Vec<u8>)>,
    syncs: u32,
    sync_takes: Duration,
    /// How many changes succeed until all fail.
    changes_left: Option<u32>,
    full: bool,
    failing_reads: u32,
}

impl Disk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn syncs(&self) -> u32 {
        self.state().syncs
    }

    pub fn slow_down(&self, sync_takes: Duration) {
        self.state().sync_takes = sync_takes;
    }

    /// Everything but reading fails after `changes` more.
    pub fn fail_after(&self, changes: u32) {
        self.state().changes_left = Some(changes);
    }

    pub fn fail_reads(&self, reads: u32) {
        self.state().failing_reads = reads;
    }

    pub fn failing_reads(&self) -> u32 {
        self.state().failing_reads
    }

    /// It can grow no more.
    pub fn fill_up(&self) {
        self.state().full = true;
    }

    pub fn repair(&self) {
        let mut state = self.state();
        state.changes_left = None;
        state.full = false;
    }

    /// The disk as found after a power cut now: of the unsynced writes some are there, some are torn, some are not.
    pub fn cut_power(&self, seed: u64) -> Disk {
        let state = self.state();
        let mut content = state.durable.clone();
        let mut random = seed.wrapping_add(1);
        for (offset, data) in &state.unsynced {
            for (sector, bytes) in data.chunks(512).enumerate() {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                if random >> 63 == 1 {
                    put(&mut content, offset + sector * 512, bytes);
                }
            }
        }
        let state = State {
            durable: content.clone(),
            content,
            ..State::default()
        };
        Disk {
            state: Arc::new(Mutex::new(state)),
        }
    }
}

impl State {
    fn change(&mut self) -> io::Result<()> {
        match &mut self.changes_left {
            Some(0) => Err(io::ErrorKind::StorageFull.into()),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

fn put(content: &mut Vec<u8>, offset: usize, data: &[u8]) {
    if content.len() < offset + data.len() {
        content.resize(offset + data.len(), 0);
    }
    content[offset..offset + data.len()].copy_from_slice(data);
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap()
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().content.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut state = self.state();
        if state.failing_reads > 0 {
            state.failing_reads -= 1;
            return Err(io::Error::other("a failing read"));
        }
        let found = state.content.get(index(offset)..index(offset) + out.len());
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    /// The length itself is safe from power cuts.
    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state();
        state.change()?;
        if state.full && index(len) > state.content.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        state.content.resize(index(len), 0);
        state.durable.resize(index(len), 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let takes = self.state().sync_takes;
        std::thread::sleep(takes);
        let mut state = self.state();
        state.change()?;
        state.syncs += 1;
        for (offset, data) in std::mem::take(&mut state.unsynced) {
            put(&mut state.durable, offset, &data);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        state.change()?;
        put(&mut state.content, index(offset), data);
        state.unsynced.push((index(offset), data.to_vec()));
        Ok(())
    }
}
