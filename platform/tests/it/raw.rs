//! A client that says exactly what it is told to.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longer than any answer in these tests should take, shorter than patience.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Raw(TcpStream);

impl Raw {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    pub(crate) async fn say(&mut self, text: &[u8]) {
        self.0.write_all(text).await.unwrap();
    }

    /// Everything the server says until it closes the connection.
    pub(crate) async fn until_closed(&mut self) -> String {
        let mut all = Vec::new();
        timeout(PATIENCE, self.0.read_to_end(&mut all))
            .await
            .expect("the server does not close the connection")
            .unwrap();
        String::from_utf8(all).unwrap()
    }

    /// What the server says next.
    pub(crate) async fn hear(&mut self) -> String {
        let mut some = vec![0; 64 * 1024];
        let length = timeout(PATIENCE, self.0.read(&mut some))
            .await
            .expect("the server says nothing")
            .unwrap();
        some.truncate(length);
        String::from_utf8(some).unwrap()
    }
}
